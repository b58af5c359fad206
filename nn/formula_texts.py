"""Formulas as texts in worked examples: read once, checked, and computed of nodes."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from math import isfinite

import autograd
from autograd import OPERATIONS, Value
from autograd.arguments import number_of
from autograd.errors import ArgumentValueError
from autograd.expression import BINARY, UNARY, Expression, evaluate
from nn import spellings

__all__ = ["computed", "names_in", "read"]

#: A text is read by Python's own parser, whose depth grows with the length.
_LONGEST = 200
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


def read(text: str, names: Collection[str]) -> Expression:
    """A formula of some names, numbers, ``pi``, ``+ - * / **`` and the operations of the table.

    It may have cases, as ``x if x > 0 else 0``, whose conditions are comparisons, joined by ``and`` and
    ``or``. What else Python has is refused: a formula is a number that has a derivative.

    Raises:
        ValueError: it cannot be read, or uses anything else; the message says how it is written here,
            where that is known.

    >>> read("0.5 * (target - out) ** 2", ["out", "target"]).text
    '0.5 * (target - out) ** 2.0'
    >>> read("x ^ 2", ["x"])
    Traceback (most recent call last):
    ArgumentValueError: 'x ^ 2': ^ has no place in a formula; for a power write x ** 2
    """
    if len(text) > _LONGEST:
        raise ArgumentValueError(f"it has more than {_LONGEST} characters")
    if not text.strip():
        raise ArgumentValueError("it is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python warns of "1if x" and the like
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, Warning, MemoryError, RecursionError) as error:
        problem = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deeply"
        raise ArgumentValueError(f"{problem}{spellings.of_text(text)}") from None
    try:
        _check_number(tree.body, names)
    except ValueError as error:
        raise ArgumentValueError(f"{text!r}: {error}") from None
    return Expression(ast.unparse(_WithFloats().visit(tree)), names)


class _WithFloats(ast.NodeTransformer):
    """``2`` is ``2.0``: texts of the engine have floats alone."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value)) if type(node.value) is int else node


# --- what may stand in a formula -----------------------------------------------------------------


def _check_number(tree: ast.expr, names: Collection[str]) -> None:
    """Raise ValueError if a part of a formula is no number with a derivative."""
    match tree:
        case ast.Name(id=name):
            if name not in names and name != "pi":
                raise ArgumentValueError(f"unknown name {name!r}{spellings.of_name(name, names)}")
        case ast.Constant(value=value):
            if not _is_finite(value):
                raise ArgumentValueError(f"{ast.unparse(tree):.60} is no finite number")
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) not in BINARY:
                raise ArgumentValueError(f"{_sign(op)} has no place in a formula{_instead(tree)}")
            _check_number(left, names)
            _check_number(right, names)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            _check_number(operand, names)
        case ast.Call():
            _check_call(tree, names)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _check_condition(test, names)
            _check_number(body, names)
            _check_number(orelse, names)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            raise ArgumentValueError(
                f"{ast.unparse(tree)!r} is a condition, which has its place between if and else: "
                f"… if {ast.unparse(tree)} else …"
            )
        case ast.Tuple():
            comma = re.search(r"(\d+), (\d+)", ast.unparse(tree))
            point = f"; write {comma[1]}.{comma[2]}" if comma else ""
            raise ArgumentValueError(f"a comma has its place only between operands{point}")
        case ast.List() | ast.Set():
            raise ArgumentValueError(
                f"{ast.unparse(tree)!r} has no place here; write ( and ) as brackets"
            )
        case _:
            raise ArgumentValueError(f"{ast.unparse(tree)!r} has no place here")


def _check_condition(tree: ast.expr, names: Collection[str]) -> None:
    match tree:
        case ast.BoolOp(values=values):
            for value in values:
                _check_condition(value, names)
        case ast.Compare(left=left, ops=ops, comparators=comparators) if all(
            isinstance(op, _COMPARISONS) for op in ops
        ):
            for side in (left, *comparators):
                _check_number(side, names)
        case _:
            raise ArgumentValueError(f"{ast.unparse(tree)!r} is no comparison, as a condition has to be")


def _check_call(call: ast.Call, names: Collection[str]) -> None:
    match call.func:
        case ast.Name(id=name):
            pass
        case ast.Attribute(value=ast.Name(id="math" | "np" | "numpy" | "torch"), attr=name):
            written = ast.unparse(ast.Call(ast.Name(name), call.args, []))
            raise ArgumentValueError(f"{ast.unparse(call.func)} has no place here; write {written}")
        case ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.Call():
            product = ast.unparse(ast.BinOp(call.func, ast.Mult(), _bracketed(call)))
            raise ArgumentValueError(
                f"{ast.unparse(call)!r} is no operation; for a product write {product}"
            )
        case _:
            raise ArgumentValueError(f"{ast.unparse(call)!r} has no place here")
    if call.keywords or any(isinstance(operand, ast.Starred) for operand in call.args):
        raise ArgumentValueError(f"{ast.unparse(call)!r} has no place here")
    if name not in OPERATIONS:
        operands = ", ".join(map(ast.unparse, call.args))
        if name in names:
            product = ast.unparse(ast.BinOp(call.func, ast.Mult(), _bracketed(call)))
            raise ArgumentValueError(f"{name} is a number, no operation; for a product write {product}")
        raise ArgumentValueError(
            f"there is no operation {name!r}{spellings.of_function(name, operands)}"
        )
    if len(call.args) != OPERATIONS[name].arity:
        raise ArgumentValueError(f"{name} takes {OPERATIONS[name].arity} operands, not {len(call.args)}")
    for operand in call.args:
        _check_number(operand, names)


def _bracketed(call: ast.Call) -> ast.expr:
    return call.args[0] if len(call.args) == 1 else ast.Tuple(call.args)


def _is_finite(constant: object) -> bool:
    try:
        return type(constant) in {int, float} and isfinite(constant)  # type: ignore[arg-type]
    except OverflowError:
        return False


def _sign(op: ast.operator) -> str:
    return ast.unparse(ast.BinOp(ast.Name("x"), op, ast.Name("x")))[1:-1].strip()


def _instead(tree: ast.BinOp) -> str:
    if isinstance(tree.op, ast.BitXor):
        return spellings.of_power(tree.left, tree.right)
    if isinstance(tree.op, ast.Mod | ast.FloorDiv):
        return ": where it jumps it has no derivative"
    return ""


# --- what it is ----------------------------------------------------------------------------------


def names_in(expression: Expression) -> set[str]:
    """The names that a formula uses, those of functions left out.

    >>> sorted(names_in(read("exp(x) * y", ["x", "y", "z"])))
    ['x', 'y']
    """
    called = {id(node.func) for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    return {
        node.id
        for node in ast.walk(expression.tree)
        if isinstance(node, ast.Name) and id(node) not in called
    }


def computed(expression: Expression, nodes: Mapping[str, Value]) -> Value:
    """The value of a formula, recorded; a constant where a condition decides for one.

    >>> x = Value(3.0, "x")
    >>> computed(read("x ** 2 if x > 0 else 1", ["x"]), {"x": x}).data
    9.0
    """

    def apply(name: str, operands: Sequence[Value | float]) -> Value | float:
        result: Value | float = getattr(autograd, name)(*operands)
        return result

    result: Value | float = evaluate(expression.tree, nodes, apply, number_of)
    return result if isinstance(result, Value) else Value(result)
