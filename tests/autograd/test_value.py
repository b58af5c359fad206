"""One node among Python's and NumPy's numbers."""

import dataclasses
import decimal
import fractions
import gc
import math
import operator
import re
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    OPERATIONS,
    ArgumentTypeError,
    AutogradError,
    OperandError,
    ResultOverflowError,
    Value,
)

NO_REAL_NUMBERS = [
    *("1", b"1", None, 1j, decimal.Decimal(1), [1.0], (1.0,), {}, object()),
    *(np.array([1.0]), np.complex128(1)),
]
NO_OPERANDS = ["1", None, 1j, decimal.Decimal(1), [1.0], (1.0,), {}, object()]


def type_name(thing: object) -> str:
    return type(thing).__name__


# --- what a Value is made of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "data"),
    [
        (3, 3.0),
        (True, 1.0),
        (fractions.Fraction(1, 3), 1 / 3),
        (-0.0, -0.0),
        (2**1000, 2.0**1000),
        (np.float64(0.1), 0.1),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float16(0.1), float(np.float16(0.1))),
        (np.int64(-7), -7.0),
        (np.uint8(255), 255.0),
    ],
    ids=type_name,
)
def test_real_numbers_become_floats(given: Any, data: float) -> None:
    for node in (Value(given), Value(0.0) + given, given + Value(0.0)):
        assert type(node.data) is float
        assert node.data == data
    leaf = Value(0.0)
    leaf.data = leaf.grad = given
    assert type(leaf.data) is type(leaf.grad) is float
    assert (leaf.data, leaf.grad) == (data, data)
    assert type((leaf * given).operands[1]) is float
    assert type(autograd.pos(given)) is float


@pytest.mark.parametrize("given", NO_REAL_NUMBERS, ids=type_name)
def test_anything_else_is_refused(given: object) -> None:
    leaf = Value(2.0, "w")
    got = f"must be a real number, got {re.escape(repr(given))}"
    with pytest.raises(TypeError, match=f"the data of a Value {got}") as caught:
        Value(given)
    assert isinstance(caught.value, OperandError)
    with pytest.raises(OperandError, match=f"the data of node 'w' {got}"):
        leaf.data = given
    with pytest.raises(OperandError, match=f"the grad of node 'w' {got}"):
        leaf.grad = given
    assert (leaf.data, leaf.grad) == (2.0, 0.0)


def test_a_node_is_no_data() -> None:
    with pytest.raises(OperandError, match=r"use its \.data"):
        Value(Value(1.0))
    leaf = Value(1.0)
    with pytest.raises(OperandError, match=r"use its \.data"):
        leaf.data = Value(2.0)


