"""Random networks, recorded in a document's notation; functions and losses with their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from sized import Array, Sized, numbers

from nn import MLP, SGD, Example, Notation, TrainingStep
from nn.neuron import BIAS_CONVENTIONS

__all__ = ["FUNCTIONS", "Case", "Function", "Loss", "cases", "losses", "smooth"]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


class Function(NamedTuple):
    """An activation f and its derivative f′, of one number."""

    f: Callable[[Any], Any]
    slope: Callable[[Any], Any]


#: Activations by their names, as a textbook has them.
FUNCTIONS = {
    "sigmoid": Function(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": Function(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "linear": Function(lambda x: x, lambda _: Sized(1)),
    "relu": Function(lambda x: x if x.value > 0 else Sized(0), lambda x: Sized(1 if x.value > 0 else 0)),
    "sin": Function(np.sin, np.cos),
    "atan": Function(np.arctan, lambda x: 1 / (1 + x * x)),
    "softplus": Function(lambda x: np.log(1 + np.exp(x)), sigmoid),
    "silu": Function(lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x)),
}
smooth = st.sampled_from(list(FUNCTIONS))


class Loss(NamedTuple):
    """A loss as a text for the network, and its derivative by one output."""

    text: str
    slope: Callable[[Any, Any], Any]


_TERMS = [
    Loss("(target - out) ** 2", lambda y, t: -2 * (t - y)),
    Loss("(target - out) ** 4 / 4", lambda y, t: -((t - y) ** 3)),
    Loss("log(cosh(target - out))", lambda y, t: np.tanh(y - t)),
    Loss("sqrt(1 + (out - target) ** 2)", lambda y, t: (y - t) / np.sqrt(1 + (y - t) ** 2)),
    Loss("exp(out / 4 - target)", lambda y, t: np.exp(y / 4 - t) / 4),
    Loss("sin(out + target)", lambda y, t: np.cos(y + t)),
    Loss("out * target", lambda _, t: t),
]

#: Few digits, so that products neither underflow nor come out exact.
_units = st.integers(-1000, 1000).map(lambda thousandths: thousandths / 1000)


@st.composite
def losses(draw: st.DrawFn) -> Loss:
    """Any loss: sums of terms of one output and its target."""
    terms = draw(st.lists(st.tuples(_units, st.sampled_from(_TERMS)), min_size=1, max_size=3))
    return Loss(
        " + ".join(f"({factor!r}) * ({term.text})" for factor, term in terms),
        lambda y, t: sum((factor * term.slope(y, t) for factor, term in terms), Sized(0)),
    )


@dataclass(frozen=True)
class Case:
    """A network before an update, in plain arrays, and the recorded update.

    Attributes:
        sizes: the number of inputs, and of neurons of each layer.
        weights: a matrix per layer, ``weights[l][j, i]`` to neuron j of layer l + 1 from i, all from 0.
        offsets: what each neuron adds to its net input besides, whatever its bias is called.
        activations: the name of each neuron's.
        inputs: a row per example.
        targets: a row per example.
        eta: the learning rate.
        loss: what was asked for, if it was a `Loss`.
        step: the step.
    """

    sizes: list[int]
    weights: list[Array]
    offsets: list[Array]
    activations: list[list[str]]
    inputs: Array
    targets: Array
    eta: Sized
    loss: Loss | None
    step: TrainingStep

    def __getitem__(self, symbol: str) -> Sized:
        """The step's number of that name."""
        return Sized(self.step[symbol])

    def f(self, layer: int, nets: Array) -> Array:
        """Layer ``layer``'s activations, from 1, of net inputs: one of each neuron, or rows of them."""
        return self._each(layer, nets, "f")

    def slope(self, layer: int, nets: Array) -> Array:
        """Their derivatives."""
        return self._each(layer, nets, "slope")

    def _each(self, layer: int, nets: Array, kind: str) -> Array:
        functions = [getattr(FUNCTIONS[name], kind) for name in self.activations[layer - 1]]
        found = np.empty(nets.shape, dtype=object)
        for index in np.ndindex(nets.shape):
            found[index] = functions[index[-1]](nets[index])
        return found


