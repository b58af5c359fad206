"""The losses against PyTorch (recorded, and live), mpmath, SymPy and micrograd."""

import json
import math
import runpy
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from micrograd.engine import Value as Micrograd
from mpmath import mp

import autograd
from autograd import ArgumentTypeError, DomainError, OperandError, Value
from autograd.backward import topological_order
from autograd.codegen import method_names
from autograd.methods import Methods
from autograd.pytree import leaves, mapped
from nn import losses
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    hinge,
    l2_penalty,
    logsumexp,
    mean_squared_error,
    softmax,
    squared_error,
)
from nn.optimizers import SGD, Adam, AdamW

ROOT = Path(__file__).parents[2]
RECORDED = json.loads((ROOT / "tests" / "data" / "pytorch_losses.json").read_text(encoding="utf-8"))[
    "cases"
]
NAN = math.nan

logits = st.floats(-1000.0, 1000.0)
targets = st.sampled_from([0.0, 1.0, 0.5]) | st.floats(0.0, 1.0)


def evaluated(loss, outputs, targets):
    """The error, and its derivative by every output."""
    nodes = mapped(Value, outputs)
    error = loss(nodes, targets)
    error.backward()
    return error.data, [node.grad for node in leaves(nodes)]


def disagreement(loss, case):
    """How far a loss is from what PyTorch gave, in units of the larger of 1 and PyTorch's numbers."""
    value, gradient = evaluated(loss, case["outputs"], case["targets"])
    expected = [case["value"], *leaves(case["gradient"])]
    return max(
        abs(got - wanted) / max(1.0, abs(wanted))
        for got, wanted in zip([value, *gradient], expected, strict=True)
    )


# --- PyTorch ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['loss']}-{case['outputs']}")
def test_agrees_with_what_pytorch_gave(case):
    assert disagreement(getattr(losses, case["loss"]), case) < 1e-14


def test_every_loss_that_pytorch_has_is_compared():
    assert {case["loss"] for case in RECORDED} == {*losses.__all__} - {
        "l2_penalty",
        "logsumexp",
        "softmax",
    }


PLANTED = {
    "half_squared_error": squared_error,
    "squared_error": lambda o, t: squared_error(o, t) + 1e-13,
    "mean_squared_error": squared_error,
    "cross_entropy": lambda z, t: cross_entropy(z, t) * (1.0 + 1e-13),
    "binary_cross_entropy": lambda p, t: binary_cross_entropy(p, mapped(lambda each: 1.0 - each, t)),
    "binary_cross_entropy_with_logits": lambda z, t: binary_cross_entropy_with_logits(z, t) ** 2,
    "hinge": lambda s, y: hinge(s, y) + 1e-13,
}


@pytest.mark.parametrize("name", PLANTED)
def test_the_comparison_finds_a_planted_mistake(name):
    cases = [case for case in RECORDED if case["loss"] == name]
    assert max(disagreement(PLANTED[name], case) for case in cases) > 1e-14


@pytest.fixture(scope="module")
def pytorch():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "pytorch_reference.py")))


@pytest.mark.torch
def test_pytorch_still_gives_what_was_recorded(pytorch):
    live = pytorch.losses()["cases"]
    assert [(case["loss"], case["outputs"], case["targets"]) for case in live] == [
        (case["loss"], case["outputs"], case["targets"]) for case in RECORDED
    ]
    for case, recorded in zip(live, RECORDED, strict=True):
        assert [case["value"], *leaves(case["gradient"])] == pytest.approx(
            [recorded["value"], *leaves(recorded["gradient"])], rel=1e-14, abs=1e-14
        )


@pytest.mark.torch
@given(data=st.data(), name=st.sampled_from(sorted(PLANTED)), size=st.integers(2, 5))
def test_agrees_with_pytorch_live(pytorch, data, name, size):
    outputs = st.floats(0.001, 0.999) if name == "binary_cross_entropy" else st.floats(-50.0, 50.0)
    wanted = {"hinge": st.sampled_from([-1.0, 1.0])}.get(name, st.floats(0.0, 1.0))
    outputs = data.draw(st.lists(outputs, min_size=size, max_size=size))
    if name == "hinge":  # on the kink PyTorch takes another subgradient
        outputs = [s + 1e-3 if abs(s) == 1.0 else s for s in outputs]
    if name == "cross_entropy":
        wanted = data.draw(st.integers(0, size - 1))
    else:
        wanted = data.draw(st.lists(wanted, min_size=size, max_size=size))
    case = {"outputs": outputs, "targets": wanted} | pytorch.value_and_gradient(name, outputs, wanted)
    assert disagreement(getattr(losses, name), case) < 1e-12


