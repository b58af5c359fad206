"""The command ``backprop``: worked examples of backpropagation in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograd import AutogradError, __version__
from nn import worked
from nn.notation import notation_names
from nn.step import TrainingStep
from nn.step.recorded import Recorded

if TYPE_CHECKING:
    from nn.byhand import RoundedStep

__all__ = ["main"]


class _Refused(click.ClickException):
    """Exits as click does where a call is wrong; 1 says that a figure is off."""

    exit_code = 2


def _errors_in_one_line(command: Callable[..., None]) -> Callable[..., None]:
    """What the user can mend is said in a line; anything else is a defect of ours."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except KeyError as error:
            raise _Refused(str(error.args[0])) from None
        except (AutogradError, ValueError, OSError) as error:
            raise _Refused(str(error)) from None

    return wrapped


_example = click.argument("example", metavar="NAME|FILE")
_steps = click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Show the N-th step. [default: 1]",
)
_notation = click.option(
    "--notation",
    type=click.Choice(notation_names()),
    metavar="NAME",
    help=f"Show it in another document's notation: {', '.join(notation_names())}.",
)
_bias = click.option("--bias", is_flag=True, help="Update the biases too.")


def _targets(_: click.Context, __: click.Parameter, text: str | None) -> list[list[float]] | None:
    """``0.5; 0.6 0.7`` is one target for the first example, and two for the second."""
    if text is None:
        return None
    try:
        return [[float(target) for target in each.split()] for each in text.split(";")]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_targets_of_ones_own = click.option(
    "--targets",
    callback=_targets,
    metavar="T1 T2; …",
    help="Other targets: those of an example apart by spaces, the examples by semicolons.",
)


Loaded: TypeAlias = worked.WorkedExample | worked.FormulaExample


def _network(example: Loaded, option: str) -> worked.WorkedExample:
    """The example, which an option asks to be a network."""
    if isinstance(example, worked.WorkedExample):
        return example
    raise click.UsageError(f"{option} is for networks, and {example.name} has formulas")


def _step(example: Loaded, steps: int, bias: bool) -> Recorded:
    return _network(example, "--bias").step(steps, update_biases=True) if bias else example.step(steps)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backprop")
