"""Bring README.md and docs up to date: what their commands print, and the picture.

Run ``python tools/documents.py``; a test holds the documents to what the commands print today.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from nn import worked
from nn.cli import main

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "urbain.svg"
BLOCK = re.compile(r"(?<=```console\n)\$ (backprop .*)\n(?:.*\n)*?(?=```\n)")

#: A file that a page shows, as in ```csv class.csv
FILE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """The pages with commands in them."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def printed(command: str, files: Iterable[tuple[str, str]] = ()) -> str:
    """What a command prints, in 100 columns, where some files are; what it writes is thrown away."""
    with TemporaryDirectory() as elsewhere, chdir(elsewhere):
        for name, content in files:
            Path(name).write_text(content, encoding="utf-8")
        result = CliRunner().invoke(main, shlex.split(command)[1:], env={"COLUMNS": "100"})
    return "\n".join(line.rstrip() for line in result.output.splitlines()) + "\n"


def refreshed(text: str) -> str:
    """A page with what its commands print today; they find the files that it shows."""
    files = FILE.findall(text)
    return BLOCK.sub(lambda block: f"$ {block[1]}\n{printed(block[1], files)}", text)


def picture() -> str:
    """The picture that the README opens with."""
    return worked.load("urbain").step().draw().svg() + "\n"


if __name__ == "__main__":
    for path in documents():
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")
