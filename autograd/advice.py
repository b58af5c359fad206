"""What to write instead of a formula whose derivative is NaN, and how Python writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

from autograd.arguments import number_of
from autograd.backward import variable_operands
from autograd.ieee import ieee_partial, ieee_result
from autograd.operations import OPERATIONS
from autograd.value import Value

__all__ = ["Edge", "definition", "instead", "source"]

#: A formula in a message is no deeper, and no longer if it can be shallower.
_DEPTH, _WIDTH = 5, 50


class Edge(NamedTuple):
    """A node and the number of one of its operands: where one gradient flows into another.

    >>> x = Value(0.0, "x")
    >>> edge = Edge(x * 3.0, 0)
    >>> edge.operand.name, edge.slope, edge.stays, edge.constant_factor, edge.is_unselected
    ('x', 3.0, True, 3.0, False)
    """

    node: Value
    place: int

    @property
    def operand(self) -> Value:
        """The node below."""
        operand = self.node.operands[self.place]
        assert isinstance(operand, Value)
        return operand

    @property
    def slope(self) -> float:
        """The local derivative."""
        slope = self.node.derivatives[self.place]
        assert slope is not None
        return slope

    def _nudged(self) -> Iterator[float]:
        """The slope with each operand in turn a little to either side."""
        operation = self.node.operation
        assert operation is not None
        numbers = [number_of(operand) for operand in self.node.operands]
        for at, operand in enumerate(self.node.operands):
            if isinstance(operand, Value):
                for step in (1e-3, -1e-3):
                    beside = list(numbers)
                    beside[at] += step * (abs(numbers[at]) or 1.0)
                    yield ieee_partial(operation, self.place, beside, ieee_result(operation, beside))

    @property
    def stays(self) -> bool:
        """Whether the slope is the same around, so that it is 0 or infinite at no singular point."""
        return all(each == self.slope or isnan(each) for each in self._nudged())

    @property
    def factor(self) -> Value | float | None:
        """What a product multiplies the operand by; None where the node is none."""
        operation = self.node.operation
        return self.node.operands[1 - self.place] if operation and operation.name == "mul" else None

    @property
    def constant_factor(self) -> float | None:
        """That factor, if it is a plain number."""
        return self.factor if isinstance(self.factor, float) else None

    @property
    def is_unselected(self) -> bool:
        """Whether the operation passes on another operand, or a constant, and is flat in this one."""
        operation = self.node.operation
        return operation is not None and operation.kink is not None and self.stays


def instead(zero: Edge, infinite: Edge, above: Value) -> str:
    """What has the same value, and a derivative that comes out right.

    Args:
        zero: where the zero comes from.
        infinite: where the infinity comes from.
        above: the node of these two that is nearer to the result.
    """
    if zero.is_unselected:
        return _by_condition(zero, infinite)
    if zero.constant_factor == 0.0:
        return f"leave {definition(zero.node)} out: its factor is 0"
    text = _simplified(zero, infinite)
    if text is not None:
        return f"write {text} for {definition(above)}"
    if infinite.stays or zero.stays:
        return (
            f"simplify {definition(above)} by hand, so that nothing in it is too large or too small; "
            f"or decide with an if what is computed there"
        )
    point = infinite.operand
    return (
        f"simplify {definition(above)} by hand to a function that has a derivative where "
        f"{source(point)} = {point.data!r}; or decide with an if what is computed there"
    )


def _by_condition(zero: Edge, infinite: Edge) -> str:
    """Python's if in the place of max, min or relu: what is not taken is not differentiated."""
    node, index = zero
    operation = node.operation
    assert operation is not None
    untaken = node.operands[index]
    other: Value | float = node.operands[1 - index] if operation.arity == 2 else 0.0
    condition = f"{source(untaken)} {'<' if operation.name == 'min' else '>'} {source(other)}"
    if infinite.operand is node:  # what is applied to it has the infinite slope: both in one
        node = infinite.node
        taken, otherwise = (definition(node, {zero.node: each}) for each in (untaken, other))
        if isinstance(other, float):
            otherwise = repr(node.data)
    else:
        taken, otherwise = source(untaken), source(other)
    return f"write {taken} if {condition} else {otherwise} for {definition(node)}"


