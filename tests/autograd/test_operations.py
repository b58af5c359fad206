"""The table, walked: an operation is tested by being there."""

import ast
import math
import re
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import (
    PYTHON,
    attached,
    in_python,
    inside,
    numpy_function,
    on_kink,
    same,
    symbolic_mistakes,
    wrong_by_differences,
)
from strategies import FINITE, SPECIAL, any_numbers, finite_numbers, operands_of, operations

import autograd
from autograd import (
    OPERATIONS,
    AutogradError,
    DivisionByZeroError,
    DomainError,
    Operation,
    ResultOverflowError,
    Value,
    grad,
)
from autograd.expression import Expression
from autograd.formula import value_text
from autograd.ieee import ieee_result, ieee_value, strict
from autograd.operations import check_calls
from benchmarks.accuracy import points
from benchmarks.exact import EXACT, exactly

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
BINARY = [operation for operation in OPERATIONS.values() if operation.arity == 2]


def node_of(operation: Operation, operands: tuple[float, ...]) -> Value:
    return getattr(Value, operation.name)(*map(Value, operands))


# --- values and slopes ----------------------------------------------------------------------------


@every_operation
def test_partials_as_taught_are_the_differences_of_the_value(operation: Operation) -> None:
    assert wrong_by_differences(operation) == []


@every_operation
def test_sympy_finds_the_same_partials(operation: Operation) -> None:
    assert symbolic_mistakes(operation) == []


SMOOTH = pytest.mark.parametrize(
    "operation",
    [o for o in OPERATIONS.values() if not o.kink and o.name != "cbrt"],  # that is vertical at 0
    ids=lambda operation: operation.name,
)


@SMOOTH
def test_where_a_function_is_smooth_its_partials_call_nothing_that_has_a_kink(
    operation: Operation,
) -> None:
    # they are differentiated again, and an abs hides what a derivative does at its edge
    for partial in operation.partials:
        assert not {"abs", "max", "min", "copysign", "relu"} & set(partial.calls)


@every_operation
def test_every_mix_of_nodes_and_numbers_gives_the_same(operation: Operation) -> None:
    name = operation.name
    function, method = getattr(autograd, name), getattr(Value, name)
    for numbers in points(operation)[::5]:
        nodes = [Value(number) for number in numbers]
        whole = method(*nodes)
        whole.backward()
        assert same(function(*numbers), whole.data)
        assert isinstance(function(*numbers), float)
        assert same(function(*nodes).data, whole.data)
        if operation.arity == 1:
            continue
        x, y = numbers
        left, right = Value(x), Value(y)
        with_number_right, with_number_left = method(left, y), function(x, right)
        assert with_number_right.operands == (left, y)
        assert with_number_left.operands == (x, right)
        for node, leaf, twin in ((with_number_right, left, 0), (with_number_left, right, 1)):
            node.backward()
            assert same(node.data, whole.data)
            assert same(leaf.grad, nodes[twin].grad)
            assert node.derivatives[1 - twin] is None


@pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.name)
def test_an_operand_that_stands_twice_gets_both_derivatives(operation: Operation) -> None:
    for number in (0.75, 1.0, 2.5):
        x = Value(number)
        node = getattr(x, operation.name)(x)
        assert node.operands == (x, x)
        node.backward()
        assert x.grad == sum(node.derivatives)


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.operator], ids=lambda operation: operation.name
)
def test_operators_are_the_operations(operation: Operation) -> None:
    numbers = (0.75, 2.5)[: operation.arity]
    method = getattr(Value, f"__{operation.operator}__")
    node = method(*map(Value, numbers))
    assert node.operation is operation
    assert node.data == PYTHON[operation.name](*numbers)
    if operation.arity == 2:
        reflected = getattr(Value, f"__r{operation.operator}__")(Value(numbers[1]), numbers[0])
        assert reflected.data == node.data
        assert reflected.operands[0] == numbers[0]


