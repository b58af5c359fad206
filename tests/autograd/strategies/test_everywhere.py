"""gradcheck_everywhere: what it finds on a domain, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from oracles import replaced, spoilt
from strategies import generating, notes, searching

import autograd
from autograd import (
    DomainError,
    GradcheckError,
    Value,
)
from autograd.strategies import gradcheck_everywhere


def softened(x: Value) -> Value:
    return x / (1.0 + abs(x.data))


def test_a_wrong_derivative_is_found_and_made_simple() -> None:
    with pytest.raises(GradcheckError, match="wrong") as caught:
        gradcheck_everywhere(softened, (-10.0, 10.0), settings=searching)
    assert "f=softened" in notes(caught.value)
    assert "inputs=(1.0,)" in notes(caught.value)
    (row,) = caught.value.report.failures
    assert (row.input, row.at, row.judgement.analytic) == ("x", 1.0, 0.5)
    assert row.judgement.numeric == pytest.approx(0.25)


def test_a_planted_partial_is_found_and_blamed() -> None:
    with replaced(spoilt("exp", 0)), pytest.raises(GradcheckError, match="of exp at node") as caught:
        gradcheck_everywhere(lambda x, y: (x * y).exp(), (-2, 2), (-2, 2), settings=searching)
    assert "inputs=(0.0, 1.0)" in notes(caught.value)


def test_a_mistake_in_one_corner_is_found() -> None:
    def cornered(x: Value) -> Value:
        return x * x if x < 9.99 else x * x.data

    with pytest.raises(GradcheckError):
        gradcheck_everywhere(cornered, (0.0, 10.0), settings=searching)
    gradcheck_everywhere(cornered, (0.0, 9.9))


@pytest.mark.parametrize(
    ("f", "domains"),
    [
        pytest.param(abs, [(-1.0, 1.0)], id="a kink"),
        pytest.param(lambda x, y: x.max(y), [(-1.0, 1.0)] * 2, id="ties"),
        pytest.param(lambda x: x.relu() - (-x).relu(), [(-1.0, 1.0)], id="kinks that cancel"),
        pytest.param(lambda x: abs(x).sqrt(), [(-1.0, 1.0)], id="a kink times an infinite slope"),
        pytest.param(lambda y, x: y.atan2(x), [(-1.0, 1.0)] * 2, id="a jump"),
        pytest.param(lambda x: x.sqrt(), [(0.0, 1.0)], id="an infinite slope at an edge"),
        pytest.param(lambda x: x.log() * x.exp(), [(1e-3, 5.0)], id="a steep one"),
        pytest.param(
            lambda xs: sum(x * x for x in xs),
            [st.lists(st.floats(-3.0, 3.0), min_size=1)],
            id="a list",
        ),
    ],
)
def test_right_functions_pass_everywhere(f: Callable[..., Any], domains: Sequence[Any]) -> None:
    gradcheck_everywhere(f, *domains)


def test_kinks_are_reported_on_request() -> None:
    def cancelling(x: Value) -> Value:
        return x.relu() - (-x).relu()

    gradcheck_everywhere(cancelling, (-1.0, 1.0))
    with pytest.raises(GradcheckError) as caught:
        gradcheck_everywhere(cancelling, (-1.0, 1.0), kink_margin=None, settings=searching)
    assert "inputs=(0.0,)" in notes(caught.value)


@pytest.mark.parametrize(
    ("f", "arguments"),
    [
        (lambda x: (x * 0.0).relu() + x * x.data, 1),
        (lambda x: abs(x - x) + x * x.data, 1),
        (lambda w, x: (x * 0.0).relu() + w * x.data * x, 2),
        (lambda x: x.max(x) * x.data, 1),
    ],
)
def test_a_node_that_is_always_on_its_kink_excuses_nothing(
    f: Callable[..., Any], arguments: int
) -> None:
    with pytest.raises(GradcheckError, match="wrong"):
        gradcheck_everywhere(f, *[(-3.0, 3.0)] * arguments)


def test_points_beside_a_kink_may_be_out_of_reach() -> None:
    def large(x: Value) -> Value:
        return x * 0.5 + x.data * 0.25 + abs(x - x)

    with pytest.raises(GradcheckError):
        gradcheck_everywhere(large, (1.75e308, 1.79e308), settings=settings(generating, max_examples=20))

    def picky(x: Value) -> Value:
        assert 0.0 <= x.data <= 1.0
        return abs(x - 0.5) * x

    gradcheck_everywhere(picky, (0.1, 0.9))


def test_a_kink_elsewhere_excuses_nothing() -> None:
    with pytest.raises(GradcheckError, match="wrong"):
        gradcheck_everywhere(lambda x: abs(x - 0.5) + x * x.data, (-3.0, 3.0))


def test_what_differs_from_run_to_run_is_reported() -> None:
    calls: list[float] = []

    def counting(x: Value) -> Value:
        calls.append(x.data)
        return x * len(calls)

    with pytest.raises(GradcheckError, match="two runs at the same point differ"):
        gradcheck_everywhere(counting, (1.0, 2.0), settings=settings(searching, max_examples=5))


def test_what_the_function_raises_is_raised_with_the_point() -> None:
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0") as caught:
        gradcheck_everywhere(autograd.log, (-1.0, 1.0), settings=searching)
    assert "inputs=(0.0,)" in notes(caught.value)


def test_tolerances_are_passed_on() -> None:
    def nearly(x: Value) -> Value:
        return x * 1.001 - x.data * 0.001

    gradcheck_everywhere(nearly, (1.0, 2.0), rtol=0.01)
    with pytest.raises(GradcheckError):
        gradcheck_everywhere(nearly, (1.0, 2.0), rtol=1e-4, atol=0.0)
    with pytest.raises(ValueError, match="eps"):
        gradcheck_everywhere(nearly, (1.0, 2.0), eps=-1.0)


#: Only the places that the function itself tells.
looking = settings(generating, phases=[Phase.explicit])


class Thresholds:
    low, high = 1.23, 1.2300001


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(lambda x: 1.23 <= x.data <= 1.24, id="constants of the code"),
        pytest.param(lambda x: x.data == 0.5, id="at one float"),
        pytest.param(lambda x: -2.0000001 < x.data < -2, id="negative ones"),
        pytest.param(lambda x: abs(x - 1.235) < 1e-6, id="a constant of a graph that is compared"),
        pytest.param(lambda x: Thresholds.low <= x <= Thresholds.high, id="numbers compared"),
        pytest.param(lambda x: 2.46 <= 2.0 * x <= 2.4600001, id="nodes compared"),
    ],
)
def test_a_mistake_in_a_small_part_of_the_domain_is_found(where: Callable[[Value], bool]) -> None:
    def f(x: Value) -> Value:
        return x * x.data if where(x) else x * x

    with pytest.raises(GradcheckError, match="wrong"):
        gradcheck_everywhere(f, (-3.0, 3.0), settings=looking)
    with pytest.raises(GradcheckError, match="wrong"):
        gradcheck_everywhere(lambda y, x: f(x) * y, (0.1, 0.9), (-3.0, 3.0), settings=looking)


def test_without_explicit_examples_there_is_only_the_search() -> None:
    def f(x: Value) -> Value:
        return x * x.data if x.data == 0.123 else x * x

    gradcheck_everywhere(f, (-3.0, 3.0), settings=settings(generating, max_examples=20))


@pytest.mark.parametrize("f", [lambda x: (x * 1e30).sin(), lambda x: (x * 1e200).cos() * 3.0])
def test_where_nothing_can_be_told_it_says_so_in_bounded_time(f: Callable[[Value], Value]) -> None:
    calls = []

    def counted(x: Value) -> Value:
        calls.append(x)
        return f(x)

    with pytest.raises(GradcheckError, match="at none of 25 points differences") as caught:
        gradcheck_everywhere(counted, (0.1, 1.0), settings=settings(generating, max_examples=100))
    assert caught.value.report.failures
    assert len(calls) < 20_000


def test_where_something_can_be_told_the_rest_is_left_alone() -> None:
    gradcheck_everywhere(lambda x: (x * 1e30).sin() if x > 0.5 else x * x, (0.1, 1.0))


@pytest.mark.parametrize("domain", [3.0, "ab", (1.0,), (1.0, 2.0, 3.0), None], ids=repr)
def test_what_is_no_domain_is_refused(domain: Any) -> None:
    with pytest.raises(TypeError, match=r"an interval \(low, high\) or a strategy, got "):
        gradcheck_everywhere(autograd.sin, domain)
