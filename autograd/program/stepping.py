"""A tape computed line by line, as eager computation does it: slow, and right everywhere.

It is what a compiled function falls back on where Python raises and IEEE 754 has a slope, what puts the
numbers of an example on the nodes, and what runs graphs too large to be compiled.
"""

from __future__ import annotations

import ast
import operator
from array import array
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from functools import cache
from math import copysign, isnan

from autograd.expression import CONSTANTS
from autograd.ieee import compiled, ieee_partial, strict
from autograd.operations import Operation
from autograd.program.engine import Plan, Stopped, one_by_one
from autograd.program.reverse import leading_to, sweep
from autograd.program.tape import Guard, Tape
from autograd.symbolic import constant

__all__ = ["LineFailed", "SteppingRunner", "decided", "same", "slopes", "values"]


class LineFailed(Exception):  # noqa: N818  # not for users: it becomes eager's own error
    """A line has no result.

    Attributes:
        line: the number of the line.
        numbers: the numbers of the slots before it.
    """

    def __init__(self, line: int, numbers: list[float], cause: Exception) -> None:
        super().__init__(str(cause))
        self.line, self.numbers, self.cause = line, numbers, cause


def values(tape: Tape, leaves: Sequence[float]) -> list[float]:
    """The number of every slot.

    Raises:
        LineFailed: Python raises at a line.

    >>> from autograd import Value
    >>> from autograd.program.tape import Leaves
    >>> x = Value(2.0)
    >>> values(Tape.of([x * x + 1.0], Leaves([x], [])), [3.0])
    [3.0, 1.0, 9.0, 10.0]
    """
    numbers = [*leaves, *tape.constants]
    append = numbers.append
    functions = [strict(operation) for operation in tape.operations]
    try:
        for row, first, second in zip(tape.rows, tape.first, tape.second, strict=True):
            if second < 0:
                append(functions[row](numbers[first]))
            else:
                append(functions[row](numbers[first], numbers[second]))
    except (ArithmeticError, ValueError) as error:
        raise LineFailed(len(numbers) - tape.start, numbers, error) from None
    return numbers


@cache
def _partial(operation: Operation, place: int) -> Callable[..., float]:
    """The derivative by an operand, as a function of the operands and the value."""
    function = compiled(operation.partials[place], (*operation.parameters, "out"))
    if not operation.partials[place].can_fail:
        return function

    def by_ieee(*numbers: float) -> float:
        try:
            return function(*numbers)
        except (ArithmeticError, ValueError):
            return ieee_partial(operation, place, numbers[:-1], numbers[-1])

    return by_ieee


def _partial_of_all(operation: Operation, place: int) -> Callable[..., float]:
    """The derivative by an operand, as a function of two operands, one perhaps idle, and the value."""
    function = _partial(operation, place)
    if operation.arity == 2:
        return function
    return lambda x, _, out: function(x, out)


def slopes(tape: Tape, lines: Iterable[int], place: int, numbers: Sequence[float]) -> list[float]:
    """The derivatives of some lines by one operand; IEEE 754 says what is beyond Python's floats.

    Args:
        tape: the tape.
        lines: the numbers of the lines.
        place: which of their operands it is, 0 or 1.
        numbers: the number of every slot.

    >>> from autograd import Value
    >>> from autograd.program.tape import Leaves
    >>> x = Value(2.0)
    >>> tape = Tape.of([x.sqrt()], Leaves([x], []))
    >>> slopes(tape, [0], 0, values(tape, [0.0]))
    [inf]
    """
    # no line of a row with one operand is asked for a second
    functions = [_partial_of_all(each, min(place, each.arity - 1)) for each in tape.operations]
    rows, first, second, start = tape.rows, tape.first, tape.second, tape.start
    return [
        # of one operand, the other is idle
        functions[rows[line]](numbers[first[line]], numbers[second[line]], numbers[start + line])
        for line in lines
    ]


def decided(guard: Guard, numbers: Sequence[float]) -> bool:
    """Whether a guard decides as it did when it was recorded.

    >>> decided(Guard(0, "<", 1, True), [1.0, 2.0]), decided(Guard(0, "is", 1, True), [0.0, -0.0])
    (True, False)
    """
    return _COMPARE[guard.comparison](numbers[guard.left], numbers[guard.right]) is guard.outcome


