"""A computational graph as a picture: Graphviz's DOT, and SVG, PNG and PDF made of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.arguments import choice, each, flag, instance, number_of, whole
from autograd.backward import topological_order
from autograd.errors import ArgumentTypeError, ArgumentValueError, AutogradError
from autograd.files import write
from autograd.formula import MOST_DIGITS, UNICODE, number
from autograd.rendering import graphviz as graphviz_program
from autograd.rendering import pdf, rendered
from autograd.slopes import stale_nodes
from autograd.symbolic import definition_text, factor_values
from autograd.symbols import unicode_symbol, visible
from autograd.tables import decimal
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    import graphviz  # type: ignore[import-untyped]

__all__ = ["Diagram", "draw"]

#: One font: of a list of fonts Graphviz does not know how wide letters are, and text leaves its box.
_FONT = "Helvetica"
_GRAPH = {"rankdir": "LR", "ordering": "in", "nodesep": "0.15", "ranksep": "0.45", "bgcolor": "white"}
_NODE = {
    "shape": "box", "style": "rounded,filled", "margin": "0.12,0.06", "fontname": _FONT,
    "fontsize": "11", "color": "#5b6b7b", "fontcolor": "#16202a", "height": "0.3",
}  # fmt: skip
_EDGE = {
    "fontname": _FONT, "fontsize": "10", "color": "#8a97a4", "fontcolor": "#8a3d00", "arrowsize": "0.6",
}  # fmt: skip
_FORMATS = ("svg", "png", "pdf", "dot")
_MOST_IN_NOTEBOOK = 300  # nodes
_LEAF, _NAMED, _STEP, _RESULT = "#e3f0ff", "#fff7e0", "#ffffff", "#e6f6e3"


class Diagram:
    """A drawn graph.

    Attributes:
        source: the DOT text.

    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> diagram = draw((a * b).named("c"))
    >>> diagram.source.startswith("digraph"), diagram.svg().startswith("<svg")
    (True, True)
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def svg(self) -> str:
        """The picture as an SVG element, to stand in a page of its own or within another.

        Its ids begin with a digest of its content, so that two diagrams on one page do not collide.

        Raises:
            AutogradError: no Graphviz was found, or it failed.

        >>> x = Value(3.0, "x")
        >>> page = f"<p>A square: {draw(x * x).svg()}</p>"
        >>> "x·x: product" in page  # what the pointer is told over the node
        True
        """
        text = rendered(self.source, "svg").decode(errors="replace")
        if "<svg" not in text:
            raise AutogradError("what Graphviz rendered is no SVG")
        return text[text.index("<svg") :]

    def png(self) -> bytes:
        """The picture as a PNG file's content; raises as `svg`.

        >>> x = Value(3.0, "x")
        >>> draw(x * x).png()[1:4]
        b'PNG'
        """
        return rendered(self.source, "png")

    def pdf(self) -> bytes:
        """The picture as a PDF file's content; it takes the extra ``pdf``.

        Raises:
            AutogradError: as `svg`, or vl-convert-python is not installed.

        >>> x = Value(3.0, "x")
        >>> draw(x * x).pdf()[:4]
        b'%PDF'
        """
        return pdf(self.svg())

    def save(self, path: str | Path, format: str | None = None) -> Path:
        """The path, once the picture is written there.

        Args:
            path: the file.
            format: "svg", "png", "pdf", or "dot" for the source; what the file's name ends in, if None.

        Raises:
            ArgumentValueError: there is no such format, or the name ends in another one.
            AutogradError: see `svg`.
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> x = Value(3.0, "x")
        >>> with TemporaryDirectory() as folder:
        ...     path = draw(x * x).save(f"{folder}/square.svg")
        ...     print(path.name, path.read_text(encoding="utf-8")[:4])
        square.svg <svg
        """
        path = Path(path)
        ending = path.suffix.lower().removeprefix(".")
        format = choice(f"the format of {path.name!r}", ending if format is None else format, _FORMATS)
        if ending and ending != format:
            raise ArgumentValueError(f"{path.name!r} does not end in .{format}, as its format does")
        match format:
            case "svg":
                content = f"{self.svg()}\n".encode()
            case "png":
                content = self.png()
            case "pdf":
                content = self.pdf()
            case _:
                content = self.source.encode()
        return write(path, content)

    def _repr_svg_(self) -> str | None:
        """The picture that a notebook shows, if there is a Graphviz to draw it."""
        return self.svg() if graphviz_program() else None

    def __repr__(self) -> str:
        return f"<Diagram, {len(self.source.splitlines())} lines of DOT>"


