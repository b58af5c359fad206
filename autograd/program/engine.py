"""What runs a tape: the interface of engines, which other ones than Python's plug into.

An engine makes a `Runner` of a `Tape`. It has the numbers of eager computation to the last bit, but for
batches for which vector functions are asked, or stops: where a line has no result, a guard decides
otherwise, or a derivative is infinite and the engine has no infinities, it raises `Stopped`, and whoever
called it does that one example some other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from autograd.program.tape import Tape

__all__ = ["FUNCTIONS", "Engine", "Plan", "Runner", "Stopped"]

#: Which functions the lanes of a batch call: the C library's one after the other, or vector functions.
FUNCTIONS = ("scalar", "vector")


class Plan(NamedTuple):
    """How a program will run, and why.

    Attributes:
        engine: the name of the engine.
        form: what it makes of the lines, in its own words: "function", "chunks", "steps", …
        reason: why, in a sentence.
    """

    engine: str
    form: str
    reason: str

    def __str__(self) -> str:
        return f"{self.engine}, {self.form}: {self.reason}"


class Stopped(Exception):  # noqa: N818  # not an error: the example is computed another way
    """An example cannot be computed by the runner, or not without looking closer.

    Attributes:
        outputs: of a batch, the first outputs of the examples before it; those of it are not among them.
        gradients: of a batch, the sums of derivatives by the parameters after the examples before it.
    """

    def __init__(self, outputs: Sequence[float] = (), gradients: Sequence[float] = ()) -> None:
        super().__init__("stopped")
        self.outputs, self.gradients = list(outputs), list(gradients)


class Runner(Protocol):
    """A tape, ready to run. Leaves are the numbers of its inputs, then those of its parameters."""

    #: How it runs.
    plan: Plan

    def forward(self, leaves: Sequence[float]) -> Sequence[float]:
        """The outputs.

        Raises:
            Stopped: a line has no result, or a guard decides otherwise.
        """

    def forwards(
        self, rows: Sequence[Sequence[float]], parameters: Sequence[float]
    ) -> list[Sequence[float]]:
        """The outputs of each example, up to one for which `forward` would stop, or some before it.

        Args:
            rows: the inputs of each example.
            parameters: the numbers of the parameters.
        """

    def backward(self, leaves: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        """The outputs, and the derivative of the first of them by each leaf.

        Raises:
            Stopped: likewise, or a derivative is not to be had.
        """

    def batch(
        self,
        rows: Sequence[Sequence[float]],
        parameters: Sequence[float],
        gradients: Sequence[float],
        scale: float,
    ) -> tuple[list[float], list[float]]:
        """The first output of each example; and the gradients, with the examples' added to them.

        They are added use by use in the order of the examples, as `Value.backward` does it on the sum of
        the outputs.

        Args:
            rows: the inputs of each example.
            parameters: the numbers of the parameters.
            gradients: by parameter, the sum so far: 0.0 at first.
            scale: what the reverse sweep of each example begins with.

        Raises:
            Stopped: as in `backward`, with what was computed until then.
        """


def one_by_one(
    runner: Runner, rows: Sequence[Sequence[float]], parameters: Sequence[float]
) -> list[Sequence[float]]:
    """`Runner.forwards` of a runner that takes examples one by one."""
    found: list[Sequence[float]] = []
    try:
        for row in rows:
            found.append(runner.forward([*row, *parameters]))  # noqa: PERF401  # up to an exception
    except Stopped:
        pass
    return found


class Engine(Protocol):
    """Makes runners."""

    name: str

    def runner(self, tape: Tape, runs: int | None = None, functions: str = "scalar") -> Runner:
        """The tape, ready to run.

        Args:
            tape: the tape.
            runs: how many replays are to come, if known.
            functions: one of `FUNCTIONS`.
        """