class _Sweep:
    """The reverse sweep over a tape as flat arrays.

    Args:
        tape: the tape.
        leaves: those whose gradients are needed.
    """

    def __init__(self, tape: Tape, leaves: range) -> None:
        self._functions: list[Callable[..., float] | None] = [None]
        self._constants: list[float] = []
        # of each use: where the gradient comes from and goes to, which function computes the partial,
        # the slots of its operands; where there is none, the first of these has the partial
        self._arrays = outs, operands, functions, first, second = [array("i") for _ in range(5)]
        known: dict[tuple[Operation, int], tuple[int, float | str | None]] = {}
        size = tape.start + len(tape)
        for out, line, place, operand, _ in sweep(tape, leading_to(tape, leaves)):
            operation = tape.operations[tape.rows[line]]
            row = known.get((operation, place))
            if row is None:
                row = known[operation, place] = self._row(operation, place)
            number, plain = row
            x, y = tape.first[line], tape.second[line]
            if isinstance(plain, float):
                x = size + number
                number = 0
            elif plain is not None:
                x = out if plain == "out" else y if plain == operation.parameters[-1] and y >= 0 else x
            outs.append(out)
            operands.append(operand)
            functions.append(number)
            first.append(x)
            second.append(max(y, 0))

    def _row(self, operation: Operation, place: int) -> tuple[int, float | str | None]:
        """The number of the function of a partial; or 0 with the name, or a constant's with that."""
        tree = operation.partials[place].tree
        if isinstance(tree, ast.Name) and tree.id not in CONSTANTS:
            return 0, tree.id
        if (number := constant(tree)) is not None:
            self._constants.append(number)
            return len(self._constants) - 1, number
        self._functions.append(_partial_of_all(operation, place))
        return len(self._functions) - 1, None

    def add(self, numbers: Sequence[float], gradients: MutableSequence[float]) -> None:
        """Add to the gradients by slot, which have that of the first output already."""
        numbers = [*numbers, *self._constants]
        functions = self._functions
        for out, operand, number, x, y in zip(*self._arrays, strict=True):
            function = functions[number]
            if function is None:
                gradients[operand] += gradients[out] * numbers[x]
            else:
                gradients[operand] += gradients[out] * function(numbers[x], numbers[y], numbers[out])


class SteppingRunner:
    """A tape, run line by line; how that is done, a subclass may say.

    Args:
        tape: the tape.
        plan: how it runs.
    """

    def __init__(self, tape: Tape, plan: Plan) -> None:
        self.tape, self.plan = tape, plan
        self._sweeps: dict[bool, _Sweep] = {}

    def _zeros(self, count: int) -> MutableSequence[float]:
        return [0.0] * count

    def _free(self, *arrays: Sequence[float]) -> None:
        """Tell that arrays of all slots are needed no longer."""

    def _forward(self, leaves: Sequence[float]) -> Sequence[float]:
        """The numbers of all slots."""
        try:
            numbers = values(self.tape, leaves)
        except LineFailed:
            raise Stopped from None
        if not all(decided(guard, numbers) for guard in self.tape.guards):
            raise Stopped
        return numbers

    def _reverse(
        self, numbers: Sequence[float], gradients: MutableSequence[float], *, inputs: bool
    ) -> None:
        """Add to the gradients, which have that of the first output already."""
        found = self._sweeps.get(inputs)
        if found is None:
            leaves = range(0 if inputs else self.tape.inputs, self.tape.leaves)
            found = self._sweeps[inputs] = _Sweep(self.tape, leaves)
        found.add(numbers, gradients)

    def gradients(self, numbers: Sequence[float]) -> Sequence[float]:
        """The derivative of the first output by every slot, from the numbers of all slots."""
        found = self._zeros(len(numbers))
        found[self.tape.outputs[0]] = 1.0
        self._reverse(numbers, found, inputs=True)
        return found

    def forward(self, leaves: Sequence[float]) -> Sequence[float]:
        """See `Runner.forward`."""
        numbers = self._forward(leaves)
        found = [numbers[slot] for slot in self.tape.outputs]
        self._free(numbers)
        return found

    def forwards(
        self, rows: Sequence[Sequence[float]], parameters: Sequence[float]
    ) -> list[Sequence[float]]:
        """See `Runner.forwards`."""
        return one_by_one(self, rows, parameters)

    def backward(self, leaves: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        """See `Runner.backward`."""
        numbers = self._forward(leaves)
        gradients = self.gradients(numbers)
        found = [numbers[each] for each in self.tape.outputs], [*gradients[: self.tape.leaves]]
        self._free(numbers, gradients)
        return found

    def batch(
        self,
        rows: Sequence[Sequence[float]],
        parameters: Sequence[float],
        gradients: Sequence[float],
        scale: float,
    ) -> tuple[list[float], list[float]]:
        """See `Runner.batch`."""
        tape = self.tape
        outputs: list[float] = []
        sums = list(gradients)
        for row in rows:
            try:
                numbers = self._forward([*row, *parameters])
            except Stopped:
                raise Stopped(outputs, sums) from None
            found = self._zeros(len(numbers))
            for slot, total in enumerate(sums, tape.inputs):
                found[slot] = total
            found[tape.outputs[0]] += scale
            self._reverse(numbers, found, inputs=False)
            sums = [*found[tape.inputs : tape.leaves]]
            outputs.append(numbers[tape.outputs[0]])
            self._free(numbers, found)
        return outputs, sums


def same(a: float, b: float) -> bool:
    """Whether two numbers are the same to the bit, NaN being NaN.

    >>> same(0.0, -0.0), same(float("nan"), float("nan")), same(1.0, 1.0)
    (False, True, True)
    """
    return (a == b and copysign(1.0, a) == copysign(1.0, b)) or (isnan(a) and isnan(b))


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "is": same,
}
