"""Networks as arrays: what goes out comes back, and what arrays cannot say is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from autograd import ArgumentError
from nn import MLP, interop, worked
from nn.interop import arrays, from_arrays, with_arrays
from nn.neuron import BIAS_CONVENTIONS
from nn.strategies import networks


@given(networks())
def test_every_network_comes_back(network: MLP) -> None:
    new = from_arrays(arrays(network))
    assert new.state_dict() == network.state_dict()
    assert repr(new) == repr(network)
    for one, other in zip(network.layers, new.layers, strict=True):
        assert one.neurons[0].bias_convention == other.neurons[0].bias_convention


@pytest.mark.parametrize("convention", BIAS_CONVENTIONS)
def test_arrays_compute_as_the_network(convention: str) -> None:
    network = MLP(2, [3, 2], activation="tanh", bias_convention=convention, seed=4)
    signals = np.array([0.5, -1.0])
    for layer in arrays(network):
        kind = BIAS_CONVENTIONS[layer.bias_convention]
        net = layer.weights @ signals
        signals = np.tanh(net if kind is None else net + kind.sign * layer.bias)
    np.testing.assert_allclose(signals, [each.data for each in network.outputs([0.5, -1.0])], rtol=1e-15)


def test_a_bias_that_a_layer_shares_stays_one() -> None:
    network = worked.load("urbain").network()
    assert [layer.bias.shape for layer in arrays(network)] == [(), ()]
    new = from_arrays(arrays(network))
    assert len(new.parameters()) == len(network.parameters()) == 10
    new.layers[0].neurons[0].bias.data = 5.0
    assert new.layers[0].neurons[1].bias.data == 5.0


def shared_weight() -> MLP:
    network = MLP(2, [2, 1])
    network.layers[1].neurons[0].weights[1] = network.layers[0].neurons[0].weights[0]
    return network


def half_shared_bias() -> MLP:
    network = MLP(2, [3])
    network.layers[0].neurons[2].bias = network.layers[0].neurons[0].bias
    return network


def two_activations() -> MLP:
    network = MLP(2, [3])
    network.layers[0].neurons[2].activation = "tanh"
    return network


ONE = (np.ones((1, 2)), np.zeros(1), "tanh", "+b")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: arrays(shared_weight()), r"shared by layers.0.weights and layers.1.weights"),
        (lambda: arrays(half_shared_bias()), r"shared by layers.0.bias and layers.0.bias"),
        (lambda: arrays(two_activations()), r"one activation, and layers.0.neurons.2 has another"),
        (lambda: arrays(3), "network must be an MLP, got 3"),
        (lambda: from_arrays([]), "layers is empty"),
        (lambda: from_arrays([(np.ones(2), None, "tanh", "none")]), r"shape \(neurons, inputs\)"),
        (lambda: from_arrays([ONE, ONE]), r"layers.1..weights must be of shape \(neurons, 1\)"),
        (lambda: from_arrays([(np.ones((1, 2)), None, "tanh", "+b")]), "bias is missing"),
        (lambda: from_arrays([(np.ones((1, 2)), np.ones(3), "tanh", "+b")]), r"shape \(1,\) or \(\)"),
        (lambda: from_arrays([(np.ones((1, 2)), np.ones(1), "tan", "b")]), "bias_convention"),
        (lambda: from_arrays([(np.ones((1, 2)), np.ones(1), "tank", "+b")]), "activation"),
        (lambda: from_arrays([(np.full((1, 2), np.nan), np.ones(1), "tanh", "+b")]), "finite"),
        (lambda: from_arrays([(np.ones((1, 2), complex), None, "tanh", "none")]), "float64 can hold"),
        (lambda: with_arrays(MLP(2, [1]), []), "0 layers for a network of 1"),
        (
            lambda: with_arrays(MLP(2, [1]), [(np.ones((1, 3)), np.ones(1))]),
            r"must be of shape \(1, 2\)",
        ),
    ],
)
def test_what_arrays_cannot_say_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()


def test_narrow_numbers_stay_what_they_are() -> None:
    weights = np.array([[0.1]], dtype=np.float32)
    network = from_arrays([(weights, None, "linear", "none")])
    assert network([1.0]).data == float(np.float32(0.1)) != 0.1


def test_no_module_hides_a_name(run_python: Callable[..., str]) -> None:
    """A package has its modules as attributes from when they are imported on."""
    script = "import nn.interop.layer_arrays, nn.interop; print(callable(nn.interop.arrays))"
    assert run_python(script) == "True\n"
    modules = {path.stem for path in Path(interop.__file__).parent.glob("*.py")}
    assert not modules & {*interop.__all__}


@pytest.mark.parametrize(
    ("missing", "name", "command"),
    [
        ("onnx", "to_onnx", "pip install 'scalar-autograd[onnx]'"),
        ("jax", "to_jax", "pip install 'scalar-autograd[jax]'"),
    ],
)
def test_a_missing_framework_is_said_with_the_command(
    missing: str, name: str, command: str, run_python: Callable[..., str]
) -> None:
    script = f"""
import sys
sys.modules["{missing}"] = None
from autograd import AutogradError
try:
    from nn.interop import {name}
except AutogradError as error:
    print(error)
"""
    assert run_python(script).rstrip().endswith(f"is not installed: {command}")
