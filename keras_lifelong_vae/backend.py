"""Which backend Keras runs on: TensorFlow, whose graphs, data sets and SavedModels are used."""

import os

VARIABLE = "KERAS_BACKEND"


def check_backend() -> None:
    """Raises `ImportError` if Keras runs on another backend, or can't be imported because of it."""
    try:
        import keras
    except ImportError as error:
        chosen = os.environ.get(VARIABLE, "tensorflow")
        if chosen == "tensorflow":
            raise
        raise _wrong(chosen) from error
    if keras.config.backend() != "tensorflow":
        raise _wrong(keras.config.backend())


def _wrong(chosen: str) -> ImportError:
    return ImportError(
        f"Keras must run on TensorFlow for keras_lifelong_vae, received the backend {chosen!r}. "
        f'Set the environment variable {VARIABLE} to "tensorflow" before Keras is imported; '
        "it goes before what ~/.keras/keras.json says."
    )
