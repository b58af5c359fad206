"""Digits of second and third derivatives, at all magnitudes and where the text of a partial branches."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, product
from typing import Any

from limits import orders_and_paths
from oracles import inside, on_kink

import autograd
from autograd import AutogradError, Operation, grad
from autograd.expression import evaluate
from autograd.ieee import ieee_value
from benchmarks.accuracy import exact
from benchmarks.exact import error

__all__ = ["branches", "forms", "lost_digits", "sizes"]

_ONE_OPERAND = (
    1e-310,
    1e-160,
    1e-17,
    1e-9,
    1e-5,
    0.01,
    0.1,
    0.3,
    0.6,
    0.8,
    0.97,
    1.2,
    2.0,
    3.7,
    9.0,
    17.0,
)
_FAR_OUT = (39.0, 140.0, 370.0, 705.0, 740.0, 1e5, 1e30, 1e155, 1e300)
_TWO_OPERANDS = (1e-60, 1e-9, 0.2, 0.9, 1.3, 4.0, 1e5, 1e60)


def sizes(operation: Operation) -> list[tuple[float, ...]]:
    """Operands of all magnitudes and both signs, and 0, where there is a derivative."""
    axis = (*_ONE_OPERAND, *_FAR_OUT) if operation.arity == 1 else _TWO_OPERANDS
    found = product((0.0, *(sign * x for x in axis for sign in (1.0, -1.0))), repeat=operation.arity)
    return [each for each in found if _has_derivative(operation, each)]


def _has_derivative(operation: Operation, operands: Sequence[float]) -> bool:
    if not inside(operation, operands) or on_kink(operation, operands):
        return False
    try:
        getattr(autograd, operation.name)(*operands)
    except AutogradError:  # too large for a float
        return False
    return True


def lost_digits(operation: Operation, at: Iterable[Sequence[float]]) -> Iterator[str]:
    """Where a second or third derivative is not right to 8 ulp, or a first to 4."""
    functions: dict[Any, Callable[..., Any]] = {}
    for order, path in orders_and_paths(operation):
        function = getattr(autograd, operation.name)
        for index in path:
            function = grad(function, index)
        functions[order, path] = function
    for operands in at:
        numbers = {order: exact(operation, order, operands) for order, _ in functions}
        for (order, path), function in functions.items():
            number = numbers[order]
            if number is None or not math.isfinite(number):
                continue
            got = function(*operands)
            found = error(operation.name, order, operands, got, number)
            if found > (4.0 if sum(order) == 1 else 8.0):
                where = f"{operation.name}{tuple(operands)} by {path}"
                yield f"{where}: {got}, not {float(number)}: {found:.3g} ulp"


# --- the branches of a text -----------------------------------------------------------------------


def forms(operation: Operation) -> bool:
    """Whether a partial's text has a condition, so that it chooses among forms."""
    return any(
        isinstance(piece, ast.IfExp) for text in operation.partials for piece in ast.walk(text.tree)
    )


def branches(operation: Operation, others: Sequence[float] = (-1.7, 0.6)) -> Iterator[tuple[float, ...]]:
    """Operands on both sides of where conditions of the partials change, as near as floats are.

    Of two operands one stays at each of the ``others``, and the smallest of the other are left out, as
    higher derivatives have few digits there.
    """
    sizes = [m * 10.0**k for k in range(-300, 308, 2) for m in (1.0, 3.3)] + [
        k / 8 for k in range(1, 24)
    ]
    axis = sorted({0.0, *(s * size for size in sizes for s in (1.0, -1.0))})
    rests: list[tuple[float, ...]] = [()] if operation.arity == 1 else [(other,) for other in others]
    for place, rest in product(range(operation.arity), rests):
        line = _Line(operation, place, rest)
        for left, right in pairwise(filter(line.has_derivative, axis)):
            low, high = left, right
            while low < (middle := low / 2 + high / 2) < high:
                if line.decided(low) == line.decided(high) or not line.has_derivative(middle):
                    break
                if line.decided(middle) == line.decided(low):
                    low = middle
                else:
                    high = middle
            else:
                if operation.arity == 1 or min(abs(low), abs(high)) > 1e-100:
                    yield from (line.operands(x) for x in (low, high))


class _Line:
    """The operands of an operation of which one varies."""

    def __init__(self, operation: Operation, place: int, rest: tuple[float, ...]) -> None:
        self.operation, self.place, self.rest = operation, place, rest
        self.conditions = [
            piece.test
            for text in operation.partials
            for piece in ast.walk(text.tree)
            if isinstance(piece, ast.IfExp)
        ]
        self._decided: dict[float, list[bool]] = {}

    def operands(self, x: float) -> tuple[float, ...]:
        return (*self.rest[: self.place], x, *self.rest[self.place :])

    def has_derivative(self, x: float) -> bool:
        return _has_derivative(self.operation, self.operands(x))

    def decided(self, x: float) -> list[bool]:
        """What each condition of each partial says, be it asked or not."""
        if x not in self._decided:
            operands = self.operands(x)
            out = getattr(autograd, self.operation.name)(*operands)
            variables = dict(zip(self.operation.parameters, operands, strict=True)) | {"out": out}
            self._decided[x] = [bool(evaluate(test, variables, ieee_value)) for test in self.conditions]
        return self._decided[x]
