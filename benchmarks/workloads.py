"""What is measured: four pieces of work that any engine can do, and the quantities taken of each.

Each one checks its results against numbers that no engine computed, so that a wrong engine is never
timed. All random numbers come from a seeded `random.Random`.
"""

from __future__ import annotations

import gc
import math
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.engines import Engine

__all__ = ["MEASURES", "Measure", "WrongResultError"]


class WrongResultError(Exception):
    """An engine computed something else than it should have."""


def check(what: str, found: float, expected: float, tolerance: float = 1e-9) -> None:
    if not math.isclose(found, expected, rel_tol=tolerance):
        raise WrongResultError(f"{what} is {found!r} and should be {expected!r}")


# --- W1: two layers of two sigmoid neurons, trained online on one example ----------------------------

W1_WEIGHTS = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
W1_INPUTS = (0.05, 0.10)
W1_BIASES = (0.35, 0.60)  # of the hidden layer and of the output layer; they stay as they are
W1_TARGETS = (0.01, 0.99)
W1_RATE = 0.5
W1_FIRST_ERROR = 0.298371108760003
W1_STEPS = 3_000


def w1_error(engine: Engine, weights: Sequence[Any]) -> Any:
    exp = engine.exp
    w1, w2, w3, w4, w5, w6, w7, w8 = weights
    (i1, i2), (b1, b2), (t1, t2) = W1_INPUTS, W1_BIASES, W1_TARGETS

    def sigmoid(net: Any) -> Any:
        return (1.0 + exp(-net)) ** -1  # no engine's own sigmoid: all record the same nodes

    h1 = sigmoid(w1 * i1 + w2 * i2 + b1)
    h2 = sigmoid(w3 * i1 + w4 * i2 + b1)
    o1 = sigmoid(w5 * h1 + w6 * h2 + b2)
    o2 = sigmoid(w7 * h1 + w8 * h2 + b2)
    return (o1 - t1) ** 2 * 0.5 + (o2 - t2) ** 2 * 0.5


def w1_train(engine: Engine, weights: Sequence[Any], steps: int) -> Sequence[Any]:
    for _ in range(steps):
        error = w1_error(engine, weights)
        engine.backward(error)
        weights = engine.updated(weights, W1_RATE)
    return weights


def w1_trained_by_hand(steps: int) -> list[float]:
    """The weights after some steps, by the deltas of the textbook."""
    w1, w2, w3, w4, w5, w6, w7, w8 = W1_WEIGHTS
    (i1, i2), (b1, b2), (t1, t2) = W1_INPUTS, W1_BIASES, W1_TARGETS

    def sigmoid(net: float) -> float:
        return 1.0 / (1.0 + math.exp(-net))

    for _ in range(steps):
        h1, h2 = sigmoid(w1 * i1 + w2 * i2 + b1), sigmoid(w3 * i1 + w4 * i2 + b1)
        o1, o2 = sigmoid(w5 * h1 + w6 * h2 + b2), sigmoid(w7 * h1 + w8 * h2 + b2)
        delta_o1 = (o1 - t1) * o1 * (1.0 - o1)
        delta_o2 = (o2 - t2) * o2 * (1.0 - o2)
        delta_h1 = (delta_o1 * w5 + delta_o2 * w7) * h1 * (1.0 - h1)
        delta_h2 = (delta_o1 * w6 + delta_o2 * w8) * h2 * (1.0 - h2)
        w1, w2 = w1 - W1_RATE * delta_h1 * i1, w2 - W1_RATE * delta_h1 * i2
        w3, w4 = w3 - W1_RATE * delta_h2 * i1, w4 - W1_RATE * delta_h2 * i2
        w5, w6 = w5 - W1_RATE * delta_o1 * h1, w6 - W1_RATE * delta_o1 * h2
        w7, w8 = w7 - W1_RATE * delta_o2 * h1, w8 - W1_RATE * delta_o2 * h2
    return [w1, w2, w3, w4, w5, w6, w7, w8]