def main() -> None:
    """See backpropagation, number by number.

    An example is one that comes along (see `backprop list`) or a TOML file of your own.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without δ is no reason to stop


@main.command("list")
@_errors_in_one_line
def list_examples() -> None:
    """List the worked examples that come along."""
    table = Table("name", "network", "what it works out", "source")
    for name in worked.names():
        example = worked.load(name)
        assert isinstance(example, worked.WorkedExample)
        shape = "-".join(map(str, example.shape))
        table.add_row(Text(name, no_wrap=True), Text(shape, no_wrap=True), example.title, example.source)
    Console().print(table)


@main.command()
@_example
@_steps
@_bias
@_targets_of_ones_own
@_notation
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, every number by its symbol."
)
@click.option(
    "--digits",
    type=click.IntRange(1, 15),
    metavar="D",
    help="Round each number to D digits before it is carried on, and show how far that leads astray.",
)
@click.option("--svg", type=click.Path(path_type=Path), metavar="FILE", help="Draw the step as SVG.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="Draw the step as PNG.")
@click.option("--fold", is_flag=True, help="Draw named nodes only.")
@click.option(
    "--only", multiple=True, metavar="SYMBOL", help="Draw that node only; can be given several times."
)
@_errors_in_one_line
def step(
    example: str,
    steps: int,
    bias: bool,
    targets: list[list[float]] | None,
    notation: str | None,
    as_json: bool,
    digits: int | None,
    svg: Path | None,
    png: Path | None,
    fold: bool,
    only: tuple[str, ...],
) -> None:
    """Take a step of training and show every number of it.

    With --steps N, the N-th step: its values and gradients are those before the N-th update, the error
    after is that after N updates.
    """
    loaded = worked.load(example)
    if targets is not None:
        loaded = _network(loaded, "--targets").with_targets(targets)
    taken = _step(loaded, steps, bias)
    if notation is not None:
        if not isinstance(taken, TrainingStep):
            raise click.UsageError("--notation is for networks")
        taken = taken.in_notation(notation)
    shown: Recorded | RoundedStep = taken
    if digits is not None:
        from nn.byhand import rounded

        shown = rounded(loaded, digits, steps, update_biases=bias or None, notation=notation)
    saved = [
        taken.draw(fold=fold, only=only or None).save(path, kind)
        for path, kind in ((svg, "svg"), (png, "png"))
        if path is not None
    ]
    if as_json:
        click.echo(shown.to_json())
        return
    console = Console()
    if steps > 1:
        console.print(f"step {steps}, after {steps - 1} updates")
    console.print(shown)
    if loaded.ours and targets is None:
        console.print(f"Not from the document: {loaded.ours}.", markup=False)
    for path in saved:
        console.print(f"drawn: {path}", soft_wrap=True, markup=False)


@main.command()
@_example
@click.argument("symbol")
@click.option("--of", metavar="SYMBOL", help="What is differentiated.  [default: the error]")
@_steps
@_bias
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_errors_in_one_line
def explain(example: str, symbol: str, of: str | None, steps: int, bias: bool, as_json: bool) -> None:
    """Explain a derivative: by the chain rule, factor by factor along every path.

    SYMBOL is what the error is differentiated by, as w5 or net_h1.
    """
    import json

    derivation = _step(worked.load(example), steps, bias).explain(symbol, of)
    click.echo(
        json.dumps(derivation.to_dict(), indent=2, allow_nan=False) if as_json else derivation.text()
    )


@main.command()
@_example
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_errors_in_one_line
def proofread(example: str, as_json: bool) -> None:
    """Check the figures that a document prints, and say why they are off.

    The exit code is 1 if one is, and 2 if the example cannot be read.
    """
    from nn.proofreading import proofread as proofread_example

    proof = proofread_example(worked.load(example))
    click.echo(proof.to_json()) if as_json else Console().print(proof)
    if proof.disagree:
        sys.exit(1)


def _layers(_: click.Context, __: click.Parameter, text: str | None) -> list[int] | None:
    """``2,3,1`` is two inputs, three neurons and one."""
    if text is None:
        return None
    try:
        return [int(size) for size in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"numbers apart by commas are expected, not {text!r}") from None


@main.command()
@click.argument("example", metavar="[NAME|FILE]", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", required=True)
@click.option("--answers", is_flag=True, help="Fill in the blanks.")
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    default=6,
    metavar="N",
    help="Significant digits of the answers.  [default: 6]",
)
@_notation
@click.option(
    "--seed", type=int, metavar="N", help="Make a new exercise instead, the same for the same N."
)
@click.option(
    "--layers",
    callback=_layers,
    metavar="N,N,…",
    help="Its inputs, and the neurons of each layer.  [default: 2,2,1]",
)
@click.option("--activation", metavar="NAME", help="Its activation.  [default: sigmoid]")
@click.option(
    "--toml", type=click.Path(path_type=Path), metavar="FILE", help="Write the example itself too."
)
@_errors_in_one_line
def worksheet(
    example: str | None,
    output: Path,
    answers: bool,
    digits: int,
    notation: str | None,
    seed: int | None,
    layers: list[int] | None,
    activation: str | None,
    toml: Path | None,
) -> None:
    """Write a worked example as a worksheet with blanks, or with the answers.

    FILE ends in .md, .html or .tex. With --seed, the example is a new exercise, with numbers that are
    pleasant to compute with; `backprop step` takes what --toml writes.
    """
    from nn.worksheet import Worksheet

    if (example is None) == (seed is None):
        raise click.UsageError("an example, or --seed for a new one: just one of them is expected")
    if example is not None:
        if layers or activation:
            raise click.UsageError("--layers and --activation are for a new exercise, with --seed")
        sheet_of = _network(worked.load(example), "a worksheet")
    else:
        assert seed is not None
        sheet_of = worked.exercise(
            seed, layers or (2, 2, 1), activation=activation or "sigmoid", notation=notation
        )
    saved = [Worksheet(sheet_of, digits=digits, notation=notation).save(output, answers)]
    if toml is not None:
        toml.write_text(worked.dumps(sheet_of), encoding="utf-8")
        saved.append(toml)
    for path in saved:
        click.echo(f"written: {path}")
