"""Examples: what fit() trains on and validates on, read and checked before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_number, items, wrong_kind, wrong_value
from autograd.errors import ArgumentTypeError, ArgumentValueError
from nn.fitting.data import (
    Rows,
    Shape,
    batches_of,
    fingerprint,
    inputs_of,
    is_batches,
    is_dask,
    listed,
    rows_of,
)
from nn.fitting.losses import Loss
from nn.module import Module
from nn.runs import Order, outputs_of

if TYPE_CHECKING:
    from autograd.program.chunks import Chunks

__all__ = ["Examples"]


class Examples:
    """The examples of a training: rows of numbers, or chunks on a cluster, or batches as they come.

    Args:
        model: a copy of the model, to be tried.
        loss: what says what a target may be.
        epochs: for how many epochs there have to be batches.
        batch_size: how many make a batch; all if None.
        chunked: the client of a cluster and the size of chunks, if there are chunks.

    Attributes:
        rows: those that are trained on; none of batches and chunks.
        held_out: those that are validated on.
        first: one of them, to record the error of.
        shape: how many numbers an example has.
        chunks: the chunks on a cluster, or None.

    >>> from nn import MLP
    >>> from nn.fitting.losses import loss_of
    >>> examples = Examples(MLP(1, [1]), loss_of("squared_error"), epochs=1, batch_size=None)
    >>> examples.read([1, 2, 3], [4, 5, 6])
    >>> examples.hold_out(1 / 3, seed=0)
    >>> examples.rows, examples.held_out
    ([[1.0, 4.0], [3.0, 6.0]], [[2.0, 5.0]])
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        *,
        epochs: int,
        batch_size: int | None,
        chunked: tuple[Any, int] | None = None,
    ) -> None:
        self._model, self._loss, self._epochs = model, loss, epochs
        self._batch_size, self._chunked = batch_size, chunked
        self.rows: Rows = []
        self.held_out: Rows = []
        self.first: Sequence[float] = ()
        self.shape: Shape
        self.chunks: Chunks | None = None
        self._batches: Any = None
        self._seen: list[Any] = []  # the batch that an iterator gave to be looked at

    @property
    def count(self) -> int:
        """How many an epoch has; 0 of batches, where that is not known."""
        return len(self.rows) if self.chunks is None else self.chunks.count

    @property
    def pieces(self) -> int:
        """How many come in an order: examples, or chunks of them; 0 of batches."""
        return len(self.rows if self.chunks is None else self.chunks)

    def order(self, first: int, count: int, seed: int | None) -> Order:
        """In which order some epochs take the examples, or the chunks of them.

        Args:
            first: the number of the first epoch.
            count: how many epochs.
            seed: what the order follows from; as they lie, if None.
        """
        many, size = self.pieces, self._batch_size
        found: list[int] = []
        for epoch in range(first, first + count):
            order_of_epoch = [*range(many)]
            if seed is not None and many > 1:
                Random(f"{seed} epoch {epoch}").shuffle(order_of_epoch)
            found += order_of_epoch
        if size and self.chunks is not None:
            size //= self.chunks.size
        return Order(found, min(size or many, many), many, mean=True)

    @property
    def fingerprint(self) -> str | None:
        """What tells other examples from these."""
        if self.chunks is not None:
            found = f"{self.chunks.count} on a cluster"
        elif self.rows:
            found = fingerprint(self.rows)
        else:
            return None
        # the bits depend on the size of chunks, and not on who computes them
        return found if self._chunked is None else f"{found} in chunks of {self._chunked[1]}"

    # --- reading ------------------------------------------------------------------------------

    def read(self, X: Any, Y: Any) -> None:  # noqa: N803
        """Read what is trained on: all of it, or of batches and chunks the first one."""
        if is_dask(X):
            self._read_chunks(X, Y)
        elif not is_batches(X):
            self.rows = self._table(X, Y, ("X", "Y"))
            self.first = self.rows[0]
        elif Y is None:
            self._read_batches(X)
        else:
            raise ArgumentTypeError("X gives batches, which have their targets with them: leave out Y")

    def _table(self, X: Any, Y: Any, names: tuple[str, str]) -> Rows:  # noqa: N803
        if Y is None:
            pairs = [items(f"without Y, X[{index}]", pair) for index, pair in enumerate(listed("X", X))]
            for index, pair in enumerate(pairs):
                if len(pair) != 2:
                    raise wrong_value(f"without Y, X[{index}]", "an Example, inputs and targets", pair)
            names = ("without Y, the inputs of X", "without Y, the targets of X")
            X, Y = [pair[0] for pair in pairs], [pair[1] for pair in pairs]  # noqa: N806
        inputs = inputs_of(self._model, names[0], X)
        if not self.first:
            self._set_shape(inputs[0])
        elif len(inputs[0]) != self.shape.inputs:
            raise ArgumentValueError(
                f"{names[0]}[0] must have {self.shape.inputs} numbers, got {len(inputs[0])}"
            )
        rows = rows_of(inputs, Y, names, self._loss, self.shape)
        self.shape = self.shape._replace(targets=len(rows[0]) - self.shape.inputs)
        return rows

    def _set_shape(self, inputs: Sequence[float]) -> None:
        outputs = outputs_of(self._model, [*map(Value, inputs)])
        self.shape = Shape(len(inputs), len(outputs), None)

    def _read_batches(self, given: Any) -> None:
        once = isinstance(given, Iterator)
        if once and self._epochs > 1:
            raise ArgumentValueError(
                "an iterator of batches is one epoch; for more, X must be a function of the epoch"
            )
        self._batches = given
        first = next(iter(batches_of(given, 1)), None)
        if first is None:
            raise ArgumentValueError("X has no batches")
        self._seen = [first] if once else []
        self.first = self._batch(first, "batch 1")[0]

    def _batch(self, batch: Any, what: str) -> Rows:
        pair = items(what, batch)
        if len(pair) != 2:
            raise wrong_value(what, "a pair of inputs and targets", batch)
        return self._table(pair[0], pair[1], (f"{what}: X", f"{what}: Y"))

    def batches(self, epoch: int) -> Iterator[tuple[Rows, Order]]:
        """The batches of an epoch, each with its own order, where they are given as such."""
        batches = chain(self._seen, batches_of(self._batches, epoch))
        self._seen = []
        for number, batch in enumerate(batches, 1):
            rows = self._batch(batch, f"batch {number} of epoch {epoch}")
            yield rows, Order(range(len(rows)), len(rows), len(rows), mean=True)

    def _read_chunks(self, X: Any, Y: Any) -> None:  # noqa: N803
        if self._chunked is None or self._chunked[0] is None:
            raise ArgumentValueError("X is a Dask array or a path, which needs a client of a cluster")
        from autograd.program.chunks import Packed
        from nn.fitting.chunks import data_on, rows_of_chunk

        client, size = self._chunked
        if self._batch_size is not None and self._batch_size % size:
            raise ArgumentValueError(
                f"of Dask arrays and Parquet, batch_size must be a multiple of chunk_size, {size:,}, or "
                f"None, got {self._batch_size}"
            )
        inputs, targets = data_on(client, X, Y, size)
        first = [each.future(0).result().rows()[0] for each in (inputs, targets)]
        self._set_shape(inputs_of(self._model, "X", first[:1])[0])
        loss = self._loss._replace(name="", part=None)  # type: ignore[arg-type]  # which need not travel
        rows = partial(rows_of_chunk, self.shape, loss)
        self.chunks = inputs.mapped(rows, targets)
        [self.first] = rows(0, *(Packed([each]) for each in first)).rows()
        self.shape = self.shape._replace(targets=len(self.first) - self.shape.inputs)

    def hold_out(self, given: Any, seed: int) -> None:
        """Take examples to validate on: a share of those that are trained on, or others, as a pair."""
        wanted = "a share or a pair of inputs and targets"
        if isinstance(given, list | tuple):
            if len(given) != 2:
                raise wrong_value("validation", wanted, given)
            self.held_out = self._table(given[0], given[1], ("validation[0]", "validation[1]"))
            return
        share = None if isinstance(given, bool) else as_number(given)
        if share is None:
            raise wrong_kind("validation", wanted, given)
        if not 0.0 <= share < 1.0:
            raise wrong_value("validation", "a share, at least 0 and below 1", given)
        if not share:
            return
        if not self.rows:
            raise ArgumentValueError(f"of {self.kind}, validation must be a pair of inputs and targets")
        count = round(share * len(self.rows))
        if not 0 < count < len(self.rows):
            raise ArgumentValueError(
                f"validation={given!r} would leave out {count} of {len(self.rows)} examples"
            )
        order = [*range(len(self.rows))]
        Random(f"{seed} validation").shuffle(order)
        chosen = {*order[:count]}
        self.held_out = [row for index, row in enumerate(self.rows) if index in chosen]
        self.rows = [row for index, row in enumerate(self.rows) if index not in chosen]

    @property
    def kind(self) -> str:
        """What they are called that do not lie here as rows."""
        return "batches" if self.chunks is None else "Dask arrays and Parquet"
