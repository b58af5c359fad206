"""The strategies for users: what is drawn is as asked for, and shrinks to what matters."""

from __future__ import annotations

import ast
import math
import os
import re
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from itertools import product
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from oracles import attached, inside, on_kink, replaced, same, spoilt
from registered import registered
from strategies import (
    FINITE,
    any_numbers,
    generating,
    notes,
    occurs,
    operations,
    searching,
    simplest,
    times,
)

import autograd
from autograd import (
    OPERATIONS,
    ArgumentTypeError,
    GradcheckError,
    Operation,
    Value,
    gradcheck,
    topological_order,
)
from autograd.arguments import number_of
from autograd.strategies import Graph, between, graphs, operands, values
from autograd.strategies.domains import Interval, boxes, kink_distance
from nn import MLP, Example, Layer, Neuron, TrainingStep
from nn.strategies import networks, worked_examples
from nn.worked import WorkedExample

ROOT = Path(autograd.__file__).parents[1]
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)

# --- operands -------------------------------------------------------------------------------------


@every_operation
def test_boxes_hold_the_domain_and_nothing_else(operation: Operation) -> None:
    drawn_from = boxes(operation.domain.tree) if operation.domain else [{}]
    for numbers in product(FINITE, repeat=operation.arity):
        point = dict(zip(operation.parameters, numbers, strict=True))
        boxed = any(all(point[name] in interval for name, interval in box.items()) for box in drawn_from)
        assert boxed == inside(operation, numbers), numbers


@times(5)
@given(operations, st.data())
def test_operands_are_in_the_domain(operation: Operation, data: st.DataObject) -> None:
    numbers = data.draw(operands(operation))
    assert len(numbers) == operation.arity
    assert all(map(math.isfinite, numbers))
    assert inside(operation, numbers)


@times(5)
@given(operations, st.data())
def test_operands_give_moderate_results_on_request(operation: Operation, data: st.DataObject) -> None:
    numbers = data.draw(operands(operation, limit=1e3, slope_limit=1e3, kink_margin=0.0))
    node = attached(operation)(*map(Value, numbers))
    assert all(abs(each) < 1e3 for each in (node.data, *node.derivatives))
    assert not on_kink(operation, numbers)


@times(5)
@given(operations, st.data())
def test_finite_results_are_asked_for_by_an_infinite_limit(
    operation: Operation, data: st.DataObject
) -> None:
    numbers = data.draw(operands(operation.name, limit=inf, slope_limit=inf))
    node = attached(operation)(*map(Value, numbers))
    assert all(map(math.isfinite, (node.data, *node.derivatives)))


@pytest.mark.parametrize(
    ("name", "operand"),
    [
        ("sqrt", 0.0), ("sqrt", -0.0), ("log", 5e-324), ("log1p", math.nextafter(-1.0, 0.0)),
        ("asin", 1.0), ("asin", -1.0), ("acosh", 1.0), ("acosh", math.nextafter(1.0, 2.0)),
        ("atanh", math.nextafter(1.0, 0.0)), ("reciprocal", -5e-324), ("exp", 0.0), ("exp", -0.0),
        ("exp", sys.float_info.max), ("sin", sys.float_info.min), ("relu", 0.0), ("abs", -0.0),
    ],
)  # fmt: skip
def test_edges_are_among_the_operands(name: str, operand: float) -> None:
    assert occurs(operands(name), lambda numbers: same(numbers[0], operand))


@pytest.mark.parametrize("operation", [each for each in OPERATIONS.values() if each.kink], ids=repr)
def test_kinks_are_among_the_operands(operation: Operation) -> None:
    assert occurs(operands(operation), lambda numbers: on_kink(operation, numbers))


@pytest.mark.parametrize("low", [1e-200, 1e-9, 1.0, 1e9, 1e200])
def test_operands_are_of_every_magnitude(low: float) -> None:
    assert occurs(operands("atan"), lambda numbers: low < numbers[0] < 1e12 * low)
    assert occurs(operands("atan"), lambda numbers: low < -numbers[0] < 1e12 * low)


