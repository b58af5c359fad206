"""`backprop step --html` and `backprop open`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from nn.cli import main


def test_step_writes_a_page(tmp_path: Path) -> None:
    path = tmp_path / "step.html"
    result = CliRunner().invoke(main, ["step", "xing-single", "--html", str(path)])
    assert result.exit_code == 0
    assert f"written: {path}" in result.output.replace("\n", "")
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_page_of_a_later_step_begins_with_it(tmp_path: Path) -> None:
    path = tmp_path / "step.html"
    options = ["--steps", "3", "--notation", "signals", "--update-biases", "--html", str(path)]
    assert CliRunner().invoke(main, ["step", "xing-single", *options]).exit_code == 0
    assert "A training step" in path.read_text(encoding="utf-8")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["step", "xing-single", "--html", str(tmp_path / "step.txt")])
    assert (result.exit_code, "does not end in .html" in result.output) == (2, True)


@pytest.mark.parametrize("opens", [True, False])
def test_open_writes_a_temporary_file_and_opens_it(monkeypatch: pytest.MonkeyPatch, opens: bool) -> None:
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return opens

    monkeypatch.setattr("webbrowser.open", browse)
    result = CliRunner().invoke(main, ["open", "xing-single"])
    assert result.exit_code == 0
    path = Path(result.output.splitlines()[0])
    assert opened == [path.as_uri()]
    assert path.name == "xing-single.html"
    assert ("no browser" in result.output) != opens
    path.unlink()
    path.parent.rmdir()
