"""The error of one example, run over batches: node by node, or recorded once and replayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import fsum
from operator import add
from typing import Any, Protocol

from autograd import RecordedProgram, RecordingError, Value, record
from autograd.arguments import instance, wrong_kind
from autograd.backward import gradients
from autograd.errors import ArgumentValueError
from autograd.program.distributed import Chunks, on_cluster
from autograd.program.engines import PAYS_AFTER
from nn.module import Module

__all__ = ["ENGINES", "ChunkedRun", "Run", "made_run", "outputs_of"]

#: What runs a batch, by name; "auto" is one of the others.
ENGINES = ("auto", "eager", "python", "native")


def outputs_of(model: Module, inputs: Sequence[Value]) -> list[Value]:
    """The outputs of a module as a list, also of one that gives a single node."""
    outputs = model.outputs(inputs) if hasattr(model, "outputs") else model(inputs)  # type: ignore[operator]
    found = [outputs] if isinstance(outputs, Value) else list(outputs)
    for index, output in enumerate(found):
        instance(f"output {index} of the model", output, Value, "a Value")
    return found


class Run(Protocol):
    """Computes errors and derivatives of batches; its numbers do not depend on which it is."""

    @property
    def plan(self) -> str:
        """How it runs, and why, in words."""

    def batch(self, rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
        """The error of each example, and the derivatives of their mean by the parameters."""

    def forward(self, row: Sequence[float]) -> list[float]:
        """What the function returns at some numbers."""


class EagerRun:
    """Node by node.

    Args:
        f: the function of an example's numbers, as nodes, which returns nodes: first its error.
        parameters: what it is differentiated by.
        reason: why it is not recorded.
    """

    def __init__(self, f: Callable[..., list[Value]], parameters: Sequence[Value], reason: str) -> None:
        self._f, self._parameters, self._reason = f, parameters, reason

    @property
    def plan(self) -> str:
        """See `Run.plan`."""
        return f"eager: {self._reason}"

    def batch(self, rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        errors = [self._f(*map(Value, row))[0] for row in rows]
        total = reduce(add, errors)
        slopes = gradients(total / len(errors) if len(errors) > 1 else total)
        return [error.data for error in errors], [slopes.get(each, 0.0) for each in self._parameters]

    def forward(self, row: Sequence[float]) -> list[float]:
        """See `Run.forward`."""
        return [node.data for node in self._f(*map(Value, row))]


class ReplayedRun:
    """Recorded, and replayed.

    Args:
        program: the recorded function.
    """

    def __init__(self, program: RecordedProgram) -> None:
        self._program = program

    @property
    def plan(self) -> str:
        """See `Run.plan`."""
        return str(self._program.plan)

    def batch(self, rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        return self._program.batch(rows, 1.0 / len(rows))

    def forward(self, row: Sequence[float]) -> list[float]:
        """See `Run.forward`."""
        found: list[float] = self._program(*row)
        return found


class ChunkedRun(ReplayedRun):
    """Recorded, and replayed in chunks whose sums are added in a tree, on a cluster if there is one.

    Args:
        program: the recorded function.
        client: the client of a Dask cluster; None to do the same here.
        chunk_size: how many examples a chunk has.
    """

    def __init__(self, program: RecordedProgram, client: Any, chunk_size: int) -> None:
        super().__init__(program)
        self._client, self._size = client, chunk_size

    @property
    def plan(self) -> str:
        """See `Run.plan`."""
        where = "here" if self._client is None else "on a cluster"
        return f"{self._program.plan}; {where}, in chunks of {self._size:,} examples"

    def batch(self, rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        return self._program.batch(rows, 1.0 / len(rows), client=self._client, chunk_size=self._size)

    def sums(self, errors: Sequence[float]) -> list[float]:
        """The sums of some examples' errors by chunk, as `portion` has them."""
        return [fsum(errors[start : start + self._size]) for start in range(0, len(errors), self._size)]

    def portion(self, chunks: Chunks, which: Sequence[int]) -> tuple[list[float], list[float]]:
        """The sums of the errors of some chunks, and the derivatives of the mean by the parameters."""
        count = sum(map(chunks.examples_in, which))
        part = on_cluster(self._program, chunks, which, 1.0 / count)
        return part.errors, list(part.gradients)


def made_run(
    f: Callable[..., list[Value]],
    parameters: Sequence[Value],
    row: Sequence[float],
    names: Sequence[str],
    engine: str,
    runs: int,
    chunked: tuple[Any, int] | None = None,
) -> Run:
    """The function of one example, ready to run.

    Args:
        f: the function, see `EagerRun`.
        parameters: what it is differentiated by.
        row: numbers at which it may be recorded.
        names: what these are called.
        engine: a name in `ENGINES`.
        runs: how many examples are to come: so few do not pay for a recording.
        chunked: the client and the size of chunks; see `ChunkedRun`.

    Raises:
        ValueError: there are chunks, and the engine is "eager".
        RecordingError: the function cannot be recorded, and the engine is neither "auto" nor "eager", or
            there are chunks.
        ImportError: the engine is not installed; the error has the command that installs it.
    """
    if chunked is not None and engine == "eager":
        raise ArgumentValueError("what is computed in chunks is a recorded program, and not eager")
    if engine == "eager":
        return EagerRun(f, parameters, "as asked")
    if engine == "auto" and runs < PAYS_AFTER and chunked is None:
        return EagerRun(f, parameters, f"{runs} examples in all do not pay for a recording")
    inputs: list[Any] = list(map(Value, row, names))
    try:
        program = record(f, *inputs, parameters=parameters, on_branch="record")
    except RecordingError as error:
        if engine != "auto" or chunked is not None:
            raise
        return EagerRun(f, parameters, f"it cannot be recorded: {error}")
    program.compile(engine, runs=runs)
    return ReplayedRun(program) if chunked is None else ChunkedRun(program, *chunked)


def check_module(model: Any) -> Module:
    """A module, with outputs."""
    if not isinstance(model, Module) or not (hasattr(model, "outputs") or callable(model)):
        raise wrong_kind("model", "a Module that can be called", model)
    return model
