"""``backprop step``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nn import worked
from nn.cli.arguments import (
    Example,
    FileToWrite,
    check_files,
    errors_in_one_line,
    example_argument,
    in_notation,
    network_of,
    notation_option,
    only_option,
    step_of,
    steps_option,
    update_biases_option,
)
from nn.cli.draw import save_pictures
from nn.cli.output import print_json, print_line, print_parts

if TYPE_CHECKING:
    from pathlib import Path

    from nn.byhand import RoundedStep
    from nn.step.recorded import Recorded

__all__ = ["step"]


def _targets(_: click.Context, __: click.Parameter, text: str | None) -> list[list[float]] | None:
    """``0.5; 0.6 0.7`` is one target for the first example, and two for the second."""
    if text is None:
        return None
    try:
        return [[float(target) for target in each.split()] for each in text.split(";")]
    except ValueError:
        raise click.BadParameter(
            f"numbers separated by spaces, and examples by semicolons, are expected, not {text!r}"
        ) from None


@click.command()
@example_argument
@steps_option
@update_biases_option
@click.option(
    "--targets",
    callback=_targets,
    metavar="T1 T2; …",
    help="Use other targets: spaces between those of an example, semicolons between the examples.",
)
@notation_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object: every number by its symbol."
)
@click.option(
    "--digits",
    type=click.IntRange(1, 15),
    metavar="D",
    help="Round each number to D digits before going on, and show the error that this causes.",
)
@click.option("--svg", type=FileToWrite(".svg"), metavar="FILE", help="Draw the step as SVG.")
@click.option("--png", type=FileToWrite(".png"), metavar="FILE", help="Draw the step as PNG.")
@click.option(
    "--html",
    type=FileToWrite(".html"),
    metavar="FILE",
    help="Write a page that steps through it in a browser, where any number can be changed.",
)
@click.option("--fold", is_flag=True, help="Draw the graph's named nodes instead of the network.")
@only_option
@errors_in_one_line
def step(
    example: str,
    steps: int,
    update_biases: bool,
    targets: list[list[float]] | None,
    notation: str | None,
    as_json: bool,
    digits: int | None,
    svg: Path | None,
    png: Path | None,
    html: Path | None,
    fold: bool,
    only: tuple[str, ...],
) -> None:
    """Take a step of training and show every number of it.

    With --steps N, values and gradients are those of the N-th step, before its update; the error after
    the update is that after N updates.
    """
    pictures = [path for path in (svg, png) if path is not None]
    if (fold or only) and not pictures:
        raise click.UsageError(f"{'--fold' if fold else '--only'} is for a picture, with --svg or --png")
    if pictures or html is not None:
        check_files(example, *pictures, html)
    loaded = worked.load(example)
    if html is not None:
        from nn.worked.limits import check_page

        check_page(loaded)
    if targets is not None:
        loaded = network_of(loaded, "--targets").with_targets(targets)
    taken = step_of(loaded, steps, update_biases)
    taken = in_notation(taken, notation)
    shown: Recorded | RoundedStep = taken
    if digits is not None:
        shown = _rounded(loaded, digits, steps, update_biases, notation)
    if pictures:
        save_pictures(taken, pictures, fold=fold or None, only=only or None)
    if html is not None:
        _save_page(loaded, taken, html, steps, own=notation is None and not update_biases)
    if as_json:
        print_json(shown.to_dict())
        return
    if steps > 1:
        print_line(f"step {steps}, after {steps - 1} updates")
    ours = f"Not from the document: {loaded.ours}." if loaded.ours and targets is None else ""
    print_parts([*shown.tables(), *filter(None, [ours])])
    for path in pictures:
        print_line(f"drawn: {path}")
    if html is not None:
        print_line(f"written: {html}")


def _save_page(example: Example, taken: Recorded, path: Path, steps: int, *, own: bool) -> None:
    """Write the page of the example, or of a step that is not its first, or named or made otherwise."""
    from nn.stepper import page

    page(example if own and steps == 1 else taken).save(path)


def _rounded(
    example: Example, digits: int, steps: int, update_biases: bool, notation: str | None
) -> RoundedStep:
    from nn.byhand import rounded

    return rounded(example, digits, steps, update_biases=update_biases or None, notation=notation)
