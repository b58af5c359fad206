"""The rule of an optimizer as a straight-line program, of which machine code is made."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from autograd.errors import ArgumentValueError
from autograd.expression import Expression
from autograd.program import Line, Program
from autograd.program.folding import folded
from nn.optimizers import Optimizer, statements

__all__ = ["rule_program"]


def rule_program(optimizer: Optimizer, constants: Mapping[str, float]) -> Program:
    """The rule of an optimizer as a program.

    Args:
        optimizer: the optimizer.
        constants: the numbers, by their names in the rule, that stay the same.

    Raises:
        ArgumentValueError: a line of the rule is no assignment to a name.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.5)
    >>> program = rule_program(optimizer, optimizer.constants())
    >>> [f"{line.symbol} = {line.formula}" for line in program.lines.values()]
    ['p+ = p - lr * g']
    """
    symbols = {name: name for name in ("p", "g", *optimizer.BUFFERS, *optimizer.varying)}
    lines: list[Line] = []
    for statement in statements(optimizer.RULE):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = Expression(ast.unparse(value), (*symbols, *constants))
                tree = folded(text.tree, constants)
            case _:
                raise ArgumentValueError(
                    f"the rule of {type(optimizer).__name__} must be assignments to names, "
                    f"not {ast.unparse(statement)!r}"
                )
        if isinstance(tree, ast.Name):
            symbols[name] = symbols[tree.id]
        else:
            lines.append(Line.of(f"{symbols[name]}+", tree, symbols, "update"))
            symbols[name] = lines[-1].symbol
    made = {line.symbol for line in lines}
    given = {"p", "g", *(symbol for line in lines for symbol in line.needs)} - made
    changed = [name for name in ("p", *optimizer.BUFFERS) if symbols[name] in made]
    given.update(changed)
    return Program(lines, dict.fromkeys(sorted(given), 0.0), {name: symbols[name] for name in changed})
