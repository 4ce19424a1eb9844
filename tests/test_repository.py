"""What stands around the code says the same as the code."""

import re
from importlib.metadata import metadata
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_what_runs_elsewhere_is_the_readmes_test_command():
    job = yaml.safe_load(read(".github/workflows/test.yml"))["jobs"]["test"]
    assert job["steps"][-1] == {"run": "make test"}
    promised = re.findall(
        r"Python :: (3\.\d+)", "\n".join(metadata("keras-lifelong-vae").get_all("Classifier"))
    )
    assert job["strategy"]["matrix"]["python"] == promised


def test_the_linter_before_a_commit_is_that_of_the_tests():
    (repository,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    (pinned,) = re.findall(r"^ruff==(\S+)$", read("constraints.txt"), re.MULTILINE)
    assert repository["rev"] == f"v{pinned}"


def test_every_form_asks_for_something():
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").iterdir():
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert all(entry["attributes"]["label"] for entry in form["body"])


def test_the_readme_is_short_and_its_links_lead_somewhere():
    readme = read("README.md")
    assert len(readme.splitlines()) < 150
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", readme):
        assert (ROOT / link).exists(), link


def test_links_between_the_pages_lead_somewhere():
    for page in (ROOT / "docs").rglob("*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
