"""fit(): every engine gives the same bits, and bad input is refused before anything changes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from importlib.util import find_spec
from random import Random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import ArgumentTypeError, AutogradError, RecordingError, Value
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    EarlyStopping,
    Example,
    Module,
    Optimizer,
    fit,
    predict,
    schedules,
    train,
)

ENGINES = ["eager", "python", *(["native"] if find_spec("llvmlite") else [])]


def moons(count: int) -> tuple[list[list[float]], list[int]]:
    """Two half circles, one within the other."""
    random, rows, classes = Random(1), [], []
    for index in range(count):
        angle, upper = random.random() * math.pi, index % 2
        x, y = math.cos(angle), math.sin(angle)
        rows.append([1.0 - x, 0.5 - y] if upper else [x, y])
        classes.append(upper)
    return rows, classes


X, Y = moons(20)

OPTIMIZERS: dict[str, Callable[[Any], Optimizer]] = {
    "momentum": lambda p: SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "Nesterov": lambda p: SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "Adam": lambda p: Adam(p, lr=schedules.cosine(0.02, 20)),
    "AdamW": lambda p: AdamW(p, lr=0.02),
}

#: A loss, the outputs that it needs, and what the two classes are called.
LOSSES: dict[str, tuple[Any, int, tuple[float, float]]] = {
    "cross_entropy": ("cross_entropy", 2, (0, 1)),
    "three classes": ("cross_entropy", 3, (0, 2)),
    "squares": ("half_squared_error", 1, (-1, 1)),
    "formula": ("(target - out) ** 4", 1, (0, 1)),
    "hinge": (nn.hinge, 1, (-1, 1)),
    "logits": (nn.binary_cross_entropy_with_logits, 1, (0, 1)),
}


def trained(engine: str, optimizer: str = "momentum", loss: str = "squares", **options: Any) -> Any:
    error, outputs, names = LOSSES[loss]
    model = MLP(2, [4, outputs], activation=["tanh", "linear"], seed=1)
    history = fit(
        model,
        X,
        [names[each] for each in Y],
        loss=error,
        optimizer=OPTIMIZERS[optimizer](model.parameters()),
        engine=engine,
        **{"epochs": 3, "batch_size": 6, "validation": 0.2, "metrics": ["accuracy"], **options},
    )
    return model, history


# --- the same bits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer", "loss"),
    [*((each, "cross_entropy") for each in OPTIMIZERS), *(("Nesterov", each) for each in LOSSES)],
)
def test_every_engine_gives_the_same_bits(optimizer: str, loss: str) -> None:
    (model, history), *others = [trained(engine, optimizer, loss) for engine in ENGINES]
    assert history["error"][-1] < history["error"][0]
    for other, its in others:
        assert other.state_dict() == model.state_dict()
        assert its.rows == history.rows
        assert its.plan != history.plan


class Signs(Optimizer):
    """A rule of one's own, with something that it remembers."""

    RULE = """
        seen = 0.5 * seen + abs(g)
        p = p - lr * copysign(seen, g) if g else p
    """
    BUFFERS = ("seen",)


