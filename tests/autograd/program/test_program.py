"""Programs: the same numbers as the graph's, forward and in reverse, and whatever is done to lines."""

from __future__ import annotations

import gc
import linecache
import math
import re
import struct
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import finite_numbers, operands_of, operations

import autograd
from autograd import OPERATIONS, AutogradError, Operation, Value
from autograd.program import KINDS, Line, LineError, Program
from autograd.program.python import stepping
from autograd.strategies import Graph, graphs


def bits(number: float) -> bytes:
    return b"nan" if math.isnan(number) else struct.pack("<d", number)


def leaves_named(graph: Graph) -> dict[str, Value]:
    return {leaf.name: leaf for leaf in graph.leaves}  # type: ignore[misc]


def assert_same_bits(root: Value) -> None:
    """A program of the root's operations computes what eager `backward` does, to the last bit."""
    program = Program.from_graph(root, "operations").differentiated()
    nodes = list(reversed(autograd.topological_order(root)))
    for node in nodes:
        node.grad = 0.0
    root.backward()
    numbers = program.run()
    found = sorted(
        (bits(numbers[symbol]), bits(numbers[line.symbol]))
        for symbol in (*program.given, *program.lines)
        if (line := program.derivative(program.root, symbol)) is not None
    )
    assert found == sorted((bits(node.data), bits(float(node.grad))) for node in nodes)


# --- one operation per line ----------------------------------------------------------------------


@given(graphs(max_size=20))
def test_operations_have_the_numbers_of_backward_to_the_last_bit(graph: Graph) -> None:
    assert_same_bits(graph.result)


@given(graphs(max_size=20), st.data())
def test_other_numbers_are_those_of_a_graph_recorded_there(graph: Graph, data: st.DataObject) -> None:
    program = Program.from_graph(graph.result, "operations", leaves_named(graph)).differentiated()
    others = [data.draw(st.floats(-3.0, 3.0)) for _ in graph.leaves]
    given_ = {f"x{index}": number for index, number in enumerate(others)}
    symbols = [line.symbol for name in given_ if (line := program.derivative(program.root, name))]
    nodes = [Value(number) for number in others]
    try:
        result = graph.function(*nodes)
    except AutogradError:
        with pytest.raises(LineError):
            program.run([program.root, *symbols], given_)
        return
    result.backward()
    numbers = program.run([program.root, *symbols], given_)
    assert bits(numbers[program.root]) == bits(result.data)
    assert [bits(numbers[symbol]) for symbol in symbols] == [
        bits(float(node.grad))
        for node, name in zip(nodes, given_, strict=True)
        if program.derivative(program.root, name)
    ]


@given(operations, st.data())
def test_every_row(operation: Operation, data: st.DataObject) -> None:
    numbers = data.draw(operands_of(operation, finite_numbers))
    leaves = [Value(number) for number in numbers]
    try:
        node = getattr(leaves[0], operation.name)(*leaves[1:])
    except AutogradError:
        return
    assert_same_bits(node)


@given(st.sampled_from([row for row in OPERATIONS.values() if row.arity == 2]), st.data())
def test_an_operand_that_stands_twice_or_is_a_number(operation: Operation, data: st.DataObject) -> None:
    number, other = data.draw(operands_of(operation, finite_numbers))
    x = Value(number, "x")
    for make in (
        lambda: getattr(x, operation.name)(x),
        lambda: getattr(x, operation.name)(other),
        lambda: getattr(autograd, operation.name)(other, x),
    ):
        try:
            node = make()
        except AutogradError:
            continue
        assert_same_bits(node)