# --- derivatives of derivatives -------------------------------------------------------------------


def test_third_derivatives_at_zero() -> None:
    assert grad(grad(grad(autograd.tanh)))(0.0) == -2.0
    assert grad(grad(grad(autograd.atan)))(0.0) == -2.0
    assert grad(grad(grad(autograd.sigmoid)))(0.0) == -0.125
    assert grad(grad(autograd.softplus))(0.0) == 0.25
    assert grad(grad(autograd.silu))(0.0) == 0.5


# --- powers at zero -------------------------------------------------------------------------------


def test_zero_to_the_zero_is_one_with_no_slope() -> None:
    x, y = Value(0.0), Value(0.0)
    node = x**y
    node.backward()
    assert (node.data, x.grad, y.grad) == (1.0, 0.0, 0.0)
    assert (x**0).derivatives == (0.0, None)
    assert (0**y).derivatives == (None, 0.0)


@pytest.mark.parametrize(
    ("exponent", "derivatives"),
    [
        (0, (0.0, 0.0, 0.0)),
        (1, (1.0, 0.0, 0.0)),
        (2, (0.0, 2.0, 0.0)),
        (3, (0.0, 0.0, 6.0)),
        (4, (0.0, 0.0, 0.0)),
        (1.5, (0.0, math.inf, -math.inf)),
        (0.5, (math.inf, -math.inf, math.inf)),
    ],
)
def test_derivatives_of_a_power_at_zero(
    exponent: float, derivatives: tuple[float, float, float]
) -> None:
    derivative = lambda x: x**exponent  # noqa: E731
    for expected in derivatives:
        derivative = grad(derivative)
        assert derivative(0.0) == expected


@pytest.mark.parametrize(
    ("exponent", "hessian"),
    [
        (0.0, [[0.0, math.inf], [math.inf, 0.0]]),  # 0 by each alone; by both 1/x along y = 0
        (0.5, [[-math.inf, -math.inf], [-math.inf, 0.0]]),
        (1.0, [[0.0, -math.inf], [-math.inf, 0.0]]),
        (1.5, [[math.inf, 0.0], [0.0, 0.0]]),
        (2.0, [[2.0, 0.0], [0.0, 0.0]]),
        (3.0, [[0.0, 0.0], [0.0, 0.0]]),
    ],
)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_mixed_derivatives_of_a_power_at_zero_are_the_limits(
    zero: float, exponent: float, hessian: list[list[float]]
) -> None:
    assert autograd.hessian(lambda v: v[0] ** v[1])([zero, exponent]) == hessian


def test_third_derivatives_of_a_power_at_zero_by_the_exponent_first() -> None:
    for exponent, expected in (
        (0.5, math.inf),
        (1.0, math.inf),
        (1.5, -math.inf),
        (2.0, -math.inf),
        (2.5, 0.0),
    ):
        by_exponent = lambda x: grad(autograd.pow, argnum=1)(x, exponent)  # noqa: B023, E731
        assert grad(grad(by_exponent))(0.0) == expected


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_zero_to_a_negative_power_is_a_division_by_zero(zero: float) -> None:
    for attempt in (
        lambda: Value(zero) ** -1,
        lambda: zero ** Value(-1.0),
        lambda: Value(zero) ** Value(-0.5),
        lambda: autograd.pow(zero, -2),
    ):
        with pytest.raises(ZeroDivisionError) as caught:
            attempt()
        assert isinstance(caught.value, DivisionByZeroError)


def test_a_fractional_power_of_a_negative_number_is_an_error_and_never_complex() -> None:
    for attempt in (
        lambda: Value(-8.0) ** (1 / 3),
        lambda: (-8) ** Value(1 / 3),
        lambda: Value(-8.0) ** Value(1 / 3),
        lambda: autograd.pow(-8.0, 1 / 3),
    ):
        with pytest.raises(ValueError, match=r"-8\.0") as caught:
            attempt()
        assert isinstance(caught.value, DomainError)


