"""What the engine raises.

Each error is also the built-in error that Python's own ``float`` or ``math`` would raise at the same
place, so code written for plain numbers keeps catching it; and each is an `AutogradError`::

    AutogradError
    ├── ArgumentError              an argument that cannot be taken
    │   ├── ArgumentTypeError        and TypeError: of the wrong kind
    │   │   └── OperandError           among the operands of an operation, or as a node's number
    │   ├── ArgumentValueError       and ValueError: of the right kind, with a wrong value
    │   │   ├── RecordingError         a function that cannot be recorded
    │   │   └── RegistrationError      a row of the table that is wrong
    │   └── UnknownNameError         and KeyError: a name that stands for nothing
    ├── DomainError                and ValueError
    ├── DivisionByZeroError        and ZeroDivisionError
    ├── ResultOverflowError        and OverflowError
    ├── StaleGraphError            and RuntimeError
    ├── BranchError                and RuntimeError: a replay would decide otherwise
    └── GradcheckError             and RuntimeError, in `autograd.check`
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "ArgumentValueError",
    "AutogradError",
    "BranchError",
    "DivisionByZeroError",
    "DomainError",
    "OperandError",
    "RecordingError",
    "RegistrationError",
    "ResultOverflowError",
    "StaleGraphError",
    "UnknownNameError",
]


class AutogradError(Exception):
    """The base of every error of this package.

    Attributes:
        operation: the `Operation` that failed, or None where none was involved.
        operands: its operands as they were given, nodes and plain numbers.

    >>> import autograd
    >>> try:
    ...     autograd.Value(-2.0, name="a").log()
    ... except autograd.AutogradError as error:
    ...     print(error)
    log(x) needs x > 0, but x = -2.0 (node 'a')
    """

    def __init__(self, message: str, *, operation: Any = None, operands: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.operation = operation
        self.operands = tuple(operands)


class ArgumentError(AutogradError):
    """An argument that cannot be taken: of the wrong kind, with a wrong value, or an unknown name.

    >>> import autograd
    >>> for argnum in ("0", 5):
    ...     try:
    ...         autograd.grad(autograd.tanh, argnum)(0.0)
    ...     except autograd.ArgumentError as error:
    ...         print(error)
    argnum must be a whole number, got '0'
    argnum must be one of the 1 arguments given, got 5
    """


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument is not of the kind that is needed.

    >>> import autograd
    >>> try:
    ...     autograd.grad(3.0)
    ... except TypeError as error:
    ...     print(error)
    f must be a function, got 3.0
    """


class ArgumentValueError(ArgumentError, ValueError):
    """An argument is of the right kind, but its value cannot be taken.

    >>> import autograd
    >>> try:
    ...     autograd.gradcheck(autograd.tanh, 0.5, eps=-1e-6)
    ... except ValueError as error:
    ...     print(error)
    eps must be a positive number, got -1e-06
    """


class UnknownNameError(ArgumentError, KeyError):
    """A name that stands for nothing here.

    >>> try:
    ...     raise UnknownNameError("no operation 'softsine'")
    ... except KeyError as error:
    ...     print(error)
    no operation 'softsine'
    """

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show the message in quotes


class OperandError(ArgumentTypeError):
    """An operand, or a node's own number, is no real number; or the operation is refused on nodes.

    >>> import autograd
    >>> try:
    ...     autograd.Value("2.0", "x")
    ... except TypeError as error:
    ...     print(error)
    the data of a Value must be a real number, got '2.0'
    """


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


class BranchError(AutogradError, RuntimeError):
    """A replay would decide otherwise than the recording did, so its lines do not hold.

    >>> import autograd
    >>> program = autograd.record(lambda x: 0.0 * x if x < 0 else x, -1.3)
    >>> try:
    ...     program(1.34)
    ... except autograd.BranchError as error:
    ...     print(str(error).partition(":")[2].partition(":")[2])
     x < 0.0 was True when it was recorded, and is False where x = 1.34
    """


class RecordingError(ArgumentValueError):
    """A function cannot be recorded: a number in it is another one at each call.

    >>> import autograd
    >>> try:
    ...     autograd.record(lambda x, y: x * y.data, 2.0, 3.0)
    ... except autograd.RecordingError as error:
    ...     print(str(error).partition(":")[2].partition(":")[2][:63])
     the number of y leaves the graph, and what is computed from it
    """


class RegistrationError(ArgumentValueError):
    """An operation that was to be registered is refused; ``operands`` is where it is wrong.

    >>> from autograd import Operation, register
    >>> cube = Operation("cube", "x", "x * x * x", partials=["3.0 * x"], about="third power")
    >>> try:
    ...     register(cube)
    ... except RegistrationError as error:
    ...     print(error.operands)
    (2.0,)
    """
