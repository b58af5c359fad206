"""What properties are tried on is drawn alike by every worker, and by a test that is run alone."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def drawn() -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []

    @settings(max_examples=100, derandomize=True)
    @given(st.integers(), st.floats(allow_nan=False))
    def draw(whole: int, number: float) -> None:
        found.append((whole, number))

    draw()
    return found


def test_it_does_not_depend_on_which_modules_have_been_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    path = tmp_path / "numbers_of_a_module.py"
    path.write_text(f"NUMBERS = {[7919.0 * n + 0.125 for n in range(40)]}, {[*range(7919, 8300, 7)]}")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    monkeypatch.setitem(sys.modules, path.stem, module_from_spec(spec))
    assert drawn() == before
