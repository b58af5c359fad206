"""Figures from public pages, homework answers and question threads, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nn import worked
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES
from nn.byhand.rounding import Rounding
from nn.proofreading import Proof, proofread
from nn.proofreading.judge import judged
from nn.proofreading.page import Page
from nn.worked import Figure, FormulaExample

CASES = Path(__file__).parents[2] / "data" / "cases"


@pytest.fixture(scope="module")
def proofs() -> dict[str, Proof]:
    return {path.stem: proofread(worked.load(path)) for path in sorted(CASES.glob("*.toml"))}


def found(proof: Proof) -> dict[str, tuple[str, str | None]]:
    """What is found about each figure that is off: the verdict and the cause."""
    return {each.symbol: (each.verdict, each.cause) for each in proof if not each.agrees}


#: By case the verdict on each figure that is off.
VERDICTS: Mapping[str, Mapping[str, tuple[str, str | None]]] = {
    "updated-on-rounded": {
        **dict.fromkeys(("net_o1", "delta_o1", "w5+", "w6+"), ("rounded", "rounded")),
        **dict.fromkeys(("delta_h1", "delta_h2"), ("wrong", "updated_weights")),
        **dict.fromkeys(("w1+", "w2+", "w3+"), ("follows", "inherited")),
        "w4+": ("wrong", "cut"),
    },
    "forward-transposed": {
        **dict.fromkeys(("net_h1", "net_h2"), ("wrong", "forward_transposed")),
        "out_h1": ("wrong", "cut"),
        "out_h2": ("follows", "inherited"),
        **dict.fromkeys(("net_o1", "net_o2"), ("wrong", "forward_transposed")),
        **dict.fromkeys(("E_o1", "E_o2"), ("follows", "forward_transposed")),
    },
    "sum-then-follow-through": {
        "net_o1": ("wrong", "sum"),
        "out_o1": ("wrong", "cut"),
        **dict.fromkeys(("delta_o1", "delta_h2"), ("follows", "inherited")),
    },
    "truncated": {
        "E_total": ("rounded", "rounded"),  # .5 * .5498 ** 2
        "delta_o1": ("wrong", "cut"),
        **dict.fromkeys(("dE/dw1", "dE/dw2"), ("follows", "inherited")),
    },
    "factors-left-out": {"dO/dw1": ("wrong", "weights_left_out")},
    "softmax-of-z": dict.fromkeys(("de/dz1", "de/dz2"), ("wrong", "softmax")),
    "factor-twice": {"do/dx": ("wrong", "factor_twice")},
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_on_each_figure(name: str, proofs: dict[str, Proof]) -> None:
    assert found(proofs[name]) == VERDICTS[name]


def test_every_case_has_its_verdicts(proofs: dict[str, Proof]) -> None:
    assert proofs.keys() == VERDICTS.keys()


def test_what_is_said(proofs: dict[str, Proof]) -> None:
    lost = proofs["updated-on-rounded"]["delta_h2"].because
    assert lost == (
        "the hidden δ are computed with weights that are updated already; "
        "a misprint: a digit is lost, 0.0079116 is meant"
    )
    assert "the bias is left out of the net inputs" in (
        proofs["forward-transposed"]["net_o2"].because or ""
    )
    first = proofs["sum-then-follow-through"].first
    assert first is not None
    assert (first.symbol, first.follows) == ("net_o1", pytest.approx(-3.9055))
    assert first.because is not None
    assert "w5 * out_h1 has the other sign" in first.because
    assert proofs["softmax-of-z"]["de/dz1"].because == (
        "the Jacobian of softmax is taken of z, not of p"
    )


def test_a_wrong_sum_may_be_off_by_a_round_number_too(proofs: dict[str, Proof]) -> None:
    assert "the sum is wrong by exactly 2" in (proofs["sum-then-follow-through"]["net_o1"].because or "")


# --- of a line or two ----------------------------------------------------------------------------


def formulas(texts: Mapping[str, str], values: Mapping[str, float], **printed: str) -> Proof:
    figures = [
        Figure(symbol=symbol.replace("_by_", "/"), printed=text) for symbol, text in printed.items()
    ]
    return proofread(FormulaExample(name="own", formulas=texts, values=values, figures=figures))


SLOPE = {"z": "w0 * x0 + w1 * x1 + w2", "f": "sigmoid(z)"}
AT = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def test_a_slope_that_is_rounded_right_is_right() -> None:
    assert formulas(SLOPE, AT, df_by_dw1="-0.39")["df/dw1"].verdict == "right"
    corrected = formulas(SLOPE, AT, df_by_dz="0.20", df_by_dw1="-0.40")
    assert corrected["df/dw1"].verdict == "rounded"
    assert corrected["df/dw1"].because is not None
    assert "computed from df/dz as printed" in corrected["df/dw1"].because


def test_one_ratio_of_all_gradients_is_a_finding() -> None:
    texts = {"e": "a * u + b * v + c * w"}
    values = {"a": -0.015223, "b": -0.058794, "c": -0.000381, "u": 1.0, "v": 1.0, "w": 1.0}
    proof = formulas(texts, values, de_by_du="-0.000385", de_by_dv="-0.001509", de_by_dw="-9.238e-6")
    assert {finding.cause for finding in proof} == {"ratio"}
    assert all("about 1/40" in (finding.because or "") for finding in proof)


def test_three_decimals_carried_on() -> None:
    made = worked.exercise(4)
    program, rounding = by_hand(made).program, Rounding(3, significant=False)
    symbols = [s for s, line in program.lines.items() if line.operands and not line.copies]
    numbers = program.run(symbols, keep=lambda _, number: rounding(number))
    figures = [Figure(symbol=s, printed=rounding.text(numbers[s])) for s in symbols if " " not in s]
    proof = proofread(replace(made, figures=figures))
    assert proof.disagree > 5
    assert {finding.verdict for finding in proof} == {"right", "rounded"}
    assert proof.first is None


@pytest.mark.parametrize(
    ("half", "carried", "says"),
    [("0.012", "0.154", "3 decimals, halves to even"), ("0.013", "0.161", "3 decimals")],
)
def test_where_halves_go_is_seen_once_and_then_assumed(half: str, carried: str, says: str) -> None:
    texts = {"p": "x * y", "r": "x * z", "s": "r * 7"}
    proof = formulas(texts, {"x": 0.05, "y": 0.25, "z": 0.45}, p=half, s=carried)
    assert proof["p"].verdict == "right"
    assert proof["s"].verdict in {"rounded", "unclear"}
    assert (proof["s"].because or "").split(" (weak")[0].endswith(says)


#: Right is [[-.185, .406, -.117], [.008, .364, .202]].
NETS = {
    "n11": "-0.185", "n12": "0.321", "n13": "0.156", "n21": "-0.095", "n22": "0.487", "n23": "0.203",
}  # fmt: skip


def test_the_first_slip_of_a_layer() -> None:
    inputs = {
        "x11": 0.2,
        "x12": 0.5,
        "x13": 0.1,
        "x14": 0.8,
        "x21": 0.3,
        "x22": 0.7,
        "x23": 0.4,
        "x24": 0.6,
    }
    rows = ((0.35, -0.21, 0.48), (-0.15, 0.67, 0.12), (0.44, -0.39, 0.55), (-0.28, 0.19, -0.41))
    weights = {f"w{i}{j}": w for i, row in enumerate(rows, 1) for j, w in enumerate(row, 1)}
    texts = {
        f"n{e}{j}": " + ".join(f"x{e}{i} * w{i}{j}" for i in range(1, 5))
        for e in (1, 2)
        for j in (1, 2, 3)
    }
    total = {"s": " + ".join(f"relu({net})" for net in texts)}
    proof = formulas({**texts, **total}, inputs | weights, **NETS)
    assert proof.first is not None
    assert proof.first.symbol == "n12"
    assert [finding.verdict for finding in proof] == ["right", *["wrong"] * 4, "unclear"]
    alive = proof["n13"].because or ""
    assert "relu" in alive
    assert "alive" in alive


# --- causes --------------------------------------------------------------------------------------


def test_a_cause_that_agreeing_gradients_contradict_is_not_named() -> None:
    example = worked.load("urbain")
    step = by_hand(example)
    numbers = step.program.run()
    figures = [
        Figure(symbol=line.symbol, printed=f"{numbers[line.symbol]:.9f}")
        for line in step.of_kind("gradient")
        if line.below in step.program.updates or line.below.startswith("net")
    ]
    (doubled,) = MISTAKES["half_lost_in_slope"].variants(step)
    wrong = step.program.rewritten(doubled.lines.values())
    error = wrong.run(["E_total"], wrong.train(1))["E_total"]
    figures.append(Figure(symbol="after", of="E_total", after=1, printed=f"{error:.9f}"))
    proof = proofread(replace(example, figures=figures))
    assert len(proof) == 13
    assert proof["after"].verdict == "wrong"
    assert "half_lost_in_slope" not in proof["after"].causes


def test_what_cannot_be_told_apart_is_joined() -> None:
    example = worked.load("urbain")  # whose learning rate is ½
    step = example.step()
    figures = [
        Figure(symbol=f"w{n}+", printed=f"{step[f'w{n}'] - step[f'dE/dw{n}']:.8f}") for n in range(1, 9)
    ]
    proof = proofread(replace(example, figures=figures))
    (cause,) = proof.causes
    assert {"no_rate", "half_lost_in_slope"} <= {*cause.names}
    assert ", or " in cause.says
    assert len(cause.figures) == 8


def test_one_of_two_paths_in_formulas() -> None:
    values = {"I": 1.0, **{f"w{n}": n / 10.0 for n in range(1, 6)}}
    texts = {
        "a": "sigmoid(I * w1 + 1)", "b": "sigmoid(a * w2 + 1)", "c": "sigmoid(a * w3 + 1)",
        "O": "sigmoid(b * w4 + c * w5 + 1)",
    }  # fmt: skip
    step = by_hand(FormulaExample(name="own", formulas=texts, values=values))
    numbers = step.program.run()
    printed = numbers["dO/da via b"] * numbers["da/dw1"]
    proof = formulas(texts, values, dO_by_dw1=f"{printed:.9f}", dO_by_dw2=f"{numbers['dO/dw2']:.9f}")
    assert proof["dO/dw1"].cause == "path_forgotten"
    assert proof["dO/dw1"].because == "the path through c is left out of dO/da"
    assert proof["dO/dw2"].verdict == "right"


def test_the_number_of_the_next_step() -> None:
    example = worked.load("urbain")
    after = example.step(2)
    figures = [Figure(symbol="out_o1", printed=f"{after['out_o1']:.9f}")]
    finding = proofread(replace(example, figures=figures))["out_o1"]
    assert finding.cause == "other_step"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("0.75163507", "exchanged"),
        ("0.7513657", "lost"),
        ("0.775136507", "doubled"),
        ("7.5136507", "point"),
    ],
)
def test_misprints(text: str, what: str) -> None:
    example = worked.load("urbain")
    finding = proofread(replace(example, figures=[Figure(symbol="out_o1", printed=text)]))["out_o1"]
    assert finding.cause == "misprint"
    assert what in (finding.because or "")


def test_a_page_of_fifty_figures_takes_a_bounded_amount_of_work() -> None:
    example = worked.load("urbain")
    step = by_hand(example)
    (mistake,) = MISTAKES["updated_weights"].variants(step)
    numbers = step.program.rewritten(mistake.lines.values()).run()
    symbols = [s for s, line in step.program.lines.items() if line.operands and " " not in s][:50]
    figures = [Figure(symbol=s, printed=f"{numbers[s]:.6f}") for s in symbols]
    page = Page(replace(example, figures=figures))
    judgements, _ = judged(page)
    assert {found.names[0] for found in judgements.values() if found.verdict == "wrong"} == {
        "updated_weights"
    }
    assert page.work < 20_000_000  # about a second
