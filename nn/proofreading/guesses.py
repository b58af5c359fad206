"""What figures that are off may come from: guesses, and the numbers that each would lead to.

Each function gives the guesses of one sort, the simplest first, about figures that are still
unexplained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isclose

from autograd.program import Keep, Line
from nn.byhand.calculation import Sort
from nn.byhand.rounding import Rounding
from nn.proofreading.page import ROUNDS_BY_HAND, Numbers, Page, PrintedFigure
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


def _printed(sources: Mapping[str, PrintedFigure]) -> dict[str, float]:
    return {symbol: source.printed.number for symbol, source in sources.items()}


def _symbols(sources: Mapping[str, PrintedFigure]) -> list[str]:
    return [source.listed.symbol for source in sources.values()]


def _wrong(sources: Mapping[str, PrintedFigure]) -> dict[str, PrintedFigure]:
    return {symbol: source for symbol, source in sources.items() if not source.agrees}


def inherited(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """A figure follows from printed figures that are off themselves.

    From their printed digits; or from numbers that are printed so, as 0.0635 is the double of something
    that is printed 0.0318.
    """
    for figure in figures:
        sources = page.sources(figure)
        wrong = _wrong(sources)
        if not wrong:
            continue
        says = f"inherited from {_listed(_symbols(wrong))}"
        number = page.number(figure, _printed(sources))
        yield Guess("inherited", says, {figure: (number, number)})
        if not figure.printed.says(number):
            also = f"{says}{_unprinted(page, figure, wrong)}"
            yield Guess("inherited", also, {figure: _ends(page, figure, wrong)})


def _unprinted(page: Page, figure: PrintedFigure, sources: Mapping[str, PrintedFigure]) -> str:
    """What a figure tells of the digits that another one, which it follows from, does not print."""
    if len(set(sources.values())) > 1:
        return ", by digits that are not printed"
    (source,) = set(sources.values())

    def at(x: float) -> float:
        return page.number(figure, dict.fromkeys(sources, x))

    decimals = 3 - int(source.printed.exact.as_tuple().exponent)
    for asked in solved(at, source.printed.number, figure.printed.ends):
        least, greatest = max(asked[0], source.printed.ends[0]), min(asked[1], source.printed.ends[1])
        if least <= greatest:
            ends = f"{round(least, decimals)} to {round(greatest, decimals)}"
            return f", if that is {ends} before it is rounded"
    return ", by digits that are not printed"


def _ends(
    page: Page, figure: PrintedFigure, sources: Mapping[str, PrintedFigure]
) -> tuple[float, float]:
    """The least and the greatest that a figure may be if others stand for all that is rounded to them.

    Both are reached, and so is everything between them, since it is all continuous.
    """
    middle = _printed(sources)
    base = page.number(figure, middle)
    low, high = dict(middle), dict(middle)
    for source in dict.fromkeys(sources.values()):
        own = [symbol for symbol, other in sources.items() if other is source]
        least, greatest = source.printed.ends
        rises = page.number(figure, middle | dict.fromkeys(own, greatest)) >= base
        low |= dict.fromkeys(own, least if rises else greatest)
        high |= dict.fromkeys(own, greatest if rises else least)
    ends = [page.number(figure, each) for each in (low, high)]
    return min(ends), max(ends)


def of_the_same(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """A figure is computed of an output as another figure, which is off, asks for it."""
    for figure in figures:
        for source in dict.fromkeys(_wrong(page.sources(figure)).values()):
            for out in _outs_of(page, source):
                for asked in _asked_for(page, source, out):
                    says = f"computed of {out} = {shortest(*asked)}, as {source.listed.symbol} is"
                    ends = [page.number(figure, {out: x}) for x in asked]
                    yield Guess("same_output", says, {figure: (min(ends), max(ends))})


def _outs_of(page: Page, figure: PrintedFigure) -> list[str]:
    """The outputs of neurons that a figure is computed of, the nearest on each way."""
    role = page.calculation.role
    outs = {symbol for symbol in page.program.lines if role(symbol) == "out"}
    lines = page.program.above(figure.symbols[0], until=outs.difference(figure.symbols))
    return [
        need for need in dict.fromkeys(need for line in lines for need in line.needs) if need in outs
    ]


def _asked_for(page: Page, figure: PrintedFigure, symbol: str) -> list[Interval]:
    """What another number of the step may have to be for a figure to come out as it is printed."""
    right = page.program.run([symbol], page.given[figure.after])[symbol]
    return solved(lambda x: page.number(figure, {symbol: x}), right, figure.printed.ends)


# --- another round --------------------------------------------------------------------------------


def miscounted(page: Page, _: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """A figure is that after one update too few or too many."""
    for shift, cause, word in ((-1, "update_missing", "few"), (1, "update_too_many", "many")):
        numbers = page.numbers(page.program, shift=shift)
        for after in sorted({figure.after for figure in numbers}):
            says = f"one update too {word}: it is so after {after + shift:,}"
            yield Guess(cause, says, {e: n for e, n in numbers.items() if e.after == after}, whole=True)


# --- rounding -------------------------------------------------------------------------------------


def rounded(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """Something was rounded, and carried on so: to as many digits as figures of the document have."""
    exponents = {int(figure.printed.exact.as_tuple().exponent) for figure in page.figures}
    counts = {len(figure.printed.exact.as_tuple().digits) for figure in page.figures}
    roundings = [Rounding(-exponent, significant=False) for exponent in sorted(exponents)]
    roundings += [Rounding(count) for count in sorted(counts, reverse=True)]
    groups: dict[Sort, list[Line]] = {}
    places = {symbol: place for place, symbol in enumerate((*page.program.given, *page.program.lines))}
    # derivatives in the order of what they are derivatives by
    for line in sorted(page.program.lines.values(), key=lambda line: places[line.below or line.symbol]):
        if line.kind not in {"change", "update"} and line.operands and not line.copies:
            groups.setdefault(page.calculation.sort(line), []).append(line)
    for rounding in roundings:
        for lines in reversed(groups.values()):
            symbols = [line.symbol for line in lines]
            numbers = page.numbers(page.program, keep=_rounds(rounding, symbols), until=ROUNDS_BY_HAND)
            numbers = {e: n for e, n in numbers.items() if not set(e.symbols) & set(symbols)}
            yield Guess("rounded", f"{_listed(symbols)} carried on with {rounding}", numbers, whole=True)
    for rounding in roundings:
        numbers = page.numbers(page.program, keep=_rounds(rounding), until=ROUNDS_BY_HAND)
        yield Guess("rounded", f"everything carried on with {rounding}", numbers, whole=True)
    for figure in figures:
        yield from _from_rounded_figures(page, figure)


def _rounds(rounding: Rounding, symbols: Sequence[str] | None = None) -> Keep:
    chosen = None if symbols is None else set(symbols)
    return lambda symbol, number: rounding(number) if chosen is None or symbol in chosen else number


def _from_rounded_figures(page: Page, figure: PrintedFigure) -> Iterator[Guess]:
    """From the printed figures, which are rounded; the result maybe rounded twice."""
    one_more = Rounding(1 - int(figure.printed.exact.as_tuple().exponent), significant=False)
    sources = page.sources(figure)
    if sources:
        says = f"computed from {_listed(_symbols(sources))} as printed"
        number = page.number(figure, _printed(sources))
        if all(source.agrees for source in sources.values()):
            yield Guess("rounded", says, {figure: (number, number)})
        twice = one_more(number)
        yield Guess("rounded", f"{says}, and rounded twice", {figure: (twice, twice)})
    twice = one_more(figure.value)
    yield Guess("rounded", f"rounded twice, first to {one_more}", {figure: (twice, twice)})


# --- slips and mistakes ---------------------------------------------------------------------------


def mistaken(page: Page, _: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """One of the classic mistakes was made throughout."""
    for variant in page.variants:
        wrong = page.program.rewritten(variant.lines.values())
        yield Guess(variant.mistake, variant.says, page.numbers(wrong), whole=True)


def slipped(page: Page, figures: Sequence[PrintedFigure]) -> Iterator[Guess]:
    """One of them was made at one figure alone, or another number stands in its place."""
    for figure in figures:
        line = page.line(figure)
        if line is None:
            continue
        for cause, says, instead in _otherwise(page, line):
            number = page.number(figure, {}, instead)
            yield Guess(cause, says, {figure: (number, number)})
            sources = page.sources(figure, instead)
            if wrong := _wrong(sources):
                number = page.number(figure, _printed(sources), instead)
                also = f"{says}, inherited from {_listed(_symbols(wrong))}"
                yield Guess(cause, also, {figure: (number, number)})
        yield from _neighbours(page, figure, line)


def _otherwise(page: Page, line: Line) -> Iterator[tuple[str, str, Line]]:
    """What may be written by mistake in the place of a line, with the cause and a sentence."""
    for variant in page.variants:
        if line.symbol in variant.lines:
            yield variant.mistake, variant.says, variant.lines[line.symbol]
    yield "sign", "the sign is the wrong one", line.rewritten("-{}")
    factors = page.calculation.factors(line)
    for count in range(1, len(factors)):
        for left in combinations(factors, count):
            says = f"{' · '.join(left)} stands in its place: factors of the chain rule are left out"
            yield "factors", says, _product(line, left)


def _neighbours(page: Page, figure: PrintedFigure, line: Line) -> Iterator[Guess]:
    """Another number of the same sort stands in its place, as it should be or as it is printed."""
    sort = page.calculation.sort
    others = [
        other.symbol
        for other in page.program.lines.values()
        if sort(other) == sort(line) and other.symbol not in figure.symbols
    ]
    numbers = list(page.program.run(others, page.given[figure.after]).items())
    numbers += [
        (other.listed.symbol, other.printed.number)
        for other in page.figures
        if other.group == figure.group and not other.agrees and not isclose(other.value, figure.value)
    ]
    for symbol, number in numbers:
        yield Guess("neighbour", f"{symbol} stands in its place", {figure: (number, number)})


def _product(line: Line, factors: Sequence[str]) -> Line:
    names = [f"f{number}" for number in range(1, len(factors) + 1)]
    operands = dict(zip(names, factors, strict=True))
    return Line.of(
        line.symbol, " * ".join(names), operands, line.kind, above=line.above, below=line.below
    )
