"""A step with a pocket calculator: rounded on the way, and how far that leads astray."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from shown import wrongly_shown
from strategies import plain_examples

from autograd.program import LineError
from nn import Example, worked
from nn.byhand import Drift, rounded
from nn.byhand.rounding import decimal_of
from nn.cli import main
from nn.worked import FormulaExample, LayerData, WorkedExample


def four(number: Decimal | float) -> Decimal:
    """Four significant digits, in decimal arithmetic of its own."""
    exact = Decimal(str(number))
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 3), ROUND_HALF_UP)


def test_by_hand_with_four_digits() -> None:
    """Forward and back by one neuron of the notes, each number rounded by `four` and nothing else."""
    step = rounded(worked.load("urbain"), 4)
    net = {"h1": four("0.3775"), "h2": four("0.3925")}
    out = {h: four(1 / (1 + math.exp(-number))) for h, number in net.items()}
    net_o1 = four(Decimal("0.4") * out["h1"] + Decimal("0.45") * out["h2"] + Decimal("0.6"))
    out_o1 = four(1 / (1 + math.exp(-net_o1)))
    slope = four(out_o1 - Decimal("0.01"))
    delta_o1 = four(slope * four(out_o1 * (1 - out_o1)))
    gradient = four(delta_o1 * out["h1"])
    by_hand = {
        "out_h1": out["h1"],
        "net_o1": net_o1,
        "out_o1": out_o1,
        "dE/dout_o1": slope,
        "delta_o1": delta_o1,
        "dE_o1/dout_h1": four(delta_o1 * Decimal("0.4")),
        "dE/dw5": gradient,
        "w5+": four(Decimal("0.4") - Decimal("0.5") * gradient),
        "E_o1": four((Decimal("0.01") - out_o1) ** 2 / 2),
    }
    for symbol, number in by_hand.items():
        assert step[symbol].rounded == float(number), symbol


def test_numbers_whose_last_digit_is_no_float() -> None:
    """A number of 1e-322 has four digits, and the last of them is worth 1e-325."""
    example = FormulaExample(
        name="tiny",
        title="",
        source="",
        ours="",
        values={"w": 1e-310, "x": 1.2345e-12},
        formulas={"y": "w * x", "E": "2.0 * y + x"},
        error="E",
        parameters=["w"],
        learning_rate=0.5,
        figures=[],
    )
    drift = rounded(example, 4)["y"]
    assert (drift.rounded, drift.exact) == (drift.exact, 1e-310 * 1.2345e-12)
    assert drift.units == 0.0
    assert "y" in str(rounded(example, 4))


@given(plain_examples(), st.integers(1, 6), st.integers(1, 3))
def test_each_number_ends_where_it_should_and_the_exact_stands_beside(
    example: WorkedExample, digits: int, steps: int
) -> None:
    try:
        step, exact = rounded(example, digits, steps), example.step(steps)
    except ValueError:  # out of the error's domain: log(0), say
        return
    for symbol, drift in step.drifts.items():
        assert drift.symbol == symbol
        if math.isfinite(drift.rounded):
            assert len(decimal_of(drift.rounded).normalize().as_tuple().digits) <= digits
            assert drift.apart == drift.rounded - drift.exact
            unit = step.rounding.unit(drift.rounded)
            assert drift.units == pytest.approx(drift.apart / float(unit), rel=1e-12)
        if abs(drift.exact) < 100.0 and symbol in set(exact):
            scale = max(1.0, *(abs(each.exact) for each in step.drifts.values()))
            assert drift.exact == pytest.approx(exact[symbol], abs=1e-11 * scale)


@given(plain_examples(errors=["half_squared_error"]))
def test_with_all_the_digits_of_a_double_nothing_drifts(example: WorkedExample) -> None:
    step = rounded(example, 15)
    scale = max(1.0, *(abs(drift.exact) for drift in step.drifts.values()))
    assert all(abs(drift.apart) <= 1e-12 * scale for drift in step.drifts.values())


def test_a_number_that_is_rounded_alone_is_half_a_unit_off_at_most() -> None:
    step = rounded(worked.load("urbain"), 4)
    for symbol in ("net_h1", "net_h2", "out_h1", "out_h2"):  # whose nets are exact
        assert abs(step[symbol].units) <= 0.5
    assert step["net_h1"] == Drift("net_h1", 0.3775, 0.3775, 0.0, 0.0)


def test_what_is_shown() -> None:
    step = rounded(worked.load("urbain"), 4)
    assert list(step.drifts)[:3] == ["net_h1", "out_h1", "net_h2"]
    assert {"E_o1", "E_total", "delta_h2", "dE_o2/dout_h1", "dE/dout_h2", "dE/db1", "w8+"} <= set(
        step.drifts
    )
    # nothing that a step of training has no use for, and nothing twice
    assert not {"dE/di1", "dE/dtarget_o1", "dnet_o1/dw5", "dE/dnet_o1", "w5", "b1+"} & set(step.drifts)
    chain = rounded(worked.load("xing-chain"), 4)
    assert not [symbol for symbol in chain.drifts if "via" in symbol or "part" in symbol]
    assert "J[2,1]" in rounded(worked.load("guided-16"), 4).drifts
    with pytest.raises(KeyError, match="no 'w55' in this step"):
        step["w55"]


FORMULAS = """
[values]
w = 0.5
x = 1.7
t = 0.25
[formulas]
net = "w * x"
o = "sigmoid(net)"
e = "(t - o) ** 2"
[training]
parameters = ["w"]
learning_rate = 0.5
"""


def test_formulas_by_hand_with_four_digits(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(FORMULAS, encoding="utf-8")
    step = rounded(worked.load(path), 4)
    net = four("0.85")
    o = four(1 / (1 + math.exp(-net)))
    slope, start = four(o * (1 - o)), four(-2 * (Decimal("0.25") - o))
    delta = four(start * slope)
    gradient = four(delta * Decimal("1.7"))
    by_hand = {
        "net": net,
        "o": o,
        "e": four((Decimal("0.25") - o) ** 2),
        "de/do": start,
        "do/dnet": slope,
        "de/dnet": delta,
        "de/dw": gradient,
        "w+": four(Decimal("0.5") - Decimal("0.5") * gradient),
    }
    assert {symbol: drift.rounded for symbol, drift in step.drifts.items()} == {
        symbol: float(number) for symbol, number in by_hand.items()
    }
    exact = worked.load(path).step(3)
    for symbol, drift in rounded(worked.load(path), 4, 3).drifts.items():
        assert drift.exact == pytest.approx(exact[symbol], rel=1e-13)
    text = printed("step", str(path), "--digits", "4", "--steps", "2")
    assert "Each number rounded to 4 digits" in text
    assert "e after the update" in text
    for option in (["--bias"], ["--notation", "hoey"]):
        result = CliRunner().invoke(main, ["step", str(path), "--digits", "4", *option])
        assert result.exit_code == 2


def test_steps_before_are_rounded_too() -> None:
    example = worked.load("urbain")
    first, second = rounded(example, 3), rounded(example, 3, 2)
    assert second["E_total"] == first.error_after
    new = 0.4 - 0.5 * first["dE/dw5"].rounded
    assert first["w5+"].rounded == round(new, 3)
    step = example.step(2)
    for symbol, drift in second.drifts.items():
        assert drift.exact == pytest.approx(step[symbol], abs=1e-13)


def test_biases_and_notation() -> None:
    example = worked.load("urbain")
    assert "b1+" in rounded(example, 4, update_biases=True).drifts
    xing = rounded(example, 4, notation="xing")
    assert xing["delta_1^(2)"].rounded == rounded(example, 4)["delta_o1"].rounded
    assert xing["delta_1^(2)"].exact == pytest.approx(example.step()["delta_o1"], rel=1e-14)


@pytest.mark.parametrize(
    ("digits", "steps", "message"),
    [(0, 1, "from 1 to 15, got 0"), (16, 1, "from 1 to 15, got 16"), (4, 0, "at least 1, got 0")],
)
def test_what_cannot_be_asked_for(digits: int, steps: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rounded(worked.load("urbain"), digits, steps)


def test_rounding_may_leave_the_domain() -> None:
    example = replace(
        worked.load("urbain"),
        layers=[LayerData("sigmoid", [[6.0]], [0.0])],
        examples=[Example([1.0], [0.5])],
        error="binary_cross_entropy",
    )
    assert example.step().error_before > 0.0
    with pytest.raises(LineError, match="has no result"):
        rounded(example, 2)  # σ(6) = 0.9975, which is 1 then, and ln(1 − 1) is nothing


# --- the command ---------------------------------------------------------------------------------


def printed(*arguments: str, columns: int = 100) -> str:
    result = CliRunner().invoke(main, arguments, env={"COLUMNS": str(columns)})
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_the_table() -> None:
    text = printed("step", "urbain", "--digits", "4")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines()]
    assert ["net_h1", "0.3775", "0.3775", "0", "+0.0"] in rows
    assert ["delta_o1", "0.1385", "0.138498562", "1.4e-06", "+0.0"] in rows
    assert text.startswith("Each number rounded to 4 digits")
    assert "E_total after the update" in text
    assert printed("step", "urbain", "--digits", "4") == text
    assert "w_1,1^(1)" in printed("step", "urbain", "--digits", "4", "--notation", "xing")


@pytest.mark.parametrize("name", ["hoey", "guided-16", "urbain", "xing-chain"])
@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100])
def test_nothing_is_cut(name: str, columns: int) -> None:
    text = printed("step", name, "--digits", "4", columns=columns)
    assert wrongly_shown(text, rounded(worked.load(name), 4).tables(), columns) == []


def test_brackets_are_no_markup() -> None:
    assert "dErrorDW1[2,1]" in printed("step", "hoey", "--digits", "4")


def test_as_json() -> None:
    text = printed("step", "urbain", "--digits", "3", "--steps", "2", "--json")
    found = json.loads(text, parse_constant=pytest.fail)
    assert found == rounded(worked.load("urbain"), 3, 2).to_dict()
    assert (found["digits"], found["step"]) == (3, 2)
    assert found["numbers"][0].keys() == {"symbol", "rounded", "exact", "apart", "units"}


def test_infinite_numbers_are_null_in_json() -> None:
    layers = [LayerData("sqrt", [[1.0]], [0.0])]
    example = replace(worked.load("urbain"), layers=layers, examples=[Example([4.0], [1.0])])
    assert rounded(example, 3).to_json()
    step = rounded(example, 3)
    step.drifts["net_o1"] = Drift("net_o1", math.inf, 1.0, math.inf, math.nan)
    place = f"numbers[{list(step.drifts).index('net_o1')}]"
    assert json.loads(step.to_json(), parse_constant=pytest.fail)["not_finite"] == {
        f"{place}.rounded": "inf",
        f"{place}.apart": "inf",
        f"{place}.units": "nan",
    }


@pytest.mark.parametrize("digits", ["0", "16", "four"])
def test_wrong_digits_are_clicks_to_explain(digits: str) -> None:
    result = CliRunner().invoke(main, ["step", "urbain", "--digits", digits])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--digits" in result.stderr
