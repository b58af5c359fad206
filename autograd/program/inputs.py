"""The inputs of a recorded program: how they are nested, and what they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd.arguments import each, items, real
from autograd.errors import ArgumentValueError
from autograd.pytree import leaves, paths, rebuilt
from autograd.value import Value

__all__ = ["Inputs", "alike", "input_number", "input_scalars"]


def input_scalars(f: Callable[..., Any], inputs: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Each scalar among some inputs, and what Python calls it within the function."""
    try:
        names = [
            parameter.name if parameter.kind is not parameter.VAR_POSITIONAL else ""
            for parameter in inspect.signature(f).parameters.values()
        ]
    except (TypeError, ValueError):
        names = []
    for index, tree in enumerate(inputs):
        name = (names[index] if index < len(names) else "") or f"x{index + 1}"
        yield from zip(leaves(tree), paths(tree, name), strict=True)


def input_number(leaf: Any, name: str) -> float:
    """The number of an input."""
    # a node's number is read as a user reads it: a function that is being recorded is noticed
    return float(leaf.data) if isinstance(leaf, Value) else real(f"input {name}", leaf)


class Inputs:
    """The nesting and the names of a program's inputs.

    Args:
        args: the inputs, nested as the function takes them.
        names: what the scalars in them are called.

    Attributes:
        names: these.
        count: how many there are.
        args: the nesting, with the names in it.
        flat: whether each input is a scalar.

    >>> inputs = Inputs((0.0, [0.0, 0.0]), ["x", "y[0]", "y[1]"])
    >>> inputs.numbers((1.0, [2.0, 3.0]))
    [1.0, 2.0, 3.0]
    >>> Inputs(({"a": 0.0, "b": 0.0},), ["a", "b"]).numbers(({"b": 2.0, "a": 1.0},))
    [1.0, 2.0]
    >>> inputs.nested([4.0, 5.0, 6.0])
    (4.0, [5.0, 6.0])
    """

    def __init__(self, args: tuple[Any, ...], names: Sequence[str]) -> None:
        self.names = list(names)
        self.count = len(self.names)
        self.args = rebuilt(args, iter(self.names))
        self.flat = all(isinstance(arg, str) for arg in self.args)

    def __eq__(self, other: object) -> bool:
        """Whether the others are nested alike."""
        return isinstance(other, Inputs) and alike(self.args, other.args)

    __hash__ = object.__hash__

    def numbers(self, args: Sequence[Any]) -> list[float]:
        """The numbers of some inputs, one after another.

        Raises:
            ArgumentValueError: they are nested otherwise.
            ArgumentTypeError: one is no number.
        """
        if self.flat:
            if len(args) != self.count:
                raise self.wrong_shape(args)
            if all([arg.__class__ is float for arg in args]):  # noqa: C419  # a list is faster
                return [*args]
            return [
                arg if arg.__class__ is float else input_number(arg, name)
                for arg, name in zip(args, self.names, strict=True)
            ]
        if _shape(tuple(args)) != _shape(self.args):
            raise self.wrong_shape(args)
        scalars = leaves(_in_order(args, self.args))
        return [input_number(leaf, name) for leaf, name in zip(scalars, self.names, strict=True)]

    def rows(self, examples: Iterable[Any]) -> list[list[float]]:
        """The numbers of each of some examples.

        Raises:
            ArgumentValueError: one is nested otherwise.
            ArgumentTypeError: an input of it is no number.
        """
        return [
            self.numbers(items(f"examples[{index}]", row))
            for index, row in enumerate(each("examples", examples))
        ]

    def nested(self, scalars: Sequence[Any]) -> tuple[Any, ...]:
        """What there is one of for each scalar, nested as the inputs are."""
        if self.flat:
            return tuple(scalars)
        found: tuple[Any, ...] = rebuilt(self.args, iter(scalars))
        return found

    def named(self, numbers: Sequence[float]) -> str:
        """The first few numbers with their names, for an error."""
        return _few([f"{name} = {number!r}" for name, number in zip(self.names, numbers, strict=False)])

    def wrong_shape(self, args: Sequence[Any]) -> ArgumentValueError:
        """The error about inputs that are nested otherwise, or of another number."""
        if self.flat and len(leaves(tuple(args))) == len(args) != self.count:
            names = f" ({_few(self.names)})" if self.names else ""
            return ArgumentValueError(
                f"the program takes {self.count} input{'s' * (self.count != 1)}{names}, got {len(args)}",
                operands=args,
            )
        given = rebuilt(tuple(args), iter(["·"] * len(leaves(tuple(args)))))
        wanted = rebuilt(self.args, iter(["·"] * len(self.names)))
        return ArgumentValueError(
            f"the program takes inputs as {_shortened(wanted)}, not as {_shortened(given)}",
            operands=args,
        )


def _few(texts: Sequence[str]) -> str:
    return ", ".join(texts[:4]) + (", …" if len(texts) > 4 else "")


def alike(tree: Any, other: Any) -> bool:
    """Whether two are nested alike, with the keys of dicts in the same order."""
    return _shape(tree) == _shape(other) and paths(tree, "") == paths(other, "")


def _in_order(tree: Any, pattern: Any) -> Any:
    """A nesting of some shape, with the keys of its dicts in the order of a pattern."""
    if isinstance(pattern, dict):
        return {key: _in_order(tree[key], branch) for key, branch in pattern.items()}
    if isinstance(pattern, list | tuple):
        return [_in_order(*both) for both in zip(tree, pattern, strict=True)]
    return tree


def _shape(tree: Any) -> Any:
    """The nesting, to be compared: what is a list or tuple is one kind of thing."""
    if isinstance(tree, dict):
        return {key: _shape(branch) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        return [_shape(branch) for branch in tree]
    return None


def _shortened(tree: Any) -> str:
    text = repr(tree).replace("'·'", "·")
    return text if len(text) <= 80 else f"{text[:79]}…"
