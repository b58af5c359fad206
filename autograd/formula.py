"""Texts of the table as a person reads them: in Unicode, in LaTeX and in MathML.

One walk over the tree of an `Expression`; what differs between the ways of writing is a `Style`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from math import isfinite
from typing import NamedTuple

from autograd.expression import Expression
from autograd.operations import OPERATIONS, Operation
from autograd.symbols import latex_symbol, latex_text, mathml_symbol, xml_text

__all__ = [
    "LATEX",
    "MATHML",
    "MOST_DIGITS",
    "UNICODE",
    "Style",
    "Written",
    "latex_of",
    "number",
    "pieces",
    "scientific",
    "symbol_piece",
    "text_of",
    "value_text",
    "write",
]

#: No float has more significant digits.
MOST_DIGITS = 767

# How tightly a piece of formula holds together; a looser piece inside a tighter one takes brackets.
# A sign binds as a product does: −a/b is as well −(a/b) as (−a)/b.
EITHER, CONDITION, SUM, PRODUCT, POWER, ATOM = range(6)


class Written(NamedTuple):
    """A piece of formula and how tightly it holds together."""

    text: str
    tightness: int = ATOM


class Style(NamedTuple):
    """A way of writing formulas.

    Attributes:
        euler: Euler's number; where a variable is written like it, its power is ``exp`` by name.
        calls: the functions that are not written as a name and operands in brackets.
    """

    sign: str
    minus: str
    plus: str
    times: str
    comma: str
    dots: str
    euler: str
    digits: Callable[[str], str]
    quotient: Callable[[Written, Written], Written]
    power: Callable[[Written, Written], Written]
    brackets: Callable[[str], str]
    calls: Mapping[str, Callable[[Written], Written]]
    function: Callable[[str], str]
    comparisons: Mapping[type[ast.cmpop], str]
    cases: Callable[[Sequence[tuple[str, str | None]]], str]
    constants: Mapping[str, str]
    variable: Callable[[str], str]
    words: Callable[[str], str]
    derivative: Callable[[str, str], str]


def _round(text: str) -> str:
    return f"({text})"


_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_SUPERSCRIPT = str.maketrans("−-0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _unicode_power(base: Written, exponent: Written) -> Written:
    raised = base.text[-1] in _RAISED  # a name may end in a superscript of its own
    below = base.text if base.tightness == ATOM and not raised else _round(base.text)
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
    single = base.tightness == ATOM and "^" not in base.text  # LaTeX refuses a second superscript
    below = base.text if single else rf"\left({base.text}\right)"
    return Written(f"{below}^{{{exponent.text}}}", POWER)


def _called(name: str) -> str:
    """What formulas call a function: the symbol of its row."""
    return OPERATIONS[name].symbol if name in OPERATIONS else name


#: Symbols of rows that LaTeX has a command for, where it is not the symbol itself.
_LATEX_SYMBOLS = {
    "σ": r"\sigma",
    "Φ": r"\Phi",
    "log₂": r"\log_2",
    "log₁₀": r"\log_{10}",
}
_LATEX_FUNCTIONS = {
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp", "ln", "max", "min",
}  # fmt: skip


def _latex_function(name: str) -> str:
    symbol = _called(name)
    if symbol in _LATEX_FUNCTIONS:
        return rf"\{symbol}"
    return _LATEX_SYMBOLS.get(symbol) or rf"\operatorname{{{latex_text(symbol)}}}"


UNICODE = Style(
    sign="−",
    minus="−",
    plus="+",
    times="·",
    comma=", ",
    dots="…",
    euler="e",
    digits=str,
    quotient=_unicode_quotient,
    power=_unicode_power,
    brackets=_round,
    calls={
        "abs": lambda x: Written(f"|{x.text}|"),
        "sqrt": lambda x: Written(f"√{_round_unless_word(x)}", POWER),
        "cbrt": lambda x: Written(f"∛{_round_unless_word(x)}", POWER),
        "exp": lambda x: _unicode_power(Written("e"), x),
    },
    function=_called,
    comparisons={
        ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠",
    },
    cases=_unicode_cases,
    constants={"pi": "π", "inf": "∞", "nan": "NaN"},
    variable=str,
    words=str,
    derivative=lambda above, below: f"∂{above}/∂{below}",
)  # fmt: skip

LATEX = Style(
    sign="-",
    minus="-",
    plus="+",
    times=r" \cdot ",
    comma=", ",
    dots=r"\ldots",
    euler="e",
    digits=str,
    quotient=lambda above, below: Written(rf"\frac{{{above.text}}}{{{below.text}}}", POWER),
    power=_latex_power,
    brackets=lambda text: rf"\left({text}\right)",
    calls={
        "abs": lambda x: Written(rf"\left|{x.text}\right|"),
        "sqrt": lambda x: Written(rf"\sqrt{{{x.text}}}"),
        "cbrt": lambda x: Written(rf"\sqrt[3]{{{x.text}}}"),
        "exp": lambda x: _latex_power(Written("e"), x),
    },
    function=_latex_function,
    comparisons={
        ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
    },
    cases=_latex_cases,
    constants={"pi": r"\pi", "inf": r"\infty", "nan": r"\text{NaN}"},
    variable=latex_symbol,
    words=lambda text: rf"\text{{{text}}}",
    derivative=lambda above, below: rf"\frac{{\partial {above}}}{{\partial {below}}}",
)  # fmt: skip


def _row(text: str) -> str:
    return f"<mrow>{text}</mrow>"


def _mathml_brackets(text: str) -> str:
    stretchy = "" if "<mfrac>" in text or "<mtable" in text else " stretchy='false'"
    return _row(f"<mo{stretchy}>(</mo>{text}<mo{stretchy}>)</mo>")


def _mathml_power(base: Written, exponent: Written) -> Written:
    raised = base.text.endswith(("</msup>", "</msubsup>"))  # a name may have a superscript of its own
    single = base.tightness == ATOM and not raised
    below = _row(base.text) if single else _mathml_brackets(base.text)
    return Written(f"<msup>{below}{_row(exponent.text)}</msup>", POWER)


def _mathml_cases(branches: Sequence[tuple[str, str | None]]) -> str:
    rows = "".join(
        f"<mtr><mtd>{value}</mtd><mtd>{when or '<mtext>otherwise</mtext>'}</mtd></mtr>"
        for value, when in branches
    )
    return _row(f"<mo>{{</mo><mtable columnalign='left'>{rows}</mtable>")


MATHML = Style(
    sign="<mo form='prefix'>−</mo>",
    minus="<mo>−</mo>",
    plus="<mo>+</mo>",
    times="<mo>·</mo>",
    comma="<mo>,</mo>",
    dots="<mo>…</mo>",
    euler="<mi>e</mi>",
    digits=lambda text: f"<mn>{text}</mn>",
    quotient=lambda above, below: Written(
        f"<mfrac>{_row(above.text)}{_row(below.text)}</mfrac>", POWER
    ),
    power=_mathml_power,
    brackets=_mathml_brackets,
    calls={
        "abs": lambda x: Written(_row(f"<mo>|</mo>{x.text}<mo>|</mo>")),
        "sqrt": lambda x: Written(f"<msqrt>{x.text}</msqrt>"),
        "cbrt": lambda x: Written(f"<mroot>{_row(x.text)}<mn>3</mn></mroot>"),
        "exp": lambda x: _mathml_power(Written("<mi>e</mi>"), x),
    },
    function=lambda name: f"<mi>{xml_text(_called(name))}</mi>",
    comparisons={
        ast.Lt: "<mo>&lt;</mo>", ast.LtE: "<mo>≤</mo>", ast.Gt: "<mo>&gt;</mo>",
        ast.GtE: "<mo>≥</mo>", ast.Eq: "<mo>=</mo>", ast.NotEq: "<mo>≠</mo>",
    },
    cases=_mathml_cases,
    constants={"pi": "<mi>π</mi>", "inf": "<mi>∞</mi>", "nan": "<mtext>NaN</mtext>"},
    variable=mathml_symbol,
    words=lambda text: f"<mtext>{xml_text(text)}</mtext>",
    derivative=lambda above, below: (
        f"<mfrac><mrow><mi>∂</mi>{above}</mrow><mrow><mi>∂</mi>{below}</mrow></mfrac>"
    ),
)  # fmt: skip


def symbol_piece(text: str, style: Style) -> Written:
    """A name that is written already, as a piece of formula: what begins with a sign may need brackets.

    >>> symbol_piece("w₁", UNICODE).tightness > symbol_piece("−ln p", UNICODE).tightness
    True
    """
    signed = text.startswith((style.sign, "<mrow>" + style.sign))
    return Written(text, PRODUCT if signed else ATOM)


def number_text(number: float) -> str:
    """A constant of a formula: 2.0 is written 2.

    >>> number_text(2.0), number_text(0.01)
    ('2', '0.01')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def number(value: float, style: Style) -> Written:
    """A number as a piece of formula.

    >>> number(-2.0, UNICODE).text, number(1e-270, UNICODE).text
    ('−2', '1·10⁻²⁷⁰')
    """
    size = abs(value)
    if not isfinite(size):
        text = style.constants[str(size)]
    elif "e" in (text := number_text(size)):
        return scientific(value, style)
    else:
        text = style.digits(text)
    return Written(style.sign + text, PRODUCT) if value < 0.0 else Written(text)


