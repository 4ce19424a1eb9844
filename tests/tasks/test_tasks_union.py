import numpy as np
import pytest
import tensorflow as tf
from tasks_helpers import epoch, flat, numbered, pixels, small_data, three_tasks

from keras_lifelong_vae import tasks
from keras_lifelong_vae.strategies import get


def test_the_images_of_all_tasks_are_in_it_once():
    sequence = three_tasks(batch_size=5)
    merged = tasks.union(sequence, "all")
    numbers = flat(epoch(merged.train))
    everything = [*range(12), *range(100, 110), *range(200, 203)]
    assert sorted(numbers) == sorted(everything)
    assert (merged.num_train, merged.steps_per_epoch, merged.num_test) == (25, 5, 15)


def test_test_images_stay_in_order():
    sequence = three_tasks()
    merged = tasks.union(sequence, "all")
    together = np.concatenate([pixels(task.test) for task in sequence])
    np.testing.assert_array_equal(pixels(merged.test), together)


def test_batches_mix_the_tasks_anew_in_every_epoch():
    train = tasks.union(three_tasks(batch_size=5), "all").train
    first, second = epoch(train), epoch(train)
    assert first != second
    assert len({number // 100 for number in first[0]}) > 1 or len({n // 100 for n in first[1]}) > 1


def test_an_epoch_ends_when_it_is_told_to():
    merged = tasks.union(three_tasks(batch_size=5), "all", steps_per_epoch=2)
    train = merged.train
    assert merged.steps_per_epoch == 2 == int(train.cardinality())
    seen = [flat(epoch(train)) for _ in range(30)]
    assert all(len(set(numbers)) == 10 for numbers in seen)
    counts = np.bincount([number // 100 for numbers in seen for number in numbers])
    np.testing.assert_allclose(counts / counts.sum(), np.array([12, 10, 3]) / 25, atol=0.08)


def test_permuted_tasks_keep_their_own_permutations():
    sequence = tasks.permuted(small_data(), 3, batch_size=4, validation_share=0.0)
    merged = pixels(tasks.union(sequence, "all").test)
    np.testing.assert_array_equal(merged, np.concatenate([pixels(t.test) for t in sequence]))


def test_tasks_of_foreign_data_sets_are_refused():
    dataset = tf.data.Dataset.from_tensor_slices(numbered(8)).batch(4)
    foreign = tasks.from_datasets({"d": dataset})
    for sequence in (foreign, foreign.binarized(), three_tasks() + foreign):
        with pytest.raises(TypeError, match=r"`tasks` must have .* in memory, .*DatasetSplit"):
            tasks.union(sequence, "all")


def test_binarised_and_grey_tasks_are_not_mixed():
    sequence = three_tasks()
    with pytest.raises(TypeError, match="`tasks` must be all binarised or all not"):
        tasks.union(sequence[:1] + sequence[1:].binarized(), "all")


def grey(batch_size=16, level=0.3, size=40, share=0.2):
    images = np.full((size, 8, 8, 1), level, np.float32)
    arrays = {"train": images, "test": images[:9]}
    return tasks.from_arrays({"a": arrays, "b": arrays}, batch_size, share)


@pytest.mark.parametrize("use", ["validation", "test"])
def test_held_out_images_have_the_noise_of_their_own_tasks(use):
    sequence = grey().binarized(seed=3)
    expected = np.concatenate([pixels(getattr(task, use)) for task in sequence])
    assert set(np.unique(expected)) == {0.0, 1.0}
    for batch_size in (16, 5, 1000):
        merged = tasks.union(grey(batch_size).binarized(seed=3), "all")
        dataset = getattr(merged, use)
        for _ in range(2):
            np.testing.assert_array_equal(pixels(dataset), expected)
        assert {batch.shape[0] for batch in list(dataset)[:-1]} <= {batch_size}
        assert len(list(dataset)) == int(dataset.cardinality())


def test_training_images_are_binarised_afresh_every_epoch():
    train = tasks.union(grey().binarized(), "all").train
    assert train.element_spec == tf.TensorSpec((16, 8, 8, 1), tf.float32)
    first, second = pixels(train), pixels(train)
    assert set(np.unique(first)) == {0.0, 1.0}
    assert first.mean() == pytest.approx(0.3, abs=0.03)
    assert 0.3 < np.mean(first != second) < 0.55  # 2 * 0.3 * 0.7 = 0.42


def test_binarising_does_not_change_the_order_of_a_union():
    images = np.zeros((24, 2, 2, 1), np.float32)
    images.reshape(24, 4)[:, :] = (np.arange(24)[:, None] >> np.arange(4)) & 1
    sequence = tasks.from_arrays({"a": images[:9], "b": images[9:]}, 4, 0.0)
    trains = [tasks.union(some, "all").train for some in (sequence, sequence.binarized())]
    for _ in range(2):
        np.testing.assert_array_equal(*map(pixels, trains))


@pytest.mark.parametrize("binarised", [False, True])
def test_labels_and_value_ranges_survive(binarised):
    sequence = tasks.split_by_class(small_data(), batch_size=4, validation_share=0.2)
    if binarised:
        sequence = sequence.binarized()
    merged = tasks.union(sequence, "all")
    for use in ("train_split", "validation_split", "test_split"):
        expected = np.concatenate([getattr(task, use).labels for task in sequence])
        np.testing.assert_array_equal(getattr(merged, use).labels, expected)
        assert getattr(merged, use).value_range == (0.0, 1.0)
    assert tasks.union(three_tasks(), "all").test_split.labels is None


def test_a_union_can_be_part_of_another():
    sequence = three_tasks(batch_size=5)
    both = tasks.TaskSequence((tasks.union(sequence[:2], "a and b"), sequence[2]))
    merged, flatly = tasks.union(both, "all"), tasks.union(sequence, "all")
    assert sorted(flat(epoch(merged.train))) == sorted(flat(epoch(flatly.train)))
    np.testing.assert_array_equal(pixels(merged.test), pixels(flatly.test))


def test_cumulative_stages_have_the_budget_of_the_new_task():
    sequence = three_tasks(batch_size=3)
    stages = get("cumulative").stages(sequence)
    assert stages.names == ("up to a", "up to b", "up to c")
    assert [stage.num_train for stage in stages] == [12, 22, 25]
    steps = [task.steps_per_epoch for task in sequence]
    assert [stage.steps_per_epoch for stage in stages] == steps


@pytest.mark.parametrize("name", ["cumulative", "full-batch"])
def test_strategies_take_binarised_tasks(name):
    sequence = three_tasks(batch_size=3)
    for stage, expected in zip(
        get(name).stages(sequence.binarized()), get(name).stages(sequence), strict=True
    ):
        assert repr(stage) == repr(expected)
        assert stage.steps_per_epoch == expected.steps_per_epoch == len(list(stage.train))
        assert set(np.unique(pixels(stage.train))) <= {0.0, 1.0}


def test_full_batch_is_one_stage_with_the_categories_of_all():
    sequence, way = three_tasks(), get("full-batch")
    (stage,) = way.stages(sequence)
    assert stage.num_train == 25
    assert way.derived(sequence, {"categories_per_task": 2}) == {"categories_per_task": 6}
