"""Write ``docs/bad-input.md``: what each public function does with each kind of bad input.

Run ``python tools/bad_input.py`` after changing what is public; a test holds the page to the code.
Everything is tried out: a cell says what happened, in bold where it should not have.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import inf, nan
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import numpy as np
from public_calls import Prepared, Way, ways
from work import TooMuchWorkError, at_most

import autograd
import nn
from autograd import AutogradError, Value, topological_order

PAGE = Path(__file__).parents[1] / "docs" / "bad-input.md"


def _in_itself() -> list[Any]:
    endless: list[Any] = []
    endless.append(endless)
    return endless


def _half_built() -> Value:
    """A node that was not differentiated, above a leaf that is NaN and whose gradient is."""
    leaf = Value(nan, "half")
    leaf.grad = nan
    return leaf * 2.0


#: What is handed over, made anew each time; with as many items as the good thing has, if it has any.
KINDS: dict[str, Callable[[int], Any]] = {
    "str": lambda size: "5" * size,
    "bytes": lambda size: b"5" * size,
    "None": lambda _: None,
    "complex": lambda _: 1j,
    "Decimal": lambda _: Decimal("0.5"),
    "list": lambda size: [0.5] * size,
    "endless list": lambda _: _in_itself(),
    "dict": lambda size: dict.fromkeys(range(size), 0.5),
    "set": lambda size: {*range(size)},
    "function": lambda _: repr,
    "NaN": lambda _: nan,
    "inf": lambda _: inf,
    "−1": lambda _: -1,
    "10⁵⁰⁰⁰": lambda _: 10**5000,
    "True": lambda _: True,
    "Fraction": lambda _: Fraction(1, 2),
    "np.float32": lambda _: np.float32(0.5),
    "np.int64": lambda _: np.int64(2),
    "0-d array": lambda _: np.array(0.5),
    "1-d array": lambda size: np.array([0.5] * size),
    "another's Value": lambda _: Value(0.25, "other") * 2.0,
    "half-built": lambda _: _half_built(),
}
#: The same with another number of items.
LENGTHS: dict[str, Callable[[Any], Any]] = {
    "empty": lambda good: type(good)(),
    "shorter": lambda good: dict(list(good.items())[1:]) if isinstance(good, dict) else good[:-1],
    "longer": lambda good: {**good, "more": 0.5} if isinstance(good, dict) else [*good, good[-1]],
}

_REAL = {"NaN", "inf", "−1", "10⁵⁰⁰⁰", "True", "Fraction", "np.float32", "np.int64"}
#: Numbers that are none of Python's floats, and count as one.
_NUMBERS = {"True", "Fraction", "np.float32", "np.int64", "0-d array"}
_NODES = {"another's Value", "half-built"}
_LISTS = {"list", "1-d array"}
#: What may be taken, by the words of an annotation.
TAKEN: dict[str, set[str]] = {
    "float": _REAL,
    "SupportsFloat": _REAL,
    "LearningRate": _REAL | {"function"},
    "Scalar": _REAL | _NODES,
    "Outputs": _NODES | {"list"},
    "Targets": _REAL | _NODES | _LISTS | {"0-d array"},
    "Value": _NODES,
    "int": {"−1", "10⁵⁰⁰⁰", "True", "np.int64"},
    "bool": {"True"},
    "str": {"str"},
    "None": {"None"},
    "Callable": {"function"},
    "Domain": _REAL | {"list"},
    "Sequence": _LISTS | set(LENGTHS),
    "Iterable": {"list"} | set(LENGTHS),
    "Mapping": {"dict"},
    "Row": {"dict", "longer"},
    "AnswerFile": {"dict", *LENGTHS},
    "list": _LISTS,
    "dict": {"dict"},
    "array": {"0-d array", "1-d array"},
    "tree": _REAL | _NODES | {"list", "dict", *LENGTHS},
}


# --- what things are like ------------------------------------------------------------------------


def described(thing: Any, inside: tuple[int, ...] = ()) -> Any:
    """Everything that a thing holds, as plain data with the type of each part."""
    if isinstance(thing, np.bool_):  # as comparisons of NumPy's scalars answer
        thing = bool(thing)
    kind = type(thing).__name__
    if id(thing) in inside:
        return "…"
    inside = (*inside, id(thing))
    if isinstance(thing, Value):
        order = topological_order(thing)
        places = {node: place for place, node in enumerate(order)}
        return [
            (
                described(node.data),
                described(node.grad, inside),
                node.name,
                node.operation and node.operation.name,
                [places.get(each) or described(each) for each in node.operands],
                [described(slope) for slope in node.derivatives],
            )
            for node in order
        ]
    if isinstance(thing, dict):
        return kind, [(repr(key)[:60], described(each, inside)) for key, each in thing.items()]
    if isinstance(thing, list | tuple):
        return kind, [described(each, inside) for each in thing]
    if type(thing).__module__.partition(".")[0] in {"autograd", "nn"} and hasattr(thing, "__dict__"):
        return kind, described(vars(thing), inside)
    if callable(thing):
        return kind
    if isinstance(thing, ast.AST):
        return kind, ast.dump(thing)
    return kind, "huge" if isinstance(thing, int) and abs(thing) > 2**53 else repr(thing)


def foreign(description: Any) -> set[str]:
    """The types of numbers in a description that are not Python's own."""
    if isinstance(description, tuple) and len(description) == 2 and isinstance(description[0], str):
        kind, rest = description
        strange = {kind} & {
            "Decimal",
            "Fraction",
            "complex",
            "float32",
            "float64",
            "int64",
            "ndarray",
            "bytes",
        }
        return strange | (foreign(rest) if not isinstance(rest, str) else set())
    if isinstance(description, tuple | list):
        return set().union(*map(foreign, description))
    return set()


