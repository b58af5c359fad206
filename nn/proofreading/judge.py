"""The verdict on each figure of a page, in the order of computation, and the fewest causes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from autograd.symbolic import terms
from nn.proofreading.candidates import Candidate, listed, mistakes, ratios, roundings, shifts
from nn.proofreading.changed_input import LEAST_FIGURES, changed_inputs
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.finding import Cause
from nn.proofreading.page import ROUNDS_BY_HAND, Page
from nn.proofreading.search import Account, Search
from nn.proofreading.slips import Slip, misprints, slips
from nn.proofreading.solving import solved

__all__ = ["Judgement", "first_of", "judged"]

#: A cause that would fit by chance more often than this is weak; so is a figure that follows, more often
#: than that: it takes less to believe that a figure follows from those before it.
_WEAK, _WEAK_TO_FOLLOW = 0.05, 1.0 / 3.0
#: What would fit by chance more often than that says nothing.
_LIKELY = 0.75
#: A cause of a run alone, which the step that is worked by hand does not have, has to explain so much.
_LEAST_OF_A_RUN, _BITS_OF_A_RUN = 2, 10.0
#: Off by no more units than that, a figure may have been rounded on the way.
_FEW_UNITS = 2.0
#: A cause that takes so many bits more is as likely as another.
_AS_LIKELY = 3.0
#: Gradients have one ratio to the right ones if they are no farther from it, as a part of it.
_ONE_RATIO = 0.05
#: How many causes that cannot be told apart are listed.
_MOST_LISTED = 3

_CUT = Candidate("cut", "it is cut at its last digit, not rounded", 3.0, cut=True)


@dataclass(frozen=True)
class Judgement:
    """What is found about one figure.

    Attributes:
        verdict: one of `nn.proofreading.finding.VERDICTS`.
        names: what it is put down to, in a word; several words that cannot be told apart.
        says: the same in a sentence.
        chance: how likely that would fit by chance.
        weak: whether that is too likely.
        parts: the same, cause by cause, where there are several.
    """

    verdict: str
    names: tuple[str, ...] = ()
    says: str = ""
    chance: float | None = None
    weak: bool = False
    parts: tuple[Judgement, ...] = ()


def judged(page: Page) -> tuple[dict[PrintedFigure, Judgement], list[Cause]]:
    """What is found about each figure, and the causes, the surest and largest first.

    The figures of the first step are worked by hand. Those after updates are mostly printed by a
    program, which may have a mistake of its own; they are judged by themselves.

    Args:
        page: the page.
    """
    candidates = [*mistakes(page), *ratios(page), _CUT, *roundings(page)] if page.off else []
    by_hand = Search(page, [each for each in page.figures if not each.after], candidates)
    account = _with_changed_input(page, by_hand)
    found = _Verdicts(page)
    found.of(by_hand, account)
    later = [each for each in page.figures if each.after]
    if later:
        by_program = any(each.after > ROUNDS_BY_HAND for each in later)
        own = [each for each in candidates if each.rounding is None or not by_program]
        kept = {each: replace(each, bits=1.0) for each in account.candidates}
        run = Search(page, later, [*shifts(page), *(kept.get(each, each) for each in own)])
        found.of(run, _of_a_run(run, by_hand, {*kept.values()}))
    found.ratio()
    return found.judgements, found.causes()


def _with_changed_input(page: Page, search: Search) -> Account:
    """The best account; with another given number, where several figures are unexplained without."""
    account = search.best()
    left = [
        each
        for each in search.wrong
        if account.fit_in_part(each) is None and not slips(page, account, each)
    ]
    if len(left) < LEAST_FIGURES:
        return account
    return search.best_with(account, changed_inputs(page, left))


def _of_a_run(run: Search, by_hand: Search, kept: Iterable[Candidate]) -> Account:
    """The best account of a run, without causes that the step by hand contradicts on little evidence."""
    account = run.best()
    for cause in account.candidates:
        if cause.shift or cause.cut or cause in kept:
            continue
        contradicted = by_hand.cost(by_hand.account([cause])) == inf
        explained = [
            each for each in run.explains(account) if run.rest(account, cause).fit_in_part(each) is None
        ]
        if contradicted and (
            len(explained) < _LEAST_OF_A_RUN or run.saved(account, cause) < _BITS_OF_A_RUN
        ):
            run.forget(cause)
            return _of_a_run(run, by_hand, kept)
    return account


class _Verdicts:
    """The judgements of a page, as they are reached.

    Args:
        page: the page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.judgements: dict[PrintedFigure, Judgement] = {}

    def of(self, search: Search, account: Account) -> None:
        """Judge the figures of a search by its account, in the order of computation."""
        causes = {each: self._cause(search, account, each) for each in account.candidates}
        for figure in in_order(self.page, search.figures):
            self.judgements[figure] = self._judgement(search, account, causes, figure)

    def _judgement(
        self,
        search: Search,
        account: Account,
        causes: dict[Candidate, Judgement],
        figure: PrintedFigure,
    ) -> Judgement:
        if figure.agrees:
            return Judgement("right")
        if not figure.symbols:
            return Judgement("unclear")
        if figure not in search.wrong:
            if _CUT in causes and self._is_cut(search.nothing, figure):
                return causes[_CUT]
            return self._follows(search, figure)
        if account.fit_in_part(figure) is not None:
            return self._explained(search, account, causes, figure)
        return self._by_itself(search, account, figure)

    # --- right from the page's own figures -------------------------------------------------------

    @staticmethod
    def _is_cut(account: Account, figure: PrintedFigure) -> bool:
        """Whether a figure is a number that is cut, and not the number that is rounded."""
        numbers = [account.number(figure, from_printed=each) for each in (True, False)]
        return not figure.printed.says(numbers[0]) and any(map(figure.printed.cut_of, numbers))

    def _follows(self, search: Search, figure: PrintedFigure) -> Judgement:
        sources = self.page.sources_of(figure)
        wrong = [each for each in sources if not each.agrees]
        fit = search.nothing.fit(figure) or 0.0
        first, last = figure.near
        chance = min(0.99, 2.0**fit / (last - first + 1))
        if any(not self._is_rounded(each) for each in wrong if each in self.judgements):
            says = f"inherited from {listed([each.symbol for each in wrong])}"
            says += self._unprinted(search.nothing, figure, wrong) if fit else ""
            # what is printed before may be anything that is rounded to it, and so may this be
            verdict = "follows" if chance < _LIKELY else "unclear"
            return Judgement(verdict, ("inherited",), says, chance, chance > _WEAK_TO_FOLLOW)
        says = f"computed from {listed([each.symbol for each in sources])} as printed"
        says += (
            ", by digits that are not printed"
            if fit
            else ", which is rounded"
            if len(sources) == 1
            else ", which are rounded"
        )
        return Judgement("rounded", ("rounded",), says, chance, chance > _WEAK_TO_FOLLOW)

    def _is_rounded(self, figure: PrintedFigure) -> bool:
        found = self.judgements.get(figure)
        return found is None or (found.verdict in {"right", "rounded"})

    def _unprinted(self, account: Account, figure: PrintedFigure, wrong: Sequence[PrintedFigure]) -> str:
        """What a figure tells of the digits that the one that it follows from does not print."""
        if len(wrong) != 1 or len(self.page.sources_of(figure)) == 0:
            return ", by digits that are not printed"
        (source,) = wrong
        line = self.page.line(figure)
        numbers = account.carried(figure.after, from_printed=True)
        assert numbers is not None
        assert line is not None
        stage = self.page.stages[figure.after]

        def at(x: float) -> float:
            return stage.with_number(line, numbers, dict.fromkeys(source.symbols, x))

        decimals = 3 + source.printed.decimals
        for asked in solved(at, source.printed.number, figure.printed.ends):
            least, greatest = (
                max(asked[0], source.printed.ends[0]),
                min(asked[1], source.printed.ends[1]),
            )
            if least <= greatest:
                ends = f"{round(least, decimals)} to {round(greatest, decimals)}"
                return f", if that is {ends} before it is rounded"
        return ", by digits that are not printed"

    # --- wrong here ------------------------------------------------------------------------------

    def _cause(self, search: Search, account: Account, candidate: Candidate) -> Judgement:
        """A cause with what cannot be told from it, and how sure it is."""
        by_digits = candidate.cut or candidate.rounding is not None
        chance = min(0.99, 2.0 ** -search.saved(account, candidate))
        weak = chance > (_WEAK_TO_FOLLOW if candidate.cut else _WEAK)
        # where much has been computed already, what is weak is not worth more of it
        none_else = by_digits or (weak and self.page.is_enough)
        alike = [candidate] if none_else else search.alike(account, candidate)
        rest = search.rest(account, candidate)
        own = [figure for figure in search.wrong if rest.fit_in_part(figure) is None]
        explained = [figure for figure in own if account.fit_in_part(figure) is not None]
        symbols = {symbol for figure in explained for symbol in figure.symbols}
        # what is done in the very line of a figure is nearer than what leads to it
        found = [
            (each.bits - (not symbols.isdisjoint(each.lines)), each.name, each.says) for each in alike
        ]
        if len(explained) == 1 and candidate.lines:
            # what is done throughout, and what was done at the one figure alone
            found += [
                (each.bits, each.name, each.says)
                for each in slips(self.page, rest, explained[0])
                if each.bits <= candidate.bits + _AS_LIKELY
            ]
        found.sort()
        # a term that is missing has a better name where that is a path, or a bias
        found = [each for each in found if each[1] != "sum"] or found
        names = tuple(dict.fromkeys(name for _, name, _ in found))
        # of the ways to make one mistake the likeliest is enough
        said = {name: says for _, name, says in reversed(found)}
        alone = self.page.narrowest([*dict.fromkeys(said[name] for name in names)])
        says = ", or ".join(alone[:_MOST_LISTED])
        return Judgement("wrong", names, says, chance, weak)

    def _explained(
        self,
        search: Search,
        account: Account,
        causes: dict[Candidate, Judgement],
        figure: PrintedFigure,
    ) -> Judgement:
        needed = [each for each in causes if search.rest(account, each).fit_in_part(figure) is None]
        if account.fit(figure) is None:  # one of the causes was not carried on to it
            part = next(each for each in account.without if each.fit(figure) is not None)
            needed = [each for each in part.candidates if search.rest(part, each).fit(figure) is None]
        needed = needed or list(account.candidates)
        if all(each.cut for each in needed) and self._explains_alone(search, account, needed):
            # one sum that is cut may as well be one of terms that were rounded before they were added
            line, way = self.page.line(figure), search.rounding_of(figure)
            is_sum = line is not None and line.kind == "gradient" and len(terms(line.tree)) > 1
            if way is not None and is_sum:
                return Judgement("unclear", ("rounded",), way.says, 0.5, weak=True)
        own = [
            replace(causes[each], says=each.told(figure.after)) if each.shift else causes[each]
            for each in needed
        ]
        if account.fit(figure) and (lost := self._misprint(account, figure)):
            own.append(Judgement("wrong", ("misprint",), lost, _WEAK_TO_FOLLOW, weak=True))
        rounded = all(each.rounding is not None for each in needed)
        # how sure it is what was done, whatever was rounded
        surest = [each for each in own if not {*each.names} & {"rounded", "cut", "misprint"}] or own
        weak = any(each.weak for each in surest)
        verdict = "wrong" if not rounded else "unclear" if weak else "rounded"
        if all(each.cut for each in needed) and not self.page.sources_of(figure):
            verdict = "unclear"  # it may as well be rounded on a way that is not printed
        if not rounded and self.page.sources_of(figure) and not account.concerns(figure):
            verdict = "wrong" if any(each.cut or each.given for each in needed) else "follows"
        return Judgement(
            verdict,
            tuple(dict.fromkeys(name for each in own for name in each.names)),
            "; ".join(each.says for each in own),
            max(each.chance or 0.0 for each in surest),
            weak,
            tuple(own),
        )

    @staticmethod
    def _explains_alone(search: Search, account: Account, causes: Sequence[Candidate]) -> bool:
        """Whether some causes of an account explain one figure and no other."""
        rest = search.account([each for each in account.candidates if each not in causes])
        left = [each for each in search.wrong if rest.fit_in_part(each) is None]
        return sum(account.fit_in_part(each) is not None for each in left) == 1

    @staticmethod
    def _misprint(account: Account, figure: PrintedFigure) -> str:
        number = account.number(figure, from_printed=True)
        if not isfinite(number) or abs(figure.printed.off(number)) <= _FEW_UNITS:
            return ""
        found = [slip.says for slip in misprints(figure.printed, [number])]
        return found[0] if found else ""

    def _by_itself(self, search: Search, account: Account, figure: PrintedFigure) -> Judgement:
        """A figure that nothing done throughout explains."""
        found = slips(self.page, account, figure)
        cost = search.slip_beside(account, figure)
        # when nothing else leads there, a misprint does not have to be likely
        if found and found[0].bits < cost + (_AS_LIKELY if found[0].name == "misprint" else 0.0):
            likeliest = [slip for slip in found if slip.bits <= found[0].bits + _AS_LIKELY]
            likeliest = [slip for slip in likeliest if slip.name != "sum"] or likeliest
            chance = min(0.5, 2.0 ** (found[0].bits - cost))
            return Judgement(
                "wrong",
                tuple(dict.fromkeys(slip.name for slip in likeliest)),
                ", or ".join(self._alone(likeliest)[:_MOST_LISTED]),
                chance,
                chance > _WEAK,
            )
        if abs(figure.printed.off(figure.value)) <= _FEW_UNITS:
            way = search.rounding_of(figure)
            if way is None:
                return Judgement("unclear")
            return Judgement("unclear", ("rounded",), way.says, 0.5, weak=True)
        return Judgement("wrong", says=self.page.wrong_side(figure))

    def _alone(self, found: Sequence[Slip]) -> list[str]:
        return self.page.narrowest([*dict.fromkeys(slip.says for slip in found)])

    def ratio(self) -> None:
        """Put gradients that nothing else explains down to the one ratio that they all have."""
        left = [
            figure
            for figure, found in self.judgements.items()
            if found.verdict == "wrong"
            and not found.names
            and figure.value
            and (line := self.page.line(figure)) is not None
            and line.kind == "gradient"
        ]
        ratios = [figure.printed.number / figure.value for figure in left]
        if len(left) < LEAST_FIGURES:
            return
        middle = sorted(ratios)[len(ratios) // 2]
        spread = max(abs(each / middle - 1.0) for each in ratios) if middle else inf
        if spread > _ONE_RATIO or abs(middle - 1.0) < 3.0 * _ONE_RATIO:
            return
        often = f"{middle:.3g} times" if abs(middle) >= 1.0 else f"1/{1.0 / middle:.0f} of"
        says = f"every gradient is about {often} what it should be: one factor is too many or too few"
        chance = (2.0 * _ONE_RATIO) ** (len(left) - 1)
        for figure in left:
            self.judgements[figure] = Judgement("wrong", ("ratio",), says, chance, chance > _WEAK)

    # --- the page --------------------------------------------------------------------------------

    def causes(self) -> list[Cause]:
        """The causes, the surest first, and of these those that explain the most."""
        explained: dict[tuple[tuple[str, ...], str], list[tuple[PrintedFigure, Judgement]]] = {}
        for figure in self.page.figures:
            judgement = self.judgements[figure]
            if judgement.verdict != "follows":
                for part in judgement.parts or (judgement,):
                    if part.names:
                        explained.setdefault((part.names, part.says), []).append((figure, part))
        causes = [
            Cause(
                names=names,
                says=says,
                figures=tuple(figure.symbol for figure, _ in own),
                chance=min(part.chance or 0.0 for _, part in own),
                weak=all(part.weak for _, part in own),
            )
            for (names, says), own in explained.items()
        ]
        return sorted(causes, key=lambda cause: (cause.weak, -len(cause.figures)))


def in_order(page: Page, figures: Iterable[PrintedFigure]) -> list[PrintedFigure]:
    """Some figures in the order in which they are computed."""
    order = page.places
    last = len(order)
    return sorted(
        figures,
        key=lambda each: (each.after, order.get(each.symbols[0], last) if each.symbols else last),
    )


def first_of(page: Page, figures: Sequence[PrintedFigure]) -> PrintedFigure | None:
    """The first of some figures, on the page, that is not computed from another of them."""
    for figure in figures:
        above = {line.symbol for symbol in figure.symbols for line in page.program.above(symbol)}
        above.difference_update(figure.symbols)
        others = [each for each in figures if each is not figure]
        if not any(
            each.after < figure.after
            or (each.after == figure.after and above.intersection(each.symbols))
            for each in others
        ):
            return figure
    return None
