"""The site is built without a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import keras_lifelong_vae as klv

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    directory = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(directory)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return directory


def test_every_page_is_in_the_navigation_and_has_one_title(site):
    pages = {
        page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md") if page.is_file()
    }
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert {Path(name) for name in re.findall(r": (\S+\.md)$", config, re.MULTILINE)} == pages
    for page in pages - {Path("index.md")}:
        html = (site / page.with_suffix("") / "index.html").read_text(encoding="utf-8")
        assert html.count("<h1") == 1, page


def test_the_reference_has_every_public_name(site):
    html = "".join(page.read_text(encoding="utf-8") for page in site.glob("api/*/index.html"))
    described = set(re.findall(r'id="keras_lifelong_vae\.([\w.]+)"', html))
    classes = [name for name in klv.__all__ if isinstance(getattr(klv, name), type)]
    assert set(classes) <= described
    for module in (
        "latents",
        "likelihoods",
        "metrics",
        "networks",
        "schedules",
        "strategies",
        "tasks",
        "terms",
    ):
        listed = getattr(klv, module).__all__
        missing = [name for name in listed if not any(d.endswith(name) for d in described)]
        assert not missing, (module, missing)


def test_every_picture_is_described(site):
    for page in site.rglob("index.html"):
        for picture in re.findall(r"<img[^>]+>", page.read_text(encoding="utf-8")):
            assert re.search(r'alt="[^"]+"', picture), (page, picture)


def test_no_page_asks_another_server(site):
    configured = yaml.safe_load(
        (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("plugins")[0]
    )
    assert configured["theme"]["font"] is False
    for page in site.rglob("index.html"):
        loaded = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="(https?://[^"]+)"', page.read_text()
        )
        assert all("keras-lifelong-vae" in address for address in loaded), (page, loaded)
