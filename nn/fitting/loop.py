"""fit(): training by mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from math import fsum
from random import Random
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import (
    choice,
    flag,
    function,
    instance,
    items,
    whole,
    wrong_kind,
    wrong_value,
)
from autograd.errors import ArgumentTypeError, ArgumentValueError, AutogradError, UnknownNameError
from autograd.program.chunks import Chunks, Packed, check_client, chunk_size_of
from nn.fitting.checkpoint import Checkpoint, State
from nn.fitting.chunks import data_on, is_dask, rows_of_chunk
from nn.fitting.data import Rows, Shape, batches_of, fingerprint, inputs_of, is_batches, listed, rows_of
from nn.fitting.history import History
from nn.fitting.losses import Loss, LossLike, loss_of
from nn.fitting.metrics import Metric, measured, metrics_of
from nn.fitting.stopping import EarlyStopping
from nn.module import Module
from nn.optimizers import Optimizer
from nn.progress import ProgressBar
from nn.runs import ENGINES, ChunkedRun, Order, Run, check_module, made_run, outputs_of

if TYPE_CHECKING:
    import os

__all__ = ["fit"]


def fit(
    model: Module,
    X: Any,  # noqa: N803  # as everywhere
    Y: Any = None,  # noqa: N803
    *,
    loss: LossLike = "half_squared_error",
    optimizer: Optimizer,
    epochs: int = 1,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int = 0,
    engine: str = "auto",
    validation: float | Sequence[Any] = 0.0,
    metrics: Sequence[str | Metric] = (),
    early_stopping: EarlyStopping | None = None,
    callbacks: Sequence[Callable[[History], object]] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    client: Any = None,
    chunk_size: int | None = None,
) -> History:
    """Train a model by mini-batches, and return how that went.

    The error of a batch is the mean of its examples' errors. (`train` adds them up, unless the error is
    "mean_squared_error".) The error of one example is recorded once, and replayed for all; whichever
    engine does it, the parameters are the same to the last bit.

    Args:
        model: a network, or another module.
        X: the inputs of each example: a list or an array of rows, or a data frame. Without ``Y``, a list
            of `Example`; or batches, pairs of inputs and targets: an iterable of them that is no list,
            or a function of the epoch, counted from 1, that returns one. An iterator is one epoch.
        Y: the targets of each example, likewise; of "cross_entropy", the number of the class, or the
            probabilities of all.
        loss: the error of an example: a name in `nn.error_rules.ERRORS`, a formula of ``out`` and
            ``target``, or a function of an example's outputs and targets, two lists of nodes.
        optimizer: what updates which of the parameters, and how; its ``lr`` may be a schedule, see
            `nn.schedules`.
        epochs: how often all examples are taken.
        batch_size: how many examples there are to an update; all if None.
        shuffle: whether each epoch takes the examples in another order.
        seed: what these orders, and the choice of validation examples, follow from.
        engine: "eager" for node by node, "python" or "native" for a replay, "auto" to choose.
        validation: the share of the examples that is not trained on, or other examples as a pair of
            inputs and targets.
        metrics: what is measured after each epoch besides the error: "accuracy", or functions of the
            outputs and the targets of all examples, a row for each, that return a number.
        early_stopping: when to stop before the last epoch.
        callbacks: functions that are called after each epoch with the history so far. Training stops if
            one returns True.
        checkpoint: a file that is written after each epoch. If it is there, the run that wrote it goes
            on; all arguments but the number of epochs have to be as they were.
        progress: whether there is a progress bar on stderr; if None, where that is a terminal.
        client: a ``dask.distributed.Client``, whose workers compute the batches in chunks of examples.
            ``X`` and ``Y`` may be Dask arrays then; or ``X`` the path of a Parquet file, or of a folder
            of them, which the workers read, and ``Y`` the names of the columns that are targets. Of
            these, an epoch takes the chunks in another order, and not the examples in them.
        chunk_size: how many examples a chunk has, 1,000 with a client; without one, chunks are computed
            here, with the same bits.

    Raises:
        ArgumentValueError: examples are missing, of different lengths, infinite or NaN; another argument
            has no possible value; or the checkpoint is of another run. Nothing has changed. Or an update
            would make a parameter infinite or NaN: those before it have been made.
        ArgumentTypeError: an argument is not of its kind.
        DomainError: a target is a negative probability.
        RecordingError: the model or the loss cannot be recorded, and the engine is not "auto", or there
            are chunks.
        ImportError: the engine is not installed; the error has the command that installs it.
        AutogradError: what reads Parquet is not installed; likewise.

    >>> from nn import MLP, Adam
    >>> model = MLP(2, [4, 1], activation=["tanh", "sigmoid"], seed=1)
    >>> history = fit(
    ...     model,
    ...     [[0, 0], [0, 1], [1, 0], [1, 1]],
    ...     [0, 1, 1, 0],
    ...     loss="binary_cross_entropy",
    ...     optimizer=Adam(model.parameters(), lr=0.05),
    ...     epochs=200,
    ...     metrics=["accuracy"],
    ... )
    >>> history["accuracy"][-1], history["error"][-1] < 0.1
    (1.0, True)
    """
    training = _Training(
        model=check_module(model),
        optimizer=_checked(optimizer, model),
        loss=loss_of(loss),
        epochs=whole("epochs", epochs, 0),
        batch_size=None if batch_size is None else whole("batch_size", batch_size, 1),
        seed=_seed(seed) if flag("shuffle", shuffle) else None,
        metrics=list(items("metrics", metrics)),
        stopping=_kind("early_stopping", early_stopping, EarlyStopping, "an EarlyStopping"),
        callbacks=[function(f"callbacks[{n}]", f) for n, f in enumerate(items("callbacks", callbacks))],
        shown=None if progress is None else flag("progress", progress),
    )
    choice("engine", engine, ENGINES)
    if client is not None:
        check_client(client)
    if client is not None or chunk_size is not None:
        training.chunked = client, chunk_size_of(chunk_size)
    training.take(X, Y, validation, _seed(seed))
    training.make_ready(engine)
    return training.run(checkpoint)


def _checked(optimizer: Any, model: Module) -> Optimizer:
    instance("optimizer", optimizer, Optimizer, "an Optimizer, as SGD(model.parameters(), lr=0.1)")
    own = {*model.parameters()}
    for index, parameter in enumerate(optimizer.parameters):
        if parameter not in own:
            raise ArgumentValueError(f"parameter {index} of the optimizer is none of the model's")
    checked: Optimizer = optimizer
    return checked


def _seed(seed: Any) -> int:
    return whole("seed", seed, 0)


def _kind(what: str, given: Any, kind: type, called: str) -> Any:
    return None if given is None else instance(what, given, kind, called)


class _Training:
    """A run: what is trained on what, and how far it is."""

    def __init__(
        self,
        *,
        model: Module,
        optimizer: Optimizer,
        loss: Loss,
        epochs: int,
        batch_size: int | None,
        seed: int | None,
        metrics: list[Any],
        stopping: EarlyStopping | None,
        callbacks: list[Callable[[History], object]],
        shown: bool | None,
    ) -> None:
        self.model, self.optimizer, self.loss = model, optimizer, loss
        self.epochs, self.batch_size, self.seed = epochs, batch_size, seed
        self.stopping, self.callbacks, self.shown = stopping, callbacks, shown
        self._given_metrics = metrics
        self._copy = model.copy()  # to be tried, since a neuron remembers its last call
        self.rows: Rows = []
        self.held_out: Rows = []
        self.batches: Callable[[int], Any] | Iterator[Any] | None = None
        self.chunked: tuple[Any, int] | None = None
        self.chunks: Chunks | None = None
        self.shape: Shape
        self.best: dict[str, float] | None = None

    # --- examples -----------------------------------------------------------------------------

    def take(self, X: Any, Y: Any, validation: Any, seed: int) -> None:  # noqa: N803
        """Read all examples, before anything is done."""
        if is_dask(X):
            self._take_chunks(X, Y)
        elif Y is None and is_batches(X):
            self._take_batches(X)
        else:
            self.rows = self._rows(X, Y, ("X", "Y"))
        if isinstance(validation, list | tuple):
            if len(validation) != 2:
                raise wrong_value("validation", "a share or a pair of inputs and targets", validation)
            self.held_out = self._rows(validation[0], validation[1], ("validation[0]", "validation[1]"))
        else:
            self._hold_out(validation, seed)
        known = [row[self.shape.inputs :] for row in self.rows or self.held_out]
        if self._given_metrics and not known:
            what = "batches" if self.chunks is None else "Dask arrays and Parquet"
            raise ArgumentValueError(
                f"metrics of {what} are measured on validation examples, and there are none"
            )
        self.metrics = metrics_of(self._given_metrics, self.loss, known) if known else {}
        example = [*map(Value, self.rows[0] if self.rows else self.example)]
        try:
            self._error(self._copy, example)
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            raise ArgumentTypeError(f"loss of the first example: {error}") from error

    def _error(self, model: Module, numbers: Sequence[Value]) -> tuple[Value, list[Value]]:
        """The error of an example, and the model's outputs."""
        outputs = outputs_of(model, numbers[: self.shape.inputs])
        error = self.loss.part(outputs, numbers[self.shape.inputs :])
        return instance("what the loss returns", error, Value, "a Value"), outputs

    def _rows(self, X: Any, Y: Any, names: tuple[str, str]) -> Rows:  # noqa: N803
        if Y is None:
            pairs = [items(f"without Y, X[{index}]", pair) for index, pair in enumerate(listed("X", X))]
            for index, pair in enumerate(pairs):
                if len(pair) != 2:
                    raise wrong_value(f"without Y, X[{index}]", "an Example, inputs and targets", pair)
            names = ("without Y, the inputs of X", "without Y, the targets of X")
            X, Y = [pair[0] for pair in pairs], [pair[1] for pair in pairs]  # noqa: N806
        inputs = inputs_of(self.model, names[0], X)
        if not self.rows:
            self._set_shape(inputs[0])
        elif len(inputs[0]) != self.shape.inputs:
            raise ArgumentValueError(
                f"{names[0]}[0] must have {self.shape.inputs} numbers, got {len(inputs[0])}"
            )
        rows = rows_of(inputs, Y, names, self.loss, self.shape)
        self.shape = self.shape._replace(targets=len(rows[0]) - self.shape.inputs)
        return rows

    def _set_shape(self, inputs: Sequence[float]) -> None:
        outputs = outputs_of(self._copy, [*map(Value, inputs)])
        self.shape = Shape(len(inputs), len(outputs), None)

    def _take_batches(self, given: Any) -> None:
        """Look at the first batch, which tells what an example is like."""
        if isinstance(given, Iterator) and self.epochs > 1:
            raise ArgumentValueError(
                "an iterator of batches is one epoch; for more, X must be a function of the epoch"
            )
        self.batches = given
        once = isinstance(given, Iterator)
        first = next(iter(batches_of(given, 1)), None)
        if first is None:
            raise ArgumentValueError("X has no batches")
        self._first = first if once else None
        X, Y, names = self._pair(first, "batch 1")  # noqa: N806
        self.example = self._rows(X, Y, names)[0]

    def _take_chunks(self, X: Any, Y: Any) -> None:  # noqa: N803
        """Look at the first chunk, which tells what an example is like."""
        if self.chunked is None or self.chunked[0] is None:
            raise ArgumentValueError("X is a Dask array or a path, which needs a client of a cluster")
        client, size = self.chunked
        if self.batch_size is not None and self.batch_size % size:
            raise ArgumentValueError(
                f"of Dask arrays and Parquet, batch_size must be a multiple of chunk_size, {size:,}, or "
                f"None, got {self.batch_size}"
            )
        inputs, targets = data_on(client, X, Y, size)
        first = [each.future(0).result().rows()[0] for each in (inputs, targets)]
        self._set_shape(inputs_of(self.model, "X", first[:1])[0])
        loss = self.loss._replace(name="", part=None)  # type: ignore[arg-type]  # which need not travel
        rows = partial(rows_of_chunk, self.shape, loss)
        self.chunks = inputs.mapped(rows, targets)
        [self.example] = rows(0, *(Packed([each]) for each in first)).rows()
        self.shape = self.shape._replace(targets=len(self.example) - self.shape.inputs)

    @staticmethod
    def _pair(batch: Any, what: str) -> tuple[Any, Any, tuple[str, str]]:
        pair = items(what, batch)
        if len(pair) != 2:
            raise wrong_value(what, "a pair of inputs and targets", batch)
        return pair[0], pair[1], (f"the inputs of {what}", f"the targets of {what}")

    def _hold_out(self, share: Any, seed: int) -> None:
        if not isinstance(share, int | float) or isinstance(share, bool):
            raise wrong_kind("validation", "a share or a pair of inputs and targets", share)
        if not 0.0 <= share < 1.0:
            raise wrong_value("validation", "a share, at least 0 and below 1", share)
        if not share:
            return
        if not self.rows:
            what = "batches" if self.chunks is None else "Dask arrays and Parquet"
            raise ArgumentValueError(f"of {what}, validation must be a pair of inputs and targets")
        count = round(share * len(self.rows))
        if not 0 < count < len(self.rows):
            raise ArgumentValueError(
                f"validation={share!r} would leave out {count} of {len(self.rows)} examples"
            )
        order = [*range(len(self.rows))]
        Random(f"{seed} validation").shuffle(order)
        chosen = {*order[:count]}
        self.held_out = [row for index, row in enumerate(self.rows) if index in chosen]
        self.rows = [row for index, row in enumerate(self.rows) if index not in chosen]

    # --- running ------------------------------------------------------------------------------

    def make_ready(self, engine: str) -> None:
        """Record the error of one example."""
        count = self.shape.inputs

        def f(*numbers: Value) -> list[Value]:
            error, outputs = self._error(self.model, numbers)
            return [error, *outputs]

        targets = self.shape.targets or 0
        names = [f"x{n}" for n in range(1, count + 1)] + [f"t{n}" for n in range(1, targets + 1)]
        row = self.rows[0] if self.rows else self.example
        runs = (len(self.rows) + len(self.held_out)) * self.epochs
        if not self.rows:
            runs = 1_000_000  # who has batches has many
        self._run: Run = made_run(f, self.optimizer.parameters, row, names, engine, runs, self.chunked)

    def run(self, path: str | os.PathLike[str] | None) -> History:
        """Train."""
        history = History(self._run.plan(self.optimizer))
        columns = ["epoch", "error", *(self.metrics if self.rows else ())]
        if self.held_out:
            columns += ["validation_error", *(f"validation_{name}" for name in self.metrics)]
        columns.append("lr")
        self._watched = self.stopping.column(bool(self.held_out)) if self.stopping else ""
        if self.stopping and self._watched not in columns:
            raise UnknownNameError(
                f"early_stopping: there is no column {self._watched!r}; there are {', '.join(columns)}"
            )
        file = None if path is None else Checkpoint(path, self._identity(columns))
        state = file.restore(self.model, self.optimizer) if file else None
        if state:
            history.rows, history.stopped, self.best = state
        examples = (self.chunks.count if self.chunks else len(self.rows)) * max(
            0, self.epochs - len(history)
        ) or None
        with ProgressBar("examples", examples, shown=self.shown) as bar:
            while len(history) < self.epochs and not history.stopped:
                self._epochs(history, bar, 1 if file else self._unseen(history))
                if file:
                    state = State(history.rows, history.stopped, self.best)
                    file.save(self.model, self.optimizer, state)
        if history.rows and self.stopping and self.stopping.restore and self.best:
            self.model.load_state_dict(self.best)
        return history

    def _unseen(self, history: History) -> int:
        """How many epochs nobody looks at until the last of them is over."""
        if not self.rows or self.metrics or self.held_out or self.stopping or self.callbacks:
            return 1
        return min(self.epochs - len(history), max(1, self._run.at_once // len(self.rows)))

    def _epochs(self, history: History, bar: ProgressBar, count: int) -> None:
        first = len(history) + 1
        steps = self.optimizer.steps
        errors: list[float] = []  # of examples, or the sums of chunks
        examples = 0
        try:
            for found, more in self._trained(first, count):
                errors += found
                examples += more
                epoch = first + (examples - 1) // (len(self.rows) or examples)
                bar.advance(more, f"epoch {epoch}/{self.epochs}", error=fsum(found) / more)
        except Exception as error:
            done = self.optimizer.steps - steps
            epochs, batches = divmod(done, self._batches_of_epoch) if self.rows else (0, done)
            error.add_note(f"in epoch {first + epochs}, batch {batches + 1}")
            raise
        if not errors:
            raise ArgumentValueError(f"epoch {first} has no batches")
        size, batches = len(errors) // count, (self.optimizer.steps - steps) // count
        lr = self.optimizer.lr
        for index in range(count):
            mean = sum(errors[index * size : (index + 1) * size]) / (examples // count)
            row: dict[str, float] = {"epoch": first + index, "error": mean}
            if self.rows and self.metrics:
                row |= self._measured("", self.rows)
            if self.held_out:
                row |= self._measured("validation_", self.held_out)
            row["lr"] = float(lr(steps + (index + 1) * batches - 1) if callable(lr) else lr)
            history.rows.append(row)
        self._look(history)

    @property
    def _batches_of_epoch(self) -> int:
        return -(-len(self.rows) // (self.batch_size or len(self.rows)))

    def _look(self, history: History) -> None:
        """See whether the last epoch was the best, or is to be the last."""
        if self.stopping:
            best = self.stopping.best(history.rows, self._watched)
            if best == len(history) - 1:
                self.best = self.model.state_dict() if self.stopping.restore else None
            elif len(history) - 1 - best >= self.stopping.patience:
                history.stopped = (
                    f"{self._watched} has not become better for {self.stopping.patience} epochs"
                )
        for index, callback in enumerate(self.callbacks):
            if callback(history) is True:
                history.stopped = f"callbacks[{index}] returned True"

    def _trained(self, first: int, count: int) -> Iterator[tuple[Sequence[float], int]]:
        """Train for some epochs; the errors of examples as they are done, and how many these are."""
        if self.chunks is not None:
            assert isinstance(self._run, ChunkedRun)
            size = self.batch_size and self.batch_size // self.chunks.size
            order = self._order(len(self.chunks), size, first, count)
            yield from self._run.train_on(self.optimizer, self.chunks, order)
            return
        if self.batches is not None:
            for batch in self._given_batches(self.batches, first):
                order = Order(range(len(batch)), len(batch), len(batch), mean=True)
                for errors in self._run.train(self.optimizer, batch, order):
                    yield errors, len(errors)
            return
        order = self._order(len(self.rows), self.batch_size, first, count)
        for errors in self._run.train(self.optimizer, self.rows, order):
            yield errors, len(errors)

    def _order(self, many: int, size: int | None, first: int, count: int) -> Order:
        """In which order some epochs take the examples, or the chunks of them."""
        found: list[int] = []
        for epoch in range(first, first + count):
            order_of_epoch = [*range(many)]
            if self.seed is not None and many > 1:
                Random(f"{self.seed} epoch {epoch}").shuffle(order_of_epoch)
            found += order_of_epoch
        return Order(found, min(size or many, many), many, mean=True)

    def _given_batches(self, given: Any, epoch: int) -> Iterator[Rows]:
        batches = batches_of(given, epoch)
        if self._first is not None:  # which was taken to look at it
            batches, self._first = chain([self._first], batches), None
        for number, batch in enumerate(batches, 1):
            yield self._batch(batch, f"batch {number} of epoch {epoch}")

    def _batch(self, batch: Any, what: str) -> Rows:
        X, Y, names = self._pair(batch, what)  # noqa: N806
        inputs = inputs_of(self.model, names[0], X)
        if len(inputs[0]) != self.shape.inputs:
            raise ArgumentValueError(
                f"{names[0]}[0] must have {self.shape.inputs} numbers, got {len(inputs[0])}"
            )
        return rows_of(inputs, Y, names, self.loss, self.shape)

    def _measured(self, prefix: str, rows: Rows) -> dict[str, float]:
        """The error, but for the examples that are trained on, and the metrics."""
        found = self._run.outputs(rows)
        row = {f"{prefix}error": _mean([each[0] for each in found])} if prefix else {}
        outputs = [[*each[1:]] for each in found]
        targets = [row[self.shape.inputs :] for row in rows]
        for name, metric in self.metrics.items():
            row[prefix + name] = measured(name, metric, outputs, targets)
        return row

    def _identity(self, columns: Sequence[str]) -> dict[str, Any]:
        """What a checkpoint has to agree with."""
        state = self.optimizer.state_dict()
        paths = {parameter: path for path, parameter in self.model.named_parameters()}
        return {
            "model": [*self.model.state_dict()],
            "loss": self.loss.name,
            "trained": [paths[parameter] for parameter in self.optimizer.parameters],
            "optimizer": {name: state[name] for name in ("optimizer", "lr", "settings")},
            "examples": self._fingerprint(),
            "validation": fingerprint(self.held_out) if self.held_out else None,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "early_stopping": repr(self.stopping),
            "columns": [*columns],
        }

    def _fingerprint(self) -> str | None:
        if self.chunks is not None:
            found = f"{self.chunks.count} on a cluster"
        elif self.rows:
            found = fingerprint(self.rows)
        else:
            return None
        # the bits depend on the size of chunks, and not on who computes them
        return found if self.chunked is None else f"{found} in chunks of {self.chunked[1]}"


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
