"""WorkedExample: a network, its numbers, its notation, and what a document prints of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograd import AutogradError, OperandError, Value
from autograd.arguments import flag, items, real, shown, whole
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.tables import Table, decimal
from nn.forward import Example
from nn.network import MLP
from nn.neuron import BIAS_CONVENTIONS
from nn.notation import Names, Notation, notation_of
from nn.optimizers import Optimizer
from nn.step import TrainingStep
from nn.step.training_step import restated
from nn.step.updates import UpdateRule
from nn.terminal import Tabular
from nn.training import errors_in_training, train
from nn.worked.locate import located, where_it_fails

__all__ = ["Figure", "LayerData", "WorkedExample"]


@dataclass(frozen=True)
class LayerData:
    """A layer as the file has it.

    Attributes:
        activation: its name.
        weights: a row per neuron, a weight per input.
        biases: a bias per neuron, one that all neurons share, or None.

    >>> from nn import worked
    >>> worked.load("urbain").layers[0]
    LayerData(activation='sigmoid', weights=[[0.15, 0.2], [0.25, 0.3]], biases=0.35)
    """

    activation: str
    weights: list[list[float]]
    biases: list[float] | float | None = None

    @property
    def size(self) -> int:
        """How many weights and biases it has.

        >>> from nn import worked
        >>> worked.load("urbain").layers[0].size
        5
        """
        biases = len(self.biases) if isinstance(self.biases, list) else self.biases is not None
        return sum(map(len, self.weights)) + biases


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that a document prints.

    Attributes:
        symbol: what the document, or whoever lists its figures, calls it.
        printed: the text as it stands there; see `nn.number_text.read_number` for how it may be written.
        of: the symbol that a training step has for it, or the name of a matrix of equal numbers; the
            same as ``symbol`` if it is left out.
        where: where it stands.
        after: how many updates come before the step that it belongs to.
        decimal_comma: whether a comma in the text separates the decimals; what is obvious if None.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> figure = example.figures[1]
    >>> figure.printed, round(example.step(figure.after + 1)[figure.of], 9)
    ('0.593269992', 0.593269992)
    """

    symbol: str
    printed: str
    of: str = ""
    where: str = ""
    after: int = 0
    decimal_comma: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", self.of or self.symbol)


def check_names(what: str, given: Any, expected: Collection[str]) -> None:
    """Raise unless what is given is a dict with a number, or a node, for each of some names.

    Raises:
        KeyError: one is missing, or unknown.
        TypeError: it is no dict.
    """
    if not isinstance(given, Mapping):
        raise OperandError(f"{what} must be a dict, got {shown(given)}", operands=(given,))
    names = given.keys()
    if names != set(expected):
        missing, unknown = set(expected) - names, names - set(expected)
        raise UnknownNameError(
            f"{what}: missing: {sorted(missing)}; unknown: {sorted(unknown, key=str)}"
        )


def checked_numbers(numbers: Any, expected: Collection[str]) -> dict[str, float]:
    """Numbers for each of some symbols, as floats and in their order; raises as `check_names`."""
    check_names("numbers", numbers, expected)
    return {symbol: real(f"numbers[{symbol!r}]", numbers[symbol]) for symbol in expected}


def about_table(example: Any, settings: Mapping[str, str]) -> Table:
    """What an example is about, and how it learns."""
    about = Table(example.title or example.name, [], "ll")
    figures = len(example.figures)
    rows = {
        "source": example.source,
        "not from there": example.ours,
        **settings,
        "figures": f"{figures}, which nn.proofreading.proofread checks" if figures else "",
    }
    for head, text in rows.items():
        if text:
            about.add(f"{head}:", text)
    return about


