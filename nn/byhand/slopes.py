"""f′ as it is mistaken: taken of another number, or of another function, or in part."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from autograd.program import Line
from autograd.symbolic import name, operand_tree
from nn.byhand.calculation import HandCalculation
from nn.byhand.rewriting import Rewritten, by_place
from nn.byhand.trees import changed, joined, walked

__all__ = ["at_out", "in_part", "of_another", "of_net"]

#: f′(net) of activations in terms of out, in the place of which ``y`` stands.
_OF_OUT = {"sigmoid": "y * (1.0 - y)", "tanh": "1.0 - y ** 2.0"}
#: The parts of it that are written for all of it.
_PARTS = {
    "sigmoid": {"out": "y", "1 − out": "1.0 - y"},
    "tanh": {"out²": "y ** 2.0", "1 − out": "1.0 - y"},
}


def _activations(step: HandCalculation) -> Iterator[tuple[Line, str, ast.expr]]:
    """The lines with a factor f′, each with f and with what f is taken of."""
    forward = {}
    for line in step.of_kind("value"):
        if step.role(line.symbol) not in {"", "out", "error"}:
            continue
        tree = line.tree
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1:
            forward[line.symbol] = (tree.func.id, _spelled(line, tree.args[0]))
    for line in step.of_kind("partial", "gradient"):
        if line.above in forward and (line.kind == "partial" or _directly(step, line)):
            yield (line, *forward[line.above])


def _directly(step: HandCalculation, line: Line) -> bool:
    """Whether a gradient is itself the partial of what it is the gradient of."""
    return line.above == step.error and "above" not in line.variables and bool(line.operands)


def _spelled(line: Line, tree: ast.expr) -> ast.expr:
    """A part of a line's tree with the symbols of its operands."""
    known = dict(zip(line.variables, line.operands, strict=True))

    def symbol(part: ast.expr) -> ast.expr | None:
        if not isinstance(part, ast.Name) or part.id not in known:
            return None
        return operand_tree(known[part.id])

    return changed(tree, symbol)


def _with_out(line: Line, other: ast.expr) -> Line | None:
    """The line with something else in the place of its out; None if it has none."""
    mine = {v for v, operand in zip(line.variables, line.operands, strict=True) if operand == line.above}
    if not mine or not any(isinstance(part, ast.Name) and part.id in mine for part in walked(line.tree)):
        return None
    return joined(
        line,
        changed(
            line.tree, lambda part: other if isinstance(part, ast.Name) and part.id in mine else None
        ),
    )


def _placed(
    step: HandCalculation, rewrite: Callable[[Line, str, ast.expr], Line | None]
) -> Iterator[tuple[tuple[str], list[Line]]]:
    found = {}
    for line, function, of in _activations(step):
        if (other := rewrite(line, function, of)) is not None:
            found[line.symbol] = other
    for where, lines in by_place(step, found.values(), lambda line: line.above):
        yield (where,), lines


def of_net(step: HandCalculation) -> Rewritten:
    """f′ written as it is in terms of out, but of net: net (1 − net)."""
    yield from _placed(step, lambda line, _, of: _with_out(line, of))


def at_out(step: HandCalculation) -> Rewritten:
    """f′ taken at out: σ′(out)."""

    def rewrite(line: Line, function: str, _: ast.expr) -> Line | None:
        return _with_out(line, ast.Call(ast.Name(function), [name(line.above)], []))

    yield from _placed(step, rewrite)


def _in_place_of_slope(line: Line, function: str, text: str) -> Line | None:
    """The line with another f′, a text of ``y``."""
    if function not in _OF_OUT or not any(operand == line.above for operand in line.operands):
        return None
    out = name(line.above)

    def of_out(formula: str) -> ast.expr:
        tree = ast.parse(formula, mode="eval").body
        return changed(tree, lambda part: out if isinstance(part, ast.Name) else None)

    if _is_slope_alone(line):
        return joined(line, of_out(text))
    # what else is in the product stays: it is divided by f′ and multiplied by the other
    quotient = ast.BinOp(of_out(text), ast.Div(), of_out(_OF_OUT[function]))
    return joined(line, ast.BinOp(line.tree, ast.Mult(), quotient))


def _is_slope_alone(line: Line) -> bool:
    """Whether a line is f′ in terms of out and nothing else.

    >>> _is_slope_alone(Line.of("do/dn", "o * (1.0 - o)", {"o": "o"}, "partial", above="o", below="n"))
    True
    """
    return all(operand == line.above for operand in line.operands)


def of_another(step: HandCalculation) -> Rewritten:
    """f′ of another activation."""
    for other, text in _OF_OUT.items():

        def rewrite(
            line: Line, function: str, _: ast.expr, other: str = other, text: str = text
        ) -> Line | None:
            return _in_place_of_slope(line, function, text) if function != other else None

        for (where,), lines in _placed(step, rewrite):
            yield (other, where), lines


def in_part(step: HandCalculation) -> Rewritten:
    """A factor of f′ alone: out, or 1 − out."""
    for which in ("out", "1 − out", "out²"):

        def rewrite(line: Line, function: str, _: ast.expr, which: str = which) -> Line | None:
            text = _PARTS.get(function, {}).get(which)
            return _in_place_of_slope(line, function, text) if text else None

        for (where,), lines in _placed(step, rewrite):
            yield (which, where), lines
