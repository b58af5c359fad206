"""The engine in C: the same as that in Python to the last bit, and nothing left behind."""

import gc
import importlib.util
import runpy
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import engine_cases
import engines
import pytest
from engine_cases import Peer
from hypothesis import given
from hypothesis import strategies as st
from leaks import left_behind
from oracles import replaced, spoilt
from pages import tool
from strategies import SPECIAL, any_numbers, finite_numbers, operations

from autograd import OPERATIONS, Operation, Value, grad
from autograd.codegen import _OnFirstUse, attaching, method_names
from autograd.engine import ADOPTED, COMPILED, ENGINE
from autograd.methods import Methods

ROOT = Path(__file__).parents[2]
c_engine = pytest.mark.c_engine
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


# --- what it is made of ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return tool("engine")


def test_the_rows_in_c_are_what_follows_from_the_table(generator: ModuleType) -> None:
    assert (ROOT / "engine" / "rows.h").read_text(encoding="utf-8") == generator.rows()


@c_engine
def test_what_is_tested_has_been_compiled_from_these_sources() -> None:
    assert COMPILED is not None
    digest = runpy.run_path(str(ROOT / "engine" / "build.py"))["digest"]()
    assert digest == COMPILED.DIGEST, "build it again: python engine/build.py"
    assert ADOPTED == OPERATIONS


@c_engine
@every_operation
def test_methods_are_those_of_c_until_a_row_is_changed(operation: Operation) -> None:
    for name in method_names(operation):
        assert not isinstance(vars(Methods)[name], _OnFirstUse)
    calls = attaching(spoilt(operation.name, 0), Methods, Value)
    assert all(isinstance(call[-1], _OnFirstUse) for call in calls if call[0] is setattr)


@c_engine
def test_a_power_that_is_recorded_as_a_square_is_so_by_the_row_in_use(python: Peer) -> None:
    x = Value(3.0)
    assert [(x**n).derivatives for n in (2, 2.0, -1)] == [(6.0,), (6.0,), (-1.0 / 9.0,)]
    with replaced(spoilt("square", 0)):
        assert (x**2).derivatives == x.square().derivatives == (6.5,)
    assert (x**2).derivatives == (6.0,)
    numbers = ("1e200", "0.0", "inf", "nan", "-3.0")
    steps: engine_cases.Steps = [["leaf", each, None] for each in numbers]
    for way, exponent in product(("operator", "method"), ("2", "-1", "2.0", "True", "3")):
        steps += [["apply", way, "pow", base, exponent] for base in range(len(numbers))]
    same(python, steps)


@c_engine
def test_a_node_is_as_large_as_the_page_says() -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    assert f"A node takes {sys.getsizeof(Value(1.0))} bytes" in page


