"""What may have been done wrong throughout a page: candidates, and how unlikely each is beforehand."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

from autograd.program import Line
from nn.byhand.calculation import Sort
from nn.byhand.rounding import Rounding
from nn.byhand.trees import changed
from nn.proofreading.page import Page

__all__ = ["Candidate", "composed", "listed", "mistakes", "ratios", "roundings", "shifts"]

#: Ratios that all gradients of a page may have to the right ones, and what is then said.
_RATIOS = {
    "half": (0.5, "every gradient is half of what it should be"),
    "double": (2.0, "every gradient is twice what it should be"),
    "negative": (-1.0, "every gradient has the other sign"),
}


@dataclass(frozen=True, eq=False)
class Candidate:
    """Something that may have been done wrong, throughout a page.

    Attributes:
        name: what it is, in a word.
        says: what it is, in a sentence.
        bits: how unlikely it is before the page is looked at: the binary logarithm of one in how many.
        lines: the lines that are written instead of the right ones, by symbol.
        right: the right ones.
        rounding: how numbers are rounded on the way; None if they are not.
        rounded: the symbols of those that are; all if None.
        given: other given numbers.
        shift: how many updates more there are.
        cut: whether figures are cut at their last digit, and not rounded.
    """

    name: str
    says: str
    bits: float
    lines: Mapping[str, Line] = field(default_factory=dict)
    right: Mapping[str, Line] = field(default_factory=dict)
    rounding: Rounding | None = None
    rounded: frozenset[str] | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    shift: int = 0
    cut: bool = False

    def told(self, after: int) -> str:
        """What it is, of a figure after some updates.

        >>> Candidate("update_missing", "one update too few", 4.0, shift=-1).told(10_000)
        'one update too few: it is so after 9,999'
        """
        return f"{self.says}: it is so after {after + self.shift:,}" if self.shift else self.says

    def keep(self, symbol: str, number: float) -> float:
        """A number as it is carried on."""
        if self.rounding is None or (self.rounded is not None and symbol not in self.rounded):
            return number
        return self.rounding(number)


def composed(candidates: Sequence[Candidate]) -> dict[str, Line] | None:
    """The lines of several candidates at once; None if they cannot be made together.

    Where two write the same line, the second is made on what the first has written.

    Args:
        candidates: the candidates.
    """
    found: dict[str, Line] = {}
    for candidate in candidates:
        for symbol, line in candidate.lines.items():
            before = found.get(symbol)
            if before is None:
                found[symbol] = line
                continue
            right = candidate.right[symbol].tree

            def first(part: ast.expr, right: ast.expr = right, before: Line = before) -> ast.expr | None:
                return before.tree if part is right else None

            tree = changed(line.tree, first)
            if tree is line.tree or ast.dump(tree) == ast.dump(line.tree):
                return None
            both = dict(zip(before.variables, before.operands, strict=True))
            both |= dict(zip(line.variables, line.operands, strict=True))
            found[symbol] = Line.of(symbol, tree, both, line.kind, above=line.above, below=line.below)
    return found


def mistakes(page: Page) -> Iterator[Candidate]:
    """The classic mistakes that can be made in the step, throughout."""
    printed = {symbol for figure in page.figures for symbol in figure.symbols}
    right = page.program.lines
    for variant in page.variants:
        # a slip in one line that is printed is looked for at that figure
        if variant.local and printed.issuperset(variant.lines):
            continue
        yield Candidate(
            variant.mistake,
            variant.says,
            variant.bits,
            variant.lines,
            {symbol: right[symbol] for symbol in variant.lines},
        )


def ratios(page: Page) -> Iterator[Candidate]:
    """All gradients have one ratio to the right ones: ½, 2, −1, n or 1/n, η or 1/η."""
    calculation = page.calculation
    gradients = [
        line
        for line in calculation.of_kind("gradient")
        if calculation.role(line.below) in {"weight", "bias"}
        or (not calculation.layers and line.below in page.program.given)
    ]
    if len(gradients) < 2:
        return
    found = dict(_RATIOS.values())
    if calculation.examples > 1:
        found[float(calculation.examples)] = (
            "every gradient is n times what it should be: it is not averaged"
        )
        found[1.0 / calculation.examples] = "every gradient is divided by n, as an average is"
    rate = page.example.learning_rate
    if rate and rate not in found:
        found[rate] = "every gradient is multiplied with the learning rate already"
        found[1.0 / rate] = "every gradient is divided by the learning rate"
    for number, says in found.items():
        lines = {
            line.symbol: line.rewritten(f"{{}} * {number!r}" if number > 0 else "-{}")
            for line in gradients
        }
        right = {line.symbol: line for line in gradients}
        yield Candidate("ratio", says, 6.0 + log2(len(found)), lines, right)


def roundings(page: Page) -> Iterator[Candidate]:
    """Everything, or the numbers of one sort, carried on with as many digits as figures have."""
    decimals = sorted(
        {figure.printed.decimals for figure in page.figures if figure.printed.decimals >= 0}
    )
    digits = sorted({figure.printed.digits for figure in page.figures}, reverse=True)
    even = page.half_to_even
    ways = [Rounding(count, significant=False, half_to_even=even) for count in decimals]
    ways += [Rounding(count, half_to_even=even) for count in digits if count]
    printed = {symbol: each.printed for each in page.figures for symbol in each.symbols}
    used = {need for line in page.program.lines.values() for need in line.needs}

    def shows_more(way: Rounding, symbols: Iterable[str]) -> bool:
        """Whether some number is printed, and so carried on, with more digits."""
        return any(way(text.number) != text.number for s in symbols if (text := printed.get(s)))

    for way in ways:
        if shows_more(way, used):
            continue
        yield Candidate(
            "rounded", f"everything is carried on with {way}", 3.0 + log2(len(ways)), rounding=way
        )
    groups: dict[Sort, list[Line]] = {}
    places = {symbol: place for place, symbol in enumerate((*page.program.given, *page.program.lines))}
    # derivatives in the order of what they are derivatives by
    for line in sorted(page.program.lines.values(), key=lambda line: places[line.below or line.symbol]):
        if line.kind not in {"change", "update"} and line.operands and not line.copies:
            groups.setdefault(page.calculation.sort(line), []).append(line)
    for way in ways:
        for lines in reversed(groups.values()):
            symbols = [line.symbol for line in lines]
            if shows_more(way, symbols):
                continue
            yield Candidate(
                "rounded",
                f"{listed(symbols)} carried on with {way}",
                4.0 + log2(len(ways)),
                rounding=way,
                rounded=frozenset(symbols),
            )


def shifts(page: Page) -> Iterator[Candidate]:
    """One update too few or too many."""
    for shift, name, word in ((-1, "update_missing", "few"), (1, "update_too_many", "many")):
        yield Candidate(name, f"one update too {word}", 4.0, shift=shift)


def listed(names: Sequence[str]) -> str:
    """Some names in a sentence; of many, the first and the last.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d"])
    ('a and b', 'a to d')
    """
    names = list(dict.fromkeys(names))
    if len(names) > 3:
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
