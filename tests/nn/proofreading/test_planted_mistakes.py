"""Planted mistakes: the proofreader has to name each, and nothing where there is none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import plain_examples, times

from autograd import AutogradError
from autograd.program import Program
from nn import worked
from nn.byhand import HandCalculation, by_hand
from nn.byhand.mistakes import MISTAKES, Variant
from nn.byhand.rounding import Rounding
from nn.notation import Names
from nn.proofreading import proofread
from nn.proofreading.printed import Printed
from nn.worked import Figure, FormulaExample, WorkedExample

# --- figures that are right ----------------------------------------------------------------------

SHOWN = ("value", "partial", "contribution", "gradient", "change", "update")


def printed_from(
    example: WorkedExample,
    numbers: Callable[[int], dict[str, float]],
    symbols: Sequence[str],
    decimals: int,
    stages: Sequence[int] = (0,),
) -> WorkedExample:
    """The example with figures: the numbers after some updates, with some decimals."""
    names = Names(example.notation, example.network(), len(example.examples))
    figures = [
        Figure(
            symbol=f"{symbol} after {after}", printed=f"{number:.{decimals}f}", of=symbol, after=after
        )
        for after in stages
        for symbol, number in numbers(after).items()
        if symbol in symbols and names.knows(symbol) and math.isfinite(number)
    ]
    return replace(example, figures=figures)


def run(program: Program, after: int, instead: dict[str, float] | None = None) -> dict[str, float]:
    return program.run(list(program.lines), program.train(after, instead))


def symbols_of(program: Program, kinds: Sequence[str] = SHOWN) -> list[str]:
    """The symbols of the lines of some kinds that are no other number under another name."""
    return [
        symbol
        for symbol, line in program.lines.items()
        if line.kind in kinds and line.operands and not line.copies
    ]


def symbols_of_roles(example: WorkedExample, *roles: str) -> list[str]:
    """The symbols of what is out, net and so on, and of ∂E/∂out and so on for "∂out"."""
    step = by_hand(example)
    return [
        symbol
        for symbol, line in step.program.lines.items()
        if (line.kind == "value" and step.role(symbol) in roles)
        or (line.kind == "gradient" and f"∂{step.role(line.below)}" in roles)
    ]


@given(plain_examples(), st.integers(0, 9))
def test_what_is_right_is_left_alone(example: WorkedExample, decimals: int) -> None:
    program = by_hand(example).program
    try:
        right = printed_from(
            example, lambda after: run(program, after), symbols_of(program), decimals, (0, 2)
        )
        proof = proofread(right)
    except AutogradError:  # training went out of the error's domain
        return
    # a float has not so many digits as the largest might be printed with
    if max(abs(finding.value) for finding in proof) * 10**decimals < 1e12:
        assert proof.disagree == 0
    assert proof.agree + proof.disagree == len(proof) == len(right.figures)


# --- planted mistakes ----------------------------------------------------------------------------

#: Networks in which most of the mistakes can be made, and show.
PLANTED_IN = plain_examples(
    activations=["sigmoid", "tanh"],
    errors=["half_squared_error", "mean_squared_error"],
    bias_conventions=["+b", "-b", "x0=1"],
    shapes=st.sampled_from([[2, 2, 2], [2, 2, 2, 2], [1, 3, 2], [3, 2, 1]]),
    numbers=st.integers(10, 200).flatmap(lambda n: st.sampled_from([n / 100.0, -n / 100.0])),
)


def variants(step: HandCalculation, name: str) -> list[Variant]:
    return list(MISTAKES[name].variants(step))


def equivalents(step: HandCalculation, planted: WorkedExample) -> set[str]:
    """The mistakes that lead to the same printed figures."""
    same = set()
    for name in MISTAKES:
        for variant in MISTAKES[name].variants(step):
            numbers = run(step.program.rewritten(variant.lines.values()), 0)
            if all(Printed(figure.printed).says(numbers[figure.of]) for figure in planted.figures):
                same.add(name)
    return same


def parts(step: HandCalculation, variant: Variant) -> set[str]:
    """The mistakes of which a mistake consists, as f′ left out does of f′ left out here and there."""
    return {
        other.mistake
        for name in MISTAKES
        for other in variants(step, name)
        if any(
            symbol in variant.lines and line.formula == variant.lines[symbol].formula
            for symbol, line in other.lines.items()
        )
    }


#: What is made in formulas alone, or takes an error that these networks do not have.
OF_FORMULAS = {
    *("no_factor", "constant", "logarithm", "softmax", "target_left_out", "correction_left_out"),
    *("epsilon_in_root", "betas_exchanged", "average", "velocity_unused"),
}


#: Of each part of the table; the others are left to --all.
SAMPLE = {
    "updated_weights",
    "slope_at_out",
    "factor_twice",
    "mean_over_outputs",
    "bias_left_out",
    "uphill",
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in SAMPLE else [pytest.mark.slow])
        for name in MISTAKES
        if name not in OF_FORMULAS
    ],
)
@given(data=st.data())
@times(1 / 50)
def test_a_planted_mistake_is_named(name: str, data: st.DataObject) -> None:
    steps = PLANTED_IN.map(lambda each: (each, by_hand(each)))
    example, step = data.draw(steps.filter(lambda each: variants(each[1], name)))
    variant = data.draw(st.sampled_from(variants(step, name)))
    program = step.program.rewritten(variant.lines.values())
    planted = printed_from(example, lambda after: run(program, after), symbols_of(program), 9)
    off = [finding for finding in proofread(planted) if not finding.agrees]
    assume(any(abs(finding.off) > 1000.0 for finding in off))
    named = {cause for finding in off if not finding.weak for cause in finding.causes}
    assert named & (equivalents(step, planted) | parts(step, variant)), named
    assert all(finding.because for finding in off if abs(finding.off) > 1000.0)
    # what the mistake was made with itself is not put down to other figures
    for finding in off:
        if finding.symbol.removesuffix(" after 0") in variant.lines and abs(finding.off) > 1000.0:
            assert finding.cause is not None


FORMULAS = (
    {"net": "w * x - b", "o": "sigmoid(net)", "e": "(t - o) ** 2"},
    {"a": "w * x", "c": "a * a + b", "e": "a * c + tanh(c) / t"},
    {"net": "w * x + b", "z": "tanh(net)", "o": "sigmoid(b * z)", "e": "(t - o) ** 2 / 2"},
)


@st.composite
def formula_examples(draw: st.DrawFn) -> FormulaExample:
    numbers = st.integers(20, 200).flatmap(lambda n: st.sampled_from([n / 100.0, -n / 100.0]))
    values = {name: draw(numbers) for name in "wxbt"}
    formulas = draw(st.sampled_from(FORMULAS))
    return FormulaExample(
        name="drawn",
        values=values,
        formulas=formulas,
        error="e",
        parameters=["w", "b"],
        learning_rate=0.25,
    )


@given(formula_examples(), st.data())
@times(1)
def test_a_planted_mistake_in_formulas_is_named(example: FormulaExample, data: st.DataObject) -> None:
    step = by_hand(example)
    made = {v.says: v for mistake in MISTAKES.values() for v in mistake.variants(step)}
    variant = made[data.draw(st.sampled_from(list(made)))]
    numbers = run(step.program.rewritten(variant.lines.values()), 0)
    symbols = [s for s in symbols_of(step.program) if step.symbol(s) and " " not in s]
    # of a figure of few digits, a cause is told, but as one that would fit by chance
    assume(all(abs(numbers[s]) > 1e-5 for s in variant.lines if s in symbols))
    figures = [Figure(symbol=symbol, printed=f"{numbers[symbol]:.9f}") for symbol in symbols]
    planted = replace(example, figures=figures)
    same = {
        other.mistake
        for other in made.values()
        if (theirs := run(step.program.rewritten(other.lines.values()), 0))
        and all(Printed(figure.printed).says(theirs[figure.of]) for figure in figures)
    }
    assert variant.mistake in same
    off = [finding for finding in proofread(planted) if not finding.agrees]
    assume(any(abs(finding.off) > 1000.0 for finding in off))
    # of one line alone, more than one mistake leads to the same number
    same |= {"sign", "factors", *(v.mistake for v in made.values() if v.lines.keys() & variant.lines)}
    assert {cause for finding in off if not finding.weak for cause in finding.causes} & same
    assert all(finding.because for finding in off if abs(finding.off) > 1000.0)
    numbers = run(step.program, 0)
    right = [Figure(symbol=symbol, printed=f"{numbers[symbol]:.9f}") for symbol in symbols]
    assert proofread(replace(example, figures=right)).disagree == 0


@pytest.mark.parametrize(
    "name", ["updated_weights", "no_output_slope", "half_lost_in_slope", "transposed_weights"]
)
def test_a_mistake_of_a_program_shows_after_many_rounds(name: str) -> None:
    example = worked.load("urbain")
    step = by_hand(example)
    (variant,) = variants(step, name)
    program = step.program.rewritten(variant.lines.values())
    planted = printed_from(
        example, lambda after: run(program, after), ["E_total", "out_o1", "out_o2"], 9, (1, 200)
    )
    proof = proofread(planted)
    causes = {finding.symbol: finding.cause for finding in proof if not finding.agrees}
    assert {cause for symbol, cause in causes.items() if symbol.startswith("out")} == {name}
    assert set(causes.values()) <= {name, "inherited"}  # the error follows from the outputs
    assert not any(finding.weak for finding in proof)


@given(PLANTED_IN, st.sampled_from([-1, 1]), st.integers(1, 4))
@times(1 / 25)
def test_one_update_too_few_or_too_many(example: WorkedExample, shift: int, after: int) -> None:
    program = by_hand(example).program
    symbols = symbols_of_roles(example, "out", "error")
    planted = printed_from(example, lambda stage: run(program, stage + shift), symbols, 9, (after,))
    proof = proofread(planted)
    assume(all(abs(finding.off) > 100.0 for finding in proof))
    cause = "update_missing" if shift < 0 else "update_too_many"
    assert {finding.cause for finding in proof} <= {cause, "inherited"}
    assert cause in {finding.cause for finding in proof}
    assert any(f"it is so after {after + shift}" in (finding.because or "") for finding in proof)


@given(PLANTED_IN, st.integers(3, 5), st.sampled_from(["net", "out", "∂net"]))
@times(1 / 4)
def test_rounding_on_the_way_is_named(example: WorkedExample, decimals: int, kind: str) -> None:
    """Some numbers are printed with few decimals, and those that were computed of them with many."""
    step = by_hand(example)
    program = step.program
    few = [
        symbol
        for symbol in symbols_of_roles(example, kind)
        if step.tags[program.lines[symbol].below or symbol].layer == step.layers
    ]
    rounding = Rounding(decimals, significant=False)
    numbers = program.run(list(program.lines), keep=lambda s, x: rounding(x) if s in few else x)
    rounded = printed_from(example, lambda _: numbers, few, decimals)
    many = printed_from(
        example, lambda _: numbers, symbols_of_roles(example, "error", "∂weight", "∂bias"), 10
    )
    proof = proofread(replace(example, figures=[*rounded.figures, *many.figures]))
    off = [finding for finding in proof if abs(finding.off) > 1000.0]
    assume(off)
    assert all(finding.agrees for finding in list(proof)[: len(rounded.figures)])
    assert {finding.cause for finding in off} <= {"rounded", "inherited"}
    assert "rounded" in {finding.cause for finding in off}


@given(PLANTED_IN, st.data())
@times(1 / 4)
def test_what_follows_from_a_wrong_figure_is_inherited(
    example: WorkedExample, data: st.DataObject
) -> None:
    program = by_hand(example).program
    symbol = data.draw(st.sampled_from(symbols_of_roles(example, "net", "out", "∂net", "∂out")))
    slip = data.draw(st.integers(1000, 100_000)) / 1e7
    numbers = program.run(list(program.lines), {symbol: round(program.run([symbol])[symbol] + slip, 7)})
    symbols = symbols_of(program, SHOWN)
    proof = proofread(printed_from(example, lambda _: numbers, symbols, 7))
    assume(f"{symbol} after 0" in {finding.symbol for finding in proof})
    for finding in proof:
        if abs(finding.off) > 1000.0 and finding.symbol != f"{symbol} after 0":
            assert finding.cause == "inherited", finding
            assert "inherited from " in (finding.because or "")
    root = proof[f"{symbol} after 0"]
    assert root.cause != "inherited"
    # one that changes a single digit is also that of a sum that is wrong by so much
    assert root.because is None or root.weak or root.cause == "sum"


@given(PLANTED_IN, st.data())
@times(1 / 16)
def test_a_changed_input_is_found_out(example: WorkedExample, data: st.DataObject) -> None:
    # of two examples that are the same, either may be the one
    assume(all(example.examples.count(each) == 1 for each in example.examples))
    program = by_hand(example).program
    symbol = data.draw(st.sampled_from(list(program.given)))
    number = round(program.given[symbol] + data.draw(st.sampled_from([-0.4, 0.3, 0.75])), 2)
    planted = printed_from(
        example,
        lambda _: run(program, 0, instead={symbol: number}),
        [
            *symbols_of_roles(example, "∂weight", "∂bias"),
            *symbols_of(program, ("update",)),
        ],
        9,
    )
    off = [finding for finding in proofread(planted) if abs(finding.off) > 1e6]
    assume(len(off) >= 6)
    assert any(
        finding.cause == "changed_input"
        and f"{symbol} = {number:g} in the place of" in (finding.because or "")
        for finding in off
    ) or {finding.cause for finding in off} <= {"inherited", *equivalents(by_hand(example), planted)}


def test_a_run_with_another_learning_rate() -> None:
    example = worked.load("xing")
    program = by_hand(example).program
    numbers = program.run(list(program.lines), {"learning rate": 0.25})
    planted = printed_from(
        example,
        lambda _: numbers,
        [
            *symbols_of_roles(example, "∂weight", "∂bias"),
            *symbols_of(program, ("update",)),
        ],
        4,
    )
    for finding in proofread(planted):
        assert finding.agrees or (
            finding.because == "from a run with learning rate = 0.25 in the place of 0.1"
        )


def test_a_slip_at_one_figure_alone() -> None:
    example = worked.load("urbain")
    step = example.step()
    for symbol, number, cause, says in (
        ("dE/dw5", -step["dE/dw5"], "sign", "the sign is the wrong one"),
        ("delta_o2", step["dE/dout_o2"], "no_output_slope", "f′(net) of the outputs is left out"),
        ("w6+", step["w7+"], "neighbour", "w7+ stands in its place"),
        ("w8+", 0.55 - step["dE/dw8"], "no_rate", "the learning rate is left out of the update"),
        ("dE/dw7", step["dE/dout_o2"] * step["out_h1"], "no_output_slope", "f′(net) of the outputs"),
        (
            "dE/dw6",
            step["dout_o1/dnet_o1"] * step["out_h2"],
            "factors",
            "dout_o1/dnet_o1 · dnet_o1/dw6 ",
        ),
        ("dE/dout_h2", step["delta_o1"] * 0.45, "path_forgotten", "the path through o2 is left out"),
    ):
        figure = Figure(symbol=symbol, printed=f"{number:.9f}")
        (finding,) = proofread(replace(example, figures=[figure]))
        assert not finding.weak, finding
        assert says in (finding.because or ""), finding
        assert cause in finding.causes


# --- no causes where there are none --------------------------------------------------------------


def test_slips_without_a_cause_are_rarely_explained(everything: bool) -> None:
    """Of figures that are off at random, no more than one in twenty is put down to something."""
    random, verdicts = Random(5), Counter[str]()
    for name in ("urbain", "hoey"):
        example = worked.load(name)
        step = example.step()
        figures = [figure for figure in example.figures if not figure.after]
        for _ in range(40 if everything else 6):
            chosen, changed = random.sample(figures, 3), []
            for figure in figures:
                unit = Printed(figure.printed).unit
                number = Decimal(repr(step[figure.of])).quantize(unit)
                if figure in chosen:
                    number += unit * random.choice([-1, 1]) * round(10 ** random.uniform(0, 3))
                changed.append(replace(figure, printed=f"{number:f}"))
            for finding in proofread(replace(example, figures=changed)):
                if not finding.agrees:
                    verdicts[
                        "weak" if finding.weak else "sure" if finding.because else "unexplained"
                    ] += 1
    assert verdicts["sure"] <= 0.05 * verdicts.total()
    assert verdicts["weak"] <= 0.2 * verdicts.total()


def test_a_figure_of_two_digits_proves_little() -> None:
    example = replace(worked.load("guided"), figures=[Figure(symbol="yhat", printed="0.92")])
    (finding,) = proofread(example)
    assert finding.weak or finding.because is None
