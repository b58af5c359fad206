"""A function's gradient, checked everywhere on a domain."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import hypothesis
from hypothesis import strategies as st

from autograd.arguments import function, instance, number_of, wrong_kind
from autograd.atomic import run, setting
from autograd.backward import topological_order
from autograd.check import GradcheckError, gradcheck
from autograd.check.evaluation import Evaluated
from autograd.strategies.arguments import margin
from autograd.strategies.domains import kink_distance
from autograd.strategies.landmarks import places_to_look_at
from autograd.strategies.numbers import between
from autograd.value import Value

__all__ = ["Domain", "gradcheck_everywhere"]

#: An interval, its ends included, or whatever is to be drawn.
Domain = tuple[float, float] | st.SearchStrategy[Any]

_UNTOLD = 25  # points without an answer, and without any other, after which there is none to expect
_BESIDE = (-0.0297, -0.0011, 0.0013, 0.0371)  # steps to leave a kink by


def gradcheck_everywhere(
    f: Callable[..., Any],
    *domains: Domain,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    kink_margin: float | None = 1e-6,
    settings: hypothesis.settings | None = None,
) -> None:
    """Check the gradient of ``f`` at points of a domain that Hypothesis picks; see `autograd.gradcheck`.

    First the points where ``f`` may do something else are looked at: constants of its code and its
    graph, numbers that it compares nodes with, and both sides of where it records other operations. Then
    Hypothesis searches, and a point at which a derivative is wrong is made as simple as it can be. Where
    differences cannot tell, as at a jump, nothing is reported, unless they can nowhere.

    Args:
        f: a function of numbers, or of whatever is drawn for it, as `autograd.gradcheck` takes it.
        domains: for each argument an interval ``(low, high)``, or a strategy.
        eps: see `autograd.gradcheck`.
        atol: likewise.
        rtol: likewise.
        kink_margin: how close to its kink, see `operands`, an operation may be without a report, if
            there is nothing to report beside it: differences may step across a kink, and a product of
            subgradients need not be one. None to have all reported.
        settings: how Hypothesis searches; if None its current profile, without a deadline. Without its
            phase ``explicit`` there is nothing but the search.

    Raises:
        GradcheckError: a derivative is wrong, and Hypothesis notes where; or differences can tell at no
            point whether one is.
        ArgumentTypeError: a domain is neither of the two, or an argument not of its kind.
        ArgumentValueError: an interval is empty, or the margin less than 0, infinite or NaN.
        Exception: what ``f`` raises somewhere on the domain.

    >>> import autograd
    >>> gradcheck_everywhere(lambda x, y: x * autograd.log(y), (-10.0, 10.0), (0.5, 2.0))
    >>> try:
    ...     gradcheck_everywhere(lambda x: x * x.data, (-10.0, 10.0))
    ... except autograd.GradcheckError as error:
    ...     print(error.report.summary().splitlines()[0])
    1 of 1 derivatives wrong: differences give another number
    """
    function("f", f)
    kink_margin = margin("kink_margin", kink_margin)
    if settings is None:
        settings = hypothesis.settings(deadline=None, database=None, report_multiple_bugs=False)
    instance("settings", settings, hypothesis.settings, "hypothesis.settings(…)")

    untold: list[GradcheckError] = []
    told = 0

    @hypothesis.settings(settings, report_multiple_bugs=False)
    @hypothesis.given(f=st.just(f), inputs=st.tuples(*map(_drawn, domains)))
    def check(f: Callable[..., Any], inputs: tuple[Any, ...]) -> None:
        nonlocal told
        if not told and len(untold) >= _UNTOLD:
            return
        try:
            gradcheck(f, inputs, eps=eps, atol=atol, rtol=rtol)
        except GradcheckError as error:
            near = kink_margin is not None and _kink(f, inputs) <= kink_margin
            if _tells(error) and not (near and not _fails_beside(f, inputs, eps, atol, rtol)):
                raise
            untold.append(error)
        else:
            told += 1

    intervals = [ends for domain in domains if (ends := _interval(domain)) is not None]
    if hypothesis.Phase.explicit in settings.phases and len(intervals) == len(domains):
        for place in reversed(places_to_look_at(f, intervals)[: settings.max_examples]):
            check = hypothesis.example(f=f, inputs=place)(check)
    check()
    if untold and not told:
        raise GradcheckError(
            f"at none of {len(untold)} points differences tell whether the derivatives are right; "
            f"at the first:\n{untold[0]}",
            report=untold[0].report,
        )


def _drawn(domain: Domain) -> st.SearchStrategy[Any]:
    match domain:
        case st.SearchStrategy():
            return domain
        case (low, high):
            return between(low, high)
        case _:
            raise wrong_kind("a domain", "an interval (low, high) or a strategy", domain)


def _interval(domain: Domain) -> tuple[float, float] | None:
    """The ends of an interval; None for a strategy."""
    return None if isinstance(domain, st.SearchStrategy) else (float(domain[0]), float(domain[1]))


def _tells(error: GradcheckError) -> bool:
    """Whether it is the derivatives that are wrong, and not the differences."""
    verdicts = {row.judgement.verdict for row in error.report.failures}
    return bool(error.report.differing) or "wrong" in verdicts


def _fails_beside(
    f: Callable[..., Any], inputs: tuple[Any, ...], eps: float, atol: float, rtol: float
) -> bool:
    """Whether the derivatives are also wrong at points so far away that a kink would be left behind.

    A node may be on its kink wherever the inputs are, as in abs(x - x): that excuses nothing.
    """
    evaluated = Evaluated(f, inputs)
    put_back = setting([(leaf, "_data", leaf.data) for leaf in evaluated.inputs])
    try:
        verdicts = _verdicts_beside(f, evaluated, eps, atol, rtol)
    finally:
        run(put_back)
    return bool(verdicts) and all(verdicts)


def _verdicts_beside(
    f: Callable[..., Any], evaluated: Evaluated, eps: float, atol: float, rtol: float
) -> list[bool]:
    before = [leaf.data for leaf in evaluated.inputs]
    verdicts = []
    for step in _BESIDE:
        for index, (leaf, x) in enumerate(zip(evaluated.inputs, before, strict=True), 1):
            leaf.data = x + step * max(abs(x), 1.0) / index**0.5  # in no direction of its own
        try:
            gradcheck(f, evaluated.arguments, eps=eps, atol=atol, rtol=rtol)
            verdicts.append(False)
        except GradcheckError as error:
            verdicts.append(_tells(error))
        except Exception:  # outside of the function's domain, or of what it was made for
            continue
    return verdicts


def _kink(f: Callable[..., Any], inputs: tuple[Any, ...]) -> float:
    """How close to its kink the closest operation is."""
    results = [each for each in Evaluated(f, inputs)().scalars if isinstance(each, Value)]
    distances = (
        kink_distance(node.operation, [number_of(operand) for operand in node.operands])
        for result in results
        for node in topological_order(result)
        if node.operation is not None
    )
    return min(distances, default=inf)
