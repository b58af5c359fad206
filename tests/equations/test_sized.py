"""The comparison of closed forms finds what is wrong, and forgives no more than rounding."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sized import TOLERANCE, Sized, apart, numbers
from steps import FUNCTIONS, Function, losses

moderate = st.floats(-8.0, 8.0).filter(lambda x: x == 0.0 or abs(x) > 1e-6)


def test_rounding_is_judged_by_the_terms() -> None:
    assert apart(0.1 + 0.2 - 0.3, Sized(0.1) + 0.2 - 0.3) == []
    assert (Sized(0.1) + 0.2 - 0.3).size == pytest.approx(0.6)
    assert apart(1e-11, Sized(0.1) + 0.2 - 0.3) != []
    assert apart(5.6e-17, Sized(0.0)) != []


@pytest.mark.parametrize("error", [1e-11, -1e-11, 1.0, math.nan, math.inf])
def test_a_wrong_number_is_found(error: float) -> None:
    right = numbers([[1.0, 2.0], [3.0, 4.0]])
    assert apart([[1.0, 2.0], [3.0, 4.0]], right) == []
    (complaint,) = apart([[1.0, 2.0 + error], [3.0, 4.0]], right)
    assert complaint.startswith("[0, 1]: ")


def test_a_wrong_shape_is_found() -> None:
    assert apart([1.0, 2.0], numbers([[1.0, 2.0]])) == ["the shape is (2,), not (1, 2)"]
    assert apart([[1.0], [2.0]], numbers([[1.0, 2.0]])) != []


@given(st.lists(st.lists(moderate, min_size=3, max_size=3), min_size=2, max_size=4))
def test_matrix_products_are_those_of_numbers(data: list[list[float]]) -> None:
    """And the size of a product is the product of the absolute values."""
    exact = [
        [sum(Fraction(a) * Fraction(b) for a, b in zip(r, s, strict=True)) for s in data] for r in data
    ]
    matrix = numbers(data)
    assert apart(np.array(exact, dtype=float), matrix @ matrix.T) == []
    sizes = np.abs(np.array(data)) @ np.abs(np.array(data)).T
    assert [[each.size for each in row] for row in matrix @ matrix.T] == pytest.approx(sizes, rel=1e-12)


@given(moderate, moderate.filter(bool), moderate)
def test_arithmetic_is_that_of_numbers(a: float, b: float, c: float) -> None:
    x, y, z = map(Sized, (a, b, c))
    exact = (Fraction(a) - Fraction(c)) * Fraction(a) / Fraction(b) - Fraction(c) ** 3 / 2
    for written in (
        (x - z) * x / y - z**3 / 2,
        -(z - x) * a / b - z**3 * 0.5,
        (a - z) * x / y - z**3 / 2,
    ):
        assert apart(float(exact), written) == []
    assert apart(1.0 / b, 1 / y) == []
    assert (x - z).size == abs(a) + abs(c)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh", "cosh", "arctan"])
@given(x=st.floats(0.5, 8.0))
def test_functions_are_those_of_numpy(name: str, x: float) -> None:
    function = getattr(np, name)
    found = function(Sized(x))
    assert apart(function(x), found) == []
    slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
    assert found.size == pytest.approx(abs(function(x)) + abs(slope) * x, rel=1e-5, abs=1e-5)


def slope_between(f: Any, x: float) -> float:
    return (f(Sized(x + 1e-6)).value - f(Sized(x - 1e-6)).value) / 2e-6


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@given(x=moderate.filter(bool))
def test_derivatives_of_activations(function: Function, x: float) -> None:
    if abs(x) > 1e-5:
        assert slope_between(function.f, x) == pytest.approx(function.slope(Sized(x)).value, abs=1e-7)


def test_the_tolerance_is_what_is_said() -> None:
    assert TOLERANCE == 1e-12
    assert apart(1.0 + 0.9e-12, Sized(1.0)) == []
    assert apart(1.0 + 1.1e-12, Sized(1.0)) != []


@given(losses())
def test_losses_are_texts_that_the_engine_reads(loss: Any) -> None:
    assert len(loss.text) <= 200
