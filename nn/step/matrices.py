"""A training step as the matrices that documents compute it with, rows or columns as theirs are."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from autograd import OPERATIONS
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.symbolic import Product, terms
from nn.step.program import RATE, step_program

if TYPE_CHECKING:
    from autograd import Value
    from nn.neuron import Neuron
    from nn.step.training_step import TrainingStep

__all__ = ["Function", "Matrix", "Named", "matrices", "matrix_named"]


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
    grids = list(_Grids(step))
    reader = _Reader(step, grids)
    return [_matrix(step, grid, reader.pieces(grid)) for grid in grids]


def matrix_named(step: TrainingStep, name: str) -> Matrix | None:
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
    return next((_matrix(step, grid, []) for grid in _Grids(step) if grid.name == name), None)


def _check_layers(step: TrainingStep) -> None:
    for number, layer in enumerate(step.network.layers, 1):
        if len({neuron.bias_convention for neuron in layer.neurons}) > 1:
            raise ArgumentValueError(
                f"layer {number} has no matrices: its neurons differ in how they have a bias"
            )


def _matrix(step: TrainingStep, grid: _Grid, pieces: list[str]) -> Matrix:
    # not through step[...], which asks for matrices in turn
    kinds = step.numbers.values()

    def number(symbol: str) -> float:
        return next(kind[symbol] for kind in kinds if symbol in kind) if symbol else grid.x0

    numbers = [[number(symbol) for symbol in row] for row in grid.symbols]
    return Matrix(grid.name, pieces, grid.symbols, numbers)


# --- what stands where ----------------------------------------------------------------------------


class _Axis(NamedTuple):
    """What the rows or the columns of a matrix are for.

    Attributes:
        of: "examples", "neurons", or "" of a vector's other direction.
        layer: of neurons, their layer; the inputs are layer 0.
        after_x0: whether the constant input comes first.
    """

    of: str
    layer: int = 0
    after_x0: bool = False


_EXAMPLES, _VECTOR = _Axis("examples"), _Axis("")


class _Grid(NamedTuple):
    """A matrix before it has a formula: its symbols, and what its rows and columns are for."""

    name: str
    symbols: list[list[str]]
    rows: _Axis
    columns: _Axis
    x0: float = 0.0

    def transposed(self) -> _Grid:
        symbols = [list(column) for column in zip(*self.symbols, strict=True)]
        return self._replace(symbols=symbols, rows=self.columns, columns=self.rows)


class _Grids:
    """The matrices of a step as the notation lays them out: rows or columns, each by its name."""

    def __init__(self, step: TrainingStep) -> None:
        self.step, self.names = step, step.names
        self.row = step.names.notation.vectors == "row"
        self.layers = [layer.neurons for layer in step.network.layers]

    def __iter__(self) -> Iterator[_Grid]:
        names, last = self.names, self.layers[-1]
        x0 = _x0(self.layers[0][0])
        inputs = [["", *each.inputs] if x0 else list(each.inputs) for each in names.passes]
        yield self._signals(names.whole("input"), inputs, _Axis("neurons", 0, bool(x0)), x0)
        for number, neurons in enumerate(self.layers, 1):
            yield from self._parameters(number, names.parameters, lambda symbol, _: symbol)
            for kind, of_each in (("net", "nets"), ("out", "outs")):
                yield self._of_neurons(kind, of_each, number, neurons)
        targets = [each.targets for each in names.passes]
        yield self._signals(names.whole("target", last[0]), targets, _Axis("neurons", len(self.layers)))
        out = names.whole("out", last[0])
        slopes = [[names.gradient(each.outs[neuron]) for neuron in last] for each in names.passes]
        slope = "slope" if names.notation.slope else "gradient"
        name = names.whole(slope, last[0], out)
        yield self._signals(name, slopes, _Axis("neurons", len(self.layers)))
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

    def _signals(self, name: str, symbols: list[list[str]], axis: _Axis, x0: float = 0.0) -> _Grid:
        """What every example has, as rows or as columns."""
        grid = _Grid(name, symbols, _EXAMPLES, axis, x0)
        return grid if self.row else grid.transposed()

    def _of_neurons(self, kind: str, of_each: str, number: int, neurons: Sequence[Neuron]) -> _Grid:
        symbols = [[getattr(each, of_each)[neuron] for neuron in neurons] for each in self.names.passes]
        return self._signals(self.names.whole(kind, neurons[0]), symbols, _Axis("neurons", number))

    def _parameters(
        self, number: int, symbols: Mapping[Value, str], called: Callable[[str, Neuron], str]
    ) -> Iterator[_Grid]:
        """A layer's weights, with the biases that are weights too; and biases by themselves."""
        neurons = self.layers[number - 1]
        first, whole = neurons[0], self.names.whole
        weighed = [
            [
                each
                for each in (neuron.bias if _x0(neuron) else None, *neuron.weights)
                if each is not None
            ]
            for neuron in neurons
        ]
        by_neuron = [[symbols[each] for each in row] for row in weighed]
        axis = _Axis("neurons", number - 1, bool(_x0(first)))
        grid = _Grid(called(whole("weight", first), first), by_neuron, _Axis("neurons", number), axis)
        yield grid.transposed() if self.row else grid
        biases = [symbols[each.bias] for each in neurons if each.bias is not None and not _x0(each)]
        if biases:
            vector = _Grid(
                called(whole("bias", first), first), [biases], _VECTOR, _Axis("neurons", number)
            )
            yield vector if self.row else vector.transposed()