def test_a_power_of_a_negative_number_has_no_slope_by_the_exponent() -> None:
    slope, by_exponent = (Value(-2.0) ** Value(3.0)).derivatives
    assert slope == 12.0
    assert math.isnan(by_exponent)
    assert (Value(-2.0) ** 3).derivatives == (12.0, None)


# --- domains and errors ---------------------------------------------------------------------------


@given(st.data())
def test_raises_exactly_outside_the_domain(data: st.DataObject) -> None:
    operation = data.draw(operations)
    operands = data.draw(operands_of(operation, finite_numbers))
    try:
        node_of(operation, operands)
    except ResultOverflowError:
        assert inside(operation, operands)
        assert abs(exactly(EXACT[operation.name], *operands)) >= sys.float_info.max
    except (DomainError, DivisionByZeroError):
        assert not inside(operation, operands)
    else:
        assert inside(operation, operands)


@every_operation
def test_raises_exactly_outside_the_domain_at_edges(operation: Operation) -> None:
    for operands in product(FINITE, repeat=operation.arity):
        try:
            node_of(operation, operands)
        except ResultOverflowError:
            assert inside(operation, operands)
        except (DomainError, DivisionByZeroError):
            assert not inside(operation, operands)
        else:
            assert inside(operation, operands)


@pytest.mark.parametrize("operation", [OPERATIONS[name] for name in PYTHON], ids=PYTHON)
def test_does_what_python_does_at_every_edge(operation: Operation) -> None:
    for operands in product(SPECIAL, repeat=operation.arity):
        expected = in_python(operation.name, operands)
        if isinstance(expected, float):
            assert same(node_of(operation, operands).data, expected)
            assert same(getattr(autograd, operation.name)(*operands), expected)
        else:
            for call in (getattr(Value, operation.name), getattr(autograd, operation.name)):
                with pytest.raises(AutogradError) as caught:
                    call(*map(Value, operands))
                assert isinstance(caught.value, expected)
            with pytest.raises(expected) as caught_plain:
                getattr(autograd, operation.name)(*operands)
            assert isinstance(caught_plain.value, AutogradError)


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.name not in PYTHON], ids=lambda o: o.name
)
def test_what_python_does_not_have_never_raises(operation: Operation) -> None:
    for operands in (*product(SPECIAL, repeat=operation.arity), *points(operation)):
        plain = getattr(autograd, operation.name)(*operands)
        assert isinstance(plain, float)
        assert same(node_of(operation, operands).data, plain)


def _at_zeros(operation: Operation) -> list[tuple[tuple[float, ...], tuple[float, ...], int]]:
    """Operands with a 0.0, the same with -0.0 in its place, and the place."""
    others = (0.01, 0.5, 3.0) if operation.arity == 2 else (0.0,)
    found = []
    for place, other in product(range(operation.arity), others):
        right, left = ([other] * operation.arity for _ in range(2))
        right[place], left[place] = 0.0, -0.0
        found.append((tuple(right), tuple(left), place))
    return found


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.name not in PYTHON], ids=lambda o: o.name
)
def test_a_zero_has_the_sign_of_the_value_beside_it(operation: Operation) -> None:
    # As the functions of C do: it is -0.0 if the value comes to 0 from below. Where it stays 0, as that
    # of relu does, it is 0.0.
    for *both, place in _at_zeros(operation):
        for operands in both:
            beside = list(operands)
            beside[place] = math.copysign(1e-9, operands[place])
            near = exactly(EXACT[operation.name], *beside)
            got = node_of(operation, operands).data
            if got == 0.0:
                assert same(got, -0.0 if near < 0 else 0.0), operands
            else:
                assert abs(got - near) < 1e-8


@every_operation
def test_slopes_are_the_same_at_both_zeros(operation: Operation) -> None:
    for right, left, _ in _at_zeros(operation):
        if inside(operation, right):
            assert node_of(operation, left).derivatives == node_of(operation, right).derivatives


