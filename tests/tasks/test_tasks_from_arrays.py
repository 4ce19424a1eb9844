import numpy as np
import pytest
import tensorflow as tf
from tasks_helpers import epoch, flat, numbered, pixels

from keras_lifelong_vae import tasks


def test_an_array_is_for_training():
    sequence = tasks.from_arrays({"b": numbered(8), "a": numbered(8, 100)}, 1, 0.25)
    assert sequence.names == ("b", "a")
    seen = flat(epoch(sequence[1].train)) + flat(epoch(sequence[1].validation))
    assert sorted(seen) == list(range(100, 108))
    assert (sequence[1].num_train, sequence[1].num_validation) == (6, 2)
    assert sequence[1].test is None


def test_dict_and_tuple_say_the_same():
    train, validation, test = numbered(8), numbered(3, 20), numbered(5, 30)
    parts = {"test": test, "train": train, "validation": validation}
    sequence = tasks.from_arrays({"dict": parts, "tuple": (train, validation, test)})
    for task in sequence:
        assert sorted(flat(epoch(task.train))) == list(range(8))
        assert epoch(task.validation) == [[20, 21, 22]]
        assert epoch(task.test) == [[30, 31, 32, 33, 34]]


def test_none_means_nothing():
    sequence = tasks.from_arrays(
        {"a": (numbered(8), None, numbered(4)), "b": {"train": numbered(8), "test": None}}
    )
    assert [task.num_validation for task in sequence] == [1, 1]
    assert [task.num_test for task in sequence] == [4, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floating_point_types_become_float32(dtype):
    images = np.linspace(0, 1, 64).reshape(4, 4, 4, 1).astype(dtype)
    task = tasks.from_arrays({"a": {"train": images, "test": images}})[0]
    assert task.test.element_spec.dtype == tf.float32
    np.testing.assert_array_equal(pixels(task.test), images.astype(np.float32))


def test_vectors_tensors_and_lists():
    vectors = np.random.default_rng(0).random((6, 5), np.float32)
    for images in (vectors, tf.constant(vectors), vectors.tolist()):
        task = tasks.from_arrays({"a": {"train": images, "test": images}})[0]
        assert task.event_shape == (5,)
        np.testing.assert_array_equal(pixels(task.test), vectors)


@pytest.mark.parametrize("use", ["train", "validation", "test"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "must be finite, received NaN or infinite"),
        (np.inf, "must be finite, received NaN or infinite"),
        (-np.inf, "must be finite, received NaN or infinite"),
    ],
)
def test_one_bad_pixel_anywhere(use, value, message):
    bad = numbered(50)
    bad[-1, -1, -1, -1] = value
    parts = {"train": numbered(50), use: bad}
    with pytest.raises(ValueError, match=rf"`tasks\['b'\]\['{use}'\]` {message}"):
        tasks.from_arrays({"a": numbered(9), "b": parts})


def test_any_finite_values():
    readings = np.random.default_rng(0).normal(1000, 50, (20, 12))
    task = tasks.from_arrays({"a": {"train": readings, "test": readings}}, 4)[0]
    single = readings.astype("float32")
    np.testing.assert_array_equal(pixels(task.test), single)
    for split in (task.train_split, task.validation_split, task.test_split):
        assert split.value_range == (single.min(), single.max())


def test_values_that_float32_cannot_hold():
    with pytest.raises(ValueError, match=r"`tasks\['a'\]\['train'\]` must be finite"):
        tasks.from_arrays({"a": np.full((4, 3), 1e39)})


def test_bytes_are_divided_by_255():
    images = np.arange(256, dtype=np.uint8).reshape(4, 8, 8, 1)
    task = tasks.from_arrays({"a": {"train": images, "test": images}})[0]
    assert (task.event_shape, task.test_split.value_range) == ((8, 8, 1), (0.0, 1.0))
    np.testing.assert_array_equal(pixels(task.test), images.astype(np.float32) / 255)
    for wrong in (images[:0], images.reshape(-1)):
        with pytest.raises(ValueError, match=r"`tasks\['b'\]\['train'\]` must have shape"):
            tasks.from_arrays({"a": images, "b": wrong if wrong.ndim == 1 else images[:, :4]})
        with pytest.raises(ValueError, match=r"`tasks\['a'\]\['train'\]` must h(old|ave)"):
            tasks.from_arrays({"a": wrong})


@pytest.mark.parametrize("dtype", [np.uint16, np.int64, bool])
def test_other_integers(dtype):
    with pytest.raises(
        TypeError, match=rf"`tasks\['a'\]\['train'\]` must hold floating-point .* {np.dtype(dtype)}"
    ):
        tasks.from_arrays({"a": np.zeros((4, 2, 2, 1), dtype)})


@pytest.mark.parametrize("use", ["train", "validation", "test"])
def test_empty_task(use):
    with pytest.raises(
        ValueError, match=rf"`tasks\['a'\]\['{use}'\]` must hold at least one image"
    ):
        tasks.from_arrays({"a": {"train": numbered(4), use: numbered(0)}})


@pytest.mark.parametrize("shape", [(), (7,)])
def test_wrong_shape(shape):
    with pytest.raises(
        ValueError, match=r"`tasks\['a'\]\['train'\]` must have shape \(batch_size, ...\)"
    ):
        tasks.from_arrays({"a": np.zeros(shape)})


def test_event_shapes_that_differ():
    message = r"must have shape \(batch_size, 2, 2, 1\), received \(4, 3, 3, 1\)"
    with pytest.raises(ValueError, match=rf"`tasks\['b'\]\['train'\]` {message}"):
        tasks.from_arrays({"a": numbered(4), "b": numbered(4, shape=(3, 3, 1))})
    with pytest.raises(ValueError, match=rf"`tasks\['a'\]\['test'\]` {message}"):
        tasks.from_arrays({"a": (numbered(4), None, numbered(4, shape=(3, 3, 1)))})


def test_no_tasks():
    with pytest.raises(ValueError, match="`tasks` must hold at least one task, received none"):
        tasks.from_arrays({})


@pytest.mark.parametrize("wrong", [numbered(4), [numbered(4)], None])
def test_something_else_than_a_mapping(wrong):
    with pytest.raises(TypeError, match="`tasks` must map names to arrays, received"):
        tasks.from_arrays(wrong)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"train": numbered(4), "eval": numbered(4)},
            r"must have keys among .* received \['eval'\]",
        ),
        ({"test": numbered(4)}, r"must have a 'train' array, received \['test'\]"),
        ((None, numbered(4)), r"must have a 'train' array, received \['validation'\]"),
        ((), r"must have a 'train' array, received \[\]"),
        ((numbered(4),) * 4, r"must be a tuple \(train, validation, test\), received 4 parts"),
    ],
)
def test_wrong_parts(parts, message):
    with pytest.raises(ValueError, match=rf"`tasks\['a'\]` {message}"):
        tasks.from_arrays({"a": parts})


def test_names_are_non_empty_strings():
    with pytest.raises(TypeError, match="`tasks` must have strings as keys, received 3"):
        tasks.from_arrays({3: numbered(4)})
    with pytest.raises(TypeError, match="`name` of a task must be a non-empty string"):
        tasks.from_arrays({"": numbered(4)})
