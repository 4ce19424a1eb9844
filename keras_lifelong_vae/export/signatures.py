"""The signatures of an export: names, inputs and outputs with dtype, shape, unit and meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.export.endpoints import FROM_PRIOR


@dataclass(frozen=True)
class Field:
    """One named tensor of a signature.

    Args:
        dtype: Of TensorFlow, by name.
        shape: Of one row.
        unit: In what it is measured, or the range its values come from.
        meaning: In one line.
    """

    dtype: str
    shape: tuple[int, ...]
    unit: str
    meaning: str

    def spec(self, name: str) -> tf.TensorSpec:
        """With a free batch dimension."""
        return tf.TensorSpec((None, *self.shape), self.dtype, name)

    def example(self) -> np.ndarray:
        """One valid row of zeros, `(1, *shape)`."""
        return np.zeros((1, *self.shape), self.dtype)

    def as_json(self) -> dict[str, Any]:
        shape = [None, *self.shape]
        return {"dtype": self.dtype, "shape": shape, "unit": self.unit, "meaning": self.meaning}


@dataclass(frozen=True)
class Signature:
    """One signature: what is asked and what is answered.

    Args:
        endpoint: The method of `Endpoints` behind it.
        inputs: By name, in the order of that method's arguments.
        outputs: By name.
        meaning: In one line.
    """

    endpoint: str
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]
    meaning: str

    def specs(self) -> list[tf.TensorSpec]:
        return [field.spec(name) for name, field in self.inputs.items()]

    def example(self) -> dict[str, np.ndarray]:
        """One row that it can answer."""
        return {name: field.example() for name, field in self.inputs.items()}

    def as_json(self) -> dict[str, Any]:
        return {
            "meaning": self.meaning,
            "inputs": {name: field.as_json() for name, field in self.inputs.items()},
            "outputs": {name: field.as_json() for name, field in self.outputs.items()},
        }


def signatures(
    event_shape: Sequence[int], latent_dim: int, active_categories: int
) -> dict[str, Signature]:
    """All signatures of an export of a model of these sizes."""
    known = _fields(tuple(event_shape), latent_dim, active_categories)

    def some(*names: str) -> dict[str, Field]:
        return {name: known[name] for name in names}

    pixels, grey_bytes = some("images"), {"images": known["images_uint8"]}
    encoding = some("loc", "scale", "category_probs", "category")
    terms = some("negative_elbo", "reconstruction_term", "kl_gaussian", "kl_categorical")
    terms = {name.removesuffix("_term"): field for name, field in terms.items()}
    reconstruction, seed = some("reconstruction"), some("seed")
    reconstructs = "E[x | z] at the mode of q(z | x)"
    encodes = "The posterior q(z | x)"
    scores = "-ELBO, an upper bound of -log p(x) in expectation: high for what was never learned"
    by_index = some("z_continuous", "category")
    by_probs = some("z_continuous", "category_probs")
    draws = {**seed, "category": known["category_or_prior"]}
    return {
        "serving_default": Signature("reconstruct", pixels, reconstruction, reconstructs),
        "reconstruct": Signature("reconstruct", pixels, reconstruction, reconstructs),
        "encode": Signature("encode", pixels, encoding, encodes),
        "decode": Signature("decode", by_index, pixels, "E[x | z]"),
        "decode_one_hot": Signature("decode_one_hot", by_probs, pixels, "E[x | z]"),
        "generate": Signature("generate", draws, pixels, "E[x | z] with z ~ p(z)"),
        "score": Signature("score", {**pixels, **seed}, terms, scores),
        "reconstruct_uint8": Signature(
            "reconstruct_uint8", grey_bytes, reconstruction, reconstructs
        ),
        "encode_uint8": Signature("encode_uint8", grey_bytes, encoding, encodes),
        "score_uint8": Signature("score_uint8", {**grey_bytes, **seed}, terms, scores),
    }


def _fields(event_shape: tuple[int, ...], latent_dim: int, active: int) -> dict[str, Field]:
    last = active - 1

    def nats(meaning: str) -> Field:
        return Field("float32", (), "nats per image", meaning)

    return {
        "images": Field("float32", event_shape, "[0, 1]", "Images"),
        "images_uint8": Field("uint8", event_shape, "0 ... 255", "Images as bytes"),
        "reconstruction": Field("float32", event_shape, "[0, 1]", "Images"),
        "z_continuous": Field("float32", (latent_dim,), "real numbers", "z_c, the Gaussian latent"),
        "loc": Field("float32", (latent_dim,), "units of z_c", "Mean of q(z_c | x)"),
        "scale": Field("float32", (latent_dim,), "units of z_c", "Its standard deviation"),
        "category": Field("int64", (), f"0 ... {last}", "z_d as an index; of q(z_d | x) its mode"),
        "category_or_prior": Field(
            "int64", (), f"{FROM_PRIOR} ... {last}", f"z_d; {FROM_PRIOR} draws it from p(z_d)"
        ),
        "category_probs": Field(
            "float32", (active,), "[0, 1]", "Probabilities of z_d, or a one-hot vector"
        ),
        "seed": Field("int64", (), "any integer", "Decides the row's noise, in whatever batch"),
        "negative_elbo": nats("-ELBO with one z ~ q(z | x), the sum of the other three"),
        "reconstruction_term": nats("-log p(x | z)"),
        "kl_gaussian": nats("KL(q(z_c | x) || N(0, I))"),
        "kl_categorical": nats("KL(q(z_d | x) || Cat(1 / active))"),
    }
