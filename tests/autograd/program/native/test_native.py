"""Native replay: the numbers of eager computation to the bit, or the error of eager computation."""

from __future__ import annotations

import gc
import math
import random
import threading
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaks import left_behind
from registered import HUBER, LOG_GAMMA, SOFTSIGN, as_it_was, registered
from replays import batch, bits
from strategies import SPECIAL

import autograd
from autograd import OPERATIONS, AutogradError, BranchError, Operation, Value, record
from autograd.expression import PRIMITIVES, Expression
from autograd.program.engine import Plan, Stopped
from autograd.program.native import built_in, code, compiler, engine, functions
from autograd.program.native.engine import ENGINE, InterpretedRunner, StraightRunner
from autograd.program.stepping import SteppingRunner
from autograd.program.tape import Leaves, Tape
from autograd.program.texts import body_of
from autograd.strategies import Graph, graphs

pytestmark = pytest.mark.native

PLAN = Plan("native", "", "")
NATIVE = [StraightRunner, InterpretedRunner]

#: What rows are tried on besides: where texts choose another form, and where exp and its kin overflow.
POINTS = [*SPECIAL, 0.3, -0.7, 1.25, 0.65, -38.2, 25.3, 700.5, -745.3, -1600.0, 1e-310, -1e-160, 3e200]


def backward(runner: Any, leaves: Sequence[float]) -> list[str] | None:
    """The outputs and derivatives; None if the runner stops."""
    try:
        outputs, found = runner.backward(leaves)
    except Stopped:
        return None
    assert bits(runner.forward(leaves)) == bits(outputs)
    return bits([*outputs, *found])


def tapes_of(operation: Operation) -> list[Tape]:
    """The operation on inputs and on parameters, and with numbers in the place of one operand."""
    found = []
    for constants in (
        [()] if operation.arity == 1 else [(), (2.0, 0), (0.5, 0), (2.0, 1), (-1.0, 1), (0.5, 1)]
    ):
        for start in (0.5, 2.0):
            leaves = [Value(start) for _ in range(operation.arity - bool(constants))]
            operands: list[Any] = list(leaves)
            if constants:
                operands.insert(constants[1], constants[0])
            try:
                node = getattr(autograd, operation.name)(*operands)
            except AutogradError:
                continue
            found += [
                Tape.of([node], Leaves(leaves[:inputs], leaves[inputs:]))
                for inputs in range(len(leaves) + 1)
            ]
            break
    return found


def check_rows(operations: Sequence[Operation], count: int) -> None:
    """Compare both forms of machine code with the operations computed by Python, at many points."""
    draw = random.Random(7)
    for operation in operations:
        tapes = tapes_of(operation)
        assert tapes
        for tape in tapes:
            stepping = SteppingRunner(tape, PLAN)
            points = [[draw.choice(POINTS) for _ in range(tape.leaves)] for _ in range(count)]
            points += [[each] * tape.leaves for each in POINTS]
            for kind in NATIVE:
                runner = kind(tape, PLAN)
                for point in points:
                    found, expected = backward(runner, point), backward(stepping, point)
                    # it may stop after infinite operands, where Python does not raise
                    if found is None and expected is not None:
                        where = [*point, *tape.constants, stepping.forward(point)[0]]
                        assert not all(map(math.isfinite, where)), (operation, point)
                        continue
                    assert found == expected, (operation, kind, tape.constants, point)
                rows = [point[: tape.inputs] for point in points[:37]]
                numbers = points[0][tape.inputs :]
                arguments = (rows, numbers, [0.5] * len(numbers), 0.1)
                assert batch(runner, *arguments) == batch(stepping, *arguments), (operation, kind)