# --- what happens --------------------------------------------------------------------------------

#: How an error is written in a cell; the first that fits. Others are crashes.
CODES = {TypeError: "T", ValueError: "V", OverflowError: "O", KeyError: "K", AutogradError: "A"}


@dataclass(frozen=True)
class Place:
    """Where in an argument the bad thing goes: in its own place, or deeper within."""

    path: str
    annotation: str
    good: Any
    put: Callable[[Any], Any]


def places(argument: str, annotation: str, good: Any) -> Iterator[Place]:
    """The places of an argument: itself, and the first or every item of what holds others."""
    yield Place(argument, annotation, good, lambda bad: bad)
    inner = _inner(annotation)
    keys: list[Any]
    if isinstance(good, dict):
        # what is alike, as the weights of a network, need not be tried all
        keys = list(good)[: 1 if all(isinstance(each, float) for each in good.values()) else None]
    elif isinstance(good, tuple) and hasattr(good, "_fields"):
        keys, inner = list(range(len(good))), "Sequence[float]"
    elif isinstance(good, list | tuple):
        keys = [0] if good else []
    else:
        return
    for key in keys:
        name = f".{good._fields[key]}" if hasattr(good, "_fields") else f"[{key!r}]"

        def put(bad: Any, key: Any = key) -> Any:
            if isinstance(good, dict):
                return {**good, key: bad}
            items = list(good)
            items[key] = bad
            return good._make(items) if hasattr(good, "_fields") else type(good)(items)

        within = inner
        if isinstance(good, dict):
            within = "list[float]" if isinstance(good[key], list) else type(good[key]).__name__
            said = re.search(r"Mapping\[str, ([^\[\]]*)\]", annotation)
            if said and "Any" not in said[1]:
                within = said[1]
        for deeper in places(argument + name, within, good[key]):
            yield Place(
                deeper.path,
                deeper.annotation,
                deeper.good,
                lambda bad, put=put, deeper=deeper: put(deeper.put(bad)),
            )


def _inner(annotation: str) -> str:
    """What the items may be, where the annotation is of something that holds them."""
    if holder := re.search(r"(?:Sequence|Iterable|list)\[(.*)\]", annotation):
        return holder[1]
    return annotation  # which names itself, as Outputs


#: So many lines of Python are endless: several times what the longest call with bad input executes.
ENDLESS = 10_000_000


def outcome(way: Way, path: str, kind: str) -> str:
    """What happens if something bad is handed over: how it is refused, or that it is taken.

    What should not happen is in bold: "silent", "changed", "stored" some foreign type, another error
    than one of ours and Python's own, an error "by accident", or one that does not say what it is about.
    """
    prepared = way.prepare()
    place = next(
        each
        for each in places(way.argument, way.annotation, prepared.good[way.argument])
        if each.path == path
    )
    if kind in LENGTHS:
        if (
            not isinstance(place.good, dict | list | tuple)
            or hasattr(place.good, "_fields")
            or not place.good
        ):
            return ""
        bad = LENGTHS[kind](place.good)
    else:
        bad = KINDS[kind](len(place.good) if isinstance(place.good, dict | list | tuple) else 2)
    given = place.put(bad)
    before = described([prepared.owner, prepared.good])
    try:
        result = at_most(ENDLESS, lambda: _whole(prepared(way.argument, given)))
    except TooMuchWorkError:
        return "**endless**"
    except Exception as error:
        return _refused(error, before, prepared, way, place, kind, bad)
    words = re.findall(r"\w+", place.annotation)
    if not any(kind in TAKEN.get(word, ()) for word in words):
        return "**silent**"
    after = described([result, prepared.owner, prepared.good])
    strange = foreign(after)
    if strange and "array" not in words:
        return f"**stored {', '.join(sorted(strange))}**"
    if kind in _NUMBERS and "bool" not in words:
        plain = int(bad) if kind in ("True", "np.int64") else float(bad)
        again = way.prepare()
        result = _whole(again(way.argument, place.put(plain)))
        if described([result, again.owner, again.good]) != after:
            return f"**not as {plain}**"
    return "✓"


