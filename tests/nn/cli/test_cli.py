"""The command `backprop`."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from shown import wrongly_shown

import autograd
import nn
from nn import worked
from nn.cli import main
from nn.notation import notation_names
from nn.worksheet import Worksheet

#: Urbain's example with a notation of its own, written out.
URBAIN = (Path(__file__).parents[3] / "tests" / "data" / "own.toml").read_text(encoding="utf-8")
ROOT = Path(nn.__file__).parents[1]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="backprop")


def printed(*arguments: object) -> str:
    """What a call that goes well prints."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.exception is None
    if "--json" not in arguments:
        assert max(map(len, result.stdout.splitlines())) <= 100
    return result.stdout


def refused(*arguments: object) -> str:
    """What a call that goes wrong prints: one line, and nothing else."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert isinstance(result.exception, SystemExit)  # said by click; anything else is a traceback
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(URBAIN, encoding="utf-8")
    return path


def rewritten(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


# --- help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(flag: str) -> None:
    text = printed(flag)
    assert text.startswith("Usage: backprop [OPTIONS] COMMAND [ARGS]...")
    for command in ("list", "step", "explain"):
        assert re.search(rf"^  {command} +[A-Z]", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("list", []),
        ("step", ["--steps N", "--update-biases", "--json", "--svg FILE", "--png FILE", "--fold"]),
        ("explain", ["SYMBOL", "--of SYMBOL", "--steps N", "--update-biases", "--json", "--all"]),
        ("explain", ["--form [paths|delta|matrix]", "--output FILE", "--notation NAME"]),
    ],
)
def test_help_of_each_command(command: str, options: list[str]) -> None:
    text = printed(command, "--help")
    assert text.startswith(f"Usage: backprop {command} [OPTIONS]")
    for option in options:
        assert option in text


def test_version() -> None:
    assert printed("--version") == f"backprop, version {autograd.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["walk"],
        ["step"],
        ["step", "urbain", "--steps", "0"],
        ["step", "urbain", "--steps", "-1"],
        ["step", "urbain", "--steps", "one"],
        ["step", "urbain", "--colour"],
        ["step", "urbain", "urbain"],
        ["step", "urbain", "--svg"],
        ["explain", "urbain"],
        ["explain", "urbain", "w5", "--of"],
        ["explain", "urbain", "w5", "--all"],
        ["explain", "urbain", "--all", "--of", "E_o1"],
        ["explain", "urbain", "--all", "--form", "delta"],
        ["explain", "urbain", "w5", "--form", "tree"],
        ["explain", "urbain", "w5", "-o", "w5.pdf"],
        ["explain", "hoey", "W1[2,1]", "--form", "matrix", "--of", "z2[1]"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_clicks_to_explain(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(r"(Usage: backprop .*\n(.*\n)*)?Error: .*\n", result.stderr)


# --- list ----------------------------------------------------------------------------------------


def test_list() -> None:
    text = printed("list")
    for name in worked.names():
        assert re.search(rf"│ {name} +│", text)
    assert "2-2-2" in text
    assert "Jay Urbain" in text


@pytest.mark.parametrize("notation", notation_names())
def test_step_in_another_notation(notation: str) -> None:
    text = printed("step", "urbain", "--notation", notation)
    assert "0.00877135469" in text  # δ of the first hidden neuron has no name that they share
    assert (notation in {"guided", "hoey", "xing"}) == text.startswith("Matrices")


def test_an_unknown_notation() -> None:
    result = run("step", "urbain", "--notation", "mazur")
    assert result.exit_code == 2
    assert "'mazur'" in result.stderr


def test_what_is_not_of_the_document_is_said() -> None:
    assert "Not from the document: the targets, " in printed("step", "guided-16")
    assert "Not from" not in printed("step", "guided-16", "--targets", "0.5; 0.6; 0.7")
    assert "Not from" not in printed("step", "urbain")


def test_targets_of_ones_own() -> None:
    values = json.loads(printed("step", "urbain", "--targets", "0 1", "--json"))["values"]
    assert (values["target_o1"], values["target_o2"]) == (0.0, 1.0)
    assert "2 are expected, not 1, 1" in refused("step", "urbain", "--targets", "0; 1")
    result = run("step", "urbain", "--targets", "0 x")
    assert result.exit_code == 2
    assert "not '0 x'" in result.stderr


# --- step ----------------------------------------------------------------------------------------


def test_step_as_tables() -> None:
    text = printed("step", "urbain")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines()]
    for row in (
        ["h1", "0.3775", "0.593269992", "0.00877135469", "0.0363503064"],
        ["o1", "1.10590597", "0.75136507", "0.138498562", "0.74136507"],
        ["w5", "0.4", "0.0821670406", "0.35891648"],
        ["w1", "0.15", "0.000438567734", "0.149780716"],
        ["b2", "0.6", "0.100400325", "not updated"],
        ["E_o1", "0.274811083"],
        ["E_total before the update", "0.298371109"],
        ["E_total after the update", "0.291027774"],
    ):
        assert row in rows
    assert "…" not in text


def numbers(*arguments: object) -> dict[str, Any]:
    """What ``step --json`` prints, which must be strict JSON."""
    return json.loads(printed("step", *arguments, "--json"), parse_constant=pytest.fail)


def test_step_as_json() -> None:
    found = numbers("urbain")
    assert list(found) == [
        *("values", "gradients", "deltas", "updated", "changes", "error_before", "error_after")
    ]
    assert found == worked.load("urbain").step().to_dict()
    assert found["values"]["net_h1"] == 0.3775
    assert found["values"]["out_h1"] == pytest.approx(0.59326999210718726, rel=1e-15)
    assert found["gradients"]["dE/dw5"] == pytest.approx(0.082167040564230779, rel=1e-14)
    assert found["deltas"]["delta_o1"] == pytest.approx(0.13849856162855697, rel=1e-15)
    assert found["updated"]["w5+"] == pytest.approx(0.35891647971788461, rel=1e-15)
    assert list(found["updated"]) == [f"w{n}+" for n in range(1, 9)]
    assert found["error_before"] == pytest.approx(0.29837110876000269, rel=1e-15)
    assert found["error_after"] == pytest.approx(0.29102777369359933, rel=0, abs=1e-12)


def test_json_is_one_object_whatever_else_is_asked_for(tmp_path: Path) -> None:
    text = printed("step", "urbain", "--json", "--svg", tmp_path / "a.svg", "--steps", 3)
    assert json.loads(text)["values"]["w5"] < 0.4
    assert (tmp_path / "a.svg").exists()


def test_the_nth_step() -> None:
    first, second, third = (numbers("urbain", "--steps", n) for n in (1, 2, 3))
    assert first == numbers("urbain")
    assert (first["error_after"], second["error_after"]) == (
        second["error_before"],
        third["error_before"],
    )
    assert third["values"]["w5"] == second["updated"]["w5+"]
    text = printed("step", "urbain", "--steps", 3)
    assert text.startswith("step 3, after 2 updates\n")
    assert not printed("step", "urbain").startswith("step")


def test_hundreds_of_steps() -> None:
    assert numbers("urbain", "--steps", 500) == worked.load("urbain").step(500).to_dict()


def test_the_biases_too() -> None:
    found = numbers("urbain", "--update-biases")
    assert list(found["updated"]) == [*(f"w{n}+" for n in range(1, 9)), "b1+", "b2+"]
    assert found["updated"]["b1+"] == 0.35 - 0.5 * found["gradients"]["dE/db1"]
    assert found["updated"]["w5+"] == numbers("urbain")["updated"]["w5+"]
    assert found["error_after"] < numbers("urbain")["error_after"]
    assert "not updated" not in printed("step", "urbain", "--update-biases")
    assert numbers("urbain", "--update-biases", "--steps", 2)["values"]["b1"] == found["updated"]["b1+"]


def test_without_bias_the_file_decides(own: Path) -> None:
    rewritten(own, "update_biases = false", "update_biases = true")
    assert numbers(own) == numbers(own, "--update-biases") == numbers("urbain", "--update-biases")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pictures(here: Path) -> None:
    svg, png = here / "a.svg", here / "a.png"
    text = printed("step", "urbain", "--svg", "a.svg", "--png", "a.png")
    assert text.endswith("\ndrawn: a.svg\ndrawn: a.png\n")
    assert (
        ElementTree.fromstring(svg.read_text(encoding="utf-8")).tag == "{http://www.w3.org/2000/svg}svg"
    )
    assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    printed("step", "urbain", "--svg", "folded.svg", "--fold")
    assert (here / "folded.svg").stat().st_size < svg.stat().st_size


@pytest.mark.parametrize("name", ["no ending.svg", "[bold]x.svg", "[/x].svg", "ä.SVG"])
def test_a_picture_may_have_any_name(name: str, here: Path) -> None:
    (here / name).parent.mkdir(exist_ok=True)
    assert printed("step", "urbain", "--svg", name).endswith(f"\ndrawn: {name}\n")
    assert (here / name).read_text(encoding="utf-8").startswith("<svg")


def usage_error(*arguments: object) -> str:
    """The last line that click prints of a call that it refuses, before anything runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nn.worked.load", lambda _: pytest.fail("something was run"))
        result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "endings"),
    [
        (["step", "urbain", "--svg", "a.jpg"], ".svg"),
        (["step", "urbain", "--svg", "a.png"], ".svg"),
        (["step", "urbain", "--svg", "svg"], ".svg"),
        (["step", "urbain", "--png", "a.svg"], ".png"),
        (["worksheet", "urbain", "-o", "a.pdf"], ".md or .html or .tex or .xml"),
        (["worksheet", "--seed", "1", "-o", "a.md", "--toml", "a.json"], ".toml"),
    ],
    ids=" ".join,
)
def test_a_file_ends_in_its_format(arguments: list[str], endings: str, here: Path) -> None:
    assert usage_error(*arguments).endswith(f" does not end in {endings}")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("option", [["--fold"], ["--only", "w5"], ["--fold", "--only", "w5", "--json"]])
