"""Shapes, lines and texts at their places: what a picture is made of, as SVG and as DOT."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import cos, pi, sin
from typing import Literal, TypeAlias

from autograd import Diagram
from autograd.rendering import INK, LINE, PAPER, dark_style, rendered
from autograd.symbols import raised_and_lowered, visible, xml_text
from nn.drawing.text_width import text_width

__all__ = ["Box", "Label", "Path", "Placed", "Scene", "Shape", "Text", "meet", "plain", "symbol"]

_FONT = "Helvetica"
#: Of a subscript and a superscript: how large beside the text, and how far below and above its line.
_SMALL, _DROP, _RISE = 0.7, 0.24, 0.46
#: Of each polygon, at which angle its first corner is, in parts of the half circle, and how many.
_CORNERS = {"hexagon": (0.0, 6), "octagon": (0.125, 8)}

#: Pieces of a line of text, each with -1 if it is a subscript, 1 if it is a superscript, else 0.
Text: TypeAlias = tuple[tuple[str, int], ...]
#: Left, top, right and bottom.
Box: TypeAlias = tuple[float, float, float, float]


def symbol(name: str) -> Text:
    """A symbol, with its subscripts and superscripts.

    >>> symbol("w5")
    (('w', 0), ('5', -1))
    """
    return tuple(raised_and_lowered(name))


def plain(text: str) -> Text:
    """A text as it stands, in one line.

    >>> plain("not updated")
    (('not updated', 0),)
    """
    return ((visible(text).replace("\n", " "), 0),)


def meet(one: Box, other: Box, apart: float = 0.0) -> bool:
    """Whether two boxes overlap, or are nearer to one another than ``apart``.

    >>> meet((0, 0, 2, 2), (3, 0, 4, 2)), meet((0, 0, 2, 2), (3, 0, 4, 2), apart=1.5)
    (False, True)
    """
    left, top, right, bottom = one
    s, t, u, v = other
    return left < u + apart and s < right + apart and top < v + apart and t < bottom + apart


@dataclass(frozen=True)
class Shape:
    """A closed shape, with its middle at a place.

    Attributes:
        key: what it is called in DOT, and the end of its id in SVG.
        kind: which shape.
        x: how far right its middle is.
        y: how far down it is.
        width: its width.
        height: its height.
        fill: the colour within.
        about: what the pointer is told over it.
        line: how thick its outline is.

    >>> Shape("h1", "circle", 5.0, 5.0, 10.0, 10.0, "#ffffff").box
    (0.0, 0.0, 10.0, 10.0)
    """

    key: str
    kind: Literal["circle", "box", "rounded", "hexagon", "octagon"]
    x: float
    y: float
    width: float
    height: float
    fill: str
    about: str = ""
    line: float = 1.3

    @property
    def box(self) -> Box:
        """Its left, top, right and bottom.

        >>> Shape("h1", "box", 0.0, 0.0, 4.0, 2.0, "#ffffff").box
        (-2.0, -1.0, 2.0, 1.0)
        """
        across, down = self.width / 2, self.height / 2
        return self.x - across, self.y - down, self.x + across, self.y + down


@dataclass(frozen=True)
class Path:
    """A straight line between the middles of two shapes, behind them.

    Attributes:
        tail: the key of the shape that it leads from.
        head: that of the one that it leads to.
        start: where it begins.
        end: where it ends.
        width: how thick it is.
        dashed: whether it is dashed.
        about: what the pointer is told over it.

    >>> Path("a", "b", (0.0, 0.0), (1.0, 0.0)).width
    1.0
    """

    tail: str
    head: str
    start: tuple[float, float]
    end: tuple[float, float]
    width: float = 1.0
    dashed: bool = False
    about: str = ""


@dataclass(frozen=True)
class Label:
    """A line of text.

    Attributes:
        x: where its middle is, or where it begins.
        y: the line that it stands on.
        text: its pieces.
        size: of the font.
        colour: of the letters.
        middle: whether ``x`` is its middle.

    >>> Label(0.0, 0.0, symbol("w5"), 10.0).width
    11.112
    """

    x: float
    y: float
    text: Text
    size: float
    colour: str = INK
    middle: bool = True

    @property
    def width(self) -> float:
        """How wide it is.

        >>> Label(0.0, 0.0, plain("net"), 10.0).width
        13.9
        """
        pieces = _placed_pieces(self.text, self.size)
        return max((x + width for *_, x, width in pieces), default=0.0)

    @property
    def left(self) -> float:
        """Where it begins.

        >>> Label(10.0, 0.0, plain("net"), 10.0).left
        3.05
        """
        return self.x - self.width / 2 if self.middle else self.x

    @property
    def box(self) -> Box:
        """Its left, top, right and bottom, subscripts and superscripts included.

        >>> Label(0.0, 0.0, plain("net"), 10.0, middle=False).box
        (0.0, -8.0, 13.9, 2.5)
        """
        levels = {level for _, level in self.text}
        above = (_RISE + 0.8 * _SMALL if 1 in levels else 0.8) * self.size
        below = (_DROP + 0.25 * _SMALL if -1 in levels else 0.25) * self.size
        return self.left, self.y - above, self.left + self.width, self.y + below


Placed: TypeAlias = Shape | Path | Label


def _placed_pieces(text: Text, size: float) -> Iterator[tuple[str, int, float, float]]:
    """Each piece with its level, where it begins, and how wide it is.

    A superscript stands above the subscript before it.
    """
    x = start = 0.0
    before = 0
    for piece, level in text:
        width = text_width(piece, size * (_SMALL if level else 1.0))
        if not (level == 1 and before == -1):
            start = x
        yield piece, level, start, width
        x = max(x, start + width)
        before = level


def _shift(level: int, size: float) -> float:
    return size * (_DROP if level < 0 else -_RISE) if level else 0.0


@dataclass
class Scene:
    """What is drawn, back to front.

    Attributes:
        width: of the picture.
        height: of the picture.
        title: what a screen reader calls it.
        things: what it is made of.

    >>> scene = Scene(40.0, 20.0, "a name", [Label(20.0, 14.0, symbol("w5"), 10.0)])
    >>> "<tspan" in scene.svg(), "w" in scene.diagram().source
    (True, True)
    """

    width: float
    height: float
    title: str
    things: list[Placed] = field(default_factory=list)

    def add(self, things: Iterable[Placed], dx: float = 0.0, dy: float = 0.0) -> None:
        """Put more in front, moved right and down by that.

        >>> scene = Scene(9.0, 9.0, "nothing")
        >>> scene.add([Label(1.0, 2.0, plain("a"), 10.0)], dy=3.0)
        >>> scene.things[0].y
        5.0
        """
        for thing in things:
            if isinstance(thing, Path):
                (x, y), (u, v) = thing.start, thing.end
                moved: Placed = replace(thing, start=(x + dx, y + dy), end=(u + dx, v + dy))
            else:
                moved = replace(thing, x=thing.x + dx, y=thing.y + dy)
            self.things.append(moved)

    def diagram(self) -> Diagram:
        """The picture, to be shown and saved.

        >>> Scene(9.0, 9.0, "nothing").diagram().png()[1:4]
        b'PNG'
        """
        return _PlacedDiagram(self)

    def svg(self) -> str:
        """The picture as an SVG element; its ids begin with a digest of what is drawn.

        >>> Scene(9.0, 9.0, "nothing").svg()[:4]
        '<svg'
        """
        prefix = f"g{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"
        size = f'width="{_n(self.width)}" height="{_n(self.height)}"'
        inside = "\n".join(_svg(thing, prefix) for thing in self.things)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" role="img" '
            f'aria-labelledby="{prefix}-title" {size} '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" style="max-width:100%;height:auto" '
            f'font-family="{_FONT}, Arial, sans-serif">\n'
            f'<title id="{prefix}-title">{xml_text(self.title)}</title>\n{dark_style(prefix)}\n'
            f'<rect {size} fill="{PAPER}"/>\n{inside}\n</svg>'
        )

    def dot(self) -> str:
        """The picture as DOT, in which everything has its place: for ``neato -n2``.

        >>> Scene(9.0, 9.0, "nothing").dot().splitlines()[0]
        'digraph {'
        """
        size = f"{_n(self.width)},{_n(self.height)}"
        lines = [
            f'graph [bgcolor="{PAPER}" pad=0 outputorder=edgesfirst bb="0,0,{size}"]',
            f'node [label="" margin=0 fontname="{_FONT}" color="{LINE}"]',
            f'edge [color="{LINE}" dir=none]',
        ]
        for number, thing in enumerate(self.things):
            lines += _dot(thing, f"t{number}", self.height)
        corners = ((0.0, 0.0), (self.width, self.height))
        for number, (x, y) in enumerate(corners):  # they keep the picture as large as it is
            lines.append(f'"corner {number}" [shape=point style=invis width=0 pos="{_n(x)},{_n(y)}"]')
        return "digraph {\n" + "".join(f"\t{line}\n" for line in lines) + "}\n"


class _PlacedDiagram(Diagram):
    """A picture whose places are known: SVG without Graphviz."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.dot())
        self._svg = scene.svg()

    def svg(self) -> str:
        return self._svg

    def png(self) -> bytes:
        return rendered(self.source, "png", placed=True)

    def _repr_svg_(self) -> str:
        return self._svg


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _svg(thing: Placed, prefix: str) -> str:
    match thing:
        case Label():
            return _svg_text(thing)
        case Path():
            (x, y), (u, v) = thing.start, thing.end
            dash = ' stroke-dasharray="4 3"' if thing.dashed else ""
            return (
                f'<line x1="{_n(x)}" y1="{_n(y)}" x2="{_n(u)}" y2="{_n(v)}" stroke="{LINE}" '
                f'stroke-width="{thing.width:.2f}"{dash}>{_svg_about(thing.about)}</line>'
            )
        case Shape():
            stroke = f' stroke="{LINE}" stroke-width="{thing.line:g}"' if thing.line else ""
            return (
                f'<g id="{prefix}-{thing.key}" fill="{thing.fill}"{stroke}>'
                f"{_svg_about(thing.about)}{_outline(thing)}</g>"
            )


