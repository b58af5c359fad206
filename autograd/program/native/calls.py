"""A recorded program as a built-in function: what a call from Python costs least with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.arguments import flag, instance
from autograd.program.engine import Stopped
from autograd.program.native.engine import ENGINE, StraightRunner
from autograd.program.recorded import RecordedProgram
from autograd.program.stepping import SteppingRunner

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["built_in"]


def built_in(program: RecordedProgram, *, gradients: bool = False) -> Callable[..., Any]:
    """A built-in function of plain numbers: the inputs of a program, and then its parameters.

    It returns the first output, or all of them as a tuple; with ``gradients`` a tuple of the outputs and
    of the derivatives of the first by each input and each parameter. It is of the way through the
    program that was recorded last. It raises what the program raises without the function that it was
    recorded of: the error of the operation that has no result, or a `BranchError`.

    Args:
        program: the program. It has at most 2,000 lines.
        gradients: whether the derivatives are returned too.

    Raises:
        MissingCompilerError: llvmlite is not installed.
        ArgumentTypeError: it is no recorded program.
    """
    instance("program", program, RecordedProgram, "a RecordedProgram")
    flag("gradients", gradients)
    tape = program.tape
    plan = ENGINE.runner(tape).plan
    stepping = SteppingRunner(tape, plan)

    def otherwise(*numbers: float) -> Any:
        found: Sequence[float]
        try:
            found = stepping.forward(numbers)
            if gradients:
                outputs, slopes = stepping.backward(numbers)
                found = [*outputs, *slopes]
        except Stopped:
            raise program.replay.failure(numbers) from None
        return found[0] if len(found) == 1 else tuple(found)

    return StraightRunner(tape, plan).function("backward" if gradients else "forward", otherwise)
