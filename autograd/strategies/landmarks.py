"""Where a function may do something else: at constants of its own, and where what it records changes.

A function that decides by its inputs' numbers may be wrong in so small a part of a domain that no random
point lies there. Its constants tell where to look: those of its code, those that stand in its graph, and
the numbers that it compares nodes with. And where comparisons or the recorded operations differ at two
points, it has decided something in between: the place is found by halving.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice, pairwise, product
from math import isfinite, nextafter
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any

from autograd.arguments import as_number
from autograd.backward import topological_order
from autograd.check.evaluation import Evaluated
from autograd.engine import IN_PYTHON
from autograd.value import Value

__all__ = ["constants_of_code", "places_to_look_at"]

#: At most so many constants, functions, decisions and places are looked at.
_CONSTANTS, _FUNCTIONS, _DECISIONS, _PLACES = 40, 50, 20, 400
_POINTS = 17  # for each argument, to look for decisions between
_BESIDE = 1e-3  # how far beside a constant to look too, relatively

#: The methods that compare, in Python: calls of these can be watched.
_COMPARISONS = {
    name: IN_PYTHON.get(name, getattr(Value, name)) for name in ("__lt__", "__le__", "__gt__", "__ge__")
}
_CODES = frozenset(method.__code__ for method in _COMPARISONS.values())


def places_to_look_at(
    f: Callable[..., Any], intervals: Sequence[tuple[float, float]]
) -> list[tuple[float, ...]]:
    """Arguments at which a function may do something else, one of them at a time, simple ones first.

    Args:
        f: a function of numbers.
        intervals: of each, where it is asked.

    >>> def f(x):
    ...     return x * x if x.data != 0.5 else x * x.data
    >>> (0.5,) in places_to_look_at(f, [(-3.0, 3.0)])
    True
    """
    found: dict[tuple[float, ...], None] = {}
    for base in _bases(intervals):
        seen = _Seen(f)
        seen(base)
        for index, (low, high) in enumerate(intervals):
            along = _Along(seen, base, index)
            for x in _spread(low, high):
                along(x)
            constants = sorted({*constants_of_code(f), *seen.constants})[:_CONSTANTS]
            inside = [x for x in constants if low <= x <= high]
            candidates = [*inside, *_beside(inside), *along.decisions([*_spread(low, high), *inside])]
            for x in sorted(candidates, key=lambda x: (len(repr(x)), abs(x), x < 0.0)):
                if low <= x <= high:
                    found[along.point(x)] = None
    return list(islice(found, _PLACES))


def _bases(intervals: Sequence[tuple[float, float]]) -> Iterator[tuple[float, ...]]:
    """Where the other arguments are: not all at their middles, where a function may be special."""
    shares = (0.5,) if len(intervals) == 1 else (0.37, 0.71)
    for share in shares:
        yield tuple(
            low + share * (high - low) if isfinite(high - low) else min(max(1.0, low), high)
            for low, high in intervals
        )


def _spread(low: float, high: float) -> list[float]:
    """Numbers from one end to the other."""
    shares = [k / (_POINTS - 1) for k in range(_POINTS)]
    return [min(max(low * (1.0 - share) + high * share, low), high) for share in shares]


def _beside(constants: Sequence[float]) -> Iterator[float]:
    """Between constants that stand beside each other, and to both sides of each."""
    for left, right in pairwise(constants):
        yield left / 2.0 + right / 2.0
    for x, sign in product(constants, (-1.0, 1.0)):
        yield nextafter(x, sign * sys.float_info.max)
        yield x + sign * _BESIDE * max(abs(x), 1.0)


def constants_of_code(f: Callable[..., Any]) -> set[float]:
    """The numbers in the source of a function, and in that of those of its module that it names.

    >>> sorted(constants_of_code(lambda x: x if 1.23 < x.data < 1.24 else x * x))[-2:]
    [1.23, 1.24]
    """
    found: set[float] = set()
    waiting: list[object] = [getattr(f, "__func__", f)]
    seen: set[int] = set()
    while waiting and len(seen) < _FUNCTIONS:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or id(function) in seen:
            found |= _numbers(function)
            continue
        seen.add(id(function))
        for code in _codes(function.__code__):
            found |= _numbers(code.co_consts)
            named = (function.__globals__.get(name) for name in code.co_names)
            waiting += [
                each
                for each in named
                if not isinstance(each, FunctionType) or each.__module__ == function.__module__
            ]
        waiting += _contents(function.__closure__ or ())
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of those written within it."""
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _contents(cells: Sequence[CellType]) -> Iterator[object]:
    """What the variables of a closure hold, unless that is nothing as yet."""
    for cell in cells:
        with suppress(ValueError):
            yield cell.cell_contents


