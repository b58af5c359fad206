"""Recorded programs: the numbers of eager computation to the bit, or an error that says why not."""

from __future__ import annotations

import inspect
import json
import math
import pickle
import re
import struct
import traceback
from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from functools import partial
from itertools import count
from pathlib import Path
from random import Random, random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import finite_numbers, operands_of, operations

import autograd
from autograd import (
    ArgumentError,
    ArgumentValueError,
    AutogradError,
    BranchError,
    DomainError,
    Operation,
    RecordedProgram,
    RecordingError,
    StaleGraphError,
    Value,
    record,
)
from autograd.program.engine import Stopped
from autograd.program.engines import MOST_COMPILED
from autograd.program.source import PythonRunner
from autograd.program.stepping import SteppingRunner
from autograd.strategies import Graph, graphs
from benchmarks.workloads import W1_WEIGHTS, random_program, w1_error, w3_record

HERE = __file__.rpartition("/")[2]


def bits(number: float) -> bytes:
    return b"nan" if math.isnan(number) else struct.pack("<d", number)


def eager(f: Callable[..., Any], numbers: Sequence[float]) -> list[bytes]:
    nodes = [Value(number) for number in numbers]
    result = f(*nodes)
    result.backward()
    return [bits(result.data), *(bits(node.grad) for node in nodes)]


def replayed(program: RecordedProgram, numbers: Sequence[float]) -> list[bytes]:
    value, inputs, _ = program.gradients(*numbers)
    assert bits(program(*numbers)) == bits(value)
    return [bits(value), *map(bits, inputs)]


# --- the same numbers -----------------------------------------------------------------------------


@given(graphs(max_size=20), st.data())
def test_a_random_graph_at_other_points(graph: Graph, data: st.DataObject) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    assert replayed(program, numbers) == eager(graph.function, numbers)
    for _ in range(3):
        others = [data.draw(st.floats(-3.0, 3.0)) for _ in numbers]
        try:
            expected = eager(graph.function, others)
        except AutogradError as error:
            with pytest.raises(type(error)):
                program(*others)
            continue
        assert replayed(program, others) == expected


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, math.inf, -math.inf, math.nan, 5e-324, 1e308, 710.0, -745.0, 2.0]


@given(operations, st.data())
def test_every_row_at_ordinary_and_at_odd_points(operation: Operation, data: st.DataObject) -> None:
    """Infinite slopes, kinks, zeros of either sign; also with a number as one of the operands."""
    numbers = data.draw(operands_of(operation, finite_numbers))
    fixed = data.draw(st.none() | st.integers(0, operation.arity - 1)) if len(numbers) > 1 else None

    def f(*operands: Value) -> Any:
        mixed = [
            n if i == fixed else each for i, (n, each) in enumerate(zip(numbers, operands, strict=True))
        ]
        return getattr(autograd, operation.name)(*mixed)

    try:
        program = record(f, *numbers)
    except AutogradError:
        with pytest.raises(AutogradError):
            eager(f, numbers)
        return
    points = st.lists(
        st.sampled_from(SPECIAL) | finite_numbers, min_size=len(numbers), max_size=len(numbers)
    )
    for others in [numbers, *(data.draw(points) for _ in range(8))]:
        try:
            expected = eager(f, others)
        except AutogradError as error:
            with pytest.raises(type(error)) as caught:
                program(*others)
            # which knows the names of its inputs
            said = re.sub(r" \(node '\w+'\)", "", str(caught.value))
            assert said == str(error)  # noqa: PT017
            continue
        assert replayed(program, others) == expected


def both_runners(program: RecordedProgram) -> tuple[PythonRunner, SteppingRunner]:
    plan = program.plan
    return PythonRunner(program.tape, plan), SteppingRunner(program.tape, plan)


@given(graphs(max_size=20))
def test_line_by_line_is_the_same_as_compiled(graph: Graph) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    compiled, stepping = both_runners(record(graph.function, *numbers))
    assert bits(compiled.forward(numbers)[0]) == bits(stepping.forward(numbers)[0])
    try:
        found = compiled.backward(numbers)
    except Stopped:  # at an infinite slope
        return
    assert [*map(bits, found[1])] == [*map(bits, stepping.backward(numbers)[1])]


