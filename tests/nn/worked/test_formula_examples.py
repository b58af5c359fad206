"""Worked examples that are formulas of named values, and files of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from autograd import DivisionByZeroError, DomainError
from nn import worked
from nn.byhand import by_hand
from nn.cli import main
from nn.proofreading import Finding, proofread
from nn.worked import Figure, FormulaExample, FormulaStep, WorkedExampleError
from nn.worked.formulas import FormulaError

TEXT = """
title = "one neuron by hand"

[values]
w = 0.5
x = 2
b = 1.25
t = 1

[formulas]
e = "(t - o) ** 2"
o = "sigmoid(net)"
net = "w * x - b"

[training]
error = "e"
parameters = ["w", "b"]
learning_rate = 0.5

[[figures]]
symbol = "de/dw"
printed = "-0.5"
"""

Load = Callable[[str], FormulaExample]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str) -> FormulaExample:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        example = worked.load(path)
        assert isinstance(example, FormulaExample)
        return example

    return load


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_one_neuron_by_formulas_and_as_a_network(steps: int, load: Load) -> None:
    formulas, network = load(TEXT).step(steps), worked.load("xing-single")
    assert network.layers[0].biases == 1.0
    same = load(TEXT.replace("1.25", "1")).step(steps)
    network_step = network.step(steps)
    for symbol in ("w", "b", "net", "o", "e", "de/dw", "de/db", "de/do", "w+", "b+", "Δw"):
        assert same[symbol] == pytest.approx(network_step[symbol], rel=1e-14)
        assert formulas[symbol] != same[symbol] or symbol == "w"
    assert same.error_after == pytest.approx(network_step.error_after, rel=1e-14)
    assert same["de/dnet"] == pytest.approx(network_step["delta"], rel=1e-14)


def test_what_a_step_has(load: Load) -> None:
    step = load(TEXT).step()
    assert list(step.values) == ["w", "x", "b", "t", "net", "o", "e"]  # in the order of computation
    assert list(step.updated) == ["w+", "b+"]
    assert step["E"] == step["e"] == step.error_before
    assert step["do/dw"] == pytest.approx(step["o"] * (1.0 - step["o"]) * 2.0, rel=1e-14)
    assert step["w+"] == 0.5 - 0.5 * step["de/dw"]
    assert "∂e/∂o · ∂o/∂net · ∂net/∂w" in str(step.explain("w"))
    assert "net = w·x − b" in step.draw().source
    assert json.loads(step.to_json())["gradients"]["de/dw"] == step["de/dw"]
    text = str(step)
    for shown in ("w·x − b", "σ(net)", "(t − o)²", "not updated", "e after the update"):
        assert shown in text


def test_without_training(load: Load) -> None:
    step = load('[values]\nx = 3\n[formulas]\ny = "x"\nz = "y * y"').step(5)
    assert (step["z"], step["dz/dx"], step["dy/dx"], step.updated) == (9.0, 6.0, 1.0, {})
    assert "update" not in str(step).replace("not updated", "")


@given(st.permutations(["a", "b", "c", "d"]))
def test_formulas_may_stand_in_any_order(order: list[str]) -> None:
    formulas = {"a": "x + 1", "b": "a * a", "c": "b - a", "d": "c / b"}
    example = FormulaExample(
        name="any", values={"x": 1.0}, formulas={name: formulas[name] for name in order}, error="d"
    )
    assert list(example.in_order) == ["a", "b", "c", "d"]
    assert example.step()["d"] == 0.5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("w * x - b", "w * x - o", "formulas.o: depends on itself: o → net → o"),
        ("w * x - b", "net", "formulas.net: depends on itself: net → net"),
        ("w * x - b", "w * x - q", "formulas.net: 'w * x - q': unknown name 'q'"),
        ("w * x - b", "w * (x", "formulas.net: '(' was never closed"),
        ("w * x - b", "open(w)", "formulas.net: 'open(w)': there is no operation 'open'"),
        ("w * x - b", "atan2(w)", "formulas.net: 'atan2(w)': atan2 takes 2 operands, not 1"),
        ("w * x - b", "w.real", "formulas.net: 'w.real': 'w.real' has no place here"),
        ("w * x - b", "w" + " + w" * 100, "formulas.net: it has more than 200 characters"),
        ('"w * x - b"', "3", "formulas.net: a text is expected, not int 3"),
        ("w = 0.5", 'w = "0.5"', "values.w: a finite number is expected, not str '0.5'"),
        ("w = 0.5", "w = nan", "values.w: a finite number is expected"),
        ("w = 0.5", "net = 0.5", "formulas.net: is the name of a value too"),
        ("w = 0.5", "lambda = 0.5", "values.lambda: a name has letters"),
        ("w = 0.5", '"w 1" = 0.5', "values.'w 1': a name has letters"),
        ('error = "e"', 'error = "q"', "training.error: there is no formula 'q'"),
        ('error = "e"', 'error = "w"', "training.error: there is no formula 'w'"),
        ('["w", "b"]', '["w", "q"]', "training.parameters: there is no value 'q'"),
        ('["w", "b"]', '["net"]', "training.parameters: there is no value 'net'"),
        ('["w", "b"]', '"w"', "training.parameters: a list of texts is expected"),
        ("= 0.5\n\n[[", "= -1\n\n[[", "training.learning_rate: a number of at least 0"),
        ("[training]", "[training]\nmomentum = 1", "training.momentum: unknown key"),
        ("[values]", "[layers]\n[values]", "layers: unknown key; there are title, "),
        ("de/dw", "de/dq", "figures[1].of: the example has no 'de/dq'"),
        ("de/dw", "x+", "figures[1].of: the example has no 'x+'"),
        (
            "w * x - b",
            "w ^ 2",
            "formulas.net: 'w ^ 2': ^ has no place in a formula; for a power ",
        ),
        ("w * x - b", "ln(w)", "formulas.net: 'ln(w)': there is no operation 'ln'; write log(w)"),
        ("w * x - b", "w % 2", "formulas.net: 'w % 2': % has no place in a formula"),
        ("w * x - b", "w or 2 * w", "formulas.net: 'w or 2 * w': 'w or 2 * w' is a condition"),
        (
            "w = 0.5",
            '"\\u00B5" = 1\nw = 0.5',
            "values.'µ': in a formula this name would be read as 'μ' (",
        ),
        (
            "net = ",
            '"\\u03F5" = "1"\nnet = ',
            "formulas.'ϵ': in a formula this name would be read as 'ε' (",
        ),
        ("w = 0.5", "exp = 1\nw = 0.5", "values.exp: is the name of an operation"),
        ('"-0.5"', '"half"', "figures[1].printed: the text of a number is expected, not 'half'"),
    ],
)
def test_what_cannot_be_meant(old: str, new: str, message: str, load: Load) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(WorkedExampleError) as caught:
        load(TEXT.replace(old, new))
    assert f"own.toml: {message}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_without_formulas(load: Load) -> None:
    with pytest.raises(WorkedExampleError, match="formulas: one formula at least is expected"):
        load("[values]\nw = 1\n[formulas]\n")


def test_a_formula_that_has_no_value(load: Load) -> None:
    with pytest.raises(DomainError, match=r"own\.toml: formulas\.y: log\(x\) needs x > 0, but x = 0.0"):
        load('[values]\nx = 1\n[formulas]\ny = "log(x - 1)"').step()
    example = FormulaExample(name="mine", values={"x": 1.0}, formulas={"y": "1 / (x - 1)"}, error="y")
    with pytest.raises(DivisionByZeroError, match=r"mine: formulas\.y: x / y needs y ≠ 0"):
        example.step()


def test_greek_names_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = '[values]\n"μ" = 2.0\n[formulas]\n"ε" = "µ ** 2"\n'  # the formula has the sign of micro
    path.write_text(text, encoding="utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert worked.load(path).step()["dε/dμ"] == 4.0


@pytest.mark.parametrize("of", ["E", "dE/dw"])
def test_the_error_is_called_e_in_figures(of: str, load: Load) -> None:
    example = load(TEXT.replace('symbol = "de/dw"', f'symbol = "{of}"'))
    (finding,) = proofread(example)
    assert finding.value == example.step()[of.replace("E", "e")]


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("sqrt(x * x) ** 2", "the gradient of parameter 0 ('x') is nan"),
        ("sqrt(x)", "the gradient of parameter 0 ('x') is inf"),
        ("1e300 * x * 1e8", "the step would make parameter 0 ('x') -inf"),
    ],
)
def test_an_update_that_is_not_finite_is_refused(
    formula: str, message: str, steps: int, load: Load
) -> None:
    text = f'[values]\nx = 0\n[formulas]\ne = "{formula}"\n[training]\nerror = "e"\n'
    example = load(f'{text}parameters = ["x"]\nlearning_rate = 1e3')
    with pytest.raises(ValueError, match=re.escape(f"{message}; no parameter has been changed")):
        example.step(steps)


def test_the_command(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TEXT, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, [arguments[0], str(path), *arguments[1:]])
        return result.exit_code, result.output

    status, text = run("step", "--steps", "3", "--svg", str(tmp_path / "own.svg"))
    assert status == 0
    assert "step 3, after 2 updates" in text
    assert "net = w·x − b" in (tmp_path / "own.svg").read_text(encoding="utf-8")
    assert run("explain", "w")[1].startswith("∂e/∂w = ")
    for option in (["--update-biases"], ["--notation", "hoey"], ["--targets", "1"]):
        status, text = run("step", *option)
        assert status == 2
        assert f"{option[0]} is for networks" in text


def test_the_least_that_an_example_says() -> None:
    example = FormulaExample(name="line", values={"w": 0.5}, formulas={"y": "2 * w", "E": "y ** 2"})
    assert (example.error, example.step()["dE/dw"], example.step().updated) == ("E", 4.0, {})
    with pytest.raises(FormulaError, match="one formula at least"):
        FormulaExample(name="none", values={"w": 0.5}, formulas={})
    with pytest.raises(TypeError):
        FormulaExample(name="line", title={"w": 0.5}, source={"E": "w"})  # type: ignore[misc]  # fields have names


# --- proofread -----------------------------------------------------------------------------------

FORMULAS = [
    {"e": "(w * x - b) ** 2"},
    {"net": "w * x - b", "o": "sigmoid(net)", "e": "(t - o) ** 2"},
    {"a": "w * x", "c": "a * a + b", "e": "a * c + tanh(c) / t"},  # the error uses a, and c does
    {"a": "w", "c": "-a", "e": "exp(c) + a ** 3 * x"},  # other names of the same thing
    {"e": "softplus(w) * max(x, b)", "aside": "w * e"},  # what the error does not depend on
]
VALUES = {"w": 0.5, "x": 2.0, "b": 1.25, "t": 0.75}


def example_of(formulas: dict[str, str], figures: list[Figure] | None = None) -> FormulaExample:
    return FormulaExample(
        name="own",
        values=VALUES,
        formulas=formulas,
        error="e",
        parameters=["w", "b"],
        learning_rate=0.125,
        figures=figures or [],
    )


@pytest.mark.parametrize("formulas", FORMULAS, ids=lambda formulas: formulas["e"])
@pytest.mark.parametrize("rounds", [0, 3])
def test_formulas_by_hand_and_in_the_graph(formulas: dict[str, str], rounds: int) -> None:
    example = example_of(formulas)
    calculation, step = by_hand(example), example.step(rounds + 1)
    found = calculation.program.run(None, calculation.program.train(rounds))
    for symbol in step:
        assert found[calculation.symbol(symbol)] == pytest.approx(step[symbol], rel=1e-13, abs=1e-15), (
            symbol
        )


def proof_of(symbol: str, number: float, after: int = 0) -> Finding:
    figures = [Figure(symbol="figure", printed=f"{number:.9f}", of=symbol, after=after)]
    (finding,) = proofread(example_of(FORMULAS[1], figures))
    return finding


def test_right_figures_agree() -> None:
    step = example_of(FORMULAS[1]).step(3)
    for symbol in ("w", "net", "o", "e", "E", "de/dw", "dE/dw", "do/dnet", "w+", "Δb"):
        assert proof_of(symbol, step[symbol], after=2).agrees, symbol


@pytest.mark.parametrize(
    ("symbol", "wrong", "cause"),
    [
        ("de/do", lambda step: -step["de/do"], "sign_forgotten"),
        ("de/dnet", lambda step: step["de/do"], "no_factor"),
        ("de/dw", lambda step: step["de/do"] * step["dnet/dw"], "no_factor"),
        ("w+", lambda step: step["w"] + 0.125 * step["de/dw"], "uphill"),
        ("w+", lambda step: step["w"] - step["de/dw"], "no_rate"),
    ],
)
def test_planted_mistakes_are_named(
    symbol: str, wrong: Callable[[FormulaStep], float], cause: str
) -> None:
    finding = proof_of(symbol, wrong(example_of(FORMULAS[1]).step()))
    assert not finding.agrees
    assert finding.cause == cause


def test_an_update_too_few_is_named() -> None:
    finding = proof_of("e", example_of(FORMULAS[1]).step(5)["e"], after=5)
    assert finding.because == "one update too few: it is so after 4"


def test_the_command_proofreads_formulas(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TEXT, encoding="utf-8")
    result = CliRunner().invoke(main, ["proofread", str(path), "--json"])
    found = json.loads(result.output)
    assert (result.exit_code, found["agree"], found["disagree"]) == (1, 0, 1)
    assert found["figures"][0]["value"] == pytest.approx(worked.load(path).step()["de/dw"])
