"""What may have happened at one figure alone: a mistake in its line, another number, a misprint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import isclose, isfinite, log2
from typing import NamedTuple

from autograd.program import Line, LineError
from autograd.symbolic import terms
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.page import ROUNDS_BY_HAND, Page
from nn.proofreading.printed import Printed
from nn.proofreading.search import Account
from nn.proofreading.stage import Numbers, Stage, number_of

__all__ = ["Slip", "misprints", "slips"]

#: More factors than this are not left out in every combination.
_MOST_FACTORS = 5


class Slip(NamedTuple):
    """Something that may have happened at one figure.

    Attributes:
        name: what it is, in a word.
        says: what it is, in a sentence.
        bits: how unlikely it is before the figure is looked at.
    """

    name: str
    says: str
    bits: float


def slips(page: Page, account: Account, figure: PrintedFigure) -> list[Slip]:
    """What may have happened at a figure, beside what was done wrong throughout; the likeliest first.

    Args:
        page: the page.
        account: what was done wrong throughout.
        figure: the figure, which that does not explain.
    """
    line = page.line(figure)
    if line is None:
        return []
    line = account.lines.get(line.symbol, line)
    both = (account.carried(figure.after, from_printed=each) for each in (True, False))
    ways = [way for way in both if way is not None]
    found = [
        *_written_otherwise(page, figure, line, lambda other: _says(figure, other, ways)),
        *_neighbours(page, figure, line, ways),
    ]
    given = [number_of(line, way.used) for way in ways]
    numbers = [number for number in given if isfinite(number)]
    if not found:
        found += _other_step(page, figure)
    if len(terms(line.tree)) > 1:
        found += _round_amount(figure, numbers)
    if not found and page.sources_of(figure):
        stage = page.stages[figure.after]
        found += _written_otherwise(
            page, figure, line, lambda other: _nearly_says(figure, other, stage, ways[0])
        )
        found += misprints(figure.printed, numbers)
    # a digit that is lost or exchanged is the last that one thinks of
    return sorted(found or misprints(figure.printed, numbers), key=lambda slip: slip.bits)


def _says(figure: PrintedFigure, line: Line, ways: Sequence[Numbers]) -> float | None:
    """The bits that it takes besides that a figure is what a line gives: none; None if it is not."""
    return 0.0 if any(figure.printed.says(number_of(line, way.used)) for way in ways) else None


def _nearly_says(figure: PrintedFigure, line: Line, stage: Stage, way: Numbers) -> float | None:
    """The same where the line goes on with digits that the figures before it do not print."""
    number = number_of(line, way.used)
    radius = stage.radius(line, way, number)
    if not isfinite(number) or not figure.printed.meets(number - radius, number + radius):
        return None
    return log2(1.0 + 2.0 * radius / float(figure.printed.unit))


def _written_otherwise(
    page: Page, figure: PrintedFigure, line: Line, takes: Callable[[Line], float | None]
) -> Iterator[Slip]:
    """The line written otherwise.

    Args:
        page: the page.
        figure: the figure.
        line: its line.
        takes: the bits that it takes besides that the figure is what another line gives; or None.
    """
    own = [each for each in page.variants if line.symbol in each.lines]
    several = [each for each in own if not each.local]
    written = set()
    for variant in own:
        if (more := takes(variant.lines[line.symbol])) is not None:
            written.add(variant.lines[line.symbol].formula)
            bits = variant.bits if variant.local else 5.0 + log2(len(several))
            yield Slip(variant.mistake, variant.says, bits + more)
    if (more := takes(line.rewritten("-{}"))) is not None:
        yield Slip("sign", "the sign is the wrong one", 4.0 + more)
    factors = page.calculation.factors(line)[-_MOST_FACTORS:]
    left = [some for count in range(1, len(factors)) for some in combinations(factors, count)]
    for some in left:
        product = _product(line, some)
        if product.formula not in written and (more := takes(product)) is not None:
            says = f"{' · '.join(some)} stands in its place: factors of the chain rule are left out"
            yield Slip("factors", says, 5.0 + log2(len(left)) + more)


def _product(line: Line, factors: Sequence[str]) -> Line:
    names = [f"f{number}" for number in range(1, len(factors) + 1)]
    operands = dict(zip(names, factors, strict=True))
    return Line.of(
        line.symbol, " * ".join(names), operands, line.kind, above=line.above, below=line.below
    )


def _neighbours(
    page: Page, figure: PrintedFigure, line: Line, ways: Sequence[Numbers]
) -> Iterator[Slip]:
    """Another number of the same sort stands in its place, as it should be or as it is printed."""
    sort = page.calculation.sort
    mine = sort(line)
    others = [
        other.symbol
        for other in page.program.lines.values()
        if sort(other) == mine and other.symbol not in figure.symbols
    ]
    bits = 5.0 + log2(max(1, len(others)))
    for symbol in others:
        numbers = [number for way in ways for number in (way.own[symbol], way.used[symbol])]
        right = page.stages[figure.after].exact.own[symbol]
        if isclose(right, figure.value, rel_tol=1e-9):
            continue
        if any(figure.printed.says(number) for number in numbers):
            yield Slip("neighbour", f"{symbol} stands in its place", bits)


def _other_step(page: Page, figure: PrintedFigure) -> Iterator[Slip]:
    """The number of the next step, or of the one before."""
    if not page.program.updates or figure.after > ROUNDS_BY_HAND:
        return
    for more, which in ((1, "next step"), (-1, "step before")):
        if figure.after + more < 0:
            continue
        try:
            given = page.trained({}, figure.after + more, page.program.given)
            number = page.program.run(figure.symbols[:1], given)[figure.symbols[0]]
        except LineError:
            continue
        if figure.printed.says(number):
            yield Slip("other_step", f"it is the number of the {which}", 6.0)


def _round_amount(figure: PrintedFigure, numbers: Sequence[float]) -> Iterator[Slip]:
    """A sum that is off by a round amount, as where a digit was carried wrongly."""
    for number in numbers:
        off = figure.printed.exact - Decimal(repr(number))
        unit = figure.printed.unit
        if abs(off) < 5 * unit:
            continue
        amount = off.quantize(Decimal(1).scaleb(off.adjusted()), ROUND_HALF_UP)
        if abs(off - amount) <= unit / 2:
            says = f"the sum is wrong by exactly {abs(amount).normalize():f}"
            yield Slip("sum", says, 10.0)
            return


def misprints(printed: Printed, numbers: Sequence[float]) -> Iterator[Slip]:
    """Digits that are exchanged, lost or doubled, or the decimal point in another place.

    Args:
        printed: what is printed.
        numbers: what may have been meant.

    >>> for text in ("0.1324", "0.124", "0.12334", "1.234", "0.1234"):
    ...     print([slip.says for slip in misprints(Printed(text), [0.1234])])
    ['a misprint: two digits are exchanged, 0.1234 is meant']
    ['a misprint: a digit is lost, 0.1234 is meant']
    ['a misprint: a digit is doubled, 0.1234 is meant']
    ['a misprint: the decimal point is in the wrong place, 0.1234 is meant']
    []
    """
    for number in numbers:
        found = list(_misprints(printed, Decimal(f"{number:.15g}")))
        if found:
            what, meant = found[0]
            yield Slip(
                "misprint", f"a misprint: {what}, {meant} is meant", 6.0 + log2(3.0 + printed.digits)
            )
            return


def _misprints(printed: Printed, number: Decimal) -> Iterator[tuple[str, str]]:
    decimals = printed.decimals
    if decimals < 0 or abs(number.adjusted()) > 20:
        return
    own, unit = printed.exact, printed.unit
    if abs(own - number) <= unit / 2:
        return
    text = _text(number, decimals)
    for place in range(len(text) - 1):
        if text[place].isdigit() and text[place + 1].isdigit() and text[place] != text[place + 1]:
            other = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            if Decimal(other) == own:
                yield "two digits are exchanged", text
    longer = _text(number, decimals + 1)
    first = next((n for n, sign in enumerate(longer) if sign in "123456789"), len(longer))
    for place in range(first, len(longer)):
        is_decimal = longer[place].isdigit() and longer.find(".") < place
        if is_decimal and Decimal(longer[:place] + longer[place + 1 :]) == own:
            yield "a digit is lost", longer
    if decimals > 1:
        shorter = _text(number, decimals - 1)
        for place in range(shorter.find(".") + 1, len(shorter)):
            if Decimal(shorter[:place] + shorter[place] + shorter[place:]) == own:
                yield "a digit is doubled", shorter
    for power in (-2, -1, 1, 2):
        moved = own.scaleb(power)
        if own and abs(moved - number) <= unit.scaleb(power) / 2:
            yield "the decimal point is in the wrong place", _text(number, max(0, decimals - power))


def _text(number: Decimal, decimals: int) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
