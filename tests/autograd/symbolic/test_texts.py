"""Formulas as texts: in every style, as long as a line has room for."""

from __future__ import annotations

import ast
import math
import re
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp
from oracles import inside, latex_mistakes, points, read_latex, read_unicode

import autograd
from autograd import OPERATIONS, Operation, Value, topological_order
from autograd.formula import LATEX, MATHML, UNICODE, Style
from autograd.strategies import Graph, graphs
from autograd.symbolic import (
    DOTS,
    definition,
    definition_text,
    fitted,
    label,
    slope_text,
    slopes,
    written,
)
from autograd.symbolic.texts import _length

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
STYLES = {"unicode": UNICODE, "latex": LATEX, "mathml": MATHML}


def on_a_line(element: ET.Element) -> str:
    """The text of MathML, in brackets what a fraction or a root holds together."""
    inner = (element.text or "") + "".join(on_a_line(each) + (each.tail or "") for each in element)
    return f"({inner})" if element.tag in {"mfrac", "msqrt", "mroot"} else inner


def mistakes(text: str, style: Style) -> list[str]:
    """What is wrong with a text, whatever it says."""
    if style is LATEX:
        return latex_mistakes(text)
    if style is MATHML:
        text = on_a_line(ET.fromstring(f"<math>{text}</math>"))
    found = []
    for opening, closing in ("()",):
        depth = 0
        for character in text:
            depth += (character == opening) - (character == closing)
            if depth < 0:
                found.append(f"{closing} without {opening}")
        if depth:
            found.append(f"{opening} without {closing}")
    return [*found, *re.findall(r"\*\*|\.0\b|-0\b|− −|·−|--", text)]


def test_a_sign_after_a_dot_is_found_but_not_one_within_a_root() -> None:
    minus, dot = "<mo form='prefix'>−</mo><mn>2</mn>", "<mn>3</mn><mo>·</mo>"
    assert mistakes(f"{dot}{minus}", MATHML) == ["·−"]
    assert mistakes(f"{dot}<mroot><mrow>{minus}</mrow><mn>3</mn></mroot>", MATHML) == []


# --- all rows in all styles -----------------------------------------------------------------------


def at(operation: Operation) -> list[tuple[float, ...]]:
    """Some points where a row is defined, at its kinks and beside."""
    axis = (-2.0, 0.0, 0.5, 1.5)
    found = [(x, y) for x in axis for y in axis] if operation.arity == 2 else [(x,) for x in axis]
    return [each for each in found if inside(operation, each)] or points(operation)[:3]


@every_operation
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_row_reads_well(operation: Operation, style: Style) -> None:
    for data in at(operation):
        leaves = [Value(number, name) for number, name in zip(data, ("w_h1_1", "b2+"), strict=False)]
        shifted = [leaf - 1.0 for leaf in leaves]  # so that brackets are needed
        nodes = [getattr(autograd, operation.name)(*leaves)]
        if inside(operation, [each.data for each in shifted]):
            nodes.append(getattr(autograd, operation.name)(*shifted))
        for node in nodes:
            texts = [definition_text(node, style), label(node, style)]
            for slope in slopes(node).values():
                texts += slope_text(slope, style)
            assert [mistakes(text, style) for text in texts if text] == [[]] * sum(map(bool, texts))
            assert not any(word in "".join(texts) for word in ("if", "else", "cases", "mtable", "nan"))


@every_operation
@pytest.mark.parametrize(("style", "read"), [(UNICODE, read_unicode), (LATEX, read_latex)])
def test_what_is_shown_of_every_row_gives_its_value_and_slopes(
    operation: Operation, style: Style, read: Any
) -> None:
    for data in at(operation):
        leaves = [Value(number, name) for number, name in zip(data, "ab", strict=False)]
        node = getattr(autograd, operation.name)(*leaves)
        variables = dict(zip("ab", map(mp.mpf, data), strict=False))
        assert float(read(definition_text(node, style), variables)) == pytest.approx(node.data)
        for leaf, recorded in zip(leaves, node.derivatives, strict=True):
            if math.isfinite(recorded):
                text, _ = slope_text(slopes(node)[leaf], style)
                shown = read(text, variables)
                if mp.isfinite(shown):  # 0·ln(0) is the 0 that was recorded
                    assert float(shown) == pytest.approx(recorded), text


