"""``backprop figures``."""

from __future__ import annotations

import click

from nn import worked
from nn.cli.arguments import errors_in_one_line, json_option
from nn.cli.output import print_json, print_line

__all__ = ["figures"]


@click.command()
@click.argument("file")
@click.option(
    "--example", required=True, metavar="NAME|FILE", help="The example that the text works out."
)
@json_option
@errors_in_one_line
def figures(file: str, example: str, as_json: bool) -> None:
    """Find the figures in a text, to be proofread.

    FILE is a page in .md, .html or .txt. Each `symbol = number` in it is proposed as an entry of
    [[figures]], to be looked through and put into the example's file. Comments say which share of the
    numbers in the text that is, and which are left.
    """
    from nn.proofreading.in_text import find_figures

    found = find_figures(file, worked.load(example))
    print_json(found.to_dict()) if as_json else print_line(found.toml().rstrip("\n"))