def test_a_slope_that_is_infinite() -> None:
    program = record(lambda x: x.sqrt() * 3.0, 1.0)
    assert program.gradients(0.0) == (0.0, (math.inf,), [])
    with pytest.raises(Stopped):
        program.replay.variants[0].runner.backward([0.0])
    w = Value(1.0, "w")
    program = record(lambda x: (w * x).sqrt(), 1.0)
    found = program.batch([[1.0], [0.0], [4.0]])
    assert found.values == [1.0, 0.0, 2.0]
    assert [*map(bits, found.gradients)] == eager_batch([1.0, 0.0, 4.0])


def eager_batch(inputs: list[float]) -> list[bytes]:
    w = Value(1.0, "w")
    first, *rest = [(w * x).sqrt() for x in inputs]
    sum(rest, first).backward()
    return [bits(w.grad)]


def network(seed: int) -> tuple[list[Value], Callable[..., Any]]:
    """A small network's parameters and its squared error."""
    rng = Random(seed)
    w = [Value(rng.uniform(-1.0, 1.0), f"w{index}") for index in range(9)]

    def error(x: Any, y: Any, t: Any) -> Any:
        h1 = (w[0] * x + w[1] * y + w[2]).tanh()
        h2 = autograd.relu(w[3] * x + w[4] * y + w[5])
        return (w[6] * h1 + w[7] * h2 + w[8] - t) ** 2 + 0.01 * (w[0] * w[0])

    return w, error