@pytest.mark.torch
def test_where_pytorch_gives_up_exactness(pytorch):
    cut = pytorch.value_and_gradient("binary_cross_entropy", 0.0, 0.0)
    assert (cut["value"], cut["gradient"]) == (0.0, 0.0)
    assert evaluated(binary_cross_entropy, 0.0, 0.0) == (0.0, [1.0])
    lost = pytorch.value_and_gradient("cross_entropy", [40.0, 0.0], 0)
    assert (lost["value"], lost["gradient"][0]) == (0.0, 0.0)
    small = math.exp(-40.0)
    assert evaluated(cross_entropy, [40.0, 0.0], 0) == (small, [-small, small])
    kink = pytorch.value_and_gradient("hinge", 1.0, 1.0)
    assert (kink["value"], kink["gradient"]) == (0.0, -1.0)
    assert evaluated(hinge, 1.0, 1.0) == (0.0, [0.0])


# --- squared errors -----------------------------------------------------------------------------


def test_half_squared_error_is_recorded_as_the_notes_write_it():
    o1, o2, t1, t2 = (Value(x, name) for x, name in [(0.7, "o1"), (0.8, "o2"), (0.1, "t1"), (0.9, "t2")])
    assert half_squared_error(o1, t1).label == "0.5·(t1 − o1)²"
    operations = [
        node.operation.name
        for node in topological_order(half_squared_error([o1, o2], [t1, t2]))
        if node.operation
    ]
    assert sorted(operations) == ["add", "mul", "mul", "square", "square", "sub", "sub"]


def test_nothing_is_multiplied_or_divided_by_one():
    o, t = Value(0.75, "o"), Value(1.0, "t")
    assert mean_squared_error(o, t).label == mean_squared_error([o], [t]).label == "(t − o)²"
    assert binary_cross_entropy(o, 1).label == "−ln(o)"
    recorded = topological_order(cross_entropy([o, Value(0.5)], 0))
    assert [node.operation.name for node in recorded if node.operation] == ["log1p", "div", "exp", "exp"]


def test_the_derivative_of_half_the_squared_error_is_the_negative_difference():
    outputs, wanted = [0.75136507, 0.772928465], [0.01, 0.99]
    _, gradient = evaluated(half_squared_error, outputs, wanted)
    assert gradient == [-(t - o) for o, t in zip(outputs, wanted, strict=True)]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=6))
def test_squared_errors_add_up_from_left_to_right(pairs):
    # x ** 2 is recorded as x·x, which pow of the C library is not to the last bit
    squares = [(t - o) * (t - o) for o, t in pairs]
    total = squares[0]
    for each in squares[1:]:
        total += each
    outputs, wanted = ([each[index] for each in pairs] for index in (0, 1))
    assert evaluated(squared_error, outputs, wanted)[0] == total
    assert evaluated(mean_squared_error, outputs, wanted)[0] == total / len(pairs)
    assert evaluated(half_squared_error, outputs, wanted)[0] == pytest.approx(total / 2, rel=1e-15)


def test_the_mean_counts_examples_and_not_outputs():
    outputs, wanted = [[1.0, 2.0], [3.0, 5.0]], [[0.0, 0.0], [0.0, 0.0]]
    assert evaluated(mean_squared_error, outputs, wanted) == (39.0 / 2, [1.0, 2.0, 3.0, 5.0])
    assert evaluated(mean_squared_error, outputs[:1], wanted[:1]) == (5.0, [2.0, 4.0])


@pytest.mark.parametrize("loss", [half_squared_error, squared_error, mean_squared_error])
def test_targets_may_be_nodes_and_arrays(loss):
    expected = evaluated(loss, [0.5, 2.0], [1.0, -1.0])
    assert evaluated(loss, (0.5, 2.0), np.array([1.0, -1.0])) == expected
    assert evaluated(loss, [0.5, 2.0], (1, -1)) == expected
    nodes, wanted = [Value(0.5), Value(2.0)], [Value(1.0), Value(-1.0)]
    error = loss(np.array(nodes, dtype=object), wanted)
    error.backward()
    assert (error.data, [node.grad for node in nodes]) == expected
    assert [t.grad for t in wanted] == [-o.grad for o in nodes]


