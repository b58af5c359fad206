"""Operations of one's own: checked before they are there, and then like any other."""

import copy
import linecache
import math
import pickle
from collections.abc import Callable, Iterator
from importlib import resources
from random import Random
from typing import Any

import pytest
from oracles import same

import autograd
from autograd import (
    OPERATIONS,
    AutogradError,
    DomainError,
    OperandError,
    Operation,
    RegistrationError,
    Value,
    draw,
    explain,
    functions,
    grad,
    gradcheck,
    gradgradcheck,
    register,
    topological_order,
    unregister,
)
from autograd.check.rows import check_row
from autograd.eager import RESERVED, source
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.formula import LATEX, Written, value_of
from autograd.methods import Methods
from autograd.registry import _REGISTERED
from nn import MLP
from nn.activations import activation_names, resolve

SOFTSIGN = {
    "parameters": "x",
    "value": "x / (1.0 + abs(x))",
    "partials": ["1.0 / square(1.0 + abs(x))"],
    "about": "softsign",
}
HUBER = {
    "parameters": "x, width=1.0",
    "value": "0.5 * x * x if abs(x) <= abs(width) else abs(width) * (abs(x) - 0.5 * abs(width))",
    "partials": [
        "max(min(x, abs(width)), -abs(width))",
        "(0.0 if abs(x) <= abs(width) else abs(x) - abs(width)) * (1.0 if width >= 0.0 else -1.0)",
    ],
    "about": "Huber's loss",
    "kink": "width == 0.0",
}


def log_gamma(x: float) -> float:
    if x <= 0.0:
        raise ValueError("log_gamma needs x > 0")
    return math.lgamma(x)


def digamma(x: Any, _: Any) -> Any:
    """Recurrence up to where the asymptotic series is exact; of floats and of nodes."""
    below: Any = 0.0
    while x < 12.0:
        below, x = below - 1.0 / x, x + 1.0
    y = 1.0 / (x * x)
    terms = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
    return below + autograd.log(x) - 0.5 / x - terms


LOG_GAMMA = {
    "parameters": "x",
    "value": log_gamma,
    "partials": [digamma],
    "about": "logarithm of the gamma function",
    "domain": "x > 0.0",
    "symbol": "ln Γ",
}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    before = state()
    yield
    for name in reversed(list(_REGISTERED)):
        unregister(name)
    assert state() == before


def state() -> dict[str, object]:
    """All that a registration changes."""
    return {
        "table": list(OPERATIONS),
        "texts": set(PRIMITIVES),
        "methods": set(vars(Methods)),
        "registered": list(_REGISTERED),
    }


def traces(name: str) -> list[str]:
    """Where an operation can be found."""
    places = {
        "method": hasattr(Value, name),
        "reflected": hasattr(Value, f"_r{name}"),
        "function": hasattr(functions, name),
        "package": hasattr(autograd, name),
        "directory": name in dir(autograd),
        "table": name in OPERATIONS,
        "text": any(key.startswith(name) for key in PRIMITIVES),
        "source": f"<autograd {name}>" in linecache.cache,
        "activation": name in activation_names(),
    }
    return [place for place, there in places.items() if there]


# --- like any other -------------------------------------------------------------------------------


def test_a_registered_operation_is_a_method_and_a_function() -> None:
    softsign = register("softsign", **SOFTSIGN)
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
    softsign = register("softsign", **SOFTSIGN)
    derivative: Callable[..., Any] = softsign
    for expected in (1 / 4, -2 / 8, 6 / 16, -24 / 32):
        derivative = grad(derivative)
        assert derivative(1.0) == pytest.approx(expected, rel=1e-14)
    assert gradcheck(softsign, 0.7)
    assert gradgradcheck(softsign, 0.7)


