"""Networks in ONNX: the same outputs, errors and gradients, and what they become by training."""

from __future__ import annotations

from pathlib import Path

import numpy
import onnx
import pytest
from click.testing import CliRunner
from handed_over import EXAMPLES, NETWORKS

from autograd import ArgumentError, ArgumentTypeError, Value, record
from benchmarks.onnx import run
from nn import MLP, cross_entropy, worked
from nn.activations import activation_names
from nn.cli import main
from nn.forward import Forward
from nn.interop import arrays, from_arrays, to_onnx
from nn.interop.layer_arrays import layer_parameters

X = [each.inputs for each in EXAMPLES]
T = [each.targets for each in EXAMPLES]


@pytest.mark.parametrize("kind", NETWORKS)
def test_outputs_and_gradients_are_the_same(kind: str) -> None:
    network = NETWORKS[kind]()
    found = run(to_onnx(network, gradients=True), {"inputs": X, "targets": T})
    outputs = [[each.data for each in network.outputs(row)] for row in X]
    numpy.testing.assert_allclose(found["outputs"], outputs, rtol=1e-14)
    numpy.testing.assert_allclose(run(to_onnx(network), {"inputs": X})["outputs"], outputs, rtol=1e-14)
    inputs = [[*map(Value, row)] for row in X]
    total = Forward(network, EXAMPLES, "half_squared_error").error
    total.backward()
    assert found["error"].sum() == pytest.approx(total.data, rel=1e-14)
    for index, layer in enumerate(layer_parameters(network)):
        for what, parameters, _ in layer.tensors():
            slopes = found[f"layers.{index}.{what}.grad"]
            assert slopes.shape == getattr(arrays(network)[index], what).shape
            own = numpy.array([each.grad for each in parameters])
            numpy.testing.assert_allclose(slopes.ravel(), own, rtol=1e-13, atol=1e-15 * abs(own).max())
    for row, target, slopes in zip(inputs, T, found["inputs.grad"], strict=True):
        error = sum(0.5 * (t - out) ** 2 for t, out in zip(target, network.outputs(row), strict=True))
        error.backward()
        assert slopes.tolist() == pytest.approx([each.grad for each in row], rel=1e-13, abs=1e-16)


def test_training_with_its_gradients_is_training_here() -> None:
    from nn import SGD, train

    network = NETWORKS["subtracted"]()
    model = to_onnx(network, gradients=True)
    numbers = {
        f"layers.{n}.{what}": getattr(layer, what)
        for n, layer in enumerate(arrays(network))
        for what in ("weights", "bias")
    }
    for _ in range(20):
        found = run(model, {"inputs": X, "targets": T, **numbers})
        numbers = {name: each - 0.05 * found[f"{name}.grad"] for name, each in numbers.items()}
    optimizer = SGD(network.parameters(), lr=0.05)
    for _ in range(20):
        train(network, EXAMPLES, optimizer)
    for index, layer in enumerate(arrays(network)):
        for what in ("weights", "bias"):
            numpy.testing.assert_allclose(
                numbers[f"layers.{index}.{what}"], getattr(layer, what), rtol=1e-12
            )


@pytest.mark.parametrize("activation", activation_names())
def test_every_activation_is_the_same(activation: str) -> None:
    network = MLP(1, [1], activation=activation, init="zeros")
    network.layers[0].neurons[0].weights[0].data = 1.0
    points = []
    for number in (-0.75, -0.125, 0.0, 0.25, 0.9375, 1.5, 30.0):
        try:
            points.append((number, network([number]).data))
        except (ArithmeticError, ValueError):
            continue
    found = run(to_onnx(network), {"inputs": [[x] for x, _ in points]})["outputs"]
    numpy.testing.assert_allclose(found.ravel(), [y for _, y in points], rtol=2e-15, atol=1e-16)


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy", "(target - out) ** 4"])
def test_the_error_may_be_another(loss: str) -> None:
    from nn.fitting.losses import loss_of

    network = from_arrays(arrays(NETWORKS["tanh"]()))
    targets = [[0.25, 0.75]] * len(X)
    found = run(to_onnx(network, gradients=True, loss=loss), {"inputs": X, "targets": targets})
    errors = [loss_of(loss).part(network.outputs(row), targets[0]) for row in X]
    assert found["error"].tolist() == pytest.approx([each.data for each in errors], rel=1e-14)
    sum(errors).backward()
    bias = [each.bias.grad for each in network.layers[1].neurons]
    assert found["layers.1.bias.grad"].tolist() == pytest.approx(bias, rel=1e-13)


