"""explain(): one derivative as the chain rule gives it, factor by factor along every path.

The stations of a path are the nodes that have names; what lies between two of them is one factor, as
notes write it: ∂E/∂w5 = ∂E/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from autograd.arguments import instance, whole
from autograd.backward import gradients, topological_order, variable_operands
from autograd.errors import ArgumentValueError
from autograd.formula import MOST_DIGITS
from autograd.symbolic import Factor, derivative_symbol, factors_below
from autograd.value import Value

__all__ = ["Derivation", "explain"]

_WIDTH = 100
#: As far as paths are counted: they double with every layer or so, and Python writes no number of
#: more than some thousands of digits.
_MOST_COUNTED = 10**100


@dataclass(frozen=True)
class Derivation:
    """A derivative and the paths that it is the sum over; ``print`` it, or take it apart.

    Attributes:
        result: what is differentiated.
        by: the node by which.
        value: the derivative.
        paths: the factors along each path from the result down; their products add up to ``value``.
        path_count: how many paths there are; more than in ``paths`` where they are too many to list,
            and 10**100 where they are more than that.

    >>> x = Value(3.0, "x")
    >>> derivation = explain(((x * x).named("u") + x).named("y"), x)
    >>> derivation.value, derivation.path_count
    (7.0, 2)
    >>> [[factor.symbol for factor in path] for path in derivation.paths]
    [['∂y/∂u', '∂u/∂x'], ['∂y/∂x']]
    """

    result: Value
    by: Value
    value: float
    paths: tuple[tuple[Factor, ...], ...]
    path_count: int

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Every factor once, from the result down.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> derivation = explain((w * x).named("net").square().named("E"), w)
        >>> [(factor.symbol, factor.formula, factor.value) for factor in derivation.factors]
        [('∂E/∂net', '2·net', 2.0), ('∂net/∂w', 'x', 2.0)]
        """
        return tuple(dict.fromkeys(factor for path in self.paths for factor in path))

    def to_dict(self) -> dict[str, Any]:
        """The derivation as plain data, JSON-able.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> explain((w * x).named("net"), w).to_dict()["paths"]
        [[{'above': 'net', 'below': 'w', 'value': 2.0, 'formula': 'x'}]]
        """
        return {
            "result": self.result.label,
            "by": self.by.label,
            "value": self.value,
            "path_count": self.path_count,
            "paths": [
                [
                    {
                        "above": factor.above.label,
                        "below": factor.below.label,
                        "value": factor.value,
                        "formula": factor.formula,
                    }
                    for factor in path
                ]
                for path in self.paths
            ],
        }

    def text(self, digits: int = 9) -> str:
        """The derivation as lines of text, numbers to some significant digits.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> x = Value(0.5, "x")
        >>> print(explain(x.sin().named("y"), x).text(digits=3))
        ∂y/∂x = 0.878
          = ∂y/∂x
            = 0.878
        where
          ∂y/∂x = cos(x) = 0.878
        """
        digits = whole("digits", digits, 1, MOST_DIGITS)

        def number(value: float) -> str:
            return f"{value:.{digits}g}"

        lines = [f"{derivative_symbol(self.result, self.by)} = {number(self.value)}"]
        for path in filter(None, self.paths):  # the path from a node to itself has no factors
            contribution = prod(factor.value for factor in path)
            share = f" = {number(contribution)}" if len(self.paths) > 1 else ""
            sign = "+" if path is not self.paths[0] else "="
            lines += _product(f"  {sign} ", [factor.symbol for factor in path])
            numbers = [number(factor.value) for factor in path]
            lines += _product(f"  {' ' * len(sign)} = ", [*numbers[:-1], numbers[-1] + share])
        if self.path_count == _MOST_COUNTED:
            lines.append("  + … along more than 10^100 more paths")
        elif self.path_count > len(self.paths):
            lines.append(f"  + … along {self.path_count - len(self.paths)} more paths")
        width = max((len(factor.symbol) for factor in self.factors), default=0)
        lines += ["where"] if self.factors else []
        for factor in self.factors:
            formula = f"{factor.formula} = " if factor.formula else ""
            if formula.removesuffix(" = ") == number(factor.value):
                formula = ""
            lines.append(f"  {factor.symbol:<{width}} = {formula}{number(factor.value)}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def _product(head: str, factors: list[str]) -> list[str]:
    """A product as a line, or as several if it is long: these go on with the sign, below the first."""
    lines = [head + factors[0]]
    for factor in factors[1:]:
        if len(lines[-1]) + len(factor) + 3 <= _WIDTH:
            lines[-1] += f" · {factor}"
        else:
            lines.append(f"{' ' * len(head)}· {factor}")
    return lines


def explain(result: Value, by: Value, *, most_paths: int = 16) -> Derivation:
    """The derivative of one node by another, along every path between them.

    Args:
        result: what is differentiated.
        by: a node that it was computed from.
        most_paths: list no more paths than that; their number doubles with every layer or so.

    Raises:
        ArgumentTypeError: one of them is no Value, or ``most_paths`` no whole number.
        ArgumentValueError: ``result`` does not depend on ``by``, or ``most_paths`` is less than 1.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> net = (w * x).named("net")
    >>> out = net.tanh().named("out")
    >>> print(explain(out, w))
    ∂out/∂w = 0.839948683
      = ∂out/∂net · ∂net/∂w
        = 0.419974342 · 2
    where
      ∂out/∂net = 1 − out² = 0.419974342
      ∂net/∂w   = x = 2
    """
    instance("result", result, Value, "a Value")
    instance("by", by, Value, "a Value")
    most_paths = whole("most_paths", most_paths, 1)
    order = topological_order(result)
    leading = _leading_to(by, order)
    if result not in leading:
        raise ArgumentValueError(f"{result.label!r} does not depend on {by.label!r}")
    stations = {node for node in leading if node.name} | {result, by}
    places = {node: place for place, node in enumerate(order)}
    factors = {
        node: [factor for factor in factors_below(node, places, stations) if factor.below in leading]
        for node in order
        if node in stations and node is not by
    }
    counts: dict[Value, int] = {by: 1}
    for node in reversed(order):
        if node in factors:
            count = sum(counts[factor.below] for factor in factors[node])
            counts[node] = min(count, _MOST_COUNTED)
    paths: list[tuple[Factor, ...]] = []
    for path in _paths(result, by, factors):
        if len(paths) == most_paths:
            break
        paths.append(path)
    return Derivation(result, by, gradients(result)[by], tuple(paths), counts[result])


def _leading_to(by: Value, order: list[Value]) -> set[Value]:
    """The nodes that depend on ``by``, itself included."""
    leading = {by} & set(order)
    for node in reversed(order):
        if any(operand in leading for operand in variable_operands(node)):
            leading.add(node)
    return leading


#: The factors of the way so far, the last one first: (last, (the one before, (…, None))).
_Way: TypeAlias = "tuple[Factor, _Way] | None"


def _paths(node: Value, by: Value, factors: dict[Value, list[Factor]]) -> Iterator[tuple[Factor, ...]]:
    """Every path from a station down to ``by``, without recursion, in the order of the operands."""
    waiting: list[tuple[Value, _Way]] = [(node, None)]
    while waiting:
        here, way = waiting.pop()
        if here is by:
            yield _unwound(way)
            continue
        waiting += [(factor.below, (factor, way)) for factor in reversed(factors[here])]


def _unwound(way: _Way) -> tuple[Factor, ...]:
    path = []
    while way:
        factor, way = way
        path.append(factor)
    return tuple(reversed(path))
