"""Equations (1) to (29) of the handwritten notes, and their last line; there is no (11).

The loss is any loss of the output y, as the notes have it. Their network has two inputs and two hidden
neurons; here it is any number of each, and j = 1, 2 is any j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import read as read_picture
from sized import Sized, apart, read
from steps import Case, case_of, cases, losses, sigmoid

from autograd import Value
from nn import MLP, SGD, Notation, TrainingStep

#: The notes' names, of which there is one output: y, not y_1.
one_output = replace(Notation.named("signals"), output="y", target="t")
#: The same, but with each bias as the weight w_0j of x_0 = −1.
by_weights = replace(one_output, bias_convention="x0=-1", bias="w_{ij}^({layer})")
to_one = st.tuples(st.integers(1, 3), st.integers(1, 3), st.just(1))
small = cases(one_output, sizes=to_one, error=losses())
weighing = cases(by_weights, sizes=to_one, error=losses())
deep = cases("signals", error=losses())
#: With these outputs no step of descent is so long that the next ones overflow.
bounded = st.sampled_from(["sigmoid", "tanh", "sin", "atan"])
descending = cases("signals", hidden=bounded, last=bounded, error=losses())
alone = cases(
    one_output,
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4).map(lambda n: [*n, 1]),
    error=losses(),
)
#: Losses that are no sum over the outputs, or that need outputs between 0 and 1.
categorical = cases(
    "signals",
    sizes=st.lists(st.integers(2, 3), min_size=2, max_size=4),
    error="cross_entropy",
    targets=st.integers(1, 9).map(float),
    probabilities=True,
)
binary = cases(
    "signals",
    last=st.just("sigmoid"),
    error="binary_cross_entropy",
    targets=st.integers(0, 1000).map(lambda n: n / 1000),
)
any_loss = deep | categorical | binary


def x(case: Case, i: int, k: int) -> Sized:
    """x_i^(k): an input, which is given, or the output of neuron i of layer k; x_0 is −1."""
    if i == 0:
        return Sized(-1)
    if k == 0:
        return case.inputs[0][i - 1]
    return case["y" if has_y(case) and k == len(case.weights) else out(case, i, k)]


def has_y(case: Case) -> bool:
    return "y" in case.step.nodes


def out(case: Case, i: int, k: int) -> str:
    """The symbol of an output of a neuron."""
    if k == len(case.weights):
        return "y" if has_y(case) else f"y_{i}"
    return f"x_{i}^({k})"


def w(case: Case, i: int, j: int, k: int) -> Sized:
    """w_ij^(k), to j from i; w_0j is b_j, which is subtracted. Given, not read from the step."""
    return -case.offsets[k - 1][j - 1] if i == 0 else case.weights[k - 1][j - 1, i - 1]


def phi_slope(case: Case, j: int, k: int) -> Sized:
    """φ′(S_j^(k))."""
    nets = read(case.step, f"S_{{}}^({k})", case.sizes[k])
    return case.slope(k, nets)[j - 1]


def inputs_of(case: Case, k: int) -> range:
    return range(1, case.sizes[k - 1] + 1)


def neurons_of(case: Case, k: int) -> range:
    return range(1, case.sizes[k] + 1)


# --- the last layer ------------------------------------------------------------------------------


@given(small, weighing)
def test_eq_1_by_the_last_bias(case: Case, weighing: Case) -> None:
    assert apart(case["b_1^(2)"], w(case, 0, 1, 2)) == []
    assert apart(case["dL/db_1^(2)"], case["delta_1^(2)"] * x(case, 0, 1)) == []
    assert apart(case["dL/db_1^(2)"], -case["delta_1^(2)"]) == []
    assert apart(weighing["w_01^(2)"], w(weighing, 0, 1, 2)) == []
    factors = weighing["dL/dS_1^(2)"] * weighing["dS_1^(2)/dw_01^(2)"]
    assert apart(weighing["dL/dw_01^(2)"], factors) == []
    assert apart(weighing["dS_1^(2)/dw_01^(2)"], x(weighing, 0, 1)) == []


def check_by_a_weight(case: Case, i: int, j: int, k: int) -> None:
    by_weight = case[f"dL/dw_{i}{j}^({k})"]
    assert apart(case[f"w_{i}{j}^({k})"], w(case, i, j, k)) == []
    assert apart(case[f"dS_{j}^({k})/dw_{i}{j}^({k})"], x(case, i, k - 1)) == []
    factors = case[f"dL/dS_{j}^({k})"] * case[f"dS_{j}^({k})/dw_{i}{j}^({k})"]
    assert apart(by_weight, factors) == []
    assert apart(by_weight, case[f"delta_{j}^({k})"] * x(case, i, k - 1)) == []


@given(small)
def test_eq_2_by_the_first_weight_of_the_last_layer(case: Case) -> None:
    check_by_a_weight(case, 1, 1, 2)


@given(small)
def test_eq_3_by_the_other_weights_of_the_last_layer(case: Case) -> None:
    for i in inputs_of(case, 2):
        check_by_a_weight(case, i, 1, 2)


@given(small)
def test_eq_4_delta_of_the_last_layer(case: Case) -> None:
    assert apart(case["delta_1^(2)"], case["dL/dS_1^(2)"]) == []


# --- the layer before it -------------------------------------------------------------------------


def check_by_a_bias(case: Case, weighing: Case, j: int) -> None:
    assert apart(case[f"b_{j}^(1)"], w(case, 0, j, 1)) == []
    assert apart(case[f"dL/db_{j}^(1)"], -case[f"delta_{j}^(1)"]) == []
    if j in neurons_of(weighing, 1):
        by_weight = weighing[f"dL/dw_0{j}^(1)"]
        factors = weighing[f"dL/dS_{j}^(1)"] * weighing[f"dS_{j}^(1)/dw_0{j}^(1)"]
        assert apart(weighing[f"w_0{j}^(1)"], w(weighing, 0, j, 1)) == []
        assert apart(by_weight, factors) == []
        assert apart(by_weight, weighing[f"delta_{j}^(1)"] * x(weighing, 0, 0)) == []


@given(small, weighing)
def test_eq_5_by_the_first_bias(case: Case, weighing: Case) -> None:
    check_by_a_bias(case, weighing, 1)


@given(small)
def test_eq_6_by_the_first_weight_to_the_first_neuron(case: Case) -> None:
    check_by_a_weight(case, 1, 1, 1)


@given(small)
def test_eq_7_by_the_other_weights_to_the_first_neuron(case: Case) -> None:
    for i in inputs_of(case, 1):
        check_by_a_weight(case, i, 1, 1)


@given(small, weighing)
def test_eq_8_by_the_other_biases(case: Case, weighing: Case) -> None:
    for j in neurons_of(case, 1):
        check_by_a_bias(case, weighing, j)


@given(small)
def test_eq_9_by_the_first_weights_to_the_other_neurons(case: Case) -> None:
    for j in neurons_of(case, 1):
        check_by_a_weight(case, 1, j, 1)


@given(small)
def test_eq_10_by_the_other_weights_to_the_other_neurons(case: Case) -> None:
    for j in neurons_of(case, 1):
        for i in inputs_of(case, 1):
            check_by_a_weight(case, i, j, 1)


@given(small)
def test_eq_12_signals_and_deltas_of_the_first_layer(case: Case) -> None:
    assert apart(read(case.step, "x_{}^(0)", case.sizes[0]), case.inputs[0]) == []
    for j in neurons_of(case, 1):
        signal = sum(w(case, i, j, 1) * x(case, i, 0) for i in inputs_of(case, 1)) - w(case, 0, j, 1)
        assert apart(case[f"S_{j}^(1)"], signal) == []
        assert apart(case[f"delta_{j}^(1)"], case[f"dL/dS_{j}^(1)"]) == []


# --- in general ----------------------------------------------------------------------------------


@given(any_loss)
def test_eq_13_by_any_bias(case: Case) -> None:
    for k in range(1, len(case.weights) + 1):
        for j in neurons_of(case, k):
            assert apart(case[f"b_{j}^({k})"], w(case, 0, j, k)) == []
            assert apart(case[f"dL/db_{j}^({k})"], -case[f"delta_{j}^({k})"]) == []


@given(any_loss)
def test_eq_14_by_any_weight(case: Case) -> None:
    for k in range(1, len(case.weights) + 1):
        for j in neurons_of(case, k):
            for i in inputs_of(case, k):
                check_by_a_weight(case, i, j, k)


@given(any_loss)
def test_signals_in_any_layers(case: Case) -> None:
    for k in range(1, len(case.weights) + 1):
        signals = [
            sum(w(case, i, j, k) * x(case, i, k - 1) for i in range(case.sizes[k - 1] + 1))
            for j in neurons_of(case, k)
        ]
        assert apart(read(case.step, f"S_{{}}^({k})", case.sizes[k]), signals) == []
        outs = case.f(k, read(case.step, f"S_{{}}^({k})", case.sizes[k]))
        assert apart([case[out(case, j, k)] for j in neurons_of(case, k)], outs) == []


@given(any_loss)
def test_deltas_in_any_layers(case: Case) -> None:
    """As (18) and (20), with the sum over all signals that one goes to."""
    for k in range(1, len(case.weights)):
        for j in neurons_of(case, k):
            back = sum(
                case[f"delta_{m}^({k + 1})"] * w(case, j, m, k + 1) for m in neurons_of(case, k + 1)
            )
            assert apart(case[f"delta_{j}^({k})"], back * phi_slope(case, j, k)) == []


# --- δ from layer to layer -----------------------------------------------------------------------


def check_chain(case: Case, j: int) -> None:
    factors = case["dL/dS_1^(2)"] * case[f"dS_1^(2)/dS_{j}^(1)"]
    assert apart(case[f"dL/dS_{j}^(1)"], factors) == []
    assert apart(case[f"delta_{j}^(1)"], case["delta_1^(2)"] * case[f"dS_1^(2)/dS_{j}^(1)"]) == []


@given(small)
def test_eq_15_chain_rule_for_the_first_delta(case: Case) -> None:
    check_chain(case, 1)


@given(small)
def test_eq_16_signal_by_signals(case: Case) -> None:
    phi = case.f(1, read(case.step, "S_{}^(1)", case.sizes[1]))
    signal = -w(case, 0, 1, 2) + sum(w(case, i, 1, 2) * phi[i - 1] for i in inputs_of(case, 2))
    assert apart(case["S_1^(2)"], signal) == []


@given(small)
def test_eq_17_derivative_by_a_signal(case: Case) -> None:
    for j in neurons_of(case, 1):
        by_signal = case[f"dS_1^(2)/dS_{j}^(1)"]
        assert apart(by_signal, w(case, j, 1, 2) * case[f"dx_{j}^(1)/dS_{j}^(1)"]) == []
        assert apart(by_signal, w(case, j, 1, 2) * phi_slope(case, j, 1)) == []


def check_delta(case: Case, j: int) -> None:
    delta = case["delta_1^(2)"] * w(case, j, 1, 2) * phi_slope(case, j, 1)
    assert apart(case[f"delta_{j}^(1)"], delta) == []


@given(small)
def test_eq_18_first_delta(case: Case) -> None:
    check_delta(case, 1)


@given(small)
def test_eq_19_chain_rule_for_the_other_deltas(case: Case) -> None:
    for j in neurons_of(case, 1):
        check_chain(case, j)


@given(small)
def test_eq_20_other_deltas(case: Case) -> None:
    for j in neurons_of(case, 1):
        check_delta(case, j)


@given(small)
def test_eq_21_all_deltas(case: Case) -> None:
    column = np.array([w(case, j, 1, 2) * phi_slope(case, j, 1) for j in neurons_of(case, 1)])
    assert apart(read(case.step, "delta_{}^(1)", case.sizes[1]), case["delta_1^(2)"] * column) == []


@given(alone)
def test_eq_22_last_delta_with_a_formula_as_the_loss(case: Case) -> None:
    last = len(case.weights)
    assert case.loss is not None
    assert apart(case["dL/dy"], case.loss.slope(case["y"], case.targets[0][0])) == []
    assert apart(case[f"dy/dS_1^({last})"], phi_slope(case, 1, last)) == []
    delta = case["dL/dy"] * case[f"dy/dS_1^({last})"]
    assert apart(case[f"delta_1^({last})"], delta) == []
    assert apart(case[f"delta_1^({last})"], case["dL/dy"] * phi_slope(case, 1, last)) == []


@given(categorical)
def test_eq_22_with_cross_entropy(case: Case) -> None:
    last, n = len(case.weights), case.sizes[-1]
    y, t = read(case.step, "y_{}", n), case.targets[0]
    p = np.exp(y) / sum(np.exp(y))
    assert apart(read(case.step, "dL/dy_{}", n), p * sum(t) - t) == []
    delta = read(case.step, "dL/dy_{}", n) * case.slope(last, read(case.step, f"S_{{}}^({last})", n))
    assert apart(read(case.step, f"delta_{{}}^({last})", n), delta) == []


@given(binary)
def test_eq_22_with_binary_cross_entropy(case: Case) -> None:
    last, n = len(case.weights), case.sizes[-1]
    y, t = read(case.step, "y_{}", n), case.targets[0]
    assert apart(read(case.step, "dL/dy_{}", n), (y - t) / (y * (1 - y))) == []
    delta = read(case.step, "dL/dy_{}", n) * case.slope(last, read(case.step, f"S_{{}}^({last})", n))
    assert apart(read(case.step, f"delta_{{}}^({last})", n), delta) == []


def test_the_tree_of_the_signals() -> None:
    """The document's: L depends on S_1^(2), which depends on S_1^(1) and on S_2^(1)."""
    network = MLP(2, [2, 1], activation="sigmoid", bias_convention="-b", seed=1)
    step = TrainingStep(
        network, [([0.5, -1.0], [1.0])], SGD(network.parameters(), lr=0.5), notation=one_output
    )
    check_tree(step, [2, 1])
    tree = step.draw(only=["S_1^(2)", "S_1^(1)", "S_2^(1)"])
    assert tree.source.count("->") == 3


