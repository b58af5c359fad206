"""The limits of derivatives where formulas have 0·∞: what the table's texts are held to at the edges.

A derivative is SymPy's, evaluated by mpmath at operands on the way to 0, to the edge of the domain or to
infinity. Only that of a power is worked out here: x**y for infinite y has more digits than memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from mpmath import mp
from oracles import inside, on_kink

import autograd
from autograd import AutogradError, Operation, grad
from benchmarks.accuracy import orders
from benchmarks.exact import derivative, error, exactly

__all__ = ["limit", "orders_and_paths", "places", "wrong_limits"]

#: The greatest number that rounds to a float.
_OVERFLOW = mp.ldexp(1, 1024) - mp.ldexp(1, 970)


def limit(operation: Operation, order: Sequence[int], operands: Sequence[float]) -> Any:
    """The limit of a derivative: a number of mpmath, or ±inf; None where it depends on the way there."""
    if operation.name == "pow":
        return limit_of_a_power(order, *operands)
    function = derivative(operation.name, *order)
    if all(map(math.isfinite, operands)):
        number = _number(function, operands)
        if number is not None:
            return _rounded(number)
    found = []
    for way in _ways(operands):
        if not all(inside(operation, point) for point in way):
            continue
        found.append(_tends_to(*(_number(function, point) for point in way)))
    if not found or any(each is None for each in found):
        return None
    first = found[0]
    if mp.isfinite(first):
        same = all(abs(each - first) <= abs(first) / 10**20 for each in found)
    else:
        same = all(each == first for each in found)
    return first if same else None


def _number(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    try:
        found = exactly(function, *operands)
    except ZeroDivisionError:
        return None
    return found if isinstance(found, mp.mpf) and not mp.isnan(found) else None


def _rounded(number: Any) -> Any:
    return mp.sign(number) * mp.inf if abs(number) >= _OVERFLOW else number


def _ways(operands: Sequence[float]) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Two points each on some ways to the operands: from both sides, and one faster than the other."""
    digits = 100 if len(operands) == 1 else 400  # exp takes its time further out
    steps = [
        [
            (mp.mpf(10) ** (digits * speed), mp.mpf(10) ** (2 * digits * speed))
            for speed in ((1, 2) if x == 0.0 or math.isinf(x) else (1,))
        ]
        for x in operands
    ]
    sides = [(1,) if math.isinf(x) else (1, -1) for x in operands]
    for signs, pace in product(product(*sides), product(*steps)):
        first, second = (
            tuple(
                math.copysign(1.0, x) * far[k] if math.isinf(x)
                else side / far[k] if x == 0.0
                else x * (1 + side * mp.mpf(10) ** (-300 * (k + 1)))
                for x, side, far in zip(operands, signs, pace, strict=True)
            )
            for k in range(2)
        )  # fmt: skip
        yield first, second


def _tends_to(near: Any, nearer: Any) -> Any:
    """What numbers at two points of a way tend to: what grows to infinity, and what shrinks to 0."""
    if near is None or nearer is None:
        return None
    if nearer == 0:
        return mp.mpf(0)
    if near == 0:
        return None
    growth = abs(nearer / near)
    return mp.sign(nearer) * mp.inf if growth > 1.3 else mp.mpf(0) if growth < 0.7 else _rounded(nearer)


