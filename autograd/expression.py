"""The texts of the table: parsed once, checked, and evaluated in whatever arithmetic is asked for.

A row says ``"y * x ** (y - 1.0)"`` once. Plain floats run that text as it stands (`autograd.codegen`);
everything else (IEEE limits, graphs of derivatives, symbols, high precision) walks the same tree with
`evaluate` and an ``apply`` of its own.
"""

from __future__ import annotations

import ast
import math
import operator

from autograd import special
from autograd.errors import ArgumentValueError

TYPE_CHECKING = False  # importing typing for it would take a quarter of the time of this package
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

__all__ = ["BINARY", "COMPARE", "PRIMITIVES", "UNARY", "Expression", "evaluate"]

#: What a text may call, on plain floats. Operations of the table come on top.
PRIMITIVES: dict[str, Callable[..., float]] = {
    "abs": abs,
    "max": max,
    "min": min,
    "copysign": math.copysign,
    **{
        name: getattr(math, name)
        for name in (
            *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
            *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc"),
        )
    },
    **{name: getattr(special, name) for name in special.__all__},
}
CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan}

#: Python's operators, by the name of the operation that each one is.
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
UNARY: dict[type[ast.unaryop], str] = {ast.USub: "neg", ast.UAdd: "pos"}

#: Comparisons, on plain floats.
COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Expression:
    """One text of a row, parsed.

    Args:
        text: a Python expression of the variables, numbers, ``+ - * / **``, calls of `PRIMITIVES` or of
            operations, comparisons, ``and``, ``or`` and conditional expressions.
        variables: the names that stand for numbers.

    Attributes:
        calls: the functions that it calls, with how many operands; whoever has the table sees to it that
            they exist.
        can_fail: whether plain floats may raise: it divides, raises to a power or calls.
        has_power: whether plain floats may answer with a complex number.

    Raises:
        ArgumentValueError: the text uses a name or a construct that it may not.

    >>> Expression("1.0 / x", ["x"]).text
    '1.0 / x'
    >>> Expression("1.0 / z", ["x"])
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: '1.0 / z': unknown name 'z'
    """

    __slots__ = ("_folds", "calls", "can_fail", "has_power", "text", "tree")

    def __init__(self, text: str, variables: Collection[str]) -> None:
        self.text = text
        try:
            self.tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise ArgumentValueError(f"{text!r}: {error.msg}") from None
        self.calls: dict[str, int] = {}
        self.can_fail = self.has_power = self._folds = False
        self._check(self.tree, variables)

    def _check(self, tree: ast.expr, variables: Collection[str]) -> None:
        children: list[ast.expr]
        match tree:
            case ast.Name(id=name):
                children = []
                if name not in variables and name not in CONSTANTS:
                    raise ArgumentValueError(f"{self.text!r}: unknown name {name!r}")
                self._folds = self._folds or name == "pi"
            case ast.Constant(value=float()):
                children = []
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY or isinstance(
                op, ast.Mod
            ):
                children = [left, right]
                self.has_power = self.has_power or (isinstance(op, ast.Pow) and not _is_whole(right))
                self.can_fail = self.can_fail or isinstance(op, ast.Div | ast.Pow)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
                children = [operand]
            case ast.Call(func=ast.Name(id=name), args=children, keywords=[]):
                if self.calls.setdefault(name, len(children)) != len(children):
                    raise ArgumentValueError(f"{self.text!r}: {name} with different numbers of operands")
                self.can_fail = True
            case ast.IfExp(test=test, body=body, orelse=orelse):
                children = [test, body, orelse]
            case ast.BoolOp(values=children):
                pass
            case ast.Compare(left=left, ops=ops, comparators=comparators) if all(
                type(op) in COMPARE for op in ops
            ):
                children = [left, *comparators]
            case _:
                raise ArgumentValueError(
                    f"{self.text!r}: {ast.unparse(tree)!r} has no place here{_instead(tree)}"
                )
        if isinstance(tree, ast.BinOp | ast.Call) and _all_constant(children):
            self._folds = True
        for child in children:
            self._check(child, variables)

    def source(self) -> str:
        """The text as fast Python: what is computed of numbers alone is computed now."""
        if not self._folds:
            return self.text.strip()
        return ast.unparse(_Folded().visit(ast.parse(self.text, mode="eval")))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _is_whole(exponent: ast.expr) -> bool:
    """Whether a power of that exponent is real whatever the base is."""
    return isinstance(exponent, ast.Constant) and float(exponent.value).is_integer()  # type: ignore[arg-type]


def _all_constant(operands: Sequence[ast.expr]) -> bool:
    return all(isinstance(operand, ast.Constant) for operand in operands)


class _Folded(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(math.pi) if node.id == "pi" else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self._fold(node, node.args)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return self._fold(node, [node.left, node.right])

    @staticmethod
    def _fold(node: ast.expr, operands: Sequence[ast.expr]) -> ast.expr:
        if not _all_constant(operands):
            return node
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<constant>", "eval")
        return ast.Constant(eval(code, dict(PRIMITIVES)))


def evaluate(
    tree: ast.expr,
    variables: Mapping[str, Any],
    apply: Callable[[str, Sequence[Any]], Any],
    number: Callable[[Any], float] = float,
) -> Any:
    """The value of a parsed text in another arithmetic.

    Args:
        tree: the tree of an `Expression`.
        variables: what each name stands for.
        apply: computes one operation, by its name in the table, of operands that may include floats.
        number: the plain number of what a condition compares, or ``%`` divides.

    >>> evaluate(Expression("x + 2.0", ["x"]).tree, {"x": "a"}, lambda name, args: (name, *args))
    ('add', 'a', 2.0)
    """
    # an inner function would call itself, and so keep the nodes among the variables alive in a cycle
    rest = (variables, apply, number)
    match tree:
        case ast.Name(id=name):
            return variables[name] if name in variables else CONSTANTS[name]
        case ast.Constant(value=value):
            return value
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            return number(evaluate(left, *rest)) % number(evaluate(right, *rest))
        case ast.BinOp(left=left, op=op, right=right):
            return apply(BINARY[type(op)], (evaluate(left, *rest), evaluate(right, *rest)))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float(value))):
            return -value
        case ast.UnaryOp(op=unary, operand=operand):
            return apply(UNARY[type(unary)], (evaluate(operand, *rest),))
        case ast.Call(func=ast.Name(id=name), args=args):
            return apply(name, [evaluate(arg, *rest) for arg in args])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return evaluate(body if evaluate(test, *rest) else orelse, *rest)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(evaluate(value, *rest) for value in values)
        case ast.BoolOp(values=values):
            return any(evaluate(value, *rest) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            numbers = [number(evaluate(side, *rest)) for side in (left, *comparators)]
            return all(
                COMPARE[type(op)](a, b) for op, a, b in zip(ops, numbers, numbers[1:], strict=False)
            )
        case _:  # pragma: no cover - Expression refused it
            raise AssertionError(ast.dump(tree))


def _instead(tree: ast.expr) -> str:
    """A hint for what is written otherwise here; "" if there is none."""
    match tree:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return f"; write {number}.0"
        case ast.BinOp(op=ast.BitXor()):
            return "; for a power write **"
        case ast.Call(func=ast.Attribute(attr=name)):
            return f"; write {name}(…)"
        case _:
            return ""
