"""Ctrl-C in bursts: calls under real signals from another process, and what they leave behind.

Run as a script, in a Python of its own: ``python rain.py SCENARIO COUNT``. It goes on until COUNT calls
have been interrupted, and fails at the first that has happened by half. How long that takes depends on
the machine; what is done does not.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import os
import pickle
import random
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeAlias

import autograd
from autograd import OPERATIONS, Operation, Value, registry
from autograd.expression import PRIMITIVES
from nn import MLP, SGD, Adam, Example, Optimizer, TrainingStep, train

#: How many signals raise in one call: the first interrupts it, the others meet what that set off.
BURST = 4


class Rain:
    """A process that sends SIGINT again and again, of which one comes through as the first of a burst.

    The others of the burst are sent by a timer, each some microseconds to some hundred after the one
    before: while that is on its way through the handlers that it meets.

    Attributes:
        raised: how many signals have raised KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.raised = 0
        self._left = 0  # of the burst
        choose = random.Random(1).uniform
        self._pauses = itertools.cycle([10.0 ** choose(-5.5, -3.5) for _ in range(997)])
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGALRM, self._interrupt)
        parent = os.getpid()
        self._sender = os.fork()
        if not self._sender:
            _send_to(parent)

    def _interrupt(self, _: int, __: object) -> None:
        if self._left:
            self._left -= 1
            self.raised += 1
            signal.setitimer(signal.ITIMER_REAL, next(self._pauses))
            raise KeyboardInterrupt

    def on(self, call: Callable[[], object]) -> int:
        """Call, and let a burst through meanwhile; how many signals of it came."""
        before = self.raised
        try:
            self._left = BURST
            call()
            self._left = 0
        except KeyboardInterrupt:
            self._left = 0  # nothing is called before this, so that nothing comes before it
        return self.raised - before

    def stop(self) -> None:
        """End the process."""
        os.kill(self._sender, signal.SIGKILL)
        os.waitpid(self._sender, 0)


def _send_to(parent: int) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    random.seed(1)
    while os.getppid() == parent:
        os.kill(parent, signal.SIGINT)
        time.sleep(random.random() * 3e-4)
    os._exit(0)


class Scenario(NamedTuple):
    """What is called again and again, and what may come of it.

    Attributes:
        restore: makes the state what it was before the first call.
        call: what is interrupted.
        state: what is looked at after each call.
        step: what a whole call consists of, if not of itself as one.
        steps: how many of these; 0 if a call leaves the state as it is.
    """

    restore: Callable[[], object]
    call: Callable[[], object]
    state: Callable[[], object]
    step: Callable[[], object] | None = None
    steps: int = 1

    def states(self) -> list[object]:
        """The states that a call may leave, the last one if nothing interrupts it."""
        self.restore()
        found = [self.state()]
        step = self.step or self.call
        for _ in range(self.steps):
            step()
            found.append(self.state())
            assert found[-1] != found[-2], "the call does nothing, so nothing could be noticed"
        if not self.steps:
            step()
            assert self.state() == found[0]
        return found


# --- the scenarios --------------------------------------------------------------------------------


def _nothing() -> None: ...


def _wide_graph() -> tuple[Value, list[Value]]:
    leaves = [Value(0.01 * index) for index in range(100)]
    root = leaves[0]
    for leaf in leaves * 3:
        root = (root * 0.5 + leaf).tanh()
    return root, leaves


def backward(create_graph: bool = False) -> Scenario:
    root, leaves = _wide_graph()

    def restore() -> None:
        for leaf in leaves:
            leaf.grad = 0.25

    def sums() -> list[float]:
        return [leaf.grad.data if isinstance(leaf.grad, Value) else leaf.grad for leaf in leaves]

    return Scenario(restore, lambda: root.backward(create_graph), sums)


def recording_backward() -> Scenario:
    return backward(create_graph=True)


