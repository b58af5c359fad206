"""Equations (1) to (5) of the guided notes, and the formulas of the answers to their questions.

Rows of matrices are examples. There are no biases. The notes' 2-3-1 network is any of two layers, and
question 17's goes on to any number of them.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sized import Array, Sized, apart, numbers, read
from steps import Case, cases

from autograd import Value
from nn import SGD, TrainingStep, worked

sigmoid = st.just("sigmoid")
sizes = st.lists(st.integers(1, 3), min_size=3, max_size=3)
one_output = st.tuples(st.integers(1, 3), st.integers(1, 3), st.just(1))
two_layers = cases(
    "guided", sizes=sizes, hidden=sigmoid, last=sigmoid, biases=["none"], examples=st.integers(1, 4)
)
one_example = cases("guided", sizes=sizes, hidden=sigmoid, last=sigmoid, biases=["none"])
single = cases("guided", sizes=one_output, hidden=sigmoid, last=sigmoid, biases=["none"])
three_examples = cases(
    "guided",
    sizes=st.just([2, 3, 1]),
    hidden=sigmoid,
    last=sigmoid,
    biases=["none"],
    examples=st.just(3),
)
deep = cases(
    "guided",
    sizes=st.lists(st.integers(1, 3), min_size=3, max_size=5),
    biases=["none"],
    examples=st.integers(1, 3),
)


def w(case: Case, layer: int) -> Array:
    """W^(1), W^(2): given, not read from the step."""
    return case.weights[layer - 1].T


def per_example(case: Case, name: str, width: int) -> Array:
    return read(case.step, f"{name}[{{}},{{}}]", len(case.inputs), width)


def z(case: Case, level: int) -> Array:
    """z^(2), z^(3): levels are counted from the inputs on."""
    return per_example(case, f"z{level}", case.sizes[level - 1])


def a(case: Case, level: int) -> Array:
    """a^(2), and of the last level ŷ; a^(1) is X, which is given."""
    if level == 1:
        return case.inputs
    name = "yhat" if level == len(case.sizes) else f"a{level}"
    return per_example(case, name, case.sizes[level - 1])


def yhat(case: Case) -> Array:
    return a(case, len(case.sizes))


def delta(case: Case, level: int) -> Array:
    return per_example(case, f"delta{level}", case.sizes[level - 1])


def gradient(case: Case, layer: int) -> Array:
    """∂J/∂W^(layer)."""
    return read(case.step, f"dJ/dW{layer}[{{}},{{}}]", *w(case, layer).shape)


def slope(case: Case, level: int) -> Array:
    """f′(z^(level))."""
    return case.slope(level - 1, z(case, level))


def shapes(case: Case) -> dict[str, tuple[int, int]]:
    return {matrix.name: matrix.shape for matrix in case.step.matrices}


# --- forward -------------------------------------------------------------------------------------


@given(two_layers)
def test_eq_1_z2(case: Case) -> None:
    assert apart(per_example(case, "X", case.sizes[0]), case.inputs) == []
    assert apart(read(case.step, "W1[{},{}]", *w(case, 1).shape), w(case, 1)) == []
    assert apart(z(case, 2), case.inputs @ w(case, 1)) == []


@given(two_layers)
def test_eq_2_a2(case: Case) -> None:
    assert apart(a(case, 2), 1 / (1 + np.exp(-z(case, 2)))) == []


@given(two_layers)
def test_eq_3_z3(case: Case) -> None:
    assert apart(read(case.step, "W2[{},{}]", *w(case, 2).shape), w(case, 2)) == []
    assert apart(z(case, 3), a(case, 2) @ w(case, 2)) == []


@given(two_layers)
def test_eq_4_yhat(case: Case) -> None:
    assert apart(yhat(case), 1 / (1 + np.exp(-z(case, 3)))) == []


@given(two_layers)
def test_eq_5_cost(case: Case) -> None:
    y = case.targets
    assert apart(per_example(case, "y", case.sizes[2]), y) == []
    assert apart(case["J"], sum(((y - yhat(case)) ** 2 / 2).flat)) == []


# --- shapes --------------------------------------------------------------------------------------


@given(two_layers)
def test_eq_table_of_dimensions(case: Case) -> None:
    examples, (nin, hidden, outputs) = len(case.inputs), case.sizes
    assert shapes(case) == {
        "X": (examples, nin), "y": (examples, outputs), "W1": (nin, hidden), "W2": (hidden, outputs),
        "z2": (examples, hidden), "a2": (examples, hidden), "z3": (examples, outputs),
        "yhat": (examples, outputs), "dJ/dyhat": (examples, outputs), "delta3": (examples, outputs),
        "delta2": (examples, hidden), "dJ/dW2": (hidden, outputs), "dJ/dW1": (nin, hidden),
        "W1new": (nin, hidden), "W2new": (hidden, outputs),
    }  # fmt: skip


@given(three_examples)
def test_eq_q1_dimension_of_dj_dw1(case: Case) -> None:
    assert shapes(case)["dJ/dW1"] == shapes(case)["W1"] == (2, 3)


@given(three_examples)
def test_eq_q2_dimension_of_dj_dw2(case: Case) -> None:
    assert shapes(case)["dJ/dW2"] == shapes(case)["W2"] == (3, 1)


@given(single)
def test_eq_q7_dimension_of_delta3(case: Case) -> None:
    assert shapes(case)["delta3"] == (1, 1)


# --- one example ---------------------------------------------------------------------------------


def by_w2(case: Case, above: str) -> Array:
    """∂above/∂W^(2), where above is of one output, whose column of W^(2) it depends on."""
    return read(case.step, f"d{above}/dW2[{{}},{{}}]", *w(case, 2).shape)


@given(two_layers)
def test_eq_q3_sum_rule(case: Case) -> None:
    """Summed over the examples: ½ ∂(y − ŷ)²/∂W^(2) is each one's own cost by W^(2)."""
    total = numbers(np.zeros(w(case, 2).shape))
    for example in case.step.examples:
        network = case.step.network.copy()
        step = TrainingStep(network, [example], SGD(network.parameters(), lr=1.0))
        total = total + read(step.in_notation("guided"), "dJ/dW2[{},{}]", *w(case, 2).shape)
    assert apart(gradient(case, 2), total) == []


