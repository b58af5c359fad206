"""Operations of one's own: checked before they are there, and then like any other."""

import copy
import math
import pickle
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import numpy as np
import pytest
from oracles import same
from registered import HUBER, LOG_GAMMA, SOFTSIGN, as_it_was, registered, taken_as_right, traces

import autograd
from autograd import (
    OPERATIONS,
    AutogradError,
    DomainError,
    OperandError,
    RegistrationError,
    Value,
    draw,
    explain,
    functions,
    grad,
    gradcheck,
    gradgradcheck,
    topological_order,
    unregister,
)
from autograd.codegen import source
from autograd.formula import LATEX
from autograd.symbolic import definition_text
from nn import MLP
from nn.activations import activation_names, resolve


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with as_it_was():
        yield


# --- like any other -------------------------------------------------------------------------------


def test_a_registered_operation_is_a_method_and_a_function() -> None:
    softsign = registered("softsign", **SOFTSIGN)
    assert softsign is autograd.softsign is functions.softsign
    assert softsign(3.0) == 0.75
    x = Value(-3.0, "x")
    for node in (x.softsign(), softsign(x)):
        assert (node.data, node.operation, node.operands) == (-0.75, OPERATIONS["softsign"], (x,))
        assert node.derivatives == (1.0 / 16.0,)
    assert "softsign(x): softsign." in softsign.__doc__
    assert softsign.__name__ == "softsign"
    assert "out = x / (1.0 + abs(x))" in source("softsign")
    assert {"method", "function", "package", "directory", "table", "source", "activation"} <= set(
        traces("softsign")
    )


def test_it_has_derivatives_of_any_order() -> None:
    softsign = taken_as_right("softsign", **SOFTSIGN)
    derivative: Callable[..., Any] = softsign
    for expected in (1 / 4, -2 / 8, 6 / 16, -24 / 32):
        derivative = grad(derivative)
        assert derivative(1.0) == pytest.approx(expected, rel=1e-14)
    assert gradcheck(softsign, 0.7)
    assert gradgradcheck(softsign, 0.7)


def test_it_is_written_drawn_and_explained() -> None:
    taken_as_right("softsign", **SOFTSIGN, symbol="soft")
    x = Value(1.0, "x")
    y = x.softsign().named("y")
    y.backward()
    assert (x * 3.0).softsign().label == "x·3/(1 + |x·3|)"
    assert "∂y/∂x = 1/(1 + |x|)² = 0.25" in str(explain(y, x))
    assert "y = x/(1 + |x|)" in draw(y).source
    assert "softsign" in draw(y).source
    assert definition_text(y, LATEX) == r"\frac{x}{1 + \left|x\right|}"


def test_a_formula_and_derivatives_as_taught_are_read_instead() -> None:
    registered(
        "swish",
        "x",
        "x * sigmoid(x)",
        partials=["sigmoid(x) * (1.0 + x * sigmoid(-x))"],
        formula="x / (1.0 + exp(-x))",
        as_taught=["out + sigmoid(x) * (1.0 - out)"],
        about="",
    )
    a = Value(1.0, "a")
    y = a.swish().named("y")
    assert (a + 1.0).swish().label == "(a + 1)/(1 + e^(−(a + 1)))"
    assert "= y + σ(a)·(1 − y) =" in str(explain(y, a))


def test_two_operands_and_a_default_work_on_either_side() -> None:
    huber = taken_as_right("huber", **HUBER)
    x, width = Value(3.0, "x"), Value(2.0, "width")
    assert huber(3.0) == huber(3.0, 1.0) == 2.5
    assert x.huber().data == 2.5
    assert x.huber(width).derivatives == (2.0, 1.0)
    assert x.huber(2.0).derivatives == (2.0, None)
    assert huber(3.0, width).derivatives == (None, 1.0)
    assert resolve("huber")(x).data == 2.5
    with pytest.raises(OperandError):
        x.huber("text")
    assert gradcheck(huber, (3.0, 2.0))


def test_rows_call_each_other() -> None:
    taken_as_right("softsign", **SOFTSIGN)
    gate = registered(
        "gate",
        "x, y",
        "softsign(x) * y",
        partials=["y / square(1.0 + abs(x))", "softsign(x)"],
        about="a gated number",
    )
    assert gate(1.0, 3.0) == 1.5
    assert gradgradcheck(gate, (1.0, 3.0))
    with pytest.raises(RegistrationError, match="operation 'gate' calls 'softsign'"):
        unregister("softsign")


