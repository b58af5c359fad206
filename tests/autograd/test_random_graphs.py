"""Gradients of random graphs against exact ones, and that the page of evidence says so."""

import math

import pytest
from mpmath import mp
from oracles import plant

from autograd import OPERATIONS, Operation, Value, topological_order
from autograd.arguments import number_of
from benchmarks import random_graphs
from benchmarks.pages import cells, put, table
from benchmarks.random_graphs import SLICES, first_errors, graph, second_errors, slice_errors, swept

MOST = 16.0


def on_page(which: str) -> list[float]:
    return [float(cell) for row in cells(table(f"random graphs, {which}")) for cell in row[1:]]


@pytest.mark.slow
@pytest.mark.parametrize(("which", "number"), [("first", 17), ("second", 4)])
def test_errors_are_those_of_the_page(which: str, number: int) -> None:
    largest = max(slice_errors(which, number))
    assert largest <= MOST
    assert abs(largest - on_page(which)[number]) < 1.5  # another C library may round another way


@pytest.mark.parametrize("which", ["first", "second"])
def test_the_page_has_every_slice(which: str) -> None:
    count, slices = SLICES[which]
    row = next(row for row in cells(table("random graphs")) if row[0] == which)
    assert len(on_page(which)) == slices
    assert row[1] == f"{count * slices:,}"
    assert float(row[-1]) == max(on_page(which)) <= MOST


def test_graphs_have_every_operation_and_saturate_and_cancel() -> None:
    roots = [graph(seed)[1] for seed in range(1_000)]
    nodes = [node for root in roots for node in topological_order(root)]
    assert {node.operation.name for node in nodes if node.operation} == set(OPERATIONS)
    assert 15_000 < len(nodes) < 30_000
    differences = [node for node in nodes if node.operation is OPERATIONS["sub"]]
    cancelled = [
        node for node in differences if 0.0 < abs(node.data) < 1e-9 * abs(number_of(node.operands[0]))
    ]
    assert len(cancelled) > 300
    slopes = [slope for node in nodes for slope in node.derivatives if slope]
    assert sum(abs(slope) < 1e-12 for slope in slopes) > 300
    assert all(math.isfinite(node.data) for node in nodes)


def test_a_graph_follows_from_its_seed() -> None:
    for seed in range(20):
        once, again = (topological_order(graph(seed)[1]) for _ in range(2))
        assert [node.data for node in once] == [node.data for node in again]
    assert graph(1)[1].data != graph(2)[1].data


def test_the_sweep_is_the_chain_rule() -> None:
    x, y = Value(3.0), Value(5.0)
    root = (x * y + x) * (x - y)  # x²y − xy² + x² − xy
    exact = swept(root)
    assert exact[x].number == 2 * 3 * 5 - 25 + 2 * 3 - 5 == 6
    assert exact[x].size == 6 * 2 + 18
    assert exact[y].number == 9 - 2 * 3 * 5 - 3
    assert random_graphs.swept_twice(root, x)[x].number == 2 * 5 + 2
    assert random_graphs.swept_twice(root, x)[y].number == 2 * 3 - 2 * 5 - 1


def test_a_size_is_no_less_than_what_a_float_can_tell_from_zero() -> None:
    x = Value(-740.0)
    assert swept(x.exp() * 1e-10)[x].size == random_graphs.LEAST_NORMAL


@pytest.mark.parametrize(
    ("name", "partial"),
    [
        ("tanh", "1.0 - out * out"),  # right on paper, but it cancels
        ("sigmoid", "out * (1.0 - out)"),
        ("sin", "cos(x) * 1.000000000000005"),
    ],
)
def test_a_planted_slope_is_an_error(name: str, partial: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Operation(name, "x", f"{name}(x)", partials=(partial,), about=""))
    for errors in (first_errors, second_errors):
        assert any(error > MOST for seed in range(150) for error in errors(seed))


def test_an_error_is_counted_in_halves_of_an_ulp() -> None:
    one = random_graphs.ONE
    assert random_graphs._error(1.0, one) == 0.0
    assert random_graphs._error(math.nextafter(1.0, 2.0), one) == 2.0
    assert random_graphs._error(math.inf, one) == math.inf
    larger = random_graphs.Sized(mp.mpf(1), mp.mpf(4))
    assert random_graphs._error(math.nextafter(1.0, 2.0), larger) == 0.5


def test_a_table_is_put_where_its_name_stands(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Fish\n\n<!-- a -->\n\n| x |\n\n<!-- end -->\n\n<!-- b -->\n\n| x |\n\n<!-- end -->\n"
    )
    monkeypatch.setattr("benchmarks.pages.EVIDENCE", page)
    put("b", "| y |\n| z |")
    assert (table("a"), table("b")) == ("| x |", "| y |\n| z |")
    with pytest.raises(ValueError, match="'c'"):
        table("c")
