"""Derivatives along every path: what is listed adds up to what the chain rule gives."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import subprocess
import sys
from math import prod
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser
from oracles import latex_mistakes

import autograd
from autograd import AutogradError, Derivation, Value, explain, topological_order
from autograd.strategies import graphs
from nn import worked

ROOT = Path(autograd.__file__).parents[1]

# --- any graph -----------------------------------------------------------------------------------


@st.composite
def named_graphs(draw: st.DrawFn) -> tuple[Value, Value]:
    """A result and a node below it, some of the nodes between them named; numbers are moderate."""
    result = draw(graphs(limit=1e6, slope_limit=1e6)).result
    order = topological_order(result)
    for index in draw(st.sets(st.integers(0, len(order) - 1))):
        if order[index].operands:
            order[index].name = f"y{index}"
    return result, draw(st.sampled_from(order))


def station_paths(result: Value, by: Value) -> set[tuple[Value, ...]]:
    """Every way down from a result, as the named nodes that it passes; found by brute force."""
    found = set()
    waiting = [(result, (result,))]
    while waiting:
        node, stations = waiting.pop()
        if node is by:
            found.add(stations)
            continue
        for operand in node.operands:
            if isinstance(operand, Value):
                stop = operand is by or operand.name
                waiting.append((operand, (*stations, operand) if stop else stations))
    return found


def mistakes(derivation: Derivation) -> list[str]:
    """Where a derivation with all its paths does not add up, or does not hang together."""
    result, by = derivation.result, derivation.by
    complaints = []
    for node in topological_order(result):
        node.grad = 0.0
    result.backward()
    products = [prod(factor.value for factor in path) for path in derivation.paths]
    size = math.fsum(map(abs, products))
    if not abs(math.fsum(products) - by.grad) <= 1e-9 * (size + 1e-3):
        complaints.append(f"the paths add up to {math.fsum(products)!r}, not {by.grad!r}")
    if not math.isclose(derivation.value, by.grad, rel_tol=1e-9, abs_tol=1e-9):
        complaints.append(f"the value is {derivation.value!r}, not {by.grad!r}")
    if derivation.path_count != len(derivation.paths):
        complaints.append(f"{len(derivation.paths)} of {derivation.path_count} paths")
    for path in derivation.paths:
        ends = [result, *(factor.below for factor in path)]
        if ends[-1] is not by or [factor.above for factor in path] != ends[:-1]:
            complaints.append(f"a path leads from {ends[0].label} to {ends[-1].label} with a gap")
    return complaints


@given(named_graphs())
def test_paths_add_up_to_the_gradient(ends: tuple[Value, Value]) -> None:
    result, by = ends
    derivation = explain(result, by, max_paths=10**6)
    assert mistakes(derivation) == []


@given(named_graphs())
def test_paths_are_all_there_is_and_each_is_there_once(ends: tuple[Value, Value]) -> None:
    result, by = ends
    derivation = explain(result, by, max_paths=10**6)
    listed = [(result, *(factor.below for factor in path)) for path in derivation.paths]
    assert len(set(listed)) == len(listed)
    assert set(listed) == station_paths(result, by)


@given(named_graphs())
def test_a_derivation_can_always_be_written(ends: tuple[Value, Value]) -> None:
    result, by = ends
    before = [node.grad for node in topological_order(result)]
    derivation = explain(result, by)
    assert str(derivation) == derivation.text()
    assert all(line == line.rstrip() for line in derivation.text().splitlines())
    read = json.loads(json.dumps(derivation.to_dict(), allow_nan=False))
    assert read == derivation.to_dict()
    assert [node.grad for node in topological_order(result)] == before


def diamond() -> tuple[Value, Value]:
    x = Value(0.5, "x")
    a, b = x.exp().named("a"), x.sin().named("b")
    return (a * b).named("y"), x


def test_a_wrong_factor_is_found() -> None:
    derivation = explain(*diamond())
    assert mistakes(derivation) == []
    first, second = derivation.paths
    factor = dataclasses.replace(first[0], value=first[0].value * (1.0 + 1e-6))
    for wrong, message in (
        (dataclasses.replace(derivation, paths=((factor, *first[1:]), second)), "add up to"),
        (dataclasses.replace(derivation, paths=(second,)), "add up to"),
        (dataclasses.replace(derivation, paths=(first[1:], second)), "with a gap"),
        (dataclasses.replace(derivation, value=derivation.value + 1e-6), "the value is"),
        (dataclasses.replace(derivation, path_count=3), "2 of 3 paths"),
    ):
        assert any(message in complaint for complaint in mistakes(wrong))


def test_a_wrong_slope_of_the_graph_is_seen_in_its_factor() -> None:
    y, x = diamond()
    before = explain(y, x).paths[0][0].value
    y._dx = 123.0
    assert before == math.sin(0.5)
    assert explain(y, x).paths[0][0].value == 123.0


# --- factors -------------------------------------------------------------------------------------


def test_factors_between_named_nodes() -> None:
    y, x = diamond()
    derivation = explain(y, x)
    a, b = y.operands
    assert [[(f.above, f.below) for f in path] for path in derivation.paths] == [
        [(y, a), (a, x)],
        [(y, b), (b, x)],
    ]
    assert [[f.value for f in path] for path in derivation.paths] == [
        [math.sin(0.5), math.exp(0.5)],
        [math.exp(0.5), math.cos(0.5)],
    ]
    assert [factor.symbol for factor in derivation.factors] == ["∂y/∂a", "∂a/∂x", "∂y/∂b", "∂b/∂x"]
    assert [factor.formula for factor in derivation.factors] == ["b", "a", "a", "cos(x)"]


def test_unnamed_nodes_are_passed_through() -> None:
    x = Value(0.5, "x")
    y = (x * x + 3.0 * x).exp().named("y")
    (path,) = explain(y, x).paths
    assert [(f.symbol, f.value) for f in path] == [("∂y/∂x", y.data * (2.0 * 0.5 + 3.0))]


def test_a_factor_is_listed_once_though_paths_share_it() -> None:
    x = Value(0.5, "x")
    inner = (x * 2.0).named("inner")
    a, b = inner.exp().named("a"), inner.sin().named("b")
    derivation = explain((a + b).named("y"), x)
    assert [factor.symbol for factor in derivation.factors] == [
        "∂y/∂a", "∂a/∂inner", "∂inner/∂x", "∂y/∂b", "∂b/∂inner",
    ]  # fmt: skip
    assert [len(path) for path in derivation.paths] == [3, 3]
    assert derivation.paths[0][2] is derivation.paths[1][2]


def test_an_inner_node_may_be_explained() -> None:
    step = worked.load("urbain").step()
    derivation = step.explain("net_h1", "E_o1")
    assert derivation.value == step["dE_o1/dnet_h1"]
    assert mistakes(derivation) == []


def test_the_node_itself() -> None:
    x = Value(3.0, "x")
    derivation = explain(x, x)
    assert (derivation.value, derivation.paths, derivation.path_count) == (1.0, ((),), 1)
    assert derivation.factors == ()
    assert derivation.text() == "∂x/∂x = 1"


# --- many paths ----------------------------------------------------------------------------------


def ladder(rungs: int, names: bool = True) -> tuple[Value, Value]:
    """A graph in which the number of paths doubles with every rung."""
    x = y = Value(1.0, "x")
    for rung in range(rungs):
        a, b = y * 0.5, y * 0.25
        if names:
            a.name, b.name = f"a{rung}", f"b{rung}"
        y = a + b
    return y, x


@pytest.mark.parametrize(("most", "listed"), [(1, 1), (3, 3), (8, 8), (9, 8), (1000, 8)])
def test_max_paths(most: int, listed: int) -> None:
    derivation = explain(*ladder(3), form="paths", max_paths=most)
    assert (derivation.path_count, len(derivation.paths)) == (8, listed)
    more = f"+ … along {8 - listed} more paths"
    assert (more in derivation.text()) == (listed < 8)
    assert derivation.value == pytest.approx(0.75**3, rel=1e-15)
    complete = explain(*ladder(3), max_paths=8)
    assert [len(path) for path in derivation.paths] == [len(path) for path in complete.paths][:listed]


def test_sixteen_paths_are_listed_at_most_unless_asked() -> None:
    derivation = explain(*ladder(5))
    assert (derivation.path_count, len(derivation.paths)) == (32, 16)


def test_paths_too_many_to_walk_are_counted() -> None:
    derivation = explain(*ladder(60), form="paths")
    assert (derivation.path_count, len(derivation.paths)) == (2**60, 16)
    assert derivation.value == pytest.approx(0.75**60, rel=1e-12)
    assert f"+ … along {2**60 - 16} more paths" in str(derivation)


@pytest.mark.parametrize("most", [0, -1])
def test_at_least_one_path_is_listed(most: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        explain(*ladder(2), max_paths=most)


@pytest.mark.skipif(os.name == "nt", reason="memory is limited as POSIX does")
def test_a_graph_without_names_takes_no_longer_than_its_size() -> None:
    """The routes between two named nodes may be too many to write down, and to walk."""
    code = """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
        from autograd import Value, draw, explain
        x = y = Value(1.0, "x")
        for _ in range(60):
            y = y * y
        print(explain(y, x).value == 2.0**60, draw(y, fold=True).source.count("->"))
    """
    done = subprocess.run(
        [sys.executable, "-c", re.sub("^ {8}", "", code, flags=re.MULTILINE)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True 1\n", "")


def test_a_deep_graph() -> None:
    x = y = Value(0.5, "x")
    for index in range(sys.getrecursionlimit() + 200):
        y = y.sin()
        if index % 100 == 0:
            y.name = f"y{index}"
    derivation = explain(y, x)
    assert mistakes(derivation) == []
    assert len(derivation.paths[0]) == 13


# --- texts ---------------------------------------------------------------------------------------

W5 = """\
∂Eₜₒₜₐₗ/∂w₅ = 0.0821670406
  = ∂Eₜₒₜₐₗ/∂Eₒ₁ · ∂Eₒ₁/∂outₒ₁ · ∂outₒ₁/∂netₒ₁ · ∂netₒ₁/∂w₅
    = 1 · 0.74136507 · 0.186815602 · 0.593269992