@pytest.mark.parametrize("size", [1, 4, None])
@pytest.mark.parametrize(
    "make",
    [
        lambda p: SGD(p, lr=0.05),
        lambda p: SGD(p, lr=0.05, momentum=0.9, dampening=0.5, weight_decay=0.01),
        lambda p: SGD(p, lr=lambda step: 0.1 / (1 + step), momentum=0.9, nesterov=True),
        lambda p: Adam(p, lr=0.02, weight_decay=0.1),
        lambda p: AdamW(p, lr=0.02),
        lambda p: Signs(p, lr=0.02),
    ],
    ids=["descent", "momentum", "Nesterov", "Adam", "AdamW", "Signs"],
)
def test_epochs_that_nobody_looks_at_are_the_same_on_every_engine(make: Any, size: Any) -> None:
    """Then machine code goes through several at once; 19 examples are no multiple of any lanes."""
    found = []
    for engine in ENGINES:
        model = MLP(2, [3, 2], activation="tanh", seed=1)
        optimizer = make(model.parameters())
        targets = [[float(each), 0.5] for each in Y]
        options: dict[str, Any] = {"epochs": 4, "batch_size": size, "engine": engine}
        history = fit(model, X[:19], targets[:19], optimizer=optimizer, **options)
        again = fit(model, X[:19], targets[:19], optimizer=optimizer, seed=3, **options)
        gradients = [each.grad for each in model.parameters()]
        found.append((model.state_dict(), optimizer.state_dict(), gradients, history.rows, again.rows))
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_schedule_that_fails_does_so_at_its_step(engine: str) -> None:
    def schedule(step: int) -> float:
        return 0.1 if step < 8 else math.nan

    model, few = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=1)
    with pytest.raises(AutogradError, match="lr at step 8 must be a non-negative number") as caught:
        fit(
            model,
            X,
            Y,
            optimizer=SGD(model.parameters(), lr=schedule),
            engine=engine,
            epochs=9,
            batch_size=6,
        )
    assert caught.value.__notes__ == ["in epoch 3, batch 1"]
    fit(few, X, Y, optimizer=SGD(few.parameters(), lr=0.1), engine="eager", epochs=2, batch_size=6)
    assert model.state_dict() == few.state_dict()


