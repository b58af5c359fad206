"""Where NaN comes from: the first node at which 0 met ∞, why, and what to write instead.

Backpropagation multiplies and adds, so a derivative may come out NaN where every leaf is finite and the
right one is too: the chain rule alone cannot tell 0·∞ or ∞ − ∞. It is not bent here. What it met is
named: the node, the factors and where they come from, the path from the result, and a formula that has
the same value and derivatives that are numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite, isinf, isnan

from autograd.arguments import instance, number_of, text
from autograd.backward import DETECTOR, topological_order, variable_operands
from autograd.errors import ArgumentValueError, AutogradError
from autograd.expression import evaluate
from autograd.ieee import ieee_partial, ieee_result, ieee_value
from autograd.operations import OPERATIONS
from autograd.value import Value

__all__ = ["Anomaly", "AnomalyError", "detect_anomaly", "find_anomaly"]

#: A formula in a message is no deeper, and no longer if it can be shallower.
_DEPTH, _WIDTH = 5, 50
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
        if what is not None:
            text("what", what)
        along = [_source(node) for node in self.path]
        if len(along) > _MOST_NODES:
            half = _MOST_NODES // 2
            along[half:-half] = [f"({len(along) - 2 * half} more)"]
        if what is None:
            what = f"the derivative of {_source(self.result)}"
        return [
            f"{text('what', what)} is NaN from {_source(self.node)} on: {self.cause}",
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
    return sweep.found and sweep.described(*sweep.found)


#: A node and the number of one of its operands: where one gradient flows into another.
_Edge = tuple[Value, int]


class _Sweep:
    """The reverse sweep, up to the first NaN, with all that explains it."""

    def __init__(self, result: Value, by: Value | None) -> None:
        self.result = result
        self._order = topological_order(result)
        self._gradients: dict[Value, float] = {result: 1.0}
        self.found = self._first(None if by is None else self._leading_to(by))

    def _leading_to(self, by: Value) -> set[Value]:
        leading = {by} & set(self._order)
        if not leading:
            raise ArgumentValueError(f"{self.result.label!r} does not depend on {by.label!r}")
        for node in reversed(self._order):
            if any(operand in leading for operand in variable_operands(node)):
                leading.add(node)
        return leading

    def _first(self, leading: set[Value] | None) -> _Edge | None:
        gradients = self._gradients
        for node in self._order:
            if leading is not None and node not in leading:
                continue
            for index, (operand, slope) in enumerate(zip(node.operands, node.derivatives, strict=True)):
                if slope is None or (leading is not None and operand not in leading):
                    continue
                gradient = gradients.get(operand, 0.0) + gradients[node] * slope  # type: ignore[arg-type]  # a slope belongs to a node
                if isnan(gradient):
                    return node, index
                gradients[operand] = gradient  # type: ignore[index]
        return None

    def described(self, node: Value, index: int) -> Anomaly:
        """All about the edge that was found."""
        edge, operand = (node, index), _end((node, index))
        above = self._edges_above(operand)
        reasons: tuple[str, ...]
        if isnan(_slope(edge)):
            cause, reasons, advice = "NaN", (f"NaN is {_origin_text(edge)}",), _traced(node)
        elif isnan(self._flow(edge)):
            cause = "0 · ∞"
            origin = self._origin(above, node)
            zero, infinite = (edge, origin) if _slope(edge) == 0.0 else (origin, edge)
            reasons = (f"0 is {self._reason(zero)}", f"∞ is {self._reason(infinite)}")
            reasons = reasons[::-1] if zero is edge else reasons
            advice = _instead(zero, infinite, origin[0])
        else:
            cause = "∞ − ∞"
            edges = above[operand]
            flow = self._flow(edge)
            pair = (next((each for each in edges if self._flow(each) == -flow), edges[-1]), edge)
            origins = [
                self._origin(above, each[0]) if isinf(self._gradients[each[0]]) else each
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
        if cause != "NaN" and not _is_finite(infinite[0]):
            advice = _traced(infinite[0])
        path = (*self._path(above, node), operand)
        return Anomaly(self.result, node, operand, cause, reasons, advice, path)

    def _reason(self, edge: _Edge) -> str:
        """Where a zero or an infinity comes from, be it a sum or a derivative."""
        flow = self._flow(edge)
        if flow == 0.0 or not isfinite(flow):
            return _origin_text(edge)
        return f"the sum of all that comes down to {_source(_end(edge))}"

    def _flow(self, edge: _Edge) -> float:
        """What flows along an edge: the gradient above times the slope."""
        return self._gradients[edge[0]] * _slope(edge)

    def _edges_above(self, operand: Value) -> dict[Value, list[_Edge]]:
        """By which edges gradients came down to a node, and to each node on the way."""
        above: dict[Value, list[_Edge]] = {operand: []}
        for node in reversed(self._order):
            if node in self._gradients:
                for index, (below, slope) in enumerate(
                    zip(node.operands, node.derivatives, strict=True)
                ):
                    if slope is not None and below in above:
                        above[below].append((node, index))  # type: ignore[index]
                        above.setdefault(node, [])
        return above

    def _way_up(self, above: dict[Value, list[_Edge]], node: Value) -> _Edge:
        """The edge that a zero, or an infinity, came down by; of several, one where it begins."""
        gradient = self._gradients[node]
        edges = above[node]
        if isinf(gradient):
            edges = [each for each in edges if self._flow(each) == gradient] or edges
            return next((each for each in edges if isfinite(self._gradients[each[0]])), edges[0])
        return next((each for each in edges if self._gradients[each[0]] != 0.0), edges[0])

    def _origin(self, above: dict[Value, list[_Edge]], node: Value) -> _Edge:
        """The edge where the zero, or the infinity, that is a node's gradient is one first."""
        gradient = abs(self._gradients[node])
        edge = self._way_up(above, node)
        while abs(self._gradients[edge[0]]) == gradient:
            edge = self._way_up(above, edge[0])
        return edge

    def _path(self, above: dict[Value, list[_Edge]], node: Value) -> list[Value]:
        path = [node]
        while path[-1] is not self.result:
            path.append(self._way_up(above, path[-1])[0])
        return path[::-1]


