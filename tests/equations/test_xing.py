"""Xing Chao's equations, called by their sections, of which each has several in a column.

Activations may differ from neuron to neuron, as the summation notation has it. Of 2.1, whose nets are
W O without a bias, networks have none.
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sized import Array, Sized, apart, numbers, read
from steps import FUNCTIONS, Case, cases

from autograd import Value
from nn import worked
from nn.activations import resolve

SQUARED = "squared_error"
single = cases(worked.load("xing-single").notation, sizes=st.just([1, 1]), error=SQUARED)
double = cases(worked.load("xing-double").notation, sizes=st.just([1, 1, 1]), error=SQUARED)
chain = cases(
    worked.load("xing-chain").notation,
    sizes=st.integers(2, 7).map(lambda n: [1] * n),
    error=SQUARED,
)
#: Small layers, of which all paths can be walked.
nodes = cases("xing", error=SQUARED, alike=False)
wide = cases(
    "xing", sizes=st.lists(st.integers(2, 3), min_size=2, max_size=4), error=SQUARED, alike=False
)
without_bias = cases("xing", error=SQUARED, biases=["none"])
square = cases(
    "xing",
    sizes=st.integers(2, 3).flatmap(lambda n: st.lists(st.just(n), min_size=4, max_size=4)),
    error=SQUARED,
    biases=["none"],
)


def change(weight: Sized, by: Sized) -> Sized:
    """Δw as the step has it: by how much the stored weight, which is rounded, was changed."""
    return (weight + by) - weight


# --- 1.1 and 1.2: one neuron, and two ------------------------------------------------------------


class Given:
    """What a chain of neurons is given: x, t, w^(i) and b^(i), the latter subtracted."""

    def __init__(self, case: Case) -> None:
        self.x, self.t, self.eta = case.inputs[0][0], case.targets[0][0], case.eta
        self.n = len(case.weights)
        self.w = [None, *(matrix[0, 0] for matrix in case.weights)]
        self.b = [None, *(-offsets[0] for offsets in case.offsets)]


def f(case: Case, i: int, net: Sized) -> Sized:
    return FUNCTIONS[case.activations[i - 1][0]].f(net)


def f_slope(case: Case, i: int, net: Sized) -> Sized:
    return FUNCTIONS[case.activations[i - 1][0]].slope(net)


@given(single)
def test_eq_1_1_o(case: Case) -> None:
    g = Given(case)
    for symbol, number in (("x", g.x), ("w", g.w[1]), ("b", g.b[1]), ("t", g.t)):
        assert apart(case[symbol], number) == []
    assert apart(case["net"], g.w[1] * g.x - g.b[1]) == []
    assert apart(case["o"], f(case, 1, case["net"])) == []


@given(single)
def test_eq_1_1_do_dw(case: Case) -> None:
    slope = f_slope(case, 1, case["net"])
    assert apart(case["do/dw"], slope * case["dnet/dw"]) == []
    assert apart(case["do/dw"], slope * Given(case).x) == []


@given(single)
def test_eq_1_1_e(case: Case) -> None:
    assert apart(case["e"], (Given(case).t - case["o"]) ** 2) == []


@given(single)
def test_eq_1_1_de_dw(case: Case) -> None:
    g, o, slope = Given(case), case["o"], f_slope(case, 1, case["net"])
    assert apart(case["de/dw"], 2 * (o - g.t) * case["do/dw"]) == []
    assert apart(case["de/dw"], 2 * (o - g.t) * slope * g.x) == []


@given(single)
def test_eq_1_1_delta_w(case: Case) -> None:
    g, o, slope = Given(case), case["o"], f_slope(case, 1, case["net"])
    assert apart(case["Δw"], change(g.w[1], -g.eta * case["de/dw"])) == []
    assert apart(case["Δw"], change(g.w[1], -2 * g.eta * (o - g.t) * slope * g.x)) == []
    assert apart(case["w+"], g.w[1] + case["Δw"]) == []


@given(double)
def test_eq_1_2_o2(case: Case) -> None:
    g = Given(case)
    assert apart(case["net^(2)"], g.w[2] * case["o^(1)"] - g.b[2]) == []
    assert apart(case["o^(2)"], f(case, 2, case["net^(2)"])) == []


@given(double)
def test_eq_1_2_o1(case: Case) -> None:
    g = Given(case)
    assert apart(case["net^(1)"], g.w[1] * g.x - g.b[1]) == []
    assert apart(case["o^(1)"], f(case, 1, case["net^(1)"])) == []


@given(double)
def test_eq_1_2_e(case: Case) -> None:
    assert apart(case["e"], (Given(case).t - case["o^(2)"]) ** 2) == []


def by_w1(case: Case) -> Sized:
    g = Given(case)
    f1, f2 = (f_slope(case, i, case[f"net^({i})"]) for i in (1, 2))
    return (case["o^(2)"] - g.t) * f2 * g.w[2] * f1 * g.x


@given(double)
def test_eq_1_2_de_dw1(case: Case) -> None:
    factors = case["de/do^(2)"] * case["do^(2)/do^(1)"] * case["do^(1)/dw^(1)"]
    assert apart(case["de/dw^(1)"], factors) == []
    assert apart(case["de/dw^(1)"], 2 * by_w1(case)) == []


@given(double)
def test_eq_1_2_delta_w1(case: Case) -> None:
    g = Given(case)
    assert apart(case["Δw^(1)"], change(g.w[1], -g.eta * case["de/dw^(1)"])) == []
    assert apart(case["Δw^(1)"], change(g.w[1], -2 * g.eta * by_w1(case))) == []


# --- 1.3: any number of neurons ------------------------------------------------------------------


def o(case: Case, i: int) -> Sized:
    """o^(i); o^(0) is x, which is given."""
    return Given(case).x if i == 0 else case[f"o^({i})"]


def by_w(case: Case, i: int) -> Sized:
    g = Given(case)
    slopes = [None, *(f_slope(case, k, case[f"net^({k})"]) for k in range(1, g.n + 1))]
    product_ = prod((slopes[k] * g.w[k] for k in range(i + 1, g.n + 1)), start=Sized(1))
    return (o(case, g.n) - g.t) * product_ * slopes[i] * o(case, i - 1)


@given(chain)
def test_eq_1_3_o(case: Case) -> None:
    g = Given(case)
    for i in range(1, g.n + 1):
        assert apart(case[f"net^({i})"], g.w[i] * o(case, i - 1) - g.b[i]) == []
        assert apart(o(case, i), f(case, i, case[f"net^({i})"])) == []


@given(chain)
def test_eq_1_3_e(case: Case) -> None:
    assert apart(case["e"], (Given(case).t - o(case, Given(case).n)) ** 2) == []


@given(chain)
def test_eq_1_3_de_dw(case: Case) -> None:
    n = Given(case).n
    for i in range(1, n + 1):
        factors = case[f"de/do^({n})"] * case[f"do^({i})/dw^({i})"]
        for k in range(n, i, -1):
            factors = factors * case[f"do^({k})/do^({k - 1})"]
        assert apart(case[f"de/dw^({i})"], factors) == []
        assert apart(case[f"de/dw^({i})"], 2 * by_w(case, i)) == []


@given(chain)
def test_eq_1_3_delta_w(case: Case) -> None:
    g = Given(case)
    for i in range(1, g.n + 1):
        assert apart(case[f"Δw^({i})"], change(g.w[i], -g.eta * case[f"de/dw^({i})"])) == []
        assert apart(case[f"Δw^({i})"], change(g.w[i], -2 * g.eta * by_w(case, i))) == []


# --- 2.1: matrices -------------------------------------------------------------------------------


def outputs(case: Case, i: int) -> Array:
    """O^(i), a column as a list; O^(0) is given."""
    return case.inputs[0] if i == 0 else read(case.step, f"o_{{}}^({i})", case.sizes[i])


def nets(case: Case, i: int) -> Array:
    return read(case.step, f"net_{{}}^({i})", case.sizes[i])


def w(case: Case, i: int) -> Array:
    """W^(i), w_j,k leads to j from k: given."""
    return case.weights[i - 1]


def t(case: Case) -> Array:
    return case.targets[0]


def diagonal(case: Case, i: int) -> Array:
    """diag(F_i′)."""
    return np.diag(case.slope(i, nets(case, i)))


def layers(case: Case) -> range:
    return range(1, len(case.weights) + 1)


def entries(case: Case, template: str, i: int) -> Array:
    return read(case.step, template, *w(case, i).shape)


def row_at(case: Case, i: int) -> Array:
    """2 (O^(n) − T)^T Π [diag(F_k′) W^(k)] · diag(F_i′), the factors from k = n down to i + 1."""
    n = len(case.weights)
    back = [diagonal(case, k) @ w(case, k) for k in range(n, i, -1)]
    return reduce(np.matmul, [*back, diagonal(case, i)], 2 * (outputs(case, n) - t(case)))


@given(without_bias)
def test_eq_2_1_outputs(case: Case) -> None:
    for i in layers(case):
        assert apart(entries(case, f"w_{{}},{{}}^({i})", i), w(case, i)) == []
        assert apart(nets(case, i), w(case, i) @ outputs(case, i - 1)) == []
        assert apart(outputs(case, i), case.f(i, nets(case, i))) == []


@given(without_bias)
def test_eq_2_1_e(case: Case) -> None:
    difference = (t(case) - outputs(case, len(case.weights)))[:, None]
    assert apart(case["e"], (difference.T @ difference)[0, 0]) == []


@given(without_bias)
def test_eq_2_1_de_dw(case: Case) -> None:
    """The outer product of the row and the signals that the weights are of."""
    for i in layers(case):
        gradient = np.outer(row_at(case, i), outputs(case, i - 1))
        assert apart(entries(case, f"de/dw_{{}},{{}}^({i})", i), gradient) == []


@given(without_bias)
def test_eq_2_1_de_dw_as_printed(case: Case) -> None:
    """The row has an entry per neuron, the column one per input: there is no product, or one number."""
    for i in layers(case):
        row, column = row_at(case, i)[None, :], outputs(case, i - 1)[:, None]
        if case.sizes[i] != case.sizes[i - 1]:
            with pytest.raises(ValueError, match="mismatch"):
                _ = row @ column
        elif case.sizes[i] > 1:
            assert (row @ column).shape == (1, 1) != w(case, i).shape


@given(square)
def test_eq_2_1_de_dw_number_as_printed(case: Case) -> None:
    """And that number is no entry's: it is the sum over the diagonal."""
    for i in layers(case):
        gradient = entries(case, f"de/dw_{{}},{{}}^({i})", i)
        number = row_at(case, i) @ outputs(case, i - 1)
        assert apart(np.trace(gradient), number) == []
        if max(abs((each - number).value) for each in gradient.flat) > 1e-6:
            assert apart(gradient, np.full(gradient.shape, number)) != []


