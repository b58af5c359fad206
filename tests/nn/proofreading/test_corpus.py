"""The corpus that measures the proofreader: what the tables in the docs say of it is so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.pages import cells, table
from benchmarks.proofreading import (
    DIGITS,
    EACH,
    KINDS,
    PAGE,
    all_variants,
    calculation,
    computations,
    contradicted,
    is_named,
    is_named_alone,
    page_of,
    with_one_mistake,
    with_two_mistakes,
    without_mistakes,
)
from nn.byhand.mistakes import MISTAKES
from nn.proofreading import proofread

TEXT = PAGE.read_text(encoding="utf-8")
RECALL = {row[0].strip("`"): row[1:] for row in cells(table("recall", TEXT))}
PAGES = {row[0]: row[1:] for row in cells(table("pages", TEXT))}
CONTRADICTED = "two mistakes, or none: causes that an agreeing figure contradicts"
#: What the default tier measures again.
SAMPLE = ("softmax",)


def percent(cell: str) -> float:
    return float(cell.removesuffix(" %"))


def test_every_mistake_is_measured() -> None:
    assert RECALL.keys() == MISTAKES.keys()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SAMPLE else [pytest.mark.slow]) for name in MISTAKES]
)
def test_the_table_says_what_is_found(name: str) -> None:
    found: dict[tuple[str, int], list[bool]] = {
        (kind, digits): [] for kind in KINDS for digits in DIGITS
    }
    for page in with_one_mistake(EACH, [name]):
        proof = proofread(page.example)
        found[page.kind, page.digits].append(is_named_alone(page, proof))
        assert not contradicted(page, proof)
    shares = [f"{100.0 * sum(each) / len(each):.0f} %" if each else "—" for each in found.values()]
    assert shares == RECALL[name]


#: What is mistaken of a network's optimizer, and what the optimizer is.
OF_OPTIMIZERS = {
    "correction_left_out": "adam",
    "epsilon_in_root": "adam",
    "betas_exchanged": "adam",
    "average": "momentum",
    "velocity_unused": "momentum",
    "no_rate": "adam",
    "uphill": "momentum",
}


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        pytest.param(
            name, digits, marks=[] if (name, digits) == ("betas_exchanged", 6) else [pytest.mark.slow]
        )
        for name in OF_OPTIMIZERS
        for digits in DIGITS
    ],
)
def test_mistakes_with_optimizers_are_found_in_networks(name: str, digits: int) -> None:
    found: set[str] = set()
    for number, example in enumerate(computations()):
        if not example.name.startswith(OF_OPTIMIZERS[name]) or len(found) == 3:
            continue
        for variant in MISTAKES[name].variants(calculation(number)):
            for kind in ("full page", "updates only"):
                page = page_of(number, [variant], kind, digits, carried=False)
                if page is not None and is_named_alone(page, proofread(page.example)):
                    found.add(example.name)
    assert len(found) == 3


def test_a_cause_that_a_figure_contradicts_is_seen() -> None:
    """The measure itself: what is named of a page where it was not done."""
    page = next(iter(with_one_mistake(1, ["no_rate"], kinds=["full page"], counts=[6])))
    proof = proofread(page.example)
    assert not contradicted(page, proof)
    (cause,) = proof.causes
    other = next(v for v in all_variants(page.number) if v.mistake == "sum")
    proof.causes = [replace(cause, names=(other.mistake,), says=other.says)]
    assert contradicted(page, proof)


def test_no_cause_is_named_that_an_agreeing_figure_contradicts() -> None:
    assert PAGES[CONTRADICTED][1:] == ["0", "0", "0"]
    for page in with_one_mistake(1, ["half_lost"]):
        assert not contradicted(page, proofread(page.example))


def test_what_is_aimed_at() -> None:
    for kind, least in (("full page", 95.0), ("gradients only", 85.0)):
        _, _, four, six = PAGES[f"{kind}: the mistake is the only cause"]
        assert min(percent(four), percent(six)) >= least
    _, _, four, six = PAGES["full pages with two mistakes: both are named"]
    assert min(percent(four), percent(six)) >= 70.0
    assert all(cell.startswith("0 of ") for cell in PAGES["right pages: wrongly accused"][1:])


def test_right_pages_are_not_accused(everything: bool) -> None:
    for page in without_mistakes(12 if everything else 6):
        assert not [each for each in proofread(page.example) if each.verdict == "wrong"]


def test_two_mistakes_are_both_named(everything: bool) -> None:
    pages = [page for page in with_two_mistakes(12 if everything else 8) if page.digits > 3]
    named = sum(is_named(page, proofread(page.example)) for page in pages)
    assert named >= 0.7 * len(pages)


def test_a_planted_mistake_shows() -> None:
    """The corpus is no corpus if what is planted does not change what is printed."""
    for page in with_one_mistake(1, ["softmax"]):
        assert proofread(page.example).disagree
