"""How graphs of any depth are pickled, and copied, without recursion.

A pickler takes a node apart and goes on into its operands: a deep graph would be too deep for it. So a
node has what lies below it pickled first, as a list, operands before results. Each is then taken apart
when all that it refers to is in the pickler's memo.

What a pickler has in its memo it does not tell. So for each there is a record of the nodes it has asked
for, and only what is not in there is listed; otherwise a list of nodes, the oldest first, would have
everything below each of them listed again. The record is a guess about which pickler is asking. It is
right unless picklers take turns in one thread, and where it is wrong that shows at once: a node is asked
for that its pickler should have. Then more is listed than has to be. What is pickled is the same.
"""

from __future__ import annotations

from threading import local
from weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from autograd.value import Value

__all__ = ["Below", "below", "operands_first"]


def operands_first(root: Value, known: Callable[[Value], bool]) -> list[Value]:
    """The nodes from ``root`` down to those that are known, without these: operands before results.

    >>> from autograd import Value
    >>> x = Value(2.0, "x")
    >>> [node.label for node in operands_first(x * x + 1, lambda node: node is x)]
    ['x·x', 'x·x + 1']
    """
    kind = root.__class__
    order: list[Value] = []
    seen = {root}
    above = [root]
    while above:
        node = above[-1]
        for operand in (node._x, node._y):
            if operand.__class__ is kind and operand not in seen and not known(operand):
                seen.add(operand)
                above.append(operand)
                break
        else:
            order.append(above.pop())
    return order


def below(node: Value) -> Below | None:
    """What is to be pickled before a node's operands; None if the pickler should have all of that.

    It should if it has asked for the operands. That a node is asked for which it has asked for already
    says that another pickler asks.
    """
    operands = [
        each for each in (node._x, node._y) if each.__class__ is node.__class__ and each.operation
    ]
    for record in _records():
        if node in record.nodes:
            record.doubt(node)
        elif (operands or record.lists) and record.nodes.issuperset(operands):
            record.nodes.add(node)
            record.last = node
            return None
    return Below(root=node) if operands else None


class _Record:
    """The nodes that a pickler has asked for, and everything below them; it lives in its memo."""

    __slots__ = ("__weakref__", "last", "lists", "nodes")

    def __init__(self) -> None:
        self.nodes: set[Value] = set()
        #: the node that has been added last because its operands were there
        self.last: Value | None = None
        #: how many lists are being pickled. Else a node of leaves alone is not added: nothing would show
        #: that another pickler asks, and the record would keep the node.
        self.lists = 0

    def doubt(self, operand: Value) -> None:
        """``operand`` is asked for: so the one who asked for the node above has not had it."""
        if self.last is not None and (self.last._x is operand or self.last._y is operand):
            self.nodes.discard(self.last)
            self.last = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _Record, ()


class _Mine(local):
    def __init__(self) -> None:
        self.records: list[ref[_Record]] = []


_mine = _Mine()  # of this thread


def _records() -> Iterator[_Record]:
    """The records of picklers that are still there, the newest first."""
    for reference in reversed(_mine.records):
        record = reference()
        if record is not None:
            yield record


def _new_record() -> _Record:
    record = _Record()
    _mine.records = [each for each in _mine.records if each() is not None] + [ref(record)]
    return record


class _Newcomer:
    """A pickler asks how this is taken apart when it has not seen it: then it gets a record."""

    def __init__(self, _: _Record | None = None) -> None: ...

    def __reduce__(self) -> tuple[Any, ...]:
        return _Newcomer, (_new_record(),)


_newcomer = _Newcomer()


class Below:
    """The nodes below one, operands before results: pickled one by one, restored as nothing."""

    def __init__(self, _: _Newcomer | None = None, root: Value | None = None) -> None:
        self.root = root
        self.record: _Record | None = None  # which lives as long as the pickler remembers this

    def __reduce__(self) -> tuple[Any, ...]:
        return Below, (_newcomer,), None, self._items()

    def _items(self) -> Iterator[Value | _End]:
        """They are asked for after the newcomer has been."""
        assert self.root is not None
        root = self.root
        record = next((each for each in _records() if root not in each.nodes), None) or _new_record()
        self.record = record
        nodes = operands_first(root, lambda node: node.operation is None or node in record.nodes)
        record.lists += 1
        yield from nodes[:-1]
        yield _End(record, nodes)

    def append(self, _: object) -> None:
        """Restoring asks for a list to append to; the nodes live on in their results."""

    def extend(self, _: object) -> None:
        """As `append`."""


class _End:
    """The last in a list: when it is pickled, the others have been."""

    def __init__(self, record: _Record | None = None, nodes: list[Value] | None = None) -> None:
        self.record = record
        self.nodes = nodes

    def __reduce__(self) -> tuple[Any, ...]:
        if self.record is not None and self.nodes is not None:
            self.record.nodes.update(self.nodes)
            self.record.lists -= 1
            self.record = self.nodes = None
        return _End, ()