@given(square)
def test_eq_2_1_de_dw_order_as_printed(case: Case) -> None:
    """Matrices do not commute: with k from i + 1 up to n, as numbers may be multiplied, it is wrong."""
    up = 2 * (outputs(case, 3) - t(case))
    for k in (2, 3):
        up = up @ diagonal(case, k) @ w(case, k)
    printed = np.outer(up @ diagonal(case, 1), outputs(case, 0))
    right = np.outer(row_at(case, 1), outputs(case, 0))
    assume(max(abs(each.value) for each in (printed - right).flat) > 1e-6)
    assert apart(entries(case, "de/dw_{},{}^(1)", 1), printed) != []


@given(without_bias)
def test_eq_2_1_chain_rule(case: Case) -> None:
    """∂O^(i)/∂O^(i−1), entry by entry, is diag(F_i′) W^(i); ∂e/∂O^(n) is 2 (O^(n) − T)^T."""
    n = len(case.weights)
    by_outputs = read(case.step, f"de/do_{{}}^({n})", case.sizes[n])
    assert apart(by_outputs, 2 * (outputs(case, n) - t(case))) == []
    for i in layers(case):
        by_before = entries(case, f"do_{{}}^({i})/do_{{}}^({i - 1})", i)
        assert apart(by_before, diagonal(case, i) @ w(case, i)) == []