def test_operands_come_close_to_an_edge_step_by_step() -> None:
    for k in (3, 7, 11):
        assert occurs(operands("log1p"), lambda numbers, k=k: 1.0 < (1.0 + numbers[0]) * 10.0**k < 10.0)


@pytest.mark.parametrize(
    ("name", "numbers", "distance"),
    [
        ("abs", [-0.25], 0.25), ("relu", [0.0], 0.0), ("max", [3.0, -1.0], 4.0),
        ("min", [2.0, 2.0], 0.0), ("max", [inf, inf], 0.0), ("hypot", [0.5, -2.0], 2.0),
        ("pow", [0.0, 0.125], 0.125), ("exp", [0.0], inf),
    ],
)  # fmt: skip
def test_the_distance_of_a_kink(name: str, numbers: list[float], distance: float) -> None:
    assert kink_distance(OPERATIONS[name], numbers) == distance


@given(operands("max", kink_margin=0.5), operands("abs", kink_margin=0.5))
def test_a_margin_keeps_away_from_kinks(pair: tuple[float, ...], single: tuple[float, ...]) -> None:
    assert abs(pair[0] - pair[1]) > 0.5
    assert abs(single[0]) > 0.5


def row_with(**conditions: str) -> Operation:
    return Operation("odd", "x, y", "x * y", partials=("y", "x"), about="", **conditions)


@pytest.mark.parametrize(
    "domain",
    [
        "x * y > 0.0",
        "x > y",
        "abs(x) <= 2.0",
        "0.5 > x or y == 3.0",
        "1.0 >= x > -1.0 and y != 0.0 and y != 1.0",
        "x % 1.0 == 0.0 and 3.0 <= x and x < y",
        "x % 2.0 == 1.0",
        "1.0 < 2.0 and x <= 1.0",
    ],
)
def test_a_domain_of_any_text_is_kept(domain: str) -> None:
    odd = row_with(domain=domain)

    @settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(operands(odd))
    def check(numbers: tuple[float, ...]) -> None:
        assert inside(odd, numbers)

    check()


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_the_distance_of_a_kink_of_any_text(x: float, y: float) -> None:
    either = row_with(kink="x == 1.0 or y == 0.0")
    assert kink_distance(either, [x, y]) == min(abs(x - 1.0), abs(y))
    half = row_with(kink="x == 0.0 and y < 0.0")
    assert kink_distance(half, [x, y]) == (abs(x) if y < 0.0 else inf)


def test_an_operation_of_ones_own_is_drawn_like_any_other() -> None:
    registered("flipped", "x", "log(-x)", partials=["1.0 / x"], about="", domain="x < 0.0")
    try:
        assert occurs(operands("flipped"), lambda numbers: numbers[0] < -1e100)
        graph = simplest(graphs(["flipped"]), lambda _: True)
        assert repr(graph) == "Graph(lambda x0: autograd.flipped(x0), [-1.0])"
    finally:
        autograd.unregister("flipped")


def test_what_is_no_operation_is_refused() -> None:
    for strategy in (operands, lambda name: graphs([name])):
        with pytest.raises(ValueError, match=r"operation.* must be one of 'add', 'sub', .* got 'sinus'"):
            strategy("sinus")


# --- numbers and leaves ---------------------------------------------------------------------------