def _svg_about(about: str) -> str:
    return f"<title>{xml_text(about)}</title>" if about else ""


def _outline(shape: Shape) -> str:
    x, y, w, h = shape.x, shape.y, shape.width, shape.height
    if shape.kind == "circle":
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(w / 2)}"/>'
    if shape.kind in _CORNERS:
        return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in _polygon(shape))}"/>'
    round = ' rx="10"' if shape.kind == "rounded" else ""
    return f'<rect x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}"{round}/>'


def _polygon(shape: Shape) -> Iterator[tuple[float, float]]:
    """The corners, on an ellipse stretched until the polygon is as wide and high as it is to be."""
    turn, count = _CORNERS[shape.kind]
    angles = [pi * (turn + 2 * corner / count) for corner in range(count)]
    widest, highest = max(map(cos, angles)), max(map(sin, angles))
    for angle in angles:
        yield (
            shape.x + shape.width / 2 * cos(angle) / widest,
            shape.y + shape.height / 2 * sin(angle) / highest,
        )


def _svg_text(label: Label) -> str:
    """One element, so that it is read and copied in one piece; each piece of it has its place."""
    inside = "".join(
        f'<tspan x="{_n(label.left + x)}" y="{_n(label.y + _shift(level, label.size))}"'
        + (f' font-size="{_n(_SMALL * label.size)}"' if level else "")
        + f">{xml_text(piece)}</tspan>"
        for piece, level, x, _ in _placed_pieces(label.text, label.size)
    )
    return (
        f'<text font-size="{_n(label.size)}" fill="{label.colour}" xml:space="preserve">{inside}</text>'
    )


