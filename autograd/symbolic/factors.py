"""Factors of the chain rule between named nodes: what notes write as ∂net_o1/∂w5."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from autograd.formula import UNICODE, Style
from autograd.symbolic.nodes import Slope
from autograd.symbolic.texts import label, slope_text

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["Factor", "derivative_symbol", "factor_values"]


@dataclass(frozen=True)
class Factor:
    """The derivative of one named node with respect to another, along the unnamed nodes between them.

    Attributes:
        above: the node that is differentiated.
        below: the node with respect to which.
        value: the derivative.
        slope: how it is computed, and why so; None where that would be too long to help.
    """

    above: Value
    below: Value
    value: float
    slope: Slope | None = field(default=None, compare=False, repr=False)

    @property
    def symbol(self) -> str:
        """``∂out_o1/∂net_o1``, in Unicode."""
        return derivative_symbol(self.above, self.below)

    @property
    def formula(self) -> str:
        """How the derivative is computed: ``1 (as net > 0)`` of a relu; "" if it is too long."""
        if self.slope is None:
            return ""
        text, why = slope_text(self.slope)
        return f"{text} ({why})" if why else text


def derivative_symbol(above: Value, below: Value, style: Style = UNICODE) -> str:
    """``∂E/∂w₅``; a node without a name is written out in brackets.

    >>> from autograd import Value
    >>> x = Value(3.0, "x1")
    >>> derivative_symbol((x * x).named("y"), x), derivative_symbol(x * x, x)
    ('∂y/∂x₁', '∂(x₁·x₁)/∂x₁')
    """
    names = (
        label(node, style) if node.name else style.brackets(label(node, style))
        for node in (above, below)
    )
    return style.derivative(*names)


def factor_values(above: Value, places: Mapping[Value, int], stations: Set[Value]) -> dict[Value, float]:
    """The derivatives of a node by the next stations below it, along other nodes only.

    Args:
        above: the node that is differentiated.
        places: the nodes below it, and maybe others, with their places in a topological order.
        stations: where to stop.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> y = (2.0 * x).named("y")
    >>> factor_values(y, {y: 0, x: 1}, {x, y}) == {x: 2.0}
    True
    """
    found: dict[Value, float] = {above: 1.0}
    # the way is never longer than to the next stations, however large the graph
    waiting = [(places[above], above)]
    while waiting:
        _, node = heappop(waiting)
        for operand, slope in zip(node.operands, node.derivatives, strict=True):
            if not isinstance(operand, float):
                if operand not in found and operand not in stations:
                    heappush(waiting, (places[operand], operand))
                found[operand] = found.get(operand, 0.0) + found[node] * (slope or 0.0)
    return {node: value for node, value in found.items() if node in stations and node is not above}
