"""Ctrl-C anywhere: what was going on has happened whole or not at all, and the next time is right."""

import copy
import itertools
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter
from types import CodeType, FrameType
from typing import Any

import pytest

import autograd
from autograd import AutogradError, Value
from autograd.arguments import number_of
from autograd.backward import gradients
from nn import MLP, SGD, Adam, AdamW, Example, Optimizer, TrainingStep, train

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


@pytest.mark.parametrize("by", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interrupted_sweep_adds_everything_or_nothing(by: type[BaseException]) -> None:
    root, x, y = graph()

    def restore() -> None:
        x.grad, y.grad = 10.0, 20.0

    codes = code_of(backward_module._accumulate)
    places = whole_or_not_at_all(lambda: (x.grad, y.grad), root.backward, restore, codes, by)
    assert places > 500


def test_an_interrupted_sweep_that_records_adds_everything_or_nothing() -> None:
    root, x, y = graph()

    def restore() -> None:
        x.grad, y.grad = 10.0, 20.0

    codes = code_of(
        backward_module._accumulate_recorded, gradients, backward_module._plus, backward_module._times
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

    kinds = type(optimizer).__mro__
    methods = [vars(kind).get(name) for kind in kinds for name in ("_update", "_descend")]
    places = whole_or_not_at_all(
        lambda: ([weight.data for weight in weights], optimizer.state_dict()),
        optimizer.step,
        restore,
        code_of(*filter(None, methods)),
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
        lambda frame, event, _: local if frame.f_code is backward_module._accumulate.__code__ else None
    )
    try:
        outer.backward()
    finally:
        sys.settrace(before)
    assert len(complaints) == 1
    assert x.grad == 6.0
    inner.backward()
    assert inner.grad == 1.0


# --- at any moment --------------------------------------------------------------------------------

needs_a_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")

# Python drops one that comes while the collector calls its callbacks, of which Hypothesis has one
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def interrupted_after() -> Iterator[Callable[[float, Callable[[], object]], bool]]:
    """Call, with a signal as Ctrl-C sends it after some seconds; whether it came in time."""
    armed = False

    def interrupt(_: int, __: object) -> None:
        if armed:
            raise KeyboardInterrupt

    def run(seconds: float, call: Callable[[], object]) -> bool:
        nonlocal armed
        try:
            armed = True
            signal.setitimer(signal.ITIMER_REAL, seconds)
            call()
        except KeyboardInterrupt:
            return True
        finally:
            armed = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        return False

    assert threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, interrupt)
    yield run
    signal.signal(signal.SIGALRM, before)


Interrupt = Callable[[float, Callable[[], object]], bool]


def moments(call: Callable[[], object], count: int) -> list[float]:
    """Moments all along what a call takes, and a little after."""

    def lasts() -> float:
        start = perf_counter()
        call()
        return perf_counter() - start

    shortest = min(lasts() for _ in range(3))  # else the collector may have had its turn meanwhile
    random = Random(0)
    return [1.1 * shortest * (index + random.uniform(0.1, 1.0)) / count for index in range(count)]


def wide_graph() -> tuple[Value, list[Value]]:
    leaves = [Value(0.01 * index) for index in range(100)]
    root = leaves[0]
    for leaf in leaves * 3:
        root = (root * 0.5 + leaf).tanh()
    return root, leaves


@needs_a_timer
@pytest.mark.parametrize("create_graph", [False, True])
def test_backward(create_graph: bool, interrupted_after: Interrupt) -> None:
    root, leaves = wide_graph()

    def call() -> None:
        root.backward(create_graph)

    def sums() -> list[float]:
        return [number_of(leaf.grad) for leaf in leaves]

    def restore() -> None:
        for leaf in leaves:
            leaf.grad = 0.25

    restore()
    call()
    after = sums()
    came = 0
    for moment in moments(call, 40 if create_graph else 200):
        restore()
        came += interrupted_after(moment, call)
        assert sums() in ([0.25] * len(leaves), after)
        restore()
        call()
        assert sums() == after
    assert came


@needs_a_timer
def test_functional_derivatives(interrupted_after: Interrupt) -> None:
    def bent(v: list[Value]) -> Value:
        total = v[0] * v[1]
        for _ in range(20):
            total = total.tanh() * v[0]
        return total

    derivatives = autograd.hessian(bent)
    expected = derivatives([0.5, 2.0])
    came = 0
    for moment in moments(lambda: derivatives([0.5, 2.0]), 40):
        came += interrupted_after(moment, lambda: derivatives([0.5, 2.0]))
        found = autograd.grad(autograd.tanh)(0.0)
        assert (found, type(found)) == (1.0, float)  # and not recorded for a derivative around it
    assert came
    assert derivatives([0.5, 2.0]) == expected


@needs_a_timer
@pytest.mark.parametrize("copied", [copy.deepcopy, pickle.dumps])
def test_copies(copied: Callable[[Value], object], interrupted_after: Interrupt) -> None:
    root = Value(0.5, "x")
    for _ in range(5_000):  # deep enough that a copy that recurses is noticed
        root = root * 0.5
    tracebacks = []  # as a notebook keeps the last one: what they refer to lives on

    def keeping() -> None:
        try:
            copied(root)
        except KeyboardInterrupt as interrupt:
            tracebacks.append(interrupt)
            raise

    for moment in moments(lambda: copied(root), 20):
        interrupted_after(moment, keeping)
        again = copy.deepcopy(root) if copied is copy.deepcopy else pickle.loads(pickle.dumps(root))
        assert again.data == root.data
    assert tracebacks


EXAMPLES = [Example([0.5, -1.0], [1.0, 0.0]), Example([0.25, 1.0], [0.0, 1.0])]


def beginning() -> tuple[MLP, Optimizer]:
    network = MLP(2, [3, 2], activation="sigmoid", seed=1)
    return network, SGD(network.parameters(), lr=0.5, momentum=0.9)


@needs_a_timer
def test_training_goes_on_from_the_last_whole_step(interrupted_after: Interrupt) -> None:
    steps = 12

    def train_on(network: MLP, optimizer: Optimizer) -> float:
        return train(network, EXAMPLES, optimizer, steps=steps - optimizer.steps)

    untroubled, optimizer = beginning()
    states = [untroubled.state_dict()]
    for _ in range(steps):
        train(untroubled, EXAMPLES, optimizer)
        states.append(untroubled.state_dict())
    came = 0
    for moment in moments(lambda: train_on(*beginning()), 60):
        network, optimizer = beginning()
        came += interrupted_after(moment, lambda n=network, o=optimizer: train_on(n, o))
        assert network.state_dict() == states[optimizer.steps]
        train_on(network, optimizer)
        assert network.state_dict() == states[-1]
    assert came


@needs_a_timer
def test_a_recorded_step_is_taken_or_not(interrupted_after: Interrupt) -> None:
    def recorded(network: MLP, optimizer: Optimizer) -> TrainingStep:
        return TrainingStep(network, EXAMPLES, optimizer)

    untroubled, optimizer = beginning()
    states = [untroubled.state_dict()]
    for _ in range(2):
        last = recorded(untroubled, optimizer)
        states.append(untroubled.state_dict())
    came = 0
    for moment in moments(lambda: recorded(*beginning()), 60):
        network, optimizer = beginning()
        came += interrupted_after(moment, lambda n=network, o=optimizer: recorded(n, o))
        assert network.state_dict() == states[optimizer.steps]
        while optimizer.steps < 2:
            step = recorded(network, optimizer)
            assert network.state_dict() == states[optimizer.steps]
        assert step.to_dict() == last.to_dict()
    assert came
