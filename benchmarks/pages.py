"""Tables in a page that scripts write, between two comments that name them."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["EVIDENCE", "cells", "put", "table"]

EVIDENCE = Path(__file__).parents[1] / "docs" / "evidence.md"


def table(name: str, text: str | None = None) -> str:
    r"""The table of that name in the page of evidence, or in another text.

    >>> table("fish", "<!-- fish -->\n\n| cod |\n\n<!-- end -->")
    '| cod |'
    """
    text = EVIDENCE.read_text(encoding="utf-8") if text is None else text
    found = re.search(rf"<!-- {name} -->\n+(.*?)\n+<!-- end -->", text, re.DOTALL)
    if found is None:
        raise ValueError(f"no table {name!r} in the page")
    return found[1]


def cells(table: str) -> list[list[str]]:
    r"""The cells of a table, row by row, without its head.

    >>> cells("| fish | legs |\n| --- | --- |\n| cod | 0 |")
    [['cod', '0']]
    """
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def put(name: str, new: str, page: Path = EVIDENCE) -> None:
    """Put a table in the place of the one of that name in the page of evidence, or in another."""
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace(f"<!-- {name} -->\n\n{table(name, text)}", f"<!-- {name} -->\n\n{new}"),
        encoding="utf-8",
    )
