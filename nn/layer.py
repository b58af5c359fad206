"""Layer: neurons side by side, on the same inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from autograd import Value
from autograd.arguments import whole
from nn.init import generator
from nn.module import Module
from nn.neuron import Neuron, Signals

__all__ = ["Layer"]


class Layer(Module):
    """Neurons on the same inputs.

    Args:
        nin: the number of inputs.
        nout: the number of neurons.
        seed: an int or a `random.Random`, drawn from by one neuron after the other.
        nonlin: see `Neuron`, as the rest.
        activation: see `Neuron`.
        bias_convention: see `Neuron`.
        init: see `Neuron`.

    >>> Layer(2, 3, activation="tanh")
    Layer(2, 3, activation='tanh')
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        bias_convention: str = "+b",
        init: str = "uniform",
        seed: int | Random = 0,
    ) -> None:
        nout = whole("nout, the number of neurons,", nout, 1)
        random = generator(seed)
        self.neurons = [
            Neuron(
                nin,
                nonlin,
                activation=activation,
                bias_convention=bias_convention,
                init=init,
                fan_out=nout,
                seed=random,
            )
            for _ in range(nout)
        ]

    def outputs(self, inputs: Sequence[Value | float]) -> list[Value]:
        """The output of every neuron: a list, even of a single one.

        Raises:
            ValueError: there are not as many inputs as weights of a neuron.
            OperandError: an input is neither a Value nor a real number.

        >>> layer = Layer(1, 2, activation="linear", init="zeros")
        >>> layer.neurons[0].weights[0].data = 2.0
        >>> [output.data for output in layer.outputs([3.0])]
        [6.0, 0.0]
        """
        signals = Signals.of(inputs)
        return [neuron(signals) for neuron in self.neurons]

    def __call__(self, inputs: Sequence[Value | float]) -> Any:
        """The outputs, a list of Values; of a single neuron, its output, a Value.

        Which of the two cannot be told from the types: `outputs` is a list in either case.
        """
        outputs = self.outputs(inputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def named_children(self) -> Iterator[tuple[str, Module]]:  # noqa: D102
        return ((f"neurons.{index}", neuron) for index, neuron in enumerate(self.neurons))

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.weights)}, {len(self.neurons)}, activation={first.activation!r})"
