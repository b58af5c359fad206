"""What a terminal shows of tables: every word and every number of them, whole."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from autograd.tables import Table

__all__ = ["words", "wrongly_shown"]


def words(parts: Iterable[Table | str]) -> Iterable[str]:
    """Every word of some tables and lines; a number is one."""
    for part in parts:
        if isinstance(part, str):
            yield from part.split()
            continue
        yield from part.title.split()
        for row in part.rows:
            for cell in row.cells:
                yield from cell.split()


def wrongly_shown(text: str, parts: Iterable[Table | str], columns: int) -> list[str]:
    """What is wrong with how a terminal of some columns shows tables: lines too long, words broken."""
    wide = [line for line in text.splitlines() if cell_len(line) > columns]
    broken = [word for word in words(parts) if word not in text and cell_len(word) + 4 <= columns]
    return [*wide, *broken]
