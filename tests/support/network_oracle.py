"""A network in plain numbers, by the formulas of the notes: what the graph is held to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from nn import MLP, Neuron
from nn.neuron import BIAS_CONVENTIONS


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def density(x: float) -> float:
    return math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


#: Activations and their derivatives as textbooks have them; none is taken from the table.
ACTIVATIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "linear": (lambda x: x, lambda _: 1.0),
    "sigmoid": (logistic, lambda x: logistic(x) * (1.0 - logistic(x))),
    "tanh": (math.tanh, lambda x: 1.0 - math.tanh(x) ** 2),
    "sin": (math.sin, math.cos),
    "atan": (math.atan, lambda x: 1.0 / (1.0 + x * x)),
    "softplus": (lambda x: math.log(1.0 + math.exp(x)), logistic),
    "relu": (lambda x: max(x, 0.0), lambda x: float(x > 0.0)),
    "leaky_relu": (lambda x: x if x > 0.0 else 0.01 * x, lambda x: 1.0 if x > 0.0 else 0.01),
    "elu": (lambda x: x if x > 0.0 else math.expm1(x), lambda x: min(1.0, math.exp(x))),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1.0 + x * (1.0 - logistic(x)))),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * density(x)),
}

#: For each convention: the net input of Σ w x and b, and ∂net/∂b.
CONVENTIONS: dict[str, tuple[Callable[[float, float], float], float]] = {
    "+b": (lambda weighted, b: weighted + b, 1.0),
    "-b": (lambda weighted, b: weighted - b, -1.0),
    "x0=1": (lambda weighted, b: b * 1.0 + weighted, 1.0),
    "x0=-1": (lambda weighted, b: b * -1.0 + weighted, -1.0),
    "none": (lambda weighted, _: weighted, 0.0),
}


class Recorded(NamedTuple):
    """What the formulas give for one neuron, with a bound for what rounding can do to each."""

    inputs: list[float]
    net: float
    out: float
    delta: float
    weight_gradients: list[float]
    bias_gradient: float
    #: the sum of the sizes of all terms that δ is the sum of
    size: float


def convention_of(neuron: Neuron) -> str:
    return next(name for name, bias in BIAS_CONVENTIONS.items() if bias == neuron.bias_convention)


def forward(network: MLP, inputs: list[float]) -> list[list[tuple[Neuron, list[float], float, float]]]:
    """Each neuron of each layer with its inputs, net and out, in plain numbers."""
    layers = []
    for layer in network.layers:
        found = []
        for neuron in layer.neurons:
            enters, _ = CONVENTIONS[convention_of(neuron)]
            weighted = sum(w.data * x for w, x in zip(neuron.weights, inputs, strict=True))
            net = enters(weighted, neuron.bias.data if neuron.bias is not None else 0.0)
            found.append((neuron, inputs, net, ACTIVATIONS[neuron.activation][0](net)))
        layers.append(found)
        inputs = [out for _, _, _, out in found]
    return layers


def recursion(network: MLP, inputs: list[float], slopes: list[float]) -> dict[Neuron, Recorded]:
    """δ of the outputs is ∂E/∂out · f'(net), of the hidden neurons Σ δₖ wₖⱼ · f'(netⱼ); ∂E/∂w = δ x.

    Args:
        network: whose parameters to take.
        inputs: the network's inputs.
        slopes: ∂E/∂out of each output.
    """
    found: dict[Neuron, Recorded] = {}
    from_above, sizes = slopes, [abs(slope) for slope in slopes]
    for layer in reversed(forward(network, inputs)):
        here = []
        for (neuron, entering, net, out), slope, size in zip(layer, from_above, sizes, strict=True):
            _, sign = CONVENTIONS[convention_of(neuron)]
            delta = slope * ACTIVATIONS[neuron.activation][1](net)
            gradients = [delta * x for x in entering]
            here.append(
                Recorded(entering, net, out, delta, gradients, sign * delta, size * (1.0 + abs(net)))
            )
            found[neuron] = here[-1]
        columns = list(zip(*([w.data for w in neuron.weights] for neuron, *_ in layer), strict=True))
        from_above = [sum(r.delta * w for r, w in zip(here, column, strict=True)) for column in columns]
        sizes = [sum(r.size * abs(w) for r, w in zip(here, column, strict=True)) for column in columns]
    return found


def mistakes(network: MLP, inputs: list[float], slopes: list[float]) -> list[str]:
    """Where the graph of E = Σ slope · out disagrees with the formulas by more than rounding."""
    network.zero_grad()
    error = sum(slope * out for slope, out in zip(slopes, network.outputs(inputs), strict=True))
    error.backward()
    return disagreements(network, recursion(network, inputs, slopes))


def disagreements(network: MLP, expected: dict[Neuron, Recorded]) -> list[str]:
    complaints = []
    for path, neuron in neurons(network):
        want = expected[neuron]
        pairs = [
            ("net", neuron.net.data, want.net, 1.0 + abs(want.net)),
            ("out", neuron.out.data, want.out, 1.0 + abs(want.out)),
            ("δ", neuron.delta, want.delta, want.size),
            *(
                (f"∂E/∂w{i}", got, gradient, want.size * (1.0 + abs(x)))
                for i, (got, gradient, x) in enumerate(
                    zip(neuron.weight_gradients, want.weight_gradients, want.inputs, strict=True), 1
                )
            ),
        ]
        if neuron.bias is not None:
            pairs.append(("∂E/∂b", neuron.bias.grad, want.bias_gradient, want.size))
        complaints += [
            f"{path}: {what} is {got!r}, not {right!r}"
            for what, got, right, size in pairs
            if not abs(got - right) <= 1e-12 * size
        ]
    return complaints


def neurons(network: MLP) -> Iterator[tuple[str, Neuron]]:
    for k, layer in enumerate(network.layers, 1):
        for j, neuron in enumerate(layer.neurons, 1):
            yield f"neuron {j} of layer {k}", neuron


moderate = st.floats(-2.0, 2.0)


def away_from_kinks(network: MLP, inputs: list[float]) -> bool:
    """Whether rounding cannot carry any net input across a kink."""
    return all(abs(net) > 1e-9 for layer in forward(network, inputs) for _, _, net, _ in layer)


def numbers(data: st.DataObject, count: int) -> list[float]:
    return data.draw(st.lists(moderate, min_size=count, max_size=count))
