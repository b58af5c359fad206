"""Jay Urbain's formulas, which have no numbers: each is called here by what stands on its left.

What the notes write of w5 holds of every weight that leads to an output, what they write of w1 of every
weight that leads to a hidden neuron, and o1 and o2 may be any number of outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sized import Sized, apart, read
from steps import Case, cases

from nn import worked

sigmoid = st.just("sigmoid")
widths = st.lists(st.integers(1, 3), min_size=3, max_size=3)
more_layers = st.lists(st.integers(1, 3), min_size=4, max_size=5)
#: Two layers of sigmoid neurons, each layer with one bias for all, which is not updated.
two_layers = cases("urbain", sizes=widths, hidden=sigmoid, last=sigmoid, shared=True)
deep = cases("urbain", sizes=more_layers, hidden=sigmoid, last=sigmoid, shared=True)
own_biases = cases("urbain", sizes=widths, hidden=sigmoid, last=sigmoid)


class Weight(NamedTuple):
    """A weight: w is its name, it leads to ``to`` from ``source``, an input i or an output out_h."""

    w: str
    to: str
    source: str
    value: Sized


def layers(case: Case) -> list[list[str]]:
    """The names of the neurons: h1, h2, … through all hidden layers, and o1, o2, …"""
    hidden, h = [], 0
    for size in case.sizes[1:-1]:
        hidden.append([f"h{h + j}" for j in range(1, size + 1)])
        h += size
    return [*hidden, [f"o{k}" for k in range(1, case.sizes[-1] + 1)]]


def weights(case: Case) -> Iterator[list[Weight]]:
    """The weights of each layer: w1, w2, … to the first neuron, then to the next."""
    number = 0
    sources = [f"i{i}" for i in range(1, case.sizes[0] + 1)]
    for neurons, matrix in zip(layers(case), case.weights, strict=True):
        found = []
        for neuron, row in zip(neurons, matrix, strict=True):
            for source, value in zip(sources, row, strict=True):
                number += 1
                found.append(Weight(f"w{number}", neuron, source, value))
        yield found
        sources = [f"out_{neuron}" for neuron in neurons]


def target(case: Case, o: str) -> Sized:
    return case.targets[0][int(o[1:]) - 1]


def output_layer(case: Case) -> list[Weight]:
    """w5 and its like."""
    return list(weights(case))[-1]


def hidden_layer(case: Case) -> list[Weight]:
    """w1 and its like, in the last hidden layer."""
    return list(weights(case))[-2]


def outputs(case: Case) -> list[str]:
    return layers(case)[-1]


def w_ho(case: Case, h: str, o: str) -> Sized:
    """The weight that leads to o from h."""
    return next(each.value for each in output_layer(case) if (each.to, each.source) == (o, f"out_{h}"))


# --- forward -------------------------------------------------------------------------------------


def check_net_inputs(case: Case, layer: int) -> None:
    for j, neuron in enumerate(layers(case)[layer]):
        into = [each for each in list(weights(case))[layer] if each.to == neuron]
        for each in into:
            assert apart(case[each.w], each.value) == []
        net = sum((each.value * case[each.source] for each in into), case.offsets[layer][j] * 1)
        assert apart(case[f"net_{neuron}"], net) == []


@given(two_layers)
def test_eq_net_h1(case: Case) -> None:
    assert apart(read(case.step, "i{}", case.sizes[0]), case.inputs[0]) == []
    assert apart(case["b1"], case.offsets[0][0]) == []
    check_net_inputs(case, 0)


@given(cases("urbain", sizes=st.just([2, 2, 2]), hidden=sigmoid, last=sigmoid, shared=True))
def test_eq_net_h1_as_printed(case: Case) -> None:
    """The second time with w3 i2."""
    w1, w2, w3, i1, i2, b1 = (case[symbol] for symbol in ("w1", "w2", "w3", "i1", "i2", "b1"))
    assume(abs((w2 * i2 - w3 * i2).value) > 1e-9)
    assert apart(case["net_h1"], w1 * i1 + w2 * i2 + b1 * 1) == []
    assert apart(case["net_h1"], w1 * i1 + w3 * i2 + b1 * 1) != []


@given(two_layers)
def test_eq_out_h1(case: Case) -> None:
    for h in layers(case)[0]:
        assert apart(case[f"out_{h}"], 1 / (1 + np.exp(-case[f"net_{h}"]))) == []


@given(two_layers)
def test_eq_net_o1(case: Case) -> None:
    assert apart(case["b2"], case.offsets[1][0]) == []
    check_net_inputs(case, 1)


@given(two_layers)
def test_eq_out_o1(case: Case) -> None:
    for o in outputs(case):
        assert apart(case[f"out_{o}"], 1 / (1 + np.exp(-case[f"net_{o}"]))) == []


@given(two_layers)
def test_eq_total_error(case: Case) -> None:
    squares = [(target(case, o) - case[f"out_{o}"]) ** 2 / 2 for o in outputs(case)]
    assert apart(case["E_total"], sum(squares)) == []


@given(two_layers)
def test_eq_error_of_o1(case: Case) -> None:
    """One output's part is the whole error, and has no name of its own."""
    assume(len(outputs(case)) > 1)
    for o in outputs(case):
        assert apart(case[f"target_{o}"], target(case, o)) == []
        part = (target(case, o) - case[f"out_{o}"]) ** 2 / 2
        assert apart(case[f"E_{o}"], part) == []


