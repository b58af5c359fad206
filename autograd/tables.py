"""Tables as data, and as HTML; `nn.terminal` writes them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from autograd.symbols import xml_text

__all__ = ["Row", "ShownAsText", "Table", "decimal", "html"]


class ShownAsText:
    """What a notebook shows as its ``str``, where it shows no HTML.

    IPython takes the repr of a class, which every dataclass has, before a method that it inherits:
    so each subclass gets the method as its own.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "_repr_pretty_" not in vars(cls):
            cls._repr_pretty_ = ShownAsText._repr_pretty_  # type: ignore[method-assign]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def decimal(value: float, digits: int = 9) -> str:
    """A number to some significant digits; a zero has no sign.

    >>> decimal(2 / 3), decimal(-0.0)
    ('0.666666667', '0')
    """
    return f"{value + 0.0:.{digits}g}"


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        cells: its texts; fewer than the table has columns where the last ones are empty.
        strong: whether to set it off from the others.
        heading: whether its one cell is a heading of the rows that follow.
    """

    cells: tuple[str, ...]
    strong: bool = False
    heading: bool = False


class Table:
    """A table of texts.

    Args:
        title: what stands above it; "" for nothing.
        heads: the titles of its columns; none for a list without a frame.
        align: "l" or "r" for each column.

    Attributes:
        title: as above.
        heads: as above.
        align: as above.
        rows: its rows.

    >>> table = Table("Parameters", ["name", "value"], "lr")
    >>> table.add("w1", "0.15")
    >>> table.rows[0].cells
    ('w1', '0.15')
    """

    def __init__(self, title: str, heads: Iterable[str], align: str) -> None:
        self.title, self.heads, self.align = title, list(heads), align
        self.rows: list[Row] = []

    def add(self, *cells: str, strong: bool = False) -> None:
        """Add a row."""
        self.rows.append(Row(cells, strong))

    def head(self, text: str) -> None:
        """Add a heading of the rows that follow."""
        self.rows.append(Row((text,), heading=True))

    def html(self) -> str:
        """The table as an HTML element, for light and for dark pages: it sets no colour.

        >>> table = Table("Sums", ["<name>", "value"], "lr")
        >>> table.add("x & y", "2")
        >>> "<td style='text-align:left'>x &amp; y</td>" in table.html()
        True
        """
        title = f"<caption style='{_TITLE}'>{xml_text(self.title)}</caption>" if self.title else ""
        heads = "".join(
            f"<th scope='col' style='{_aligned(side)}'>{xml_text(text)}</th>"
            for text, side in zip(self.heads, self.align, strict=False)
        )
        head = f"<thead><tr>{heads}</tr></thead>" if heads else ""
        body = "\n".join(map(self._html_row, self.rows))
        return f"<table>{title}{head}<tbody>\n{body}\n</tbody></table>"

    def _html_row(self, row: Row) -> str:
        if row.heading:
            inside = f"<em>{xml_text(row.cells[0])}</em>"
            return f"<tr><td colspan='{len(self.align)}' style='text-align:left'>{inside}</td></tr>"
        cells = [*row.cells, *[""] * (len(self.align) - len(row.cells))]
        texts = [
            f"<strong>{xml_text(cell)}</strong>" if row.strong else xml_text(cell) for cell in cells
        ]
        return "<tr>{}</tr>".format(
            "".join(
                f"<td style='{_aligned(side)}{_LINES if chr(10) in text else ''}'>{text}</td>"
                for text, side in zip(texts, self.align, strict=True)
            )
        )


_TITLE = "text-align:left;font-weight:bold;caption-side:top"
#: of a cell that has several lines
_LINES = ";white-space:pre;font-family:monospace"


def _aligned(side: str) -> str:
    return "text-align:right;font-variant-numeric:tabular-nums" if side == "r" else "text-align:left"


def html(parts: Iterable[Table | str]) -> str:
    """Tables, and paragraphs of text between them, as one HTML element.

    >>> html(["1 < 2"])
    '<div><p>1 &lt; 2</p></div>'
    """
    written = [part.html() if isinstance(part, Table) else f"<p>{xml_text(part)}</p>" for part in parts]
    return f"<div>{''.join(written)}</div>"
