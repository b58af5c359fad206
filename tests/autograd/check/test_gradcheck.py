"""gradcheck: what it passes, what it finds, whom it blames, and that it leaves nothing behind."""

import contextlib
import json
import math
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import points
from planted import planted, verdict

import autograd
from autograd import (
    OPERATIONS,
    ArgumentError,
    ArgumentTypeError,
    AutogradError,
    DomainError,
    GradcheckError,
    OperandError,
    Operation,
    ResultOverflowError,
    Value,
    error_over_eps,
    gradcheck,
    gradgradcheck,
)
from autograd.check.blame import judged_slope
from autograd.check.differences import UNIT, Differences
from autograd.check.error_bounds import rounding_of_derivatives, rounding_of_value
from autograd.check.report import Checked, GradcheckReport
from autograd.check.verdict import Judgement, Tolerance, judged
from autograd.strategies import Graph, graphs
from nn import MLP, mean_squared_error

# --- what passes ----------------------------------------------------------------------------------


def test_right_derivatives_pass() -> None:
    assert gradcheck(lambda x, y: autograd.sin(x) * y, (0.5, 2.0)) is True
    assert gradcheck(autograd.exp, Value(0.5)) is True
    assert gradcheck(lambda x: x * x, 3) is True


class Pair(NamedTuple):
    a: float
    b: list[float]


@pytest.mark.parametrize(
    ("f", "inputs", "names"),
    [
        (lambda v: v["a"] * v["b"][0], {"a": 2.0, "b": [3.0]}, ["v['a']", "v['b'][0]"]),
        (lambda x, v: x * v[1], (2.0, [1.0, 3.0]), ["x", "v[0]", "v[1]"]),
        (lambda v: v[0] * v[1][0], [2.0, (3.0,)], ["v[0]", "v[1][0]"]),
        (lambda p: p.a * p.b[0], (Pair(2.0, [3.0]),), ["p[0]", "p[1][0]"]),
        (lambda x, y: x * y, (Value(2.0, "w"), 3.0), ["w", "y"]),
        (lambda *v: v[0] * v[1], (2.0, 3.0), ["x0", "x1"]),
        (autograd.mul, (2.0, 3.0), ["x", "y"]),
        ({"a": lambda x: x}.get("a"), 2.0, ["x"]),
    ],
)
def test_inputs_are_nested_as_the_function_wants_them(
    f: Callable[..., Any], inputs: Any, names: list[str]
) -> None:
    report = gradcheck(f, inputs, report=True)
    assert report.passed
    assert [row.input for row in report.rows] == names


def test_every_result_of_a_container_is_checked_by_every_input() -> None:
    def f(x: Value, y: Value) -> dict[str, Any]:
        return {"sum": x + y, "all": [x * y, 3.0, (x / y).named("q")]}

    report = gradcheck(f, (2.0, 4.0), report=True)
    assert report.passed
    found = {(row.result, row.input): row.judgement.analytic for row in report.rows}
    assert found == {
        ("f['sum']", "x"): 1.0,
        ("f['sum']", "y"): 1.0,
        ("f['all'][0]", "x"): 4.0,
        ("f['all'][0]", "y"): 2.0,
        ("f['all'][1]", "x"): 0.0,
        ("f['all'][1]", "y"): 0.0,
        ("q", "x"): 0.25,
        ("q", "y"): -0.125,
    }
    assert report.count == 8


def test_a_function_that_differentiates_inside_is_differentiable() -> None:
    x = Value(0.7, "x")
    assert gradcheck(lambda _: autograd.grad(lambda w: w**2 * x**3)(2.0), x)
    assert gradcheck(autograd.grad(autograd.tanh), x)

    def by_backward(x: Value) -> Any:
        (x**3).backward(create_graph=True)
        return x.grad

    assert gradcheck(by_backward, x)
    assert x.grad == 0.0


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_passes(operation: Operation, everything: bool) -> None:
    # near the greatest floats, and where one operand is lost in the other, differences cannot tell
    method, ordinary = getattr(Value, operation.name), ("ok", "infinite", "kink")
    told = 0
    for operands in points(operation)[:: 1 if everything else 4]:
        try:
            node = method(*map(Value, operands))
        except AutogradError:
            continue
        for index, slope in enumerate(node.derivatives):
            found = judged_slope(operation, index, operands, slope)
            assert found.verdict in {*ordinary, "unclear", "no step"}, (operands, index, found)
            told += found.verdict in ordinary
    assert told > (30 if everything else 7)


