"""Local derivatives as nodes, to be differentiated again: the texts of a row, evaluated on nodes."""

from __future__ import annotations

from math import isnan

from autograd.arguments import number_of
from autograd.errors import StaleGraphError
from autograd.expression import PRIMITIVES, evaluate
from autograd.ieee import ieee_partial, ieee_result, ieee_value
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from autograd.expression import Expression
    from autograd.operations import Operation
    from autograd.value import Value

__all__ = ["check_fresh", "on_nodes", "recorded", "slope_nodes"]


def check_fresh(node: Value) -> None:
    """Refuse a node that would be another one by now, since a leaf below it has changed.

    Raises:
        StaleGraphError: it is one.
    """
    operation = node.operation
    if operation is None:
        return
    numbers = [x if x.__class__ is float else x._data for x in node.operands]  # type: ignore[union-attr]
    now = [ieee_result(operation, numbers)]
    then = [node._data]
    for index, slope in enumerate(node.derivatives):
        if slope is not None:
            now.append(ieee_partial(operation, index, numbers, node._data))
            then.append(slope)
    if any(a != b and not (isnan(a) and isnan(b)) for a, b in zip(now, then, strict=True)):
        raise StaleGraphError(
            f"node {node.label!r} was {node._data!r} with derivatives {then[1:]} when it was recorded, "
            f"and would be {now[0]!r} now, with {now[1:]}: a leaf below it has changed since, so "
            f"derivatives of its derivative would be wrong; record the graph again",
            operation=operation,
            operands=node.operands,
        )


def slope_nodes(node: Value) -> list[Any]:
    """The derivative by each operand as a node, or a float where it does not depend on anything."""
    operation = node.operation
    if operation is None:
        return []
    variables = dict(zip(operation.parameters, node.operands, strict=True), out=node)
    return [
        None if slope is None else on_nodes(partial, variables)
        for slope, partial in zip(node.derivatives, operation.partials, strict=True)
    ]


def on_nodes(text: Expression, variables: Mapping[str, Value | float]) -> Value | float:
    """The value of a text of nodes and floats: a node, unless it depends on none.

    >>> from autograd import OPERATIONS, Value
    >>> on_nodes(OPERATIONS["log"].partials[0], {"x": Value(4.0)})
    Value(0.25, operation='div')
    """
    found: Value | float = evaluate(text.tree, variables, _apply, number_of)
    return found


def _apply(name: str, operands: Sequence[Value | float]) -> Value | float:
    """An operation on nodes and floats that never raises: IEEE 754 says what lies beyond.

    What is no operation is a Python function of a registered row, and has its own ways with nodes.
    """
    numbers = [x if x.__class__ is float else x._data for x in operands]  # type: ignore[union-attr]
    nodes: list[Any] = [operand for operand in operands if operand.__class__ is not float]
    if not nodes:
        return ieee_value(name, numbers)
    if name not in OPERATIONS:
        return PRIMITIVES[name](*operands)
    return recorded(OPERATIONS[name], operands, numbers, type(nodes[0]))


def recorded(
    operation: Operation,
    operands: Sequence[Value | float],
    numbers: Sequence[float],
    value: type[Value],
) -> Value:
    """A node of an operation on ``operands``, whose numbers are ``numbers``; it never raises."""
    out = ieee_result(operation, numbers)
    node = value(out)
    node.operation = operation
    slopes = [
        None if operand.__class__ is float else ieee_partial(operation, index, numbers, out)
        for index, operand in enumerate(operands)
    ]
    node._x, node._dx = operands[0], slopes[0]
    if operation.arity == 2:
        node._y, node._dy = operands[1], slopes[1]
    return node