@pytest.mark.parametrize("operand", NO_OPERANDS, ids=type_name)
@pytest.mark.parametrize(
    "operate", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_operators_refuse_other_operands(operate: Callable[..., Any], operand: object) -> None:
    for call in (lambda: operate(Value(2.0), operand), lambda: operate(operand, Value(2.0))):
        with pytest.raises(TypeError, match="Value"):
            call()


@pytest.mark.parametrize("operand", [*NO_OPERANDS, np.array([1.0])], ids=type_name)
@pytest.mark.parametrize("name", ["hypot", "leaky_relu", "max", "add", "pow"])
def test_calls_by_name_refuse_other_operands(name: str, operand: object) -> None:
    function = getattr(autograd, name)
    for call in (
        lambda: getattr(Value(2.0), name)(operand),
        lambda: function(Value(2.0), operand),
        lambda: function(operand, Value(2.0)),
        lambda: function(2.0, operand),
        lambda: function(operand, 2.0),
    ):
        with pytest.raises(OperandError, match=f"not {type(operand).__name__}") as caught:
            call()
        assert caught.value.operation is autograd.OPERATIONS[name]


def test_numbers_too_large_for_a_float_overflow() -> None:
    huge = 10**400
    leaf = Value(1.0)
    for call in (
        lambda: Value(huge),
        lambda: leaf + huge,
        lambda: huge * leaf,
        lambda: leaf < huge,
        lambda: leaf.hypot(huge),
        lambda: autograd.exp(huge),
        lambda: Value(fractions.Fraction(huge)),
        lambda: setattr(leaf, "data", -huge),
        lambda: setattr(leaf, "grad", huge),
    ):
        with pytest.raises(OverflowError, match="too large for a float") as caught:
            call()
        assert isinstance(caught.value, ResultOverflowError)
    assert (leaf.data, leaf.grad) == (1.0, 0.0)


def test_value_is_final() -> None:
    with pytest.raises(TypeError, match="final"):
        type("Special", (Value,), {})


def test_a_value_takes_no_other_attributes() -> None:
    v = Value(1.0)
    with pytest.raises(AttributeError, match=r"^'Value' object has no attribute 'gradient'"):
        v.gradient = 1.0
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        del v.gradient
    assert {v: "a note"}[v] == "a note"  # where these belong


@pytest.mark.c_engine
def test_a_refused_attribute_says_where_such_things_belong() -> None:
    v = Value(1.0)
    for change in (lambda: setattr(v, "note", 1), lambda: delattr(v, "note")):
        with pytest.raises(AttributeError) as caught:
            change()
        assert str(caught.value) == (
            "'Value' object has no attribute 'note': keep what you know of nodes in a dict by node"
        )
    with pytest.raises(AttributeError, match=r"^property 'label' of 'Value' object has no setter$"):
        v.label = "v"  # type: ignore[misc]


# --- weak references ------------------------------------------------------------------------------


def test_a_node_can_be_referred_to_weakly() -> None:
    v = Value(1.0)
    notes, nodes = weakref.WeakKeyDictionary({v: "a note"}), weakref.WeakValueDictionary(v=v)
    reference = weakref.ref(v)
    result = v * 2.0
    assert reference() is v
    del v
    assert (notes[result.operands[0]], len(nodes)) == ("a note", 1)
    del result
    assert (reference(), len(notes), len(nodes)) == (None, 0, 0)


def test_what_is_run_as_a_graph_is_freed_finds_none_of_it() -> None:
    """Node by node, from above, at any depth; and it may make nodes and run the collector."""
    node, found, references = Value(1.0, "x"), [], []

    def gone(_: object) -> None:
        found.append([each() for each in references[len(references) - len(found) - 1 :]])
        assert (Value(2.0) * 3.0).data == 6.0
        if len(found) % 500 == 0:
            gc.collect()

    leaf = node
    for _ in range(2_000):
        node = node * 0.5 + 1.0
        references.append(weakref.ref(node, gone))
    del node
    assert len(found) == len(references)
    assert not any(each for few in found for each in few)
    assert not any(each() for each in references)
    assert leaf.name == "x"


def test_the_collector_clears_weak_references_to_cycles() -> None:
    x = Value(3.0)
    y = x**3
    y.backward(create_graph=True)
    gone: list[object] = []
    references = [weakref.ref(each, gone.append) for each in (x, y, x.grad)]
    del x, y
    gc.collect()
    assert {*map(id, gone)} == {*map(id, references)}
    assert not any(each() for each in references)


# --- a number among numbers -----------------------------------------------------------------------


def test_equality_and_hash_are_by_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert len({a, b, a}) == 2
    assert [b, a].index(a) == 1
    assert a in [b, a]
    assert a not in [b]
    assert hash(a) == object.__hash__(a)
    assert {a: "a", b: "b", 1.0: "one"}[b] == "b"


@pytest.mark.parametrize(
    "number",
    [
        *(1.0, 1, True, 0.5, math.nan, 1j, fractions.Fraction(1), decimal.Decimal(1)),
        *(np.float64(1.0), np.float32(1.0), np.int64(1), np.complex128(1)),
    ],
    ids=repr,
)
def test_a_node_is_not_compared_with_a_number_by_equality(number: Any) -> None:
    v = Value(1.0, "v")
    for compare in (
        lambda: v == number,
        lambda: number == v,
        lambda: v != number,
        lambda: number != v,
        lambda: v in [number],
        lambda: number in [v],
        lambda: [v].count(number),
        lambda: (number, v) == (v, v),
        lambda: np.array([v, v]) == number,
        lambda: v == np.array([number, number]),
        lambda: v == pytest.approx(float(number.real)),
        lambda: number == pytest.approx(v),
    ):
        with pytest.raises(OperandError, match=r"write v\.data == .* v is w to compare nodes"):
            compare()


@pytest.mark.parametrize(
    "other",
    [None, "1.0", b"1", (1.0,), [1.0], {}, object(), Value, int, math.exp],
    ids=lambda other: type(other).__name__,
)
def test_a_node_equals_nothing_else(other: object) -> None:
    v = Value(1.0)
    assert (v == other) is (other == v) is False
    assert v != other
    assert other != v
    assert v not in [other]


def test_dataclasses_of_nodes_compare_them_by_identity() -> None:
    @dataclasses.dataclass
    class Point:
        x: Value
        y: Value = Value(0.0)  # noqa: RUF009  # a Value can be hashed, so it is a default

    a, b = Value(1.0), Value(1.0)
    assert Point(a) == Point(a)
    assert Point(a) != Point(b)


@given(st.floats(), st.floats())
def test_order_compares_the_numbers(x: float, y: float) -> None:
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        expected = compare(x, y)
        assert compare(Value(x), Value(y)) is expected
        assert compare(Value(x), y) is expected
        assert compare(x, Value(y)) is expected


def test_order_with_other_numbers() -> None:
    assert Value(0.5) <= fractions.Fraction(1, 2)
    assert Value(2.0) > np.float32(1.5)
    assert np.int64(3) > Value(2.0)
    assert Value(0.5) < True


@pytest.mark.parametrize("other", ["1", None, 1j, [1.0]], ids=type_name)
def test_order_with_anything_else_is_a_type_error(other: object) -> None:
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError, match="not supported"):
            compare(Value(1.0), other)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_truth_and_formats_are_those_of_the_number(x: float) -> None:
    value = Value(x)
    assert value.item() == value.data == x
    assert type(value.item()) is float
    assert bool(value) is bool(x)
    assert f"{value:.3e}|{value:+g}|{value:>30}" == f"{x:.3e}|{x:+g}|{x:>30}"
    assert abs(value).data == abs(x)


