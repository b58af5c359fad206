"""The page on handing over: its tables are whole, and what is said of numbers follows from them."""

import re
from pathlib import Path

import pytest

from benchmarks.pages import cells, table
from nn import MLP

PAGE = Path(__file__).parents[2] / "docs" / "handover.md"
TEXT = PAGE.read_text(encoding="utf-8")


def numbers(row: list[str]) -> list[float]:
    return [float(cell.replace(",", "")) for cell in row]


def test_hours_follow_from_the_cost_of_an_example() -> None:
    rows = cells(table("network", TEXT))
    assert len(rows) == 4
    for name, *rest in rows:
        nin, *layers = map(int, name.split("-"))
        count, _, native, matrices, hours, hours_of_matrices, ratio = numbers(rest)
        assert count == len(MLP(nin, layers).parameters())
        for each, taken in ((hours, native), (hours_of_matrices, matrices)):
            assert each == pytest.approx(1e9 * taken * 1e-6 / 3600.0, rel=0.1)
        assert ratio == pytest.approx(native / matrices, rel=0.1)
        if name == "2-16-16-1":
            epochs = re.search(r"are (\d+) core hours here, and (\d+) in NumPy", TEXT)
            assert epochs is not None
            assert float(epochs[1]) == pytest.approx(100.0 * hours, rel=0.1)
            assert float(epochs[2]) == pytest.approx(100.0 * hours_of_matrices, rel=0.1)


def test_small_chunks_are_limited_by_the_scheduler() -> None:
    rows = {row[0]: numbers(row[1:]) for row in cells(table("cluster", TEXT))}
    assert list(rows) == ["10", "100", "1,000", "10,000"]
    # about a thousand chunks in a second, whatever is in them
    for size, (one, *_) in list(rows.items())[:2]:
        assert 700 <= one / float(size.replace(",", "")) <= 1_300
    one, two, _ = rows["10,000"]
    assert 1.3 <= two / one <= 1.7
    assert all(len(row) == 3 for row in rows.values())
