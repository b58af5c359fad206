"""Where a function of one number has given values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Function", "Interval", "shortest", "solved"]

#: A continuous function; NaN where it has no value.
Function: TypeAlias = Callable[[float], float]
Interval: TypeAlias = tuple[float, float]


def solved(function: Function, start: float, ends: Interval) -> Interval | None:
    """The interval on which a function is between two values, looked for away from some number.

    Args:
        function: the function.
        start: where it is not between them.
        ends: the two values.

    >>> low, high = solved(lambda x: x**3, 1.0, (7.9, 8.1))
    >>> print(f"{low:.6f} {high:.6f}")
    1.991632 2.008299
    >>> solved(lambda x: x * x, 1.0, (-2.0, -1.0))
    """
    close = (ends[1] - ends[0]) * 1e-6
    middle = _passed(function, start, (ends[0] + ends[1]) / 2.0, close)
    if middle is None:
        return None
    first, second = (_passed(function, middle, end, close) for end in ends)
    if first is None or second is None:
        return None
    return min(first, second), max(first, second)


def _passed(function: Function, start: float, target: float, close: float) -> float | None:
    """A number where a function passes a value; the first that is found going away from some number."""
    before = function(start) - target
    scale = abs(start) or 1.0
    for power in range(-24, 8, 4):
        for step in (scale * 2.0**power, -scale * 2.0**power):
            after = function(start + step) - target
            if after * before <= 0.0:
                return _crossed(
                    lambda x: function(x) - target, (start, before), (start + step, after), close
                )
    return None


def _crossed(
    function: Function, one: tuple[float, float], other: tuple[float, float], close: float
) -> float:
    """Where a function is nearly 0, between two points on either side of it.

    By the Illinois rule: the secant, with the height of an end that stays halved (Dowell & Jarratt, "A
    modified regula falsi method for computing the root of an equation", BIT 11, 1971).
    """
    (start, before), (end, after) = one, other
    for _ in range(100):
        x = end - after * (end - start) / (after - before) if after != before else end
        height = function(x)
        if abs(height) <= close:
            return x
        if height * after < 0.0:
            start, before = end, after
        else:
            before /= 2.0
        end, after = x, height
    return end


def shortest(low: float, high: float) -> str:
    """The number between two that has the fewest decimals.

    >>> shortest(0.4288, 0.4312), shortest(-1.0009, -1.0006)
    ('0.43', '-1.0008')
    """
    for decimals in range(17):
        number = f"{(low + high) / 2.0:.{decimals}f}"
        if low <= float(number) <= high:
            return number
    return repr((low + high) / 2.0)
