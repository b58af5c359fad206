"""A step by hand: the same numbers as the graph's, and mistakes that change what they say."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import plain_examples, times

from autograd.program import LineError, Program
from nn import Example, Notation, worked
from nn.byhand import HandCalculation, by_hand
from nn.byhand.mistakes import MISTAKES, WHERE, Variant
from nn.byhand.rounding import Rounding, decimal_of
from nn.step import Recorded
from nn.step.program import RATE
from nn.step.updates import UpdateRule
from nn.worked import FormulaExample, LayerData, WorkedExample


def hold_together(
    calculation: HandCalculation, step: Recorded, given: dict[str, float] | None = None
) -> None:
    """Every number that both have is the same, to twelve digits of the largest that there is."""
    numbers = {symbol: number for kind in step.numbers.values() for symbol, number in kind.items()}
    scale = max(1.0, *map(abs, numbers.values()))
    found = calculation.program.run(None, given)
    for symbol, number in numbers.items():
        own = calculation.symbol(symbol)
        assert own is not None, symbol
        assert abs(found[own] - number) <= 1e-12 * scale, symbol


# --- by hand and in the graph --------------------------------------------------------------------


@given(plain_examples())
def test_what_is_calculated_by_hand_has_the_numbers_of_the_graph(example: WorkedExample) -> None:
    hold_together(by_hand(example), example.step())


@given(plain_examples(), st.integers(0, 3))
def test_rounds_are_one_update_after_the_other(example: WorkedExample, rounds: int) -> None:
    program = by_hand(example).program
    given = dict(program.given)
    try:
        for _ in range(rounds):
            numbers = program.run(list(program.updates.values()), given)
            given |= {symbol: numbers[update] for symbol, update in program.updates.items()}
    except LineError:  # training went out of the error's domain
        with pytest.raises(LineError):
            program.train(rounds)
    else:
        trained = program.train(rounds)
        # as texts, since what goes out of bounds ends in NaN
        assert {each: repr(number) for each, number in trained.items()} == {
            each: repr(number) for each, number in given.items()
        }


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_rounds_are_those_of_the_graph(name: str) -> None:
    example = worked.load(name)
    calculation = by_hand(example)
    hold_together(calculation, example.step(8), calculation.program.train(7))


@pytest.mark.parametrize("name", worked.groups()["lecture notes"])
def test_every_number_of_a_document_has_a_line(name: str) -> None:
    example = worked.load(name)
    step, calculation = example.step(), by_hand(example)
    assert None not in map(calculation.symbol, step)
    hold_together(calculation, step)


@pytest.mark.parametrize("notation", ["hoey", "signals", "xing"])
def test_in_another_notation(notation: str) -> None:
    example = worked.load("urbain")
    hold_together(by_hand(example, notation=notation), example.step().in_notation(notation))


def test_paths_are_what_each_output_sends_back() -> None:
    example = worked.load("urbain")
    step = example.step()
    symbols = ["dE_o1/dout_h1", "dE_o2/dout_h1", "dnet_o1/dw5", "dnet_o1/dout_h1", "dout_h1/dnet_h1"]
    for symbol, number in by_hand(example).program.run(symbols).items():
        assert number == pytest.approx(step[symbol], rel=1e-14)


@given(plain_examples())
def test_what_a_path_is_called_after_is_what_it_is(example: WorkedExample) -> None:
    """∂E_o1/∂out_h1 stands for a path only where that is its number."""
    step, program = example.step(), by_hand(example).program
    numbers = program.run()
    for line in program.lines.values():
        if line.kind == "contribution" and re.fullmatch(r"d(.+)/d([^ ]+)", line.symbol):
            assert numbers[line.symbol] == pytest.approx(step[line.symbol], rel=1e-9, abs=1e-12)


def test_each_layer_of_a_linear_network_has_its_own_net_and_out() -> None:
    step = replace(worked.load("urbain"), layers=[LayerData("linear", [[0.5, 2.0]], [1.0])] * 1,
                   examples=[Example([1.0, 3.0], [2.0])]).step()  # fmt: skip
    assert step.node("net_o1") is not step.node("out_o1")
    assert (step["net_o1"], step["out_o1"], step["dout_o1/dnet_o1"]) == (7.5, 7.5, 1.0)
    assert step["delta_o1"] == step["dE/dout_o1"] == 5.5


def test_ten_thousand_rounds() -> None:
    example = worked.load("urbain")
    program = by_hand(example).program
    after = program.run(["E_total", "out_o1", "out_o2"], program.train(10_000))
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
    assert by_hand(example).program.run(["net_o1"])["net_o1"] == pytest.approx(2.0)


def test_a_parameter_that_several_neurons_share_has_a_path_for_each() -> None:
    lines = by_hand(worked.load("urbain")).program.lines
    assert lines["dE/db1"].formula == "delta_h1 + delta_h2"
    assert lines["dE/db1 via h2"].formula == "delta_h2"
    assert lines["dE_o1/db2"].formula == "delta_o1"
    several = by_hand(worked.load("guided-16")).program.lines
    assert several["dJ/dW1[1,1]"].needs == tuple(f"dJ/dW1[1,1] via a2[1]@{e}" for e in (1, 2, 3))
    assert several["dJ[2,1]/dW2[1,1]"].formula == "delta3[2,1] * a2[2,1]"


FORMULAS = {"net": "w * x - b", "o": "sigmoid(net)", "e": "(t - o) ** 2"}
VALUES = {"w": 0.5, "x": 2.0, "b": 1.25, "t": 0.75}


SOFTMAX = {"s": "exp(w) + exp(x)", "p1": "exp(w) / s", "p2": "exp(x) / s", "e": "-log(p2)"}
ADAM = {
    "m": "b * w + (1 - b) * x",
    "v": "t * w ** 2 + (1 - t) * x ** 2",
    "mh": "m / (1 - b ** 2)",
    "vh": "v / (1 - t ** 2)",
    "e": "w - mh / (sqrt(vh) + 0.1)",
}
#: The velocity before is t.
MOMENTUM = {"g": "w * x", "v": "b * t + g", "e": "w - 0.1 * v"}


def formulas(texts: dict[str, str], parameters: list[str] | None = None) -> FormulaExample:
    names = ["w", "b"] if parameters is None else parameters
    return FormulaExample(
        name="own",
        values=VALUES,
        formulas=texts,
        error=list(texts)[-1],
        parameters=names,
        learning_rate=0.125,
    )


def test_formulas_by_hand() -> None:
    lines = by_hand(formulas(FORMULAS)).program.lines
    for symbol, formula in {
        "net": "w * x - b",
        "o": "sigmoid(net)",
        "de/do": "-2.0 * (t - o)",
        "do/dnet": "o * (1.0 - o)",
        "de/dnet": "de/do * do/dnet",
        "de/dw": "de/dnet * x",
        "dnet/dw": "x",
        "de/db": "-de/dnet",
        "Δw": "-learning rate * de/dw",
        "w+": "w - learning rate * de/dw",
    }.items():
        assert lines[symbol].formula == formula
    with pytest.raises(ValueError, match="own has formulas, which have no biases and no notation"):
        by_hand(formulas(FORMULAS), notation="hoey")


def test_a_partial_is_not_taken_for_a_derivative_along_several_ways() -> None:
    example = formulas({"z": "tanh(b * x)", "o": "b * z", "e": "(t - o) ** 2"})
    calculation, step = by_hand(example), example.step()
    assert calculation.program.lines["do/db"].formula == "z"
    assert calculation.symbol("do/db") is None
    assert calculation.symbol("do/dz") == "do/dz"
    assert step["do/db"] != step["z"]


# --- numbers instead, and a callback -------------------------------------------------------------


def test_a_number_that_is_replaced_is_carried_on() -> None:
    program = by_hand(worked.load("urbain")).program
    seen: dict[str, float] = {}

    def keep(symbol: str, number: float) -> float:
        assert symbol not in seen
        seen[symbol] = number
        return 0.5 if symbol == "out_h1" else number

    found = program.run(list(program.updates.values()), keep=keep)
    assert seen.keys() >= {"net_h1", "out_o1", "delta_h2", "dE_o1/dout_h1", "dE/dw1", "w1+"}
    assert seen["out_h1"] != 0.5
    assert found == program.run(list(program.updates.values()), {"out_h1": 0.5})
    assert found["w5+"] == 0.4 - 0.5 * (seen["delta_o1"] * 0.5)


def test_other_given_numbers() -> None:
    program = by_hand(worked.load("urbain")).program
    assert program.run(["net_h1"], {"w1": 0.0, "i1": 1.0})["net_h1"] == 0.2 * 0.1 + 0.35
    assert program.run(["w5", "net_h1"], {"net_h1": 7.0}) == {"w5": 0.4, "net_h1": 7.0}
    assert program.train(2, {RATE: 0.0}) == program.given | {RATE: 0.0}


def test_what_a_number_is_computed_by() -> None:
    program = by_hand(worked.load("urbain")).program
    assert [line.symbol for line in program.above("dE_o1/dout_h1", until=["out_o1", "dE/dout_o1"])] == [
        *("dE_o1/dout_h1", "delta_o1", "dout_o1/dnet_o1"),
    ]


# --- the table of mistakes -----------------------------------------------------------------------

#: Where every row can be made: two square hidden layers, several examples, x₀, any of the errors.
EVERYWHERE = [
    plain_examples(
        shapes=st.just([2, 2, 2, 2]), activations=["sigmoid"], bias_conventions=["x0=1"], errors=[error]
    ).filter(lambda example: len(example.examples) > 1)
    for error in ("half_squared_error", "mean_squared_error")
]


@given(st.one_of(EVERYWHERE))
@times(1 / 12)
def test_a_mistake_touches_the_lines_that_it_is_about_alone(example: WorkedExample) -> None:
    step = by_hand(example)
    for mistake in MISTAKES.values():
        for variant in mistake.variants(step):
            assert variant.mistake == mistake.name
            assert "{" not in variant.says
            wrong = step.program.rewritten(variant.lines.values())
            assert wrong.lines.keys() == step.program.lines.keys()
            for symbol, line in wrong.lines.items():
                right = step.program.lines[symbol]
                changed = line is not right and line.formula != right.formula
                assert changed == (symbol in variant.lines)
                assert (line.kind, line.above, line.below) == (right.kind, right.above, right.below)
            for symbol in (step.error, *step.program.updates.values()):
                wrong.above(symbol)  # which would say if a line depended on itself


def test_every_mistake_can_be_made() -> None:
    steps = []
    for name, error in (
        ("guided-16", "half_squared_error"),
        ("hoey", "mean_squared_error"),
        ("hoey", "binary_cross_entropy"),
        ("hoey", "cross_entropy"),
    ):
        example = worked.load(name)
        examples = [Example(each.inputs, [1.0, 0.0][: len(each.targets)]) for each in example.examples]
        more = replace(example, error=error, examples=examples * 2)
        steps.append(by_hand(more))
    steps += [by_hand(formulas(texts)) for texts in (FORMULAS, SOFTMAX, ADAM, MOMENTUM)]
    made = {m.name for step in steps for m in MISTAKES.values() if list(m.variants(step))}
    assert made == MISTAKES.keys()


def test_mistakes_with_optimizers_can_be_made_in_networks_and_formulas_alike() -> None:
    of_optimizers = {"correction_left_out", "epsilon_in_root", "betas_exchanged", "average"}
    of_optimizers.add("velocity_unused")
    adam, momentum = UpdateRule("adam", 0.0, 0.9, 0.99, 0.1), UpdateRule(momentum=0.9)
    networks = [replace(worked.load("urbain"), update=rule) for rule in (adam, momentum)]
    for examples in (networks, [formulas(ADAM), formulas(MOMENTUM)]):
        steps = [by_hand(example) for example in examples]
        made = {v.mistake for step in steps for m in MISTAKES.values() for v in m.variants(step)}
        assert of_optimizers <= made


def test_every_row_is_about_lines_that_there_are() -> None:
    step = by_hand(worked.load("urbain"))
    for where, lines in WHERE.items():
        assert lines(step), where
        for line in lines(step):
            assert step.program.lines[line.symbol] is line
    assert {where for mistake in MISTAKES.values() for where in mistake.texts} <= WHERE.keys()


def variant_of(name: str, mistake: str, which: int = 0) -> tuple[Program, Program, Variant]:
    step = by_hand(worked.load(name))
    variant = list(MISTAKES[mistake].variants(step))[which]
    return step.program, step.program.rewritten(variant.lines.values()), variant


@pytest.mark.parametrize(
    ("name", "mistake", "symbol", "wrongly"),
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
def test_mistakes_by_hand(name: str, mistake: str, symbol: str, wrongly: str) -> None:
    right, wrong, _ = variant_of(name, mistake)
    step = worked.load(name).step()
    numbers = {**step.values, **step.deltas, "w5n": step["w5+"], "w7n": step["w7+"]}
    expected = eval(wrongly, {}, numbers)
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
    step = by_hand(mean)
    for mistake, symbol in (("mean_lost", "J"), ("mean_lost_in_slope", "dJ/dyhat[2,1]")):
        (variant,) = MISTAKES[mistake].variants(step)
        wrong = step.program.rewritten(variant.lines.values())
        assert wrong.run([symbol])[symbol] == pytest.approx(3 * mean.step()[symbol], rel=1e-12)
    alone = list(MISTAKES["one_example"].variants(step))[1]
    expected = mean.step()["delta3[2,1]"] * mean.step()["a2[2,1]"]
    number = step.program.rewritten(alone.lines.values()).run(["dJ/dW2[1,1]"])["dJ/dW2[1,1]"]
    assert number == pytest.approx(expected, rel=1e-12)
    assert "example 2 alone" in alone.says


def test_the_mistake_that_the_notes_warn_against() -> None:
    _, wrong, _ = variant_of("urbain", "updated_weights")
    assert f"{wrong.run(['E_total'], wrong.train(1))['E_total']:.9f}" == "0.291027924"
    outs = wrong.run(["out_o1", "out_o2"], wrong.train(10_000))
    assert [f"{out:.9f}" for out in outs.values()] == ["0.015912196", "0.984065734"]


def of_formulas(texts: dict[str, str], mistake: str) -> dict[str, dict[str, str]]:
    """What is said of each variant of a mistake in formulas, with the lines that it writes."""
    found = MISTAKES[mistake].variants(by_hand(formulas(texts)))
    return {v.says: {symbol: line.formula for symbol, line in v.lines.items()} for v in found}


def test_mistakes_in_formulas() -> None:
    assert of_formulas(FORMULAS, "sign_forgotten") == {
        "the minus sign of ∂E/∂out is forgotten": {
            "de/do": "-(-2.0 * (t - o))",
            "de/dt": "-(2.0 * (t - o))",
        }
    }
    assert of_formulas(FORMULAS, "no_factor") == {
        "the factor do/dnet is left out": {"de/dnet": "de/do"},
        "the factor dnet/dw is left out": {"de/dw": "de/dnet"},
        "the factor dnet/dx is left out": {"de/dx": "de/dnet"},
        "the factor dnet/db is left out": {"de/db": "de/dnet"},
    }
    assert of_formulas(FORMULAS, "slope_of_net") == {
        "f′ is computed of net where out belongs": {"do/dnet": "net * (1.0 - net)"}
    }
    assert of_formulas(FORMULAS, "uphill") == {
        "the update is added, not subtracted": {
            **{f"Δ{name}": f"learning rate * de/d{name}" for name in "wb"},
            **{f"{name}+": f"{name} + learning rate * de/d{name}" for name in "wb"},
        }
    }
    assert len(of_formulas(FORMULAS, "no_rate")) == 1
    several = {"a": "w * x", "c": "a * a + b", "e": "a * c + t"}
    assert of_formulas(several, "path_forgotten") == {
        "the path through c is left out of de/da": {"de/da": "c"},
        "the path through e is left out of de/da": {"de/da": "de/da via c"},
    }


def test_mistakes_of_layers_are_not_made_in_formulas() -> None:
    made = {name for name in MISTAKES if of_formulas(FORMULAS, name)}
    assert made == {
        *("sign_forgotten", "no_factor", "slope_of_net", "uphill", "no_rate", "slope_at_out"),
        *("slope_of_another", "slope_in_part", "factor_twice", "upstream_left_out", "exchanged"),
        *("constant", "output_differenced", "sum"),
    }


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
