"""Images and labels, ready to use."""

from dataclasses import dataclass, replace

import numpy as np

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.data.spec import Arrays, DataSpec


@dataclass(frozen=True, eq=False)
class ImageData:
    """A labelled image data set as read-only arrays, in the same order on every machine.

    Args:
        name: What it is called, for example `"fashion_mnist"`.
        train_images: uint8 array `(n, height, width, channels)`.
        train_labels: int64 array `(n,)`.
        test_images: uint8 array `(n, height, width, channels)`.
        test_labels: int64 array `(n,)`.
        class_names: One name per label.
        source: Where it came from, in words.

    Raises:
        ValueError: If a shape, a dtype or a label doesn't fit.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        for split in ("train", "test"):
            self._check_split(split)
        for field in Arrays._fields:
            array = getattr(self, field).view()
            array.flags.writeable = False
            object.__setattr__(self, field, array)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """`(height, width, channels)`."""
        return self.train_images.shape[1:]

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def few(self, num_train: int, num_test: int) -> "ImageData":
        """Some images of both splits, for short trials; always the same ones.

        They are taken evenly from each split, which is in an order as good as random.

        Args:
            num_train: Number of training images, at most as many as there are.
            num_test: Number of test images, at most as many as there are.

        Raises:
            ValueError: If there are not as many, or a number is less than 1.

        Example:
        ```python
        few = keras_lifelong_vae.data.load("mnist").few(10_000, 2_000)
        ```
        """
        arrays = {}
        for split, number in (("train", num_train), ("test", num_test)):
            there = len(getattr(self, f"{split}_labels"))
            if check_positive_int(number, f"num_{split}") > there:
                raise ValueError(f"`num_{split}` must be at most {there}, received {number}.")
            rows = np.arange(number) * there // number
            for part in ("images", "labels"):
                arrays[f"{split}_{part}"] = getattr(self, f"{split}_{part}")[rows]
        return replace(self, **arrays)

    def _check_split(self, split: str) -> None:
        images, labels = getattr(self, f"{split}_images"), getattr(self, f"{split}_labels")
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != self.image_shape:
            raise ValueError(
                f"`{split}_images` must be a uint8 array (n, height, width, channels) of one image "
                f"shape, received {images.dtype} {images.shape}."
            )
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise ValueError(
                f"`{split}_labels` must be an int64 array {images.shape[:1]}, "
                f"received {labels.dtype} {labels.shape}."
            )
        if labels.size and not 0 <= labels.min() <= labels.max() < self.num_classes:
            raise ValueError(
                f"`{split}_labels` must lie in [0, {self.num_classes}), "
                f"received values from {labels.min()} to {labels.max()}."
            )


def image_data(spec: DataSpec, arrays: Arrays, source: str) -> ImageData:
    """The data set `spec` made of `arrays`."""
    return ImageData(spec.name, *arrays, spec.class_names, source)
