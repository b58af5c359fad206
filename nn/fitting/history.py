"""History: what fit() reports of each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.arguments import text
from autograd.errors import ArgumentValueError, UnknownNameError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["History"]


class History:
    """How training went, epoch by epoch; `fit` returns it, and goes on from it.

    Attributes:
        rows: a dict for each epoch, so that ``pandas.DataFrame(history.rows)`` is a table: ``epoch``,
            counted from 1, ``error``, the mean of the errors as the epoch came upon them, the metrics,
            the same with ``validation_`` before it, and ``lr``, the last learning rate.
        plan: which engine ran it, and why.
        stopped: why it ended before the last epoch; "" if it did not.
        best_epoch: the number of the best epoch, of early stopping; else None.
        best: the parameters of the best epoch, for ``model.load_state_dict``, if early stopping is to go
            back to them; else None.

    >>> from nn import MLP, SGD, fit
    >>> model = MLP(1, [1], init="zeros")
    >>> history = fit(model, [0.0, 1.0], [1.0, 3.0], optimizer=SGD(model.parameters(), lr=0.5), epochs=3)
    >>> history
    History(3 epochs, error 2.5 to 0.1220703)
    >>> history["error"], len(history)
    ([2.5, 0.390625, 0.1220703125], 3)
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self.plan = self.stopped = ""
        self.best_epoch: int | None = None
        self.best: dict[str, float] | None = None

    def __getitem__(self, column: str) -> list[float]:
        """A column: its number of each epoch.

        Raises:
            KeyError: there is no such column.
        """
        if self.rows and text("column", column) not in self.rows[0]:
            raise UnknownNameError(
                f"the history has no column {column!r}; there are {', '.join(self.rows[0])}"
            )
        return [row[column] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def plot(self, *columns: str, ax: Axes | None = None) -> Axes:
        """Draw columns over the epochs: the errors, if none is named, which have a logarithmic scale.

        Raises:
            KeyError: there is no such column.
            ValueError: there are no epochs.
            AutogradError: matplotlib is not installed.

        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> from nn import MLP, SGD, fit
        >>> model = MLP(1, [1], seed=1)
        >>> optimizer = SGD(model.parameters(), lr=0.1)
        >>> fit(model, [0.0, 1.0], [1.0, 3.0], optimizer=optimizer, epochs=3).plot().get_xlabel()
        'epoch'
        """
        from nn.plots import error_curve

        if not self.rows:
            raise ArgumentValueError("there are no epochs to plot")
        shown = columns or [name for name in ("error", "validation_error") if name in self.rows[0]]
        for column in shown:
            ax = error_curve(self[column], ax=ax, label=column.replace("_", " "))
        assert ax is not None
        lines = ax.get_lines()
        for line in lines[len(lines) - len(shown) :]:
            line.set_xdata(self["epoch"])
        drawn = [*dict.fromkeys(column.removeprefix("validation_") for column in shown)]
        if drawn != ["error"]:
            ax.set_yscale("linear")
        ax.relim()
        ax.autoscale_view()
        ax.set(xlabel="epoch", ylabel=", ".join(drawn).replace("_", " "))
        return ax

    def __repr__(self) -> str:
        count = f"{len(self)} epoch{'s' * (len(self) != 1)}"
        if not self.rows:
            return f"History({count})"
        first, last = self.rows[0]["error"], self.rows[-1]["error"]
        return f"History({count}, error {first:.7g} to {last:.7g})"
