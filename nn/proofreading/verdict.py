"""Which guess explains a figure that is off, and how likely it would fit by chance.

A guess has to lead to the very text that is printed. That alone says little of a figure of two digits.
So for each sort of guess it is counted how many of the texts that are no farther from the right number
than the printed one they lead to. If a guess has nothing to do with the figure, each of these texts is
as good as another, and the share of them that the guesses cover is the chance that one fits.

Several figures that come out by one guess count together, as often as they say something new: the
chances multiply, and the number of guesses that might have done it multiplies with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, prod
from typing import NamedTuple

from nn.proofreading import changed_input, guesses
from nn.proofreading.guesses import Guess
from nn.proofreading.page import Group, Page, PrintedFigure

__all__ = ["Verdict", "verdicts"]


class Family(NamedTuple):
    """Guesses of one sort.

    Attributes:
        guesses: gives those about some figures, the simplest first.
        enough: how likely a fit by chance may be for a guess to be believed.
    """

    guesses: Callable[[Page, Sequence[PrintedFigure]], Iterable[Guess]]
    enough: float = 0.05


#: From the simplest to the most far-fetched. A figure is meant to follow from those before it, so it
#: takes less to believe that it does than that something happened to it.
FAMILIES = (
    Family(guesses.inherited, enough=1.0 / 3.0),
    Family(guesses.of_the_same),
    Family(guesses.miscounted),
    Family(guesses.rounded),
    Family(guesses.slipped),
    Family(guesses.mistaken),
    Family(changed_input.guesses),
)


@dataclass(frozen=True)
class Verdict:
    """What explains a figure.

    Attributes:
        guess: what may have happened.
        chance: how likely some guess of its family would have fitted by chance.
        weak: whether that is too likely for the guess to be believed.
    """

    guess: Guess
    chance: float
    weak: bool


def verdicts(page: Page) -> dict[PrintedFigure, Verdict]:
    """What explains the figures that are off; those that nothing explains are left out.

    The first family with a guess that is to be believed explains a figure; if there is none, the guess
    that is the least likely to fit by chance, as long as it is less likely to than not.
    """
    sure: dict[PrintedFigure, Verdict] = {}
    weak: dict[PrintedFigure, Verdict] = {}
    for family in FAMILIES:
        figures = [figure for figure in page.off if figure not in sure]
        for figure, verdict in _best(page, family, figures).items() if figures else ():
            if not verdict.weak:
                sure[figure] = verdict
            elif figure not in weak or verdict.chance < weak[figure].chance:
                weak[figure] = verdict
    return weak | sure


def _best(page: Page, family: Family, figures: Sequence[PrintedFigure]) -> dict[PrintedFigure, Verdict]:
    """The guess of a family that explains each of some figures best."""
    tried = []
    for guess in map(_with_numbers, family.guesses(page, figures)):
        page.check_work(len(guess.numbers))
        if _leads_astray(guess):
            tried.append(guess)
    texts: dict[PrintedFigure, list[tuple[int, int]]] = {figure: [] for figure in figures}
    astray: dict[PrintedFigure, set[int]] = {}
    for number, guess in enumerate(tried):
        for figure in guess.numbers:
            ends = _texts(guess, figure)
            if figure in texts:
                texts[figure].append(ends)
            if ends != (figure.right, figure.right):
                astray.setdefault(figure, set()).add(number)
    shares = {figure: _share(figure, texts[figure]) for figure in figures}
    best: dict[PrintedFigure, Verdict] = {}
    # of two that are as likely to fit by chance, that which explains more
    hits_of = sorted(((_hits(page, guess), guess) for guess in tried), key=lambda each: -len(each[0]))
    for hits, guess in hits_of:
        rivals = len(set().union(*(astray.get(figure, ()) for figure in hits)))
        together = _together(page, guess, hits, rivals)
        for figure in set(hits).intersection(figures):
            # that a guess fits what it was solved for says nothing
            chance = together if guess.spent else min(together, shares[figure])
            if chance < 1.0 and (figure not in best or chance < best[figure].chance):
                best[figure] = Verdict(guess, chance, weak=chance > family.enough)
    return best


def _with_numbers(guess: Guess) -> Guess:
    """The guess without the figures that would have no number."""
    numbers = {figure: ends for figure, ends in guess.numbers.items() if all(map(isfinite, ends))}
    return replace(guess, numbers=numbers)


def _texts(guess: Guess, figure: PrintedFigure) -> tuple[int, int]:
    """The first and the last text that a guess leads to, in units of the last digit."""
    low, high = guess.numbers[figure]
    return figure.printed.rounded(low), figure.printed.rounded(high)


def _leads_astray(guess: Guess) -> bool:
    """Whether some figure would be printed otherwise than it should."""
    return any(_texts(guess, figure) != (figure.right, figure.right) for figure in guess.numbers)


# --- what a guess leads to -----------------------------------------------------------------------


def _hits(page: Page, guess: Guess) -> list[PrintedFigure]:
    """The figures that are off and that the guess leads to, with the rest of their groups if need be."""
    off = page.off_as_set
    hits = [figure for figure in guess.numbers if figure in off and _missed_by(guess, figure) == 0.0]
    if not guess.whole:
        return hits
    missed: dict[Group, list[float]] = {}
    for figure in page.figures:
        if (units := _missed_by(guess, figure)) > 0.0:
            missed.setdefault(figure.group, []).append(units)
    return [
        figure
        for figure in hits
        if figure.group not in missed
        or (len(missed[figure.group]) == 1 and missed[figure.group][0] <= guess.slack)
    ]


def _missed_by(guess: Guess, figure: PrintedFigure) -> float:
    """By how many units of its last digit the figure is not what the guess leads to."""
    if figure not in guess.numbers:
        return inf
    low, high = guess.numbers[figure]
    if figure.printed.meets(low, high):
        return 0.0
    return min(abs(figure.printed.off(low)), abs(figure.printed.off(high))) - 0.5


# --- how likely that is by chance ----------------------------------------------------------------


def _share(figure: PrintedFigure, texts: Iterable[tuple[int, int]]) -> float:
    """The share of the texts near a figure's number that guesses lead to, but for the right text."""
    first, last = figure.near
    covered, done = 0, first - 1
    for low, high in sorted(texts):
        start, end = max(low, done + 1), min(high, last)
        if start <= end:
            covered += end - start + 1 - (start <= figure.right <= end)
            done = end
    return covered / (last - first + 1)


def _together(page: Page, guess: Guess, hits: Sequence[PrintedFigure], rivals: int) -> float:
    """How likely this guess, or one of its rivals about the same figures, would fit all it fits."""
    chances: dict[str, float] = {}
    for figure in hits:
        (low, high), (first, last) = _texts(guess, figure), figure.near
        chance = min(1.0, (high - low + 1) / (last - first + 1))
        root = _root(page, figure)
        chances[root] = min(chance, chances.get(root, 1.0))
    return max(rivals, guess.tried) * prod(sorted(chances.values())[guess.spent :])


def _root(page: Page, figure: PrintedFigure) -> str:
    """The number that a figure says nothing new beside.

    A gradient says nothing new beside its δ, an updated weight beside its gradient, and what is computed
    from one number alone beside that.
    """
    lines = page.program.lines
    symbol = figure.symbols[0]
    while line := lines.get(symbol):
        needs = [need for need in line.needs if need in lines]
        gradients = [need for need in needs if lines[need].kind == "gradient"]
        if gradients and line.kind == "gradient" and line.below in lines:
            break  # a δ, or a ∂E/∂out on the way back
        needs = gradients or needs
        if len(needs) != 1:
            break
        symbol = needs[0]
    return f"{symbol} after {figure.after}"