def test_a_small_cross_entropy_keeps_its_digits() -> None:
    network = MLP(1, [3], activation="linear", init="zeros")
    for neuron, bias in zip(network.layers[0].neurons, (40.0, 0.0, -1.0), strict=True):
        neuron.bias.data = bias
    model = to_onnx(network, gradients=True, loss="cross_entropy")
    found = run(model, {"inputs": [[0.0]], "targets": [[1.0, 0.0, 0.0]]})
    error = cross_entropy(network.outputs([0.0]), 0)
    error.backward()
    assert found["error"].tolist() == pytest.approx([error.data], rel=1e-13)
    slopes = [neuron.bias.grad for neuron in network.layers[0].neurons]
    assert found["layers.0.bias.grad"].tolist() == pytest.approx(slopes, rel=1e-13)


def test_what_decides_on_numbers_is_refused() -> None:
    network = MLP(1, [1], activation="linear")
    with pytest.raises(ArgumentError, match="which a model of ONNX would not see"):
        to_onnx(network, gradients=True, loss=lambda out, t: out[0] if out[0] > t[0] else t[0])


def test_shared_parameters_are_refused_as_by_arrays() -> None:
    network = MLP(1, [1, 1])
    network.layers[1].neurons[0].weights[0] = network.layers[0].neurons[0].weights[0]
    with pytest.raises(ArgumentError, match="arrays would make it two"):
        to_onnx(network)


def test_a_program_is_handed_over_too() -> None:
    model = to_onnx(record(lambda x: (x * x).named("y"), 1.0), gradients=True)
    assert run(model, {"x": [3.0]})["x.grad"].tolist() == [6.0]
    with pytest.raises(ArgumentTypeError, match="program must be a RecordedProgram"):
        to_onnx("urbain")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["urbain", "softmax", "lstm-cell"])
def test_a_worked_example_is_converted_with_its_derivatives(name: str, tmp_path: Path) -> None:
    path = tmp_path / "step.onnx"
    result = CliRunner().invoke(main, ["convert", name, "-o", str(path)])
    assert (result.exit_code, result.output) == (0, f"written: {path}\n")
    step = worked.load(name).step()
    found = run(onnx.load(path), {})
    own = {each: node.grad for each, node in step.nodes.items() if f"{each}.grad" in found}
    assert found[step.error.name] == pytest.approx(step.error_before, rel=1e-14)
    assert len(own) > 10
    largest = max(map(abs, own.values()))
    for each, gradient in own.items():
        assert found[f"{each}.grad"] == pytest.approx(gradient, rel=1e-12, abs=1e-14 * largest)


def test_the_command_writes_the_step_of_a_worked_example(tmp_path: Path) -> None:
    path = tmp_path / "urbain.onnx"
    result = CliRunner().invoke(main, ["convert", "urbain", "--to", "onnx", "-o", str(path)])
    assert result.exit_code == 0, result.output
    found = run(onnx.load(path), {})
    step = worked.load("urbain").step()
    assert found["E_total"].item() == pytest.approx(step["E_total"], rel=1e-15)
    for weight in ("w1", "w5", "w8"):
        assert found[f"{weight}.grad"].item() == pytest.approx(step[f"dE_total/d{weight}"], rel=1e-14)
