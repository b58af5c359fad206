"""Derivatives of functions: ``grad(f)`` is a function, and can be differentiated again.

The arguments and results are scalars or nested lists, tuples and dicts of scalars. Called with plain
numbers, the derivatives are plain numbers. Called inside another derivative, or with Values, they are
Values, recorded, so that they can be differentiated in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, Protocol, TypeVar, overload

from autograd.arguments import as_number, function, number_of, whole, wrong_kind, wrong_value
from autograd.backward import DETECTOR, gradients, leaf_gradients, topological_order
from autograd.errors import ArgumentTypeError, ArgumentValueError
from autograd.pytree import leaves, mapped, paths, rebuilt
from autograd.value import Value
from autograd.variables import VARIABLES, depends_on_one

__all__ = ["grad", "hessian", "hvp", "jacobian", "value_and_grad"]

_Tree = TypeVar("_Tree")


class Gradient(Protocol):
    """What `grad` and `hvp` return, as type checkers see it: the derivative is like the first argument.

    That holds for calls that are not within another derivative: there, a float stands for a Value.

    >>> import autograd
    >>> derivative: Gradient = grad(autograd.tanh)
    >>> derivative(0.0)
    1.0
    """

    @overload
    def __call__(self, x: Value, /, *others: Any) -> Value: ...
    @overload
    def __call__(self, x: float, /, *others: Any) -> float: ...
    @overload
    def __call__(self, x: _Tree, /, *others: Any) -> _Tree: ...


class ValueAndGradient(Protocol):
    """What `value_and_grad` returns: the value, and the derivative as `Gradient` has it.

    >>> both: ValueAndGradient = value_and_grad(lambda x: x * x)
    >>> both(3.0)
    (9.0, 6.0)
    """

    @overload
    def __call__(self, x: Value, /, *others: Any) -> tuple[Value, Value]: ...
    @overload
    def __call__(self, x: float, /, *others: Any) -> tuple[float, float]: ...
    @overload
    def __call__(self, x: _Tree, /, *others: Any) -> tuple[Any, _Tree]: ...


class Hessian(Protocol):
    """What `hessian` returns: of a number a number, of a list a list of lists.

    >>> second: Hessian = hessian(lambda x: x**3)
    >>> second(2.0)
    12.0
    """

    @overload
    def __call__(self, x: Value, /, *others: Any) -> Value: ...
    @overload
    def __call__(self, x: float, /, *others: Any) -> float: ...
    @overload
    def __call__(self, x: list[Value], /, *others: Any) -> list[list[Value]]: ...
    @overload
    def __call__(self, x: list[float], /, *others: Any) -> list[list[float]]: ...
    @overload
    def __call__(self, x: Any, /, *others: Any) -> Any: ...


# How many derivatives are being taken around the code that runs: within one, results stay recorded,
# since the inner function may depend on the outer variable through its closure.
_depth: ContextVar[int] = ContextVar("depth", default=0)


def deeper(f: Callable[..., Any], args: Sequence[Any], variables: Collection[Value]) -> Any:
    """Call a function while a derivative is taken of it by some nodes, and do not cut these off.

    Derivatives within it stay recorded: those that are taken in its context, and elsewhere, as in a
    pool's thread, those that depend on one of the variables.
    """
    depth = _depth.get()
    try:  # what is undone is done within, so that no interruption can leave it done
        try:
            _depth.set(depth + 1)
            VARIABLES.update(variables)
            return f(*args)
        finally:
            VARIABLES.difference_update(variables)
    finally:
        _depth.set(depth)


def refuse_changed(
    variables: Sequence[Value], before: Sequence[float], names: Callable[[], Sequence[str]]
) -> None:
    """Refuse a function that left a variable changed: its derivative is that at another point.

    Raises:
        ArgumentTypeError: it did.
    """
    for index, (node, number) in enumerate(zip(variables, before, strict=True)):
        if node._data is not number and node._data.hex() != number.hex():  # to the bit, and NaN is NaN
            raise ArgumentTypeError(
                f"the function changes its input {names()[index]} from {number!r} to {node.data!r}",
                operands=(node,),
            )


class _Evaluation:
    """``f`` recorded at some arguments, one of which it is to be differentiated by."""

    def __init__(self, f: Callable[..., Any], argnum: int, args: tuple[Any, ...]) -> None:
        if not -len(args) <= argnum < len(args):
            raise wrong_value("argnum", f"one of the {len(args)} arguments given", argnum)
        given = leaves(args[argnum])
        self.inputs = [_independent(leaf) for leaf in given]
        # two, since the function may change the one that it gets
        self._argument, passed = (rebuilt(args[argnum], iter(self.inputs)) for _ in range(2))
        changed = list(args)
        changed[argnum] = passed
        before = [node._data for node in self.inputs]
        self.result = deeper(f, changed, self.inputs)
        refuse_changed(self.inputs, before, lambda: paths(args[argnum], f"args[{argnum}]"))
        #: whether the derivatives are to be Values
        self.recorded = (
            _depth.get() > 0
            or any(isinstance(leaf, Value) for leaf in given)
            or (len(VARIABLES) > 0 and self._is_inside_another())
        )

    def _is_inside_another(self) -> bool:
        return any(
            depends_on_one(topological_order(leaf))
            for leaf in leaves(self.result)
            if isinstance(leaf, Value)
        )

    def gradient(self, leaf: Any) -> Any:
        """The derivative of one scalar result by the argument, nested as the argument is."""
        output = scalar(leaf)
        detect = DETECTOR.get()
        if detect is not None and isinstance(output, Value):
            detect(output)
        found: dict[Value, Any] = {}
        if isinstance(output, Value):
            found = gradients(output, create_graph=True) if self.recorded else leaf_gradients(output)
        zero = Value(0.0) if self.recorded else 0.0
        return rebuilt(self._argument, iter([found.get(node, zero) for node in self.inputs]))

    def value(self, leaf: Any) -> Value | float:
        output = scalar(leaf)
        return output if self.recorded else number_of(output)


def _independent(leaf: Any) -> Value:
    """A variable to differentiate by: a new leaf, or where one was given already, a node above it."""
    if isinstance(leaf, Value):
        return +leaf
    number = as_number(leaf)
    if number is None:
        wanted = "a real number, in lists, tuples and dicts or alone"
        if hasattr(leaf, "tolist"):
            wanted += " (of an array, .tolist() gives lists)"
        raise wrong_kind("an argument", wanted, leaf)
    return Value(number)


def scalar(leaf: Any) -> Value | float:
    """One scalar of what a function returned; refuses what is none."""
    if isinstance(leaf, Value):
        return leaf
    number = as_number(leaf)
    if number is None:
        raise wrong_kind("what a differentiated function returns", "Values or real numbers", leaf)
    return number


def _single(result: Any) -> Any:
    if isinstance(result, list | tuple | dict):
        raise wrong_kind("what the function returns", "a single number (see jacobian for more)", result)
    return result


def _check(f: object, argnum: object) -> None:
    function("f", f)
    whole("argnum", argnum, -sys.maxsize)


@overload
def value_and_grad(f: Callable[..., Any], argnum: Literal[0] = ...) -> ValueAndGradient: ...
@overload
def value_and_grad(f: Callable[..., Any], argnum: int) -> Callable[..., tuple[Any, Any]]: ...
def value_and_grad(f: Callable[..., Any], argnum: int = 0) -> Callable[..., tuple[Any, Any]]:
    """The function that gives the value of ``f`` and its derivative by one argument.

    Args:
        f: a function of scalars and of nested lists, tuples and dicts of scalars, with a scalar result.
        argnum: which positional argument to differentiate by.

    Raises:
        ArgumentTypeError: ``f`` is no function or ``argnum`` no whole number; and when called with
            something else than real numbers, or if ``f`` returns anything but one.
        ArgumentValueError: when called with too few arguments.

    >>> value_and_grad(lambda w: w["a"] * w["b"] ** 2)({"a": 2.0, "b": 3.0})
    (18.0, {'a': 9.0, 'b': 12.0})
    """
    _check(f, argnum)

    @wraps(f)
    def differentiated(*args: Any) -> tuple[Any, Any]:
        evaluation = _Evaluation(f, argnum, args)
        result = _single(evaluation.result)
        return evaluation.value(result), evaluation.gradient(result)

    return differentiated


@overload
def grad(f: Callable[..., Any], argnum: Literal[0] = ...) -> Gradient: ...
@overload
def grad(f: Callable[..., Any], argnum: int) -> Callable[..., Any]: ...
def grad(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The derivative of ``f`` by one argument, as a function; see `value_and_grad`.

    >>> import autograd
    >>> grad(autograd.tanh)(0.0), grad(grad(grad(autograd.tanh)))(0.0)
    (1.0, -2.0)
    """
    both = value_and_grad(f, argnum)

    @wraps(f)
    def derivative(*args: Any) -> Any:
        return both(*args)[1]

    return derivative


