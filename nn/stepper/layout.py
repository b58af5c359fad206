"""Where the neurons of a network stand in a picture: in columns, as lecture notes draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

__all__ = ["Columns", "Place", "columns"]


@dataclass(frozen=True)
class Place:
    """Where something stands: the middle of it.

    >>> Place(10.0, 20.0).x
    10.0
    """

    x: float
    y: float


@dataclass(frozen=True)
class Columns:
    """The places of the units of a network, its inputs being the first column.

    Attributes:
        units: by column and row, the middle of a unit.
        radii: by column, the radius of its circles.
        width: how wide the columns are together.
        height: how high the picture is.

    >>> found = columns([2, 1], [20.0, 40.0], across=100.0, down=120.0)
    >>> found.units
    [[Place(x=20.0, y=60.0), Place(x=20.0, y=180.0)], [Place(x=180.0, y=120.0)]]
    >>> found.width, found.height
    (220.0, 240.0)
    """

    units: list[list[Place]]
    radii: list[float]
    width: float
    height: float

    def edge(self, column: int, below: int, above: int) -> tuple[Place, Place]:
        """Where the line from a unit to one of the next column begins and ends, at their circles.

        Args:
            column: the column that it leads to.
            below: the row of the unit that it comes from.
            above: the row of the one that it leads to.

        >>> found = columns([1, 1], [20.0, 40.0], across=100.0, down=120.0)
        >>> found.edge(1, 0, 0)
        (Place(x=40.0, y=60.0), Place(x=140.0, y=60.0))
        """
        start, end = self.units[column - 1][below], self.units[column][above]
        length = hypot(end.x - start.x, end.y - start.y)
        leave, enter = self.radii[column - 1] / length, 1.0 - self.radii[column] / length
        return _between(start, end, leave), _between(start, end, enter)

    def labels(self, column: int, width: float, height: float) -> dict[tuple[int, int], Place]:
        """By its two rows, where the label of each line to a column stands.

        A label stands on its own line and, if it can be, not on another label. Where there is a choice,
        few other lines run through it, and it is near to a third of the line.

        Args:
            column: the column that the lines lead to.
            width: how wide a label is.
            height: how high it is.

        >>> found = columns([1, 1], [20.0, 40.0], across=105.0, down=120.0)
        >>> found.labels(1, 80.0, 16.0)
        {(0, 0): Place(x=75.0, y=60.0)}
        """
        lines = {
            (below, above): self.edge(column, below, above)
            for above in range(len(self.units[column]))
            for below in range(len(self.units[column - 1]))
        }
        found: dict[tuple[int, int], Place] = {}
        for key, line in lines.items():
            others = [other for each, other in lines.items() if each != key]
            costs = {}
            for along in _ALONG:
                place = _between(*line, along)
                overlaps = sum(_overlap(place, other, width, height) for other in found.values())
                crossings = sum(_runs_through(other, place, width, height) for other in others)
                costs[place] = 1000.0 * overlaps + crossings + abs(along - 1 / 3)
            found[key] = min(costs, key=costs.__getitem__)
        return found


#: Where along its line a label may stand.
_ALONG = (1 / 3, *(0.26 + 0.04 * step for step in range(13)))


def _overlap(one: Place, other: Place, width: float, height: float) -> float:
    """How much of two labels lies on one another, as a share of one."""
    across = max(0.0, 1.0 - abs(one.x - other.x) / width)
    return across * max(0.0, 1.0 - abs(one.y - other.y) / height)


def _runs_through(line: tuple[Place, Place], label: Place, width: float, height: float) -> bool:
    start, end = line
    left, right = label.x - width / 2, label.x + width / 2
    if end.x <= left or start.x >= right:
        return False
    heights = [
        start.y + (end.y - start.y) * (min(max(x, start.x), end.x) - start.x) / (end.x - start.x)
        for x in (left, right)
    ]
    return min(heights) < label.y + height / 2 and max(heights) > label.y - height / 2


def _between(start: Place, end: Place, part: float) -> Place:
    return Place(start.x + part * (end.x - start.x), start.y + part * (end.y - start.y))


def columns(sizes: Sequence[int], radii: Sequence[float], *, across: float, down: float) -> Columns:
    """The places of units in columns that are centred beside one another.

    Args:
        sizes: how many units each column has.
        radii: the radius of the circles of each.
        across: the room between the circles of two columns.
        down: the distance from one row to the next.

    >>> columns([1], [10.0], across=0.0, down=30.0).units
    [[Place(x=10.0, y=15.0)]]
    """
    height = down * max(sizes)
    x = 0.0
    units = []
    for size, radius in zip(sizes, radii, strict=True):
        x += radius
        units.append([Place(x, height * (row + 0.5) / size) for row in range(size)])
        x += radius + across
    return Columns(units, list(radii), x - across, height)