def _numbers(constant: object) -> set[float]:
    """A number, or those of a tuple, with both signs: in a source -0.5 is a minus and 0.5."""
    if isinstance(constant, tuple | frozenset):
        return {number for each in constant for number in _numbers(each)}
    try:
        number = None if isinstance(constant, bool) else as_number(constant)
    except OverflowError:
        return set()
    return {number, -number} if number is not None and isfinite(number) else set()


_fast = {name: vars(Value)[name] for name in _COMPARISONS}
_lock = threading.Lock()
_watching = 0


@contextmanager
def _comparing_in_python() -> Iterator[None]:
    """Have nodes compared by Python, and not by the engine in C: in all threads, until all are done."""
    _put_comparisons(1)
    try:
        yield
    finally:
        _put_comparisons(-1)


def _put_comparisons(step: int) -> None:
    global _watching
    with _lock:
        _watching += step
        for name, method in (_COMPARISONS if _watching else _fast).items():
            if vars(Value)[name] is not method:
                setattr(Value, name, method)


class _Seen:
    """A function, and what is seen of it while it is called."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.constants: set[float] = set()
        self._outcomes: list[bool] = []
        self._shapes: dict[tuple[float, ...], Any] = {}

    def __call__(self, point: tuple[float, ...]) -> Any:
        """What comparisons say and which operations are recorded at a point; None where it raises."""
        if point not in self._shapes:
            try:
                self._shapes[point] = self._shape(point)
            except Exception:  # whatever it does there is for the check itself to report
                self._shapes[point] = None
        return self._shapes[point]

    def _shape(self, point: tuple[float, ...]) -> Any:
        evaluated = Evaluated(self.f, point)
        self._outcomes = []
        with _comparing_in_python():
            before = sys.getprofile()
            sys.setprofile(self._watch)
            try:
                results = evaluated()
            finally:
                sys.setprofile(before)
        shape: list[Any] = [tuple(self._outcomes)]
        for result in results.scalars:
            if not isinstance(result, Value):
                shape.append(None)
                continue
            order = topological_order(result)
            places = {node: place for place, node in enumerate(order)}
            for node in order:
                numbers = [each for each in node.operands if not isinstance(each, Value)]
                if len(self.constants) < _CONSTANTS:
                    self.constants |= {number for number in numbers if isfinite(number)}
                operands = tuple(
                    places[each] if isinstance(each, Value) else None for each in node.operands
                )
                shape.append((node.operation and node.operation.name, operands))
        return shape

    def _watch(self, frame: FrameType, event: str, _: Any) -> None:
        """Note what nodes are compared with; called by Python at each call of a function."""
        if event == "call" and frame.f_code in _CODES:
            node, other = frame.f_locals["self"], frame.f_locals["other"]
            number = other.data if isinstance(other, Value) else as_number(other)
            if number is not None:
                self._outcomes.append(node.data < number)
                if len(self.constants) < _CONSTANTS:
                    self.constants |= _numbers(number)


class _Along:
    """A function along one of its arguments."""

    def __init__(self, seen: _Seen, base: tuple[float, ...], index: int) -> None:
        self._seen, self._base, self._index = seen, base, index

    def point(self, x: float) -> tuple[float, ...]:
        return (*self._base[: self._index], x, *self._base[self._index + 1 :])

    def __call__(self, x: float) -> Any:
        return self._seen(self.point(x))

    def decisions(self, points: Sequence[float]) -> Iterator[float]:
        """Both sides of where other operations are recorded on the way from one point to the next."""
        changes = ((a, b) for a, b in pairwise(sorted(set(points))) if self(a) != self(b))
        for left, right in islice(changes, _DECISIONS):
            low, high = left, right
            while low < (middle := low / 2.0 + high / 2.0) < high:
                if self(middle) == self(low):
                    low = middle
                else:
                    high = middle
            reach = 1e-6 * (right - left)
            yield from (low, high, low - reach, high + reach)