@pytest.fixture
def no_text_called_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python is called for functions of the C library alone, where this one has other results."""

    def called_back(name: str, *rest: Any) -> functions.Callback:
        assert body_of(name) is None, f"{name} is called back"
        return functions.Callback(name, *rest)

    monkeypatch.setattr(code, "Callback", called_back)


@pytest.mark.usefixtures("no_text_called_back")
@pytest.mark.parametrize("part", range(8))
def test_every_row_at_many_points(part: int, everything: bool) -> None:
    check_rows(list(OPERATIONS.values())[part::8], 200 if everything else 12)


@pytest.mark.usefixtures("no_text_called_back")
def test_a_row_that_is_called_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OPERATIONS["sigmoid"], "ieee", Expression("nan", ()))
    with pytest.raises(AssertionError, match="sigmoid is called back"):
        check_rows([OPERATIONS["silu"]], 1)


def test_a_wrong_instruction_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    import ast

    monkeypatch.setitem(code._COMPARISONS, ast.LtE, code._COMPARISONS[ast.Lt])
    with pytest.raises(AssertionError, match="relu"):
        check_rows([OPERATIONS["relu"]], 1)


# --- whole graphs ---------------------------------------------------------------------------------


@given(graphs(max_size=20), st.data())
def test_random_graphs_at_other_points(graph: Graph, data: st.DataObject) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    tape = program.tape
    points = [numbers, *(data.draw(st.tuples(*[st.floats(-3.0, 3.0)] * len(numbers))) for _ in range(4))]
    runners = [*(kind(tape, PLAN) for kind in NATIVE)]
    for point in points:
        nodes = [Value(number) for number in point]
        try:
            result = graph.function(*nodes)
        except AutogradError:
            assert [backward(runner, list(point)) for runner in runners] == [None, None]
            continue
        result.backward()
        expected = bits([result.data, *(node.grad for node in nodes)])
        for runner in runners:
            assert backward(runner, list(point)) in (expected, None)


@given(graphs(max_size=15), st.integers(1, 20), st.sampled_from([2, 4, 8]), st.data())
def test_random_graphs_in_lanes(graph: Graph, count: int, lanes: int, data: st.DataObject) -> None:
    """Parameters used several times, and examples that are no multiple of the lanes."""
    leaves = graph.leaves
    inputs = data.draw(st.integers(0, len(leaves)))
    tape = Tape.of([graph.result], Leaves(leaves[:inputs], leaves[inputs:]))
    parameters = [leaf.data for leaf in leaves[inputs:]]
    number = st.floats(-2.0, 2.0)
    rows = [[data.draw(number) for _ in range(inputs)] for _ in range(count)]
    sums = [data.draw(st.sampled_from([0.0, -0.0, 1.5, -1e300])) for _ in parameters]
    arguments = (rows, parameters, sums, data.draw(st.sampled_from([1.0, 0.1, 0.0])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "host_lanes", lambda: lanes)
        runner = StraightRunner(tape, PLAN)
        stepping = SteppingRunner(tape, PLAN)
        assert batch(runner, *arguments) == batch(stepping, *arguments)
        found = [bits(each) for each in runner.forwards(rows, parameters)]
        expected = [bits(each) for each in stepping.forwards(rows, parameters)]
        assert found == expected[: len(found)]


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_outputs_in_lanes_are_those_of_all_examples_up_to_the_register_that_stops(
    lanes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "host_lanes", lambda: lanes)
    w, x = Value(0.5), Value(2.0)
    tape = Tape.of([(w * x).log(), x * x, w], Leaves([x], [w]))
    rows = [[1.0 + number] for number in range(19)]
    found = StraightRunner(tape, PLAN).forwards(rows, [0.5])
    assert found == [(math.log(0.5 * row), row * row, 0.5) for (row,) in rows]
    rows[17] = [-1.0]
    assert len(StraightRunner(tape, PLAN).forwards(rows, [0.5])) == 17 // lanes * lanes


@cache
def of_all_lanes(name: str, lanes: int) -> Any:
    """Machine code for all lanes at once that has the very results of the scalar function."""
    module = code.Module()
    inside = code.Code(module, lanes)
    operands = [f"%x{place}" for place in range(OPERATIONS[name].arity)]
    result = inside._each(module.called(name, len(operands), True), operands)
    taken = ", ".join(f"{inside.kind} {each}" for each in operands)
    lines = "\n".join(inside.lines)
    body = f"entry:\n{lines}\n  ret {inside.kind} {result}\n"
    return compiler.Machine(module.text(f"define {inside.kind} @f({taken}) nounwind {{\n{body}}}"), 1)


def vector(module: code.Module, name: str, lanes: int) -> int | None:
    """What stands for `Module.vector`, so that batches with vector functions have eager's numbers."""
    known = module.functions == "vector" and lanes > 1 and functions.library_address(name)
    return of_all_lanes(name, lanes).address("f") if known else None


