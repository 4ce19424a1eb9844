"""What a learned prior gives at the end of a run: bounds, and the images generated from it."""

from typing import Any

from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.replay import AggregatePosterior, Replay
from keras_lifelong_vae.strategies import ALL_DATA
from keras_lifelong_vae.tasks import TaskSequence

FITTED_TO = 20_000  # training images


def measure_learned_prior(
    model: LifelongVAE,
    tasks: TaskSequence,
    keeps: str,
    judge: Judge,
    seed: int,
    num_samples: int,
    num_weighted: int,
) -> dict[str, Any] | None:
    """Figures under a learned prior, nats per test image; `None` if there is none.

    A model with summaries has one. To one whose strategy keeps all data as many Gaussians are
    fitted, which is only fair; without data there is nothing to fit them to.

    Args:
        model: After its last stage.
        tasks: What it has learned.
        keeps: What its strategy keeps.
        judge: Of what is generated.
        seed: Of all noise.
        num_samples: S of the importance-weighted bound.
        num_weighted: Of how many test images it is the mean.
    """
    prior = _prior(model, tasks, keeps, seed)
    if prior is None:
        return None
    test = collect(tasks, "test")
    weighted = collect(tasks, "test", num_weighted).images
    bound = model.negative_elbo(test.images, seed, prior=prior)
    sharper = model.importance_weighted_bound(weighted, num_samples, seed, prior=prior)
    figures = {"negative_elbo": float(bound.mean()), "bound": float(sharper.mean())}
    drawn = judge.generated(model.generate(NUM_SAMPLES, seed, prior=prior), len(tasks))
    return {**figures, **drawn, "bytes": prior.bytes_in_use()}


def _prior(
    model: LifelongVAE, tasks: TaskSequence, keeps: str, seed: int
) -> AggregatePosterior | None:
    if model.summaries is not None:
        return model.summaries
    if keeps != ALL_DATA:
        return None
    images = collect(tasks, "train", FITTED_TO).images
    return model.fit_prior(images, Replay().components_per_task * len(tasks), seed)
