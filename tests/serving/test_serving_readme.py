"""The README's serving section, followed literally."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from serving_helpers import NAME, ROOT

SECTION = "## Serve it\n"
TRAIN = "lifelong-vae train digits-split --out runs/digits"
FEWER = " --tasks 2 --epochs 1 --batch-size 64 --no-jit-compile --verbose 0"


@pytest.fixture(scope="module")
def section():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return readme.split(SECTION)[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def ran(section, tmp_path_factory):
    """The first block of commands, with less training: what it printed, and the directory."""
    block = section.split("```sh\n")[1].split("```")[0]
    assert block.count(TRAIN) == 1
    directory = tmp_path_factory.mktemp("readme")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.replace(TRAIN, TRAIN + FEWER)],
        cwd=directory,
        env={**os.environ, "PATH": programs, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, directory


def test_commands_run_as_typed_from_training_to_an_export(ran):
    output, directory = ran
    assert (directory / "served" / NAME / "1" / "saved_model.pb").is_file()
    shown = re.findall(r"^ *(inputs|outputs)\['(\w+)'\] tensor_info:$", output, re.MULTILINE)
    new = ("novelty", "novelty_quantile", "outside_support")
    parts = ("kl_categorical", "kl_gaussian", "negative_elbo", *new, "reconstruction")
    assert sorted(shown) == [
        ("inputs", "images"),
        ("inputs", "seed"),
        *(("outputs", name) for name in parts),
    ]


def test_commands_end_in_three_images(ran):
    images = np.load(ran[1] / "generated" / "images.npy")
    assert images.shape == (3, 8, 8, 1)
    assert ((images >= 0) & (images <= 1)).all()
    assert not np.allclose(images[1], images[2])  # of two categories


def test_files_that_the_section_names_are_there(section):
    named = set(re.findall(r"(?:export|examples)/[\w.-]+\w", section))
    assert {"export/docker-compose.yml", "export/grpc_client.py", "export/README.md"} <= named
    assert [name for name in named if not (ROOT / name).is_file()] == []
