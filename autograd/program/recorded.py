"""A recorded program: a function's operations, replayed with other numbers.

A replay is the same computation to the last bit. What Python decided on numbers while the function was
recorded is guarded: see `autograd.program.decisions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import choice, real, whole
from autograd.atomic import set_together
from autograd.errors import ArgumentTypeError, ArgumentValueError
from autograd.program.engine import Plan
from autograd.program.failures import refuse_decisions
from autograd.program.inputs import Inputs, alike
from autograd.program.program import Program
from autograd.program.replay import Replay
from autograd.program.source import PythonRunner, symbols_of
from autograd.program.tape import Tape
from autograd.program.traces import Trace
from autograd.pytree import leaves
from autograd.value import Value

if TYPE_CHECKING:
    import os

__all__ = ["Batch", "Gradients", "RecordedProgram"]


class Gradients(NamedTuple):
    """A value and its derivatives.

    Attributes:
        value: what the program returns.
        inputs: the derivative of its first output by each input, nested as the inputs are.
        parameters: that by each parameter.

    >>> from autograd import record
    >>> record(lambda x, y: x * y, 1.0, 1.0).gradients(2.0, 3.0).inputs
    (3.0, 2.0)
    """

    value: Any
    inputs: tuple[Any, ...]
    parameters: list[float]


class Batch(NamedTuple):
    """What a program computes of several examples.

    Attributes:
        values: its first output for each.
        gradients: the derivative of their sum by each parameter.

    >>> from autograd import record
    >>> record(lambda x, y: x * y, 1.0, 1.0).batch([(2.0, 3.0), (4.0, 5.0)]).values
    [6.0, 20.0]
    """

    values: list[float]
    gradients: list[float]


class RecordedProgram:
    """A recorded function: called with other numbers, it computes the same, forward and in reverse.

    It is made by `record` or loaded by `load`.

    >>> import autograd
    >>> w = Value(0.5, "w")
    >>> program = autograd.record(lambda x, t: (w * x - t) ** 2, 1.0, 0.0)
    >>> program.batch([(1.0, 2.0), (2.0, 3.0)])
    Batch(values=[2.25, 4.0], gradients=[-11.0])
    >>> program
    RecordedProgram(2 inputs, 1 parameter, 3 lines)
    """

    def __init__(self, replay: Replay | None = None) -> None:
        if not isinstance(replay, Replay):
            raise ArgumentTypeError("a RecordedProgram is made by autograd.record")
        #: What it is replayed by, for what runs it otherwise, as machine code or a cluster does.
        self.replay = replay
        self._last: list[float] | None = None

    @property
    def on_branch(self) -> str:
        """What a replay does where the function would decide otherwise: "raise" or "record".

        >>> from autograd import record
        >>> record(abs, 1.0, on_branch="record").on_branch
        'record'
        """
        return self.replay.on_branch

    @property
    def parameters(self) -> list[Value]:
        """The leaves that are parameters; their present numbers are used.

        >>> from autograd import record
        >>> w = Value(0.5, "w")
        >>> record(lambda x: w * x, 3.0).parameters
        [Value(0.5, name='w')]
        """
        return self.replay.leaves[: self.replay.own]

    @property
    def frozen(self) -> list[Value]:
        """The leaves that it uses besides: their present numbers are used, and nothing more.

        They are the last parameters of the `tape`.

        >>> from autograd import record
        >>> w, b = Value(0.5, "w"), Value(1.0, "b")
        >>> record(lambda x: w * x + b, 3.0, parameters=[w]).frozen
        [Value(1.0, name='b')]
        """
        return self.replay.leaves[self.replay.own :]

    @property
    def tape(self) -> Tape:
        """The lines as flat arrays, of the way through the function that was taken last.

        >>> from autograd import record
        >>> record(lambda x: x * x, 3.0).tape
        Tape(1 input, 0 parameters, 0 constants, 1 line)
        """
        return self.replay.variants[0].tape

    # --- running ------------------------------------------------------------------------------

    def check_captured(self) -> None:
        """Refuse to go on if a plain number that the function uses is another one by now.

        Every replay does so first; who runs the `tape` otherwise has to.

        Raises:
            StaleGraphError: a number has changed.

        >>> import autograd
        >>> rate = 0.5
        >>> program = autograd.record(lambda x: rate * x, 3.0)
        >>> rate = 0.25
        >>> try:
        ...     program.check_captured()
        ... except autograd.StaleGraphError as error:
        ...     print(error)
        'rate' was 0.5 when the function was recorded, and is 0.25 now: make it an input, or record again
        """
        self.replay.captured.check()

    def __call__(self, *inputs: Any) -> Any:
        """What the function returns at other inputs, with numbers in the place of nodes.

        Raises:
            BranchError: the function would decide otherwise there.
            AutogradError: what the function raises there; a number that it uses has changed.
            ArgumentValueError: the inputs are not nested as those that were recorded.
            ArgumentTypeError: an input is no number.

        >>> from autograd import record
        >>> record(lambda x, y: [x * y, x + y], 1.0, 1.0)(2.0, 3.0)
        [6.0, 5.0]
        """
        replay = self.replay
        replay.captured.check()
        self._last = numbers = replay.with_leaves(replay.inputs.numbers(inputs))
        return self.replay.nested(replay.forward(numbers))

    def outputs(self, examples: Iterable[Sequence[Value | float]]) -> list[Any]:
        """What the function returns for each of some examples, as `__call__` has it for one.

        Args:
            examples: the inputs of each, as a tuple or list.

        Raises:
            AutogradError: as `__call__`.

        >>> from autograd import record
        >>> record(lambda x, y: [x * y, x + y], 1.0, 1.0).outputs([[2.0, 3.0], [4.0, 5.0]])
        [[6.0, 5.0], [20.0, 9.0]]
        """
        replay = self.replay
        replay.captured.check()
        rows = replay.inputs.rows(examples)
        found = replay.forwards(rows)
        if rows:
            self._last = replay.with_leaves(rows[-1])
        return found

    def gradients(self, *inputs: Any) -> Gradients:
        """The value at other inputs, and its derivative by each input and parameter; ``grad`` stays.

        Raises:
            BranchError: as `__call__`, and so on.

        >>> from autograd import record
        >>> record(lambda v: v[0] * v[1], [1.0, 1.0]).gradients([2.0, 3.0])
        Gradients(value=6.0, inputs=([3.0, 2.0],), parameters=[])
        """
        outputs, found = self._both(inputs)
        nested, count, own = self.replay.inputs.nested, self.replay.inputs.count, self.replay.own
        return Gradients(
            self.replay.nested(outputs), nested(found[:count]), list(found[count : count + own])
        )

    def _both(self, inputs: Sequence[Any]) -> tuple[Sequence[float], Sequence[float]]:
        replay = self.replay
        replay.captured.check()
        self._last = numbers = replay.with_leaves(replay.inputs.numbers(inputs))
        return replay.backward(numbers)

    def backward(self, *inputs: Any) -> Any:
        """The value at other inputs; the derivatives by the parameters are added to their ``grad``.

        That is what ``f(*inputs).backward()`` does, but for the nodes in between: see `sync`.

        Raises:
            BranchError: as `__call__`, and so on. Nothing has been changed.

        >>> from autograd import record
        >>> w = Value(0.5, "w")
        >>> program = record(lambda x: (w * x).square(), 1.0)
        >>> program.backward(2.0), program.backward(4.0), w.grad
        (1.0, 4.0, 20.0)
        """
        outputs, found = self._both(inputs)
        set_together(
            (leaf, "_grad", leaf._grad + slope)
            for leaf, slope in zip(self.parameters, found[self.replay.inputs.count :], strict=False)
        )
        return self.replay.nested(outputs)

    def batch(
        self,
        examples: Iterable[Sequence[Value | float]] | Any,
        scale: float = 1.0,
        gradients: Iterable[float] | None = None,
        *,
        client: Any = None,
        chunk_size: int | None = None,
    ) -> Batch:
        """The first output for each of some examples, and the derivative of their sum by each parameter.

        The derivatives are added use by use in the order of the examples, so that they are to the bit
        those of ``sum(f(*example) for example in examples).backward()``.

        With ``client`` a Dask cluster computes them in chunks of examples, whose sums are added in a
        tree; ``chunk_size`` alone does the same here. The bits depend on the size of the chunks, and not
        on the number of workers, nor on what became of them.

        Args:
            examples: the inputs of each, as a tuple or list. With ``client`` also a Dask array with a
                row for each example, or the path of a Parquet file, or of a folder of them, with a
                column for each input, which the workers read.
            scale: what each example's output is multiplied by in that sum, as 1/n in a mean.
            gradients: sums of derivatives to go on from; 0 if None.
            client: a ``dask.distributed.Client``.
            chunk_size: how many examples a chunk has; 1,000 with a client.

        Raises:
            BranchError: as `__call__`, and so on. A cluster has not the function: where it would decide
                otherwise, that is an error also with ``on_branch="record"``.
            ArgumentTypeError: the client is none.
            AutogradError: what reads Parquet is not installed.

        >>> from autograd import record
        >>> w = Value(0.5, "w")
        >>> program = record(lambda x: (w * x).square(), 1.0)
        >>> program.batch([[2.0], [4.0]], scale=0.5)
        Batch(values=[1.0, 4.0], gradients=[10.0])
        """
        self.replay.captured.check()
        scale = 0.0 + real("scale", scale)
        replay = self.replay
        start = replay.sums(gradients)
        if client is None and chunk_size is None:
            rows = replay.inputs.rows(examples)
            found = Batch(*replay.batch(rows, scale, start))
            if rows:
                self._last = replay.with_leaves(rows[-1])
            return found
        from autograd.program import distributed

        values, sums = distributed.batch(replay, examples, scale, client, chunk_size)
        return Batch(values, [a + b for a, b in zip(start, sums, strict=True)])

    # --- how it runs --------------------------------------------------------------------------

    def compile(
        self, engine: str = "auto", runs: int | None = None, functions: str = "scalar"
    ) -> RecordedProgram:
        """The program itself, made ready to run on an engine.

        Args:
            engine: "python", "native" or "auto".
            runs: how many replays are to come, if known: what to compile pays after so many.
            functions: what machine code calls for `exp`, `tanh` and so on of several examples: "scalar"
                functions, for the numbers of eager computation; or "vector" functions, which are faster
                and differ from those by a few units in the last place. One example is always computed
                with scalar ones.

        Raises:
            ArgumentValueError: there is no such engine, or it has no vector functions.
            ImportError: it is not installed; the error has the command that installs it.
            AutogradError: this machine has no library of vector functions.

        >>> from autograd import record
        >>> record(lambda x: x * x, 3.0).compile("python").plan.engine
        'python'
        """
        if runs is not None:
            runs = int(whole("runs", runs, 0))
        self.replay.made_ready(engine, runs, functions)
        return self

    @property
    def plan(self) -> Plan:
        """How the program runs, and why.

        >>> from autograd import record
        >>> print(record(lambda x: x * x, 3.0).compile("python").plan)
        python, function: 1 line is one function of Python source
        """
        return self.replay.variants[0].runner.plan

    # --- what it looks like -------------------------------------------------------------------

    @property
    def inputs(self) -> list[Value]:
        """The leaves that are inputs; see `sync`.

        Raises:
            ArgumentValueError: the program was loaded, and has no nodes.

        >>> from autograd import record
        >>> record(lambda x: x * x, 3.0).inputs
        [Value(3.0, name='x')]
        """
        return list(self._recorded().inputs)

    def _recorded(self) -> Trace:
        trace = self.replay.variants[0].trace
        if trace is None:
            raise ArgumentValueError("a program that was loaded has no nodes")
        return trace

    @property
    def root(self) -> Value:
        """The node of the first output, for `explain` and `draw`; see `sync`.

        Raises:
            ArgumentValueError: the program was loaded, and has no nodes.

        >>> from autograd import record
        >>> record(lambda x: x * x, 3.0).root
        Value(9.0, operation='mul')
        """
        return self._recorded().outputs[0]

    def sync(self, *inputs: Any) -> Value:
        """The node of the first output, with the numbers of an example on it and on all nodes below.

        The nodes get the values, the local derivatives and the gradients; the parameters keep their
        numbers, with which the rest is computed, and get the example's gradient as their ``grad``.

        Args:
            inputs: those of the example; the last that was computed, if there are none.

        Raises:
            ArgumentValueError: the program was loaded, and has no nodes; or nothing was computed yet.
            BranchError: as `__call__`, and so on.

        >>> import autograd
        >>> program = autograd.record(lambda x: (x * x).named("y").exp(), 1.0)
        >>> program(2.0) == program.sync().data
        True
        >>> print(autograd.explain(program.sync(0.5), program.inputs[0]))
        ∂(e^y)/∂x = 1.28402542
          = ∂(e^y)/∂y · ∂y/∂x
            = 1.28402542 · 1
        where
          ∂(e^y)/∂y = e^y = 1.28402542
          ∂y/∂x     = 2·x = 1
        """
        self._recorded()
        replay = self.replay
        if inputs or not replay.inputs.count:
            given = replay.inputs.numbers(inputs)
        elif self._last is None:
            raise ArgumentValueError("nothing was computed yet: sync takes the inputs of an example")
        else:
            given = self._last[: replay.inputs.count]
        return replay.synced(given)

    def source(self, language: str = "python", what: str = "backward") -> str:
        """The program as text: the Python that runs it, or a whole file in another language.

        Args:
            language: "python"; or "numpy", "torch", "jax", "sympy", "c" or "javascript": see
                `Program.source`.
            what: in Python, "forward", "backward" for both sweeps, or "batch" for both in a loop over
                examples.

        Raises:
            ArgumentValueError: there is no such language or source; or the function decides something on
                a node's number, which is a guard in Python and would be lost elsewhere.

        >>> from autograd import record
        >>> w = Value(0.5, "w")
        >>> program = record(lambda x: w * x, 3.0)
        >>> print(program.source(what="forward"))
        def forward(x, w):
            v1 = w * x
            return (v1,)
        <BLANKLINE>
        >>> "    const double v1 = w * x;" in program.source("c").splitlines()
        True
        """
        from autograd.program import languages

        choice("language", language, ("python", *languages.LANGUAGES))
        choice("what", what, ("forward", "backward", "batch"))
        if language == "python":
            return PythonRunner(self.tape, self.plan).source(what)
        if what != "backward":
            raise ArgumentValueError(
                f"{what!r} is for Python; a file in another language has both sweeps"
            )
        refuse_decisions(self.tape, f"a file in {languages.target(language).title}")
        return self.lines().source(language)

    def lines(self) -> Program:
        """The program as lines that can be printed, rewritten and differentiated.

        >>> from autograd import record
        >>> print(record(lambda x: (x * x).named("y"), 3.0).lines().differentiated())
        x = 3.0
        y = x * x
        dy/dy = 1.0
        dy/dx directly = dy/dy * x
        dy/dx directly (2) = dy/dy * x
        dy/dx = 0.0 + dy/dx directly + dy/dx directly (2)
        """
        trace = self.replay.variants[0].trace
        inputs = [leaf._data for leaf in trace.inputs] if trace else [0.0] * self.replay.inputs.count
        return Program.of_tape(self.tape, symbols_of(self.tape), self.replay.with_leaves(inputs))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program to a file: JSON, to be read by `RecordedProgram.load`.

        The function is not in it: where the program would decide otherwise, it raises.

        Raises:
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> from autograd import RecordedProgram, record
        >>> program = record(lambda x: x * x, 3.0)
        >>> with TemporaryDirectory() as folder:
        ...     program.save(f"{folder}/square.json")
        ...     RecordedProgram.load(f"{folder}/square.json") == program
        True
        """
        from autograd.program.storage import write_program

        replay = self.replay
        args = replay.inputs.args
        write_program(path, self.tape, args, self.parameters, replay.leaves, replay.result)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> RecordedProgram:
        """The program of a file that `save` wrote; nothing in the file is run.

        Raises:
            ArgumentValueError: the file is no program, or of another version.
            UnknownNameError: an operation in it is not registered here.
            OSError: the file cannot be read.

        >>> from tempfile import TemporaryDirectory
        >>> from autograd import RecordedProgram, record
        >>> w = Value(0.5, "w")
        >>> with TemporaryDirectory() as folder:
        ...     record(lambda x: w * x, 3.0).save(f"{folder}/line.json")
        ...     program = RecordedProgram.load(f"{folder}/line.json")
        >>> program(4.0), program.parameters
        (2.0, [Value(0.5, name='w')])
        """
        from autograd.program.storage import read_program

        stored = read_program(path)
        inputs = Inputs(stored.args, leaves(stored.args))
        replay = Replay(None, inputs, stored.leaves[: stored.own], "raise")
        replay.use(stored.leaves[stored.own :])
        replay.result = stored.result
        replay.add(None, stored.tape, [])
        return RecordedProgram(replay)

    def __eq__(self, other: object) -> bool:
        """Whether the other program does the same: the same lines, inputs and results nested alike."""
        if not isinstance(other, RecordedProgram):
            return NotImplemented
        mine, others = self.replay, other.replay
        return (
            self.tape == other.tape
            and mine.own == others.own
            and mine.inputs == others.inputs
            and alike(mine.result, others.result)
        )

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return str(self.lines())

    def __repr__(self) -> str:
        tape = self.tape
        counts = (
            (self.replay.inputs.count, "input"),
            (len(self.parameters), "parameter"),
            (len(tape), "line"),
        )
        shown = ", ".join(f"{count} {what}" + "s" * (count != 1) for count, what in counts)
        return f"RecordedProgram({shown})"
