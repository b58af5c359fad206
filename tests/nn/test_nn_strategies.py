"""Strategies of networks, of what they learn, and of worked examples."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from strategies import generating, notes, occurs, searching

import autograd
from autograd.strategies import gradcheck_everywhere, graphs, operands
from nn import MLP
from nn.error_rules import ERRORS
from nn.neuron import BIAS_CONVENTIONS
from nn.strategies import ACTIVATIONS, examples, network, networks, worked_examples
from nn.worked import WorkedExample


@given(networks(parameters=st.floats(0.25, 0.5), bias_conventions=["+b", "none"], outputs=["tanh"]))
def test_networks_are_as_asked_for(model: MLP) -> None:
    assert 1 <= len(model.layers) <= 3
    for layer in model.layers:
        assert 1 <= len(layer.neurons) <= 4
        assert len({neuron.activation for neuron in layer.neurons}) == 1
        assert layer.neurons[0].activation in (*ACTIVATIONS, "tanh")
        assert layer.neurons[0].bias_convention in (BIAS_CONVENTIONS["+b"], None)
    assert model.layers[-1].neurons[0].activation == "tanh"
    assert all(0.25 <= parameter.data <= 0.5 for parameter in model.parameters())


@given(networks(), st.data())
def test_networks_compute_finite_numbers(model: MLP, data: st.DataObject) -> None:
    example = data.draw(examples(model))
    outputs = model.outputs(example.inputs)
    assert len(outputs) == len(example.targets)
    assert all(math.isfinite(out.data) for out in outputs)


def test_every_activation_and_convention_occurs() -> None:
    activations, conventions = set(), set()

    @settings(generating, max_examples=500)
    @given(networks())
    def collect(model: MLP) -> None:
        activations.update(neuron.activation for layer in model.layers for neuron in layer.neurons)
        conventions.add(model.layers[0].neurons[0].bias_convention)

    collect()
    assert activations == {*ACTIVATIONS}
    assert conventions == {*BIAS_CONVENTIONS.values()}


@given(networks(shapes=st.just([2, 3, 1])))
def test_a_shape_is_as_given(model: MLP) -> None:
    assert [len(layer.neurons) for layer in model.layers] == [3, 1]
    assert len(model.layers[0].neurons[0].weights) == 2


def test_a_network_is_reported_as_the_call_that_makes_it() -> None:
    @searching
    @given(networks())
    def check(model: MLP) -> None:
        assert len(model.layers) < 2

    with pytest.raises(AssertionError) as caught:
        check()
    call = re.search(r"model=(network\(.*\)),", notes(caught.value))
    assert call is not None
    made = eval(call[1], {"network": network})
    assert isinstance(made, MLP)
    assert [len(layer.neurons) for layer in made.layers] == [1, 1]
    assert all(parameter.data == 0.0 for parameter in made.parameters())


def test_a_network_takes_as_many_numbers_as_it_has() -> None:
    with pytest.raises(ValueError, match="parameters must be 2 numbers, got 1"):
        network([1, 1], ["linear"], "+b", [1.0])


@pytest.mark.parametrize(
    "make",
    [
        lambda: operands("exp", limit=nan),
        lambda: operands("exp", slope_limit=0.0),
        lambda: graphs(limit=-1.0),
        lambda: graphs(kink_margin=nan),
        lambda: graphs(kink_margin=inf),
        lambda: gradcheck_everywhere(autograd.sin, (0.0, 1.0), kink_margin=inf),
        lambda: networks(activations=["bogus"]),
        lambda: networks(bias_conventions=[]),
        lambda: worked_examples(errors=["cross_entropyy"]),
        lambda: worked_examples(max_examples=0),
        lambda: examples(MLP(1, [1]), "cross_entropyy"),
    ],
)
def test_what_nothing_could_be_drawn_from_is_refused_before_anything_is(
    make: Callable[[], object],
) -> None:
    names = "limit|margin|activations|bias_conventions|error|examples"
    with pytest.raises(ValueError, match=names):
        make()


def test_a_limit_of_slopes_may_be_less_than_that_of_the_result_by_itself() -> None:
    assert find(graphs(["mul"], slope_limit=0.5), lambda graph: True).operations


@pytest.mark.parametrize("error", ERRORS)
@given(data=st.data())
def test_targets_suit_the_error(error: str, data: st.DataObject) -> None:
    model = data.draw(networks(shapes=st.just([2, 3]), outputs=["linear"]))
    example = data.draw(examples(model, error, inputs=st.floats(5.0, 6.0)))
    assert (len(example.inputs), len(example.targets)) == (2, 3)
    assert all(5.0 <= each <= 6.0 for each in example.inputs)
    assert all(-1.0 <= each <= 1.0 for each in example.targets)
    if "cross_entropy" in error:
        assert all(each >= 0.0 for each in example.targets)
    if error == "cross_entropy":
        assert sum(example.targets) == pytest.approx(1.0)


@pytest.mark.parametrize("error", ERRORS)
@given(data=st.data())
def test_worked_examples_can_be_worked(error: str, data: st.DataObject) -> None:
    example = data.draw(worked_examples(errors=[error]))
    assert example.error == error
    step = example.step()
    assert all(math.isfinite(number) for number in (step.error_before, step.error_after))


@pytest.mark.parametrize(
    "condition",
    [
        lambda example: len(example.examples) == 3,
        lambda example: example.update_biases and example.bias_convention != "none",
        lambda example: 0.0 < example.learning_rate < 1.0,
        lambda example: len(example.layers) == 3,
    ],
)
def test_worked_examples_are_of_every_kind(condition: Callable[[WorkedExample], bool]) -> None:
    assert occurs(worked_examples(), condition)