def test_it_is_written_drawn_and_explained() -> None:
    register("softsign", **SOFTSIGN, symbol="soft")
    x = Value(1.0, "x")
    y = x.softsign().named("y")
    y.backward()
    assert (x * 3.0).softsign().label == "x·3/(1 + |x·3|)"
    assert "∂y/∂x = 1/(1 + |x|)² = 0.25" in str(explain(y, x))
    assert "y = x/(1 + |x|)" in draw(y).source
    assert "softsign" in draw(y).source
    assert value_of(OPERATIONS["softsign"], [Written("x")], LATEX).text == (
        r"\frac{x}{1 + \left|x\right|}"
    )


def test_a_formula_and_derivatives_as_taught_are_read_instead() -> None:
    register(
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
    assert (a + 1.0).swish().label == "(a + 1)/(1 + exp(−(a + 1)))"
    assert "= y + σ(a)·(1 − y) =" in str(explain(y, a))


def test_two_operands_and_a_default_work_on_either_side() -> None:
    huber = register("huber", **HUBER)
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
    register("softsign", **SOFTSIGN)
    gate = register(
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
    with pytest.raises(ValueError, match="no activation 'softsign'"):
        resolve("softsign")
    register("softsign", **SOFTSIGN)
    model = MLP(2, [3, 2], activation="softsign", seed=1)
    assert model([0.5, -1.0])[0].operation is OPERATIONS["softsign"]
    assert gradcheck(lambda _: sum(model([0.5, -1.0])), model.parameters())
    unregister("softsign")
    with pytest.raises(ValueError, match="no activation 'softsign'"):
        model([0.5, -1.0])
    register("softsign", "x", "2.0 * x", partials=["2.0"], about="not what it was")
    assert resolve("softsign")(Value(3.0)).data == 6.0


def test_it_is_an_activation_of_a_worked_example(tmp_path: Any) -> None:
    from nn import worked

    text = (resources.files("nn.worked") / "urbain.toml").read_text(encoding="utf-8")
    file = tmp_path / "soft.toml"
    file.write_text(text.replace('"sigmoid"', '"softsign"'), encoding="utf-8")
    register("softsign", **SOFTSIGN)
    step = worked.load(file).step()
    assert step.error_after < step.error_before


def test_graphs_are_pickled_by_its_name(run_python: Callable[..., str]) -> None:
    register("softsign", **SOFTSIGN)
    node = (Value(3.0, "x").softsign() * 2.0).named("y")
    data = pickle.dumps(node)
    for copied in (pickle.loads(data), copy.deepcopy(node), copy.copy(node)):
        assert [each.operation for each in topological_order(copied)] == [
            each.operation for each in topological_order(node)
        ]
        copied.backward()
        assert topological_order(copied)[-1].grad == 0.125
    script = f"import autograd, pickle; print(pickle.loads({data!r}).data)"
    registering = f"import autograd; autograd.register('softsign', **{SOFTSIGN!r}); "
    assert run_python(registering + script) == "1.5\n"
    assert "is not registered here; register it" in run_python(
        f"import pickle\ntry: pickle.loads({data!r})\nexcept Exception as error: print(error)"
    )


def test_a_pickle_of_another_operation_of_its_name_is_refused() -> None:
    register("softsign", **SOFTSIGN)
    one = pickle.dumps(Value(3.0).softsign())
    unregister("softsign")
    register("softsign", "x, y", "2.0 * x * y", partials=["2.0 * y", "2.0 * x"], about="")
    both = pickle.dumps(autograd.softsign(Value(3.0), 2.0))
    with pytest.raises(AutogradError, match=r"with 1 operand of 'softsign', but .* takes 2 here"):
        pickle.loads(one)
    assert pickle.loads(both).operands[1] == 2.0
    unregister("softsign")
    register("softsign", **SOFTSIGN)
    with pytest.raises(AutogradError, match=r"with 2 operands of 'softsign', but .* takes 1 here"):
        pickle.loads(both)
    assert pickle.loads(one).data == 0.75


def test_an_error_names_it() -> None:
    register(
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
    lgamma = register("lgamma", **LOG_GAMMA)
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
        sine = register("sine", "x", "sin(x)", partials=[partial], about="", domain="-inf < x < inf")
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
    scaled = register(
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
    assert scaled(a, b).label == "b·exp(a)"
    assert "= exp(a) = " in str(explain(scaled(a, b), b))
    with pytest.raises(AutogradError, match="too large for a float"):
        scaled(1000.0, 1.0)


def test_functions_may_give_any_real_number() -> None:
    numpy = pytest.importorskip("numpy")
    root = register("root", "x", numpy.float64, partials=[lambda x, out: 1], about="")
    assert type(root(2.0)) is float
    assert type(root(Value(2.0)).derivatives[0]) is float
    assert grad(grad(root))(2.0) == 0.0


def test_a_function_that_fails_later_is_an_error_that_names_it() -> None:
    def moody(x: float) -> Any:
        return x if x != 123.25 else "text"

    register("moody", "x", moody, partials=["1.0"], about="")
    with pytest.raises(OperandError, match="moody returned str 'text', not a number"):
        Value(123.25).moody()


def test_a_slope_that_a_function_cannot_give_does_not_stop_a_backward_pass() -> None:
    def slope(x: float, out: float) -> float:
        if x == 123.25:
            raise ZeroDivisionError
        return 1.0

    register("plain", "x", "x + 0.0", partials=[slope], about="")
    x = Value(123.25)
    x.plain().backward()
    assert math.isnan(x.grad)


# --- what is refused ------------------------------------------------------------------------------

RANDOM = Random(0)


def file_of(x: float) -> float:
    if x < 0.0:
        raise OSError("no such file")
    return x


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "sign": (
        SOFTSIGN | {"partials": ["-1.0 / square(1.0 + abs(x))"]},
        r"x = 0.0, ∂\(bad\(x\)\)/∂x is given as -1.0, and by differences it is 1 ±",
    ),
    "factor": (SOFTSIGN | {"partials": ["1.001 / square(1.0 + abs(x))"]}, r"x = 0.0, .* given as 1.001"),
    "small factor": (SOFTSIGN | {"partials": ["1.0000001 / square(1.0 + abs(x))"]}, "x = 0.0"),
    "forgotten square": (SOFTSIGN | {"partials": ["1.0 / (1.0 + abs(x))"]}, "x = 1.0"),
    "dropped operand": (
        HUBER | {"partials": [HUBER["partials"][0], "0.0"]},
        "x = .* and width = .*, .*∂width is given as 0.0",
    ),
    "swapped operands": (HUBER | {"partials": HUBER["partials"][::-1]}, "and width ="),
    "wrong on one side": (SOFTSIGN | {"partials": ["1.0 / square(1.0 + x)"]}, "x = -1.0"),
    "wrong far out": (
        SOFTSIGN | {"partials": ["1.0 / square(1.0 + abs(x)) if abs(x) < 500.0 else 0.0"]},
        "x = 500.0|x = 500.001|x = 1000.0",
    ),
    "wrong where it is large": (
        {
            "parameters": "x",
            "value": "x * x * x",
            "partials": ["3.0 * x * x if abs(x) < 100000.0 else 3.0 * x"],
            "about": "",
        },
        "x = 100000.0",
    ),
    "a function's": (
        LOG_GAMMA | {"partials": [lambda x, out: math.log(x)]},
        r"x = 1.0, .*is given as 0.0, and by differences it is -0.57721566",
    ),
    "a kink unsaid": (
        {
            "parameters": "x",
            "value": "max(x, 0.5)",
            "partials": ["1.0 if x > 0.5 else 0.0"],
            "about": "",
        },
        "x = 0.5, the slopes on the two sides of x are 0 and 1: it needs a kink",
    ),
    "a kink unsaid of two": (
        {
            "parameters": "x, y",
            "value": "abs(x - y)",
            "partials": ["1.0 if x > y else -1.0", "-1.0 if x > y else 1.0"],
            "about": "",
        },
        "it needs a kink",
    ),
    "another subgradient": (
        {
            "parameters": "x",
            "value": "max(x, 0.5)",
            "partials": ["1.0 if x >= 0.5 else 0.0"],
            "kink": "x == 0.5",
            "about": "",
        },
        "the subgradient of least norm is 0, not 1.0",
    ),
    "a slope beyond a kink": (
        {
            "parameters": "x",
            "value": "max(x, 0.5)",
            "partials": ["1.0 if x > 0.5 else 7.0 if x == 0.5 else 0.0"],
            "kink": "x == 0.5",
            "about": "",
        },
        "x = 0.5",
    ),
    "no domain said": (
        {"parameters": "x", "value": "log(x)", "partials": ["1.0 / x"], "about": ""},
        "x = 0.0, it raises .* it needs a domain",
    ),
    "too small a domain": (
        {
            "parameters": "x",
            "value": "log(x)",
            "partials": ["1.0 / x"],
            "domain": "x > 1.0",
            "about": "",
        },
        "outside of the domain x > 1, it has the value",
    ),
    "too large a domain": (
        {
            "parameters": "x",
            "value": "log(x)",
            "partials": ["1.0 / x"],
            "domain": "x > -1.0",
            "about": "",
        },
        "x = 0.0, it raises",
    ),
    "no value there": (
        {"parameters": "x", "value": "nan if x == 0.0 else x", "partials": ["1.0"], "about": ""},
        "its value is NaN",
    ),
    "a lost NaN": (
        {
            "parameters": "x",
            "value": "x if x > 0.0 else 0.0 * abs(x) if x < 0.0 else 0.0",
            "partials": ["1.0 if x > 0.0 else 0.0"],
            "kink": "x == 0.0",
            "about": "",
        },
        "x = nan, its value is not NaN",
    ),
    "no number": (
        {"parameters": "x", "value": "x > 0.0", "partials": ["0.0"], "about": ""},
        "its value is False, not a number",
    ),
    "a function gives none": (
        {"parameters": "x", "value": lambda x: None, "partials": ["0.0"], "about": ""},
        r"its value raises OperandError\('bad returned NoneType",
    ),
    "a function fails": (
        {"parameters": "x", "value": "x + 0.0", "partials": [lambda x: 1.0], "about": ""},
        "its derivative raises TypeError",
    ),
    "infinite": (SOFTSIGN | {"partials": ["inf"]}, "given as inf"),
    "an infinite slope": (
        {
            "parameters": "x",
            "value": "sqrt(x)",
            "partials": ["0.5 / sqrt(x) if x > 0.0 else 0.0"],
            "domain": "x >= 0.0",
            "about": "",
        },
        "x = 0.0, .*given as 0.0, and by differences it is inf",
    ),
    "a derivative that is not smooth": (
        {
            "parameters": "x",
            "value": "expm1(x)",
            "partials": ["1.0 if x == 0.0 else exp(x)"],
            "about": "",
        },
        r"x = 0.0, ∂\(1.0 if x == 0.0 else exp\(x\)\)/∂x is given as 0.0, and by differences it is 1 ",
    ),
    "a derivative that is smooth and taken on a kink": (
        {"parameters": "x", "value": "x * x", "partials": ["2.0*relu(x) - 2.0*relu(-x)"], "about": ""},
        "x = 0.0, .*is given as 0.0, and by differences it is 2 ",
    ),
    "a slope beyond a kink of two": (
        {
            "parameters": "x, y",
            "value": "abs(x - y)",
            "partials": ["1.0 if x > y else -1.0 if x < y else 7.0", "-1.0 if x > y else 1.0"],
            "kink": "x == y",
            "about": "",
        },
        "is given as 7.0, and by differences it is 0 ",
    ),
    "a kink said where there is none": (
        {
            "parameters": "x, y",
            "value": "x * y + y",
            "partials": ["y if x <= 0.0 else 77.0", "x + 1.0"],
            "kink": "x > 0.0",
            "about": "",
        },
        "is given as 77.0",
    ),
    "a jump": (
        {"parameters": "x", "value": "x + 1.0 if x > 1.0 else x", "partials": ["1.0"], "about": ""},
        "x = 1.0, it jumps, from 1.0 to 2.0",
    ),
    "a step": (
        {"parameters": "x", "value": "1.0 if x > 0.0 else 0.0 * x", "partials": ["0.0"], "about": ""},
        "x = 0.0, it jumps, from 0.0 to 1.0",
    ),
    "a value that differs": (
        {"parameters": "x", "value": lambda x: x + RANDOM.random(), "partials": ["1.0"], "about": ""},
        "its value is .*, and asked again",
    ),
    "complex beside its domain": (
        {
            "parameters": "x",
            "value": lambda x: x**0.5,
            "partials": ["0.5 / out"],
            "domain": "x >= 0.0",
            "about": "",
        },
        "x = 0.0, or right beside that, .*bad returned complex",
    ),
    "an error of its own outside its domain": (
        {
            "parameters": "x",
            "value": file_of,
            "partials": ["1.0"],
            "domain": "x >= 0.0",
            "about": "",
        },
        "OSError",
    ),
    "a formula that calls what it is of": (
        {"parameters": "x", "value": "x*x*x", "partials": ["3.0*x*x"], "formula": "bad(x)", "about": ""},
        "operation 'bad' is not registered",
    ),
    "as taught": (SOFTSIGN | {"as_taught": ["1.0 / (1.0 + abs(x))"]}, "as_taught '1.0 / .* is"),
    "formula": (SOFTSIGN | {"formula": "x / (2.0 + abs(x))"}, "formula 'x / .* is"),
    "an isolated point": (
        {
            "parameters": "x",
            "value": "sqrt(-x * x)",
            "partials": ["0.0"],
            "domain": "x == 0.0",
            "about": "",
        },
        "at 0 points only",
    ),
}


@pytest.mark.parametrize(("row", "complaint"), WRONG.values(), ids=WRONG)
def test_a_wrong_row_is_refused_with_a_counterexample_and_leaves_no_trace(
    row: dict[str, Any], complaint: str
) -> None:
    before = state()
    with pytest.raises(RegistrationError, match=complaint) as caught:
        register("bad", **row)
    assert state() == before
    assert traces("bad") == []
    assert "operation 'bad': " in str(caught.value)
    if "only" not in complaint:
        assert len(caught.value.operands) == len(row["parameters"].split(","))
        assert all(isinstance(operand, float) for operand in caught.value.operands)


@pytest.mark.parametrize("ends", [(31, 99), (101, 999), (1001, 999_999), (1e31, 1e149), (1e-149, 1e-31)])
def test_there_is_no_gap_in_which_a_wrong_derivative_passes(ends: tuple[float, float]) -> None:
    def off(x: Any, out: float) -> Any:
        return 3.0 * x if ends[0] < float(x) < ends[1] else 2.0 * x

    with pytest.raises(RegistrationError, match="by differences") as caught:
        register("gap", "x", lambda x: x * x, partials=[off], about="")
    assert ends[0] < caught.value.operands[0] < ends[1]


@pytest.mark.parametrize("operand", [0, 1])
def test_there_is_no_gap_by_either_of_two_operands(operand: int) -> None:
    def off(x: Any, y: Any, out: float) -> Any:
        return (y, x)[operand] * (2.0 if 31.0 < float((x, y)[operand]) < 99.0 else 1.0)

    partials: list[Any] = ["y", "x"]
    partials[operand] = off
    with pytest.raises(RegistrationError, match="by differences") as caught:
        register("gap", "x, y", lambda x, y: x * y, partials=partials, about="")
    assert 31.0 < caught.value.operands[operand] < 99.0


def test_a_kink_or_an_edge_right_beside_a_point_is_no_mistake() -> None:
    ends = "0.0 if x <= 0.0 else 1.0 if x >= 1.0 else "
    one_if = "1.0 if abs(x) > 0.5 else 0.0"
    for value, partial, options in [
        ("max(x - 0.5, 0.0) + min(x + 0.5, 0.0)", one_if, {"kink": "abs(x) == 0.5"}),
        ("square(max(x - 1.0, 0.0))", "2.0 * max(x - 1.0, 0.0)", {}),
        (ends + "x * x * (3.0 - 2.0 * x)", "6.0 * x * (1.0 - x) if 0.0 < x < 1.0 else 0.0", {}),
        ("log(x) - log1p(-x)", "1.0 / x + 1.0 / (1.0 - x)", {"domain": "0.0 < x and x < 1.0"}),
        ("log(x / (1.0 - x))", "1.0 / x + 1.0 / (1.0 - x)", {"domain": "0.0 < x and x < 1.0"}),
    ]:
        register("right", "x", value, partials=[partial], about="", **options)
        unregister("right")


@pytest.mark.parametrize(
    "name", ["strict", "failure", "annotations", "as_number", "isinstance", "round"]
)
def test_what_the_functions_compute_with_is_not_hidden(name: str) -> None:
    with pytest.raises(RegistrationError, match=f"{name!r}: Python calls something else so"):
        register(name, "x", "x * x * x", partials=["3.0 * x * x"], about="")
    assert autograd.sin(0.0) == 0.0
    with pytest.raises(DomainError):
        autograd.log(-1.0)


def test_the_counterexample_is_a_simple_one() -> None:
    with pytest.raises(RegistrationError) as caught:
        register("bad", "x", "x * x * x", partials=["3.0 * x"], about="")
    assert caught.value.operands == (2.0,)


def test_the_right_rows_of_these_are_accepted() -> None:
    register("softsign", **SOFTSIGN)
    register("huber", **HUBER)
    register("lgamma", **LOG_GAMMA)
    register(
        "clipped", "x", "max(x, 0.5)", partials=["1.0 if x > 0.5 else 0.0"], kink="x == 0.5", about=""
    )
    register("root", "x", "sqrt(x)", partials=["0.5 / sqrt(x)"], domain="x >= 0.0", about="")
    assert list(_REGISTERED) == ["softsign", "huber", "lgamma", "clipped", "root"]


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_row_of_the_table_would_be_accepted(operation: Operation) -> None:
    assert check_row(operation) == frozenset()


def with_partials(operation: Operation, partials: list[str]) -> Operation:
    parameters = ", ".join(operation.parameters)
    options = {
        each: getattr(operation, each) and getattr(operation, each).text
        for each in ("domain", "ieee", "kink")
    }
    return Operation(
        f"{operation.name}_", parameters, operation.value.text, partials=partials, about="", **options
    )


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_row_with_a_planted_mistake_would_be_refused(operation: Operation) -> None:
    texts = [partial.text for partial in operation.partials]
    mistakes = []
    for index, text in enumerate(texts):
        planted = (f"-({text})", f"1.001 * ({text})", f"({text}) + 0.001", "0.0")
        mistakes += [[*texts[:index], wrong, *texts[index + 1 :]] for wrong in planted]
    if len(set(texts)) == 2:
        mistakes.append(texts[::-1])
    for partials in mistakes:
        with pytest.raises(RegistrationError):
            check_row(with_partials(operation, partials))


TAKEN = (
    "exp grad data backward label value check expression derivation copysign pi nan floor arcsin "
    "_hidden 1st lambda"
)


@pytest.mark.parametrize("name", [*TAKEN.split(), "two words", ""])
def test_names_that_are_taken_or_none_are_refused(name: str) -> None:
    with pytest.raises(RegistrationError, match=r"already|no name"):
        register(name, "x", "2.0 * x", partials=["2.0"], about="")


def test_a_name_is_taken_once_it_is_registered() -> None:
    register("lgamma", **LOG_GAMMA)
    for name in ("lgamma", "lgamma_dx"):
        with pytest.raises(RegistrationError, match="already"):
            register(name, **SOFTSIGN)
    with pytest.raises(RegistrationError, match="'arctan' already"):
        register("softsign", **SOFTSIGN, numpy="arctan")
    assert traces("softsign") == []
    assert OPERATIONS["lgamma"].about == LOG_GAMMA["about"]


@pytest.mark.parametrize("value", ["x + y", "x * y", "x ** y"])
def test_operators_are_taken(value: str) -> None:
    with pytest.raises(RegistrationError, match=r"a Value has '__.*__' already"):
        register("mine", "x, y", value, partials=["1.0", "1.0"], about="")


@pytest.mark.parametrize("parameter", [*sorted(RESERVED), "exp", "pi", "lambda", "1x", "x, x", ""])
def test_operands_whose_names_the_generated_code_uses_are_refused(parameter: str) -> None:
    count = parameter.count(",") + 1
    with pytest.raises(RegistrationError, match="is no name for an operand"):
        register("mine", parameter, "2.0", partials=["0.0"] * count, about="")


def test_all_names_of_the_generated_code_are_reserved() -> None:
    for operation in OPERATIONS.values():
        code = compile(source(operation.name), "", "exec")
        inner = [each for each in code.co_consts if hasattr(each, "co_varnames")]
        names = {name for each in (code, *inner) for name in (*each.co_names, *each.co_varnames)}
        names -= {*operation.parameters, *PRIMITIVES, *CONSTANTS, *OPERATIONS, "operation"}
        assert {name for name in names if not name.startswith("_")} <= RESERVED


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"partials": []}, "1 operands but 0 partials"),
        ({"partials": ["1.0", "1.0"]}, "1 operands but 2 partials"),
        ({"partials": "1.0"}, "partials is a sequence"),
        ({"partials": [1.0]}, "1.0 is neither a text nor a function"),
        ({"value": 2.0}, "2.0 is neither a text nor a function"),
        ({"value": "z"}, "unknown name 'z'"),
        ({"value": "x +"}, "invalid syntax"),
        ({"value": "gamma(x)"}, "unknown function 'gamma'"),
        ({"value": "exp(x, x)"}, "exp takes 1 operands, not 2"),
        ({"partials": ["copysign(x, 1.0)"]}, "calls 'copysign', which is no operation"),
        ({"domain": "gamma(x) > 0.0"}, "unknown function 'gamma'"),
        ({"formula": "gamma(x)"}, "unknown function 'gamma'"),
        ({"parameters": "x, y, z", "partials": ["1.0"] * 3}, "at most two operands"),
        ({"parameters": "x=1.0, y", "partials": ["1.0"] * 2}, "an operand with a default comes last"),
        ({"parameters": "x=one"}, "could not convert"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RegistrationError, match=complaint):
        register("bad", **(SOFTSIGN | changes))
    assert traces("bad") == []


def test_an_interrupted_registration_leaves_no_trace() -> None:
    def interrupted(x: float) -> float:
        raise KeyboardInterrupt

    before = state()
    with pytest.raises(KeyboardInterrupt):
        register("slow", "x", interrupted, partials=["1.0"], about="")
    assert state() == before
    assert traces("slow") == []


# --- and removed ----------------------------------------------------------------------------------


def test_an_operation_that_is_removed_leaves_its_graphs() -> None:
    register("softsign", **SOFTSIGN)
    register("lgamma", **LOG_GAMMA)
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
    register("softsign", **SOFTSIGN)
    assert same(Value(3.0).softsign().data, 0.75)