@given(st.integers(0, 1000), st.integers(1, 12))
def test_a_batch_adds_up_as_one_backward_pass_does(seed: int, count: int) -> None:
    w, error = network(seed)
    rng = Random(seed + 1)
    rows = [[rng.gauss(0.0, 1.0) for _ in range(3)] for _ in range(count)]
    program = record(error, *rows[0], parameters=w)
    first, *rest = [error(*map(Value, row)) for row in rows]
    (sum(rest, first) * (1.0 / count)).backward()
    expected = [bits(each.grad) for each in w]
    values = [error(*row).data for row in rows]
    found = program.batch(rows, scale=1.0 / count)
    assert [*map(bits, found.gradients)] == expected
    assert found.values == values
    stepping = SteppingRunner(program.tape, program.plan)
    numbers = [each.data for each in w]
    again = stepping.batch(rows, numbers, [0.0] * len(w), 1.0 / count)
    assert again == (found.values, found.gradients)
    half = program.batch(rows[: count // 2], scale=1.0 / count).gradients
    assert program.batch(rows[count // 2 :], 1.0 / count, half).gradients == found.gradients


@pytest.mark.parametrize("engine", ["python", pytest.param("native", marks=pytest.mark.native)])
def test_outputs_of_many_examples_are_those_of_each(engine: str) -> None:
    w = Value(0.75, "w")

    def f(x: Any, y: Any) -> Any:
        low = x < y
        return {"small": (w * x).tanh(), "rest": [x * y]} if low else {"small": y.log(), "rest": [x]}

    program = record(f, 0.5, 1.0, on_branch="record").compile(engine)
    rng = Random(3)
    for many in (0, 1, 2, 7, 8, 9, 40):
        rows = [[rng.uniform(0.1, 2.0), rng.uniform(0.1, 2.0)] for _ in range(many)]
        expected = [f(*map(Value, row)) for row in rows]
        assert program.outputs(rows) == [
            {"small": each["small"].data, "rest": [each["rest"][0].data]} for each in expected
        ]
        if rows:
            assert program.sync().data == expected[-1]["small"].data
    with pytest.raises(autograd.DomainError, match="log"):
        program.outputs([[0.5, 1.0], [2.0, 1.0], [3.0, -1.0]])
    with pytest.raises(autograd.ArgumentValueError, match=r"takes 2 inputs \(x, y\), got 1$"):
        program.outputs([[0.5]])


def test_a_training_run_reaches_the_same_weights() -> None:
    rng = Random(5)
    rows = [[rng.gauss(0.0, 1.0) for _ in range(3)] for _ in range(5)]
    (w, error), (v, again) = network(7), network(7)
    program = record(again, *rows[0])
    assert {*program.parameters} == {*v}
    for step in range(40):
        row = rows[step % 5]
        for parameter in (*w, *v):
            parameter.grad = 0.0
        error(*row).backward()
        program.backward(*row)
        for parameter in (*w, *v):
            parameter.data -= 0.1 * parameter.grad
    assert [each.data.hex() for each in w] == [each.data.hex() for each in v]


def test_the_reference_step() -> None:
    """A 2-2-2 network with a step of gradient descent, as written for any engine (W1)."""
    weights = [Value(each, f"w{n}") for n, each in enumerate(W1_WEIGHTS, 1)]
    engine = Adapter()
    program = record(lambda: w1_error(engine, weights), parameters=weights)
    expected = w1_error(engine, weights)
    expected.backward()
    assert program.gradients() == (expected.data, (), [each.grad for each in weights])


@pytest.mark.parametrize("nodes", [300, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_large_graph(nodes: int) -> None:
    """A random graph of sums, products, tanh and exp (W3)."""
    work = random_program(nodes)
    leaves = [Value(number) for number in work.leaves]
    root = w3_record(Adapter(), work, leaves)
    program = record(root)
    assert program.plan.form == ("function" if nodes <= MOST_COMPILED else "steps")
    root.backward()
    assert {*program.parameters} == {*leaves}
    assert program.gradients() == (root.data, (), [leaf.grad for leaf in program.parameters])


@pytest.mark.parametrize("links", [1000, pytest.param(300_000, marks=pytest.mark.slow)])
def test_a_deep_chain(links: int) -> None:
    x = Value(0.5, "x")
    node = x
    for _ in range(links):
        node = node * 0.999 + 0.001
    program = record(node, x)
    node.backward()
    assert program.gradients(0.5) == (node.data, (x.grad,), [])


class Adapter:
    """Functions of nodes, as the workloads call them."""

    @staticmethod
    def exp(x: Value) -> Any:
        return x.exp()

    @staticmethod
    def tanh(x: Value) -> Any:
        return x.tanh()


# --- decisions ------------------------------------------------------------------------------------


def line_of(function: Callable[..., Any], text: str) -> str:
    lines, start = inspect.getsourcelines(function)
    return f"{HERE}:{start + next(n for n, line in enumerate(lines) if text in line)}: "


def branching(x: Any) -> Any:
    if x < 0:
        return 0.0 * x
    return x


def reading(x: Any) -> Any:
    if x.data * 1.0 == x.data or x.item() > 1.0:
        return x * x
    return -x


def test_a_replay_that_decides_otherwise_names_the_line() -> None:
    program = record(branching, -1.3)
    assert program(-2.0) == 0.0
    where = re.escape(line_of(branching, "if x < 0"))
    with pytest.raises(BranchError, match=rf"{where}x < 0\.0 was True .* is False where x = 1\.34"):
        program(1.34)
    with pytest.raises(BranchError, match=where):
        program.gradients(1.34)
    with pytest.raises(BranchError, match=where):
        program.batch([[-1.0], [1.34]])
    assert program(-3.0) == 0.0


def test_a_branch_is_recorded_when_it_is_met() -> None:
    program = record(branching, -1.3, on_branch="record")
    rows = [[-1.0], [1.34], [2.0], [-3.0]]
    assert [program(*row) for row in rows] == [-0.0, 1.34, 2.0, -0.0]
    assert program.gradients(5.0) == (5.0, (1.0,), [])
    assert program.batch(rows).values == [-0.0, 1.34, 2.0, -0.0]
    assert len(program.replay.variants) == 2


def test_branches_that_use_other_parameters() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")

    def f(x: Any) -> Any:
        return a * x if x > 0 else b * x

    program = record(f, 1.0, on_branch="record")
    assert program.parameters == [a]
    found = program.batch([[1.0], [-1.0], [2.0], [-2.0]])
    assert found == ([2.0, -3.0, 4.0, -6.0], [3.0, -3.0])
    assert program.parameters == [a, b]


DECIDING: list[tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]]] = [
    (lambda x, y: max(x, y) * 2, (1.0, 2.0), (2.0, 1.0)),
    (lambda x, y: min(x, y) * 2, (1.0, 2.0), (2.0, 1.0)),
    (lambda x, y: sorted([x, y])[0] * 2, (1.0, 2.0), (2.0, 1.0)),
    (lambda x, y: x if y else -x, (1.0, 2.0), (1.0, 0.0)),
    (lambda x, y: x if y.data > 1.5 else -x, (1.0, 2.0), (1.0, 1.0)),
    (lambda x, y: x if y.item() > x.data else -x, (1.0, 2.0), (3.0, 2.0)),
    (lambda x, y: x if (x * y).data else -x, (1.0, 2.0), (1.0, 0.0)),
    (lambda x, y: x if y.data != 2.5 else -x, (1.0, 2.0), (1.0, 2.5)),
    (lambda x, y: x if (x * y + 1.0) >= 2.0 else -x, (1.0, 2.0), (0.1, 2.0)),
]


@pytest.mark.parametrize(("f", "at", "beyond"), DECIDING)
def test_every_way_to_decide(
    f: Callable[..., Any], at: tuple[float, ...], beyond: tuple[float, ...]
) -> None:
    program = record(f, *at)
    assert replayed(program, at) == eager(f, at)
    with pytest.raises(BranchError, match=rf"{re.escape(HERE)}:\d+: "):
        program(*beyond)
    recorded = record(f, *at, on_branch="record")
    assert replayed(recorded, beyond) == eager(f, beyond)
    assert replayed(recorded, at) == eager(f, at)


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (lambda x, y: x * y.data, "the number of y leaves the graph"),
    (lambda x, y: x * math.exp(y.data), "the number of y leaves the graph"),
    (lambda x, y: x * float(y.item()), "the number of y leaves the graph"),
    (lambda x, y: x * y.data.hex().__len__() * y.data, "the number of y leaves the graph"),
    (lambda x, y: x if y.data < 2**53 + 1 else y, "the number of y leaves the graph"),
    (lambda x, y: x * PRODUCT(y, 1.0), "the number of y leaves the graph"),
    (lambda x, y: x if (x * y).derivatives[0] > 0 else y, r"cannot read \.derivatives"),
    (lambda x, y: logarithm_or(-x, y), r"goes on after an error, .*: log\(x\) needs x > 0"),
    (lambda x, y: x * random(), "the number in mul, which computes v1, is 0"),
    (lambda x, y: x if random() < 2.0 else y, "draws random numbers"),
    (lambda x, y: x if GENERATOR.random() < 2.0 else y, "draws random numbers"),
    (lambda x, y: x * copy(y), "the number in mul"),
    (lambda x, y: x + y.grad, r"cannot read \.grad"),
    (lambda x, y: [x * y, autograd.exp(x), x * y][next(COUNT) % 2], "operation 1, v1, is mul"),
]
COUNT = count()
GENERATOR = Random(0)
PRODUCT = record(lambda x, y: x * y, 1.0, 1.0)


def logarithm_or(x: Any, y: Any) -> Any:
    try:
        return x.log()
    except DomainError:
        return y * 2.0


@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_what_cannot_be_recorded_is_refused(f: Callable[..., Any], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        record(f, 2.0, 3.0)


def test_a_number_may_leave_that_does_not_depend_on_anything() -> None:
    program = record(lambda x: x * round(Value(2.3).data) * Random(0).randint(3, 3), 2.5)
    assert program(4.0) == 24.0


def test_a_captured_number_that_changes_is_noticed() -> None:
    rate, table = 2.0, [1.0, 3.0]
    program = record(lambda x: x * rate + table[1], 1.0)
    assert program(2.0) == 7.0
    table[1] = 4.0
    with pytest.raises(StaleGraphError, match=r"'table' was \(1\.0, 3\.0\) .* is \[1\.0, 4\.0\] now"):
        program(2.0)
    table[1], rate = 3.0, 5.0
    for call in (program, program.gradients, program.backward, lambda x: program.batch([[x]])):
        with pytest.raises(StaleGraphError, match=r"'rate' was 2\.0 when the function was recorded"):
            call(2.0)
    rate = 2.0
    assert program(2.0) == 7.0


class Scaled:
    rate, bias = 2.0, Value(1.0)

    def __call__(self, x: Any, powers: Any = (1.0, {"of": 1.0})) -> Any:
        return self.rate * x ** powers[1]["of"] + self.bias


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: setattr(f, "rate", 3.0), r"'self\.rate' was 2\.0"),
        (lambda f: setattr(f, "bias", Value(3.0)), r"'self\.bias' was Value\(1\.0\)"),
        (
            lambda f: Scaled.__call__.__defaults__[0][1].update(of=2.0),
            r"'powers' was \(1\.0, \('of'",
        ),
    ],
)
@pytest.mark.parametrize(
    "way", [lambda f: f, lambda f: f.__call__, lambda f: lambda x: 1.0 * f(x), partial]
)
def test_attributes_and_defaults_that_change_are_noticed(
    change: Callable[[Any], Any], message: str, way: Callable[[Any], Any]
) -> None:
    f = Scaled()
    program = record(way(f), 1.0)
    assert program(2.0) == 5.0
    change(f)
    try:
        with pytest.raises(StaleGraphError, match=message):
            program(2.0)
    finally:
        Scaled.__call__.__defaults__[0][1]["of"] = 1.0


class Stateful:
    rate, calls, seen, last = 2.0, 0, [0.0], Value(0.0)

    def keeping(self, x: Any) -> Any:
        self.seen.append(1.0)
        self.last = self.rate * x
        return self.last

    def counting(self, x: Any) -> Any:
        self.calls += 1
        return x * (1.0 if self.calls < 9 else self.rate)


def test_what_the_function_itself_keeps_may_change_and_what_it_counts_is_refused() -> None:
    f = Stateful()
    program = record(f.keeping, 1.0)
    f.keeping(Value(3.0))
    assert program(2.0) == 4.0
    f.rate = 3.0
    with pytest.raises(StaleGraphError, match=r"'self\.rate'"):
        program(2.0)
    with pytest.raises(RecordingError, match=r"changes 'self\.calls' when it is called, .* from 1 to 2"):
        record(f.counting, 1.0)


def test_a_copy_has_not_the_function() -> None:
    w = Value(2.0, "w")
    program = record(lambda x: w * x if x > 0 else x, 1.0, on_branch="record")
    for made in (deepcopy(program), pickle.loads(pickle.dumps(program))):
        assert made == program
        w.data = 5.0
        assert made.gradients(3.0) == (6.0, (2.0,), [3.0])
        with pytest.raises(BranchError):  # the function has the node of the original
            made(-1.0)
        w.data = 2.0


def test_a_captured_node_that_was_computed_before_is_noticed() -> None:
    w = Value(2.0, "w")
    square = w * w
    with pytest.raises(RecordingError, match=r"node 'w·w' is 4\.0, and would be 4\.00"):
        record(lambda x: square * x, 3.0)


def test_parameters_have_the_numbers_that_they_have_then() -> None:
    v, w = Value(2.0, "v"), Value(3.0, "w")
    program = record(lambda x: w * x + v, 1.0, parameters=[v])
    w.data, v.data = 5.0, 7.0
    assert program.gradients(2.0) == (17.0, (5.0,), [1.0])
    assert program.backward(2.0) == 17.0
    assert (v.grad, w.grad) == (1.0, 0.0)
    assert program.batch([[1.0], [2.0]]) == ([12.0, 17.0], [2.0])


def test_recording_changes_nothing() -> None:
    v, w = Value(2.0, "v"), Value(3.0, "w")
    w.grad = 4.0
    before = {name: vars(Value)[name] for name in ("data", "grad", "item", "__lt__", "__bool__")}
    record(lambda x: w * x + v, 1.0)
    with pytest.raises(RecordingError):
        record(lambda x: w * x.data, 1.0)
    assert (v.data, w.data, w.grad) == (2.0, 3.0, 4.0)
    assert {name: vars(Value)[name] for name in before} == before
    assert type(w.data) is float


def test_other_threads_see_plain_numbers_while_one_records() -> None:
    w, seen = Value(3.0, "w"), []

    def f(x: Any) -> Any:
        thread = Thread(target=lambda: seen.append((type(w.data), w > 2.0)))
        thread.start()
        thread.join()
        return w * x

    assert record(f, 2.0)(3.0) == 9.0
    assert seen == [(float, True)] * 2


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "at", "beyond"),
    [
        (lambda x, w: (x * w).log(), 1.0, -1.0),
        (lambda x, w: (x * w).exp(), 1.0, 800.0),
        (lambda x, w: 1.0 / (x * w - 2.0), 2.0, 1.0),
        (lambda x, w: (x * w) ** 2, 2.0, 1e200),
        (lambda x, w: (x * w) ** 0.5, 2.0, -1.0),
    ],
)
def test_the_error_of_the_same_node(f: Callable[..., Any], at: float, beyond: float) -> None:
    w = Value(2.0, "w")
    with pytest.raises(AutogradError) as expected:
        f(Value(beyond, "x"), w)
    x = Value(at, "x")
    program, of_graph = record(lambda x: f(x, w), at), record(f(x, w), x)
    w.grad = 5.0
    for call in (program, program.backward, lambda x: program.batch([[at], [x]]), of_graph):
        with pytest.raises(type(expected.value), match=f"^{re.escape(str(expected.value))}$"):
            call(beyond)
    assert w.grad == 5.0


