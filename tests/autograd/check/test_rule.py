"""Derivatives written by hand: where the first goes wrong, what was done, what would mend it."""

from __future__ import annotations

import math
from math import isfinite
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import (
    ArgumentTypeError,
    ArgumentValueError,
    UnknownNameError,
    Value,
    check_rule,
    exp,
    sin,
)
from autograd.arguments import number_of
from autograd.program import LineError
from autograd.strategies import Graph, graphs


def error(w: Any, x: Any, b: Any) -> Any:
    """A neuron's error, whose intermediate results have names."""
    net = (w * x + b).named("net")
    out = net.tanh().named("out")
    return ((out - 1.0) ** 2).named("E")


def backward(w: float, x: float, b: float, /, **wrong: str) -> dict[str, float]:
    """Its derivatives by hand, each as a formula that may be written wrongly."""
    right = {
        "out": "2 * (out - 1)",
        "net": "d_out * (1 - out**2)",
        "w": "d_net * x",
        "x": "d_net * w",
        "b": "d_net",
    }
    known = {"w": w, "x": x, "b": b, "net": w * x + b, "out": math.tanh(w * x + b)}
    found = {}
    for name, formula in {**right, **wrong}.items():
        found[name] = known[f"d_{name}"] = eval(formula, {"math": math}, known)
    return found


AT = (0.5, 3.0, -0.7)


def test_all_right() -> None:
    report = check_rule(error, backward, AT)
    assert report
    assert (report.first_wrong, report.mistake, report.factor) == (None, None, None)
    assert report.summary() == "all 5 right"
    assert [row.symbol for row in report.rows] == ["dE/dout", "dE/dnet", "dE/dw", "dE/dx", "dE/db"]


#: A formula that is written wrongly, what is said of it, and how many follow from it.
WRONG = [
    ("out", "out - 1", "a factor of 2 is lost", 4),
    ("out", "-2 * (out - 1)", "the sign is turned", 4),
    ("net", "d_out * (1 - net**2)", "∂out/∂net is computed of net where out belongs", 3),
    ("net", "d_out", "the factor ∂out/∂net is left out", 3),
    ("net", "d_out * (1 - out**2)**2", "the factor ∂out/∂net is taken twice", 3),
    ("net", "1 - out**2", "the derivative from above, ∂E/∂out, is left out", 3),
    ("net", "d_out / (1 - out**2)", "it is divided by ∂out/∂net, not multiplied", 3),
    ("net", "d_out * out", "∂out/∂net is taken to be out", 3),
    ("w", "d_net * w", "it is ∂E/∂x that stands in its place", 0),
    ("w", "d_net", "the factor ∂net/∂w is left out", 0),
    ("w", "0", "it is 0, as if nothing depended on it", 0),
    ("w", "d_net * x + 1.234", None, 0),
    ("b", "-d_net", "the sign is turned", 0),
]


@pytest.mark.parametrize(("name", "formula", "said", "follow"), WRONG)
def test_the_first_wrong_one_and_why(name: str, formula: str, said: str | None, follow: int) -> None:
    report = check_rule(error, lambda *at: backward(*at, **{name: formula}), AT)
    first = report.first_wrong
    assert not report
    assert first is not None
    assert first.symbol == f"dE/d{name}"
    if said is None:
        assert report.mistake is None
        assert "no known mistake" in report.summary()
    else:
        assert report.mistake is not None
        assert said in report.mistake
    assert [row.verdict for row in report.rows].count("follows") == follow
    if report.factor is not None:
        assert first.given * report.factor == pytest.approx(first.follows)
        assert f"times {report.factor:.9g}, it is right" in report.summary()


def test_paths() -> None:
    def f(x: Any) -> Any:
        return sin(x).named("a") * exp(x).named("b") + x

    for formula, said in (
        (lambda x: math.cos(x) * math.exp(x) + 1, "the path through b is left out"),
        (lambda x: math.sin(x) * math.exp(x) + 1, "the path through a is left out"),
        (lambda x: (math.sin(x) + math.cos(x)) * math.exp(x), "the direct use of x in f is left out"),
    ):
        report = check_rule(f, formula, 0.8)
        assert report.mistake == said


