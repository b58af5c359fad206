"""Proof: what proofreading a worked example has found, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd import OperandError
from autograd.arguments import shown, text
from autograd.errors import UnknownNameError
from nn.json_text import AsJson
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.finding import Cause, Finding
from nn.proofreading.judge import Judgement, first_of, judged
from nn.proofreading.page import Page
from nn.proofreading.show import tables
from nn.terminal import Part, Tabular
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["Proof", "proofread"]

#: More often than not.
_OFTEN = 2.0 / 3.0


class Proof(AsJson, Tabular):
    """What proofreading has found: an iterable of findings, in the order of the figures.

    Attributes:
        findings: the findings.
        causes: what was done wrong on the page, that which explains the most figures first.
        first: the first figure that is wrong, in the order of computation; None if there is none.
        agree: how many figures agree.
        disagree: how many do not.

    >>> from nn import worked
    >>> proof = proofread(worked.load("urbain"))
    >>> proof.agree, proof.disagree
    (26, 5)
    >>> [finding.symbol for finding in proof if finding.cause == "updated_weights"][0]
    'E_total after update 1'
    """

    def __init__(
        self, findings: list[Finding], causes: Sequence[Cause] = (), first: Finding | None = None
    ) -> None:
        self.findings = findings
        self.causes = list(causes)
        self.first = first
        self.agree = sum(finding.agrees for finding in findings)
        self.disagree = len(findings) - self.agree

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, symbol: str) -> Finding:
        """The finding about a figure.

        Raises:
            KeyError: there is no figure of that symbol.
            TypeError: it is no text.
        """
        text("symbol", symbol)
        for finding in self.findings:
            if finding.symbol == symbol:
                return finding
        raise UnknownNameError(f"no figure {symbol!r}")

    def to_dict(self) -> dict[str, Any]:
        """All findings as plain data.

        >>> from nn import worked
        >>> found = proofread(worked.load("urbain")).to_dict()
        >>> found["disagree"], found["figures"][1]["printed"]
        (5, '0.593269992')
        """
        return {
            "figures": [finding.to_dict() for finding in self.findings],
            "agree": self.agree,
            "disagree": self.disagree,
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for every figure, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> proofread(worked.load("urbain")).records()[1]["printed"]
        '0.593269992'
        """
        several = ("sources", "causes")
        return [
            finding.to_dict() | {key: getattr(finding, key) for key in several}
            for finding in self.findings
        ]

    def tables(self) -> list[Part]:
        """What is wrong, the figures as a table, notes on those that are off, a line that sums them up.

        >>> from nn import worked
        >>> headline, figures, notes, summary = proofread(worked.load("urbain")).tables()
        >>> summary
        '26 of 31 figures agree, 5 do not. They are off by units of their last digit.'
        """
        return tables(self.findings, self.causes, self.first)


def proofread(example: WorkedExample | FormulaExample) -> Proof:
    """Compare every figure that a document prints with the number it should be, and say what happened.

    A figure agrees if its text is the number rounded at the text's own last digit; a half may go either
    way. Of one that does not, the simplest cause is named that leads to the very text that is printed;
    where that would often be so by chance, this is said; where nothing leads to it, it is unexplained.

    Args:
        example: the worked example.

    Raises:
        WorkedExampleError: a figure is of a matrix of different numbers; or it would take too long to
            find out why so many figures are off.
        TypeError: it is no worked example.

    >>> from nn import worked
    >>> finding = proofread(worked.load("urbain"))["E_total after update 1"]
    >>> finding.printed, finding.because
    ('0.291027924', 'the hidden δ are computed with weights that are updated already')
    """
    if not isinstance(example, WorkedExample | FormulaExample):
        raise OperandError(f"example is a worked example, not {shown(example)}", operands=(example,))
    page = Page(example)
    judgements, causes = judged(page)
    findings = {figure: _finding(page, figure, judgements[figure]) for figure in page.figures}
    wrong = [figure for figure, finding in findings.items() if finding.verdict == "wrong"]
    first = first_of(page, wrong)
    return Proof([*findings.values()], causes, findings[first] if first else None)


def _often(chance: float) -> str:
    return f"1 time in {round(1.0 / chance)}" if chance < _OFTEN else "more often than not"


def _finding(page: Page, figure: PrintedFigure, judgement: Judgement) -> Finding:
    listed = figure.listed
    sources = page.sources_of(figure)
    follows = page.follows(figure) if sources else None
    says = judgement.says
    if judgement.weak and judgement.chance:
        says += f" (weak: it would fit by chance {_often(judgement.chance)})"
    return Finding(
        symbol=listed.symbol,
        where=listed.where,
        printed=listed.printed,
        value=figure.value,
        agrees=figure.agrees,
        off=figure.printed.off(figure.value),
        verdict=judgement.verdict,
        follows=follows,
        sources=tuple(source.symbol for source in sources),
        because=says or None,
        cause=judgement.names[0] if judgement.names else None,
        causes=judgement.names,
        chance=judgement.chance,
        weak=judgement.weak,
        decimal_comma=listed.decimal_comma,
    )
