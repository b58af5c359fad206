"""The scripts of the page are under a type checker and a linter, and these find a planted mistake."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tools" / "javascript"
MODULES = TOOLS / "node_modules"

pytestmark = pytest.mark.slow


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A copy of the scripts, with the tools that check them."""
    if not MODULES.exists() or shutil.which("npm") is None:
        problem = "needs npm, and: npm --prefix tools/javascript install"
        (pytest.fail if "CI" in os.environ else pytest.skip)(problem)
    for folder in ("nn/stepper/assets", "autograd/program/languages"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(
        TOOLS, tmp_path / "tools" / "javascript", ignore=shutil.ignore_patterns("node_modules")
    )
    (tmp_path / "tools" / "javascript" / "node_modules").symlink_to(MODULES)
    return tmp_path


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = ["npm", "--prefix", str(root / "tools" / "javascript"), "run", "check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_scripts_pass(checked: Path) -> None:
    run = check(checked)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("function pause() {", "function pause() {\n  page.timr = 1;", "Property 'timr' does not exist"),
        ("function pause() {", "function pause() {\n  showSettings(1);", "Expected 0 arguments"),
        ("function pause() {", "function pause() {\n  if (page.digits == 3) { show(); }", "eqeqeq"),
        ("function pause() {", "function pause() {\n  eval('1');", "no-eval"),
    ],
)
def test_a_planted_mistake_is_found(checked: Path, before: str, after: str, found: str) -> None:
    path = checked / "nn" / "stepper" / "assets" / "page.js"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    run = check(checked)
    assert run.returncode != 0
    assert found in run.stdout


def test_every_script_is_checked() -> None:
    config = (TOOLS / "tsconfig.json").read_text(encoding="utf-8")
    scripts = [*(ROOT / "nn" / "stepper" / "assets").glob("*.js")]
    scripts += (ROOT / "autograd" / "program" / "languages").glob("*.js")
    assert len(scripts) > 10
    for script in scripts:
        assert f'"../../{script.relative_to(ROOT).as_posix()}"' in config
        assert script.read_text(encoding="utf-8").startswith("// @ts-check\n")
