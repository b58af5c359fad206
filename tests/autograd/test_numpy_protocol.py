"""What NumPy does with nodes: alone, with a number first, and in arrays."""

import math
import operator
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, OperandError, Value, grad, gradcheck, gradgradcheck, hessian

SMALL = st.floats(-30.0, 30.0)


def values(*numbers: float) -> list[Value]:
    return [Value(number, f"x{index}") for index, number in enumerate(numbers)]


# --- functions of one node ------------------------------------------------------------------------

#: Functions of one number that NumPy and nodes have in common, with a number in the domain.
OF_ONE: dict[str, float] = {
    **dict.fromkeys(("negative", "positive", "absolute", "fabs", "square", "conjugate"), -0.7),
    **dict.fromkeys(("exp", "expm1", "exp2", "sin", "cos", "tan", "sinh", "cosh", "tanh"), 0.7),
    **dict.fromkeys(("arcsin", "arccos", "arctan", "arcsinh", "arctanh", "cbrt"), 0.7),
    **dict.fromkeys(("log", "log1p", "log2", "log10", "sqrt", "arccosh", "reciprocal"), 1.7),
    **dict.fromkeys(("deg2rad", "rad2deg", "radians", "degrees"), 50.0),
}


@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_a_node_and_of_an_array(name: str) -> None:
    function, x = getattr(np, name), OF_ONE[name]
    (v,) = values(x)
    alone, (within,) = function(v), function(np.array([v]))
    for node in (alone, within):
        assert isinstance(node, Value)
        assert node.data == pytest.approx(float(function(x)), rel=1e-15)
    assert gradcheck(function, x)
    assert gradcheck(lambda x: function(np.array([x, 2.0 * x / 3.0]))[0], x)


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "rint", "round"])
def test_what_has_no_useful_derivative_is_refused(name: str) -> None:
    with pytest.raises(OperandError, match=f"{'rint' if name == 'round' else name} is refused"):
        getattr(np, name)(Value(0.7))


@pytest.mark.parametrize("x", [0.5, -0.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "signbit"])
def test_questions_about_the_number(name: str, x: float) -> None:
    answer = getattr(np, name)(Value(x))
    assert answer is bool(getattr(np, name)(x))


@pytest.mark.parametrize("name", ["frexp", "modf", "heaviside", "nextafter", "copysign", "ldexp"])
def test_what_nodes_do_not_have_is_a_type_error(name: str) -> None:
    function = getattr(np, name)
    with pytest.raises(
        OperandError, match=rf"^numpy\.{name} is no operation on nodes: .* autograd.register"
    ):
        function(*[Value(0.7)] * function.nin)


@pytest.mark.parametrize(("x", "sign"), [(2.5, 1.0), (-0.1, -1.0), (0.0, 0.0), (math.inf, 1.0)])
def test_a_sign_has_the_derivative_0(x: float, sign: float) -> None:
    node = Value(x)
    for result in (np.sign(node), node.sign()):
        assert result.data == sign
        assert result.derivatives == (0.0,)


@pytest.mark.skipif(np.finfo(np.longdouble).maxexp <= 1024, reason="a long double is a double here")
def test_a_long_double_that_no_float_can_hold_is_no_infinity() -> None:
    huge, node = np.longdouble("1e400"), Value(2.0)
    for call in (
        lambda: Value(huge),
        lambda: node * huge,
        lambda: huge * node,
        lambda: node < huge,
        lambda: np.array([huge]) * node,
    ):
        with pytest.raises(OverflowError, match="longdouble too large for a float"):
            call()
    assert Value(np.longdouble("inf")).data == Value(np.float32("inf")).data == math.inf
    assert math.isnan(Value(np.longdouble("nan")).data)
    assert (np.longdouble(3.0) * node).data == 6.0


# --- functions of two -----------------------------------------------------------------------------