# --- cross-entropies ----------------------------------------------------------------------------


def exact_cross_entropy(z, c):
    """The error and its gradient in high precision, by the definition."""
    with mp.workdps(1000):
        powers = [mp.exp(mp.mpf(each)) for each in z]
        p = [power / mp.fsum(powers) for power in powers]
        gradient = [-mp.fsum(p[:k] + p[k + 1 :]) if k == c else p[k] for k in range(len(z))]
        return -mp.log(p[c]), gradient


@given(st.lists(logits, min_size=2, max_size=6), st.data())
def test_cross_entropy_keeps_its_digits(z, data):
    c = data.draw(st.integers(0, len(z) - 1))
    value, gradient = evaluated(cross_entropy, z, c)
    exact_value, exact_gradient = exact_cross_entropy(z, c)
    # differences of logits are rounded, and exp makes their absolute error a relative one
    tolerance = 2**-52 * (4 * len(z) + max(z) - min(z))
    for got, wanted in zip([value, *gradient], [exact_value, *exact_gradient], strict=True):
        assert abs(got - wanted) <= tolerance * abs(wanted) + len(z) * 5e-324


@given(st.lists(st.floats(-200.0, 200.0), min_size=2, max_size=6), st.data())
def test_cross_entropy_keeps_all_digits_of_logits_that_are_not_far_out(z, data):
    c = data.draw(st.integers(0, len(z) - 1))
    value, gradient = evaluated(cross_entropy, z, c)
    exact_value, exact_gradient = exact_cross_entropy(z, c)
    for got, wanted in zip([value, *gradient], [exact_value, *exact_gradient], strict=True):
        assert abs(got - wanted) <= 2**-52 * (4 + len(z)) * abs(wanted)


def test_one_recording_of_cross_entropy_serves_all_logits_that_are_not_far_out():
    program = autograd.record(lambda *z: cross_entropy(z, 1), 0.5, -1.0, 2.0)
    for z in ([3.0, 5.0, -1.0], [-199.0, 0.0, 199.0], [1.0, 1.0, 1.0]):
        value, gradient = evaluated(cross_entropy, z, 1)
        assert program.gradients(*z)[:2] == (value, tuple(gradient))
    with pytest.raises(autograd.BranchError, match=r"losses\.py"):
        program(0.5, -1.0, 201.0)


def test_a_logit_that_is_far_below_has_a_small_derivative():
    _, gradient = evaluated(cross_entropy, [0.0, -201.0, 0.0], 0)
    assert gradient[1] == pytest.approx(math.exp(-201.0) / 2.0, rel=1e-13, abs=0.0)


def test_of_logits_that_are_far_out_a_recording_for_each_that_is_largest_serves_all():
    inputs = [0.5, -1.0, 2.0]
    program = autograd.record(lambda *z: cross_entropy(z, 1), *inputs, on_branch="record")
    random = Random(7)
    for _ in range(50):
        z = [random.uniform(-1e4, 1e4) for _ in inputs]
        value, gradient = evaluated(cross_entropy, z, 1)
        assert program.gradients(*z)[:2] == (value, tuple(gradient))
    assert len(program.replay.variants) == 4


@given(st.lists(logits, min_size=2, max_size=6), st.data())
def test_cross_entropy_with_probabilities(z, data):
    weights = data.draw(st.lists(st.integers(0, 5), min_size=len(z), max_size=len(z)).filter(any))
    t = [weight / sum(weights) for weight in weights]
    value, gradient = evaluated(cross_entropy, z, t)
    each = [evaluated(cross_entropy, z, c) for c in range(len(z))]
    expected = sum(t[c] * each[c][0] for c in range(len(z)))
    assert value == pytest.approx(expected, rel=1e-13, abs=1e-300)
    slopes = [sum(t[c] * each[c][1][k] for c in range(len(z))) for k in range(len(z))]
    assert gradient == pytest.approx(slopes, abs=1e-13)