_one = st.just(1)
#: The number of inputs, and of neurons of one to four layers.
_any_sizes = st.lists(st.integers(1, 3), min_size=2, max_size=5)


@st.composite
def cases(
    draw: st.DrawFn,
    notation: str | Notation,
    *,
    sizes: st.SearchStrategy[Sequence[int]] = _any_sizes,
    hidden: st.SearchStrategy[str] = smooth,
    last: st.SearchStrategy[str] = smooth,
    alike: bool = True,
    biases: Sequence[str] = tuple(BIAS_CONVENTIONS)[:4],
    shared: bool = False,
    examples: st.SearchStrategy[int] = _one,
    error: str | st.SearchStrategy[Loss] = "half_squared_error",
    targets: st.SearchStrategy[float] = _units,
    probabilities: bool = False,
) -> Case:
    """Steps of random networks, in a notation.

    Args:
        sizes: the number of inputs, and of neurons of each layer.
        hidden: activations of the hidden layers.
        last: activations of the last one.
        alike: whether all neurons of a layer have the same.
        biases: the network's own bias conventions, of which the notation has to make its own.
        shared: whether each layer has one bias for all its neurons, which is not updated.
        examples: how many examples there are.
        error: the error.
        targets: the targets.
        probabilities: whether an example's targets have to add up to 1.
    """
    nin, *nouts = draw(sizes)
    network = MLP(
        nin, nouts, activation="tanh", bias_convention=draw(st.sampled_from(biases)), init="zeros"
    )
    for layer in network.layers:
        names = last if layer is network.layers[-1] else hidden
        activation = draw(names)
        for neuron in layer.neurons:
            neuron.activation = activation if alike else draw(names)
            for weight in neuron.weights:
                weight.data = draw(_units)
            if shared:
                neuron.bias = layer.neurons[0].bias
            elif neuron.bias is not None:
                neuron.bias.data = draw(_units)
        if shared and layer.neurons[0].bias is not None:
            layer.neurons[0].bias.data = draw(_units)
    to_learn = []
    for _ in range(draw(examples)):
        inputs = [draw(_units) for _ in range(nin)]
        wanted = [draw(targets) for _ in range(nouts[-1])]
        if probabilities:
            wanted = [each / sum(wanted) for each in wanted]
        to_learn.append(Example(inputs, wanted))
    loss = draw(error) if isinstance(error, st.SearchStrategy) else None
    eta = draw(st.integers(1, 1000)) / 1000
    before = network.copy()
    parameters = network.parameters()
    if shared:
        parameters = [
            weight for layer in network.layers for neuron in layer.neurons for weight in neuron.weights
        ]
    step = TrainingStep(
        network,
        to_learn,
        SGD(parameters, lr=eta),
        error=error if isinstance(error, str) else loss.text,
    ).in_notation(notation)
    return case_of(before, step, eta, loss)


def case_of(network: MLP, step: TrainingStep, eta: float, loss: Loss | None = None) -> Case:
    """A step beside its network as it was before, in plain arrays."""
    neurons = [layer.neurons for layer in network.layers]
    return Case(
        sizes=[len(neurons[0][0].weights), *map(len, neurons)],
        weights=[numbers([[w.data for w in neuron.weights] for neuron in layer]) for layer in neurons],
        offsets=[
            numbers(
                [
                    0.0 if neuron.bias is None else neuron.bias_convention.sign * neuron.bias.data
                    for neuron in layer
                ]
            )
            for layer in neurons
        ],
        activations=[[neuron.activation for neuron in layer] for layer in neurons],
        inputs=numbers([each.inputs for each in step.examples]),
        targets=numbers([each.targets for each in step.examples]),
        eta=Sized(eta),
        loss=loss,
        step=step,
    )
