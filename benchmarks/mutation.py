"""Whether the tests notice what goes wrong in the engine: ``python -m benchmarks.mutation``.

Each mistake of `benchmarks.mutants` is made in a copy of the repository, and the tests run there until
one fails: first those that are about the thing, and if they all pass, every test. The score is written
into ``docs/evidence.md``, and into ``mutation.toml`` which test noticed which mistake.

A mistake is made again only where that may have another outcome by now: where what is mistaken, or the
test that noticed it, reads otherwise than it did. That test is asked first. ``--all`` makes all of them
anew. The record is written after each, so that what is interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mutants import ROOT, Mutant, mutants
from benchmarks.pages import put

__all__ = ["Entry", "copied", "first_failure", "noticed_by", "recorded", "score", "stale", "state"]

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
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
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


@dataclass(frozen=True)
class Entry:
    """What the record says of a mistake: which test noticed it, "" if none, and how both read then."""

    by: str
    state: str


def recorded() -> dict[str, Entry]:
    """By a mistake's name, what came of it when it was made last."""
    found = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    return {name: Entry(**entry) for name, entry in found.items()}


def state(mutant: Mutant, by: str) -> str:
    """How a mistake and the test that noticed it read: the same as long as neither is changed.

    Layout and comments do not count.
    """
    text = "\n".join([*_changed(mutant), _test(by)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def _changed(mutant: Mutant) -> list[str]:
    """What differs, as it is right and as it is mistaken: a row of the table, or definitions."""
    right, wrong = (_parts(mutant, tree) for tree in (_parsed(mutant.file), ast.parse(mutant.source)))
    return sorted(right.symmetric_difference(wrong))


def _parts(mutant: Mutant, tree: ast.Module) -> set[str]:
    parts: list[ast.AST] = [*tree.body]
    if mutant.operation:
        parts = [part for part in ast.walk(tree) if isinstance(part, ast.Call)]
        parts = [part for part in parts if isinstance(part.func, ast.Name) and part.func.id == "_row"]
    return {ast.unparse(part) for part in parts}


@cache
def _test(by: str) -> str:
    """The source of a test; "" if there is none of that name, as of one that waited for ever."""
    file, _, name = by.partition("[")[0].partition("::")
    if not name or not (ROOT / file).is_file():
        return ""
    found = (part for part in ast.walk(_parsed(file)) if getattr(part, "name", "") == name)
    return next((ast.unparse(part) for part in found), "")


def stale(mutant: Mutant, record: Mapping[str, Entry]) -> bool:
    """Whether a mistake has not been made yet, or has by now another outcome, maybe."""
    entry = record.get(mutant.name)
    return entry is None or entry.state != state(mutant, entry.by)


def _text(record: Mapping[str, Entry]) -> str:
    """What `recorded` reads, of the mistakes that there are."""
    lines = ["# Which test noticed which mistake first: written by python -m benchmarks.mutation."]
    for mutant in mutants():
        if (entry := record.get(mutant.name)) and not mutant.equivalent:
            name = json.dumps(mutant.name, ensure_ascii=False)
            lines.append(
                f"{name} = {{ by = {json.dumps(entry.by)}, state = {json.dumps(entry.state)} }}"
            )
    return "\n".join(lines) + "\n"


def _verdict(task: tuple[int, str, str]) -> tuple[int, str]:
    """Which test notices a mistake; the one that did last is asked first."""
    number, before, folder = task
    mine = Path(folder) / str(os.getpid())
    copy = mine / "copy" if mine.exists() else copied(mine)
    mutant = mutants()[number]
    by = noticed_by(mutant, copy, before) if _test(before) else ""
    return number, by or noticed_by(mutant, copy)


def main() -> None:
    """Make the mistakes whose outcome is not known, on every processor, and write what comes of it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutation", description="Planted mistakes."
    )
    parser.add_argument("--all", action="store_true", help="make every mistake anew")
    parser.add_argument(
        "--processes", type=int, help="how many at a time; as many as there are processors"
    )
    options = parser.parse_args()
    found, record = mutants(), {} if options.all else recorded()
    asked = [
        number for number, mutant in enumerate(found) if not mutant.equivalent and stale(mutant, record)
    ]
    print(f"{len(asked)} mistakes to make", flush=True)
    with TemporaryDirectory() as folder, Pool(options.processes) as pool:
        if options.all and (by := first_failure(copied(Path(folder)), EVERY_TEST)):
            raise SystemExit(f"without any mistake {by} fails")
        before = {number: record.get(found[number].name, Entry("", "")).by for number in asked}
        tasks = [(number, before[number], folder) for number in asked]
        for number, by in pool.imap_unordered(_verdict, tasks):
            mutant = found[number]
            record[mutant.name] = Entry(by, state(mutant, by))
            RECORD.write_text(_text(record), encoding="utf-8")
            print(f"{mutant.name}: {by or 'NOT NOTICED'}", flush=True)
    RECORD.write_text(_text(record), encoding="utf-8")
    put("mutation", score((each, record[each.name].by if each.name in record else "") for each in found))


if __name__ == "__main__":
    main()
