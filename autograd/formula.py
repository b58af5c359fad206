"""Texts of the table as a person reads them: in Unicode, and in LaTeX.

One walk over the tree of an `Expression`; what differs between the two ways of writing is a `Style`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from math import copysign
from typing import NamedTuple

from autograd.expression import Expression
from autograd.operations import OPERATIONS, Operation
from autograd.symbols import latex_symbol, latex_text

__all__ = [
    "LATEX",
    "MOST_DIGITS",
    "UNICODE",
    "Style",
    "Written",
    "condition_text",
    "latex_of",
    "text_of",
    "value_text",
    "write",
]

#: No float has more significant digits.
MOST_DIGITS = 767

# How tightly a piece of formula holds together; a looser piece inside a tighter one takes brackets.
CONDITION, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)


class Written(NamedTuple):
    """A piece of formula and how tightly it holds together."""

    text: str
    tightness: int = ATOM


class Style(NamedTuple):
    """A way of writing formulas."""

    minus: str
    times: str
    quotient: Callable[[Written, Written], Written]
    power: Callable[[Written, Written], Written]
    brackets: Callable[[str], str]
    calls: Mapping[str, Callable[[Written], Written]]
    call: Callable[[str, Sequence[str]], str]
    comparisons: Mapping[type[ast.cmpop], str]
    cases: Callable[[Sequence[tuple[str, str | None]]], str]
    constants: Mapping[str, str]
    variable: Callable[[str], str]
    words: Callable[[str], str]


def _round(text: str) -> str:
    return f"({text})"


_SUPERSCRIPT = str.maketrans("−-0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _unicode_power(base: Written, exponent: Written) -> Written:
    below = base.text if base.tightness == ATOM else _round(base.text)
    if exponent.text.lstrip("−-").isdigit():
        return Written(below + exponent.text.translate(_SUPERSCRIPT), POWER)
    above = exponent.text if exponent.tightness == ATOM else _round(exponent.text)
    return Written(f"{below}^{above}", POWER)


def _round_unless_word(piece: Written) -> str:
    return piece.text if piece.text.isalnum() else _round(piece.text)


def _unicode_quotient(above: Written, below: Written) -> Written:
    left = above.text if above.tightness >= PRODUCT else _round(above.text)
    right = below.text if below.tightness > PRODUCT else _round(below.text)
    return Written(f"{left}/{right}", PRODUCT)


def _unicode_cases(branches: Sequence[tuple[str, str | None]]) -> str:
    return ", ".join(f"{value} if {when}" if when else f"else {value}" for value, when in branches)


def _latex_cases(branches: Sequence[tuple[str, str | None]]) -> str:
    rows = [
        rf"{value} & {when}" if when else rf"{value} & \text{{otherwise}}" for value, when in branches
    ]
    return r"\begin{cases}" + r" \\ ".join(rows) + r"\end{cases}"


def _latex_power(base: Written, exponent: Written) -> Written:
    below = base.text if base.tightness == ATOM else rf"\left({base.text}\right)"
    return Written(f"{below}^{{{exponent.text}}}", POWER)


def _called(name: str) -> str:
    """What formulas call a function: the symbol of its row."""
    return OPERATIONS[name].symbol if name in OPERATIONS else name


#: Symbols of rows that LaTeX has a command for, where it is not the symbol itself.
_LATEX_SYMBOLS = {
    "σ": r"\sigma",
    "ln σ": r"\ln\sigma",
    "Φ": r"\Phi",
    "log₂": r"\log_2",
    "log₁₀": r"\log_{10}",
}
_LATEX_FUNCTIONS = frozenset(
    ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "max", "min")
)


def _latex_call(name: str, operands: Sequence[str]) -> str:
    symbol = _called(name)
    if symbol in _LATEX_FUNCTIONS:
        command = rf"\{symbol}"
    else:
        command = _LATEX_SYMBOLS.get(symbol) or rf"\operatorname{{{latex_text(symbol)}}}"
    return rf"{command}\left({', '.join(operands)}\right)"


UNICODE = Style(
    minus="−",
    times="·",
    quotient=_unicode_quotient,
    power=_unicode_power,
    brackets=_round,
    calls={
        "abs": lambda x: Written(f"|{x.text}|"),
        "sqrt": lambda x: Written(f"√{_round_unless_word(x)}", POWER),
        "square": lambda x: _unicode_power(x, Written("2")),
        "gaussian": lambda x: Written(f"exp(−{_unicode_power(x, Written('2')).text}/2)"),
    },
    call=lambda name, args: f"{_called(name)}({', '.join(args)})",
    comparisons={
        ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠",
    },
    cases=_unicode_cases,
    constants={"pi": "π", "inf": "∞", "nan": "NaN"},
    variable=str,
    words=str,
)  # fmt: skip

LATEX = Style(
    minus="-",
    times=r" \cdot ",
    quotient=lambda above, below: Written(rf"\frac{{{above.text}}}{{{below.text}}}", PRODUCT),
    power=_latex_power,
    brackets=lambda text: rf"\left({text}\right)",
    calls={
        "abs": lambda x: Written(rf"\left|{x.text}\right|"),
        "sqrt": lambda x: Written(rf"\sqrt{{{x.text}}}"),
        "cbrt": lambda x: Written(rf"\sqrt[3]{{{x.text}}}"),
        "exp": lambda x: Written(f"e^{{{x.text}}}", POWER),
        "exp2": lambda x: Written(f"2^{{{x.text}}}", POWER),
        "square": lambda x: _latex_power(x, Written("2")),
        "gaussian": lambda x: Written(f"e^{{-{_latex_power(x, Written('2')).text}/2}}", POWER),
    },
    call=_latex_call,
    comparisons={
        ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
    },
    cases=_latex_cases,
    constants={"pi": r"\pi", "inf": r"\infty", "nan": r"\text{NaN}"},
    variable=latex_symbol,
    words=lambda text: rf"\text{{{text}}}",
)  # fmt: skip


def number_text(number: float) -> str:
    """A constant of a formula: 2.0 is written 2.

    >>> number_text(2.0), number_text(0.01)
    ('2', '0.01')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def number(value: float, style: Style) -> Written:
    """A number as a piece of formula.

    >>> number(-2.0, UNICODE).text
    '−2'
    """
    text = number_text(abs(value))
    return Written(style.minus + text, SIGN) if copysign(1.0, value) < 0.0 else Written(text)


