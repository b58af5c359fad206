"""A training step taken down as the questions of a worksheet, in the order in which one computes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import NamedTuple

from autograd.formula import UNICODE, Written
from autograd.program import Line
from autograd.program.line import Operand
from autograd.symbolic import fitted, name, number
from autograd.symbols import unicode_symbol
from nn.step import Recorded
from nn.step.explained import with_the_errors_symbol
from nn.step.program import RATE, step_program
from nn.step.updates import SHOWN
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
)

__all__ = ["EVERYTHING", "HINTS", "LENGTHS", "SPELLED", "AskAs", "Asked", "Trace", "kind_of"]

#: How the numbers of an update that no notation names are written in formulas, by their names there.
_SHOWN = {f"={symbol}": Symbol(shown) for symbol, shown in SHOWN.items()}

#: So many questions of a kind are spelled out; where there are more, the others only have blanks.
SPELLED = 8
#: What a line holds, in characters: longer sums leave terms out.
_WIDTH = 76
_BLANK_WIDTH = 8
#: A formula of more characters than that helps nobody.
_LONGEST = 110
#: So many characters of a fraction fit a narrow page.
_WIDEST = 40
_CELLS = 3


class Asked(NamedTuple):
    """A number to find.

    Attributes:
        symbol: what it is called.
        tree: how it is computed.
    """

    symbol: str
    tree: ast.expr


class AskAs(NamedTuple):
    """How much a worksheet asks, and how much it gives away.

    Attributes:
        length: "full": every number with its formula, as far as there are not too many alike; "short":
            one of each kind of question, the others in tables.
        hints: "all": each formula, and the formula with numbers in it; "some": the formula alone;
            "none": a blank for the formula.
    """

    length: str = "full"
    hints: str = "all"


EVERYTHING = AskAs()
#: What `AskAs` may be.
LENGTHS, HINTS = ("short", "full"), ("none", "some", "all")


class Trace:
    """The numbers of a step, how each is computed, and the items that have been taken down so far.

    Args:
        step: the step.
        rate: the learning rate.
        ask_as: how much is asked, and how much given away.

    Attributes:
        step: the step.
        ask_as: see above.
        program: its lines; how a number is computed is read from there.
        items: what has been taken down.
        given: what is known from the beginning, by symbol.
        asked: the symbols of the numbers that are asked for already.
    """

    def __init__(self, step: Recorded, rate: float, ask_as: AskAs = EVERYTHING) -> None:
        self.step, self.ask_as = step, ask_as
        self.program = step_program(step, rate)
        self.items: list[Item] = []
        self.given = {symbol: node.data for symbol, node in step.nodes.items() if node.operation is None}
        self.given |= {s: x for s, x in self.program.given.items() if s not in step.nodes}
        self.asked: set[str] = set()
        self._questions = 0
        self._kinds: set[str] = set()
        self._errors_own = with_the_errors_symbol(step)
        self._numbers = self.program.run()
        for numbers in reversed(list(step.numbers.values())):
            self._numbers |= numbers

    # --- what is computed how ------------------------------------------------------------------

    def line(self, symbol: str) -> Asked:
        """The number of a line of the program."""
        return Asked(symbol, self._tree(self.program.lines[symbol]))

    def slope(self, symbol: str) -> Asked:
        """The derivative of the error with respect to a quantity: δ of a net input."""
        return self.line(self._derivative(self.program.root, symbol).symbol)

    def _derivative(self, above: str, below: str) -> Line:
        line = self.program.derivative(above, below)
        assert line is not None
        return line

    def _tree(self, line: Line) -> ast.expr:
        """The formula of a line; what each use contributes to a gradient is written out in the sum."""
        tree = line.placed(self._operand)
        identity = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.UAdd)
        return tree.operand if identity else tree  # type: ignore[attr-defined]

    def _operand(self, operand: Operand) -> ast.expr:
        if not isinstance(operand, str):
            return number(operand)
        line = self.program.lines.get(operand)
        return self._tree(line) if line and line.kind == "contribution" else name(operand)

    # --- taking down ---------------------------------------------------------------------------

    def head(self, text: str, level: int = 2) -> None:
        """Begin a section, in which the first question of each kind is asked in full."""
        if level == 2:
            self._kinds.clear()
        self.items.append(Heading(text, level))

    def say(self, *pieces: Piece) -> None:
        """Add prose."""
        self.items.append(Paragraph(pieces))

    def say_how_it_learns(self, error: Sequence[Piece], parameters: Iterable[str]) -> None:
        """Say how the error is made up, what the learning rate is, and what is not updated.

        Args:
            error: how the error is made up.
            parameters: the symbols of what may be updated.
        """
        self.say("Error: ", *error)
        self.say("Learning rate: ", *self.listed([RATE]))
        rule = self.step.update_rule
        if not rule.descends:
            kind = "Adam" if rule.optimizer == "adam" else "momentum"
            remembered = list(self.step.buffers)  # of each parameter as much
            own = remembered[:: len(remembered) // len(rule.buffers)]
            others = " and so for the others" if len(remembered) > len(own) else ""
            before = self.listed(own)
            self.say(f"Update: {kind}, ", *self.listed(rule.given()), ". Before it ", *before, others)
        kept = [self.symbol(symbol) for symbol in parameters if symbol not in self.step.updates]
        if kept:
            self.say("Not updated: ", *_with_commas(kept))

    def say_what_to_find(self) -> None:
        """Say what the worksheet is after."""
        self.head("To find")
        error = self.symbol(self.program.root)
        updated = (
            "its derivative with respect to each updated parameter, the parameters after one update"
        )
        self.say("The error ", error, f", {updated}, and ", error, " after it.")

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
        everything = [needed for each in asked for needed in self._with_what_it_needs(each)]
        if spelled and len(everything) == spelled + 1:
            spelled += 1  # a table of one
        rest: list[Asked] = []
        for place, each in enumerate(everything):
            short = spelled and self.ask_as.length == "short"
            if not self._is_new(each.tree) if short else place >= spelled:
                rest.append(each)
                continue
            used = _symbols(each.tree)
            if any(other.symbol in used for other in rest):  # comes before
                self._tabulate(rest)
                rest = []
            self.items.append(self._question(each))
        self._tabulate(rest)

    def _with_what_it_needs(self, asked: Asked) -> Iterator[Asked]:
        """A number to find, after those in its formula that no question asks for."""
        for symbol in _symbols(asked.tree):
            if symbol in self.program.lines and symbol not in self.asked and symbol not in self.given:
                yield from self._with_what_it_needs(self.line(symbol))
        self.asked.add(asked.symbol)
        yield asked

    def _tabulate(self, rest: Sequence[Asked]) -> None:
        if rest:
            self.say("In the same way:")
            cells = [(self.symbol(each.symbol), self.blank(each.symbol)) for each in rest]
            rows = [cells[start : start + _CELLS] for start in range(0, len(cells), _CELLS)]
            self.items.append(Table(self.next_question(), rows))

    def _is_new(self, tree: ast.expr) -> bool:
        """Whether no formula of this kind was asked for."""
        kind = kind_of(tree)
        if kind in self._kinds:
            return False
        self._kinds.add(kind)
        return True

    def _question(self, asked: Asked) -> Question:
        middle = tuple(self._middle(asked.tree))
        formula = None
        if self.ask_as.hints == "none":
            formula, middle = next(iter(middle), None), ()
        elif self.ask_as.hints == "some":
            middle = middle[:1]
        left, right = self.symbol(asked.symbol), self.blank(asked.symbol)
        return Question(self.next_question(), left, middle, right, formula)

    def ask_for(self, symbol: str, value: float, after: int) -> None:
        """Ask for a number after some updates, without a word on how it is computed."""
        blank = Blank(value, symbol, after=after)
        self.items.append(Question(self.next_question(), self.symbol(symbol), (), blank))

    def symbol(self, symbol: str) -> Formula:
        """A name as a formula."""
        return self._formula(name(symbol))

    def _formula(self, tree: ast.expr) -> Formula:
        """A formula of names; a derivative of the error is one of the error's own symbol."""
        parts: dict[str, Part] = {
            f"={symbol}": Symbol(self._errors_own[symbol])
            for symbol in _symbols(tree)
            if symbol in self._errors_own
        }
        return Formula(tree, {**_SHOWN, **parts})

    def equation(self, asked: Asked) -> Formula | None:
        """How a number is computed, as an equation of names; None where that is too long to help."""
        for formula in self._middle(asked.tree):
            return self._formula(ast.Compare(name(asked.symbol), [ast.Eq()], [formula.tree]))
        return None

    def _middle(self, tree: ast.expr) -> Iterator[Formula]:
        """A formula with names, and with numbers in their places, where there is something to see."""
        tree = fitted(tree, _WIDTH, _length, levels=False)
        if isinstance(tree, ast.Constant) or _length(tree, 0) > _LONGEST:
            return
        plain = self._formula(tree)
        yield plain
        cases = any(isinstance(node, ast.IfExp) for node in ast.walk(tree))
        bare = isinstance(tree, ast.Call) and all(isinstance(arg, ast.Name) for arg in tree.args)
        numbers = {id: self._number(id, part, bare=bare) for id, part in plain.named()}
        if (
            numbers
            and not cases
            and not _is_wide(tree)
            and not (isinstance(tree, ast.Name) and isinstance(numbers[tree.id], Blank))
        ):
            yield Formula(tree, numbers)

    def _number(self, id: str, part: Part, *, bare: bool) -> Part:
        """What stands for a name where numbers are put in: what has to be found first is a blank."""
        symbol = id[1:]
        return self.given[symbol] if symbol in self.given else self.blank(symbol, bare=bare)


