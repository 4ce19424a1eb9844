"""Imports run one way, and heavy or optional packages are imported in one place."""

import ast
import inspect
import re
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import keras
import pytest

import keras_lifelong_vae

ROOT = Path(keras_lifelong_vae.__file__).parent
# What anything may import: the lowest parts, from the bottom up.
BASE = {
    *("version", "types", "registration", "philox", "noise", "finite", "files", "checks"),
    *("backend", "distributions", "growing_weights", "printable", "saved_file", "variables"),
}
PARTS = {"autoencoder", "latents", "likelihoods"}  # what an autoencoder is made of

# What each other part of the package may import of it, besides itself and BASE.
ALLOWED = {
    "schedules": set(),
    "likelihoods": set(),
    "networks": set(),
    "latents": {"schedules"},
    "autoencoder": {"latents", "likelihoods"},
    "replay": PARTS,
    "novelty": PARTS | {"replay"},
    "terms": PARTS | {"replay"},
    "inputs": {"likelihoods"},
    "labels": set(),
    "optimizer_reset": set(),
    "step_guard": {"autoencoder", "likelihoods"},
    "replicas": {"step_guard"},
    "training_step": {"novelty", "replay", "replicas", "step_guard", "terms"},
    "generative_model": PARTS | {"inputs", "networks", "replay", "replicas", "step_guard"},
    "checkpoints": set(),
    "streams": {"step_guard"},
    "callbacks": {"checkpoints", "replicas", "streams"},  # a callback is given its model
    "lifelong_vae": {
        *PARTS,
        *("callbacks", "generative_model", "inputs", "labels", "novelty", "optimizer_reset"),
        *("replay", "replicas", "step_guard", "streams", "terms", "training_step"),
    },
    "exporting": PARTS | {"lifelong_vae"},
    "data": set(),
    "tasks": {"data"},
    "strategies": PARTS | {"lifelong_vae", "networks", "replay", "tasks", "terms"},
    "metrics": set(),
    "plots": {"metrics", "tasks"},  # a picture is given its model
    "experiments": {
        "exporting",
        *(
            "callbacks",
            "data",
            "lifelong_vae",
            "metrics",
            "replay",
            "tasks",
            "plots",
            "schedules",
            "strategies",
        ),
    },
    "cli": {"callbacks", "data", "experiments", "exporting", "strategies"},
    "__main__": {"cli"},
}
IN_BASE = {
    "backend": set(),
    "checks": set(),
    "distributions": set(),
    "files": set(),
    "finite": {"types"},
    "growing_weights": set(),
    "noise": {"philox", "types"},
    "philox": {"types"},
    "printable": set(),
    "registration": set(),
    "saved_file": set(),
    "types": set(),
    "version": set(),
    "variables": set(),
}
OPTIONAL = {"cli", "exporting", "experiments", "plots"}  # they may need packages that are not there
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def part_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "keras_lifelong_vae":
                yield from (f"keras_lifelong_vae.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def parts_imported(path):
    """Parts of the package that a file imports, besides its own."""
    modules = [name.split(".") for name in imported_modules(path)]
    return {name[1] for name in modules if name[0] == "keras_lifelong_vae"} - {part_of(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    part = part_of(path)
    allowed = IN_BASE[part] if part in BASE else ALLOWED[part] | BASE
    assert parts_imported(path) <= allowed


def test_the_arrows_have_no_circle_and_every_part_stands_in_them():
    assert set(ALLOWED) | BASE == {part_of(path) for path in FILES}
    assert set(IN_BASE) == BASE
    TopologicalSorter(IN_BASE | ALLOWED).prepare()  # raises for a circle


def reachable(part):
    return {part}.union(*(reachable(one) for one in ALLOWED[part]))


@pytest.mark.parametrize("part", ["tasks", "data", "metrics"])
def test_tasks_data_and_metrics_do_not_know_the_model(part):
    assert not reachable(part) & {"lifelong_vae", "generative_model", "terms", "autoencoder"}


def test_terms_do_not_know_the_model():
    assert not reachable("terms") & {"lifelong_vae", "generative_model"}


@pytest.mark.parametrize(
    ("package", "only"),
    [
        ("tensorflow_datasets", {"data/tfds_store.py"}),
        ("tensorflow_serving", {"exporting/warmup.py"}),
        (
            "matplotlib",
            {"experiments", "plots", "data/synth_digits/plates.py"},
        ),  # there for its fonts
    ],
)
def test_some_packages_are_imported_in_one_place(package, only):
    for path in FILES:
        if any(name.split(".")[0] == package for name in imported_modules(path)):
            place = path.relative_to(ROOT).as_posix()
            assert place in only or place.split("/")[0] in only


def test_nothing_imports_the_layers_of_keras_2():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert "tfp.layers" not in text
    assert "tf.keras" not in text
    assert "tf_keras" not in text


def test_nothing_reaches_into_keras():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "keras.src" not in text, path
        assert not re.search(r"\b_tracker\b", text), path


def classes_of_keras():
    """Every class of the package that extends one of Keras."""
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name in ("__main__", "data.synth_digits.plates") or part_of(path) in OPTIONAL:
            continue
        module = import_module(f"keras_lifelong_vae.{name}")
        for one in vars(module).values():
            if inspect.isclass(one) and one.__module__ == module.__name__:
                yield from (one,) if issubclass(one, keras.layers.Layer) else ()


def test_no_name_of_ours_hides_a_private_one_of_keras():
    """Keras has a list `_seed_generators`, and a method of that name could not be called."""
    attributes = {*vars(keras.Model()), *dir(keras.Model)}
    private = {name for name in attributes if name.startswith("_") and name[:2] != "__"}
    private -= {"_maybe_symbolic_build"}  # left out on purpose, see there
    found = set(classes_of_keras())
    assert len(found) > 10
    for one in found:
        assert not private & set(vars(one)), one
