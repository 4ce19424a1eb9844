import numpy as np
import pytest

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import sequences


def fake_data(name, data_dir=None, source_dir=None):
    """A data set of 10 classes in place of `name`, so that nothing is fetched."""
    images = np.arange(40, dtype="uint8").reshape(40, 1, 1, 1).repeat(4, 1).repeat(4, 2)
    labels = np.arange(40) % 10
    names = tuple(f"{name} {i}" for i in range(10))
    return klv.data.ImageData(name, images, labels, images, labels, names, "a test")


@pytest.mark.parametrize(
    ("name", "data", "num_tasks"),
    [
        ("fashion-split", "fashion_mnist", 10),
        ("mnist-split", "mnist", 10),
        ("mnist-permuted", "mnist", 5),
        ("fashion-mnist-split", "fashion_mnist", 20),
        ("digits-split", "digits", 10),
    ],
)
def test_each_sequence_divides_its_data_set(monkeypatch, name, data, num_tasks):
    monkeypatch.setattr(sequences.data, "load", fake_data)
    tasks = sequences.get(name).load(batch_size=2)
    assert len(tasks) == num_tasks
    first = "original" if "permuted" in name else f"{data} 0"
    assert tasks.names[0] == first
    assert tasks[0].train.element_spec.shape[0] == 2


@pytest.mark.parametrize(
    ("name", "data", "titles"),
    [
        ("fashion-to-mnist", ("fashion_mnist", "mnist"), ("FashionMNIST", "MNIST")),
        ("mnist-to-fashion", ("mnist", "fashion_mnist"), ("MNIST", "FashionMNIST")),
        ("mnist-to-svhn", ("mnist", "svhn_cropped"), ("MNIST", "SVHN")),
        ("svhn-to-mnist", ("svhn_cropped", "mnist"), ("SVHN", "MNIST")),
    ],
)
def test_two_domains_follow_each_other(monkeypatch, name, data, titles):
    asked = []
    monkeypatch.setattr(
        sequences.data, "load", lambda *args: asked.append(args[0]) or fake_data(*args)
    )
    assert sequences.get(name).load(batch_size=2).names == titles
    assert tuple(asked) == data


def test_a_stand_in_is_taken_and_called_one(monkeypatch):
    asked = []
    monkeypatch.setattr(
        sequences.data, "load", lambda *args: asked.append(args[0]) or fake_data(*args)
    )
    tasks = sequences.get("mnist-to-svhn").load(batch_size=2, standin=True)
    assert tasks.names == ("MNIST", "SynthDigits (stand-in for SVHN)")
    back = sequences.get("svhn-to-mnist").load(batch_size=2, standin=True)
    assert back.names == ("SynthDigits (stand-in for SVHN)", "MNIST")
    assert asked == ["mnist", "synth_digits", "synth_digits", "mnist"]
    with pytest.raises(ValueError, match="`standin` must be False for mnist, of which there is"):
        sequences.get("mnist-split").load(batch_size=2, standin=True)


@pytest.mark.parametrize("missing", ["mnist", "svhn_cropped"])
def test_where_data_cannot_be_had_the_error_names_the_stand_in_if_there_is_one(
    monkeypatch, missing
):
    def load(name, *places):
        if name == missing:
            raise klv.data.DataUnavailableError(f"'{name}' can't be had here.")
        return fake_data(name)

    monkeypatch.setattr(sequences.data, "load", load)
    with pytest.raises(klv.data.DataUnavailableError) as error:
        sequences.get("mnist-to-svhn").load(batch_size=2)
    first, *more = str(error.value).splitlines()
    assert first == f"'{missing}' can't be had here."
    way = (
        "Or pass `standin=True` (--standin): SynthDigits (stand-in for SVHN), which is drawn here."
    )
    assert more == ([way] if missing == "svhn_cropped" else [])


def test_files_of_several_data_sets_cannot_be_named_at_once():
    with pytest.raises(ValueError, match="`source_dir` must be None for a sequence of several"):
        sequences.get("mnist-to-svhn").load(batch_size=2, source_dir="here")


def test_only_the_first_tasks_are_the_same_tasks():
    spec = sequences.get("digits-split")
    few, all_tasks = spec.load(32, num_tasks=2), spec.load(32)
    assert few.names == all_tasks.names[:2]
    np.testing.assert_array_equal(next(iter(few[1].train)), next(iter(all_tasks[1].train)))


def test_data_are_looked_for_where_the_user_says(monkeypatch):
    asked = []
    monkeypatch.setattr(sequences.data, "load", lambda *args: asked.append(args) or fake_data("x"))
    sequences.get("mnist-split").load(2, data_dir="there", source_dir="here")
    assert asked == [("mnist", "there", "here")]


def test_an_unknown_sequence_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"fashion-split, mnist-split.*received 'cifar'"):
        sequences.get("cifar")
