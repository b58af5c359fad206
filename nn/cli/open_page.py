"""``backprop open``."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import click

from nn import worked
from nn.cli.arguments import errors_in_one_line, example_argument
from nn.cli.output import print_line

__all__ = ["open_page"]


@click.command("open")
@example_argument
@errors_in_one_line
def open_page(example: str) -> None:
    """Step through a training step in the browser.

    The page is written to a temporary file, whose name is printed. It is one file and makes no requests.
    """
    import webbrowser

    from nn.stepper import page
    from nn.worked.limits import check_page

    loaded = worked.load(example)
    check_page(loaded)
    made = page(loaded)
    path = made.save(Path(mkdtemp(prefix="backprop-"), f"{loaded.name}.html"))
    print_line(str(path))
    if not webbrowser.open(path.as_uri()):
        print_line("There is no browser that could be opened; open the file in one.")
