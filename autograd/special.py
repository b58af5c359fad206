"""The few real functions that rows of the table need and `math` lacks.

Plain floats in, a plain float out, accurate to a few units in the last place (ulp).
"""

from __future__ import annotations

from math import erfc, exp, expm1, pi, sqrt

__all__ = ["gaussian", "gelu", "normal_cdf"]

_SPLITTER = 134217729.0  # 2**27 + 1 halves a double's 53 digits (Dekker, Numer. Math. 18, 1971)
_SQRT_HALF = 0.7071067811865476  # sqrt(1/2) as a double, ...
_SQRT_HALF_REST = -4.833646656726457e-17  # ... what it lacks, ...
_SQRT_HALF_HEAD = 0.7071067839860916  # ... and its two exact halves
_SQRT_HALF_TAIL = _SQRT_HALF - _SQRT_HALF_HEAD


def gaussian(x: float) -> float:
    """exp(-x²/2), without the x²/2 ulp that rounding x² would cost.

    The leading digits of x have an exact square; the rest enters through a small correction.

    >>> gaussian(0.0), gaussian(40.0)
    (1.0, 0.0)
    """
    if abs(x) > 39.0:  # below the smallest subnormal
        return 0.0
    head = x + 6442450944.0 - 6442450944.0  # 1.5 * 2**32: keeps 20 binary digits after the point
    leading = exp(-0.5 * head * head)
    return leading + leading * expm1(0.5 * (head - x) * (head + x))


def normal_cdf(x: float) -> float:
    """The standard normal distribution function Φ(x) = erfc(-x/√2) / 2.

    Far out on the left, erfc magnifies the rounding of x/√2 some x² times; that rounding is computed
    and corrected to first order.

    >>> normal_cdf(0.0), normal_cdf(-40.0)
    (0.5, 0.0)
    """
    if x <= -39.0:  # below the smallest subnormal
        return 0.0
    if x >= 9.0:  # to the last digit
        return 1.0
    z = -x * _SQRT_HALF
    shifted = _SPLITTER * -x
    head = shifted - (shifted + x)
    tail = -x - head
    lost = (
        ((head * _SQRT_HALF_HEAD - z) + head * _SQRT_HALF_TAIL + tail * _SQRT_HALF_HEAD)
        + tail * _SQRT_HALF_TAIL
        - x * _SQRT_HALF_REST
    )
    return 0.5 * (erfc(z) - 2.0 / sqrt(pi) * exp(-z * z) * lost)


def gelu(x: float) -> float:
    """x·Φ(x), also where Φ(x) underflows before the product does.

    There the series of erfc for large arguments (DLMF, equation 7.12.1) is exact after seven terms.

    >>> gelu(0.0), gelu(-38.5), gelu(-40.0)
    (0.0, -5.4e-323, -0.0)
    """
    if x >= -37.0:
        return x * normal_cdf(x)
    t = 1.0 / (x * x)
    series = 1.0 - t * (
        1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t * (1.0 - 11.0 * t))))
    )
    return -gaussian(x) / sqrt(2.0 * pi) * series
