"""Where a function may do something else."""

import math
import sys

from autograd import Value
from autograd.strategies.landmarks import constants_of_code, places_to_look_at

LOW = 0.75


def _named(x: Value) -> bool:
    return x.data < -0.375


def decides(x: Value) -> Value:
    return x * 3.25 if x.data > LOW or _named(x) else x


def test_constants_are_those_of_the_code_and_of_what_it_names() -> None:
    inner = 1.75
    found = constants_of_code(lambda x: [decides(y) for y in (x, inner)])
    assert {LOW, 0.375, -0.375, 3.25, 1.75} <= found
    assert constants_of_code(math.sin) == set()
    assert constants_of_code(Value.sin) is not None
    assert True not in constants_of_code(lambda x: x if x is True else None)


def test_constants_of_a_graph_and_numbers_compared_are_seen() -> None:
    class Threshold:
        value = float("0.625")

    threshold = Threshold()
    threshold.value /= 2.0
    places = {x for (x,) in places_to_look_at(lambda x: x * threshold.value, [(-1.0, 1.0)])}
    assert 0.3125 in places
    places = {x for (x,) in places_to_look_at(lambda x: x if x < threshold.value else -x, [(-1.0, 1.0)])}
    assert {0.3125, math.nextafter(0.3125, 0.0)} <= places


def test_both_sides_of_a_decision_are_found_by_halving() -> None:
    places = {
        x for (x,) in places_to_look_at(lambda x: x * x if 3.0 * x.data < 1.0 else x, [(-1.0, 1.0)])
    }
    assert {1.0 / 3.0, math.nextafter(1.0 / 3.0, 0.0)} <= places


def test_places_are_inside_and_bounded() -> None:
    many = [k / 1000.0 for k in range(1000)]

    def f(x: Value, y: Value) -> Value:
        return sum((x * each for each in many), y)

    intervals = [(0.0, 1.0), (-1.7e308, 1.7e308)]
    found = places_to_look_at(f, intervals)
    assert 0 < len(found) <= 400
    for place in found:
        assert all(low <= x <= high for x, (low, high) in zip(place, intervals, strict=True))


def test_a_function_that_raises_is_left_to_the_check() -> None:
    def f(x: Value) -> Value:
        if x.data < 0.5:
            raise RuntimeError("no")
        return x

    profile = sys.getprofile()
    assert (0.5,) in places_to_look_at(f, [(0.0, 1.0)])
    assert sys.getprofile() is profile
