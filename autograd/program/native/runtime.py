"""A call from Python, as machine code that is compiled once per process.

A compiled function takes an array of inputs and one for its results, and returns whether a line may have
failed. `callable_of` makes a built-in function of it, which Python calls ten times as fast as through
ctypes.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.arguments import real
from autograd.errors import ArgumentTypeError
from autograd.program.native.compiler import Machine

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MOST_OPERANDS", "callable_of"]

#: More inputs and results than this do not go over the stack.
MOST_OPERANDS = 2000

_TEXT = """
define ptr @call(ptr %self, ptr %arguments, i64 %count) nounwind {{
entry:
  %held = call ptr {PyTuple_GetItem}(ptr %self, i64 0)
  %plan = call ptr {PyLong_AsVoidPtr}(ptr %held)
  %step = load ptr, ptr %plan
  %at1 = getelementptr i64, ptr %plan, i64 1
  %inputs = load i64, ptr %at1
  %at2 = getelementptr i64, ptr %plan, i64 2
  %outputs = load i64, ptr %at2
  %right = icmp eq i64 %inputs, %count
  br i1 %right, label %space, label %other
space:
  %given = alloca double, i64 %inputs
  %results = alloca double, i64 %outputs
  br label %take
take:
  %k = phi i64 [ 0, %space ], [ %k1, %taken ]
  %more = icmp slt i64 %k, %inputs
  br i1 %more, label %taking, label %run
taking:
  %place = getelementptr ptr, ptr %arguments, i64 %k
  %argument = load ptr, ptr %place
  %at3 = getelementptr i8, ptr %argument, i64 {type_offset}
  %class = load ptr, ptr %at3
  %plain = icmp eq ptr %class, inttoptr (i64 {float} to ptr)
  br i1 %plain, label %taken, label %other
taken:
  %number = call double {PyFloat_AsDouble}(ptr %argument)
  %into = getelementptr double, ptr %given, i64 %k
  store double %number, ptr %into
  %k1 = add i64 %k, 1
  br label %take
run:
  %failed = call zeroext i1 %step(ptr %given, ptr %results)
  br i1 %failed, label %other, label %give
give:
  %single = icmp eq i64 %outputs, 1
  br i1 %single, label %one, label %several
one:
  %first = load double, ptr %results
  %float = call ptr {PyFloat_FromDouble}(double %first)
  ret ptr %float
several:
  %tuple = call ptr {PyTuple_New}(i64 %outputs)
  %none = icmp eq ptr %tuple, null
  br i1 %none, label %stop, label %fill
fill:
  %j = phi i64 [ 0, %several ], [ %j1, %filled ]
  %left = icmp slt i64 %j, %outputs
  br i1 %left, label %filling, label %whole
filling:
  %at4 = getelementptr double, ptr %results, i64 %j
  %result = load double, ptr %at4
  %object = call ptr {PyFloat_FromDouble}(double %result)
  %missing = icmp eq ptr %object, null
  br i1 %missing, label %drop, label %filled
filled:
  %set = call i32 {PyTuple_SetItem}(ptr %tuple, i64 %j, ptr %object)
  %j1 = add i64 %j, 1
  br label %fill
whole:
  ret ptr %tuple
drop:
  call void {Py_DecRef}(ptr %tuple)
  br label %stop
stop:
  ret ptr null
other:
  %python = call ptr {PyTuple_GetItem}(ptr %self, i64 1)
  %answer = call ptr {PyObject_Vectorcall}(ptr %python, ptr %arguments, i64 %count, ptr null)
  ret ptr %answer
}}
"""


class _Plan(ctypes.Structure):
    _fields_ = (
        ("step", ctypes.c_void_p),
        ("inputs", ctypes.c_int64),
        ("outputs", ctypes.c_int64),
    )


class _Method(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_METH_FASTCALL = 0x80


@cache
def _machine() -> Machine:
    names = (
        *("PyTuple_GetItem", "PyTuple_New", "PyTuple_SetItem", "PyLong_AsVoidPtr", "Py_DecRef"),
        *("PyFloat_AsDouble", "PyFloat_FromDouble", "PyObject_Vectorcall"),
    )
    known: dict[str, Any] = {
        name: f"inttoptr (i64 {_address(getattr(ctypes.pythonapi, name))} to ptr)" for name in names
    }
    return Machine(_TEXT.format(**known, float=id(float), type_offset=_type_offset()), 1)


def _address(function: Any) -> int | None:
    return ctypes.cast(function, ctypes.c_void_p).value


def _type_offset() -> int:
    """Where in an object its type stands, in this build of Python."""
    number = 0.5
    for offset in range(0, number.__sizeof__(), ctypes.sizeof(ctypes.c_void_p)):
        if ctypes.c_void_p.from_address(id(number) + offset).value == id(float):
            return offset
    raise AssertionError("an object has no type")  # pragma: no cover


@cache
def _method() -> _Method:
    return _Method(b"replay", _machine().address("call"), _METH_FASTCALL, None)


def callable_of(
    address: int, inputs: int, outputs: int, stopped: Callable[..., Any], keep: object
) -> Callable[..., Any]:
    """A built-in function of floats that calls a compiled one, and gives a float or a tuple of them.

    Args:
        address: where the compiled function is.
        inputs: how many numbers it takes.
        outputs: how many it gives.
        stopped: is called with the same numbers where a line may have failed.
        keep: what has to live as long as the function does.
    """

    def otherwise(*arguments: Any) -> Any:
        if len(arguments) != inputs:
            raise ArgumentTypeError(f"there must be {inputs} numbers, got {len(arguments)}")
        if all(each.__class__ is float for each in arguments):
            return stopped(*arguments)
        return made(*(real(f"number {place}", each) for place, each in enumerate(arguments, 1)))

    plan = _Plan(address, inputs, outputs)
    make = ctypes.pythonapi.PyCFunction_NewEx
    # objects of their own, whatever else the process has told ctypes of the function
    function = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
        _address(make) or 0
    )
    made: Callable[..., Any] = function(
        ctypes.addressof(_method()), (ctypes.addressof(plan), otherwise, plan, keep), None
    )
    return made
