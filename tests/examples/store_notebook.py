"""Executes a notebook and stores it with its outputs, for readers who only look at it.

python tests/examples/store_notebook.py examples/01_quickstart.ipynb
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from notebook_helpers import code_cells, execute

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def stored(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without what depends on the machine: log lines, metadata, versions."""
    for cell in code_cells(notebook):
        cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
        cell.metadata = {}
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def main(path: Path) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as directory:
        notebook = execute(path, Path(directory))
    nbformat.write(stored(notebook), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
