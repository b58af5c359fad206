"""Formulas of graphs as trees: they give the node's value, and its derivatives."""

from __future__ import annotations

import ast
import math
from itertools import product
from typing import Any

import pytest
from formula_trees import text, value
from hypothesis import given
from hypothesis import strategies as st
from oracles import attached, inside, points

import autograd
from autograd import OPERATIONS, AutogradError, Operation, ResultOverflowError, Value
from autograd.backward import topological_order
from autograd.expression import evaluate
from autograd.strategies import Graph, graphs
from autograd.symbolic import (
    definition,
    definition_text,
    factor_values,
    label,
    partials,
    slope_text,
    slopes,
    terms,
)
from autograd.symbolic.nodes import glimpse

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
        expected = factor_values(node, places, stations)
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
        ("(t - o) ** 2 / 3", "−2·(t − o)/3"),
        ("0.25 * (t - o) ** 4", "−(t − o)³"),
        ("0.1 * o * 3.0", "0.3"),
        ("-(t * o.log() + (1.0 - t) * (1.0 - o).log())", "−t/o + (1 − t)/(1 − o)"),
        ("o * o", "2·o"),
        ("t * o", "t"),
        ("o / 2.0 - t", "0.5"),
        ("o / 3.0", "1/3"),
        ("2.0 / o", "−2/o²"),
        ("o.exp() + t", "e^o"),
        ("o.relu()", "0 if o ≤ 0, 1 if o > 0"),
        ("o.sqrt()", "1/(2·√o)"),
        ("o**-1", "−o⁻²"),
        ("o**1 + o**0", "1"),
        ("o * o * o", "3·o·o"),
        ("o * t - t * o", "0"),
        ("(-o).log1p()", "−1/(1 − o)"),
        ("t * o.softplus()", "t·σ(o)"),
        ("(o * 0.1) / 0.3 * t", "t/3"),
        ("o.square() / t.square()", "2·o/t²"),
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


def test_a_leaf_is_computed_from_nothing() -> None:
    a = Value(2.0, "a")
    assert partials(a) == slopes(a) == {}
    assert definition_text(a) == ""


def test_a_named_node_may_be_called_as_a_constant_is() -> None:
    x = Value(2.0, "pi")
    assert value(partials(x.erf())[x], {"pi": 2.0}) == pytest.approx(x.erf().derivatives[0])


# --- of several cases, the one that holds ---------------------------------------------------------


def said(node: Value, by: Value) -> tuple[str, str]:
    return slope_text(slopes(node)[by])


@pytest.mark.parametrize(
    ("data", "function", "tree", "why"),
    [
        (2.0, "x.relu()", "1", "as x > 0"),
        (-2.0, "x.relu()", "0", "as x < 0"),
        (0.0, "x.relu()", "0", "at the kink x = 0: the subgradient of least norm"),
        (-2.0, "abs(x)", "−1", "as x < 0"),
        (0.0, "abs(x)", "0", "at the kink x = 0: the subgradient of least norm"),
        (-2.0, "x.leaky_relu(0.1)", "0.1", "as x < 0"),
        (2.0, "x.leaky_relu(0.1)", "1", "as x > 0"),
        (0.0, "x.leaky_relu(0.1)", "0.1", "at the kink x = 0: the subgradient of least norm"),
        (-2.0, "x.elu(2.0)", "2·e^x", "as x < 0"),
        (0.0, "x.elu(2.0)", "1", "at the kink x = 0: the subgradient of least norm"),
        (2.0, "x.max(y)", "1", "as x > y"),
        (0.5, "x.max(y)", "0", "as x < y"),
        (1.0, "x.max(y)", "0.5", "at the kink x = y: the subgradient of least norm"),
        (2.0, "x.min(y)", "0", "as x > y"),
        (2.0, "x.hypot(y)", "x/√(x² + y²)", ""),
        (0.0, "x.hypot(0.0)", "0", "at the kink x = 0 and 0 = 0: the subgradient of least norm"),
        (0.0, "x ** 0", "0", "at the kink x = 0 and 0 = 0: the subgradient of least norm"),
        (2.0, "(y - x).relu() * 3", "0", "as y − x < 0"),
        (0.5, "(y - x).relu() * y", "−y", "as y − x > 0"),
        (0.5, "(y - x).relu().named('r') * y + x", "1", ""),
        (2.0, "x.relu() * (x - 5).relu()", "ReLU(x − 5)", "as x > 0 and x − 5 < 0"),
        (2.0, "y * ((x - 5).relu() - 1).relu()", "0", "as ReLU(x − 5) − 1 < 0"),
        (2.0, "x.relu() + (-x).relu()", "1", "as x > 0 and −x < 0"),
        (2.0, "x.relu() + abs(x - 2)", "1", None),
        (2.0, "x.relu() + x.relu().relu() + x.relu()", "3", None),
        (2.0, "x * x", "2·x", ""),
    ],
)
def test_of_several_cases_the_one_that_holds_is_shown(
    data: float, function: str, tree: str, why: str | None
) -> None:
    x = Value(data, "x")
    found = said(eval(function, {"x": x, "y": Value(1.0, "y")}), x)
    assert found[0] == tree
    if why is not None:
        assert found[1] == why


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_what_has_no_kink_is_taught_without_cases(operation: Operation) -> None:
    if operation.kink is None:
        for text in operation.as_taught:
            assert not any(isinstance(part, ast.IfExp) for part in ast.walk(text.tree))


