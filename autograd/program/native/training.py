"""Training in machine code: batches of examples, and after each the update of all parameters.

The update is given as lines of a program, in terms of one parameter, its gradient, what is remembered of
it from step to step, and settings; so whatever rule an optimizer has, its numbers are the same to the
bit.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from autograd.arguments import choice, whole
from autograd.errors import ArgumentValueError
from autograd.program.engine import FUNCTIONS
from autograd.program.line import Line
from autograd.program.native.code import Code, Module, Number
from autograd.program.native.compiler import Machine, host_lanes, require
from autograd.program.native.engine import level, pointer, raise_from, zeros
from autograd.program.native.functions import Callback
from autograd.program.native.straight import Examples, batch_text
from autograd.program.native.sums import Sum, order_of_sums
from autograd.program.native.vectors import require_vectors
from autograd.program.program import Program
from autograd.program.reverse import leading_to
from autograd.program.tape import Tape

__all__ = ["TrainingLoop"]

#: Up to so many lines, those of the update of each parameter included, a step on one example is one
#: function, whose numbers stay in registers.
_MOST_AT_ONCE = 500
#: Up to so many parameters go from step to step in registers. To load more of them takes less time.
_MOST_CARRIED = 16


class TrainingLoop:
    """Steps of gradient descent, without Python in between; other threads run meanwhile.

    Args:
        tape: the error of one example. It has at most some thousand lines.
        rule: how one parameter changes: given numbers are the parameter, its gradient, what is
            remembered of it, and settings; updates are of the parameter and of what is remembered.
        parameter: the symbol of the parameter in the rule.
        gradient: that of its gradient.
        penalty: what is added to the error of a batch, a tape of the same parameters without inputs.
        functions: those that the lanes of a batch call, as in `RecordedProgram.compile`. The rule, the
            penalty and batches of one example call scalar ones.

    Attributes:
        settings: the symbols of the other given numbers of the rule, in the order that `run` takes.

    Raises:
        ArgumentValueError: the rule has no such number, or does not change the parameter.
        MissingCompilerError: llvmlite is not installed.
        AutogradError: there is no library of vector functions.
    """

    def __init__(
        self,
        tape: Tape,
        rule: Program,
        parameter: str = "w",
        gradient: str = "g",
        penalty: Tape | None = None,
        functions: str = "scalar",
    ) -> None:
        require()
        if choice("functions", functions, FUNCTIONS) == "vector":
            require_vectors()
        self._functions = functions
        if not {parameter, gradient} <= rule.given.keys() or parameter not in rule.updates:
            raise ArgumentValueError(
                f"the rule must change {parameter!r} by {gradient!r}; it is of {[*rule.given]} and "
                f"changes {[*rule.updates]}"
            )
        lanes = host_lanes()
        self._order = order_of_sums(tape, lanes)
        self._places = [each.parameter - tape.inputs for each in self._order]
        count = len(self._order)
        changed = [parameter, *(symbol for symbol in rule.updates if symbol != parameter)]
        self.settings = [each for each in rule.given if each not in (*changed, gradient)]
        self._tape, self._count, self._rule = tape, count, _Rule(rule, changed, gradient, self.settings)
        self._online: Machine | None = None
        self._batches: dict[int, Machine] = {}
        self._callbacks: list[Callback] = []
        self._penalty: Machine | None = None
        if penalty is not None:
            if penalty.inputs or penalty.parameters != tape.parameters:
                raise ArgumentValueError("a penalty is of the same parameters, and of no inputs")
            same = [Sum(place, None) for place in self._places]
            self._penalty = self._machine(level(penalty), lambda m: batch_text(penalty, m, 1, same))
        self._update = self._machine(1, lambda module: _update_text(self._rule, module, lanes))
        self._padded = count + lanes
        self._sums, self._gradients = zeros(self._padded), zeros(self._padded)
        # the parameters, and behind them what is remembered of each
        self._numbers, self._fresh = (zeros(self._padded * len(changed)) for _ in range(2))

    def _machine(
        self, effort: int, write: Callable[[Module], str], functions: str = "scalar"
    ) -> Machine:
        module = Module(functions)
        text = write(module)
        self._callbacks += module.callbacks.values()
        return Machine(module.text(text), effort)

    @property
    def parameters(self) -> list[float]:
        """The numbers of the parameters, in the order of the tape."""
        return self._in_order(self._numbers)

    @parameters.setter
    def parameters(self, numbers: Sequence[float]) -> None:
        self._put(0, numbers)

    @property
    def gradients(self) -> list[float]:
        """What the last batch that was done gave the parameters as gradients; 0 before the first."""
        return self._in_order(self._gradients)

    @property
    def remembered(self) -> dict[str, list[float]]:
        """By its symbol, what is remembered of each parameter."""
        return {
            symbol: self._in_order(self._numbers[number * self._padded :])
            for number, symbol in enumerate(self._rule.changed)
            if number
        }

    @remembered.setter
    def remembered(self, numbers: Mapping[str, Sequence[float]]) -> None:
        for number, symbol in enumerate(self._rule.changed):
            if number:
                self._put(number * self._padded, numbers[symbol])

    def _in_order(self, numbers: Sequence[float]) -> list[float]:
        found = [0.0] * self._count
        for place, number in zip(self._places, numbers, strict=False):
            found[place] = number
        return found

    def _put(self, start: int, numbers: Sequence[float]) -> None:
        if len(numbers) != self._count:
            raise ArgumentValueError(f"there are {self._count} parameters, got {len(numbers)} numbers")
        found = array("d", [numbers[place] for place in self._places])
        self._numbers[start : start + self._count] = found

    def _batch(self, size: int) -> int:
        """The function of a batch, in as many lanes as it has examples, if the machine has them."""
        lanes = 1
        while lanes < min(size, host_lanes()):
            lanes *= 2
        if lanes not in self._batches:
            self._batches[lanes] = self._machine(
                level(self._tape, lanes),
                lambda module: batch_text(self._tape, module, lanes, self._order),
                self._functions,
            )
        return self._batches[lanes].address("batch")

    def _one_by_one(self) -> Any:
        """The function of steps on one example each; None if that is too long for one function."""
        lines = len(self._tape) + len(self._rule.lines) * self._count
        if self._penalty is not None or lines > _MOST_AT_ONCE:
            return None
        if self._online is None:
            self._online = self._machine(
                1,
                lambda module: _online_text(self._tape, self._rule, module, self._order, self._padded),
            )
        at, number = ctypes.c_void_p, ctypes.c_int64
        return self._online.function("online", number, at, at, number, at, at, at, at, at)

    def run(
        self,
        rows: Any,
        order: Sequence[int],
        size: int,
        scales: Sequence[float],
        settings: Sequence[float] | Iterable[Sequence[float]],
        period: int | None = None,
    ) -> tuple[int, array[float]]:
        """Train on batches of some examples, one after the other.

        Args:
            rows: the inputs of all examples, as rows; or as one array of floats, row by row, as scales
                and settings may be too.
            order: which examples come.
            size: how many make a batch; the last may have fewer.
            scales: for each batch what an example's error is multiplied by, as 1/n in a mean.
            settings: for each batch the numbers of `settings`.
            period: after how many examples a batch ends in any case, as those of an epoch; None if
                they are all of one.

        Returns:
            How many batches are done, and the errors of the examples in these. If not all are, the next
            one was left undone: a line may have failed in it, a guard decides otherwise, or a number
            came out infinite or NaN.
        """
        table = _numbers(rows)
        which = order if isinstance(order, array) and order.typecode == "q" else array("q", order)
        whole("size", size, 1)
        there = len(table) // self._tape.inputs if self._tape.inputs else len(which)
        if not _inside()(pointer(which), len(which), there):
            raise ArgumentValueError("the order names an example that there is not")
        period = max(len(which), 1) if period is None else whole("period", period, 1)
        each = -(-period // size)
        batches = len(which) // period * each - (-(len(which) % period) // size)
        factors, constants = _numbers(scales), _numbers(settings)
        if len(factors) != batches or len(constants) != batches * len(self.settings):
            raise ArgumentValueError(
                f"there are {batches} batches: as many scales and settings are needed"
            )
        outputs = zeros(len(which) + host_lanes())
        given = pointer(factors), pointer(constants)
        online = self._one_by_one() if size == 1 else None
        done: int
        if online is not None:
            done = online(
                *(pointer(table), pointer(which), len(which), *given, pointer(self._numbers)),
                *(pointer(self._gradients), pointer(outputs)),
            )
        else:
            done = _loop()(
                *(self._batch(size), self._penalty.address("batch") if self._penalty else None),
                *(self._update.address("update"), pointer(table), pointer(which), len(which), size),
                *(period, *given, len(self.settings), pointer(self._numbers), len(self._numbers)),
                *(pointer(self._fresh), pointer(self._sums), pointer(self._gradients), self._count),
                *(self._padded, pointer(outputs)),
            )
        raise_from(self._callbacks)
        whole_periods, more = divmod(done, each)
        return done, outputs[: min(whole_periods * period + more * size, len(which))]


def _numbers(given: Any) -> array[float]:
    """Numbers as an array, row by row if they stand in rows."""
    if isinstance(given, array) and given.typecode == "d":
        return given
    rows = list(given)
    return array("d", rows if rows and isinstance(rows[0], int | float) else chain.from_iterable(rows))


class _Rule(NamedTuple):
    """How one parameter changes.

    Attributes:
        program: its lines.
        changed: the symbols of what it changes, first the parameter.
        gradient: the symbol of the gradient.
        settings: those of what is given besides.
    """

    program: Program
    changed: Sequence[str]
    gradient: str
    settings: Sequence[str]

    @property
    def lines(self) -> list[Line]:
        """The lines of what it changes, in order."""
        found: dict[str, Line] = {}
        for symbol in self.program.updates.values():
            for line in reversed(self.program.above(symbol, until=found)):
                found[line.symbol] = line
        return list(found.values())

    def written(self, code: Code, numbers: dict[str, Number]) -> list[Number]:
        """The new numbers of what it changes, as instructions."""
        for line in self.lines:
            variables = {
                variable: numbers[operand] if isinstance(operand, str) else operand
                for variable, operand in zip(line.variables, line.operands, strict=True)
            }
            numbers[line.symbol] = code.line(line.tree, variables)
        return [numbers[self.program.updates[symbol]] for symbol in self.changed]


def _update_text(rule: _Rule, module: Module, lanes: int) -> str:
    """The function that computes the new numbers of all parameters, some at a time.

    It takes the parameters with what is remembered of them behind, the gradients, the settings, where
    the new numbers go, and how many parameters there are; it returns whether a number came out infinite
    or NaN.
    """
    code = Code(module, lanes, fails=True)
    places = [
        code.put(f"add i64 %done, {code.put(f'mul i64 %padded, {number}')}")
        for number in range(len(rule.changed))
    ]
    numbers: dict[str, Number] = {
        symbol: code.load("%numbers", place) for symbol, place in zip(rule.changed, places, strict=True)
    }
    numbers[rule.gradient] = code.load("%gradients", "%done")
    for number, symbol in enumerate(rule.settings):
        numbers[symbol] = code.spread(code.one("%settings", number))
    code.check(numbers[rule.gradient])
    for fresh, place in zip(rule.written(code, numbers), places, strict=True):
        code.check(fresh)
        code.store(fresh, "%fresh", place)
    failed = code.compared("uno", code.failed, 0.0)
    if lanes > 1:  # beyond the last parameter nothing fails
        whole = f"<{lanes} x i64>"
        first = code.spread("%done", whole, "i64")
        steps = ", ".join(f"i64 {lane}" for lane in range(lanes))
        counted = code.put(f"add {whole} {first}, <{steps}>")
        inside = code.put(f"icmp slt {whole} {counted}, {code.spread('%count', whole, 'i64')}")
        failed = code.put(f"and {code.bits} {failed}, {inside}")
    failed = code.any_lane(failed)
    body = "\n".join(code.lines)
    return (
        "define zeroext i1 @update(ptr noalias %numbers, ptr noalias %gradients, "
        "ptr noalias %settings, ptr noalias %fresh, i64 %count, i64 %padded) "
        'nounwind "min-legal-vector-width"="512" {\n'
        "start:\n"
        "  br label %again\n"
        "again:\n"
        f"  %done = phi i64 [ 0, %start ], [ %more, %{code.block} ]\n"
        f"  %failed = phi i1 [ false, %start ], [ %failed1, %{code.block} ]\n"
        "  %left = icmp slt i64 %done, %count\n"
        "  br i1 %left, label %entry, label %stop\n"
        f"entry:\n{body}\n"
        f"  %failed1 = or i1 %failed, {failed}\n"
        f"  %more = add i64 %done, {lanes}\n"
        "  br label %again\n"
        "stop:\n"
        "  ret i1 %failed\n}"
    )


def _online_text(tape: Tape, rule: _Rule, module: Module, order: Sequence[Sum], padded: int) -> str:
    """The function of steps on one example each.

    It takes the rows of the inputs, which of them come, their number, by step what the sweep begins
    with and the settings, the parameters with what is remembered of them behind, where the gradients go
    and where the outputs go; it returns how many steps it has done.
    """
    code = Code(module, fails=True)
    writer = Examples(tape, code, order)
    carried = range(len(order) if len(order) <= _MOST_CARRIED else 0)
    writer.numbers |= {order[place].parameter: f"%carried{place}" for place in carried}
    seed = code.load("%scales", "%done")
    stopped = writer.forward()
    end, calls = len(code.lines), len(module.callbacks)
    code.start("go")
    writer.reverse(leading_to(tape, range(tape.inputs, tape.leaves)), seed)
    # a derivative that is a Python function may never end where there is no value
    waits = len(module.callbacks) > calls
    code.lines.insert(end, f"  br i1 {stopped}, label %stop, label %go" if waits else "  br label %go")
    settings: dict[str, Number] = {
        symbol: code.load("%settings_at", place) for place, symbol in enumerate(rule.settings)
    }
    fresh: list[tuple[str, int, Number]] = []
    changed: list[str] = []
    checked: list[Number] = []
    for place, (slot, _) in enumerate(order):
        gradient = writer.gradients.get(slot, 0.0)
        numbers = settings | {rule.changed[0]: writer.number(slot), rule.gradient: gradient}
        for number, symbol in enumerate(rule.changed[1:], 1):
            numbers[symbol] = code.load("%parameters", number * padded + place)
        found = rule.written(code, numbers)
        changed.append(code.spelled(found[0]))
        fresh += [("%parameters", number * padded + place, each) for number, each in enumerate(found)]
        fresh.append(("%gradients", place, gradient))
        checked += [gradient, *found]
    # all in one sum, half by half; where that overflows, Python looks again
    while len(checked) > 1:
        checked = [
            code.added(*pair) if len(pair) == 2 else pair[0]
            for pair in (checked[begin : begin + 2] for begin in range(0, len(checked), 2))
        ]
    for each in checked:
        code.check(each)
    failed = code.compared("uno", code.failed, 0.0)
    if tape.guards and not waits:
        failed = code.either(stopped, failed)
    code.lines.append(f"  br i1 {failed}, label %stop, label %keep")
    code.start("keep")
    fresh.append(("%outputs_at", 0, writer.number(tape.outputs[0])))
    for into, place, each in fresh:
        code.store(each, into, place)
    body = "\n".join(code.lines)
    starts = "".join(
        f"  %at{place} = getelementptr double, ptr %parameters, i64 {place}\n"
        f"  %start{place} = load double, ptr %at{place}\n"
        for place in carried
    )
    phis = "".join(
        f"  %carried{place} = phi double [ %start{place}, %start ], [ {each}, %{code.block} ]\n"
        for place, each in zip(carried, changed, strict=False)
    )
    return (
        "define i64 @online(ptr noalias %rows, ptr noalias %order, i64 %steps, ptr noalias %scales, "
        "ptr noalias %settings, ptr noalias %parameters, ptr noalias %gradients, ptr noalias %outputs) "
        "nounwind {\n"
        f"start:\n{starts}"
        "  br label %again\n"
        "again:\n"
        f"  %done = phi i64 [ 0, %start ], [ %more, %{code.block} ]\n"
        f"{phis}"
        "  %left = icmp slt i64 %done, %steps\n"
        "  br i1 %left, label %entry, label %stop\n"
        "entry:\n"
        "  %which_at = getelementptr i64, ptr %order, i64 %done\n"
        "  %which = load i64, ptr %which_at\n"
        f"  %offset = mul i64 %which, {tape.inputs}\n"
        "  %row0 = getelementptr double, ptr %rows, i64 %offset\n"
        f"  %setting = mul i64 %done, {len(rule.settings)}\n"
        "  %settings_at = getelementptr double, ptr %settings, i64 %setting\n"
        "  %outputs_at = getelementptr double, ptr %outputs, i64 %done\n"
        f"{body}\n"
        "  %more = add i64 %done, 1\n"
        "  br label %again\n"
        "stop:\n"
        "  ret i64 %done\n}"
    )


#: One batch after the other, and after each the update of all parameters; whether an order is of
#: examples that there are.
_TEXT = """
define zeroext i1 @inside(ptr %order, i64 %count, i64 %examples) nounwind {
entry:
  br label %again
again:
  %k = phi i64 [ 0, %entry ], [ %k1, %look ]
  %left = icmp slt i64 %k, %count
  br i1 %left, label %look, label %all
look:
  %at = getelementptr i64, ptr %order, i64 %k
  %which = load i64, ptr %at
  %there = icmp ult i64 %which, %examples
  %k1 = add i64 %k, 1
  br i1 %there, label %again, label %none
all:
  ret i1 true
none:
  ret i1 false
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)

