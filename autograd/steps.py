"""The lines of a program as one writes them down: formula, the same with numbers, the number.

A derivative in the δ form is such steps, from the result down: of each quantity between, its derivative
once, as the sum over its uses. So it stays short however many paths there are.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.expression import evaluate
from autograd.formula import (
    LATEX,
    MATHML,
    UNICODE,
    Style,
    Written,
    pieces,
    scientific,
    symbol_piece,
    write,
)
from autograd.ieee import ieee_value
from autograd.program.line import Line, Operand
from autograd.symbolic import (
    DOTS,
    Condition,
    conditions_text,
    fitted,
    name,
    number,
    put,
    slopes,
    terms,
    tidied,
)
from autograd.symbols import latex_text, unicode_symbol
from autograd.tables import ShownAsText, decimal

if TYPE_CHECKING:
    from autograd.program.program import Program
    from autograd.value import Value

__all__ = ["Section", "ShownAsSteps", "Step", "StepWriter", "names_in", "plain_tree"]

_WIDTH = 100
#: A formula takes no more room, in Unicode; a longer sum leaves terms out.
_FORMULA = 84
#: Of a line of more operands only the first terms are written, and the last.
_MOST_OPERANDS, _FIRST = 100, 4


@dataclass(frozen=True)
class Step:
    """One number, and how it comes from others.

    Attributes:
        symbol: what it is called.
        value: the number.
        tree: its formula, a tree of `autograd.symbolic`; None of what is given.
        numbers: the number of each symbol in the formula.
        conditions: why the formula is this one, where there are several cases.
        short: a shorter formula with the same value, if there is one.
        means: the derivative that the symbol stands for, as "dE/dnet_h1" of a δ; "" if it says so
            itself.
        sum_of: of a sum so long that the formula has its first terms and its last alone, how many there
            are; 0 otherwise.
    """

    symbol: str
    value: float
    tree: ast.expr | None = None
    numbers: Mapping[str, float] | None = None
    conditions: tuple[Condition, ...] = ()
    short: ast.expr | None = None
    means: str = ""
    sum_of: int = 0

    @property
    def formula(self) -> str:
        """The formula in Unicode; "" of what is given.

        >>> Step("y", 6.0, ast.parse("2.0 * x", mode="eval").body).formula
        '2·x'
        """
        return "" if self.tree is None else _named(self.tree, UNICODE).text

    def sides(self, style: Style = UNICODE, digits: int = 9, width: int = _FORMULA) -> list[str]:
        """What the number equals, one after the other: formula, the same with numbers, the number.

        Args:
            style: the style.
            digits: how many significant digits numbers have.
            width: how much room there is for a formula, in characters of Unicode.

        >>> from autograd import Value, explain
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> explain((w * x).named("net").square().named("E"), w, form="delta").steps[-1].sides()
        ['∂E/∂net·x', '2·2', '4']
        """
        return ["".join(side) for side in self._sides(style, digits, width, _whole)]

    def in_pieces(
        self, style: Style = UNICODE, digits: int = 9, width: int = _FORMULA
    ) -> list[list[str]]:
        """`sides`, each in pieces between which a line may break; see `autograd.formula.pieces`.

        Args:
            style: the style.
            digits: how many significant digits numbers have.
            width: how much room there is for a formula, in characters of Unicode.

        >>> tree = ast.parse("2.0 * x", mode="eval").body
        >>> Step("y", 6.0, tree, {}).in_pieces()
        [['2·', 'x'], ['6']]
        """
        return self._sides(style, digits, width, pieces)

    def _sides(self, style: Style, digits: int, width: int, written: _Written) -> list[list[str]]:
        value = [scientific(self.value, style, digits).text]
        found = [] if self.tree is None else self._two(self.tree, style, digits, width, written)
        if why := conditions_text(self.conditions, style, width):
            reason = f"{style.words(' (')}{why}{style.words(')')}"
            if found == [value]:  # 0, and no formula of it
                return [[*value, reason]]
            found[0].append(reason)
        if self.short is not None:
            found += self._two(self.short, style, digits, width, written)
        return [*(side for side in found if side != value), value]

    def _two(
        self, tree: ast.expr, style: Style, digits: int, width: int, written: _Written
    ) -> list[list[str]]:
        """A formula with its names, and with numbers in their places where there is something to see."""
        cut = fitted(tree, width, levels=False)
        formula = written(cut, style, _symbols(cut, style))
        if _has_dots(cut) and (count := self.sum_of or _longest_sum(tree)) > 1:
            formula.append(style.words(f" (a sum of {count} terms)"))
        if not (known := self.numbers) or isinstance(tree, ast.Name | ast.Constant):
            return [formula]

        def numbers(each: ast.expr, style: Style) -> dict[str, Written]:
            found = {f"={name}": scientific(known[name], style, digits) for name in names_in(each)}
            return {DOTS: Written(style.dots), **found}

        def length(each: ast.expr) -> int:
            return len(write(each, UNICODE, numbers(each, UNICODE)).text)

        shorter = fitted(tree, width, length, levels=False)
        return [formula, written(shorter, style, numbers(shorter, style))]

    def lines(self, digits: int = 9, indent: str = "") -> list[str]:
        r"""The step as lines of text.

        >>> from autograd import Value, explain
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> step = explain((w * x).named("net").square().named("E"), w, form="delta").steps[-1]
        >>> print(*step.lines(), sep="\n")
        ∂E/∂w = ∂E/∂net·x
              = 2·2 = 4
        """
        head = f"{indent}{unicode_symbol(self.symbol)}"
        below = " " * len(head)
        *formulas, last = self.sides(digits=digits)
        value = decimal(self.value, digits)
        if "e" in value or (self.conditions and not formulas):  # a power of ten; or its reason
            value = last
        if not formulas:
            return [f"{head} = {value}"]
        found: list[str] = []
        for number_, formula in enumerate(formulas):
            start = f"{head if not number_ else below} = "
            found += wrap(
                start + formula,
                _WIDTH,
                subsequent_indent=f"{below}     ",
                drop_whitespace=False,
                break_long_words=False,
                break_on_hyphens=False,
            )
        if len(found[-1]) + 3 + len(value) <= _WIDTH:
            found[-1] += f" = {value}"
        else:
            found.append(f"{below} = {value}")
        return [line.rstrip() for line in found]

    def written(self, style: Style, digits: int = 9) -> Iterator[tuple[int, str]]:
        """The lines of the step in a style of formulas, and how far each is indented.

        >>> tree = ast.parse("2.0 * x", mode="eval").body
        >>> list(Step("y", 6.0, tree).written(UNICODE))
        [(1, 'y = 2·x'), (2, ' = 6')]
        """
        equals = f" {style.comparisons[ast.Eq]} "
        symbol = unicode_symbol(self.symbol) if style is UNICODE else style.variable(self.symbol)
        first, *others = self.sides(style, digits)
        yield 1, symbol + equals + first
        for side in others:
            yield 2, equals + side

    def renamed(self, names: Mapping[str, str]) -> Step:
        """The same step with other symbols for some, its own among them.

        >>> step = Step("y", 6.0, name("x"), {"x": 6.0}).renamed({"x": "a", "y": "b"})
        >>> step.symbol, step.formula, step.numbers
        ('b', 'a', {'a': 6.0})
        """
        trees = {f"={symbol}": name(other) for symbol, other in names.items()}
        known = self.numbers
        return replace(
            self,
            symbol=names.get(self.symbol, self.symbol),
            tree=None if self.tree is None else put(self.tree, trees),
            short=None if self.short is None else put(self.short, trees),
            numbers=None if known is None else {names.get(each, each): known[each] for each in known},
            conditions=tuple(each._replace(tree=put(each.tree, trees)) for each in self.conditions),
        )

    def to_dict(self) -> dict[str, Any]:
        """The step as plain data: its formula as text and as a tree, see `plain_tree`.

        >>> from autograd import Value, explain
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> derivation = explain((w * x).named("net").square().named("E"), w, form="delta")
        >>> derivation.steps[-1].to_dict()["tree"]
        ['mul', 'dE/dnet', 'x']
        """
        return {
            "symbol": self.symbol,
            "value": self.value,
            "formula": self.formula,
            "tree": None if self.tree is None else plain_tree(self.tree),
            "numbers": dict(self.numbers or {}),
            "why": conditions_text(self.conditions),
            "short": None if self.short is None else plain_tree(self.short),
            "means": self.means,
            "sum_of": self.sum_of,
        }


class Section(NamedTuple):
    """Steps that belong together, as the δ of a layer."""

    title: str
    steps: tuple[Step, ...]

    def lines(self, digits: int = 9) -> Iterator[str]:
        """The title, if there is one, and the lines of the steps.

        >>> list(Section("Given", (Step("x", 3.0),)).lines())
        ['Given', '  x = 3']
        """
        if self.title:
            yield self.title
        for step in self.steps:
            yield from step.lines(digits, "  ")

    def to_dict(self) -> dict[str, Any]:
        """The section as plain data; see `Step.to_dict`.

        >>> Section("Given", (Step("x", 3.0),)).to_dict()["steps"][0]["symbol"]
        'x'
        """
        return {"title": self.title, "steps": [step.to_dict() for step in self.steps]}


class ShownAsSteps(ShownAsText, ABC):
    """What is shown as sections of steps: as text, and in a notebook as formulas."""

    sections: tuple[Section, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all sections."""
        return tuple(step for section in self.sections for step in section.steps)

    @abstractmethod
    def text(self, digits: int = 9) -> str:
        """The lines of text, numbers to some significant digits."""

    @abstractmethod
    def _lines(self, style: Style) -> Iterator[tuple[int, str]]:
        """The lines in a style of formulas, and how far each is indented."""

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return html_lines(self._lines(MATHML))

    def _repr_latex_(self) -> str:
        return latex_lines(self._lines(LATEX))

    def _text_of_sections(self, digits: int) -> Iterator[str]:
        for section in self.sections:
            yield from section.lines(digits)

    def _lines_of_sections(self, style: Style) -> Iterator[tuple[int, str]]:
        for section in self.sections:
            if section.title:
                yield 0, style.words(latex_text(section.title) if style is LATEX else section.title)
            for step in section.steps:
                yield from step.written(style)


