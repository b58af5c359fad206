"""Trees and nodes as texts that fit a line, in any style."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autograd.formula import UNICODE, Style, Written, symbol_piece, write
from autograd.symbolic.nodes import Condition, Slope, glimpse
from autograd.symbolic.trees import DOTS, terms
from autograd.symbols import unicode_symbol

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["conditions_text", "definition_text", "fitted", "label", "slope_text", "written"]

#: A sum is never cut to fewer terms than that.
_TERMS = 4
#: Nor is a formula made less deep than that, whatever its names are.
_LEVELS = 2
_LABEL = 60


def written(
    tree: ast.expr, style: Style = UNICODE, symbol: Callable[[str], str] | None = None
) -> Written:
    """A tree in a style, its names as that style writes them.

    Args:
        tree: the tree, no larger than a text may be; see `fitted`.
        style: the style.
        symbol: how to write a name; with real subscripts if None.

    >>> from autograd import Value
    >>> w1, x1 = Value(0.5, "w1"), Value(2.0, "x1")
    >>> tree = glimpse(w1 * x1 - 1.0, 9)
    >>> written(tree).text, written(tree, symbol=str).text
    ('w₁·x₁ − 1', 'w1·x1 − 1')
    """
    symbol = symbol or (unicode_symbol if style is UNICODE else style.variable)
    pieces = {DOTS: Written(style.dots)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.startswith("="):
            pieces[node.id] = symbol_piece(symbol(node.id[1:]), style)
    return write(tree, style, pieces)


def definition_text(
    node: Value,
    style: Style = UNICODE,
    symbol: Callable[[str], str] | None = None,
    width: int = 48,
) -> str:
    """How a node was computed, in terms of named nodes; "" of a leaf.

    Args:
        node: the node.
        style: the style.
        symbol: how to write a name; with real subscripts if None.
        width: how many characters there is room for, in Unicode.

    >>> from autograd import Value
    >>> w, x, b = Value(2.0, "w1"), Value(3.0, "x1"), Value(1.0, "b")
    >>> definition_text(w * x + b), definition_text(w)
    ('w₁·x₁ + b', '')
    """
    return "" if node.operation is None else _text(node, style, symbol, width)


def label(node: Value, style: Style = UNICODE, symbol: Callable[[str], str] | None = None) -> str:
    """What a node is called: its name, or how it was computed.

    >>> from autograd import Value
    >>> x1 = Value(3.0, "x1")
    >>> label(x1), label(2.0 * x1), label(Value(5.0)), label(x1, symbol=str)
    ('x₁', '2·x₁', '5', 'x1')
    """
    if node.name:
        return (symbol or (unicode_symbol if style is UNICODE else style.variable))(node.name)
    return _text(node, style, symbol, _LABEL)


def _text(node: Value, style: Style, symbol: Callable[[str], str] | None, width: int) -> str:
    tree = glimpse(node, width)
    return written(fitted(tree, width, lambda each: _length(each, symbol)), style, symbol).text


def _length(tree: ast.expr, symbol: Callable[[str], str] | None = None) -> int:
    return len(written(tree, UNICODE, symbol).text)


def slope_text(slope: Slope, style: Style = UNICODE, width: int = 60) -> tuple[str, str]:
    """A derivative, and why it is this one; "" where there is nothing to say.

    >>> from autograd import Value
    >>> from autograd.symbolic import slopes
    >>> x = Value(0.0, "x")
    >>> slope_text(slopes((x - 1.0).relu())[x]), slope_text(slopes(x.relu())[x])
    (('0', 'as x − 1 < 0'), ('0', 'at the kink x = 0: the subgradient of least norm'))
    """
    return written(fitted(slope.tree, width), style).text, conditions_text(
        slope.conditions, style, width
    )


def conditions_text(conditions: Sequence[Condition], style: Style = UNICODE, width: int = 60) -> str:
    """Why a derivative is what it is; "" where there is nothing to say.

    >>> from autograd import Value
    >>> from autograd.symbolic import slopes
    >>> x = Value(1.0, "x")
    >>> conditions_text(slopes(x.relu())[x].conditions)
    'as x > 0'
    """

    def text(condition: Condition) -> str:
        return written(fitted(condition.tree, width), style).text

    both = [[each for each in conditions if each.at_kink is at_kink] for at_kink in (False, True)]
    smooth, kinks = (style.words(" and ").join(map(text, each)) for each in both)
    why = [style.words("as ") + smooth] if smooth else []
    if kinks:
        says = style.words("at the kink "), kinks, style.words(": the subgradient of least norm")
        why.append("".join(says))
    return style.words("; ").join(why)


# --- what fits ------------------------------------------------------------------------------------


def fitted(
    tree: ast.expr,
    width: int,
    length: Callable[[ast.expr], int] = _length,
    *,
    levels: bool = True,
) -> ast.expr:
    """A tree whose text fits a line: long sums lose terms, and if that is not enough, it gets less deep.

    A sum keeps its first terms and its last one, four at least; what is left out is an ellipsis. A text
    may be too long all the same, if the names in it are. The time that this takes depends on the width
    and on the longest sum, however large the tree.

    Args:
        tree: the tree.
        width: how long it may be.
        length: how long the text of a tree is.
        levels: whether it may get less deep.

    >>> from autograd import Value
    >>> from autograd.symbolic import definition
    >>> tree = definition(sum(Value(1.0, f"a{i}") * 2.0 for i in range(100)))
    >>> written(fitted(tree, 50)).text
    '0 + a₀·2 + a₁·2 + a₂·2 + a₃·2 + a₄·2 + … + a₉₉·2'
    >>> written(fitted(tree, 10)).text
    '0 + a₀·2 + a₁·2 + … + a₉₉·2'
    """

    def attempt(depth: int, kept: int) -> ast.expr | None:
        cut = _Cut(kept, 4 * width)
        short = cut.down(tree, depth)
        return short if cut.left >= 0 and length(short) <= width else None

    whole = attempt(width, width)
    if whole is not None:
        return whole
    depth = width
    best = attempt(depth, _TERMS)
    if best is None and not levels:
        return _Cut(_TERMS, 4 * width).down(tree, depth)
    if best is None:
        depth = _LEVELS
        best = _Cut(_TERMS, 4 * width).down(tree, depth)
        while (deeper := attempt(depth + 1, _TERMS)) is not None:
            depth, best = depth + 1, deeper
    fits, too_many = _TERMS, width
    while too_many - fits > 1:
        kept = (fits + too_many) // 2
        longer = attempt(depth, kept)
        if longer is None:
            too_many = kept
        else:
            fits, best = kept, longer
    return best


class _Cut:
    """A tree cut down, until so many pieces are used up."""

    def __init__(self, kept: int, left: int) -> None:
        self.kept, self.left = kept, left

    def down(self, tree: ast.expr, depth: int) -> ast.expr:
        """The tree so many levels deep, no sum in it of more terms than are kept."""
        self.left -= 1
        match tree:
            case ast.Name() | ast.Constant():
                return tree
            case _ if not depth or self.left < 0:
                return ast.Name(DOTS)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                few = self._few(tree)
                if depth == 1 and not all(_is_leaf(each) for _, each in few or terms(tree)):
                    return ast.Name(DOTS)  # which tells more than … + … + …
                if few is None:
                    return self._sum(tree, depth)
                return _added([(less, self.down(each, depth - 1)) for less, each in few])
            case ast.BinOp(left=left, op=op, right=right):
                return ast.BinOp(self.down(left, depth - 1), op, self.down(right, depth - 1))
            case ast.UnaryOp(op=op, operand=operand):
                return ast.UnaryOp(op, self.down(operand, depth - 1))
            case ast.Call(func=func, args=args):
                return ast.Call(func, self._each(args, depth), [])
            case ast.Compare(left=left, ops=ops, comparators=others):
                return ast.Compare(self.down(left, depth - 1), ops, self._each(others, depth))
            case ast.BoolOp(op=op, values=values):
                return ast.BoolOp(op, self._each(values, depth))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(*self._each([test, body, orelse], depth))
        raise AssertionError(ast.dump(tree))  # pragma: no cover - no text of the table has more

    def _each(self, trees: Sequence[ast.expr], depth: int) -> list[ast.expr]:
        return [self.down(each, depth - 1) for each in trees]

    def _sum(self, tree: ast.expr, depth: int) -> ast.expr:
        """A sum with all its terms, in the brackets that it has."""
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
            return ast.BinOp(self._sum(tree.left, depth), tree.op, self._sum(tree.right, depth))
        return self.down(tree, depth - 1)

    def _few(self, tree: ast.expr) -> list[tuple[bool, ast.expr]] | None:
        """The first terms of a sum and its last one; None if at most one of them were left out."""
        first = terms(tree, self.kept + 2)
        dots = next((index for index, (_, each) in enumerate(first) if _is_dots(each)), None)
        if dots is None and len(first) < self.kept + 2:
            return None
        kept = first[: min(self.kept - 1, len(first) if dots is None else dots)]
        last = _last_terms(tree, 1 if kept else self.kept - 1)
        return [*kept, (False, ast.Name(DOTS)), *last]


def _is_leaf(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name | ast.Constant)


def _is_dots(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and tree.id == DOTS


def _last_terms(tree: ast.expr, most: int) -> list[tuple[bool, ast.expr]]:
    """So many last terms of a sum, if nothing is left out of them."""
    found: list[tuple[bool, ast.expr]] = []
    waiting = [(False, tree)]
    while waiting and len(found) < most:
        less, each = waiting.pop()
        match each:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                waiting += [(less, left), (less != isinstance(op, ast.Sub), right)]
            case _ if _is_dots(each):
                break
            case _:
                found.append((less, each))
    return found[::-1]


def _added(parts: Sequence[tuple[bool, ast.expr]]) -> ast.expr:
    (less, total), *others = parts
    if less:
        total = ast.UnaryOp(ast.USub(), total)
    for less, each in others:
        total = ast.BinOp(total, ast.Sub() if less else ast.Add(), each)
    return total
