"""Rows of the table turned into methods: one specialised function per operation, as source text.

The generated source is registered with `linecache`, so that debuggers step through it and tracebacks
show it; ``print(autograd.codegen.source("log"))`` reads it. A method is generated when it is first
looked up, which keeps ``import autograd`` short. Each way to call an operation (on two nodes,
with a plain number on the right or on the left) is written out, because a node is made millions of
times: nothing is decided then that the row has decided already.
"""

from __future__ import annotations

from autograd.arguments import as_number
from autograd.atomic import calling, run
from autograd.engine import ADOPTED, COMPILED, Node
from autograd.errors import (
    AutogradError,
    DivisionByZeroError,
    DomainError,
    OperandError,
    ResultOverflowError,
)
from autograd.operations import OPERATIONS, REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NoReturn

    from autograd.atomic import Call
    from autograd.expression import Expression
    from autograd.operations import Operation
    from autograd.value import Value

__all__ = [
    "CONVERSIONS",
    "NOTICED",
    "RESERVED",
    "attach",
    "attach_refusals",
    "attaching",
    "detaching",
    "documentation",
    "failure",
    "generated",
    "operand_error",
    "source",
]


# --- errors -------------------------------------------------------------------------------------


def operand_error(operation: Operation, operand: object) -> OperandError:
    """The error to raise at an operand that is neither a node nor a number."""
    from autograd.formula import value_text

    return OperandError(
        f"{value_text(operation)} takes nodes and real numbers, not {type(operand).__name__}",
        operation=operation,
        operands=(operand,),
    )


#: What is called with each error of `failure`: who records a function has to know what it catches.
NOTICED: list[Callable[[AutogradError], None]] = []


def failure(operation: Operation, cause: Exception, operands: Sequence[Any]) -> AutogradError:
    """The error to raise where Python's own arithmetic raised ``cause``: it names what and where."""
    error = _failure(operation, cause, operands)
    for notice in NOTICED:
        notice(error)
    return error


def _failure(operation: Operation, cause: Exception, operands: Sequence[Any]) -> AutogradError:
    from autograd.formula import text_of, value_text
    from autograd.ieee import inside_domain

    given = " and ".join(
        f"{parameter} = {_described(operand)}"
        for parameter, operand in zip(operation.parameters, operands, strict=True)
    )
    what = value_text(operation)
    numbers = [each if isinstance(each, float) else each.data for each in operands]
    if isinstance(cause, OverflowError) and inside_domain(operation, numbers):
        return ResultOverflowError(
            f"{what} is too large for a float where {given}", operation=operation, operands=operands
        )
    kind = DivisionByZeroError if isinstance(cause, ZeroDivisionError) else DomainError
    needs = text_of(operation.domain) if operation.domain else "another operand"
    return kind(f"{what} needs {needs}, but {given}", operation=operation, operands=operands)


def _described(operand: Any) -> str:
    if isinstance(operand, float):
        return repr(operand)
    if operand.name is None and operand.operation is None:
        return repr(operand.data)
    return f"{operand.data!r} (node {operand.label!r})"


def _refusal(symbol: str) -> Callable[..., NoReturn]:
    reason = "its derivative is 0 wherever it has one, so nothing could be learnt through it"
    if symbol in {"%", "divmod"}:
        reason = "it jumps wherever the quotient is a whole number"

    def refused(self: Value, *others: object) -> NoReturn:
        raise OperandError(
            f"{symbol} is refused on a Value: {reason}; use v.data if the number is all you need",
            operands=(self, *others),
        )

    return refused


#: How Python, and C below it, asks an object for its number.
CONVERSIONS = ("__float__", "__int__", "__complex__", "__index__", "as_integer_ratio")


def _no_number(self: Value) -> NoReturn:
    """Refuse to be taken for a number: what is computed of that number would have no derivative."""
    raise OperandError(
        f"a Value is no plain number, and what is computed from the number of node {self.label!r} would "
        f"have no derivative: use the functions of autograd, as autograd.exp(v) for math.exp(v) and "
        f"sum(values) / len(values) for a mean; or v.data if the number is all you need",
        operands=(self,),
    )


# --- the generated source -----------------------------------------------------------------------

#: What the source calls its own, so that no operand may be called so.
RESERVED = frozenset((
    "self", "other", "node", "out", "error", "slope0", "slope1", "forward", "reflected", "named",
    "OPERATION", "Value", "blank", "as_number", "failure", "ieee_partial", "operand_error",
    "ArithmeticError", "ValueError", "NotImplemented", "complex", "float",
))  # fmt: skip
_GUARD = "except (ArithmeticError, ValueError)"


def _guarded(attempt: str, rescue: str, needed: bool) -> str:
    if not needed:
        return attempt
    return f"try:\n    {attempt}\n{_GUARD}{rescue}"


