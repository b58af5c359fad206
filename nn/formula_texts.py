"""Formulas as texts in worked examples: read once, checked, and computed of nodes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

import autograd
from autograd import OPERATIONS, Value
from autograd.arguments import number_of
from autograd.expression import Expression, evaluate

__all__ = ["computed", "names_in", "read"]

#: A text is read by Python's own parser, whose depth grows with the length.
_LONGEST = 200


def read(text: str, names: Collection[str]) -> Expression:
    """A formula of some names, numbers, ``+ - * / **`` and the operations of the table.

    Raises:
        ValueError: it cannot be read, or uses anything else.

    >>> read("0.5 * (target - out) ** 2", ["out", "target"]).text
    '0.5 * (target - out) ** 2.0'
    >>> read("sigmoid(net, 1)", ["net"])
    Traceback (most recent call last):
    ValueError: sigmoid takes 1 operands, not 2
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST} characters")
    try:
        tree = _WithFloats().visit(ast.parse(text.strip(), mode="eval"))
    except SyntaxError as error:
        raise ValueError(error.msg) from None
    expression = Expression(ast.unparse(tree), names)
    for name, count in expression.calls.items():
        if name not in OPERATIONS:
            raise ValueError(f"there is no operation {name!r}")
        if count != OPERATIONS[name].arity:
            raise ValueError(f"{name} takes {OPERATIONS[name].arity} operands, not {count}")
    return expression


class _WithFloats(ast.NodeTransformer):
    """``2`` is ``2.0``: texts of the engine have floats alone."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value)) if type(node.value) is int else node


def names_in(expression: Expression) -> set[str]:
    """The names that a formula uses, those of functions left out.

    >>> sorted(names_in(read("exp(x) * y", ["x", "y", "z"])))
    ['x', 'y']
    """
    called = {id(node.func) for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    return {
        node.id
        for node in ast.walk(expression.tree)
        if isinstance(node, ast.Name) and id(node) not in called
    }


def computed(expression: Expression, nodes: Mapping[str, Value]) -> Value:
    """The value of a formula, recorded; a constant where a condition decides for one.

    >>> x = Value(3.0, "x")
    >>> computed(read("x ** 2 if x > 0 else 1", ["x"]), {"x": x}).data
    9.0
    """

    def apply(name: str, operands: Sequence[Value | float]) -> Value | float:
        result: Value | float = getattr(autograd, name)(*operands)
        return result

    result: Value | float = evaluate(expression.tree, nodes, apply, number_of)
    return result if isinstance(result, Value) else Value(result)
