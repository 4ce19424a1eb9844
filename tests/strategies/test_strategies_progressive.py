import itertools
import math
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae import TeacherRollover, strategies, terms

UNITS, ADAPTER, LATENT, EVENT = (16, 24), 5, 3, 64


@pytest.fixture(scope="module")
def tasks():
    return klv.tasks.split_by_class("digits", batch_size=64)[:3]


def build(tasks, learning_rate=5e-3, optimizer=keras.optimizers.Adam, mode="eager", **options):
    options = {"latent_dim": LATENT, "units": UNITS, "adapter_units": ADAPTER, **options}
    model = strategies.get("progressive").build(tasks, **options)
    jit_compile = mode == "xla"
    model.compile(optimizer(learning_rate), run_eagerly=mode == "eager", jit_compile=jit_compile)
    return model


def fit(model, task, epochs=1):
    return model.fit(task.train, epochs=epochs, verbose=0, callbacks=[TeacherRollover()])


def bound(model, task):
    return model.evaluate(task.test, verbose=0, return_dict=True)["negative_elbo"]


def some(task, number=20):
    return next(iter(task.test)).numpy()[:number]


@pytest.fixture(scope="module")
def learned(tasks):
    """A model of two tasks, and -ELBO of the first one's test images before the second."""
    model = build(tasks)
    fit(model, tasks[0], epochs=6)
    before = bound(model, tasks[0])
    fit(model, tasks[1], epochs=6)
    return model, before