def test_what_is_for_pictures_needs_one(option: list[str]) -> None:
    message = f"Error: {option[0]} is for a picture, with --svg or --png"
    assert usage_error("step", "urbain", *option) == message


def test_nothing_is_written_over_what_is_read(own: Path, here: Path) -> None:
    before = own.read_bytes()
    Path("link.svg").symlink_to("own.toml")
    os.link("own.toml", "hard.svg")
    for file in (own, "own.toml", "./own.toml"):
        for output in ("link.svg", "hard.svg"):
            assert "the same file" in usage_error("step", file, "--svg", output)
        assert "the same file" in usage_error("worksheet", file, "-o", "a.md", "--toml", "own.toml")
    Path("a.md").symlink_to("b.md")
    Path("b.md").touch()
    assert "the same file" in usage_error("worksheet", "b.md", "-o", "a.md")
    assert own.read_bytes() == before


def test_the_answers_as_a_second_file(here: Path) -> None:
    options = ("--length", "short", "--hints", "none", "-o", "a.md", "--answers-to", "b.md")
    assert printed("worksheet", "urbain", *options) == "written: a.md\nwritten: b.md\n"
    sheet = Worksheet(worked.load("urbain"), length="short", hints="none")
    assert Path("a.md").read_text(encoding="utf-8") == sheet.text("md")
    assert Path("b.md").read_text(encoding="utf-8") == sheet.text("md", answers=True)
    assert "the same file" in usage_error("worksheet", "urbain", "-o", "a.md", "--answers-to", "a.md")


