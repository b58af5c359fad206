"""A step of training with a pocket calculator: rounded on the way, beside what is exact."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import whole, wrong_value
from autograd.errors import UnknownNameError
from autograd.tables import Table, decimal
from nn.byhand.calculation import HandCalculation, by_hand
from nn.byhand.rounding import Rounding
from nn.json_text import AsJson
from nn.terminal import Tabular

if TYPE_CHECKING:
    from nn.notation import Notation
    from nn.worked import FormulaExample, WorkedExample

__all__ = ["Drift", "RoundedStep", "rounded"]

#: More digits than this a double has not.
_MOST_DIGITS = 15


class Drift(NamedTuple):
    """A number of the step, and how far rounding has carried it away.

    Attributes:
        symbol: what it is called.
        rounded: what it is if every number before it was rounded, and it is too.
        exact: what it is if nothing was.
        apart: the difference, rounded less exact.
        units: the same in units of the last digit that is kept of ``rounded``.

    >>> from nn import worked
    >>> drift = rounded(worked.load("urbain"), 4)["w5+"]
    >>> f"{drift.rounded} for {drift.exact:.6f} is {drift.units:.2f} units of 0.0001 off"
    '0.3589 for 0.358916 is -0.16 units of 0.0001 off'
    """

    symbol: str
    rounded: float
    exact: float
    apart: float
    units: float


class RoundedStep(AsJson, Tabular):
    """A step of training in which each number is rounded before it is carried on.

    The given numbers are not rounded: they are taken as they stand.

    Args:
        step: the step as it is calculated by hand.
        digits: how many significant digits are kept, from 1 to 15.
        steps: which step; those before it are rounded as well.

    Attributes:
        rounding: the rounding.
        steps: which step.
        drifts: the numbers of the step by their symbols, in the order in which they are computed.
        error_after: the error after the update.

    Raises:
        ValueError: too few or too many digits, or fewer than one step.
        LineError: the rounded numbers lead to where a formula has no value.

    >>> from nn import worked
    >>> drift = rounded(worked.load("urbain"), 3)["net_o1"]
    >>> drift.rounded, f"{drift.exact:.9f}", f"{drift.apart:.6f}", f"{drift.units:.2f}"
    (1.11, '1.105905967', '0.004094', '0.41')
    """

    def __init__(self, step: HandCalculation, digits: int, steps: int = 1) -> None:
        digits = whole("digits", digits, -sys.maxsize)
        if not 1 <= digits <= _MOST_DIGITS:
            raise wrong_value("digits", f"from 1 to {_MOST_DIGITS}", digits)
        steps = whole("the number of steps", steps, 1)
        self.rounding, self.steps = Rounding(digits), steps
        program, error = step.program, step.error
        symbols = list(_shown(step))
        given, exactly = program.train(steps - 1, keep=self._keep), program.train(steps - 1)
        self.drifts = self._drifts(
            program.run(symbols, given, self._keep), program.run(symbols, exactly)
        )
        after = program.run([error], program.train(1, given, self._keep), self._keep)
        self.error_after = self._drifts(after, program.run([error], program.train(1, exactly)))[error]

    def _keep(self, _: str, number: float) -> float:
        return self.rounding(number)

    def _drifts(self, rounded: Mapping[str, float], exact: Mapping[str, float]) -> dict[str, Drift]:
        return {symbol: self._drift(symbol, number, exact[symbol]) for symbol, number in rounded.items()}

    def _drift(self, symbol: str, rounded: float, exact: float) -> Drift:
        apart = rounded - exact
        if not isfinite(rounded):
            return Drift(symbol, rounded, exact, apart, nan)
        unit = self.rounding.unit(rounded)
        # of the least numbers, the unit is too small for a float
        units = apart / float(unit) if float(unit) else float(Decimal(apart) / unit)
        return Drift(symbol, rounded, exact, apart, units)

    def __getitem__(self, symbol: str) -> Drift:
        """A number of the step.

        Raises:
            KeyError: there is none of that name.
        """
        if symbol not in self.drifts:
            raise UnknownNameError(f"no {symbol!r} in this step")
        return self.drifts[symbol]

    def to_dict(self) -> dict[str, Any]:
        """The digits, the step, and all numbers with how far they have drifted, as plain data.

        >>> from nn import worked
        >>> found = rounded(worked.load("urbain"), 3).to_dict()
        >>> found["digits"], found["numbers"][0]["symbol"], found["numbers"][0]["rounded"]
        (3, 'net_h1', 0.378)
        """
        return {
            "digits": self.rounding.digits,
            "step": self.steps,
            "numbers": [drift._asdict() for drift in self.drifts.values()],
            "error_after": self.error_after._asdict(),
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for every number of the step, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> row = rounded(worked.load("urbain"), 3).records()[0]
        >>> list(row), row["symbol"], row["rounded"]
        (['symbol', 'rounded', 'exact', 'apart', 'units'], 'net_h1', 0.378)
        """
        return [drift._asdict() for drift in self.drifts.values()]

    def tables(self) -> list[Table]:
        """The step as a table: each number rounded, exact, and how far they are apart.

        >>> from nn import worked
        >>> (table,) = rounded(worked.load("urbain"), 3).tables()
        >>> table.rows[0].cells
        ('net_h1', '0.378', '0.3775', '0.0005', '+0.5')
        """
        table = Table(
            f"Each number rounded to {self.rounding}",
            ["number", "rounded", "exact", "apart", "in last digits"],
            "lrrrr",
        )
        after = self.error_after._replace(symbol=f"{self.error_after.symbol} after the update")
        for drift in (*self.drifts.values(), after):
            table.add(
                drift.symbol,
                self.rounding.text(drift.rounded),
                decimal(drift.exact),
                decimal(drift.apart, 2),
                f"{drift.units:+z.1f}",
            )
        return [table]


def rounded(
    example: WorkedExample | FormulaExample,
    digits: int,
    steps: int = 1,
    *,
    update_biases: bool | None = None,
    notation: Notation | str | None = None,
) -> RoundedStep:
    """A step of a worked example with each number rounded before it is carried on.

    Args:
        example: the worked example, of a network or of formulas.
        digits: how many significant digits are kept, from 1 to 15.
        steps: which step; those before it are rounded as well.
        update_biases: of a network, whether the biases are updated too; as the example says if None.
        notation: of a network, how to name everything, if not as the example does.

    Raises:
        ValueError: too few or too many digits, fewer than one step, an unknown notation, or formulas
            with a notation.
        TypeError: an argument is not of its kind.
        LineError: the rounded numbers lead to where a formula has no value.

    >>> from nn import worked
    >>> drift = rounded(worked.load("urbain"), 4)["w5+"]
    >>> drift.rounded, round(drift.exact, 9)
    (0.3589, 0.35891648)
    """
    return RoundedStep(by_hand(example, update_biases=update_biases, notation=notation), digits, steps)


def _shown(step: HandCalculation) -> Iterator[str]:
    """The numbers that lead to the error, the gradients of the parameters, and the updates."""
    program = step.program
    parameters = {"weight", "bias"}
    ends = [
        step.error,
        *(
            line.symbol
            for line in step.of_kind("gradient")
            if step.role(line.below) in parameters or line.below in program.updates
        ),
        *(line.symbol for line in step.of_kind("update")),
    ]
    needed = {line.symbol for line in program.above(*ends)}
    yield from (symbol for symbol in program.lines if symbol in needed)
