"""NaN has a name: where 0 met ∞, what both are, the path, and a formula that comes out right."""

from __future__ import annotations

import re
import threading
from itertools import pairwise
from math import inf, isnan, nan, pi
from typing import Any

import pytest
from hypothesis import given
from strategies import any_numbers

import autograd
from autograd import (
    OPERATIONS,
    AnomalyError,
    ArgumentTypeError,
    ArgumentValueError,
    Value,
    detect_anomaly,
    explain,
    find_anomaly,
)
from autograd.anomaly import Anomaly
from autograd.backward import gradients, topological_order
from autograd.strategies import Graph, graphs
from nn import MLP, SGD, Example, train

FUNCTIONS: dict[str, Any] = {name: getattr(autograd, name) for name in OPERATIONS}


def computed(text: str, **numbers: float) -> tuple[Value | float, dict[str, Value]]:
    """A formula's value on leaves of these names."""
    leaves = {name: Value(number, name) for name, number in numbers.items()}
    return eval(text, FUNCTIONS | leaves), leaves


def anomaly_of(text: str, **numbers: float) -> Anomaly:
    result, leaves = computed(text, **numbers)
    assert isinstance(result, Value)
    result.backward()
    assert any(isnan(leaf.grad) for leaf in leaves.values())  # type: ignore[arg-type]
    anomaly = find_anomaly(result)
    assert anomaly is not None
    return anomaly


AT_0 = {"x": 0.0}

