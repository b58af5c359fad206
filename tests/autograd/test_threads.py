"""Threads: a graph each is safe, and over a shared one backward passes add up."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
from autograd import Value
from autograd.arguments import number_of
from nn import MLP, SGD, Example, train


@pytest.fixture
def many_switches() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(calls: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        start.wait()
        try:
            call()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=1_800)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []


@pytest.mark.usefixtures("many_switches")
def test_two_threads_over_one_graph_add_up() -> None:
    x, y = Value(3.0), Value(5.0)
    root = x
    for _ in range(100):
        root = root * 1.0 + y

    def work() -> None:
        for _ in range(500):
            root.backward()

    in_threads([work, work])
    assert (x.grad, y.grad) == (1_000.0, 100_000.0)


@pytest.mark.usefixtures("many_switches")
def test_two_threads_that_record_over_one_graph_add_up() -> None:
    x, y = Value(3.0), Value(5.0)
    root = x * y

    def work() -> None:
        for _ in range(1_000):
            root.backward(create_graph=True)

    in_threads([work, work])
    assert (number_of(x.grad), number_of(y.grad)) == (10_000.0, 6_000.0)


@pytest.mark.usefixtures("many_switches")
def test_threads_with_a_graph_each_do_not_disturb_one_another() -> None:
    def gradient(seed: int, results: dict[int, Any]) -> None:
        for _ in range(10):
            x = node = Value(0.1 * seed)
            for _ in range(200):
                node = (node * x + seed).sin()
            node.backward()
            results.setdefault(seed, set()).add((node.data, x.grad))

    alone: dict[int, Any] = {}
    together: dict[int, Any] = {}
    for seed in range(8):
        gradient(seed, alone)
    in_threads([lambda seed=seed: gradient(seed, together) for seed in range(8)])
    assert together == alone
    assert all(len(outcomes) == 1 for outcomes in together.values())


@pytest.mark.usefixtures("many_switches")
def test_eight_threads_train_eight_networks_as_one_does() -> None:
    examples = [Example([0.5, -1.0], [1.0]), Example([-0.25, 2.0], [0.0])]

    def trained(seed: int) -> dict[str, float]:
        network = MLP(2, [3, 1], activation="tanh", seed=seed)
        optimizer = SGD(network.parameters(), lr=0.1, momentum=0.5)
        return {"error": train(network, examples, optimizer, steps=20), **network.state_dict()}

    alone = {seed: trained(seed) for seed in range(8)}
    together: dict[int, dict[str, float]] = {}
    in_threads([lambda seed=seed: together.update({seed: trained(seed)}) for seed in range(8)])
    assert together == alone
    assert len({state["error"] for state in alone.values()}) == 8


@pytest.mark.usefixtures("many_switches")
def test_graphs_built_in_threads_on_shared_leaves_add_up() -> None:
    """Passes wait for one another; building, which goes on meanwhile, waits for nothing."""
    x, y = Value(3.0), Value(5.0)

    def build_and_differentiate() -> None:
        for _ in range(200):
            node = x * y
            for _ in range(20):
                node = node * 1.0 + y
            node.backward()

    def differentiate_functionally() -> None:
        for _ in range(200):
            assert autograd.grad(lambda a: a * y * x.data)(2.0) == 15.0

    def record_derivatives() -> None:
        for _ in range(100):
            (x * x * y).backward(create_graph=True)

    in_threads([build_and_differentiate] * 3 + [differentiate_functionally, record_derivatives])
    assert number_of(x.grad) == 600 * 5.0 + 100 * 30.0
    assert number_of(y.grad) == 600 * 23.0 + 100 * 9.0


@pytest.mark.usefixtures("many_switches")
def test_operations_are_made_once_though_threads_ask_for_them_together(
    run_python: Callable[..., str],
) -> None:
    # a Python of its own, since methods and functions are made when they are first looked up
    script = """
import sys, threading
sys.setswitchinterval(1e-6)
import autograd
start = threading.Barrier(8)
found = []
def work():
    x = autograd.Value(0.5)
    start.wait()
    for name, operation in autograd.OPERATIONS.items():
        function = getattr(autograd, name)
        found.append((name, function(*[x] * operation.arity).data if name != "acosh" else 0.0))
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len(set(found)), len(autograd.OPERATIONS))
"""
    calls, different, operations = map(int, run_python(script).split())
    assert (calls, different) == (8 * operations, operations)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_process_forked_amid_a_backward_pass_of_another_thread(run_python: Callable[..., str]) -> None:
    script = """
import os, signal, sys, threading, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of forking with threads
sys.setswitchinterval(1e-6)
from autograd import Value
x = node = Value(1.0)
for _ in range(500):
    node = (node + x) * 0.5
done = False
def work():
    while not done:
        node.backward()
thread = threading.Thread(target=work)
thread.start()
codes = []
for _ in range(10):
    child = os.fork()
    if not child:
        signal.alarm(1_800)
        before = x.grad
        node.backward()  # would wait for ever, were the lock left as it was
        whole = before == int(before) and x.grad == before + 1.0
        os._exit(0 if whole else 1)
    codes.append(os.waitpid(child, 0)[1])
    if codes[-1]:
        break
done = True
thread.join()
print(*codes)
"""
    assert run_python(script).split() == ["0"] * 10
