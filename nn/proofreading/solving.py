"""Where a function of one number has given values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

__all__ = ["Function", "Interval", "shortest", "solved"]

#: A continuous function; NaN where it has no value.
Function: TypeAlias = Callable[[float], float]
Interval: TypeAlias = tuple[float, float]


def solved(function: Function, start: float, ends: Interval) -> list[Interval]:
    """The intervals on which a function is between two values, as far as they are found.

    They are looked for away from some number, in both directions, in steps that double.

    Args:
        function: the function.
        start: where it is not between them.
        ends: the two values.

    >>> for low, high in solved(lambda x: x * x, 1.0, (3.9, 4.1)):
    ...     print(f"{low:.6f} {high:.6f}")
    1.974842 2.024846
    -2.024846 -1.974842
    >>> solved(lambda x: x * x, 1.0, (-2.0, -1.0))
    []
    """
    close = (ends[1] - ends[0]) * 1e-6
    found = []
    for middle in _passed(function, start, (ends[0] + ends[1]) / 2.0, close):
        first, second = (next(_passed(function, middle, end, close), None) for end in ends)
        if first is not None and second is not None:
            found.append((min(first, second), max(first, second)))
    return found


def _passed(function: Function, start: float, target: float, close: float) -> Iterator[float]:
    """Numbers where a function passes a value, the nearer first."""

    def height(x: float) -> float:
        return function(x) - target

    scale = max(abs(start), 1.0)
    before = dict.fromkeys((1.0, -1.0), (start, height(start)))
    for power in range(-24, 9):
        for sign, one in before.items():
            x = start + sign * scale * 2.0**power
            other = before[sign] = (x, height(x))
            if one[1] != 0.0 and one[1] * other[1] <= 0.0:
                yield _crossed(height, one, other, close)


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
