"""Every notebook runs, and comes out as it is committed."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from pages import texts_of, tool

notebooks = tool("notebooks")


def said(notebook: Any) -> list[str]:
    """What the cells put out: text as it is, and of a picture what is written in it."""
    lines = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            if output.output_type == "stream":
                assert output.name == "stdout", output.text
                lines += output.text.splitlines()
            elif "image/svg+xml" in output.data:
                lines += texts_of(output.data["image/svg+xml"])
            else:
                lines.append(output.data["text/plain"])
    return lines


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the kernel's own libraries
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[getattr(pytest.mark, notebooks.NEEDS[path.stem])])
        if path.stem in notebooks.NEEDS
        else pytest.param(path, id=path.stem)
        for path in notebooks.notebooks()
    ],
)
def test_a_notebook_runs_and_comes_out_as_committed(path: Path) -> None:
    committed = said(nbformat.read(path, as_version=4))
    assert committed
    assert said(notebooks.executed(path)) == committed


@pytest.mark.parametrize("path", notebooks.notebooks(), ids=lambda path: path.stem)
def test_no_number_is_typed_into_the_prose(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            words = cell.source.replace("`", " ").split()
            assert not [
                word for word in words if any(c.isdigit() for c in word) and "." in word.strip(".,:;")
            ]


def test_text_comes_in_one_piece_however_it_was_sent() -> None:
    def stream(name: str, text: str) -> Any:
        return nbformat.v4.new_output("stream", name=name, text=text)

    sent = [
        stream("stdout", "1"),
        stream("stdout", " 2\n"),
        stream("stderr", "!"),
        stream("stdout", "3"),
    ]
    joined = notebooks._joined(sent)
    assert [(output.name, output.text) for output in joined] == [
        *[("stdout", "1 2\n"), ("stderr", "!"), ("stdout", "3")]
    ]