@given(two_layers)
def test_eq_sum_of_errors(case: Case) -> None:
    assume(len(outputs(case)) > 1)
    assert apart(case["E_total"], sum(case[f"E_{o}"] for o in outputs(case))) == []


# --- chain rule for w5 ---------------------------------------------------------------------------


@given(two_layers)
def test_eq_chain_rule_for_w5(case: Case) -> None:
    for w, o, _, _ in output_layer(case):
        factors = case[f"dE_total/dout_{o}"] * case[f"dout_{o}/dnet_{o}"] * case[f"dnet_{o}/d{w}"]
        assert apart(case[f"dE_total/d{w}"], factors) == []


@given(two_layers)
def test_eq_dtotal_dout_o1(case: Case) -> None:
    for o in outputs(case):
        out = case[f"out_{o}"]
        assert (
            apart(case[f"dE_total/dout_{o}"], 2 * 0.5 * (target(case, o) - out) ** (2 - 1) * -1 + 0)
            == []
        )
        assert apart(case[f"dE_total/dout_{o}"], -(target(case, o) - out)) == []


@given(two_layers)
def test_eq_dout_o1_dnet_o1(case: Case) -> None:
    for o in outputs(case):
        out = case[f"out_{o}"]
        assert apart(case[f"dout_{o}/dnet_{o}"], out * (1 - out)) == []


@given(two_layers)
def test_eq_dnet_o1_dw5(case: Case) -> None:
    for w, o, out_h, value in output_layer(case):
        assert apart(case[f"dnet_{o}/d{w}"], 1 * case[out_h] * value ** (1 - 1) + 0 + 0) == []
        assert apart(case[f"dnet_{o}/d{w}"], case[out_h]) == []


@given(two_layers)
def test_eq_update_of_w5(case: Case) -> None:
    for w, _, _, value in output_layer(case):
        updated = value - case.eta * case[f"dE_total/d{w}"]
        assert apart(case[f"{w}+"], updated) == []


# --- the delta rule ------------------------------------------------------------------------------


@given(two_layers)
def test_eq_delta_rule_for_w5(case: Case) -> None:
    for w, o, out_h, _ in output_layer(case):
        out = case[f"out_{o}"]
        gradient = -(target(case, o) - out) * out * (1 - out) * case[out_h]
        assert apart(case[f"dE_total/d{w}"], gradient) == []


@given(two_layers)
def test_eq_delta_o1_by_factors(case: Case) -> None:
    for o in outputs(case):
        factors = case[f"dE_total/dout_{o}"] * case[f"dout_{o}/dnet_{o}"]
        assert apart(case[f"delta_{o}"], factors) == []
        assert apart(case[f"dE_total/dnet_{o}"], factors) == []


@given(two_layers)
def test_eq_delta_o1_by_outputs(case: Case) -> None:
    for o in outputs(case):
        out = case[f"out_{o}"]
        assert apart(case[f"delta_{o}"], -(target(case, o) - out) * out * (1 - out)) == []


@given(two_layers)
def test_eq_dtotal_dw5_by_delta(case: Case) -> None:
    for w, o, out_h, _ in output_layer(case):
        assert apart(case[f"dE_total/d{w}"], case[f"delta_{o}"] * case[out_h]) == []


@given(two_layers)
def test_eq_negative_delta(case: Case) -> None:
    """Where δ has the other sign, so has the gradient."""
    for w, o, out_h, _ in output_layer(case):
        out = case[f"out_{o}"]
        without_the_sign = (target(case, o) - out) * out * (1 - out)
        assert apart(case[f"dE_total/d{w}"], -without_the_sign * case[out_h]) == []


# --- chain rule for w1 ---------------------------------------------------------------------------


@given(two_layers)
def test_eq_chain_rule_for_w1(case: Case) -> None:
    for w, h, _, _ in hidden_layer(case):
        factors = case[f"dE_total/dout_{h}"] * case[f"dout_{h}/dnet_{h}"] * case[f"dnet_{h}/d{w}"]
        assert apart(case[f"dE_total/d{w}"], factors) == []