def check_vectors(tape: Tape, *arguments: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code.Module, "vector", vector)
        patch.setattr(engine, "host_lanes", lambda: 2)  # as wide as any machine has them
        runner = StraightRunner(tape, PLAN, "vector")
        assert batch(runner, *arguments) == batch(SteppingRunner(tape, PLAN), *arguments)


@given(graphs(max_size=15), st.integers(2, 5), st.data())
def test_random_graphs_with_vector_functions(graph: Graph, count: int, data: st.DataObject) -> None:
    leaves = graph.leaves
    inputs = data.draw(st.integers(0, len(leaves)))
    tape = Tape.of([graph.result], Leaves(leaves[:inputs], leaves[inputs:]))
    parameters = [leaf.data for leaf in leaves[inputs:]]
    rows = [[data.draw(st.floats(-3.0, 3.0)) for _ in range(inputs)] for _ in range(count)]
    check_vectors(tape, rows, parameters, [0.5] * len(parameters), 0.1)


@pytest.mark.parametrize("part", range(4))
def test_every_row_with_vector_functions(part: int) -> None:
    draw = random.Random(11)
    for operation in list(OPERATIONS.values())[part::4]:
        for tape in tapes_of(operation):
            rows = [[draw.choice(POINTS) for _ in range(tape.inputs)] for _ in range(40)]
            for number in (0.3, -0.7, 700.5):
                parameters = [number] * tape.parameters
                check_vectors(tape, rows, parameters, [0.5] * tape.parameters, 0.1)


def test_a_wrong_side_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(0.5)
    tape = Tape.of([x.elu()], Leaves([x], []))
    check_vectors(tape, [[-0.7], [0.7]], [], [], 1.0)
    monkeypatch.setattr(code.Code, "selected", lambda self, test, body, orelse: body)
    with pytest.raises(AssertionError):
        check_vectors(tape, [[-0.7], [0.7]], [], [], 1.0)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("parameters", [2, 3, 9])
def test_a_parameter_is_used_before_and_after_another_one_is_done(count: int, parameters: int) -> None:
    """Its first use is not lost, nor added without the others."""
    leaves = [Value(1.0 + number) for number in range(parameters + 1)]
    x, *shared = leaves
    first = total = sum(shared[1:], shared[0]) * x
    for number, each in enumerate(shared):
        total = each * (number + 2.0) + total * first
    tape = Tape.of([total], Leaves(leaves[:1], leaves[1:]))
    rows = [[0.5 + number] for number in range(count)]
    arguments = (rows, [leaf.data for leaf in shared], [0.0] * parameters, 0.5)
    assert batch(StraightRunner(tape, PLAN), *arguments) == batch(SteppingRunner(tape, PLAN), *arguments)


def network(sizes: Sequence[int], activation: str) -> tuple[Any, list[Value]]:
    draw = random.Random(3)
    weights = [
        [[Value(draw.uniform(-1, 1)) for _ in range(before + 1)] for _ in range(after)]
        for before, after in pairwise(sizes)
    ]

    def out(*signals: Any) -> Any:
        for layer in weights:
            nets = [
                sum((w * x for w, x in zip(neuron, signals, strict=False)), neuron[-1])
                for neuron in layer
            ]
            signals = tuple(getattr(net, activation)() for net in nets)
        return signals[0]

    return out, [w for layer in weights for neuron in layer for w in neuron]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_network_trains_to_the_same_bits_as_eager(activation: str) -> None:
    examples = [(math.sin(k), math.cos(3 * k), float(k % 2)) for k in range(13)]
    found = []
    for native in (True, False):
        out, parameters = network([2, 5, 1], activation)

        def error(x: Any, y: Any, target: Any, out: Any = out) -> Any:
            return (out(x, y) - target).square()

        program = record(error, *examples[0], parameters=parameters).compile("native")
        for _ in range(5):
            if native:
                values, slopes = program.batch(examples, scale=0.125)
            else:
                for each in parameters:
                    each.grad = 0.0
                errors = [error(*map(Value, example)) for example in examples]
                total = sum(errors[1:], errors[0]) * 0.125
                total.backward()
                values, slopes = [each.data for each in errors], [each.grad for each in parameters]
            for each, slope in zip(parameters, slopes, strict=True):
                each.data -= 0.5 * slope
        found.append(bits([*values, *slopes, *(each.data for each in parameters)]))
    assert found[0] == found[1]


