"""Throughput on a local Dask cluster, and what an example costs: ``python -m benchmarks.cluster``.

It writes the tables into ``docs/handover.md``. How long things take depends on the machine and on what
else runs there; that the results are the same to the bit does not, and ends the run if it is not so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy
from dask import array
from distributed import Client, LocalCluster

from autograd import RecordedProgram, Value, record
from autograd.program.chunks import Chunks
from autograd.program.distributed import on_cluster
from benchmarks.pages import put
from nn import MLP
from nn.fitting.losses import loss_of

PAGE = Path(__file__).parents[1] / "docs" / "handover.md"
WORKERS = (1, 2, 4)
CHUNK_SIZES = (10, 100, 1_000, 10_000)
#: Inputs, hidden layers, outputs.
NETWORKS = ((2, 16, 1), (2, 16, 16, 1), (16, 32, 32, 4), (64, 32, 10))
BILLION = 1e9


def recorded(sizes: tuple[int, ...], engine: str) -> tuple[RecordedProgram, MLP]:
    """The error of one example of a network, ready to run."""
    nin, *layers = sizes
    activation = ["tanh"] * (len(layers) - 1) + ["linear"]
    network = MLP(nin, layers, activation=activation, seed=1)
    rule = loss_of("half_squared_error")

    def error(*numbers: Value) -> Value:
        return rule.part(network.outputs(numbers[:nin]), numbers[nin:])

    program = record(error, *[0.5] * (nin + layers[-1]), parameters=network.parameters())
    return program.compile(engine, runs=1_000_000), network


def seconds(
    work: Callable[[], Any], rounds: int = 3, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The median of how long it takes, after a first time."""
    work()
    taken = []
    for _ in range(rounds):
        start = clock()
        work()
        taken.append(clock() - start)
    return median(taken)


# --- throughput -----------------------------------------------------------------------------------


def throughput(size: int, workers: int, program: RecordedProgram, right: dict[int, Any]) -> float:
    """Examples in a second, of those that lie on the cluster in chunks of a size."""
    count = min(100_000, 300 * size)
    numbers = numpy.random.default_rng(1).normal(size=(count, 3))
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as local,
        Client(local) as client,
    ):
        chunks = Chunks.of(client, "examples", array.from_array(numbers, chunks=(size, 3)), size)
        assert chunks is not None

        def work() -> Any:
            return on_cluster(program.replay, chunks, range(len(chunks)), 1.0 / count).gradients

        if right.setdefault(size, work()) != work():
            raise SystemExit(f"{workers} workers have other bits")
        return count / seconds(work)


def by_workers() -> str:
    """The table of throughput by workers and chunk size."""
    program, _ = recorded((2, 16, 16, 1), "native")
    right: dict[int, Any] = {}
    rows = []
    for size in CHUNK_SIZES:
        found = [throughput(size, workers, program, right) for workers in WORKERS]
        rows.append(f"| {size:,} | " + " | ".join(f"{_rounded(each)}" for each in found) + " |")
        print(rows[-1], file=sys.stderr, flush=True)
    head = " | ".join(f"{n} worker{'s' * (n != 1)}" for n in WORKERS)
    return "\n".join([f"| chunk | {head} |", "| --- |" + " --- |" * len(WORKERS), *rows])


def _rounded(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.0f}"


# --- what an example costs ------------------------------------------------------------------------


def cost(sizes: tuple[int, ...], engine: str, count: int) -> float:
    """Seconds of one core for the error and all derivatives of one example."""
    program, _ = recorded(sizes, engine)
    rows = numpy.random.default_rng(1).normal(size=(count, sizes[0] + sizes[-1])).tolist()
    return seconds(lambda: program.batch(rows), clock=time.process_time) / count


def cost_of_matrices(sizes: tuple[int, ...], count: int = 1_000) -> float:
    """The same in NumPy's matrix products, by hand, on one core."""
    from threadpoolctl import threadpool_limits

    random = numpy.random.default_rng(1)
    weights = [random.normal(size=shape) for shape in pairwise(sizes)]
    inputs, targets = random.normal(size=(count, sizes[0])), random.normal(size=(count, sizes[-1]))

    def work() -> Any:
        outputs = [inputs]
        for index, each in enumerate(weights):
            net = outputs[-1] @ each
            outputs.append(net if index == len(weights) - 1 else numpy.tanh(net))
        delta = outputs[-1] - targets
        slopes = []
        for index in reversed(range(len(weights))):
            slopes.append(outputs[index].T @ delta)
            if index:
                delta = delta @ weights[index].T * (1.0 - outputs[index] ** 2)
        return slopes

    with threadpool_limits(1):
        return seconds(work, 20, time.process_time) / count


def by_network() -> str:
    """The table of what a billion examples cost by network."""
    rows = []
    for sizes in NETWORKS:
        _, network = recorded(sizes, "python")
        native, matrices = cost(sizes, "native", 20_000), cost_of_matrices(sizes)
        hours = [BILLION * each / 3600.0 for each in (native, matrices)]
        rows.append(
            f"| {'-'.join(map(str, sizes))} | {len(network.parameters()):,} | "
            f"{cost(sizes, 'python', 2_000) * 1e6:.0f} | {native * 1e6:.2g} | {matrices * 1e6:.2g} | "
            f"{hours[0]:.2g} | {hours[1]:.2g} | {native / matrices:.2g} |"
        )
        print(rows[-1], file=sys.stderr, flush=True)
    head = (
        "| network | parameters | Python, µs | machine code, µs | matrices, µs "
        "| a billion in machine code, core hours | in matrices, core hours | machine code / matrices |"
    )
    return "\n".join([head, "| --- |" + " --- |" * 7, *rows])


if __name__ == "__main__":
    put("network", by_network(), PAGE)
    put("cluster", by_workers(), PAGE)