def _optimizer(make: Callable[[list[Value]], Optimizer]) -> Scenario:
    weights = [Value(0.01 * index) for index in range(300)]
    optimizer = make(weights)
    for index, weight in enumerate(weights):
        weight.grad = 0.5 - 0.01 * index
    optimizer.step()  # so that there is something to remember
    begun, numbers = optimizer.state_dict(), [weight.data for weight in weights]

    def restore() -> None:
        optimizer.load_state_dict(begun)
        for weight, number in zip(weights, numbers, strict=True):
            weight.data = number

    def state() -> object:
        return [weight.data for weight in weights], optimizer.state_dict()

    return Scenario(restore, optimizer.step, state)


def momentum() -> Scenario:
    return _optimizer(lambda weights: SGD(weights, lr=0.5, momentum=0.9, weight_decay=0.1))


def adam() -> Scenario:
    return _optimizer(lambda weights: Adam(weights, lr=0.5))


def failing_step() -> Scenario:
    """A step whose results are not finite is taken back, whatever comes while it is."""
    weights = [Value(0.01 * index) for index in range(300)]
    optimizer = Adam(weights, lr=0.5)
    for weight in weights:
        weight.grad = 0.5
    optimizer.step()
    weights[-1].grad = 1e200

    def call() -> None:
        with contextlib.suppress(ValueError):
            optimizer.step()

    def state() -> object:
        return [weight.data for weight in weights], optimizer.state_dict()

    return Scenario(_nothing, call, state, steps=0)


EXAMPLES = [Example([0.5, -1.0], [1.0, 0.0]), Example([0.25, 1.0], [0.0, 1.0])]


Training: TypeAlias = Callable[[MLP, Optimizer], object]


def _network(call: Training, step: Training, steps: int) -> Scenario:
    network = MLP(2, [3, 2], activation="sigmoid", seed=1)
    optimizer = SGD(network.parameters(), lr=0.5, momentum=0.9)
    numbers, begun = network.state_dict(), optimizer.state_dict()

    def restore() -> None:
        network.load_state_dict(numbers)
        optimizer.load_state_dict(begun)

    def state() -> object:
        return network.state_dict(), optimizer.state_dict()

    return Scenario(
        restore, lambda: call(network, optimizer), state, lambda: step(network, optimizer), steps
    )


def training() -> Scenario:
    steps = 12
    return _network(
        lambda network, optimizer: train(network, EXAMPLES, optimizer, steps=steps - optimizer.steps),
        lambda network, optimizer: train(network, EXAMPLES, optimizer),
        steps,
    )


def recorded_step() -> Scenario:
    def step(network: MLP, optimizer: Optimizer) -> None:
        TrainingStep(network, EXAMPLES, optimizer)

    return _network(step, step, 1)


def loading_a_network() -> Scenario:
    network, other = (MLP(10, [20, 10], seed=seed) for seed in (1, 2))
    numbers, others = network.state_dict(), other.state_dict()
    return Scenario(
        lambda: network.load_state_dict(numbers),
        lambda: network.load_state_dict(others),
        network.state_dict,
    )


def loading_an_optimizer() -> Scenario:
    scenario = adam()
    optimizer: Optimizer = scenario.call.__self__  # type: ignore[attr-defined]
    scenario.restore()
    before = optimizer.state_dict()
    optimizer.step()
    after = optimizer.state_dict()
    return Scenario(
        lambda: optimizer.load_state_dict(before),
        lambda: optimizer.load_state_dict(after),
        optimizer.state_dict,
    )


def zeroing() -> Scenario:
    network = MLP(10, [20, 10], seed=1)

    def restore() -> None:
        for parameter in network.parameters():
            parameter.grad = 1.0

    return Scenario(
        restore, network.zero_grad, lambda: [parameter.grad for parameter in network.parameters()]
    )


def checking() -> Scenario:
    """`gradcheck` moves its inputs, and puts them back."""
    leaves = [Value(0.1 * index) for index in range(1, 5)]

    def f(*inputs: Any) -> Any:
        return autograd.sin(inputs[0] * inputs[1]) * inputs[2] + inputs[3] ** 2

    def call() -> None:
        autograd.gradcheck(f, tuple(leaves))

    return Scenario(_nothing, call, lambda: [(leaf.data, leaf.grad) for leaf in leaves], steps=0)


