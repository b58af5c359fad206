"""The chain rule over graphs: right to the bit, at any depth, interrupted, and in threads."""

import gc
import itertools
import math
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import assume, given
from oracles import swept
from strategies import Program, any_numbers, programs

import autograd
from autograd import AutogradError, StaleGraphError, Value, topological_order
from autograd.backward import gradients

# the module is hidden by the function of the same name that Value imports from it
backward_module: Any = sys.modules["autograd.backward"]


def equal(a: float, b: float) -> bool:
    """Equal to the last bit, but for the sign of zero; NaN equals NaN."""
    return a == b or (math.isnan(a) and math.isnan(b))


# --- right ----------------------------------------------------------------------------------------


@given(programs())
def test_gradients_are_those_of_a_sweep_in_high_precision(program: Program) -> None:
    _, nodes = program.run()
    root = nodes[-1]
    root.backward()
    slopes = [slope for node in topological_order(root) for slope in node.derivatives]
    # twenty-five of them neither overflow nor underflow
    assume(all(slope is None or slope == 0.0 or 1e-10 < abs(slope) < 1e10 for slope in slopes))
    for node, gradient, bound in swept(root):
        assert abs(node.grad - gradient) <= bound


@given(programs(constants=any_numbers))
def test_gradients_are_those_of_the_plain_reference_to_the_bit(program: Program) -> None:
    _, nodes = program.run()
    reference = gradients(nodes[-1])
    nodes[-1].backward()
    for node, gradient in reference.items():
        assert equal(node.grad, gradient)


@given(programs(constants=any_numbers))
def test_nodes_that_are_not_below_are_left_alone(program: Program) -> None:
    _, nodes = program.run()
    below = set(topological_order(nodes[-1]))
    for node in nodes:
        node.grad = 7.0
    nodes[-1].backward()
    assert all(node.grad == 7.0 for node in nodes if node not in below)


def test_the_sweep_in_high_precision_notices_a_planted_mistake() -> None:
    x, y = Value(3.0), Value(5.0)
    root = (x * y + x).tanh() * x
    root.backward()
    x.grad = math.nextafter(x.grad, math.inf) + 1e-9
    wrong = [node for node, gradient, bound in swept(root) if abs(node.grad - gradient) > bound]
    assert wrong == [x]


