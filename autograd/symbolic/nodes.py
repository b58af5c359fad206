"""A node's formula and its derivatives in terms of named nodes, as trees.

Two forms of the derivatives: `partials` are to be computed with other numbers, so a relu's keeps its
cases; `slopes` are to be read beside the numbers that the graph has, so of the cases only the one that
holds is left, and the condition is named.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from math import isclose, isfinite, isnan
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from autograd.expression import evaluate
from autograd.ieee import ieee_result, ieee_value
from autograd.symbolic.trees import (
    DOTS,
    Product,
    Sum,
    applied,
    has_cases,
    is_same,
    name,
    number,
    put,
    substituted,
)

if TYPE_CHECKING:
    from autograd.operations import Operation
    from autograd.value import Value

__all__ = ["Condition", "Slope", "definition", "glimpse", "named_numbers", "partials", "slopes"]

#: A sum is followed so far down, to see its first terms.
_SPINE = 1000
#: So many conditions of a derivative are named.
_CONDITIONS = 4


#: What a node is called; None or "" if it has no name.
Symbol: TypeAlias = "Callable[[Value], str | None]"


def _own_name(node: Value) -> str | None:
    return node.name


def definition(node: Value, symbol: Symbol = _own_name) -> ast.expr:
    """How a node was computed, in terms of named nodes and numbers; a leaf is its number.

    Args:
        node: the node.
        symbol: what a node is called; None or "" if it has no name.

    >>> from autograd import Value
    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> ast.unparse(definition((w * x - 1.0) ** 2))
    '(=w * =x - 1.0) ** 2.0'
    """
    if node.operation is None:
        return number(node.data)
    return _written(node, symbol)[node]


def glimpse(node: Value, most: int) -> ast.expr:
    """`definition` as far as a text has room for: ``…`` beyond some operations, however large the graph.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> ast.unparse(glimpse((x * 2.0).exp().sin(), 2))
    'sin(exp(…))'
    """
    if node.operation is None:
        return number(node.data)
    return _written(node, within=_nearest(node, most))[node]


def partials(node: Value, symbol: Symbol = _own_name) -> dict[Value, ast.expr]:
    """The derivatives of a node by each named one that it was directly computed from, tidied.

    Args:
        node: the node.
        symbol: what a node is called; None or "" if it has no name.

    >>> from autograd import Value
    >>> t, o = Value(1.0, "t"), Value(0.5, "o")
    >>> {by.name: ast.unparse(tree) for by, tree in partials(0.5 * (t - o) ** 2).items()}
    {'t': '=t - =o', 'o': '-(=t - =o)'}
    """

    def local(each: Value, index: int, inside: Mapping[str, ast.expr]) -> Slope:
        assert each.operation is not None
        return Slope(substituted(each.operation.as_taught[index], inside))

    return {below: slope.tree for below, slope in _composed(node, local, symbol).items()}


def named_numbers(node: Value) -> dict[str, float]:
    """The numbers of the named nodes that a node was directly computed from, by name, and its own.

    >>> from autograd import Value
    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> named_numbers((w * x - 1.0).named("y"))
    {'y': 5.0, 'w': 2.0, 'x': 3.0}
    """
    found = {node.name: node.data} if node.name else {}
    seen = {node}
    waiting = [node]
    while waiting:
        for each in waiting.pop().operands:
            if not isinstance(each, float) and each not in seen:
                seen.add(each)
                if each.name:
                    found.setdefault(each.name, each.data)
                else:
                    waiting.append(each)
    return found


class Condition(NamedTuple):
    """Why a derivative is what it is.

    Attributes:
        tree: what holds: a comparison, or several.
        at_kink: whether the function has no derivative there, so that one had to be chosen.
    """

    tree: ast.expr
    at_kink: bool = False


class Slope(NamedTuple):
    """A derivative at the numbers that a graph has.

    Attributes:
        tree: the derivative.
        conditions: why it is this one and no other.
    """

    tree: ast.expr
    conditions: tuple[Condition, ...] = ()


def slopes(node: Value, stops: Collection[Value] = (), most: int | None = None) -> dict[Value, Slope]:
    """The derivatives of a node as `partials` has them, but of several cases the one that holds.

    Args:
        node: the node.
        stops: nodes that count as named ones.
        most: none at all, if there are more operations than that between.

    >>> from autograd import Value
    >>> x = Value(-2.0, "x")
    >>> slope = slopes(x.relu() * 3.0)[x]
    >>> ast.unparse(slope.tree), [ast.unparse(condition.tree) for condition in slope.conditions]
    ('0.0', ['=x < 0.0'])
    """
    return _composed(node, _decided, _own_name, stops, most)


# --- along the unnamed nodes ----------------------------------------------------------------------


def _written(
    top: Value,
    symbol: Symbol = _own_name,
    within: Set[Value] | None = None,
    most: int | None = None,
) -> dict[Value, ast.expr]:
    """The trees of a node and of the unnamed ones below it, operands first; no more than so many."""
    trees: dict[Value, ast.expr] = {}
    waiting = [top]
    while waiting and (most is None or len(trees) <= most):
        node = waiting[-1]
        missing = [
            each
            for each in node.operands
            if _is_between(each, symbol) and each not in trees and (within is None or each in within)
        ]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if node not in trees and node.operation is not None:
            trees[node] = applied(node.operation, [_of(each, trees, symbol) for each in node.operands])
    return trees


def _is_between(operand: Value | float, symbol: Symbol = _own_name) -> TypeGuard[Value]:
    return not isinstance(operand, float) and not symbol(operand) and operand.operation is not None


def _of(operand: Value | float, trees: Mapping[Value, ast.expr], symbol: Symbol) -> ast.expr:
    if isinstance(operand, float):
        return number(operand)
    if own := symbol(operand):
        return name(own)
    if operand.operation is None:
        return number(operand.data)
    return trees[operand] if operand in trees else ast.Name(DOTS)


def _composed(
    top: Value,
    local: Callable[[Value, int, Mapping[str, ast.expr]], Slope],
    symbol: Symbol,
    stops: Collection[Value] = (),
    most: int | None = None,
) -> dict[Value, Slope]:
    """The derivatives of a node by named ones: the local ones along each way between, multiplied.

    Each edge takes the same time, however long the products get.
    """
    if top.operation is None:
        return {}
    trees = _written(top, symbol, most=most)
    if most is not None and len(trees) > most:
        return {}
    if own := symbol(top):
        trees[top] = name(own)
    found: dict[Value, tuple[Sum, list[Condition]]] = {top: (Sum([Product.of(number(1.0))]), [])}
    for node in reversed(list(trees)):  # a node comes after what it was computed from
        if node not in found or (node in stops and node is not top):
            continue
        operation = node.operation
        assert operation is not None
        above, why_above = found[node][0].product(), found[node][1]
        inside = dict(
            zip(operation.parameters, (_of(each, trees, symbol) for each in node.operands), strict=True)
        )
        inside["out"] = trees[node]
        for index, operand in enumerate(node.operands):
            if isinstance(operand, float):
                continue
            tree, why = local(node, index, inside)
            here = Product.of(tree)
            total, reasons = found.setdefault(operand, (Sum(), []))
            if above.number and here.number:
                total.add(above.times(here))
                _note(reasons, (*why_above, *why))
            else:  # of a product that is 0, it matters only what made it 0
                _note(reasons, why if above.number else why_above)
    return {
        node: Slope(total.tree(), tuple(reasons))
        for node, (total, reasons) in found.items()
        if node is not top and (symbol(node) or node in stops)
    }


def _note(reasons: list[Condition], more: Iterable[Condition]) -> None:
    """Add conditions that are not there yet, and dots where they are too many."""
    for each in more:
        if len(reasons) > _CONDITIONS or any(is_same(each.tree, other.tree) for other in reasons):
            continue
        reasons.append(each if len(reasons) < _CONDITIONS else Condition(ast.Name(DOTS)))


# --- of several cases, the one that holds ---------------------------------------------------------


def _decided(node: Value, index: int, inside: Mapping[str, ast.expr]) -> Slope:
    """A local derivative at the numbers of the operands, and why it is this one."""
    operation, slope = node.operation, node.derivatives[index]
    assert operation is not None
    text = operation.as_taught[index]
    numbers = [each if isinstance(each, float) else each.data for each in node.operands]
    plain = operation.kink is None and not has_cases(text)
    if plain and not any(map(_is_extreme, (*numbers, node.data))):
        return Slope(substituted(text, inside))
    recorded = Slope(number(slope or 0.0))
    if not _holds_still(operation, numbers, node.data):
        return Slope(substituted(text, inside)) if plain else recorded
    values = dict(zip(operation.parameters, numbers, strict=True))
    if operation.kink is not None and evaluate(operation.kink.tree, values, ieee_value):
        return recorded._replace(conditions=(Condition(put(operation.kink.tree, inside), True),))
    cases = _Cases(values | {"out": node.data})
    tree = cases.visit(ast.parse(text.text, mode="eval").body)
    # what is taught may be 0·ln(0) where the row has the limit: a formula is shown that gives the number
    if (
        slope is not None
        and isfinite(slope)
        and any(map(_is_extreme, (*numbers, node.data)))
        and not isclose(float(evaluate(tree, cases.values, ieee_value)), slope, rel_tol=1e-6)
    ):
        return recorded
    why = tuple(Condition(put(each, inside)) for each in cases.conditions.values())
    return Slope(substituted(tree, inside), why)


def _is_extreme(number: float) -> bool:
    """Whether a formula may meet 0·∞ at a number, or a power of it leave the floats."""
    return not 1e-100 < abs(number) < 1e100


class _Cases(ast.NodeTransformer):
    """Leaves of several cases the one that holds."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values
        self.conditions: dict[str, ast.expr] = {}

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        holds = bool(evaluate(node.test, self.values, ieee_value))
        for condition in _reasons(node.test, holds, self.values):
            self.conditions.setdefault(ast.dump(condition), condition)
        tree: ast.expr = self.visit(node.body if holds else node.orelse)
        return tree


