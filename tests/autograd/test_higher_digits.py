"""Second and third derivatives keep their digits at every magnitude, whatever form a text chooses."""

import math

import pytest
from higher import branches, forms, lost_digits, sizes
from oracles import replaced, spoilt

from autograd import OPERATIONS, Operation, acos, asin, atanh, grad, hypot, sigmoid, silu, softplus, tanh
from benchmarks.accuracy import KINDS, worst

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
WITH_FORMS = pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS.values() if forms(o)], ids=lambda operation: operation.name
)


@every_operation
def test_derivatives_are_right_to_8_ulp_at_every_magnitude(
    operation: Operation, everything: bool
) -> None:
    sample = 1 if everything or operation.arity == 1 else 7
    assert list(lost_digits(operation, sizes(operation)[::sample])) == []


@WITH_FORMS
def test_derivatives_are_right_on_both_sides_of_every_condition(
    operation: Operation, everything: bool
) -> None:
    # a condition hides what a derivative does at its edge: each has to choose between
    # forms of one function
    sample = 1 if everything or operation.arity == 1 else 7
    assert list(lost_digits(operation, [*branches(operation, [0.6])][::sample])) == []


@pytest.mark.slow
@WITH_FORMS
def test_derivatives_are_right_on_both_sides_along_more_lines(operation: Operation) -> None:
    found = list(branches(operation, (-3.1, -1.7, -1e-5, 0.3, 0.6, 0.9, 1.0, 2.3, 1e5)))
    assert found or operation.kink  # whose sides are no forms of one function
    assert list(lost_digits(operation, found)) == []


@pytest.mark.slow
@every_operation
def test_derivatives_are_right_to_8_ulp_on_the_whole_grid(operation: Operation) -> None:
    for kind in KINDS:
        assert worst(operation, kind) <= (4.0 if kind in {"value", "first"} else 8.0)


def test_conditions_are_found() -> None:
    edges = {round(x, 3) for (x,) in branches(OPERATIONS["acos"])}
    assert edges == {-1.0, -0.707, 0.707, 1.0}
    assert {round(x, 3) for (x,) in branches(OPERATIONS["sigmoid"])} == {-1.0, 0.0, 1.0, 40.0}
    assert not forms(OPERATIONS["exp"])
    assert len(list(branches(OPERATIONS["atan2"], [0.6]))) >= 8


def test_digits_near_0() -> None:
    assert grad(grad(atanh))(1e-17) == 2e-17
    assert grad(grad(asin))(1e-9) == -grad(grad(acos))(1e-9) == 1e-9
    assert grad(grad(tanh))(1e-12) == -2e-12
    assert grad(grad(sigmoid))(1e-12) == grad(grad(grad(softplus)))(1e-12) == -1.25e-13
    assert grad(grad(grad(silu)))(1e-12) == -5e-13
    assert math.isclose(grad(grad(hypot))(1.0, 1e-9), 1e-18, rel_tol=1e-15)


# --- planted mistakes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "index", "partial"),
    [
        ("tanh", 0, "4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)"),  # a difference that cancels near 0
        ("tanh", 0, "1.0 - out * out"),  # that cancels far out
        ("sigmoid", 0, "out * sigmoid(-x)"),
        ("silu", 0, "sigmoid(x) + out * sigmoid(-x)"),
        ("asin", 0, "1.0 / sqrt((1.0 - x) * (1.0 + x))"),
        ("acos", 0, "-1.0 / sqrt(1.0 - x * x)"),
        ("atanh", 0, "1.0 / ((1.0 - x) * (1.0 + x))"),
        ("hypot", 0, "x / out"),
        ("atan2", 1, "-y / (x * x + y * y)"),  # its third derivative underflows far out
        ("exp", 0, "out * 1.00000000000001"),
        ("cosh", 0, "sinh(x) if x > 0.0 else x"),  # wrong where nothing looks but at the condition
        ("square", 0, "abs(2.0 * x) if x > 0.0 else -abs(2.0 * x)"),
    ],
)
def test_a_planted_mistake_is_found(name: str, index: int, partial: str) -> None:
    row = spoilt(name, index, partial)
    with replaced(row):
        assert next(lost_digits(row, sizes(row)[:60]), "")


def test_a_wrong_form_beside_a_condition_is_found() -> None:
    # right but for a part of the domain that no size of the list is in
    row = spoilt("exp", 0, "out if x < 0.5 or x > 0.59 else 1.0 + x")
    with replaced(row):
        assert list(lost_digits(row, sizes(row))) == []
        assert next(lost_digits(row, branches(row)), "")
