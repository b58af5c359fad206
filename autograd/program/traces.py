"""What a function computed once, and whether it does the same nearby."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.errors import RecordingError
from autograd.program.engine import Runner
from autograd.program.source import symbols_of
from autograd.program.stepping import LineFailed, same, values
from autograd.program.tape import Decision, Leaves, Tape, taped
from autograd.value import Value

__all__ = [
    "STEPS",
    "Trace",
    "Variant",
    "check_numbers",
    "decides_otherwise",
    "difference_between",
    "numbers_near",
    "refuse_numbers",
]

#: How far from the inputs a function is recorded again. The last is not away from them at all: where it
#: decides otherwise everywhere around, it has to do the same there.
STEPS = (2.0**-12, -(2.0**-12), 2.0**-24, -(2.0**-24), 2.0**-40, -(2.0**-40), 0.0)


class Trace(NamedTuple):
    """What a function computed once.

    Attributes:
        inputs: its inputs, as leaves.
        result: what it returned.
        outputs: the nodes in that.
        decisions: what it decided on numbers.
    """

    inputs: list[Value]
    result: Any
    outputs: list[Value]
    decisions: list[Decision]

    def tape(self, parameters: Sequence[Value]) -> tuple[Tape, list[Value]]:
        """Its tape, and the nodes of the tape's lines."""
        return taped(self.outputs, Leaves(self.inputs, parameters), self.decisions)


class Variant:
    """One way through the function.

    Attributes:
        trace: its graph; None if the program was loaded.
        tape: its tape.
        nodes: the nodes of the tape's lines.
        runner: what replays it.
    """

    def __init__(self, trace: Trace | None, tape: Tape, nodes: Sequence[Value], runner: Runner) -> None:
        self.trace, self.tape, self.nodes, self.runner = trace, tape, nodes, runner


def check_numbers(tape: Tape, nodes: Sequence[Value], given: Sequence[float]) -> None:
    """Refuse a graph whose nodes are not what its operations compute of its leaves."""
    try:
        numbers = values(tape, given)
    except LineFailed as error:
        node = nodes[error.line]
        raise RecordingError(
            f"node {node.label!r} is {node._data!r}, but Python has no such result: {error}",
            operation=node.operation,
            operands=node.operands,
        ) from None
    for number, node in zip(numbers[tape.start :], nodes, strict=True):
        if not same(number, node._data):
            raise RecordingError(
                f"node {node.label!r} is {node._data!r}, and would be {number!r} now: it was computed "
                f"before a leaf below it changed, or outside the function; compute it within",
                operation=node.operation,
                operands=node.operands,
            )


def numbers_near(numbers: Sequence[float], step: float, start: int) -> list[float]:
    """Numbers near others, each moved by another fraction, so that no two changes cancel."""
    moved = []
    for index, number in enumerate(numbers, start + 1):
        share = step * (1.0 + (index * 0.6180339887498949) % 1.0)
        moved.append(number + share if number == 0.0 else number * (1.0 + share))
    return moved


def decides_otherwise(trace: Trace, again: Trace) -> bool:
    """Whether what was decided differs; the numbers that were read may."""
    return [(sign, outcome, place) for _, sign, _, outcome, place in trace.decisions] != [
        (sign, outcome, place) for _, sign, _, outcome, place in again.decisions
    ]


def refuse_numbers(trace: Trace, again: Trace) -> None:
    """Refuse a function that takes a number out of the graph which is another one nearby."""
    for (node, sign, number, _, place), (_, _, other, *_) in zip(
        trace.decisions, again.decisions, strict=False
    ):
        if sign == "is" and not same(number, other):  # type: ignore[arg-type]  # a number that was read
            raise RecordingError(
                f"{place}: the number of {node.label} leaves the graph, and what is computed from it "
                f"would be wrong at other inputs: compute with the node, or compare it",
                operands=(node,),
            )


def difference_between(tape: Tape, other: Tape) -> str:
    """Where two recordings of a function differ, in words; "" if nowhere."""
    if tape == other:
        return ""
    symbols = symbols_of(tape)
    for index, (line, again) in enumerate(zip(tape.lines(), other.lines(), strict=False)):
        slot, operation, operands = line
        if operation is not again[1] or operands != again[2]:
            return (
                f"operation {index + 1}, {symbols[slot]}, is {operation.name} of "
                f"{' and '.join(symbols[each] for each in operands)} once, and {again[1].name} then"
            )
    for index, (number, then) in enumerate(zip(tape.constants, other.constants, strict=False)):
        if not same(number, then):
            slot = tape.leaves + index
            user = next((line for line in tape.lines() if slot in line[2]), None)
            where = f" in {user[1].name}, which computes {symbols[user[0]]}," if user else ""
            return f"the number{where} is {number!r} once, and {then!r} then"
    if len(tape) != len(other):
        return f"it has {len(tape)} operations once, and {len(other)} then"
    return "its results or decisions are of other nodes"
