"""What one training step does, and what it leaves alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from models_helpers import EVENT_SHAPE, arrays_equal, digits, small_model

from keras_lifelong_vae import LifelongVAE, TeacherRollover
from keras_lifelong_vae.models.replay import MixedBatch, mix, real_only
from keras_lifelong_vae.types import LossTerms

SEED = tf.constant([0, 0])


def loss_terms(model, batch, seed=SEED):
    """The terms of a batch, as the training step computes them."""
    per_task = model.categories_per_task
    return model.objective.terms(batch, model.student, model.teacher, per_task, seed)[0]


def shown(model, number):
    """What the teacher replays."""
    return model.replay.show(model.teacher, model.aggregate_posterior, number, SEED)[0]


OPTIONS = [
    {},
    {"replay": "in_batch", "replay_pixels": "sample", "categories_per_task": 3},
    {"replay_codes": "prior", "category_prior": "uniform", "categories_per_task": 3},
    {"replay_share": 0.5, "temperature": 0.3, "consistency_parts": ("categorical",)},
    {"replay_share": 0.0, "network": "dense"},
    {"consistency_direction": "student_to_teacher", "information_weight": 0.1},
    {"replay_reconstruction": "own", "category_target_weight": 0.5},
    {"replay_reconstruction": "own", "replay": "in_batch", "replay_codes": "prior"},
    {"information_weight": 0.1, "information_estimator": "minibatch", "likelihood": "gaussian"},
    {"information_weight": 0.1, "information_estimator": "posterior_match", "kl_weight": 0.5},
    {"network": "convolutional", "likelihood": "discretized_logistic", "consistency_weight": 0.0},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_trains_two_tasks_and_loss_is_the_sum_of_its_terms(options):
    model = small_model(mode="graph", **options)
    for label in (0, 1):
        history = model.fit(
            digits(label, 64), epochs=3, batch_size=32, verbose=0, callbacks=[TeacherRollover()]
        ).history
        terms = LossTerms(*(np.array(history[name]) for name in LossTerms._fields))
        np.testing.assert_allclose(model.objective.weigh(terms), history["loss"], rtol=1e-5)
        assert history["loss"][-1] < history["loss"][0]
    assert int(model.finished_tasks) == 2
    replays = options.get("replay_share") != 0 and options.get("consistency_weight") != 0
    assert (terms.consistency.min() > 0) == replays
    assert bool(terms.information.any()) == ("information_weight" in options)


def test_the_teacher_is_frozen_and_no_gradient_reaches_it():
    model = small_model()
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    frozen = [weight.numpy() for weight in model.teacher.weights]
    model.fit(digits(1), epochs=1, verbose=0)
    images = tf.constant(digits(1, 16))
    replayed = shown(model, 16)
    batch = mix(images, replayed, tf.constant(0.5), "on_top", tf.constant([0, 0]))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([weight.value for weight in model.teacher.weights if weight.dtype == "float32"])
        terms = loss_terms(model, batch)
        loss = tf.reduce_sum(model.objective.weigh(terms))
    to_teacher = [
        tape.gradient(loss, weight.value)
        for weight in model.teacher.weights
        if weight.dtype == "float32"
    ]
    assert float(tf.reduce_sum(terms.consistency)) > 0
    assert to_teacher == [None] * len(to_teacher)
    assert None not in tape.gradient(loss, [w.value for w in model.student.trainable_weights])
    model.fit(digits(1), epochs=2, verbose=0)
    assert arrays_equal(frozen, [weight.numpy() for weight in model.teacher.weights])
    assert len(model.trainable_weights) == len(model.student.trainable_weights)


def test_consistency_is_zero_on_real_images():
    model = small_model()
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    images = tf.constant(digits(1, 8))
    replayed = shown(model, 8)
    for mode, share in (("on_top", 0.5), ("in_batch", 0.5)):
        batch = mix(images, replayed, tf.constant(share), mode, tf.constant([5, 6]))
        terms = loss_terms(model, batch)
        is_replayed = batch.replayed.numpy() == 1
        assert 0 < is_replayed.sum() < len(is_replayed)
        np.testing.assert_array_equal(terms.consistency.numpy()[~is_replayed], 0)
        # A perfect copy answers like its teacher; the images come through the same encoder.
        np.testing.assert_allclose(terms.consistency.numpy()[is_replayed], 0, atol=1e-4)


@pytest.mark.parametrize("mode", ["on_top", "in_batch"])
def test_a_replayed_image_is_reconstructed_crosswise(mode):
    """Against cross-entropies in numpy, for a student that has moved on from its teacher."""
    model = small_model(replay=mode)
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    model.fit(digits(1), epochs=2, verbose=0)
    images = tf.constant(digits(1, 8))
    batch = model.replay.batch(
        images, model.teacher, model.aggregate_posterior, model.finished_tasks, SEED
    )
    terms, _, code = model.objective.terms(batch, model.student, model.teacher, 1, SEED)
    is_replayed, begin = batch.replayed.numpy() == 1, int(batch.replay_begin)
    assert 0 < is_replayed.sum() < len(is_replayed)

    def distance(vae, code, begin=0):
        decoded = vae.likelihood.mean(vae.decode(code)).numpy().astype("float64")
        x = batch.images.numpy().astype("float64")[begin:]
        return -(x * np.log(decoded) + (1 - x) * np.log1p(-decoded)).sum(axis=(1, 2, 3))

    own = distance(model.student, code)
    students = np.pad(distance(model.student, batch.code, begin), (begin, 0))
    teachers = distance(model.teacher, code)
    expected = np.where(is_replayed, students, own)
    np.testing.assert_allclose(terms.reconstruction, expected, rtol=1e-4)
    expected = np.where(is_replayed, teachers, 0.0)
    np.testing.assert_allclose(terms.cross_reconstruction, expected, rtol=1e-4)


def test_a_student_that_only_copies_its_teacher_loses_nothing_crosswise():
    """What the crossing is for: at the teacher's own weights the decoder's gradient vanishes.

    With the student's own z it does not: E[x | z] under the noise of q(z | x) is a blurred copy.
    """
    norms = {}
    for reconstruction in ("crossed", "own"):
        model = small_model(replay_reconstruction=reconstruction)
        model.fit(digits(0), epochs=20, verbose=0, callbacks=[TeacherRollover()])
        replayed, code = model.replay.show(model.teacher, model.aggregate_posterior, 256, SEED)
        batch = MixedBatch(replayed, tf.fill((256,), 1 / 256), tf.ones((256,)), 0, code)
        weights = [weight.value for weight in model.student.decoder.trainable_weights]
        with tf.GradientTape() as tape:
            terms = loss_terms(model, batch)
            loss = tf.reduce_mean(terms.reconstruction)
        norms[reconstruction] = float(tf.linalg.global_norm(tape.gradient(loss, weights)))
    assert norms["crossed"] < 1e-4 * norms["own"]


@pytest.mark.parametrize("mode", ["on_top", "in_batch"])
def test_the_category_to_be_found_again_is_the_one_that_was_decoded_or_the_tasks_own(mode):
    """-log q(z_d in S | x) in numpy: S has one category if x was replayed, three if it is real."""
    model = small_model(replay=mode, categories_per_task=3, category_target_weight=1.0)
    model.fit(digits(0), epochs=2, verbose=0, callbacks=[TeacherRollover()])
    model.student.latent.categorical.active_categories.assign(6)
    batch = model.replay.batch(
        tf.constant(digits(1, 16)), model.teacher, model.aggregate_posterior, 1, SEED
    )
    logits = model.student.posterior(batch.images).logits.numpy()[:, :6].astype("float64")
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    begin, decoded = int(batch.replay_begin), batch.code.category.numpy().argmax(1)
    assert len(set(decoded)) > 1
    expected = -np.log(probs[:, 3:].sum(axis=1))
    is_replayed = batch.replayed.numpy() == 1
    again = -np.log(probs[np.arange(begin, len(probs)), decoded])
    expected[is_replayed] = np.pad(again, (begin, 0))[is_replayed]
    assert 0 < is_replayed.sum() < len(is_replayed)
    np.testing.assert_allclose(loss_terms(model, batch).category_target, expected, rtol=1e-4)


def test_a_new_category_is_used_even_where_the_encoder_is_sure_of_an_old_one():
    """The case in which the gradient of the KL to the task's prior is gone."""
    shares = {}
    for weight in (0.0, 1.0):
        model = small_model(learning_rate=1e-2, category_target_weight=weight, replay_share=0.0)
        model.fit(digits(0, 64), verbose=0, callbacks=[TeacherRollover()])
        model.student.latent.categorical.bias.assign(40.0 * tf.one_hot(0, 16))
        model.fit(digits(1, 64), epochs=30, verbose=0)
        shares[weight] = np.mean(model.encode(digits(1)).category == 1)
    assert shares == {0.0: 0.0, 1.0: 1.0}


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_mixing_on_top_weighs_the_two_halves(share):
    images, replayed = np.zeros((4, 2), "float32"), np.ones((12, 2), "float32")
    batch = mix(tf.constant(images), replayed, tf.constant(share), "on_top", tf.constant([0, 0]))
    np.testing.assert_array_equal(batch.images, np.concatenate([images, replayed]))
    np.testing.assert_array_equal(batch.replayed, [0] * 4 + [1] * 12)
    np.testing.assert_allclose(batch.weight, [(1 - share) / 4] * 4 + [share / 12] * 12, rtol=1e-6)


