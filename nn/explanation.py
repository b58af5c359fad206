"""Derivations as files: one derivative, or a whole step in the order of computation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.arguments import instance, whole, wrong_kind
from autograd.arguments import text as text_of
from autograd.derivation import Derivation
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.files import path_of, write
from autograd.formula import MATHML, MOST_DIGITS, scientific
from autograd.second import HessianTable, SecondDerivation
from autograd.steps import Section, Step
from autograd.symbols import unicode_symbol
from autograd.tables import ShownAsText, Table, decimal
from nn.step import Recorded
from nn.step.contributions import Contributions
from nn.step.explained import error_sections, forward_steps, update_steps, writer
from nn.step.matrix_formulas import Named
from nn.step.program import step_program
from nn.step.updates import RATE, SHOWN
from nn.terminal import plain
from nn.worksheet.sheet import FORMATS

if TYPE_CHECKING:
    from nn.step import Matrix, TrainingStep
    from nn.worked import FormulaExample, WorkedExample
    from nn.worksheet.renderer import Renderer

__all__ = ["DerivationSheet", "Explained", "MatrixSheet", "TableSheet", "sheet_of"]


class _Sheet(ShownAsText, ABC):
    """What is written as a file in several formats."""

    title: str
    digits: int

    @abstractmethod
    def _plain(self) -> Iterator[str]:
        """The lines of plain text."""

    @abstractmethod
    def _body(self, renderer: Renderer) -> Iterator[str]:
        """What stands below the title."""

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
        return self._page(renderer)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from nn.worksheet.html import HtmlFragment

        renderer = HtmlFragment(self.digits, answers=True)
        return self._page(renderer)

    def _page(self, renderer: Renderer) -> str:
        head = renderer.heading(renderer.plain(self.title), 1)
        return renderer.page(self.title, head + "".join(self._body(renderer)))

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
        path = path_of(path)
        format = path.suffix.removeprefix(".").lower()
        if format not in {"txt", *FORMATS}:
            raise ArgumentValueError(f"{path.name!r}: {_written_as(format)}")
        return write(path, self.text(format))


class DerivationSheet(_Sheet):
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
        'w₁ − η·∂Eₜₒₜₐₗ/∂w₁'
        """
        step = example.step() if step is None else step
        if not isinstance(step, Recorded):
            raise wrong_kind("step", "a step", step)
        program = step_program(step, example.learning_rate)
        writes = writer(step, program)
        given = [symbol for symbol, node in step.nodes.items() if node.operation is None]
        rule = {RATE: example.learning_rate, **step.update_rule.given(step.steps_before)}
        rate = [Step(SHOWN[each], number) for each, number in rule.items()] if step.updates else []
        rate += [Step(symbol, number) for symbol, number in step.buffers.items()]
        parameters = [symbol for symbol in given if symbol in step.updates]
        found = [
            Section("Given", (*map(writes.step, given), *rate)),
            Section("Forward pass", tuple(forward_steps(writes))),
            *(
                Section(section.title or "Backward pass", section.steps)  # of formulas, no layers
                for section in error_sections(step, program, parameters or given)
            ),
        ]
        if step.updates:
            after = (Step(program.root, step.error_after),)
            found.append(Section("Update", tuple(update_steps(writes, step))))
            found.append(Section("After the update", after))
        return DerivationSheet(example.title or example.name, found, digits)

    @staticmethod
    def of_derivation(derivation: Derivation | SecondDerivation, digits: int = 6) -> DerivationSheet:
        """One derivative: in the δ form its steps, else each path and the formulas of the factors.

        Args:
            derivation: the derivative, or a second one.
            digits: how many significant digits numbers have.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> DerivationSheet.of_derivation(step.explain("w5")).sections[0].steps[0].formula
        '∂Eₜₒₜₐₗ/∂Eₒ₁·∂Eₒ₁/∂outₒ₁·∂outₒ₁/∂netₒ₁·∂netₒ₁/∂w₅'
        >>> DerivationSheet.of_derivation(step.explain("w5", then="w6")).title
        '∂²Eₜₒₜₐₗ/∂w₅∂w₆ explained'
        """
        if not isinstance(derivation, Derivation | SecondDerivation):
            raise wrong_kind("derivation", "a Derivation", derivation)
        title = f"{unicode_symbol(derivation.symbol)} explained"
        return DerivationSheet(title, derivation.as_sections(), digits)

    def _plain(self) -> Iterator[str]:
        yield self.title
        for section in self.sections:
            yield from section.lines(self.digits)

    def _body(self, renderer: Renderer) -> Iterator[str]:
        for section in self.sections:
            if section.title:
                yield renderer.heading(renderer.plain(section.title), 2)
            given = [step for step in section.steps if step.tree is None]
            if given:
                values = (renderer.math(_equation(step, self.digits, renderer)) for step in given)
                yield renderer.paragraph(", ".join(values), 0)
            for step in section.steps:
                if step.tree is not None:
                    yield _step(step, self.digits, renderer)

    def to_dict(self) -> dict[str, Any]:
        """The title and the sections as plain data; see `autograd.steps.Step.to_dict`.

        >>> from nn import worked
        >>> content = DerivationSheet.of_step(worked.load("xing-single")).to_dict()
        >>> content["sections"][0]["steps"][0]["symbol"]
        'w'
        """
        return {"title": self.title, "sections": [section.to_dict() for section in self.sections]}


