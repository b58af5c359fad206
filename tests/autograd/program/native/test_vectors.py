"""Vector functions: near eager's numbers where they are asked for, and nowhere else.

They need glibc's libmvec, of 2.35 or later for all of them.
"""

from __future__ import annotations

import math
import pickle
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import OPERATIONS, AutogradError, BranchError, Operation, Value, record
from autograd.errors import ArgumentTypeError, ArgumentValueError
from autograd.expression import PRIMITIVES
from autograd.program import distributed
from autograd.program.engine import Plan, Stopped
from autograd.program.native import TrainingLoop, compiler, engine, straight, training, vectors
from autograd.program.native.code import Module
from autograd.program.native.engine import ENGINE, StraightRunner
from autograd.program.native.vectors import require_vectors, vector_address
from autograd.program.recorded import RecordedProgram
from autograd.program.replay import Replay
from autograd.program.stepping import SteppingRunner
from autograd.program.tape import Leaves, Tape
from benchmarks import vectors as accuracy
from benchmarks.accuracy import points
from benchmarks.pages import cells, table


def _why_none() -> str:
    try:
        require_vectors()
    except AutogradError as error:
        return str(error)
    return ""


pytestmark = [pytest.mark.native, pytest.mark.skipif(bool(_why_none()), reason=_why_none())]

PLAN = Plan("native", "", "")
NARROWEST = accuracy.WIDTHS[0]
PAGE = {row[0].strip("`"): row[1:] for row in cells(
    table("vector functions", accuracy.PAGE.read_text(encoding="utf-8")).partition("\n\n")[0]
)}  # fmt: skip
#: How far a value or slope of an operation may be from that of eager, in ulp.
MOST_OF_A_ROW = 8.0
#: What functions are tried on besides: NaN, infinities, and where they overflow or end.
EDGES = (
    *(0.0, -0.0, 1.0, -1.0, 2.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e300, -1e300, 710.0),
    *(-745.0, -746.0, 709.782712893384, 709.7827128933841, 1024.0, -1075.0, 710.4758600739439, 0.5),
)


# --- how near -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGE)
def test_errors_are_those_of_the_page(name: str) -> None:
    """Of the C library that the page was measured with; another one may differ by as much as an ulp."""
    for lanes, cell in zip(accuracy.WIDTHS, PAGE[name][1:], strict=True):
        found = accuracy.worst(name, lanes)
        if lanes <= compiler.host_lanes():
            assert found is not None
            assert found <= vectors.MOST_ULP
            assert abs(found - float(cell)) <= 1.0
        else:
            assert found is None


def test_the_page_has_every_function() -> None:
    assert list(PAGE) == accuracy.names()
    assert {"exp", "log", "pow", "tanh", "erf", "sin"} <= PAGE.keys()


def test_an_error_is_found_by_the_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    sine = vector_address("sin", NARROWEST)
    monkeypatch.setattr(accuracy, "vector_address", lambda *_: sine)
    assert (accuracy.worst("tan", NARROWEST) or 0.0) > 1e6


def runner_of(operation: Operation) -> tuple[StraightRunner, SteppingRunner] | None:
    """The operation on parameters, by machine code and by steps; None if it calls no vector function."""
    leaves = [Value(1.5), Value(0.7)][: operation.arity]
    try:
        node = getattr(autograd, operation.name)(*leaves)
    except AutogradError:
        leaves = [Value(0.5)]
        node = getattr(autograd, operation.name)(*leaves)
    tape = Tape.of([node], Leaves([], leaves))
    runner = StraightRunner(tape, PLAN, "vector")
    return None if "no vector function" in runner.plan.reason else (runner, SteppingRunner(tape, PLAN))


def distance(got: float, expected: float) -> float:
    """How far a number is from another in ulp; infinite if one is 0 of another sign, infinite or NaN."""
    if math.isnan(got) and math.isnan(expected):
        return 0.0
    if 0.0 in (got, expected) or not math.isfinite(got - expected):
        same = got == expected and math.copysign(1.0, got) == math.copysign(1.0, expected)
        return 0.0 if same else math.inf
    return abs(got - expected) / math.ulp(expected)


