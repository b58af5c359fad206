"""Training in machine code: the parameters of eager training with the optimizers of nn, to the bit."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import Any

import pytest
from replays import bits

from autograd import Value
from autograd.errors import ArgumentValueError
from autograd.program import Line, Program
from autograd.program.native.training import TrainingLoop
from autograd.program.tape import Leaves, Tape
from nn.optimizers import SGD, Adam, Optimizer

pytestmark = pytest.mark.native

EXAMPLES = [(math.sin(k), math.cos(3 * k), float(k % 2)) for k in range(21)]


DESCENT = Program(
    [Line.of("w+", "w - lr * g", {"w": "w", "lr": "lr", "g": "g"}, "update")],
    {"w": 0.0, "g": 0.0, "lr": 0.0},
    {"w": "w+"},
)
MOMENTUM = Program(
    [
        Line.of(
            "v+", "0.9 * v + 1.0 * g if n > 0.0 else g", {"v": "v", "g": "g", "n": "steps"}, "update"
        ),
        Line.of("w+", "w - lr * (g + 0.9 * v)", {"w": "w", "lr": "lr", "g": "g", "v": "v+"}, "update"),
    ],
    {"w": 0.0, "g": 0.0, "v": 0.0, "lr": 0.0, "steps": 0.0},
    {"w": "w+", "v": "v+"},
)
ADAM = Program(
    [
        Line.of("m+", "b * m + (1.0 - b) * g", {"b": 0.9, "m": "m", "g": "g"}, "update"),
        Line.of("v+", "b * v + (1.0 - b) * g * g", {"b": 0.999, "v": "v", "g": "g"}, "update"),
        Line.of(
            "w+",
            "w - lr * (m / c1) / (sqrt(v / c2) + 1e-08)",
            {"w": "w", "lr": "lr", "m": "m+", "v": "v+", "c1": "c1", "c2": "c2"},
            "update",
        ),
    ],
    {"w": 0.0, "g": 0.0, "m": 0.0, "v": 0.0, "lr": 0.0, "c1": 0.0, "c2": 0.0},
    {"w": "w+", "m": "m+", "v": "v+"},
)


def network(sizes: Sequence[int]) -> tuple[Callable[..., Any], list[Value]]:
    draw = random.Random(3)
    layers = [
        [[Value(draw.uniform(-1, 1)) for _ in range(before + 1)] for _ in range(after)]
        for before, after in pairwise(sizes)
    ]

    def error(x: Any, y: Any, target: Any) -> Any:
        signals = [x, y]
        for layer in layers:
            signals = [
                sum((w * s for w, s in zip(neuron, signals, strict=False)), neuron[-1]).tanh()
                for neuron in layer
            ]
        return (signals[0] - target).square()

    return error, [w for layer in layers for neuron in layer for w in neuron]


def penalty_of(parameters: Sequence[Value]) -> Any:
    first, *rest = [p * p for p in parameters]
    return 0.01 * sum(rest, first)


def eager(
    make: Callable[[list[Value]], Optimizer], batches: Sequence[Sequence[int]], penalized: bool
) -> Any:
    error, parameters = network([2, 3, 1])
    optimizer = make(parameters)
    errors = []
    for batch in batches:
        optimizer.zero_grad()
        first, *rest = [error(*map(Value, EXAMPLES[k])) for k in batch]
        errors += [first.data, *(each.data for each in rest)]
        total = sum(rest, first) * (1.0 / len(batch))
        (total + penalty_of(parameters) if penalized else total).backward()
        optimizer.step()
    return [each.data for each in parameters], errors


def tapes() -> tuple[Tape, Tape, list[Value]]:
    error, parameters = network([2, 3, 1])
    inputs = [Value(number) for number in EXAMPLES[0]]
    return (
        Tape.of([error(*inputs)], Leaves(inputs, parameters)),
        Tape.of([penalty_of(parameters)], Leaves([], parameters)),
        parameters,
    )


@pytest.mark.parametrize("size", [9, 3, 1])  # no multiple of any number of lanes; one by one
@pytest.mark.parametrize("penalized", [False, True])
@pytest.mark.parametrize(
    ("update", "make", "settings"),
    [
        (DESCENT, lambda p: SGD(p, lr=0.3), lambda t: [0.3]),
        (MOMENTUM, lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True), lambda t: [0.1, float(t)]),
        (
            ADAM,
            lambda p: Adam(p, lr=0.05),
            lambda t: [0.05, 1.0 - 0.9 ** (t + 1), 1.0 - 0.999 ** (t + 1)],
        ),
    ],
    ids=["descent", "Nesterov", "Adam"],
)
def test_parameters_are_those_of_eager_training(
    update: Program, make: Any, settings: Any, penalized: bool, size: int
) -> None:
    order = random.Random(1).choices(range(len(EXAMPLES)), k=38)
    batches = [order[begin : begin + size] for begin in range(0, len(order), size)]
    tape, penalty, parameters = tapes()
    loop = TrainingLoop(tape, update, penalty=penalty if penalized else None)
    loop.parameters = [each.data for each in parameters]
    scales = [1.0 / len(batch) for batch in batches]
    done, errors = loop.run(EXAMPLES, order, size, scales, [settings(t) for t in range(len(batches))])
    assert done == len(batches)
    assert (loop.parameters, list(errors)) == eager(make, batches, penalized)


@pytest.mark.parametrize("size", [1, 2])
def test_zeros_keep_the_sign_of_eager_training(size: int) -> None:
    for start in ((0.0, -0.0), (-0.0, -0.0), (-0.0, 1.0), (1.0, -0.0)):
        x, y, w, v = Value(1.0), Value(1.0), *map(Value, start)
        tape = Tape.of([-(x * w) * v - w * y], Leaves([x, y], [w, v]))
        rows = [(0.0, -0.0), (-0.0, 0.0), (1.0, -0.0), (-1.0, 0.0)]
        loop = TrainingLoop(tape, DESCENT)
        loop.parameters = list(start)
        batches = 4 // size
        loop.run(rows, range(4), size, [1.0] * batches, [[1.0]] * batches)
        numbers = [Value(number) for number in start]
        for begin in range(0, 4, size):
            for node in numbers:
                node.grad = 0.0
            for row in rows[begin : begin + size]:
                a, b = numbers
                (-(row[0] * a) * b - a * row[1]).backward()
            for node in numbers:
                node.data = node.data - 1.0 * node.grad
        assert bits(loop.parameters) == bits([node.data for node in numbers])
        assert bits(loop.gradients) == bits([node.grad for node in numbers])


def test_it_goes_on_where_another_run_ended() -> None:
    tape, _, parameters = tapes()
    both = []
    for parts in ([6], [2, 4]):
        loop = TrainingLoop(tape, ADAM)
        loop.parameters = [each.data for each in parameters]
        step = 0
        for part in parts:
            settings = [
                [0.05, 1.0 - 0.9 ** (t + 1), 1.0 - 0.999 ** (t + 1)] for t in range(step, step + part)
            ]
            again = TrainingLoop(tape, ADAM)
            again.parameters, again.remembered = loop.parameters, loop.remembered
            loop = again
            order = [k % 21 for k in range(7 * step, 7 * (step + part))]
            loop.run(EXAMPLES, order, 7, [0.5] * part, settings)
            step += part
        both.append((loop.parameters, loop.remembered))
    assert both[0] == both[1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_a_batch_ends_with_its_period(size: int) -> None:
    tape, _, parameters = tapes()
    order = [k % 21 for k in range(12)]  # two periods of 5, and two examples of a third
    loop, other = TrainingLoop(tape, MOMENTUM), TrainingLoop(tape, MOMENTUM)
    loop.parameters = other.parameters = [each.data for each in parameters]
    batches = [
        order[begin : min(begin + size, end)]
        for start, end in ((0, 5), (5, 10), (10, 12))
        for begin in range(start, end, size)
    ]
    scales = [1.0 / len(batch) for batch in batches]
    settings = [[0.1, float(t)] for t in range(len(batches))]
    done, errors = loop.run(EXAMPLES, order, size, scales, settings, 5)
    assert (done, len(errors)) == (len(batches), 12)
    for batch, scale, each in zip(batches, scales, settings, strict=True):
        other.run(EXAMPLES, batch, size, [scale], [each])
        assert len(other.gradients) == len(parameters)
    assert loop.parameters == other.parameters
    assert loop.remembered == other.remembered
    assert loop.gradients == other.gradients != [0.0] * len(parameters)
    with pytest.raises(ArgumentValueError, match="period must be"):
        loop.run(EXAMPLES, order, size, scales, settings, 0)


def test_a_batch_that_fails_is_left_undone() -> None:
    w, x = Value(1.0, "w"), Value(1.0, "x")
    loop = TrainingLoop(Tape.of([(w * x).log()], Leaves([x], [w])), DESCENT)
    loop.parameters = [1.0]
    rows = [[1.0], [2.0], [-1.0], [4.0]]
    done, errors = loop.run(rows, [0, 1, 3, 2, 1], 2, [1.0] * 3, [[0.0]] * 3)
    assert (done, list(errors), loop.parameters) == (1, [0.0, math.log(2.0)], [1.0])
    assert loop.gradients == [2.0]


def test_a_step_that_leaves_the_floats_is_left_undone() -> None:
    w, x = Value(1.0, "w"), Value(1.0, "x")
    loop = TrainingLoop(Tape.of([w * w * x], Leaves([x], [w])), DESCENT)
    loop.parameters = [1.0]
    assert loop.run([[1.0]], [0, 0], 1, [1.0] * 2, [[0.25], [1e308 * 10.0]])[0] == 1
    assert loop.parameters == [0.5]


def test_numbers_come_as_rows_or_arrays_of_any_kind() -> None:
    tape, _, parameters = tapes()
    found = []
    for rows, order, scales, settings in (
        (EXAMPLES, [0, 3, 1], [0.5, 1.0], [[0.25], [0.5]]),
        (
            array("d", chain(*EXAMPLES)),
            array("q", [0, 3, 1]),
            array("d", [0.5, 1.0]),
            array("d", [0.25, 0.5]),
        ),
        ([list(row) for row in EXAMPLES], array("i", [0, 3, 1]), array("f", [0.5, 1.0]), [0.25, 0.5]),
    ):
        loop = TrainingLoop(tape, DESCENT)
        loop.parameters = [each.data for each in parameters]
        loop.run(rows, order, 2, scales, settings)
        found.append(loop.parameters)
    assert found[0] == found[1] == found[2]


def test_wrong_arguments_are_refused_and_change_nothing() -> None:
    tape, penalty, parameters = tapes()
    loop = TrainingLoop(tape, DESCENT)
    loop.parameters = before = [each.data for each in parameters]
    with pytest.raises(ArgumentValueError, match="an example that there is not"):
        loop.run(EXAMPLES, [0, 21], 2, [1.0], [[0.1]])
    with pytest.raises(ArgumentValueError, match="an example that there is not"):
        loop.run(EXAMPLES, [-1], 2, [1.0], [[0.1]])
    with pytest.raises(ArgumentValueError, match="there are 2 batches"):
        loop.run(EXAMPLES, [0, 1, 2], 2, [1.0], [[0.1]])
    with pytest.raises(ArgumentValueError, match=r"there are \d+ parameters, got 1"):
        loop.parameters = [1.0]
    assert loop.parameters == before
    with pytest.raises(ArgumentValueError, match="the rule must change 'w' by 'g'"):
        TrainingLoop(tape, Program([], {"w": 0.0}))
    with pytest.raises(ArgumentValueError, match="of the same parameters"):
        TrainingLoop(tape, DESCENT, penalty=tape)
    assert penalty.inputs == 0
