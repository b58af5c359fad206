"""Reading a picture: the boxes and edges of DOT, the texts of SVG."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from autograd import Diagram

SVG = "{http://www.w3.org/2000/svg}"

# --- reading a picture ---------------------------------------------------------------------------


class Box(NamedTuple):
    lines: list[str]
    tooltip: str
    constant: bool


class Drawn(NamedTuple):
    """What a DOT text says: its boxes by their names, and its edges in order."""

    prefix: str
    boxes: dict[str, Box]
    edges: list[tuple[str, str, str]]

    @property
    def nodes(self) -> list[str]:
        """The boxes that are no constants, operands first."""
        return [name for name, box in self.boxes.items() if not box.constant]

    def named(self, name: str) -> str:
        """The box of the node of that name, by its tooltip."""
        return next(
            box for box, found in self.boxes.items() if re.match(rf"{name}(:|\n)", found.tooltip)
        )


TEXT = r'"(?:[^"\\]|\\.)*"|[^\s\]]+'


def unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"') if text.startswith('"') else text


def read(diagram: Diagram) -> Drawn:
    """Read a DOT text, whose names here have no backslashes of their own."""
    boxes, edges = {}, []
    for line in diagram.source.splitlines():
        attributes = {key: unquoted(value) for key, value in re.findall(rf"(\w+)=({TEXT})", line)}
        if edge := re.match(r"\t(\w+) -> (\w+) \[", line):
            edges.append((edge[1], edge[2], attributes.get("label", "")))
        elif box := re.match(r"\t(n\d+\w*) \[", line):
            lines = attributes["label"].split("\\n")
            tooltip = attributes["tooltip"].replace("\\n", "\n")
            boxes[box[1]] = Box(lines, tooltip, attributes.get("style") == "dashed")
    return Drawn(re.search(r"id=(\w+)", diagram.source)[1], boxes, edges)


def accumulated(drawn: Drawn) -> dict[str, float]:
    """The derivative of the last node by every other, from the edges' labels alone."""
    gradients = dict.fromkeys(drawn.nodes, 0.0)
    gradients[drawn.nodes[-1]] = 1.0
    for box in reversed(drawn.nodes):
        for tail, head, label in drawn.edges:
            if head == box and label:
                gradients[tail] += gradients[head] * float(label)
    return gradients


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def tooltips(svg: str) -> list[str]:
    return [
        value
        for element in ElementTree.fromstring(svg).iter()
        for key, value in element.attrib.items()
        if key.endswith("title")
    ]
