import numpy as np
import pytest
from tasks_helpers import epoch, flat, pixels, small_data, three_tasks

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
    with pytest.raises(TypeError, match=r"`tasks` must have their images in memory, .*Binarized"):
        tasks.union(three_tasks().binarized(), "all")


def test_cumulative_stages_have_the_budget_of_the_new_task():
    sequence = three_tasks(batch_size=3)
    stages = get("cumulative").stages(sequence)
    assert stages.names == ("up to a", "up to b", "up to c")
    assert [stage.num_train for stage in stages] == [12, 22, 25]
    steps = [task.steps_per_epoch for task in sequence]
    assert [stage.steps_per_epoch for stage in stages] == steps


def test_full_batch_is_one_stage_with_the_categories_of_all():
    sequence, way = three_tasks(), get("full-batch")
    (stage,) = way.stages(sequence)
    assert stage.num_train == 25
    assert way.derived(sequence, {"categories_per_task": 2}) == {"categories_per_task": 6}