def derivatives() -> Scenario:
    """None leaves a derivative behind that is still being taken."""

    def bent(v: list[Value]) -> Value:
        total = v[0] * v[1]
        for _ in range(5):
            total = total.tanh() * v[0]
        return total

    def state() -> object:
        slope = autograd.grad(autograd.tanh)(0.0)
        return slope, type(slope)

    return Scenario(_nothing, lambda: autograd.hessian(bent)([0.5, 2.0]), state, steps=0)


def _copied(copied: Callable[[Value], Value]) -> Scenario:
    """A copy that is interrupted says nothing about the next."""
    root = Value(0.5, "x")
    for _ in range(2_000):  # deep enough that a copy that recurses is noticed
        root = root * 0.5
    kept: deque[BaseException] = deque(maxlen=20)  # as a notebook keeps the last one, with its frames

    def call() -> None:
        try:
            copied(root)
        except KeyboardInterrupt as interrupt:
            kept.append(interrupt)
            raise

    return Scenario(_nothing, call, lambda: copied(root).data, steps=0)


def copying() -> Scenario:
    return _copied(copy.deepcopy)


def pickling() -> Scenario:
    return _copied(lambda root: pickle.loads(pickle.dumps(root)))


def _registry(call: Callable[[], object], restore: Callable[[], object]) -> Scenario:
    def state() -> object:
        found = getattr(autograd, "softsign", None)
        places = (OPERATIONS, PRIMITIVES, dir(Value), registry._REGISTERED)
        return found is not None, [sorted(set(place) & {"softsign", "_rsoftsign"}) for place in places]

    return Scenario(restore, call, state)


def _register() -> None:
    registry.check_row = lambda _: []  # type: ignore[attr-defined]  # which takes all of the time
    autograd.register(
        Operation(
            "softsign",
            "x",
            lambda x: x / (1.0 + abs(x)),
            partials=["1.0 / square(1.0 + abs(x))"],
            about="like tanh",
        )
    )


def _unregister() -> None:
    with contextlib.suppress(autograd.RegistrationError):
        autograd.unregister("softsign")


def registering() -> Scenario:
    return _registry(_register, _unregister)


def unregistering() -> Scenario:
    def restore() -> None:
        _unregister()
        _register()

    return _registry(_unregister, restore)


def planted() -> Scenario:
    """What is put back by a loop is not always put back: the rain must notice."""
    numbers = [0] * 100

    def restore() -> None:
        numbers[:] = [0] * 100

    def call() -> None:
        try:
            for index in range(100):
                numbers[index] = 1
        except BaseException:
            for index in range(100):
                numbers[index] = 0
            raise

    return Scenario(restore, call, lambda: list(numbers))


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    make.__name__: make
    for make in (
        backward, recording_backward, momentum, adam, failing_step, training, recorded_step,
        loading_a_network, loading_an_optimizer, zeroing, checking, derivatives, copying, pickling,
        registering, unregistering, planted,
    )
}  # fmt: skip


# --- the trial ------------------------------------------------------------------------------------


def interrupted(scenario: Scenario, count: int) -> list[int]:
    """Call until ``count`` calls have been interrupted; how many signals came in each of these.

    Raises:
        AssertionError: a call has happened by half, or the next one went wrong.
    """
    restore, call, state = scenario[:3]
    states = scenario.states()
    rain = Rain()
    came: list[int] = []
    try:
        while len(came) < count:
            restore()
            signals = rain.on(call)
            found = state()
            assert found in states, f"{signals} signals: a call has happened by half"
            if signals:
                came.append(signals)
                while found != states[-1]:
                    call()
                    assert state() in states[states.index(found) + 1 :], "the next call went wrong"
                    found = state()
    finally:
        rain.stop()
    return came


if __name__ == "__main__":
    bursts = interrupted(SCENARIOS[sys.argv[1]](), int(sys.argv[2]))
    print({signals: bursts.count(signals) for signals in sorted(set(bursts))})