def test_a_format_raises_as_of_floats() -> None:
    with pytest.raises(ValueError, match=r"[Ff]ormat"):
        f"{Value(1.0):d}"


def test_without_a_format_a_value_shows_itself() -> None:
    value = Value(1.5, "w")
    assert f"{value}" == str(value) == repr(value) == "Value(1.5, name='w')"


def test_sum_max_and_sorted() -> None:
    values = [Value(3.0), Value(1.0), Value(2.0)]
    total = sum(values)
    assert isinstance(total, Value)
    total.backward()
    assert (total.data, [value.grad for value in values]) == (6.0, [1.0] * 3)
    assert max(values) is values[0]
    assert min(values) is values[1]
    assert sorted(values) == [values[1], values[2], values[0]]


@pytest.mark.parametrize(
    "refused",
    [
        lambda v: v // 2,
        lambda v: 2 // v,
        lambda v: v // v,
        lambda v: v % 2,
        lambda v: 2 % v,
        lambda v: divmod(v, 2),
        lambda v: divmod(2, v),
        math.floor,
        math.ceil,
        math.trunc,
        np.floor,
        np.ceil,
        np.trunc,
        round,
        lambda v: round(v, 2),
        np.round,
        np.rint,
        lambda v: np.round(np.array([v])),
        lambda v: v.floor(),
        lambda v: v.ceil(),
        lambda v: v.trunc(),
        lambda v: np.array([1.0]) // v,
        lambda v: v % np.array([1.0]),
        lambda v: v // "text",
    ],
)
def test_what_has_no_useful_derivative_is_refused(refused: Callable[[Value], object]) -> None:
    value = Value(2.5, "v")
    with pytest.raises(TypeError, match=r"(derivative is 0|it jumps) .* v\.data") as caught:
        refused(value)
    assert isinstance(caught.value, OperandError)
    assert any(operand is value for operand in caught.value.operands)


