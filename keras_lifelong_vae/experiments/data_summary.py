"""A data set in a few lines of text."""

from pathlib import Path

from keras_lifelong_vae.data import ImageData


def summarize(data: ImageData, location: Path | None) -> str:
    """Where `data` came from, what it holds, and where it is kept."""
    lines = {
        "data set": data.name,
        "from": data.source,
        "kept in": "nothing to keep: it comes with scikit-learn" if location is None else location,
        "training": f"{len(data.train_images):,} images, {data.image_shape}",
        "test": f"{len(data.test_images):,} images, {data.image_shape}",
        "classes": ", ".join(data.class_names),
    }
    return "\n".join(f"{name:<9} {value}" for name, value in lines.items())
