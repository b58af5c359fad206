"""Arrows of imports run one way: what import-linter holds, holds; and it would see what does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def linted(root: Path, *contracts: str) -> tuple[bool, str]:
    """Whether import-linter is content with the packages in a folder, and what it says."""
    chosen = [option for contract in contracts for option in ("--contract", contract)]
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", *chosen]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The packages and their contracts, to plant an import in."""
    for package in ("autograd", "nn"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept() -> None:
    kept, said = linted(ROOT)
    assert kept, said
    assert " 0 broken" in said


LAZILY = "\n\ndef _planted() -> None:\n    import {module}\n"
FOR_ANNOTATIONS = "\n\nif TYPE_CHECKING:\n    import {module}\n"


@pytest.mark.parametrize(
    ("file", "imported", "way"),
    [
        ("autograd/errors.py", "autograd.operations", FOR_ANNOTATIONS),
        ("autograd/errors.py", "autograd.check.report", FOR_ANNOTATIONS),
        ("autograd/arguments.py", "autograd.codegen", LAZILY),
        ("autograd/operations.py", "autograd.formula", LAZILY),
        ("autograd/formula.py", "autograd.value", FOR_ANNOTATIONS),
        ("autograd/ieee.py", "autograd.slopes", LAZILY),
        ("autograd/value.py", "autograd.symbolic", LAZILY),
        ("autograd/value.py", "autograd.diagram", LAZILY),
        ("autograd/symbolic/labels.py", "autograd.derivation", LAZILY),
        ("autograd/functional.py", "autograd.check", LAZILY),
        ("autograd/check/gradcheck.py", "autograd.registry", LAZILY),
    ],
)
def test_an_upward_import_is_refused(copied: Path, file: str, imported: str, way: str) -> None:
    with (copied / file).open("a", encoding="utf-8") as source:
        source.write(way.format(module=imported))
    kept, said = linted(copied, "engine-layers")
    importer = file.removesuffix(".py").replace("/", ".")
    assert not kept
    assert f"{importer} -> {imported}" in said


def test_a_circle_within_a_folder_is_refused(copied: Path) -> None:
    with (copied / "autograd/check/verdict.py").open("a", encoding="utf-8") as source:
        source.write(LAZILY.format(module="autograd.check.blame"))
    assert linted(copied, "engine-layers")[0]
    kept, said = linted(copied, "engine-cycles")
    assert not kept
    assert "autograd.check" in said


def test_the_engine_that_knows_networks_is_refused(copied: Path) -> None:
    with (copied / "autograd/functional.py").open("a", encoding="utf-8") as source:
        source.write(LAZILY.format(module="nn.losses"))
    kept, said = linted(copied, "engine-alone")
    assert not kept
    assert "autograd.functional -> nn.losses" in said


def test_a_module_without_a_place_is_refused(copied: Path) -> None:
    (copied / "autograd/misc.py").touch()
    kept, said = linted(copied, "engine-layers")
    assert not kept
    assert "misc" in said
