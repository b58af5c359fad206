"""A recorded program as a JSON file, read as what anybody may have written.

Numbers are JSON numbers of full length, or "inf", "-inf" and "nan". Of each operation there is the name
and a fingerprint of its texts, so that a program is not run with other ones than it was recorded with.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.files import write
from autograd.operations import OPERATIONS, Operation
from autograd.program.tape import COMPARISONS, Guard, Tape
from autograd.pytree import leaves
from autograd.value import Value

__all__ = ["Stored", "read_program", "write_program"]

FORMAT = "scalar-autograd program"
VERSION = 1


class Stored(NamedTuple):
    """What a file has of a program.

    Attributes:
        tape: the tape.
        args: the nesting of the inputs, with their names.
        leaves: the parameters, and other leaves that are read at each replay.
        own: how many of them are parameters.
        result: the nesting of what it returns, with 0.0 for each number.
    """

    tape: Tape
    args: Any
    leaves: list[Value]
    own: int
    result: Any


def fingerprint(operation: Operation) -> str:
    """A short text that is another one where the operation computes something else.

    >>> fingerprint(OPERATIONS["mul"]) == fingerprint(OPERATIONS["add"])
    False
    """
    texts = [operation.value.text, *(partial.text for partial in operation.partials)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


# --- writing --------------------------------------------------------------------------------------


def write_program(
    path: str | os.PathLike[str],
    tape: Tape,
    args: Any,
    parameters: Sequence[Value],
    nodes: Sequence[Value],
    result: Any,
) -> None:
    """Write a program to a file.

    Args:
        path: the file.
        tape: the tape.
        args: the nesting of the inputs, with their names.
        parameters: the parameters.
        nodes: these, and other leaves that are read at each replay.
        result: the nesting of what it returns.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": _written(args),
        "result": _written(result),
        "parameters": [[node.name, _number(node.data)] for node in nodes],
        "own": len(parameters),
        "constants": [_number(number) for number in tape.constants],
        "operations": [[each.name, fingerprint(each)] for each in tape.operations],
        "rows": tape.rows.tolist(),
        "first": tape.first.tolist(),
        "second": tape.second.tolist(),
        "outputs": list(tape.outputs),
        "guards": [list(guard) for guard in tape.guards],
        "names": [[slot, name] for slot, name in tape.names.items()],
    }
    write(path, json.dumps(content, allow_nan=False, separators=(",", ":")) + "\n")


def _number(number: float) -> float | str:
    return number if isfinite(number) else str(number)


def _written(tree: Any) -> Any:
    if isinstance(tree, dict):
        for key in tree:
            if not isinstance(key, str):
                raise ArgumentValueError(f"a program is saved with texts as keys, not {key!r}")
        return {"dict": {key: _written(branch) for key, branch in tree.items()}}
    if isinstance(tree, list | tuple):
        return {
            type(tree).__name__ if type(tree) is list else "tuple": [_written(each) for each in tree]
        }
    return tree if isinstance(tree, str) else None


# --- reading --------------------------------------------------------------------------------------


