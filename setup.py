"""Metadata and dependencies; the tools are configured in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
# For warm-up requests in an export, and for the clients in `export/`.
SERVING = ["requests", "tensorflow-serving-api>=2.20"]
LOGS = ["tensorboard>=2.20"]  # for `train --tensorboard`
version: dict[str, str] = {}
exec((ROOT / "keras_lifelong_vae" / "version.py").read_text(encoding="utf-8"), version)

setup(
    name="keras-lifelong-vae",
    version=version["__version__"],
    description="Lifelong generative modeling with Keras: one VAE for data sets that arrive one "
    "after another, without keeping past data and without forgetting it",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    packages=find_packages(include=["keras_lifelong_vae", "keras_lifelong_vae.*"]),
    package_data={"keras_lifelong_vae": ["py.typed"]},
    python_requires=">=3.10",
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
        "bench": ["torch"],
        "fuzz": ["atheris"],
        "logs": LOGS,
        "serving": SERVING,
        "test": [
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
    entry_points={"console_scripts": ["lifelong-vae=keras_lifelong_vae.cli:main"]},
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    keywords="keras tensorflow vae lifelong-learning continual-learning generative-replay",
)
