"""Large graphs and long trainings; what ``docs/load.md`` says of them, but for the times, is so."""

import copy
import pickle
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import AutogradError, Value, draw, explain, topological_order
from benchmarks import bounds, load, pages
from benchmarks.engines import ENGINES, OURS
from benchmarks.workloads import WrongResultError
from nn import worked
from nn.worked import limits

PAGE = load.PAGE.read_text(encoding="utf-8")
COLUMNS = ["autograd", "micrograd", "torch"]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def measured() -> dict[tuple[str, str], dict[str, str]]:
    """The page's first table: for a graph and a stage, what it says of each engine."""
    table: dict[tuple[str, str], dict[str, str]] = {}
    kind = ""
    for line in re.findall(r"^\|.*\|$", PAGE, flags=re.MULTILINE):
        first, stage, *found = cells(line)
        kind = first or kind
        if len(found) == len(COLUMNS) and kind in load.GRAPHS:
            table[kind, stage.removesuffix(", ns").removesuffix(", bytes")] = dict(
                zip(COLUMNS, found, strict=True)
            )
    return table


def traced() -> int:
    return tracemalloc.get_traced_memory()[0]


# --- a million nodes ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", load.GRAPHS)
def test_a_million_nodes_under_the_default_recursion_limit(kind: str) -> None:
    assert sys.getrecursionlimit() <= 1000
    graph = load.GRAPHS[kind](ENGINES[OURS](), load.NODES)
    graph.record()
    graph.backward()
    graph.confirm()
    root = graph.root
    assert (len(root.label), len(repr(root))) < (100, 100)
    assert len(topological_order(root)) in (load.NODES + len(graph.leaves), load.NODES + 1)
    del root
    graph.drop()


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[] if kind == "a chain" else [pytest.mark.slow]) for kind in load.GRAPHS],
)
def test_large_graphs_are_copied_explained_and_drawn(kind: str) -> None:
    graph = load.GRAPHS[kind](ENGINES[OURS](), 20_000)
    graph.record()
    graph.backward()
    root, leaf = graph.root, graph.leaves[0].named("x")
    assert root._repr_svg_() is None
    with pytest.raises(AutogradError, match=r"nodes to draw, more than max_nodes = 5000: .* fold=True"):
        draw(root)
    assert f"= {leaf.grad:.9g}" in str(explain(root, leaf))
    assert draw(root, fold=True).source.count("->") == len(graph.leaves)
    for copied in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert len(topological_order(copied)) == len(topological_order(root))
        copied.backward()
        assert sorted(each.grad for each in topological_order(copied) if not each.operands) == sorted(
            2.0 * each.grad for each in graph.leaves
        )


def test_what_is_looked_at_grows_with_the_graph_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of its nodes have names: from each of them to the next ones."""
    looked_at = 0
    operands = Value.operands.fget

    def counting(node: Value) -> object:
        nonlocal looked_at
        looked_at += 1
        return operands(node)

    monkeypatch.setattr(Value, "operands", property(counting))

    def count(look: Callable[[Value, Value], object], rungs: int) -> int:
        nonlocal looked_at
        x = node = Value(0.5, "x")
        for number in range(rungs):
            node = ((node + 1.0).named(f"a{number}") * (node * 0.5)).named(f"b{number}")
        looked_at = 0
        look(node, x)
        return looked_at

    for look in (
        explain,
        lambda node, x: str(explain(node, x)),
        lambda node, x: draw(node, fold=True),
        lambda node, x: draw(node),
    ):
        assert count(look, 400) <= 2.1 * count(look, 200)


def test_a_picture_may_be_as_large_as_one_asks_for() -> None:
    root = Value(0.5, "x")
    for _ in range(20):
        root = root * 0.5
    with pytest.raises(AutogradError, match="there are 21 nodes to draw, more than max_nodes = 20"):
        draw(root, max_nodes=20)
    assert draw(root, max_nodes=21).source == draw(root).source
    assert draw(root, fold=True, max_nodes=2).source.count("->") == 1
    with pytest.raises(AutogradError, match=r"draw a node further down$"):
        draw(root, fold=True, max_nodes=1)


def test_more_paths_than_can_be_counted() -> None:
    x = node = Value(0.5, "x")
    for number in range(400):
        node = (node + 1.0).named(f"a{number}") * 0.5 + (node * 0.5).named(f"b{number}")
    derivation = explain(node, x)
    assert derivation.path_count == 10**100 < 2**400
    assert "the sum along more than 10^100 paths" in str(derivation)
    assert derivation.to_dict()["path_count"] == 10**100


# --- a million steps ------------------------------------------------------------------------------


#: In a Python of its own, where nobody else takes or frees memory.
GROWN = """
import sys, nn
from autograd import Value
from benchmarks import load
train, left = nn.train, []
def leaving(*arguments, steps):
    for _ in range(steps):
        train(*arguments)
        left.append([Value(0.5) for _ in range(10)])