def write(tree: ast.expr, style: Style, variables: Mapping[str, Written] | None = None) -> Written:
    """A parsed text in a style, with what each variable stands for written in its place.

    >>> write(Expression("(1.0 - x) / y ** 2.0", ["x", "y"]).tree, UNICODE).text
    '(1 − x)/y²'
    """
    substituted = variables or {}

    def wrap(piece: Written, tightness: int) -> str:
        return piece.text if piece.tightness >= tightness else style.brackets(piece.text)

    def after_sign(piece: Written, tightness: int) -> str:
        return (
            style.brackets(piece.text) if piece.text.startswith(style.minus) else wrap(piece, tightness)
        )

    def negated(piece: Written) -> Written:
        return Written(style.minus + after_sign(piece, SIGN), SIGN)

    def walk(tree: ast.expr) -> Written:
        match tree:
            case ast.Name(id=name):
                known = style.constants.get(name) or style.variable(name)
                return substituted.get(name) or Written(known)
            case ast.Constant(value=float(constant)):
                return number(constant, style)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negated(walk(operand))
            case ast.UnaryOp(operand=operand):
                return Written("+" + wrap(walk(operand), SIGN), SIGN)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return Written(f"{wrap(walk(left), SUM)} + {after_sign(walk(right), SUM)}", SUM)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                right_text = after_sign(walk(right), PRODUCT)
                return Written(f"{wrap(walk(left), SUM)} {style.minus} {right_text}", SUM)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                a, b = walk(left), walk(right)
                return Written(wrap(a, PRODUCT) + style.times + wrap(b, POWER), PRODUCT)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return style.quotient(walk(left), walk(right))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return style.power(walk(left), walk(right))
            case ast.BinOp(left=left, right=right):
                return Written(walk(left).text + style.words(" mod ") + walk(right).text, PRODUCT)
            case ast.Call(func=ast.Name(id=name), args=args):
                return called(name, [walk(arg) for arg in args], style)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                text = walk(left).text
                for op, side in zip(ops, comparators, strict=True):
                    text += f" {style.comparisons[type(op)]} {walk(side).text}"
                return Written(text, CONDITION)
            case ast.BoolOp(op=op, values=values):
                joint = style.words(" and " if isinstance(op, ast.And) else " or ")
                return Written(joint.join(walk(value).text for value in values), CONDITION)
            case ast.IfExp():
                return Written(style.cases(branches(tree)), CONDITION)
            case _:  # pragma: no cover - Expression refused it
                raise AssertionError(ast.dump(tree))

    def branches(tree: ast.expr) -> list[tuple[str, str | None]]:
        """The cases of nested conditionals; the NaN of a NaN operand goes without saying."""
        if not isinstance(tree, ast.IfExp):
            nan = isinstance(tree, ast.Name) and tree.id == "nan"
            return [] if nan else [(walk(tree).text, None)]
        return [(walk(tree.body).text, walk(tree.test).text), *branches(tree.orelse)]

    return walk(tree)


def called(name: str, operands: Sequence[Written], style: Style) -> Written:
    """A function applied to operands that are already written.

    >>> called("sigmoid", [Written("a + b", SUM)], UNICODE).text
    'σ(a + b)'
    """
    if name in style.calls:
        return style.calls[name](*operands)
    return Written(style.call(name, [operand.text for operand in operands]))


def text_of(expression: Expression, variables: Mapping[str, Written] | None = None) -> str:
    """An expression in Unicode.

    >>> text_of(OPERATIONS["sigmoid"].as_taught[0])
    'out·(1 − out)'
    """
    return write(expression.tree, UNICODE, variables).text


def latex_of(expression: Expression, variables: Mapping[str, Written] | None = None) -> str:
    r"""An expression in LaTeX.

    >>> latex_of(OPERATIONS["asin"].partials[0])
    '\\frac{1}{\\sqrt{\\left(1 - x\\right) \\cdot \\left(1 + x\\right)}}'
    """
    return write(expression.tree, LATEX, variables).text


condition_text = text_of


def value_of(operation: Operation, operands: Sequence[Written], style: Style = UNICODE) -> Written:
    """An operation applied to operands that are already written: arithmetic, or a call by name.

    >>> value_of(OPERATIONS["mul"], [Written("a + b", SUM), Written("c")]).text
    '(a + b)·c'
    """
    if operation.name not in style.calls and isinstance(operation.value.tree, ast.BinOp | ast.UnaryOp):
        variables = dict(zip(operation.parameters, operands, strict=True))
        return write(operation.value.tree, style, variables)
    return called(operation.name, operands, style)


def value_text(operation: Operation) -> str:
    """An operation applied to its own parameters, as an error names it.

    >>> value_text(OPERATIONS["div"]), value_text(OPERATIONS["log"])
    ('x / y', 'log(x)')
    """
    if operation.operator:
        return operation.value.text
    return f"{operation.name}({', '.join(operation.parameters)})"