def scientific(value: float, style: Style, digits: int | None = None, *, zeros: bool = False) -> Written:
    r"""A number as people write it: to some significant digits, or all of them if None.

    With ``zeros``, digits that are 0 are written too.

    >>> [scientific(number, LATEX, 2).text for number in (-1.25e-07, 0.1, -0.0)]
    ['-1.2 \\cdot 10^{-7}', '0.1', '0']
    >>> [scientific(number, UNICODE, 3, zeros=True).text for number in (0.9, -2.0, 100.0, 0.0)]
    ['0.900', '−2.00', '100', '0']
    """
    form = "#" if zeros and value else ""
    text = repr(abs(value)) if digits is None else f"{abs(value):{form}.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    infinite = mantissa.isalpha()  # inf or nan
    tree: ast.expr = ast.Name(mantissa if infinite else "mantissa")
    if not form and not infinite:
        tree = ast.Constant(float(mantissa))
    if value < 0.0:
        tree = ast.UnaryOp(ast.USub(), tree)
    if exponent:
        power = ast.BinOp(ast.Constant(10.0), ast.Pow(), ast.Constant(float(exponent)))
        tree = ast.BinOp(tree, ast.Mult(), power)
    return write(tree, style, {"mantissa": Written(style.digits(mantissa.removesuffix(".")))})


