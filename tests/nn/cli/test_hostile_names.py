"""Names and texts of a file are text in every command: no markup, nothing that a terminal obeys."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import times
from toml_tables import toml

from autograd import Value, draw, explain
from autograd.symbols import is_control
from nn import Notation, TrainingStep, worked
from nn.cli import main

#: What rich, HTML, LaTeX, DOT and terminals would obey.
PIECES = """
    [bold] [/] [/x] [link=https://e.org] [/link] [red] \\[ [[ ]] :smile: {{ }} \\input \\n \\N \\G
    <b> </td> <script> <br/> &amp; &lt; ' " % $ # | ` a w E _ ^ δ é 漢 @ = /
"""
markup = st.lists(st.sampled_from([*PIECES.split(), " "]), min_size=1, max_size=4).map("".join)
#: What controls a terminal: escape sequences, line ends, C1, marks of direction.
CONTROLS = ["\x1b[2J", "\x1b]8;;https://e.org\x1b\\", "\r", "\x07", "\x7f", "\x00", "\x9b2J"]
CONTROLS += ["\u202e", "\u2066", "\u2028"]
controls = st.sampled_from(CONTROLS)

COMMANDS = [
    *(["step"], ["step", "--json"], ["step", "--digits", "3"], ["step", "--steps", "2"]),
    *(["step", "--notation", "hoey"], ["step", "--svg", "out.svg"]),
    *(["explain"], ["explain", "--json"], ["proofread"], ["proofread", "--json"]),
    ["worksheet", "-o", "out.md"],
    ["worksheet", "-o", "out.html", "--answers"],
    ["worksheet", "-o", "out.tex"],
]


def network(notation: dict[str, str], texts: dict[str, str], vectors: str) -> dict[str, Any]:
    """A file with a network, whose names and texts are given."""
    return {
        **texts,
        "notation": {**notation, "vectors": vectors},
        "training": {"learning_rate": 0.5},
        "layers": [
            {"activation": "sigmoid", "weights": [[0.5, 0.25], [-0.5, 0.75]], "bias": [0.5, 0.25]},
            {"activation": "tanh", "weights": [[0.5, -0.25]], "bias": [0.125]},
        ],
        "examples": [{"inputs": [1.0, 0.5], "targets": [0.25]}],
        "figures": [
            {"symbol": f"{texts['source']}1", "of": "E", "printed": "0.5", "where": texts["title"]}
        ],
    }


def run(folder: Path, arguments: list[str], columns: int) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", str(columns))
        command, *options = arguments
        symbol = ["E"] if command == "explain" else []
        return CliRunner().invoke(main, [command, "own.toml", *symbol, *options])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def braced(text: str) -> str:
    """A text as a template of a notation has it."""
    return text.replace("{", "{{").replace("}", "}}")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@given(
    names=st.lists(markup, min_size=6, max_size=6),
    vectors=st.sampled_from(["", "row"]),
    columns=st.sampled_from([20, 80]),
)
@example(names=["[/x]", "[link=https://e.org]E[/link]", "[bold]", "w", "t", "s"], vectors="", columns=80)
@example(names=["[b]{{", *"wntos"], vectors="", columns=80)
@example(names=["[/x]E"] * 6, vectors="row", columns=20)
@times(1 / 2)
def test_markup_in_names_is_text(
    arguments: list[str], names: list[str], vectors: str, columns: int, folder: Path
) -> None:
    error, weight, net, ours, title, source = names
    notation = {
        "error": braced(error),
        "weight": f"{braced(weight)}{{n}}",
        "net": f"{braced(net)}n{{neuron}}",
        "out": f"{braced(net)}o{{neuron}}",
        "hidden": f"{braced(net)}h{{j}}",
        "gradient": f"d{braced(error)}/d{{symbol}}",
    }
    texts = {"title": title, "source": source, "ours": ours}
    (folder / "own.toml").write_text(toml(network(notation, texts, vectors)), encoding="utf-8")
    result = run(folder, arguments, columns)
    if "gives the name" in result.output or "60 are read" in result.output:
        assert result.exit_code == 2
        return
    assert result.exit_code in ({0, 1} if arguments[0] == "proofread" else {0}), result.output
    shows_nothing_that_controls(result.output)
    if arguments == ["step"] and columns == 80:
        flat = re.sub(r"[\s│]", "", result.stdout)
        if not vectors:
            assert re.sub(r"\s", "", f"{weight}1") in flat
        assert re.sub(r"\s", "", f"{error} before the update") in flat
        assert re.sub(r"\s", "", f"Not from the document: {ours}.") in flat
    for option, check in (("out.svg", ElementTree.fromstring), ("out.html", is_html)):
        if option in arguments:
            check((folder / option).read_text(encoding="utf-8"))
    if "--json" in arguments:
        json.loads(result.stdout)


def shows_nothing_that_controls(text: str) -> None:
    assert not [each for each in text if is_control(each) and each != "\n"]


class _Html(HTMLParser):
    """Whether tags match, and none is a script."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag not in {"script", "b!", "br"}
        if tag not in {"meta", "path", "circle"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_html(text: str) -> None:
    parser = _Html()
    parser.feed(re.sub(r"<(path|circle|mspace)[^>]*/>", "", text))
    assert parser.open == []


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@given(control=controls, name=markup, where=st.sampled_from(["notation", "title", "source", "figure"]))
def test_controls_in_a_file_are_refused_by_every_command(
    arguments: list[str], control: str, name: str, where: str, folder: Path
) -> None:
    texts = dict.fromkeys(("title", "source", "ours"), "text")
    notation = {"weight": "w{n}"}
    bad = f"{name}{control}"
    if where == "notation":
        notation["weight"] = f"{braced(bad)}{{n}}"
    elif where == "figure":
        texts["source"] = bad
    else:
        texts[where] = bad
    (folder / "own.toml").write_text(toml(network(notation, texts, "")), encoding="utf-8")
    result = run(folder, arguments, 80)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a text without control characters is expected" in result.stderr
    shows_nothing_that_controls(result.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        *(["step", "…"], ["explain", "…", "E"], ["proofread", "…"], ["worksheet", "…", "-o", "a.md"]),
        *(["explain", "urbain", "…"], ["explain", "urbain", "w5", "--of", "…"], ["…"]),
        *(
            ["step", "urbain", option, "…"]
            for option in ("--notation", "--targets", "--svg", "--digits")
        ),
        ["step", "urbain", "--svg", "none/a.svg", "--only", "…"],
    ],
    ids=" ".join,
)
@given(bad=st.tuples(markup, controls).map("".join))
def test_controls_in_arguments_are_not_said_again(arguments: list[str], bad: str) -> None:
    given_arguments = [bad.replace("\x00", "") if each == "…" else each for each in arguments]
    shows_nothing_that_controls(CliRunner().invoke(main, given_arguments).output)


@given(name=st.tuples(markup, controls, markup).map("".join))
@example(name="a\u202eb")
def test_names_given_through_the_library_do_not_control_anything(name: str) -> None:
    x = Value(0.5, name)
    y = (x * x).named(f"{name}2")
    y.backward()
    for text in (draw(y).svg(), explain(y, x).text()):
        shows_nothing_that_controls(text.replace("\t", ""))
    assert "\u202e" not in draw(y).source


@given(name=st.tuples(markup, controls).map("".join))
def test_titles_given_through_the_library_do_not_control_anything(name: str) -> None:
    from dataclasses import replace

    from nn.worksheet import Worksheet

    sheet = Worksheet(replace(worked.load("xing-single"), title=name, source=name, ours=name))
    for kind in ("md", "html", "tex"):
        shows_nothing_that_controls(sheet.text(kind))


def test_a_notation_has_no_controls_either_way() -> None:
    with pytest.raises(ValueError, match="control characters"):
        Notation(weight="w\u202e{n}")
    assert isinstance(worked.load("urbain").step(), TrainingStep)
