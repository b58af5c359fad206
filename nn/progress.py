"""A progress bar with the error and the rate, on a terminal; nothing elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["ProgressBar"]


class ProgressBar:
    """Shows on stderr how far something is; to be used in a ``with`` statement.

    Args:
        unit: what is counted.
        total: how many of them there will be; None if that is not known.
        shown: whether it is shown; if None, where stderr is a terminal.

    >>> with ProgressBar("steps", 2, shown=False) as bar:
    ...     bar.advance(1, "step 1", error=0.5)
    """

    def __init__(self, unit: str, total: int | None, *, shown: bool | None = None) -> None:
        self._unit, self._total = unit, total
        self._shown = sys.stderr.isatty() if shown is None and sys.stderr else bool(shown)
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._shown:
            from importlib.util import find_spec

            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("error {task.fields[error]:.6g}"),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(compact=True, elapsed_when_finished=True),
                # in a notebook without ipywidgets it is text
                console=Console(stderr=True, force_jupyter=None if find_spec("ipywidgets") else False),
            )
            self._bar.start()
            self._task = self._bar.add_task(
                "", total=self._total, error=0.0, rate="", visible=False
            )  # until there is an error to be shown
        return self

    def advance(self, count: int, description: str, *, error: float) -> None:
        """Count some more.

        Args:
            count: how many.
            description: what is being done.
            error: the error now.
        """
        if self._bar is None:
            return
        speed = next(task.speed for task in self._bar.tasks)
        self._bar.update(
            self._task,
            advance=count,
            visible=True,
            description=description,
            error=error,
            rate=f"{speed:,.0f} {self._unit}/s" if speed else "",
        )

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
