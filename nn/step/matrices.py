"""A training step as the matrices that documents compute it with, rows or columns as theirs are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from autograd import OPERATIONS, Value
from autograd.errors import ArgumentValueError, UnknownNameError

if TYPE_CHECKING:
    from nn.neuron import Neuron
    from nn.step.training_step import TrainingStep

__all__ = ["Function", "Matrix", "Named", "matrices"]


class Named(str):
    """A piece of formula that is the name of something."""

    __slots__ = ()


class Function(str):
    """A piece of formula that is an operation, by its name in the table."""

    __slots__ = ()


class Matrix(NamedTuple):
    """A matrix or vector of numbers, each with its own symbol.

    Attributes:
        name: what it is called.
        pieces: how it is computed from others, as names, functions and the signs between them; none if
            it is given.
        symbols: the symbol of each number, row by row; "" of the constant input x₀.
        numbers: the numbers.

    >>> from nn import worked
    >>> (a2,) = [each for each in worked.load("hoey").step().matrices if each.name == "a2"]
    >>> a2.formula, a2.shape, a2.symbols
    ('[1 z1]·W2', (1, 2), [['a2[1]', 'a2[2]']])
    """

    name: str
    pieces: Sequence[str]
    symbols: list[list[str]]
    numbers: list[list[float]]

    @property
    def formula(self) -> str:
        """How it is computed from others, as a line of text; "" if it is given."""
        return "".join(
            OPERATIONS[piece].symbol if isinstance(piece, Function) else piece for piece in self.pieces
        )

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows, and of columns."""
        return len(self.numbers), len(self.numbers[0])

    def number(self) -> float:
        """The number that every entry is.

        Raises:
            KeyError: they differ.

        >>> Matrix("ones", [], [["a", "b"]], [[1.0, 1.0]]).number()
        1.0
        """
        first, *others = (number for row in self.numbers for number in row)
        if any(other != first for other in others):
            raise UnknownNameError(
                f"{self.name} has different numbers: ask for one, as {self.symbols[-1][-1]}"
            )
        return first


def matrices(step: TrainingStep) -> list[Matrix]:
    """The matrices of a step, in the order in which they are computed.

    With row vectors, the examples are the rows of each matrix of signals, and net = x·W. With column
    vectors they are the columns, and net = W·x.

    In formulas, ⊙ is the product entry by entry; [1 z] is z after the constant input; W[2:] is W without
    its first row; [σ tanh](net) is a function for each neuron; Σ adds up over the examples, and over
    neurons of the layer that share a bias. The gradient of parameters that are shared otherwise has no
    formula, and neither has an update that is not w − η ∂E/∂w.

    Raises:
        ValueError: the notation has no matrices, or some neurons of a layer have a bias and others
            none.

    >>> from nn import worked
    >>> for matrix in matrices(worked.load("hoey").step())[:4]:
    ...     print(matrix.name, matrix.shape, matrix.formula, matrix.symbols[0])
    X (1, 3)  ['', 'X[2]', 'X[3]']
    W1 (3, 2)  ['W1[1,1]', 'W1[1,2]']
    a1 (1, 2) X·W1 ['a1[1]', 'a1[2]']
    z1 (1, 2) σ(a1) ['z1[1]', 'z1[2]']
    """
    if not step.names.notation.vectors:
        raise ArgumentValueError(
            "the notation has no matrices: its vectors are neither rows nor columns"
        )
    for number, layer in enumerate(step.network.layers, 1):
        if len({neuron.bias_convention for neuron in layer.neurons}) > 1:
            raise ArgumentValueError(
                f"layer {number} has no matrices: its neurons differ in how they have a bias"
            )
    return _Writer(step).all()


