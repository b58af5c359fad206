"""What is left behind by doing something very often.

Memory is counted in a Python of its own, where nobody else takes or frees any: in one that runs other
tests, the numbers would be of them too.
"""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from autograd import AutogradError, Value, record
from autograd.backward import leaf_gradients
from autograd.engine import COMPILED

__all__ = ["STEPS", "left_behind"]


def left_behind(step: str, times: int) -> tuple[int, int]:
    """How many nodes, where C counts them, and blocks of memory a step leaves behind."""
    run = subprocess.run(
        [sys.executable, __file__, step, str(times)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    nodes, blocks = map(int, run.stdout.split())
    return nodes, blocks


def _in_use() -> tuple[int, int]:
    """Nodes, and blocks of memory without those that are kept for nodes."""
    gc.collect()
    nodes, spare = (0, 0) if COMPILED is None else (COMPILED.alive(), COMPILED.spare())
    return nodes, sys.getallocatedblocks() - spare


def _counted(step: Callable[[], object], times: int) -> tuple[int, int]:
    for _ in range(1_000):  # for what is kept once, as by caches
        step()
    nodes, blocks = _in_use()
    for _ in range(times):
        step()
    nodes_after, blocks_after = _in_use()
    return nodes_after - nodes, blocks_after - blocks


# --- the steps ------------------------------------------------------------------------------------


def training() -> Callable[[], object]:
    """Of a loss, its derivatives and an update."""
    x, y = weights = [Value(0.5), Value(-0.25)]

    def step() -> None:
        loss = ((x * 0.5 + y).tanh() - 0.25) ** 2 + x.sigmoid() / (1.0 + y.exp())
        loss.backward()
        for weight in weights:
            weight.data -= 0.01 * weight.grad
            weight.grad = 0

    return step


def left_to_python() -> Callable[[], object]:
    """What the engine in C refuses, or leaves to that in Python."""
    x, y = Value(0.0, "x"), Value(float("inf"))

    def step() -> None:
        for attempt in (x.log, lambda: 1.0 / x, lambda: x * "a", lambda: x < 1j, lambda: x.exp(1)):
            with contextlib.suppress(AutogradError, TypeError):
                attempt()
                raise AssertionError("not refused")
        (x * y).backward()
        (x**y * 2 + True).backward()
        leaf_gradients(x * y)
        with contextlib.suppress(TypeError):
            leaf_gradients(0.5)  # type: ignore[arg-type]
            raise AssertionError("not refused")
        setattr(x, "grad", 0)  # noqa: B010

    return step


def native_calls() -> Callable[[], object]:
    """Of a function that has been compiled to machine code."""
    from autograd.program.native import built_in

    call = built_in(record(lambda x: x * 3.5 + x.square(), 2.0))
    numbers = count(0.5)  # each another object
    return lambda: call(next(numbers))


def planted() -> Callable[[], object]:
    """Ten nodes each time, which stay."""
    left: list[object] = []
    return lambda: left.append([Value(0.5) for _ in range(10)])


STEPS = {make.__name__: make for make in (training, left_to_python, native_calls, planted)}

if __name__ == "__main__":
    print(*_counted(STEPS[sys.argv[1]](), int(sys.argv[2])))