def check_row(operation: Operation, every: int) -> int:
    """Compare an operation's values and slopes in lanes with those by steps; how many were compared."""
    both = runner_of(operation)
    if both is None:
        return 0
    runner, stepping = both
    tried = points(operation)[::every]
    tried += [(x,) for x in EDGES] if operation.arity == 1 else [(x, y) for x in EDGES for y in EDGES]
    compared = 0
    for point in tried:
        try:
            (value,), slopes = stepping.backward(point)
        except Stopped:
            with pytest.raises(Stopped):
                runner.batch([[], []], point, [0.0] * len(point), 1.0)
            continue
        try:
            values, sums = runner.batch([[], []], point, [0.0] * len(point), 1.0)
        except Stopped:  # then steps have the numbers
            assert not all(map(math.isfinite, point)) or abs(value) > 1e308, (operation, point)
            continue
        compared += 1
        assert values[0] == values[1] or math.isnan(values[0])
        # twice a slope is exact; where that overflows, it is infinite
        for got, expected in zip(
            [values[0], *sums], [value, *(2.0 * each for each in slopes)], strict=True
        ):
            if distance(got, expected) > MOST_OF_A_ROW:
                raise AssertionError(f"{operation.name} at {point}: {got!r}, not {expected!r}")
    return compared


@pytest.mark.parametrize("lanes", accuracy.WIDTHS)
def test_values_and_slopes_of_every_operation_are_near(
    lanes: int, everything: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "host_lanes", lambda: lanes)
    compared = {each.name: check_row(each, 3 if everything else 20) for each in OPERATIONS.values()}
    if lanes > compiler.host_lanes():
        assert not any(compared.values())
        return
    assert {"pow", "exp", "tanh", "sigmoid", "softplus", "elu", "silu"} <= {
        name for name, count in compared.items() if count > 20
    }
    # from functions that the library has not, and those that compute without functions
    assert not any(compared[name] for name in ("gelu", "normal_cdf", "gaussian", "mul", "relu"))


def test_a_wrong_function_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sine = vector_address("sin", compiler.host_lanes())
    monkeypatch.setattr(Module, "vector", lambda self, name, lanes: sine)
    with pytest.raises(AssertionError, match="tanh at"):
        check_row(OPERATIONS["tanh"], 20)


@pytest.mark.parametrize(
    "other",
    [
        lambda x: math.exp(x) * (1.0 + 2e-15),
        lambda x: math.nan if x == 0.5 else math.exp(x),
        lambda x: -0.0 if math.exp(x) == 0.0 else math.exp(x),
    ],
)
def test_functions_that_are_not_near_are_not_called(
    other: Callable[[float], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, ieee_value = vector_address.__wrapped__, vectors.ieee_value

    def value(name: str, numbers: Sequence[float]) -> float:
        found = ieee_value(name, numbers)
        return found if math.isinf(found) else other(*numbers)

    assert tried("exp", NARROWEST) is not None
    monkeypatch.setattr(vectors, "ieee_value", value)  # Python's, which the library's is not near
    assert tried("exp", NARROWEST) is None


def test_a_function_of_ones_own_is_not_taken_for_the_librarys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRIMITIVES, "erf", lambda x: x)
    assert vector_address.__wrapped__("erf", NARROWEST) is None
    assert [vector_address.__wrapped__(name, NARROWEST) for name in ("exp10", "gelu", "mul")] == [
        None
    ] * 3


def test_no_function_is_wider_than_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "host_lanes", lambda: 2)
    tried = vector_address.__wrapped__
    assert tried("exp", 2) is not None
    assert (tried("exp", 4), tried("exp", 8)) == (None, None)


# --- programs -------------------------------------------------------------------------------------


