"""The pages of speed have what their commands measure; no test asserts how long something takes."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import fitting, replay, replay_ours, replay_peers, speed_page
from benchmarks.pages import cells, table
from benchmarks.replay_ours import BATCHES, NATIVE, SIZES, WORK
from benchmarks.workloads import NETWORKS, WrongResultError

PAGE = replay.PAGE.read_text(encoding="utf-8")


def missing_from(page: str) -> list[str]:
    """What is measured, and has no row in the page and no reason to be left out."""
    tables = dict(
        re.findall(r"^\| ([^|]+) \| [^|]+ \| times native \|\n\|.*\n((?:\|.*\n)+)", page, re.M)
    )
    left_out = page.partition("Left out: ")[2].partition("\n")[0]
    found = []
    for work, (title, *_) in replay.WORKS.items():
        for name, works in (WORK | replay_peers.PEERS).items():
            if work in works and f"| {name} |" not in tables.get(title, "") and name not in left_out:
                found.append(f"{title}: {name}")
    rows = (*(f"{count:,}" for count in (*SIZES, *BATCHES)), *NETWORKS)
    return found + [each for each in rows if not re.search(rf"^\| {each} \|", page, re.MULTILINE)]


def test_the_page_has_all_that_is_measured() -> None:
    assert missing_from(PAGE) == []
    assert all(f"{name} ({why})" in PAGE for name, why in replay.LEFT_OUT.items())


def test_a_row_that_is_missing_is_found() -> None:
    assert missing_from(re.sub(r"\| casadi \|.*\n", "", PAGE, count=1)) == [
        f"{replay.WORKS['call'][0]}: casadi"
    ]
    (network, *_) = NETWORKS
    assert missing_from(PAGE.replace(network, "")) == [network]


def test_the_goals_are_those_of_the_tables() -> None:
    assert table("goals", PAGE) == speed_page.goals(speed_page.read(PAGE))


def test_a_goal_that_is_missed_is_said() -> None:
    slower = re.sub(r"(\| C by hand \| [\d.]+) \| [\d.]+ \|", r"\1 | 0.50 |", PAGE, count=1)
    rows = cells(speed_page.goals(speed_page.read(slower)))
    assert rows[0] == ["W1, a loop: C by hand", "≤ 1.5 times", "2 times", "**missed**"]
    assert table("goals", slower) != speed_page.goals(speed_page.read(slower))


@pytest.mark.slow
def test_the_plots_have_what_the_page_has(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    page.write_text(PAGE, encoding="utf-8")
    speed_page.write(page)
    assert page.read_text(encoding="utf-8") == PAGE
    for name in speed_page.PLOTS:
        drawn, there = ((folder / name) for folder in (tmp_path, replay.PAGE.parent))
        texts = [
            {
                "".join(each.itertext())
                for each in ElementTree.parse(file).iter()
                if each.tag.endswith("text")
            }
            for file in (drawn, there)
        ]
        assert texts[0] == texts[1]
        assert f"({name})" in PAGE
    assert {f"{ours:,.3g}" for ours, _ in speed_page.read(PAGE).work["call"].values()} <= {
        each.text for each in ElementTree.parse(tmp_path / "speed-work.svg").iter()
    }


def test_the_page_of_training_has_all_cases_and_engines() -> None:
    text = fitting.PAGE.read_text(encoding="utf-8")
    speed, sets, *_ = table("measured", text).split("\n\n")
    rows = cells(speed)
    assert [row[0] for row in rows if row[0]] == [case.title for case in fitting.CASES.values()]
    assert [row[1] for row in rows] == [*fitting.ENGINES] * len(fitting.CASES)
    assert [row[0].partition(",")[0] for row in cells(sets) if row[0]] == ["iris", "digits"]


@pytest.mark.parametrize("engine", ["eager", "python"])
def test_training_is_measured_on_any_engine(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = fitting.CASES["xor"]._replace(epochs=1)
    assert all(seconds > -1.0 for seconds in fitting.timed(case, engine))


def test_ratios_are_taken_within_a_round() -> None:
    measured: dict[str, dict[str, list[float] | str]] = {
        work: {NATIVE: [1e-6, 2e-6, 4e-6], "other": [3e-6, 8e-6, 8e-6], "broken": "it ended by signal 6"}
        for work in replay.WORKS
    }
    measured |= {name: {NATIVE: [2e-6, 4e-6, 3e-6], "jax": "no wheel"} for name in NETWORKS}
    size = {"interpreter": 3e-8, "straight": 1e-8, "straight compile": 2e-4}
    text = replay.tables(measured, {100: size}, {1: {"one": 1e-6}}, {"xad": "no wheel"}, 3)
    assert "| other | 8 | 3.00 |" in text
    assert "| broken | it ended by signal 6 | |" in text
    assert "| 100 | 30.0 | 10.0 | 200 | 10,000 replays |" in text
    assert "xad (no wheel)" in text
    assert "| 64-32-10, 100 examples | 3 |  | no wheel |" in text


@pytest.mark.native
@pytest.mark.parametrize("work", [*replay.WORKS, next(iter(NETWORKS))])
def test_what_is_timed_is_checked_first(work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (replay_ours, replay_peers):
        monkeypatch.setattr(module, "seconds_of", lambda work: (work(2), 1.0)[1])
    for works in WORK.values():
        if work in works and "hand" not in works[work].__qualname__:
            assert works[work]() > 0.0
    # with another rate the weights and losses are others
    monkeypatch.setattr(replay_ours, "W1_RATE", 0.25)
    monkeypatch.setattr(replay_ours, "W2_RATE", 0.25)
    monkeypatch.setattr(replay_ours, "NETWORK_RATE", 0.25)
    if work != "call":
        with pytest.raises(WrongResultError):
            WORK[NATIVE][work]()


@pytest.mark.native
def test_graphs_and_batches_of_any_size_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_peers, "seconds_of", lambda work: work(1) or 1.0)
    assert replay_ours.sizes(60).keys() == {
        "interpreter", "interpreter compile", "straight", "straight compile"
    }  # fmt: skip
    assert replay_ours.batches(3).keys() == {"one", "two"}
