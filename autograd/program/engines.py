"""Which engine runs a tape: Python's, unless so many replays are announced that machine code pays."""

from __future__ import annotations

from importlib import import_module

from autograd.arguments import choice
from autograd.errors import ArgumentValueError
from autograd.program.engine import FUNCTIONS, Plan, Runner
from autograd.program.source import PythonRunner
from autograd.program.stepping import SteppingRunner
from autograd.program.tape import Tape

__all__ = ["ENGINES", "check_functions", "made_ready"]

#: The engines, by name; a module has its own as ``ENGINE``.
ENGINES = {"python": "autograd.program.engines", "native": "autograd.program.native"}

#: More lines than this are not compiled, unless many replays are to come.
MOST_COMPILED = 20_000
#: To load the compiler of machine code, and compile with it, takes as long as so many replays save.
NATIVE_PAYS_AFTER = 10_000


class PythonEngine:
    """Python source; graphs too large to be compiled are run line by line."""

    name = "python"

    def runner(self, tape: Tape, runs: int | None = None, functions: str = "scalar") -> Runner:
        """The tape, ready to run; Python has scalar functions alone."""
        lines = f"{len(tape):,} line{'s' * (len(tape) != 1)}"
        if len(tape) <= MOST_COMPILED:
            verb = "is" if len(tape) == 1 else "are"
            return PythonRunner(
                tape, Plan("python", "function", f"{lines} {verb} one function of Python source")
            )
        return SteppingRunner(
            tape, Plan("python", "steps", f"{lines} would take too long to compile as Python source")
        )


ENGINE = PythonEngine()


def check_functions(engine: str, functions: str) -> None:
    """Refuse functions that there are not, or not on that engine.

    >>> check_functions("python", "vector")
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: functions='vector' needs engine='native', got engine='python'
    """
    choice("functions", functions, FUNCTIONS)
    if functions == "vector" and engine != "native":
        raise ArgumentValueError(f"functions='vector' needs engine='native', got engine={engine!r}")


def made_ready(tape: Tape, engine: str, runs: int | None, functions: str = "scalar") -> Runner:
    """A tape, ready to run on an engine.

    Args:
        tape: the tape.
        engine: its name, or "auto".
        runs: how many replays are to come, if known.
        functions: one of `FUNCTIONS`.

    Raises:
        ArgumentValueError: there is no such engine, there are no such functions, or it has none of them.
        ImportError: it is not installed; the error has the command that installs it.
        AutogradError: there is no library of vector functions.
    """
    choice("engine", engine, ("auto", *ENGINES))
    check_functions(engine, functions)
    if engine != "auto":
        return _runner(engine, tape, runs, functions)
    if runs is None or runs < NATIVE_PAYS_AFTER:
        return _runner("python", tape, runs)
    reason = f"{runs:,} replays pay for machine code"
    try:
        found = _runner("native", tape, runs)
    except ImportError as error:
        found, reason = _runner("python", tape, runs), f"{reason}, but {error}"
    found.plan = found.plan._replace(reason=f"{found.plan.reason}; {reason}")
    return found


def _runner(engine: str, tape: Tape, runs: int | None, functions: str = "scalar") -> Runner:
    found: Runner = import_module(ENGINES[engine]).ENGINE.runner(tape, runs, functions)
    return found