def network() -> tuple[RecordedProgram, list[tuple[float, float]]]:
    w, b, v = Value(0.5, "w"), Value(-1.0, "b"), Value(0.7, "v")

    def error(x: Any, target: Any) -> Any:
        return (v * (w * x + b).tanh() + (w * x).sigmoid() - target).square()

    examples = [(3.0 * math.sin(k), math.cos(3 * k)) for k in range(50)]
    return record(error, *examples[0]), examples


def near(found: Sequence[float], expected: Sequence[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(found, expected, strict=True))


def test_a_batch_is_near_and_one_example_is_exact() -> None:
    program, examples = network()
    plain = program.compile("native").plan
    exact = program.batch(examples, scale=0.1), [program.gradients(*each) for each in examples]
    program.compile("native", functions="vector")
    assert program.plan == plain._replace(
        reason=f"{plain.reason}; batches call vector functions for cosh, exp, pow and tanh, whose "
        f"results are not those of eager to the last bit, but within 4 ulp"
    )
    found = program.batch(examples, scale=0.1)
    assert found != exact[0]
    assert near([*found.values, *found.gradients], [*exact[0].values, *exact[0].gradients])
    assert [program.gradients(*each) for each in examples] == exact[1]
    assert [program(*each) for each in examples] == exact[0].values
    assert [program.sync(*each).data for each in examples] == exact[0].values
    assert [program.batch([each]).values[0] for each in examples] == exact[0].values
    assert program.compile("native").batch(examples, scale=0.1) == exact[0]
    assert program.plan == plain


def test_it_raises_what_eager_raises() -> None:
    w = Value(1.0, "w")
    program = record(lambda x: (w * x).exp() + (w + x).log(), 2.0)
    program.compile("native", functions="vector")
    for wrong, kind in ((1000.0, OverflowError), (-1.0, autograd.DomainError), (-7.0, ValueError)):
        with pytest.raises(kind) as raised:
            program.batch([[1.0], [2.0], [wrong], [3.0]])
        with pytest.raises(kind) as expected:
            _ = (w * Value(wrong, "x")).exp() + (w + Value(wrong, "x")).log()
        assert raised.value.operation is expected.value.operation
    assert w.grad == 0.0


def test_what_nearly_overflows_is_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = Value(2.0), Value(1.0)
    runner = StraightRunner(Tape.of([x**y], Leaves([x, y], [])), PLAN, "vector")
    most = 1.7976931348623157e308
    assert runner.batch([[1e308, 1.0]] * 3, [], [], 1.0)[0] == pytest.approx([1e308] * 3, rel=1e-15)
    with pytest.raises(Stopped):
        runner.batch([[most, 1.0]] * 3, [], [], 1.0)
    w = Value(1.0, "w")
    program = record(lambda x: x**w, 2.0).compile("native", functions="vector")
    assert program.batch([[most], [most], [3.0]]).values == [most, most, 3.0]


def beside_a_guard() -> tuple[Any, list[list[float]], float]:
    """A function that decides on tanh, at a point where the vector function has another last bit."""
    tape = Tape.of([(node := Value(0.5)).tanh()], Leaves([node], []))
    tried = [0.01 * number for number in range(1, 300)]
    found = StraightRunner(tape, PLAN, "vector").batch([[each] for each in tried], [], [], 1.0)[0]
    point = next(x for x, got in zip(tried, found, strict=True) if got < math.tanh(x))
    limit = math.tanh(point)
    w = Value(1.0, "w")

    def f(x: Any) -> Any:
        out = x.tanh()
        return out * w if out >= limit else w * 0.0

    return f, [[point], [point]], limit


def test_guards_are_those_of_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    f, rows, limit = beside_a_guard()
    program = record(f, 3.0).compile("native", functions="vector")
    stopped = []
    monkeypatch.setattr(Replay, "_one", lambda *given: stopped.append(given) or (0.0, [0.0]))
    assert program.batch(rows).values == [limit] * 2
    assert not stopped
    with pytest.MonkeyPatch.context() as patch:  # what decides is a vector function
        patch.setattr(straight, "_deciding", lambda tape: bytearray(tape.start + len(tape)))
        program = record(f, 3.0).compile("native", functions="vector")
    program.batch(rows)
    assert stopped
    monkeypatch.undo()
    with pytest.raises(BranchError):
        program.batch([[rows[0][0] - 0.1]] * 2)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_training_is_near(size: int) -> None:
    program, examples = network()
    found = []
    descent = autograd.program.Program(
        [autograd.program.Line.of("w+", "w - lr * g", {"w": "w", "lr": "lr", "g": "g"}, "update")],
        {"w": 0.0, "g": 0.0, "lr": 0.0},
        {"w": "w+"},
    )
    for functions in ("scalar", "vector"):
        loop = TrainingLoop(program.tape, descent, functions=functions)
        loop.parameters = [each.data for each in program.parameters]
        steps = -(-50 // size)
        order = array("q", range(50))
        done, errors = loop.run(examples, order, size, [1.0 / size] * steps, [[0.1]] * steps)
        assert done == steps
        found.append([*loop.parameters, *errors])
    assert near(*found)
    assert (found[0] == found[1]) is (size == 1)


def test_a_program_that_is_interpreted_says_that_it_has_none() -> None:
    x = Value(0.5, "x")
    node = x
    for _ in range(1200):
        node = (node * 0.9).tanh()
    tape = Tape.of([node], Leaves([x], []))
    assert "no function is a vector function" in ENGINE.runner(tape, functions="vector").plan.reason
    assert "vector" not in ENGINE.runner(tape).plan.reason
    nothing = Tape.of([x * x], Leaves([x], []))
    assert "batches call no vector function" in ENGINE.runner(nothing, functions="vector").plan.reason


def test_a_cluster_gets_the_choice_and_a_file_does_not(tmp_path: Path) -> None:
    program, examples = network()
    program.compile("native", functions="vector")

    class Client:
        def submit(self, function: Callable[..., Any], content: bytes, pure: bool) -> bytes:
            return content

    there = pickle.loads(distributed._sent(program.replay, Client()))()
    assert there.variants[0].runner.plan == program.plan
    rows = [[*each] for each in examples]
    numbers = [each.data for each in program.parameters]
    arguments = rows, numbers, [0.0] * len(numbers), 1.0
    assert there.variants[0].runner.batch(*arguments) == tuple(program.batch(examples))
    program.save(tmp_path / "program.json")
    loaded = RecordedProgram.load(tmp_path / "program.json")
    assert loaded == program
    assert loaded.plan.engine == "python"


# --- where they are not to be had -----------------------------------------------------------------


def test_without_the_library_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    program, examples = network()
    before = program.compile("native").plan, program.batch(examples)
    require_vectors.cache_clear()
    for name, value, why in (
        ("_LIBRARY", "libnone.so.1", "libnone.so.1 needs|needs libnone.so.1"),
        ("_PREFIXES", {}, "none is known for "),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vectors, name, value)
            with pytest.raises(AutogradError, match=why):
                program.compile("native", functions="vector")
            with pytest.raises(AutogradError, match="functions='scalar' runs anywhere"):
                TrainingLoop(program.tape, autograd.program.Program([], {"w": 0.0}), functions="vector")
    assert (program.plan, program.batch(examples)) == before


def test_a_choice_that_cannot_be_is_refused() -> None:
    program, _ = network()
    before = program.plan
    for engine_name in ("python", "auto"):
        with pytest.raises(ArgumentValueError, match="functions='vector' needs engine='native', got"):
            program.compile(engine_name, functions="vector")
    with pytest.raises(
        ArgumentValueError, match="functions must be one of 'scalar', 'vector', got 'fast'"
    ):
        program.compile("native", functions="fast")
    with pytest.raises(ArgumentTypeError, match="functions must be one of"):
        program.compile("native", functions=True)  # type: ignore[arg-type]
    with pytest.raises(ArgumentValueError, match="functions must be one of"):
        TrainingLoop(program.tape, autograd.program.Program([], {"w": 0.0}), functions="exact")
    assert program.plan is before
    assert training.FUNCTIONS == ("scalar", "vector")
