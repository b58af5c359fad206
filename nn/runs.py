"""The error of one example, run over batches: node by node, or recorded once and replayed."""

from __future__ import annotations

import ast
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import add, is_not
from typing import TYPE_CHECKING, Any, Protocol

from autograd import RecordedProgram, RecordingError, Value, record
from autograd.arguments import instance, wrong_kind
from autograd.atomic import set_together
from autograd.backward import leaf_gradients
from autograd.errors import ArgumentValueError
from autograd.expression import Expression
from autograd.program import Line, Program
from autograd.program.chunks import Chunks
from autograd.program.distributed import on_cluster
from autograd.program.engines import PAYS_AFTER
from autograd.program.folding import folded
from nn.module import Module
from nn.optimizers import Optimizer, numbers_of_steps, statements

if TYPE_CHECKING:
    from autograd.program.native import TrainingLoop
    from autograd.program.tape import Tape

__all__ = ["ENGINES", "ChunkedRun", "Order", "Run", "made_run", "outputs_of"]

#: What runs a batch, by name; "auto" is one of the others.
ENGINES = ("auto", "eager", "python", "native")

#: Machine code comes back after some so many lines, each of which takes some nanoseconds: then the bar
#: moves on, and Ctrl-C is heard.
_LINES_AT_ONCE = 20_000_000
#: So many loops of machine code are kept, of different settings and branches.
_MOST_LOOPS = 16


def outputs_of(model: Module, inputs: Sequence[Value]) -> list[Value]:
    """The outputs of a module as a list, also of one that gives a single node."""
    outputs = model.outputs(inputs) if hasattr(model, "outputs") else model(inputs)  # type: ignore[operator]
    found = [outputs] if isinstance(outputs, Value) else list(outputs)
    for index, output in enumerate(found):
        instance(f"output {index} of the model", output, Value, "a Value")
    return found


def check_module(model: Any) -> Module:
    """A module, with outputs."""
    if not isinstance(model, Module) or not (hasattr(model, "outputs") or callable(model)):
        raise wrong_kind("model", "a Module that can be called", model)
    return model