@given(st.lists(logits, min_size=2, max_size=6), st.data())
def test_a_class_is_a_probability_of_one(z, data):
    c = data.draw(st.integers(0, len(z) - 1))
    one_hot = [int(k == c) for k in range(len(z))]
    assert evaluated(cross_entropy, z, c) == evaluated(cross_entropy, z, one_hot)
    assert evaluated(cross_entropy, z, np.int64(c)) == evaluated(cross_entropy, z, np.array(one_hot))


@pytest.mark.parametrize("target", [0, 2, [0.25, 0.25, 0.5]])
@pytest.mark.parametrize("point", [[0.5, -1.0, 2.0], [1.0, 1.0, 1.0], [2.0, 2.0, -1.0]])
def test_cross_entropy_has_no_kink_where_the_largest_logits_tie(point, target):
    z = sympy.symbols("z:3")
    t = [sympy.Integer(int(k == target)) for k in range(3)] if isinstance(target, int) else target
    log_sum = sympy.log(sum(map(sympy.exp, z)))
    error = sum(each * (log_sum - z[k]) for k, each in enumerate(t))
    at = dict(zip(z, point, strict=True))
    hessian = autograd.hessian(lambda nodes: cross_entropy(nodes, target))(point)
    exact = [[float(sympy.diff(error, a, b).evalf(30, subs=at)) for b in z] for a in z]
    assert leaves(hessian) == pytest.approx(leaves(exact), abs=1e-15)
    others = [Value(each) for each in point[1:]]
    third = autograd.grad(autograd.grad(autograd.grad(lambda x: cross_entropy([x, *others], target))))
    exact_third = float(sympy.diff(error, z[0], 3).evalf(30, subs=at))
    assert third(point[0]) == pytest.approx(exact_third, abs=1e-15)


def test_cross_entropy_of_infinite_logits():
    masked = [1.0, -math.inf, 1.0]
    assert evaluated(cross_entropy, masked, 0) == (math.log(2.0), [-0.5, 0.0, 0.5])
    assert evaluated(cross_entropy, masked, [0.5, 0, 0.5]) == (math.log(2.0), [0.0, 0.0, 0.0])
    assert evaluated(cross_entropy, masked, 1)[0] == math.inf
    assert evaluated(cross_entropy, [math.inf, 1.0], 0) == (0.0, [0.0, 0.0])
    assert math.isnan(evaluated(cross_entropy, [1.0, NAN], 0)[0])
    for order in ([1.0, -math.inf, 1.0], [-math.inf, 1.0, 1.0], [1.0, 1.0, -math.inf]):
        value, gradient = evaluated(lambda z, _: logsumexp(z), order, None)
        assert value == 1.0 + math.log(2.0)
        assert gradient == [0.0 if z == -math.inf else 0.5 for z in order]
    assert logsumexp([Value(-math.inf), Value(-math.inf)]).data == -math.inf


def test_the_same_node_may_stand_for_two_classes():
    z = Value(0.5)
    error = cross_entropy([z, z], 0)
    error.backward()
    assert (error.data, z.grad) == (math.log(2.0), 0.0)


def test_of_many_examples_the_mean_is_taken():
    batch, classes = [[0.5, -1.25, 2.0], [3.0, 1.0, -1.0]], [2, 0]
    value, gradient = evaluated(cross_entropy, batch, classes)
    each = [evaluated(cross_entropy, z, c) for z, c in zip(batch, classes, strict=True)]
    assert value == (each[0][0] + each[1][0]) / 2
    assert gradient == [slope / 2 for _, slopes in each for slope in slopes]


def test_probabilities_may_be_nodes():
    z, t = [Value(0.5), Value(-1.0)], [Value(0.25, "t0"), Value(0.75, "t1")]
    error = cross_entropy(z, t)
    error.backward()
    each = [cross_entropy(z, c).data for c in range(2)]
    assert error.data == pytest.approx(0.25 * each[0] + 0.75 * each[1], rel=1e-15)
    assert [node.grad for node in t] == pytest.approx(each, rel=1e-15)