def test_bad_input() -> None:
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match=r"f must be a function, got 3\.0"):
        record(3.0)  # type: ignore[arg-type]
    for result in (3.0, None, "x", [], [x, 1.0]):
        with pytest.raises(TypeError, match="what a recorded function returns must be a Value, got "):
            record(lambda _, result=result: result, 1.0)
    with pytest.raises(TypeError, match=r"input x must be a real number, got '1'"):
        record(lambda x: x, "1")
    with pytest.raises(ValueError, match="on_branch must be one of 'raise', 'record', got 'go'"):
        record(lambda x: x, 1.0, on_branch="go")
    with pytest.raises(TypeError, match=r"parameter 1 must be a Value, got 2\.0"):
        record(lambda y: x * y, 1.0, parameters=[x, 2.0])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="parameter 0 must be a leaf, and is the result of mul"):
        record(lambda y: x * y, 1.0, parameters=[x * x])
    with pytest.raises(ValueError, match="parameter 1 stands twice"):
        record(lambda y: x * y, 1.0, parameters=[x, x])
    with pytest.raises(TypeError, match="input 0 of a graph must be one of its leaves, got "):
        record(x * x, x * x)
    with pytest.raises(TypeError, match=r"changes its input x from 1\.0 to 2\.0"):
        record(lambda x: (setattr(x, "data", 2.0), x * x)[1], 1.0)
    with pytest.raises(ValueError, match="input 0 is a parameter, too"):
        record(x * x, x, parameters=[x])
    program = record(lambda a, v: a * v[0] + v[1], 1.0, [2.0, 3.0])
    assert program(2.0, (3.0, 4.0)) == 10.0
    for args in ((2.0,), (2.0, [3.0]), (2.0, 3.0, 4.0), ([2.0], [3.0, 4.0])):
        with pytest.raises(ValueError, match=r"takes inputs as \(·, \[·, ·\]\), not as "):
            program(*args)
    with pytest.raises(TypeError, match=r"input v\[1\] must be a real number, got None"):
        program(1.0, [2.0, None])
    with pytest.raises(
        OverflowError, match=r"input v\[1\] must be a real number, got int too large for"
    ):
        program(1.0, [2.0, 10**400])
    with pytest.raises(ValueError, match="engine must be one of 'auto', 'python'"):
        program.compile("fortran")
    with pytest.raises(ValueError, match="what must be one of 'forward', 'backward', 'batch'"):
        program.source(what="reverse")
    with pytest.raises(ValueError, match="a gradient for each of 0 parameters, got 1"):
        program.batch([], gradients=[1.0])
    with pytest.raises(ValueError, match="nothing was computed yet"):
        record(lambda x: x * x, 1.0).sync()
    with pytest.raises(TypeError, match=r"made by autograd\.record"):
        RecordedProgram()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite(number: float) -> None:
    def f(x: Any) -> Any:
        return x * x + 1.0

    assert replayed(record(f, 1.0), [number]) == eager(f, [number])
    assert replayed(record(f, number), [1.0]) == eager(f, [1.0])


