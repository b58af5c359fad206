"""The chain rule over graphs: right to the bit, at any depth."""

import gc
import itertools
import math
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import engines
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import swept
from strategies import any_numbers

import autograd
from autograd import AutogradError, StaleGraphError, Value, topological_order
from autograd.arguments import number_of
from autograd.backward import gradients, leaf_gradients
from autograd.strategies import Graph, graphs

# the module is hidden by the function of the same name that Value imports from it
backward_module: Any = sys.modules["autograd.backward"]

any_graphs = graphs(leaves=any_numbers, constants=any_numbers, max_size=25, max_depth=25)


def equal(a: float, b: float) -> bool:
    """Equal to the last bit, but for the sign of zero; NaN equals NaN."""
    return a == b or (math.isnan(a) and math.isnan(b))


# --- right ----------------------------------------------------------------------------------------


@given(graphs(max_size=25, max_depth=25))
def test_gradients_are_those_of_a_sweep_in_high_precision(graph: Graph) -> None:
    root = graph.result
    root.backward()
    slopes = [slope for node in topological_order(root) for slope in node.derivatives]
    # twenty-five of them neither overflow nor underflow
    assume(all(slope is None or slope == 0.0 or 1e-10 < abs(slope) < 1e10 for slope in slopes))
    for node, gradient, bound in swept(root):
        assert abs(node.grad - gradient) <= bound


@given(any_graphs)
def test_gradients_are_those_of_the_plain_reference_to_the_bit(graph: Graph) -> None:
    reference = gradients(graph.result)
    graph.result.backward()
    for node, gradient in reference.items():
        assert equal(node.grad, gradient)


@given(any_graphs, st.data())
def test_derivatives_by_leaves_are_those_of_the_reference_and_touch_no_gradient(
    graph: Graph, data: st.DataObject
) -> None:
    nodes = topological_order(graph.result)
    recorded = data.draw(st.sampled_from(nodes))
    for node in nodes:
        node.grad = 7.0
    recorded.grad = gradient = Value(3.0) * 2.0
    found = leaf_gradients(graph.result)
    assert all(node.grad == 7.0 for node in nodes if node is not recorded)
    assert recorded.grad is gradient
    reference = {node: each for node, each in gradients(graph.result).items() if node.operation is None}
    assert found.keys() == reference.keys()
    for node, each in found.items():
        assert equal(each, reference[node])


@given(any_graphs, st.data())
def test_nodes_that_are_not_below_are_left_alone(graph: Graph, data: st.DataObject) -> None:
    nodes = topological_order(graph.result)
    root = data.draw(st.sampled_from(nodes))
    below = set(topological_order(root))
    for node in nodes:
        node.grad = 7.0
    root.backward()
    assert all(node.grad == 7.0 for node in nodes if node not in below)


def test_the_sweep_in_high_precision_notices_a_planted_mistake() -> None:
    x, y = Value(3.0), Value(5.0)
    root = (x * y + x).tanh() * x
    root.backward()
    x.grad = math.nextafter(x.grad, math.inf) + 1e-9
    wrong = [node for node, gradient, bound in swept(root) if abs(node.grad - gradient) > bound]
    assert wrong == [x]


