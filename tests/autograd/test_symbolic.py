"""Formulas of graphs as trees: they give the node's value, and its derivatives."""

import ast
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import AutogradError, Value
from autograd.backward import topological_order
from autograd.expression import evaluate
from autograd.formula import UNICODE, Written, write
from autograd.strategies import Graph, graphs
from autograd.symbolic import (
    definition,
    factors_below,
    minus,
    name,
    number,
    partials,
    plus,
    terms,
    times,
)


def text(tree: ast.expr) -> str:
    ids = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id[0] == "="}
    return write(tree, UNICODE, {id: Written(id[1:]) for id in ids}).text


def value(tree: ast.expr, numbers: dict[str, float]) -> float:
    def apply(operation: str, operands: Sequence[Any]) -> float:
        return getattr(autograd, operation)(*(Value(float(each)) for each in operands)).data

    return float(evaluate(tree, {f"={symbol}": each for symbol, each in numbers.items()}, apply))


numbers_of_few_digits = st.sampled_from([-2.0, -1.5, -0.5, 0.25, 0.5, 1.0, 3.0])


@given(
    graphs(leaves=numbers_of_few_digits, constants=numbers_of_few_digits, max_size=25),
    st.sets(st.integers(0, 30)),
)
def test_trees_of_any_graph_give_its_values_and_derivatives(graph: Graph, named: set[int]) -> None:
    nodes = topological_order(graph.result)[::-1]
    for index, node in enumerate(nodes):
        if node.operation is None or index in named:
            node.name = f"n{index}"
    numbers = {node.name: node.data for node in nodes if node.name}
    for node in nodes:
        if node.operation is None or not math.isfinite(node.data) or abs(node.data) > 1e6:
            continue
        assert value(definition(node), numbers) == node.data
        stations = {each for each in nodes if each.name} | {node}
        places = {below: place for place, below in enumerate(topological_order(node))}
        expected = {factor.below: factor.value for factor in factors_below(node, places, stations)}
        found = partials(node)
        assert found.keys() == expected.keys()
        for below, tree in found.items():
            try:
                slope = value(tree, numbers)
            except AutogradError:
                continue  # the textbook's form divides by zero, or is out of range
            if abs(expected[below]) < 1e6 and math.isfinite(slope):
                assert slope == pytest.approx(expected[below], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("0.5 * (t - o) ** 2", "−(t − o)"),
        ("(t - o) ** 2", "−2·(t − o)"),
        ("(t - o) ** 2 / 3", "−2/3·(t − o)"),
        ("0.25 * (t - o) ** 4", "−(t − o)³"),
        ("0.1 * o * 3.0", "0.3"),
        ("-(t * o.log() + (1.0 - t) * (1.0 - o).log())", "−t·(1/o) + (1 − t)·(1/(1 − o))"),
        ("o * o", "o + o"),
        ("t * o", "t"),
        ("o / 2.0 - t", "0.5"),
        ("o / 3.0", "1/3"),
        ("2.0 / o", "−2/o²"),
        ("o.exp() + t", "exp(o)"),
        ("o.relu()", "0 if o ≤ 0, 1 if o > 0"),
    ],
)
def test_derivatives_are_tidied_as_by_hand(error: str, expected: str) -> None:
    o = Value(0.5, "o")
    tree = partials(eval(error, {"t": Value(0.25, "t"), "o": o}))[o]
    assert text(tree) == expected


def test_a_definition_is_what_was_computed() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    assert text(definition(0.5 * (a - b) ** 2)) == "0.5·(a − b)²"
    assert text(definition((a * b).named("c").tanh())) == "tanh(c)"
    assert text(definition(a)) == "2"


def test_a_named_node_may_be_called_as_a_constant_is() -> None:
    x = Value(2.0, "pi")
    assert value(partials(x.erf())[x], {"pi": 2.0}) == pytest.approx(x.erf().derivatives[0])


def test_sums_of_any_length_are_taken_apart() -> None:
    leaves = [Value(1.0, f"x{index}") for index in range(20_000)]
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total + leaf
    assert len(terms(definition(total))) == 20_000
    assert len(partials(total / 4.0)) == 20_000


def test_terms_keep_their_signs() -> None:
    a, b, c = map(name, "abc")
    parts = terms(minus(minus(a, minus(b, c)), number(0.0)))
    assert [(less, text(part)) for less, part in parts] == [(False, "a"), (True, "b"), (False, "c")]


@given(st.lists(st.fractions(-3, 3, max_denominator=8).map(float), min_size=2, max_size=4))
def test_arithmetic_on_trees_is_arithmetic(numbers: list[float]) -> None:
    names = {f"v{index}": number for index, number in enumerate(numbers)}
    trees = [name(symbol) for symbol in names] + [number(each) for each in numbers]
    for operation, on_trees in ((float.__add__, plus), (float.__sub__, minus), (float.__mul__, times)):
        for a in trees:
            for b in trees:
                result = operation(value(a, names), value(b, names))
                assert value(on_trees(a, b), names) == pytest.approx(result)
