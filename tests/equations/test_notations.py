"""Each document's symbols are of the right numbers, however wide and deep a network is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import Case, cases

from nn import MLP, SGD, Example, Notation, TrainingStep
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import Names, notation_names


class Symbols(NamedTuple):
    """What a document calls things, of the layer k, its neuron j, and the input i of that, from 1.

    ``sizes`` are the number of inputs and of neurons of each layer.
    """

    weight: Callable[[list[int], int, int, int], str]
    bias: Callable[[list[int], int, int], str]
    net: Callable[[list[int], int, int], str]
    out: Callable[[list[int], int, int], str]
    delta: Callable[[list[int], int, int], str]
    gradient: Callable[[str], str]
    sign: float
    """With which the bias enters the net input."""


def neuron(sizes: list[int], k: int, j: int) -> str:
    return f"o{j}" if k == len(sizes) - 1 else f"h{sum(sizes[1:k]) + j}"


def running(sizes: list[int], k: int, j: int, i: int) -> int:
    return sum(m * n for m, n in pairwise(sizes[:k])) + (j - 1) * sizes[k - 1] + i


def last(sizes: list[int], k: int) -> bool:
    return k == len(sizes) - 1


DOCUMENTS = {
    "hoey": Symbols(
        weight=lambda _, k, j, i: f"W{k}[{i + 1},{j}]",
        bias=lambda _, k, j: f"W{k}[1,{j}]",
        net=lambda _, k, j: f"a{k}[{j}]",
        out=lambda _, k, j: f"z{k}[{j}]",
        delta=lambda _, k, j: f"del{k}[{j}]",
        gradient=lambda symbol: f"dErrorD{symbol}",
        sign=1.0,
    ),
    "urbain": Symbols(
        weight=lambda sizes, k, j, i: f"w{running(sizes, k, j, i)}",
        bias=lambda sizes, k, j: f"b{sum(sizes[1:k]) + j}",
        net=lambda sizes, k, j: f"net_{neuron(sizes, k, j)}",
        out=lambda sizes, k, j: f"out_{neuron(sizes, k, j)}",
        delta=lambda sizes, k, j: f"delta_{neuron(sizes, k, j)}",
        gradient=lambda symbol: f"dE_total/d{symbol}",
        sign=1.0,
    ),
    "signals": Symbols(
        weight=lambda _, k, j, i: f"w_{i}{',' if max(i, j) > 9 else ''}{j}^({k})",
        bias=lambda _, k, j: f"b_{j}^({k})",
        net=lambda _, k, j: f"S_{j}^({k})",
        out=lambda sizes, k, j: f"y_{j}" if last(sizes, k) else f"x_{j}^({k})",
        delta=lambda _, k, j: f"delta_{j}^({k})",
        gradient=lambda symbol: f"dL/d{symbol}",
        sign=-1.0,
    ),
    "guided": Symbols(
        weight=lambda _, k, j, i: f"W{k}[{i},{j}]",
        bias=lambda _, k, j: f"b{k}[{j}]",
        net=lambda _, k, j: f"z{k + 1}[1,{j}]",
        out=lambda sizes, k, j: f"yhat[1,{j}]" if last(sizes, k) else f"a{k + 1}[1,{j}]",
        delta=lambda _, k, j: f"delta{k + 1}[1,{j}]",
        gradient=lambda symbol: f"dJ/d{symbol}",
        sign=1.0,
    ),
    "xing": Symbols(
        weight=lambda _, k, j, i: f"w_{j},{i}^({k})",
        bias=lambda _, k, j: f"b_{j}^({k})",
        net=lambda _, k, j: f"net_{j}^({k})",
        out=lambda _, k, j: f"o_{j}^({k})",
        delta=lambda _, k, j: f"delta_{j}^({k})",
        gradient=lambda symbol: f"de/d{symbol}",
        sign=-1.0,
    ),
}


def test_every_notation_is_tested() -> None:
    assert sorted(DOCUMENTS) == notation_names()


def step_of(sizes: list[int]) -> TrainingStep:
    network = MLP(sizes[0], sizes[1:], activation="tanh", seed=7)
    biases = [neuron.bias for layer in network.layers for neuron in layer.neurons]
    for number, bias in enumerate(biases, 1):
        bias.data = 1.0 / (number + 2.0)
    example = Example([1.0 / i for i in range(1, sizes[0] + 1)], [0.5] * sizes[-1])
    return TrainingStep(network, [example], SGD(network.parameters(), lr=0.5))


def expected(symbols: Symbols, step: TrainingStep, sizes: list[int]) -> Iterator[tuple[str, float]]:
    """Each symbol with its number, from the step's own network, whose biases are added."""
    for k, layer in enumerate(step.network.layers, 1):
        for j, each in enumerate(layer.neurons, 1):
            yield symbols.net(sizes, k, j), each.net.data
            yield symbols.out(sizes, k, j), each.out.data
            yield symbols.delta(sizes, k, j), each.delta
            bias = symbols.bias(sizes, k, j)
            yield bias, symbols.sign * each.bias.data
            yield symbols.gradient(bias), symbols.sign * each.delta
            for i, weight in enumerate(each.weights, 1):
                name = symbols.weight(sizes, k, j, i)
                yield name, weight.data
                yield symbols.gradient(name), weight.grad