@given(graphs(max_size=25, max_depth=25))
def test_topological_order_has_each_node_once_before_its_operands(graph: Graph) -> None:
    order = topological_order(graph.result)
    place = {node: index for index, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[0] is graph.result
    for node in order:
        for operand in node.operands:
            if isinstance(operand, Value):
                assert place[operand] > place[node]


def test_a_leaf_is_its_own_derivative() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward()
    assert x.grad == 2.0


# --- what is reset and what accumulates -----------------------------------------------------------


@given(graphs(max_size=25, max_depth=25))
def test_a_second_call_adds_exactly_once_more(graph: Graph) -> None:
    root = graph.result
    root.backward()
    once = {node: node.grad for node in topological_order(root)}
    root.backward()
    for node, gradient in once.items():
        assert equal(node.grad, 2.0 * gradient if node.operation is None else gradient)
    root.backward()
    for node, gradient in once.items():
        assert equal(node.grad, 2.0 * gradient + gradient if node.operation is None else gradient)


def test_leaves_accumulate_over_several_roots() -> None:
    x = Value(3.0)
    shared = x * x
    first, second = shared * 2, shared * 5
    first.backward()
    second.backward()
    assert x.grad == 6.0 * 2 + 6.0 * 5
    assert shared.grad == 5.0
    assert first.grad == 1.0


@pytest.mark.parametrize("create_graph", [False, True])
def test_interior_nodes_start_from_zero_each_time(create_graph: bool) -> None:
    x = Value(3.0)
    interior = x * x
    root = interior * 5
    for _ in range(3):
        root.backward(create_graph)
        assert (interior.grad, root.grad) == (5.0, 1.0)


# --- deterministic --------------------------------------------------------------------------------


@pytest.mark.slow
def test_gradients_do_not_depend_on_hashes(run_python: Callable[..., str]) -> None:
    script = """
from random import Random
from autograd import Value
random = Random(0)
nodes = [Value(random.uniform(-1, 1), f"x{i}") for i in range(20)]
leaves = list(nodes)
for _ in range(500):
    a, b = random.choices(nodes, k=2)
    nodes.append(random.choice([a + b, a * b, a - b, a.tanh(), a.sin() * 0.1]))
sum(nodes).backward()
print(*(leaf.grad.hex() for leaf in leaves))
"""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(lambda seed: run_python(script, PYTHONHASHSEED=str(seed)), range(30))
        outputs = set(runs)
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 20


@pytest.mark.parametrize("slopes", list(itertools.permutations([1e16, 1.0, -1e16])))
def test_paths_are_added_from_left_to_right(slopes: tuple[float, float, float]) -> None:
    a, b, c = slopes
    x = Value(1.0)
    root = (x * a + x * b) + x * c
    root.backward()
    assert x.grad == (a + b) + c  # no other order gives all six
    assert gradients(root)[x] == (a + b) + c
    assert gradients(root, create_graph=True)[x].data == (a + b) + c


# --- any depth, and freed at once -----------------------------------------------------------------


def test_the_order_and_the_reference_do_not_recurse_either() -> None:
    x = node = Value(1.0)
    for _ in range(10_000):
        node = (node + x) * 0.5
    assert len(topological_order(node)) == 20_001
    assert gradients(node)[x] == 1.0


def test_derivatives_of_derivatives_at_depth() -> None:
    x = node = Value(0.5)
    for _ in range(5_000):
        node = node + x * x
    node.backward(create_graph=True)
    slope, x.grad = x.grad, 0.0
    slope.backward()
    assert (slope.data, x.grad) == (5_001.0, 10_000.0)


@pytest.fixture
def living_values() -> Iterator[Callable[[], int]]:
    """How many Values live, the collector being off."""
    gc.collect()
    gc.disable()
    try:
        yield engines.living_values
    finally:
        gc.enable()


@pytest.mark.parametrize("swept_before", [False, True])
def test_a_graph_is_freed_at_once_without_the_collector(
    swept_before: bool, living_values: Callable[[], int]
) -> None:
    before = living_values()
    x = node = Value(0.5)
    for _ in range(2_000):
        node = (node * x + x).tanh()
    assert living_values() == before + 6_001
    if swept_before:
        node.backward()
    del node
    assert living_values() == before + 1


def test_failed_operations_leave_nothing_behind(living_values: Callable[[], int]) -> None:
    before = living_values()
    x = Value(-1.0)
    for attempt in (x.log, (x + 1).log, lambda: x / 0, lambda: x**0.5, lambda: (x * 1e3).hypot("a")):
        with pytest.raises(AutogradError):
            attempt()
    del attempt
    assert living_values() == before + 1


def test_functional_derivatives_leave_nothing_behind(living_values: Callable[[], int]) -> None:
    before = living_values()
    assert autograd.grad(autograd.grad(lambda x: (x * x).tanh() * x))(0.5) != 0.0
    assert autograd.hessian(lambda v: v[0] ** 2 * v[1])([2.0, 3.0]) == [[6.0, 4.0], [4.0, 0.0]]
    assert living_values() == before


# --- derivatives that can be differentiated again -------------------------------------------------


def test_create_graph_gives_leaves_a_gradient_that_is_a_node() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    interior = x * x
    root = interior * y
    root.backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert isinstance(y.grad, Value)
    assert (x.grad.data, y.grad.data) == (12.0, 4.0)
    assert interior.grad == 3.0
    assert isinstance(interior.grad, float)
    by_x, x.grad, y.grad = x.grad, 0.0, 0.0
    by_x.backward()
    assert (x.grad, y.grad) == (6.0, 4.0)


def test_create_graph_accumulates_too() -> None:
    x = Value(2.0)
    (x**3).backward()
    (x**3).backward(create_graph=True)
    assert x.grad.data == 24.0
    (x**3).backward(create_graph=True)
    assert x.grad.data == 36.0
    (x**3).backward()
    assert number_of(x.grad) == 48.0


@given(graphs())
def test_recorded_gradients_have_the_same_values(graph: Graph) -> None:
    plain = gradients(graph.result)
    recorded = gradients(graph.result, create_graph=True)
    assert list(plain) == list(recorded)
    for node, gradient in plain.items():
        assert equal(recorded[node].data, gradient)


def test_a_changed_leaf_makes_the_graph_stale() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    root = (x * x).named("square") * y
    x.data = 5.0
    with pytest.raises(StaleGraphError, match=r"'square' was 4\.0 .* would be 25\.0 now") as caught:
        root.backward(create_graph=True)
    assert isinstance(caught.value, RuntimeError)
    assert (x.grad, y.grad) == (0.0, 0.0)
    root.backward()
    assert (x.grad, y.grad) == (12.0, 4.0)
    x.data = 2.0
    root.backward(create_graph=True)
    assert number_of(x.grad) == 24.0


@pytest.mark.parametrize("name", ["square", "abs", "cosh", "gaussian"])
def test_a_changed_leaf_is_noticed_though_the_value_is_the_same(name: str) -> None:
    x = Value(2.0)
    root = getattr(x, name)()
    x.data = -2.0
    with pytest.raises(StaleGraphError):
        root.backward(create_graph=True)


def test_the_slope_of_a_root_is_infinite_upwards_on_both_sides_of_zero() -> None:
    for name in ("sqrt", "cbrt"):
        for x in (0.0, -0.0):
            assert getattr(Value(x), name)().derivatives == (math.inf,)


@pytest.mark.parametrize(
    ("name", "x"), [("sqrt", 0.0), ("cbrt", 0.0), ("asin", 1.0), ("acos", -1.0), ("acosh", 1.0)]
)
def test_infinite_slopes_can_be_recorded(name: str, x: float) -> None:
    leaf = Value(x)
    root = getattr(leaf, name)()
    root.backward(create_graph=True)
    assert math.isinf(leaf.grad.data)
    slope, leaf.grad = leaf.grad, 0.0
    slope.backward()
    assert not math.isfinite(leaf.grad)


def test_a_nan_does_not_make_the_graph_stale() -> None:
    x = Value(math.nan)
    (x * 2 + 1).backward(create_graph=True)
    assert number_of(x.grad) == 2.0