positive = st.floats(0.1, 2.0)


@given(graphs(leaves=positive, constants=positive, max_size=12, max_depth=12, kink_margin=0.0))
def test_no_random_graph_is_called_wrong(graph: Graph) -> None:
    report = gradcheck(graph.function, tuple(graph.numbers), report=True)
    # 0 times an infinite slope is NaN, which is wrong, and documented
    found = [row.judgement for row in report.rows if not math.isnan(row.judgement.analytic)]
    assert not [each for each in found if each.verdict in {"wrong", "inexact"}], str(report)
    assert report.fault is None


# --- parameters of a model, moved in place --------------------------------------------------------


def model_and_loss() -> tuple[MLP, Callable[[Any], Value]]:
    model = MLP(2, [3, 2], activation="tanh", seed=1)

    def loss(_: Any) -> Value:
        return mean_squared_error(model([0.5, -1.0]), [1.0, 0.0])

    return model, loss


def test_parameters_of_a_model_are_moved_in_place_and_put_back() -> None:
    model, loss = model_and_loss()
    for index, parameter in enumerate(model.parameters()):
        parameter.grad = float(index)
    before = model.state_dict()
    assert gradcheck(loss, model.parameters())
    assert gradgradcheck(loss, model.parameters()[:2])
    report = gradcheck(loss, [parameter for _, parameter in model.named_parameters()], report=True)
    assert (report.passed, report.count) == (True, 17)
    assert model.state_dict() == before
    assert [parameter.grad for parameter in model.parameters()] == [*map(float, range(17))]


def test_a_model_is_left_as_its_last_call_at_the_point_itself_left_it() -> None:
    model, loss = model_and_loss()
    loss(None)
    nets = [neuron.net.data for layer in model.layers for neuron in layer.neurons]
    gradcheck(loss, model.parameters())
    assert [neuron.net.data for layer in model.layers for neuron in layer.neurons] == nets


def test_a_wrong_derivative_by_one_parameter_is_found_among_all() -> None:
    model, _ = model_and_loss()
    weight = model.layers[1].neurons[0].weights[2]

    def loss(_: Any) -> Value:
        return model([0.5, -1.0])[0] + weight * weight.data

    with pytest.raises(GradcheckError) as caught:
        gradcheck(loss, model.parameters())
    (row,) = caught.value.report.failures
    assert row.at == weight.data
    assert "1 of 17 derivatives wrong" in str(caught.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OperandError, DomainError])
@pytest.mark.parametrize("calls", [1, 2, 3, 4, 5])
def test_an_exception_leaves_everything_as_it_was(error: type[BaseException], calls: int) -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    x.grad, y.grad = 5.0, 6.0
    left = calls

    def f(x: Value, y: Value) -> Value:
        nonlocal left
        left -= 1
        (x * y).backward()
        before, x.data = x.data, 100.0
        if not left:
            raise error("no")
        x.data = before
        return x * y

    for check in (gradcheck, lambda f, inputs: gradcheck(f, inputs, report=True), error_over_eps):
        left = calls
        with contextlib.suppress(error, GradcheckError):  # beside the point, a DomainError is none
            check(f, (x, y))
        assert left <= 0
        assert (x.data, y.data, x.grad, y.grad) == (2.0, 3.0, 5.0, 6.0)


def test_what_plain_differences_settle_takes_six_calls_for_each_input() -> None:
    calls = []

    def counted(*xs: Value) -> Value:
        calls.append(1)
        return sum(xs, Value(0.0)).tanh()

    assert gradcheck(counted, tuple([0.01] * 50))
    assert len(calls) <= 6 * 50 + 3


