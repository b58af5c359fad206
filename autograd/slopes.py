"""Local derivatives as nodes, to be differentiated again: the texts of a row, evaluated on nodes.

They hold for the numbers that the leaves have now, and so for no graph whose leaves have changed since.
"""

from __future__ import annotations

from math import isnan

from autograd.arguments import number_of
from autograd.errors import StaleGraphError
from autograd.expression import PRIMITIVES, evaluate
from autograd.ieee import ieee_partial, ieee_result, ieee_value
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from autograd.operations import Operation
    from autograd.value import Value

__all__ = ["check_fresh", "on_nodes", "recorded", "recorded_and_now", "slope_nodes", "stale_nodes"]


def check_fresh(node: Value) -> None:
    """Refuse a node that would be another one by now, since a leaf below it has changed.

    Raises:
        StaleGraphError: it is one.
    """
    then, now = recorded_and_now(node)
    if _differ(then, now):
        raise StaleGraphError(
            f"node {node.label!r} was {node._data!r} with derivatives {then[1:]} when it was recorded, "
            f"and would be {now[0]!r} now, with {now[1:]}: a leaf below it has changed since, so "
            f"derivatives of its derivative would be wrong; record the graph again",
            operation=node.operation,
            operands=node.operands,
        )


def recorded_and_now(node: Value) -> tuple[list[float], list[float]]:
    """The number of a node and its derivatives, as recorded and as they would be recorded now.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> square = x * x
    >>> x.data = 10.0
    >>> recorded_and_now(square)
    ([4.0, 2.0, 2.0], [100.0, 10.0, 10.0])
    """
    operation = node.operation
    if operation is None:
        return [node._data], [node._data]
    numbers = [x if x.__class__ is float else x._data for x in node.operands]  # type: ignore[union-attr]
    now = [ieee_result(operation, numbers)]
    then = [node._data]
    for index, slope in enumerate(node.derivatives):
        if slope is not None:
            now.append(ieee_partial(operation, index, numbers, node._data))
            then.append(slope)
    return then, now


def _differ(then: Sequence[float], now: Sequence[float]) -> bool:
    return any(a != b and not (isnan(a) and isnan(b)) for a, b in zip(then, now, strict=True))


def stale_nodes(order: Iterable[Value]) -> set[Value]:
    """The nodes of a graph that were recorded before a leaf below them was changed.

    Args:
        order: the nodes, each after its operands: a `topological_order` reversed.

    >>> from autograd import Value, topological_order
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> result = x * x * y + (y + 1.0)
    >>> x.data = 10.0
    >>> order = topological_order(result)[::-1]
    >>> [node.label for node in order if node in stale_nodes(order)]
    ['x·x', 'x·x·y', 'x·x·y + y + 1']
    """
    stale: set[Value] = set()
    for node in order:
        below = [operand for operand in node.operands if operand.__class__ is not float]
        above_a_leaf = any(each.operation is None for each in below)  # type: ignore[union-attr]
        # only a leaf can be changed
        if not stale.isdisjoint(below) or (above_a_leaf and _differ(*recorded_and_now(node))):
            stale.add(node)
    return stale


def slope_nodes(node: Value) -> list[Any]:
    """The derivative by each operand as a node, or a float where it does not depend on anything."""
    operation = node.operation
    if operation is None:
        return []
    variables = dict(zip(operation.parameters, node.operands, strict=True), out=node)
    return [
        None if slope is None else on_nodes(partial.tree, variables)
        for slope, partial in zip(node.derivatives, operation.partials, strict=True)
    ]


def on_nodes(tree: ast.expr, variables: Mapping[str, Value | float]) -> Value | float:
    """The value of a parsed text of nodes and floats: a node, unless it depends on none.

    >>> from autograd import OPERATIONS, Value
    >>> on_nodes(OPERATIONS["log"].partials[0].tree, {"x": Value(4.0)})
    Value(0.25, operation='div')
    """
    found: Value | float = evaluate(tree, variables, _apply, number_of)
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
