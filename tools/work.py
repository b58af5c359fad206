"""A bound on work, in lines of Python: the same on a busy machine as on an idle one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

__all__ = ["TooMuchWorkError", "at_most"]


T = TypeVar("T")


class TooMuchWorkError(BaseException):
    """More lines were executed than allowed; no ``except Exception`` stops it."""


def at_most(lines: int, call: Callable[[], T]) -> T:
    """What a call returns, if it executes no more lines of Python, with all that it calls.

    What a function written in C does by itself does not count.

    Raises:
        TooMuchWorkError: there are more.

    >>> at_most(10_000, lambda: sum(number for number in range(100)))
    4950
    >>> at_most(10_000, lambda: sum(number for number in range(100_000)))
    Traceback (most recent call last):
    work.TooMuchWorkError: more than 10000 lines of Python were executed
    """
    executed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal executed
        if event == "line":
            executed += 1
            if executed > lines:
                raise TooMuchWorkError(f"more than {lines} lines of Python were executed")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return call()
    finally:
        sys.settrace(before)