@given(st.data(), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_lie_between(data: st.DataObject, one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    if low == inf or high == -inf or (low == high == 0.0):
        low, high = 0.0, 1.0
    assert low <= data.draw(between(low, high)) <= high


@pytest.mark.parametrize("number", [2.0, 7.0, math.nextafter(2.0, 3.0), 2.0 + 1e-9, 7.0 - 1e-9, 3.0])
def test_the_ends_of_an_interval_are_looked_at(number: float) -> None:
    assert occurs(between(2, 7), lambda drawn: drawn == number)


@pytest.mark.parametrize("ends", [(1.0, 0.0), (0.0, -0.0), (nan, 1.0), (0.0, nan), (inf, inf)])
def test_an_empty_interval_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no finite number from"):
        between(*ends)


@given(between(0.0, 1.0))
def test_a_negative_zero_is_not_from_zero(number: float) -> None:
    assert math.copysign(1.0, number) == 1.0


def test_an_interval_of_whole_numbers() -> None:
    whole = Interval(-3.5, 1e300, whole=True).landmarks()
    assert whole
    assert all(number % 1.0 == 0.0 for number in whole)


@given(values(), values(st.floats(2.0, 3.0)))
def test_values_are_leaves(anywhere: Value, between_two_and_three: Value) -> None:
    assert type(anywhere) is Value
    assert anywhere.operands == ()
    assert math.isfinite(anywhere.data)
    assert 2.0 <= between_two_and_three.data <= 3.0


# --- graphs ---------------------------------------------------------------------------------------


def nodes_of(graph: Graph) -> list[Value]:
    """The nodes of a graph that are results of operations."""
    return [node for node in topological_order(graph.result) if node.operation is not None]


def depth_of(graph: Graph) -> int:
    """The longest way down, found level by level."""
    level, deep = {graph.result}, -1
    while level:
        level = {each for node in level for each in node.operands if isinstance(each, Value)}
        deep += 1
    return deep


@given(st.data(), st.integers(1, 4), st.integers(1, 12), st.integers(1, 12))
def test_sizes_are_respected(
    data: st.DataObject, max_leaves: int, max_size: int, max_depth: int
) -> None:
    graph = data.draw(graphs(max_leaves=max_leaves, max_size=max_size, max_depth=max_depth))
    assert 1 <= len(graph.leaves) <= max_leaves
    assert 1 <= len(nodes_of(graph)) <= max_size
    assert len(graph.operations) == len(nodes_of(graph))
    assert 1 <= depth_of(graph) <= max_depth


@given(graphs())
def test_a_graph_is_of_its_leaves(graph: Graph) -> None:
    order = topological_order(graph.result)
    assert {node for node in order if node.operation is None} == set(graph.leaves)
    assert [leaf.name for leaf in graph.leaves] == [f"x{k}" for k in range(len(graph.leaves))]
    assert graph.numbers == [leaf.data for leaf in graph.leaves]


@given(graphs(["mul", OPERATIONS["sin"]], leaves=st.floats(2.0, 3.0), constants=st.just(7.0)))
def test_what_may_occur_is_chosen(graph: Graph) -> None:
    assert {operation.name for operation in graph.operations} <= {"mul", "sin"}
    assert all(2.0 <= number <= 3.0 for number in graph.numbers)
    constants = {each for node in nodes_of(graph) for each in node.operands if type(each) is float}
    assert constants <= {7.0}


@given(graphs(max_constants=0))
def test_constants_can_be_left_out(graph: Graph) -> None:
    assert all(isinstance(each, Value) for node in nodes_of(graph) for each in node.operands)


def _constant_at(index: int) -> Callable[[Graph], bool]:
    return lambda graph: any(
        node.operation.arity == 2 and type(node.operands[index]) is float for node in nodes_of(graph)
    )


def _uses(graph: Graph) -> list[int]:
    operands = [each for node in nodes_of(graph) for each in node.operands]
    return [sum(each is node for each in operands) for node in topological_order(graph.result)]


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(lambda graph: max(_uses(graph)[1:]) > 2, id="a node is used three times"),
        pytest.param(
            lambda graph: any(
                count > 1 and node.operation
                for count, node in zip(_uses(graph), topological_order(graph.result), strict=True)
            ),
            id="a result is shared",
        ),
        pytest.param(_constant_at(0), id="a constant on the left"),
        pytest.param(_constant_at(1), id="a constant on the right"),
        pytest.param(lambda graph: len(graph.leaves) == 4, id="four leaves"),
        pytest.param(lambda graph: len(graph.operations) > 7, id="eight operations"),
        pytest.param(lambda graph: depth_of(graph) > 7, id="eight deep"),
        pytest.param(lambda graph: len({*graph.operations}) > 5, id="six operations"),
    ],
)
def test_graphs_are_of_every_kind(condition: Callable[[Graph], bool]) -> None:
    assert occurs(graphs(), condition)


