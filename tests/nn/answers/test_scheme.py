"""Marking schemes out of TOML files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograd import ArgumentValueError, OperandError
from nn.answers import Points, Scheme, Tolerance, load_scheme


def test_everything_that_a_scheme_may_say(tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(
        'points = 2\nmethod = 0.25\npenalty = 0.5\nasked = ["net_h1"]\n'
        '[tolerance]\ndecimals = 4\nrounding = "cut"\n'
        '[quantities."dE/dw5"]\npoints = 4\nfollow_through = false\n',
        encoding="utf-8",
    )
    assert load_scheme(path) == Scheme(
        Points(2.0, 0.25),
        {"dE/dw5": Points(4.0, 0.25, follow_through=False)},
        0.5,
        Tolerance(decimals=4, rounding="cut"),
        ("net_h1",),
    )
    path.write_text("", encoding="utf-8")
    assert load_scheme(path) == Scheme()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("points = -1", "points: a number of at least 0 is expected, not -1.0"),
        ("method = 2", "method: a number from 0 to 1 is expected, not 2.0"),
        ("penalty = -1", "penalty: a number of at least 0 is expected"),
        ("bonus = 1", "bonus: unknown key; there are points, method"),
        ("[quantities.net_h1]\nmarks = 1", "quantities.net_h1: marks: unknown key".replace(": m", ".m")),
        ("[tolerance]\ndigits = 3\ndecimals = 3", "tolerance: digits or decimals: just one of them"),
        ("[tolerance]\ndigits = 99", "tolerance: digits must be"),
        ('[tolerance]\nrounding = "up"', "tolerance.rounding: one of either, rounded, cut is expected"),
        ("asked = 1", "asked: a list of texts is expected"),
        ("points = ", "Invalid value"),
    ],
)
def test_what_cannot_be_meant_is_named_with_file_and_key(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentValueError, match=re.escape(f"{path}: {said}")):
        load_scheme(path)


def test_points_that_are_none_are_refused() -> None:
    for arguments in ({"points": -1.0}, {"method": 1.5}):
        with pytest.raises(ArgumentValueError):
            Points(**arguments)  # type: ignore[arg-type]
    with pytest.raises(OperandError):
        load_scheme(5)  # type: ignore[arg-type]
