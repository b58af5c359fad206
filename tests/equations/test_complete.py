"""Every equation of every document has its tests, and every test its equation."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

CONTENTS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("equations.toml").read_text(encoding="utf-8")
)
PREFIX, WRONG = "test_eq_", "_as_printed"


def missing(equations: Mapping[str, Any], tests: Iterable[str]) -> list[str]:
    """Equations without tests, and tests without an equation."""
    of: dict[str, list[str]] = {name: [] for name in equations}
    complaints = []
    for test in tests:
        names = [name for name in equations if f"{test}_".startswith(f"{PREFIX}{name}_")]
        if len(names) != 1:
            complaints.append(f"{test} is of {len(names)} equations")
        for name in names:
            of[name].append(test)
    for name, equation in equations.items():
        if all(test.endswith(WRONG) for test in of[name]):
            complaints.append(f"({name}) has no test")
        if isinstance(equation, dict) != any(test.endswith(WRONG) for test in of[name]):
            complaints.append(f"({name}) is misprinted or has a test that it is, not both")
    return complaints


def found_in(document: str) -> list[str]:
    module = import_module(f"equations.test_{document}")
    return [name for name in vars(module) if name.startswith(PREFIX)]


@pytest.mark.parametrize("document", CONTENTS)
def test_every_equation_is_tested(document: str) -> None:
    assert missing(CONTENTS[document], found_in(document)) == []


@pytest.mark.parametrize("document", CONTENTS)
def test_a_missing_test_is_found(document: str) -> None:
    equations, tests = CONTENTS[document], found_in(document)
    for name in equations:
        others = [test for test in tests if not f"{test}_".startswith(f"{PREFIX}{name}_")]
        assert missing(equations, others)[0] == f"({name}) has no test"


def test_mistakes_in_the_list_are_found() -> None:
    assert missing({"1": "a"}, ["test_eq_1_sum", "test_eq_1"]) == []
    assert missing({"1": "a"}, []) == ["(1) has no test"]
    assert missing({"1": "a"}, ["test_eq_1", "test_eq_11"]) == ["test_eq_11 is of 0 equations"]
    assert missing({"1": "a"}, ["test_eq_1", "test_eq_1_as_printed"]) != []
    assert missing({"1": {}}, ["test_eq_1"]) != []
    assert missing({"1": {}}, ["test_eq_1_as_printed"]) == ["(1) has no test"]
    assert missing({"1": "a", "1_b": "b"}, ["test_eq_1", "test_eq_1_b"]) != []


@pytest.mark.parametrize(
    ("document", "numbers"),
    [
        ("hoey", range(1, 17)),
        ("signals", [*range(1, 11), *range(12, 30)]),
        ("guided", range(1, 6)),
    ],
)
def test_the_numbers_of_a_document_are_all_in_the_list(document: str, numbers: Iterable[int]) -> None:
    assert [int(name) for name in CONTENTS[document] if name.isdecimal()] == list(numbers)


def test_every_question_is_in_the_list() -> None:
    asked = {name.partition("_")[0] for name in CONTENTS["guided"] if name.startswith("q")}
    assert asked == {f"q{number}" for number in range(1, 18)}


def test_every_document_is_in_the_list() -> None:
    from nn.notation import notation_names

    assert sorted(CONTENTS) == notation_names()


def test_misprints_say_what_is_printed_and_what_holds() -> None:
    for equations in CONTENTS.values():
        for equation in equations.values():
            if isinstance(equation, dict):
                assert set(equation) == {"printed", "holds"}
                assert equation["printed"] != equation["holds"]