def part(case: Case, o: str) -> str:
    """E_o; with one output, E_total."""
    return f"E_{o}" if len(outputs(case)) > 1 else "E_total"


@given(two_layers | deep)
def test_eq_dtotal_dout_h1(case: Case) -> None:
    for h in layers(case)[-2]:
        parts = sum(case[f"d{part(case, o)}/dout_{h}"] for o in outputs(case))
        assert apart(case[f"dE_total/dout_{h}"], parts) == []


@given(two_layers)
def test_eq_derror_of_o1_dout_h1(case: Case) -> None:
    for h in layers(case)[-2]:
        for o in outputs(case):
            error = part(case, o)
            factors = case[f"d{error}/dnet_{o}"] * case[f"dnet_{o}/dout_{h}"]
            assert apart(case[f"d{error}/dout_{h}"], factors) == []


@given(two_layers)
def test_eq_derror_of_o1_dnet_o1(case: Case) -> None:
    for o in outputs(case):
        error = part(case, o)
        factors = case[f"d{error}/dout_{o}"] * case[f"dout_{o}/dnet_{o}"]
        assert apart(case[f"d{error}/dnet_{o}"], factors) == []
        assert apart(case[f"delta_{o}"], factors) == []


@given(two_layers)
def test_eq_dnet_o1_dout_h1(case: Case) -> None:
    for _, o, out_h, value in output_layer(case):
        assert apart(case[f"dnet_{o}/d{out_h}"], value) == []


@given(two_layers)
def test_eq_dout_h1_dnet_h1(case: Case) -> None:
    for h in layers(case)[0]:
        out = case[f"out_{h}"]
        assert apart(case[f"dout_{h}/dnet_{h}"], out * (1 - out)) == []


@given(two_layers)
def test_eq_dnet_h1_dw1(case: Case) -> None:
    for w, h, source, _ in hidden_layer(case):
        assert apart(case[f"dnet_{h}/d{w}"], case.inputs[0][int(source[1:]) - 1]) == []


def summed_over_outputs(case: Case, h: str) -> Sized:
    return sum(
        case[f"dE_total/dout_{o}"] * case[f"dout_{o}/dnet_{o}"] * case[f"dnet_{o}/dout_{h}"]
        for o in outputs(case)
    )


@given(two_layers | deep)
def test_eq_dtotal_dw1_as_a_sum_over_outputs(case: Case) -> None:
    for w, h, _, _ in hidden_layer(case):
        slope, by_weight = case[f"dout_{h}/dnet_{h}"], case[f"dnet_{h}/d{w}"]
        gradient = summed_over_outputs(case, h) * slope * by_weight
        assert apart(case[f"dE_total/d{w}"], gradient) == []


@given(two_layers | deep)
def test_eq_dtotal_dw1_by_deltas_of_outputs(case: Case) -> None:
    for w, h, source, _ in hidden_layer(case):
        back = sum(case[f"delta_{o}"] * w_ho(case, h, o) for o in outputs(case))
        out = case[f"out_{h}"]
        assert apart(case[f"dE_total/d{w}"], back * out * (1 - out) * case[source]) == []


@given(two_layers | deep)
def test_eq_dtotal_dw1_by_delta(case: Case) -> None:
    for layer in weights(case):
        for w, neuron, source, _ in layer:
            gradient = case[f"delta_{neuron}"] * case[source]
            assert apart(case[f"dE_total/d{w}"], gradient) == []


@given(two_layers | deep)
def test_eq_update_of_w1(case: Case) -> None:
    for layer in weights(case):
        for w, _, _, value in layer:
            assert apart(case[f"{w}+"], value - case.eta * case[f"dE_total/d{w}"]) == []


@given(deep)
def test_delta_rule_in_any_layers(case: Case) -> None:
    """As from the outputs to h1, so from each layer to the one before it."""
    names, every = layers(case), list(weights(case))
    for neurons, above in zip(names[:-1], every[1:], strict=True):
        for h in neurons:
            out = case[f"out_{h}"]
            back = sum(case[f"delta_{o}"] * w for _, o, from_h, w in above if from_h == f"out_{h}")
            assert apart(case[f"delta_{h}"], back * out * (1 - out)) == []


@given(own_biases)
def test_biases_of_ones_own_are_numbered_as_weights_are(case: Case) -> None:
    names = [name for layer in layers(case) for name in layer]
    for n, (name, offset) in enumerate(zip(names, np.concatenate(case.offsets), strict=True), 1):
        assert apart(case[f"b{n}"], offset) == []
        assert apart(case[f"dE_total/db{n}"], case[f"delta_{name}"]) == []
        assert apart(case[f"b{n}+"], offset - case.eta * case[f"delta_{name}"]) == []


# --- what the notes say of the training ----------------------------------------------------------


