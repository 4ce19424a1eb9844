"""Latents of other parts: none that is categorical, or several that are Gaussian."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from extending_helpers import digit_tasks, learn, small

import keras_lifelong_vae as klv


@keras.saving.register_keras_serializable("extending")
class GaussianOnly(klv.latents.Latent):
    def __init__(self, latent_dim=3, **kwargs):
        super().__init__({"gaussian": klv.latents.GaussianLatent(latent_dim, seed=1)}, **kwargs)

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}


@keras.saving.register_keras_serializable("extending")
class TwoBlocks(klv.latents.Latent):
    def __init__(self, style=2, content=4, **kwargs):
        self.sizes = {"style": style, "content": content}
        heads = {
            name: klv.latents.GaussianLatent(size, seed=1) for name, size in self.sizes.items()
        }
        categorical = klv.latents.RelaxedCategoricalLatent(16, 1, seed=1)
        super().__init__(heads, categorical, **kwargs)

    def get_config(self):
        return {**super().get_config(), **self.sizes}


@pytest.mark.parametrize("latent", [GaussianOnly, TwoBlocks])
def test_it_learns_replays_generates_and_survives_a_file(latent, tmp_path):
    tasks = digit_tasks(3)
    model = klv.LifelongVAE(tasks.event_shape, latent=latent(), network=small(tasks), seed=0)
    first, second = learn(model, tasks[:2], epochs=5)
    assert first["loss"][-1] < first["loss"][0]
    assert second["consistency"][-1] > 0
    assert model.default_prior == "aggregate_posterior"
    for options in ({}, {"task": 1}, {"prior": "prior"}):
        images = model.generate(5, seed=0, **options)
        assert images.shape == (5, 8, 8, 1)
        assert ((images > 0) & (images < 1)).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        learn(one, tasks[2:])
    for own, others in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(own, others)


def test_every_gaussian_block_has_a_kl_of_its_own():
    """Each against 1/2 sum(m^2 + v - log v - 1) in numpy."""
    tasks = digit_tasks(1)
    model = klv.LifelongVAE(tasks.event_shape, latent=TwoBlocks(), network=small(tasks), seed=0)
    images = next(iter(tasks[0].test))
    loc, scale, *_ = model.encode(images)
    kl = 0.5 * (loc**2 + scale**2 - 2 * np.log(scale) - 1)
    model.compile()
    logs = model.evaluate(images.numpy(), batch_size=len(images), verbose=0, return_dict=True)
    assert logs["kl_style"] == pytest.approx(kl[:, :2].sum(axis=1).mean(), rel=1e-5)
    assert logs["kl_content"] == pytest.approx(kl[:, 2:].sum(axis=1).mean(), rel=1e-5)
    parts = ("reconstruction", "kl_style", "kl_content", "kl_categorical")
    assert logs["negative_elbo"] == pytest.approx(sum(logs[part] for part in parts), rel=1e-5)


@pytest.mark.parametrize("latent", [GaussianOnly, TwoBlocks])
def test_it_is_exported(latent, tmp_path):
    tasks = digit_tasks(1)
    model = klv.LifelongVAE(tasks.event_shape, latent=latent(), network=small(tasks), seed=0)
    learn(model, tasks)
    exported = tf.saved_model.load(klv.export_saved_model(model, tmp_path))
    images = next(iter(tasks[0].test))
    encoding = model.encode(images)
    answers = exported.signatures["encode"](images=images)
    np.testing.assert_allclose(answers["loc"], encoding.loc, atol=1e-5)
    assert ("category" in answers) == (latent is TwoBlocks)
    seeds = tf.range(3, dtype=tf.int64)
    anything = tf.fill((3,), tf.constant(-1, tf.int64))
    asked = {"seed": seeds, "task": anything}
    asked |= {"category": anything} if latent is TwoBlocks else {}
    generated = exported.signatures["generate"](**asked)
    assert np.isfinite(generated["images"]).all()


def test_what_needs_categories_says_so_without_them():
    tasks = digit_tasks(1)
    model = klv.LifelongVAE(tasks.event_shape, latent=GaussianOnly(), network=small(tasks), seed=0)
    error = "needs a latent with a categorical part z_d, received GaussianOnly"
    with pytest.raises(ValueError, match=f"`active_categories` {error}"):
        _ = model.active_categories
    with pytest.raises(ValueError, match=error):
        model.generate(2, category=0)
    with pytest.raises(ValueError, match="needs neither of `category` and `category_probs`"):
        model.decode(np.zeros((2, 3)), category=0)
    for term in (klv.terms.CategoryTarget(), klv.terms.InfoGAN()):
        with pytest.raises(ValueError, match=f"the term {term.name!r} {error}"):
            klv.LifelongVAE((8, 8, 1), latent=GaussianOnly(), terms=[term])
    assert model.encode(next(iter(tasks[0].test))).category is None


def test_the_short_form_and_a_latent_exclude_each_other():
    with pytest.raises(ValueError, match="`latent_dim` must be None: `latent` brings its own"):
        klv.LifelongVAE((8, 8, 1), latent_dim=3, latent=GaussianOnly())