def _end(edge: _Edge) -> Value:
    operand = edge[0].operands[edge[1]]
    assert isinstance(operand, Value)
    return operand


def _slope(edge: _Edge) -> float:
    slope = edge[0].derivatives[edge[1]]
    assert slope is not None
    return slope


# --- why ----------------------------------------------------------------------------------------


def _origin_text(edge: _Edge) -> str:
    """``the derivative of sqrt(x) with respect to x = 0.0``, and how it comes to be 0 or infinite."""
    node, operand, slope = edge[0], _end(edge), _slope(edge)
    which = "" if operand.operation is None and not operand.name else f"{_source(operand)} = "
    text = f"the derivative of {_definition(node)} with respect to {which}{operand.data!r}"
    if not _is_finite(node):
        return text
    if slope == 0.0 and _is_unselected(edge):
        return f"{text}, which is not what was taken"
    if slope == 0.0 and _is_at_kink(node):
        return f"{text}, where it has a kink"
    if slope == 0.0 and _constant_factor(edge) is None and _stays(edge):
        return f"{text}, which is too small for a float"
    if isinf(slope) and _stays(edge):
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
            return f"give {_source(each)} a finite number"
    for each in reversed(order):
        if not isfinite(each.data):
            return f"keep {_definition(each)} finite, which is {each.data!r}"
    return f"{_definition(node)} needs another derivative there: that of its row is NaN"


def _nudged(edge: _Edge) -> Iterator[float]:
    """The slope with each operand in turn a little to either side."""
    node, index = edge
    assert node.operation is not None
    numbers = [number_of(operand) for operand in node.operands]
    for place, operand in enumerate(node.operands):
        if isinstance(operand, Value):
            for step in (1e-3, -1e-3):
                beside = list(numbers)
                beside[place] += step * (abs(numbers[place]) or 1.0)
                out = ieee_result(node.operation, beside)
                yield ieee_partial(node.operation, index, beside, out)


def _stays(edge: _Edge) -> bool:
    """Whether the slope is the same around, so that it is 0 or infinite at no singular point."""
    return all(each == _slope(edge) or isnan(each) for each in _nudged(edge))


def _constant_factor(edge: _Edge) -> float | None:
    """The plain number that a product multiplies a node by, if it does."""
    node, index = edge
    if node.operation is not None and node.operation.name == "mul":
        other = node.operands[1 - index]
        return other if isinstance(other, float) else None
    return None


def _is_at_kink(node: Value) -> bool:
    operation = node.operation
    if operation is None or operation.kink is None:
        return False
    numbers = map(number_of, node.operands)
    return bool(
        evaluate(operation.kink.tree, dict(zip(operation.parameters, numbers, strict=True)), ieee_value)
    )


def _is_unselected(edge: _Edge) -> bool:
    """Whether the operation passes on another operand, or a constant, and is flat in this one."""
    operation = edge[0].operation
    return operation is not None and operation.kink is not None and _stays(edge)


# --- what to write instead ----------------------------------------------------------------------


