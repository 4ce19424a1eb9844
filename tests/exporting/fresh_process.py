"""A program of its own: asks exports by TensorFlow and Keras where this package can't be imported.

    python fresh_process.py QUESTIONS ANSWERS

QUESTIONS is a JSON file, export directory to signature to the .npy files of its inputs, by name;
ANSWERS a directory for the outputs.
"""

import json
import sys
from pathlib import Path

import numpy as np

BY_KERAS = ("encode", "generate")  # loading costs more than asking


class Forbidden:
    """Finds no module of the package, wherever it is installed."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "keras_lifelong_vae":
            raise ImportError(f"{name} is not to be had here")
        return None


def main(questions, answers):
    sys.meta_path.insert(0, Forbidden())
    try:
        import keras_lifelong_vae  # noqa: F401
    except ImportError:
        pass
    else:
        raise AssertionError("the package could be imported")
    for number, (directory, asked) in enumerate(json.loads(Path(questions).read_text()).items()):
        for name, outputs in ask(directory, asked):
            np.savez(Path(answers) / f"{number}-{name}.npz", **outputs)
    assert "keras_lifelong_vae" not in sys.modules


def ask(directory, asked):
    """Yields what each signature answers, by either library."""
    import keras
    import tensorflow as tf

    loaded = tf.saved_model.load(directory)
    for signature, files in asked.items():
        inputs = {name: tf.constant(np.load(file)) for name, file in files.items()}
        yield f"{signature}-tensorflow", as_arrays(loaded.signatures[signature](**inputs))
        if signature in BY_KERAS:
            layer = keras.layers.TFSMLayer(directory, call_endpoint=signature)
            name = next(iter(inputs))
            yield f"{signature}-keras", as_arrays(layer(inputs.pop(name), **inputs))


def as_arrays(outputs):
    return {name: value.numpy() for name, value in outputs.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