def engine_with(**environment: str) -> subprocess.CompletedProcess[str]:
    script = "from autograd.engine import ENGINE; print(ENGINE)"
    command = ["env", *(f"{name}={value}" for name, value in environment.items())]
    return subprocess.run(
        [*command, sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_the_environment_chooses_the_engine() -> None:
    assert engine_with(AUTOGRAD_PURE="1").stdout == "Python\n"
    built = any((ROOT / "autograd").glob("_engine.*[do]"))  # .so or .pyd, and no .pyi
    assert engine_with(AUTOGRAD_PURE="0").stdout == ("C\n" if built else "Python\n")
    wrong = engine_with(AUTOGRAD_PURE="yes").stderr
    assert "ArgumentValueError: AUTOGRAD_PURE must be 0 or 1, got 'yes'" in wrong


@c_engine
def test_a_second_import_in_a_process_is_pure(run_python: Callable[..., str]) -> None:
    script = """
import sys, autograd
first, x = autograd.Value, autograd.Value(3.0)
for name in [name for name in sys.modules if name.startswith("autograd")]:
    del sys.modules[name]
import autograd
from autograd.engine import ENGINE
y = autograd.Value(3.0)
for node in (x, y):
    (node * node).backward()
print(ENGINE, first is autograd.Value, x.grad, y.grad)
"""
    assert run_python(script) == "Python False 6.0 6.0\n"


# --- the same as Python's ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def python() -> Iterator[Peer]:
    peer = Peer(AUTOGRAD_PURE="1")
    assert (peer.engine, ENGINE) == ("Python", "C")
    yield peer
    peer.close()


def same(python: Peer, steps: engine_cases.Steps) -> None:
    expected, found = python.outcome(steps), engine_cases.outcome(steps)
    for number, (there, here) in enumerate(zip(expected, found, strict=True)):
        assert here == there, (number, steps[number : number + 1])


def number(x: float) -> str:
    return f"float.fromhex({x.hex()!r})"


@c_engine
@every_operation
def test_a_row_is_the_same_at_every_edge(operation: Operation, python: Peer, everything: bool) -> None:
    points = list(product(SPECIAL, repeat=operation.arity))
    steps: engine_cases.Steps = []
    for point in points[:: 1 if everything or operation.arity == 1 else 11]:
        first = len(steps)
        x, y = number(point[0]), number(point[-1])
        steps += [["leaf", x, "x"], ["leaf", y, None]]
        if operation.arity == 1:
            steps += [["apply", way, operation.name, first, ""] for way in ("operator", "method")]
            continue
        steps += [
            ["apply", "operator", operation.name, first, first + 1],
            ["apply", "method", operation.name, first, y],
            ["apply", "reflected", operation.name, x, first + 1],
        ]
    same(python, [*steps, ["leaf", "1.0", None]])


@c_engine
@given(operations, finite_numbers, finite_numbers)
def test_a_row_is_the_same_anywhere(python: Peer, operation: Operation, x: float, y: float) -> None:
    one, other = number(x), number(y)
    name = operation.name
    steps: engine_cases.Steps = [["leaf", one, "x"], ["leaf", other, None]]
    steps.append(["apply", "operator", name, 0, 1])
    if operation.arity == 2:
        steps += [["apply", "method", name, 0, other], ["apply", "reflected", name, one, 1]]
    same(python, steps)


OPERANDS = [
    *("2", "True", "-1", "2.0", "-1.0", "0", "3.5", "10**400", "2**1000", "2**53 + 1", "-0.0"),
    *("fractions.Fraction(1, 3)", "np.float64(0.1)", "np.float32(0.1)", "np.int64(-7)", "nan", "inf"),
    *("'1'", "None", "1j", "[1.0]", "np.array([1.0, 2.0])", "np.complex128(1)", "object"),
]


@c_engine
@pytest.mark.parametrize("way", engine_cases.WAYS)
def test_any_operand_is_taken_or_refused_alike(way: str, python: Peer) -> None:
    steps: engine_cases.Steps = [["leaf", "1.5", "a"], ["leaf", "-2", None]]
    names = ["exp", *(row.name for row in OPERATIONS.values() if row.arity == 2)]
    for name, operand in product(names, OPERANDS):
        steps.append(["apply", way, name, 0, operand])
        if way not in {"method", "default", "too many", "keyword"}:  # a node's own
            steps.append(["apply", way, name, operand, 1])
    same(python, steps)


@c_engine
def test_leaves_are_made_and_set_alike(python: Peer) -> None:
    steps: engine_cases.Steps = [["leaf", "1.5", "a"], ["apply", "method", "exp", 0, ""]]
    for thing in OPERANDS:
        steps += [["leaf", thing, name] for name in (None, "b", 5)]
        steps += [
            ["set", node, attribute, thing]
            for node, attribute in product((0, 1), ("data", "grad", "name"))
        ]
    same(python, steps)


class Final(str):
    """A name that calls back when it is freed."""

    last: Callable[[], object] = list

    def __del__(self) -> None:
        Final.last()


@c_engine
def test_python_that_runs_amid_the_freeing_of_nodes_does_not_find_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[object] = []
    node = Value(2.0)
    below = weakref.ref(node)
    monkeypatch.setattr(Final, "last", lambda: found.append(below()))
    node = (node * 3.0).named(Final("a"))
    assert below() is not None
    del node
    gc.collect()
    assert found == [None]


class SetsAgain:
    """A number that sets the gradient itself when it is asked for."""

    def __init__(self, node: Value) -> None:
        self.node = node

    def __float__(self) -> float:
        self.node._grad = 1.0
        return 2.0


@c_engine
def test_a_gradient_may_be_set_while_it_is_set() -> None:
    node, recorded = Value(1.0), Value(3.0)
    count = sys.getrefcount(recorded)
    node._grad = recorded
    node._grad = SetsAgain(node)  # type: ignore[assignment]
    assert (node._grad, sys.getrefcount(recorded)) == (2.0, count)


@c_engine
def test_a_second_class_is_refused() -> None:
    assert COMPILED is not None
    with pytest.raises(TypeError, match="the only one"):
        COMPILED.adopt(Value, {}, None, object(), object(), {})
    gc.collect()  # nothing of what was given is kept
    x = Value(2.0)
    (x * 3.0).backward()
    assert x.grad == 3.0


@c_engine
def test_what_is_no_attribute_is_refused_by_both_and_c_says_more(python: Peer) -> None:
    steps: engine_cases.Steps = [["leaf", "1.5", "a"], ["set", 0, "colour", "2"]]
    found, other = (outcome(steps)[1] for outcome in (engine_cases.outcome, python.outcome))
    assert found[0] == other[0] == "AttributeError"
    assert found[1].startswith("'Value' object has no attribute 'colour': keep what you know")
    assert other[1].startswith("'Value' object has no attribute 'colour'")


@c_engine
@given(st.data())
def test_graphs_are_the_same(python: Peer, data: st.DataObject) -> None:
    draw: Any = data.draw
    steps: engine_cases.Steps = []
    for count in range(draw(st.integers(2, 25))):
        known = st.integers(0, max(count - 1, 0))
        kind = draw(st.sampled_from(["leaf", "apply", "apply", "apply", "set"])) if count else "leaf"
        if kind == "leaf":
            steps.append(["leaf", number(draw(any_numbers)), draw(st.sampled_from([None, "x", "y"]))])
        elif kind == "set":
            attribute = draw(st.sampled_from(["data", "grad", "name"]))
            given = "'n'" if attribute == "name" else number(draw(any_numbers))
            steps.append(["set", draw(known), attribute, given])
        else:
            name = draw(operations).name
            operand = st.one_of(known, known, any_numbers.map(number))
            way = draw(st.sampled_from(["operator", "method", "function"]))
            steps.append(["apply", way, name, draw(known), draw(operand)])
    same(python, steps)


@c_engine
def test_a_planted_bit_is_noticed() -> None:
    peer = Peer(AUTOGRAD_PURE="1", PLANTED="1")
    steps: engine_cases.Steps = [["leaf", "1.5", "a"], ["apply", "method", "mul", 0, "3.0"]]
    with pytest.raises(AssertionError, match="mul"):
        same(peer, steps)
    peer.close()


# --- nothing is left behind -------------------------------------------------------------------------


@c_engine
def test_a_million_steps_leave_nothing_behind(everything: bool) -> None:
    times = 1_000_000 if everything else 20_000
    nodes, blocks = left_behind("training", times)
    assert nodes == 0
    assert blocks < times / 10


@c_engine
def test_what_is_left_to_python_leaves_nothing_behind() -> None:
    nodes, blocks = left_behind("left_to_python", 5_000)
    assert nodes == 0
    assert blocks < 500


@c_engine
def test_a_step_that_leaves_a_node_behind_is_noticed() -> None:
    nodes, blocks = left_behind("planted", 1_000)
    assert nodes == 10_000
    assert blocks > 10_000


@c_engine
def test_recorded_gradients_are_cycles_that_the_collector_finds() -> None:
    gc.collect()
    before = engines.living_values()
    for _ in range(10):
        x, y = Value(2.0), Value(3.0)
        node = (x * y).tanh() * x
        assert not gc.is_tracked(x)
        assert not gc.is_tracked(node)
        node.backward(create_graph=True)
        assert gc.is_tracked(x)
        (node * y).backward()
        assert isinstance(x.grad, Value)
    del x, y, node
    assert engines.living_values() > before
    gc.collect()
    assert engines.living_values() == before


@c_engine
def test_recorded_gradients_without_a_cycle_are_freed_at_once() -> None:
    gc.collect()  # so that it frees nothing meanwhile
    before = engines.living_values()
    x = Value(2.0)
    x.grad = Value(1.0) * 3.0
    (x * x).backward()
    assert x.grad.data == 7.0
    x.grad = 0.0
    assert grad(grad(lambda x: x**3))(2.0) == 12.0
    del x
    assert engines.living_values() == before


@c_engine
def test_registered_operations_are_forgotten_with_their_nodes(run_python: Callable[..., str]) -> None:
    script = """
import sys
from autograd import Operation, Value, register, unregister
for name in ("thrice", "triple", "threefold"):
    row = Operation(name, "x", "x * 3.0", partials=["3.0"], about="thrice")
    register(row)
    before = sys.getrefcount(row)
    x = Value(2.0)
    y = getattr(x, name)() * 2.0
    y.backward()
    print(x.grad, y.operands[0].operation is row, end=" ")
    made = sys.getrefcount(row)
    del x, y
    print(made > sys.getrefcount(row))
    unregister(name)
"""
    assert run_python(script).split() == ["6.0", "True", "True"] * 3


# --- at any depth, and out of memory ----------------------------------------------------------------


@c_engine
def test_a_chain_of_a_million_nodes(everything: bool) -> None:
    links = 500_000 if everything else 100_000
    x = node = Value(0.5)
    for _ in range(links):
        node = node * 0.999 + x
    node.backward()
    once = x.grad
    node.backward()
    assert x.grad == 2.0 * once
    before = engines.living_values()
    del node
    assert engines.living_values() == before - 2 * links
    node = x
    for _ in range(links):
        node = node * 1.0
    x.grad = node  # tracked as deep as it goes
    assert gc.is_tracked(node)
    del node
    x.grad = 0.0


@c_engine
@pytest.mark.skipif(importlib.util.find_spec("_testcapi") is None, reason="this Python has no _testcapi")
def test_a_sweep_that_runs_out_of_memory_changes_nothing(run_python: Callable[..., str]) -> None:
    script = """
import _testcapi
from autograd import Value
from autograd.backward import leaf_gradients
x, node = Value(0.5), Value(0.25, "y")
y = node
for _ in range(300):
    node = node * x + x.tanh()
node.backward()
expected = [x.grad, y.grad]
refused = passed_over = 0
for recorded in (False, True):
    for start in range(200):
        x.grad, y.grad = 0.0, Value(0.0) if recorded else 0.0
        before = y.grad
        _testcapi.set_nomemory(start, start + 1)
        try:
            node.backward()
        except MemoryError:
            _testcapi.remove_mem_hooks()
            refused += 1
            assert x.grad == 0.0 and (y.grad is before or y.grad == before)
            node.backward()
        finally:
            _testcapi.remove_mem_hooks()
        assert [x.grad, y.grad.data if recorded else y.grad] == expected
        before, found = y.grad, None
        _testcapi.set_nomemory(start, start + 1)
        try:
            found = leaf_gradients(node)
        except MemoryError:
            passed_over += 1
        finally:
            _testcapi.remove_mem_hooks()
        assert found is None or [found[x], found[y]] == expected
        assert x.grad == expected[0] and (y.grad is before or y.grad == before)
print(refused > 5, passed_over > 5)
"""
    assert run_python(script) == "True True\n"
