"""One derivative beside what differences say of it: the verdict, and the numbers that it rests on."""

from __future__ import annotations

from math import copysign, inf, isfinite, isinf, isnan, nan
from typing import NamedTuple

from autograd.check.differences import LEAST, Differences, Estimate

__all__ = ["PASSES", "UNSUSPICIOUS", "VERDICTS", "Judgement", "Tolerance", "judged"]

#: Every verdict and what it means.
VERDICTS = {
    "ok": "the derivative is right",
    "inexact": "within the tolerance, but further off than rounding and extrapolation explain",
    "kink": "the slopes on the two sides differ, and the derivative lies between them",
    "infinite": "the slope is infinite, and so is the derivative",
    "wrong": "differences give another number",
    "unclear": "out of the tolerance, but no further off than rounding and differences explain",
    "no step": "the function has no finite value there, or none however close, so no difference",
}
#: Those that need no explanation, and those that a check passes with.
UNSUSPICIOUS = frozenset(("ok", "kink", "infinite"))
PASSES = UNSUSPICIOUS | {"inexact"}

# how many times more than explained is suspicious, and how many times less is no evidence
_SUSPICIOUS, _NO_EVIDENCE = 100.0, 4.0


class Tolerance(NamedTuple):
    """How far a derivative may be off: ``atol + rtol * |numeric|``, as in PyTorch.

    Attributes:
        eps: the step of the plain central difference.
        atol: what may always be off.
        rtol: what may be off relatively.
    """

    eps: float
    atol: float
    rtol: float

    def slack(self, numeric: float) -> float:
        """How far from a number may be."""
        return self.atol + self.rtol * abs(numeric)

    def allows(self, analytic: float, numeric: float) -> bool:
        """Whether the two are close enough; NaN is close to nothing."""
        return abs(analytic - numeric) <= self.slack(numeric)


#: The tolerances that PyTorch has, and the checks here.
ORDINARY = Tolerance(eps=1e-6, atol=1e-5, rtol=1e-3)


class Judgement(NamedTuple):
    """What differences say of a derivative.

    Attributes:
        verdict: one of `VERDICTS`.
        analytic: the derivative that is checked.
        numeric: the one by differences; NaN where there is none.
        error: how far off the numeric one may be.
        explained: how far apart the two may be by rounding and extrapolation.
        side: "central", "right" or "left": the sides on which steps were taken; "" where none could be.
        kink: the slopes on the left and on the right where they differ, else None.
    """

    verdict: str
    analytic: float
    numeric: float
    error: float
    explained: float
    side: str
    kink: tuple[float, float] | None = None

    @property
    def passed(self) -> bool:
        """Whether a check passes with that verdict."""
        return self.verdict in PASSES

    @property
    def multiple(self) -> float:
        """The distance between the two, in multiples of what is explained; 0.0 if they are equal."""
        if self.analytic == self.numeric:
            return 0.0
        off = abs(self.analytic - self.numeric)
        return off / self.explained if self.explained else inf


def judged(around: Differences, analytic: float, rounding: float, tolerance: Tolerance) -> Judgement:
    """The verdict on a derivative of the function at the point.

    Args:
        around: the function's differences there.
        analytic: its derivative, as it is claimed.
        rounding: how far rounding may have moved the derivative.
        tolerance: what is close enough.

    >>> from math import exp
    >>> strict = Tolerance(eps=1e-6, atol=0.0, rtol=1e-6)
    >>> judged(Differences(exp, 0.0, 1e-16), 1.0, 1e-16, strict).verdict
    'ok'
    >>> judged(Differences(abs, 0.0), 0.5, 0.0, strict).verdict
    'kink'
    """
    best = around.best
    if isinf(analytic) or best is None or best.error > 0.1 * abs(best.value):
        steepest = around.steepest
        if steepest is not None:
            verdict = _compared_with_infinite(analytic, steepest)
            return Judgement(verdict, analytic, copysign(inf, steepest), 0.0, 0.0, around.side)
    if best is None:
        return Judgement("no step", analytic, nan, nan, nan, "")
    explained = best.error + (0.0 if isnan(rounding) else rounding) + LEAST
    kink = around.kink and (around.kink[0].value, around.kink[1].value)
    if kink:
        verdict = _within(analytic, kink, explained, tolerance)
    else:
        verdict = _compared(analytic, best, explained, tolerance)
    if verdict == "wrong" and not around.resolved:
        verdict = "unclear"
    if verdict == "unclear":  # the values may be noisy at all steps but this one
        plain = around.quotient(tolerance.eps)
        if plain is not None and tolerance.allows(analytic, plain.value):
            explained = plain.rounding + rounding + LEAST
            off = abs(analytic - plain.value)
            verdict = "ok" if off <= _SUSPICIOUS * explained else "inexact"
            return Judgement(verdict, analytic, plain.value, plain.rounding, explained, "central")
    return Judgement(verdict, analytic, best.value, best.error, explained, best.side, kink)


def _within(analytic: float, kink: tuple[float, float], explained: float, tolerance: Tolerance) -> str:
    """Any slope between those on the two sides is a subgradient."""
    low, high = min(kink), max(kink)
    slack = max(explained, tolerance.atol + tolerance.rtol * max(abs(low), abs(high)))
    return "kink" if low - slack <= analytic <= high + slack else "wrong"


def _compared_with_infinite(analytic: float, steepest: float) -> str:
    """A finite slope may be right all the same if no step is small enough to see it."""
    if isinf(analytic):
        return "infinite" if analytic * steepest > 0.0 else "wrong"
    return "unclear" if analytic / steepest > 0.1 else "wrong"


def _compared(analytic: float, best: Estimate, explained: float, tolerance: Tolerance) -> str:
    off = abs(analytic - best.value)
    if not isfinite(analytic):
        return "wrong"
    if tolerance.allows(analytic, best.value):
        return "ok" if off <= _SUSPICIOUS * explained else "inexact"
    if off > _NO_EVIDENCE * explained:
        return "wrong"
    # the tolerance asks for more than differences tell: that they tell no other number is enough, if
    # they tell it well
    return "ok" if explained <= ORDINARY.slack(best.value) else "unclear"