def test_at_a_kink_and_for_a_reason() -> None:
    x = Value(2.0, "x")
    assert said(x.relu() + abs(x - 2), x) == (
        "1",
        "as x > 0; at the kink x − 2 = 0: the subgradient of least norm",
    )


def test_a_leaf_that_was_set_afterwards_decides_nothing() -> None:
    x = Value(2.0, "x")
    node = x.relu()
    x.data = -2.0
    assert said(node, x) == ("1", "")  # as it was recorded
    assert said(x.relu(), x) == ("0", "as x < 0")


def test_cases_within_a_formula_are_decided_too(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Operation(
        "ramp",
        "x",
        "x * (1.0 if x > 1.0 or x < -1.0 else 0.5 if -1.0 < x < 1.0 and x != 0.0 else 0.0)",
        partials=[
            "2.0 * (0.5 if x > 1.0 or x < -1.0 else 0.25 if -1.0 < x < 1.0 and x != 0.0 else 0.0)"
        ],
        about="planted",
    )
    for data, tree, why in ((2.0, "1", "as x > 1"), (-3.0, "1", "as x < −1")):
        assert planted(row, data) == (tree, why)
    # neither of two holds, and both of two do; that a number is not 0 goes without saying
    assert planted(row, 0.5) == ("0.5", "as x < 1 and x > −1 and −1 < x < 1")
    assert planted(row, 0.0) == ("0", "as x < 1 and x > −1 and x = 0")


def planted(row: Operation, data: float) -> tuple[str, str]:
    x = Value(data, "x")
    return said(attached(row)(x), x)


def test_many_conditions_are_not_all_named() -> None:
    x = Value(2.0, "x")
    total = sum((x - number).relu() for number in range(100))
    tree, why = said(total, x)
    assert tree == "2"
    assert why == (
        "as x − 0 > 0 and x − 1 > 0 and x − 3 < 0 and …; "
        "at the kink x − 2 = 0: the subgradient of least norm"
    )


def holds(condition: ast.expr, numbers: dict[str, float]) -> bool:
    names = {f"={symbol}": number for symbol, number in numbers.items()}
    return bool(evaluate(condition, names, lambda name, args: getattr(autograd, name)(*args)))


def on_all_sides(operation: Operation) -> list[tuple[float, ...]]:
    """Points where a row is defined, on each side of its kinks and at them."""
    axis = (-2.5, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0)
    return [each for each in product(axis, repeat=operation.arity) if inside(operation, each)]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_slope_of_each_row_is_the_one_recorded_and_its_conditions_hold(operation: Operation) -> None:
    checked = 0
    for data in (*on_all_sides(operation), *points(operation)[::7]):
        leaves = [Value(number, name) for number, name in zip(data, "ab", strict=False)]
        try:
            node = getattr(autograd, operation.name)(*leaves)
        except ResultOverflowError:
            continue
        numbers = {leaf.name: leaf.data for leaf in leaves if leaf.name}
        for leaf, recorded in zip(leaves, node.derivatives, strict=True):
            slope = slopes(node)[leaf]
            assert not any(isinstance(part, ast.IfExp) for part in ast.walk(slope.tree))
            assert all(holds(condition.tree, numbers) for condition in slope.conditions)
            try:
                found = value(slope.tree, numbers)
            except AutogradError:
                continue  # the textbook's form divides by zero, or is out of range
            if math.isfinite(recorded) and max(map(abs, data)) <= 40.0:
                assert found == pytest.approx(recorded, rel=1e-5, abs=1e-12)
                checked += 1
    assert checked


def numbers_below(node: Value) -> dict[str, float]:
    return {each.name: each.data for each in topological_order(node) if each.name}


moderate = graphs(
    leaves=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0]),
    constants=st.sampled_from([-1.0, 0.0, 0.5, 2.0]),
    max_size=15,
    limit=1e3,
    slope_limit=1e3,
)


