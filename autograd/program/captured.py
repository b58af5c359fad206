"""What a function finds outside itself: where that changes, a recording of it is wrong."""

from __future__ import annotations

import dis
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

from autograd.errors import RecordingError, StaleGraphError
from autograd.value import Value

__all__ = ["Captured", "random_states"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MOST_FUNCTIONS = 200
_MOST_NUMBERS = 64


class _Watched(NamedTuple):
    """Something that a function finds: its name, how it is read, what it was, and what is compared."""

    name: str
    read: Callable[[], Any]
    before: Any
    frozen: Any


class Captured:
    """What a function, and those that it calls, find in closures, globals, defaults and attributes.

    Numbers and texts are watched, a few in a list, tuple or dict too; and which nodes and functions the
    names stand for. What is reached by two steps, as an attribute of an attribute, is not seen.

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
        self._watched: list[_Watched] = []
        for name, read in _found(f):
            given = read()
            frozen = _frozen(given)
            if frozen is not _UNSEEN:
                # what may change in place is never the same object as what was found
                before = given if _fixed(given) else _UNSEEN
                self._watched.append(_Watched(name, read, before, frozen))

    def check(self) -> None:
        """Raise an error if something of that has changed.

        Raises:
            StaleGraphError: it has.
        """
        for watched, now in self._changed():
            raise StaleGraphError(
                f"{watched.name!r} was {watched.frozen!r} when the function was recorded, and is "
                f"{now!r} now: make it an input, or record again"
            )

    def settle(self) -> None:
        """Watch no more what has changed with a further call: the function itself changes that.

        A node that it keeps, or a list that it adds to, is not what it computes with, since it has
        recorded the same. By a number that it counts up it may decide later on.

        Raises:
            RecordingError: it has changed a number or a text.
        """
        for watched, now in [*self._changed()]:
            if _scalar(watched.frozen) and watched.frozen is not None:
                raise RecordingError(
                    f"the function changes {watched.name!r} when it is called, here from "
                    f"{watched.frozen!r} to {now!r}, and a replay would not: make it an input, or "
                    f"change it elsewhere"
                )
            self._watched.remove(watched)

    def _changed(self) -> Iterator[tuple[_Watched, Any]]:
        """What has changed, and what it is now."""
        for watched in self._watched:
            now = watched.read()
            if now is not watched.before and _key(_frozen(now)) != _key(watched.frozen):
                yield watched, now


def random_states(f: Callable[..., Any]) -> list[Any]:
    """The states of Python's generators of random numbers that a function finds, and of the common one.

    >>> from random import Random
    >>> generator = Random(0)
    >>> before = random_states(lambda x: x * generator.random())
    >>> number = generator.random()
    >>> before == random_states(lambda x: x * generator.random())
    False
    """
    random = sys.modules.get("random")
    if random is None:
        return []
    found = [read() for _, read in _found(f)]
    generators = [each for each in found if type(each) is random.Random]
    return [each.getstate() for each in (random, *generators)]


#: In the place of what is not watched.
_UNSEEN = object()


def _fixed(given: Any) -> bool:
    return not isinstance(given, list | tuple | dict)


def _key(frozen: Any) -> Any:
    if isinstance(frozen, float):
        return frozen.hex()
    if isinstance(frozen, tuple):
        return [_key(each) for each in frozen]
    return id(frozen) if isinstance(frozen, Value | FunctionType) else frozen


def _scalar(given: Any) -> bool:
    if given is None or isinstance(given, int | float | str):
        return True
    from numbers import Number

    return isinstance(given, Number) and not isinstance(given, Value)


def _frozen(given: Any) -> Any:
    """What is compared later: a number, text, node or function, a few numbers; or `_UNSEEN`."""
    if isinstance(given, Value | FunctionType) or _scalar(given):
        return given
    if isinstance(given, dict):
        given = [part for item in given.items() for part in item]
    if isinstance(given, list | tuple) and len(given) <= _MOST_NUMBERS:
        found = tuple(_frozen(each) for each in given)
        if all(isinstance(each, tuple) or _scalar(each) for each in found):
            return found
    return _UNSEEN


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return _UNSEEN


def _attribute(scopes: list[Any], name: str) -> Any:
    """An attribute as it lies there: a property would run code."""
    found = next((scope[name] for scope in scopes if name in scope), _UNSEEN)
    return _UNSEEN if isinstance(found, FunctionType) else found


def _found(f: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What a function finds outside itself, by name, and how to read it."""
    waiting, seen = [f], set[tuple[int, int]]()
    while waiting and len(seen) < _MOST_FUNCTIONS:
        each = waiting.pop()
        if isinstance(each, partial):
            waiting += [each.func, *each.args, *each.keywords.values()]
            given = [*enumerate(each.args, 1), *each.keywords.items()]
            yield from ((f"argument {name}", partial(_same, value)) for name, value in given)
            continue
        owner: Any = None
        if isinstance(each, MethodType):
            owner, each = each.__self__, each.__func__
        elif not isinstance(each, FunctionType):
            owner, each = each, getattr(type(each), "__call__", None)  # noqa: B004
        if not isinstance(each, FunctionType) or (id(each), id(owner)) in seen:
            continue
        seen.add((id(each), id(owner)))
        code = each.__code__
        if code.co_filename.startswith((_PACKAGE, "<autograd ")):
            continue
        called, attributes = _names(code)
        found = [
            (name, partial(_cell, cell))
            for name, cell in zip(code.co_freevars, each.__closure__ or (), strict=True)
        ]
        found += [(name, partial(each.__globals__.get, name, _UNSEEN)) for name in sorted(called)]
        last = code.co_varnames[: code.co_argcount][::-1]
        defaults = [*zip(last, (each.__defaults__ or ())[::-1], strict=False)]
        defaults += (each.__kwdefaults__ or {}).items()
        found += [(name, partial(_same, value)) for name, value in defaults]
        for name, read in found:
            yield name, read
            waiting.append(read())
        for name, value in [("self", owner), *((name, read()) for name, read in found)]:
            scopes = _scopes(value)
            for attribute in sorted(attributes) if scopes else ():
                yield f"{name}.{attribute}", partial(_attribute, scopes, attribute)


def _same(value: Any) -> Any:
    return value


def _scopes(value: Any) -> list[Any]:
    """The attributes of an object, and of its classes."""
    if isinstance(value, Value | FunctionType) or _scalar(value):
        return []
    classes = value.__mro__ if isinstance(value, type) else [value, *type(value).__mro__]
    return [each.__dict__ for each in classes if hasattr(each, "__dict__")]


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The names of globals and of attributes in some code."""
    names: set[str] = set()
    attributes: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            names.add(instruction.argval)
        elif instruction.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            attributes.add(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = _names(constant)
            names |= inner[0]
            attributes |= inner[1]
    return names, attributes
