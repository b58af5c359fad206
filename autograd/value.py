"""Value: one number of a computation, what it was computed from, and its derivative."""

from __future__ import annotations

import sys
from operator import attrgetter

from autograd import codegen
from autograd.arguments import as_number, number_of, shown, wrong_kind
from autograd.backward import DETECTOR, backward
from autograd.engine import IN_PYTHON, Leaf, Node, adopt
from autograd.errors import ArgumentTypeError, AutogradError, OperandError
from autograd.methods import Methods
from autograd.numpy_protocol import NumPyProtocol
from autograd.operations import OPERATIONS
from autograd.variables import VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature
    from typing import Any, ClassVar, SupportsFloat

    from autograd.operations import Operation
    from autograd.pickling import Below

__all__ = ["Value"]


class _Leaf(Leaf):
    """Calling `Value` makes a leaf. Operations make their nodes past this, as fast as Python can."""

    def __call__(cls, data: SupportsFloat, name: str | None = None) -> Value:  # noqa: N805  # a class
        node: Value = type.__call__(cls)
        node._data = data if data.__class__ is float else _real(data, "data")
        node._grad = 0.0
        if name is not None:
            node.name = name
        node.operation = node._x = node._dx = node._y = node._dy = None
        return node

    @property
    def __signature__(cls) -> Signature:  # noqa: N805
        """How `Value` is called, which `inspect` does not see of the engine in C."""
        from inspect import signature

        call: Any = IN_PYTHON.get("__call__", _Leaf.__call__)
        return signature(call.__get__(cls))