@given(one_example)
def test_eq_q4_by_yhat(case: Case) -> None:
    y = case.targets
    terms = [
        -(y[0, k] - yhat(case)[0, k]) * by_w2(case, f"yhat[1,{k + 1}]") for k in range(case.sizes[2])
    ]
    assert apart(gradient(case, 2), sum(terms)) == []


@given(one_example)
def test_eq_q5_by_z3(case: Case) -> None:
    y = case.targets
    terms = [
        -(y[0, k] - yhat(case)[0, k])
        * case[f"dyhat[1,{k + 1}]/dz3[1,{k + 1}]"]
        * by_w2(case, f"z3[1,{k + 1}]")
        for k in range(case.sizes[2])
    ]
    assert apart(gradient(case, 2), sum(terms)) == []


@given(st.floats(-300.0, 300.0))
def test_eq_q6_slope(number: float) -> None:
    z3, e = Value(number), np.exp(-number)
    z3.sigmoid().backward()
    assert z3.grad == pytest.approx(-((1 + e) ** -2.0) * -e, rel=1e-12)
    assert z3.grad == pytest.approx(e / (1 + e) ** 2, rel=1e-12)


@given(one_example)
def test_eq_q6_slope_in_a_network(case: Case) -> None:
    e = np.exp(-z(case, 3))
    for k in range(case.sizes[2]):
        by_z3 = case[f"dyhat[1,{k + 1}]/dz3[1,{k + 1}]"]
        assert apart(by_z3, (e / (1 + e) ** 2)[0, k]) == []


@given(one_example)
def test_eq_before_q7_gradient_by_the_slope(case: Case) -> None:
    y, f_slope = case.targets, slope(case, 3)
    terms = [
        -(y[0, k] - yhat(case)[0, k]) * f_slope[0, k] * by_w2(case, f"z3[1,{k + 1}]")
        for k in range(case.sizes[2])
    ]
    assert apart(gradient(case, 2), sum(terms)) == []


