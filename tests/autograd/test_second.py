"""Second derivatives explained: each step holds, and the last is what the engine computes."""

import json
import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from autograd import StaleGraphError, Value, explain, hessian, hessian_table
from autograd.backward import topological_order
from autograd.expression import evaluate
from autograd.ieee import ieee_value
from autograd.second import SecondDerivation
from autograd.strategies import graphs
from autograd.symbolic import name
from nn import worked

NETWORKS = [each for each in worked.names() if isinstance(worked.load(each), worked.WorkedExample)]


def value_of(step) -> float:
    """The number that a step's formula has, by Python."""
    if step.tree is None:
        return 0.0
    numbers = {f"={symbol}": value for symbol, value in step.numbers.items()}
    return evaluate(step.tree, numbers, ieee_value)


def wrong_steps(derivation: SecondDerivation) -> list[str]:
    """The steps whose formula, with the numbers beside it, is not the number at its end."""
    last = derivation.sections[-1]
    return [
        step.symbol
        for step in last.steps
        if not math.isclose(value_of(step), step.value, rel_tol=1e-6, abs_tol=1e-9)
    ]


@pytest.mark.parametrize("example", ["sigmoid-neuron", "tanh-cross-entropy", "softmax", "unrolled-rnn"])
def test_every_pair_of_parameters(example: str) -> None:
    step = worked.load(example).step()
    parameters = [*step.updates][:4]
    table = step.hessian(parameters)
    for one, other in product(parameters, repeat=2):
        found = step.explain(one, then=other)
        assert wrong_steps(found) == []
        assert math.isclose(found.value, table[one, other], rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(table[one, other], table[other, one], rel_tol=1e-9, abs_tol=1e-12)
        known = {each.symbol: each.value for each in found.steps}
        for each in found.steps:  # each number that is used is the one that was found
            for symbol, number in (each.numbers or {}).items():
                assert math.isclose(known.get(symbol, number), number, rel_tol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("example", worked.names())
def test_every_pair_of_every_example(example: str) -> None:
    step = worked.load(example).step()
    parameters = [*step.updates] or [
        symbol for symbol, node in step.nodes.items() if node.operation is None
    ]
    order = set(topological_order(step.error))
    parameters = [each for each in parameters if step.node(each) in order]
    table = step.hessian(parameters)
    for one, other in product(parameters, repeat=2):
        found = step.explain(one, then=other)
        assert wrong_steps(found) == [], (one, other)
        assert math.isclose(found.value, table[one, other], rel_tol=1e-12, abs_tol=1e-15)


def test_a_wrong_step_is_found() -> None:
    x, y = Value(3.0, "x"), Value(2.0, "y")
    found = explain((x * y * y).named("z"), x, y)
    assert wrong_steps(found) == []
    last = found.sections[-1]
    object.__setattr__(last.steps[-1], "tree", name("y"))
    assert wrong_steps(found) == ["d2z/dx dy"]


@given(graphs(), st.data())
def test_of_any_graph_it_is_the_hessian(graph, data) -> None:
    leaves = [node for node in topological_order(graph.result) if node.operation is None]
    for place, leaf in enumerate(leaves):
        leaf.name = f"x{place}"
    if not leaves:
        return
    one, other = (data.draw(st.sampled_from(leaves)) for _ in range(2))
    found = explain(graph.result, one, other)
    assert found.symbol.endswith(f"{one.name} d{other.name}")
    table = hessian_table(graph.result, leaves)
    assert repr(found.value) == repr(table[one.name, other.name])
    if math.isfinite(found.value):
        assert found.steps[-1].value == found.value


def test_against_the_function() -> None:
    def f(v):
        return v[0].sin() * v[1] ** 3 + (v[0] * v[1]).exp()

    x, y = Value(0.3, "x"), Value(-1.2, "y")
    table = hessian_table(f([x, y]).named("f"), [x, y])
    assert [list(row) for row in table.numbers] == hessian(f)([0.3, -1.2])


def test_why_a_derivative_is_zero_is_told() -> None:
    step = worked.load("dead-relu").step()
    text = str(step.explain("w_h1_1", then="w_h2_1"))
    assert "∂outₕ₂/∂wₕ₂,₁ = 0 (as netₕ₂ < 0)\n" in text
    assert "on which none of these depends" in str(step.explain("w_h2_1", then="w_h2_1"))


def test_softmax_by_its_probabilities() -> None:
    found = worked.load("softmax").step().explain("w_o1_1", then="w_o2_1")
    assert "∂pₒ₁/∂wₒ₂,₁ = −pₒ₁·pₒ₂·∂outₒ₂/∂wₒ₂,₁" in str(found)


def test_what_is_refused() -> None:
    x, y = Value(3.0, "x"), Value(2.0, "y")
    u = (x * y).named("u")
    z = u.exp().named("z")
    with pytest.raises(ValueError, match="with respect to leaves, and 'u' was computed"):
        explain(z, x, u)
    with pytest.raises(ValueError, match="'z' does not depend on 'w'"):
        explain(z, x, Value(1.0, "w"))
    with pytest.raises(ValueError, match="explained in the δ form, not as 'paths'"):
        explain(z, x, y, form="paths")
    with pytest.raises(TypeError, match="then must be a Value"):
        explain(z, x, "y")
    other = Value(1.0, "x")
    with pytest.raises(ValueError, match="two nodes have the name 'x'"):
        explain((x * other).named("p"), x, other)
    with pytest.raises(ValueError, match="inputs must be from 1 to 200 leaves, got 0"):
        hessian_table(z, [])
    with pytest.raises(ValueError, match="two inputs have the same symbol"):
        hessian_table(z, [x, x])
    x.data = 4.0
    with pytest.raises(StaleGraphError):
        explain(z, x, y)


def test_what_is_too_large_is_refused_before_it_is_begun() -> None:
    x = Value(1.0, "x")
    node = x
    for place in range(501):
        node = (node * 0.99).named(f"u{place}")
    with pytest.raises(ValueError, match="explained up to 20,000 and 500"):
        explain(node, x, x)


def test_forms_of_both() -> None:
    step = worked.load("urbain").step()
    derivation, table = step.explain("w5", then="w1"), step.hessian(["w5", "w1"])
    for each in (derivation, table):
        json.dumps(each.to_dict(), allow_nan=False)
        assert each.records()
        for formula in each._repr_latex_().split("\n\n"):
            if "array" not in formula:
                MathTextParser("agg").parse(formula)
    assert derivation._repr_html_().count("<mtr>") == derivation._repr_latex_().count("$") / 2
    assert table._repr_html_().count("<td") == 6
    assert table.latex().count("&") == 6
    with pytest.raises(KeyError, match="the Hessian has no 'w9'"):
        table["w9", "w5"]
