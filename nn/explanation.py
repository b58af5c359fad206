"""Derivations as files: one derivative, or a whole step in the order of computation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.arguments import instance, shown, whole
from autograd.arguments import text as text_of
from autograd.derivation import Derivation
from autograd.errors import ArgumentValueError, OperandError
from autograd.files import write
from autograd.formula import MATHML, MOST_DIGITS
from autograd.steps import Section, Step
from autograd.symbols import unicode_symbol
from nn.step import Recorded
from nn.step.explained import error_sections, forward_steps, update_steps, writer
from nn.step.program import step_program
from nn.worksheet.sheet import FORMATS

if TYPE_CHECKING:
    from nn.worked import FormulaExample, WorkedExample
    from nn.worksheet.renderer import Renderer

__all__ = ["DerivationSheet"]


class DerivationSheet:
    """A derivation to be written as a file: sections of steps, each formula, numbers, number.

    Args:
        title: what stands above it.
        sections: its steps.
        digits: how many significant digits numbers have.

    >>> from nn import worked
    >>> sheet = DerivationSheet.of_step(worked.load("xing-single"))
    >>> for section in sheet.sections:
    ...     print(section.title)
    Given
    Forward pass
    δ = ∂e/∂net of the output layer
    Gradients
    Update
    After the update
    >>> print(sheet.sections[2].steps[0].lines()[0])
    δ = −2·(t − o)·o·(1 − o)
    """

    def __init__(self, title: str, sections: Sequence[Section], digits: int = 6) -> None:
        self.title, self.sections = title, tuple(sections)
        self.digits = whole("digits", digits, 1, MOST_DIGITS)

    @staticmethod
    def of_step(
        example: WorkedExample | FormulaExample, step: Recorded | None = None, digits: int = 6
    ) -> DerivationSheet:
        """A whole step of an example: what is given, forward, backward, the update.

        Args:
            example: the example.
            step: its step; the first one, if None.
            digits: how many significant digits numbers have.

        >>> from nn import worked
        >>> DerivationSheet.of_step(worked.load("urbain")).sections[-2].steps[0].formula
        'w₁ − η·∂E/∂w₁'
        """
        step = example.step() if step is None else instance("step", step, Recorded, "a step")
        program = step_program(step, example.learning_rate)
        writes = writer(step, program)
        given = [symbol for symbol, node in step.nodes.items() if node.operation is None]
        rate = [Step("eta", example.learning_rate)] if step.updates else []
        parameters = [symbol for symbol in given if symbol in step.updates]
        found = [
            Section("Given", (*map(writes.step, given), *rate)),
            Section("Forward pass", tuple(forward_steps(writes))),
            *error_sections(step, program, parameters or given),
        ]
        if step.updates:
            after = (Step(program.root, step.error_after),)
            found.append(Section("Update", tuple(update_steps(writes, step))))
            found.append(Section("After the update", after))
        return DerivationSheet(example.title or example.name, found, digits)

    @staticmethod
    def of_derivation(derivation: Derivation, digits: int = 6) -> DerivationSheet:
        """One derivative: in the δ form its steps, else each path and the formulas of the factors.

        Args:
            derivation: the derivative.
            digits: how many significant digits numbers have.

        >>> from nn import worked
        >>> derivation = worked.load("urbain").step().explain("w5")
        >>> DerivationSheet.of_derivation(derivation).sections[0].steps[0].formula
        '∂Eₜₒₜₐₗ/∂Eₒ₁·∂Eₒ₁/∂outₒ₁·∂outₒ₁/∂netₒ₁·∂netₒ₁/∂w₅'
        """
        instance("derivation", derivation, Derivation, "a Derivation")
        whole_one = derivation.whole
        title = f"{unicode_symbol(whole_one.symbol)} explained"
        return DerivationSheet(title, derivation.as_sections(), digits)

    def text(self, format: str = "txt") -> str:
        """The derivation as text.

        Args:
            format: "txt", "md" for Markdown, "html" or "tex".

        Raises:
            ValueError: another format.
            TypeError: it is no text.

        >>> from nn import worked
        >>> sheet = DerivationSheet.of_step(worked.load("xing-single"))
        >>> sheet.text("md").splitlines()[0], "<math" in sheet.text("html")
        ('# one neuron, the bias subtracted, one example, one update', True)
        """
        if text_of("format", format) == "txt":
            return "\n".join(self._plain())
        if format not in FORMATS:
            raise ArgumentValueError(_written_as(format))
        renderer = FORMATS[format](self.digits, answers=True)
        body = "".join(_rendered(self, renderer))
        return renderer.page(self.title, body)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from nn.worksheet.html import HtmlFragment

        renderer = HtmlFragment(self.digits, answers=True)
        return renderer.page(self.title, "".join(_rendered(self, renderer)))

    def _plain(self) -> Iterator[str]:
        yield self.title
        for section in self.sections:
            if section.title:
                yield section.title
            for step in section.steps:
                yield from step.lines(self.digits, "  ")

    def to_dict(self) -> dict[str, Any]:
        """The title and the sections as plain data; see `autograd.steps.Step.to_dict`.

        >>> from nn import worked
        >>> content = DerivationSheet.of_step(worked.load("xing-single")).to_dict()
        >>> content["sections"][0]["steps"][0]["symbol"]
        'w'
        """
        return {
            "title": self.title,
            "sections": [
                {"title": section.title, "steps": [step.to_dict() for step in section.steps]}
                for section in self.sections
            ],
        }

    def save(self, path: str | Path) -> Path:
        """Write the derivation to a file, whose ending says as what.

        Raises:
            ValueError: the ending is none of ``.txt``, ``.md``, ``.html`` and ``.tex``.
            OSError: the file cannot be written.
            TypeError: it is no path.

        >>> from tempfile import TemporaryDirectory
        >>> from nn import worked
        >>> with TemporaryDirectory() as folder:
        ...     path = DerivationSheet.of_step(worked.load("urbain")).save(f"{folder}/step.tex")
        ...     "documentclass" in path.read_text(encoding="utf-8")
        True
        """
        if not isinstance(path, str | PathLike):
            raise OperandError(f"path must be a text or a path, got {shown(path)}", operands=(path,))
        path = Path(path)
        format = path.suffix.removeprefix(".").lower()
        if format not in {"txt", *FORMATS}:
            raise ArgumentValueError(f"{path.name!r}: {_written_as(format)}")
        return write(path, self.text(format))


def _written_as(format: str) -> str:
    return f"a derivation can be written as txt, {', '.join(FORMATS)}, not as {format!r}"


def _rendered(sheet: DerivationSheet, renderer: Renderer) -> Iterator[str]:
    yield renderer.heading(renderer.plain(sheet.title), 1)
    for section in sheet.sections:
        if section.title:
            yield renderer.heading(renderer.plain(section.title), 2)
        given = [step for step in section.steps if step.tree is None]
        if given:
            values = ", ".join(renderer.math(_equation(step, sheet.digits, renderer)) for step in given)
            yield renderer.paragraph(values, 0)
        for step in section.steps:
            if step.tree is not None:
                yield _step(step, sheet.digits, renderer)


def _equation(step: Step, digits: int, renderer: Renderer) -> str:
    symbol = renderer.style.variable(step.symbol)
    return f"{symbol}{renderer.sign(' = ')}{step.sides(renderer.style, digits)[-1]}"


def _infix(piece: str) -> str:
    """A piece whose first sign stands between two others, though nothing is before it on its line."""
    for sign in (MATHML.plus, MATHML.minus):
        if piece.startswith(sign):
            return sign.replace("<mo>", "<mo form='infix'>", 1) + piece.removeprefix(sign)
    return piece


def _step(step: Step, digits: int, renderer: Renderer) -> str:
    """A step: in HTML in pieces that wrap on a narrow screen, elsewhere a line for each side."""
    style, equal = renderer.style, renderer.sign(" = ")
    symbol = style.variable(step.symbol)
    if style is MATHML:
        parts = [renderer.math(symbol)]
        for first, *others in step.in_pieces(style, digits):
            parts += [renderer.math(equal + first), *(renderer.math(_infix(each)) for each in others)]
        return f'<div class="question steps">{" ".join(parts)}</div>\n'
    first, *others = step.sides(style, digits)
    lines = [f"{symbol} = {first}", *(f"= {side}" for side in others)]
    return renderer.paragraph(renderer.line_break.join(map(renderer.math, lines)), 0)
