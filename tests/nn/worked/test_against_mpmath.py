"""The worked examples of textbooks and courses, computed again by mpmath.

Each is written out here once more, by hand and from its text alone; a derivative is the quotient of a
difference at 60 digits, to which no chain rule is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mpmath
import pytest
from mpmath import mp, mpf

from nn import worked

Number = mpmath.mpf


class Sheet(dict[str, Number]):
    """What is computed, by name; a quantity that is entered may be off by something."""

    def __init__(self, numbers: Mapping[str, float], off: Mapping[str, Number]) -> None:
        super().__init__()
        self.off = off
        for name, number in numbers.items():
            self[name] = mpf(number)

    def __setitem__(self, name: str, number: Number) -> None:
        super().__setitem__(name, number + self.off.get(name, 0))

    def dot(self, *pairs: str) -> Number:
        """The sum of the products of names like ``w x``."""
        return sum(mpmath.fprod(self[name] for name in pair.split()) for pair in pairs)


def sigmoid(x: Number) -> Number:
    return 1 / (1 + mpmath.exp(-x))


def sigmoid_neuron(s: Sheet) -> None:
    s["net_o1"] = s.dot("w_o1_1 x1", "w_o1_2 x2", "b_o1")
    s["out_o1"] = sigmoid(s["net_o1"])
    s["E"] = (s["target_o1"] - s["out_o1"]) ** 2 / 2


def tanh_neuron(s: Sheet) -> None:
    s["n"] = s.dot("w1 x1", "w2 x2", "b")
    s["o"] = mpmath.tanh(s["n"])


def biases_trained(s: Sheet) -> None:
    s["net_h1"] = s.dot("w1 i1", "w2 i2", "b1")
    s["net_h2"] = s.dot("w3 i1", "w4 i2", "b1")
    for h in ("h1", "h2"):
        s[f"out_{h}"] = sigmoid(s[f"net_{h}"])
    s["net_o1"] = s.dot("w5 out_h1", "w6 out_h2", "b2")
    s["net_o2"] = s.dot("w7 out_h1", "w8 out_h2", "b2")
    for o in ("o1", "o2"):
        s[f"out_{o}"] = sigmoid(s[f"net_{o}"])
        s[f"E_{o}"] = (s[f"target_{o}"] - s[f"out_{o}"]) ** 2 / 2
    s["E_total"] = s["E_o1"] + s["E_o2"]


def tanh_cross_entropy(s: Sheet) -> None:
    for h in ("h1", "h2", "h3"):
        s[f"net_{h}"] = s.dot(f"w_{h}_1 x1", f"w_{h}_2 x2", f"b_{h}")
        s[f"out_{h}"] = mpmath.tanh(s[f"net_{h}"])
    s["net_o1"] = s.dot("w_o1_1 out_h1", "w_o1_2 out_h2", "w_o1_3 out_h3", "b_o1")
    s["out_o1"] = sigmoid(s["net_o1"])
    t, out = s["target_o1"], s["out_o1"]
    s["E"] = -t * mpmath.log(out) - (1 - t) * mpmath.log(1 - out)


def softmax(s: Sheet) -> None:
    classes = ("o1", "o2", "o3")
    for o in classes:
        s[f"net_{o}"] = s.dot(*(f"w_{o}_{i} x{i}" for i in (1, 2, 3, 4)), f"b_{o}")
        s[f"out_{o}"] = s[f"net_{o}"]
    s["m"] = max(s[f"out_{o}"] for o in classes)
    powers = {o: mpmath.exp(s[f"out_{o}"] - s["m"]) for o in classes}
    for o in classes:
        s[f"p_{o}"] = powers[o] / sum(powers.values())
        s[f"-ln p_{o}"] = -mpmath.log(s[f"p_{o}"])
    s["E"] = sum(s[f"target_{o}"] * s[f"-ln p_{o}"] for o in classes)


def dead_relu(s: Sheet) -> None:
    for h in ("h1", "h2"):
        s[f"net_{h}"] = s.dot(f"w_{h}_1 x1", f"w_{h}_2 x2", f"b_{h}")
        s[f"out_{h}"] = max(s[f"net_{h}"], mpf(0))
    s["net_o1"] = s.dot("w_o1_1 out_h1", "w_o1_2 out_h2", "b_o1")
    s["out_o1"] = s["net_o1"]
    s["E"] = (s["target_o1"] - s["out_o1"]) ** 2 / 2


def batch_of_three(s: Sheet) -> None:
    for e in ("@1", "@2", "@3"):
        for h in ("h1", "h2"):
            s[f"net_{h}{e}"] = s.dot(f"w_{h}_1 x1{e}", f"w_{h}_2 x2{e}", f"b_{h}")
            s[f"out_{h}{e}"] = mpmath.tanh(s[f"net_{h}{e}"])
        s[f"net_o1{e}"] = s.dot(f"w_o1_1 out_h1{e}", f"w_o1_2 out_h2{e}", "b_o1")
        s[f"out_o1{e}"] = s[f"net_o1{e}"]
        s[f"E_o1{e}"] = (s[f"target_o1{e}"] - s[f"out_o1{e}"]) ** 2
    s["E"] = (s["E_o1@1"] + s["E_o1@2"] + s["E_o1@3"]) / 3


def unrolled_rnn(s: Sheet) -> None:
    for k in (1, 2, 3):
        s[f"net{k}"] = s.dot(f"w x{k}", f"u h{k - 1}", "b")
        s[f"h{k}"] = mpmath.tanh(s[f"net{k}"])
    s["y"] = s.dot("v h3")
    s["E"] = (s["t"] - s["y"]) ** 2 / 2


def elman(s: Sheet) -> None:
    for k in (1, 2):
        for j in (1, 2):
            inputs = (f"w{j}1 x{k}_1", f"w{j}2 x{k}_2")
            s[f"net{k}_{j}"] = s.dot(*inputs, f"u{j}1 h{k - 1}_1", f"u{j}2 h{k - 1}_2", f"b{j}")
        for j in (1, 2):
            s[f"h{k}_{j}"] = sigmoid(s[f"net{k}_{j}"])
        s[f"net{k}"] = s.dot(f"v1 h{k}_1", f"v2 h{k}_2", "c")
        s[f"y{k}"] = sigmoid(s[f"net{k}"])
    s["E"] = ((s["t1"] - s["y1"]) ** 2 + (s["t2"] - s["y2"]) ** 2) / 2


def lstm_cell(s: Sheet) -> None:
    for k in (1, 2):
        for gate in "aifo":
            inputs = (f"w_{gate}1 x{k}_1", f"w_{gate}2 x{k}_2")
            s[f"net_{gate}{k}"] = s.dot(*inputs, f"u_{gate} h{k - 1}", f"b_{gate}")
            squashed = mpmath.tanh if gate == "a" else sigmoid
            s[f"{gate}{k}"] = squashed(s[f"net_{gate}{k}"])
        s[f"s{k}"] = s.dot(f"a{k} i{k}", f"f{k} s{k - 1}")
        s[f"h{k}"] = s[f"o{k}"] * mpmath.tanh(s[f"s{k}"])
    s["E"] = ((s["t1"] - s["h1"]) ** 2 + (s["t2"] - s["h2"]) ** 2) / 2


def convolution(s: Sheet) -> None:
    for i in (1, 2):
        for j in (1, 2):
            taps = [f"k{m + 1}{n + 1} x{i + m}{j + n}" for m in (0, 1) for n in (0, 1)]
            s[f"net{i}{j}"] = s.dot(*taps, "b")
            s[f"a{i}{j}"] = max(s[f"net{i}{j}"], mpf(0))
    s["y"] = s.dot("a11", "a12", "a21", "a22") / 4
    s["E"] = (s["t"] - s["y"]) ** 2 / 2


def adam_step(s: Sheet) -> None:
    s["y"] = s["w"] * s["x"]
    s["g3"] = (s["y"] - s["t"]) * s["x"]
    s["m3"] = s["beta1"] * s["m2"] + (1 - s["beta1"]) * s["g3"]
    s["v3"] = s["beta2"] * s["v2"] + (1 - s["beta2"]) * s["g3"] ** 2
    s["mhat3"] = s["m3"] / (1 - s["beta1"] ** 3)
    s["vhat3"] = s["v3"] / (1 - s["beta2"] ** 3)
    s["w_new"] = s["w"] - s["alpha"] * s["mhat3"] / (mpmath.sqrt(s["vhat3"]) + s["epsilon"])
    s["y_new"] = s["w_new"] * s["x"]
    s["E"] = (s["t"] - s["y_new"]) ** 2 / 2


WRITTEN_OUT: dict[str, Callable[[Sheet], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        *(sigmoid_neuron, tanh_neuron, biases_trained, tanh_cross_entropy, softmax, dead_relu),
        *(batch_of_three, unrolled_rnn, elman, lstm_cell, convolution, adam_step),
    )
}


def differences(
    example: worked.WorkedExample | worked.FormulaExample, write_out: Callable[[Sheet], None]
) -> list[str]:
    """The numbers of a step that are not those of the example written out; and what is not in both."""
    step = example.step()
    wrong: list[str] = []
    given = {name: node.data for name, node in step.nodes.items() if node.operation is None}
    found: dict[str, Number] = {}

    def sheet(off: Mapping[str, Number], numbers: Mapping[str, float] = given) -> Sheet:
        written = Sheet(numbers, off)
        write_out(written)
        return written

    exact = sheet({})
    error = list(exact)[-1]
    small = mpf(10) ** -20
    for name, number in exact.items():
        found[name] = number
        up, down = sheet({name: small})[error], sheet({name: -small})[error]
        found[f"d{error}/d{name}"] = (up - down) / (2 * small)
    updated = {}
    for name in step.updates:
        updated[name] = mpf(given[name]) - mpf(example.learning_rate) * found[f"d{error}/d{name}"]
        found[f"{name}+"] = updated[name]
    for name, number in found.items():
        if abs(step[name] - number) > 1e-14 + 2e-13 * abs(number):
            wrong.append(f"{name}: {step[name]} for {mpmath.nstr(number, 15)}")
    after = sheet({}, {**given, **updated})[error]
    if abs(step.error_after - after) > 1e-13 * abs(after):
        wrong.append(f"the error after the update: {step.error_after} for {mpmath.nstr(after, 15)}")
    wrong += [f"{name} is not written out" for name in step.values if name not in exact]
    return wrong


@pytest.fixture(autouse=True)
def _digits() -> object:
    with mp.workdps(60):
        yield


def test_every_example_from_elsewhere_is_written_out() -> None:
    assert sorted(WRITTEN_OUT) == sorted(set(worked.names()) - set(worked.groups()["lecture notes"]))


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_every_number_is_that_of_mpmath(name: str) -> None:
    assert differences(worked.load(name), WRITTEN_OUT[name]) == []


def test_a_planted_mistake_is_found() -> None:
    def forgets_the_bias(s: Sheet) -> None:
        s["net_o1"] = s.dot("w_o1_1 x1", "w_o1_2 x2")
        s["out_o1"] = sigmoid(s["net_o1"])
        s["E"] = (s["target_o1"] - s["out_o1"]) ** 2 / 2

    found = differences(worked.load("sigmoid-neuron"), forgets_the_bias)
    assert "net_o1: 1.0 for 4.0" in found
    assert any(line.startswith("dE/db_o1: -0.05287709") for line in found)