def test_every_operation_occurs_in_graphs() -> None:
    seen: set[Operation] = set()

    def all_seen(graph: Graph) -> bool:
        seen.update(graph.operations)
        return seen == {*OPERATIONS.values()}

    find(graphs(max_size=20), all_seen, settings=settings(generating, max_examples=10_000))


@every_operation
def test_graphs_of_one_operation_are_found_in_good_time(operation: Operation) -> None:
    @times(3 / 4)
    @given(graphs([operation], limit=inf, slope_limit=inf))
    def check(graph: Graph) -> None:
        shortcuts = {OPERATIONS[name] for name in operation.shortcuts.values()}
        assert {*graph.operations} - shortcuts <= {operation}

    check()  # or it fails one of Hypothesis's health checks


@given(graphs(leaves=any_numbers, constants=any_numbers, limit=inf, slope_limit=inf, max_size=20))
def test_values_and_gradients_are_finite_on_request(graph: Graph) -> None:
    graph.result.backward()
    for node in topological_order(graph.result):
        assert math.isfinite(node.data)
        assert math.isfinite(node.grad)
        assert all(slope is None or math.isfinite(slope) for slope in node.derivatives)


@given(graphs(limit=10.0, slope_limit=20.0, kink_margin=0.1))
def test_values_and_gradients_are_small_on_request(graph: Graph) -> None:
    graph.result.backward()
    for node in nodes_of(graph):
        assert abs(node.data) < 10.0
        assert all(slope is None or abs(slope) < 20.0 for slope in node.derivatives)
        assert kink_distance(node.operation, [*map(number_of, node.operands)]) > 0.1
        # leaves and constants too
        assert all(abs(number_of(operand)) < 10.0 for operand in node.operands)
    assert all(abs(node.grad) < 20.0 for node in topological_order(graph.result))


@pytest.mark.parametrize("wanted", [inf, -inf, nan], ids=repr)
def test_without_limits_values_are_whatever_the_engine_gives(wanted: float) -> None:
    anything = graphs(leaves=any_numbers, constants=any_numbers)
    assert occurs(anything, lambda graph: same(graph.result.data, wanted))


def test_a_size_without_a_graph_is_refused() -> None:
    for sizes in ({"max_leaves": 0}, {"max_size": 0}, {"max_depth": 0}, {"max_depth": 31}):
        ((name, size),) = sizes.items()
        with pytest.raises(ValueError, match=f"30 deep: not .*{name}={size}"):
            graphs(**sizes)
    with pytest.raises(ValueError, match="one operation at least"):
        graphs([])


def drawn_from(strategy: st.SearchStrategy[Any]) -> list[str]:
    drawn: list[str] = []

    @settings(generating, max_examples=20)
    @given(strategy)
    def collect(each: Any) -> None:
        drawn.append(repr(each))

    collect()
    return drawn


@pytest.mark.parametrize(
    "strategy", [operands("pow"), between(0.0, 1.0), values(), graphs(), networks(), worked_examples()]
)
def test_the_same_seed_draws_the_same(strategy: st.SearchStrategy[Any]) -> None:
    assert drawn_from(strategy) == drawn_from(strategy)
    assert len({*drawn_from(strategy)}) > 1


# --- Graph ----------------------------------------------------------------------------------------


@given(graphs(leaves=any_numbers, constants=any_numbers, max_size=20, max_depth=20))
def test_a_graph_reads_as_python_that_makes_it(graph: Graph) -> None:
    copy = eval(repr(graph), {"autograd": autograd, "Graph": Graph, "inf": inf, "nan": nan})
    assert repr(copy) == repr(graph)
    order, again = topological_order(graph.result), topological_order(copy.result)
    assert [node.operation for node in order] == [node.operation for node in again]
    assert all(same(a.data, b.data) for a, b in zip(order, again, strict=True))


@given(graphs())
def test_a_graph_runs_again_on_numbers(graph: Graph) -> None:
    assert same(graph.function(*graph.numbers), graph.result.data)


@given(graphs(limit=1e3, slope_limit=1e3, kink_margin=1e-3))
def test_a_graph_runs_at_other_numbers_so_that_its_gradient_can_be_checked(graph: Graph) -> None:
    assert not is_wrong(graph)


