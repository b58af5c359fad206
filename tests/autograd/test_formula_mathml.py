"""Formulas and symbols in MathML: well-formed, and they say the same as Unicode."""

import ast
import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Operation
from autograd.expression import Expression
from autograd.formula import MATHML, Written, write
from autograd.strategies import Graph, graphs
from autograd.symbolic import definition, written
from autograd.symbols import mathml_symbol, xml_text


def parsed(mathml: str) -> ET.Element:
    return ET.fromstring(f"<math>{mathml}</math>")


_SIGNS = {"−": "-", "·": "*", "e": "math.e", "π": "math.pi", "∞": "math.inf", "NaN": "math.nan"}
_FUNCTIONS = {
    operation.symbol: f"F[{operation.name!r}]"
    for operation in OPERATIONS.values()
    if operation.arity == 1
}


def python(element: ET.Element) -> str:
    """A formula in MathML as an expression of Python."""
    inside = [python(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"(({inside[0]})/({inside[1]}))"
        case "msup":
            return f"(({inside[0]})**({inside[1]}))"
        case "msqrt":
            return f"math.sqrt({''.join(inside)})"
        case "mroot":
            return f"math.cbrt({inside[0]})"
        case "mtable":
            return "|".join(inside)
        case "mtr":
            return "?".join(inside)
        case "mi" | "mn" | "mo" | "mtext":
            text = element.text or ""
            return _FUNCTIONS.get(text) or _SIGNS.get(text, text)
    return "".join(inside)


def read(mathml: str, variables: dict[str, float]) -> float:
    functions = {
        name: lambda x, f=name: getattr(autograd, f)(autograd.Value(x)).data for name in OPERATIONS
    }
    return float(eval(python(parsed(mathml)), {"math": math, "F": functions, **variables}))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x - (y - x)", 1.0),
        ("x - -y", 5.0),
        ("(x + y) * (x - y)", -5.0),
        ("-(x + y) / y", -5.0 / 3.0),
        ("(x / y) ** 2.0", 4.0 / 9.0),
        ("(-x) ** 2.0", 4.0),
        ("-(x ** 2.0)", -4.0),
        ("x ** (y - 1.0)", 4.0),
        ("sqrt(x + y) * exp(-x)", math.sqrt(5.0) * math.exp(-2.0)),
        ("cbrt(x) + square(x - y)", math.cbrt(2.0) + 1.0),
        ("sigmoid(x) * tanh(y - x)", math.tanh(1.0) / (1.0 + math.exp(-2.0))),
        ("exp2(x) / pi", 4.0 / math.pi),
        ("gaussian(x)", math.exp(-2.0)),
    ],
)
def test_brackets_stand_where_they_must(formula: str, expected: float) -> None:
    text = write(Expression(formula, ["x", "y"]).tree, MATHML).text
    assert read(text, {"x": 2.0, "y": 3.0}) == pytest.approx(expected)


def test_a_missing_bracket_is_found() -> None:
    text = write(Expression("(x + y) * y", ["x", "y"]).tree, MATHML).text
    planted = text.replace("<mo stretchy='false'>(</mo>", "").replace("<mo stretchy='false'>)</mo>", "")
    assert planted != text
    assert read(planted, {"x": 2.0, "y": 3.0}) != read(text, {"x": 2.0, "y": 3.0}) == 15.0


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_every_row_is_well_formed(operation: Operation) -> None:
    for expression in (operation.value, operation.formula, *operation.as_taught):
        assert len(parsed(write(expression.tree, MATHML).text))


@given(graphs(max_size=25))
def test_any_graph_is_well_formed(graph: Graph) -> None:
    assert len(parsed(written(definition(graph.result), MATHML).text))


def test_a_name_with_a_superscript_is_raised_in_brackets() -> None:
    symbol = Written(mathml_symbol("o^(2)"))
    text = write(ast.BinOp(ast.Name("o"), ast.Pow(), ast.Constant(2.0)), MATHML, {"o": symbol}).text
    assert "".join(parsed(text).itertext()) == "(o(2))2"


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        ("w5", "w5"),
        ("net_h1", "neth1"),
        ("delta_o1", "δo1"),
        ("dE/dw5", "∂E∂w5"),
        ("w_2,1^(1)+", "w2,1(1)+"),
        ("yhat[1,1]", "y^[1,1]"),
        ("Δw5", "Δw5"),
        ("net_h1@2", "neth1@2"),
        ("<b>&", "<b>&"),
    ],
)
def test_known_symbols(symbol: str, text: str) -> None:
    assert "".join(parsed(mathml_symbol(symbol)).itertext()) == text


@given(st.text())
def test_any_text_is_no_markup(text: str) -> None:
    allowed = {"math", "mrow", "mi", "mtext", "mo", "mfrac", "msub", "msup", "msubsup", "mover"}
    assert {element.tag for element in parsed(mathml_symbol(text)).iter()} <= allowed
    assert len(parsed(xml_text(text))) == 0