define i64 @train(ptr %batch, ptr %penalty, ptr %update, ptr %rows, ptr %order, i64 %examples, i64 %size,
  i64 %period, ptr %scales, ptr %settings, i64 %settings_count, ptr %numbers, i64 %numbers_count,
  ptr %fresh, ptr %sums, ptr %gradients, i64 %count, i64 %padded, ptr %outputs) nounwind {
entry:
  %one = alloca i64
  store i64 0, ptr %one
  %nowhere = alloca double
  %penalized = icmp ne ptr %penalty, null
  %bytes_of_sums = mul i64 %padded, 8
  %bytes = mul i64 %numbers_count, 8
  br label %again
again:
  %done = phi i64 [ 0, %entry ], [ %done1, %keep ]
  %begin = phi i64 [ 0, %entry ], [ %end, %keep ]
  %some = icmp slt i64 %begin, %examples
  br i1 %some, label %go, label %stop
go:
  call void @llvm.memset.p0.i64(ptr %sums, i8 0, i64 %bytes_of_sums, i1 false)
  %left = sub i64 %examples, %begin
  %past = urem i64 %begin, %period
  %rest = sub i64 %period, %past
  %most = call i64 @llvm.smin.i64(i64 %left, i64 %rest)
  %here = call i64 @llvm.smin.i64(i64 %size, i64 %most)
  %end = add i64 %begin, %here
  %order_at = getelementptr i64, ptr %order, i64 %begin
  %outputs_at = getelementptr double, ptr %outputs, i64 %begin
  %scale_at = getelementptr double, ptr %scales, i64 %done
  %scale = load double, ptr %scale_at
  %went = call i64 %batch(ptr %rows, ptr %order_at, i64 %here, ptr %numbers, ptr %sums,
    ptr %outputs_at, double %scale)
  %all = icmp sge i64 %went, %here
  br i1 %all, label %maybe, label %stop
maybe:
  br i1 %penalized, label %penalize, label %change
penalize:
  %went_too = call i64 %penalty(ptr %rows, ptr %one, i64 1, ptr %numbers, ptr %sums, ptr %nowhere,
    double 1.0)
  %penalty_done = icmp sge i64 %went_too, 1
  br i1 %penalty_done, label %change, label %stop
change:
  %setting = mul i64 %done, %settings_count
  %settings_at = getelementptr double, ptr %settings, i64 %setting
  %failed = call zeroext i1 %update(ptr %numbers, ptr %sums, ptr %settings_at, ptr %fresh, i64 %count,
    i64 %padded)
  br i1 %failed, label %stop, label %keep
keep:
  call void @llvm.memcpy.p0.p0.i64(ptr %numbers, ptr %fresh, i64 %bytes, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %gradients, ptr %sums, i64 %bytes_of_sums, i1 false)
  %done1 = add i64 %done, 1
  br label %again
stop:
  ret i64 %done
}
"""


@cache
def _training() -> Machine:
    return Machine(_TEXT, 1)


@cache
def _loop() -> Any:
    at, number = ctypes.c_void_p, ctypes.c_int64
    return _training().function(
        *("train", number, at, at, at, at, at, number, number, number, at, at, number, at, number),
        *(at, at, at, number, number, at),
    )


@cache
def _inside() -> Any:
    return _training().function("inside", ctypes.c_bool, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
