"""Answers are read from tables and from worksheets of ours; what cannot be meant is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograd import ArgumentValueError, OperandError
from nn import worked
from nn.answers import check_answers, read_answers
from nn.worksheet import Worksheet

SINGLE = worked.load("xing-single")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ada.toml", 'net = 0.10\n"de/dw" = "−0,5"\no = ""\n'),
        ("ada.toml", '[answers]\nnet = 0.10\n"de/dw" = "−0,5"\no = ""\n'),
        ("ada.json", '{"net": 0.10, "de/dw": "−0,5", "o": null}'),
        ("ada.json", '{"student": "ada", "answers": {"net": 0.10, "de/dw": "−0,5", "o": ""}}'),
        ("ada.csv", 'net,0.10\nde/dw,"−0,5"\no,\n'),
        ("ada.csv", "answer;who;symbol\n0.10;a;net\n−0,5;a;de/dw\n;a;o\n"),
        ("ada.csv", "symbol\tanswer\nnet\t0.10\nde/dw\t−0,5\no\t\n"),
    ],
)
def test_the_kinds_of_tables_say_the_same(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("\ufeff" + text, encoding="utf-8")
    found = read_answers(path, SINGLE)
    assert found.student == "ada"
    assert dict(found.answers) == {"net": "0.10", "de/dw": "−0,5", "o": ""}


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in {"urbain", "guided"} else pytest.mark.slow)
        for name in worked.names()
    ],
)
def test_a_worksheet_with_our_answers_is_all_right(name: str, ending: str, tmp_path: Path) -> None:
    example = worked.load(name)
    path = Worksheet(example, digits=6).save(tmp_path / f"sheet.{ending}", answers=True)
    checked = check_answers(example, path)
    assert len(checked) > 5
    assert [(each.name, each.given) for each in checked if each.outcome != "right"] == []
    blank = Worksheet(example, digits=6).save(tmp_path / f"sheet.{ending}")
    assert {each.outcome for each in check_answers(example, blank)} == {"missing"}


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize(("length", "hints"), [("short", "all"), ("short", "none"), ("full", "none")])
def test_it_is_read_however_much_it_asks(length: str, hints: str, ending: str, tmp_path: Path) -> None:
    example = worked.load("hoey")
    sheet = Worksheet(example, length=length, hints=hints)
    checked = check_answers(example, sheet.save(tmp_path / f"sheet.{ending}", answers=True))
    assert checked.right == len(checked) == 46


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize("name", ["urbain", "hoey"])
def test_answers_at_the_back_are_not_what_somebody_answered(
    name: str, ending: str, tmp_path: Path
) -> None:
    example = worked.load(name)
    path = Worksheet(example).save(tmp_path / f"ada.{ending}", answers="back")
    found = read_answers(path, example)
    assert found.answers
    assert set(found.answers.values()) == {""}


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_worksheet_is_read_as_people_fill_it_in(ending: str, tmp_path: Path) -> None:
    example = worked.exercise(1, (3, 9, 2))
    text = Worksheet(example).text(ending)
    if ending == "md":
        filled = text.replace("_" * 14, " 0,25 ", 1).replace("= " + "_" * 14, "= **-1.5e-3**", 1)
    else:
        spans = re.findall(r'<span class="line"[^>]*></span>', text)
        filled = text.replace(spans[0], spans[0].replace("></", "> 0,25 </"), 1)
        filled = filled.replace(spans[0], spans[0].replace("></", "><b>-1.5e-3</b></"), 1)
    path = tmp_path / f"bob.{ending}"
    path.write_text(filled, encoding="utf-8")
    found = read_answers(path, example)
    assert found.student == "bob"
    assert [each for each in found.answers.items() if each[1]] == [
        ("net_h1", "0,25"),
        ("out_h1", "-1.5e-3"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "answers are read from files ending in .toml, .json, .csv, .md, .html"),
        ("a.toml", "net = ", "Invalid value"),
        ("a.toml", "net = [1]", "net: a number or its text is expected, not [1]"),
        ("a.toml", "net = true", "net: a number or its text is expected, not True"),
        ("a.toml", "answers = 1", "answers: a table is expected"),
        ("a.toml", "[answers]\n[more]\n", "more: unknown key; there are answers, student"),
        ("a.toml", "student = 1\n[answers]\n", "student: a text is expected"),
        ("a.toml", 'decimal_comma = "yes"\n[answers]\n', "decimal_comma: true or false"),
        (
            "a.json",
            "[1, 2]",
            "a table of answers is expected, not [1, 2]".replace("[1, 2]", "['1', '2']"),
        ),
        ("a.json", "{", "Expecting property name"),
        ("a.csv", "net\n", "line 1: a symbol and an answer are expected"),
        ("a.csv", "net,1\nnet,2\n", "line 2: net is answered twice"),
        ("a.md", "# something else\n", "question 1 is missing; is it a worksheet of ours?"),
        ("a.html", "<p>something else", "question 1 is missing; is it a worksheet of ours?"),
    ],
)
def test_what_cannot_be_meant_is_named_with_file_and_key(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentValueError, match=re.escape(f"{path}: ")) as caught:
        read_answers(path, SINGLE)
    assert said in str(caught.value)


def test_a_page_that_lacks_a_number_is_refused(tmp_path: Path) -> None:
    example = worked.exercise(1, (3, 9, 2))
    text = Worksheet(example).text("md")
    row = next(line for line in text.splitlines() if line.startswith("| $") and line.count("=") == 3)
    path = tmp_path / "a.md"
    path.write_text(text.replace(row, "|", 1), encoding="utf-8")
    with pytest.raises(ArgumentValueError, match=r"question \d+ has \d+ numbers; \d+ are asked for"):
        read_answers(path, example)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OperandError):
        read_answers(5, SINGLE)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        read_answers(tmp_path / "none.toml", SINGLE)
    (tmp_path / "big.csv").write_bytes(b"x" * 1_000_001)
    (tmp_path / "latin.csv").write_bytes(b"net,\xe9")
    for name, said in (("big.csv", "larger than"), ("latin.csv", "codec can't decode")):
        with pytest.raises(ArgumentValueError, match=said):
            read_answers(tmp_path / name, SINGLE)