def _x0(neuron: Neuron) -> float:
    """The constant input whose weight the bias is; 0.0 where it is no weight."""
    bias = neuron.bias_convention
    return bias.sign if bias is not None and bias.weighs else 0.0


# --- how it is computed ---------------------------------------------------------------------------


class _Slope(NamedTuple):
    """f′(net), a factor of a line."""

    out: str
    net: str


class _Term(NamedTuple):
    """A product in a line: 1 or −1, symbols of entries, and f′ of neurons."""

    sign: float
    factors: tuple[str, ...] = ()
    slopes: tuple[_Slope, ...] = ()

    def times(self, other: _Term) -> _Term:
        return _Term(
            self.sign * other.sign,
            tuple(sorted(self.factors + other.factors)),
            self.slopes + other.slopes,
        )


class _NoFormulaError(Exception):
    """A line is nothing that matrices compute."""


class _Side(NamedTuple):
    """A matrix as it stands in a product: itself, with x₀, without the row of x₀; turned or not."""

    grid: _Grid
    pieces: list[str]


class _Reader:
    """Reads how matrices are computed from the lines of a step's program."""

    def __init__(self, step: TrainingStep, grids: Sequence[_Grid]) -> None:
        self.step = step
        self.program = step_program(step, step.learning_rate)
        self.row = step.names.notation.vectors == "row"
        self.grids = {grid.name: grid for grid in grids}
        self.places: dict[str, list[_Grid]] = {}
        for grid in grids:
            for symbol in {symbol for row in grid.symbols for symbol in row}:
                self.places.setdefault(symbol, []).append(grid)
        self._terms: dict[str, list[_Term]] = {}

    def pieces(self, grid: _Grid) -> list[str]:
        """The formula of a matrix; none of what is given, or is no such formula."""
        lines = [[self.program.lines.get(symbol) for symbol in row] for row in grid.symbols]
        first = lines[0][0]
        if first is None or any(line is None for row in lines for line in row):
            return []
        if first.kind == "update" and not self.step.descends:
            return []  # what the program has is not how it was updated
        with suppress(_NoFormulaError):
            if first.kind == "value" and self._applied(first.symbol):
                return self._function_of_another(grid)
            if first.kind == "gradient":
                below = self._same_places(grid, lambda symbol: self.program.lines[symbol].below)
                if below is not None and below.name == self._predictions:
                    return ["∂", Named(self.program.root), "/∂", Named(below.name)]
            return self._read(grid)
        return []

    @property
    def _predictions(self) -> str:
        return self.step.names.whole("out", self.step.network.layers[-1].neurons[0])

    # --- lines as sums of products ---------------------------------------------------------------

    def _applied(self, out: str) -> str:
        """What an operation of one operand was applied to; "" if the line is no such operation."""
        line = self.program.lines[out]
        return line.needs[0] if len(line.needs) == 1 and self._operation(out) else ""

    def _operation(self, out: str) -> str:
        operands = self.program.nodes[out].operands
        nodes = [each for each in operands if not isinstance(each, float)]
        below = [self.program.nodes[each] for each in self.program.lines[out].needs]
        operation = self.program.nodes[out].operation
        return operation.name if operation is not None and nodes == below and len(nodes) == 1 else ""

    def _sum(self, symbol: str) -> list[_Term]:
        """A line as a sum of products of entries; what is in no matrix is written out."""
        if symbol not in self._terms:
            self._terms[symbol] = list(self._products(symbol))
        return self._terms[symbol]

    def _products(self, symbol: str) -> Iterator[_Term]:
        line = self.program.lines.get(symbol)
        if line is None:
            raise _NoFormulaError
        if line.kind in {"gradient", "contribution"}:
            users = self.program.users[line.below]
            if len(users) == 1 and self._applied(users[0]) == line.below:
                above = self.program.derivative(self.program.root, users[0])
                assert above is not None
                slope = (_Slope(users[0], line.below),) if self._operation(users[0]) != "pos" else ()
                yield from (each.times(_Term(1.0, (), slope)) for each in self._entry(above.symbol))
                return
        operands = dict(zip(line.variables, line.operands, strict=True))
        for less, term in terms(line.tree):
            product = Product.of(term)
            factors = [operands.get(each.id) for each in product.above if isinstance(each, ast.Name)]
            sign = float(product.number) * (-1.0 if less else 1.0)
            for number in (each for each in factors if isinstance(each, float)):
                sign *= number
            if abs(sign) != 1.0 or product.below or None in factors or len(factors) < len(product.above):
                raise _NoFormulaError
            found = [_Term(sign)]
            for factor in factors:
                if isinstance(factor, str):
                    found = [a.times(b) for a in found for b in self._entry(factor)]
            yield from found

    def _entry(self, symbol: str) -> list[_Term]:
        return [_Term(1.0, (symbol,))] if symbol in self.places or symbol == RATE else self._sum(symbol)

    # --- what these are of matrices --------------------------------------------------------------

    def _same_places(self, grid: _Grid, other: Callable[[str], str]) -> _Grid | None:
        """The matrix that has, where a matrix has a symbol, another one."""
        wanted = [[other(symbol) for symbol in row] for row in grid.symbols]
        found = self.places.get(wanted[0][0], [])
        return next((each for each in found if each.symbols == wanted), None)

    def _function_of_another(self, grid: _Grid) -> list[str]:
        nets = self._same_places(grid, self._applied)
        if nets is None:
            raise _NoFormulaError
        return self._of_functions(
            [[self._operation(each) for each in row] for row in grid.symbols], nets
        )

    def _of_functions(self, names: list[list[str]], nets: _Grid, stroke: str = "") -> list[str]:
        """σ(net) or σ′(net), with a function for each neuron where they differ; net of none."""
        by_example = names if self.row else [list(each) for each in zip(*names, strict=True)]
        first = by_example[0]
        if any(each != first for each in by_example):
            raise _NoFormulaError
        if set(first) == {"pos"}:
            return [] if stroke else [Named(nets.name)]
        pieces = _function(first[0], stroke)
        if len(set(first)) > 1:
            gap = " " if self.row else "; "
            after = [piece for each in first[1:] for piece in (gap, *_function(each, stroke))]
            pieces = ["[", *pieces, *after, "]"]
        return [*pieces, "(", Named(nets.name), ")"]

    def _read(self, grid: _Grid) -> list[str]:
        sums = [[self._sum(symbol) for symbol in row] for row in grid.symbols]
        slopes = self._slopes(grid, sums)
        rest = [[[each._replace(slopes=()) for each in entry] for entry in row] for row in sums]
        pieces = self._update(rest) or self._total(grid, rest) or self._product(grid, rest)
        if slopes:
            long = len(pieces) > 1
            return [*(["("] if long else []), *pieces, *([")"] if long else []), " ⊙ ", *slopes]
        return pieces

    def _slopes(self, grid: _Grid, sums: list[list[list[_Term]]]) -> list[str]:
        """f′(net) in every term of each entry; none if there is none."""
        names: list[list[str]] = []
        nets: list[list[str]] = []
        for row, entries in zip(grid.symbols, sums, strict=True):
            names.append([])
            nets.append([])
            for symbol, entry in zip(row, entries, strict=True):
                alike = {each.slopes for each in entry}
                if len(alike) != 1 or len(slopes := alike.pop()) > 1:
                    raise _NoFormulaError
                below = self.program.lines[symbol].below
                if slopes and slopes[0].net != below:
                    raise _NoFormulaError
                names[-1].append(self._operation(slopes[0].out) if slopes else "pos")
                nets[-1].append(below)
        if all(name == "pos" for row in names for name in row):
            return []
        found = next((each for each in self.places.get(nets[0][0], []) if each.symbols == nets), None)
        if found is None:
            raise _NoFormulaError
        return self._of_functions(names, found, "′")

    def _update(self, sums: list[list[list[_Term]]]) -> list[str]:
        """The pieces of w − η ∂E/∂w, if every entry is that."""
        if not all(len(entry) == 2 and RATE in entry[1].factors for row in sums for entry in row):
            return []
        before = self._copied([[entry[0].factors for entry in row] for row in sums])
        gradients = self._copied(
            [[tuple(each for each in entry[1].factors if each != RATE) for entry in row] for row in sums]
        )
        if before is None or gradients is None or sums[0][0][1].sign > 0:
            raise _NoFormulaError
        return [Named(before.name), " − ", "η·", Named(gradients.name)]

    def _copied(self, factors: list[list[tuple[str, ...]]]) -> _Grid | None:
        """The matrix whose entries these are, one for each."""
        if any(len(each) != 1 for row in factors for each in row):
            return None
        wanted = [[symbol for (symbol,) in row] for row in factors]
        return next((each for each in self.places[wanted[0][0]] if each.symbols == wanted), None)

    def _total(self, grid: _Grid, sums: list[list[list[_Term]]]) -> list[str]:
        """Another matrix, or its negative; or its sum over the examples."""
        entries = [entry for row in sums for entry in row]
        signs = {each.sign for entry in entries for each in entry}
        if any(len(each.factors) != 1 for entry in entries for each in entry) or len(signs) != 1:
            return []
        minus = ["−"] if signs.pop() < 0 else []
        if all(len(entry) == 1 for entry in entries):
            same = self._copied([[entry[0].factors for entry in row] for row in sums])
            if same is not None:
                return [*minus, Named(same.name)]
        for other in self.places[entries[0][0].factors[0]]:
            of_examples = other if self.row else other.transposed()
            vector = grid if self.row else grid.transposed()
            if of_examples.rows != _EXAMPLES or len(vector.symbols) != 1:
                continue
            expected: dict[str, list[str]] = {}
            for symbol, column in zip(
                vector.symbols[0], zip(*of_examples.symbols, strict=True), strict=False
            ):
                expected.setdefault(symbol, []).extend(column)
            if all(
                Counter(expected[symbol]) == Counter(each.factors[0] for each in entry)
                for symbol, entry in zip(vector.symbols[0], entries, strict=True)
            ):
                return [*minus, "Σ ", Named(other.name)]
        return []

    def _product(self, grid: _Grid, sums: list[list[list[_Term]]]) -> list[str]:
        """A·B, and a vector added to it or taken away: entry by entry the sum of the products."""
        vector = self._added(grid, sums)
        found = {
            each.name: each
            for term in (*sums[0][0], *sums[-1][-1])  # the bias of x₀ stands first
            for symbol in term.factors
            for each in self.places.get(symbol, [])
        }
        wanted = [
            [Counter((each.sign, each.factors) for each in entry) for entry in row] for row in sums
        ]
        for left in self._sides(found.values()):
            if left.grid.rows != grid.rows:
                continue
            for right in self._sides(found.values()):
                if right.grid.columns == grid.columns and left.grid.columns == right.grid.rows:
                    made = _multiplied(left.grid, right.grid)
                    if vector is not None:
                        sign, symbols, _ = vector
                        for row, added in zip(made, symbols, strict=True):
                            for entry, symbol in zip(row, added, strict=True):
                                entry[sign, (symbol,)] += 1
                    if made == wanted:
                        return [*left.pieces, "·", *right.pieces, *(vector[2] if vector else [])]
        raise _NoFormulaError

    def _added(
        self, grid: _Grid, sums: list[list[list[_Term]]]
    ) -> tuple[float, list[list[str]], list[str]] | None:
        """The vector of biases in each entry beside the products: sign, symbols in place, pieces."""
        for other in self.grids.values():
            if _VECTOR not in {other.rows, other.columns}:
                continue
            axis = other.columns if self.row else other.rows
            if axis != (grid.columns if self.row else grid.rows):
                continue
            symbols = (
                other.symbols * len(grid.symbols)
                if self.row
                else [row * len(grid.symbols[0]) for row in other.symbols]
            )
            for sign, text in ((1.0, " + "), (-1.0, " − ")):
                if _Term(sign, (symbols[0][0],)) in sums[0][0]:
                    return sign, symbols, [text, Named(other.name)]
        return None

    def _sides(self, grids: Iterable[_Grid]) -> Iterator[_Side]:
        """The matrices as they may stand in a product."""
        for grid in grids:
            for side in self._extended(grid):
                yield side
                yield _Side(side.grid.transposed(), [*side.pieces, "ᵀ"])

    def _extended(self, grid: _Grid) -> Iterator[_Side]:
        yield _Side(grid, [Named(grid.name)])
        turned = grid if self.row else grid.transposed()
        if turned.rows == _EXAMPLES and not turned.columns.after_x0:
            gap = " " if self.row else "; "
            for x0, text in ((1.0, "1"), (-1.0, "−1")):
                more = turned._replace(
                    symbols=[["", *row] for row in turned.symbols],
                    columns=turned.columns._replace(after_x0=True),
                    x0=x0,
                )
                yield _Side(
                    more if self.row else more.transposed(), ["[", text, gap, Named(grid.name), "]"]
                )
        weights = grid.transposed() if self.row else grid
        if weights.columns.after_x0 and weights.rows.of == "neurons":  # no δ goes to the constant input
            less = weights._replace(
                symbols=[row[1:] for row in weights.symbols],
                columns=weights.columns._replace(after_x0=False),
            )
            rest = "[2:]" if self.row else "[:,2:]"
            yield _Side(less.transposed() if self.row else less, [Named(grid.name), rest])


def _multiplied(left: _Grid, right: _Grid) -> list[list[Counter[tuple[float, tuple[str, ...]]]]]:
    """The products that each entry of a product of matrices is the sum of."""
    columns = list(zip(*right.symbols, strict=True))
    return [
        [Counter(_pairs(left.x0, row, right.x0, column)) for column in columns] for row in left.symbols
    ]


def _pairs(
    left_x0: float, row: Sequence[str], right_x0: float, column: Sequence[str]
) -> Iterator[tuple[float, tuple[str, ...]]]:
    for a, b in zip(row, column, strict=True):
        sign = (1.0 if a else left_x0) * (1.0 if b else right_x0)
        yield sign, tuple(sorted(filter(None, (a, b))))


def _function(activation: str, stroke: str) -> list[str]:
    """An activation's name, with a stroke if it is the derivative."""
    if activation == "pos":
        return ["id", stroke]
    brackets = ("(", ")") if " " in OPERATIONS[activation].symbol else ("", "")
    return [brackets[0], Function(activation), brackets[1], stroke]
