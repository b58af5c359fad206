"""This engine on the workloads of `benchmarks.replay`, and C by hand.

    python -m benchmarks.replay_ours NAME WORK

prints what is measured as JSON. What is computed is checked first.
"""

from __future__ import annotations

import ctypes
import json
import sys
from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

from autograd import Value, record
from autograd.program import Line, Program
from autograd.program.engine import Plan
from autograd.program.native import TrainingLoop, built_in
from autograd.program.native.engine import InterpretedRunner, StraightRunner
from autograd.program.tape import Leaves, Tape
from benchmarks.engines import ENGINES, OURS
from benchmarks.replay_peers import (
    check_w1,
    check_w1_slopes,
    check_w2,
    compiled_c,
    repeated,
    seconds_of,
)
from benchmarks.workloads import (
    NETWORK_RATE,
    NETWORKS,
    W1_RATE,
    W1_WEIGHTS,
    W2_DECAY,
    W2_EXAMPLES,
    W2_LOSSES,
    W2_RATE,
    random_program,
    w1_error,
    w2_layers,
    w2_moons,
    w2_numbers,
    w2_score,
    w3_record,
)

__all__ = ["BATCHES", "HAND", "NATIVE", "SIZES", "VECTOR", "WORK", "batches", "sizes"]

NATIVE = "autograd, native"
VECTOR = "autograd, native, vector functions"
HAND = Path(__file__).with_name("hand.c")
#: How many nodes graphs have, and how many examples batches.
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
BATCHES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
#: Larger graphs are not compiled line by line here, which would take minutes.
MOST_STRAIGHT = 10_000
DESCENT = Program(
    [Line.of("w+", "w - lr * g", {"w": "w", "lr": "lr", "g": "g"}, "update")],
    {"w": 0.0, "g": 0.0, "lr": 0.0},
    {"w": "w+"},
)
PLAN = Plan("native", "", "")


# --- W1 -------------------------------------------------------------------------------------------


def _w1() -> tuple[list[Value], Value]:
    weights = [Value(number, f"w{place}") for place, number in enumerate(W1_WEIGHTS, 1)]
    return weights, w1_error(ENGINES[OURS](), weights)


def _built_in() -> float:
    weights, error = _w1()
    function = built_in(record(error, *weights), gradients=True)
    check_w1_slopes(function(*W1_WEIGHTS)[1:])

    def work(units: int) -> None:
        a, b, c, d, e, f, g, h = W1_WEIGHTS
        for _ in range(units):
            function(a, b, c, d, e, f, g, h)

    return seconds_of(work)


def _replayed(engine: str) -> Callable[[], float]:
    def measure() -> float:
        weights, error = _w1()
        program = record(error, *weights).compile(engine)
        check_w1_slopes(program.gradients(*W1_WEIGHTS).inputs)
        return repeated(lambda: program.gradients(*W1_WEIGHTS))

    return measure


def _eager() -> float:
    def call() -> list[float]:
        weights, error = _w1()
        error.backward()
        return [weight.grad for weight in weights]

    check_w1_slopes(call())
    return repeated(call)


def _w1_loop() -> float:
    weights, error = _w1()
    loop = TrainingLoop(Tape.of([error], Leaves([], weights)), DESCENT)

    def train(steps: int) -> None:
        loop.parameters = list(W1_WEIGHTS)
        order = array("q", bytes(8 * steps))
        rates = array("d", [W1_RATE]) * steps
        done, _ = loop.run(array("d"), order, 1, array("d", [1.0]) * steps, rates)
        assert done == steps

    train(100)
    check_w1(loop.parameters, 100)
    block = 10_000
    order, factors = array("q", bytes(8 * block)), array("d", [1.0]) * block
    rates = array("d", [W1_RATE]) * block
    return repeated(lambda: loop.run(array("d"), order, 1, factors, rates)) / block


def _hand_w1(*flags: str) -> Callable[[], float]:
    def measure() -> float:
        library = compiled_c(HAND, *flags)

        def train(steps: int) -> Any:
            numbers = (ctypes.c_double * 8)(*W1_WEIGHTS)
            library.w1(numbers, ctypes.c_long(steps))
            return numbers

        check_w1(list(train(100)), 100)
        return seconds_of(train)

    return measure


# --- W2 -------------------------------------------------------------------------------------------


def _w2_tapes() -> tuple[Tape, Tape]:
    parameters = [*map(Value, w2_numbers())]
    layers = w2_layers(parameters)
    x, y, label = Value(0.1), Value(0.2), Value(1.0)
    margin = (1.0 + -label * w2_score(ENGINES[OURS](), layers, [x, y])).relu()
    first, *rest = [each * each for each in parameters]
    decay = W2_DECAY * sum(rest, first)
    return Tape.of([margin], Leaves([x, y, label], parameters)), Tape.of([decay], Leaves([], parameters))


def _rows() -> array[float]:
    return array("d", chain.from_iterable((x, y, label) for (x, y), label in w2_moons()))


def _w2_loop() -> tuple[TrainingLoop, Callable[[int], float]]:
    tape, decay = _w2_tapes()
    loop, rows = TrainingLoop(tape, DESCENT, penalty=decay), _rows()
    all_of_them = array("q", range(W2_EXAMPLES))

    def train(steps: int) -> float:
        """The loss before the last step."""
        loop.parameters = w2_numbers()
        order = all_of_them * steps
        scales = array("d", [1.0 / W2_EXAMPLES]) * steps
        _, margins = loop.run(rows, order, W2_EXAMPLES, scales, array("d", [W2_RATE]) * steps)
        return sum(margins[-W2_EXAMPLES:]) / W2_EXAMPLES

    return loop, train


