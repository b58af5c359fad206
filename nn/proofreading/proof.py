"""Proof: what proofreading a worked example has found, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autograd import OperandError
from autograd.arguments import shown, text
from autograd.errors import UnknownNameError
from nn.json_text import json_text
from nn.proofreading.finding import Finding
from nn.proofreading.page import Page, PrintedFigure
from nn.proofreading.show import tables
from nn.proofreading.verdict import Verdict, verdicts
from nn.terminal import Part, Tabular
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["Proof", "proofread"]


class Proof(Tabular):
    """What proofreading has found: an iterable of findings, in the order of the figures.

    Attributes:
        findings: the findings.
        agree: how many figures agree.
        disagree: how many do not.

    >>> from nn import worked
    >>> proof = proofread(worked.load("urbain"))
    >>> proof.agree, proof.disagree
    (26, 5)
    >>> [finding.symbol for finding in proof if finding.cause == "updated_weights"][0]
    'E_total after update 1'
    """

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
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

    def to_json(self) -> str:
        """`to_dict` as JSON text: null for a number that is not finite, which ``not_finite`` then has.

        >>> import json
        >>> from nn import worked
        >>> proof = proofread(worked.load("urbain"))
        >>> json.loads(proof.to_json()) == proof.to_dict()
        True
        """
        return json_text(self.to_dict())

    def records(self) -> list[dict[str, Any]]:
        """A dict for every figure, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> proofread(worked.load("urbain")).records()[1]["printed"]
        '0.593269992'
        """
        return [finding.to_dict() for finding in self.findings]

    def tables(self) -> list[Part]:
        """The figures as a table, notes on those that are off, and a line that sums them up.

        >>> from nn import worked
        >>> figures, notes, summary = proofread(worked.load("urbain")).tables()
        >>> summary
        '26 of 31 figures agree, 5 do not. They are off by units of their last digit.'
        """
        return tables(self.findings)


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
    found = verdicts(page)
    return Proof([_finding(figure, found.get(figure)) for figure in page.figures])


def _finding(figure: PrintedFigure, verdict: Verdict | None) -> Finding:
    listed = figure.listed
    finding = Finding(
        symbol=listed.symbol,
        where=listed.where,
        printed=listed.printed,
        value=figure.value,
        agrees=figure.agrees,
        off=figure.printed.off(figure.value),
    )
    if verdict is None:
        return finding
    guess, chance = verdict.guess, verdict.chance
    weak = f" (weak: it would fit by chance 1 time in {round(1.0 / chance)})" if verdict.weak else ""
    return replace(
        finding, because=guess.says + weak, cause=guess.cause, chance=chance, weak=verdict.weak
    )