#: A formula and where it is taken, the node from which its derivative is NaN and what met there, what
#: to write for what, and the derivatives that come out of that.
NAMED = [
    ("sqrt(x * x) ** 2", AT_0, "sqrt(x * x)", "0 · ∞", "x * x", "sqrt(x * x) ** 2", [0.0]),
    ("sqrt(x ** 4)", AT_0, "x ** 4", "0 · ∞", "x ** 2", "sqrt(x ** 4)", [0.0]),
    ("sqrt(x ** 6)", AT_0, "x ** 6", "0 · ∞", "abs(x) ** 3", "sqrt(x ** 6)", [0.0]),
    ("sqrt(x * x)", AT_0, "x * x", "0 · ∞", "abs(x)", "sqrt(x * x)", [0.0]),
    ("3 * sqrt(x ** 2)", AT_0, "x ** 2", "0 · ∞", "abs(x)", "sqrt(x ** 2)", [0.0]),
    ("sqrt(sin(x) ** 2)", AT_0, "sin(x) ** 2", "0 · ∞", "abs(sin(x))", "sqrt(sin(x) ** 2)", [0.0]),
    ("(x ** 0.5) ** 2", AT_0, "x ** 0.5", "0 · ∞", "x", "(x ** 0.5) ** 2", [1.0]),
    ("sqrt(x) ** 4", AT_0, "sqrt(x)", "0 · ∞", "x ** 2", "sqrt(x) ** 4", [0.0]),
    ("cbrt(x) ** 3", AT_0, "cbrt(x)", "0 · ∞", "x", "cbrt(x) ** 3", [1.0]),
    ("cbrt(x ** 3)", AT_0, "x ** 3", "0 · ∞", "x", "cbrt(x ** 3)", [1.0]),
    ("sqrt(x) * x", AT_0, "sqrt(x)", "0 · ∞", "x ** 1.5", "sqrt(x) * x", [0.0]),
    ("x * sqrt(x)", AT_0, "sqrt(x)", "0 · ∞", "x ** 1.5", "x * sqrt(x)", [0.0]),
    ("sqrt(x * x + y * y) ** 2", {"x": 0.0, "y": 0.0}, "sqrt(x * x + y * y)", "0 · ∞",
     "hypot(x, y) ** 2 or x * x + y * y", "sqrt(x * x + y * y) ** 2", [0.0, 0.0]),
    ("sqrt(x ** 2 + y ** 2)", {"x": 0.0, "y": 0.0}, "x ** 2", "0 · ∞",
     "hypot(x, y)", "sqrt(x ** 2 + y ** 2)", [0.0, 0.0]),
    ("hypot(sqrt(x), sqrt(y)) ** 2", {"x": 0.0, "y": 0.0}, "sqrt(x)", "0 · ∞",
     "x + y", "hypot(sqrt(x), sqrt(y)) ** 2", [1.0, 1.0]),
    ("sqrt(max(x, 0))", {"x": -1.0}, "max(x, 0)", "0 · ∞",
     "sqrt(x) if x > 0 else 0.0", "sqrt(max(x, 0))", [0.0]),
    ("sqrt(max(0, x)) + x", {"x": -1.0}, "max(0, x)", "0 · ∞",
     "sqrt(x) if x > 0 else 0.0", "sqrt(max(0, x))", [1.0]),
    ("sqrt(max(x, 0) + y)", {"x": -1.0, "y": 0.0}, "max(x, 0)", "0 · ∞",
     "x if x > 0 else 0", "max(x, 0)", [0.0, inf]),
    ("sqrt(relu(x))", {"x": -1.0}, "relu(x)", "0 · ∞",
     "sqrt(x) if x > 0 else 0.0", "sqrt(relu(x))", [0.0]),
    ("acosh(max(x, 1))", {"x": 0.5}, "max(x, 1)", "0 · ∞",
     "acosh(x) if x > 1 else 0.0", "acosh(max(x, 1))", [0.0]),
    ("asin(min(x, 1))", {"x": 2.0}, "min(x, 1)", "0 · ∞",
     f"asin(x) if x < 1 else {pi / 2!r}", "asin(min(x, 1))", [0.0]),
    ("sqrt(max(x, y))", {"x": -1.0, "y": 0.0}, "max(x, y)", "0 · ∞",
     "sqrt(x) if x > y else sqrt(y)", "sqrt(max(x, y))", [0.0, inf]),
    ("min(1 / b, 2)", {"b": 1e-200}, "1 / b", "0 · ∞",
     "1 / b if 1 / b < 2 else 2", "min(1 / b, 2)", [0.0]),
    ("max(-1 / b, y)", {"b": 1e-200, "y": 1.0}, "-1 / b", "0 · ∞",
     "-1 / b if -1 / b > y else y", "max(-1 / b, y)", [0.0, 1.0]),
    ("1 / (1 / x)", {"x": 1e-200}, "1 / x", "0 · ∞", "x", "1 / (1 / x)", [1.0]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "at", "node", "cause", "instead", "of", "slopes"), NAMED, ids=[case[0] for case in NAMED]
)
def test_what_to_write_instead(
    text: str, at: dict[str, float], node: str, cause: str, instead: str, of: str, slopes: list[float]
) -> None:
    anomaly = anomaly_of(text, **at)
    assert f" is NaN from {node} on: {cause}\n" in str(anomaly)
    assert (anomaly.cause, anomaly.advice) == (cause, f"write {instead} for {of}")
    assert text.count(of) == 1
    old, _ = computed(text, **at)
    for other in instead.split(" or "):
        new, leaves = computed(text.replace(of, f"({other})"), **at)
        assert float(getattr(new, "data", new)) == float(getattr(old, "data", old))
        found = gradients(new) if isinstance(new, Value) else {}
        assert [found.get(leaf, 0.0) for leaf in leaves.values()] == slopes


