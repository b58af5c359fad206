"""WorkedExample: a network, its numbers and its notation, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path

from autograd import Value
from nn.activations import activation_names
from nn.network import MLP
from nn.neuron import BIASES
from nn.notation import Notation
from nn.optimizers import SGD
from nn.training import ERRORS, Example, TrainingStep, train
from nn.worked.reader import Section, WorkedExampleError

__all__ = ["WorkedExample", "load", "names"]


@dataclass(frozen=True)
class LayerData:
    """A layer as the file has it.

    Attributes:
        activation: its name.
        weights: a row per neuron, a weight per input.
        biases: a bias per neuron, one that all neurons share, or None.
    """

    activation: str
    weights: list[list[float]]
    biases: list[float] | float | None


@dataclass(frozen=True)
class WorkedExample:
    """A worked example: what it starts from, and how it names things.

    Attributes:
        name: what it is called.
        title: what it is, in a line.
        source: where it comes from.
        layers: its network.
        bias: the bias convention, a name in `nn.neuron.BIASES`.
        examples: what the network is to learn.
        error: the name of the error, one of `nn.training.ERRORS`.
        learning_rate: η of the update w − η ∂E/∂w.
        update_biases: whether the biases are updated too.
        notation: how it names everything.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> example.shape, round(example.step()["w5+"], 9)
    ([2, 2, 2], 0.35891648)
    """

    name: str
    title: str
    source: str
    layers: list[LayerData]
    bias: str
    examples: list[Example]
    error: str
    learning_rate: float
    update_biases: bool
    notation: Notation

    @property
    def shape(self) -> list[int]:
        """The number of inputs, and of neurons of each layer."""
        return [len(self.layers[0].weights[0]), *(len(layer.weights) for layer in self.layers)]

    def network(self) -> MLP:
        """A new network with the example's numbers."""
        nin, *nouts = self.shape
        activations = [layer.activation for layer in self.layers]
        network = MLP(nin, nouts, activation=activations, bias=self.bias, init="zeros")
        for layer, data in zip(network.layers, self.layers, strict=True):
            shared = Value(data.biases) if isinstance(data.biases, float) else None
            for number, (neuron, weights) in enumerate(zip(layer.neurons, data.weights, strict=True)):
                for weight, given in zip(neuron.weights, weights, strict=True):
                    weight.data = given
                if shared is not None:
                    neuron.bias = shared
                elif isinstance(data.biases, list):
                    neuron.bias = Value(data.biases[number])
        return network

    def step(self, steps: int = 1, *, update_biases: bool | None = None) -> TrainingStep:
        """A step of training, recorded: the last of some.

        Args:
            steps: which one; those before it are run without a record.
            update_biases: whether the biases are updated too; as the example says if None.

        Raises:
            ValueError: fewer than one step.
        """
        if steps < 1:
            raise ValueError(f"the number of steps is at least 1, not {steps}")
        network = self.network()
        with_biases = self.update_biases if update_biases is None else update_biases
        biases = {neuron.bias for layer in network.layers for neuron in layer.neurons}
        optimizer = SGD(
            [p for p in network.parameters() if with_biases or p not in biases], lr=self.learning_rate
        )
        train(network, self.examples, optimizer, error=self.error, steps=steps - 1)
        return TrainingStep(network, self.examples, optimizer, error=self.error, notation=self.notation)


def names() -> list[str]:
    """The worked examples that come along.

    >>> names()
    ['urbain']
    """
    return sorted(
        file.name.removesuffix(".toml")
        for file in resources.files("nn.worked").iterdir()
        if file.name.endswith(".toml")
    )


def load(name: str | Path) -> WorkedExample:
    """A worked example: one of `names`, or a path to a TOML file of your own.

    The format is described in ``docs/worked-examples.md``.

    Raises:
        WorkedExampleError: there is no such example, or the file is not as it should be; the message
            names the file, the key and what was expected.
        OSError: the file cannot be read.
    """
    if str(name) in names():
        content = (resources.files("nn.worked") / f"{name}.toml").read_bytes()
        return _parsed(str(name), f"{name}.toml", content)
    path = Path(name)
    if path.suffix != ".toml":
        raise WorkedExampleError(
            f"no worked example {str(name)!r}; there are {', '.join(names())}, and files ending in .toml"
        )
    return _parsed(path.stem, str(path), path.read_bytes())


def _parsed(name: str, file: str, content: bytes) -> WorkedExample:
    try:
        table = tomllib.loads(content.decode())
    except RecursionError:
        raise WorkedExampleError(f"{file}: nested too deeply") from None
    except ValueError as error:  # not TOML, not UTF-8, or a number of too many digits
        raise WorkedExampleError(f"{file}: {' '.join(str(error).split())}") from None
    top = Section(file, "", table)
    bias = top.choice("bias", BIASES, "+b")
    layers = _layers(top.sections("layers"), bias != "none")
    training = top.section("training")
    example = WorkedExample(
        name=name,
        title=top.text("title", name),
        source=top.text("source", ""),
        layers=layers,
        bias=bias,
        examples=_examples(top.sections("examples"), layers),
        error=training.choice("error", ERRORS, "half_squared_error"),
        learning_rate=_learning_rate(training),
        update_biases=training.flag("update_biases", True),
        notation=_notation(top.section("notation")),
    )
    training.done(("error", "learning_rate", "update_biases"))
    top.done(("title", "source", "bias", "layers", "training", "examples", "notation"))
    try:
        example.notation.names(example.network())
    except ValueError as error:
        top.fail("notation", str(error))
    return example


def _layers(sections: list[Section], biased: bool) -> list[LayerData]:
    layers: list[LayerData] = []
    for section in sections:
        weights = section.rows("weights")
        nin = len(layers[-1].weights) if layers else len(weights[0])
        for number, row in enumerate(weights, 1):
            if len(row) != nin:
                section.fail(
                    f"weights[{number}]", f"{nin} weights are expected, one per input, not {len(row)}"
                )
        biases = section.number_or_numbers("bias") if biased else None
        if isinstance(biases, list) and len(biases) != len(weights):
            section.fail("bias", f"{len(weights)} are expected, one per neuron, not {len(biases)}")
        layers.append(LayerData(section.choice("activation", activation_names()), weights, biases))
        section.done(("activation", "weights", "bias") if biased else ("activation", "weights"))
    return layers


def _examples(sections: list[Section], layers: list[LayerData]) -> list[Example]:
    examples = []
    for section in sections:
        example = Example(section.numbers("inputs"), section.numbers("targets"))
        for key, found, expected in (
            ("inputs", example.inputs, len(layers[0].weights[0])),
            ("targets", example.targets, len(layers[-1].weights)),
        ):
            if len(found) != expected:
                section.fail(key, f"{expected} numbers are expected, not {len(found)}")
        section.done(("inputs", "targets"))
        examples.append(example)
    return examples


def _learning_rate(section: Section) -> float:
    rate = section.number("learning_rate")
    if rate < 0.0:
        section.fail("learning_rate", f"a number of at least 0 is expected, not {rate}")
    return rate


def _notation(section: Section) -> Notation:
    known = [field.name for field in fields(Notation)]
    templates = {name: section.text(name) for name in known if name in section.left}
    section.done(known)
    try:
        return Notation(**templates)
    except ValueError as error:
        section.fail("", str(error))
