"""The gradients of the parameters of a batch, to which each example adds its uses in turn.

What a use contributes is a gradient times a partial, both with one example in each lane; for the sums,
several parameters have to stand in the lanes. In a layer of a network the contributions are an outer
product: the weights of one signal share it, and those of one neuron share its gradient. So the other
factors alone are transposed, once for all who share one, and each example multiplies them by its own
number of that. Of other parameters the contributions themselves are transposed.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograd.program.native.transpose import transposed
from autograd.program.reverse import Use, leading_to, sweep

if TYPE_CHECKING:
    from autograd.program.native.code import Code, Number
    from autograd.program.tape import Tape

__all__ = ["Factor", "Sum", "Sums", "order_of_sums"]


class Factor(NamedTuple):
    """A factor of a contribution; equal ones are the same number.

    Attributes:
        kind: "number" or "gradient" of a slot, "partial" of a use, or "constant".
        of: the slot, the line of the use, or the constant.
        place: the place of the use in its line.
    """

    kind: str
    of: float
    place: int = 0


#: The factors of all uses of a parameter, in the order of the sweep.
_Factors: TypeAlias = "tuple[Factor, ...]"
#: The gradients and the partials that the uses of a parameter multiply.
_Products: TypeAlias = "tuple[_Factors, _Factors]"
_ONE = Factor("constant", 1.0)


class Sum(NamedTuple):
    """The place of a parameter among the sums.

    Attributes:
        parameter: its slot.
        shared: which factors those beside it share, 0 its gradients, 1 its partials; None if none.
    """

    parameter: int
    shared: int | None


def _partial(tape: Tape, use: Use) -> Factor:
    operation = tape.operations[tape.rows[use.line]]
    slots = dict(zip(operation.parameters, (tape.first[use.line], tape.second[use.line]), strict=False))
    match operation.partials[use.place].tree:
        case ast.Name(id=name) if name == "out" or name in slots:
            return Factor("number", slots.get(name, use.out))
        case ast.Constant(value=float(number)):
            return Factor("constant", number)
    return Factor("partial", use.line, use.place)


def _products(tape: Tape) -> dict[int, _Products]:
    """By parameter, what its uses multiply; parameters in the order of their last uses."""
    root = tape.outputs[0]
    uses = [*sweep(tape, leading_to(tape, range(tape.inputs, tape.leaves)))]
    times = Counter(use.operand for use in uses)
    gradients = {root: Factor("gradient", root)}
    found: dict[int, list[tuple[Factor, Factor]]] = {}
    if tape.inputs <= root < tape.leaves:
        found[root] = [(gradients[root], _ONE)]
    for use in uses:
        product = gradients[use.out], _partial(tape, use)
        if use.operand < tape.leaves:
            own = found[use.operand] = found.pop(use.operand, [])  # the last is the last to be used
            own.append(product)
        elif use.first:
            copied = times[use.operand] == 1 and product[1] == _ONE
            gradients[use.operand] = product[0] if copied else Factor("gradient", use.operand)
    return {
        parameter: (tuple(gradient for gradient, _ in each), tuple(partial for _, partial in each))
        for parameter, each in found.items()
    }


def _related(products: dict[int, _Products]) -> Iterable[list[int]]:
    """The parameters of each outer product: those that share factors, directly or by others."""
    above: dict[_Factors, _Factors] = {}

    def top(factors: _Factors) -> _Factors:
        while factors != above.setdefault(factors, factors):
            above[factors] = factors = above[above[factors]]
        return factors

    for gradients, partials in products.values():
        if any(factor.kind != "constant" for factor in partials):
            above[top(partials)] = top(gradients)
    found: dict[_Factors, list[int]] = {}
    for parameter, (gradients, _) in products.items():
        found.setdefault(top(gradients), []).append(parameter)
    return found.values()


def _runs(
    parameters: Sequence[int], products: dict[int, _Products], shared: int, lanes: int
) -> Iterator[list[int]]:
    """Parameters that share a factor, and the other factors of which are transposed together."""
    columns = [*dict.fromkeys(products[parameter][1 - shared] for parameter in parameters)]
    chunk = {column: place // lanes for place, column in enumerate(columns)}
    found: dict[tuple[int, _Factors], list[int]] = {}
    for parameter in sorted(parameters, key=lambda each: chunk[products[each][1 - shared]]):
        factors = products[parameter]
        found.setdefault((chunk[factors[1 - shared]], factors[shared]), []).append(parameter)
    for run in found.values():
        for begin in range(0, len(run), lanes):
            yield run[begin : begin + lanes]


def order_of_sums(tape: Tape, lanes: int) -> list[Sum]:
    """The parameters in the order of their sums in a batch.

    Those that share a factor are together, where to transpose the others is less work; the rest comes as
    its last uses do, and what is not used comes last.

    Args:
        tape: the tape.
        lanes: how many numbers a register holds.
    """
    products = _products(tape)
    found: list[Sum] = []
    rest: list[Sum] = []
    exchanges = lanes.bit_length() - 1  # for each register that is transposed
    for parameters in _related(products):
        least, best = 1.0 * (2 + exchanges) * len(parameters), [Sum(each, None) for each in parameters]
        for shared in (1, 0) if lanes > 1 else ():
            sums: list[Sum] = []
            work, columns = 0.0, set()
            for run in _runs(parameters, products, shared, lanes):
                pays = 2 * len(run) > lanes
                sums += [Sum(each, shared if pays else None) for each in run]
                work += 2 * lanes if pays else (2 + exchanges) * len(run)
                if pays:
                    columns.add(tuple(products[each][1 - shared] for each in run))
            work += lanes * exchanges * len(columns)
            if work < least:
                least, best = work, sums
        found += [each for each in best if each.shared is not None]
        rest += [each for each in best if each.shared is None]
    last = {parameter: number for number, parameter in enumerate(products)}
    rest.sort(key=lambda each: last[each.parameter])
    unused = [slot for slot in range(tape.inputs, tape.leaves) if slot not in products]
    return [*found, *rest, *(Sum(slot, None) for slot in unused)]


class Sums:
    """Writes what adds to the sums.

    Args:
        tape: the tape.
        code: where the instructions go.
        order: the parameters in the order of the sums.
        number: the instructions that give a factor.
    """

    def __init__(
        self, tape: Tape, code: Code, order: Sequence[Sum], number: Callable[[Factor], Number]
    ) -> None:
        self.code, self._number, self._inputs = code, number, tape.inputs
        self._products = _products(tape)
        #: by parameter, those that are added with it; and how many uses of these are to come
        self._piece: dict[int, tuple[int, Sequence[Sum]]] = {}
        self._uses: Counter[int] = Counter()
        for begin, piece in self._pieces(order):
            for each in piece:
                self._piece[each.parameter] = begin, piece
                self._uses[begin] += len(self._products[each.parameter][0])
        lanes = code.lanes
        #: whether each lane has an example
        self._inside = [
            code.spread(f"%inside{lane}", code.bits, "i1") if lanes > 1 else f"%inside{lane}"
            for lane in range(lanes)
        ]
        self._transposed: dict[tuple[str, ...], list[str]] = {}
        #: by register, where its lanes are kept to be loaded one by one
        self._kept: dict[str, str] = {}

    def _pieces(self, order: Sequence[Sum]) -> Iterator[tuple[int, Sequence[Sum]]]:
        """What is added together, as many as a register holds, and where it begins."""

        def alike(each: Sum) -> object:
            if each.parameter not in self._products:
                return None
            return each.shared is None or (each.shared, self._products[each.parameter][each.shared])

        begin = 0
        while begin < len(order):
            kind, end = alike(order[begin]), begin + 1
            while end < min(begin + self.code.lanes, len(order)) and alike(order[end]) == kind:
                end += 1
            if kind is not None:
                yield begin, order[begin:end]
            begin = end

    @property
    def entry(self) -> str:
        """What the function has to begin with: the room where lanes are kept."""
        return "".join(f"  {at} = alloca {self.code.kind}, align 64\n" for at in self._kept.values())

    def used(self, parameter: int) -> None:
        """Tell that the factors of one more use are known. After all uses of a piece, it is added."""
        begin, piece = self._piece[parameter]
        self._uses[begin] -= 1
        if not self._uses[begin]:
            self._add(begin, piece)

    def _add(self, begin: int, piece: Sequence[Sum]) -> None:
        code, lanes, shared = self.code, self.code.lanes, piece[0].shared
        products = [self._products[each.parameter] for each in piece]
        total = start = code.load("%sums", begin)
        if lanes == 1 or shared is None:
            terms = self._terms(products)
        else:
            terms = self._multiplied(products, shared)
        for lane in range(lanes):
            before = total
            for term in terms(lane):
                total = code.put(f"fadd {code.kind} {total}, {term}")
            if lane:  # the first has one always
                inside = self._inside[lane]
                total = code.put(
                    f"select {code.bits} {inside}, {code.kind} {total}, {code.kind} {before}"
                )
        if len(piece) < lanes:  # what is beyond is added by others
            own = ", ".join(f"i1 {str(place < len(piece)).lower()}" for place in range(lanes))
            total = code.put(f"select {code.bits} <{own}>, {code.kind} {total}, {code.kind} {start}")
        code.store(total, "%sums", begin)

    def _terms(self, products: Sequence[_Products]) -> Callable[[int], Iterable[str]]:
        """By example, what each use of the parameters adds: products, transposed."""
        code = self.code
        nothing = -0.0  # x + -0.0 is x, of either sign
        rows = []
        for use in range(max(len(gradients) for gradients, _ in products)):
            terms = [
                code.multiplied(self._number(gradients[use]), self._number(partials[use]))
                if use < len(gradients)
                else nothing
                for gradients, partials in products
            ]
            rows.append(self._in_lanes(terms, nothing))
        return lambda lane: [each[lane] for each in rows]

    def _multiplied(self, products: Sequence[_Products], shared: int) -> Callable[[int], Iterable[str]]:
        """By example, what each use of the parameters adds: one factor of all times their others."""
        code = self.code
        rows = [
            self._in_lanes([self._number(each[1 - shared][use]) for each in products], 0.0)
            for use in range(len(products[0][0]))
        ]
        common = products[0][shared]

        def terms(lane: int) -> Iterator[str]:
            for row, factor in zip(rows, common, strict=True):
                yield code.spelled(code.multiplied(row[lane], self._of_example(factor, lane)))

        return terms

    def _in_lanes(self, numbers: Sequence[Number], beyond: float) -> list[str]:
        code = self.code
        columns = [code.spelled(each) for each in chain(numbers, [beyond] * (code.lanes - len(numbers)))]
        found = self._transposed.get(tuple(columns))
        if found is None:
            found = self._transposed[tuple(columns)] = transposed(code, columns)
        return found

    def _of_example(self, factor: Factor, lane: int) -> Number:
        """The number of one example, in all lanes: loaded so, which the processor does at no cost."""
        code = self.code
        if factor.kind == "number" and factor.of < self._inputs:
            array, place = f"%row{lane}", int(factor.of)
        else:
            number = self._number(factor)
            if not isinstance(number, str):
                return number
            if number not in self._kept:
                self._kept[number] = f"%kept{len(self._kept)}"
                code.lines.append(f"  store {code.kind} {number}, ptr {self._kept[number]}, align 64")
            array, place = self._kept[number], lane
        return code.spread(code.one(array, place))