def html_lines(lines: Iterable[tuple[int, str]]) -> str:
    """Lines in MathML as one formula for a notebook, each indented as far as it says.

    >>> html_lines([(0, "<mi>x</mi>")]).startswith("<math display='block'")
    True
    """
    rows = "".join(
        f"<mtr><mtd style='text-align: left; padding-left: {indent}em'>{line}</mtd></mtr>"
        for indent, line in lines
    )
    return (
        "<math display='block' style='text-align: left'>"
        f"<mtable columnalign='left' displaystyle='true'>{rows}</mtable></math>"
    )


def latex_lines(lines: Iterable[tuple[int, str]]) -> str:
    r"""Lines in LaTeX for a notebook, a paragraph for each.

    >>> latex_lines([(0, "x"), (1, " = 3")])
    '$x$\n\n$\\quad = 3$'
    """
    quad = r"\quad "
    return "\n\n".join(f"${indent * quad}{line.strip()}$" for indent, line in lines)


def plain_tree(tree: ast.expr) -> Any:
    """A formula as plain data: a symbol as text, a number, or a list of an operation and its operands.

    Operations are called as in the table: ``["mul", "delta_o1", "w5"]``.

    >>> from autograd.symbolic import name, times
    >>> plain_tree(times(name("a"), name("b")))
    ['mul', 'a', 'b']
    """
    match tree:
        case ast.Name(id=id):
            return id.removeprefix("=")
        case ast.Constant(value=value):
            return value
        case ast.BinOp(left=left, op=op, right=right):
            return [_OPERATORS[type(op)], plain_tree(left), plain_tree(right)]
        case ast.UnaryOp(op=op, operand=operand):
            return ["neg" if isinstance(op, ast.USub) else "pos", plain_tree(operand)]
        case ast.Call(func=ast.Name(id=id), args=args):
            return [id, *map(plain_tree, args)]
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [left, *others]
            pairs = [
                [_COMPARISONS[type(op)], plain_tree(a), plain_tree(b)]
                for a, op, b in zip(sides, ops, others, strict=False)
            ]
            return pairs[0] if len(pairs) == 1 else ["and", *pairs]
        case ast.BoolOp(op=op, values=values):
            return ["and" if isinstance(op, ast.And) else "or", *map(plain_tree, values)]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ["if", plain_tree(test), plain_tree(body), plain_tree(orelse)]
    raise AssertionError(ast.dump(tree))  # pragma: no cover - no text of the table has more


