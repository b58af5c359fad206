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
    """The operation has no real value at these operands."""


class ResultOverflowError(AutogradError, OverflowError):
    """The result, or a number that was given, is too large for a float."""


class DivisionByZeroError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class OperandError(AutogradError, TypeError):
    """What was given is not a real number, or the operation has no useful derivative."""


class StaleGraphError(AutogradError, RuntimeError):
    """A leaf was changed after the graph above it was recorded, so the graph no longer holds."""


class RegistrationError(AutogradError, ValueError):
    """An operation that was to be registered is refused; ``operands`` is where it is wrong."""


class GradcheckError(AutogradError, RuntimeError):
    """A derivative is not what differences say it is.

    Attributes:
        report: what was found, a `GradcheckReport`.
    """

    def __init__(self, message: str, *, report: GradcheckReport) -> None:
        super().__init__(message)
        self.report = report