def jacobian(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The derivatives of every result of ``f`` by every scalar of one argument.

    Nested as the result is, with the nesting of the argument in the place of each scalar; one backward
    pass per result.

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    _check(f, argnum)

    @wraps(f)
    def derivatives(*args: Any) -> Any:
        evaluation = _Evaluation(f, argnum, args)
        return mapped(evaluation.gradient, evaluation.result)

    return derivatives


@overload
def hessian(f: Callable[..., Any], argnum: Literal[0] = ...) -> Hessian: ...
@overload
def hessian(f: Callable[..., Any], argnum: int) -> Callable[..., Any]: ...
def hessian(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The second derivatives of ``f``: the jacobian of its gradient.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnum), argnum)


@overload
def hvp(f: Callable[..., Any], argnum: Literal[0] = ...) -> Gradient: ...
@overload
def hvp(f: Callable[..., Any], argnum: int) -> Callable[..., Any]: ...
def hvp(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The hessian of ``f`` times a vector, at the price of two backward passes.

    The function that it returns takes the arguments of ``f`` and then the vector, which is nested as
    the argument is.

    Raises:
        ArgumentValueError: when called with a vector of another size than the argument.
        ArgumentTypeError: when called with one that is not of numbers; and see `value_and_grad`.

    >>> hvp(lambda v: v[0] ** 2 * v[1])([2.0, 3.0], [1.0, 10.0])
    [46.0, 4.0]
    """
    _check(f, argnum)

    @wraps(f)
    def product(*args: Any) -> Any:
        if not args:
            raise ArgumentTypeError("the arguments are missing, and the vector after them")
        *arguments, vector = args
        weights = leaves(vector)
        for weight in weights:
            if not isinstance(weight, Value) and as_number(weight) is None:
                raise wrong_kind("the vector", "real numbers, nested as the argument is", weight)

        def directional(*inner: Any) -> Any:
            slopes = leaves(grad(f, argnum)(*inner))
            if len(slopes) != len(weights):
                raise ArgumentValueError(
                    f"the vector must have as many scalars as the argument, {len(slopes)}, "
                    f"got {len(weights)}",
                    operands=(vector,),
                )
            return sum(slope * weight for slope, weight in zip(slopes, weights, strict=True))

        return grad(directional, argnum)(*arguments)

    return product