#: The same where nothing can be told but the place and the reasons.
UNNAMED = [
    ("abs(x) ** 0.5 * x", AT_0, "0 · ∞", "simplify abs(x) ** 0.5 * x by hand to a function that has a"),
    ("sqrt(x) * sin(x)", AT_0, "0 · ∞", "simplify sqrt(x) * sin(x) by hand to a function that has a"),
    ("cbrt(x) ** 2", AT_0, "0 · ∞", "simplify cbrt(x) ** 2 by hand to a function that has a"),
    ("cbrt(x * x * x)", AT_0, "0 · ∞", "simplify cbrt(x * x * x) by hand to a function that has a"),
    ("sqrt(abs(x))", AT_0, "0 · ∞", "or decide with an if what is computed there"),
    ("0 * sqrt(x)", AT_0, "0 · ∞", "leave 0 * sqrt(x) out: its factor is 0"),
    ("sqrt(x) * 0 + x", AT_0, "0 · ∞", "leave sqrt(x) * 0 out: its factor is 0"),
    ("exp(-1 / x)", {"x": 1e-200}, "0 · ∞", "nothing in it is too large or too small"),
    ("x * y / 5e-324", {"x": 0.0, "y": 0.0}, "0 · ∞", "nothing in it is too large or too small"),
    ("x / x", {"x": 1e-320}, "∞ − ∞", "write the terms as one formula"),
    ("sqrt(x) - sqrt(x)", AT_0, "∞ − ∞", "write the terms as one formula"),
]


@pytest.mark.parametrize(("text", "at", "cause", "advice"), UNNAMED, ids=[case[0] for case in UNNAMED])
def test_what_nobody_can_simplify(text: str, at: dict[str, float], cause: str, advice: str) -> None:
    anomaly = anomaly_of(text, **at)
    assert anomaly.cause == cause
    assert advice in anomaly.advice


@pytest.mark.parametrize(
    ("text", "at", "reasons"),
    [
        ("sqrt(x) ** 2", AT_0, [
            "0 is the derivative of sqrt(x) ** 2 with respect to sqrt(x) = 0.0",
            "∞ is the derivative of sqrt(x) with respect to x = 0.0",
        ]),
        ("sin(sqrt(relu(x)))", {"x": -1.0}, [
            "∞ is the derivative of sqrt(relu(x)) with respect to relu(x) = 0.0",
            "0 is the derivative of relu(x) with respect to x = -1.0, which is not what was taken",
        ]),
        ("sqrt(abs(x))", AT_0, [
            "∞ is the derivative of sqrt(abs(x)) with respect to abs(x) = 0.0",
            "0 is the derivative of abs(x) with respect to x = 0.0, where it has a kink",
        ]),
        ("1 / (1 / x)", {"x": 1e-200}, [
            ("0 is the derivative of 1 / (1 / x) with respect to 1 / x = 1e+200, "
            "which is too small for a float"),
            "∞ is the derivative of 1 / x with respect to x = 1e-200, which is too large for a float",
        ]),
        ("x / x", {"x": 1e-320}, [
            "∞ is the derivative of x / x with respect to x = 1e-320, which is too large for a float",
            "−∞ is the derivative of x / x with respect to x = 1e-320, which is too large for a float",
        ]),
        ("(sqrt(x) + y) * 1e-200 * 1e-200", {"x": 0.0, "y": 1.0}, [
            ("0 is the derivative of (sqrt(x) + y) * 1e-200 with respect to sqrt(x) + y = 1.0, 1e-200, "
            "times what lies above it, which leaves the range of floats"),
            "∞ is the derivative of sqrt(x) with respect to x = 0.0",
        ]),
        ("sqrt(x) * y + -2.0 * sqrt(x)", {"x": 0.0, "y": 2.0}, [
            "∞ is the derivative of sqrt(x) with respect to x = 0.0",
            "−∞ is the derivative of sqrt(x) with respect to x = 0.0",
        ]),
    ],
)  # fmt: skip
def test_where_both_come_from(text: str, at: dict[str, float], reasons: list[str]) -> None:
    found = list(anomaly_of(text, **at).reasons)
    assert found == reasons or found == reasons[::-1]


def test_a_sum_that_cancels_is_told() -> None:
    x = Value(0.0, "x")
    root = x.sqrt().named("root")
    anomaly = find_anomaly(root * 3.0 - 3.0 * root)
    assert anomaly is not None
    assert anomaly.reasons[0] == "0 is the sum of all that comes down to root"