@dataclass(frozen=True, kw_only=True)
class WorkedExample(Tabular):
    """A worked example: what it starts from, how it names things, and what a document prints of it.

    Attributes:
        name: what it is called.
        title: what it is, in a line.
        source: where it comes from.
        ours: what of it is not from there, in a line; "" if all is.
        layers: its network.
        bias_convention: how the bias enters the net inputs, a name in `nn.neuron.BIAS_CONVENTIONS`.
        examples: what the network is to learn.
        error: how the error is made up: a name in `nn.error_rules.ERRORS`, or a formula.
        learning_rate: η of the update w − η ∂E/∂w.
        update_biases: whether the biases are updated too.
        update: the optimizer, if it is not gradient descent without more.
        notation: how it names everything.
        figures: what the document prints.
        file: the file that it was read from, for messages; "" if it was from none.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> example.shape, round(example.step()["w5+"], 9)
    ([2, 2, 2], 0.35891648)
    >>> layers = [LayerData("tanh", [[0.5, -0.25]], [0.125])]
    >>> examples = [Example([1.0, 2.0], [0.75])]
    >>> WorkedExample(name="mine", layers=layers, examples=examples, learning_rate=0.5).step()["net_o1"]
    0.125
    """

    name: str
    title: str = ""
    source: str = ""
    ours: str = ""
    layers: list[LayerData]
    bias_convention: str = "+b"
    examples: list[Example]
    error: str = "half_squared_error"
    learning_rate: float
    update_biases: bool = True
    update: UpdateRule = field(default_factory=UpdateRule)
    notation: Notation = field(default_factory=Notation)
    figures: list[Figure] = field(default_factory=list)
    file: str = field(default="", compare=False)

    @property
    def shape(self) -> list[int]:
        """The number of inputs, and of neurons of each layer.

        >>> from nn import worked
        >>> worked.load("xing").shape
        [2, 3, 2]
        """
        return [len(self.layers[0].weights[0]), *(len(layer.weights) for layer in self.layers)]

    def network(self) -> MLP:
        """A new network with the example's numbers.

        >>> from nn import worked
        >>> example = worked.load("urbain")
        >>> outputs = example.network().outputs(example.examples[0].inputs)
        >>> [round(output.data, 9) for output in outputs]
        [0.75136507, 0.772928465]
        """
        nin, *nouts = self.shape
        activations = [layer.activation for layer in self.layers]
        network = MLP(
            nin, nouts, activation=activations, bias_convention=self.bias_convention, init="zeros"
        )
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
            TypeError: an argument is not of its kind.
            AutogradError: an operation has no value at some number; the message begins with the file and
                the key.

        >>> from nn import worked
        >>> example = worked.load("urbain")
        >>> round(example.step()["w5+"], 9), round(example.step(100).error_after, 9)
        (0.35891648, 0.020046828)
        >>> "b1+" in example.step().updated, "b1+" in example.step(update_biases=True).updated
        (False, True)
        """
        steps = whole("the number of steps", steps, 1)
        network = self.network()
        optimizer = self._optimizer(network, update_biases)
        with self._located(network, optimizer):
            train(network, self.examples, optimizer, error=self.error, steps=steps - 1)
            return TrainingStep(
                network, self.examples, optimizer, error=self.error, notation=self.notation
            )

    def training(
        self, steps: int, *, update_biases: bool | None = None
    ) -> Iterator[tuple[float, dict[str, float]]]:
        """The error and the parameters, by their symbols, before each step of training, and after all.

        Args:
            steps: how many.
            update_biases: whether the biases are updated too; as the example says if None.

        Raises:
            ValueError: fewer than one step.
            TypeError: an argument is not of its kind.
            AutogradError: as `step`, when training comes to it.

        >>> from nn import worked
        >>> for error, numbers in worked.load("urbain").training(2):
        ...     print(round(error, 9), round(numbers["w5"], 9))
        0.298371109 0.4
        0.291027774 0.35891648
        0.283547133 0.317353862
        """
        steps = whole("the number of steps", steps, 1)
        network = self.network()
        return self._training(network, self._optimizer(network, update_biases), steps)

    def _training(
        self, network: MLP, optimizer: Optimizer, steps: int
    ) -> Iterator[tuple[float, dict[str, float]]]:
        _, symbols = self._names(network)
        with self._located(network, optimizer):
            for error in errors_in_training(
                network, self.examples, optimizer, error=self.error, steps=steps
            ):
                yield error, self._numbers_of(symbols, network)

    def _optimizer(self, network: MLP, update_biases: bool | None) -> Optimizer:
        with_biases = (
            self.update_biases if update_biases is None else flag("update_biases", update_biases)
        )
        biases = {neuron.bias for layer in network.layers for neuron in layer.neurons}
        trained = [p for p in network.parameters() if with_biases or p not in biases]
        return self.update.made(trained, self.learning_rate)

    @contextmanager
    def _located(self, network: MLP, optimizer: Optimizer) -> Iterator[None]:
        """Let an error's message begin with the file and the key."""
        try:
            yield
        except AutogradError as error:
            where = where_it_fails(network, self.examples, self.error)
            if optimizer.steps:
                where += f", after {optimizer.steps} update{'s' if optimizer.steps > 1 else ''}"
            raise located(error, self.file or self.name, where) from None

    @property
    def size(self) -> int:
        """How many numbers a step has: weights and biases, times the examples.

        >>> from nn import worked
        >>> worked.load("urbain").size
        10
        """
        return sum(layer.size for layer in self.layers) * len(self.examples)

    @property
    def numbers(self) -> dict[str, float]:
        """What the network starts from: its weights and biases, by their symbols.

        The biases are in the notation's convention, as in a `TrainingStep`.

        >>> from nn import worked
        >>> worked.load("xing-single").numbers
        {'w': 0.5, 'b': 1.0}
        """
        network = self.network()
        _, symbols = self._names(network)
        return self._numbers_of(symbols, network)

    def _names(self, network: MLP) -> tuple[Names, dict[Value, str]]:
        """The names in a step of a network, and the symbols of the network's own parameters."""
        noted, _ = restated(network, self.notation.bias_convention)
        names = Names(self.notation, noted, len(self.examples), self.error)
        own = dict(network.named_parameters())
        paths = {parameter: path for path, parameter in noted.named_parameters()}
        symbols = {own[paths[parameter]]: symbol for parameter, symbol in names.parameters.items()}
        return names, symbols

    def _numbers_of(self, symbols: Mapping[Value, str], network: MLP) -> dict[str, float]:
        turned = {neuron.bias for layer in network.layers for neuron in layer.neurons}
        return {
            symbol: self.bias_sign * parameter.data if parameter in turned else parameter.data
            for parameter, symbol in symbols.items()
        }

    @property
    def bias_sign(self) -> float:
        """-1.0 where the notation has the bias with the other sign than the file, else 1.0.

        >>> from nn import worked
        >>> worked.load("urbain").bias_sign
        1.0
        """
        own, noted = (
            BIAS_CONVENTIONS[self.bias_convention],
            BIAS_CONVENTIONS.get(self.notation.bias_convention),
        )
        return own.sign * noted.sign if own and noted else 1.0

    def to_dict(self) -> dict[str, Any]:
        """The example as plain data.

        >>> from nn import worked
        >>> content = worked.load("xing-single").to_dict()
        >>> content["layers"], content["examples"]  # doctest: +NORMALIZE_WHITESPACE
        ([{'activation': 'sigmoid', 'weights': [[0.5]], 'biases': 1.0}],
         [{'inputs': [2.0], 'targets': [1.0]}])
        """
        # a copy of each pair, which asdict would leave a tuple
        examples = [{"inputs": [*each.inputs], "targets": [*each.targets]} for each in self.examples]
        return {**asdict(self), "examples": examples}

    def records(self) -> list[dict[str, Any]]:
        """A dict for every number that the example starts from, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> for row in worked.load("xing-single").records():
        ...     print(row)
        {'symbol': 'w', 'kind': 'parameter', 'value': 0.5}
        {'symbol': 'b', 'kind': 'parameter', 'value': 1.0}
        {'symbol': 'x', 'kind': 'input', 'value': 2.0}
        {'symbol': 't', 'kind': 'target', 'value': 1.0}
        """
        found = [(symbol, "parameter", number) for symbol, number in self.numbers.items()]
        for inputs, targets in self._given():
            found += [(symbol, "input", number) for symbol, number in inputs]
            found += [(symbol, "target", number) for symbol, number in targets]
        return [{"symbol": symbol, "kind": kind, "value": value} for symbol, kind, value in found]

    def _given(self) -> Iterator[tuple[list[tuple[str, float]], list[tuple[str, float]]]]:
        """The inputs and the targets of each example, with their symbols."""
        names, _ = self._names(self.network())
        for each, example in zip(names.passes, self.examples, strict=True):
            yield (
                list(zip(each.inputs, example.inputs, strict=True)),
                list(zip(each.targets, example.targets, strict=True)),
            )

    def tables(self) -> list[Table]:
        """The example as tables: what it is about, its parameters, what it is to learn.

        >>> from nn import worked
        >>> about, parameters, examples = worked.load("xing-single").tables()
        >>> parameters.rows[0].cells, examples.rows[0].cells
        (('w', '0.5'), ('x = 2', 't = 1'))
        """
        activations = [layer.activation for layer in self.layers]
        alike = activations[:1] if len(set(activations)) == 1 else activations
        updated = "weights and biases" if self.update_biases else "weights"
        about = about_table(
            self,
            {
                "network": f"{'-'.join(map(str, self.shape))}, {', '.join(alike)}",
                "error": self.error,
                "learning rate": repr(self.learning_rate),
                "optimizer": "" if self.update.descends else str(self.update),
                "updated": "weights" if self.bias_convention == "none" else updated,
                "bias convention": self.bias_convention,
            },
        )
        parameters = Table("Parameters", ["parameter", "number"], "lr")
        for symbol, number in self.numbers.items():
            parameters.add(symbol, decimal(number))
        examples = Table("Examples", ["inputs", "targets"], "ll")
        for given in self._given():
            examples.add(
                *(", ".join(f"{name} = {decimal(number)}" for name, number in side) for side in given)
            )
        return [about, parameters, examples]

    def with_numbers(self, numbers: Mapping[str, float]) -> WorkedExample:
        """The same example with other weights and biases.

        What a document prints does not belong to it any more, so it has no figures.

        Args:
            numbers: a number for each of `numbers`.

        Raises:
            KeyError: one is missing, or unknown.
            TypeError: they are no dict of real numbers.

        >>> from nn import worked
        >>> example = worked.load("xing-single").with_numbers({"w": 0.25, "b": 0.0})
        >>> example.layers[0], example.step()["w"]
        (LayerData(activation='sigmoid', weights=[[0.25]], biases=0.0), 0.25)
        """
        new = checked_numbers(numbers, self.numbers)
        network = self.network()
        _, symbols = self._names(network)
        layers = []
        for layer, data in zip(network.layers, self.layers, strict=True):
            biases = [
                self.bias_sign * new[symbols[each.bias]]
                for each in layer.neurons
                if each.bias is not None
            ]
            layers.append(
                LayerData(
                    data.activation,
                    [[new[symbols[weight]] for weight in each.weights] for each in layer.neurons],
                    biases[0] if isinstance(data.biases, float) else biases or None,
                )
            )
        return replace(self, layers=layers, figures=[])

    def in_notation(self, notation: Notation | str) -> WorkedExample:
        """The same example with everything named as another document does, the bias treated its way.

        What a document prints is in its own notation, so it has no figures.

        Args:
            notation: a `Notation`, or the name of one that comes along.

        Raises:
            ValueError: there is none of that name.
            TypeError: it is neither a notation nor a name.

        >>> from nn import worked
        >>> example = worked.load("urbain").in_notation("signals")  # which subtracts the bias
        >>> example.numbers["w_11^(1)"], example.numbers["b_1^(1)"]
        (0.15, -0.35)
        """
        return replace(self, notation=notation_of(notation), figures=[])

    def with_targets(self, targets: Sequence[Sequence[float]]) -> WorkedExample:
        """The same example with other targets, a list for each of its examples.

        What a document prints does not belong to it any more, so it has no figures.

        Raises:
            ValueError: there are not as many as the example has examples and outputs.
            TypeError: they are no lists of real numbers.

        >>> from nn import worked
        >>> own = worked.load("guided-16").with_targets([[0.5], [0.6], [0.7]])
        >>> [list(example.targets) for example in own.examples]
        [[0.5], [0.6], [0.7]]
        """
        nout = self.shape[-1]
        given = [items(f"targets[{n}]", each) for n, each in enumerate(items("targets", targets))]
        if len(given) != len(self.examples) or any(len(each) != nout for each in given):
            raise ArgumentValueError(
                f"targets: for each of {len(self.examples)} examples, {nout} are expected, "
                f"not {', '.join(str(len(each)) for each in given)}"
            )
        examples = [
            Example(example.inputs, [real(f"targets[{n}]", target) for target in each])
            for n, (example, each) in enumerate(zip(self.examples, given, strict=True))
        ]
        return replace(self, examples=examples, figures=[], file="")
