"""Where the numbers of a step stand in the matrices of a notation, and what rows and columns are for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nn.step.named import NetworkNodes

if TYPE_CHECKING:
    from autograd import Value
    from nn.neuron import Neuron

__all__ = ["EXAMPLES", "VECTOR", "Axis", "Grid", "Grids"]


class Axis(NamedTuple):
    """What the rows or the columns of a matrix are for.

    Attributes:
        of: "examples", "neurons", or "" of a vector's other direction.
        layer: of neurons, their layer; the inputs are layer 0.
        after_x0: whether the constant input comes first.
    """

    of: str
    layer: int = 0
    after_x0: bool = False


EXAMPLES, VECTOR = Axis("examples"), Axis("")


class Grid(NamedTuple):
    """A matrix before it has a formula.

    Attributes:
        name: what it is called.
        symbols: the symbol of each entry; "" of the constant input.
        rows: what its rows are for.
        columns: what its columns are for.
        x0: the constant input, if it is among the entries.
    """

    name: str
    symbols: list[list[str]]
    rows: Axis
    columns: Axis
    x0: float = 0.0

    def transposed(self) -> Grid:
        """The matrix with its rows as columns.

        >>> turned = Grid("W", [["a", "b"]], Axis("neurons", 1), Axis("neurons", 0)).transposed()
        >>> turned.symbols, turned.columns.layer
        ([['a'], ['b']], 1)
        """
        symbols = [list(column) for column in zip(*self.symbols, strict=True)]
        return self._replace(symbols=symbols, rows=self.columns, columns=self.rows)


class Grids:
    """The matrices of a step as the notation lays them out: rows or columns, each by its name."""

    def __init__(self, step: NetworkNodes) -> None:
        self.step, self.names = step, step.names
        self.row = step.names.notation.vectors == "row"
        self.layers = [layer.neurons for layer in step.network.layers]

    def __iter__(self) -> Iterator[Grid]:
        names, last = self.names, self.layers[-1]
        x0 = x0_of(self.layers[0][0])
        inputs = [["", *each.inputs] if x0 else list(each.inputs) for each in names.passes]
        yield self._by_example(names.whole("input"), inputs, Axis("neurons", 0, bool(x0)), x0)
        for number, neurons in enumerate(self.layers, 1):
            yield from self._parameters(number, names.parameters, lambda symbol, _: symbol)
            for kind, of_each in (("net", "nets"), ("out", "outs")):
                yield self._of_neurons(kind, of_each, number, neurons)
        targets = [each.targets for each in names.passes]
        yield self._by_example(
            names.whole("target", last[0]), targets, Axis("neurons", len(self.layers))
        )
        out = names.whole("out", last[0])
        slopes = [[names.gradient(each.outs[neuron]) for neuron in last] for each in names.passes]
        slope = "slope" if names.notation.slope else "gradient"
        name = names.whole(slope, last[0], out)
        yield self._by_example(name, slopes, Axis("neurons", len(self.layers)))
        for number, neurons in reversed([*enumerate(self.layers, 1)]):
            yield self._of_neurons("delta", "deltas", number, neurons)
        gradients = {each: names.gradient(symbol) for each, symbol in names.parameters.items()}
        for number in range(1, len(self.layers) + 1):
            yield from self._parameters(
                number, gradients, lambda symbol, _: names.whole("gradient", symbol=symbol)
            )
        # what is not updated stands in the new matrix as it was
        updated = {
            parameter: update if update in self.step.updated else names.parameters[parameter]
            for parameter, update in names.updates.items()
        }
        for number in range(1, len(self.layers) + 1):
            for grid in self._parameters(
                number, updated, lambda symbol, neuron: names.whole("updated", neuron, symbol)
            ):
                if any(symbol in self.step.updated for row in grid.symbols for symbol in row):
                    yield grid

    def _by_example(self, name: str, symbols: list[list[str]], axis: Axis, x0: float = 0.0) -> Grid:
        """What every example has, as rows or as columns."""
        grid = Grid(name, symbols, EXAMPLES, axis, x0)
        return grid if self.row else grid.transposed()

    def _of_neurons(self, kind: str, of_each: str, number: int, neurons: Sequence[Neuron]) -> Grid:
        symbols = [[getattr(each, of_each)[neuron] for neuron in neurons] for each in self.names.passes]
        return self._by_example(self.names.whole(kind, neurons[0]), symbols, Axis("neurons", number))

    def _parameters(
        self, number: int, symbols: Mapping[Value, str], called: Callable[[str, Neuron], str]
    ) -> Iterator[Grid]:
        """A layer's weights, with the biases that are weights too; and biases by themselves."""
        neurons = self.layers[number - 1]
        first, whole = neurons[0], self.names.whole
        weighed = [
            [
                each
                for each in (neuron.bias if x0_of(neuron) else None, *neuron.weights)
                if each is not None
            ]
            for neuron in neurons
        ]
        by_neuron = [[symbols[each] for each in row] for row in weighed]
        axis = Axis("neurons", number - 1, bool(x0_of(first)))
        grid = Grid(called(whole("weight", first), first), by_neuron, Axis("neurons", number), axis)
        yield grid.transposed() if self.row else grid
        biases = [symbols[each.bias] for each in neurons if each.bias is not None and not x0_of(each)]
        if biases:
            vector = Grid(called(whole("bias", first), first), [biases], VECTOR, Axis("neurons", number))
            yield vector if self.row else vector.transposed()


def x0_of(neuron: Neuron) -> float:
    """The constant input whose weight the bias is; 0.0 where it is no weight."""
    bias = neuron.bias_convention
    return bias.sign if bias is not None and bias.weighs else 0.0
