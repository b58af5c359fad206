"""record(): a function's operations, recorded once and replayed with other numbers.

A replay is the same computation to the last bit. What Python decided on numbers while the function was
recorded is guarded: see `autograd.program.tracing`.
"""

from __future__ import annotations

import inspect
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import is_ as _is
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import choice, each, function, items, real, whole, wrong_kind
from autograd.atomic import set_together
from autograd.backward import gradients
from autograd.codegen import failure
from autograd.errors import (
    ArgumentTypeError,
    ArgumentValueError,
    AutogradError,
    BranchError,
    RecordingError,
    StaleGraphError,
)
from autograd.functional import refuse_changed
from autograd.program.captured import Captured
from autograd.program.engine import Plan, Stopped
from autograd.program.engines import made_ready
from autograd.program.program import Program
from autograd.program.source import PythonRunner, symbols_of
from autograd.program.stepping import LineFailed, SteppingRunner, decided, same, slopes, values
from autograd.program.tape import Tape, constant_nodes
from autograd.program.traces import (
    STEPS,
    Trace,
    Variant,
    check_numbers,
    decides_otherwise,
    difference_between,
    numbers_near,
    refuse_numbers,
)
from autograd.program.tracing import recording
from autograd.pytree import leaves, paths, rebuilt
from autograd.value import Value

if TYPE_CHECKING:
    import os

    from autograd.atomic import Change

__all__ = ["Batch", "Gradients", "RecordedProgram", "record"]


class Gradients(NamedTuple):
    """A value and its derivatives.

    Attributes:
        value: what the program returns.
        inputs: the derivative of its first output by each input, nested as the inputs are.
        parameters: that by each parameter.

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

    >>> record(lambda x, y: x * y, 1.0, 1.0).batch([(2.0, 3.0), (4.0, 5.0)]).values
    [6.0, 20.0]
    """

    values: list[float]
    gradients: list[float]


# --- recording ------------------------------------------------------------------------------------


def record(
    f: Callable[..., Any] | Value,
    *inputs: Any,
    parameters: Iterable[Value] | None = None,
    on_branch: str = "raise",
) -> RecordedProgram:
    """The program that a function computes, recorded at some inputs, to be replayed at others.

    The function is called twice, at the inputs and nearby, and has to do the same both times. What it
    decides on the numbers of nodes is guarded. Leaves that it uses besides its inputs are parameters: a
    replay uses the number that each of them has then.

    Args:
        f: a function of scalars and of nested lists, tuples and dicts of scalars, which returns a Value
            or several in such a nesting. Derivatives are those of the first. Or a Value: the program is
            that of its graph.
        inputs: its arguments, numbers or leaves; of a Value, the leaves that are inputs.
        parameters: the leaves whose derivatives are wanted besides those of the inputs; all that the
            function uses, if None.
        on_branch: what a replay does where the function would decide otherwise: "raise" a `BranchError`,
            or "record" the function there, too.

    Raises:
        RecordingError: the function does not do the same both times, or a number leaves the graph.
        ArgumentTypeError: it is no function, returns no Value or changes its inputs; an input is no
            number, a parameter no Value.
        ArgumentValueError: a parameter is no leaf, or there is no such ``on_branch``.

    >>> import autograd
    >>> w = Value(0.5, "w")
    >>> program = record(lambda x: (w * x - 1.0) ** 2, 3.0)
    >>> program(3.0), program(4.0)
    (0.25, 1.0)
    >>> program.gradients(4.0)
    Gradients(value=1.0, inputs=(1.0,), parameters=[8.0])
    >>> w.data = 0.25
    >>> program(4.0)
    0.0
    >>> print(program.source())
    def backward(x, w):
        v1 = w * x
        v2 = v1 - 1.0
        v3 = v2 * v2 if v2 * v2 < inf else v2 ** 2.0
        # in reverse
        dv3_dv3 = 1.0
        dv3_dv2 = 0.0 + dv3_dv3 * (2.0 * v2)
        dv3_dw = 0.0 + dv3_dv2 * x
        dv3_dx = 0.0 + dv3_dv2 * w
        return (v3,), (dv3_dx, dv3_dw)
    <BLANKLINE>
    """
    choice("on_branch", on_branch, ("raise", "record"))
    explicit = None if parameters is None else _parameters(parameters)
    if isinstance(f, Value):
        return _of_graph(f, inputs, explicit)
    function("f", f)
    program = object.__new__(RecordedProgram)
    numbers = [_number(leaf, path) for leaf, path in _named(f, inputs)]
    names = [
        leaf.name if isinstance(leaf, Value) and leaf.name else path for leaf, path in _named(f, inputs)
    ]
    program._fill(f, inputs, names, explicit, on_branch)
    program._add(numbers)
    return program


