"""How close to a number an answer has to be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from autograd.arguments import choice, whole
from autograd.errors import ArgumentValueError
from nn.byhand.rounding import Rounding, decimal_of

__all__ = ["ROUNDINGS", "Tolerance"]

#: How an answer may be brought to its digits.
ROUNDINGS = ("either", "rounded", "cut")
_MOST_DIGITS = 15
#: What binary arithmetic adds, as a part of a number.
_NOISE = Decimal("1e-14")


@dataclass(frozen=True)
class Tolerance:
    """To how many digits an answer has to be right, rounded or cut. More digits do no harm.

    Args:
        digits: significant digits; three if neither they nor decimals are given.
        decimals: digits after the decimal point, in the place of significant ones.
        rounding: "rounded", "cut", or "either".

    Raises:
        ValueError: digits and decimals are both given, one is too few or too many, or there is no such
            rounding.
        TypeError: an argument is not of its kind.

    >>> three = Tolerance()
    >>> [three.accepts(Decimal(text), 0.59327) for text in ("0.593", "0.59", "0.5935", "0.594")]
    [True, False, True, False]
    >>> cut = Tolerance(decimals=2, rounding="cut")
    >>> cut.accepts(Decimal("1.23"), 1.2399), cut.accepts(Decimal("1.24"), 1.2399)
    (True, False)
    >>> [three.accepts(Decimal(text), 0.9996) for text in ("1.00", "0.999", "0.990")]
    [True, True, False]
    """

    digits: int | None = None
    decimals: int | None = None
    rounding: str = "either"

    def __post_init__(self) -> None:
        if self.digits is not None and self.decimals is not None:
            raise ArgumentValueError("digits or decimals: just one of them is expected")
        for what, count, least in (("digits", self.digits, 1), ("decimals", self.decimals, 0)):
            if count is not None and whole(what, count, least) > _MOST_DIGITS:
                raise ArgumentValueError(f"{what} must be at most {_MOST_DIGITS}, got {count}")
        choice("rounding", self.rounding, ROUNDINGS)

    def unit(self, value: float) -> Decimal:
        """What one unit in the last digit that is asked for is worth.

        >>> Tolerance(digits=2).unit(0.0123), Tolerance(decimals=2).unit(0.0123)
        (Decimal('0.001'), Decimal('0.01'))
        """
        if self.decimals is not None:
            return Decimal(1).scaleb(-self.decimals)
        return Rounding(self.digits or 3).unit(Rounding(self.digits or 3)(value))

    def accepts(self, given: Decimal, value: float) -> bool:
        """Whether an answer is close enough to a number.

        Args:
            given: the answer.
            value: the number.
        """
        if not isfinite(value):
            return False
        right = decimal_of(value)
        if self.rounding != "cut":
            unit = self.unit(value)
            if abs(given - right) <= unit / 2 + self._slack(right, unit):
                return True
        if self.rounding == "rounded":
            return False
        # 0.9996 rounded has its last digit one place before that of 0.9996 cut
        unit = self.unit(value) if self.decimals is not None else Rounding(self.digits or 3).unit(value)
        cut = abs(right) - abs(given)
        return -self._slack(right, unit) <= cut < unit and (not given or (given < 0) == (right < 0))

    @staticmethod
    def _slack(right: Decimal, unit: Decimal) -> Decimal:
        """What binary arithmetic may have added: half a digit at most, where a float has no more."""
        return min(abs(right) * _NOISE, unit / 2)

    def __str__(self) -> str:
        if self.decimals is not None:
            return f"{self.decimals} decimal{'' if self.decimals == 1 else 's'}"
        digits = self.digits or 3
        return f"{digits} significant digit{'' if digits == 1 else 's'}"
