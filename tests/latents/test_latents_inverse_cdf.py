import numpy as np
import tensorflow as tf

from keras_lifelong_vae.latents.inverse_cdf import draw_index

SEED = tf.constant([1, 2])


def test_it_draws_the_probabilities_and_never_what_has_none():
    probs = np.float32([0.0, 0.5, 0.0, 0.3, 0.2, 0.0])
    drawn = draw_index(np.broadcast_to(probs * 7, (50000, 6)), SEED).numpy()
    np.testing.assert_allclose(np.bincount(drawn, minlength=6) / 50000, probs, atol=0.01)
    assert set(drawn) == {1, 3, 4}


def test_more_room_changes_no_draw():
    probs = np.random.default_rng(0).dirichlet(np.ones(4), 200).astype("float32")
    more = np.pad(probs, [(0, 0), (0, 9)])
    np.testing.assert_array_equal(draw_index(probs, SEED), draw_index(more, SEED))
