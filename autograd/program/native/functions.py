"""The functions that texts call, as machine code calls them: with the very results of Python's.

- Those of `math` are functions of the C library of this process, where they give Python's numbers at
  some points of each kind, which is tried once per process.
- Those of `autograd.special` are compiled from their own source.
- Whatever is left, such as the Python functions of registered rows, is called back.
"""

from __future__ import annotations

import ctypes
import math
import sys
from functools import cache
from typing import TYPE_CHECKING

from autograd.expression import PRIMITIVES
from autograd.ieee import ieee_value, strict
from autograd.operations import OPERATIONS

if TYPE_CHECKING:
    pass

__all__ = ["TRIED", "Callback", "library_address"]

#: What is tried, as one operand or two: ordinary numbers, and those where libraries round otherwise.
TRIED = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 0.1, -0.3, 0.7, 1e-9, -1e-9, 3e-320),
    *(1.5, 2.5, 3.3, -4.7, 7.25, 10.1, -12.6, 19.9, 33.3, -45.6, 100.3, 345.6, 700.2, -744.4),
    *(1e5 / 3, -1e7 / 7, 1e15 / 9, 1e22, 1e300, 0.99999, 1.00001, 0.3333333333333333, -0.999999),
)


@cache
def library_address(name: str) -> int | None:
    """Where the C library has a function of `math`; None if it has not Python's results.

    Args:
        name: what `math` calls it; "pow" is Python's ``**``.

    >>> library_address("exp") is not None, library_address("gelu")
    (True, None)
    """
    python = strict(OPERATIONS[name]) if name == "pow" else getattr(math, name, None)
    function = getattr(_library(), name, None)
    if python is None or function is None:
        return None
    count = OPERATIONS[name].arity if name in OPERATIONS else 2  # fmod alone is no operation
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_double] * count
    points = [(x, y) for x in TRIED for y in TRIED[::3]] if count == 2 else [(x,) for x in TRIED]
    for point in points:
        try:
            expected = python(*point)
        except (ArithmeticError, ValueError):
            if math.isfinite(function(*point)):  # a failure would not be noticed
                return None
            continue
        if function(*point).hex() != expected.hex():
            return None
    return ctypes.cast(function, ctypes.c_void_p).value


@cache
def _library() -> ctypes.CDLL | None:
    """The C library that `math` was linked to; None if it is not to be had, so that Python is called."""
    try:
        return ctypes.CDLL("ucrtbase" if sys.platform == "win32" else getattr(math, "__file__", None))
    except OSError:
        return None


class Callback:
    """A Python function that machine code calls. What it raises is kept, and the result is NaN.

    Args:
        name: what texts call it.
        count: the number of its operands.
        by_ieee: whether it is part of a derivative, which never raises.

    Attributes:
        address: where it is called.
        raised: the last error that was neither of arithmetic nor of the domain.
    """

    def __init__(self, name: str, count: int, by_ieee: bool) -> None:
        self.raised: BaseException | None = None
        function = PRIMITIVES.get(name)

        def call(*numbers: float) -> float:
            try:
                if function is None or by_ieee:
                    return ieee_value(name, numbers)
                return function(*numbers)
            except (ArithmeticError, ValueError):
                return math.nan
            except BaseException as error:  # there is no caller to raise it to
                self.raised = error
                return math.nan

        self._called = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * count)(call)
        self.address: int = ctypes.cast(self._called, ctypes.c_void_p).value or 0
