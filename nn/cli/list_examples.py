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
    table = Table("", ["name", "network", "what it works out", "source"], "llll")
    for name in worked.names():
        example = worked.load(name)
        assert isinstance(example, worked.WorkedExample)
        # the hyphens are no places to break a line at
        shape = "-".join(map(str, example.shape))
        table.add(name, shape, example.title, example.source)
    print_parts([table])