@pytest.mark.parametrize("rounds", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_operations_and_no_recursion(rounds: int) -> None:
    w, x = Value(1e-7, "w"), Value(1.0, "x")
    y = x
    for index in range(rounds):
        y = y + (y * w if index % 2 else w * x)
    assert_same_bits(y)


def test_symbols_never_collide() -> None:
    one, other, named = Value(1.0, "x"), Value(2.0, "x"), Value(3.0, "v1")
    node = ((one * other) * named).named("dv2/dx") * Value(5.0)
    for level in ("operations", "named"):
        program = Program.from_graph(node, level).differentiated()
        assert len(program.lines.keys() | program.given.keys()) == len(program.lines) + len(
            program.given
        )
        assert (program.given["x"], program.given["x (2)"], program.given["v1"]) == (1.0, 2.0, 3.0)
        assert program.run([program.root]) == {program.root: 30.0}
        line = program.derivative(program.root, "x (2)")
        assert line is not None
        assert program.run([line.symbol]) == {line.symbol: 15.0}


def test_rows_are_shared_and_not_copied() -> None:
    x = Value(2.0, "x")
    program = Program.from_graph((x * 3) * (x * 5), "operations")
    trees = {id(line.tree) for line in program.lines.values()}
    assert trees == {id(OPERATIONS["mul"].value.tree)}


# --- one named quantity per line -----------------------------------------------------------------


@given(graphs(max_size=15, limit=1e6, slope_limit=1e6), st.data())
def test_named_quantities_have_the_numbers_of_the_graph(graph: Graph, data: st.DataObject) -> None:
    nodes = [node for node in autograd.topological_order(graph.result) if node.operation]
    for number, node in enumerate(nodes):
        if data.draw(st.booleans()):
            node.name = f"n{number}"
    graph.result.name = "E"
    program = Program.from_graph(graph.result, symbols=leaves_named(graph)).differentiated()
    graph.result.backward()
    numbers = program.run()
    everything = [*nodes, *graph.leaves]
    scale = max([1.0, *(abs(float(node.grad)) for node in everything)])
    for node in everything:
        if node.name:
            assert math.isclose(numbers[node.name], node.data, rel_tol=1e-9, abs_tol=1e-9)
            gradient = numbers[program.derivative("E", node.name).symbol]  # type: ignore[union-attr]
            if math.isfinite(gradient):
                assert abs(gradient - float(node.grad)) <= 1e-7 * scale


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("level", ["named", "operations"])
def test_nan_propagates_whichever_operand_it_is(name: str, level: str) -> None:
    x, y = Value(3.0, "x"), Value(math.nan, "y")
    for operands in ((x, y), (y, x)):
        result = getattr(autograd, name)(*operands).named("z")
        program = Program.from_graph(result, level)
        assert math.isnan(program.run(["z"])["z"])
        assert math.isnan(program.run(["z"], keep=lambda _, number: number)["z"])
        ((_, number),) = stepping(program.lines.values(), program.given)
        assert math.isnan(number)


def test_the_lines_of_a_page_of_notes() -> None:
    w, x, t = Value(0.5, "w"), Value(2.0, "x"), Value(1.0, "t")
    net = (w * x).named("net")
    out = net.sigmoid().named("out")
    error = (0.5 * (t - out) ** 2).named("E")
    program = Program.from_graph(error).differentiated()
    assert {symbol: line.formula for symbol, line in program.lines.items()} == {
        "net": "w * x",
        "out": "sigmoid(net)",
        "E": "0.5 * (t - out) ** 2.0",
        "dE/dE": "1.0",
        "dE/dout": "-(t - out)",
        "dout/dnet": "out * (1.0 - out)",
        "dE/dnet": "dE/dout * dout/dnet",
        "dnet/dw": "x",
        "dE/dw": "dE/dnet * x",
        "dnet/dx": "w",
        "dE/dx": "dE/dnet * w",
        "dE/dt": "t - out",
    }
    assert {line.kind for line in program.lines.values()} == {"value", "partial", "gradient"}


def test_several_uses_are_contributions_and_their_sum() -> None:
    x = Value(3.0, "x")
    y, z = (x * x).named("y"), (-x).named("z")
    program = Program.from_graph((y + z + x).named("E")).differentiated()
    formulas = {line.symbol: line.formula for line in program.lines.values() if line.below == "x"}
    assert formulas == {
        "dy/dx": "2.0 * x",
        "dE/dx via y": "dE/dy * dy/dx",
        "dz/dx": "-1.0",
        "dE/dx via z": "-dE/dz",
        "dE/dx directly": "1.0",
        "dE/dx": "dE/dx via y - dE/dz + dE/dx directly",
    }
    assert program.run(["dE/dx"]) == {"dE/dx": 6.0}
    assert [line.above for line in program.contributions("x")] == ["y", "z", "E"]
    assert program.users["x"] == ["y", "z", "E"]


def test_what_does_not_lead_there_is_recorded_too_and_its_gradient_is_zero() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    error, other = (x * x).named("E"), (x * y).named("other")
    names = {"y": y, "other": other, "E": error}
    program = Program.from_graph(error, symbols=names).differentiated()
    assert list(program.lines)[:2] == ["other", "E"]
    assert program.run(["other", "dE/dy", "dE/dother", "dE/dx"]) == {
        "other": 6.0, "dE/dy": 0.0, "dE/dother": 0.0, "dE/dx": 4.0,
    }  # fmt: skip


def test_a_formula_brackets_what_begins_with_a_sign() -> None:
    loss = {"x": "-ln p", "z": "p"}
    assert Line.of("y", "x ** 2.0 - z", loss).formula == "(-ln p) ** 2.0 - p"
    assert Line.of("y", "x ** 2.0 - z", {"x": "{p}", "z": -2.0}).formula == "{p} ** 2.0 - -2.0"
    assert Line.of("y", "x ** 2.0 - z", {"x": -0.0, "z": "-ln p"}).formula == "(-0.0) ** 2.0 - -ln p"


def test_a_wide_sum_and_a_deep_formula() -> None:
    weights = [Value(1.0 / 3000, f"w{i}") for i in range(3000)]
    total = weights[0] * 2.0
    for weight in weights[1:]:
        total = total + weight * 2.0
    program = Program.from_graph(total.named("net")).differentiated()
    assert program.run(["net", "dnet/dw7"])["net"] == total.data
    deep = Value(0.5, "x")
    for _ in range(3000):
        deep = 1.0 - deep
    deep.name = "y"
    assert Program.from_graph(deep).run(["y"]) == {"y": 0.5}


def test_a_formula_that_nobody_could_read() -> None:
    y = Value(1.0, "x")
    for _ in range(30):
        y = y + y
    with pytest.raises(AutogradError, match="name nodes on the way, or use the level 'operations'"):
        Program.from_graph(y)
    assert Program.from_graph(y, "operations").run(["v30"]) == {"v30": 2.0**30}


# --- what is done to lines -----------------------------------------------------------------------


def program_of_a_step() -> Program:
    w, x, t = Value(0.5, "w"), Value(2.0, "x"), Value(1.0, "t")
    out = (w * x).named("net").tanh().named("out")
    program = Program.from_graph(((t - out) ** 2).named("E")).differentiated()
    update = Line.of("w+", "w - rate * g", {"w": "w", "rate": "rate", "g": "dE/dw"}, "update")
    return program.extended([update], {"rate": 0.1}, {"w": "w+"})


@pytest.mark.parametrize("kind", ["value", "partial", "gradient", "update"])
def test_a_wrong_line_changes_what_is_computed_of_it(kind: str) -> None:
    program = program_of_a_step()
    right = program.run()
    for line in program.lines.values():
        if line.kind == kind and line.symbol in {"net", "out", "dout/dnet", "dE/dout", "dE/dnet", "w+"}:
            wrong = program.rewritten([line.rewritten("2.0 * {}")])
            numbers = wrong.run()
            assert numbers[line.symbol] == 2.0 * right[line.symbol]
            assert numbers["w+"] != right["w+"]
            assert wrong.train(3)["w"] != program.train(3)["w"]
            assert program.run() == right


def test_a_partial_that_is_written_into_its_products_is_still_there() -> None:
    program = program_of_a_step()
    assert (program.lines["dnet/dw"].formula, program.lines["dnet/dw"].kind) == ("x", "partial")
    assert program.run(["dnet/dw"]) == {"dnet/dw": 2.0}


@given(st.integers(0, 5), st.floats(-1.0, 1.0))
def test_rounds_are_one_update_after_the_other(rounds: int, w: float) -> None:
    program = program_of_a_step()
    numbers = program.given | {"w": w}
    for _ in range(rounds):
        numbers["w"] = program.run(["w+"], numbers)["w+"]
    assert program.train(rounds, {"w": w}) == numbers


def test_the_callback_sees_every_number_once_and_its_answer_is_carried_on() -> None:
    program = program_of_a_step()
    seen: dict[str, float] = {}

    def keep(symbol: str, number: float) -> float:
        assert symbol not in seen
        seen[symbol] = number
        return round(number, 2)

    numbers = program.run(["w+"], keep=keep)
    assert list(seen) == ["net", "out", "dE/dout", "dout/dnet", "dE/dnet", "dE/dw", "w+"]
    assert seen["dE/dout"] == -2.0 * (1.0 - round(math.tanh(1.0), 2))
    assert numbers == {"w+": round(seen["w+"], 2)}
    assert program.train(2, keep=lambda _, number: number) == program.train(2)


def test_an_error_of_the_callback_is_its_own() -> None:
    def refuse(symbol: str, number: float) -> float:
        raise ValueError("no such number")

    with pytest.raises(ValueError, match=r"^no such number$"):
        program_of_a_step().run(["w+"], keep=refuse)


def test_numbers_instead() -> None:
    program = program_of_a_step()
    assert program.run(["net", "w"], {"w": 3.0}) == {"net": 6.0, "w": 3.0}
    assert program.run(["out", "net"], {"net": 0.0}) == {"out": 0.0, "net": 0.0}
    with pytest.raises(KeyError, match="no number 'w5'"):
        program.run(["w5"])


@pytest.mark.parametrize(
    ("text", "operands", "message"),
    [
        ("x / y", {"x": "a", "y": 0.0}, r"b = a / 0.0 has no result where a = -1.0: float division"),
        ("exp(x)", {"x": 1000.0}, r"b = exp\(1000.0\) has no result: math range error"),
        ("x ** y", {"x": -8.0, "y": 0.5}, "not a real number"),
        ("log(x)", {"x": "a"}, r"b = log\(a\) has no result where a = -1.0: "),
    ],
)
@pytest.mark.parametrize("kept", [False, True])
def test_a_line_without_a_result_says_which(
    text: str, operands: dict[str, str | float], message: str, kept: bool
) -> None:
    lines = [Line.of("b", text, operands), Line.of("c", "x", {"x": "b"}, "update")]
    program = Program(lines, {"a": -1.0}, {"a": "c"})
    keep = (lambda symbol, number: number) if kept else None
    for run in (lambda: program.run(["c"], keep=keep), lambda: program.train(2, keep=keep)):
        with pytest.raises(LineError, match=message) as raised:
            run()
        assert raised.value.line is lines[0]


def test_derivatives_never_raise() -> None:
    x = Value(4.0, "x")
    program = Program.from_graph((x.sqrt().named("root") ** 2).named("E")).differentiated()
    assert math.isnan(program.run(["dE/dx"], {"x": 0.0})["dE/dx"])
    assert program.run(["droot/dx"], {"x": 0.0}) == {"droot/dx": math.inf}


def test_training_goes_on_after_an_infinite_slope() -> None:
    x, t = Value(1.0, "x"), Value(0.0, "t")
    program = Program.from_graph((x.sqrt() * t).named("E")).differentiated()
    lines = [
        Line.of("t+", "t + 1.0 + 0.0 * g", {"t": "t", "g": "dE/dt"}, "update"),
        Line.of("x+", "abs(x - 1.0) if g > -1.0 else x", {"x": "x", "g": "dE/dx"}, "update"),
    ]
    program = program.extended(lines, updates={"x": "x+", "t": "t+"})
    numbers = dict(program.given)
    for _ in range(5):
        found = program.run(["x+", "t+"], numbers)
        numbers = {"x": found["x+"], "t": found["t+"]}
    assert program.train(5) == numbers


def test_a_line_that_depends_on_itself() -> None:
    lines = [Line.of("a", "x", {"x": "b"}), Line.of("b", "x", {"x": "a"})]
    with pytest.raises(ValueError, match=r"'a' depends on itself|'b' depends on itself"):
        Program(lines, {}).run(["a"])


def test_what_is_no_program() -> None:
    line = Line.of("y", "x", {"x": "a"})
    with pytest.raises(ValueError, match="'y' stands for two numbers"):
        Program([line, line], {"a": 1.0})
    with pytest.raises(ValueError, match="'a' stands for two numbers"):
        Program([Line.of("a", "1.0")], {"a": 1.0})
    with pytest.raises(ValueError, match="not 'b' by 'y'"):
        Program([line], {"a": 1.0}, {"b": "y"})
    with pytest.raises(KeyError, match="no line 'z'"):
        Program([line], {"a": 1.0}).rewritten([Line.of("z", "1.0")])
    with pytest.raises(ValueError, match="made of a graph"):
        Program([line], {"a": 1.0}).differentiated()
    with pytest.raises(KeyError, match="no number 'E'"):
        Program.from_graph(Value(1.0, "x")).differentiated("E")
    with pytest.raises(ValueError, match="kind must be one of value"):
        Line.of("y", "x", {"x": "a"}, "net")
    for text in ("x + q", "x.real", "open(x)", "x +", "2 * x"):
        with pytest.raises(ValueError, match=re.escape(repr(text))):
            Line.of("y", text, {"x": "a"})
        with pytest.raises(ValueError, match=re.escape(repr(text))):
            line.rewritten(text)
        assert not line.can_be(text)
    with pytest.raises(ValueError, match="level"):
        Program.from_graph(Value(1.0), "layers")
    with pytest.raises(TypeError, match=r"root must be a Value, got 1\.0"):
        Program.from_graph(1.0)  # type: ignore[arg-type]


def test_a_leaf_alone() -> None:
    for level in ("operations", "named"):
        program = Program.from_graph(Value(2.0), level).differentiated()
        assert program.given == {"v1": 2.0}
        assert program.run() == {"v1": 2.0, "dv1/dv1": 1.0}


def test_a_number_that_is_a_result_among_results() -> None:
    x = Value(3.0, "x")
    y = (x * x).named("y")
    program = Program.from_graph((y * 2).named("z")).differentiated("y").differentiated("z")
    assert program.run(["dy/dx", "dz/dx"]) == {"dy/dx": 6.0, "dz/dx": 12.0}


# --- what it looks like --------------------------------------------------------------------------


def test_the_source_is_python_that_runs() -> None:
    program = program_of_a_step()
    scope = {"tanh": math.tanh}
    exec(program.source(wanted=["w+"]), scope)
    assert scope["program"](0.5, 2.0, 1.0, 0.1) == (program.run(["w+"])["w+"],)  # type: ignore[operator]


def test_a_traceback_shows_the_line() -> None:
    import traceback

    lines = [Line.of("b", "1.0 / x", {"x": "a"}, "gradient"), Line.of("c", "log(x)", {"x": "a"})]
    program = Program(lines, {"a": -1.0})
    function = program.run  # the source stays registered as long as the function lives
    with pytest.raises(LineError) as raised:
        function(["b", "c"])
    shown = "".join(traceback.format_exception(raised.value.__context__))
    assert "c = log(a)" in shown


def test_plain_data_and_kinds() -> None:
    found = program_of_a_step().to_dict()
    assert found["given"]["rate"] == 0.1
    assert found["updates"] == {"w": "w+"}
    assert {line["kind"] for line in found["lines"]} <= KINDS.keys()
    line = next(line for line in found["lines"] if line["symbol"] == "dout/dnet")
    assert line == {
        "symbol": "dout/dnet", "kind": "partial", "formula": "1.0 - out ** 2.0", "needs": ["out"],
        "above": "out", "below": "net",
    }  # fmt: skip


def test_the_same_function_for_a_variant_that_computes_by_the_same_lines() -> None:
    program = program_of_a_step()
    variant = program.rewritten([program.lines["E"].rewritten("2.0 * {}")])
    program.run(["w+"])
    variant.run(["w+"])
    assert program._found.keys() == variant._found.keys()
    assert [*program._found.values()] == [*variant._found.values()]
    assert variant.run(["E"])["E"] == 2.0 * program.run(["E"])["E"]


@given(st.lists(st.text(max_size=6), min_size=1, max_size=8, unique=True))
def test_any_symbols(symbols: list[str]) -> None:
    numbers = {symbol: float(index) for index, symbol in enumerate(symbols)}
    lines = [Line.of(f"{symbol}+", "x + 1.0", {"x": symbol}) for symbol in symbols]
    lines = [line for line in lines if line.symbol not in numbers]
    program = Program(lines, numbers)
    assert program.run() == numbers | {line.symbol: numbers[line.symbol[:-1]] + 1.0 for line in lines}


def test_random_programs_of_many_uses() -> None:
    random = Random(3)
    for _ in range(20):
        nodes = [Value(random.uniform(-2.0, 2.0), f"x{i}") for i in range(3)]
        for _ in range(60):
            a, b = random.choice(nodes), random.choice(nodes[-5:])
            nodes.append(random.choice([a * b, a - b, a + b, (a * b).tanh(), a * 0.0, -b]))
        assert_same_bits(nodes[-1])


def test_sources_are_forgotten_but_not_at_once() -> None:
    """Functions go at any moment, also while `linecache.checkcache` walks through its files."""

    def sources() -> list[str]:
        gc.collect()
        return [name for name in linecache.cache if name.startswith("<program ")]

    programs = [program_of_a_step() for _ in range(10)]
    for program in programs:
        program.run()
    kept = sources()
    programs.clear()
    del program
    assert sources() == kept
    program_of_a_step().run()
    assert len(sources()) < len(kept) - 5


# --- very many lines --------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffled", [False, True])
def test_what_is_computed_line_by_line_is_the_same(
    shuffled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, w = Value(0.0, "x"), Value(2.0, "w")
    root = ((x * w).sqrt() + w.exp()).named("E")  # with an infinite slope
    compiled = Program.from_graph(root, "operations").differentiated()
    lines = [*compiled.lines.values()]
    if shuffled:
        Random(1).shuffle(lines)
    stepped = Program(lines, compiled.given)
    monkeypatch.setattr("autograd.program.program._MOST_COMPILED", 0)
    assert stepped._ordered is not shuffled
    wanted = [*compiled.lines]
    found, elsewhere = stepped.run(wanted), stepped.run(["dE/dw"], {"x": 1.0})
    assert stepped.run(["E"], {"v2": 3.0})["E"] == 3.0 + math.exp(2.0)
    with pytest.raises(LineError, match="sqrt"):
        stepped.run(wanted, {"x": -1.0})
    with pytest.raises(KeyError):
        stepped.run(["nothing"])
    monkeypatch.undo()
    expected = compiled.run(wanted)
    assert elsewhere == compiled.run(["dE/dw"], {"x": 1.0})
    assert {each: bits(number) for each, number in found.items()} == {
        each: bits(number) for each, number in expected.items()
    }
    assert math.isinf(found["dE/dv1"])
