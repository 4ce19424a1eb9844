"""The order the examples stand in, and the checksums that say they are the right ones.

TFDS shuffles what it stores, so each source would bring its own order. Examples are therefore
sorted by their SHA-256, which is the same everywhere and has nothing to do with the class.
"""

import hashlib

import numpy as np

from keras_lifelong_vae.data.spec import Arrays, DataSpec


def example_order(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Indices `(n,)` that sort the examples by the SHA-256 of label and pixels."""
    digests = [
        hashlib.sha256(label.tobytes() + image.tobytes()).digest()
        for label, image in zip(np.asarray(labels, "<i8"), images, strict=True)
    ]
    return np.array(sorted(range(len(digests)), key=digests.__getitem__), np.int64)


def in_order(arrays: Arrays) -> Arrays:
    """The same examples in the fixed order, images as uint8 and labels as int64."""
    ordered = []
    for images, labels in (arrays[:2], arrays[2:]):
        order = example_order(images, labels)
        ordered += [images[order].astype(np.uint8), labels[order].astype(np.int64)]
    return Arrays(*ordered)


def checksums_of(arrays: Arrays) -> tuple[str, ...]:
    """SHA-256 of the bytes in C order: images as uint8, labels as little-endian int64."""
    return tuple(
        hashlib.sha256(np.ascontiguousarray(array, dtype).data).hexdigest()
        for array, dtype in zip(arrays, ("u1", "<i8", "u1", "<i8"), strict=True)
    )


def verify(arrays: Arrays, spec: DataSpec, origin: str) -> None:
    """Raises `ValueError` unless `arrays`, read from `origin` and in order, are those of `spec`."""
    for field, array in zip(Arrays._fields, arrays, strict=True):
        expected = spec.image_shape if field.endswith("images") else ()
        if array.shape[1:] != expected:
            raise ValueError(
                f"{origin}: `{field}` of '{spec.name}' must have shape "
                f"{('n', *expected)}, received {array.shape}."
            )
    sizes = (len(arrays.train_images), len(arrays.test_images))
    if spec.sizes is not None and sizes != spec.sizes:
        raise ValueError(
            f"{origin}: '{spec.name}' must have {spec.sizes[0]} training and {spec.sizes[1]} test "
            f"images, received {sizes[0]} and {sizes[1]}."
        )
    if spec.checksums is None:
        return
    found = checksums_of(arrays)
    for field, ours, wanted in zip(Arrays._fields, found, spec.checksums, strict=True):
        if ours != wanted:
            raise ValueError(
                f"{origin}: `{field}` of '{spec.name}' must have the SHA-256 {wanted}, received "
                f"{ours} ({len(getattr(arrays, field))} examples). The data were altered or are "
                "another data set."
            )
