"""Where the neurons of a network stand in a picture: in columns, as lecture notes draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from nn.drawing.places import Segment, places_on_lines

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

    def thirds(self, column: int) -> dict[tuple[int, int], Place]:
        """By its two rows, what is a third along each line to a column.

        >>> columns([1, 1], [20.0, 40.0], across=105.0, down=120.0).thirds(1)
        {(0, 0): Place(x=75.0, y=60.0)}
        """
        return {
            (below, above): _between(*self.edge(column, below, above), 1 / 3)
            for above in range(len(self.units[column]))
            for below in range(len(self.units[column - 1]))
        }

    def labels(self, column: int, width: float, height: float) -> dict[tuple[int, int], Place] | None:
        """By its two rows, where the label of each line to a column stands; None if there is no room.

        Args:
            column: the column that the lines lead to.
            width: how wide a label is.
            height: how high it is.

        >>> found = columns([1, 1], [20.0, 40.0], across=300.0, down=120.0)
        >>> found.labels(1, 80.0, 16.0)
        {(0, 0): Place(x=142.0, y=60.0)}
        >>> columns([1, 1], [20.0, 40.0], across=50.0, down=120.0).labels(1, 80.0, 16.0) is None
        True
        """
        keys = [
            (below, above)
            for above in range(len(self.units[column]))
            for below in range(len(self.units[column - 1]))
        ]
        lines = [self.edge(column, *key) for key in keys]
        found = places_on_lines(
            [Segment(start.x, start.y, end.x, end.y, width, height) for start, end in lines],
            [
                (place.x - radius, place.y - radius, place.x + radius, place.y + radius)
                for number in (column - 1, column)
                for place in self.units[number]
                for radius in (self.radii[number],)
            ],
        )
        if found is None:
            return None
        return {
            key: Place((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            for key, box in zip(keys, found[1], strict=True)
            if box is not None
        }


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
