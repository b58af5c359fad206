"""EarlyStopping: when training has stopped to get better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import TypeAlias

from autograd.arguments import each, flag, instance, non_negative, real, text, whole
from autograd.errors import UnknownNameError

__all__ = ["EarlyStopping"]

#: An epoch of a history: each column's number.
Row: TypeAlias = Mapping[str, float]


class EarlyStopping:
    """Ends training when a column of the history has not become better for some epochs.

    Args:
        patience: for how many epochs it may not become better.
        monitor: the column; if None, the error of the validation examples, or of all without them.
        min_delta: what is better by no more than this is not better.
        largest: whether more is better; if None, that is so of an accuracy, and less of anything else.
        restore: whether the model gets the parameters of the best epoch in the end.

    Raises:
        ArgumentValueError: a number is out of its range.
        ArgumentTypeError: an argument is not of its kind.

    >>> stopping = EarlyStopping(patience=2, monitor="error")
    >>> stopping.best([{"error": 0.5}, {"error": 0.25}, {"error": 0.375}])
    1
    """

    def __init__(
        self,
        patience: int = 10,
        monitor: str | None = None,
        *,
        min_delta: float = 0.0,
        largest: bool | None = None,
        restore: bool = True,
    ) -> None:
        self.patience = whole("patience", patience, 1)
        self.monitor = None if monitor is None else text("monitor", monitor)
        self.min_delta = non_negative("min_delta", min_delta)
        self.largest = None if largest is None else flag("largest", largest)
        self.restore = flag("restore", restore)

    def column(self, validates: bool) -> str:
        """The column that is looked at.

        >>> EarlyStopping().column(validates=True)
        'validation_error'
        """
        return self.monitor or ("validation_error" if flag("validates", validates) else "error")

    def best(self, rows: Iterable[Row], column: str | None = None) -> int:
        """Which of some epochs was the best, counted from 0: the first of those that are as good.

        Args:
            rows: those of a history.
            column: which column says how good; if None, what is looked at without validation examples.

        Raises:
            KeyError: there is no such column.
        """
        column = self.column(validates=False) if column is None else text("column", column)
        largest = column.endswith("accuracy") if self.largest is None else self.largest
        best, place = inf, 0
        for index, row in enumerate(each("rows", rows)):
            if column not in instance(f"rows[{index}]", row, dict, "a dict"):
                raise UnknownNameError(f"rows[{index}] has no column {column!r}")
            number = real(f"rows[{index}][{column!r}]", row[column])
            number = -number if largest else number
            if number < best - self.min_delta or (best == inf and number < inf):
                best, place = number, index
        return place

    def __repr__(self) -> str:
        return (
            f"EarlyStopping({self.patience}, {self.monitor!r}, min_delta={self.min_delta!r}, "
            f"largest={self.largest}, restore={self.restore})"
        )
