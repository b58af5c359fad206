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

from autograd.arguments import instance, items, real, text, whole
from autograd.errors import ArgumentValueError
from autograd.strategies.arguments import chosen, strategy
from nn.activations import activation_names
from nn.error_rules import ERRORS, error_rule
from nn.forward import Example
from nn.layer import Layer
from nn.network import MLP
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import Notation, notation_names
from nn.worked import LayerData, WorkedExample

__all__ = ["ACTIVATIONS", "examples", "network", "networks", "worked_examples"]

#: Activations that are defined everywhere, and grow no faster than their operand.
ACTIVATIONS = (
    *("linear", "sigmoid", "tanh", "atan", "sin"),
    *("relu", "leaky_relu", "elu", "softplus", "silu", "gelu"),
)

#: What a network is made of unless one says otherwise.
_CONVENTIONS = tuple(BIAS_CONVENTIONS)
_SHAPES = st.lists(st.integers(1, 4), min_size=2, max_size=4)
_UNIT = st.floats(-1.0, 1.0)


def network(
    shape: Sequence[int], activations: Sequence[str], bias_convention: str, parameters: Sequence[float]
) -> MLP:
    """A network out of the numbers that Hypothesis reports one by.

    Args:
        shape: the number of inputs, and of neurons of each layer.
        activations: one name per layer.
        bias_convention: a name in `nn.neuron.BIAS_CONVENTIONS`.
        parameters: the number of each parameter, in the order of ``named_parameters``.

    Raises:
        ValueError: another number of parameters than the network has, or no layer; and see `MLP`.
        TypeError: an argument is not of its kind.

    >>> network([2, 1], ["linear"], "+b", [1.0, 10.0, 0.5])([2.0, 3.0]).data
    32.5
    """
    sizes = items("shape", shape)
    if len(sizes) < 2:
        raise ArgumentValueError(
            f"shape must be the number of inputs and of neurons of each layer, got {sizes}"
        )
    names = items("activations", activations)
    made = MLP(
        whole("shape[0]", sizes[0], 1),
        [whole(f"shape[{n}]", size, 1) for n, size in enumerate(sizes[1:], 1)],
        activation=names,
        bias_convention=bias_convention,
        init="zeros",
    )
    numbers = [real(f"parameters[{n}]", each) for n, each in enumerate(items("parameters", parameters))]
    if len(numbers) != len(made.parameters()):
        raise ArgumentValueError(
            f"parameters must be {len(made.parameters())} numbers, got {len(numbers)}"
        )
    for parameter, number in zip(made.parameters(), numbers, strict=True):
        parameter.data = number
    return made


