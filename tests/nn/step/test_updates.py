"""The lines of an update: what they compute is what the optimizer does, at every step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograd import Value
from autograd.errors import ArgumentValueError
from nn import SGD, Adam, AdamW, worked
from nn.byhand import by_hand
from nn.explanation import DerivationSheet
from nn.optimizers import Optimizer
from nn.step.updates import UpdateRule
from nn.stepper import page
from nn.worked import WorkedExampleError
from nn.worked.writer import dumps

RULES = {
    "momentum": UpdateRule(momentum=0.9),
    "adam": UpdateRule("adam", 0.0, 0.8, 0.95, 0.01),
}
rules = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@rules
@pytest.mark.parametrize("example", ["urbain", "xing", "hoey"])
def test_the_lines_compute_what_the_optimizer_does(rule: UpdateRule, example: str) -> None:
    made = replace(worked.load(example), update=rule)
    program = by_hand(made).program
    for count in (1, 2, 5):
        step, numbers = made.step(count), program.run(None, program.train(count - 1))
        assert step.numbers["buffers"]
        for symbol, number in (step.numbers["buffers"] | step.updated | step.changes).items():
            assert numbers[symbol] == pytest.approx(number, rel=1e-12, abs=1e-18)


@rules
def test_a_bias_that_is_subtracted_has_averages_of_the_other_sign(rule: UpdateRule) -> None:
    step = replace(worked.exercise(3), update=rule).step(3)
    other = step.in_notation("signals")
    first = "m" if rule.optimizer == "adam" else "v"
    assert other[f"{first}_b_1^(1)+"] == -step[f"{first}_b1+"] != 0.0
    if rule.optimizer == "adam":
        assert other["v_b_1^(1)+"] == step["v_b1+"] != 0.0


@rules
def test_a_file_says_it(rule: UpdateRule, tmp_path: object) -> None:
    example = replace(worked.exercise(3), update=rule)
    path = f"{tmp_path}/exercise-3.toml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(dumps(example))
    again = worked.load(path)
    assert again.update == rule
    assert again.step(3).updated == example.step(3).updated
    assert str(rule) in str(example)


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ('optimizer = "rmsprop"', "optimizer"),
        ("momentum = 1.5", "momentum"),
        ("eps = 0.1", 'eps: only optimizer = "adam" has it'),
        ('optimizer = "adam"\nmomentum = 0.5', "momentum"),
        ('optimizer = "adam"\nbetas = [0.5]', "two numbers"),
        ('optimizer = "adam"\neps = 0', "above 0"),
    ],
)
def test_what_is_no_update_is_refused(training: str, said: str, tmp_path: object) -> None:
    text = dumps(worked.exercise(3)).replace("[training]", f"[training]\n{training}")
    path = f"{tmp_path}/own.toml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(WorkedExampleError, match=said):
        worked.load(path)


def test_other_optimizers_have_no_lines() -> None:
    parameters = [Value(1.0)]
    others: list[Optimizer] = [
        SGD(parameters, 0.5, weight_decay=0.1),
        SGD(parameters, 0.5, 0.9, nesterov=True),
        AdamW(parameters),
        Adam(parameters, weight_decay=0.1),
    ]
    assert [UpdateRule.of(other) for other in others] == [None] * len(others)
    assert UpdateRule.of(SGD(parameters, 0.5)) == UpdateRule()


@rules
def test_what_shows_gradient_descent_alone_says_so(rule: UpdateRule) -> None:
    example = replace(worked.load("urbain"), update=rule)
    with pytest.raises(ArgumentValueError, match=str(rule).split(",")[0]):
        page(example)


def test_the_update_is_explained_line_by_line() -> None:
    sheet = DerivationSheet.of_step(replace(worked.load("xing-single"), update=RULES["adam"]))
    steps = next(section for section in sheet.sections if section.title == "Update").steps
    assert [step.formula for step in steps][:3] == [
        "β₁·m_w + (1 − β₁)·∂e/∂w",
        "β₂·v_w + (1 − β₂)·∂e/∂w·∂e/∂w",
        "m_w⁺/(1 − β₁^t)",
    ]