def read_program(path: str | os.PathLike[str]) -> Stored:
    """What a file has of a program.

    Raises:
        ArgumentValueError: there is no such file, or it is no program; the error says what is wrong.
        UnknownNameError: an operation is not registered.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_no_constant)
        reader = _Reader(content)
        return reader.stored()
    except _WrongError as error:
        raise ArgumentValueError(f"{os.fspath(path)} is no program: {error}") from None
    except UnknownNameError as error:
        raise UnknownNameError(f"{os.fspath(path)}: {error}") from None
    except ValueError as error:  # of JSON, UTF-8, or a number of more digits than Python reads
        raise ArgumentValueError(f"{os.fspath(path)} is no program: {error}") from None
    except FileNotFoundError:
        raise ArgumentValueError(
            f"there is no file {os.fspath(path)!r} to load a program from"
        ) from None
    except RecursionError:
        raise ArgumentValueError(f"{os.fspath(path)} is no program: it is nested too deeply") from None


class _WrongError(Exception):
    pass


def _no_constant(text: str) -> float:
    raise _WrongError(f"{text} is no number of JSON")


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:59]}…"


class _Reader:
    """Reads the parts of a file's content; every one is checked."""

    _KEYS = (
        *("format", "version", "inputs", "result", "parameters", "own", "constants", "operations"),
        *("rows", "first", "second", "outputs", "guards", "names"),
    )

    def __init__(self, content: Any) -> None:
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise _WrongError(f'it has no "format": "{FORMAT}"')
        if content.get("version") != VERSION or type(content["version"]) is not int:
            raise _WrongError(
                f"its version is {_shown(content.get('version'))}, and this package reads {VERSION}"
            )
        if content.keys() != set(self._KEYS):
            odd = sorted(content.keys() ^ set(self._KEYS))
            raise _WrongError(f"it must have the keys of a program, and differs in {', '.join(odd)}")
        self.content: Mapping[str, Any] = content

    def stored(self) -> Stored:
        args = self._tree("inputs", self.content["inputs"], name=True)
        if not isinstance(args, tuple):
            raise _WrongError("inputs must be a tuple")
        result = self._tree("result", self.content["result"], name=False)
        inputs, outputs = len(leaves(args)), len(leaves(result))
        nodes = [
            Value(self._real(f"parameters[{index}]", number), self._name(f"parameters[{index}]", name))
            for index, (name, number) in enumerate(self._pairs("parameters"))
        ]
        own = self._whole("own", self.content["own"], len(nodes) + 1)
        constants = [
            self._real(f"constants[{index}]", number)
            for index, number in enumerate(self._list("constants"))
        ]
        operations = [
            self._operation(index, name, texts)
            for index, (name, texts) in enumerate(self._pairs("operations"))
        ]
        rows, first, second = (self._list(key) for key in ("rows", "first", "second"))
        if not len(rows) == len(first) == len(second):
            raise _WrongError("rows, first and second must be as long as one another")
        start = inputs + len(nodes) + len(constants)
        for line, (row, x, y) in enumerate(zip(rows, first, second, strict=True)):
            operation = operations[self._whole(f"rows[{line}]", row, len(operations))]
            self._whole(f"first[{line}]", x, start + line)
            if operation.arity == 2:
                self._whole(f"second[{line}]", y, start + line)
            elif y != -1 or isinstance(y, bool):
                raise _WrongError(f"second[{line}] must be -1, since {operation.name} takes one operand")
        slots = start + len(rows)
        found = [
            self._whole(f"outputs[{index}]", slot, slots)
            for index, slot in enumerate(self._list("outputs"))
        ]
        if len(found) != outputs or not found:
            raise _WrongError("outputs must have a slot for each number of the result")
        names = {
            self._whole(f"names[{index}]", slot, slots): self._name(f"names[{index}]", name) or ""
            for index, (slot, name) in enumerate(self._pairs("names"))
        }
        guards = [
            self._guard(index, each, slots, range(inputs + len(nodes), start))
            for index, each in enumerate(self._list("guards"))
        ]
        tape = Tape(
            inputs,
            len(nodes),
            constants,
            operations,
            rows,
            first,
            second,
            found,
            guards,
            {slot: name for slot, name in names.items() if name},
        )
        return Stored(tape, args, nodes, own, result)

    def _tree(self, what: str, given: Any, *, name: bool) -> Any:
        match given:
            case str() if name:
                return given
            case None if not name:
                return 0.0
            case {"list": list(items), **rest} if not rest:
                return [self._tree(what, each, name=name) for each in items]
            case {"tuple": list(items), **rest} if not rest:
                return tuple(self._tree(what, each, name=name) for each in items)
            case {"dict": dict(items), **rest} if not rest:
                return {key: self._tree(what, each, name=name) for key, each in items.items()}
        raise _WrongError(f"{what} has {_shown(given)}, which is no nesting of inputs")

    def _list(self, key: str) -> list[Any]:
        given = self.content[key]
        if not isinstance(given, list):
            raise _WrongError(f"{key} must be a list, got {_shown(given)}")
        return given

    def _pairs(self, key: str) -> list[list[Any]]:
        for index, each in enumerate(self._list(key)):
            if not isinstance(each, list) or len(each) != 2:
                raise _WrongError(f"{key}[{index}] must be a pair, got {_shown(each)}")
        pairs: list[list[Any]] = self.content[key]
        return pairs

    @staticmethod
    def _whole(what: str, given: Any, below: int) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given < below:
            raise _WrongError(
                f"{what} must be a whole number from 0 to {below - 1}, got {_shown(given)}"
            )
        return given

    @staticmethod
    def _real(what: str, given: Any) -> float:
        if isinstance(given, str) and given in {"inf", "-inf", "nan"}:
            return float(given)
        if isinstance(given, int | float) and not isinstance(given, bool):
            try:
                number = float(given)
            except OverflowError:
                number = float("inf")
            if isfinite(number):
                return number
        raise _WrongError(f"{what} must be a number, got {_shown(given)}")

    @staticmethod
    def _name(what: str, given: Any) -> str | None:
        if given is None or isinstance(given, str):
            return given
        raise _WrongError(f"{what} must have a text as its name, got {_shown(given)}")

    @staticmethod
    def _operation(index: int, name: Any, texts: Any) -> Operation:
        if not isinstance(name, str):
            raise _WrongError(f"operations[{index}] must have a name, got {_shown(name)}")
        if name not in OPERATIONS:
            raise UnknownNameError(
                f"operation {name!r} is not registered here; register it before loading"
            )
        operation = OPERATIONS[name]
        if texts != fingerprint(operation):
            raise _WrongError(
                f"operation {name!r} has other texts here than where the program was recorded; record "
                f"it again"
            )
        return operation

    def _guard(self, index: int, given: Any, slots: int, constants: range) -> Guard:
        what = f"guards[{index}]"
        match given:
            case [left, str(comparison), right, bool(outcome), str(place)] if comparison in COMPARISONS:
                left = self._whole(f"{what}[0]", left, slots)
                right = self._whole(f"{what}[2]", right, slots)
                if comparison == "is" and not (outcome and right in constants):
                    raise _WrongError(f'{what}: "is" compares with a constant, and was True')
                return Guard(left, comparison, right, outcome, place)
        raise _WrongError(f"{what} must be a guard, got {_shown(given)}")