SIZES = [[1, 1], [2, 3, 2], [12, 11, 10, 3], [2] * 13]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_symbols_are_of_the_right_numbers(document: str, sizes: list[int]) -> None:
    step = step_of(sizes)
    named = step.in_notation(document)
    for symbol, number in expected(DOCUMENTS[document], step, sizes):
        assert named[symbol] == pytest.approx(number, rel=1e-11), symbol


def test_a_symbol_of_another_number_is_found() -> None:
    """With W_ij and W_ji exchanged, as between hoey's and xing's matrices."""
    step = step_of([2, 2])
    turned = replace(Notation.named("guided"), weight="W{layer}[{j},{i}]")
    numbers = dict(expected(DOCUMENTS["guided"], step, [2, 2]))
    wrong = [symbol for symbol in numbers if step.in_notation(turned)[symbol] != numbers[symbol]]
    assert {"W1[1,2]", "W1[2,1]", "dJ/dW1[1,2]", "dJ/dW1[2,1]"} == set(wrong)


def test_indices_of_several_digits_are_kept_apart() -> None:
    names = Names(Notation(weight="w_{ij}", bias="w_{ij}"), MLP(10, [10]))
    parameters = list(names.parameters.values())
    assert parameters[:3] == ["w_11", "w_21", "w_31"]
    assert parameters[8:11] == ["w_91", "w_10,1", "w_12"]
    assert parameters[90:100] == [f"w_{i},10" for i in range(1, 11)]
    assert parameters[100:] == [*(f"w_0{j}" for j in range(1, 10)), "w_0,10"]


# --- from one notation to another ----------------------------------------------------------------

ALL = [*notation_names(), "default"]


def notation(name: str) -> Notation:
    return Notation() if name == "default" else Notation.named(name)


anything = cases(
    Notation(), biases=list(BIAS_CONVENTIONS), examples=st.integers(1, 3), error="mean_squared_error"
) | cases(Notation(), shared=True, examples=st.integers(1, 2))


def kinds(step: TrainingStep) -> dict[str, list[float]]:
    """A step's numbers in the order of the network, biases with the sign that they enter with."""
    names, neurons = step.names, list(step.network.layers)
    signs = {
        each.bias: each.bias_convention.sign
        for layer in neurons
        for each in layer.neurons
        if each.bias is not None
    }
    parameters = {symbol: signs.get(parameter, 1.0) for parameter, symbol in names.parameters.items()}
    passed = [
        symbol
        for each in names.passes
        for symbol in (*each.inputs, *each.targets, *each.nets.values(), *each.outs.values())
    ]
    return {
        "parameters": [sign * step[symbol] for symbol, sign in parameters.items()],
        "their gradients": [sign * step[names.gradient(symbol)] for symbol, sign in parameters.items()],
        "updated": [
            signs.get(parameter, 1.0) * step[symbol]
            for parameter, symbol in names.updates.items()
            if symbol in step.updated
        ],
        "changes": [
            signs.get(parameter, 1.0) * step[symbol]
            for parameter, symbol in names.changes.items()
            if symbol in step.changes
        ],
        "passed": [step[symbol] for symbol in passed],
        "passed by": [step[names.gradient(symbol)] for symbol in passed],
        "deltas": [step[symbol] for each in names.passes for symbol in each.deltas.values()],
        "errors": [step[names.notation.error], step["E"], step.error_before, step.error_after],
    }


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Where two steps differ by more than the rounding of sums in another order."""
    return [
        f"{kind}: {a!r}, not {b!r}"
        for kind in first
        for a, b in zip(first[kind], second[kind], strict=True)
        if not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    ]


@given(anything)
def test_numbers_are_the_same_in_every_notation(case: Case) -> None:
    own = kinds(case.step)
    for name in ALL:
        named = case.step.in_notation(notation(name))
        assert differences(kinds(named), own) == [], name
        counts = {kind: len(numbers) for kind, numbers in named.numbers.items()}
        assert counts == {kind: len(numbers) for kind, numbers in case.step.numbers.items()}


@given(anything, st.sampled_from(list(product(ALL, ALL))))
def test_there_and_back(case: Case, names: tuple[str, str]) -> None:
    """To the last bit, since a step keeps its network as it was given."""
    first, second = map(notation, names)
    there = case.step.in_notation(first)
    assert there.in_notation(second).to_dict() == case.step.in_notation(second).to_dict()
    assert there.in_notation(Notation()).to_dict() == case.step.to_dict()
    assert there.in_notation(second).in_notation(first).to_dict() == there.to_dict()


def test_a_bias_of_the_wrong_sign_is_found() -> None:
    step = step_of([2, 2])
    own, other = kinds(step), kinds(step.in_notation("signals"))
    assert differences(own, other) == []
    other["parameters"] = [-number for number in other["parameters"]]
    assert len(differences(own, other)) == 6