def _body(operation: Operation, nodes: Sequence[str | None]) -> str:
    """The lines that compute the value and the slopes and return the node.

    ``nodes`` has the variable of each operand that is a node, and None for a plain number.
    """
    operands = ", ".join(
        node or number for node, number in zip(nodes, operation.parameters, strict=True)
    )
    lines = [
        _guarded(
            f"out = {operation.value.source()}",
            f" as error:\n    raise failure(OPERATION, error, ({operands},)) from None",
            operation.value.can_fail,
        )
    ]
    if operation.value.has_power:
        lines.append(
            f"if out.__class__ is complex:\n    raise failure(OPERATION, ValueError(), ({operands},))"
        )
    numbers = f"({', '.join(operation.parameters)},)"
    slopes: list[str] = []
    for index, (node, partial) in enumerate(zip(nodes, operation.partials, strict=True)):
        text = partial.source()
        if node is None:
            slopes.append("None")
        elif _is_atom(partial):
            slopes.append(text)
        else:
            slopes.append(f"slope{index}")
            rescue = f":\n    slope{index} = ieee_partial(OPERATION, {index}, {numbers}, out)"
            lines.append(_guarded(f"slope{index} = {text}", rescue, partial.can_fail))
    second = nodes[1] or operation.parameters[1] if len(nodes) == 2 else "None"
    lines += [
        "node = blank()",
        "node._data = out",
        "node.operation = OPERATION",
        f"node._x = {nodes[0] or operation.parameters[0]}",
        f"node._dx = {slopes[0]}",
        f"node._y = {second}",
        f"node._dy = {slopes[1] if len(nodes) == 2 else 'None'}",
        "node._grad = 0.0",
        "return node",
    ]
    return "\n".join(lines)


def _is_atom(expression: Expression) -> bool:
    """Whether the text is just a name or a number."""
    import ast

    return isinstance(expression.tree, ast.Name | ast.Constant) or expression.text == "-1.0"


def _indented(text: str, levels: int = 1) -> str:
    return "".join(f"{'    ' * levels}{line}\n" for line in text.splitlines())


def _functions(operation: Operation) -> dict[str, str]:
    """The source of ``forward`` (self op other) and, of two operands, ``reflected`` (number op self).

    These defer to an operand that is neither a node nor a number, as operators do; ``named``, which is
    the operation called by its name, raises.
    """
    first = operation.parameters[0]
    if operation.arity == 1:
        body = _indented(_body(operation, ["self"]))
        return {"forward": f"def forward(self):\n    {first} = self._data\n{body}"}
    second = operation.parameters[1]
    default = "" if operation.default is None else f"={operation.default!r}"

    def as_float(parameter: str) -> str:
        return (
            f"if {parameter}.__class__ is not float:\n"
            f"    {parameter} = as_number({parameter})\n"
            f"    if {parameter} is None:\n"
            f"        return NotImplemented\n"  # which lets NumPy's arrays answer an operator
        )

    forward = (
        f"def forward(self, {second}):\n"
        f"    if {second}.__class__ is Value:\n"
        f"        other = {second}\n"
        f"        {first} = self._data\n"
        f"        {second} = other._data\n"
        + _indented(_body(operation, ["self", "other"]), 2)
        + _indented(as_float(second))
        + "".join(
            f"    if {second} == {number!r}:\n        return self.{name}()\n"
            for number, name in operation.shortcuts.items()
        )
        + f"    {first} = self._data\n"
        + _indented(_body(operation, ["self", None]))
    )
    reflected = (
        f"def reflected(self, {first}):\n"
        + _indented(as_float(first))
        + f"    {second} = self._data\n"
        + _indented(_body(operation, [None, "self"]))
    )
    named = (
        f"def named(self, {second}{default}):\n"
        f"    node = forward(self, {second})\n"
        f"    if node is NotImplemented:\n        raise operand_error(OPERATION, {second})\n"
        f"    return node\n"
    )
    return {"forward": forward, "reflected": reflected, "named": named}


def source(name: str) -> str:
    """The generated Python source of an operation.

    >>> print(source("neg"))
    def forward(self):
        x = self._data
        out = -x
        node = blank()
        node._data = out
        node.operation = OPERATION
        node._x = self
        node._dx = -1.0
        node._y = None
        node._dy = None
        node._grad = 0.0
        return node
    <BLANKLINE>
    """
    return "\n".join(_functions(OPERATIONS[name]).values())


