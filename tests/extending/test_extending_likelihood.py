"""Rows of sensor readings in their own units, which no likelihood of images would accept."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_wine

import keras_lifelong_vae as klv


def sensor_tasks():
    """12 readings a row of two kinds of wine: up to 1,680 in one column, 0.6 in another."""
    wine = load_wine()
    rows = wine.data[:, 1:].astype("float32")
    sets = {f"kind {k}": rows[wine.target == k] for k in (0, 1)}
    return rows, klv.tasks.from_arrays(sets, batch_size=16, validation_share=0.1)


@pytest.mark.slow
def test_it_learns_rows_in_their_units_and_generates_in_them(tmp_path):
    rows, tasks = sensor_tasks()
    normalization = keras.layers.Normalization()
    normalization.adapt(rows)
    likelihood = klv.likelihoods.Gaussian(0.5, support="real", normalization=normalization)
    network = klv.networks.dense((12,), units=(64, 64), seed=0)
    model = klv.LifelongVAE((12,), 3, likelihood=likelihood, network=network, seed=0)
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
    for task in tasks:
        model.fit(task.train, epochs=80, verbose=0, callbacks=[klv.TeacherRollover()])
    for k, task in enumerate(tasks):
        real = np.concatenate(list(task.train.as_numpy_iterator()))
        generated = model.generate(400, seed=0, task=k)
        spread = rows.std(axis=0)
        assert (np.abs(generated.mean(axis=0) - real.mean(axis=0)) < 0.5 * spread).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(rows), model.reconstruct(rows))
    np.testing.assert_allclose(
        loaded.negative_elbo(rows, seed=0), model.negative_elbo(rows, seed=0), rtol=1e-5
    )


def test_the_density_is_in_the_units_of_the_data():
    """Measuring in thousandths adds ln 1000 nats for each of 12 readings, and nothing else."""
    rows, _ = sensor_tasks()
    bounds = {}
    for factor in (1.0, 1000.0):
        normalization = keras.layers.Normalization()
        normalization.adapt(factor * rows)
        likelihood = klv.likelihoods.Gaussian(support="real", normalization=normalization)
        network = klv.networks.dense((12,), units=(8,), seed=0)
        model = klv.LifelongVAE((12,), 2, likelihood=likelihood, network=network, seed=0)
        bounds[factor] = model.negative_elbo(factor * rows, seed=0)
    difference = (bounds[1000.0] - bounds[1.0]).mean()
    assert difference == pytest.approx(12 * np.log(1000.0), rel=1e-3)


def test_errors_speak_of_the_likelihoods_support():
    rows, tasks = sensor_tasks()
    images = klv.LifelongVAE((12,), seed=0, network=klv.networks.dense((12,), units=(8,)))
    images.compile()
    for ask in (lambda: images.fit(tasks[0].train), lambda: images.negative_elbo(rows)):
        with pytest.raises(ValueError, match=r"must lie in \[0, 1\], the support of Bernoulli"):
            ask()
    likelihood = klv.likelihoods.Gaussian(support="real")
    network = klv.networks.dense((12,), units=(8,))
    model = klv.LifelongVAE((12,), likelihood=likelihood, network=network)
    with pytest.raises(ValueError, match="`images` must be finite"):
        model.negative_elbo(np.full((2, 12), np.nan, "float32"))
