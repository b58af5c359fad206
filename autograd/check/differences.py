"""Derivatives by differences, of any function of one number; how good they are is part of the answer.

Difference quotients at ever smaller steps are extrapolated to the step 0 (Richardson 1911; Ridders,
Adv. Eng. Software 4, 1982). The error is what the extrapolation still changes, plus what rounding may
do to a quotient. A large step may reach beyond a pole or a kink and not know it; so where a smaller one
contradicts it, the smaller one is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from math import copysign, inf, isfinite, ulp
from typing import NamedTuple

__all__ = ["LEAST", "UNIT", "Differences", "Estimate", "Quotient"]

#: The unit roundoff of a double: a sum, product or quotient is at most this far off, relatively.
UNIT = 2.0**-53
#: What underflow may take away.
LEAST = 4.0 * ulp(0.0)

_LARGEST = 0.0437  # of the scale; no simple fraction, lest a period of the function divide it
_LEVELS = 64
_BEYOND_NOISE = 30.0  # times the errors, if a function may round more than is known
_COLUMNS = 5  # how often to extrapolate; quotients with larger steps than that no longer count


class Quotient(NamedTuple):
    """One difference quotient.

    Attributes:
        value: the quotient.
        rounding: how far off it may be by rounding.
        step: the step.
    """

    value: float
    rounding: float
    step: float


class _Ends(NamedTuple):
    """What lies between the two ends of a difference, and the larger value."""

    step: float
    width: float
    rise: float
    largest: float


class Estimate(NamedTuple):
    """A derivative by differences.

    Attributes:
        value: the derivative.
        error: how far off it may be.
        step: the smallest step that it was extrapolated from.
        side: "central", "right" or "left": on which sides of the point it stepped.
    """

    value: float
    error: float
    step: float
    side: str


class Differences:
    """What the differences of a function tell of its derivatives around one point.

    Args:
        function: of a number; None where it has no value. It is asked once at each number.
        x: the point.
        noise: what rounding may do to the function's value there.

    >>> from math import log
    >>> around = Differences(lambda x: log(x) if x > 0.0 else None, 1e-3, 1e-15)
    >>> abs(around.central.value - 1000.0) < 1e-6
    True
    """

    def __init__(self, function: Callable[[float], float | None], x: float, noise: float = 0.0) -> None:
        self._function = function
        self._known: dict[float, float | None] = {}
        self.x = x
        self.noise = noise

    def at(self, x: float) -> float | None:
        """The function's value, None where it has no finite one."""
        if x not in self._known:
            value = self._function(x) if isfinite(x) else None
            self._known[x] = value if value is not None and isfinite(value) else None
        return self._known[x]

    # --- quotients ----------------------------------------------------------------------------

    def plain(self, step: float) -> float | None:
        """The central difference with one step, and no more; None where it cannot be had."""
        ends = self._ends(step, -1, 1)
        return None if ends is None else ends.rise / ends.width

    def deviation(self, value: float, step: float) -> float:
        """How far the central difference with a step is from ``value``, beyond what rounding explains.

        It is 0.0 where there is none: where the step is too small, or leaves the domain.
        """
        ends = self._ends(step, -1, 1)
        if ends is None:
            return 0.0
        noise = self.noise + UNIT * (ends.largest + abs(self.x * value)) + LEAST
        return max(0.0, abs(ends.rise / ends.width - value) - 8.0 * noise / ends.width)

    def quotient(self, step: float, below: int = -1, above: int = 1) -> Quotient | None:
        """A difference quotient; None where it cannot be had.

        Its ends are ``below`` and ``above`` steps from the point.
        """
        ends = self._ends(step, below, above)
        if ends is None:
            return None
        moved = UNIT * abs(self.x) * self._steepness(ends.step)  # as if the point itself were rounded
        noise = self.noise + UNIT * ends.largest + moved + LEAST
        return Quotient(ends.rise / ends.width, 2.0 * noise / ends.width, ends.step)

    def _ends(self, step: float, below: int, above: int) -> _Ends | None:
        step = (self.x + step) - self.x  # what is really added: both ends are then equally far
        low, high = self.x + below * step, self.x + above * step
        if low == high or (first := self.at(low)) is None or (last := self.at(high)) is None:
            return None
        return _Ends(step, high - low, last - first, max(abs(first), abs(last)))

    def _steepness(self, step: float) -> float:
        """The larger of the slopes to both sides, which a kink right beside the point may make."""
        here, steepest = self.at(self.x), 0.0
        for sign in self._open:
            beside = self.at(self.x + sign * step)
            if here is not None and beside is not None:
                steepest = max(steepest, abs(beside - here) / step)
        return steepest

    @cached_property
    def _open(self) -> list[int]:
        """The sides of the point (-1, 1) on which there are values, however close."""
        return [sign for sign in (-1, 1) if self.at(self.x + sign * self._least) is not None]

    @cached_property
    def _least(self) -> float:
        """The smallest step worth taking: with fewer digits, x and x + step would be hard to tell."""
        return max(8.0 * ulp(self.x), 0.0 if self.x else _LARGEST * 0.5**_LEVELS)

    def _steps(self, scale: float) -> Iterator[float]:
        for level in range(_LEVELS):
            step = _LARGEST * scale * 0.5**level
            if step < self._least:
                return
            yield step

    @property
    def side(self) -> str:
        """On which sides of the point there are values: "central", "right", "left" or ""."""
        return {(-1, 1): "central", (1,): "right", (-1,): "left", (): ""}[(*self._open,)]

    # --- estimates ----------------------------------------------------------------------------

    @cached_property
    def central(self) -> Estimate | None:
        """The derivative from steps to both sides; None where one of them is closed."""
        if self.side != "central":
            return None
        return self._estimate(-1, 1, "central")

    @cached_property
    def right(self) -> Estimate | None:
        """The derivative on the right; None where the function has no values there."""
        return self._estimate(0, 1, "right") if 1 in self._open else None

    @cached_property
    def left(self) -> Estimate | None:
        """The derivative on the left; None where the function has no values there."""
        return self._estimate(-1, 0, "left") if -1 in self._open else None

    @property
    def best(self) -> Estimate | None:
        """The central one, at an edge the one-sided one."""
        return self.central or self.right or self.left

    def _estimate(self, below: int, above: int, side: str) -> Estimate | None:
        best = self._extrapolated(max(abs(self.x), 1.0), below, above, side)
        if 0.0 < abs(self.x) < 0.1:  # the function may live on the scale of 1, or on that of x
            finer = self._extrapolated(abs(self.x), below, above, side)
            best = finer if best is None or (finer and self._preferred(finer, best)) else best
        if best is None:
            return None
        step = best.step
        while (step := step / 1000.0) > 8.0 * self._least:  # or on another, which only small steps show
            quotient = self.quotient(step, below, above)
            if quotient is None or not _apart(quotient.value, quotient.rounding, best, 4.0):
                continue
            finer = self._extrapolated(16.0 * step / _LARGEST, below, above, side)
            if finer and _apart(finer.value, finer.error, best, _BEYOND_NOISE):
                best, step = finer, finer.step
        return best

    def _extrapolated(self, scale: float, below: int, above: int, side: str) -> Estimate | None:
        """The best estimate from steps of that size and smaller ones."""
        best: Estimate | None = None
        order = above - below  # the error of a central quotient is a series in the step's square
        quotients: list[Quotient] = []
        row: list[float] = []
        for step in self._steps(scale):
            quotient = self.quotient(step, below, above)
            if quotient is None:
                quotients, row = [], []
                continue
            quotients.append(quotient)
            row, change, magnified = _extended(row, quotients, order)
            tail = _tail(quotients[-3:], order, self._least)
            error = max(change, tail) + magnified * quotient.rounding
            candidate = Estimate(row[-1], error, step, side)
            if error < inf and (best is None or self._preferred(candidate, best)):
                best = candidate
            if best and len(quotients) >= 3 and quotient.rounding >= best.error:
                break  # smaller steps cannot do better
        return best

    def _preferred(self, candidate: Estimate, best: Estimate) -> bool:
        """Whether an estimate is better than one with larger steps, or contradicts it.

        Steps of a few units in the last place do not: a kink may be as close.
        """
        contradicts = _apart(candidate.value, candidate.error, best, 4.0)
        return candidate.error < best.error or (contradicts and candidate.step > 8.0 * self._least)

    # --- what is no derivative ----------------------------------------------------------------

    @cached_property
    def kink(self) -> tuple[Estimate, Estimate] | None:
        """The derivatives on the left and on the right, where they differ; None where they agree."""
        left, right = self.left, self.right
        if left is None or right is None:
            return None
        gap, error = abs(right.value - left.value), left.error + right.error
        size = max(abs(left.value), abs(right.value))
        apart = gap > 100.0 * error and gap > 1e-6 * size
        # steps to both sides give the mean, unless the three were misled by different steps
        mean = (left.value + right.value) / 2.0
        central = self.central
        agree = central is None or abs(central.value - mean) <= gap / 2.0 + central.error
        return (left, right) if apart and agree else None

    @cached_property
    def resolved(self) -> bool:
        """Whether numbers lie close enough together to tell a slope: differences shrink with the step.

        Those of sin at 1e30 do not (over a few steps they may seem to), and those of 1e9/x at 1e-150 are
        too large for a float.
        """
        below, above = (0, 1) if 1 in self._open else (-1, 0)
        quotients = [self.quotient(self._least * 2.0**power, below, above) for power in range(13)]
        return all(
            coarse is not None and fine is not None and _goes_on(coarse, fine)
            for fine, coarse in pairwise(quotients)
        )

    @cached_property
    def steepest(self) -> float | None:
        """The steepest quotient where they grow without bound, the same way on each side; else None.

        They have to grow from each to the next of several steps, each a thousandth of the one before, as
        far as rounding lets them tell; and steadily in between, unlike those of sin at 1e30.
        """
        steepest: list[float] = []
        for sign in self._open:
            found: list[float] = []
            for step in list(self._steps(max(abs(self.x), 1.0)))[10:41]:
                quotient = self.quotient(step, min(sign, 0), max(sign, 0))
                if quotient is None or quotient.rounding >= 0.5 * abs(quotient.value):
                    break
                found.append(quotient.value)
            growth = [finer / coarser for coarser, finer in pairwise(found)]
            far = [finer / coarser for coarser, finer in pairwise(found[::10])]
            if len(far) < 2 or not (all(0.8 < each < 2.5 for each in growth) and min(far) > 1.02):
                return None
            steepest.append(found[-1])
        if not steepest or min(steepest) < 0.0 < max(steepest):
            return None
        return max(steepest, key=abs)