@pytest.mark.parametrize(
    ("function", "numbers", "text"),
    [
        (lambda x: x - (x - 1), [2.0], "Graph(lambda x0: x0 - (x0 - 1.0), [2.0])"),
        (lambda x: (-2) ** (-x), [-3.0], "Graph(lambda x0: autograd.pow(-2.0, -x0), [-3.0])"),
        (lambda x: -(x * x), [0.5], "Graph(lambda x0: -(x0 * x0), [0.5])"),
        (lambda x, y: abs(y), [1.0, -0.0], "Graph(lambda x0, x1: autograd.abs(x1), [1.0, -0.0])"),
        (lambda x: x.max(-inf) + nan, [inf], "Graph(lambda x0: autograd.max(x0, -inf) + nan, [inf])"),
        (lambda x: Value(3.0, "k") * x, [1.0], "Graph(lambda x0: 3.0 * x0, [1.0])"),
        (lambda x: x, [1.0], "Graph(lambda x0: x0, [1.0])"),
    ],
)  # fmt: skip
def test_how_a_graph_reads(function: Callable[..., Value], numbers: list[float], text: str) -> None:
    assert repr(Graph(function, numbers)) == text


def test_what_is_shared_is_named_where_it_is_computed() -> None:
    def function(x: Value) -> Value:
        inner = x.exp()
        outer = inner * 2.0
        return (inner - outer) * (outer + inner)

    text = repr(Graph(function, [1.0]))
    assert text == (
        "Graph(lambda x0: ((y0 := autograd.exp(x0)) - (y1 := (y0 * 2.0))) * (y1 + y0), [1.0])"
    )


def test_a_graph_too_deep_to_be_read_says_how_deep() -> None:
    def deep(x: Value) -> Value:
        for _ in range(2 * sys.getrecursionlimit()):
            x = x.sin()
        return x

    text = repr(Graph(deep, [1.0]))
    assert (
        text == f"Graph(<function of 1 numbers, {2 * sys.getrecursionlimit()} operations deep>, [1.0])"
    )


def test_the_deepest_graph_can_be_read() -> None:
    def nested(x: Value) -> Value:
        for _ in range(15):
            y = -(x - 1.0)
            x = y.hypot(y)
        return (x.sin() + x) * x

    graph = Graph(nested, [0.5])
    assert depth_of(graph) == 48
    with pytest.raises(SyntaxError):
        ast.parse(repr(graph))

    def less(x: Value) -> Value:
        for _ in range(10):
            y = -(x - 1.0)
            x = y.hypot(y)
        return x

    graph = Graph(less, [0.5])
    assert depth_of(graph) == 30
    assert same(eval(repr(graph)).result.data, graph.result.data)


@pytest.mark.parametrize("result", [3.0, None, [Value(1.0)]], ids=repr)
def test_a_function_that_gives_no_value_is_refused(result: object) -> None:
    with pytest.raises(ArgumentTypeError, match=f"be a Value, got {re.escape(repr(result))}"):
        Graph(lambda _: result, [1.0])


# --- shrinking ------------------------------------------------------------------------------------


def is_wrong(graph: Graph) -> bool:
    try:
        return not gradcheck(graph.function, tuple(graph.numbers))
    except GradcheckError as error:
        return any(row.judgement.verdict == "wrong" for row in error.report.failures)


PLANTED = [
    ("add", 1), ("mul", 0), ("div", 1), ("hypot", 0), ("pow", 1),
    ("neg", 0), ("sin", 0), ("tanh", 0), ("sqrt", 0), ("relu", 0),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "index"), PLANTED)
def test_a_wrong_derivative_shrinks_to_its_operation_alone(name: str, index: int) -> None:
    checkable = graphs(limit=1e3, slope_limit=1e3, kink_margin=1e-3)
    with replaced(spoilt(name, index)):
        graph = simplest(checkable, is_wrong)
    assert [operation.name for operation in graph.operations] == [name]
    assert all(number in {0.0, 1.0, 2.0, -1.0} for number in graph.numbers)
    assert not is_wrong(eval(repr(graph)))


