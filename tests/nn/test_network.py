"""Neurons, layers and networks: micrograd's, and the δ recursion of the notes in closed form."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from network_oracle import (
    ACTIVATIONS,
    CONVENTIONS,
    away_from_kinks,
    disagreements,
    mistakes,
    neurons,
    numbers,
    recursion,
)

import autograd
from autograd import OPERATIONS, AutogradError, Value
from nn import MLP, BiasConvention, Layer, Neuron
from nn.activations import activation_names, resolve
from nn.neuron import BIAS_CONVENTIONS
from nn.strategies import networks

# --- the δ recursion -----------------------------------------------------------------------------


@given(st.data())
def test_graph_follows_the_recursion(data: st.DataObject) -> None:
    network = data.draw(networks(activations=sorted(ACTIVATIONS)))
    inputs = numbers(data, len(network.layers[0].neurons[0].weights))
    slopes = numbers(data, len(network.layers[-1].neurons))
    assume(away_from_kinks(network, inputs))
    assert mistakes(network, inputs, slopes) == []


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", BIAS_CONVENTIONS)
def test_every_convention_with_every_activation(bias: str, activation: str) -> None:
    network = MLP(3, [4, 2], activation=activation, bias_convention=bias, seed=5)
    for index, (_, neuron) in enumerate(neurons(network)):
        if neuron.bias is not None:
            neuron.bias.data = 0.1 * (index + 1)
    assert mistakes(network, [0.3, -0.7, 1.1], [1.0, -0.5]) == []


def planted_slope(network: MLP) -> None:
    network.layers[0].neurons[1].out._dx *= 1.0 + 1e-9  # the derivative of the activation


def planted_bias(network: MLP) -> None:
    network.layers[1].neurons[0].net._dy = -1.0  # the bias was the last operand


def planted_input(network: MLP) -> None:
    network.layers[0].neurons[0].net.operands[0].operands[0]._dx += 1e-6  # ∂(w x)/∂w


@pytest.mark.parametrize("plant", [planted_slope, planted_bias, planted_input])
def test_a_wrong_derivative_in_the_graph_is_found(plant: Callable[[MLP], None]) -> None:
    network = MLP(2, [2, 1], activation="tanh", seed=3)
    inputs, slopes = [0.5, -1.0], [2.0]
    assert mistakes(network, inputs, slopes) == []
    network.zero_grad()
    error = 2.0 * network(inputs)
    plant(network)
    error.backward()
    assert disagreements(network, recursion(network, inputs, slopes))


def test_a_wrong_number_in_the_graph_is_found() -> None:
    network = MLP(2, [2, 1], activation="tanh", seed=3)
    assert mistakes(network, [0.5, -1.0], [2.0]) == []
    network.layers[0].neurons[1].out._data += 1e-9
    (complaint,) = disagreements(network, recursion(network, [0.5, -1.0], [2.0]))
    assert complaint.startswith("neuron 2 of layer 1: out is ")


# --- the bias ------------------------------------------------------------------------------------


def biased(bias: str) -> Neuron:
    neuron = Neuron(2, activation="square", bias_convention=bias, init="zeros")
    neuron.weights[0].data, neuron.weights[1].data = 2.0, -3.0
    if neuron.bias is not None:
        neuron.bias.data = 5.0
    return neuron


@pytest.mark.parametrize(
    ("bias", "net", "bias_slope"),
    [
        ("+b", 4.0, 1.0),
        ("-b", -6.0, -1.0),
        ("x0=1", 4.0, 1.0),
        ("x0=-1", -6.0, -1.0),
        ("none", -1.0, None),
    ],
)
def test_bias_by_hand(bias: str, net: float, bias_slope: float | None) -> None:
    neuron = biased(bias)
    out = neuron([7.0, 5.0])
    assert neuron.out is out
    out.backward()
    assert (neuron.net.data, out.data, neuron.delta) == (net, net * net, 2.0 * net)
    assert neuron.weight_gradients == [7.0 * neuron.delta, 5.0 * neuron.delta]
    if bias_slope is None:
        assert neuron.bias is None
    else:
        assert neuron.bias.grad == bias_slope * neuron.delta


def test_every_convention_is_tested() -> None:
    assert list(CONVENTIONS) == list(BIAS_CONVENTIONS)
    assert {name: bias.sign for name, bias in BIAS_CONVENTIONS.items() if bias} == {
        name: sign for name, (_, sign) in CONVENTIONS.items() if sign
    }


@pytest.mark.parametrize(("bias", "constant"), [("x0=1", 1.0), ("x0=-1", -1.0)])
def test_bias_that_weighs_is_the_weight_of_a_constant_input(bias: str, constant: float) -> None:
    neuron = biased(bias)
    neuron([7.0, 5.0])
    products = [
        node
        for node in autograd.topological_order(neuron.net)
        if any(operand is neuron.bias for operand in node.operands)
    ]
    assert [product.operands for product in products] == [(neuron.bias, constant)]
    assert [name for name, _ in neuron.named_parameters()] == ["bias", "weights.0", "weights.1"]


@pytest.mark.parametrize(("bias", "operation"), [("+b", "add"), ("-b", "sub")])
def test_bias_that_does_not_weigh_is_the_last_operand(bias: str, operation: str) -> None:
    neuron = biased(bias)
    neuron([7.0, 5.0])
    assert neuron.net.operation.name == operation
    assert neuron.net.operands[1] is neuron.bias
    assert [name for name, _ in neuron.named_parameters()] == ["weights.0", "weights.1", "bias"]


def test_bias_conventions_are_plain_data() -> None:
    assert BIAS_CONVENTIONS["x0=-1"] == BiasConvention(sign=-1.0, weighs=True)
    assert BiasConvention(1.0) == BIAS_CONVENTIONS["+b"]


@given(st.data())
def test_shared_bias_gets_the_sum(data: st.DataObject) -> None:
    network = data.draw(networks(activations=["sigmoid", "tanh", "linear"]))
    inputs = numbers(data, len(network.layers[0].neurons[0].weights))
    slopes = numbers(data, len(network.layers[-1].neurons))
    for layer in network.layers:
        for neuron in layer.neurons:
            neuron.bias = layer.neurons[0].bias
    error = sum(slope * out for slope, out in zip(slopes, network.outputs(inputs), strict=True))
    error.backward()
    expected = recursion(network, inputs, slopes)
    for layer in network.layers:
        if (shared := layer.neurons[0].bias) is not None:
            size = sum(expected[neuron].size for neuron in layer.neurons)
            total = sum(expected[neuron].bias_gradient for neuron in layer.neurons)
            assert abs(shared.grad - total) <= 1e-12 * size


def test_shared_parameters_come_once_under_their_first_path() -> None:
    network = MLP(2, [2, 1])
    first, second = network.layers[0].neurons
    second.bias = first.bias
    second.weights[0] = first.weights[1]
    paths = [path for path, _ in network.named_parameters()]
    assert paths == [
        "layers.0.neurons.0.weights.0",
        "layers.0.neurons.0.weights.1",
        "layers.0.neurons.0.bias",
        "layers.0.neurons.1.weights.1",
        "layers.1.neurons.0.weights.0",
        "layers.1.neurons.0.weights.1",
        "layers.1.neurons.0.bias",
    ]
    twin = network.copy()
    assert twin.layers[0].neurons[1].bias is twin.layers[0].neurons[0].bias
    assert twin.layers[0].neurons[1].bias is not first.bias
    assert list(twin.state_dict()) == paths


# --- micrograd -----------------------------------------------------------------------------------


def moons(count: int, seed: int) -> tuple[list[list[float]], list[np.float64]]:
    """Two interleaved half circles with noise, and labels of −1 and 1 as NumPy has them."""
    random = Random(seed)
    points, labels = [], []
    for index in range(count):
        angle = math.pi * random.random()
        upper = index % 2 == 0
        x, y = math.cos(angle), math.sin(angle)
        point = (x, y) if upper else (1.0 - x, 0.5 - y)
        points.append([each + random.gauss(0.0, 0.1) for each in point])
        labels.append(1 if upper else -1)
    return points, list(np.array(labels))


def demo(model: Any, node: Any, steps: int) -> list[tuple[float, list[float], list[float]]]:
    """micrograd's demo: the loss, the gradients and the parameters after each step of descent."""
    points, labels = moons(100, seed=7)
    history = []
    for step in range(steps):
        scores = [model(list(map(node, point))) for point in points]
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * step / 100) * p.grad
        parameters = model.parameters()
        history.append((total.data, [p.grad for p in parameters], [p.data for p in parameters]))
    return history


