"""The sums of a batch in machine code: use by use in the order of the examples, to the bit."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replays import batch, bits

from autograd import Value
from autograd.program.engine import Plan
from autograd.program.native import engine
from autograd.program.native.code import Module
from autograd.program.native.engine import StraightRunner
from autograd.program.native.straight import batch_text
from autograd.program.native.sums import Sums, order_of_sums
from autograd.program.stepping import SteppingRunner
from autograd.program.tape import Leaves, Tape

pytestmark = pytest.mark.native

PLAN = Plan("native", "", "")
LANES = [1, 2, 4, 8]
#: Numbers whose products and sums tell -0.0 from 0.0, and infinities from NaN.
HARD = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 1e-200, -1e200]


def network(sizes: Sequence[int], activation: str, biased: bool = True) -> Tape:
    """The error of a network, with targets among the inputs."""
    draw = random.Random(3)
    signals = inputs = [Value(0.5) for _ in range(sizes[0])]
    targets = [Value(0.0) for _ in range(sizes[-1])]
    parameters: list[Value] = []
    for before, after in pairwise(sizes):
        nets = []
        for _ in range(after):
            own = [Value(draw.uniform(-1.0, 1.0)) for _ in range(before + biased)]
            parameters += own
            products = [w * x for w, x in zip(own, signals, strict=False)]
            nets.append(
                sum(products[1:], products[0]) + own[-1] if biased else sum(products[1:], products[0])
            )
        signals = [getattr(net, activation)() for net in nets]
    results = [a * b for a, b in zip(signals, targets, strict=True)]
    return Tape.of([sum(results[1:], results[0])], Leaves([*inputs, *targets], parameters))


def check(tape: Tape, lanes: int, rows: Sequence[Sequence[float]], sums: Sequence[float]) -> None:
    """Compare a batch of a tape with the same by Python, whatever registers this machine has."""
    draw = random.Random(5)
    ordinary = [draw.uniform(-1.0, 1.0) for _ in range(tape.parameters)]
    hard = [draw.choice([*HARD, math.inf, 0.3]) for _ in range(tape.parameters)]
    stepping = SteppingRunner(tape, PLAN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "host_lanes", lambda: lanes)
        straight = StraightRunner(tape, PLAN)
        outputs, found = straight.batch(rows, ordinary, sums, 0.1)  # it does not stop
        assert (bits(outputs), bits(found)) == batch(stepping, rows, ordinary, sums, 0.1)
        assert batch(straight, rows, hard, sums, 0.1) == batch(stepping, rows, hard, sums, 0.1)


def rows_of(tape: Tape, count: int, more: Sequence[float] = ()) -> list[list[float]]:
    """Ordinary rows, and a quarter of them hard ones, among those of any register."""
    draw = random.Random(count)
    return [
        [
            draw.choice([*HARD, *more]) if k % 4 == 2 else draw.uniform(-1.0, 1.0)
            for _ in range(tape.inputs)
        ]
        for k in range(count)
    ]


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize(
    ("sizes", "activation", "biased"),
    [((2, 9, 5, 1), "relu", True), ((17, 8, 3), "tanh", True), ((3, 16, 2), "sigmoid", False)],
)
def test_layers_of_any_width(sizes: Sequence[int], activation: str, biased: bool, lanes: int) -> None:
    tape = network(sizes, activation, biased)
    for count in (1, 7, 8, 9, 100):
        start = random.Random(count).choices([0.0, -0.0, 1.5], k=tape.parameters)
        check(tape, lanes, rows_of(tape, count, [math.inf] * (activation == "relu")), start)


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_a_layer_transposes_few_factors(lanes: int) -> None:
    """Each register of 8 gradients or signals once, and not each of 8 products of these."""
    tape = network((16, 16, 16), "relu")
    order = order_of_sums(tape, lanes)
    assert sorted(each.parameter for each in order) == [*range(tape.inputs, tape.leaves)]
    assert all(each.shared is not None for each in order)
    text = batch_text(tape, Module(), lanes, order)
    exchanges = [
        line for line in text.splitlines() if "shufflevector" in line and "zeroinit" not in line
    ]
    registers = 2 * 16 // lanes  # what is transposed has a side of so many lanes
    assert len(exchanges) == registers * lanes * (lanes.bit_length() - 1)


def test_parameters_that_share_nothing_are_transposed() -> None:
    leaves = [Value(1.0) for _ in range(18)]
    products = [w * x for w, x in zip(leaves[:9], leaves[9:], strict=True)]
    tape = Tape.of([sum(p.tanh() for p in products)], Leaves(leaves[:9], leaves[9:]))
    order = order_of_sums(tape, 8)
    assert {each.shared for each in order} == {None}
    for lanes in LANES:
        check(tape, lanes, rows_of(tape, 11), [-0.0] * 9)


@pytest.mark.parametrize("lanes", LANES)
def test_weights_that_several_steps_share(lanes: int) -> None:
    """Each use of them is a product of its own: of a recurrent layer, their sums take all in turn."""
    draw = random.Random(1)
    inputs = [Value(0.5) for _ in range(6)]
    weights = [[Value(draw.uniform(-1.0, 1.0)) for _ in range(11)] for _ in range(9)]
    state: list[Any] = [0.0] * 9
    for begin in (0, 2, 4):
        given = [*inputs[begin : begin + 2], *state]
        state = [sum(w * x for w, x in zip(own, given, strict=True)).tanh() for own in weights]
    tape = Tape.of([sum(state[1:], state[0])], Leaves(inputs, [w for own in weights for w in own]))
    assert lanes == 1 or any(each.shared is not None for each in order_of_sums(tape, lanes))
    for count in (1, 9, 20):
        check(tape, lanes, rows_of(tape, count), [-0.0] * tape.parameters)


@pytest.mark.parametrize("lanes", LANES)
def test_the_result_itself_and_parameters_that_are_not_used(lanes: int) -> None:
    x, w, v = Value(2.0), Value(3.0), Value(4.0)
    assert x * v is not None
    for root in (w, w + v, w - v):
        tape = Tape.of([root], Leaves([x], [v, w]))
        check(tape, lanes, [[1.0]] * 9, [-0.0, 0.5])


@given(st.sampled_from(LANES), st.integers(0, 2**32), st.integers(1, 20))
def test_random_layers(lanes: int, seed: int, count: int) -> None:
    """Weights that are left out, shared by neurons, used twice or multiplied by plain numbers."""
    draw = random.Random(seed)
    inputs = [Value(draw.uniform(-1.0, 1.0)) for _ in range(draw.randint(1, 10))]
    weight, *_ = parameters = [Value(0.5)]
    signals: list[Any] = [*inputs]
    for _ in range(draw.randint(1, 3)):
        nets = []
        for _ in range(draw.randint(1, 10)):
            net: Any = weight * draw.choice([1.0, 0.5, -1.0])
            for signal in signals:
                if draw.random() < 0.9:
                    weight = Value(draw.uniform(-1.0, 1.0))
                    parameters.append(weight)
                products = [weight * signal] * 6 + [signal - weight, weight * weight, weight / 2.0]
                if draw.random() < 0.9:
                    net = net + draw.choice(products)
            nets.append(net)
        signals = [net.relu() if draw.random() < 0.5 else net for net in nets]
    tape = Tape.of([sum(signals[1:], signals[0])], Leaves(inputs, parameters))
    start = [draw.choice([0.0, -0.0, 1.5]) for _ in parameters]
    check(tape, lanes, rows_of(tape, count, [math.inf]), start)


def test_a_mistake_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = network((3, 8, 1), "relu")
    of_example = Sums._of_example
    with monkeypatch.context() as patch:
        patch.setattr(
            Sums, "_of_example", lambda self, factor, lane: of_example(self, factor, lane // 2)
        )
        with pytest.raises(AssertionError):
            check(tape, 8, rows_of(tape, 7), [0.0] * tape.parameters)
    written = Sums.__init__

    def everywhere(self: Sums, *arguments: Any) -> None:
        written(self, *arguments)
        self._inside = ["<" + ", ".join(["i1 true"] * 8) + ">"] * 8

    monkeypatch.setattr(Sums, "__init__", everywhere)  # lanes without an example count
    check(tape, 8, rows_of(tape, 8), [0.0] * tape.parameters)
    with pytest.raises(AssertionError):
        check(tape, 8, rows_of(tape, 7), [0.0] * tape.parameters)
