"""What a worksheet is made of: headings, prose, formulas, questions; whatever they are written in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, get_args

from autograd import OperandError, arguments
from autograd.formula import Style, Written, write
from autograd.symbolic import DOTS

__all__ = [
    "MOST_LABELS",
    "Blank",
    "Formula",
    "Heading",
    "Item",
    "MatrixItem",
    "Paragraph",
    "Part",
    "Picture",
    "Piece",
    "Question",
    "Symbol",
    "Table",
    "blanks",
    "one_line",
]

#: More names than that beside the arrows of a picture cannot be told apart.
MOST_LABELS = 30


class Symbol(str):
    """A name of the notation."""

    __slots__ = ()


@dataclass(frozen=True)
class Blank:
    """A place to write in.

    Attributes:
        answer: what belongs there: a number, or the shape of a matrix.
        symbol: what the training step calls the number; the name of the matrix whose shape it is.
        bare: whether a negative number needs no brackets there, as in ``f(-1)``.
        after: how many updates come before the step that it belongs to.

    >>> from nn import worked
    >>> from nn.worksheet import Worksheet
    >>> next(blanks(Worksheet(worked.load("xing-single")).items))
    Blank(answer=0.0, symbol='net', bare=False, after=0)
    """

    answer: float | tuple[int, int]
    symbol: str
    bare: bool = False
    after: int = 0


#: What a name in a formula may stand for.
Part: TypeAlias = Symbol | float | Blank


@dataclass(frozen=True)
class Formula:
    """A formula: a tree of `autograd.symbolic`, and what its names stand for.

    Attributes:
        tree: the tree.
        parts: what a name is written as, by its id; the name itself where it is left out.
    """

    tree: ast.expr
    parts: Mapping[str, Part] = field(default_factory=dict)

    def named(self) -> Iterator[tuple[str, Part]]:
        """The id of each name in it, and what that is written as."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and (node.id in self.parts or node.id.startswith("=")):
                yield node.id, self.parts.get(node.id, Symbol(node.id[1:]))

    def written(self, style: Style, say: Callable[[Part], Written]) -> Written:
        """The formula in a style; ``say`` writes what its names stand for.

        >>> from autograd.formula import UNICODE
        >>> from autograd.symbolic import name, times
        >>> formula = Formula(times(name("w1"), name("x1")), {"=x1": 0.5})
        >>> formula.written(UNICODE, lambda part: Written(str(part))).text
        'w1·0.5'
        """
        names = {id: say(part) for id, part in self.named()}
        return write(self.tree, style, {DOTS: Written(style.dots), **names})


#: What prose is made of.
Piece: TypeAlias = str | Formula | Blank


@dataclass(frozen=True)
class Heading:
    """A heading: ``level`` 1 is the title."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """Prose, or a question in it if it has a number."""

    pieces: Sequence[Piece]
    number: int = 0


@dataclass(frozen=True)
class Question:
    """A number to find: ``left`` = the formula = the formula with numbers in it = a blank.

    Attributes:
        number: that of the question.
        left: what it is called.
        middle: what of the formula is shown.
        right: the blank for the number.
        asked: the formula, if it has a blank of its own.
    """

    number: int
    left: Formula
    middle: Sequence[Formula]
    right: Blank
    asked: Formula | None = None


@dataclass(frozen=True)
class MatrixItem:
    """A matrix, given or to find.

    Attributes:
        number: that of the question; 0 of a matrix that is given.
        sides: its name, and how it is computed if that is said: what equals the matrix, as pieces of
            formula; see `nn.step.matrices.Matrix`.
        rows: its entries.
    """

    number: int
    sides: Sequence[Sequence[str]]
    rows: Sequence[Sequence[float | Blank]]


@dataclass(frozen=True)
class Table:
    """Numbers to find, each a row's cell: name = blank."""

    number: int
    rows: Sequence[Sequence[tuple[Formula, Blank]]]


@dataclass(frozen=True)
class Picture:
    """The network: neurons in columns, and what leads from one to the next.

    Attributes:
        columns: the names of the inputs, and of the neurons of each layer.
        edges: the weights: the column of the neuron that each leads to, the number of the input and of
            the neuron in their columns, its name.
        biases: the column of the neuron that each bias belongs to, the number of the neuron there, its
            name.
    """

    columns: Sequence[Sequence[str]]
    edges: Sequence[tuple[int, int, int, str]]
    biases: Sequence[tuple[int, int, str]] = ()


Item: TypeAlias = Heading | Paragraph | Question | MatrixItem | Table | Picture


def blanks(items: Sequence[Item]) -> Iterator[Blank]:
    """Every blank of a worksheet, in order.

    Raises:
        TypeError: they are no items of a worksheet.

    >>> from nn import worked
    >>> from nn.worksheet import Worksheet
    >>> sheet = Worksheet(worked.load("xing-single"))
    >>> [(blank.symbol, blank.answer) for blank in blanks(sheet.items)][:3]  # net, and o = σ(net)
    [('net', 0.0), ('net', 0.0), ('o', 0.5)]
    """
    items = arguments.items("items", items)
    for number, item in enumerate(items):
        if not isinstance(item, get_args(Item)):
            raise OperandError(
                f"items[{number}] must be an item of a worksheet, got {arguments.shown(item)}",
                operands=(item,),
            )
    return _blanks(items)


def _blanks(items: Sequence[Item]) -> Iterator[Blank]:
    for item in items:
        match item:
            case Paragraph(pieces=pieces):
                yield from _blanks_of(pieces)
            case Question(middle=middle, right=right):
                yield from _blanks_of([*middle, right])
            case MatrixItem(rows=entries):
                yield from (each for row in entries for each in row if isinstance(each, Blank))
            case Table(rows=cells):
                yield from (blank for row in cells for _, blank in row)


def _blanks_of(pieces: Sequence[Piece]) -> Iterator[Blank]:
    for piece in pieces:
        if isinstance(piece, Blank):
            yield piece
        elif isinstance(piece, Formula):
            yield from (part for _, part in piece.named() if isinstance(part, Blank))


def answer_key(items: Sequence[Item]) -> list[Item]:
    """The questions of a worksheet by what they ask for alone, to be filled in.

    Args:
        items: the items of the worksheet.

    >>> from nn import worked
    >>> from nn.worksheet import Worksheet
    >>> key = answer_key(Worksheet(worked.load("xing-single")).items)
    >>> key[0].left.tree.id, key[0].middle, len(key)
    ('=net', (), 11)
    """
    found: list[Item] = []
    for item in items:
        match item:
            case Question():
                found.append(replace(item, middle=()))
            case MatrixItem(sides=sides) if next(_blanks([item]), None):
                found.append(replace(item, sides=sides[:1]))
            case Table() | Paragraph() if next(_blanks([item]), None):
                found.append(item)
    return found


def one_line(text: str) -> str:
    r"""A text on one line, without what cannot be printed: control characters, lone surrogates.

    >>> one_line("two\nlines\x07")
    'two lines'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
