"""What a neuron, a layer and a network have in common: named parameters."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from autograd import OperandError, Value
from autograd.arguments import as_number, shown
from autograd.atomic import set_together
from autograd.errors import ArgumentValueError, UnknownNameError

__all__ = ["Module"]


def _held(path: str, what: Any) -> Iterator[tuple[str, Value | Module]]:
    """The leaves and modules that an attribute holds, also in lists, tuples and dicts."""
    if isinstance(what, Module) or (isinstance(what, Value) and what.operation is None):
        yield path, what
    elif isinstance(what, list | tuple | dict):
        for key, item in what.items() if isinstance(what, dict) else enumerate(what):
            yield from _held(f"{path}[{key!r}]", item)


class Module:
    """Something with parameters; a subclass says which in `named_children` and `own_parameters`.

    >>> from nn import Neuron
    >>> class Scaled(Module):
    ...     def __init__(self, inner):
    ...         self.inner, self.factor = inner, Value(2.0, "factor")
    ...
    ...     def named_children(self):
    ...         return iter([("inner", self.inner)])
    ...
    ...     def own_parameters(self):
    ...         return iter([("factor", self.factor)])
    ...
    ...     def __call__(self, inputs):
    ...         return self.factor * self.inner(inputs)
    >>> model = Scaled(Neuron(1, activation="tanh", init="zeros"))
    >>> [path for path, _ in model.named_parameters()]
    ['factor', 'inner.weights.0', 'inner.bias']
    >>> model([1.0]).backward()
    >>> [parameter.grad for parameter in model.parameters()]
    [0.0, 2.0, 2.0]
    """

    #: The attributes that hold leaves or modules which are no parameters, and are never trained.
    CONSTANTS: ClassVar[tuple[str, ...]] = ()

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules right inside this one, with the path that leads to each.

        >>> from nn import MLP
        >>> [(path, repr(child)) for path, child in MLP(2, [1]).named_children()]
        [('layers.0', "Layer(2, 1, activation='linear')")]
        """
        return iter(())

    def children(self) -> Iterator[Module]:
        """The modules right inside this one.

        >>> from nn import Layer
        >>> list(Layer(1, 2).children())
        [Neuron(1, activation='relu'), Neuron(1, activation='relu')]
        """
        return (child for _, child in self.named_children())

    def own_parameters(self) -> Iterator[tuple[str, Value]]:
        """The parameters that are this module's own, with their names."""
        return iter(())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter with its path, as ``layers.0.neurons.1.weights.0``.

        One that is shared comes once, under the first path that leads to it.

        >>> from nn import MLP
        >>> for path, parameter in MLP(1, [1, 1], init="zeros").named_parameters():
        ...     print(path, parameter.data)
        layers.0.neurons.0.weights.0 0.0
        layers.0.neurons.0.bias 0.0
        layers.1.neurons.0.weights.0 0.0
        layers.1.neurons.0.bias 0.0
        """
        seen: set[Value] = set()
        for path, parameter in self._paths():
            if parameter not in seen:
                seen.add(parameter)
                yield path, parameter

    def _paths(self) -> Iterator[tuple[str, Value]]:
        yield from self.own_parameters()
        for name, child in self.named_children():
            for path, parameter in child._paths():
                yield f"{name}.{path}", parameter

    def parameters(self) -> list[Value]:
        """Every parameter, in the order of `named_parameters`: what an optimizer is given.

        >>> from nn import MLP, SGD
        >>> model = MLP(2, [2, 1])
        >>> optimizer = SGD(model.parameters(), lr=0.1)
        >>> len(optimizer.parameters)  # 2·2 weights and 2 biases, 2 weights and 1 bias
        9

        Raises:
            ValueError: a module holds a leaf or a module in an attribute that is neither among its
                parameters and children nor in its `CONSTANTS`: it would never be trained.
        """
        parameters = [parameter for _, parameter in self.named_parameters()]
        modules = [*self._modules()]
        known = {*map(id, parameters), *map(id, modules)}
        for module in modules:
            for attribute, what in vars(module).items():
                for path, held in () if attribute in module.CONSTANTS else _held(attribute, what):
                    if id(held) not in known:
                        method = "own_parameters" if isinstance(held, Value) else "named_children"
                        raise ArgumentValueError(
                            f"{type(module).__name__}.{path} would never be trained: {method} must give "
                            f"it, or CONSTANTS = ({attribute!r},) in the class say that it is a constant"
                        )
        return parameters

    def _modules(self) -> Iterator[Module]:
        yield self
        for child in self.children():
            yield from child._modules()

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero, since ``backward`` adds to it.

        >>> from nn import Neuron
        >>> neuron = Neuron(1, activation="linear")
        >>> neuron([3.0]).backward()
        >>> neuron.weights[0].grad
        3.0
        >>> neuron.zero_grad()
        >>> neuron.weights[0].grad
        0.0
        """
        set_together((parameter, "_grad", 0.0) for _, parameter in self.named_parameters())

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter by its path; plain data, JSON-able.

        >>> from nn import Neuron
        >>> Neuron(2, init="zeros").state_dict()
        {'weights.0': 0.0, 'weights.1': 0.0, 'bias': 0.0}
        """
        return {path: parameter.data for path, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter to the number that `state_dict` gave.

        Raises:
            KeyError: a parameter is missing, or one is unknown.
            OperandError: one is not a real number. Nothing has changed in either case.

        >>> import json
        >>> from nn import MLP
        >>> trained, new = MLP(2, [2, 1], seed=1), MLP(2, [2, 1], seed=2)
        >>> text = json.dumps(trained.state_dict())
        >>> new.load_state_dict(json.loads(text))
        >>> new([1.0, 2.0]).data == trained([1.0, 2.0]).data
        True
        """
        if not isinstance(state, Mapping):
            raise OperandError(f"the state must be a dict, got {shown(state)}", operands=(state,))
        parameters = dict(self.named_parameters())
        missing, unknown = parameters.keys() - state.keys(), state.keys() - parameters.keys()
        if missing or unknown:
            raise UnknownNameError(f"missing: {sorted(missing)}; unknown: {sorted(unknown, key=str)}")
        numbers = {path: as_number(state[path]) for path in parameters}
        for path, number in numbers.items():
            if number is None:
                raise OperandError(f"{path} must be a real number, got {shown(state[path])}")
        set_together((parameter, "_data", numbers[path]) for path, parameter in parameters.items())

    def copy(self) -> Self:
        """An independent module with the same numbers.

        >>> from nn import Neuron
        >>> neuron = Neuron(1, init="zeros")
        >>> before = neuron.copy()
        >>> neuron.bias.data = 1.0
        >>> before.bias.data
        0.0
        """
        return copy.deepcopy(self)
