"""Nested lists, tuples and dicts of scalars, taken apart into leaves and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd.errors import ArgumentValueError

__all__ = ["leaves", "paths", "rebuilt"]


def leaves(tree: Any) -> list[Any]:
    """The scalars of nested lists, tuples and dicts, from left to right.

    Raises:
        ArgumentValueError: something contains itself.

    >>> leaves({"w": [1.0, (2.0, 3.0)], "b": 4.0})
    [1.0, 2.0, 3.0, 4.0]
    """
    try:
        return list(_leaves(tree))
    except RecursionError:
        raise ArgumentValueError(
            f"a {type(tree).__name__} is nested too deeply, or contains itself", operands=(tree,)
        ) from None


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list | tuple):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(branch)
    else:
        yield tree


def paths(tree: Any, root: str) -> list[str]:
    """How Python reaches each of the `leaves`, from a variable that holds the whole.

    >>> paths({"w": [1.0, (2.0, 3.0)], "b": 4.0}, "v")
    ["v['w'][0]", "v['w'][1][0]", "v['w'][1][1]", "v['b']"]
    """
    if isinstance(tree, dict):
        return [path for key, branch in tree.items() for path in paths(branch, f"{root}[{key!r}]")]
    if isinstance(tree, list | tuple):
        return [path for key, branch in enumerate(tree) for path in paths(branch, f"{root}[{key}]")]
    return [root]


def rebuilt(tree: Any, replacements: Iterator[Any]) -> Any:
    """The same nesting with other scalars, taken in the order of `leaves`.

    >>> rebuilt({"w": [1.0, (2.0, 3.0)]}, iter("abc"))
    {'w': ['a', ('b', 'c')]}
    """
    if isinstance(tree, dict):
        return {key: rebuilt(branch, replacements) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        branches = [rebuilt(branch, replacements) for branch in tree]
        if hasattr(tree, "_fields"):  # a named tuple takes its fields one by one
            return type(tree)(*branches)
        return branches if isinstance(tree, list) else tuple(branches)
    return next(replacements)


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same nesting with a function applied to each scalar."""
    return rebuilt(tree, map(function, leaves(tree)))