class TableSheet(_Sheet):
    """Tables to be written as a file: a Hessian, or what contributes to a gradient.

    Args:
        title: what stands above them.
        tables: the tables.

    >>> from nn import worked
    >>> step = worked.load("urbain").step()
    >>> sheet = TableSheet("second derivatives", [step.hessian(["w5", "w6"]).table(3)])
    >>> print(sheet.text("md"))
    # second derivatives
    <BLANKLINE>
    **Hessian of Eₜₒₜₐₗ**
    <BLANKLINE>
    |   | ∂/∂w₅ | ∂/∂w₆ |
    | --- | ---: | ---: |
    | ∂/∂w₅ | -0.0122 | -0.0123 |
    | ∂/∂w₆ | -0.0123 | -0.0124 |
    <BLANKLINE>
    """

    def __init__(self, title: str, tables: Sequence[Table]) -> None:
        self.title, self.tables, self.digits = title, tuple(tables), MOST_DIGITS

    def _plain(self) -> Iterator[str]:
        yield self.title
        yield plain(self.tables)

    def _body(self, renderer: Renderer) -> Iterator[str]:
        yield from map(renderer.data, self.tables)

    def to_dict(self) -> dict[str, Any]:
        """The title and the texts of the tables as plain data.

        >>> table = Table("", ["x", "x²"], "rr")
        >>> table.add("2", "4")
        >>> TableSheet("squares", [table]).to_dict()
        {'title': 'squares', 'tables': [{'title': '', 'heads': ['x', 'x²'], 'rows': [['2', '4']]}]}
        """
        return {
            "title": self.title,
            "tables": [
                {
                    "title": table.title,
                    "heads": table.heads,
                    "rows": [list(row.cells) for row in table.rows],
                }
                for table in self.tables
            ],
        }


