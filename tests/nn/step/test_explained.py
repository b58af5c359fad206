"""Derivatives of a step in the step's own symbols, for every error and any size."""

import re
from dataclasses import replace

import pytest
from formula_trees import wrong_steps
from hypothesis import given
from made_networks import made

from nn import Example, worked
from nn.explanation import DerivationSheet
from nn.strategies import worked_examples
from nn.worked import FormulaExample, WorkedExample


def wrong(sheet: DerivationSheet) -> list[str]:
    return wrong_steps(step for section in sheet.sections for step in section.steps)


@given(worked_examples())
def test_every_step_of_every_sheet_computes_its_number(example: WorkedExample) -> None:
    sheet = DerivationSheet.of_step(example)
    assert wrong(sheet) == []
    told = {step.symbol for section in sheet.sections for step in section.steps}
    assert told >= example.step().updated.keys()


def test_a_wrong_step_of_a_sheet_is_found() -> None:
    sheet = DerivationSheet.of_step(worked.load("urbain"))
    section = sheet.sections[2]
    step = replace(section.steps[0], value=0.1)
    other = DerivationSheet("", [section._replace(steps=(step,))])
    assert [complaint[:9] for complaint in wrong(other)] == ["delta_o1 "]


def test_a_network_of_any_size_is_explained_in_a_page() -> None:
    example = made([2, 10, 10, 3], ["tanh", "tanh", "sigmoid"], [0.25, 0.5, 0.75])
    derivation = example.step().explain("w_h1_1_1")
    assert (derivation.form, derivation.path_count) == ("delta", 30)
    lines = derivation.text().splitlines()
    assert "  the sum along 30 paths, each derivative computed once" in lines
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100
    assert [section.title for section in derivation.sections] == [
        "δ = ∂E/∂net of the output layer",
        "δ = ∂E/∂net of hidden layer 2",
        "δ = ∂E/∂net of hidden layer 1",
        "The derivative",
    ]
    assert [len(section.steps) for section in derivation.sections] == [3, 10, 1, 1]


def test_softmax_is_explained_by_its_probabilities() -> None:
    step = made([2, 3], ["linear"], [0.0, 0.0, 1.0], error="cross_entropy").step()
    text = step.explain("w_o3_1").text()
    assert f"∂E/∂outₒ₃     = pₒ₃ − targetₒ₃ = {step['p_o3'] - 1:.9g}" in text
    assert step.explain("w_o3_1", form="delta").text().splitlines()[2:4] == [
        "  δₒ₃ = pₒ₃ − targetₒ₃",
        f"      = {step['p_o3']:.9g} − 1 = {step['p_o3'] - 1:.9g}",
    ]


def test_binary_cross_entropy_is_multiplied_out() -> None:
    step = made([2, 2, 1], ["tanh", "sigmoid"], [1.0], error="binary_cross_entropy").step()
    out = step["out_o1"]
    path = step.explain("w_o1_1").text().splitlines()
    assert f"  ∂E/∂outₒ₁     = −targetₒ₁/outₒ₁ + (1 − targetₒ₁)/(1 − outₒ₁) = {-1 / out:.9g}" in path
    assert path[-3:-1] == ["multiplied out", "  ∂E/∂netₒ₁ = outₒ₁ − targetₒ₁"]
    assert path[-1].endswith(f"{out:.9g} − 1 = {out - 1:.9g}")
    delta = step.explain("w_o1_1", form="delta").steps[0]
    assert delta.sides()[2] == "outₒ₁ − targetₒ₁"
    other = made([2, 2, 1], ["tanh", "hard_sigmoid"], [1.0], error="binary_cross_entropy")
    with pytest.raises(ValueError, match="activation"):
        other.step()
    assert made([2, 1], ["sigmoid"], [1.0]).step().short == {}


def test_a_loss_typed_as_a_formula_is_explained() -> None:
    step = made([2, 1], ["sigmoid"], [1.0], error="(target - out) ** 4 / 4").step()
    assert "∂E/∂outₒ₁     = −(targetₒ₁ − outₒ₁)³" in step.explain("w_o1_1").text()


def test_of_many_examples_the_sum_says_how_many() -> None:
    data = [Example([0.1 * k, -0.2], [0.5]) for k in range(12)]
    example = made([2, 1], ["sigmoid"], [0.5], error="mean_squared_error")
    step = replace(example, examples=data).step()
    derivation = step.explain("w_o1_1")
    assert (derivation.form, derivation.path_count) == ("delta", 12)
    last = " ".join(derivation.steps[-1].lines())
    assert "δₒ₁@1·x₁@1 + δₒ₁@2·x₁@2 + δₒ₁@3·x₁@3" in last
    assert "… + δₒ₁@12·x₁@12 (a sum of 12 terms)" in re.sub(" +", " ", last)
    (section, _) = derivation.sections
    assert section.title == (
        "δ = ∂E/∂net of the output layer, of examples 1 to 3 and 12; those of the other 8 likewise"
    )
    assert [step.symbol for step in section.steps] == [f"delta_o1@{k}" for k in (1, 2, 3, 12)]
    assert derivation.steps[0].formula == "−(targetₒ₁@1 − outₒ₁@1)·outₒ₁@1·(1 − outₒ₁@1)/6"


def test_formulas_by_named_quantities_and_shared_weights_as_a_sum() -> None:
    example = FormulaExample(
        name="recurrent",
        values={"w": 0.5, "x1": 1.0, "x2": -0.5, "u": 0.75},
        formulas={
            "h1": "tanh(u * x1)",
            "h2": "tanh(w * h1 + u * x2)",
            "h3": "tanh(w * h2)",
            "E": "h3 ** 2",
        },
        parameters=["w", "u"],
        learning_rate=0.5,
    )
    derivation = example.step().explain("w", form="delta")
    assert [step.symbol for step in derivation.steps] == ["dE/dh3", "dE/dh2", "dE/dw"]
    assert derivation.steps[-1].formula == "∂E/∂h₂·(1 − h₂²)·h₁ + ∂E/∂h₃·(1 − h₃²)·h₂"
    assert wrong(DerivationSheet.of_step(example)) == []
