"""Graph: a computation recorded at some numbers, that reads as Python and can be run at others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from math import copysign, isfinite
from typing import Any

from autograd import arguments
from autograd.backward import topological_order, variable_operands
from autograd.operations import Operation
from autograd.value import Value

__all__ = ["Graph", "depth", "python"]


class Graph:
    """A function, and the graph of it that is recorded at some numbers.

    Its repr is Python that makes it again, given ``import autograd`` and this class.

    Args:
        function: takes Values, and should take numbers as well; returns a Value.
        numbers: the data of the leaves that it is called with.

    Attributes:
        function: as given; ``graph.function(*graph.numbers)`` runs it again, at these numbers or others.
        leaves: the Values that it was called with, called x0, x1, and so on.
        result: the Value that it returned.

    Raises:
        ArgumentTypeError: the function does not return a Value, or is none; the numbers are no list of
            real numbers.

    >>> def twice_the_square(x):
    ...     square = x * x
    ...     return square + square
    >>> graph = Graph(twice_the_square, [3.0])
    >>> graph
    Graph(lambda x0: (y0 := (x0 * x0)) + y0, [3.0])
    >>> graph.result.backward()
    >>> graph.result.data, graph.leaves[0].grad, graph.function(1.0)
    (18.0, 12.0, 2.0)
    """

    __slots__ = ("function", "leaves", "result")

    def __init__(self, function: Callable[..., Any], numbers: Sequence[float]) -> None:
        self.function = arguments.function("function", function)
        self.leaves = [
            Value(arguments.real(f"numbers[{index}]", number), f"x{index}")
            for index, number in enumerate(arguments.items("numbers", numbers))
        ]
        result = function(*self.leaves)
        if not isinstance(result, Value):
            raise arguments.wrong_kind("what the function of a graph returns", "a Value", result)
        self.result: Value = result

    @property
    def numbers(self) -> list[float]:
        """The data of the leaves."""
        return [leaf.data for leaf in self.leaves]

    @property
    def operations(self) -> list[Operation]:
        """The operation of each node that the result depends on, in an order of evaluation."""
        order = reversed(topological_order(self.result))
        return [node.operation for node in order if node.operation is not None]

    def __repr__(self) -> str:
        numbers = ", ".join(ast.unparse(_constant(number)) for number in self.numbers)
        return f"Graph({python(self.result, self.leaves)}, [{numbers}])"


def depth(result: Value) -> int:
    """The largest number of operations on a way down from a node.

    >>> x = Value(2.0)
    >>> depth(x), depth(x * x + x)
    (0, 2)
    """
    depths: dict[Value, int] = {}
    for node in reversed(topological_order(result)):
        below = [depths[operand] for operand in variable_operands(node)]
        depths[node] = 1 + max(below) if below else 0
    return depths[result]


#: Python's parser gives up at some depth of brackets, and a node may take three.
DEEPEST = 30


def python(result: Value, leaves: Sequence[Value]) -> str:
    """A node as a Python function of some leaves; what is used twice is given a name.

    >>> x, y = Value(2.0), Value(3.0)
    >>> python((x - y).max(1.0) / 2, [x, y])
    'lambda x0, x1: autograd.max(x0 - x1, 1.0) / 2.0'
    """
    if depth(result) > DEEPEST:
        return f"<function of {len(leaves)} numbers, {depth(result)} operations deep>"
    uses: dict[Value, int] = {}
    for node in topological_order(result):
        for operand in variable_operands(node):
            uses[operand] = uses.get(operand, 0) + 1
    names = {leaf: f"x{index}" for index, leaf in enumerate(leaves)}

    def written(node: Value | float) -> ast.expr:
        if isinstance(node, float):
            return _constant(node)
        if node in names:
            return ast.Name(names[node])
        if node.operation is None:
            return _constant(node.data)
        computed = _applied(node.operation, [written(operand) for operand in node.operands])
        if uses.get(node, 0) < 2:
            return computed
        names[node] = f"y{len(names) - len(leaves)}"
        return ast.NamedExpr(ast.Name(names[node]), computed)

    parameters = ", ".join(f"x{index}" for index in range(len(leaves)))
    return f"lambda {parameters}: {ast.unparse(written(result))}"


def _applied(operation: Operation, operands: list[ast.expr]) -> ast.expr:
    """Python's operator where the operation is one, else a function of `autograd`.

    Of numbers, the operator of powers would go on to complex ones.
    """
    tree = operation.value.tree
    if isinstance(tree, ast.BinOp) and operation.operator and not operation.value.has_power:
        return ast.BinOp(operands[0], tree.op, operands[1])
    if isinstance(tree, ast.UnaryOp) and operation.operator:
        return ast.UnaryOp(tree.op, operands[0])
    called = ast.Attribute(ast.Name("autograd"), operation.name)
    return ast.Call(called, operands, keywords=[])


def _constant(number: float) -> ast.expr:
    """A number as Python writes it: what has a sign takes brackets where they are needed."""
    magnitude = ast.Constant(abs(number)) if isfinite(number) else ast.Name(repr(abs(number)))
    return ast.UnaryOp(ast.USub(), magnitude) if copysign(1.0, number) < 0.0 else magnitude