@given(logits, targets)
def test_binary_cross_entropy_with_logits_keeps_its_digits(z, t):
    value, (slope,) = evaluated(binary_cross_entropy_with_logits, z, t)
    with mp.workdps(1000):
        p = 1 / (1 + mp.exp(-mp.mpf(z)))
        exact, exact_slope = -t * mp.log(p) - (1 - mp.mpf(t)) * mp.log(1 - p), p - t
    assert abs(value - exact) <= 2**-50 * abs(exact) + 5e-324
    # only a probability strictly between leaves something to cancel
    room = 0.0 if t in (0.0, 1.0) else 2**-52
    assert abs(slope - exact_slope) <= 2**-50 * abs(exact_slope) + room + 5e-324


# the reciprocal of a smaller probability may be infinite
@given(st.sampled_from([0.0, 1.0]) | st.floats(1e-300, 1.0), targets)
def test_binary_cross_entropy_keeps_its_digits(p, t):
    if (p == 0.0 and t > 0.0) or (p == 1.0 and t < 1.0):
        with pytest.raises(DomainError):
            evaluated(binary_cross_entropy, p, t)
        return
    value, (slope,) = evaluated(binary_cross_entropy, p, t)
    with mp.workdps(400):
        p, t = mp.mpf(p), mp.mpf(t)
        parts = ([-t * mp.log(p)] if t else []) + ([-(1 - t) * mp.log(1 - p)] if t != 1 else [])
        slopes = ([-t / p] if t else []) + ([(1 - t) / (1 - p)] if t != 1 else [])
    assert abs(value - sum(parts)) <= 2**-50 * sum(parts) + 5e-324
    assert abs(slope - sum(slopes)) <= 2**-50 * sum(map(abs, slopes))


def test_an_outcome_that_is_certain_costs_nothing():
    assert evaluated(binary_cross_entropy, 0.0, 0) == (0.0, [1.0])
    assert evaluated(binary_cross_entropy, 1.0, 1) == (0.0, [-1.0])
    assert evaluated(binary_cross_entropy, [0.0, 1.0], [False, True]) == (0.0, [0.5, -0.5])


@given(st.floats(-30.0, 30.0), targets)
def test_the_cross_entropies_are_one(z, t):
    with_logit = evaluated(binary_cross_entropy_with_logits, z, t)
    assert evaluated(lambda z, t: binary_cross_entropy(z.sigmoid(), t), z, t)[0] == pytest.approx(
        with_logit[0], rel=1e-3 if abs(z) > 20 else 1e-6, abs=1e-15
    )
    node = Value(z)
    two = cross_entropy([node, Value(0.0)], [t, 1.0 - t])
    two.backward()
    assert (two.data, node.grad) == pytest.approx((with_logit[0], *with_logit[1]), rel=1e-13, abs=1e-15)


def test_nan_passes_through():
    for loss in (half_squared_error, squared_error, mean_squared_error, hinge):
        assert math.isnan(evaluated(loss, NAN, 1.0)[0])
    assert math.isnan(evaluated(binary_cross_entropy, NAN, 1.0)[0])
    assert math.isnan(evaluated(binary_cross_entropy_with_logits, 0.5, NAN)[0])


# --- margins and weights ------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(-3.0, 3.0), st.sampled_from([-1, 1])), min_size=1, max_size=6))
def test_hinge_is_the_loss_of_micrograd(pairs):
    nodes = [Micrograd(s) for s, _ in pairs]
    margins = [(1 + -y * s).relu() for s, (_, y) in zip(nodes, pairs, strict=True)]
    theirs = sum(margins) * (1.0 / len(margins))
    theirs.backward()
    value, gradient = evaluated(hinge, [s for s, _ in pairs], [y for _, y in pairs])
    assert value == pytest.approx(theirs.data, rel=1e-15)
    assert gradient == pytest.approx([node.grad for node in nodes], rel=1e-15)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6), st.floats(0.0, 10.0))
def test_l2_penalty(weights, strength):
    value, gradient = evaluated(l2_penalty, weights, strength)
    assert value == pytest.approx(strength * math.fsum(w * w for w in weights), rel=1e-14, abs=1e-300)
    assert gradient == pytest.approx([2.0 * strength * w for w in weights], rel=1e-14, abs=1e-300)


def test_l2_penalty_takes_any_iterable():
    weights = [Value(1.0), Value(2.0)]
    assert l2_penalty((w for w in weights), 1).data == l2_penalty(weights, 1.0).data == 5.0


