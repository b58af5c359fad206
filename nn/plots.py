"""Plots of training, by matplotlib: the error, weights and gradients by layer, what a network decides.

Each function draws into the ``Axes`` that it is given, or into those of a new figure, and returns them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from autograd import AutogradError, Value
from autograd.arguments import finite, instance, items, number_of, positive, real, whole, wrong_kind
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.program import Program
from nn.error_rules import ErrorRule, error_rule
from nn.forward import Example, Forward, checked
from nn.network import MLP
from nn.step import TrainingStep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "decision_boundary",
    "error_curve",
    "error_surface",
    "gradient_sizes",
    "heat_map",
]


def _new_axes(ax: Axes | None) -> Axes:
    try:
        from matplotlib import axes, pyplot
    except ImportError:
        raise AutogradError(
            "plots are drawn by matplotlib, which is not installed: pip install 'scalar-autograd[plot]'"
        ) from None
    if ax is None:
        new: Axes = pyplot.subplots(layout="constrained")[1]
        return new
    return instance("ax", ax, axes.Axes, "an Axes of matplotlib")


def error_curve(errors: Sequence[float], *, ax: Axes | None = None, label: str | None = None) -> Axes:
    """The error over the steps of training; logarithmic where all errors are above 0.

    Args:
        errors: the error before each step, or after it.
        ax: where to draw; new axes if None.
        label: what the curve is called, with several in one plot.

    Raises:
        ValueError: there are no errors, or one is infinite or NaN.
        TypeError: one is no number.
        AutogradError: matplotlib is not installed.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> error_curve([0.5, 0.25, 0.125]).get_yscale()
    'log'
    """
    numbers = _finite("errors", errors)
    axes = _new_axes(ax)
    axes.plot(range(len(numbers)), numbers, label=label)
    axes.set(xlabel="step", ylabel="error")
    if min(numbers) > 0.0:
        axes.set_yscale("log")
    axes.grid(alpha=0.3)
    if label is not None:
        axes.legend()
    return axes


def heat_map(what: str, of: MLP | TrainingStep, layer: int, *, ax: Axes | None = None) -> Axes:
    """One number of each neuron, or of each of its weights, of one layer, as colours around zero.

    Args:
        what: "weights" for a row per neuron and a column per input; "gradients" for the derivatives of
            the error with respect to them; "deltas" for δ = ∂E/∂net, a row per neuron and a column per
            example.
        of: a network (its weights, and the gradients that it has), or a training step.
        layer: which layer, from 1.
        ax: where to draw; new axes if None.

    Raises:
        ValueError: there is no such layer, or no such numbers of a network.
        TypeError: it is neither a network nor a step.
        AutogradError: matplotlib is not installed.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from nn import worked
    >>> axes = heat_map("weights", worked.load("urbain").step(), 1)
    >>> axes.get_title(), axes.images[0].get_array().tolist()
    ('weights of layer 1', [[0.15, 0.2], [0.25, 0.3]])
    """
    network = _network_of(of)
    neurons = network.layers[_layer(network, layer) - 1].neurons
    if what == "weights":
        rows = [[weight.data for weight in neuron.weights] for neuron in neurons]
    elif what == "gradients":
        rows = [neuron.weight_gradients for neuron in neurons]
    elif what == "deltas" and isinstance(of, TrainingStep):
        rows = [[of.deltas[each.deltas[neuron]] for each in of.names.passes] for neuron in neurons]
    else:
        raise ArgumentValueError(
            f"what must be 'weights', 'gradients' or, of a training step, 'deltas', got {what!r}"
        )
    axes = _new_axes(ax)
    from matplotlib.ticker import MaxNLocator

    # red above zero and blue below, as far as the largest; white is zero
    most = max(abs(number) for row in rows for number in row) or 1.0
    image = axes.imshow(
        rows,
        cmap="RdBu_r",
        vmin=-most,
        vmax=most,
        aspect="auto",
        extent=(0.5, len(rows[0]) + 0.5, len(rows) + 0.5, 0.5),  # neurons are counted from 1
    )
    axes.set(
        title=f"{what} of layer {layer}",
        xlabel="example" if what == "deltas" else "input",
        ylabel="neuron",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    axes.figure.colorbar(image, ax=axes)
    return axes


def gradient_sizes(of: MLP | TrainingStep, *, ax: Axes | None = None) -> Axes:
    """The size of the gradients in each layer, logarithmic: vanishing gradients are seen at once.

    The size is the root of the mean square of ∂E/∂w over a layer's weights and biases, after a backward
    pass. A layer whose gradients are all 0 has a gap.

    Args:
        of: a network, or a training step.
        ax: where to draw; new axes if None.

    Raises:
        TypeError: it is neither.
        AutogradError: matplotlib is not installed.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from nn import worked
    >>> line = gradient_sizes(worked.load("urbain").step()).lines[0]
    >>> [f"{size:.6f}" for size in line.get_ydata()]
    ['0.008401', '0.070276']
    """
    network = _network_of(of)
    sizes = []
    for layer in network.layers:
        gradients = [number_of(parameter.grad) for parameter in layer.parameters()]
        sizes.append((sum(each * each for each in gradients) / len(gradients)) ** 0.5)
    axes = _new_axes(ax)
    layers = range(1, len(sizes) + 1)
    axes.plot(layers, [size or float("nan") for size in sizes], marker="o")
    axes.set(xlabel="layer", ylabel="size of ∂E/∂w", yscale="log", xticks=layers)
    axes.grid(alpha=0.3)
    return axes


def decision_boundary(
    network: MLP,
    examples: Sequence[Example],
    *,
    threshold: float = 0.0,
    points: int = 100,
    ax: Axes | None = None,
) -> Axes:
    """The output of a network of two inputs and one output as colours, and the examples on top.

    The line is where the output is the threshold, which parts the two classes.

    Args:
        network: the network.
        examples: its examples; those with a target above the threshold are drawn as triangles.
        threshold: the output at the boundary: 0 for targets −1 and 1, 0.5 for 0 and 1.
        points: how many outputs are computed along each side.
        ax: where to draw; new axes if None.

    Raises:
        ValueError: the network has not two inputs and one output, or the examples do not fit it.
        TypeError: an argument is not of its kind.
        AutogradError: matplotlib is not installed.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> exclusive_or = [Example([a, b], [a * b]) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    >>> decision_boundary(MLP(2, [3, 1], seed=1), exclusive_or, points=20).get_xlabel()
    'x1'
    """
    examples = checked(network, examples)
    if len(examples[0].inputs) != 2 or len(examples[0].targets) != 1:
        raise ArgumentValueError(
            "a boundary needs a network with two inputs and one output, "
            f"got {len(examples[0].inputs)} and {len(examples[0].targets)}"
        )
    threshold = real("threshold", threshold)
    inputs = [Value(0.0, "x1"), Value(0.0, "x2")]
    output = network.outputs(inputs)[0]
    xs, ys = (_around([example.inputs[i] for example in examples], _points(points)) for i in (0, 1))
    outputs = _grid(output, inputs, xs, ys)
    axes = _new_axes(ax)
    most = max(abs(number - threshold) for row in outputs for number in row) or 1.0
    image = axes.pcolormesh(
        xs, ys, outputs, cmap="RdBu_r", vmin=threshold - most, vmax=threshold + most, alpha=0.6
    )
    axes.figure.colorbar(image, ax=axes, label="output")
    numbers = [number for row in outputs for number in row]
    if min(numbers) < threshold < max(numbers):
        axes.contour(xs, ys, outputs, levels=[threshold], colors="black")
    for above, marker in ((False, "o"), (True, "^")):
        chosen = [each.inputs for each in examples if (each.targets[0] > threshold) is above]
        if chosen:
            label = f"target {'above' if above else 'not above'} {threshold:g}"
            axes.scatter(*zip(*chosen, strict=True), marker=marker, edgecolors="black", label=label)
    axes.set(xlabel="x1", ylabel="x2")
    axes.legend()
    return axes


def error_surface(
    network: MLP,
    examples: Sequence[Example],
    first: str,
    second: str,
    *,
    error: str | ErrorRule = "half_squared_error",
    path: Sequence[Mapping[str, float]] = (),
    around: float | None = None,
    points: int = 50,
    ax: Axes | None = None,
) -> Axes:
    """The error as a function of two parameters, the others as they are, and the path of training.

    Args:
        network: the network.
        examples: its examples.
        first: the path of the parameter along the x axis, as in `Module.named_parameters`.
        second: that along the y axis.
        error: see `train`.
        path: what `Module.state_dict` gave, step by step. Where other parameters were trained too, the
            surface is that of the network as it is now, and the path is its shadow on it.
        around: how far beyond the two parameters' numbers and their path is drawn; if None, a quarter of
            the path's extent, or 1 without a path.
        points: how many errors are computed along each side.
        ax: where to draw; new axes if None.

    Raises:
        KeyError: there is no such parameter in the network or on the path.
        ValueError: the examples do not fit the network, or the two parameters are the same.
        TypeError: an argument is not of its kind.
        AutogradError: matplotlib is not installed.

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> neuron = "layers.0.neurons.0"
    >>> axes = error_surface(
    ...     MLP(1, [1]), [Example([1.0], [2.0])], f"{neuron}.weights.0", f"{neuron}.bias", points=10
    ... )
    >>> axes.get_ylabel()
    'layers.0.neurons.0.bias'
    """
    examples, rule = checked(network, examples), error_rule(error)
    parameters = dict(network.named_parameters())
    for name in (first, second):
        if name not in parameters:
            raise UnknownNameError(f"the network has no parameter {name!r}")
    if first == second:
        raise ArgumentValueError(f"two parameters are needed, got {first!r} twice")
    states = items("path", path)
    for index, state in enumerate(states):
        if not isinstance(state, Mapping):
            raise wrong_kind(f"path[{index}]", "what state_dict gave", state)
        for name in (first, second):
            if name not in state:
                raise UnknownNameError(f"path[{index}] has no parameter {name!r}")
    pair = [parameters[first], parameters[second]]
    track = [[real(name, state[name]) for state in states] for name in (first, second)]
    margin = None if around is None else positive("around", around)
    xs, ys = (
        _around([each.data, *along], _points(points), margin)
        for each, along in zip(pair, track, strict=True)
    )
    errors = _grid(Forward(network, examples, rule).error, pair, xs, ys)
    axes = _new_axes(ax)
    contours = axes.contourf(xs, ys, errors, levels=30, cmap="viridis")
    axes.figure.colorbar(contours, ax=axes, label="error")
    if states:
        axes.plot(*track, color="tab:orange", marker=".", label="training")
        axes.legend()
    axes.plot(pair[0].data, pair[1].data, color="red", marker="x")
    axes.set(xlabel=first, ylabel=second)
    return axes


# --- numbers --------------------------------------------------------------------------------------


def _network_of(of: MLP | TrainingStep) -> MLP:
    return of.network if isinstance(of, TrainingStep) else instance("of", of, MLP, "an MLP or a step")


def _finite(what: str, given: Sequence[float]) -> list[float]:
    numbers = [finite(f"{what}[{index}]", number) for index, number in enumerate(items(what, given))]
    if not numbers:
        raise ArgumentValueError(f"{what} must not be empty")
    return numbers


def _layer(network: MLP, layer: int) -> int:
    layer = whole("layer", layer, 1)
    if layer > len(network.layers):
        raise ArgumentValueError(f"layer must be at most {len(network.layers)}, got {layer}")
    return layer


def _points(points: int) -> int:
    return whole("points", points, 2)


def _around(numbers: Sequence[float], points: int, margin: float | None = None) -> list[float]:
    """Numbers at even distances, from before the least to beyond the greatest."""
    low, high = min(numbers), max(numbers)
    if margin is None:
        margin = 0.25 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return [low + (high - low) * index / (points - 1) for index in range(points)]


def _grid(
    root: Value, pair: Sequence[Value], xs: Sequence[float], ys: Sequence[float]
) -> list[list[float]]:
    """The number of a node at other numbers of two leaves: a row for each y."""
    program = Program.from_graph(root, "operations", symbols={"first": pair[0], "second": pair[1]})
    # what does not depend on the two is computed once: most of a network, if they are in its last layer
    numbers = program.run()
    changing = {"first", "second"}
    lines = []
    for line in program.lines.values():
        if not changing.isdisjoint(line.needs):
            changing.add(line.symbol)
            lines.append(line)
    if program.root not in changing:
        return [[numbers[program.root]] * len(xs) for _ in ys]
    given = {each: numbers[each] for line in lines for each in line.needs if each not in changing}
    needed = Program(lines, given | {"first": 0.0, "second": 0.0})
    wanted = [program.root]
    return [[needed.run(wanted, {"first": x, "second": y})[program.root] for x in xs] for y in ys]
