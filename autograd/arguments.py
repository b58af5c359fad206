"""What a function is given, checked before anything is done: each error names what, and shows it.

An error reads "lr must be a positive number, got '0.5'". What is of the wrong kind is an
`ArgumentTypeError`, what has a wrong value an `ArgumentValueError`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import isinf
from operator import index

from autograd.errors import ArgumentTypeError, ArgumentValueError, ResultOverflowError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, SupportsFloat, TypeVar

    T = TypeVar("T")

__all__ = [
    "alike",
    "as_number",
    "between",
    "choice",
    "each",
    "finite",
    "flag",
    "function",
    "instance",
    "items",
    "non_negative",
    "number_of",
    "positive",
    "real",
    "shown",
    "text",
    "whole",
    "wrong_kind",
    "wrong_value",
]

_SHOWN = 60  # characters of a thing, in an error


def shown(given: object) -> str:
    """A thing as an error shows it: how it is written in Python, or how that begins.

    >>> shown("text"), shown([0.5] * 100), shown(10**5000)  # more digits than Python writes
    ("'text'", '[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5…', 'an int')
    """
    try:
        written = repr(given)
    except Exception:  # a foreign repr may raise anything
        kind = type(given).__name__
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 1]}…"


def wrong_kind(what: str, wanted: str, given: object) -> ArgumentTypeError:
    """The error to raise where an argument is not of the kind that is wanted.

    >>> wrong_kind("lr", "a real number", "0.5")
    ArgumentTypeError("lr must be a real number, got '0.5'")
    """
    return ArgumentTypeError(f"{what} must be {wanted}, got {shown(given)}", operands=(given,))


def wrong_value(what: str, wanted: str, given: object) -> ArgumentValueError:
    """The error to raise where an argument is of the right kind, and its value is not.

    >>> wrong_value("lr", "a positive number", -0.5)
    ArgumentValueError('lr must be a positive number, got -0.5')
    """
    return ArgumentValueError(f"{what} must be {wanted}, got {shown(given)}", operands=(given,))


# --- numbers ------------------------------------------------------------------------------------


def as_number(x: object) -> float | None:
    """The float that a real number stands for, or None if it is no real number.

    Real is what `numbers.Real` says: int, bool, Fraction, NumPy scalars; no complex, Decimal or text.

    Raises:
        ResultOverflowError: a number that is finite, and too large for a float.

    >>> as_number(True), as_number("1"), as_number(1j)
    (1.0, None, None)
    """
    if x.__class__ is int or isinstance(x, float):
        return _as_float(x)
    from numbers import Real

    if not isinstance(x, Real):  # which is slow to tell
        return None
    number = _as_float(x)
    if isinf(number) and number != x:  # a long double does not raise
        raise ResultOverflowError(f"{type(x).__name__} too large for a float")
    return number


def _as_float(x: SupportsFloat) -> float:
    try:
        return float(x)
    except OverflowError:
        raise ResultOverflowError(f"{type(x).__name__} too large for a float") from None


def number_of(scalar: Any) -> float:
    """The number of a node, or the plain number that stands in its place.

    >>> from autograd import Value
    >>> number_of(Value(2.0)), number_of(3.0)
    (2.0, 3.0)
    """
    number: float = scalar if isinstance(scalar, float) else scalar.data
    return number


def whole(what: str, given: object, least: int, most: int = sys.maxsize) -> int:
    """A count: int, bool, a NumPy integer.

    Args:
        what: what to call it.
        given: the count.
        least: the least that it may be.
        most: the most.

    Raises:
        ArgumentTypeError: it is no whole number.
        ArgumentValueError: it is less than ``least``.
        ResultOverflowError: it is more than ``most``.

    >>> whole("digits", True, 1)
    1
    >>> whole("digits", 0, 1)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: digits must be at least 1, got 0
    """
    try:
        count = index(given)  # type: ignore[arg-type]  # what has no index raises
    except TypeError:
        raise wrong_kind(what, "a whole number", given) from None
    if count < least:
        raise wrong_value(what, f"at least {least}", count)
    if count > most:
        raise ResultOverflowError(
            f"{what} must be at most {most}, got {shown(given)}", operands=(given,)
        )
    return count


def real(what: str, given: object) -> float:
    """A real number, as a float.

    Raises:
        ArgumentTypeError: it is none.
        ResultOverflowError: it is too large for a float.

    >>> real("lr", True)
    1.0
    >>> real("lr", "0.5")
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: lr must be a real number, got '0.5'
    """
    return _number(what, "a real number", given)


def _number(what: str, wanted: str, given: object) -> float:
    try:
        number = as_number(given)
    except ResultOverflowError as error:
        raise ResultOverflowError(f"{what} must be {wanted}, got {error}", operands=(given,)) from None
    if number is None:
        raise wrong_kind(what, wanted, given)
    return number


def finite(what: str, given: object) -> float:
    """A finite number, as a float; raises as `between`.

    >>> finite("inputs[0]", float("nan"))
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: inputs[0] must be a finite number, got nan
    """
    number = _number(what, "a finite number", given)
    if not number - number == 0.0:
        raise wrong_value(what, "a finite number", number)
    return number


def positive(what: str, given: object) -> float:
    """A finite number above 0, as a float; raises as `between`.

    >>> positive("lr", "0.5")
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: lr must be a positive number, got '0.5'
    """
    number = _number(what, "a positive number", given)
    if not 0.0 < number < float("inf"):
        raise wrong_value(what, "a positive number", number)
    return number


def non_negative(what: str, given: object) -> float:
    """A finite number of at least 0, as a float; raises as `between`.

    >>> non_negative("atol", -1e-6)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: atol must be a non-negative number, got -1e-06
    """
    number = _number(what, "a non-negative number", given)
    if not 0.0 <= number < float("inf"):
        raise wrong_value(what, "a non-negative number", number)
    return number


def between(what: str, given: object, low: float, high: float) -> float:
    """A number from ``low`` to ``high``, as a float.

    Raises:
        ArgumentTypeError: it is no real number.
        ArgumentValueError: it is less, more, or NaN.
        ResultOverflowError: it is too large for a float.

    >>> between("dampening", 1.5, 0, 1)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: dampening must be a number from 0 to 1, got 1.5
    """
    wanted = f"a number from {low:g} to {high:g}"
    number = _number(what, wanted, given)
    if not low <= number <= high:
        raise wrong_value(what, wanted, number)
    return number


# --- other kinds --------------------------------------------------------------------------------


def text(what: str, given: object) -> str:
    """A string.

    >>> text("symbol", 5)
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: symbol must be a string, got 5
    """
    return instance(what, given, str, "a string")


def instance(what: str, given: object, kind: type[T], called: str) -> T:
    """Something of a class.

    Args:
        what: what to call it.
        given: the thing.
        kind: its class.
        called: what to call one of that class.

    >>> instance("notes", "text", dict, "a dict")
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: notes must be a dict, got 'text'
    """
    if not isinstance(given, kind):
        raise wrong_kind(what, called, given)
    return given


def flag(what: str, given: object) -> bool:
    """True or False, and nothing that only counts as one of them.

    >>> flag("fold", "no")
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: fold must be True or False, got 'no'
    """
    if given is not True and given is not False:
        raise wrong_kind(what, "True or False", given)
    return given


def function(what: str, given: Any) -> Callable[..., Any]:
    """Something that can be called.

    >>> function("f", 3.0)
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: f must be a function, got 3.0
    """
    if not callable(given):
        raise wrong_kind(what, "a function", given)
    called: Callable[..., Any] = given
    return called


def items(what: str, given: Any) -> Sequence[Any]:
    """The items of what has them in an order: a list, a tuple, a range, an array.

    Text, bytes, a set and the keys of a dict are no such thing, though Python would go through them.

    >>> items("inputs", (0.5, 1.0)), items("inputs", range(2))
    ((0.5, 1.0), [0, 1])
    >>> items("inputs", {0: 0.5})
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: inputs must be a list, got {0: 0.5}
    """
    if isinstance(given, list | tuple):
        return given
    listed = given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(listed, Sequence) or isinstance(listed, str | bytes | bytearray):
        raise wrong_kind(what, "a list", given)
    return list(listed)


def each(what: str, given: Any) -> Iterator[Any]:
    """What a loop goes through: of a list, an iterator, anything that has items.

    >>> list(each("parameters", {1.0: "a"}))
    [1.0]
    >>> each("parameters", 1.0)
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: parameters must be a list, got 1.0
    """
    try:
        return iter(given)
    except TypeError:
        raise wrong_kind(what, "a list", given) from None


def choice(what: str, given: object, choices: Iterable[str]) -> str:
    """One of some names.

    Raises:
        ArgumentTypeError: it is no string.
        ArgumentValueError: it is another one.

    >>> choice("bias", "b", ["+b", "-b"])
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: bias must be one of '+b', '-b', got 'b'
    """
    names = list(choices)
    wanted = f"one of {', '.join(map(repr, names))}"
    if not isinstance(given, str):
        raise wrong_kind(what, wanted, given)
    if given not in names:
        error = wrong_value(what, wanted, given)
        if close := alike(given, names):
            raise ArgumentValueError(f"{error}; did you mean {close!r}?")
        raise error
    return given


def alike(given: str, names: Iterable[str]) -> str:
    """The name that is most like another text, whatever the case of its letters; "" if none is.

    >>> alike("Sigmoyd", ["tanh", "sigmoid"]), alike("b", ["+b", "x0=1"])
    ('sigmoid', '')
    """
    from difflib import get_close_matches

    lower = {name.lower(): name for name in names}
    close = get_close_matches(given.lower(), lower, n=1, cutoff=0.7)
    return lower[close[0]] if close else ""