def elementwise(case: Case, i: int) -> tuple[list[Value], list[Value]]:
    """A vector of nodes X, and F_i(X)."""
    vector = [Value(each.value) for each in nets(case, i)]
    return vector, [resolve(name)(x) for name, x in zip(case.activations[i - 1], vector, strict=True)]


@given(nodes)
def test_eq_2_1_f_of_a_vector(case: Case) -> None:
    for i in layers(case):
        vector, results = elementwise(case, i)
        x = numbers([each.data for each in vector])
        assert apart([each.data for each in results], case.f(i, x)) == []


@given(nodes)
def test_eq_2_1_df_dx(case: Case) -> None:
    """diag(F_i′): no component depends on another."""
    for i in layers(case):
        jacobian = read(case.step, f"do_{{}}^({i})/dnet_{{}}^({i})", case.sizes[i], case.sizes[i])
        assert apart(jacobian, diagonal(case, i)) == []


# --- 2.2: sums -----------------------------------------------------------------------------------


def b(case: Case, i: int) -> Array:
    """b^(i), which is subtracted: given."""
    return -case.offsets[i - 1]


@given(nodes)
def test_eq_2_2_o(case: Case) -> None:
    for i in layers(case):
        assert apart(read(case.step, f"b_{{}}^({i})", case.sizes[i]), b(case, i)) == []
        before = outputs(case, i - 1)
        for j in range(case.sizes[i]):
            net = sum(w(case, i)[j, k] * before[k] for k in range(case.sizes[i - 1])) - b(case, i)[j]
            assert apart(nets(case, i)[j], net) == []
        assert apart(outputs(case, i), case.f(i, nets(case, i))) == []


