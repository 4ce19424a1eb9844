"""Executes a notebook of `examples` in a kernel of its own, and reads what came out."""

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PACKAGE = Path(find_spec("keras_lifelong_vae").origin).resolve().parent
KERNEL_OPTIONS = ["--HistoryManager.enabled=False", "--log-level=ERROR"]
SECONDS_PER_CELL = 1800
MARKER = "FOR THE TEST "


def execute(
    path: Path, directory: Path, appended: str = "", fast: bool = False
) -> nbformat.NotebookNode:
    """Runs every cell of a copy of the notebook and returns the copy; an error in a cell raises.

    Args:
        path: The notebook, which is not changed.
        directory: Where the kernel works and keeps its files.
        appended: Code for one more cell at the end.
        fast: Whether to turn the notebook's switch `FAST` on.
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
    switch = {"NOTEBOOK_FAST": "True"} if fast else {}
    client.execute(env={**kernel_environment(directory), **switch})
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


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(one.text for one in cell.outputs if one.get("name") == "stdout")


def all_printed(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(printed(cell) for cell in code_cells(notebook))


def figures_of_line(notebook: nbformat.NotebookNode, cell: str, name: str) -> list[float]:
    """The numbers after `name` in the table that the cell called `cell` printed."""
    (table,) = (one for one in notebook.cells if one.get("id") == cell)
    (line,) = re.findall(rf"^{re.escape(name)} (.*)$", printed(table), re.MULTILINE)
    return [float(figure) for figure in re.findall(r"[-+]?\d+(?:\.\d+)?", line)]


def answers(notebook: nbformat.NotebookNode) -> dict:
    """What the appended cell printed as JSON after `MARKER`."""
    lines = printed(notebook.cells[-1]).splitlines()
    (line,) = (line for line in lines if line.startswith(MARKER))
    return json.loads(line.removeprefix(MARKER))
