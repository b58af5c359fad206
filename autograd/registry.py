"""register(): an operation of one's own, a row like those of the table.

A row is text, and from text everything follows: code, formulas, derivatives of any order. Where it has
a Python function instead, its text is a call of that, which is then one of those that texts may call.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from importlib.util import find_spec
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from autograd import functions
from autograd.arguments import as_number, instance, shown, text
from autograd.atomic import calling, run
from autograd.check.operation import check_row
from autograd.codegen import RESERVED, attaching, detaching, method_names
from autograd.errors import ArgumentValueError, OperandError, RegistrationError
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.methods import Methods
from autograd.operations import OPERATIONS, Operation, check_calls
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.atomic import Call

__all__ = ["register", "unregister"]

#: The package itself, which keeps the functions that it was asked for.
_PACKAGE = sys.modules[__package__]

#: The Python functions of each operation that was registered.
_REGISTERED: dict[str, dict[str, _Function]] = {}


class _Function:
    """A user's function, as a text calls it: plain numbers give a float, nodes give a node.

    Attributes:
        takes_nodes: whether its results on nodes are recorded, as they have to be to be differentiated.
    """

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function
        self.takes_nodes = True

    def __call__(self, *operands: Any) -> Any:
        on_nodes = any(isinstance(operand, Value) for operand in operands)
        if on_nodes and not self.takes_nodes:
            raise OperandError(
                f"{self.name} is a Python function that does not work on nodes, so this derivative "
                f"cannot be differentiated in turn",
                operands=operands,
            )
        result = self.function(*operands)
        if isinstance(result, Value):
            return result if on_nodes else result.data
        number = as_number(result)
        if number is None:
            raise OperandError(
                f"{self.name} must return a number, got {shown(result)}",
                operands=operands,
            )
        return number


def register(operation: Operation) -> Callable[..., Any]:
    """The function ``autograd.NAME`` of an operation that is added, once its derivatives were checked.

    From then on it is a method and a function like any other: ``Value.name`` and ``autograd.name``; it
    is drawn, explained, differentiated to any order, an activation of `nn`, and pickled by its name, so
    whoever loads it registers it first. Register before other threads compute.

    Args:
        operation: the row; see `Operation`.

    Raises:
        RegistrationError: the name is taken, the row contradicts itself, or a derivative is wrong
            somewhere in the domain; the message has the operands, what was claimed and what differences
            say. Nothing has changed.
        ArgumentTypeError: it is no `Operation`.

    >>> softsign = register(
    ...     Operation(
    ...         "softsign",
    ...         "x",
    ...         "x / (1.0 + abs(x))",
    ...         partials=["1.0 / square(1.0 + abs(x))"],
    ...         about="like tanh, but it bends as slowly as 1/x",
    ...     )
    ... )
    >>> softsign(Value(1.0, "x")), softsign(1.0)
    (Value(0.5, operation='softsign'), 0.5)
    >>> from autograd import grad
    >>> grad(grad(softsign))(1.0)
    -0.25
    >>> unregister("softsign")
    """
    instance("operation", operation, Operation, "an Operation")
    name = operation.name
    own = {each: _Function(each, function) for each, function in operation.functions.items()}
    _refuse_names(operation)
    try:
        check_calls(operation, OPERATIONS | {name: operation})
    except ArgumentValueError as error:
        raise RegistrationError(str(error), operation=operation) from None
    _refuse_attributes(operation)
    undo = calling(_removing(operation))
    try:
        # nobody can call them yet: no text but this one has their names
        PRIMITIVES.update(own)
        _check(operation, own)
        run(
            calling(
                [
                    (OPERATIONS.__setitem__, name, operation),
                    (_REGISTERED.__setitem__, name, own),
                    *attaching(operation, Methods, Value),
                ]
            )
        )
        added: Callable[..., Any] = getattr(functions, name)
        return added
    except BaseException:
        run(undo)
        raise


def _check(operation: Operation, own: dict[str, _Function]) -> None:
    for opaque in check_row(operation):
        own[opaque].takes_nodes = False


def unregister(name: str) -> None:
    """Remove an operation that was registered, say to run a notebook's cell again.

    Graphs that recorded it keep their derivatives; derivatives of these, and pickles, need it there.

    Raises:
        RegistrationError: none of that name was registered, or another one calls it.
        ArgumentTypeError: the name is no string.
    """
    if text("name", name) not in _REGISTERED:
        raise RegistrationError(f"no operation {name!r} was registered")
    for other in _REGISTERED.keys() - {name}:
        if any(name in each.calls for each in OPERATIONS[other].texts):
            raise RegistrationError(f"operation {other!r} calls {name!r}: unregister that first")
    run(calling(_removing(OPERATIONS[name])))


def _removing(operation: Operation) -> list[Call]:
    """What removes an operation, as far as it is there."""
    name = operation.name
    places = (OPERATIONS, _REGISTERED, vars(functions), vars(_PACKAGE))
    return [
        *((place.pop, name, None) for place in places),
        *((PRIMITIVES.pop, function, None) for function in operation.functions),
        *detaching(operation, Methods),
    ]


def _refuse_names(operation: Operation) -> None:
    """Refuse names that mean something already."""
    name = operation.name
    if not _is_name(name) or name.startswith("_"):
        raise RegistrationError(f"{name!r} is no name for an operation")
    # a module of the package would be found before the function
    if hasattr(_PACKAGE, name) or find_spec(f"{_PACKAGE.__name__}.{name}") is not None:
        raise RegistrationError(f"operation {name!r}: autograd.{name} is something else already")
    # what the module of the functions computes with must not be hidden by one of them
    if hasattr(functions, name) or hasattr(builtins, name):
        raise RegistrationError(f"operation {name!r}: Python calls something else so")
    taken = PRIMITIVES.keys() | OPERATIONS.keys() | CONSTANTS.keys()
    for each in (name, *operation.functions):
        if each in taken:
            raise RegistrationError(f"operation {name!r}: {each!r} is called so in texts already")
    names = operation.parameters
    for parameter in names:
        if not _is_name(parameter) or parameter in taken | RESERVED or names.count(parameter) > 1:
            raise RegistrationError(f"operation {name!r}: {parameter!r} is no name for an operand")


def _is_name(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name)


def _refuse_attributes(operation: Operation) -> None:
    """Refuse what a `Value` has already, operators among it."""
    for attribute in method_names(operation):
        if hasattr(Value, attribute):
            what = "its value is an operator of Python, and " if attribute.startswith("__") else ""
            raise RegistrationError(
                f"operation {operation.name!r}: {what}a Value has {attribute!r} already"
            )