def _dot(thing: Placed, key: str, height: float) -> Iterator[str]:
    match thing:
        case Label():
            for number, (piece, level, x, width) in enumerate(_placed_pieces(thing.text, thing.size)):
                size = thing.size * (_SMALL if level else 1.0)
                # Graphviz has the line that letters stand on 0.3 of their size below the middle
                down = thing.y + _shift(level, thing.size) - 0.3 * size
                yield (
                    f"{key}_{number} [shape=none width=0 height=0 label={_quoted(piece)} "
                    f'fontsize={size:.1f} fontcolor="{thing.colour}" '
                    f'pos="{_n(thing.left + x + width / 2)},{_n(height - down)}"]'
                )
        case Path():
            (x, y), (u, v) = thing.start, thing.end
            thirds = ((x + (u - x) * part / 3, height - (y + (v - y) * part / 3)) for part in range(4))
            style = " style=dashed" if thing.dashed else ""
            yield (
                f'"{thing.tail}" -> "{thing.head}" [penwidth={thing.width:.2f}{style} '
                f'pos="{" ".join(f"{_n(a)},{_n(b)}" for a, b in thirds)}"]'
            )
        case Shape():
            kind = {"rounded": "box"}.get(thing.kind, thing.kind)
            style = "rounded,filled" if thing.kind == "rounded" else "filled"
            yield (
                f'"{thing.key}" [shape={kind} fixedsize=true width={thing.width / 72:.4f} '
                f'height={thing.height / 72:.4f} pos="{_n(thing.x)},{_n(height - thing.y)}" '
                f'style="{style}" fillcolor="{thing.fill}" penwidth={thing.line:g}]'
            )


def _quoted(text: str) -> str:
    """A text for DOT, in which nothing is an escape sequence, an entity or markup."""
    import graphviz  # type: ignore[import-untyped]

    escaped = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{graphviz.nohtml(escaped)}"'
