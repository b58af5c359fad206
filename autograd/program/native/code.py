"""Trees of the table's language as instructions of LLVM: one fold, with the results of Python's floats.

What Python computes, the instructions compute, to the last bit: ``min`` and ``max`` keep the operand
that Python keeps, ``%`` has the sign of the divisor, a choice computes one side, or both where that is
cheaper and cannot be told. Operands that are plain numbers are computed with at once, and conditions of
them decided. What has been computed once is not computed again.

Where Python would raise, the result is infinite or NaN, and a sum of 0·result tells: it is NaN from then
on. It is NaN after infinite operands too, where Python may not raise; so it says who has to look again.

In lanes, each register holds the numbers of several examples. Functions are called for each of them in
turn, or, where a module has vector functions, for all at once.
"""

from __future__ import annotations

import ast
import operator
import struct
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from math import copysign
from typing import Any, TypeAlias

from autograd import special
from autograd.errors import ArgumentValueError
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.ieee import strict
from autograd.operations import OPERATIONS
from autograd.program.native.functions import Callback, library_address
from autograd.program.native.vectors import vector_address
from autograd.program.printing import children, walk
from autograd.program.texts import body_of

__all__ = ["Code", "Module", "Number", "literal"]

#: What a tree comes to: a plain number, or the register that it will be in.
Number: TypeAlias = "float | str"
#: What a condition comes to, likewise.
Truth: TypeAlias = "bool | str"

_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[float, float], float]]] = {
    ast.Add: ("fadd", operator.add),
    ast.Sub: ("fsub", operator.sub),
    ast.Mult: ("fmul", operator.mul),
    ast.Div: ("fdiv", operator.truediv),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("olt", operator.lt),
    ast.LtE: ("ole", operator.le),
    ast.Gt: ("ogt", operator.gt),
    ast.GtE: ("oge", operator.ge),
    ast.Eq: ("oeq", operator.eq),
    ast.NotEq: ("une", operator.ne),
}
#: Instructions of their own, which take lanes too.
_INSTRUCTIONS = frozenset(("abs", "copysign", "max", "min", "sqrt"))
#: More than a vector function is away from Python's: what is finite by less than this, Python looks at.
_MARGIN = 1.0 + 2.0**-48


