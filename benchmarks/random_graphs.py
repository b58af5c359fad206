"""Gradients of random graphs against a sweep in 60 digits: ``python -m benchmarks.random_graphs``.

Each graph follows from its seed. It is recorded and differentiated by the engine; then the chain rule is
applied again in mpmath, with the exact derivative of every operation at the operands that the engine
recorded. The largest errors are written into ``docs/evidence.md``, and a test takes some of them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import Pool
from random import Random
from typing import Any

from mpmath import mp

from autograd import OPERATIONS, AutogradError, Operation, Value, topological_order
from autograd.arguments import number_of
from autograd.ieee import compiled
from benchmarks.exact import LEAST_NORMAL, derivative, exactly, size
from benchmarks.pages import put

DIGITS = 60
HALF_ULP = 2.0**-53

#: What flattens out on one side or both, where derivatives underflow and textbook forms cancel.
SATURATING = (
    "tanh", "sigmoid", "logsigmoid", "softplus", "silu", "gelu", "elu", "erf", "erfc", "gaussian",
    "normal_cdf", "atan", "asinh", "exp", "expm1",
)  # fmt: skip


# --- graphs ---------------------------------------------------------------------------------------


@cache
def _on_kink(operation: Operation) -> Callable[..., bool]:
    return compiled(operation.kink, operation.parameters) if operation.kink else lambda *_: False


def _usual(node: Value) -> bool:
    """Whether a node and its slopes are numbers of a size that products of some of them stay floats."""
    operation = node.operation
    assert operation is not None
    numbers = [number_of(operand) for operand in node.operands]
    if _on_kink(operation)(*numbers) or (operation.name == "pow" and numbers[0] == 0.0):
        return False
    return all(abs(number) < 1e30 for number in (node.data, *filter(None, node.derivatives)))


def _step(random: Random, nodes: list[Value]) -> Value:
    """One more node above some: half of them on the last one, so that graphs are deep too."""

    def some() -> Value:
        return nodes[-1] if random.random() < 0.5 else random.choice(nodes)

    how = random.random()
    if how < 0.1:  # two numbers that agree in up to 15 digits
        x = some()
        return x - x * (1.0 + random.choice((1, -1)) * 10.0 ** random.uniform(-15.0, -1.0))
    if how < 0.25:
        return getattr(some() * random.uniform(2.0, 40.0), random.choice(SATURATING))()
    operation = random.choice(list(OPERATIONS.values()))
    operands: list[Value | float] = [some() for _ in range(operation.arity)]
    if operation.arity == 2 and random.random() < 0.3:
        operands[random.randrange(2)] = random.gauss(0.0, 2.0)
    first = operands[0]
    if isinstance(first, float):
        return getattr(operands[1], f"_r{operation.name}")(first)
    return getattr(first, operation.name)(*operands[1:])


def graph(seed: int, steps: int = 20) -> tuple[list[Value], Value]:
    """The leaves and the root of a random graph, which has some ten to forty nodes."""
    random = Random(seed)
    leaves = [
        Value(random.gauss(0.0, random.choice((0.01, 1.0, 1.0, 30.0))))
        for _ in range(random.randint(1, 4))
    ]
    nodes = list(leaves)
    for _ in range(random.randint(4, steps)):
        for _ in range(10):
            try:
                node = _step(random, nodes)
            except AutogradError:
                continue
            if _usual(node):
                nodes.append(node)
                break
    return leaves, _joined(random, nodes)


def _joined(random: Random, nodes: list[Value]) -> Value:
    """One node above all that nothing else is above."""
    used = {operand for node in nodes for operand in topological_order(node)[1:]}
    root, *others = [node for node in nodes if node not in used]
    for node in others:
        root = random.choice((root + node, root - node, root * node))
    return root


# --- the sweeps -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sized:
    """An exact number, and the sum of the sizes of the terms that it is made of.

    Below the least normal number floats are no denser, so a size is that at least if it is not 0.
    """

    number: Any
    size: Any

    def __add__(self, other: Sized) -> Sized:
        return Sized(self.number + other.number, self.size + other.size)

    def __mul__(self, other: Sized) -> Sized:
        size = self.size * other.size
        return Sized(self.number * other.number, max(size, LEAST_NORMAL) if size else size)


ZERO, ONE = Sized(mp.mpf(0), mp.mpf(0)), Sized(mp.mpf(1), mp.mpf(1))


def _slope(node: Value, *indices: int) -> Sized:
    """The exact derivative of a node's operation, at its recorded operands, by one of them or by two."""
    operation = node.operation
    assert operation is not None
    numbers = tuple(number_of(operand) for operand in node.operands)
    order = tuple(indices.count(index) for index in range(operation.arity))
    slope = exactly(derivative(operation.name, *order), *numbers, digits=DIGITS)
    if slope == 0:
        return ZERO
    return Sized(slope, max(size(operation.name, order, numbers, slope), LEAST_NORMAL))