@given(nodes)
def test_eq_2_2_e(case: Case) -> None:
    n = len(case.weights)
    squares = [(t(case)[j] - outputs(case, n)[j]) ** 2 for j in range(case.sizes[n])]
    assert apart(case["e"], sum(squares)) == []


def mistakes(case: Case, written: dict[tuple[int, int, int], Sized]) -> list[str]:
    """Where ∂e/∂w_jk^(i) is not what is written for i, j, k."""
    found = [case[f"de/dw_{j + 1},{k + 1}^({i})"] for i, j, k in written]
    return apart(found, list(written.values()))


def weights(case: Case) -> list[tuple[int, int, int]]:
    """i, j, k of every w_jk^(i); j and k from 0."""
    return [
        (i, j, k)
        for i in layers(case)
        for j, k in product(range(case.sizes[i]), range(case.sizes[i - 1]))
    ]


@given(nodes)
def test_eq_2_2_de_dw_by_the_chain_rule(case: Case) -> None:
    """With derivatives that the graph knows: sums over k_n to k_(i+1), and j in the place of k_i."""
    n = len(case.weights)
    by_outputs = [case[f"de/do_{k + 1}^({n})"] for k in range(case.sizes[n])]
    jacobians = {i: entries(case, f"do_{{}}^({i})/do_{{}}^({i - 1})", i) for i in layers(case)}

    def below(m: int, by: list[Sized], i: int, j: int) -> Sized:
        """Σ over k_m of ∂e/∂o_k_m · Σ over k_(m−1) …, as nested as it is written, from the left."""
        if m == i:
            return by[j]
        sums = [
            sum(by[km] * jacobians[m][km, k] for km in range(case.sizes[m]))
            for k in range(case.sizes[m - 1])
        ]
        return below(m - 1, sums, i, j)

    written = {}
    for i, j, k in weights(case):
        by_weight = case[f"do_{j + 1}^({i})/dw_{j + 1},{k + 1}^({i})"]
        written[i, j, k] = below(n, by_outputs, i, j) * by_weight
    assert mistakes(case, written) == []


def factor(case: Case, m: int, k_m: int, k_below: int) -> Sized:
    """f′_m,k_m w_k_m,k_(m−1)^(m)."""
    return case.slope(m, nets(case, m))[k_m] * w(case, m)[k_m, k_below]


def own_slope(case: Case, i: int, j: int) -> Sized:
    """f′_i, which is neuron j's."""
    return case.slope(i, nets(case, i))[j]


def nested(case: Case, i: int, j: int) -> Sized:
    """Σ (o_k_n − t_k_n) Σ f′ w … , the sums one in the other, k_i = j."""
    n = len(case.weights)

    def inner(m: int, k_m: int) -> Sized:
        if m == i:
            return Sized(1 if k_m == j else 0)
        return sum(
            factor(case, m, k_m, k) * inner(m - 1, k)
            for k in (range(case.sizes[m - 1]) if m - 1 > i else [j])
        )

    last = outputs(case, n) - t(case)
    return sum(last[k] * inner(n, k) for k in range(case.sizes[n]))


