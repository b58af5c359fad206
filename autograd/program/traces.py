"""A function's trace: what it computed once, and a second time nearby, where it has to do the same."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from autograd.arguments import wrong_kind
from autograd.atomic import set_together
from autograd.errors import AutogradError, RecordingError
from autograd.functional import refuse_changed
from autograd.program.captured import Captured, random_states
from autograd.program.decisions import recording
from autograd.program.inputs import Inputs
from autograd.program.source import symbols_of
from autograd.program.stepping import LineFailed, same, values
from autograd.program.tape import Decision, Leaves, Tape, constant_nodes, taped
from autograd.pytree import leaves
from autograd.value import Value

__all__ = ["Trace", "check_numbers", "traced", "traced_twice"]

#: How far from the inputs a function is recorded again. The last is not away from them at all: where it
#: decides otherwise everywhere around, it has to do the same there.
_STEPS = (2.0**-12, -(2.0**-12), 2.0**-24, -(2.0**-24), 2.0**-40, -(2.0**-40), 0.0)


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


def traced(f: Callable[..., Any], inputs: Inputs, numbers: Sequence[float]) -> Trace:
    """What a function computes at some inputs.

    Args:
        f: the function.
        inputs: how its inputs are nested.
        numbers: those that it is called with.

    Raises:
        RecordingError: a number leaves the graph, or the function goes on after an operation failed.
        ArgumentTypeError: it returns no Value, or changes its inputs.
    """
    nodes = [Value(number, name) for number, name in zip(numbers, inputs.names, strict=True)]
    with recording() as recorder:
        result = f(*inputs.nested(nodes))
    for error, where in recorder.failures:
        raise RecordingError(
            f"{where}: the function goes on after an error, which a replay would not notice: {error}; "
            f"compare the operand first",
            operation=error.operation,
            operands=error.operands,
        )
    outputs = leaves(result)
    for output in outputs:
        if not isinstance(output, Value):
            raise wrong_kind("what a recorded function returns", "a Value", output)
    if not outputs:
        raise wrong_kind("what a recorded function returns", "a Value", result)
    refuse_changed(nodes, numbers, lambda: inputs.names)
    return Trace(nodes, result, outputs, recorder.decisions)


def traced_twice(
    f: Callable[..., Any], inputs: Inputs, numbers: Sequence[float], known: Sequence[Value]
) -> tuple[Trace, list[Value], Tape, list[Value], Captured]:
    """What a function computes at some inputs, which it has to do nearby as well.

    Args:
        f: the function.
        inputs: how its inputs are nested.
        numbers: those that it is called with.
        known: the leaves that it may use besides.

    Returns:
        What it computed, the leaves that it used besides its inputs and those known, the tape of it all,
        the nodes of the tape's lines, and what else it found outside itself.

    Raises:
        RecordingError: it does not do the same, or a number leaves the graph.
    """
    trace = traced(f, inputs, numbers)
    captured, drawn = Captured(f), random_states(f)
    others = _used(trace, [*trace.inputs, *known])
    shared, nearby = _nearby(trace, f, inputs, numbers, known, others)
    extra = [leaf for leaf in others if leaf in shared]
    all_leaves = [*known, *extra]
    tape, nodes = trace.tape(all_leaves)
    difference = _difference_between(tape, nearby)
    if difference:
        raise RecordingError(
            f"the function does not do the same at its inputs and nearby: {difference}; what "
            f"depends on numbers has to be computed on nodes, and what is random to be an input"
        )
    if random_states(f) != drawn:
        raise RecordingError(
            "the function draws random numbers, and may decide by them: make what is random an input"
        )
    captured.settle()
    check_numbers(tape, nodes, [*numbers, *(leaf._data for leaf in all_leaves)])
    return trace, extra, tape, nodes, captured


def _used(trace: Trace, given: Sequence[Value]) -> list[Value]:
    """The leaves that were used besides the given ones."""
    compared = [node for a, _, b, *_ in trace.decisions for node in (a, b) if isinstance(node, Value)]
    return constant_nodes([*trace.outputs, *compared], given)


def _nearby(
    trace: Trace,
    f: Callable[..., Any],
    inputs: Inputs,
    numbers: Sequence[float],
    known: Sequence[Value],
    others: Sequence[Value],
) -> tuple[set[Value], Tape]:
    """The function's tape at a point near its inputs where it decides alike.

    The leaves that it used besides, known and others, are moved too, and put back.

    Returns:
        The leaves that it used there besides its inputs, and the tape with those known and of the others
        these as parameters.
    """
    moved = [*known, *others]
    for step in _STEPS:
        near = _numbers_near(numbers, step, 0)
        put = _numbers_near([leaf._data for leaf in moved], step, len(numbers))
        try:
            with _at(moved, put):
                again = traced(f, inputs, near)
                refuse_changed(moved, put, lambda: [leaf.label for leaf in moved])
                if step and _decides_otherwise(trace, again):
                    continue
                shared = {*_used(again, again.inputs)}
                leaves_now = [*known, *(leaf for leaf in others if leaf in shared)]
                tape, nodes = again.tape(leaves_now)
                check_numbers(tape, nodes, [*near, *(leaf._data for leaf in leaves_now)])
        except RecordingError:
            raise
        except (AutogradError, ArithmeticError, ValueError):
            if not step:
                raise
            continue
        _refuse_numbers(trace, again)
        return shared, tape
    raise AssertionError("the last step is none")  # pragma: no cover


@contextmanager
def _at(moved: Sequence[Value], numbers: Sequence[float]) -> Iterator[None]:
    """Leaves with other numbers for a while."""
    names = ["_data"] * len(moved)
    before = [leaf._data for leaf in moved]
    try:
        set_together(zip(moved, names, numbers, strict=True))
        yield
    finally:
        set_together(zip(moved, names, before, strict=True))


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
    computed = numbers[tape.start :]
    if array("d", computed).tobytes() == array("d", [node._data for node in nodes]).tobytes():
        return
    for number, node in zip(computed, nodes, strict=True):
        if not same(number, node._data):
            raise RecordingError(
                f"node {node.label!r} is {node._data!r}, and would be {number!r} now: it was computed "
                f"before a leaf below it changed, or outside the function; compute it within",
                operation=node.operation,
                operands=node.operands,
            )


def _numbers_near(numbers: Sequence[float], step: float, start: int) -> list[float]:
    """Numbers near others, each moved by another fraction, so that no two changes cancel."""
    moved = []
    for index, number in enumerate(numbers, start + 1):
        share = step * (1.0 + (index * 0.6180339887498949) % 1.0)
        moved.append(number + share if number == 0.0 else number * (1.0 + share))
    return moved


def _decides_otherwise(trace: Trace, again: Trace) -> bool:
    """Whether what was decided differs; the numbers that were read may."""
    return [(sign, outcome, place) for _, sign, _, outcome, place in trace.decisions] != [
        (sign, outcome, place) for _, sign, _, outcome, place in again.decisions
    ]


def _refuse_numbers(trace: Trace, again: Trace) -> None:
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


def _difference_between(tape: Tape, other: Tape) -> str:
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
