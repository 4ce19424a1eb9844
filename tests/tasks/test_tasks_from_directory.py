import shutil
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from PIL import Image
from tasks_helpers import pixels

from keras_lifelong_vae import data, tasks

DIGITS = data.load("digits")


def write_digits(folder: Path, classes=(0, 1, 2), number=10, use="train"):
    """Real digits as PNG files in `folder/<name>/`, in the order of their numbers."""
    images, labels = getattr(DIGITS, f"{use}_images"), getattr(DIGITS, f"{use}_labels")
    for label in classes:
        own = folder / f"digit {label}"
        own.mkdir(parents=True)
        for i, image in enumerate(images[labels == label][:number]):
            Image.fromarray(image[..., 0]).save(own / f"{i:03}.png")
    return folder


def digits(label, number, use="train"):
    images, labels = getattr(DIGITS, f"{use}_images"), getattr(DIGITS, f"{use}_labels")
    return images[labels == label][:number].astype(np.float32) / 255


def rows(*datasets):
    found = np.concatenate([pixels(dataset) for dataset in datasets])
    return sorted(row.tobytes() for row in found)


def test_a_task_per_folder_in_three_splits(tmp_path):
    write_digits(tmp_path)
    sequence = tasks.from_directory(tmp_path, batch_size=1)
    assert sequence.names == ("digit 0", "digit 1", "digit 2")
    assert sequence.event_shape == DIGITS.image_shape
    for label, task in enumerate(sequence):
        assert (task.num_train, task.num_validation, task.num_test) == (8, 1, 1)
        assert task.test_split.labels.tolist() == [label]
        assert rows(task.train, task.validation, task.test) == sorted(
            row.tobytes() for row in digits(label, 10)
        )
    again = tasks.from_directory(str(tmp_path), classes=["digit 1"])
    other = tasks.from_directory(tmp_path, seed=3)
    assert rows(again[0].test) == rows(sequence[1].test) != rows(other[1].test)


def test_folders_that_are_divided_already(tmp_path):
    write_digits(tmp_path / "train", (0, 1))
    write_digits(tmp_path / "test", (0, 1), 4, "test")
    sequence = tasks.from_directory(tmp_path, classes=[("digit 1", "digit 0")], batch_size=1)
    assert sequence.names == ("digit 1 + digit 0",)
    (task,) = sequence
    assert (task.num_train, task.num_validation, task.num_test) == (19, 1, 8)
    np.testing.assert_array_equal(pixels(task.test)[:4], digits(0, 4, "test"))
    assert task.test_split.labels.tolist() == [0] * 4 + [1] * 4
    write_digits(tmp_path / "validation", (0,), 3, "test")
    sequence = tasks.from_directory(tmp_path)
    assert [task.num_validation for task in sequence] == [3, 0]


def test_no_shares(tmp_path):
    (task,) = tasks.from_directory(write_digits(tmp_path, (4,)), 8, 2, 0.0, test_share=0)
    assert (task.num_train, task.num_validation, task.test) == (10, 0, None)


def test_photographs_of_any_size(tmp_path):
    """A landscape and a flower, 427x640, as JPEG files; one of them turned by its EXIF alone."""
    source = Path(sklearn.datasets.__file__).parent / "images"
    for name in ("china", "flower"):
        (tmp_path / name).mkdir()
        shutil.copy(source / f"{name}.jpg", tmp_path / name / "1.JPG")
    with Image.open(source / "china.jpg") as china:
        exif = china.getexif()
        exif[0x0112] = 6  # turned a quarter
        turned = china.transpose(Image.Transpose.ROTATE_90)
        turned.save(tmp_path / "china" / "2.jpg", exif=exif, quality=95)
        china.convert("RGBA").resize((90, 60)).save(tmp_path / "china" / "3.png")
        expected = np.asarray(china.reduce(6).resize((64, 43))).astype(np.float32) / 255
    options = {"validation_share": 0.0, "test_share": 0.0, "batch_size": 1}
    (china, _) = tasks.from_directory(tmp_path, (43, 64), **options)
    assert china.event_shape == (43, 64, 3)
    for image in pixels(china.train):
        assert np.abs(image - expected).mean() < 0.03
    square = tasks.from_directory(tmp_path, 64, **options)
    assert square.event_shape == (64, 64, 3)
    grey = tasks.from_directory(tmp_path, 64, color_mode="grayscale", **options)
    colours, shades = pixels(square[1].train)[0], pixels(grey[1].train)[0]
    assert np.abs(colours @ [[0.299], [0.587], [0.114]] - shades).mean() < 0.01
    with pytest.raises(ValueError, match=r"`image_size` must be \(height, width\) where .*several"):
        tasks.from_directory(tmp_path)


def test_what_is_passed_over(tmp_path):
    write_digits(tmp_path, (0,))
    (tmp_path / ".cache").mkdir()
    (tmp_path / "README.txt").write_text("digits")
    (tmp_path / "digit 0" / "Thumbs.db").write_bytes(b"nothing")
    (tmp_path / "digit 0" / "._000.png").write_bytes(b"nothing")
    (tmp_path / "digit 0" / "more").mkdir()
    shutil.copy(tmp_path / "digit 0" / "000.png", tmp_path / "digit 0" / "more" / "000.png")
    (task,) = tasks.from_directory(tmp_path, test_share=0, validation_share=0)
    assert task.num_train == 11


def test_one_coloured_picture_makes_all_colour(tmp_path):
    write_digits(tmp_path, (0, 1))
    with Image.open(tmp_path / "digit 1" / "003.png") as picture:
        picture.convert("RGB").save(tmp_path / "digit 1" / "003.png")
    assert tasks.from_directory(tmp_path).event_shape == (8, 8, 3)


def test_wrong_paths(tmp_path):
    with pytest.raises(NotADirectoryError, match="`path` must be a directory with a folder"):
        tasks.from_directory(tmp_path / "absent")
    with pytest.raises(ValueError, match="`path` must hold a folder of images for each class"):
        tasks.from_directory(tmp_path)
    write_digits(tmp_path, (0,))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"in the folder of each class, received none in .*empty"):
        tasks.from_directory(tmp_path)


def test_a_damaged_picture_is_named(tmp_path):
    write_digits(tmp_path, (0,))
    file = tmp_path / "digit 0" / "004.png"
    whole = file.read_bytes()
    for damage in (b"", b"hello", whole[:-30]):
        file.write_bytes(damage)
        with pytest.raises(ValueError, match=r"images that can be read, received .*004\.png"):
            tasks.from_directory(tmp_path)
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(file)
    with pytest.raises(ValueError, match=r"004\.png: its pixels must have 8 bits a channel"):
        tasks.from_directory(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_size": 0}, "`image_size` must be an integer of at least 1, received 0"),
        ({"image_size": (8, 8, 1)}, r"`image_size` must be \(height, width\)"),
        ({"image_size": "8"}, r"`image_size` must be \(height, width\)"),
        ({"test_share": 1.0}, r"`test_share` must be a number in \[0, 1\)"),
        ({"color_mode": "cmyk"}, "`color_mode` must be one of grayscale, rgb"),
        ({"classes": ["digit 9"]}, r"`classes\[0\]` must be one of digit 0, received 'digit 9'"),
        ({"batch_size": 0}, "`batch_size` must be"),
    ],
)
def test_bad_options(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        tasks.from_directory(write_digits(tmp_path, (0,)), **options)