@given(any_loss)
def test_the_tree_of_the_signals_of_any_layers(case: Case) -> None:
    check_tree(case.step, case.sizes[1:])


def check_tree(step: TrainingStep, widths: Sequence[int]) -> None:
    """From each signal an edge leads to those of the next layer, and from the last ones to L."""
    layers = [[f"S_{j}^({k})" for j in range(1, width + 1)] for k, width in enumerate(widths, 1)]
    drawn = read_picture(step.draw(digits=19, only=[symbol for layer in layers for symbol in layer]))
    called = {name: box.tooltip.partition(":")[0] for name, box in drawn.boxes.items()}
    edges = {(called[tail], called[head]): float(label) for tail, head, label in drawn.edges}
    assert edges.keys() == {
        (below, above)
        for lower, upper in pairwise([*layers, ["L"]])
        for below in lower
        for above in upper
    }
    for (below, above), label in edges.items():
        assert label == step[f"d{above}/d{below}"]


@given(small)
def test_the_tree_carries_the_derivatives_of_17(case: Case) -> None:
    signals = [f"S_{j}^(1)" for j in neurons_of(case, 1)]
    drawn = read_picture(case.step.draw(digits=19, only=["S_1^(2)", *signals]))
    called = {name: box.tooltip.partition(":")[0] for name, box in drawn.boxes.items()}
    labels = {called[tail]: float(label) for tail, _, label in drawn.edges}
    assert apart(labels.pop("S_1^(2)"), case["delta_1^(2)"]) == []
    by_signals = [w(case, j, 1, 2) * phi_slope(case, j, 1) for j in neurons_of(case, 1)]
    assert apart([labels.pop(signal) for signal in signals], by_signals) == []
    assert not labels


