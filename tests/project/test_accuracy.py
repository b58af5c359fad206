"""How accurate operations and their derivatives are, and that the page of accuracy says so."""

import doctest
import math
from itertools import product
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp
from oracles import inside, on_kink, plant

import autograd
import benchmarks.accuracy
import benchmarks.exact
import benchmarks.pages
from autograd import OPERATIONS, AutogradError, Operation, Value
from benchmarks.accuracy import (
    KINDS,
    PAGE,
    counted,
    exact,
    nearby,
    orders,
    peers_worst,
    points,
    read,
    worst,
    written,
)
from benchmarks.exact import EXACT, derivative, exactly, ulps
from benchmarks.peers import PEERS

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
TEXT = PAGE.read_text(encoding="utf-8")
RECORDED = read(TEXT)


# --- the errors -----------------------------------------------------------------------------------


def _class_of(error: float) -> float:
    """What a C library may change in an error: within a class, and not from one to the next."""
    return next(limit for limit in (0.0, 0.5, 2.0, 4.0, 8.0, math.inf) if error <= limit)


@pytest.mark.slow
@every_operation
def test_errors_are_within_4_ulp_and_as_the_page_has_them(operation: Operation) -> None:
    for kind in KINDS:
        error = worst(operation, kind)
        assert error <= (4.0 if kind in {"value", "first"} else 8.0)
        assert _class_of(round(error, 1)) <= _class_of(float(RECORDED[operation.name][kind]))


def test_the_page_has_every_operation() -> None:
    assert list(RECORDED) == list(OPERATIONS)
    assert all(list(cells) == list(KINDS) for cells in RECORDED.values())


def test_most_errors_are_within_2_ulp() -> None:
    found = [float(cells[kind]) for cells in RECORDED.values() for kind in ("value", "first")]
    assert max(found) <= 4.0
    assert sum(error <= 2.0 for error in found) > 0.85 * len(found)


@pytest.mark.slow
@every_operation
def test_they_are_taken_over_the_whole_domain(operation: Operation) -> None:
    found = points(operation)
    assert len(found) > 350
    for index in range(operation.arity):
        sizes = {abs(operands[index]) for operands in found}
        assert min(sizes - {0.0}) <= 1e-323 or operation.name == "acosh"
        assert max(sizes) > (1e300 if operation.name not in BOUNDED else 0.99 * BOUNDED[operation.name])
    if operation.name not in {"acosh", "log", "log2", "log10", "reciprocal"}:
        assert any(operands[0] == 0.0 for operands in nearby(operation)) or operation.kink
    # hardly anything is left out
    assert len(counted(operation, "first")) > 0.5 * len(found) * operation.arity


#: Operations that end, or overflow, at a smaller number than others: where the last point before is.
BOUNDED = {
    "asin": 1.0, "acos": 1.0, "atanh": 1.0, "exp": 709.0, "expm1": 709.0, "exp2": 1023.0, "sinh": 710.0,
    "cosh": 710.0, "square": 3.3e153,
}  # fmt: skip


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.arity == 1], ids=lambda operation: operation.name
)
@pytest.mark.parametrize("infinity", [-math.inf, math.inf])
def test_slopes_at_infinity_are_the_limits(operation: Operation, infinity: float) -> None:
    try:
        node = getattr(Value(infinity), operation.name)()
    except AutogradError:
        assert operation.domain is not None
        return
    far_out = mp.mpf(10) ** 2000 * (1 if infinity > 0.0 else -1)
    limit = exactly(derivative(operation.name, 1), far_out)
    assert node.derivatives == (0.0 if abs(limit) < 1e-300 else float(limit),)


#: For an infinite operand, and for two: how large it is on the way there.
FAR_OUT = mp.mpf(10) ** 1000
WAYS_OUT = [
    (FAR_OUT, FAR_OUT),
    (FAR_OUT, FAR_OUT**2),
    (FAR_OUT**2, FAR_OUT),
    (mp.mpf(100), FAR_OUT),
    (FAR_OUT, mp.mpf(100)),
]


