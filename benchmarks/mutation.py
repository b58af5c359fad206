"""Whether the tests notice what goes wrong in the engine: ``python -m benchmarks.mutation``.

Each mistake of `benchmarks.mutants` is made in a copy of the repository, and the tests run there until
one fails: first those that are about the thing, and if they all pass, every test. The score is written
into ``docs/evidence.md``, and into ``mutation.toml`` which test noticed which mistake, so that a few can
be tried again quickly, each by one test alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mutants import ROOT, Mutant, mutants
from benchmarks.pages import put

__all__ = ["copied", "first_failure", "noticed_by", "recorded", "score"]

RECORD = Path(__file__).with_suffix(".toml")

#: Tests of one thing that take longer have been made to wait for ever, as a lock taken twice does; many
#: times what they take on a busy machine.
SECONDS = 1_800.0

EVERY_TEST = ("tests", "autograd", "nn", "--ignore=tests/project/test_mutation.py")


def copied(folder: Path) -> Path:
    """A copy of the repository, to make mistakes in."""
    leave = shutil.ignore_patterns(
        ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "dist"
    )
    return Path(shutil.copytree(ROOT, folder / "copy", ignore=leave))


def first_failure(copy: Path, arguments: Sequence[str], seconds: float | None = None) -> str:
    """The test that fails first, or "" if none does."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
    command += arguments
    environment = {name: text for name, text in os.environ.items() if name not in {"CI", "PYTHONPATH"}}
    try:
        done = subprocess.run(
            command,
            cwd=copy,
            # the mistakes are made in Python
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1", "AUTOGRAD_PURE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return "a test that waits for ever"
    if done.returncode == 0:
        return ""
    failed = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 1 or failed is None:
        raise RuntimeError(f"the tests did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return failed[1]


def noticed_by(mutant: Mutant, copy: Path, alone: str = "") -> str:
    """The test that notices a mistake, or "" if none does; of all, or one ``alone``."""
    original = (ROOT / mutant.file).read_text(encoding="utf-8")
    (copy / mutant.file).write_text(mutant.source, encoding="utf-8")
    about_it = [f"tests/autograd/test_{part}.py" for part in ("backward", "interrupts", "threads")]
    if mutant.operation:
        about_it = ["tests/autograd/test_operations.py", "-k", mutant.operation]
    try:
        if alone:
            return first_failure(copy, [alone], SECONDS)
        return first_failure(copy, about_it, SECONDS) or first_failure(copy, EVERY_TEST)
    finally:
        (copy / mutant.file).write_text(original, encoding="utf-8")


def score(verdicts: Iterable[tuple[Mutant, str]]) -> str:
    """The table: by kinds, how many mistakes there are, how many are noticed, and which are none."""
    kinds: dict[str, list[tuple[Mutant, str]]] = {}
    for mutant, by in verdicts:
        kinds.setdefault(mutant.kind, []).append((mutant, by))
    lines = ["| mistake | made | noticed | makes no difference |", "| --- | ---: | ---: | --- |"]
    for kind, found in kinds.items():
        real = [by for mutant, by in found if not mutant.equivalent]
        others: dict[str, list[str]] = {}
        for mutant, _ in found:
            if mutant.equivalent:
                others.setdefault(mutant.equivalent, []).append(mutant.what)
        named = "; ".join(f"{', '.join(what)}: {reason}" for reason, what in others.items())
        lines.append(f"| {kind} | {len(real)} | {sum(map(bool, real))} | {named} |")
    return "\n".join(lines)


def recorded() -> dict[str, str]:
    """By a mistake's name, the test that noticed it when all were made last."""
    found: dict[str, str] = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    return found


def _record(verdicts: Iterable[tuple[Mutant, str]]) -> str:
    """What `recorded` reads."""
    lines = ["# Which test noticed which mistake first: written by python -m benchmarks.mutation."]
    for mutant, by in verdicts:
        if not mutant.equivalent:
            lines.append(f"{json.dumps(mutant.name, ensure_ascii=False)} = {json.dumps(by)}")
    return "\n".join(lines) + "\n"


def _verdict(number: int, folder: str) -> str:
    mine = Path(folder) / str(os.getpid())
    copy = mine / "copy" if mine.exists() else copied(mine)
    return noticed_by(mutants()[number], copy)


def main() -> None:
    """Make every mistake, on every processor, and write the score into the page."""
    found = mutants()
    real = [number for number, mutant in enumerate(found) if not mutant.equivalent]
    verdicts = [""] * len(found)
    with TemporaryDirectory() as folder, Pool() as pool:
        if by := first_failure(copied(Path(folder)), EVERY_TEST):
            raise SystemExit(f"without any mistake {by} fails")
        found_by = pool.imap(partial(_verdict, folder=folder), real)
        for number, by in zip(real, found_by, strict=True):
            verdicts[number] = by
            print(f"{found[number].name}: {by or 'NOT NOTICED'}", flush=True)
    put("mutation", score(zip(found, verdicts, strict=True)))
    RECORD.write_text(_record(zip(found, verdicts, strict=True)), encoding="utf-8")


if __name__ == "__main__":
    main()
