"""Where texts stand on lines, so that none touches another or a shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nn.drawing.scene import Box, meet

__all__ = ["Segment", "places_on_lines"]

#: Between texts; beside one another they would else read as one line.
_APART, _BESIDE = 5.0, 14.0
#: How far along a line the middle of its text may be; best before the middle, where lines cross.
_ALONG, _BEST = [part / 50 for part in range(5, 46)], 1 / 3


class Segment(NamedTuple):
    """A line that leads to the right, and how large the text on it is.

    Attributes:
        x: where it begins.
        y: likewise, downwards.
        u: where it ends.
        v: likewise.
        width: of the text; 0 if it has none.
        height: of the text.

    >>> Segment(0.0, 0.0, 10.0, 20.0, 4.0, 2.0).box(0.5)
    (3.0, 9.0, 7.0, 11.0)
    """

    x: float
    y: float
    u: float
    v: float
    width: float = 0.0
    height: float = 0.0

    def box(self, along: float) -> Box:
        """The text's place if its middle is so far along the line, from 0 to 1.

        >>> Segment(0.0, 0.0, 10.0, 0.0, 4.0, 2.0).box(0.25)
        (0.5, -1.0, 4.5, 1.0)
        """
        x, y = self.x + along * (self.u - self.x), self.y + along * (self.v - self.y)
        return x - self.width / 2, y - self.height / 2, x + self.width / 2, y + self.height / 2

    def crosses(self, box: Box) -> bool:
        """Whether the line leads through a box.

        >>> line = Segment(0.0, 0.0, 10.0, 10.0)
        >>> line.crosses((4.0, 4.0, 6.0, 6.0)), line.crosses((4.0, 7.0, 6.0, 9.0))
        (True, False)
        """
        left, top, right, bottom = box
        start, end = max(left, self.x), min(right, self.u)
        if start >= end:
            return False
        slope = (self.v - self.y) / (self.u - self.x)
        one, other = (self.y + slope * (x - self.x) for x in (start, end))
        return min(one, other) < bottom and max(one, other) > top


def places_on_lines(
    segments: Sequence[Segment], obstacles: Iterable[Box]
) -> tuple[int, list[Box | None]] | None:
    """How many lines lead through texts of others, and where each text stands; None if there is no room.

    Args:
        segments: the lines.
        obstacles: what no text may touch.

    >>> places_on_lines([Segment(0.0, 0.0, 100.0, 0.0, 10.0, 4.0)], [])
    (0, [(29.0, -2.0, 39.0, 2.0)])
    >>> places_on_lines([Segment(0.0, 0.0, 100.0, 0.0, 10.0, 4.0)], [(0.0, -9.0, 99.0, 9.0)]) is None
    True
    """
    known = list(obstacles)
    free = []
    for segment in segments:
        # lines that have an end in common are apart only away from it
        others = [each for each in segments if each is not segment]
        choices = [
            (sum(each.crosses(box) for each in others), abs(along - _BEST), box)
            for along in _ALONG
            for box in (segment.box(along),)
            if not any(meet(box, each, _APART) for each in known)
        ]
        free.append(sorted(choices) if segment.width else [])
    for order in _orders(segments, free):
        if found := _placed(free, order):
            return found
    return None


def _orders(segments: Sequence[Segment], free: Sequence[Sequence[object]]) -> Iterator[list[int]]:
    """Orders in which texts are placed: as they come, and those first that have the fewest places."""
    texts = [index for index, segment in enumerate(segments) if segment.width]
    yield texts
    yield sorted(texts, key=lambda index: len(free[index]))
    yield texts[::-1]


def _placed(
    free: Sequence[Sequence[tuple[int, float, Box]]], order: Sequence[int]
) -> tuple[int, list[Box | None]] | None:
    """Each text at the best of its places that the others leave; again, since these move."""
    found: dict[int, tuple[int, float, Box]] = {}
    for _ in range(3):
        for index in order:
            others = [box for other, (_, _, box) in found.items() if other != index]
            for choice in free[index]:
                left, top, right, bottom = choice[2]
                around = left - _BESIDE + _APART, top, right + _BESIDE - _APART, bottom
                if not any(meet(around, other, _APART) for other in others):
                    found[index] = choice
                    break
            else:
                return None
    places = [found[index][2] if index in found else None for index in range(len(free))]
    return sum(cost for cost, _, _ in found.values()), places