def test_a_new_exercise_has_what_is_asked_for(here: Path) -> None:
    options = ("--error", "cross_entropy", "--examples", "2", "--learning-rate", "0.2")
    printed("worksheet", "--seed", "3", "--layers", "2,2,2", *options, "-o", "a.md", "--toml", "a.toml")
    made = worked.load("a.toml")
    assert isinstance(made, worked.WorkedExample)
    assert (made.error, len(made.examples), made.learning_rate) == ("cross_entropy", 2, 0.2)
    assert "with --seed" in usage_error("worksheet", "urbain", "-o", "a.md", "--examples", "2")


def test_an_example_that_is_included_is_no_file(here: Path) -> None:
    Path("urbain").touch()
    Path("a.svg").symlink_to("urbain")
    printed("step", "urbain", "--svg", "a.svg")


def test_a_file_of_ones_own(own: Path) -> None:
    assert numbers(own) == numbers("urbain")
    rewritten(own, 'weight = "w{n}"', 'weight = "θ{n}"')
    assert "θ5" in printed("step", own)
    assert numbers(own)["updated"]["θ5+"] == numbers("urbain")["updated"]["w5+"]


@pytest.mark.parametrize("weight", ["w[{neuron}]{i}", "[/{neuron}]{i}", "[red]{n}"])
def test_names_in_brackets_are_names(weight: str, own: Path) -> None:
    rewritten(own, "w{n}", weight)
    name = weight.format(neuron="o1", i=1, n=5)
    assert name in printed("step", own)