def write(tree: ast.expr, style: Style, variables: Mapping[str, Written] | None = None) -> Written:
    """A parsed text in a style, with what each variable stands for written in its place.

    An operation whose row has a formula for it is written so: ``log1p(x)`` is ln(1 + x).

    >>> write(Expression("(1.0 - x) / y ** 2.0", ["x", "y"]).tree, UNICODE).text
    '(1 − x)/y²'
    """
    substituted = variables or {}
    if any(piece.text == style.euler for piece in substituted.values()):
        style = style._replace(calls={name: call for name, call in style.calls.items() if name != "exp"})

    def wrap(piece: Written, tightness: int) -> str:
        return piece.text if piece.tightness >= tightness else style.brackets(piece.text)

    def negated(piece: Written) -> Written:
        signed = piece.text.startswith(style.sign)
        return Written(
            style.sign + (style.brackets(piece.text) if signed else wrap(piece, PRODUCT)), PRODUCT
        )

    def sum_of(left: Written, right: Written, plus: str, minus: str, least: int) -> Written:
        """A + b or, with the signs swapped, a − b; where b has a sign of its own, the other one."""
        if right.text.startswith(style.sign):
            if right.tightness == PRODUCT:
                right, plus = _unsigned(right, style), minus
            else:
                right = Written(style.brackets(right.text))
        return Written(f"{wrap(left, SUM)} {plus} {wrap(right, least)}", SUM)

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
                return Written(style.plus + wrap(walk(operand), POWER), PRODUCT)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return sum_of(walk(left), walk(right), style.plus, style.minus, SUM)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return sum_of(walk(left), walk(right), style.minus, style.plus, PRODUCT)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                a, b = walk(left), walk(right)
                return Written(wrap(a, PRODUCT) + style.times + wrap(b, POWER), PRODUCT)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                above, below = walk(left), walk(right)
                if above.tightness == PRODUCT and above.text.startswith(style.sign):
                    return negated(style.quotient(_unsigned(above, style), below))
                return style.quotient(above, below)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return style.power(walk(left), walk(right))
            case ast.BinOp(left=left, right=right):
                return Written(walk(left).text + style.words(" mod ") + walk(right).text, SUM)
            case ast.Call(func=ast.Name(id="max" | "min" as name)) if name not in style.calls:
                return called(name, [walk(arg) for arg in _flat(tree, name)], style)
            case ast.Call(func=ast.Name(id=name), args=args):
                operands = [walk(arg) for arg in args]
                formula = None if name in style.calls else _formula(name, args)
                if formula is None:
                    return called(name, operands, style)
                return write(
                    formula, style, dict(zip(OPERATIONS[name].parameters, operands, strict=True))
                )
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                text = walk(left).text
                for op, side in zip(ops, comparators, strict=True):
                    text += f" {style.comparisons[type(op)]} {walk(side).text}"
                return Written(text, CONDITION)
            case ast.BoolOp(op=ast.Or(), values=values):
                return Written(style.words(" or ").join(walk(each).text for each in values), EITHER)
            case ast.BoolOp(values=values):
                parts = [wrap(walk(each), CONDITION) for each in values]
                return Written(style.words(" and ").join(parts), CONDITION)
            case ast.IfExp():
                return Written(style.cases(branches(tree)), CONDITION)
            case _:  # pragma: no cover - Expression refused it
                raise AssertionError(ast.dump(tree))

    def branches(tree: ast.expr) -> list[tuple[str, str | None]]:
        """The cases of nested conditionals; the NaN of a NaN operand goes without saying."""
        if not isinstance(tree, ast.IfExp):
            nan = isinstance(tree, ast.Name) and tree.id == "nan"
            return [] if nan else [(walk(tree).text, None)]
        if isinstance(inner := tree.body, ast.IfExp):  # cases of a case, side by side with the others
            both = ast.BoolOp(ast.And(), [tree.test, inner.test])
            others = ast.IfExp(tree.test, inner.orelse, tree.orelse)
            return branches(ast.IfExp(both, inner.body, others))
        return [(walk(tree.body).text, walk(tree.test).text), *branches(tree.orelse)]

    return walk(tree)


