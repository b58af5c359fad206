"""Figures of another run: one of the given numbers was changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan

from autograd.program import LineError
from nn.proofreading.guesses import Guess
from nn.proofreading.page import ROUNDS_BY_HAND, Group, Page, PrintedFigure
from nn.proofreading.solving import Interval, shortest, solved

__all__ = ["guesses"]

#: How many lines are computed at most for a round of trying: each given number is solved for by each
#: figure, and the lines before it are computed again. That takes some seconds.
_MOST_LINES = 1_000_000
#: The least figures that a group has to have, and the least of them that have to be off.
_LEAST_FIGURES, _LEAST_OFF = 3, 2


def guesses(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """One given number was another: an input, a target, a parameter at the start, the learning rate.

    It is solved for by every figure that is off, and taken to be what most of them ask for, the number
    of fewest digits if that is several: given numbers have few. So such guesses come first, too. A guess
    holds for a group only as a whole; one figure of it may miss, by a unit of its last digit.
    """
    given = page.program.given
    figures = [figure for figure in _in_groups(page) if figure in figures]
    rounds = sum(figure.after + 1 for figure in figures)
    if not figures or len(given) * rounds * len(page.program.lines) > _MOST_LINES:
        return
    numbers: dict[str, str] = {}
    for symbol in given:
        asked = [interval for figure in figures for interval in _asked_for(page, symbol, figure)]
        if len(asked) >= _LEAST_OFF:
            candidates = (shortest(low, high) for low, high in sorted(_most_asked_for(asked)))
            numbers[symbol] = min(candidates, key=len)
    for symbol, number in sorted(numbers.items(), key=lambda each: len(each[1])):
        says = f"from a run with {symbol} = {number} in the place of {given[symbol]:.12g}"
        would_be = page.numbers(page.program, instead={symbol: float(number)}, until=ROUNDS_BY_HAND)
        yield Guess("changed_input", says, would_be, whole=True, slack=1.0, spent=1, tried=len(given))


def _in_groups(page: Page) -> list[PrintedFigure]:
    """The figures of groups that are large enough."""
    groups: dict[Group, list[PrintedFigure]] = {}
    for figure in page.figures:
        if figure.symbols and figure.after <= ROUNDS_BY_HAND:
            groups.setdefault(figure.group, []).append(figure)
    return [
        figure
        for group in groups.values()
        if len(group) >= _LEAST_FIGURES and sum(not each.agrees for each in group) >= _LEAST_OFF
        for figure in group
    ]


def _asked_for(page: Page, symbol: str, figure: PrintedFigure) -> list[Interval]:
    """What a given number may have to be for a figure to come out as it is printed."""
    program = page.program

    def at(x: float) -> float:
        try:
            trained = program.train(figure.after, {symbol: x})
            return program.run(figure.symbols[:1], trained)[figure.symbols[0]]
        except LineError:
            return nan

    start = program.given[symbol]
    if at(start * 1.001 + 0.001) == at(start):
        return []  # it does not depend on it
    return solved(at, start, figure.printed.ends)


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
