"""What Hypothesis draws: worked examples."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from nn import Example, Notation
from nn.neuron import BIASES
from nn.worked import LayerData, WorkedExample

#: Activations with a value everywhere.
ACTIVATIONS = [
    *(
        "linear",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "elu",
        "softplus",
        "silu",
        "gelu",
        "sin",
        "atan",
    ),
]
ERRORS = [
    *(
        "half_squared_error",
        "squared_error",
        "mean_squared_error",
        "binary_cross_entropy",
        "cross_entropy",
    ),
    *(
        "(target - out) ** 4 / 4",
        "abs(target - out)",
        "max(0, 1 - target * out)",
        "softplus(out) * target",
    ),
]

activation_names = st.sampled_from(ACTIVATIONS)
error_names = st.sampled_from(ERRORS)
bias_names = st.sampled_from(list(BIASES))
shapes = st.lists(st.integers(1, 3), min_size=2, max_size=4)
hundredths = st.integers(-200, 200).map(lambda n: n / 100.0)


@st.composite
def worked_examples(
    draw: st.DrawFn,
    *,
    activations: st.SearchStrategy[str] = activation_names,
    errors: st.SearchStrategy[str] = error_names,
    biases: st.SearchStrategy[str] = bias_names,
    sizes: st.SearchStrategy[list[int]] = shapes,
    most_examples: int = 3,
    numbers: st.SearchStrategy[float] = hundredths,
) -> WorkedExample:
    """Worked examples of any shape, bias convention, activations and error."""
    error = draw(errors)
    bias = draw(biases)
    shape = draw(sizes)
    if error == "cross_entropy":
        shape = [*shape[:-1], max(shape[-1], 2)]
    layers = []
    for nin, nout in pairwise(shape):
        rows = st.lists(numbers, min_size=nin, max_size=nin)
        weights = draw(st.lists(rows, min_size=nout, max_size=nout))
        own = st.lists(numbers, min_size=nout, max_size=nout)
        given = None if bias == "none" else draw(numbers | own)
        layers.append(LayerData(draw(activations), weights, given))
    if error == "binary_cross_entropy":
        layers[-1] = LayerData("sigmoid", layers[-1].weights, layers[-1].biases)
    examples = []
    for _ in range(draw(st.integers(1, most_examples))):
        inputs = draw(st.lists(numbers, min_size=shape[0], max_size=shape[0]))
        targets = draw(st.lists(numbers, min_size=shape[-1], max_size=shape[-1]))
        if "cross_entropy" in error:  # probabilities
            targets = [(abs(target) + 0.01) / 3.0 for target in targets]
        if error == "cross_entropy":
            targets = [target / sum(targets) for target in targets]
        examples.append(Example(inputs, targets))
    return WorkedExample(
        name="drawn",
        title="",
        source="",
        ours="",
        layers=layers,
        bias=bias,
        examples=examples,
        error=error,
        learning_rate=draw(st.sampled_from([0.05, 0.1, 0.5])),
        update_biases=draw(st.booleans()),
        notation=Notation(convention=bias),
        figures=[],
    )
