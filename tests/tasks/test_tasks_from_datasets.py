import numpy as np
import pytest
import tensorflow as tf
from tasks_helpers import epoch, numbered, pixels

from keras_lifelong_vae import tasks
from keras_lifelong_vae.checks import known_value_range


def dataset(size=10, start=0, batch_size=4, shape=(2, 2, 1)):
    return tf.data.Dataset.from_tensor_slices(numbered(size, start, shape)).batch(batch_size)


def labelled(size=10):
    labels = np.arange(size)
    return tf.data.Dataset.from_tensor_slices((numbered(size), labels)).batch(4)


def of_unknown_length(size=10):
    return dataset(size).filter(lambda x: True)


def test_images_come_through_as_they_are():
    sequence = tasks.from_datasets({"a": dataset(), "b": dataset(6, 100)})
    assert sequence.names == ("a", "b")
    assert epoch(sequence[0].train) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert epoch(sequence[1].train) == [[100, 101, 102, 103], [104, 105]]
    assert sequence.boundaries(2) == (6, 10)
    assert sequence.stream(2).cardinality() == 10


def test_dict_and_tuple_say_the_same():
    parts = dataset(), dataset(3, 20), dataset(5, 30)
    by_use = dict(zip(("train", "validation", "test"), parts, strict=True))
    for task in tasks.from_datasets({"dict": by_use, "tuple": parts}):
        assert (task.num_train, task.num_validation, task.num_test) == (10, 3, 5)
        assert epoch(task.validation) == [[20, 21, 22]]
        assert epoch(task.test) == [[30, 31, 32, 33], [34]]


def test_labels_are_dropped():
    task = tasks.from_datasets({"a": {"train": labelled(), "test": labelled()}})[0]
    assert task.train.element_spec == tf.TensorSpec((None, 2, 2, 1), tf.float32)
    assert epoch(task.test) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_other_floating_point_types_become_float32():
    wide = dataset().map(lambda x: tf.cast(x, tf.float64))
    task = tasks.from_datasets({"a": wide})[0]
    assert task.train.element_spec.dtype == tf.float32
    np.testing.assert_array_equal(pixels(task.train), numbered(10))


def test_shuffling_is_the_users():
    shuffled = dataset(24, batch_size=1).shuffle(24, seed=1)
    train = tasks.from_datasets({"a": shuffled})[0].train
    orders = [tuple(map(tuple, epoch(train))) for _ in range(3)]
    assert len(set(orders)) == 3
    assert all(sorted(order) == [(i,) for i in range(24)] for order in orders)


def test_static_batches_stay_static():
    fixed = dataset(12).unbatch().batch(4, drop_remainder=True)
    assert tasks.from_datasets({"a": fixed})[0].train.element_spec.shape == (4, 2, 2, 1)


def test_a_checked_dataset_of_unknown_length_is_counted():
    sequence = tasks.from_datasets({"a": of_unknown_length()})
    assert (sequence[0].num_train, sequence[0].steps_per_epoch) == (10, 3)
    assert sequence.boundaries(2) == (6,)
    assert sequence.stream(2).cardinality() == 6
    assert len(epoch(sequence.stream(2))) == 6
    assert known_value_range(sequence[0].train) == (0.0, np.float32(9 / 8192))
    assert known_value_range(sequence.stream(1)) == (0.0, np.float32(9 / 8192))


def test_without_the_check_nothing_is_read():
    def fail(x):
        tf.debugging.assert_less(x, 0.0, "somebody looked")
        return x

    sequence = tasks.from_datasets({"a": dataset().map(fail)}, check_values=False)
    assert sequence[0].num_train is None
    assert sequence.boundaries(2) == (6,)
    assert sequence[0].train_split.value_range is None
    assert known_value_range(sequence[0].train) is None
    assert known_value_range(sequence.stream(1)) is None
    with pytest.raises(tf.errors.InvalidArgumentError, match="somebody looked"):
        pixels(sequence[0].train)


def test_one_unchecked_task_leaves_the_stream_unchecked():
    checked = tasks.from_datasets({"a": dataset()})
    unchecked = tasks.from_datasets({"b": dataset()}, check_values=False)
    assert known_value_range(checked.stream(1)) is not None
    assert known_value_range((checked + unchecked).stream(1)) is None


def test_any_finite_values():
    readings = np.random.default_rng(0).normal(1000, 50, (20, 12)).astype("float32")
    task = tasks.from_datasets({"a": tf.data.Dataset.from_tensor_slices(readings).batch(8)})[0]
    assert task.train_split.value_range == (readings.min(), readings.max())
    np.testing.assert_array_equal(pixels(task.train), readings)