# --- what is seen of it ---------------------------------------------------------------------------


@given(graphs(max_size=15), st.booleans(), st.data())
def test_sync_puts_an_example_on_the_nodes(graph: Graph, steps: bool, data: st.DataObject) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    if steps:  # as large graphs are run
        variant = program.replay.variants[0]
        variant.runner = SteppingRunner(variant.tape, program.plan)
    others = [data.draw(st.floats(-3.0, 3.0)) for _ in numbers]
    try:
        program(*others)
    except AutogradError:
        others = numbers
        program(*others)
    leaves = [Value(number) for number in others]
    expected = graph.function(*leaves)
    expected.backward()
    root = program.sync()
    pairs = zip(autograd.topological_order(root), autograd.topological_order(expected), strict=True)
    for node, other in pairs:
        assert bits(node.data) == bits(other.data)
        assert bits(node.grad) == bits(other.grad)
        for slope, wanted in zip(node.derivatives, other.derivatives, strict=True):
            assert slope is wanted is None or bits(slope) == bits(wanted)  # type: ignore[arg-type]
    assert program.sync(*numbers).data == graph.result.data


def test_the_source_runs_and_tracebacks_show_it() -> None:
    program = record(lambda x: x.log(), 1.0)
    text = program.source()
    assert text.startswith("def backward(x):\n    v1 = log(x)\n")
    scope: dict[str, Any] = {"log": math.log}
    exec(text, scope)
    assert scope["backward"](2.0) == ((math.log(2.0),), (0.5,))
    runner = PythonRunner(program.tape, program.plan)
    function = runner._function("forward")
    with pytest.raises(ValueError, match="math") as raised:
        function(-1.0)
    shown = "".join(traceback.format_exception(raised.value))
    assert "v1 = log(x)" in shown


