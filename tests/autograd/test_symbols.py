"""Names as notes write them, in Unicode and LaTeX."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import latex_mistakes

from autograd.symbols import latex_symbol, latex_text, unicode_symbol


@pytest.mark.parametrize(
    ("symbol", "unicode", "latex"),
    [
        ("x", "x", "x"),
        ("w5", "w₅", "w_{5}"),
        ("w12", "w₁₂", "w_{12}"),
        ("w_12", "w₁₂", "w_{12}"),
        ("net_h1", "netₕ₁", r"\mathrm{net}_{h1}"),
        ("out_o2", "outₒ₂", r"\mathrm{out}_{o2}"),
        ("w5+", "w₅⁺", "w_{5}^{+}"),
        ("delta_o1", "δₒ₁", r"\delta_{o1}"),
        ("eta", "η", r"\eta"),
        ("Sigma", "Σ", r"\Sigma"),
        ("E_total", None, r"E_{total}"),
        ("E_Q", "E_Q", "E_{Q}"),
        ("dE/dw5", "∂E/∂w₅", r"\frac{\partial E}{\partial w_{5}}"),
        ("dE_o1/dout_h1", "∂Eₒ₁/∂outₕ₁", r"\frac{\partial E_{o1}}{\partial \mathrm{out}_{h1}}"),
        ("W[1,2]", "W[1,2]", "W[1,2]"),
        ("W1[2,1]", "W1[2,1]", "W_{1}[2,1]"),
        ("delta3[1,1]", "δ3[1,1]", r"\delta_{3}[1,1]"),
        ("yhat[1,1]", "ŷ[1,1]", r"\hat{y}[1,1]"),
        ("yhat", "ŷ", r"\hat{y}"),
        ("that", "t̂", r"\hat{t}"),
        ("w_11^(2)", "w₁₁⁽²⁾", "w_{11}^{(2)}"),
        ("w_1,12^(2)+", "w₁,₁₂⁽²⁾⁺", "w_{1,12}^{(2)+}"),
        ("o^(2)", "o⁽²⁾", "o^{(2)}"),
        ("Δw5", "Δw₅", r"\Delta w_{5}"),
        ("dL/dS_1^(2)", "∂L/∂S₁⁽²⁾", r"\frac{\partial L}{\partial S_{1}^{(2)}}"),
        ("50% off", "50% off", r"\text{50\% off}"),
        ("w_h1_1_2", "wₕ₁,₁,₂", "w_{h1,1,2}"),
        ("out_h1_12", "outₕ₁,₁₂", r"\mathrm{out}_{h1,12}"),
        ("w_h1_1_2+", "wₕ₁,₁,₂⁺", "w_{h1,1,2}^{+}"),
        ("net_h2_1@3", "netₕ₂,₁@3", r"\mathrm{net}_{h2,1}@3"),
        ("dE/dw_h1_1_2", "∂E/∂wₕ₁,₁,₂", r"\frac{\partial E}{\partial w_{h1,1,2}}"),
        ("b_Q1_1", "b_Q1_1", "b_{Q1,1}"),
        ("a_b_c", "a_b_c", r"\text{a\_b\_c}"),
        ("", "", r"\text{}"),
    ],
)
def test_known_symbols(symbol: str, unicode: str | None, latex: str) -> None:
    assert latex_symbol(symbol) == latex
    if unicode is not None:
        assert unicode_symbol(symbol) == unicode


@given(st.from_regex(r"[A-Za-z]{1,6}(_[A-Za-z0-9]{1,3}|[0-9]{0,3})\+?", fullmatch=True))
def test_distinct_symbols_stay_readable(symbol: str) -> None:
    assert latex_mistakes(latex_symbol(symbol)) == []
    assert "_" not in unicode_symbol(symbol) or "_" in symbol
    assert unicode_symbol(symbol) != ""


@given(st.text())
def test_any_text_is_well_formed_latex(text: str) -> None:
    assert latex_mistakes(latex_symbol(text)) == []
    assert latex_mistakes(rf"\text{{{latex_text(text)}}}") == []


@given(st.text(alphabet=r"\{}^_~&%$#ab", max_size=12))
def test_escaped_text_is_no_command_and_can_be_read_back(text: str) -> None:
    escaped = latex_text(text)
    commands = {"textbackslash", "textasciitilde", "textasciicircum"}
    assert set(re.findall(r"\\([A-Za-z]+)", escaped)) <= commands
    back = re.sub(
        r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\(.)",
        lambda m: m[2] or {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}[m[1]],
        escaped,
    )
    assert back == text
