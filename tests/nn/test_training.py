"""train(): what is replayed has the numbers of what is computed node by node, to the last bit."""

from __future__ import annotations

from collections import deque
from random import Random
from typing import Any

import pytest

import nn.runs
from autograd import Value, detect_anomaly
from nn import MLP, SGD, Adam, AdamW, Example, train
from nn.error_rules import ErrorRule
from nn.runs import EagerRun, LoopedRun, ReplayedRun
from nn.training import errors_in_training

KINDS: dict[str, tuple[list[int], Any, Any]] = {
    "half_squared_error": ([3, 2], "sigmoid", lambda p: SGD(p, lr=0.1, momentum=0.9)),
    "mean_squared_error": ([3, 2], "relu", lambda p: AdamW(p, lr=0.01)),
    "cross_entropy": ([4, 3], ["tanh", "linear"], lambda p: SGD(p, lr=0.1)),
    "binary_cross_entropy": ([4, 1], "sigmoid", lambda p: Adam(p, lr=lambda step: 0.1 / (1 + step))),
    "(target - out) ** 4": ([2, 2], "tanh", lambda p: SGD(p, lr=0.1, weight_decay=0.01)),
}


def examples(outputs: int, count: int) -> list[Example]:
    draw = Random(1)
    return [
        Example(
            [draw.gauss(0, 1), draw.gauss(0, 1)], [float(k % outputs == each) for each in range(outputs)]
        )
        for k in range(count)
    ]


def state(error: float, network: MLP, optimizer: Any) -> Any:
    slopes = [each.grad for each in network.parameters()]
    return error, network.state_dict(), optimizer.state_dict(), slopes


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What ran."""
    found: list[Any] = []
    made = nn.runs.made_run

    def noted(*args: Any) -> Any:
        found.append(made(*args))
        return found[-1]

    monkeypatch.setattr(nn.runs, "made_run", noted)
    return found


def both(kind: str, count: int, steps: int) -> None:
    sizes, activation, make = KINDS[kind]
    given, found = examples(sizes[-1], count), []
    for replayed in (True, False):
        network = MLP(2, sizes, activation=activation, seed=4)
        optimizer = make(network.parameters())
        if replayed:
            error = train(network, given, optimizer, error=kind, steps=steps)
        else:
            error = deque(
                errors_in_training(network, given, optimizer, error=kind, steps=steps), 1
            ).pop()
        found.append(state(error, network, optimizer))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 5])
def test_a_replay_has_the_same_bits(kind: str, count: int, runs: list[Any]) -> None:
    both(kind, count, 1000 // count)
    assert [type(each) for each in runs] == [ReplayedRun]


@pytest.mark.native
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 5])
def test_machine_code_has_the_same_bits(kind: str, count: int, runs: list[Any]) -> None:
    both(kind, count, 10_000 // count)
    assert [type(each) for each in runs] == [LoopedRun]


def test_few_steps_and_whoever_looks_at_graphs_are_computed_node_by_node(runs: list[Any]) -> None:
    network = MLP(2, [1], seed=1)
    train(network, examples(1, 3), SGD(network.parameters(), lr=0.1), steps=3)
    with detect_anomaly():
        train(network, examples(1, 3), SGD(network.parameters(), lr=0.1), steps=400)
    assert [type(each) for each in runs] == [EagerRun]  # with the detector it does not come so far


def test_what_cannot_be_recorded_is_computed_node_by_node(runs: list[Any]) -> None:
    def part(outputs: Any, targets: Any) -> Value:
        return (outputs[0] - targets[0]) ** 2 * outputs[0].data

    network = MLP(1, [1], activation="linear", init="zeros")
    rule, given = ErrorRule(part), [Example([1.0], [2.0])]
    train(network, given, SGD(network.parameters(), lr=0.001), error=rule, steps=1000)
    assert [type(each) for each in runs] == [EagerRun]


def frozen(steps: int) -> None:
    given, found = examples(1, 5), []
    for replayed in (True, False):
        network = MLP(2, [2, 2, 1], activation="tanh", seed=1)
        before, middle = network.state_dict(), network.layers[1].parameters()
        optimizer = SGD([*reversed(middle)], lr=0.1, momentum=0.5)
        if replayed:
            error = train(network, given, optimizer, steps=steps)
        else:
            error = deque(errors_in_training(network, given, optimizer, steps=steps), 1).pop()
        found.append(state(error, network, optimizer))
        changed = {path for path, number in network.state_dict().items() if number != before[path]}
        assert changed == {path for path in before if path.startswith("layers.1.")}
        assert all(each.grad for each in network.parameters())
    assert found[0] == found[1]


def test_parameters_that_the_optimizer_does_not_have_only_get_gradients(runs: list[Any]) -> None:
    frozen(200)
    assert [type(each) for each in runs] == [ReplayedRun]


@pytest.mark.native
def test_machine_code_leaves_them_alone_too(runs: list[Any]) -> None:
    frozen(2000)
    assert [type(each) for each in runs] == [LoopedRun]


def test_parameters_of_another_network_are_updated_by_what_gradients_they_have(runs: list[Any]) -> None:
    network, other = MLP(2, [2, 1], activation="tanh", seed=1), Value(3.0)
    optimizer = SGD([other, *network.parameters()], lr=0.1)
    train(network, examples(1, 5), optimizer, steps=200)
    assert [type(each) for each in runs] == [ReplayedRun]
    assert other.data == 3.0
    other.grad = 0.25
    train(network, examples(1, 5), optimizer, steps=200)
    assert other.data == pytest.approx(3.0 - 200 * 0.1 * 0.25)
