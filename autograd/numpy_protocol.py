"""What NumPy asks of a `Value`, alone or in an array of objects; NumPy itself is not imported for it.

A ufunc of an array of objects calls a method of each, named as NumPy names the function: most follow
from the table, the others are here. A ufunc that is given a node itself asks for ``__array_ufunc__``:
that also answers where the number comes first, ``np.hypot(3.0, v)``, and where NumPy has nothing for
objects, ``np.logaddexp(v, w)``.
"""

from __future__ import annotations

import math
import operator

from autograd.arguments import as_number, number_of, real, wrong_kind
from autograd.errors import OperandError
from autograd.methods import Methods
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd.value import Value

__all__ = ["NumPyProtocol"]

#: Operators, by NumPy's names for them: its arrays of objects apply them by themselves.
_OPERATORS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "negative": "neg",
    "positive": "pos",
    "absolute": "abs",
}
_REFLECTED = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "power": "__rpow__",
}
#: Further names of operations that have another one.
_TWICE = {"float_power": "pow", "maximum": "max", "minimum": "min"}

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
        """The imaginary part, 0.0.

        >>> from autograd import Value
        >>> Value(2.0).imag
        0.0
        """
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
        if out is not None:
            raise wrong_kind("out", "None", out)
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
        if not isinstance(other, NumPyProtocol):
            other = real("other", other)
        difference = other - self
        if math.isnan(difference.data):  # of infinities that are equal, or of a NaN
            return self.max(other)
        return self + difference.softplus() if difference <= 0.0 else other + (-difference).softplus()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """A ufunc of nodes and numbers is a node; of arrays among them, an array of nodes."""
        name = ufunc.__name__
        if name in _REFLECTED and isinstance(inputs[0], float) and method == "__call__" and not options:
            return getattr(inputs[1], _REFLECTED[name])(inputs[0])  # np.float64(2.0) * v, the usual case
        name = _OPERATORS.get(name, _TWICE.get(name, name))
        compute = _function(name)
        if compute is not None and method == "__call__" and not options:
            operands = [each if isinstance(each, NumPyProtocol) else as_number(each) for each in inputs]
            if not any(each is None for each in operands):
                return compute(*operands)
            # with arrays; NumPy itself applies operators, and asks questions, item by item
            if ufunc.__name__ not in _OPERATORS and name not in _QUESTIONS:
                import numpy as np

                return np.frompyfunc(compute, ufunc.nin, 1)(*map(_boxed, inputs))
        if not any("O" in types for types in ufunc.types):
            raise OperandError(
                f"numpy.{ufunc.__name__} is no operation on nodes: write it with those that there are "
                f"(autograd.OPERATIONS), register one with autograd.register, or use v.data if the "
                f"number is all you need",
                operands=inputs,
            )
        return getattr(ufunc, method)(*map(_boxed, inputs), **options)


def _function(name: str) -> Callable[..., Any] | None:
    """A function of NumPy as one of nodes and numbers, one node at least; None if nodes have it not."""
    if name in _QUESTIONS:
        ask = _QUESTIONS[name]
        return lambda *operands: ask(*map(number_of, operands))
    if name not in vars(NumPyProtocol) and not hasattr(Methods, name):
        return None

    def compute(first: Any, *others: Any) -> Any:
        if isinstance(first, NumPyProtocol):
            return getattr(first, name)(*others)
        row = next((row for row in OPERATIONS.values() if name in (row.name, row.numpy)), None)
        # what is no operation has its operands in any order
        return getattr(others[0], f"_r{row.name}" if row else name)(first)

    return compute


def _boxed(operand: Any) -> Any:
    """A node as an array of one object without an axis, which NumPy treats as any object."""
    if not isinstance(operand, NumPyProtocol):
        return operand
    import numpy as np

    box = np.empty((), dtype=object)
    box[()] = operand
    return box
