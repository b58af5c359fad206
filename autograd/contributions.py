"""Which inputs of a node matter most, and in which order backward added up a gradient."""

from __future__ import annotations

from typing import NamedTuple

from autograd.arguments import instance, number_of
from autograd.backward import gradients, order_with, topological_order
from autograd.symbolic import factor_values
from autograd.value import Value

__all__ = ["Addition", "Influence", "additions", "influences"]


class Influence(NamedTuple):
    """What an input of a node does to a result.

    Attributes:
        input: the input: a named node that the node was computed from, or a leaf.
        slope: the derivative of the result with respect to the node, times that of the node with respect
            to the input.
        product: the slope times the input; to first order what the result would lose without the input.
    """

    input: Value
    slope: float
    product: float


def influences(node: Value, result: Value | None = None) -> list[Influence]:
    """The inputs of a node with ∂E/∂x · x along it, those that matter most first.

    Where the result is a weighted sum these are its terms; otherwise they tell what a small change in
    proportion to each input would do.

    Args:
        node: the node.
        result: E; the node itself, if None.

    Raises:
        ArgumentTypeError: one of them is no Value.
        ArgumentValueError: the result does not depend on the node.

    >>> w, x, b = Value(0.5, "w"), Value(-4.0, "x"), Value(1.0, "b")
    >>> net = (w * x + b).named("net")
    >>> error = (net**2).named("E")
    >>> [(each.input.name, each.product) for each in influences(net, error)]
    [('w', 4.0), ('x', 4.0), ('b', -2.0)]
    """
    instance("node", node, Value, "a Value")
    result = instance("result", node if result is None else result, Value, "a Value")
    slope = number_of(gradients(result).get(node, 0.0))
    order_with(result, node)
    order = topological_order(node)
    stations = {each for each in order if each.name or not each.operands} | {node}
    found = factor_values(node, {each: place for place, each in enumerate(order)}, stations)
    inputs = [
        Influence(each, slope * factor, slope * factor * each.data) for each, factor in found.items()
    ]
    return sorted(inputs, key=lambda each: -abs(each.product))


class Addition(NamedTuple):
    """One addition to the gradient of a node.

    Attributes:
        user: the node that uses it.
        above: the gradient of the user.
        slope: the derivative of the user with respect to the node, at that place among its operands.
        amount: their product, which is added.
        total: the gradient after it.
    """

    user: Value
    above: float
    slope: float
    amount: float
    total: float


def additions(result: Value, node: Value) -> list[Addition]:
    """What ``result.backward()`` adds to the gradient of a node, in its order.

    Args:
        result: what is differentiated.
        node: a node that it was computed from.

    Raises:
        ArgumentTypeError: one of them is no Value.
        ArgumentValueError: ``result`` does not depend on ``node``.

    >>> x = Value(3.0, "x")
    >>> y = ((x * x).named("square") + x.exp().named("power")).named("y")
    >>> for each in additions(y, x):
    ...     print(f"{each.user.name}: += {each.above:g} · {each.slope:.4f}, so far {each.total:.4f}")
    square: += 1 · 3.0000, so far 3.0000
    square: += 1 · 3.0000, so far 6.0000
    power: += 1 · 20.0855, so far 26.0855
    """
    instance("result", result, Value, "a Value")
    instance("node", node, Value, "a Value")
    order = order_with(result, node)
    found: list[Addition] = []
    above, total = gradients(result), 0.0
    for user in order:
        for operand, derivative in zip(user.operands, user.derivatives, strict=True):
            if operand is node:
                gradient, slope = number_of(above[user]), derivative or 0.0
                amount = gradient * slope
                total += amount
                found.append(Addition(user, gradient, slope, amount, total))
    return found
