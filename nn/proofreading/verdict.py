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
from nn.proofreading.page import Entry, Manuscript

__all__ = ["Verdict", "verdicts"]


class Family(NamedTuple):
    """Guesses of one sort.

    Attributes:
        guesses: gives those about some figures, the simplest first.
        enough: how likely a fit by chance may be for a guess to be believed.
    """

    guesses: Callable[[Manuscript, Sequence[Entry]], Iterable[Guess]]
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


def verdicts(manuscript: Manuscript) -> dict[Entry, Verdict]:
    """What explains the figures that are off; those that nothing explains are left out.

    The first family with a guess that is to be believed explains a figure; if there is none, the guess
    that is the least likely to fit by chance, as long as it is less likely to than not.
    """
    sure: dict[Entry, Verdict] = {}
    weak: dict[Entry, Verdict] = {}
    for family in FAMILIES:
        figures = [entry for entry in manuscript.off if entry not in sure]
        for entry, verdict in _best(manuscript, family, figures).items() if figures else ():
            if not verdict.weak:
                sure[entry] = verdict
            elif entry not in weak or verdict.chance < weak[entry].chance:
                weak[entry] = verdict
    return weak | sure


def _best(manuscript: Manuscript, family: Family, figures: Sequence[Entry]) -> dict[Entry, Verdict]:
    """The guess of a family that explains each of some figures best."""
    given = map(_with_numbers, family.guesses(manuscript, figures))
    tried = [guess for guess in given if _leads_astray(guess)]
    texts: dict[Entry, list[tuple[int, int]]] = {entry: [] for entry in figures}
    astray: dict[Entry, set[int]] = {}
    for number, guess in enumerate(tried):
        for entry in guess.numbers:
            ends = _texts(guess, entry)
            if entry in texts:
                texts[entry].append(ends)
            if ends != (entry.right, entry.right):
                astray.setdefault(entry, set()).add(number)
    shares = {entry: _share(entry, texts[entry]) for entry in figures}
    best: dict[Entry, Verdict] = {}
    # of two that are as likely to fit by chance, that which explains more
    hits_of = sorted(
        ((_hits(manuscript, guess), guess) for guess in tried), key=lambda each: -len(each[0])
    )
    for hits, guess in hits_of:
        rivals = len(set().union(*(astray.get(entry, ()) for entry in hits)))
        together = _together(manuscript, guess, hits, rivals)
        for entry in set(hits).intersection(figures):
            # that a guess fits what it was solved for says nothing
            chance = together if guess.spent else min(together, shares[entry])
            if chance < 1.0 and (entry not in best or chance < best[entry].chance):
                best[entry] = Verdict(guess, chance, weak=chance > family.enough)
    return best


def _with_numbers(guess: Guess) -> Guess:
    """The guess without the figures that would have no number."""
    numbers = {entry: ends for entry, ends in guess.numbers.items() if all(map(isfinite, ends))}
    return replace(guess, numbers=numbers)


def _texts(guess: Guess, entry: Entry) -> tuple[int, int]:
    """The first and the last text that a guess leads to, in units of the last digit."""
    low, high = guess.numbers[entry]
    return entry.printed.rounded(low), entry.printed.rounded(high)


def _leads_astray(guess: Guess) -> bool:
    """Whether some figure would be printed otherwise than it should."""
    return any(_texts(guess, entry) != (entry.right, entry.right) for entry in guess.numbers)


# --- what a guess leads to -----------------------------------------------------------------------


def _hits(manuscript: Manuscript, guess: Guess) -> list[Entry]:
    """The figures that are off and that the guess leads to, with the rest of their groups if need be."""
    off = manuscript.off_as_set
    hits = [entry for entry in guess.numbers if entry in off and _missed_by(guess, entry) == 0.0]
    if not guess.whole:
        return hits
    missed: dict[tuple[str, int, int], list[float]] = {}
    for entry in manuscript.entries:
        if (units := _missed_by(guess, entry)) > 0.0:
            missed.setdefault(entry.group, []).append(units)
    return [
        entry
        for entry in hits
        if entry.group not in missed
        or (len(missed[entry.group]) == 1 and missed[entry.group][0] <= guess.slack)
    ]


def _missed_by(guess: Guess, entry: Entry) -> float:
    """By how many units of its last digit the figure is not what the guess leads to."""
    if entry not in guess.numbers:
        return inf
    low, high = guess.numbers[entry]
    if entry.printed.meets(low, high):
        return 0.0
    return min(abs(entry.printed.off(low)), abs(entry.printed.off(high))) - 0.5


# --- how likely that is by chance ----------------------------------------------------------------


def _share(entry: Entry, texts: Iterable[tuple[int, int]]) -> float:
    """The share of the texts near a figure's number that guesses lead to, but for the right text."""
    first, last = entry.near
    covered, done = 0, first - 1
    for low, high in sorted(texts):
        start, end = max(low, done + 1), min(high, last)
        if start <= end:
            covered += end - start + 1 - (start <= entry.right <= end)
            done = end
    return covered / (last - first + 1)


def _together(manuscript: Manuscript, guess: Guess, hits: Sequence[Entry], rivals: int) -> float:
    """How likely this guess, or one of its rivals about the same figures, would fit all it fits."""
    chances: dict[str, float] = {}
    for entry in hits:
        (low, high), (first, last) = _texts(guess, entry), entry.near
        chance = min(1.0, (high - low + 1) / (last - first + 1))
        root = _root(manuscript, entry)
        chances[root] = min(chance, chances.get(root, 1.0))
    return max(rivals, guess.tried) * prod(sorted(chances.values())[guess.spent :])


def _root(manuscript: Manuscript, entry: Entry) -> str:
    """The number that a figure says nothing new beside.

    A gradient says nothing new beside its δ, an updated weight beside its gradient, and what is computed
    from one number alone beside that.
    """
    lines = manuscript.sheet.lines
    symbol = entry.symbols[0]
    leading = {"gradient": "delta", "path": "delta", "update": "gradient", "change": "gradient"}
    while line := lines.get(symbol):
        needs = [need for need in line.needs if need in lines]
        if line.kind in leading:
            needs = [need for need in needs if lines[need].kind == leading[line.kind]]
        if len(needs) != 1 or line.kind in {"delta", "back"}:
            break
        symbol = needs[0]
    return f"{symbol} after {entry.after}"