def _parameters(parameters: Iterable[Value]) -> list[Value]:
    found: dict[Value, None] = {}
    for index, parameter in enumerate(each("parameters", parameters)):
        if not isinstance(parameter, Value):
            raise wrong_kind(f"parameter {index}", "a Value", parameter)
        if parameter.operation is not None:
            raise ArgumentValueError(
                f"parameter {index} must be a leaf, and is the result of {parameter.operation.name}",
                operands=(parameter,),
            )
        if parameter in found:
            raise ArgumentValueError(f"parameter {index} stands twice", operands=(parameter,))
        found[parameter] = None
    return list(found)


def _named(f: Callable[..., Any], inputs: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Each scalar among some inputs, and what Python calls it within the function."""
    try:
        names = [
            parameter.name if parameter.kind is not parameter.VAR_POSITIONAL else ""
            for parameter in inspect.signature(f).parameters.values()
        ]
    except (TypeError, ValueError):
        names = []
    for index, tree in enumerate(inputs):
        name = (names[index] if index < len(names) else "") or f"x{index + 1}"
        yield from zip(leaves(tree), paths(tree, name), strict=True)


def _number(leaf: Any, what: str) -> float:
    return leaf._data if isinstance(leaf, Value) else real(f"input {what}", leaf)


def _of_graph(root: Value, inputs: Sequence[Any], explicit: Sequence[Value] | None) -> RecordedProgram:
    for index, leaf in enumerate(inputs):
        if not isinstance(leaf, Value) or leaf.operation is not None:
            raise wrong_kind(f"input {index} of a graph", "one of its leaves", leaf)
        if leaf in inputs[:index]:
            raise ArgumentValueError(f"input {index} stands twice", operands=(leaf,))
    trace = Trace(list(inputs), root, [root], [])
    found = [leaf for leaf in constant_nodes([root], inputs) if leaf not in (explicit or ())]
    program = object.__new__(RecordedProgram)
    names = [leaf.name or f"x{index}" for index, leaf in enumerate(inputs, 1)]
    program._fill(None, tuple(inputs), names, explicit, "raise")
    program._extend(found)
    tape, nodes = trace.tape(program._all)
    check_numbers(tape, nodes, program._leaf_numbers([leaf._data for leaf in trace.inputs]))
    program._variants.append(Variant(trace, tape, nodes, made_ready(tape, "auto", None)))
    program._result = 0.0
    return program


class RecordedProgram:
    """A recorded function: called with other numbers, it computes the same, forward and in reverse.

    It is made by `record` or loaded by `load`.

    Attributes:
        on_branch: what a replay does where the function would decide otherwise.

    >>> import autograd
    >>> w = Value(0.5, "w")
    >>> program = autograd.record(lambda x, t: (w * x - t) ** 2, 1.0, 0.0)
    >>> program.batch([(1.0, 2.0), (2.0, 3.0)])
    Batch(values=[2.25, 4.0], gradients=[-11.0])
    >>> program
    RecordedProgram(2 inputs, 1 parameter, 3 lines)
    """

    _variants: list[Variant]

    def __init__(self) -> None:
        raise ArgumentTypeError("a RecordedProgram is made by autograd.record")

    def _fill(
        self,
        f: Callable[..., Any] | None,
        args: tuple[Any, ...],
        names: Sequence[str],
        explicit: Sequence[Value] | None,
        on_branch: str,
    ) -> None:
        self.on_branch = on_branch
        self._f = f
        self._names = list(names)
        self._args = rebuilt(args, iter(self._names))
        self._flat = all(isinstance(arg, str) for arg in self._args)
        self._explicit = explicit
        self._extend([])
        self._variants = []
        self._engine: tuple[str, int | None, str] = ("auto", None, "scalar")
        self._captured = Captured(f)
        self._result: Any = 0.0
        self._last: list[float] | None = None
        self._sent: tuple[tuple[Any, ...], Any] | None = None

    def _extend(self, extra: Sequence[Value]) -> None:
        """Note the leaves that the function uses besides its inputs and the parameters given.

        They are kept together as well, since every replay goes through them.
        """
        self._extra = list(extra)
        self._all = [*(self._explicit or ()), *extra]
        self._own = len(self._extra if self._explicit is None else self._explicit)

    @property
    def parameters(self) -> list[Value]:
        """The leaves that are parameters; their present numbers are used.

        >>> w = Value(0.5, "w")
        >>> record(lambda x: w * x, 3.0).parameters
        [Value(0.5, name='w')]
        """
        return self._all[: self._own]

    @property
    def tape(self) -> Tape:
        """The lines as flat arrays, of the way through the function that was taken last.

        >>> record(lambda x: x * x, 3.0).tape
        Tape(1 input, 0 parameters, 0 constants, 1 line)
        """
        return self._variants[0].tape

    # --- recording ----------------------------------------------------------------------------

    def _trace(self, numbers: Sequence[float]) -> Trace:
        """Call the function."""
        assert self._f is not None
        inputs = [Value(number, name) for number, name in zip(numbers, self._names, strict=True)]
        args = rebuilt(self._args, iter(inputs))
        with recording() as recorder:
            result = self._f(*args)
        outputs = leaves(result)
        for output in outputs:
            if not isinstance(output, Value):
                raise wrong_kind("what a recorded function returns", "a Value", output)
        if not outputs:
            raise wrong_kind("what a recorded function returns", "a Value", result)
        refuse_changed(inputs, numbers, lambda: self._names)
        return Trace(inputs, result, outputs, recorder.decisions)

    def _add(self, numbers: Sequence[float]) -> Trace:
        """Record the function at some inputs and nearby, as a further variant that is tried first."""
        trace = self._trace(numbers)
        compared = [
            node for a, _, b, *_ in trace.decisions for node in (a, b) if isinstance(node, Value)
        ]
        given = [*trace.inputs, *self._all]
        others = constant_nodes([*trace.outputs, *compared], given)
        again, shared = self._nearby(trace, numbers, others)
        extra = [leaf for leaf in others if leaf in shared]
        all_leaves = [*self._all, *extra]
        tape, nodes = trace.tape(all_leaves)
        difference = difference_between(tape, again.tape(all_leaves)[0])
        if difference:
            raise RecordingError(
                f"the function does not do the same at its inputs and nearby: {difference}; what "
                f"depends on numbers has to be computed on nodes, and what is random to be an input"
            )
        check_numbers(tape, nodes, [*numbers, *(leaf._data for leaf in all_leaves)])
        self._captured = Captured(self._f)
        self._extend([*self._extra, *extra])
        if extra:
            for variant in self._variants:
                assert variant.trace is not None
                variant.tape, variant.nodes = variant.trace.tape(self._all)
                variant.runner = made_ready(variant.tape, *self._engine)
        self._variants.insert(0, Variant(trace, tape, nodes, made_ready(tape, *self._engine)))
        del self._variants[_MOST_VARIANTS:]
        self._result = rebuilt(trace.result, iter([0.0] * len(trace.outputs)))
        return trace

    def _nearby(
        self, trace: Trace, numbers: Sequence[float], others: Sequence[Value]
    ) -> tuple[Trace, set[Value]]:
        """The function recorded at a point near its inputs where it decides alike.

        Args:
            trace: what it computed at its inputs.
            numbers: these.
            others: the leaves that it used besides; they are moved too, and put back.

        Returns:
            What it computed nearby, and the leaves that it used there besides its inputs.
        """
        moved = [*self._all, *others]
        before = [leaf._data for leaf in moved]
        for step in STEPS:
            near = numbers_near(numbers, step, 0)
            put = numbers_near(before, step, len(numbers))
            try:
                set_together(zip(moved, ["_data"] * len(moved), put, strict=True))
                again = self._trace(near)
                refuse_changed(moved, put, lambda: [leaf.label for leaf in moved])
                if step and decides_otherwise(trace, again):
                    continue
                compared = [n for a, _, b, *_ in again.decisions for n in (a, b) if isinstance(n, Value)]
                shared = {*constant_nodes([*again.outputs, *compared], again.inputs)}
                leaves_now = [*self._all, *(leaf for leaf in others if leaf in shared)]
                tape, nodes = again.tape(leaves_now)
                check_numbers(tape, nodes, [*near, *(leaf._data for leaf in leaves_now)])
            except RecordingError:
                raise
            except (AutogradError, ArithmeticError, ValueError):
                if not step:
                    raise
                continue
            finally:
                set_together(zip(moved, ["_data"] * len(moved), before, strict=True))
            refuse_numbers(trace, again)
            return again, shared
        raise AssertionError("the last step is none")  # pragma: no cover

    # --- running ------------------------------------------------------------------------------

    def _leaf_numbers(self, inputs: Sequence[float]) -> list[float]:
        return [*inputs, *[leaf._data for leaf in self._all]]

    def _inputs(self, args: Sequence[Any]) -> list[float]:
        if self._flat:
            if len(args) != len(self._names):
                raise self._wrong_shape(args)
            if all([arg.__class__ is float for arg in args]):  # noqa: C419  # a list is faster
                return [*args]
            return [
                arg if arg.__class__ is float else _number(arg, name)
                for arg, name in zip(args, self._names, strict=True)
            ]
        if _shape(tuple(args)) != _shape(self._args):
            raise self._wrong_shape(args)
        return [_number(leaf, name) for leaf, name in zip(leaves(tuple(args)), self._names, strict=True)]

    def _wrong_shape(self, args: Sequence[Any]) -> ArgumentValueError:
        given = rebuilt(tuple(args), iter(["·"] * len(leaves(tuple(args)))))
        wanted = rebuilt(self._args, iter(["·"] * len(self._names)))
        return ArgumentValueError(
            f"the program takes inputs as {_shown(wanted)}, not as {_shown(given)}", operands=args
        )

    def check_captured(self) -> None:
        """Refuse to go on if a plain number that the function uses is another one by now.

        Every replay does so first; who runs the `tape` otherwise has to.

        Raises:
            StaleGraphError: a number has changed.

        >>> import autograd
        >>> rate = 0.5
        >>> program = record(lambda x: rate * x, 3.0)
        >>> rate = 0.25
        >>> try:
        ...     program.check_captured()
        ... except autograd.StaleGraphError as error:
        ...     print(error)
        'rate' was 0.5 when the function was recorded, and is 0.25 now: make it an input, or record again
        """
        self._captured.check()

    def __call__(self, *inputs: Any) -> Any:
        """What the function returns at other inputs, with numbers in the place of nodes.

        Raises:
            BranchError: the function would decide otherwise there.
            AutogradError: what the function raises there; a number that it uses has changed.
            ArgumentValueError: the inputs are not nested as those that were recorded.
            ArgumentTypeError: an input is no number.

        >>> record(lambda x, y: [x * y, x + y], 1.0, 1.0)(2.0, 3.0)
        [6.0, 5.0]
        """
        self._captured.check()
        numbers = self._leaf_numbers(self._inputs(inputs))
        self._last = numbers
        try:
            outputs = self._variants[0].runner.forward(numbers)
        except Stopped:
            outputs = self._otherwise(numbers, gradient=False)[0]
        return self._nested(outputs)

    def _nested(self, outputs: Sequence[float]) -> Any:
        return outputs[0] if self._result.__class__ is float else rebuilt(self._result, iter(outputs))

    def gradients(self, *inputs: Any) -> Gradients:
        """The value at other inputs, and its derivative by each input and parameter; ``grad`` stays.

        Raises:
            BranchError: as `__call__`, and so on.

        >>> record(lambda v: v[0] * v[1], [1.0, 1.0]).gradients([2.0, 3.0])
        Gradients(value=6.0, inputs=([3.0, 2.0],), parameters=[])
        """
        outputs, found = self._both(inputs)
        count = len(self._names)
        by_inputs = found[:count]
        return Gradients(
            self._nested(outputs),
            tuple(by_inputs) if self._flat else rebuilt(self._args, iter(by_inputs)),
            list(found[count : count + self._own]),
        )

    def _both(self, inputs: Sequence[Any]) -> tuple[Sequence[float], Sequence[float]]:
        self._captured.check()
        numbers = self._leaf_numbers(self._inputs(inputs))
        self._last = numbers
        try:
            return self._variants[0].runner.backward(numbers)
        except Stopped:
            return self._otherwise(numbers, gradient=True)

    def backward(self, *inputs: Any) -> Any:
        """The value at other inputs; the derivatives by the parameters are added to their ``grad``.

        That is what ``f(*inputs).backward()`` does, but for the nodes in between: see `sync`.

        Raises:
            BranchError: as `__call__`, and so on. Nothing has been changed.

        >>> w = Value(0.5, "w")
        >>> program = record(lambda x: (w * x).square(), 1.0)
        >>> program.backward(2.0), program.backward(4.0), w.grad
        (1.0, 4.0, 20.0)
        """
        outputs, found = self._both(inputs)
        own = self.parameters
        set_together(
            (leaf, "_grad", leaf._grad + slope)
            for leaf, slope in zip(own, found[len(self._names) :], strict=False)
        )
        return self._nested(outputs)

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

        >>> w = Value(0.5, "w")
        >>> program = record(lambda x: (w * x).square(), 1.0)
        >>> program.batch([[2.0], [4.0]], scale=0.5)
        Batch(values=[1.0, 4.0], gradients=[10.0])
        """
        self._captured.check()
        scale = 0.0 + real("scale", scale)
        start = self._sums(gradients)
        if client is not None or chunk_size is not None:
            return self._in_chunks(examples, scale, start, client, chunk_size)
        rows = self._rows(examples)
        count = len(self._names)
        # those of leaves that are no parameters are computed, and left out
        sums = start + [0.0] * (len(self._all) - len(start))
        outputs: list[float] = []
        while len(outputs) < len(rows):
            rest = rows[len(outputs) :] if outputs else rows
            parameters = [leaf._data for leaf in self._all]
            sums += [0.0] * (len(parameters) - len(sums))
            try:
                more, sums = self._variants[0].runner.batch(rest, parameters, sums, scale)
                outputs += more
            except Stopped as stopped:
                outputs += stopped.outputs
                example = rows[len(outputs)]
                output, sums = self._one(example, list(stopped.gradients), scale)
                outputs.append(output)
        if rows:
            self._last = self._leaf_numbers(rows[-1])
        assert count == len(self._names)
        return Batch(outputs, sums[: len(self.parameters)])

    def _rows(self, examples: Iterable[Any]) -> list[list[float]]:
        return [
            self._inputs(items(f"examples[{index}]", row))
            for index, row in enumerate(each("examples", examples))
        ]

    def _sums(self, gradients: Iterable[float] | None) -> list[float]:
        """The sums of derivatives by the parameters to go on from."""
        count = len(self.parameters)
        if gradients is None:
            return [0.0] * count
        given = [real("a gradient", slope) for slope in each("gradients", gradients)]
        if len(given) != count:
            raise ArgumentValueError(
                f"there must be a gradient for each of {count} parameters, got {len(given)}"
            )
        return given

    def _in_chunks(
        self, examples: Any, scale: float, start: list[float], client: Any, chunk_size: int | None
    ) -> Batch:
        from autograd.program import distributed

        size = distributed.chunk_size_of(chunk_size)
        if client is None:
            rows = self._rows(examples)
            if not rows:
                return Batch([], start)
            part = distributed.here(self, rows, size, scale)
        else:
            distributed.check_client(client)
            chunks = distributed.Chunks.of(client, "examples", examples, size)
            if chunks is None:
                rows = self._rows(examples)
                if not rows:
                    return Batch([], start)
                chunks = distributed.in_memory(client, rows, size)
            part = distributed.on_cluster(self, chunks, range(len(chunks)), scale, values=True)
        found = [number for each in part.values for number in each]
        return Batch(found, [a + b for a, b in zip(start, part.gradients, strict=True)])

    def _sent_to(self, client: Any) -> tuple[Any, array[float]]:
        """The program on a cluster, and the numbers of its leaves that are no inputs."""
        from autograd.program import distributed

        self._captured.check()
        tapes = [variant.tape for variant in self._variants]
        key = (client, self._engine, *tapes)
        known = self._sent
        if known is None or len(known[0]) != len(key) or not all(map(_is, known[0], key)):
            make = partial(
                _received, self._args, self._names, tapes, len(self._all), self._own, self._engine
            )
            known = self._sent = key, distributed.sent(client, make)
        return known[1], array("d", [leaf._data for leaf in self._all])

    def _one(
        self, example: Sequence[float], sums: list[float], scale: float
    ) -> tuple[float, list[float]]:
        """One example of a batch, where the runner stopped."""
        self._otherwise(self._leaf_numbers(example), gradient=False)
        # the variant that holds there is the first now; line by line it never stops at a slope
        parameters = [leaf._data for leaf in self._all]
        tape = self._variants[0].tape
        runner = SteppingRunner(tape, Plan("python", "steps", "one example"))
        sums += [0.0] * (len(parameters) - len(sums))
        outputs, sums = runner.batch([example], parameters, sums, scale)
        return outputs[0], sums

    def _otherwise(
        self, numbers: Sequence[float], *, gradient: bool
    ) -> tuple[Sequence[float], Sequence[float]]:
        """The outputs and derivatives where the runner stopped; or the error to raise there."""
        for index, variant in enumerate(self._variants):
            runner = SteppingRunner(variant.tape, variant.runner.plan)
            try:
                found = runner.backward(numbers) if gradient else (runner.forward(numbers), ())
            except Stopped:
                continue
            if index:
                self._variants.insert(0, self._variants.pop(index))
                self._result = rebuilt(self._result_of(variant), iter([0.0] * len(variant.tape.outputs)))
            return found
        if self._f is None:
            raise self._failure(numbers)
        inputs = numbers[: len(self._names)]
        trace = self._trace(inputs)  # where the function raises, that is the error
        if self.on_branch == "raise":
            raise self._branched(trace, numbers)
        trace = self._add(inputs)
        outputs = [node._data for node in trace.outputs]
        if not gradient:
            return outputs, ()
        slopes_of = gradients(trace.outputs[0])
        return outputs, [float(slopes_of.get(leaf, 0.0)) for leaf in (*trace.inputs, *self._all)]

    @staticmethod
    def _result_of(variant: Variant) -> Any:
        # one that came from elsewhere has the numbers alone
        return variant.trace.result if variant.trace else [0.0] * len(variant.tape.outputs)

    def _branched(self, trace: Trace, numbers: Sequence[float]) -> AutogradError:
        variant = self._variants[0]
        symbols = symbols_of(variant.tape)
        tape = variant.tape
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
        return _branch_error(guard, symbols, self._shown(numbers))

    def _shown(self, numbers: Sequence[float]) -> str:
        shown = [f"{name} = {number!r}" for name, number in zip(self._names, numbers, strict=False)]
        return ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")

    def _failure(self, numbers: Sequence[float]) -> AutogradError:
        """The error at a point where a program without its function has no result."""
        tape, nodes = self._variants[0].tape, self._variants[0].nodes
        try:
            known = values(tape, numbers)
            failed = None
        except LineFailed as error:
            known, failed = error.numbers, error
        for guard in tape.guards:
            if max(guard.left, guard.right) < len(known) and not decided(guard, known):
                return _branch_error(guard, symbols_of(tape), self._shown(numbers))
        assert failed is not None
        operation = tape.operations[tape.rows[failed.line]]
        places = [tape.first[failed.line], tape.second[failed.line]][: operation.arity]
        operands: list[Any] = []
        symbols = symbols_of(tape)
        for slot in places:
            if tape.leaves <= slot < tape.start:
                operands.append(known[slot])
            else:
                name = _label(self, slot, nodes) if nodes else symbols[slot]
                operands.append(Value(known[slot], name))
        return failure(operation, failed.cause, operands)

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

        >>> record(lambda x: x * x, 3.0).compile("python").plan.engine
        'python'
        """
        if runs is not None:
            runs = int(whole("runs", runs, 0))
        runners = [made_ready(variant.tape, engine, runs, functions) for variant in self._variants]
        for variant, runner in zip(self._variants, runners, strict=True):
            variant.runner = runner
        self._engine = engine, runs, functions
        return self

    @property
    def plan(self) -> Plan:
        """How the program runs, and why.

        >>> print(record(lambda x: x * x, 3.0).compile("python").plan)
        python, function: 1 line is one function of Python source
        """
        return self._variants[0].runner.plan

    # --- what it looks like -------------------------------------------------------------------

    @property
    def inputs(self) -> list[Value]:
        """The leaves that are inputs; see `sync`.

        Raises:
            ArgumentValueError: the program was loaded, and has no nodes.

        >>> record(lambda x: x * x, 3.0).inputs
        [Value(3.0, name='x')]
        """
        return list(self._recorded().inputs)

    def _recorded(self) -> Trace:
        trace = self._variants[0].trace
        if trace is None:
            raise ArgumentValueError("a program that was loaded has no nodes")
        return trace

    @property
    def root(self) -> Value:
        """The node of the first output, for `explain` and `draw`; see `sync`.

        Raises:
            ArgumentValueError: the program was loaded, and has no nodes.

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
        >>> program = record(lambda x: (x * x).named("y").exp(), 1.0)
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
        if inputs or not self._names:
            given = self._inputs(inputs)
        elif self._last is None:
            raise ArgumentValueError("nothing was computed yet: sync takes the inputs of an example")
        else:
            given = self._last[: len(self._names)]
        numbers = self._leaf_numbers(given)
        self._otherwise(numbers, gradient=False)  # the variant that holds there becomes the first
        variant = self._variants[0]
        trace, tape = variant.trace, variant.tape
        assert trace is not None
        found = values(tape, self._leaf_numbers(given))
        runner = SteppingRunner(tape, variant.runner.plan)
        slopes_found = runner.gradients(found)
        changes: list[Change] = []
        for slot, leaf in enumerate([*trace.inputs, *self._all]):
            changes += [(leaf, "_data", found[slot]), (leaf, "_grad", slopes_found[slot])]
        for line, node in enumerate(variant.nodes):
            slot = tape.start + line
            changes += [(node, "_data", found[slot]), (node, "_grad", slopes_found[slot])]
            both = zip(node.derivatives, slopes(tape, line, found), strict=True)
            for name, (before, slope) in zip(("_dx", "_dy"), both, strict=False):
                if before is not None:
                    changes.append((node, name, slope))
        set_together(changes)
        return trace.outputs[0]

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
        if self.tape.guards:
            guard, symbols = self.tape.guards[0], symbols_of(self.tape)
            decision = f"{symbols[guard.left]} {guard.comparison} {symbols[guard.right]}"
            at = f"{guard.place}: " if guard.place else ""
            raise ArgumentValueError(
                f"{at}the function decides by {decision}, which a file in "
                f"{languages.target(language).title} "
                f"would not see: compute with max, min, abs or relu instead"
            )
        return self.lines().source(language)

    def lines(self) -> Program:
        """The program as lines that can be printed, rewritten and differentiated.

        >>> print(record(lambda x: (x * x).named("y"), 3.0).lines().differentiated())
        x = 3.0
        y = x * x
        dy/dy = 1.0
        dy/dx directly = dy/dy * x
        dy/dx directly (2) = dy/dy * x
        dy/dx = 0.0 + dy/dx directly + dy/dx directly (2)
        """
        trace = self._variants[0].trace
        inputs = [leaf._data for leaf in trace.inputs] if trace else [0.0] * len(self._names)
        return Program.of_tape(self.tape, symbols_of(self.tape), self._leaf_numbers(inputs))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program to a file: JSON, to be read by `RecordedProgram.load`.

        The function is not in it: where the program would decide otherwise, it raises.

        Raises:
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> program = record(lambda x: x * x, 3.0)
        >>> with TemporaryDirectory() as folder:
        ...     program.save(f"{folder}/square.json")
        ...     RecordedProgram.load(f"{folder}/square.json") == program
        True
        """
        from autograd.program.storage import write_program

        write_program(path, self.tape, self._args, self.parameters, self._all, self._result)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> RecordedProgram:
        """The program of a file that `save` wrote; nothing in the file is run.

        Raises:
            ArgumentValueError: the file is no program, or of another version.
            UnknownNameError: an operation in it is not registered here.
            OSError: the file cannot be read.

        >>> from tempfile import TemporaryDirectory
        >>> w = Value(0.5, "w")
        >>> with TemporaryDirectory() as folder:
        ...     record(lambda x: w * x, 3.0).save(f"{folder}/line.json")
        ...     program = RecordedProgram.load(f"{folder}/line.json")
        >>> program(4.0), program.parameters
        (2.0, [Value(0.5, name='w')])
        """
        from autograd.program.storage import read_program

        stored = read_program(path)
        program = object.__new__(RecordedProgram)
        program._fill(None, stored.args, leaves(stored.args), stored.leaves[: stored.own], "raise")
        program._extend(stored.leaves[stored.own :])
        program._result = stored.result
        runner = made_ready(stored.tape, "auto", None)
        program._variants.append(Variant(None, stored.tape, [], runner))
        return program

    def __eq__(self, other: object) -> bool:
        """Whether the other program does the same: the same lines, and inputs nested alike."""
        if not isinstance(other, RecordedProgram):
            return NotImplemented
        return self.tape == other.tape and _shape(self._args) == _shape(other._args)

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return str(self.lines())

    def __repr__(self) -> str:
        tape = self.tape
        counts = (
            (len(self._names), "input"),
            (len(self.parameters), "parameter"),
            (len(tape), "line"),
        )
        shown = ", ".join(f"{count} {what}" + "s" * (count != 1) for count, what in counts)
        return f"RecordedProgram({shown})"


def _received(
    args: Any,
    names: Sequence[str],
    tapes: Sequence[Tape],
    count: int,
    own: int,
    engine: tuple[str, int | None, str],
) -> tuple[RecordedProgram, list[Value]]:
    """A program as a cluster gets it: without its function, and leaves that are given numbers."""
    leaves_here = [Value(0.0) for _ in range(count)]
    program = object.__new__(RecordedProgram)
    program._fill(None, args, names, leaves_here[:own], "raise")
    program._extend(leaves_here[own:])
    program._engine = engine
    program._variants = [Variant(None, tape, [], made_ready(tape, *engine)) for tape in tapes]
    return program, leaves_here


#: Ways through a function that are kept; those that were not taken for longest are recorded again.
_MOST_VARIANTS = 100


def _branch_error(guard: Any, symbols: Sequence[str], where: str) -> BranchError:
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


def _label(program: RecordedProgram, slot: int, nodes: Sequence[Value]) -> str | None:
    tape = program.tape
    if slot >= tape.start:
        return nodes[slot - tape.start].label
    trace = program._variants[0].trace
    given: list[Value] = [*(trace.inputs if trace else ()), *program._all]
    return given[slot].name


def _shape(tree: Any) -> Any:
    """The nesting, to be compared: what is a list or tuple is one kind of thing."""
    if isinstance(tree, dict):
        return {key: _shape(branch) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        return [_shape(branch) for branch in tree]
    return None


def _shown(tree: Any) -> str:
    text = repr(tree).replace("'·'", "·")
    return text if len(text) <= 80 else f"{text[:79]}…"