def _outside(operation: Operation) -> tuple[float, ...]:
    axis = (-2.0, 0.0, 2.0, math.inf) if operation.arity == 1 else (-2.0, 0.0, -0.5)
    return next(
        operands for operands in product(axis, repeat=operation.arity) if not inside(operation, operands)
    )


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.domain], ids=lambda operation: operation.name
)
def test_errors_name_the_operation_its_operands_and_their_names(operation: Operation) -> None:
    numbers = _outside(operation)
    nodes = [Value(x, f"weight{index}") for index, x in enumerate(numbers)]
    with pytest.raises(AutogradError) as caught:
        getattr(Value, operation.name)(*nodes)
    error = caught.value
    assert isinstance(error, ValueError | ZeroDivisionError)
    assert error.operation is operation
    assert error.operands == tuple(nodes)
    for index, (parameter, number) in enumerate(zip(operation.parameters, numbers, strict=True)):
        assert f"{parameter} = {number!r} (node 'weight{index}')" in str(error)
    assert str(error).startswith(f"{value_text(operation)} needs ")
    with pytest.raises(AutogradError) as caught_plain:
        getattr(autograd, operation.name)(*numbers)
    assert caught_plain.value.operands == numbers
    assert "node" not in str(caught_plain.value)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("exp", (710.0,)),
        ("exp2", (1024.0,)),
        ("expm1", (1e9,)),
        ("sinh", (-711.0,)),
        ("cosh", (711.0,)),
        ("square", (1e200,)),
        ("pow", (1e200, 2.5)),
        ("pow", (-1e200, 3.0)),
    ],
)
def test_overflow_is_an_error_that_names_the_operands(name: str, numbers: tuple[float, ...]) -> None:
    for call in (
        lambda: getattr(Value, name)(*map(Value, numbers)),
        lambda: getattr(autograd, name)(*numbers),
        lambda: getattr(Value(numbers[0]), name)(*numbers[1:]),
    ):
        with pytest.raises(OverflowError, match=re.escape(repr(numbers[0]))) as caught:
            call()
        assert isinstance(caught.value, ResultOverflowError)
        assert caught.value.operation is OPERATIONS[name]


def test_an_unnamed_operand_is_named_by_its_structure() -> None:
    a, b = Value(1.0, "a"), Value(3.0, "b")
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0, but x = -2\.0 \(node 'a − b'\)"):
        (a - b).log()


# --- NaN and infinities ---------------------------------------------------------------------------


def _outcome(operation: Operation, operands: tuple[float, ...]) -> tuple[float, ...]:
    node = node_of(operation, operands)
    return (node.data, *node.derivatives)


@pytest.mark.parametrize(
    ("operation", "position"),
    [(operation, position) for operation in OPERATIONS.values() for position in range(operation.arity)],
    ids=str,
)
def test_nan_propagates_to_all_that_depends_on_the_operand(operation: Operation, position: int) -> None:
    depended = False
    for other in (-0.5, 0.5, 1.5):

        def with_operand(x: float) -> tuple[float, ...]:
            return tuple(x if i == position else other for i in range(operation.arity))  # noqa: B023

        usual = [
            _outcome(operation, with_operand(x))
            for x in (-2.0, -0.75, 0.25, 0.9, 2.0, 3.0)
            if inside(operation, with_operand(x))
        ]
        with_nan = _outcome(operation, with_operand(math.nan))
        for among, got in zip(zip(*usual, strict=True), with_nan, strict=False):
            if len({x for x in among if not math.isnan(x)}) > 1:  # it depends on the operand
                depended = True
                assert math.isnan(got), (with_operand(math.nan), with_nan)
    assert depended


