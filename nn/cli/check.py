"""``backprop check``."""

from __future__ import annotations

from pathlib import Path

import click

from autograd.files import write
from nn import worked
from nn.cli.arguments import FileToWrite, check_files, errors_in_one_line, json_option, notation_option
from nn.cli.output import print_json, print_line, print_parts

__all__ = ["check"]


@click.command()
@click.argument("example", metavar="NAME|FILE")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...")
@click.option("--scheme", type=click.Path(), metavar="FILE", help="Mark by this scheme, in TOML.")
@click.option(
    "--digits",
    type=click.IntRange(1, 15),
    metavar="N",
    help="Ask for N digits.  [default: 3]",
)
@click.option("--decimals", type=click.IntRange(0, 15), metavar="N", help="Ask for N decimals instead.")
@click.option(
    "--rounding",
    type=click.Choice(["either", "rounded", "cut"]),
    help="Whether answers must be rounded or cut to their digits.  [default: either]",
)
@click.option(
    "--student",
    multiple=True,
    metavar="HEAD",
    help="Of a class's table, the column that says who the student is. May be given several times.  "
    "[default: the first]",
)
@notation_option
@click.option("--each", is_flag=True, help="Of a group, show everybody's answers too.")
@click.option("--reveal", is_flag=True, help="Show the right numbers.")
@click.option(
    "-o",
    "--output",
    type=FileToWrite(".csv"),
    metavar="FILE",
    help="Write a group's table as .csv.",
)
@json_option
@click.pass_context
@errors_in_one_line
def check(
    context: click.Context,
    example: str,
    answers: tuple[str, ...],
    scheme: str | None,
    digits: int | None,
    decimals: int | None,
    rounding: str | None,
    student: tuple[str, ...],
    notation: str | None,
    each: bool,
    reveal: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Check somebody's answers to a worked example.

    Each answer is right, right from the student's own earlier numbers, or wrong. The first slip is
    named, with what was done wrong there if that is known. Right numbers are shown only with --reveal.

    ANSWERS is a file of numbers by their symbols, in .toml, .json or .csv, or a worksheet that was
    filled in, in .md or .html. Several files, a folder of them, or a class's table in .csv, with a row
    for each student and a column for each symbol, are a group: everybody's marks are shown, the mistakes
    by how often they were made, and what came out about each quantity. The exit code is 1 if an answer
    is not right, and 2 if something cannot be read.
    """
    from nn.answers import Tolerance, check_answers, check_group, load_scheme, read_class
    from nn.answers.check import in_notation
    from nn.answers.group import answer_files
    from nn.worked.limits import check_judged

    if digits is not None and decimals is not None:
        raise click.UsageError("--digits or --decimals: just one of them is expected")
    check_files(example, output)
    loaded = in_notation(worked.load(example), notation)
    check_judged(loaded)
    marking = load_scheme(scheme) if scheme is not None else None
    given = (digits, decimals, rounding) != (None, None, None)
    tolerance = Tolerance(digits, decimals, rounding or "either") if given else None
    files = answer_files(answers)
    alone = files == [Path(answers[0])]
    of_one = alone and read_class(files[0], loaded, student) is None
    if of_one and output is None and not each:
        checked = check_answers(loaded, files[0], scheme=marking, tolerance=tolerance, reveal=reveal)
        print_json(checked.to_dict()) if as_json else print_parts(checked.tables())
        if checked.right < len(checked):
            context.exit(1)
        return
    for file in files:
        if output is not None and output.resolve() == file.resolve():
            raise click.UsageError(f"{str(output)!r} and {str(file)!r} are the same file")
    group = check_group(
        loaded, files, scheme=marking, tolerance=tolerance, reveal=reveal, student=student
    )
    if output is not None:
        path = write(output, group.csv())
    if as_json:
        print_json(group.to_dict())
    else:
        print_parts([*group.tables(), *(group.reports() if each else [])])
    if output is not None and not as_json:
        print_line(f"written: {path}")
    if group.unread:
        context.exit(2)
    if any(one.checked.right < len(one.checked) for one in group if one.checked):
        context.exit(1)