def _extended(
    row: list[float], quotients: list[Quotient], order: int
) -> tuple[list[float], float, float]:
    """The next row of the tableau, as far as it gets better.

    Also what its last number still changed, and how many times the weights of the quotients in it
    magnify their rounding.
    """
    found, magnified = [quotients[-1].value], [1.0]
    best, change = 1, inf
    for column, coarser in enumerate(row[:_COLUMNS], 1):
        finer = found[-1]
        ratio = (quotients[-1 - column].step / quotients[-1].step) ** order
        found.append(finer + (finer - coarser) / (ratio - 1.0))
        magnified.append(magnified[-1] * (ratio + 1.0) / (ratio - 1.0))
        now = max(abs(found[-1] - finer), abs(found[-1] - coarser))
        if now < change:
            best, change = column + 1, now
    moved = abs(found[best - 1] - row[-1]) if row else inf  # a column may change little by coincidence
    return found[:best], max(change, moved), magnified[best - 1]


def _tail(quotients: list[Quotient], order: int, least: float) -> float:
    """What is still to come where the quotients converge more slowly than their series says.

    Beside a power of x that is not whole they do, and extrapolation helps little: what is left is the
    rest of a geometric series. Beside a jump they grow, as far as the ``least`` step. Fewer than three
    do not tell.
    """
    if len(quotients) < 3:
        return inf
    before, now = (abs(finer.value - coarser.value) for coarser, finer in pairwise(quotients))
    ratio = now / before if before else 0.0
    if ratio >= 1.0 and now > 4.0 * (quotients[-1].rounding + quotients[-2].rounding):
        return now * quotients[-1].step / least
    return now * ratio / (1.0 - ratio) if 1.4 * 0.5**order < ratio < 1.0 else 0.0


def _goes_on(coarse: Quotient, fine: Quotient) -> bool:
    """Whether a smaller step gives a quotient of the same sign and not a larger one, up to rounding."""
    slack = 4.0 * (fine.rounding + coarse.rounding)
    along = fine.value * copysign(1.0, coarse.value)
    return isfinite(along) and -slack <= along <= 1.5 * abs(coarse.value) + slack


def _apart(value: float, error: float, estimate: Estimate, times: float) -> bool:
    """Whether a number is further from an estimate than that many times their errors."""
    return abs(value - estimate.value) > times * (error + estimate.error)
