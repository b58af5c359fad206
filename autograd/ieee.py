"""Slopes where Python raises: the texts of a row in the arithmetic of IEEE 754.

Python's floats raise at 1/0, exp(1000) and log(0). At a valid point a *derivative* may still be
infinite (sqrt at 0), and a backward pass never raises; so where a partial's text raises, it is
evaluated again here, with ±inf and NaN as the standard has them.
"""

from __future__ import annotations

import math
from functools import cache

from autograd.errors import UnknownNameError
from autograd.expression import CONSTANTS, PRIMITIVES, evaluate
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.expression import Expression
    from autograd.operations import Operation

__all__ = [
    "compiled",
    "float_names",
    "ieee_partial",
    "ieee_result",
    "ieee_value",
    "inside_domain",
    "strict",
]


def compiled(expression: Expression, variables: Sequence[str]) -> Callable[..., float]:
    """A text as a function of floats. It raises what Python raises, and may answer complex."""
    source = f"lambda {', '.join(variables)}: {expression.source()}"
    function: Callable[..., float] = eval(source, float_names(expression))
    return function


def float_names(*expressions: Expression) -> dict[str, Any]:
    """What the texts' names stand for among plain floats."""
    called = {name for expression in expressions for name in expression.calls} - PRIMITIVES.keys()
    return PRIMITIVES | CONSTANTS | {name: strict(OPERATIONS[name]) for name in called}


@cache
def strict(operation: Operation) -> Callable[..., float]:
    """The operation on plain floats, raising where `math` raises.

    >>> strict(OPERATIONS["sqrt"])(4.0)
    2.0
    >>> strict(OPERATIONS["pow"])(-8.0, 0.5)
    Traceback (most recent call last):
    ValueError: not a real number
    """
    function = compiled(operation.value, operation.parameters)
    if not operation.value.has_power:
        return function

    def real(*numbers: float) -> float:
        result = function(*numbers)
        if isinstance(result, complex):
            raise ValueError("not a real number")
        return result

    return real


def inside_domain(operation: Operation, numbers: Sequence[float]) -> bool:
    """Whether the operation has a value there, which may be too large for a float all the same.

    >>> inside_domain(OPERATIONS["log"], [0.0]), inside_domain(OPERATIONS["exp"], [1000.0])
    (False, True)
    """
    if operation.domain is None:
        return True
    variables = dict(zip(operation.parameters, numbers, strict=True))
    return bool(evaluate(operation.domain.tree, variables, ieee_value))


def ieee_value(name: str, numbers: Sequence[float]) -> float:
    """An operation, or a primitive, by IEEE 754: it never raises.

    >>> ieee_value("log", [0.0]), ieee_value("div", [1.0, -0.0]), ieee_value("sqrt", [-1.0])
    (-inf, -inf, nan)
    """
    if name not in OPERATIONS:
        return _primitive_value(name, numbers)
    return ieee_result(OPERATIONS[name], numbers)


def ieee_result(operation: Operation, numbers: Sequence[float]) -> float:
    """The value of an operation, be it in the table or not, by IEEE 754."""
    try:
        return strict(operation)(*numbers)
    except (ArithmeticError, ValueError):
        variables = dict(zip(operation.parameters, numbers, strict=True))
        return float(evaluate(operation.ieee.tree, variables, ieee_value))


def _primitive_value(name: str, numbers: Sequence[float]) -> float:
    if name not in PRIMITIVES:
        raise UnknownNameError(f"operation {name!r} is not registered")
    try:
        return PRIMITIVES[name](*numbers)
    except (ArithmeticError, ValueError):
        return math.nan


def ieee_partial(operation: Operation, index: int, numbers: Sequence[float], out: float) -> float:
    """The derivative of an operation by one of its operands, by IEEE 754.

    >>> ieee_partial(OPERATIONS["sqrt"], 0, [0.0], 0.0)
    inf
    """
    variables = dict(zip(operation.parameters, numbers, strict=True))
    return float(evaluate(operation.partials[index].tree, variables | {"out": out}, ieee_value))
