"""One hierarchy of errors: what is raised is an `AutogradError`, and of the kind that Python raises."""

import ast
import copy
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import (
    ArgumentError,
    ArgumentTypeError,
    ArgumentValueError,
    AutogradError,
    OperandError,
    RegistrationError,
    UnknownNameError,
    Value,
    arguments,
    errors,
)

ROOT = Path(__file__).parents[2]

#: Where Python's own error is raised on purpose: by what stands in for a function of `math`, which
#: raises as `math` does and whose caller makes it one of ours, and where Python's protocols ask for it.
PYTHONS_OWN = {
    ("autograd/ieee.py", "ValueError"),
    ("autograd/lazy.py", "AttributeError"),
    ("autograd/functions.py", "AttributeError"),
    ("autograd/operations.py", "AttributeError"),
    ("autograd/files.py", "OSError"),
    ("autograd/__init__.py", "ImportError"),
    ("nn/__init__.py", "ImportError"),
}
BUILT_IN = {
    *("TypeError", "ValueError", "KeyError", "IndexError", "LookupError", "AttributeError", "OSError"),
    *(
        "RuntimeError",
        "ArithmeticError",
        "OverflowError",
        "ZeroDivisionError",
        "ImportError",
        "Exception",
    ),
}


def raised(file: Path) -> Iterator[str]:
    """The names of the errors that a module raises by a call of their class."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise):
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name):
                yield raised.id


def test_errors_of_ours_are_raised_and_no_built_in_ones() -> None:
    found = {
        (file.relative_to(ROOT).as_posix(), name)
        for package in ("autograd", "nn")
        for file in (ROOT / package).rglob("*.py")
        for name in raised(file)
        if name in BUILT_IN
    }
    assert found == PYTHONS_OWN


def test_the_hierarchy() -> None:
    bases = {
        ArgumentError: (AutogradError,),
        ArgumentTypeError: (ArgumentError, TypeError),
        ArgumentValueError: (ArgumentError, ValueError),
        UnknownNameError: (ArgumentError, KeyError),
        OperandError: (ArgumentTypeError,),
        RegistrationError: (ArgumentValueError,),
        autograd.GradcheckError: (AutogradError, RuntimeError),
    }
    for error, expected in bases.items():
        assert error.__bases__ == expected
    for name in errors.__all__:
        assert getattr(autograd, name) is getattr(errors, name)


def test_an_unknown_name_reads_as_any_error() -> None:
    error = UnknownNameError("no 'w9' here")
    assert str(error) == "no 'w9' here"
    assert isinstance(error, KeyError)


@pytest.mark.parametrize(
    "error", [ArgumentTypeError, ArgumentValueError, UnknownNameError, OperandError]
)
def test_errors_are_pickled_and_copied(error: type[AutogradError]) -> None:
    made = error("lr must be a positive number, got -1.0", operands=(-1.0,))
    for copied in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert type(copied) is error
        assert str(copied) == str(made)
        assert copied.operands == (-1.0,)


# --- what arguments are checked for ---------------------------------------------------------------

NAN, INF = float("nan"), float("inf")
CHECKS: dict[str, tuple[Callable[[Any], Any], list[Any], list[tuple[Any, type[Exception], str]]]] = {
    "positive": (
        lambda x: arguments.positive("lr", x),
        [0.5, 1, True],
        [
            ("0.5", TypeError, "lr must be a positive number, got '0.5'"),
            (None, TypeError, "lr must be a positive number, got None"),
            *(
                (x, ValueError, f"lr must be a positive number, got {x!r}")
                for x in (0.0, -1.0, INF, NAN)
            ),
        ],
    ),
    "non_negative": (
        lambda x: arguments.non_negative("atol", x),
        [0.0, 2],
        [
            ([], TypeError, "atol must be a non-negative number, got []"),
            *(
                (x, ValueError, f"atol must be a non-negative number, got {x!r}")
                for x in (-1.0, INF, NAN)
            ),
        ],
    ),
    "finite": (
        lambda x: arguments.finite("x", x),
        [-1.5, 0],
        [
            (1j, TypeError, "x must be a finite number, got 1j"),
            *((x, ValueError, f"x must be a finite number, got {x!r}") for x in (INF, -INF, NAN)),
        ],
    ),
    "between": (
        lambda x: arguments.between("p", x, 0, 1),
        [0.0, 1, 0.25],
        [
            ({}, TypeError, "p must be a number from 0 to 1, got {}"),
            *((x, ValueError, f"p must be a number from 0 to 1, got {x!r}") for x in (-0.5, 1.5, NAN)),
        ],
    ),
    "whole": (
        lambda x: arguments.whole("n", x, 1, 9),
        [1, 9, True],
        [
            (1.0, TypeError, "n must be a whole number, got 1.0"),
            (0, ValueError, "n must be at least 1, got 0"),
            (10, OverflowError, "n must be at most 9, got 10"),
            (10**5000, OverflowError, "n must be at most 9, got an int"),
        ],
    ),
    "choice": (
        lambda x: arguments.choice("bias", x, ["+b", "-b"]),
        ["+b"],
        [
            ("b", ValueError, "bias must be one of '+b', '-b', got 'b'"),
            (1, TypeError, "bias must be one of '+b', '-b', got 1"),
        ],
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_checks(name: str) -> None:
    check, good, bad = CHECKS[name]
    for given in good:
        assert check(given) == given
    for given, kind, message in bad:
        with pytest.raises(kind) as caught:
            check(given)
        assert str(caught.value) == message
        assert isinstance(caught.value, AutogradError)
        assert caught.value.operands[0] is given or caught.value.operands == (given,) or given != given


def test_a_thing_is_shown_as_far_as_it_can_be() -> None:
    class Stubborn:
        def __repr__(self) -> str:
            raise RuntimeError

    assert arguments.shown("x" * 100) == "'" + "x" * 58 + "…"
    assert arguments.shown(Value(2.0, "w")) == "Value(2.0, name='w')"
    assert arguments.shown(Stubborn()) == "a Stubborn"
    assert arguments.shown(10**5000) == "an int"
