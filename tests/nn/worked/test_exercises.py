"""New exercises have pleasant numbers; what is written as a file is the same when it is read."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OPERATIONS, Value
from nn import Example, Notation, worked
from nn.activations import activation_names, resolve
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import notation_names
from nn.worked import Figure, LayerData, WorkedExample

SHAPES = [(2, 2, 1), (2, 2, 2), (1, 1), (3, 4, 2), (2, 2, 2, 1), (5, 3)]


def unpleasant(example: WorkedExample) -> list[str]:
    """What of an exercise is not as its documentation says."""
    found = []
    step = example.step()
    given_numbers = [
        *example.examples[0].inputs,
        *(w for layer in example.layers for row in layer.weights for w in row),
        *(b for layer in example.layers for b in (layer.biases or [])),
    ]
    if any(number == 0.0 or abs(number) > 1.0 or round(number, 1) != number for number in given_numbers):
        found.append("a given number has more than one decimal, or is 0")
    if any(len(set(row)) < len(row) for layer in example.layers for row in layer.weights):
        found.append("a neuron has a weight twice")
    for layer in step.network.layers:
        nets = [neuron.net.data for neuron in layer.neurons]
        if not all(0.1 <= abs(net) <= 2.0 for net in nets):
            found.append("a net input is out of range")
        if any(abs(a - b) < 0.049 for i, a in enumerate(nets) for b in nets[:i]):
            found.append("two net inputs of a layer are hardly apart")
        for neuron in layer.neurons:
            probe = Value(neuron.net.data)
            out = resolve(neuron.activation)(probe)
            out.backward()
            if abs(probe.grad) < 0.1:
                found.append("an activation is saturated")
    for neuron, target in zip(step.network.layers[-1].neurons, example.examples[0].targets, strict=True):
        if abs(neuron.out.data - target) < 0.1:
            found.append("a target is at the output")
    least = 0.1 ** (len(example.layers) + 1)
    if any(
        abs(step.gradients[step.names.gradient(name)]) < least for name in step.names.parameters.values()
    ):
        found.append("a derivative vanishes")
    if step.error_after >= step.error_before:
        found.append("the update does not make the error smaller")
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softplus", "linear"])
def test_numbers_are_pleasant(shape: tuple[int, ...], activation: str, everything: bool) -> None:
    for seed in range(30 if everything else 10):
        made = worked.exercise(seed, shape, activation=activation)
        assert made.shape == list(shape)
        assert unpleasant(made) == []


def test_nothing_is_to_be_learnt_by_a_derivative_of_0() -> None:
    with pytest.raises(ValueError, match=r"no pleasant numbers found .* of sign neurons"):
        worked.exercise(1, activation="sign")


@pytest.mark.parametrize("activation", [name for name in activation_names() if name != "sign"])
def test_any_activation_will_do(activation: str) -> None:
    made = worked.exercise(1, activation=activation)
    assert unpleasant(made) == []
    kink = None if activation == "linear" else OPERATIONS[activation].kink
    assert kink is None or all(n.net.data for layer in made.step().network.layers for n in layer.neurons)


def test_targets_are_what_the_activation_can_give() -> None:
    targets = {t for seed in range(200) for t in worked.exercise(seed).examples[0].targets}
    assert targets <= {tenths / 10 for tenths in range(2, 9)}
    assert len(targets) == 7


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"examples": [Example([0.15, 0.3], [0.5])]},
            "a given number has more than one decimal, or is 0",
        ),
        ({"examples": [Example([0.1, 0.1], [0.5])]}, "a net input is out of range"),
        ({"learning_rate": 0.0}, "the update does not make the error smaller"),
    ],
)
def test_what_is_not_pleasant_is_noticed(change: dict[str, object], complaint: str) -> None:
    layers = [
        LayerData("sigmoid", [[0.5, -0.4], [0.3, 0.2]], [0.4, -0.3]),
        LayerData("sigmoid", [[0.6, -0.5]], [0.2]),
    ]
    base = replace(worked.exercise(1), layers=layers, examples=[Example([0.5, -0.5], [0.2])])
    assert unpleasant(base) == []
    if "examples" in change and complaint.startswith("a net"):
        change = {
            **change,
            "layers": [LayerData("sigmoid", [[0.5, -0.6], [0.3, 0.2]], [0.1, -0.3]), layers[1]],
        }
    assert complaint in unpleasant(replace(base, **change))


def test_a_seed_gives_the_same_exercise_and_others_give_others() -> None:
    assert worked.exercise(7) == worked.exercise(7)
    assert (
        len({worked.dumps(replace(worked.exercise(seed), name="", title="")) for seed in range(40)})
        == 40
    )
    # written down, so that another version or machine gives the same
    assert worked.exercise(7).examples == [Example([0.1, -0.6], [0.2])]


@pytest.mark.parametrize("notation", [*notation_names(), None])
def test_a_notation_names_things_and_settles_the_bias(notation: str | None) -> None:
    made = worked.exercise(3, notation=notation)
    if notation is not None:
        assert made.bias_convention == Notation.named(notation).bias_convention
        assert made.notation == Notation.named(notation)
    assert (made.layers[0].biases is None) == (made.bias_convention == "none")
    assert unpleasant(made) == []


@pytest.mark.parametrize(
    ("layers", "activation", "message"),
    [
        ([2], "sigmoid", "2 to 8 numbers"),
        ([2, 0], "sigmoid", "not 2, 0"),
        ([2, 33], "sigmoid", "from 1 to 32"),
        ([1] * 9, "sigmoid", "2 to 8 numbers"),
        ([2, 1], "frobnicate", "activation must be one of .* got 'frobnicate'"),
    ],
)
def test_what_cannot_be_made_is_refused(layers: list[int], activation: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        worked.exercise(1, layers, activation=activation)


@pytest.mark.parametrize("error", ["squared_error", "mean_squared_error", "log(cosh(target - out))"])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_numbers_are_pleasant_with_other_errors_and_more_examples(error: str, count: int) -> None:
    made = worked.exercise(5, (2, 3, 2), activation="tanh", error=error, example_count=count)
    step = made.step()
    assert (made.error, len(made.examples)) == (error, count)
    assert len({tuple(each.inputs) for each in made.examples}) == count
    assert step.error_after < step.error_before
    nets = [step[net] for each in step.names.passes for net in each.nets.values()]
    assert all(0.1 <= abs(net) <= 2.0 for net in nets)
    for each, example in zip(step.names.passes, made.examples, strict=True):
        for (_, out), target in zip(list(each.outs.items())[-2:], example.targets, strict=True):
            assert abs(step[out] - target) >= 0.1


@pytest.mark.parametrize(
    ("error", "last"), [("cross_entropy", "linear"), ("binary_cross_entropy", "sigmoid")]
)
def test_cross_entropy_has_its_last_layer_and_its_targets(error: str, last: str) -> None:
    made = worked.exercise(2, (2, 2, 3), activation="tanh", error=error, example_count=3)
    assert [layer.activation for layer in made.layers] == ["tanh", last]
    for example in made.examples:
        assert set(example.targets) <= {0.0, 1.0}
        assert error == "binary_cross_entropy" or sum(example.targets) == 1.0
    assert made.title.endswith("cross-entropy, 3 examples")


def test_the_learning_rate_is_that_which_is_asked_for() -> None:
    assert worked.exercise(7, learning_rate=0.2).learning_rate == 0.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"error": "frobnicate"}, "frobnicate"),
        ({"error": "cross_entropy"}, "cross_entropy needs two outputs at least, got 1"),
        ({"example_count": 0}, "example_count must be from 1 to 20, got 0"),
        ({"example_count": 21}, "example_count must be from 1 to 20, got 21"),
        ({"learning_rate": 0.0}, "learning_rate must be a positive number, got 0.0"),
    ],
)
def test_what_no_exercise_can_have_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        worked.exercise(1, **arguments)


def test_where_nothing_pleasant_is_found_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.worked.exercises._is_pleasant", lambda _: False)
    with pytest.raises(
        ValueError, match="no pleasant numbers found for a 2-2-1 network of sigmoid neurons"
    ):
        worked.exercise(1)


# --- written and read again ---------------------------------------------------------------------


def read_again(example: WorkedExample, folder: Path) -> object:
    file = folder / f"{example.name}.toml"
    file.write_text(worked.dumps(example), encoding="utf-8")
    return worked.load(file)


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_examples_that_come_along_are_the_same_when_read_again(name: str, tmp_path: Path) -> None:
    assert read_again(worked.load(name), tmp_path) == worked.load(name)


numbers = st.floats(-1e9, 1e9) | st.sampled_from([0.1, 1e-300, -0.0, 5e-324])
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]) | st.sampled_from("\n\t"),
    max_size=30,
)


@st.composite
def examples(draw: st.DrawFn) -> WorkedExample:
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    bias = draw(st.sampled_from(list(BIAS_CONVENTIONS)))

    def some(count: int) -> list[float]:
        return draw(st.lists(numbers, min_size=count, max_size=count))

    layers = [
        LayerData(
            draw(st.sampled_from(activation_names())),
            [some(nin) for _ in range(nout)],
            None if bias == "none" else draw(st.just(some(nout)) | numbers),
        )
        for nin, nout in pairwise(sizes)
    ]
    notation = draw(st.sampled_from([Notation(), *map(Notation.named, notation_names())]))
    title = draw(texts)
    figures = (
        [Figure(symbol="a", printed="0.5", of="E", where=draw(texts), after=3)]
        if notation.error == "E"
        else []
    )
    return WorkedExample(
        name="made",
        title=title,
        source=draw(texts),
        ours=draw(texts),
        layers=layers,
        bias_convention=bias,
        examples=[Example(some(sizes[0]), some(sizes[-1])) for _ in range(draw(st.integers(1, 2)))],
        error=draw(st.sampled_from(["squared_error", "log(cosh(target - out))"])),
        learning_rate=draw(st.floats(0.0, 10.0)),
        update_biases=draw(st.booleans()),
        notation=replace(notation, bias_convention=bias),
        figures=figures,
    )


@pytest.mark.parametrize("key", ["title", "source", "ours"])
def test_what_could_not_be_read_is_not_written(key: str) -> None:
    example = replace(worked.exercise(7), **{key: "\x1b[2J"})
    with pytest.raises(ValueError, match=rf"{key}: .*not one with U\+001B"):
        worked.dumps(example)


@given(example=examples())
def test_any_example_is_the_same_when_read_again(
    example: WorkedExample, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert read_again(example, tmp_path_factory.mktemp("read")) == example
