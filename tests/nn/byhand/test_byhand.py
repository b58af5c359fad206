"""The step with a pencil: the same numbers as the graph's, and mistakes that change what they say."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import pencil_examples, times

from nn import Example, Notation, TrainingStep, worked
from nn.byhand import RATE, Line, PencilError, Sheet, WrittenStep, written
from nn.byhand.mistakes import MISTAKES, Variant
from nn.byhand.rounding import Rounding, decimal_of
from nn.worked import LayerData, WorkedExample


def on_paper(example: WorkedExample, step: TrainingStep | None = None) -> WrittenStep:
    return written(step or example.step(), example.error, example.learning_rate)


def hold_together(sheet: Sheet, step: TrainingStep, given: dict[str, float] | None = None) -> None:
    """Every number that both have is the same, to twelve digits of the largest that there is."""
    numbers = {symbol: number for kind in step.numbers.values() for symbol, number in kind.items()}
    scale = max(1.0, *map(abs, numbers.values()))
    computed = sheet.run([symbol for symbol in numbers if symbol in sheet.lines], given)
    for symbol, number in (sheet.given | (given or {}) | computed).items():
        if symbol != RATE:
            assert abs(number - numbers[symbol]) <= 1e-12 * scale, symbol


# --- the pencil and the graph --------------------------------------------------------------------


@given(pencil_examples())
def test_the_undisturbed_pencil_has_the_numbers_of_the_graph(example: WorkedExample) -> None:
    step = example.step()
    hold_together(on_paper(example, step).sheet, step)


@given(pencil_examples(), st.integers(0, 3))
def test_rounds_are_one_update_after_the_other(example: WorkedExample, rounds: int) -> None:
    sheet = on_paper(example).sheet
    given = dict(sheet.given)
    try:
        for _ in range(rounds):
            numbers = sheet.run(list(sheet.updates.values()), given)
            given |= {symbol: numbers[update] for symbol, update in sheet.updates.items()}
    except PencilError:  # training went out of the error's domain
        with pytest.raises(PencilError):
            sheet.train(rounds)
    else:
        assert sheet.train(rounds) == given


@pytest.mark.parametrize("name", worked.names())
def test_rounds_are_those_of_the_graph(name: str) -> None:
    example = worked.load(name)
    sheet = on_paper(example).sheet
    hold_together(sheet, example.step(8), sheet.train(7))


@pytest.mark.parametrize("name", worked.names())
def test_every_number_of_a_document_is_on_the_sheet(name: str) -> None:
    example = worked.load(name)
    step = example.step()
    sheet = on_paper(example, step).sheet
    assert set(step) <= sheet.lines.keys() | sheet.given.keys()
    hold_together(sheet, step)


@pytest.mark.parametrize("notation", ["hoey", "signals", "xing"])
def test_in_another_notation(notation: str) -> None:
    example = worked.load("urbain")
    step = example.step().in_notation(notation)
    hold_together(on_paper(example, step).sheet, step)


def test_paths_are_what_each_output_sends_back() -> None:
    example = worked.load("urbain")
    step = example.step()
    symbols = ["dE_o1/dout_h1", "dE_o2/dout_h1", "dnet_o1/dw5", "dnet_o1/dout_h1", "dout_h1/dnet_h1"]
    for symbol, number in on_paper(example, step).sheet.run(symbols).items():
        assert number == pytest.approx(step[symbol], rel=1e-14)


def test_ten_thousand_rounds() -> None:
    example = worked.load("urbain")
    sheet = on_paper(example).sheet
    after = sheet.run(["E_total", "out_o1", "out_o2"], sheet.train(10_000))
    assert after["E_total"] == pytest.approx(3.5101877829788459e-5, rel=1e-12)
    assert after["out_o1"] == pytest.approx(0.015913620443550627, rel=1e-12)
    assert after["out_o2"] == pytest.approx(0.98406427351462376, rel=1e-12)


def test_a_wide_layer() -> None:
    wide = 2500
    example = replace(
        worked.load("xing-single"),
        notation=Notation(),
        layers=[LayerData("linear", [[1.0 / wide] * wide], [0.0])],
        examples=[Example([2.0] * wide, [0.0])],
    )
    assert on_paper(example).sheet.run(["net_o1"])["net_o1"] == pytest.approx(2.0)


# --- the hook ------------------------------------------------------------------------------------


def test_the_hook_sees_every_named_number_once_and_its_answer_is_carried_on() -> None:
    sheet = on_paper(worked.load("urbain")).sheet
    seen: dict[str, float] = {}

    def keep(symbol: str, number: float) -> float:
        assert symbol not in seen
        seen[symbol] = number
        return 0.5 if symbol == "out_h1" else number

    found = sheet.run(list(sheet.updates.values()), keep=keep)
    assert seen.keys() >= {"net_h1", "out_o1", "delta_h2", "dE_o1/dout_h1", "dE/dw1", "w1+"}
    assert all(sheet.lines[symbol].kind for symbol in seen)
    assert seen["out_h1"] != 0.5
    assert found == sheet.run(list(sheet.updates.values()), {"out_h1": 0.5})
    assert found["w5+"] == 0.4 - 0.5 * (seen["delta_o1"] * 0.5)


def test_the_hook_is_asked_in_every_round() -> None:
    sheet = on_paper(worked.load("urbain")).sheet
    seen: list[str] = []

    def keep(symbol: str, number: float) -> float:
        seen.append(symbol)
        return number

    assert sheet.train(3, keep=keep) == sheet.train(3)
    assert seen.count("delta_o1") == 3


def test_numbers_instead() -> None:
    sheet = on_paper(worked.load("urbain")).sheet
    assert sheet.run(["net_h1"], {"w1": 0.0, "i1": 1.0})["net_h1"] == 0.2 * 0.1 + 0.35
    assert sheet.run(["w5", "net_h1"], {"net_h1": 7.0}) == {"w5": 0.4, "net_h1": 7.0}
    assert sheet.train(2, {RATE: 0.0}) == sheet.given | {RATE: 0.0}
    with pytest.raises(KeyError, match="w55"):
        sheet.run(["w55"])


def test_what_a_number_is_computed_by() -> None:
    sheet = on_paper(worked.load("urbain")).sheet
    assert [line.symbol for line in sheet.above("dE_o1/dout_h1", ["out_o1", "dE/dout_o1"])] == [
        *("dE_o1/dout_h1", "delta_o1", "dout_o1/dnet_o1"),
    ]


@pytest.mark.parametrize(
    ("text", "operands", "message"),
    [
        ("x / y", {"x": "a", "y": 0.0}, r"b = a / \(0.0\) has no result: float division by zero"),
        ("exp(x)", {"x": 1000.0}, r"b = exp\(\(1000.0\)\) has no result: math range error"),
        ("pow(x, y)", {"x": -8.0, "y": 0.5}, "not a real number"),
        ("log(x)", {"x": "a"}, r"b = log\(a\) has no result: "),
    ],
)
def test_a_line_without_a_result_says_which(
    text: str, operands: dict[str, str | float], message: str
) -> None:
    sheet = Sheet([Line("b", "out", text, operands), Line("c", "out", "x", {"x": "b"})], {"a": -1.0})
    with pytest.raises(PencilError, match=message):
        sheet.run(["c"])


# --- the table of mistakes -----------------------------------------------------------------------

#: Where every row can be made: two square hidden layers, several examples, x₀, any of the errors.
EVERYWHERE = [
    pencil_examples(
        shapes=st.just([2, 2, 2, 2]), activations=["sigmoid"], bias_conventions=["x0=1"], errors=[error]
    ).filter(lambda example: len(example.examples) > 1)
    for error in ("half_squared_error", "mean_squared_error")
]


@given(st.one_of(EVERYWHERE))
@times(1 / 4)
def test_a_mistake_touches_the_lines_that_it_is_about_alone(example: WorkedExample) -> None:
    step = on_paper(example)
    for mistake in MISTAKES.values():
        for variant in mistake.variants(step):
            assert variant.mistake == mistake.name
            assert "{" not in variant.says
            wrong = step.sheet.rewritten(variant.lines.values())
            assert wrong.lines.keys() == step.sheet.lines.keys()
            for symbol, line in wrong.lines.items():
                right = step.sheet.lines[symbol]
                assert (line.formula != right.formula) == (symbol in variant.lines)
                assert (line.kind, line.layer, line.place) == (right.kind, right.layer, right.place)


def test_every_mistake_can_be_made() -> None:
    made: set[str] = set()
    for name, error in (("guided-16", "half_squared_error"), ("hoey", "mean_squared_error")):
        example = worked.load(name)
        more = replace(example, error=error, examples=example.examples * 2)
        for mistake in MISTAKES.values():
            if list(mistake.variants(on_paper(more))):
                made.add(mistake.name)
    assert made == MISTAKES.keys()


def variant_of(name: str, mistake: str, which: int = 0) -> tuple[Sheet, Sheet, Variant]:
    step = on_paper(worked.load(name))
    variant = list(MISTAKES[mistake].variants(step))[which]
    return step.sheet, step.sheet.rewritten(variant.lines.values()), variant


@pytest.mark.parametrize(
    ("name", "mistake", "symbol", "by_hand"),
    [
        ("urbain", "updated_weights", "dE/dout_h1", "delta_o1 * w5n + delta_o2 * w7n"),
        ("urbain", "path_forgotten", "dE/dout_h1", "delta_o2 * w7"),
        ("urbain", "transposed_weights", "dE/dout_h1", "delta_o1 * w5 + delta_o2 * w6"),
        ("urbain", "no_output_slope", "delta_o2", "out_o2 - target_o2"),
        ("urbain", "no_hidden_slope", "dE/dw1", "(delta_o1 * w5 + delta_o2 * w7) * i1"),
        ("urbain", "no_slope", "dE/dw5", "(out_o1 - target_o1) * out_h1"),
        ("urbain", "slope_of_net", "dout_o1/dnet_o1", "net_o1 * (1 - net_o1)"),
        ("urbain", "no_input", "dE/dw6", "delta_o1"),
        ("urbain", "half_lost", "E_total", "(out_o1 - target_o1)**2 + (out_o2 - target_o2)**2"),
        ("urbain", "half_lost_in_slope", "dE/dout_o1", "2 * (out_o1 - target_o1)"),
        ("urbain", "sign_forgotten", "dE/dout_o1", "target_o1 - out_o1"),
        ("urbain", "bias_sign", "net_h1", "w1 * i1 + w2 * i2 - b1"),
        ("urbain", "bias_gradient_sign", "dE/db2", "-(delta_o1 + delta_o2)"),
        ("urbain", "uphill", "w6+", "w6 + 0.5 * delta_o1 * out_h2"),
        ("urbain", "no_rate", "w6+", "w6 - delta_o1 * out_h2"),
    ],
)
def test_mistakes_by_hand(name: str, mistake: str, symbol: str, by_hand: str) -> None:
    right, wrong, _ = variant_of(name, mistake)
    step = worked.load(name).step()
    numbers = {**step.values, **step.deltas, "w5n": step["w5+"], "w7n": step["w7+"]}
    expected = eval(by_hand, {}, numbers)
    assert wrong.run([symbol])[symbol] == pytest.approx(expected, rel=1e-12)
    assert right.run([symbol])[symbol] != pytest.approx(expected, rel=1e-3)


def test_mistakes_by_hand_with_x0_and_the_mean() -> None:
    step = worked.load("hoey").step()
    _, wrong, _ = variant_of("hoey", "bias_row")
    expected = step["del2[1]"] * step["W2[1,1]"] + step["del2[2]"] * step["W2[1,2]"]
    assert wrong.run(["dErrorDz1[1]"])["dErrorDz1[1]"] == pytest.approx(expected, rel=1e-12)
    _, wrong, _ = variant_of("hoey", "two_lost")
    assert wrong.run(["derror[1]"])["derror[1]"] == pytest.approx(step["derror[1]"] / 2, rel=1e-12)
    example = worked.load("guided-16")
    mean = replace(example, error="mean_squared_error")
    paper = on_paper(mean)
    for mistake, symbol in (("mean_lost", "J"), ("mean_lost_in_slope", "dJ/dyhat[2,1]")):
        (variant,) = MISTAKES[mistake].variants(paper)
        wrong = paper.sheet.rewritten(variant.lines.values())
        assert wrong.run([symbol])[symbol] == pytest.approx(3 * mean.step()[symbol], rel=1e-12)
    alone = list(MISTAKES["one_example"].variants(paper))[1]
    expected = mean.step()["delta3[2,1]"] * mean.step()["a2[2,1]"]
    number = paper.sheet.rewritten(alone.lines.values()).run(["dJ/dW2[1,1]"])["dJ/dW2[1,1]"]
    assert number == pytest.approx(expected, rel=1e-12)
    assert "example 2 alone" in alone.says


def test_the_mistake_that_the_notes_warn_against() -> None:
    _, wrong, _ = variant_of("urbain", "updated_weights")
    assert f"{wrong.run(['E_total'], wrong.train(1))['E_total']:.9f}" == "0.291027924"
    outs = wrong.run(["out_o1", "out_o2"], wrong.train(10_000))
    assert [f"{out:.9f}" for out in outs.values()] == ["0.015912196", "0.984065734"]


# --- rounding ------------------------------------------------------------------------------------


#: Smaller ones have not all of their digits.
ordinary = st.floats(-1e307, 1e307).filter(lambda number: number == 0.0 or abs(number) > 1e-290)


@given(ordinary, st.integers(1, 12), st.booleans())
def test_rounding_is_decimal(number: float, digits: int, significant: bool) -> None:
    rounding = Rounding(digits, significant)
    rounded, exact, unit = decimal_of(rounding(number)), decimal_of(number), rounding.unit(number)
    assert abs(rounded - exact) <= unit / 2
    if abs(rounded - exact) == unit / 2:
        assert abs(rounded) > abs(exact)  # a half away from zero
    assert rounding(rounding(number)) == rounding(number)
    assert rounded == exact or (Fraction(rounded) / Fraction(unit)).denominator == 1
    if significant:
        assert decimal_of(float(rounding.text(number))) == rounded


@pytest.mark.parametrize("special", [math.inf, -math.inf])
def test_infinities_stay(special: float) -> None:
    assert Rounding(3)(special) == special
    assert Rounding(3).text(special) == str(special)
    assert math.isnan(Rounding(3)(math.nan))


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [(2.675, 2, 2.68), (0.145, 2, 0.15), (-1.005, 2, -1.01), (2.5, 0, 3.0)],
)
def test_halves_go_away_from_zero_where_binary_floats_would_not(
    number: float, digits: int, rounded: float
) -> None:
    assert Rounding(digits, significant=False)(number) == rounded
    assert Decimal(str(rounded)) == decimal_of(rounded)
