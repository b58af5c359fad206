"""Neuron: net = Σ w x + b, out = f(net), and after a backward pass δ = ∂E/∂net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add, mul
from random import Random
from typing import Any, NamedTuple

from autograd import OperandError, Value
from autograd.arguments import as_number, choice, flag, items, number_of, shown, whole
from autograd.errors import ArgumentValueError
from nn.activations import activation_name, resolve
from nn.init import INITIALIZATIONS, generator
from nn.module import Module

__all__ = ["BIAS_CONVENTIONS", "BiasConvention", "Neuron"]


class BiasConvention(NamedTuple):
    """How the bias enters the net input.

    It is added in Urbain's notes, subtracted in the handwritten notes on backpropagation (eqs. 12 and
    13: net = Σ w x − b, ∂E/∂b = −δ) and in Xing's; in Hoey's it is the weight of a constant input.

    Attributes:
        sign: with which sign; ∂E/∂b is that times δ.
        weighs: whether it is the weight of a constant input x₀ of that sign, drawn as such.

    >>> BIAS_CONVENTIONS["-b"], BIAS_CONVENTIONS["x0=1"]
    (BiasConvention(sign=-1.0, weighs=False), BiasConvention(sign=1.0, weighs=True))
    >>> neuron = Neuron(1, activation="linear", bias_convention="-b", init="zeros")
    >>> neuron([2.0]).backward()
    >>> neuron.delta, neuron.bias.grad
    (1.0, -1.0)
    """

    sign: float
    weighs: bool = False


#: The conventions, by the name that constructors and files use.
BIAS_CONVENTIONS: dict[str, BiasConvention | None] = {
    "+b": BiasConvention(1.0),
    "-b": BiasConvention(-1.0),
    "x0=1": BiasConvention(1.0, weighs=True),
    "x0=-1": BiasConvention(-1.0, weighs=True),
    "none": None,
}

_KINDS = {Value, float}


class Signals(list["Value | float"]):
    """The inputs of neurons, each a Value or a float: a layer checks them once for all its neurons."""

    @classmethod
    def of(cls, given: object) -> Signals:
        """The inputs of a call.

        Raises:
            OperandError: one is neither a Value nor a real number.

        >>> Signals.of([1, 0.5])
        [1.0, 0.5]
        """
        if isinstance(given, cls):
            return given
        inputs = items("inputs", given)
        if {*map(type, inputs)} <= _KINDS:
            return cls(inputs)
        return cls(_signal(index, x) for index, x in enumerate(inputs))


def _signal(index: int, given: Any) -> Value | float:
    signal = given if type(given) in _KINDS else as_number(given)
    if signal is None:
        raise OperandError(f"inputs[{index}] must be a Value or a real number, got {shown(given)}")
    return signal


class Neuron(Module):
    """A neuron: a weighted sum of its inputs and a bias, and an activation of it.

    Args:
        nin: the number of inputs.
        nonlin: False for no activation, as in micrograd.
        activation: the name of an operation with one operand, or "linear".
        bias_convention: "+b", "-b", "x0=1" or "x0=-1" (the weight of a constant input), or "none".
        init: how the weights begin, a name in `nn.init.INITIALIZATIONS`; the bias begins at 0.
        fan_out: the number of neurons beside it, which Xavier's initialisation goes by.
        seed: an int or a `random.Random` to draw the weights from.

    Attributes:
        weights: one Value per input.
        bias: the bias, or None.
        net: the net input when it was last called, or None; a Value of the recorded graph.
        out: the output likewise; the same node as ``net`` if the activation is "linear" and the neuron
            records without names.

    Raises:
        ValueError: an unknown activation, bias convention or initialisation, or no inputs.
        TypeError: what should be a count, a flag or a seed is none.

    >>> neuron = Neuron(2, activation="sigmoid", init="zeros")
    >>> neuron([1.0, 2.0]).backward()
    >>> neuron.net.data, neuron.out.data, neuron.delta, neuron.weight_gradients
    (0.0, 0.5, 0.25, [0.25, 0.5])
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        bias_convention: str = "+b",
        init: str = "uniform",
        fan_out: int = 1,
        seed: int | Random = 0,
    ) -> None:
        nin = whole("nin, the number of inputs,", nin, 1)
        fan_out = whole("fan_out", fan_out, 1)
        choice("initialisation", init, INITIALIZATIONS)
        activation_name("activation", activation)
        self.activation = activation if flag("nonlin", nonlin) else "linear"
        self.bias_convention = BIAS_CONVENTIONS[
            choice("bias_convention", bias_convention, BIAS_CONVENTIONS)
        ]
        random = generator(seed)
        self.weights = [Value(INITIALIZATIONS[init](random, nin, fan_out)) for _ in range(nin)]
        self.bias = Value(0.0) if self.bias_convention else None
        #: the names that ``net`` and ``out`` are given when they are recorded
        self.names: tuple[str, str] | None = None
        self.net: Value | None = None
        self.out: Value | None = None

    def __call__(self, inputs: Sequence[Value | float]) -> Value:
        """The output for some inputs, Values or plain numbers.

        Raises:
            ValueError: their number is not the number of weights.
            OperandError: one of them is neither.
        """
        signals = Signals.of(inputs)
        if len(signals) != len(self.weights):
            raise ArgumentValueError(f"{self!r} takes {len(self.weights)} inputs, got {len(signals)}")
        terms = map(mul, self.weights, signals)
        convention, bias = self.bias_convention, self.bias
        if convention is None or bias is None:
            net = reduce(add, terms)
        elif convention.weighs:
            net = reduce(add, terms, bias * convention.sign)
        elif convention.sign > 0:
            net = reduce(add, terms) + bias
        else:
            net = reduce(add, terms) - bias
        out = resolve(self.activation)(net)
        if self.names:
            net.name, out_name = self.names
            if out is net:  # linear, and yet two quantities of two names
                out = +net
            out.name = out_name
        self.net, self.out = net, out
        return out

    @property
    def delta(self) -> float:
        """δ = ∂E/∂net, after a call and a backward pass from the error.

        Hoey, eqs. (13) and (14); the handwritten notes on backpropagation, eqs. (4) and (12).

        Raises:
            ValueError: the neuron was not called yet.

        >>> neuron = Neuron(1, activation="sigmoid", init="zeros")
        >>> error = (1.0 - neuron([2.0])) ** 2
        >>> error.backward()
        >>> neuron.delta  # −2 (1 − out) · out (1 − out), with out = 0.5
        -0.25
        """
        if self.net is None:
            raise ArgumentValueError(f"{self!r} was not called yet, so it has no δ")
        return number_of(self.net.grad)

    @property
    def weight_gradients(self) -> list[float]:
        """∂E/∂w of each weight: where it is used once, δ times its input.

        Hoey, eqs. (15) and (16); the handwritten notes on backpropagation, eq. (14).

        >>> neuron = Neuron(2, activation="sigmoid", init="zeros")
        >>> error = (1.0 - neuron([2.0, -3.0])) ** 2
        >>> error.backward()
        >>> neuron.weight_gradients, [neuron.delta * x for x in (2.0, -3.0)]
        ([-0.5, 0.75], [-0.5, 0.75])
        """
        return [number_of(weight.grad) for weight in self.weights]

    def own_parameters(self) -> Iterator[tuple[str, Value]]:  # noqa: D102
        named = [(f"weights.{index}", weight) for index, weight in enumerate(self.weights)]
        if self.bias is not None:
            # a bias that is the weight of x₀ stands where x₀ does
            assert self.bias_convention is not None
            named.insert(0 if self.bias_convention.weighs else len(named), ("bias", self.bias))
        return iter(named)

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles have the parameters, not the graph of the last call."""
        return self.__dict__ | {"net": None, "out": None}

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={self.activation!r})"