@pytest.mark.parametrize(
    ("name", "at_minus_infinity", "at_infinity"),
    [
        ("sigmoid", 0.0, 1.0),
        ("logsigmoid", -math.inf, 0.0),
        ("softplus", 0.0, math.inf),
        ("relu", 0.0, math.inf),
        ("leaky_relu", -math.inf, math.inf),
        ("elu", -1.0, math.inf),
        ("silu", 0.0, math.inf),
        ("gelu", 0.0, math.inf),
        ("gaussian", 0.0, 0.0),
        ("normal_cdf", 0.0, 1.0),
    ],
)
def test_infinite_operands_give_the_limit(
    name: str, at_minus_infinity: float, at_infinity: float
) -> None:
    assert getattr(Value(-math.inf), name)().data == at_minus_infinity
    assert getattr(Value(math.inf), name)().data == at_infinity


@given(st.data())
def test_backward_never_raises_where_the_value_exists(data: st.DataObject) -> None:
    operation = data.draw(operations)
    nodes = [Value(x) for x in data.draw(operands_of(operation, any_numbers))]
    try:
        node = getattr(Value, operation.name)(*nodes)
    except AutogradError:
        assume(False)
    node.backward()
    assert all(isinstance(leaf.grad, float) for leaf in nodes)
    for leaf in nodes:
        leaf.grad = 0.0
    node.backward(create_graph=True)
    for leaf in nodes:
        leaf.grad.backward()


@every_operation
def test_derivatives_of_any_order_never_raise_at_edges(operation: Operation) -> None:
    short = [-math.inf, -2.0, -1.0, -0.0, 0.0, math.ulp(0.0), 1.0, 710.0, 1e308, math.inf, math.nan]
    for operands in product(SPECIAL if operation.arity == 1 else short, repeat=operation.arity):
        try:
            node_of(operation, operands)
        except AutogradError:
            continue
        for index in range(operation.arity):
            derivative = getattr(autograd, operation.name)
            for _ in range(3):
                derivative = grad(derivative, index)
                assert isinstance(derivative(*operands), float)


@pytest.mark.parametrize(
    ("name", "x", "slope"),
    [
        ("sqrt", 0.0, math.inf),
        ("cbrt", 0.0, math.inf),
        ("asin", 1.0, math.inf),
        ("asin", -1.0, math.inf),
        ("acos", 1.0, -math.inf),
        ("acos", -1.0, -math.inf),
        ("acosh", 1.0, math.inf),
    ],
)
def test_infinite_slopes(name: str, x: float, slope: float) -> None:
    leaf = Value(x)
    getattr(leaf, name)().backward()
    assert leaf.grad == slope


def test_an_infinite_slope_times_zero_is_nan() -> None:
    x = Value(0.0)
    (x**2).sqrt().backward()
    assert math.isnan(x.grad)


@pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if numpy_function(np, name)], ids=lambda name: name
)
def test_ieee_values_are_those_of_numpy(name: str) -> None:
    function = numpy_function(np, name)
    assert function is not None
    with np.errstate(all="ignore"):
        for operands in product(SPECIAL, repeat=OPERATIONS[name].arity):
            if name == "pow" and operands[1] == 0.5:
                continue  # NumPy takes the root then, which is another function at -0.0 and -inf
            expected = float(function(*map(np.float64, operands)))
            got = ieee_value(name, operands)
            if name in {"max", "min", "sign"} and expected == 0.0:
                assert got == 0.0  # NumPy takes either zero of two, and has no sign of -0.0
            elif math.isfinite(expected) and expected != 0.0:
                # NumPy's own vectorised functions are up to 4 ulp off
                assert abs(got - expected) <= 4 * math.ulp(expected), (operands, got, expected)
            else:
                assert same(got, expected), (operands, got, expected)


# --- kinks ----------------------------------------------------------------------------------------

