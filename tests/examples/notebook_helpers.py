"""Executes a notebook of `examples` in a kernel of its own."""

import os
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PACKAGE = Path(find_spec("keras_lifelong_vae").origin).resolve().parent
KERNEL_OPTIONS = ["--HistoryManager.enabled=False", "--log-level=ERROR"]
SECONDS_PER_CELL = 600


def execute(path: Path, directory: Path, appended: str = "") -> nbformat.NotebookNode:
    """Runs every cell of a copy of the notebook and returns the copy; an error in a cell raises.

    Args:
        path: The notebook, which is not changed.
        directory: Where the kernel works and keeps its files.
        appended: Code for one more cell at the end.
    """
    notebook = nbformat.read(path, as_version=4)
    if appended:
        notebook.cells.append(nbformat.v4.new_code_cell(appended))
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=KERNEL_OPTIONS,
        resources={"metadata": {"path": str(directory)}},
    )
    client.execute(env=kernel_environment(directory))
    return notebook


def kernel_environment(directory: Path) -> dict[str, str]:
    """Ours, with the package that the tests import, and pictures inline as in a browser."""
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join(paths),
        "IPYTHONDIR": str(directory / ".ipython"),
    }


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The outputs of all cells in order."""
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def pictures_of(cell: nbformat.NotebookNode) -> list[str]:
    """The PNG pictures of a cell, encoded in base 64."""
    data = [output.get("data", {}) for output in cell.outputs]
    return [some["image/png"] for some in data if "image/png" in some]