# --- gradient descent ----------------------------------------------------------------------------


def iterates(case: Case, count: int = 3) -> list[Case]:
    """Further steps from where a network stands, each from the numbers that the last one left."""
    network, eta = case.step.network.copy(), case.eta.value
    optimizer = SGD(network.parameters(), lr=eta)
    found = []
    for _ in range(count):
        before = network.copy()
        assert case.loss is not None
        step = TrainingStep(network, case.step.examples, optimizer, error=case.loss.text)
        found.append(case_of(before, step.in_notation("signals"), eta, case.loss))
    return found


def check_iterates(case: Case, kind: str, by_delta: bool) -> None:
    """b or w of iteration n + 1 from the numbers of iteration n alone."""
    for now, then in pairwise(iterates(case)):
        for k in range(1, len(now.weights) + 1):
            for j in neurons_of(now, k):
                for i in [0] if kind == "b" else inputs_of(now, k):
                    symbol = f"b_{j}^({k})" if kind == "b" else f"w_{i}{j}^({k})"
                    delta = now[f"delta_{j}^({k})"]
                    gradient = delta * x(now, i, k - 1) if by_delta else now[f"dL/d{symbol}"]
                    following = w(now, i, j, k) - now.eta * gradient
                    assert apart(now[f"{symbol}+"], following) == []
                    assert apart(then[symbol], following) == []
                    assert apart(w(then, i, j, k), following) == []