@pytest.mark.parametrize(
    ("text", "at", "advice"),
    [
        ("x * y - x * y", {"x": inf, "y": 1.0}, "give x a finite number"),
        ("tanh(x) * x", {"x": nan}, "give x a finite number"),
        ("(x * 1e308 * 10) - (x * 1e308)", {"x": 2.0}, "keep x * 1e+308 finite, which is inf"),
        ("(x * y) - (x * y)", {"x": 1e200, "y": 1e200}, "keep x * y finite, which is inf"),
    ],
)
def test_what_is_not_finite_below(text: str, at: dict[str, float], advice: str) -> None:
    result, _ = computed(text, **at)
    anomaly = find_anomaly(result * result)  # type: ignore[arg-type]
    assert anomaly is not None
    assert anomaly.advice == advice


def test_one_derivative_of_several() -> None:
    x, y = Value(0.0, "x"), Value(2.0, "y")
    result = x.sqrt() ** 2 + y * y
    assert find_anomaly(result, y) is None
    found = find_anomaly(result, x)
    assert found is not None
    assert (found.result, found.node.label, found.operand) == (result, "√x", x)
    assert [node.operation and node.operation.name for node in found.path] == [
        "add",
        "square",
        "sqrt",
        None,
    ]
    with pytest.raises(ArgumentValueError, match="does not depend on 'z'"):
        find_anomaly(result, Value(1.0, "z"))
    for bad in ((1.0, None), (result, "x")):
        with pytest.raises(ArgumentTypeError, match="must be a Value"):
            find_anomaly(*bad)  # type: ignore[arg-type]


def test_names_are_used_and_a_long_path_is_cut() -> None:
    x = Value(0.0, "x")
    node = (x.sqrt().named("root") ** 2).named("square")
    for number in range(50):
        node = (node + 1.0).named(f"n{number}")
    text = str(find_anomaly(node))
    assert "0 is the derivative of root ** 2 with respect to root = 0.0" in text
    assert "along n49 → n48 → n47 → n46 → (45 more) → n0 → square → root → x" in text
    assert text.endswith("instead: write x for root ** 2")


def test_a_deep_graph_and_a_wide_formula() -> None:
    x = Value(0.0, "x")
    node = x.sqrt() ** 2
    for _ in range(10_000):
        node = node * 1.0 + x
    anomaly = find_anomaly(node)
    assert anomaly is not None
    assert len(anomaly.path) == 20_003
    assert all(len(line) < 400 for line in str(anomaly).splitlines())


# --- any graph ------------------------------------------------------------------------------------


@given(graphs(leaves=any_numbers, constants=any_numbers, max_size=25, max_depth=25))
def test_nan_is_found_wherever_there_is_one(graph: Graph) -> None:
    root = graph.result
    before = [(node.data, node.grad) for node in topological_order(root)]
    found = gradients(root)
    anomaly = find_anomaly(root)
    assert (anomaly is None) == (not any(isnan(gradient) for gradient in found.values()))
    for leaf in graph.leaves:
        if leaf in found:
            assert (find_anomaly(root, leaf) is None) == (not isnan(found[leaf]))
    if anomaly is not None:
        path = anomaly.path
        assert path[0] is root
        assert path[-2:] == (anomaly.node, anomaly.operand)
        for above, below in pairwise(path):
            assert any(below is operand for operand in above.operands)
        assert isnan(found[anomaly.operand])
        assert not isnan(found[anomaly.node])
        assert str(anomaly)
    after = [(node.data, node.grad) for node in topological_order(root)]
    assert repr(after) == repr(before)


# --- detect_anomaly -------------------------------------------------------------------------------


def test_backward_raises_before_anything_changes() -> None:
    x, y = Value(0.0, "x"), Value(2.0, "y")
    result = (x * x + y).sqrt() * x.sqrt() ** 2
    x.grad, y.grad = 3.0, 4.0
    for create_graph in (False, True):
        with detect_anomaly(), pytest.raises(AnomalyError, match="instead: write x for") as caught:
            result.backward(create_graph)
        assert (x.grad, y.grad) == (3.0, 4.0)
        assert caught.value.anomaly.node.label == "√x"
        assert caught.value.operation is OPERATIONS["sqrt"]
        assert caught.value.operands == (x,)
        assert isinstance(caught.value, ArithmeticError)
    result.backward()
    assert isnan(x.grad)


