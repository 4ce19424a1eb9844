"""Streams that announce nothing: what is noticed, what is held back, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_lifelong_vae as klv

BATCH = 32


@pytest.fixture(scope="module")
def digits():
    data = klv.data.load("digits")
    images, labels = (data.train_images / 16).astype("float32"), data.train_labels
    images /= images.max()
    return [images[labels == digit] for digit in range(10)]


def stream(digits, order, batches=15, seed=0):
    """So many random batches of each digit in turn, `(n, 8, 8, 1)`."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.choice(digits[digit], batches * BATCH) for digit in order])


def dataset(images, batch=BATCH):
    return tf.data.Dataset.from_tensor_slices(images).batch(batch)


def compiled_model(room=16, run_eagerly=True, **options):
    """Eager, because to trace a step takes longer than the steps do here."""
    network = klv.networks.dense((8, 8, 1), units=(16,), seed=0)
    latent = klv.latents.JointLatent(
        2, 1, room, kernel_initializer=keras.initializers.GlorotUniform(0), seed=0
    )
    model = klv.LifelongVAE((8, 8, 1), latent=latent, network=network, seed=0)
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=run_eagerly, **options)
    return model


def learn(images, detector=None, model=None, **options):
    model = model or compiled_model(**options)
    detector = detector or klv.TransitionDetector()
    model.fit(dataset(images), verbose=0, callbacks=[detector])
    return model, detector


@pytest.fixture(scope="module")
def learned(digits):
    """Five tasks of three digits, in compiled steps, with more room for tasks on the way."""
    return learn(stream(digits, [0, 1, 0, 2, 1]), room=2, run_eagerly=False)


def test_it_finds_where_the_digits_change(learned):
    found = [transition.batch for transition in learned[1].transitions]
    assert found == [15, 30, 45, 60]
    assert learned[1].outliers == 0
    assert int(learned[0].training_steps) == 75
    assert [transition.step for transition in learned[1].transitions] == found
    assert all(transition.log_p < np.log(1e-5) for transition in learned[1].transitions)


def test_a_task_that_comes_back_is_known_again(learned):
    model, detector = learned
    found = [(transition.task, transition.has_returned) for transition in detector.transitions]
    assert found == [(1, False), (0, True), (2, False), (1, True)]
    assert int(model.finished_tasks) == model.active_categories == 3
    tasks = model.aggregate_posterior.rows_in_use() // model.replay.components_per_task
    assert sorted(set(tasks)) == [0, 1, 2]
    assert int(model.present_task) == 3


def test_what_is_noticed_is_learned_like_what_is_told(digits):
    images = stream(digits, [3, 4, 5])
    noticed, detector = learn(images, klv.TransitionDetector(steps_per_false_alarm=10**9))
    told = compiled_model()
    boundaries = [transition.batch for transition in detector.transitions]
    told.fit(dataset(images), verbose=0, callbacks=[klv.TeacherRollover(boundaries)])
    assert boundaries == [15, 30]
    names = ("student", "teacher", "aggregate_posterior")
    for name in names:
        pairs = zip(
            getattr(noticed, name).get_weights(), getattr(told, name).get_weights(), strict=True
        )
        for one, other in pairs:
            np.testing.assert_allclose(one, other, atol=2e-6)


def test_a_broken_batch_is_dropped_as_if_it_had_never_come(digits):
    images = stream(digits, [6], 20)
    broken = np.random.default_rng(0).random((BATCH, 8, 8, 1)).astype("float32")
    there = 12 * BATCH
    with_it, detector = learn(np.concatenate([images[:there], broken, images[there:]]))
    without, _ = learn(images)
    assert detector.outliers == 1
    assert detector.transitions == []
    for one, other in zip(with_it.student.weights, without.student.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_improbable_batch_that_may_come_is_learned_after_all(digits):
    # One that is held back in ten, and none that is dropped.
    detector = klv.TransitionDetector(10**9, confirmations=9)
    model, _ = learn(stream(digits, [6], 40), detector)
    assert detector.outliers == 0
    assert detector.transitions == []
    assert int(model.training_steps) == 40


def rows_model(run_eagerly=True):
    real = klv.likelihoods.Gaussian(support="real")
    model = klv.LifelongVAE((4,), latent_dim=2, likelihood=real, seed=0)
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=run_eagerly)
    return model


def test_a_slow_drift_ends_a_task_when_it_has_gone_far():
    rows = np.random.default_rng(0).normal(size=(200, BATCH, 4)).astype("float32")
    rows[..., 0] += np.clip(np.arange(200) - 40, 0, 120)[:, None] / 80
    detector = klv.TransitionDetector(window=10)
    model, _ = learn(rows.reshape(-1, 4), detector, model=rows_model(run_eagerly=False))
    (transition,) = detector.transitions
    assert transition.has_drifted
    assert not transition.has_returned
    assert 115 <= transition.batch <= 145  # it is one standard deviation away at 120
    assert int(model.finished_tasks) == 2
    assert int(model.training_steps) == 200