def _whole(result: Any) -> Any:
    """What was returned; of an iterator all that it gives."""
    return [*result] if isinstance(result, Iterator) else result


def _refused(
    error: Exception, before: Any, prepared: Prepared, way: Way, place: Place, kind: str, bad: Any
) -> str:
    name = type(error).__name__
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), f"**{name}**")
    if described([prepared.owner, prepared.good]) != before:
        return "**changed**"
    if code in CODES.values() and not _meant(error.__traceback__):
        return f"**{name} by accident**"
    about = {*_about(place, bad), way.name.rpartition(".")[2]}
    if kind in LENGTHS or way.module == "operator" or any(each in str(error) for each in about):
        return code
    return f"**{name}: {error}**".replace("|", r"\|")


def _about(place: Place, bad: Any) -> Iterator[str]:
    """What an error may call the bad thing: by its argument, its type, or itself or what is in it."""
    yield from re.findall(r"\w\w+|'\w+'", place.path)
    yield re.findall(r"\w+", place.path)[0].removesuffix("s")
    items = list(bad)[:1] if hasattr(bad, "__len__") and getattr(bad, "ndim", 1) else []
    for thing in (bad, *items):
        yield type(thing).__name__
        if isinstance(thing, Value):
            yield thing.label
        if not isinstance(thing, int) or abs(thing) < 2**53:
            yield str(thing)[:12]
            yield repr(thing)[:12]


_PACKAGES = [Path(package.__file__).parent for package in (autograd, nn)]


def _meant(traceback: TracebackType | None) -> bool:
    """Whether an error was raised by a ``raise`` of ours, or by Python as it checks what it is given."""
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    file = traceback.tb_frame.f_code.co_filename
    line = linecache.getline(file, traceback.tb_lineno).strip()
    ours = file.startswith("<autograd ") or any(package in Path(file).parents for package in _PACKAGES)
    return line.startswith("raise") or not ours


# --- the page ------------------------------------------------------------------------------------

HEAD = """# Bad input

Generated by `python tools/bad_input.py`, which hands everything in the first row to every argument of
every public function, method and settable property of `autograd` and `nn`, their strategies, worksheets
and proofreading too, and, where an argument holds others, to the first of them; everything else is good.
A test holds this page to the code.

A cell says what happened:

| | |
| --- | --- |
| ✓ | it was taken for what it is: a number as if it had been a float, or an int where one counts |
| T | refused with a `TypeError`, mostly an `OperandError` |
| V | refused with a `ValueError`, maybe a `DomainError` |
| O | refused with an `OverflowError`, a `ResultOverflowError` |
| K | refused with a `KeyError` |
| A | refused with another `AutogradError` |

Each error was raised on purpose, by us or by Python as it checks an argument, names what it is about,
and came before anything was changed. What is otherwise stands in words, in bold.

*Half-built* is a node above a leaf that is NaN, as is its gradient. *Another's Value* belongs to another
graph. *Shorter*, *longer* and *empty* are the good list or dict with one item less, one more, and none.
Lists, texts and arrays have as many items as the good thing. Constructors of errors and of plain
records are left out.

"""


def table(every: int = 1, first: int = 0) -> dict[str, dict[str, str]]:
    """What happens: for each function and place of an argument, by each kind of bad thing.

    Args:
        every: to try only so much of it, every second or third cell and so on, in turn of the kinds.
        first: the number of the first cell that is tried, from 0.
    """
    kinds = [*KINDS, *LENGTHS]
    cells = count()
    found: dict[str, dict[str, str]] = {}
    # what is taken for a path is written to
    with TemporaryDirectory() as folder, chdir(folder):
        for way in ways():
            for place in places(way.argument, way.annotation, way.prepare().good[way.argument]):
                name = way.name if " " in way.name else f"{way.name}({place.path})"
                name += f", {place.path}" if way.module == "operator" else ""
                found[name] = {}
                for kind in kinds:
                    if next(cells) % every == first:
                        found[name][kind] = outcome(way, place.path, kind)
    return found


def page(outcomes: dict[str, dict[str, str]]) -> str:
    """The page: a row for all that behave alike."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, row in outcomes.items():
        alike.setdefault(tuple(row.values()), []).append(f"`{name}`")
    columns = ["what it is handed to", *KINDS, *LENGTHS]
    lines = [f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
    lines += [f"| {', '.join(names)} | {' | '.join(row)} |" for row, names in alike.items()]
    return HEAD + "\n".join(lines) + "\n"


def read(page: str) -> dict[str, dict[str, str]]:
    """The outcomes that a page tells."""
    found = {}
    for line in page.removeprefix(HEAD).splitlines()[2:]:
        names, *cells = re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |"))
        for name in re.findall(r"`(.*?)`", names):
            found[name] = dict(zip((*KINDS, *LENGTHS), cells, strict=True))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(table()), encoding="utf-8")
