"""What a node is called: its name, or its structure in terms of named nodes and numbers."""

from __future__ import annotations

from autograd.formula import UNICODE, Style, Written, number_text, value_of
from autograd.value import Value

__all__ = ["written"]


def written(node: Value | float, depth: int, style: Style = UNICODE) -> Written:
    """A node as a formula of named nodes and numbers, ``…`` below some depth.

    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> written((a + b) * a, 2).text, written((a + b) * a, 1).text
    ('(a + b)·a', '…·a')
    """
    if not isinstance(node, Value):
        return Written(number_text(node))
    if node.name:
        return Written(node.name)
    if node.operation is None:
        return Written(repr(node.data))
    if not depth:
        return Written("…")
    return value_of(node.operation, [written(each, depth - 1, style) for each in node.operands], style)