def limit(operation: Operation, order: tuple[int, ...], operands: tuple[float, ...]) -> float | None:
    """The limit of a derivative where operands are infinite; None if it depends on the way there."""
    found = set()
    for way in WAYS_OUT if all(map(math.isinf, operands)) else WAYS_OUT[:1]:
        on_it = [
            size * int(math.copysign(1.0, operand)) if math.isinf(operand) else mp.mpf(operand)
            for size, operand in zip(way, operands, strict=True)
        ]
        slope = derivative(operation.name, *order)(*on_it)
        found.add(0.0 if abs(slope) < 1e-300 else float(slope))
    return found.pop() if len(found) == 1 else None


@pytest.mark.slow
@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.arity == 2], ids=lambda operation: operation.name
)
def test_slopes_by_two_operands_are_the_limits_at_infinity(operation: Operation) -> None:
    axis = (-math.inf, -2.0, -0.5, 0.5, 2.0, math.inf)
    looked_at = 0
    for operands in product(axis, axis):
        if not any(map(math.isinf, operands)) or on_kink(operation, operands):
            continue
        if operation.name == "pow" and operands[0] < 0.0:
            continue  # the limit would be one of complex numbers
        node = getattr(Value, operation.name)(*map(Value, operands))
        for order, slope in zip([(1, 0), (0, 1)], node.derivatives, strict=True):
            expected = limit(operation, order, operands)
            if expected is not None:
                looked_at += 1
                assert slope == expected, (operands, order)
    assert looked_at > 10


@pytest.mark.parametrize("name", ["atan2", "hypot"])
def test_an_infinite_operand_does_not_hide_a_nan(name: str) -> None:
    for operands in ((math.inf, math.nan), (math.nan, -math.inf)):
        node = getattr(Value, name)(*map(Value, operands))
        assert all(map(math.isnan, node.derivatives))


# --- what the errors are taken from ---------------------------------------------------------------


@every_operation
def test_definitions_in_symbols_are_those_in_numbers(operation: Operation) -> None:
    numbers, symbols = EXACT[operation.name], derivative(operation.name, *[0] * operation.arity)
    for operands in nearby(operation)[::7]:
        exact, again = exactly(numbers, *operands), exactly(symbols, *operands)
        assert abs(exact - again) <= 1e-29 * abs(exact) + mp.mpf("1e-380")


@every_operation
@pytest.mark.parametrize("total", [1, 2, 3])
def test_derivatives_of_symbols_are_the_differences_of_numbers(operation: Operation, total: int) -> None:
    axis = (-1.9, -0.7, -0.2, 0.3, 0.6, 1.4, 2.3)
    looked_at = 0
    for operands in product(axis, repeat=operation.arity):
        around = product(*((x - 0.01, x + 0.01) for x in operands))
        if on_kink(operation, operands) or not all(inside(operation, each) for each in around):
            continue
        looked_at += 1
        for order in orders(operation, total):
            with mp.workdps(40):
                difference = mp.diff(EXACT[operation.name], operands, order)
                found = derivative(operation.name, *order)(*map(mp.mpf, operands))
                assert abs(difference - found) <= mp.mpf("1e-25") * (1 + abs(found)), (operands, order)
    assert looked_at >= 2


def test_a_vertical_slope_is_infinite_and_a_missing_one_is_left_out() -> None:
    assert exact(OPERATIONS["asin"], (1,), (1.0,)) == mp.inf
    assert exact(OPERATIONS["asin"], (2,), (1.0,)) is None
    assert exact(OPERATIONS["exp"], (1,), (1e9,)) is None
    assert exact(OPERATIONS["pow"], (0, 1), (-2.0, 3.0)) is None
    assert exact(OPERATIONS["pow"], (1, 0), (-2.0, 3.0)) == 12
    at_zero = [exact(OPERATIONS["pow"], (1, 0), (0.0, y)) for y in (0.5, 1.0, 1.5)]
    assert at_zero == [mp.inf, 1, 0]
    assert exact(OPERATIONS["pow"], (0, 1), (0.0, 0.5)) == 0
    assert exact(OPERATIONS["pow"], (1, 1), (0.0, 0.5)) is None