def test_boundaries_need_the_number_of_batches():
    sequence = tasks.from_datasets({"a": of_unknown_length()}, check_values=False)
    assert len(epoch(sequence.stream(2))) == 6
    with pytest.raises(
        ValueError, match=r"of task 'a' does not know\. Build .*`check_values=True`"
    ):
        sequence.boundaries(2)


@pytest.mark.parametrize("use", ["train", "validation", "test"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "must be finite"),
        (-np.inf, "must be finite"),
    ],
)
def test_one_bad_pixel_anywhere(use, value, message):
    images = numbered(9)
    images[8, 1, 1, 0] = value
    bad = tf.data.Dataset.from_tensor_slices((images, np.arange(9))).batch(4)
    with pytest.raises(ValueError, match=rf"`tasks\['b'\]\['{use}'\]` {message}"):
        tasks.from_datasets({"a": dataset(), "b": {"train": dataset(), use: bad}})


def test_bytes_are_divided_by_255():
    images = np.arange(256, dtype=np.uint8).reshape(8, 4, 8, 1)
    bytes_of = tf.data.Dataset.from_tensor_slices(images).batch(4)
    task = tasks.from_datasets({"a": bytes_of})[0]
    assert task.train_split.value_range == (0.0, 1.0)
    np.testing.assert_array_equal(pixels(task.train), images.astype(np.float32) / 255)


@pytest.mark.parametrize("dtype", [tf.uint16, tf.int32, tf.bool])
@pytest.mark.parametrize("check_values", [True, False])
def test_integers(dtype, check_values):
    wrong = dataset().map(lambda x: tf.cast(x, dtype))
    with pytest.raises(
        TypeError, match=rf"must yield floating-point or uint8 .* received {dtype.name}\."
    ):
        tasks.from_datasets({"a": wrong}, check_values)


@pytest.mark.parametrize("check_values", [True, False])
def test_event_shapes_that_differ(check_values):
    other = dataset(shape=(3, 3, 1))
    message = r"must have shape \(batch_size, 2, 2, 1\), received \(None, 3, 3, 1\)"
    with pytest.raises(ValueError, match=rf"`tasks\['b'\]\['train'\]` {message}"):
        tasks.from_datasets({"a": dataset(), "b": other}, check_values)
    with pytest.raises(ValueError, match=rf"`tasks\['a'\]\['test'\]` {message}"):
        tasks.from_datasets({"a": (dataset(), None, other)}, check_values)


def generator(*shape):
    spec = tf.TensorSpec(*shape, dtype=tf.float32)
    return tf.data.Dataset.from_generator(lambda: iter([numbered(4)]), output_signature=spec)


@pytest.mark.parametrize("shape", [((None, None, 2, 1),), (None,)])
def test_unknown_event_shape(shape):
    with pytest.raises(ValueError, match=r"must know the shape of its images, .*ensure_shape"):
        tasks.from_datasets({"a": generator(*shape)})


def test_numbers_are_not_images():
    with pytest.raises(
        ValueError, match=r"must have shape \(batch_size, ...\), received \(None,\)"
    ):
        tasks.from_datasets({"a": tf.data.Dataset.range(4).map(float_of).batch(2)})


def float_of(x):
    return tf.cast(x, tf.float32)


@pytest.mark.parametrize("empty", [dataset().take(0), of_unknown_length().filter(lambda x: False)])
def test_empty_task(empty):
    with pytest.raises(ValueError, match=r"`tasks\['a'\]\['train'\]` must hold at least one image"):
        tasks.from_datasets({"a": empty})


def test_infinite_dataset():
    with pytest.raises(
        ValueError, match=r"`tasks\['a'\]\['train'\]` must end, received an infinite"
    ):
        tasks.from_datasets({"a": dataset().repeat()}, check_values=False)


def test_dictionaries_of_features():
    features = dataset().map(lambda x: {"image": x})
    with pytest.raises(TypeError, match=r"must yield images or \(images, labels\), received"):
        tasks.from_datasets({"a": features})


def test_no_tasks():
    with pytest.raises(ValueError, match="`tasks` must hold at least one task, received none"):
        tasks.from_datasets({})


def test_something_else_than_a_dataset():
    with pytest.raises(
        TypeError, match=r"`tasks\['a'\]\['train'\]` must be a `tf.data.Dataset`, received ndarray"
    ):
        tasks.from_datasets({"a": numbered(4)})
    with pytest.raises(TypeError, match="`tasks` must map names to data sets"):
        tasks.from_datasets([dataset()])
