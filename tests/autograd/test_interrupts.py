"""Ctrl-C anywhere: what was going on has happened whole or not at all, and the next time is right.

Twice: with an exception before each instruction in turn, and with real signals, in bursts, in each
Python from 3.11 that is found here.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import rain
from interpreters import pythons

from autograd import AutogradError, Value
from autograd.arguments import number_of
from nn import SGD, Adam, AdamW, Optimizer, optimizers

ROOT = Path(__file__).parents[2]
# the module is hidden by the function of the same name that Value imports from it
backward_module: Any = sys.modules["autograd.backward"]


# --- before any instruction -----------------------------------------------------------------------


def interrupted_before(
    instruction: int, codes: set[CodeType], call: Callable[[], object], by: type[BaseException]
) -> bool:
    """Call, with an interrupt before the n-th instruction within some functions; whether it came."""
    count = itertools.count()
    came = False

    def local(frame: FrameType, event: str, _: object) -> Any:
        nonlocal came
        if event == "opcode" and not came and next(count) == instruction:
            came = True
            raise by
        return local

    def globally(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code not in codes:
            return None
        frame.f_trace_opcodes = True
        return local

    before = sys.gettrace()
    sys.settrace(globally)
    went_on = False
    try:
        call()
    except by:
        went_on = True
    finally:
        sys.settrace(before)
    assert went_on == came
    return came


def whole_or_not_at_all(
    state: Callable[[], object],
    call: Callable[[], object],
    restore: Callable[[], object],
    codes: set[CodeType],
    by: type[BaseException] = KeyboardInterrupt,
) -> int:
    """Interrupt a call everywhere; in how many places it was interrupted.

    Args:
        state: what must be as before the call or as after it, and comes out the same from the next call.
        call: what is interrupted.
        restore: makes the state what it was before.
        codes: the functions within which to interrupt.
        by: what to interrupt with.
    """
    restore()
    before = state()
    call()
    after = state()
    assert before != after
    for instruction in itertools.count():
        if sys.version_info >= (3, 12):  # the first frame that asks for its instructions is not told
            restore()
            interrupted_before(-1, codes, call, by)
        restore()
        if not interrupted_before(instruction, codes, call, by):
            assert state() == after
            return instruction
        found = state()
        assert found in (before, after), f"interrupted before instruction {instruction}"
        if found == before:
            call()
            assert state() == after, f"interrupted before instruction {instruction}"
    raise AssertionError


def code_of(*functions: Any) -> set[CodeType]:
    return {function.__code__ for function in functions}


def graph() -> tuple[Value, Value, Value]:
    x, y = Value(3.0), Value(5.0)
    shared = x * y
    return (shared + x) * shared.sin() + y, x, y


@pytest.mark.python_engine
@pytest.mark.parametrize("by", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interrupted_sweep_adds_everything_or_nothing(by: type[BaseException]) -> None:
    root, x, y = graph()

    def restore() -> None:
        x.grad, y.grad = 10.0, 20.0

    codes = code_of(backward_module._sweep)
    places = whole_or_not_at_all(lambda: (x.grad, y.grad), root.backward, restore, codes, by)
    assert places > 500


def test_an_interrupted_sweep_that_records_adds_everything_or_nothing() -> None:
    root, x, y = graph()

    def restore() -> None:
        x.grad, y.grad = 10.0, 20.0

    codes = code_of(
        backward_module._accumulate, backward_module._recorded_gradients, backward_module._plus
    )
    places = whole_or_not_at_all(
        lambda: (number_of(x.grad), number_of(y.grad)),
        lambda: root.backward(create_graph=True),
        restore,
        codes,
    )
    assert places > 500


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: SGD(parameters, lr=0.5),
        lambda parameters: SGD(parameters, lr=0.5, momentum=0.9, weight_decay=0.1, nesterov=True),
        lambda parameters: Adam(parameters, lr=0.5),
        lambda parameters: AdamW(parameters, lr=0.5, weight_decay=0.1),
    ],
    ids=["SGD", "momentum", "Adam", "AdamW"],
)
def test_an_interrupted_step_of_an_optimizer_is_taken_or_not(
    make: Callable[[list[Value]], Optimizer],
) -> None:
    weights = [Value(1.0), Value(-2.0)]
    optimizer = make(weights)
    for weight, gradient in zip(weights, (0.5, 3.0), strict=True):
        weight.grad = gradient
    optimizer.step()  # so that there is something to remember
    numbers, begun = [weight.data for weight in weights], optimizer.state_dict()

    def restore() -> None:
        optimizer.load_state_dict(begun)
        for weight, number in zip(weights, numbers, strict=True):
            weight.data = number

    given = optimizer.constants() | optimizer._at_step(1, 0.5)
    rule = optimizers._written(optimizer.RULE, ("p", "g", *optimizer.BUFFERS), tuple(given))
    places = whole_or_not_at_all(
        lambda: ([weight.data for weight in weights], optimizer.state_dict()),
        optimizer.step,
        restore,
        code_of(Optimizer._update, rule),
    )
    assert places > 20


def test_the_search_notices_a_planted_half() -> None:
    numbers = [0, 0]

    def call() -> None:
        for index in range(2):
            numbers[index] = 1

    def restore() -> None:
        numbers[:] = [0, 0]

    with pytest.raises(AssertionError, match="interrupted before instruction"):
        whole_or_not_at_all(lambda: list(numbers), call, restore, code_of(call))


@pytest.mark.python_engine
def test_a_sweep_inside_a_sweep_is_an_error_and_not_a_deadlock() -> None:
    x = Value(3.0)
    inner, outer = Value(2.0) * 3, x * x
    complaints: list[AutogradError] = []

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and not complaints:
            with pytest.raises(AutogradError, match="inside another") as caught:
                inner.backward()
            complaints.append(caught.value)
        return local

    before = sys.gettrace()
    sys.settrace(
        lambda frame, event, _: local if frame.f_code is backward_module._sweep.__code__ else None
    )
    try:
        outer.backward()
    finally:
        sys.settrace(before)
    assert len(complaints) == 1
    assert x.grad == 6.0
    inner.backward()
    assert inner.grad == 1.0


# --- real signals ---------------------------------------------------------------------------------

on_every_python = pytest.mark.parametrize(
    "python",
    [
        pytest.param(path, id=version, marks=() if path == sys.executable else pytest.mark.slow)
        for version, path in pythons().items()
    ],
)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the signals come from a fork")
#: Until so many calls have been interrupted; half of them in the default tier.
COUNT = {"recording_backward": 40, "copying": 60, "pickling": 60, "unregistering": 30}


def under_rain(python: str, scenario: str, count: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-W", "error", str(ROOT / "tests" / "support" / "rain.py"), scenario, str(count)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@needs_fork
@on_every_python
@pytest.mark.parametrize("scenario", [name for name in rain.SCENARIOS if name != "planted"])
def test_bursts_of_signals(scenario: str, python: str, everything: bool) -> None:
    count = COUNT.get(scenario, 200)
    run = under_rain(python, scenario, count if everything else count // 2)
    assert run.returncode == 0, run.stderr


@needs_fork
@on_every_python
def test_the_rain_notices_what_a_second_signal_leaves_by_half(python: str) -> None:
    run = under_rain(python, "planted", 1_000_000)  # ends at the first
    assert "a call has happened by half" in run.stderr