def test_a_function_that_changes_its_input_is_told_so() -> None:
    def moving(x: Value, y: Value) -> Value:
        y.data = 5.0
        return x * y

    for check in (gradcheck, gradgradcheck, error_over_eps):
        with pytest.raises(
            ArgumentTypeError, match=r"the function changes its input y from 3\.0 to 5\.0"
        ):
            check(moving, (2.0, 3.0))

    def moving_back(x: Value) -> Value:
        there = x.data
        x.data += 1.0
        result = x * 2.0
        x.data = there
        return result

    assert gradcheck(moving_back, 1.0)


# --- planted mistakes -----------------------------------------------------------------------------

MISTAKES = {
    "sign": planted("x * y", "-y", "x"),
    "factor": planted("x * y", "1.01 * y", "x"),
    "dropped operand": planted("x * y", "y", "0.0"),
    "swapped operands": planted("x / y", "-x / y / y", "1.0 / y", domain="y != 0.0"),
    "forgotten inner derivative": planted("exp(-x) * y", "exp(-x) * y", "exp(-x)"),
    "saturated": planted("tanh(x) + y", "1.0", "1.0"),
    "NaN": planted("x * y", "nan", "x"),
    "infinite": planted("x * y", "inf", "x"),
}


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES)
def test_planted_mistakes_are_found_and_localised(wrong: Callable[..., Value]) -> None:
    def f(x: Value, y: Value) -> Value:
        inner = (x.sin() + 1.0).named("inner")
        return (wrong(inner, y).named("culprit") * x).exp()

    with pytest.raises(GradcheckError) as caught:
        gradcheck(f, (0.5, 1.25))
    fault = caught.value.report.fault
    assert fault is not None
    assert fault.node.name == "culprit"
    said = " ".join(str(caught.value).split())
    assert "of planted at node 'culprit', where x = 1.479425538604203, y = 1.25" in said
    assert max(map(len, str(caught.value).splitlines())) <= 100
    recorded, numeric = fault.judgement.analytic, fault.judgement.numeric
    assert f"recorded {recorded:.9g}, numeric {numeric:.9g}" in str(fault)
    assert gradcheck(f, (0.5, 1.25), raise_exception=False) is False
    assert gradcheck(f, (0.5, 1.25), report=True).fault.to_dict()["operation"] == "planted"


def test_a_slight_fault_is_not_blamed_for_a_gross_one() -> None:
    gross = planted("sin(x)", "-cos(x)", parameters="x")
    slight = planted("exp(x)", "out * 1.000001", parameters="x")
    for f, inputs in [
        (lambda x, y: slight(y).named("slight") + gross(x).named("gross"), (0.5, 0.2)),
        (lambda x: gross(slight(x).named("slight")).named("gross"), (0.5,)),
    ]:
        assert gradcheck(f, inputs, report=True).fault.node.name == "gross"
    assert gradcheck(lambda x: slight(x).named("slight"), 0.5, report=True).fault.node.name == "slight"


def test_cancellation_in_the_derivative_itself_is_no_mistake() -> None:
    for f, x in [
        (lambda x: (1.0 - x.cos()) / (x * x), 1e-6),
        (lambda x: (1.0 - x.cos()) / (x * x), 1e-4),
        (lambda x: (x.exp() - 1.0) / x, 1e-8),
        (lambda x: (x.exp() - 1.0 - x) / (x * x), 1e-5),
    ]:
        (row,) = gradcheck(f, x, report=True).rows
        assert row.judgement.verdict in {"ok", "unclear"}
        assert row.judgement.multiple < 4.0


@pytest.mark.parametrize("ulps", [1, 2, 4])
def test_a_kink_a_few_units_in_the_last_place_away_is_one(ulps: int) -> None:
    x = 0.5
    for _ in range(ulps):
        x = math.nextafter(x, 0.0)
    assert verdict(lambda x: (x - 0.5).relu() - (-x - 0.5).relu(), x) == "kink"
    assert verdict(lambda x: abs(x - 0.3), 0.1 + 0.2) == "kink"