@given(two_layers)
def test_eq_biases_stay(case: Case) -> None:
    step = case.step
    assert {f"b{layer}+" for layer in (1, 2)}.isdisjoint(step.updated)
    assert set(step.updated) == {f"{each.w}+" for layer in weights(case) for each in layer}


class Plain:
    """The notes' network in plain numbers, trained; with the mistake that they warn against, or without.

    ``mistaken``: the hidden deltas are computed with the output weights that are updated already.
    """

    def __init__(self, mistaken: bool) -> None:
        self.mistaken = mistaken
        self.w = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]

    def forward(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The outputs of the hidden neurons, and of the last ones."""
        w, i, (b1, b2) = self.w, (0.05, 0.10), (0.35, 0.60)

        def neuron(first: float, second: float, signals: tuple[float, float], bias: float) -> float:
            return 1.0 / (1.0 + exp(-(first * signals[0] + second * signals[1] + bias)))

        h = (neuron(w[0], w[1], i, b1), neuron(w[2], w[3], i, b1))
        o = (neuron(w[4], w[5], h, b2), neuron(w[6], w[7], h, b2))
        return h, o

    def error(self) -> float:
        return sum(0.5 * (t - out) ** 2 for t, out in zip((0.01, 0.99), self.forward()[1], strict=True))

    def update(self) -> None:
        h, o = self.forward()
        d = [-(t - out) * out * (1.0 - out) for t, out in zip((0.01, 0.99), o, strict=True)]
        old = self.w[4:]
        new = [w - 0.5 * d[k // 2] * h[k % 2] for k, w in enumerate(old)]
        for_deltas = new if self.mistaken else old
        for j, out in enumerate(h):
            delta = (d[0] * for_deltas[j] + d[1] * for_deltas[2 + j]) * out * (1.0 - out)
            for i, signal in enumerate((0.05, 0.10)):
                self.w[2 * j + i] -= 0.5 * delta * signal
        self.w[4:] = new


def trained(updates: int, mistaken: bool) -> Plain:
    network = Plain(mistaken)
    for _ in range(updates):
        network.update()
    return network


def agrees(number: float, symbol: str) -> bool:
    """Whether a number, rounded as the figure is, is the figure that is printed."""
    figure = next(each for each in worked.load("urbain").figures if each.symbol == symbol)
    places = len(figure.printed.partition(".")[2])
    return f"{number:.{places}f}" == figure.printed


def test_eq_error_after_one_update() -> None:
    right, step = trained(1, mistaken=False), worked.load("urbain").step()
    assert right.error() == pytest.approx(step.error_after, rel=1e-14)
    assert f"{step.error_after:.9f}" == "0.291027774"
    for n in range(4):
        assert agrees(right.w[n], f"w{n + 1}+")
        assert right.w[n] == pytest.approx(step[f"w{n + 1}+"], rel=1e-14)


def test_eq_error_after_one_update_as_printed() -> None:
    """It comes of updated output weights in the hidden deltas; w1+ to w4+, of the right ones."""
    mistaken, step = trained(1, mistaken=True), worked.load("urbain").step()
    assert not agrees(step.error_after, "E_total after update 1")
    assert agrees(mistaken.error(), "E_total after update 1")
    assert not all(agrees(mistaken.w[n], f"w{n + 1}+") for n in range(4))


@pytest.mark.slow
def test_eq_outputs_after_10000_updates() -> None:
    step, right = worked.load("urbain").step(10_001), trained(10_000, mistaken=False)
    for out, number in zip(("out_o1", "out_o2"), right.forward()[1], strict=True):
        assert step[out] == pytest.approx(number, rel=1e-9)
    assert [f"{step[out]:.9f}" for out in ("out_o1", "out_o2")] == ["0.015913620", "0.984064274"]


def test_eq_outputs_after_10000_updates_as_printed() -> None:
    right, mistaken = trained(10_000, mistaken=False), trained(10_000, mistaken=True)
    for k, out in enumerate(("out_o1", "out_o2")):
        assert not agrees(right.forward()[1][k], f"{out} after 10,000 updates")
        assert agrees(mistaken.forward()[1][k], f"{out} after 10,000 updates")


@pytest.mark.slow
def test_eq_error_after_10000_updates() -> None:
    step, right = worked.load("urbain").step(10_000), trained(10_000, mistaken=False)
    assert step.error_after == pytest.approx(right.error(), rel=1e-9)
    assert f"{step.error_after:.10f}" == "0.0000351019"


def test_eq_error_after_10000_updates_as_printed() -> None:
    """It is the right program's after 9,999."""
    network = trained(9_999, mistaken=False)
    assert agrees(network.error(), "E_total after 10,000 updates")
    network.update()
    assert not agrees(network.error(), "E_total after 10,000 updates")
    assert not agrees(trained(10_000, mistaken=True).error(), "E_total after 10,000 updates")
