"""What a notebook, a prompt and a DataFrame get of a worked example and all that is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pages import tool

from autograd import gradcheck
from nn import worked
from nn.byhand import rounded
from nn.proofreading import proofread
from nn.worked import FormulaExample
from nn.worksheet import Worksheet

FORMULAS = FormulaExample(
    name="<line>",
    values={"w": 0.5, "x": 2.0},
    formulas={"y": "w * x", "E": "(y - 3) ** 2 if y < 3 else 0"},
    parameters=["w"],
    learning_rate=0.125,
)
#: How each is made, as a notebook would write it.
MADE: dict[str, Callable[[], Any]] = {
    "worked.load('urbain')": lambda: worked.load("urbain"),
    "worked.load('urbain').step()": lambda: worked.load("urbain").step(),
    "worked.load('hoey').step()": lambda: worked.load("hoey").step(),
    "formulas": lambda: FORMULAS,
    "formulas.step()": FORMULAS.step,
    "rounded(worked.load('urbain'), 4)": lambda: rounded(worked.load("urbain"), 4),
    "proofread(worked.load('hoey'))": lambda: proofread(worked.load("hoey")),
    "Worksheet(worked.load('hoey'))": lambda: Worksheet(worked.load("hoey")),
    "worked.load('urbain').step().hessian(['w5', 'w6'])": lambda: (
        worked.load("urbain").step().hessian(["w5", "w6"])
    ),
    "worked.load('urbain').step().contributions('net_o1')": lambda: (
        worked.load("urbain").step().contributions("net_o1")
    ),
    "gradcheck(lambda x: x.data * x, 3.0, report=True)": lambda: gradcheck(
        lambda x: x.data * x, 3.0, report=True
    ),
}
every = pytest.mark.parametrize("made", MADE)


class Cells(HTMLParser):
    """The texts of an HTML text by their elements; each element that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.styles: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.styles += [style or "" for name, style in attrs if name == "style"]
        if tag in {"td", "th"}:
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert tag in {"path", "circle", "line", "mspace", "rect", "wbr"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in ("td", "th"):
            if tag in self.open:
                self.texts[tag][-1] += data


@every
def test_the_html_is_whole_and_has_every_cell_of_the_text(made: str) -> None:
    thing = MADE[made]()
    found = Cells(thing._repr_html_())
    assert not any("color" in style or "background" in style for style in found.styles)
    if hasattr(thing, "tables"):
        cells = [
            cell
            for table in thing.tables()
            if not isinstance(table, str)
            for row in table.rows
            for cell in row.cells
        ]
        heads = [head for table in thing.tables() if not isinstance(table, str) for head in table.heads]
        assert [text for text in found.texts["td"] if text] == [cell for cell in cells if cell]
        assert found.texts.get("th", []) == heads


def test_what_is_wrong_is_set_off() -> None:
    proof = proofread(worked.load("urbain"))
    html = proof._repr_html_()
    assert html.count("<strong>") == 5 * proof.disagree
    assert "<em>Forward Pass – hidden layer</em>" in html
    assert "<p>26 of 31 figures agree" in html
    report = MADE["gradcheck(lambda x: x.data * x, 3.0, report=True)"]()
    assert "<strong>wrong</strong>" in report._repr_html_()
    assert "not passed" in report._repr_html_()


def test_nothing_in_html_is_markup() -> None:
    assert "<line>" not in FORMULAS._repr_html_()
    assert "&lt;line&gt;" in FORMULAS._repr_html_()
    assert "y &lt; 3" in FORMULAS._repr_html_()


def test_a_sheet_in_a_notebook_styles_nothing_around_it() -> None:
    html = MADE["Worksheet(worked.load('hoey'))"]()._repr_html_()
    rules = html[html.index("<style>") + 7 : html.index("</style>")]
    rules = re.sub(r"@media[^{]*\{(.*?\})\s*\}", r"\1", rules, flags=re.DOTALL)
    selectors = [
        each.strip() for rule in rules.split("}")[:-1] for each in rule.split("{")[0].split(",")
    ]
    assert len(selectors) > 20
    assert all(each.startswith(".worksheet") for each in selectors)
    assert "Content-Security-Policy" not in html


@every
def test_the_text_is_that_of_print(made: str) -> None:
    class Printer:
        shown = ""

        def text(self, text: str) -> None:
            self.shown += text

    thing, printer = MADE[made](), Printer()
    thing._repr_pretty_(printer, cycle=False)
    assert printer.shown == str(thing) == f"{thing}"
    assert len(printer.shown) > 50


@every
def test_records_are_rows_of_a_frame(made: str) -> None:
    thing = MADE[made]()
    rows = thing.records()
    assert len(rows) > 0
    assert len({tuple(row) for row in rows}) == 1  # the same columns in each
    for row in rows:
        for entry in row.values():
            assert entry is None or isinstance(entry, str | float | int | bool | tuple)
    assert json.loads(json.dumps(thing.to_dict()))


def test_records_of_a_step_are_its_numbers() -> None:
    step = worked.load("urbain").step()
    rows = {row["symbol"]: row for row in step.records()}
    assert list(rows) == list(step.nodes)
    for symbol, row in rows.items():
        assert row["value"] == step[symbol]
        assert row["gradient"] == step[step.names.gradient(symbol)]
        assert row["after"] == step.updated.get(f"{symbol}+")
    assert rows["w5"]["change"] == step["Δw5"]
    noted = {row["symbol"]: row for row in step.in_notation("signals").records()}
    assert noted["b_1^(1)"]["value"] == -0.35


BEFORE = """
from autograd import gradcheck
from nn import worked
from nn.byhand import rounded
from nn.proofreading import proofread
from nn.worksheet import Worksheet
formulas = worked.FormulaExample(name="line", values={"w": 0.5}, formulas={"E": "(2 * w - 3) ** 2"})
"""
AFTER = """
step, proof = worked.load("urbain").step(), proofread(worked.load("urbain"))
print(str(step) == f"{step}" != "", str(proof) == f"{proof}" != "")
print(step)
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the kernel's own libraries
def test_in_a_real_kernel(tmp_path: Path) -> None:
    path = tmp_path / "forms.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in (BEFORE, *MADE, AFTER)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    run = tool("notebooks").executed(path).cells
    outputs = {cell.source: cell.outputs for cell in run}
    for made, make in MADE.items():
        (output,) = outputs[made]
        assert output.output_type == "execute_result"
        assert output.data["text/html"].startswith("<div")
        if made.startswith("worked"):
            assert output.data["text/plain"] == str(make())
            assert output.data["text/html"] == make()._repr_html_()
    (last,) = outputs[AFTER]
    assert last.text == f"True True\n{worked.load('urbain').step()}\n"
