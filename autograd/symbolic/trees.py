"""Arithmetic on trees of formulas, tidied as one does by hand: 0.5·(2·(t − o)^(2 − 1))·(−1) is −(t − o).

A tree is one of `ast`, as the texts of the table are, and `autograd.formula.write` writes it. A named
node is an ``ast.Name`` in it, whose id is the node's name after a sign that no text of the table has.
Trees share their branches, so one that is small in memory may be long as a text: nothing here walks
all of a tree that it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from math import inf, isfinite
from typing import NamedTuple

from autograd.expression import Expression, evaluate
from autograd.operations import OPERATIONS, Operation

__all__ = [
    "DOTS",
    "Product",
    "Sum",
    "applied",
    "constant",
    "has_cases",
    "is_same",
    "minus",
    "name",
    "number",
    "operand_tree",
    "plus",
    "put",
    "substituted",
    "terms",
    "tidied",
    "times",
]

#: What a tree has where a text leaves something out.
DOTS = "…"
#: As far as products are looked through, and as many like terms are looked for.
_FACTORS, _LIKE = 32, 8
#: Numbers are exact up to so many bits, then rounded.
_BITS = 1000
#: A number without a short decimal form is written as a quotient, if its denominator is no larger.
_DENOMINATOR = 10_000


def name(symbol: str) -> ast.Name:
    """A named thing in a tree.

    >>> name("w1").id
    '=w1'
    """
    return ast.Name(f"={symbol}")


def number(value: float) -> ast.Constant:
    """A number in a tree."""
    return ast.Constant(float(value))


def constant(tree: ast.expr) -> float | None:
    """The number that a tree is; None if it is none.

    >>> constant(ast.parse("-2.0", mode="eval").body), constant(name("x"))
    (-2.0, None)
    """
    match tree:
        case ast.Constant(value=float(found)):
            return found
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float(found))):
            return -found
    return None


def operand_tree(operand: str | float) -> ast.expr:
    """The tree of an operand of a program's line: a symbol's name, or a number.

    >>> operand_tree("w1").id, operand_tree(2.0).value
    ('=w1', 2.0)
    """
    return name(operand) if isinstance(operand, str) else number(operand)


def times(a: ast.expr, b: ast.expr) -> ast.expr:
    """The product of two trees, its numbers multiplied and in front.

    >>> ast.unparse(times(ast.UnaryOp(ast.USub(), name("a")), times(number(2.0), name("b"))))
    '-2.0 * =a * =b'
    """
    return Product.of(a).times(Product.of(b)).tree()


def plus(a: ast.expr, b: ast.expr) -> ast.expr:
    """The sum of two trees.

    >>> ast.unparse(plus(name("a"), times(number(-1.0), name("b"))))
    '=a - =b'
    """
    p, q = Product.of(a), Product.of(b)
    if not p.number or not q.number:
        return a if p.number else b
    if p.is_like(q):
        return p.counted(p.number + q.number).tree()
    if not (p.above or p.below) and (shifted := _shifted(p.number, q)) is not None:
        return shifted
    if q.number < 0:
        return ast.BinOp(a, ast.Sub(), q.negated().tree())
    return ast.BinOp(a, ast.Add(), b)


def _shifted(value: Fraction, product: Product) -> ast.expr | None:
    """A number plus a sum that begins with another one: 1 + (1 − o) is 2 − o; None if it does not."""
    if abs(product.number) == 1 and len(product.above) == 1 and not product.below:
        match product.above[0]:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=rest):
                first = _fraction(left)
                if first is not None:
                    less = isinstance(op, ast.Sub) == (product.number > 0)
                    shift = Product(value + product.number * first)
                    return (minus if less else plus)(shift.tree(), rest)
    return None


def minus(a: ast.expr, b: ast.expr) -> ast.expr:
    """The difference of two trees.

    >>> ast.unparse(minus(name("a"), times(number(-1.0), name("b"))))
    '=a + =b'
    """
    return plus(a, times(number(-1.0), b))


def terms(tree: ast.expr, most: int | None = None) -> list[tuple[bool, ast.expr]]:
    """What a tree is the sum of, from left to right, and whether each is taken away.

    Args:
        tree: the tree.
        most: stop after so many.

    >>> [(less, ast.unparse(term)) for less, term in terms(plus(name("a"), minus(name("b"), name("c"))))]
    [(False, '=a'), (False, '=b'), (True, '=c')]
    """
    found: list[tuple[bool, ast.expr]] = []
    waiting = [(False, tree)]
    while waiting and (most is None or len(found) < most):
        less, each = waiting.pop()
        match each:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                waiting += [(less != isinstance(op, ast.Sub), right), (less, left)]
            case _:
                found.append((less, each))
    return found


def summed(parts: Iterable[tuple[bool, ast.expr]]) -> ast.expr:
    """The sum of some terms, as `terms` has them.

    >>> ast.unparse(summed(terms(ast.parse("a - b + c", mode="eval").body)[1:]))
    '-b + c'
    """
    start: ast.expr = ast.Constant(0.0)
    return reduce(lambda total, part: (minus if part[0] else plus)(total, part[1]), parts, start)


# --- products and sums, while they grow -----------------------------------------------------------


class Product(NamedTuple):
    """A number times factors, over others.

    >>> half = Product.of(ast.BinOp(name("a"), ast.Div(), number(2.0)))
    >>> half.number, len(half.above), ast.unparse(half.times(half).tree())
    (Fraction(1, 2), 1, '0.25 * =a * =a')
    """

    number: Fraction
    above: tuple[ast.expr, ...] = ()
    below: tuple[ast.expr, ...] = ()

    @staticmethod
    def of(tree: ast.expr) -> Product:
        """A tree as a product."""
        value = Fraction(1)
        above: list[ast.expr] = []
        below: list[ast.expr] = []
        waiting = [(tree, False)]
        left = _FACTORS
        while waiting:
            each, is_below = waiting.pop()
            left -= 1
            match each if left > 0 else None:
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    value = -value
                    waiting.append((operand, is_below))
                case ast.BinOp(left=a, op=ast.Mult(), right=b):
                    waiting += [(b, is_below), (a, is_below)]
                case ast.BinOp(left=a, op=ast.Div(), right=b):
                    waiting += [(b, not is_below), (a, is_below)]
                case _:
                    factor = _fraction(each)
                    if factor is None or (is_below and not factor):
                        (below if is_below else above).append(each)
                    else:
                        value = value / factor if is_below else value * factor
        return Product(value, tuple(above), tuple(below))

    def times(self, other: Product) -> Product:
        """The product of two products."""
        above, below = self.above + other.above, self.below + other.below
        return Product(Fraction(1), _folded(above), _folded(below)).counted(self.number * other.number)

    def counted(self, value: Fraction) -> Product:
        """The product with another number, which is rounded where it gets too long."""
        if max(value.numerator.bit_length(), value.denominator.bit_length()) <= _BITS:
            return self._replace(number=value)
        try:
            return self._replace(number=Fraction(float(value)))
        except OverflowError:
            return Product(Fraction(1 if value > 0 else -1), (number(inf), *self.above), self.below)

    def over(self, other: Product) -> Product:
        """The quotient of two products; the other's number is not 0."""
        return self.times(Product(1 / other.number, other.below, other.above))

    def without(self, above: Sequence[ast.expr], below: Sequence[ast.expr]) -> Product:
        """The product without some of its factors."""
        return Product(self.number, _without(self.above, above), _without(self.below, below))

    def negated(self) -> Product:
        """The negative."""
        return self._replace(number=-self.number)

    def is_like(self, other: Product) -> bool:
        """Whether the two differ in their numbers alone."""
        if (len(self.above), len(self.below)) != (len(other.above), len(other.below)):
            return False
        pairs = zip(self.above + self.below, other.above + other.below, strict=True)
        return all(is_same(a, b) for a, b in pairs)

    def tree(self) -> ast.expr:
        """The product as a tree: the number in front, below too where that is shorter."""
        if not self.number:
            return number(0.0)
        value, below = abs(self.number), self.below
        halved = below and value.numerator == 1 and value.denominator in {2, 4, 8}
        if halved or (1 < value.denominator <= _DENOMINATOR and _exact(float(value)) != value):
            below = (number(float(value.denominator)), *below)
            value = Fraction(value.numerator)
        sign = -1 if self.number < 0 else 1
        above = self.above if value == 1 and self.above else (number(float(value)), *self.above)
        if below:
            quotient = ast.BinOp(_chain(above), ast.Div(), _chain(below))
            return quotient if sign > 0 else ast.UnaryOp(ast.USub(), quotient)
        if sign < 0:
            first, *others = above
            signed = first if _fraction(first) is None else number(float(-value))
            return _chain([ast.UnaryOp(ast.USub(), first) if signed is first else signed, *others])
        return _chain(above)


