"""The native engine: which form of machine code a tape gets, and the runners of both forms."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, NoReturn

from autograd.errors import ArgumentTypeError, ArgumentValueError
from autograd.program.engine import Plan, Runner, Stopped
from autograd.program.native.code import Module
from autograd.program.native.compiler import Machine, host_lanes, require
from autograd.program.native.functions import Callback
from autograd.program.native.interpreter import interpreter
from autograd.program.native.runtime import MOST_OPERANDS, callable_of
from autograd.program.native.straight import backward_text, batch_text, forward_text, forwards_text
from autograd.program.native.sums import order_of_sums
from autograd.program.native.vectors import MOST_ULP, require_vectors
from autograd.program.reverse import leading_to, sweep
from autograd.program.stepping import SteppingRunner, decided
from autograd.program.tape import Tape

__all__ = ["ENGINE", "InterpretedRunner", "StraightRunner", "level", "pointer", "raise_from", "zeros"]

#: More lines than this are interpreted, unless more replays are to come than it takes to pay.
MOST_STRAIGHT = 2000
#: To compile a line takes as long as so many replays of it save.
PAYS_AFTER = 10_000
#: More lines than this are interpreted in any case: one function would take gigabytes to compile.
MOST_COMPILED = 100_000
#: Up to so many lines the code generator tries harder: with one example, and with several in lanes,
#: where that gains more. Beyond, its time grows faster than the lines do.
MOST_AT_LEVEL_1, MOST_IN_LANES_AT_LEVEL_1 = 250, 1000
#: Up to so many lines, the arrays that the interpreter goes over fit the processor's caches; beyond,
#: operands are fetched so many lines ahead.
MOST_CACHED, FETCHED_AHEAD = 200_000, 64


class NativeEngine:
    """Machine code, by llvmlite."""

    name = "native"

    def runner(self, tape: Tape, runs: int | None = None, functions: str = "scalar") -> Runner:
        """The tape, ready to run.

        Args:
            tape: the tape.
            runs: how many replays are to come, if known.
            functions: those that the lanes of a batch call, "scalar" or "vector".

        Raises:
            MissingCompilerError: llvmlite is not installed.
            AutogradError: there is no library of vector functions.
        """
        require()
        if functions == "vector":
            require_vectors()
        lines = f"{len(tape):,} line{'s' * (len(tape) != 1)}"
        if len(tape) <= MOST_STRAIGHT:
            verb = "is" if len(tape) == 1 else "are"
            plan = Plan(self.name, "straight-line code", f"{lines} {verb} compiled, one after the other")
            return StraightRunner(tape, plan, functions)
        if runs is not None and runs >= PAYS_AFTER and len(tape) <= MOST_COMPILED:
            reason = (
                f"{lines} are compiled, one after the other, which pays after some {PAYS_AFTER:,} runs"
            )
            return StraightRunner(tape, Plan(self.name, "straight-line code", reason), functions)
        reason = f"{lines} would take too long to compile: the rows alone are compiled, and step through"
        if functions == "vector":
            reason += "; one example comes after the other, so that no function is a vector function"
        return InterpretedRunner(tape, Plan(self.name, "interpreter", reason))


ENGINE = NativeEngine()


def raise_from(callbacks: Iterable[Callback]) -> None:
    """Raise what a Python function raised that machine code called."""
    for each in callbacks:
        if each.raised is not None:
            error, each.raised = each.raised, None
            raise error


def _stopped(*_: float) -> NoReturn:
    raise Stopped


def pointer(numbers: array[Any]) -> int:
    """Where the numbers of an array are."""
    return numbers.buffer_info()[0]


def zeros(count: int) -> array[float]:
    """An array of so many zeros."""
    return array("d", [0.0]) * count


class StraightRunner:
    """A tape as straight-line machine code: a function of the leaves, and one of a batch of examples.

    Args:
        tape: the tape.
        plan: how it runs; which functions are vector functions is added to it.
        functions: those that the lanes of a batch call, "scalar" or "vector".
    """

    def __init__(self, tape: Tape, plan: Plan, functions: str = "scalar") -> None:
        self.tape, self.plan = tape, plan
        self._single: dict[str, Callable[..., Any]] = {}
        self._batches: dict[int, _BatchCode] = {}
        self._forwards: _ForwardsCode | None = None
        if functions == "vector":  # compiled at once, which tells what it calls
            code = self._batches[host_lanes()] = _BatchCode(tape, host_lanes(), functions)
            self.plan = plan._replace(reason=f"{plan.reason}; {_told(code.vectors)}")

    def function(self, what: str, stopped: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """A built-in function of the leaves, as plain floats.

        Args:
            what: "forward" for the outputs; "backward" for these and the derivative of the first by each
                leaf. One number alone is no tuple.
            stopped: is called in its place where the runner stops; it raises `Stopped`, if None.
        """
        if stopped is not None:
            return self._compiled(what, stopped)
        found = self._single.get(what)
        if found is None:
            found = self._single[what] = self._compiled(what, _stopped)
        return found

    def _compiled(self, what: str, stopped: Callable[..., Any]) -> Callable[..., Any]:
        tape, module = self.tape, Module()
        text = (forward_text if what == "forward" else backward_text)(tape, module)
        machine = Machine(module.text(text), level(tape))
        count = len(tape.outputs) + (tape.leaves if what == "backward" else 0)
        callbacks = tuple(module.callbacks.values())
        if tape.leaves + count > MOST_OPERANDS:
            function = _through_arrays(machine, what, tape.leaves, count, stopped)
        else:
            address = machine.address(what)
            function = callable_of(address, tape.leaves, count, stopped, (machine, callbacks))
        if not callbacks:
            return function

        def watched(*leaves: float) -> Any:
            try:
                return function(*leaves)
            finally:
                raise_from(callbacks)

        return watched

    def forward(self, leaves: Sequence[float]) -> Sequence[float]:
        """See `Runner.forward`."""
        found = (self._single.get("forward") or self.function("forward"))(*leaves)
        return (found,) if found.__class__ is float else found

    def forwards(
        self, rows: Sequence[Sequence[float]], parameters: Sequence[float]
    ) -> list[Sequence[float]]:
        """See `Runner.forwards`."""
        if self._forwards is None:
            self._forwards = _ForwardsCode(self.tape)
        return self._forwards(rows, parameters)

    def backward(self, leaves: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        """See `Runner.backward`."""
        found = (self._single.get("backward") or self.function("backward"))(*leaves)
        if found.__class__ is float:
            return (found,), ()
        count = len(self.tape.outputs)
        return found[:count], found[count:]

    def batch(
        self,
        rows: Sequence[Sequence[float]],
        parameters: Sequence[float],
        gradients: Sequence[float],
        scale: float,
    ) -> tuple[list[float], list[float]]:
        """See `Runner.batch`."""
        lanes = 1 if len(rows) == 1 else host_lanes()
        if lanes not in self._batches:
            self._batches[lanes] = _BatchCode(self.tape, lanes)
        return self._batches[lanes](rows, parameters, gradients, scale)


def _told(vectors: Collection[str]) -> str:
    """Which functions are vector functions, and what that means."""
    if not vectors:
        return "batches call no vector function"
    *names, last = sorted(vectors)
    called = f"{', '.join(names)} and {last}" if names else last
    return (
        f"batches call vector functions for {called}, whose results are not those of eager to the last "
        f"bit, but within {MOST_ULP:g} ulp"
    )


def level(tape: Tape, lanes: int = 1) -> int:
    """How much the code generator is to try, with so many examples at a time."""
    return 1 if len(tape) <= (MOST_AT_LEVEL_1 if lanes == 1 else MOST_IN_LANES_AT_LEVEL_1) else 0


def _through_arrays(
    machine: Machine, name: str, expected: int, count: int, stopped: Callable[..., Any]
) -> Callable[..., Sequence[float]]:
    call = machine.function(name, ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

    def function(*leaves: float) -> Sequence[float]:
        given, results = array("d", leaves), zeros(count)
        if len(given) != expected:
            raise ArgumentTypeError(f"there must be {expected} numbers, got {len(given)}")
        if call(pointer(given), pointer(results)):
            found: Sequence[float] = stopped(*leaves)
            return found
        return tuple(results)

    return function


def _flat(tape: Tape, rows: Sequence[Sequence[float]]) -> array[float]:
    """The inputs of some examples, one after the other."""
    given = array("d", chain.from_iterable(rows))
    if len(given) != len(rows) * tape.inputs:
        raise ArgumentValueError(f"each row must have {tape.inputs} numbers")
    return given


class _ForwardsCode:
    """The function of the outputs of some examples, as machine code for a register of them at a time.

    Args:
        tape: the tape.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape, self._lanes, module = tape, host_lanes(), Module()
        machine = Machine(
            module.text(forwards_text(tape, module, self._lanes)), level(tape, self._lanes)
        )
        self._callbacks = tuple(module.callbacks.values())
        at, number = ctypes.c_void_p, ctypes.c_int64
        self._call = machine.function("forwards", number, at, at, number, at, at, number)

    def __call__(
        self, rows: Sequence[Sequence[float]], parameters: Sequence[float]
    ) -> list[Sequence[float]]:
        given, numbers = _flat(self._tape, rows), array("d", parameters)
        order, padded = array("q", range(len(rows))), len(rows) + self._lanes
        outputs = zeros(len(self._tape.outputs) * padded)
        done: int = self._call(
            *(pointer(given), pointer(order), len(rows), pointer(numbers), pointer(outputs), padded)
        )
        raise_from(self._callbacks)
        count = min(done, len(rows))
        columns = [outputs[begin : begin + count] for begin in range(0, len(outputs), padded)]
        return [*zip(*columns, strict=True)]


