"""Tape: the operations of a computation as flat arrays, which is what engines replay.

A `Program` has lines to be read and rewritten; a tape has what a machine needs, in a few bytes per
operation, and so goes for millions of them. Every number has a slot:

    inputs | parameters | constants | one per line

A line applies a row of the table to one or two slots. The lines stand in the order in which the
depth-first search of `autograd.backward` leaves the nodes of the first output, so that the reverse sweep
over them, last line first, is that of `Value.backward`: see `autograd.program.reverse.sweep`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd.operations import Operation
from autograd.value import Value

__all__ = ["Decision", "Guard", "Leaves", "Tape", "constant_nodes", "taped"]

#: The comparisons of guards.
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "is")

#: A guard on nodes: the left one, the comparison, the right node or number, the outcome, the place.
Decision: TypeAlias = "tuple[Value, str, Value | float, bool, str]"


class Guard(NamedTuple):
    """A decision that Python took on a number while recording: a replay has to decide alike.

    Attributes:
        left: the slot of the number.
        comparison: one of ``< <= > >= == !=``; or "is", where the number itself left the graph, so that
            it has to be the same to the bit, NaN being NaN.
        right: the slot of what it was compared with.
        outcome: what came out.
        place: where the code is that decided, as ``file:line``.
    """

    left: int
    comparison: str
    right: int
    outcome: bool
    place: str = ""


class Leaves(NamedTuple):
    """What a tape starts from, as nodes.

    Attributes:
        inputs: those whose numbers are given anew at each replay.
        parameters: those whose own numbers are used.
    """

    inputs: Sequence[Value]
    parameters: Sequence[Value]


class Tape:
    """The lines of a computation as flat arrays.

    Attributes:
        inputs: how many slots are inputs.
        parameters: how many slots after these are parameters.
        constants: the numbers of the slots after these.
        operations: the rows of the table that lines apply.
        rows: by line, which of `operations` it applies.
        first: by line, the slot of its first operand.
        second: by line, the slot of its second operand; -1 where it has one alone.
        outputs: the slots of the results. Derivatives are those of the first.
        guards: the decisions that were taken, in order.
        names: the names of slots that have one.

    >>> from autograd import Value
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> tape = Tape.of([(w * x - 1.0) * w], Leaves([x], [w]))
    >>> tape
    Tape(1 input, 1 parameter, 1 constant, 3 lines)
    >>> [operation.name for operation in tape.operations], list(tape.rows)
    (['mul', 'sub'], [0, 1, 0])
    >>> list(tape.first), list(tape.second), list(tape.constants), tape.outputs
    ([1, 3, 4], [0, 2, 1], [1.0], (5,))
    """

    __slots__ = (
        "constants",
        "first",
        "guards",
        "inputs",
        "names",
        "operations",
        "outputs",
        "parameters",
        "rows",
        "second",
    )

    def __init__(
        self,
        inputs: int,
        parameters: int,
        constants: Sequence[float],
        operations: Sequence[Operation],
        rows: Sequence[int],
        first: Sequence[int],
        second: Sequence[int],
        outputs: Sequence[int],
        guards: Sequence[Guard] = (),
        names: Mapping[int, str] | None = None,
    ) -> None:
        self.inputs, self.parameters = inputs, parameters
        self.constants = array("d", constants)
        self.operations = tuple(operations)
        self.rows, self.first, self.second = array("i", rows), array("i", first), array("i", second)
        self.outputs, self.guards = tuple(outputs), tuple(guards)
        self.names = dict(names or {})

    @staticmethod
    def of(
        outputs: Sequence[Value],
        leaves: Leaves,
        guards: Sequence[Decision] = (),
    ) -> Tape:
        """The tape of a graph.

        Args:
            outputs: the results.
            leaves: what it starts from; other leaves are constants.
            guards: as in `Guard`, with nodes and numbers in the place of slots.
        """
        return taped(outputs, leaves, guards)[0]

    @property
    def leaves(self) -> int:
        """How many slots are inputs or parameters.

        >>> x = Value(2.0)
        >>> Tape.of([x * 2.0], Leaves([x], [])).leaves
        1
        """
        return self.inputs + self.parameters

    @property
    def start(self) -> int:
        """The slot of the first line.

        >>> x = Value(2.0)
        >>> Tape.of([x * 2.0], Leaves([x], [])).start
        2
        """
        return self.inputs + self.parameters + len(self.constants)

    def __len__(self) -> int:
        return len(self.rows)

    def lines(self) -> Iterator[tuple[int, Operation, tuple[int, ...]]]:
        """The slot, the row and the operands' slots of each line.

        >>> x = Value(2.0)
        >>> list(Tape.of([x * 2.0], Leaves([x], [])).lines())
        [(2, Operation('mul'), (0, 1))]
        """
        slot = self.start
        for row, first, second in zip(self.rows, self.first, self.second, strict=True):
            yield slot, self.operations[row], (first,) if second < 0 else (first, second)
            slot += 1

    def with_fixed(self, numbers: Sequence[float]) -> Tape:
        """The same lines in the same slots, with constants in the place of the last parameters.

        Args:
            numbers: what these are fixed at.

        >>> w, b = Value(0.5), Value(1.0)
        >>> Tape.of([w * b], Leaves([], [w, b])).with_fixed([1.0])
        Tape(0 inputs, 1 parameter, 1 constant, 1 line)
        """
        return Tape(
            self.inputs,
            self.parameters - len(numbers),
            [*numbers, *self.constants],
            self.operations,
            self.rows,
            self.first,
            self.second,
            self.outputs,
            self.guards,
            self.names,
        )

    def _key(self) -> tuple[object, ...]:
        return (
            *(self.inputs, self.parameters, self.constants.tobytes(), self.operations),
            *(self.rows, self.first, self.second, self.outputs, self.guards),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tape):
            return NotImplemented
        return self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counts = (
            (self.inputs, "input"),
            (self.parameters, "parameter"),
            (len(self.constants), "constant"),
            (len(self), "line"),
        )
        return f"Tape({', '.join(f'{count} {what}' + 's' * (count != 1) for count, what in counts)})"


def taped(
    outputs: Sequence[Value],
    leaves: Leaves,
    guards: Sequence[Decision] = (),
) -> tuple[Tape, list[Value]]:
    """The tape of a graph, and the nodes of its lines.

    >>> x = Value(2.0, "x")
    >>> tape, nodes = taped([-x * 3.0], Leaves([x], []))
    >>> tape, [node.label for node in nodes]
    (Tape(1 input, 0 parameters, 1 constant, 2 lines), ['−x', '−x·3'])
    """
    given = [*leaves.inputs, *leaves.parameters]
    slots: dict[object, int] = {node: slot for slot, node in enumerate(given)}
    numbers: list[float] = []

    def constant(each: Any) -> int:
        """The slot of a leaf, or of a plain number."""
        # a number has its text as key: 0.0 and -0.0 are two, and NaN is one
        key = each if each.__class__ is Value else float.hex(each)
        slot = slots.get(key)
        if slot is None:
            slot = slots[key] = len(given) + len(numbers)
            numbers.append(float.fromhex(key) if isinstance(key, str) else each._data)
        return slot

    # how many constants come before the lines shows at the end: until then, line n has the slot -2 - n
    rows_of: dict[Operation, int] = {}
    rows, firsts, seconds = array("i"), array("i"), array("i")
    nodes: list[Value] = []
    above: list[Value] = []
    compared = [each for guard in guards for each in (guard[0], guard[2])]
    for root in (*outputs, *compared):
        if root.__class__ is not Value or root.operation is None:
            constant(root)
            continue
        node: Any = root
        if node in slots:
            continue
        while True:
            # the right operand first, as in `autograd.backward`
            y = node._y
            second = slots.get(y) if y.__class__ is Value else -1
            if second is None:
                if y.operation is not None:
                    above.append(node)
                    node = y
                    continue
                second = constant(y)
            x = node._x
            first = slots.get(x) if x.__class__ is Value else constant(x)
            if first is None:
                if x.operation is not None:
                    above.append(node)
                    node = x
                    continue
                first = constant(x)
            if second == -1 and y is not None:
                second = constant(y)
            slots[node] = -2 - len(nodes)
            nodes.append(node)
            rows.append(rows_of.setdefault(node.operation, len(rows_of)))
            firsts.append(first)
            seconds.append(second)
            if not above:
                break
            node = above.pop()
    start = len(given) + len(numbers)

    def final(slot: int) -> int:
        return slot if slot >= -1 else start - 2 - slot

    tape = Tape(
        len(leaves.inputs),
        len(leaves.parameters),
        numbers,
        list(rows_of),
        rows,
        array("i", map(final, firsts)),
        array("i", map(final, seconds)),
        [final(constant(each)) for each in outputs],
        [
            Guard(final(constant(a)), sign, final(constant(b)), outcome, place)
            for a, sign, b, outcome, place in guards
        ],
        # what a property takes, a million times
        {final(slot): name for node, slot in slots.items() if (name := getattr(node, "_name", None))},
    )
    return tape, nodes


def constant_nodes(outputs: Sequence[Value], given: Sequence[Value]) -> list[Value]:
    """The leaves of a graph that are not among those given, from left to right as formulas have them.

    >>> w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(1.0, "b")
    >>> constant_nodes([w * x + b], [x])
    [Value(0.5, name='w'), Value(1.0, name='b')]
    """
    seen: set[object] = set(given)
    found: list[Value] = []
    waiting: list[Any] = [*reversed(outputs)]
    while waiting:
        node = waiting.pop()
        if node.__class__ is not Value or node in seen:
            continue
        seen.add(node)
        if node.operation is None:
            found.append(node)
        else:
            waiting += (node._y, node._x)
    return found
