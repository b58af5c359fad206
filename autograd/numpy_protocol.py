"""What NumPy asks of a `Value`, alone or in an array of objects; NumPy itself is not imported for it.

A ufunc of an array of objects calls a method of each, named as NumPy names the function: most follow
from the table, the others are here. A ufunc that is given a node itself asks for ``__array_ufunc__``:
that also answers where the number comes first, ``np.hypot(3.0, v)``, and where NumPy has nothing for
objects, ``np.logaddexp(v, w)``.
"""

from __future__ import annotations

import math
import operator

from autograd.arguments import as_number, number_of
from autograd.methods import Methods
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.value import Value

__all__ = ["NumPyProtocol"]

#: NumPy's names of operations whose rows have another one: operators, and what it has twice.
_OPERATIONS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "float_power": "pow",
    "negative": "neg",
    "positive": "pos",
    "absolute": "abs",
    "maximum": "max",
    "minimum": "min",
}

#: Questions about the numbers, answered as comparisons are.
_QUESTIONS: dict[str, Callable[..., bool]] = {
    "isnan": math.isnan,
    "isinf": math.isinf,
    "isfinite": math.isfinite,
    "signbit": lambda x: math.copysign(1.0, x) < 0.0,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}


class NumPyProtocol:
    """The methods of a `Value` that NumPy calls, besides those of the table."""

    __slots__ = ()

    @property
    def real(self: Value) -> Value:  # type: ignore[misc]  # the one class that is made of this
        """The node itself, which is real.

        >>> from autograd import Value
        >>> x = Value(2.0)
        >>> x.real is x, x.imag
        (True, 0.0)
        """
        return self

    @property
    def imag(self) -> float:
        """The imaginary part, 0.0."""
        return 0.0

    def conjugate(self: Value) -> Value:  # type: ignore[misc]
        """The node itself: NumPy's ``var``, ``std``, ``vdot`` and ``cov`` multiply by the conjugate.

        >>> import numpy as np
        >>> from autograd import Value
        >>> x = Value(1.0)
        >>> np.var([x, 3.0]).backward()
        >>> x.grad
        -1.0
        """
        return self

    def clip(  # type: ignore[misc]
        self: Value,
        low: Value | float | None = None,
        high: Value | float | None = None,
        out: None = None,
    ) -> Value:
        """The number, or the limit that it is beyond: ``max`` and ``min``, with their derivatives.

        Args:
            low: the lower limit; none if None.
            high: the upper one, likewise.
            out: None, as `numpy.clip` has it.

        >>> from autograd import Value
        >>> [Value(x).clip(0.0, 1.0).data for x in (-0.5, 0.5, 1.5)]
        [0.0, 0.5, 1.0]
        """
        raised = self if low is None else self.max(low)
        return raised if high is None else raised.min(high)

    def deg2rad(self: Value) -> Value:  # type: ignore[misc]
        """An angle in radians, of one in degrees.

        >>> from autograd import Value
        >>> Value(180.0).deg2rad().data
        3.141592653589793
        """
        return self * (math.pi / 180.0)

    def rad2deg(self: Value) -> Value:  # type: ignore[misc]
        """An angle in degrees, of one in radians.

        >>> from autograd import Value
        >>> Value(3.141592653589793).rad2deg().data
        180.0
        """
        return self * (180.0 / math.pi)

    radians, degrees = deg2rad, rad2deg

    def logaddexp(self: Value, other: Value | float) -> Value:  # type: ignore[misc]
        """log(exp(x) + exp(y)), which does not overflow: the greater, and a softplus of the difference.

        >>> from autograd import Value
        >>> x, y = Value(1000.0), Value(1000.0)
        >>> result = x.logaddexp(y)
        >>> result.backward()
        >>> result.data, x.grad, y.grad
        (1000.6931471805599, 0.5, 0.5)
        """
        difference = other - self
        if math.isnan(difference.data):  # of infinities that are equal, or of a NaN
            return self.max(other)
        return self + difference.softplus() if difference <= 0.0 else other + (-difference).softplus()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """A ufunc of nodes and numbers is a node; of arrays among them, an array of nodes."""
        if method == "__call__" and not options:
            operands = [each if isinstance(each, NumPyProtocol) else as_number(each) for each in inputs]
            answer = (
                NotImplemented if any(each is None for each in operands) else _answer(ufunc, operands)
            )
            if answer is not NotImplemented:
                return answer
        return getattr(ufunc, method)(*map(_boxed, inputs), **options)


def _answer(ufunc: Any, operands: Sequence[Any]) -> Any:
    """What a ufunc is of nodes and floats; NotImplemented where nothing here says so."""
    name = _OPERATIONS.get(ufunc.__name__, ufunc.__name__)
    if name in _QUESTIONS:
        return _QUESTIONS[name](*map(number_of, operands))
    first, *others = operands
    if isinstance(first, float):
        reflected = [f"_r{row.name}" for row in OPERATIONS.values() if name in (row.name, row.numpy)]
        if name == "logaddexp":
            reflected = [name]
        return getattr(others[0], reflected[0])(first) if reflected else NotImplemented
    if name in vars(NumPyProtocol) or hasattr(Methods, name):
        return getattr(first, name)(*others)
    return NotImplemented


def _boxed(operand: Any) -> Any:
    """A node as an array of one object without an axis, which NumPy treats as any object."""
    if not isinstance(operand, NumPyProtocol):
        return operand
    import numpy as np

    box = np.empty((), dtype=object)
    box[()] = operand
    return box
