"""The plain numbers that a function finds outside itself: what changes them makes a recording wrong."""

from __future__ import annotations

import dis
import os
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from autograd.errors import StaleGraphError

__all__ = ["Captured"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MOST_FUNCTIONS = 200
_MOST_NUMBERS = 64


class Captured:
    """The numbers in the closure and the globals of a function, and of those that it calls.

    What a function reaches otherwise, as an attribute or in a file, is not seen.

    Args:
        f: the function; None for none.

    >>> rate = 0.5
    >>> captured = Captured(lambda x: x * rate)
    >>> captured.check()
    >>> rate = 0.25
    >>> try:
    ...     captured.check()
    ... except StaleGraphError as error:
    ...     print(error)
    'rate' was 0.5 when the function was recorded, and is 0.25 now: make it an input, or record again
    """

    def __init__(self, f: Callable[..., Any] | None) -> None:
        self._read: list[tuple[str, Callable[[], Any], Any]] = []
        for name, read in _numbers(f):
            number = _frozen(read())
            if number is not None:
                self._read.append((name, read, number))

    def check(self) -> None:
        """Raise an error if one of the numbers has changed.

        Raises:
            StaleGraphError: one has.
        """
        for name, read, before in self._read:
            now = read()
            if now is not before and _key(_frozen(now)) != _key(before):
                raise StaleGraphError(
                    f"{name!r} was {before!r} when the function was recorded, and is {now!r} now: "
                    f"make it an input, or record again"
                )


def _key(number: Any) -> Any:
    if isinstance(number, float):
        return number.hex()
    return [_key(each) for each in number] if isinstance(number, tuple) else number


def _frozen(given: Any) -> Any:
    """A number, or a few in a list or tuple; None for anything else."""
    if given.__class__ in {int, float, bool}:
        return given
    if isinstance(given, list | tuple) and len(given) <= _MOST_NUMBERS:
        found = tuple(map(_frozen, given))
        return None if None in found else found
    return None


def _missing(scope: dict[str, Any], name: str) -> Any:
    return scope.get(name)


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return None


def _numbers(f: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What a function finds outside itself, by name, and how to read it."""
    waiting, seen = [f], set[int]()
    while waiting and len(seen) < _MOST_FUNCTIONS:
        each = waiting.pop()
        if isinstance(each, partial):
            waiting += [each.func, *each.args, *each.keywords.values()]
            continue
        if isinstance(each, MethodType):
            each = each.__func__
        if not isinstance(each, FunctionType) or id(each) in seen:
            continue
        seen.add(id(each))
        code = each.__code__
        if code.co_filename.startswith((_PACKAGE, "<autograd ")):
            continue
        found = [
            (name, partial(_cell, cell))
            for name, cell in zip(code.co_freevars, each.__closure__ or (), strict=True)
        ]
        found += [
            (name, partial(_missing, each.__globals__, name)) for name in sorted(_global_names(code))
        ]
        for name, read in found:
            yield name, read
            waiting.append(read())


def _global_names(code: CodeType) -> set[str]:
    found = {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
    }
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _global_names(constant)
    return found
