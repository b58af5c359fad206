"""``backprop draw``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from nn import worked
from nn.cli.arguments import (
    FileToWrite,
    check_files,
    errors_in_one_line,
    example_argument,
    in_notation,
    notation_option,
    only_option,
    step_of,
    steps_option,
    symbols_looked_up,
)
from nn.cli.output import print_line

if TYPE_CHECKING:
    from pathlib import Path

    from nn.step.recorded import Recorded

__all__ = ["draw", "save_pictures"]


def save_pictures(taken: Recorded, paths: Sequence[Path], **options: Any) -> None:
    """Draw a step once, as `nn.step.recorded.Recorded.draw` takes it, and write that to each file."""
    with symbols_looked_up():
        picture = taken.draw(**options)
    for path in paths:
        picture.save(path)


@click.command()
@example_argument
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".svg", ".png", ".pdf", ".dot"),
    required=True,
    metavar="FILE",
    help="The file to write: .svg, .png, .pdf or .dot.",
)
@steps_option
@notation_option
@click.option(
    "--view",
    type=click.Choice(["network", "graph"]),
    help="Draw the network as lecture notes do, or the computational graph. [default: the network, if "
    "there is one]",
)
@click.option(
    "--frame",
    type=click.Choice(["forward", "backward", "update", "all"]),
    default="all",
    help="Draw this pass of the network only. [default: all, one below the other]",
)
@click.option(
    "--example",
    "number",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Draw the network with the numbers of the N-th example. [default: 1]",
)
@click.option("--magnitude", is_flag=True, help="Draw a line thicker, the larger its number.")
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    default=4,
    metavar="D",
    help="Show D significant digits. [default: 4]",
)
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Draw the graph's named nodes only, or all nodes. [default: all, if there are at most 20]",
)
@only_option
@errors_in_one_line
def draw(
    example: str,
    output: Path,
    steps: int,
    notation: str | None,
    number: int,
    only: tuple[str, ...],
    **options: Any,
) -> None:
    """Draw a training step: the network, or the computational graph."""
    check_files(example, output)
    taken = in_notation(step_of(worked.load(example), steps, update_biases=False), notation)
    save_pictures(taken, [output], only=only or None, example=number, **options)
    print_line(f"drawn: {output}")
