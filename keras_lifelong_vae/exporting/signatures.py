"""The signatures of an export: names, inputs and outputs with dtype, shape, unit and meaning."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.autoencoder.answers import ANY
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.variables import number_in

SCORE = (
    "-ELBO, an upper bound of -log p(x) in expectation, and novelty. -ELBO compares models on the "
    "same data, and says little about whether an image is new to the model; novelty does, and "
    "marks a row with a value out of range by infinity, 1 and 1 rather than as a bad row"
)
NOVELTY = ("novelty", "novelty_quantile", "outside_support")
UNKNOWN = "; NaN if the model keeps no summary of a finished task"


@dataclass(frozen=True)
class Field:
    """One named tensor of a signature."""

    dtype: str  # of TensorFlow, by name
    shape: tuple[int, ...]  # of one row
    unit: str  # in what it is measured, or the range its values come from
    meaning: str
    valid: int = 0  # a value that can be answered

    def as_json(self) -> dict[str, Any]:
        shape = [None, *self.shape]
        return {"dtype": self.dtype, "shape": shape, "unit": self.unit, "meaning": self.meaning}


@dataclass(frozen=True)
class Signature:
    """What is asked, in the order of the arguments of its endpoint, and what is answered."""

    endpoint: str  # the method of `Answers` behind it
    inputs: dict[str, Field]
    outputs: dict[str, Field]
    meaning: str

    def specs(self) -> list[tf.TensorSpec]:
        """The inputs with a free batch dimension."""
        fields = self.inputs.items()
        return [tf.TensorSpec((None, *one.shape), one.dtype, name) for name, one in fields]

    def example(self) -> dict[str, np.ndarray]:
        """One row that it can answer."""
        fields = self.inputs.items()
        return {name: np.full((1, *one.shape), one.valid, one.dtype) for name, one in fields}

    def as_json(self) -> dict[str, Any]:
        ways = {"inputs": self.inputs, "outputs": self.outputs}
        fields = {way: {name: one.as_json() for name, one in ways[way].items()} for way in ways}
        return {"meaning": self.meaning, **fields}


def signatures(model: LifelongVAE) -> dict[str, Signature]:
    """All signatures of an export of `model`."""
    categories = model.active_categories if model.has_categories else 0
    tasks = number_in(model.summarized_tasks)
    known = _fields(model, categories, tasks)

    def some(*names: str) -> dict[str, Field]:
        return {name: known[name] for name in names}

    images, seed, code = some("images"), some("seed"), some("z_continuous")
    heads = [f"kl_{head}" for head in model.student.latent.heads]
    terms = {"reconstruction": known["reconstruction_term"], **some(*heads)}
    encoding = some("loc", "scale", *(("category_probs", "category") if categories else ()))
    reconstructs = Signature(
        "reconstruct", images, some("reconstruction"), "E[x | z] at the mode of q(z | x)"
    )
    drawn = seed | ({"category": known["category_or_any"]} if categories else {})
    index = code | (some("category") if categories else {})
    kind = "" if categories else "_continuous"
    source = "where the codes of its tasks lie" if tasks else "p(z)"
    found = {
        "serving_default": reconstructs,
        "reconstruct": reconstructs,
        "encode": Signature("encode", images, encoding, "The posterior q(z | x)"),
        "score": Signature(
            "score", images | seed, some("negative_elbo") | terms | some(*NOVELTY), SCORE
        ),
        "generate": Signature(
            f"generate{kind}", drawn | some("task"), images, f"E[x | z] with z from {source}"
        ),
        "generate_from_prior": Signature(
            f"generate{kind}_from_prior", drawn, images, "E[x | z] with z ~ p(z)"
        ),
        "decode": Signature(f"decode{kind}", index, images, "E[x | z]"),
    }
    if categories:
        one_hot = code | some("category_probs")
        found["decode_one_hot"] = Signature("decode_one_hot", one_hot, images, "E[x | z]")
    if model.likelihood.support.is_unit:
        for name in ("reconstruct", "encode", "score"):
            levels = {**found[name].inputs, "images": known["images_uint8"]}
            found[f"{name}_uint8"] = replace(found[name], endpoint=f"{name}_uint8", inputs=levels)
    return found


def _fields(model: LifelongVAE, categories: int, tasks: int) -> dict[str, Field]:
    event_shape, latent = model.event_shape, (model.latent_dim,)
    values, z_d = str(model.likelihood.support), f"0 ... {categories - 1}"
    divergence = "KL(q(z | x) || p(z)) of the {} part of z"
    probabilities = "Probabilities of z_d, or a one-hot vector"

    def nats(meaning: str) -> Field:
        return Field("float32", (), "nats per image", meaning)

    def index(last: int, meaning: str) -> Field:
        return Field("int64", (), f"{ANY} ... {last}", meaning, ANY)

    return {
        "images": Field("float32", event_shape, values, "Images"),
        "images_uint8": Field("uint8", event_shape, "0 ... 255", "Images as bytes"),
        "reconstruction": Field("float32", event_shape, values, "Images"),
        "z_continuous": Field("float32", latent, "real numbers", "z_c, the Gaussian latent"),
        "loc": Field("float32", latent, "units of z_c", "Mean of q(z_c | x)"),
        "scale": Field("float32", latent, "units of z_c", "Its standard deviation"),
        "category": Field("int64", (), z_d, "z_d as an index; of q(z_d | x) its mode"),
        "category_or_any": index(categories - 1, f"z_d; {ANY} draws it"),
        "task": index(tasks - 1, f"Task that z is drawn from; {ANY} for any"),
        "category_probs": Field("float32", (categories,), "[0, 1]", probabilities),
        "seed": Field("int64", (), "any integer", "Decides the row's noise, in whatever batch"),
        "negative_elbo": nats("-ELBO with one z ~ q(z | x), the sum of its parts beside it"),
        "reconstruction_term": nats("-log p(x | z)"),
        "novelty": nats(
            "-log of the share of a learned task's images that are less typical of it, of the task "
            f"that the image is most typical of{UNKNOWN}"
        ),
        "novelty_quantile": Field(
            "float32",
            (),
            "[0, 1]",
            f"1 minus that share: novel at 1 % false alarms above 0.99{UNKNOWN}",
        ),
        "outside_support": Field(
            "int64", (), "0 or 1", "1 for a row with a value that is NaN, infinite or out of range"
        ),
        **{f"kl_{head}": nats(divergence.format(head)) for head in model.student.latent.heads},
    }
