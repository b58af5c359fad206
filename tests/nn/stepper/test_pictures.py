"""Where neurons stand, and that no circle or label meets another."""

from __future__ import annotations

import re
from itertools import combinations
from math import hypot

import pytest

from nn.stepper.layout import columns
from nn.stepper.pictures import graph_picture, network_picture


@pytest.mark.parametrize("sizes", [[2, 2, 2], [2, 3, 2], [1, 1, 1, 1], [3, 8, 8, 1]])
def test_circles_do_not_meet_and_lines_end_at_them(sizes: list[int]) -> None:
    found = columns(sizes, [30.0] + [50.0] * (len(sizes) - 1), across=185.0, down=150.0)
    circles = [
        (place, radius)
        for places, radius in zip(found.units, found.radii, strict=True)
        for place in places
    ]
    for (one, r), (other, s) in combinations(circles, 2):
        assert hypot(one.x - other.x, one.y - other.y) > r + s
    for column in range(1, len(sizes)):
        start, end = found.edge(column, 0, sizes[column] - 1)
        first, last = found.units[column - 1][0], found.units[column][-1]
        assert hypot(start.x - first.x, start.y - first.y) == pytest.approx(found.radii[column - 1])
        assert hypot(end.x - last.x, end.y - last.y) == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("sizes", "width", "height"),
    [
        ([2, 2, 2], 84.0, 45.0),
        ([2, 2, 1], 84.0, 45.0),
        ([1, 2, 2], 84.0, 45.0),
        ([4, 3], 84.0, 17.0),
        ([3, 4], 84.0, 17.0),
        ([4, 4], 84.0, 17.0),
    ],
)
def test_no_label_stands_on_another(sizes: list[int], width: float, height: float) -> None:
    found = columns(sizes, [30.0] + [50.0] * (len(sizes) - 1), across=185.0, down=150.0)
    for column in range(1, len(sizes)):
        labels = found.labels(column, width, height)
        assert len(labels) == sizes[column - 1] * sizes[column]
        for one, other in combinations(labels.values(), 2):
            assert abs(one.y - other.y) >= height or abs(one.x - other.x) >= width


def test_a_dense_network_shows_the_labels_of_what_is_lit() -> None:
    looks = {"2": network_picture([2, 2]), "3": network_picture([3, 3]), "8": network_picture([8, 8])}
    assert ['class="network"' in looks["2"], 'class="network compact"' in looks["3"]] == [True, True]
    assert 'class="network compact dense"' in looks["8"]


def test_names_in_the_graph_stay_text() -> None:
    evil = '\\N <b>&amp;"\n'
    picture = graph_picture({"a": [], "b": ["a", "a"]}, {"a": evil, "b": evil})
    assert "<b>" not in picture
    assert "fill=" not in picture
    assert picture.count('class="edge"') == 2


def test_graphs_of_one_page_have_ids_of_their_own() -> None:
    graph = {"a": [], "b": ["a"], "c": ["b"]}
    pictures = [
        graph_picture(graph, {each: each for each in graph}, {"b": 1, "c": 1}, number)
        for number in (0, 1)
    ]
    assert pictures[0].count('class="cluster"') == 1
    one, other = (set(re.findall(r' id="([^"]*)"', each)) for each in pictures)
    assert len(one) == len(other) == 5
    assert not one & other
