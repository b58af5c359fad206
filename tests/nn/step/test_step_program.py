"""The program of a step: its numbers are those of the step, by probabilities too."""

import math
from dataclasses import replace

import pytest
from hypothesis import given

from autograd.formula import LATEX, UNICODE
from autograd.symbols import latex_symbol, mathml_symbol, unicode_symbol
from nn import Example
from nn.byhand import by_hand, rounded
from nn.step.program import step_program
from nn.strategies import worked_examples
from nn.worked import LayerData, WorkedExample

SOFTMAX = WorkedExample(
    name="softmax",
    layers=[
        LayerData("tanh", [[0.5, -0.25], [0.75, 1.0], [-0.5, 0.25]], [0.1, -0.2, 0.3]),
        LayerData("linear", [[1.0, -1.0, 0.5], [0.25, 0.5, -0.5], [0.5, -0.25, 0.75]], [0.0, 0.1, -0.1]),
    ],
    examples=[Example([1.0, 0.5], [0.0, 0.0, 1.0])],
    error="cross_entropy",
    learning_rate=0.5,
)


def apart(example: WorkedExample) -> list[str]:
    """Where the lines of a step's program give another number than the step has."""
    step = example.step()
    program = step_program(step, example.learning_rate)
    known = {**step.values, **step.gradients, **step.deltas, **step.updated, **step.changes}
    numbers = program.run()
    return [
        f"{symbol} is {numbers[symbol]!r}, not {known[symbol]!r}"
        for symbol in program.lines.keys() & known.keys()
        if not math.isclose(numbers[symbol], known[symbol], rel_tol=1e-9, abs_tol=1e-11)
    ]


@given(worked_examples(errors=["cross_entropy"]))
def test_by_probabilities_the_numbers_are_those_of_the_graph(example: WorkedExample) -> None:
    assert apart(example) == []


def test_a_wrong_line_is_found() -> None:
    step = SOFTMAX.step()
    program = step_program(step, 0.5)
    wrong = program.rewritten([program.lines["p_o2"].rewritten("{} + 0.001")])
    assert wrong.run(["dE/dout_o2"])["dE/dout_o2"] == pytest.approx(step["dE/dout_o2"] + 0.001)


def test_the_lines_around_softmax_are_those_of_textbooks() -> None:
    lines = step_program(SOFTMAX.step(), 0.5).lines
    written = {symbol: lines[symbol].written().text for symbol in ("m", "p_o3", "-ln p_o3", "E")}
    assert written == {
        "m": "max(outₒ₁, outₒ₂, outₒ₃)",
        "p_o3": "e^(outₒ₃ − m)/(e^(outₒ₁ − m) + e^(outₒ₂ − m) + e^(outₒ₃ − m))",
        "-ln p_o3": "m − outₒ₃ + ln(e^(outₒ₁ − m) + e^(outₒ₂ − m) + e^(outₒ₃ − m))",
        "E": "targetₒ₁·(−ln pₒ₁) + targetₒ₂·(−ln pₒ₂) + targetₒ₃·(−ln pₒ₃)",
    }
    assert lines["dE/dout_o3"].written().text == "pₒ₃ − targetₒ₃"
    assert lines["dE/dp_o3"].written().text == "−targetₒ₃/pₒ₃"
    assert lines["dE/dtarget_o3"].written(UNICODE).text == "−ln pₒ₃"
    assert r"\left(-\ln p_{o3}\right)" in lines["E"].written(LATEX, latex_symbol).text


def test_targets_that_add_up_to_less_than_1_are_taken_as_they_are() -> None:
    thirds = replace(SOFTMAX, examples=[Example([1.0, 0.5], [0.3333333, 0.3333333, 0.3333333])])
    assert apart(thirds) == []
    line = step_program(thirds.step(), 0.5).lines["dE/dout_o1"]
    assert line.written().text == "pₒ₁·(targetₒ₁ + targetₒ₂ + targetₒ₃) − targetₒ₁"


def test_each_example_has_its_own_probabilities() -> None:
    two = replace(SOFTMAX, examples=[SOFTMAX.examples[0], Example([-1.0, 0.5], [0.0, 1.0, 0.0])])
    assert apart(two) == []
    lines = step_program(two.step(), 0.5).lines
    assert lines["dE/dout_o3@2"].written().text == "pₒ₃@2 − targetₒ₃@2"
    assert lines["E@1"].written().text.endswith("targetₒ₃@1·(−ln pₒ₃@1)")


LARGE = WorkedExample(
    name="large",
    layers=[LayerData("linear", [[5.0, -2.0], [-3.0, 4.0], [1.0, 1.0]], [0.1, -0.2, 0.3])],
    examples=[Example([100.0, 50.0], [0.0, 0.0, 1.0]), Example([-100.0, 50.0], [0.0, 1.0, 0.0])],
    error="cross_entropy",
    learning_rate=0.5,
)


def test_softmax_of_large_outputs_is_rounded_as_it_is_computed() -> None:
    """The largest output is another one after the update, by far: what is subtracted must be too."""
    for digits in (4, 15):
        step = rounded(LARGE, digits)
        assert step.error_after.rounded == pytest.approx(LARGE.step().error_after, rel=1e-3)
    assert rounded(LARGE, 15, 3)["E"].exact == pytest.approx(LARGE.step(3).error_before)


def test_the_first_derivatives_are_those_by_the_outputs() -> None:
    assert {line.below for line in by_hand(SOFTMAX).starts()} == {
        *("out_o1", "out_o2", "out_o3", "target_o1", "target_o2", "target_o3")
    }


def test_a_step_shows_and_draws_the_probabilities() -> None:
    step = SOFTMAX.step()
    table = step.tables()[1]
    assert table.rows[2].cells == ("p_o3", "0.253812132", "1", "1.37116092", "-0.746187868")
    assert step["dE/dp_o3"] == -1.0 / step["p_o3"]
    assert "pₒ₃" in step.draw(fold=True).source
    matrices = step.in_notation("xing").tables()
    assert [table.title for table in matrices] == ["Matrices", "Probabilities", "Error"]


def test_minus_ln_p_is_a_symbol() -> None:
    assert unicode_symbol("-ln p_o1") == "−ln pₒ₁"
    assert latex_symbol("dE/d-ln p_o1") == r"\frac{\partial E}{\partial -\ln p_{o1}}"
    assert "<mi>ln</mi>" in mathml_symbol("-ln p_o1")
