"""``backprop list``."""

from __future__ import annotations

import click

from autograd.tables import Table
from nn import worked
from nn.cli.arguments import errors_in_one_line
from nn.cli.output import print_parts

__all__ = ["list_examples"]


@click.command("list")
@errors_in_one_line
def list_examples() -> None:
    """List the worked examples that are included."""
    print_parts([_table(about, names) for about, names in worked.groups().items()])


def _table(about: str, names: list[str]) -> Table:
    table = Table(about.capitalize(), ["name", "what it works out", "source"], "lll")
    for name in names:
        example = worked.load(name)
        table.add(name, example.title, example.source)
    return table