def _compiled(operation: Operation, value: type[Value], wanted: str) -> dict[str, Callable[..., Any]]:
    """A function of `source`, and what it calls, with what their names stand for."""
    import linecache

    from autograd.ieee import float_names, ieee_partial

    names = float_names(operation.value, *operation.partials) | {
        "OPERATION": operation,
        "Value": value,
        # the constructor of a class that has no __init__, without what the metaclass lays over it
        "blank": type.__call__.__get__(value),
        "as_number": as_number,
        "failure": failure,
        "ieee_partial": ieee_partial,
        "operand_error": operand_error,
    }
    texts = _functions(operation)
    called = ("forward", "named") if wanted == "named" else (wanted,)
    # to compile takes most of the time, so the other functions are left to their own first use
    lines = [text if name in called else "\n" * text.count("\n") for name, text in texts.items()]
    filename = _filename(operation)
    exec(compile("\n".join(lines), filename, "exec"), names)
    functions = {name: names[name] for name in called}
    text = "\n".join(texts.values())
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    about = documentation(operation)
    for name, function in functions.items():
        function.__name__ = f"{name}_{operation.name}" if name == "reflected" else operation.name
        function.__qualname__ = f"Value.{function.__name__}"
        function.__doc__ = about
    return functions


def _filename(operation: Operation) -> str:
    return f"<autograd {operation.name}>"


class _OnFirstUse:
    """Stands in the class for a method of an operation until it is looked up."""

    def __init__(self, operation: Operation, methods: type, value: type[Value], attribute: str) -> None:
        self.operation, self.methods, self.value = operation, methods, value
        self.attribute = attribute

    def __get__(self, instance: object, owner: type) -> Any:
        names = method_names(self.operation)
        functions = _compiled(self.operation, self.value, names[self.attribute])
        for attribute, function in names.items():
            if function in functions:
                setattr(self.methods, attribute, functions[function])
        return getattr(owner if instance is None else instance, self.attribute)


def method_names(operation: Operation) -> dict[str, str]:
    """The attributes of a `Value` that call an operation, and which generated function each one is.

    >>> method_names(OPERATIONS["exp"])
    {'exp': 'forward'}
    >>> method_names(OPERATIONS["sub"])
    {'sub': 'named', '_rsub': 'reflected', '__sub__': 'forward', '__rsub__': 'reflected'}
    """
    unary = operation.arity == 1
    names = dict.fromkeys((operation.name, operation.numpy), "forward" if unary else "named")
    if not unary:
        names[f"_r{operation.name}"] = "reflected"
    if operation.operator:
        names[f"__{operation.operator}__"] = "forward"
    if operation.operator and not unary:
        names[f"__r{operation.operator}__"] = "reflected"
    return names


def attaching(operation: Operation, methods: type, value: type[Value]) -> list[Call]:
    """What gives the class ``methods`` all methods of an operation, by name and by operator."""
    in_c = ADOPTED.get(operation.name) is operation
    found: Mapping[str, Any] = vars(Node) if in_c else {}
    calls: list[Call] = [
        (setattr, methods, name, found.get(name) or _OnFirstUse(operation, methods, value, name))
        for name in method_names(operation)
    ]
    if COMPILED is not None:
        calls.append((COMPILED.use, operation.name, in_c))
    return calls


def generated(operation: Operation, value: type[Value], wanted: str) -> Callable[..., Any]:
    """A function of `source`, which is a method of Value or, with the engine in C, stands behind one.

    Args:
        operation: the operation.
        value: the class.
        wanted: ``"forward"``, ``"reflected"`` or ``"named"``.

    >>> from autograd import OPERATIONS, Value
    >>> generated(OPERATIONS["sub"], Value, "reflected")(Value(2.0), 3.0)
    Value(1.0, operation='sub')
    """
    return _compiled(operation, value, wanted)[wanted]


def detaching(operation: Operation, methods: type) -> list[Call]:
    """What undoes `attaching`, done or not."""
    import linecache

    calls: list[Call] = [(linecache.cache.pop, _filename(operation), None)]
    for attribute in method_names(operation):  # set first, so that there is one to delete
        calls += [(setattr, methods, attribute, None), (delattr, methods, attribute)]
    return calls


def attach(operation: Operation, methods: type, value: type[Value]) -> None:
    """Give the class ``methods`` all methods of an operation."""
    run(calling(attaching(operation, methods, value)))


def attach_refusals(methods: type) -> None:
    """Give the class ``methods`` the methods that refuse what would lose the derivative."""
    for symbol, names in REFUSED.items():
        for name in names:
            setattr(methods, name, _refusal(symbol))
    for name in CONVERSIONS:
        setattr(methods, name, _no_number)


def documentation(operation: Operation) -> str:
    """What ``help`` says of an operation."""
    from autograd.formula import text_of, value_text

    derivatives = ", ".join(text_of(partial) for partial in operation.as_taught)
    lines = [
        f"{value_text(operation)}: {operation.about}.",
        "",
        f"Derivative{'s' if operation.arity > 1 else ''}: {derivatives}.",
    ]
    if operation.domain:
        lines.append(f"Domain: {text_of(operation.domain)}.")
    if operation.kink:
        lines.append(f"Kink: {text_of(operation.kink)}, where the subgradient of least norm is taken.")
    return "\n".join(lines)
