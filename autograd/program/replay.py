"""The replay of a function: the variants of it that are known, and what is done where none holds.

A variant is one way through the function. Where its runner stops, since a guard decides otherwise or a
line has no result, the others are tried; then the function itself is called, if there is one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from autograd.arguments import each, real
from autograd.atomic import run, setting
from autograd.backward import leaf_gradients
from autograd.errors import ArgumentValueError, AutogradError
from autograd.program.captured import Captured
from autograd.program.engine import Plan, Runner, Stopped
from autograd.program.engines import made_ready
from autograd.program.failures import branched, failed
from autograd.program.inputs import Inputs
from autograd.program.stepping import SteppingRunner, slopes, values
from autograd.program.tape import Tape
from autograd.program.traces import Trace, traced, traced_twice
from autograd.pytree import rebuilt
from autograd.value import Value

__all__ = ["Replay", "Variant"]

#: Ways through a function that are kept; those that were not taken for longest are recorded again.
_MOST_VARIANTS = 100


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

    @property
    def result(self) -> Any:
        """The nesting of what the function returns, with 0.0 for each number."""
        count = len(self.tape.outputs)
        # one that came from elsewhere has the numbers alone
        return rebuilt(self.trace.result if self.trace else [0.0] * count, iter([0.0] * count))


class Replay:
    """A function's variants, the one that held last first.

    Args:
        f: the function; None for a graph, a file and on a cluster.
        inputs: how its inputs are nested.
        explicit: the leaves whose derivatives are wanted besides those of the inputs; all if None.
        on_branch: "raise", or "record" where none of the variants holds.

    Attributes:
        leaves: those that the function uses besides its inputs. They are kept together with the explicit
            ones, since every replay goes through them.
        own: how many of them, from the first, are parameters.
        variants: the variants.
        engine: the engine, the number of runs and the functions that they are made ready for.
        captured: the plain numbers that the function finds outside itself.
        result: the nesting of what it returns, with 0.0 for each number.
        sent: what of it lies on a cluster, and where; see `autograd.program.distributed`.
    """

    variants: list[Variant]
    leaves: list[Value]
    own: int

    def __init__(
        self,
        f: Callable[..., Any] | None,
        inputs: Inputs,
        explicit: Sequence[Value] | None,
        on_branch: str,
    ) -> None:
        self.f, self.inputs, self.on_branch = f, inputs, on_branch
        self.engine: tuple[str, int | None, str] = ("auto", None, "scalar")
        self.captured = Captured(None)
        self.result: Any = 0.0
        self.sent: tuple[tuple[Any, ...], Any] | None = None
        self.variants = []
        self._explicit = explicit
        self._extra: list[Value] = []
        self.use([])

    def __getstate__(self) -> dict[str, Any]:
        """What of it is copied: all but the function, which uses the leaves of the original."""
        return {**vars(self), "f": None, "captured": Captured(None), "on_branch": "raise", "sent": None}

    def use(self, extra: Sequence[Value]) -> None:
        """Note further leaves that the function uses besides its inputs and those known."""
        self._extra += extra
        self.leaves = [*(self._explicit or ()), *self._extra]
        self.own = len(self._extra if self._explicit is None else self._explicit)

    def add(self, trace: Trace | None, tape: Tape, nodes: Sequence[Value]) -> None:
        """Put a further variant first."""
        self.variants.insert(0, Variant(trace, tape, nodes, made_ready(tape, *self.engine)))
        del self.variants[_MOST_VARIANTS:]

    def record(self, numbers: Sequence[float]) -> Trace:
        """Record the function at some inputs and nearby, as a further variant.

        Raises:
            RecordingError: it does not do the same, or a number leaves the graph.
        """
        assert self.f is not None
        trace, extra, tape, nodes, self.captured = traced_twice(
            self.f, self.inputs, numbers, self.leaves
        )
        self.use(extra)
        if extra:
            for variant in self.variants:
                assert variant.trace is not None
                variant.tape, variant.nodes = variant.trace.tape(self.leaves)
                variant.runner = made_ready(variant.tape, *self.engine)
        self.add(trace, tape, nodes)
        self.result = self.variants[0].result
        return trace

    def made_ready(self, engine: str, runs: int | None, functions: str) -> None:
        """Make the variants ready to run on an engine, and those that come."""
        runners = [made_ready(variant.tape, engine, runs, functions) for variant in self.variants]
        for variant, runner in zip(self.variants, runners, strict=True):
            variant.runner = runner
        self.engine = engine, runs, functions

    def with_leaves(self, inputs: Sequence[float]) -> list[float]:
        """The numbers of the inputs, and those that the leaves have now."""
        return [*inputs, *[leaf._data for leaf in self.leaves]]

    def forward(self, numbers: Sequence[float]) -> Sequence[float]:
        """The outputs.

        Raises:
            AutogradError: there are none.
        """
        try:
            return self.variants[0].runner.forward(numbers)
        except Stopped:
            return self.fallback(numbers, gradient=False)[0]

    def nested(self, outputs: Sequence[float]) -> Any:
        """Outputs, nested as what the function returned last."""
        result = self.result
        if result.__class__ is float:
            return outputs[0]
        if result.__class__ is list and all([each.__class__ is float for each in result]):  # noqa: C419
            return [*outputs]
        return rebuilt(result, iter(outputs))

    def forwards(self, rows: Sequence[Sequence[float]]) -> list[Any]:
        """What the function returns for each row.

        Raises:
            AutogradError: it returns nothing.
        """
        found: list[Any] = []
        while len(found) < len(rows):
            parameters = [leaf._data for leaf in self.leaves]
            more = self.variants[0].runner.forwards(rows[len(found) :], parameters)
            found += map(self.nested, more)
            if len(found) < len(rows):
                found.append(self.nested(self.forward(self.with_leaves(rows[len(found)]))))
        return found

    def backward(self, numbers: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        """The outputs, and the derivative of the first by each input and each leaf.

        Raises:
            AutogradError: there are none.
        """
        try:
            return self.variants[0].runner.backward(numbers)
        except Stopped:
            return self.fallback(numbers, gradient=True)

    def sums(self, gradients: Iterable[float] | None) -> list[float]:
        """Sums of derivatives by the parameters to go on from.

        Raises:
            ArgumentValueError: there is not one for each parameter.
            ArgumentTypeError: one is no number.
        """
        if gradients is None:
            return [0.0] * self.own
        given = [real("a gradient", slope) for slope in each("gradients", gradients)]
        if len(given) != self.own:
            raise ArgumentValueError(
                f"there must be a gradient for each of {self.own} parameters, got {len(given)}"
            )
        return given

    def batch(
        self, rows: Sequence[Sequence[float]], scale: float, start: Sequence[float]
    ) -> tuple[list[float], list[float]]:
        """The first output for each row, and sums of derivatives by the parameters; see `Runner.batch`.

        Raises:
            AutogradError: an example has none.
        """
        # those of leaves that are no parameters are computed, and left out
        sums = [*start, *[0.0] * (len(self.leaves) - len(start))]
        outputs: list[float] = []
        while len(outputs) < len(rows):
            rest = rows[len(outputs) :] if outputs else rows
            parameters = [leaf._data for leaf in self.leaves]
            sums += [0.0] * (len(parameters) - len(sums))
            try:
                more, sums = self.variants[0].runner.batch(rest, parameters, sums, scale)
                outputs += more
            except Stopped as stopped:
                outputs += stopped.outputs
                output, sums = self._one(rows[len(outputs)], list(stopped.gradients), scale)
                outputs.append(output)
        return outputs, sums[: self.own]

    def _one(
        self, example: Sequence[float], sums: list[float], scale: float
    ) -> tuple[float, list[float]]:
        """One example of a batch, where the runner stopped."""
        self.fallback(self.with_leaves(example), gradient=False)
        # the variant that holds there is the first now; line by line it never stops at a slope
        parameters = [leaf._data for leaf in self.leaves]
        sums += [0.0] * (len(parameters) - len(sums))
        first = self.variants[0]
        try:
            outputs, sums = first.runner.batch([example], parameters, [*sums], scale)
        except Stopped:
            runner = SteppingRunner(first.tape, Plan("python", "steps", "one example"))
            outputs, sums = runner.batch([example], parameters, sums, scale)
        return outputs[0], sums

    def fallback(
        self, numbers: Sequence[float], *, gradient: bool
    ) -> tuple[Sequence[float], Sequence[float]]:
        """The outputs and derivatives where the runner stopped; the variant that holds becomes first.

        Raises:
            AutogradError: none holds, and the function is not there, is not to be recorded, or raises.
        """
        # another way through the function is found soonest by what is compiled of it; what stops at a
        # slope there does not so line by line
        compiled = [(variant, variant.runner) for variant in self.variants]
        for variant, runner in chain(compiled, self._steppers()):
            try:
                found = runner.backward(numbers) if gradient else (runner.forward(numbers), ())
            except Stopped:
                continue
            self.variants.remove(variant)
            self.variants.insert(0, variant)
            self.result = variant.result
            return found
        if self.f is None:
            raise self.failure(numbers)
        inputs = numbers[: self.inputs.count]
        trace = traced(self.f, self.inputs, inputs)  # where the function raises, that is the error
        if self.on_branch == "raise":
            raise branched(self.variants[0].tape, trace, self.inputs.named(numbers))
        trace = self.record(inputs)
        outputs = [node._data for node in trace.outputs]
        if not gradient:
            return outputs, ()
        slopes_of = leaf_gradients(trace.outputs[0])
        return outputs, [float(slopes_of.get(leaf, 0.0)) for leaf in (*trace.inputs, *self.leaves)]

    def _steppers(self) -> Iterator[tuple[Variant, Runner]]:
        for variant in [*self.variants]:
            yield variant, SteppingRunner(variant.tape, variant.runner.plan)

    def synced(self, inputs: Sequence[float]) -> Value:
        """The first output's node, with the numbers of an example on all nodes of the graph.

        Raises:
            AutogradError: as `fallback`.
        """
        self.fallback(self.with_leaves(inputs), gradient=False)
        variant = self.variants[0]
        trace, tape, runner = variant.trace, variant.tape, variant.runner
        assert trace is not None
        found = array("d", values(tape, self.with_leaves(inputs)))
        stepper = runner if isinstance(runner, SteppingRunner) else SteppingRunner(tape, runner.plan)
        by_slot = stepper.gradients(found)
        lines = variant.nodes
        nodes = [*trace.inputs, *self.leaves, *lines]
        # a graph may be large: the columns are read as they are, and no list is made of the changes
        columns: list[tuple[str, Sequence[Value], Sequence[float]]] = [
            ("_data", nodes, [*found[: tape.leaves], *found[tape.start :]]),
            ("_grad", nodes, [*by_slot[: tape.leaves], *by_slot[tape.start :]]),
        ]
        for place, name in enumerate(("_dx", "_dy")):
            uses = [line for line, node in enumerate(lines) if getattr(node, name) is not None]
            columns.append((name, [lines[line] for line in uses], slopes(tape, uses, place, found)))
        changes = [zip(nodes, repeat(name), numbers) for name, nodes, numbers in columns]
        run(setting(chain.from_iterable(changes)))
        return trace.outputs[0]

    def failure(self, numbers: Sequence[float]) -> AutogradError:
        """The error where the first variant, without the function, has no result."""
        variant = self.variants[0]
        names: list[str | None] = []
        if variant.nodes:
            given = [*(variant.trace.inputs if variant.trace else ()), *self.leaves]
            names = [leaf.name for leaf in given]
            names += [None] * (variant.tape.start - len(names))
            names += [node.label for node in variant.nodes]
        return failed(variant.tape, numbers, names, self.inputs.named(numbers))