class Sum(list[Product]):
    """Products that are added up, like terms put together."""

    def add(self, product: Product) -> None:
        """Add a product."""
        if not product.number:
            return
        for index in range(max(len(self) - _LIKE, 0), len(self)):
            if self[index].is_like(product):
                total = self[index].counted(self[index].number + product.number)
                self[index : index + 1] = [total] if total.number else []
                return
        self.append(product)

    def product(self) -> Product:
        """The sum as one product: of several terms, in brackets."""
        return self[0] if len(self) == 1 else Product.of(self.tree())

    def tree(self) -> ast.expr:
        """The sum as a tree."""
        if not self:
            return number(0.0)
        total = self[0].tree()
        for each in self[1:]:
            less = each.number < 0
            term = each.negated().tree() if less else each.tree()
            total = ast.BinOp(total, ast.Sub() if less else ast.Add(), term)
        return total


def factored(tree: ast.expr) -> ast.expr:
    """A sum with what its terms have in common before a bracket; another tree as it stands.

    What all have in common comes first, then what two of them have, where that makes the rest shorter.

    >>> o, d, t = name("o"), name("d"), name("t")
    >>> ast.unparse(factored(minus(times(d, minus(number(1.0), o)), times(d, o))))
    '=d * (1.0 - 2.0 * =o)'
    >>> both = plus(times(o, minus(number(1.0), o)), times(minus(t, o), o))
    >>> ast.unparse(factored(minus(both, times(minus(t, o), minus(number(1.0), o)))))
    '=o * (1.0 - =o) + (=t - =o) * (2.0 * =o - 1.0)'
    """
    parts = [_signed(less, term) for less, term in terms(tree, _LIKE + 1)]
    if not 1 < len(parts) <= _LIKE:
        return tree
    above = _in_common([each.above for each in parts])
    below = _in_common([each.below for each in parts])
    left = [each.without(above, below) for each in parts]
    rest = _opened(left)
    total = Sum(rest if above or below else parts)
    if len(total) > 2 and (pair := _shortest_pair(total)) is not None:
        i, j, product = pair
        total = Sum([*(each for place, each in enumerate(total) if place not in {i, j}), product])
    elif not (above or below):
        return tree
    return (
        Product(Fraction(1), above, below)
        .times(total.product() if total else Product(Fraction(0)))
        .tree()
    )


