"""A tape as Python source: one assignment per line, forward and in reverse.

The source is registered with `linecache`, so that debuggers step through it and tracebacks show it. Each
line is the row's own text, so every number is that of eager computation to the last bit: constants are
folded in (`autograd.program.folding`), and the sums of the reverse sweep begin with 0.0 as
`Value.backward` has them, except where that cannot change a bit: a sum begun with 0.0 is never -0.0.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from autograd.operations import Operation
from autograd.program.engine import Plan, Stopped, one_by_one
from autograd.program.folding import folded
from autograd.program.naming import Symbols
from autograd.program.printing import PYTHON, spelled
from autograd.program.python import RUNS, Identifiers, calls, registered, scope
from autograd.program.reverse import leading_to, sweep
from autograd.program.stepping import same
from autograd.program.tape import Guard, Tape

__all__ = ["PythonRunner", "SourceWriter", "symbols_of"]


def symbols_of(tape: Tape) -> list[str]:
    """What the numbers of a tape are called, by slot: their names, or ``v1``, ``v2``, …

    >>> from autograd import Value
    >>> from autograd.program.tape import Leaves
    >>> x = Value(2.0, "x")
    >>> symbols_of(Tape.of([(x * x + 1.0).named("y")], Leaves([x], [])))
    ['x', '1.0', 'v1', 'y']
    """
    taken = Symbols([])
    found = {slot: taken.take(name) for slot, name in sorted(tape.names.items())}
    constants = {slot: PYTHON.number(number) for slot, number in enumerate(tape.constants, tape.leaves)}
    return [
        constants.get(slot) or found.get(slot) or taken.number()
        for slot in range(tape.start + len(tape))
    ]


# --- texts ----------------------------------------------------------------------------------------


def _max(name: str, operands: Sequence[str]) -> str:
    """`max` and `min` as Python computes them, without the call; other calls as they are."""
    if name not in {"max", "min"} or len(operands) != 2 or not _is_short(operands):
        return RUNS.call(name, operands)
    a, b = operands
    return f"({b} if {b} {'>' if name == 'max' else '<'} {a} else {a})"


def _is_short(operands: Sequence[str]) -> bool:
    return all(each.lstrip("{").rstrip("}").isidentifier() or _is_number(each) for each in operands)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_LANGUAGE = RUNS._replace(call=_max)
_ABOVE = ast.Name("above_")


@cache
def _template(
    operation: Operation, place: int | None, known: tuple[tuple[str, float], ...]
) -> tuple[tuple[tuple[str, str], ...], str, str, frozenset[str]]:
    """A row's value, or what a use of its operand adds, as a text with fields for the operands.

    Returns the steps before it, the text, its sign ("-" where the text is to be subtracted), and what
    it calls.
    """
    numbers = dict(known)
    if place is None:
        tree = folded(operation.value.tree, numbers)
    else:
        partial = folded(operation.partials[place].tree, numbers)
        tree = folded(ast.BinOp(_ABOVE, ast.Mult(), partial), {})
    sign = "+"
    if place is not None and isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        tree, sign = tree.operand, "-"
    fields = {name: f"{{{name}}}" for name in (*operation.parameters, "out")}
    fields["above_"] = "{above_}"
    steps, text = spelled(tree, _LANGUAGE, fields, "{step_}")
    return tuple(steps), text, sign, calls(tree)


class SourceWriter:
    """Writes the lines of a tape as Python.

    Args:
        tape: the tape.

    Attributes:
        names: what each slot is called in Python.
        called: the functions that the lines written so far call.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        symbols = symbols_of(tape)
        self._identifiers = identifiers = Identifiers()
        leaves, start = tape.leaves, tape.start
        self.names = [
            symbol if leaves <= slot < start else identifiers[symbol]
            for slot, symbol in enumerate(symbols)
        ]
        self._symbols = symbols
        self.called: set[str] = set()
        self._gradients: dict[int, str] = {}

    def gradient(self, slot: int) -> str:
        """What the derivative by a slot's number is called."""
        name = self._gradients.get(slot)
        if name is None:
            root = self._symbols[self.tape.outputs[0]]
            name = self._identifiers[f"d{root}/d{self._symbols[slot]}"]
            self._gradients[slot] = name
        return name

    def _filled(
        self, operation: Operation, line: int, place: int | None, above: str
    ) -> tuple[list[str], str, str]:
        """The steps, the text and its sign."""
        tape, names, out = self.tape, self.names, self.tape.start + line
        first, second = tape.first[line], tape.second[line]
        slots = (first,) if second < 0 else (first, second)
        known = []
        fields = {"out": names[out], "above_": above}
        for parameter, slot in zip(operation.parameters, slots, strict=True):
            if tape.leaves <= slot < tape.start:
                known.append((parameter, _Exact(tape.constants[slot - tape.leaves])))
            fields[parameter] = names[slot]
        steps, text, sign, called = _template(operation, place, tuple(known))
        self.called |= called
        if steps:
            # no identifier of a symbol begins so
            fields["step_"] = f"_{names[out]}_{'value' if place is None else place}"
        lines = [f"{name.format(**fields)} = {step.format(**fields)}" for name, step in steps]
        return lines, text.format(**fields), sign

    def forward(self, lines: range | None = None) -> Iterator[str]:
        """The forward lines, each guard as soon as both its numbers are known."""
        tape = self.tape
        guards = self._guards()
        if lines is None:
            lines = range(len(tape))
            for guard in guards.get(-1, ()):
                yield self._guarded(guard)
        for line in lines:
            steps, text, _ = self._filled(tape.operations[tape.rows[line]], line, None, "")
            yield from steps
            yield f"{self.names[tape.start + line]} = {text}"
            for guard in guards.get(line, ()):
                yield self._guarded(guard)

    def _guards(self) -> dict[int, list[Guard]]:
        found: dict[int, list[Guard]] = {}
        for guard in dict.fromkeys(self.tape.guards):
            after = max(guard.left, guard.right) - self.tape.start
            found.setdefault(max(after, -1), []).append(guard)
        return found

    def _guarded(self, guard: Guard) -> str:
        left, right = self.names[guard.left], self.names[guard.right]
        if guard.comparison == "is":
            condition = f"same({left}, {right})"
        else:
            condition = f"{left} {guard.comparison} {right}"
        # of a file, the place is any text
        where = f"  # {ascii(guard.place)[1:-1]}" if guard.place else ""
        return f"if {'not ' if guard.outcome else ''}{condition}: stop(){where}"

    def reverse(self, needed: bytearray, sums: bool = False, seed: str = "1.0") -> Iterator[str]:
        """The reverse lines.

        Args:
            needed: by slot, whether its gradient is needed.
            sums: whether gradients of leaves are added to what is there.
            seed: what the sweep begins with.
        """
        tape, root = self.tape, self.tape.outputs[0]
        leaves = tape.leaves
        uses = Counter(use.operand for use in sweep(tape, needed))
        if needed[root]:
            yield f"{self.gradient(root)} {'+=' if sums and root < leaves else '='} {seed}"
        for use in sweep(tape, needed):
            operation = tape.operations[tape.rows[use.line]]
            steps, text, sign = self._filled(operation, use.line, use.place, self.gradient(use.out))
            yield from steps
            begins = use.first and not (sums and use.operand < leaves)
            # what is above begins with 0.0 itself and is never -0.0
            copied = begins and sign == "+" and text == self.gradient(use.out)
            if copied and uses[use.operand] == 1:
                self._gradients[use.operand] = text
                continue
            target = self.gradient(use.operand)
            if begins:
                yield f"{target} = {text}" if copied else f"{target} = 0.0 {sign} {text}"
            else:
                yield f"{target} {sign}= {text}"


