"""The command ``backprop``: worked examples of backpropagation in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from autograd import AutogradError, __version__
from nn import worked

__all__ = ["main"]


def _errors_in_one_line(command: Callable[..., None]) -> Callable[..., None]:
    """What the user can mend is said in a line and exits with 1; anything else is a defect of ours."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except KeyError as error:
            raise click.ClickException(str(error.args[0])) from None
        except (AutogradError, ValueError, OSError) as error:
            raise click.ClickException(str(error)) from None

    return wrapped


_example = click.argument("example", metavar="NAME|FILE")
_steps = click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Show the N-th step. [default: 1]",
)
_bias = click.option("--bias", is_flag=True, help="Update the biases too.")


def _step(example: str, steps: int, bias: bool) -> Any:
    return worked.load(example).step(steps, update_biases=True if bias else None)


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
        table.add_row(name, "-".join(map(str, example.shape)), example.title, example.source)
    Console().print(table)


@main.command()
@_example
@_steps
@_bias
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, every number by its symbol."
)
@click.option("--svg", type=click.Path(path_type=Path), metavar="FILE", help="Draw the step as SVG.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="Draw the step as PNG.")
@click.option("--fold", is_flag=True, help="Draw named nodes only.")
@_errors_in_one_line
def step(
    example: str, steps: int, bias: bool, as_json: bool, svg: Path | None, png: Path | None, fold: bool
) -> None:
    """Take a step of training and show every number of it.

    With --steps N, the N-th step: its values and gradients are those before the N-th update, the error
    after is that after N updates.
    """
    taken = _step(example, steps, bias)
    saved = [
        taken.draw(fold=fold).save(path, kind)
        for path, kind in ((svg, "svg"), (png, "png"))
        if path is not None
    ]
    if as_json:
        click.echo(taken.to_json())
        return
    console = Console()
    if steps > 1:
        console.print(f"step {steps}, after {steps - 1} updates")
    console.print(taken)
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

    derivation = _step(example, steps, bias).explain(symbol, of)
    click.echo(
        json.dumps(derivation.to_dict(), indent=2, allow_nan=False) if as_json else derivation.text()
    )
