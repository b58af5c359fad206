"""pickle, copy and deepcopy: the whole graph or one node, at any depth."""

import copy
import gc
import io
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from typing import Any

import pytest
from engines import living_values
from hypothesis import given
from oracles import same
from strategies import any_numbers

import autograd.pickling
import autograd.value
from autograd import OPERATIONS, AutogradError, Value, topological_order
from autograd.arguments import number_of
from autograd.strategies import Graph, graphs

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def by_python_pickler(thing: Any) -> bytes:
    file = io.BytesIO()
    pickle._Pickler(file).dump(thing)
    return file.getvalue()


#: Ways to copy a graph.
WAYS: dict[str, Callable[[Any], Any]] = {
    **{
        f"pickle {protocol}": lambda thing, protocol=protocol: pickle.loads(
            pickle.dumps(thing, protocol)
        )
        for protocol in PROTOCOLS
    },
    "pickle in Python": lambda thing: pickle.loads(by_python_pickler(thing)),
    "deepcopy": copy.deepcopy,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def described(root: Value) -> list[tuple[Any, ...]]:
    """A graph as plain data: what each node is, and by their places in the order, its operands."""
    order = topological_order(root)
    place = {node: index for index, node in enumerate(order)}
    return [
        (
            repr(node.data),
            repr(number_of(node.grad)),
            node.name,
            node.operation and node.operation.name,
            [place[each] if isinstance(each, Value) else repr(each) for each in node.operands],
            [slope if slope is None else repr(slope) for slope in node.derivatives],
        )
        for node in order
    ]


def chain(links: int) -> Value:
    x = node = Value(1.0, "x")
    for index in range(links // 2):
        node = node * 0.5 + x
        if index == 3:
            node.name = "fourth"
    return node


@every_way
def test_copies_are_alike_and_apart(way: Callable[[Any], Any]) -> None:
    x, y = Value(2.0, "x"), Value(3.0)
    root = ((x * y).named("area") + 2 - x) ** 2 / y
    root.backward()
    copied = way(root)
    assert described(copied) == described(root)
    assert set(topological_order(copied)).isdisjoint(topological_order(root))
    assert copied.operation is root.operation
    copied.backward()
    assert described(copied) != described(root)  # its leaves have accumulated
    root.backward()
    assert described(copied) == described(root)


@given(graphs(leaves=any_numbers, constants=any_numbers, max_size=12, max_depth=12))
def test_any_graph_survives(graph: Graph) -> None:
    root = graph.result
    root.backward()
    for way in WAYS.values():
        assert described(way(root)) == described(root)


@every_way
@pytest.mark.parametrize("data", [float("nan"), float("inf"), -0.0, 5e-324])
def test_a_leaf_survives(way: Callable[[Any], Any], data: float) -> None:
    leaf = Value(data, "w")
    leaf.grad = 3.0
    copied = way(leaf)
    assert same(copied.data, data)
    assert (copied.name, copied.grad, copied.operation) == ("w", 3.0, None)


@every_way
def test_sharing_is_kept_among_several_roots(way: Callable[[Any], Any]) -> None:
    x = Value(2.0, "x")
    shared = (x * x).named("shared")
    roots = {"first": shared + 1, "all": [shared, x, shared * x], "again": x}
    copied = way(roots)
    new_x, new_shared = copied["again"], copied["all"][0]
    assert copied["all"][1] is new_x
    assert new_shared.operands == (new_x, new_x)
    assert copied["first"].operands == (new_shared, 1.0)
    assert copied["all"][2].operands == (new_shared, new_x)
    assert new_x is not x


@every_way
def test_sharing_is_kept_whichever_root_comes_first(way: Callable[[Any], Any]) -> None:
    x = Value(2.0, "x")
    low, high = x * x, (x * x) * 3 + x
    for first, second in ((low + high, high), (high, low + high)):
        one, other = way([first, second])
        assert described(one + other) == described(first + second)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["pickle 2", f"pickle {pickle.HIGHEST_PROTOCOL}", "deepcopy"])
def test_deep_graphs_are_copied_without_recursion(way: str) -> None:
    root = chain(100_000)
    root.backward()
    copied = WAYS[way](root)
    order = topological_order(copied)
    assert len(order) == 100_001
    leaf = topological_order(root)[-1]
    assert (copied.data, order[-1].name, order[-1].grad) == (root.data, "x", leaf.grad)
    assert sum(node.name == "fourth" for node in order) == 1
    copied.backward()
    assert order[-1].grad == 2 * leaf.grad


def test_every_pickler_walks_a_graph_once() -> None:
    # The pickler in Python, which dill builds upon, takes a thousand items before it saves the first.
    for links in (200, 800):
        root = chain(links)
        assert len(by_python_pickler(root)) < 1.2 * len(pickle.dumps(root))


# --- several nodes of one graph -------------------------------------------------------------------


def history(steps: int) -> list[Value]:
    """What a recurrent network has been through, the oldest first."""
    state = Value(0.5)
    states = [state]
    for _ in range(steps):
        state = state * 1.001 + 0.1
        states.append(state)
    return states


def shuffled(nodes: list[Value]) -> list[Value]:
    return Random(1).sample(nodes, len(nodes))


#: Several nodes of one graph in the orders in which they may be saved.
ORDERS: dict[str, Callable[[list[Value]], Any]] = {
    "oldest first": list,
    "newest first": lambda nodes: nodes[::-1],
    "at random": shuffled,
    "every tenth": lambda nodes: nodes[::10],
    "a set": set,
    "a dict": lambda nodes: dict(enumerate(nodes)),
    "keys": lambda nodes: {node: index for index, node in enumerate(shuffled(nodes))},
    "nested": lambda nodes: [[node, {"node": node}] for node in nodes],
    "pairs of far ones": lambda nodes: list(zip(nodes, nodes[::-1], strict=True)),
}
in_every_order = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


class Steps:
    """How many walks there have been, and how many operands they have looked at."""

    def __init__(self) -> None:
        self.walks = self.taken = 0

    def operands_first(self, root: Value, known: Callable[[Value], bool]) -> list[Value]:
        def counted(node: Value) -> bool:
            self.taken += 1
            return known(node)

        self.walks += 1
        return OPERANDS_FIRST(root, counted)


OPERANDS_FIRST = autograd.pickling.operands_first


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps()
    monkeypatch.setattr(autograd.pickling, "operands_first", steps.operands_first)
    return steps


def nodes_in(thing: Any) -> list[Value]:
    """The nodes of nested lists, sets and dicts, by their numbers."""
    if isinstance(thing, Value):
        return [thing]
    inside = [*thing, *thing.values()] if isinstance(thing, dict) else thing
    found = [node for each in inside if not isinstance(each, int | str) for node in nodes_in(each)]
    return sorted(found, key=lambda node: node.data)


@in_every_order
@every_way
def test_any_order_is_kept(way: Callable[[Any], Any], order: Callable[[list[Value]], Any]) -> None:
    thing = order(history(30))
    nodes, copied = nodes_in(thing), nodes_in(way(thing))
    assert [described(node) for node in copied] == [described(node) for node in nodes]
    assert set(copied) <= set(topological_order(copied[-1]))


@in_every_order
@every_way
def test_every_node_is_walked_once(
    way: Callable[[Any], Any], order: Callable[[list[Value]], Any], walks: Steps
) -> None:
    for steps in (50, 500):
        walks.taken = 0
        way(order(history(steps)))
        assert walks.taken < 5 * steps


@in_every_order
@pytest.mark.parametrize("dumps", [pickle.dumps, by_python_pickler])
def test_every_node_is_pickled_once(
    dumps: Callable[[Any], bytes], order: Callable[[list[Value]], Any]
) -> None:
    for steps in (50, 500):
        assert len(dumps(order(history(steps)))) < 150 * steps


@in_every_order
def test_deep_graphs_are_pickled_in_any_order(order: Callable[[list[Value]], Any]) -> None:
    nodes = history(1_000)
    for dumps in (pickle.dumps, by_python_pickler):
        data = dumps(order(nodes))
        assert len(data) < 150_000
        pickle.loads(data)


def grown(steps: int) -> list[Value]:
    """A graph in which nodes have many results: nothing is told by one path."""
    random = Random(2)
    nodes = [Value(random.random()) for _ in range(5)]
    for _ in range(steps):
        nodes.append(random.choice(nodes) * random.choice(nodes[-20:]) + random.choice(nodes[:20]))
    return nodes


@pytest.mark.parametrize("way", ["pickle 5", "pickle in Python", "deepcopy"])
def test_graphs_that_meet_again_are_walked_once(way: str, walks: Steps) -> None:
    nodes = grown(1_000)
    for order in ORDERS.values():
        walks.taken = 0
        WAYS[way](order(nodes))
        assert walks.taken < 7_500


@pytest.mark.parametrize("way", ["pickle 5", "pickle in Python", "deepcopy"])
def test_one_walk_is_enough_for_what_is_below_one_node(way: str, walks: Steps) -> None:
    weights = [Value(float(index)) for index in range(100)]
    total = Value(0.0)
    for weight, other in zip(weights, shuffled(weights), strict=True):
        total = total + weight * other
    WAYS[way]([total, weights, total.operands])
    assert walks.walks <= 1 if way != "deepcopy" else walks.taken < 1_000


# --- several picklers -----------------------------------------------------------------------------


def nesting(pickler: type, inner: Callable[[Any], None]) -> Callable[[Any], bytes]:
    """A pickler that does something else for everything that it pickles."""

    class Nesting(pickler):  # type: ignore[misc]
        def persistent_id(self, thing: Any) -> None:
            inner(thing)

    def dumps(thing: Any) -> bytes:
        file = io.BytesIO()
        Nesting(file).dump(thing)
        return file.getvalue()

    return dumps


PICKLERS = [pickle.Pickler, pickle._Pickler]
by_every_pickler = pytest.mark.parametrize("pickler", PICKLERS, ids=["in C", "in Python"])


@by_every_pickler
@in_every_order
def test_another_graph_is_pickled_meanwhile(
    pickler: type, order: Callable[[list[Value]], Any], walks: Steps
) -> None:
    others = [Value(1.0), Value(1.0) * 2, Value(1.0) * 2 + 1, history(3)[-1]]

    def inner(_: Any) -> None:
        for other in (*others, history(2)[-1]):
            pickle.dumps(other)

    thing = order(history(25))
    inner(None)
    walks.taken = 0
    inner(None)
    by_inner, walks.taken = walks.taken, 0
    data = nesting(pickler, lambda _: None)(thing)
    alone, walks.taken = walks.taken, 0
    times = []
    assert len(nesting(pickler, lambda thing: (times.append(1), inner(thing)))(thing)) == len(data)
    assert walks.taken <= alone + 2 * len(times) * by_inner


@by_every_pickler
def test_a_graph_is_pickled_while_it_is_pickled(pickler: type, walks: Steps) -> None:
    states = history(700)  # 1,400 nodes deep
    pickled = []
    number = count()

    def inner(thing: Any) -> None:
        if isinstance(thing, Value) and next(number) % 7 == 0 and len(pickled) < 25:
            pickled.append(len(topological_order(pickle.loads(pickle.dumps(thing)))))

    for thing in (states, states[::-1], shuffled(states), states[-1]):
        pickled.clear()
        walks.taken = 0
        data = nesting(pickler, inner)(thing)
        assert len(data) < 150 * 700
        assert walks.taken < 5 * (700 + sum(pickled))
        restored = pickle.loads(data)
        whole = restored if isinstance(restored, Value) else max(restored, key=lambda node: node.data)
        assert described(whole) == described(states[-1])
        assert pickled


@by_every_pickler
def test_one_pickler_dumps_again_and_again(pickler: type, walks: Steps) -> None:
    file = io.BytesIO()
    again = pickler(file)
    states = history(1_000)
    for state in states:
        again.dump(state)
    assert len(file.getvalue()) < 200 * 1_000
    assert walks.taken < 5 * 1_000
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    restored = [unpickler.load() for _ in states]
    assert [node.data for node in restored] == [node.data for node in states]
    assert described(restored[-1]) == described(states[-1])
    assert set(restored) <= set(topological_order(restored[-1]))
    read = file.tell()
    again.clear_memo()
    again.dump(states[-1])  # everything is to be listed again
    file.seek(read)
    assert len(topological_order(pickle.load(file))) == 2_001


@by_every_pickler
def test_picklers_take_turns(pickler: type, walks: Steps) -> None:
    files = [io.BytesIO() for _ in range(3)]
    picklers = [pickler(file) for file in files]
    states = history(1_000)
    for state in states:
        for each in picklers:
            each.dump(state)
    picklers[0].dump(history(2_000)[-1])
    for file in files:
        assert len(file.getvalue()) < 600 * 1_000
        file.seek(0)
        unpickler = pickle.Unpickler(file)
        restored = [unpickler.load() for _ in states]
        assert described(restored[-1]) == described(states[-1])
    assert walks.taken < 30 * 1_000


@by_every_pickler
def test_what_one_pickler_knows_is_new_to_another(pickler: type) -> None:
    states = history(1_500)
    one, other = (pickler(io.BytesIO()) for _ in range(2))
    one.dump(history(3))
    other.dump(states[-1])
    one.dump(states[-1])  # and is listed again, so that nothing recurses
    one.dump(states)
    pickle.dumps(states[-1])


def test_threads_pickle_at_once() -> None:
    states = history(2_000)
    expected = pickle.dumps(states)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: pickle.dumps(states), range(8)))
    assert {len(each) for each in found} == {len(expected)}


