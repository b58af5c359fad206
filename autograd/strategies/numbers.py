"""Numbers to compute with: from an interval, from an operation's domain, and as leaves of a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, copysign, floor, inf
from typing import NamedTuple

from hypothesis import strategies as st

from autograd.arguments import choice, real
from autograd.errors import ArgumentValueError
from autograd.ieee import ieee_partial, ieee_result, inside_domain
from autograd.operations import OPERATIONS, Operation
from autograd.strategies.arguments import limit as limit_of
from autograd.strategies.arguments import margin, strategy
from autograd.strategies.domains import Box, Interval, boxes, kink_distance
from autograd.value import Value

__all__ = ["Limits", "between", "operands", "row", "values"]


def between(low: float = -inf, high: float = inf) -> st.SearchStrategy[float]:
    """Finite numbers from ``low`` to ``high``: anywhere, at the ends, and some power of ten from them.

    As in Hypothesis, -0.0 comes before 0.0, so that it is not among the numbers from 0.0 to 1.0.

    Raises:
        ValueError: there is none.
        TypeError: an end is no real number.

    >>> from hypothesis import find
    >>> 0.0 < find(between(0.0, 1.0), lambda x: 0.0 < x < 1e-12) < 1e-12
    True
    """
    low, high = real("low", low), real("high", high)
    interval = Interval().meet(Interval(low, high))
    if not (_place(low) <= _place(high) and interval.low <= interval.high):
        raise ArgumentValueError(f"there is no finite number from {low} to {high}")
    landmarks = [
        each
        for each in interval.landmarks()
        if _place(interval.low) <= _place(each) <= _place(interval.high)
    ]
    return st.floats(interval.low, interval.high) | _one_of(landmarks)


def _place(number: float) -> tuple[float, float]:
    """Where a number stands among the others, zeros by their signs."""
    return number, copysign(1.0, number)


def _within(interval: Interval) -> st.SearchStrategy[float]:
    low, high, whole = interval
    anywhere = st.integers(ceil(low), floor(high)).map(float) if whole else st.floats(low, high)
    return anywhere | _one_of(interval.landmarks())


def _one_of(landmarks: Sequence[float]) -> st.SearchStrategy[float]:
    """As ``sampled_from``, which writes out all of them where Hypothesis names a strategy."""
    return st.integers(0, len(landmarks) - 1).map(lambda index: landmarks[index])


def row(operation: Operation | str) -> Operation:
    """The row of the table, given itself or its name.

    Raises:
        ValueError: there is no operation of that name.
    """
    if isinstance(operation, Operation):
        return operation
    return OPERATIONS[choice("operation", operation, OPERATIONS)]


class Limits(NamedTuple):
    """How large, and how close to a kink, a computation may be; None for no matter.

    Attributes:
        value: what every value is smaller than in magnitude; ``inf`` is for finite ones.
        slope: likewise every derivative.
        kink_margin: what is between the sides of a kink's equation at least.
    """

    value: float | None
    slope: float | None
    kink_margin: float | None

    @staticmethod
    def checked(limit: object, slope_limit: object, kink_margin: object) -> Limits:
        """The limits, as `operands` and `graphs` are given them.

        Raises:
            ValueError: a limit is not more than 0, or the margin less than 0, infinite or NaN.
            TypeError: one is no real number.
        """
        return Limits(
            limit_of("limit", limit),
            limit_of("slope_limit", slope_limit),
            margin("kink_margin", kink_margin),
        )

    def allow_value(self, number: float) -> bool:
        """Whether a value is small enough."""
        return self.value is None or abs(number) < self.value

    def allow_slopes(self, slopes: Iterable[float]) -> bool:
        """Whether derivatives are."""
        limit = self.slope
        return limit is None or all(abs(slope) < limit for slope in slopes)

    def allow_operands(self, operation: Operation, numbers: Sequence[float]) -> bool:
        """Whether an operation may be applied to some numbers."""
        margin = self.kink_margin
        if margin is not None and kink_distance(operation, numbers) <= margin:
            return False
        out = ieee_result(operation, numbers)
        slopes = (ieee_partial(operation, index, numbers, out) for index in range(operation.arity))
        return self.allow_value(out) and self.allow_slopes(slopes)


def operands(
    operation: Operation | str,
    *,
    limit: float | None = None,
    slope_limit: float | None = None,
    kink_margin: float | None = None,
) -> st.SearchStrategy[tuple[float, ...]]:
    """Operands of an operation, from its domain as its row has it.

    They are finite numbers: of every magnitude, subnormal, zeros of both signs, at the edges of the
    domain and close to them, and now and then the same number twice.

    Args:
        operation: a row of the table, or its name.
        limit: the value is smaller than this in magnitude. ``inf`` is for finite values; with None there
            are also operands at which the result is too large for a float, as `autograd.exp` raises.
        slope_limit: each derivative is smaller than this in magnitude; ``inf`` is for finite ones.
        kink_margin: how far to stay away from a kink, in what its equation compares; 0.0 leaves out the
            kink alone, None nothing.

    Raises:
        ValueError: there is no operation of that name, a limit is not more than 0, or the margin less
            than 0, infinite or NaN.
        TypeError: a limit or the margin is no real number.

    >>> from hypothesis import find
    >>> find(operands("log"), lambda numbers: numbers[0] < 1e-300)[0] > 0.0
    True
    >>> x, y = find(operands("max", kink_margin=0.5), lambda numbers: numbers[0] < numbers[1])
    >>> y - x > 0.5
    True
    """
    known = row(operation)
    limits = Limits.checked(limit, slope_limit, kink_margin)
    drawn = [_in_box(known, box) for box in (boxes(known.domain.tree) if known.domain else [{}])]
    return st.one_of(drawn).filter(
        lambda numbers: inside_domain(known, numbers) and limits.allow_operands(known, numbers)
    )


def _in_box(operation: Operation, box: Box) -> st.SearchStrategy[tuple[float, ...]]:
    intervals = [box.get(parameter, Interval()) for parameter in operation.parameters]
    apart = st.tuples(*map(_within, intervals))
    if operation.arity == 1:
        return apart
    return apart | _within(intervals[0]).map(lambda number: (number, number))


def values(numbers: st.SearchStrategy[float] | None = None) -> st.SearchStrategy[Value]:
    """Leaves of a graph.

    Args:
        numbers: what their data is drawn from; any finite number if None.

    >>> from hypothesis import find
    >>> find(values(), lambda value: value > 2)
    Value(3.0)
    """
    return st.builds(Value, strategy("numbers", numbers, between()))
