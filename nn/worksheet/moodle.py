"""A worksheet as a question bank for Moodle: numerical questions in Moodle's XML format.

The format is that of https://docs.moodle.org/en/Moodle_XML_format. Each number to find is a question by
itself, with all that is given, so that a quiz can draw questions at random. What a classic mistake leads
to is an answer of its own, worth nothing, whose feedback names the mistake. Moodle takes the first
answer in whose interval a response lies; the right one is the first.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from xml.etree import ElementTree

from autograd.arguments import instance, items
from autograd.errors import ArgumentValueError
from autograd.formula import LATEX
from autograd.program import LineError, Program
from autograd.symbols import unicode_symbol, xml_text
from autograd.tables import Table as Listing
from nn.byhand import by_hand
from nn.byhand.calculation import HandCalculation
from nn.byhand.mistakes import MISTAKES, Variant
from nn.byhand.rounding import Rounding
from nn.worked.limits import check_quiz
from nn.worksheet.elements import (
    Blank,
    Heading,
    Item,
    MatrixItem,
    Picture,
    Question,
    Table,
    one_line,
)
from nn.worksheet.html import svg
from nn.worksheet.latex import SIGNS
from nn.worksheet.renderer import Renderer
from nn.worksheet.sheet import Worksheet

__all__ = ["moodle_xml"]

#: Where the picture of the network lies within a question.
_PICTURE = "network.svg"
#: More characters of a category's name Moodle does not keep.
_LONGEST = 250


def moodle_xml(worksheets: Sequence[Worksheet]) -> str:
    """Some worksheets as one file that Moodle imports: a category of numerical questions for each.

    Several worksheets that ask for the same, as exercises of several seeds do, become a question bank
    instead: a category for each number to find, with one question of every worksheet, out of which a
    quiz draws at random.

    A response is right if it is the number to as many significant digits as the worksheet asks for,
    rounded or cut. A response that a classic mistake leads to gets no marks, and its feedback names the
    mistake.

    Args:
        worksheets: the worksheets.

    Raises:
        TypeError: they are no worksheets.
        ValueError: there are none, or the step of one is so large that its mistakes take too long.

    >>> from xml.etree import ElementTree
    >>> from nn import worked
    >>> from nn.worksheet import Worksheet
    >>> quiz = ElementTree.fromstring(moodle_xml([Worksheet(worked.load("xing-single"), digits=3)]))
    >>> print(quiz[5].findtext("name/text"))
    xing-single 05: ∂o/∂net
    >>> answers = quiz[7].findall("answer")
    >>> [answers[0].findtext(each) for each in ("text", "tolerance")]
    ['-0.500', '0.001']
    >>> told = {answer.findtext("text"): answer.findtext("feedback/text") for answer in answers}
    >>> "the bias enters the net inputs with the other sign" in told["-0.0501"]
    True
    """
    sheets = [
        instance(f"worksheets[{n}]", sheet, Worksheet, "a worksheet")
        for n, sheet in enumerate(items("worksheets", worksheets))
    ]
    if not sheets:
        raise ArgumentValueError("worksheets must be one at least, got none")
    for sheet in sheets:
        check_quiz(sheet.example)
    banks = [list(_asked(sheet)) for sheet in sheets]
    quiz = ElementTree.Element("quiz")
    first = _title(sheets[0])
    same = len({tuple((each.number, each.symbol) for each in bank) for bank in banks}) == 1
    if len(sheets) > 1 and same:
        kind = first.partition(": ")[2] or first
        for together in zip(*banks, strict=True):
            shown = f"{together[0].number} {unicode_symbol(together[0].symbol)}"
            _add_category(quiz, kind, shown)
            for each in together:
                quiz.append(each.element())
    else:
        for sheet, bank in zip(sheets, banks, strict=True):
            _add_category(quiz, _title(sheet))
            for each in bank:
                quiz.append(each.element())
    ElementTree.indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(quiz, encoding="unicode")}\n'


def _title(sheet: Worksheet) -> str:
    return next(item.text for item in sheet.items if isinstance(item, Heading))


def _add_category(quiz: ElementTree.Element, *path: str) -> None:
    """The question that is none, but says which category those after it belong to."""
    question = ElementTree.SubElement(quiz, "question", type="category")
    # a slash within a name is written twice
    names = "/".join(one_line(each)[:_LONGEST].replace("/", "//") for each in ("backprop", *path))
    _add_text(question, "category", f"$course$/top/{names}")


def _add_text(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    element = ElementTree.SubElement(parent, tag, attributes)
    ElementTree.SubElement(element, "text").text = text


# --- what is asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """Something to respond with: the number, how far off it may be, and what is said of it."""

    number: float
    text: str
    tolerance: str
    feedback: str
    fraction: int = 0


@dataclass(frozen=True)
class _Numerical:
    """A number to find, as a question by itself.

    Attributes:
        number: that of the worksheet's question.
        symbol: what the number is called.
        name: the title of the question.
        text: the question, in HTML.
        feedback: how it is computed, in HTML.
        answers: the right one and the wrong ones.
        picture: the network, as SVG; "" for none.
    """

    number: str
    symbol: str
    name: str
    text: str
    feedback: str
    answers: Sequence[_Answer]
    picture: str

    def element(self) -> ElementTree.Element:
        """The question as Moodle reads it."""
        question = ElementTree.Element("question", type="numerical")
        _add_text(question, "name", self.name)
        _add_text(question, "questiontext", self.text, format="html")
        if self.picture:
            file = ElementTree.SubElement(
                question[-1], "file", name=_PICTURE, path="/", encoding="base64"
            )
            file.text = base64.b64encode(self.picture.encode()).decode()
        _add_text(question, "generalfeedback", self.feedback, format="html")
        for tag, text in (("defaultgrade", "1"), ("penalty", "0.3333333"), ("hidden", "0")):
            ElementTree.SubElement(question, tag).text = text
        for each in self.answers:
            answer = ElementTree.SubElement(
                question, "answer", fraction=str(each.fraction), format="moodle_auto_format"
            )
            ElementTree.SubElement(answer, "text").text = each.text
            _add_text(answer, "feedback", each.feedback, format="html")
            ElementTree.SubElement(answer, "tolerance").text = each.tolerance
        # no units: Moodle's qtype_numerical::UNITNONE
        for tag, text in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3")):
            ElementTree.SubElement(question, tag).text = text
        ElementTree.SubElement(question, "unitsleft").text = "0"
        return question


def _asked(sheet: Worksheet) -> Iterator[_Numerical]:
    """Every number to find of a worksheet."""
    calculation = by_hand(sheet.example, notation=sheet.notation)
    wrong = _WrongNumbers(calculation)
    writer, answered = _Html(sheet.digits, answers=False), _Html(sheet.digits, answers=True)
    given = "".join(writer.render_item(item) for item in _given(sheet.items))
    pictures = [svg(item, styled=True) for item in sheet.items if isinstance(item, Picture)]
    asked = list(_blanks(sheet.items))
    width = len(str(max(item.number for item, _, _ in asked)))
    for item, blank, place in asked:
        assert isinstance(blank.answer, float)
        number = f"{item.number:0{width}}{place}"
        if not isfinite(blank.answer):
            continue
        name = unicode_symbol(one_line(blank.symbol)) + (" after the update" if blank.after else "")
        what = _meaning(calculation, blank)
        symbol = writer.math(writer.symbol(blank.symbol))
        find = (
            f"<p>Find {symbol}{f', {what}' if what else ''}, to {sheet.digits} significant digits.</p>"
        )
        yield _Numerical(
            number,
            blank.symbol,
            f"{sheet.example.name} {number}: {name}",
            given + find,
            "" if isinstance(item, Table) else answered.render_item(item),
            list(_answers(blank, Rounding(sheet.digits), wrong.of(blank))),
            pictures[0] if pictures else "",
        )


def _given(items: Sequence[Item]) -> Iterator[Item]:
    """What a question has to tell: the network and the numbers that are given."""
    section = ""
    for item in items:
        if isinstance(item, Heading):
            section = item.text
        elif section in {"Network", "Given"}:
            yield item


def _blanks(items: Sequence[Item]) -> Iterator[tuple[Question | MatrixItem | Table, Blank, str]]:
    """Every number to find, with its item and, of several in one, its place there."""
    seen: set[tuple[str, int]] = set()
    for item in items:
        match item:
            case Question(right=right):
                found = [right]
            case Table(rows=cells):
                found = [blank for row in cells for _, blank in row]
            case MatrixItem(rows=entries):
                found = [each for row in entries for each in row if isinstance(each, Blank)]
            case _:
                continue
        for place, blank in enumerate(found, 1):
            if (blank.symbol, blank.after) not in seen:
                seen.add((blank.symbol, blank.after))
                yield item, blank, f".{place}" if len(found) > 1 else ""


def _meaning(calculation: HandCalculation, blank: Blank) -> str:
    """What a number is, in words, where its name does not say it."""
    if blank.after:
        return "the error after the update"
    symbol = calculation.symbol(blank.symbol)
    line = calculation.program.lines.get(symbol or "")
    writer = _Html(1, answers=False)

    def name(symbol: str) -> str:
        return writer.math(writer.symbol(symbol))

    if line is None:
        return ""
    match line.kind:
        case "gradient":
            return f"the derivative of {name(line.above)} with respect to {name(line.below)}"
        case "partial":
            return f"the derivative of {name(line.above)} with respect to {name(line.below)}"
        case "update":
            return f"{name(line.below)} after the update"
    if line.symbol == calculation.error:
        return "the error"
    return {"net": "a net input", "out": "an output", "part": "a part of the error"}.get(
        calculation.role(line.symbol), ""
    )


# --- what may be answered ------------------------------------------------------------------------


class _WrongNumbers:
    """What the numbers of a step are if a classic mistake is made throughout."""

    def __init__(self, calculation: HandCalculation) -> None:
        self._calculation = calculation
        self._variants = [
            (variant, calculation.program.rewritten(variant.lines.values()))
            for mistake in MISTAKES.values()
            for variant in mistake.variants(calculation)
        ]
        self._found: dict[int, list[tuple[Variant, Mapping[str, float]]]] = {}

    def of(self, blank: Blank) -> list[tuple[str, float]]:
        """Each mistake, in a sentence, with what it makes of a number.

        A slip in a single line is one of the number of that line alone, and not of all that come after.
        """
        if blank.after not in self._found:
            self._found[blank.after] = [
                (variant, numbers)
                for variant, program in self._variants
                if (numbers := self._numbers(program, blank.after)) is not None
            ]
        symbol = self._calculation.symbol(blank.symbol)
        return [
            (variant.says, numbers[symbol])
            for variant, numbers in self._found[blank.after]
            if symbol is not None and symbol in numbers
            if not variant.local or symbol in variant.lines
        ]

    @staticmethod
    def _numbers(program: Program, after: int) -> Mapping[str, float] | None:
        try:
            return program.run(None, program.train(after) if after else None)
        except LineError:  # the mistake leads to where there is nothing to compute
            return None


def _answers(blank: Blank, rounding: Rounding, wrong: Sequence[tuple[str, float]]) -> Iterator[_Answer]:
    """The right answer, and those that a mistake leads to and that cannot be taken for it."""
    assert isinstance(blank.answer, float)
    right = rounding(blank.answer)
    # what is cut is up to one unit away from what is rounded
    unit = rounding.unit(right)
    yield _Answer(right, rounding.text(right), f"{unit:g}", "Right.", 100)
    others: dict[float, list[str]] = {}
    for says, number in [*wrong, ("the sign is turned", -right)]:
        if isfinite(number) and abs(rounding(number) - right) > 1.5 * float(unit):
            others.setdefault(rounding(number), []).append(says)
    for number in sorted(others, key=lambda each: abs(each - right)):
        own = min(unit, rounding.unit(number))
        if any(0.0 < abs(number - other) < 2.5 * float(own) for other in others):
            own /= 2  # no response is taken for the mistake beside it
        told = dict.fromkeys(others[number])
        # "…, at the hidden neurons" says nothing more where "…" leads to the same
        general = [each for each in told if not any(each.startswith(f"{one},") for one in told)]
        sentences = " or if ".join(general)
        feedback = xml_text(f"This is what comes out if {sentences}.")
        yield _Answer(number, rounding.text(number), f"{own:g}", feedback)


# --- as HTML -------------------------------------------------------------------------------------


class _Html(Renderer):
    r"""Writes HTML as Moodle shows it: formulas in LaTeX between ``\(`` and ``\)``, for its MathJax."""

    style = LATEX
    signs = SIGNS

    def render_item(self, item: Item) -> str:
        """An item by itself."""
        return self._item(item)

    def symbol(self, symbol: str) -> str:
        """A name in a formula."""
        return self._symbol(symbol)

    def page(self, title: str, body: str) -> str:
        return body

    def back(self, body: str) -> str:
        return body

    def plain(self, text: str) -> str:
        return xml_text(text)

    def math(self, formula: str) -> str:
        return rf"\({xml_text(formula)}\)"

    def sign(self, text: str) -> str:
        return text

    def place(self, width: int) -> str:
        return rf"\underline{{\hspace{{{width}em}}}}"

    def filled(self, answer: str) -> str:
        return rf"\mathbf{{{answer}}}"

    def line(self, answer: str | None, width: int) -> str:
        return "_" * width if answer is None else self.math(answer)

    def heading(self, text: str, level: int) -> str:
        return f"<h{level + 2}>{text}</h{level + 2}>"

    def paragraph(self, text: str, number: int) -> str:
        return f"<p>{text}</p>"

    def question(self, number: int, sides: Sequence[str], line: str) -> str:
        first, *others = [" = ".join(sides[:2]), *(f"= {side}" for side in sides[2:])]
        return f"<p>{' '.join(map(self.math, [first, *others]))} = {line}</p>"

    def matrix(self, number: int, sides: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join(" & ".join(row) for row in rows)
        matrix = rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"
        return f"<p>{self.math(' = '.join([*sides, matrix]))}</p>"

    def table(self, number: int, rows: Sequence[Sequence[tuple[str, str]]]) -> str:
        cells = [f"{self.math(left)} = {line}" for row in rows for left, line in row]
        return f"<p>{', '.join(cells)}</p>"

    def data(self, table: Listing) -> str:
        return table.html()

    def picture(self, picture: Picture) -> str:
        return f'<p><img src="@@PLUGINFILE@@/{_PICTURE}" alt="the network"></p>'
