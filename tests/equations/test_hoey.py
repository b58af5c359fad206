"""Jesse Hoey's equations (1) to (16) and the update rule.

Vectors are rows, and of several examples each has a row of its own. Where the document writes W_ij from
i = 0, the MATLAB session, and so the notation, has the row i + 1.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sized import Array, apart, numbers, read, rows
from steps import Case, cases

from nn import worked
from nn.step.matrices import Matrix


def widths(layers: int | None = None) -> st.SearchStrategy[list[int]]:
    """The number of inputs, and of neurons of some layers, or of any number of them."""
    least, most = (2, 5) if layers is None else (layers + 1, layers + 1)
    return st.lists(st.integers(1, 3), min_size=least, max_size=most)


sigmoid = st.just("sigmoid")
MSE = "mean_squared_error"
#: The document's network, any number of neurons in each of its two layers.
small = cases(
    "hoey", sizes=widths(2), hidden=sigmoid, last=sigmoid, examples=st.integers(1, 3), error=MSE
)
two_by_two = cases("hoey", sizes=st.just([2, 2, 2]), hidden=sigmoid, last=sigmoid, error=MSE)
deep = cases("hoey", sizes=widths(), examples=st.integers(1, 3), error=MSE)


def w(case: Case, layer: int) -> Array:
    """W^(l), whose first row W_0j belongs to the bias: given, not read from the step."""
    return np.vstack([case.offsets[layer - 1], case.weights[layer - 1].T])


def x(case: Case) -> Array:
    """x⃗ = [x_0 x_1 x_2 …], x_0 = 1: given."""
    return with_one(case.inputs)


def with_one(signals: Array) -> Array:
    return np.hstack([numbers(np.ones((len(signals), 1))), signals])


def a(case: Case, layer: int) -> Array:
    return rows(case.step, f"a{layer}[{{}}]", case.sizes[layer])


def z(case: Case, layer: int) -> Array:
    return rows(case.step, f"z{layer}[{{}}]", case.sizes[layer])


def delta(case: Case, layer: int) -> Array:
    return rows(case.step, f"del{layer}[{{}}]", case.sizes[layer])


def derror(case: Case) -> Array:
    return rows(case.step, "derror[{}]", case.sizes[-1])


def matrix(case: Case, name: str) -> Matrix:
    return next(each for each in case.step.matrices if each.name == name)


def entries(case: Case, name: str, layer: int) -> Array:
    """A matrix of the step that has the shape of W^(l)."""
    return read(case.step, f"{name}[{{}},{{}}]", case.sizes[layer - 1] + 1, case.sizes[layer])


@given(small)
def test_eq_1_net_inputs(case: Case) -> None:
    given_inputs = [[case.step[symbol] for symbol in row[1:]] for row in matrix(case, "X").symbols]
    assert apart(given_inputs, case.inputs) == []
    assert apart(matrix(case, "X").numbers, x(case)) == []
    assert apart(entries(case, "W1", 1), w(case, 1)) == []
    assert apart(a(case, 1), x(case) @ w(case, 1)) == []


@given(small)
def test_eq_2_outputs(case: Case) -> None:
    assert apart(z(case, 1), 1 / (1 + np.exp(-a(case, 1)))) == []


@given(small)
def test_eq_2_as_printed(case: Case) -> None:
    assume(all(abs(each.value) > 1e-3 for each in a(case, 1).flat))
    assert len(apart(z(case, 1), 1 / (1 + np.exp(a(case, 1))))) == z(case, 1).size


@given(small)
def test_eq_3_net_inputs_of_the_second_layer(case: Case) -> None:
    assert apart(entries(case, "W2", 2), w(case, 2)) == []
    assert apart(a(case, 2), with_one(z(case, 1)) @ w(case, 2)) == []


@given(small)
def test_eq_4_outputs_of_the_second_layer(case: Case) -> None:
    assert apart(z(case, 2), 1 / (1 + np.exp(-a(case, 2)))) == []


@given(small)
def test_eq_4_as_printed(case: Case) -> None:
    assume(all(abs(each.value) > 1e-3 for each in a(case, 2).flat))
    assert len(apart(z(case, 2), 1 / (1 + np.exp(a(case, 2))))) == z(case, 2).size


@given(small)
def test_eq_5_error(case: Case) -> None:
    y, n = case.targets, len(case.targets)
    assert apart(rows(case.step, "y[{}]", case.sizes[2]), y) == []
    assert apart(case["Error"], sum(((y - z(case, 2)) ** 2).flat) / n) == []


@given(small)
def test_eq_6_derivative_by_the_outputs(case: Case) -> None:
    """Each example's summand is the derivative by its own outputs; together they are what is printed."""
    y, n = case.targets, len(case.targets)
    assert apart(derror(case), -2 / n * (y - z(case, 2))) == []
    assert apart(derror(case).sum(axis=0), -2 / n * (y - z(case, 2)).sum(axis=0)) == []