"""


@pytest.mark.slow
def test_a_hundred_thousand_steps_of_training_leave_nothing_behind(
    run_python: Callable[..., str],
) -> None:
    # what a training takes once, as for machine code, a shorter one takes too
    counts = [f"load.grown({steps}, sys.getallocatedblocks)" for steps in (50_000, 150_000)]
    shorter, longer = map(int, run_python(f"{GROWN}print({', '.join(counts)})").split())
    assert longer - shorter < 100


def test_what_a_step_leaves_behind_is_noticed(run_python: Callable[..., str]) -> None:
    script = f"{GROWN}nn.train = leaving\nprint(load.grown(1_000, sys.getallocatedblocks))"
    assert int(run_python(script)) > 10_000


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [*COLUMNS[:-1], pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("kind", load.GRAPHS)
def test_who_survives_is_as_the_page_says(name: str, kind: str) -> None:
    found = load.stages_of(name, kind, 20_000, lambda: 0)
    said = {stage: row[name] for (of, stage), row in measured().items() if of == kind and row[name]}
    assert list(found) == list(said)
    for stage, number in found.items():
        if isinstance(number, str):
            assert said[stage] == number
        else:
            assert float(said[stage].replace(",", "")) >= 0.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", load.GRAPHS)
def test_a_node_takes_as_many_bytes_as_the_page_says(kind: str) -> None:
    tracemalloc.start()
    try:
        found = load.stages_of(OURS, kind, 5_000, traced)
    finally:
        tracemalloc.stop()
    assert found["memory"] == pytest.approx(float(measured()[kind, "memory"][OURS]), rel=0.3)
    said = float(measured()[kind, "size of the pickle"][OURS])
    assert found["size of the pickle"] == pytest.approx(said, rel=0.05)


def test_the_page_is_of_a_million() -> None:
    assert load.NODES == load.STEPS == 1_000_000
    headings = [cells(line)[0] for line in re.findall(r"^\| [\d,]+ .*$", PAGE, flags=re.MULTILINE)]
    assert headings == [f"{load.NODES:,} nodes", f"{load.STEPS:,} steps of training"]
    growth = dict(re.findall(r"^\| (.*) more in use.* \| ([\d,]+) \|$", PAGE, flags=re.MULTILINE))
    assert list(growth) == ["blocks of memory", "resident memory", "traced memory"]
    assert int(growth["blocks of memory"]) < 100


def test_tables_are_written_where_tables_were() -> None:
    page = "a\n\n| 1 | 2 |\n| - | - |\n| 3 | 4 |\n\nb\n\n| 5 |\n"
    assert load.replaced(page, ["| x |\n| y |", "| z |"]) == "a\n\n| x |\n| y |\n\nb\n\n| z |\n"
    tables = re.findall(r"(?:^\|.*\n)+", PAGE, flags=re.MULTILINE)
    assert load.replaced(PAGE, [table.rstrip("\n") for table in tables]) == PAGE


def test_a_wrong_result_is_never_measured() -> None:
    graph = load.Graph(ENGINES[OURS](), 100)
    graph.record()
    graph.backward()
    graph.leaves[0].grad += 1e-3
    with pytest.raises(WrongResultError, match="the gradient of its start"):
        graph.confirm()


# --- files at the bounds ----------------------------------------------------------------------------


def test_no_command_on_the_page_takes_longer_than_it_may() -> None:
    lines = pages.table("bounds", PAGE).splitlines()
    assert cells(lines[0])[1:] == [f"`{command}`" for command in bounds.COMMANDS]
    rows = {name: found for name, *found in pages.cells("\n".join(lines))}
    assert rows.keys() <= bounds.FILES.keys()
    for found in rows.values():
        assert all(each == "refused" or float(each) <= bounds.SECONDS for each in found)


@pytest.mark.slow
def test_files_at_the_bounds_are_read_and_no_larger_ones(tmp_path: Path) -> None:
    for number, text in enumerate(bounds.FILES.values()):
        path = tmp_path / f"{number}.toml"
        path.write_text(text(), encoding="utf-8")
        worked.load(path)
    path.write_text(bounds.network(2, 2, 2, numbers=limits.MAX_NUMBERS + 10), encoding="utf-8")
    with pytest.raises(worked.WorkedExampleError, match="4,167 examples for 12 weights and biases"):
        worked.load(path)


def test_what_becomes_of_a_command_is_told(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(bounds.network(2, 2, 2, numbers=12, figures=2), encoding="utf-8")
    done = bounds.outcome(bounds.Command(("step", "FILE", "--json")), path)
    assert (done.refused, done.ended) == ("", False)
    assert done.seconds > 0.0
    refused = bounds.outcome(bounds.Command(("explain", "FILE", "w99")), path)
    assert refused.refused.startswith("there is no 'w99'") or "w99" in refused.refused
    assert bounds.cell(refused) == "refused"
    assert bounds.cell(bounds.Outcome(61.0, 50.0, ended=True)) == "**61.0**"
    with pytest.raises(RuntimeError, match=r"ended with 2: Usage"):
        bounds.outcome(bounds.Command(("step", "FILE", "--frobnicate")), path)