@pytest.mark.parametrize(("optimizer", "same"), [(SGD, True), (Adam, True), (AdamW, False)])
def test_an_l2_penalty_is_a_weight_decay_unless_it_is_decoupled(optimizer, same):
    paths = []
    for strength, weight_decay in [(0.125, 0.0), (0.0, 0.25)]:
        w = [Value(1.5), Value(-0.5)]
        rule = optimizer(w, lr=0.0625, weight_decay=weight_decay)
        for _ in range(20):
            rule.zero_grad()
            (half_squared_error(w[0] * w[1], 1.0) + l2_penalty(w, strength)).backward()
            rule.step()
        paths.append([each.data for each in w])
    assert (paths[0] == pytest.approx(paths[1], rel=1e-12)) is same


# --- errors -------------------------------------------------------------------------------------

V = Value(0.5)
WRONG = [
    (half_squared_error, ([V, V], [1.0]), ValueError, "outputs: length 2, but targets: length 1"),
    (squared_error, (V, [1.0]), ValueError, "outputs: one scalar, but targets: length 1"),
    (squared_error, ([V], 1.0), ValueError, "outputs: length 1, but targets: one scalar"),
    (squared_error, ([], []), ValueError, "outputs and targets are empty"),
    (
        mean_squared_error,
        ([[V, V], [V, V]], [[1.0, 1.0], [1.0]]),
        ValueError,
        r"outputs\[1\]: length 2, but targets\[1\]: length 1",
    ),
    (mean_squared_error, ([[V], [V]], [1.0, 1.0]), ValueError, r"outputs\[0\]: length 1, .* one scalar"),
    (half_squared_error, (0.5, 1.0), ArgumentTypeError, "outputs must be a Value, got 0.5"),
    (
        half_squared_error,
        ([V, 0.5], [1.0, 1.0]),
        ArgumentTypeError,
        r"outputs\[1\] must be a Value, got 0.5",
    ),
    (half_squared_error, (V, "1"), ArgumentTypeError, "targets must be a real number, got '1'"),
    (half_squared_error, (V, 1j), ArgumentTypeError, "targets must be a real number, got 1j"),
    (half_squared_error, (V, None), ArgumentTypeError, "targets must be a real number, got None"),
    (half_squared_error, ((V for _ in "ab"), [1.0]), ValueError, "outputs: one scalar, but .* length 1"),
    (cross_entropy, (V, 0), ValueError, "logits: a list of two logits or more"),
    (cross_entropy, ([], []), ValueError, "logits: a list of two logits or more"),
    (cross_entropy, ([V], 0), ValueError, "binary_cross_entropy_with_logits takes a single one"),
    (cross_entropy, ([V, V], 2), ValueError, "target: class 2, but logits: classes 0 to 1"),
    (cross_entropy, ([V, V], -1), ValueError, "target: class -1, but logits: classes 0 to 1"),
    (cross_entropy, ([V, V], 1.0), ArgumentTypeError, "the number of a class, an int, .* got 1.0"),
    (cross_entropy, ([V, V], V), ArgumentTypeError, "the number of a class, an int, .* got Value"),
    (cross_entropy, ([V, 1.0], 0), ArgumentTypeError, r"logits\[1\] must be a Value, got 1.0"),
    (cross_entropy, ([V, V], [1.0]), ValueError, "logits: length 2, but target: length 1"),
    (
        cross_entropy,
        ([V, V], ["a", 1.0]),
        ArgumentTypeError,
        r"target\[0\] must be a real number, got 'a'",
    ),
    (cross_entropy, ([V, V], [1.5, -0.5]), DomainError, r"target\[1\] lies in \[0, inf\], but is -0.5"),
    (cross_entropy, ([V, V], [0.5, 0.25]), ValueError, "probabilities add up to 1, not to 0.75"),
    (cross_entropy, ([V, V], [NAN, 1.0]), ValueError, "probabilities add up to 1, not to nan"),
    (cross_entropy, ([[V, V], [V, V]], [0]), ValueError, "logits: length 2, but target: length 1"),
    (cross_entropy, ([[V, V], [V, V]], 0), ValueError, "logits: length 2, but target: one scalar"),
    (cross_entropy, ([[V, V], [V, V]], [0, 2]), ValueError, r"target\[1\]: class 2, but logits\[1\]"),
    (cross_entropy, ([[V, V], [V]], [0, 0]), ValueError, r"logits\[1\]: a list of two logits or more"),
    (binary_cross_entropy, ([V, V], [1.0]), ValueError, "probability: length 2, but target: length 1"),
    (binary_cross_entropy, (V, 1.5), DomainError, r"a target lies in \[0, 1\], but is 1.5"),
    (binary_cross_entropy, ([V, Value(1.5)], [1, 1]), DomainError, r"a probability lies in \[0, 1\]"),
    (binary_cross_entropy, (V, "1"), ArgumentTypeError, "target must be a real number, got '1'"),
    (binary_cross_entropy_with_logits, ([V, V], [1.0]), ValueError, "logit: length 2, but target"),
    (binary_cross_entropy_with_logits, ([V, V], [1, -0.5]), DomainError, r"a target lies in \[0, 1\]"),
    (hinge, ([V, V], [1]), ValueError, "scores: length 2, but labels: length 1"),
    (hinge, ([V, V], [1, 0]), DomainError, "a label is -1 or 1, not 0.0"),
    (hinge, (V, NAN), DomainError, "a label is -1 or 1, not nan"),
    (l2_penalty, ([], 0.1), ValueError, "parameters is empty"),
    (l2_penalty, ([V, 0.5], 0.1), ArgumentTypeError, r"parameters\[1\] must be a Value, got 0.5"),
    (l2_penalty, ([V], -0.1), ValueError, "strength must be a number >= 0, got -0.1"),
    (l2_penalty, ([V], NAN), ValueError, "strength must be a number >= 0, got nan"),
    (l2_penalty, ([V], "1"), ArgumentTypeError, "strength must be a real number, got '1'"),
]


