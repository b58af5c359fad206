"""What neurons, layers and networks have in common: parameters by name, states, copies."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_oracle import mistakes, neurons

from autograd import ArgumentTypeError, Value
from nn import MLP, SGD, Module, Neuron, fit
from nn.neuron import BIAS_CONVENTIONS
from nn.strategies import networks

# --- parameters ----------------------------------------------------------------------------------


def test_order_of_named_parameters() -> None:
    network = MLP(2, [2, 1], bias_convention="-b")
    named = dict(network.named_parameters())
    assert list(named) == [
        "layers.0.neurons.0.weights.0",
        "layers.0.neurons.0.weights.1",
        "layers.0.neurons.0.bias",
        "layers.0.neurons.1.weights.0",
        "layers.0.neurons.1.weights.1",
        "layers.0.neurons.1.bias",
        "layers.1.neurons.0.weights.0",
        "layers.1.neurons.0.weights.1",
        "layers.1.neurons.0.bias",
    ]
    assert network.parameters() == list(named.values())
    assert named["layers.0.neurons.1.weights.0"] is network.layers[0].neurons[1].weights[0]
    assert list(dict(network.layers[1].named_parameters())) == [
        "neurons.0.weights.0",
        "neurons.0.weights.1",
        "neurons.0.bias",
    ]


def test_a_module_of_ones_own() -> None:
    class Pair(Module):
        def __init__(self) -> None:
            self.scale, self.neuron = Value(2.0), Neuron(1, bias_convention="none", init="zeros")

        def own_parameters(self) -> Iterator[tuple[str, Value]]:
            return iter([("scale", self.scale)])

        def named_children(self) -> Iterator[tuple[str, Module]]:
            return iter([("neuron", self.neuron)])

    assert Pair().state_dict() == {"scale": 2.0, "neuron.weights.0": 0.0}
    assert Module().parameters() == []


class Forgetful(Module):
    """It lists its neuron, and nothing else of what it holds."""

    def __init__(self, **held: Any) -> None:
        self.neuron = Neuron(1, activation="linear", init="zeros")
        vars(self).update(held)

    def named_children(self) -> Iterator[tuple[str, Module]]:
        return iter([("neuron", self.neuron)])

    def outputs(self, inputs: Any) -> list[Value]:
        return [self.neuron(inputs)]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"scale": Value(2.0)}, r"Forgetful\.scale would never be trained: own_parameters must give it"),
        (
            {"by": {"a": [1.0, (Value(1.0),)]}},
            r"Forgetful\.by\['a'\]\[1\]\[0\] would .* CONSTANTS = \('by',\)",
        ),
        ({"other": [Neuron(1)]}, r"Forgetful\.other\[0\] would never be trained: named_children must"),
    ],
)
def test_a_forgotten_parameter_is_an_error_where_training_starts(held: Any, said: str) -> None:
    model = Forgetful(**held)
    for start in (
        model.parameters,
        lambda: fit(model, [[1.0]], [[2.0]], optimizer=SGD(model.neuron.parameters(), lr=0.1)),
    ):
        with pytest.raises(ValueError, match=said):
            start()
    model.zero_grad()  # asks for those that it has, and is called between steps
    kind = type("Declared", (Forgetful,), {"CONSTANTS": tuple(held)})
    assert len(kind(**held).parameters()) == 2


def test_what_a_module_may_hold_besides_parameters() -> None:
    model = Forgetful(gain=2.0, names=["a"])
    vars(model).update(tied=model.neuron.bias, last=model.neuron([1.0]), itself=model)
    assert model.parameters() == model.neuron.parameters()


@given(networks(activations=["tanh", "linear"]))
def test_zero_grad(network: MLP) -> None:
    inputs = [0.5] * len(network.layers[0].neurons[0].weights)
    sum(network.outputs(inputs)).backward()
    network.parameters()[0].grad += 0.5  # where all weights are 0, so are their derivatives
    network.zero_grad()
    assert {parameter.grad for parameter in network.parameters()} == {0.0}


@given(networks(), st.data())
def test_state_goes_through_json_and_back_exactly(network: MLP, data: st.DataObject) -> None:
    for parameter in network.parameters():
        parameter.data = data.draw(st.floats(allow_nan=False, allow_infinity=False))
    state = network.state_dict()
    other = network.copy()
    for parameter in other.parameters():
        parameter.data = 123.0
    other.load_state_dict(json.loads(json.dumps(state)))
    assert list(map(repr, other.state_dict().items())) == list(map(repr, state.items()))


STATE = MLP(1, [2, 1], seed=1).state_dict()
LAST = "layers.1.neurons.0.bias"


def test_children_are_those_of_pytorch_by_name_and_without() -> None:
    network = MLP(2, [3, 1])
    named = list(network.named_children())
    assert named == [("layers.0", network.layers[0]), ("layers.1", network.layers[1])]
    for module in (network, *network.layers, network.layers[0].neurons[0]):
        assert list(module.children()) == [child for _, child in module.named_children()]
    assert list(network.layers[0].children()) == network.layers[0].neurons
    assert list(network.layers[0].neurons[0].children()) == []


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ({}, KeyError, "missing: .*layers.0.neurons.0.weights.0"),
        (
            {key: 9.0 for key in STATE if key != LAST},
            KeyError,
            f"missing: \\['{LAST}'\\]; unknown: \\[\\]",
        ),
        (STATE | {"layers.2": 9.0}, KeyError, r"missing: \[\]; unknown: \['layers.2'\]"),
        (dict.fromkeys(STATE, 9.0) | {3: 9.0, None: 1.0}, KeyError, "unknown"),
        (
            dict.fromkeys(STATE, 9.0) | {LAST: "9.0"},
            ArgumentTypeError,
            f"{LAST} must be a real number, got '9.0'",
        ),
        (
            dict.fromkeys(STATE, 9.0) | {LAST: None},
            ArgumentTypeError,
            f"{LAST} must be a real number, got None",
        ),
        (dict.fromkeys(STATE, 9.0) | {LAST: [9.0]}, ArgumentTypeError, f"{LAST} must be a real number"),
        (
            dict.fromkeys(STATE, 9.0) | {LAST: Value(9.0)},
            ArgumentTypeError,
            f"{LAST} must be a real number",
        ),
        (dict.fromkeys(STATE, 9.0) | {LAST: 10**400}, OverflowError, "too large for a float"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state: Any, error: type, message: str) -> None:
    network = MLP(1, [2, 1], seed=1)
    with pytest.raises(error, match=message):
        network.load_state_dict(state)
    assert network.state_dict() == STATE


def test_a_state_of_a_network_that_shares_does_not_fit_one_that_does_not() -> None:
    shared = MLP(1, [2])
    shared.layers[0].neurons[1].bias = shared.layers[0].neurons[0].bias
    with pytest.raises(KeyError, match=r"missing: \['layers.0.neurons.1.bias'\]"):
        MLP(1, [2]).load_state_dict(shared.state_dict())


# --- copies --------------------------------------------------------------------------------------

COPIES: list[Callable[[Any], Any]] = [
    copy.deepcopy,
    lambda module: module.copy(),
    *(
        lambda module, p=p: pickle.loads(pickle.dumps(module, p))
        for p in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("bias", BIAS_CONVENTIONS)
def test_copies_have_the_parameters_and_not_the_graph(copied: Callable[[Any], Any], bias: str) -> None:
    network = MLP(2, [3, 1], activation=["tanh", "sigmoid"], bias_convention=bias, seed=8)
    network([1.0, 2.0]).backward()
    network.layers[0].neurons[0].weights[0].name = "w1"
    twin = copied(network)
    assert twin.state_dict() == network.state_dict()
    assert [p.grad for p in twin.parameters()] == [p.grad for p in network.parameters()]
    assert twin.layers[0].neurons[0].weights[0].name == "w1"
    assert not set(twin.parameters()) & set(network.parameters())
    for _, neuron in neurons(twin):
        assert neuron.net is neuron.out is None
    for _, neuron in neurons(network):
        assert neuron.net is not None
    assert twin([1.0, 2.0]).data == network([1.0, 2.0]).data
    assert mistakes(twin, [0.5, 0.25], [1.0]) == []


def test_copies_of_a_trained_network_stay_small() -> None:
    network = MLP(2, [3, 1])
    before = len(pickle.dumps(network))
    sum(network([1.0, 2.0]) for _ in range(100)).backward()
    for neuron in network.layers[0].neurons:
        assert neuron.out is not None
    assert len(pickle.dumps(network)) < 2 * before


def test_training_a_copy_leaves_the_original() -> None:
    network = MLP(2, [3, 1], seed=2)
    state, twin = network.state_dict(), network.copy()
    twin([1.0, 2.0]).backward()
    for parameter in twin.parameters():
        parameter.data -= 0.1
    assert network.state_dict() == state
    assert {parameter.grad for parameter in network.parameters()} == {0.0}
