"""A recorded training step: complete, equal to the closed forms, and the same as training without."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_oracle import forward, recursion
from rich.console import Console

from autograd import AutogradError, Value
from nn import MLP, SGD, Adam, AdamW, Example, Notation, Optimizer, TrainingStep, train, worked
from nn.error_rules import ERRORS
from nn.notation import Names
from nn.strategies import examples, networks

# --- the oracle: errors and their derivatives by the outputs, as the notes have them ----------------

Numbers = Sequence[float]


class Formula(NamedTuple):
    """An error of one example, in plain numbers; ``n`` is the number of examples."""

    value: Callable[[Numbers, Numbers, int], float]
    by_output: Callable[[Numbers, Numbers, int], list[float]]
    by_target: Callable[[Numbers, Numbers, int], list[float]]
    #: activations of the last layer that it is for
    outputs: tuple[str, ...] = ("linear", "sigmoid", "tanh")


def softmax(z: Numbers) -> list[float]:
    total = math.fsum(map(math.exp, z))
    return [math.exp(each) / total for each in z]


def each(formula: Callable[[float, float], float]) -> Callable[[Numbers, Numbers, int], list[float]]:
    return lambda os, ts, _: [formula(o, t) for o, t in zip(os, ts, strict=True)]


def squares(os: Numbers, ts: Numbers) -> float:
    return math.fsum((t - o) ** 2 for o, t in zip(os, ts, strict=True))


FORMULAS = {
    "half_squared_error": Formula(
        lambda os, ts, _: squares(os, ts) / 2.0, each(lambda o, t: o - t), each(lambda o, t: t - o)
    ),
    "squared_error": Formula(
        lambda os, ts, _: squares(os, ts),
        each(lambda o, t: 2.0 * (o - t)),
        each(lambda o, t: 2.0 * (t - o)),
    ),
    "mean_squared_error": Formula(
        lambda os, ts, n: squares(os, ts) / n,
        lambda os, ts, n: [2.0 * (o - t) / n for o, t in zip(os, ts, strict=True)],
        lambda os, ts, n: [2.0 * (t - o) / n for o, t in zip(os, ts, strict=True)],
    ),
    "binary_cross_entropy": Formula(
        lambda os, ts, _: (
            -math.fsum(
                t * math.log(o) + (1.0 - t) * math.log(1.0 - o) for o, t in zip(os, ts, strict=True)
            )
        ),
        each(lambda o, t: (o - t) / (o * (1.0 - o))),
        each(lambda o, _: math.log(1.0 - o) - math.log(o)),
        outputs=("sigmoid",),
    ),
    "cross_entropy": Formula(
        lambda os, ts, _: (
            -math.fsum(t * math.log(p) for p, t in zip(softmax(os), ts, strict=True) if t != 0.0)
        ),
        lambda os, ts, _: [p - t for p, t in zip(softmax(os), ts, strict=True)],
        lambda os, _, __: [-math.log(p) for p in softmax(os)],
        outputs=("linear", "tanh"),
    ),
}


def test_every_error_has_a_formula_here() -> None:
    assert list(FORMULAS) == list(ERRORS)


def closed_forms(
    network: MLP, examples: Sequence[Example], error: str
) -> tuple[dict[str, float], dict[str, float]]:
    """The value of everything in a step, and the derivative of the error by it, by default names."""
    formula, n = FORMULAS[error], len(examples)
    values: dict[str, float] = {"E": 0.0}
    gradients: dict[str, float] = {"E": 1.0}
    share = 1.0 / n if ERRORS[error].mean else 1.0
    for k, (inputs, targets) in enumerate(examples, 1):
        at = f"@{k}" if n > 1 else ""
        outputs = [out for _, _, _, out in forward(network, list(inputs))[-1]]
        slopes = formula.by_output(outputs, targets, n)
        found = recursion(network, list(inputs), slopes)
        values["E"] += formula.value(outputs, targets, n)
        for i, x in enumerate(inputs, 1):
            values[f"x{i}{at}"] = x
            gradients[f"x{i}{at}"] = sum(
                found[neuron].delta * neuron.weights[i - 1].data for neuron in network.layers[0].neurons
            )
        for name, neuron in named(network):
            mine = found[neuron]
            values |= {f"net_{name}{at}": mine.net, f"out_{name}{at}": mine.out}
            gradients[f"net_{name}{at}"] = mine.delta
            for i, gradient in enumerate(mine.weight_gradients, 1):
                values[f"w_{name}_{i}"] = neuron.weights[i - 1].data
                gradients[f"w_{name}_{i}"] = gradients.get(f"w_{name}_{i}", 0.0) + gradient
            if neuron.bias is not None:
                values[f"b_{name}"] = neuron.bias.data
                gradients[f"b_{name}"] = gradients.get(f"b_{name}", 0.0) + mine.bias_gradient
        for above, layer in zip((*network.layers[1:], None), network.layers, strict=True):
            for j, neuron in enumerate(layer.neurons):
                name = next(name for name, each in named(network) if each is neuron)
                gradients[f"out_{name}{at}"] = (
                    sum(found[k].delta * k.weights[j].data for k in above.neurons)
                    if above
                    else slopes[j]
                )
        for j, t in enumerate(targets, 1):
            values[f"target_o{j}{at}"] = t
            gradients[f"target_o{j}{at}"] = formula.by_target(outputs, targets, n)[j - 1]
            if ERRORS[error].by_output and len(targets) * n > 1:
                part = formula.value([outputs[j - 1]], [t], n) / share
                values[f"E_o{j}{at}"], gradients[f"E_o{j}{at}"] = part, share
        if ERRORS[error].by_output and len(targets) > 1 < n:
            values[f"E{at}"], gradients[f"E{at}"] = formula.value(outputs, targets, n) / share, share
        if error == "cross_entropy":
            largest = max(outputs)
            total = sum(math.exp(z - largest) for z in outputs)
            values[f"m{at}"], gradients[f"m{at}"] = largest, 0.0
            for j, (z, t) in enumerate(zip(outputs, targets, strict=True), 1):
                p, surprisal = math.exp(z - largest) / total, largest - z + math.log(total)
                values |= {f"p_o{j}{at}": p, f"-ln p_o{j}{at}": surprisal}
                gradients |= {f"p_o{j}{at}": -t / p, f"-ln p_o{j}{at}": t}
        if not ERRORS[error].by_output and n > 1:
            values[f"E{at}"], gradients[f"E{at}"] = formula.value(outputs, targets, n) / share, share
    return values, {f"dE/d{symbol}": gradient for symbol, gradient in gradients.items()}


def named(network: MLP) -> list[tuple[str, Any]]:
    return [
        (
            f"o{j}" if k == len(network.layers) else f"h{k}_{j}" if len(network.layers) > 2 else f"h{j}",
            neuron,
        )
        for k, layer in enumerate(network.layers, 1)
        for j, neuron in enumerate(layer.neurons, 1)
    ]


def wrong(got: dict[str, float], expected: dict[str, float]) -> list[str]:
    """Where two sets of numbers differ by more than rounding, or not all are in both."""
    complaints = [f"{symbol} is missing or not expected" for symbol in got.keys() ^ expected.keys()]
    return complaints + [
        f"{symbol} is {got[symbol]!r}, not {expected[symbol]!r}"
        for symbol in sorted(got.keys() & expected.keys())
        if not math.isclose(got[symbol], expected[symbol], rel_tol=1e-9, abs_tol=1e-11)
    ]


def mistakes(step: TrainingStep, examples: Sequence[Example], error: str) -> list[str]:
    """Where a step disagrees with the closed forms; its network is as it was before."""
    values, gradients = closed_forms(step.network, examples, error)
    deltas = {
        symbol.replace("dE/dnet_", "delta_"): number
        for symbol, number in gradients.items()
        if symbol.startswith("dE/dnet_")
    }
    return [
        *wrong(step.values, values),
        *wrong(step.gradients, gradients),
        *wrong(step.deltas, deltas),
        *wrong({"before": step.error_before}, {"before": values["E"]}),
    ]


class Case(NamedTuple):
    network: MLP
    examples: list[Example]
    error: str


@st.composite
def cases(draw: st.DrawFn, most_examples: int = 3, error: str | None = None) -> Case:
    """Networks with examples to learn and an error that suits their outputs."""
    error = draw(st.sampled_from(list(ERRORS))) if error is None else error
    least = 2 if error == "cross_entropy" else 1
    nouts = st.lists(st.integers(least, 3), min_size=1, max_size=3)
    network = draw(
        networks(
            shapes=st.builds(lambda nin, nouts: [nin, *nouts], st.integers(1, 3), nouts),
            activations=["tanh", "sigmoid", "sin"],
            outputs=FORMULAS[error].outputs,
            parameters=st.floats(-1.0, 1.0),
        )
    )
    several = st.lists(examples(network, error), min_size=1, max_size=most_examples)
    return Case(network, draw(several), error)


# --- every number --------------------------------------------------------------------------------


@given(cases(), st.floats(0.0, 2.0))
def test_a_step_is_complete_and_equals_the_closed_forms(case: Case, lr: float) -> None:
    network, examples, error = case
    before = network.state_dict()
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=lr), error=error)
    assert step.network.state_dict() == before
    assert mistakes(step, examples, error) == []
    after = network.state_dict()
    paths = {parameter: path for path, parameter in step.network.named_parameters()}
    for parameter, name in step.names.parameters.items():
        assert step.updated[f"{name}+"] == step.values[name] - lr * step.gradients[f"dE/d{name}"]
        assert after[paths[parameter]] == step.updated[f"{name}+"]
    assert len(step.updated) == len(before)
    assert not wrong({"E": step.error_after}, {"E": closed_forms(network, examples, error)[0]["E"]})


@pytest.mark.parametrize("error", ERRORS)
def test_every_error(error: str) -> None:
    formula = FORMULAS[error]
    examples = [Example([0.5, -0.25], [0.25, 0.75]), Example([0.0, 1.0], [0.5, 0.5])]
    for last, some in product(formula.outputs, (examples, examples[:1])):
        network = MLP(2, [3, 2], activation=["tanh", last], seed=3)
        step = TrainingStep(network, some, SGD(network.parameters(), lr=0.1), error=error)
        assert mistakes(step, some, error) == []
        assert step.error_after < step.error_before


def test_the_urbain_step_is_complete() -> None:
    step = worked.load("urbain").step()
    weights, biases = [f"w{n}" for n in range(1, 9)], ["b1", "b2"]
    units = ["h1", "h2", "o1", "o2"]
    values = [
        *weights, *biases, "i1", "i2", *(f"{kind}_{unit}" for unit in units for kind in ("net", "out")),
        "target_o1", "target_o2", "E_o1", "E_o2", "E_total",
    ]  # fmt: skip
    assert list(step.values) == values
    assert list(step.gradients) == [f"dE/d{symbol}" for symbol in values]
    assert list(step.deltas) == [f"delta_{unit}" for unit in units]
    assert list(step.updated) == [f"{weight}+" for weight in weights]
    assert list(step.changes) == [f"Δ{weight}" for weight in weights]
    assert list(step) == [*(*step.values, *step.gradients, *step.deltas, *step.updated, *step.changes)]
    assert list(step.neurons) == units
    for symbol in step:
        assert isinstance(step[symbol], float)


def test_the_neurons_of_a_step_show_their_numbers() -> None:
    step = worked.load("urbain").step()
    for name, neuron in step.neurons.items():
        assert neuron.net.data == step[f"net_{name}"]
        assert neuron.out.data == step[f"out_{name}"]
        assert neuron.delta == step[f"delta_{name}"]
    assert step.neurons["o1"].weight_gradients == [step["dE/dw5"], step["dE/dw6"]]
    assert step.nodes["w5"] is step.neurons["o1"].weights[0]


@pytest.mark.parametrize(
    ("numbers", "symbol"),
    [("values", "net_h1"), ("values", "E"), ("gradients", "dE/dw_o1_2"), ("deltas", "delta_o2")],
)
def test_a_wrong_number_in_a_step_is_found(numbers: str, symbol: str) -> None:
    examples = [Example([0.5, -0.25], [0.25, 0.75])]
    network = MLP(2, [3, 2], activation="sigmoid", seed=3)
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=0.1))
    assert mistakes(step, examples, "half_squared_error") == []
    getattr(step, numbers)[symbol] += 1e-6
    (complaint,) = mistakes(step, examples, "half_squared_error")
    assert complaint.startswith(f"{symbol} is ")


def test_a_missing_number_in_a_step_is_found() -> None:
    examples = [Example([0.5], [0.25])]
    network = MLP(1, [2, 1], activation="sigmoid", seed=3)
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=0.1))
    del step.gradients["dE/dx1"]
    assert mistakes(step, examples, "half_squared_error") == ["dE/dx1 is missing or not expected"]


def test_hidden_deltas_use_the_weights_before_their_update() -> None:
    """The very mistake that the notes warn against, and whose figures they print."""
    step = worked.load("urbain").step()
    slope = step["out_h1"] * (1.0 - step["out_h1"])
    old = (step["delta_o1"] * step["w5"] + step["delta_o2"] * step["w7"]) * slope
    new = (step["delta_o1"] * step["w5+"] + step["delta_o2"] * step["w7+"]) * slope
    assert step["delta_h1"] == pytest.approx(old, rel=1e-14)
    assert step["delta_h1"] != pytest.approx(new, rel=1e-3)


def test_one_output_and_linear_neurons() -> None:
    network = MLP(1, [1, 1], activation="linear", bias_convention="none", init="zeros")
    for layer, weight in zip(network.layers, (3.0, -2.0), strict=True):
        layer.neurons[0].weights[0].data = weight
    step = TrainingStep(network, [Example([0.5], [1.0])], SGD(network.parameters(), lr=0.25))
    assert step.values == {
        "w_h1_1": 3.0, "w_o1_1": -2.0, "x1": 0.5, "net_h1": 1.5, "out_h1": 1.5,
        "net_o1": -3.0, "out_o1": -3.0, "target_o1": 1.0, "E": 8.0,
    }  # fmt: skip
    assert step.gradients == {
        "dE/dw_h1_1": 4.0, "dE/dw_o1_1": -6.0, "dE/dx1": 24.0, "dE/dnet_h1": 8.0,
        "dE/dout_h1": 8.0, "dE/dnet_o1": -4.0, "dE/dout_o1": -4.0, "dE/dtarget_o1": 4.0, "dE/dE": 1.0,
    }  # fmt: skip
    assert step.deltas == {"delta_h1": 8.0, "delta_o1": -4.0}
    assert step.updated == {"w_h1_1+": 2.0, "w_o1_1+": -0.5}
    assert (step.error_before, step.error_after) == (8.0, 0.5 * (1.0 + 0.5) ** 2)
    assert (step["dout_o1/dnet_o1"], step["dnet_o1/dout_o1"]) == (1.0, 0.0)
    assert (step.node("net_o1").name, step.node("out_o1").name) == ("net_o1", "out_o1")


# --- symbols -------------------------------------------------------------------------------------


def test_derivatives_between_any_two_nodes_are_finite_differences() -> None:
    example = worked.load("urbain")
    step = example.step()
    leaves = [f"w{n}" for n in range(1, 9)] + ["b1", "b2", "i1", "i2", "target_o1", "target_o2"]
    above = [symbol for symbol in step.values if symbol not in leaves]

    def nudged(leaf: str, by: float) -> dict[str, float]:
        network = example.network()
        inputs, targets = list(example.examples[0].inputs), list(example.examples[0].targets)
        if leaf[0] in "wb":
            names = Names(example.notation, network).parameters
            next(p for p, name in names.items() if name == leaf).data += by
        else:
            numbers = targets if leaf.startswith("target") else inputs
            numbers[int(leaf[-1]) - 1] += by
        optimizer = SGD(network.parameters(), lr=0.0)
        return TrainingStep(
            network, [Example(inputs, targets)], optimizer, notation=example.notation
        ).values

    for leaf in leaves:
        up, down = nudged(leaf, 1e-6), nudged(leaf, -1e-6)
        for symbol in above:
            difference = (up[symbol] - down[symbol]) / 2e-6
            assert step[f"d{symbol}/d{leaf}"] == pytest.approx(difference, rel=1e-7, abs=1e-9)


def test_derivatives_between_inner_nodes_are_products_of_factors() -> None:
    step = worked.load("urbain").step()
    assert step["dE_o1/dout_h1"] == step["delta_o1"] * step["w5"]
    assert step["dE_o2/dout_h1"] == step["delta_o2"] * step["w7"]
    assert step["dE_o1/dout_h1"] + step["dE_o2/dout_h1"] == pytest.approx(step["dE/dout_h1"], rel=1e-15)
    assert step["dnet_o1/dout_h2"] == step["w6"]
    assert step["dnet_o1/dw5"] == step["out_h1"]
    assert step["dnet_h1/db1"] == 1.0
    for unit in ("h1", "h2", "o1", "o2"):
        out = step[f"out_{unit}"]
        assert step[f"dout_{unit}/dnet_{unit}"] == pytest.approx(out * (1.0 - out), rel=1e-15)
        assert step[f"dE_total/dnet_{unit}"] == step[f"dE/dnet_{unit}"] == step[f"delta_{unit}"]


def test_what_does_not_depend_has_derivative_zero_and_what_is_the_same_one() -> None:
    step = worked.load("urbain").step()
    assert step["dout_h1/dw5"] == step["dE_o1/dw7"] == step["dw1/dE_total"] == step["dw1/dw2"] == 0.0
    assert step["dw5/dw5"] == step["dE/dE"] == step["dE/dE_total"] == step["dE_total/dE_total"] == 1.0


@pytest.mark.parametrize("symbol", ["E", "E_total"])
def test_the_error_is_always_called_e(symbol: str) -> None:
    step = worked.load("urbain").step()
    assert step[symbol] == step.error_before
    assert step.node(symbol) is step.error
    assert step.explain("w1", symbol).result is step.error


def test_explain_is_about_the_error_whatever_the_notation_calls_e() -> None:
    network = MLP(1, [1], bias_convention="none", init="zeros")
    notation = Notation(input="E", error="L")
    step = TrainingStep(
        network, [Example([2.0], [1.0])], SGD(network.parameters(), lr=0.5), notation=notation
    )
    assert step["E"] == 2.0
    assert step.explain("w_o1_1").result is step.error


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("net_h3", r"no 'net_h3' in this step; did you mean net_h2 or net_h1 or "),
        ("w9", r"no 'w9' in this step"),
        ("E_totl", r"did you mean E_total"),
        ("?", r"^no '\?' in this step$"),
        ("dE/dout_3", r"no 'out_3' in this step; did you mean out_"),
        ("dE_o3/dw1", r"no 'E_o3' in this step; did you mean E_o"),
        ("w1++", r"no 'w1\+\+' in this step"),
        ("net_h1@1", r"no 'net_h1@1' in this step; did you mean net_h1"),
        ("", r"no '' in this step"),
    ],
)
def test_a_symbol_that_is_not_there_suggests_others(symbol: str, message: str) -> None:
    step = worked.load("urbain").step()
    with pytest.raises(KeyError, match=message):
        _ = step[symbol]


def test_explain_and_node_suggest_too() -> None:
    step = worked.load("urbain").step()
    for ask in (
        lambda: step.explain("w55"),
        lambda: step.explain("w5", "E_totl"),
        lambda: step.node("w55"),
    ):
        with pytest.raises(KeyError, match=r"did you mean"):
            ask()
    with pytest.raises(AutogradError, match=r"'net_h1' does not depend on 'w5'"):
        step.explain("w5", "net_h1")


# --- several examples ----------------------------------------------------------------------------


@given(cases())
def test_several_examples_add_up_or_average(case: Case) -> None:
    network, examples, error = case
    share = 1.0 / len(examples) if ERRORS[error].mean else 1.0

    def step(some: list[Example]) -> TrainingStep:
        own = network.copy()
        return TrainingStep(own, some, SGD(own.parameters(), lr=0.0), error=error)

    together, alone = step(examples), [step([example]) for example in examples]
    assert together.error_before == pytest.approx(share * sum(s.error_before for s in alone), abs=1e-14)
    for name in together.names.parameters.values():
        total = share * sum(single[f"dE/d{name}"] for single in alone)
        assert together[f"dE/d{name}"] == pytest.approx(total, rel=1e-9, abs=1e-13)
    at = [""] if len(examples) == 1 else [f"@{k}" for k in range(1, len(examples) + 1)]
    assert len(together.names.passes) == len(at)
    for single, suffix in zip(alone, at, strict=True):
        for symbol, value in single.values.items():
            if symbol not in together.names.parameters.values() and symbol != "E":
                assert together[symbol + suffix] == value
        for symbol, delta in single.deltas.items():
            assert together[symbol + suffix] == pytest.approx(share * delta, rel=1e-12, abs=1e-300)


def test_examples_have_numbers() -> None:
    network = MLP(1, [1], activation="linear", bias_convention="none", init="zeros")
    examples = [Example([1.0], [2.0]), Example([3.0], [5.0])]
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=0.1))
    assert (step["x1@1"], step["x1@2"], step["target_o1@2"], step["delta_o1@2"]) == (1.0, 3.0, 5.0, -5.0)
    assert step["dE/dw_o1_1"] == -2.0 * 1.0 - 5.0 * 3.0
    assert step["dE/dout_o1@1"] == -2.0
    assert step["dnet_o1@2/dw_o1_1"] == 3.0
    assert step["dnet_o1@2/dx1@1"] == 0.0
    for symbol in ("x1", "net_o1", "delta_o1", "x1@0", "x1@3", "w_o1_1@1"):
        with pytest.raises(KeyError, match=re.escape(f"no '{symbol}'")):
            _ = step[symbol]


def test_a_name_that_an_example_number_makes_twice_is_refused() -> None:
    network = MLP(1, [1], bias_convention="none", init="zeros")
    notation = Notation(weight="x{n}@1")  # the input of the first example is x1@1 too
    examples = [Example([1.0], [2.0]), Example([3.0], [5.0])]
    with pytest.raises(ValueError, match="x1@1"):
        TrainingStep(network, examples, SGD(network.parameters(), lr=0.1), notation=notation)


# --- the step keeps what was ---------------------------------------------------------------------


def test_the_network_is_updated_and_the_step_keeps_the_old_numbers() -> None:
    example = worked.load("urbain")
    network = example.network()
    optimizer = SGD(network.parameters(), lr=0.5)
    step = TrainingStep(network, example.examples, optimizer, notation=example.notation)
    source, shown, numbers = step.draw(6, fold=False).source, str(step), step.to_dict()
    assert "w₅\\n0.4\\n∂ 0.082167" in source
    for _ in range(10):
        TrainingStep(network, example.examples, optimizer, notation=example.notation)
    assert network.layers[1].neurons[0].weights[0].data < 0.3
    assert (step["w5"], step.network.layers[1].neurons[0].weights[0].data) == (0.4, 0.4)
    assert (step.draw(6, fold=False).source, str(step), step.to_dict()) == (source, shown, numbers)
    assert step["dE_total/dw5"] == step["dE/dw5"]


def test_the_gradients_are_the_networks_own_too() -> None:
    network = MLP(2, [2, 1], activation="tanh", seed=1)
    network.parameters()[0].grad = 1e6  # from something else
    step = TrainingStep(network, [Example([1.0, 2.0], [0.5])], SGD(network.parameters(), lr=0.1))
    assert [p.grad for p in network.parameters()] == [p.grad for p in step.network.parameters()]
    assert max(abs(p.grad) for p in network.parameters()) < 10.0


def test_a_step_leaves_the_networks_names_and_recorded_graph_alone() -> None:
    network = MLP(1, [1])
    network.parameters()[0].name = "mine"
    out = network([1.0])
    TrainingStep(network, [Example([1.0], [0.5])], SGD(network.parameters(), lr=0.1))
    assert network.parameters()[0].name == "mine"
    assert out.name is None


def test_only_what_the_optimizer_has_is_updated() -> None:
    network = MLP(2, [2, 1], activation="tanh", seed=1)
    before = network.state_dict()
    some = network.parameters()[1::3]
    step = TrainingStep(network, [Example([1.0, 2.0], [0.5])], SGD(some, lr=0.1))
    after = network.state_dict()
    assert list(step.updated) == ["w_h1_2+", "w_h2_2+", "w_o1_2+"]
    changed = [path for path in before if before[path] != after[path]]
    assert [after[path] for path in changed] == list(step.updated.values())
    assert len(step.gradients) == len(step.values)
    assert str(step).count("not updated") == len(before) - 3


def test_the_optimizer_of_another_network_is_refused() -> None:
    network, other = (MLP(1, [1], seed=seed) for seed in (1, 2))
    examples = [Example([1.0], [0.5])]
    before = network.state_dict(), other.state_dict()
    for take in (TrainingStep, train):
        optimizer = SGD(other.parameters(), lr=0.1)
        with pytest.raises(ValueError, match="updates none of the network's parameters"):
            take(network, examples, optimizer)
        assert optimizer.steps == 0
    assert (network.state_dict(), other.state_dict()) == before
    both = SGD([*network.parameters(), *other.parameters()], lr=0.1)
    train(network, examples, both)
    assert network.state_dict() != before[0]
    assert other.state_dict() == before[1]


class Doubling(Optimizer):
    """Doubles each parameter, so that the tests can tell it from descent."""

    def _update(self, gradients: list[float], lr: float) -> None:
        for p in self.parameters:
            p.data *= 2.0


def test_any_optimizer_will_do() -> None:
    network = MLP(1, [1], seed=1)
    step = TrainingStep(network, [Example([1.0], [0.5])], Doubling(network.parameters(), lr=0.1))
    assert step["w_o1_1+"] == 2.0 * step["w_o1_1"] == network.parameters()[0].data


def test_picture_of_a_step() -> None:
    step = worked.load("urbain").step()
    assert ElementTree.fromstring(step.draw(view="graph").svg()).tag.endswith("svg")
    folded = step.draw(fold=True).source
    assert "Eₒ₁" in folded
    assert len(folded) < len(step.draw(fold=False).source)


# --- as JSON -------------------------------------------------------------------------------------


@given(cases(), st.floats(0.0, 2.0))
def test_json_reads_back_bit_equal(case: Case, lr: float) -> None:
    network, examples, error = case
    step = TrainingStep(network, examples, SGD(network.parameters(), lr=lr), error=error)
    read = json.loads(step.to_json(), parse_constant=pytest.fail)
    assert repr(read) == repr(step.to_dict())
    assert list(read) == [
        *("values", "gradients", "deltas", "updated", "changes", "error_before", "error_after")
    ]


def test_a_dict_of_ones_own() -> None:
    step = worked.load("urbain").step()
    step.to_dict()["values"].clear()
    assert step.values


def diverged() -> TrainingStep:
    network = MLP(1, [1], activation="linear", bias_convention="none", init="zeros")
    network.parameters()[0].data = 1.0
    return TrainingStep(network, [Example([1e150], [0.0])], SGD(network.parameters(), lr=1.0))


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_json_has_null_for_what_is_not_finite_and_says_so(number: float) -> None:
    step = worked.load("urbain").step()
    step.gradients["dE/dw5"] = step.error_after = number
    found = json.loads(step.to_json(), parse_constant=pytest.fail)
    assert found["gradients"]["dE/dw5"] is found["error_after"] is None
    assert found["not_finite"] == {"gradients.dE/dw5": str(number), "error_after": str(number)}
    assert found["values"] == step.values
    assert "not_finite" not in json.loads(worked.load("urbain").step().to_json())


def test_a_step_that_diverged() -> None:
    step = diverged()
    assert (step.error_before, step.error_after) == (0.5 * 1e150**2, math.inf)
    assert json.loads(step.to_json())["not_finite"] == {"error_after": "inf"}


# --- training ------------------------------------------------------------------------------------

OPTIMIZERS: dict[str, Callable[[MLP], Optimizer]] = {
    "SGD": lambda network: SGD(network.parameters(), lr=0.3),
    "momentum": lambda network: SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True),
    "schedule": lambda network: SGD(network.parameters(), lr=lambda step: 1.0 / (1 + step)),
    "Adam": lambda network: Adam(network.parameters(), lr=0.05),
    "AdamW": lambda network: AdamW(network.parameters(), lr=0.05),
    "some": lambda network: SGD(network.parameters()[::2], lr=0.3),
}


@given(optimizer=st.sampled_from(sorted(OPTIMIZERS)), case=cases(), steps=st.integers(0, 4))
def test_training_is_repeated_steps_bit_for_bit(optimizer: str, case: Case, steps: int) -> None:
    network, examples, error = case
    other = network.copy()
    ours, theirs = OPTIMIZERS[optimizer](network), OPTIMIZERS[optimizer](other)
    last = train(network, examples, ours, error=error, steps=steps)
    for _ in range(steps):
        step = TrainingStep(other, examples, theirs, error=error)
    assert network.state_dict() == other.state_dict()
    assert [p.grad for p in network.parameters()] == [p.grad for p in other.parameters()]
    assert ours.state_dict()["buffers"] == theirs.state_dict()["buffers"]
    if steps:
        assert last == step.error_after
    else:
        assert not wrong({"E": last}, {"E": closed_forms(network, examples, error)[0]["E"]})


def test_training_learns_xor() -> None:
    network = MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=2)
    examples = [Example([float(a), float(b)], [float(a ^ b)]) for a in (0, 1) for b in (0, 1)]
    error = train(network, examples, Adam(network.parameters(), lr=0.1), steps=200)
    assert error < 0.01
    assert [round(network(example.inputs).data) for example in examples] == [0, 1, 1, 0]


GOOD = Example([1.0, 2.0], [0.5])


@pytest.mark.parametrize(
    ("examples", "error", "raised", "message"),
    [
        ([], "squared_error", ValueError, "at least one example"),
        (
            [GOOD],
            "squared error",
            ValueError,
            "no error 'squared error'; there are half_",
        ),
        ([GOOD], "", ValueError, "no error ''"),
        ([Example([1.0], [0.5])], "squared_error", ValueError, "inputs"),
        ([Example([1.0, 2.0, 3.0], [0.5])], "squared_error", ValueError, "inputs"),
        ([Example([1.0, 2.0], [])], "squared_error", ValueError, "0 targets for 1 outputs"),
        ([Example([1.0, 2.0], [0.5, 0.5])], "squared_error", ValueError, "2 targets for 1 outputs"),
        ([GOOD, Example([1.0], [0.5])], "squared_error", ValueError, "inputs"),
        ([GOOD, Example([1.0, 2.0], [0.5, 1.0])], "squared_error", ValueError, "2 targets"),
        ([Example(["1", 2.0], [0.5])], "squared_error", TypeError, "a real number, got '1'"),
        ([Example([1.0, None], [0.5])], "squared_error", TypeError, "a real number, got None"),
        ([Example([1.0, 2.0], ["yes"])], "squared_error", TypeError, "a real number, got 'yes'"),
        ([Example([1.0, Value(2.0)], [0.5])], "squared_error", TypeError, "a real number, got Value"),
        ([Example([10**400, 2.0], [0.5])], "squared_error", OverflowError, "too large"),
        ([Example([math.inf, 2.0], [0.5])], "squared_error", ValueError, "a finite number, got inf"),
        ([Example([1.0, 2.0], [math.nan])], "squared_error", ValueError, "a finite number, got nan"),
        ([Example([1.0, 2.0], [2.0])], "binary_cross_entropy", ValueError, "a target lies in"),
        ([GOOD], "cross_entropy", ValueError, "two outputs or more"),
    ],
)
def test_bad_examples_are_refused_before_anything_changes(
    examples: list[Example], error: str, raised: type[Exception], message: str
) -> None:
    network = MLP(2, [2, 1], activation="sigmoid", seed=1)
    optimizer = SGD(network.parameters(), lr=0.5)
    before = network.state_dict()
    for attempt in (
        lambda: train(network, examples, optimizer, error=error),
        lambda: TrainingStep(network, examples, optimizer, error=error),
    ):
        with pytest.raises(raised, match=message):
            attempt()
        assert network.state_dict() == before
        assert optimizer.steps == 0


@pytest.mark.parametrize("attempt", [train, TrainingStep])
def test_bad_examples_leave_the_gradients_too(attempt: Callable[..., object]) -> None:
    network = MLP(2, [2, 1], activation="sigmoid", seed=1)
    network([1.0, 2.0]).backward()
    gradients = [p.grad for p in network.parameters()]
    with pytest.raises(ValueError, match="2 targets for 1 outputs"):
        attempt(network, [Example([1.0, 2.0], [0.5, 1.0])], SGD(network.parameters(), lr=0.5))
    assert [p.grad for p in network.parameters()] == gradients


def test_a_notation_that_does_not_fit_is_refused_before_anything_changes() -> None:
    network = MLP(2, [2, 1], activation="sigmoid", seed=1)
    before = network.state_dict()
    with pytest.raises(ValueError, match="gives the name 'w' twice"):
        TrainingStep(
            network, [GOOD], SGD(network.parameters(), lr=0.5), notation=Notation(weight="w", net="w")
        )
    assert network.state_dict() == before
    assert {p.name for p in network.parameters()} == {None}


@pytest.mark.parametrize("steps", [-1, -100])
def test_a_number_of_steps_is_not_negative(steps: int) -> None:
    network = MLP(2, [1])
    with pytest.raises(ValueError, match=f"at least 0, got {steps}"):
        train(network, [GOOD], SGD(network.parameters(), lr=0.5), steps=steps)


# --- in the terminal -----------------------------------------------------------------------------


def step_of(network: MLP, count: int = 1, **templates: str) -> TrainingStep:
    nin, nout = len(network.layers[0].neurons[0].weights), len(network.layers[-1].neurons)
    examples = [Example([(-1) ** k * 0.1 * k] * nin, [0.5] * nout) for k in range(1, count + 1)]
    return TrainingStep(
        network, examples, SGD(network.parameters(), lr=0.5), notation=Notation(**templates)
    )


@pytest.mark.parametrize("count", [1, 12])
def test_a_bigger_network_fits_in_100_columns(count: int) -> None:
    network = MLP(
        12, [11, 10, 3], activation="tanh", bias_convention="x0=-1", init="xavier_uniform", seed=1
    )
    step = step_of(network, count)
    text = str(step)
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    cells = {cell.strip() for line in text.splitlines() for cell in re.split("[│┃]", line)}
    assert set(step.names.parameters.values()) <= cells
    suffixes = [f"@{k}" for k in range(1, count + 1)] if count > 1 else [""]
    assert {name + suffix for name in step.neurons for suffix in suffixes} <= cells
    for symbol in step:
        if not re.search("x|target|dE/d(E|net)|Δ", symbol):  # which the tables leave out
            assert f"{step[symbol]:.9g}" in cells, symbol
    assert {f"{step.error_before:.9g}", f"{step.error_after:.9g}"} <= cells


def test_nothing_of_a_long_name_is_cut_off() -> None:
    """A table that is too wide may break its lines, but it loses no digit and no letter."""
    step = step_of(
        MLP(2, [2], activation="sigmoid", seed=1),
        weight="the weight of the connection that leads from input {i} to {neuron}, and of no other",
    )
    text = str(step)
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    for numbers in (step.updated, step.deltas):
        for number in numbers.values():
            assert f"{number:.9g}" in text


@pytest.mark.parametrize(
    "weight", ["w[{neuron}]{i}", "[/{neuron}]{i}", "[bold]{n}", ":warning:{n}", "[[{n}]]"]
)
def test_names_are_text_and_not_markup(weight: str) -> None:
    step = step_of(MLP(2, [2], activation="sigmoid", seed=1), weight=weight)
    text = str(step)
    for name in step.names.parameters.values():
        assert name in text


def test_tables_are_those_of_rich(capsys: pytest.CaptureFixture[str]) -> None:
    step = worked.load("urbain").step()
    Console(width=100, color_system=None).print(step)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == str(step).splitlines()
    assert "0.29102777" in str(step)


@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
def test_a_zero_has_no_sign_wherever_it_is_shown(activation: str) -> None:
    network = MLP(2, [2, 2], activation=activation, seed=1)
    for parameter in network.parameters():
        parameter.data = -0.0 if parameter.data >= 0.0 else parameter.data
    data = [Example([0.0, -0.0], [1.0, -0.0]), Example([-0.0, -1.0], [0.0, 0.0])]
    step = TrainingStep(network, data, SGD(network.parameters(), lr=0.5))
    assert any(math.copysign(1.0, number) < 0.0 == number for number in step.values.values())
    texts = [str(step), step._repr_html_(), step.draw().source, step.draw(fold=True).source]
    for name in step.names.parameters.values():
        derivation = step.explain(name)
        texts += [derivation.text(), derivation._repr_latex_(), derivation._repr_html_()]
    for text in texts:
        assert not re.search(r"(?<![\w.])[-−]0(?![.\d])", re.sub(r"<[^>]*>", "", text))