def _simplified(zero: Edge, infinite: Edge) -> str | None:
    """The same as one function, where two powers meet, or the root of a sum of squares."""
    root, squares = _power(infinite.node), _hypot(infinite.operand)
    if root and root[1] == 0.5 and squares:
        if zero.operand is infinite.node:
            power = _power(zero.node)
            if power and power[1] == 2.0:
                return f"{squares} ** 2 or {source(root[0])}"
        elif zero.node in {*variable_operands(infinite.operand), infinite.operand}:
            return squares
    for outer, inner in ((zero, infinite), (infinite, zero)):
        above, below = _power(outer.node), _power(inner.node)
        if above and below and above[0] is inner.node:
            return _one_power(above[1], below)
    if root and zero.operand is infinite.node and zero.factor is root[0]:
        return _one_power(1.0, (root[0], root[1] + 1.0))
    power = _power(zero.node)
    if power and power[1] == 2.0 and power[0].operation and power[0].operation.name == "hypot":
        return " + ".join(_square(each) for each in power[0].operands)
    return None


def _power(node: Value) -> tuple[Value, float] | None:
    """The base and the exponent, if a node is a power of another node."""
    match node.operation.name if node.operation else None, node.operands:
        case "sqrt", (Value() as base,):
            return base, 0.5
        case "cbrt", (Value() as base,):
            return base, 1.0 / 3.0
        case "square", (Value() as base,):
            return base, 2.0
        case "pow", (Value() as base, float() as exponent):
            return base, exponent
        case "mul", (Value() as base, other) if other is base:
            return base, 2.0
        case "reciprocal", (Value() as base,):
            return base, -1.0
        case "div", (float() as one, Value() as base) if one == 1.0:
            return base, -1.0
    return None


def _one_power(outer: float, inner: tuple[Value, float]) -> str | None:
    """A power of a power, where it is one for every base that both have a value at."""
    base, exponent = inner[0], outer * inner[1]
    if abs(exponent - round(exponent)) < 1e-12:
        exponent = float(round(exponent))
    elif inner[1] == 1.0 / 3.0:
        return None  # a cube root has a value below 0, and such a power has not
    magnitude = inner[1] % 2.0 == 0.0 and exponent % 2.0 != 0.0
    text = f"abs({source(base)})" if magnitude else source(base)
    if exponent == 1.0:
        return text
    single = magnitude or base.name or base.operation is None
    return f"{text if single else f'({text})'} ** {source(exponent)}"


def _hypot(node: Value) -> str | None:
    """``hypot(x, y)`` for the root of the sum of two squares."""
    if node.operation is not None and node.operation.name == "add":
        bases = [each for each in map(_power, variable_operands(node)) if each and each[1] == 2.0]
        if len(bases) == 2:
            return f"hypot({source(bases[0][0])}, {source(bases[1][0])})"
    return None


def _square(node: Value | float) -> str:
    power = _power(node) if isinstance(node, Value) else None
    if power and power[1] == 0.5:
        return source(power[0])
    return f"{source(node)} ** 2" if isinstance(node, Value) and node.name else f"({source(node)}) ** 2"


# --- as Python ----------------------------------------------------------------------------------


#: What stands in the place of a node.
_Replaced = dict[Value, Value | float]


def source(node: Value | float) -> str:
    """How Python writes a node, by its name or in terms of named nodes and numbers."""
    if isinstance(node, Value) and node.name:
        return node.name
    return definition(node, {})


def definition(node: Value | float, replaced: _Replaced | None = None) -> str:
    """How Python writes what a node is computed as, as deep as fits."""
    text = ""
    for depth in range(_DEPTH, -1, -1):
        text = ast.unparse(_tree(node, depth, replaced or {}, top=True))
        if len(text) <= _WIDTH:
            break
    return text


def _tree(node: Value | float, depth: int, replaced: _Replaced, top: bool = False) -> ast.expr:
    if isinstance(node, Value) and node in replaced:
        node = replaced[node]
    if not isinstance(node, Value):
        return ast.Constant(int(node) if node.is_integer() and abs(node) < 1e15 else node)
    operation = node.operation
    if node.name and (not top or operation is None):
        return ast.Name(node.name)
    if operation is None:
        return ast.Constant(node.data)
    if not depth and not top:
        return ast.Name("…")
    operands = [_tree(each, max(depth - 1, 0), replaced) for each in node.operands]
    for number, name in OPERATIONS["pow"].shortcuts.items():
        if operation.name == name:
            return ast.BinOp(operands[0], ast.Pow(), ast.Constant(int(number)))
    places = dict(zip(operation.parameters, operands, strict=True))
    match operation.value.tree if operation.operator else None:
        case ast.BinOp(left=ast.Name(id=left), op=op, right=ast.Name(id=right)):
            return ast.BinOp(places[left], op, places[right])
        case ast.UnaryOp(op=op, operand=ast.Name(id=name)):
            return ast.UnaryOp(op, places[name])
    return ast.Call(ast.Name(operation.name), operands, [])