class Order:
    """Which examples come, and how they make batches.

    Args:
        examples: their places among the rows, in order.
        size: how many make a batch.
        period: after how many a batch ends in any case, as those of an epoch.
        mean: whether the error of a batch is the mean of its examples' errors, or their sum.

    >>> order = Order([3, 1, 2, 0, 3, 1], 2, 3, mean=True)
    >>> [order.batch(begin) for begin in (0, 2, 3)]
    [[3, 1], [2], [0, 3]]
    >>> order.scales(6)
    array('d', [0.5, 1.0, 0.5, 1.0])
    """

    def __init__(self, examples: Sequence[int], size: int, period: int, *, mean: bool) -> None:
        self.examples = array("q", examples)
        self.size, self.period, self.mean = size, period, mean

    def __len__(self) -> int:
        return len(self.examples)

    def scale(self, size: int) -> float:
        """What an example's error is multiplied by in that of a batch of so many."""
        return 1.0 / size if self.mean else 1.0

    def batch(self, begin: int) -> list[int]:
        """The batch that begins there."""
        return self.examples[begin : min(begin + self.size, self.end_of_period(begin))].tolist()

    def end_of_period(self, begin: int) -> int:
        """Where the period ends that an example is of."""
        return begin - begin % self.period + self.period

    def batches(self, count: int) -> int:
        """How many batches so many examples make, from the beginning of one on."""
        whole, rest = divmod(count, self.period)
        return whole * -(-self.period // self.size) - (-rest // self.size)

    def examples_of(self, batches: int) -> int:
        """How many examples so many batches have; all but the last of a period are full."""
        whole, rest = divmod(batches, -(-self.period // self.size))
        return whole * self.period + rest * self.size

    def scales(self, count: int) -> array[float]:
        """What the errors of each batch are multiplied by, of so many examples."""

        def of(count: int) -> array[float]:
            whole, rest = divmod(count, self.size)
            last = [self.scale(rest)] if rest else []
            return array("d", [self.scale(self.size)] * whole + last)

        whole, rest = divmod(count, self.period)
        return of(self.period) * whole + of(rest)


class Run(Protocol):
    """Computes errors and derivatives of batches; its numbers do not depend on which it is.

    Attributes:
        parameters: what it is differentiated by.
        at_once: how many examples `train` may take before it comes back.
    """

    parameters: Sequence[Value]
    at_once: int = 1

    def plan(self, optimizer: Optimizer | None = None) -> str:
        """How it runs, and why, in words; with an optimizer, what updates the parameters, too."""

    def batch(self, rows: Sequence[Sequence[float]], scale: float) -> tuple[list[float], list[float]]:
        """The error of each example, and the derivatives of their sum · scale by the parameters."""

    def outputs(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """What the function returns for each example."""

    def train(
        self, optimizer: Optimizer, rows: Sequence[Sequence[float]], order: Order
    ) -> Iterator[Sequence[float]]:
        """Update the parameters after each batch, and give the errors of the examples that are done.

        Args:
            optimizer: what updates them.
            rows: the numbers of all examples.
            order: which of them come, and in which batches.
        """
        begin = 0
        while begin < len(order):
            errors = self.step(optimizer, rows, order, begin)
            begin += len(errors)
            yield errors

    def step(
        self, optimizer: Optimizer, rows: Sequence[Sequence[float]], order: Order, begin: int
    ) -> list[float]:
        """Update the parameters after the batch that begins there, and return its examples' errors."""
        batch = [rows[index] for index in order.batch(begin)]
        errors, slopes = self.batch(batch, order.scale(len(batch)))
        set_together(zip(self.parameters, ["_grad"] * len(slopes), slopes, strict=True))
        optimizer.step()
        return errors


class EagerRun(Run):
    """Node by node.

    Args:
        f: the function of an example's numbers, as nodes, which returns nodes: first its error.
        parameters: what it is differentiated by.
        reason: why it is not recorded.
    """

    def __init__(self, f: Callable[..., list[Value]], parameters: Sequence[Value], reason: str) -> None:
        self._f, self.parameters, self._reason = f, parameters, reason

    def plan(self, optimizer: Optimizer | None = None) -> str:
        """See `Run.plan`."""
        return f"eager: {self._reason}"

    def batch(self, rows: Sequence[Sequence[float]], scale: float) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        errors = [self._f(*map(Value, row))[0] for row in rows]
        total = reduce(add, errors)
        slopes = leaf_gradients(total if scale == 1.0 else total * scale)
        return [error.data for error in errors], [slopes.get(each, 0.0) for each in self.parameters]

    def outputs(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """See `Run.outputs`."""
        return [[node.data for node in self._f(*map(Value, row))] for row in rows]


class ReplayedRun(Run):
    """Recorded, and replayed.

    Args:
        program: the recorded function.
    """

    def __init__(self, program: RecordedProgram) -> None:
        self._program = program
        self.parameters = program.parameters

    def plan(self, optimizer: Optimizer | None = None) -> str:
        """See `Run.plan`."""
        return str(self._program.plan)

    def batch(self, rows: Sequence[Sequence[float]], scale: float) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        return self._program.batch(rows, scale)

    def outputs(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """See `Run.outputs`."""
        return self._program.outputs(rows)


class LoopedRun(ReplayedRun):
    """Recorded, and trained on in machine code, which goes from batch to batch by itself.

    Where it stops, since a line may have failed, a guard decides otherwise or a number is infinite, the
    next batch is one of `ReplayedRun`.
    """

    def __init__(self, program: RecordedProgram) -> None:
        super().__init__(program)
        self.at_once = max(1, _LINES_AT_ONCE // max(1, len(program.tape)))
        self._loops: dict[Any, tuple[Tape, TrainingLoop]] = {}
        self._rows: Sequence[Sequence[float]] = []
        self._table = array("d")

    def plan(self, optimizer: Optimizer | None = None) -> str:
        """See `Run.plan`."""
        reason = "" if optimizer is None else self._updated_by_python(optimizer)
        return super().plan() + (reason and f"; Python updates the parameters, since {reason}")

    def train(
        self, optimizer: Optimizer, rows: Sequence[Sequence[float]], order: Order
    ) -> Iterator[Sequence[float]]:
        """See `Run.train`."""
        begin = 0
        while begin < len(order):
            errors = self._go(optimizer, rows, order, begin) or self.step(optimizer, rows, order, begin)
            begin += len(errors)
            yield errors

    def _go(
        self, optimizer: Optimizer, rows: Sequence[Sequence[float]], order: Order, begin: int
    ) -> Sequence[float]:
        """Go on as far as it goes, and return the errors of the examples that are done."""
        loop = self._loop(optimizer)
        if loop is None:
            return ()
        self._program.check_captured()
        many = self.at_once // order.period * order.period
        if begin % order.period or not many:  # some batches of a period
            many = max(1, self.at_once // order.size) * order.size
            many = min(many, order.end_of_period(begin) - begin)
        end = min(begin + many, len(order))
        settings = numbers_of_steps(optimizer, loop.settings, order.batches(end - begin))
        if len(settings) < order.batches(end - begin):  # the learning rate of the next one is refused
            end = begin + order.examples_of(len(settings))
        if end == begin:
            return ()
        if rows is not self._rows:
            self._rows, self._table = rows, array("d", chain.from_iterable(rows))
        loop.parameters = [each.data for each in optimizer.parameters]
        loop.remembered = optimizer.buffers
        scales = order.scales(end - begin)
        which = order.examples[begin:end]
        period = min(order.period, end - begin)
        done, errors = loop.run(self._table, which, order.size, scales, settings, period)
        if done:
            pairs = [("_data", loop.parameters), ("_grad", loop.gradients)]
            set_together(
                [
                    *(
                        (parameter, name, number)
                        for name, numbers in pairs
                        for parameter, number in zip(optimizer.parameters, numbers, strict=True)
                    ),
                    (optimizer, "buffers", optimizer.buffers | loop.remembered),
                    (optimizer, "steps", optimizer.steps + done),
                ]
            )
        return errors

    def _updated_by_python(self, optimizer: Optimizer) -> str:
        """Why machine code cannot do it; "" if it can."""
        if not optimizer.by_rule:
            return f"{type(optimizer).__name__} has no text as its rule"
        if self._program.plan.form != "straight-line code":
            return "the error of an example is interpreted"
        own = self._program.parameters
        if len(own) != len(optimizer.parameters) or any(map(is_not, own, optimizer.parameters)):
            return "some are of another model"
        return ""

    def _loop(self, optimizer: Optimizer) -> TrainingLoop | None:
        """The loop of the optimizer's rule as it is now; None if there can be none."""
        if self._updated_by_python(optimizer):
            return None
        optimizer.check_settings()
        constants = {name: float(number) for name, number in optimizer.constants().items()}
        # leaves that the optimizer leaves alone are constants of the loop, to be compiled again if
        # somebody else changes them
        tape, frozen = self._program.tape, self._program.frozen
        numbers = array("d", [each.data for each in frozen])
        key = id(tape), numbers.tobytes(), *constants.values()
        if key not in self._loops:
            from autograd.program.native import TrainingLoop

            if len(self._loops) == _MOST_LOOPS:
                del self._loops[next(iter(self._loops))]
            loop = TrainingLoop(tape.with_fixed(numbers), _rule(optimizer, constants), "p", "g")
            self._loops[key] = tape, loop
        return self._loops[key][1]


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

    def plan(self, optimizer: Optimizer | None = None) -> str:
        """See `Run.plan`."""
        where = "here" if self._client is None else "on a cluster"
        return f"{self._program.plan}; {where}, in chunks of {self._size:,} examples"

    def batch(self, rows: Sequence[Sequence[float]], scale: float) -> tuple[list[float], list[float]]:
        """See `Run.batch`."""
        return self._program.batch(rows, scale, client=self._client, chunk_size=self._size)

    def train_on(
        self, optimizer: Optimizer, chunks: Chunks, order: Order
    ) -> Iterator[tuple[list[float], int]]:
        """Update the parameters after each batch of chunks that lie on the cluster.

        Args:
            optimizer: what updates them.
            chunks: the examples.
            order: which of the chunks come, and in which batches.

        Yields:
            Of each batch, the sums of the errors by chunk, and how many examples it has.
        """
        begin = 0
        while begin < len(order):
            which = order.batch(begin)
            count = sum(map(chunks.examples_in, which))
            part = on_cluster(self._program.replay, chunks, which, order.scale(count))
            set_together(
                zip(self.parameters, ["_grad"] * len(part.gradients), part.gradients, strict=True)
            )
            optimizer.step()
            begin += len(which)
            yield part.errors, count


def _rule(optimizer: Optimizer, constants: Mapping[str, float]) -> Program:
    """The rule of an optimizer as a program."""
    symbols = {name: name for name in ("p", "g", *optimizer.BUFFERS, *optimizer.varying)}
    lines: list[Line] = []
    for statement in statements(optimizer.RULE):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = Expression(ast.unparse(value), (*symbols, *constants))
                tree = folded(text.tree, constants)
            case _:
                raise ArgumentValueError(
                    f"the rule of {type(optimizer).__name__} must be assignments to names, "
                    f"not {ast.unparse(statement)!r}"
                )
        if isinstance(tree, ast.Name):
            symbols[name] = symbols[tree.id]
        else:
            lines.append(Line.of(f"{symbols[name]}+", tree, symbols, "update"))
            symbols[name] = lines[-1].symbol
    made = {line.symbol for line in lines}
    given = {"p", "g", *(symbol for line in lines for symbol in line.needs)} - made
    changed = [name for name in ("p", *optimizer.BUFFERS) if symbols[name] in made]
    given.update(changed)
    return Program(lines, dict.fromkeys(sorted(given), 0.0), {name: symbols[name] for name in changed})


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
    if chunked is not None:
        return ChunkedRun(program, *chunked)
    return (LoopedRun if program.plan.engine == "native" else ReplayedRun)(program)
