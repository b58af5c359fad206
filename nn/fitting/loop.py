"""fit(): training by mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import choice, flag, function, instance, items, whole
from autograd.atomic import set_together
from autograd.errors import ArgumentTypeError, ArgumentValueError, AutogradError, UnknownNameError
from nn.fitting.checkpoint import Checkpoint
from nn.fitting.data import fingerprint
from nn.fitting.examples import Examples
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
    functions: str = "scalar",
    validation: float | Sequence[Any] = 0.0,
    metrics: Sequence[str | Metric] = (),
    early_stopping: EarlyStopping | None = None,
    callbacks: Sequence[Callable[[History], object]] = (),
    history: History | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    client: Any = None,
    chunk_size: int | None = None,
) -> History:
    """Train a model by mini-batches, and return how that went.

    The error of a batch is the mean of its examples' errors. (`train` adds them up, unless the error is
    "mean_squared_error".) The error of one example is recorded once, and replayed for all; whichever
    engine does it, the parameters are the same to the last bit.

    Whenever Ctrl-C comes, or an error, the parameters and the optimizer are as after the last batch that
    was finished, and ``history``, if it is given, has the epochs that were; the same call goes on.

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
        epochs: how often all examples are taken, with the epochs that ``history`` or the checkpoint has.
        batch_size: how many examples there are to an update; all if None.
        shuffle: whether each epoch takes the examples in another order.
        seed: what these orders, and the choice of validation examples, follow from.
        engine: "eager" for node by node, "python" or "native" for a replay, "auto" to choose.
        functions: "vector" for batches whose `exp`, `tanh` and so on are faster, and not the same to the
            last bit; it needs ``engine="native"``.
        validation: the share of the examples that is not trained on, or other examples as a pair of
            inputs and targets.
        metrics: what is measured after each epoch besides the error: "accuracy", or functions of the
            outputs and the targets of all examples, a row for each, that return a number.
        early_stopping: when to stop before the last epoch.
        callbacks: functions that are called after each epoch with the history so far. Training stops if
            one returns True.
        history: what was returned before, to go on from and to be returned again, with further epochs;
            or an empty one, to be looked at if training does not come to its end.
        checkpoint: a file that is written after each epoch. If it is there, the run that wrote it goes
            on; all arguments but the number of epochs have to be as they were. Its epochs take the place
            of those that ``history`` has.
        progress: whether there is a progress bar on stderr; if None, where that is a terminal.
        client: a ``dask.distributed.Client``, whose workers compute the batches in chunks of examples.
            ``X`` and ``Y`` may be Dask arrays then; or ``X`` the path of a Parquet file, or of a folder
            of them, which the workers read, and ``Y`` the names of the columns that are targets. Of
            these, an epoch takes the chunks in another order, and not the examples in them.
        chunk_size: how many examples a chunk has, 1,000 with a client; without one, chunks are computed
            here, with the same bits.

    Raises:
        ArgumentValueError: examples are missing, of different lengths, infinite or NaN; another argument
            has no possible value; or checkpoint or history are of another run. Nothing has changed.
            Or an update would make a parameter infinite or NaN: those before it have been made.
        ArgumentTypeError: an argument is not of its kind.
        DomainError: a target is a negative probability.
        RecordingError: the model or the loss cannot be recorded, and the engine is not "auto", or there
            are chunks.
        ImportError: the engine is not installed; the error has the command that installs it.
        AutogradError: what reads Parquet is not installed; likewise. Or this machine has no library of
            vector functions.

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
    _check_optimizer(optimizer, check_module(model))
    rule = loss_of(loss)
    epochs, seed = whole("epochs", epochs, 0), whole("seed", seed, 0)
    batch_size = None if batch_size is None else whole("batch_size", batch_size, 1)
    order_seed = seed if flag("shuffle", shuffle) else None
    choice("engine", engine, ENGINES)
    if not isinstance(functions, str) or functions != "scalar":
        from autograd.program.engines import check_functions

        check_functions(engine, functions)
    if early_stopping is not None:
        instance("early_stopping", early_stopping, EarlyStopping, "an EarlyStopping")
    callbacks = items("callbacks", callbacks)
    for index, callback in enumerate(callbacks):
        function(f"callbacks[{index}]", callback)
    history = History() if history is None else instance("history", history, History, "a History")
    if progress is not None:
        flag("progress", progress)
    chunked = None
    if client is not None or chunk_size is not None:
        from autograd.program.chunks import check_client, chunk_size_of

        if client is not None:
            check_client(client)
        chunked = client, chunk_size_of(chunk_size)

    copy = model.copy()  # to be tried, since a neuron remembers its last call
    examples = Examples(copy, rule, epochs=epochs, batch_size=batch_size, chunked=chunked)
    examples.read(X, Y)
    examples.hold_out(validation, seed)
    targets = [row[examples.shape.inputs :] for row in examples.rows or examples.held_out]
    if not targets and items("metrics", metrics):
        raise ArgumentValueError(
            f"metrics of {examples.kind} are measured on validation examples, and there are none"
        )
    training = _Training(
        model=model,
        optimizer=optimizer,
        loss=rule,
        examples=examples,
        metrics=metrics_of(metrics, rule, targets),
        stopping=early_stopping,
        callbacks=callbacks,
        epochs=epochs,
        seed=order_seed,
        settings={"batch_size": batch_size, "functions": functions},
    )
    training.try_on(copy)
    training.record(engine, functions, chunked)
    training.go_on(history, checkpoint, progress)
    return history