@pytest.mark.parametrize(
    "f", [lambda x: (-x).log1p(), lambda x: (1.0 - x).log(), lambda x: 1.0 / (1.0 - x)]
)
def test_right_beside_a_pole_nothing_is_called_wrong(f: Callable[..., Any]) -> None:
    for x in (1.0 - 2.0**-53, 1.0 - 2.0**-50, 1.0 - 2.0**-40):
        assert verdict(f, x) in {"ok", "unclear", "no step"}


def test_a_function_may_refuse_points_beside_its_inputs_itself() -> None:
    def guarded(x: Value) -> Value:
        if x.data < 0.0:
            raise ValueError("negative")
        return x.sqrt()

    assert verdict(guarded, 0.0) == "infinite"
    assert verdict(lambda x: x * math.log(x.data) - x.data * x.log(), 1e-8) == "wrong"
    assert verdict(lambda x: x / (x.data - 1.0), 1.0 + 1e-6) == "wrong"  # recorded by x alone

    def asserting(x: Value) -> Value:
        assert x.data >= 0.0
        return x.sqrt()

    with pytest.raises(AssertionError) as caught:
        gradcheck(asserting, Value(0.0, "radicand"))
    assert caught.value.__notes__ == ["beside the inputs, where radicand = -1e-06"]


def test_a_factor_within_the_tolerance_passes_and_is_called_inexact() -> None:
    wrong = planted("x * y", "1.0001 * y", "x")

    def f(x: Value, y: Value) -> Value:
        return wrong(x, y)

    assert gradcheck(f, (0.5, 1.25))
    report = gradcheck(f, (0.5, 1.25), report=True)
    assert report
    assert [row.judgement.verdict for row in report.rows] == ["inexact", "ok"]
    assert report.fault.operand == 0
    assert "1 of 2 derivatives inexact" in str(report)
    assert not gradcheck(f, (0.5, 1.25), rtol=1e-6, raise_exception=False)


def test_the_first_of_two_wrong_operations_is_blamed_operands_before_results() -> None:
    wrong = planted("x * y", "-y", "x")

    def f(x: Value) -> list[Value]:
        first = wrong(x, 2.0).named("first")
        return [x + 1, wrong(first, 3.0).named("second"), first]

    report = gradcheck(f, 0.5, report=True)
    assert report.fault.node.name == "first"
    # two signs make a right derivative
    assert [row.result for row in report.failures] == ["first"]


def test_an_operand_that_was_not_recorded_is_blamed() -> None:
    def f(x: Value) -> Value:
        node = (x * 2.0).named("lost")
        node._dx = None
        return node + 0.0 * x

    fault = gradcheck(f, 0.5, report=True).fault
    assert (fault.node.name, fault.judgement.analytic, fault.judgement.side) == ("lost", 0.0, "central")


def test_what_is_lost_through_plain_numbers_is_no_operations_fault() -> None:
    with pytest.raises(GradcheckError, match=r"own derivative is wrong.*plain numbers") as caught:
        gradcheck(lambda x: x * x.data, Value(3.0, "x"))
    assert caught.value.report.fault is None


def test_a_wrong_second_derivative_is_found() -> None:
    # right at first, but the text of the partial is not smooth: its derivative is 0 at 0
    wrong = planted("expm1(x)", "1.0 if x == 0.0 else exp(x)", parameters="x")
    OPERATIONS["planted"] = Operation("planted", "x", "expm1(x)", partials=["exp(x)"], about="")
    try:
        assert gradcheck(wrong, 0.0)
        with pytest.raises(GradcheckError):
            gradgradcheck(wrong, 0.0)
    finally:
        del OPERATIONS["planted"]


# --- determinism ----------------------------------------------------------------------------------


