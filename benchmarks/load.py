"""Graphs of a million nodes, and a million steps of training: ``python -m benchmarks.load``.

It prints the tables of ``docs/load.md``, and with ``--write`` puts them there. Each engine and graph has
a process of its own. PyTorch and micrograd take part where they are installed.
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import pickle
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import autograd
from benchmarks.engines import ENGINES, OURS, Engine, installed
from benchmarks.workloads import W4_SCALE, W4_SHIFT, W4_START, check, random_program, w3_check, w3_record

__all__ = ["GRAPHS", "NODES", "PAGE", "STAGES", "STEPS", "Graph", "grown", "replaced", "stages_of"]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "load.md"
NODES = 1_000_000
STEPS = 1_000_000

#: The seconds of a stage, a number of bytes, or the name of the error that it ended in.
Found = float | str


# --- the graphs --------------------------------------------------------------------------------------


class Graph:
    """A graph on some engine: links of two nodes each, ``x * 0.999 + 0.001``.

    Args:
        engine: what records it.
        nodes: how many.
    """

    def __init__(self, engine: Engine, nodes: int) -> None:
        self.engine, self.nodes = engine, nodes
        self.leaves: list[Any] = []
        self.root: Any = None
        self.pickled = b""

    def record(self) -> None:
        """Make the leaves and the root."""
        node = self.engine.leaf(W4_START)
        self.leaves = [node]
        for _ in range(self.nodes // 2):
            node = node * W4_SCALE + W4_SHIFT
        self.root = node

    def backward(self) -> None:
        """Differentiate the root."""
        self.engine.backward(self.root)

    def confirm(self) -> None:
        """Raise unless value and gradients are those that plain floats have."""
        value, slope = W4_START, 1.0
        for _ in range(self.nodes // 2):
            value, slope = value * W4_SCALE + W4_SHIFT, slope * W4_SCALE
        check("the end of the chain", self.engine.data(self.root), value)
        check("the gradient of its start", self.engine.grad(self.leaves[0]), slope)

    def dump(self) -> None:
        """Pickle it, and keep that."""
        self.pickled = pickle.dumps(self.root)

    def drop(self) -> None:
        """Let go of it, until its memory is free."""
        self.leaves, self.root = [], None
        gc.collect()  # which some engines need


class RandomGraph(Graph):
    """Random operations on random earlier nodes, so that a node has several users."""

    def __init__(self, engine: Engine, nodes: int) -> None:
        super().__init__(engine, nodes)
        self.program = random_program(nodes)

    def record(self) -> None:
        self.leaves = [self.engine.leaf(number) for number in self.program.leaves]
        self.root = w3_record(self.engine, self.program, self.leaves)

    def confirm(self) -> None:
        w3_check(self.engine, self.program, self.leaves, self.root)


GRAPHS: dict[str, type[Graph]] = {"a chain": Graph, "a random graph": RandomGraph}


# --- what is done with one ---------------------------------------------------------------------------

#: What is done with a graph, in this order; engines other than ours take part in some of it.
STAGES: dict[str, Callable[[Graph], object]] = {
    "forward": lambda graph: graph.record(),
    "backward": lambda graph: graph.backward(),
    "topological_order": lambda graph: autograd.topological_order(graph.root)[0],
    "explain": lambda graph: str(autograd.explain(graph.root, graph.leaves[0])),
    "draw": lambda graph: autograd.draw(graph.root),
    "draw, folded": lambda graph: autograd.draw(graph.root, fold=True),
    "pickle": lambda graph: graph.dump(),
    "unpickle": lambda graph: pickle.loads(graph.pickled),
    "deepcopy": lambda graph: copy.deepcopy(graph.root),
    "drop": lambda graph: graph.drop(),
}
OF_ALL = ("forward", "backward", "drop")
#: What is counted after forward and backward, and of the pickle.
BYTES = {"backward": "memory", "pickle": "size of the pickle"}


def stages_of(name: str, kind: str, nodes: int, used: Callable[[], int]) -> dict[str, Found]:
    """Every stage with its nanoseconds or bytes per node, or with the name of the error.

    Args:
        name: the engine.
        kind: one of `GRAPHS`.
        nodes: how many.
        used: how many bytes are in use.

    Raises:
        WrongResultError: the engine computed something else than plain floats do.
    """
    engine = ENGINES[name]()
    warm = GRAPHS[kind](engine, 200)
    warm.record()
    warm.backward()
    graph = GRAPHS[kind](engine, nodes)
    gc.collect()
    before = used()
    found: dict[str, Found] = {}
    for stage, work in STAGES.items():
        if name != OURS and stage not in OF_ALL:
            continue
        found[stage] = _nanoseconds(work, graph)
        if stage == "backward":
            gc.collect()
            found[BYTES[stage]] = (used() - before) / nodes
            if not isinstance(found[stage], str):
                graph.confirm()
        elif stage == "pickle":
            found[BYTES[stage]] = len(graph.pickled) / nodes
    return found


def _nanoseconds(work: Callable[[Graph], object], graph: Graph) -> Found:
    """What it takes per node, or the name of what it raises."""
    start = perf_counter()
    try:
        work(graph)
    except (autograd.AutogradError, RecursionError) as error:
        return type(error).__name__
    return (perf_counter() - start) / graph.nodes * 1e9


# --- a million steps ---------------------------------------------------------------------------------


def grown(steps: int, used: Callable[[], int]) -> int:
    """By how much more is in use after so many steps of training a network, once it has settled."""
    from nn import MLP, Adam, Example, train

    network = MLP(1, [1], activation="sigmoid", seed=1)
    optimizer = Adam(network.parameters(), lr=0.01)
    examples = [Example([0.5], [0.25])]
    train(network, examples, optimizer, steps=steps // 10)
    gc.collect()
    before = used()
    train(network, examples, optimizer, steps=steps)
    gc.collect()
    return used() - before


def _traced() -> int:
    return tracemalloc.get_traced_memory()[0]


def _resident() -> int:
    import psutil

    size: int = psutil.Process().memory_info().rss
    return size


def training() -> dict[str, float]:
    """What a million steps leave behind, each account of it in a training of its own."""
    start = perf_counter()
    blocks = grown(STEPS, sys.getallocatedblocks)
    seconds = perf_counter() - start
    resident = grown(STEPS, _resident)
    tracemalloc.start()
    return {
        "time, µs/step": seconds / (1.1 * STEPS) * 1e6,
        "blocks of memory more in use": blocks,
        "resident memory more in use, bytes": resident,
        "traced memory more in use, bytes": grown(STEPS, _traced),
    }


# --- the tables --------------------------------------------------------------------------------------


def _cell(found: Found | None) -> str:
    return "" if found is None else found if isinstance(found, str) else f"{found:,.0f}"


def graphs_table(results: dict[tuple[str, str], dict[str, Found]], engines: Sequence[str]) -> str:
    """A row per stage and graph, a column per engine."""
    lines = [
        f"| {NODES:,} nodes | per node | {' | '.join(engines)} |",
        "| --- | --- |" + " ---: |" * len(engines),
    ]
    for kind in GRAPHS:
        label = kind
        for stage in results[kind, OURS]:
            unit = "bytes" if stage in BYTES.values() else "ns"
            cells = [_cell(results[kind, engine].get(stage)) for engine in engines]
            lines.append(f"| {label} | {stage}, {unit} | {' | '.join(cells)} |")
            label = ""
    return "\n".join(lines)


def training_table(results: dict[str, float]) -> str:
    """A row per number."""
    lines = [f"| {STEPS:,} steps of training | |", "| --- | ---: |"]
    return "\n".join(lines + [f"| {name} | {found:,.0f} |" for name, found in results.items()])


def replaced(page: str, tables: Sequence[str]) -> str:
    """A page with its tables replaced, one after the other."""
    rest = iter(tables)
    return re.sub(
        r"^\|.*\n(?:\|.*\n)*",
        lambda found: next(rest, found[0].rstrip("\n")) + "\n",  # what follows is of others
        page,
        flags=re.MULTILINE,
    )


def _in_a_process(*arguments: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.load", "--only", *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Large graphs.")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/load.md")
    parser.add_argument("--only", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    match options.only:
        case None:
            engines = [name for name in ("autograd", "micrograd", "torch") if installed(name)]
            results = {(kind, name): _in_a_process(name, kind) for kind in GRAPHS for name in engines}
            tables = [graphs_table(results, engines), training_table(_in_a_process("training"))]
            print("\n\n".join(tables))
            if options.write:
                PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
        case ["training"]:
            print(json.dumps(training()))
        case [name, kind]:
            print(json.dumps(stages_of(name, kind, NODES, _resident)))


if __name__ == "__main__":
    main()