@pytest.mark.parametrize("engine", ENGINES)
def test_settings_may_change_from_epoch_to_epoch(engine: str) -> None:
    states = []
    for each in ("eager", engine):
        model = MLP(2, [3, 1], seed=1)
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.5)

        def change(history: Any, optimizer: SGD = optimizer) -> None:
            optimizer.momentum = 0.9
            optimizer.lr = 0.05

        fit(model, X, Y, optimizer=optimizer, engine=each, epochs=3, callbacks=[change])
        states.append(model.state_dict())
    assert states[0] == states[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_that_is_no_text_is_kept(engine: str) -> None:
    class ByNorm(Optimizer):
        def _update(self, gradients: list[float], lr: float) -> None:
            norm = math.hypot(*gradients)
            for p, g in zip(self.parameters, gradients, strict=True):
                p.data -= lr * g / norm

    states = []
    for each in ("eager", engine):
        model = MLP(2, [3, 1], seed=1)
        optimizer = ByNorm(model.parameters(), lr=0.1)
        history = fit(model, X, Y, optimizer=optimizer, engine=each, epochs=3)
        states.append(model.state_dict())
    assert states[0] == states[1]
    said = "; Python updates the parameters, since ByNorm has no text as its rule"
    assert history.plan.endswith(said) == (engine == "native")


@pytest.mark.native
def test_who_updates_after_an_interpreted_sweep_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.native.engine.MOST_STRAIGHT", 10)
    _, history = trained("native")
    assert history.plan.endswith(
        "Python updates the parameters, since the error of an example is interpreted"
    )


def test_relu_and_its_kinks_are_the_same_on_every_engine() -> None:
    states = []
    for engine in ENGINES:
        model = MLP(2, [4, 4, 1], seed=3)
        fit(model, X, Y, optimizer=SGD(model.parameters(), lr=0.1), epochs=5, engine=engine)
        states.append(model.state_dict())
    assert all(state == states[0] for state in states)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_batch_in_order_is_what_train_does(engine: str) -> None:
    ours, theirs = MLP(2, [3, 1], activation="tanh", seed=1), MLP(2, [3, 1], activation="tanh", seed=1)
    examples = [Example(row, [float(target)]) for row, target in zip(X, Y, strict=True)]
    options: dict[str, Any] = {"loss": "mean_squared_error", "batch_size": None, "shuffle": False}
    fit(ours, examples, optimizer=SGD(ours.parameters(), lr=0.5), epochs=20, engine=engine, **options)
    optimizer = SGD(theirs.parameters(), lr=0.5)
    train(theirs, examples, optimizer, error="mean_squared_error", steps=20)
    assert ours.state_dict() == theirs.state_dict()


@pytest.mark.native
def test_cross_entropy_goes_on_where_logits_are_far_out() -> None:
    """There it has another form, for which Python takes over, and records it."""
    found = []
    for engine in ENGINES:
        model = MLP(2, [4, 3], activation=["tanh", "linear"], seed=1)
        for neuron in model.layers[1].neurons:
            for weight in neuron.weights:
                weight.data *= 300.0
        logits = [abs(out) for row in predict(model, X) for out in row]
        assert min(logits) < 200.0 < max(logits)
        options: dict[str, Any] = {"epochs": 3, "batch_size": 5, "engine": engine}
        optimizer = SGD(model.parameters(), lr=0.5)
        history = fit(
            model, X, [2 * each for each in Y], loss="cross_entropy", optimizer=optimizer, **options
        )
        found.append((model.state_dict(), history.rows))
    assert all(each == found[0] for each in found)


class Counted(SGD):
    """How often Python takes a step."""

    taken = 0

    def step(self) -> None:
        self.taken += 1
        super().step()


@pytest.mark.parametrize("size", [1, 6, None])
def test_parameters_that_the_optimizer_does_not_have_stay_as_they_are(size: Any) -> None:
    found = []
    for engine in ENGINES:
        model = MLP(2, [3, 2, 1], activation="tanh", seed=1)
        middle = [*reversed(model.layers[1].parameters())]
        for each in model.parameters():
            each.grad = 0.5
        before, optimizer = model.state_dict(), Counted(middle, lr=0.1, momentum=0.9, weight_decay=0.1)
        options: dict[str, Any] = {"epochs": 3, "batch_size": size, "engine": engine}
        histories = [fit(model, X, Y, optimizer=optimizer, **options)]
        model.layers[2].neurons[0].bias.data = 0.25  # which its next loop has to know
        histories.append(fit(model, X, Y, optimizer=optimizer, **options))
        changed = {path for path, number in model.state_dict().items() if number != before[path]}
        assert changed == {
            *(path for path in before if path.startswith("layers.1.")),
            "layers.2.neurons.0.bias",
        }
        assert all(each.grad == 0.5 for each in model.parameters() if each not in middle)
        assert optimizer.taken == (0 if engine == "native" else optimizer.steps)
        assert not any("Python updates" in each.plan for each in histories)
        gradients = [each.grad for each in middle]
        rows = [each.rows for each in histories]
        found.append((model.state_dict(), optimizer.state_dict(), gradients, rows))
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_callback_may_change_a_parameter_that_is_not_trained(engine: str) -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=1)
    bias, last = model.layers[0].neurons[0].bias, model.layers[1].parameters()

    def move(history: Any) -> None:
        bias.data = float(len(history))

    optimizer = Counted(last, lr=0.1)
    fit(model, X, Y, optimizer=optimizer, epochs=40, callbacks=[move], engine=engine)
    expected = MLP(2, [2, 1], activation="tanh", seed=1)
    other = expected.layers[0].neurons[0].bias
    ours = SGD(expected.layers[1].parameters(), lr=0.1)
    for epoch in range(1, 41):
        pairs = [(X[k], Y[k]) for k in _order_of_epoch(epoch)]
        fit(expected, pairs, optimizer=ours, batch_size=32, shuffle=False, engine="eager")
        other.data = float(epoch)
    assert model.state_dict() == expected.state_dict()


def _order_of_epoch(epoch: int) -> list[int]:
    order = [*range(len(X))]
    Random(f"0 epoch {epoch}").shuffle(order)
    return order


class Plain(Module):
    """A module of one's own that decides on a number, once for each example."""

    def __init__(self) -> None:
        self.slope = Value(0.5, "slope")

    def own_parameters(self) -> Any:
        return iter([("slope", self.slope)])

    def __call__(self, inputs: Any) -> Value:
        x = inputs[0]
        return self.slope * x if x > 0.5 else self.slope * x * x


def test_a_module_of_ones_own_may_decide_on_numbers() -> None:
    states = []
    for engine in ENGINES:
        model = Plain()
        fit(
            model, [0.25, 1.0, 0.125, 2.0], [1, 2, 3, 4], optimizer=SGD([model.slope], lr=0.01),
            epochs=40, batch_size=3, engine=engine, loss="squared_error",
        )  # fmt: skip
        states.append(model.state_dict())
    assert all(state == states[0] for state in states)