@pytest.fixture
def micrograd_model(monkeypatch: pytest.MonkeyPatch) -> Any:
    """micrograd's MLP(2, [16, 16, 1]) after random.seed(1337)."""
    monkeypatch.setattr(micrograd.nn, "random", Random(1337))
    return micrograd.nn.MLP(2, [16, 16, 1])


def test_weights_are_those_of_micrograd(micrograd_model: Any) -> None:
    model = MLP(2, [16, 16, 1], seed=1337)
    theirs = [p.data for p in micrograd_model.parameters()]
    assert [p.data for p in model.parameters()] == theirs
    assert len(theirs) == 337


@pytest.mark.slow
def test_micrograds_demo_gives_the_same_numbers(micrograd_model: Any) -> None:
    ours = demo(MLP(2, [16, 16, 1], seed=1337), Value, 3)
    theirs = demo(micrograd_model, micrograd.engine.Value, 3)
    for (loss, gradients, weights), (loss_, gradients_, weights_) in zip(ours, theirs, strict=True):
        assert loss == pytest.approx(loss_, rel=1e-12)
        assert gradients == pytest.approx(gradients_, rel=1e-12, abs=1e-12)
        assert weights == pytest.approx(weights_, rel=1e-12, abs=1e-12)
    assert len({loss for loss, _, _ in ours}) == 3