OF_TWO = [
    *("add", "subtract", "multiply", "divide", "true_divide", "power", "float_power"),
    *("hypot", "arctan2", "maximum", "minimum", "logaddexp"),
]


@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize(
    "number", [2.0, 3, True, np.float64(2.0), np.float32(0.5), np.int64(3)], ids=repr
)
def test_a_number_on_either_side(name: str, number: Any) -> None:
    function = getattr(np, name)
    v, w = values(1.25, 0.75)
    for node, expected in (
        (function(v, number), function(1.25, float(number))),
        (function(number, v), function(float(number), 1.25)),
        (function(v, w), function(1.25, 0.75)),
    ):
        assert isinstance(node, Value)
        assert node.data == pytest.approx(float(expected), rel=1e-15)
    plain = float(number)
    assert gradcheck(lambda x: function(x, number), 1.25)
    assert gradcheck(lambda x: function(number, x), 1.25)
    assert gradcheck(function, (1.25, 0.75))
    assert grad(lambda x: function(number, x))(1.25) == grad(lambda x: function(plain, x))(1.25)


@pytest.mark.parametrize("name", OF_TWO)
def test_an_array_on_either_side(name: str) -> None:
    function, (v,), array = getattr(np, name), values(1.25), np.array([[0.5, 2.0], [3.0, 1.0]])
    for nodes, expected in (
        (function(v, array), function(1.25, array)),
        (function(array, v), function(array, 1.25)),
        (function(np.array([v, 2.0]), v), function(np.array([1.25, 2.0]), 1.25)),
    ):
        assert nodes.shape == expected.shape
        assert all(isinstance(node, Value) for node in nodes.flat)
        assert [node.data for node in nodes.flat] == pytest.approx(list(expected.flat), rel=1e-15)


@pytest.mark.parametrize("name", ["hypot", "logaddexp", "maximum", "multiply"])
def test_what_is_no_number_in_an_array_is_refused(name: str) -> None:
    with pytest.raises(TypeError):
        getattr(np, name)(Value(1.0), np.array(["text", None], dtype=object))


@pytest.mark.parametrize("compare", ["less", "less_equal", "greater", "greater_equal"])
def test_comparisons(compare: str) -> None:
    (v,) = values(1.0)
    function = getattr(np, compare)
    for x in (0.5, 1.0, 1.5, math.nan):
        assert function(v, x) is bool(function(1.0, x))
        assert function(x, v) is bool(function(x, 1.0))
    for scalar in (np.float64(0.5), np.int64(1), np.float32(1.5)):
        assert getattr(operator, {"less": "lt", "less_equal": "le"}.get(compare, "gt"))(scalar, v) in (
            True,
            False,
        )


def test_equality_is_refused_as_by_the_operator() -> None:
    (v,) = values(1.0)
    for compare in (np.equal, np.not_equal):
        for operands in ((v, 1.0), (1.0, v), (v, np.float64(1.0)), (v, np.array([1.0]))):
            with pytest.raises(OperandError, match=r"write v\.data == "):
                compare(*operands)
        assert compare(v, v) == (compare is np.equal)


def test_numpys_scalars_and_arrays_without_an_axis_are_numbers() -> None:
    (v,) = values(3.0)
    for two in (np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0)):
        for operate in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
            assert operate(two, v).data == operate(2.0, 3.0)
            assert operate(v, two).data == operate(3.0, 2.0)


# --- what the methods compute ---------------------------------------------------------------------


@given(SMALL, SMALL)
def test_logaddexp(x: float, y: float) -> None:
    a, b = values(x, y)
    result = a.logaddexp(b)
    result.backward()
    assert result.data == pytest.approx(float(np.logaddexp(x, y)), rel=1e-14, abs=1e-15)
    assert a.grad == pytest.approx(autograd.sigmoid(x - y), rel=1e-14)
    assert b.grad == pytest.approx(autograd.sigmoid(y - x), rel=1e-14)