@pytest.mark.parametrize(
    ("source", "unicode", "latex"),
    [
        ("0.5 * (t - o) ** 2", "0.5·(t − o)²", r"0.5 \cdot \left(t - o\right)^{2}"),
        ("(-o).log1p()", "ln(1 − o)", r"\ln\left(1 - o\right)"),
        ("o.softplus()", "ln(1 + e^o)", r"\ln\left(1 + e^{o}\right)"),
        ("(o * t).softplus()", "ln(1 + e^(o·t))", r"\ln\left(1 + e^{o \cdot t}\right)"),
        ("(-o).expm1()", "e^(−o) − 1", "e^{-o} - 1"),
        ("1 - o.expm1()", "1 − (e^o − 1)", r"1 - \left(e^{o} - 1\right)"),
        ("(o - 1).square()", "(o − 1)²", r"\left(o - 1\right)^{2}"),
        ("o ** -1", "o⁻¹", "o^{-1}"),
        ("o.reciprocal()", "o⁻¹", "o^{-1}"),
        ("o.exp2()", "2^o", "2^{o}"),
        ("o.gaussian()", "e^(−o²/2)", r"e^{-\frac{o^{2}}{2}}"),
        ("o.hypot(t)", "√(o² + t²)", r"\sqrt{o^{2} + t^{2}}"),
        ("o.logsigmoid()", "ln(σ(o))", r"\ln\left(\sigma\left(o\right)\right)"),
        ("o.cbrt()", "∛o", r"\sqrt[3]{o}"),
        ("t - (o - 1)", "t − (o − 1)", r"t - \left(o - 1\right)"),
        ("t + (-o)", "t − o", "t - o"),
        ("t - (-o) * 2", "t + o·2", r"t + o \cdot 2"),
        ("t + o * -2.0", "t + o·(−2)", r"t + o \cdot \left(-2\right)"),
        ("t + -2.0 * o", "t − 2·o", r"t - 2 \cdot o"),
        ("-(o * t)", "−o·t", r"-o \cdot t"),
        ("-o / t", "−o/t", r"-\frac{o}{t}"),
        ("t / -o", "t/(−o)", r"\frac{t}{-o}"),
        ("t * (o / 2)", "t·(o/2)", r"t \cdot \frac{o}{2}"),
        ("(o / 2) ** 2", "(o/2)²", r"\left(\frac{o}{2}\right)^{2}"),
        ("o * -0.0", "o·0", r"o \cdot 0"),
        ("e.exp() + o", "exp(e) + o", r"\exp\left(e\right) + o"),
        ("o.exp() * e", "exp(o)·e", r"\exp\left(o\right) \cdot e"),
    ],
)
def test_known_definitions(source: str, unicode: str, latex: str) -> None:
    node = eval(source, {name: Value(0.5, name) for name in "toe"})
    assert definition_text(node) == unicode
    assert definition_text(node, LATEX) == latex


def test_names_have_subscripts_in_every_style() -> None:
    node = Value(1.0, "w_h1_1_2") * Value(2.0, "x1")
    assert definition_text(node) == "wₕ₁,₁,₂·x₁"
    assert definition_text(node, symbol=str) == "w_h1_1_2·x1"
    assert definition_text(node, LATEX) == r"w_{h1,1,2} \cdot x_{1}"
    assert definition_text(node, MATHML) == (
        "<msub><mi>w</mi><mtext>h1,1,2</mtext></msub><mo>·</mo><msub><mi>x</mi><mtext>1</mtext></msub>"
    )


@pytest.mark.parametrize(
    ("style", "tree", "why"),
    [
        (UNICODE, "1", "as netₒ₁ > 0"),
        (LATEX, "1", r"\text{as }\mathrm{net}_{o1} > 0"),
        (
            MATHML,
            "<mn>1</mn>",
            "<mtext>as </mtext><msub><mi>net</mi><mtext>o1</mtext></msub> <mo>&gt;</mo> <mn>0</mn>",
        ),
    ],
)
def test_the_condition_is_named_in_every_style(style: Style, tree: str, why: str) -> None:
    net = Value(2.0, "net_o1")
    assert slope_text(slopes(net.relu())[net], style) == (tree, why)


