"""The text of a number, as people write it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import worked
from nn.number_text import read_number
from nn.proofreading import proofread
from nn.proofreading.printed import Printed


@pytest.mark.parametrize(
    ("text", "exact", "unit"),
    [
        ("-0,1", "-0.1", "0.1"), ("≈ −0.1", "-0.1", "0.1"), ("-0.1 ", "-0.1", "0.1"),
        ("~0.25", "0.25", "0.01"), ("= .5", "0.5", "0.1"), ("1.2·10^-3", "0.0012", "0.0001"),
        ("1.2 × 10⁻³", "0.0012", "0.0001"), ("1.2*10**-3", "0.0012", "0.0001"),
        ("1.2 x 10^(-3)", "0.0012", "0.0001"), ("10^-3", "0.001", "0.001"),
        ("1.30e-3", "0.00130", "0.00001"), ("−1,5E−3", "-0.0015", "0.0001"), (".5", "0.5", "0.1"),
        ("12.5 %", "0.125", "0.001"), ("12,5%", "0.125", "0.001"), ("1,25", "1.25", "0.01"),
        ("0,123", "0.123", "0.001"), ("1,2345", "1.2345", "0.0001"), ("1,234.5", "1234.5", "0.1"),
        ("1.234,5", "1234.5", "0.1"), ("1,234,567", "1234567", "1"), ("1\u202f234,5", "1234.5", "0.1"),
        ("٠٫١٢", "0.12", "0.01"), ("١٢", "12", "1"), ("１．５", "1.5", "0.1"), ("–0.3", "-0.3", "0.1"),
        ("-2/5", "-0.4", "1e-15"),
    ],
)  # fmt: skip
def test_what_a_text_says(text: str, exact: str, unit: str) -> None:
    found = read_number(text)
    assert found.exact == Decimal(exact)
    assert found.unit == Decimal(unit)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "0x1", "1e", "nan", "inf", "1 2", ".", "-", "--1", "1.2.3", "1,2,3", "1/0", "1/", "%",
     "1.2 10^-3", "·10^3", "1,234"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the text of a number is expected, not ") as caught:
        read_number(text)
    assert any(each in str(caught.value) for each in ("1.2·10^-3", "decimal_comma", "divides by 0"))


def test_a_comma_that_may_be_meant_in_two_ways() -> None:
    assert read_number("1,234", decimal_comma=True).exact == Decimal("1.234")
    assert read_number("1,234", decimal_comma=False).exact == Decimal(1234)
    assert read_number("1.234", decimal_comma=True).exact == Decimal(1234)
    assert read_number("0.25", decimal_comma=False).exact == Decimal("0.25")


@given(st.decimals(-1000, 1000, places=6, allow_nan=False), st.booleans())
def test_a_plain_number_is_what_decimal_reads(number: Decimal, comma: bool) -> None:
    text = f"{number:f}"
    found = read_number(text.replace(".", ",") if comma else text, decimal_comma=comma or None)
    assert (found.exact, found.unit) == (number, Decimal("0.000001"))


@given(st.fractions(-10, 10, max_denominator=99))
def test_a_fraction_stands_for_itself(number: object) -> None:
    from fractions import Fraction

    assert isinstance(number, Fraction)
    text = f"{number.numerator}/{number.denominator}"
    assert Printed(text).says(float(number))
    assert not Printed(text).says(float(number) + 1e-9)


OWN = """
{declared}
[values]
w = 0.5
x = 2468.0
[formulas]
y = "w * x"
[[figures]]
symbol = "y"
printed = "{printed}"
{own}
"""


@pytest.mark.parametrize(
    ("declared", "printed", "own", "agrees"),
    [
        ("decimal_comma = false", "1,234", "", True),
        ("", "1,234", "decimal_comma = false", True),
        ("decimal_comma = true", "1,234", "", False),
        ("decimal_comma = true", "1,234", "decimal_comma = false", True),
        ("decimal_comma = true", "1234,00", "", True),
        ("", "123400 %", "", True),
    ],
)
def test_in_a_file(declared: str, printed: str, own: str, agrees: bool, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(declared=declared, printed=printed, own=own), encoding="utf-8")
    proof = proofread(worked.load(path))
    assert proof["y"].agrees is agrees
    assert printed in str(proof)
