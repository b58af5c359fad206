"""Products of the chain rule as they are mistaken: factors taken twice, left out, exchanged."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograd.program import Line
from autograd.symbolic import constant
from nn.byhand.calculation import HandCalculation
from nn.byhand.rewriting import Rewritten, by_place
from nn.byhand.trees import factors, joined, product

__all__ = ["deltas_of_outputs", "exchanged", "twice", "upstream_left_out", "weights_left_out"]

#: What the factor ∂y/∂x is called, by the role of x.
_FACTORS = {"net": "f′(net)", "weight": "∂net/∂w", "out": "w on the way back"}


def _products(step: HandCalculation, role: str) -> list[Line]:
    """The lines that multiply what comes from above with ∂y/∂x, where x is of a role."""
    return [
        line
        for line in step.of_kind("gradient", "contribution")
        if step.role(line.below) == role and {"above", "partial"} <= {*line.variables}
    ]


def _by_factor(step: HandCalculation) -> Iterator[tuple[str, list[Line]]]:
    """The products by what their last factor is called, together and by place."""
    for role, name in _FACTORS.items():
        for where, lines in by_place(step, _products(step, role), lambda line: line.below):
            yield name + where, lines
    for line in _products(step, ""):
        yield _partial(step, line), [line]


def _partial(step: HandCalculation, line: Line) -> str:
    """What the last factor of a product is called where there are no layers."""
    above = line.above
    if line.kind == "gradient":
        above = next(
            (user for user, own in step.uses(line.below) if own.symbol == line.symbol), line.above
        )
    found = step.program.derivative(above, line.below)
    return found.symbol if found is not None else f"∂{above}/∂{line.below}"


def twice(step: HandCalculation) -> Rewritten:
    """A factor of the chain rule is taken twice."""
    for which, lines in _by_factor(step):
        yield (which,), [line.rewritten("{} * partial") for line in lines]
    for line in step.starts():
        if line.operands or constant(line.tree) is not None:
            yield (line.symbol,), [line.rewritten("{0} * {0}")]


def upstream_left_out(step: HandCalculation) -> Rewritten:
    """∂y/∂x stands for ∂E/∂x: what comes from above is left out."""
    for which, lines in _by_factor(step):
        yield (which,), [line.rewritten("partial") for line in lines]


def weights_left_out(step: HandCalculation) -> Rewritten:
    """On the way back nothing is multiplied with a weight, on all paths or in one place."""
    found = [line.rewritten("above") for line in _products(step, "out")]
    for line in step.of_kind("partial", "gradient"):
        # where there are no layers: the given numbers among the factors of ∂y/∂x, x being computed
        if step.role(line.below) == "" and line.below in step.program.lines:
            parts = factors(line.tree)
            kept = [part for part in parts if not _is_given(step, line, part[0])]
            if 0 < len(kept) < len(parts):
                found.append(joined(line, product(kept)))
    for where, lines in by_place(
        step, found, lambda line: line.above if line.kind == "partial" else line.below
    ):
        yield (where,), lines


def _is_given(step: HandCalculation, line: Line, tree: ast.expr) -> bool:
    if not isinstance(tree, ast.Name):
        return False
    operand = dict(zip(line.variables, line.operands, strict=True)).get(tree.id)
    return isinstance(operand, str) and operand in step.program.given


def exchanged(step: HandCalculation) -> Rewritten:
    """∂(w x)/∂w is taken for w, and not for x."""
    lines = [
        line.with_operands({partial: line.below})
        for line in (*_products(step, "weight"), *_products(step, ""))
        if isinstance(partial := line.operand("partial"), str)
        and line.operand("above") != partial
        and (partial in step.program.given or step.program.lines[partial].kind == "value")
    ]
    for where, own in by_place(step, lines, lambda line: line.below):
        yield (where,), own


def deltas_of_outputs(step: HandCalculation) -> Rewritten:
    """δ of an output stands for that of the hidden neurons."""
    outputs = {
        (step.tags[line.below].example, step.tags[line.below].neuron): line
        for line in step.gradients("net", [step.layers])
    }
    for number in sorted({neuron for _, neuron in outputs}):
        lines = []
        for line in step.gradients("net", step.hidden):
            other = outputs[step.tags[line.below].example, number]
            lines.append(joined(line, ast.Name("delta"), {"delta": other.symbol}))
        name = next(step.tags[line.below].name for (_, n), line in outputs.items() if n == number)
        yield (name,), lines
