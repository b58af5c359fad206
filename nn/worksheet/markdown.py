"""A worksheet in Markdown, as code hosts show it.

Formulas stand in ``$`…`$`` and in ``math`` fences: so nothing in them is taken for Markdown, which it is
in plain dollars (``}_{`` twice in a paragraph is emphasis on GitHub).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograd.formula import LATEX
from autograd.symbols import unicode_symbol, visible
from autograd.tables import Table as Listing
from nn.worksheet.elements import Picture, one_line
from nn.worksheet.latex import SIGNS
from nn.worksheet.renderer import Renderer

__all__ = ["BACK", "Markdown"]

_TEXT = re.compile(r"\\text\{((?:[^{}\\]|\\[^a-z]|\\text[a-z]+\{\})*)\}")
#: What signs of texts are in formulas.
_SIGNS_OF_TEXT = {
    r"\textbackslash{}": r"\backslash ",
    r"\textasciitilde{}": r"\sim ",
    r"\textasciicircum{}": r"\wedge ",
    r"\textless{}": r"\lt ",
    r"\textgreater{}": r"\gt ",
    r"\textbar{}": r"\vert ",
}

#: A rule, after which the answers come.
BACK = "---"


class Markdown(Renderer):
    """Writes Markdown."""

    style = LATEX
    line_break = "\\\n"
    signs = SIGNS

    def page(self, title: str, body: str) -> str:  # noqa: D102
        return f"{body.rstrip()}\n"

    def back(self, body: str) -> str:  # noqa: D102
        return f"{BACK}\n\n{body}"

    def plain(self, text: str) -> str:  # noqa: D102
        return re.sub(r"([\\`*_\[\]<>|~&$#])", r"\\\1", visible(text))

    def math(self, formula: str) -> str:  # noqa: D102
        return f"$`{_allowed(formula)}`$"

    def sign(self, text: str) -> str:  # noqa: D102
        return text

    def place(self, width: int) -> str:  # noqa: D102
        return rf"\underline{{\hspace{{{width}em}}}}"

    def filled(self, answer: str) -> str:  # noqa: D102
        return rf"\mathbf{{{answer}}}"

    def line(self, answer: str | None, width: int) -> str:  # noqa: D102
        return "_" * (2 * width) if answer is None else self.math(answer)

    def heading(self, text: str, level: int) -> str:  # noqa: D102
        return f"{'#' * level} {text}\n\n"

    def paragraph(self, text: str, number: int) -> str:  # noqa: D102
        return f"{_numbered(number)}{text}\n\n"

    def question(self, number: int, sides: Sequence[str], line: str) -> str:  # noqa: D102
        first, *others = [" = ".join(sides[:2]), *(f"= {side}" for side in sides[2:])]
        formulas = " ".join(map(self.math, [first, *others]))
        return f"{_numbered(number)}{formulas} = {line}\n\n"

    def matrix(  # noqa: D102
        self, number: int, sides: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> str:
        lines = " \\\\\n".join(" & ".join(row) for row in rows)
        matrix = f"\\begin{{bmatrix}}\n{lines}\n\\end{{bmatrix}}"
        fence = f"```math\n{_allowed(' = '.join([*sides, matrix]))}\n```\n\n"
        return f"{_numbered(number).rstrip()}\n\n{fence}" if number else fence

    def table(self, number: int, rows: Sequence[Sequence[tuple[str, str]]]) -> str:  # noqa: D102
        width = len(rows[0])
        lines = [[f"{self.math(left)} = {line}" for left, line in row] for row in rows]
        filled = [row + [""] * (width - len(row)) for row in lines]
        table = [[f"**{number}.**"] + [""] * (width - 1), ["---"] * width, *filled]
        return "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n\n"

    def data(self, table: Listing) -> str:  # noqa: D102
        rules = ["---:" if side == "r" else "---" for side in table.align]
        rows = [table.heads, *(row.cells for row in table.rows)]
        head, *lines = (f"| {' | '.join(self.plain(cell) or ' ' for cell in row)} |" for row in rows)
        titled = f"**{self.plain(table.title)}**\n\n" if table.title else ""
        return titled + "\n".join([head, f"| {' | '.join(rules)} |", *lines]) + "\n\n"

    def picture(self, picture: Picture) -> str:  # noqa: D102
        nodes = [
            f'  n{column}_{row}(("{_mermaid(name)}"))'
            for column, names in enumerate(picture.columns)
            for row, name in enumerate(names)
        ]
        edges = [
            f'  n{layer - 1}_{i} -- "{_mermaid(name)}" --> n{layer}_{j}'
            for layer, i, j, name in picture.edges
        ]
        biases = [
            f'  b{column}_{row}["{_mermaid(name)}"] -.-> n{column}_{row}'
            for column, row, name in picture.biases
        ]
        return "\n".join(["```mermaid", "flowchart LR", *nodes, *edges, *biases, "```"]) + "\n\n"


def _numbered(number: int) -> str:
    return f"**{number}.** " if number else ""


def _allowed(formula: str) -> str:
    r"""A formula as code hosts take it.

    GitHub refuses ``\operatorname``; MathJax reads few commands in ``\text``; a backtick is the end.
    """
    formula = _TEXT.sub(_in_math, formula).replace(r"\operatorname", r"\mathrm")
    return formula.replace(r"\frac", r"\dfrac").replace("`", "‘")


def _in_math(text: re.Match[str]) -> str:
    inside = text[1].replace(" ", r"\ ")
    for in_text, sign in _SIGNS_OF_TEXT.items():
        inside = inside.replace(in_text, sign)
    return rf"\mathrm{{{inside}}}"


def _mermaid(name: str) -> str:
    """A name in a diagram; what might be more than a sign there is the sign's number."""
    symbol = unicode_symbol(one_line(name))
    return "".join(c if c.isalnum() or c in " [](),.+-=^_@" else f"#{ord(c)};" for c in symbol)
