"""Rounding as it is done on paper, in decimals: a half away from zero, or as programs do, to even."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import isfinite

__all__ = ["Rounding", "decimal_of"]


def decimal_of(number: float) -> Decimal:
    """A finite number as a calculator shows it: what binary arithmetic adds after 15 digits is left out.

    >>> decimal_of(0.1 + 0.2), decimal_of(-0.038098237 * 0.5)
    (Decimal('0.3'), Decimal('-0.0190491185'))
    """
    return Decimal(f"{number:.15g}")


@dataclass(frozen=True)
class Rounding:
    """Rounding to some digits.

    Attributes:
        digits: how many.
        significant: whether they count from the first that is not 0, or from the decimal point.
        half_to_even: whether a half goes to the even digit, and not away from zero.

    >>> Rounding(4)(0.00123456), Rounding(4, significant=False)(-0.00125), Rounding(2)(0.0)
    (0.001235, -0.0013, 0.0)
    >>> Rounding(2, half_to_even=True)(0.125), Rounding(2)(0.125)
    (0.12, 0.13)
    >>> str(Rounding(4)), str(Rounding(9, significant=False))
    ('4 digits', '9 decimals')
    """

    digits: int
    significant: bool = True
    half_to_even: bool = False

    def __call__(self, number: float) -> float:
        """The rounded number; infinities and NaN as they are."""
        if not isfinite(number):
            return number
        exact, unit = decimal_of(number), self.unit(number)
        if int(exact.as_tuple().exponent) >= unit.adjusted():
            return float(exact)  # zeros that quantize would add may be too many for a Decimal
        return float(exact.quantize(unit, ROUND_HALF_EVEN if self.half_to_even else ROUND_HALF_UP))

    def unit(self, number: float) -> Decimal:
        """What one unit in the last digit of a finite number is worth once it is rounded.

        >>> Rounding(3).unit(0.0123), Rounding(3, significant=False).unit(0.0123)
        (Decimal('0.0001'), Decimal('0.001'))
        """
        first = decimal_of(number).adjusted() + 1 if self.significant and number else 0
        return Decimal(1).scaleb(first - self.digits)

    def text(self, number: float) -> str:
        """A number rounded, as it is written, with its trailing zeros.

        >>> [Rounding(3).text(number) for number in (0.25, 1234.0, 0.0, -2.5e-11)]
        ['0.250', '1230', '0.000', '-2.50e-11']
        >>> Rounding(3).text(9.999), Rounding(3, significant=False).text(-0.0001)
        ('10.0', '0.000')
        """
        if not isfinite(number):
            return str(number)
        rounded = decimal_of(self(number))
        last = self.unit(float(rounded)).adjusted()
        if rounded and not -7 <= rounded.adjusted() <= 15:
            return f"{rounded:z.{max(rounded.adjusted() - last, 0)}e}"
        return f"{rounded:z.{max(-last, 0)}f}"

    def __str__(self) -> str:
        word = "digit" if self.significant else "decimal"
        halves = ", halves to even" if self.half_to_even else ""
        return f"{self.digits} {word}{'' if self.digits == 1 else 's'}{halves}"