def test_ulps_counts_floats() -> None:
    assert ulps(1.0, mp.mpf(1)) == 0.0
    assert ulps(math.nextafter(1.5, 2.0), mp.mpf(1.5)) == 1.0
    assert ulps(math.nextafter(-1e-200, 0.0), mp.mpf(-1e-200)) == 1.0
    assert ulps(0.5, mp.mpf(0)) == math.inf
    assert ulps(math.nan, mp.mpf(1)) == math.inf
    assert ulps(2.0, mp.mpf(1), size=mp.mpf(2.0**52)) == 1.0
    assert ulps(1.5e-323, mp.mpf(5e-324)) == 2.0  # floats are no denser among the subnormals
    assert ulps(0.0, mp.mpf("1e-324")) < 0.5


@example(300.0)
@example(1e-300)
@given(st.floats(0.01, 300.0))
def test_the_precision_is_raised_until_cancellation_is_harmless(x: float) -> None:
    cancelling = exactly(lambda x: 1 - mp.tanh(x) ** 2, x)
    assert abs(cancelling * exactly(mp.cosh, x) ** 2 - 1) < 1e-14


# --- planted mistakes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "partial", "kind"),
    [
        ("tanh", "tanh(x) * 1.000000000000001", "4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)", "value"),
        ("sin", "sin(x)", "cos(x) * 1.000000000000001", "first"),
        ("tanh", "tanh(x)", "1.0 - out * out", "first"),  # right on paper, but it cancels
        ("atan", "atan(x)", "1.0 / (1.0 + x * x)", "first"),  # right until the square overflows
        ("sin", "sin(x)", "cos(x + 0.0 * out) if x > -100.0 else 0.0", "first"),
        ("tanh", "tanh(x)", "1.0 - abs(out) * abs(out) if x > 0.0 else 1.0 - out * out", "second"),
        ("sigmoid", "sigmoid(x)", "out * (1.0 - out)", "third"),
        ("square", "x * x", "2.0 * x if x > 0.0 else -2.0 * abs(x)", "second"),  # |x|'s slope at 0
    ],
)
def test_a_planted_mistake_is_an_error(
    name: str, value: str, partial: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = plant(monkeypatch, Operation(name, "x", value, partials=(partial,), about=""))
    monkeypatch.setattr(autograd, name, lambda x: method(x) if isinstance(x, Value) else x)
    assert worst(OPERATIONS[name], kind) > 8.0


def test_the_page_is_read_as_it_is_written() -> None:
    planted = TEXT.replace("| `tanh` | 1.1 |", "| `tanh` | 7.5 |")
    assert planted != TEXT
    assert read(planted)["tanh"]["value"] == "7.5"
    assert {name for name in OPERATIONS if read(planted)[name] != RECORDED[name]} == {"tanh"}
    assert [written(error) for error in (0.0, 0.04, 12.34, 2e3, 1e16, None)] == [
        "0", "0.0", "12.3", "2e3", "all", "",
    ]  # fmt: skip


@pytest.mark.parametrize("module", [benchmarks.accuracy, benchmarks.exact, benchmarks.pages])
def test_examples_of_the_scripts_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert result.failed == 0


# --- PyTorch --------------------------------------------------------------------------------------


@pytest.mark.torch
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "expm1", "softplus", "asinh", "pow", "exp", "mul"])
def test_the_errors_of_pytorch_are_those_on_the_page(name: str) -> None:
    on_page = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |")).split(" | ")
    error = peers_worst(PEERS["PyTorch"], OPERATIONS[name], "first")
    if (
        on_page[5] == "all" or float(on_page[5]) > 100.0
    ):  # how many digits are lost varies with the machine
        assert error > 100.0
    else:
        assert error <= 4.0