def limit_of_a_power(order: Sequence[int], x: float, y: float) -> Any:
    """The limit of a derivative of x**y, from the right at 0.

    It is x**(y - a) times a polynomial of log x, whose coefficients are polynomials of y. The last that
    is not 0 decides.
    """
    by_x, by_y = order
    if (x < 0.0 and (by_y or y % 1.0)) or (abs(x) == 1.0 and math.isinf(y)):
        return None
    if math.isinf(y):
        base = 0.0 if x == 0.0 else 2.0 if x > 1.0 else 0.5
        if (base > 1.0) != (y > 0.0):
            return mp.mpf(0)
        return mp.inf * (-1) ** (by_x * (y < 0.0) + by_y * (base < 1.0))
    terms = {by_y: Fraction(1)}  # the coefficients of log(x)**k, beside x**power
    power = Fraction(y)
    for _ in range(by_x):
        raised: dict[int, Fraction] = {}
        for k, coefficient in terms.items():
            raised[k] = raised.get(k, Fraction(0)) + power * coefficient
            if k:
                raised[k - 1] = raised.get(k - 1, Fraction(0)) + k * coefficient
        terms, power = raised, power - 1
    terms = {k: coefficient for k, coefficient in terms.items() if coefficient}
    if not terms:
        return mp.mpf(0)
    if x != 0.0 and math.isfinite(x):
        with mp.workdps(60):
            log = mp.log(abs(x))
            total = sum(mp.mpf(c.numerator) / c.denominator * log**k for k, c in terms.items())
            size = mp.power(abs(x), mp.mpf(power.numerator) / power.denominator)
        return _rounded(total * size * (-1 if x < 0.0 and power % 2 else 1))
    k = max(terms)
    sign = (1 if terms[k] > 0 else -1) * (-1 if x == 0.0 and k % 2 else 1)
    sign *= -1 if x < 0.0 and power % 2 else 1
    if power == 0:
        return mp.mpf(terms[k].numerator) / terms[k].denominator if k == 0 else sign * mp.inf
    return mp.mpf(0) if (power > 0) == (x == 0.0) else sign * mp.inf


# --- where ----------------------------------------------------------------------------------------

_MOST = math.nextafter(math.inf, 0.0)
_ONE_OPERAND = (
    5e-324, 1e-310, 1e-160, 1e-20, 0.5, math.nextafter(1.0, 0.0), 1.0, math.nextafter(1.0, 2.0), 2.0,
    1e20, 1e160, _MOST, math.inf,
)  # fmt: skip
#: Of two operands tiny and huge ones are those whose fourth powers are floats: 1/y⁴ is in the third
#: derivatives of x/y, and where x is 0 it is 0·∞ beyond.
_TWO_OPERANDS = (1e-75, 0.5, 1.0, 2.5, 1e75, math.inf)
_EXPONENTS = (1e-60, 0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 1e60, math.inf)


def places(operation: Operation) -> list[tuple[float, ...]]:
    """Where an operation is looked at: 0 and -0, what is tiny, edges, what is huge, and infinity."""
    axes: tuple[Sequence[float], ...] = (_ONE_OPERAND,)
    if operation.arity == 2:
        axes = (_TWO_OPERANDS, _EXPONENTS if operation.name == "pow" else _TWO_OPERANDS)
    signed = [(0.0, -0.0, *(sign * x for x in axis for sign in (1.0, -1.0))) for axis in axes]
    return [
        each for each in product(*signed) if not on_kink(operation, each) and _has_value(operation, each)
    ]


def _has_value(operation: Operation, operands: Sequence[float]) -> bool:
    try:
        return not math.isnan(getattr(autograd, operation.name)(*operands))
    except AutogradError:
        return False


def orders_and_paths(operation: Operation) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """How often to differentiate by each operand, up to three times, and in which order."""
    for total in (1, 2, 3):
        for order in orders(operation, total):
            by = [index for index, times in enumerate(order) for _ in range(times)]
            yield from ((order, path) for path in sorted(set(permutations(by))))


# --- the check ------------------------------------------------------------------------------------


def wrong_limits(operation: Operation, at: Sequence[Sequence[float]] | None = None) -> Iterator[str]:
    """Where a derivative of up to the third order is not its limit.

    Where a lower derivative has no limit, as the direction of (∞, ∞) has none, there is nothing to hold
    the higher ones to; and of an exponential that has underflowed and an infinite factor neither.
    """
    functions = {}
    for order, path in orders_and_paths(operation):
        function = getattr(autograd, operation.name)
        for index in path:
            function = grad(function, index)
        functions[order, path] = function
    for operands in places(operation) if at is None else at:
        if operation.name == "elu" and math.isinf(operands[1]):
            continue
        missing: list[tuple[int, ...]] = []
        limits: dict[tuple[int, ...], Any] = {}
        for (order, path), function in functions.items():
            if order not in limits:
                limits[order] = limit(operation, order, operands)
            expected = limits[order]
            if expected is None:
                missing.append(order)
            if any(all(a <= b for a, b in zip(low, order, strict=True)) for low in missing):
                continue
            got = function(*operands)
            if mp.isinf(expected):
                right = got == float(expected)
            else:
                right = error(operation.name, order, operands, got, expected) <= 8.0
            if not right:
                yield f"{operation.name}{tuple(operands)} by {path}: {got}, not {expected}"
