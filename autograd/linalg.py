"""Linear algebra of small matrices of nodes: what `numpy.linalg` refuses for an array of objects.

NumPy hands these functions on to LAPACK, which knows no numbers but floats, and refuses before any node
is asked. Here they are elimination, in the operations of the table.

>>> from autograd import Value, linalg
>>> a, b = Value(2.0, "a"), Value(1.0, "b")
>>> x, y = linalg.solve([[a, 1.0], [1.0, 3.0]], [b, 2.0])
>>> x.backward()
>>> x.data, y.data, round(a.grad, 9), b.grad
(0.2, 0.6, -0.12, 0.6)
"""

from __future__ import annotations

from autograd.arguments import items, real, wrong_value
from autograd.errors import DomainError
from autograd.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["det", "inv", "solve"]


def solve(a: Any, b: Any) -> Any:
    """The x for which a·x = b.

    By elimination with partial pivoting: of each column the largest number that is left divides. In a
    function that is recorded, this choice is guarded as any other comparison is.

    Args:
        a: a square matrix of nodes and numbers: a list of rows, or an array.
        b: as many nodes and numbers, or as many rows of them, one for each right side.

    Returns:
        as many as in ``b``: nested lists, or an array of objects if an array was given.

    Raises:
        DomainError: ``a`` has no inverse.
        ArgumentValueError: ``a`` is not square, or ``b`` has another number of rows.
        ArgumentTypeError: they hold something else.

    >>> from autograd import linalg
    >>> linalg.solve([[2.0, 1.0], [1.0, 3.0]], [1.0, 2.0])
    [0.2, 0.6]
    """
    rows = _square("a", a)
    right = items("b", b)
    if len(right) != len(rows):
        raise wrong_value("b", f"of {len(rows)} rows, as a is", b)
    one = not any(isinstance(each, list | tuple) or hasattr(each, "tolist") for each in right)
    sides = [[_scalar(f"b[{i}]", each)] for i, each in enumerate(right)] if one else _rows("b", right)
    found = _solved(rows, sides, a)
    return _like((a, b), [row[0] for row in found] if one else found)


def inv(a: Any) -> Any:
    """The inverse of a matrix, see `solve`.

    Args:
        a: a square matrix of nodes and numbers: a list of rows, or an array.

    Raises:
        DomainError: ``a`` has no inverse.
        ArgumentValueError: ``a`` is not square.
        ArgumentTypeError: it holds something else.

    >>> from autograd import linalg
    >>> linalg.inv([[2.0, 1.0], [0.0, 4.0]])
    [[0.5, -0.125], [0.0, 0.25]]
    """
    rows = _square("a", a)
    unit = [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]
    return _like((a,), _solved(rows, unit, a))


def det(a: Any) -> Any:
    """The determinant of a matrix, with the right derivatives of every order where it is 0 too.

    By elimination. Where a column has only zeros left, what is left of the matrix is multiplied out
    without division, see R. S. Bird, "A simple division-free algorithm for computing determinants",
    Information Processing Letters 111 (2011).

    Args:
        a: a square matrix of nodes and numbers: a list of rows, or an array.

    Raises:
        ArgumentValueError: ``a`` is not square.
        ArgumentTypeError: it holds something else.

    >>> from autograd import grad, linalg
    >>> linalg.det([[2.0, 1.0], [1.0, 3.0]])
    5.0
    >>> grad(linalg.det)([[1.0, 2.0], [2.0, 4.0]])  # which has no inverse
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    rows = _square("a", a)
    sign, pivots = _eliminate(rows)
    result: Any = float(sign)
    for k in range(pivots):
        result = result * rows[k][k]
    if pivots < len(rows):
        result = result * _multiplied_out([row[pivots:] for row in rows[pivots:]])
    return result


# --- what is given, and given back ---------------------------------------------------------------


def _scalar(what: str, given: Any) -> Value | float:
    return given if isinstance(given, Value) else real(what, given)


def _rows(what: str, given: Sequence[Any]) -> list[list[Any]]:
    """Rows of nodes and numbers, all of one length."""
    rows = [
        [_scalar(f"{what}[{i}][{j}]", each) for j, each in enumerate(items(f"{what}[{i}]", row))]
        for i, row in enumerate(given)
    ]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise wrong_value(f"{what}[{i}]", f"of {len(rows[0])} numbers, as {what}[0] is", given[i])
    return rows


def _square(what: str, given: Any) -> list[list[Any]]:
    rows = _rows(what, items(what, given))
    if not rows or len(rows[0]) != len(rows):
        raise wrong_value(what, "a square matrix", given)
    return rows


def _like(given: Sequence[Any], found: Any) -> Any:
    """An array of objects, if an array was given."""
    if not any(hasattr(each, "tolist") for each in given):
        return found
    import numpy as np

    return np.array(found, dtype=object)


# --- elimination ---------------------------------------------------------------------------------


def _eliminate(rows: list[list[Any]]) -> tuple[int, int]:
    """Make a matrix triangular in place, with whatever stands to the right of it.

    Returns:
        the sign that the exchange of rows gives its determinant, and how many pivots there are: fewer
        than rows if a column has only zeros left.
    """
    sign = 1
    for k in range(len(rows)):
        best, most = k, abs(rows[k][k])
        for i in range(k + 1, len(rows)):
            size = abs(rows[i][k])
            if size > most:
                best, most = i, size
        if best != k:
            rows[k], rows[best], sign = rows[best], rows[k], -sign
        pivot = rows[k][k]
        if not pivot:
            return sign, k
        for row in rows[k + 1 :]:
            if row[k].__class__ is float and not row[k]:
                continue
            factor = row[k] / pivot
            for j in range(k + 1, len(row)):
                row[j] = row[j] - factor * rows[k][j]
    return sign, len(rows)


def _solved(rows: list[list[Any]], sides: list[list[Any]], given: Any) -> list[list[Any]]:
    size = len(rows)
    rows = [[*row, *side] for row, side in zip(rows, sides, strict=True)]
    _, pivots = _eliminate(rows)
    if pivots < size:
        raise DomainError(
            f"a must have an inverse, but by elimination its column {pivots} has only zeros left",
            operands=(given,),
        )
    found: list[list[Any]] = []
    for k in reversed(range(size)):
        row = rows[k][size:]
        for below, x in zip(reversed(range(k + 1, size)), found, strict=True):
            row = [each - rows[k][below] * number for each, number in zip(row, x, strict=True)]
        found.append([each / rows[k][k] for each in row])
    return found[::-1]


def _multiplied_out(a: list[list[Any]]) -> Any:
    """A determinant without any division, by Bird's algorithm."""
    size, product = len(a), a
    for _ in range(size - 1):
        # what is on and below the diagonal gives way to minus the sum of the diagonal further down
        diagonal: list[Any] = [0.0]
        for i in reversed(range(1, size)):
            diagonal.append(diagonal[-1] - product[i][i])
        product = [
            [
                sum(
                    (product[i][k] * a[k][j] for k in range(i + 1, size)),
                    diagonal[size - 1 - i] * a[i][j],
                )
                for j in range(size)
            ]
            for i in range(size)
        ]
    return product[0][0] if size % 2 else -product[0][0]