def test_what_cannot_be_recorded_is_run_node_by_node_and_said() -> None:
    def leaky(outputs: Any, targets: Any) -> Value:
        return (outputs[0] - targets[0]) ** 2 * math.exp(outputs[0].data)

    model = MLP(2, [2, 1], seed=1)
    optimizer = SGD(model.parameters(), lr=0.01)
    history = fit(model, X, Y, loss=leaky, optimizer=optimizer, epochs=25)
    assert history.plan.startswith("eager: it cannot be recorded: ")
    assert "leaves the graph" in history.plan
    with pytest.raises(RecordingError):
        fit(model, X, Y, loss=leaky, optimizer=optimizer, engine="python")


def test_few_examples_do_not_pay_for_a_recording() -> None:
    assert trained("auto", epochs=1)[1].plan.startswith("eager: 20 examples in all")
    assert trained("auto", epochs=25)[1].plan.startswith("python")


def test_machine_code_is_chosen_where_it_pays_and_is_there() -> None:
    plan = trained("auto", epochs=500, validation=0.0, metrics=[])[1].plan
    assert plan.startswith("native" if "native" in ENGINES else "python")
    assert "10,000 replays pay for machine code" in plan
    assert ("pip install 'scalar-autograd[native]'" in plan) is ("native" not in ENGINES)


# --- what it can be given -------------------------------------------------------------------------


class Frame:
    """What a data frame has of use here."""

    def __init__(self, rows: Any) -> None:
        self._rows = np.array(rows)

    def to_numpy(self) -> Any:
        return self._rows

    def __iter__(self) -> Any:
        return iter(["x", "y"])


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        (np.array(X), np.array(Y)),
        (Frame(X), Frame(Y)),
        (X, [[each] for each in Y]),
        ([Example(row, [each]) for row, each in zip(X, Y, strict=True)], None),
        (
            lambda epoch: [(X[:6], Y[:6]), (X[6:12], Y[6:12]), (X[12:18], Y[12:18]), (X[18:], Y[18:])],
            None,
        ),
    ],
    ids=["arrays", "frames", "rows", "examples", "batches"],
)
def test_examples_may_come_in_many_forms(inputs: Any, targets: Any) -> None:
    states = []
    for given in ((X, Y), (inputs, targets)):
        model = MLP(2, [3, 1], seed=1)
        optimizer = SGD(model.parameters(), lr=0.05)
        fit(model, *given, optimizer=optimizer, epochs=3, batch_size=6, shuffle=False)
        states.append(model.state_dict())
    assert states[0] == states[1]


def test_a_generator_of_batches_is_one_epoch() -> None:
    def batches() -> Any:
        for start in range(0, 20, 5):
            yield X[start : start + 5], Y[start : start + 5]

    model = MLP(2, [3, 1], seed=1)
    optimizer = SGD(model.parameters(), lr=0.05)
    assert len(fit(model, batches(), optimizer=optimizer)) == 1
    assert optimizer.steps == 4
    with pytest.raises(AutogradError, match="an iterator of batches is one epoch"):
        fit(model, batches(), optimizer=optimizer, epochs=2)


def test_classes_may_be_numbers_or_probabilities() -> None:
    states = []
    column = np.array(Y)[:, None]
    for targets in (Y, [[1.0 - each, float(each)] for each in Y], np.array(Y), column):
        model = MLP(2, [2], seed=1)
        fit(model, X, targets, loss=nn.cross_entropy, optimizer=SGD(model.parameters(), lr=0.1))
        states.append(model.state_dict())
    assert all(state == states[0] for state in states)


