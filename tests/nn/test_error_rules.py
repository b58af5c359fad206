"""Errors by name, and as formulas of one output and its target."""

from __future__ import annotations

import math

import pytest

from autograd import Value
from nn import MLP, SGD, Example, TrainingStep
from nn.error_rules import ERRORS, ErrorRule, error_rule


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_by_its_name(name: str) -> None:
    assert error_rule(name) is ERRORS[name]
    assert error_rule(ERRORS[name]) is ERRORS[name]


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("(target - out) ** 2", "squared_error"),
        ("0.5 * (target - out) ** 2", "half_squared_error"),
        (" square(target - out) / 2 ", "half_squared_error"),
    ],
)
def test_a_formula_of_an_error_that_has_a_name(formula: str, name: str) -> None:
    def step(error: str) -> TrainingStep:
        network = MLP(2, [3, 2], activation="tanh", seed=3)
        examples = [Example([0.5, -1.0], [0.25, 1.0]), Example([1.5, 0.5], [0.0, -0.5])]
        return TrainingStep(network, examples, SGD(network.parameters(), lr=0.1), error=error)

    first, second = step(formula).to_dict(), step(name).to_dict()
    assert first.keys() == second.keys()
    for symbol, number in second["gradients"].items():
        assert first["gradients"][symbol] == pytest.approx(number, rel=1e-14, abs=1e-300)
    assert first["error_after"] == pytest.approx(second["error_after"], rel=1e-14)


def test_a_formula_may_call_any_operation() -> None:
    out = Value(0.5)
    error = error_rule("log(cosh(out - target)) + max(out, 0)").part([out, Value(2.0)], [Value(1.0)] * 2)
    error.backward()
    assert error.data == pytest.approx(math.log(math.cosh(0.5)) + 0.5 + math.log(math.cosh(1.0)) + 2.0)
    assert out.grad == pytest.approx(math.tanh(-0.5) + 1.0)


def test_a_condition_may_decide_for_a_constant() -> None:
    out = Value(-1.0)
    error = error_rule("out ** 2 if out > 0 else 3").part([out, Value(2.0)], [Value(0.0)] * 2)
    error.backward()
    assert (error.data, out.grad) == (7.0, 0.0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("huber", "unknown name 'huber'"),
        ("", "it is empty"),
        ("(out", "never closed"),
        ("target - 1", "does not depend on out"),
        ("out.real", "has no place here"),
        ("out[0]", "has no place here"),
        ("out @ target", "@ has no place in a formula"),
        ("(lambda: out)()", "has no place here"),
        ("__import__('os').system('true') + out", "has no place here"),
        ("copysign(out, target)", "no operation 'copysign'"),
        ("log(out, target)", "log takes 1 operands, not 2"),
        ("out + '1'", "is no finite number"),
        ("out + 1j", "is no finite number"),
        ("out + True", "is no finite number"),
        ("out" + " + out" * 50, "more than 200 characters"),
    ],
)
def test_what_is_no_error(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"^no error .*there are half_squared_error, ") as caught:
        error_rule(text)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "meant"),
    [("MSE", "mean_squared_error"), ("bce", "binary_cross_entropy"), ("crossentropy", "cross_entropy")],
)
def test_what_an_error_is_called_elsewhere(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean '{meant}'\?$"):
        error_rule(text)


@pytest.mark.parametrize("error", [None, 1, ["squared_error"], len])
def test_what_is_no_text(error: object) -> None:
    with pytest.raises(TypeError, match="a name, a formula or an ErrorRule, got "):
        error_rule(error)  # type: ignore[arg-type]


def test_a_rule_of_ones_own() -> None:
    rule = ErrorRule(lambda outputs, targets: (outputs[0] - targets[0]) ** 4, mean=True, by_output=False)
    network = MLP(1, [1], activation="linear", bias_convention="none", init="zeros")
    examples = [Example([1.0], [1.0]), Example([2.0], [-1.0])]
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=0.0), error=rule)
    assert (step.error_before, step["delta_o1@1"], step["delta_o1@2"]) == (1.0, -2.0, 2.0)
