"""Figures in a text: what is written as symbol = number, and what share of the numbers that is."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograd import ArgumentValueError, OperandError
from nn import worked
from nn.answers import Tolerance
from nn.cli import main
from nn.number_text import read_number
from nn.proofreading import proofread
from nn.proofreading.in_text import figures_in, find_figures
from nn.worksheet import Worksheet

URBAIN = worked.load("urbain")


def found(text: str, name: str = "urbain") -> dict[str, str]:
    return {each.symbol: each.printed for each in figures_in(text, worked.load(name)).figures}


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("net_h1 = 0.3775", {"net_h1": "0.3775"}),
        ("$$net_{h1} = 0.15 * 0.05 + 0.2 * 0.1 + 0.35 * 1 = 0.3775$$", {"net_h1": "0.3775"}),
        (r"$\mathrm{out}_{h1} = \frac{1}{1+e^{-0.3775}} \approx 0.5933$", {"out_h1": "0.5933"}),
        (
            r"$$\frac{\partial E_{total}}{\partial w_5} = 0.7 * 0.1 = 0.082167041$$",
            {"dE/dw5": "0.082167041"},
        ),
        (r"$\dfrac{\partial E}{\partial w_5}$ = 0.0822", {"dE/dw5": "0.0822"}),
        ("∂E/∂w₅ = 8.22·10⁻² and w₅⁺ = 0.3589", {"dE/dw5": "8.22·10⁻²", "w5+": "0.3589"}),
        ("w_5^+ = 0.4 - 0.5 * 0.0822 = 0.3589", {"w5+": "0.3589"}),
        ("δ_o1 = 0,1385", {"delta_o1": "0,1385"}),
        (r"$\delta_{o1} = 1.385 \cdot 10^{-1}$", {"delta_o1": "1.385 · 10^-1"}),
        ("| net_h1 | 0.3775 | right |\n| out_h1 | 0.5933 |", {"net_h1": "0.3775", "out_h1": "0.5933"}),
        ("net_h1\t0.3775", {"net_h1": "0.3775"}),
        ("net_h1 = 0.15·0.05 + 0.37\n  = 0.3775", {"net_h1": "0.3775"}),
        ("dnet_o1/dw5 = out_h1 = 0.5933", {"dnet_o1/dw5": "0.5933", "out_h1": "0.5933"}),
        ("∂E_o2/∂out_h1 = −0.0190", {"dE_o2/dout_h1": "−0.0190"}),
        ("so E_total = 0.2984, which is much.", {"E_total": "0.2984"}),
        # what is no figure
        ("net_h1 = 0.15 * 0.05", {}),
        ("w1 * i1 + b1 = 0.3575", {}),
        ("w1 = 0.15, i1 = 0.05", {}),
        ("page 0.3775 of net_h1", {}),
        ("net_h9 = 0.3775", {}),
        ("net_h1 = 0.3 - 0.1", {}),
        ("f(net_h1) = 0.59", {}),
    ],
)
def test_equations_as_people_write_them(text: str, figures: dict[str, str]) -> None:
    assert found(text) == figures


#: del2 of hoey as people write it.
DEL2 = {"del2[1]": "-0.0167", "del2[2]": "0.2094"}


@pytest.mark.parametrize(
    "text",
    [
        "del2 = [-0.0167, 0.2094]",
        "del2 = [-0.0167 0.2094];",
        "del2 = np.array([[-0.0167, 0.2094]])",
        "del2 =\n\n   -0.0167    0.2094\n\nand so on",
        "```\ndel2 =\n```\n\n```\n   -0.0167    0.2094\n```",
        r"$$\mathrm{del2} = \begin{bmatrix} -0.0167 & 0.2094 \end{bmatrix}$$",
        r"$del_2 = derror \odot f' = \left[\begin{array}{cc} -0.0167 & 0.2094 \end{array}\right]$",
        r"$\vec{del}_2^T = \begin{pmatrix} -0.0167 \\ 0.2094 \end{pmatrix}$".replace("^T", ""),
    ],
)
def test_matrices_as_people_write_them(text: str) -> None:
    assert found(text, "hoey") == DEL2
    page = figures_in(text, worked.load("hoey"))
    assert (page.numbers, page.covered, page.left) == (2, 2, ())


@pytest.mark.parametrize(
    "text",
    [
        "del2 = [-0.0167, 0.2094, 0.5]",  # another shape
        "del2 = [a, 0.2094]",
        "del2 = 2 * [-0.0167, 0.2094]",
        "del2 = [-0.0167, 0.2094] * z2",
        "del3 = [-0.0167, 0.2094]",
    ],
)
def test_what_is_no_matrix_of_ours_is_left(text: str) -> None:
    page = figures_in(text, worked.load("hoey"))
    assert not page.figures
    assert page.covered == 0
    assert len(page.left) == page.numbers > 0


def test_which_way_weights_lie_is_told_by_those_that_are_given() -> None:
    gradient = "dE/dW2 = [[0.0822, -0.0226], [0.0827, -0.0227]]"
    assert found(gradient) == {}
    by_columns = {"dE/dw5": "0.0822", "dE/dw7": "-0.0226", "dE/dw6": "0.0827", "dE/dw8": "-0.0227"}
    assert found(f"W2 = [[0.4, 0.5], [0.45, 0.55]]\n{gradient}") == by_columns
    by_rows = found(f"W2 = [[0.4, 0.45], [0.5, 0.55]]\n{gradient}")
    assert by_rows == {"dE/dw5": "0.0822", "dE/dw6": "-0.0226", "dE/dw7": "0.0827", "dE/dw8": "-0.0227"}
    assert found("out_h = [0.5933, 0.5969]") == {"out_h1": "0.5933", "out_h2": "0.5969"}


def test_a_given_matrix_of_other_numbers_is_shown_and_not_taken() -> None:
    page = figures_in("W2 =\n 0.3017 0.3891\n -0.0989 0.6429\n 0.8010 -0.1060\n", worked.load("hoey"))
    assert not page.figures
    assert [figure.symbol for _, figure in page.repeated][:2] == ["W2[1,1]", "W2[1,2]"]
    assert len(page.left) == 6


def test_what_the_share_is_of_and_what_is_left() -> None:
    text = (
        "# Forward\nnet_h1 = 0.15·0.05 + 0.35 = 0.3775\nout = σ(0.3775)\nsee 7.25\nnet_h1 = 0.4\n3 steps"
    )
    page = figures_in(text, URBAIN)
    assert (page.numbers, page.covered, page.given, page.left) == (7, 3, 3, ((4, "7.25"),))
    assert page.share == 3 / 7
    assert [(line, each.printed) for line, each in page.repeated] == [(5, "0.4")]
    assert page.figures[0].where == "Forward"
    assert page.summary() == (
        "1 figure; it covers 3 of the 7 numbers with decimals in the text (43 %), 3 are given, 1 is left"
    )


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize("name", ["urbain", "xing-chain", "xing-double", "hoey", "guided", "xing"])
def test_every_answer_of_our_own_pages_is_found(name: str, ending: str, tmp_path: Path) -> None:
    sheet = Worksheet(worked.load(name), digits=6)
    page = find_figures(sheet.save(tmp_path / f"page.{ending}", answers=True), worked.load(name))
    step = worked.load(name).step()
    printed = {figure.symbol: figure for figure in page.figures}
    asked = {row["symbol"] for row in sheet.records()} & {*step} - {"E"}
    assert len(asked & printed.keys()) >= 0.9 * len(asked)
    for symbol, figure in printed.items():
        assert Tolerance(6).accepts(read_number(figure.printed).exact, step[symbol]), symbol


@pytest.mark.parametrize("name", worked.names())
def test_symbols_under_the_heading_of_an_example_are_its_own(name: str, tmp_path: Path) -> None:
    """What is proposed is taken by the proofreader as it stands, and is all right."""
    example = worked.load(name)
    step = example.step()
    sections: dict[str, list[str]] = {"Error": []}
    for symbol in step:
        of = {*re.findall(r"@(\d+)", symbol)}
        heading = f"Example {of.pop()}" if len(of) == 1 else "Error"
        bare = symbol if heading == "Error" else re.sub(r"@\d+", "", symbol)
        sections.setdefault(heading, []).append(f"{bare} = {step[symbol]:.6g}")
    page = [f"## {heading}\n\n### Numbers\n" + "\n".join(lines) for heading, lines in sections.items()]
    proposed = figures_in("\n".join(reversed(page)), example)
    assert proposed.unsaid == ()
    own = (Path(worked.__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    path = tmp_path / "taken.toml"
    path.write_text(own.partition("[[figures]]")[0] + proposed.toml(), encoding="utf-8")
    findings = list(proofread(worked.load(path)))
    assert len(findings) == len(proposed.figures) > 10
    assert {each.verdict for each in findings} == {"right"}


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("# The second example\nnet_h1 = 0.25\n# All\nout_h1 = 0.5", ["net_h1@2"]),
        (
            "**Training sample 3:**\n$\\delta_{o1} = 0.25$\n1. For example 1\nE = 0.5",
            ["delta_o1@3", "E"],
        ),
        ("net_h1 = 0.25, for example 2", []),
        ("Example 4\nnet_h1 = 0.25", []),
    ],
)
def test_where_a_text_says_which_example_it_is(text: str, symbols: list[str]) -> None:
    proposed = figures_in(text, worked.load("batch-of-three"))
    assert [each.symbol for each in proposed.figures] == symbols
    if "All" in text:
        assert proposed.unsaid == ("out_h1",)
        assert "# Each example has its own out_h1: write out_h1@1, or say which" in proposed.toml()


def test_a_wrong_number_is_taken_as_it_is_printed() -> None:
    assert found("net_h1 = 0.4775") == {"net_h1": "0.4775"}


def test_the_command_proposes_entries_that_an_example_takes(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("net_h1 = 0.3775\n∂E/∂w5 = 0.0822\nnet_h1 = 0.4\n1.25", encoding="utf-8")
    result = CliRunner().invoke(main, ["figures", str(page), "--example", "urbain"])
    assert result.exit_code == 0
    entries = tomllib.loads(result.output)["figures"]
    assert entries == [
        {"symbol": "net_h1", "printed": "0.3775"},
        {"symbol": "dE/dw5", "printed": "0.0822"},
    ]
    comments = [line for line in result.output.splitlines() if line.startswith("#")]
    assert "# Left: 1.25 (line 4)" in comments
    assert "#   net_h1 = 0.4 (line 3)" in comments
    own = tmp_path / "own.toml"
    example = worked.dumps(worked.exercise(1, (2, 2, 1)))
    own.write_text(example + "\n" + result.output.replace("dE/dw5", "dE/dw1"), encoding="utf-8")
    assert [each.of for each in worked.load(own).figures] == ["net_h1", "dE/dw1"]
    as_json = CliRunner().invoke(main, ["figures", str(page), "--example", "urbain", "--json"])
    assert json.loads(as_json.output)["share"] == 0.75


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    (tmp_path / "big.txt").write_bytes(b"x" * 2_000_001)
    for name, said in (
        ("a.pdf", "figures are looked for in .md, .html, .txt"),
        ("latin.txt", "codec can't decode"),
        ("big.txt", "larger than"),
    ):
        with pytest.raises(ArgumentValueError, match=re.escape(f"{tmp_path / name}: ")) as caught:
            find_figures(tmp_path / name, URBAIN)
        assert said in str(caught.value)
    with pytest.raises(FileNotFoundError):
        find_figures(tmp_path / "none.txt", URBAIN)
    with pytest.raises(OperandError):
        find_figures(5, URBAIN)  # type: ignore[arg-type]
    with pytest.raises(OperandError):
        figures_in("net = 1", "urbain")  # type: ignore[arg-type]


def test_no_text_takes_long_or_fails() -> None:
    for text in (
        "=" * 5000,
        "\\frac{" * 500,
        "net_h1 " * 2000 + "= 1.5",
        "1.5" * 3000,
        "{" * 3000 + "= 0.5",
        "= [" * 3000 + "0.5" + "]" * 3000,
        "x = [" + "0.5 " * 5000,
        "x =\n" + " 0.5 0.25\n" * 3000,
        "a" * 50_000 + "= [0.5",
        r"= \begin{matrix} 0.5 &" * 1000,
    ):
        figures_in(text, URBAIN)
