"""A printed number: a text, which stands for every number that is rounded to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from math import inf, isfinite

from nn.byhand.rounding import decimal_of
from nn.number_text import read_number

__all__ = ["Printed"]

#: How far a float may be from the number it stands for, as a part of it: what many roundings leave.
_NOISE = 1e-14


@dataclass(frozen=True)
class Printed:
    """The text of a number.

    Attributes:
        text: the text; trailing zeros count. See `nn.number_text.read_number` for how it may be written.
        decimal_comma: whether a comma separates the decimals; what is obvious if None.

    >>> Printed("0.0830").unit, Printed("−1,3").number
    (Decimal('0.0001'), -1.3)
    """

    text: str
    decimal_comma: bool | None = None

    @cached_property
    def exact(self) -> Decimal:
        """The number that it says."""
        return read_number(self.text, self.decimal_comma).exact

    @property
    def number(self) -> float:
        """The same as a float."""
        return float(self.exact)

    @cached_property
    def unit(self) -> Decimal:
        """What one unit in its last digit is worth."""
        return Decimal(1).scaleb(int(self.exact.as_tuple().exponent))

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest number that it may stand for."""
        return float(self.exact - self.unit / 2), float(self.exact + self.unit / 2)

    @property
    def decimals(self) -> int:
        """How many decimals it has; fewer than 0 where its last digit is before the decimal point.

        >>> Printed("0.0830").decimals, Printed("1.3e3").decimals
        (4, -2)
        """
        return -int(self.exact.as_tuple().exponent)

    @property
    def digits(self) -> int:
        """How many significant digits it has.

        >>> Printed("0.0830").digits, Printed("-1.3").digits
        (3, 2)
        """
        return len(self.exact.as_tuple().digits)

    def cut_of(self, value: float) -> bool:
        """Whether it is that value cut at its own last digit, and not rounded.

        >>> Printed("0.1511").cut_of(0.15116), Printed("-0.2").cut_of(-0.29), Printed("0.2").cut_of(0.19)
        (True, True, False)
        """
        if not isfinite(value) or self.says(value):
            return False
        exact = Decimal(f"{value:.15g}")
        return abs(self.exact) <= abs(exact) < abs(self.exact) + self.unit and (
            not self.exact or (self.exact < 0) == (exact < 0)
        )

    def says(self, value: float) -> bool:
        """Whether it is that value rounded at its own last digit; a half may go either way.

        >>> Printed("0.12").says(0.125), Printed("0.13").says(0.125), Printed("0.120").says(0.125)
        (True, True, False)
        """
        return isfinite(value) and self.meets(value, value)

    def meets(self, low: float, high: float) -> bool:
        """Whether it is some value between two rounded."""
        slack = _NOISE * max(abs(low), abs(high))
        return self.ends[0] - slack <= high and low <= self.ends[1] + slack

    def half_to_even(self, value: float) -> bool | None:
        """Whether it is a half that went to the even digit; None if it does not tell.

        >>> [Printed(text).half_to_even(0.125) for text in ("0.12", "0.13", "0.125", "0.14")]
        [True, False, None, None]
        >>> Printed("0.14").half_to_even(0.135) is None  # away from zero as well
        True
        """
        if not isfinite(value) or abs(self.exact - (exact := decimal_of(value))) != self.unit / 2:
            return None
        is_even = int(self.exact / self.unit) % 2 == 0
        away = abs(self.exact) > abs(exact)
        return is_even if is_even != away else None

    def off(self, value: float) -> float:
        """How far the text is above a value, in units of its last digit.

        >>> Printed("0.0748").off(0.0746), Printed("12").off(10.5)
        (2.0, 1.5)
        """
        if not isfinite(value):
            return inf
        return float((self.exact - Decimal(repr(value))) / self.unit)

    def near(self, value: float) -> tuple[int, int]:
        """The first and the last text, in units, that is no farther from a value than this one.

        >>> Printed("0.75").near(0.743), Printed("0.75").near(0.752)
        ((74, 75), (75, 75))
        """
        own = int(self.exact / self.unit)
        if not isfinite(value):
            return own, own
        # as fractions, since a Decimal has 28 digits and a tiny value would be lost
        off = (Fraction(self.exact) - Fraction(repr(value))) / Fraction(self.unit)
        return (own - int(2 * off), own) if off > 0 else (own, own + int(-2 * off))

    def rounded(self, value: float) -> int:
        """A value rounded at this text's last digit, in units of that digit.

        >>> Printed("0.75").rounded(0.6789)
        68
        """
        return int((Decimal(repr(value)) / self.unit).to_integral_value(ROUND_HALF_UP))