def draw(
    *results: Value,
    digits: int = 6,
    fold: bool = False,
    only: Iterable[Value] | None = None,
    max_nodes: int = 5_000,
) -> Diagram:
    """Draw the graph below one or several results, as it stands: after ``backward`` with gradients.

    A node shows its name, how it was computed, its value and, after ``∂``, its gradient; an edge, the
    derivative of the node that it leads to with respect to the one that it comes from. Operands keep
    their order from top to bottom, one that stands twice has two edges, and a plain number is drawn
    where it is used.

    A node is marked as stale if a leaf below it has been changed since it was recorded: its number and
    its derivatives are those of before, the leaf's number is that of now.

    A gradient of 0 is shown as any other, once there are gradients: once some node that is no leaf has
    one that is not 0. Before ``backward`` all of them are 0, and none is shown; what a leaf has got from
    another graph is.

    Args:
        results: the nodes to start from.
        digits: how many significant digits to show; each node's tooltip has all of them.
        fold: show named nodes only (and results, and leaves); an edge is then the derivative along all
            that lies between, as the factors of `explain` are.
        only: show these nodes only (and results), whatever ``fold`` says; edges likewise.
        max_nodes: draw no more nodes than that; Graphviz takes half a minute for the default, and
            four times as long for twice as many.

    Raises:
        ArgumentTypeError: a result, or a node to be shown, is no Value, or there is no result; or
            another argument is not of its kind.
        ArgumentValueError: no result depends on a node that is to be shown, or there are more than
            ``max_nodes`` nodes to draw.

    >>> x = Value(3.0, "x")
    >>> y = (x * x).named("y")
    >>> y.backward()
    >>> print(draw(y).source.count("->"))
    2
    >>> print(draw((y + 1.0).exp(), only=[x]).source.count("->"))
    1
    """
    import graphviz

    chosen = None if only is None else list(each("only", only))
    if not results:
        raise ArgumentTypeError("draw() takes one Value at least")
    for node in results:
        instance("a result", node, Value, "a Value")
    for node in chosen or ():
        instance("a node of only", node, Value, "a Value")
    digits, max_nodes = whole("digits", digits, 1, MOST_DIGITS), whole("max_nodes", max_nodes, 1)
    fold = flag("fold", fold)
    everything = _below(results)
    folded = fold or chosen is not None
    nodes = _stations(everything, results, chosen) if folded else everything
    if len(nodes) > max_nodes:
        raise ArgumentValueError(
            f"there are {len(nodes)} nodes to draw, more than max_nodes = {max_nodes}: "
            f"draw a node further down{'' if folded else ', or with fold=True the named nodes only'}"
        )
    edges = _folded_edges(nodes, everything) if folded else {node: _edges(node) for node in nodes}
    swept = any(node.grad for node in nodes if node.operands)
    stale = stale_nodes(everything)
    texts = {
        node: (
            _lines(node, digits, swept or bool(node.grad), node in stale),
            _tooltip(node, node in stale),
        )
        for node in nodes
    }
    names: dict[object, str] = {node: f"n{number}" for number, node in enumerate(nodes)}
    # ids begin with a digest of what is drawn: the same drawing has the same ids each time
    content = [
        (*texts[node], [(names.get(tail, tail), slope) for tail, slope in edges[node]]) for node in nodes
    ]
    prefix = f"g{hashlib.sha256(repr(content).encode()).hexdigest()[:8]}"
    graph = graphviz.Digraph(graph_attr=_GRAPH | {"id": prefix}, node_attr=_NODE, edge_attr=_EDGE)
    for node in nodes:
        name = names[node]
        _box(graph, prefix, name, *texts[node], fillcolor=_fill(node, results))
        for index, (operand, slope) in enumerate(edges[node]):
            label = None if slope is None else decimal(slope, max(digits - 2, 1))
            if isinstance(operand, Value):
                tail = names[operand]
            else:
                tail = f"{name}_{index}"
                _box(graph, prefix, tail, number(operand, UNICODE).text, "a constant", style="dashed")
            graph.edge(tail, name, label=label, id=f"{prefix}-{name}_{index}-edge")
    return Diagram(graph.source)


