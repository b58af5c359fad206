"""Findings as tables: the figures, and notes on those that are off."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.tables import Table
from nn.proofreading.finding import Finding
from nn.proofreading.printed import Printed
from nn.terminal import Part

__all__ = ["tables"]

#: Beyond these a number is written with a power of ten.
_MAX_DECIMALS, _MAX_PLAIN = 25, 1e15


def tables(findings: Sequence[Finding]) -> list[Part]:
    """Findings as a table, notes and a line that sums them up."""
    if not findings:
        return ["no figures to proofread: the example has no [[figures]]"]
    reasons = dict.fromkeys(finding.because for finding in findings if finding.because)
    notes = {text: number for number, text in enumerate(reasons, 1)}
    return [_figures(findings, notes), *([_notes(notes)] if notes else []), _summary(findings)]


def _figures(findings: Sequence[Finding], notes: dict[str, int]) -> Table:
    figures = Table("Figures", ["figure", "printed", "exact", "off by", "note"], "lrrrr")
    where = None
    for finding in findings:
        if finding.where and finding.where != where:
            figures.head(finding.where)
        where = finding.where
        figures.add(*_row(finding, notes), strong=not finding.agrees)
    return figures


def _row(finding: Finding, notes: dict[str, int]) -> tuple[str, ...]:
    off = note = ""
    if not finding.agrees:
        off = f"{finding.off:+,.1f}" if abs(finding.off) < _MAX_PLAIN else f"{finding.off:+.1e}"
        note = str(notes[finding.because]) if finding.because else "?"
    return finding.symbol, finding.printed, _exact(finding), off, note


def _exact(finding: Finding) -> str:
    """The number with three digits more than are printed."""
    printed = Printed(finding.printed).exact.as_tuple()
    decimals = max(0, -int(printed.exponent)) + 3
    if decimals > _MAX_DECIMALS or abs(finding.value) >= _MAX_PLAIN:
        return f"{finding.value:.{len(printed.digits) + 2}e}"
    return f"{finding.value:z.{decimals}f}"


def _notes(notes: dict[str, int]) -> Table:
    table = Table("", [], "rl")
    for text, number in notes.items():
        table.add(str(number), text)
    return table


def _summary(findings: Sequence[Finding]) -> str:
    off = [finding for finding in findings if not finding.agrees]
    agree = f"{len(findings) - len(off)} of {len(findings)} figures agree"
    if not off:
        return f"{agree}."
    unexplained = sum(finding.because is None for finding in off)
    marked = f", {unexplained} unexplained (?)" if unexplained else ""
    return f"{agree}, {len(off)} do not{marked}. They are off by units of their last digit."