def _w2_step() -> float:
    loop, train = _w2_loop()
    losses = []
    for step, _ in enumerate(W2_LOSSES):
        before = w2_numbers()
        if step:
            train(step)
            before = loop.parameters
        losses.append(train(step + 1) + W2_DECAY * sum(each * each for each in before))
    check_w2(losses)
    return seconds_of(train)


def _hand_w2(*flags: str) -> Callable[[], float]:
    def measure() -> float:
        library = compiled_c(HAND, *flags)
        library.w2.restype = ctypes.c_double
        examples = w2_moons()
        columns = [
            (ctypes.c_double * W2_EXAMPLES)(*column)
            for column in zip(*((x, y, label) for (x, y), label in examples), strict=True)
        ]
        numbers = (ctypes.c_double * len(w2_numbers()))(*w2_numbers())
        rest = ctypes.c_long(W2_EXAMPLES), ctypes.c_double(W2_RATE), ctypes.c_double(W2_DECAY)

        def step() -> float:
            loss: float = library.w2(numbers, *columns, *rest)
            return loss

        check_w2([step() for _ in W2_LOSSES])
        return repeated(step)

    return measure


# --- networks of tanh -----------------------------------------------------------------------------


def _network_loop(name: str, functions: str) -> Callable[[], float]:
    network = NETWORKS[name]

    def measure() -> float:
        layers = [[[*map(Value, neuron)] for neuron in layer] for layer in network.layers()]
        parameters = [each for layer in layers for neuron in layer for each in neuron]
        inputs = [Value(0.1) for _ in range(network.sizes[0])]
        targets = [Value(0.2) for _ in range(network.sizes[-1])]
        signals = inputs
        for layer in layers:
            nets = [
                sum((w * x for w, x in zip(weights, signals, strict=True)), bias)
                for *weights, bias in layer
            ]
            signals = [net.tanh() for net in nets]
        first, *rest = [(out - t).square() for out, t in zip(signals, targets, strict=True)]
        tape = Tape.of([0.5 * sum(rest, first)], Leaves([*inputs, *targets], parameters))
        loop = TrainingLoop(tape, DESCENT, functions=functions)
        rows, count = array("d", chain.from_iterable(network.rows())), network.examples
        batch = array("q", range(count))

        def train(steps: int) -> array[float]:
            loop.parameters = [each.data for each in parameters]
            scales, rates = (array("d", [each]) * steps for each in (1.0 / count, NETWORK_RATE))
            return loop.run(rows, batch * steps, count, scales, rates)[1]

        errors = train(2)
        network.check([sum(errors[:count]) / count, sum(errors[count:]) / count])
        return seconds_of(train)

    return measure


# --- by size --------------------------------------------------------------------------------------


def sizes(count: int) -> dict[str, float]:
    """What a random graph of so many nodes takes, in seconds per node: to compile, and to replay."""
    engine = ENGINES[OURS]()
    graph = random_program(count)
    leaves = [engine.leaf(number) for number in graph.leaves]
    tape = Tape.of([w3_record(engine, graph, leaves)], Leaves(leaves, []))
    found = {}
    for name, kind in (("interpreter", InterpretedRunner), ("straight", StraightRunner)):
        if kind is StraightRunner and count > MOST_STRAIGHT:
            continue
        start = perf_counter()
        runner = kind(tape, PLAN)
        slopes = runner.backward(graph.leaves)[1]
        found[f"{name} compile"] = (perf_counter() - start) / count
        for slope, expected in zip(slopes, graph.gradients(), strict=True):
            assert abs(slope - expected) <= 1e-6 * max(1.0, abs(expected))
        found[name] = repeated(lambda runner=runner: runner.backward(graph.leaves)) / count
    return found


def batches(count: int) -> dict[str, float]:
    """What a batch of W2 of so many examples takes, in seconds per example, on one and two threads."""
    tape, _ = _w2_tapes()
    rows = _rows()
    loops = [TrainingLoop(tape, DESCENT) for _ in range(2)]
    orders = [
        array("q", [k % W2_EXAMPLES for k in range(n)]) for n in (count, count - count // 2, count // 2)
    ]

    def run(loop: TrainingLoop, order: Sequence[int]) -> None:
        loop.run(rows, order, len(order), [1.0], [[0.0]])

    def two() -> None:
        threads = [Thread(target=run, args=each) for each in zip(loops, orders[1:], strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for loop in loops:
        loop.parameters = w2_numbers()
    found = {"one": repeated(lambda: run(loops[0], orders[0])) / count}
    if count > 1:
        found["two"] = repeated(two) / count
    return found


#: By engine, the work and how it is measured, in seconds per unit.
WORK: dict[str, dict[str, Callable[[], float]]] = {
    NATIVE: {
        "call": _built_in,
        "loop": _w1_loop,
        "batch": _w2_step,
        **{name: _network_loop(name, "scalar") for name in NETWORKS},
    },
    VECTOR: {name: _network_loop(name, "vector") for name in NETWORKS},
    "autograd, native, program.gradients": {"call": _replayed("native")},
    "autograd, Python source": {"call": _replayed("python")},
    "autograd, eager": {"call": _eager},
    "C by hand": {"loop": _hand_w1(), "batch": _hand_w2()},
    "C by hand, -ffast-math": {"loop": _hand_w1("-ffast-math"), "batch": _hand_w2("-ffast-math")},
}


def main(name: str, work: str) -> None:
    by_count = {"sizes": sizes, "batches": batches}
    print(json.dumps(by_count[name](int(work)) if name in by_count else WORK[name][work]()))


if __name__ == "__main__":
    main(*sys.argv[1:])
