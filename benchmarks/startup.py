"""How long an import and a command take from a cold start: ``python -m benchmarks.startup``.

Each measurement is a process of its own, and in every round each of them has its turn. What counts is
the least of the rounds, since whatever else the machine does can only add to it. From the wall time of a
process that of a bare ``python -c pass`` is taken off; what is left is divided by what ``import
dataclasses`` leaves, which goes without saying in many programs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

__all__ = ["CASES", "REFERENCE", "ratios", "run", "table"]

ROOT = Path(__file__).parents[1]
BARE, REFERENCE = "pass", "import dataclasses"
#: What is measured, and the exit code of each.
CASES: dict[str, int] = {
    BARE: 0,
    REFERENCE: 0,
    "import autograd": 0,
    "import nn": 0,
    "from nn import MLP": 0,
    "backprop list": 0,
    "backprop step urbain": 0,
    "backprop explain urbain w1": 0,
    "backprop worksheet urbain -o urbain.md": 0,
    "backprop proofread urbain": 1,  # a figure is off
}


def run(case: str, code: int, folder: str) -> float:
    """The wall time of a case in a new process, in milliseconds.

    Args:
        case: one of `CASES`.
        code: its exit code.
        folder: where it runs.

    Raises:
        RuntimeError: its exit code is another one.
    """
    command, *arguments = case.split()
    parts = ["-m", "nn", *arguments] if command == "backprop" else ["-c", case]
    # the compiled modules are there, as they are where a package is installed
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(ROOT)
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *parts],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    taken = (perf_counter() - start) * 1000.0
    if done.returncode != code:
        raise RuntimeError(f"{case}: exit code {done.returncode} and not {code}\n{done.stderr}")
    return taken


def ratios(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """How many times what the reference adds to starting Python each case adds.

    >>> ratios({"pass": [10.0, 12.0], "import dataclasses": [20.0, 40.0], "import nn": [18.0, 15.0]})
    {'import dataclasses': 1.0, 'import nn': 0.5}
    """
    bare = min(times[BARE])
    unit = min(times[REFERENCE]) - bare
    return {case: (min(each) - bare) / unit for case, each in times.items() if case != BARE}


def table(times: Mapping[str, Sequence[float]]) -> str:
    """A row per case: its time, what it adds to starting Python, and the ratio.

    >>> print(table({"pass": [10.0], "import dataclasses": [22.0]}))
    | | wall time, ms | added to starting Python, ms | ratio |
    | --- | ---: | ---: | ---: |
    | `pass` | 10.0 | | |
    | `import dataclasses` | 22.0 | 12.0 | 1.00 |
    """
    lines = [
        "| | wall time, ms | added to starting Python, ms | ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    found = ratios(times)
    bare = min(times[BARE])
    for case, each in times.items():
        taken = min(each)
        rest = " | |" if case == BARE else f" {taken - bare:.1f} | {found[case]:.2f} |"
        lines.append(f"| `{case}` | {taken:.1f} |{rest}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description="Cold starts.")
    parser.add_argument("--rounds", type=int, default=20, help="how often each has its turn; 20")
    parser.add_argument("--json", action="store_true", help="print every number instead of the table")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least one round is needed")
    times: dict[str, list[float]] = {case: [] for case in CASES}
    with TemporaryDirectory() as folder:
        for number in range(options.rounds + 1):
            for case, code in CASES.items():
                taken = run(case, code, folder)
                if number:  # the first round compiles the modules
                    times[case].append(taken)
    print(json.dumps(times, indent=2) if options.json else table(times))


if __name__ == "__main__":
    main()
