"""Trees with some numbers known: what can be computed now is, and what the last bit allows is dropped.

>>> from autograd import OPERATIONS
>>> ast.unparse(folded(OPERATIONS["pow"].partials[0].tree, {"y": 3.0}))
'3.0 * x ** 2.0'
>>> ast.unparse(folded(OPERATIONS["leaky_relu"].value.tree, {"slope": 0.01}))
'x if x > 0.0 else 0.01 * x'
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from autograd.expression import BINARY, COMPARE, CONSTANTS, PRIMITIVES, UNARY
from autograd.ieee import strict
from autograd.operations import OPERATIONS
from autograd.program.printing import children

__all__ = ["folded"]


def folded(tree: ast.expr, known: Mapping[str, float]) -> ast.expr:
    """A tree with the same value to the last bit, in which some names are numbers.

    What raises when it is computed stays as it is. Conditions of numbers are decided.

    Args:
        tree: a tree in the language of the table's texts.
        known: the numbers that names stand for.

    >>> tree = ast.parse("1.0 * x + y ** 2.0 if y > 0.0 else x", mode="eval").body
    >>> ast.unparse(folded(tree, {"y": 3.0})), ast.unparse(folded(tree, {"y": -1.0}))
    ('x + 9.0', 'x')
    """
    match tree:
        case ast.Name(id=name) if name in known:
            return ast.Constant(known[name])
        case ast.Name(id=name) if name in CONSTANTS:
            return ast.Constant(CONSTANTS[name])
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            left, right = folded(left, known), folded(right, known)
            numbers = _numbers([left, right])
            if numbers and numbers[1]:
                return ast.Constant(numbers[0] % numbers[1])
            return ast.BinOp(left, ast.Mod(), right)
        case ast.BinOp(left=left, op=op, right=right):
            left, right = folded(left, known), folded(right, known)
            return _computed(BINARY[type(op)], [left, right]) or _shorter(left, op, right)
        case ast.UnaryOp(op=op, operand=operand):
            operand = folded(operand, known)
            return _computed(UNARY[type(op)], [operand]) or ast.UnaryOp(op, operand)
        case ast.Call(func=ast.Name(id=name) as func, args=args):
            args = [folded(each, known) for each in args]
            return _computed(name, args) or ast.Call(func, args, [])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            test = folded(test, known)
            if isinstance(test, ast.Constant):
                return folded(body if test.value else orelse, known)
            body, orelse = folded(body, known), folded(orelse, known)
            if _cannot_fail(test) and ast.dump(body) == ast.dump(orelse):
                return body
            return ast.IfExp(test, body, orelse)
        case ast.BoolOp(op=op, values=values):
            return _joined(op, [folded(each, known) for each in values])
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [folded(each, known) for each in (left, *comparators)]
            pairs = [_compared(*each) for each in zip(sides, ops, sides[1:], strict=False)]
            return _joined(ast.And(), pairs)
    return tree


def _numbers(trees: Sequence[ast.expr]) -> list[float] | None:
    found = [each.value for each in trees if isinstance(each, ast.Constant)]
    return found if len(found) == len(trees) else None  # type: ignore[return-value]


def _computed(name: str, operands: Sequence[ast.expr]) -> ast.expr | None:
    numbers = _numbers(operands)
    if numbers is None:
        return None
    try:
        function = PRIMITIVES.get(name) or strict(OPERATIONS[name])
        return ast.Constant(float(function(*numbers)))
    except (ArithmeticError, ValueError):
        return None


def _shorter(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    """A product, quotient, power or difference without an operand that does not change the number."""
    match left, op, right:
        case (each, ast.Mult(), ast.Constant(value=1.0)) | (ast.Constant(value=1.0), ast.Mult(), each):
            return each
        case (each, ast.Mult(), ast.Constant(value=-1.0)) | (ast.Constant(value=-1.0), ast.Mult(), each):
            return ast.UnaryOp(ast.USub(), each)
        case (each, ast.Div() | ast.Pow(), ast.Constant(value=1.0)):
            return each
        case (each, ast.Sub(), ast.Constant(value=number)) if number == 0.0 and str(number) == "0.0":
            return each  # -0.0 - 0.0 is -0.0; but -0.0 + 0.0 is 0.0
    return ast.BinOp(left, op, right)


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
    numbers = _numbers([left, right])
    if numbers is None:
        return ast.Compare(left, [op], [right])
    return ast.Constant(COMPARE[type(op)](*numbers))


def _joined(op: ast.boolop, values: Sequence[ast.expr]) -> ast.expr:
    """Conditions of which all have to hold, or one, without those that are known."""
    decides = isinstance(op, ast.Or)
    left: list[ast.expr] = []
    for each in values:
        if not isinstance(each, ast.Constant):
            left.append(each)
        elif bool(each.value) is decides:
            if all(map(_cannot_fail, left)):
                return each
            # what comes before may raise, and has to be computed first
            left.append(ast.Compare(ast.Constant(0.0), [ast.Eq()], [ast.Constant(1.0 - decides)]))
    if not left:
        return ast.Constant(not decides)
    return left[0] if len(left) == 1 else ast.BoolOp(op, left)


def _cannot_fail(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Call) or (
        isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div | ast.Pow | ast.Mod)
    ):
        return False
    return all(map(_cannot_fail, children(tree)))
