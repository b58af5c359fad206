"""Programs in JavaScript: the functions of the table and random graphs, in a browser against Python."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from browser import chromium

from autograd import OPERATIONS, Value
from autograd.errors import ArgumentValueError
from autograd.expression import PRIMITIVES
from autograd.ieee import ieee_value, strict
from autograd.operations import Operation
from autograd.program import Line, Program
from autograd.program.languages.javascript import condition, function, library
from benchmarks.points import operands, place

#: By how many units in the last place the page's documentation says that an operation differs at most.
PAGE = Path(__file__).parents[4] / "docs" / "stepper.md"
ULPS = {
    name: int(row[1])
    for row in re.finditer(r"^\| (\d+) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"`(\w+)`", row[2])
}

RUN = """([source, calls]) => {
    const call = new Function("calls", source + `
        const words = new Float64Array(1), bits = new BigInt64Array(words.buffer);
        return calls.map(([table, name, operands]) => {
            const numbers = operands.map(Number);
            try {
                words[0] = {strict, ieee}[table][name](...numbers);
                return words[0] !== words[0] ? "nan" : String(bits[0]);
            } catch (error) {
                if (!(error instanceof NoValue)) throw error;
                return null;
            }
        });`);
    return call(calls);
}"""


@pytest.fixture(scope="module")
def empty_page() -> Iterator[Any]:
    with chromium() as browser:
        yield browser.new_page()


def text(number: float) -> str:
    """A number as JavaScript's Number reads it."""
    return repr(number).replace("inf", "Infinity").replace("nan", "NaN")


def apart(found: str, right: float) -> int:
    """By how many units in the last place a result differs; infinitely many of NaN alone."""
    if math.isnan(right) or found == "nan":
        return 0 if math.isnan(right) and found == "nan" else 2**63
    number = int(found)
    return abs((number if number >= 0 else -(number & 0x7FFF_FFFF_FFFF_FFFF)) - place(right))


@pytest.mark.browser
def test_every_function_is_that_of_python_but_for_its_last_digits(empty_page: Any) -> None:
    random = Random(14)
    calls: list[tuple[str, str, list[float]]] = []
    for operation in OPERATIONS.values():
        if not operation.functions:
            calls += [("strict", operation.name, operands(operation, random)) for _ in range(1000)]
            calls += [("ieee", operation.name, operands(operation, random)) for _ in range(300)]
    rows = [row for row in OPERATIONS.values() if not row.functions]
    found = empty_page.evaluate(
        RUN, [library(rows), [[table, name, list(map(text, numbers))] for table, name, numbers in calls]]
    )
    worst: dict[str, int] = {}
    where: dict[str, object] = {}
    for (table, name, numbers), result in zip(calls, found, strict=True):
        right: float | None
        if table == "ieee":
            right = ieee_value(name, numbers)
        else:
            try:
                right = (PRIMITIVES.get(name) or strict(OPERATIONS[name]))(*numbers)
            except (ArithmeticError, ValueError):
                right = None
        assert (result is None) == (right is None), (table, name, numbers, result, right)
        if right is not None:
            ulps = apart(result, right)
            if ulps >= worst.get(name, 0):
                worst[name], where[name] = ulps, (table, numbers, right)
    assert {name: (n, where[name]) for name, n in worst.items() if n > ULPS[name]} == {}


def in_javascript(page: Any, program: Program) -> dict[str, float]:
    """Every number of a program, computed in the browser."""
    lines = [
        [
            line.symbol,
            function(line),
            [each if isinstance(each, str) else text(each) for each in line.operands],
        ]
        for line in program.lines.values()
    ]
    given = {symbol: text(number) for symbol, number in program.given.items()}
    computed = "".join(
        f"found[{json.dumps(symbol)}] = ({source})(...{json.dumps(needs)}.map(number));"
        for symbol, source, needs in lines
    )
    texts = "Object.entries(found).map(([symbol, x]) => [symbol, Object.is(x, -0) ? '-0.0' : String(x)])"
    source = f"""
        const found = {{}};
        const number = (operand) => operand in found ? found[operand] : Number(operand);
        for (const [symbol, each] of Object.entries({json.dumps(given)})) found[symbol] = Number(each);
        {computed}
        return Object.fromEntries({texts});
    """
    rows = [row for row in OPERATIONS.values() if not row.functions]
    results = page.evaluate("source => new Function(source)()", library(rows) + source)
    return {symbol: float(each.replace("Infinity", "inf")) for symbol, each in results.items()}