class _BatchCode:
    """The function of a batch, as machine code for a register of examples at a time.

    Args:
        tape: the tape.
        lanes: how many of them a register holds.
        functions: those that lanes call, "scalar" or "vector".

    Attributes:
        vectors: the names of the vector functions that it calls.
    """

    def __init__(self, tape: Tape, lanes: int, functions: str = "scalar") -> None:
        self._tape, self._lanes, module = tape, lanes, Module(functions)
        order = order_of_sums(tape, lanes)
        machine = Machine(module.text(batch_text(tape, module, lanes, order)), level(tape, lanes))
        self._callbacks, self.vectors = tuple(module.callbacks.values()), module.vectors
        pointer, whole = ctypes.c_void_p, ctypes.c_int64
        self._call = machine.function(
            "batch", whole, pointer, pointer, whole, pointer, pointer, pointer, ctypes.c_double
        )
        self._machine = machine
        self._order = [each.parameter - tape.inputs for each in order]

    def __call__(
        self,
        rows: Sequence[Sequence[float]],
        parameters: Sequence[float],
        gradients: Sequence[float],
        scale: float,
    ) -> tuple[list[float], list[float]]:
        given = _flat(self._tape, rows)
        order = array("q", range(len(rows)))
        sums = array("d", [gradients[place] for place in self._order])
        sums.extend([0.0] * self._lanes)
        outputs = zeros(len(rows) + self._lanes)
        numbers = array("d", [parameters[place] for place in self._order])
        done: int = self._call(
            *(pointer(given), pointer(order), len(rows), pointer(numbers)),
            *(pointer(sums), pointer(outputs), scale),
        )
        raise_from(self._callbacks)
        found = [0.0] * len(self._order)
        for place, number in zip(self._order, sums, strict=False):
            found[place] = number
        done = min(done, len(rows))
        if done < len(rows):
            raise Stopped(outputs[:done], found)
        return outputs[:done].tolist(), found