def test_mixing_in_batch_replaces_the_share_of_images():
    images, replayed = np.zeros((20000, 1), "float32"), np.ones((20000, 1), "float32")
    batch = mix(tf.constant(images), replayed, tf.constant(0.75), "in_batch", tf.constant([0, 0]))
    np.testing.assert_array_equal(batch.images[:, 0], batch.replayed)
    assert np.mean(batch.replayed) == pytest.approx(0.75, abs=0.015)
    np.testing.assert_allclose(np.sum(batch.weight), 1.0, rtol=1e-4)


def test_both_modes_have_the_same_expected_loss():
    model = small_model()
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    images = tf.repeat(tf.constant(digits(1, 100)), 20, axis=0)
    replayed = shown(model, 2000)

    def loss(mode):
        batch = mix(images, replayed, tf.constant(0.7), mode, tf.constant([1, 1]))
        terms = loss_terms(model, batch, tf.constant([2, 2]))
        return float(tf.reduce_sum(batch.weight * model.objective.weigh(terms)))

    assert loss("in_batch") == pytest.approx(loss("on_top"), rel=0.02)


def test_replay_share_follows_the_number_of_finished_tasks():
    model = small_model(compiled=False)
    shares = []
    for finished in range(4):
        shares.append(float(model.replay.share(finished)))
    np.testing.assert_allclose(shares, [0, 1 / 2, 2 / 3, 3 / 4], rtol=1e-6)
    assert float(small_model(compiled=False, replay_share=0.25).replay.share(5)) == 0.25