def _holds_still(operation: Operation, numbers: list[float], value: float) -> bool:
    """Whether the operands are still those that the value was computed from: a leaf may be set."""
    again = ieee_result(operation, numbers)
    return again == value or (isnan(again) and isnan(value))


def _reasons(test: ast.expr, holds: bool, values: Mapping[str, float]) -> list[ast.Compare]:
    """Comparisons that make a condition hold, or fail: how the numbers do compare."""
    match test:
        case ast.BoolOp(op=op, values=parts):
            decisive = [each for each in parts if bool(evaluate(each, values, ieee_value)) == holds]
            if isinstance(op, ast.And) != holds:  # one of them is enough
                decisive = decisive[:1]
            return [reason for each in decisive for reason in _reasons(each, holds, values)]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            pairs = list(zip(sides, ops, comparators, strict=False))
            if holds and len(pairs) > 1:
                return [test]
            return [
                ast.Compare(a, [relation], [b])
                for a, op, b in pairs
                if (relation := _relation(a, b, values)) is not None
                # that two numbers differ tells nothing
                and (isinstance(relation, ast.Eq) or not isinstance(op, ast.Eq | ast.NotEq))
            ][:1]
    return []


def _relation(a: ast.expr, b: ast.expr, values: Mapping[str, float]) -> ast.cmpop | None:
    x, y = (float(evaluate(side, values, ieee_value)) for side in (a, b))
    if x == y:
        return ast.Eq()
    return ast.Lt() if x < y else ast.Gt() if x > y else None


