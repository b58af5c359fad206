"""Worksheet: a worked example as guided notes with blanks, and the same with the answers."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd import OPERATIONS
from autograd.arguments import choice, flag, whole, wrong_kind
from autograd.arguments import text as text_of
from autograd.errors import ArgumentValueError
from autograd.files import path_of, write
from autograd.symbols import unicode_symbol
from autograd.tables import ShownAsText
from nn.notation import Names, Notation
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample
from nn.worksheet.by_line import ask_by_line, show_values
from nn.worksheet.by_matrix import ask_by_matrices, matrices_fit, show_matrices
from nn.worksheet.by_number import ask_by_entries, show_entries
from nn.worksheet.elements import (
    Heading,
    Item,
    MatrixItem,
    Paragraph,
    Picture,
    Question,
    Table,
    blanks,
    one_line,
)
from nn.worksheet.html import Html, HtmlFragment
from nn.worksheet.latex import Latex
from nn.worksheet.markdown import Markdown
from nn.worksheet.network_trace import NetworkTrace
from nn.worksheet.renderer import Renderer
from nn.worksheet.trace import HINTS, LENGTHS, AskAs, Trace

__all__ = ["FORMATS", "Worksheet"]

#: What a worksheet can be written as, by the ending of the file.
FORMATS: dict[str, type[Renderer]] = {"md": Markdown, "html": Html, "tex": Latex}
#: Nobody fills in more blanks, and a picture of more weights is a black square.
_MOST_BLANKS, _MOST_EDGES = 3000, 60


class Worksheet(ShownAsText):
    r"""A worked example as guided notes: with blanks to fill in, or with the answers in them.

    Both come from one sequence of items, taken down from the example's training step: each number from
    its graph, and how it is computed from there too.

    Args:
        example: the worked example.
        digits: to how many significant digits the answers are given.
        notation: what to call everything; as the example does if None.
        length: "full"; or "short", with one of each kind of question and tables for the rest.
        hints: "all": every formula and the numbers in it; "some": the formulas; "none": blanks for them.

    Attributes:
        example: see above.
        digits: likewise.
        notation: likewise.
        items: what it is made of.

    Raises:
        ValueError: the network or its examples are too many to work out by hand, the digits are not
            between 1 and 17, or there is no such notation.
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> sheet = Worksheet(worked.load("urbain"), digits=4)
    >>> [line] = [line for line in sheet.text("md").splitlines() if line.startswith("**2.**")]
    >>> print(line)  # doctest: +ELLIPSIS
    **2.** $`\mathrm{out}_{h1} = \sigma\left(\mathrm{net}_{h1}\right)`$ ... = ____________
    """

    def __init__(
        self,
        example: WorkedExample | FormulaExample,
        *,
        digits: int = 6,
        notation: Notation | str | None = None,
        length: str = "full",
        hints: str = "all",
    ) -> None:
        if not isinstance(example, WorkedExample | FormulaExample):
            raise wrong_kind("example", "a worked example", example)
        digits = whole("digits", digits, -sys.maxsize)
        if not 1 <= digits <= 17:
            raise ArgumentValueError(f"digits must be from 1 to 17, got {digits}")
        self.example, self.digits, self.notation = example, digits, notation
        ask_as = AskAs(choice("length", length, LENGTHS), choice("hints", hints, HINTS))
        trace = (
            self._of_network(example, notation, ask_as)
            if isinstance(example, WorkedExample)
            else self._of_formulas(example, notation, ask_as)
        )
        self.items: list[Item] = trace.items
        trace.head("After the update")
        trace.say("The forward pass once more, with the updated parameters and the same data, gives")
        trace.ask_for(trace.program.root, trace.step.error_after, after=1)

    def _of_network(
        self, example: WorkedExample, notation: Notation | str | None, ask_as: AskAs
    ) -> Trace:
        _check_size(example)
        step = example.step()
        step = step if notation is None else step.in_notation(notation)
        trace = NetworkTrace(step, example.learning_rate, example.error, ask_as)
        by_matrix = (
            bool(step.names.notation.vectors) and step.update_rule.descends and matrices_fit(trace)
        )
        _introduce(trace, example, self.digits)
        _show_network(trace)
        (show_matrices if by_matrix else show_entries)(trace)
        trace.say_what_to_find()
        (ask_by_matrices if by_matrix else ask_by_entries)(trace)
        return trace

    def _of_formulas(
        self, example: FormulaExample, notation: Notation | str | None, ask_as: AskAs
    ) -> Trace:
        if notation is not None:
            raise ArgumentValueError(f"{example.name} has formulas, which no notation names")
        if not example.parameters:
            raise ArgumentValueError(f"{example.name}: training.parameters is empty: nothing to find")
        trace = Trace(example.step(), example.learning_rate, ask_as)
        _introduce(trace, example, self.digits)
        show_values(trace)
        trace.say_what_to_find()
        ask_by_line(trace)
        return trace

    def __str__(self) -> str:
        return self.text("md")

    def _repr_html_(self) -> str:
        return HtmlFragment(self.digits, answers=False).render(self.items)

    def to_dict(self) -> dict[str, Any]:
        """The number of digits, and every blank, as plain data.

        >>> from nn import worked
        >>> content = Worksheet(worked.load("xing-single")).to_dict()
        >>> content["digits"], content["blanks"][0]
        (6, {'question': 1, 'symbol': 'net', 'answer': 0.0})
        """
        return {"digits": self.digits, "blanks": self.records()}

    def records(self) -> list[dict[str, Any]]:
        """A dict for every blank, as ``pandas.DataFrame`` takes them.

        The answer is a number, or of a question for the shape of a matrix a text.

        >>> from nn import worked
        >>> Worksheet(worked.load("hoey")).records()[0]
        {'question': 1, 'symbol': 'a1', 'answer': '1×2'}
        """
        return [
            {
                "question": item.number,
                "symbol": blank.symbol,
                "answer": "{}×{}".format(*blank.answer)
                if isinstance(blank.answer, tuple)
                else blank.answer,
            }
            for item in self.items
            if isinstance(item, Paragraph | Question | MatrixItem | Table)
            for blank in blanks([item])
        ]

    def text(self, format: str, answers: bool | str = False) -> str:
        r"""The worksheet as text.

        Args:
            format: "md" for Markdown, "html" or "tex".
            answers: whether the blanks are filled in; "back" for a page of answers at the back.

        Raises:
            ValueError: another format, or other text for the answers.
            TypeError: an argument is not of its kind.

        >>> from nn import worked
        >>> sheet = Worksheet(worked.load("xing-single"))
        >>> "____" in sheet.text("md"), "____" in sheet.text("md", answers=True)
        (True, False)
        >>> sheet.text("md", answers="back").splitlines()[-1]
        '**11.** $`e`$ = $`\\mathbf{0.121553}`$'
        """
        if text_of("format", format) not in FORMATS:
            raise ArgumentValueError(_written_as(format))
        if isinstance(answers, str):
            at_back, answers = choice("answers", answers, ["back"]) == "back", False
        else:
            at_back, answers = False, flag("answers", answers)
        return FORMATS[format](self.digits, answers).render(self.items, answers_at_back=at_back)

    def save(self, path: str | Path, answers: bool | str = False) -> Path:
        """Write the worksheet to a file, whose ending says as what.

        Args:
            path: the file.
            answers: see `text`.

        Raises:
            ValueError: the ending is none of ``.md``, ``.html`` and ``.tex``; see also `text`.
            OSError: the file cannot be written.
            TypeError: an argument is not of its kind.

        >>> from tempfile import TemporaryDirectory
        >>> from nn import worked
        >>> with TemporaryDirectory() as folder:
        ...     path = Worksheet(worked.load("urbain")).save(f"{folder}/urbain.html")
        ...     "</html>" in path.read_text(encoding="utf-8")
        True
        """
        path = path_of(path)
        format = path.suffix.removeprefix(".").lower()
        if format not in FORMATS:
            raise ArgumentValueError(f"{path.name!r}: {_written_as(format)}")
        return write(path, self.text(format, answers))


def _written_as(format: str) -> str:
    """What is wrong with a format that is none."""
    return f"a worksheet can be written as {', '.join(FORMATS)}, not as {format!r}"


def _check_size(example: WorkedExample) -> None:
    """Raise ValueError if there is more to fill in than anybody would."""
    sizes = example.shape
    neurons = sum(sizes[1:])
    weights = sum(nin * nout for nin, nout in pairwise(sizes))
    blanks = 5 * neurons * len(example.examples) + 2 * (weights + neurons)
    if blanks > _MOST_BLANKS:
        raise ArgumentValueError(
            f"{example.name}: a worksheet of some {blanks:,} numbers to find; "
            f"more than {_MOST_BLANKS:,} are too many to work out by hand"
        )


def _introduce(trace: Trace, example: WorkedExample | FormulaExample, digits: int) -> None:
    title = re.sub(  # w1 is w₁, as everywhere below
        r"\w+",
        lambda word: unicode_symbol(word[0]) if word[0] in trace.step.nodes else word[0],
        one_line(example.title) or example.name,
    )
    trace.items.append(Heading(title, 1))
    if example.source:
        trace.say(f"Source: {one_line(example.source)}.")
    if example.ours:
        trace.say(f"Not from there: {one_line(example.ours)}.")
    trace.say(
        f"Write every number to {digits} significant digits, and go on with all the digits that you "
        f"have. A blank within a formula is for a number that you have found before."
    )


def _show_network(trace: NetworkTrace) -> None:
    trace.head("Network")
    network, notation = trace.step.network, trace.step.names.notation
    names = Names(notation, network)
    edges = [
        (layer, i, j, names.parameters[weight])
        for layer, part in enumerate(network.layers, 1)
        for j, neuron in enumerate(part.neurons)
        for i, weight in enumerate(neuron.weights)
    ]
    if len(edges) <= _MOST_EDGES:
        columns = [[names.neurons[neuron] for neuron in layer.neurons] for layer in network.layers]
        biases = [
            (layer, j, names.parameters[neuron.bias])
            for layer, part in enumerate(network.layers, 1)
            for j, neuron in enumerate(part.neurons)
            if neuron.bias is not None
        ]
        trace.items.append(Picture([names.passes[0].inputs, *columns], edges, biases))
    for number, layer in enumerate(network.layers, 1):
        count, activation = len(layer.neurons), layer.neurons[0].activation
        neurons = f"{count} neuron{'s' if count > 1 else ''}"
        if activation == "linear":
            trace.say(f"Layer {number}: {neurons}, linear.")
        else:
            operation = OPERATIONS[activation]
            about = operation.about.replace("(-", "(−")  # where no line breaks
            trace.say(f"Layer {number}: {neurons} with {operation.symbol}, the {about}.")
