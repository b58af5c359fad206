"""``backprop explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nn import worked
from nn.cli.arguments import (
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

    from nn.explanation import Explained as _Explained
    from nn.explanation import MatrixSheet
    from nn.step import Recorded, TrainingStep

__all__ = ["explain"]


@click.command()
@example_argument
@click.argument("symbol", required=False)
@click.argument("then", metavar="[SYMBOL]", required=False)
@click.option("--of", metavar="SYMBOL", help="Differentiate this instead of the error.")
@click.option(
    "--all", "everything", is_flag=True, help="Explain the whole step, in the order of computation."
)
@click.option(
    "--hessian",
    is_flag=True,
    help="List all second derivatives with respect to what is updated.",
)
@click.option(
    "--contributions",
    is_flag=True,
    help="Show what backward added to the gradient, in order, and which inputs of SYMBOL matter most.",
)
@click.option(
    "--over-examples", is_flag=True, help="With --contributions: sum what matters over the examples."
)
@click.option(
    "--form",
    type=click.Choice(["paths", "delta", "matrix"]),
    help="Show the factors along every path, each δ once, or the document's matrices.  "
    "[default: paths if there are at most four, else delta]",
)
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".md", ".html", ".tex", ".txt"),
    metavar="FILE",
    help="Write it to a file: .md, .html, .tex or .txt.",
)
@steps_option
@update_biases_option
@notation_option
@json_option
@errors_in_one_line
def explain(
    example: str,
    symbol: str | None,
    then: str | None,
    of: str | None,
    everything: bool,
    hessian: bool,
    contributions: bool,
    over_examples: bool,
    form: str | None,
    output: Path | None,
    steps: int,
    update_biases: bool,
    notation: str | None,
    as_json: bool,
) -> None:
    """Explain a derivative: by the chain rule, factor by factor, or each δ once.

    SYMBOL is what the error is differentiated with respect to, as w5 or net_h1, or the derivative
    itself, as delta_h1 or dE/dw5. With a second SYMBOL the derivative is differentiated once more. --all
    explains the whole step, from what is given to the updated parameters; --hessian lists all second
    derivatives.
    """
    from nn.worked.limits import check_explained

    _check(symbol, then, everything=everything, hessian=hessian, contributions=contributions)
    for option, given, fits in (
        ("--of", of is not None, not everything),
        ("--form", form is not None, not (everything or hessian or contributions)),
        ("--over-examples", over_examples, contributions),
    ):
        if given and not fits:
            raise click.UsageError(f"{option} does not go with what is asked for")
    if then is not None and form not in {None, "delta"}:
        raise click.UsageError("a second derivative is explained with --form delta")
    if output is not None:
        check_files(example, output)
    loaded = worked.load(example)
    check_explained(loaded, everything)
    step = step_of(loaded, steps, update_biases)
    if notation is not None:
        step = _network(step, "--notation").in_notation(notation)
    with symbols_looked_up():
        if everything:
            from nn.explanation import DerivationSheet

            found: _Explained = DerivationSheet.of_step(loaded, step)
        elif hessian:
            found = step.hessian(of=of)
        elif contributions:
            found = step.contributions(symbol or "", of, over_examples=over_examples)
        elif form == "matrix":
            found = _in_matrices(step, symbol or "", of)
        elif then is not None:
            found = step.explain(symbol or "", of, then=then)
        else:
            found = step.explain(symbol or "", of, form=form)
    if output is not None:
        from nn.explanation import sheet_of

        print_line(f"written: {sheet_of(found).save(output)}")
        return
    print_json(found.to_dict()) if as_json else print_line(found.text())


def _check(
    symbol: str | None, then: str | None, *, everything: bool, hessian: bool, contributions: bool
) -> None:
    """Refuse what does not say one thing to be explained."""
    if (symbol is not None) + everything + hessian != 1:
        raise click.UsageError(
            "a SYMBOL, or --all for the whole step, or --hessian: just one of them is expected"
        )
    if contributions and (symbol is None or then is not None):
        raise click.UsageError("--contributions is for one SYMBOL")


def _in_matrices(step: Recorded, symbol: str, of: str | None) -> MatrixSheet:
    """A derivative in the document's matrices."""
    from nn.explanation import MatrixSheet

    if of is not None:
        raise click.UsageError("--form matrix is for the derivatives of the error, without --of")
    return MatrixSheet(_network(step, "--form matrix"), symbol)


def _network(step: Recorded, option: str) -> TrainingStep:
    """The step, which an option asks to be a network's."""
    from nn.step import TrainingStep

    if isinstance(step, TrainingStep):
        return step
    raise click.UsageError(f"{option} is for networks")
