"""A computational graph as a picture: Graphviz's DOT, and SVG, PNG and PDF made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.arguments import choice, each, flag, instance, number_of, text, whole
from autograd.backward import topological_order
from autograd.errors import ArgumentTypeError, ArgumentValueError, AutogradError
from autograd.files import write
from autograd.formula import MOST_DIGITS, UNICODE, number
from autograd.rendering import (
    ERROR,
    GIVEN,
    INK,
    LINE,
    NEURON,
    PAPER,
    PARAMETER,
    SLOPE,
    TARGET,
    dark_style,
    pdf,
    rendered,
)
from autograd.rendering import graphviz as graphviz_program
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
_GRAPH = {
    "rankdir": "LR", "ordering": "in", "nodesep": "0.1", "ranksep": "0.22", "bgcolor": PAPER,
    "fontname": _FONT, "fontsize": "11", "fontcolor": LINE, "labeljust": "l",
}  # fmt: skip
_NODE = {
    "shape": "box", "style": "rounded,filled", "margin": "0.07,0.03", "fontname": _FONT,
    "fontsize": "11", "color": LINE, "fontcolor": INK, "height": "0.3",
}  # fmt: skip
_EDGE = {"fontname": _FONT, "fontsize": "10", "color": LINE, "fontcolor": SLOPE, "arrowsize": "0.6"}
_GROUP = {"style": "rounded", "color": LINE, "margin": "5", "label": ""}
_FORMATS = ("svg", "png", "pdf", "dot")
_MOST_IN_NOTEBOOK = 300  # nodes
#: Of a graph with more nodes, the named ones only are drawn, unless all are asked for.
MOST_WHOLE = 20
#: How more edges than so many are drawn: straight, and where the first tries of the layout put them.
#: Otherwise Graphviz takes twenty seconds for a thousand between random nodes, and its time grows fast.
_MOST_CURVED = 800
_STRAIGHT = {"splines": "line", "nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.1"}
#: How many places edges may pass, times how many nodes may be drawn: each is a node to the layout.
_MOST_PASSED = 15
_FORMULA, _LINE = 40, 20  # characters of a formula, and of a name with one in one line
#: How a node is drawn, by its role: the same shapes and colours as in a picture of a network.
ROLES: Mapping[str, Mapping[str, str]] = {
    "given": {"style": "filled", "fillcolor": GIVEN},
    "parameter": {"style": "filled", "fillcolor": PARAMETER},
    "target": {"shape": "hexagon", "style": "filled", "fillcolor": TARGET, "margin": "0,0"},
    "neuron": {"fillcolor": NEURON},
    "step": {"fillcolor": PAPER},
    "error": {"shape": "octagon", "style": "filled", "fillcolor": ERROR, "margin": "0,0"},
}


class Diagram:
    """A drawn graph.

    Args:
        source: the DOT text.
        name: the id of the whole graph in it, by which its SVG has colours for dark pages; "" if none.

    Attributes:
        source: the DOT text.

    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> diagram = draw((a * b).named("c"))
    >>> diagram.source.startswith("digraph"), diagram.svg().startswith("<svg")
    (True, True)
    """

    def __init__(self, source: str, name: str = "") -> None:
        self.source, self._name = source, name

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
        page = rendered(self.source, "svg").decode(errors="replace")
        if "<svg" not in page:
            raise AutogradError("what Graphviz rendered is no SVG")
        svg = page[page.index("<svg") :]
        if not self._name:
            return svg
        # in pixels, as large as its column lets it be
        svg = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg, count=2)
        opening, _, rest = svg.partition(">")
        return f'{opening} style="max-width:100%;height:auto">{dark_style(self._name)}{rest}'

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
    fold: bool | None = None,
    only: Iterable[Value] | None = None,
    max_nodes: int = 5_000,
    groups: dict[str, Iterable[Value]] | None = None,
    roles: dict[Value, str] | None = None,
    note: str = "",
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
            that lies between, as the factors of `explain` are. If None, so of a graph of more than 20
            nodes that has named ones between leaves and results; the picture then says so.
        only: show these nodes only (and results), whatever ``fold`` says; edges likewise.
        max_nodes: draw no more nodes than that, nor edges that pass 15 times as many places where nodes
            could stand; at that, Graphviz takes half a minute, and four times as long for twice as many.
        groups: nodes that have a frame around them, by what the pointer is told there.
        roles: what a node is drawn as: "given", "parameter", "target", "neuron", "step" or "error". By
            itself a leaf is given, a named node drawn as a neuron is, and a result as an error is.
        note: what is written under the picture.

    Raises:
        ArgumentTypeError: a result, or a node to be shown, is no Value, or there is no result; or
            another argument is not of its kind.
        ArgumentValueError: no result depends on a node that is to be shown, there are more than
            ``max_nodes`` nodes to draw, edges are too long for it, or there is no such role.

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
    note = text("note", note)
    digits, max_nodes = whole("digits", digits, 1, MOST_DIGITS), whole("max_nodes", max_nodes, 1)
    within = _checked_groups({} if groups is None else groups)
    drawn_as = _checked_roles({} if roles is None else roles)
    everything = _below(results)
    asked = None if fold is None else flag("fold", fold)
    folds = asked if asked is not None else chosen is None and _is_long(everything, results)
    folded = folds or chosen is not None
    nodes = _stations(everything, results, chosen) if folded else everything
    if len(nodes) > max_nodes:
        raise ArgumentValueError(
            f"there are {len(nodes)} nodes to draw, more than max_nodes = {max_nodes}: "
            f"draw a node further down{'' if folded else ', or with fold=True the named nodes only'}"
        )
    edges = _folded_edges(nodes, everything) if folded else {node: _edges(node) for node in nodes}
    if (passed := _passed(nodes, edges)) > _MOST_PASSED * max_nodes:
        raise ArgumentValueError(
            f"the edges between the {len(nodes)} nodes to draw pass {passed} places where nodes could "
            f"stand, more than {_MOST_PASSED} times max_nodes = {max_nodes}: draw a node further down, "
            f"or only some"
        )
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
    ways = _STRAIGHT if sum(map(len, edges.values())) > _MOST_CURVED else {}
    graph = graphviz.Digraph(graph_attr=_GRAPH | {"id": prefix} | ways, node_attr=_NODE, edge_attr=_EDGE)
    if folds and asked is None:
        left = len(everything) - len(nodes)
        note = " ".join([f"Named quantities only, without {left} operations between them.", note])
    if note:
        graph.attr(label=_literal(note.strip(), "\\" * 2))
    for node in nodes:
        name = names[node]
        _box(graph, prefix, name, *texts[node], **_look(node, results, drawn_as))
        for index, (operand, slope) in enumerate(edges[node]):
            label = None if slope is None else decimal(slope, max(digits - 2, 1))
            if isinstance(operand, Value):
                tail = names[operand]
            else:
                tail = f"{name}_{index}"
                _box(graph, prefix, tail, number(operand, UNICODE).text, "a constant", style="dashed")
            graph.edge(tail, name, label=label, id=f"{prefix}-{name}_{index}-edge")
    for index, (name, members) in enumerate(within.items()):
        inside = [names[node] for node in members if node in names]
        if inside:
            with graph.subgraph(name=f"cluster_{index}") as frame:
                frame.attr(id=f"{prefix}-group{index}", tooltip=_literal(name, "\\" * 4), **_GROUP)
                for member in inside:
                    frame.node(member)
    return Diagram(graph.source, prefix)


def _passed(nodes: list[Value], edges: Mapping[Value, list[tuple[Value | float, float | None]]]) -> int:
    """How many ranks edges go past, from a node to one that stands further on than the next."""
    ranks: dict[Value, int] = {}
    first: dict[Value, int] = {}  # where a node is first used, which is where a leaf stands
    for node in nodes:
        operands = [operand for operand, _ in edges[node] if isinstance(operand, Value)]
        ranks[node] = max((ranks[operand] + 1 for operand in operands), default=0)
        for operand in operands:
            first[operand] = min(first.get(operand, ranks[node]), ranks[node])
    stands = {node: ranks[node] if edges[node] else first.get(node, 1) - 1 for node in nodes}
    return sum(
        stands[node] - stands[operand] - 1
        for node in nodes
        for operand, _ in edges[node]
        if isinstance(operand, Value)
    )


def _checked_groups(groups: dict[str, Iterable[Value]]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for name, nodes in instance("groups", groups, dict, "a dict").items():
        found[text("the name of a group", name)] = list(each(f"groups[{name!r}]", nodes))
        for node in found[name]:
            instance(f"a node of groups[{name!r}]", node, Value, "a Value")
    return found


def _checked_roles(roles: dict[Value, str]) -> dict[Value, str]:
    return {
        instance("a node of roles", node, Value, "a Value"): choice("a role", role, ROLES)
        for node, role in instance("roles", roles, dict, "a dict").items()
    }


def notebook_picture(result: Value) -> str | None:
    """What a notebook shows of a node, as SVG; None if the graph is too large, or nothing draws it."""
    return draw(result)._repr_svg_() if len(topological_order(result)) <= _MOST_IN_NOTEBOOK else None


def _is_long(everything: list[Value], results: tuple[Value, ...]) -> bool:
    """Whether there are so many nodes that the named ones alone are drawn, if there are any between."""
    return len(everything) > MOST_WHOLE and any(
        node.name and node.operands and node not in results for node in everything
    )


def _look(node: Value, results: tuple[Value, ...], roles: Mapping[Value, str]) -> Mapping[str, str]:
    role = roles.get(node)
    if role is None:
        if node in results:
            role = "error"
        elif not node.operands:
            role = "given"
        else:
            role = "neuron" if node.name else "step"
    return ROLES[role]


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
    formula = definition_text(node, width=_FORMULA)
    name = unicode_symbol(node.name) if node.name else None
    value = decimal(node.data, digits) + (" (stale)" if stale else "")
    head = f"{name} = {formula}" if name and formula else name or formula
    if name and formula and len(head) > _LINE:
        head = f"{name} =\n{formula}"
    lines = [head, value] if head else [value]
    if gradient:
        lines.append(f"∂ {decimal(number_of(node.grad), digits)}")
    return "\n".join(lines)


def _tooltip(node: Value, stale: bool) -> str:
    about = f": {node.operation.about}" if node.operation else ""
    numbers = node.data + 0.0, number_of(node.grad) + 0.0  # no minus before a zero
    when = "\nstale: recorded before a leaf below it was changed" if stale else ""
    return "{}{}\nvalue {!r}\ngradient {!r}{}".format(node.label, about, *numbers, when)