def test_a_function_that_is_not_deterministic_is_refused() -> None:
    random = Random(1)
    with pytest.raises(GradcheckError, match="two runs at the same point differ in f, ∂f/∂x"):
        gradcheck(lambda x: x * random.random(), 2.0)
    signs = [1.0, -1.0] * 50
    # the values are the same, the gradient alone is not
    report = gradcheck(lambda x: (x - x) * signs.pop(), 2.0, report=True)
    assert not report
    assert report.differing == ("f",)  # -0.0 is not 0.0
    more = gradcheck(lambda v: sum(v) * random.random(), [1.0, 2.0, 3.0, 4.0], report=True)
    assert str(more).endswith("differ in f, ∂f/∂v[0], ∂f/∂v[1] and 2 more")


def test_a_gradient_alone_may_differ() -> None:
    slopes = [1.0, 2.0] * 50
    f = lambda x: (x - x.data) * slopes.pop()  # noqa: E731
    assert gradcheck(f, 2.0, report=True).differing == ("∂f/∂x",)


def test_another_number_of_results_is_refused() -> None:
    results = [1, 2] * 50
    report = gradcheck(lambda x: [x] * results.pop(), 2.0, report=True)
    assert report.differing == ("the results' shape",)
    with pytest.raises(ArgumentTypeError, match="returned 1 numbers, and 2 where an input is 2"):
        gradcheck(lambda x: [x, x] if x > 2.0 else [x], 2.0)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ("text", "must be real numbers in lists, tuples and dicts, got 'text'"),
        (({"w": None},), "got None"),
        (1j, "got 1j"),
        ((), "no number among the inputs"),
        ([], "no number among the inputs"),
        (math.inf, r"so that a step can be taken beside it, must be finite, got inf"),
        (Value(math.nan), r"so that a step can be taken beside it, must be finite, got Value\(nan\)"),
        (Value(2.0, "a") * 3.0, "node 'a·3' is the result of mul"),
    ],
)
def test_inputs_that_are_none_are_refused(inputs: Any, complaint: str) -> None:
    calls = []
    for check in (gradcheck, gradgradcheck, error_over_eps):
        with pytest.raises(ArgumentError, match=complaint):
            check(lambda *_: calls.append(1), inputs)
    assert not calls


@pytest.mark.parametrize("returned", ["text", None, [], {"a": ()}, [1j]])
def test_results_that_are_none_are_refused(returned: Any) -> None:
    for check in (gradcheck, gradgradcheck, error_over_eps):
        with pytest.raises(ArgumentTypeError, match=r"must be Values or real|returned no number"):
            check(lambda _: returned, 2.0)


@pytest.mark.parametrize(
    "options",
    [
        *({"eps": eps} for eps in (0.0, -1e-6, math.inf, math.nan)),
        *({name: off} for name in ("atol", "rtol") for off in (-1.0, math.nan)),
    ],
)
def test_tolerances_that_are_none_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be a (positive|non-negative) number, got"):
        gradcheck(autograd.exp, 1.0, **options)
    if "eps" in options:
        with pytest.raises(ValueError, match=r"eps\[1\] must be a positive number"):
            error_over_eps(autograd.exp, 1.0, [1e-3, options["eps"]])


def test_what_the_function_raises_at_the_point_itself_is_raised() -> None:
    with pytest.raises(DomainError, match="log"):
        gradcheck(lambda x: (x - 2.0).log(), 1.0)


# --- second derivatives ---------------------------------------------------------------------------


def test_second_derivatives_pass() -> None:
    assert gradgradcheck(lambda x, y: (x * y).tanh() / y, (0.5, 2.0)) is True
    report = gradgradcheck(lambda x, y: {"p": x**2 * y, "c": 3.0}, (2.0, 5.0), report=True)
    assert report
    found = {(row.result, row.input): row.judgement.analytic for row in report.rows}
    assert found["∂f['p']/∂x", "x"] == 10.0
    assert found["∂f['p']/∂x", "y"] == found["∂f['p']/∂y", "x"] == 4.0
    assert found["∂f['c']/∂y", "x"] == 0.0


