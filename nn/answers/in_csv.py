"""Answers in CSV: one person's, an answer in each row, or a class's, a row for each student."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograd.arguments import shown
from autograd.errors import ArgumentValueError
from nn.answers.quantities import Quantities
from nn.number_text import decimal_mark, read_number

__all__ = ["AnswerTable", "StudentRow"]

#: The likeliest separator first.
_SEPARATORS = ";\t,"
#: Excel writes it as the first line, and takes it as the separator.
_SEP = "sep="


class StudentRow(NamedTuple):
    """A student's row of a table.

    Attributes:
        line: where it begins.
        student: whose it is.
        answers: by the heads of the columns.
        decimal_comma: True if its commas separate decimals, as the others' do; None if that is obvious.
        problem: why it cannot be read; "" if it can.
    """

    line: int
    student: str
    answers: dict[str, str]
    decimal_comma: bool | None
    problem: str


@dataclass(frozen=True)
class AnswerTable:
    """A table in CSV.

    Attributes:
        path: its file, for messages.
        rows: the line in which each row begins, and its cells; without the rows that have none.
        decimal_comma: True if the table's commas separate decimals, None if that is not sure.
    """

    path: Path
    rows: Sequence[tuple[int, list[str]]]
    decimal_comma: bool | None

    @classmethod
    def of(cls, text: str, path: Path) -> AnswerTable:
        """The table that a text has; what separates the columns is seen in the first line.

        Raises:
            ValueError: quotes are not as they should be; the message names file and line.
        """
        lines = text.splitlines(keepends=True)
        at = next((number for number, line in enumerate(lines) if line.strip()), 0)
        if lines[at:] and lines[at].strip()[:-1].lower() == _SEP:
            separator = lines[at].strip()[-1]
            at += 1
        else:
            first = lines[at].strip() if lines else ""
            separator = max(_SEPARATORS, key=lambda each: len(*csv.reader([first], delimiter=each)))
        table = io.StringIO("".join(lines[at:]), newline="")
        reader = csv.reader(table, delimiter=separator, strict=True)
        rows, line = [], at + 1
        try:
            for row in reader:
                cells = [each.strip() for each in row]
                if any(cells):
                    rows.append((line, cells))
                line = at + reader.line_num + 1
        except csv.Error as error:
            raise ArgumentValueError(f"{path}: line {line}: {error}") from None
        marks = {decimal_mark(cell) for _, row in rows for cell in row} - {""}
        comma = marks == {","} or (not marks and separator == ";")
        return cls(path, rows, comma or None)

    # --- one person's ---------------------------------------------------------------------------

    def answers(self) -> dict[str, str]:
        """One person's answers: of a row its symbol and the answer.

        Raises:
            ValueError: a row has not both, or a symbol is there twice.
        """
        heads = [each.lower() for each in self.rows[0][1]] if self.rows else []
        columns, rows = (0, 1), self.rows
        if {"symbol", "answer"} <= {*heads}:
            columns, rows = (heads.index("symbol"), heads.index("answer")), rows[1:]
        found: dict[str, str] = {}
        for line, row in rows:
            if len(row) <= max(columns):
                raise ArgumentValueError(
                    f"{self.path}: line {line}: a symbol and an answer are expected, not {shown(row)}"
                )
            symbol = row[columns[0]]
            if symbol in found:
                raise ArgumentValueError(f"{self.path}: line {line}: {symbol} is answered twice")
            found[symbol] = row[columns[1]]
        return found

    # --- a class's ------------------------------------------------------------------------------

    def is_of_class(self, quantities: Quantities) -> bool:
        """Whether there is a row for each student: then the first row names the quantities."""
        if not self.rows:
            return False
        first, *others = self.rows[0][1]
        if {"symbol", "answer"} <= {first.lower(), *(each.lower() for each in others)}:
            return False
        if any(map(quantities.has, others)):
            return True
        return not quantities.has(first) and any(each and not _is_number(each) for each in others)

    def students(self, quantities: Quantities, student: Sequence[str] = ()) -> Iterator[StudentRow]:
        """The rows of a class.

        Args:
            quantities: what a column may be of.
            student: the heads of the columns that say who it is; the first column if there are none.

        Raises:
            ValueError: a column cannot be meant; the message names file, line and column.
        """
        heads = self.rows[0][1]
        names, columns = self._columns(quantities, student)
        lines: dict[str, int] = {}
        for line, row in self.rows[1:]:
            cells = [*row, *[""] * (len(heads) - len(row))]
            who = " ".join(filter(None, (cells[place] for place in names)))
            answers = {head: cells[place] for head, place in columns.items()}
            where = f"{self.path}: line {line}: {f'{who}: ' if who else ''}"
            problem = ""
            if any(row[len(heads) :]):
                problem = (
                    f"{where}{len(row)} cells, and there are {len(heads)} columns; numbers with a "
                    "comma need quotes"
                )
            elif not who:
                problem = f"{where}column {names[0] + 1}: a student is expected"
            elif who in lines:
                problem = f"{where}the student is in line {lines[who]} already"
            lines.setdefault(who, line)
            own = any(map(decimal_mark, answers.values()))
            comma = None if own else self.decimal_comma
            yield StudentRow(line, who or f"line {line}", answers, comma, problem)

    def _columns(
        self, quantities: Quantities, student: Sequence[str]
    ) -> tuple[list[int], dict[str, int]]:
        """Where the students are named, and by their heads the columns with answers.

        What else is before the first quantity is about the student: a time, an address.
        """
        line, heads = self.rows[0]
        where = f"{self.path}: line {line}: "
        for head in student:
            if head not in heads:
                raise ArgumentValueError(
                    f"{where}no column is headed {head!r}; there are {shown(heads)}"
                )
        names = [heads.index(head) for head in student] or [0]
        columns: dict[str, int] = {}
        places: dict[tuple[str, int], int] = {}
        for place, head in enumerate(heads):
            column = f"{where}column {place + 1}: "
            if place in names:
                if quantities.has(head):
                    raise ArgumentValueError(f"{column}the student is expected, not {head!r}")
                continue
            if not head and not any(any(row[place : place + 1]) for _, row in self.rows):
                continue
            if not quantities.has(head) and not places and not quantities.like(head):
                continue
            of = quantities.named(head, column.removesuffix(": "))
            if of in places:
                raise ArgumentValueError(f"{column}{head!r} is in column {places[of] + 1} already")
            places[of] = columns[head] = place
        if not columns:
            raise ArgumentValueError(
                f"{where}no column is headed by a quantity of {quantities.example.name}"
            )
        return names, columns


def _is_number(text: str) -> bool:
    try:
        read_number(text, decimal_comma=True)
    except ArgumentValueError:
        return False
    return True
