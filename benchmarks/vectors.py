"""How accurate vector functions are: ``python -m benchmarks.vectors``, which writes into docs/native.md.

Each function that the machine code of batches can call for all lanes at once is held against mpmath, in
registers of each width, at the points of ``docs/accuracy.md``. A test measures them again.
"""

from __future__ import annotations

import platform
from pathlib import Path

from autograd import OPERATIONS
from autograd.program.native.compiler import host_lanes
from autograd.program.native.vectors import in_lanes, vector_address
from benchmarks import accuracy
from benchmarks.accuracy import counted, written
from benchmarks.exact import ulps
from benchmarks.pages import put

__all__ = ["PAGE", "WIDTHS", "names", "table", "worst"]

PAGE = Path(__file__).parents[1] / "docs" / "native.md"
#: How many lanes registers have.
WIDTHS = (2, 4, 8)


def names() -> list[str]:
    """The functions that there are, in the order of the table of operations."""
    return [name for name in OPERATIONS if any(vector_address(name, lanes) for lanes in WIDTHS)]


def worst(name: str, lanes: int) -> float | None:
    """The largest error of a function in ulp; None if this machine has it not so wide."""
    address = vector_address(name, lanes)
    if address is None:
        return None
    places = counted(OPERATIONS[name], "value")
    found = in_lanes(address, lanes, [operands for _, operands, _ in places])
    return max(ulps(got, exact) for got, (_, _, exact) in zip(found, places, strict=True))


def table() -> str:
    """The largest errors, a row for a function."""
    if host_lanes() < max(WIDTHS):
        raise SystemExit(
            f"registers of this machine hold {host_lanes()} doubles: measure on another one"
        )
    lines = [
        f"| function | eager | {' | '.join(f'{lanes} lanes' for lanes in WIDTHS)} |",
        f"| --- | ---: |{' ---: |' * len(WIDTHS)}",
    ]
    for name in names():
        found = [accuracy.worst(OPERATIONS[name], "value"), *(worst(name, lanes) for lanes in WIDTHS)]
        lines.append(f"| `{name}` | {' | '.join(map(written, found))} |")
    machine = " ".join((platform.system(), platform.machine(), *platform.libc_ver()))
    return "\n".join(lines) + f"\n\nThe largest errors in ulp, against mpmath; measured with {machine}."


if __name__ == "__main__":
    put("vector functions", table(), PAGE)
