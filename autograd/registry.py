"""register(): an operation of one's own, a row like those of the table.

A row is text, and from text everything follows: code, formulas, derivatives of any order. What text
cannot say, a Python function may: then the text is a call of it, and it is one of the functions that
texts may call.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from keyword import iskeyword
from typing import Any

import autograd
from autograd import functions
from autograd.arguments import as_number, items, shown, text
from autograd.check.operation import check_row
from autograd.codegen import RESERVED, attach, detach, method_names
from autograd.errors import OperandError, RegistrationError
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.methods import Methods
from autograd.operations import OPERATIONS, Operation, parameter_names
from autograd.value import Value

__all__ = ["register", "unregister"]

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
                f"{self.name} returned {type(result).__name__} {result!r:.60}, not a number",
                operands=operands,
            )
        return number


def register(
    name: str,
    parameters: str,
    value: str | Callable[..., float],
    *,
    partials: Sequence[str | Callable[..., Any]],
    about: str,
    domain: str | None = None,
    ieee: str = "nan",
    kink: str | None = None,
    formula: str | None = None,
    as_taught: Sequence[str] = (),
    symbol: str | None = None,
    numpy: str | None = None,
) -> Callable[..., Any]:
    """Add an operation, once its derivatives have been checked all over its domain.

    From then on it is a method and a function like any other: ``Value.name`` and ``autograd.name``; it
    is drawn, explained, differentiated to any order, an activation of `nn`, and pickled by its name, so
    whoever loads it registers it first. Register before other threads compute.

    The value and the derivatives are texts in the language of `autograd.operations`. Either may instead
    be a Python function: the value's takes the operands as floats, and raises ValueError outside the
    domain; a derivative's takes the operands and the value. Derivatives of a derivative's function are
    taken on nodes: it has to compute with the functions of `autograd`. One that does not (it calls
    `math`) gives first derivatives only, and says so when more are asked for.

    Args:
        name: what it is called, no name that means something already.
        parameters: the names of its one or two operands, as in ``"x"`` or ``"x, slope=0.01"``.
        value: its value.
        partials: its derivative by each operand; a text may use ``out``, a function gets it last.
        about: what it is, in a few words.
        domain: where it is defined, a condition; everywhere if None. The value raises elsewhere.
        ieee: its value by IEEE 754 where it raises.
        kink: where it is not differentiable although it is defined, a condition; there the derivative
            is the subgradient of least norm.
        formula: how its value is written, a text of the operands; as a call of it, or as it is
            computed, if None.
        as_taught: the derivatives as textbooks print them; "" where they read the same.
        symbol: what formulas call it; the name if None.
        numpy: what NumPy calls it if not so.

    Returns:
        The function ``autograd.name``.

    Raises:
        RegistrationError: the name is taken, the row contradicts itself, or a derivative is wrong; the
            message has the operands, what was claimed and what differences say. Nothing has changed.
        OperandError: what should be a text is none, likewise.

    >>> softsign = register(
    ...     "softsign",
    ...     "x",
    ...     "x / (1.0 + abs(x))",
    ...     partials=["1.0 / square(1.0 + abs(x))"],
    ...     about="like tanh, but it bends as slowly as 1/x",
    ... )
    >>> softsign(Value(1.0, "x")), softsign(1.0)
    (Value(0.5, operation='softsign'), 0.5)
    >>> autograd.grad(autograd.grad(softsign))(1.0)
    -0.25
    >>> unregister("softsign")
    """
    for what, given in (("name", name), ("parameters", parameters), ("about", about), ("ieee", ieee)):
        text(what, given)
    for what, optional in (
        ("domain", domain),
        ("kink", kink),
        ("formula", formula),
        ("symbol", symbol),
        ("numpy", numpy),
    ):
        if optional is not None:
            text(what, optional)
    as_taught = [
        text(f"as_taught[{index}]", taught) for index, taught in enumerate(items("as_taught", as_taught))
    ]
    texts, own = _as_texts(name, parameters, value, partials)
    _refuse_names(name, parameters, own)
    try:
        operation = Operation(
            name,
            parameters,
            texts[0],
            partials=texts[1:],
            about=about,
            domain=domain,
            ieee=ieee,
            kink=kink,
            formula=formula,
            as_taught=as_taught,
            symbol=symbol,
            numpy=numpy,
        )
        operation.check_calls(OPERATIONS | {name: operation}, own)
    except ValueError as error:
        raise RegistrationError(str(error)) from None
    _refuse_attributes(operation)
    # nobody can call them yet: no text but this one has their names
    PRIMITIVES.update(own)
    try:
        for opaque in check_row(operation, own):
            own[opaque].takes_nodes = False
        OPERATIONS[name] = operation
        attach(operation, Methods, Value)
        added: Callable[..., Any] = getattr(functions, name)
    except BaseException:
        _remove(operation, own)
        raise
    _REGISTERED[name] = own
    return added


def unregister(name: str) -> None:
    """Remove an operation that was registered, say to run a notebook's cell again.

    Graphs that recorded it keep their derivatives; derivatives of these, and pickles, need it there.

    Raises:
        RegistrationError: none of that name was registered, or another one calls it.
        OperandError: the name is no text.
    """
    if text("name", name) not in _REGISTERED:
        raise RegistrationError(f"no operation {name!r} was registered")
    for other in _REGISTERED.keys() - {name}:
        if any(name in each.calls for each in OPERATIONS[other].texts):
            raise RegistrationError(f"operation {other!r} calls {name!r}: unregister that first")
    _remove(OPERATIONS[name], _REGISTERED.pop(name))


def _remove(operation: Operation, own: dict[str, _Function]) -> None:
    OPERATIONS.pop(operation.name, None)
    for module in (functions, autograd):
        vars(module).pop(operation.name, None)
    for function in own:
        PRIMITIVES.pop(function, None)
    detach(operation, Methods)


def _as_texts(
    name: str, parameters: str, value: object, partials: object
) -> tuple[list[str], dict[str, _Function]]:
    """Value and partials as texts, and the functions that these call."""
    if isinstance(partials, str) or not isinstance(partials, Sequence):
        raise RegistrationError(
            f"operation {name!r}: partials is a sequence, one text or function per operand"
        )
    names = parameter_names(parameters)
    calls = [f"{name}({', '.join(names)})"]
    for index in range(len(partials)):
        parameter = names[index] if index < len(names) else str(index)
        calls.append(f"{name}_d{parameter}({', '.join(names)}, out)")
    texts, own = [], {}
    for given, call in zip((value, *partials), calls, strict=True):
        if callable(given):
            function = call.partition("(")[0]
            own[function] = _Function(function, given)
        elif not isinstance(given, str):
            raise RegistrationError(
                f"operation {name!r}: {shown(given)} is neither a text nor a function"
            )
        texts.append(call if callable(given) else given)
    return texts, own


def _refuse_names(name: str, parameters: str, own: Iterable[str]) -> None:
    """Refuse names that mean something already."""
    if not _is_name(name) or name.startswith("_"):
        raise RegistrationError(f"{name!r} is no name for an operation")
    # a module of the package would be found before the function
    if hasattr(autograd, name) or find_spec(f"autograd.{name}") is not None:
        raise RegistrationError(f"operation {name!r}: autograd.{name} is something else already")
    # what the module of the functions computes with must not be hidden by one of them
    if hasattr(functions, name) or hasattr(builtins, name):
        raise RegistrationError(f"operation {name!r}: Python calls something else so")
    taken = PRIMITIVES.keys() | OPERATIONS.keys() | CONSTANTS.keys()
    for each in (name, *own):
        if each in taken:
            raise RegistrationError(f"operation {name!r}: {each!r} is called so in texts already")
    names = parameter_names(parameters)
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
