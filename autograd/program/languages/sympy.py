"""Programs in SymPy: exact, with symbols or numbers for what is given.

Formulas and derivatives are those of textbooks, and decimal numbers are fractions.
"""

from __future__ import annotations

import ast
from copy import deepcopy

from autograd.program.languages.module import RESERVED, Module, module, wrapped
from autograd.program.languages.target import Page, Target
from autograd.program.printing import PYTHON

__all__ = ["TARGET"]


def _exact(number: float) -> str:
    if number == int(number) and abs(number) < 1e16:
        return str(int(number))
    return f'Rational("{number!r}")'


class _Exact(ast.NodeTransformer):
    """Quotients and powers of two numbers, of which Python would make floats, are SymPy's."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=ast.Constant() as left, op=ast.Div(), right=ast.Constant() as right):
                return ast.Call(ast.Name("Rational"), [left, right], [])
            case ast.BinOp(left=ast.Constant() as left, op=ast.Pow(), right=right):
                return ast.BinOp(ast.Call(ast.Name("Integer"), [left], []), ast.Pow(), right)
            case _:
                return node


def _prepared(tree: ast.expr) -> ast.expr:
    exact: ast.expr = _Exact().visit(deepcopy(tree))
    return exact


def _comparison(left: str, sign: str, right: str) -> str:
    """Python's == asks SymPy whether two formulas are written the same."""
    return {"==": f"Eq({left}, {right})", "!=": f"Ne({left}, {right})"}.get(sign, "")


_NAMES = (
    *("Abs", "Eq", "Float", "Integer", "Max", "Min", "N", "Ne", "Piecewise", "Rational", "Symbol"),
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "erf", "erfc", "exp"),
    *("log", "nan", "oo", "pi", "sign", "sin", "sinh", "sqrt", "sympify", "tan", "tanh"),
)


def _imports(page: Page) -> list[str]:
    words = page.words | {"Float", "N", "Symbol", "sympify"}
    return wrapped("from sympy import ", [name for name in _NAMES if name in words], "", brackets="()")


def _page(page: Page) -> str:
    return module(page, _STYLE)


_STYLE = Module(
    about="""in SymPy.

program(**SYMBOLS) gives formulas, which SymPy simplifies, differentiates and prints; with numbers as
arguments they are computed to as many digits as those have.""",
    imports=_imports,
    conversion="sympify({})",
    closing="",
    after=["#: What is given, as symbols.\nSYMBOLS = {name: Symbol(name, real=True) for name in GIVEN}"],
    main=[
        "def number(formula):",
        "    return N(sympify(formula), 30)",
        "",
        "# with 50 digits, of which 30 are shown",
        "value, gradients = program(**{name: Float(each, 50) for name, each in GIVEN.items()})",
    ],
)

#: What SymPy calls as the table does.
_SAME = ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
         "asinh", "acosh", "atanh", "erf", "erfc", "sign")  # fmt: skip

TARGET = Target(
    title="SymPy",
    ending=".py",
    language=PYTHON._replace(
        finite=_exact,
        choice="Piecewise(({body}, {test}), ({orelse}, True))",
        choice_is_call=True,
        both=" & ",
        either=" | ",
        brackets_compared=True,
        comparison=_comparison,
        constants={"pi": "pi", "inf": "oo", "nan": "nan"},
    ),
    functions={
        **{name: f"{name}({{}})" for name in _SAME},
        "Rational": "Rational({}, {})",
        "Integer": "Rational({})",
        "abs": "Abs({})",
        "atan2": "atan2({}, {})",
        "max": "Max({}, {})",
        "min": "Min({}, {})",
    },
    texts={
        "cbrt": "sign(x) * abs(x) ** (1.0 / 3.0)",
        "log2": "log(x) / log(2.0)",
        "log10": "log(x) / log(10.0)",
        "relu": "max(x, 0.0)",
        "sigmoid": "1.0 / (1.0 + exp(-x))",
        "silu": "x / (1.0 + exp(-x))",
        "elu": "x if x > 0.0 else alpha * (exp(x) - 1.0)",
        "normal_cdf": "erfc(-x / sqrt(2.0)) / 2.0",
        "gelu": "x * normal_cdf(x)",
    },
    page=_page,
    reserved=RESERVED | {*_NAMES},
    prepared=_prepared,
    taught=True,
)
