"""What a learned prior gives at the end of a run: bounds, and the images generated from it."""

from typing import Any

from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.setup import Setup
from keras_lifelong_vae.replay import AggregatePosterior, Replay
from keras_lifelong_vae.strategies.strategy import ALL_DATA

FITTED_TO = 20_000  # training images


def measure_learned_prior(
    setup: Setup, judge: Judge, num_samples: int, num_weighted: int
) -> dict[str, Any] | None:
    """Figures under a learned prior, nats per test image; `None` if there is none.

    A model with summaries has one. To one whose strategy keeps all data as many Gaussians are
    fitted, which is only fair; without data there is nothing to fit them to.

    Args:
        setup: Of a run after its last stage.
        judge: Of what is generated.
        num_samples: S of the importance-weighted bound.
        num_weighted: Of how many test images it is the mean.
    """
    prior = _prior(setup)
    if prior is None:
        return None
    model, tasks, seed = setup.model, setup.tasks, setup.results.seed
    test, some = collect(tasks, "test"), collect(tasks, "test", num_weighted)
    bound = model.negative_elbo(test.images, seed, prior=prior)
    sharper = model.importance_weighted_bound(some.images, num_samples, seed, prior=prior)
    figures = {"negative_elbo": float(bound.mean()), "bound": float(sharper.mean())}
    drawn = judge.generated(model.generate(NUM_SAMPLES, seed, prior=prior), len(tasks))
    return {**figures, **drawn, "bytes": prior.bytes_in_use()}


def _prior(setup: Setup) -> AggregatePosterior | None:
    if setup.model.summaries is not None:
        return setup.model.summaries
    if setup.results.keeps != ALL_DATA:
        return None
    images = collect(setup.tasks, "train", FITTED_TO).images
    components = Replay().components_per_task * len(setup.tasks)
    return setup.model.fit_prior(images, components, setup.results.seed)
