"""Programs in JavaScript: the same numbers in a browser.

What is printed calls two objects: ``strict``, whose functions raise an error where Python raises one,
and ``ieee``, whose functions never do. As in Python, values are computed by the first, derivatives by
the second. Both are made of the table's rows; what the rows call in turn is in ``primitives.js``. The
elementary functions are the browser's: ``docs/stepper.md`` says by how much they differ from Python's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from math import isfinite, isnan
from pkgutil import get_data

from autograd.errors import ArgumentValueError
from autograd.expression import PRIMITIVES
from autograd.operations import OPERATIONS, Operation
from autograd.program.line import Line
from autograd.program.printing import PYTHON, Language, spelled

__all__ = ["IEEE", "STRICT", "condition", "function", "library"]


def _number(number: float) -> str:
    if isnan(number):
        return "NaN"
    if not isfinite(number):
        return "-Infinity" if number < 0.0 else "Infinity"
    return PYTHON.number(number)


def _called(table: str, name: str, operands: Sequence[str]) -> str:
    return f"{table}.{name}({', '.join(operands)})"


#: Raises where Python does.
STRICT = Language(
    number=_number,
    power="strict.pow({}, {})".format,
    call=lambda name, operands: _called("strict", name, operands),
    choice="{test} ? {body} : {orelse}",
    both=" && ",
    either=" || ",
    constants={"pi": "Math.PI", "inf": "Infinity", "nan": "NaN"},
    quotient="strict.div({}, {})".format,
    remainder="remainder({}, {})".format,
)
#: Never raises: JavaScript's own arithmetic is that of IEEE 754.
IEEE = STRICT._replace(
    power="ieee.pow({}, {})".format,
    call=lambda name, operands: _called("ieee", name, operands),
    quotient=None,
)


def _arrow(tree: ast.expr, names: Sequence[str], language: Language) -> str:
    """A tree as a function of some variables."""
    parameters = [f"x{number}" for number in range(len(names))]
    steps, text = spelled(tree, language, dict(zip(names, parameters, strict=True)), "step")
    head = f"({', '.join(parameters)}) => "
    if not steps:
        return head + text
    return f"{head}{{ {' '.join(f'const {name} = {step};' for name, step in steps)} return {text}; }}"


def function(line: Line) -> str:
    """The source of a function that computes a line of its operands.

    Args:
        line: the line; a value raises where it has none, a derivative never does.

    Raises:
        ValueError: it calls a Python function.

    >>> print(function(Line.of("y", "exp(x) / 2.0", {"x": "a"})))
    (x0) => strict.div(strict.exp(x0), 2.0)
    >>> print(function(Line.of("y", "exp(x) / 2.0", {"x": "a"}, "partial", above="y", below="a")))
    (x0) => ieee.exp(x0) / 2.0
    """
    return _arrow(line.tree, line.variables, STRICT if line.kind in _RAISES else IEEE)


_RAISES = frozenset(("value", "change", "update"))


def condition(tree: ast.expr, names: Sequence[str]) -> str:
    """The source of a function that tells whether a condition holds.

    Args:
        tree: a comparison, or several joined by ``and`` and ``or``.
        names: the variables in it, in the order of the function's parameters.

    >>> print(condition(ast.parse("0.0 < a <= b", mode="eval").body, ["a", "b"]))
    (x0, x1) => 0.0 < x0 && x0 <= x1
    """
    return _arrow(tree, names, IEEE)


def library(operations: Iterable[Operation] | None = None) -> str:
    """The source of ``strict`` and ``ieee``, for some operations and all that the rows call.

    Args:
        operations: rows of the table, or others; the whole table if None.

    Raises:
        ValueError: a row calls a Python function.

    >>> "ieee.sigmoid = " in library()
    True
    """
    rows = list(OPERATIONS.values() if operations is None else operations)
    for row in rows:
        if row.functions:
            raise ArgumentValueError(
                f"operation {row.name!r} calls a Python function, which JavaScript has not"
            )
    source = get_data("autograd.program.languages", "primitives.js")
    assert source is not None
    there = PRIMITIVES.keys() | {"div", "pow"}  # the operators that raise
    lines = [source.decode()]
    lines += [
        f"strict.{row.name} = {_arrow(row.value.tree, row.parameters, STRICT)};"
        for row in rows
        if row.name not in there
    ]
    for row in rows:
        value = _arrow(row.value.tree, row.parameters, STRICT)
        limit = _arrow(row.ieee.tree, row.parameters, IEEE)
        lines.append(f"ieee.{row.name} = orElse({value}, {limit});")
    return "\n".join(lines) + "\n"
