"""What the engine raises.

Each error is also the built-in error that Python's own ``float`` or ``math`` would raise at the same
place, so code written for plain numbers keeps catching it; and each is an `AutogradError`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.check.report import GradcheckReport
    from autograd.operations import Operation

__all__ = [
    "AutogradError",
    "DivisionByZeroError",
    "DomainError",
    "GradcheckError",
    "OperandError",
    "RegistrationError",
    "ResultOverflowError",
    "StaleGraphError",
]


class AutogradError(Exception):
    """The base of every error of this package.

    Attributes:
        operation: the operation that failed, or None where none was involved.
        operands: its operands as they were given, nodes and plain numbers.

    >>> import autograd
    >>> try:
    ...     autograd.Value(-2.0, name="a").log()
    ... except autograd.AutogradError as error:
    ...     print(error)
    log(x) needs x > 0, but x = -2.0 (node 'a')
    """

    def __init__(
        self,
        message: str,
        *,
        operation: Operation | None = None,
        operands: Sequence[object] = (),
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.operands = tuple(operands)


class DomainError(AutogradError, ValueError):
    """The operation has no real value at these operands.

    >>> import autograd
    >>> try:
    ...     autograd.Value(-1.0, "x").sqrt()
    ... except ValueError as error:  # as of `math.sqrt`
    ...     print(error)
    sqrt(x) needs x ≥ 0, but x = -1.0 (node 'x')
    """


class ResultOverflowError(AutogradError, OverflowError):
    """The result, or a number that was given, is too large for a float.

    >>> import autograd
    >>> try:
    ...     autograd.Value(1000.0, "x").exp()
    ... except OverflowError as error:  # as of `math.exp`
    ...     print(error)
    exp(x) is too large for a float where x = 1000.0 (node 'x')
    """


class DivisionByZeroError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power.

    >>> import autograd
    >>> try:
    ...     1.0 / autograd.Value(0.0, "b")
    ... except ZeroDivisionError as error:  # as of plain numbers
    ...     print(error)
    x / y needs y ≠ 0, but x = 1.0 and y = 0.0 (node 'b')
    """


class OperandError(AutogradError, TypeError):
    """What was given is not a real number, or the operation has no useful derivative.

    >>> import autograd
    >>> try:
    ...     autograd.Value("2.0", "x")
    ... except TypeError as error:
    ...     print(error)
    the data of a Value is a real number, not str '2.0'
    """


class StaleGraphError(AutogradError, RuntimeError):
    """A leaf was changed after the graph above it was recorded, so the graph no longer holds.

    Only derivatives that are to be differentiated again need it to: the others were fixed with the
    nodes.

    >>> import autograd
    >>> x = autograd.Value(2.0, "x")
    >>> y = x * x
    >>> x.data = 3.0
    >>> y.backward()
    >>> x.grad  # at 2.0, where y was recorded
    4.0
    >>> try:
    ...     y.backward(create_graph=True)
    ... except autograd.StaleGraphError as error:
    ...     print(error.operation, error.operands)
    Operation('mul') (Value(3.0, name='x', grad=4.0), Value(3.0, name='x', grad=4.0))
    """


class RegistrationError(AutogradError, ValueError):
    """An operation that was to be registered is refused; ``operands`` is where it is wrong.

    >>> import autograd
    >>> try:
    ...     autograd.register("cube", "x", "x * x * x", partials=["3.0 * x"], about="third power")
    ... except autograd.RegistrationError as error:
    ...     print(error.operands)
    (2.0,)
    """


class GradcheckError(AutogradError, RuntimeError):
    """A derivative is not what differences say it is.

    Attributes:
        report: what was found, a `GradcheckReport`.

    >>> import autograd
    >>> try:
    ...     autograd.gradcheck(lambda w, x: w * float(x), (2.0, 3.0))
    ... except autograd.GradcheckError as error:
    ...     print([row.input for row in error.report.failures])
    ['x']
    """

    def __init__(self, message: str, *, report: GradcheckReport) -> None:
        super().__init__(message)
        self.report = report
