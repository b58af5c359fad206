"""How close an answer has to be: to digits or decimals, rounded or cut."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import ArgumentTypeError, ArgumentValueError
from nn.answers import Tolerance
from nn.byhand.rounding import Rounding, decimal_of

numbers = st.floats(1e-6, 1e6).flatmap(lambda x: st.sampled_from([x, -x]))


@example(983688.0307611577, 8, "decimals")  # more digits than a float is sure of
@example(0.99999, 3, "digits")
@given(numbers, st.integers(1, 8), st.sampled_from(["digits", "decimals"]))
def test_what_is_rounded_or_cut_is_accepted_and_what_is_two_units_off_is_not(
    value: float, count: int, what: str
) -> None:
    exact = decimal_of(value)
    for rounding, how in (("rounded", ROUND_HALF_UP), ("cut", ROUND_DOWN)):
        tolerance = Tolerance(**{what: count}, rounding=rounding)  # type: ignore[arg-type]
        unit = tolerance.unit(value)
        if what == "digits" and rounding == "cut":
            unit = Rounding(count).unit(value)
        brought = exact.quantize(unit, how) if exact.as_tuple().exponent < unit.adjusted() else exact
        assert tolerance.accepts(brought, value)
        assert Tolerance(**{what: count}).accepts(brought, value)  # type: ignore[arg-type]
        # the last digit of the rounded number, which may be one place before that of the number itself
        unit = tolerance.unit(value)
        for off in (2 * unit, -2 * unit):
            assert not Tolerance(**{what: count}).accepts(brought + off, value)  # type: ignore[arg-type]


def test_what_is_cut_has_as_many_digits_as_are_asked_for() -> None:
    cut = Tolerance(digits=3, rounding="cut")
    assert cut.accepts(Decimal("0.999"), 0.9996)
    assert not cut.accepts(Decimal("0.990"), 0.9996)
    assert not cut.accepts(Decimal("1.00"), 0.9996)


def test_rounded_is_not_cut() -> None:
    for rounding, expected in (
        ("rounded", [True, False]),
        ("cut", [False, True]),
        ("either", [True, True]),
    ):
        tolerance = Tolerance(decimals=2, rounding=rounding)
        assert [tolerance.accepts(Decimal(text), 0.127) for text in ("0.13", "0.12")] == expected


def test_a_zero_is_zero_and_a_sign_counts() -> None:
    assert Tolerance().accepts(Decimal(0), 0.0)
    assert not Tolerance().accepts(Decimal("0.01"), 0.0)
    assert not Tolerance().accepts(Decimal("-0.5"), 0.5)
    assert not Tolerance().accepts(Decimal(1), float("inf"))


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"digits": 3, "decimals": 2}, ArgumentValueError, "just one of them"),
        ({"digits": 0}, ArgumentValueError, "digits must be"),
        ({"decimals": 16}, ArgumentValueError, "decimals must be"),
        ({"digits": 2.5}, ArgumentTypeError, "digits must be"),
        ({"rounding": "up"}, ArgumentValueError, "rounding must be"),
    ],
)
def test_what_is_no_tolerance_is_refused(arguments: dict[str, object], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        Tolerance(**arguments)  # type: ignore[arg-type]
