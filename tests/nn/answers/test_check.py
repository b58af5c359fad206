"""Answers are held to the exact numbers and to the student's own; the first slip is where it is."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from autograd import ArgumentValueError, OperandError
from nn import worked
from nn.answers import OUTCOMES, AnswerFile, CheckedAnswers, Points, Scheme, Tolerance, check_answers
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.byhand.rounding import Rounding
from nn.notation import notation_names
from nn.worksheet import Worksheet, blanks

URBAIN = worked.load("urbain")
CALCULATION = by_hand(URBAIN)
SYMBOLS = list(
    dict.fromkeys(blank.symbol for blank in blanks(Worksheet(URBAIN).items) if not blank.after)
)
VARIANTS = [
    pytest.param(variant, id=variant.mistake)
    for mistake in MISTAKES.values()
    for variant in list(mistake.variants(CALCULATION))[:1]
]
#: Every third, the others being left to --all.
SAMPLE = [
    pytest.param(*each.values, id=each.id, marks=[pytest.mark.slow] if number % 3 else [])
    for number, each in enumerate(VARIANTS)
]


def answers_of(numbers: dict[str, float], digits: int = 6) -> dict[str, str]:
    return {
        symbol: Rounding(digits).text(numbers[CALCULATION.symbol(symbol) or ""]) for symbol in SYMBOLS
    }


RIGHT = answers_of(CALCULATION.program.run())


def test_all_right() -> None:
    checked = check_answers(URBAIN, RIGHT)
    assert {each.outcome for each in checked} == {"right"}
    assert (checked.right, checked.first_slip) == (len(RIGHT), None)
    assert checked.marks == checked.points == len(RIGHT)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_mistake_is_a_slip_where_it_is_made_and_what_follows_is_right(variant: object) -> None:
    lines = variant.lines  # type: ignore[attr-defined]
    wrong = CALCULATION.program.rewritten(lines.values()).run()
    right = CALCULATION.program.run()
    checked = check_answers(URBAIN, answers_of(wrong))
    changed = {
        symbol
        for symbol in {CALCULATION.symbol(each) for each in SYMBOLS}
        if symbol in lines or lines.keys() & _contributions(symbol or "")
    }
    for each in checked:
        symbol = CALCULATION.symbol(each.symbol) or ""
        if Tolerance().accepts(Decimal(each.given), right[symbol]):
            assert each.outcome == "right"
        elif symbol not in changed:
            assert each.outcome == "follows", (symbol, each.says)
    slip = checked.first_slip
    if not changed:  # of the biases, which are not updated here
        assert slip is None
        return
    assert slip is not None
    assert CALCULATION.symbol(slip.symbol) in changed
    own = [each.outcome for each in checked if each.outcome in {"slip", "wrong"}]
    assert own.count("slip") == 1


def _contributions(symbol: str) -> set[str]:
    """The terms of a sum over paths, which nobody asks for by themselves."""
    lines = CALCULATION.program.lines
    return {
        need for need in lines[symbol].needs if lines.get(need, lines[symbol]).kind == "contribution"
    }


@pytest.mark.parametrize("variant", SAMPLE)
def test_what_is_said_never_tells_a_number(variant: object) -> None:
    wrong = CALCULATION.program.rewritten(variant.lines.values()).run()  # type: ignore[attr-defined]
    checked = check_answers(URBAIN, answers_of(wrong, 4))
    assert tells(checked) == []


def tells(checked: CheckedAnswers) -> list[str]:
    """What is said that has a right number in it."""
    return [
        each.says
        for each in checked
        for token in re.findall(r"\d+\.\d+(?:e-?\d+)?", each.says)
        if any(Tolerance(digits=2).accepts(Decimal(token), abs(other.value)) for other in checked)
    ]


def test_a_sentence_that_tells_would_be_found() -> None:
    checked = check_answers(URBAIN, {"net_h1": "0.42"})
    planted = [each.__class__(**{**vars(each), "says": "it is 0.3775"}) for each in checked]
    assert tells(CheckedAnswers("", planted)) == ["it is 0.3775"]
    assert "0.3775" not in str(checked)
    assert "0.3775" in str(check_answers(URBAIN, {"net_h1": "0.42"}, reveal=True))


def test_each_outcome_has_its_words() -> None:
    checked = check_answers(
        URBAIN,
        {
            "net_h1": "0.42",
            "out_h1": "0.6035",
            "net_h2": "0.39",
            "out_h2": "",
            "net_o1": "much",
            "E_o1": "7",
        },
    )
    outcomes = {each.symbol: each.outcome for each in checked}
    assert outcomes == {
        "net_h1": "slip",
        "out_h1": "follows",
        "net_h2": "imprecise",
        "out_h2": "missing",
        "net_o1": "unreadable",
        "E_o1": "wrong",
    }
    assert set(outcomes.values()) | {"right"} == set(OUTCOMES)
    assert checked["out_h1"].says == "right from your own numbers: net_h1"
    assert checked["net_h1"].says.startswith("here is the first slip: ")
    assert checked["net_h2"].says == "right as far as it goes; give 3 significant digits"
    assert str(checked).startswith(
        "0 of 6 right, 1 right from your own numbers; the first slip is at net_h1. 1.5 of 6 points."
    )


def test_numbers_as_people_write_them_and_names_as_they_are_shown() -> None:
    answers = AnswerFile("Ada", {"netₕ₁": "0,378", "∂E/∂w₅": "8,22·10^-2", "E after 1": "0,291"}, True)
    checked = check_answers(URBAIN, answers)
    assert [(each.name, each.outcome) for each in checked] == [
        ("net_h1", "right"),
        ("dE/dw5", "right"),
        ("E after 1", "right"),
    ]


def test_in_another_notation() -> None:
    symbol = next(
        blank.symbol
        for blank in blanks(Worksheet(URBAIN, notation="xing").items)
        if not isinstance(blank.answer, tuple)
    )
    assert check_answers(URBAIN, {symbol: "0.378"}, notation="xing").right == 1


@pytest.mark.parametrize("notation", notation_names())
@pytest.mark.parametrize("name", ["urbain", "signals", "xing-single"])
def test_after_updates_in_another_notation(name: str, notation: str) -> None:
    example = worked.load(name)
    first, second = (example.step(steps).in_notation(notation) for steps in (2, 3))
    weight = next(iter(first.updates))
    answers = {f"{weight} after 1": first[weight], f"{weight} after 2": second[weight]}
    assert check_answers(example, answers, notation=notation).right == 2


def test_formulas_too() -> None:
    example = worked.FormulaExample(
        name="line",
        values={"w": 0.5, "x": 2.0},
        formulas={"y": "w * x", "E": "(y - 3) ** 2"},
        parameters=["w"],
        learning_rate=0.125,
    )
    checked = check_answers(example, {"y": 1, "E": 4, "dE/dy": 4, "dE/dw": 8, "w+": -0.5})
    assert [each.outcome for each in checked] == ["right", "right", "slip", "follows", "follows"]


# --- marks ---------------------------------------------------------------------------------------


def test_marks_for_method_and_for_accuracy_with_follow_through() -> None:
    answers = {"net_h1": "0.42", "out_h1": "0.6035", "net_h2": "0.39", "E_o1": "7"}
    plain = check_answers(URBAIN, answers, scheme=Scheme(Points(4.0, method=0.25)))
    assert {each.symbol: each.marks for each in plain} == {
        "net_h1": 0.0,
        "out_h1": 4.0,
        "net_h2": 1.0,
        "E_o1": 0.0,
    }
    strict = Scheme(Points(4.0, method=0.25, follow_through=False), penalty=2.0)
    checked = check_answers(URBAIN, answers, scheme=strict)
    assert (checked["out_h1"].marks, checked.penalty, checked.marks) == (1.0, 4.0, 0.0)
    listed = Scheme(quantities={"net_h1": Points(5.0)}, asked=("net_o1",))
    checked = check_answers(URBAIN, answers, scheme=listed)
    assert (checked["net_h1"].points, checked["net_o1"].outcome) == (5.0, "missing")
    assert checked.points == 5.0 + 4


def test_no_follow_through_where_nothing_is_left_to_compute() -> None:
    checked = check_answers(URBAIN, {"delta_o1": "0", "dE/dw5": "0"})
    assert (checked["dE/dw5"].outcome, checked["dE/dw5"].marks) == ("follows", 0.0)
    assert "nothing to compute" in checked["dE/dw5"].says
    relu = worked.FormulaExample(
        name="relu",
        values={"w": 0.5, "x": 2.0},
        formulas={"net": "w * x", "out": "relu(net)", "E": "(out - 3) ** 2"},
        parameters=["w"],
        learning_rate=0.125,
    )
    checked = check_answers(relu, {"net": "-1.2", "out": "0", "E": "9", "dE/dnet": "0", "dE/dw": "0"})
    assert [each.outcome for each in checked] == ["slip", "follows", "follows", "follows", "follows"]
    assert [each.marks for each in checked][3:] == [0.0, 0.0]
    one = check_answers(URBAIN, {"out_h1": "1", "dout_h1/dnet_h1": "0"})
    assert one["dout_h1/dnet_h1"].marks == 0.0


def test_the_tolerance_decides() -> None:
    for tolerance, outcome in ((Tolerance(2), "right"), (Tolerance(4), "imprecise")):
        assert (
            check_answers(URBAIN, {"out_h1": "0.59"}, tolerance=tolerance)["out_h1"].outcome == outcome
        )
    strict = Tolerance(3, rounding="rounded")
    assert check_answers(URBAIN, {"out_h2": "0.596"}).right == 1
    assert check_answers(URBAIN, {"out_h2": "0.596"}, tolerance=strict).right == 0


# --- what cannot be meant ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"net_h9": 1}, "net_h9: there is no 'net_h9' in urbain; did you mean net_h"),
        ({"netₕ₁": 1, "net_h1": 1}, "net_h1: net_h1 is answered twice"),
        ({"net_h1": [1]}, r"answers\['net_h1'\]: a number or its text is expected"),
        (AnswerFile("a", {"nix": "1"}, file="a.csv"), "a.csv: nix: there is no 'nix' in urbain"),
    ],
)
def test_answers_that_cannot_be_meant_are_refused(answers: object, said: str) -> None:
    with pytest.raises(ArgumentValueError, match=said):
        check_answers(URBAIN, answers)  # type: ignore[arg-type]


def test_other_arguments_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ArgumentValueError, match="the scheme's quantities: nix"):
        check_answers(URBAIN, {}, scheme=Scheme(quantities={"nix": Points()}))
    with pytest.raises(ArgumentValueError, match="the scheme's asked: nix"):
        check_answers(URBAIN, {}, scheme=Scheme(asked=("nix",)))
    with pytest.raises(OperandError, match="example must be a worked example"):
        check_answers("urbain", {})  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="no answer"):
        check_answers(URBAIN, {})["net_h1"]
