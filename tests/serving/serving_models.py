"""The versions of a model in a directory, loaded, and asked by name of signature and of arrays."""

import threading
from pathlib import Path

import numpy as np
import tensorflow as tf
from serving_batcher import Batcher


class RequestError(Exception):
    """A request that cannot be answered; `code` is a name of gRPC's."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class ServedModels:
    """One model, all its versions; rows of requests for the same signature may be batched.

    Each request for the newest version, or for all, looks for new ones first.

    Args:
        directory: `<name>/<version>/saved_model.pb` under it.
        name: Of the model.
        max_batch_size: More rows in one request are refused.
    """

    def __init__(self, directory: Path, name: str, max_batch_size: int):
        self.name = name
        self.max_batch_size = max_batch_size
        self.directory = directory / name
        self.loaded = {}
        self.batchers = {}
        self._lock = threading.Lock()
        self.load_new()

    def load_new(self):
        """Loads the versions that have appeared since."""
        with self._lock:
            numbers = {int(path.name) for path in self.directory.iterdir() if path.name.isdigit()}
            for number in sorted(numbers - set(self.loaded)):
                loaded = tf.saved_model.load(str(self.directory / str(number)))
                for signature, function in loaded.signatures.items():
                    self.batchers[number, signature] = Batcher(_runner(function))
                self.loaded[number] = loaded

    def version(self, name: str, version: int | None) -> int:
        """The number of the version asked for, or of the newest one."""
        if version is None:
            self.load_new()
        if name != self.name or version not in (None, *self.loaded):
            asked = "Latest" if version is None else f"Specific {version}"
            raise RequestError("NOT_FOUND", f"Servable not found for request: {asked}({name})")
        return max(self.loaded) if version is None else version

    def input_specs(self, version: int, signature: str) -> dict[str, tf.TensorSpec]:
        signatures = self.loaded[version].signatures
        if signature not in signatures:
            raise RequestError("INVALID_ARGUMENT", f'signature "{signature}" not found')
        return signatures[signature].structured_input_signature[1]

    def predict(self, version: int, signature: str, inputs: dict) -> dict[str, np.ndarray]:
        specs = self.input_specs(version, signature)
        if set(inputs) != set(specs):
            raise RequestError("INVALID_ARGUMENT", f"inputs {set(inputs)}, expected {set(specs)}")
        for name, array in inputs.items():
            spec = specs[name]
            if array.dtype != spec.dtype.as_numpy_dtype or not spec.shape.is_compatible_with(
                array.shape
            ):
                message = f"{name}: {array.dtype} of shape {array.shape}, expected {spec}"
                raise RequestError("INVALID_ARGUMENT", message)
        if len({len(array) for array in inputs.values()}) != 1:
            raise RequestError("INVALID_ARGUMENT", "inputs must have equal 0th-dimension size")
        if len(array) > self.max_batch_size:
            message = f"size {len(array)} is larger than maximum batch size {self.max_batch_size}"
            raise RequestError("INVALID_ARGUMENT", message)
        return self.batchers[version, signature].submit(inputs)


def _runner(function):
    def run(inputs):
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        return {name: output.numpy() for name, output in function(**tensors).items()}

    return run
