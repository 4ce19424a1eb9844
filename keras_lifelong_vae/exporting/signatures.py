"""The signatures of an export: names, inputs and outputs with dtype, shape, unit and meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.autoencoder.answers import ANY
from keras_lifelong_vae.lifelong_vae import LifelongVAE

SCORE = (
    "-ELBO, an upper bound of -log p(x) in expectation. It compares models on the same data, and "
    "says little about whether an image is new to the model"
)


@dataclass(frozen=True)
class Field:
    """One named tensor of a signature.

    Args:
        dtype: Of TensorFlow, by name.
        shape: Of one row.
        unit: In what it is measured, or the range its values come from.
        meaning: In one line.
        valid: A value that can be answered.
    """

    dtype: str
    shape: tuple[int, ...]
    unit: str
    meaning: str
    valid: int = 0

    def spec(self, name: str) -> tf.TensorSpec:
        """With a free batch dimension."""
        return tf.TensorSpec((None, *self.shape), self.dtype, name)

    def example(self) -> np.ndarray:
        """One valid row, `(1, *shape)`."""
        return np.full((1, *self.shape), self.valid, self.dtype)

    def as_json(self) -> dict[str, Any]:
        shape = [None, *self.shape]
        return {"dtype": self.dtype, "shape": shape, "unit": self.unit, "meaning": self.meaning}


@dataclass(frozen=True)
class Signature:
    """One signature: what is asked and what is answered.

    Args:
        endpoint: The method of `Answers` behind it.
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


def signatures(model: LifelongVAE) -> dict[str, Signature]:
    """All signatures of an export of `model`."""
    categories = model.active_categories if model.has_categories else 0
    known = _fields(model, categories)

    def some(*names: str, **renamed: str) -> dict[str, Field]:
        return {name: known[name] for name in names} | {
            name: known[field] for name, field in renamed.items()
        }

    images = some("images")
    heads = {f"kl_{head}": f"kl_{head}" for head in model.student.latent.heads}
    scored = some("negative_elbo", reconstruction="reconstruction_term", **heads)
    encoding = some("loc", "scale", *(("category_probs", "category") if categories else ()))
    reconstructs = (some("reconstruction"), "E[x | z] at the mode of q(z | x)")
    encodes = (encoding, "The posterior q(z | x)")
    scores = (scored, SCORE)
    found = {
        "serving_default": Signature("reconstruct", images, *reconstructs),
        "reconstruct": Signature("reconstruct", images, *reconstructs),
        "encode": Signature("encode", images, *encodes),
        "score": Signature("score", some("images", "seed"), *scores),
        **_generating(some, categories, int(model.summarized_tasks)),
    }
    if model.likelihood.support.is_unit:
        levels = some(images="images_uint8")
        found |= {
            "reconstruct_uint8": Signature("reconstruct_uint8", levels, *reconstructs),
            "encode_uint8": Signature("encode_uint8", levels, *encodes),
            "score_uint8": Signature("score_uint8", {**levels, **some("seed")}, *scores),
        }
    return found


def _generating(
    some: Callable[..., dict[str, Field]], categories: int, tasks: int
) -> dict[str, Signature]:
    """Those that give images for a z."""
    seed, code, images = some("seed"), some("z_continuous"), some("images")
    category, task = some(category="category_or_any"), some("task")
    codes = f"E[x | z] with z from {'where the codes of its tasks lie' if tasks else 'p(z)'}"
    prior, decoded = "E[x | z] with z ~ p(z)", "E[x | z]"
    if not categories:
        from_prior = "generate_continuous_from_prior"
        return {
            "generate": Signature("generate_continuous", {**seed, **task}, images, codes),
            "generate_from_prior": Signature(from_prior, seed, images, prior),
            "decode": Signature("decode_continuous", code, images, decoded),
        }
    drawn = {**seed, **category}
    index, probs = {**code, **some("category")}, {**code, **some("category_probs")}
    return {
        "generate": Signature("generate", {**drawn, **task}, images, codes),
        "generate_from_prior": Signature("generate_from_prior", drawn, images, prior),
        "decode": Signature("decode", index, images, decoded),
        "decode_one_hot": Signature("decode_one_hot", probs, images, decoded),
    }


def _fields(model: LifelongVAE, categories: int) -> dict[str, Field]:
    event_shape, latent_dim = model.event_shape, model.latent_dim
    last_category, last_task = categories - 1, int(model.summarized_tasks) - 1
    values = str(model.likelihood.support)

    def nats(meaning: str) -> Field:
        return Field("float32", (), "nats per image", meaning)

    return {
        "images": Field("float32", event_shape, values, "Images"),
        "images_uint8": Field("uint8", event_shape, "0 ... 255", "Images as bytes"),
        "reconstruction": Field("float32", event_shape, values, "Images"),
        "z_continuous": Field("float32", (latent_dim,), "real numbers", "z_c, the Gaussian latent"),
        "loc": Field("float32", (latent_dim,), "units of z_c", "Mean of q(z_c | x)"),
        "scale": Field("float32", (latent_dim,), "units of z_c", "Its standard deviation"),
        "category": Field(
            "int64", (), f"0 ... {last_category}", "z_d as an index; of q(z_d | x) its mode"
        ),
        "category_or_any": Field(
            "int64", (), f"{ANY} ... {last_category}", f"z_d; {ANY} draws it", ANY
        ),
        "task": Field(
            "int64", (), f"{ANY} ... {last_task}", f"Task that z is drawn from; {ANY} for any", ANY
        ),
        "category_probs": Field(
            "float32", (categories,), "[0, 1]", "Probabilities of z_d, or a one-hot vector"
        ),
        "seed": Field("int64", (), "any integer", "Decides the row's noise, in whatever batch"),
        "negative_elbo": nats("-ELBO with one z ~ q(z | x), the sum of the other outputs"),
        "reconstruction_term": nats("-log p(x | z)"),
        **{
            f"kl_{head}": nats(f"KL(q(z | x) || p(z)) of the {head} part of z")
            for head in model.student.latent.heads
        },
    }
