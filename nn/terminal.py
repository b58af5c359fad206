"""Tables in a terminal; and what everything that shows as tables has in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias
from unicodedata import category, east_asian_width

from autograd.symbols import visible
from autograd.tables import Row, Table, html

__all__ = ["Part", "Tabular", "plain", "styled"]

#: What is shown: tables, and lines of text between them.
Part: TypeAlias = Table | str

#: The width of plain text, and up to which a heading between rows makes its column wider.
_WIDTH, _HEADING = 100, 30


class Tabular(ABC):
    """Something that shows as tables: in a terminal, as text, in a notebook.

    >>> class Squares(Tabular):
    ...     def tables(self):
    ...         squares = Table("", ["x", "x²"], "rr")
    ...         squares.add("2", "4")
    ...         return [squares, "and so on"]
    >>> print(Squares())
    ┏━━━┳━━━━┓
    ┃ x ┃ x² ┃
    ┡━━━╇━━━━┩
    │ 2 │  4 │
    └───┴────┘
    and so on
    """

    @abstractmethod
    def tables(self) -> Sequence[Part]:
        """The tables, as data, and what is said between them."""

    def __str__(self) -> str:
        return plain(self.tables())

    def _repr_html_(self) -> str:
        return html(self.tables())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows where it shows no HTML."""
        printer.text(str(self))


class _Style(NamedTuple):
    """How a text is written that is set off, and a heading between rows."""

    strong: Callable[[str], str] = str
    heading: Callable[[str], str] = str

    def of(self, row: Row) -> Callable[[str], str]:
        return self.heading if row.heading else self.strong if row.strong else str


#: Bold and italic, as ANSI's control sequences have them.
_ANSI = _Style("\x1b[1m{}\x1b[0m".format, "\x1b[3m{}\x1b[0m".format)


def plain(parts: Sequence[Part], width: int = _WIDTH) -> str:
    """Tables and lines as plain text.

    Args:
        parts: the tables and lines.
        width: how many columns there are.

    >>> print(plain(["to be or not to be"], width=8))
    to be or
    not to
    be
    """
    return "\n".join(line.rstrip() for line in _lines(parts, width, _Style()))


def styled(parts: Sequence[Part], width: int) -> str:
    r"""Tables and lines for a terminal, with titles in bold; see `plain`.

    >>> styled([Table("Sums", ["x"], "r")], width=80).splitlines()[2]
    '┃ \x1b[1mx\x1b[0m ┃'
    """
    return "\n".join(_lines(parts, width, _ANSI))


def _lines(parts: Sequence[Part], width: int, style: _Style) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield from _wrapped(visible(part), width)
            continue
        table, framed = _visible(part), bool(part.heads)
        between = 3 * len(table.align) + 1 if framed else len(table.align) - 1
        widths = _fitted(_extents(table), width - between)
        if widths is None:  # a word or a number would be broken
            yield from _listed(table, width, style) if framed else _paragraphs(table, width)
        else:
            yield from _framed(table, widths, width, style) if framed else _aligned_rows(table, widths)


def _visible(table: Table) -> Table:
    """The same table, whose texts do not control the terminal."""
    shown = Table(visible(table.title), map(visible, table.heads), table.align)
    shown.rows = [row._replace(cells=tuple(map(visible, row.cells))) for row in table.rows]
    return shown


# --- how wide a text is -------------------------------------------------------------------------


def _cells(text: str) -> int:
    """How many columns a text takes: a wide character two, and one that combines with another none.

    >>> _cells("漢字"), _cells("x\u0302"), _cells("δ₁")
    (4, 1, 2)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if category(each) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(each) in "WF" else 1
        for each in text
    )


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines that fit: broken between words, and a word that is too long by itself anywhere.

    >>> _wrapped("  net = w1*x1 + w2*x2", 12)
    ['  net =', 'w1*x1 +', 'w2*x2']
    >>> _wrapped("0.123456", 4)
    ['0.12', '3456']
    """
    lines: list[str] = []
    for line in text.expandtabs().splitlines() or [""]:
        if _cells(line) <= width:
            lines.append(line)
            continue
        written = ""
        for word in re.findall(" *[^ ]+", line):  # with the spaces before it
            if _cells(written + word) <= width:
                written += word
                continue
            if written:
                lines.append(written)
            written = ""
            for character in word.lstrip(" "):
                if written and _cells(written + character) > width:
                    lines.append(written)
                    written = ""
                written += character
        lines.append(written)
    return lines


def _aligned(text: str, width: int, side: str) -> str:
    blank = " " * (width - _cells(text))
    return blank + text if side == "r" else text + blank