@given(descending)
def test_eq_23_next_biases(case: Case) -> None:
    check_iterates(case, "b", by_delta=False)


@given(descending)
def test_eq_24_next_weights(case: Case) -> None:
    check_iterates(case, "w", by_delta=False)


@given(descending)
def test_eq_25_next_biases_by_deltas(case: Case) -> None:
    """x_0 = −1: η δ is added."""
    check_iterates(case, "b", by_delta=True)
    for k in range(1, len(case.weights) + 1):
        for j in neurons_of(case, k):
            following = w(case, 0, j, k) + case.eta * case[f"delta_{j}^({k})"]
            assert apart(case[f"b_{j}^({k})+"], following) == []


@given(descending)
def test_eq_26_next_weights_by_deltas(case: Case) -> None:
    check_iterates(case, "w", by_delta=True)


# --- σ -------------------------------------------------------------------------------------------

#: Where (1 + e^−x)² does not overflow.
signals = st.floats(-300.0, 300.0).map(lambda number: Value(number, "x"))


def slope(x: Value) -> float:
    x.sigmoid().backward()
    return x.grad


@given(signals)
def test_eq_27_sigma(x: Value) -> None:
    assert x.sigmoid().data == pytest.approx(sigmoid(Sized(x.data)).value, rel=1e-12)


@given(signals)
def test_eq_28_derivative_of_sigma(x: Value) -> None:
    e = np.exp(-x.data)
    assert slope(x) == pytest.approx(-1 * -e / (1 + e) ** 2, rel=1e-12)
    assert x.grad == pytest.approx(e / (1 + e) ** 2, rel=1e-12)


@given(signals)
def test_eq_29_derivative_by_sigma(x: Value) -> None:
    e = np.exp(-x.data)
    assert slope(x) == pytest.approx(e / (1 + e) * (1 / (1 + e)), rel=1e-12)
    assert x.grad == pytest.approx(e / (1 + e) * x.sigmoid().data, rel=1e-12)


@given(signals)
def test_eq_last_derivative_of_sigma_by_sigma_alone(x: Value) -> None:
    """e^−x / (1 + e^−x) is 1 − σ(x), and σ′(x) is σ(x) (1 − σ(x))."""
    sigma, e = Sized(x.sigmoid().data), np.exp(-x.data)
    assert apart(e / (1 + e), 1 - sigma) == []
    assert apart(slope(x), sigma * (1 - sigma)) == []
