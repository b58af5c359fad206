"""What rounding explains: first-order bounds for the error of a graph's value and of its derivatives."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from math import isfinite

from autograd.arguments import number_of
from autograd.backward import gradients, topological_order
from autograd.check.differences import UNIT
from autograd.operations import Operation
from autograd.slopes import on_nodes, recorded
from autograd.value import Value

__all__ = ["rounding_of_derivatives", "rounding_of_slope", "rounding_of_value", "slope_as_graph"]

_ULP = 2.0 * UNIT
# the table keeps its values and slopes within 4 units in the last place, most within 2
_OPERATION, _SLOPE = 2.0 * _ULP, 4.0 * _ULP


def rounding_of_value(root: Value) -> float:
    """How far the rounding of each operation may have moved the value: Σ |∂root/∂node| · ulp of node.

    >>> x = Value(1.0)
    >>> rounding_of_value((x + 1e9) - 1e9) > 1e-8
    True
    """
    terms: list[float] = [
        abs(gradient * node.data) * _OPERATION
        for node, gradient in gradients(root).items()
        if node.operation is not None and _rounds(node.operation)
    ]
    return sum(filter(isfinite, terms))  # an infinite slope makes no statement about its neighbourhood


@cache
def _rounds(operation: Operation) -> bool:
    """Whether the value is not just one of the operands or its negative."""
    exact = {"abs", "max", "min"}
    return any(
        isinstance(part, ast.BinOp)
        or (isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in exact)
        for part in ast.walk(operation.value.tree)
    )


def slope_as_graph(
    operation: Operation, index: int, numbers: Sequence[float]
) -> tuple[Value | float, list[Value]]:
    """A derivative of an operation as its text computes it, and the leaves that are the operands.

    >>> from autograd import OPERATIONS
    >>> slope_as_graph(OPERATIONS["square"], 0, [3.0])
    (Value(6.0, operation='mul'), [Value(3.0)])
    """
    leaves = [Value(number) for number in numbers]
    out = recorded(operation, leaves, numbers, Value)
    variables = dict(zip(operation.parameters, leaves, strict=True), out=out)
    return on_nodes(operation.partials[index].tree, variables), leaves


def rounding_of_slope(
    operation: Operation, index: int, numbers: Sequence[float], off: Sequence[float]
) -> float:
    """How far rounding may have moved a derivative of an operation, as its text computes it.

    Args:
        operation: the operation.
        index: of the operand by which the derivative is.
        numbers: the operands.
        off: how far they may be off themselves.

    >>> from autograd import OPERATIONS
    >>> rounding_of_slope(OPERATIONS["square"], 0, [3.0], [1e-9]) > 2e-9
    True
    """
    try:
        root, leaves = slope_as_graph(operation, index, numbers)
    except Exception:  # a Python function may have no way with nodes
        return 0.0
    if not isinstance(root, Value):
        return 0.0
    by = gradients(root)
    moved: list[float] = [abs(by.get(leaf, 0.0)) * each for leaf, each in zip(leaves, off, strict=True)]
    return rounding_of_value(root) + sum(filter(isfinite, moved))


def rounding_of_derivatives(root: Value) -> dict[Value, float]:
    """How far rounding may have moved the derivative by each node, its terms taken by their sizes.

    Each factor is off by what its own text loses, and by what the operands that it is taken at are off.
    """
    order = topological_order(root)
    off = _off(order)
    sizes = dict.fromkeys(order, 0.0)
    errors = dict.fromkeys(order, 0.0)
    sizes[root] = 1.0
    for node in order:
        numbers = [number_of(operand) for operand in node.operands]
        wrong = [off.get(operand, 0.0) for operand in node.operands]
        for index, (operand, slope) in enumerate(zip(node.operands, node.derivatives, strict=True)):
            if isinstance(operand, Value) and slope is not None and node.operation is not None:
                slack = _SLOPE * abs(slope) + rounding_of_slope(node.operation, index, numbers, wrong)
                sizes[operand] += sizes[node] * abs(slope)
                errors[operand] += errors[node] * abs(slope) + sizes[node] * slack
    return errors


def _off(order: Sequence[Value]) -> dict[Value | float, float]:
    """How far rounding may have moved the value of each node."""
    off: dict[Value | float, float] = {}
    for node in reversed(order):
        own = _OPERATION * abs(node.data) if node.operation and _rounds(node.operation) else 0.0
        from_operands = (
            abs(slope) * off[operand]
            for operand, slope in zip(node.operands, node.derivatives, strict=True)
            if isinstance(operand, Value) and slope is not None
        )
        off[node] = sum(filter(isfinite, (own, *from_operands)))
    return off
