"""An interpreter of tapes in machine code, generated from their rows and compiled once.

It takes a tape's own flat arrays, and so has nothing to compile for each: what it loses to straight-line
code, by stepping from row to row, it gains on large graphs, whose code would not fit the processor's
caches.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import TYPE_CHECKING

from autograd.program.native.code import Code, Module
from autograd.program.native.compiler import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.operations import Operation

__all__ = ["Interpreter", "interpreter"]


class Interpreter:
    """Machine code for some rows of the table.

    Args:
        operations: the rows, in the order in which tapes number them.
        ahead: how many lines ahead operands are fetched into the processor's caches; 0 if these hold
            all of them.

    Attributes:
        forward: computes lines ``begin`` to ``end`` of the numbers of all slots; whether one may have
            failed.
        reverse: goes over lines from ``end`` down to ``begin``, adding to the gradients of all slots.
            By line, bit 1 of ``needed`` says that the first operand's is, bit 2 the second's.
        callbacks: the Python functions that it calls.
    """

    def __init__(self, operations: Sequence[Operation], ahead: int) -> None:
        module = Module()
        text = module.text  # called last, since the functions add to it
        functions = [_forward(operations, module, ahead), _reverse(operations, module, ahead), _FETCHES]
        self.callbacks = tuple(module.callbacks.values())
        self._machine = Machine(text(*functions), 1)
        pointer, whole = ctypes.c_void_p, ctypes.c_int64
        arrays = [pointer] * 4
        self.forward = self._machine.function("forward", ctypes.c_bool, *arrays, whole, whole, whole)
        self.reverse = self._machine.function(
            "reverse", None, *arrays, pointer, pointer, whole, whole, whole
        )


@lru_cache(maxsize=32)
def interpreter(operations: tuple[Operation, ...], ahead: int = 0) -> Interpreter:
    """The interpreter for some rows, compiled when it is first asked for."""
    return Interpreter(operations, ahead)


_TAPE = "ptr noalias %rows, ptr noalias %first, ptr noalias %second, ptr noalias %numbers"

_FETCHES = """declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare i64 @llvm.smin.i64(i64, i64)
declare i64 @llvm.smax.i64(i64, i64)"""

_GRADIENTS = "ptr noalias %needed, ptr noalias %gradients"


def _load(kind: str, array: str, place: str, to: str) -> list[str]:
    return [
        f"  {to}.at = getelementptr {kind}, ptr {array}, i64 {place}",
        f"  {to} = load {kind}, ptr {to}.at",
    ]


def _operand(which: str, array: str) -> list[str]:
    """The slot of an operand, and its number; slot 0 stands for one that is missing."""
    return [
        *_load("i32", array, "%line", f"%{which}.slot"),
        f"  %{which}.some = icmp sge i32 %{which}.slot, 0",
        f"  %{which}.there = select i1 %{which}.some, i32 %{which}.slot, i32 0",
        f"  %{which}.wide = sext i32 %{which}.there to i64",
        *_load("double", "%numbers", f"%{which}.wide", f"%{which}"),
    ]


def _fetched(line: str, within: str, last: str, *arrays: str) -> list[str]:
    """Instructions that have the operands of a line to come fetched, and do not wait for them."""
    found = [
        f"  %later = {line}",
        f"  %soon = call i64 @llvm.{within}(i64 %later, i64 {last})",
    ]
    for which in ("first", "second"):
        found += [
            *_load("i32", f"%{which}", "%soon", f"%{which}.soon"),
            f"  %{which}.far = sext i32 %{which}.soon to i64",
        ]
        for number, each in enumerate(arrays):
            at = f"%{which}.at{number}"
            found += [
                f"  {at} = getelementptr double, ptr {each}, i64 %{which}.far",
                f"  call void @llvm.prefetch.p0(ptr {at}, i32 0, i32 3, i32 1)",
            ]
    return found


def _switch(count: int, on: str) -> list[str]:
    cases = " ".join(f"i32 {number}, label %row{number}" for number in range(count))
    return [f"  switch i32 {on}, label %unknown [ {cases} ]"]


def _forward(operations: Sequence[Operation], module: Module, ahead: int) -> str:
    lines = [
        f"define zeroext i1 @forward({_TAPE}, i64 %begin, i64 %end, i64 %start) nounwind {{",
        "top:",
        *(["  %last = sub i64 %end, 1"] if ahead else ()),
        "  br label %again",
        "again:",
        "  %line = phi i64 [ %begin, %top ], [ %line1, %next ]",
        "  %failed = phi double [ 0.0, %top ], [ %failed1, %next ]",
        "  %left = icmp slt i64 %line, %end",
        "  br i1 %left, label %step, label %done",
        "step:",
        *_load("i32", "%rows", "%line", "%row"),
        *_operand("x", "%first"),
        *_operand("y", "%second"),
        *(_fetched(f"add i64 %line, {ahead}", "smin.i64", "%last", "%numbers") if ahead else ()),
        *_switch(len(operations), "%row"),
    ]
    results, failures = [], []
    for number, operation in enumerate(operations):
        code = Code(module, fails=True, mark=f"{number}.", block=f"row{number}")
        lines.append(f"row{number}:")
        variables = dict(zip(operation.parameters, ("%x", "%y"), strict=False))
        result = code.spelled(code.line(operation.value.tree, variables))
        failed = code.put(f"fadd double %failed, {code.spelled(code.failed)}")
        lines += [*code.lines, "  br label %next"]
        results.append(f"[ {result}, %{code.block} ]")
        failures.append(f"[ {failed if code.failed != 0.0 else '%failed'}, %{code.block} ]")
    lines += [
        "unknown:",
        "  unreachable",
        "next:",
        f"  %result = phi double {', '.join(results)}",
        f"  %failed1 = phi double {', '.join(failures)}",
        "  %out = add i64 %start, %line",
        "  %into = getelementptr double, ptr %numbers, i64 %out",
        "  store double %result, ptr %into",
        "  %line1 = add i64 %line, 1",
        "  br label %again",
        "done:",
        "  %bad = fcmp uno double %failed, 0.0",
        "  ret i1 %bad",
        "}",
    ]
    return "\n".join(lines)


def _reverse(operations: Sequence[Operation], module: Module, ahead: int) -> str:
    lines = [
        f"define void @reverse({_TAPE}, {_GRADIENTS}, i64 %begin, i64 %end, i64 %start) nounwind {{",
        "top:",
        "  br label %again",
        "again:",
        "  %line1 = phi i64 [ %end, %top ], [ %line, %next ]",
        "  %left = icmp sgt i64 %line1, %begin",
        "  br i1 %left, label %look, label %done",
        "look:",
        "  %line = sub i64 %line1, 1",
        *_load("i8", "%needed", "%line", "%wanted"),
        "  %some = icmp ne i8 %wanted, 0",
        "  br i1 %some, label %step, label %next",
        "step:",
        "  %by_first = trunc i8 %wanted to i1",
        "  %shifted = lshr i8 %wanted, 1",
        "  %by_second = trunc i8 %shifted to i1",
        *_load("i32", "%rows", "%line", "%row"),
        *_operand("x", "%first"),
        *_operand("y", "%second"),
        "  %out.slot = add i64 %start, %line",
        *_load("double", "%numbers", "%out.slot", "%out"),
        *_load("double", "%gradients", "%out.slot", "%above"),
        *(
            _fetched(f"sub i64 %line, {ahead}", "smax.i64", "%begin", "%numbers", "%gradients")
            if ahead
            else ()
        ),
        *_switch(len(operations), "%row"),
    ]
    for number, operation in enumerate(operations):
        lines.append(f"row{number}:")
        variables = {
            **dict(zip(operation.parameters, ("%x", "%y"), strict=False)),
            "out": "%out",
        }
        for place, (which, by) in enumerate((("x", "%by_first"), ("y", "%by_second"))):
            if place >= operation.arity:
                break
            mark = f"{number}.{place}."
            lines += [f"  br i1 {by}, label %use{mark}, label %after{mark}", f"use{mark}:"]
            code = Code(module, mark=mark, block=f"use{mark}")
            partial = code.line(operation.partials[place].tree, variables, by_ieee=True)
            term = code.multiplied("%above", partial)
            own = "%gradients", f"%{which}.wide"
            code.store(code.added(code.load(*own), term), *own)
            lines += [
                *code.lines,
                f"  br label %after{mark}",
                f"after{mark}:",
            ]
        lines.append("  br label %next")
    lines += ["unknown:", "  unreachable", "next:", "  br label %again", "done:", "  ret void", "}"]
    return "\n".join(lines)
