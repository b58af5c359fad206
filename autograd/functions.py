"""Every operation as a function, of nodes and of plain numbers; ``functions.pyi`` spells them out.

>>> import autograd
>>> autograd.exp(0), autograd.hypot(3, 4), autograd.exp(autograd.Value(0.0))
(1.0, 5.0, Value(1.0, operation='exp'))
"""

from __future__ import annotations

from autograd.arguments import as_number
from autograd.codegen import documentation, failure, operand_error
from autograd.operations import OPERATIONS
from autograd.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd.operations import Operation

__all__ = list(OPERATIONS)


def _function(operation: Operation) -> Callable[..., Any]:
    from autograd.ieee import strict

    on_nodes = getattr(Value, operation.name)
    on_numbers = strict(operation)

    def call(*operands: Any) -> Any:
        numbers = []
        for operand in operands:
            number = operand if isinstance(operand, Value) else as_number(operand)
            if number is None:
                raise operand_error(operation, operand)
            numbers.append(number)
        if isinstance(operands[-1], Value):
            return getattr(operands[1], f"_r{operation.name}")(operands[0])
        try:
            return on_numbers(*numbers)
        except (ArithmeticError, ValueError) as error:
            raise failure(operation, error, numbers) from None

    names = [*operation.parameters]
    if operation.default is not None:
        names[-1] += f"={operation.default!r}"
    # a lambda of its own gives the function the operands' names and count, and leads nodes to their
    # method without a detour
    given = ", ".join(operation.parameters)
    first = operation.parameters[0]
    source = (
        f"lambda {', '.join(names)}: on_nodes({given}) if {first}.__class__ is Value else call({given})"
    )
    scope = {"call": call, "on_nodes": on_nodes, "Value": Value}
    function: Callable[..., Any] = eval(source, scope)
    function.__name__ = function.__qualname__ = operation.name
    function.__module__ = __name__
    function.__doc__ = documentation(operation)
    return function


def __getattr__(name: str) -> Callable[..., Any]:
    """Make a function when it is first asked for, which keeps ``import autograd`` short."""
    if name not in OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    function = globals()[name] = _function(OPERATIONS[name])
    return function