def _variables(node: Value) -> list[tuple[int, Value]]:
    return [(index, each) for index, each in enumerate(node.operands) if isinstance(each, Value)]


def swept(root: Value) -> dict[Value, Sized]:
    """The derivative of a root by each node below: the sum over all paths of their slopes' products."""
    order = topological_order(root)
    gradients = dict.fromkeys(order, ZERO)
    gradients[root] = ONE
    for node in order:
        for index, operand in _variables(node):
            gradients[operand] += gradients[node] * _slope(node, index)
    return gradients


def swept_twice(root: Value, leaf: Value) -> dict[Value, Sized]:
    """The derivative of a root by each node below and by a leaf: the sweep itself, differentiated."""
    order = topological_order(root)
    by_leaf = dict.fromkeys(order, ZERO)
    by_leaf[leaf] = ONE
    for node in reversed(order):
        for index, operand in _variables(node):
            by_leaf[node] += by_leaf[operand] * _slope(node, index)
    gradients = swept(root)
    seconds = dict.fromkeys(order, ZERO)
    for node in order:
        for index, operand in _variables(node):
            seconds[operand] += seconds[node] * _slope(node, index)
            for other, factor in _variables(node):
                seconds[operand] += gradients[node] * by_leaf[factor] * _slope(node, index, other)
    return seconds


# --- errors ---------------------------------------------------------------------------------------


def _error(got: float, exact: Sized) -> float:
    """An error in halves of an ulp of the size: what rounding once may cost."""
    if not math.isfinite(got):
        return math.inf
    difference = abs(mp.mpf(got) - exact.number)
    return float(difference / (exact.size * HALF_ULP)) if difference else 0.0


def first_errors(seed: int) -> list[float]:
    """The errors of a graph's derivatives by its leaves."""
    leaves, root = graph(seed)
    root.backward()
    with mp.workdps(DIGITS):
        exact = swept(root)
        return [_error(leaf.grad, exact[leaf]) for leaf in leaves]


def second_errors(seed: int) -> list[float]:
    """The errors of a smaller graph's derivatives by each two of its leaves."""
    leaves, root = graph(seed, steps=10)
    root.backward(create_graph=True)
    gradients = [leaf.grad for leaf in leaves]
    errors = []
    for leaf, gradient in zip(leaves, gradients, strict=True):
        for other in leaves:
            other.grad = 0.0
        gradient.backward()
        with mp.workdps(DIGITS):
            exact = swept_twice(root, leaf)
            errors += [_error(other.grad, exact[other]) for other in leaves]
    return errors


# --- the page -------------------------------------------------------------------------------------

#: How many graphs make a slice, and how many slices there are, of first and of second derivatives.
SLICES = {"first": (1_000, 50), "second": (100, 20)}
PER_ROW = 10


def slice_errors(which: str, number: int) -> list[float]:
    """All errors of one slice: of the graphs with a thousand, or a hundred, seeds in a row."""
    count, _ = SLICES[which]
    errors = first_errors if which == "first" else second_errors
    return [error for seed in range(number * count, (number + 1) * count) for error in errors(seed)]


def _summary(found: dict[str, list[list[float]]]) -> str:
    lines = [
        "| derivatives | graphs | numbers | half of them within | 99.9 % within | largest |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for which, slices in found.items():
        errors = sorted(chain.from_iterable(slices))
        half, most = errors[len(errors) // 2], errors[len(errors) * 999 // 1000]
        graphs = math.prod(SLICES[which])
        lines.append(
            f"| {which} | {graphs:,} | {len(errors):,} | {half:.1f} | {most:.1f} | {errors[-1]:.1f} |"
        )
    return "\n".join(lines)


def _by_slices(which: str, slices: list[list[float]]) -> str:
    count = SLICES[which][0]
    lines = [
        f"| seeds | {' | '.join(f'+{count * column:,}' for column in range(PER_ROW))} |",
        f"| ---: |{' ---: |' * PER_ROW}",
    ]
    for row in range(0, len(slices), PER_ROW):
        largest = " | ".join(f"{max(errors):.1f}" for errors in slices[row : row + PER_ROW])
        lines.append(f"| {row * count:,} | {largest} |")
    return "\n".join(lines)


def main() -> None:
    """Take all errors, on every processor, and write them into the page."""
    found: dict[str, list[list[float]]] = {}
    with Pool() as pool:
        for which, (_, slices) in SLICES.items():
            found[which] = pool.starmap(slice_errors, [(which, k) for k in range(slices)], chunksize=1)
            put(f"random graphs, {which}", _by_slices(which, found[which]))
    put("random graphs", _summary(found))


if __name__ == "__main__":
    main()
