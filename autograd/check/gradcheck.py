"""gradcheck and gradgradcheck: the derivatives that a graph records beside those by differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial, wraps
from typing import Any, Literal, TypedDict, Unpack, overload

from autograd.arguments import flag, non_negative, positive
from autograd.backward import gradients
from autograd.check.blame import localised
from autograd.check.differences import Differences
from autograd.check.error_bounds import rounding_of_derivatives, rounding_of_value
from autograd.check.evaluation import Evaluated, Results, WithGradient, results_of
from autograd.check.report import Checked, GradcheckError, GradcheckReport
from autograd.check.verdict import UNSUSPICIOUS, Tolerance, judged
from autograd.errors import ArgumentValueError
from autograd.pytree import leaves, mapped
from autograd.value import Value

__all__ = ["gradcheck", "gradgradcheck"]


class Options(TypedDict, total=False):
    """What both checks take by name."""

    eps: float
    atol: float
    rtol: float
    raise_exception: bool


@overload
def gradcheck(
    f: Callable[..., Any],
    inputs: Any,
    *,
    gradient: Callable[..., Any] | None = ...,
    report: Literal[True],
    **options: Unpack[Options],
) -> GradcheckReport: ...
@overload
def gradcheck(
    f: Callable[..., Any],
    inputs: Any,
    *,
    gradient: Callable[..., Any] | None = ...,
    report: bool = ...,
    **options: Unpack[Options],
) -> bool: ...
def gradcheck(
    f: Callable[..., Any],
    inputs: Any,
    *,
    gradient: Callable[..., Any] | None = None,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    report: bool = False,
) -> bool | GradcheckReport:
    """Whether the derivatives of ``f`` are those that differences give; PyTorch's ``gradcheck``.

    A derivative passes if the central difference with the step ``eps`` is close to it:
    ``|analytic - numeric| <= atol + rtol * |numeric|``, and no far smaller step gives another number.
    Else the difference may be what is wrong, and a close look decides: steps scaled to the input are
    extrapolated to 0, on one side only where the other is outside the domain; slopes that differ on the
    two sides are a kink, where any slope between them passes; slopes that grow without bound are
    infinite, and the derivative has to be.

    For a strict check give ``atol=0.0, rtol=1e-6``. Where that asks for more than differences tell, as
    where the slope is 0, a derivative passes if it is no further off than rounding and extrapolation
    explain, and they explain no more than the tolerances by default.

    Leaves among the inputs are moved in place and put back, and so is their ``grad``, whatever is
    raised. ``f`` is called at points beside the inputs; where an operation in it raises there, being
    outside its domain, it is asked elsewhere.

    Args:
        f: a function of scalars and of nested lists, tuples and dicts of scalars, with results alike.
        inputs: a tuple of its arguments, or its only one. To check a model, give its parameters, and a
            function that uses the model.
        gradient: a function of yours to be checked instead of what the graph records: of the same
            arguments, it returns a number for each of them, nested alike. Then ``f`` and ``gradient``
            are called with plain numbers (leaves among the inputs stay leaves), so they may use
            `math`, and ``f`` has a single number as its result.
        eps: the step.
        atol: how far a derivative may always be off.
        rtol: how far it may be off relatively.
        raise_exception: False to return False where the check fails.
        report: True to look closely at every derivative, and to return what was found.

    Returns:
        True, or False without ``raise_exception``; with ``report``, a `GradcheckReport`, passed or not.

    Raises:
        GradcheckError: a derivative is wrong, or two runs at the same point differ. It names the first
            operation whose own derivative is wrong.
        ArgumentTypeError: an argument is not of its kind, or ``f`` returns something else than numbers.
        ArgumentValueError: an input is not finite or is the result of an operation, ``eps`` is not
            positive, a tolerance is negative, or what ``gradient`` returned is nested otherwise.
        Exception: what ``f`` raises at the inputs themselves.

    >>> import autograd
    >>> gradcheck(lambda x, y: autograd.sin(x) * y, (0.5, 2.0))
    True
    >>> import math
    >>> gradcheck(lambda x: math.exp(2.0 * x), 0.5, gradient=lambda x: 2.0 * math.exp(2.0 * x))
    True
    >>> gradcheck(lambda x: x * x + 1e-4 * x.data, 0.5, raise_exception=False, atol=0.0, rtol=1e-6)
    False
    >>> print(gradcheck(lambda x: abs(x) + x, 0.0, report=True))
    input  at  analytic  numeric      ±  off/±  verdict
    x       0         1        1  4e-16         kink 0 | 2
    """
    tolerance = _tolerance(eps, atol, rtol)
    raise_exception, closely = flag("raise_exception", raise_exception), flag("report", report)
    evaluated = Evaluated(f, inputs) if gradient is None else WithGradient(f, inputs, gradient)
    found = _checked(evaluated, tolerance, closely)
    if closely:
        return found
    if not found and raise_exception:
        raise GradcheckError(f"{found.summary()}\n{found.table()}", report=found)
    return found.passed


def _tolerance(eps: float, atol: float, rtol: float) -> Tolerance:
    return Tolerance(positive("eps", eps), non_negative("atol", atol), non_negative("rtol", rtol))


def _checked(evaluated: Evaluated, tolerance: Tolerance, closely: bool) -> GradcheckReport:
    """The report; unless it looks closely, without the derivatives that a plain difference settles."""
    results = evaluated()
    slopes = evaluated.derivatives(results)
    count = len(results.scalars) * len(evaluated.inputs)
    again = evaluated()
    differing = _differing(evaluated, (results, slopes), (again, evaluated.derivatives(again)))
    if differing:
        return GradcheckReport((), count, differing)
    is_given = isinstance(evaluated, WithGradient)
    rows = []
    suspicious: dict[bool, list[Value]] = {True: [], False: []}  # by whether they pass all the same
    noise_of, slack_of = cache(_noise), cache(_slack)  # by result, since every input asks for it
    columns = zip(*slopes, strict=True)
    for leaf, name, column in zip(evaluated.inputs, evaluated.names, columns, strict=True):
        beside = cache(partial(evaluated.beside, leaf, len(results.scalars)))
        for index, (result, analytic) in enumerate(zip(results.scalars, column, strict=True)):
            around = Differences(partial(_component, beside, index), leaf.data)
            if not closely and _is_settled(around, analytic, tolerance, partial(noise_of, result)):
                continue
            around.noise = noise_of(result)
            slack = slack_of(result).get(leaf, 0.0)
            judgement = judged(around, analytic, slack, tolerance)
            rows.append(Checked(results.names[index], name, leaf.data, judgement))
            if isinstance(result, Value) and judgement.verdict not in UNSUSPICIOUS and not is_given:
                suspicious[judgement.passed].append(result)
    evaluated()  # once more at the point itself, so that a model's record of its last call is of there
    fault, special = localised(suspicious[False] or suspicious[True], tolerance.rtol)
    return GradcheckReport(tuple(rows), count, fault=fault, special=special, is_given=is_given)


def _is_settled(
    around: Differences, analytic: float, tolerance: Tolerance, noise: Callable[[], float]
) -> bool:
    """Whether plain differences are close to a derivative: one with the step, and two far finer ones.

    Of a function that wriggles between the ends of a step, the one alone has the mean slope there.
    """
    plain = around.plain(tolerance.eps)
    if plain is None or not tolerance.allows(analytic, plain):
        return False
    for step in (1e-3 * tolerance.eps, 1e-5 * tolerance.eps):
        if around.deviation(plain, step) <= tolerance.slack(plain):
            continue
        around.noise = noise()
        if around.deviation(plain, step) > tolerance.slack(plain):
            return False
    return True


def _noise(result: Value | float) -> float:
    """What rounding may do to a result."""
    return rounding_of_value(result) if isinstance(result, Value) else 0.0


def _slack(result: Value | float) -> dict[Value, float]:
    """What rounding may do to its derivatives."""
    return rounding_of_derivatives(result) if isinstance(result, Value) else {}


def _component(beside: Callable[[float], list[float] | None], index: int, x: float) -> float | None:
    numbers = beside(x)
    return None if numbers is None else numbers[index]


def _differing(
    evaluated: Evaluated,
    first: tuple[Results, list[list[float]]],
    second: tuple[Results, list[list[float]]],
) -> tuple[str, ...]:
    """The results and derivatives that are not the same to the bit in two runs."""
    if first[0].names != second[0].names:
        return ("the results' shape",)
    values = zip(first[0].names, first[0].numbers, second[0].numbers, strict=True)
    slopes = (
        (f"∂{result}/∂{name}", a, b)
        for result, row, other in zip(first[0].names, first[1], second[1], strict=True)
        for name, a, b in zip(evaluated.names, row, other, strict=True)
    )
    return tuple(name for name, a, b in (*values, *slopes) if a.hex() != b.hex())


@overload
def gradgradcheck(
    f: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = ...,
    *,
    report: Literal[True],
    **options: Unpack[Options],
) -> GradcheckReport: ...
@overload
def gradgradcheck(
    f: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = ...,
    *,
    report: bool = ...,
    **options: Unpack[Options],
) -> bool: ...
def gradgradcheck(
    f: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    report: bool = False,
    **options: Unpack[Options],
) -> bool | GradcheckReport:
    """Whether the second derivatives of ``f`` are those that differences of the first give.

    It is `gradcheck` of the gradient of ``f``, as a graph records it.

    Args:
        f: see `gradcheck`.
        inputs: likewise.
        grad_outputs: None to check the gradient of every result; or one number per result, nested as
            the results are, to check the gradient of their sum with these weights, by the weights too.
        report: see `gradcheck`.
        options: ``eps``, ``atol``, ``rtol`` and ``raise_exception``, see `gradcheck`.

    Returns:
        As `gradcheck`.

    Raises:
        GradcheckError: a second derivative is wrong.
        ArgumentTypeError: as `gradcheck`.
        ArgumentValueError: as `gradcheck`; and ``grad_outputs`` are not as many as the results.

    >>> gradgradcheck(lambda x, y: x**3 * y, (0.5, 2.0))
    True
    """
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    names = Evaluated(f, arguments).names
    weights = () if grad_outputs is None else (mapped(_weight, grad_outputs),)

    @wraps(f)
    def gradient(*given: Any) -> list[Value]:
        variables = leaves(given[: len(arguments)])
        results = results_of(f(*given[: len(arguments)]))
        if weights:
            results = _weighted(results, leaves(given[len(arguments) :]))
        return [
            (+slope).named(f"∂{result}/∂{name}")
            for result, scalar in zip(results.names, results.scalars, strict=True)
            for slope, name in zip(_recorded(scalar, variables), names, strict=True)
        ]

    return gradcheck(gradient, (*arguments, *weights), report=report, **options)


def _weight(given: Any) -> Value:
    return given if isinstance(given, Value) else Value(given, "weight")


def _weighted(results: Results, weights: Sequence[Value]) -> Results:
    if len(weights) != len(results.scalars):
        raise ArgumentValueError(
            f"grad_outputs must have as many scalars as there are results, {len(results.scalars)}, "
            f"got {len(weights)}",
            operands=weights,
        )
    products = zip(weights, results.scalars, strict=True)
    return Results(["f"], [sum((weight * scalar for weight, scalar in products), Value(0.0))])


def _recorded(result: Value | float, variables: Sequence[Value]) -> list[Value]:
    """The derivative of a result by each variable, as nodes."""
    found = gradients(result, create_graph=True) if isinstance(result, Value) else {}
    return [found.get(variable, Value(0.0)) for variable in variables]