@given(small)
def test_eq_6_as_printed(case: Case) -> None:
    """The sum over the examples belongs in (9) and (10): in (6) it gives every example the same row."""
    y, n = case.targets, len(case.targets)
    printed = np.tile(-2 / n * (y - z(case, 2)).sum(axis=0), (n, 1))
    others = derror(case).sum(axis=0) - derror(case)
    assume(any(abs(each.value) > 1e-3 for each in others.flat))
    assert apart(derror(case), printed) != []


@given(small)
def test_eq_7_delta_of_the_last_layer(case: Case) -> None:
    f = z(case, 2)
    assert apart(delta(case, 2), derror(case) * f * (1 - f)) == []


@given(small)
def test_eq_8_delta_of_the_first_layer(case: Case) -> None:
    f = z(case, 1)
    assert apart(delta(case, 1), (delta(case, 2) @ w(case, 2)[1:].T) * (f * (1 - f))) == []


@given(small)
def test_eq_8_as_printed(case: Case) -> None:
    """W^(2) of (3) has a row for z_0, to which no δ goes."""
    back = delta(case, 2) @ w(case, 2).T
    assert back.shape[1] == case.sizes[1] + 1
    check_that_the_row_of_the_bias_is_left_out(case, 1)


def check_that_the_row_of_the_bias_is_left_out(case: Case, layer: int) -> None:
    """Leaving out the last row of W^(l+1), so that the shapes fit, is wrong."""
    slope = case.slope(layer, a(case, layer))
    with_x0 = (delta(case, layer + 1) @ w(case, layer + 1)[:-1].T) * slope
    without = (delta(case, layer + 1) @ w(case, layer + 1)[1:].T) * slope
    assume(any(abs((p - q).value) > 1e-6 for p, q in zip(with_x0.flat, without.flat, strict=True)))
    assert apart(delta(case, layer), with_x0) != []


@given(small)
def test_eq_9_gradient_of_w1(case: Case) -> None:
    assert apart(entries(case, "dErrorDW1", 1), x(case).T @ delta(case, 1)) == []


@given(two_by_two)
def test_eq_9_entry_by_entry(case: Case) -> None:
    (d1, d2), (x0, x1, x2) = delta(case, 1)[0], x(case)[0]
    written = numbers([[d1 * x0, d2 * x0], [d1 * x1, d2 * x1], [d1 * x2, d2 * x2]])
    assert apart(entries(case, "dErrorDW1", 1), written) == []


@given(two_by_two)
def test_eq_9_as_printed(case: Case) -> None:
    (d1, d2), (x0, x1, x2) = delta(case, 1)[0], x(case)[0]
    assume(abs((d1 * x1 - d2 * x1).value) > 1e-9)
    written = numbers([[d1 * x0, d2 * x0], [d1 * x1, d1 * x1], [d1 * x2, d2 * x2]])
    (complaint,) = apart(entries(case, "dErrorDW1", 1), written)
    assert complaint.startswith("[1, 1]: ")


@given(small)
def test_eq_10_gradient_of_w2(case: Case) -> None:
    assert apart(entries(case, "dErrorDW2", 2), with_one(z(case, 1)).T @ delta(case, 2)) == []


@given(two_by_two)
def test_eq_10_entry_by_entry(case: Case) -> None:
    (d1, d2), (z0, z1, z2) = delta(case, 2)[0], with_one(z(case, 1))[0]
    written = numbers([[d1 * z0, d2 * z0], [d1 * z1, d2 * z1], [d1 * z2, d2 * z2]])
    assert apart(entries(case, "dErrorDW2", 2), written) == []


@given(small)
def test_eq_11_update_of_w1(case: Case) -> None:
    updated = w(case, 1) - case.eta * (x(case).T @ delta(case, 1))
    assert apart(entries(case, "W1new", 1), updated) == []