def test_a_real_batch_weighs_every_image_alike():
    batch = real_only(tf.zeros((5, 2)))
    np.testing.assert_allclose(batch.weight, [0.2] * 5, rtol=1e-6)
    assert batch.replay_begin is None


def test_the_temperature_follows_its_schedule_and_the_step_counts_all_tasks():
    model = small_model(temperature=keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5))
    images = digits(0, 64)
    for expected_steps in (6, 12):
        model.fit(images, epochs=3, batch_size=32, verbose=0, callbacks=[TeacherRollover()])
        assert int(model.training_steps) == expected_steps
        temperature = float(model.student.latent.categorical.temperature)
        assert temperature == pytest.approx(0.5 ** ((expected_steps - 1) / 10), rel=1e-5)


def test_default_temperature_is_the_documented_one():
    schedule = small_model(compiled=False).temperature
    assert float(schedule(0)) == 1.0
    assert float(schedule(10_000)) == pytest.approx(np.exp(-0.3), rel=1e-5)
    assert float(schedule(1_000_000)) == 0.5


def test_training_is_reproducible_and_validation_changes_nothing():
    def weights(seed, **fit):
        model = small_model(seed=seed)
        model.fit(digits(0), epochs=2, verbose=0, shuffle=False, **fit)
        return model.student.get_weights()

    reference = weights(0)
    assert arrays_equal(reference, weights(0))
    assert arrays_equal(reference, weights(0, validation_data=(digits(1),)))
    assert not arrays_equal(reference, weights(1))


def test_without_a_seed_the_global_one_decides():
    def weights():
        keras.utils.set_random_seed(5)
        model = LifelongVAE(EVENT_SHAPE, latent_dim=2)
        model.compile("adam", jit_compile=False)
        model.fit(digits(0, 64), verbose=0, shuffle=False)
        return model.student.get_weights()

    assert arrays_equal(weights(), weights())


def test_xla_and_the_plain_graph_take_the_same_step():
    """But for the noise, of which XLA draws its own: its scale is made to vanish."""
    weights = []
    for mode in ("eager", "graph", "xla"):
        model = small_model(mode=mode)
        bias = model.student.latent.gaussian.projection.bias
        bias.assign(np.repeat([0.0, -40.0], 4))
        model.fit(digits(0, 32), batch_size=32, epochs=3, verbose=0, shuffle=False)
        weights.append(model.student.get_weights())
    for eager, plain, compiled in zip(*weights, strict=True):
        np.testing.assert_allclose(plain, eager, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(compiled, plain, rtol=1e-4, atol=1e-5)


def test_mixed_precision_trains():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = small_model(network="dense")
        for label in (0, 1):
            history = model.fit(
                digits(label), epochs=3, verbose=0, callbacks=[TeacherRollover()]
            ).history["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.student.encoder.compute_dtype == "float16"
    assert np.all(np.isfinite(history))
    assert history[-1] < history[0]


def test_a_regularizer_in_the_users_network_counts():
    inputs = keras.Input(EVENT_SHAPE)
    hidden = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(1000.0))
    encoder = keras.Model(inputs, hidden(keras.layers.Flatten()(inputs)))
    decoder = small_model(compiled=False).student.decoder
    model = small_model(network=(encoder, decoder))
    history = model.fit(digits(0), verbose=0).history
    assert history["loss"][0] > 500 + history["reconstruction"][0]
