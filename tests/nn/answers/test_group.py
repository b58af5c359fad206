"""A group: everybody's marks, the mistakes by how often they were made; and the command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nn import worked
from nn.answers import check_group
from nn.cli import main

URBAIN = worked.load("urbain")
RIGHT = {"out_o1": "0.7514", "dE/dout_o1": "0.7414", "delta_o1": "0.1385", "dE/dw5": "0.0822"}
#: f′ is left out of δ, and ∂E/∂w follows.
WRONG = {**RIGHT, "delta_o1": "0.7414", "dE/dw5": "0.4398"}


def written(path: Path, answers: dict[str, str]) -> Path:
    path.write_text(json.dumps(answers), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "answers"
    folder.mkdir()
    for name, answers in {"ada": RIGHT, "bob": WRONG, "=cy": WRONG}.items():
        written(folder / f"{name}.json", answers)
    (folder / "notes.txt").write_text("no answers", encoding="utf-8")
    return folder


def test_marks_and_mistakes_of_all(folder: Path) -> None:
    group = check_group(URBAIN, [folder])
    assert {each.student: each.checked and each.checked.marks for each in group} == {
        "=cy": 3.0,
        "ada": 4.0,
        "bob": 3.0,
    }
    ((cause, (count, says)),) = group.mistakes.items()
    assert (cause, count) == ("no_output_slope", 2)
    assert says.startswith("f′(net) of the outputs is left out")
    rows = list(csv.DictReader(io.StringIO(group.csv())))
    assert [row["student"] for row in rows] == ["'=cy", "ada", "bob", "how many"]
    assert [row["mistake: no_output_slope"] for row in rows] == ["1", "0", "1", "2"]
    assert [row["delta_o1"] for row in rows] == ["slip", "right", "slip", ""]
    assert rows[2]["first slip"] == "delta_o1"


def test_right_numbers_are_told_if_they_are_to_be(folder: Path) -> None:
    hidden, shown = (check_group(URBAIN, [folder], reveal=reveal) for reveal in (False, True))
    assert "0.13849" not in str(hidden) + hidden.csv()
    assert "0.138498562" in str(shown)
    *_, mistakes, right = csv.DictReader(io.StringIO(shown.csv()))
    assert (mistakes["student"], right["student"]) == ("how many", "it is")
    assert float(right["delta_o1"]) == pytest.approx(URBAIN.step()["delta_o1"])


def test_one_that_cannot_be_read_stops_none(folder: Path) -> None:
    (folder / "dan.toml").write_text("nix = 1", encoding="utf-8")
    group = check_group(URBAIN, [folder])
    assert len(group) == 4
    assert [each.student for each in group.unread] == ["dan"]
    assert group.unread[0].problem == f"{folder}/dan.toml: nix: there is no 'nix' in urbain"
    assert group.unread[0].problem in " ".join(str(group).split())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)], prog_name="backprop")


def test_the_command_for_one(folder: Path) -> None:
    result = run("urbain", folder / "bob.json")
    assert result.exit_code == 1
    assert "here is the first slip: f′(net) of the" in result.stdout
    assert "0.1385" not in result.stdout
    assert "0.1384985" in run("urbain", folder / "bob.json", "--reveal").stdout
    assert run("urbain", folder / "ada.json").exit_code == 0
    assert run("urbain", folder / "ada.json", "--digits", 5).exit_code == 1
    assert json.loads(run("urbain", folder / "ada.json", "--json").stdout)["marks"] == 4.0


def test_the_command_for_a_group(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "marks.csv"
    scheme = tmp_path / "scheme.toml"
    scheme.write_text("points = 10\n", encoding="utf-8")
    result = run("urbain", folder, "--scheme", scheme, "-o", table)
    assert result.exit_code == 1
    assert "30 of 40" in result.stdout
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert rows[0]["marks"] == "30.0"
    assert "0.138498562" in run("urbain", folder, "--reveal").stdout
    (folder / "dan.toml").write_text("nix = 1", encoding="utf-8")
    assert run("urbain", folder).exit_code == 2
    assert json.loads(run("urbain", folder, "--json").stdout)["mistakes"] == {"no_output_slope": 2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["urbain", "none.toml"], "none.toml"),
        (["urbain", "a.json", "--digits", "3", "--decimals", "2"], "--digits or --decimals"),
        (["urbain"], "Missing argument"),
        (["nix", "a.json"], "no worked example 'nix'"),
    ],
)
def test_what_the_command_refuses(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_it_never_writes_over_what_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("net_h1,0.378\n", encoding="utf-8")
    result = run("urbain", path, "-o", path)
    assert result.exit_code == 2
    assert "are the same file" in result.stderr
    assert path.read_text(encoding="utf-8") == "net_h1,0.378\n"
