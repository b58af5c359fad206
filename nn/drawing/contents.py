"""What a picture of a network says: its units, column by column, and the links between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from autograd.rendering import ERROR, GIVEN, INK, NEURON, SLOPE, TARGET, UPDATE
from autograd.symbols import unicode_symbol
from autograd.tables import decimal
from nn.drawing.scene import Label, Text, plain, symbol

if TYPE_CHECKING:
    from autograd import Value
    from nn.network import MLP
    from nn.neuron import Neuron
    from nn.notation import Names

__all__ = ["FRAMES", "SIZE", "Block", "Column", "Item", "Line", "Link", "Step", "Writer", "contents"]

#: What is shown one after another, in one layout.
FRAMES = ("forward", "backward", "update")
#: Of the font.
SIZE = 11.0
_WIDEST = 108.0  # a name and its number that are wider stand in two lines


class Step(Protocol):
    """What is drawn of a training step; see `nn.step.TrainingStep`."""

    names: Names
    network: MLP
    values: dict[str, float]
    gradients: Mapping[str, float]
    deltas: dict[str, float]
    updated: dict[str, float]
    changes: dict[str, float]
    error_after: float
    descends: bool
    learning_rate: float


class Line(NamedTuple):
    """A line of text, and its colour.

    >>> Line(plain("net")).colour
    '#16202a'
    """

    text: Text
    colour: str = INK


Block: TypeAlias = tuple[Line, ...]
_ByFrame: TypeAlias = Mapping[str, Block]
_NOTHING: _ByFrame = MappingProxyType({})


class Item(NamedTuple):
    """A unit: its shape, and by frame what stands in it, one block beside another.

    Attributes:
        key: what tells it from all others.
        kind: its shape.
        fill: the colour of it.
        blocks: by frame the texts within.
        about: what the pointer is told over it.
        below: by frame the text under it.
        target: the target that it is compared with.
    """

    key: str
    kind: Literal["circle", "box", "rounded", "hexagon", "octagon"]
    fill: str
    blocks: Mapping[str, tuple[Block, ...]]
    about: str
    below: _ByFrame = _NOTHING
    target: Item | None = None


class Link(NamedTuple):
    """A line between two units.

    Attributes:
        tail: the row of the unit that it comes from.
        head: that of the one in the next column that it leads to.
        texts: by frame the text on it.
        sizes: by frame the number on it.
        about: what the pointer is told over it.
    """

    tail: int
    head: int
    texts: _ByFrame = _NOTHING
    sizes: Mapping[str, float] = MappingProxyType({})
    about: str = ""


class Column(NamedTuple):
    """Some units, what they are called together, and the links from the column before.

    Attributes:
        heading: what they are.
        items: the units.
        links: the links that lead to them.
        weights: whether these are weights, each with a number.
        below: by frame the text under all of them.
    """

    heading: tuple[str, ...]
    items: Sequence[Item]
    links: Sequence[Link] = ()
    weights: bool = False
    below: _ByFrame = _NOTHING


class Writer:
    """Names with their numbers, to a number of digits.

    Args:
        step: the step.
        digits: how many significant digits.
        example: which of its examples, from 1.
    """

    def __init__(self, step: Step, digits: int, example: int) -> None:
        self.step, self.digits, self.names = step, digits, step.names
        self.each = step.names.passes[example - 1]

    def number(self, number: float) -> str:
        """A number as text, with a minus sign."""
        return decimal(number, self.digits).replace("-", "−")

    def above(self, name: str, number: float, colour: str = INK) -> Block:
        """A name above its number."""
        return Line(symbol(name), colour), Line(plain(self.number(number)), colour)

    def beside(self, name: str, number: float, colour: str = INK) -> Block:
        """A name and its number, in two lines if they are too long for one."""
        line = (*symbol(name), *plain(f" = {self.number(number)}"))
        if Label(0.0, 0.0, line, SIZE).width <= _WIDEST:
            return (Line(line, colour),)
        return Line(symbol(name), colour), Line(plain(f"= {self.number(number)}"), colour)

    def value(self, kind: str, name: str, shape: str, fill: str, key: str) -> Item:
        """A unit that shows its value in each frame."""
        block = self.above(name, self.step.values[name])
        known: Literal["box", "rounded", "hexagon", "octagon"] = shape  # type: ignore[assignment]
        return Item(key, known, fill, dict.fromkeys(FRAMES, (block,)), self.about(kind, name))

    def gradient(self, name: str) -> float:
        """The derivative of the error by it."""
        return self.step.gradients[self.names.gradient(name)]

    def parameter(self, parameter: Value) -> tuple[_ByFrame, Mapping[str, float], str]:
        """What is shown of a weight or bias in each frame, how large that is, and all of it."""
        names, step = self.names, self.step
        name, updated, changed = (
            table[parameter] for table in (names.parameters, names.updates, names.changes)
        )
        value, gradient = step.values[name], self.gradient(name)
        sizes = {"forward": value, "backward": gradient, "update": 0.0}
        update: Block = (*self.beside(name, value), Line(plain("not updated")))
        about = [self.about("", name)]
        if updated in step.updated:
            change, after = step.changes[changed], step.updated[updated]
            sizes["update"] = change
            update = (
                *self.beside(name, value),
                *self.beside(changed, change, UPDATE),
                *self.beside(updated, after),
            )
            about += [_equation(changed, change), _equation(updated, after)]
        texts = {
            "forward": self.beside(name, value),
            "backward": self.beside(names.gradient(name), gradient, SLOPE),
            "update": update,
        }
        return texts, sizes, "\n".join(about)

    def about(self, kind: str, name: str) -> str:
        """What something is, with all digits."""
        slope = _equation(self.names.gradient(name), self.gradient(name))
        value = _equation(name, self.step.values[name])
        return "\n".join(filter(None, (kind, value, slope)))


def _equation(name: str, number: float) -> str:
    return f"{unicode_symbol(name)} = {number + 0.0!r}"


def contents(step: Step, digits: int, example: int) -> list[Column]:
    """The columns of a network's picture: inputs, layers, what is compared with targets, the error.

    Args:
        step: the step.
        digits: how many significant digits to show.
        example: the number of the example whose numbers are shown, from 1.

    >>> from nn import worked
    >>> columns = contents(worked.load("urbain").step(), 4, 1)
    >>> [(" ".join(column.heading), len(column.items)) for column in columns]
    [('inputs', 2), ('layer 1 sigmoid', 2), ('layer 2 sigmoid', 2), ('errors', 2), ('error', 1)]
    """
    writer = Writer(step, digits, example)
    inputs = [
        writer.value("an input", name, "box", GIVEN, f"input-{row}")
        for row, name in enumerate(writer.each.inputs, 1)
    ]
    columns = [Column(("inputs",), inputs)]
    for number, layer in enumerate(step.network.layers, 1):
        columns.append(_layer(writer, number, layer.neurons))
    return [*columns, *_compared(writer, step.network.layers[-1].neurons)]


def activation_of(neurons: Sequence[Neuron]) -> str:
    """The activation of some neurons."""
    return " and ".join(dict.fromkeys(neuron.activation for neuron in neurons))


def _layer(writer: Writer, layer: int, neurons: Sequence[Neuron]) -> Column:
    links = []
    for head, neuron in enumerate(neurons):
        for tail, weight in enumerate(neuron.weights):
            links.append(Link(tail, head, *writer.parameter(weight)))
    biases = list(dict.fromkeys(neuron.bias for neuron in neurons if neuron.bias is not None))
    common = len(biases) == 1 < len(neurons)
    items = [
        _neuron(writer, f"neuron-{layer}-{row}", neuron, None if common else neuron.bias)
        for row, neuron in enumerate(neurons, 1)
    ]
    below: _ByFrame = {}
    if common:
        texts, _, _ = writer.parameter(biases[0])
        below = {frame: (Line(plain("bias of each:")), *block) for frame, block in texts.items()}
    return Column((f"layer {layer}", activation_of(neurons)), items, links, True, below)


def _neuron(writer: Writer, key: str, neuron: Neuron, bias: Value | None) -> Item:
    each, name = writer.each, writer.names.neurons[neuron]
    net, out, delta = each.nets[neuron], each.outs[neuron], each.deltas[neuron]
    values = writer.step.values
    blocks = {
        "forward": (writer.above(net, values[net]), writer.above(out, values[out])),
        "backward": (writer.above(delta, writer.step.deltas[delta], SLOPE),),
        "update": ((Line(symbol(name)),),),
    }
    about = "\n".join(
        [
            f"neuron {unicode_symbol(name)}, {neuron.activation}",
            _equation(net, values[net]),
            writer.about("", out),
            _equation(delta, writer.step.deltas[delta]),
        ]
    )
    below: _ByFrame = {}
    if bias is not None:
        below, _, told = writer.parameter(bias)
        about += f"\n{told}"
    return Item(key, "circle", NEURON, blocks, about, below)


def _compared(writer: Writer, last: Sequence[Neuron]) -> Iterator[Column]:
    """The columns after the outputs: their errors or probabilities with the targets, and the error."""
    names, each = writer.names, writer.each
    targets = [
        writer.value("a target", name, "hexagon", TARGET, f"target-{row}")
        for row, name in enumerate(each.targets, 1)
    ]
    whole = _whole_error(writer)
    outs = [_out_link(writer, row, each.outs[neuron]) for row, neuron in enumerate(last)]
    if names.rule.by_output and each.errors:
        shapes = ("a part of the error", each.errors, "octagon", ERROR, "part")
        yield Column(("errors",), _with_targets(writer, targets, *shapes), outs)
    elif each.probabilities:
        shapes = ("a probability", each.probabilities, "rounded", NEURON, "probability")
        others = [Link(a, b) for a in range(len(last)) for b in range(len(last)) if a != b]
        yield Column(("softmax",), _with_targets(writer, targets, *shapes), [*others, *outs])
    elif len(targets) > 1:
        yield Column(("targets",), targets, outs)
    else:
        yield Column(("error",), [whole._replace(target=targets[0])], outs)
        return
    ends = [Link(row, 0) for row in range(len(last))]
    if not names.rule.by_output and each.errors:
        own = writer.value("the error of the example", each.errors[0], "octagon", ERROR, "example")
        yield Column(("its error",), [own], ends)
        ends = [Link(0, 0)]
    yield Column(("error",), [whole], ends)


def _with_targets(
    writer: Writer, targets: list[Item], about: str, names: list[str], shape: str, fill: str, key: str
) -> list[Item]:
    return [
        writer.value(about, name, shape, fill, f"{key}-{row}")._replace(target=targets[row - 1])
        for row, name in enumerate(names, 1)
    ]


def _out_link(writer: Writer, row: int, out: str) -> Link:
    gradient = writer.gradient(out)
    texts = {"backward": writer.beside(writer.names.gradient(out), gradient, SLOPE)}
    return Link(row, row, texts, {"backward": gradient}, writer.about("", out))


def _whole_error(writer: Writer) -> Item:
    name, after = writer.names.error, writer.step.error_after
    item = writer.value("the error", name, "octagon", ERROR, "error")
    (block,) = item.blocks["update"]
    later = Line(plain(f"after: {writer.number(after)}"), UPDATE)
    return item._replace(
        blocks={**item.blocks, "update": ((*block, later),)},
        about=f"{item.about}\nafter the update {after!r}",
    )
