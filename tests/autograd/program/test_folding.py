"""Trees with some numbers known: the same value, in fewer steps."""

from __future__ import annotations

import ast
import itertools

import pytest

from autograd.expression import Expression
from autograd.program.folding import folded


@pytest.mark.parametrize(
    "text",
    [
        "x if a and b else y",
        "x if a or b else y",
        "x if a and y else y + 1.0",
        "x if a or y else y + 1.0",
        "x if a and b > 0.0 else y",
    ],
)
def test_numbers_are_conditions_too(text: str) -> None:
    tree = Expression(text, ["a", "b", "x", "y"]).tree
    for a, b, y in itertools.product((0.0, 0.9), (0.0, 2.0), (0.0, 3.0)):
        shorter = folded(tree, {"a": a, "b": b})
        numbers = {"a": a, "b": b, "x": 7.0, "y": y}
        assert eval(ast.unparse(shorter), numbers) == eval(ast.unparse(tree), numbers)