def _symbols(tree: ast.expr) -> dict[str, None]:
    """The names in a formula, in order."""
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return dict.fromkeys(id[1:] for id in names if id.startswith("="))


def _is_wide(tree: ast.expr) -> bool:
    """Whether it is a fraction that numbers make too wide, and that no line can be broken in."""
    if not isinstance(tree, ast.BinOp) or not isinstance(tree.op, ast.Div):
        return False
    return max(_length(tree.left), _length(tree.right)) > _WIDEST


def kind_of(tree: ast.expr) -> str:
    """The kind of a formula: that of all that differ from it in their names alone.

    >>> from autograd.symbolic import name, times
    >>> kind_of(times(name("w1"), name("x1"))) == kind_of(times(name("w2"), name("x1")))
    True
    """
    return ast.dump(_Nameless().visit(deepcopy(tree)))


class _Nameless(ast.NodeTransformer):
    """A formula without its names."""

    def visit_Name(self, node: ast.Name) -> ast.Name:  # as ast calls it
        return ast.Name("x") if node.id.startswith("=") else node  # that is a function's


def _length(tree: ast.expr, least: int = _BLANK_WIDTH) -> int:
    """How many characters a formula takes, with names or with blanks in their places."""

    def place(part: Part) -> Written:
        return Written("x" * max(len(unicode_symbol(str(part))), least))

    return len(Formula(tree, _SHOWN).written(UNICODE, place).text)


def _equation(left: ast.Name, value: float) -> Formula:
    equation = ast.Compare(left, [ast.Eq()], [ast.Name("value")])
    return Formula(equation, {**_SHOWN, "value": value})


def _with_commas(formulas: Iterable[Formula]) -> Sequence[Piece]:
    return [piece for formula in formulas for piece in (", ", formula)][1:]