# --- what fits ------------------------------------------------------------------------------------

values = st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0])
of_any_size = graphs(leaves=values, constants=values, max_size=40, max_depth=30)


def dots_in(tree: ast.expr) -> int:
    return sum(isinstance(node, ast.Name) and node.id == DOTS for node in ast.walk(tree))


@given(of_any_size, st.integers(44, 80))  # narrower than any that is asked for, a sum stays too long
def test_a_fitted_text_fits_and_has_no_dots_where_there_is_room(graph: Graph, width: int) -> None:
    tree = definition(graph.result)
    short = fitted(tree, width)
    if _length(tree) <= width:
        assert ast.dump(short) == ast.dump(tree)
    else:
        assert dots_in(short)
        assert _length(short) <= width  # their names are short


@given(of_any_size)
def test_labels_of_any_graph_are_bounded_and_well_formed(graph: Graph) -> None:
    for index, node in enumerate(topological_order(graph.result)):
        if index % 5 == 4:
            node.name = f"n{index}"
    for node in topological_order(graph.result):
        for style in STYLES.values():
            assert mistakes(label(node, style), style) == []
        assert len(label(node)) <= 60
        for slope in slopes(node).values():
            for style in STYLES.values():
                assert [mistakes(text, style) for text in slope_text(slope, style)] == [[], []]


def sum_of(terms: int, long: int = 1) -> Value:
    numbers = count()
    total = Value(1.0, "a" * long + str(next(numbers)))
    for _ in range(terms - 1):
        total = total + Value(1.0, "a" * long + str(next(numbers)))
    return total


@example(5, 30, 60)
@example(40, 1, 60)
@given(st.integers(1, 60), st.integers(1, 30), st.integers(20, 80))
def test_of_a_long_sum_four_terms_stay_and_as_many_as_fit(terms: int, long: int, width: int) -> None:
    text = definition_text(sum_of(terms, long), symbol=str, width=width)
    shown = text.split(" + ") if text else [""]
    if "…" not in text:
        assert len(shown) == terms
        return
    assert shown[-2] == "…"
    assert shown[0] == "a" * long + "0"
    assert shown[-1] == "a" * long + str(terms - 1)
    assert 5 <= len(shown) <= terms - 1  # two terms at least are left out
    if len(shown) > 5:
        assert len(text) <= width
    one_more = len(f" + {shown[0]}9")
    assert len(text) + one_more > width or terms - len(shown) < 2


def test_terms_go_before_levels_do() -> None:
    leaves = [Value(1.0, f"x{number}") for number in range(20)]
    total = sum(leaf * 0.5 for leaf in leaves[1:]) + leaves[0]
    node = ((total + 1.0) / 3.0).exp().tanh()
    assert (
        definition_text(node, width=60) == "tanh(e^((0 + x₁·0.5 + x₂·0.5 + x₃·0.5 + x₄·0.5 + … + 1)/3))"
    )
    assert definition_text(node, width=40) == "tanh(e^(…/3))"


def test_signs_of_terms_that_are_left_out_do_not_matter() -> None:
    leaves = [Value(1.0, f"x{number}") for number in range(40)]
    total = -leaves[0]
    for leaf in leaves[1:]:
        total = total - leaf
    assert definition_text(total, width=40) == "−x₀ − x₁ − x₂ − x₃ − x₄ − x₅ + … − x₃₉"


def test_a_text_of_long_names_is_as_long_as_they_are() -> None:
    a, b = Value(2.0, "a" * 200), Value(3.0, "b" * 200)
    assert definition_text(a * b + 1.0) == f"{'a' * 200}·{'b' * 200} + 1"
    assert definition_text((a * b).exp() + 1.0) == "e^… + 1"


@every_operation
def test_a_formula_with_an_operand_twice_does_not_make_texts_explode(operation: Operation) -> None:
    node = Value(0.5, "x")
    for _ in range(40):
        operands = [node] * operation.arity
        if not inside(operation, [each.data for each in operands]):
            break
        try:
            node = getattr(autograd, operation.name)(*operands)
        except autograd.AutogradError:
            break
    assert len(label(node)) <= 60
    assert len(written(fitted(definition(node), 60)).text) <= 60
