"""``backprop explain``."""

from __future__ import annotations

import click

from nn import worked
from nn.cli.arguments import (
    errors_in_one_line,
    example_argument,
    json_option,
    step_of,
    steps_option,
    symbols_looked_up,
    update_biases_option,
)
from nn.cli.output import print_json, print_line

__all__ = ["explain"]


@click.command()
@example_argument
@click.argument("symbol")
@click.option("--of", metavar="SYMBOL", help="What is differentiated.  [default: the error]")
@steps_option
@update_biases_option
@json_option
@errors_in_one_line
def explain(
    example: str, symbol: str, of: str | None, steps: int, update_biases: bool, as_json: bool
) -> None:
    """Explain a derivative: by the chain rule, factor by factor along every path.

    The error is differentiated with respect to SYMBOL, as w5 or net_h1.
    """
    step = step_of(worked.load(example), steps, update_biases)
    with symbols_looked_up():
        derivation = step.explain(symbol, of)
    print_json(derivation.to_dict()) if as_json else print_line(derivation.text())
