"""The order of what depends on one another: depth first, operands before what is computed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["post_order"]

T = TypeVar("T")


def post_order(roots: Iterable[T], below: Callable[[T], Iterable[T]]) -> list[T]:
    """Everything that some things depend on, each after all that it depends on; nothing recurses.

    Args:
        roots: the things, in order.
        below: what one of them directly depends on, in order.

    >>> post_order("c", {"a": "", "b": "a", "c": "ba"}.__getitem__)
    ['a', 'b', 'c']
    """
    seen: set[T] = set()
    order: list[T] = []
    leave = order.append
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        above: list[tuple[T, Iterator[T]]] = [(root, iter(below(root)))]
        while above:
            each, parts = above[-1]
            for part in parts:
                if part not in seen:
                    seen.add(part)
                    above.append((part, iter(below(part))))
                    break
            else:
                above.pop()
                leave(each)
    return order