@pytest.mark.parametrize("escape", ["\\u001b[2J", "\\u202E", "\\u009b2J"])
@pytest.mark.parametrize("arguments", [["step"], ["step", "--digits", "3"], ["proofread"]], ids=" ".join)
def test_a_file_does_not_control_the_terminal(arguments: list[str], escape: str, own: Path) -> None:
    rewritten(own, 'weight = "w{n}"', f'weight = "{escape}w{{n}}"')
    said = refused(*arguments, own)
    assert "notation.weight: a text without control characters is expected, not one with U+" in said
    assert said.isprintable()


@pytest.mark.parametrize("columns", [10, 20, 40, 60, 80, 120])
@pytest.mark.parametrize("name", ["urbain", "hoey", "guided-16"])
def test_a_table_loses_nothing_in_a_narrow_terminal(
    name: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run("step", name).stdout.partition("Not from the document")[0]
    assert wrongly_shown(shown, worked.load(name).step().tables(), columns) == []


# --- explain -------------------------------------------------------------------------------------


def test_explain() -> None:
    step = worked.load("urbain").step()
    assert printed("explain", "urbain", "w5") == step.explain("w5").text() + "\n"
    assert printed("explain", "urbain", "w1").startswith("∂Eₜₒₜₐₗ/∂w₁ = 0.000438567734\n")
    assert printed("explain", "urbain", "out_h1", "--of", "E_o2") == (
        step.explain("out_h1", "E_o2").text() + "\n"
    )


def test_explain_as_json() -> None:
    found = json.loads(printed("explain", "urbain", "w1", "--json"), parse_constant=pytest.fail)
    assert found == worked.load("urbain").step().explain("w1").to_dict()
    assert list(found) == ["result", "by", "value", "path_count", "paths", "form", "sections"]
    products = [math.prod(factor["value"] for factor in path) for path in found["paths"]]
    assert math.fsum(products) == pytest.approx(found["value"], rel=1e-14)


def test_explain_in_each_form() -> None:
    step = worked.load("urbain").step()
    for form in ("paths", "delta"):
        found = printed("explain", "urbain", "w1", "--form", form)
        assert found == step.explain("w1", form=form).text() + "\n"
    delta = json.loads(printed("explain", "urbain", "w1", "--form", "delta", "--json"))
    steps = [each for section in delta["sections"] for each in section["steps"]]
    assert [each["symbol"] for each in steps] == ["delta_o1", "delta_o2", "delta_h1", "dE_total/dw1"]
    assert steps[-1]["tree"] == ["mul", "delta_h1", "i1"]
    assert steps[2]["means"] == "dE_total/dnet_h1"
    matrices = printed("explain", "guided", "W1[2,1]", "--notation", "guided", "--form", "matrix")
    assert "dJ/dW1 = Xᵀ·delta2" in matrices
    assert run("explain", "urbain", "w1", "--form", "matrix").stderr.startswith(
        "Error: the notation has no matrices"
    )


@pytest.mark.parametrize("ending", ["md", "html", "tex", "txt"])
def test_explain_as_a_file(ending: str, tmp_path: Path) -> None:
    for arguments in (
        ["urbain", "w1"],
        ["urbain", "--all"],
        ["hoey", "W1[2,1]", "--form", "matrix"],
        ["urbain", "w5", "w6"],
        ["urbain", "--hessian"],
        ["urbain", "out_h1", "--contributions"],
    ):
        path = tmp_path / f"derivation.{ending}"
        assert printed("explain", *arguments, "-o", path) == f"written: {path}\n"
        assert len(path.read_text(encoding="utf-8")) > 300


def test_explain_twice() -> None:
    step = worked.load("urbain").step()
    assert printed("explain", "urbain", "w5", "w1") == step.explain("w5", then="w1").text() + "\n"
    found = json.loads(printed("explain", "urbain", "w5", "w1", "--of", "E_o1", "--json"))
    assert found["symbol"] == "d2E_o1/dw5 dw1"
    assert printed("explain", "urbain", "--hessian") == step.hessian().text() + "\n"
    table = json.loads(printed("explain", "urbain", "--hessian", "--json"))
    assert table["symbols"] == ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"]
    assert table["hessian"][4][0] == pytest.approx(found["value"], rel=1e-14)  # E_o2 has no w5


def test_explain_contributions() -> None:
    found = printed("explain", "urbain", "out_h1", "--contributions")
    assert found == worked.load("urbain").step().contributions("out_h1").text() + "\n"
    over = ["explain", "guided-16", "z3[1,1]", "--contributions", "--json"]
    assert json.loads(printed(*over))["examples"] == 1
    assert json.loads(printed(*over, "--over-examples"))["examples"] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["w5", "--hessian"], "just one of them is expected"),
        (["w5", "w6", "--form", "paths"], "with --form delta"),
        (["w5", "w6", "--contributions"], "--contributions is for one SYMBOL"),
        (["w5", "--over-examples"], "--over-examples does not go with"),
        (["--hessian", "--form", "delta"], "--form does not go with"),
        (["--all", "--of", "E_o1"], "--of does not go with"),
        (["w5", "net_o1"], "with respect to leaves"),
    ],
)
def test_explain_one_thing(arguments: list[str], says: str) -> None:
    assert says in run("explain", "urbain", *arguments).stderr