def literal(number: float) -> str:
    """A number in LLVM's notation.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('>Q', struct.pack('>d', number))[0]:016X}"


class Module:
    """What functions of one module share: those that they call.

    Args:
        functions: which are called in lanes: "scalar", those of the C library, for one after the other;
            or "vector", those of `vectors` where there are any.

    Attributes:
        callbacks: the Python functions among them, which have to live as long as the code does.
        vectors: the names of the vector functions among them.
    """

    def __init__(self, functions: str = "scalar") -> None:
        self.functions = functions
        self.vectors: set[str] = set()
        self.callbacks: dict[tuple[str, bool], Callback] = {}
        self._defined: dict[Any, tuple[str, bool]] = {}
        self._kept: list[ast.expr] = []  # whose identities are in keys
        self._texts: list[str] = []
        self._declared: dict[str, str] = {}

    def text(self, *functions: str) -> str:
        """The module, with functions of one's own."""
        return "\n".join([*self._declared.values(), *self._texts, *functions])

    def intrinsic(self, name: str, kind: str, count: int) -> str:
        """A function that LLVM has."""
        lanes = "f64" if kind == "double" else f"v{kind[1:].split(maxsplit=1)[0]}f64"
        full = f"@llvm.{name}.{lanes}"
        self._declared[full] = f"declare {kind} {full}({', '.join([kind] * count)})"
        return full

    def called(self, name: str, count: int, by_ieee: bool) -> str:
        """What is called for a function of plain numbers."""
        if name in special.__all__ and PRIMITIVES[name] is getattr(special, name):
            with suppress(OSError):  # it was installed without its source
                return self._special(name)
        address = library_address(name)
        if address is None:
            key = (name, by_ieee)
            if key not in self.callbacks:
                self.callbacks[key] = Callback(name, count, by_ieee)
            address = self.callbacks[key].address
        return f"inttoptr (i64 {address} to ptr)"

    def vector(self, name: str, lanes: int) -> int | None:
        """Where a function of all lanes at once is; None if there is none, or none is asked for."""
        return vector_address(name, lanes) if self.functions == "vector" and lanes > 1 else None

    def _special(self, name: str) -> str:
        if name not in self._defined:
            body = body_of(name)
            assert body is not None
            self._defined[name] = (f"@{name}", False)
            code = Code(self)
            variables: dict[str, Number] = {each: f"%{each}" for each in body.parameters}
            for step, tree in body.steps:
                variables[step] = code.value(tree, variables)
            code.give(code.value(body.tree, variables), False)
            self._define(f"@{name}", "double", [f"%{each}" for each in body.parameters], code)
        return self._defined[name][0]

    def of_lane(
        self, tree: ast.expr, variables: Mapping[str, Number], by_ieee: bool
    ) -> tuple[str, bool, list[str]]:
        """A function of one lane for a tree; whether it tells failures; the registers that it takes."""
        taken = list(dict.fromkeys(each for each in variables.values() if isinstance(each, str)))
        named = {each: f"%x{number}" for number, each in enumerate(taken)}
        inside = {
            variable: named[each] if isinstance(each, str) else each
            for variable, each in variables.items()
        }
        key = (id(tree), by_ieee, tuple((each, repr(number)) for each, number in inside.items()))
        if key not in self._defined:
            name = f"@lane{len(self._defined)}"
            code = Code(self, fails=not by_ieee)
            result = code.value(tree, inside)
            tells = isinstance(code.failed, str)
            code.give(result, tells)
            kind = "{double, double}" if tells else "double"
            self._define(name, kind, list(named.values()), code)
            self._defined[key] = (name, tells)
            self._kept.append(tree)
        return *self._defined[key], taken

    def _define(self, name: str, kind: str, parameters: Iterable[str], code: Code) -> None:
        arguments = ", ".join(f"double {each}" for each in parameters)
        body = "\n".join(code.lines)
        self._texts.append(f"define internal {kind} {name}({arguments}) nounwind {{\nentry:\n{body}\n}}")


