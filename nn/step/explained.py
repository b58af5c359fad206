"""A step's derivatives, and the whole step, explained: the lines of its program written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from autograd.arguments import number_of
from autograd.derivation import derived, explain
from autograd.program import Line, Program
from autograd.second import SecondDerivation, second_derivation
from autograd.steps import Section, Step, StepWriter
from autograd.symbolic import Slope, minus, name, number, operand_tree, put, slopes, times
from autograd.symbols import unicode_symbol
from nn.step.named import NamedNodes
from nn.step.program import differentiated
from nn.step.updates import SHOWN

if TYPE_CHECKING:
    import ast

    from autograd import Derivation, Value

__all__ = ["derivation", "error_sections", "second", "with_the_errors_symbol", "writer"]


def derivation(
    step: NamedNodes, by: Value, of: Value, form: str | None = None, max_paths: int = 16
) -> Derivation:
    """A derivative of a step explained in the step's own symbols; see `nn.step.Recorded.explain`.

    Args:
        step: the step.
        by: the node with respect to which.
        of: the node that is differentiated.
        form: see `autograd.explain`.
        max_paths: likewise.

    >>> from nn import worked
    >>> step = worked.load("urbain").step()
    >>> found = derivation(step, step.node("w1"), step.error, "delta")
    >>> [section.title for section in found.sections]
    ['δ = ∂Eₜₒₜₐₗ/∂net of the output layer', 'δ = ∂Eₜₒₜₐₗ/∂net of the hidden layer', 'The derivative']
    """
    if of is not step.error:
        return explain(of, by, form=form, max_paths=max_paths)
    program = differentiated(step)
    symbols = {node: symbol for symbol, node in program.nodes.items()}

    def slopes_of(above: Value, stops: list[Value], most: int) -> dict[Value, Slope]:
        """Of what the program writes otherwise than the graph does, the derivatives as it has them."""
        found = dict(slopes(above, stops, most))
        if symbols.get(above) in step.rewritten:
            for below in found.keys() & symbols.keys():
                line = program.derivative(symbols[above], symbols[below])
                if line is not None and symbols[below] in step.rewritten:
                    found[below] = Slope(line.placed(operand_tree))
        return found

    return derived(
        of,
        by,
        form,
        max_paths,
        slopes_of,
        lambda: _with_few_examples(step, program, error_sections(step, program, [symbols[by]])),
        _short_pairs(step, program),
        {symbol: node.data for symbol, node in step.nodes.items()} if step.rewritten else None,
    )


def second(step: NamedNodes, by: Value, then: Value, of: Value) -> SecondDerivation:
    """A second derivative of a step explained in the step's own symbols; see `nn.step.Recorded.explain`.

    Args:
        step: the step.
        by: with respect to what first.
        then: with respect to what then.
        of: the node that is differentiated.

    >>> from nn import worked
    >>> step = worked.load("urbain").step()
    >>> print(second(step, step.node("w5"), step.node("w6"), step.error).steps[-1].lines()[0])
    ∂²Eₜₒₜₐₗ/∂w₅∂w₆ = ∂δₒ₁/∂w₆·outₕ₁
    """
    if of is not step.error:
        return explain(of, by, then)

    def first() -> tuple[Sequence[Step], Sequence[Section], str]:
        program = differentiated(step)
        symbol = next(symbol for symbol, node in step.nodes.items() if node is by)
        line = program.derivative(program.root, symbol)
        assert line is not None
        wanted = with_the_errors_symbol(step).get(line.symbol, line.symbol)
        forward = tuple(forward_steps(writer(step, program)))
        return forward, error_sections(step, program, [symbol]), wanted

    return second_derivation(of, by, then, first, _of_probabilities(step))


def _of_probabilities(step: NamedNodes) -> dict[str, dict[str, ast.expr]]:
    """The derivatives of each p of softmax by the outputs: pᵢ (1 − pᵢ), and −pᵢ pⱼ."""
    by_example: dict[int, list[tuple[str, str]]] = {}
    outs = {
        (tag.example, tag.layer, tag.neuron): each
        for each, tag in step.tags.items()
        if tag.role == "out"
    }
    for symbol, tag in step.tags.items():
        if tag.role == "probability":
            place = tag.example, tag.layer, tag.neuron
            by_example.setdefault(tag.example, []).append((symbol, outs[place]))
    found = {}
    for pairs in by_example.values():
        for p, own in pairs:
            rest = minus(number(1.0), name(p))
            found[p] = {
                out: times(name(p), rest) if out == own else minus(number(0.0), times(name(p), name(q)))
                for q, out in pairs
            }
    return found


def with_the_errors_symbol(step: NamedNodes) -> dict[str, str]:
    """By the symbol of a derivative that is called dE/d…, the same with the error's own symbol.

    >>> from nn import worked
    >>> with_the_errors_symbol(worked.load("urbain").step())["dE/dw1"]
    'dE_total/dw1'
    """
    root = step.error.name or "E"
    return {
        symbol: f"d{root}/d{symbol.removeprefix('dE/d')}"
        for symbol in step.gradients
        if symbol.startswith("dE/d")
    }


def error_sections(step: NamedNodes, program: Program, below: Iterable[str]) -> tuple[Section, ...]:
    """The steps that the derivatives of the error with respect to some quantities are computed by.

    Args:
        step: the step.
        program: its program; see `nn.step.program.differentiated`.
        below: the symbols of the quantities.
    """
    writes = writer(step, program)
    wanted = [line.symbol for each in below if (line := program.derivative(program.root, each))]
    needed: dict[str, Step] = {}
    for symbol in wanted:
        needed |= {each.symbol: each for each in writes.derivatives(symbol)}
    places = {symbol: place for place, symbol in enumerate(program.lines)}

    def in_place(symbol: str) -> tuple[int, ...]:
        """Level by level from the output; then what is no δ, in the order of the program."""
        tag = step.tags.get(program.lines[symbol].below)
        if tag is None or tag.role != "net":
            return (1, places[symbol])
        return (0, -tag.layer, tag.example, tag.neuron)

    in_order = sorted(needed, key=in_place)
    titles = _Titles(step)
    last = set(wanted) if len(wanted) == 1 else set()
    own = with_the_errors_symbol(step)
    return tuple(
        Section(title, tuple(needed[symbol].renamed(own) for symbol in group))
        for title, group in groupby(
            in_order, lambda symbol: titles.of(program.lines[symbol], symbol in last)
        )
    )


#: Of more examples than that only the first few are spelled out, and the last.
_MOST_EXAMPLES, _FIRST_EXAMPLES = 6, 3


def _with_few_examples(
    step: NamedNodes, program: Program, sections: tuple[Section, ...]
) -> tuple[Section, ...]:
    """The same sections; of many examples, which all compute the same, the first and the last."""
    examples = max((tag.example for tag in step.tags.values()), default=0)
    if examples <= _MOST_EXAMPLES:
        return sections

    own = with_the_errors_symbol(step)
    below = {own.get(line.symbol, line.symbol): line.below for line in program.lines.values()}

    def example(each: Step) -> int:
        tag = step.tags.get(below[each.symbol])
        return tag.example if tag else 0

    found = []
    for title, steps in sections:
        kept = tuple(each for each in steps if not _FIRST_EXAMPLES < example(each) < examples)
        if len(kept) < len(steps):
            others = examples - _FIRST_EXAMPLES - 1
            first = f"of examples 1 to {_FIRST_EXAMPLES} and {examples}"
            told = f"{first}; those of the other {others} likewise"
            found.append(Section(f"{title}, {told}", kept))
        else:
            found.append(Section(title, steps))
    return tuple(found)


def writer(step: NamedNodes, program: Program) -> StepWriter:
    """What writes the lines of a step's program, with the numbers that the step has.

    The derivative with respect to an output is written out in the δ of its neuron.

    Args:
        step: the step.
        program: its program.

    >>> from nn import worked
    >>> step = worked.load("urbain").step()
    >>> writer(step, differentiated(step)).step("delta_h1").formula
    '(δₒ₁·w₅ + δₒ₂·w₇)·outₕ₁·(1 − outₕ₁)'
    """
    numbers = {symbol: node.data for symbol, node in step.nodes.items()}
    for kind in step.numbers.values():
        numbers |= kind
    numbers |= {symbol: value for symbol, value in program.given.items() if symbol not in numbers}
    means: dict[str, str] = {}
    for line in program.lines.values():
        if line.kind == "gradient" and line.below in step.nodes:
            numbers[line.symbol] = number_of(step.nodes[line.below].grad)
            if _role(step, line.below) == "net":
                means[line.symbol] = f"d{program.root}/d{line.below}"

    def inlined(line: Line) -> bool:
        return line.kind == "gradient" and _role(step, line.below) in {"out", "part"}

    return StepWriter(
        program, step.nodes, numbers, inlined=inlined, short=_short(step, program), means=means
    )


def _role(step: NamedNodes, symbol: str) -> str:
    return step.tags[symbol].role if symbol in step.tags else ""


def _short(step: NamedNodes, program: Program) -> dict[str, ast.expr]:
    """By the symbol of a δ, what it is when ∂E/∂out and f′ are multiplied out."""
    found = {}
    for net, tree in step.short.items():
        line = program.derivative(program.root, net)
        assert line is not None
        found[line.symbol] = tree
    return found


def _short_pairs(step: NamedNodes, program: Program) -> dict[tuple[Value, Value], Step]:
    """The same by the ends of the two factors: the error, or its part, and the net input."""
    writes = writer(step, program)
    found = {}
    for net, tree in step.short.items():
        line = program.derivative(program.root, net)
        (out,) = program.users[net]
        users = [each for each in program.users[out] if _role(step, each) in {"part", "error"}]
        assert line is not None
        delta = writes.step(line.symbol)
        for above in users:
            found[step.nodes[above], step.nodes[net]] = Step(
                f"d{above}/d{net}", delta.value, tree, delta.numbers
            )
    return found


class _Titles:
    """What the sections of a backward pass are called."""

    def __init__(self, step: NamedNodes) -> None:
        self.step = step
        self.layers = max((tag.layer for tag in step.tags.values()), default=0)

    def of(self, line: Line, is_last: bool) -> str:
        tag = self.step.tags.get(line.below)
        if is_last and (tag is None or tag.role != "net"):
            return "The derivative" if self.layers else ""
        if tag is None or not self.layers:
            return ""
        if tag.role in {"weight", "bias"}:
            return "Gradients"
        if tag.role == "net":
            delta = f"δ = ∂{unicode_symbol(self.step.error.name or 'E')}/∂net"
            return f"{delta} of {self._layer(tag.layer)}"
        return "Derivatives"

    def _layer(self, number: int) -> str:
        if number == self.layers:
            return "the output layer"
        return "the hidden layer" if self.layers == 2 else f"hidden layer {number}"


def update_steps(writes: StepWriter, step: NamedNodes) -> Iterator[Step]:
    """The steps of the update: each parameter after it."""
    lines, own = writes.program.lines, with_the_errors_symbol(step)
    given = {symbol: writes.numbers[symbol] for symbol in SHOWN if symbol in writes.numbers}
    for parameter, (update, _) in step.updates.items():
        for symbol in (*step.update_rule.symbols(parameter), update):
            if symbol in lines:
                found = writes.step(symbol)
                assert found.tree is not None
                tree = put(found.tree, {f"={each}": name(SHOWN[each]) for each in given})
                numbers = {SHOWN[each]: number for each, number in given.items()}
                numbers = {**(found.numbers or {}), **numbers}
                yield replace(found, tree=tree, numbers=numbers).renamed(own)


def forward_steps(writes: StepWriter) -> Iterator[Step]:
    """The steps of the forward pass, in the order of computation."""
    for symbol, line in writes.program.lines.items():
        if line.kind == "value":
            yield writes.step(symbol)