def test_it_is_an_activation_of_a_network() -> None:
    assert "softsign" not in activation_names()
    with pytest.raises(ValueError, match=r"activation must be one of .* got 'softsign'"):
        resolve("softsign")
    taken_as_right("softsign", **SOFTSIGN)
    model = MLP(2, [3, 2], activation="softsign", seed=1)
    assert model([0.5, -1.0])[0].operation is OPERATIONS["softsign"]
    assert gradcheck(lambda _: sum(model([0.5, -1.0])), model.parameters())
    unregister("softsign")
    with pytest.raises(ValueError, match=r"activation must be one of .* got 'softsign'"):
        model([0.5, -1.0])
    taken_as_right("softsign", "x", "2.0 * x", partials=["2.0"], about="not what it was")
    assert resolve("softsign")(Value(3.0)).data == 6.0


def test_it_is_an_activation_of_a_worked_example(tmp_path: Any) -> None:
    from nn import worked

    text = (resources.files("nn.worked") / "urbain.toml").read_text(encoding="utf-8")
    file = tmp_path / "soft.toml"
    file.write_text(text.replace('"sigmoid"', '"softsign"'), encoding="utf-8")
    taken_as_right("softsign", **SOFTSIGN)
    step = worked.load(file).step()
    assert step.error_after < step.error_before


def test_graphs_are_pickled_by_its_name(run_python: Callable[..., str]) -> None:
    taken_as_right("softsign", **SOFTSIGN)
    node = (Value(3.0, "x").softsign() * 2.0).named("y")
    data = pickle.dumps(node)
    for copied in (pickle.loads(data), copy.deepcopy(node), copy.copy(node)):
        assert [each.operation for each in topological_order(copied)] == [
            each.operation for each in topological_order(node)
        ]
        copied.backward()
        assert topological_order(copied)[-1].grad == 0.125
    script = f"import autograd, pickle; print(pickle.loads({data!r}).data)"
    registering = f"import autograd; autograd.register(autograd.Operation('softsign', **{SOFTSIGN!r})); "
    assert run_python(registering + script) == "1.5\n"
    assert "is not registered here; register it" in run_python(
        f"import pickle\ntry: pickle.loads({data!r})\nexcept Exception as error: print(error)"
    )


def test_a_pickle_of_another_operation_of_its_name_is_refused() -> None:
    taken_as_right("softsign", **SOFTSIGN)
    one = pickle.dumps(Value(3.0).softsign())
    unregister("softsign")
    taken_as_right("softsign", "x, y", "2.0 * x * y", partials=["2.0 * y", "2.0 * x"], about="")
    both = pickle.dumps(autograd.softsign(Value(3.0), 2.0))
    with pytest.raises(AutogradError, match=r"with 1 operand of 'softsign', but .* takes 2 here"):
        pickle.loads(one)
    assert pickle.loads(both).operands[1] == 2.0
    unregister("softsign")
    taken_as_right("softsign", **SOFTSIGN)
    with pytest.raises(AutogradError, match=r"with 2 operands of 'softsign', but .* takes 1 here"):
        pickle.loads(both)
    assert pickle.loads(one).data == 0.75


def test_an_error_names_it() -> None:
    taken_as_right(
        "ratio",
        "x, y",
        "x / (y * y)",
        partials=["1.0 / (y * y)", "-2.0 * out / y"],
        about="",
        domain="y != 0.0",
        symbol="ρ",
    )
    with pytest.raises(AutogradError, match=r"ratio\(x, y\) needs y ≠ 0, but x = 1.0 and y = 0.0"):
        Value(1.0).ratio(0.0)


# --- Python functions -----------------------------------------------------------------------------