def test_gradients_may_be_weighed_as_in_pytorch() -> None:
    report = gradgradcheck(lambda x: [x**2, x**3], 2.0, [10.0, Value(100.0, "v")], report=True)
    assert report
    found = {row.input: row.judgement.analytic for row in report.rows}
    assert found == {"x": 10.0 * 2.0 + 100.0 * 12.0, "weight": 4.0, "v": 12.0}
    with pytest.raises(ArgumentError, match="as many scalars as there are results, 2, got 1"):
        gradgradcheck(lambda x: [x**2, x**3], 2.0, [10.0])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_second_derivatives_of_every_operation_pass(operation: Operation, everything: bool) -> None:
    told = 0
    for operands in points(operation)[:: 7 if everything else 21]:
        if max(map(abs, operands)) > 30.0 or min(map(abs, operands)) < 1e-3:
            continue
        report = gradgradcheck(getattr(autograd, operation.name), operands, report=True)
        assert not [row for row in report.rows if row.judgement.verdict == "wrong"], str(report)
        told += report.passed
    assert told


# --- the numbers behind ---------------------------------------------------------------------------

HARD: dict[str, tuple[Callable[[float], float | None], float, float]] = {
    "far out": (math.sin, 1e9, math.cos(1e9)),
    "fast": (lambda x: math.sin(1e6 * x), 0.0, 1e6),
    "with a period of 2**-9": (lambda x: math.sin(1024.0 * math.pi * x), 0.0, 1024.0 * math.pi),
    "a pole near by": (lambda x: 1.0 / x if x else None, 1e-9, -1e18),
    "an edge near by": (lambda x: math.log(x) if x > 0.0 else None, 1e-30, 1e30),
    "steep": (lambda x: math.exp(x) if x < 709.0 else None, 700.0, math.exp(700.0)),
    "flat": (lambda x: x**4, 0.0, 0.0),
    "small beside large": (lambda x: 1000.0 + x + 1e-6 * math.sin(1e6 * x), 0.0, 2.0),
    "a step beside": (lambda x: x if x < 1.001 else 7.0, 1.0, 1.0),
}


@pytest.mark.parametrize(("function", "x", "slope"), HARD.values(), ids=HARD)
def test_estimates_are_as_good_as_they_say(
    function: Callable[[float], float | None], x: float, slope: float
) -> None:
    value = function(x)
    assert value is not None
    estimate = Differences(function, x, UNIT * abs(value)).central
    assert estimate is not None
    assert abs(estimate.value - slope) <= 2.0 * estimate.error
    assert estimate.error <= 1e-5 * max(abs(slope), 1.0)


@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0), st.just(0.0) | st.floats(1e-3, 3.0))
def test_estimates_of_ordinary_functions_are_good(a: float, b: float, x: float) -> None:
    around = Differences(lambda x: a * math.sin(b * x) + x * x, x, 8.0 * UNIT * (abs(a) + x * x))
    slope = a * b * math.cos(b * x) + 2.0 * x
    for estimate, limit in ((around.central, 1e-9), (around.right, 1e-6), (around.left, 1e-6)):
        assert estimate is not None
        assert abs(estimate.value - slope) <= 10.0 * estimate.error  # and most often within it
        assert estimate.error <= limit * (1.0 + abs(a) * b**2)
    assert around.kink is None
    assert around.steepest is None
    assert around.resolved


def test_slow_convergence_is_not_mistaken_for_a_limit() -> None:
    estimate = Differences(lambda x: x**1.1 if x >= 0.0 else None, 0.0).right
    assert estimate is not None
    assert estimate.value > 1e-3  # the slope at 0 is 0, which no float is close enough to show
    assert estimate.value <= 2.0 * estimate.error


def test_rounding_is_known_from_the_graph() -> None:
    x = Value(1.0)
    lossy = (x + 1e9) - 1e9
    assert rounding_of_value(x) == 0.0
    assert 1e-8 < rounding_of_value(lossy) < 1e-5
    assert rounding_of_value(Value(0.0).sqrt() * 1.0) == 0.0  # an infinite slope says nothing
    assert rounding_of_derivatives(lossy)[x] < 1e-14
    assert rounding_of_derivatives(x * x)[x] == 2.0 * 8.0 * UNIT
    (row,) = gradcheck(lambda x: (x + 1e9) - 1e9, 1.0, report=True).rows
    assert row.judgement.verdict == "ok"
    assert row.judgement.error > 1e-6