class Value(Methods, NumPyProtocol, Node, metaclass=_Leaf):
    """A node of a computational graph: a number, and how it came about.

    A ``Value`` made by calling the class is a leaf: an input, a weight. Operators, methods and the
    functions of `autograd` make the other nodes; each records its operation, its operands in order and
    its derivative by each of them. The derivatives are fixed when the node is made, so that changing a
    leaf's ``data`` afterwards cannot corrupt a gradient.

    ``==`` and hash are by identity; ``<`` and its kin compare the numbers. A node takes no attributes of
    your own, which would cost every one time and memory: keep what you know of nodes in a dict by node,
    or in a `weakref.WeakKeyDictionary`. Threads may build graphs on shared leaves; backward passes wait
    for one another, and add up. While one runs, no other thread may read or set ``grad`` of the nodes
    below it.

    Args:
        data: a real number: int, float, bool, Fraction, NumPy scalar.
        name: what diagrams, errors and explanations call it.

    Raises:
        OperandError: ``data`` is not a real number.

    >>> x = Value(3.0, "x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)
    """

    # _x and _y are the operands, _dx and _dy the derivatives by them: None by a plain number, which
    # stays one. _name is unset until there is one: each slot that is set takes time, and more in the
    # collector. They are slots of the base class, which the engine in C has too.
    __slots__ = ()

    _data: float
    _grad: float | Value
    _name: str
    _x: Value | float | None
    _dx: float | None
    _y: Value | float | None
    _dy: float | None
    #: The row of the table that the node records; None for a leaf.
    operation: Operation | None

    if TYPE_CHECKING:

        def __init__(self, data: SupportsFloat, name: str | None = None) -> None: ...

    # How a node without a name is written, and the picture that a notebook shows: both are built upon
    # this class, so it cannot import them. The package sets them, see `autograd/__init__.py`.
    _written: ClassVar[Callable[[Value], str]]
    _repr_svg_: ClassVar[Callable[[Value], str | None]]

    def __init_subclass__(cls, **_: object) -> None:
        raise ArgumentTypeError("Value is final: operations would not return nodes of a subclass")

    # --- what a node tells --------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. It can be set on a leaf.

        Raises:
            OperandError: on setting, if it is not a real number or the node is not a leaf.

        >>> x = Value(3.0, "x")
        >>> y = x * x
        >>> x.data = 4.0  # what was computed of it stays as it was
        >>> x.data, y.data, (x * x).data
        (4.0, 9.0, 16.0)
        >>> y.data = 16.0
        Traceback (most recent call last):
        autograd.errors.OperandError: the data of node 'x·x' is the result of mul
        """
        return self._data

    @data.setter
    def data(self, data: SupportsFloat) -> None:
        if self.operation is not None:
            raise OperandError(
                f"the data of node {self.label!r} is the result of {self.operation.name}; "
                f"only a leaf's data can be set",
                operation=self.operation,
                operands=(data,),
            )
        self._data = data if data.__class__ is float else _real(data, "data", self)

    @property
    def grad(self) -> float | Any:
        """The derivative of what ``backward`` was called on by this node, 0.0 before.

        After ``backward(create_graph=True)`` a leaf's is a Value, to be differentiated again.

        Raises:
            OperandError: on setting, if it is neither a real number nor a Value.

        >>> x = Value(3.0, "x")
        >>> (x * x).backward()
        >>> (x * x).backward()  # a leaf adds up
        >>> x.grad
        12.0
        >>> x.grad = 0.0
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        return self._grad

    @grad.setter
    def grad(self, grad: SupportsFloat | Value) -> None:
        if grad.__class__ is not float and grad.__class__ is not Value:
            grad = _real(grad, "grad", self)
        self._grad = grad

    @property
    def name(self) -> str | None:
        """What the node was called, or None. See `named` and `label`.

        Raises:
            ArgumentTypeError: on setting, if it is no string.

        >>> w, unnamed = Value(0.5, "w"), Value(2.0)
        >>> w.name, unnamed.name
        ('w', None)
        >>> unnamed.name = "x"
        >>> (w * unnamed).label
        'w·x'
        """
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str) -> None:
        if not isinstance(name, str):
            raise wrong_kind("a name", "a string", name)
        self._name = name

    def named(self, name: str) -> Value:
        """Give the node a name, and return it.

        >>> a, b = Value(2.0, "a"), Value(3.0, "b")
        >>> (a * b).named("area")
        Value(6.0, name='area', operation='mul')
        """
        self.name = name
        return self

    @property
    def label(self) -> str:
        """The name, or where there is none one that tells the structure.

        >>> a = Value(2.0, "a")
        >>> (a * 3 + 1).label, Value(5.0).label
        ('a·3 + 1', '5')
        """
        return self.name or self._written()

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to, in order; a plain number stays one.

        >>> x = Value(3.0)
        >>> (x * x).operands == (x, x), (2 - x).operands == (2.0, x), x.operands
        (True, True, ())
        """
        if self.operation is None:
            return ()
        both = (self._x, self._y)
        return both[: self.operation.arity]  # type: ignore[return-value]  # no None among them

    @property
    def derivatives(self) -> tuple[float | None, ...]:
        """The derivative of this node by each operand; None by a plain number, which cannot vary.

        >>> (Value(3.0) * Value(5.0)).derivatives, (Value(3.0) * 2).derivatives
        ((5.0, 3.0), (2.0, None))
        """
        if self.operation is None:
            return ()
        return (self._dx, self._dy)[: self.operation.arity]

    def __repr__(self) -> str:
        parts = [repr(self._data)]
        if self.name is not None:
            parts.append(f"name={self.name!r}")
        if self.operation is not None:
            parts.append(f"operation={self.operation.name!r}")
        if self.grad:
            parts.append(f"grad={number_of(self.grad)!r}")
        return f"Value({', '.join(parts)})"

    # --- derivatives --------------------------------------------------------------------------

    def backward(self, create_graph: bool = False) -> None:
        """Set ``grad`` of every node below to the derivative of this one by it.

        Leaves accumulate: a second call adds exactly once more; set ``grad`` to 0 in between, or call
        ``zero_grad`` of a network. The nodes in between start from zero at each call.

        Never raises on an infinite slope: it is ``inf``, and 0 times it is NaN, since the chain rule
        alone cannot tell that product.

        Args:
            create_graph: record the derivatives as nodes too, so that the leaves' ``grad`` can be
                differentiated again. These leaves then refer to a graph that refers to them;
                `autograd.grad` leaves no such cycle behind.

        Raises:
            StaleGraphError: with ``create_graph``, a leaf's data has changed since the graph was made.
            ArgumentTypeError: ``create_graph`` is neither True nor False.

        >>> x = Value(2.0)
        >>> (x ** 3).backward(create_graph=True)
        >>> slope = x.grad
        >>> x.grad = 0
        >>> slope.backward()
        >>> slope.data, x.grad
        (12.0, 12.0)
        """
        backward(self, create_graph)

    # --- a number among Python's numbers ------------------------------------------------------

    def item(self) -> float:
        """The number: `data`, as NumPy and PyTorch call it.

        >>> Value(3.0).item()
        3.0
        """
        return self._data

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else str(self)

    def __eq__(self, other: object) -> bool:
        """Whether the two are the same node; a plain number is refused, since it never is one."""
        if other.__class__ is Value:
            return NotImplemented
        from numbers import Number

        if not isinstance(other, Number):
            return NotImplemented
        raise OperandError(
            f"node {self.label!r} equals itself alone, and no number: "
            f"write v.data == {shown(other)} to compare its number, v is w to compare nodes",
            operands=(self, other),
        )

    __hash__ = object.__hash__

    def __lt__(self, other: Value | SupportsFloat) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data < number

    def __le__(self, other: Value | SupportsFloat) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data <= number

    def __gt__(self, other: Value | SupportsFloat) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data > number

    def __ge__(self, other: Value | SupportsFloat) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data >= number

    # --- copying ------------------------------------------------------------------------------

    def __copy__(self) -> Value:
        if self in VARIABLES:
            return self._same()
        return _rebuilt(None, self.operation, *self._parts())

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """Operands before results, so that nothing recurses, and down to what has been copied.

        What depends on the variable of a derivative that is being taken stays connected with it.
        """
        for node in _operands_first(self, lambda node: id(node) in memo):
            if VARIABLES and (
                node in VARIABLES or _is_connected(node._x, memo) or _is_connected(node._y, memo)
            ):
                memo[id(node)] = node._same()
                continue
            data, grad, name, x, dx, y, dy = node._parts()
            x = memo[id(x)] if x.__class__ is Value else x
            y = memo[id(y)] if y.__class__ is Value else y
            memo[id(node)] = _rebuilt(None, node.operation, data, grad, name, x, dx, y, dy)
        copied: Value = memo[id(self)]
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        """How pickle takes a node apart: what lies below it comes first, so that nothing recurses."""
        if self in VARIABLES:
            raise AutogradError(
                f"node {self.label!r} is what a derivative is being taken by: a pickle would be cut off "
                f"from it, and the derivative lost; pickle its .data, if the number is all you need"
            )
        return _rebuilt, (_below(self), self.operation, *self._parts())

    def _same(self) -> Value:
        """Another node of the same number and name, with this one below it."""
        node: Value = +self
        return node if self.name is None else node.named(self.name)

    def _parts(self) -> tuple[Any, ...]:
        if self._grad.__class__ is Value:  # isinstance is slow beside a metaclass
            raise AutogradError(
                f"the gradient of node {self.label!r} is recorded, and refers back to it: "
                f"set its grad to a number before copying"
            )
        return self._data, self._grad, self.name, self._x, self._dx, self._y, self._dy


def _below(node: Value) -> Below | None:
    _import_pickling()
    return _below(node)


def _operands_first(root: Value, known: Callable[[Value], bool]) -> list[Value]:
    _import_pickling()
    return _operands_first(root, known)


def _import_pickling() -> None:
    """Put the two functions in these ones' places, when the first graph is copied or pickled."""
    from autograd.pickling import below, operands_first

    globals().update(_below=below, _operands_first=operands_first)


