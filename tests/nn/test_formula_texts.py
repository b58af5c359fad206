"""The language of formulas in files: what is in it means what it says, the rest is refused in words."""

from __future__ import annotations

import ast
import warnings
from contextlib import suppress

import pytest
from formula_language import ARITIES, NoValueError, evaluated
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograd import OPERATIONS, AutogradError, Value
from nn.formula_texts import computed, names_in, read
from nn.spellings import FUNCTIONS

NAMES = ["x", "y", "w1"]
numbers = st.floats(-3.0, 3.0).map(lambda number: round(number, 3))

# --- texts of the language ------------------------------------------------------------------------

literals = st.sampled_from(["0", "1", "2", "3", "0.5", ".25", "1.", "10", "1e-1", "2.5E0", "pi"])


def _spaced(*parts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", " "]).map(lambda gap: gap.join(parts))


def _within(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What is one step larger: unbracketed, so that precedence decides, and bracketed."""
    operators = st.sampled_from(["+", "-", "*", "/", "**"])
    comparisons = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    comparison = st.tuples(inner, comparisons, inner).map(" ".join)
    chain = st.tuples(inner, comparisons, inner, comparisons, inner).map(" ".join)
    decisions = st.one_of(comparison, chain)
    joined = st.tuples(decisions, st.sampled_from(["and", "or"]), decisions).map(" ".join)
    condition = st.one_of(decisions, joined, joined.map("({})".format))
    ones = st.sampled_from([name for name, arity in ARITIES.items() if arity == 1])
    twos = st.sampled_from([name for name, arity in ARITIES.items() if arity == 2])
    return st.one_of(
        st.tuples(inner, operators, inner).flatmap(lambda parts: _spaced(*parts)),
        st.tuples(st.sampled_from("+-"), inner).map("".join),
        inner.map("({})".format),
        st.tuples(ones, inner).map(lambda parts: "{}({})".format(*parts)),
        st.tuples(twos, inner, inner).map(lambda parts: "{}({}, {})".format(*parts)),
        st.tuples(inner, condition, inner).map(lambda parts: "{} if {} else {}".format(*parts)),
    )


texts = st.recursive(st.sampled_from(NAMES) | literals, _within, max_leaves=8)


@given(texts, st.fixed_dictionaries(dict.fromkeys(NAMES, numbers)), st.sampled_from(NAMES))
@example("-x ** 2", {"x": 1.5, "y": 0.0, "w1": 0.0}, "x")
@example("2 ** -x ** 2", {"x": 1.5, "y": 0.0, "w1": 0.0}, "x")
@example("x - y - w1", {"x": 1.5, "y": 0.25, "w1": 2.0}, "w1")
@example("x / y / w1 * x", {"x": 1.5, "y": 0.25, "w1": 2.0}, "y")
@example(
    "x if x > 1 and y > 1 or w1 < 0 else y if 0 < y <= 1 else w1", {"x": 2.0, "y": 0.5, "w1": 1.0}, "y"
)
def test_a_text_means_what_the_language_says(text: str, values: dict[str, float], by: str) -> None:
    assume(len(text) <= 200)
    try:
        expected = evaluated(text, values, by)
    except NoValueError:
        read(text, NAMES)  # in the language all the same
        return
    except ValueError:
        # a conditional expression where only a sum may stand, as what follows an operator
        with pytest.raises(ValueError, match=r"\S"):
            read(text, NAMES)
        return
    nodes = {name: Value(value, name) for name, value in values.items()}
    result = computed(read(text, NAMES), nodes)
    result.backward()
    value, slope, value_off, slope_off = map(float, expected)
    assert result.data == pytest.approx(value, rel=1e-13, abs=value_off * 4)
    assert nodes[by].grad == pytest.approx(slope, rel=1e-12, abs=slope_off * 16)


# --- any text ------------------------------------------------------------------------------------

TOKENS = """
    x y w1 2 0.5 pi + - * / ** ( ) ( ) , max exp if else and or < == !=
    % ^ // not = is e ln @ | [ ] := lambda in ~ True 'a' 1j .real nan inf for : 0x1 ²
"""


@given(st.lists(st.sampled_from(TOKENS.split()), max_size=9).map(" ".join))
@example("x if y else 1")
@example("x or y")
@example("( x < y ) * 2")
@example("x if ( x < y and y < 1 ) else 1")
@example("x if ( x < y ) < 1 else 1")
@example("( x , )")
def test_another_text_is_refused(text: str) -> None:
    try:
        evaluated(text, dict.fromkeys(NAMES, 0.5), "x")
        inside = True
    except NoValueError:
        inside = True
    except ValueError:
        inside = False
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        problem = _problem(text)
    assert not warned
    assert problem is None or problem.isprintable()
    taken = problem is None
    # Python has more ways to write a number, and a comma after the last operand
    assert taken == inside or (taken and any(more in text for more in ("0x1", ", )")))


def _problem(text: str) -> str | None:
    try:
        read(text, NAMES)
    except ValueError as error:
        return str(error)
    return None


@given(st.text(max_size=30) | st.text("xy1+-*/()., \n\t#\\'\"_eE%^&|!<>=", max_size=30))
def test_anything_is_a_formula_or_a_value_error(text: str) -> None:
    try:
        formula = read(text, NAMES)
    except ValueError:
        return
    with suppress(AutogradError):
        assert isinstance(computed(formula, {name: Value(0.5) for name in NAMES}), Value)
    assert names_in(formula) <= set(NAMES)


# --- hints ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x^2", "for a power write x ** 2"),
        ("e^x", "for a power of e write exp(x)"),
        ("e ** x", "for a power of e write exp("),
        ("ln(x)", "there is no operation 'ln'; write log(x)"),
        ("lg(x)", "write log10(x)"),
        ("sqr(x)", "write x ** 2"),
        ("sqr(x + y)", "write (x + y) ** 2"),
        ("tg(x)", "write tan(x)"),
        ("arctan(x)", "write atan(x)"),
        ("sen(x)", "write sin(x)"),
        ("Sin(x)", "write sin(x)"),
        ("sigmod(x)", "write sigmoid(x)"),
        ("σ(x)", "write sigmoid(x)"),
        ("sgn(x)", "write sign(x)"),
        ("floor(x)", "its derivative is 0 wherever it has one"),
        ("math.exp(x)", "write exp(x)"),
        ("2x", "for a product write 2 * x"),
        ("2.5 x", "for a product write 2.5 * x"),
        ("2(x + 1)", "for a product write 2 * (x + 1)"),
        ("x(y + 1)", "for a product write x * (y + 1)"),
        ("(x + 1)(y + 1)", "for a product write (x + 1) * (y + 1)"),
        ("(x + 1) y", "for a product write (…) * y"),
        ("x y", "for a product write x * y"),
        ("xy", "for a product write x * y"),
        ("sin x", "write sin(x)"),
        ("2sin(x)", "for a product write 2 * sin(…)"),
        ("x²", "for ² write ** 2"),
        ("x·y", "for · write *"),
        ("x − y", "for − write -"),
        ("√x", "for √ write sqrt(…)"),
        ("|x|", "for |x| write abs(x)"),
        ("0,5 * x", "write 0.5"),
        ("[x + 1] * 2", "write ( and ) as brackets"),
        ("z = x + 1", "only what stands on the right of ="),
        ("π * x", "write pi"),
        ("ww1", "did you mean w1?"),
        ("sqrt", "write sqrt(…)"),
        ("x % 2", "% has no place in a formula"),
        ("x // 2", "// has no place in a formula"),
        ("x > 1", "'x > 1' is a condition"),
        ("x or 2 * x", "is a condition"),
        ("(x > 1) * 2", "is a condition"),
        ("x if y else 1", "'y' is no comparison"),
        ("x if not x > 1 else 1", "is no comparison"),
        ("x if x is y else 1", "is no comparison"),
        ("nan", "a number is finite"),
        ("inf * x", "a number is finite"),
        ("1e400 * x", "is no finite number"),
        ("1" + "0" * 150 + " * 1" + "0" * 40 + "e300", "is no finite number"),
        ("True", "is no finite number"),
        (" ", "it is empty"),
    ],
)
def test_what_is_written_otherwise_elsewhere(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        read(text, NAMES)
    assert says in str(caught.value)


@pytest.mark.parametrize("spelling", FUNCTIONS)
def test_what_a_hint_says_can_be_read(spelling: str) -> None:
    written = FUNCTIONS[spelling].replace("(…)", "(x, y)" if "2(" in FUNCTIONS[spelling] else "(x)")
    written = written.replace("max(x)", "max(x, y)").replace("min(x)", "min(x, y)").replace("…", "x")
    if written == "log2(x, y)":
        written = "log2(x)"
    assert names_in(read(written, NAMES))
    assert spelling not in OPERATIONS


def test_conditions_have_no_derivative_and_choose() -> None:
    x = Value(3.0, "x")
    formula = read("x ** 2 if 0 < x and (x < 1 or x > 2) else -x", ["x"])
    computed(formula, {"x": x}).backward()
    assert x.grad == 6.0
    assert isinstance(formula.tree, ast.IfExp)