# --- no more than a text has room for -------------------------------------------------------------


def _nearest(top: Value, most: int) -> set[Value]:
    """The unnamed nodes that are written out: level by level, of a long sum its ends first."""
    chosen: set[Value] = set()
    waiting = deque([top])
    while waiting and most > 0:
        node = waiting.popleft()
        if node in chosen:
            continue
        most -= 1
        if _is_sum(node):
            spine, addends = _addends(node)
            chosen |= spine
            # of a sum that is followed no further there are only the last terms
            first = addends[:most] if len(spine) < _SPINE else addends[-most:]
            waiting.extend(each for each in (*addends[-1:], *first) if _is_between(each))
        else:
            chosen.add(node)
            waiting.extend(each for each in node.operands if _is_between(each))
    return chosen


def _is_sum(node: Value) -> bool:
    return node.operation is not None and node.operation.name in {"add", "sub"}


def _addends(top: Value) -> tuple[set[Value], list[Value]]:
    """The sums that a sum is made of, and the nodes that they add up, from left to right."""
    spine: set[Value] = set()
    addends: list[Value] = []
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node is top or (_is_between(node) and _is_sum(node)):
            if len(spine) < _SPINE and node not in spine:
                spine.add(node)
                waiting += [each for each in reversed(node.operands) if not isinstance(each, float)]
        else:
            addends.append(node)
    return spine, addends