#: Kinks and the subgradient of least norm, derived by hand from the slopes on both sides.
KINKS: dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "abs": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "sign": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "relu": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "leaky_relu": [
        ((0.0, 0.01), (0.01, 0.0)),
        ((0.0, -2.0), (0.0, 0.0)),
        ((0.0, 3.0), (1.0, 0.0)),
        ((-0.0, 0.5), (0.5, 0.0)),
    ],
    "elu": [((0.0, 0.5), (0.5, 0.0)), ((0.0, -2.0), (0.0, 0.0)), ((0.0, 3.0), (1.0, 0.0))],
    "max": [((2.0, 2.0), (0.5, 0.5)), ((0.0, -0.0), (0.5, 0.5)), ((math.inf, math.inf), (0.5, 0.5))],
    "min": [((2.0, 2.0), (0.5, 0.5)), ((-0.0, 0.0), (0.5, 0.5))],
    "hypot": [((0.0, 0.0), (0.0, 0.0)), ((-0.0, 0.0), (0.0, 0.0))],
    "atan2": [((0.0, 0.0), (0.0, 0.0)), ((0.0, -0.0), (0.0, 0.0)), ((-0.0, 0.0), (0.0, 0.0))],
    "pow": [((0.0, 0.0), (0.0, 0.0)), ((-0.0, 0.0), (0.0, 0.0))],
}


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if o.kink], ids=lambda operation: operation.name
)
def test_kinks_take_the_subgradient_of_least_norm(operation: Operation) -> None:
    for operands, slopes in KINKS[operation.name]:
        assert on_kink(operation, operands)
        assert node_of(operation, operands).derivatives == slopes
        leaves = [Value(x) for x in operands]
        getattr(Value, operation.name)(*leaves).backward(create_graph=True)
        assert tuple(leaf.grad.data for leaf in leaves) == slopes


def test_elu_with_alpha_1_has_no_kink_to_notice() -> None:
    assert Value(0.0).elu().derivatives == (1.0, None)


@pytest.mark.parametrize("y", [2.0**53 - 1.0, 2.0**53, 2.0**53 + 2.0, 2.0**54, 1e30, -(2.0**60)])
def test_the_slope_of_a_huge_power_keeps_its_sign(y: float) -> None:
    # all but the first are even, so y - 1 is odd, whether a float can hold it or not
    expected = y if y == 2.0**53 - 1.0 else -y
    assert Value(-1.0).pow(y).derivatives[0] == expected


# --- rows that contradict themselves --------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "value", "partials", "options", "complaint"),
    [
        ("x", "z", ["1.0"], {}, "unknown name 'z'"),
        ("x", "x", ["y"], {}, "unknown name 'y'"),
        ("x", "out", ["1.0"], {}, "unknown name 'out'"),
        ("x", "x", ["1.0"], {"domain": "y > 0.0"}, "unknown name 'y'"),
        ("x", "x", ["1.0"], {"domain": "out > 0.0"}, "unknown name 'out'"),
        ("x", "x", ["1.0"], {"kink": "z == 0.0"}, "unknown name 'z'"),
        ("x", "x", ["1.0"], {"ieee": "z"}, "unknown name 'z'"),
        ("x", "x", ["1.0"], {"as_taught": ["z"]}, "unknown name 'z'"),
        ("x", "x", [], {}, "1 operands but 0 partials"),
        ("x", "x", ["1.0", "1.0"], {}, "1 operands but 2 partials"),
        ("x, y", "x + y", ["1.0"], {}, "2 operands but 1 partials"),
        ("x, y, z", "x + y + z", ["1.0"] * 3, {}, "at most two operands"),
        ("x", "x", ["1.0"], {"as_taught": ["", ""]}, "1 operands but 2 as_taught"),
        ("x", "x +", ["1.0"], {}, "invalid syntax"),
        ("x", "x.real", ["1.0"], {}, "has no place here"),
        ("x", "x + 1", ["1.0"], {}, "'1' has no place here; write 1.0"),
        ("x", "x ^ 2.0", ["1.0"], {}, "has no place here; for a power write **"),
        ("x", "np.exp(x)", ["1.0"], {}, "has no place here; write exp(…)"),
        ("x", "[x]", ["1.0"], {}, "has no place here"),
        ("x", "x // 2.0", ["1.0"], {}, "has no place here"),
        ("x", "not x", ["1.0"], {}, "has no place here"),
        ("x", "exp(x=x)", ["1.0"], {}, "has no place here"),
        ("x", "x.exp()", ["1.0"], {}, "has no place here"),
    ],
)
def test_bad_rows_fail_when_they_are_made(
    parameters: str, value: str, partials: list[str], options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        Operation("bad", parameters, value, partials=partials, about="", **options)
    assert "operation 'bad'" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "partial", "complaint"),
    [
        ("gamma(x)", "1.0", "unknown function 'gamma'"),
        ("x", "gamma(x)", "'gamma', which is no operation"),
        ("x", "copysign(x, x)", "'copysign', which is no operation"),
    ],
)
def test_unknown_functions_fail_when_the_table_is_read(value: str, partial: str, complaint: str) -> None:
    operation = Operation("bad", "x", value, partials=(partial,), about="")
    with pytest.raises(ValueError, match=complaint):
        check_calls(operation, OPERATIONS)