def test_what_is_pickled_is_not_kept() -> None:
    def nodes() -> int:
        gc.collect()
        return living_values()

    kept = history(10)[-1]
    pickler = pickle.Pickler(io.BytesIO())  # which remembers what it has pickled
    pickler.dump(kept)
    before = nodes()
    for _ in range(10):
        leaf = Value(1.0)
        near, far = kept * leaf, kept * leaf + 2
        for other in (leaf * leaf, leaf * leaf + 1, history(5)[-1], near, far, [kept, kept * 3]):
            pickle.dumps(other)
            by_python_pickler(other)
    del leaf, near, far, other
    assert nodes() == before
    del pickler
    assert not [each for each in autograd.pickling._records() if each.nodes]


@by_every_pickler
def test_an_interrupted_pickler_does_not_disturb_others(pickler: type) -> None:
    class StopError(Exception):
        pass

    count = 0

    def stopping(thing: Any) -> None:
        nonlocal count
        count += isinstance(thing, Value)
        if count == 1_800:
            raise StopError

    tracebacks = []  # what they refer to lives on
    states = history(2_000)
    for _ in range(3):
        count = 0
        try:
            nesting(pickler, stopping)(states[-1])
        except StopError as stop:
            tracebacks.append(stop)
        for thing in (states[-1], states[920], states[-1].operands[0], states[880:920]):
            for dumps in (pickle.dumps, by_python_pickler):
                pickle.loads(dumps(thing))
    assert len(tracebacks) == 3


