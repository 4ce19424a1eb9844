"""Packages, version and dependencies; the other metadata and the tools are in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
# For warm-up requests in an export, and for the clients and the watch in `export/`.
SERVING = ["prometheus_client>=0.20", "requests", "tensorflow-serving-api>=2.20"]
LOGS = ["tensorboard>=2.20"]  # for `train --tensorboard`
DOCS = ["mkdocs-material>=9.5", "mkdocstrings-python>=1.10"]  # for `make docs`
version: dict[str, str] = {}
exec((ROOT / "keras_lifelong_vae" / "version.py").read_text(encoding="utf-8"), version)

setup(
    version=version["__version__"],
    packages=find_packages(include=["keras_lifelong_vae", "keras_lifelong_vae.*"]),
    package_data={"keras_lifelong_vae": ["py.typed"]},
    install_requires=[
        "tensorflow>=2.20",
        "keras>=3.10",
        "tensorflow-probability[tf]>=0.25",
        "tensorflow-datasets>=4.9.9",
        "filelock>=3.12",
        "importlib_resources",  # tensorflow-datasets imports it to download and doesn't declare it
        "markdown-it-py>=3",
        "matplotlib>=3.8",
        "numpy>=1.26",
        "pillow",
        "scikit-learn>=1.4",
        "scipy>=1.11",
        "threadpoolctl>=3",
    ],
    extras_require={
        "bench": ["river", "torch"],
        "docs": DOCS,
        "fuzz": ["atheris"],
        "logs": LOGS,
        "serving": SERVING,
        "test": [
            *DOCS,
            *LOGS,
            *SERVING,
            "PyYAML",
            "ai-edge-litert",
            "hypothesis",
            "ipykernel",
            "mypy",
            "nbclient",
            "nbformat",
            "pytest",
            "pytest-xdist",
            "ruff",
        ],
    },
)
