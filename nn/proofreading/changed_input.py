"""Figures that belong to other data: one given number is not what it is said to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan

from nn.byhand import PencilError
from nn.proofreading.guesses import Guess
from nn.proofreading.page import ROUNDS_BY_HAND, Entry, Manuscript
from nn.proofreading.solving import Interval, shortest, solved

__all__ = ["guesses"]

#: How many lines are computed at most for a round of trying: each given number is solved for by each
#: figure, and the lines before it are computed again. That takes some seconds.
_MOST_LINES = 1_000_000
#: The least figures that a group has to have, and the least of them that have to be off.
_LEAST_FIGURES, _LEAST_OFF = 3, 2


def guesses(manuscript: Manuscript, figures: Sequence[Entry]) -> Iterator[Guess]:
    """One given number was another: an input, a target, a parameter at the start, the learning rate.

    It is solved for by every figure that is off, and taken to be what most of them ask for, the number
    of fewest digits if that is several: given numbers have few. So such guesses come first, too. A guess
    holds for a group only as a whole; one figure of it may miss, by a unit of its last digit.
    """
    given = manuscript.sheet.given
    figures = [entry for entry in _in_groups(manuscript) if entry in figures]
    rounds = sum(entry.after + 1 for entry in figures)
    if not figures or len(given) * rounds * len(manuscript.sheet.lines) > _MOST_LINES:
        return
    numbers: dict[str, str] = {}
    for symbol in given:
        asked = [interval for entry in figures for interval in _asked_for(manuscript, symbol, entry)]
        if len(asked) >= _LEAST_OFF:
            candidates = (shortest(low, high) for low, high in sorted(_most_asked_for(asked)))
            numbers[symbol] = min(candidates, key=len)
    for symbol, number in sorted(numbers.items(), key=lambda each: len(each[1])):
        says = f"from a run with {symbol} = {number} in the place of {given[symbol]:.12g}"
        would_be = manuscript.numbers(
            manuscript.sheet, instead={symbol: float(number)}, until=ROUNDS_BY_HAND
        )
        yield Guess("other_data", says, would_be, whole=True, slack=1.0, spent=1, tried=len(given))


def _in_groups(manuscript: Manuscript) -> list[Entry]:
    """The figures of groups that are large enough."""
    groups: dict[tuple[str, int, int], list[Entry]] = {}
    for entry in manuscript.entries:
        if entry.symbols and entry.after <= ROUNDS_BY_HAND:
            groups.setdefault(entry.group, []).append(entry)
    return [
        entry
        for group in groups.values()
        if len(group) >= _LEAST_FIGURES and sum(not each.agrees for each in group) >= _LEAST_OFF
        for entry in group
    ]


def _asked_for(manuscript: Manuscript, symbol: str, entry: Entry) -> list[Interval]:
    """What a given number may have to be for a figure to come out as it is printed."""
    sheet = manuscript.sheet

    def figure(x: float) -> float:
        try:
            return sheet.run(entry.symbols[:1], sheet.train(entry.after, {symbol: x}))[entry.symbols[0]]
        except PencilError:
            return nan

    start = sheet.given[symbol]
    if figure(start * 1.001 + 0.001) == figure(start):
        return []  # it does not depend on it
    return solved(figure, start, entry.printed.ends)


def _most_asked_for(intervals: Sequence[Interval]) -> set[Interval]:
    """What most of some intervals have in common; several where as many meet in other places.

    >>> _most_asked_for([(1.0, 3.0), (2.0, 5.0), (2.5, 4.0), (7.0, 8.0)])
    {(2.5, 3.0)}
    """
    meeting = {
        low: [greatest for least, greatest in intervals if least <= low <= greatest]
        for low, _ in intervals
    }
    most = max(map(len, meeting.values()))
    return {(low, min(ends)) for low, ends in meeting.items() if len(ends) == most}
