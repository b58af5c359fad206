"""Measure the engines side by side: ``python -m benchmarks --help``.

Each measurement has a process of its own, so that no engine pays for another's garbage. Each round
takes every engine in turn and has ratios of its own, so that a machine that slows down meanwhile does
so for all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.engines import ENGINES, OURS, PURE, installed
from benchmarks.workloads import MEASURES, Measure

PROGRESS = Console(stderr=True)


@dataclass(frozen=True)
class Row:
    """What the rounds gave for one engine and one quantity.

    Args:
        values: one a round, or one alone if the measure is taken once.
        median: of the values.
        ratio: the median of the values' ratios to ours; above 1, ours takes less.
        failure: the name of the error that the engine met. There are no numbers then.
    """

    workload: str
    quantity: str
    unit: str
    engine: str
    values: Sequence[float] = ()
    median: float | None = None
    ratio: float | None = None
    failure: str | None = None


def measured(measure: Measure, engine: str) -> float | str:
    """A number from a fresh process, or the name of the error that the engine met."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", engine, str(MEASURES.index(measure))],
        cwd=Path(__file__).parents[1],
        env=os.environ | ({"AUTOGRAD_PURE": "1"} if engine == PURE else {}),
        stdout=subprocess.PIPE,
        check=True,
    )
    result: float | str = json.loads(finished.stdout)
    return result


def measured_rounds(measures: Sequence[Measure], rounds: int) -> list[Row]:
    engines = [engine for engine in ENGINES if installed(engine)]
    jobs = [(measure, engine) for measure in measures for engine in engines]
    again = [(measure, engine) for measure, engine in jobs if not measure.once]
    numbers: dict[tuple[Measure, str], list[float]] = {job: [] for job in jobs}
    failures: dict[tuple[Measure, str], str] = {}
    for job in track(jobs + again * (rounds - 1), "measuring", console=PROGRESS, transient=True):
        result = measured(*job)
        if isinstance(result, str):
            failures[job] = result
        else:
            numbers[job].append(result)
    rows = []
    for measure, engine in jobs:
        what = (measure.workload, measure.quantity, measure.unit, engine)
        if (measure, engine) in failures:
            rows.append(Row(*what, failure=failures[measure, engine]))
        else:
            values, ours = numbers[measure, engine], numbers[measure, OURS]
            ratios = [value / our for value, our in zip(values, ours, strict=True)]
            rows.append(Row(*what, values, median(values), median(ratios)))
    return rows


def machine() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}, {python}"


def table(rows: Sequence[Row], title: str) -> Table:
    shown = Table(title=title)
    shown.add_column("workload")
    shown.add_column("engine")
    shown.add_column("median", justify="right")
    shown.add_column("peer / ours", justify="right")
    for row in rows:
        if row.engine == OURS:
            shown.add_section()
        shown.add_row(
            f"{row.workload} {row.quantity}, {row.unit}" if row.engine == OURS else "",
            row.engine,
            row.failure if row.median is None else f"{row.median:,.1f}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
        )
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Engines side by side.")
    workloads = sorted({measure.workload for measure in MEASURES})
    parser.add_argument(
        "--workloads", nargs="+", choices=workloads, default=workloads, help="all unless some are named"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each engine has its turn; 3")
    parser.add_argument("--json", action="store_true", help="print every number instead of the table")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least one round is needed")
    measures = [measure for measure in MEASURES if measure.workload in options.workloads]
    for engine in ENGINES:
        if not installed(engine):
            PROGRESS.print(f"{engine} is not installed, so it is left out")
    rows = measured_rounds(measures, options.rounds)
    if options.json:
        found = {"machine": machine(), "rows": [asdict(row) for row in rows]}
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        title = f"medians of {options.rounds} rounds on {machine()}"
        Console().print(table(rows, title))


if __name__ == "__main__":
    main()