def test_logaddexp_is_smooth_where_both_are_equal() -> None:
    assert hessian(lambda v: v[0].logaddexp(v[1]))([2.0, 2.0]) == [[0.25, -0.25], [-0.25, 0.25]]
    assert gradgradcheck(lambda x, y: x.logaddexp(y), (0.5, 0.5))


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (math.inf, math.inf, math.inf),
        (-math.inf, -math.inf, -math.inf),
        (math.inf, 1.0, math.inf),
        (-math.inf, 1.0, 1.0),
        (1e308, 1e308, 1e308),
        (-1e20, 1.0, 1.0),
        (math.nan, 1.0, math.nan),
    ],
)
def test_logaddexp_at_the_edges(x: float, y: float, expected: float) -> None:
    for a, b in ((x, y), (y, x)):
        for result in (
            Value(a).logaddexp(Value(b)),
            np.logaddexp(Value(a), b),
            np.logaddexp(a, Value(b)),
        ):
            assert result.data == pytest.approx(expected, rel=1e-15, nan_ok=True)


@pytest.mark.parametrize("x", [-2.0, -1.0, 0.25, 2.0, 3.0])
def test_clip(x: float) -> None:
    expected = min(max(x, -1.0), 2.0)
    for clipped in (
        Value(x).clip(-1.0, 2.0),
        np.clip(Value(x), -1.0, 2.0),
        np.clip(Value(x), Value(-1.0), Value(2.0)),
    ):
        assert clipped.data == expected
    assert grad(lambda v: v.clip(-1.0, 2.0))(x) == {-1.0: 0.5, 0.25: 1.0, 2.0: 0.5}.get(x, 0.0)
    assert Value(x).clip(-1.0).data == max(x, -1.0)
    assert Value(x).clip(high=2.0).data == min(x, 2.0)
    assert [getattr(each, "data", each) for each in np.clip(np.array([Value(x)]), -1.0, 2.0)] == [
        expected
    ]


def test_a_value_is_real() -> None:
    v = Value(-1.5, "v")
    assert v.real is v.conjugate() is v
    assert v.imag == 0.0
    assert np.real(v) is v
    assert np.imag(v) == 0.0


# --- statistics -----------------------------------------------------------------------------------

STATISTICS: dict[str, Callable[[Any], Any]] = {
    "mean": np.mean,
    "var": np.var,
    "std": np.std,
    "var, one less": lambda x: np.var(x, ddof=1),
    "vdot": lambda x: np.vdot(x, [1.0, 2.0, 3.0]),
    "norm": np.linalg.norm,
    "inner": lambda x: np.inner(x, x),
    "median": np.median,
    "cumsum": lambda x: np.cumsum(x)[1],
    "diff": lambda x: np.diff(x)[1],
    "trapezoid": getattr(np, "trapezoid", getattr(np, "trapz", None)),
    "convolve": lambda x: np.convolve(x, x)[2],
    "max": lambda x: np.max(x) * 2.0,
}


@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_of_nodes(name: str) -> None:
    numbers = [0.5, 1.75, -0.625]
    function = STATISTICS[name]
    result = function(np.array(values(*numbers)))
    assert result.data == pytest.approx(float(function(np.array(numbers))), rel=1e-14)
    assert gradcheck(lambda x: function(np.array(x)), numbers)


# --- that NumPy is not needed ---------------------------------------------------------------------


def test_the_methods_do_not_import_numpy() -> None:
    script = (
        "import sys; from autograd import Value; x = Value(0.5); "
        "x.logaddexp(x); x.clip(0, 1); x.deg2rad(); x.conjugate(); x.real; print('numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_every_operation_is_a_ufunc_of_nodes_where_numpy_has_it() -> None:
    for operation in OPERATIONS.values():
        function = getattr(np, operation.numpy, None)
        if not isinstance(function, np.ufunc):
            continue
        operands = [Value(1.5) if operation.name == "acosh" else Value(0.5)] * operation.arity
        assert function(*operands).operation is operation
