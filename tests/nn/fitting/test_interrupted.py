"""Ctrl-C while fit() is at work: what is left is that of a whole batch, and the same call goes on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from types import FrameType
from typing import Any

import pytest

import nn.runs
from autograd import AutogradError
from nn import MLP, Adam, EarlyStopping, History, fit, schedules

ENGINES = ["eager", "python", *(["native"] if find_spec("llvmlite") else [])]
X = [[0.125 * index, 0.25 * (index % 5)] for index in range(20)]
Y = [0.5 * x - y for x, y in X]
EPOCHS, BATCHES = 4, 4
RATE = schedules.cosine(0.02, EPOCHS * BATCHES)


class Trial:
    """A model, its optimizer and a history, trained by one call or by several."""

    def __init__(self, engine: str, lr: Callable[[int], float] = RATE) -> None:
        self.engine = engine
        self.model = MLP(2, [3, 1], activation="tanh", seed=1)
        self.optimizer = Adam(self.model.parameters(), lr=lr)
        self.history = History()

    def go_on(self, **options: Any) -> None:
        options = {"epochs": EPOCHS, "batch_size": 6, "engine": self.engine} | options
        found = fit(self.model, X, Y, optimizer=self.optimizer, history=self.history, **options)
        assert found is self.history

    def interrupted(self, **options: Any) -> bool:
        try:
            self.go_on(**options)
        except KeyboardInterrupt:
            return True
        return False

    @property
    def state(self) -> Any:
        return self.model.state_dict(), self.optimizer.state_dict()


def after_each_batch() -> tuple[list[Any], list[Any]]:
    """What training leaves after each batch, and the rows of its history."""
    states: list[Any] = []

    def lr(step: int) -> float:
        if step == trial.optimizer.steps:  # asked for by the step, not for the history
            states.append(trial.state)
        return RATE(step)

    trial = Trial("eager", lr)
    trial.go_on()
    states.append(trial.state)
    return states, trial.history.rows


def at_line(number: int) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that raises KeyboardInterrupt at a line of training, where a signal might come, too."""
    left = number

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(("nn.fitting.loop", "nn.runs", "nn.optimizers", "autograd.atomic")):
            return None
        left -= event == "line"
        if left == 0:
            left = -1
            raise KeyboardInterrupt
        return trace

    return trace


@pytest.mark.parametrize("engine", ENGINES)
def test_whenever_it_comes_a_whole_batch_is_left_and_the_history_knows_its_epochs(engine: str) -> None:
    states, rows = after_each_batch()
    came, line = 0, 150
    while True:
        trial = Trial(engine)
        before = sys.gettrace()
        sys.settrace(at_line(line))
        try:
            interrupted = trial.interrupted()
        finally:
            sys.settrace(before)
        if not interrupted:
            break
        came, line = came + 1, line + 37
        steps = trial.optimizer.steps
        assert trial.state == states[steps]
        assert trial.history.rows == rows[: len(trial.history)]
        if engine == "native":  # which makes some epochs at once
            assert len(trial.history) * BATCHES <= steps
        else:
            assert len(trial.history) in {steps // BATCHES, (steps - 1) // BATCHES}
        trial.go_on()
        assert len(trial.history) == EPOCHS
    assert came > 5
    assert trial.state == states[-1]


@pytest.mark.parametrize("engine", ENGINES)
def test_machine_code_comes_back_to_hear_it(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn.runs, "_LINES_AT_ONCE", 1)

    def lr(step: int) -> float:
        if step == 6:
            signal.raise_signal(signal.SIGINT)
        return 0.02

    trial = Trial(engine, lr)
    assert trial.interrupted()
    assert trial.optimizer.steps == 6
    assert trial.history["epoch"] == [1]


def test_the_same_call_goes_on_to_the_same_bits_after_an_epoch() -> None:
    """With early stopping, which has to know the best epoch of all."""
    options: dict[str, Any] = {
        "epochs": 9, "validation": 0.25, "early_stopping": EarlyStopping(2), "metrics": [largest],
    }  # fmt: skip
    whole = Trial("python", lambda step: 0.01 * 1.2**step)
    whole.go_on(**options)
    assert whole.history.stopped
    for when in range(1, len(whole.history)):

        def interrupt(history: History, when: int = when) -> None:
            if len(history) == when:
                signal.raise_signal(signal.SIGINT)

        trial = Trial("python", whole.optimizer.lr)  # type: ignore[arg-type]
        assert trial.interrupted(callbacks=[interrupt], **options)
        assert len(trial.history) == when
        assert trial.history.best is not None
        trial.go_on(callbacks=[interrupt], **options)
        assert trial.history.best_epoch == whole.history.best_epoch
        assert (trial.state, trial.history.rows) == (whole.state, whole.history.rows)


def largest(outputs: Any, _: Any) -> float:
    return max(out for (out,) in outputs)


def test_an_error_leaves_the_history_too_and_training_may_go_on_for_longer() -> None:
    def failing(outputs: Any, _: Any) -> float:
        if trial.optimizer.steps > 2 * BATCHES:
            raise ZeroDivisionError
        return 0.0

    trial, whole = Trial("python"), Trial("python")
    with pytest.raises(ZeroDivisionError):
        trial.go_on(metrics=[failing])
    assert trial.history["epoch"] == [1, 2]
    with pytest.raises(AutogradError, match="history has the columns epoch, error, failing, lr; here"):
        trial.go_on()
    whole.go_on(epochs=2)
    assert whole.history["error"] == trial.history["error"]
    whole.go_on(epochs=2)
    assert len(whole.history) == 2
    whole.go_on(epochs=EPOCHS)
    once = Trial("python")
    once.go_on()
    assert (whole.state, whole.history.rows) == (once.state, once.history.rows)
