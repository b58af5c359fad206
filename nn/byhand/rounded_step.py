"""A step of training with a pocket calculator: rounded on the way, beside what is exact."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import whole
from autograd.tables import Table, decimal
from nn.byhand.rounding import Rounding
from nn.json_text import json_text
from nn.terminal import Tabular

if TYPE_CHECKING:
    from nn.byhand.lines import Sheet
    from nn.byhand.writing import WrittenStep

__all__ = ["Drift", "RoundedStep"]

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
    >>> drift = worked.load("urbain").rounded(4)["w5+"]
    >>> f"{drift.rounded} for {drift.exact:.6f} is {drift.units:.2f} units of 0.0001 off"
    '0.3589 for 0.358916 is -0.16 units of 0.0001 off'
    """

    symbol: str
    rounded: float
    exact: float
    apart: float
    units: float


class RoundedStep(Tabular):
    """A step of training in which each number is rounded before it is carried on.

    The given numbers are not rounded: they are taken as they stand.

    Args:
        step: the step as it is written by hand.
        digits: how many significant digits are kept, from 1 to 15.
        steps: which step; those before it are rounded as well.

    Attributes:
        rounding: the rounding.
        steps: which step.
        drifts: the numbers of the step by their symbols, in the order in which they are computed.
        error_after: the error after the update.

    Raises:
        ValueError: too few or too many digits, or fewer than one step.
        PencilError: the rounded numbers lead to where a formula has no value.

    >>> from nn import worked
    >>> drift = worked.load("urbain").rounded(3)["net_o1"]
    >>> drift.rounded, f"{drift.exact:.9f}", f"{drift.apart:.6f}", f"{drift.units:.2f}"
    (1.11, '1.105905967', '0.004094', '0.41')
    """

    def __init__(self, step: WrittenStep, digits: int, steps: int = 1) -> None:
        digits = whole("digits", digits, -sys.maxsize)
        if not 1 <= digits <= _MOST_DIGITS:
            raise ValueError(f"from 1 to {_MOST_DIGITS} digits can be kept, not {digits}")
        steps = whole("the number of steps", steps, 1)
        self.rounding, self.steps = Rounding(digits), steps
        sheet = step.sheet
        symbols = list(_shown(sheet))
        given, exactly = sheet.train(steps - 1, keep=self._keep), sheet.train(steps - 1)
        self.drifts = self._drifts(sheet.run(symbols, given, self._keep), sheet.run(symbols, exactly))
        (error,) = _of_kind(sheet, "error")
        after = sheet.run([error], sheet.train(1, given, self._keep), self._keep)
        self.error_after = self._drifts(after, sheet.run([error], sheet.train(1, exactly)))[error]

    def _keep(self, _: str, number: float) -> float:
        return self.rounding(number)

    def _drifts(self, rounded: Mapping[str, float], exact: Mapping[str, float]) -> dict[str, Drift]:
        return {symbol: self._drift(symbol, number, exact[symbol]) for symbol, number in rounded.items()}

    def _drift(self, symbol: str, rounded: float, exact: float) -> Drift:
        apart = rounded - exact
        unit = float(self.rounding.unit(rounded)) if isfinite(rounded) else nan
        return Drift(symbol, rounded, exact, apart, apart / unit)

    def __getitem__(self, symbol: str) -> Drift:
        """A number of the step.

        Raises:
            KeyError: there is none of that name.
        """
        if symbol not in self.drifts:
            raise KeyError(f"no {symbol!r} in this step")
        return self.drifts[symbol]

    def to_dict(self) -> dict[str, Any]:
        """The digits, the step, and all numbers with how far they have drifted, as plain data.

        >>> from nn import worked
        >>> found = worked.load("urbain").rounded(3).to_dict()
        >>> found["digits"], found["numbers"][0]["symbol"], found["numbers"][0]["rounded"]
        (3, 'net_h1', 0.378)
        """
        return {
            "digits": self.rounding.digits,
            "step": self.steps,
            "numbers": [drift._asdict() for drift in self.drifts.values()],
            "error_after": self.error_after._asdict(),
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text: null for a number that is not finite, which ``not_finite`` then has.

        >>> import json
        >>> from nn import worked
        >>> step = worked.load("urbain").rounded(3)
        >>> json.loads(step.to_json()) == step.to_dict()
        True
        """
        return json_text(self.to_dict())

    def records(self) -> list[dict[str, Any]]:
        """A dict for every number of the step, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> row = worked.load("urbain").rounded(3).records()[0]
        >>> list(row), row["symbol"], row["rounded"]
        (['symbol', 'rounded', 'exact', 'apart', 'units'], 'net_h1', 0.378)
        """
        return [drift._asdict() for drift in self.drifts.values()]

    def tables(self) -> list[Table]:
        """The step as a table: each number rounded, exact, and how far they are apart.

        >>> from nn import worked
        >>> (table,) = worked.load("urbain").rounded(3).tables()
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


def _shown(sheet: Sheet) -> Iterator[str]:
    """The numbers with a name that lead to the error, the gradients and the updates."""
    ends = [symbol for kind in ("error", "gradient", "update") for symbol in _of_kind(sheet, kind)]
    needed = {line.symbol for end in ends for line in sheet.above(end)}
    # of a sum with one term, the term is not worth a line of its own
    sums = [line for line in sheet.lines.values() if line.kind in {"error", "back"}]
    alone = {line.needs[0] for line in sums if line.formula == line.needs[0]}
    for line in sheet.lines.values():
        if line.symbol in needed - alone and line.kind not in {"", "factor"}:
            yield line.symbol


def _of_kind(sheet: Sheet, kind: str) -> list[str]:
    return [line.symbol for line in sheet.lines.values() if line.kind == kind]