def networks(
    *,
    shapes: st.SearchStrategy[list[int]] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    outputs: Sequence[str] | None = None,
    bias_conventions: Sequence[str] = _CONVENTIONS,
    parameters: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[MLP]:
    """Networks of any shape, with any activation in each layer, and one bias convention.

    Args:
        shapes: the number of inputs, and of neurons of each layer; up to 3 layers of up to 4 if None.
        activations: the names to choose from.
        outputs: those for the last layer; the same if None.
        bias_conventions: the conventions to choose from, names in `nn.neuron.BIAS_CONVENTIONS`.
        parameters: what weights and biases are drawn from; numbers from -2 to 2 if None.

    Raises:
        ValueError: there is no activation or bias convention of a name, or nothing to choose from.
        TypeError: an argument is not of its kind.

    >>> from hypothesis import find
    >>> found = find(networks(), lambda network: len(network.layers) > 1)
    >>> [len(layer.neurons) for layer in found.layers], found.parameters()[0].data
    ([1, 1], 0.0)
    """
    hidden = chosen("activations", activations, activation_names())
    return _networks(
        strategy("shapes", shapes, _SHAPES),
        hidden,
        hidden if outputs is None else chosen("outputs", outputs, activation_names()),
        chosen("bias_conventions", bias_conventions, [*BIAS_CONVENTIONS]),
        strategy("parameters", parameters, st.floats(-2.0, 2.0)),
    )


@st.composite
def _networks(
    draw: st.DrawFn,
    shapes: st.SearchStrategy[list[int]],
    activations: Sequence[str],
    outputs: Sequence[str],
    bias_conventions: Sequence[str],
    parameters: st.SearchStrategy[float],
) -> MLP:
    shape = draw(shapes)
    hidden = [draw(st.sampled_from(activations)) for _ in shape[2:]]
    last = draw(st.sampled_from(outputs))
    bias = draw(st.sampled_from(bias_conventions))
    fan_ins = [nin + (BIAS_CONVENTIONS[bias] is not None) for nin in shape[:-1]]
    count = sum(fan_in * nout for fan_in, nout in zip(fan_ins, shape[1:], strict=True))
    drawn = st.lists(parameters, min_size=count, max_size=count)
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

    Raises:
        ValueError: there is no error of that name, and as a formula it cannot be read.
        TypeError: an argument is not of its kind.

    >>> from hypothesis import find
    >>> find(examples(MLP(2, [1])), lambda example: example.targets[0] > 0.5)
    Example(inputs=[0.0, 0.0], targets=[1.0])
    """
    instance("network", network, MLP, "an MLP")
    error_rule(text("error", error))
    inputs, targets = strategy("inputs", inputs, _UNIT), strategy("targets", targets, _UNIT)
    nin, nout = len(network.layers[0].neurons[0].weights), len(network.layers[-1].neurons)
    if error == "cross_entropy":
        shares = st.lists(st.integers(0, 9), min_size=nout, max_size=nout).filter(any)
        aims = shares.map(lambda parts: [part / sum(parts) for part in parts])
    else:
        each = st.floats(0.0, 1.0) if error == "binary_cross_entropy" else targets
        aims = st.lists(each, min_size=nout, max_size=nout)
    given = st.lists(inputs, min_size=nin, max_size=nin)
    return st.builds(Example, inputs=given, targets=aims)


def worked_examples(
    *,
    errors: Sequence[str] = tuple(ERRORS),
    shapes: st.SearchStrategy[list[int]] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    bias_conventions: Sequence[str] = _CONVENTIONS,
    numbers: st.SearchStrategy[float] | None = None,
    learning_rates: st.SearchStrategy[float] | None = None,
    max_examples: int = 3,
) -> st.SearchStrategy[WorkedExample]:
    """Worked examples: a network, what it is to learn, by which error and how fast, in any notation.

    Args:
        errors: the errors to choose from, names in `nn.error_rules.ERRORS` or formulas. For cross
            entropy there are two outputs at least, and for the binary one they are sigmoids.
        shapes: see `networks`.
        activations: likewise.
        bias_conventions: likewise. A layer may share one bias among its neurons.
        numbers: what parameters, inputs and targets are drawn from; if None, parameters from -2 to 2,
            the others from -1 to 1.
        learning_rates: what the learning rate is drawn from; numbers from 0 to 1 if None.
        max_examples: how many examples there are to learn, at most; there is one at least.

    Raises:
        ValueError: there is no error, activation or bias convention of a name, nothing to choose from,
            or no example.
        TypeError: an argument is not of its kind.

    >>> from hypothesis import given
    >>> @given(worked_examples(errors=["cross_entropy"]))
    ... def test_there_is_something_to_learn(example):
    ...     assert (example.error, len(example.examples) > 0) == ("cross_entropy", True)
    >>> test_there_is_something_to_learn()
    """
    rules = [text(f"errors[{n}]", each) for n, each in enumerate(items("errors", errors))]
    if not rules:
        raise ArgumentValueError("errors is empty: there is nothing to choose from")
    for n, rule in enumerate(rules):
        try:
            error_rule(rule)
        except ValueError as problem:
            raise ArgumentValueError(f"errors[{n}]: {problem}") from None
    return _worked_examples(
        rules,
        strategy("shapes", shapes, _SHAPES),
        chosen("activations", activations, activation_names()),
        chosen("bias_conventions", bias_conventions, [*BIAS_CONVENTIONS]),
        None if numbers is None else strategy("numbers", numbers),
        strategy("learning_rates", learning_rates, st.floats(0.0, 1.0)),
        whole("max_examples", max_examples, 1),
    )


@st.composite
def _worked_examples(
    draw: st.DrawFn,
    errors: Sequence[str],
    sizes: st.SearchStrategy[list[int]],
    activations: Sequence[str],
    bias_conventions: Sequence[str],
    numbers: st.SearchStrategy[float] | None,
    learning_rates: st.SearchStrategy[float],
    max_examples: int,
) -> WorkedExample:
    error = draw(st.sampled_from(errors))
    outputs = activations
    if error == "binary_cross_entropy":  # of probabilities, and they must not round to 0 or 1
        outputs = ["sigmoid"]
        activations = [name for name in activations if name in {"sigmoid", "tanh"}] or outputs
    elif error == "cross_entropy":  # of two classes at least
        sizes = sizes.map(lambda shape: [*shape[:-1], max(2, shape[-1])])
    model = draw(
        networks(
            shapes=sizes,
            activations=activations,
            outputs=outputs,
            bias_conventions=bias_conventions,
            parameters=numbers,
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
        name
        for name, each in BIAS_CONVENTIONS.items()
        if each == model.layers[0].neurons[0].bias_convention
    )
    drawn = examples(model, error, inputs=numbers, targets=numbers)
    notation = draw(st.just(Notation()) | st.sampled_from(notation_names()).map(Notation.named))
    return WorkedExample(
        name="drawn",
        title="drawn by Hypothesis",
        source="",
        ours="everything",
        layers=layers,
        bias_convention=bias,
        examples=draw(st.lists(drawn, min_size=1, max_size=max_examples)),
        error=error,
        learning_rate=draw(learning_rates),
        update_biases=draw(st.booleans()),
        notation=replace(notation, bias_convention=bias),
        figures=[],
    )


def _biases(layer: Layer) -> st.SearchStrategy[list[float] | float | None]:
    """Each neuron's own, or the first one for all."""
    own = [neuron.bias.data for neuron in layer.neurons if neuron.bias is not None]
    return st.sampled_from([own, own[0]]) if own else st.none()
