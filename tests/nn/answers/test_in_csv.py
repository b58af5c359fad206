"""A class's table: however it was exported it says the same; what cannot be meant is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograd import ArgumentValueError
from nn import worked
from nn.answers import check_answers, check_group, read_answers, read_class
from nn.cli import main

SINGLE = worked.load("xing-single")
PLAIN = "student,net,o,de/dw\nAda,0,0.5,-0.25\nBob,1.25,,0.5\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "class.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";").replace(".", ",").replace("-", "−"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        '"student","net","o","de/dw"\n"Ada","0","0,5","-0,25"\n"Bob","1,25","","0,5"\n',
        '"a; time",student,"mark\nof 10",net,o,∂e/∂w\n1;2,Ada,3,0,0.5,-0.25\n\n,Bob,,1.25,,.5,,\n,,\n',
    ],
)
def test_however_it_was_exported_it_says_the_same(text: str, tmp_path: Path) -> None:
    columns = ["student"] if "time" in text else []
    group = check_group(SINGLE, [written(tmp_path, text)], student=columns)
    assert [each.student for each in group] == ["Ada", "Bob"]
    outcomes = [[outcome.outcome for outcome in each.checked or ()] for each in group]
    assert outcomes == [["right", "right", "slip"], ["slip", "missing", "wrong"]]
    assert group.outcomes["o"] == {"right": 1, "missing": 1}


def test_a_row_is_judged_as_a_file_is(tmp_path: Path) -> None:
    names = ["out_o1", "dE/dout_o1", "delta_o1", "dE/dw5"]
    numbers = ["0.7514", "0.7414", "0.7414", "0.4398"]
    path = written(tmp_path, f"who,{','.join(names)}\nAda,{','.join(numbers)}\n")
    example = worked.load("urbain")
    (ada,) = check_group(example, [path])
    assert ada.checked
    assert ada.line == 2
    alone = check_answers(example, dict(zip(names, numbers, strict=True)))
    assert ada.checked.outcomes == alone.outcomes
    assert [each.outcome for each in alone] == ["right", "right", "slip", "follows"]


def test_how_one_writes_decimals_is_seen_in_the_others(tmp_path: Path) -> None:
    text = "who;net;o\nAda;1,250;0,5\nBob;1,250;1,125\nCy;1,250;0.5\n"
    ada, bob, cy = check_group(SINGLE, [written(tmp_path, text.replace(";0.5", ";"))])
    assert [each.checked and each.checked.count("unreadable") for each in (ada, bob, cy)] == [0, 0, 0]
    # where they differ, nobody else's counts
    ada, bob, cy = check_group(SINGLE, [written(tmp_path, text)])
    assert [each.checked and each.checked.count("unreadable") for each in (ada, bob, cy)] == [0, 2, 1]
    (said,) = cy.unreadable
    assert said.startswith(f"{tmp_path}/class.csv: line 4: Cy: net: '1,250' is not a number: its comma")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s,net,o,q\nA,1,1,1\n", "line 1: column 4: there is no 'q' in xing-single"),
        ("s,net,o,\nA,1,1,1\n", "line 1: column 4: there is no '' in xing-single"),
        (
            "\ns,nett,o\nA,1,1\n",
            "line 2: column 2: there is no 'nett' in xing-single; did you mean net?",
        ),
        ("s,net,o,net\nA,1,1,1\n", "line 1: column 4: 'net' is in column 2 already"),
        ("net,o\n1,1\n", "line 1: column 1: the student is expected, not 'net'"),
        ("s,seen\nA,yes\n", "line 1: no column is headed by a quantity of xing-single"),
        ('s,net\nA,"1\nB,2\n', "line 2: unexpected end of data"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ArgumentValueError, match=re.escape(f"{path}: {said}")):
        read_class(path, SINGLE)
    (unread,) = check_group(SINGLE, [path]).unread
    assert said in unread.problem


def test_a_row_that_cannot_be_meant_stops_no_other(tmp_path: Path) -> None:
    path = written(tmp_path, 'who,net,o\nAda,0,5,0,5\n,1,\nBob,0\n"Bob",0,0.5\nCy,0,0.5\n')
    group = check_group(SINGLE, [path])
    assert [each.problem for each in group.unread] == [
        f"{path}: line 2: Ada: 5 cells, and there are 3 columns; numbers with a comma need quotes",
        f"{path}: line 3: column 1: a student is expected",
        f"{path}: line 5: Bob: the student is in line 4 already",
    ]
    assert [each.student for each in group if each.checked] == ["Bob", "Cy"]


def test_what_is_no_table_of_a_class(tmp_path: Path) -> None:
    for text in ("", "net,0.5\no,\n", "net,abc\n", "nett;0,5\n", "symbol,answer\nnet,1\n"):
        assert read_class(written(tmp_path, text), SINGLE) is None
    path = written(tmp_path, PLAIN)
    with pytest.raises(ArgumentValueError, match="the answers of a class, which `check_group` takes"):
        read_answers(path, SINGLE)
    with pytest.raises(ArgumentValueError, match="no column is headed 'name'; there are"):
        read_class(path, SINGLE, ["name"])


def test_the_command(tmp_path: Path) -> None:
    path = written(tmp_path, "time,first,last,net,o\n1,Ada,L,0,0.5\n2,Bob,L,x,0.5\n")
    run = ["check", "xing-single", str(path), "--student", "first", "--student", "last"]
    result = CliRunner().invoke(main, run, env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "Ada L" in result.stdout
    assert f"{path}: line 3: Bob L: net: 'x' is not a number" in result.stdout
    assert "your number" not in result.stdout
    each = CliRunner().invoke(main, [*run, "--each"])
    assert "Ada L: 2 of 2 right. 2 of 2 points." in each.stdout
    assert each.stdout.count("your number") == 2


def test_the_command_reads_heads_in_another_notation_and_says_what_they_are_not(tmp_path: Path) -> None:
    path = written(tmp_path, "who,z1[1]\nAda,0.5933\n")
    command = ["check", "urbain", str(path)]
    assert CliRunner().invoke(main, [*command, "--notation", "hoey"]).exit_code == 0
    refused = CliRunner().invoke(main, command, env={"COLUMNS": "200"})
    assert refused.exit_code == 2
    assert f"Error: {path}: line 1: no column is headed by a quantity of urbain" in refused.stderr