def test_what_has_no_name_is_called_by_its_formula() -> None:
    report = check_rule(lambda x: (x * x).sin(), lambda x: math.cos(x * x), 3.0)
    assert report.mistake == "the factor ∂(x·x)/∂x is left out"
    assert report.factor == pytest.approx(6.0)


def test_inputs_may_be_nested_and_arrays_come_back() -> None:
    numpy = pytest.importorskip("numpy")

    def f(w: Any, x: Any) -> Any:
        return sum((a * b for a, b in zip(w, x, strict=True)), Value(0.0)) ** 2

    def df(w: Any, x: Any) -> Any:
        total = 2 * numpy.dot(w, x)
        return total * numpy.array(x), total * numpy.array(w)

    assert check_rule(f, df, ([1.0, 2.0], [0.5, -1.0]))
    report = check_rule(f, lambda w, x: (df(w, x)[0] / 2, df(w, x)[1]), ([1.0, 2.0], [0.5, -1.0]))
    assert report.first_wrong is not None
    assert report.first_wrong.symbol == "df/dw[0]"
    assert report.mistake is not None
    assert "factor of 2 is lost" in report.mistake


@given(graphs(), st.floats(0.5, 2.0))
def test_no_false_alarm_and_no_wrong_one_missed(graph: Graph, factor: float) -> None:
    """Of any function: what the graph records is right, and what is off is not."""

    graph.result.backward()
    slopes = [number_of(leaf.grad) for leaf in graph.leaves]
    assume(all(isfinite(slope) for slope in slopes))
    at = tuple(graph.numbers)
    try:
        report = check_rule(graph.function, lambda *_: slopes if len(at) > 1 else slopes[0], at)
    except LineError:
        return  # the textbook's form of a slope is out of range
    assert report, str(report)
    place = next((place for place, slope in enumerate(slopes) if abs(slope) > 1e-3), None)
    if place is not None:
        slopes[place] *= 1.0 + factor
        report = check_rule(graph.function, lambda *_: slopes if len(at) > 1 else slopes[0], at)
        assert report.first_wrong is not None
        assert report.factor == pytest.approx(1.0 / (1.0 + factor), rel=1e-5)


def test_shown_in_notebooks_and_as_data() -> None:
    report = check_rule(error, lambda *at: backward(*at, w="d_net"), AT)
    assert "∂E/∂w is wrong" in report._repr_html_()
    assert report.to_dict()["rows"] == report.records()
    assert str(report).splitlines()[0] == "∂E/∂w is wrong: the factor ∂net/∂w is left out"
    assert max(map(len, str(report).splitlines())) <= 100


@pytest.mark.parametrize(
    ("f", "df", "at", "kind", "said"),
    [
        (5, abs, 1.0, ArgumentTypeError, "f must be"),
        (abs, 5, 1.0, ArgumentTypeError, "df must be"),
        (lambda x: [x, x], lambda x: 1.0, 1.0, ArgumentTypeError, "what f returns"),
        (lambda x: 1.0, lambda x: 0.0, 1.0, ArgumentTypeError, "what f returns"),
        (lambda x, y: x * y, lambda x, y: x, (1.0, 2.0), ArgumentValueError, "df must return a number"),
        (lambda x: x * x, lambda x: {"y": 1.0}, 1.0, UnknownNameError, "there is no derivative 'y'"),
        (lambda x: x * x, lambda x: "2", 1.0, ArgumentTypeError, "must be a real number"),
        (lambda x: x * x, lambda x: 2.0, (), ArgumentValueError, "no number among the inputs"),
    ],
)
def test_what_cannot_be_compared_is_refused(f: Any, df: Any, at: Any, kind: type, said: str) -> None:
    with pytest.raises(kind, match=said):
        check_rule(f, df, at)
    with pytest.raises(ArgumentValueError, match="rtol must be"):
        check_rule(abs, lambda x: 1.0, 1.0, rtol=-1.0)
