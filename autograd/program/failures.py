"""The errors of a replay: another decision, a function that has changed, a line without a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.codegen import failure
from autograd.errors import ArgumentValueError, AutogradError, BranchError, StaleGraphError
from autograd.program.source import symbols_of
from autograd.program.stepping import LineFailed, decided, same, values
from autograd.program.tape import Guard, Tape
from autograd.program.traces import Trace
from autograd.value import Value

__all__ = ["branched", "failed", "refuse_decisions"]


def branched(tape: Tape, trace: Trace, where: str) -> AutogradError:
    """The error where a function decides otherwise than it was recorded.

    Args:
        tape: as it was recorded.
        trace: what it computes there.
        where: the inputs, in words.
    """
    for guard, (_, sign, other, outcome, place) in zip(tape.guards, trace.decisions, strict=False):
        if (guard.comparison, guard.outcome, guard.place) != (sign, outcome, place):
            break
        if sign == "is" and not same(tape.constants[guard.right - tape.leaves], other):  # type: ignore[arg-type]
            break
    else:
        return StaleGraphError(
            "the function computes something else by now, though it decides alike: what it uses has "
            "changed since it was recorded; record it again"
        )
    return _branch_error(guard, symbols_of(tape), where)


def failed(
    tape: Tape, numbers: Sequence[float], names: Sequence[str | None], where: str
) -> AutogradError:
    """The error where a program without its function has no result.

    Args:
        tape: the program's.
        numbers: those of the leaves.
        names: by slot, what is shown as its name; the symbols of the tape, if there are none.
        where: the inputs, in words.
    """
    symbols = symbols_of(tape)
    try:
        known = values(tape, numbers)
        error = None
    except LineFailed as found:
        known, error = found.numbers, found
    for guard in tape.guards:
        if max(guard.left, guard.right) < len(known) and not decided(guard, known):
            return _branch_error(guard, symbols, where)
    assert error is not None
    operation = tape.operations[tape.rows[error.line]]
    places = [tape.first[error.line], tape.second[error.line]][: operation.arity]
    operands: list[Any] = [
        known[slot] if tape.leaves <= slot < tape.start else Value(known[slot], (names or symbols)[slot])
        for slot in places
    ]
    return failure(operation, error.cause, operands)


def refuse_decisions(tape: Tape, target: str) -> None:
    """Refuse a tape of which some decision on a number would be lost elsewhere.

    Args:
        tape: the tape.
        target: what it is to become.

    Raises:
        ArgumentValueError: Python decided on a number while it was recorded.
    """
    for guard in tape.guards:
        symbols = symbols_of(tape)
        at = f"{guard.place}: " if guard.place else ""
        raise ArgumentValueError(
            f"{at}the function decides by {symbols[guard.left]} {guard.comparison} "
            f"{symbols[guard.right]}, which {target} would not see: compute with max, min, abs or relu "
            f"instead"
        )


def _branch_error(guard: Guard, symbols: Sequence[str], where: str) -> BranchError:
    at = f"{guard.place}: " if guard.place else ""
    left, right = symbols[guard.left], symbols[guard.right]
    if guard.comparison == "is":
        return BranchError(
            f"{at}the number of {left} left the graph as {right} when it was recorded, and is another "
            f"where {where}"
        )
    return BranchError(
        f"{at}{left} {guard.comparison} {right} was {guard.outcome} when it was recorded, and is "
        f"{not guard.outcome} where {where}"
    )
