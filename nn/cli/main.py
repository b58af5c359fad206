"""The group of all commands, and with which code they exit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from autograd import __version__
from autograd.symbols import visible

__all__ = ["main"]

#: What a command cannot do for its user, as click has it; 1 only says that a figure is off.
REFUSED = 2
#: A defect of ours, as in sysexits.h; 128 and the number of the signal, as of a shell.
DEFECT, INTERRUPTED, BROKEN_PIPE = 70, 130, 141


#: The commands by what they are for, and in which module of that function's name each is. It is imported
#: when it is called.
_SECTIONS = {
    "Look at a step": {
        "list": "list_examples",
        "step": "step",
        "open": "open_page",
        "draw": "draw",
        "explain": "explain",
        "train": "train",
    },
    "Check numbers": {"proofread": "proofread", "figures": "figures", "check": "check"},
    "Write it down": {"worksheet": "worksheet", "convert": "convert"},
}
_COMMANDS = {name: module for section in _SECTIONS.values() for name, module in section.items()}


class _Commands(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        """The names of the commands."""
        return list(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"nn.cli.{_COMMANDS[name]}"), _COMMANDS[name])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first sentence of each command's help, section by section."""
        for title, section in _SECTIONS.items():
            with formatter.section(title):
                commands = {name: self.get_command(ctx, name) for name in section}
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str(limit=1_000))
                        for name, command in commands.items()
                        if command is not None
                    ],
                    col_max=max(map(len, _COMMANDS)),
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, or an error that says which may be meant."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}{_hint(name)}")
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and leave Python with its exit code."""

        def run() -> Any:
            return super(_Commands, self).main(args, prog_name, complete_var, False, **extra)

        return sys.exit(_code(run)) if standalone_mode else run()


def _hint(name: str) -> str:
    from difflib import get_close_matches

    from nn import worked

    if name in worked.names() or name.endswith(".toml"):
        return f"; the command comes first, as in `backprop step {name}`"
    close = get_close_matches(name, _COMMANDS, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(_COMMANDS)}"


def _code(run: Callable[[], Any]) -> int:
    """The exit code of a command, and on stderr what is to be said of it."""
    if sys.stdout is None:
        return _refused("stdout is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without δ is no reason to stop
    try:
        code = run()
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return REFUSED
    except click.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return BROKEN_PIPE
    except SystemExit as stop:  # by click and rich where a pipe is broken; we leave by a context's exit
        _close_stdout()
        return BROKEN_PIPE if stop.code == 1 else REFUSED
    except OSError as error:
        _close_stdout()
        return _refused(f"stdout: {error}")
    except Exception:
        import traceback

        traceback.print_exc()
        return DEFECT
    return code if isinstance(code, int) else 0


def _refused(why: str) -> int:
    click.echo(f"Error: {visible(why)}", err=True)
    return REFUSED


def _close_stdout() -> None:
    """Let nothing more be written, which would fail once more as Python ends."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backprop")
def main() -> None:
    """See backpropagation, number by number.

    An example is one that is included (see `backprop list`) or a TOML file of your own.

    The exit code is 1 if `proofread` or `check` finds a number that is off, and 2 if something cannot be
    read, written or computed.
    """