def test_explain_all() -> None:
    text = printed("explain", "urbain", "--all")
    assert "  w₅⁺ = w₅ − η·∂Eₜₒₜₐₗ/∂w₅\n      = 0.4 − 0.5·0.082167 = 0.358916\n" in text
    assert "After the update\n  Eₜₒₜₐₗ = 0.291028\n" in text


def test_explain_a_later_step_with_biases() -> None:
    step = worked.load("urbain").step(5, update_biases=True)
    assert (
        printed("explain", "urbain", "b1", "--steps", 5, "--update-biases")
        == step.explain("b1").text() + "\n"
    )


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["step"], ["explain"]])
def test_an_unknown_example(command: list[str]) -> None:
    arguments = [*command, "urbane", *(["w5"] if command == ["explain"] else [])]
    assert refused(*arguments) == (
        f"no worked example 'urbane'; there are {', '.join(worked.names())}, and files ending in .toml"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert str(tmp_path / "none.toml") in refused("step", tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    assert "folder.toml" in refused("step", tmp_path / "folder.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("learning_rate = 0.5", "learning_rate = '0.5'", "training.learning_rate: a finite number is "),
        ("learning_rate = 0.5", "learning_rate = -0.5", "training.learning_rate: "),
        ("[[layers]]", "[[layers", "own.toml: "),
        ('"w{n}"', '"w"', "the notation gives the name 'w' twice"),
        ('"i{i}"', '"{i!r:>99999999999}"', "notation input"),
        ("0.15", "1e400", "layers[1].weights: a list of lists of finite numbers is expected"),
        # what shows in the forward pass, and what in the update
        ('"sigmoid"', '"log"', "log(x) needs x > 0, but x = "),
        ("0.05, 0.10", "1e200, 1e200", "is too large for a float"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(old: str, new: str, message: str, own: Path) -> None:
    if "1e200" in new:
        rewritten(own, '"sigmoid"', '"linear"')
    if "log" in new:
        rewritten(own, "bias = 0.35", "bias = -0.35")
    assert message in refused("step", rewritten(own, old, new))


def test_not_a_text_file(own: Path) -> None:
    own.write_bytes(b"\xff\xfe\x00")
    assert str(own) in refused("step", own)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["w55"], "no 'w55' in this step; did you mean w5?"),
        (["?"], "no '?' in this step"),
        (["w5", "--of", "E_totl"], "no 'E_totl' in this step; did you mean E_total"),
        (["w5", "--of", "net_h1"], "'net_h1' does not depend on 'w5'"),
    ],
)
def test_an_unknown_symbol(arguments: list[str], message: str) -> None:
    assert refused("explain", "urbain", *arguments).startswith(message)


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    assert "none" in refused("step", "urbain", "--svg", tmp_path / "none" / "a.svg")
    (tmp_path / "folder.png").mkdir()
    assert "folder.png" in refused("step", "urbain", "--png", tmp_path / "folder.png")


def test_no_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    for kind, *options in (("svg", "--fold"), ("png",)):
        path = tmp_path / f"a.{kind}"
        assert "no Graphviz to render with" in refused("step", "urbain", f"--{kind}", path, *options)
        assert not path.exists()
    assert "drawn: " in printed("step", "urbain", "--svg", tmp_path / "a.svg")
    printed("step", "urbain")


def test_a_defect_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(_: object) -> None:
        raise AssertionError("planted")

    monkeypatch.setattr("nn.worked.load", planted)
    result = run("step", "urbain")
    assert (result.exit_code, result.stdout) == (70, "")
    assert result.stderr.startswith("Traceback ")
    assert result.stderr.endswith("AssertionError: planted\n")


def test_a_key_error_of_ours_is_not_taken_for_an_unknown_symbol(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def planted(_: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr("nn.worked.load", planted)
    assert run("explain", "urbain", "w5").exit_code == 70


def test_json_is_null_where_a_number_is_not_finite(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[values]\nx = 0.0\n[formulas]\ny = 'sqrt(x)'\nz = 'x * y'", encoding="utf-8")
    result = run("step", path, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout, parse_constant=pytest.fail)
    assert found["gradients"] == {"dz/dx": None, "dz/dy": 0.0, "dz/dz": 1.0}
    assert found["not_finite"] == {"gradients.dz/dx": "nan"}
    assert result.stderr == "not finite, so null: gradients.dz/dx (nan)\n"
    result = run("explain", path, "x", "--of", "y", "--json")
    assert json.loads(result.stdout, parse_constant=pytest.fail)["value"] is None
    assert "value (inf)" in result.stderr


# --- for real ------------------------------------------------------------------------------------


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nn", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_as_a_process_of_its_own() -> None:
    done = process("step", "urbain")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0.291027774" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    wrong = process("step", "urbane")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert (
        wrong.stderr == f"Error: no worked example 'urbane'; there are {', '.join(worked.names())}, "
        "and files ending in .toml\n"
    )
    assert process("--help").stdout.startswith("Usage: backprop ")


#: Calls that print in each of the ways that there are: rich's, ours, click's.
CALLS = [["step", "urbain"], ["step", "urbain", "--json"], ["explain", "urbain", "w1"], ["--help"]]


def shell(arguments: list[str], redirection: str) -> subprocess.CompletedProcess[str]:
    """A call in a shell, which prints the exit code on stderr."""
    command = shlex.join([sys.executable, "-m", "nn", *arguments])
    return subprocess.run(
        ["sh", "-c", f"{{ {command}; echo code $? >&2; }} {redirection}"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_closed_stdout_is_an_error(arguments: list[str]) -> None:
    assert shell(arguments, ">&-").stderr == "Error: stdout is closed\ncode 2\n"


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_broken_pipe_is_not_a_figure_that_is_off(arguments: list[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE) as reader:
        assert reader.stdin is not None
        reader.wait()
        done = subprocess.run(
            [sys.executable, "-m", "nn", *arguments],
            cwd=ROOT,
            stdout=reader.stdin,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is needed")
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_full_disk_behind_stdout(arguments: list[str]) -> None:
    done = shell(arguments, ">/dev/full")
    assert re.fullmatch(r"Error: stdout: .*\ncode 2\n", done.stderr)


_INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from nn.__main__ import run
run()
"""


def test_an_interrupt_is_not_a_figure_that_is_off() -> None:
    """Ctrl-C in the midst of a command: the signal is sent when the file, a pipe, is being read."""
    with TemporaryDirectory() as folder:
        pipe = Path(folder) / "slow.toml"
        os.mkfifo(pipe)
        with (
            subprocess.Popen(
                # a script in the background starts processes that ignore Ctrl-C
                [sys.executable, "-c", _INTERRUPTIBLE, "proofread", str(pipe)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as running,
            pipe.open("wb"),
        ):  # opens as soon as the command reads
            running.send_signal(signal.SIGINT)
            assert running.wait() == 130


# --- draw ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("dot", b"digraph")],
)
@pytest.mark.parametrize("view", ["network", "graph"])
def test_draw(ending: str, begins: bytes, view: str, tmp_path: Path) -> None:
    path, again = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    if ending == "pdf":
        pytest.importorskip("vl_convert")
    assert printed("draw", "urbain", "-o", path, "--view", view) == f"drawn: {path}\n"
    printed("draw", "urbain", "-o", again, "--view", view)
    assert path.read_bytes().startswith(begins)
    assert path.read_bytes() == again.read_bytes()


def test_what_draw_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"

    def shown(*options: str) -> str:
        printed("draw", "urbain", "-o", path, *options)
        return re.sub(r"</?tspan[^>]*>", "", path.read_text(encoding="utf-8"))

    assert "<circle" in shown()
    assert "<circle" not in shown("--fold")
    assert "<circle" not in shown("--only", "out_o1")
    assert ">δh1<" in shown("--frame", "backward")
    assert ">δh1<" not in shown("--frame", "forward")
    assert ">w5 = 0.4<" in shown("--frame", "forward", "--digits", "2")
    assert ">W2[2,1] = " in shown("--notation", "hoey")
    assert "The thicker a line" in shown("--magnitude")
    printed("step", "urbain", "--svg", tmp_path / "b.svg")
    printed("draw", "urbain", "-o", path)
    assert (tmp_path / "b.svg").read_bytes() == path.read_bytes()


def test_what_draw_cannot_show_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    for options, message in (
        (("urbain", "--view", "graph", "--frame", "forward"), "frame, example and magnitude are for"),
        (("urbain", "--view", "network", "--fold"), "fold and only are for view='graph'"),
        (("urbain", "--example", "2"), "example must be at most 1"),
        (("lstm-cell", "--view", "network"), "there is no network to draw"),
    ):
        assert message in refused("draw", *options, "-o", path)
    formulas = run("draw", "lstm-cell", "--notation", "hoey", "-o", path)
    assert "--notation is for networks" in formulas.stderr
    assert not path.exists()


def test_draw_needs_a_file_whose_ending_is_a_format() -> None:
    assert run("draw", "urbain").exit_code == 2
    assert ".svg" in run("draw", "urbain", "-o", "a.jpg").stderr


def test_without_what_makes_pdf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    message = refused("draw", "urbain", "-o", tmp_path / "a.pdf")
    assert message.endswith("pip install 'scalar-autograd[pdf]'")
    assert not (tmp_path / "a.pdf").exists()


def test_the_help_of_the_group_has_every_command_and_each_sentence_whole() -> None:
    help = printed("--help")
    _, _, commands = help.partition("[ARGS]...")
    assert "..." not in commands
    for name in main.list_commands(None):  # type: ignore[arg-type]
        assert re.search(rf"^  {name} ", commands, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("stap", "no command 'stap'; did you mean 'step'?"),
        ("urbain", "no command 'urbain'; the command comes first, as in `backprop step urbain`"),
        ("own.toml", "as in `backprop step own.toml`"),
        ("qqq", "no command 'qqq'; there are list, step, "),
    ],
)
def test_what_is_no_command(name: str, says: str) -> None:
    result = run(name)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_file_that_is_not_there_is_said_without_a_number() -> None:
    assert refused("step", "no-such.toml") == "no-such.toml: no such file or directory"
