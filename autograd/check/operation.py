"""A row of the table, held to its own value all over its domain before anybody computes with it.

Value, derivatives, domain and kink are one claim. It is tested where floats are dense and where they
are sparse, with both signs, at every number that its texts name and beside it, from the simplest
operands on: the first place where the claim fails is the counterexample.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from math import inf, isfinite, isinf, isnan, nan, nextafter, ulp
from random import Random
from typing import NoReturn

from autograd.backward import gradients
from autograd.check.blame import judged_slope
from autograd.check.differences import Differences
from autograd.check.error_bounds import rounding_of_derivatives, rounding_of_value, slope_as_graph
from autograd.check.verdict import Judgement, Tolerance, judged
from autograd.errors import RegistrationError
from autograd.expression import Expression, evaluate
from autograd.formula import text_of, value_text
from autograd.ieee import ieee_partial, ieee_value, inside_domain, strict
from autograd.operations import Operation
from autograd.slopes import on_nodes
from autograd.value import Value

__all__ = ["check_row"]

_FEWEST = 5  # how often a derivative has to be confirmed
_SECOND = Tolerance(eps=1e-6, atol=1e-6, rtol=1e-4)  # partials lose more digits than values
_ALIKE, _TINY = 1e-6, 1e-290  # how closely texts of the same thing have to agree, relatively and at all


def check_row(operation: Operation) -> frozenset[str]:
    """Refuse a row that contradicts itself.

    Its value has to be a number everywhere in its domain (or too large for a float), to raise
    elsewhere, and to be NaN for NaN. Each derivative has to be that of the value, wherever differences
    can tell; likewise the derivative of each derivative's text. A kink has to be declared, and the
    derivative there to be the subgradient of least norm. ``as_taught`` and ``formula`` have to agree
    with what is computed.

    Args:
        operation: the row.

    Returns:
        Those of its Python functions that do not work on nodes: derivatives that cannot be
        differentiated.

    Raises:
        RegistrationError: with the counterexample, the first from simple operands to others.

    >>> from autograd import OPERATIONS
    >>> check_row(OPERATIONS["log"])
    frozenset()
    >>> check_row(Operation("cube", "x", "x * x * x", partials=["3.0 * x"], about="cube"))
    Traceback (most recent call last):
    autograd.errors.RegistrationError: operation 'cube': where x = 2.0, ∂(cube(x))/∂x is given as 6.0,
        and by differences it is 12 ± 1e-12
    """
    return _Row(operation).checked()


class _Row:
    """A row while it is checked."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.not_on_nodes: set[str] = set()
        self.named = _numbers_named(operation)

    def checked(self) -> frozenset[str]:
        operation = self.operation
        confirmed: list[list[bool]] = []
        ordinary: list[tuple[float, ...]] = []
        for numbers in self.points():
            try:
                told = self.check_at(numbers)
            except RegistrationError:
                raise
            except Exception as error:
                self.refuse(
                    numbers, f"or right beside that, one of its texts or functions raises {error!r}"
                )
            confirmed.append(told)
            if told and _is_ordinary(numbers):
                ordinary.append(numbers)
        for index, parameter in enumerate(operation.parameters):
            count = sum(told[index] for told in confirmed if told)
            if count < _FEWEST:
                raise RegistrationError(
                    f"operation {operation.name!r}: differences confirm ∂/∂{parameter} at "
                    f"{count} points only; it has to be at {_FEWEST} at least",
                    operation=operation,
                )
        self.check_nan(ordinary)
        return frozenset(self.not_on_nodes)

    def check_at(self, numbers: tuple[float, ...]) -> list[bool]:
        """Whether each derivative is confirmed at some operands; [] where there is none."""
        out = self.value(numbers)
        if out is None:
            return []
        if self.holds(self.operation.kink, numbers):
            for index in range(self.operation.arity):
                self.check_kink(index, numbers, out)
            return []
        confirmed = [self.check_slope(index, numbers, out) for index in range(self.operation.arity)]
        if _is_ordinary(numbers):
            self.check_alike(numbers, out)
            self.check_second(numbers, out)
        return confirmed

    def refuse(self, numbers: Sequence[float], complaint: str) -> NoReturn:
        given = " and ".join(
            f"{parameter} = {number!r}"
            for parameter, number in zip(self.operation.parameters, numbers, strict=True)
        )
        raise RegistrationError(
            f"operation {self.operation.name!r}: where {given}, {complaint}",
            operation=self.operation,
            operands=numbers,
        )

    def contradiction(self, of: str, index: int, found: Judgement) -> str:
        return (
            f"∂({of})/∂{self.operation.parameters[index]} is given as {found.analytic!r}, and by "
            f"differences it is {found.numeric:.12g} ± {found.error:.0e}"
        )

    def holds(self, condition: Expression | None, numbers: Sequence[float]) -> bool:
        variables = dict(zip(self.operation.parameters, numbers, strict=True))
        return condition is not None and bool(evaluate(condition.tree, variables, ieee_value))

    # --- where ----------------------------------------------------------------------------------

    def points(self) -> list[tuple[float, ...]]:
        """Operands, the simplest first."""
        if self.operation.arity == 1:
            powers: Sequence[int] = (-150, -30, -12, -9, -6, -4, -3, -2, -1, 0, 1, 2, 3, 6, 9, 30, 150)
            beside = {named + off for named in self.named for off in (0.0, -1e-6, 1e-3)}
            beside |= {nextafter(named, to) for named in self.named if named for to in (-inf, inf)}
        else:  # there are as many pairs as the square of these
            powers = (-150, -9, -3, 0, 3, 9)
            beside = {*self.named}
        magnitudes = [*(10.0**power for power in powers), 0.5, 0.7, 2.0, 3.0]
        axis = {sign * number for number in (*magnitudes, *beside) for sign in (1.0, -1.0)}
        points = set(product(axis, repeat=self.operation.arity))
        random = Random(self.operation.name)
        points |= {
            tuple(random.gauss(0.0, scale) for _ in self.operation.parameters)
            for scale in (1.0, 10.0)
            for _ in range(25)
        }
        # and no decade without any, by each operand
        tenths = [*range(-30, 60)]
        if self.operation.arity == 1:
            tenths += [*range(-1500, -30, 50), *range(60, 1500, 50)]
        for operand, tenth in product(range(self.operation.arity), tenths):
            point = [random.gauss(0.0, 1.0) for _ in self.operation.parameters]
            point[operand] = (-1.0) ** tenth * 10.0 ** ((tenth + random.random()) / 10.0)
            points.add(tuple(point))
        return sorted(points, key=lambda point: (sum(map(_complexity, point)), *map(abs, point), point))

    def is_named(self, numbers: Sequence[float]) -> bool:
        """Whether a kink just there is no coincidence: at numbers of the texts, or equal operands."""
        are_equal = len(set(numbers)) < len(numbers) and _is_ordinary(numbers)
        return are_equal or set(map(abs, numbers)) <= set(map(abs, self.named))

    # --- what -----------------------------------------------------------------------------------

    def value(self, numbers: Sequence[float]) -> float | None:
        """The value; None where there is none, or none that a float can hold."""
        operation = self.operation
        inside = inside_domain(operation, numbers)
        try:
            value = strict(operation)(*numbers)
        except (ArithmeticError, ValueError) as error:
            if inside and not isinstance(error, OverflowError):
                self.refuse(
                    numbers, f"it raises {error!r}, but nothing is said of that: it needs a domain"
                )
            return None
        except Exception as error:
            self.refuse(numbers, f"its value raises {error!r}")
        if not inside:
            assert operation.domain is not None
            self.refuse(
                numbers,
                f"outside of the domain {text_of(operation.domain)}, it has the value {value!r}; "
                f"it has to raise there, which a text does where what it calls does, and a Python "
                f"function anywhere",
            )
        if not isinstance(value, float):
            self.refuse(numbers, f"its value is {value!r}, not a number")
        if (again := strict(operation)(*numbers)).hex() != value.hex():
            self.refuse(numbers, f"its value is {value!r}, and asked again {again!r}")
        if isnan(value):
            self.refuse(numbers, "its value is NaN; where it has none, it has to raise")
        return None if isinf(value) else value

    def slope(self, index: int, numbers: Sequence[float], out: float) -> float:
        try:
            return ieee_partial(self.operation, index, numbers, out)
        except Exception as error:
            self.refuse(numbers, f"its derivative raises {error!r} (partials[{index}])")

    def check_slope(self, index: int, numbers: tuple[float, ...], out: float) -> bool:
        """Whether the derivative is confirmed; refused if it is another."""
        found = judged_slope(self.operation, index, numbers, self.slope(index, numbers, out))
        if found.verdict in {"wrong", "inexact"}:
            self.refuse(numbers, self.contradiction(value_text(self.operation), index, found))
        if self.operation.arity == 1 and self.is_named(numbers):
            self.check_jump(numbers[0], out)
        if found.kink and self.is_named(numbers):
            self.refuse(
                numbers,
                f"the slopes on the two sides of {self.operation.parameters[index]} are "
                f"{found.kink[0]:.6g} and {found.kink[1]:.6g}: it needs a kink",
            )
        return found.verdict in {"ok", "infinite"}

    def check_jump(self, x: float, out: float) -> None:
        """A function that jumps is not differentiable, and that is no kink."""
        for beside in (x - max(8.0 * ulp(x), 1e-20), x + max(8.0 * ulp(x), 1e-20)):
            value = self.value((beside,))
            if value is not None and abs(value - out) > _ALIKE * max(abs(value), abs(out), 1.0):
                self.refuse((x,), f"it jumps, from {out!r} to {value!r} at {beside!r}")

    def check_kink(self, index: int, numbers: tuple[float, ...], out: float) -> None:
        """The derivative is one of the slopes on the two sides, or between them: the nearest to 0.

        Of two operands, the subgradient of least norm is not the one of least parts: that of max(x, x)
        is ½ by each. So their slopes have to be between those on the two sides, no more.
        """
        slope = self.slope(index, numbers, out)
        found = judged_slope(self.operation, index, numbers, slope)
        if found.verdict == "wrong" and isfinite(found.numeric):
            self.refuse(numbers, self.contradiction(value_text(self.operation), index, found))
        if found.kink and self.operation.arity == 1:
            low, high = min(found.kink), max(found.kink)
            least = min(max(low, 0.0), high)
            if abs(slope - least) > _ALIKE * max(abs(low), abs(high)):
                self.refuse(
                    numbers,
                    f"the slopes on the two sides are {low:.6g} and {high:.6g}, and the subgradient "
                    f"of least norm is {least:.6g}, not {slope!r}",
                )

    def check_alike(self, numbers: tuple[float, ...], out: float) -> None:
        """The texts that are only read say what those say that are computed."""
        operation = self.operation
        pairs = [("formula", operation.formula, operation.value, out)]
        for index, (taught, partial) in enumerate(
            zip(operation.as_taught, operation.partials, strict=True)
        ):
            pairs.append(("as_taught", taught, partial, self.slope(index, numbers, out)))
        for what, text, computed, number in pairs:
            if text is computed:
                continue
            variables = dict(zip(operation.parameters, numbers, strict=True)) | {"out": out}
            read = float(evaluate(text.tree, variables, ieee_value))
            slack = 0.0
            with suppress(Exception):  # a Python function may have no way with nodes
                # results themselves, whose rounding counts
                root = on_nodes(text.tree, {name: 1.0 * Value(x) for name, x in variables.items()})
                slack = rounding_of_value(root) if isinstance(root, Value) else 0.0
            off = abs(read - number)
            if (
                isfinite(read)
                and isfinite(number)
                and off > _ALIKE * abs(number) + 100.0 * slack + _TINY
            ):
                self.refuse(
                    numbers, f"{what} {text.text!r} is {read!r}, and what is computed {number!r}"
                )

    def check_second(self, numbers: tuple[float, ...], out: float) -> None:
        """The derivatives of the derivatives' texts, which higher derivatives come from."""
        for index, partial in enumerate(self.operation.partials):
            own = partial.calls.keys() & self.operation.functions.keys()
            if own & self.not_on_nodes or not isfinite(self.slope(index, numbers, out)):
                continue
            for by in range(self.operation.arity):
                try:
                    found = self.judged_second(index, by, numbers)
                except Exception:
                    if not own:
                        raise
                    self.not_on_nodes |= own
                    break
                if found is None or found.verdict != "wrong":
                    continue
                if isnan(found.analytic) and isinf(found.numeric):
                    continue  # 0·inf, which the chain rule cannot tell
                if not own:
                    self.refuse(numbers, self.contradiction(partial.text, by, found))
                self.not_on_nodes |= own
                break

    def judged_second(self, index: int, by: int, numbers: tuple[float, ...]) -> Judgement | None:
        """The verdict on a derivative of a derivative's text, None at edges."""
        root, leaves = slope_as_graph(self.operation, index, numbers)
        slope, noise, slack = 0.0, 0.0, 0.0
        if isinstance(root, Value):
            slope = gradients(root).get(leaves[by], 0.0)
            noise = rounding_of_value(root)
            slack = rounding_of_derivatives(root).get(leaves[by], 0.0)
        around = Differences(self.partial_along(index, by, numbers), numbers[by], noise)
        if around.side != "central":
            return None
        return judged(around, slope, slack, _SECOND)

    def partial_along(
        self, index: int, by: int, numbers: tuple[float, ...]
    ) -> Callable[[float], float | None]:
        def along(x: float) -> float | None:
            moved = (*numbers[:by], x, *numbers[by + 1 :])
            if not inside_domain(self.operation, moved):
                return None
            try:
                return ieee_partial(self.operation, index, moved, strict(self.operation)(*moved))
            except (ArithmeticError, ValueError):
                return None

        return along

    def check_nan(self, ordinary: Sequence[tuple[float, ...]]) -> None:
        """A NaN operand does not get lost, wherever the others are."""
        for index in range(self.operation.arity):
            moved = [(*point[:index], nan, *point[index + 1 :]) for point in ordinary]
            if moved and not any(map(self.is_nan, moved)):
                self.refuse(moved[0], "its value is not NaN; a NaN has to remain one")

    def is_nan(self, numbers: Sequence[float]) -> bool:
        try:
            return isnan(strict(self.operation)(*numbers))
        except (ArithmeticError, ValueError):
            return False


def _complexity(x: float) -> float:
    """How hard a number is to compute with by hand: its digits, and how far from 1 and below 0 it is."""
    digits, _, exponent = f"{x:.16e}".lstrip("-").partition("e")
    return len(digits.replace(".", "").rstrip("0")) + abs(int(exponent)) + 0.5 * (x < 0.0)


#: What steps of differences do not tell from 0.
_NEXT_TO_ZERO = 1e-100


def _is_ordinary(numbers: Sequence[float]) -> bool:
    return all(x == 0.0 or 1e-3 <= abs(x) <= 1e3 for x in numbers)


def _numbers_named(operation: Operation) -> list[float]:
    """The constants in the texts, and 0: where a function may be special.

    Those next to 0 are taken for 0: differences cannot tell them from it, and it may be on a kink.
    """
    texts = [operation.value, *operation.partials]
    texts += [text for text in (operation.domain, operation.kink) if text is not None]
    found = {0.0}
    for text in texts:
        for node in ast.walk(text.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.add(node.value if abs(node.value) > _NEXT_TO_ZERO else 0.0)
    return sorted(found)