@pytest.fixture
def nothing_may_be_recorded(monkeypatch):
    def recorded(*_):
        raise AssertionError("a node was recorded")

    for operation in autograd.OPERATIONS.values():
        for name in method_names(operation):
            monkeypatch.setattr(Methods, name, recorded)


@pytest.mark.usefixtures("nothing_may_be_recorded")
@pytest.mark.parametrize(("loss", "arguments", "error", "message"), WRONG)
def test_bad_input_is_refused_before_anything_is_recorded(loss, arguments, error, message):
    with pytest.raises(error, match=message):
        loss(*arguments)


@pytest.mark.usefixtures("nothing_may_be_recorded")
def test_the_fixture_sees_recording():
    with pytest.raises(AssertionError, match="a node was recorded"):
        squared_error(V, 1.0)


def test_what_cannot_happen_has_an_infinite_error():
    with pytest.raises(DomainError, match=r"x > 0, but x = 0.0 \(node 'p'\)"):
        binary_cross_entropy(Value(0.0, "p"), 1)
    with pytest.raises(DomainError):
        binary_cross_entropy(Value(1.0, "p"), 0.5)


def test_what_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(
        ValueError, match="outputs and targets are nested too deeply, or within themselves"
    ):
        half_squared_error(endless, endless)


def test_logits_are_nodes_or_lists_of_them() -> None:
    for logits in ([Value(1.0), [Value(2.0), Value(3.0)]], [[Value(2.0), Value(3.0)], Value(1.0)]):
        with pytest.raises(
            ValueError, match="logits is a list of nodes or a list of such lists, not of"
        ):
            cross_entropy(logits, [0, 1])


@pytest.mark.parametrize("z", [[0.5], [1.0, -2.0, 0.25], [1000.0, 999.0], [-800.0, 0.0, 800.0]])
def test_softmax_against_many_digits(z):
    with mp.workdps(40):
        powers = [mp.exp(mp.mpf(each)) for each in z]
        exact = [power / mp.fsum(powers) for power in powers]
        for p, right in zip(softmax([Value(each) for each in z]), exact, strict=True):
            assert abs(mp.mpf(p.data) - right) <= 1e-15 * right + 1e-300


def test_softmax_of_nothing():
    with pytest.raises(ValueError, match="logits is empty"):
        softmax([])
    with pytest.raises(OperandError, match=r"logits\[1\] must be a Value"):
        softmax([Value(1.0), 2.0])