@given(graphs(max_size=15))
def test_lines_say_the_same(graph: Graph) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    lines = program.lines().differentiated()
    assert bits(lines.run([lines.root])[lines.root]) == bits(program(*numbers))
    assert str(program) == str(program.lines())


# --- a file ---------------------------------------------------------------------------------------


@given(graphs(max_size=15), st.sampled_from([1.0, math.inf, -0.0]))
def test_a_file_is_the_program(graph: Graph, factor: float) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    w = Value(0.1, "w")
    program = record(lambda v, y: [graph.function(*v) * factor, w + y.tanh()], numbers, 2.0)
    with TemporaryDirectory() as folder:
        program.save(f"{folder}/program.json")
        loaded = RecordedProgram.load(f"{folder}/program.json")
    assert loaded == program
    assert [*map(bits, loaded(numbers, 1.5))] == [*map(bits, program(numbers, 1.5))]
    assert repr(loaded.gradients(numbers, 1.5)) == repr(program.gradients(numbers, 1.5))
    assert str(loaded).partition("=")[0] == str(program).partition("=")[0]
    with pytest.raises(ValueError, match="that was loaded has no nodes"):
        loaded.sync(numbers, 1.0)


def test_the_keys_of_inputs_may_come_in_any_order() -> None:
    w = Value(2.0, "w")
    program = record(lambda v: {"p": w * v["a"], "q": v["b"]}, {"a": 1.0, "b": 3.0})
    assert program({"b": 3.0, "a": 1.0}) == {"p": 2.0, "q": 3.0}
    assert program.gradients({"b": 3.0, "a": 1.0}).inputs == ({"a": 2.0, "b": 0.0},)
    assert program.batch([[{"b": 3.0, "a": 5.0}]]).values == [10.0]
    for other in (
        record(lambda v: {"q": w * v["a"], "p": v["b"]}, {"a": 1.0, "b": 3.0}),
        record(lambda v: {"p": w * v["a"], "q": v["b"]}, {"a": 1.0, "b": 3.0}, parameters=[]),
        record(lambda v: {"p": w * v["b"], "q": v["a"]}, {"b": 1.0, "a": 3.0}),
    ):
        assert other.tape == program.tape
        assert other != program