class _Writer:
    """Writes the matrices of one step; ``row`` says which way its vectors lie."""

    def __init__(self, step: TrainingStep) -> None:
        self.step, self.names = step, step.names
        self.row = step.names.notation.vectors == "row"
        self.layers = [layer.neurons for layer in step.network.layers]
        # not through step[...], which asks for matrices in turn
        self.known = {symbol: each for kind in step.numbers.values() for symbol, each in kind.items()}
        self.uses = Counter(
            parameter
            for neurons in self.layers
            for neuron in neurons
            for parameter in (*neuron.weights, neuron.bias)
        )

    def all(self) -> list[Matrix]:
        forward = [self._signals("input", [each.inputs for each in self.names.passes], x0=True)]
        for number, neurons in enumerate(self.layers):
            forward += [self._weights(neurons), *self._bias(neurons)]
            forward += [self._nets(number), self._outs(number)]
        last = self.layers[-1]
        targets = [each.targets for each in self.names.passes]
        forward.append(self._signals("target", targets, neuron=last[0]))
        backward = [self._slopes(), *(self._deltas(k) for k in reversed(range(len(self.layers))))]
        gradients = [matrix for number in range(len(self.layers)) for matrix in self._gradients(number)]
        updates = [matrix for neurons in self.layers for matrix in self._updates(neurons)]
        return [*forward, *backward, *gradients, *updates]

    # --- vectors of signals, one per example ---------------------------------------------------

    def _signals(
        self,
        kind: str,
        symbols: Sequence[Sequence[str]],
        *,
        neuron: Neuron | None = None,
        pieces: Sequence[str] = (),
        symbol: str = "",
        x0: bool = False,
    ) -> Matrix:
        sign = self._x0(self.layers[0][0]) if x0 else 0.0
        rows = [["", *each] if sign else list(each) for each in symbols]
        return self._matrix(self.names.whole(kind, neuron, symbol), pieces, rows, turned=True, x0=sign)

    def _nets(self, number: int) -> Matrix:
        neurons = self.layers[number]
        weights, before = self._name_of_weights(neurons[0]), self._before(number)
        pieces: list[str] = [*before, "·", weights] if self.row else [weights, "·", *before]
        if (bias := neurons[0].bias_convention) and not bias.weighs:
            pieces += [" + " if bias.sign > 0 else " − ", self._whole("bias", neurons[0])]
        symbols = [[each.nets[neuron] for neuron in neurons] for each in self.names.passes]
        return self._signals("net", symbols, neuron=neurons[0], pieces=pieces)

    def _outs(self, number: int) -> Matrix:
        neurons = self.layers[number]
        pieces = self._activated(neurons) or [self._whole("net", neurons[0])]
        symbols = [[each.outs[neuron] for neuron in neurons] for each in self.names.passes]
        return self._signals("out", symbols, neuron=neurons[0], pieces=pieces)

    def _slopes(self) -> Matrix:
        last = self.layers[-1]
        out = self._whole("out", last[0])
        symbols = [
            [self.names.gradient(each.outs[neuron]) for neuron in last] for each in self.names.passes
        ]
        pieces = ["∂", Named(self.names.error), "/∂", out]
        return self._signals(self._kind_of_slope(), symbols, neuron=last[0], pieces=pieces, symbol=out)

    def _deltas(self, number: int) -> Matrix:
        neurons = self.layers[number]
        pieces: list[str]
        if number == len(self.layers) - 1:
            out = self.names.whole("out", neurons[0])
            pieces = [self._whole(self._kind_of_slope(), neurons[0], out)]
        else:
            above = self.layers[number + 1][0]
            delta = self._whole("delta", above)
            # no δ goes to the constant input
            rest = ("[2:]" if self.row else "[:,2:]") if self._x0(above) else ""
            weights = [self._name_of_weights(above), rest, "ᵀ"]
            pieces = ["(", delta, "·", *weights, ")"] if self.row else ["(", *weights, "·", delta, ")"]
        if slopes := self._activated(neurons, "′"):
            pieces += [" ⊙ ", *slopes]
        symbols = [[each.deltas[neuron] for neuron in neurons] for each in self.names.passes]
        return self._signals("delta", symbols, neuron=neurons[0], pieces=pieces)

    # --- weights and biases --------------------------------------------------------------------

    def _weights(self, neurons: Sequence[Neuron]) -> Matrix:
        name = self._name_of_weights(neurons[0])
        return self._matrix(name, (), self._grid(neurons, self.names.parameters))

    def _bias(self, neurons: Sequence[Neuron]) -> list[Matrix]:
        symbols = self._bias_row(neurons, self.names.parameters)
        name = self.names.whole("bias", neurons[0])
        return [self._matrix(name, (), [symbols], turned=True)] if symbols else []

    def _gradients(self, number: int) -> list[Matrix]:
        neurons = self.layers[number]
        weights, delta = self._name_of_weights(neurons[0]), self._whole("delta", neurons[0])
        before = [*self._before(number), "ᵀ"]
        pieces = [*before, "·", delta] if self.row else [delta, "·", *before]
        biases = [neuron.bias for neuron in neurons if neuron.bias is not None]
        weighed = biases if self._x0(neurons[0]) else []
        if any(self.uses[each] > 1 for neuron in neurons for each in (*neuron.weights, *weighed)):
            pieces = []  # a shared parameter has the sum of what stands there
        named = {
            parameter: self.names.gradient(symbol) for parameter, symbol in self.names.parameters.items()
        }
        found = [
            self._matrix(
                self.names.whole("gradient", symbol=weights), pieces, self._grid(neurons, named)
            )
        ]
        if symbols := self._bias_row(neurons, named):
            bias = neurons[0].bias_convention
            assert bias is not None
            total = len(self.names.passes) > 1 or len(set(biases)) < len(biases)
            name = self.names.whole("gradient", symbol=self.names.whole("bias", neurons[0]))
            pieces = ["" if bias.sign > 0 else "−", "Σ " if total else "", delta]
            if any(self.uses[each] > biases.count(each) for each in biases):
                pieces = []
            found.append(self._matrix(name, pieces, [symbols], turned=True))
        return found

    def _updates(self, neurons: Sequence[Neuron]) -> list[Matrix]:
        found = []
        # what is not updated stands in the new matrix as it was
        after = {
            parameter: update if update in self.step.updated else self.names.parameters[parameter]
            for parameter, update in self.names.updates.items()
        }
        for symbol, grid, turned in (
            (self._name_of_weights(neurons[0]), self._grid(neurons, after), False),
            (self._whole("bias", neurons[0]), [self._bias_row(neurons, after)], True),
        ):
            if any(each in self.step.updated for row in grid for each in row):
                name = self.names.whole("updated", neurons[0], symbol)
                kept = any(each not in self.step.updated for row in grid for each in row)
                gradient = self._whole("gradient", symbol=symbol)
                says = self.step.descends and not kept
                pieces = [symbol, " − ", "η·", gradient] if says else []
                found.append(self._matrix(name, pieces, grid, turned=turned))
        return found

    # --- what they are made of -----------------------------------------------------------------

    def _matrix(
        self,
        name: str,
        pieces: Sequence[str],
        rows: list[list[str]],
        *,
        turned: bool = False,
        x0: float = 0.0,
    ) -> Matrix:
        """A matrix of rows; ``turned`` where the rows are vectors, which may have to be columns."""
        if turned and not self.row:
            rows = [list(column) for column in zip(*rows, strict=True)]
        numbers = [[self.known[symbol] if symbol else x0 for symbol in row] for row in rows]
        return Matrix(name, pieces, rows, numbers)

    def _grid(self, neurons: Sequence[Neuron], symbols: dict[Value, str]) -> list[list[str]]:
        """The symbols of a layer's weights, and of biases that are weights, as the matrix has them."""
        by_neuron = []
        for neuron in neurons:
            x0 = [neuron.bias] if self._x0(neuron) and neuron.bias is not None else []
            by_neuron.append([symbols[weight] for weight in [*x0, *neuron.weights]])
        return [list(row) for row in zip(*by_neuron, strict=True)] if self.row else by_neuron

    def _bias_row(self, neurons: Sequence[Neuron], symbols: dict[Value, str]) -> list[str]:
        """The symbols of biases that stand by themselves."""
        return [
            symbols[neuron.bias]
            for neuron in neurons
            if neuron.bias is not None and not self._x0(neuron)
        ]

    def _activated(self, neurons: Sequence[Neuron], stroke: str = "") -> list[str]:
        """σ(net) or σ′(net), with one function per neuron where they differ; none if all are linear."""
        names = [neuron.activation for neuron in neurons]
        if set(names) == {"linear"}:
            return []
        pieces = _function(names[0], stroke)
        if len(set(names)) > 1:
            after = [piece for name in names[1:] for piece in (self._gap, *_function(name, stroke))]
            pieces = ["[", *pieces, *after, "]"]
        return [*pieces, "(", self._whole("net", neurons[0]), ")"]

    @property
    def _gap(self) -> str:
        """What stands between the entries of a vector."""
        return " " if self.row else "; "

    def _whole(self, kind: str, neuron: Neuron | None = None, symbol: str = "") -> Named:
        return Named(self.names.whole(kind, neuron, symbol))

    def _name_of_weights(self, neuron: Neuron) -> Named:
        return self._whole("weight", neuron)

    def _kind_of_slope(self) -> str:
        return "slope" if self.names.notation.slope else "gradient"

    def _before(self, number: int) -> list[str]:
        """What goes into a layer, with the constant input if there is one."""
        if number == 0:
            return [self._whole("input")]  # which has it already
        name, sign = self._whole("out", self.layers[number - 1][0]), self._x0(self.layers[number][0])
        constant = "1" if sign > 0.0 else "−1"
        return ["[", constant, self._gap, name, "]"] if sign else [name]

    @staticmethod
    def _x0(neuron: Neuron) -> float:
        """The constant input whose weight the bias is; 0.0 where it is no weight."""
        bias = neuron.bias_convention
        return bias.sign if bias is not None and bias.weighs else 0.0


def _function(activation: str, stroke: str) -> list[str]:
    """An activation's name, with a stroke if it is the derivative."""
    if activation == "linear":
        return ["id", stroke]
    brackets = ("(", ")") if " " in OPERATIONS[activation].symbol else ("", "")
    return [brackets[0], Function(activation), brackets[1], stroke]
