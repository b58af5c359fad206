"""The δ form: each derivative once, and every step computes what it says."""

import ast
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from formula_trees import wrong_steps
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, explain
from autograd.backward import topological_order
from autograd.formula import UNICODE, pieces, write
from autograd.steps import plain_tree
from autograd.strategies import graphs


@st.composite
def named_graphs(draw: st.DrawFn) -> tuple[Value, Value]:
    """A result and a node below it, some of the nodes between them named; numbers are moderate."""
    result = draw(graphs(limit=1e3, slope_limit=1e3)).result
    order = topological_order(result)
    for index, node in enumerate(order):
        if not node.operands or draw(st.booleans()):
            node.name = f"y{index}"
    return result, draw(st.sampled_from(order))


@given(named_graphs())
def test_every_step_computes_its_number(ends: tuple[Value, Value]) -> None:
    derivation = explain(*ends, form="delta")
    assert wrong_steps(derivation.steps) == []
    assert derivation.steps[-1].value == derivation.value
    symbols = [step.symbol for step in derivation.steps]
    assert len(set(symbols)) == len(symbols)


@pytest.mark.parametrize(
    ("f", "numbers", "slope"),
    [
        (lambda x, y: y**x, (1.0, 0.0), "0"),  # 0·ln(0), as it is taught
        (lambda x, y: y**x, (3.0, 0.0), "0"),
        (lambda x, y: x.hypot(y), (math.inf, 0.0), "1"),
        (lambda x, y: x.silu() + y, (math.inf, 1.0), "1"),
        (lambda x, y: x / y, (0.0, 1e-320), None),
    ],
)
def test_a_formula_that_is_taught_is_left_where_it_does_not_give_the_number(
    f: Any, numbers: tuple[float, float], slope: str | None
) -> None:
    x, y = Value(numbers[0], "x"), Value(numbers[1], "y")
    derivation = explain(f(x, y).named("E"), x, form="delta")
    assert wrong_steps(derivation.steps) == []
    assert "nan" not in str(derivation)
    if slope is not None:
        assert str(derivation).splitlines()[-1] == f"  ∂E/∂x = {slope}"


def ladder(rungs: int) -> tuple[Value, Value]:
    """A graph in which the number of paths doubles with every rung."""
    x = y = Value(1.0, "x")
    for rung in range(rungs):
        y = (y * 0.5).named(f"a{rung}") + (y * 0.25).named(f"b{rung}")
    return y.named("y"), x


def test_a_wrong_step_is_found() -> None:
    steps = explain(*ladder(3)).steps
    assert wrong_steps(steps) == []
    (complaint,) = wrong_steps((replace(steps[0], value=steps[0].value + 0.01),))
    assert complaint.startswith("dy/db2 = 1 is 1.0")


def test_paths_up_to_four_and_then_each_derivative_once() -> None:
    assert [explain(*ladder(rungs)).form for rungs in (1, 2, 3)] == ["paths", "paths", "delta"]
    assert explain(*ladder(1), form="delta").form == "delta"
    assert explain(*ladder(3), form="paths").steps == ()
    deep = explain(*ladder(60))
    assert len(deep.steps) == 121
    assert f"the sum along {2**60:,} paths, each derivative computed once" in str(deep)


def test_how_it_reads() -> None:
    w, x = Value(0.5, "w"), Value(-2.0, "x")
    net = (w * x + 1.5).named("net")
    out = net.relu().named("out")
    error = (0.5 * (out - 2.0) ** 2 + w).named("E")
    assert explain(error, w, form="delta").text() == (
        "∂E/∂w = 4\n"
        "  the sum along 2 paths, each derivative computed once\n"
        "  ∂E/∂out = out − 2\n"
        "          = 0.5 − 2 = -1.5\n"
        "  ∂E/∂net = ∂E/∂out (as net > 0) = -1.5\n"
        "  ∂E/∂w = ∂E/∂net·x + 1\n"
        "        = −1.5·(−2) + 1 = 4"
    )


def test_a_long_sum_has_its_first_terms_and_their_number() -> None:
    x = Value(0.5, "x")
    parts = [(x * float(k)).named(f"u{k}").square().named(f"v{k}") for k in range(1, 301)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    step = explain(total.named("E"), x).steps[-1]
    assert step.sum_of == 300
    lines = step.lines()
    assert lines[0].startswith("∂E/∂x = ∂E/∂u₁ + 2·∂E/∂u₂ + 3·∂E/∂u₃ + ")
    assert "(a sum of 300 terms)" in " ".join(lines)
    assert len(lines) <= 4


def test_numbers_may_take_several_lines_and_none_is_too_long() -> None:
    names = [Value(0.1234567890123 * k, f"a_very_long_name_{k}") for k in range(1, 9)]
    total = names[0] * names[1]
    for one, other in pairwise(names[1:]):
        total = total + one * other
    step = explain((total * total).named("E"), names[0], form="delta").steps[-1]
    assert max(map(len, step.lines())) <= 100


def test_of_an_unnamed_node_the_formula_is_its_name() -> None:
    x = Value(0.5)
    text = str(explain(x.sin() * x, x, form="delta"))
    assert text.splitlines()[-1].endswith("= sin(0.5) + 0.5·cos(0.5) = 0.91821682")


def test_trees_as_data() -> None:
    tree = ast.parse("-(a if x > 0.0 and x < 1.0 else exp(b) ** 2.0) / c", mode="eval").body
    below = ["if", ["and", [">", "x", 0.0], ["<", "x", 1.0]], "a", ["pow", ["exp", "b"], 2.0]]
    assert plain_tree(tree) == ["div", ["neg", below], "c"]


FORMULAS = [
    "a + b", "a - (b - c)", "-(a - b) * c * (1.0 - d)", "(a * b + c * d) * e", "a * -b - c * d",
    "a - b * -c", "a * (b + c / d)", "exp(a + b) * c", "-a * b", "-(-a)", "a * b / c", "a - -b",
    "(a + b) ** 2.0",
    "a + (b if c > 0.0 else d)", "a * (b * c)", "a - (b + c)", "-(a + b)", "a * (b + c) * (d - e) + f",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_pieces_are_the_formula(text: str) -> None:
    tree = ast.parse(text, mode="eval").body
    assert "".join(pieces(tree, UNICODE)).replace(" ", "") == write(tree, UNICODE).text.replace(" ", "")
