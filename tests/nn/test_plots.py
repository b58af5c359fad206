"""Plots: that they show the numbers, and refuse what has none to show."""

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import pytest

matplotlib.use("agg")

from matplotlib import pyplot

from autograd import ArgumentError, AutogradError, Value
from nn import MLP, SGD, Example, TrainingStep, plots
from nn.error_rules import error_rule
from nn.forward import Forward

EXAMPLES = [Example([a, b], [1.0 if a * b > 0.0 else -1.0]) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
BIAS, WEIGHT = "layers.1.neurons.0.bias", "layers.1.neurons.0.weights.1"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No figure is left open."""
    yield
    pyplot.close("all")


def network() -> MLP:
    return MLP(2, [3, 1], activation=["tanh", "linear"], seed=2)


def a_step(trained: MLP) -> TrainingStep:
    return TrainingStep(trained, EXAMPLES, SGD(trained.parameters(), lr=0.05))


def test_the_error_is_drawn_step_by_step() -> None:
    axes = plots.error_curve([4.0, 2.0, 1.0], label="lr 0.1")
    plots.error_curve([4.0, 3.0, 0.0], ax=axes, label="lr 0.2")
    assert [list(line.get_ydata()) for line in axes.lines] == [[4.0, 2.0, 1.0], [4.0, 3.0, 0.0]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["lr 0.1", "lr 0.2"]


def test_an_error_of_zero_has_no_logarithm() -> None:
    assert plots.error_curve([1.0, 0.0]).get_yscale() == "linear"


def test_a_heat_map_has_a_row_per_neuron_and_colours_around_zero() -> None:
    step = a_step(network())
    for what, columns in (("weights", 2), ("gradients", 2), ("deltas", 4)):
        image = plots.heat_map(what, step, 1).images[0]
        assert image.get_array().shape == (3, columns)
        low, high = image.get_clim()
        assert low == -high < 0.0
    first = step.network.layers[0].neurons[1]
    drawn = plots.heat_map("gradients", step, 1).images[0].get_array()
    assert drawn[1].tolist() == first.weight_gradients
    assert plots.heat_map("deltas", step, 2).images[0].get_array()[0, 3] == step["delta_o1@4"]


def test_the_size_of_gradients_is_their_root_mean_square() -> None:
    step = a_step(network())
    gradients = [parameter.grad for parameter in step.network.layers[1].parameters()]
    sizes = plots.gradient_sizes(step).lines[0].get_ydata()
    assert sizes[1] == pytest.approx((sum(each**2 for each in gradients) / 4) ** 0.5)


def test_the_outputs_of_a_boundary_are_those_of_the_network() -> None:
    trained = network()
    axes = plots.decision_boundary(trained, EXAMPLES, points=7)
    mesh = axes.collections[0]
    corners, outputs = mesh.get_coordinates(), mesh.get_array()
    assert outputs.shape == (7, 7)
    # the mesh has corners around each point
    x, y = (corners[2, 4] + corners[2, 5] + corners[3, 4] + corners[3, 5]) / 4.0
    assert outputs[2, 4] == pytest.approx(trained([float(x), float(y)]).data)


def test_the_path_of_training_ends_where_the_network_is() -> None:
    trained, states = network(), []
    states.append(trained.state_dict())
    for _ in range(3):
        a_step(trained)
        states.append(trained.state_dict())
    axes = plots.error_surface(trained, EXAMPLES, BIAS, WEIGHT, path=states, points=9)
    path, here = axes.lines
    assert path.get_xdata()[-1] == here.get_xdata()[0] == trained.state_dict()[BIAS]
    low, high = axes.get_ylim()
    assert low < min(state[WEIGHT] for state in states) < max(s[WEIGHT] for s in states) < high


@pytest.mark.parametrize("names", [(BIAS, WEIGHT), ("layers.0.neurons.1.weights.0", BIAS)])
def test_the_errors_of_a_surface_are_those_of_the_network(names: tuple[str, str]) -> None:
    trained = network()
    pair = [dict(trained.named_parameters())[name] for name in names]
    before = [each.data for each in pair]
    ys = xs = [-1.0, 0.25, 2.0]
    errors = plots._grid(Forward(trained, EXAMPLES, error_rule("squared_error")).error, pair, xs, ys)
    assert [each.data for each in pair] == before
    for row, y in zip(errors, ys, strict=True):
        for error, x in zip(row, xs, strict=True):
            pair[0].data, pair[1].data = x, y
            assert error == Forward(trained, EXAMPLES, error_rule("squared_error")).error.data


def test_a_surface_of_what_the_error_does_not_depend_on_is_flat() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert plots._grid(Value(3.0, "a") * 2.0, [x, y], [0.0, 1.0], [2.0, 3.0, 4.0]) == [[6.0, 6.0]] * 3


@pytest.mark.parametrize(
    ("plot", "message"),
    [
        (lambda: plots.error_curve([]), "errors must not be empty"),
        (
            lambda: plots.error_curve([1.0, float("nan")]),
            r"errors.1. must be a finite number",
        ),
        (lambda: plots.heat_map("weights", network(), 3), "layer must be at most 2, got 3"),
        (lambda: plots.heat_map("deltas", network(), 1), "of a training step, 'deltas', got 'deltas'"),
        (lambda: plots.heat_map("weights", 3.0, 1), "of must be an MLP or a step, got 3.0"),
        (lambda: plots.gradient_sizes("net"), "of must be an MLP or a step, got 'net'"),
        (
            lambda: plots.decision_boundary(MLP(3, [1]), [Example([0.0] * 3, [0.0])]),
            "two inputs and one output, got 3 and 1",
        ),
        (lambda: plots.error_surface(network(), EXAMPLES, BIAS, "b"), "has no parameter 'b'"),
        (lambda: plots.error_surface(network(), EXAMPLES, BIAS, BIAS), "twice"),
        (lambda: plots.error_surface(network(), EXAMPLES, BIAS, WEIGHT, path=[{}]), r"path\[0\] has no"),
        (lambda: plots.error_surface(network(), EXAMPLES, BIAS, WEIGHT, around=0), "around must be"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_figure_is_made(
    plot: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        plot()
    assert not pyplot.get_fignums()


def test_without_matplotlib_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(AutogradError, match=r"pip install 'scalar-autograd\[plot\]'"):
        plots.error_curve([1.0])
