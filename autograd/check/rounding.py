"""What rounding explains: first-order bounds for the error of a graph's value and of its derivatives."""

from __future__ import annotations

import ast
from functools import cache
from math import isfinite

from autograd.backward import gradients, topological_order
from autograd.check.differences import UNIT
from autograd.operations import Operation
from autograd.value import Value

__all__ = ["rounding_of_derivatives", "rounding_of_value"]

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


def rounding_of_derivatives(root: Value) -> dict[Value, float]:
    """How far rounding may have moved the derivative by each node, its terms taken by their sizes."""
    order = topological_order(root)
    sizes = dict.fromkeys(order, 0.0)
    errors = dict.fromkeys(order, 0.0)
    sizes[root] = 1.0
    for node in order:
        for operand, slope in zip(node.operands, node.derivatives, strict=True):
            if isinstance(operand, Value) and slope is not None:
                sizes[operand] += sizes[node] * abs(slope)
                errors[operand] += (errors[node] + _SLOPE * sizes[node]) * abs(slope)
    return errors