def _extents(table: Table) -> list[tuple[int, int]]:
    """The least width of each column, at which no word is broken, and that at which no line is."""
    extents = []
    for index, (side, head) in enumerate(
        zip(table.align, table.heads or [""] * len(table.align), strict=True)
    ):
        cells = [row.cells[index] for row in table.rows if index < len(row.cells) and not row.heading]
        lines = [line for text in (head, *cells) for line in text.splitlines()]
        # a matrix has several numbers in a line, which stay in their columns
        whole = {line for text in cells if side == "r" or "\n" in text for line in text.splitlines()}
        words = [*whole, *(word for line in lines if line not in whole for word in line.split())]
        extents.append((max(map(_cells, words), default=0), max(map(_cells, lines), default=0)))
    headings = max((_cells(row.cells[0]) for row in table.rows if row.heading), default=0)
    least, most = extents[0]
    return [(least, max(most, min(headings, _HEADING))), *extents[1:]]


def _fitted(extents: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """Widths of columns that fit the room, none above what it needs; None if there is too little."""
    widths = [least for least, _ in extents]
    if sum(widths) > room:
        return None
    if sum(most for _, most in extents) <= room:
        return [most for _, most in extents]
    while sum(widths) < room:
        narrow = [index for index, (_, most) in enumerate(extents) if widths[index] < most]
        least = min(narrow, key=widths.__getitem__)
        widths[least] += 1
    return widths


# --- tables that fit ----------------------------------------------------------------------------


def _framed(table: Table, widths: Sequence[int], width: int, style: _Style) -> Iterator[str]:
    def edge(left: str, line: str, middle: str, right: str) -> str:
        return left + middle.join(line * (each + 2) for each in widths) + right

    def row(cells: Sequence[str], bar: str, write: Callable[[str], str]) -> Iterator[str]:
        for texts in _side_by_side(cells, widths, table.align):
            yield f"{bar} {f' {bar} '.join(map(write, texts))} {bar}"

    if table.title:
        yield from map(style.strong, _wrapped(table.title, width))
    yield edge("┏", "━", "┳", "┓")
    heads = [_wrapped(head, room) for head, room in zip(table.heads, widths, strict=True)]
    tallest = max(map(len, heads))  # a head of fewer lines stands next to its column
    yield from row(["\n" * (tallest - len(head)) + "\n".join(head) for head in heads], "┃", style.strong)
    yield edge("┡", "━", "╇", "┩")
    for number, each in enumerate(table.rows):
        if each.heading and number:
            yield edge("├", "─", "┼", "┤")
        yield from row(each.cells, "│", style.of(each))
    yield edge("└", "─", "┴", "┘")


def _aligned_rows(table: Table, widths: Sequence[int]) -> Iterator[str]:
    """A table without a frame."""
    for row in table.rows:
        for texts in _side_by_side(row.cells, widths, table.align):
            yield " ".join(texts).rstrip()


def _side_by_side(cells: Sequence[str], widths: Sequence[int], align: str) -> Iterator[list[str]]:
    """The lines of a row, each as the texts of the columns."""
    filled = [*cells, *[""] * (len(widths) - len(cells))]
    columns = [_wrapped(cell, width) for cell, width in zip(filled, widths, strict=True)]
    for texts in zip_longest(*columns, fillvalue=""):
        yield [_aligned(*each) for each in zip(texts, widths, align, strict=True)]


# --- tables that there is no room for -----------------------------------------------------------


def _listed(table: Table, width: int, style: _Style) -> Iterator[str]:
    """A table whose cells are lines, each with the title of its column."""
    if table.title:
        yield from map(style.strong, _wrapped(table.title, width))
    for row in table.rows:
        first, *others = row.cells
        yield from map(style.heading if row.heading else style.strong, _wrapped(first, width))
        for head, cell in zip(table.heads[1:], others, strict=False):
            if cell:
                yield from _titled(head, cell, width)


def _titled(head: str, cell: str, width: int) -> Iterator[str]:
    """A cell after its title; below it, further to the right, where a line is too short for both."""
    title = f"  {head}:" if head else " "
    if "\n" not in cell and _cells(f"{title} {cell}") <= width:
        yield f"{title} {cell}"
        return
    if head:
        yield from _wrapped(title, width)
    unbroken = cell.splitlines() if "\n" in cell else cell.split()
    indent = max(0, min(4, width - max(map(_cells, unbroken), default=0)))
    for line in _wrapped(cell, width - indent):
        yield " " * indent + line


def _paragraphs(table: Table, width: int) -> Iterator[str]:
    for row in table.rows:
        yield from _wrapped(" ".join(filter(None, row.cells)), width)
