"""How the tests run: profiles of Hypothesis, and Pythons of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, max_examples=50)
# without saved examples, which `find` in a document would come upon first
settings.register_profile("ci", deadline=None, max_examples=100, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Run a script in a Python of its own, with further environment variables; its output."""

    def run(script: str, **environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[1],
            env=os.environ | environment,
        ).stdout

    return run
