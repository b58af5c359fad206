"""A tape as straight-line machine code: its lines, forward and in reverse, as one function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.program.native.code import Code, Module, Number
from autograd.program.native.sums import Factor, Sum, Sums
from autograd.program.reverse import Use, leading_to, sweep

if TYPE_CHECKING:
    from autograd.program.tape import Guard, Tape

__all__ = ["Examples", "backward_text", "batch_text", "forward_text", "forwards_text"]


class _Writer:
    """Writes the lines of a tape as instructions.

    Args:
        tape: the tape.
        code: where they go.
        signed_zeros: whether gradients are 0.0 where they are in eager computation, and never -0.0. Sums
            of products that begin with 0.0 do not tell the one from the other.
    """

    def __init__(self, tape: Tape, code: Code, signed_zeros: bool = False) -> None:
        self.tape, self.code, self.signed_zeros = tape, code, signed_zeros
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

    def partial(self, line: int, place: int) -> Number:
        """The derivative of a line by one of its operands."""
        tape = self.tape
        operation = tape.operations[tape.rows[line]]
        operands = (tape.first[line], tape.second[line])[: operation.arity]
        variables = dict(zip(operation.parameters, map(self.number, operands), strict=True))
        variables["out"] = self.number(tape.start + line)
        return self.code.line(operation.partials[place].tree, variables, by_ieee=True)

    def add(self, use: Use) -> None:
        """Add what one use of a number contributes to its gradient."""
        gradients, code = self.gradients, self.code
        term = code.multiplied(gradients[use.out], self.partial(use.line, use.place))
        same = term == gradients[use.out] if self.signed_zeros else use.operand >= self.tape.leaves
        if use.first and same:
            gradients[use.operand] = term
        else:
            before = 0.0 if use.first else gradients[use.operand]
            gradients[use.operand] = code.added(before, term)

    def reverse(self, needed: bytearray, seed: Number) -> None:
        """The reverse lines.

        Args:
            needed: by slot, whether its gradient is needed.
            seed: what the sweep begins with; never -0.0.
        """
        self.gradients[self.tape.outputs[0]] = seed
        for use in sweep(self.tape, needed):
            self.add(use)


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
        return self.code.load("%given", slot)

    def store(self, numbers: Sequence[Number], start: int) -> None:
        for place, number in enumerate(numbers, start):
            self.code.store(number, "%results", place)


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
        order: the parameters in the order in which they are given.
        signed_zeros: as for others.
    """

    def __init__(self, tape: Tape, code: Code, order: Sequence[Sum], signed_zeros: bool = False) -> None:
        super().__init__(tape, code, signed_zeros)
        self.places = {each.parameter: place for place, each in enumerate(order)}

    def factor(self, factor: Factor) -> Number:
        """The number of a factor of what a use contributes."""
        match factor:
            case Factor("number", slot):
                return self.number(int(slot))
            case Factor("gradient", slot):
                return self.gradients[int(slot)]
            case Factor("partial", line, place):
                return self.partial(int(line), place)
        return factor.of

    def forward_in_lanes(self) -> None:
        """The forward lines of the examples from the place ``%done`` on; where one stops, the end."""
        code = self.code
        for lane in range(code.lanes):
            code.lines += [
                f"  %place{lane} = add i64 %done, {lane}",
                f"  %inside{lane} = icmp slt i64 %place{lane}, %count",
                f"  %taken{lane} = select i1 %inside{lane}, i64 %place{lane}, i64 %last",
                f"  %at{lane} = getelementptr i64, ptr %order, i64 %taken{lane}",
                f"  %which{lane} = load i64, ptr %at{lane}",
                f"  %offset{lane} = mul i64 %which{lane}, {self.tape.inputs}",
                f"  %row{lane} = getelementptr double, ptr %rows, i64 %offset{lane}",
            ]
        stopped = code.any_lane(self.forward())
        code.lines.append(f"  br i1 {stopped}, label %stop, label %go")
        code.start("go")

    def load(self, slot: int) -> Number:
        """The number of an input of each example, or of a parameter in all lanes."""
        code, lanes = self.code, self.code.lanes
        if slot >= self.tape.inputs:
            return code.spread(code.one("%parameters", self.places[slot]))
        found = "poison"
        for lane in range(lanes):
            number = code.one(f"%row{lane}", slot)
            if lanes == 1:
                return number
            found = code.put(f"insertelement {code.kind} {found}, double {number}, i32 {lane}")
        return found


def batch_text(tape: Tape, module: Module, lanes: int, order: Sequence[Sum]) -> str:
    """The function that runs the examples of a batch, so many at a time.

    It takes the rows of the inputs, which of them come, their number, the parameters and the sums of
    their gradients, both in the order given and padded to whole registers, where the outputs go, padded
    too, and what each sweep begins with. It returns how many examples it has done: all, or those before
    the registers with one at which it stopped.
    """
    code = Code(module, lanes, fails=True)
    writer = Examples(tape, code, order, signed_zeros=True)  # sums may begin with -0.0
    seed = code.spread("%scale")
    writer.forward_in_lanes()
    code.store(writer.number(tape.outputs[0]), "%outputs", "%done")
    for each in order:  # loaded again, which is cheaper than to keep them
        writer.numbers.pop(each.parameter, None)
    sums = Sums(tape, code, order, writer.factor)
    root = tape.outputs[0]
    writer.gradients[root] = seed
    if tape.inputs <= root < tape.leaves:
        sums.used(root)
    for use in sweep(tape, leading_to(tape, range(tape.inputs, tape.leaves))):
        if use.operand < tape.leaves:
            sums.used(use.operand)
        else:
            writer.add(use)
    return _over_examples(
        "batch", "ptr noalias %sums, ptr noalias %outputs, double %scale", code, sums.entry
    )


def forwards_text(tape: Tape, module: Module, lanes: int) -> str:
    """The function that gives the outputs of some examples, so many at a time.

    It takes the rows of the inputs, which of them come, their number, the parameters, where the outputs
    go, and how many numbers there is room for of each. It returns what the function of a batch does.
    """
    code = Code(module, lanes, fails=True)
    writer = Examples(tape, code, [Sum(slot, None) for slot in range(tape.inputs, tape.leaves)])
    writer.forward_in_lanes()
    for place, slot in enumerate(tape.outputs):
        begin = code.put(f"add i64 %done, {code.put(f'mul i64 %padded, {place}')}")
        code.store(writer.number(slot), "%outputs", begin)
    return _over_examples("forwards", "ptr noalias %outputs, i64 %padded", code)


def _over_examples(name: str, arguments: str, code: Code, entry: str = "") -> str:
    body = "\n".join(code.lines)
    return (
        f"define i64 @{name}(ptr noalias %rows, ptr noalias %order, i64 %count, "
        f"ptr noalias %parameters, {arguments}) nounwind "
        '"min-legal-vector-width"="512" {\n'
        f"start:\n{entry}"
        "  %last = sub i64 %count, 1\n"
        "  br label %again\n"
        "again:\n"
        "  %done = phi i64 [ 0, %start ], [ %more, %next ]\n"
        "  %left = icmp slt i64 %done, %count\n"
        "  br i1 %left, label %entry, label %stop\n"
        f"entry:\n{body}\n"
        "  br label %next\n"
        "next:\n"
        f"  %more = add i64 %done, {code.lanes}\n"
        "  br label %again\n"
        "stop:\n"
        "  ret i64 %done\n}"
    )
