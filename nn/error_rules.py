"""How the error of a network is made up: by name, or as a text of one output and its target."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial, reduce
from operator import add
from typing import NamedTuple

import autograd
from autograd import OPERATIONS, Value
from autograd.expression import Expression, evaluate
from nn import losses

__all__ = ["ERRORS", "ErrorRule", "error_rule"]

#: A text is read by Python's own parser, whose depth grows with the length.
_LONGEST_TEXT = 200


class ErrorRule(NamedTuple):
    """How the error of a network is made up.

    Attributes:
        part: the error of some outputs against their targets.
        mean: whether the examples' errors are averaged, or added up.
        by_output: whether an example's error is the sum of one part per output.
    """

    part: Callable[[Sequence[Value], Sequence[Value]], Value]
    mean: bool = False
    by_output: bool = True


#: The errors that a training step may have, by name.
ERRORS: dict[str, ErrorRule] = {
    "half_squared_error": ErrorRule(losses.half_squared_error),
    "squared_error": ErrorRule(losses.squared_error),
    "mean_squared_error": ErrorRule(losses.squared_error, mean=True),
    "binary_cross_entropy": ErrorRule(losses.binary_cross_entropy),
    "cross_entropy": ErrorRule(losses.cross_entropy, by_output=False),
}


def error_rule(error: str | ErrorRule) -> ErrorRule:
    """The error of that name, or that a text says: a formula of ``out`` and ``target``.

    What a text gives is added up over outputs and examples. It may use numbers, ``+ - * / **`` and the
    operations of the table.

    Raises:
        TypeError: it is neither text nor a rule.
        ValueError: there is none of that name, and as a formula it cannot be read.

    >>> rule = error_rule("(target - out) ** 4 / 4")
    >>> rule.part([Value(3.0)], [Value(1.0)]).data
    4.0
    >>> error_rule("huber")
    Traceback (most recent call last):
    ValueError: no error 'huber'; there are half_squared_error, squared_error, mean_squared_error, ...
    """
    if isinstance(error, ErrorRule):
        return error
    if not isinstance(error, str):
        raise TypeError(f"an error is a name, a formula or an ErrorRule, not {type(error).__name__}")
    if error in ERRORS:
        return ERRORS[error]
    try:
        return ErrorRule(partial(_of_each, _formula(error)))
    except ValueError as problem:
        raise ValueError(
            f"no error {error!r:.60}; there are {', '.join(ERRORS)}, "
            f"and formulas of out and target, but as such: {problem}"
        ) from None


def _formula(text: str) -> Expression:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"it has more than {_LONGEST_TEXT} characters")
    try:
        tree = _WithFloats().visit(ast.parse(text.strip(), mode="eval"))
        expression = Expression(ast.unparse(tree), ("out", "target"))
    except SyntaxError as error:
        raise ValueError(error.msg) from None
    for name, count in expression.calls.items():
        if name not in OPERATIONS:
            raise ValueError(f"there is no operation {name!r}")
        if count != OPERATIONS[name].arity:
            raise ValueError(f"{name} takes {OPERATIONS[name].arity} operands, not {count}")
    if not any(isinstance(node, ast.Name) and node.id == "out" for node in ast.walk(expression.tree)):
        raise ValueError("it does not depend on out")
    return expression


class _WithFloats(ast.NodeTransformer):
    """``2`` is ``2.0``: texts of the engine have floats alone."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value)) if type(node.value) is int else node


def _of_each(formula: Expression, outputs: Sequence[Value], targets: Sequence[Value]) -> Value:
    def apply(name: str, operands: Sequence[Value | float]) -> Value:
        result: Value = getattr(autograd, name)(*operands)
        return result

    parts = [
        evaluate(formula.tree, {"out": out, "target": target}, apply)
        for out, target in zip(outputs, targets, strict=True)
    ]
    # where a condition decides for a constant, the part is a plain number
    return reduce(add, (part if isinstance(part, Value) else Value(part) for part in parts))