def _check_optimizer(optimizer: Any, model: Module) -> None:
    instance("optimizer", optimizer, Optimizer, "an Optimizer, as SGD(model.parameters(), lr=0.1)")
    own = {*model.parameters()}
    for index, parameter in enumerate(optimizer.parameters):
        if parameter not in own:
            raise ArgumentValueError(f"parameter {index} of the optimizer is none of the model's")


@dataclass
class _Training:
    """What is trained on what, and how."""

    model: Module
    optimizer: Optimizer
    loss: Loss
    examples: Examples
    metrics: Mapping[str, Metric]
    stopping: EarlyStopping | None
    callbacks: Sequence[Callable[[History], object]]
    epochs: int
    seed: int | None
    settings: dict[str, Any]

    # --- before -------------------------------------------------------------------------------

    def _error(self, model: Module, numbers: Sequence[Value]) -> list[Value]:
        """The error of an example, and the model's outputs."""
        count = self.examples.shape.inputs
        outputs = outputs_of(model, numbers[:count])
        error = self.loss.part(outputs, numbers[count:])
        return [instance("what the loss returns", error, Value, "a Value"), *outputs]

    def try_on(self, copy: Module) -> None:
        """Compute the error of an example with a copy of the model, which tells whether that goes."""
        try:
            self._error(copy, [*map(Value, self.examples.first)])
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            raise ArgumentTypeError(f"loss of the first example: {error}") from error

    def record(self, engine: str, functions: str, chunked: tuple[Any, int] | None) -> None:
        """Record the error of one example, if that is how it is run."""
        examples = self.examples
        names = [f"x{n}" for n in range(1, examples.shape.inputs + 1)]
        names += [f"t{n}" for n in range(1, len(examples.first) - len(names) + 1)]
        runs = (len(examples.rows) + len(examples.held_out)) * self.epochs
        if not examples.rows:
            runs = 1_000_000  # who has batches has many

        def f(*numbers: Value) -> list[Value]:
            return self._error(self.model, numbers)

        parameters = self.optimizer.parameters
        self.run: Run = made_run(
            f, parameters, examples.first, names, engine, runs, chunked, functions=functions
        )

    # --- epochs -------------------------------------------------------------------------------

    def go_on(self, history: History, path: str | os.PathLike[str] | None, shown: bool | None) -> None:
        """Train for the epochs that the history does not have yet, and add them to it."""
        columns = self._columns()
        if self.stopping and self._watched not in columns:
            raise UnknownNameError(
                f"early_stopping: there is no column {self._watched!r}; there are {', '.join(columns)}"
            )
        if history.rows and [*history.rows[0]] != columns:
            raise ArgumentValueError(
                f"history has the columns {', '.join(history.rows[0])}; here they are "
                f"{', '.join(columns)}"
            )
        file = None if path is None else Checkpoint(path, self._identity(columns))
        if file is None or not file.restore(self.model, self.optimizer, history):
            history.stopped = ""
        elif self.stopping:
            history.best_epoch = self.stopping.best(history.rows, self._watched) + 1
        history.plan = self.run.plan(self.optimizer)
        if self.stopping is None:
            history.best_epoch = history.best = None
        elif history.rows and not (history.best if self.stopping.restore else history.best_epoch):
            self._keep(history)  # nothing is known of those before
        total = self.examples.count * max(0, self.epochs - len(history))
        with ProgressBar("examples", total or None, shown=shown) as bar:
            while len(history) < self.epochs and not history.stopped:
                self._train(history, bar, 1 if file else self._unseen(history))
                self._look(history)
                if file:
                    file.save(self.model, self.optimizer, history)
        if history.best and self.stopping and self.stopping.restore:
            self.model.load_state_dict(history.best)

    def _columns(self) -> list[str]:
        examples = self.examples
        columns = ["epoch", "error", *(self.metrics if examples.rows else ())]
        if examples.held_out:
            columns += ["validation_error", *(f"validation_{name}" for name in self.metrics)]
        return [*columns, "lr"]

    @property
    def _watched(self) -> str:
        return self.stopping.column(bool(self.examples.held_out)) if self.stopping else ""

    def _unseen(self, history: History) -> int:
        """How many epochs nobody looks at until the last of them is over."""
        rows, held_out = self.examples.rows, self.examples.held_out
        if not rows or self.metrics or held_out or self.stopping or self.callbacks:
            return 1
        return min(self.epochs - len(history), max(1, self.run.at_once // len(rows)))

    def _train(self, history: History, bar: ProgressBar, count: int) -> None:
        """Train for some epochs, and add each to the history as soon as it is finished."""
        order = self.examples.order(len(history) + 1, count, self.seed)
        size, batches = order.period, order.batches(order.period) if order.period else 0
        steps = self.optimizer.steps  # before the epochs that there are errors of
        errors: list[float] = []  # of examples, or the sums of chunks
        total, seen = 0.0, 0
        for found, examples in self._trained(len(history) + 1, order):
            errors += found
            total, seen = total + sum(found), seen + examples
            epoch, error = len(history) + 1, total / seen  # so far
            if size and len(errors) >= size:
                finished = len(errors) // size
                self._add(history, errors, size, steps, batches)
                del errors[: finished * size]
                steps += finished * batches
                epoch, error, total, seen = len(history), history.rows[-1]["error"], 0.0, 0
            bar.advance(examples, f"epoch {epoch}/{self.epochs}", error=error)
        if errors:  # of batches as they were given
            self._add(history, errors, len(errors), steps, self.optimizer.steps - steps)
        elif not size:
            raise ArgumentValueError(f"epoch {len(history) + 1} has no batches")

    def _trained(self, first: int, order: Order) -> Iterator[tuple[Sequence[float], int]]:
        """Train; the errors of examples, or the sums of chunks, as they are done, and of how many."""
        examples, optimizer, run = self.examples, self.optimizer, self.run
        begun = optimizer.steps
        try:
            if examples.chunks is not None:
                assert isinstance(run, ChunkedRun)
                yield from run.train_on(optimizer, examples.chunks, order)
                return
            batches = [(examples.rows, order)] if examples.rows else examples.batches(first)
            for rows, its_order in batches:
                for errors in run.train(optimizer, rows, its_order):
                    yield errors, len(errors)
        except Exception as error:
            done, each = optimizer.steps - begun, order.batches(order.period) if order.period else 0
            epochs, batch = divmod(done, each) if each else (0, done)
            error.add_note(f"in epoch {first + epochs}, batch {batch + 1}")
            raise

    def _add(
        self, history: History, errors: Sequence[float], size: int, steps: int, batches: int
    ) -> None:
        """Add epochs to the history.

        Args:
            history: the history.
            errors: those of the epochs' examples, or the sums of chunks.
            size: how many an epoch has; what is left over is of one that is not finished.
            steps: how many steps the optimizer had made before.
            batches: how many it makes in an epoch.
        """
        rows, lr, count = history.rows, self.optimizer.lr, self.examples.count or size
        seen = self.metrics or self.examples.held_out
        for start in range(0, len(errors) - size + 1, size):
            steps += batches
            row = {"epoch": len(rows) + 1, "error": sum(errors[start : start + size]) / count}
            if seen:
                row |= self._measured()
            row["lr"] = float(lr(steps - 1) if callable(lr) else lr)
            rows.append(row)

    def _measured(self) -> dict[str, float]:
        """The metrics, and of the validation examples the error."""
        examples, row = self.examples, dict[str, float]()
        for prefix, rows in (("", examples.rows), ("validation_", examples.held_out)):
            if not rows or not (prefix or self.metrics):
                continue
            found = self.run.outputs(rows)
            if prefix:
                row["validation_error"] = sum(each[0] for each in found) / len(found)
            outputs = [[*each[1:]] for each in found]
            targets = [each[examples.shape.inputs :] for each in rows]
            for name, metric in self.metrics.items():
                row[prefix + name] = measured(name, metric, outputs, targets)
        return row

    # --- after an epoch -----------------------------------------------------------------------

    def _look(self, history: History) -> None:
        """See whether the last epoch was the best, or is to be the last."""
        if self.stopping:
            rows, best = history.rows, history.best_epoch
            if best is None or self.stopping.best([rows[best - 1], rows[-1]], self._watched):
                self._keep(history)
            elif len(history) - best >= self.stopping.patience:
                history.stopped = (
                    f"{self._watched} has not become better for {self.stopping.patience} epochs"
                )
        for index, callback in enumerate(self.callbacks):
            if callback(history) is True:
                history.stopped = f"callbacks[{index}] returned True"

    def _keep(self, history: History) -> None:
        """Note the last epoch as the best, together with its parameters if they are to come back."""
        parameters = self.model.state_dict() if self.stopping and self.stopping.restore else None
        set_together([(history, "best_epoch", len(history)), (history, "best", parameters)])

    def _identity(self, columns: Sequence[str]) -> dict[str, Any]:
        """What a checkpoint has to agree with."""
        state = self.optimizer.state_dict()
        paths = {parameter: path for path, parameter in self.model.named_parameters()}
        held_out = self.examples.held_out
        return {
            "model": [*self.model.state_dict()],
            "loss": self.loss.name,
            "trained": [paths[parameter] for parameter in self.optimizer.parameters],
            "optimizer": {name: state[name] for name in ("optimizer", "lr", "settings")},
            "examples": self.examples.fingerprint,
            "validation": fingerprint(held_out) if held_out else None,
            "seed": self.seed,
            "early_stopping": repr(self.stopping),
            "columns": [*columns],
            **self.settings,
        }