def test_a_changed_gradient_shows_in_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    right = demo(MLP(2, [4, 1], seed=1337), Value, 2)
    relu = Value.relu

    def planted(node: Value) -> Value:
        out = relu(node)
        out._dx *= 1.0 + 1e-10
        return out

    monkeypatch.setattr(Value, "relu", planted)
    wrong = demo(MLP(2, [4, 1], seed=1337), Value, 2)
    assert wrong[0][0] == right[0][0]
    assert wrong[0][1] != pytest.approx(right[0][1], rel=1e-12, abs=1e-12)


def test_shapes_of_results_are_micrograds() -> None:
    x = [1.0, 2.0]
    assert isinstance(Neuron(2)(x), Value)
    assert isinstance(Layer(2, 1)(x), Value)
    assert [type(out) for out in Layer(2, 3)(x)] == [Value] * 3
    assert isinstance(MLP(2, [3, 1])(x), Value)
    assert len(MLP(2, [3, 2])(x)) == 2
    assert [len(part.outputs(x)) for part in (Layer(2, 1), Layer(2, 3), MLP(2, [3, 1]))] == [1, 3, 1]
    assert [type(part) for part in MLP(2, [3, 1]).layers] == [Layer, Layer]


def test_micrograds_default_activations() -> None:
    model = MLP(2, [4, 3, 1])
    assert [layer.neurons[-1].activation for layer in model.layers] == ["relu", "relu", "linear"]
    assert Neuron(2).activation == "relu"
    assert Neuron(2, nonlin=False).activation == Neuron(2, False).activation == "linear"
    assert {neuron.activation for neuron in Layer(2, 3, nonlin=False).neurons} == {"linear"}
    linear = Neuron(2, nonlin=False)
    assert linear([1.0, 2.0]) is linear.net


@pytest.mark.parametrize("count", [0, 1, 3, 20])
def test_wrong_number_of_inputs_is_an_error(count: int) -> None:
    network = MLP(2, [3, 1])
    for part in (network.layers[0].neurons[0], network.layers[0], network):
        with pytest.raises(ValueError, match=rf"takes 2 inputs, got {count}"):
            part([1.0] * count)
    for _, neuron in neurons(network):
        assert neuron.net is neuron.out is None


@pytest.mark.parametrize(
    "inputs", [np.array([0.5, -1.0]), (0.5, -1), [Value(0.5), np.float32(-1.0)], [True / 2, Value(-1)]]
)
def test_inputs_may_be_any_sequence_of_numbers_and_nodes(inputs: Any) -> None:
    model = MLP(2, [3, 1], seed=4)
    assert model(inputs).data == model([0.5, -1.0]).data


@pytest.mark.parametrize("inputs", [["1", "2"], [None, 1.0], [1j, 1.0]])
def test_inputs_that_are_no_numbers_are_refused(inputs: Any) -> None:
    neuron = Neuron(2)
    with pytest.raises(TypeError):
        neuron(inputs)
    assert neuron.net is neuron.out is None


# --- looking at a neuron -------------------------------------------------------------------------


def test_delta_of_a_neuron_that_was_not_called() -> None:
    neuron = Neuron(2)
    assert neuron.net is neuron.out is None
    assert neuron.weight_gradients == [0.0, 0.0]
    with pytest.raises(ValueError, match="not called yet"):
        _ = neuron.delta


def test_neuron_shows_its_last_call() -> None:
    neuron = Neuron(1, activation="square", init="zeros")
    neuron.weights[0].data = 3.0
    neuron([1.0]).backward()
    neuron([2.0]).backward()
    assert (neuron.net.data, neuron.out.data, neuron.delta) == (6.0, 36.0, 12.0)
    assert neuron.weight_gradients == [6.0 * 1.0 + 12.0 * 2.0]