# --- the loss is tried before anything is changed ---------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda out, target: 0.5, "what the loss returns must be a Value, got 0.5"),
        (
            lambda out: out[0],
            r"loss of the first example: .*takes 1 positional argument but 2",
        ),
        (lambda out, target: out - target, "loss of the first example: unsupported operand"),
    ],
    ids=["a number", "of one argument", "of lists"],
)
@pytest.mark.parametrize("engine", ["eager", "python"])
def test_a_loss_that_is_none_changes_nothing(loss: Any, message: str, engine: str) -> None:
    model = MLP(2, [1], seed=1)
    optimizer = SGD(model.parameters(), lr=0.1)
    before = model.state_dict()
    with pytest.raises(ArgumentTypeError, match=message):
        fit(model, X, range(20), loss=loss, optimizer=optimizer, engine=engine)
    assert model.state_dict() == before
    assert model.layers[0].neurons[0].net is None


# --- options --------------------------------------------------------------------------------------


def test_an_epoch_takes_every_example_once_in_an_order_of_its_own() -> None:
    seen: list[float] = []

    def noted(outputs: Any, targets: Any) -> Value:
        seen.append(targets[0].data)
        return (outputs[0] - targets[0]) ** 2

    def order(seed: int) -> list[float]:
        seen.clear()
        model = MLP(2, [1], seed=1)
        optimizer = SGD(model.parameters(), lr=0.0)
        fit(model, X, range(20), loss=noted, optimizer=optimizer, epochs=2, engine="eager", seed=seed)
        return seen[1:]  # it is tried first

    first, again, other = order(1), order(1), order(2)
    assert first == again != other
    assert sorted(first[:20]) == sorted(first[20:]) == [*range(20)]
    assert first[:20] != first[20:]


def test_validation_examples_are_not_trained_on() -> None:
    _, history = trained("python", validation=(X[:4], [-1, 1, -1, 1]))
    assert [*history.rows[0]] == [
        *("epoch", "error", "accuracy", "validation_error", "validation_accuracy", "lr")
    ]
    model = MLP(2, [1], seed=1)
    before = [out[0] for out in nn.predict(model, X)]
    fit(model, X, Y, optimizer=SGD(model.parameters(), lr=0.0), validation=0.25, metrics=[count])
    assert [out[0] for out in nn.predict(model, X)] == before


def count(outputs: Any, targets: Any) -> int:
    assert len(outputs) == len(targets)
    return len(outputs)


def test_metrics_are_of_all_examples_after_the_epoch() -> None:
    _, history = trained("python", validation=0.25, metrics=[count], epochs=1)
    assert (history["count"], history["validation_count"]) == ([15], [5])
    model, history = trained("python", validation=0, epochs=30, loss="logits")
    right = [(out[0] > 0) == (target == 1) for out, target in zip(nn.predict(model, X), Y, strict=True)]
    assert history["accuracy"][-1] == sum(right) / 20
    probable = [p[1] > 0.5 for p in nn.predict_proba(model, X)]
    assert probable == [out[0] > 0 for out in nn.predict(model, X)]


def test_early_stopping_goes_back_to_the_best_epoch() -> None:
    states: list[Any] = []

    def note(_: Any) -> None:
        states.append(model.state_dict())

    model = MLP(2, [1], seed=1)
    # the rate rises until the error does
    optimizer = SGD(model.parameters(), lr=lambda step: 0.01 * 1.5**step)
    stopping = EarlyStopping(patience=2, monitor="error")
    history = fit(model, X, Y, optimizer=optimizer, epochs=50, early_stopping=stopping, callbacks=[note])
    best = history["error"].index(min(history["error"]))
    assert len(history) == best + 3 < 50
    assert history.best_epoch == best + 1
    assert history.stopped == "error has not become better for 2 epochs"
    assert model.state_dict() == states[best] != states[-1]
    patient = EarlyStopping(patience=9, monitor="error", restore=False)
    again: dict[str, Any] = {"epochs": len(history) + 1, "callbacks": [note], "history": history}
    fit(model, X, Y, optimizer=optimizer, early_stopping=patient, **again)
    assert model.state_dict() == states[-1] != states[best]


def test_of_an_accuracy_more_is_better() -> None:
    rows = [{"validation_accuracy": 0.5}, {"validation_accuracy": 0.75}]
    assert EarlyStopping(monitor="validation_accuracy").best(rows, "validation_accuracy") == 1
    assert EarlyStopping(largest=False).best(rows, "validation_accuracy") == 0