@pytest.mark.parametrize("text", ["hypot(x)", "exp(x, x)", "x is x", "x in x"])
def test_what_cannot_be_evaluated_fails_when_the_row_is_made(text: str) -> None:
    with pytest.raises(ValueError, match="bad"):
        check_calls(Operation("bad", "x", text, partials=("1.0",), about=""), OPERATIONS)


@every_operation
def test_every_row_of_the_table_can_be_read(operation: Operation) -> None:
    # the table does not parse its rows when it is imported, so this is where a mistake in one shows
    check_calls(operation, OPERATIONS)
    eager = reread(operation)
    for text, again in zip(operation.texts, eager.texts, strict=True):
        assert (text.text, ast.dump(text.tree)) == (again.text, ast.dump(again.tree))


def reread(row: Operation) -> Operation:
    """The row made anew of its texts, which are parsed at once."""
    conditions = {
        what: text and text.text for what, text in (("domain", row.domain), ("kink", row.kink))
    }
    return Operation(
        row.name,
        ", ".join(row.parameters),
        row.value.text,
        partials=[partial.text for partial in row.partials],
        as_taught=[taught.text for taught in row.as_taught],
        formula=row.formula.text,
        ieee=row.ieee.text,
        about="",
        **conditions,
    )


@every_operation
def test_the_operator_of_a_row_is_the_one_of_its_tree(operation: Operation) -> None:
    match operation.value.tree:
        case ast.BinOp(left=ast.Name(), op=op, right=ast.Name(id=y)) if (
            y == operation.parameters[-1] != "x"
        ):
            expected = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv"}
            assert operation.operator == expected.get(type(op), "pow")
        case ast.UnaryOp(op=op, operand=ast.Name()):
            assert operation.operator == {ast.USub: "neg", ast.UAdd: "pos"}[type(op)]
        case ast.Call(func=ast.Name(id="abs")):
            assert operation.operator == "abs"
        case _:
            assert operation.operator is None


@every_operation
def test_the_fast_text_is_the_text_with_constants_computed(operation: Operation) -> None:
    for text in operation.texts:
        source = text.source()
        folds = any(
            isinstance(part, ast.Name) and part.id == "pi" for part in ast.walk(text.tree)
        ) or any(
            all(isinstance(operand, ast.Constant) for operand in operands_below(part))
            for part in ast.walk(text.tree)
            if isinstance(part, ast.BinOp | ast.Call)
        )
        assert (source != text.text) == folds
        again = Expression(source, [*operation.parameters, "out"])
        assert again.source() == source
        assert "pi" not in source


def operands_below(part: ast.BinOp | ast.Call) -> list[ast.expr]:
    return part.args if isinstance(part, ast.Call) else [part.left, part.right]