# --- what a node tells ----------------------------------------------------------------------------


def test_repr_tells_what_there_is_to_tell() -> None:
    a = Value(2.0)
    b = (a * 3).named("b")
    assert (repr(a), repr(b)) == ("Value(2.0)", "Value(6.0, name='b', operation='mul')")
    b.backward()
    assert repr(a) == "Value(2.0, grad=3.0)"
    assert repr(b) == "Value(6.0, name='b', operation='mul', grad=1.0)"


def test_a_leaf_tells_that_it_is_one() -> None:
    leaf = Value(2.0)
    assert (leaf.operation, leaf.operands, leaf.derivatives) == (None, (), ())
    assert (leaf.name, leaf.grad) == (None, 0.0)


def test_operands_keep_their_order_and_plain_numbers_stay_numbers() -> None:
    x, y = Value(3.0), Value(5.0)
    assert (x - y).operands == (x, y)
    assert (y - x).operands == (y, x)
    assert (x * x).operands == (x, x)
    assert (2 - x).operands == (2.0, x)
    assert (x / 2).operands == (x, 2.0)
    assert (-x).operands == (x,)
    assert x.leaky_relu().operands == (x, 0.01)
    assert all(type(node.operands[0]) is float for node in (2 - x, True * x, np.float64(2) * x))
    assert isinstance((x * x).operands, tuple)


def test_derivatives_are_those_at_the_operands() -> None:
    x, y = Value(3.0), Value(5.0)
    assert (x * y).derivatives == (5.0, 3.0)
    assert (x * 7).derivatives == (7.0, None)
    assert (7 * x).derivatives == (None, 7.0)
    assert x.square().derivatives == (6.0,)
    assert (x - y).derivatives == (1.0, -1.0)


def test_names() -> None:
    a = Value(1.0, "a")
    assert a.name == a.label == "a"
    b = a + 1
    assert b.name is None
    assert b.named("b") is b
    b.name = "c"
    assert (b.name, b.label) == ("c", "c")
    assert Value(2.0, name="w").name == "w"


@pytest.mark.parametrize("name", [1, None, b"w", ["w"]], ids=type_name)
def test_a_name_is_text(name: Any) -> None:
    value = Value(1.0, "before")
    for call in (lambda: setattr(value, "name", name), lambda: value.named(name)):
        with pytest.raises(ArgumentTypeError, match=re.escape(f"a name must be a string, got {name!r}")):
            call()
    assert value.name == "before"
    if name is not None:  # that is the default: no name
        with pytest.raises(ArgumentTypeError, match="a name must be a string"):
            Value(1.0, name)


def test_labels_tell_the_structure_of_nameless_nodes() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    assert (a * b + 1).label == "a·b + 1"
    assert ((a + b) * a).label == "(a + b)·a"
    assert (a - (b - 1)).label == "a − (b − 1)"
    assert (a / (b * 2)).label == "a/(b·2)"
    assert (-(a**2)).label == "−a²"
    assert ((-a) ** 2).label == "(−a)²"
    assert (a**-1).label == "a⁻¹"
    assert a.exp().log().label == "ln(e^a)"
    assert a.atan2(b).label == "atan2(a, b)"
    assert Value(5.0).label == "5"
    assert (Value(5.5) + a).label == "5.5 + a"
    assert (((((a + 1) * 2) + 3) * 4) + 5).label == "((a + 1)·2 + 3)·4 + 5"
    for _ in range(1000):
        a = a.sin()
    assert a.label == "sin(" * 11 + "…" + ")" * 11


def test_labels_bracket_negative_numbers() -> None:
    a = Value(2.0, "a")
    assert ((-2) ** Value(2.0, "n")).label == "(−2)^n"
    assert (Value(-2.0) ** 2).label == "(−2)²"
    assert (a * -2).label == "a·(−2)"


# --- data -----------------------------------------------------------------------------------------


def test_only_a_leafs_data_can_be_set() -> None:
    x = Value(3.0, "x")
    y = (x * x).named("y")
    with pytest.raises(OperandError, match="node 'y' is the result of mul; only a leaf's data"):
        y.data = 1.0
    assert y.data == 9.0
    x.data = 4
    assert x.data == 4.0
    assert y.data == 9.0