where
  ∂Eₜₒₜₐₗ/∂Eₒ₁  = 1
  ∂Eₒ₁/∂outₒ₁   = −(targetₒ₁ − outₒ₁) = 0.74136507
  ∂outₒ₁/∂netₒ₁ = outₒ₁·(1 − outₒ₁) = 0.186815602
  ∂netₒ₁/∂w₅    = outₕ₁ = 0.593269992"""

W1 = """\
∂Eₜₒₜₐₗ/∂w₁ = 0.000438567734
  = ∂Eₜₒₜₐₗ/∂Eₒ₁ · ∂Eₒ₁/∂outₒ₁ · ∂outₒ₁/∂netₒ₁ · ∂netₒ₁/∂outₕ₁ · ∂outₕ₁/∂netₕ₁ · ∂netₕ₁/∂w₁
    = 1 · 0.74136507 · 0.186815602 · 0.4 · 0.241300709 · 0.05 = 0.000668396021
  + ∂Eₜₒₜₐₗ/∂Eₒ₂ · ∂Eₒ₂/∂outₒ₂ · ∂outₒ₂/∂netₒ₂ · ∂netₒ₂/∂outₕ₁ · ∂outₕ₁/∂netₕ₁ · ∂netₕ₁/∂w₁
    = 1 · -0.217071535 · 0.175510053 · 0.5 · 0.241300709 · 0.05 = -0.000229828287