@pytest.mark.parametrize("text", ["x + 1.0 ", "\nx + 1.0\n", "(x +\n1.0)", "x + 1.0  # as it is"])
def test_a_row_may_be_written_on_several_lines(text: str) -> None:
    method = attached(Operation("spaced", "x", text, partials=["1.0 "], about=""))
    assert method(Value(2.0)).data == 3.0
    assert strict(Operation("spaced", "x", text, partials=["1.0 "], about=""))(2.0) == 3.0


def test_a_row_that_does_not_say_what_ieee_754_gives_is_computed_by_it() -> None:
    inverse = Operation("inverse", "x", "2.0 - 1.0 / x", partials=["1.0 / (x * x)"], about="")
    assert (ieee_result(inverse, [0.0]), ieee_result(inverse, [-0.0])) == (-math.inf, math.inf)
    for value in (math.factorial, "x % (x - x)"):  # which have no other arithmetic than Python's
        row = Operation("row", "x", value, partials=["1.0"], about="")  # type: ignore[arg-type]
        assert row.ieee.text == "nan"


def test_a_lazy_row_is_read_text_by_text() -> None:
    row = Operation("lazy", "x", "x +", partials=["1.0"], about="", domain="z > 0.0", lazy=True)
    assert [partial.text for partial in row.partials] == ["1.0"]
    assert row.partials is row.partials
    for what, complaint in (("value", "invalid syntax"), ("domain", "unknown name 'z'")):
        for _ in range(2):  # and not only the first time
            with pytest.raises(ValueError, match=f"operation 'lazy': .*{complaint}"):
                getattr(row, what)
    with pytest.raises(ValueError, match="operation 'lazy'"):
        check_calls(row, OPERATIONS)
    with pytest.raises(AttributeError, match="frobnicate"):
        row.frobnicate  # noqa: B018  # the access is the test


def test_every_primitive_is_used_by_a_row() -> None:
    from autograd.expression import PRIMITIVES

    texts = [
        text
        for operation in OPERATIONS.values()
        for text in (operation.value, operation.ieee, *operation.partials, *operation.as_taught)
    ]
    assert set(PRIMITIVES) == set().union(*(text.calls for text in texts)) & set(PRIMITIVES)


# --- the checks themselves, with planted mistakes -------------------------------------------------


def planted(value: str, *partials: str, parameters: str = "x", **options: object) -> Operation:
    return Operation("planted", parameters, value, partials=partials, about="", **options)


RIGHT = planted("sin(x)", "cos(x)")


def test_a_right_row_passes_every_check() -> None:
    assert wrong_by_differences(RIGHT) == symbolic_mistakes(RIGHT) == []


@pytest.mark.parametrize(
    "wrong",
    [
        planted("sin(x)", "-cos(x)"),
        planted("sin(x)", "cos(x)", as_taught=["cos(2.0 * x)"]),
        planted("x * y", "y", "y", parameters="x, y"),
        planted("x if x > 0.0 else 0.5 * x", "1.0 if x > 0.0 else 0.25", kink="x == 0.0"),
    ],
    ids=lambda operation: operation.value.text,
)
@pytest.mark.parametrize("check", [wrong_by_differences, symbolic_mistakes])
def test_the_other_checks_notice_planted_mistakes(check: object, wrong: Operation) -> None:
    assert check(wrong)


def test_the_symbolic_check_reads_the_stable_form_too() -> None:
    assert symbolic_mistakes(planted("sin(x)", "-cos(x)", as_taught=["cos(x)"]))
    assert symbolic_mistakes(planted("sin(x)", "cos(x) * 1.000000000000002", as_taught=["cos(x)"]))


def test_python_is_asked_for_complex_results_too() -> None:
    assert in_python("pow", (-8.0, 0.5)) is ValueError
    assert in_python("div", (1.0, 0.0)) is ZeroDivisionError
    assert in_python("add", (1.0, 2.0)) == 3.0
    assert same(0.0, 0.0)
    assert not same(0.0, -0.0)
    assert same(math.nan, -math.nan)
    assert not same(math.nan, 1.0)
