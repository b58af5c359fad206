"""MLP: layers one after the other, a multilayer perceptron."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from autograd import Value
from autograd.arguments import items, wrong_kind
from autograd.errors import ArgumentValueError
from nn.init import generator
from nn.layer import Layer
from nn.module import Module

__all__ = ["MLP"]


class MLP(Module):
    """A multilayer perceptron.

    Args:
        nin: the number of inputs.
        nouts: the number of neurons of each layer.
        activation: one name for all layers, or one per layer; as in micrograd, "relu" but for a linear
            last layer, if None.
        bias_convention: see `Neuron`.
        init: see `Neuron`.
        seed: an int or a `random.Random`; ``seed=1337`` gives micrograd's weights after
            ``random.seed(1337)``.

    Raises:
        ValueError: no layers, or another number of activations than of layers; and see `Neuron`.
        TypeError: see `Neuron`.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters()), model([1.0, -2.0]).operation.name
    (337, 'add')
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: str | Sequence[str] | None = None,
        bias_convention: str = "+b",
        init: str = "uniform",
        seed: int | Random = 0,
    ) -> None:
        nouts = items("nouts", nouts)
        if not nouts:
            raise ArgumentValueError("nouts is empty: a network has at least one layer")
        if activation is None:
            activation = ["relu"] * (len(nouts) - 1) + ["linear"]
        elif isinstance(activation, str):
            activation = [activation] * len(nouts)
        else:
            if callable(activation):
                raise wrong_kind(
                    "activation", "a name or a list of names (autograd.register adds some)", activation
                )
            activation = items("activation", activation)
        if len(activation) != len(nouts):
            raise ArgumentValueError(
                f"{len(activation)} activations for the {len(nouts)} layers of nouts"
            )
        random = generator(seed)
        sizes = [nin, *nouts]
        self.layers = [
            Layer(
                sizes[index],
                nout,
                activation=name,
                bias_convention=bias_convention,
                init=init,
                seed=random,
            )
            for index, (nout, name) in enumerate(zip(nouts, activation, strict=True))
        ]

    def outputs(self, inputs: Sequence[Value | float]) -> list[Value]:
        """The outputs of the last layer: a list, even of a single neuron.

        Raises:
            ValueError: there are not as many inputs as the network takes.
            OperandError: an input is neither a Value nor a real number.

        >>> from nn import half_squared_error
        >>> model = MLP(2, [3, 2], activation="sigmoid", init="zeros")
        >>> outputs = model.outputs([0.5, -1.0])
        >>> [output.data for output in outputs], half_squared_error(outputs, [0.0, 1.0]).data
        ([0.5, 0.5], 0.25)
        """
        signals: Sequence[Value | float] = inputs
        for layer in self.layers:
            signals = outputs = layer.outputs(signals)
        return outputs

    def __call__(self, inputs: Sequence[Value | float]) -> Any:
        """The outputs of the last layer, a list of Values; of a single neuron, its output, a Value.

        Which of the two cannot be told from the types: `outputs` is a list in either case.
        """
        outputs = self.outputs(inputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def named_children(self) -> Iterator[tuple[str, Module]]:  # noqa: D102
        return ((f"layers.{index}", layer) for index, layer in enumerate(self.layers))

    def __repr__(self) -> str:
        return f"MLP of {self.layers!r}"
