"""Factors of the chain rule between named nodes: what notes write as ∂net_o1/∂w5."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeAlias

from autograd.formula import POWER, PRODUCT, UNICODE, Written, write
from autograd.symbolic.labels import written
from autograd.symbols import unicode_symbol
from autograd.value import Value

__all__ = ["Factor", "derivative_symbol", "factors_below"]


_MOST_TERMS, _MOST_FACTORS = 3, 12

#: A product of derivatives: each by the node and the number of its operand.
_Term: TypeAlias = tuple[tuple[Value, int], ...]


@dataclass(frozen=True)
class Factor:
    """The derivative of one named node by another, along the unnamed nodes between them.

    Attributes:
        above: the node that is differentiated.
        below: the node by which.
        value: the derivative.
        formula: the same as a formula, "" where it would be too long to help.
    """

    above: Value
    below: Value
    value: float
    formula: str

    @property
    def symbol(self) -> str:
        """``∂out_o1/∂net_o1``, in Unicode."""
        return derivative_symbol(self.above, self.below)


def derivative_symbol(above: Value, below: Value) -> str:
    """``∂E/∂w₅``; a node without a name is written out in brackets."""
    names = (unicode_symbol(node.name) if node.name else f"({node.label})" for node in (above, below))
    return "∂{}/∂{}".format(*names)


def factors_below(above: Value, places: Mapping[Value, int], stations: Set[Value]) -> list[Factor]:
    """The derivatives of a node by the next stations below it, along other nodes only.

    Args:
        above: the node that is differentiated.
        places: the nodes below it, and maybe others, with their places in a topological order.
        stations: where to stop.

    >>> x = Value(3.0, "x")
    >>> y = (2.0 * x).named("y")
    >>> [(factor.symbol, factor.value) for factor in factors_below(y, {y: 0, x: 1}, {x, y})]
    [('∂y/∂x', 2.0)]
    """
    found: dict[Value, float] = {above: 1.0}
    terms: dict[Value, list[_Term]] = {above: [()]}  # empty where it got too long
    # the way is never longer than to the next stations, however large the graph
    waiting = [(places[above], above)]
    while waiting:
        _, node = heappop(waiting)
        for index, (operand, slope) in enumerate(zip(node.operands, node.derivatives, strict=True)):
            if isinstance(operand, Value):
                if operand not in found and operand not in stations:
                    heappush(waiting, (places[operand], operand))
                found[operand] = found.get(operand, 0.0) + found[node] * (slope or 0.0)
                terms[operand] = _extended(terms.get(operand), terms[node], node, index)
    return [
        Factor(above, node, value, _sum_of_products(terms[node]))
        for node, value in found.items()
        if node in stations and node is not above
    ]


def _extended(terms: list[_Term] | None, above: list[_Term], node: Value, index: int) -> list[_Term]:
    """The products so far and those along one more edge, of which few and short ones are worth writing.

    No products at all stand for too many: paths double with every node, and text with every path.
    """
    if not above or terms == []:
        return []
    more = [*(terms or ()), *((*term, (node, index)) for term in above)]
    return more if len(more) <= _MOST_TERMS and len(more[-1]) <= _MOST_FACTORS else []


def _local_formula(node: Value, index: int) -> Written:
    operation = node.operation
    assert operation is not None
    operands = {
        parameter: written(operand, 3, symbol=unicode_symbol)
        for parameter, operand in zip(operation.parameters, node.operands, strict=True)
    }
    out = written(node, 3, symbol=unicode_symbol)
    return write(operation.as_taught[index].tree, UNICODE, {**operands, "out": out})


def _sum_of_products(terms: list[_Term]) -> str:
    """The products written out; factors of 1 go without saying."""
    products = []
    for term in terms:
        written_out = (_local_formula(node, index) for node, index in term)
        pieces = [piece for piece in written_out if piece.text != "1"]
        loose = PRODUCT if len(pieces) > 1 else 0
        texts = [
            piece.text if piece.tightness >= (POWER if number else loose) else f"({piece.text})"
            for number, piece in enumerate(pieces)
        ]
        products.append("·".join(texts) or "1")
    text = " + ".join(products)
    return text if len(text) <= 60 else ""