class Code:
    """Instructions, in order.

    Args:
        module: what they are part of.
        lanes: how many examples a register holds.
        fails: whether what may fail is watched.
        mark: what tells its registers and blocks from others of the function.
        block: the block that it begins in.

    Attributes:
        block: the block that it has come to.
        lines: the instructions.
        failed: the sum of 0·result of all that may have failed.
        decides: whether a guard depends on what is computed, so that no function is a vector function.
    """

    def __init__(
        self, module: Module, lanes: int = 1, fails: bool = False, mark: str = "", block: str = "entry"
    ) -> None:
        self.module, self.lanes, self.fails = module, lanes, fails
        self._mark, self.block = mark, block
        self.kind = "double" if lanes == 1 else f"<{lanes} x double>"
        self.bits = "i1" if lanes == 1 else f"<{lanes} x i1>"
        self.lines: list[str] = []
        self.failed: Number = 0.0
        self.decides = False
        #: the registers by the instructions; within a block, also those from before it
        self._known: ChainMap[tuple[str, ...], str] = ChainMap()
        self._count = 0

    # --- instructions ---------------------------------------------------------------------------

    def put(self, instruction: str) -> str:
        """The register of an instruction's result."""
        self._count += 1
        register = f"%r{self._mark}{self._count}"
        self.lines.append(f"  {register} = {instruction}")
        return register

    def once(self, *instruction: str) -> str:
        """The register of the result of an instruction that always gives the same."""
        known = self._known.get(instruction)
        if known is None:
            known = self._known[instruction] = self.put(" ".join(instruction))
        return known

    def spelled(self, number: Number) -> str:
        """A number as an operand of an instruction."""
        if isinstance(number, str):
            return number
        if self.lanes == 1:
            return literal(number)
        return f"<{', '.join([f'double {literal(number)}'] * self.lanes)}>"

    def _truth(self, truth: Truth) -> str:
        if isinstance(truth, str):
            return truth
        text = str(truth).lower()
        return text if self.lanes == 1 else f"<{', '.join([f'i1 {text}'] * self.lanes)}>"

    def start(self, block: str) -> None:
        """Begin a block of instructions."""
        self.lines.append(f"{block}:")
        self.block = block

    def one(self, array: str, place: int | str) -> str:
        """The register of a number of an array."""
        return self.put(f"load double, ptr {self._at(array, place)}")

    def load(self, array: str, place: int | str) -> str:
        """The register of numbers of an array, one for each lane from a place on."""
        return self.put(f"load {self.kind}, ptr {self._at(array, place)}, align 8")

    def store(self, number: Number, array: str, place: int | str) -> None:
        """Put numbers into an array, that of each lane from a place on."""
        at = self._at(array, place)
        self.lines.append(f"  store {self.kind} {self.spelled(number)}, ptr {at}, align 8")

    def _at(self, array: str, place: int | str) -> str:
        return self.put(f"getelementptr double, ptr {array}, i64 {place}")

    def arithmetic(self, instruction: str, a: Number, b: Number) -> str:
        """The register of an operation on two numbers."""
        return self.once(instruction, self.kind, f"{self.spelled(a)},", self.spelled(b))

    def check(self, result: Number) -> Number:
        """The same number; what is infinite or NaN is remembered as a failure."""
        if self.fails:
            self.failed = self.added(self.failed, self.arithmetic("fmul", result, 0.0))
        return result

    def added(self, a: Number, b: Number) -> Number:
        """The sum of two numbers."""
        return self.operated(ast.Add(), a, b)

    def multiplied(self, a: Number, b: Number) -> Number:
        """The product of two numbers."""
        return self.operated(ast.Mult(), a, b)

    def spread(self, register: str, kind: str | None = None, of: str = "double") -> str:
        """A number in all lanes."""
        if self.lanes == 1:
            return register
        kind = kind or self.kind
        first = self.put(f"insertelement {kind} poison, {of} {register}, i32 0")
        return self.put(
            f"shufflevector {kind} {first}, {kind} poison, <{self.lanes} x i32> zeroinitializer"
        )

    def either(self, a: str, b: str) -> str:
        """Whether one of two conditions holds."""
        return self.once("or", self.bits, f"{a},", b)

    def opposite(self, truth: str) -> str:
        """Whether a condition does not hold."""
        return self.once("xor", self.bits, f"{truth},", self._truth(True))

    def any_lane(self, truth: str) -> str:
        """Whether a condition holds in any lane."""
        if self.lanes == 1:
            return truth
        whole = self.once("bitcast", self.bits, truth, f"to i{self.lanes}")
        return self.once("icmp", "ne", f"i{self.lanes}", f"{whole},", "0")

    def same(self, a: Number, b: Number) -> str:
        """Whether two numbers are the same to the bit, NaN being NaN."""
        whole = "i64" if self.lanes == 1 else f"<{self.lanes} x i64>"
        bits = [self.once("bitcast", self.kind, self.spelled(each), "to", whole) for each in (a, b)]
        equal = self.once("icmp", "eq", whole, f"{bits[0]},", bits[1])
        both = [self.compared("uno", each, 0.0) for each in (a, b)]
        return self.either(equal, self.once("and", self.bits, f"{both[0]},", both[1]))

    def selected(self, test: Truth, body: Number, orelse: Number) -> Number:
        """One of two numbers."""
        if not isinstance(test, str):
            return body if test else orelse
        if body == orelse and isinstance(body, str):
            return body
        return self.once(
            "select", self.bits, f"{test},", self.kind, f"{self.spelled(body)},", self.kind,
            self.spelled(orelse),
        )  # fmt: skip

    # --- trees ----------------------------------------------------------------------------------

    def line(self, tree: ast.expr, variables: Mapping[str, Number], by_ieee: bool = False) -> Number:
        """The number of a line's tree.

        Args:
            tree: the tree.
            variables: what its names stand for.
            by_ieee: whether it is part of a derivative, which never fails.
        """
        fails, self.fails = self.fails, self.fails and not by_ieee
        try:
            if self.lanes == 1 or not _calls_on_one_side(tree):
                return self.value(tree, variables)
            if isinstance(tree, ast.IfExp) and not (_calls(tree.test) or _calls(tree.body)):
                return self._without_calls(tree, variables, by_ieee)
            return self._on_one_side(tree, variables, by_ieee)
        finally:
            self.fails = fails

    def value(self, tree: ast.expr, variables: Mapping[str, Number]) -> Number:
        """The number of a tree, in instructions."""
        # a sum of many terms is deep on its left
        above: list[ast.BinOp] = []
        while isinstance(tree, ast.BinOp):
            above.append(tree)
            tree = tree.left
        number = self._atom(tree, variables)
        for each in reversed(above):
            number = self.operated(each.op, number, self.value(each.right, variables))
        return number

    def _atom(self, tree: ast.expr, variables: Mapping[str, Number]) -> Number:
        match tree:
            case ast.Name(id=name):
                return variables[name] if name in variables else CONSTANTS[name]
            case ast.Constant(value=float(number)):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.negative(self.value(operand, variables))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, variables)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, [self.value(each, variables) for each in args])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(self.condition(test, variables), body, orelse, variables)
            case ast.Compare():
                return self.selected(self.condition(tree, variables), 1.0, 0.0)
        raise ArgumentValueError(f"{ast.unparse(tree)!r} has no place in machine code")

    def negative(self, number: Number) -> Number:
        """The negative of a number."""
        return self.once("fneg", self.kind, number) if isinstance(number, str) else -number

    def operated(self, op: ast.operator, a: Number, b: Number) -> Number:
        """One of Python's operators on two numbers."""
        if isinstance(op, ast.Pow):
            return self.call("pow", [a, b])
        if isinstance(op, ast.Mod):
            return self._remainder(a, b)
        instruction, python = _ARITHMETIC[type(op)]
        if isinstance(a, float) and isinstance(b, float):
            try:
                return python(a, b)
            except ArithmeticError:
                pass
        # what has the same last bit; x + 0.0 has not, if x is -0.0
        elif isinstance(b, float) and _does_nothing(op, b):
            return a
        elif isinstance(op, ast.Mult) and 1.0 in (a, b):
            return b if a == 1.0 else a
        elif isinstance(op, ast.Mult) and -1.0 in (a, b):
            return self.negative(b if a == -1.0 else a)
        result = self.arithmetic(instruction, a, b)
        return self.check(result) if isinstance(op, ast.Div) else result

    def _remainder(self, x: Number, y: Number) -> Number:
        if isinstance(x, float) and isinstance(y, float) and y:
            return x % y
        fails, self.fails = self.fails, True  # Python raises in derivatives too
        rest = self.call("fmod", [x, y])
        self.fails = fails
        zero, below = self.compared("oeq", rest, 0.0), self.compared("olt", rest, 0.0)
        apart = self.once("xor", self.bits, f"{self._truth(below)},", self.compared("olt", y, 0.0))
        signed = self.selected(apart, self.arithmetic("fadd", rest, y), rest)
        return self.selected(zero, self.call("copysign", [0.0, y]), signed)

    def call(self, name: str, operands: Sequence[Number]) -> Number:
        """The number of a call, of a function of `PRIMITIVES` or of a row."""
        operation = OPERATIONS.get(name)
        python = PRIMITIVES.get(name) or (operation and strict(operation))
        plain = [each for each in operands if isinstance(each, float)]
        if python and len(plain) == len(operands):
            try:
                return float(python(*plain))
            except (ArithmeticError, ValueError):
                pass
        if name in _INSTRUCTIONS:
            return self._instruction(name, operands)
        # machine arithmetic is that of IEEE 754
        by_text = operation and (self.fails or operation.ieee is operation.value)
        if operation and by_text and name not in PRIMITIVES and name != "pow":
            return self.value(
                operation.value.tree, dict(zip(operation.parameters, operands, strict=True))
            )
        vector = self._vector(name)
        if vector is not None:
            self.module.vectors.add(name)
            result = self._together(f"inttoptr (i64 {vector} to ptr)", operands)
            if self.fails:
                self.check(self.arithmetic("fmul", result, _MARGIN))
            return result
        function = self.module.called(name, len(operands), not self.fails)
        return self.check(self._each(function, operands))

    def _vector(self, name: str) -> int | None:
        return None if self.decides else self.module.vector(name, self.lanes)

    def _instruction(self, name: str, operands: Sequence[Number]) -> Number:
        if name in {"min", "max"}:
            first, second = operands
            test = self.compared("olt" if name == "min" else "ogt", second, first)
            return self.selected(test, second, first)
        intrinsic = "fabs" if name == "abs" else name
        function = self.module.intrinsic(intrinsic, self.kind, len(operands))
        result = self._together(function, operands)
        return self.check(result) if name == "sqrt" else result

    def _together(self, function: str, operands: Sequence[Number]) -> str:
        """A call of a function of all lanes."""
        arguments = ", ".join(f"{self.kind} {self.spelled(each)}" for each in operands)
        return self.once("call", self.kind, f"{function}({arguments})")

    def _each(self, function: str, operands: Sequence[Number]) -> str:
        """A call of a function of plain numbers, for each lane."""
        key = ("each", function, *map(self.spelled, operands))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._calling(function, "double", operands)[0]
        return known

    def _calling(self, function: str, kind: str, operands: Sequence[Number]) -> list[str]:
        """The registers of what a function of a lane gives: its result, and whether it failed."""
        several = kind != "double"
        if self.lanes == 1:
            arguments = ", ".join(f"double {self.spelled(each)}" for each in operands)
            found = self.put(f"call {kind} {function}({arguments})")
            if not several:
                return [found]
            return [self.put(f"extractvalue {kind} {found}, {place}") for place in (0, 1)]
        results = ["poison", "poison"] if several else ["poison"]
        for lane in range(self.lanes):
            taken = ", ".join(f"double {self._of_lane(each, lane)}" for each in operands)
            found = self.put(f"call {kind} {function}({taken})")
            for place, into in enumerate(results):
                one = self.put(f"extractvalue {kind} {found}, {place}") if several else found
                results[place] = self.put(f"insertelement {self.kind} {into}, double {one}, i32 {lane}")
        return results

    def _of_lane(self, number: Number, lane: int) -> str:
        if not isinstance(number, str):
            return literal(number)
        return self.once("extractelement", self.kind, f"{number},", f"i32 {lane}")

    def _each_lane(self, tree: ast.expr, variables: Mapping[str, Number], by_ieee: bool) -> Number:
        function, tells, taken = self.module.of_lane(tree, variables, by_ieee)
        if not taken:
            return self.value(tree, variables)
        key = ("lanes", function, *taken)
        if key in self._known:
            return self._known[key]
        found = self._calling(function, "{double, double}" if tells else "double", taken)
        if tells and self.fails:
            self.failed = self.added(self.failed, found[1])
        self._known[key] = found[0]
        return found[0]

    def _on_one_side(self, tree: ast.expr, variables: Mapping[str, Number], by_ieee: bool) -> Number:
        """A tree in which a choice decides if functions are called.

        Vector functions are called in any case, for all lanes; others for those lanes that need them.
        """
        if all(self._vector(name) is not None for name in _called(tree)):
            return self.value(tree, variables)
        return self._each_lane(tree, variables, by_ieee)

    def _without_calls(self, tree: ast.IfExp, variables: Mapping[str, Number], by_ieee: bool) -> Number:
        """A choice whose one side calls nothing, which is taken at once where all lanes take it."""
        test = self.condition(tree.test, variables)
        if isinstance(test, bool):
            return self.line(tree.body if test else tree.orelse, variables, by_ieee)
        body = self.value(tree.body, variables)
        self._count += 1
        mark = f"{self._mark}{self._count}"
        some = self.any_lane(self.opposite(test))
        before, failed, known = self.block, self.failed, self._known
        self.lines.append(f"  br i1 {some}, label %else{mark}, label %end{mark}")
        self.start(f"else{mark}")
        self._known = known.new_child()
        orelse = self._on_one_side(tree, variables, by_ieee)
        sides = (body, before), (orelse, self.block)
        failures = (failed, before), (self.failed, self.block)
        self.lines.append(f"  br label %end{mark}")
        self.start(f"end{mark}")
        self._known = known
        self.failed = failed if self.failed == failed else self._met(failures)
        return self._met(sides)

    def _met(self, sides: Iterable[tuple[Number, str]]) -> str:
        """The register of what comes from several blocks."""
        found = ", ".join(f"[ {self.spelled(each)}, %{block} ]" for each, block in sides)
        return self.put(f"phi {self.kind} {found}")

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, tree: ast.expr, variables: Mapping[str, Number]) -> Truth:
        """Whether a condition holds."""
        match tree:
            case ast.BoolOp(op=op, values=values):
                both = isinstance(op, ast.And)
                truth: Truth = both
                failed = self.failed
                for each in values:
                    if isinstance(truth, bool) and truth is not both:
                        return truth
                    found = self.condition(each, variables)
                    # what comes later is computed in any case; Python may not have come there
                    if isinstance(truth, str):
                        pair = (self.failed, failed) if both else (failed, self.failed)
                        self.failed = failed if failed == self.failed else self.selected(truth, *pair)
                    failed = self.failed
                    truth = self._joined("and" if both else "or", truth, found)
                return truth
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self.value(each, variables) for each in (left, *comparators)]
                truth = True
                for sign, a, b in zip(ops, sides, sides[1:], strict=False):
                    instruction, python = _COMPARISONS[type(sign)]
                    if isinstance(a, float) and isinstance(b, float):
                        found = python(a, b)
                    else:
                        found = self.compared(instruction, a, b)
                    truth = self._joined("and", truth, found)
                return truth
            case _:
                number = self.value(tree, variables)
                return number != 0.0 if isinstance(number, float) else self.compared("une", number, 0.0)

    def compared(self, how: str, a: Number, b: Number) -> str:
        """Whether two numbers compare so."""
        return self.once("fcmp", how, self.kind, f"{self.spelled(a)},", self.spelled(b))

    def _joined(self, how: str, a: Truth, b: Truth) -> Truth:
        if isinstance(a, str) and isinstance(b, str):
            return self.once(how, self.bits, f"{a},", b)
        plain, other = (a, b) if isinstance(a, bool) else (b, a)
        return plain if plain is (how == "or") else other

    def _choice(
        self, test: Truth, body: ast.expr, orelse: ast.expr, variables: Mapping[str, Number]
    ) -> Number:
        if isinstance(test, bool):
            return self.value(body if test else orelse, variables)
        if self.lanes == 1 and (_takes_long(body) or _takes_long(orelse)):
            return self._branched(test, body, orelse, variables)
        before = self.failed
        first = self.value(body, variables)
        failed, self.failed = self.failed, before
        second = self.value(orelse, variables)
        if failed != self.failed:
            self.failed = self.selected(test, failed, self.failed)
        return self.selected(test, first, second)

    def _branched(
        self, test: str, body: ast.expr, orelse: ast.expr, variables: Mapping[str, Number]
    ) -> Number:
        self._count += 1
        mark = f"{self._mark}{self._count}"
        self.lines.append(f"  br i1 {test}, label %then{mark}, label %else{mark}")
        before, known = self.failed, self._known
        found: list[tuple[Number, Number, str]] = []
        for label, tree in (("then", body), ("else", orelse)):
            self.start(f"{label}{mark}")
            self.failed, self._known = before, known.new_child()
            number = self.value(tree, variables)
            found.append((number, self.failed, self.block))
            self.lines.append(f"  br label %end{mark}")
        self.start(f"end{mark}")
        self._known = known
        (first, first_failed, first_block), (second, second_failed, second_block) = found

        def either(a: Number, b: Number) -> Number:
            if a == b and repr(a) == repr(b):
                return a
            return self._met([(a, first_block), (b, second_block)])

        number, self.failed = either(first, second), either(first_failed, second_failed)
        return number

    # --- functions ------------------------------------------------------------------------------

    def give(self, result: Number, tells: bool) -> None:
        """Return a number, and the failures if they are told."""
        if not tells:
            self.lines.append(f"  ret double {self.spelled(result)}")
            return
        pair = self.put(f"insertvalue {{double, double}} poison, double {self.spelled(result)}, 0")
        failed = self.spelled(self.failed)
        pair = self.put(f"insertvalue {{double, double}} {pair}, double {failed}, 1")
        self.lines.append(f"  ret {{double, double}} {pair}")


