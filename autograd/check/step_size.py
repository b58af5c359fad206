"""How good a difference is, by its step: too large, it sees the curve; too small, only rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from math import isnan, nan
from typing import Any, NamedTuple

from autograd.arguments import items, positive
from autograd.check.evaluation import Evaluated
from autograd.errors import ArgumentValueError, AutogradError

__all__ = ["ErrorOverEps", "StepError", "error_over_eps"]

#: From 1 to 1e-15, two for each power of ten.
STEPS = tuple(10.0 ** (-half / 2.0) for half in range(31))


class StepError(NamedTuple):
    """How far off differences with one step are.

    Attributes:
        eps: the step.
        central: the error of ``(f(x + eps) - f(x - eps)) / (2 eps)``; NaN where that leaves the domain.
        forward: the error of ``(f(x + eps) - f(x)) / eps``, likewise.

    >>> error_over_eps(lambda x: x * x, 1.0, [0.5])[0]
    StepError(eps=0.5, central=0.0, forward=0.5)
    """

    eps: float
    central: float
    forward: float


class ErrorOverEps(tuple[StepError, ...]):
    """The errors over a range of steps: a tuple of `StepError`, a table to print, and a picture.

    >>> errors = error_over_eps(lambda x: x * x, 1.0, [0.5, 0.25])
    >>> [each.forward for each in errors]
    [0.5, 0.25]
    >>> print(errors)
         eps   central   forward
     5.0e-01   0.0e+00   5.0e-01
     2.5e-01   0.0e+00   2.5e-01
    """

    __slots__ = ()

    @property
    def best(self) -> StepError:
        """The step at which the central difference is best.

        Raises:
            ArgumentValueError: there is none that stays within the domain.

        >>> error_over_eps(lambda x: x * x * x, 1.0, [1e-1, 1e-5, 1e-9]).best.eps
        1e-05
        """
        inside = [each for each in self if not isnan(each.central)]
        if not inside:
            raise ArgumentValueError("no step stays within the function's domain on both sides")
        return min(inside, key=lambda each: each.central)

    def __str__(self) -> str:
        rows = [f"{each.eps:8.1e}  {each.central:8.1e}  {each.forward:8.1e}" for each in self]
        return "\n".join(["     eps   central   forward", *rows])

    def svg(self) -> str:
        """The errors over the steps, both logarithmic, as an SVG element.

        Raises:
            AutogradError: matplotlib is not installed, which draws it.

        >>> error_over_eps(lambda x: x * x * x, 1.0).svg()[:4]
        '<svg'
        """
        try:
            import matplotlib
            from matplotlib.figure import Figure
        except ImportError:
            raise AutogradError(
                "the picture is drawn by matplotlib, which is not installed: "
                "pip install 'scalar-autograd[plot]'; the numbers are there without it"
            ) from None
        # the same picture has the same ids each time, and its text stays text
        with matplotlib.rc_context({"svg.hashsalt": "autograd", "svg.fonttype": "none"}):
            figure = Figure(figsize=(6.4, 4.0), layout="constrained")
            axes = figure.subplots()
            axes.set(xscale="log", yscale="log")
            for label in ("central", "forward"):
                errors = [(each.eps, getattr(each, label)) for each in self]
                # where a difference has no error, or leaves the domain, there is nothing to draw
                drawn = [(eps, error) for eps, error in errors if error > 0.0]
                axes.plot(*zip(*drawn, strict=True) if drawn else ([], []), marker=".", label=label)
            axes.set_xlabel("eps")
            axes.set_ylabel("error of the difference")
            axes.grid(alpha=0.3)
            axes.legend(loc="upper center")
            file = StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
        text = file.getvalue()
        return text[text.index("<svg") :]

    def _repr_svg_(self) -> str:
        return self.svg()


def error_over_eps(f: Callable[..., Any], inputs: Any, eps: Sequence[float] = STEPS) -> ErrorOverEps:
    """How far differences are from the derivatives that the graph records, over a range of steps.

    With a large step the error is that of the method, which falls as eps² (central) or eps (forward);
    with a small one it is rounding, which grows as 1/eps: a V, the tip of which is the best step.

    Args:
        f: see `gradcheck`.
        inputs: likewise.
        eps: the steps.

    Returns:
        For each step the largest error over all results and inputs.

    Raises:
        ArgumentTypeError: as `gradcheck`; and ``eps`` is no list of real numbers.
        ArgumentValueError: as `gradcheck`; and a step is not positive.

    >>> errors = error_over_eps(lambda x: x * x * x, 1.0, [1e-1, 1e-5, 1e-9])
    >>> print(errors)
         eps   central   forward
     1.0e-01   1.0e-02   3.1e-01
     1.0e-05   9.7e-11   3.0e-05
     1.0e-09   8.2e-08   2.5e-07
    >>> errors.best.eps
    1e-05
    """
    steps = [positive(f"eps[{index}]", step) for index, step in enumerate(items("eps", eps))]
    evaluated = Evaluated(f, inputs)
    results = evaluated()
    slopes = results.derivatives(evaluated.inputs)
    errors = []
    for step in steps:
        central, forward = [0.0], [0.0]
        for leaf, column in zip(evaluated.inputs, zip(*slopes, strict=True), strict=True):
            beside = partial(evaluated.beside, leaf, len(column))
            above, below = beside(leaf.data + step), beside(leaf.data - step)
            central.append(_largest_error(column, above, below, 2.0 * step))
            forward.append(_largest_error(column, above, results.numbers, step))
        errors.append(StepError(step, _worst(central), _worst(forward)))
    return ErrorOverEps(errors)


def _largest_error(
    slopes: Iterable[float], above: list[float] | None, below: list[float] | None, width: float
) -> float:
    if above is None or below is None:
        return nan
    return _worst(
        [
            abs((high - low) / width - slope)
            for slope, high, low in zip(slopes, above, below, strict=True)
        ]
    )


def _worst(errors: list[float]) -> float:
    """The largest, NaN if one is."""
    return nan if any(map(isnan, errors)) else max(errors)
