"""What importing does, and how it goes when HIPS's package of the same name is there."""

import ast
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import nn
from autograd.engine import ENGINE
from nn import worked

ROOT = Path(autograd.__file__).parents[1]


def python(code: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    # -I: no environment variable and no current directory decides what is imported
    code = f"import sys; sys.path.insert(0, {str(path)!r}); {code}"
    return subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )


# --- what comes with an import ------------------------------------------------------------------------

#: What takes as long to import as the whole engine, or the better part of it.
HEAVY = {
    *("ast", "dataclasses", "decimal", "enum", "fractions", "importlib.resources", "inspect", "json"),
    *("numbers", "pathlib", "random", "re", "string", "subprocess", "tempfile", "tomllib", "typing"),
    *("click", "graphviz", "hypothesis", "numpy", "pygments", "rich"),
}


def imported_by(code: str) -> set[str]:
    """The modules that there are only after the code has run."""
    done = python(f"import sys; before = {{*sys.modules}}; {code}; print(*{{*sys.modules}} - before)")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_the_engine_imports_nothing_heavy() -> None:
    imported = imported_by("import autograd")
    assert not imported & HEAVY
    assert "nn" not in imported
    # reading the rows of the table is left to their first use, and takes these
    assert not imported & {"autograd.expression", "autograd.formula", "autograd.ieee"}
    assert len(imported) <= 31  # about half of them ours


def test_importing_networks_imports_the_engine_alone() -> None:
    imported = imported_by("import nn")
    assert not imported & HEAVY
    assert {name for name in imported if name.startswith("nn")} <= {"nn"}


def test_a_few_examples_do_not_import_what_records_many() -> None:
    few = "X = [[0.0, 1.0]]; m = nn.MLP(2, [1]); o = nn.SGD(m.parameters(), lr=0.1); nn.predict(m, X); "
    fitted = "nn.fit(m, X, [1.0], optimizer=o, epochs=3, {}progress=False)"
    imported = imported_by("import nn; " + few + fitted.format(""))
    assert "nn.fitting.loop" in imported
    assert not {name for name in imported if name.startswith(("autograd.program", "autograd.symbolic"))}
    assert "autograd.program" in imported_by("import nn; " + few + fitted.format("engine='python', "))


def test_no_row_is_parsed_before_it_is_used() -> None:
    rows = "sorted(name for name, row in autograd.OPERATIONS.items() if row._expressions)"
    done = python(f"import autograd; print({rows}); autograd.Value(1.0) * 2.0; print({rows})")
    used = ["mul"] if ENGINE == "Python" else []  # that in C was compiled from them
    assert done.stdout.splitlines() == ["[]", str(used)], done.stderr


def test_the_check_for_imports_finds_one() -> None:
    assert {"ast", "dataclasses", "autograd.expression"} <= imported_by("import autograd.diagram")


#: What is left to the commands that need it.
OF_SOME_COMMANDS = {
    *("json", "pathlib", "subprocess", "tempfile", "importlib.resources", "difflib", "hashlib"),
    *("autograd.check", "autograd.diagram", "autograd.derivation", "autograd.functional"),
    *("nn.byhand", "nn.proofreading", "nn.worksheet", "nn.worked.exercises", "nn.worked.formulas"),
    *("nn.worked.writer", "nn.formula_texts", "nn.step.matrices"),
    *("graphviz", "hypothesis", "markdown_it", "numpy", "pygments", "rich.markdown", "rich.syntax"),
}


def imported_by_command(*arguments: str) -> set[str]:
    code = f"""
from nn.cli import main
main({list(arguments)}, prog_name="backprop", standalone_mode=False)
print(); print("imported", *sys.modules)"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    word, *imported = done.stdout.splitlines()[-1].split()
    assert word == "imported"
    return set(imported)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["step", "urbain"], set()),
        (["step", "urbain", "--json"], {"json"}),
        (["step", "hoey"], {"nn.step.matrices", "autograd.functional"}),  # by its program
        (["explain", "urbain", "w1"], {"autograd.derivation", "autograd.functional"}),
        (["list"], {"nn.worked.formulas", "nn.formula_texts", "difflib"}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_command_imports_what_it_needs(arguments: list[str], needed: set[str]) -> None:
    imported = imported_by_command(*arguments)
    assert imported & OF_SOME_COMMANDS == needed
    of_commands = {"explain", "list_examples", "proofread", "step", "worksheet"}
    module = {"list": "list_examples"}.get(arguments[0], arguments[0])
    assert {name for name in of_commands if f"nn.cli.{name}" in imported} == {module}


# --- what is imported when it is first asked for ------------------------------------------------------


def imports_for_type_checkers(package: ModuleType) -> dict[str, str]:
    """The names that a package imports under ``TYPE_CHECKING``, and which of its modules each is of."""
    assert package.__file__ is not None
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    found = {}
    for block in tree.body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            for statement in block.body:
                assert isinstance(statement, ast.ImportFrom)
                module = f"{statement.module}".removeprefix(package.__name__).removeprefix(".")
                found |= {alias.name: module for alias in statement.names}
    return found


@pytest.mark.parametrize("name", ["autograd", "nn", "nn.step", "nn.worked"])
def test_type_checkers_and_python_find_a_name_in_the_same_place(name: str) -> None:
    package = import_module(name)
    told = imports_for_type_checkers(package)
    told.pop("*", None)  # the operations, which are not listed one by one
    assert told.keys() == package._LATER.keys()
    assert told.keys() <= set(package.__all__)
    for attribute, module in told.items():
        exact = import_module(f"{name}.{module or attribute}")
        found = getattr(package, attribute)
        assert found is (getattr(exact, attribute) if module else exact)


def test_the_included_examples_are_the_files() -> None:
    files = (ROOT / "nn" / "worked").glob("*.toml")
    assert worked.names() == sorted(file.stem for file in files)


# --- two packages of one name -------------------------------------------------------------------------


def test_files_of_hips_beside_ours_are_found_and_explained(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "autograd", tmp_path / "autograd", ignore=shutil.ignore_patterns("__pycache__")
    )
    assert python("import autograd", tmp_path).returncode == 0
    (tmp_path / "autograd" / "tracer.py").touch()
    done = python("import autograd", tmp_path)
    assert done.returncode != 0
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: ")
    assert "HIPS" in message
    assert "scalar-autograd" in message
    assert "pip uninstall autograd" in message


def test_the_package_of_hips_in_the_place_of_ours_is_found_and_explained(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): ...\n")
    shutil.copytree(ROOT / "nn", tmp_path / "nn", ignore=shutil.ignore_patterns("__pycache__"))
    done = python("import nn", tmp_path)
    assert done.returncode != 0
    message = done.stderr.splitlines()[-1]
    assert "HIPS" in message
    assert str(tmp_path / "autograd") in message


def test_every_public_name_is_there() -> None:
    for package in (autograd, nn, nn.step, worked):
        assert len(set(package.__all__)) == len(package.__all__)
        for name in package.__all__:
            assert getattr(package, name) is not None
            assert name in dir(package)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        autograd.frobnicate  # noqa: B018  # the access is the test


def test_the_engine_knows_nothing_of_networks() -> None:
    for file in (ROOT / "autograd").rglob("*.py"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if line.strip().startswith(("from nn", "import nn"))], file
