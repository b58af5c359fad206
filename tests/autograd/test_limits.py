"""Derivatives at 0, at the edges of domains, at the least and greatest floats and at infinity."""

import math

import pytest
from limits import limit, places, wrong_limits
from mpmath import mp
from oracles import replaced, spoilt

from autograd import (
    OPERATIONS,
    Operation,
    Value,
    acos,
    acosh,
    asin,
    atan2,
    cbrt,
    gaussian,
    gelu,
    grad,
    silu,
)
from autograd import pow as power

INF = math.inf
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@every_operation
def test_derivatives_up_to_the_third_are_the_limits_at_every_edge(
    operation: Operation, everything: bool
) -> None:
    found = places(operation)
    sample = 1 if everything or operation.arity == 1 or operation.name == "pow" else 7
    assert list(wrong_limits(operation, found[::sample])) == []


@every_operation
def test_edges_are_looked_at(operation: Operation) -> None:
    found = places(operation)
    assert len(found) >= 7
    if operation.domain is None:
        assert {INF, -INF} <= {operands[0] for operands in found}
        assert any(operands[0] == 0.0 for operands in found) or operation.kink
    assert any(map(math.isinf, found[-1])) or operation.name in {
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atanh",
    }


@pytest.mark.parametrize(
    ("x", "y", "slope"),
    [
        (INF, 0.1, 0.0),
        (INF, INF, INF),
        (INF, 1e160, INF),
        (INF, -INF, 0.0),
        (0.0, -INF, -INF),
        (0.5, INF, 0.0),
        (2.0, -INF, 0.0),
        (0.0, INF, 0.0),
        (-INF, 3.0, INF),
        (-INF, 1e160, -INF),
    ],
)
def test_a_power_at_infinity(x: float, y: float, slope: float) -> None:
    assert (Value(x) ** y).derivatives == (slope, None)
    assert (Value(x) ** Value(y)).derivatives[0] == slope


def test_where_a_power_of_infinities_has_a_value_is_in_its_domain() -> None:
    domain = OPERATIONS["pow"].domain
    assert domain is not None
    assert "or" in domain.text
    for x, y, value in ((0.0, -INF, INF), (-2.0, INF, INF), (-INF, 0.5, INF), (-0.5, INF, 0.0)):
        assert (Value(x) ** y).data == value
        assert eval(domain.text, {"x": x, "y": y, "inf": INF})


def test_slopes_at_infinity() -> None:
    assert grad(silu)(INF) == grad(gelu)(INF) == 1.0
    assert grad(silu)(-INF) == grad(gelu)(-INF) == 0.0
    assert grad(gaussian)(INF) == grad(gaussian)(-INF) == 0.0


def test_second_derivatives_where_the_slope_is_vertical() -> None:
    assert grad(grad(asin))(1.0) == INF
    assert grad(grad(asin))(-1.0) == -INF
    assert grad(grad(acos))(1.0) == grad(grad(acosh))(1.0) == -INF
    # from the side that the sign of zero tells
    assert grad(grad(cbrt))(0.0) == grad(grad(cbrt))(5e-324) == -INF
    assert grad(grad(cbrt))(-0.0) == grad(grad(cbrt))(-5e-324) == INF
    assert grad(grad(cbrt))(INF) == 0.0


def test_higher_derivatives_of_a_power_that_underflows() -> None:
    by_x = grad(grad(power))
    assert by_x(0.5, 1e308) == grad(by_x)(0.5, 1e308) == 0.0
    assert by_x(0.0, 1e308) == 0.0


def test_third_derivatives_of_a_power_at_0_by_both_operands() -> None:
    # of 0**1: 1 + log x and its derivatives by x and y
    by_both = grad(grad(power), 1)
    assert by_both(0.0, 1.0) == -INF
    assert grad(by_both)(0.0, 1.0) == grad(by_both, 1)(0.0, 1.0) == INF
    assert grad(grad(grad(power, 1)), 1)(0.0, 1.0) == INF
    assert grad(grad(grad(power)), 1)(0.0, 2.0) == -INF


def test_no_limit_where_it_depends_on_the_way() -> None:
    hypot = OPERATIONS["hypot"]
    assert limit(hypot, (1, 0), (INF, INF)) is None
    assert limit(hypot, (1, 0), (INF, 3.0)) == 1
    assert limit(OPERATIONS["cbrt"], (2,), (0.0,)) is None
    assert limit(OPERATIONS["cbrt"], (3,), (0.0,)) == mp.inf
    assert limit(OPERATIONS["pow"], (1, 0), (1.0, INF)) is None
    assert limit(OPERATIONS["pow"], (0, 1), (-2.0, 3.0)) is None
    assert grad(atan2)(INF, INF) == 0.0


@pytest.mark.parametrize(
    ("x", "y"), [(2.0, 3.0), (0.7, -1.5), (-3.0, 2.0), (1e-60, 2.5), (-1.5, 5.0), (1.0, 0.0)]
)
def test_limits_of_a_power_are_the_derivatives_that_mpmath_finds(x: float, y: float) -> None:
    for order in (
        (1, 0),
        (2, 0),
        (3, 0),
        *(() if x < 0.0 else ((0, 1), (1, 1), (2, 1), (1, 2), (0, 3))),
    ):
        with mp.workdps(80):
            h = abs(x) * mp.mpf(10) ** -20
            expected = mp.diff(mp.power, (mp.mpf(x), mp.mpf(y)), order, h=h if not order[1] else None)
            found = limit(OPERATIONS["pow"], order, (x, y))
            assert abs(found - expected) <= abs(expected) * mp.mpf("1e-6") + mp.mpf("1e-20")


# --- planted mistakes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "index", "partial"),
    [
        ("gaussian", 0, "-x * out"),  # 0·∞ at infinity
        ("gelu", 0, "normal_cdf(x) + x * gaussian(x) / sqrt(2.0 * pi)"),
        ("silu", 0, "sigmoid(x) + out * sigmoid(-x)"),
        ("acosh", 0, "1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))"),
        ("acos", 0, "-1.0 / sqrt((1.0 - x) * (1.0 + x))"),
        ("cbrt", 0, "1.0 / (3.0 * out * out)"),
        ("sqrt", 0, "0.5 / out"),  # -inf at -0.0
        ("pow", 0, "y * x ** (y - 1.0)"),
        ("pow", 1, "out * log(x)"),
        ("pow", 1, "0.0 - x ** y if x == 0.0 else out * log(x)"),  # right in the second order
        ("tanh", 0, "2.0 / (1.0 + cosh(2.0 * x))"),  # right in the first order
        ("hypot", 1, "y / out"),
        ("atan2", 0, "x / (x * x + y * y)"),
        ("exp", 0, "out if x < 1e19 else 1.0"),
    ],
)
def test_a_planted_mistake_at_an_edge_is_found(name: str, index: int, partial: str) -> None:
    row = spoilt(name, index, partial)
    with replaced(row):
        assert next(wrong_limits(row), "")
