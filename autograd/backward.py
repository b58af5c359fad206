"""The chain rule over a graph, in reverse topological order.

Every node has its derivative by each of its operands already. Going from the result down, the
derivative of the result by an operand is the sum, over the nodes that use it, of their derivative
times the local one:

    ∂E/∂x = Σ ∂E/∂out · ∂out/∂x   over all nodes out that x is an operand of

A node may be finished only when all its users are: in the reverse of the order in which a depth-first
search leaves the nodes. Nothing recurses, and the order depends on the graph alone, so gradients are
the same to the last bit each time.
"""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar

from autograd.arguments import flag, wrong_kind
from autograd.atomic import run, set_together, setting
from autograd.engine import COMPILED
from autograd.errors import ArgumentValueError, AutogradError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.atomic import Change
    from autograd.value import Value

__all__ = [
    "DETECTOR",
    "backward",
    "gradients",
    "leading_to",
    "leaf_gradients",
    "order_with",
    "topological_order",
]


def variable_operands(node: Value) -> list[Value]:
    """The operands that are nodes, in order; one that stands twice comes twice.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> [operand.label for operand in variable_operands(x * x)], variable_operands(3.0 * x) == [x]
    (['x', 'x'], True)
    """
    return [operand for operand in node.operands if not isinstance(operand, float)]


def order_with(result: Value, *nodes: Value) -> list[Value]:
    """`topological_order`, once it is sure that some nodes are in it.

    Raises:
        ArgumentValueError: one is not.

    >>> from autograd import Value
    >>> order_with(Value(2.0, "x").exp(), Value(2.0, "y"))
    Traceback (most recent call last):
    ArgumentValueError: 'e^x' does not depend on 'y'
    """
    order = topological_order(result)
    below = set(order)
    for node in nodes:
        if node not in below:
            raise ArgumentValueError(f"{result.label!r} does not depend on {node.label!r}")
    return order


def leading_to(node: Value, order: Sequence[Value]) -> set[Value]:
    """The nodes of a `topological_order` that depend on a node, itself included.

    >>> from autograd import Value
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> len(leading_to(x, topological_order(x * x + y)))  # all but y
    3
    """
    leading = {node}
    for above in reversed(order):
        if any(operand in leading for operand in variable_operands(above)):
            leading.add(above)
    return leading


def topological_order(root: Value) -> list[Value]:
    """Every node that ``root`` depends on, itself first, each before its operands, the left one first.

    Raises:
        ArgumentTypeError: ``root`` is no Value.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> [node.label for node in topological_order(x * x + 1)]
    ['x·x + 1', 'x·x', 'x']
    """
    if not hasattr(root, "derivatives"):
        raise wrong_kind("the root", "a Value", root)
    order = _visited(root)
    order.reverse()
    return order


def _visited(root: Value) -> list[Value]:
    """The nodes in the order in which the search leaves them: operands before results."""
    seen = {root}
    order: list[Any] = []
    above: list[Any] = []
    node: Any = root
    while True:
        # the right operand first, so that the reverse has the left one first
        if node._dy is not None:
            operand = node._y
            if operand not in seen:
                seen.add(operand)
                above.append(node)
                node = operand
                continue
        if node._dx is not None:
            operand = node._x
            if operand not in seen:
                seen.add(operand)
                above.append(node)
                node = operand
                continue
        order.append(node)
        if not above:
            break
        node = above.pop()
    return order


#: What looks through a graph before it is differentiated, in this context; see `autograd.anomaly`.
DETECTOR: ContextVar[Callable[[Value], None] | None] = ContextVar("detector", default=None)

_one_at_a_time = threading.RLock()
_running_in = 0  # the thread that holds the lock, or 0

if hasattr(os, "register_at_fork"):
    # a process is forked between two sweeps: the child has whole sums, and a lock that somebody can open
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )


def backward(root: Value, create_graph: bool = False) -> None:
    """`Value.backward`: interior nodes start from zero, leaves accumulate."""
    global _running_in
    flag("create_graph", create_graph)
    this_thread = threading.get_ident()
    if _running_in == this_thread:
        raise AutogradError("a backward pass was started inside another one")
    detect = DETECTOR.get()
    if detect is not None:
        detect(root)
    recorded = gradients(root, create_graph=True) if create_graph else None
    leaves: list[Change] = []
    put_back = setting(leaves)
    try:  # acquired within it: an interrupt may come right after
        _one_at_a_time.acquire()
        _running_in = this_thread
        if recorded is None:
            _sweep(root, leaves)
        else:
            _accumulate(recorded)
    except BaseException:
        run(put_back)
        raise
    finally:
        if _running_in == this_thread:
            _running_in = 0
        try:  # noqa: SIM105  # an interrupt would come between suppress() and the release
            _one_at_a_time.release()
        except RuntimeError:  # it was interrupted while it waited for the lock
            pass


