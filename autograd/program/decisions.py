"""What a function decides on numbers while it is recorded, with the line of its code.

A comparison of a node, its truth, ``min`` and ``max`` of nodes are decisions; a replay decides alike.
A number that is read by ``.data`` is one too as far as it is only compared, and else has to be the same
number to the bit. While a function is recorded, and only then, the class `Value` has methods that
notice, so that nodes cost no more than ever at other times.
"""

from __future__ import annotations

import operator
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import isnan
from numbers import Real
from typing import Any

from autograd.arguments import as_number
from autograd.codegen import NOTICED
from autograd.errors import AutogradError, RecordingError
from autograd.program.tape import Decision
from autograd.value import Value

__all__ = ["Recorder", "recording"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Recorder:
    """Collects the decisions of one recording.

    Attributes:
        decisions: what was decided, in order.
        failures: the errors of operations, and where they were met.
    """

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.failures: list[tuple[AutogradError, str]] = []

    def decide(self, node: Value, comparison: str, other: Value | float, outcome: bool) -> bool:
        """Note a comparison, and return its outcome."""
        self.decisions.append((node, comparison, other, outcome, place()))
        return outcome


_RECORDER: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def place() -> str:
    """Where the code is that called this package, as ``file:line``."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        name = frame.f_code.co_filename
        # generated sources have names in brackets
        if not name.startswith((_PACKAGE, "<autograd ", "<string>")):
            break
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


# --- the number of a node, read while recording ----------------------------------------------------


class Reading:
    """The number of a node, as ``.data`` gives it while a function is recorded.

    It compares as the number does, and is shown so; what is computed from it is a plain number.
    """

    __slots__ = ("_node", "_recorder")

    def __init__(self, node: Value, recorder: Recorder) -> None:
        self._node, self._recorder = node, recorder

    def __float__(self) -> float:
        number = self._node._data
        # after the recording it is a number like any other
        if _RECORDER.get() is self._recorder:
            self._recorder.decide(self._node, "is", number, True)
        return number

    def __bool__(self) -> bool:
        return self._decide("!=", 0.0, self._node._data != 0.0)

    def _decide(self, comparison: str, other: Value | float, outcome: bool) -> bool:
        if _RECORDER.get() is self._recorder:
            self._recorder.decide(self._node, comparison, other, outcome)
        return outcome

    def __hash__(self) -> int:
        return hash(float(self))

    def __repr__(self) -> str:
        return repr(self._node._data)

    def __format__(self, spec: str) -> str:
        return format(self._node._data, spec)


def _compared(comparison: str, method: str) -> Callable[[Reading, Any], Any]:
    def compare(self: Reading, other: Any) -> Any:
        if isinstance(other, Reading):
            other = other._node
        number = other._data if isinstance(other, Value) else as_number(other)
        if number is None:
            return NotImplemented
        if not isinstance(other, Value) and number != other and not isnan(number):
            # no float: Python compares with 2**53 + 1 or 1/3 exactly, and a guard would not
            return getattr(operator, method)(float(self), other)
        outcome = getattr(self._node._data, method)(number)
        return self._decide(comparison, other if isinstance(other, Value) else number, outcome)

    return compare


def _computed(method: str) -> Callable[..., Any]:
    def compute(self: Reading, *others: Any) -> Any:
        function = getattr(float(self), method)
        return function(*(float(each) if isinstance(each, Reading) else each for each in others))

    return compute


_SIGNS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__eq__": "==", "__ne__": "!="}
for _method, _sign in _SIGNS.items():
    setattr(Reading, _method, _compared(_sign, _method))
for _name in dir(float):
    if _name not in vars(Reading) and _name not in {
        *dir(object),
        "fromhex",
        "__getformat__",
        "__setformat__",
        "real",
    }:
        setattr(Reading, _name, _computed(_name))
Reading.real = property(float)  # type: ignore[attr-defined]
Reading.imag = 0.0  # type: ignore[attr-defined]
Reading.__trunc__ = _computed("__trunc__")  # type: ignore[attr-defined]
Real.register(Reading)


# --- the methods of nodes while something is recorded ----------------------------------------------


def _noticing(method: str, sign: str) -> Callable[[Value, Any], Any]:
    plain = getattr(Value, method)

    def compare(self: Value, other: Any) -> Any:
        outcome = plain(self, other)
        recorder = _RECORDER.get()
        if recorder is None or outcome is NotImplemented:
            return outcome
        if isinstance(other, Reading):
            other = other._node
        return recorder.decide(self, sign, other if isinstance(other, Value) else float(other), outcome)

    return compare


def _truth(self: Value) -> bool:
    outcome = self._data != 0.0
    recorder = _RECORDER.get()
    return outcome if recorder is None else recorder.decide(self, "!=", 0.0, outcome)


def _number(self: Value) -> Any:
    recorder = _RECORDER.get()
    return self._data if recorder is None else Reading(self, recorder)


def _refused(name: str) -> Callable[[Value], Any]:
    plain = vars(Value)[name].__get__

    def read(self: Value) -> Any:
        if _RECORDER.get() is not None and not _inside():
            raise RecordingError(
                f"{place()}: a recorded function cannot read .{name}, whose number leaves the graph; "
                f"autograd.grad gives a derivative that is recorded"
            )
        return plain(self)

    return read


def _inside() -> bool:
    """Whether it is this package that asks."""
    return sys._getframe(2).f_code.co_filename.startswith((_PACKAGE, "<autograd "))


def _read_by(name: str, read: Callable[[Value], Any]) -> property:
    """A property of nodes that is read another way; the engine in C has no properties of Python."""
    plain = vars(Value)[name]
    return property(read, plain.__set__, doc=plain.__doc__)


_METHODS: dict[str, Any] = {
    **{method: _noticing(method, sign) for method, sign in list(_SIGNS.items())[:4]},
    "__bool__": _truth,
    "item": _number,
    "data": _read_by("data", _number),
    "grad": _read_by("grad", _refused("grad")),
    "derivatives": _read_by("derivatives", _refused("derivatives")),
}
_PLAIN: dict[str, Any] = {name: vars(Value)[name] for name in _METHODS}


def _failed(error: AutogradError) -> None:
    recorder = _RECORDER.get()
    if recorder is not None:
        recorder.failures.append((error, place()))


NOTICED.append(_failed)

_lock = threading.Lock()
_running = 0


def _installed(step: int) -> None:
    """Count recordings that run, in whichever thread, and give `Value` the methods that are due."""
    global _running
    with _lock:
        _running += step
        wanted = _METHODS if _running else _PLAIN
        if vars(Value)["data"] is not wanted["data"]:
            for name, method in wanted.items():
                setattr(Value, name, method)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Notice what is decided on numbers, in this context.

    >>> x = Value(3.0, "x")
    >>> with recording() as recorder:
    ...     larger, read = x > 2.0, x.data * 2.0
    >>> [(sign, other, outcome) for _, sign, other, outcome, _ in recorder.decisions]
    [('>', 2.0, True), ('is', 3.0, True)]
    """
    recorder = Recorder()
    _installed(1)
    token = _RECORDER.set(recorder)
    try:
        yield recorder
    finally:
        _RECORDER.reset(token)
        _installed(-1)
