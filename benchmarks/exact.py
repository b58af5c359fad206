"""Every operation by its definition and in any precision: what the engine is measured against.

Nothing here is taken from the table of operations. `EXACT` computes with mpmath's numbers, `SYMBOLIC`
with SymPy's expressions, and a test holds the two together. Derivatives of any order are SymPy's,
evaluated by mpmath.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sympy
from mpmath import mp

__all__ = [
    "EXACT",
    "LEAST_NORMAL",
    "SYMBOLIC",
    "crosses_zero",
    "derivative",
    "error",
    "exactly",
    "size",
    "ulps",
]


def _erfc(x: Any) -> Any:
    """The function of mpmath overflows far out, where it is 0 or 2 to a million digits."""
    return mp.erfc(x) if abs(x) < 10_000 else mp.mpf(0 if x > 0 else 2)


#: Operations of mpmath's numbers.
EXACT: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pos": operator.pos,
    "pow": mp.power,
    "abs": abs,
    "sign": mp.sign,
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x**2,
    "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "exp": mp.exp,
    "expm1": mp.expm1,
    "exp2": lambda x: mp.power(2, x),
    "log": mp.log,
    "log1p": mp.log1p,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    **{name: getattr(mp, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: getattr(mp, name) for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "hypot": mp.hypot,
    "erf": mp.erf,
    "erfc": _erfc,
    "gaussian": lambda x: mp.exp(-(x**2) / 2),
    "normal_cdf": lambda x: _erfc(-x / mp.sqrt(2)) / 2,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "logsigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "relu": lambda x: max(x, mp.mpf(0)),
    "leaky_relu": lambda x, slope: max(x, mp.mpf(0)) + slope * min(x, mp.mpf(0)),
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * _erfc(-x / mp.sqrt(2)) / 2,
    "max": max,
    "min": min,
}


def _cases(*branches: tuple[Any, Any]) -> Any:
    return sympy.Piecewise(*branches)


#: Operations of SymPy's expressions.
SYMBOLIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pos": operator.pos,
    "pow": operator.pow,
    "abs": lambda x: _cases((x, x > 0), (-x, True)),
    "sign": lambda x: _cases((1, x > 0), (-1, x < 0), (x, True)),
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x**2,
    "sqrt": sympy.sqrt,
    "cbrt": lambda x: _cases((sympy.cbrt(x), x >= 0), (-sympy.cbrt(-x), True)),
    "exp": sympy.exp,
    "expm1": lambda x: sympy.exp(x) - 1,
    "exp2": lambda x: 2**x,
    "log": sympy.log,
    "log1p": lambda x: sympy.log(1 + x),
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    **{name: getattr(sympy, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: getattr(sympy, name) for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "hypot": lambda x, y: sympy.sqrt(x**2 + y**2),
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "gaussian": lambda x: sympy.exp(-(x**2) / 2),
    "normal_cdf": lambda x: sympy.erfc(-x / sympy.sqrt(2)) / 2,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "logsigmoid": lambda x: -sympy.log(1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "relu": lambda x: _cases((x, x > 0), (0, True)),
    "leaky_relu": lambda x, slope: _cases((x, x > 0), (slope * x, True)),
    "elu": lambda x, alpha: _cases((x, x > 0), (alpha * (sympy.exp(x) - 1), True)),
    "silu": lambda x: x / (1 + sympy.exp(-x)),
    "gelu": lambda x: x * sympy.erfc(-x / sympy.sqrt(2)) / 2,
    "max": lambda x, y: _cases((x, x >= y), (y, True)),
    "min": lambda x, y: _cases((x, x <= y), (y, True)),
}

#: Operations whose derivatives are computed from a number that may underflow, as x/y² is from x/y, and
#: by what so many differentiations by each operand magnify it. The digits that it loses stay lost.
_MAGNIFIED: dict[str, Callable[..., Any]] = {
    "div": lambda orders, x, y: 1 / abs(y) ** sum(orders) if orders[1] else 0,
    "pow": lambda orders, x, y: abs(y) ** orders[0] * abs(mp.log(abs(x))) ** orders[1] if x else 0,
    "gaussian": lambda orders, x: abs(x) ** orders[0],
    "gelu": lambda orders, x: abs(x) ** orders[0],
    "normal_cdf": lambda orders, x: abs(x) ** (orders[0] - 1),
    "erf": lambda orders, x: abs(2 * x) ** (orders[0] - 1),
    "erfc": lambda orders, x: abs(2 * x) ** (orders[0] - 1),
}
LEAST_NORMAL = 2.0**-1022


@cache
def derivative(name: str, *orders: int) -> Callable[..., Any]:
    """An operation differentiated so many times by each operand, as a function of mpmath's numbers.

    >>> derivative("atan2", 0, 1)(mp.mpf(3), mp.mpf(4))
    mpf('-0.12')
    """
    symbols = sympy.symbols(f"x:{len(orders)}", real=True)
    found = sympy.diff(SYMBOLIC[name](*symbols), *zip(symbols, orders, strict=True))
    if name == "pow":
        found = sympy.powsimp(found)  # x**y*y/x would be 0/0 at 0
    if name == "gelu":  # far out on the left 1 - erfc(x/√2)/2 would need hundreds of digits
        upper = sympy.erfc(sympy.sqrt(2) * symbols[0] / 2)
        found = sympy.expand(found.subs(upper, 2 - sympy.Function("lower")(symbols[0])))
    calls = {"erfc": _erfc, "lower": lambda x: _erfc(-x / mp.sqrt(2))}
    function: Callable[..., Any] = sympy.lambdify(symbols, found, [calls, "mpmath"])
    return function


def exactly(function: Callable[..., Any], *operands: float, digits: int = 30) -> Any:
    """A function of mpmath's numbers to so many digits: the precision is raised until it settles.

    By default it starts at 50; 1 - tanh(x)**2 at x = 300 needs 800, and settles after them. What is
    below 1e-380 then is 0 to any float.
    """
    before = None
    for precision in (digits + 20, 100, 200, 400, 800):
        with mp.workdps(precision):
            now = function(*map(mp.mpf, operands))
            if before is not None and now != 0 and abs(now - before) <= abs(now) * mp.mpf(10) ** -digits:
                return now
            if precision == 400 and abs(now) < mp.mpf("1e-380"):
                return now
        before = now
    return before


def error(name: str, orders: Sequence[int], operands: Sequence[float], got: float, number: Any) -> float:
    """How far a value or derivative is from the exact number, in ulp of its `size`.

    >>> third_of_tanh = derivative("tanh", 3)
    >>> x = 0.6584789484624084  # it is zero at artanh(1/√3), beside this float
    >>> error("tanh", [3], [x], -1e-16, third_of_tanh(mp.mpf(x))) < 1.0
    True
    >>> error("tanh", [3], [0.1], -1.9, third_of_tanh(mp.mpf(0.1))) > 1e12
    True
    """
    found = ulps(got, number)
    return found if found <= 1.0 else ulps(got, number, size(name, orders, operands, number))


def size(name: str, orders: Sequence[int], operands: Sequence[float], number: Any) -> Any:
    """What an error is measured by: the size of the exact number, with two exceptions.

    Beside a zero crossing no way of adding doubles gets a derivative right to an ulp of itself. There it
    is what the derivative changes by over the size of an operand, |x·f′(x)|: rounding the operand alone
    costs half an ulp of that. And what is computed from a subnormal value has the digits of that.

    >>> float(size("gaussian", [2], [1.0], 0)), float(size("gaussian", [2], [0.0], -1))
    (1.2130613194252668, 1.0)
    """
    found = [abs(number)]
    if sum(orders) and name in _MAGNIFIED:
        found.append(LEAST_NORMAL * _MAGNIFIED[name](orders, *map(mp.mpf, operands)))
    if sum(orders) and crosses_zero(name, orders, operands):
        for index, x in enumerate(operands):
            raised = [times + (place == index) for place, times in enumerate(orders)]
            found.append(abs(mp.mpf(x) * (_number(name, raised, operands) or 0)))
    return max(found)


def crosses_zero(name: str, orders: Sequence[int], operands: Sequence[float]) -> bool:
    """Whether a derivative changes its sign as one of the operands moves by less than half of itself.

    >>> crosses_zero("gaussian", [2], [0.9]), crosses_zero("gaussian", [2], [0.1])
    (True, False)
    """
    around = [list(operands)]
    for index, x in enumerate(operands):
        moved = (factor * x for factor in (0.5, 0.75, 1.25, 1.5))
        around += [[*operands[:index], each, *operands[index + 1 :]] for each in moved]
    numbers = [number for each in around if (number := _number(name, orders, each)) is not None]
    return min(numbers, default=1) < 0 < max(numbers, default=-1)


def _number(name: str, orders: Sequence[int], operands: Sequence[float]) -> Any:
    """A derivative, or None where it has no real number."""
    try:
        found = exactly(derivative(name, *orders), *operands)
    except (ZeroDivisionError, ValueError):
        return None
    return found if isinstance(found, mp.mpf) and mp.isfinite(found) else None


def ulps(got: float, exact: Any, size: Any = None) -> float:
    """How far a float is from a number of mpmath, in units of the last place of a float of its size.

    Args:
        got: the float.
        exact: the number.
        size: the size, if it is not that of ``exact``.
    """
    size = exact if size is None else size
    if size == 0:
        return 0.0 if got == 0.0 else math.inf
    if not math.isfinite(got):
        return math.inf
    _, exponent = mp.frexp(size)
    with mp.workdps(50):
        return float(abs(mp.mpf(got) - exact) / mp.ldexp(1, max(exponent - 53, -1074)))
