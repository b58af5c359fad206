"""The numbers of a step, carried on exactly, or from the figures that the page prints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, nan
from typing import TYPE_CHECKING

from autograd.program import Line, LineError, Program, evaluated
from autograd.program.order import post_order

if TYPE_CHECKING:
    from autograd.program import Keep
    from nn.proofreading.figure import PrintedFigure

#: A line by itself takes as long as so many of a compiled program; to look at one that stays, so many.
_ONE_LINE, _LOOKING = 20, 2

__all__ = ["Numbers", "Stage", "in_order", "number_of"]


@dataclass(frozen=True)
class Numbers:
    """What the lines of a step give.

    Attributes:
        own: what each line gives.
        used: what the lines after it use: the printed number, where one is printed.
        radius: how far what a line gives may be off, since the printed numbers before it are rounded.
        used_radius: the same of what is used; half a unit of the last digit, where it is printed.
    """

    own: dict[str, float]
    used: dict[str, float]
    radius: dict[str, float] = field(default_factory=dict)
    used_radius: dict[str, float] = field(default_factory=dict)


class Stage:
    """One step of those that a page has figures of.

    Args:
        program: the lines.
        given: the numbers that the step starts from.
        printed: the figures that are printed of it, and of the updates before it, by symbol.

    Attributes:
        program: as above.
        given: as above.
        printed: as above.
        work: how much has been computed, in runs of a compiled line.
    """

    def __init__(
        self, program: Program, given: Mapping[str, float], printed: Mapping[str, PrintedFigure]
    ) -> None:
        self.program, self.given, self.printed = program, given, printed
        self.work = 0
        self._orders: dict[frozenset[int], tuple[Mapping[str, Line], list[Line]]] = {}
        self._order = in_order(program.lines)
        self._needs = {line.symbol: line.needs for line in self._order}
        self._places: dict[str, int] = {line.symbol: place for place, line in enumerate(self._order)}

    @cached_property
    def exact(self) -> Numbers:
        """The numbers, carried on exactly."""
        return self._all(self._order, self.given, None, from_printed=False)

    @cached_property
    def follows(self) -> Numbers:
        """The numbers as they follow from the figures printed before each."""
        return self._all(self._order, self.given, None, from_printed=True)

    def numbers(
        self,
        lines: Mapping[str, Line],
        *,
        from_printed: bool,
        given: Mapping[str, float] | None = None,
        keep: Keep | None = None,
    ) -> Numbers:
        """The numbers with some lines written otherwise.

        Args:
            lines: these lines, by symbol.
            from_printed: whether printed figures are carried on, or all that is computed.
            given: what the step starts from, if not as usual.
            keep: what each computed number becomes before it is carried on.
        """
        order = self._order
        if any(self._places.get(need, -1) >= self._places[line.symbol]
               for line in lines.values() for need in line.needs):  # fmt: skip
            order = in_order({**self.program.lines, **lines})
        if keep is not None or (given is not None and given is not self.given):
            order = [lines.get(line.symbol, line) for line in order]
            return self._all(order, given or self.given, keep, from_printed=from_printed)
        return self._changed(order, lines, self.follows if from_printed else self.exact, from_printed)

    def updates_of(self, lines: Mapping[str, Line], given: Mapping[str, float]) -> dict[str, float]:
        """The updates by some given numbers, with some lines written otherwise.

        Args:
            lines: these lines, by symbol.
            given: the numbers that the step starts from.

        Raises:
            LineError: a line has no number.
        """
        used = dict(given)
        order = self._updating(lines)
        self.work += _ONE_LINE * len(order)
        for line in order:
            used[line.symbol] = evaluated(line, used, self.program.lines[line.symbol] is line)
        return used

    def _updating(self, lines: Mapping[str, Line]) -> list[Line]:
        """The lines that lead to the updates."""
        key = frozenset(map(id, lines.values()))
        if key not in self._orders:
            own = {**self.program.lines, **lines}
            order = post_order(
                [*self.program.updates.values()],
                lambda symbol: own[symbol].needs if symbol in own else (),
            )
            self._orders[key] = lines, [own[symbol] for symbol in order if symbol in own]
        return self._orders[key][1]

    def _all(
        self, order: Sequence[Line], given: Mapping[str, float], keep: Keep | None, *, from_printed: bool
    ) -> Numbers:
        numbers = Numbers(dict(given), dict(given))
        if from_printed:
            for symbol in given:
                self._print(symbol, numbers)
        for line in order:
            self._compute(line, numbers, keep, from_printed)
        return numbers

    def _changed(
        self, order: Sequence[Line], lines: Mapping[str, Line], base: Numbers, from_printed: bool
    ) -> Numbers:
        """What is different if some lines are: only that is computed again."""
        numbers = Numbers(dict(base.own), dict(base.used), dict(base.radius), dict(base.used_radius))
        touched: set[str] = set()
        self.work += _LOOKING * len(order)
        for each in order:
            symbol = each.symbol
            line = lines.get(symbol)
            if line is None and touched.isdisjoint(self._needs[symbol]):
                continue
            before = numbers.used[symbol], numbers.used_radius.get(symbol)
            self._compute(line or each, numbers, None, from_printed)
            if (numbers.used[symbol], numbers.used_radius.get(symbol)) != before:
                touched.add(symbol)
        return numbers

    def _compute(self, line: Line, numbers: Numbers, keep: Keep | None, from_printed: bool) -> None:
        symbol = line.symbol
        number = self._number(line, numbers.used)
        if keep is not None:
            number = keep(symbol, number)
        numbers.own[symbol] = numbers.used[symbol] = number
        if from_printed:
            radius = self.radius(line, numbers, number)
            numbers.radius[symbol] = numbers.used_radius[symbol] = radius
            self._print(symbol, numbers)

    def _number(self, line: Line, numbers: Mapping[str, float]) -> float:
        self.work += _ONE_LINE
        return number_of(line, numbers, often=self.program.lines.get(line.symbol) is line)

    def _print(self, symbol: str, numbers: Numbers) -> None:
        figure = self.printed.get(symbol)
        if figure is not None:
            numbers.used[symbol] = figure.printed.number
            numbers.used_radius[symbol] = float(figure.printed.unit) / 2.0

    def radius(self, line: Line, numbers: Numbers, number: float) -> float:
        """How far what a line gives may be off, as far as each number it needs may be, by itself.

        Args:
            line: the line.
            numbers: what all numbers are.
            number: what it gives with these.
        """
        total, used = 0.0, numbers.used
        for need in line.needs:
            if by := numbers.used_radius.get(need, 0.0):
                middle = used[need]
                used[need] = middle + by
                total += abs(self._number(line, used) - number)
                used[need] = middle
        return total if isfinite(total) else 0.0

    def with_number(self, line: Line, numbers: Numbers, instead: Mapping[str, float]) -> float:
        """What a line gives if some printed numbers were others.

        Args:
            line: the line.
            numbers: what all numbers are.
            instead: the others, by symbol.
        """
        used = {**numbers.used, **instead}
        touched = set(instead)
        for each in self._order:
            if each.symbol == line.symbol:
                break
            if (
                each.symbol not in instead
                and each.symbol not in self.printed
                and not touched.isdisjoint(each.needs)
            ):
                used[each.symbol] = number_of(each, used, often=True)
                touched.add(each.symbol)
        return number_of(line, used, often=True)

    def sources(self, symbols: Collection[str], line: Line | None) -> dict[str, PrintedFigure]:
        """The printed figures that a number follows from, the nearest on each way, by their symbols.

        Args:
            symbols: the symbols of the number itself, which it does not follow from.
            line: the line that it is computed by.
        """
        known = {symbol: figure for symbol, figure in self.printed.items() if symbol not in symbols}
        found: dict[str, PrintedFigure] = {}
        waiting = [*line.needs] if line is not None else []
        seen: set[str] = set()
        while waiting:
            need = waiting.pop(0)
            if need in seen:
                continue
            seen.add(need)
            if need in known:
                found[need] = known[need]
            elif need in self.program.lines:
                waiting += self.program.lines[need].needs
        return found


def number_of(line: Line, numbers: Mapping[str, float], often: bool = False) -> float:
    """The number of a line; NaN if it has none.

    Args:
        line: the line.
        numbers: those that it needs.
        often: whether it is computed many times.

    >>> number_of(Line.of("y", "1.0 / x", {"x": "a"}), {"a": 0.0})
    nan
    """
    try:
        return evaluated(line, numbers, often)
    except LineError:
        return nan


def in_order(lines: Mapping[str, Line]) -> list[Line]:
    """Lines in the order of computation, each after those that it needs.

    Args:
        lines: the lines, by symbol.
    """
    order = post_order([*lines], lambda symbol: lines[symbol].needs if symbol in lines else ())
    return [lines[symbol] for symbol in order if symbol in lines]
