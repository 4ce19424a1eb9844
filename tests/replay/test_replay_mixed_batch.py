"""What the student sees: real images and replayed ones, and how much each counts."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import SEED, digits, replay_batch, small_model, step_of

from keras_lifelong_vae import Replay, TeacherRollover
from keras_lifelong_vae.replay import mix, real_only


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_mixing_on_top_weighs_the_two_halves(share):
    images, replayed = np.zeros((4, 2), "float32"), np.ones((12, 2), "float32")
    batch = mix(tf.constant(images), replayed, tf.constant(share), "on_top", SEED)
    np.testing.assert_array_equal(batch.images, np.concatenate([images, replayed]))
    np.testing.assert_array_equal(batch.replayed, [0] * 4 + [1] * 12)
    np.testing.assert_allclose(batch.weight, [(1 - share) / 4] * 4 + [share / 12] * 12, rtol=1e-6)


def test_mixing_in_batch_replaces_the_share_of_images():
    images, replayed = np.zeros((20000, 1), "float32"), np.ones((20000, 1), "float32")
    batch = mix(tf.constant(images), replayed, tf.constant(0.75), "in_batch", SEED)
    np.testing.assert_array_equal(batch.images[:, 0], batch.replayed)
    assert np.mean(batch.replayed) == pytest.approx(0.75, abs=0.015)
    np.testing.assert_allclose(np.sum(batch.weight), 1.0, rtol=1e-4)


def test_both_modes_have_the_same_expected_loss():
    model = small_model()
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    images = tf.repeat(tf.constant(digits(1, 100)), 20, axis=0)
    replayed, code = model.replay.show(model.teacher, model.aggregate_posterior, 2000, SEED)

    def loss(mode):
        batch = mix(images, replayed, tf.constant(0.7), mode, tf.constant([1, 1]))
        step = step_of(model, batch._replace(code=code), tf.constant([2, 2]))
        return float(model.batch_loss(step)[0])

    assert loss("in_batch") == pytest.approx(loss("on_top"), rel=0.02)


def test_the_share_follows_the_number_of_finished_tasks():
    shares = [float(Replay().share_after(tf.constant(finished))) for finished in range(4)]
    np.testing.assert_allclose(shares, [0, 1 / 2, 2 / 3, 3 / 4], rtol=1e-6)
    assert float(Replay(share=0.25).share_after(tf.constant(5))) == 0.25


def test_a_real_batch_weighs_every_image_alike():
    batch = real_only(tf.zeros((5, 2)))
    np.testing.assert_allclose(batch.weight, [0.2] * 5, rtol=1e-6)
    assert batch.replay_begin is None


@pytest.fixture(scope="module")
def taught():
    model = small_model()
    model.fit(digits(0, 64), verbose=0, callbacks=[TeacherRollover()])
    return model


@pytest.mark.parametrize(("ratio", "expected"), [(None, 2), (1, 1), (3, 3)])
def test_the_ratio_is_of_replayed_images_to_real_ones(taught, ratio, expected):
    images = tf.constant(digits(1, 5))
    args = (taught.teacher, taught.aggregate_posterior, taught.finished_tasks, SEED)
    batch = Replay(ratio=ratio).batch(images, *args)
    assert batch.images.shape[0] == 5 * (1 + expected)
    assert float(tf.reduce_sum(batch.weight * batch.replayed)) == pytest.approx(0.5)
    assert int(batch.replay_begin) == 5
    assert batch.code.continuous.shape == (5 * expected, 4)


def test_what_is_replayed_is_decoded_from_the_code_that_comes_with_it(taught):
    batch = replay_batch(taught, digits(1, 5))
    np.testing.assert_allclose(batch.images[5:], taught.teacher.mean(batch.code), atol=1e-6)


def test_sampled_pixels_are_those_of_the_likelihood(taught):
    images, code = Replay(pixels="sample").show(
        taught.teacher, taught.aggregate_posterior, 2000, SEED
    )
    assert set(np.unique(images)) == {0.0, 1.0}
    mean = taught.teacher.mean(code).numpy().mean(axis=0)
    np.testing.assert_allclose(images.numpy().mean(axis=0), mean, atol=0.06)


def test_codes_of_the_prior_are_the_priors(taught):
    _, code = Replay(codes="prior").show(taught.teacher, None, 5000, SEED)
    np.testing.assert_allclose(code.continuous.numpy().mean(0), 0.0, atol=0.06)
    np.testing.assert_allclose(code.continuous.numpy().std(0), 1.0, atol=0.06)
    assert np.all(code.discrete.numpy()[:, 0] == 1)  # the teacher knows one category


def test_components_are_shared_evenly_and_each_task_has_one():
    assert [Replay(components_per_task=5).components(n) for n in (1, 9)] == [5, 5]
    assert [Replay(max_components=4).components(n) for n in (1, 2, 3, 9)] == [4, 2, 1, 1]


def test_its_config_makes_it_again():
    replay = Replay(3, 0.4, codes="prior", pixels="sample", max_components=9)
    assert Replay.from_config(replay.get_config()) == replay


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"mode": "sometimes"}, "`mode` must be one of on_top, in_batch, received 'sometimes'"),
        ({"ratio": 0}, "`ratio` must be an integer of at least 1, received 0"),
        (
            {"ratio": 2, "mode": "in_batch"},
            '`ratio` must be 1 or None with mode "in_batch", received 2',
        ),
        ({"share": 1.0}, r"`share` must be a number in \[0, 1\), received 1.0"),
        ({"share": 0.0}, "`share` must be greater than 0; without replay pass `replay=None`"),
        ({"codes": "posterior"}, "`codes` must be one of aggregate_posterior, prior"),
        ({"reconstruction": "twice"}, "`reconstruction` must be one of crossed, own"),
        ({"pixels": "median"}, "`pixels` must be one of mean, sample"),
        ({"components_per_task": 0}, "`components_per_task` must be an integer of at least 1"),
        ({"max_components": 0.5}, "`max_components` must be an integer of at least 1"),
    ],
    ids=str,
)
def test_bad_options_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        Replay(**options)