def w1_step(engine: Engine) -> float:
    """Microseconds per training step."""
    w1_train(engine, [engine.leaf(weight) for weight in W1_WEIGHTS], W1_STEPS // 20)  # warms up
    weights = [engine.leaf(weight) for weight in W1_WEIGHTS]
    check("the first error", engine.data(w1_error(engine, weights)), W1_FIRST_ERROR)
    gc.collect()
    start = perf_counter()
    weights = w1_train(engine, weights, W1_STEPS)
    seconds = perf_counter() - start
    if engine.differentiates:
        for number, (weight, expected) in enumerate(
            zip(weights, w1_trained_by_hand(W1_STEPS), strict=True), start=1
        ):
            check(f"weight {number} after training", engine.data(weight), expected)
    return seconds / W1_STEPS * 1e6


# --- W2: micrograd's demo, a multilayer perceptron told two moons apart ------------------------------

W2_SIZES = (2, 16, 16, 1)
W2_EXAMPLES = 100
W2_RATE = 0.5
W2_DECAY = 1e-4
W2_LOSSES = (0.988188944360, 0.833367751283, 0.665610965042)  # before each of the three steps

Neuron = tuple[list[Any], Any]  # weights, bias


def w2_moons() -> list[tuple[tuple[float, float], float]]:
    """Points on two interleaved half circles, with noise, and which of them each is on: -1 or 1."""
    random = Random(1337)
    examples = []
    for number in range(W2_EXAMPLES):
        angle = math.pi * (number // 2) / (W2_EXAMPLES // 2 - 1)
        if number % 2 == 0:
            x, y, label = math.cos(angle), math.sin(angle), -1.0
        else:
            x, y, label = 1.0 - math.cos(angle), 0.5 - math.sin(angle), 1.0
        examples.append(((x + random.gauss(0.0, 0.1), y + random.gauss(0.0, 0.1)), label))
    return examples


def w2_numbers() -> list[float]:
    """The weights of each neuron and then its bias, one neuron after another."""
    random = Random(7)
    sizes = [inputs for inputs, outputs in pairwise(W2_SIZES) for _ in range(outputs)]
    return [scale * random.uniform(-1.0, 1.0) for inputs in sizes for scale in [0.5] * inputs + [0.01]]


def w2_layers(parameters: Sequence[Any]) -> list[list[Neuron]]:
    left = iter(parameters)
    return [
        [([*islice(left, inputs)], next(left)) for _ in range(outputs)]
        for inputs, outputs in pairwise(W2_SIZES)
    ]


def w2_score(engine: Engine, layers: Sequence[Sequence[Neuron]], point: Sequence[float]) -> Any:
    relu = engine.relu

    def net(neuron: Neuron, signals: Sequence[Any]) -> Any:
        weights, bias = neuron
        return sum((weight * signal for weight, signal in zip(weights, signals, strict=True)), bias)

    signals: Sequence[Any] = point
    *hidden, (last,) = layers
    for layer in hidden:
        signals = [relu(net(neuron, signals)) for neuron in layer]
    return net(last, signals)


def w2_loss(
    engine: Engine,
    layers: Sequence[Sequence[Neuron]],
    parameters: Sequence[Any],
    examples: Sequence[tuple[Sequence[float], float]],
) -> Any:
    first, *rest = [
        engine.relu(1.0 + -label * w2_score(engine, layers, point)) for point, label in examples
    ]
    margin_loss = sum(rest, first) * (1.0 / len(examples))
    first, *rest = [parameter * parameter for parameter in parameters]
    return margin_loss + W2_DECAY * sum(rest, first)


def w2_step(engine: Engine) -> float:
    """Milliseconds per training step on the full batch, the median of three."""
    examples = w2_moons()
    parameters: Sequence[Any] = [*map(engine.leaf, w2_numbers())]
    times = []
    gc.collect()
    for step, expected in enumerate(W2_LOSSES):
        start = perf_counter()
        loss = w2_loss(engine, w2_layers(parameters), parameters, examples)
        reached = engine.data(loss)
        engine.backward(loss)
        parameters = engine.updated(parameters, W2_RATE)
        del loss
        times.append(perf_counter() - start)
        if engine.differentiates or step == 0:
            check(f"the loss before step {step + 1}", reached, expected, 1e-11)
    return sorted(times)[1] * 1e3


# --- networks of tanh, trained on batches --------------------------------------------------------------

NETWORK_RATE = 0.01


class Network(NamedTuple):
    """A network and its examples, which are random.

    Attributes:
        sizes: how many inputs there are, and neurons in each layer.
        examples: how many examples make a batch.
        losses: the mean of half the squared error, before each of two steps; by the textbook's matrices.
    """

    sizes: tuple[int, ...]
    examples: int
    losses: tuple[float, float]

    def layers(self) -> list[list[list[float]]]:
        """By layer and neuron the weights, and then the bias."""
        random = Random(11)
        return [
            [[random.gauss(0.0, inputs**-0.5) for _ in range(inputs)] + [0.0] for _ in range(outputs)]
            for inputs, outputs in pairwise(self.sizes)
        ]

    def rows(self) -> list[list[float]]:
        """By example the inputs, and then the targets."""
        random = Random(13)
        width = self.sizes[0] + self.sizes[-1]
        return [[random.uniform(-1.0, 1.0) for _ in range(width)] for _ in range(self.examples)]

    def check(self, losses: Sequence[float]) -> None:
        """Compare the losses before the first steps."""
        for found, expected in zip(losses, self.losses, strict=True):
            check("a loss", found, expected, 1e-10)


NETWORKS = {
    "2-16-16-1, 100 examples": Network((2, 16, 16, 1), 100, (0.272772338257, 0.269859864094)),
    "2-16-16-1, 1,000 examples": Network((2, 16, 16, 1), 1_000, (0.269427874350, 0.266757530569)),
    "64-32-10, 100 examples": Network((64, 32, 10), 100, (2.390987598697, 2.380841577321)),
    "64-32-10, 1,000 examples": Network((64, 32, 10), 1_000, (2.412760055968, 2.408704969387)),
}


# --- W3: a random graph of +, *, tanh and exp --------------------------------------------------------

W3_NODES = 100_000


@dataclass(frozen=True)
class Program:
    """What to compute: ``instructions`` append to a list of nodes that starts with the leaves.

    Args:
        leaves: the numbers of the leaves.
        instructions: an operation and where its operands stand in the list; a function has one operand
            and ignores the second. The last instruction depends on all nodes before it.
        values: the number of every node, leaves included.
    """

    leaves: Sequence[float]
    instructions: Sequence[tuple[str, int, int]]
    values: Sequence[float]

    def gradients(self) -> list[float]:
        """The derivative of the last value by each leaf, in plain floats."""
        slopes = [0.0] * len(self.values)
        slopes[-1] = 1.0
        for out in range(len(self.values) - 1, len(self.leaves) - 1, -1):
            operation, a, b = self.instructions[out - len(self.leaves)]
            slope = slopes[out]
            match operation:
                case "add":
                    slopes[a] += slope
                    slopes[b] += slope
                case "mul":
                    slopes[a] += slope * self.values[b]
                    slopes[b] += slope * self.values[a]
                case "tanh":
                    slopes[a] += slope / math.cosh(self.values[a]) ** 2
                case "exp":
                    slopes[a] += slope * self.values[out]
        return slopes[: len(self.leaves)]


def random_program(nodes: int) -> Program:
    """A program of so many instructions: random ones, then the sum of all that was used by none."""
    random = Random(3)
    leaves = [random.uniform(-1.0, 1.0) for _ in range(50)]
    values = list(leaves)
    instructions: list[tuple[str, int, int]] = []
    unused = set(range(len(leaves)))

    def append(operation: str, a: int, b: int, value: float) -> None:
        unused.difference_update((a, b) if operation in {"add", "mul"} else (a,))
        unused.add(len(values))
        instructions.append((operation, a, b))
        values.append(value)

    while len(instructions) + len(unused) - 1 < nodes:
        a, b = int(random.random() * len(values)), int(random.random() * len(values))
        x, y = values[a], values[b]
        draw = random.random()
        # tanh, which the numbers cannot outgrow, takes the place of what would make a large one
        if draw < 0.4 and abs(x + y) <= 3.0:
            append("add", a, b, x + y)
        elif 0.4 <= draw < 0.8 and abs(x * y) <= 3.0:
            append("mul", a, b, x * y)
        elif draw >= 0.9 and x <= 1.0:
            append("exp", a, b, math.exp(x))
        else:
            append("tanh", a, b, math.tanh(x))
    level = sorted(unused)
    while len(level) > 1:
        sums = []
        for a, b in zip(level[::2], level[1::2], strict=False):  # an odd last one goes up as it is
            append("add", a, b, values[a] + values[b])
            sums.append(len(values) - 1)
        level = sums + level[2 * len(sums) :]
    return Program(leaves, instructions, values)


def w3_record(engine: Engine, program: Program, leaves: Sequence[Any]) -> Any:
    """Run the program on an engine; gives its last node."""
    exp, tanh = engine.exp, engine.tanh
    nodes = list(leaves)
    append = nodes.append
    for operation, a, b in program.instructions:
        if operation == "add":
            append(nodes[a] + nodes[b])
        elif operation == "mul":
            append(nodes[a] * nodes[b])
        elif operation == "tanh":
            append(tanh(nodes[a]))
        else:
            append(exp(nodes[a]))
    return nodes[-1]


def w3_check(engine: Engine, program: Program, leaves: Sequence[Any], root: Any) -> None:
    check("the result", engine.data(root), program.values[-1])
    if engine.differentiates:
        for number, (leaf, expected) in enumerate(zip(leaves, program.gradients(), strict=True)):
            check(f"the gradient of leaf {number}", engine.grad(leaf), expected)


def w3_graph(engine: Engine, program: Program) -> tuple[Sequence[Any], Any]:
    """Its leaves and its root, recorded and differentiated."""
    leaves = [engine.leaf(number) for number in program.leaves]
    root = w3_record(engine, program, leaves)
    engine.backward(root)
    return leaves, root


def w3_pass(engine: Engine) -> float:
    """Nanoseconds per node, recording and backward."""
    w3_graph(engine, random_program(W3_NODES // 20))  # warms up
    program = random_program(W3_NODES)
    gc.collect()
    start = perf_counter()
    leaves, root = w3_graph(engine, program)
    seconds = perf_counter() - start
    w3_check(engine, program, leaves, root)
    return seconds / W3_NODES * 1e9


def w3_memory(engine: Engine, used: Callable[[], int]) -> float:
    """Bytes per node of the graph after backward, by some account of what is in use."""
    w3_graph(engine, random_program(W3_NODES // 20))  # what is loaded or generated on first use
    program = random_program(W3_NODES)
    gc.collect()
    before = used()
    leaves, root = w3_graph(engine, program)
    gc.collect()
    after = used()
    w3_check(engine, program, leaves, root)
    return (after - before) / W3_NODES


def w3_resident(engine: Engine) -> float:
    """Bytes per node, by the growth of the process."""
    import psutil

    process = psutil.Process()
    return w3_memory(engine, lambda: process.memory_info().rss)


def w3_traced(engine: Engine) -> float:
    """Bytes per node, by what Python's allocator gave out."""
    tracemalloc.start()
    try:
        return w3_memory(engine, lambda: tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


# --- W4: a chain -------------------------------------------------------------------------------------

W4_LINKS = 1_000_000
W4_SCALE = 0.999
W4_SHIFT = 0.001
W4_START = 0.5


def w4_chain(engine: Engine, links: int) -> float:
    """The seconds that so many links take, recording and backward."""
    leaf = engine.leaf(W4_START)
    gc.collect()
    start = perf_counter()
    node = leaf
    for _ in range(links):
        node = node * W4_SCALE + W4_SHIFT
    engine.backward(node)
    seconds = perf_counter() - start
    value, slope = W4_START, 1.0
    for _ in range(links):
        value, slope = value * W4_SCALE + W4_SHIFT, slope * W4_SCALE
    check("the end of the chain", engine.data(node), value)
    if engine.differentiates:
        check("the gradient of its start", engine.grad(leaf), slope)
    return seconds


def w4_pass(engine: Engine) -> float:
    """Nanoseconds per node, recording and backward; a link is two nodes."""
    w4_chain(engine, 10_000)  # warms up, and is too deep already for a backward pass that recurses
    return w4_chain(engine, W4_LINKS) / (2 * W4_LINKS) * 1e9


# --- the table ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A quantity that is measured of a workload.

    Args:
        take: measures an engine.
        once: one round is enough, since it is the same each time or long enough by itself.
    """

    workload: str
    quantity: str
    unit: str
    take: Callable[[Engine], float]
    once: bool = False


MEASURES = (
    Measure("W1", "training step", "µs", w1_step),
    Measure("W2", "training step", "ms", w2_step),
    Measure("W3", "record + backward", "ns/node", w3_pass),
    Measure("W3", "resident memory", "bytes/node", w3_resident, once=True),
    Measure("W3", "traced memory", "bytes/node", w3_traced, once=True),
    Measure("W4", "record + backward", "ns/node", w4_pass, once=True),
)
