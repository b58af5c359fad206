"""The command ``backprop`` as a process: what is installed under that name, and ``python -m nn``."""

from __future__ import annotations

import gc

from nn.cli import main

__all__ = ["run"]


def run() -> None:
    """Run the command, and leave Python with its exit code."""
    # What has been imported stays until the end, and graphs have no cycles: to look for garbage more
    # often would take half the time of a large step.
    gc.freeze()
    gc.set_threshold(100_000)
    main(prog_name="backprop")


if __name__ == "__main__":
    run()
