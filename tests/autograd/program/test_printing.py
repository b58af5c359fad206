"""Source text of trees: each text of the table means what the table says, and nothing nests deeply."""

from __future__ import annotations

import ast
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_numbers, operations

from autograd import OPERATIONS, Operation
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.ieee import compiled, strict
from autograd.program.printing import PYTHON, spelled


def run(tree: ast.expr, variables: dict[str, float], share: bool = True) -> float:
    """The value of a tree by the Python that it is spelled in."""
    names = {name: f"v_{name}" for name in variables}
    steps, text = spelled(tree, PYTHON, names, "step", share)
    scope: dict[str, object] = {
        **PRIMITIVES,
        **CONSTANTS,
        **{name: strict(row) for name, row in OPERATIONS.items() if name not in PRIMITIVES},
        **{names[name]: number for name, number in variables.items()},
    }
    for name, step in steps:
        scope[name] = eval(step, scope)
    value: float = eval(text, scope)
    return value


@given(operations, st.data())
def test_every_text_of_the_table_means_the_same(operation: Operation, data: st.DataObject) -> None:
    names = [*operation.parameters, "out"]
    numbers = {name: data.draw(any_numbers) for name in names}
    for text in (operation.value, operation.formula, *operation.partials, *operation.as_taught):
        try:
            expected = compiled(text, names)(*numbers.values())
        except (ArithmeticError, ValueError) as error:
            with pytest.raises(type(error)):
                run(text.tree, numbers)
        else:
            found = run(text.tree, numbers)
            assert type(found) is type(expected)
            if isinstance(expected, float) and not math.isnan(expected):
                assert struct.pack("<d", found) == struct.pack("<d", expected)


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - c)", "(a - b) - c", "a / (b * c)", "a / b * c", "a * (b / c)", "-(a ** 2.0)",
        "(-a) ** 2.0", "(a ** b) ** c", "a ** (b ** c)", "-(-a)", "a - -b", "-(a + b) * c",
        "(a if b > c else b) + 1.0", "a if (b if c > 0.0 else a) > 0.0 else c", "a % b * c",
        "(a + b if c > 0.0 and (a > b or b > c) else 2.0) if a < b < c else 3.0", "(-2.0) ** 2.0",
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed(text: str) -> None:
    tree = ast.parse(text, mode="eval").body
    for numbers in ((3.0, 2.0, 1.5), (1.0, 2.0, 3.0), (2.0, 2.0, -1.0)):
        variables = dict(zip("abc", numbers, strict=True))
        assert run(tree, variables) == eval(text, dict(variables))


def test_negative_numbers_are_told_from_signs() -> None:
    power = ast.BinOp(ast.Constant(-2.0), ast.Pow(), ast.Constant(2.0))
    assert spelled(power, PYTHON, {}, "t") == ([], "(-2.0) ** 2.0")
    assert run(power, {}) == 4.0


def test_deep_and_wide_trees_come_in_steps() -> None:
    deep: ast.expr = ast.Name("a")
    for _ in range(5000):
        deep = ast.BinOp(ast.Constant(1.0), ast.Sub(), deep)
    assert run(deep, {"a": 0.25}) == 0.25
    wide: ast.expr = ast.Name("a")
    for _ in range(5000):
        wide = ast.BinOp(wide, ast.Add(), ast.Constant(0.1))
    total = 0.5
    for _ in range(5000):
        total += 0.1
    assert run(wide, {"a": 0.5}) == total


def test_what_is_shared_is_computed_once() -> None:
    tree: ast.expr = ast.Name("a")
    for _ in range(60):  # written out, 2⁶⁰ names
        tree = ast.BinOp(tree, ast.Add(), tree)
    assert run(tree, {"a": 1.0}) == 2.0**60
    steps, text = spelled(tree, PYTHON, {"a": "x"}, "t")
    assert len(steps) < 60
    assert max(len(step) for _, step in [*steps, ("", text)]) < 400


def test_what_a_condition_guards_is_not_computed_before_it() -> None:
    """A quotient that two branches share is no step of its own: it might divide by zero."""
    quotient = ast.parse("(1.0 / a + 1.0) * (1.0 / a + 2.0)", mode="eval").body
    nonzero = ast.parse("a > 0.0", mode="eval").body
    inner = ast.IfExp(ast.parse("a > 1.0", mode="eval").body, quotient, quotient)
    tree = ast.IfExp(nonzero, inner, ast.Constant(7.0))
    assert run(tree, {"a": 0.0}) == 7.0
    assert run(tree, {"a": 2.0}) == 1.5 * 2.5


def test_what_has_no_place_in_a_formula() -> None:
    with pytest.raises(ValueError, match=r"'a\.b' has no place in a formula"):
        spelled(ast.parse("a.b + 1.0", mode="eval").body, PYTHON, {}, "t")
