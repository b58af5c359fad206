r"""A worksheet in LaTeX: an article that needs the packages amsmath and, for a picture of the network,
TikZ; for pdflatex, lualatex or tectonic.

The file is ASCII throughout, so that it does not matter which fonts there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from autograd.formula import LATEX, scientific
from autograd.symbols import GREEK, latex_text
from autograd.tables import Table as Listing
from nn.worksheet.elements import MOST_LABELS, Picture
from nn.worksheet.renderer import Renderer

__all__ = ["SIGNS", "Latex"]

#: What the signs in formulas of matrices are in LaTeX, where they are not what they look like.
SIGNS = {
    "·": r" \cdot ",
    " ⊙ ": r" \odot ",
    "ᵀ": "{}^{T}",  # not a second superscript of the name before it
    "′": "'",
    "∂": r"\partial ",
    "/∂": r" / \partial ",
    "η·": r"\eta \cdot ",
    " − ": " - ",
    "−": "-",
    "−1": "-1",
    "Σ ": r"\sum ",
    "×": r" \times ",
    " ": r"\;\; ",
    "; ": r";\; ",
}

_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath}
\addtolength{\textwidth}{36mm}\addtolength{\oddsidemargin}{-18mm}
\addtolength{\textheight}{50mm}\addtolength{\topmargin}{-25mm}
\setlength{\parindent}{0pt}\setlength{\parskip}{8pt plus 3pt}
\linespread{1.15}\lineskiplimit=3pt\lineskip=5pt\raggedright\everymath{\displaystyle}
\newcommand{\blank}[1]{\underline{\hspace{#1}}}
\newcommand{\answer}[1]{\underline{\mathbf{#1}}}
\newcommand{\question}[1]{\hangindent=2.4em\hangafter=1\makebox[2.4em][l]{\textbf{#1.}}}
\newcommand{\unicode}[1]{\text{\ifdefined\pdftexversion[U+#1]\else
  \iffontchar\font"#1 \char"#1 \else[U+#1]\fi\fi}}
"""
#: How to set matrices of so many columns at most.
_SIZES = {5: "", 7: r"\small ", 10: r"\scriptsize "}

#: Accents by their names in Unicode, as ``\'e`` has one.
_ACCENTS = {
    "GRAVE": "`", "ACUTE": "'", "CIRCUMFLEX": "^", "TILDE": "~", "MACRON": "=", "DOT ABOVE": ".",
    "DIAERESIS": '"', "RING ABOVE": "r", "DOUBLE ACUTE": "H", "CARON": "v", "CEDILLA": "c",
    "OGONEK": "k",
}  # fmt: skip
_IN_MATH = {
    **{letter: rf"\{word}" for word, letter in GREEK.items()},
    "·": r"\cdot", "×": r"\times", "÷": r"\div", "±": r"\pm", "∂": r"\partial", "∑": r"\sum",
    "∏": r"\prod", "√": r"\surd", "∞": r"\infty", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "→": r"\to", "∈": r"\in", "∇": r"\nabla", "⊙": r"\odot", "−": "-", "′": "'",
}  # fmt: skip
_IN_TEXT = {
    "–": "--", "—": "---", "…": r"\ldots{}", "‘": "`", "’": "'", "“": "``", "”": "''",
    "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ł": r"\l{}", "Ł": r"\L{}",
    "ı": r"\i{}", "\u00a0": "~", "§": r"\S{}", "©": r"\copyright{}",
}  # fmt: skip


