"""Every command on the largest files that are read: ``python -m benchmarks.bounds``.

A file may come from anyone, so what it can ask for is bounded, in work and not in time: see
`nn.worked.limits`. Here are files at these bounds, of every shape, and what each command takes on them:
processor seconds, or that it refuses. The table goes into ``docs/load.md`` with ``--write``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, TemporaryFile

from benchmarks.pages import put
from nn import worked
from nn.worked.limits import MAX_BY_HAND, MAX_JUDGED, MAX_NUMBERS, MAX_PAGE, MAX_QUIZ, MAX_TRAINED

__all__ = [
    "COMMANDS",
    "FILES",
    "PAGE",
    "SECONDS",
    "Command",
    "Outcome",
    "cell",
    "measured",
    "outcome",
    "table",
]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "load.md"
#: What a command may take, on an idle machine; and when it is ended.
SECONDS, ENDED = 10, 60
#: So many figures a file may have.
_FIGURES = 500

# --- files at the bounds ---------------------------------------------------------------------------


def network(*shape: int, numbers: int = MAX_NUMBERS, figures: int = 0) -> str:
    """A file with a network of that shape, and as many examples as a step of so many numbers has.

    Args:
        shape: the number of inputs, and of the neurons of each layer.
        numbers: the weights and biases, times the examples.
        figures: how many figures; each is wrong in its fifth digit.
    """
    random = Random(str(shape))
    text = '[training]\nerror = "half_squared_error"\nlearning_rate = 0.5\n'
    size = 0
    for nin, nout in pairwise(shape):
        weights = [[round(random.uniform(-0.5, 0.5), 2) for _ in range(nin)] for _ in range(nout)]
        bias = [round(random.uniform(-0.5, 0.5), 2) for _ in range(nout)]
        text += f'[[layers]]\nactivation = "sigmoid"\nweights = {weights}\nbias = {bias}\n'
        size += nout * (nin + 1)
    for _ in range(numbers // size):
        inputs = [round(random.uniform(-1.0, 1.0), 1) for _ in range(shape[0])]
        targets = [round(random.uniform(0.1, 0.9), 1) for _ in range(shape[-1])]
        text += f"[[examples]]\ninputs = {inputs}\ntargets = {targets}\n"
    # as short as it can be, since its bytes are bounded too
    return _with_figures('bias_convention = "+b"\n' + text.replace(", ", ","), figures, random)


def formulas(values: int, of: Callable[[int], str], figures: int = 0) -> str:
    """A file with a hundred formulas.

    Args:
        values: how many numbers are given: ``v0``, ``v1`` and so on.
        of: gives the text of each formula by its number; they are ``f0``, ``f1`` and so on.
        figures: how many figures; each is wrong in its fifth digit.
    """
    random = Random(values)
    text = "[values]\n" + "".join(
        f"v{number} = {round(random.uniform(0.1, 0.9), 3)}\n" for number in range(values)
    )
    text += "[formulas]\n" + "".join(f'f{number} = "{of(number)}"\n' for number in range(100))
    parameters = ", ".join(f'"v{number}"' for number in range(values))
    text += f"[training]\nparameters = [{parameters}]\nlearning_rate = 0.1\n"
    return _with_figures(text, figures, random)


def _with_figures(text: str, figures: int, random: Random) -> str:
    if not figures:
        return text
    with TemporaryDirectory() as folder:
        path = Path(folder, "example.toml")
        path.write_text(text, encoding="utf-8")
        step = worked.load(path).step().to_dict()
    found = {**step["values"], **step["gradients"]}
    symbols = [symbol for symbol, value in found.items() if 1e-5 < abs(value) < 1e6]
    random.shuffle(symbols)
    for symbol in symbols[:figures]:
        printed = found[symbol] + 1.3e-5 * abs(found[symbol]) + 1e-6
        text += f'[[figures]]\nsymbol = "{symbol}"\nprinted = "{printed:.7f}"\n'
    return text


def _products(number: int, values: int) -> str:
    """A sum of a dozen products of values."""
    return " + ".join(
        f"v{(number * 10 + each) % values}*v{(number * 7 + each) % values}" for each in range(12)
    )


#: Files at the bounds, by what they are: the text of each is made when it is asked for.
FILES: dict[str, Callable[[], str]] = {
    "99-99-1, 5 examples": lambda: network(99, 99, 1),
    "2-2499-1, 5 examples": lambda: network(2, 2499, 1),
    "1-1-…-1, 5,000 layers, 5 examples": lambda: network(*[1] * 5001),
    "2-2-2, 4,166 examples": lambda: network(2, 2, 2),
    "99-98-1, 10 figures": lambda: network(99, 98, 1, numbers=MAX_BY_HAND, figures=10),
    "17-17-1, 10 figures": lambda: network(17, 17, 1, numbers=MAX_JUDGED, figures=10),
    "1-1-…-1, 175 layers, 25 figures": lambda: network(*[1] * 176, numbers=MAX_JUDGED, figures=25),
    "17-17-1": lambda: network(17, 17, 1, numbers=MAX_PAGE),
    "10-10-1": lambda: network(10, 10, 1, numbers=MAX_QUIZ),
    "5-10-10-4, 467 figures": lambda: network(5, 10, 10, 4, numbers=214, figures=467),
    "13-13-1, 5 examples, 100 figures": lambda: network(13, 13, 1, numbers=980, figures=100),
    "1-1-…-1, 99 layers, 500 figures": lambda: network(*[1] * 100, numbers=198, figures=500),
    "2-2-2, 16 examples, 500 figures": lambda: network(2, 2, 2, numbers=192, figures=500),
    "formulas of products of 1,000 values": lambda: formulas(
        1000, lambda number: _products(number, 1000) + (f" + f{number - 1}" if number else "")
    ),
    "formulas of squares of the one before": lambda: formulas(
        2,
        lambda number: (
            f"f{number - 1}*f{number - 1}*0.5 + sin(f{number - 1}) + cos(f{number - 1})*f{number - 1}"
            if number
            else "v0 + v1"
        ),
    ),
    "formulas of products, 500 figures": lambda: formulas(
        100,
        lambda number: _products(number, 100) + (f" + sin(f{number - 1})" if number else ""),
        figures=_FIGURES,
    ),
    "formulas thirty deep, 500 figures": lambda: formulas(
        100,
        lambda number: (
            "tanh(" * 30
            + f"v{number}"
            + ")" * 30
            + (f" + f{number - 1}*f{number // 2}" if number else "")
        ),
        figures=_FIGURES,
    ),
}


# --- what each command takes ------------------------------------------------------------------------


@dataclass(frozen=True)
class Command:
    """A command, with ``FILE`` for the file, ``OUT`` for one to write, ``ANSWERS`` for answers to it.

    Args:
        arguments: those after ``backprop``; ``STEPS`` is as many steps as the bound allows.
    """

    arguments: tuple[str, ...]

    def __str__(self) -> str:
        said = [each for each in self.arguments if each not in ("FILE", "-o", "ANSWERS")]
        return " ".join(said).replace("STEPS", "N").replace("OUT", "")


COMMANDS = [
    Command(tuple(text.split()))
    for text in (
        "step FILE",
        "step FILE --json",
        "step FILE --digits 4",
        "step FILE --steps STEPS",
        "step FILE --html OUT.html",
        "step FILE --fold --svg OUT.svg",
        "explain FILE SYMBOL",
        "explain FILE --all",
        "train FILE --steps STEPS",
        "proofread FILE",
        "check FILE ANSWERS",
        "worksheet FILE -o OUT.html",
        "worksheet FILE --answers -o OUT.tex",
        "worksheet FILE -o OUT.xml",
    )
]


@dataclass(frozen=True)
class Outcome:
    """What became of a command.

    Args:
        seconds: of the processor.
        megabytes: the most memory that it had.
        refused: what it said where it refused, or "".
        ended: whether it was ended, since it took too long.
    """

    seconds: float
    megabytes: float
    refused: str = ""
    ended: bool = False


def outcome(command: Command, file: Path) -> Outcome:
    """Run a command on a file; what it writes goes beside that.

    Raises:
        RuntimeError: it ended otherwise than by doing or refusing what it was asked for.
    """
    example = worked.load(file)
    answers = file.with_suffix(".json")
    if "ANSWERS" in command.arguments:
        answers.write_text(_answers(example), encoding="utf-8")
    given = {
        "FILE": str(file),
        "ANSWERS": str(answers),
        "SYMBOL": next(iter(example.numbers)),
        "STEPS": str(max(1, MAX_TRAINED // example.size)),
    }
    arguments = [
        given.get(each, each.replace("OUT", str(file.with_suffix("")))) for each in command.arguments
    ]
    with TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "nn", *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (ENDED, ENDED))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().strip()
    found = Outcome(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return replace(found, ended=True)
    if code == 2 and text.startswith("Error: "):
        return replace(found, refused=text.removeprefix("Error: "))
    if code not in (0, 1):
        raise RuntimeError(f"backprop {' '.join(arguments)} ended with {code}: {text}")
    return found


def _answers(example: worked.WorkedExample | worked.FormulaExample) -> str:
    """Answers to everything, each wrong in its third digit."""
    step = example.step().to_dict()
    numbers = {**step["values"], **step["gradients"]}
    return json.dumps(
        {symbol: float(f"{value * 1.013 + 1e-4:.5g}") for symbol, value in numbers.items()}
    )


# --- the table ---------------------------------------------------------------------------------------


def measured(files: Mapping[str, Callable[[], str]] = FILES) -> Iterator[tuple[str, Command, Outcome]]:
    """What becomes of every command on every file."""
    with TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(files.items()):
            path = Path(folder, f"file{number}.toml")
            path.write_text(text(), encoding="utf-8")
            for command in COMMANDS:
                yield name, command, outcome(command, path)


def cell(found: Outcome) -> str:
    """The seconds; "refused"; in bold what takes too long.

    >>> cell(Outcome(1.25, 80.0)), cell(Outcome(0.3, 60.0, "too many")), cell(Outcome(12.0, 90.0))
    ('1.2', 'refused', '**12.0**')
    """
    seconds = f"{found.seconds:.1f}"
    if found.seconds > SECONDS or found.ended:
        return f"**{seconds}**"
    return "refused" if found.refused else seconds


def table(found: Mapping[tuple[str, str], Outcome]) -> str:
    """A row per file, a column per command."""
    names = [*dict.fromkeys(name for name, _ in found)]
    commands = [*dict.fromkeys(command for _, command in found)]
    lines = [
        f"| a file of | {' | '.join(f'`{command}`' for command in commands)} |",
        "| --- |" + " ---: |" * len(commands),
    ]
    for name in names:
        cells = (cell(found[name, command]) for command in commands)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bounds", description="Files at the bounds."
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/load.md")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="parts of names of files, for some only"
    )
    options = parser.parse_args()
    chosen = {
        name: text
        for name, text in FILES.items()
        if not options.files or any(part in name for part in options.files)
    }
    found = {}
    for name, command, result in measured(chosen):
        found[name, str(command)] = result
        said = result.refused[-100:]
        print(
            f"{name:40} {command!s:30} {cell(result):>8} s {result.megabytes:6.0f} MB  {said}",
            flush=True,
        )
    if options.write:
        put("bounds", table(found), PAGE)


if __name__ == "__main__":
    main()