def pieces(tree: ast.expr, style: Style, variables: Mapping[str, Written] | None = None) -> list[str]:
    """`write` in pieces, between which a line may break: the terms of a sum, the factors of a product.

    What stands in brackets and has a fraction in it is one piece.

    >>> pieces(ast.parse("(a * b + c) * d - e", mode="eval").body, UNICODE)
    ['(a·', 'b', '+ c)·', 'd', '− e']
    """
    opening, _, closing = (
        style.brackets("\0").removeprefix("<mrow>").removesuffix("</mrow>").partition("\0")
    )

    def split(tree: ast.expr) -> list[str]:
        match tree:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                minus = isinstance(op, ast.Sub)
                second = write(right, style, variables)
                signed = second.text.startswith(style.sign)
                plain = isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult) and not signed
                found = split(right) if plain else [second.text]
                if signed and second.tightness == PRODUCT:
                    found, minus = [second.text.removeprefix(style.sign)], not minus
                elif signed or (minus and second.tightness < PRODUCT) or second.tightness < SUM:
                    found = [style.brackets(second.text)]
                return [*split(left), f"{style.minus if minus else style.plus} {found[0]}", *found[1:]]
            case ast.UnaryOp(op=ast.USub(), operand=ast.BinOp(op=ast.Mult()) as operand):
                first, *others = split(operand)
                return (
                    [style.sign + first, *others]
                    if not first.startswith(style.sign)
                    else [write(tree, style, variables).text]
                )
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                before = split(left) if _is_product(left) else factor(left, PRODUCT)
                return [*before[:-1], before[-1] + style.times, *factor(right, POWER)]
        return [write(tree, style, variables).text]

    def factor(tree: ast.expr, tightness: int) -> list[str]:
        piece = write(tree, style, variables)
        if piece.tightness >= tightness:
            return split(tree) if _is_product(tree) else [piece.text]
        if not isinstance(tree, ast.BinOp) or "<mfrac>" in piece.text:
            return [style.brackets(piece.text)]
        inside = split(tree)
        return (
            [opening + inside[0], *inside[1:-1], inside[-1] + closing]
            if len(inside) > 1
            else [style.brackets(piece.text)]
        )

    return split(tree)


