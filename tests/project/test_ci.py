"""What has to pass is what the README tells to run, and then everything."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readmes_commands_are_run_word_for_word() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r'^readme "(.*)"$', SCRIPT, re.MULTILINE)
    assert [command.partition(" && ")[2] for command in commands] == [
        "python -m pytest",
        "backprop step urbain",
    ]
    for command in commands:
        assert f"    {command}\n" in readme


def test_it_ends_with_all_tests() -> None:
    assert SCRIPT.endswith("\npython -m pytest --all\n")


@pytest.mark.skipif(shutil.which("bash") is None, reason="it is a script for bash")
def test_a_command_that_fails_ends_it() -> None:
    """`set -e` says nothing of what stands before &&."""
    functions = SCRIPT.partition('stage "')[0].replace('cd "$(dirname "$0")/.."', "")
    for command in ("false", "false && true", "true && false"):
        script = f"{functions}\nreadme '{command}'\necho went on\n"
        run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert (run.returncode, run.stdout) == (1, ""), run
    assert not re.search(r"^(?!readme ).*[^|]&& \w+.*$", SCRIPT.partition('stage "')[2], re.MULTILINE)
