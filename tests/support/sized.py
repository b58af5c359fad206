"""Numbers that know how large the terms were that they were added up from, and comparison by that.

A closed form is computed by other steps than the graph's derivative, so the two are rounded otherwise.
Where terms cancel, that shows in the last digits of a small result: the rounding of a sum is bounded by
n ε Σ|terms|, not by n ε |Σ terms| (Higham, "Accuracy and Stability of Numerical Algorithms", §3.1 and
§4.2). So a closed form carries the sum of the absolute values of its terms along, and agrees with the
graph if the two differ by no more than 1e-12 of that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from nn import TrainingStep

__all__ = ["TOLERANCE", "Array", "Sized", "apart", "numbers", "read", "rows"]

#: Relative to `Sized.size`.
TOLERANCE = 1e-12

Array = npt.NDArray[Any]


class Sized:
    """A number with a size: the sum of the absolute values of the terms that it consists of.

    Sums add sizes, products multiply them, and a function f(x) has the terms f(x) and f′(x) size(x), to
    first order. NumPy computes with these as with numbers: ``@``, ``*``, ``.T``, ``np.exp``.
    """

    __slots__ = ("size", "value")

    def __init__(self, value: float, size: float | None = None) -> None:
        self.value = float(value)
        self.size = abs(self.value) if size is None else size

    @staticmethod
    def of(number: Sized | float) -> Sized:
        return number if isinstance(number, Sized) else Sized(number)

    def __add__(self, other: Sized | float) -> Sized:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = Sized.of(other)
        return Sized(self.value + other.value, self.size + other.size)

    __radd__ = __add__

    def __mul__(self, other: Sized | float) -> Sized:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = Sized.of(other)
        return Sized(self.value * other.value, self.size * other.size)

    __rmul__ = __mul__

    def __neg__(self) -> Sized:
        return Sized(-self.value, self.size)

    def __sub__(self, other: Sized | float) -> Sized:
        return self + -other

    def __rsub__(self, other: Sized | float) -> Sized:
        return -self + other

    def __truediv__(self, other: Sized | float) -> Sized:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return self * Sized.of(other)._of(lambda x: 1.0 / x, lambda x: -1.0 / (x * x))

    def __rtruediv__(self, other: float) -> Sized:
        return Sized.of(other) / self

    def __pow__(self, exponent: int) -> Sized:
        return math.prod([self] * exponent, start=Sized(1.0))

    def _of(self, function: Callable[[float], float], slope: Callable[[float], float]) -> Sized:
        value = function(self.value)
        return Sized(value, abs(value) + abs(slope(self.value)) * self.size)

    # what NumPy's functions of those names call

    def exp(self) -> Sized:
        return self._of(math.exp, math.exp)

    def log(self) -> Sized:
        return self._of(math.log, lambda x: 1.0 / x)

    def sqrt(self) -> Sized:
        return self._of(math.sqrt, lambda x: 0.5 / math.sqrt(x))

    def sin(self) -> Sized:
        return self._of(math.sin, math.cos)

    def cos(self) -> Sized:
        return self._of(math.cos, math.sin)

    def tanh(self) -> Sized:
        return self._of(math.tanh, lambda x: 1.0 - math.tanh(x) ** 2)

    def cosh(self) -> Sized:
        return self._of(math.cosh, math.sinh)

    def arctan(self) -> Sized:
        return self._of(math.atan, lambda x: 1.0 / (1.0 + x * x))

    def __repr__(self) -> str:
        return f"{self.value!r}±{TOLERANCE * self.size:.1g}"


def numbers(data: Any) -> Array:
    """Numbers, or nested lists of them, as an array of `Sized`."""
    given = np.asarray(data, dtype=object)
    array = np.empty(given.shape, dtype=object)
    for index in np.ndindex(given.shape):
        array[index] = Sized.of(given[index])
    return array


def read(step: TrainingStep, template: str, *shape: int) -> Array:
    """The step's numbers of some symbols: those that a template gives for all indices from 1."""
    array = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        array[index] = Sized(step[template.format(*(number + 1 for number in index))])
    return array


def rows(step: TrainingStep, template: str, width: int) -> Array:
    """A layer's numbers, a row per example; of several examples, names end in ``@1``, ``@2``."""
    count = len(step.examples)
    suffixes = [f"@{number}" for number in range(1, count + 1)] if count > 1 else [""]
    return np.array([read(step, template + suffix, width) for suffix in suffixes])


def apart(found: Any, closed_form: Any) -> list[str]:
    """Where the graph's numbers and a closed form differ by more than rounding, or in their shape."""
    got, expected = numbers(found), numbers(closed_form)
    if got.shape != expected.shape:
        return [f"the shape is {got.shape}, not {expected.shape}"]
    return [
        f"{list(index)}: {got[index].value!r}, not {expected[index]!r}"
        for index in np.ndindex(got.shape)
        if not abs(got[index].value - expected[index].value) <= TOLERANCE * expected[index].size
    ]
