"""The fewest causes that explain the figures of a page: a set cover, each cause at its own price.

A page that is off in many figures may have one mistake. Causes are tried alone and together; what is
sought is the cheapest account: the bits of the causes, and for each figure that they leave unexplained
those of a slip without a reason. A cause that a right figure contradicts has no place in it, right being
what agrees and what follows from the figures before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from math import inf, isclose, isfinite, log2, nan

from autograd.program import Line, LineError
from nn.proofreading.candidates import Candidate, composed
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.page import ROUNDS_BY_HAND, Page
from nn.proofreading.stage import Numbers

__all__ = ["SLIP", "Account", "ConflictError", "Search"]

#: What a slip without a reason costs, in bits, beside those of the text itself.
SLIP = 4.0
#: How many accounts are kept at a time, how many causes a page has at most, and what pairs may take.
_KEPT, _MOST_CAUSES, _MOST_PAIRS = 6, 4, 150_000
#: Of two causes that only show together each is a common one.
_BITS_OF_PAIRS = 7.0
#: What it costs, in bits, that a cause was not carried on to a figure.
_IN_PART = 3.0
#: What it costs that a figure follows from numbers other than those printed before it.
_PAST_PRINTED = 3.0


class ConflictError(ValueError):
    """Candidates that cannot be made together."""


class Known(dict["frozenset[Candidate]", "Account | None"]):
    """Accounts of a page by what was done wrong; None of what cannot be made together."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def account(self, candidates: Sequence[Candidate]) -> Account | None:
        """The account by which some things were done wrong."""
        key = frozenset(candidates)
        if key not in self:
            try:
                self[key] = Account(self._page, candidates, self)
            except ConflictError:
                self[key] = None
        return self[key]


class Account:
    """What a page would be if some things had been done wrong, and how its figures fit that.

    Args:
        page: the page.
        candidates: what was done wrong; nothing if empty.
        known: accounts that are made already.

    Raises:
        ConflictError: the candidates cannot be made together.

    Attributes:
        page: as above.
        candidates: as above.
        lines: the lines that are written instead of the right ones.
    """

    def __init__(self, page: Page, candidates: Sequence[Candidate], known: Known) -> None:
        self.page, self.candidates, self._known = page, tuple(candidates), known
        lines = composed(self.candidates)
        if lines is None:
            lines = composed(self.candidates[::-1])
        roundings = sum(each.rounding is not None for each in candidates)
        if lines is None or roundings > 1:
            raise ConflictError
        self.lines: dict[str, Line] = lines
        self._rounding = next((each for each in candidates if each.rounding is not None), None)
        self.shift = sum(each.shift for each in candidates)
        self._cut = any(each.cut for each in candidates)
        self._given = {s: n for each in candidates for s, n in each.given.items()}
        self._numbers: dict[tuple[int, bool], Numbers | None] = {}
        self._fits: dict[PrintedFigure, float | None] = {}

    @cached_property
    def without(self) -> list[Account]:
        """The accounts without one of the candidates: it may be made at a figure and not carried on."""
        if len(self.candidates) < 2:
            return []
        found = [
            self._known.account([other for other in self.candidates if other is not each])
            for each in self.candidates
            if each.lines or each.shift
        ]
        return [each for each in found if each is not None]

    def carried(self, after: int, *, from_printed: bool) -> Numbers | None:
        """The numbers of a step, carried on as they are computed, or from the printed figures."""
        key = (after, from_printed)
        if key not in self._numbers:
            self._numbers[key] = self._carried(after, from_printed)
        return self._numbers[key]

    def _carried(self, after: int, from_printed: bool) -> Numbers | None:
        self.page.check_work()
        stage = self.page.stages[after]
        if from_printed and self.shift:
            return None
        given = stage.given
        if (after or self.shift or self._given) and self.candidates:
            if after + self.shift < 0:
                return None
            start = (
                {**self.page.program.given, **self._given} if self._given else self.page.program.given
            )
            try:
                given = self.page.trained(self.lines, after + self.shift, start)
            except LineError:
                return None
        keep = self._rounding.keep if self._rounding else None
        return stage.numbers(self.lines, from_printed=from_printed, given=given, keep=keep)

    def number(self, figure: PrintedFigure, *, from_printed: bool) -> float:
        """What a figure would be; NaN if it would be none.

        Args:
            figure: the figure.
            from_printed: whether it is computed from the printed figures before it.
        """
        # what nothing is printed before follows from what is given
        from_printed = from_printed and bool(self.page.sources_of(figure))
        numbers = self.carried(figure.after, from_printed=from_printed)
        own = [numbers.own.get(symbol, nan) for symbol in figure.symbols] if numbers else []
        if not own or not all(map(isfinite, own)) or max(own) - min(own) > abs(max(own)) * 1e-12:
            return nan
        return own[0]

    def radius(self, figure: PrintedFigure) -> float:
        """How far what a figure would be may be off, since the printed figures before it are rounded."""
        if not self.page.sources_of(figure):
            return 0.0
        numbers = self.carried(figure.after, from_printed=True)
        return (
            max((numbers.radius.get(symbol, 0.0) for symbol in figure.symbols), default=0.0)
            if numbers
            else 0.0
        )

    def fit(self, figure: PrintedFigure) -> float | None:
        """The bits that tell which text that fits is printed; None if the printed one does not."""
        if figure not in self._fits:
            self._fits[figure] = self._fit(figure)
        return self._fits[figure]

    def _fit(self, figure: PrintedFigure) -> float | None:
        printed = figure.printed
        follows = self.number(figure, from_printed=True)
        if printed.says(follows):
            return 0.0
        exact = self.number(figure, from_printed=False)
        if printed.says(exact):
            # what is computed past the printed figures is likely only where these are so, too
            return 0.0 if all(map(self._is_carried, self.page.sources_of(figure))) else _PAST_PRINTED
        if self._cut and (printed.cut_of(exact) or printed.cut_of(follows)):
            return 0.5
        if isfinite(follows):
            radius = self.radius(figure)
            if radius and printed.meets(follows - radius, follows + radius):
                return log2(1.0 + 2.0 * radius / float(printed.unit))
        return None

    def _is_carried(self, source: PrintedFigure) -> bool:
        return source.printed.says(self.number(source, from_printed=False))

    def fit_in_part(self, figure: PrintedFigure) -> float | None:
        """The same, if one of the causes may not have been carried on to the figure."""
        own = self.fit(figure)
        if own is not None:
            return own
        found = [
            0.0 if other.shift != self.shift else _IN_PART
            for other in self.without
            if other.fit(figure) is not None
        ]
        return min(found, default=None)

    def concerns(self, figure: PrintedFigure) -> bool:
        """Whether another number follows from the figures before this one than by the right lines."""
        stage = self.page.stages[figure.after]
        from_printed = not self.shift and bool(self.page.sources_of(figure))
        right = stage.follows if from_printed else stage.exact
        mine = self.carried(figure.after, from_printed=from_printed)
        if mine is None:
            return False
        return any(
            not isclose(mine.own.get(symbol, nan), right.own.get(symbol, nan), rel_tol=1e-12)
            for symbol in figure.symbols
        )