def test_a_loaded_program_has_its_guards_and_its_errors(tmp_path: Path) -> None:
    record(branching, -1.3).save(tmp_path / "a.json")
    loaded = RecordedProgram.load(tmp_path / "a.json")
    assert loaded(-2.0) == 0.0
    with pytest.raises(BranchError, match=line_of(branching, "if x < 0")):
        loaded(2.0)
    with pytest.raises(BranchError):
        loaded.batch([[-1.0], [1.0]])
    record(lambda x: x.log(), 2.0).save(tmp_path / "b.json")
    with pytest.raises(DomainError, match=r"^log\(x\) needs x > 0, but x = -1\.0 \(node 'x'\)$"):
        RecordedProgram.load(tmp_path / "b.json")(-1.0)


CORRUPT: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda c: [], 'it has no "format"'),
    (lambda c: c | {"version": 2}, "its version is 2, and this package reads 1"),
    (lambda c: c | {"version": 1.0}, r"its version is 1\.0, and this package reads 1"),
    (lambda c: {key: each for key, each in c.items() if key != "rows"}, "differs in rows"),
    (lambda c: c | {"more": 1}, "differs in more"),
    (lambda c: c | {"rows": c["rows"][:-1]}, "as long as one another"),
    (lambda c: c | {"rows": [99, *c["rows"][1:]]}, r"rows\[0\] must be a whole number from 0 to"),
    (lambda c: c | {"first": [True, *c["first"][1:]]}, r"first\[0\] must be a whole number"),
    (lambda c: c | {"first": [99, *c["first"][1:]]}, r"first\[0\] must be a whole number"),
    (lambda c: c | {"first": [-1, *c["first"][1:]]}, r"first\[0\] must be a whole number"),
    (lambda c: c | {"second": [-2, *c["second"][1:]]}, r"second\[0\] must be"),
    (lambda c: c | {"constants": ["1.0"]}, r"constants\[0\] must be a number, got '1\.0'"),
    (lambda c: c | {"outputs": []}, "outputs must have a slot for each number"),
    (lambda c: c | {"outputs": [10**9]}, r"outputs\[0\] must be a whole number"),
    (lambda c: c | {"own": 5}, "own must be a whole number from 0 to 1"),
    (lambda c: c | {"inputs": {"list": ["x"]}}, "inputs must be a tuple"),
    (lambda c: c | {"inputs": {"set": ["x"]}}, "no nesting of inputs"),
    (lambda c: c | {"guards": [[0, "or", 1, True, ""]]}, r"guards\[0\] must be a guard"),
    (lambda c: c | {"guards": [[0, "is", 0, True, ""]]}, "compares with a constant"),
    (lambda c: c | {"names": [[0, 5]]}, r"names\[0\] must have a text"),
    (lambda c: c | {"operations": [["exp", "0"] for _ in c["operations"]]}, "'exp' has other texts"),
    (lambda c: c | {"operations": [["softsine", "0"]]}, "'softsine' is not registered here"),
]


