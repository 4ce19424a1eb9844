"""Imports run one way, and heavy or optional packages are imported in one place."""

import ast
from pathlib import Path

import pytest

import keras_lifelong_vae

ROOT = Path(keras_lifelong_vae.__file__).parent
BASE = {"types", "checks", "files", "registration", "version"}

# What each part of the package may import of it, besides itself and BASE.
ALLOWED = {
    "types": set(),
    "checks": set(),
    "files": set(),
    "registration": set(),
    "version": set(),
    "layers": set(),
    "objectives": set(),
    "likelihoods": set(),
    "metrics": set(),
    "networks": set(),
    "data": set(),
    "tasks": {"data"},
    "models": {"layers", "objectives", "likelihoods", "networks"},
    "callbacks": set(),
    "export": {"layers", "models"},
    "strategies": {"layers", "models", "objectives", "tasks"},
    "experiments": {"callbacks", "data", "metrics", "models", "objectives", "strategies", "tasks"},
    "cli": {"data", "experiments", "export", "models", "objectives", "strategies"},
    "__main__": {"cli"},
}
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    part = part_of(path)
    own = {
        name.split(".")[1]
        for name in imported_modules(path)
        if name.startswith("keras_lifelong_vae.")
    }
    assert own - BASE - {part} <= ALLOWED[part]


@pytest.mark.parametrize(
    ("package", "only"),
    [
        ("tensorflow_datasets", {"data/tfds_store.py"}),
        ("tensorflow_serving", {"export/warmup.py"}),
        ("matplotlib", {"experiments", "data/synth_digits/plates.py"}),  # there for its fonts
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
