"""Networks in JAX and Equinox: the same outputs, gradients and parameters, also after 100 steps."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import pytest
from handed_over import EXAMPLES, NETWORKS
from jax import numpy as jnp

from autograd import ArgumentError, AutogradError
from nn import MLP, SGD, train
from nn.activations import activation_names
from nn.forward import Forward
from nn.interop import from_equinox, from_jax, to_equinox, to_jax


@pytest.fixture(autouse=True)
def float64() -> None:
    jax.config.update("jax_enable_x64", True)


def close(one: dict[str, float], other: dict[str, float], within: float) -> None:
    largest = max(map(abs, one.values()))
    assert one.keys() == other.keys()
    assert max(abs(one[path] - other[path]) for path in one) <= within * largest


@pytest.mark.parametrize("kind", NETWORKS)
def test_outputs_gradients_and_training_are_the_same(kind: str) -> None:
    network = NETWORKS[kind]()
    apply, parameters = to_jax(network)
    inputs = jnp.array([each.inputs for each in EXAMPLES])
    targets = jnp.array([each.targets for each in EXAMPLES])

    def error(parameters: Any) -> Any:
        return 0.5 * ((targets - apply(parameters, inputs)) ** 2).sum()

    total = Forward(network, EXAMPLES, "half_squared_error").error
    total.backward()
    value, gradients = jax.jit(jax.value_and_grad(error))(parameters)
    assert float(value) == pytest.approx(total.data, rel=1e-14)
    own = {path: parameter.grad for path, parameter in network.named_parameters()}
    close(own, from_jax(gradients, network).state_dict(), 1e-14)

    optimizer = SGD(network.parameters(), lr=0.05)
    step = jax.jit(lambda p: jax.tree.map(lambda w, g: w - 0.05 * g, p, jax.grad(error)(p)))
    for _ in range(100):
        train(network, EXAMPLES, optimizer)
        parameters = step(parameters)
    close(network.state_dict(), from_jax(parameters, network).state_dict(), 1e-12)


def test_an_equinox_module_is_the_same_network() -> None:
    network = NETWORKS["subtracted"]()
    module = to_equinox(network)
    outputs = [each.data for each in network.outputs([0.5, -1.0])]
    assert module(jnp.array([0.5, -1.0])).tolist() == pytest.approx(outputs, rel=1e-15)
    doubled = jax.tree.map(lambda array: 2.0 * array, module)
    back = from_equinox(doubled, network).state_dict()
    assert back == {path: 2.0 * number for path, number in network.state_dict().items()}


@pytest.mark.parametrize("activation", activation_names())
def test_every_activation_is_the_same(activation: str) -> None:
    network = MLP(1, [1], activation=activation, init="zeros")
    network.layers[0].neurons[0].weights[0].data = 1.0
    apply, parameters = to_jax(network)
    for number in (-0.75, -0.125, 0.0, 0.25, 0.9375, 1.5, 30.0):
        network.zero_grad()
        try:
            out = network([number])
        except (ArithmeticError, ValueError):
            continue
        out.backward()
        slope = network.layers[0].neurons[0].bias.grad
        value, gradients = jax.value_and_grad(lambda p, x=number: apply(p, jnp.array([x]))[0])(
            parameters
        )
        assert float(value) == pytest.approx(out.data, rel=1e-14, abs=1e-15)
        assert float(gradients[0]["bias"][0]) == pytest.approx(slope, rel=1e-13, abs=1e-15)


def test_float32_is_never_used_in_silence() -> None:
    jax.config.update("jax_enable_x64", False)
    with pytest.raises(AutogradError, match=r"jax.config.update\('jax_enable_x64', True\)"):
        to_jax(MLP(1, [1]))


def test_parameters_of_another_shape_are_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"layers\[0\].weights must be of shape \(1, 1\), got \(2, 1\)"
    ):
        from_jax(to_jax(MLP(1, [2]))[1], MLP(1, [1]))


EXAMPLE = Path(__file__).parents[3] / "examples" / "jax_shard_map.py"


def run_example(script: Path) -> subprocess.CompletedProcess[str]:
    root = EXAMPLE.parents[1]
    return subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(root)},
    )


def test_several_devices_train_to_what_one_process_does() -> None:
    run = run_example(EXAMPLE)
    assert re.fullmatch(r"4 devices, 100 steps: the parameters differ by .*\n", run.stdout), run.stderr
    assert float(run.stdout.split()[-1]) <= 1e-12


def test_a_mean_of_the_devices_means_is_found(tmp_path: Path) -> None:
    right = 'jax.lax.psum((weights * errors).sum(), "examples") / count'
    wrong = 'jax.lax.pmean((weights * errors).sum() / weights.sum(), "examples")'
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script = tmp_path / "example.py"
    script.write_text(text.replace(right, wrong), encoding="utf-8")
    run = run_example(script)
    assert (run.returncode, run.stderr) == (1, "that is more than rounding\n")
