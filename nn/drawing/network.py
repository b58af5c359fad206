"""A training step as lecture notes draw a network, in three frames of one layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import hypot, isfinite
from typing import NamedTuple

from autograd.rendering import INK, LINE, PAPER
from nn.drawing.contents import SIZE, Block, Column, Item, Line, Link, Step, contents
from nn.drawing.places import Segment, places_on_lines
from nn.drawing.scene import Box, Label, Path, Placed, Scene, Shape, plain

__all__ = ["heading", "network_scene", "title", "written"]

_LEADING = 16.0  # from one line of text to the next
_APART = 16.0  # between two units, and around the picture
_HALVES = 9.0  # between two blocks of text beside one another
#: How far apart two columns may be, and rows are moved apart, until texts on lines find their places.
_GAPS, _STRETCHED = range(50, 330, 30), (1.0, 1.2, 1.4)
_NO_TEXTS = 110.0, 300.0  # at least and at most between columns whose lines have no texts
_MOST_TEXTS = 20  # with more lines between two columns, their numbers are left off
_HEADING = 14.0
_THINNEST, _THICKEST = 0.6, 6.0


class _Size(NamedTuple):
    width: float
    height: float


class _Unit(NamedTuple):
    """An item at its place, and the places of what stands below it and of its target."""

    item: Item
    x: float
    y: float
    size: _Size
    below: Box | None
    target: tuple[float, float, _Size] | None

    def boxes(self) -> Iterator[Box]:
        yield _box(self.x, self.y, self.size)
        if self.below:
            yield self.below
        if self.target:
            yield _box(*self.target)


class _Layout(NamedTuple):
    """Where everything stands, whatever the frame.

    Attributes:
        top: where it begins, headings included.
        right: how wide it is.
        bottom: where it ends.
        units: by column and row.
        texts: by column the places of the texts on the links that lead to it; None if there are none.
        below: by column the place of the text under all of it.
    """

    top: float
    right: float
    bottom: float
    units: list[list[_Unit]]
    texts: list[list[Box | None] | None]
    below: list[Box | None]


def network_scene(
    step: Step, frames: Sequence[str], digits: int, example: int, *, magnitude: bool = False
) -> Scene:
    """A training step of a network, one frame under another.

    Args:
        step: the step.
        frames: which frames, of `FRAMES`.
        digits: how many significant digits to show.
        example: the number of the example whose numbers are shown, from 1.
        magnitude: whether the width of a line tells how large the number on it is.

    >>> from nn import worked
    >>> scene = network_scene(worked.load("urbain").step(), ["forward"], 4, 1)
    >>> sum(isinstance(each, Shape) and each.kind == "circle" for each in scene.things)
    4
    """
    columns = contents(step, digits, example)
    layout = _layout(columns)
    width = max(layout.right, 480.0) + 2 * _APART
    left = (width - layout.right) / 2
    scene = Scene(width, 0.0, title(step, frames))
    y = _APART
    for frame in frames:
        y = written(scene, heading(step, frame), y + 12.0, size=_HEADING)
        scene.add(_frame(columns, layout, frame, magnitude=magnitude), left, y - layout.top)
        y += layout.bottom - layout.top + _APART
    for note in _notes(step, columns, layout, digits, example, magnitude=magnitude):
        y = written(scene, note, y + 10.0, colour=LINE)
    scene.height = y + _APART / 2
    return scene


def title(step: Step, frames: Sequence[str]) -> str:
    """What a picture of a step is called."""
    shape = [len(step.network.layers[0].neurons[0].weights)]
    shape += [len(layer.neurons) for layer in step.network.layers]
    return f"A training step of a {'-'.join(map(str, shape))} network: {', '.join(frames)}"


def heading(step: Step, frame: str) -> str:
    """What a frame shows, in words."""
    if frame == "forward":
        return "Forward: net input | output of each neuron, w of each connection"
    if frame == "backward":
        return "Backward: δ = ∂E/∂net of each neuron, ∂E/∂w of each weight"
    if step.descends:
        return f"Update: w, its change −η·∂E/∂w with η = {step.learning_rate:g}, w afterwards"
    return "Update: w, by how much the optimizer changes it, w afterwards"


def written(scene: Scene, text: str, y: float, *, size: float = SIZE, colour: str = INK) -> float:
    """Write a text from the left of a picture, in lines that fit; where the next may stand."""
    line = ""
    for word in text.split():
        longer = Label(_APART, y, plain(f"{line} {word}".strip()), size, colour, middle=False)
        if line and longer.box[2] > scene.width - _APART:
            scene.add([Label(_APART, y, plain(line), size, colour, middle=False)])
            line, y = word, y + 1.3 * size
        else:
            line = f"{line} {word}".strip()
    scene.add([Label(_APART, y, plain(line), size, colour, middle=False)])
    return y + 0.6 * size


def _notes(
    step: Step,
    columns: Sequence[Column],
    layout: _Layout,
    digits: int,
    example: int,
    *,
    magnitude: bool,
) -> Iterator[str]:
    """What the picture does not show by itself."""
    yield f"Numbers to {digits} significant digits."
    count = len(step.names.passes)
    if count > 1:
        yield f"Example {example} of {count}; derivatives by parameters are those of all {count}."
    for number, (column, texts) in enumerate(zip(columns, layout.texts, strict=True)):
        if column.weights and texts is None:
            yield f"The {len(column.links)} weights of layer {number} have no room for their numbers."
    if magnitude:
        yield "The thicker a line, the larger the number on it is beside the others of its frame."


# --- where everything stands ----------------------------------------------------------------------


def _layout(columns: Sequence[Column]) -> _Layout:
    """The first layout in which all texts have places and no line leads through one; else the best."""
    best: tuple[int, _Layout] | None = None
    for stretched in _STRETCHED:
        layout = _stretched(columns, stretched)
        lost = sum(
            texts is None and 0 < len(column.links) <= _MOST_TEXTS
            for column, texts in zip(columns, layout.texts, strict=True)
        )
        if best is None or lost < best[0]:
            best = lost, layout
        if not lost:
            break
    assert best is not None
    return best[1]


def _stretched(columns: Sequence[Column], stretched: float) -> _Layout:
    rooms = [_room(column) for column in columns]
    down = max(
        stretched * (room.unit.height + max(room.below.height, room.target.height) + 2 * _APART)
        for room in rooms
    )
    height = down * max(len(column.items) for column in columns)
    units: list[list[_Unit]] = []
    texts: list[list[Box | None] | None] = []
    right = 0.0
    for column, room in zip(columns, rooms, strict=True):
        widest = max(room.unit.width, room.below.width, room.target.width, room.heading)
        if units:
            gap, found = _gap(column, units[-1], room, right, widest, height)
            right += gap
        else:
            found = None
        texts.append(found)
        units.append(_column(column, room, right + widest / 2, height))
        right += widest
    below = [_under(column, placed) for column, placed in zip(columns, units, strict=True)]
    boxes = [box for placed in units for unit in placed for box in unit.boxes()]
    boxes += [box for box in below if box]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return _Layout(top - 2 * _LEADING - 8.0, right, bottom, units, texts, below)


class _Room(NamedTuple):
    """How large the units of a column are, what stands below them, their targets, and its heading."""

    unit: _Size
    below: _Size
    target: _Size
    heading: float


def _room(column: Column) -> _Room:
    below = [_block_size(block) for item in column.items for block in item.below.values()]
    targets = [item.target for item in column.items if item.target]
    widths = [_block_size((Line(plain(line)),)).width for line in column.heading]
    return _Room(
        _largest(map(_item_size, column.items)),
        _largest(below),
        _largest(map(_item_size, targets)),
        max(widths, default=0.0) + _APART,
    )


def _item_size(item: Item) -> _Size:
    """How large its shape has to be for the texts of every frame."""
    width, height = _largest(_beside(blocks) for blocks in item.blocks.values())
    match item.kind:
        case "circle":
            around = 2 * max(hypot(width / 2 + 3.0, height / 2), 30.0)
            return _Size(around, around)
        case "hexagon":
            return _Size(width + 14.0 + 0.5 * height, height + 16.0)
        case "octagon":
            return _Size(width + 22.0, height + 22.0)
        case _:
            return _Size(width + 16.0, height + 12.0)


def _beside(blocks: Sequence[Block]) -> _Size:
    """Of blocks beside one another, which are as wide as the widest of them."""
    widest, height = _largest(map(_block_size, blocks))
    return _Size(widest * len(blocks) + _HALVES * (len(blocks) - 1), height)


def _block_size(block: Block) -> _Size:
    if not block:
        return _Size(0.0, 0.0)
    width = max(Label(0.0, 0.0, line.text, SIZE).width for line in block)
    return _Size(width, _LEADING * len(block) + 2.0)


def _largest(sizes: Iterable[_Size]) -> _Size:
    found = list(sizes) or [_Size(0.0, 0.0)]
    return _Size(max(size.width for size in found), max(size.height for size in found))


def _column(column: Column, room: _Room, x: float, height: float) -> list[_Unit]:
    """The units of a column, one below another."""
    units = []
    for row, item in enumerate(column.items):
        y = height * (row + 0.5) / len(column.items)
        under = y + room.unit.height / 2 + 4.0 + room.below.height / 2
        below = _box(x, under, room.below) if item.below else None
        target = None
        if item.target:
            side = -1 if y <= height / 2 else 1
            away = (room.unit.height + room.target.height) / 2 + 0.75 * _APART
            target = (x, y + side * away, room.target)
        units.append(_Unit(item, x, y, room.unit, below, target))
    return units


def _under(column: Column, units: Sequence[_Unit]) -> Box | None:
    """The place of the text under a whole column."""
    if not column.below:
        return None
    size = _largest(map(_block_size, column.below.values()))
    y = max(box[3] for unit in units for box in unit.boxes()) + 4.0
    return _box(units[0].x, y + size.height / 2, size)


def _gap(
    column: Column, before: Sequence[_Unit], room: _Room, right: float, widest: float, height: float
) -> tuple[float, list[Box | None] | None]:
    """How far a column is from the one before, and where the texts on the lines between stand."""
    sizes = [_largest(map(_block_size, link.texts.values())) for link in column.links]
    if len(column.links) > _MOST_TEXTS or not any(size.width for size in sizes):
        return _free_gap(column, before, room), None
    best: tuple[int, float, list[Box | None]] | None = None
    for gap in _GAPS:
        units = _column(column, room, right + gap + widest / 2, height)
        segments = [
            _segment(before[link.tail], units[link.head], size)
            for link, size in zip(column.links, sizes, strict=True)
        ]
        obstacles = [box for unit in (*before, *units) for box in unit.boxes()]
        found = places_on_lines(segments, obstacles)
        if found and (best is None or found[0] < best[0]):
            best = found[0], gap, found[1]
            if not best[0]:
                break
    return (_free_gap(column, before, room), None) if best is None else best[1:]


def _free_gap(column: Column, before: Sequence[_Unit], room: _Room) -> float:
    """How far a column is from the one before if lines have no texts: so that few touch other units."""
    if len(column.links) == 1:
        return _GAPS[0]
    rows = max(len(before), len(column.items))
    needed = (room.unit.width / 2 + 6.0) * (rows - 1) - room.unit.width
    least, most = _NO_TEXTS
    return min(max(needed, least), most)


def _segment(tail: _Unit, head: _Unit, text: _Size) -> Segment:
    """The part of the line between two units that is seen."""
    start, end = tail.x + tail.size.width / 2, head.x - head.size.width / 2
    slope = (head.y - tail.y) / (head.x - tail.x)
    return Segment(start, tail.y + slope * (start - tail.x), end, tail.y + slope * (end - tail.x), *text)


def _box(x: float, y: float, size: _Size) -> Box:
    return x - size.width / 2, y - size.height / 2, x + size.width / 2, y + size.height / 2


# --- what is drawn of a frame ---------------------------------------------------------------------


def _frame(
    columns: Sequence[Column], layout: _Layout, frame: str, *, magnitude: bool
) -> Iterator[Placed]:
    """Lines, then shapes, then the texts on lines and under shapes."""
    sizes = [abs(link.sizes.get(frame, 0.0)) for column in columns for link in column.links]
    most = max(filter(isfinite, sizes), default=0.0) if magnitude else 0.0
    texts: list[tuple[Box, Block, str]] = []
    for number, column in enumerate(columns):
        places = layout.texts[number] or [None] * len(column.links)
        for link, place in zip(column.links, places, strict=True):
            tail, head = layout.units[number - 1][link.tail], layout.units[number][link.head]
            yield _path(tail, head, link, frame, most)
            if place and frame in link.texts:
                key = f"{frame}-on-{tail.item.key}-{head.item.key}"
                texts.append((place, link.texts[frame], key))
        if under := layout.below[number]:
            texts.append((under, column.below[frame], f"{frame}-below-{number}"))
    for units in layout.units:
        for unit in units:
            if unit.target and unit.item.target:
                x, y, _ = unit.target
                yield Path(
                    f"{frame}-{unit.item.key}",
                    f"{frame}-{unit.item.target.key}",
                    (unit.x, unit.y),
                    (x, y),
                )
    for units, column in zip(layout.units, columns, strict=True):
        for row, line in enumerate(column.heading):
            y = layout.top + (row + 2 - len(column.heading)) * _LEADING + 0.8 * SIZE
            yield Label(units[0].x, y, plain(line), SIZE, LINE)
        for unit in units:
            yield from _shape(unit.item, unit.x, unit.y, unit.size, frame)
            if unit.target and unit.item.target:
                yield from _shape(unit.item.target, *unit.target, frame)
            if unit.below:
                texts.append((unit.below, unit.item.below[frame], f"{frame}-below-{unit.item.key}"))
    for place, block, key in texts:
        yield from _text(place, block, key, under=key.startswith(f"{frame}-below"))


def _path(tail: _Unit, head: _Unit, link: Link, frame: str, most: float) -> Path:
    size = abs(link.sizes.get(frame, 0.0))
    width = 1.0
    if most and link.sizes:
        part = min(size / most, 1.0) if isfinite(size) else 1.0
        width = _THINNEST + part * (_THICKEST - _THINNEST)
    return Path(
        f"{frame}-{tail.item.key}",
        f"{frame}-{head.item.key}",
        (tail.x, tail.y),
        (head.x, head.y),
        width,
        dashed=bool(most and link.sizes) and size == 0.0,
        about=link.about,
    )


def _shape(item: Item, x: float, y: float, size: _Size, frame: str) -> Iterator[Placed]:
    """A shape with what stands in it; two blocks stand in its halves."""
    key = f"{frame}-{item.key}"
    yield Shape(key, item.kind, x, y, size.width, size.height, item.fill, item.about)
    blocks = item.blocks[frame]
    inside = _beside(blocks)
    width = (inside.width - _HALVES * (len(blocks) - 1)) / len(blocks)
    for number, block in enumerate(blocks):
        middle = x - inside.width / 2 + width / 2 + number * (width + _HALVES)
        yield from _lines(block, middle, y)
        if number:
            yield Shape(f"{key}-{number}", "box", x, y, 1.0, inside.height + 6.0, LINE, line=0.0)


def _text(place: Box, block: Block, key: str, *, under: bool) -> Iterator[Placed]:
    """A text in the middle of its place or, under a shape, at the top; it hides lines behind it."""
    size = _block_size(block)
    x = (place[0] + place[2]) / 2
    y = place[1] + size.height / 2 if under else (place[1] + place[3]) / 2
    yield Shape(key, "box", x, y, size.width + 4.0, size.height, PAPER, line=0.0)
    yield from _lines(block, x, y)


def _lines(block: Block, x: float, y: float) -> Iterator[Label]:
    for row, line in enumerate(block):
        base = y + (row - len(block) / 2) * _LEADING + 0.72 * _LEADING
        yield Label(x, base, line.text, SIZE, line.colour)