@given(small)
def test_eq_12_update_of_w2(case: Case) -> None:
    updated = w(case, 2) - case.eta * (with_one(z(case, 1)).T @ delta(case, 2))
    assert apart(entries(case, "W2new", 2), updated) == []


@given(deep)
def test_eq_13_delta_of_the_last_of_any_layers(case: Case) -> None:
    last = len(case.weights)
    assert apart(delta(case, last), derror(case) * case.slope(last, a(case, last))) == []


@given(deep)
def test_eq_14_delta_of_all_other_layers(case: Case) -> None:
    for layer in range(len(case.weights) - 1, 0, -1):
        back = delta(case, layer + 1) @ w(case, layer + 1)[1:].T
        assert apart(delta(case, layer), back * case.slope(layer, a(case, layer))) == []


@given(cases("hoey", sizes=widths(3), error=MSE), st.integers(1, 2))
def test_eq_14_as_printed(case: Case, layer: int) -> None:
    assert (delta(case, layer + 1) @ w(case, layer + 1).T).shape[1] == case.sizes[layer] + 1
    check_that_the_row_of_the_bias_is_left_out(case, layer)


@given(deep)
def test_eq_15_gradient_of_the_first_layers_weights(case: Case) -> None:
    assert apart(entries(case, "dErrorDW1", 1), x(case).T @ delta(case, 1)) == []


@given(deep)
def test_eq_16_gradient_of_other_layers_weights(case: Case) -> None:
    for layer in range(2, len(case.weights) + 1):
        gradient = with_one(z(case, layer - 1)).T @ delta(case, layer)
        assert apart(entries(case, f"dErrorDW{layer}", layer), gradient) == []


@given(deep)
def test_eq_update_of_any_layers_weights(case: Case) -> None:
    for layer in range(1, len(case.weights) + 1):
        updated = w(case, layer) - case.eta * entries(case, f"dErrorDW{layer}", layer)
        assert apart(entries(case, f"W{layer}new", layer), updated) == []


@given(deep)
def test_forward_in_any_layers(case: Case) -> None:
    signals = x(case)
    for layer in range(1, len(case.weights) + 1):
        assert apart(entries(case, f"W{layer}", layer), w(case, layer)) == []
        assert apart(a(case, layer), signals @ w(case, layer)) == []
        assert apart(z(case, layer), case.f(layer, a(case, layer))) == []
        signals = with_one(z(case, layer))


# --- the session ---------------------------------------------------------------------------------


def session() -> dict[str, float]:
    """What it prints."""
    return {figure.symbol: float(figure.printed) for figure in worked.load("hoey").figures}


def test_eq_session_derror() -> None:
    printed, step = session(), worked.load("hoey").step()
    for k in (1, 2):
        y, z2 = step[f"y[{k}]"], printed[f"z2[{k}]"]
        assert round(step[f"z2[{k}]"], 4) == z2
        assert -2 / 1 * (y - z2) == pytest.approx(step[f"derror[{k}]"], abs=1e-4)
    assert [round(step[f"derror[{k}]"], 4) for k in (1, 2)] == [-0.0746, 0.9647]


def test_eq_session_derror_as_printed() -> None:
    """It does not follow from the y and z2 that are printed before it, with all their digits."""
    printed, step = session(), worked.load("hoey").step()
    for k in (1, 2):
        y, z2 = step[f"y[{k}]"], printed[f"z2[{k}]"]
        assert abs(printed[f"derror[{k}]"] + 2 / 1 * (y - z2)) > 2 * 0.00005


WEIGHTS = [f"W{layer}{{}}[{row},{j}]" for layer, row, j in product((1, 2), (1, 2, 3), (1, 2))]


def by_printed_gradients() -> dict[str, float]:
    """The new weights that follow from the printed gradients."""
    printed, step = session(), worked.load("hoey").step()
    return {
        w.format("new"): round(step[w.format("")] - 0.1 * printed[f"dErrorD{w.format('')}"], 4)
        for w in WEIGHTS
    }


def test_eq_session_new_weights() -> None:
    """To the digit that the gradients have, these are the right ones."""
    step = worked.load("hoey").step()
    for w, number in by_printed_gradients().items():
        assert number == pytest.approx(step[w], abs=1.5e-4)
    assert by_printed_gradients()["W1new[1,1]"] == 0.0968


def test_eq_session_new_weights_as_printed() -> None:
    printed = session()
    following = {w for w, number in by_printed_gradients().items() if number == printed[w]}
    assert following == {"W2new[1,1]", "W2new[2,1]"}
