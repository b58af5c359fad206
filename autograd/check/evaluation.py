"""A function at a point and beside it: its inputs are leaves, moved in place and put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_number, function, number_of, real, wrong_kind, wrong_value
from autograd.atomic import run, setting
from autograd.backward import gradients
from autograd.errors import ArgumentTypeError, ArgumentValueError
from autograd.functional import deeper, refuse_changed, scalar
from autograd.pytree import leaves, paths, rebuilt
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.atomic import Change

__all__ = ["Evaluated", "Results", "WithGradient", "as_lists", "results_of"]


class Results(NamedTuple):
    """What the function returned.

    Attributes:
        names: of each scalar: its own, or how Python reaches it.
        scalars: nodes, and plain numbers where nothing was recorded.
    """

    names: list[str]
    scalars: list[Value | float]

    @property
    def numbers(self) -> list[float]:
        """The scalars as plain numbers."""
        return [number_of(each) for each in self.scalars]

    def derivatives(self, inputs: Sequence[Value]) -> list[list[float]]:
        """The derivative of each result by each input, from the recorded graph."""
        found = [gradients(each) if isinstance(each, Value) else {} for each in self.scalars]
        return [[slopes.get(leaf, 0.0) for leaf in inputs] for slopes in found]


def results_of(returned: Any) -> Results:
    """What a function returned, taken apart.

    Raises:
        ArgumentTypeError: it is something else than scalars, or none.
    """
    scalars = [scalar(leaf) for leaf in leaves(returned)]
    if not scalars:
        raise ArgumentTypeError("the function returned no number, so there is no derivative to check")
    names = [
        each.name if isinstance(each, Value) and each.name else path
        for each, path in zip(scalars, paths(returned, "f"), strict=True)
    ]
    return Results(names, scalars)


class Evaluated:
    """A function and its inputs.

    A leaf among the inputs is passed to the function as it is, so that whatever else refers to it (a
    model, whose parameters it is one of) sees it move; of a number, a leaf is made. Each call puts back
    the ``data`` and ``grad`` of every input, whatever happens in it.

    Args:
        f: a function of scalars and nested lists, tuples and dicts of scalars, with results alike.
        inputs: a tuple of its arguments, or its only one.

    Attributes:
        arguments: what the function is called with.
        inputs: the leaves among them, from left to right.
        names: of each: its own, or how Python reaches it from the function's parameters.

    Raises:
        ArgumentTypeError: ``f`` is no function, or an input no real number.
        ArgumentValueError: an input is not finite, or an operation's result; or there is no input.
    """

    def __init__(self, f: Callable[..., Any], inputs: Any) -> None:
        arguments = inputs if isinstance(inputs, tuple) else (inputs,)
        self._f = function("f", f)
        self.inputs = [_leaf(each) for argument in arguments for each in leaves(argument)]
        if not self.inputs:
            raise ArgumentValueError("there is no number among the inputs, so no derivative to check")
        self.arguments = rebuilt(arguments, iter(self.inputs))
        reached = [
            path
            for name, argument in zip(_parameters(f, len(arguments)), arguments, strict=True)
            for path in paths(argument, name)
        ]
        self.names = [leaf.name or path for leaf, path in zip(self.inputs, reached, strict=True)]

    def __call__(self) -> Results:
        """What the function returns where the inputs are now.

        Raises:
            ArgumentTypeError: it returned something else than scalars, or none; or it changed an input,
                so that its derivatives are those at another point.
        """
        put_back = setting(self._state())
        try:
            return self._results()
        finally:  # in one call, so that no interrupt leaves an input elsewhere
            run(put_back)

    def _results(self) -> Results:
        before = [leaf.data for leaf in self.inputs]
        results = results_of(deeper(self._f, self._called_with(), self.inputs))
        refuse_changed(self.inputs, before, lambda: self.names)
        return results

    def beside(self, leaf: Value, count: int, number: float) -> list[float] | None:
        """The results as plain numbers with one input elsewhere; None outside the function's domain.

        The function is outside where an operation in it raises, before that makes a node, or where it
        raises ArithmeticError or ValueError itself: it is called there, and gets no further.

        Raises:
            ArgumentTypeError: there are not ``count`` results.
        """
        put_back = setting(self._state())
        try:
            leaf.data = number
            numbers = self().numbers
        except (ArithmeticError, ValueError):  # ours are among them, and so are those of `math`
            return None
        except Exception as error:
            error.add_note(
                f"beside the inputs, where {self.names[self.inputs.index(leaf)]} = {number!r}"
            )
            raise
        finally:
            run(put_back)
        if len(numbers) != count:
            raise ArgumentTypeError(
                f"the function returned {count} numbers, and {len(numbers)} where "
                f"an input is {number!r} instead of {leaf.data!r}",
                operands=(leaf,),
            )
        return numbers

    def _called_with(self) -> tuple[Any, ...]:
        """The arguments of a call, its own each time, since the function may change them."""
        called_with: tuple[Any, ...] = rebuilt(self.arguments, iter(self.inputs))
        return called_with

    def derivatives(self, results: Results) -> list[list[float]]:
        """The derivative of each result by each input, as it is to be checked."""
        return results.derivatives(self.inputs)

    def _state(self) -> list[Change]:
        return [(leaf, slot, getattr(leaf, slot)) for leaf in self.inputs for slot in ("_data", "_grad")]


class WithGradient(Evaluated):
    """A function and a gradient function of its user's, both of which take plain numbers.

    A leaf among the inputs is passed as it is, as of any function.

    Args:
        f: a function of numbers, nested as `Evaluated` takes them, with one number as its result.
        inputs: see `Evaluated`.
        gradient: a function of the same arguments, which returns a number for each input, nested alike.

    Raises:
        ArgumentTypeError: as `Evaluated`; or ``gradient`` is no function.
        ArgumentValueError: as `Evaluated`.
    """

    def __init__(self, f: Callable[..., Any], inputs: Any, gradient: Callable[..., Any]) -> None:
        super().__init__(f, inputs)
        self._gradient = function("gradient", gradient)
        self._inputs = inputs

    def _called_with(self) -> tuple[Any, ...]:
        arguments = self._inputs if isinstance(self._inputs, tuple) else (self._inputs,)
        given = zip(leaves(arguments), self.inputs, strict=True)
        called_with: tuple[Any, ...] = rebuilt(
            arguments, (leaf if each is leaf else leaf.data for each, leaf in given)
        )
        return called_with

    def derivatives(self, results: Results) -> list[list[float]]:
        """What the gradient function returns, as the derivatives of the only result.

        Raises:
            ArgumentTypeError: there is another number of results, or it returned what is no number.
            ArgumentValueError: its numbers are not nested as the inputs are.
        """
        if len(results.scalars) != 1:
            raise wrong_kind(
                "what f returns, if its gradient is given,", "a single number", results.numbers
            )
        returned = as_lists(self._gradient(*self._called_with()))
        found = dict(zip(paths(returned, "gradient(…)"), leaves(returned), strict=True))
        wanted = paths(as_lists(self._inputs), "gradient(…)")
        if found.keys() != {*wanted}:
            missing = [path for path in wanted if path not in found]
            unknown = [path for path in found if path not in wanted]
            raise ArgumentValueError(
                f"gradient must return a number for each input, nested as they are: "
                f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
            )
        return [[real(path, _number(found[path])) for path in wanted]]


def _number(leaf: Any) -> Any:
    return leaf.data if isinstance(leaf, Value) else leaf


def as_lists(tree: Any) -> Any:
    """The same nesting with lists for arrays."""
    if isinstance(tree, Mapping):
        return {key: as_lists(branch) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        return [as_lists(branch) for branch in tree]
    return tree.tolist() if hasattr(tree, "tolist") else tree


def _leaf(given: Any) -> Value:
    if isinstance(given, Value):
        leaf = given
        if leaf.operation is not None:
            raise ArgumentValueError(
                f"the inputs are moved to take differences, and node {leaf.label!r} is the result of "
                f"{leaf.operation.name}: give the leaves below it, or its .data",
                operation=leaf.operation,
                operands=(leaf,),
            )
    else:
        number = as_number(given)
        if number is None:
            raise wrong_kind(
                "what is differentiated by", "real numbers in lists, tuples and dicts", given
            )
        leaf = Value(number)
    if not isfinite(leaf.data):
        raise wrong_value("an input, so that a step can be taken beside it,", "finite", given)
    return leaf


def _parameters(f: Callable[..., Any], count: int) -> Sequence[str]:
    """What the function calls its arguments, as far as it can be told."""
    try:
        kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        known = [each.name for each in signature(f).parameters.values() if each.kind in kinds]
    except (TypeError, ValueError):  # some callables of C have no signature
        known = []
    return [*known, *(f"x{index}" for index in range(len(known), count))][:count]
