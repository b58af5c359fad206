"""What says that native replay cannot be had, and what it needs none of to be imported."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

import pytest

from autograd import AutogradError, Value, record
from autograd.program.native import MissingCompilerError, compiler


def test_without_llvmlite_the_error_has_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    compiler.require.cache_clear()
    program = record(lambda x: x * x, 3.0)
    before = program.plan
    try:
        for functions in ("scalar", "vector"):
            with pytest.raises(MissingCompilerError, match=r"pip install 'scalar-autograd\[native\]'"):
                program.compile("native", functions=functions)
    finally:
        compiler.require.cache_clear()
    assert issubclass(MissingCompilerError, AutogradError)
    assert issubclass(MissingCompilerError, ImportError)
    assert program.plan == before
    assert program(4.0) == 16.0


def test_another_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")
    compiler.require.cache_clear()
    with pytest.raises(MissingCompilerError, match="needs CPython, and this is PyPy"):
        record(Value(2.0, "x").square()).compile("native")
    compiler.require.cache_clear()


def test_to_import_it_imports_no_llvmlite(run_python: Callable[..., str]) -> None:
    script = "import autograd.program.native, sys; print('llvmlite' in sys.modules)"
    assert run_python(script) == "False\n"
