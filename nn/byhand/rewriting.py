"""What is written in the place of lines where a formula alone cannot say it: paths, weights, factors.

Each function gives the ways to make a mistake in a step: what there is to say of each, and the lines.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from autograd.program import Line, Operand
from nn.byhand.calculation import HandCalculation, only_terms, turned_terms
from nn.byhand.trees import joined
from nn.notation import Tag

__all__ = ["WHERE", "Rewritten", "by_place"]

#: Lines to write instead, and what else there is to say.
Rewritten: TypeAlias = Iterable[tuple[tuple[str, ...], Iterable[Line]]]


def _parts(step: HandCalculation) -> list[Line]:
    """The parts of the error; the error itself if it has none."""
    lines = step.program.lines
    parts = {symbol: tag for symbol, tag in step.tags.items() if tag.role == "part"}
    of_outputs = [symbol for symbol, tag in parts.items() if tag.neuron]
    return [lines[symbol] for symbol in of_outputs or parts or [step.error]]


#: The lines that a text of a row stands in the place of.
WHERE: dict[str, Callable[[HandCalculation], list[Line]]] = {
    "parts of E": _parts,
    "E": lambda step: [step.program.lines[step.error]],
    "first ∂E/∂x": HandCalculation.starts,
    "δ of the outputs": lambda step: step.gradients("net", [step.layers]),
    "δ of the hidden neurons": lambda step: step.gradients("net", step.hidden),
    "∂E/∂b": lambda step: step.gradients("bias"),
    "w⁺": lambda step: step.of_kind("update"),
    "Δw": lambda step: step.of_kind("change"),
}


def by_place(
    step: HandCalculation, lines: Iterable[Line], about: Callable[[Line], str]
) -> Iterator[tuple[str, list[Line]]]:
    """Some lines together, and those of each place alone, each with where that is.

    A place is a layer of a network; of formulas, each is one by itself.

    Args:
        step: the step.
        lines: the lines.
        about: the symbol of what a line is about.

    >>> from nn import worked
    >>> from nn.byhand import by_hand
    >>> step = by_hand(worked.load("urbain"))
    >>> nets = [line for line in step.of_kind("value") if step.role(line.symbol) == "net"]
    >>> for where, own in by_place(step, nets, lambda line: line.symbol):
    ...     print(repr(where), [line.symbol for line in own])
    '' ['net_h1', 'net_h2', 'net_o1', 'net_o2']
    ', at the hidden neurons' ['net_h1', 'net_h2']
    ', at the outputs' ['net_o1', 'net_o2']
    """
    places: dict[str, list[Line]] = {}
    for line in lines:
        places.setdefault(_place(step, about(line)), []).append(line)
    found = [line for own in places.values() for line in own]
    if found:
        yield "", found
    if len(places) > 1:
        yield from places.items()


def _place(step: HandCalculation, symbol: str) -> str:
    tag = step.tags.get(symbol)
    if tag is None or tag.role == "error" or not step.layers:
        return f", at {symbol}"
    if tag.layer == step.layers:
        return ", at the outputs"
    return ", at the hidden neurons" if step.layers == 2 else f", in layer {tag.layer}"


#: The weight that stands in the place of the one between a hidden output and a neuron above it.
_Weight: TypeAlias = Callable[[HandCalculation, str, Tag, Tag], "str | None"]


def back_through(weight: _Weight) -> Callable[..., Rewritten]:
    """On the way back to the hidden neurons, other weights."""

    def lines(step: HandCalculation) -> Rewritten:
        found = []
        for out in step.gradients("out", step.hidden):
            for user, line in step.uses(out.below):
                if isinstance(right := line.operand("partial"), str):
                    other = weight(step, right, step.tags[out.below], step.tags[user])
                    found.append(line.with_operands({right: other or right}))
        yield (), found

    return lines


def updated(step: HandCalculation, right: str, _: Tag, __: Tag) -> str | None:
    return step.program.updates.get(right)


def transposed(step: HandCalculation, _: str, out: Tag, above: Tag) -> str | None:
    tags = [tag for tag in step.tags.values() if (tag.role, tag.layer) == ("weight", above.layer)]
    square = max(tag.neuron for tag in tags) == max(tag.input or 0 for tag in tags)
    place = ("weight", above.layer, out.neuron, above.neuron)
    return step.parameters.get(place) if square else None


def of_row_before(step: HandCalculation, _: str, out: Tag, above: Tag) -> str | None:
    shared = step.parameters.get(("bias", above.layer, 0, 0))
    bias = step.parameters.get(("bias", above.layer, above.neuron, 0), shared)
    before = step.parameters.get(("weight", above.layer, above.neuron, out.neuron - 1))
    return bias and (before or bias)


def path_forgotten(step: HandCalculation) -> Rewritten:
    found: dict[tuple[str, ...], dict[str, Line]] = {}
    for line in reversed(step.of_kind("gradient")):
        role = step.role(line.below)
        uses = step.uses(line.below) if role in {"", "out"} else []
        for number, (user, _) in enumerate(uses if len(uses) > 1 else ()):
            which: tuple[str, ...] = user, line.symbol
            if role:
                which = step.tags[user].name, "the hidden ∂E/∂out"
            others = [each for each in range(len(uses)) if each != number]
            found.setdefault(which, {})[line.symbol] = only_terms(line, others)
    for which, lines in found.items():
        yield which, lines.values()


def one_example_alone(step: HandCalculation) -> Rewritten:
    for example in range(1, step.examples + 1):
        found = []
        for line in step.gradients("weight"):
            uses = step.uses(line.below)
            own = [n for n, (user, _) in enumerate(uses) if step.tags[user].example == example]
            found.append(only_terms(line, own))
        yield (str(example),), found


def _without_factor(gradient: Line, uses: Iterable[Line]) -> Iterator[Line]:
    """The lines of some uses without the factor ∂y/∂x, and the sum of them if there is one."""
    above: dict[str, Operand] = {}
    for line in uses:
        if line.can_be("above"):
            yield line.rewritten("above")
            above[line.symbol] = line.operand("above") or 0.0
    if gradient.symbol not in above:
        yield gradient.with_operands(above)


def without(below: Callable[[HandCalculation], Iterable[Line]]) -> Callable[..., Rewritten]:
    """The factor ∂y/∂x is left out wherever x is one of some quantities."""

    def lines(step: HandCalculation) -> Rewritten:
        found: list[Line] = []
        for gradient in below(step):
            found += _without_factor(gradient, [line for _, line in step.uses(gradient.below)])
        yield (), found

    return lines


def each_factor(step: HandCalculation) -> Rewritten:
    """Each factor by itself, where there are no layers that have one in common."""
    for gradient in step.of_kind("gradient"):
        if not step.role(gradient.below):
            for user, line in step.uses(gradient.below):
                factor = step.program.derivative(user, gradient.below)
                if factor is not None and user != step.error:
                    yield (factor.symbol,), _without_factor(gradient, [line])


def bias_turned(step: HandCalculation) -> Rewritten:
    biases = {symbol for symbol, tag in step.tags.items() if tag.role == "bias"}
    nets = [line for line in step.of_kind("value") if step.role(line.symbol) == "net"]
    yield (), [turned_terms(line, biases) for line in nets]


def examples_times(where: str, more: str = "") -> Callable[..., Rewritten]:
    """Some lines n times, where n is the number of examples."""

    def lines(step: HandCalculation) -> Rewritten:
        yield (), [line.rewritten(f"{{}} * {step.examples:.1f}{more}") for line in WHERE[where](step)]

    return lines


def means(count: Callable[[HandCalculation], int]) -> Callable[..., Rewritten]:
    """The error, its derivative, or both divided by how many examples or outputs there are."""

    def lines(step: HandCalculation) -> Rewritten:
        number = count(step) if step.layers else 1
        if number > 1:
            errors = [line.rewritten(f"{{}} / {number:.1f}") for line in WHERE["E"](step)]
            slopes = [line.rewritten(f"{{}} / {number:.1f}") for line in WHERE["first ∂E/∂x"](step)]
            yield ("E",), errors
            yield ("∂E/∂out",), slopes
            yield ("E and ∂E/∂out",), [*errors, *slopes]

    return lines


def targets_left_out(step: HandCalculation) -> Rewritten:
    """Of p − t only the p."""
    targets = {
        (tag.example, tag.neuron): symbol for symbol, tag in step.tags.items() if tag.role == "target"
    }
    found = []
    for line in step.starts():
        tag = step.tags.get(line.below)
        target = targets.get((tag.example, tag.neuron)) if tag and tag.role == "out" else None
        if target is not None:
            tree = ast.BinOp(line.tree, ast.Add(), ast.Name("target"))
            found.append(joined(line, tree, {"target": target}))
    yield (), found
