"""A training step of a large network, layer by layer: of each kind of number its range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from typing import Literal, NamedTuple

from autograd.rendering import ERROR, GIVEN, INK, LINE, NEURON, SLOPE, TARGET, UPDATE
from nn.drawing.contents import SIZE, Step, Writer, activation_of
from nn.drawing.network import heading, title, written
from nn.drawing.scene import Label, Path, Scene, Shape, plain

__all__ = ["MOST_LAYERS", "MOST_UNITS", "is_large", "layers_scene"]

#: A network with more units in a column, or with more layers, is drawn layer by layer.
MOST_UNITS, MOST_LAYERS = 10, 5
_LEADING, _APART, _WIDTH = 16.0, 30.0, 560.0
_COLOURS = {"forward": INK, "backward": SLOPE, "update": UPDATE}


class _Part(NamedTuple):
    """A part of the network: its name, and for each frame what is known of it."""

    key: str
    kind: Literal["circle", "box", "rounded", "hexagon", "octagon"]
    fill: str
    name: str
    ranges: dict[str, str]


def is_large(step: Step) -> bool:
    """Whether a network has too many units or layers to be drawn one by one.

    >>> from nn import worked
    >>> is_large(worked.load("urbain").step())
    False
    """
    layers = step.network.layers
    units = [len(layers[0].neurons[0].weights), *(len(layer.neurons) for layer in layers)]
    return max(units) > MOST_UNITS or len(layers) > MOST_LAYERS


def layers_scene(step: Step, frames: Sequence[str], digits: int, example: int) -> Scene:
    """A training step of a network as a box for each layer; see `nn.drawing.network.network_scene`.

    >>> from nn import worked
    >>> scene = layers_scene(worked.load("urbain").step(), ["forward"], 4, 1)
    >>> [thing.key for thing in scene.things if isinstance(thing, Shape)]
    ['inputs', 'layer-1', 'layer-2', 'targets', 'error']
    """
    scene = Scene(_WIDTH + 2 * _APART, 0.0, title(step, frames))
    y = _APART
    for frame in frames:
        y = written(scene, heading(step, frame), y, colour=_COLOURS[frame]) + SIZE
    y += 0.5 * _APART
    shapes: list[Shape | Label] = []
    paths: list[Path] = []
    for part in _parts(Writer(step, digits, example)):
        lines = [(part.ranges[frame], _COLOURS[frame]) for frame in frames if frame in part.ranges]
        height = _LEADING * (len(lines) + 1) + 14.0
        place = scene.width / 2, y + height / 2
        if shapes:
            before = next(shape for shape in reversed(shapes) if isinstance(shape, Shape))
            paths.append(Path(before.key, part.key, (before.x, before.y), place))
        width = _WIDTH if part.kind == "rounded" else _WIDTH / 2
        shapes.append(Shape(part.key, part.kind, *place, width, height, part.fill))
        for row, (line, colour) in enumerate([(part.name, INK), *lines]):
            base = y + 7.0 + row * _LEADING + 0.75 * _LEADING
            shapes.append(Label(place[0], base, plain(line), SIZE, colour))
        y += height + _APART
    scene.add([*paths, *shapes])
    for note in _notes(step, digits, example):
        y = written(scene, note, y, colour=LINE) + SIZE
    scene.height = y
    return scene


def _notes(step: Step, digits: int, example: int) -> Iterator[str]:
    yield (
        f"Layer by layer, since a layer has more than {MOST_UNITS} units or there are more than "
        f"{MOST_LAYERS} layers: of each kind of number the smallest … the largest, "
        f"to {digits} significant digits."
    )
    count = len(step.names.passes)
    if count > 1:
        yield f"Example {example} of {count}; derivatives by parameters are those of all {count}."


def _parts(writer: Writer) -> Iterator[_Part]:
    step, each, names = writer.step, writer.each, writer.names
    inputs = _range(writer, (step.values[name] for name in each.inputs))
    yield _Part("inputs", "box", GIVEN, f"{len(each.inputs)} inputs", {"forward": inputs})
    for number, layer in enumerate(step.network.layers, 1):
        neurons = layer.neurons
        parameters = list(
            dict.fromkeys(
                parameter
                for neuron in neurons
                for parameter in (*neuron.weights, *filter(None, [neuron.bias]))
            )
        )
        trained = [each for each in parameters if names.updates[each] in step.updated]
        ranges = {
            "forward": {
                "net": (step.values[each.nets[neuron]] for neuron in neurons),
                "out": (step.values[each.outs[neuron]] for neuron in neurons),
                "w": (step.values[names.parameters[parameter]] for parameter in parameters),
            },
            "backward": {
                "δ": (step.deltas[each.deltas[neuron]] for neuron in neurons),
                "∂E/∂w": (writer.gradient(names.parameters[parameter]) for parameter in parameters),
            },
            "update": {
                "change": (step.changes[names.changes[parameter]] for parameter in trained),
                "w afterwards": (step.updated[names.updates[parameter]] for parameter in trained),
            },
        }
        texts = {
            frame: "     ".join(f"{name}: {_range(writer, numbers)}" for name, numbers in kinds.items())
            for frame, kinds in ranges.items()
        }
        counted = f"{len(neurons)} × {activation_of(neurons)}, {len(parameters)} weights and biases"
        yield _Part(f"layer-{number}", "rounded", NEURON, f"layer {number}: {counted}", texts)
    targets = _range(writer, (step.values[name] for name in each.targets))
    yield _Part("targets", "hexagon", TARGET, f"{len(each.targets)} targets", {"forward": targets})
    error = writer.number(step.values[names.error])
    after = f"{writer.number(step.error_after)} after the update"
    yield _Part("error", "octagon", ERROR, "error", {"forward": error, "update": after})


def _range(writer: Writer, numbers: Iterable[float]) -> str:
    """The smallest and the largest of some numbers, and how many are 0."""
    found = list(numbers)
    if not found:
        return "not updated"
    zeros = sum(number == 0.0 for number in found)
    some = f" ({zeros} of {len(found)} are 0)" if zeros else ""
    if any(map(isnan, found)):
        return f"some are not a number{some}"
    ends = dict.fromkeys([writer.number(min(found)), writer.number(max(found))])
    return f"{' … '.join(ends)}{some}"
