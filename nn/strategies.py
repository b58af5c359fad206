"""Hypothesis strategies: networks, what they are to learn, and whole worked examples.

>>> from hypothesis import given
>>> from nn.strategies import networks
>>> @given(networks(activations=["tanh"]))
... def test_outputs_are_bounded(network):
...     inputs = [0.5] * len(network.layers[0].neurons[0].weights)
...     assert all(-1 <= out <= 1 for out in network.outputs(inputs))
>>> test_outputs_are_bounded()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from nn.error_rules import ERRORS
from nn.forward import Example
from nn.layer import Layer
from nn.network import MLP
from nn.neuron import BIASES
from nn.notation import Notation, notation_names
from nn.worked import LayerData, WorkedExample

__all__ = ["ACTIVATIONS", "examples", "network", "networks", "worked_examples"]

#: Activations that are defined everywhere, and grow no faster than their operand.
ACTIVATIONS = (
    *("linear", "sigmoid", "tanh", "atan", "sin"),
    *("relu", "leaky_relu", "elu", "softplus", "silu", "gelu"),
)

_SHAPES = st.lists(st.integers(1, 4), min_size=2, max_size=4)


def network(
    shape: Sequence[int], activations: Sequence[str], bias: str, parameters: Sequence[float]
) -> MLP:
    """A network out of the numbers that Hypothesis reports one by.

    Args:
        shape: the number of inputs, and of neurons of each layer.
        activations: one name per layer.
        bias: a name in `nn.neuron.BIASES`.
        parameters: the number of each parameter, in the order of ``named_parameters``.

    Raises:
        ValueError: another number of parameters than the network has; and see `MLP`.

    >>> network([2, 1], ["linear"], "+b", [1.0, 10.0, 0.5])([2.0, 3.0]).data
    32.5
    """
    made = MLP(shape[0], shape[1:], activation=activations, bias=bias, init="zeros")
    for parameter, number in zip(made.parameters(), parameters, strict=True):
        parameter.data = number
    return made


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    shapes: st.SearchStrategy[list[int]] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    outputs: Sequence[str] | None = None,
    biases: Sequence[str] = tuple(BIASES),
    parameters: st.SearchStrategy[float] | None = None,
) -> MLP:
    """Networks of any shape, with any activation in each layer, and one bias convention.

    Args:
        draw: given by Hypothesis.
        shapes: the number of inputs, and of neurons of each layer; up to 3 layers of up to 4 if None.
        activations: the names to choose from.
        outputs: those for the last layer; the same if None.
        biases: the conventions to choose from, names in `nn.neuron.BIASES`.
        parameters: what weights and biases are drawn from; numbers from -2 to 2 if None.

    >>> from hypothesis import find
    >>> found = find(networks(), lambda network: len(network.layers) > 1)
    >>> [len(layer.neurons) for layer in found.layers], found.parameters()[0].data
    ([1, 1], 0.0)
    """
    numbers = st.floats(-2.0, 2.0) if parameters is None else parameters
    shape = draw(_SHAPES if shapes is None else shapes)
    hidden = [draw(st.sampled_from(activations)) for _ in shape[2:]]
    last = draw(st.sampled_from(activations if outputs is None else outputs))
    bias = draw(st.sampled_from(biases))
    fan_ins = [nin + (BIASES[bias] is not None) for nin in shape[:-1]]
    count = sum(fan_in * nout for fan_in, nout in zip(fan_ins, shape[1:], strict=True))
    drawn = st.lists(numbers, min_size=count, max_size=count)
    # by `builds`, so that Hypothesis reports the call
    return draw(st.builds(network, st.just(shape), st.just([*hidden, last]), st.just(bias), drawn))


def examples(
    network: MLP,
    error: str = "half_squared_error",
    *,
    inputs: st.SearchStrategy[float] | None = None,
    targets: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[Example]:
    """What a network could be to learn.

    Args:
        network: whose numbers of inputs and outputs to draw.
        error: the name of an error, or its formula. The targets are probabilities that add up to 1 for
            cross entropy, and single probabilities for the binary one.
        inputs: what the inputs are drawn from; numbers from -1 to 1 if None.
        targets: what the targets of all other errors are drawn from; likewise.

    >>> from hypothesis import find
    >>> find(examples(MLP(2, [1])), lambda example: example.targets[0] > 0.5)
    Example(inputs=[0.0, 0.0], targets=[1.0])
    """
    nin, nout = len(network.layers[0].neurons[0].weights), len(network.layers[-1].neurons)
    unit = st.floats(-1.0, 1.0)
    if error == "cross_entropy":
        shares = st.lists(st.integers(0, 9), min_size=nout, max_size=nout).filter(any)
        aims = shares.map(lambda parts: [part / sum(parts) for part in parts])
    else:
        any_number = unit if targets is None else targets
        each = st.floats(0.0, 1.0) if error == "binary_cross_entropy" else any_number
        aims = st.lists(each, min_size=nout, max_size=nout)
    given = st.lists(unit if inputs is None else inputs, min_size=nin, max_size=nin)
    return st.builds(Example, inputs=given, targets=aims)


@st.composite
def worked_examples(
    draw: st.DrawFn,
    *,
    errors: Sequence[str] = tuple(ERRORS),
    shapes: st.SearchStrategy[list[int]] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    biases: Sequence[str] = tuple(BIASES),
    numbers: st.SearchStrategy[float] | None = None,
    learning_rates: st.SearchStrategy[float] | None = None,
    most_examples: int = 3,
) -> WorkedExample:
    """Worked examples: a network, what it is to learn, by which error and how fast, in any notation.

    Args:
        draw: given by Hypothesis.
        errors: the errors to choose from, names in `nn.error_rules.ERRORS` or formulas. For cross
            entropy there are two outputs at least, and for the binary one they are sigmoids.
        shapes: see `networks`.
        activations: likewise.
        biases: likewise. A layer may share one bias among its neurons.
        numbers: what parameters, inputs and targets are drawn from; if None, parameters from -2 to 2,
            the others from -1 to 1.
        learning_rates: what the learning rate is drawn from; numbers from 0 to 1 if None.
        most_examples: how many examples there are to learn, at most; there is one at least.

    >>> from hypothesis import find
    >>> find(worked_examples(errors=["cross_entropy"]), lambda example: True).error
    'cross_entropy'
    """
    error = draw(st.sampled_from(errors))
    sizes = _SHAPES if shapes is None else shapes
    outputs = activations
    if error == "binary_cross_entropy":  # of probabilities, and they must not round to 0 or 1
        outputs = ["sigmoid"]
        activations = [name for name in activations if name in {"sigmoid", "tanh"}] or outputs
    elif error == "cross_entropy":  # of two classes at least
        sizes = sizes.map(lambda shape: [*shape[:-1], max(2, shape[-1])])
    model = draw(
        networks(
            shapes=sizes, activations=activations, outputs=outputs, biases=biases, parameters=numbers
        )
    )
    layers = [
        LayerData(
            activation=layer.neurons[0].activation,
            weights=[[weight.data for weight in neuron.weights] for neuron in layer.neurons],
            biases=draw(_biases(layer)),
        )
        for layer in model.layers
    ]
    bias = next(
        name for name, each in BIASES.items() if each == model.layers[0].neurons[0].bias_convention
    )
    drawn = examples(model, error, inputs=numbers, targets=numbers)
    notation = draw(st.just(Notation()) | st.sampled_from(notation_names()).map(Notation.named))
    return WorkedExample(
        name="drawn",
        title="drawn by Hypothesis",
        source="",
        ours="everything",
        layers=layers,
        bias=bias,
        examples=draw(st.lists(drawn, min_size=1, max_size=most_examples)),
        error=error,
        learning_rate=draw(st.floats(0.0, 1.0) if learning_rates is None else learning_rates),
        update_biases=draw(st.booleans()),
        notation=replace(notation, convention=bias),
        figures=[],
    )


def _biases(layer: Layer) -> st.SearchStrategy[list[float] | float | None]:
    """Each neuron's own, or the first one for all."""
    own = [neuron.bias.data for neuron in layer.neurons if neuron.bias is not None]
    return st.sampled_from([own, own[0]]) if own else st.none()