def test_nothing_is_raised_where_nothing_is_nan() -> None:
    x = Value(0.0, "x")
    with detect_anomaly():
        x.sqrt().backward()  # an infinite derivative is one
        (x * x).backward()
    assert x.grad == inf


@pytest.mark.parametrize(
    "take",
    [
        autograd.grad,
        autograd.value_and_grad,
        autograd.jacobian,
        lambda f: autograd.grad(autograd.grad(f)),
        autograd.hessian,
    ],
)
def test_derivatives_of_functions_raise_too(take: Any) -> None:
    derivative = take(lambda x: autograd.sqrt(x) ** 2)
    with detect_anomaly(), pytest.raises(AnomalyError):
        derivative(0.0)
    assert derivative(1.0) is not None
    derivative(0.0)  # outside nothing is raised


def test_it_ends_with_the_block_and_within_another_goes_on() -> None:
    x = Value(0.0, "x")
    result = x.sqrt() ** 2
    with detect_anomaly():
        with detect_anomaly(), pytest.raises(AnomalyError):
            result.backward()
        with pytest.raises(AnomalyError):
            result.backward()
    result.backward()
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        x / 0.0
    result.backward()


def test_other_threads_go_on() -> None:
    x = Value(0.0, "x")
    result = x.sqrt() ** 2
    with detect_anomaly():
        thread = threading.Thread(target=result.backward)
        thread.start()
        thread.join()
    assert isnan(x.grad)


def test_training_says_where() -> None:
    network = MLP(1, [1], activation="linear", bias_convention="none", init="zeros")
    before = network.state_dict()

    def train_it() -> float:
        optimizer = SGD(network.parameters(), lr=0.1)
        return train(network, [Example([1.0], [0.0])], optimizer, error="sqrt((out - target) ** 2)")

    with pytest.raises(ValueError, match=r"is nan; .*autograd\.detect_anomaly\(\) says where"):
        train_it()
    with detect_anomaly(), pytest.raises(AnomalyError, match=re.escape("instead: write abs(")):
        train_it()
    assert network.state_dict() == before


# --- explain --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "advice"),
    [(case[0], case[1], f"write {case[4]} for {case[5]}") for case in NAMED]
    + [(case[0], case[1], case[3]) for case in UNNAMED],
    ids=[case[0] for case in [*NAMED, *UNNAMED]],
)
def test_explain_says_it_unasked(text: str, at: dict[str, float], advice: str) -> None:
    result, leaves = computed(text, **at)
    assert isinstance(result, Value)
    for name, leaf in leaves.items():
        derivation = explain(result.named("E"), leaf)
        head, *rest = str(derivation).splitlines()
        if isnan(derivation.value):
            assert head.startswith(f"∂E/∂{name} is NaN from ")
            assert any(line.startswith("  instead: ") and advice in line for line in rest)
            assert "is NaN from" in derivation._repr_html_()
            assert "is NaN from" in derivation._repr_latex_()
        else:
            assert derivation.anomaly is None
            assert head.startswith(f"∂E/∂{name} = ")
            assert "instead" not in str(derivation)
    assert any(isnan(explain(result, leaf).value) for leaf in leaves.values())


def test_explain_of_one_derivative_says_nothing_of_another() -> None:
    x, y = Value(0.0, "x"), Value(2.0, "y")
    result = (x.sqrt() ** 2 + y * y).named("E")
    assert "instead" not in str(explain(result, y))
    assert "instead: write x for" in str(explain(result, x))


def test_a_formula_that_has_lost_the_nan_is_not_said_to_equal_it() -> None:
    x = Value(-1.0, "x")
    text = str(explain(x.relu().sqrt().named("y"), x))
    assert text.endswith("∂y/∂x = nan, though its formula is 0 (as x < 0)")
