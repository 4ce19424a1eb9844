"""Damaged models: every flipped bit and every cut is refused by name, or changes nothing."""

import random
import shutil
import zipfile
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import keras_lifelong_vae as klv
from keras_lifelong_vae import cli
from keras_lifelong_vae.experiments.classifier import Classifier, load_classifier
from keras_lifelong_vae.saved_file import MARK, damage_of, load_model

FLIPS, CUTS = 200, 60
TAIL = 700  # bytes that hold the archive's directory


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A tiny model, its file, and the same without a seal as earlier versions have written it."""
    network = klv.networks.dense((2, 2, 1), (4,), seed=0)
    model = klv.LifelongVAE((2, 2, 1), latent_dim=2, network=network, seed=0)
    directory = tmp_path_factory.mktemp("models")
    model.save(directory / "model.keras")
    keras.saving.save_model(model, directory / "plain.keras")
    return SimpleNamespace(
        weights=model.get_weights(),
        sealed=(directory / "model.keras").read_bytes(),
        plain=(directory / "plain.keras").read_bytes(),
    )


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def is_refused(path, weights):
    """Whether it is, by the clear error; if not, the weights are the same."""
    if damage_of(path):
        with pytest.raises(
            ValueError, match=f"{path} must be a whole saved model, but is damaged: "
        ):
            load_model(path)
        return True
    for own, other in zip(load_model(path).get_weights(), weights, strict=True):
        np.testing.assert_array_equal(own, other)
    return False


def test_keras_and_zip_tools_pass_the_seal_by(saved, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(saved.sealed)
    assert saved.sealed[-71:].startswith(MARK)
    assert zipfile.ZipFile(path).testzip() is None
    for load in (keras.models.load_model, load_model):
        for own, other in zip(load(path).get_weights(), saved.weights, strict=True):
            np.testing.assert_array_equal(own, other)


def test_every_flipped_bit_of_a_sealed_file_is_refused(saved, tmp_path):
    path, rng, size = tmp_path / "model.keras", random.Random(0), len(saved.sealed)
    bits = [rng.randrange(8 * size) for _ in range(FLIPS)]
    bits += [rng.randrange(8 * (size - TAIL), 8 * size) for _ in range(FLIPS)]
    for bit in bits:
        path.write_bytes(flipped(saved.sealed, bit))
        assert is_refused(path, saved.weights), bit


def test_a_flipped_bit_of_a_file_without_a_seal_is_refused_or_changes_nothing(saved, tmp_path):
    path, rng, size = tmp_path / "model.keras", random.Random(1), len(saved.plain)
    bits = [rng.randrange(8 * size) for _ in range(FLIPS)]
    bits += [rng.randrange(8 * (size - TAIL), 8 * size) for _ in range(20)]
    refused = 0
    for bit in bits:
        path.write_bytes(flipped(saved.plain, bit))
        refused += is_refused(path, saved.weights)
    assert FLIPS - 5 < refused < len(bits)


@pytest.mark.parametrize("kind", ["sealed", "plain"])
def test_a_file_cut_anywhere_is_refused(saved, tmp_path, kind):
    content, path, rng = getattr(saved, kind), tmp_path / "model.keras", random.Random(2)
    ends = [0, 1, len(content) - 1, *(rng.randrange(len(content)) for _ in range(CUTS))]
    for end in ends:
        path.write_bytes(content[:end])
        assert is_refused(path, saved.weights), end


def test_the_whole_copy_is_named(saved, tmp_path):
    path, copy, other = (tmp_path / f"{name}.keras" for name in ("model", "copy", "other"))
    for file in (path, other):
        file.write_bytes(flipped(saved.sealed, 1000))
    copy.write_bytes(saved.sealed)
    with pytest.raises(ValueError, match=rf"it has another SHA-256.*\. {copy} is whole"):
        load_model(path, others=[tmp_path / "missing.keras", other, copy])
    with pytest.raises(ValueError, match=r"than when it was written\.$"):
        load_model(path, others=[other])


def test_what_is_no_model_is_named(tmp_path):
    path = tmp_path / "model.keras"
    with pytest.raises(FileNotFoundError, match=f"{path} must be a file"):
        load_model(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no model")
    with pytest.raises(ValueError, match=f"{path} must be a model that can be loaded"):
        load_model(path)


def test_a_model_that_cannot_be_written_leaves_the_old_file(saved, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(saved.sealed)
    model = load_model(path)
    model.get_config = None  # so that saving it fails halfway
    with pytest.raises(TypeError):
        model.save(path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("model.keras", saved.sealed)
    ]


def test_a_damaged_run_is_not_exported(saved, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "model.keras"
    path.write_bytes(flipped(saved.sealed, 8 * 5000))
    (tmp_path / "run" / "copy.keras").write_bytes(saved.sealed)
    assert cli.main(["export", str(path.parent), "--to", str(tmp_path / "served")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"lifelong-vae: error: {path} must be a whole saved model, but is")
    assert f"{path.parent / 'copy.keras'} is whole" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "served").exists()


def test_a_damaged_classifier_is_named(tmp_path):
    inputs = keras.Input((2,))
    outputs = [keras.layers.Dense(2)(inputs), inputs]
    Classifier(keras.Model(inputs, outputs), 0.9, 0.5).save(tmp_path)
    assert load_classifier(tmp_path).floor == 0.5
    path = tmp_path / "classifier.keras"
    content = path.read_bytes()
    path.write_bytes(flipped(content, 4 * len(content)))
    with pytest.raises(ValueError, match=r"classifier\.keras must be a whole saved model"):
        load_classifier(tmp_path)
    path.write_bytes(content)
    shutil.copy(path, tmp_path / "classifier.json")
    with pytest.raises(ValueError, match=r"classifier\.json must be a whole file"):
        load_classifier(tmp_path)