@pytest.mark.parametrize("name", activation_names())
def test_every_activation_works(name: str) -> None:
    x = 1.25 if name == "acosh" else 0.625
    neuron = Neuron(1, activation=name, init="zeros")
    neuron.weights[0].data = x
    out = neuron([1.0])
    out.backward()
    leaf = Value(x)
    expected = leaf * 1.0 if name == "linear" else getattr(autograd, name)(leaf)
    expected.backward()
    assert (out.data, neuron.delta) == (expected.data, leaf.grad)
    if name in ACTIVATIONS:
        value, slope = ACTIVATIONS[name]
        assert (out.data, neuron.delta) == pytest.approx((value(x), slope(x)), rel=1e-14)


def test_activations_are_operations_that_need_one_operand() -> None:
    assert activation_names()[0] == "linear"
    assert set(ACTIVATIONS) <= set(activation_names())
    for name in set(OPERATIONS) - set(activation_names()):
        with pytest.raises(TypeError):
            getattr(autograd, name)(Value(0.5))
        with pytest.raises(ValueError, match=rf"activation must be one of .* got '{name}'"):
            resolve(name)


@pytest.mark.parametrize("name", ["Sigmoid", "softmax", "", "data", "backward", "__neg__", "add", "pow"])
def test_unknown_activations_are_refused_by_name(name: str) -> None:
    for make in (
        lambda: Neuron(1, activation=name),
        lambda: Layer(1, 1, activation=name),
        lambda: MLP(1, [1], activation=name),
        lambda: MLP(1, [1, 1], activation=["tanh", name]),
    ):
        with pytest.raises(ValueError, match=rf"activation must be one of 'linear', .* got '{name}'"):
            make()


def test_what_is_said_of_an_activation_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"got 'Sigmoid'; did you mean 'sigmoid'\?$"):
        Neuron(1, activation="Sigmoid")
    with pytest.raises(
        ValueError, match=r"got 'softmax'; write 'linear', with the error 'cross_entropy'"
    ):
        Neuron(1, activation="softmax")
    with pytest.raises(
        TypeError, match=r"activation must be a name or a list of names .*, got <function"
    ):
        MLP(1, [1], activation=lambda net: net * 2.0)  # type: ignore[arg-type]


def test_an_activation_outside_its_domain_says_where() -> None:
    neuron = Neuron(1, activation="log", init="zeros")
    with pytest.raises(AutogradError, match=r"log\(x\) needs x > 0"):
        neuron([1.0])
    assert neuron.net is neuron.out is None


# --- what constructors refuse --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Neuron(0), "nin, the number of inputs, must be at least 1, got 0"),
        (lambda: Neuron(-1), "nin, the number of inputs, must be at least 1, got -1"),
        (lambda: Layer(0, 2), "nin, the number of inputs, must be at least 1, got 0"),
        (lambda: Layer(2, 0), "nout, the number of neurons, must be at least 1, got 0"),
        (lambda: Layer(2, -3), "nout, the number of neurons, must be at least 1, got -3"),
        (lambda: MLP(0, [1]), "nin, the number of inputs, must be at least 1, got 0"),
        (lambda: MLP(2, []), "a network has at least one layer"),
        (lambda: MLP(2, [2, 0, 1]), "nout, the number of neurons, must be at least 1, got 0"),
        (lambda: MLP(2, [2, 1], activation=["tanh"]), "1 activations for the 2 layers of nouts"),
        (lambda: MLP(2, [2], activation=["tanh", "tanh"]), "2 activations for the 1 layers of nouts"),
        (lambda: MLP(2, [2], activation=[]), "0 activations for the 1 layers of nouts"),
        (lambda: Neuron(2, bias_convention="b"), r"bias_convention must be one of .* got 'b'"),
        (lambda: Neuron(2, bias_convention=""), "bias_convention must be one of .* got ''"),
        (lambda: MLP(2, [2], bias_convention="x0=2"), "bias_convention must be one of .* got 'x0=2'"),
        (
            lambda: Neuron(2, init="xavier"),
            "initialisation must be one of .* got 'xavier'",
        ),
        (lambda: MLP(2, [2], init="HE"), "initialisation must be one of .* got 'HE'"),
    ],
)
def test_constructors_refuse(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_one_activation_for_all_layers_or_one_per_layer() -> None:
    for activation, expected in (("tanh", ["tanh", "tanh"]), (("sin", "linear"), ["sin", "linear"])):
        network = MLP(2, [2, 1], activation=activation)
        assert [layer.neurons[0].activation for layer in network.layers] == expected


def test_representations() -> None:
    assert repr(Neuron(2, activation="tanh")) == "Neuron(2, activation='tanh')"
    assert repr(MLP(2, [3, 1])) == (
        "MLP of [Layer(2, 3, activation='relu'), Layer(3, 1, activation='linear')]"
    )


def test_the_other_autograd_is_named(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("")
    root = str(Path(autograd.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", "import nn"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), root])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"'autograd' at {tmp_path}" in run.stderr
    assert "HIPS" in run.stderr
