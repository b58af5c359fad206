"""Worksheets and explanations in LaTeX: pdflatex sets them, and they fit the page."""

from pathlib import Path

import pytest
from latex import complaints

from nn import worked
from nn.explanation import DerivationSheet, MatrixSheet, sheet_of
from nn.worked import WorkedExample
from nn.worksheet import Worksheet

NAMES = worked.names()


@pytest.mark.latex
@pytest.mark.parametrize("name", NAMES)
def test_a_whole_step_is_set(name: str, tmp_path: Path) -> None:
    assert complaints(DerivationSheet.of_step(worked.load(name)).text("tex"), tmp_path) == []


@pytest.mark.latex
@pytest.mark.parametrize("name", [name for name in NAMES if worked.load(name).step().updates])
def test_a_worksheet_is_set(name: str, tmp_path: Path) -> None:
    example = worked.load(name)
    for length, hints, answers in (("full", "all", True), ("short", "none", "back")):
        sheet = Worksheet(example, length=length, hints=hints)
        assert complaints(sheet.text("tex", answers), tmp_path) == [], (length, hints)


@pytest.mark.latex
def test_one_derivative_in_each_form_is_set(tmp_path: Path) -> None:
    step = worked.load("urbain").step()
    for found in (
        step.explain("w1", form="paths"),
        step.explain("w1", form="delta"),
        step.explain("w1", then="w7"),
        step.hessian(),
        step.contributions("out_h1"),
        MatrixSheet(worked.load("hoey").step(), "W1[2,1]"),
    ):
        assert complaints(sheet_of(found).text("tex"), tmp_path) == [], found


@pytest.mark.latex
def test_an_exercise_has_its_network_drawn(tmp_path: Path) -> None:
    exercise = worked.exercise(7, (2, 3, 2))
    assert isinstance(exercise, WorkedExample)
    text = Worksheet(exercise).text("tex")
    assert text.count(r"\node[circle]") == 7
    assert complaints(text, tmp_path) == []


@pytest.mark.latex
def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    begin, end = "\\documentclass{article}\\begin{document}", "\\end{document}"
    assert complaints(f"{begin}fine{end}", tmp_path) == []
    assert complaints(rf"{begin}\nothing{end}", tmp_path)[0] == "! Undefined control sequence."
    assert complaints(rf"{begin}wide\hbox to 60em{{\hfill}}{end}", tmp_path)[0].startswith("Overfull")
