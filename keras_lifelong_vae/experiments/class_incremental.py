"""Class-incremental classification: which of all classes learned so far an image is of."""

import keras
import numpy as np

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.lifelong_vae import LifelongVAE

SAMPLES = 2_000  # of each category, for the classifier of generated images
WIDTH, EPOCHS, BATCH_SIZE = 400, 5, 128


def class_incremental_accuracy(
    model: LifelongVAE, images: np.ndarray, classes: np.ndarray, seed: int = 0
) -> dict[str, float]:
    """Share of images whose class is found, of all classes learned so far, in three ways.

        category     argmax_k q(z_d = k | x)
        likelihood   argmax_k p(x | z_c, z_d = k), z_c = loc of q(z_c | x)
        generated    a classifier that has seen generated images of each category alone

    Args:
        model: One whose category k is that of class k, as with one class a task, or with
            `CategoryTarget(labelled=True)`.
        images: `(n, *event_shape)`.
        classes: Integers `(n,)`, from 0.
        seed: Of what is generated, and of the classifier.

    Raises:
        ValueError: If a class is none of the active categories.

    Reference: van de Ven et al., "Class-Incremental Learning with Generative Classifiers", 2021.
    """
    if np.min(classes) < 0 or np.max(classes) >= model.active_categories:
        raise ValueError(
            f"`classes` must be categories of the model, 0 ... {model.active_categories - 1}, "
            f"received {np.min(classes)} ... {np.max(classes)}."
        )
    answers = {
        "category": model.encode(images).category,
        "likelihood": by_likelihood(model, images),
        "generated": by_generated(model, images, seed),
    }
    return {name: float(np.mean(answer == classes)) for name, answer in answers.items()}


def by_likelihood(model: LifelongVAE, images: np.ndarray) -> np.ndarray:
    """The category that explains each image best at its own z_c, `(n,)`."""
    loc, likelihood = model.encode(images).loc, model.likelihood
    log_probs = []
    for category in range(model.active_categories):
        means = model.decode(loc, category)
        log_probs.append(likelihood.log_prob(images, likelihood.parameters_of(means)).numpy())
    return np.argmax(log_probs, axis=0)


def by_generated(
    model: LifelongVAE, images: np.ndarray, seed: int, samples: int = SAMPLES
) -> np.ndarray:
    """What a classifier says that was trained on generated images alone, `(n,)`."""
    check_positive_int(samples, "samples")
    categories = range(model.active_categories)
    drawn = [model.generate(samples, seed=seed + k, category=k) for k in categories]
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(WIDTH, "relu") for _ in range(2)]
    last = keras.layers.Dense(len(drawn))
    network = keras.Sequential(
        [keras.Input(images.shape[1:]), keras.layers.Flatten(), *hidden, last]
    )
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    labels = np.repeat(categories, samples)
    network.fit(np.concatenate(drawn), labels, BATCH_SIZE, EPOCHS, verbose=0)
    return network.predict(images, batch_size=4 * BATCH_SIZE, verbose=0).argmax(axis=1)
