"""Names as notes write them: ``net_h1`` as netₕ₁ or net_{h1}, ``delta_o1`` as δₒ₁, ``w5+`` as w₅⁺."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["latex_symbol", "latex_text", "unicode_symbol"]

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω",
}  # fmt: skip
_HAT = "\u0302"  # combines with the letter before it
_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_SYMBOL = re.compile(r"(Δ?[A-Za-z]+)_?([A-Za-z0-9,]*)((?:\^\(\d+\))?\+?)")
_ENTRY = re.compile(r"([A-Za-z]+)(\d*)(\[[\d,]+\])", flags=re.ASCII)
_DERIVATIVE = re.compile(r"d(\S+)/d(\S+)")


def _parts(symbol: str) -> tuple[str, str, str] | None:
    """Base, subscript and superscript: ``w5+`` is ("w", "5", "+"); None if it is no such symbol."""
    match = _SYMBOL.fullmatch(symbol)
    return (match[1], match[2], match[3].removeprefix("^")) if match else None


def _letter(base: str) -> str:
    """A Greek letter, or one with a hat, for the word that stands for it."""
    if base.endswith("hat") and len(base) == 4:
        return unicodedata.normalize("NFC", base[0] + _HAT)
    return _GREEK.get(base, base)


def unicode_symbol(symbol: str) -> str:
    """A symbol with Unicode's subscripts and Greek letters; as it stands where Unicode has none.

    >>> [unicode_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE_o1/dout_h1", "E_Q", "W1[1,2]")]
    ['netₕ₁', 'w₅⁺', 'δₒ₁', '∂Eₒ₁/∂outₕ₁', 'E_Q', 'W1[1,2]']
    >>> [unicode_symbol(s) for s in ("S_1^(2)", "w_2,1^(1)", "de/do^(2)", "yhat[1,1]")]
    ['S₁⁽²⁾', 'w₂,₁⁽¹⁾', '∂e/∂o⁽²⁾', 'ŷ[1,1]']
    """
    if derivative := _DERIVATIVE.fullmatch(symbol):
        return f"∂{unicode_symbol(derivative[1])}/∂{unicode_symbol(derivative[2])}"
    if entry := _ENTRY.fullmatch(symbol):
        return _letter(entry[1]) + entry[2] + entry[3]
    parts = _parts(symbol)
    if parts is None:
        return symbol
    base, index, power = parts
    lowered = index.translate(_SUBSCRIPTS)
    if any(character.isascii() and character != "," for character in lowered):
        lowered = f"_{index}" if f"_{index}" in symbol else index
    return _letter(base) + lowered + power.translate(_SUPERSCRIPTS)


def latex_symbol(symbol: str) -> str:
    r"""A symbol in LaTeX.

    >>> [latex_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE/dw5")]
    ['\\mathrm{net}_{h1}', 'w_{5}^{+}', '\\delta_{o1}', '\\frac{\\partial E}{\\partial w_{5}}']
    >>> [latex_symbol(s) for s in ("S_1^(2)", "W1[1,2]", "yhat[1,1]")]
    ['S_{1}^{(2)}', 'W_{1}[1,2]', '\\hat{y}[1,1]']
    """
    if derivative := _DERIVATIVE.fullmatch(symbol):
        above, below = latex_symbol(derivative[1]), latex_symbol(derivative[2])
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    if entry := _ENTRY.fullmatch(symbol):
        return latex_symbol(entry[1] + entry[2]) + entry[3]
    parts = _parts(symbol)
    if parts is None:
        return rf"\text{{{latex_text(symbol)}}}"
    base, index, power = parts
    change, base = (r"\Delta ", base[1:]) if base[0] == "Δ" else ("", base)
    if base in _GREEK:
        letter = rf"\{base}"
    elif base.endswith("hat") and len(base) == 4:
        letter = rf"\hat{{{base[0]}}}"
    else:
        letter = base if len(base) == 1 else rf"\mathrm{{{base}}}"
    return change + letter + (f"_{{{index}}}" if index else "") + (f"^{{{power}}}" if power else "")


_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip


def latex_text(text: str) -> str:
    r"""Any text as LaTeX text: nothing in it is a command.

    >>> latex_text(r"50% of \input{x}")
    '50\\% of \\textbackslash{}input\\{x\\}'
    """
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)