def _is_connected(operand: Value | float | None, memo: dict[int, Any]) -> bool:
    """Whether an operand's copy is `_same`, and no copy of what lies below the operand."""
    return operand.__class__ is Value and memo[id(operand)]._x is operand


def _rebuilt(
    _: Below | None,
    operation: Operation | None,
    data: float,
    grad: float | Value,
    name: str | None,
    x: Value | float | None,
    dx: float | None,
    y: Value | float | None,
    dy: float | None,
) -> Value:
    """The node of these parts, as another process may have pickled them.

    An operation is known by its name, and that may be another one's here.
    """
    found = (x is not None) + (y is not None)
    if operation is not None and operation.arity != found:
        raise AutogradError(
            f"a node was pickled with {found} operand{'s' * (found > 1)} of {operation.name!r}, but the "
            f"operation of that name takes {operation.arity} here; register the one it was pickled with"
        )
    node = Value(data, name)
    node._grad = grad
    node.operation = operation
    node._x, node._dx, node._y, node._dy = x, dx, y, dy
    return node


def _comparable(other: Value | SupportsFloat) -> float | None:
    if other.__class__ is Value:  # isinstance is slow beside a metaclass
        return other._data
    return other if other.__class__ is float else as_number(other)


def _real(number: object, what: str, node: Value | None = None) -> float:
    real = as_number(number)
    if real is None:
        where = f" of node {node.label!r}" if node is not None else " of a Value"
        hint = "; use its .data" if isinstance(number, Value) else ""
        raise OperandError(
            f"the {what}{where} must be a real number, got {shown(number)}{hint}",
            operands=(number,),
        )
    return real


# attrgetter reads a slot in C, three times as fast as the bodies above
Value.data = property(attrgetter("_data"), Value.data.fset, doc=Value.data.__doc__)  # type: ignore
Value.grad = property(attrgetter("_grad"), Value.grad.fset, doc=Value.grad.__doc__)  # type: ignore

adopt(
    Value,
    call=_Leaf.__call__,
    generated=lambda operation, wanted: codegen.generated(operation, Value, wanted),
    detector=DETECTOR,
    sweeping=vars(sys.modules[backward.__module__]),
)
for _operation in OPERATIONS.values():
    codegen.attach(_operation, Methods, Value)
codegen.attach_refusals(Methods)