def _does_nothing(op: ast.operator, b: float) -> bool:
    match op:
        case ast.Add():
            return b == 0.0 and copysign(1.0, b) < 0.0
        case ast.Sub():
            return b == 0.0 and copysign(1.0, b) > 0.0
        case ast.Mult() | ast.Div():
            return b == 1.0
    return False


def _certain(tree: ast.expr) -> set[str]:
    """The calls that a tree makes whatever its conditions are, as text."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        match each:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                found |= _certain(body) & _certain(orelse)
                waiting.append(test)
            case ast.BoolOp() | ast.Compare():
                waiting.append(children(each)[0])
            case _:
                if isinstance(each, ast.Call):
                    found.add(ast.dump(each))
                waiting += children(each)
    return found


def _calls(tree: ast.expr, known: Collection[str] = ()) -> bool:
    """Whether a tree calls a function, besides those that are called anyway."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        match each:
            case ast.Call() if known and ast.dump(each) in known:
                continue
            case ast.Call(func=ast.Name(id=name)) if name not in _INSTRUCTIONS:
                return True
            case ast.BinOp(left=ast.Constant(), op=ast.Pow(), right=ast.Constant()):
                continue  # it is a number, which `call` computes
            case ast.BinOp(op=ast.Pow() | ast.Mod()):
                return True
        waiting += children(each)
    return False


