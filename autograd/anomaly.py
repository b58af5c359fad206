"""Where NaN comes from: the first node at which 0 met ∞, why, and what to write instead.

Backpropagation multiplies and adds, so a derivative may come out NaN where every leaf is finite and the
right one is too: the chain rule alone cannot tell 0·∞ or ∞ − ∞. It is not bent here. What it met is
named: the node, the factors and where they come from, the path from the result, and a formula that has
the same value and derivatives that are numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite, isinf, isnan

from autograd.advice import Edge, definition, instead, source
from autograd.arguments import instance, number_of, text
from autograd.backward import DETECTOR, leading_to, order_with, topological_order
from autograd.errors import AutogradError
from autograd.expression import evaluate
from autograd.ieee import ieee_value
from autograd.value import Value

__all__ = ["Anomaly", "AnomalyError", "detect_anomaly", "find_anomaly"]

#: A path in a message is no longer.
_MOST_NODES = 8


@dataclass(frozen=True)
class Anomaly:
    """The place where a derivative becomes NaN on its way down from the result.

    Attributes:
        result: what is differentiated.
        node: the node at which it happens; the derivative by its operand ``operand`` is NaN.
        operand: the operand below.
        cause: what met: "0 · ∞", "∞ − ∞", or "NaN" where a local derivative is none.
        reasons: where each of these comes from, in words.
        advice: what to write instead.
        path: the nodes from the result down to ``operand``.

    >>> x = Value(0.0, "x")
    >>> anomaly = find_anomaly((x * x).sqrt())
    >>> anomaly.cause, [node.label for node in anomaly.path], anomaly.advice
    ('0 · ∞', ['√(x·x)', 'x·x', 'x'], 'write abs(x) for sqrt(x * x)')
    """

    result: Value
    node: Value
    operand: Value
    cause: str
    reasons: tuple[str, ...]
    advice: str
    path: tuple[Value, ...]

    def lines(self, what: str | None = None) -> list[str]:
        """The anomaly as lines of text.

        Args:
            what: what to call the derivative; the derivative of the result, if None.

        Raises:
            ArgumentTypeError: it is neither a string nor None.

        >>> x = Value(0.0, "x")
        >>> anomaly = find_anomaly((x * x).sqrt())
        >>> anomaly.lines("∂E/∂x")[0]
        '∂E/∂x is NaN from x * x on: 0 · ∞'
        """
        along = [source(node) for node in self.path]
        if len(along) > _MOST_NODES:
            half = _MOST_NODES // 2
            along[half:-half] = [f"({len(along) - 2 * half} more)"]
        if what is None:
            what = f"the derivative of {source(self.result)}"
        return [
            f"{text('what', what)} is NaN from {source(self.node)} on: {self.cause}",
            *(f"  {reason}" for reason in self.reasons),
            f"  along {' → '.join(along)}",
            f"  instead: {self.advice}",
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


class AnomalyError(AutogradError, ArithmeticError):
    """A derivative is NaN; raised within `detect_anomaly`, before any gradient is changed.

    Attributes:
        anomaly: where that happens, an `Anomaly`.

    >>> x = Value(-1.0, "x")
    >>> with detect_anomaly():
    ...     try:
    ...         x.relu().sqrt().backward()
    ...     except AnomalyError as error:
    ...         print(error.anomaly.advice)
    write sqrt(x) if x > 0 else 0.0 for sqrt(relu(x))
    """

    def __init__(self, anomaly: Anomaly) -> None:
        super().__init__(str(anomaly), operation=anomaly.node.operation, operands=anomaly.node.operands)
        self.anomaly = anomaly


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Raise `AnomalyError` where a derivative comes out NaN, as PyTorch's context manager does.

    Within it, every ``backward`` and every derivative that `grad` and its kin take is looked through
    first, which takes about as long again. Other threads are not affected.

    >>> x = Value(0.0, "x")
    >>> with detect_anomaly():
    ...     (x.sqrt() ** 2).backward()
    Traceback (most recent call last):
    AnomalyError: the derivative of sqrt(x) ** 2 is NaN from sqrt(x) on: 0 · ∞
      0 is the derivative of sqrt(x) ** 2 with respect to sqrt(x) = 0.0
      ∞ is the derivative of sqrt(x) with respect to x = 0.0
      along sqrt(x) ** 2 → sqrt(x) → x
      instead: write x for sqrt(x) ** 2
    >>> x.grad
    0.0
    """
    token = DETECTOR.set(_raise_anomaly)
    try:
        yield
    finally:
        DETECTOR.reset(token)


