"""What several commands take: an example, its step, and files to write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from autograd import AutogradError
from autograd.symbols import visible
from nn import worked
from nn.notation import notation_names

if TYPE_CHECKING:
    from pathlib import Path

    from nn.step.recorded import Recorded

__all__ = [
    "Example",
    "FileToWrite",
    "check_files",
    "errors_in_one_line",
    "example_argument",
    "in_notation",
    "json_option",
    "network_of",
    "notation_option",
    "only_option",
    "step_of",
    "steps_option",
    "symbols_looked_up",
    "update_biases_option",
]

Example: TypeAlias = "worked.WorkedExample | worked.FormulaExample"


class _Refused(click.ClickException):
    exit_code = 2


def errors_in_one_line(command: Callable[..., None]) -> Callable[..., None]:
    """What the user can mend is said in a line; anything else is a defect of ours."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except (AutogradError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.filename is None:
                raise  # it is stdout that cannot be written
            raise _Refused(visible(_told(error))) from None

    return wrapped


def _told(error: Exception) -> str:
    """An error's text; of the system's errors, file and reason without their number."""
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror[0].lower() + error.strerror[1:]
        return f"{os.fspath(error.filename)}: {reason}"
    return str(error)


@contextmanager
def symbols_looked_up() -> Iterator[None]:
    """A symbol that a step does not have is the user's mistake."""
    try:
        yield
    except KeyError as error:
        raise _Refused(visible(str(error.args[0]))) from None


class FileToWrite(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no such argument
    """A file to write, whose ending is its format.

    Args:
        endings: those that it may have.
    """

    name = "file"

    def __init__(self, *endings: str) -> None:
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; click says what is wrong with another."""
        from pathlib import Path

        path = Path(value)
        if path.suffix.lower() not in self.endings:
            self.fail(f"{str(path)!r} does not end in {' or '.join(self.endings)}", param, ctx)
        return path


def check_files(example: str | None, *outputs: Path | None) -> None:
    """Refuse to write over the example, or two files over one another.

    Raises:
        click.UsageError: two of them are one file.
    """
    from pathlib import Path

    files = [] if example is None or example in worked.names() else [Path(example)]
    for output in outputs:
        if output is not None:
            for other in files:
                if _is_same(output, other):
                    raise click.UsageError(f"{str(output)!r} and {str(other)!r} are the same file")
            files.append(output)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there yet
        return one.resolve() == other.resolve()


example_argument = click.argument("example", metavar="NAME|FILE")
steps_option = click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Take N steps, and use the last one. [default: 1]",
)
notation_option = click.option(
    "--notation",
    type=click.Choice(notation_names()),
    metavar="NAME",
    help=f"Use another document's notation: {', '.join(notation_names())}.",
)
update_biases_option = click.option("--update-biases", is_flag=True, help="Update the biases too.")
only_option = click.option(
    "--only",
    multiple=True,
    metavar="SYMBOL",
    help="Draw this node of the graph only. May be given several times.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def network_of(example: Example, option: str) -> worked.WorkedExample:
    """The example, which an option asks to be a network.

    Raises:
        click.UsageError: it is none.
    """
    if isinstance(example, worked.WorkedExample):
        return example
    raise click.UsageError(f"{option} is for networks, and {example.name} has formulas")


def step_of(example: Example, steps: int, update_biases: bool) -> Recorded:
    """The step that the options ask for.

    Raises:
        WorkedExampleError: it would not end in time.
    """
    from nn.worked.limits import check_steps

    check_steps(example, steps)
    if update_biases:
        return network_of(example, "--update-biases").step(steps, update_biases=True)
    return example.step(steps)


def in_notation(taken: Recorded, notation: str | None) -> Recorded:
    """The step in the notation that an option asks for, if it does.

    Raises:
        click.UsageError: it is of formulas.
    """
    if notation is None:
        return taken
    from nn.step import TrainingStep

    if not isinstance(taken, TrainingStep):
        raise click.UsageError("--notation is for networks")
    return taken.in_notation(notation)