def test_a_graph_is_reported_as_it_reads() -> None:
    @searching
    @given(graphs(["exp"], leaves=between(0.5, 2.0)))
    def check(graph: Graph) -> None:
        assert len(graph.operations) < 2

    with pytest.raises(AssertionError) as caught:
        check()
    assert "graph=Graph(lambda x0: autograd.exp(autograd.exp(x0)), [1.0])," in notes(caught.value)


def test_numbers_are_reported_as_they_are() -> None:
    @searching
    @given(operands("mul"), between(0.0, 1.0), values())
    def check(pair: tuple[float, float], number: float, value: Value) -> None:
        assert pair[1] != 1e300, "the simplest of the others are drawn with it"

    with pytest.raises(AssertionError) as caught:
        check()
    assert re.search(r"pair=\(\S+, 1e\+300\),", notes(caught.value))
    assert "number=0.0," in notes(caught.value)
    assert "value=Value(0.0)," in notes(caught.value)


def test_a_replaced_row_is_put_back() -> None:
    def slopes() -> list[float]:
        x = Value(0.0)
        return [autograd.sin(x).derivatives[0], x.sin().derivatives[0], (x * 2.0).derivatives[0]]

    with replaced(spoilt("sin", 0)), replaced(spoilt("mul", 0, "-({})")):
        assert slopes() == [1.5, 1.5, -2.0]
    assert slopes() == [1.0, 1.0, 2.0]


# --- what Hypothesis finds by itself --------------------------------------------------------------

ENTRY_POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "entry-points"
]["hypothesis"]

FROM_TYPES = """
import sys
import hypothesis
heavy = {"numpy", "rich", "click", "graphviz", "autograd.check", "autograd.strategies", "nn.strategies"}
print(sorted(heavy & set(sys.modules)))
from hypothesis import Phase, find, settings, strategies
from autograd import Value
from nn import MLP
from nn.worked import WorkedExample
for kind in (Value, MLP, WorkedExample):
    first = settings(phases=[Phase.generate], database=None, deadline=None)
    print(type(find(strategies.from_type(kind), lambda drawn: True, settings=first)).__name__)
"""
DRAWN = """[]
Value
MLP
WorkedExample
"""


def test_types_are_drawn_once_hypothesis_is_imported(
    run_python: Callable[..., str], tmp_path: Path
) -> None:
    # a distribution of the same entry points, whatever is installed
    info = tmp_path / "beside-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: beside\nVersion: 0\n")
    lines = [f"{name} = {target}" for name, target in ENTRY_POINTS.items()]
    (info / "entry_points.txt").write_text("\n".join(["[hypothesis]", *lines, ""]))
    # examples that were saved before would be drawn first
    own = {"PYTHONPATH": str(tmp_path), "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "examples")}
    assert run_python(FROM_TYPES, **own) == DRAWN


def _installed_entry_points() -> dict[str, str]:
    try:
        installed = distribution("scalar-autograd").entry_points
    except PackageNotFoundError:
        return {}
    return {each.name: each.value for each in installed if each.group == "hypothesis"}


# where everything has just been installed, nothing is stale
@pytest.mark.skipif(
    not _installed_entry_points() and "CI" not in os.environ,
    reason="installed before it had entry points",
)
def test_the_installed_distribution_tells_hypothesis(
    run_python: Callable[..., str], tmp_path: Path
) -> None:
    assert _installed_entry_points() == ENTRY_POINTS
    assert run_python(FROM_TYPES, HYPOTHESIS_STORAGE_DIRECTORY=str(tmp_path)) == DRAWN


@pytest.mark.parametrize("target", ENTRY_POINTS.values())
def test_an_entry_point_leads_to_a_function(target: str) -> None:
    module, _, name = target.partition(":")
    getattr(import_module(module), name)()


@pytest.mark.parametrize("kind", [MLP, Layer, Neuron, Example, TrainingStep, WorkedExample, Value])
def test_from_type_draws_what_it_should(kind: type) -> None:
    for target in ENTRY_POINTS.values():
        module, _, name = target.partition(":")
        getattr(import_module(module), name)()

    @times(1 / 4)
    @given(st.from_type(kind))
    def check(drawn: object) -> None:
        assert type(drawn) is kind

    check()
