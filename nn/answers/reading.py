"""Reading somebody's answers: TOML, JSON, CSV, or a worksheet that is filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from autograd.arguments import shown
from autograd.errors import ArgumentValueError
from autograd.files import path_of, read_text
from nn.answers.in_csv import AnswerTable
from nn.answers.quantities import Quantities
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample
from nn.worksheet import Worksheet
from nn.worksheet.elements import Blank, Item, MatrixItem, Paragraph, Question, Table
from nn.worksheet.markdown import BACK
from nn.worksheet.trace import LENGTHS

__all__ = ["ENDINGS", "AnswerFile", "answer_text", "answers_in", "read_answers", "read_class"]

#: What answers can be read from, by the ending of the file.
ENDINGS = (".toml", ".json", ".csv", ".md", ".html")
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class AnswerFile:
    """Somebody's answers.

    Attributes:
        student: whose they are; "" if that is not said.
        answers: the text of each, by what it is of; "" of what is left blank.
        decimal_comma: whether a comma separates the decimals; what is obvious if None.
        file: where they come from, for messages; "" if from no file.
        line: of a class's table, the line of the student.
        problem: why they cannot be read; "" if they can.

    >>> AnswerFile("Ada", {"net": "0.5"}).answers["net"]
    '0.5'
    """

    student: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    decimal_comma: bool | None = None
    file: str = ""
    line: int | None = None
    problem: str = ""


def read_answers(
    path: str | Path,
    example: WorkedExample | FormulaExample,
) -> AnswerFile:
    r"""The answers in a file, whose ending says what it is.

    ``.toml`` and ``.json`` have a table ``answers`` of numbers, or texts of numbers, by their symbols,
    and may have ``student`` and ``decimal_comma``; ``.csv`` has a column of symbols and one of answers;
    ``.md`` and ``.html`` are worksheets of ours with numbers in the place of the blanks.

    Args:
        path: the file.
        example: what is answered; a worksheet's blanks are found by it.

    Raises:
        ValueError: the file is not as it should be; the message names it, and the key.
        OSError: it cannot be read.
        TypeError: an argument is not of its kind.

    >>> from tempfile import TemporaryDirectory
    >>> from nn import worked
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "ada.csv")
    ...     _ = path.write_text("symbol;answer\nnet;0,25\n", encoding="utf-8")
    ...     answers = read_answers(path, worked.load("xing-single"))
    >>> answers.student, answers.answers
    ('ada', {'net': '0,25'})
    """
    path = path_of(path)
    if path.suffix.lower() not in ENDINGS:
        raise ArgumentValueError(f"{path}: answers are read from files ending in {', '.join(ENDINGS)}")
    return answers_in(read_text(path, _MAX_BYTES), path.suffix.lower(), example, path)


def read_class(
    path: str | Path,
    example: WorkedExample | FormulaExample,
    student: Sequence[str] = (),
) -> list[AnswerFile] | None:
    r"""The answers of a class: of a table in CSV with a row for each student; None of another file.

    The first row has the symbols of the quantities. The first column says who the student is; others
    before the first quantity are not read. Columns are separated by comma, semicolon or tab.

    Args:
        path: the file.
        example: what is answered.
        student: the heads of the columns that say who the student is, if that is not the first.

    Raises:
        ValueError: a column cannot be meant; the message names file, line and column.
        OSError: the file cannot be read.
        TypeError: an argument is not of its kind.

    >>> from tempfile import TemporaryDirectory
    >>> from nn import worked
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "class.csv")
    ...     _ = path.write_text("student;net;o\nAda;0,25;0,56\nBob;;0,5\n", encoding="utf-8")
    ...     answers = read_class(path, worked.load("xing-single"))
    >>> [(each.student, dict(each.answers)) for each in answers]
    [('Ada', {'net': '0,25', 'o': '0,56'}), ('Bob', {'net': '', 'o': '0,5'})]
    """
    path = path_of(path)
    if path.suffix.lower() != ".csv":
        return None
    table, quantities = AnswerTable.of(read_text(path, _MAX_BYTES), path), Quantities(example)
    if not table.is_of_class(quantities):
        return None
    return [
        AnswerFile(row.student, row.answers, row.decimal_comma, str(path), row.line, row.problem)
        for row in table.students(quantities, student)
    ]


def answers_in(
    text: str, ending: str, example: WorkedExample | FormulaExample, path: Path
) -> AnswerFile:
    """The answers in a text of one of the kinds of file that `read_answers` takes."""
    match ending:
        case ".toml" | ".json":
            return _from_table(_parsed(text, ending, path), path)
        case ".csv":
            table = AnswerTable.of(text, path)
            if table.is_of_class(Quantities(example)):
                raise ArgumentValueError(f"{path}: the answers of a class, which `check_group` takes")
            return AnswerFile(path.stem, table.answers(), table.decimal_comma, str(path))
    blanks = _in_html(text) if ending == ".html" else _in_markdown(text)
    return AnswerFile(path.stem, _of_worksheet(blanks, example, path), None, str(path))


# --- tables --------------------------------------------------------------------------------------


def _parsed(text: str, ending: str, path: Path) -> Any:
    try:
        if ending == ".json":
            return json.loads(text, parse_float=_NumberAsWritten, parse_int=_NumberAsWritten)
        import tomllib

        return tomllib.loads(text, parse_float=_NumberAsWritten)
    except (ValueError, RecursionError) as error:
        kind = ending.removeprefix(".").upper()
        raise ArgumentValueError(f"{path}: this is no {kind}: {' '.join(str(error).split())}") from None


class _NumberAsWritten(str):
    """The text of a number of a file, whose trailing zeros count."""

    __slots__ = ()


def _from_table(table: object, path: Path) -> AnswerFile:
    if not isinstance(table, dict):
        raise ArgumentValueError(f"{path}: a table of answers is expected, not {shown(table)}")
    student, comma, answers = path.stem, None, table
    if "answers" in table:
        answers = table["answers"]
        for key in table.keys() - {"answers", "student", "decimal_comma"}:
            raise ArgumentValueError(
                f"{path}: {key}: unknown key; there are answers, student, decimal_comma"
            )
        student, comma = table.get("student", path.stem), table.get("decimal_comma")
        if isinstance(student, _NumberAsWritten) or not isinstance(student, str):
            raise ArgumentValueError(f"{path}: student: a text is expected, not {shown(student)}")
        if not isinstance(comma, bool | None):
            raise ArgumentValueError(
                f"{path}: decimal_comma: true or false is expected, not {shown(comma)}"
            )
    if not isinstance(answers, dict):
        raise ArgumentValueError(f"{path}: answers: a table is expected, not {shown(answers)}")
    return AnswerFile(
        student, {key: answer_text(each, key, path) for key, each in answers.items()}, comma, str(path)
    )


def answer_text(answer: object, key: str, path: Path | str) -> str:
    """What is written as the answer to a key.

    >>> answer_text(0.25, "net", ""), answer_text(None, "out", "")
    ('0.25', '')
    """
    if answer is None or isinstance(answer, str):
        return answer or ""
    where = f"{path}: {key}" if path else f"answers[{key!r}]"
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise ArgumentValueError(f"{where}: a number or its text is expected, not {shown(answer)}")
    try:
        return repr(answer)
    except ValueError:  # Python writes no number of more than some thousands of digits
        raise ArgumentValueError(f"{where}: too many digits") from None


# --- worksheets ----------------------------------------------------------------------------------


def _of_worksheet(
    filled: Mapping[int, list[str]], example: WorkedExample | FormulaExample, path: Path
) -> dict[str, str]:
    """The answers of a worksheet: what is in the blanks of each question."""
    found: dict[str, str] = {}
    sheets = [
        [item for item in Worksheet(example, length=length).items if any(_places(item))]
        for length in reversed(LENGTHS)
    ]
    for item in min(sheets, key=lambda items: abs(len(items) - len(filled))):
        asked = list(_places(item))
        number = getattr(item, "number", 0)
        texts = filled.get(number)
        if texts is None:
            raise ArgumentValueError(f"{path}: question {number} is missing; is it a worksheet of ours?")
        if isinstance(item, Question):
            texts = texts[-1:]  # without the formula, where that was asked for too
        if len(texts) != len(asked):
            raise ArgumentValueError(
                f"{path}: question {number} has {len(texts)} numbers; {len(asked)} are asked for there"
            )
        for blank, text in zip(asked, texts, strict=True):
            if not isinstance(blank.answer, tuple):  # the shape of a matrix is no number
                found[f"{blank.symbol} after {blank.after}" if blank.after else blank.symbol] = text
    return found


def _places(item: Item) -> Iterator[Blank]:
    """The blanks of a question that are not within its formulas."""
    match item:
        case Paragraph(pieces=pieces, number=number) if number:
            yield from (each for each in pieces if isinstance(each, Blank))
        case Question(right=right):
            yield right
        case Table(rows=cells):
            yield from (blank for row in cells for _, blank in row)
        case MatrixItem(rows=entries, number=number) if number:
            yield from (each for row in entries for each in row if isinstance(each, Blank))


_NUMBERED = re.compile(r"\|? ?\*\*(\d+)\.\*\*(.*)")


def _in_markdown(text: str) -> dict[int, list[str]]:
    """What stands in the place of the blanks of each question of a worksheet in Markdown."""
    found: dict[int, list[str]] = {}
    number, inside = 0, ""
    for line in text.partition(f"\n{BACK}\n")[0].splitlines():
        if started := _NUMBERED.match(line):
            number = int(started[1])
            found[number] = []
            inside = "table" if line.startswith("|") else "question"
            if inside == "question" and started[2].strip():
                last = re.split(r"=|\bis\b", started[2])[-1]
                found[number].append(_plain(last))
                inside = ""
        elif inside == "table":
            cells = [cell for cell in line.strip().strip("|").split("|") if "=" in cell]
            found[number] += [_plain(cell.rpartition("=")[2]) for cell in cells]
            if not line.startswith("|"):
                inside = ""
        elif inside in {"question", "matrix"}:
            if line.startswith(r"\end{"):
                inside = ""
            elif inside == "matrix":
                entries = line.removesuffix(r"\\").split("&")
                found[number] += [_plain(each) for each in entries]
            elif r"\begin{bmatrix}" in line:
                inside = "matrix"
    return found


def _plain(text: str) -> str:
    """What somebody has written in the place of a blank: without the line, and without LaTeX."""
    text = re.sub(r"\\underline\{\\hspace\{\d+em\}\}", "", text)
    text = re.sub(r"\\(mathbf|left|right)\b|[`$_{}]", "", text)
    text = text.replace(r"\cdot", "·").replace(r"\times", "×").replace(r"\%", "%")
    text = re.sub(r"\s+", " ", text).strip().strip("*").strip()
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


class _FilledPage(HTMLParser):
    """Reads the lines and the entries of matrices of a worksheet in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[int, list[str]] = {}
        self._number = 0
        self._label = self._matrix = self._over = False
        self._depth = 0  # of elements within a blank
        self._powers: list[list[int]] = []  # how deep each open power is, and how many parts it has had

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        self._over = self._over or (tag == "section" and kind == "back")  # the answers
        if self._over:
            return
        if self._depth:
            if self._powers and self._depth == self._powers[-1][0]:
                self._powers[-1][1] += 1
                if self._powers[-1][1] == 2:
                    self.found[self._number][-1] += "^"
            self._depth += tag not in {"br", "hr", "img", "input"}
            if tag == "msup":
                self._powers.append([self._depth, 0])
        elif tag == "div" and kind == "question":
            self._number = 0
        elif tag == "b" and not self._number:
            self._label = True
        elif tag == "table":
            self._matrix = kind == "matrix"
        elif self._number and ((tag == "span" and kind == "line") or (tag == "td" and self._matrix)):
            self.found[self._number].append("")
            self._depth = 1

    def handle_endtag(self, tag: str) -> None:
        if self._over:
            return
        if self._depth:
            self._depth -= 1
            if tag == "msup" and self._powers:
                self._powers.pop()
        elif tag == "b":
            self._label = False
        elif tag == "table":
            self._matrix = False

    def handle_data(self, data: str) -> None:
        if self._over:
            return
        if self._label and data.strip().rstrip(".").isdecimal():
            self._number = int(data.strip().rstrip("."))
            self.found[self._number] = []
        elif self._depth:
            self.found[self._number][-1] += data


def _in_html(text: str) -> dict[int, list[str]]:
    """What stands in the place of the blanks of each question of a worksheet in HTML."""
    page = _FilledPage()
    page.feed(text)
    page.close()
    return {
        number: [" ".join(each.replace("_", " ").split()) for each in texts]
        for number, texts in page.found.items()
    }