def _raise_anomaly(root: Value) -> None:
    anomaly = find_anomaly(root)
    if anomaly is not None:
        raise AnomalyError(anomaly)


def find_anomaly(result: Value, by: Value | None = None) -> Anomaly | None:
    """Where a derivative of a node first becomes NaN; None if none does.

    One sweep, which changes nothing.

    Args:
        result: what is differentiated.
        by: look at its derivative by this node only; by every leaf, if None.

    Raises:
        ArgumentTypeError: one of them is no Value.
        ArgumentValueError: ``result`` does not depend on ``by``.

    >>> x, y = Value(0.0, "x"), Value(0.0, "y")
    >>> print(find_anomaly(((x * x + y * y).sqrt() ** 2).named("E"), x))
    the derivative of E is NaN from sqrt(x * x + y * y) on: 0 · ∞
      0 is the derivative of sqrt(x * x + y * y) ** 2 with respect to sqrt(x * x + y * y) = 0.0
      ∞ is the derivative of sqrt(x * x + y * y) with respect to x * x + y * y = 0.0
      along E → sqrt(x * x + y * y) → x * x + y * y
      instead: write hypot(x, y) ** 2 or x * x + y * y for sqrt(x * x + y * y) ** 2
    >>> find_anomaly(x * y) is None
    True
    """
    instance("result", result, Value, "a Value")
    if by is not None:
        instance("by", by, Value, "a Value")
    sweep = _Sweep(result, by)
    return sweep.found and sweep.described(sweep.found)


class _Sweep:
    """The reverse sweep, up to the first NaN, with all that explains it."""

    def __init__(self, result: Value, by: Value | None) -> None:
        self.result = result
        self._order = order_with(result, *(() if by is None else (by,)))
        self._gradients: dict[Value, float] = {result: 1.0}
        self.found = self._first(None if by is None else leading_to(by, self._order))

    def _first(self, leading: set[Value] | None) -> Edge | None:
        gradients = self._gradients
        for node in self._order:
            if leading is not None and node not in leading:
                continue
            for index, (operand, slope) in enumerate(zip(node.operands, node.derivatives, strict=True)):
                if slope is None or (leading is not None and operand not in leading):
                    continue
                gradient = gradients.get(operand, 0.0) + gradients[node] * slope  # type: ignore[arg-type]  # a slope belongs to a node
                if isnan(gradient):
                    return Edge(node, index)
                gradients[operand] = gradient  # type: ignore[index]
        return None

    def described(self, edge: Edge) -> Anomaly:
        """All about the edge that was found."""
        node, operand = edge.node, edge.operand
        above = self._edges_above(operand)
        reasons: tuple[str, ...]
        if isnan(edge.slope):
            cause, reasons, advice = "NaN", (f"NaN is {_origin_text(edge)}",), _traced(node)
        elif isnan(self._flow(edge)):
            cause = "0 · ∞"
            origin = self._origin(above, node)
            zero, infinite = (edge, origin) if edge.slope == 0.0 else (origin, edge)
            reasons = (f"0 is {self._reason(zero)}", f"∞ is {self._reason(infinite)}")
            reasons = reasons[::-1] if zero is edge else reasons
            advice = instead(zero, infinite, origin.node)
        else:
            cause = "∞ − ∞"
            edges = above[operand]
            flow = self._flow(edge)
            pair = (next((each for each in edges if self._flow(each) == -flow), edges[-1]), edge)
            origins = [
                self._origin(above, each.node) if isinf(self._gradients[each.node]) else each
                for each in pair
            ]
            signs = ("∞", "−∞") if flow < 0.0 else ("−∞", "∞")
            reasons = tuple(
                f"{sign} is {self._reason(each)}" for sign, each in zip(signs, origins, strict=True)
            )
            infinite = origins[0]
            advice = (
                "write the terms as one formula, in which what is infinite has been cancelled by hand"
            )
        if cause != "NaN" and not _is_finite(infinite.node):
            advice = _traced(infinite.node)
        path = (*self._path(above, node), operand)
        return Anomaly(self.result, node, operand, cause, reasons, advice, path)

    def _reason(self, edge: Edge) -> str:
        """Where a zero or an infinity comes from, be it a sum or a derivative."""
        flow = self._flow(edge)
        if flow == 0.0 or not isfinite(flow):
            return _origin_text(edge)
        return f"the sum of all that comes down to {source(edge.operand)}"

    def _flow(self, edge: Edge) -> float:
        """What flows along an edge: the gradient above times the slope."""
        return self._gradients[edge.node] * edge.slope

    def _edges_above(self, operand: Value) -> dict[Value, list[Edge]]:
        """By which edges gradients came down to a node, and to each node on the way."""
        above: dict[Value, list[Edge]] = {operand: []}
        for node in reversed(self._order):
            if node in self._gradients:
                for index, (below, slope) in enumerate(
                    zip(node.operands, node.derivatives, strict=True)
                ):
                    if slope is not None and below in above:
                        above[below].append(Edge(node, index))  # type: ignore[index]
                        above.setdefault(node, [])
        return above

    def _way_up(self, above: dict[Value, list[Edge]], node: Value) -> Edge:
        """The edge that a zero, or an infinity, came down by; of several, one where it begins."""
        gradient = self._gradients[node]
        edges = above[node]
        if isinf(gradient):
            edges = [each for each in edges if self._flow(each) == gradient] or edges
            return next((each for each in edges if isfinite(self._gradients[each.node])), edges[0])
        return next((each for each in edges if self._gradients[each.node] != 0.0), edges[0])

    def _origin(self, above: dict[Value, list[Edge]], node: Value) -> Edge:
        """The edge where the zero, or the infinity, that is a node's gradient is one first."""
        gradient = abs(self._gradients[node])
        edge = self._way_up(above, node)
        while abs(self._gradients[edge.node]) == gradient:
            edge = self._way_up(above, edge.node)
        return edge

    def _path(self, above: dict[Value, list[Edge]], node: Value) -> list[Value]:
        path = [node]
        while path[-1] is not self.result:
            path.append(self._way_up(above, path[-1]).node)
        return path[::-1]


