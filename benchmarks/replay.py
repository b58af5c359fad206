"""Native replay beside C by hand and other engines: ``python -m benchmarks.replay``.

It prints the tables of ``docs/speed.md``, and with ``--write`` puts them there and draws its plots. Each
measurement has a process of its own, and all of them take turns, so that a machine that slows down does
so for all. The other engines have an environment of their own, which is made when it is not there; what
cannot be installed is named with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.__main__ import machine
from benchmarks.pages import put
from benchmarks.replay_ours import BATCHES, NATIVE, SIZES, VECTOR
from benchmarks.replay_ours import WORK as OURS
from benchmarks.replay_peers import C_FLAGS, PEERS
from benchmarks.speed_page import PAGE, write
from benchmarks.workloads import NETWORKS

__all__ = ["LEFT_OUT", "PAGE", "WORKS", "beside", "networks", "tables"]

ROOT = Path(__file__).parents[1]
#: What is measured: its title, its unit and how many units are a second.
WORKS = {
    "call": ("W1: value and 8 derivatives, one call from Python", "µs", 1e6),
    "loop": ("W1: a training step, in a loop without Python", "ns", 1e9),
    "batch": ("W2: a training step on 100 examples", "µs", 1e6),
}
#: What is never measured, and why.
LEFT_OUT = {"aadc": "its licence forbids benchmarks"}


def _run(python: str, module: str, *arguments: str) -> Any:
    """What a process of its own prints, or the last line of what it complains of."""
    finished = subprocess.run(
        [python, "-m", f"benchmarks.{module}", *arguments],
        cwd=ROOT,
        env=os.environ | {"AUTOGRAD_PURE": "1"},  # the reference, whether or not there is one in C
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        lines = finished.stderr.strip().splitlines()
        return lines[-1] if lines else f"it ended by signal {-finished.returncode}"
    return json.loads(finished.stdout)


def installed(folder: Path) -> tuple[str, dict[str, str]]:
    """The Python of the other engines' environment, and why some are not in it."""
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    missing = {}
    for name in PEERS:
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name]
        finished = subprocess.run(pip, capture_output=True, text=True, check=False)
        if finished.returncode:
            errors = [line for line in finished.stderr.splitlines() if line.startswith("ERROR")]
            missing[name] = (errors or ["pip failed"])[-1].removeprefix("ERROR: ")
    return python, missing


def beside(python: str, missing: dict[str, str], rounds: int) -> dict[str, dict[str, list[float] | str]]:
    """By work and engine the seconds per unit in each round, or why there are none."""
    jobs = [
        (name, work, sys.executable, "replay_ours") for name, works in OURS.items() for work in works
    ]
    jobs += [
        (name, work, python, "replay_peers")
        for name, works in PEERS.items()
        for work in works
        if name not in missing
    ]
    found: dict[str, dict[str, list[float] | str]] = {work: {} for work in (*WORKS, *NETWORKS)}
    for _ in range(rounds):
        for name, work, by, module in jobs:
            result = _run(by, module, name, work)
            times = found[work].setdefault(name, [])
            if isinstance(times, list) and not isinstance(result, str):
                times.append(result)
            else:
                found[work][name] = result if isinstance(result, str) else times
    return found


def tables(
    measured: dict[str, dict[str, list[float] | str]],
    by_size: dict[int, dict[str, float]],
    by_batch: dict[int, dict[str, float]],
    missing: dict[str, str],
    rounds: int,
) -> str:
    """The page's tables."""
    parts = []
    for work, (title, unit, factor) in WORKS.items():
        ours = measured[work][NATIVE]
        assert isinstance(ours, list), ours
        lines = [f"| {title} | {unit} | times native |", "| --- | ---: | ---: |"]
        for name, times in measured[work].items():
            if isinstance(times, str):
                lines.append(f"| {name} | {times.replace('|', '/')} | |")
                continue
            ratio = median(each / own for each, own in zip(times, ours, strict=True))
            lines.append(f"| {name} | {median(times) * factor:,.3g} | {ratio:.2f} |")
        parts.append("\n".join(lines))
    lines = [
        "| nodes | interpreter, ns each | compiled, ns each | compilation, µs each | pays after |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for count, each in by_size.items():
        cells = [f"{count:,}", f"{each['interpreter'] * 1e9:.1f}"]
        if "straight" in each:
            gain = each["interpreter"] - each["straight"]
            pays = f"{each['straight compile'] / gain:,.0f} replays" if gain > 0.0 else "never"
            cells += [f"{each['straight'] * 1e9:.1f}", f"{each['straight compile'] * 1e6:.0f}", pays]
        else:
            cells += ["", "", ""]
        lines.append(f"| {' | '.join(cells)} |")
    parts.append("\n".join(lines))
    lines = [
        "| examples of W2 in a batch | one thread, ns each | two threads |",
        "| ---: | ---: | ---: |",
    ]
    for count, each in by_batch.items():
        two = f"{each['two'] * 1e9:,.0f}" if "two" in each else ""
        lines.append(f"| {count:,} | {each['one'] * 1e9:,.0f} | {two} |")
    parts.append("\n".join(lines))
    parts.append(networks(measured))
    reasons = [f"{name} ({why})" for name, why in (LEFT_OUT | missing).items()]
    parts.append(
        f"Medians of {rounds} rounds on {machine()}; C is compiled with `cc {' '.join(C_FLAGS)}`, "
        f"that of casadi too. Left out: {'; '.join(reasons)}."
    )
    return "\n\n".join(parts)


def networks(measured: dict[str, dict[str, list[float] | str]]) -> str:
    """The table of networks of tanh, whose functions are scalar or vector functions."""
    engines = (NATIVE, VECTOR, "jax")
    lines = [f"| a training step of a tanh network | {' | '.join(f'{each}, µs' for each in engines)} |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for name in NETWORKS:
        found = [measured[name].get(each, "") for each in engines]
        shown = [each if isinstance(each, str) else f"{median(each) * 1e6:,.3g}" for each in found]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each engine has its turn; 3")
    parser.add_argument(
        "--environment",
        type=Path,
        default=ROOT / ".benchmarks",
        help="where the other engines are installed; .benchmarks",
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/speed.md")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least one round is needed")
    python, missing = installed(options.environment)
    measured = beside(python, missing, options.rounds)
    by_size = {count: _run(sys.executable, "replay_ours", "sizes", str(count)) for count in SIZES}
    by_batch = {count: _run(sys.executable, "replay_ours", "batches", str(count)) for count in BATCHES}
    text = tables(measured, by_size, by_batch, missing, options.rounds)
    print(text)
    if options.write:
        put("measured", text, PAGE)
        write(PAGE)


if __name__ == "__main__":
    main()
