import numpy as np
import pytest
import tensorflow as tf
from tasks_helpers import numbered, pixels, three_tasks

from keras_lifelong_vae import tasks


def grey(level=0.3, size=64, batch_size=16, shape=(8, 8, 1)):
    images = np.full((size, *shape), level, np.float32)
    arrays = {"train": images, "validation": images, "test": images}
    return tasks.from_arrays({"a": arrays, "b": arrays}, batch_size)


@pytest.mark.parametrize("use", ["train", "validation", "test"])
@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_pixels_are_bernoulli_draws_of_the_grey_level(use, level):
    drawn = pixels(getattr(grey(level).binarized()[0], use))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    deviation = np.sqrt(level * (1 - level) / drawn.size)
    assert abs(drawn.mean() - level) < 4 * deviation


@pytest.mark.parametrize("use", ["train", "test"])
def test_draws_are_independent_of_each_other(use):
    drawn = pixels(getattr(grey(0.5).binarized()[0], use)).reshape(64, 64)
    across_images = np.abs(np.corrcoef(drawn)[np.triu_indices(64, 1)])
    across_pixels = np.abs(np.corrcoef(drawn.T)[np.triu_indices(64, 1)])
    assert across_images.max() < 5 / np.sqrt(64)
    assert across_pixels.max() < 5 / np.sqrt(64)
    assert across_images.mean() == pytest.approx(np.sqrt(2 / np.pi / 64), rel=0.15)


def test_shapes_and_sizes_are_kept():
    sequence = three_tasks(batch_size=3, share=0.25)
    binary = sequence.binarized()
    assert binary.names == sequence.names
    assert binary.boundaries(3) == sequence.boundaries(3)
    assert binary[0].train.element_spec == tf.TensorSpec((3, 2, 2, 1), tf.float32)
    for task, drawn in zip(sequence, binary, strict=True):
        assert repr(drawn) == repr(task)
        assert len(pixels(drawn.test)) == task.num_test


@pytest.mark.parametrize("shape", [(1, 1, 1), (5,), (3, 3, 3), (2, 2, 1)])
def test_any_event_shape(shape):
    task = grey(0.5, size=40, batch_size=16, shape=shape).binarized()[0]
    assert pixels(task.train).shape == (32, *shape)
    assert pixels(task.test).shape == (40, *shape)


def test_training_pixels_are_drawn_afresh_every_epoch():
    train = grey().binarized()[0].train
    first, second, third = (pixels(train) for _ in range(3))
    assert 0.3 < np.mean(first != second) < 0.55  # 2 * 0.3 * 0.7 = 0.42
    assert 0.3 < np.mean(second != third) < 0.55


def test_training_pixels_are_drawn_afresh_in_a_task_of_one_image():
    task = tasks.from_arrays({"a": np.full((1, 8, 8, 1), 0.5, np.float32)}).binarized()[0]
    train = task.train
    assert not np.array_equal(pixels(train), pixels(train))


def test_two_accesses_agree():
    binary = grey().binarized(seed=5)
    one, other = binary[0].train, grey().binarized(seed=5)[0].train
    for _ in range(2):
        np.testing.assert_array_equal(pixels(one), pixels(other))


def test_the_global_seed_does_not_change_the_draws():
    drawn = []
    for global_seed in (1, 2):
        tf.random.set_seed(global_seed)
        drawn.append(pixels(grey().binarized()[0].train))
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize("use", ["validation", "test"])
def test_validation_and_test_are_drawn_once(use):
    task = grey().binarized()[0]
    dataset = getattr(task, use)
    first = pixels(dataset)
    np.testing.assert_array_equal(pixels(dataset), first)
    np.testing.assert_array_equal(pixels(getattr(task, use)), first)


def test_test_images_do_not_depend_on_the_batch_size():
    one, other = (grey(batch_size=size).binarized()[0].test for size in (16, 23))
    np.testing.assert_array_equal(pixels(one), pixels(other))


@pytest.mark.parametrize("use", ["train", "validation", "test"])
def test_other_seeds_tasks_and_splits_have_other_noise(use):
    binary = grey().binarized(seed=0)
    drawn = pixels(getattr(binary[0], use))
    others = [getattr(grey().binarized(seed=1)[0], use), getattr(binary[1], use)]
    others += [getattr(binary[0], other) for other in {"train", "validation", "test"} - {use}]
    for other in others:
        assert 0.3 < np.mean(drawn != pixels(other)) < 0.55


def test_black_and_white_images_stay_and_keep_their_order():
    images = np.zeros((32, 2, 2, 1), np.float32)
    images.reshape(32, 4)[:, :] = (np.arange(32)[:, None] >> np.arange(4)) & 1
    sequence = tasks.from_arrays({"a": {"train": images, "test": images}}, 8)
    binary = sequence.binarized()
    grey_train, binary_train = sequence[0].train, binary[0].train
    for _ in range(2):
        np.testing.assert_array_equal(pixels(binary_train), pixels(grey_train))
    np.testing.assert_array_equal(pixels(binary[0].test), images)
    np.testing.assert_array_equal(pixels(binary.binarized()[0].test), images)


def test_stream_equals_the_tasks_one_after_another():
    binary = grey().binarized()
    expected = []
    for task in binary:
        train = task.train
        expected += [pixels(train) for _ in range(3)]
    np.testing.assert_array_equal(pixels(binary.stream(3)), np.concatenate(expected))
    assert binary.stream(3).cardinality() == binary.boundaries(3)[-1] == 24


def test_slicing_and_binarizing_commute():
    one, other = grey().binarized()[1:], grey()[1:].binarized()
    np.testing.assert_array_equal(pixels(one[0].test), pixels(other[0].test))
    np.testing.assert_array_equal(pixels(one[0].train), pixels(other[0].train))


def test_the_grey_sequence_is_left_alone():
    sequence = grey()
    sequence.binarized()
    assert set(np.unique(pixels(sequence[0].train))) == {np.float32(0.3)}


@pytest.mark.parametrize("use", ["train", "test"])
@pytest.mark.parametrize("value", [np.nan, 1.5, -0.1])
def test_values_nobody_checked_are_checked(use, value):
    images = numbered(8)
    bad = images.copy()
    bad[5, 0, 0, 0] = value
    arrays = {"train": images, "test": images} | {use: bad}
    datasets = {k: tf.data.Dataset.from_tensor_slices(v).batch(4) for k, v in arrays.items()}
    task = tasks.from_datasets({"a": datasets}, check_values=False).binarized()[0]
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"Binarising needs pixels in \[0, 1\]"
    ):
        pixels(getattr(task, use))


@pytest.mark.parametrize("bad", [1.5, -0.1, 255.0])
@pytest.mark.parametrize("in_datasets", [False, True])
def test_values_known_not_to_be_probabilities_are_refused_at_once(bad, in_datasets):
    images = numbered(8)
    images[5, 0, 0, 0] = bad
    if in_datasets:
        dataset = tf.data.Dataset.from_tensor_slices(images).batch(4)
        sequence = tasks.from_datasets({"a": dataset})
    else:
        sequence = tasks.from_arrays({"a": images})
    with pytest.raises(ValueError, match=r"needs pixels in \[0, 1\], received values from"):
        sequence.binarized()


@pytest.mark.parametrize("seed", [-1, 1.0, True, None])
def test_seed_is_a_natural_number(seed):
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0, received"):
        grey().binarized(seed)
