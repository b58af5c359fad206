"""``backprop draw``."""

from __future__ import annotations

from pathlib import Path

import click

from nn import worked
from nn.cli.arguments import (
    FileToWrite,
    check_files,
    errors_in_one_line,
    example_argument,
    step_of,
    steps_option,
    symbols_looked_up,
)
from nn.cli.output import print_line

__all__ = ["draw"]


@click.command()
@example_argument
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".svg", ".png", ".pdf", ".dot"),
    required=True,
    metavar="FILE",
    help="Where to; its ending is the format: .svg, .png, .pdf or .dot.",
)
@steps_option
@click.option("--fold", is_flag=True, help="Draw named nodes only.")
@click.option(
    "--only", multiple=True, metavar="SYMBOL", help="Draw that node only; can be given several times."
)
@errors_in_one_line
def draw(example: str, output: Path, steps: int, fold: bool, only: tuple[str, ...]) -> None:
    """Draw the computational graph of a training step."""
    check_files(example, output)
    taken = step_of(worked.load(example), steps, update_biases=False)
    with symbols_looked_up():
        picture = taken.draw(fold=fold, only=only or None)
    picture.save(output)
    print_line(f"drawn: {output}")