where
  ∂Eₜₒₜₐₗ/∂Eₒ₁  = 1
  ∂Eₒ₁/∂outₒ₁   = −(targetₒ₁ − outₒ₁) = 0.74136507
  ∂outₒ₁/∂netₒ₁ = outₒ₁·(1 − outₒ₁) = 0.186815602
  ∂netₒ₁/∂outₕ₁ = w₅ = 0.4
  ∂outₕ₁/∂netₕ₁ = outₕ₁·(1 − outₕ₁) = 0.241300709
  ∂netₕ₁/∂w₁    = i₁ = 0.05
  ∂Eₜₒₜₐₗ/∂Eₒ₂  = 1
  ∂Eₒ₂/∂outₒ₂   = −(targetₒ₂ − outₒ₂) = -0.217071535
  ∂outₒ₂/∂netₒ₂ = outₒ₂·(1 − outₒ₂) = 0.175510053
  ∂netₒ₂/∂outₕ₁ = w₇ = 0.5"""


@pytest.mark.parametrize(("symbol", "text"), [("w5", W5), ("w1", W1)])
def test_text_of_urbain(symbol: str, text: str) -> None:
    derivation = worked.load("urbain").step().explain(symbol)
    assert derivation.text() == text
    assert mistakes(derivation) == []
    assert max(map(len, text.splitlines())) <= 100


def test_digits() -> None:
    derivation = explain(*diamond())
    assert derivation.text(digits=3).startswith(
        "∂y/∂x = 2.24\n  = ∂y/∂a · ∂a/∂x\n    = 0.479 · 1.65 = 0.79\n"
    )
    shown = derivation.text(digits=17)
    for factor in derivation.factors:
        assert repr(factor.value) in shown or f"{factor.value:.17g}" in shown


def test_as_data() -> None:
    y, x = diamond()
    assert explain(y, x).to_dict() == {
        "result": "y",
        "by": "x",
        "value": explain(y, x).value,
        "path_count": 2,
        "form": "paths",
        "sections": [],
        "paths": [
            [
                {"above": "y", "below": "a", "value": math.sin(0.5), "formula": "b"},
                {"above": "a", "below": "x", "value": math.exp(0.5), "formula": "a"},
            ],
            [
                {"above": "y", "below": "b", "value": math.exp(0.5), "formula": "a"},
                {"above": "b", "below": "x", "value": math.cos(0.5), "formula": "cos(x)"},
            ],
        ],
    }


def test_as_records() -> None:
    y, x = diamond()
    rows = explain(y, x).records()
    assert [list(row) for row in rows] == [
        ["path", "factor", "above", "below", "derivative", "formula", "value"]
    ] * 4
    assert [tuple(row.values()) for row in rows] == [
        (1, 1, "y", "a", "∂y/∂a", "b", math.sin(0.5)),
        (1, 2, "a", "x", "∂a/∂x", "a", math.exp(0.5)),
        (2, 1, "y", "b", "∂y/∂b", "a", math.exp(0.5)),
        (2, 2, "b", "x", "∂b/∂x", "cos(x)", math.cos(0.5)),
    ]
    assert json.loads(json.dumps(rows)) == rows


# --- formulas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (2.0, "  ∂out/∂net = 1 (as net > 0)"),
        (-2.0, "  ∂out/∂net = 0 (as net < 0)"),
        (0.0, "  ∂out/∂net = 0 (at the kink net = 0: the subgradient of least norm)"),
    ],
)
def test_of_a_relu_the_slope_on_the_right_side_is_given(data: float, where: str) -> None:
    net = Value(data, "net")
    assert explain(net.relu().named("out"), net).text().splitlines()[-1] == where


def test_the_reason_stands_behind_the_number() -> None:
    net, w = Value(2.0, "net"), Value(0.5, "w")
    derivation = explain((net.relu() * w).named("y"), net)
    assert derivation.text().splitlines()[-1] == "  ∂y/∂net = w = 0.5 (as net > 0)"
    assert derivation.factors[0].formula == "w (as net > 0)"


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        ("0.5 * (t - o) ** 2", "−(t − o)"),
        ("-(t * o.log() + (1 - t) * (-o).log1p())", "−t/o + (1 − t)/(1 − o)"),
        ("(o * t).softplus()", "σ(o·t)·t"),
        ("(t - o).tanh()", "−(1 − E²)"),
        ("(o * t).sigmoid()", "E·(1 − E)·t"),
        ("o.square() * 3", "6·o"),
    ],
)
def test_formulas_are_tidied_as_by_hand(source: str, formula: str) -> None:
    o, t = Value(0.5, "o"), Value(0.25, "t")
    (factor,) = explain(eval(source, {"o": o, "t": t}).named("E"), o).factors
    assert factor.formula == formula


def test_each_of_many_inputs_has_its_formula() -> None:
    """However many terms its net has: the first one is as many sums down."""
    inputs = [Value(0.5, f"x{index}") for index in range(3_000)]
    weights = [Value(0.25, f"w{index}") for index in range(3_000)]
    net = sum(w * x for w, x in zip(weights, inputs, strict=True)).named("net")
    for index in (0, 1_500, 2_999):
        assert explain(net, weights[index]).factors[0].formula == f"x{index}".translate(DIGITS)


DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def test_a_long_formula_has_a_line_of_its_own() -> None:
    x = Value(0.5, "x_with_a_name")
    others = [Value(0.5, f"weight_of_the_input_{number}") for number in range(5)]
    y = (x * sum(others)).named("y")
    lines = explain(y, x).text().splitlines()[-2:]
    head = "  ∂y/∂x_with_a_name = "
    assert (
        lines[0]
        == head + "0 + weight_of_the_input_0 + weight_of_the_input_1 + … + weight_of_the_input_4"
    )
    assert lines[1] == " " * (len(head) - 2) + "= 2.5"


def test_a_zero_has_no_sign() -> None:
    x, w = Value(0.0, "x"), Value(3.0, "w")
    derivation = explain((w * x).named("y") * -1.0 + w * 2.0, w)
    contributions = [math.prod(factor.value for factor in path) for path in derivation.paths]
    assert repr(contributions) == "[-0.0, 2.0]"
    assert "-0" not in derivation.text()
    assert "-0" not in derivation._repr_latex_()
    assert "-0" not in derivation._repr_html_()


# --- in a notebook -------------------------------------------------------------------------------


def examples() -> list[Derivation]:
    net = Value(-2.0, "net_h1_1")
    x = Value(1e-20, "x<&")
    many = ladder(5)
    return [
        worked.load("urbain").step().explain("w1"),
        explain((net.relu().named("out_h1_1") * net).named("E"), net),
        explain(x.exp() * 1e30, x),
        explain(*many),
        explain(net, net),
    ]


@pytest.mark.parametrize("derivation", examples(), ids=str)
def test_in_latex(derivation: Derivation) -> None:
    lines = derivation._repr_latex_().split("\n\n")
    assert len(lines) >= 1
    for line in lines:
        assert re.fullmatch(r"\$[^$]+\$", line)
        assert latex_mistakes(line.strip("$")) == []
        MathTextParser("agg").parse(line)


@pytest.mark.parametrize("derivation", examples(), ids=str)
def test_in_html(derivation: Derivation) -> None:
    math_element = ElementTree.fromstring(derivation._repr_html_())
    assert math_element.tag == "math"
    rows = ["".join(row.itertext()).strip() for row in math_element.iter("mtr")]
    text = [line for line in derivation.text(9).splitlines() if not line.strip().startswith("·")]
    assert len(rows) >= len(text) - 2
    assert rows[0].startswith("∂")


def test_a_notebook_shows_what_the_text_says() -> None:
    net = Value(-2.0, "net_h1_1")
    derivation = explain(net.relu().named("out_h1_1"), net)
    rows = [
        " ".join("".join(row.itertext()).split())
        for row in ElementTree.fromstring(derivation._repr_html_()).iter("mtr")
    ]
    assert rows == [
        "∂outh1,1∂neth1,1 = 0",
        "= ∂outh1,1∂neth1,1",
        "= 0",
        "where",
        "∂outh1,1∂neth1,1 = 0 (as neth1,1 < 0)",
    ]


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [3.0, "x", None, [Value(1.0)]])
def test_both_are_values(other: Any) -> None:
    x = Value(1.0, "x")
    for attempt in (lambda: explain(x, other), lambda: explain(other, x)):
        with pytest.raises(TypeError, match=f"must be a Value, got {re.escape(repr(other))}"):
            attempt()


def test_what_does_not_depend_cannot_be_explained() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    product = (2 * x).named("p")
    for result, by in ((product, y), (x, product), (x, y)):
        with pytest.raises(AutogradError, match=f"^'{result.name}' does not depend on '{by.name}'$"):
            explain(result, by)


def test_a_derivation_is_not_changed_afterwards() -> None:
    derivation = explain(*diamond())
    with pytest.raises(dataclasses.FrozenInstanceError):
        derivation.value = 0.0  # type: ignore[misc]


def test_long_products_go_on_below() -> None:
    node = Value(0.5, "a_first_node_with_a_long_name")
    first = node
    for number in range(6):
        node = node.sin().named(f"another_node_with_a_long_name_{number}")
    derivation = explain(node, first)
    lines = derivation.text().splitlines()
    where = lines.index("where")
    assert all(len(line) <= 100 for line in lines[:where])
    product = " ".join(line.strip() for line in lines[1 : where - 1])
    assert product == "= " + " · ".join(factor.symbol for factor in derivation.paths[0])
    assert [line.startswith("    · ") for line in lines[1 : where - 1]] == [False] + [True] * (where - 3)
