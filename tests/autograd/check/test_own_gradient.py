"""gradcheck(f, inputs, gradient=...): a gradient that somebody wrote, beside differences."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import ArgumentTypeError, ArgumentValueError, GradcheckError, Value, gradcheck
from nn import MLP, half_squared_error

# --- right, and with a wrong sign -----------------------------------------------------------------


def squares(weights: list[float], scale: float) -> float:
    return math.exp(scale) * sum(weight * weight for weight in weights)


def slopes(weights: list[float], scale: float) -> tuple[list[float], float]:
    return [2.0 * math.exp(scale) * weight for weight in weights], squares(weights, scale)


def planted(weights: list[float], scale: float) -> tuple[list[float], float]:
    by_weights, by_scale = slopes(weights, scale)
    return [by_weights[0], -by_weights[1]], by_scale


INPUTS = ([0.5, -1.25], 0.75)


def test_a_right_gradient_passes() -> None:
    assert gradcheck(squares, INPUTS, gradient=slopes) is True
    report = gradcheck(squares, INPUTS, gradient=slopes, report=True)
    assert report.passed
    assert [row.input for row in report.rows] == ["weights[0]", "weights[1]", "scale"]
    assert [row.judgement.verdict for row in report.rows] == ["ok"] * 3
    by_weights, by_scale = slopes(*INPUTS)
    assert [row.judgement.analytic for row in report.rows] == [*by_weights, by_scale]


def test_a_planted_wrong_sign_is_found_where_it_is() -> None:
    assert gradcheck(squares, INPUTS, gradient=planted, raise_exception=False) is False
    with pytest.raises(GradcheckError, match="1 of 3 derivatives wrong") as caught:
        gradcheck(squares, INPUTS, gradient=planted)
    (row,) = caught.value.report.failures
    assert row.input == "weights[1]"
    assert row.judgement.analytic == -slopes(*INPUTS)[0][1]
    assert row.judgement.numeric == pytest.approx(slopes(*INPUTS)[0][1], rel=1e-8)
    assert "the derivatives are those that the gradient function returned" in str(caught.value)
    assert "no operation" not in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda g: g * 1.01, "wrong"),
        (lambda g: 0.0, "wrong"),
        (lambda g: math.nan, "wrong"),
        (lambda g: math.inf, "wrong"),
        (lambda g: g + 1e-7, "inexact"),
        (lambda g: g, "ok"),
    ],
)
def test_verdicts_are_those_of_recorded_derivatives(spoil: Callable[[float], float], found: str) -> None:
    report = gradcheck(math.sin, 0.5, gradient=lambda x: spoil(math.cos(x)), report=True)
    assert [row.judgement.verdict for row in report.rows] == [found]


def test_a_kink_takes_any_slope_between_those_on_its_sides() -> None:
    for slope, verdict in ((0.0, "kink"), (-1.0, "kink"), (1.5, "wrong")):
        report = gradcheck(abs, 0.0, gradient=lambda x, slope=slope: slope, report=True)
        assert [row.judgement.verdict for row in report.rows] == [verdict]


# --- what it is called with -----------------------------------------------------------------------


def test_both_are_called_with_plain_numbers() -> None:
    given = []

    def f(x: Any, more: Any) -> float:
        given.append((x, *more["a"]))
        return float(x * x + more["a"][0])

    def gradient(x: Any, more: Any) -> Any:
        given.append((x, *more["a"]))
        return 2.0 * x, {"a": (1.0,)}

    assert gradcheck(f, (3, {"a": (np.float64(2.0),)}), gradient=gradient)
    assert given
    assert all(type(each) is float for call in given for each in call)


def test_leaves_stay_leaves_and_a_model_sees_them_move() -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=1)

    def error(_: list[Value]) -> Value:
        return half_squared_error(model([0.5, -1.0]), 0.25)

    def by_backward(parameters: list[Value]) -> list[float]:
        assert parameters[0] is model.parameters()[0]
        model.zero_grad()
        error(parameters).backward()
        return [parameter.grad for parameter in parameters]

    def deltas_forgotten(parameters: list[Value]) -> list[float]:
        return [*by_backward(parameters)[:-1], 0.0]

    before = model.state_dict()
    assert gradcheck(error, model.parameters(), gradient=by_backward)
    with pytest.raises(GradcheckError, match="1 of 9 derivatives wrong"):
        gradcheck(error, model.parameters(), gradient=deltas_forgotten)
    assert model.state_dict() == before


def test_a_gradient_may_give_nodes_and_arrays() -> None:
    weights = [0.5, -1.25]
    assert gradcheck(lambda w: w[0] * w[1], weights, gradient=lambda w: np.array([w[1], w[0]]))
    assert gradcheck(lambda w: w[0] * w[1], weights, gradient=lambda w: (Value(w[1]), Value(w[0])))
    assert gradcheck(
        lambda p: p["a"] * p["b"], {"a": 2.0, "b": 3.0}, gradient=lambda p: {"b": p["a"], "a": p["b"]}
    )


def test_a_gradient_that_differs_from_call_to_call_is_told_so() -> None:
    answers = iter([1.0, 2.0, 3.0])
    with pytest.raises(GradcheckError, match="two runs at the same point differ in ∂f/∂x"):
        gradcheck(lambda x: x, 0.5, gradient=lambda x: next(answers))


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "missing", "unknown"),
    [
        (([1.0], 2.0), r"gradient\(…\)\[0\]\[1\]", "none"),
        (([1.0, 2.0, 3.0], 2.0), "none", r"gradient\(…\)\[0\]\[2\]"),
        (([1.0, 2.0],), r"gradient\(…\)\[1\]", "none"),
        ([1.0, 2.0, 3.0], r"gradient\(…\)\[0\]\[0\], .*", r"gradient\(…\)\[0\], .*"),
        (1.0, ".*", r"gradient\(…\)"),
        (([1.0, 2.0], {"scale": 1.0}), r"gradient\(…\)\[1\]", r"gradient\(…\)\[1\]\['scale'\]"),
        (None, ".*", ".*"),
    ],
    ids=repr,
)
def test_another_nesting_is_refused(returned: Any, missing: str, unknown: str) -> None:
    complaint = (
        f"gradient must return a number for each input, .*missing: {missing}; unknown: {unknown}$"
    )
    with pytest.raises(ArgumentValueError, match=complaint):
        gradcheck(squares, INPUTS, gradient=lambda *_: returned)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(
        ArgumentTypeError, match=r"gradient\(…\)\[0\]\[1\] must be a real number, got '2'"
    ):
        gradcheck(squares, INPUTS, gradient=lambda *_: ([1.0, "2"], 2.0))
    with pytest.raises(ArgumentTypeError, match="gradient must be a function"):
        gradcheck(squares, INPUTS, gradient=1.0)
    with pytest.raises(ArgumentTypeError, match=r"must be a single number, got \[0.5, 1.0\]"):
        gradcheck(lambda x: [x, 2.0 * x], 0.5, gradient=lambda x: 1.0)


def test_an_error_of_the_gradient_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        gradcheck(lambda x: x, 0.0, gradient=lambda x: 1.0 / x)
