"""A stream in blocks, each of which is passed over several times."""

import numpy as np
import pytest
import tensorflow as tf

import keras_lifelong_vae as klv


def stream(number=25, batch_size=4):
    return tf.data.Dataset.range(number).map(lambda i: tf.fill((2,), i)).batch(batch_size)


def test_each_image_comes_that_often_and_only_in_its_block():
    batches = list(stream().apply(klv.tasks.in_blocks(10, passes=3, batch_size=6)))
    assert [len(batch) for batch in batches] == [6] * 5 + [6] * 5 + [6, 6, 3]
    seen = np.concatenate([batch.numpy()[:, 0] for batch in batches])
    for block, rows in enumerate((seen[:30], seen[30:60], seen[60:])):
        images, times = np.unique(rows, return_counts=True)
        assert images.tolist() == list(range(10 * block, min(10 * block + 10, 25)))
        assert (times == 3).all()


def test_every_pass_is_whole_and_in_an_order_of_its_own_that_the_seed_decides():
    def order(seed):
        blocks = stream(10).apply(klv.tasks.in_blocks(10, passes=2, batch_size=10, seed=seed))
        return [batch.numpy()[:, 0].tolist() for batch in blocks]

    first, second = order(0)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert order(0) == [first, second] != order(1)


@pytest.mark.parametrize("name", ["size", "passes", "batch_size"])
@pytest.mark.parametrize("value", [0, 1.5, "2"])
def test_numbers_are_checked(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1"):
        klv.tasks.in_blocks(**{name: value})


def test_a_model_learns_it():
    digits = klv.data.load("digits")
    images = tf.data.Dataset.from_tensor_slices((digits.train_images[:40] / 255).astype("float32"))
    model = klv.LifelongVAE((8, 8, 1), latent_dim=2, seed=0)
    model.compile("adam", run_eagerly=True)
    model.fit(images.batch(5).apply(klv.tasks.in_blocks(20, 2, 10)), verbose=0)
    assert int(model.training_steps) == 8
