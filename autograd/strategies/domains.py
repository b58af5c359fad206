"""Where an operation is defined and where its kinks are, read off its row.

A domain text is a condition on single operands, ``"-1.0 <= x <= 1.0"``. It is read as boxes that can be
drawn from directly: an interval for each operand. What a text may say beyond that is left to a filter.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise, product
from math import inf, isfinite, nextafter, ulp
from typing import NamedTuple

from autograd.expression import evaluate
from autograd.ieee import ieee_value
from autograd.operations import Operation

__all__ = ["Box", "Interval", "boxes", "kink_distance"]

_GREATEST = sys.float_info.max
#: What has a part of its own in floating point, and magnitudes from the least to the greatest.
_EVERYWHERE = [
    *(0.0, 1.0, 0.5, 2.0, 3.0, ulp(0.0), sys.float_info.min, _GREATEST),
    *(10.0**k for k in (*range(-320, -17, 10), *range(-17, 18), *range(20, 309, 10))),
]


class Interval(NamedTuple):
    """The finite numbers from ``low`` to ``high``, both included; if ``whole``, only whole ones."""

    low: float = -_GREATEST
    high: float = _GREATEST
    whole: bool = False

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, float)
        return self.low <= number <= self.high and not (self.whole and number % 1.0)

    def meet(self, other: Interval) -> Interval:
        """What lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high, self.whole or other.whole)

    def landmarks(self) -> list[float]:
        """Signed zeros, subnormals, magnitudes of every size, the ends, and powers of ten from these.

        >>> 5e-324 in Interval(0.0, 1.0).landmarks(), 1.0 - 1e-9 in Interval(0.0, 1.0).landmarks()
        (True, True)
        """
        found = [sign * number for number in _EVERYWHERE for sign in (1.0, -1.0)]
        for end, inwards in ((self.low, 1.0), (self.high, -1.0)):
            if abs(end) < _GREATEST:
                steps = [10.0**k for k in range(-16, 17)]
                found += [end, nextafter(end, inwards * inf), *(end + inwards * step for step in steps)]
        # by their texts, since 0.0 and -0.0 are equal
        return list({repr(number): number for number in found if number in self}.values())


#: An interval for each operand that has one, by its name.
Box = dict[str, Interval]


def boxes(condition: ast.expr) -> list[Box]:
    """Boxes that hold every point of finite numbers at which a condition does.

    >>> boxes(ast.parse("x > 1.0 or x == 0.0", mode="eval").body)[1]
    {'x': Interval(low=0.0, high=0.0, whole=False)}
    """
    match condition:
        case ast.BoolOp(op=ast.Or(), values=values):
            return [box for value in values for box in boxes(value)]
        case ast.BoolOp(values=values):
            return _in_all([boxes(value) for value in values])
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            pairs = zip(pairwise([left, *comparators]), ops, strict=True)
            return _in_all([_compared(left, op, right) for (left, right), op in pairs])
        case _:
            return [{}]


def _in_all(alternatives: list[list[Box]]) -> list[Box]:
    met = [reduce(_meet, chosen) for chosen in product(*alternatives)]
    return [box for box in met if all(interval.low <= interval.high for interval in box.values())]


def _meet(one: Box, other: Box) -> Box:
    both = {name: one[name].meet(other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **both}


_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE,
}  # fmt: skip


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> list[Box]:
    kind = type(op)
    match left, _number(left), right, _number(right):
        case ast.Name(id=name), None, _, float(end):
            return [{name: side} for side in _sides(kind, end)]
        case _, float(end), ast.Name(id=name), None:
            return [{name: side} for side in _sides(_MIRRORED.get(kind, kind), end)]
        case ast.BinOp(left=ast.Name(id=name), op=ast.Mod()), _, _, 0.0 if kind is ast.Eq:
            return [{name: Interval(whole=True)}]
        case _:
            return [{}]


def _number(tree: ast.expr) -> float | None:
    """What a text of numbers alone is."""
    try:
        return float(evaluate(tree, {}, ieee_value))
    except KeyError:  # an operand
        return None


def _sides(kind: type[ast.cmpop], end: float) -> list[Interval]:
    """Where a number compares so with another."""
    below, above = Interval(high=nextafter(end, -inf)), Interval(low=nextafter(end, inf))
    return {
        ast.Lt: [below],
        ast.LtE: [Interval(high=end)],
        ast.Gt: [above],
        ast.GtE: [Interval(low=end)],
        ast.Eq: [Interval(end, end)] if isfinite(end) else [],
        ast.NotEq: [below, above],
    }[kind]


def kink_distance(operation: Operation, operands: Sequence[float]) -> float:
    """How much is between the sides of the equations of a kink; inf if the operation has none.

    >>> from autograd import OPERATIONS
    >>> kink_distance(OPERATIONS["max"], [2.0, 2.5]), kink_distance(OPERATIONS["hypot"], [3.0, 0.0])
    (0.5, 3.0)
    """
    if operation.kink is None:
        return inf
    return _distance(operation.kink.tree, dict(zip(operation.parameters, operands, strict=True)))


def _distance(condition: ast.expr, operands: dict[str, float]) -> float:
    match condition:
        case ast.BoolOp(op=ast.And(), values=values):
            return max(_distance(value, operands) for value in values)
        case ast.BoolOp(values=values):
            return min(_distance(value, operands) for value in values)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            a, b = (float(evaluate(side, operands, ieee_value)) for side in (left, right))
            return 0.0 if a == b else abs(a - b)
        case _:
            return 0.0 if evaluate(condition, operands, ieee_value) else inf
