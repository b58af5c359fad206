"""``backprop proofread``."""

from __future__ import annotations

import click

from nn import worked
from nn.cli.arguments import errors_in_one_line, example_argument, json_option
from nn.cli.output import print_json, print_parts

__all__ = ["proofread"]


@click.command()
@example_argument
@json_option
@click.pass_context
@errors_in_one_line
def proofread(context: click.Context, example: str, as_json: bool) -> None:
    """Check the figures that a document prints, and say why they are off.

    The exit code is 1 if one is, and 2 if the example cannot be read.
    """
    from nn import proofreading
    from nn.worked.limits import check_judged

    loaded = worked.load(example)
    check_judged(loaded)
    proof = proofreading.proofread(loaded)
    print_json(proof.to_dict()) if as_json else print_parts(proof.tables())
    if proof.disagree:
        context.exit(1)
