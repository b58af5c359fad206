"""A tape as straight-line machine code: its lines, forward and in reverse, as one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.program.native.code import Code, Module, Number
from autograd.program.native.transpose import transposed
from autograd.program.reverse import leading_to, sweep

if TYPE_CHECKING:
    from autograd.program.tape import Guard, Tape

__all__ = ["Examples", "backward_text", "batch_text", "forward_text", "order_of_sums"]


class _Writer:
    """Writes the lines of a tape as instructions.

    Args:
        tape: the tape.
        code: where they go.
        load: the instructions that give the number of a leaf.
    """

    def __init__(self, tape: Tape, code: Code) -> None:
        self.tape, self.code = tape, code
        self.numbers: dict[int, Number] = {
            tape.leaves + place: number for place, number in enumerate(tape.constants)
        }
        self.gradients: dict[int, Number] = {}

    def load(self, slot: int) -> Number:
        """The number of a leaf."""
        raise NotImplementedError

    def number(self, slot: int) -> Number:
        """The number of a slot."""
        found = self.numbers.get(slot)
        if found is None:
            found = self.numbers[slot] = self.load(slot)
        return found

    def forward(self) -> str:
        """The forward lines; the register that says whether one may have failed, or a guard differs."""
        tape, code = self.tape, self.code
        deciding = _deciding(tape)
        for slot, operation, operands in tape.lines():
            variables = dict(zip(operation.parameters, map(self.number, operands), strict=True))
            code.decides = bool(deciding[slot])
            self.numbers[slot] = code.line(operation.value.tree, variables)
        code.decides = False
        stopped = code.compared("uno", code.failed, 0.0)
        for guard in dict.fromkeys(tape.guards):
            stopped = code.either(stopped, self._differs(guard))
        return stopped

    def _differs(self, guard: Guard) -> str:
        left, right = self.number(guard.left), self.number(guard.right)
        found = (
            self.code.same(left, right)
            if guard.comparison == "is"
            else self.code.compared(_COMPARISONS[guard.comparison], left, right)
        )
        return self.code.opposite(found) if guard.outcome else found

    def term(self, line: int, place: int, out: int) -> Number:
        """What one use of a number contributes to its gradient."""
        tape = self.tape
        operation = tape.operations[tape.rows[line]]
        operands = (tape.first[line], tape.second[line])[: operation.arity]
        variables = dict(zip(operation.parameters, map(self.number, operands), strict=True))
        variables["out"] = self.number(out)
        partial = self.code.line(operation.partials[place].tree, variables, by_ieee=True)
        return self.code.multiplied(self.gradients[out], partial)

    def reverse(self, needed: bytearray, seed: Number) -> None:
        """The reverse lines.

        Args:
            needed: by slot, whether its gradient is needed.
            seed: what the sweep begins with; never -0.0.
        """
        self.gradients[self.tape.outputs[0]] = seed
        for out, line, place, operand, first in sweep(self.tape, needed):
            term = self.term(line, place, out)
            if first:
                # a gradient is never -0.0, so that 0.0 changes nothing
                copied = term == self.gradients[out]
                self.gradients[operand] = term if copied else self.code.added(0.0, term)
            else:
                self.gradients[operand] = self.code.added(self.gradients[operand], term)


def _deciding(tape: Tape) -> bytearray:
    """By slot, whether a guard depends on its number."""
    found = bytearray(tape.start + len(tape))
    for guard in tape.guards:
        found[guard.left] = found[guard.right] = 1
    for line in reversed(range(len(tape))) if tape.guards else ():
        if found[tape.start + line]:
            found[tape.first[line]] = 1
            if tape.second[line] >= 0:
                found[tape.second[line]] = 1
    return found


_COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


# --- one example ----------------------------------------------------------------------------------


class _OneExample(_Writer):
    def load(self, slot: int) -> Number:
        place = self.code.put(f"getelementptr double, ptr %given, i64 {slot}")
        return self.code.put(f"load double, ptr {place}")

    def store(self, numbers: Sequence[Number], start: int) -> None:
        for place, number in enumerate(numbers, start):
            into = self.code.put(f"getelementptr double, ptr %results, i64 {place}")
            self.code.lines.append(f"  store double {self.code.spelled(number)}, ptr {into}")


def forward_text(tape: Tape, module: Module) -> str:
    """The function that takes the numbers of the leaves and gives the outputs.

    It returns whether a line may have failed or a guard decides otherwise.
    """
    writer = _OneExample(tape, Code(module, fails=True))
    stopped = writer.forward()
    writer.store([writer.number(slot) for slot in tape.outputs], 0)
    return _function("forward", writer.code, stopped)


def backward_text(tape: Tape, module: Module) -> str:
    """The function that gives the outputs, and then the derivative of the first by each leaf."""
    writer = _OneExample(tape, Code(module, fails=True))
    stopped = writer.forward()
    # a derivative that is a Python function may never end where there is no value
    writer.code.lines += [f"  br i1 {stopped}, label %stop, label %go", "stop:", "  ret i1 true"]
    writer.code.start("go")
    writer.store([writer.number(slot) for slot in tape.outputs], 0)
    writer.reverse(leading_to(tape, range(tape.leaves)), 1.0)
    found = [writer.gradients.get(slot, 0.0) for slot in range(tape.leaves)]
    writer.store(found, len(tape.outputs))
    return _function("backward", writer.code, writer.code.compared("uno", writer.code.failed, 0.0))


def _function(name: str, code: Code, stopped: str) -> str:
    body = "\n".join(code.lines)
    return (
        f"define zeroext i1 @{name}(ptr noalias %given, ptr noalias %results) nounwind {{\n"
        f"entry:\n{body}\n  ret i1 {stopped}\n}}"
    )


# --- several examples, one in each lane -----------------------------------------------------------


class Examples(_Writer):
    """Writes the lines of examples that stand in the lanes.

    Args:
        tape: the tape.
        code: where the instructions go.
        places: by the slot of a parameter its place among the parameters.
    """

    def __init__(self, tape: Tape, code: Code, places: dict[int, int]) -> None:
        super().__init__(tape, code)
        self.places = places

    def load(self, slot: int) -> Number:
        """The number of an input of each example, or of a parameter in all lanes."""
        code, lanes = self.code, self.code.lanes
        if slot >= self.tape.inputs:
            place = self.places[slot]
            at = code.put(f"getelementptr double, ptr %parameters, i64 {place}")
            return code.spread(code.put(f"load double, ptr {at}"))
        found = "poison"
        for lane in range(lanes):
            at = code.put(f"getelementptr double, ptr %row{lane}, i64 {slot}")
            number = code.put(f"load double, ptr {at}")
            if lanes == 1:
                return number
            found = code.put(f"insertelement {code.kind} {found}, double {number}, i32 {lane}")
        return found


def order_of_sums(tape: Tape) -> list[int]:
    """The parameters in the order in which their last uses come, which is that of a batch.

    Those that are not used come last.
    """
    needed = leading_to(tape, range(tape.inputs, tape.leaves))
    last = {tape.outputs[0]: -1}
    last.update({use.operand: number for number, use in enumerate(sweep(tape, needed))})
    parameters = range(tape.inputs, tape.leaves)
    return sorted(parameters, key=lambda slot: (last.get(slot, len(tape.rows) * 2), slot))


def batch_text(tape: Tape, module: Module, lanes: int, order: Sequence[int] | None = None) -> str:
    """The function that runs the examples of a batch, so many at a time.

    It takes the rows of the inputs, which of them come, their number, the parameters and the sums of
    their gradients, both in the order of `order_of_sums` and padded to whole registers, where the
    outputs go, padded too, and what each sweep begins with. It returns how many examples it has done:
    all, or those before the registers with one at which it stopped. In one lane, the order may be
    another one.
    """
    code = Code(module, lanes, fails=True)
    order = order_of_sums(tape) if order is None else [tape.inputs + each for each in order]
    writer = Examples(tape, code, {slot: place for place, slot in enumerate(order)})
    needed = leading_to(tape, range(tape.inputs, tape.leaves))
    for lane in range(lanes):
        code.lines += [
            f"  %place{lane} = add i64 %done, {lane}",
            f"  %inside{lane} = icmp slt i64 %place{lane}, %count",
            f"  %taken{lane} = select i1 %inside{lane}, i64 %place{lane}, i64 %last",
            f"  %at{lane} = getelementptr i64, ptr %order, i64 %taken{lane}",
            f"  %which{lane} = load i64, ptr %at{lane}",
            f"  %offset{lane} = mul i64 %which{lane}, {tape.inputs}",
            f"  %row{lane} = getelementptr double, ptr %rows, i64 %offset{lane}",
        ]
    seed = code.spread("%scale")
    stopped = code.any_lane(writer.forward())
    code.lines.append(f"  br i1 {stopped}, label %stop, label %go")
    code.start("go")
    into = code.put("getelementptr double, ptr %outputs, i64 %done")
    code.lines.append(
        f"  store {code.kind} {code.spelled(writer.number(tape.outputs[0]))}, ptr {into}, align 8"
    )
    sums = _Sums(writer)
    uses = Counter(use.operand for use in sweep(tape, needed) if use.operand < tape.leaves)
    root = tape.outputs[0]
    if tape.inputs <= root < tape.leaves:
        sums.add(root, seed)
    writer.gradients[root] = seed
    for out, line, place, operand, first in sweep(tape, needed):
        term = writer.term(line, place, out)
        if operand < tape.leaves:
            sums.add(operand, term)
            uses[operand] -= 1
            if not uses[operand]:
                sums.finished(operand)
        elif first:
            copied = term == writer.gradients[out]
            writer.gradients[operand] = term if copied else code.added(0.0, term)
        else:
            writer.gradients[operand] = code.added(writer.gradients[operand], term)
    sums.rest()
    body = "\n".join(code.lines)
    return (
        "define i64 @batch(ptr noalias %rows, ptr noalias %order, i64 %count, ptr noalias %parameters, "
        "ptr noalias %sums, ptr noalias %outputs, double %scale) nounwind "
        '"min-legal-vector-width"="512" {\n'
        "start:\n"
        "  %last = sub i64 %count, 1\n"
        "  br label %again\n"
        "again:\n"
        "  %done = phi i64 [ 0, %start ], [ %more, %next ]\n"
        "  %left = icmp slt i64 %done, %count\n"
        "  br i1 %left, label %entry, label %stop\n"
        f"entry:\n{body}\n"
        "  br label %next\n"
        "next:\n"
        f"  %more = add i64 %done, {lanes}\n"
        "  br label %again\n"
        "stop:\n"
        "  ret i64 %done\n}"
    )


class _Sums:
    """The gradients of the parameters, to which each example adds its uses in turn.

    What a use contributes stands in the lanes, one example each. It is transposed, so that several
    parameters stand in the lanes, and their sums take one example after the other.

    Args:
        writer: writes the lines.
    """

    def __init__(self, writer: Examples) -> None:
        self.code = writer.code
        self._places = writer.places
        self._terms: dict[int, list[Number]] = {}
        self._finished: list[int] = []
        lanes = self.code.lanes
        #: whether each lane has an example
        self._inside = [
            self.code.spread(f"%inside{lane}", self.code.bits, "i1") if lanes > 1 else f"%inside{lane}"
            for lane in range(lanes)
        ]

    def add(self, parameter: int, term: Number) -> None:
        """Remember what a use contributes."""
        self._terms.setdefault(parameter, []).append(term)

    def finished(self, parameter: int) -> None:
        """All uses of a parameter are known."""
        self._finished.append(parameter)
        if len(self._finished) == self.code.lanes:
            self._store()

    def rest(self) -> None:
        """Add what is left, all being known."""
        for slot in sorted(self._terms, key=self._places.__getitem__):
            if slot not in self._finished:  # the result itself, which no line uses
                self._finished.append(slot)
        if self._finished:
            self._store()

    def _store(self) -> None:
        """Add the parameters of which all uses are known, and no others: of those, more are to come."""
        code = self.code
        lanes = code.lanes
        terms = [self._terms.pop(slot) for slot in self._finished]
        uses = max(map(len, terms))
        nothing = -0.0  # x + -0.0 is x, of either sign
        rows = []
        for use in range(uses):
            columns = [code.spelled(each[use] if use < len(each) else nothing) for each in terms]
            columns += [code.spelled(nothing)] * (lanes - len(columns))
            rows.append(transposed(code, columns))
        begin = self._places[self._finished[0]]
        assert [self._places[slot] - begin for slot in self._finished] == [*range(len(terms))]
        at = code.put(f"getelementptr double, ptr %sums, i64 {begin}")
        total = code.put(f"load {code.kind}, ptr {at}, align 8")
        for lane in range(lanes):
            before = total
            for each in rows:
                total = code.put(f"fadd {code.kind} {total}, {each[lane]}")
            if lane:  # the first has one always
                inside = self._inside[lane]
                total = code.put(
                    f"select {code.bits} {inside}, {code.kind} {total}, {code.kind} {before}"
                )
        code.lines.append(f"  store {code.kind} {total}, ptr {at}, align 8")
        self._finished = []
