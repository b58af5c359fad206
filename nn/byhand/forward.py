"""The forward pass as it is mistaken: weights, biases, logarithms, sums."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import log

from autograd.program import Line
from autograd.symbolic import summed, terms
from nn.byhand.calculation import HandCalculation, only_terms
from nn.byhand.rewriting import Rewritten, by_place
from nn.byhand.trees import changed, joined

__all__ = ["biases_left_out", "logarithm_of_base_10", "sums", "transposed", "transposed_throughout"]


def _nets(step: HandCalculation) -> list[Line]:
    return [line for line in step.of_kind("value") if step.role(line.symbol) == "net"]


def _other_way(step: HandCalculation, layer: int) -> dict[str, str]:
    """Which weight stands in the place of each if a layer's are read the other way, by columns."""
    places = {
        (tag.neuron, tag.input or 0): symbol
        for symbol, tag in step.tags.items()
        if (tag.role, tag.layer) == ("weight", layer) and tag.input
    }
    in_order = [places[place] for place in sorted(places)]
    neurons, inputs = max(n for n, _ in places), max(i for _, i in places)
    return {
        symbol: in_order[(input - 1) * neurons + neuron - 1]
        for (neuron, input), symbol in places.items()
        if len(in_order) == neurons * inputs
    }


def transposed(step: HandCalculation) -> Rewritten:
    """The weights of a layer, or of all, in the other order in the net inputs."""
    others = {layer: _other_way(step, layer) for layer in range(1, step.layers + 1)}
    lines = [line.with_operands(others[step.tags[line.symbol].layer]) for line in _nets(step)]
    for where, own in by_place(step, lines, lambda line: line.symbol):
        yield (where,), own


def transposed_throughout(step: HandCalculation) -> Rewritten:
    """The same, and on the way back as well: as if the weights stood in each other's place."""
    others = {s: o for layer in range(1, step.layers + 1) for s, o in _other_way(step, layer).items()}
    lines = [line.with_operands(others) for line in _nets(step)]
    lines += [
        line.with_operands(others)
        for line in step.of_kind("contribution", "gradient")
        if step.role(line.below) == "out"
    ]
    gradients = {line.below: line for line in step.gradients("weight")}
    backwards = {other: symbol for symbol, other in others.items()}
    for weight, line in gradients.items():
        other = gradients.get(backwards.get(weight, weight))
        if other is not None and other is not line and len(step.uses(weight)) == 1:
            lines.append(
                joined(line, other.tree, dict(zip(other.variables, other.operands, strict=True)))
            )
    yield (), [line for line in lines if step.differs(line)]


def biases_left_out(step: HandCalculation) -> Rewritten:
    """The net inputs without their biases."""
    biases = {symbol for symbol, tag in step.tags.items() if tag.role == "bias"}
    lines = []
    for line in _nets(step):
        kept = [n for n, (_, term) in enumerate(terms(line.tree)) if not biases & _symbols(line, term)]
        lines.append(only_terms(line, kept))
    for where, own in by_place(step, lines, lambda line: line.symbol):
        yield (where,), own


def _symbols(line: Line, tree: ast.expr) -> set[str]:
    known = dict(zip(line.variables, line.operands, strict=True))
    names = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    return {operand for name in names if isinstance(operand := known.get(name), str)}


def _calls(tree: ast.expr, name: str) -> bool:
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == name
        for part in ast.walk(tree)
    )


def logarithm_of_base_10(step: HandCalculation) -> Rewritten:
    """log₁₀ for ln: in the values, in the derivatives, in both."""
    ten = ast.Constant(log(10.0))

    def of_ten(part: ast.expr) -> ast.expr | None:
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "log":
            return ast.BinOp(part, ast.Div(), ten)
        return None

    logs = [line for line in step.of_kind("value") if _calls(line.tree, "log")]
    values = [line.with_tree(changed(line.tree, of_ten)) for line in logs]
    tops = {line.symbol for line in logs if _is_logarithm(line.tree)}
    derivatives = [
        line.with_tree(ast.BinOp(line.tree, ast.Div(), ten))
        for line in step.of_kind("partial", "gradient")
        if line.above in tops and line.operands and "above" not in line.variables
    ]
    if values:
        yield ("",), values
    if derivatives:
        yield (" in its derivative",), derivatives
        yield (", and in its derivative",), [*values, *derivatives]


def _is_logarithm(tree: ast.expr) -> bool:
    while isinstance(tree, ast.UnaryOp):
        tree = tree.operand
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "log"


def sums(step: HandCalculation) -> Iterator[tuple[tuple[str, ...], list[Line]]]:
    """Terms of one sum that are left out, taken twice, or with the other sign."""
    for line in step.of_kind("value", "gradient"):
        parts = terms(line.tree)
        if len(parts) < 2:
            continue
        for number, (less, tree) in enumerate(parts):
            name = joined(line, tree).formula
            rest = parts[:number] + parts[number + 1 :]
            for what, other in (
                ("{} is left out", rest),
                ("{} is taken twice", [*parts, parts[number]]),
                ("{} has the other sign", [*parts[:number], (not less, tree), *parts[number + 1 :]]),
            ):
                yield (what.format(name), line.symbol), [line.with_tree(summed(other))]
