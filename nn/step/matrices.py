"""A training step as the matrices that documents compute it with, rows or columns as theirs are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd import OPERATIONS
from autograd.errors import ArgumentValueError, UnknownNameError
from nn.step.grids import Grid, Grids
from nn.step.matrix_formulas import Function, Reader
from nn.step.named import NetworkNodes

__all__ = ["Matrix", "matrices", "matrix_named"]


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


def matrices(step: NetworkNodes) -> list[Matrix]:
    """The matrices of a step, in the order in which they are computed.

    With row vectors, the examples are the rows of each matrix of signals, and net = x·W. With column
    vectors they are the columns, and net = W·x.

    How a matrix is computed is read from the lines of the step's program: it is the product of two, say,
    if each of its entries is the sum of the products of their entries. In formulas, ⊙ is the product
    entry by entry; [1 z] is z after the constant input; W[2:] is W without its first row; [σ tanh](net)
    is a function for each neuron; Σ adds up over the examples, and over neurons of the layer that share
    a bias. What is no such formula has none: the gradient of parameters that are shared otherwise, and
    an update that is not w − η ∂E/∂w.

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
    _check_layers(step)
    grids = list(Grids(step))
    reader = Reader(step, grids)
    return [_matrix(step, grid, reader.pieces(grid)) for grid in grids]


def matrix_named(step: NetworkNodes, name: str) -> Matrix | None:
    """A matrix of a step without its formula, which takes longest; None if there is none of that name.

    Args:
        step: the step.
        name: what the matrix is called.

    >>> from nn import worked
    >>> matrix_named(worked.load("hoey").step(), "del2").symbols
    [['del2[1]', 'del2[2]']]
    """
    if not step.names.notation.vectors:
        return None
    _check_layers(step)
    return next((_matrix(step, grid, []) for grid in Grids(step) if grid.name == name), None)


def _check_layers(step: NetworkNodes) -> None:
    for number, layer in enumerate(step.network.layers, 1):
        if len({neuron.bias_convention for neuron in layer.neurons}) > 1:
            raise ArgumentValueError(
                f"layer {number} has no matrices: its neurons differ in how they have a bias"
            )


def _matrix(step: NetworkNodes, grid: Grid, pieces: list[str]) -> Matrix:
    # not through step[...], which asks for matrices in turn
    kinds = step.numbers.values()

    def number(symbol: str) -> float:
        return next(kind[symbol] for kind in kinds if symbol in kind) if symbol else grid.x0

    numbers = [[number(symbol) for symbol in row] for row in grid.symbols]
    return Matrix(grid.name, pieces, grid.symbols, numbers)