class InterpretedRunner(SteppingRunner):
    """A tape whose lines machine code steps through.

    Args:
        tape: the tape.
        plan: how it runs.
    """

    def __init__(self, tape: Tape, plan: Plan) -> None:
        super().__init__(tape, plan)
        self._code = interpreter(tape.operations, FETCHED_AHEAD if len(tape) > MOST_CACHED else 0)
        self._wanted: dict[bool, array[int]] = {}
        #: arrays of all slots, to be used again: what is new has to be mapped, page by page
        self._spare: list[array[float]] = []

    def _array(self) -> array[float]:
        try:
            return self._spare.pop()
        except IndexError:
            return zeros(self.tape.start + len(self.tape))

    def _zeros(self, count: int) -> array[float]:
        found = self._array()
        ctypes.memset(pointer(found), 0, 8 * count)
        return found

    def _free(self, *arrays: Any) -> None:
        self._spare += arrays

    def _needed(self, inputs: bool) -> array[int]:
        """By line, which of its operands' gradients are needed, as the interpreter has it."""
        found = self._wanted.get(inputs)
        if found is None:
            tape = self.tape
            found = array("b", bytes(len(tape)))
            leaves = range(0 if inputs else tape.inputs, tape.leaves)
            for use in sweep(tape, leading_to(tape, leaves)):
                found[use.line] |= 1 << use.place
            self._wanted[inputs] = found
        return found

    def _arrays(self) -> tuple[int, int, int]:
        return pointer(self.tape.rows), pointer(self.tape.first), pointer(self.tape.second)

    def _forward(self, leaves: Sequence[float]) -> array[float]:
        tape = self.tape
        given = array("d", leaves)
        if len(given) != tape.leaves:
            raise ArgumentValueError(f"there must be {tape.leaves} numbers, got {len(given)}")
        numbers = self._array()
        numbers[: tape.start] = given + tape.constants
        failed = self._code.forward(*self._arrays(), pointer(numbers), 0, len(tape), tape.start)
        raise_from(self._code.callbacks)
        if failed or not all(decided(guard, numbers) for guard in tape.guards):
            raise Stopped
        return numbers

    def _reverse(self, numbers: Any, gradients: Any, *, inputs: bool) -> None:
        tape = self.tape
        lines = max(0, tape.outputs[0] - tape.start + 1)
        self._code.reverse(
            *(*self._arrays(), pointer(numbers), pointer(self._needed(inputs))),
            *(pointer(gradients), 0, lines, tape.start),
        )
        raise_from(self._code.callbacks)
