"""Derivations as files: what is written can be read, on any screen and by LaTeX."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import Reader, chromium
from matplotlib.mathtext import MathTextParser

from nn import Example, worked
from nn.explanation import DerivationSheet, MatrixSheet, sheet_of
from nn.worked import LayerData, WorkedExample

SOFTMAX = WorkedExample(
    name="softmax",
    layers=[
        LayerData("relu", [[0.5, -0.25], [-0.75, 1.0]], [0.1, -0.2]),
        LayerData("linear", [[1.0, -1.0], [0.25, 0.5]], [0.0, 0.1]),
    ],
    examples=[Example([1.0, 0.5], [0.0, 1.0])],
    error="cross_entropy",
    learning_rate=0.5,
)
BINARY = replace(
    SOFTMAX,
    name="binary",
    layers=[LayerData("sigmoid", [[0.5, -0.25]], [0.1])],
    error="binary_cross_entropy",
    examples=[Example([1.0, 0.5], [1.0]), Example([-1.0, 0.25], [0.0])],
)
EXAMPLES = [*map(worked.load, ("urbain", "xing", "signals", "xing-chain")), SOFTMAX, BINARY]


def sheets(example: WorkedExample) -> list[DerivationSheet]:
    step = example.step()
    derivations = [
        step.explain(symbol, form=form) for symbol in step.updates for form in ("paths", "delta")
    ]
    return [DerivationSheet.of_step(example), *map(DerivationSheet.of_derivation, derivations)]


def formulas_of_tex(text: str) -> list[str]:
    return re.findall(r"\$([^$]+)\$", text.partition(r"\begin{document}")[2])


def unreadable(text: str) -> list[str]:
    """The formulas of a LaTeX file that mathtext does not read."""
    found = []
    for formula in formulas_of_tex(text):
        try:
            MathTextParser("agg").parse(f"${formula}$")
        except ValueError:
            found.append(formula)
    return found


def check_latex(sheet: DerivationSheet) -> None:
    text = sheet.text("tex")
    assert text.isascii()
    assert len(formulas_of_tex(text)) >= sum(len(section.steps) for section in sheet.sections)
    assert unreadable(text) == []


def test_every_formula_in_latex_is_read() -> None:
    check_latex(DerivationSheet.of_step(BINARY))
    check_latex(DerivationSheet.of_derivation(SOFTMAX.step().explain("w_h1_1")))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_formula_of_every_example_in_latex_is_read(example: WorkedExample) -> None:
    for sheet in sheets(example)[:6]:
        check_latex(sheet)


def test_a_formula_that_is_not_latex_is_found() -> None:
    assert unreadable(r"\begin{document} $a$ $\frac{1}$") == [r"\frac{1}"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_html_is_well_formed_and_its_formulas_may_break(example: WorkedExample) -> None:
    for sheet in sheets(example):
        page = sheet.text("html")
        body = page.partition("<body>")[2].partition("</body>")[0].replace("&nbsp;", " ")
        tree = ElementTree.fromstring(f"<body>{body}</body>")
        steps = [each for each in tree.iter("div") if "steps" in each.attrib["class"]]
        assert len(steps) == sum(each.tree is not None for part in sheet.sections for each in part.steps)
        for formula in tree.iter("math"):
            symbols = [node for node in formula.iter() if node.tag in {"mi", "mn"}]
            assert len(symbols) <= 40  # what cannot break is short


def test_the_same_text_in_a_notebook_and_in_markdown() -> None:
    sheet = DerivationSheet.of_step(worked.load("urbain"))
    assert sheet._repr_html_().count("<math") == sheet.text("html").count("<math")
    assert "$`w_{5}^{+} = w_{5} - \\eta \\cdot \\dfrac{\\partial E_{total}}{\\partial w_{5}}`$" in (
        sheet.text("md")
    )
    assert str(sheet).splitlines()[1] == "Given"


def test_the_reason_for_a_case_is_told() -> None:
    text = str(DerivationSheet.of_step(SOFTMAX))
    assert "(as netₕ₁ > 0)" in text
    assert "δₕ₂ = 0 (as netₕ₂ < 0)\n" in text


@pytest.mark.parametrize("format", ["pdf", "", "HTML"])
def test_other_formats_are_refused(format: str, tmp_path: Path) -> None:
    sheet = DerivationSheet.of_step(SOFTMAX)
    with pytest.raises(ValueError, match="can be written as txt, md, html, tex, not as"):
        sheet.text(format)
    with pytest.raises(ValueError, match="can be written as"):
        sheet.save(tmp_path / "sheet.pdf")


# --- in matrices ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hoey", "guided", "guided-16", "xing"])
def test_the_entry_in_the_matrix_is_the_gradient(name: str) -> None:
    step = worked.load(name).step()
    for symbol in step.updates:
        sheet = MatrixSheet(step, symbol)
        row, column = sheet.place
        last = sheet.matrices[-1]
        assert last.symbols[row - 1][column - 1] == step.names.gradient(symbol) == sheet.symbol
        assert last.numbers[row - 1][column - 1] == sheet.value == step[sheet.symbol]
        assert set(sheet.text("txt").split()) > {"row", "where"}
        names = {matrix.name for matrix in (*sheet.matrices, *sheet.given)}
        assert {piece for each in sheet.matrices[1:] for piece in each.pieces if piece in names} <= names


def test_the_matrices_that_lead_to_a_derivative_and_no_others() -> None:
    step = worked.load("hoey").step()
    assert [matrix.name for matrix in MatrixSheet(step, "W2[1,1]").matrices] == [
        "derror",
        "del2",
        "dErrorDW2",
    ]
    assert [matrix.name for matrix in MatrixSheet(step, "a1[1]").matrices] == ["derror", "del2", "del1"]
    assert "bmatrix" in MatrixSheet(step, "a1[1]").text("tex")


def test_what_no_matrix_has() -> None:
    step = worked.load("hoey").step()
    with pytest.raises(KeyError, match="no matrix of the step has the derivative"):
        MatrixSheet(step, "X[2]")
    with pytest.raises(ValueError, match="the notation has no matrices"):
        MatrixSheet(worked.load("urbain").step(), "w1")


def test_a_step_of_formulas_has_a_backward_pass() -> None:
    sheet = DerivationSheet.of_step(worked.load("unrolled-rnn"))
    assert [section.title for section in sheet.sections] == [
        *("Given", "Forward pass", "Backward pass", "Update", "After the update"),
    ]
    assert [step.symbol for step in sheet.sections[2].steps][-4:] == ["dE/dw", "dE/du", "dE/db", "dE/dv"]


# --- in a browser --------------------------------------------------------------------------------


def width_of(browser, path: Path, width: int) -> int:
    """How wide a page is on a screen of some width."""
    reader = Reader(browser, path, viewport={"width": width, "height": 900})
    wide = reader.page.evaluate("document.documentElement.scrollWidth")
    reader.close()
    return int(wide)


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_is_off_the_edge_of_a_page(width: int, tmp_path: Path) -> None:
    urbain = worked.load("urbain").step()
    found = [DerivationSheet.of_step(worked.load(name)) for name in worked.names()]
    found += [
        sheet_of(each)
        for each in (
            urbain.explain("w1", form="paths"),
            urbain.explain("w1", then="w7"),
            urbain.hessian(),
            urbain.contributions("out_h1"),
            MatrixSheet(worked.load("hoey").step(), "W1[2,1]"),
        )
    ]
    with chromium() as browser:
        for sheet in found:
            path = sheet.save(tmp_path / "sheet.html")
            assert width_of(browser, path, width) <= width, sheet.title


@pytest.mark.browser
def test_what_is_off_the_edge_is_found(tmp_path: Path) -> None:
    sheet = DerivationSheet.of_step(worked.load("xing-single"))
    path = tmp_path / "sheet.html"
    text = sheet.text("html").replace("<h1>", "<h1 style='width: 50em'>", 1)
    path.write_text(text, encoding="utf-8")
    with chromium() as browser:
        assert width_of(browser, path, 400) > 400