@given(nodes)
def test_eq_2_2_de_dw_as_nested_sums(case: Case) -> None:
    written = {
        (i, j, k): 2 * nested(case, i, j) * own_slope(case, i, j) * outputs(case, i - 1)[k]
        for i, j, k in weights(case)
    }
    assert mistakes(case, written) == []


def over_all_paths(case: Case, i: int, j: int) -> Sized:
    """ΣΣΣ… over all k_n, k_(n−1), …, k_(i+1) at once, k_i = j."""
    n = len(case.weights)
    last, total = outputs(case, n) - t(case), Sized(0)
    for ks in product(*(range(case.sizes[m]) for m in range(n, i, -1))):
        path = [*ks, j]
        if i == n:
            return last[j]
        factors = [factor(case, n - m, path[m], path[m + 1]) for m in range(n - i)]
        total = total + prod(factors, start=last[path[0]])
    return total


@given(nodes)
def test_eq_2_2_de_dw_as_one_sum_over_paths(case: Case) -> None:
    written = {
        (i, j, k): 2 * over_all_paths(case, i, j) * own_slope(case, i, j) * outputs(case, i - 1)[k]
        for i, j, k in weights(case)
    }
    assert mistakes(case, written) == []


def as_product(case: Case, i: int, j: int, *, literally: bool) -> Sized:
    """Σ (o_k_n − t_k_n) Π Σ [f′ w]: each factor, from m = n down to i + 1, sums over k_(m−1).

    Literally, even the last one sums over all k_i, and with i = n the first over all k_n.
    """
    n = len(case.weights)
    signal = list(outputs(case, n) - t(case))
    for m in range(n, i, -1):
        signal = [
            sum(signal[k_m] * factor(case, m, k_m, k) for k_m in range(case.sizes[m]))
            for k in range(case.sizes[m - 1])
        ]
    return sum(signal) if literally else signal[j]


@given(nodes)
def test_eq_2_2_de_dw_as_a_product(case: Case) -> None:
    written = {
        (i, j, k): 2
        * as_product(case, i, j, literally=False)
        * own_slope(case, i, j)
        * outputs(case, i - 1)[k]
        for i, j, k in weights(case)
    }
    assert mistakes(case, written) == []


def literal_products(case: Case) -> dict[tuple[int, int, int], Sized]:
    """As printed: summed over k_i too, it does not know which neuron's weight it is of."""
    printed, differences = {}, []
    for i, j, k in weights(case):
        rest = 2 * own_slope(case, i, j) * outputs(case, i - 1)[k]
        printed[i, j, k] = as_product(case, i, j, literally=True) * rest
        right = as_product(case, i, j, literally=False) * rest
        differences.append(abs((printed[i, j, k] - right).value))
    assume(max(differences) > 1e-6)
    return printed


@given(wide)
def test_eq_2_2_de_dw_as_a_product_as_printed(case: Case) -> None:
    assert mistakes(case, literal_products(case)) != []


@given(nodes)
def test_eq_2_2_delta_w(case: Case) -> None:
    for i, j, k in weights(case):
        weight, given_weight = f"w_{j + 1},{k + 1}^({i})", w(case, i)[j, k]
        assert apart(case[f"Δ{weight}"], change(given_weight, -case.eta * case[f"de/d{weight}"])) == []
        sums = as_product(case, i, j, literally=False)
        closed = -2 * case.eta * sums * own_slope(case, i, j) * outputs(case, i - 1)[k]
        assert apart(case[f"Δ{weight}"], change(given_weight, closed)) == []


@given(wide)
def test_eq_2_2_delta_w_as_printed(case: Case) -> None:
    changes = {
        at: change(w(case, at[0])[at[1], at[2]], -case.eta * gradient)
        for at, gradient in literal_products(case).items()
    }
    found = [case[f"Δw_{j + 1},{k + 1}^({i})"] for i, j, k in changes]
    assert apart(found, list(changes.values())) != []


@given(nodes)
def test_biases_that_are_subtracted(case: Case) -> None:
    """Not in the document, whose b is never differentiated by."""
    for i in layers(case):
        delta = read(case.step, f"delta_{{}}^({i})", case.sizes[i])
        assert apart(read(case.step, f"de/db_{{}}^({i})", case.sizes[i]), -delta) == []
        updated = read(case.step, f"b_{{}}^({i})+", case.sizes[i])
        assert apart(updated, b(case, i) + case.eta * delta) == []
