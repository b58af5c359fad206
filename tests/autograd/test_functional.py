"""Derivatives of functions, of derivatives, and of what is nested."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    ArgumentTypeError,
    ArgumentValueError,
    OperandError,
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    value_and_grad,
)

small = st.floats(-3.0, 3.0)


class Point(NamedTuple):
    x: Any
    y: Any


def product(p: Point) -> Any:
    return p.x**2 * p.y


# --- gradients ------------------------------------------------------------------------------------


def test_plain_numbers_in_plain_floats_out() -> None:
    derivative = grad(lambda x: x**3)
    for given_number in (2, 2.0, np.float32(2.0), np.int64(2)):
        assert type(derivative(given_number)) is float
        assert derivative(given_number) == 12.0
    value, slope = value_and_grad(lambda x: x**3)(2)
    assert (type(value), type(slope)) == (float, float)
    assert (value, slope) == (8.0, 12.0)


def test_values_in_values_out() -> None:
    x = Value(2.0, "x")
    value, slope = value_and_grad(lambda x: x**3)(x)
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
    assert (value.data, slope.data) == (8.0, 12.0)
    slope.backward()
    assert x.grad == 12.0  # the second derivative, 6x
    value.backward()
    assert x.grad == 24.0


def test_nested_arguments_give_gradients_nested_alike() -> None:
    def f(tree: Any) -> Any:
        return tree["w"][0] * tree["w"][1][0] + tree["b"] * 3

    tree = {"w": [2.0, (5.0, 7.0)], "b": 1}
    assert grad(f)(tree) == {"w": [5.0, (2.0, 0.0)], "b": 3.0}
    assert tree == {"w": [2.0, (5.0, 7.0)], "b": 1}


def test_named_tuples_stay_named_tuples() -> None:
    slopes = grad(product)(Point(2.0, 3.0))
    assert isinstance(slopes, Point)
    assert slopes == Point(12.0, 4.0)
    rows = hessian(product)(Point(2.0, 3.0))
    assert rows == Point(Point(6.0, 4.0), Point(4.0, 0.0))
    assert isinstance(rows.x, Point)
    assert hvp(product)(Point(2.0, 3.0), Point(1.0, 10.0)) == Point(46.0, 4.0)


def test_empty_containers_and_unused_arguments() -> None:
    assert grad(lambda x: 5.0)(1.0) == 0.0
    assert grad(lambda tree: tree["a"])({"a": 1.0, "b": [], "c": 2.0}) == {"a": 1.0, "b": [], "c": 0.0}
    assert value_and_grad(lambda x: 5)(1.0) == (5.0, 0.0)


@pytest.mark.parametrize(("argnum", "slope"), [(0, 5.0), (1, 2.0), (-1, 2.0), (-2, 5.0)])
def test_argnum_chooses_the_argument(argnum: int, slope: float) -> None:
    assert grad(lambda x, y: x * y, argnum)(2.0, 5.0) == slope
    assert value_and_grad(lambda x, y: x * y, argnum)(2.0, 5.0) == (10.0, slope)
    assert jacobian(lambda x, y: [x * y], argnum)(2.0, 5.0) == [slope]


def test_the_other_arguments_are_passed_as_they_are() -> None:
    def f(x: Any, how: str, y: Any) -> Any:
        assert how == "times"
        assert type(y) is float
        return x * y

    assert grad(f)(2.0, "times", 5.0) == 5.0


def test_metadata_of_the_function_is_kept() -> None:
    assert grad(product).__name__ == "product"
    assert jacobian(product).__wrapped__ is product


def test_grad_leaves_the_gradients_of_values_alone() -> None:
    x = Value(2.0)
    x.grad = 7.0
    grad(lambda x: x**3)(x)
    assert x.grad == 7.0


# --- derivatives of derivatives -------------------------------------------------------------------


def test_nested_derivatives_do_not_confuse_their_variables() -> None:
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(3.0) == 1.0
    assert grad(lambda x: grad(lambda y: x * y**2)(x))(3.0) == 12.0
    assert grad(lambda x: x * grad(lambda x: x**2)(x))(3.0) == 12.0
    inner = grad(lambda x: grad(lambda y: grad(lambda z: x * y * z)(1.0) * y)(2.0) * x)
    assert inner(3.0) == 2 * 3.0 * 2 * 2.0  # d/dx of 2xy·x at y = 2


def test_derivatives_through_a_closure() -> None:
    w = Value(4.0, "w")
    result = grad(lambda x: w * x**2)(Value(3.0))
    result.backward()
    assert (result.data, w.grad) == (24.0, 6.0)


def test_plain_inside_a_derivative_is_plain_again_afterwards() -> None:
    assert isinstance(grad(lambda x: grad(lambda y: x * y)(1.0) * x)(3.0), float)
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: x / 0)(1.0)
    assert isinstance(grad(lambda x: x)(1.0), float)  # the failure has not left it "inside"


@given(small, small)
def test_jacobian_of_the_gradient_is_the_hessian_and_symmetric(x: float, y: float) -> None:
    def f(v: Any) -> Any:
        return (v[0] * v[1]).sin() * autograd.exp(v[0]) + v[1] ** 3 * v[0]

    rows = hessian(f)([x, y])
    assert rows == jacobian(grad(f))([x, y])
    assert rows[0][1] == pytest.approx(rows[1][0], rel=1e-12, abs=1e-12)
    e, s, c = math.exp(x), math.sin(x * y), math.cos(x * y)
    assert rows[0][0] == pytest.approx(e * (s + 2 * y * c - y * y * s), rel=1e-9, abs=1e-9)
    assert rows[1][1] == pytest.approx(-e * x * x * s + 6 * y * x, rel=1e-9, abs=1e-9)


@given(small, small, small, small)
def test_hvp_is_the_hessian_times_the_vector(x: float, y: float, a: float, b: float) -> None:
    def f(v: Any) -> Any:
        return (v["x"] * v["y"]).tanh() + v["x"] ** 2 * v["y"]

    point, vector = {"x": x, "y": y}, {"x": a, "y": b}
    rows = hessian(f)(point)
    expected = {key: rows[key]["x"] * a + rows[key]["y"] * b for key in ("x", "y")}
    assert hvp(f)(point, vector) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_hvp_by_another_argument() -> None:
    product = hvp(lambda scale, v: scale * v[0] ** 2 * v[1], argnum=1)
    assert product(2.0, [2.0, 3.0], [1.0, 10.0]) == [92.0, 8.0]


def test_jacobian_is_nested_as_the_result_and_then_as_the_argument() -> None:
    def f(v: Any) -> Any:
        return {"sum": v[0] + v[1], "rest": (v[0] * v[1], 5.0)}

    assert jacobian(f)([2.0, 3.0]) == {"sum": [1.0, 1.0], "rest": ([3.0, 2.0], [0.0, 0.0])}
    assert jacobian(lambda x: x**2)(3.0) == 6.0


def test_jacobian_of_values_is_recorded() -> None:
    x = Value(3.0)
    ((slope,),) = jacobian(lambda v: [v[0] ** 3])([x])
    slope.backward()
    assert (slope.data, x.grad) == (27.0, 18.0)


def test_derivatives_at_depth() -> None:
    def f(x: Any) -> Any:
        total = x
        for _ in range(3_000):
            total = total + x * x
        return total

    assert grad(grad(f))(0.5) == 6_000.0


# --- errors ---------------------------------------------------------------------------------------

TAKERS: list[Callable[..., Any]] = [grad, value_and_grad, jacobian, hessian]


@pytest.mark.parametrize("take", TAKERS)
@pytest.mark.parametrize("argument", ["1", None, 1j, ["a"], {"w": None}, np.array([1.0])])
def test_arguments_that_are_no_real_numbers_are_refused(take: Callable[..., Any], argument: Any) -> None:
    def never(x: Any) -> Any:
        raise AssertionError("it must not be called")

    with pytest.raises(ArgumentTypeError, match="an argument must be a real number, in lists"):
        take(never)(argument)


@pytest.mark.parametrize("take", TAKERS)
@pytest.mark.parametrize("result", ["1", None, 1j, np.array([1.0])])
def test_results_that_are_no_scalars_are_refused(take: Callable[..., Any], result: Any) -> None:
    returned = f"function returns must be Values or real numbers, got {re.escape(repr(result))}"
    with pytest.raises(ArgumentTypeError, match=returned):
        take(lambda x: result)(1.0)


@pytest.mark.parametrize("take", [grad, value_and_grad, hessian])
@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: (x, x), lambda x: {"a": x}])
def test_more_than_one_result_asks_for_the_jacobian(
    take: Callable[..., Any], wrap: Callable[..., Any]
) -> None:
    with pytest.raises(ArgumentTypeError, match=r"a single number \(see jacobian for more\), got "):
        take(wrap)(1.0)


@pytest.mark.parametrize("take", TAKERS)
@pytest.mark.parametrize("argnum", [1, -2, 7])
def test_an_argument_that_was_not_given_is_an_error(take: Callable[..., Any], argnum: int) -> None:
    with pytest.raises(ArgumentValueError, match=f"one of the 1 arguments given, got {argnum}"):
        take(lambda x: x, argnum)(1.0)


@pytest.mark.parametrize("vector", [[1.0], [1.0, 2.0, 3.0], [], 1.0])
def test_a_vector_of_another_size_is_an_error(vector: Any) -> None:
    with pytest.raises(ArgumentValueError, match=r"as many scalars as the argument, 2, got \d"):
        hvp(lambda v: v[0] * v[1])([1.0, 2.0], vector)


@pytest.mark.parametrize("vector", ["ab", [None, 1.0], [1j, 1.0]])
def test_a_vector_of_no_real_numbers_is_refused(vector: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="the vector must be real numbers"):
        hvp(lambda v: v[0] * v[1])([1.0, 2.0], vector)


def test_hvp_without_a_vector_is_an_error() -> None:
    with pytest.raises((OperandError, TypeError)):
        hvp(lambda x: x * x)()


def test_numbers_too_large_are_an_overflow() -> None:
    with pytest.raises(OverflowError, match="too large for a float"):
        grad(lambda x: x)(10**400)


def test_errors_of_the_function_come_through() -> None:
    with pytest.raises(ValueError, match=r"log\(x\) needs x > 0"):
        grad(autograd.log)(-1.0)


def test_what_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    for call in (
        lambda: grad(lambda v: 1.0)(endless),
        lambda: hvp(lambda v: v * v)(1.0, endless),
        lambda: jacobian(lambda v: endless)(1.0),
    ):
        with pytest.raises(ArgumentValueError, match="a list is nested too deeply, or contains itself"):
            call()


def test_an_array_is_refused_with_what_to_give_instead() -> None:
    array = np.array([1.0, 2.0])
    with pytest.raises(ArgumentTypeError, match=r"\(of an array, \.tolist\(\) gives lists\), got array"):
        grad(lambda x: x[0] * x[1])(array)
    assert grad(lambda x: x[0] * x[1])(array.tolist()) == [2.0, 1.0]
