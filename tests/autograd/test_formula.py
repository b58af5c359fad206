"""Formulas in Unicode and LaTeX, read back by the rules of school."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mpmath import mp
from oracles import in_mpmath, inside, latex_mistakes, points, read_latex, read_unicode

import autograd
from autograd import OPERATIONS, Operation, Value, topological_order
from autograd.expression import Expression
from autograd.formula import LATEX, UNICODE, Style, latex_of, text_of, value_text
from autograd.ieee import compiled
from autograd.strategies import Graph, graphs
from autograd.symbolic import definition, written
from autograd.symbols import latex_symbol
from benchmarks.exact import EXACT, exactly

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def formula(node: Value, style: Style = UNICODE, symbol: Callable[[str], str] = str) -> str:
    return written(definition(node), style, symbol).text


def texts_of(operation: Operation) -> list[Expression]:
    """What a row has people read; its partials, where they are taught differently, nobody reads."""
    texts = [operation.value, operation.formula, *operation.as_taught]
    return list({text.text: text for text in texts}.values())


def conditions_of(operation: Operation) -> list[Expression]:
    return [condition for condition in (operation.domain, operation.kink) if condition is not None]


@every_operation
@pytest.mark.parametrize(("written_as", "read"), [(text_of, read_unicode), (latex_of, read_latex)])
def test_what_is_written_reads_as_what_is_meant(
    operation: Operation, written_as: Callable[..., str], read: Callable[..., Any]
) -> None:
    for operands in points(operation)[::9]:
        if any(abs(x) > 50.0 or abs(x) == 1.0 for x in operands):  # too large, or vertical
            continue
        variables = dict(zip(operation.parameters, map(mp.mpf, operands), strict=True))
        variables["out"] = exactly(EXACT[operation.name], *operands)
        for expression in texts_of(operation):
            with mp.workdps(50):
                meant = in_mpmath(expression, variables)
                got = read(written_as(expression), variables)
            assert mp.almosteq(got, meant, rel_eps=mp.mpf("1e-12")), written_as(expression)


@every_operation
def test_what_is_written_has_no_trace_of_python(operation: Operation) -> None:
    for expression in (*texts_of(operation), *conditions_of(operation)):
        text = text_of(expression)
        assert not set("*%-=!") & set(text.replace(" = ", "")), text
        assert ".0" not in text


@every_operation
def test_latex_is_well_formed(operation: Operation) -> None:
    for expression in (*texts_of(operation), *conditions_of(operation)):
        text = latex_of(expression)
        assert latex_mistakes(text) == [], text
        assert text.isascii()
        assert "**" not in text


@pytest.mark.parametrize(
    ("python", "unicode", "latex"),
    [
        ("x * (y + 1.0)", "x·(y + 1)", r"x \cdot \left(y + 1\right)"),
        ("x - (y - 1.0)", "x − (y − 1)", r"x - \left(y - 1\right)"),
        ("x / (y * 2.0)", "x/(y·2)", r"\frac{x}{y \cdot 2}"),
        ("x / (y / 2.0)", "x/(y/2)", r"\frac{x}{\frac{y}{2}}"),
        ("x / y * 2.0", "x/y·2", r"\frac{x}{y} \cdot 2"),
        ("x * (y / 2.0)", "x·(y/2)", r"x \cdot \left(\frac{y}{2}\right)"),
        ("-(x + y)", "−(x + y)", r"-\left(x + y\right)"),
        ("-x ** 2.0", "−x²", "-x^{2}"),
        ("(-x) ** 2.0", "(−x)²", r"\left(-x\right)^{2}"),
        ("x ** -1.0", "x⁻¹", "x^{-1}"),
        ("x ** (y + 1.0)", "x^(y + 1)", "x^{y + 1}"),
        ("(x ** y) ** 2.0", "(x^y)²", r"\left(x^{y}\right)^{2}"),
        ("x ** y ** 2.0", "x^(y²)", "x^{y^{2}}"),
        ("sqrt(x + 1.0)", "√(x + 1)", r"\sqrt{x + 1}"),
        ("abs(x - y)", "|x − y|", r"\left|x - y\right|"),
        ("x if x > 0.0 else 0.01 * x", "x if x > 0, else 0.01·x", None),
        ("0.5", "0.5", "0.5"),
        ("1e-20 * x", "1·10⁻²⁰·x", r"1 \cdot 10^{-20} \cdot x"),
    ],
)
def test_brackets_stand_where_they_must(python: str, unicode: str, latex: str | None) -> None:
    expression = Expression(python, ["x", "y"])
    assert text_of(expression) == unicode
    if latex is not None and "frac" not in latex:
        assert latex_of(expression) == latex
    at = {"x": 1.7, "y": 2.3}
    expected = compiled(expression, ["x", "y"])(**at)
    assert float(read_unicode(text_of(expression), at)) == pytest.approx(expected)
    assert float(read_latex(latex_of(expression), at)) == pytest.approx(expected)


def test_conditions() -> None:
    assert text_of(Expression("x >= 0.0 and x != 1.0", ["x"])) == "x ≥ 0 and x ≠ 1"
    assert text_of(Expression("-1.0 < x < 1.0 or x % 1.0 == 0.0", ["x"])) == (
        "−1 < x < 1 or x mod 1 = 0"
    )


def test_powers_of_what_is_a_power_already_take_brackets() -> None:
    a = Value(0.5, "a")
    for node in (
        a.exp() ** 2,
        a.exp2() ** 3,
        a.square() ** 2,
        (a + 1).square() ** a,
        a.gaussian().square(),
        a.gaussian() ** 2,
        (a**2) ** 3,
        a.sqrt() ** 2,
        a.sqrt().square(),
    ):
        latex = formula(node, LATEX, str)
        assert latex_mistakes(latex) == [], latex
        for text, read in ((latex, read_latex), (formula(node), read_unicode)):
            assert float(read(text, {"a": mp.mpf(0.5)})) == pytest.approx(node.data), text


def test_negative_numbers_are_signed_pieces_like_any_other() -> None:
    a = Value(2.0, "a")
    for node in ((-2) ** Value(3.0, "n"), Value(-2.0) ** 2, a * -2, a - -2, a + -2, a / -2, a**-2):
        at = {"a": mp.mpf(2), "n": mp.mpf(3)}
        text = formula(node)
        assert "-" not in text  # the sign of formulas is −
        assert "·−" not in text
        assert float(read_unicode(text, at)) == node.data, text
        assert float(read_latex(formula(node, LATEX, str), at)) == node.data


numbers = st.sampled_from([-2.0, -0.25, 0.5, 1e-20, 3.0, 1e20])
labelled = graphs(leaves=numbers, constants=numbers, max_size=5)


def _in_high_precision(root: Value) -> Any:
    """A graph's value, and None where it leaves the real numbers."""
    values: dict[Value, Any] = {}
    for node in reversed(topological_order(root)):
        if node.operation is None:
            values[node] = mp.mpf(node.data)
            continue
        operands = [values[x] if isinstance(x, Value) else mp.mpf(x) for x in node.operands]
        if not inside(node.operation, [float(x) for x in operands]):
            return None
        values[node] = EXACT[node.operation.name](*operands)
        if isinstance(values[node], mp.mpc):  # where a float is -0.0, as the root of what underflows
            return None
    return values[root]


