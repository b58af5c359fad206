"""Checking somebody's answers, in the order in which they are computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from autograd import OperandError
from autograd.arguments import flag, instance, shown
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.tables import Table, decimal
from nn.answers.quantities import Quantities
from nn.answers.reading import AnswerFile, answer_text, read_answers
from nn.answers.scheme import Points, Scheme
from nn.answers.tolerance import Tolerance
from nn.byhand import by_hand
from nn.json_text import AsJson
from nn.notation import Notation
from nn.number_text import decimal_mark, read_number
from nn.proofreading import Finding, proofread
from nn.proofreading.printed import Printed
from nn.terminal import Part, Tabular
from nn.worked.example import Figure, WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["OUTCOMES", "CheckedAnswers", "Outcome", "check_answers", "in_notation"]

#: What can be said of an answer, in words to the student.
OUTCOMES = {
    "right": "right",
    "follows": "right from your own numbers",
    "slip": "here is the first slip",
    "wrong": "wrong, even from your own numbers",
    "imprecise": "right as far as it goes, but it takes more digits",
    "missing": "not given",
    "unreadable": "not a number",
}

#: A student is told no more causes that cannot be told apart.
_MOST_CAUSES = 2
_NUMBER = re.compile(r"\d*[.,]?\d+(?:e[-+]?\d+)?")
#: What is said of a misprint, with the number, and without.
_MEANT = re.compile(r", \S+ is meant")
_MISPRINT = re.compile(r"a misprint: (.+?)(?:, \S+ is meant|$)")
#: Causes that leave the method as it is: the number alone is not right.
_NOT_OF_METHOD = {"misprint", "rounded"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has come out about one answer.

    Attributes:
        symbol: what it is of.
        after: how many updates come before the step that it belongs to.
        given: the answer, as it was written.
        outcome: one of `OUTCOMES`.
        says: the same to the student, and why; without the number, unless that is to be revealed.
        value: the number that it should be.
        sources: the student's own numbers that it follows from, and that are not right.
        cause: what was done wrong, in a word; None if nothing was, or if it is not known.
        marks: the points that it gets.
        points: those that it is worth.

    >>> from nn import worked
    >>> outcome = check_answers(worked.load("xing-single"), {"o": 0.4})["o"]
    >>> outcome.outcome, outcome.value, outcome.marks, outcome.points
    ('slip', 0.5, 0.0, 1.0)
    """

    symbol: str
    after: int
    given: str
    outcome: str
    says: str
    value: float
    sources: tuple[str, ...] = ()
    cause: str | None = None
    marks: float = 0.0
    points: float = 0.0

    @property
    def name(self) -> str:
        """What it is of, and after how many updates."""
        return f"{self.symbol} after {self.after}" if self.after else self.symbol

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data; it has the number itself.

        >>> from nn import worked
        >>> check_answers(worked.load("xing-single"), {"o": 0.5})["o"].to_dict()["outcome"]
        'right'
        """
        keys = ("symbol", "after", "given", "outcome", "says", "value", "cause", "marks", "points")
        return {**{key: getattr(self, key) for key in keys}, "sources": [*self.sources]}


class CheckedAnswers(AsJson, Tabular):
    """What has come out about somebody's answers: an iterable of outcomes, in the order of computation.

    Attributes:
        student: whose they are.
        outcomes: the outcomes.
        penalty: the points that slips take off.
        reveal: whether the right numbers are shown.

    >>> from nn import worked
    >>> checked = check_answers(worked.load("xing-single"), {"net": 0, "o": 0.5, "de/do": 1})
    >>> checked.right, checked.first_slip.symbol, checked.marks, checked.points
    (2, 'de/do', 2.0, 3.0)
    """

    def __init__(
        self, student: str, outcomes: Sequence[Outcome], penalty: float = 0.0, reveal: bool = False
    ) -> None:
        self.student, self.outcomes, self.reveal = student, list(outcomes), reveal
        self.penalty = penalty * len({
            each.cause or each.name for each in self.outcomes if each.outcome in {"slip", "wrong"}
        })  # fmt: skip

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __getitem__(self, name: str) -> Outcome:
        """The outcome of the answer of that name.

        Raises:
            KeyError: there is none.
        """
        for each in self.outcomes:
            if each.name == name:
                return each
        raise UnknownNameError(f"no answer {name!r}")

    @property
    def right(self) -> int:
        """How many are right."""
        return self.count("right")

    def count(self, outcome: str) -> int:
        """How many have some outcome.

        >>> from nn import worked
        >>> check_answers(worked.load("xing-single"), {"net": "", "o": 0.5}).count("missing")
        1
        """
        return sum(each.outcome == outcome for each in self.outcomes)

    @property
    def first_slip(self) -> Outcome | None:
        """The first answer that is wrong given those before it; None if there is none."""
        return next((each for each in self.outcomes if each.outcome == "slip"), None)

    @property
    def points(self) -> float:
        """The points that all are worth."""
        return sum(each.points for each in self.outcomes)

    @property
    def marks(self) -> float:
        """The points that they get: at least 0."""
        return max(0.0, sum(each.marks for each in self.outcomes) - self.penalty)

    @property
    def causes(self) -> dict[str, str]:
        """What was done wrong, in a word, and what is said of it.

        >>> from nn import worked
        >>> answers = {"net_h1": 0.3775, "out_h1": 0.59327, "dout_h1/dnet_h1": 0.23499}
        >>> [*check_answers(worked.load("urbain"), answers).causes]
        ['slope_of_net']
        """
        found: dict[str, str] = {}
        for each in self.outcomes:
            if each.cause and each.outcome in {"slip", "wrong"}:
                found.setdefault(each.cause, each.says.partition(": ")[2])
        return found

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; it has the numbers themselves.

        >>> from nn import worked
        >>> found = check_answers(worked.load("xing-single"), {"o": 0.5}).to_dict()
        >>> found["marks"], found["answers"][0]["says"]
        (1.0, 'right')
        """
        return {
            "student": self.student,
            "marks": self.marks,
            "points": self.points,
            "penalty": self.penalty,
            "answers": [each.to_dict() for each in self.outcomes],
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for every answer, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> check_answers(worked.load("xing-single"), {"o": 0.5}).records()[0]["given"]
        '0.5'
        """
        return [each.to_dict() for each in self.outcomes]

    def tables(self) -> list[Part]:
        """What to tell the student: a sentence on the whole, then a table.

        >>> from nn import worked
        >>> first, table = check_answers(worked.load("xing-single"), {"o": 0.4}).tables()
        >>> first
        '0 of 1 right; the first slip is at o. 0 of 1 points.'
        """
        heads = ["", "your number", "", *(["it is"] if self.reveal else []), "points"]
        table = Table("", heads, "lrlrr" if self.reveal else "lrlr")
        for each in self.outcomes:
            row = [each.name, each.given, each.says]
            if self.reveal:
                row.append(decimal(each.value) if each.outcome != "right" else "")
            row.append(f"{each.marks:g} of {each.points:g}")
            table.add(*row, strong=each.outcome == "slip")
        return [self._sentence(), table]

    def _sentence(self) -> str:
        own = self.count("follows")
        parts = [f"{self.right} of {len(self)} right"]
        if own:
            parts[0] += f", {own} right from your own numbers"
        if slip := self.first_slip:
            parts.append(f"the first slip is at {slip.name}")
        penalty = f", {self.penalty:g} taken off for slips" if self.penalty else ""
        return f"{'; '.join(parts)}. {self.marks:g} of {self.points:g} points{penalty}."


def check_answers(
    example: WorkedExample | FormulaExample,
    answers: Mapping[str, str | float | None] | AnswerFile | str | Path,
    *,
    scheme: Scheme | None = None,
    tolerance: Tolerance | None = None,
    notation: Notation | str | None = None,
    reveal: bool = False,
) -> CheckedAnswers:
    """What there is to say of somebody's answers to a worked example, one by one.

    They are held to the exact numbers, and to those that follow from the answers before.

    An answer that is computed correctly from an earlier one that is wrong is not wrong again. The first
    that is wrong given those before it is the first slip; what was done wrong there is said if it is
    known.

    Args:
        example: the worked example.
        answers: numbers, or texts of numbers, by their symbols, as ``"dE/dw5"`` and ``"E after 1"``, the
            error after one update, "" for what is left blank; or a file, see `read_answers`.
        scheme: how many points each is worth; one for each if None.
        tolerance: how close they have to be; if None as the scheme says, or to three significant digits.
        notation: of a network, what the answers call everything, if not what the example does.
        reveal: whether to show the right numbers. What is said never tells them otherwise.

    Raises:
        ValueError: a file, or the scheme, names a quantity that there is not, or is not as it should be.
        OSError: a file cannot be read.
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> answers = {"net_o1": "1.106", "out_o1": "0.7514", "dE/dout_o1": "0.7414", "delta_o1": "0.7414"}
    >>> for outcome in check_answers(worked.load("urbain"), answers):
    ...     print(outcome.symbol, outcome.says)
    net_o1 right
    out_o1 right
    dE/dout_o1 right
    delta_o1 here is the first slip: f′(net) of the outputs is left out
    """
    if not isinstance(example, WorkedExample | FormulaExample):
        raise OperandError(f"example must be a worked example, got {shown(example)}")
    flag("reveal", reveal)
    if scheme is not None:
        instance("scheme", scheme, Scheme, "a marking scheme")
    if tolerance is not None:
        instance("tolerance", tolerance, Tolerance, "a tolerance")
    example = in_notation(example, notation)
    scheme = scheme or Scheme()
    answered = _answered(answers, example)
    return _Check(example, answered, scheme, tolerance or scheme.tolerance, reveal).checked()


def in_notation(
    example: WorkedExample | FormulaExample, notation: Notation | str | None
) -> WorkedExample | FormulaExample:
    """An example as answers call everything in it.

    Raises:
        ValueError: there is no such notation, or the example has formulas.
    """
    if notation is None:
        return example
    if isinstance(example, FormulaExample):
        raise ArgumentValueError(f"{example.name} has formulas, which no notation names")
    return example.in_notation(notation)


def _answered(given: Any, example: WorkedExample | FormulaExample) -> AnswerFile:
    if isinstance(given, AnswerFile):
        if given.problem:
            raise ArgumentValueError(given.problem)
        return given
    if isinstance(given, Mapping):
        answers = {str(key): answer_text(each, str(key), "") for key, each in given.items()}
        return AnswerFile(answers=answers)
    return read_answers(given, example)


class _Check:
    """The checking of one person's answers."""

    def __init__(
        self,
        example: WorkedExample | FormulaExample,
        answered: AnswerFile,
        scheme: Scheme,
        tolerance: Tolerance,
        reveal: bool,
    ) -> None:
        self.example, self.answered, self.scheme = example, answered, scheme
        self.tolerance, self.reveal = tolerance, reveal
        self.quantities = Quantities(example)
        self.comma = answered.decimal_comma
        if self.comma is None and {*map(decimal_mark, answered.answers.values())} - {""} == {","}:
            self.comma = True  # of 1,234 too
        self.points: dict[tuple[str, int], Points] = {}
        self.numbers: dict[str, Decimal] = {}
        self.values: dict[str, float] = {}
        self.had_slip = False
        calculation = by_hand(example)
        self.symbol = calculation.symbol
        self.places = {
            symbol: place
            for place, symbol in enumerate([*calculation.program.given, *calculation.program.lines])
        }

    def checked(self) -> CheckedAnswers:
        """What comes out, in the order of computation."""
        texts: dict[tuple[str, int], str] = {}
        where = f"{self.answered.file}: " if self.answered.file else ""
        for name, text in self.answered.answers.items():
            of = self.quantities.named(name, f"{where}{name}")
            if of in texts:
                raise ArgumentValueError(f"{where}{name}: {of[0]} is answered twice")
            texts[of] = text
        for name in self.scheme.asked:
            texts.setdefault(self.quantities.named(name, f"the scheme's asked: {name}"), "")
        for name, worth in self.scheme.quantities.items():
            self.points[self.quantities.named(name, f"the scheme's quantities: {name}")] = worth
        in_order = sorted(texts, key=lambda of: (of[1], self._place(of[0])))
        figures, readable = [], {}
        for of in in_order:
            if texts[of].strip():
                try:
                    readable[of] = read_number(texts[of].strip(), self.comma).exact
                except ArgumentValueError:
                    continue
                figures.append(self._figure(of, self._padded(readable[of])))
                self.numbers[figures[-1].symbol] = readable[of]
                self.values[figures[-1].symbol] = self.quantities.value(*of)
        findings = dict(zip(readable, self._found(figures), strict=True))
        outcomes: list[Outcome] = []
        wrong: set[str] = set()
        for of in in_order:
            outcome = self._outcome(of, texts[of], findings.get(of), wrong)
            if outcome.outcome not in {"right", "missing", "unreadable"}:
                wrong.add(outcome.name)
            outcomes.append(outcome)
        return CheckedAnswers(self.answered.student, outcomes, self.scheme.penalty, self.reveal)

    def _place(self, symbol: str) -> int:
        return self.places.get(self.symbol(symbol) or "", len(self.places))

    def _padded(self, given: Decimal) -> str:
        """An answer with as many digits as are asked for: 1 stands for 1.00 and for no other."""
        unit = self.tolerance.unit(float(given))
        enough = int(given.as_tuple().exponent) <= unit.adjusted()
        return f"{given if enough else given.quantize(unit):f}"

    @staticmethod
    def _figure(of: tuple[str, int], text: str) -> Figure:
        symbol, after = of
        return Figure(
            symbol=f"{symbol} after {after}" if after else symbol, printed=text, of=symbol, after=after
        )

    # --- what comes out -------------------------------------------------------------------------

    def _found(self, figures: Sequence[Figure]) -> list[Finding]:
        return list(proofread(replace(self.example, figures=list(figures))))

    def _outcome(
        self, of: tuple[str, int], text: str, finding: Finding | None, wrong: set[str]
    ) -> Outcome:
        symbol, after = of
        worth = self.points.get(of, self.scheme.default)
        outcome = Outcome(
            symbol=symbol,
            after=after,
            given=text.strip(),
            outcome="missing",
            says=OUTCOMES["missing"],
            value=self.quantities.value(symbol, after),
            points=worth.points,
        )
        if finding is None:
            if not text.strip():
                return outcome
            return replace(outcome, outcome="unreadable", says=_unreadable(text, self.comma))
        given = Printed(finding.printed)
        if self.tolerance.accepts(given.exact, finding.value):
            return replace(outcome, outcome="right", says=OUTCOMES["right"], marks=worth.points)
        sources = tuple(each for each in finding.sources if each in wrong)
        if (
            finding.follows is not None and self.tolerance.accepts(given.exact, finding.follows)
        ) or finding.verdict in {"follows", "rounded"}:
            marks = worth.points if worth.follow_through else worth.for_method
            says = OUTCOMES["follows"]
            if sources:
                says += f": {_listed(sources)}"
            if self._is_trivial(finding, sources):
                marks, says = 0.0, f"{says}, which leaves nothing to compute here"
            return replace(outcome, outcome="follows", says=says, sources=sources, marks=marks)
        written = Printed(text.strip(), self.comma)
        if written.says(finding.value) or written.cut_of(finding.value):
            return replace(
                outcome,
                outcome="imprecise",
                says=f"right as far as it goes; give {self.tolerance}",
                marks=worth.for_method,
            )
        return self._slip(outcome, finding, sources, worth.for_method, first=not self.had_slip)

    def _slip(
        self,
        outcome: Outcome,
        finding: Finding,
        sources: tuple[str, ...],
        for_method: float,
        *,
        first: bool,
    ) -> Outcome:
        """A step that is wrong given what comes before it."""
        self.had_slip = True
        kind = "slip" if first else "wrong"
        cause = finding.cause if finding.because and not finding.weak else None
        because = finding.because if cause else None
        if because and not self.reveal:
            because = _MEANT.sub("", because)
            if self._tells(because, finding):
                because = None
        if because is not None:  # causes that cannot be told apart, the likeliest first
            because = " or ".join(because.split(", or ")[:_MOST_CAUSES])
        else:
            before = [*finding.sources]
            because = (
                f"it does not follow from your {_listed(before)}"
                if before
                else "it does not follow from what is given"
            )
            if finding.cause == "misprint" and (misprint := _MISPRINT.search(finding.because or "")):
                because += f"; perhaps {misprint[1]}"
        return replace(
            outcome,
            outcome=kind,
            says=f"{OUTCOMES[kind]}: {because}",
            sources=sources,
            cause=cause,
            marks=for_method if cause in _NOT_OF_METHOD else 0.0,
        )

    def _tells(self, because: str, finding: Finding) -> bool:
        """Whether a sentence has the right number in it."""
        return any(
            Printed(found).says(abs(finding.value))
            for found in _NUMBER.findall(because)
            if len(found.strip("0.,")) > 1
        )

    def _is_trivial(self, finding: Finding, sources: Sequence[str]) -> bool:
        """Whether an earlier wrong number leaves nothing to compute: 0, 1, or a relu that is dead."""
        if finding.follows == 0.0 and finding.value != 0.0:
            return True
        return any(
            abs(self.numbers[each]) in {0, 1} and abs(self.values[each]) not in {0.0, 1.0}
            for each in sources
        )


def _unreadable(text: str, decimal_comma: bool | None) -> str:
    """Why a text is not taken for a number: it is none, or may be two."""
    try:
        read_number(text.strip(), not decimal_comma)
    except ArgumentValueError:
        return OUTCOMES["unreadable"]
    return f"{OUTCOMES['unreadable']}: its comma may separate decimals or thousands"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