def test_zeros_have_the_sign_of_eager_computation() -> None:
    x, w, v = leaves = [Value(1.0) for _ in range(3)]
    node = (-(x * w) * v - w) * -x + (x - w * 0.0).relu() * -(v * v)
    tape = Tape.of([node], Leaves(leaves, []))
    points = [*product([0.0, -0.0, 1.0, -2.0], repeat=3)]
    for kind in NATIVE:
        runner = kind(tape, PLAN)
        for point in points:
            assert backward(runner, point) == backward(SteppingRunner(tape, PLAN), point)


def test_a_large_graph_is_interpreted() -> None:
    x = Value(0.5, "x")
    node = x
    for _ in range(1500):
        node = node * 0.999 + 0.001
    program = record(node, x).compile("native")
    assert (program.plan.engine, program.plan.form) == ("native", "interpreter")
    node.backward()
    assert bits([program(0.5), program.gradients(0.5).inputs[0]]) == bits([node.data, x.grad])
    assert program(1.0) == record(node, x).compile("python")(1.0)


@given(graphs(max_size=20), st.integers(1, 70))
def test_operands_that_are_fetched_ahead(graph: Graph, ahead: int) -> None:
    """As of tapes that the processor's caches do not hold; nothing beyond the ends of arrays is read."""
    leaves = graph.leaves
    tape = Tape.of([graph.result], Leaves(leaves, []))
    numbers = [leaf.data for leaf in leaves]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MOST_CACHED", 0)
        patch.setattr(engine, "FETCHED_AHEAD", ahead)
        runner = InterpretedRunner(tape, PLAN)
    assert backward(runner, numbers) in (backward(InterpretedRunner(tape, PLAN), numbers), None)


def test_arrays_that_are_used_again_keep_nothing() -> None:
    x, w = Value(0.5), Value(2.0)
    tape = Tape.of([(x * w + 3.0).log() * w], Leaves([x], [w]))
    runner, stepping = InterpretedRunner(tape, PLAN), SteppingRunner(tape, PLAN)
    for number in (1.0, 2.0, -5.0, 0.25):
        found = backward(runner, [number, 2.0]), backward(stepping, [number, 2.0])
        assert found[0] == found[1]
        arguments = ([[number], [1.0]], [2.0], [0.5], 0.1)
        assert batch(runner, *arguments) == batch(stepping, *arguments)
        slopes = runner.gradients(runner._forward([1.0, 2.0]))
        assert bits(slopes) == bits(stepping.gradients(stepping._forward([1.0, 2.0])))


def test_the_plan_says_what_was_chosen() -> None:
    x = Value(2.0, "x")
    tape = Tape.of([x * x], Leaves([x], []))
    assert str(ENGINE.runner(tape).plan) == (
        "native, straight-line code: 1 line is compiled, one after the other"
    )


# --- where eager raises ---------------------------------------------------------------------------


def test_it_raises_what_eager_raises_and_changes_nothing() -> None:
    w = Value(1.0, "w")
    program = record(lambda x: (w * x).log() + (-x).exp(), 2.0).compile("native")
    program.backward(2.0)
    before = w.grad
    for wrong, kind in ((-1.0, autograd.DomainError), (0.0, autograd.DomainError)):
        with pytest.raises(kind, match="log") as raised:
            program.backward(wrong)
        with pytest.raises(kind) as expected:
            (w * Value(wrong, "x")).log()
        assert raised.value.operation is expected.value.operation
        with pytest.raises(kind, match="log"):
            program.batch([[1.0], [2.0], [wrong], [3.0]])
    assert (w.data, w.grad) == (1.0, before)


def test_a_failure_that_later_operations_hide_is_found() -> None:
    """1/(1 + e) is 0 where e overflows; a relu has no trace of what lies below 0."""
    for f, wrong in (
        (lambda x: 1.0 / (1.0 + x.exp()), 1000.0),
        (lambda x: (-1.0 / x).relu(), 0.0),
        (lambda x: autograd.min(x.square().cosh(), 1.0), 100.0),
    ):
        program = record(f, 1.0).compile("native")
        assert program.plan.engine == "native"
        with pytest.raises(ArithmeticError):
            f(Value(wrong))
        with pytest.raises(ArithmeticError):
            program(wrong)
        with pytest.raises(ArithmeticError):
            program.batch([[1.0], [wrong]])