@pytest.mark.parametrize(("directions", "found"), [((0, 1, 2), []), ((0, 0, 0), [20])])
def test_improbable_batches_that_do_not_agree_are_chance(directions, found):
    rows = np.random.default_rng(0).normal(size=(33, BATCH, 4)).astype("float32")
    for batch, direction in enumerate(directions, 20):
        rows[batch, :, direction] += 0.8
    if found:
        rows[23:, :, 0] += 0.8
    model, detector = learn(rows.reshape(-1, 4), model=rows_model())
    assert [transition.batch for transition in detector.transitions] == found
    assert int(model.training_steps) == 33
    assert int(model.finished_tasks) == 1 + len(found)


@pytest.mark.parametrize("options", [{"steps_per_execution": 4, "jit_compile": True}])
@pytest.mark.slow
def test_it_works_with_what_compile_accepts(digits, options):
    model, detector = learn(stream(digits, [0, 1], 12), run_eagerly=False, **options)
    assert [transition.batch for transition in detector.transitions] == [12]
    assert int(model.finished_tasks) == 2
    assert int(model.training_steps) == 24


def test_a_saved_model_knows_its_tasks_again(learned, digits, tmp_path):
    learned[0].save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    learn(stream(digits, [1, 7], 10, seed=1), model=model)
    assert int(model.finished_tasks) == 4
    assert model.active_categories == 4


def test_the_logs_say_how_improbable_the_last_batch_was(digits):
    model, history = compiled_model(), []
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: history.append(logs["log_p"])
    )
    images = dataset(stream(digits, [0, 1], 12))
    model.fit(images, verbose=0, callbacks=[klv.TransitionDetector(), keep])
    assert history[:8] == [0.0] * 8  # too few images before them
    assert np.log(1e-4) < min(history[8:12]) < 0
    assert max(history[12:15]) < -20
    model.fit(images, verbose=0, callbacks=[klv.TeacherRollover()])
    assert "log_p" not in model.history.history


def test_a_stream_in_pieces_is_one_stream(digits):
    images = stream(digits, [0, 1])
    model, detector = learn(images[: 25 * BATCH])
    learn(images[25 * BATCH :], detector, model)
    assert int(model.finished_tasks) == 2
    assert int(model.training_steps) == 30
    assert [transition.batch for transition in detector.transitions] == [15]


class Stop(keras.callbacks.Callback):
    def __init__(self, after):
        super().__init__()
        self.after = after

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.after:
            raise KeyboardInterrupt


def test_a_stopped_stream_goes_on_as_if_undisturbed(digits, tmp_path):
    images = stream(digits, [0, 1, 0])

    def fit(directory, *others):
        model, detector = compiled_model(), klv.TransitionDetector()
        checkpoint = klv.SequenceCheckpoint(tmp_path / directory, save_freq=1)
        model.fit(dataset(images), verbose=0, callbacks=[detector, *others, checkpoint])
        return model, detector

    whole, undisturbed = fit("whole")
    with pytest.raises(KeyboardInterrupt):
        fit("stopped", Stop(after=17))  # three batches are held back
    again, detector = fit("stopped", keras.callbacks.Callback())
    assert detector.transitions == undisturbed.transitions
    for one, other in zip(again.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_can_not_share_its_task_with_others(digits):
    for other in (klv.TeacherRollover(), klv.TransitionDetector()):
        with pytest.raises(ValueError, match="`callbacks` must hold one TransitionDetector"):
            compiled_model().fit(digits[0], callbacks=[klv.TransitionDetector(), other])


def test_images_of_another_shape_are_refused(digits):
    detector = klv.TransitionDetector()
    detector.watch(compiled_model())
    with pytest.raises(
        ValueError, match=r"of images \(4,\), received one that has seen \(8, 8, 1\)"
    ):
        rows_model().fit(np.zeros((64, 4), "float32"), verbose=0, callbacks=[detector])


def test_batches_too_small_to_judge_are_refused(digits):
    with pytest.raises(ValueError, match="at least 32 images with TransitionDetector"):
        compiled_model().fit(digits[0], batch_size=16, callbacks=[klv.TransitionDetector()])


def test_replicas_are_refused(digits):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = compiled_model()
    with pytest.raises(ValueError, match="no TransitionDetector with replicas"):
        learn(stream(digits, [0], 3), model=model)


@pytest.mark.parametrize("name", ["steps_per_false_alarm", "confirmations", "window"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "3"])
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1"):
        klv.TransitionDetector(**{name: value})
