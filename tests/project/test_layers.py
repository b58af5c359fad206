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

#: Imports that point upward: where, of what, and how.
UPWARD = [
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
    ("nn/losses.py", "nn.error_rules", LAZILY),
    ("nn/neuron.py", "nn.network", FOR_ANNOTATIONS),
    ("nn/notation/names.py", "nn.training", LAZILY),
    ("nn/step/recorded.py", "nn.worked", LAZILY),
    ("nn/worked/section.py", "nn.worksheet", LAZILY),
    ("nn/byhand/rounding.py", "nn.proofreading", LAZILY),
    ("nn/worksheet/trace.py", "nn.cli.output", LAZILY),
]


def test_upward_imports_are_refused(copied: Path) -> None:
    assert linted(copied, "engine-layers", "network-layers")[0]
    for file, imported, way in UPWARD:
        with (copied / file).open("a", encoding="utf-8") as source:
            source.write(way.format(module=imported))
    kept, said = linted(copied, "engine-layers", "network-layers")
    assert not kept
    for file, imported, _ in UPWARD:
        importer = file.removesuffix(".py").replace("/", ".")
        assert f"\n- {importer} -> {imported} (" in said


@pytest.mark.parametrize(
    ("file", "imported", "package", "contracts"),
    [
        ("autograd/check/verdict.py", "autograd.check.blame", "autograd.check", "engine"),
        ("nn/worksheet/renderer.py", "nn.worksheet.html", "nn.worksheet", "network"),
    ],
)
def test_a_circle_within_a_folder_is_refused(
    copied: Path, file: str, imported: str, package: str, contracts: str
) -> None:
    with (copied / file).open("a", encoding="utf-8") as source:
        source.write(LAZILY.format(module=imported))
    assert linted(copied, f"{contracts}-layers")[0]
    kept, said = linted(copied, f"{contracts}-cycles")
    assert not kept
    assert f"No cycles are allowed in {package}." in said


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


# --- all modules together -------------------------------------------------------------------------

#: Prints modules that import one another, directly or not. Lazy imports count and annotations do not;
#: but what a package gives when it is asked for, it imports under TYPE_CHECKING alone, and that counts.
CIRCLES = """
import grimp

offered = grimp.build_graph("autograd", "nn", cache_dir=None)
graph = grimp.build_graph("autograd", "nn", cache_dir=None, exclude_type_checking_imports=True)
for package in list(graph.modules):
    if graph.find_children(package):
        for module in offered.find_modules_directly_imported_by(package):
            graph.add_import(importer=package, imported=module)
below = {module: graph.find_upstream_modules(module) for module in graph.modules}
print(*sorted(m for m in below if any(m in below[other] for other in below[m])))
"""


def in_a_circle(root: Path) -> set[str]:
    command = [sys.executable, "-c", CIRCLES]
    return {
        *subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    }


def test_no_modules_import_one_another() -> None:
    assert in_a_circle(ROOT) == set()


@pytest.mark.parametrize(
    ("file", "line", "circle"),
    [
        ("autograd/errors.py", "def _(): import autograd.value", {"autograd.errors", "autograd.value"}),
        ("autograd/functional.py", "from autograd import hessian", {"autograd.functional", "autograd"}),
        ("nn/losses.py", "def _(): from nn import train", {"nn.losses", "nn", "nn.training"}),
    ],
)
def test_modules_that_import_one_another_are_found(
    copied: Path, file: str, line: str, circle: set[str]
) -> None:
    before = in_a_circle(copied)
    with (copied / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert circle <= in_a_circle(copied) - before


def test_an_import_for_annotations_is_no_circle(copied: Path) -> None:
    before = in_a_circle(copied)
    with (copied / "autograd/errors.py").open("a", encoding="utf-8") as source:
        source.write(FOR_ANNOTATIONS.format(module="autograd.value"))
    assert in_a_circle(copied) == before
