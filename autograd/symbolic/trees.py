"""Formulas of a graph as trees: how a node was computed from named ones, and its derivative by each.

A tree is one of `ast`, as the texts of the table are, and `autograd.formula.write` writes it. A named
node is an ``ast.Name`` in it, whose id is the node's name after a sign that no text of the table has.
Derivatives are made of the partials as they are taught, multiplied along the unnamed nodes between two
named ones, and then tidied as one does by hand: 0.5·(2·(t − o)^(2 − 1))·(−1) is −(t − o).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import isfinite
from typing import TypeAlias

from autograd.expression import Expression, evaluate
from autograd.formula import UNICODE
from autograd.operations import OPERATIONS, Operation
from autograd.value import Value

__all__ = ["definition", "minus", "name", "number", "partials", "plus", "terms", "times"]


def name(symbol: str) -> ast.Name:
    """A named thing in a tree.

    >>> name("w1").id
    '=w1'
    """
    return ast.Name(f"={symbol}")


def number(value: float) -> ast.Constant:
    """A number in a tree."""
    return ast.Constant(float(value))


#: What a node is called in a tree.
Symbol: TypeAlias = "Callable[[Value], str | None]"


def _own_name(node: Value) -> str | None:
    return node.name


def definition(node: Value, symbol: Symbol = _own_name) -> ast.expr:
    """How a node was computed, in terms of named nodes and numbers; a leaf is its number.

    Args:
        node: the node.
        symbol: what a node is called; None or "" if it has no name.

    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> ast.unparse(definition((w * x - 1.0) ** 2))
    '(=w * =x - 1.0) ** 2.0'
    """
    if node.operation is None:
        return number(node.data)
    return _written(node, symbol)[node]


def partials(node: Value, symbol: Symbol = _own_name) -> dict[Value, ast.expr]:
    """The derivatives of a node by each named one that it was directly computed from, tidied.

    Args:
        node: the node.
        symbol: what a node is called; None or "" if it has no name.

    >>> t, o = Value(1.0, "t"), Value(0.5, "o")
    >>> {by.name: ast.unparse(tree) for by, tree in partials(0.5 * (t - o) ** 2).items()}
    {'t': '=t - =o', 'o': '-(=t - =o)'}
    """
    trees = _written(node, symbol)
    if own := symbol(node):
        trees[node] = name(own)
    found: dict[Value, ast.expr] = {node: number(1.0)}
    for each in reversed(list(trees)):  # a node comes after what it was computed from
        operation = each.operation
        assert operation is not None
        inside = dict(
            zip(operation.parameters, (_of(o, trees, symbol) for o in each.operands), strict=True)
        )
        inside["out"] = trees[each]
        for operand, partial in zip(each.operands, operation.as_taught, strict=True):
            if isinstance(operand, Value):
                along = times(found[each], _substituted(partial, inside))
                found[operand] = plus(found[operand], along) if operand in found else along
    return {each: tree for each, tree in found.items() if symbol(each) and each is not node}


def _written(top: Value, symbol: Symbol) -> dict[Value, ast.expr]:
    """The trees of a node and of the unnamed ones below it, operands first."""
    trees: dict[Value, ast.expr] = {}
    waiting = [top]
    while waiting:
        node = waiting[-1]
        below = [
            each
            for each in node.operands
            if isinstance(each, Value) and not symbol(each) and each.operation
        ]
        if missing := [each for each in below if each not in trees]:
            waiting += missing
            continue
        waiting.pop()
        if node not in trees and node.operation is not None:
            trees[node] = _applied(node.operation, [_of(each, trees, symbol) for each in node.operands])
    return trees


def _of(operand: Value | float, trees: Mapping[Value, ast.expr], symbol: Symbol) -> ast.expr:
    if not isinstance(operand, Value):
        return number(operand)
    if own := symbol(operand):
        return name(own)
    return trees[operand] if operand.operation else number(operand.data)


def _applied(operation: Operation, operands: Sequence[ast.expr]) -> ast.expr:
    """Arithmetic as arithmetic, anything else as a call by name; as `autograd.formula.value_of` does."""
    if isinstance(operation.value.tree, ast.BinOp | ast.UnaryOp) and operation.name not in UNICODE.calls:
        return _put(operation.value, dict(zip(operation.parameters, operands, strict=True)))
    return ast.Call(ast.Name(operation.name), list(operands), [])


class _Put(ast.NodeTransformer):
    def __init__(self, variables: Mapping[str, ast.expr]) -> None:
        self.variables = variables

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.variables.get(node.id, node)


def _put(text: Expression, variables: Mapping[str, ast.expr]) -> ast.expr:
    tree: ast.expr = _Put(variables).visit(ast.parse(text.text, mode="eval").body)
    return tree


# --- tidying ------------------------------------------------------------------------------------


def _substituted(text: Expression, variables: Mapping[str, ast.expr]) -> ast.expr:
    """A text with trees for its variables, tidied; one of several cases keeps them all."""
    if any(isinstance(part, ast.IfExp) for part in ast.walk(text.tree)):
        return _put(text, variables)
    constants = {each.id: each for each in ast.walk(text.tree) if isinstance(each, ast.Name)}
    tree: ast.expr = _tree(evaluate(text.tree, {**constants, **variables}, _apply))
    return tree


def _tree(operand: ast.expr | float) -> ast.expr:
    return operand if isinstance(operand, ast.expr) else number(operand)


def _apply(operation: str, operands: Sequence[ast.expr | float]) -> ast.expr:
    trees = [_tree(operand) for operand in operands]
    match operation:
        case "add":
            return plus(*trees)
        case "sub":
            return minus(*trees)
        case "mul":
            return times(*trees)
        case "div":
            return _over(*trees)
        case "neg":
            return times(number(-1.0), trees[0])
        case "pow":
            return _power(*trees)
        case _:
            return _applied(OPERATIONS[operation], trees)


def _fraction(tree: ast.expr) -> Fraction | None:
    """A number as it is written: 0.1 is a tenth."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, float) and isfinite(tree.value):
        return Fraction(repr(tree.value))
    return None