def test_a_share_may_be_a_scalar_of_numpy() -> None:
    assert (
        trained("python", validation=np.float32(0.25))[1].rows
        == trained("python", validation=0.25)[1].rows
    )


def test_a_callback_stops_training() -> None:
    _, history = trained("python", epochs=10, callbacks=[lambda history: len(history) == 2])
    assert (len(history), history.stopped) == (2, "callbacks[0] returned True")


def test_a_history_has_columns_and_a_plot() -> None:
    import matplotlib as mpl

    mpl.use("agg")
    _, history = trained("python")
    axes = history.plot()
    assert [line.get_label() for line in axes.lines] == ["error", "validation error"]
    assert [*axes.lines[1].get_xdata()] == [1, 2, 3]
    assert (axes.get_ylabel(), axes.get_yscale()) == ("error", "log")
    other = history.plot("accuracy", "validation_accuracy")
    assert (other.get_ylabel(), other.get_yscale()) == ("accuracy", "linear")
    assert len(other.lines) == 2
    with pytest.raises(KeyError, match="no column 'loss'; there are epoch, error"):
        history["loss"]


def test_the_progress_bar_shows_error_and_rate_and_is_silent_by_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained("python")
    assert capsys.readouterr() == ("", "")
    trained("python", progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "epoch 3/3" in err
    assert re.search(r"error [0-9.]+", err)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"X": [*X[:3], [1.0]], "Y": Y[:4]}, r"X\[3\] must have 2 numbers, got 1"),
        ({"X": [*X[:3], [1.0, math.nan]], "Y": Y[:4]}, r"X\[3\]\[1\] must be a finite number, got nan"),
        ({"X": [*X[:3], [1.0, "2"]], "Y": Y[:4]}, r"X\[3\]\[1\] must be a finite number, got '2'"),
        ({"Y": Y[:3]}, "X and Y must have as many examples, got 20 and 3"),
        ({"Y": [*Y[:19], math.inf]}, r"Y\[19\] must be a finite number, got inf"),
        ({"Y": [[0, 1]] * 20}, r"Y\[0\] must have 1 number, got 2"),
        ({"X": [], "Y": []}, "X is empty"),
        ({"X": {0.5, 1.0}}, "X must be a list"),
        ({"loss": "huber"}, "no error 'huber'"),
        ({"loss": 3}, "loss must be a name, a formula, an ErrorRule or a function, got 3"),
        ({"loss": "cross_entropy"}, "takes two outputs or more"),
        ({"loss": lambda outputs, targets: 3.0}, "what the loss returns must be a Value, got 3.0"),
        ({"epochs": -1}, "epochs must be at least 0, got -1"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5"),
        ({"engine": "gpu"}, "engine must be one of 'auto', 'eager', 'python', 'native', got 'gpu'"),
        ({"validation": 1.0}, "validation must be a share, at least 0 and below 1, got 1.0"),
        ({"validation": 0.001}, "validation=0.001 would leave out 0 of 20 examples"),
        ({"validation": (X,)}, "validation must be a share or a pair"),
        ({"functions": "fast"}, "functions must be one of 'scalar', 'vector', got 'fast'"),
        ({"functions": "vector"}, "functions='vector' needs engine='native', got engine='auto'"),
        ({"history": []}, r"history must be a History, got \[\]"),
        ({"checkpoint": 3}, "checkpoint must be the path of a file, got 3"),
        ({"checkpoint": "none/run.json"}, "checkpoint 'none/run.json': there is no folder 'none'"),
        ({"X": iter([(X, Y)])}, "X gives batches, which have their targets with them: leave out Y"),
        ({"X": lambda: [(X, Y)], "Y": None}, "X, called with the number of an epoch: .* takes 0"),
        ({"metrics": "accuracy"}, "metrics must be a list, got 'accuracy'"),
        ({"metrics": ["recall"]}, r"metrics\[0\] must be 'accuracy' or a function, got 'recall'"),
        ({"metrics": ["accuracy"], "Y": range(20)}, "needs two different targets, got 20: 0.0, 1.0"),
        ({"early_stopping": 3}, "early_stopping must be an EarlyStopping, got 3"),
        ({"early_stopping": EarlyStopping(monitor="loss")}, "no column 'loss'"),
        ({"callbacks": [3]}, r"callbacks\[0\] must be a function, got 3"),
        ({"progress": "yes"}, "progress must be True or False, got 'yes'"),
        ({"model": 3}, "model must be a Module that can be called, got 3"),
        (
            {"optimizer": 3},
            r"optimizer must be an Optimizer, as SGD\(model.parameters\(\), lr=0.1\), got 3",
        ),
        (
            {"optimizer": SGD([Value(0.0)], lr=0.1)},
            "parameter 0 of the optimizer is none of the model's",
        ),
        ({"X": iter([]), "Y": None}, "X has no batches"),
        ({"X": iter([(X, Y, Y)]), "Y": None}, "batch 1 must be a pair of inputs and targets"),
        (
            {"X": lambda epoch: 3, "Y": None},
            "the batches of epoch 1 must be an iterable of batches, got 3",
        ),
    ],
)
def test_bad_input_is_refused_and_nothing_changes(given: dict[str, Any], message: str) -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=1)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.5)
    before = model.state_dict(), optimizer.state_dict()
    call = {"model": model, "X": X, "Y": Y, "optimizer": optimizer, **given}
    with pytest.raises(AutogradError, match=message):
        fit(call.pop("model"), call.pop("X"), call.pop("Y"), **call)
    assert (model.state_dict(), optimizer.state_dict()) == before
    assert all(parameter.grad == 0.0 for parameter in model.parameters())


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([0, 1, 2], r"Y\[2\] must be the number of a class, 0 to 1, got 2"),
        ([0, 1, 0.5], r"Y\[2\] must be the number of a class, 0 to 1, got 0.5"),
        (["a", "b", "a"], r"Y\[0\] must be the number of a class, 0 to 1, got 'a'"),
        ([[0], [1], [2]], r"Y\[2\] must be the number of a class, 0 to 1, got 2"),
        ([[0], [1], 1], r"Y\[0\] must have 2 numbers, got 1"),
        ([[1, 0], [0, 1], [1, 1]], r"Y\[2\]: probabilities add up to 1, not to 2.0"),
        ([[1, 0], [0, 1], [2, -1]], r"Y\[2\]\[1\] lies in \[0, inf\], but is -1.0"),
        ([[1, 0], [0, 1], [1]], r"Y\[2\] must have 2 numbers, got 1"),
    ],
)
def test_bad_classes_are_refused(targets: Any, message: str) -> None:
    model = MLP(2, [2], seed=1)
    with pytest.raises(AutogradError, match=message):
        fit(model, X[:3], targets, loss="cross_entropy", optimizer=SGD(model.parameters(), lr=0.1))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_update_that_blows_up_names_the_batch_and_is_not_made(engine: str) -> None:
    model = MLP(1, [1], init="zeros")
    optimizer = SGD(model.parameters(), lr=1e200)
    with pytest.raises(AutogradError) as caught:
        fit(model, [1.0, 2.0], [1e150, 1e150], optimizer=optimizer, epochs=9, engine=engine)
    assert caught.value.__notes__ == ["in epoch 1, batch 1"]
    assert set(model.state_dict().values()) == {0.0}


@pytest.mark.parametrize("engine", ENGINES)
def test_errors_whose_sum_overflows_are_infinite(engine: str) -> None:
    model = MLP(1, [1], init="zeros")
    optimizer = SGD(model.parameters(), lr=1e-300)
    fitted = fit(model, [1.0] * 4, [1e154] * 4, optimizer=optimizer, epochs=2, engine=engine)
    assert [row["error"] for row in fitted.rows] == [math.inf, math.inf]


@pytest.mark.skipif("native" in ENGINES, reason="llvmlite is installed")
def test_without_llvmlite_the_error_has_the_command() -> None:
    with pytest.raises(ImportError, match="pip install"):
        trained("native")
