"""How the matrices of a step are computed from one another, read from the lines of its program."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from autograd import OPERATIONS
from autograd.program import Line
from autograd.program.reverse import along
from autograd.symbolic import Product, definition, terms
from nn.step.grids import EXAMPLES, VECTOR, Grid
from nn.step.named import NetworkNodes
from nn.step.program import RATE, step_program

__all__ = ["Function", "Named", "Reader"]


class Named(str):
    """A piece of formula that is the name of something."""

    __slots__ = ()


class Function(str):
    """A piece of formula that is an operation, by its name in the table."""

    __slots__ = ()


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

    grid: Grid
    pieces: list[str]


class Reader:
    """Reads how matrices are computed from the lines of a step's program."""

    def __init__(self, step: NetworkNodes, grids: Sequence[Grid]) -> None:
        self.step = step
        self.program = step_program(step, step.learning_rate)
        self.row = step.names.notation.vectors == "row"
        self.grids = {grid.name: grid for grid in grids}
        self.places: dict[str, list[Grid]] = {}
        for grid in grids:
            for symbol in {symbol for row in grid.symbols for symbol in row}:
                self.places.setdefault(symbol, []).append(grid)
        self._symbols = {node: symbol for symbol, node in self.program.nodes.items()}
        self._terms: dict[str, list[_Term]] = {}

    def pieces(self, grid: Grid) -> list[str]:
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
        line = self.program.lines.get(out)
        if line is None or out not in self.program.nodes or len(line.needs) != 1:
            return ""
        return line.needs[0] if self._operation(out) else ""

    def _operation(self, out: str) -> str:
        """The operation, if it was applied to one named node alone and the line says so; else ""."""
        node, line = self.program.nodes[out], self.program.lines[out]
        nodes = [each for each in node.operands if not isinstance(each, float)]
        if node.operation is None or nodes != [self.program.nodes[each] for each in line.needs]:
            return ""
        own = definition(node, self._symbols.get)
        same = len(nodes) == 1 and ast.dump(own) == ast.dump(line.tree)
        return node.operation.name if same else ""

    def _sum(self, symbol: str) -> list[_Term]:
        """A line as a sum of products of entries; what is in no matrix is written out."""
        if symbol not in self._terms:
            self._terms[symbol] = list(self._products(symbol))
        return self._terms[symbol]

    def _products(self, symbol: str) -> Iterator[_Term]:
        line = self.program.lines.get(symbol)
        if line is None:
            raise _NoFormulaError
        if (below := self._through(line)) is not None:
            above, slope = below
            yield from (each.times(slope) for each in self._entry(above))
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

    def _through(self, line: Line) -> tuple[str, _Term] | None:
        """Of ∂E/∂net = ∂E/∂out · f′(net) the symbol of ∂E/∂out, and f′; None if the line is another one.

        The line has f′ tidied into it, where that is a number or the output itself.
        """
        users = self.program.users[line.below] if line.kind in {"gradient", "contribution"} else []
        if len(users) != 1 or self._applied(users[0]) != line.below:
            return None
        above = self.program.derivative(self.program.root, users[0])
        partial = self.program.derivative(users[0], line.below)
        if above is None or partial is None:
            return None
        tree, _, operands = along(above.symbol, partial)
        if (ast.dump(tree), operands) != (ast.dump(line.tree), line.operands):
            return None
        slope = (_Slope(users[0], line.below),) if self._operation(users[0]) != "pos" else ()
        return above.symbol, _Term(1.0, (), slope)

    def _entry(self, symbol: str) -> list[_Term]:
        line = self.program.lines.get(symbol)
        if line is not None and line.kind == "partial" and self._applied(line.above) == line.below:
            return [_Term(1.0, (), (_Slope(line.above, line.below),))]
        return [_Term(1.0, (symbol,))] if symbol in self.places or symbol == RATE else self._sum(symbol)

    # --- what these are of matrices --------------------------------------------------------------

    def _same_places(self, grid: Grid, other: Callable[[str], str]) -> Grid | None:
        """The matrix that has, where a matrix has a symbol, another one."""
        wanted = [[other(symbol) for symbol in row] for row in grid.symbols]
        found = self.places.get(wanted[0][0], [])
        return next((each for each in found if each.symbols == wanted), None)

    def _function_of_another(self, grid: Grid) -> list[str]:
        nets = self._same_places(grid, self._applied)
        if nets is None:
            raise _NoFormulaError
        return self._of_functions(
            [[self._operation(each) for each in row] for row in grid.symbols], nets
        )

    def _of_functions(self, names: list[list[str]], nets: Grid, stroke: str = "") -> list[str]:
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

    def _read(self, grid: Grid) -> list[str]:
        sums = [[self._sum(symbol) for symbol in row] for row in grid.symbols]
        slopes = self._slopes(grid, sums)
        rest = [[[each._replace(slopes=()) for each in entry] for entry in row] for row in sums]
        pieces = self._update(rest) or self._total(grid, rest) or self._product(grid, rest)
        if slopes:
            long = len(pieces) > 1
            return [*(["("] if long else []), *pieces, *([")"] if long else []), " ⊙ ", *slopes]
        return pieces

    def _slopes(self, grid: Grid, sums: list[list[list[_Term]]]) -> list[str]:
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

    def _copied(self, factors: list[list[tuple[str, ...]]]) -> Grid | None:
        """The matrix whose entries these are, one for each."""
        if any(len(each) != 1 for row in factors for each in row):
            return None
        wanted = [[symbol for (symbol,) in row] for row in factors]
        return next((each for each in self.places[wanted[0][0]] if each.symbols == wanted), None)

    def _total(self, grid: Grid, sums: list[list[list[_Term]]]) -> list[str]:
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
            if of_examples.rows != EXAMPLES or len(vector.symbols) != 1:
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

    def _product(self, grid: Grid, sums: list[list[list[_Term]]]) -> list[str]:
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
        self, grid: Grid, sums: list[list[list[_Term]]]
    ) -> tuple[float, list[list[str]], list[str]] | None:
        """The vector of biases in each entry beside the products: sign, symbols in place, pieces."""
        for other in self.grids.values():
            if VECTOR not in {other.rows, other.columns}:
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

    def _sides(self, grids: Iterable[Grid]) -> Iterator[_Side]:
        """The matrices as they may stand in a product."""
        for grid in grids:
            for side in self._extended(grid):
                yield side
                yield _Side(side.grid.transposed(), [*side.pieces, "ᵀ"])

    def _extended(self, grid: Grid) -> Iterator[_Side]:
        yield _Side(grid, [Named(grid.name)])
        turned = grid if self.row else grid.transposed()
        if turned.rows == EXAMPLES and not turned.columns.after_x0:
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


def _multiplied(left: Grid, right: Grid) -> list[list[Counter[tuple[float, tuple[str, ...]]]]]:
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