# --- failures and single nodes --------------------------------------------------------------------


def test_a_copy_that_fails_does_not_disturb_the_next() -> None:
    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, _: object) -> int:
            raise OSError("no space left")

    root = chain(20_000)
    with pytest.raises(OSError, match="no space left"):
        pickle.dump(root, Full())
    assert len(topological_order(pickle.loads(pickle.dumps(root)))) == 20_001


def test_a_pickler_that_failed_and_lives_on_does_not_either() -> None:
    class Full:
        def write(self, _: object) -> None:
            raise OSError("no space left")

    root = chain(50_000)
    pickler = pickle.Pickler(Full())
    with pytest.raises(OSError, match="no space left"):
        pickler.dump(root)
    assert len(topological_order(pickle.loads(pickle.dumps(root)))) == 50_001


def test_copy_copies_one_node() -> None:
    x, y = Value(2.0, "x"), Value(3.0, "y")
    product = (x * y).named("area")
    product.backward()
    copied = copy.copy(product)
    assert copied is not product
    assert copied.operands == (x, y)
    assert (copied.data, copied.name, copied.grad) == (6.0, "area", 1.0)
    assert copied.derivatives == product.derivatives
    leaf = copy.copy(x)
    leaf.data = 7.0
    assert (x.data, leaf.name, leaf.grad) == (2.0, "x", 3.0)


def test_copy_of_a_deep_node_does_not_walk() -> None:
    root = chain(50_000)
    assert copy.copy(root).operands == root.operands


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operations_are_themselves_again(operation: Any) -> None:
    for way in WAYS.values():
        assert way(operation) is operation


@every_way
@pytest.mark.parametrize("links", [2, 2_000])
def test_recorded_gradients_are_copied_or_refused_clearly(way: Callable[[Any], Any], links: int) -> None:
    leaf = root = Value(1.0)
    for _ in range(links):
        root = root * leaf
    root.backward(create_graph=True)
    assert isinstance(leaf.grad, Value)
    assert leaf in topological_order(leaf.grad)  # a cycle
    for thing in (root, leaf):
        try:
            copied = way(thing)
        except AutogradError:
            continue
        assert number_of(topological_order(copied)[-1].grad) == number_of(leaf.grad)
