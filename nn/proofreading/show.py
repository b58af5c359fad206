"""Findings as text and tables: what is wrong first, then the figures, then why."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.tables import Table
from nn.proofreading.finding import Cause, Finding
from nn.terminal import Part

__all__ = ["tables"]

#: Beyond these a number is written with a power of ten.
_MAX_DECIMALS, _MAX_PLAIN = 25, 1e15
#: How many causes beside the first are said in the headline.
_MOST_CAUSES = 3


def tables(
    findings: Sequence[Finding], causes: Sequence[Cause] = (), first: Finding | None = None
) -> list[Part]:
    """Findings as a line that says what is wrong, a table, notes and a line that sums them up.

    Args:
        findings: the findings.
        causes: the causes.
        first: the first figure that is wrong.
    """
    if not findings:
        found = "`backprop figures` finds them in a page"
        return [f"no figures to proofread: the example has no [[figures]]; {found}"]
    reasons = dict.fromkeys(finding.because for finding in findings if finding.because)
    notes = {text: number for number, text in enumerate(reasons, 1)}
    return [
        *_headline(findings, causes, first),
        _figures(findings, notes),
        *([_notes(notes)] if notes else []),
        _summary(findings),
    ]


def _headline(findings: Sequence[Finding], causes: Sequence[Cause], first: Finding | None) -> list[str]:
    """What a teacher would say first: the first figure that is wrong, why, and what else there is."""
    said: list[str] = []
    if first is not None:
        said.append(f"{first.symbol} is the first figure that is wrong{_why(first)}.")
        said += [
            f"That explains {len(cause.figures)} figures."
            for cause in causes
            if first.symbol in cause.figures and len(cause.figures) > 1
        ]
        said += [
            _sentence(cause)
            for cause in causes
            if not cause.weak and first.symbol not in cause.figures and "rounded" not in cause.names
        ][:_MOST_CAUSES]
    follow = sum(each.verdict == "follows" for each in findings)
    rounded = sum(each.verdict == "rounded" for each in findings)
    if follow:
        verbs = ("follows", "is") if follow == 1 else ("follow", "are")
        said.append(
            f"{_number(follow)} {verbs[0]} from what is wrong before and {verbs[1]} not wrong again."
        )
    if rounded:
        if first is None:
            said.append("Nothing is wrong that rounding on the way does not explain.")
        are = "is" if rounded == 1 else "are"
        said.append(f"{_number(rounded)} {are} right only because figures were rounded on the way.")
    return [" ".join(said)] if said else []


def _sentence(cause: Cause) -> str:
    """A cause, and the figures that it explains."""
    symbols = cause.figures
    which = " and ".join(symbols)
    if len(symbols) > 2:
        which = f"{_number(len(symbols))}, {symbols[0]} to {symbols[-1]}"
    is_one = len(symbols) == 1
    if cause.says.startswith("it is ") and is_one:
        return f"{which} {cause.says.removeprefix('it ')}."
    if cause.says.startswith("from a run "):
        return f"{which}, {'is' if is_one else 'are'} {cause.says}."
    return f"{cause.says[:1].upper()}{cause.says[1:]} ({which})."


def _why(first: Finding) -> str:
    if first.because:
        return f": {first.because}"
    if first.follows is not None and first.sources:
        number = _exact(first, first.follows)
        return f", and nothing known leads to it; from the figures before it follows {number}"
    return ", and nothing known leads to it"


def _number(count: int) -> str:
    return f"{count} figure{'' if count == 1 else 's'}"


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
    return finding.symbol, finding.printed, _exact(finding, finding.value), off, note


def _exact(finding: Finding, number: float) -> str:
    """A number with three digits more than are printed."""
    printed = finding.exact.as_tuple()
    decimals = max(0, -int(printed.exponent)) + 3
    if decimals > _MAX_DECIMALS or abs(number) >= _MAX_PLAIN:
        return f"{number:.{len(printed.digits) + 2}e}"
    return f"{number:z.{decimals}f}"


def _notes(notes: dict[str, int]) -> Table:
    table = Table("", [], "rl")
    for text, number in notes.items():
        table.add(str(number), text)
    return table


def _summary(findings: Sequence[Finding]) -> str:
    off = [finding for finding in findings if not finding.agrees]
    agree = f"{len(findings) - len(off)} of {_number(len(findings))} agree"
    if len(findings) == 1:
        agree = "the figure agrees" if not off else "the figure does not agree"
    if not off:
        return f"{agree[:1].upper()}{agree[1:]}."
    unexplained = sum(finding.because is None for finding in off)
    marked = f", {unexplained} unexplained (?)" if unexplained else ""
    if len(findings) == 1:
        return f"{agree[:1].upper()}{agree[1:]}{marked}. It is off by units of its last digit."
    do = "does" if len(off) == 1 else "do"
    return f"{agree}, {len(off)} {do} not{marked}. They are off by units of their last digit."
