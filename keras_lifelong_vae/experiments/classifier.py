"""The classifier on whose features generated images are compared with real ones."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.experiments.json_file import amount, read_json
from keras_lifelong_vae.experiments.labelled_images import LabelledImages
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.metrics import frechet_distance
from keras_lifelong_vae.saved_file import load_model, seal

KINDS = ("convolutional", "dense")
WIDTH = 128  # of the features
BATCH_SIZE = 128
LEARNING_RATE = 2e-3
MIN_ACCURACY = 0.85
FIGURES = "classifier.json"


@dataclass(frozen=True)
class Classifier:
    """Tells the classes of all tasks apart."""

    network: keras.Model  # from images to `(logits, features)`
    accuracy: float  # on test images
    floor: float  # Frechet distance of real training images to real test images on its features

    def features(self, images: np.ndarray) -> np.ndarray:
        """What its last hidden layer makes of the images, `(n, 128)`."""
        return self._predict(images)[1]

    def classes(self, images: np.ndarray) -> np.ndarray:
        """The most probable class of each image, `(n,)`."""
        return self._predict(images)[0].argmax(axis=1)

    def _predict(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.network.predict(images, batch_size=4 * BATCH_SIZE, verbose=0)

    def save(self, path: Path) -> None:
        """Writes `classifier.keras` and, when that is in place, `classifier.json` into `path`."""
        path.mkdir(parents=True, exist_ok=True)
        write_atomically(path / "classifier.keras", self._save_network)
        text = json.dumps({"accuracy": self.accuracy, "floor": self.floor}, indent=2) + "\n"
        write_atomically(path / FIGURES, lambda temporary: temporary.write_text(text))

    def _save_network(self, path: Path) -> None:
        self.network.save(path)
        seal(path)


def load_classifier(path: Path) -> Classifier | None:
    """Reads what `save` wrote, `None` if not all is there: a report keeps the figures only.

    Raises:
        ValueError: If a file is damaged; it names the file.
    """
    if not all((path / f"classifier.{part}").exists() for part in ("keras", "json")):
        return None
    return Classifier(load_model(path / "classifier.keras"), **read_figures(path / FIGURES))


def read_figures(path: Path) -> dict[str, float]:
    """`accuracy` and `floor` of a classifier; raises `ValueError` if the file is damaged."""
    return read_json(path, {"accuracy": amount, "floor": amount}, ("accuracy", "floor"))


def train_classifier(
    train: LabelledImages,
    test: LabelledImages,
    kind: str = "convolutional",
    seed: int = 0,
    steps: int = 2000,
) -> Classifier:
    """Trains it with Adam on `steps` batches of 128; "dense" is for pixels that are permuted.

    Raises `ValueError` if it does not reach `MIN_ACCURACY` on the test images, or if those are too
    few for a covariance of its features.
    """
    if len(test.images) <= WIDTH:
        raise ValueError(
            f"The classifier must be judged on more than {WIDTH} test images, the width of its "
            f"features, received {len(test.images)}."
        )
    check_choice(kind, "kind", KINDS)
    keras.utils.set_random_seed(seed)
    network = _network(train.images.shape[1:], len(train.task_of_class), kind)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(keras.optimizers.Adam(rate), loss=[loss, None])
    network.fit(_batches(train, seed), steps_per_epoch=steps, verbose=0)
    classifier = Classifier(network, accuracy=0.0, floor=0.0)
    accuracy = float(np.mean(classifier.classes(test.images) == test.classes))
    if accuracy < MIN_ACCURACY:
        raise ValueError(
            f"The classifier must be right on at least {MIN_ACCURACY:.0%} of the test images, or "
            f"distances on its features would mean nothing, received {accuracy:.1%}."
        )
    real = train.images[:: max(1, len(train.images) // len(test.images))]
    floor = frechet_distance(classifier.features(real), classifier.features(test.images))
    return Classifier(network, accuracy, floor)


def kind_for(event_shape: tuple[int, ...]) -> str:
    """The kind that suits images of this shape: small ones and vectors are seen whole."""
    is_large = len(event_shape) == 3 and min(event_shape[:2]) >= 16
    return "convolutional" if is_large else "dense"


def _batches(train: LabelledImages, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    while True:
        rows = rng.integers(len(train.images), size=BATCH_SIZE)
        yield train.images[rows], train.classes[rows]


def _network(event_shape: tuple[int, ...], num_classes: int, kind: str) -> keras.Model:
    inputs = keras.Input(event_shape)
    hidden = inputs
    if kind == "convolutional":
        for filters in (16, 32):
            hidden = keras.layers.Conv2D(filters, 3, 2, "same", activation="relu")(hidden)
    hidden = keras.layers.Flatten()(hidden)
    if kind == "dense":
        hidden = keras.layers.Dense(256, "relu")(hidden)
    features = keras.layers.Dense(WIDTH, "relu", name="features")(hidden)
    logits = keras.layers.Dense(num_classes, name="logits")(features)
    return keras.Model(inputs, [logits, features])