def _shortest_pair(total: Sequence[Product]) -> tuple[int, int, Product] | None:
    """The two products that make the shortest one together, with a number in its bracket if possible."""
    found: list[tuple[int, bool, int, int, Product]] = []
    for j, other in enumerate(total):
        for i, one in enumerate(total[:j]):
            above = _in_common([one.above, other.above])
            if not above or one.below or other.below:
                continue
            left = [each.without(above, ()) for each in (one, other)]
            rest = _opened(left)
            if 0 < len(rest) < sum(len(_opened([each])) for each in left):
                turned = rest[0].number < 0
                bracket = Sum(each.negated() for each in rest) if turned else rest
                product = Product(Fraction(-1 if turned else 1), above).times(bracket.product())
                found.append((len(rest), all(each.above for each in rest), i, j, product))
    return min(found, key=lambda each: each[:4])[2:] if found else None


def _opened(parts: Iterable[Product]) -> Sum:
    """The sum of products, those that are a bracket term by term."""
    total = Sum()
    for each in parts:
        if len(each.above) == 1 and not each.below:
            for less, term in terms(each.above[0]):
                total.add(_signed(less, term).times(Product(each.number)))
        else:
            total.add(each)
    return total


def _signed(less: bool, term: ast.expr) -> Product:
    product = Product.of(term)
    return product.negated() if less else product


def _in_common(products: Sequence[Sequence[ast.expr]]) -> tuple[ast.expr, ...]:
    first, *others = products
    found: list[ast.expr] = []
    for factor in first:
        count = 1 + sum(is_same(factor, each) for each in found)
        if all(sum(is_same(factor, each) for each in other) >= count for other in others):
            found.append(factor)
    return tuple(found)


def _without(factors: Sequence[ast.expr], some: Sequence[ast.expr]) -> tuple[ast.expr, ...]:
    left = list(factors)
    for each in some:
        del left[next(place for place, factor in enumerate(left) if is_same(factor, each))]
    return tuple(left)


def _chain(factors: Sequence[ast.expr]) -> ast.expr:
    return reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), factors)


def _folded(factors: tuple[ast.expr, ...]) -> tuple[ast.expr, ...]:
    """Factors, those of a long product as one, so that to multiply takes the same time each time."""
    return factors if len(factors) <= _FACTORS else (_chain(factors),)


