"""Mistakes planted in the engine: the tests notice them, and the page of evidence has the score."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from autograd import OPERATIONS
from benchmarks import mutation
from benchmarks.mutants import ROOT, Mutant, _edited, mutants
from benchmarks.mutation import Entry, copied, noticed_by, recorded, score, stale, state
from benchmarks.pages import table

ALL = mutants()
REAL = [mutant for mutant in ALL if not mutant.equivalent]
#: By derivatives and by rules, a few of each.
SAMPLE = [mutant for mutant in REAL if mutant.operation][7::80] + [
    mutant for mutant in REAL if not mutant.operation
][3::18]
#: Others, which only the test that has noticed them is asked about.
RECORDED = REAL[11::40]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("mutation"))


@pytest.mark.slow
@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: mutant.name)
def test_a_mistake_is_noticed(mutant: Mutant, copy: Path) -> None:
    assert noticed_by(mutant, copy).startswith("tests/")
    assert (copy / mutant.file).read_text(encoding="utf-8") != mutant.source  # it is put right again


@pytest.mark.slow
def test_the_test_that_noticed_a_mistake_still_does(copy: Path) -> None:
    by = recorded()
    for mutant in RECORDED:
        # a test that draws may draw something else now: then another has to
        assert noticed_by(mutant, copy, by[mutant.name].by) or noticed_by(mutant, copy), mutant.name


def test_it_is_recorded_which_test_noticed_which_mistake() -> None:
    by = recorded()
    assert list(by) == [mutant.name for mutant in REAL]
    for entry in by.values():
        file, _, function = entry.by.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {function.partition('[')[0]}(" in text, entry.by


def test_the_page_has_every_mistake_and_all_are_noticed() -> None:
    assert score((mutant, "noticed") for mutant in ALL) == table("mutation")


@pytest.mark.slow
def test_the_record_is_of_the_mistakes_and_tests_that_there_are() -> None:
    by = recorded()
    assert [mutant.name for mutant in REAL if stale(mutant, by)] == []


def test_a_record_is_of_a_mistake_and_of_a_test_as_they_read() -> None:
    by = "tests/autograd/test_operations.py::test_infinite_slopes[sqrt-0.0-inf]"
    first, second = (mutant for mutant in REAL if mutant.name.endswith("sign, `sqrt` by x"))
    record = {first.name: Entry(by, state(first, by))}
    assert not stale(first, record)
    assert stale(second, record)
    # another test, and the same mistake of a row that reads otherwise
    assert state(first, by) != state(
        first, "tests/autograd/test_operations.py::test_infinite_slopes_of_none"
    )
    assert state(first, by) == state(first, by.partition("[")[0])
    row = replace(first, source=first.source.replace("square root; its slope", "root; its slope"))
    assert row.source != first.source
    assert state(row, by) != state(first, by)
    elsewhere = replace(first, source=first.source.replace("# --- arithmetic", "# --- sums"))
    assert elsewhere.source != first.source
    assert state(elsewhere, by) == state(first, by)


def test_there_is_every_mistake_in_every_derivative() -> None:
    for kind in ("sign", "factor 1.001", "dropped"):
        made = [mutant.what for mutant in ALL if mutant.kind == kind]
        assert made == [
            f"`{operation.name}` by {parameter}"
            for operation in OPERATIONS.values()
            for parameter in operation.parameters
        ]


def test_each_is_another_change_and_is_python() -> None:
    assert len({mutant.source for mutant in REAL}) == len(REAL)
    for mutant in REAL:
        assert mutant.source != (ROOT / mutant.file).read_text(encoding="utf-8")
        ast.parse(mutant.source)


def test_what_is_not_noticed_lowers_the_score() -> None:
    first, second = REAL[:2]
    same = Mutant("sign", "`pos` by x", first.file, "", "pos", "it is for the test")
    assert first.kind == second.kind == "sign" or second.kind == "factor 1.001"
    found = score([(first, "tests/test_a.py"), (first, ""), (same, "")]).splitlines()
    assert found[2:] == ["| sign | 2 | 1 | `pos` by x: it is for the test |"]


def test_a_rule_that_reads_otherwise_now_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no 'abc'"):
        _edited("abd", [("abc", "x")])


@pytest.mark.slow
def test_only_a_test_that_fails_is_a_notice(copy: Path) -> None:
    (copy / "tests" / "test_nothing.py").write_text(
        "import time\ndef test_right():\n    pass\ndef test_wrong():\n    assert 0\n"
        "def test_waiting():\n    time.sleep(60)\n"
    )
    assert mutation.first_failure(copy, ["tests/test_nothing.py", "-k", "right"]) == ""
    assert mutation.first_failure(copy, ["tests/test_nothing.py"]) == "tests/test_nothing.py::test_wrong"
    with pytest.raises(RuntimeError, match="did not run"):
        mutation.first_failure(copy, ["tests/test_no_such_file.py"])
    assert "waits" in mutation.first_failure(
        copy, ["tests/test_nothing.py", "-k", "waiting"], seconds=2.0
    )