def _constant(value: Fraction) -> ast.expr:
    """A number, as a quotient where it has no short decimal form."""
    decimal = number(float(value))
    if _fraction(decimal) == value:
        return decimal
    return ast.BinOp(number(float(value.numerator)), ast.Div(), number(float(value.denominator)))


def _product(tree: ast.expr) -> tuple[Fraction, list[ast.expr]]:
    """A tree as a number times some factors."""
    match tree:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number, factors = _product(operand)
            return -number, factors
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            (a, before), (b, after) = _product(left), _product(right)
            return a * b, before + after
        case ast.BinOp(left=left, op=ast.Div(), right=right) if divisor := _fraction(right):
            number, factors = _product(left)
            return number / divisor, factors
    value = _fraction(tree)
    return (Fraction(1), [tree]) if value is None else (value, [])


def _rebuilt(value: Fraction, factors: Sequence[ast.expr]) -> ast.expr:
    if not value:
        return number(0.0)
    if not factors:
        return _constant(value)
    first, *others = factors if abs(value) == 1 else [_constant(value), *factors]
    signed = ast.UnaryOp(ast.USub(), first) if value == -1 else first
    return reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), others, signed)


def times(a: ast.expr, b: ast.expr) -> ast.expr:
    """The product of two trees, its numbers multiplied and in front.

    >>> ast.unparse(times(ast.UnaryOp(ast.USub(), name("a")), times(number(2.0), name("b"))))
    '-2.0 * =a * =b'
    """
    (p, before), (q, after) = _product(a), _product(b)
    return _rebuilt(p * q, before + after)


def plus(a: ast.expr, b: ast.expr) -> ast.expr:
    """The sum of two trees.

    >>> ast.unparse(plus(name("a"), times(number(-1.0), name("b"))))
    '=a - =b'
    """
    p, q = _fraction(a), _fraction(b)
    if p is not None and q is not None:
        return _constant(p + q)
    if p == 0 or q == 0:
        return b if p == 0 else a
    value, factors = _product(b)
    if value < 0:
        return ast.BinOp(a, ast.Sub(), _rebuilt(-value, factors))
    return ast.BinOp(a, ast.Add(), b)


def minus(a: ast.expr, b: ast.expr) -> ast.expr:
    """The difference of two trees."""
    return plus(a, times(number(-1.0), b))


def _over(a: ast.expr, b: ast.expr) -> ast.expr:
    q = _fraction(b)
    if q:
        value, factors = _product(a)
        return _rebuilt(value / q, factors)
    return ast.BinOp(a, ast.Div(), b)


def _power(a: ast.expr, b: ast.expr) -> ast.expr:
    exponent = _fraction(b)
    return a if exponent == 1 else ast.BinOp(a, ast.Pow(), b)


def terms(tree: ast.expr) -> list[tuple[bool, ast.expr]]:
    """What a tree is the sum of, from left to right, and whether each is taken away.

    >>> [(less, ast.unparse(term)) for less, term in terms(plus(name("a"), minus(name("b"), name("c"))))]
    [(False, '=a'), (False, '=b'), (True, '=c')]
    """
    found: list[tuple[bool, ast.expr]] = []
    waiting = [(False, tree)]
    while waiting:
        less, each = waiting.pop()
        match each:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                waiting += [(less, left), (less != isinstance(op, ast.Sub), right)]
            case _:
                found.append((less, each))
    return found[::-1]