@given(moderate, st.sets(st.integers(0, 20)))
def test_slopes_of_any_graph_are_its_derivatives(graph: Graph, named: set[int]) -> None:
    nodes = topological_order(graph.result)[::-1]
    for index, node in enumerate(nodes):
        if node.operation is None or index in named:
            node.name = f"n{index}"
    stations = {each for each in nodes if each.name} | {graph.result}
    places = {below: place for place, below in enumerate(topological_order(graph.result))}
    expected = factor_values(graph.result, places, stations)
    found = slopes(graph.result)
    assert found.keys() == expected.keys()
    numbers = numbers_below(graph.result)
    for below, slope in found.items():
        assert all(
            holds(each.tree, numbers) for each in slope.conditions if not isinstance(each.tree, ast.Name)
        )
        try:
            number = value(slope.tree, numbers)
        except AutogradError:
            continue
        assert number == pytest.approx(expected[below], rel=1e-5, abs=1e-5)


# --- any size -------------------------------------------------------------------------------------


def chain(x: Value, length: int) -> Value:
    for _ in range(length):
        x = x.sin()
    return x


def squared(x: Value, length: int) -> Value:
    for _ in range(length):
        x = x * x
    return x


def doubled(x: Value, length: int) -> Value:
    for _ in range(length):
        x = x + x
    return x


def added(x: Value, length: int) -> Value:
    total: Any = 0.0
    for number in range(length):
        total = total + x * float(number)
    return total


def clipped(x: Value, length: int) -> Value:
    for _ in range(length):
        x = (x * 0.5 + 1.0).relu()
    return x


GRAPHS = {
    "chain": (chain, 20_000),
    "squared": (squared, 200),
    "doubled": (doubled, 200),
    "added": (added, 20_000),
    "clipped": (clipped, 5_000),
}


@pytest.mark.parametrize("kind", GRAPHS)
def test_a_large_graph_has_short_texts_and_nothing_recurses(kind: str, everything: bool) -> None:
    build, length = GRAPHS[kind]
    length = length if everything else min(length, 2_000)
    x = Value(0.5, "x")
    node = build(x, length)
    assert len(label(node)) <= 60
    assert len(definition_text(node, width=48)) <= 48
    for tree, why in map(slope_text, slopes(node).values()):
        assert len(tree) <= 60
        assert len(why) <= 300
    assert partials(node).keys() == {x}
    assert definition(node)
    assert slopes(node, most=100) == {}


def test_to_look_at_a_node_takes_no_longer_in_a_larger_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even of a sum that goes on and on: it is followed a thousand terms down."""
    looked_at = 0
    recorded = Value.operands.fget

    def counting(node: Value) -> object:
        nonlocal looked_at
        looked_at += 1
        return recorded(node)

    x = Value(0.5, "x")
    graphs_of_kinds = [build(x, length) for build, length in GRAPHS.values()]
    monkeypatch.setattr(Value, "operands", property(counting))
    for node in graphs_of_kinds:
        looked_at = 0
        label(node)
        assert looked_at < 10_000


def test_a_glimpse_shows_the_ends_of_a_long_sum() -> None:
    leaves = [Value(1.0, f"x{index}") for index in range(800)]
    total = leaves[0] * 2.0
    for leaf in leaves[1:]:
        total = total + leaf * 2.0
    assert definition_text(total, width=48) == "x₀·2 + x₁·2 + x₂·2 + x₃·2 + x₄·2 + … + x₇₉₉·2"
    for leaf in leaves:
        total = total + leaf
    assert definition_text(total, width=48) == "… + x₇₉₄ + x₇₉₅ + x₇₉₆ + x₇₉₇ + x₇₉₈ + x₇₉₉"


def test_a_glimpse_of_what_is_small_is_all_of_it() -> None:
    x, y = Value(0.5, "x"), Value(2.0, "y")
    node = (x * y - (y - 1.0)).exp() / x
    assert ast.dump(glimpse(node, 20)) == ast.dump(definition(node))


def test_sums_of_any_length_are_taken_apart() -> None:
    leaves = [Value(1.0, f"x{index}") for index in range(20_000)]
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total + leaf
    assert len(terms(definition(total))) == 20_000
    assert len(partials(total / 4.0)) == 20_000


def test_a_product_too_large_or_too_small_for_a_float() -> None:
    x = Value(1e-300, "x")
    there_and_back = x * 1e100 * 1e-100 * 1e100 * 1e-100
    assert text(partials(there_and_back)[x]) == "1"
    tiny = x * 1e-200 * 1e-200 * 1e-200
    assert text(partials(tiny)[x]) == "0"
    huge = x * 1e150 * 1e150 * 1e150
    assert text(partials(huge)[x]) == "∞"
    assert text(partials(-huge + x)[x]) == "1 − ∞"