class _Exact(float):
    """A number that equals another only to the bit, as a key of a cache."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and self.hex() == other.hex() and self.hex() != "nan"

    def __hash__(self) -> int:
        return hash(self.hex())


def _stop() -> None:
    raise Stopped


# --- running --------------------------------------------------------------------------------------


class PythonRunner:
    """A tape as Python functions: the forward lines, both sweeps, and both in a loop over examples.

    Args:
        tape: the tape.
        plan: how it runs.
    """

    def __init__(self, tape: Tape, plan: Plan) -> None:
        self.tape, self.plan = tape, plan
        self._functions: dict[str, Callable[..., Any]] = {}

    def source(self, what: str = "backward") -> str:
        """The source of one of the functions: "forward", "backward" or "batch"."""
        return _WRITERS[what](SourceWriter(self.tape))

    def _function(self, what: str) -> Callable[..., Any]:
        found = self._functions.get(what)
        if found is None:
            writer = SourceWriter(self.tape)
            source = _WRITERS[what](writer)
            known = scope(writer.called) | {"stop": _stop, "same": same}
            found = registered(source, what, known)
            self._functions[what] = found
        return found

    def forward(self, leaves: Sequence[float]) -> Sequence[float]:
        """See `Runner.forward`."""
        function = self._functions.get("forward") or self._function("forward")
        try:
            outputs: Sequence[float] = function(*leaves)
        except (ArithmeticError, ValueError):
            raise Stopped from None
        return outputs

    def forwards(
        self, rows: Sequence[Sequence[float]], parameters: Sequence[float]
    ) -> list[Sequence[float]]:
        """See `Runner.forwards`."""
        return one_by_one(self, rows, parameters)

    def backward(self, leaves: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        """See `Runner.backward`."""
        function = self._functions.get("backward") or self._function("backward")
        try:
            both: tuple[Sequence[float], Sequence[float]] = function(*leaves)
        except (ArithmeticError, ValueError):
            raise Stopped from None
        return both

    def batch(
        self,
        rows: Sequence[Sequence[float]],
        parameters: Sequence[float],
        gradients: Sequence[float],
        scale: float,
    ) -> tuple[list[float], list[float]]:
        """See `Runner.batch`."""
        function = self._functions.get("batch") or self._function("batch")
        outputs: list[float] = []
        try:
            sums = function(rows, scale, outputs, *parameters, *gradients)
        except (ArithmeticError, ValueError, Stopped):
            # again up to that example, since its own sums may have been begun
            before: list[float] = []
            sums = function(rows[: len(outputs)], scale, before, *parameters, *gradients)
            raise Stopped(before, sums) from None
        return outputs, list(sums)


def _lines(head: str, body: Iterator[str] | Sequence[str], indent: int = 4) -> list[str]:
    return [head, *(" " * indent + line for line in body)]


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' * (len(names) == 1)})"


def _forward(writer: SourceWriter) -> str:
    tape, names = writer.tape, writer.names
    lines = _lines(f"def forward({', '.join(names[: tape.leaves])}):", writer.forward())
    results = _tuple([names[slot] for slot in tape.outputs])
    return "\n".join([*lines, f"    return {results}", ""])


def _backward(writer: SourceWriter) -> str:
    tape, names = writer.tape, writer.names
    needed = leading_to(tape, range(tape.leaves))
    lines = _lines(f"def backward({', '.join(names[: tape.leaves])}):", writer.forward())
    lines += _lines("    # in reverse", writer.reverse(needed))
    reached = _reached(tape, needed)
    gradients = [writer.gradient(slot) if slot in reached else "0.0" for slot in range(tape.leaves)]
    results = _tuple([names[slot] for slot in tape.outputs])
    return "\n".join([*lines, f"    return {results}, {_tuple(gradients)}", ""])


def _reached(tape: Tape, needed: bytearray) -> set[int]:
    """The leaves that have a gradient: those that the first output depends on."""
    root = tape.outputs[0]
    found = {use.operand for use in sweep(tape, needed) if use.operand < tape.leaves}
    return found | {root} if root < tape.leaves else found


def _batch(writer: SourceWriter) -> str:
    tape, names = writer.tape, writer.names
    needed = leading_to(tape, range(tape.inputs, tape.leaves))
    parameters = range(tape.inputs, tape.leaves)
    sums = [writer.gradient(slot) for slot in parameters]
    arguments = ["rows", "scale", "outputs", *(names[slot] for slot in parameters), *sums]
    targets = _tuple(names[: tape.inputs]) if tape.inputs else "_"
    body = [*writer.forward(), *writer.reverse(needed, sums=True, seed="scale")]
    lines = [
        f"def batch({', '.join(arguments)}):",
        *_lines(f"    for {targets} in rows:", body, 8),
        f"        outputs.append({names[tape.outputs[0]]})",
        f"    return {_tuple(sums)}",
        "",
    ]
    return "\n".join(lines)


_WRITERS: Mapping[str, Callable[[SourceWriter], str]] = {
    "forward": _forward,
    "backward": _backward,
    "batch": _batch,
}
