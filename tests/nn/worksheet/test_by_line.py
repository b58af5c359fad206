"""Worksheets of formulas: every number of the program, in the order in which one computes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nn.worked import FormulaExample
from nn.worksheet import Worksheet
from nn.worksheet.elements import Blank, Question, Table, blanks

FORMULAS = {
    "net": "w * x - b",
    "o": "sigmoid(net)",
    "e": "(t - o) ** 2 + 0.01 * w ** 2",
}
EXAMPLE = FormulaExample(
    name="one",
    title="One weight, used twice",
    source="",
    ours="",
    values={"w": 0.5, "x": 2.0, "b": 1.25, "t": 1.0},
    formulas=FORMULAS,
    error="e",
    parameters=["w", "b"],
    learning_rate=0.5,
    figures=[],
)


def asked(sheet: Worksheet) -> dict[str, float]:
    """What is asked for, with the answers; the error after the update comes last, under its own name."""
    found: dict[str, float] = {}
    for item in sheet.items:
        rows = [[(None, item.right)]] if isinstance(item, Question) else []
        rows = item.rows if isinstance(item, Table) else rows
        for row in rows:
            for _, blank in row:
                assert isinstance(blank, Blank)
                found.setdefault(blank.symbol, blank.answer)
    return found


def test_every_number_is_asked_for_and_is_that_of_the_step() -> None:
    found, step = asked(Worksheet(EXAMPLE)), EXAMPLE.step()
    assert list(found) == [
        "net", "o", "e", "de/do", "do/dnet", "de/dnet", "de/dw", "de/db", "w+", "b+",
    ]  # fmt: skip
    for symbol, answer in found.items():
        assert answer == pytest.approx(step[symbol], rel=1e-14), symbol


def test_a_weight_that_is_used_twice_has_a_sum() -> None:
    text = Worksheet(EXAMPLE, digits=3).text("md", answers=True)
    line = next(line for line in text.splitlines() if "partial w}" in line and line.startswith("**"))
    assert line.count(r"\cdot") >= 4
    assert "+" in line


def test_no_answer_shows_in_the_blanks() -> None:
    sheet = Worksheet(EXAMPLE, digits=6)
    text = sheet.text("md")
    for blank in blanks(sheet.items):
        assert f"{blank.answer:.6g}" not in text.partition("## Forward pass")[2]


def test_a_changed_value_changes_the_answers() -> None:
    other = replace(EXAMPLE, values={**EXAMPLE.values, "w": 0.75})
    assert asked(Worksheet(other))["net"] == 0.25 != asked(Worksheet(EXAMPLE))["net"]


def test_a_notation_is_refused() -> None:
    with pytest.raises(ValueError, match="one has formulas, which no notation names"):
        Worksheet(EXAMPLE, notation="hoey")