class Search:
    """The search for the causes of some figures of a page.

    Args:
        page: the page.
        figures: the figures.
        candidates: what may have been done wrong.

    Attributes:
        page: as above.
        figures: as above.
        wrong: the figures that are wrong given what the page has before.
        nothing: the account by which nothing was done wrong.
    """

    def __init__(
        self, page: Page, figures: Sequence[PrintedFigure], candidates: Iterable[Candidate]
    ) -> None:
        self.page, self.figures = page, list(figures)
        self._known = Known(page)
        self.nothing = Account(page, (), self._known)
        self.wrong = [
            figure
            for figure in figures
            if not figure.agrees and figure.symbols and self.nothing.fit(figure) is None
        ]
        wrong = set(self.wrong)
        self._right = [figure for figure in figures if figure not in wrong and figure.symbols]
        self._off = [figure for figure in figures if not figure.agrees and figure.symbols]
        self._roots = {figure: root(page, figure) for figure in self._off}
        self._candidates = list(candidates) if self.wrong else []
        self._early = [each for each in self._off if 0 < each.after <= ROUNDS_BY_HAND]
        self._slips: dict[PrintedFigure, float] = {}
        self._costs: dict[Account, float] = {}
        self._concerned: dict[Candidate, set[PrintedFigure]] = {}

    def slip(self, figure: PrintedFigure) -> float:
        """What it costs to leave a figure unexplained, in bits."""
        if figure not in self._slips:
            numbers = [self.nothing.number(figure, from_printed=each) for each in (False, True)]
            off = min((abs(figure.printed.off(x)) for x in numbers if isfinite(x)), default=inf)
            most = figure.printed.digits * log2(10.0) + 1.0
            self._slips[figure] = SLIP + (min(most, log2(1.0 + 2.0 * off)) if off < inf else most)
        return self._slips[figure]

    def slip_beside(self, account: Account, figure: PrintedFigure) -> float:
        """What it costs to leave a figure unexplained, where other things were done wrong."""
        numbers = [account.number(figure, from_printed=each) for each in (False, True)]
        off = min((abs(figure.printed.off(x)) for x in numbers if isfinite(x)), default=inf)
        return min(self.slip(figure), SLIP + log2(1.0 + 2.0 * off)) if off < inf else self.slip(figure)

    def unexplained(self, account: Account) -> float:
        """The bits of what an account leaves unexplained."""
        by_root: dict[str, float] = {}
        trains = self._fits_early(account)
        for figure in self._off:
            late = figure.after > ROUNDS_BY_HAND
            fit = account.fit_in_part(figure) if trains or not late else self.nothing.fit(figure)
            slip = self.slip(figure)
            bits = slip if fit is None else min(fit, slip)
            by_root[self._roots[figure]] = max(bits, by_root.get(self._roots[figure], 0.0))
        return sum(by_root.values())

    def _fits_early(self, account: Account) -> bool:
        """Whether an account explains the figures after few updates: then long training is worth it."""
        lines = [each for each in account.candidates if not each.shift]
        without_shift = self._account(lines)
        return all(without_shift.fit(each) is not None for each in self._early)

    def cost(self, account: Account) -> float:
        """The bits of an account; infinite if a right figure contradicts it."""
        if account not in self._costs:
            total = sum(each.bits for each in account.candidates) + self.unexplained(account)
            trains = self._fits_early(account)
            early = [each for each in self._right if trains or each.after <= ROUNDS_BY_HAND]
            if account.candidates and any(self._contradicts(account, each) for each in early):
                total = inf
            self._costs[account] = total
        return self._costs[account]

    def _contradicts(self, account: Account, figure: PrintedFigure) -> bool:
        if account.shift:
            groups = {each.group for each in self.wrong if account.fit(each) is not None}
            if figure.group not in groups:
                return False
        return account.concerns(figure) and account.fit(figure) is None

    def explains(self, account: Account) -> list[PrintedFigure]:
        """The figures that an account explains, and nothing done wrong does not."""
        return [figure for figure in self.wrong if account.fit_in_part(figure) is not None]

    def best(self) -> Account:
        """The cheapest account."""
        useful = self._useful()
        best = self._best_from(self.nothing, useful)
        if self._leaves(best):
            # a mistake may only show together with how numbers are rounded between the printed ones
            for candidate in self._roundings():
                self._concerned.setdefault(candidate, set(self.wrong))
                starts: list[Account | None] = [self._account([candidate])]
                starts.append(self._known.account([*best.candidates, candidate]))
                if self.page.is_enough:  # there is no more search for what else goes with it
                    starts += [self._known.account([cause, candidate]) for cause in best.candidates]
                for start in starts:
                    if start is not None and self.cost(start) < inf:
                        best = self._best_from(start, useful, best)
        if self._leaves(best) > 1:
            best = min([best, *self._pairs(useful)], key=self.cost)
        return self._needed(best)

    def _best_from(
        self, start: Account, candidates: Sequence[Candidate], best: Account | None = None
    ) -> Account:
        """The cheapest account of those with more causes than one, and another that is known."""
        best = min([start] if best is None else [best, start], key=self.cost)
        kept = [start]
        for _ in range(_MOST_CAUSES if self.wrong else 0):
            found = dict(self._extended(kept, candidates))
            kept = sorted(found, key=found.__getitem__)[:_KEPT]
            if not kept or found[kept[0]] >= self.cost(best):
                break
            best = kept[0]
        return best

    def _roundings(self) -> list[Candidate]:
        """Everything carried on with so many digits, where figures are printed without those before."""
        if all(self.page.sources_of(figure) for figure in self.wrong):
            return []
        return [each for each in self._candidates if each.rounding is not None and each.rounded is None]

    def best_with(self, account: Account, more: Iterable[Candidate]) -> Account:
        """The cheapest account of one, and of those with one more cause.

        Args:
            account: the account.
            more: the causes.
        """
        best = account
        for candidate in more:
            self._concerned[candidate] = set(self.wrong)
            other = self._known.account([*account.candidates, candidate])
            if other is not None and self.cost(other) < self.cost(best):
                best = other
        return self._needed(best)

    def account(self, candidates: Sequence[Candidate]) -> Account:
        """The account by which some things were done wrong, which can be made together."""
        return self._account(candidates)

    def forget(self, candidate: Candidate) -> None:
        """Leave a candidate out of account from now on."""
        self._candidates.remove(candidate)
        self._concerned.pop(candidate, None)

    def rounding_of(self, figure: PrintedFigure) -> Candidate | None:
        """What may have been rounded on the way to a figure, so that it is as printed."""
        line = self.page.line(figure)
        needs = set(line.needs) if line is not None else set()
        # what the figure is directly computed from comes first
        for candidate in sorted(self._candidates, key=lambda each: needs.isdisjoint(each.rounded or ())):
            if candidate.rounding is not None and not self._is_own(candidate, figure):
                account = self._account([candidate])
                if account.fit(figure) is not None and self.cost(account) < inf:
                    return candidate
        return None

    @staticmethod
    def _is_own(candidate: Candidate, figure: PrintedFigure) -> bool:
        return candidate.rounded is not None and not candidate.rounded.isdisjoint(figure.symbols)

    def _leaves(self, account: Account) -> int:
        return len({self._roots[figure] for figure in self.wrong if account.fit_in_part(figure) is None})

    def _useful(self) -> list[Candidate]:
        """The candidates that change what a wrong figure would be."""
        early = [figure for figure in self.wrong if figure.after <= ROUNDS_BY_HAND]
        late = [figure for figure in self.wrong if figure.after > ROUNDS_BY_HAND]
        near = any(self._is_near(each) for each in early)
        for candidate in self._candidates:
            if candidate.rounding is not None and not near:
                continue
            account = self._account([candidate])
            fits = {each for each in early if account.fit(each) is not None}
            concerned = fits
            if candidate.rounding is None and not candidate.cut:
                concerned = fits | {each for each in early if account.concerns(each)}
            # whoever explains a figure after many updates explains those after few
            if candidate.shift or fits or not early:
                concerned = concerned | set(late)
            if concerned:
                self._concerned[candidate] = concerned
        return [*self._concerned]

    @staticmethod
    def _is_near(figure: PrintedFigure) -> bool:
        """Whether a figure is so near that something may have been rounded on the way."""
        return abs(figure.printed.number - figure.value) <= 0.2 * abs(figure.value)

    def _account(self, candidates: Sequence[Candidate]) -> Account:
        account = self._known.account(candidates)
        assert account is not None
        return account

    def _extended(
        self, accounts: Sequence[Account], candidates: Sequence[Candidate]
    ) -> Iterator[tuple[Account, float]]:
        seen: set[Account] = set()
        for account in accounts:
            left = {each for each in self.wrong if account.fit(each) is None}
            for candidate in candidates:
                if left.isdisjoint(self._concerned[candidate]) or candidate in account.candidates:
                    continue
                if self.page.is_enough and account.candidates:
                    return  # what one cause explains by itself is known by now
                other = self._known.account([*account.candidates, candidate])
                if other is not None and other not in seen:
                    seen.add(other)
                    if (cost := self.cost(other)) < inf:
                        yield other, cost

    def _pairs(self, candidates: Sequence[Candidate]) -> Iterator[Account]:
        """Two causes that only together explain what is printed without anything between."""
        far = [each for each in candidates if each.bits < _BITS_OF_PAIRS and self._reaches(each) > 1]
        if len(far) ** 2 * len(self.page.program.lines) // 2 > _MOST_PAIRS:
            return
        for pair in combinations(far, 2):
            if self.page.is_enough:
                return
            account = self._known.account(pair)
            if account is not None:
                yield account

    def _reaches(self, candidate: Candidate) -> int:
        """How many roots a candidate concerns of which nothing is printed on the way."""
        bare = {each for each in self._concerned[candidate] if not self.page.sources_of(each)}
        return len({self._roots[each] for each in bare})

    def rest(self, account: Account, candidate: Candidate) -> Account:
        """The account without one of its causes."""
        return self._account([other for other in account.candidates if other is not candidate])

    def _needed(self, account: Account) -> Account:
        """The account without what explains nothing that the others do not."""
        for each in account.candidates:
            rest = self.rest(account, each)
            if self.cost(rest) <= self.cost(account):
                return self._needed(rest)
        return account

    def saved(self, account: Account, candidate: Candidate) -> float:
        """How many bits a cause saves beside the others of an account."""
        return self.cost(self.rest(account, candidate)) - self.cost(account)

    def alike(self, account: Account, candidate: Candidate) -> list[Candidate]:
        """What may stand in the place of a candidate, explaining the same, the likeliest first."""
        others = [other for other in account.candidates if other is not candidate]
        explained, cost = self.explains(account), self.cost(account)
        found, mine = [], self._concerned[candidate]
        for other in self._concerned:
            if other is candidate or other in others or mine.isdisjoint(self._concerned[other]):
                continue
            instead = self._known.account([*others, other])
            if instead is None or self.cost(instead) > cost + 3.0:
                continue
            if self.explains(instead) == explained:
                found.append(other)
        return sorted([candidate, *found], key=lambda each: each.bits)


def root(page: Page, figure: PrintedFigure) -> str:
    """The number that a figure says nothing new beside.

    A gradient says nothing new beside its δ, an updated weight beside its gradient, and what is computed
    from one number alone beside that; unless that is printed.
    """
    lines, printed = page.program.lines, page.stages[figure.after].printed
    symbol = figure.symbols[0]
    while line := lines.get(symbol):
        needs = [need for need in line.needs if need in lines]
        gradients = [need for need in needs if lines[need].kind == "gradient"]
        if gradients and line.kind == "gradient" and line.below in lines:
            break  # a δ, or a ∂E/∂out on the way back
        needs = gradients or needs
        if len(needs) != 1 or needs[0] in printed:
            break
        symbol = needs[0]
    return f"{symbol} after {figure.after}"