def test_changing_a_leaf_afterwards_does_not_corrupt_the_gradient() -> None:
    x, y = Value(3.0), Value(5.0)
    result = (x * y).sin() / x
    x.data, y.data = 100.0, -100.0
    result.backward()
    expected_x, expected_y = Value(3.0), Value(5.0)
    ((expected_x * expected_y).sin() / expected_x).backward()
    assert (x.grad, y.grad) == (expected_x.grad, expected_y.grad)


def test_grad_can_be_set_and_is_accumulated_upon() -> None:
    x = Value(3.0)
    x.grad = 10
    (x * 2).backward()
    assert x.grad == 12.0


# --- NumPy ----------------------------------------------------------------------------------------


def test_numpy_functions_of_a_value() -> None:
    v = Value(0.5)
    for function in (np.exp, np.log, np.sqrt, np.tanh, np.sin, np.square, np.reciprocal, np.abs):
        result = function(v)
        assert isinstance(result, Value)
        assert result.data == pytest.approx(function(0.5), rel=1e-15)
        assert any(operand is v for operand in result.operands)


@pytest.mark.parametrize("scalar", [np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0)])
@pytest.mark.parametrize(
    "operate", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_numpy_scalars_on_either_side(operate: Callable[..., Any], scalar: Any) -> None:
    v = Value(3.0)
    for node, expected in (
        (operate(v, scalar), operate(3.0, 2.0)),
        (operate(scalar, v), operate(2.0, 3.0)),
    ):
        assert type(node) is Value
        assert node.data == expected
        if node.operation is not OPERATIONS["square"]:  # which v ** 2 is
            assert [operand for operand in node.operands if operand is not v] == [2.0]


@pytest.mark.parametrize(
    "operate", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_arrays_on_either_side_are_taken_element_by_element(operate: Callable[..., Any]) -> None:
    v, array = Value(3.0), np.array([[1.0, 2.0], [0.5, 4.0]])
    for nodes, expected in (
        (operate(v, array), operate(3.0, array)),
        (operate(array, v), operate(array, 3.0)),
    ):
        assert isinstance(nodes, np.ndarray)
        assert nodes.shape == (2, 2)
        assert all(isinstance(node, Value) for node in nodes.flat)
        assert [node.data for node in nodes.flat] == list(expected.flat)


def test_arrays_of_values() -> None:
    weights = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    inputs = np.array([Value(5.0), Value(6.0)])
    outputs = weights @ inputs
    assert [output.data for output in outputs] == [17.0, 39.0]
    np.sum(outputs).backward()
    assert [[w.grad for w in row] for row in weights] == [[5.0, 6.0], [5.0, 6.0]]
    assert [x.grad for x in inputs] == [4.0, 6.0]
    assert [node.data for node in (inputs * np.array([1.0, 10.0]))] == [5.0, 60.0]
    assert np.mean(inputs).data == 5.5
    assert inputs.max() is inputs[1]
    assert [node.operation.name for node in np.exp(inputs)] == ["exp", "exp"]


# --- what an import costs -------------------------------------------------------------------------


HEAVY = {"numpy", "rich", "graphviz", "click", "mpmath", "sympy", "hypothesis", "nn"}


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import autograd", HEAVY | {"typing", "dataclasses", "re"}),
        ("import autograd; v = autograd.Value(1.0); (v.exp() * 2).backward()", HEAVY),
        ("import autograd; autograd.grad(autograd.exp)(1.0)", HEAVY),
    ],
)
def test_the_engine_imports_nothing_heavy(
    statement: str, heavy: set[str], run_python: Callable[[str], str]
) -> None:
    script = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    loaded = {name.partition(".")[0] for name in run_python(script).split()}
    assert "autograd" in loaded
    assert heavy.isdisjoint(loaded)


def test_errors_are_all_autograd_errors() -> None:
    from autograd import errors

    for name in errors.__all__:
        assert issubclass(getattr(errors, name), AutogradError)
        assert getattr(autograd, name) is getattr(errors, name)
