"""A training step taken down as the questions of a worksheet, in the order in which one computes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from autograd import Value
from autograd.formula import UNICODE, Written, write
from autograd.symbolic import definition, minus, name, number, partials, plus, terms, times
from autograd.symbols import unicode_symbol
from nn.error_rules import ERRORS
from nn.neuron import Neuron
from nn.notation import PassNames
from nn.step import TrainingStep
from nn.worksheet.elements import (
    Blank,
    Formula,
    Heading,
    Item,
    Paragraph,
    Part,
    Piece,
    Question,
    Symbol,
    Table,
    one_line,
)

__all__ = ["RATE", "SPELLED", "Asked", "Trace"]

#: The learning rate in a formula, which no symbol of a notation can be taken for.
RATE = "rate"
_DOTS = "dots"

#: So many questions of a kind are spelled out; where there are more, the others only have blanks.
SPELLED = 8
#: What a line holds, in characters: longer sums leave terms out.
_WIDTH = 76
_BLANK_WIDTH = 8
#: A formula of more characters than that helps nobody.
_LONGEST = 110
_CELLS = 3


class Asked(NamedTuple):
    """A number to find.

    Attributes:
        symbol: what it is called.
        tree: how it is computed.
    """

    symbol: str
    tree: ast.expr


class Trace:
    """The numbers of a step, how each is computed, and the items that have been taken down so far.

    Args:
        step: the step.
        rate: the learning rate.
        error: how the error is made up.

    Attributes:
        step: the step.
        names: what its numbers are called.
        items: what has been taken down.
        given: what is known from the beginning, by symbol.
    """

    def __init__(self, step: TrainingStep, rate: float, error: str) -> None:
        self.step, self.names, self.rate = step, step.names, rate
        self.error = error.replace("_", " ") if error in ERRORS else error
        self.items: list[Item] = []
        self.given = {symbol: node.data for symbol, node in step.nodes.items() if node.operation is None}
        self._questions = 0
        self._deltas = {
            step.nodes[net]: each.deltas[neuron]
            for each in step.names.passes
            for neuron, net in each.nets.items()
        }
        self._numbers: dict[str, float] = {}
        for numbers in reversed(list(step.numbers.values())):
            self._numbers |= numbers
        self._below = {node: partials(node) for node in step.nodes.values() if node.operation}
        self._above: dict[Value, list[tuple[Value, ast.expr]]] = {}
        for above, slopes in self._below.items():
            for below, slope in slopes.items():
                self._above.setdefault(below, []).append((above, slope))

    # --- what is computed how ------------------------------------------------------------------

    def value(self, symbol: str) -> Asked:
        """The number of a node."""
        return Asked(symbol, definition(self.step.nodes[symbol]))

    def slope(self, symbol: str) -> Asked:
        """The derivative of the error by a node: δ of a net input."""
        node = self.step.nodes[symbol]
        return Asked(self._deltas.get(node) or self.names.gradient(symbol), self._slope(node))

    def _slope(self, node: Value) -> ast.expr:
        """The sum over what was computed of the node of the slope there times the one between."""
        total: ast.expr = number(0.0)
        for above, between in self._above.get(node, ()):
            if above is self.step.error:
                there: ast.expr = number(1.0)
            elif above in self._deltas:
                there = name(self._deltas[above])
            else:
                there = self._slope(above)  # a part of the error
            total = plus(total, times(there, between))
        return total

    def through(self, each: PassNames, neuron: Neuron) -> list[Asked]:
        """∂E/∂out, f′ and δ of a neuron: of a linear one, whose f′ is 1, δ alone."""
        net, out = each.nets[neuron], each.outs[neuron]
        if neuron.activation == "linear":
            return [self.slope(net)]
        node = self.step.nodes[net]
        between = self.between(each, neuron)
        slope = Asked(self.names.gradient(out), self._slope(self.step.nodes[out]))
        delta = times(name(slope.symbol), name(between.symbol))
        return [slope, between, Asked(self._deltas[node], delta)]

    def between(self, each: PassNames, neuron: Neuron) -> Asked:
        """The derivative of a neuron's output by its net input."""
        net, out = each.nets[neuron], each.outs[neuron]
        symbol, node = f"d{out}/d{net}", self.step.nodes[out]
        self._numbers.setdefault(symbol, float(node.derivatives[0] or 0.0))
        return Asked(symbol, self._below[node][self.step.nodes[net]])

    def update(self, parameter: Value) -> Asked:
        """A parameter after the update."""
        symbol = self.names.parameters[parameter]
        change = times(ast.Name(RATE), name(self.names.gradient(symbol)))
        return Asked(self.names.updates[parameter], minus(name(symbol), change))

    # --- taking down ---------------------------------------------------------------------------

    def head(self, text: str, level: int = 2) -> None:
        """Begin a section."""
        self.items.append(Heading(text, level))

    def say(self, *pieces: Piece) -> None:
        """Add prose."""
        self.items.append(Paragraph(pieces))

    def say_how_it_learns(self) -> None:
        """Say what the learning rate is, and which parameters are not updated."""
        self.say(f"Error: {one_line(self.error)}")
        self.say("Learning rate: ", _equation(ast.Name(RATE), self.rate))
        updates = self.names.updates
        kept = [
            self.symbol(symbol)
            for parameter, symbol in self.names.parameters.items()
            if updates[parameter] not in self.step.updated
        ]
        if kept:
            self.say("Not updated: ", *_with_commas(kept))

    def say_what_to_find(self) -> None:
        """Say what the worksheet is after, and what δ is."""
        self.head("To find")
        error = self.symbol(self.names.notation.error)
        what = ", its derivative by each updated parameter, the parameters after one update, and "
        self.say("The error ", error, what, error, " after it.")
        each, neuron = self.names.passes[0], next(iter(self.names.neurons))
        net, delta = self.symbol(each.nets[neuron]), self.symbol(each.deltas[neuron])
        self.say("Its derivative by a net input has a name of its own: by ", net, " it is ", delta, ".")

    def listed(self, symbols: Iterable[str]) -> Sequence[Piece]:
        """Names and the numbers that they are given as."""
        return _with_commas(_equation(name(symbol), self.given[symbol]) for symbol in symbols)

    def next_question(self) -> int:
        """The number of the next question."""
        self._questions += 1
        return self._questions

    def blank(self, symbol: str, *, bare: bool = False) -> Blank:
        """A place for the number of that symbol."""
        return Blank(self._numbers[symbol], symbol, bare)

    def ask(self, asked: Iterable[Asked], spelled: int = SPELLED) -> None:
        """Ask for some numbers: the first with how they are computed, the others with blanks alone."""
        everything = list(asked)
        if spelled and len(everything) == spelled + 1:
            spelled += 1  # a table of one
        for each in everything[:spelled]:
            self.items.append(self._question(each))
        if rest := everything[spelled:]:
            self.say("In the same way:")
            cells = [(self.symbol(each.symbol), self.blank(each.symbol)) for each in rest]
            rows = [cells[start : start + _CELLS] for start in range(0, len(cells), _CELLS)]
            self.items.append(Table(self.next_question(), rows))

    def _question(self, asked: Asked) -> Question:
        middle = tuple(self._middle(asked.tree))
        return Question(
            self.next_question(), self.symbol(asked.symbol), middle, self.blank(asked.symbol)
        )

    def ask_for(self, symbol: str, value: float) -> None:
        """Ask for a number without a word on how it is computed."""
        self.items.append(Question(self.next_question(), self.symbol(symbol), (), Blank(value, symbol)))

    @staticmethod
    def symbol(symbol: str) -> Formula:
        """A name as a formula."""
        return Formula(name(symbol))

    def equation(self, asked: Asked) -> Formula | None:
        """How a number is computed, as an equation of names; None where that is too long to help."""
        for formula in self._middle(asked.tree):
            equation = ast.Compare(name(asked.symbol), [ast.Eq()], [formula.tree])
            return Formula(equation, formula.parts)
        return None

    def _middle(self, tree: ast.expr) -> Iterator[Formula]:
        """A formula with names, and with numbers in their places, where there is something to see."""
        tree = self._shortened(tree)
        plain = Formula(tree, {RATE: Symbol("eta"), _DOTS: Symbol("…")})
        length = len(plain.written(UNICODE, lambda part: Written(unicode_symbol(str(part)))).text)
        if isinstance(tree, ast.Constant) or length > _LONGEST:
            return
        yield plain
        cases = any(isinstance(node, ast.IfExp) for node in ast.walk(tree))
        bare = isinstance(tree, ast.Call) and all(isinstance(arg, ast.Name) for arg in tree.args)
        numbers = {id: self._number(id, part, bare=bare) for id, part in plain.named()}
        if not cases and not (isinstance(tree, ast.Name) and isinstance(numbers[tree.id], Blank)):
            yield Formula(tree, numbers)

    def _number(self, id: str, part: Part, *, bare: bool) -> Part:
        """What stands for a name where numbers are put in: what has to be found first is a blank."""
        if id == RATE:
            return self.rate
        if id == _DOTS:
            return part
        symbol = id[1:]
        return self.given[symbol] if symbol in self.given else self.blank(symbol, bare=bare)

    def _shortened(self, tree: ast.expr) -> ast.expr:
        """A tree whose sums fit a line: the last term stays, and what does not fit before it goes."""
        parts = terms(tree)
        if len(parts) == 1:
            match tree:
                case ast.BinOp(left=left, op=op, right=right):
                    return ast.BinOp(self._shortened(left), op, self._shortened(right))
                case ast.UnaryOp(op=op, operand=operand):
                    return ast.UnaryOp(op, self._shortened(operand))
                case ast.Call(func=func, args=args):
                    return ast.Call(func, [self._shortened(arg) for arg in args], [])
                case _:
                    return tree
        short = [(less, self._shortened(part)) for less, part in _few(parts)]
        (first_less, first), *others = short
        total: ast.expr = ast.UnaryOp(ast.USub(), first) if first_less else first
        for less, part in others:
            total = ast.BinOp(total, ast.Sub() if less else ast.Add(), part)
        return total


