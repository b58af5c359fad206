"""``backprop worksheet``."""

from __future__ import annotations

from pathlib import Path

import click

from autograd.files import write
from nn import worked
from nn.cli.arguments import (
    FileToWrite,
    check_files,
    errors_in_one_line,
    network_of,
    notation_option,
)
from nn.cli.output import print_line

__all__ = ["worksheet"]


def _layers(_: click.Context, __: click.Parameter, text: str | None) -> list[int] | None:
    """``2,3,1`` is two inputs, three neurons and one."""
    if text is None:
        return None
    try:
        return [int(size) for size in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"numbers separated by commas are expected, not {text!r}") from None


@click.command()
@click.argument("example", metavar="[NAME|FILE]", required=False)
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".md", ".html", ".tex", ".xml"),
    metavar="FILE",
    required=True,
    help="The file to write: .html, .md or .tex, or .xml for questions that Moodle imports.",
)
@click.option("--answers", is_flag=True, help="Fill in the blanks.")
@click.option("--answers-at-back", is_flag=True, help="Add a page with the answers.")
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    default=6,
    metavar="N",
    help="Give the answers to N significant digits.  [default: 6]",
)
@click.option(
    "--length",
    type=click.Choice(["short", "full"]),
    help="short: one question of each kind with its formula, and tables for the others. full: one "
    "for every number, where up to eight are alike.  [default: short; full for .xml]",
)
@click.option(
    "--hints",
    type=click.Choice(["none", "some", "all"]),
    default="all",
    help="none: a blank for each formula. some: the formulas. all: the formulas, and again with numbers "
    "in them.  [default: all]",
)
@click.option(
    "--answers-to",
    type=FileToWrite(".md", ".html", ".tex"),
    metavar="FILE",
    help="Also write the worksheet with its answers, to another file.",
)
@notation_option
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Invent an exercise instead: the same one for the same N.",
)
@click.option(
    "--count",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="With --seed and .xml: a question bank of N exercises, from --seed and the seeds after it.",
)
@click.option(
    "--layers",
    callback=_layers,
    metavar="N,N,…",
    help="With --seed: its inputs, and the neurons of each layer.  [default: 2,2,1]",
)
@click.option("--activation", metavar="NAME", help="With --seed: its activation.  [default: sigmoid]")
@click.option("--error", metavar="NAME", help="With --seed: its error.  [default: half_squared_error]")
@click.option("--examples", type=int, metavar="N", help="With --seed: how many examples.  [default: 1]")
@click.option("--learning-rate", type=float, metavar="X", help="With --seed: its learning rate.")
@click.option("--toml", type=FileToWrite(".toml"), metavar="FILE", help="Also write the example itself.")
@errors_in_one_line
def worksheet(
    example: str | None,
    output: Path,
    answers: bool,
    answers_at_back: bool,
    digits: int,
    length: str | None,
    hints: str,
    answers_to: Path | None,
    notation: str | None,
    seed: int | None,
    count: int | None,
    layers: list[int] | None,
    activation: str | None,
    error: str | None,
    examples: int | None,
    learning_rate: float | None,
    toml: Path | None,
) -> None:
    """Write a worked example as a worksheet with blanks, or with the answers.

    With --seed, the example is a new exercise, with numbers that are pleasant to compute with.
    `backprop step` and all other commands read the example that --toml writes.
    """
    from nn.worksheet import Worksheet, moodle_xml

    quiz = output.suffix.lower() == ".xml"
    if quiz and (answers or answers_at_back):
        option = "--answers" if answers else "--answers-at-back"
        raise click.UsageError(f"{option} is for .md, .html and .tex; a quiz in .xml has them anyway")
    if answers and answers_at_back:
        raise click.UsageError("--answers or --answers-at-back: just one of them is expected")
    if count is not None and (seed is None or not quiz or toml is not None):
        raise click.UsageError("--count is for exercises in .xml, with --seed and without --toml")
    if (example is None) == (seed is None):
        raise click.UsageError("an example, or --seed for a new one: just one of them is expected")
    check_files(example, output, answers_to, toml)
    if example is not None:
        of_exercises = (layers, activation, error, examples, learning_rate)
        if any(option is not None for option in of_exercises):
            raise click.UsageError(
                "--layers, --activation, --error, --examples and --learning-rate are for a new "
                "exercise, with --seed"
            )
        sheets_of = [worked.load(example)]
    else:
        assert seed is not None
        sheets_of = [
            worked.exercise(
                each,
                layers or (2, 2, 1),
                activation=activation or "sigmoid",
                notation=notation,
                error=error or "half_squared_error",
                example_count=1 if examples is None else examples,
                learning_rate=learning_rate,
            )
            for each in range(seed, seed + (count or 1))
        ]
    length = length or ("full" if quiz else "short")
    sheets = [
        Worksheet(each, digits=digits, notation=notation, length=length, hints=hints)
        for each in sheets_of
    ]
    text = worked.dumps(network_of(sheets_of[0], "--toml")) if toml is not None else ""
    filled = "back" if answers_at_back else answers
    path = write(output, moodle_xml(sheets)) if quiz else sheets[0].save(output, filled)
    print_line(f"written: {path}")
    if answers_to is not None:
        print_line(f"written: {sheets[0].save(answers_to, answers=True)}")
    if toml is not None:
        print_line(f"written: {write(toml, text)}")
