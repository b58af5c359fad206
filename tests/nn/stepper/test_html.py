"""The text of a page: its size, what stands in it, and that no text in it is markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from autograd.errors import ArgumentTypeError, ArgumentValueError
from nn import MLP, SGD, Adam, Example, TrainingStep, worked
from nn.error_rules import ErrorRule
from nn.optimizers import Optimizer
from nn.stepper import page
from nn.stepper.examples import example_of


def content_of(html: str) -> str:
    found = re.search(r'<script type="application/json" id="content">(.*?)</script>', html)
    assert found
    return found[1]


def test_the_page_of_urbain_is_small_and_asks_for_nothing() -> None:
    html = page(worked.load("urbain")).html
    assert len(html.encode()) < 500_000
    assert "default-src 'none'" in html
    addresses = set(re.findall(r"\w+://[^\s\"'<)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@ts-check" not in html


def test_a_text_of_the_file_ends_no_script() -> None:
    evil = "</script><!--<script>"
    html = page(replace(worked.load("xing-single"), title=evil, source=evil, name=evil)).html
    assert html.count("<script") == html.count("</script>") == 2
    assert json.loads(content_of(html))["title"] == evil


def test_what_has_no_page_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="of must be a worked example or a step, got 'urbain'"):
        page("urbain")  # type: ignore[arg-type]


def test_the_same_page_each_time() -> None:
    assert page(worked.load("xing-single")).html == page(worked.load("xing-single")).html


def test_without_graphviz_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.rendering.graphviz", lambda: None)
    html = page(worked.load("xing-single")).html
    assert "no Graphviz to render with" in html
    assert json.loads(content_of(html))["graphs"] == []


# --- steps ----------------------------------------------------------------------------------------

LINE = [Example([1.0], [0.5])]


def step_of(optimizer: Optimizer, network: MLP, **settings: object) -> TrainingStep:
    return TrainingStep(network, LINE, optimizer, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_a_step_is_the_first_of_an_example(name: str) -> None:
    example = worked.load(name)
    step = example.step(3)
    again = example_of(step).step()
    assert again.to_dict() == step.to_dict()


def test_a_step_in_another_notation_keeps_it() -> None:
    step = worked.load("urbain").step().in_notation("signals")
    assert example_of(step).step()["b_1^(1)"] == -0.35


def test_a_step_that_no_file_can_say_is_refused() -> None:
    network = MLP(1, [1], activation="tanh", seed=1)
    with pytest.raises(ArgumentValueError, match="shows gradient descent"):
        page(step_of(Adam(network.parameters()), network))
    only = SGD(network.parameters()[1:], lr=0.1)
    with pytest.raises(ArgumentValueError, match="this step updated others"):
        page(step_of(only, network))
    rule = ErrorRule(lambda outputs, targets: (outputs[0] - targets[0]) ** 2)
    with pytest.raises(ArgumentValueError, match="a Python function"):
        page(step_of(SGD(network.parameters(), lr=0.1), network, error=rule))


def test_a_step_knows_its_learning_rate() -> None:
    network = MLP(1, [1], activation="tanh", seed=1)
    optimizer = SGD(network.parameters(), lr=lambda step: 0.5 / (step + 1))
    assert step_of(optimizer, network).learning_rate == 0.5
    second = step_of(optimizer, network, error="(target - out) ** 4")
    assert second.learning_rate == 0.25
    assert example_of(second).error == "(target - out) ** 4.0"
