"""``backprop explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from nn import worked
from nn.cli.arguments import (
    Example,
    FileToWrite,
    check_files,
    errors_in_one_line,
    example_argument,
    json_option,
    notation_option,
    step_of,
    steps_option,
    symbols_looked_up,
    update_biases_option,
)
from nn.cli.output import print_json, print_line

if TYPE_CHECKING:
    from pathlib import Path

    from autograd import Derivation
    from nn.explanation import DerivationSheet, MatrixSheet
    from nn.step import Recorded, TrainingStep

__all__ = ["explain"]


@click.command()
@example_argument
@click.argument("symbol", required=False)
@click.option("--of", metavar="SYMBOL", help="What is differentiated.  [default: the error]")
@click.option(
    "--all", "everything", is_flag=True, help="Explain the whole step, in the order of computation."
)
@click.option(
    "--form",
    type=click.Choice(["paths", "delta", "matrix"]),
    help="The factors along every path, each δ once, or the document's matrices.  "
    "[default: paths where there are at most four, else delta]",
)
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".md", ".html", ".tex", ".txt"),
    metavar="FILE",
    help="Write it there.",
)
@steps_option
@update_biases_option
@notation_option
@json_option
@errors_in_one_line
def explain(
    example: str,
    symbol: str | None,
    of: str | None,
    everything: bool,
    form: str | None,
    output: Path | None,
    steps: int,
    update_biases: bool,
    notation: str | None,
    as_json: bool,
) -> None:
    """Explain a derivative: by the chain rule, factor by factor, or each δ once.

    The error is differentiated with respect to SYMBOL, as w5 or net_h1. With --all the whole step is
    explained instead, from the given numbers to the updated ones.
    """
    from nn.worked.limits import check_explained

    if (symbol is None) != everything:
        raise click.UsageError("a SYMBOL, or --all for the whole step: just one of them is expected")
    if everything and (of is not None or form is not None):
        raise click.UsageError(f"{'--of' if of is not None else '--form'} is for one SYMBOL")
    if output is not None:
        check_files(example, output)
    loaded = worked.load(example)
    check_explained(loaded, everything)
    step = step_of(loaded, steps, update_biases)
    if notation is not None:
        step = _network(step, "--notation").in_notation(notation)
    sheet: DerivationSheet | MatrixSheet | None = None
    if symbol is not None and form != "matrix":
        with symbols_looked_up():
            found: Derivation | DerivationSheet | MatrixSheet = step.explain(symbol, of, form=form)
    else:
        found = sheet = _sheet(loaded, step, symbol, of)
    if output is not None:
        from nn.explanation import DerivationSheet

        sheet = sheet or DerivationSheet.of_derivation(cast("Derivation", found))
        print_line(f"written: {sheet.save(output)}")
        return
    print_json(found.to_dict()) if as_json else print_line(found.text())


def _sheet(
    example: Example, step: Recorded, symbol: str | None, of: str | None
) -> DerivationSheet | MatrixSheet:
    """The whole step explained; or one derivative in matrices."""
    from nn.explanation import DerivationSheet, MatrixSheet

    if symbol is None:
        return DerivationSheet.of_step(example, step)
    if of is not None:
        raise click.UsageError("--form matrix is for the derivatives of the error, without --of")
    with symbols_looked_up():
        return MatrixSheet(_network(step, "--form matrix"), symbol)


def _network(step: Recorded, option: str) -> TrainingStep:
    """The step, which an option asks to be a network's."""
    from nn.step import TrainingStep

    if isinstance(step, TrainingStep):
        return step
    raise click.UsageError(f"{option} is for networks")