@lru_cache(maxsize=1000)
def _called(tree: ast.expr) -> frozenset[str]:
    """The functions that a tree calls, through the rows that it calls."""
    found: set[str] = set()
    for each in walk(tree):
        match each:
            case ast.Call(func=ast.Name(id=name)) if name not in _INSTRUCTIONS:
                row = OPERATIONS.get(name)
                if row is None or name in PRIMITIVES:
                    found.add(name)
                else:
                    found |= _called(row.value.tree)
            case ast.BinOp(left=ast.Constant(), op=ast.Pow(), right=ast.Constant()):
                pass  # likewise
            case ast.BinOp(op=ast.Pow()):
                found.add("pow")
            case ast.BinOp(op=ast.Mod()):
                found.add("fmod")
    return frozenset(found)


def _takes_long(tree: ast.expr) -> bool:
    """Whether it pays not to compute a side that is not taken."""
    return _calls(tree) or any(
        isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div) for each in walk(tree)
    )


@lru_cache(maxsize=1000)
def _calls_on_one_side(tree: ast.expr) -> bool:
    """Whether a choice within a tree, or a row that it calls, decides if a function is called."""
    known = _certain(tree)
    for each in walk(tree):
        if isinstance(each, ast.IfExp) and (_calls(each.body, known) or _calls(each.orelse, known)):
            return True
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            row = OPERATIONS.get(each.func.id)
            if row is not None and each.func.id not in PRIMITIVES and _calls_on_one_side(row.value.tree):
                return True
    return False