_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.Mod: "mod",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def _named(tree: ast.expr, style: Style) -> Written:
    return write(tree, style, _symbols(tree, style))


def _symbols(tree: ast.expr, style: Style) -> dict[str, Written]:
    symbol = unicode_symbol if style is UNICODE else style.variable
    found = {f"={each}": symbol_piece(symbol(each), style) for each in names_in(tree)}
    return {DOTS: Written(style.dots), **found}


#: How a formula is written: in one piece or in several.
_Written: TypeAlias = Callable[[ast.expr, Style, Mapping[str, Written]], list[str]]


def _whole(tree: ast.expr, style: Style, variables: Mapping[str, Written]) -> list[str]:
    return [write(tree, style, variables).text]


def _has_dots(tree: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == DOTS for part in ast.walk(tree))


def _longest_sum(tree: ast.expr) -> int:
    return max(len(terms(part)) for part in ast.walk(tree) if isinstance(part, ast.expr))


class StepWriter:
    """Writes the lines of a program as steps.

    Partials and contributions are written out in the formulas that use them, of several cases the one
    that holds at the numbers.

    Args:
        program: the program, with its reverse sweep.
        nodes: the nodes of the graph that it was made of, by symbol.
        numbers: the number of each symbol.
        inlined: which other lines are written out in those that use them.
        short: by the symbol of a line, a shorter formula with the same value.
        means: by the symbol of a line, the derivative that it stands for.
    """

    def __init__(
        self,
        program: Program,
        nodes: Mapping[str, Value],
        numbers: Mapping[str, float],
        *,
        inlined: Callable[[Line], bool] = lambda line: False,
        short: Mapping[str, ast.expr] | None = None,
        means: Mapping[str, str] | None = None,
    ) -> None:
        self.program, self.nodes, self.numbers = program, nodes, numbers
        self.inlined, self.short, self.means = inlined, short or {}, means or {}

    def step(self, symbol: str) -> Step:
        """The step of a line, or of a given number."""
        line = self.program.lines.get(symbol)
        value = self.numbers[symbol]
        if line is None:
            return Step(symbol, value)
        conditions: list[Condition] = []
        counts: list[int] = []
        tree = self._tree(line, conditions, counts)
        if line.kind not in {"value", "change", "update"}:
            tree = tidied(tree)
        if line.kind == "gradient" and isfinite(value) and not self._gives_a_number(tree):
            tree = number(value)  # as 0·ln(0), which is taught, and whose limit is what the row has
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.UAdd):
            tree = tree.operand  # a node of another name: out = net
        return Step(
            symbol,
            value,
            tree,
            {each: self.numbers[each] for each in names_in(tree, self.short.get(symbol))},
            tuple(conditions),
            self.short.get(symbol),
            self.means.get(symbol, ""),
            max(counts, default=0),
        )

    def _gives_a_number(self, tree: ast.expr) -> bool:
        if _has_dots(tree):
            return True
        numbers = {f"={each}": self.numbers[each] for each in names_in(tree)}
        return isfinite(evaluate(tree, numbers, ieee_value))

    def derivatives(self, wanted: str) -> list[Step]:
        """The steps that a derivative is computed by, from the result down, its own last."""
        program = self.program
        forward = {line.symbol for line in program.lines.values() if line.kind == "value"}
        needed = {line.symbol for line in program.above(wanted, until=forward | program.given.keys())}
        return [
            self.step(symbol)
            for symbol, line in program.lines.items()
            if symbol in needed and (symbol == wanted or self.is_step(line))
        ]

    def is_step(self, line: Line) -> bool:
        """Whether a derivative has a step of its own: not ∂E/∂E, nor what is written out elsewhere."""
        return line.kind == "gradient" and line.above != line.below and not self.inlined(line)

    def _tree(self, line: Line, conditions: list[Condition], counts: list[int]) -> ast.expr:
        if len(line.operands) > _MOST_OPERANDS and len(parts := terms(line.tree)) > _MOST_OPERANDS / 2:
            counts.append(len(parts))
            total: ast.expr | None = None
            for less, each in (*parts[:_FIRST], (False, ast.Name(DOTS)), parts[-1]):
                part = self._tree(line.with_tree(each), conditions, counts)
                if total is None:
                    total = ast.UnaryOp(ast.USub(), part) if less else part
                else:
                    total = ast.BinOp(total, ast.Sub() if less else ast.Add(), part)
            assert total is not None
            return total
        if line.kind == "partial" and any(isinstance(part, ast.IfExp) for part in ast.walk(line.tree)):
            above, below = self.nodes[line.above], self.nodes[line.below]
            slope = slopes(above, [below])[below]
            conditions += [each for each in slope.conditions if each not in conditions]
            return slope.tree

        def place(operand: Operand) -> ast.expr:
            if not isinstance(operand, str):
                return number(operand)
            other = self.program.lines.get(operand)
            if other and (other.kind in {"partial", "contribution"} or self.inlined(other)):
                return self._tree(other, conditions, counts)
            return name(operand)

        return line.placed(place)


def names_in(*trees: ast.expr | None) -> Collection[str]:
    """The symbols in some trees, each once, in order.

    >>> from autograd.symbolic import times
    >>> list(names_in(times(name("w"), name("x"))))
    ['w', 'x']
    """
    return dict.fromkeys(
        part.id[1:]
        for tree in trees
        if tree is not None
        for part in ast.walk(tree)
        if isinstance(part, ast.Name) and part.id.startswith("=")
    )
