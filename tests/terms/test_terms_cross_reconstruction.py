"""Each half of the student is held to a half that does not move."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import SEED, digits, replay_batch, small_model, step_of, term_of

from keras_lifelong_vae import Replay, TeacherRollover
from keras_lifelong_vae.replay import MixedBatch, real_only
from keras_lifelong_vae.terms import CrossReconstruction, Reconstruction


@pytest.mark.parametrize("mode", ["on_top", "in_batch"])
def test_a_replayed_image_is_reconstructed_crosswise(mode):
    """Against cross-entropies in numpy, for a student that has moved on from its teacher."""
    model = small_model(replay=Replay(mode=mode))
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    model.fit(digits(1), epochs=2, verbose=0)
    batch = replay_batch(model, digits(1, 8))
    step = step_of(model, batch)
    is_replayed, begin = batch.replayed.numpy() == 1, int(batch.replay_begin)
    assert 0 < is_replayed.sum() < len(is_replayed)

    def distance(vae, code, begin=0):
        decoded = vae.mean(code).numpy().astype("float64")
        x = batch.images.numpy().astype("float64")[begin:]
        return -(x * np.log(decoded) + (1 - x) * np.log1p(-decoded)).sum(axis=(1, 2, 3))

    own = distance(model.student, step.code)
    students = np.pad(distance(model.student, batch.code, begin), (begin, 0))
    teachers = distance(model.teacher, step.code)
    expected = np.where(is_replayed, students, own)
    np.testing.assert_allclose(term_of(model, Reconstruction).value(step), expected, rtol=1e-4)
    expected = np.where(is_replayed, teachers, 0.0)
    np.testing.assert_allclose(term_of(model, CrossReconstruction).value(step), expected, rtol=1e-4)


@pytest.mark.slow
def test_a_student_that_only_copies_its_teacher_loses_nothing_crosswise():
    """What the crossing is for: at the teacher's own weights the decoder's gradient vanishes.

    With the student's own z it does not: E[x | z] under the noise of q(z | x) is a blurred copy.
    """
    norms = {}
    for reconstruction in ("crossed", "own"):
        model = small_model(replay=Replay(reconstruction=reconstruction))
        model.fit(digits(0), epochs=20, batch_size=64, verbose=0, callbacks=[TeacherRollover()])
        replayed, code = model.replay.show(model.teacher, model.aggregate_posterior, 256, SEED)
        batch = MixedBatch(replayed, tf.fill((256,), 1 / 256), tf.ones((256,)), 0, code)
        weights = [weight.value for weight in model.student.decoder.trainable_weights]
        with tf.GradientTape() as tape:
            terms = term_of(model, Reconstruction).value(step_of(model, batch))
            loss = tf.reduce_mean(terms)
        norms[reconstruction] = float(tf.linalg.global_norm(tape.gradient(loss, weights)))
    assert norms["crossed"] < 1e-4 * norms["own"]


def test_a_real_image_has_none():
    model = small_model()
    step = step_of(model, real_only(tf.constant(digits(0, 3))))
    np.testing.assert_array_equal(term_of(model, CrossReconstruction).value(step), np.zeros(3))


@pytest.mark.parametrize("replay", [None, Replay(reconstruction="own")], ids=["none", "own"])
def test_it_is_a_term_only_where_replay_is_crossed(replay):
    names = [term.name for term in small_model(compiled=False, replay=replay).terms]
    assert "reconstruction" in names
    assert "cross_reconstruction" not in names
