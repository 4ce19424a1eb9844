"""Plants faults in the package, one at a time, and asks the tests of its folder to find each.

    python benchmarks/mutants.py --number 100 --seed 0 --out mutants.json

A mutant is one changed operator, comparison, constant, condition, or one statement left out, drawn
by seed from all such places, each folder in proportion to its number. Its tests run on a copy of
the committed tree, in the order of their names, until one fails. What survives is either as good
as the original (to be judged by hand) or a gap in the tests.
"""

import argparse
import ast
import copy
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "keras_lifelong_vae"
FOLDERS = {
    "model": ("lifelong_vae.py", "generative_model.py", "step_guard.py", "inputs.py"),
    **{name: (f"{name}/*.py",) for name in ("terms", "latents", "replay", "strategies")},
    "autoencoder": ("autoencoder/*.py",),
    "callbacks": ("callbacks/*.py", "checkpoints/state.py", "checkpoints/data_position.py"),
    "checkpoints": ("checkpoints/checkpoint_store.py",),
    "exporting": ("exporting/saved_model.py", "exporting/signatures.py"),
}
SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
TIMEOUT = 600


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every node that can be changed, and how; not annotations, messages or docstrings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            yield node, "op"
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, "ops"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
            yield node, "unary"
        if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
            yield node, "value"
        if isinstance(node, (ast.If, ast.IfExp)):
            yield node, "test"
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node, "call"
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            node = copy.copy(node)
            node.annotation = None
        yield from places(node)


def change(node: ast.AST, how: str) -> None:
    """Turns a node into a wrong one."""
    if how == "op":
        node.op = SWAPS[type(node.op)]()
    elif how == "ops":
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif how == "unary":
        inner = copy.copy(node.operand)
        node.op, node.operand = ast.Not() if isinstance(node.op, ast.Not) else ast.UAdd(), inner
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), inner)
    elif how == "value":
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1 if value < 2 else value * 2
    elif how == "test":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        node.value = ast.Constant(None)


def mutants(number: int, seed: int) -> list[tuple[str, Path, int]]:
    """Folder of tests, file, and which of its places."""
    found = [
        (folder, path.relative_to(ROOT), index)
        for folder, patterns in FOLDERS.items()
        for pattern in patterns
        for path in sorted((ROOT / PACKAGE).glob(pattern))
        for index in range(len(list(places(ast.parse(path.read_text())))))
    ]
    return random.Random(seed).sample(found, number)


def mutate(source: str, index: int) -> tuple[str, str]:
    """The source with one fault, and a line that says which."""
    tree = ast.parse(source)
    node, how = list(places(tree))[index]
    before = ast.unparse(node)
    change(node, how)
    after = ast.unparse(ast.fix_missing_locations(node))
    return ast.unparse(tree), f"line {node.lineno}: {before[:60]} -> {after[:60]}"


def preload() -> None:
    """Imports what takes long once, before the tests of each mutant are forked off."""
    import hypothesis  # noqa: F401
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pytest  # noqa: F401
    import sklearn.mixture  # noqa: F401
    import tensorflow  # noqa: F401
    import tensorflow_probability  # noqa: F401


def is_killed(copy_of_root: Path, folder: str) -> bool:
    """Whether a test of the folder fails, or none ends in time."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.chdir(copy_of_root)
        sys.path.insert(0, str(copy_of_root))
        os.environ["PYTHONPATH"] = str(copy_of_root)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        import pytest

        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", f"tests/{folder}"])))
    begun = time.monotonic()
    while time.monotonic() - begun < TIMEOUT:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.2)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", help="K/N: only every Nth, from the Kth on")
    parser.add_argument("--out", type=Path, help="a JSON file, which is gone on with")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    rows = json.loads(options.out.read_text()) if options.out and options.out.exists() else []
    preload()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "tree"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(root)], check=True)
        drawn = mutants(options.number, options.seed)[part - 1 :: parts]
        for tests, path, index in drawn[len(rows) :]:
            source = (root / path).read_text()
            mutant, what = mutate(source, index)
            (root / path).write_text(mutant)
            begun = time.monotonic()
            killed = is_killed(root, tests)
            (root / path).write_text(source)
            seconds = round(time.monotonic() - begun)
            rows.append({"file": str(path), "change": what, "killed": killed, "seconds": seconds})
            print(f"{len(rows)}: {'killed' if killed else 'SURVIVED'} {path} {what}", flush=True)
            if options.out:
                options.out.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{sum(row['killed'] for row in rows)} of {len(rows)} killed")


if __name__ == "__main__":
    main()