def test_a_decision_that_would_be_another_one_is_refused() -> None:
    program = record(lambda x: 0.0 * x if x < 0.0 else x * 1.0, -1.3).compile("native")
    assert program(-2.0) == 0.0
    with pytest.raises(BranchError):
        program(1.34)
    with pytest.raises(BranchError):
        program.batch([[-1.0], [-1.0], [2.0]])


# --- functions of one's own -----------------------------------------------------------------------


#: A row whose derivative names `hypot`, which is a text itself.
LENGTH = {"parameters": "x", "value": "hypot(x, 1.0)", "partials": ["x / hypot(x, 1.0)"], "about": ""}


@pytest.mark.usefixtures("no_text_called_back")
@pytest.mark.parametrize("name", ["softsign", "huber", "log_gamma", "length"])
def test_registered_rows_and_their_python_functions(name: str) -> None:
    texts = {"softsign": SOFTSIGN, "huber": HUBER, "log_gamma": LOG_GAMMA, "length": LENGTH}[name]
    with as_it_was():
        registered(name, **texts)  # type: ignore[arg-type]
        check_rows([OPERATIONS[name]], 30)
        engine.interpreter.cache_clear()


def test_what_a_python_function_raises_is_raised() -> None:
    callback = functions.Callback("broken", 1, by_ieee=False)
    assert callback.raised is None
    PRIMITIVES["broken"] = lambda x: [][int(x)]  # type: ignore[assignment]
    try:
        broken = functions.Callback("broken", 1, by_ieee=False)
        operation = Operation("unregistered", "x", "x + x", partials=["2.0"], about="")
        operation.value.tree = code.ast.parse("broken(x)", mode="eval").body
        x = Value(1.0)
        node = +x
        node.operation = operation
        runner = StraightRunner(Tape.of([node], Leaves([x], [])), PLAN)
        with pytest.raises(IndexError):
            runner.forward([3.0])
        assert broken.address
    finally:
        del PRIMITIVES["broken"]


def test_a_library_with_other_results_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    assert functions.library_address.__wrapped__("sinh") is not None
    monkeypatch.setattr(math, "sinh", lambda x: math.exp(x) / 2.0 - math.exp(-x) / 2.0)
    assert functions.library_address.__wrapped__("sinh") is None


def test_the_functions_of_special_are_compiled_from_their_source() -> None:
    draw = random.Random(5)
    points = [*POINTS, *(draw.uniform(-45.0, 45.0) for _ in range(500))]
    for name in ("gaussian", "normal_cdf", "gelu"):
        x = Value(0.5)
        runner = StraightRunner(Tape.of([getattr(autograd, name)(x)], Leaves([x], [])), PLAN)
        for point in points:
            expected = PRIMITIVES[name](point)
            if math.isfinite(expected):
                assert bits(runner.forward([point])) == bits([expected])


# --- calls ----------------------------------------------------------------------------------------


def test_a_built_in_function_takes_numbers() -> None:
    x, y = Value(2.0), Value(3.0)
    runner = StraightRunner(Tape.of([x * y], Leaves([x, y], [])), PLAN)
    forward, both = runner.function("forward"), runner.function("backward")
    assert type(forward).__name__ == "builtin_function_or_method"
    assert (forward(2.0, 5.0), both(2.0, 5.0)) == (10.0, (10.0, 5.0, 2.0))
    assert forward(2, True) == 2.0
    with pytest.raises(TypeError, match="there must be 2 numbers, got 1"):
        forward(2.0)
    with pytest.raises(TypeError, match="number 2 must be a real number, got '5'"):
        forward(2.0, "5")


def test_a_program_as_a_built_in_function() -> None:
    w = Value(3.0, "w")
    program = record(lambda x: x * w if x > 0.0 else -x, 2.0)
    f, g = built_in(program), built_in(program, gradients=True)
    assert (f(2.0, 3.0), g(2.0, 5.0)) == (6.0, (10.0, 5.0, 2.0))
    assert f(math.inf, 1.0) == math.inf
    with pytest.raises(BranchError, match="x > 0"):
        f(-1.0, 3.0)
    logarithm = built_in(record(lambda x: x.log(), 2.0))
    with pytest.raises(autograd.DomainError, match="log"):
        logarithm(-1.0)
    with pytest.raises(TypeError, match="program must be a RecordedProgram"):
        built_in(math.sin)  # type: ignore[arg-type]