def _equation(left: ast.Name, value: float) -> Formula:
    equation = ast.Compare(left, [ast.Eq()], [ast.Name("value")])
    return Formula(equation, {RATE: Symbol("eta"), "value": value})


def _with_commas(formulas: Iterable[Formula]) -> Sequence[Piece]:
    return [piece for formula in formulas for piece in (", ", formula)][1:]


def _few(parts: Sequence[tuple[bool, ast.expr]]) -> list[tuple[bool, ast.expr]]:
    """As many terms of a sum as fit a line, if two at least can be left out."""
    widths = [_width(part) for _, part in parts]
    kept = len(parts)
    if sum(widths) > _WIDTH:
        kept = sum(total <= _WIDTH - widths[-1] for total in accumulate(widths[:-1])) or 1
    if kept > len(parts) - 3:
        return list(parts)
    return [*parts[:kept], (False, ast.Name(_DOTS)), parts[-1]]


def _width(part: ast.expr) -> int:
    """How many characters a term takes, with names or with blanks in their places."""
    ids = {node.id for node in ast.walk(part) if isinstance(node, ast.Name) and node.id[0] == "="}
    places = {id: Written("x" * max(len(unicode_symbol(id[1:])), _BLANK_WIDTH)) for id in ids}
    return len(f" + {write(part, UNICODE, places).text}")