def random_program(random: Random, names: Sequence[str]) -> Program:
    """A graph of random operations, forward and in reverse."""
    nodes = [Value(random.uniform(-2.0, 2.0), f"x{number}") for number in range(4)]
    for number in range(12):
        operation = OPERATIONS[random.choice(names)]
        chosen = [random.choice(nodes) for _ in operation.parameters]
        try:
            result = (
                getattr(Value, operation.name)(*chosen)
                if operation.operator is None
                else eval(operation.value.text, dict(zip(operation.parameters, chosen, strict=True)))
            )
        except (ArithmeticError, ValueError):
            continue
        nodes.append(result.named(f"v{number}") if result.operands else result)
    root = nodes[-1]
    for node in nodes[4:-1]:
        root = root + node
    return Program.from_graph(root.named("E"), "operations").differentiated()


@pytest.mark.browser
def test_random_programs_of_exact_operations_are_the_same_to_the_last_bit(empty_page: Any) -> None:
    random = Random(3)
    for _ in range(40):
        program = random_program(
            random, ("add", "sub", "mul", "div", "neg", "sqrt", "relu", "max", "min", "abs")
        )
        found, right = in_javascript(empty_page, program), program.run()
        assert {symbol: repr(found[symbol]) for symbol in right} == {
            symbol: repr(each) for symbol, each in right.items()
        }


@pytest.mark.browser
def test_random_programs_of_activations_differ_in_the_last_digits_alone(empty_page: Any) -> None:
    random = Random(5)
    for _ in range(40):
        names = ("add", "mul", "sigmoid", "tanh", "softplus", "silu", "gelu", "elu", "sin", "exp")
        program = random_program(random, names)
        found, right = in_javascript(empty_page, program), program.run()
        largest = max(abs(each) for each in right.values() if math.isfinite(each))
        for symbol, each in right.items():
            assert math.isclose(found[symbol], each, rel_tol=1e-11, abs_tol=1e-13 * largest), (
                symbol,
                found[symbol],
                each,
            )


@pytest.mark.browser
def test_a_wrong_function_is_found(empty_page: Any) -> None:
    source = library().replace("tanh: Math.tanh", "tanh: (x) => Math.tanh(x) * (1 + 1e-14)")
    (result,) = empty_page.evaluate(RUN, [source, [["strict", "tanh", ["0.75"]]]])
    assert apart(result, math.tanh(0.75)) > ULPS["tanh"]


def test_the_documentation_names_every_operation() -> None:
    assert ULPS.keys() == {row.name for row in OPERATIONS.values() if not row.functions}


def test_python_functions_have_no_javascript() -> None:
    row = Operation("twice", "x", lambda x: 2.0 * x, partials=["2.0"], about="double")
    with pytest.raises(ArgumentValueError, match="operation 'twice' calls a Python function"):
        library([row])


def test_a_number_that_is_not_finite_and_what_is_used_twice() -> None:
    line = Line.of("y", "x / y if x > 0.0 and y != -inf else nan", {"x": "a", "y": "b"})
    assert function(line) == "(x0, x1) => x0 > 0.0 && x1 != -Infinity ? strict.div(x0, x1) : NaN"
    deep = "sin(x)" + " + sin(x)" * 60
    assert "const step_1 = " in function(Line.of("y", deep, {"x": "a"}))


def test_a_remainder_has_the_sign_of_the_divisor() -> None:
    from autograd.expression import Expression

    tree = Expression("y % 2.0 == 1.0", ["y"]).tree
    assert condition(tree, ["y"]) == "(x0) => remainder(x0, 2.0) == 1.0"
