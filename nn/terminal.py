"""Tables in a terminal, by rich; and what everything that shows as tables has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.symbols import visible
from autograd.tables import ShownAsText, Table, html

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

__all__ = ["Part", "Tabular", "plain", "renderable"]

#: What is shown: tables, and lines of text between them.
Part: TypeAlias = Table | str

#: The width of plain text, and up to which a heading between rows makes its column wider.
_WIDTH, _HEADING = 100, 30


class Tabular(ShownAsText, ABC):
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

    def __rich__(self) -> Any:
        return renderable(self.tables())

    def __str__(self) -> str:
        return plain(self.tables())

    def _repr_html_(self) -> str:
        return html(self.tables())


def renderable(parts: Sequence[Part]) -> RenderableType:
    """Tables and lines for rich to print. Nothing in their texts is markup."""
    from rich.console import Group
    from rich.text import Text

    return Group(
        *(_Fitted(_visible(each)) if isinstance(each, Table) else Text(visible(each)) for each in parts)
    )


def plain(parts: Sequence[Part], width: int = _WIDTH) -> str:
    """Tables and lines as plain text.

    Args:
        parts: the tables and lines.
        width: how many columns there are.
    """
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    # without force_jupyter=False, a notebook's kernel would be shown what is to be returned
    console = Console(file=text, width=width, color_system=None, force_jupyter=False)
    console.print(renderable(parts))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _visible(table: Table) -> Table:
    """The same table, whose texts do not control the terminal."""
    shown = Table(visible(table.title), map(visible, table.heads), table.align)
    shown.rows = [row._replace(cells=tuple(map(visible, row.cells))) for row in table.rows]
    return shown


class _Fitted:
    """A table as wide as there is room; where a word or a number would be broken, lines instead."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        from rich.text import Text

        table = self.table
        if table.title:
            yield Text(table.title, style="bold", overflow="fold")
        framed = bool(table.heads)
        between = 3 * len(table.align) + 1 if framed else len(table.align) - 1
        widths = _fitted(_extents(table), options.max_width - between)
        if widths is not None:
            yield _grid(table, widths)
        elif framed:
            yield from _lines(table, options.max_width)
        else:
            yield from _paragraphs(table)


def _extents(table: Table) -> list[tuple[int, int]]:
    """The least width of each column, at which no word is broken, and that at which no line is."""
    from rich.cells import cell_len

    extents = []
    for index, (side, head) in enumerate(
        zip(table.align, table.heads or [""] * len(table.align), strict=True)
    ):
        cells = [row.cells[index] for row in table.rows if index < len(row.cells) and not row.heading]
        lines = [line for text in (head, *cells) for line in text.splitlines()]
        # a matrix has several numbers in a line, which stay in their columns
        whole = {line for text in cells if side == "r" or "\n" in text for line in text.splitlines()}
        words = [*whole, *(word for line in lines if line not in whole for word in line.split())]
        extents.append((max(map(cell_len, words), default=0), max(map(cell_len, lines), default=0)))
    headings = max((cell_len(row.cells[0]) for row in table.rows if row.heading), default=0)
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


def _grid(table: Table, widths: Sequence[int]) -> RenderableType:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    framed = bool(table.heads)
    grid = Grid(
        header_style="bold",
        box=box.HEAVY_HEAD if framed else None,
        show_header=framed,
        padding=(0, 1) if framed else (0, 1, 0, 0),
        pad_edge=framed,
    )
    for index, (side, width) in enumerate(zip(table.align, widths, strict=True)):
        grid.add_column(
            Text(table.heads[index]) if framed else "",
            justify="right" if side == "r" else "left",
            overflow="fold",
            width=width,
        )
    for row in table.rows:
        if row.heading:
            grid.add_section()
            grid.add_row(Text(row.cells[0], style="italic"))
        else:
            grid.add_row(*map(Text, row.cells), style="bold" if row.strong else "")
    return grid


def _lines(table: Table, width: int) -> Iterator[RenderableType]:
    """A table whose cells are lines, each with the title of its column."""
    from rich.text import Text

    for row in table.rows:
        first, *others = row.cells
        yield Text(first, style="italic" if row.heading else "bold", overflow="fold")
        for head, cell in zip(table.heads[1:], others, strict=False):
            if cell:
                yield from _titled(head, cell, width)


def _titled(head: str, cell: str, width: int) -> Iterator[RenderableType]:
    """A cell after its title; below it, further to the right, where a line is too short for both."""
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.text import Text

    title = f"  {head}:" if head else " "
    if "\n" not in cell and cell_len(f"{title} {cell}") <= width:
        yield Text(f"{title} {cell}")
        return
    if head:
        yield Text(title, overflow="fold")
    unbroken = cell.splitlines() if "\n" in cell else cell.split()
    indent = max(0, min(4, width - max(map(cell_len, unbroken))))
    yield Padding(Text(cell, overflow="fold"), (0, 0, 0, indent), expand=False)


def _paragraphs(table: Table) -> Iterator[RenderableType]:
    from rich.text import Text

    for row in table.rows:
        yield Text(" ".join(filter(None, row.cells)), overflow="fold")
