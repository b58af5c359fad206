"""What a node is called: its name, or its structure in terms of named nodes and numbers."""

from __future__ import annotations

from collections.abc import Callable

from autograd.formula import UNICODE, Style, Written, number, value_of
from autograd.symbols import unicode_symbol
from autograd.value import Value

__all__ = ["definition_text", "written"]


def written(
    node: Value | float, depth: int, style: Style = UNICODE, symbol: Callable[[str], str] = str
) -> Written:
    """A node as a formula of named nodes and numbers, ``…`` below some depth.

    Args:
        node: the node, or a plain number among its operands.
        depth: how many operations deep to write it out.
        style: Unicode or LaTeX.
        symbol: how to write a name.

    >>> a, b = Value(2.0, "a1"), Value(3.0, "b")
    >>> written((a + b) * a, 2).text, written((a + b) * a, 1, symbol=unicode_symbol).text
    ('(a1 + b)·a1', '…·a₁')
    """
    if not isinstance(node, Value):
        return number(node, style)
    if node.name:
        return Written(symbol(node.name))
    if node.operation is None:
        return number(node.data, style)
    if not depth:
        return Written("…")
    return _computation(node, depth, style, symbol)


def _computation(node: Value, depth: int, style: Style, symbol: Callable[[str], str]) -> Written:
    assert node.operation is not None
    operands = [written(operand, depth - 1, style, symbol) for operand in node.operands]
    return value_of(node.operation, operands, style)


def definition_text(node: Value, symbol: Callable[[str], str] = unicode_symbol, width: int = 48) -> str:
    """How a node was computed, in terms of named nodes and as deep as fits in ``width`` characters.

    >>> w, x, b = Value(2.0, "w1"), Value(3.0, "x1"), Value(1.0, "b")
    >>> definition_text(w * x + b), definition_text(w)
    ('w₁·x₁ + b', '')
    """
    if node.operation is None:
        return ""
    text = ""
    for depth in (6, 4, 3, 2, 1):
        text = _computation(node, depth, UNICODE, symbol).text
        if len(text) <= width:
            break
    return text
