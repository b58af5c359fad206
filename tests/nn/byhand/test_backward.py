"""A backward pass written by hand: each classic mistake is found where it is made, and named."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import ArgumentValueError, OperandError, UnknownNameError
from nn import MLP, Example, compare_backward, worked
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.worked import WorkedExample

#: Examples in which most mistakes can be made, and those of which a backward pass tells nothing.
NAMES = ["urbain", "xing-chain", "guided"]
NOT_BACKWARD = {"uphill", "no_rate"}


def load(name: str) -> WorkedExample:
    example = worked.load(name)
    assert isinstance(example, WorkedExample)
    return example


def planted() -> list[Any]:
    cases = []
    for name in NAMES:
        calculation = by_hand(load(name))
        kinds = {"gradient", "partial"}
        right = calculation.program.run()
        for mistake in MISTAKES.values():
            for variant in list(mistake.variants(calculation))[:1]:
                wrong = calculation.program.rewritten(variant.lines.values())
                reverse = [each.symbol for each in wrong.lines.values() if each.kind in kinds]
                numbers = wrong.run(reverse)
                changed = [s for s in reverse if s in variant.lines and numbers[s] != right[s]]
                if changed and variant.mistake not in NOT_BACKWARD:
                    cases.append(pytest.param(name, variant, numbers, id=f"{name}-{variant.mistake}"))
    return cases


@pytest.mark.parametrize(("name", "variant", "numbers"), planted())
def test_each_classic_mistake_is_named(name: str, variant: Any, numbers: dict[str, float]) -> None:
    forward_too = any(by_hand(load(name)).program.lines[each].kind == "value" for each in variant.lines)
    if forward_too:  # the numbers of the reverse sweep are all that is given
        numbers = {symbol: numbers[symbol] for symbol in numbers if symbol in variant.lines}
    report = compare_backward(load(name), lambda network, examples: numbers)
    assert report.first_wrong is not None
    assert report.first_wrong.symbol in variant.lines
    assert report.mistake is not None
    assert variant.says in report.mistake


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_no_false_alarm(name: str) -> None:
    example = load(name)
    program = by_hand(example).program
    numbers = program.run([each.symbol for each in program.lines.values() if each.kind == "gradient"])
    assert compare_backward(example, lambda network, examples: numbers)


def network() -> tuple[MLP, list[Example]]:
    examples = [Example([0.5, -1.0], [0.3]), Example([1.0, 0.25], [0.8])]
    return MLP(2, [2, 1], activation="sigmoid", seed=1), examples


def gradients(model: MLP, examples: Any) -> list[float]:
    model.zero_grad()
    total = sum(
        (0.5 * (each.targets[0] - model(each.inputs)) ** 2 for each in examples),
        start=model.parameters()[0] * 0.0,
    )
    total.backward()
    return [float(parameter.grad) for parameter in model.parameters()]  # type: ignore[arg-type]


def test_a_network_with_its_parameters_in_their_order() -> None:
    model, examples = network()
    before = model.state_dict()
    report = compare_backward(model, gradients, examples)
    assert report, str(report)
    assert model.state_dict() == before

    def by_paths(model: MLP, examples: Any) -> dict[str, Any]:
        numbers = gradients(model, examples)
        return {"layers.1": numbers[6:], "layers.0.neurons.0": numbers[:3]}

    assert len(compare_backward(model, by_paths, examples).rows) == 6
    assert compare_backward(model, by_paths, examples)

    def one_alone(model: MLP, examples: Any) -> list[float]:
        return gradients(model, examples[:1])

    report = compare_backward(model, one_alone, examples)
    assert report.mistake == "the gradients are those of example 1 alone"


def test_the_factor_mends_it() -> None:
    model, examples = network()
    report = compare_backward(model, lambda m, e: [2.0 * each for each in gradients(m, e)], examples)
    assert report.factor == pytest.approx(0.5)
    assert report.mistake == "∂E/∂out has a 2 too many"


@pytest.mark.parametrize(
    ("returned", "kind", "said"),
    [
        ([1.0], ArgumentValueError, "must have 9 numbers, got 1"),
        (["1"] * 9, OperandError, "must be numbers, got '1'"),
        ({"nix": 1.0}, UnknownNameError, "there is no such quantity, and no such parameter"),
        ({1: 1.0}, OperandError, "must return numbers by names, got 1"),
        ({"layers.0": [1.0]}, ArgumentValueError, "must have 6 numbers, got 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(returned: Any, kind: type, said: str) -> None:
    model, examples = network()
    with pytest.raises(kind, match=said):
        compare_backward(model, lambda network, examples: returned, examples)


def test_other_arguments_that_cannot_be_meant_are_refused() -> None:
    model, examples = network()
    with pytest.raises(ArgumentValueError, match="examples must be given"):
        compare_backward(model, gradients)
    with pytest.raises(ArgumentValueError, match="urbain has its own"):
        compare_backward(load("urbain"), gradients, examples)
    with pytest.raises(OperandError, match="network must be an MLP or a worked example"):
        compare_backward("urbain", gradients)  # type: ignore[arg-type]
