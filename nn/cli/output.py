"""What commands print: tables, JSON and lines, in which no text controls the terminal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from autograd.symbols import visible
from nn.json_text import finite, json_text
from nn.terminal import Part, styled

__all__ = ["print_json", "print_line", "print_parts"]


def print_line(text: str) -> None:
    """Print a text."""
    click.echo(visible(text))


def print_parts(parts: Sequence[Part]) -> None:
    """Print tables and lines as wide as the terminal is."""
    click.echo(styled(parts, _columns()))


def _columns() -> int:
    """How wide the terminal is, even if the output goes to a pager; 80 where there is none."""
    if (told := os.environ.get("COLUMNS", "")).isdecimal() and int(told):
        return int(told)
    for descriptor in range(3):
        with suppress(OSError):
            if columns := os.get_terminal_size(descriptor).columns:
                return columns
    return 80


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object; stderr says which numbers are null in it, since they are not finite."""
    click.echo(json_text(content))
    missing = finite(content).get("not_finite", {})
    if missing:
        places = [f"{place} ({number})" for place, number in missing.items()]
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        click.echo(visible(f"not finite, so null: {', '.join(places[:5])}{more}"), err=True)