@pytest.mark.parametrize("optimizer", [keras.optimizers.AdamW, keras.optimizers.SGD])
def test_the_weights_of_finished_tasks_stay_to_the_bit(tasks, optimizer):
    model = build(tasks, optimizer=optimizer, likelihood="gaussian")
    fit(model, tasks[0])
    z, images = np.ones((2, LATENT), "float32"), some(tasks[0])
    decoded = model.decode(z, category=0)
    weights = [weight.numpy() for weight in model.student.learned_weights]
    own = [id(weight) for weight in model.student.learned_weights]
    for task in tasks[1:]:
        assert not any(id(weight) in own for weight in model.trainable_variables)
        fit(model, task)
    now = [weight.numpy() for weight in _columns(model, 1)] + [model.likelihood.log_scale.numpy()]
    for before, after in zip(weights, now, strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(model.decode(z, category=0), decoded, rtol=1e-6)
    assert np.isfinite(model.negative_elbo(images, seed=0)).all()


def test_every_weight_of_the_present_column_learns(tasks):
    model = build(tasks)
    fit(model, tasks[0])
    before = [weight.numpy() for weight in model.trainable_variables]
    assert len(before) == 2 * (3 * 2 + 2 * 3)  # dense layers and adapters of two halves
    model.train_on_batch(some(tasks[1]))
    for old, weight in zip(before, model.trainable_variables, strict=True):
        assert (old != weight.numpy()).any()


def test_a_later_column_reads_the_earlier_ones_and_no_earlier_one_a_later(learned, tasks):
    model, _ = learned
    images, z = some(tasks[0]), np.ones((2, LATENT), "float32")

    def answers(number):
        heads = model.student.encoder(tf.reshape(images, (-1, EVENT)))
        return [heads[number].numpy(), model.decode(z, category=number)]

    for perturbed, reading in itertools.product(range(2), range(2)):
        before = answers(reading)
        biases = [part.columns[perturbed].own[1].bias for part in _halves(model)]
        for bias in biases:
            bias.assign_add(tf.ones_like(bias))
        for old, new in zip(before, answers(reading), strict=True):
            assert np.array_equal(old, new) == (reading < perturbed)
        for bias in biases:
            bias.assign_add(-tf.ones_like(bias))


def test_the_gradient_of_z_goes_through_the_frozen_columns(learned):
    student, step = learned[0].student, 1e-2
    z = tf.constant([[0.3, -0.2, 0.1]])

    def output(z):
        return tf.reduce_mean(student.parameters(klv.types.LatentCode(z, None), training=True))

    with tf.GradientTape() as tape:
        tape.watch(z)
        value = output(z)
    changes = step * np.eye(LATENT, dtype="float32")
    for found, change in zip(tape.gradient(value, z)[0], changes, strict=True):
        expected = (output(z + change) - output(z - change)) / (2 * step)
        assert float(found) == pytest.approx(float(expected), rel=0.02, abs=1e-4)


def test_q_of_z_d_is_the_column_that_explains_an_image_best(learned, tasks):
    model, _ = learned
    images = np.concatenate([some(task, 30) for task in tasks[:2]])
    found = model.encode(images)
    np.testing.assert_array_equal(found.category_probs, np.eye(2)[found.category])
    fits = []
    for number, head in enumerate(model.student.encoder(tf.reshape(images, (-1, EVENT)))[:2]):
        loc, log_var = np.split(head.numpy(), 2, axis=1)
        mean = model.decode(loc, category=number)
        log_likelihood = images * np.log(mean) + (1 - images) * np.log1p(-mean)
        divergence = 0.5 * (np.exp(log_var) + loc**2 - 1 - log_var).sum(axis=1)
        fits.append(log_likelihood.sum(axis=(1, 2, 3)) - divergence)
    np.testing.assert_array_equal(found.category, np.argmax(fits, axis=0))
    assert (found.category == np.repeat([0, 1], 30)).mean() > 0.9


def test_what_was_learned_costs_no_more_than_to_say_which_column(learned, tasks):
    """-ELBO of the first task grows by ln 2 at most, but for images that another column fits."""
    model, before = learned
    assert bound(model, tasks[0]) < before + math.log(2) + 0.5
    parts = model.evaluate(tasks[1].test, verbose=0, return_dict=True)
    assert parts["kl_categorical"] == pytest.approx(math.log(2))
    fresh = build(tasks)
    assert parts["negative_elbo"] < bound(fresh, tasks[1]) - 3.0


def test_the_bounds_are_bounds_of_a_distribution():
    """Two pixels, one dimension: p(x) = 1/2 sum_k int N(z) p(x | z, k) dz is summed on a grid."""
    model = strategies.ProgressiveVAE((2,), 1, units=(4,), adapter_units=2, num_columns=2, seed=1)
    model.student.latent.categorical.active_categories.assign(2)
    for weight in model.student.learned_weights:
        weight.assign(2.0 * weight)
    images = np.array(list(itertools.product([0.0, 1.0], repeat=2)), "float32")
    z = np.linspace(-8, 8, 2001, dtype="float32")[:, None]
    prior = np.exp(-(z[:, 0].astype("float64") ** 2) / 2) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
    evidence = np.zeros(4)
    for number in range(2):
        mean = model.decode(z, category=number).astype("float64")
        likelihood = np.prod(np.where(images[:, None] == 1, mean, 1 - mean), axis=-1)
        evidence += likelihood @ prior / 2
    assert evidence.sum() == pytest.approx(1.0, rel=1e-4)
    repeated = np.repeat(images, 4000, axis=0)
    elbo = model.negative_elbo(repeated, seed=0).reshape(4, -1).mean(axis=1)
    sharper = model.importance_weighted_bound(repeated, 8, seed=0).reshape(4, -1).mean(axis=1)
    assert (elbo > sharper).all()
    assert (sharper > -np.log(evidence) - 0.02).all()


def test_memory_grows_by_a_column_with_each_task(tasks):
    model = build(tasks)

    def dense(sizes, earlier):
        own = sum(a * b + b for a, b in itertools.pairwise(sizes))
        pairs = list(itertools.pairwise(sizes))[1:] if earlier else []
        return own + sum((earlier * a + 1) * ADAPTER + ADAPTER * b for a, b in pairs)

    expected = 0
    for number, task in enumerate(tasks):
        expected += dense((EVENT, *UNITS, 2 * LATENT), number)
        expected += dense((LATENT, *UNITS[::-1], EVENT), number)
        fit(model, task)
        assert model.count_parameters() == expected
    assert model.teacher is None


def test_in_training_an_image_is_of_the_last_column(tasks):
    model = build(tasks)
    for number, task in enumerate(tasks[:2]):
        fit(model, task)
        images = tf.constant(next(iter(task.train)))
        logits = model.student.posterior(images, training=True).logits
        found = tf.nn.softmax(logits).numpy()
        assert (found.argmax(axis=1) == number + 1).all()
        assert (found.max(axis=1) > 0.999).all()


def test_a_first_column_is_as_wide_as_the_networks_it_is_compared_with():
    model = strategies.ProgressiveVAE((8, 8, 1))
    encoder, _ = klv.networks.dense((8, 8, 1))
    assert model.units == (512, 512)
    widths = [layer.units for layer in encoder.layers if hasattr(layer, "units")]
    assert tuple(widths) == model.units


SCRIPT = """
import sys, keras, keras_lifelong_vae as klv
model = keras.models.load_model(sys.argv[1])
task = klv.tasks.split_by_class("digits", batch_size=64)[2]
model.fit(task.train, verbose=0, callbacks=[klv.TeacherRollover()])
model.save(sys.argv[1])
"""


@pytest.mark.slow
def test_another_process_goes_on_with_a_saved_model_to_the_bit(tasks, tmp_path):
    model = build(tasks, mode="graph", likelihood="gaussian")
    fit(model, tasks[0])
    fit(model, tasks[1])
    path = tmp_path / "model.keras"
    model.save(path)
    subprocess.run([sys.executable, "-c", SCRIPT, path], check=True)
    fit(model, klv.tasks.split_by_class("digits", batch_size=64)[2])
    loaded = keras.models.load_model(path)
    for own, others in ((model, loaded), (model.optimizer, loaded.optimizer)):
        for one, other in zip(own.variables, others.variables, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_a_stream_of_tasks_compiles_and_learns(tasks):
    model = build(tasks, mode="xla")
    stream, boundaries = tasks[:2].stream(epochs=4), tasks[:2].boundaries(epochs=4)
    images = np.concatenate([some(task) for task in tasks[:2]])
    before = model.negative_elbo(images, seed=0).mean()
    model.fit(stream, verbose=0, callbacks=[TeacherRollover(boundaries)])
    assert model.active_categories == 2
    assert model.negative_elbo(images, seed=0).mean() < before - 3.0


@pytest.mark.slow
def test_an_export_answers_like_the_model(learned, tasks, tmp_path):
    model, _ = learned
    images = some(tasks[1])
    served = tf.saved_model.load(str(klv.export_saved_model(model, tmp_path)))
    encoded, own = served.signatures["encode"](images=tf.constant(images)), model.encode(images)
    np.testing.assert_array_equal(encoded["category"], own.category)
    np.testing.assert_allclose(encoded["loc"], own.loc, rtol=1e-5, atol=1e-5)
    z, category = np.ones((2, LATENT), "float32"), np.array([0, 1])
    decoded = served.signatures["decode"](
        z_continuous=tf.constant(z), category=tf.constant(category)
    )
    np.testing.assert_allclose(decoded["images"], model.decode(z, category), rtol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"replay": klv.Replay()},
        {"network": "convolutional"},
        {"categories_per_task": 2},
        {"latent": klv.latents.JointLatent(3)},
        {"terms": [terms.EWC()]},
        {"units": (8, 0)},
        {"adapter_units": 0},
    ],
    ids=lambda options: next(iter(options)),
)
def test_options_without_a_place_are_named(options):
    with pytest.raises(ValueError, match=f"`{next(iter(options))}`"):
        strategies.ProgressiveVAE((8, 8, 1), **options)


def _halves(model):
    return model.student.encoder, model.student.decoder


def _columns(model, number):
    return [
        weight
        for part in _halves(model)
        for column in part.columns[:number]
        for weight in column.weights
    ]
