"""What functions compute, as texts of the table's language: rows of the table, and `autograd.special`.

A language that lacks a function gets it from here. The functions of `autograd.special` are read as
Python source: they assign, return, and return early under a condition, all in the table's language.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from textwrap import dedent
from typing import NamedTuple

from autograd import special
from autograd.errors import ArgumentValueError
from autograd.operations import OPERATIONS

__all__ = ["Body", "body_of", "definition"]


class Body(NamedTuple):
    """What a function computes.

    Attributes:
        parameters: the names of its operands.
        steps: names, each with the tree of its number, in order.
        tree: the result, in terms of both.
    """

    parameters: tuple[str, ...]
    steps: tuple[tuple[str, ast.expr], ...]
    tree: ast.expr


def body_of(name: str) -> Body | None:
    """What a function of the table's texts computes; None if it is Python's.

    >>> body = body_of("softplus")
    >>> body.parameters, ast.unparse(body.tree)
    (('x',), 'max(x, 0.0) + log1p(exp(-abs(x)))')
    >>> [step for step, _ in body_of("gaussian").steps]
    ['head', 'leading']
    >>> body_of("exp")
    """
    if name in special.__all__:
        return _of_special(name)
    row = OPERATIONS.get(name)
    if row is None or row.value.text == f"{name}({', '.join(row.parameters)})":
        return None
    return Body(row.parameters, (), row.value.tree)


@cache
def definition(name: str) -> ast.FunctionDef:
    """The tree of a function of `autograd.special`, with numbers in the place of its constants.

    >>> definition("gaussian").name
    'gaussian'
    """
    (found,) = ast.parse(dedent(inspect.getsource(getattr(special, name)))).body
    assert isinstance(found, ast.FunctionDef)
    return _Known().visit(found)  # type: ignore[no-any-return]


class _Known(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        number = getattr(special, node.id, None)
        return ast.Constant(number) if isinstance(number, float) and node.id != "pi" else node


@cache
def _of_special(name: str) -> Body:
    function = definition(name)
    steps: list[tuple[str, ast.expr]] = []
    choices: list[tuple[ast.expr, ast.expr]] = []
    for statement in function.body[1:]:  # after the docstring
        match statement:
            case ast.Assign(targets=[ast.Name(id=step)], value=value):
                steps.append((step, value))
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as early)], orelse=[]):
                choices.append((test, early))
            case ast.Return(value=ast.expr() as tree):
                pass
            case _:
                raise ArgumentValueError(
                    f"{ast.unparse(statement)!r} is no text of the table's language"
                )
    for test, early in reversed(choices):
        tree = ast.IfExp(test, early, tree)
    return Body(tuple(each.arg for each in function.args.args), tuple(steps), tree)
