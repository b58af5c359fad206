"""pickle, copy and deepcopy: the whole graph or one node, at any depth."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from oracles import same
from strategies import any_numbers

from autograd import OPERATIONS, AutogradError, Value, topological_order
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
            repr(float(node.grad)),
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
        assert float(topological_order(copied)[-1].grad) == float(leaf.grad)
