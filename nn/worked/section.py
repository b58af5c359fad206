"""Reading a worked example's file: every entry is checked, and an error names file, key and need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from autograd.arguments import alike
from autograd.errors import ArgumentValueError
from autograd.symbols import is_control

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PROSE", "Section", "WorkedExampleError", "control_in"]

#: The keys of texts that may have several lines.
PROSE = {"title", "source", "ours", "where"}

T = TypeVar("T")


class WorkedExampleError(ArgumentValueError):
    """A worked example's file says something that it cannot mean."""


class Section:
    """A table of a TOML file, whose keys are taken one by one; what is left over is an error.

    Args:
        file: the file, for messages.
        key: the key of the table, for messages; "" for the whole file.
        table: what the file has there.
    """

    def __init__(self, file: str | Path, key: str, table: object) -> None:
        self.file, self.key = file, key
        if not isinstance(table, dict):
            self.fail("", f"a table is expected, not {_found(table)}")
        self.left: dict[str, Any] = dict(table)

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise the error about a key of this table."""
        path = ".".join(part for part in (self.key, _quoted(key)) if part)
        raise WorkedExampleError(f"{self.file}: {path + ': ' if path else ''}{problem}")

    def _take(self, key: str, expected: str, default: T | None, convert: Callable[[Any], T | None]) -> T:
        if key not in self.left:
            if default is None:
                close = alike(key, self.left)
                hint = f"; did you mean it by {close!r}?" if close else ""
                self.fail(key, f"missing; {expected} is expected{hint}")
            return default
        found = self.left.pop(key)
        converted = convert(found)
        if converted is None:
            self.fail(key, f"{expected} is expected, not {_found(found)}")
        return converted

    def text(self, key: str, default: str | None = None) -> str:
        """A text that a terminal shows, and does not obey; of one line unless the key is of prose."""
        text = self._take(key, "a text", default, lambda x: x if isinstance(x, str) else None)
        if found := control_in(text, key):
            self.fail(key, found)
        return text

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        return self._take(key, "true or false", default, lambda x: x if isinstance(x, bool) else None)

    def choice(
        self,
        key: str,
        choices: Iterable[str],
        default: str | None = None,
        instead: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """One of some texts; ``instead`` says what to write for others."""
        names, given = list(choices), self.left.get(key)
        if isinstance(given, str) and given not in names:
            if given.lower() in instead:
                self.fail(key, f"for {given!r} write {instead[given.lower()]}")
            if close := alike(given, names):
                self.fail(key, f"there is no {given!r}; did you mean {close!r}?")
        expected = f"one of {', '.join(names)}"
        return self._take(key, expected, default, lambda x: x if x in names else None)

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        """A list of texts, each as `text` takes it."""
        texts = self._take(key, "a list of texts", default, _texts)
        for text in texts:
            if found := control_in(text, key):
                self.fail(key, found)
        return texts

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number."""
        return self._take(key, "a finite number", default, _number)

    def numbers(self, key: str) -> list[float]:
        """A list of finite numbers, at least one."""
        return self._take(key, "a list of finite numbers", None, _numbers)

    def rows(self, key: str) -> list[list[float]]:
        """A list of such lists."""
        return self._take(key, "a list of lists of finite numbers", None, _rows)

    def number_or_numbers(self, key: str) -> float | list[float]:
        """A finite number, or a list of them."""
        return self.numbers(key) if isinstance(self.left.get(key), list) else self.number(key)

    def count(self, key: str, default: int) -> int:
        """A whole number of at least 0 and at most a million."""
        return self._take(key, "a whole number from 0 to 1000000", default, _count)

    def section(self, key: str) -> Section:
        """A table within this one; an empty one if it is missing."""
        return Section(self.file, ".".join(filter(None, (self.key, key))), self.left.pop(key, {}))

    def sections(self, key: str, at_least: int = 1) -> list[Section]:
        """A list of tables, at least one or none."""
        found = self.left.pop(key, [])
        if not isinstance(found, list) or len(found) < at_least:
            self.fail(key, f"{'at least one' if at_least else 'a list of'} [[{key}]] is expected")
        return [
            Section(self.file, f"{self.key}{key}[{number}]", table)
            for number, table in enumerate(found, 1)
        ]

    def done(self, known: Iterable[str]) -> None:
        """Raise an error if keys are left that nobody asked for; ``known`` are those that one may."""
        for key in self.left:
            close = alike(key, known := list(known))
            hint = f"; did you mean {close}?" if close else ""
            self.fail(key, f"unknown key; there are {', '.join(known)}{hint}")


def control_in(text: str, key: str) -> str | None:
    r"""What is wrong with a text that has control characters; line ends and tabs are none in prose.

    >>> control_in("\x1b[2Jw{n}", "weight"), control_in("two\nlines", "title")
    ('a text without control characters is expected, not one with U+001B', None)
    """
    but = "\n\t" if key in PROSE else ""
    for each in "" if text.isprintable() else text:
        if is_control(each) and each not in but:
            return f"a text without control characters is expected, not one with U+{ord(each):04X}"
    return None


def _found(found: object) -> str:
    try:
        return f"{type(found).__name__} {found!r:.60}"
    except ValueError:  # Python writes no number of more than some thousands of digits
        return f"{type(found).__name__} of too many digits"
    except RecursionError:
        return f"{type(found).__name__} nested too deeply"


def _quoted(key: str) -> str:
    """A key of the file as TOML writes it: in quotes unless it is a bare one; brackets are ours."""
    short = key if len(key) <= 60 else f"{key[:60]}…"
    return short if re.fullmatch(r"[\w\[\]-]*…?", short, flags=re.ASCII) else repr(short)


def _number(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        number = float(found)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _count(found: object) -> int | None:
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if 0 <= found <= 1_000_000 else None


def _texts(found: object) -> list[str] | None:
    texts = isinstance(found, list) and all(isinstance(each, str) for each in found)
    return found if texts else None  # type: ignore[return-value]  # checked item by item


def _numbers(found: object) -> list[float] | None:
    if not isinstance(found, list) or not found:
        return None
    numbers = [_number(each) for each in found]
    return None if None in numbers else numbers  # type: ignore[return-value]  # None was excluded


def _rows(found: object) -> list[list[float]] | None:
    if not isinstance(found, list) or not found:
        return None
    rows = [_numbers(each) for each in found]
    return None if None in rows else rows  # type: ignore[return-value]  # None was excluded
