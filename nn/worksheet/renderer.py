"""Renderer: what Markdown, HTML and LaTeX have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from autograd.formula import ATOM, Style, Written, scientific, symbol_piece
from autograd.tables import Table as Listing
from nn.step.matrix_formulas import Function, Named
from nn.worksheet.elements import (
    Blank,
    Formula,
    Heading,
    Item,
    MatrixItem,
    Paragraph,
    Part,
    Picture,
    Piece,
    Question,
    Symbol,
    Table,
    answer_key,
    one_line,
)

__all__ = ["Renderer"]


#: A blank for a formula, in letters.
_FORMULA_WIDTH = 12


class Renderer(ABC):
    """Writes the items of a worksheet in one language.

    A blank looks the same whatever belongs there; whether it is filled in is all that ``answers``
    decides.

    Args:
        digits: to how many significant digits to write the answers.
        answers: whether to fill in the blanks.
    """

    style: ClassVar[Style]
    #: what ends a line within a paragraph
    line_break: ClassVar[str] = " "
    #: an equals sign between blanks
    equal: ClassVar[str] = " = "
    #: how the signs in formulas of matrices are written, where not as `sign` writes any text
    signs: ClassVar[Mapping[str, str]]

    def __init__(self, digits: int, answers: bool) -> None:
        self.digits, self.answers = digits, answers

    def render(self, items: Sequence[Item], *, answers_at_back: bool = False) -> str:
        """The whole worksheet, on request with the answers at its back."""
        title = next(item.text for item in items if isinstance(item, Heading))
        body = "".join(map(self._item, items))
        if answers_at_back:
            filled = type(self)(self.digits, answers=True)
            key = [Heading("Answers", 2), *answer_key(items)]
            body += self.back("".join(map(filled._item, key)))
        return self.page(title, body)

    def _item(self, item: Item) -> str:
        match item:
            case Heading(text, level):
                return self.heading(self.plain(text), level)
            case Paragraph(pieces, number):
                return self.paragraph("".join(map(self._piece, pieces)), number)
            case Question(number, left, middle, right, asked):
                sides = [self._formula(side) for side in (left, *middle)]
                line = self._on_a_line(right)
                if asked is not None:
                    formula = self.filled(self._formula(asked)) if self.answers else None
                    line = f"{self.line(formula, _FORMULA_WIDTH)}{self.equal}{line}"
                return self.question(number, sides, line)
            case MatrixItem(number, sides, rows):
                written = list(map(self.sides_of, sides))
                return self.matrix(number, written, [list(map(self._entry, row)) for row in rows])
            case Table(number, rows):
                return self.table(
                    number,
                    [
                        [(self._formula(left), self._on_a_line(right)) for left, right in row]
                        for row in rows
                    ],
                )
            case Picture():
                return self.picture(item)

    # --- pieces --------------------------------------------------------------------------------

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, Blank):
            return self._on_a_line(piece)
        return self.math(self._formula(piece)) if isinstance(piece, Formula) else self.plain(piece)

    def _formula(self, formula: Formula) -> str:
        return formula.written(self.style, self._part).text

    def _part(self, part: Part) -> Written:
        if isinstance(part, Symbol):
            return symbol_piece(self._symbol(part), self.style)
        return Written(self._place(part)) if isinstance(part, Blank) else scientific(part, self.style)

    def _symbol(self, symbol: str) -> str:
        return self.style.variable(one_line(symbol))

    def sides_of(self, pieces: Sequence[str]) -> str:
        """A formula of matrices; see `nn.step.matrices.Matrix`."""
        return "".join(map(self._sign, pieces))

    def _sign(self, piece: str) -> str:
        if isinstance(piece, Named):
            return self._symbol(piece)
        if isinstance(piece, Function):
            return self.style.function(piece)
        return self.signs[piece] if piece in self.signs else self.sign(piece)

    def _entry(self, entry: float | Blank) -> str:
        if isinstance(entry, Blank):
            return self._place(entry)
        return scientific(entry, self.style).text

    # --- blanks --------------------------------------------------------------------------------

    def _answer(self, blank: Blank) -> Written:
        if isinstance(blank.answer, tuple):
            rows, columns = (self.style.digits(str(count)) for count in blank.answer)
            return Written(f"{rows}{self._sign('×')}{columns}")
        return scientific(blank.answer, self.style, self.digits, zeros=True)

    def _place(self, blank: Blank) -> str:
        """A blank within a formula; what is filled in stands in brackets where it has to."""
        if not self.answers:
            return self.place(2 + self.digits // 2)
        answer = self._answer(blank)
        loose = answer.tightness != ATOM and not blank.bare
        return self.filled(self.style.brackets(answer.text) if loose else answer.text)

    def _on_a_line(self, blank: Blank) -> str:
        """A blank by itself."""
        answer = self.filled(self._answer(blank).text) if self.answers else None
        return self.line(answer, 4 + self.digits // 2)

    # --- what the languages differ in ----------------------------------------------------------

    @abstractmethod
    def page(self, title: str, body: str) -> str:
        """The document."""

    @abstractmethod
    def back(self, body: str) -> str:
        """What stands at the back, on a page of its own."""

    @abstractmethod
    def plain(self, text: str) -> str:
        """A text in which nothing is markup."""

    @abstractmethod
    def math(self, formula: str) -> str:
        """A formula within prose."""

    @abstractmethod
    def sign(self, text: str) -> str:
        """A sign of a formula."""

    @abstractmethod
    def place(self, width: int) -> str:
        """An empty blank within a formula, some letters wide."""

    @abstractmethod
    def filled(self, answer: str) -> str:
        """A blank within a formula that is filled in."""

    @abstractmethod
    def line(self, answer: str | None, width: int) -> str:
        """A blank outside of formulas, some letters wide, with the formula that fills it if any."""

    @abstractmethod
    def heading(self, text: str, level: int) -> str:
        """A heading."""

    @abstractmethod
    def paragraph(self, text: str, number: int) -> str:
        """A paragraph, with the number of the question if it is one."""

    @abstractmethod
    def question(self, number: int, sides: Sequence[str], line: str) -> str:
        """Formulas that are equal, and the blank that equals them."""

    @abstractmethod
    def matrix(self, number: int, sides: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Formulas that are equal, and the matrix that equals them."""

    @abstractmethod
    def table(self, number: int, rows: Sequence[Sequence[tuple[str, str]]]) -> str:
        """Formulas, each with the blank that equals it."""

    @abstractmethod
    def data(self, table: Listing) -> str:
        """A table of texts, with heads."""

    @abstractmethod
    def picture(self, picture: Picture) -> str:
        """The network."""