def notebook_picture(result: Value) -> str | None:
    """What a notebook shows of a node, as SVG; None if the graph is too large, or nothing draws it."""
    return draw(result)._repr_svg_() if len(topological_order(result)) <= _MOST_IN_NOTEBOOK else None


def _fill(node: Value, results: tuple[Value, ...]) -> str:
    if node in results:
        return _RESULT
    if not node.operands:
        return _LEAF
    return _NAMED if node.name else _STEP


def _edges(node: Value) -> list[tuple[Value | float, float | None]]:
    return list(zip(node.operands, node.derivatives, strict=True))


def _stations(
    everything: list[Value], results: tuple[Value, ...], chosen: list[Value] | None
) -> list[Value]:
    """The nodes that are left when a graph is folded: those that were chosen, else the named ones."""
    if chosen is None:
        return [node for node in everything if node.name or node in results or not node.operands]
    below = set(everything)
    for node in chosen:
        if node not in below:
            raise ArgumentValueError(f"nothing that is drawn depends on {node.label!r}")
    left = {*results, *chosen}
    return [node for node in everything if node in left]


def _folded_edges(
    nodes: list[Value], everything: list[Value]
) -> dict[Value, list[tuple[Value | float, float | None]]]:
    places = {node: place for place, node in enumerate(reversed(everything))}
    stations = set(nodes)
    return {node: list(factor_values(node, places, stations).items()) for node in nodes}


def _below(results: tuple[Value, ...]) -> list[Value]:
    """The nodes below all results, once each, operands first."""
    return list(dict.fromkeys(node for root in results for node in reversed(topological_order(root))))


def _box(
    graph: graphviz.Digraph, prefix: str, name: str, text: str, tooltip: str, **attributes: str
) -> None:
    """A node whose texts stay text: no escape sequence and no HTML-like label in them."""
    import graphviz

    # Graphviz takes a tooltip's backslashes apart twice
    label, tip = _literal(text, "\\" * 2), _literal(tooltip, "\\" * 4)
    graph.node(name, graphviz.nohtml(label), tooltip=tip, id=f"{prefix}-{name}", **attributes)


def _literal(text: str, backslash: str) -> str:
    """Lines of text for Graphviz, which sees escape sequences and XML's entities in it."""
    lines = [visible(line) for line in text.splitlines()]
    return "\\n".join(line.replace("&", "&amp;").replace("\\", backslash) for line in lines)


def _lines(node: Value, digits: int, gradient: bool, stale: bool) -> str:
    """What stands in a node's box, with its gradient or without."""
    formula = definition_text(node)
    name = unicode_symbol(node.name) if node.name else None
    head = f"{name} = {formula}" if name and formula else name or formula
    value = decimal(node.data, digits) + (" (stale)" if stale else "")
    lines = [head, value] if head else [value]
    if gradient:
        lines.append(f"∂ {decimal(number_of(node.grad), digits)}")
    return "\n".join(lines)


def _tooltip(node: Value, stale: bool) -> str:
    about = f": {node.operation.about}" if node.operation else ""
    numbers = node.data + 0.0, number_of(node.grad) + 0.0  # no minus before a zero
    when = "\nstale: recorded before a leaf below it was changed" if stale else ""
    return "{}{}\nvalue {!r}\ngradient {!r}{}".format(node.label, about, *numbers, when)