@given(two_layers)
def test_eq_delta3(case: Case) -> None:
    assert apart(delta(case, 3), -(case.targets - yhat(case)) * slope(case, 3)) == []
    dj_dz3 = per_example(case, "dJ/dz3", case.sizes[2])
    assert apart(delta(case, 3), dj_dz3) == []


@given(single)
def test_eq_q8_z3_of_one_example(case: Case) -> None:
    row, column = a(case, 2)[0], w(case, 2)[:, 0]
    written = sum(row[j] * column[j] for j in range(case.sizes[1]))
    assert apart(case["z3[1,1]"], written) == []


@given(single)
def test_eq_q9_z3_by_each_weight(case: Case) -> None:
    for j in range(case.sizes[1]):
        assert apart(case[f"dz3[1,1]/dW2[{j + 1},1]"], a(case, 2)[0, j]) == []


@given(single)
def test_eq_q10_z3_by_w2(case: Case) -> None:
    assert apart(by_w2(case, "z3[1,1]"), a(case, 2).T) == []


@given(single)
def test_eq_q11_gradient(case: Case) -> None:
    assert apart(gradient(case, 2), a(case, 2).T @ delta(case, 3)) == []


@given(single)
def test_eq_q11_gradient_as_printed(case: Case) -> None:
    """(a^(2))^T alone is ∂z^(3)/∂W^(2); it lacks δ^(3), whose absolute value is below 1."""
    assert apart(by_w2(case, "z3[1,1]"), a(case, 2).T) == []
    assert len(apart(gradient(case, 2), a(case, 2).T)) == case.sizes[1]


def test_eq_q11_numbers() -> None:
    step = worked.load("guided").step()
    right = {"a2": "0.786", "z3": "2.36", "yhat": "0.914", "J": "0.0134"}
    for symbol, number in right.items():
        assert f"{step[symbol]:.3g}" == number
    assert f"{3 * 0.786:.2f}" == right["z3"]
    assert [f"{step[f'dJ/dW2[{j},1]']:.5f}" for j in (1, 2, 3)] == ["0.01015"] * 3


def test_eq_q11_numbers_as_printed() -> None:
    """Only z^(2) is right."""
    example = worked.load("guided")
    step = example.step()

    def round_as(figure: str, number: float) -> str:
        return f"{number:.{len(figure.partition('.')[2])}f}"

    right = {
        each.of for each in example.figures if round_as(each.printed, step[each.of]) == each.printed
    }
    assert {each.of for each in example.figures} == {"z2", "a2", "z3", "yhat", "J", "dJ/dW2"}
    assert right == {"z2"}


# --- several examples ----------------------------------------------------------------------------


@given(three_examples)
def test_eq_q12_z3_of_three_examples(case: Case) -> None:
    a2, w2 = a(case, 2), w(case, 2)
    written = [[sum(a2[e, j] * w2[j, 0] for j in range(3))] for e in range(3)]
    assert apart(z(case, 3), written) == []


@given(three_examples)
def test_eq_q13_delta3_of_three_examples(case: Case) -> None:
    assert shapes(case)["delta3"] == (3, 1)
    y, f_slope = case.targets, slope(case, 3)
    written = [[-(y[e, 0] - yhat(case)[e, 0]) * f_slope[e, 0]] for e in range(3)]
    assert apart(delta(case, 3), written) == []


@given(three_examples)
def test_eq_q13_as_printed(case: Case) -> None:
    """With f(y − ŷ) for −(y − ŷ). σ(d) = −d at one d alone, near −0.4."""
    f = 1 / (1 + np.exp(-(case.targets - yhat(case))))
    assume(
        all(
            abs((each + d).value) > 1e-3
            for each, d in zip(f.flat, (case.targets - yhat(case)).flat, strict=True)
        )
    )
    assert len(apart(delta(case, 3), f * slope(case, 3))) == 3


@given(two_layers)
def test_eq_q14_sums_over_examples(case: Case) -> None:
    a2, delta3, examples = a(case, 2), delta(case, 3), range(len(case.inputs))
    written = [
        [sum(a2[e, j] * delta3[e, k] for e in examples) for k in range(case.sizes[2])]
        for j in range(case.sizes[1])
    ]
    assert apart(gradient(case, 2), written) == []


