"""What type checkers see: they take the typed example, and complain where something is wrong."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "typed.py"
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--show-error-codes", "--no-error-summary"],
    "pyright": [sys.executable, "-m", "pyright"],
}

#: Lines that run into an error, or compute something else than their annotation says.
WRONG = """\
import math
from autograd import Operation, Value, exp, grad, register, tanh
from nn import MLP
x = Value(2.0)
a: str = grad(tanh)(0.0)
b: float = grad(tanh)(x)
c: float = exp(x)
d: float = x * 2.0
math.exp(x)
float(x)
int(x)
Value("2.0")
Value(x)
x.data = "2.0"
x.hypot()
x // 2
round(x)
x.softsine()
MLP(2, 16)
register("cube", "x", "x * x * x", partials=["3.0 * x * x"], about="third power")
"""


def complaints(checker: str, *files: Path) -> tuple[bool, set[int], str]:
    """Whether a checker is content with some files, the lines that it complains of, and what it says."""
    if checker not in CHECKERS:
        raise ValueError(checker)
    run = subprocess.run(
        [*CHECKERS[checker], *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = run.stdout + run.stderr
    if f"No module named {checker}" in said or "nodeenv" in said:
        pytest.skip(f"{checker} is not installed, or cannot run here")
    lines = re.findall(r"\.py:(\d+):(?:\d+)?(?: - )?\s*error", said)
    return run.returncode == 0, {int(line) for line in lines}, said


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert re.fullmatch(r"loss after three steps: \d\.\d{4}\n", capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_take_the_example(checker: str) -> None:
    content, _, said = complaints(checker, EXAMPLE)
    assert content, said


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_complain_of_every_wrong_line(checker: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG, encoding="utf-8")
    content, lines, said = complaints(checker, wrong)
    assert not content
    assert lines == set(range(5, len(WRONG.splitlines()) + 1)), said
