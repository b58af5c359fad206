"""Programs in ONNX: every row and random graphs in onnxruntime against Python, with derivatives."""

from __future__ import annotations

import math
import re
from random import Random

import pytest
from onnx import TensorProto
from registered import LOG_GAMMA, as_it_was, registered

from autograd import OPERATIONS, Value, record
from autograd.errors import ArgumentValueError
from autograd.program import Line, Program
from autograd.program import onnx as language
from autograd.program.onnx import OPSET, onnx_model
from benchmarks.onnx import PAGE, difference, run
from benchmarks.pages import cells, table
from benchmarks.random_graphs import graph

#: By how many ulp the page says that values and derivatives differ at most.
ON_PAGE = {
    name: (float(value), float(slope))
    for value, slope, names in cells(table("ONNX", PAGE.read_text(encoding="utf-8")))
    for name in re.findall(r"`(\w+)`", names)
}


def test_the_page_has_every_operation() -> None:
    assert ON_PAGE.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_values_and_derivatives_differ_by_what_the_page_says(name: str) -> None:
    value, slope = difference(OPERATIONS[name], 300, seed=1)
    # at other points than the page's it may be an ulp more
    assert value <= ON_PAGE[name][0] + 1.0
    assert slope <= ON_PAGE[name][1] + 1.0