class MatrixSheet(_Sheet):
    """A derivative of the error in the document's own matrices: those that lead to it, and its entry.

    Args:
        step: the step, in a notation that has matrices.
        symbol: with respect to what: a weight, a bias or a net input.
        digits: how many significant digits numbers have.

    Attributes:
        matrices: the matrices from ∂E/∂out on, the last one with the derivative in it.
        given: the matrices of the forward pass that their formulas use.
        place: the row and the column of the derivative in the last matrix, from 1.
        value: the derivative.

    Of parameters that are shared in another way than the document's, no product of matrices is the
    gradient; then the matrix alone is shown.

    Raises:
        ValueError: the notation has no matrices.
        KeyError: no matrix has such a derivative.

    >>> from nn import worked
    >>> print(MatrixSheet(worked.load("hoey").step(), "W1[2,1]", digits=3))
    dErrorDW1[2,1] = 0.0315 in matrices
      derror = ∂Error/∂z2 = [-0.0746  0.965]
      del2 = derror ⊙ σ′(a2) = [-0.0167  0.209]
      del1 = (del2·W2[2:]ᵀ) ⊙ σ′(a1) = [0.0315  -0.00848]
      dErrorDW1 = Xᵀ·del1
        = [  0.0315  -0.00848]
          [  0.0315  -0.00848]
          [   0.063    -0.017]
      in row 2, column 1: dErrorDW1[2,1] = 0.0315
    where
      X = [1  1  2]
      a1 = [0.6  0.2]
      W2
        = [ 0.3   0.4]
          [-0.1  0.65]
          [ 0.8  -0.1]
      a2 = [0.675  0.765]
      z2 = [0.663  0.682]
    """

    def __init__(self, step: TrainingStep, symbol: str, digits: int = 6) -> None:
        from nn.step import TrainingStep

        instance("step", step, TrainingStep, "a step of a network")
        self.digits = whole("digits", digits, 1, MOST_DIGITS)
        names, matrices = step.names, step.matrices
        node, result = step.derivative(symbol)
        if result is not step.error:
            raise ArgumentValueError(f"matrices have derivatives of the error alone, not {symbol!r}")
        deltas = {
            each.nets[neuron]: each.deltas[neuron] for each in names.passes for neuron in each.nets
        }
        self.symbol = deltas.get(node.name or "") or names.gradient(node.name or "")
        found = next(
            (
                (matrix, row, column)
                for matrix in matrices
                for row, line in enumerate(matrix.symbols, 1)
                for column, each in enumerate(line, 1)
                if each == self.symbol
            ),
            None,
        )
        if found is None:
            raise UnknownNameError(f"no matrix of the step has the derivative {self.symbol!r}")
        last, *self.place = found
        self.matrices = _leading(matrices, last)
        mentioned = {
            piece for each in self.matrices for piece in each.pieces if isinstance(piece, Named)
        }
        self.given = [each for each in matrices if each.name in mentioned and each not in self.matrices]
        self.value = step[self.symbol]
        self.title = f"{unicode_symbol(self.symbol)} = {decimal(self.value, self.digits)} in matrices"

    def _plain(self) -> Iterator[str]:
        yield self.title
        for matrix in self.matrices:
            formula = f" = {matrix.formula}" if matrix.formula else ""
            yield from self._grid(matrix, f"{matrix.name}{formula}")
        row, column = self.place
        value = decimal(self.value, self.digits)
        yield f"  in row {row}, column {column}: {unicode_symbol(self.symbol)} = {value}"
        if self.given:
            yield "where"
        for matrix in self.given:
            yield from self._grid(matrix, matrix.name)

    def _grid(self, matrix: Matrix, text: str) -> Iterator[str]:
        grid = [[decimal(number, self.digits) for number in row] for row in matrix.numbers]
        width = max(len(each) for row in grid for each in row) if len(grid) > 1 else 0
        rows = [f"[{'  '.join(each.rjust(width) for each in row)}]" for row in grid]
        if len(rows) == 1:
            yield f"  {text} = {rows[0]}"
            return
        yield f"  {text}"
        yield f"    = {rows[0]}"
        yield from (f"      {row}" for row in rows[1:])

    def _body(self, renderer: Renderer) -> Iterator[str]:
        for matrix in self.matrices:
            yield self._equation(
                renderer, matrix, [[Named(matrix.name)], *filter(None, [matrix.pieces])]
            )
        row, column = self.place
        step = Step(self.symbol, self.value)
        equation = renderer.math(_equation(step, self.digits, renderer))
        yield renderer.paragraph(f"In row {row}, column {column}: {equation}", 0)
        if self.given:
            yield renderer.heading(renderer.plain("Where"), 2)
        for matrix in self.given:
            yield self._equation(renderer, matrix, [[Named(matrix.name)]])

    def _equation(self, renderer: Renderer, matrix: Matrix, sides: Sequence[Sequence[str]]) -> str:
        rows = [
            [scientific(number, renderer.style, self.digits).text for number in row]
            for row in matrix.numbers
        ]
        return renderer.matrix(0, [renderer.sides_of(side) for side in sides], rows)

    def to_dict(self) -> dict[str, Any]:
        """The derivative and the matrices as plain data.

        >>> from nn import worked
        >>> content = MatrixSheet(worked.load("hoey").step(), "W1[2,1]").to_dict()
        >>> content["form"], [matrix["name"] for matrix in content["matrices"]], content["place"]
        ('matrix', ['derror', 'del2', 'del1', 'dErrorDW1'], [2, 1])
        """
        return {
            "symbol": self.symbol,
            "form": "matrix",
            "value": self.value,
            "place": list(self.place),
            "matrices": [
                {
                    "name": matrix.name,
                    "formula": matrix.formula,
                    "symbols": matrix.symbols,
                    "numbers": matrix.numbers,
                }
                for matrix in self.matrices
            ],
        }


#: A table of more columns is wide.
_WIDE = 6
#: What can be written as a file.
Explained: TypeAlias = (
    "DerivationSheet | MatrixSheet | TableSheet | Derivation | SecondDerivation | HessianTable"
    " | Contributions"
)


def sheet_of(found: Explained) -> DerivationSheet | MatrixSheet | TableSheet:
    """A derivation, a Hessian or contributions, as what is written to a file; a sheet is one already.

    Args:
        found: what `nn.step.Recorded.explain` and the like give.

    >>> from nn import worked
    >>> sheet_of(worked.load("urbain").step().hessian(["w5"])).text("tex").count("tabular")
    2
    """
    if isinstance(found, DerivationSheet | MatrixSheet | TableSheet):
        return found
    if isinstance(found, HessianTable):
        digits = 6 if len(found.symbols) <= _WIDE else 4  # so that it fits a page
        title = f"Second derivatives of {unicode_symbol(found.result)}"
        return TableSheet(title, [found.table(digits)])
    if isinstance(found, Contributions):
        return TableSheet(f"Contributions to {unicode_symbol(found.symbol)}", found.tables())
    return DerivationSheet.of_derivation(found)


def _leading(matrices: Sequence[Matrix], last: Matrix) -> list[Matrix]:
    """The matrices of the backward pass that a matrix is computed from, in order, itself the last."""
    by_name = {matrix.name: matrix for matrix in matrices}
    needed, waiting = {last.name}, [last]
    backward = matrices[matrices.index(next(each for each in matrices if "∂" in each.pieces[:1])) :]
    allowed = {matrix.name for matrix in backward}
    while waiting:
        for piece in waiting.pop().pieces:
            if isinstance(piece, Named) and piece in allowed and piece not in needed:
                needed.add(piece)
                waiting.append(by_name[piece])
    return [matrix for matrix in backward if matrix.name in needed]


def _written_as(format: str) -> str:
    return f"a derivation can be written as txt, {', '.join(FORMATS)}, not as {format!r}"


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
