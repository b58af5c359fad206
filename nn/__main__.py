"""The command ``backprop`` as a process: what is installed under that name, and ``python -m nn``."""

from __future__ import annotations

import gc

from nn.cli import main

__all__ = ["run"]


def run() -> None:
    """Run the command, and leave Python with its exit code."""
    # what has been imported stays to the end: looking for garbage in it would take a tenth of the time
    gc.freeze()
    main(prog_name="backprop")


if __name__ == "__main__":
    run()
