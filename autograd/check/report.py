"""GradcheckReport: every derivative beside what differences say of it, as a table and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from autograd.check.blame import Fault
from autograd.check.verdict import UNSUSPICIOUS, VERDICTS, Judgement
from autograd.errors import AutogradError
from autograd.tables import ShownAsText, Table, html

__all__ = ["Checked", "GradcheckError", "GradcheckReport"]

_WIDTH = 100
_HEADS = ["result", "input", "at", "analytic", "numeric", "±", "off/±", "verdict"]


@dataclass(frozen=True)
class Checked:
    """One derivative, checked.

    Attributes:
        result: what is differentiated, by its name or by how Python reaches it.
        input: by what, likewise.
        at: the number there.
        judgement: the verdict and the numbers that it rests on.
    """

    result: str
    input: str
    at: float
    judgement: Judgement

    def cells(self) -> list[str]:
        """The row of the table."""
        found = self.judgement
        where = "" if found.side in {"central", ""} else f", {found.side}"
        sides = f" {found.kink[0]:z.3g} | {found.kink[1]:z.3g}" if found.kink else where
        return [
            " ".join(self.result.split()),
            " ".join(self.input.split()),
            f"{self.at:z.4g}",
            f"{found.analytic:z.7g}",
            f"{found.numeric:z.7g}",
            "0" if found.error < 1e-300 else f"{found.error:.0e}",  # the rounding of 0 is an underflow
            "" if found.kink else f"{found.multiple:.1g}",
            found.verdict + sides,
        ]

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        found = self.judgement
        return {
            "result": self.result,
            "input": self.input,
            "at": self.at,
            **found._asdict(),
            "multiple": found.multiple,
            "passed": found.passed,
        }


@dataclass(frozen=True)
class GradcheckReport(ShownAsText):
    """What a check found; ``print`` it, or take it apart. It is true if the check passed.

    Attributes:
        rows: the derivatives that were looked at closely.
        count: how many were checked in all; where it is more, a plain difference settled the rest.
        differing: what two runs at the same point did not agree on; empty if the function is
            deterministic.
        fault: the first operation whose recorded derivative is wrong, None if there is none.
        special: where a derivative failed, operations on a kink or with an infinite slope: there the
            chain rule may be wrong although no factor of it is.
        is_given: whether the derivatives are those of a gradient function that was given.

    >>> from autograd import gradcheck
    >>> report = gradcheck(lambda x, y: x.relu() * y, (0.0, 4.0), report=True)
    >>> bool(report), report.count, [(row.input, row.judgement.verdict) for row in report.rows]
    (True, 2, [('x', 'kink'), ('y', 'ok')])
    """

    rows: tuple[Checked, ...]
    count: int
    differing: tuple[str, ...] = ()
    fault: Fault | None = None
    special: tuple[str, ...] = ()
    is_given: bool = False

    @property
    def passed(self) -> bool:
        """Whether the function is deterministic and every derivative passed.

        >>> from autograd import gradcheck
        >>> gradcheck(lambda x: x * x, 3.0, report=True).passed
        True
        """
        return not self.differing and not self.failures

    @property
    def failures(self) -> tuple[Checked, ...]:
        """The derivatives that did not pass.

        >>> from autograd import gradcheck
        >>> (row,) = gradcheck(lambda w, x: w * x.data, (2.0, 3.0), report=True).failures
        >>> row.input, row.judgement.analytic, round(row.judgement.numeric, 6)
        ('x', 0.0, 2.0)
        """
        return tuple(row for row in self.rows if not row.judgement.passed)

    def __bool__(self) -> bool:
        return self.passed

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data.

        >>> from autograd import gradcheck
        >>> report = gradcheck(lambda x: x * x, 3.0, report=True).to_dict()
        >>> report["passed"], report["rows"][0]["input"], report["rows"][0]["verdict"]
        (True, 'x', 'ok')
        """
        return {
            "passed": self.passed,
            "count": self.count,
            "rows": [row.to_dict() for row in self.rows],
            "differing": list(self.differing),
            "fault": self.fault and self.fault.to_dict(),
            "special": list(self.special),
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for every row, as ``pandas.DataFrame`` takes them.

        >>> from autograd import gradcheck
        >>> (row,) = gradcheck(lambda x: x * x, 3.0, report=True).records()
        >>> row["input"], row["analytic"], row["verdict"]
        ('x', 6.0, 'ok')
        """
        return [row.to_dict() for row in self.rows]

    def summary(self) -> str:
        """What went wrong, or may have, in lines of at most 100 characters; "" if nothing did.

        >>> from autograd import gradcheck
        >>> report = gradcheck(lambda w, x: w * x.data, (2.0, 3.0), report=True)
        >>> print(report.summary().splitlines()[0])
        1 of 2 derivatives wrong: differences give another number
        """
        lines = []
        if self.differing:
            more = f" and {len(self.differing) - 3} more" if len(self.differing) > 3 else ""
            lines.append(f"two runs at the same point differ in {', '.join(self.differing[:3])}{more}")
        verdicts = Counter(row.judgement.verdict for row in self.rows)
        suspicious = [
            verdict for verdict in VERDICTS if verdict in verdicts and verdict not in UNSUSPICIOUS
        ]
        lines += [
            f"{verdicts[each]} of {self.count} derivatives {each}: {VERDICTS[each]}"
            for each in suspicious
        ]
        if self.fault is not None:
            lines.append(f"first wrong operation: {self.fault}")
        elif suspicious and self.is_given:
            lines.append("the derivatives are those that the gradient function returned")
        elif suspicious:
            lines.append(f"no operation's own derivative is wrong there{self._suspicion()}")
        return "\n".join(
            part
            for line in lines
            for part in wrap(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        )

    def _suspicion(self) -> str:
        if self.special:
            return f", but the chain rule goes through {', '.join(self.special)}"
        if any(row.judgement.verdict == "wrong" for row in self.failures):
            return ": the function may use its inputs as plain numbers too, which records nothing"
        return ""

    def table(self) -> str:
        """The rows as lines of text, at most 100 characters wide.

        ``off/±`` is the distance of the two derivatives in multiples of what extrapolation and rounding
        explain. On a kink, the verdict has the slopes on its two sides.

        >>> from autograd import gradcheck
        >>> heads, row = gradcheck(abs, 0.0, report=True).table().splitlines()
        >>> heads
        'input  at  analytic  numeric      ±  off/±  verdict'
        >>> row.split()[:4], row[row.index("kink") :]
        (['x', '0', '0', '0'], 'kink -1 | 1')
        """
        lines = self._cells()
        return "\n".join(_aligned(lines, len(lines[0]) - len(_HEADS) + 2))

    def _cells(self) -> list[list[str]]:
        """The table with its heads; the results are left out where there is one."""
        cells = [_HEADS, *(row.cells() for row in self.rows)]
        alone = len({row.result for row in self.rows}) == 1
        return [each[1:] for each in cells] if alone else cells

    def __str__(self) -> str:
        return "\n".join(filter(None, [self.table() if self.rows else "", self.summary()]))

    def _repr_html_(self) -> str:
        heads, *rows = self._cells()
        table = Table("", heads, "l" * (len(heads) - len(_HEADS) + 2) + "rrrrr" + "l")
        for cells, row in zip(rows, self.rows, strict=True):
            table.add(*cells, strong=not row.judgement.passed)
        passed = f"{self.count} derivatives checked: {'passed' if self.passed else 'not passed'}"
        return html([*([table] if self.rows else []), *filter(None, [self.summary()]), passed])


class GradcheckError(AutogradError, RuntimeError):
    """A derivative is not what differences say it is.

    Attributes:
        report: what was found, a `GradcheckReport`.

    >>> import autograd
    >>> try:
    ...     autograd.gradcheck(lambda w, x: w * x.data, (2.0, 3.0))
    ... except autograd.GradcheckError as error:
    ...     print([row.input for row in error.report.failures])
    ['x']
    """

    def __init__(self, message: str, *, report: GradcheckReport) -> None:
        super().__init__(message)
        self.report = report


def _aligned(table: Sequence[Sequence[str]], names: int) -> list[str]:
    """A table's lines: ``names`` columns to the left and as wide as there is room, numbers to the right.

    The last column stands as it is.
    """
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    room = (_WIDTH - sum(widths[names:]) - 2 * (len(widths) - 1)) // names
    widths[:names] = [min(width, room) for width in widths[:names]]
    lines = []
    for cells in table:
        padded = [_shortened(cell, width) for cell, width in zip(cells, widths[:names], strict=False)]
        padded += [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)][names:-1]
        lines.append("  ".join([*padded, cells[-1]]))
    return lines


def _shortened(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else f"…{text[len(text) - width + 1 :]}"
