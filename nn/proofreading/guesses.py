"""What figures that are off may come from: guesses, and the numbers that each would lead to.

Each function gives the guesses of one sort, the simplest first, about figures that are still
unexplained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import isclose

from nn.byhand.lines import Keep, Line
from nn.byhand.rounding import Rounding
from nn.proofreading.page import ROUNDS_BY_HAND, Entry, Manuscript, Numbers
from nn.proofreading.solving import Interval, shortest, solved

__all__ = ["Guess", "inherited", "miscounted", "mistaken", "of_the_same", "rounded", "slipped"]


@dataclass(frozen=True)
class Guess:
    """Something that may have happened, and what the figures would then be.

    Attributes:
        cause: what it is, in a word.
        says: what it is, in a sentence.
        numbers: what some figures would be.
        whole: whether a group of figures has to come out as a whole, the right ones of it too ...
        slack: ... but for one that may miss by so many units of its last digit.
        spent: how many figures were used up to find out what the guess does not say itself.
        tried: how many like it were tried to find this one.
    """

    cause: str
    says: str
    numbers: Numbers
    whole: bool = False
    slack: float = 0.0
    spent: int = 0
    tried: int = 1


def _listed(names: Sequence[str]) -> str:
    """Some names in a sentence; of many, the first and the last."""
    names = list(dict.fromkeys(names))
    if len(names) > 3:
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# --- from other printed figures -------------------------------------------------------------------


def _printed(sources: Mapping[str, Entry]) -> dict[str, float]:
    return {symbol: source.printed.number for symbol, source in sources.items()}


def _symbols(sources: Mapping[str, Entry]) -> list[str]:
    return [source.figure.symbol for source in sources.values()]


def _wrong(sources: Mapping[str, Entry]) -> dict[str, Entry]:
    return {symbol: source for symbol, source in sources.items() if not source.agrees}


def inherited(manuscript: Manuscript, figures: Sequence[Entry]) -> Iterator[Guess]:
    """A figure follows from printed figures that are off themselves.

    From their printed digits; or from numbers that are printed so, as 0.0635 is the double of something
    that is printed 0.0318.
    """
    for entry in figures:
        sources = manuscript.sources(entry)
        wrong = _wrong(sources)
        if not wrong:
            continue
        says = f"inherited from {_listed(_symbols(wrong))}"
        number = manuscript.number(entry, _printed(sources))
        yield Guess("inherited", says, {entry: (number, number)})
        if not entry.printed.says(number):
            also = f"{says}{_unprinted(manuscript, entry, wrong)}"
            yield Guess("inherited", also, {entry: _ends(manuscript, entry, wrong)})


def _unprinted(manuscript: Manuscript, entry: Entry, sources: Mapping[str, Entry]) -> str:
    """What a figure tells of the digits that another one, which it follows from, does not print."""
    if len(set(sources.values())) > 1:
        return ", by digits that are not printed"
    (source,) = set(sources.values())

    def figure(x: float) -> float:
        return manuscript.number(entry, dict.fromkeys(sources, x))

    decimals = 3 - int(source.printed.exact.as_tuple().exponent)
    for asked in solved(figure, source.printed.number, entry.printed.ends):
        least, greatest = max(asked[0], source.printed.ends[0]), min(asked[1], source.printed.ends[1])
        if least <= greatest:
            ends = f"{round(least, decimals)} to {round(greatest, decimals)}"
            return f", if that is {ends} before it is rounded"
    return ", by digits that are not printed"


def _ends(manuscript: Manuscript, entry: Entry, sources: Mapping[str, Entry]) -> tuple[float, float]:
    """The least and the greatest that a figure may be if others stand for all that is rounded to them.

    Both are reached, and so is everything between them, since it is all continuous.
    """
    middle = _printed(sources)
    base = manuscript.number(entry, middle)
    low, high = dict(middle), dict(middle)
    for source in dict.fromkeys(sources.values()):
        own = [symbol for symbol, other in sources.items() if other is source]
        least, greatest = source.printed.ends
        rises = manuscript.number(entry, middle | dict.fromkeys(own, greatest)) >= base
        low |= dict.fromkeys(own, least if rises else greatest)
        high |= dict.fromkeys(own, greatest if rises else least)
    ends = [manuscript.number(entry, each) for each in (low, high)]
    return min(ends), max(ends)


def of_the_same(manuscript: Manuscript, figures: Sequence[Entry]) -> Iterator[Guess]:
    """A figure is computed of an output as another figure, which is off, asks for it."""
    for entry in figures:
        for source in dict.fromkeys(_wrong(manuscript.sources(entry)).values()):
            for out in _outs_of(manuscript, source):
                for asked in _asked_for(manuscript, source, out):
                    says = f"computed of {out} = {shortest(*asked)}, as {source.figure.symbol} is"
                    ends = [manuscript.number(entry, {out: x}) for x in asked]
                    yield Guess("same_output", says, {entry: (min(ends), max(ends))})


def _outs_of(manuscript: Manuscript, entry: Entry) -> list[str]:
    """The outputs of neurons that a figure is computed of, the nearest on each way."""
    outs = {symbol for symbol, line in manuscript.sheet.lines.items() if line.kind == "out"}
    lines = manuscript.sheet.above(entry.symbols[0], outs.difference(entry.symbols))
    return [
        need for need in dict.fromkeys(need for line in lines for need in line.needs) if need in outs
    ]


def _asked_for(manuscript: Manuscript, entry: Entry, symbol: str) -> list[Interval]:
    """What another number of the step may have to be for a figure to come out as it is printed."""
    right = manuscript.sheet.run([symbol], manuscript.given[entry.after])[symbol]
    return solved(lambda x: manuscript.number(entry, {symbol: x}), right, entry.printed.ends)


# --- another round --------------------------------------------------------------------------------


def miscounted(manuscript: Manuscript, _: Sequence[Entry]) -> Iterator[Guess]:
    """A figure is that after one update too few or too many."""
    for shift, cause, word in ((-1, "update_missing", "few"), (1, "update_too_many", "many")):
        numbers = manuscript.numbers(manuscript.sheet, shift=shift)
        for after in sorted({entry.after for entry in numbers}):
            says = f"one update too {word}: it is so after {after + shift:,}"
            yield Guess(cause, says, {e: n for e, n in numbers.items() if e.after == after}, whole=True)


# --- rounding -------------------------------------------------------------------------------------


def rounded(manuscript: Manuscript, figures: Sequence[Entry]) -> Iterator[Guess]:
    """Something was rounded, and carried on so: to as many digits as figures of the document have."""
    exponents = {int(entry.printed.exact.as_tuple().exponent) for entry in manuscript.entries}
    counts = {len(entry.printed.exact.as_tuple().digits) for entry in manuscript.entries}
    roundings = [Rounding(-exponent, significant=False) for exponent in sorted(exponents)]
    roundings += [Rounding(count) for count in sorted(counts, reverse=True)]
    groups: dict[tuple[str, int], list[Line]] = {}
    for line in reversed(manuscript.sheet.lines.values()):
        if line.kind not in {"", "factor", "change", "update"}:
            groups.setdefault((line.kind, line.layer), []).insert(0, line)
    for rounding in roundings:
        for lines in groups.values():
            symbols = [line.symbol for line in lines]
            numbers = manuscript.numbers(
                manuscript.sheet, keep=_rounds(rounding, symbols), until=ROUNDS_BY_HAND
            )
            numbers = {e: n for e, n in numbers.items() if not set(e.symbols) & set(symbols)}
            yield Guess("rounded", f"{_listed(symbols)} carried on with {rounding}", numbers, whole=True)
    for rounding in roundings:
        numbers = manuscript.numbers(manuscript.sheet, keep=_rounds(rounding), until=ROUNDS_BY_HAND)
        yield Guess("rounded", f"everything carried on with {rounding}", numbers, whole=True)
    for entry in figures:
        yield from _from_rounded_figures(manuscript, entry)


def _rounds(rounding: Rounding, symbols: Sequence[str] | None = None) -> Keep:
    chosen = None if symbols is None else set(symbols)
    return lambda symbol, number: rounding(number) if chosen is None or symbol in chosen else number


def _from_rounded_figures(manuscript: Manuscript, entry: Entry) -> Iterator[Guess]:
    """From the printed figures, which are rounded; the result maybe rounded twice."""
    one_more = Rounding(1 - int(entry.printed.exact.as_tuple().exponent), significant=False)
    sources = manuscript.sources(entry)
    if sources:
        says = f"computed from {_listed(_symbols(sources))} as printed"
        number = manuscript.number(entry, _printed(sources))
        if all(source.agrees for source in sources.values()):
            yield Guess("rounded", says, {entry: (number, number)})
        twice = one_more(number)
        yield Guess("rounded", f"{says}, and rounded twice", {entry: (twice, twice)})
    twice = one_more(entry.value)
    yield Guess("rounded", f"rounded twice, first to {one_more}", {entry: (twice, twice)})


# --- slips and mistakes ---------------------------------------------------------------------------


def mistaken(manuscript: Manuscript, _: Sequence[Entry]) -> Iterator[Guess]:
    """One of the classic mistakes was made throughout."""
    for variant in manuscript.variants:
        wrong = manuscript.sheet.rewritten(variant.lines.values())
        yield Guess(variant.mistake, variant.says, manuscript.numbers(wrong), whole=True)


def slipped(manuscript: Manuscript, figures: Sequence[Entry]) -> Iterator[Guess]:
    """One of them was made at one figure alone, or another number stands in its place."""
    for entry in figures:
        line = manuscript.line(entry)
        if line is None:
            continue
        for cause, says, instead in _otherwise(manuscript, line):
            number = manuscript.number(entry, {}, instead)
            yield Guess(cause, says, {entry: (number, number)})
            sources = manuscript.sources(entry, instead)
            if wrong := _wrong(sources):
                number = manuscript.number(entry, _printed(sources), instead)
                also = f"{says}, inherited from {_listed(_symbols(wrong))}"
                yield Guess(cause, also, {entry: (number, number)})
        yield from _neighbours(manuscript, entry, line)


def _otherwise(manuscript: Manuscript, line: Line) -> Iterator[tuple[str, str, Line]]:
    """What may be written by mistake in the place of a line, with the cause and a sentence."""
    for variant in manuscript.variants:
        if line.symbol in variant.lines:
            yield variant.mistake, variant.says, variant.lines[line.symbol]
    yield "sign", "the sign is the wrong one", replace(line, text=f"-({line.text})")
    factors = _factors(manuscript, line)
    for count in range(1, len(factors)):
        for left in combinations(factors, count):
            says = f"{' · '.join(left)} stands in its place: factors of the chain rule are left out"
            yield "factors", says, _product(line, left)


def _neighbours(manuscript: Manuscript, entry: Entry, line: Line) -> Iterator[Guess]:
    """Another number of the same kind stands in its place, as it should be or as it is printed."""
    others = [
        other.symbol
        for other in manuscript.sheet.lines.values()
        if (other.kind, other.layer) == (line.kind, line.layer) and other.symbol not in entry.symbols
    ]
    numbers = list(manuscript.sheet.run(others, manuscript.given[entry.after]).items())
    numbers += [
        (other.figure.symbol, other.printed.number)
        for other in manuscript.entries
        if other.group == entry.group and not other.agrees and not isclose(other.value, entry.value)
    ]
    for symbol, number in numbers:
        yield Guess("neighbour", f"{symbol} stands in its place", {entry: (number, number)})


def _factors(manuscript: Manuscript, line: Line) -> list[str]:
    """The factors of the chain rule that a line multiplies, if it is one product."""
    if line.kind == "delta":
        return line.needs
    if line.kind != "gradient" or line.place[1] == 0 or manuscript.step.examples > 1:
        return []  # a sum over neurons that share a bias, or over examples
    lines = manuscript.sheet.lines
    delta, signal = line.needs
    by_weight = next(
        other.symbol
        for other in lines.values()
        if (other.kind, other.layer, other.place) == ("factor", line.layer, line.place)
        and other.needs == [signal]
    )
    return [*lines[delta].needs, by_weight]


def _product(line: Line, factors: Sequence[str]) -> Line:
    names = [f"f{number}" for number in range(1, len(factors) + 1)]
    return replace(line, text=" * ".join(names), operands=dict(zip(names, factors, strict=True)))