@pytest.mark.parametrize("what", ["value", "partial"])
def test_a_wrong_operator_is_found(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The comparison sees a sine in the place of a cosine, in the value or in the derivative alone."""
    monkeypatch.setitem(language._FUNCTIONS, "onnx_sin" if what == "value" else "onnx_cos", "Tanh")
    value, slope = difference(OPERATIONS["sin"], 100)
    assert slope > 1e6
    assert value > 1e6


# --- random graphs --------------------------------------------------------------------------------


def wrong(seed: int) -> list[str]:
    """The numbers of a random graph that are further off than rounding explains.

    What that is, running the program tells, with each of its numbers moved by some ulp.
    """
    leaves, root = graph(seed)
    inputs = leaves[:2]
    recorded = record(root, *inputs)
    model = onnx_model(recorded, gradients=True)
    names = [each.name for each in model.graph.input]
    found = run(model, {name: [each.data] for name, each in zip(names, inputs, strict=False)})
    own = recorded.gradients(*inputs)
    program = recorded.lines().differentiated()
    slopes = [program.derivative(program.root, name) for name in names]
    symbols = [program.root, *(line.symbol if line else "" for line in slopes)]
    random = Random(seed)

    def moved(_: str, number: float) -> float:
        return number * (1.0 + random.uniform(-8.0, 8.0) * 2.0**-52)

    others = [program.run([each for each in symbols if each], keep=moved) for _ in range(20)]
    off = []
    right = (own.value, *own.inputs, *own.parameters)
    for (name, got), symbol, number in zip(found.items(), symbols, right, strict=True):
        spread = max(abs(other.get(symbol, 0.0) - number) for other in others)
        if not abs(got.item() - number) <= 4.0 * spread + math.ulp(number):
            off.append(f"{name} is {got.item()!r}, and {number!r} in Python")
    return off


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_random_graphs_are_the_same(start: int) -> None:
    assert {seed: found for seed in range(start, start + 20) if (found := wrong(seed))} == {}


def test_a_moved_number_in_a_graph_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    number = language.Graph.number
    monkeypatch.setattr(language.Graph, "number", lambda self, x: number(self, x * (1.0 + 2.0**-40)))
    assert any(map(wrong, range(20)))


def test_a_factor_close_to_1_and_a_term_close_to_0_stay() -> None:
    """onnxruntime leaves such numbers out, where it sees them."""
    model = onnx_model(record(lambda x: [x * 1.000001, 1.0 + x / 0.999999, x + 1e-9, x - 1e-10], 0.5))
    found = [each.item() for each in run(model, {"x": [3.0]}).values()]
    assert found == [3.0 * 1.000001, 1.0 + 3.0 / 0.999999, 3.0 + 1e-9, 3.0 - 1e-10]


# --- models ---------------------------------------------------------------------------------------


def test_examples_are_many_and_derivatives_those_of_the_sum() -> None:
    w, b = Value(0.5, "w"), Value(-1.0, "b")
    program = record(lambda x, t: ((w * x + b).named("y") - t).square().named("E"), 1.0, 2.0)
    model = onnx_model(program, gradients=True)
    rows = [(1.0, 2.0), (2.0, 3.0), (3.0, -1.0)]
    xs, ts = zip(*rows, strict=True)
    found = run(model, {"x": xs, "t": ts})
    values, slopes = program.batch(rows)
    assert found["E"].tolist() == values
    assert [found["w.grad"].item(), found["b.grad"].item()] == slopes
    assert found["w.grad"].shape == ()
    assert found["x.grad"].tolist() == [program.gradients(*row).inputs[0] for row in rows]


def test_a_parameter_may_be_given() -> None:
    w = Value(0.5, "w")
    model = onnx_model(record(lambda x: (w * x).named("y"), 1.0))
    assert run(model, {"x": [2.0]})["y"].tolist() == [1.0]
    assert run(model, {"x": [2.0], "w": 0.25})["y"].tolist() == [0.5]


def test_what_does_not_depend_on_the_example_has_a_number_for_each() -> None:
    w = Value(3.0, "w")
    program = record(lambda x: [(w * w + 0.0 * x).named("y"), w * 2.0, x], 1.0)
    found = run(onnx_model(program, gradients=True), {"x": [1.0, 2.0]})
    assert [each.tolist() for each in found.values()] == [
        [9.0, 9.0], [6.0, 6.0], [1.0, 2.0], [0.0, 0.0], 12.0
    ]  # fmt: skip
    found = run(onnx_model(record(lambda x: w + x, 1.0), gradients=True), {"x": [1.0, 2.0]})
    assert found["w.grad"].item() == 2.0


def test_results_may_be_leaves_and_numbers_and_the_same_twice() -> None:
    y = Value(2.0)
    found = run(onnx_model(record(lambda x: [x, x, y], 1.0), gradients=True), {"x": [3.0]})
    assert [each.tolist() for each in found.values()] == [[3.0], [3.0], [2.0], [1.0], 0.0]


def test_a_program_without_inputs_is_of_single_numbers() -> None:
    w = Value(3.0, "w")
    found = run(onnx_model(record((w * w).named("y")), gradients=True), {})
    assert {name: (each.shape, each.item()) for name, each in found.items()} == {
        "y": ((), 9.0),
        "w.grad": ((), 6.0),
    }


def test_a_program_of_lines_starts_from_its_own_numbers() -> None:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    program = Program.from_graph((((w * x).named("y") - 3.0) ** 2).named("E"))
    found = run(onnx_model(program, gradients=True), {"x": 4.0})
    assert {name: each.item() for name, each in found.items()} == {
        "E": 1.0, "w.grad": -8.0, "x.grad": -1.0
    }  # fmt: skip
    lines = Program(
        [Line.of("y", "x % 3.0", {"x": "a"}), Line.of("z", "-x % 3.0", {"x": "a"})], {"a": 4.0}
    )
    assert [each.item() for each in run(onnx_model(lines), {}).values()] == [1.0, 2.0]


@pytest.mark.parametrize("name", OPERATIONS)
def test_everything_is_float64(name: str) -> None:
    program = record(getattr(Value, name), *[1.5 if name == "acosh" else 0.5] * OPERATIONS[name].arity)
    model = onnx_model(program, gradients=True)
    graph = model.graph
    assert [(each.domain, each.version) for each in model.opset_import] == [("", OPSET)]
    kinds = {each.data_type for each in graph.initializer}
    kinds |= {
        each.type.tensor_type.elem_type for each in [*graph.input, *graph.output, *graph.value_info]
    }
    assert kinds <= {TensorProto.DOUBLE, TensorProto.BOOL, TensorProto.INT64}
    assert "Cast" not in {node.op_type for node in graph.node}
    # every number in it has a known shape
    named = {each.name for each in [*graph.value_info, *graph.output]}
    assert {output for node in graph.node for output in node.output} <= named


# --- what is refused ------------------------------------------------------------------------------


def test_a_decision_of_python_is_refused() -> None:
    program = record(lambda x: x * 2.0 if x > 0.0 else x, 1.0)
    with pytest.raises(
        ArgumentValueError,
        match=r"test_onnx.py:\d+: .*, which a model of ONNX would",
    ):
        onnx_model(program)


def test_a_python_function_is_refused_by_name() -> None:
    with as_it_was():
        registered("log_gamma", **LOG_GAMMA)
        program = record(lambda x: x.log_gamma().named("y"), 3.0)
        with pytest.raises(ArgumentValueError, match=r"y: 'log_gamma' is a Python function, which ONNX"):
            onnx_model(program)


def test_derivatives_of_mere_lines_are_refused() -> None:
    with pytest.raises(ArgumentValueError, match="made of a graph"):
        onnx_model(Program([Line.of("y", "x * x", {"x": "a"})], {"a": 3.0}), gradients=True)
