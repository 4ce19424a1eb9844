"""SynthDigits: the stand-in for SVHN that is drawn where SVHN can't be had."""

import numpy as np
import pytest

from keras_lifelong_vae import data
from keras_lifelong_vae.data.synth_digits import dataset, plates, scene


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(dataset, "NUM_TRAIN", 40)
    monkeypatch.setattr(dataset, "NUM_TEST", 20)


def files_of(directory):
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*.*"))


def test_it_is_called_a_stand_in_and_looks_like_svhn(few, tmp_path):
    loaded = data.load("synth_digits", tmp_path)
    assert "stand-in for SVHN" in loaded.source
    assert loaded.train_images.shape == (40, 32, 32, 3)
    assert loaded.test_images.shape == (20, 32, 32, 3)
    assert loaded.train_images.dtype == np.uint8
    assert loaded.class_names == tuple("0123456789")


def test_each_digit_occurs_as_often(few, tmp_path):
    loaded = data.load("synth_digits", tmp_path)
    assert np.bincount(loaded.train_labels).tolist() == [4] * 10
    assert np.bincount(loaded.test_labels).tolist() == [2] * 10
    assert (loaded.train_labels[:10] != np.arange(10)).any()  # in no order


def test_it_is_drawn_once_and_read_afterwards(few, tmp_path, monkeypatch):
    first = data.load("synth_digits", tmp_path)
    assert data.location("synth_digits", tmp_path) == tmp_path / "synth_digits" / "1"
    assert files_of(tmp_path) == ["synth_digits/1/arrays.npz"]
    monkeypatch.setattr(dataset, "draw_all", lambda *_: pytest.fail("it was drawn again"))
    again = data.load("synth_digits", tmp_path)
    np.testing.assert_array_equal(again.train_images, first.train_images)


def test_a_killed_drawing_leaves_nothing_and_a_damaged_file_is_replaced(few, tmp_path, monkeypatch):
    def killed(directory, arrays):
        (directory / "arrays.npz").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dataset.installation, "write_arrays", killed)
        with pytest.raises(KeyboardInterrupt):
            data.load("synth_digits", tmp_path)
    assert files_of(tmp_path) == []
    first = data.load("synth_digits", tmp_path)
    (tmp_path / "synth_digits" / "1" / "arrays.npz").write_bytes(b"half")
    again = data.load("synth_digits", tmp_path)
    np.testing.assert_array_equal(again.test_images, first.test_images)


def test_a_few_are_drawn_without_keeping_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    drawn, again = (data.draw_synth_digits(30, 10) for _ in range(2))
    assert drawn.train_images.shape == (30, 32, 32, 3)
    assert drawn.test_labels.shape == (10,)
    assert "stand-in for SVHN" in drawn.source
    np.testing.assert_array_equal(drawn.train_images, again.train_images)
    assert not any(tmp_path.iterdir())
    with pytest.raises(ValueError, match="`num_test` must be an integer of at least 1, received 0"):
        data.draw_synth_digits(30, 0)


def test_files_cannot_be_named_for_what_is_drawn(tmp_path):
    with pytest.raises(ValueError, match="`source_dir` must be None for 'synth_digits', which is"):
        data.load("synth_digits", source_dir=tmp_path)


def test_the_same_seed_draws_the_same_and_training_and_test_differ():
    first, again = dataset.draw_all(20, 20), dataset.draw_all(20, 20)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (first.train_images != first.test_images).any(axis=(1, 2, 3)).all()


def test_pictures_vary_in_brightness_contrast_and_colour():
    images = scene.draw(np.arange(200) % 10, np.random.default_rng(0)) / 255.0
    assert images.mean(axis=(1, 2, 3)).std() > 0.1
    contrast = images.std(axis=(1, 2, 3))
    assert contrast.min() > 0.02
    assert np.quantile(contrast, 0.9) > 2 * np.quantile(contrast, 0.1)
    assert (images.max(axis=-1) - images.min(axis=-1)).mean() > 0.03
    edges = np.abs(np.diff(images, axis=2)).mean(axis=(1, 2, 3))
    assert np.quantile(edges, 0.9) > 2 * np.quantile(edges, 0.1)  # some are out of focus


@pytest.mark.parametrize("font", plates.FONTS)
def test_every_font_has_ten_different_digits(font):
    masks = [plates.glyph(font, 0, digit) for digit in range(10)]
    for mask in masks:
        assert mask.shape[0] == plates.HEIGHT
        assert 0.03 < (mask > 128).mean() < 0.95
    shapes = {mask.tobytes() for mask in masks}
    assert len(shapes) == 10


def test_the_digit_meant_is_in_the_middle_of_its_plate():
    alone = plates.plate("DejaVuSans", 0, (-1, 4, -1), 8)
    crowd = plates.plate("DejaVuSans", 0, (1, 4, 7), 8)
    middle = plates.glyph("DejaVuSans", 0, 4)
    for plate in (alone, crowd):
        begin = (plate.shape[1] - middle.shape[1]) // 2
        np.testing.assert_array_equal(plate[:, begin : begin + middle.shape[1]], middle)
    assert (crowd > 0).sum() > 1.5 * (alone > 0).sum()


def test_a_digit_fills_the_middle_of_its_view():
    rng = np.random.default_rng(0)
    plate = plates.plate("DejaVuSans-Bold", 1, (-1, 8, -1), 8)
    seen = np.stack([plates.look_at(plate, rng) for _ in range(100)]) / 255.0
    mean = seen.mean(axis=0)
    assert seen.shape == (100, 32, 32)
    assert mean[8:24, 10:22].mean() > 3 * mean[:, :4].mean()
    heights = (seen.max(axis=2) > 0.5).sum(axis=1)
    assert 14 < np.median(heights) < 32
    assert heights.std() > 2
