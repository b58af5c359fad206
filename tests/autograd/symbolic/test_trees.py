"""Arithmetic on trees is arithmetic, and tidies."""

import ast

import pytest
from formula_trees import text, value
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.expression import Expression
from autograd.symbolic import minus, name, number, plus, terms, times
from autograd.symbolic.trees import substituted


def test_terms_keep_their_signs() -> None:
    a, b, c = map(name, "abc")
    parts = terms(minus(minus(a, minus(b, c)), number(0.0)))
    assert [(less, text(part)) for less, part in parts] == [(False, "a"), (True, "b"), (False, "c")]


@given(st.lists(st.fractions(-3, 3, max_denominator=8).map(float), min_size=2, max_size=4))
def test_arithmetic_on_trees_is_arithmetic(numbers: list[float]) -> None:
    names = {f"v{index}": each for index, each in enumerate(numbers)}
    trees = [name(symbol) for symbol in names] + [number(each) for each in numbers]
    for operation, on_trees in ((float.__add__, plus), (float.__sub__, minus), (float.__mul__, times)):
        for a in trees:
            for b in trees:
                result = operation(value(a, names), value(b, names))
                assert value(on_trees(a, b), names) == pytest.approx(result)


small = st.sampled_from([-3.0, -2.0, -1.0, -0.5, 0.1, 0.5, 1.0, 2.0, 3.0, 7.0])
texts = st.recursive(
    st.sampled_from(["a", "b", "c"]) | small.map(repr),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner),
        inner.map("(-{})".format),
        inner.map("exp({})".format),
        st.builds("({} ** {})".format, inner, st.sampled_from(["2.0", "1.0", "0.0", "3.0"])),
    ),
    max_leaves=12,
)


@given(texts)
def test_a_tidied_text_has_the_same_value(source: str) -> None:
    numbers = {"a": 0.75, "b": -1.25, "c": 2.0}
    trees = {symbol: name(symbol) for symbol in numbers}
    expression = Expression(source, numbers)
    try:
        expected = value(substituted_as_it_stands(source), numbers)
    except autograd.AutogradError:
        return
    tidied = substituted(expression, trees)
    try:
        assert value(tidied, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    except autograd.AutogradError:  # what is tidied may be out of range where the text just was not
        assert abs(expected) > 1e100 or "/ 0.0" in ast.unparse(tidied)


def substituted_as_it_stands(source: str) -> ast.expr:
    tree = ast.parse(source, mode="eval").body
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and part.id in "abc":
            part.id = f"={part.id}"
    return tree


@pytest.mark.parametrize(
    ("source", "tidied"),
    [
        ("a - -b", "a + b"),
        ("a + -b", "a − b"),
        ("0.5 * (2.0 * (a - b) ** (2.0 - 1.0)) * -1.0", "−(a − b)"),
        ("a * (1.0 / b)", "a/b"),
        ("a / b / c", "a/(b·c)"),
        ("a / (b / c)", "a·c/b"),
        ("-a / b * -c", "a·c/b"),
        ("a / 3.0 * 2.0", "2·a/3"),
        ("0.1 * a / b", "0.1·a/b"),
        ("0.5 / a", "1/(2·a)"),
        ("a + a + a", "3·a"),
        ("2.0 * a * b - a * b", "a·b"),
        ("a - a", "0"),
        ("1.0 + (1.0 - a)", "2 − a"),
        ("1.0 - (1.0 - a)", "a"),
        ("2.0 - (1.0 + a * b)", "1 − a·b"),
        ("1.0 + 2.0 * (1.0 - a)", "1 + 2·(1 − a)"),
        ("0.0 * a + b", "b"),
        ("b + 0.0 * a", "b"),
        ("a ** 1.0 + b ** 0.0", "a + 1"),
        ("a / 0.0", "a/0"),
        ("exp(-(-a))", "e^a"),
    ],
)
def test_texts_are_tidied_as_by_hand(source: str, tidied: str) -> None:
    expression = Expression(source, "abc")
    assert text(substituted(expression, {symbol: name(symbol) for symbol in "abc"})) == tidied


def test_long_products_are_multiplied_as_fast_as_short_ones() -> None:
    product: ast.expr = number(1.0)
    for index in range(200):
        product = times(product, times(number(-1.0), name(f"x{index}")))
    assert value(product, {f"x{index}": 1.0 for index in range(200)}) == 1.0