# --- why ----------------------------------------------------------------------------------------


def _origin_text(edge: Edge) -> str:
    """``the derivative of sqrt(x) with respect to x = 0.0``, and how it comes to be 0 or infinite."""
    node, operand, slope = edge.node, edge.operand, edge.slope
    which = "" if operand.operation is None and not operand.name else f"{source(operand)} = "
    text = f"the derivative of {definition(node)} with respect to {which}{operand.data!r}"
    if not _is_finite(node):
        return text
    if slope == 0.0 and edge.is_unselected:
        return f"{text}, which is not what was taken"
    if slope == 0.0 and _is_at_kink(node):
        return f"{text}, where it has a kink"
    if slope == 0.0 and edge.constant_factor is None and edge.stays:
        return f"{text}, which is too small for a float"
    if isinf(slope) and edge.stays:
        return f"{text}, which is too large for a float"
    if isfinite(slope) and slope != 0.0:
        return f"{text}, {slope!r}, times what lies above it, which leaves the range of floats"
    return text


def _is_finite(node: Value) -> bool:
    """Whether the node and what it was computed from are numbers."""
    return all(isfinite(number_of(each)) for each in (node, *node.operands))


def _traced(node: Value) -> str:
    """What to do about a number that is not finite."""
    order = topological_order(node)
    for each in order:
        if each.operation is None and not isfinite(each.data):
            return f"give {source(each)} a finite number"
    for each in reversed(order):
        if not isfinite(each.data):
            return f"keep {definition(each)} finite, which is {each.data!r}"
    return f"{definition(node)} needs another derivative there: that of its row is NaN"


def _is_at_kink(node: Value) -> bool:
    operation = node.operation
    if operation is None or operation.kink is None:
        return False
    numbers = map(number_of, node.operands)
    return bool(
        evaluate(operation.kink.tree, dict(zip(operation.parameters, numbers, strict=True)), ieee_value)
    )