def _fraction(tree: ast.expr) -> Fraction | None:
    """A number as it is written: 0.1 is a tenth."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, float) and isfinite(tree.value):
        return _exact(tree.value)
    return None


@lru_cache(1024)
def _exact(value: float) -> Fraction:
    return Fraction(repr(value))


def is_same(a: ast.expr, b: ast.expr) -> bool:
    """Whether two trees are the same; of large ones, whether they are the same object."""
    waiting: list[tuple[object, object]] = [(a, b)]
    left = _FACTORS
    while waiting:
        x, y = waiting.pop()
        if x is y:
            continue
        left -= 1
        if not left or type(x) is not type(y):
            return False
        if isinstance(x, ast.AST):
            waiting += [(getattr(x, field, None), getattr(y, field, None)) for field in x._fields]
        elif isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
            waiting += zip(x, y, strict=True)
        elif x != y or isinstance(x, list):
            return False
    return True


# --- texts of the table with trees in them --------------------------------------------------------


def put(tree: ast.expr, variables: Mapping[str, ast.expr]) -> ast.expr:
    """A text's tree with trees for its variables, as it stands.

    >>> ast.unparse(put(OPERATIONS["relu"].partials[0].tree, {"x": name("net")}))
    '0.0 if =net <= 0.0 else 1.0 if =net > 0.0 else nan'
    """
    match tree:
        case ast.Name(id=name):
            return variables.get(name, tree)
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(put(left, variables), op, put(right, variables))
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, put(operand, variables))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [put(each, variables) for each in args], [])
        case ast.Compare(left=left, ops=ops, comparators=others):
            return ast.Compare(put(left, variables), ops, [put(each, variables) for each in others])
        case ast.BoolOp(op=op, values=values):
            return ast.BoolOp(op, [put(each, variables) for each in values])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(*(put(each, variables) for each in (test, body, orelse)))
    return tree


def substituted(text: Expression | ast.expr, variables: Mapping[str, ast.expr]) -> ast.expr:
    """A text with trees for its variables, tidied; one of several cases keeps them all, as they stand.

    >>> ast.unparse(substituted(OPERATIONS["log1p"].partials[0], {"x": times(number(-1.0), name("o"))}))
    '1.0 / (1.0 - =o)'
    """
    tree, names, has_cases = _parsed(text)
    if has_cases:
        return put(tree, variables)
    return _tree(evaluate(tree, {**names, **variables}, _apply))


def tidied(tree: ast.expr) -> ast.expr:
    """A tree tidied as one does by hand; one with several cases as it stands.

    >>> ast.unparse(tidied(ast.BinOp(name("a"), ast.Mult(), ast.UnaryOp(ast.USub(), name("b")))))
    '-=a * =b'
    """
    parts = list(ast.walk(tree))
    if any(isinstance(part, ast.IfExp) for part in parts):
        return tree
    names = {part.id: part for part in parts if isinstance(part, ast.Name)}
    return _tree(evaluate(tree, names, _apply))


@lru_cache(1024)
def _parsed(text: Expression | ast.expr) -> tuple[ast.expr, dict[str, ast.Name], bool]:
    """A text's tree, the names in it, and whether it has several cases."""
    tree = text.tree if isinstance(text, Expression) else text
    parts = list(ast.walk(tree))
    names = {part.id: part for part in parts if isinstance(part, ast.Name)}
    return tree, names, any(isinstance(part, ast.IfExp) for part in parts)


def has_cases(text: Expression) -> bool:
    """Whether a text has a conditional expression in it.

    >>> [has_cases(OPERATIONS[each].partials[0]) for each in ("relu", "exp")]
    [True, False]
    """
    return _parsed(text)[2]


def applied(operation: Operation, operands: Sequence[ast.expr]) -> ast.expr:
    """An operation as arithmetic if that is what it is, anything else as a call by name.

    >>> [ast.unparse(applied(OPERATIONS[each], [name("x")])) for each in ("neg", "square", "exp")]
    ['-=x', '=x ** 2.0', 'exp(=x)']
    """
    for exponent, shortcut in OPERATIONS["pow"].shortcuts.items():
        if operation.name == shortcut:
            return ast.BinOp(operands[0], ast.Pow(), number(exponent))
    tree = operation.value.tree
    if operation.formula is operation.value and isinstance(tree, ast.BinOp | ast.UnaryOp):
        return put(tree, dict(zip(operation.parameters, operands, strict=True)))
    return ast.Call(ast.Name(operation.name), list(operands), [])


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
            below = Product.of(trees[1])
            return Product.of(trees[0]).over(below).tree() if below.number else _quotient(*trees)
        case "neg":
            return Product.of(trees[0]).negated().tree()
        case "pow":
            return _power(*trees)
    if operation in OPERATIONS:
        return applied(OPERATIONS[operation], trees)
    return ast.Call(ast.Name(operation), trees, [])  # a function of an operation that was registered


def _quotient(a: ast.expr, b: ast.expr) -> ast.expr:
    return ast.BinOp(a, ast.Div(), b)


def _power(a: ast.expr, b: ast.expr) -> ast.expr:
    exponent = _fraction(b)
    if exponent == 0:
        return number(1.0)
    return a if exponent == 1 else ast.BinOp(a, ast.Pow(), b)