def test_more_numbers_than_a_call_takes_go_through_arrays() -> None:
    leaves = [Value(float(k)) for k in range(engine.MOST_OPERANDS // 2 + 1)]
    first, *rest = [leaf * 2.0 for leaf in leaves]
    runner = StraightRunner(Tape.of([sum(rest, first)], Leaves(leaves, [])), PLAN)
    numbers = [leaf.data for leaf in leaves]
    runner.backward(numbers)
    gc.collect()  # the code stays as long as the function
    outputs, slopes = runner.backward(numbers)
    assert (*outputs, *slopes) == (2.0 * sum(numbers), *[2.0] * len(leaves))


def test_too_few_or_many_numbers_are_refused() -> None:
    x, w = Value(2.0), Value(3.0)
    for kind in NATIVE:
        runner = kind(Tape.of([x * w], Leaves([x], [w])), PLAN)
        for numbers in ([2.0], [2.0] * 3):
            with pytest.raises((TypeError, ValueError), match="there must be 2 numbers, got"):
                runner.backward(numbers)
        with pytest.raises((TypeError, ValueError), match="must"):
            runner.batch([[1.0], [1.0, 2.0]], [3.0], [0.0], 1.0)


def test_without_the_c_library_python_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "library_address", lambda name: None)
    check_rows([OPERATIONS[name] for name in ("exp", "pow", "sigmoid")], 5)
    engine.interpreter.cache_clear()


def test_calls_leak_nothing() -> None:
    _, blocks = left_behind("native_calls", 1_000)
    assert blocks < 100


def test_threads_run_batches_at_the_same_time() -> None:
    out, parameters = network([2, 4, 1], "tanh")
    program = record(out, 1.0, 2.0, parameters=parameters).compile("native")
    rows = [(k / 100.0, 1.0 - k / 50.0) for k in range(200)]
    expected = program.batch(rows)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.extend(program.batch(rows) for _ in range(10)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 30


def test_nothing_is_contracted() -> None:
    """x·y + z rounded once is another number."""
    x, y, z = 1.0 + 2**-30, 1.0 - 2**-30, -1.0
    a, b, c = Value(x), Value(y), Value(z)
    tape = Tape.of([a * b + c], Leaves([a, b], [c]))
    for kind in NATIVE:
        runner = kind(tape, PLAN)
        assert runner.forward([x, y, z]) in ((x * y + z,), [x * y + z])
        assert runner.batch([[x, y]] * 9, [z], [0.0], 1.0)[0] == [x * y + z] * 9
    assert x * y + z == 0.0


def test_a_constant_that_fails_is_left_to_the_run() -> None:
    x = Value(2.0)
    node = x * 1e308 * 10.0
    assume_finite = Tape.of([node], Leaves([x], []))
    assert StraightRunner(assume_finite, PLAN).forward([2.0]) == (math.inf,)


def test_registers_of_any_width_are_those_of_this_machine() -> None:
    assert compiler.host_lanes() in (2, 4, 8)


@pytest.mark.slow
def test_a_large_graph_is_compiled_where_that_pays() -> None:
    x = Value(0.5, "x")
    node = x
    for _ in range(1500):
        node = node * 0.999 + 0.001
    program = record(node, x).compile("native", runs=1_000_000)
    assert str(program.plan) == (
        "native, straight-line code: 3,000 lines are compiled, one after the other, "
        "which pays after some 10,000 runs"
    )
    node.backward()
    assert bits([program(0.5), program.gradients(0.5).inputs[0]]) == bits([node.data, x.grad])


def test_a_power_of_numbers_is_a_number() -> None:
    """So lanes compute together what has one in a condition; a power of a variable is a call."""
    angle, root = OPERATIONS["atan2"], OPERATIONS["cbrt"]
    assert not any(code._calls_on_one_side(partial.tree) for partial in angle.partials)
    assert code._calls_on_one_side(root.partials[0].tree)


@given(graphs(max_size=15))
def test_sync_through_the_interpreter(graph: Graph) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    variant = program.replay.variants[0]
    seen = []
    for runner in (variant.runner, InterpretedRunner(variant.tape, PLAN)):
        variant.runner = runner
        nodes = autograd.topological_order(program.sync(*numbers))
        seen.append([[*bits([node.data, node.grad]), repr(node.derivatives)] for node in nodes])
    assert seen[0] == seen[1]
