"""register: what it refuses, with the counterexample, and that nothing is left behind."""

import math
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from registered import HUBER, LOG_GAMMA, SOFTSIGN, as_it_was, registered, state, traces

import autograd
from autograd import (
    OPERATIONS,
    ArgumentError,
    DomainError,
    Operation,
    RegistrationError,
    unregister,
)
from autograd.arguments import number_of
from autograd.check.operation import check_row
from autograd.codegen import RESERVED, source
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.registry import _REGISTERED


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with as_it_was():
        yield


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
        r"its value raises OperandError\('bad must return a number, got None",
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
        "x = 0.0, or right beside that, .*bad must return a number, got ",
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
        registered("bad", **row)
    assert state() == before
    assert traces("bad") == []
    assert "operation 'bad': " in str(caught.value)
    if "only" not in complaint:
        assert len(caught.value.operands) == len(row["parameters"].split(","))
        assert all(isinstance(operand, float) for operand in caught.value.operands)


@pytest.mark.parametrize(
    ("value", "slope"),
    [
        ("x + {}*sin(x)", "1.0 + {}*cos(x)"),
        ("x + square({}*sin(3.0*x))", "1.0 + 6.0*{0}*{0}*sin(3.0*x)*cos(3.0*x)"),
        ("x*x*x + {}*cos(x)", "3.0*x*x - {}*sin(x)"),
        ("sinh(x) + {}*sin(x*x)", "cosh(x) + 2.0*{}*x*cos(x*x)"),
    ],
)
def test_far_out_a_wave_upon_a_slope_is_not_called_wrong(value: str, slope: str) -> None:
    # differences see the slope there, and not the wave
    row = {"parameters": "x", "about": ""}
    registered("wave", value=value.format("0.7"), partials=[slope.format("0.7")], **row)
    with pytest.raises(RegistrationError, match="and by differences it is"):
        registered("bad", value=value.format("0.7"), partials=[slope.format("0.7007")], **row)


@pytest.mark.parametrize("ends", [(31, 99), (101, 999), (1001, 999_999), (1e31, 1e149), (1e-149, 1e-31)])
def test_there_is_no_gap_in_which_a_wrong_derivative_passes(ends: tuple[float, float]) -> None:
    def off(x: Any, out: float) -> Any:
        return 3.0 * x if ends[0] < number_of(x) < ends[1] else 2.0 * x

    with pytest.raises(RegistrationError, match="by differences") as caught:
        registered("gap", "x", lambda x: x * x, partials=[off], about="")
    assert ends[0] < caught.value.operands[0] < ends[1]


@pytest.mark.parametrize("operand", [0, 1])
def test_there_is_no_gap_by_either_of_two_operands(operand: int) -> None:
    def off(x: Any, y: Any, out: float) -> Any:
        return (y, x)[operand] * (2.0 if 31.0 < number_of((x, y)[operand]) < 99.0 else 1.0)

    partials: list[Any] = ["y", "x"]
    partials[operand] = off
    with pytest.raises(RegistrationError, match="by differences") as caught:
        registered("gap", "x, y", lambda x, y: x * y, partials=partials, about="")
    assert 31.0 < caught.value.operands[operand] < 99.0


def test_a_kink_or_an_edge_right_beside_a_point_is_no_mistake() -> None:
    ends = "0.0 if x <= 0.0 else 1.0 if x >= 1.0 else "
    one_if = "1.0 if abs(x) > 0.5 else 0.0"
    for value, partial, options in [
        ("max(x - 0.5, 0.0) + min(x + 0.5, 0.0)", one_if, {"kink": "abs(x) == 0.5"}),
        ("square(max(x - 1.0, 0.0))", "2.0 * max(x - 1.0, 0.0)", {}),
        (ends + "x * x * (3.0 - 2.0 * x)", "6.0 * x * (1.0 - x) if 0.0 < x < 1.0 else 0.0", {}),
        ("log(x) - log1p(-x)", "1.0 / x + 1.0 / (1.0 - x)", {"domain": "0.0 < x and x < 1.0"}),
        ("abs(x) ** 1.5", "1.5 * sqrt(abs(x)) * (1.0 if x > 0.0 else -1.0)", {}),
        ("log(x / (1.0 - x))", "1.0 / x + 1.0 / (1.0 - x)", {"domain": "0.0 < x and x < 1.0"}),
    ]:
        registered("right", "x", value, partials=[partial], about="", **options)
        unregister("right")


