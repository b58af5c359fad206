"""Figures of another run: one of the given numbers was changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2, nan

from autograd.program import LineError
from nn.proofreading.candidates import Candidate
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.page import ROUNDS_BY_HAND, Page
from nn.proofreading.solving import Interval, shortest, solved

__all__ = ["LEAST_FIGURES", "changed_inputs"]

#: A given number is doubted only where so many figures are left that nothing else explains.
LEAST_FIGURES = 3
#: How many of them a given number is solved for by, and how many lines are computed for that at most.
_SOLVED_BY, _MOST_LINES = 10, 1_000_000


def changed_inputs(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Candidate]:
    """One given number was another: an input, a target, a parameter at the start, the learning rate.

    It is solved for by some figures, and taken to be what most of them ask for, the number of fewest
    digits if that is several: given numbers have few.

    Args:
        page: the page.
        figures: those that nothing else explains.
    """
    by_kind: dict[str, list[PrintedFigure]] = {}
    for figure in figures:
        if figure.after <= ROUNDS_BY_HAND and (line := page.line(figure)) is not None:
            by_kind.setdefault(line.kind, []).append(figure)
    for alike in by_kind.values():
        if len(alike) >= LEAST_FIGURES:
            step = -(-len(alike) // _SOLVED_BY)
            yield from _changed(page, alike[::step])


def _changed(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Candidate]:
    """The given numbers that most of some figures ask for."""
    given = page.program.given
    rounds = sum(figure.after + 1 for figure in figures)
    if len(given) * rounds * len(page.program.lines) > _MOST_LINES:
        return
    for symbol in given:
        asked = [interval for figure in figures for interval in _asked_for(page, symbol, figure)]
        if len(asked) < 2:
            continue
        numbers = [shortest(low, high) for low, high in sorted(_most_asked_for(asked))]
        number = min(numbers, key=len)
        digits = len(number.strip("-").replace(".", "").strip("0"))
        says = f"from a run with {symbol} = {number} in the place of {given[symbol]:.12g}"
        bits = 6.0 + log2(len(given)) + digits * log2(10.0)
        yield Candidate("changed_input", says, bits, given={symbol: float(number)})


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
