"""Linear algebra of nodes: the same as NumPy's of floats, with the right derivatives."""

from itertools import permutations
from math import prod
from random import Random
from typing import Any

import numpy as np
import pytest

from autograd import (
    ArgumentTypeError,
    ArgumentValueError,
    DomainError,
    Value,
    grad,
    gradcheck,
    gradgradcheck,
    hessian,
    record,
)
from autograd.linalg import _multiplied_out, det, inv, solve

Matrix = list[list[float]]


def matrix(size: int, columns: int | None = None) -> Matrix:
    random = Random(f"{size} {columns}")
    return [[random.gauss(0.0, 1.0) for _ in range(columns or size)] for _ in range(size)]


def leibniz(a: Any) -> Any:
    """The determinant by its definition."""
    size = len(a)
    total: Any = 0.0
    for order in permutations(range(size)):
        odd = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size)) % 2
        total = total + (-1.0 if odd else 1.0) * prod((a[i][j] for i, j in enumerate(order)), start=1.0)
    return total


def numbers(found: Any) -> Any:
    return np.array(found, dtype=object).astype(float) if not isinstance(found, Value) else found.data


# --- values and derivatives -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_the_same_as_numpy_of_floats(size: int) -> None:
    a, b = matrix(size), matrix(size, 2)
    assert det(a) == pytest.approx(np.linalg.det(a), rel=1e-12)
    assert _multiplied_out(a) == pytest.approx(np.linalg.det(a), rel=1e-10)
    assert numbers(inv(a)) == pytest.approx(np.linalg.inv(a), rel=1e-9)
    assert numbers(solve(a, b)) == pytest.approx(np.linalg.solve(a, b), rel=1e-9)
    one = [row[0] for row in b]
    assert solve(a, one) == pytest.approx(np.linalg.solve(a, one), rel=1e-9)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_derivatives(size: int) -> None:
    a, b = matrix(size), matrix(size, 1)
    assert gradcheck(det, a)
    assert gradgradcheck(det, a)
    assert gradcheck(lambda a: [each for row in inv(a) for each in row], a)
    assert gradcheck(lambda a, b: [row[0] for row in solve(a, b)], (a, b))
    assert gradgradcheck(lambda a, b: solve(a, b)[0][0], (a, b))
    # that of a determinant is the determinant times the inverse transposed
    slopes = np.array(grad(det)(a))
    assert slopes == pytest.approx(np.linalg.det(a) * np.linalg.inv(a).T, rel=1e-10)


@pytest.mark.parametrize(
    "a",
    [
        [[1.0, 2.0], [2.0, 4.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[0.0, 1.0], [0.0, 2.0]],
        [[0.0, 0.0, 1.0], [0.0, 0.0, 2.0], [3.0, 4.0, 5.0]],
        [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
        [[1.0, 2.0, 4.0], [2.0, 4.0, 8.0], [4.0, 8.0, 16.0]],
        [[0.0, 2.0, 3.0, 1.0], [0.0, 1.0, 1.0, 2.0], [0.0, 5.0, 1.0, 1.0], [0.0, 2.0, 2.0, 2.0]],
    ],
    ids=str,
)
def test_a_determinant_of_0_has_its_derivatives(a: Matrix) -> None:
    assert det(a) == 0.0
    assert grad(det)(a) == grad(leibniz)(a)
    assert hessian(det)(a) == hessian(leibniz)(a)


def test_rows_are_exchanged_so_that_no_digits_are_lost() -> None:
    x, y = solve([[1e-20, 1.0], [1.0, 1.0]], [1.0, 2.0])
    assert (x, y) == (pytest.approx(1.0, rel=1e-15), pytest.approx(1.0, rel=1e-15))
    assert det([[0.0, 1.0], [1.0, 0.0]]) == -1.0
    assert inv([[0.0, 1.0], [2.0, 0.0]]) == [[0.0, 0.5], [1.0, 0.0]]


def test_plain_numbers_stay_plain() -> None:
    a = Value(2.0, "a")
    result = det([[a, 0.0], [7.0, 1.0]])
    assert result.data == 2.0
    result.backward()
    assert a.grad == 1.0
    assert inv([[2, True], [0, 4]]) == [[0.5, -0.125], [0.0, 0.25]]


def test_which_row_divides_is_a_guard_of_what_is_recorded() -> None:
    program = record(det, [[2.0, 1.0], [1.0, 3.0]], on_branch="record")
    for a in ([[2.0, 1.0], [1.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]):
        assert program(a) == det(a)


# --- arrays ---------------------------------------------------------------------------------------


def test_arrays_of_nodes() -> None:
    a = np.array([[Value(2.0), Value(1.0)], [Value(1.0), Value(3.0)]])
    for found in (inv(a), solve(a, np.eye(2)), solve(a, [[1.0, 0.0], [0.0, 1.0]])):
        assert isinstance(found, np.ndarray)
        assert all(isinstance(each, Value) for each in found.flat)
        product = a @ found
        assert [each.data for each in product.flat] == pytest.approx([1.0, 0.0, 0.0, 1.0], abs=1e-15)
    assert solve(a, np.array([1.0, 2.0])).shape == (2,)
    with pytest.raises(TypeError):  # this is why
        np.linalg.solve(a, np.eye(2))


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [[[1.0, 2.0], [2.0, 4.0]], [[0.0]], [[0.0, 1.0], [0.0, 2.0]]], ids=str)
def test_a_matrix_without_an_inverse(a: Matrix) -> None:
    for call in (lambda: inv(a), lambda: solve(a, [1.0] * len(a))):
        with pytest.raises(DomainError, match=r"^a must have an inverse, .* column \d has"):
            call()


@pytest.mark.parametrize(
    ("a", "message"),
    [
        ([[1.0, 2.0]], r"a must be a square matrix, got \[\[1.0, 2.0\]\]"),
        ([], r"a must be a square matrix, got \[\]"),
        ([[1.0, 2.0], [3.0]], r"a\[1\] must be of 2 numbers, as a\[0\] is, got \[3.0\]"),
    ],
)
def test_what_is_no_square_matrix(a: Any, message: str) -> None:
    for call in (det, inv, lambda a: solve(a, [1.0])):
        with pytest.raises(ArgumentValueError, match=f"^{message}$"):
            call(a)


@pytest.mark.parametrize(
    ("a", "message"),
    [
        (3.0, "a must be a list, got 3.0"),
        ([3.0], r"a\[0\] must be a list, got 3.0"),
        ([["3"]], r"a\[0\]\[0\] must be a real number, got '3'"),
    ],
)
def test_what_is_no_matrix(a: Any, message: str) -> None:
    for call in (det, inv, lambda a: solve(a, [1.0])):
        with pytest.raises(ArgumentTypeError, match=f"^{message}$"):
            call(a)


@pytest.mark.parametrize(
    ("b", "message"),
    [
        ([1.0], r"b must be of 2 rows, as a is, got \[1.0\]"),
        ([1.0, [2.0]], r"b\[0\] must be a list, got 1.0"),
        ([[1.0], [2.0, 3.0]], r"b\[1\] must be of 1 numbers, as b\[0\] is, got \[2.0, 3.0\]"),
        ([1.0, None], r"b\[1\] must be a real number, got None"),
    ],
)
def test_what_is_no_right_side(b: Any, message: str) -> None:
    with pytest.raises((ArgumentTypeError, ArgumentValueError), match=f"^{message}$"):
        solve([[1.0, 0.0], [0.0, 1.0]], b)