class Latex(Renderer):
    """Writes LaTeX."""

    style = LATEX
    line_break = "\\newline\n"
    equal = " ${}={}$ "
    signs = SIGNS

    def page(self, title: str, body: str) -> str:  # noqa: D102
        preamble = _PREAMBLE + ("\\usepackage{tikz}\n" if r"\begin{tikzpicture}" in body else "")
        text = f"{preamble}\\begin{{document}}\n\n{body}\\end{{document}}\n"
        return "".join(c if c.isascii() else _in_ascii(c) for c in text)

    def back(self, body: str) -> str:  # noqa: D102
        return f"\\newpage\n{body}"

    def plain(self, text: str) -> str:  # noqa: D102
        return latex_text(text)

    def math(self, formula: str) -> str:  # noqa: D102
        return f"${formula}$"

    def sign(self, text: str) -> str:  # noqa: D102
        return text

    def place(self, width: int) -> str:  # noqa: D102
        return rf"\blank{{{width}em}}"

    def filled(self, answer: str) -> str:  # noqa: D102
        return rf"\answer{{{answer}}}"

    def line(self, answer: str | None, width: int) -> str:  # noqa: D102
        return self.math(self.place(width) if answer is None else answer)

    def heading(self, text: str, level: int) -> str:  # noqa: D102
        if level == 1:
            return f"{{\\Large\\textbf{{{text}}}\\par}}\n\n"
        return f"\\{'sub' * (level - 2)}section*{{{text}}}\n\n"

    def paragraph(self, text: str, number: int) -> str:  # noqa: D102
        return f"{_numbered(number)}{text}\n\n"

    def question(self, number: int, sides: Sequence[str], line: str) -> str:  # noqa: D102
        lines = [" = ".join(sides[:2]), *(f"= {side}" for side in sides[2:])]
        equations = "\\newline\n".join(map(self.math, lines))
        return f"{_numbered(number)}{equations} ${{}}={{}}$ {line}\n\n"

    def matrix(  # noqa: D102
        self, number: int, sides: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> str:
        entries = "\\\\\n".join(" & ".join(row) for row in rows)
        matrix = f"\\begin{{bmatrix}}\n{entries}\n\\end{{bmatrix}}"
        size = next(size for most, size in _SIZES.items() if len(rows[0]) <= most)
        formula = self.math(" = ".join([*sides, matrix]))
        return f"{_numbered(number)}{{\\renewcommand{{\\arraystretch}}{{1.5}}{size}{formula}}}\n\n"

    def table(self, number: int, rows: Sequence[Sequence[tuple[str, str]]]) -> str:  # noqa: D102
        width = 0.9 / len(rows[0])
        cells = [
            f"\\makebox[{width:.3f}\\linewidth][l]{{{self.math(f'{left} = {{}}')} {line}}}"
            for row in rows
            for left, line in row
        ]
        return f"{_numbered(number)}" + "\n".join(cells) + "\n\n"

    def data(self, table: Listing) -> str:  # noqa: D102
        rows = [table.heads, *(row.cells for row in table.rows)]
        head, *lines = (" & ".join(map(self._cell, row)) for row in rows)
        body = " \\\\\n".join(lines)
        size = next((size for most, size in _SIZES.items() if len(table.heads) <= most), r"\tiny ")
        if size:
            size += r"\setlength{\tabcolsep}{3pt}"
        grid = f"\\begin{{tabular}}{{{table.align}}}\n{head} \\\\ \\hline\n{body}\n\\end{{tabular}}"
        return f"\\textbf{{{self.plain(table.title)}}}\n\n{{{size}{grid}}}\n\n"

    def _cell(self, cell: str) -> str:
        if not re.fullmatch(r"-?\d[\d.e+-]*", cell):
            return self.plain(cell)
        return self.math(scientific(float(cell), self.style).text)

    def picture(self, picture: Picture) -> str:  # noqa: D102
        columns = picture.columns
        tallest = max(map(len, columns))
        across, down = min(55, 150 // (len(columns) - 1)), min(24, 220 // tallest)  # fits the page
        begin = (
            rf"\begin{{tikzpicture}}[x={across}mm, y=-{down}mm, >=stealth, "
            r"every circle node/.style={draw, minimum size=7mm, inner sep=1pt}]"
        )
        lines = [begin]
        for column, names in enumerate(columns):
            lines += [
                rf"\node[circle] (n{column}-{row}) at ({column}, {row + (tallest - len(names)) / 2:g}) "
                rf"{{${self._symbol(name)}$}};"
                for row, name in enumerate(names)
            ]
        for layer, i, j, name in picture.edges:
            # labels of crossing arrows do not meet
            label = (
                rf"node[pos={0.2 + 0.15 * (i % 4):g}, fill=white, inner sep=1pt, font=\footnotesize] "
                rf"{{${self._symbol(name)}$}} "
            )
            label = label if len(picture.edges) <= MOST_LABELS else ""
            lines.append(rf"\draw[->] (n{layer - 1}-{i}) -- {label}(n{layer}-{j});")
        for column, row, name in picture.biases:
            lines.append(
                rf"\draw[<-, dashed] (n{column}-{row}) -- ++(0, -0.4) "
                rf"node[above, font=\footnotesize] {{${self._symbol(name)}$}};"
            )
        return "\n".join([*lines, r"\end{tikzpicture}"]) + "\n\n"


def _numbered(number: int) -> str:
    return f"\\question{{{number}}}" if number else ""


def _in_ascii(character: str) -> str:
    r"""A character as a command, in text or within ``\text``; its number where there is none.

    >>> [_in_ascii(character) for character in "éσ₂語"]
    ["\\'{e}", '\\ensuremath{\\sigma}', '\\ensuremath{{}_{2}}', '\\unicode{8A9E}']
    """
    if character in _IN_MATH:
        return rf"\ensuremath{{{_IN_MATH[character]}}}"
    if character in _IN_TEXT:
        return _IN_TEXT[character]
    mark, *of = unicodedata.decomposition(character).split() or [""]
    match [mark, *(chr(int(code, 16)) for code in of)]:
        case ["<sub>", base] if base.isascii():
            return rf"\ensuremath{{{{}}_{{{base}}}}}"
        case ["<super>", base] if base.isascii():
            return rf"\ensuremath{{{{}}^{{{base}}}}}"
    base, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) == 1 and base.isascii():
        accent = _ACCENTS.get(
            unicodedata.name(marks[0]).removeprefix("COMBINING ").removesuffix(" ACCENT")
        )
        if accent:
            return rf"\{accent}{{{base}}}"
    return rf"\unicode{{{ord(character):04X}}}"