def test_the_verdict_weighs_the_two() -> None:
    strict = Tolerance(eps=1e-6, atol=0.0, rtol=1e-6)
    around = Differences(math.exp, 0.0, 1e-16)
    right = judged(around, 1.0, 1e-16, strict)
    assert right.verdict == "ok"
    assert right.multiple < 10.0
    assert judged(around, 1.0 + 1e-8, 1e-16, strict).verdict == "inexact"
    assert judged(around, 1.0 + 1e-8, 1e-9, strict).verdict == "ok"
    assert judged(around, 1.01, 1e-16, strict).verdict == "wrong"
    assert judged(around, 1.01, 1.0, strict).verdict == "unclear"
    assert judged(around, math.nan, 1e-16, strict).verdict == "wrong"
    assert judged(around, 1.01, 1e-16, strict).multiple > 1e6


def _wriggling(frequency: float) -> tuple[Callable[[Value], Value], float]:
    """x + sin(ωx)/ω with its second term detached, and where its slope is 2, twice what is recorded."""
    x = 2.0 * math.pi * round(frequency / (4.0 * math.pi)) / frequency
    return lambda x: x + math.sin(frequency * x.data) / frequency, x


@pytest.mark.parametrize("frequency", [1e3, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
def test_what_wriggles_within_the_step_is_looked_at_closely(frequency: float) -> None:
    f, x = _wriggling(frequency)
    assert not gradcheck(f, x, raise_exception=False)
    (row,) = gradcheck(f, x, report=True).rows
    assert row.judgement.verdict == "wrong"
    assert row.judgement.numeric == pytest.approx(2.0, rel=1e-4)
    assert gradcheck(lambda x: x + (x * frequency).sin() / frequency, x)


def test_no_derivative_is_ok_that_is_far_off() -> None:
    (row,) = gradcheck(lambda x: x + 1e-9 * math.sin(1e9 * x.data), 0.3, report=True).rows
    assert row.judgement.verdict == "wrong"
    # beside a value that is noisy at small steps the plain difference is all that tells
    noisy = lambda x: x.sin() + math.fmod(x.data * 1e13, 7.0) * 1e-9  # noqa: E731
    (row,) = gradcheck(noisy, 0.7, report=True).rows
    assert row.judgement.passed
    assert row.judgement.verdict == "inexact" or row.judgement.multiple <= 100.0


STRICT = {"atol": 0.0, "rtol": 1e-6}


@pytest.mark.parametrize(
    ("wrong", "x"),
    [
        pytest.param(lambda x: x.sin() - 4e-6 * x + 8e-6 * x.data, 0.7, id="a wrong sign of 4e-6 x"),
        pytest.param(lambda x: 1.0009 * x.exp() - 0.0009 * x.exp().data, 0.3, id="a factor of 1.0009"),
        pytest.param(lambda x: x * x + 1e-4 * x.data, 0.7, id="a detached part of 1e-4"),
        pytest.param(lambda x: x * x + 1e-7 * x.data, 0.0, id="one of 1e-7 where the slope is 0"),
    ],
)
def test_a_strict_check_finds_what_the_tolerances_allow(
    wrong: Callable[[Value], Value], x: float
) -> None:
    assert gradcheck(wrong, x)
    assert not gradcheck(wrong, x, raise_exception=False, **STRICT)


@pytest.mark.parametrize(
    ("right", "x"),
    [
        (lambda x: x * x, 0.0),
        (lambda x: x.sin(), math.pi / 2.0),
        (lambda x: x.tanh(), 20.0),
        (lambda x: x.sigmoid(), -30.0),
        (lambda x: x.erf(), 5.0),
        (lambda x: (x - 1.0) ** 4, 1.0),
        (lambda x: (x + 1e6) - 1e6, 1.0),
        (lambda x: x.log(), 1e-5),
        (lambda x: x * 0.0, 2.0),
        (lambda x: x.sqrt(), 0.0),
        (abs, 0.0),
    ],
)
def test_a_strict_check_passes_what_is_right(right: Callable[[Value], Value], x: float) -> None:
    assert gradcheck(right, x, **STRICT)


@pytest.mark.parametrize("operation", list(OPERATIONS.values()), ids=OPERATIONS)
def test_no_operation_is_wrong_in_a_strict_check(operation: Operation) -> None:
    told = 0
    for point in points(operation)[::9]:
        if all(1e-3 < abs(x) < 100.0 for x in point):
            try:
                report = gradcheck(getattr(autograd, operation.name), point, report=True, **STRICT)
            except ResultOverflowError:
                continue
            verdicts = {row.judgement.verdict for row in report.rows}
            assert verdicts <= {"ok", "infinite", "unclear", "no step"}, f"{point}\n{report}"
            told += bool(report)
    assert told >= 3


# --- the report -----------------------------------------------------------------------------------


def test_a_report_is_plain_data_and_a_table() -> None:
    report = gradcheck(lambda x, y: x.relu() * y, (Value(0.0, "x"), 2.0), report=True)
    error = report.rows[0].judgement.error
    assert [" ".join(line.split()) for line in str(report).splitlines()] == [
        "input at analytic numeric ± off/± verdict",
        f"x 0 0 1 {error:.0e} kink 0 | 2",
        "y 2 0 0 0 0 ok",
    ]
    data = json.loads(json.dumps(report.to_dict()))
    assert (data["passed"], data["count"], data["fault"], data["special"]) == (True, 2, None, [])
    assert data["rows"][0]["kink"] == [0.0, 2.0]
    assert data["rows"][0]["input"] == "x"


@given(st.tuples(*[st.floats()] * 6), st.text(max_size=200), st.text(max_size=200), st.booleans())
def test_a_table_is_never_wider_than_100(
    numbers: tuple[float, ...], result: str, name: str, kinked: bool
) -> None:
    at, analytic, numeric, error, *sides = numbers
    kink = (sides[0], sides[1]) if kinked else None
    found = Judgement("infinite", analytic, numeric, error, error, "central", kink)
    one_sided = found._replace(side="right", kink=None)
    rows = (Checked(result, name, at, found), Checked("f", name, at, one_sided))
    lines = GradcheckReport(rows, 2).table().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 100


# --- PyTorch's verdict ----------------------------------------------------------------------------

#: Functions of either library's numbers, and what both say of their derivatives.
VERDICTS: dict[str, tuple[Callable[..., Any], tuple[float, ...], bool]] = {
    "right": (lambda x, y: (x.sin() * y).exp(), (0.5, 1.25), True),
    "lost": (lambda x: x * _plain(x), (3.0,), False),
    "within the tolerance": (lambda x: x - 1e-4 * _plain(x) * x, (1.0,), True),
    "out of it": (lambda x: x - 1e-2 * _plain(x) * x, (1.0,), False),
    "close to the edge": (lambda x: x.log(), (1e-3,), True),
    "absolute value at 0": (abs, (0.0,), True),
}


def _plain(x: Any) -> float:
    return float(x.data)


@pytest.mark.torch
@pytest.mark.parametrize(("f", "inputs", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_is_pytorchs(
    f: Callable[..., Any], inputs: tuple[float, ...], expected: bool
) -> None:
    import torch

    tensors = tuple(torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs)
    assert torch.autograd.gradcheck(f, tensors, raise_exception=False) is expected
    assert gradcheck(f, inputs, raise_exception=False) is expected


@pytest.mark.torch
def test_where_differences_are_what_is_wrong_pytorch_fails_and_this_does_not() -> None:
    import torch

    zero = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    assert not torch.autograd.gradcheck(torch.relu, zero, raise_exception=False)
    assert gradcheck(autograd.relu, 0.0)
