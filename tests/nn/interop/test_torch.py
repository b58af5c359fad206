"""Networks in PyTorch: the same outputs, gradients and parameters, also after a hundred steps."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from handed_over import EXAMPLES, NETWORKS

from autograd import ArgumentError, Value
from nn import MLP, SGD, Adam, AdamW, Optimizer, train
from nn.activations import activation_names
from nn.forward import Forward
from nn.interop import from_torch, from_torch_optimizer, to_torch, to_torch_optimizer

INPUTS = torch.tensor([each.inputs for each in EXAMPLES], dtype=torch.float64)
TARGETS = torch.tensor([each.targets for each in EXAMPLES], dtype=torch.float64)
OPTIMIZERS: dict[str, Callable[[list[Value]], Optimizer]] = {
    "SGD": lambda parameters: SGD(parameters, lr=0.05),
    "momentum": lambda parameters: SGD(parameters, lr=0.02, momentum=0.9, weight_decay=1e-3),
    "Nesterov": lambda parameters: SGD(parameters, lr=0.02, momentum=0.8, nesterov=True),
    "Adam": lambda parameters: Adam(parameters, lr=0.01),
    "AdamW": lambda parameters: AdamW(parameters, lr=0.01, betas=(0.8, 0.99)),
}


def error(module: Any) -> Any:
    return 0.5 * ((TARGETS - module(INPUTS)) ** 2).sum()


def torch_steps(module: Any, optimizer: Any, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        error(module).backward()
        optimizer.step()


def close(one: dict[str, float], other: dict[str, float], within: float) -> None:
    """Numbers that agree, to a share of the largest: what is next to zero has lost digits in both."""
    assert one.keys() == other.keys()
    largest = max(map(abs, one.values()))
    assert max(abs(one[path] - other[path]) for path in one) <= within * largest


@pytest.mark.parametrize("kind", NETWORKS)
def test_outputs_and_gradients_are_the_same(kind: str) -> None:
    network = NETWORKS[kind]()
    module = to_torch(network)
    total = Forward(network, EXAMPLES, "half_squared_error").error
    total.backward()
    loss = error(module)
    loss.backward()
    assert loss.item() == pytest.approx(total.data, rel=1e-15)
    back = from_torch(module, network)  # the gradients, taken back as if they were the parameters
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.grad)
    gradients = from_torch(module, network)
    close(back.state_dict(), network.state_dict(), 0.0)
    close(
        {path: parameter.grad for path, parameter in network.named_parameters()},
        gradients.state_dict(),
        1e-15,
    )


@pytest.mark.parametrize("how", OPTIMIZERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_training_goes_on_there_and_comes_back(kind: str, how: str) -> None:
    network = NETWORKS[kind]()
    optimizer = OPTIMIZERS[how](network.parameters())
    train(network, EXAMPLES, optimizer, steps=3)
    module = to_torch(network)
    theirs = to_torch_optimizer(optimizer, network, module)
    for steps, within in ((1, 1e-15), (99, 1e-12)):
        train(network, EXAMPLES, optimizer, steps=steps)
        torch_steps(module, theirs, steps)
        close(network.state_dict(), from_torch(module, network).state_dict(), within)
    back = from_torch(module, network)
    ours = from_torch_optimizer(theirs, back, module)
    assert ours.state_dict()["settings"] == optimizer.state_dict()["settings"]
    assert ours.steps == optimizer.steps or isinstance(ours, SGD)  # PyTorch's does not count its steps
    train(network, EXAMPLES, optimizer, steps=5)
    train(back, EXAMPLES, ours, steps=5)
    close(network.state_dict(), back.state_dict(), 1e-12)


def test_only_the_weights_may_be_trained() -> None:
    network = NETWORKS["shared"]()
    weights = [each for layer in network.layers for neuron in layer.neurons for each in neuron.weights]
    optimizer = SGD(weights, lr=0.5, momentum=0.5)
    module = to_torch(network)
    theirs = to_torch_optimizer(optimizer, network, module)
    train(network, EXAMPLES, optimizer, steps=2)
    torch_steps(module, theirs, 2)
    close(network.state_dict(), from_torch(module, network).state_dict(), 1e-15)


@pytest.mark.parametrize("activation", activation_names())
def test_every_activation_is_the_same_or_refused(activation: str) -> None:
    network = MLP(1, [1], activation=activation, init="zeros")
    neuron = network.layers[0].neurons[0]
    neuron.weights[0].data, neuron.bias.data = 1.0, 0.0
    if activation == "cbrt":
        with pytest.raises(ArgumentError, match=r"PyTorch has no activation 'cbrt', that of layers\.0"):
            to_torch(network)
        return
    module = to_torch(network)
    back = from_torch(module)
    assert back.layers[0].neurons[0].activation == activation
    for number in (-0.75, -0.125, 0.0, 0.25, 0.9375, 1.5, 30.0):
        x = Value(number)
        try:
            out = network([x])
        except (ArithmeticError, ValueError):
            continue
        out.backward()
        theirs = torch.tensor([number], dtype=torch.float64, requires_grad=True)
        module(theirs).backward()
        assert module(theirs).item() == pytest.approx(out.data, rel=1e-14, abs=1e-15)
        # where it saturates, PyTorch's 1 - out² has lost its digits
        assert theirs.grad.item() == pytest.approx(x.grad, rel=1e-13, abs=1e-15)


LINEAR = torch.nn.Linear(2, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: from_torch(torch.nn.Sequential(LINEAR, torch.nn.Dropout())), r"Dropout \(1\) is no"),
        (lambda: from_torch(torch.nn.Sequential(torch.nn.ReLU())), r"relu \(0\) does not follow"),
        (lambda: from_torch(torch.nn.Sequential(LINEAR, torch.nn.LeakyReLU(0.2))), "other settings"),
        (lambda: from_torch(torch.nn.Sequential(LINEAR, torch.nn.GELU("tanh"))), "other settings"),
        (lambda: from_torch(torch.nn.Sequential(LINEAR, torch.nn.Softplus())), "other settings"),
        (lambda: from_torch(torch.nn.Sequential(LINEAR), MLP(2, [3])), "like has layers of shape"),
        (lambda: from_torch(3), "module must be a torch.nn.Sequential, got 3"),
    ],
)
def test_modules_that_no_network_is_are_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()


def test_optimizers_that_cannot_be_carried_over_are_refused() -> None:
    network = MLP(1, [1])
    module = to_torch(network)
    weight = network.layers[0].neurons[0].weights
    with pytest.raises(ArgumentError, match="lr is a schedule"):
        to_torch_optimizer(SGD(weight, lr=lambda step: 0.5), network, module)
    wide = MLP(2, [1])
    with pytest.raises(ArgumentError, match=r"only a part of 0.weight"):
        to_torch_optimizer(SGD(wide.parameters()[:1], lr=0.5), wide, to_torch(wide))
    with pytest.raises(ArgumentError, match="other parameters than the network"):
        to_torch_optimizer(SGD(wide.parameters(), lr=0.5), wide, module)
    with pytest.raises(ArgumentError, match="amsgrad is a setting"):
        from_torch_optimizer(torch.optim.Adam(module.parameters(), amsgrad=True), network, module)
    with pytest.raises(ArgumentError, match="nn has no Adagrad"):
        from_torch_optimizer(torch.optim.Adagrad(module.parameters()), network, module)
    groups = [{"params": [each]} for each in module.parameters()]
    with pytest.raises(ArgumentError, match="2 groups"):
        from_torch_optimizer(torch.optim.SGD(groups, lr=0.5), network, module)


EXAMPLE = Path(__file__).parents[3] / "examples" / "torch_ddp.py"


def run_example(script: Path) -> subprocess.CompletedProcess[str]:
    run = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    return subprocess.run(
        [sys.executable, "-m", *run, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(EXAMPLE.parents[1])},
    )


def test_two_processes_train_to_what_one_does() -> None:
    run = run_example(EXAMPLE)
    assert re.fullmatch(r"2 processes, 100 steps: the parameters differ by .*\n", run.stdout), run.stderr
    assert float(run.stdout.split()[-1]) <= 1e-12


def test_a_mean_of_the_processes_means_is_found(tmp_path: Path) -> None:
    right = "(errors.sum() * processes / len(points)).backward()"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(right) == 1
    script = tmp_path / "example.py"
    script.write_text(text.replace(right, "errors.mean().backward()"), encoding="utf-8")
    run = run_example(script)
    assert run.returncode == 1
    assert "that is more than rounding" in run.stderr
