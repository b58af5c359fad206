"""A proof in a terminal: the figures as a table, and notes on those that are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from nn.proofreading.printed import Printed
from nn.step.tables import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nn.proofreading.proof import Finding, Proof

__all__ = ["shown"]


def shown(proof: Proof) -> RenderableType:
    """The proof as a table and notes."""
    if not len(proof):
        return Text("no figures to proofread: the example has no [[figures]]")
    notes = {text: number for number, text in enumerate(_reasons(proof), 1)}
    return Group(_figures(proof, notes), _notes(notes), Text(_summary(proof)))


def _reasons(proof: Proof) -> list[str]:
    return list(dict.fromkeys(finding.because for finding in proof if finding.because))


def _figures(proof: Proof, notes: dict[str, int]) -> Table:
    figures = table("Figures", "figure", "printed", "exact", "off by", "note")
    figures.columns[0].max_width = 30
    where = None
    for finding in proof:
        if finding.where and finding.where != where:
            figures.add_section()
            figures.add_row(Text(finding.where, style="italic"))
        where = finding.where
        figures.add_row(*map(Text, _row(finding, notes)), style="" if finding.agrees else "bold")
    return figures


def _row(finding: Finding, notes: dict[str, int]) -> tuple[str, ...]:
    off = note = ""
    if not finding.agrees:
        off = f"{finding.off:+,.1f}"
        note = str(notes[finding.because]) if finding.because else "?"
    return finding.symbol, finding.printed, _exact(finding), off, note


def _exact(finding: Finding) -> str:
    """The number with three decimals more than are printed."""
    decimals = max(0, -int(Printed(finding.printed).exact.as_tuple().exponent)) + 3
    return f"{finding.value:.{decimals}f}"


def _notes(notes: dict[str, int]) -> Table:
    lines = Table.grid(padding=(0, 1))
    lines.add_column(justify="right")
    lines.add_column(overflow="fold")
    for text, number in notes.items():
        lines.add_row(str(number), Text(text))
    return lines


def _summary(proof: Proof) -> str:
    agree = f"{proof.agree} of {len(proof)} figures agree"
    if not proof.disagree:
        return f"{agree}."
    unexplained = sum(not finding.agrees and finding.because is None for finding in proof)
    marked = f", {unexplained} unexplained (?)" if unexplained else ""
    return f"{agree}, {proof.disagree} do not{marked}. They are off by units of their last digit."
