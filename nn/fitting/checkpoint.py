"""A file to go on from: the parameters, the optimizer's state and the history after an epoch, as JSON.

The order in which an epoch takes the examples follows from the seed and the epoch's number, so that both
are all there is to random state.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from autograd.arguments import as_number, wrong_kind
from autograd.errors import ArgumentValueError
from autograd.files import write
from nn.fitting.history import History
from nn.module import Module
from nn.optimizers import Optimizer

__all__ = ["Checkpoint"]

_FORMAT, _VERSION = "scalar-autograd training", 1
_MOST_BYTES = 1 << 30


class Checkpoint:
    """The file of a run.

    Args:
        path: the file.
        run: what makes it that run: settings, which a file has to agree with.

    Raises:
        ArgumentTypeError: it is no path.
        ArgumentValueError: its folder is not there.

    >>> from tempfile import TemporaryDirectory
    >>> from nn import MLP, SGD, History
    >>> model = MLP(1, [1], init="zeros")
    >>> optimizer = SGD(model.parameters(), lr=0.5)
    >>> with TemporaryDirectory() as folder:
    ...     checkpoint = Checkpoint(f"{folder}/run.json", {"seed": 0})
    ...     before = checkpoint.restore(model, optimizer, History())
    ...     checkpoint.save(model, optimizer, History())
    ...     before, checkpoint.restore(model, optimizer, History())
    (False, True)
    """

    def __init__(self, path: str | os.PathLike[str], run: Mapping[str, Any]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise wrong_kind("checkpoint", "the path of a file", path)
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise self._refused(f"there is no folder {str(self.path.parent)!r}")
        self.run = json.loads(json.dumps(run))  # as it will be read

    def save(self, model: Module, optimizer: Optimizer, history: History) -> None:
        """Write the file, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        content = {
            "format": _FORMAT,
            "version": _VERSION,
            "run": self.run,
            "parameters": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "stopped": history.stopped,
            "best": history.best,
            "history": [{name: _written(each) for name, each in row.items()} for row in history.rows],
        }
        write(self.path, json.dumps(content, allow_nan=False) + "\n")

    def restore(self, model: Module, optimizer: Optimizer, history: History) -> bool:
        """Put the file's numbers into a model, its optimizer and a history; whether there is a file.

        Raises:
            ArgumentValueError: the file is no checkpoint, or of another run; nothing has changed.
            OSError: it cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return False
        if len(text) > _MOST_BYTES:
            raise self._refused("it is too large")
        try:
            content = json.loads(text.decode())
        except (ValueError, RecursionError) as error:
            raise self._refused(f"it is no JSON: {error}") from None
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            raise self._refused("it is no checkpoint")
        if content.get("version") != _VERSION:
            raise self._refused(f"it has version {content.get('version')!r:.20}, not {_VERSION}")
        self._check_run(content.get("run"))
        paths = model.state_dict().keys()
        parameters = self._numbers("parameters", content.get("parameters"))
        best = content.get("best")
        best = None if best is None else self._numbers("best", best)
        for what, numbers in (("parameters", parameters), ("best", best)):
            if numbers is not None and (
                numbers.keys() != paths or not all(map(isfinite, numbers.values()))
            ):
                raise self._refused(f"{what} must have a finite number for each of the model's")
        rows, stopped = content.get("history"), content.get("stopped")
        if not isinstance(rows, list) or not isinstance(stopped, str):
            raise self._refused("history must be a list, and stopped a text")
        rows = [self._numbers(f"history[{index}]", row) for index, row in enumerate(rows)]
        for index, row in enumerate(rows):
            if row.get("epoch") != index + 1 or row.keys() != rows[0].keys() or "error" not in row:
                raise self._refused(f"history[{index}] must be epoch {index + 1}, with the same columns")
            row["epoch"] = index + 1
        try:
            optimizer.load_state_dict(content.get("optimizer"))  # type: ignore[arg-type]  # it looks
        except (ValueError, TypeError, OverflowError) as error:
            raise self._refused(str(error)) from None
        model.load_state_dict(parameters)
        history.rows, history.stopped, history.best = rows, stopped, best
        return True

    def _check_run(self, run: Any) -> None:
        if not isinstance(run, dict) or run.keys() != self.run.keys():
            raise self._refused("its run has other settings")
        for name, ours in self.run.items():
            if run[name] != ours:
                raise self._refused(
                    f"it is of another run: {name} is {run[name]!r:.60}, here {ours!r:.60}"
                )

    def _numbers(self, what: str, given: Any) -> dict[str, float]:
        if not isinstance(given, dict):
            raise self._refused(f"{what} must be an object of numbers")
        found = {}
        for name, each in given.items():
            try:
                number = float(each) if isinstance(each, str) and each in _WORDS else as_number(each)
            except OverflowError as error:
                raise self._refused(f"{what}.{name!s:.40} must be a number, got {error}") from None
            if number is None or isinstance(each, bool):
                raise self._refused(f"{what}.{name!s:.40} must be a number, got {each!r:.40}")
            found[name] = number
        return found

    def _refused(self, why: str) -> ArgumentValueError:
        return ArgumentValueError(f"checkpoint {str(self.path)!r}: {why}")


#: What JSON has no numbers for.
_WORDS = ("inf", "-inf", "nan")


def _written(number: float) -> float | str:
    return number if isfinite(number) else repr(float(number))