def _instead(zero: _Edge, infinite: _Edge, above: Value) -> str:
    """What has the same value, and a derivative that comes out right.

    Args:
        zero: where the zero comes from.
        infinite: where the infinity comes from.
        above: the node of these two that is nearer to the result.
    """
    if _is_unselected(zero):
        return _by_condition(zero, infinite)
    if _constant_factor(zero) == 0.0:
        return f"leave {_definition(zero[0])} out: its factor is 0"
    text = _simplified(zero, infinite)
    if text is not None:
        return f"write {text} for {_definition(above)}"
    if _stays(infinite) or _stays(zero):
        return (
            f"simplify {_definition(above)} by hand, so that nothing in it is too large or too small; "
            f"or decide with an if what is computed there"
        )
    point = _end(infinite)
    return (
        f"simplify {_definition(above)} by hand to a function that has a derivative where "
        f"{_source(point)} = {point.data!r}; or decide with an if what is computed there"
    )


def _by_condition(zero: _Edge, infinite: _Edge) -> str:
    """Python's if in the place of max, min or relu: what is not taken is not differentiated."""
    node, index = zero
    operation = node.operation
    assert operation is not None
    untaken = node.operands[index]
    other: Value | float = node.operands[1 - index] if operation.arity == 2 else 0.0
    condition = f"{_source(untaken)} {'<' if operation.name == 'min' else '>'} {_source(other)}"
    if _end(infinite) is node:  # what is applied to it has the infinite slope: both in one
        node = infinite[0]
        taken, otherwise = (_definition(node, {zero[0]: each}) for each in (untaken, other))
        if isinstance(other, float):
            otherwise = repr(node.data)
    else:
        taken, otherwise = _source(untaken), _source(other)
    return f"write {taken} if {condition} else {otherwise} for {_definition(node)}"


def _simplified(zero: _Edge, infinite: _Edge) -> str | None:
    """The same as one function, where two powers meet, or the root of a sum of squares."""
    root, squares = _power(infinite[0]), _hypot(_end(infinite))
    if root and root[1] == 0.5 and squares:
        if _end(zero) is infinite[0]:
            power = _power(zero[0])
            if power and power[1] == 2.0:
                return f"{squares} ** 2 or {_source(root[0])}"
        elif zero[0] in {*variable_operands(_end(infinite)), _end(infinite)}:
            return squares
    for outer, inner in ((zero, infinite), (infinite, zero)):
        above, below = _power(outer[0]), _power(inner[0])
        if above and below and above[0] is inner[0]:
            return _one_power(above[1], below)
    if root and _end(zero) is infinite[0] and _factor(zero) is root[0]:
        return _one_power(1.0, (root[0], root[1] + 1.0))
    power = _power(zero[0])
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


def _factor(edge: _Edge) -> Value | float | None:
    """What a product multiplies an operand by."""
    node, index = edge
    return node.operands[1 - index] if node.operation and node.operation.name == "mul" else None


def _one_power(outer: float, inner: tuple[Value, float]) -> str | None:
    """A power of a power, where it is one for every base that both have a value at."""
    base, exponent = inner[0], outer * inner[1]
    if abs(exponent - round(exponent)) < 1e-12:
        exponent = float(round(exponent))
    elif inner[1] == 1.0 / 3.0:
        return None  # a cube root has a value below 0, and such a power has not
    magnitude = inner[1] % 2.0 == 0.0 and exponent % 2.0 != 0.0
    text = f"abs({_source(base)})" if magnitude else _source(base)
    if exponent == 1.0:
        return text
    single = magnitude or base.name or base.operation is None
    return f"{text if single else f'({text})'} ** {_source(exponent)}"


def _hypot(node: Value) -> str | None:
    """``hypot(x, y)`` for the root of the sum of two squares."""
    if node.operation is not None and node.operation.name == "add":
        bases = [each for each in map(_power, variable_operands(node)) if each and each[1] == 2.0]
        if len(bases) == 2:
            return f"hypot({_source(bases[0][0])}, {_source(bases[1][0])})"
    return None


def _square(node: Value | float) -> str:
    power = _power(node) if isinstance(node, Value) else None
    if power and power[1] == 0.5:
        return _source(power[0])
    return (
        f"{_source(node)} ** 2" if isinstance(node, Value) and node.name else f"({_source(node)}) ** 2"
    )


# --- as Python ----------------------------------------------------------------------------------


#: What stands in the place of a node.
_Replaced = dict[Value, Value | float]


def _source(node: Value | float) -> str:
    """How Python writes a node, by its name or in terms of named nodes and numbers."""
    if isinstance(node, Value) and node.name:
        return node.name
    return _definition(node, {})


def _definition(node: Value | float, replaced: _Replaced | None = None) -> str:
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