def _accumulate(recorded: dict[Value, Any]) -> None:
    set_together(
        (node, "_grad", _plus(node._grad, gradient) if node.operation is None else gradient.data)
        for node, gradient in recorded.items()
    )


def _sweep(root: Value, leaves: list[Change]) -> None:
    """`topological_order` and the sum, some ten times as fast as `gradients`.

    A node has been seen once its ``_grad`` is ``untouched``, a zero that is this sweep's own. So a sweep
    that is interrupted (by KeyboardInterrupt, say) has only the leaves to put back; but two sweeps over
    shared nodes would mistake each other's zeros, which is why they wait for one another.

    Args:
        root: where to start.
        leaves: gets each leaf before it is touched, and the gradient that it had.
    """
    untouched = float(0)  # a new object each time, told from other zeros by identity
    order: list[Any] = []
    above: list[Any] = []
    leave, push, pop, touch = order.append, above.append, above.pop, leaves.append
    node: Any = root
    if node.operation is None:
        touch((node, "_grad", node._grad))
    node._grad = untouched
    while True:
        # the right operand first, so that the reverse has the left one first
        if node._dy is not None:
            operand = node._y
            if operand._grad is not untouched:
                if operand.operation is not None:
                    operand._grad = untouched
                    push(node)
                    node = operand
                    continue
                touch((operand, "_grad", operand._grad))
                operand._grad = untouched
        if node._dx is not None:
            operand = node._x
            if operand._grad is not untouched:
                if operand.operation is not None:
                    operand._grad = untouched
                    push(node)
                    node = operand
                    continue
                touch((operand, "_grad", operand._grad))
                operand._grad = untouched
        leave(node)
        if not above:
            break
        node = pop()
    root._grad = 1.0
    for node in reversed(order):
        gradient = node._grad
        slope = node._dx
        if slope is not None:
            node._x._grad += gradient * slope
        slope = node._dy
        if slope is not None:
            node._y._grad += gradient * slope
    for leaf, _, before in leaves:
        leaf._grad = before + leaf._grad  # type: ignore[attr-defined]


def gradients(root: Value, create_graph: bool = False) -> dict[Value, Any]:
    """The derivative of ``root`` by every node that it depends on; no ``grad`` is touched.

    Args:
        root: what is differentiated.
        create_graph: give the derivatives as nodes, to be differentiated again.

    Raises:
        StaleGraphError: with ``create_graph``, a leaf's data has changed since the graph was made.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> gradients(x * x)[x]
    6.0
    """
    order = topological_order(root)
    if create_graph:
        return _recorded_gradients(root, order)
    found: dict[Any, float] = dict.fromkeys(order, 0.0)
    found[root] = 1.0
    for node in order:
        gradient = found[node]
        slope = node._dx
        if slope is not None:
            found[node._x] += gradient * slope
        slope = node._dy
        if slope is not None:
            found[node._y] += gradient * slope
    return found


def leaf_gradients(root: Value) -> dict[Value, float]:
    """The derivative of ``root`` by every leaf that it depends on; no ``grad`` is touched.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> leaf_gradients(x * x)
    {Value(3.0): 6.0}
    """
    return {node: slope for node, slope in gradients(root).items() if node.operation is None}


if COMPILED is not None:
    _sweep, _visited = COMPILED.sweep, COMPILED.visited
    leaf_gradients = COMPILED.leaf_gradients


def _recorded_gradients(root: Value, order: list[Value]) -> dict[Value, Any]:
    from autograd.slopes import check_fresh, slope_nodes

    for node in order:
        check_fresh(node)
    found: dict[Any, Any] = dict.fromkeys(order, 0.0)
    found[root] = 1.0
    for node in order:
        gradient = found[node]
        for operand, slope in zip(node.operands, slope_nodes(node), strict=True):
            if slope is not None:
                found[operand] = _plus(found[operand], _times(gradient, slope))
    value = type(root)
    return {
        node: gradient if isinstance(gradient, value) else value(gradient)
        for node, gradient in found.items()
    }


def _times(a: Any, b: Any) -> Any:
    return b if a.__class__ is float and a == 1.0 else a if b.__class__ is float and b == 1.0 else a * b


def _plus(a: Any, b: Any) -> Any:
    return b if a.__class__ is float and a == 0.0 else a + b
