"""Trees of the table's language as source text of languages that run.

One walk; what differs between the languages is a `Language`. Nothing recurses: what is deep, or used
several times, becomes a step of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isinf, isnan
from typing import NamedTuple

from autograd.errors import ArgumentValueError

__all__ = ["PYTHON", "Language", "bracketed", "children", "spelled", "walk"]

# How tightly a piece holds together; a looser piece inside a tighter one takes brackets.
_CHOICE, _EITHER, _BOTH, _COMPARED, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)

#: No formula nests deeper in the source, which a compiler reads recursively.
_DEEPEST = 40
#: What is used twice is a step of its own from so many nodes on.
_WORTH_A_STEP = 8


class _Piece(NamedTuple):
    text: str
    tightness: int = _ATOM
    depth: int = 0


class Language(NamedTuple):
    """How a language that runs writes formulas.

    Attributes:
        power: writes a power of two operands that take no brackets.
        call: writes a call of a function of the table, or of its texts.
        choice: a conditional expression, a template of ``test``, ``body`` and ``orelse``.
        both: the operator between conditions that all have to hold.
        either: that between conditions of which one has to.
        constants: what ``pi``, ``inf`` and ``nan`` are called.
        quotient: writes a quotient, where that is no operator.
        remainder: writes a remainder with the sign of the divisor, where that is no operator.
        brackets_both: whether conditions that all have to hold are bracketed among alternatives.
        brackets_compared: whether comparisons are bracketed in conditions, as `&` asks for in Python.
        choice_is_call: whether ``choice`` holds together, and each part of it may be loose.
        power_is_call: whether ``power`` holds together, and each operand of it may be loose.
        comparison: writes a comparison, of its two sides and Python's sign, where it is not that sign.
        finite: writes a finite number; a negative one without brackets.
    """

    power: Callable[[str, str], str]
    call: Callable[[str, Sequence[str]], str]
    choice: str
    both: str
    either: str
    constants: Mapping[str, str]
    quotient: Callable[[str, str], str] | None = None
    remainder: Callable[[str, str], str] | None = None
    brackets_both: bool = False
    brackets_compared: bool = False
    choice_is_call: bool = False
    power_is_call: bool = False
    comparison: Callable[[str, str, str], str] | None = None
    finite: Callable[[float], str] = repr

    def number(self, number: float) -> str:
        """A number as the language has it.

        >>> [PYTHON.number(number) for number in (2, -0.5, float("-inf"))]
        ['2.0', '-0.5', '-inf']
        """
        if isnan(number):
            return self.constants["nan"]
        if isinf(number):
            return f"{'-' * (number < 0.0)}{self.constants['inf']}"
        return self.finite(float(number))


PYTHON = Language(
    power="{} ** {}".format,
    call=lambda name, operands: f"{name}({', '.join(operands)})",
    choice="{body} if {test} else {orelse}",
    both=" and ",
    either=" or ",
    constants={"pi": "pi", "inf": "inf", "nan": "nan"},
)

_OPERATORS: dict[type[ast.operator], tuple[str, int, int]] = {
    # what the operands have to hold together like: the right one of - and / more tightly
    ast.Add: (" + ", _SUM, _PRODUCT),
    ast.Sub: (" - ", _SUM, _PRODUCT),
    ast.Mult: (" * ", _PRODUCT, _SIGN),
    ast.Div: (" / ", _PRODUCT, _SIGN),
    ast.Mod: (" % ", _PRODUCT, _SIGN),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: " < ", ast.LtE: " <= ", ast.Gt: " > ", ast.GtE: " >= ", ast.Eq: " == ", ast.NotEq: " != ",
}  # fmt: skip


def children(tree: ast.expr) -> list[ast.expr]:
    """The parts that a tree is directly made of, from left to right.

    >>> [ast.unparse(part) for part in children(ast.parse("a if b > 0 else exp(c)", mode="eval").body)]
    ['b > 0', 'a', 'exp(c)']
    """
    match tree:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Call(args=args):
            return args
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [test, body, orelse]
        case ast.BoolOp(values=values):
            return values
        case ast.Compare(left=left, comparators=comparators):
            return [left, *comparators]
        case _:
            return []


def walk(tree: ast.expr) -> Iterator[ast.expr]:
    """Each part of a tree, itself first, from left to right; one that it has several times comes once.

    >>> [ast.unparse(part) for part in walk(ast.parse("exp(a) * b", mode="eval").body)]
    ['exp(a) * b', 'exp(a)', 'a', 'b']
    """
    seen: set[int] = set()
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += reversed(children(each))


def spelled(
    tree: ast.expr,
    language: Language,
    variables: Mapping[str, str],
    prefix: str,
    share: bool = True,
) -> tuple[list[tuple[str, str]], str]:
    """A tree as source text: steps that come before it, each a name and a text, and the text itself.

    Args:
        tree: the tree.
        language: the language.
        variables: what each variable in the tree is called in the source; a text that holds together.
        prefix: what the names of the steps begin with.
        share: whether what is used several times is computed once, in a step of its own.

    >>> spelled(ast.parse("(a - b) ** 2.0 / c", mode="eval").body, PYTHON, {"a": "x", "b": "y"}, "t")
    ([], '(x - y) ** 2.0 / c')
    """
    if isinstance(tree, ast.Name):
        return [], variables.get(tree.id) or language.constants.get(tree.id, tree.id)
    order, uses, always = _surveyed(tree)
    sizes: dict[int, int] = {}
    pieces: dict[int, _Piece] = {}
    steps: list[tuple[str, str]] = []
    for each in order:
        parts = children(each)
        size = sizes[id(each)] = 1 + sum(sizes[id(part)] for part in parts)
        piece = _joined(each, [pieces[id(part)] for part in parts], language, variables)
        repeated = uses[id(each)] > 1 and size >= _WORTH_A_STEP and (share or size > 1000)
        too_deep = piece.depth > _DEEPEST and each is not tree
        if too_deep or (repeated and id(each) in always):
            name = f"{prefix}_{len(steps) + 1}"
            steps.append((name, piece.text))
            piece = _Piece(name)
        pieces[id(each)] = piece
    return steps, pieces[id(tree)].text


def _surveyed(tree: ast.expr) -> tuple[list[ast.expr], dict[int, int], set[int]]:
    """The distinct parts of a tree, parts first; how often each is used; which are always computed."""
    uses: dict[int, int] = {id(tree): 1}
    order: list[ast.expr] = []
    above = [(tree, iter(children(tree)))]
    while above:
        each, parts = above[-1]
        for part in parts:
            uses[id(part)] = uses.get(id(part), 0) + 1
            if uses[id(part)] == 1:
                above.append((part, iter(children(part))))
                break
        else:
            above.pop()
            order.append(each)
    if len(order) == sum(uses.values()):  # nothing is used twice
        return order, uses, set()
    always = {id(tree)}
    for each in reversed(order):
        if id(each) in always:
            # of a choice the test alone is computed whatever happens, of conditions the first
            first = isinstance(each, ast.IfExp | ast.BoolOp | ast.Compare)
            always.update(id(part) for part in children(each)[: 1 if first else None])
    return order, uses, always


def bracketed(text: str) -> str:
    """A number's text as an operand: a negative one within brackets.

    >>> bracketed("-0.5")
    '(-0.5)'
    """
    return f"({text})" if text[0] == "-" else text


def _wrapped(piece: _Piece, tightness: int) -> str:
    return piece.text if piece.tightness >= tightness else f"({piece.text})"


def _joined(
    tree: ast.expr, parts: list[_Piece], language: Language, variables: Mapping[str, str]
) -> _Piece:
    depth = 1 + max((part.depth for part in parts), default=-1)
    match tree:
        case ast.Name(id=name):
            return _signed(variables.get(name) or language.constants.get(name, name))
        case ast.Constant(value=float(value)):
            return _signed(language.number(value))
        case ast.BinOp(op=ast.Pow()) if language.power_is_call:
            return _Piece(language.power(parts[0].text, parts[1].text), _ATOM, depth)
        case ast.BinOp(op=ast.Pow()):
            base, exponent = parts
            text = language.power(_wrapped(base, _ATOM), _wrapped(exponent, _ATOM))
            return _Piece(text, _POWER, depth)
        case ast.BinOp(op=ast.Div()) if language.quotient:
            return _Piece(language.quotient(parts[0].text, parts[1].text), _ATOM, depth)
        case ast.BinOp(op=ast.Mod()) if language.remainder:
            return _Piece(language.remainder(parts[0].text, parts[1].text), _ATOM, depth)
        case ast.BinOp(op=op):
            sign, tightness, right = _OPERATORS[type(op)]
            text = f"{_wrapped(parts[0], tightness)}{sign}{_wrapped(parts[1], right)}"
            return _Piece(text, tightness, depth)
        case ast.UnaryOp(op=op):
            # two signs in a row are another operator in some languages
            return _Piece(
                f"{'-' if isinstance(op, ast.USub) else '+'}{_wrapped(parts[0], _POWER)}", _SIGN, depth
            )
        case ast.Call(func=ast.Name(id=name)):
            return _Piece(language.call(name, [part.text for part in parts]), _ATOM, depth)
        case ast.IfExp() if language.choice_is_call:
            test, body, orelse = (part.text for part in parts)
            return _Piece(language.choice.format(test=test, body=body, orelse=orelse), _ATOM, depth)
        case ast.IfExp():
            text = language.choice.format(
                test=_wrapped(parts[0], _EITHER),
                body=_wrapped(parts[1], _EITHER),
                orelse=_wrapped(parts[2], _CHOICE),
            )
            return _Piece(text, _CHOICE, depth)
        case ast.BoolOp(op=ast.And()):
            tightness = _ATOM if language.brackets_compared else _COMPARED
            return _Piece(language.both.join(_wrapped(each, tightness) for each in parts), _BOTH, depth)
        case ast.BoolOp():
            tightness = _COMPARED if language.brackets_both else _BOTH
            if language.brackets_compared:
                tightness = _ATOM
            text = language.either.join(_wrapped(each, tightness) for each in parts)
            return _Piece(text, _EITHER, depth)
        case ast.Compare(ops=ops):
            return _compared([_wrapped(each, _SUM) for each in parts], ops, depth, language)
        case _:
            raise ArgumentValueError(f"{ast.unparse(tree)!r} has no place in a formula")


def _compared(sides: Sequence[str], ops: Sequence[ast.cmpop], depth: int, language: Language) -> _Piece:
    pairs: list[str] = []
    for left, op, right in zip(sides, ops, sides[1:], strict=False):
        sign = _COMPARISONS[type(op)]
        written = language.comparison(left, sign.strip(), right) if language.comparison else ""
        pairs.append(written or f"{left}{sign}{right}")
    if len(pairs) == 1:
        return _Piece(pairs[0], _COMPARED, depth)
    if language.brackets_compared:
        pairs = [f"({pair})" for pair in pairs]
    return _Piece(language.both.join(pairs), _BOTH, depth)


def _signed(text: str) -> _Piece:
    return _Piece(text, _SIGN if text[0] in "-+" else _ATOM)
