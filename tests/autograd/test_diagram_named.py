"""A graph drawn folded to the nodes that one asks for."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pictures import Drawn, read

from autograd import AutogradError, Diagram, Value, draw, topological_order
from autograd.backward import gradients
from autograd.strategies import Graph, graphs
from nn import worked
from nn.cli import main

SIGNALS = ["L", "S_1^(2)", "S_1^(1)", "S_2^(1)"]


def symbols(drawn: Drawn) -> list[str]:
    """The names of the boxes, by their tooltips."""
    return [box.tooltip.partition(":")[0].partition("\n")[0] for box in drawn.boxes.values()]


def test_chosen_nodes_and_results_are_left() -> None:
    x, w = Value(3.0, "x"), Value(5.0, "w")
    inner = (2 * x * w + x).named("inner")
    drawn = read(draw((inner.square() * 0.5).named("E"), only=[x]))
    assert symbols(drawn) == ["x", "E"]
    assert drawn.edges == [("n0", "n1", f"{(2 * 5 + 1) * 33}")]
    assert symbols(read(draw(inner, only=[]))) == ["inner"]


def test_nodes_without_a_name_can_be_chosen() -> None:
    x = Value(3.0, "x")
    square = x.square()
    assert len(read(draw(square.exp(), only=iter([square]))).edges) == 1


def test_what_is_chosen_goes_before_fold() -> None:
    step = worked.load("signals").step()
    assert step.draw(only=SIGNALS, fold=True).source == step.draw(only=SIGNALS).source


def disagreements(drawn: Drawn, result: Value, stations: list[Value]) -> list[str]:
    """Where the edges from a station to the next ones do not add up to its gradient."""
    box_of = dict(zip(stations, drawn.nodes, strict=True))
    station_of = {box: node for node, box in box_of.items()}
    slopes = gradients(result)
    found = []
    for node, box in box_of.items():
        parts = [
            slopes[station_of[head]] * float(label) for tail, head, label in drawn.edges if tail == box
        ]
        if node is result:
            parts.append(1.0)
        scale = sum(map(abs, parts))
        if not math.isclose(sum(parts), slopes[node], rel_tol=1e-9, abs_tol=1e-9 * (1.0 + scale)):
            found.append(f"{box}: {sum(parts)!r}, not {slopes[node]!r}")
    return found


@given(graphs(max_size=12, limit=1e9, slope_limit=1e9), st.sets(st.integers(0, 20), max_size=4))
def test_edges_are_the_derivatives_along_what_is_not_shown(graph: Graph, picks: set[int]) -> None:
    result = graph.result
    result.backward()
    order = topological_order(result)
    chosen = [node for index, node in enumerate(order) if index in picks]
    stations = [node for node in reversed(order) if node in chosen or node is result]
    drawn = read(draw(result, digits=19, only=chosen))
    assert disagreements(drawn, result, stations) == []


def test_a_wrong_edge_is_found() -> None:
    x = Value(3.0, "x")
    y = (x * x).exp()
    right = draw(y, digits=19, only=[x])
    assert disagreements(read(right), y, [x, y]) == []
    (slope,) = [label for _, _, label in read(right).edges]
    wrong = Diagram(right.source.replace(f"label={slope}", f"label=1{slope}"))
    assert disagreements(read(wrong), y, [x, y]) != []
    lost = Diagram("\n".join(line for line in right.source.splitlines() if "->" not in line))
    assert disagreements(read(lost), y, [x, y]) != []


def test_what_the_results_do_not_depend_on_is_refused() -> None:
    x, y = Value(3.0, "x"), Value(5.0, "y")
    with pytest.raises(AutogradError, match="nothing that is drawn depends on 'y'"):
        draw(x.exp(), only=[x, y])
    assert symbols(read(draw(x.exp(), y.exp(), only=[x, y]))) == ["x", "e^x", "y", "e^y"]
    with pytest.raises(TypeError, match="a node of only must be a Value, got 'x'"):
        draw(x, only=["x"])


def test_a_step_is_drawn_by_symbols() -> None:
    step = worked.load("signals").step()
    drawn = read(step.draw(digits=19, only=SIGNALS))
    assert sorted(symbols(drawn)) == sorted(SIGNALS)
    names = dict(zip(drawn.boxes, symbols(drawn), strict=True))
    assert len(drawn.edges) == 3
    for tail, head, label in drawn.edges:
        assert float(label) == step[f"d{names[head]}/d{names[tail]}"]
    with pytest.raises(KeyError, match=r"no 'S_3\^\(1\)' in this step; did you mean S_2"):
        step.draw(only=["S_3^(1)"])


def test_the_command_draws_what_is_asked_for(tmp_path: Path) -> None:
    def step(*arguments: str) -> str:
        return CliRunner().invoke(main, ["step", *arguments]).output

    svg = tmp_path / "tree.svg"
    asked = [argument for symbol in SIGNALS for argument in ("--only", symbol)]
    assert f"drawn: {svg}" in step("signals", "--svg", str(svg), *asked)
    assert svg.read_text(encoding="utf-8").count('class="node"') == len(SIGNALS)
    assert "did you mean" in step("signals", "--svg", str(svg), "--only", "S_3^(1)")
