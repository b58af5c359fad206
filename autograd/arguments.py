"""What a function is given, checked before anything is done: each error names what, and shows it.

A node and a number are what the engine is about; `autograd.codegen` says what a number is. Here is the
rest: counts, flags, functions, lists, names of a choice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from operator import index

from autograd.codegen import as_number
from autograd.errors import OperandError, ResultOverflowError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar

    T = TypeVar("T")

__all__ = ["choice", "each", "flag", "function", "instance", "items", "real", "shown", "text", "whole"]


def shown(given: object) -> str:
    """A thing as an error shows it: its type, and how it begins.

    >>> shown("text"), shown(10**5000)  # more digits than Python writes
    ("str 'text'", 'int')
    """
    kind = type(given).__name__
    try:
        return f"{kind} {given!r:.60}"
    except Exception:  # a foreign repr may raise anything
        return kind


def whole(what: str, given: object, least: int, most: int = sys.maxsize) -> int:
    """A count: int, bool, a NumPy integer.

    Args:
        what: what to call it.
        given: the count.
        least: the least that it may be.
        most: the most.

    Raises:
        OperandError: it is no whole number.
        ValueError: it is less than ``least``.
        ResultOverflowError: it is more than ``most``.

    >>> whole("digits", True, 1)
    1
    >>> whole("digits", 0, 1)
    Traceback (most recent call last):
    ValueError: digits is at least 1, not 0
    """
    try:
        count = index(given)  # type: ignore[arg-type]  # what has no index raises
    except TypeError:
        raise OperandError(f"{what} is a whole number, not {shown(given)}", operands=(given,)) from None
    if count < least:
        raise ValueError(
            f"{what} is at least {least}, not {count if count > -sys.maxsize else 'so little'}"
        )
    if count > most:
        raise ResultOverflowError(
            f"{what} is at most {most}, and less than was given", operands=(given,)
        )
    return count


def real(what: str, given: object) -> float:
    """A real number, as a float.

    Raises:
        OperandError: it is none.
        ResultOverflowError: it is too large for a float.

    >>> real("lr", True)
    1.0
    >>> real("lr", "0.5")
    Traceback (most recent call last):
    autograd.errors.OperandError: lr is a real number, not str '0.5'
    """
    number = as_number(given)
    if number is None:
        raise OperandError(f"{what} is a real number, not {shown(given)}", operands=(given,))
    return number


def text(what: str, given: object) -> str:
    """A text.

    >>> text("symbol", 5)
    Traceback (most recent call last):
    autograd.errors.OperandError: symbol is a text, not int 5
    """
    return instance(what, given, str, "a text")


def instance(what: str, given: object, kind: type[T], called: str) -> T:
    """Something of a class.

    Args:
        what: what to call it.
        given: the thing.
        kind: its class.
        called: what to call one of that class.

    >>> instance("notes", "text", dict, "a dict")
    Traceback (most recent call last):
    autograd.errors.OperandError: notes is a dict, not str 'text'
    """
    if not isinstance(given, kind):
        raise OperandError(f"{what} is {called}, not {shown(given)}", operands=(given,))
    return given


def flag(what: str, given: object) -> bool:
    """True or False, and nothing that only counts as one of them.

    >>> flag("fold", "no")
    Traceback (most recent call last):
    autograd.errors.OperandError: fold is True or False, not str 'no'
    """
    if given is not True and given is not False:
        raise OperandError(f"{what} is True or False, not {shown(given)}", operands=(given,))
    return given


def function(what: str, given: Any) -> Callable[..., Any]:
    """Something that can be called.

    >>> function("f", 3.0)
    Traceback (most recent call last):
    autograd.errors.OperandError: f is a function, not float 3.0
    """
    if not callable(given):
        raise OperandError(f"{what} is a function, not {shown(given)}", operands=(given,))
    called: Callable[..., Any] = given
    return called


def items(what: str, given: Any) -> Sequence[Any]:
    """The items of what has them in an order: a list, a tuple, a range, an array.

    Text, bytes, a set and the keys of a dict are no such thing, though Python would go through them.

    >>> items("inputs", (0.5, 1.0)), items("inputs", range(2))
    ((0.5, 1.0), [0, 1])
    >>> items("inputs", {0: 0.5})
    Traceback (most recent call last):
    autograd.errors.OperandError: inputs is a list, not dict {0: 0.5}
    """
    if isinstance(given, list | tuple):
        return given
    listed = given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(listed, Sequence) or isinstance(listed, str | bytes | bytearray):
        raise OperandError(f"{what} is a list, not {shown(given)}", operands=(given,))
    return list(listed)


def each(what: str, given: Any) -> Iterator[Any]:
    """What a loop goes through: of a list, an iterator, anything that has items.

    >>> list(each("parameters", {1.0: "a"}))
    [1.0]
    >>> each("parameters", 1.0)
    Traceback (most recent call last):
    autograd.errors.OperandError: parameters is a list, not float 1.0
    """
    try:
        return iter(given)
    except TypeError:
        raise OperandError(f"{what} is a list, not {shown(given)}", operands=(given,)) from None


def choice(what: str, given: object, choices: Iterable[str]) -> str:
    """One of some names.

    >>> choice("bias convention", "b", ["+b", "-b"])
    Traceback (most recent call last):
    ValueError: no bias convention 'b'; there are +b, -b
    """
    names = list(choices)
    if not isinstance(given, str) or given not in names:
        found = f"{given!r:.60}" if isinstance(given, str) else shown(given)
        raise ValueError(f"no {what} {found}; there are {', '.join(names)}")
    return given
