"""The length of a vector: computed by a text of the table, and so the same wherever it is computed."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import same
from strategies import SPECIAL, finite_numbers

import autograd
from autograd import Value, asinh, atan, grad

LARGEST = math.nextafter(math.inf, 0.0)


def hypot(x: float, y: float) -> float:
    """The number, which is the same of nodes and of numbers."""
    number = autograd.hypot(x, y)
    assert same(Value(x).hypot(y).data, number)
    assert same(autograd.hypot(x, Value(y)).data, number)
    return number


def is_near(length: float, x: float, y: float, ulps: Fraction) -> bool:
    """Whether a length is off by some units in the last place at most, by exact arithmetic."""
    most = ulps * Fraction(math.ulp(length))
    squares = Fraction(x) ** 2 + Fraction(y) ** 2
    return max(Fraction(length) - most, Fraction(0)) ** 2 <= squares <= (Fraction(length) + most) ** 2


@given(finite_numbers, finite_numbers)
@example(1.4190637121107192, 1.0022006778972548)  # 1.205 units: the worst of 30 million
@example(5e-324, 5e-324)
@example(5e-324, 2.2e-308)
@example(1e-135, 1e-135)  # whose squares are where the text changes
@example(1.3e154, 1e150)
@example(LARGEST / 2, LARGEST / 2)
def test_it_is_right_to_a_unit_and_a_quarter(x: float, y: float) -> None:
    length = hypot(x, y)
    if math.isinf(length):
        assert Fraction(x) ** 2 + Fraction(y) ** 2 >= Fraction(LARGEST) ** 2
    else:
        assert is_near(length, x, y, Fraction(5, 4))


def test_a_planted_mistake_of_two_units_is_noticed() -> None:
    x, y = 1.5, 1.25
    length = hypot(x, y)
    assert not is_near(length + 2.0 * math.ulp(length), x, y, Fraction(5, 4))
    assert not is_near(length - 2.0 * math.ulp(length), x, y, Fraction(5, 4))


@given(finite_numbers, finite_numbers)
def test_it_is_the_same_of_all_four_signs_and_of_both_orders(x: float, y: float) -> None:
    numbers = {hypot(*each).hex() for a, b in product((x, -x), (y, -y)) for each in ((a, b), (b, a))}
    assert len(numbers) == 1


@given(finite_numbers)
def test_beside_a_zero_it_is_the_absolute_value(x: float) -> None:
    assert same(hypot(x, 0.0), abs(x))
    assert same(hypot(-0.0, x), abs(x))


@pytest.mark.parametrize(("x", "y", "length"), [(3, 4, 5), (5, 12, 13), (8, 15, 17), (20, 21, 29)])
@pytest.mark.parametrize("power", [-1074, -600, -448, -1, 0, 1, 511, 600, 1000])
def test_whole_triangles_are_exact_at_every_size(x: int, y: int, length: int, power: int) -> None:
    assert hypot(math.ldexp(x, power), math.ldexp(y, power)) == math.ldexp(length, power)


@given(st.floats(1.0, 2.0), st.floats(0.5, 2.0), st.integers(-1000, 1000))
def test_powers_of_two_scale_it_exactly(x: float, y: float, power: int) -> None:
    assert hypot(math.ldexp(x, power), math.ldexp(y, power)) == math.ldexp(hypot(x, y), power)


@given(finite_numbers, finite_numbers)
@example(1e-135, 3e-136)
@example(1.3407807929942596e154, 1.0)
def test_it_never_falls_as_an_operand_grows(x: float, y: float) -> None:
    assert hypot(math.nextafter(abs(x), math.inf), y) >= hypot(x, y)


def test_at_every_edge_it_is_what_python_computes_but_for_a_unit() -> None:
    for x, y in product((*SPECIAL, 1e120, 1e200, -1e300), repeat=2):
        expected = math.hypot(x, y)
        if math.isfinite(expected):
            assert abs(hypot(x, y) - expected) <= math.ulp(expected)
        else:  # an infinite operand outweighs a NaN, and nothing raises
            assert same(hypot(x, y), expected)


@pytest.mark.parametrize("power", [-1074, -1050, -1022, -940, -930, -920, 1021, 1022, 1023])
@pytest.mark.parametrize(("x", "y"), [(1.0, 1.0), (-1.0, 1.0), (0.25, 1.5), (1.5, -0.25), (-1.75, 0.0)])
def test_slopes_keep_their_digits_at_every_size(x: float, y: float, power: int) -> None:
    a, b = math.ldexp(x, power), math.ldexp(y, power)
    squares = Fraction(a) ** 2 + Fraction(b) ** 2
    for slope, by in zip(Value(a).hypot(Value(b)).derivatives, (a, b), strict=True):
        assert slope is not None
        right = Fraction(by) ** 2 / squares  # the square of the slope
        assert abs(Fraction(slope) ** 2 - right) <= right * Fraction(2) ** -50
        assert slope * by >= 0.0


# --- derivatives that named it --------------------------------------------------------------------


@given(st.floats(2.0**151, LARGEST), st.sampled_from([1.0, -1.0]))
def test_far_out_the_slopes_of_asinh_and_atan_are_powers(size: float, sign: float) -> None:
    x = sign * size
    assert grad(asinh)(x) == 1.0 / size
    assert math.isclose(grad(atan)(x), 1.0 / size / size, rel_tol=4e-16, abs_tol=5e-324)
    assert math.isclose(grad(grad(asinh))(x), -sign / size / size, rel_tol=6e-16, abs_tol=1e-323)
    assert math.isclose(
        grad(grad(atan))(x), -2.0 * sign / size / size / size, rel_tol=9e-16, abs_tol=2e-323
    )


@pytest.mark.parametrize("function", [asinh, atan])
@pytest.mark.parametrize("x", [math.inf, -math.inf])
def test_at_infinity_they_vanish(function, x: float) -> None:  # type: ignore[no-untyped-def]
    assert grad(function)(x) == grad(grad(function))(x) == grad(grad(grad(function)))(x) == 0.0
    assert math.isnan(grad(function)(math.nan))
