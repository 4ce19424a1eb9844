"""The git commit that the package runs from."""

import subprocess
from pathlib import Path

UNKNOWN = "unknown"
PACKAGE = Path(__file__).resolve().parents[1]


def git_commit(package: Path = PACKAGE) -> str:
    """The commit of the checkout that `package` lies in the top of, "-dirty" if it was changed.

    "unknown" outside of one: installed packages may lie in a checkout of something else.
    """
    top = _git(package, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != package.parent:
        return UNKNOWN
    return _git(package, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or UNKNOWN


def _git(directory: Path, *arguments: str) -> str:
    command = ["git", "-C", str(directory), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