def test_python_functions_say_what_text_cannot() -> None:
    lgamma = registered("lgamma", **LOG_GAMMA)
    x = Value(3.5, "x")
    y = lgamma(x).named("y")
    y.backward()
    assert y.data == math.lgamma(3.5)
    assert x.grad == pytest.approx(1.1031566406452432, rel=1e-14)
    assert (x + 1.0).lgamma().label == "ln Γ(x + 1)"
    assert "∂y/∂x = lgamma_dx(x, y) = 1.10315664" in str(explain(y, x))
    assert "lgamma_dx" in source("lgamma")
    # π²/6 and -2 ζ(3)
    assert grad(grad(lgamma))(1.0) == pytest.approx(math.pi**2 / 6, rel=1e-12)
    assert grad(grad(grad(lgamma)))(1.0) == pytest.approx(-2.0 * 1.2020569031595942, rel=1e-10)
    assert gradgradcheck(lgamma, 2.5)
    with pytest.raises(DomainError, match=r"lgamma\(x\) needs x > 0, but x = -1.0"):
        Value(-1.0).lgamma()
    model = MLP(1, [1], activation="lgamma", seed=3)
    model.parameters()[1].data = 4.0
    assert gradcheck(lambda _: model([0.5]), model.parameters())
    node = lgamma(Value(2.0))
    assert pickle.loads(pickle.dumps(node)).operation is node.operation


def test_a_function_that_does_not_work_on_nodes_gives_first_derivatives_only() -> None:
    for partial in (
        lambda x, out: math.cos(x),  # reads the number of a node, and so loses it
        lambda x, out: math.cos(x) if isinstance(x, float) else None,
        lambda x, out: {}[x] if isinstance(x, Value) else math.cos(x),
    ):
        sine = registered("sine", "x", "sin(x)", partials=[partial], about="", domain="-inf < x < inf")
        x = Value(0.5)
        sine(x).backward()
        assert x.grad == math.cos(0.5)
        assert grad(sine)(0.5) == math.cos(0.5)
        with pytest.raises(
            OperandError, match="sine_dx is a Python function that does not work on nodes"
        ):
            grad(grad(sine))(0.5)
        with pytest.raises(OperandError, match="sine_dx"):
            sine(x).backward(create_graph=True)
        unregister("sine")


def test_functions_and_texts_mix() -> None:
    scaled = registered(
        "scaled",
        "x, y",
        lambda x, y: math.exp(x) * y,
        partials=["out", lambda x, y, out: autograd.exp(x)],
        as_taught=["y * exp(x)", "exp(x)"],
        formula="y * exp(x)",
        about="",
    )
    assert gradgradcheck(scaled, (0.5, 2.0))
    a, b = Value(0.5, "a"), Value(2.0, "b")
    assert scaled(a, b).label == "b·e^a"
    assert "= e^a = " in str(explain(scaled(a, b), b))
    with pytest.raises(AutogradError, match="too large for a float"):
        scaled(1000.0, 1.0)


def test_functions_may_give_any_real_number() -> None:
    root = registered("root", "x", np.float64, partials=[lambda x, out: 1], about="")
    assert type(root(2.0)) is float
    assert type(root(Value(2.0)).derivatives[0]) is float
    assert grad(grad(root))(2.0) == 0.0


def test_a_function_that_fails_later_is_an_error_that_names_it() -> None:
    def moody(x: float) -> Any:
        return x if x != 123.25 else "text"

    registered("moody", "x", moody, partials=["1.0"], about="")
    with pytest.raises(OperandError, match="moody must return a number, got 'text'"):
        Value(123.25).moody()


def test_a_slope_that_a_function_cannot_give_does_not_stop_a_backward_pass() -> None:
    def slope(x: float, out: float) -> float:
        if x == 123.25:
            raise ZeroDivisionError
        return 1.0

    registered("plain", "x", "x + 0.0", partials=[slope], about="")
    x = Value(123.25)
    x.plain().backward()
    assert math.isnan(x.grad)


# --- and removed ----------------------------------------------------------------------------------


def test_an_operation_that_is_removed_leaves_its_graphs() -> None:
    taken_as_right("softsign", **SOFTSIGN)
    registered("lgamma", **LOG_GAMMA)
    x = Value(1.0, "x")
    y, z = x.softsign(), x.lgamma()
    unregister("softsign")
    unregister("lgamma")
    assert traces("softsign") == traces("lgamma") == []
    y.backward()
    assert x.grad == 0.25
    y.backward(create_graph=True)
    with pytest.raises(AutogradError, match="'lgamma_dx' is not registered"):
        z.backward(create_graph=True)
    with pytest.raises(AttributeError):
        x.softsign()
    with pytest.raises(RegistrationError, match="no operation 'softsign' was registered"):
        unregister("softsign")
    with pytest.raises(RegistrationError, match="no operation 'exp' was registered"):
        unregister("exp")
    taken_as_right("softsign", **SOFTSIGN)
    assert same(Value(3.0).softsign().data, 0.75)