@pytest.mark.parametrize(("change", "message"), CORRUPT)
def test_a_corrupt_file_is_refused(
    change: Callable[[dict[str, Any]], Any], message: str, tmp_path: Path
) -> None:
    w = Value(0.5, "w")
    path = tmp_path / "program.json"
    record(lambda x: (w * x - 1.0).tanh() if x > 0 else x, 2.0).save(path)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(ArgumentError, match=message) as raised:
        RecordedProgram.load(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[" * 100_000, "\x00", '{"format": 1e999}', "9" * 5000]
)
def test_what_is_no_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    path.write_text(text)
    with pytest.raises(ArgumentValueError, match="is no program"):
        RecordedProgram.load(path)


def test_hostile_names_are_names(tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    record(branching, -1.0).save(path)
    content = json.loads(path.read_text())
    hostile = 'x"); import os\nraise SystemExit  #'
    content["names"] = [[0, hostile]]
    content["guards"][0][4] = "\nraise SystemExit\n"
    path.write_text(json.dumps(content))
    loaded = RecordedProgram.load(path)
    assert loaded(-2.0) == 0.0
    assert loaded.batch([[-2.0]]).values == [-0.0]
    assert loaded.source().splitlines()[1].endswith(r"stop()  # \nraise SystemExit\n")
