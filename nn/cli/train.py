"""``backprop train``."""

from __future__ import annotations

import click

from autograd.tables import Table, decimal
from nn import worked
from nn.cli.arguments import (
    errors_in_one_line,
    example_argument,
    json_option,
    network_of,
    update_biases_option,
)
from nn.cli.output import print_json, print_parts
from nn.progress import ProgressBar

__all__ = ["train"]


@click.command()
@example_argument
@click.option(
    "--steps", type=click.IntRange(min=1), default=100, metavar="N", help="Take N steps. [default: 100]"
)
@update_biases_option
@json_option
@errors_in_one_line
def train(example: str, steps: int, update_biases: bool, as_json: bool) -> None:
    """Train for some steps and show how the error falls.

    On a terminal, stderr has a progress bar. The table has the error before the first step and after 1,
    2, 5, 10, … of them; --json has that after each.
    """
    loaded = worked.load(example)
    if update_biases:
        training = network_of(loaded, "--update-biases").training(steps, update_biases=True)
    else:
        training = loaded.training(steps)
    errors: list[float] = []
    numbers: dict[str, float] = {}
    with ProgressBar("steps", steps) as bar:
        for error, numbers in training:  # noqa: B007  # the last ones are shown
            errors.append(error)
            done = len(errors) - 1
            bar.advance(1 if done else 0, f"step {done}/{steps}", error=error)
    if as_json:
        print_json({"name": loaded.name, "steps": steps, "errors": errors, "parameters": numbers})
        return
    falling = Table(f"Training of {loaded.name}", ["steps", "error"], "rr")
    for step in _shown(steps):
        falling.add(str(step), decimal(errors[step]))
    after = Table(f"After {steps} step{'s' * (steps != 1)}", ["parameter", "number"], "lr")
    for symbol, number in numbers.items():
        after.add(symbol, decimal(number))
    print_parts([falling, after])


def _shown(steps: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50, … and the last."""
    found, power = [0], 1
    while power < steps:
        found += [digit * power for digit in (1, 2, 5) if digit * power < steps]
        power *= 10
    return [*found, steps]
