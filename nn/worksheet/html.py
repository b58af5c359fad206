"""A worksheet as one HTML file: formulas in MathML, the network as SVG, no scripts, no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import hypot
from xml.etree.ElementTree import fromstring, tostring

from autograd.formula import MATHML
from autograd.symbols import unicode_symbol, xml_text
from autograd.tables import Table as Listing
from nn.worksheet.elements import MOST_LABELS, Formula, Picture, Piece, one_line
from nn.worksheet.renderer import Renderer

__all__ = ["Html", "HtmlFragment", "svg"]

_RULES = """\
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; border-bottom: 1px solid #c5ced6; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { margin: .6rem 0; }
math { font-size: 1.08em; }
.formula { line-height: 2.1; max-width: 100%; overflow-x: auto; overflow-y: hidden; }
.question { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3em .45em;
  margin: .9rem 0 .9rem 2.4rem; break-inside: avoid; }
.question:has(.matrix) { align-items: center; }
.steps { gap: .3em .05em; overflow-x: auto; margin-left: 1rem; }
.question > b { width: 2.4rem; margin-left: -2.85rem; text-align: right; }
.line { display: inline-block; min-height: 1.5em; border-bottom: 1px solid #16202a;
  text-align: center; padding: 0 .3em; }
.filled { color: #0b4fa8; }
.matrix { display: inline-table; border-spacing: .9em .35em; padding: 0 .1em; position: relative; }
.matrix::before, .matrix::after { content: ""; position: absolute; top: 0; bottom: 0; width: .45em;
  border: 1.5px solid #16202a; }
.matrix::before { left: 0; border-right: 0; }
.matrix::after { right: 0; border-left: 0; }
.matrix td { text-align: right; }
.cells { border-collapse: collapse; }
.cells td { padding: .35em 1.2em .35em 0; white-space: nowrap; vertical-align: baseline; }
.back { break-before: page; }
.data { overflow-x: auto; margin: 1rem 0; }
.data th, .data td { padding: .2em .7em .2em 0; white-space: nowrap; }
@media (max-width: 34rem) {
  .question:has(.matrix) { overflow-x: auto; margin-left: 0; padding-left: 2.4rem; }
  .cells, .cells tbody, .cells tr, .cells td { display: block; }
}
figure { margin: 1rem 0; text-align: center; }
"""
_SVG_RULES = """\
svg { max-width: 100%; height: auto; font: 13px Helvetica, Arial, sans-serif; }
svg path { fill: #5b6b7b; }
.arrows path { stroke: #5b6b7b; fill: none; marker-end: url(#arrow); }
svg circle { fill: #fff7e0; stroke: #5b6b7b; }
svg text { text-anchor: middle; dominant-baseline: central; fill: #16202a; }
.biases path { stroke: #5b6b7b; stroke-dasharray: 3 3; fill: none; marker-end: url(#arrow); }
svg .weight { font-size: 12px; fill: #8a3d00; stroke: #fff; stroke-width: 4px; paint-order: stroke; }"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light; }}
body {{ font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #16202a; background: #fff;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
{rules}
@page {{ margin: 16mm 15mm; }}
@media print {{ body {{ margin: 0; padding: 0; max-width: none; font-size: 10.5pt; }}
  h2, h3 {{ break-after: avoid; }} figure {{ break-inside: avoid; }} }}
</style>
</head>
<body>
{body}</body>
</html>
"""
_FRAGMENT = """\
<div class="worksheet">
<style>
.worksheet {{ font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #16202a; background: #fff;
  color-scheme: light; max-width: 46rem; padding: 1rem; }}
{rules}
</style>
{body}</div>
"""
#: Before what a long formula is broken.
_BREAKS = {"+", "−", "·"}
#: Longer names are cut.
_LONGEST_LABEL = 12


class Html(Renderer):
    """Writes HTML."""

    style = MATHML
    signs = {  # noqa: RUF012  # a class variable, as the base class says
        "ᵀ": "<msup><mrow></mrow><mi>T</mi></msup>",
        "∂": "<mi>∂</mi>",
        "/∂": "<mo>/</mo><mi>∂</mi>",
        "η·": "<mi>η</mi><mo>·</mo>",
        "(": "<mo stretchy='false'>(</mo>",
        ")": "<mo stretchy='false'>)</mo>",
        "−": MATHML.sign,
        "1": "<mn>1</mn>",
        "−1": "<mn>−1</mn>",
        " ": "<mspace width='0.6em'></mspace>",
        "": "",
    }

    def page(self, title: str, body: str) -> str:  # noqa: D102
        return _PAGE.format(title=xml_text(title), rules=_RULES + _SVG_RULES, body=body)

    def back(self, body: str) -> str:  # noqa: D102
        return f'<section class="back">\n{body}</section>\n'

    def plain(self, text: str) -> str:  # noqa: D102
        return xml_text(text)

    def math(self, formula: str) -> str:  # noqa: D102
        return f"<math displaystyle='true'><mrow>{formula}</mrow></math>"

    def sign(self, text: str) -> str:  # noqa: D102
        return f"<mo>{xml_text(text.strip())}</mo>"

    def place(self, width: int) -> str:  # noqa: D102
        return f"<mi class='place'>{'_' * 2 * width}</mi>"

    def filled(self, answer: str) -> str:  # noqa: D102
        return f"<mrow class='filled'>{answer}</mrow>"

    def line(self, answer: str | None, width: int) -> str:  # noqa: D102
        inside = "" if answer is None else self.math(answer)
        return f'<span class="line" style="min-width:{width}em">{inside}</span>'

    def heading(self, text: str, level: int) -> str:  # noqa: D102
        return f"<h{level}>{text}</h{level}>\n"

    def paragraph(self, text: str, number: int) -> str:  # noqa: D102
        return _question(number, f"<span>{text}</span>") if number else f"<p>{text}</p>\n"

    def question(self, number: int, sides: Sequence[str], line: str) -> str:  # noqa: D102
        equal = self.sign("=")
        first, *others = [equal.join(sides[:2]), *(equal + side for side in sides[2:])]
        formulas = [f'<span class="formula">{self.terms(side)}</span>' for side in (first, *others)]
        return _question(number, *formulas, f"<span>{self.math(equal)} {line}</span>")

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, Formula):
            return self.terms(self._formula(piece))
        return super()._piece(piece)

    def terms(self, formula: str) -> str:
        """A formula that a narrow page breaks before its signs: MathML itself is not broken."""
        pieces: list[list[str]] = [[]]
        after_sign = True
        for part in fromstring(f"<mrow>{formula}</mrow>"):
            part.tail = None
            if part.tag == "mo" and part.text in _BREAKS and not after_sign:
                part.set("form", "infix")  # at the beginning of a piece too
                pieces.append([])
            pieces[-1].append(tostring(part, encoding="unicode"))
            after_sign = part.tag == "mo"
        return "<wbr/>".join(self.math("".join(piece)) for piece in pieces)

    def matrix(  # noqa: D102
        self, number: int, sides: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> str:
        cells = "".join(
            f"<tr>{''.join(f'<td>{self.math(entry)}</td>' for entry in row)}</tr>" for row in rows
        )
        equal = self.sign("=")
        matrix = f'<table class="matrix">{cells}</table>'
        return _question(number, self.math(equal.join(sides) + equal), matrix)

    def table(self, number: int, rows: Sequence[Sequence[tuple[str, str]]]) -> str:  # noqa: D102
        equal = self.sign("=")
        cells = [[f"<td>{self.math(left + equal)} {line}</td>" for left, line in row] for row in rows]
        lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        return _question(number, f'<table class="cells">{lines}</table>')

    def data(self, table: Listing) -> str:  # noqa: D102
        return f'<div class="data">{table.html()}</div>\n'

    def picture(self, picture: Picture) -> str:  # noqa: D102
        return f"<figure>{svg(picture)}</figure>\n"


class HtmlFragment(Html):
    """Writes HTML that stands within another page: a white sheet on whatever is around it."""

    def page(self, title: str, body: str) -> str:  # noqa: D102
        return _FRAGMENT.format(rules=_within(".worksheet", _RULES + _SVG_RULES), body=body)


def _within(place: str, rules: str) -> str:
    """Rules of style for what is within a place alone."""

    def inside(rule: re.Match[str]) -> str:
        selectors = ", ".join(f"{place} {selector.strip()}" for selector in rule[2].split(","))
        return f"{rule[1]}{selectors} {{"

    return re.sub(r"^( *)([^\s@][^{}\n]*?) \{", inside, rules, flags=re.MULTILINE)


def _question(number: int, *parts: str) -> str:
    label = f"<b>{number}.</b>" if number else ""
    return f'<div class="question">{label}{" ".join(parts)}</div>\n'


def svg(picture: Picture, styled: bool = False) -> str:
    """The network from left to right: a circle for each neuron, an arrow for each weight.

    The answers must not be seen in it, so it is no picture of the graph, which shows every number.

    Args:
        picture: the network.
        styled: whether it is a file of its own, with the rules of style that a page has else.
    """
    columns = [list(map(_label, names)) for names in picture.columns]
    labels = [_label(name) for *_, name in picture.edges]
    radius = 14 + 4 * max(len(name) for names in columns for name in names)
    across, down = 2 * radius + 130 + 8 * max(map(len, labels)), 2 * radius + 30
    above = 30 if picture.biases else 0  # for the arrows of the biases
    down += above
    height = down * max(map(len, columns))
    width = across * (len(columns) - 1) + 2 * radius + 4
    places = [
        [
            (radius + 2 + across * k, height * (row + 0.5) / len(names) + above / 2)
            for row in range(len(names))
        ]
        for k, names in enumerate(columns)
    ]
    arrows, texts = [], []
    for (layer, i, j, _), label in zip(picture.edges, labels, strict=True):
        (x, y), (x2, y2) = places[layer - 1][i], places[layer][j]
        dx, dy = x2 - x, y2 - y
        edge = radius / hypot(dx, dy)  # where an arrow leaves and enters a circle
        start, end = (x + edge * dx, y + edge * dy), (x2 - edge * dx, y2 - edge * dy)
        arrows.append("<path d='M{:.1f} {:.1f} L{:.1f} {:.1f}'/>".format(*start, *end))
        along = edge + (1 - 2 * edge) * (0.2 + 0.15 * (i % 4))  # labels of crossing arrows do not meet
        texts.append(_text(label, x + along * dx, y + along * dy, " class='weight'"))
    if len(labels) > MOST_LABELS:
        texts = []
    biases = []
    for column, row, name in picture.biases:
        x, y = places[column][row]
        biases.append(f"<path d='M{x:.1f} {y - radius - 18:.1f} V{y - radius:.1f}'/>")
        texts.append(_text(_label(name), x, y - radius - 25, " class='weight'"))
    circles = [
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}'/>{_text(name, x, y)}"
        for names, centres in zip(columns, places, strict=True)
        for name, (x, y) in zip(names, centres, strict=True)
    ]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height:.0f}' width='{width}' "
        f"role='img' aria-label='the network'><defs><marker id='arrow' markerWidth='8' markerHeight='8' "
        f"refX='7' refY='4' orient='auto'><path d='M0 1 L7 4 L0 7 z'/></marker></defs>"
        f"{f'<style>{_SVG_RULES}</style>' if styled else ''}"
        f"<g class='arrows'>{''.join(arrows)}</g><g class='biases'>{''.join(biases)}</g>"
        f"{''.join(texts + circles)}</svg>"
    )


def _text(text: str, x: float, y: float, attributes: str = "") -> str:
    return f"<text{attributes} x='{x:.1f}' y='{y:.1f}'>{xml_text(text)}</text>"


def _label(name: str) -> str:
    symbol = unicode_symbol(one_line(name))
    return symbol if len(symbol) <= _LONGEST_LABEL else f"{symbol[: _LONGEST_LABEL - 1]}…"
