"""Attributes that are set together or not at all, whenever Ctrl-C comes.

Python acts on a signal between instructions of its own: when a function is entered, when a loop jumps
back, after a call. It does not within a function of C. So what belongs together is set by one call of
C, and what has been changed bit by bit is put back by one, with no call before it in its handler. The
handler is in the calling frame: not every instruction of a loop is covered by a handler in its own
(in Python 3.13 the jump back is not).
"""

from __future__ import annotations

from collections import deque
from itertools import starmap
from operator import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeAlias

    #: An object, the name of one of its attributes, and what that is to be.
    Change: TypeAlias = tuple[object, str, Any]
    #: A function of C and its arguments.
    Call: TypeAlias = tuple[Any, ...]

__all__ = ["all_or_nothing", "calling", "run", "set_together", "setting"]

#: Exhaust an iterator, in C: ``run(setting(changes))`` makes the changes.
run: Callable[[Iterable[object]], None] = deque[object](maxlen=0).extend


def setting(changes: Iterable[Change]) -> Iterator[None]:
    """The changes, to be made by `run`; a list may grow until then.

    What is set must be a slot, or an attribute in the dict of its object: no Python code may run.

    >>> from autograd import Value
    >>> x, y = Value(1.0), Value(2.0)
    >>> changes = [(x, "_grad", 3.0)]
    >>> ready = setting(changes)
    >>> changes.append((y, "_grad", 4.0))
    >>> run(ready)
    >>> x.grad, y.grad
    (3.0, 4.0)
    """
    return starmap(setattr, changes)


def calling(calls: list[Call]) -> Iterator[Any]:
    """The calls, to be made by `run`: likewise of functions of C alone.

    >>> numbers = {"a": 1}
    >>> run(calling([(numbers.pop, "a", None), (numbers.__setitem__, "b", 2)]))
    >>> numbers
    {'b': 2}
    """
    return starmap(call, calls)


def set_together(changes: Iterable[Change]) -> None:
    """Make all changes, or, if interrupted, none.

    >>> from autograd import Value
    >>> x, y = Value(1.0), Value(2.0)
    >>> set_together((node, "_grad", 5.0) for node in (x, y))
    >>> x.grad, y.grad
    (5.0, 5.0)
    """
    run(setting(list(changes)))


def all_or_nothing(act: Callable[[], object], before: list[Change]) -> None:
    """Call ``act``; if it is interrupted, or fails, set the attributes to what they were before.

    Args:
        act: what is done.
        before: each attribute that it may change, with what that is now; ``act`` may append to it.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> def act():
    ...     x.data = 2.0
    ...     raise KeyboardInterrupt
    >>> try:
    ...     all_or_nothing(act, [(x, "_data", x.data)])
    ... except KeyboardInterrupt:
    ...     print(x.data)
    1.0
    """
    put_back = setting(before)
    try:
        act()
    except BaseException:
        run(put_back)
        raise