@example(Graph(lambda x: x.exp() ** 2.0, [0.5]))
@example(Graph(lambda x: x.square().square() - (-0.25), [-2.0]))
@example(Graph(lambda x: abs(x - abs(x)), [0.5]))
@given(labelled)
def test_graphs_read_as_what_they_compute(graph: Graph) -> None:
    root = graph.result
    assume(math.isfinite(root.data))
    variables = {leaf.name: mp.mpf(leaf.data) for leaf in graph.leaves}
    with mp.workdps(60):
        expected = _in_high_precision(root)
        assume(expected is not None)
        for style, read in ((UNICODE, read_unicode), (LATEX, read_latex)):
            symbol = latex_symbol if style is LATEX else str
            text = formula(root, style, symbol)
            assert mp.almosteq(read(text, variables), expected, mp.mpf("1e-9"), mp.mpf("1e-30")), text


@given(labelled)
def test_latex_of_graphs_is_well_formed(graph: Graph) -> None:
    text = formula(graph.result, LATEX, latex_symbol)
    assert latex_mistakes(text) == [], text


@every_operation
def test_an_error_names_the_operation_as_python_does(operation: Operation) -> None:
    text = value_text(operation)
    operands = dict(zip(operation.parameters, points(operation)[-1], strict=True))
    names = {name: getattr(autograd, name) for name in OPERATIONS}
    assert eval(text, names, operands) == getattr(autograd, operation.name)(*operands.values())


# --- the readers themselves -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a·b + 1", 7.0),
        ("a − b·a", -4.0),
        ("a/b·b", 2.0),
        ("−a²", -4.0),
        ("(−a)²", 4.0),
        ("a⁻¹", 0.5),
        ("a^b", 8.0),
        ("|a − b| + |−a|", 3.0),
        ("√(a + 7)", 3.0),
        ("5 if a > b, a if a ≤ b", 2.0),
        ("5 if a > b, 6 if a = b, else max(a, b)", 3.0),
        ("ln(a)/ln(2)", 1.0),
    ],
)
def test_the_reader_of_unicode(text: str, value: float) -> None:
    assert float(read_unicode(text, {"a": mp.mpf(2), "b": mp.mpf(3)})) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\frac{a + b}{a}", 2.5),
        (r"a \cdot \left(b - a\right)^{2}", 2.0),
        (r"e^{-\frac{a - 2}{b}}", 1.0),
        (r"\left|a - b\right|", 1.0),
        (r"\sqrt[3]{a \cdot 4}", 2.0),
        (r"\begin{cases}5 & a > b \\ \frac{a}{2} & \text{otherwise}\end{cases}", 1.0),
    ],
)
def test_the_reader_of_latex(text: str, value: float) -> None:
    assert float(read_latex(text, {"a": mp.mpf(2), "b": mp.mpf(3)})) == value


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{a}{b",
        "a}{",
        r"\left(a",
        "e^{a}^{2}",
        "a^{b^{c}}^{2}",
        "a_{1}_{2}",
        r"\left(a\right)^{2}^2",
        "x > 0 and y > 0",
        "50%",
        "a & b & c%",
    ],
)
def test_the_check_of_latex_notices_planted_mistakes(text: str) -> None:
    assert latex_mistakes(text)


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{a}{b}",
        r"\left(e^{a}\right)^{2}",
        "{e^{a}}^{2}",
        "e^{a^{2}}",
        "w_{5}^{+}",
        r"\text{50\% and}",
        r"\begin{cases}a & b > 0 \\ c & \text{otherwise}\end{cases}",
        r"x > 0 \text{ and } y \bmod 1",
        r"\operatorname{leaky\_relu}\left(x\right)",
    ],
)
def test_the_check_of_latex_passes_what_is_right(text: str) -> None:
    assert latex_mistakes(text) == []
