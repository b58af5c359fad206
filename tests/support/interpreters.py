"""The Pythons at hand, to run something in each version that is supported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["pythons"]


@cache
def pythons() -> dict[str, str]:
    """The executable of each version from 3.11 on: this one, those on the PATH, and pyenv's."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for candidate in _candidates():
        if version := _version(candidate):
            found.setdefault(version, candidate)
    return found


def _candidates() -> Iterator[str]:
    for minor in range(11, 20):
        if path := shutil.which(f"python3.{minor}"):
            yield path
    root = Path(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")))  # a user may have no home
    yield from map(str, sorted(root.glob("versions/3.*/bin/python")))


def _version(python: str) -> str | None:
    """The version, if it is one that is supported and the executable is more than a name."""
    script = "import sys; print('%d.%d' % sys.version_info[:2] if sys.version_info >= (3, 11) else '')"
    run = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return run.stdout.strip() or None if not run.returncode else None