@pytest.mark.parametrize(
    "name", ["operand_error", "failure", "annotations", "as_number", "isinstance", "round"]
)
def test_what_the_functions_compute_with_is_not_hidden(name: str) -> None:
    with pytest.raises(RegistrationError, match=f"{name!r}: Python calls something else so"):
        registered(name, "x", "x * x * x", partials=["3.0 * x * x"], about="")
    assert autograd.sin(0.0) == 0.0
    with pytest.raises(DomainError):
        autograd.log(-1.0)


def test_the_counterexample_is_a_simple_one() -> None:
    with pytest.raises(RegistrationError) as caught:
        registered("bad", "x", "x * x * x", partials=["3.0 * x"], about="")
    assert caught.value.operands == (2.0,)


def test_the_right_rows_of_these_are_accepted() -> None:
    registered("softsign", **SOFTSIGN)
    registered("huber", **HUBER)
    registered("lgamma", **LOG_GAMMA)
    registered(
        "clipped", "x", "max(x, 0.5)", partials=["1.0 if x > 0.5 else 0.0"], kink="x == 0.5", about=""
    )
    registered("root", "x", "sqrt(x)", partials=["0.5 / sqrt(x)"], domain="x >= 0.0", about="")
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
        planted = [f"({text}) + 0.001"]
        if text != "0.0 if x == x else nan":  # of which any multiple is the same
            planted += [f"-({text})", f"1.001 * ({text})", "0.0"]
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
        registered(name, "x", "2.0 * x", partials=["2.0"], about="")


def test_a_name_is_taken_once_it_is_registered() -> None:
    registered("lgamma", **LOG_GAMMA)
    for name in ("lgamma", "lgamma_dx"):
        with pytest.raises(RegistrationError, match="already"):
            registered(name, **SOFTSIGN)
    with pytest.raises(RegistrationError, match="'arctan' already"):
        registered("softsign", **SOFTSIGN, numpy="arctan")
    assert traces("softsign") == []
    assert OPERATIONS["lgamma"].about == LOG_GAMMA["about"]


@pytest.mark.parametrize("value", ["x + y", "x * y", "x ** y"])
def test_operators_are_taken(value: str) -> None:
    with pytest.raises(RegistrationError, match=r"a Value has '__.*__' already"):
        registered("mine", "x, y", value, partials=["1.0", "1.0"], about="")


@pytest.mark.parametrize("parameter", [*sorted(RESERVED), "exp", "pi", "lambda", "1x", "x, x", ""])
def test_operands_whose_names_the_generated_code_uses_are_refused(parameter: str) -> None:
    count = parameter.count(",") + 1
    with pytest.raises(RegistrationError, match="is no name for an operand"):
        registered("mine", parameter, "2.0", partials=["0.0"] * count, about="")


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
        ({"partials": "1.0"}, "partials must be a list, got '1.0'"),
        ({"partials": [1.0]}, r"partials\[0\] must be a text or a function, got 1.0"),
        ({"value": 2.0}, "value must be a text or a function, got 2.0"),
        ({"about": 2.0}, "about must be a string, got 2.0"),
        ({"domain": 2.0}, "domain must be a string, got 2.0"),
        ({"as_taught": [2.0]}, r"as_taught\[0\] must be a string, got 2.0"),
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
    with pytest.raises(ArgumentError, match=complaint):
        registered("bad", **(SOFTSIGN | changes))
    assert traces("bad") == []


def test_an_interrupted_registration_leaves_no_trace() -> None:
    def interrupted(x: float) -> float:
        raise KeyboardInterrupt

    before = state()
    with pytest.raises(KeyboardInterrupt):
        registered("slow", "x", interrupted, partials=["1.0"], about="")
    assert state() == before
    assert traces("slow") == []
