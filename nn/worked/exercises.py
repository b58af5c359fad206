"""New exercises, with numbers that are pleasant to compute with."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import ceil, floor, inf
from random import Random

from autograd import AutogradError, Value
from autograd.arguments import items, positive, whole
from autograd.errors import ArgumentValueError
from nn.activations import activation_name, resolve
from nn.error_rules import error_rule
from nn.forward import Example
from nn.neuron import BIAS_CONVENTIONS, BiasConvention
from nn.notation import Notation, notation_of
from nn.worked.example import LayerData, WorkedExample

__all__ = ["exercise"]

#: Names that are short in any network.
_NOTATION = Notation(hidden="h{h}", weight="w{n}", bias="b{n}")
_INPUTS = [tenths / 10 for tenths in range(-10, 11) if tenths]
_WEIGHTS = [tenths / 10 for tenths in range(-9, 10) if tenths]
_LEAST_NET, _MAX_NET, _NETS_APART, _LEAST_SLOPE, _OFF = 0.1, 2.0, 0.05, 0.1, 0.1
_RATES = (0.5, 0.1)
#: The activation of the last layer that an error is made for.
_LAST = {"binary_cross_entropy": "sigmoid", "cross_entropy": "linear"}
_MOST_EXAMPLES = 20
_MAX_LAYERS, _MAX_NEURONS = 8, 32
#: How often to draw a neuron, and the whole exercise, before giving up.
_DRAWS, _TRIES = 500, 200


def exercise(
    seed: int,
    layers: Sequence[int] = (2, 2, 1),
    *,
    activation: str = "sigmoid",
    notation: Notation | str | None = None,
    error: str = "half_squared_error",
    example_count: int = 1,
    learning_rate: float | None = None,
) -> WorkedExample:
    """A new exercise: a network, examples and targets, the same for the same seed.

    Its numbers are pleasant:

    * All that is given has one decimal: inputs from −1 to 1, weights and biases from −0.9 to 0.9, none
      of them 0. So the first net inputs have two decimals, and are worked out by hand.
    * The weights of a neuron differ from one another, while there are no more than 18 of them.
    * Every net input is between 0.1 and 2 in size, so that none is at a kink, and those of a layer are
      at least 0.05 apart.
    * The slope of every activation is at least 0.1 in size: none is saturated, no ReLU is dead.
    * Each target is one that the activation can give, and at least 0.1 off the output.
    * No derivative of the error by a weight or a bias vanishes: each is at least 0.1 to the power of the
      number of layers plus one.
    * The update makes the error smaller; the learning rate is 0.5, or 0.1 where that is too much, if
      none is asked for.
    * With cross-entropy, the last layer is one that it is made for: of sigmoid neurons if it is binary,
      else linear; and the targets are 0 and 1.

    Args:
        seed: what to draw the numbers by.
        layers: the number of inputs, and of neurons of each layer.
        activation: that of every layer; with cross-entropy, of every layer but the last.
        notation: how to name things: a `Notation`, or the name of one that comes along.
        error: how the error is made up, as in a file: ``"cross_entropy"``, or a formula.
        example_count: the number of examples, 1 to 20.
        learning_rate: η; chosen if None.

    Raises:
        ValueError: fewer than one layer or more than seven, or one of no neurons or more than 32; an
            unknown activation, notation or error; a learning rate that is not positive, too many
            examples; or no such numbers were found.
        TypeError: an argument is not of its kind.

    >>> made = exercise(7)
    >>> made.examples[0].inputs, made.layers[0].weights, made.layers[0].biases
    ([0.1, -0.6], [[0.4, -0.8], [0.9, -0.6]], [-0.7, 0.3])
    """
    seed = whole("seed", seed, -sys.maxsize)
    layers = [
        whole(f"layers[{index}]", size, -sys.maxsize)
        for index, size in enumerate(items("layers", layers))
    ]
    if not 2 <= len(layers) <= _MAX_LAYERS or not 1 <= min(layers) <= max(layers) <= _MAX_NEURONS:
        raise ArgumentValueError(
            f"the number of inputs and of each layer's neurons, 2 to {_MAX_LAYERS} numbers from 1 to "
            f"{_MAX_NEURONS}, are expected, not {', '.join(map(str, layers))}"
        )
    activation_name("activation", activation)
    error_rule(error)
    if error == "cross_entropy" and layers[-1] < 2:
        raise ArgumentValueError("cross_entropy needs two outputs at least, got 1")
    count = whole("example_count", example_count, -sys.maxsize)
    if not 1 <= count <= _MOST_EXAMPLES:
        raise ArgumentValueError(f"example_count must be from 1 to {_MOST_EXAMPLES}, got {count}")
    rates: tuple[float, ...] = _RATES
    if learning_rate is not None:
        rates = (positive("learning_rate", learning_rate),)
    activations = [activation] * (len(layers) - 2) + [_LAST.get(error, activation)]
    notation = _NOTATION if notation is None else notation_of(notation)
    bias = notation.bias_convention or "+b"
    notation = replace(notation, bias_convention=bias)
    random = Random(seed)
    blank = WorkedExample(
        name=f"exercise-{seed}",
        title=_title(seed, layers, activation, error, count),
        source="",
        ours="",
        layers=[],
        bias_convention=bias,
        examples=[],
        error=error,
        learning_rate=rates[0],
        update_biases=True,
        notation=notation,
        figures=[],
    )
    for _ in range(_TRIES):
        drawn = _drawn(random, layers, activations, BIAS_CONVENTIONS[bias], count, error)
        if drawn is not None:
            for rate in rates:
                found = replace(blank, layers=drawn[0], examples=drawn[1], learning_rate=rate)
                if _is_pleasant(found):
                    return found
    raise ArgumentValueError(
        f"no pleasant numbers found for a {'-'.join(map(str, layers))} network of {activation} neurons"
    )


def _title(seed: int, layers: Sequence[int], activation: str, error: str, examples: int) -> str:
    title = f"Exercise {seed}: a {'-'.join(map(str, layers))} network of {activation} neurons"
    if error in _LAST:
        title += f" with {error.replace('_', ' ').replace('cross ', 'cross-')}"
    return title if examples == 1 else f"{title}, {examples} examples"


def _drawn(
    random: Random,
    sizes: Sequence[int],
    activations: Sequence[str],
    bias: BiasConvention | None,
    count: int,
    error: str,
) -> tuple[list[LayerData], list[Example]] | None:
    """Layers whose net inputs and slopes are as they should be, and examples; None if none came up."""
    inputs = [[random.choice(_INPUTS) for _ in range(sizes[0])] for _ in range(count)]
    if any(inputs[i] in inputs[:i] for i in range(count)):
        return None
    signals = inputs
    layers = []
    for nout, activation in zip(sizes[1:], activations, strict=True):
        weights: list[list[float]] = []
        biases: list[float] = []
        nets: list[list[float]] = []  # of each neuron those of each example
        outs: list[list[float]] = []
        for _ in range(_DRAWS):
            row, b = _weights(random, len(signals[0])), random.choice(_WEIGHTS)
            own = [
                sum(w * x for w, x in zip(row, each, strict=True)) + (bias.sign * b if bias else 0.0)
                for each in signals
            ]
            activated = [_activated(activation, net) for net in own]
            out = [each for each in activated if each is not None]
            if len(out) == count and all(
                abs(net - other) >= _NETS_APART
                for others in nets
                for net, other in zip(own, others, strict=True)
            ):
                weights, biases, nets, outs = [*weights, row], [*biases, b], [*nets, own], [*outs, out]
                if len(weights) == nout:
                    break
        else:
            return None
        layers.append(LayerData(activation, weights, biases if bias else None))
        signals = [list(each) for each in zip(*outs, strict=True)]
    examples = []
    for each, last in zip(inputs, signals, strict=True):
        targets = _drawn_targets(random, last, activations[-1], error)
        if targets is None:
            return None
        examples.append(Example(each, targets))
    return layers, examples


def _drawn_targets(
    random: Random, outs: Sequence[float], activation: str, error: str
) -> list[float] | None:
    """Targets for some outputs, off each of them; None if there are none."""
    if error == "cross_entropy":
        right = random.randrange(len(outs))
        return [float(place == right) for place in range(len(outs))]
    if error == "binary_cross_entropy":
        return [float(random.randrange(2)) for _ in outs]
    possible = [[target for target in _targets(activation) if abs(target - out) >= _OFF] for out in outs]
    return [random.choice(each) for each in possible] if all(possible) else None


def _weights(random: Random, count: int) -> list[float]:
    if count <= len(_WEIGHTS):
        return random.sample(_WEIGHTS, count)
    return [random.choice(_WEIGHTS) for _ in range(count)]


def _activated(activation: str, net: float) -> float | None:
    """The output for a net input, or None if it is not one to compute with."""
    if not _LEAST_NET <= abs(net) <= _MAX_NET:
        return None
    node = Value(net)
    try:
        out = resolve(activation)(node)
    except AutogradError:  # outside of its domain
        return None
    slope = 1.0 if out is node else float(out.derivatives[0] or 0.0)
    return out.data if _LEAST_SLOPE <= abs(slope) < inf else None


@cache
def _targets(activation: str) -> list[float]:
    """The numbers of one decimal that an activation can give."""
    outs = [_activated(activation, tenths / 10) for tenths in range(-20, 21)]
    possible = [out for out in outs if out is not None]
    if not possible:
        return []
    return [tenths / 10 for tenths in range(ceil(min(possible) * 10), floor(max(possible) * 10) + 1)]


def _is_pleasant(example: WorkedExample) -> bool:
    """Whether every derivative can be seen, and the update does what it is for."""
    try:
        step = example.step()
    except AutogradError:  # the update leads out of an activation's domain
        return False
    least = 0.1 ** (len(example.layers) + 1)
    slopes = [step.gradients[step.names.gradient(symbol)] for symbol in step.names.parameters.values()]
    return all(abs(slope) >= least for slope in slopes) and step.error_after < step.error_before