@given(two_layers)
def test_eq_q15_gradient_of_w2(case: Case) -> None:
    a2, y = a(case, 2), case.targets
    assert apart(gradient(case, 2), a2.T @ delta(case, 3)) == []
    assert apart(gradient(case, 2), -a2.T @ ((y - yhat(case)) * slope(case, 3))) == []


@given(single)
def test_eq_q15_as_printed(case: Case) -> None:
    """With ∂z^(3)/∂W^(2) for f′(z^(3)), which is at most 1/4. Of several examples no shapes fit."""
    a2, d = a(case, 2), (case.targets - yhat(case))[0, 0]
    assume(abs(d.value) > 1e-3)
    assume(all(abs((each - slope(case, 3)[0, 0]).value) > 1e-3 for each in a2[0]))
    printed = -a2.T * d * by_w2(case, "z3[1,1]")
    assert len(apart(gradient(case, 2), printed)) == case.sizes[1]


@given(three_examples)
def test_eq_q15_shapes_as_printed(case: Case) -> None:
    """(3×3)·(3×1) is 3×1, and ∂z^(3)/∂W^(2) of three examples, (a^(2))^T, is 3×3."""
    a2 = a(case, 2)
    with pytest.raises(ValueError, match="mismatch"):
        _ = -a2.T @ (case.targets - yhat(case)) @ a2.T


def test_eq_q16_has_no_targets_of_its_own() -> None:
    example = worked.load("guided-16")
    assert "targets" in example.ours
    assert [each.inputs for each in example.examples] == [[0.3, 1.0], [0.5, 0.2], [1.0, 0.4]]
    ones = example.step()
    assert [ones[f"W1[{i},{j}]"] for i, j in product((1, 2), (1, 2, 3))] == [1.0] * 6
    own = example.with_targets([[0.5], [0.6], [0.7]])
    step, y = own.step(), numbers([[0.5], [0.6], [0.7]])
    a2, out = read(step, "a2[{},{}]", 3, 3), read(step, "yhat[{},{}]", 3, 1)
    written = a2.T @ (-(y - out) * (out * (1 - out)))
    assert apart(read(step, "dJ/dW2[{},{}]", 3, 1), written) == []


@given(two_layers)
def test_eq_q17_gradient_of_w1(case: Case) -> None:
    """The notes leave it open; their table has dz3dz2, δ^(2) and ∂J/∂W^(1)."""
    delta2 = (delta(case, 3) @ w(case, 2).T) * slope(case, 2)
    assert apart(delta(case, 2), delta2) == []
    assert apart(gradient(case, 1), case.inputs.T @ delta(case, 2)) == []
    for e, k, j in product(*map(range, (len(case.inputs), case.sizes[2], case.sizes[1]))):
        dz3_dz2 = case[f"dz3[{e + 1},{k + 1}]/dz2[{e + 1},{j + 1}]"]
        assert apart(dz3_dz2, w(case, 2)[j, k] * slope(case, 2)[e, j]) == []


@given(deep)
def test_eq_q17_in_any_layers(case: Case) -> None:
    last = len(case.sizes)
    assert apart(delta(case, last), -(case.targets - yhat(case)) * slope(case, last)) == []
    for layer in range(1, last):
        level = layer + 1
        assert apart(z(case, level), a(case, layer) @ w(case, layer)) == []
        assert apart(a(case, level), case.f(layer, z(case, level))) == []
        assert apart(gradient(case, layer), a(case, layer).T @ delta(case, level)) == []
        updated = read(case.step, f"W{layer}new[{{}},{{}}]", *w(case, layer).shape)
        assert apart(updated, w(case, layer) - case.eta * (a(case, layer).T @ delta(case, level))) == []
        if level < last:
            back = delta(case, level + 1) @ w(case, level).T
            assert apart(delta(case, level), back * slope(case, level)) == []


@given(two_layers)
def test_examples_do_not_mix(case: Case) -> None:
    """Each is by its own row alone."""
    for e, other in product(range(1, len(case.inputs) + 1), repeat=2):
        by_z2 = case[f"dz3[{e},1]/dz2[{other},1]"]
        assert e == other or apart(by_z2, Sized(0)) == []
