"""Which engine runs a tape."""

from __future__ import annotations

from importlib import import_module

from autograd.arguments import choice
from autograd.program.engine import Plan, Runner
from autograd.program.source import PythonRunner
from autograd.program.stepping import SteppingRunner
from autograd.program.tape import Tape

__all__ = ["ENGINES", "made_ready"]

#: The engines, by name; a module has its own as ``ENGINE``.
ENGINES = {"python": "autograd.program.engines", "native": "autograd.program.native"}

#: More lines than this are not compiled, unless many replays are to come.
MOST_COMPILED = 20_000
#: To compile a line takes as long as so many replays of it save.
PAYS_AFTER = 100


class PythonEngine:
    """Python source; graphs too large to be compiled are run line by line."""

    name = "python"

    def runner(self, tape: Tape, runs: int | None = None) -> Runner:
        """The tape, ready to run."""
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


def made_ready(tape: Tape, engine: str, runs: int | None) -> Runner:
    """A tape, ready to run on an engine.

    Args:
        tape: the tape.
        engine: its name, or "auto".
        runs: how many replays are to come, if known.

    Raises:
        ArgumentValueError: there is no such engine.
        ImportError: it is not installed; the error has the command that installs it.
    """
    choice("engine", engine, ("auto", *ENGINES))
    name = "python" if engine == "auto" else engine
    found: Runner = import_module(ENGINES[name]).ENGINE.runner(tape, runs)
    return found
