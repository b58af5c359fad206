"""What differences make of kinks, edges, poles, infinite slopes and numbers too far apart."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from planted import planted, verdict

import autograd
from autograd import (
    OPERATIONS,
    GradcheckError,
    Value,
    gradcheck,
)
from autograd.check.blame import judged_slope


@pytest.mark.parametrize(
    ("f", "inputs"),
    [
        (abs, 0.0),
        (autograd.relu, 0.0),
        (lambda x: autograd.elu(x, 0.5), 0.0),
        (lambda x: autograd.max(x, 2.0), 2.0),
        (lambda x: autograd.hypot(x, 0.0), 0.0),
        (lambda x: (x - 1.0).relu() * 3.0 + autograd.sin(x), 1.0),
        (lambda x: 1e3 * abs(x - 0.3) + 1e-3 * x, 0.3),
    ],
)
def test_kinks_are_recognised_and_pass(f: Callable[..., Any], inputs: Any) -> None:
    assert verdict(f, inputs) == "kink"
    assert gradcheck(f, inputs)


@pytest.mark.parametrize("f", [abs, autograd.relu, lambda x: autograd.min(x, -x)])
@pytest.mark.parametrize("x", [1e-6, -1e-6, 3e-9, 0.5])
def test_beside_a_kink_is_none(f: Callable[..., Any], x: float) -> None:
    assert verdict(f, x) == "ok"


def test_a_slope_outside_those_on_the_two_sides_is_wrong() -> None:
    for slope, expected in (("1.5", "wrong"), ("-1.5", "wrong"), ("1.0", "kink"), ("0.3", "kink")):
        assert verdict(planted("abs(x)", slope, parameters="x"), 0.0) == expected


def test_a_rounded_kink_is_none() -> None:
    assert verdict(lambda x: (x * x + 1e-20).sqrt(), 0.0) == "ok"


def test_a_derivative_that_kinks_cancel_is_blamed_on_them() -> None:
    report = gradcheck(lambda x: x.relu() - (-x).relu(), Value(0.0, "x"), report=True)
    assert not report
    assert report.fault is None
    assert set(report.special) == {"relu at node 'ReLU(x)' (kink)", "relu at node 'ReLU(−x)' (kink)"}
    assert "the chain rule goes through relu" in str(report)


def test_an_infinite_slope_times_0_is_blamed_on_it() -> None:
    report = gradcheck(lambda x: autograd.asin(x / x), Value(2.0, "x"), report=True)
    assert [row.judgement.verdict for row in report.rows] == ["wrong"]
    assert report.special == ("asin at node 'arcsin(x/x)' (infinite)",)


@pytest.mark.parametrize(
    ("f", "x", "side"),
    [
        (autograd.log, 1e-9, "central"),
        (autograd.log, 1e-150, "central"),
        (lambda x: x**1.5, 0.0, "right"),
        (lambda x: (1.0 - x) ** 2.5, 1.0, "left"),
        (lambda x: autograd.acos(x) ** 2, 1.0, "left"),
        (lambda x: 1.0 / x, -1e-12, "central"),
        (autograd.log1p, -1.0 + 1e-10, "central"),
    ],
)
def test_the_edge_of_the_domain_is_respected(f: Callable[..., Any], x: float, side: str) -> None:
    (row,) = gradcheck(f, x, report=True).rows
    if math.isfinite(row.judgement.analytic):  # the slope of arccos² at 1 is infinite times 0
        assert (row.judgement.verdict, row.judgement.side) == ("ok", side)
        assert gradcheck(f, x)
    else:
        assert row.judgement.verdict == "wrong"


def test_nothing_is_computed_outside_the_domain() -> None:
    seen = []

    def f(x: Value) -> Value:
        result = x**1.5
        seen.append(x.data)
        return result

    assert gradcheck(f, 0.0, report=True)
    assert min(seen) == 0.0
    assert len(set(seen)) > 5


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (autograd.sqrt, 0.0),
        (autograd.asin, 1.0),
        (autograd.asin, -1.0),
        (autograd.cbrt, 0.0),
        (autograd.acosh, 1.0),
    ],
)
def test_infinite_slopes_are_told(f: Callable[..., Any], x: float) -> None:
    (row,) = gradcheck(f, x, report=True).rows
    assert (row.judgement.verdict, row.judgement.numeric) == ("infinite", math.inf)
    assert gradcheck(f, x)
    assert gradcheck(lambda x: -f(x), x)


@pytest.mark.parametrize("slope", ["0.5", "-inf", "0.0", "nan"])
def test_another_slope_is_wrong_where_it_is_infinite(slope: str) -> None:
    wrong = planted("sqrt(x)", slope, parameters="x", domain="x >= 0.0")
    assert verdict(wrong, 0.0) == "wrong"
    assert gradcheck(wrong, 0.0, report=True).fault.operand == 0


def test_an_infinite_slope_is_wrong_where_it_is_finite() -> None:
    assert verdict(planted("sin(x)", "inf", parameters="x"), 0.0) == "wrong"


@pytest.mark.parametrize("f", [lambda x: (-(x * x)).sqrt(), lambda x: 1e200 * (x + 1.0) * 1e200])
def test_where_no_step_can_be_taken_that_is_said(f: Callable[..., Any]) -> None:
    assert verdict(f, 0.0) == "no step"
    with pytest.raises(GradcheckError, match="no finite value"):
        gradcheck(f, 0.0)


def test_a_slope_that_rounding_hides_is_unclear() -> None:
    (row,) = gradcheck(lambda x: 1e20 + 1e3 * x, 0.3, report=True).rows
    assert row.judgement.verdict == "unclear"
    assert row.judgement.multiple < 1.0
    with pytest.raises(GradcheckError, match="1 of 1 derivatives unclear"):
        gradcheck(lambda x: 1e20 + 1e3 * x, 0.3)


@pytest.mark.parametrize("exponent", range(18, 300, 3))
def test_numbers_too_far_apart_to_tell_a_slope_are_unclear(exponent: int, everything: bool) -> None:
    numbers = (1.0, 2.9030961165197873, 9.13131220858885)
    for name in ("sin", "cos", "tan"):
        for digits in numbers if everything else (numbers[exponent // 3 % 3],):
            assert verdict(getattr(autograd, name), digits * 10.0**exponent) == "unclear"


@pytest.mark.parametrize("x", [1e-12, 3e-11, 1e-9])
@pytest.mark.parametrize("factor", [1.0, 1e-9])
def test_a_function_may_change_over_a_distance_that_its_input_does_not_suggest(
    x: float, factor: float
) -> None:
    def wave(x: Any) -> Any:
        return factor * autograd.sin(1.0 / x)

    assert verdict(wave, x) == "ok"
    (row,) = gradcheck(lambda x: wave(x) + wave(x.data), x, report=True).rows  # half of it unrecorded
    slope = -2.0 * factor * math.cos(1.0 / x) / x**2
    assert row.judgement.verdict in {"wrong", "unclear"}
    assert row.judgement.numeric == pytest.approx(slope, rel=0.1)


def test_the_other_operand_may_be_the_distance_over_which_one_changes() -> None:
    for operands, index, slope in [
        ((-1.452473180011453e-17, 2.1910315197019512e-254), 1, 0.0),
        ((1.369275408093628e-227, -5e-324), 1, 1.0),
    ]:
        assert judged_slope(OPERATIONS["min"], index, operands, slope).verdict == "ok"
        assert judged_slope(OPERATIONS["min"], index, operands, 0.25).verdict == "wrong"
    small, smaller = 8.524414326705119e-35, 1.2829197663457895e-41
    found = judged_slope(OPERATIONS["hypot"], 0, (smaller, small), smaller / small)
    assert found.verdict in {"ok", "unclear"}
    assert found.numeric == pytest.approx(smaller / small, rel=1e-6)


def test_a_slope_has_no_more_digits_than_a_subnormal_number() -> None:
    assert verdict(lambda y: -74.38496905339069 / y, -9.864422940086267e157) == "ok"
    found = judged_slope(
        OPERATIONS["atan2"], 1, (-26.56959129432229, 1.2021431090675519e160), 1.8385e-319
    )
    assert found.verdict == "ok"


def test_a_function_that_is_zero_all_around_has_slopes_to_tell_nothing_by() -> None:
    for x in (1.0, 3e5, 1e6, 1e300):
        assert verdict(lambda x: (x - x.data).sqrt(), x) == "wrong"


def test_what_overflows_in_the_bound_for_rounding_explains_anything() -> None:
    for x in (100.3, 360.0, 375.0, 442.2, 600.0):
        assert verdict(lambda x: x.exp().cos(), x) == "unclear"
