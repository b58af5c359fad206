"""The pictures of a page as SVG, whose numbers the page fills in: the network and the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from autograd import Diagram
from nn.stepper.layout import Place, columns

__all__ = ["graph_picture", "network_picture"]

#: How large an input and a neuron are drawn, and how much room the labels of the weights have.
_INPUT, _NEURON, _ACROSS, _DOWN, _MARGIN = 30.0, 50.0, 185.0, 150.0, 14.0
#: With more lines between two layers, derivatives and new weights are shown of the lines that are lit
#: alone; with more than the second number, the weights too.
_MOST_WHOLE_LABELS, _MOST_LABELS = 4, 16
#: How wide and high the label of a weight is, and with its derivative and the new weight.
_LABEL, _WHOLE_LABEL = (84.0, 17.0), (84.0, 45.0)


def network_picture(shape: Sequence[int]) -> str:
    """A network as lecture notes draw it: circles in columns, weights on the lines, the error.

    Every unit has an ``id`` that tells its role, layer, number and input, as ``unit-weight-2-1-2``, and
    places for texts of the classes ``name``, ``value``, and so on, which are empty.

    Args:
        shape: the number of inputs, and of neurons of each layer.

    >>> picture = network_picture([2, 2, 2])
    >>> picture.count("<circle"), 'id="unit-weight-2-1-2"' in picture
    (6, True)
    """
    radii = [_INPUT, *[_NEURON] * (len(shape) - 1)]
    found = columns(shape, radii, across=_ACROSS, down=_DOWN)
    most = max(a * b for a, b in pairwise(shape))
    look = "network" + " compact" * (most > _MOST_WHOLE_LABELS) + " dense" * (most > _MOST_LABELS)
    ends = _MARGIN + found.width + 62.0
    error = Place(ends + 118.0, found.height / 2)
    edges, units = [], []  # the labels of the lines stand upon all lines
    for layer in range(1, len(shape)):
        labels = found.labels(layer, *_LABEL) if most > _MOST_WHOLE_LABELS else {}
        labels = labels or found.labels(layer, *_WHOLE_LABEL)
        for (below, row), label in labels.items():
            key = f"weight-{layer}-{row + 1}-{below + 1}"
            edges.append(_edge(key, *found.edge(layer, below, row)))
            units.append(_edge_label(key, label))
    for row, place in enumerate(found.units[0], 1):
        units.append(_unit(f"input-0-{row}", place, _INPUT, {"name": -8, "value": 11}))
    for layer, places in enumerate(found.units[1:], 1):
        for row, place in enumerate(places, 1):
            units.append(_neuron(layer, row, place))
        middle = Place(places[0].x, found.height + 12)
        units.append(_text_group(f"bias-{layer}-0", middle))  # one that all neurons of the layer share
    for row, place in enumerate(found.units[-1], 1):
        end = Place(place.x + _NEURON, place.y)
        units.append(f'<path class="line" d="M{_at(_moved(end))} L{_at(error, -46)}"/>')
        side = -1 if place.y <= found.height / 2 else 1
        units.append(
            _text_group(f"target-{len(shape) - 1}-{row}", Place(ends - _MARGIN, place.y + 52 * side))
        )
        units.append(
            _text_group(f"part-{len(shape) - 1}-{row}", Place(ends - _MARGIN, place.y + 20 * side))
        )
    units.append(
        f'<g id="unit-error" class="unit error" transform="translate({_at(error)})">'
        f'<rect x="-46" y="-30" width="92" height="60" rx="8"/>'
        f'<text class="name" y="-8"></text><text class="value" y="14"></text></g>'
    )
    width, height = error.x + 46 + _MARGIN, found.height + 44
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{look}" role="img" '
        f'aria-label="the network" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">{"".join(edges)}{"".join(units)}</svg>'
    )


def _moved(place: Place) -> Place:
    return Place(place.x + _MARGIN, place.y + 10)


def _at(place: Place, dx: float = 0.0) -> str:
    return f"{place.x + dx:.1f} {place.y:.1f}"


def _edge(key: str, start: Place, end: Place) -> str:
    start, end = _moved(start), _moved(end)
    return f'<g id="line-{key}" class="unit edge"><path d="M{_at(start)} L{_at(end)}"/></g>'


def _edge_label(key: str, place: Place) -> str:
    return (
        f'<g id="unit-{key}" class="unit edge" transform="translate({_at(_moved(place))})">'
        f'<text class="value" y="-6"></text><text class="gradient" y="13"></text>'
        f'<text class="after" y="26"></text></g>'
    )


def _unit(key: str, place: Place, radius: float, texts: Mapping[str, float]) -> str:
    inside = "".join(f'<text class="{name}" y="{y}"></text>' for name, y in texts.items())
    return (
        f'<g id="unit-{key}" class="unit {key.partition("-")[0]}" '
        f'transform="translate({_at(_moved(place))})">'
        f'<circle r="{radius:g}"/>{inside}</g>'
    )


def _neuron(layer: int, row: int, place: Place) -> str:
    """A circle with net | out, δ below, and the bias under it."""
    centre = _moved(place)
    return (
        f'<g id="unit-neuron-{layer}-{row}" class="unit neuron" transform="translate({_at(centre)})">'
        f'<circle r="{_NEURON:g}"/><path class="halves" d="M0 -14 V14 M-48 -14 H48 M-48 14 H48"/>'
        f'<text class="name" y="-24"></text><text class="net" x="-24" y="4"></text>'
        f'<text class="out" x="24" y="4"></text><text class="delta" y="29"></text></g>'
        + _text_group(f"bias-{layer}-{row}", Place(place.x, place.y + _NEURON + 12))
    )


def _text_group(key: str, place: Place) -> str:
    return (
        f'<g id="unit-{key}" class="unit note" transform="translate({_at(_moved(place))})">'
        f'<text class="value"></text><text class="gradient" y="13"></text></g>'
    )


# --- the graph ------------------------------------------------------------------------------------


def graph_picture(
    operands: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    groups: Mapping[str, object] | None = None,
    number: int = 0,
) -> str:
    """A computational graph, laid out by Graphviz.

    The node of the third quantity has the id ``node-``, the graph's number and ``-2``, and three lines
    of text: name, value, derivative.

    Args:
        operands: of each quantity, those that it is computed from.
        labels: what each is called, as text; the longest of what it may be called.
        groups: by quantity, the group that it is drawn within: those of a neuron belong together.
        number: the number of the graph, where there are several.

    Raises:
        AutogradError: there is no Graphviz, or it failed.

    >>> picture = graph_picture({"x": [], "y": ["x", "x"]}, {"x": "x", "y": "x·x"})
    >>> picture.count("<text"), 'id="edge-0-0-1-1"' in picture
    (6, True)
    """
    import graphviz  # type: ignore[import-untyped]

    places = {symbol: place for place, symbol in enumerate(operands)}
    graph = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "nodesep": "0.12", "ranksep": "0.4", "ordering": "in"},
        node_attr={"shape": "box", "fontname": "Helvetica", "fontsize": "12", "margin": "0.1,0.05"},
        edge_attr={"arrowsize": "0.6"},
    )  # fmt: skip
    for group in dict.fromkeys((groups or {}).values()):
        with graph.subgraph(name=f"cluster {group}") as cluster:
            for symbol, place in places.items():
                if groups and groups.get(symbol) == group:
                    cluster.node(f"n{place}")
    for symbol, place in places.items():
        style = "rounded" if operands[symbol] else "solid"
        text = "\\n".join([_literal(labels[symbol]), "-0.00000000", "d -0.00000000"])
        graph.node(f"n{place}", graphviz.nohtml(text), id=f"node-{number}-{place}", style=style)
    for symbol, place in places.items():
        for count, operand in enumerate(operands[symbol]):
            below = places[operand]
            graph.edge(f"n{below}", f"n{place}", id=f"edge-{number}-{below}-{place}-{count}")
    return _bare(Diagram(graph.source).svg())


def _literal(text: str) -> str:
    return (
        text.replace("\\", "\\\\")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\n", " ")
    )


def _bare(svg: str) -> str:
    """Graphviz's picture without colours, titles and texts: the page has its own."""
    svg = re.sub(r"<title>.*?</title>\n?|<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<polygon fill="white"[^>]*/>\n?', "", svg, count=1)
    svg = re.sub(
        r' (fill|stroke|font-family|font-size|text-anchor|xml:space|xmlns:xlink)="[^"]*"', "", svg
    )
    svg = re.sub(r' id="(graph|clust)\d+"', "", svg).replace("&#45;", "-")
    svg = re.sub(r"(<text[^>]*>).*?</text>", r"\1</text>", svg)
    svg = re.sub(r'width="([\d.]+)pt" height="([\d.]+)pt"', _in_pixels, svg, count=1)
    return re.sub(
        r"<svg ", '<svg class="graph" role="img" aria-label="the computational graph" ', svg, count=1
    ).replace("\n", "")


def _in_pixels(size: re.Match[str]) -> str:
    return f'width="{float(size[1]):.0f}" height="{float(size[2]):.0f}"'