@given(programs())
def test_topological_order_has_each_node_once_before_its_operands(program: Program) -> None:
    _, nodes = program.run()
    order = topological_order(nodes[-1])
    place = {node: index for index, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[0] is nodes[-1]
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


@given(programs())
def test_a_second_call_adds_exactly_once_more(program: Program) -> None:
    _, nodes = program.run()
    root = nodes[-1]
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
    outputs = {run_python(script, PYTHONHASHSEED=seed) for seed in ("0", "1", "12345")}
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


@pytest.mark.slow
def test_a_million_links_under_the_default_recursion_limit() -> None:
    assert sys.getrecursionlimit() <= 1000
    x = node = Value(1.0)
    for _ in range(500_000):
        node = (node + x) * 0.5
    node.backward()
    assert (node.data, x.grad) == (1.0, 1.0)


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
        yield lambda: sum(type(thing) is Value for thing in gc.get_objects())
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


# --- interrupted ----------------------------------------------------------------------------------


def interrupted_at(line: int, call: Callable[[], None]) -> bool:
    """Call, with a KeyboardInterrupt before the n-th line that the sweep executes; whether it came."""
    count = itertools.count()
    came = False

    def local(frame: FrameType, event: str, _: object) -> Any:
        nonlocal came
        if event == "line" and not came and next(count) == line:
            came = True
            raise KeyboardInterrupt
        return local

    def globally(frame: FrameType, event: str, _: object) -> Any:
        return local if frame.f_code is backward_module._accumulate.__code__ else None

    before = sys.gettrace()
    sys.settrace(globally)
    went_on = False
    try:
        call()
    except KeyboardInterrupt:
        went_on = True
    finally:
        sys.settrace(before)
    assert went_on == came
    return came


def test_an_interrupted_sweep_leaves_everything_as_it_was() -> None:
    x, y = Value(3.0), Value(5.0)
    shared = x * y
    root = (shared + x) * shared.sin() + y
    root.backward()
    once = (x.grad, y.grad)
    x.grad, y.grad = 10.0, 20.0
    lines = 0
    while interrupted_at(lines, root.backward):
        assert (x.grad, y.grad) == (10.0, 20.0), f"interrupted at line {lines}"
        x.grad = y.grad = 0.0
        root.backward()
        assert (x.grad, y.grad) == once
        x.grad, y.grad = 10.0, 20.0
        lines += 1
    assert lines > 100  # it was interrupted everywhere, and at last it was not
    assert (x.grad, y.grad) == (10.0 + once[0], 20.0 + once[1])


def test_a_sweep_inside_a_sweep_is_an_error_and_not_a_deadlock() -> None:
    x = Value(3.0)
    inner, outer = Value(2.0) * 3, x * x
    complaints: list[AutogradError] = []

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and not complaints:
            with pytest.raises(AutogradError, match="inside another") as caught:
                inner.backward()
            complaints.append(caught.value)
        return local

    before = sys.gettrace()
    sys.settrace(
        lambda frame, event, _: local if frame.f_code is backward_module._accumulate.__code__ else None
    )
    try:
        outer.backward()
    finally:
        sys.settrace(before)
    assert len(complaints) == 1
    assert x.grad == 6.0
    inner.backward()
    assert inner.grad == 1.0


# --- threads --------------------------------------------------------------------------------------


@pytest.fixture
def many_switches() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(calls: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        start.wait()
        try:
            call()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []


@pytest.mark.usefixtures("many_switches")
def test_two_threads_over_one_graph_add_up() -> None:
    x, y = Value(3.0), Value(5.0)
    root = x
    for _ in range(100):
        root = root * 1.0 + y

    def work() -> None:
        for _ in range(100):
            root.backward()

    in_threads([work, work])
    assert (x.grad, y.grad) == (200.0, 20_000.0)


@pytest.mark.usefixtures("many_switches")
def test_two_threads_that_record_over_one_graph_add_up() -> None:
    x, y = Value(3.0), Value(5.0)
    root = x * y

    def work() -> None:
        for _ in range(1_000):
            root.backward(create_graph=True)

    in_threads([work, work])
    assert (float(x.grad), float(y.grad)) == (10_000.0, 6_000.0)


@pytest.mark.usefixtures("many_switches")
def test_threads_with_a_graph_each_do_not_disturb_one_another() -> None:
    def gradient(seed: int, results: dict[int, Any]) -> None:
        for _ in range(10):
            x = node = Value(0.1 * seed)
            for _ in range(200):
                node = (node * x + seed).sin()
            node.backward()
            results.setdefault(seed, set()).add((node.data, x.grad))

    alone: dict[int, Any] = {}
    together: dict[int, Any] = {}
    for seed in range(8):
        gradient(seed, alone)
    in_threads([lambda seed=seed: gradient(seed, together) for seed in range(8)])
    assert together == alone
    assert all(len(outcomes) == 1 for outcomes in together.values())


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
    assert float(x.grad) == 48.0


@given(programs(most_steps=10))
def test_recorded_gradients_have_the_same_values(program: Program) -> None:
    _, nodes = program.run()
    plain = gradients(nodes[-1])
    recorded = gradients(nodes[-1], create_graph=True)
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
    assert float(x.grad) == 24.0


@pytest.mark.parametrize("name", ["square", "abs", "cosh", "gaussian"])
def test_a_changed_leaf_is_noticed_though_the_value_is_the_same(name: str) -> None:
    x = Value(2.0)
    root = getattr(x, name)()
    x.data = -2.0
    with pytest.raises(StaleGraphError):
        root.backward(create_graph=True)


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
    assert float(x.grad) == 2.0
