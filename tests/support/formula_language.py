"""The language of formulas, written down once more: a parser of its own, evaluated by mpmath.

::

    number    = sum ["if" condition "else" number]
    sum       = product {("+" | "-") product}
    product   = signed {("*" | "/") signed}
    signed    = ("+" | "-") signed | power
    power     = atom ["**" signed]
    atom      = literal | name | name "(" number {"," number} ")" | "(" number ")"
    condition = conjunct {"or" conjunct}
    conjunct  = decision {"and" decision}
    decision  = sum compare sum {compare sum} | "(" condition ")"

Numbers come with their derivative by one name (a dual number) and with how much of both rounding on the
way may change, to first order, so that a comparison knows what it may ask for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import mpmath
from mpmath import mp, mpf

__all__ = ["ARITIES", "Dual", "NoValueError", "evaluated"]

_TOKEN = re.compile(
    r"\s*(\*\*|<=|>=|==|!=|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\w+|[^\s\w])"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_EPS = mpf(2) ** -52


class NoValueError(Exception):
    """There is no value, or no derivative, that could be compared: a pole, a kink, an overflow."""


class Dual(NamedTuple):
    """A number and its derivative, and how far off a computation with rounding may be in each."""

    value: Any
    slope: Any
    value_off: Any
    slope_off: Any


def _one(function: Callable[[Any], Any]) -> Callable[..., Dual]:
    """A function of one number as one of dual numbers."""

    def apply(x: Dual) -> Dual:
        value, first, second = (mpmath.diff(function, x.value, order) for order in range(3))
        return _made(value, first * x.slope, x, abs(first), abs(second))

    return apply


def _made(value: Any, slope: Any, x: Dual, first: Any, second: Any) -> Dual:
    value_off = first * x.value_off + abs(value) * _EPS * 8
    slope_off = first * x.slope_off + second * abs(x.slope) * x.value_off + abs(slope) * _EPS * 32
    return _checked(Dual(value, slope, value_off, slope_off))


def _checked(dual: Dual) -> Dual:
    if not all(mpmath.isfinite(each) and mp.im(each) == 0 for each in dual):
        raise NoValueError
    if abs(dual.value) > 1e6 or abs(dual.slope) > 1e6 or dual.value_off > 1e-7 * (1 + abs(dual.value)):
        raise NoValueError
    return dual


def _add(x: Dual, y: Dual) -> Dual:
    value, slope = x.value + y.value, x.slope + y.slope
    return _checked(
        Dual(
            value,
            slope,
            x.value_off + y.value_off + abs(value) * _EPS,
            x.slope_off + y.slope_off + abs(slope) * _EPS,
        )
    )


def _mul(x: Dual, y: Dual) -> Dual:
    value = x.value * y.value
    parts = x.slope * y.value, x.value * y.slope
    value_off = abs(x.value) * y.value_off + abs(y.value) * x.value_off + abs(value) * _EPS
    slope_off = (
        abs(x.slope) * y.value_off
        + abs(y.value) * x.slope_off
        + abs(x.value) * y.slope_off
        + abs(y.slope) * x.value_off
        + sum(map(abs, parts)) * _EPS * 4
    )
    return _checked(Dual(value, sum(parts), value_off, slope_off))


_reciprocal = _one(lambda x: 1 / x)


def _neg(x: Dual) -> Dual:
    return Dual(-x.value, -x.slope, x.value_off, x.slope_off)


def _div(x: Dual, y: Dual) -> Dual:
    if abs(y.value) < 1e-6:
        raise NoValueError
    return _mul(x, _reciprocal(y))


def _pow(x: Dual, y: Dual) -> Dual:
    if y.slope == 0 and y.value == int(y.value) and abs(y.value) < 20:
        exponent = int(y.value)
        if exponent < 1 and abs(x.value) < 1e-3:
            raise NoValueError
        return _one(lambda base: base**exponent)(x)
    if x.value < 1e-3:
        raise NoValueError
    return _one(mpmath.exp)(_mul(y, _one(mpmath.log)(x)))


def _domain(function: Callable[[Any], Any], low: float, high: float) -> Callable[..., Dual]:
    """A function that is looked at between two numbers only, away from its poles."""
    whole = _one(function)

    def apply(x: Dual) -> Dual:
        if not low < x.value < high:
            raise NoValueError
        return whole(x)

    return apply


def _max(x: Dual, y: Dual) -> Dual:
    return _selected(x, y, greater=True)


def _min(x: Dual, y: Dual) -> Dual:
    return _selected(x, y, greater=False)


def _selected(x: Dual, y: Dual, *, greater: bool) -> Dual:
    if abs(x.value - y.value) <= 1e-9 * (1 + abs(x.value)):
        raise NoValueError
    return x if (x.value > y.value) is greater else y


def _abs(x: Dual) -> Dual:
    return _max(x, _neg(x))


_OPERATIONS: dict[str, Callable[..., Dual]] = {
    "abs": _abs,
    "exp": _domain(mpmath.exp, -20, 10),
    "log": _domain(mpmath.log, 1e-3, 1e6),
    "sqrt": _domain(mpmath.sqrt, 1e-3, 1e6),
    "sin": _domain(mpmath.sin, -100, 100),
    "cos": _domain(mpmath.cos, -100, 100),
    "tanh": _domain(mpmath.tanh, -5, 5),
    "sigmoid": _domain(lambda x: 1 / (1 + mpmath.exp(-x)), -20, 20),
    "atan": _domain(mpmath.atan, -100, 100),
    "max": _max,
    "min": _min,
    "pow": _pow,
}
#: The operations that are tried, with how many operands each takes.
ARITIES = {name: 2 if name in {"max", "min", "pow"} else 1 for name in _OPERATIONS}


class _Parser:
    """Recursive descent; a ValueError is a text that is not in the language."""

    def __init__(self, text: str, names: Mapping[str, Dual]) -> None:
        self.tokens = _TOKEN.findall(text)
        self.names = names

    @property
    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *expected: str) -> str:
        if not self.tokens or (expected and self.next not in expected):
            raise ValueError(f"not {self.next!r}")
        return self.tokens.pop(0)

    def whole(self) -> Callable[[], Dual]:
        found = self.number()
        if self.tokens:
            raise ValueError(f"not {self.next!r}")
        return found

    # each gives a function, for only the branch that a condition takes is computed

    def number(self) -> Callable[[], Dual]:
        body = self.sum()
        if self.next != "if":
            return body
        self.take("if")
        condition = self.condition()
        self.take("else")
        other = self.number()
        return lambda: body() if condition() else other()

    def sum(self) -> Callable[[], Dual]:
        return self.joined(self.product, {"+": _add, "-": lambda x, y: _add(x, _neg(y))})

    def product(self) -> Callable[[], Dual]:
        return self.joined(self.signed, {"*": _mul, "/": _div})

    def joined(
        self, part: Callable[[], Callable[[], Dual]], signs: Mapping[str, Callable[[Dual, Dual], Dual]]
    ) -> Callable[[], Dual]:
        found = part()
        while self.next in signs:
            found = _both(signs[self.take()], found, part())
        return found

    def signed(self) -> Callable[[], Dual]:
        if self.next in {"+", "-"}:
            sign, inner = self.take(), self.signed()
            return inner if sign == "+" else lambda: _neg(inner())
        base = self.atom()
        if self.next != "**":
            return base
        self.take("**")
        return _both(_pow, base, self.signed())

    def atom(self) -> Callable[[], Dual]:
        token = self.take()
        if token == "(":
            inner = self.number()
            self.take(")")
            return inner
        if re.match(r"\d|\.\d", token):
            number = mpf(float(token))
            if not mpmath.isfinite(number) or re.match(r"0\d+$", token):
                raise ValueError(token)
            return lambda: Dual(number, mpf(0), mpf(0), mpf(0))
        if self.next == "(" and token in ARITIES:
            operands = [self.after("(").number()]
            while self.next == ",":
                operands.append(self.after(",").number())
            self.take(")")
            if len(operands) != ARITIES[token]:
                raise ValueError(token)
            return lambda: _OPERATIONS[token](*(operand() for operand in operands))
        if token in self.names:
            return lambda: self.names[token]
        if token == "pi":
            return lambda: Dual(mp.pi, mpf(0), _EPS, mpf(0))
        raise ValueError(token)

    def after(self, token: str) -> _Parser:
        self.take(token)
        return self

    def condition(self) -> Callable[[], bool]:
        found = self.conjunct()
        while self.next == "or":
            found = _either(found, self.after("or").conjunct())
        return found

    def conjunct(self) -> Callable[[], bool]:
        found = self.decision()
        while self.next == "and":
            found = _each(found, self.after("and").decision())
        return found

    def decision(self) -> Callable[[], bool]:
        before = list(self.tokens)
        try:
            sides, signs = [self.sum()], []
            while self.next in _COMPARE:
                signs.append(self.take())
                sides.append(self.sum())
            if not signs:
                raise ValueError("a condition is a comparison")
        except ValueError:
            self.tokens = before
            self.take("(")
            inner = self.condition()
            self.take(")")
            return inner
        return lambda: _compared([side() for side in sides], signs)


def _both(
    apply: Callable[[Dual, Dual], Dual], one: Callable[[], Dual], other: Callable[[], Dual]
) -> Any:
    return lambda: apply(one(), other())


def _either(one: Callable[[], bool], other: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: one() or other()


def _each(one: Callable[[], bool], other: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: one() and other()


def _compared(sides: list[Dual], signs: list[str]) -> bool:
    for left, sign, right in zip(sides, signs, sides[1:], strict=False):
        apart = abs(left.value - right.value)
        if 0 < apart <= 1e-9 * (1 + abs(left.value)) or (
            apart == 0 and left.value_off + right.value_off
        ):
            raise NoValueError  # rounding might decide otherwise
        if not _COMPARE[sign](left.value, right.value):
            return False
    return True


def evaluated(text: str, values: Mapping[str, float], by: str) -> Dual:
    """A formula's value, and its derivative by one of the names.

    Raises:
        ValueError: the text is not in the language.
        NoValueError: it has no value that could be compared.
    """
    with mp.workdps(40):
        names = {
            name: Dual(mpf(value), mpf(int(name == by)), mpf(0), mpf(0))
            for name, value in values.items()
        }
        found = _Parser(text, names).whole()
        try:
            return found()
        except (ZeroDivisionError, OverflowError, mpmath.libmp.ComplexResult, TypeError):
            raise NoValueError from None
