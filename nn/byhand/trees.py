"""Trees of formulas, looked at and written otherwise: names replaced, factors, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import reduce

from autograd.program import Line, Operand
from autograd.symbolic import constant

__all__ = [
    "changed",
    "constant_factor",
    "factors",
    "is_one_less",
    "joined",
    "product",
    "walked",
]


def walked(tree: ast.expr) -> Iterator[ast.expr]:
    """The tree and all its parts, as long as they are expressions.

    >>> [type(part).__name__ for part in walked(ast.parse("a + 1.0", mode="eval").body)]
    ['BinOp', 'Name', 'Constant']
    """
    return (part for part in ast.walk(tree) if isinstance(part, ast.expr))


def changed(tree: ast.expr, change: Callable[[ast.expr], ast.expr | None]) -> ast.expr:
    """A tree with other trees in the place of some parts; the first part that is changed stays whole.

    Args:
        tree: the tree, which is left as it is.
        change: gives what stands in the place of a part, or None.

    >>> tree = ast.parse("a * exp(b)", mode="eval").body
    >>> ast.unparse(changed(tree, lambda part: ast.Name("c") if isinstance(part, ast.Call) else None))
    'a * c'
    """
    other = change(tree)
    if other is not None:
        return other
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(changed(left, change), op, changed(right, change))
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, changed(operand, change))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [changed(each, change) for each in args], [])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, changed(body, change), changed(orelse, change))
        case _:
            return tree


def joined(line: Line, tree: ast.expr, more: Mapping[str, Operand] | None = None) -> Line:
    """The line with another tree, which may have more names than the line.

    Args:
        line: the line.
        tree: the tree.
        more: what further names stand for; of a `name` that goes without saying.

    >>> from autograd.symbolic import name
    >>> line = Line.of("y", "w * x", {"w": "w1", "x": "x1"})
    >>> joined(line, ast.BinOp(line.tree, ast.Add(), name("b1"))).formula
    'w1 * x1 + b1'
    """
    known = dict(zip(line.variables, line.operands, strict=True)) | dict(more or {})
    for part in walked(tree):
        if isinstance(part, ast.Name) and part.id.startswith("="):
            known.setdefault(part.id, part.id[1:])
    return Line.of(line.symbol, tree, known, line.kind, above=line.above, below=line.below)


def factors(tree: ast.expr) -> list[tuple[ast.expr, bool]]:
    """What a tree is the product of, from left to right, and whether it is divided by each.

    >>> tree = ast.parse("-a * b / c", mode="eval").body
    >>> [(ast.unparse(part), below) for part, below in factors(tree)]
    [('-1.0', False), ('a', False), ('b', False), ('c', True)]
    """
    match tree:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return factors(left) + factors(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return factors(left) + [(part, not below) for part, below in factors(right)]
        case ast.UnaryOp(op=ast.USub(), operand=operand) if constant(operand) is None:
            return [(ast.UnaryOp(ast.USub(), ast.Constant(1.0)), False), *factors(operand)]
    return [(tree, False)]


def product(parts: list[tuple[ast.expr, bool]]) -> ast.expr:
    """The product of some factors, as `factors` has them.

    >>> ast.unparse(product(factors(ast.parse("a * b / c", mode="eval").body)[1:]))
    'b / c'
    """

    def multiplied(total: ast.expr, part: tuple[ast.expr, bool]) -> ast.expr:
        if part[1]:
            return ast.BinOp(total, ast.Div(), part[0])
        return part[0] if constant(total) == 1.0 else ast.BinOp(total, ast.Mult(), part[0])

    start: ast.expr = ast.Constant(1.0)
    return reduce(multiplied, parts, start)


def constant_factor(tree: ast.expr) -> float | None:
    """The number that a tree is a multiple of, where that is another one than 1 and −1; else None.

    >>> constant_factor(ast.parse("3.0 * y ** 2.0 / 4.0", mode="eval").body)
    0.75
    """
    found = 1.0
    for part, below in factors(tree):
        number = constant(part)
        if number:
            found = found / number if below else found * number
    return found if abs(found) != 1.0 and tree is not None and constant(tree) is None else None


def is_one_less(tree: ast.expr) -> ast.expr | None:
    """Of 1 − x, the x; None of anything else.

    >>> ast.unparse(is_one_less(ast.parse("1.0 - b ** t", mode="eval").body))
    'b ** t'
    """
    match tree:
        case ast.BinOp(left=ast.Constant(value=1.0), op=ast.Sub(), right=right):
            return right
    return None