def _is_product(tree: ast.expr) -> bool:
    return isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult)


def _flat(tree: ast.expr, name: str) -> list[ast.expr]:
    """The operands of an operation that groups as one likes: max(max(a, b), c) is max(a, b, c)."""
    found: list[ast.expr] = []
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case ast.Call(func=ast.Name(id=id), args=args) if id == name:
                waiting += reversed(args)
            case other:
                found.append(other)
    return found


def _unsigned(piece: Written, style: Style) -> Written:
    """A piece without the sign that it begins with."""
    return Written(piece.text.removeprefix(style.sign), PRODUCT)


#: Operands of so many parts may stand in a formula twice.
_SHORT = 12


def _formula(name: str, operands: Sequence[ast.expr]) -> ast.expr | None:
    """How an operation is written if not by its name.

    A formula with an operand twice is for short operands alone: text would double with each call.
    """
    operation = OPERATIONS.get(name)
    if operation is None or operation.formula is operation.value:
        return None
    tree = operation.formula.tree
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if any(used.count(parameter) > 1 for parameter in operation.parameters):
        parts = (part for operand in operands for part in ast.walk(operand))
        if len(list(islice(parts, _SHORT + 1))) > _SHORT:
            return None
    return tree


def called(name: str, operands: Sequence[Written], style: Style) -> Written:
    """A function applied to operands that are already written.

    >>> called("sigmoid", [Written("a + b", SUM)], UNICODE).text
    'σ(a + b)'
    """
    if name in style.calls:
        return style.calls[name](*operands)
    arguments = style.brackets(style.comma.join(operand.text for operand in operands))
    return Written(style.function(name) + arguments)


def text_of(expression: Expression, variables: Mapping[str, Written] | None = None) -> str:
    """An expression in Unicode.

    >>> text_of(OPERATIONS["sigmoid"].as_taught[0])
    'out·(1 − out)'
    """
    return write(expression.tree, UNICODE, variables).text


def latex_of(expression: Expression, variables: Mapping[str, Written] | None = None) -> str:
    r"""An expression in LaTeX.

    >>> latex_of(OPERATIONS["acosh"].partials[0])
    '\\frac{\\frac{1}{\\sqrt{x - 1}}}{\\sqrt{x + 1}}'
    """
    return write(expression.tree, LATEX, variables).text


def value_text(operation: Operation) -> str:
    """An operation applied to its own parameters, as an error names it.

    >>> value_text(OPERATIONS["div"]), value_text(OPERATIONS["log"])
    ('x / y', 'log(x)')
    """
    if operation.operator:
        return operation.value.text
    return f"{operation.name}({', '.join(operation.parameters)})"
