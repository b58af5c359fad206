"""Names as notes write them: ``net_h1`` as netₕ₁ or net_{h1}, ``delta_o1`` as δₒ₁, ``w5+`` as w₅⁺."""

from __future__ import annotations

import re

__all__ = ["latex_symbol", "latex_text", "unicode_symbol"]

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SYMBOL = re.compile(r"([A-Za-z]+)_?([A-Za-z0-9]*)(\+?)")
_DERIVATIVE = re.compile(r"d(\w+)/d(\w+)")


def _parts(symbol: str) -> tuple[str, str, str] | None:
    """Base, subscript and superscript: ``w5+`` is ("w", "5", "+"); None if it is no such symbol."""
    match = _SYMBOL.fullmatch(symbol)
    return (match[1], match[2], match[3]) if match else None


def unicode_symbol(symbol: str) -> str:
    """A symbol with Unicode's subscripts and Greek letters; as it stands where Unicode has none.

    >>> [unicode_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE_o1/dout_h1", "E_Q", "W[1,2]")]
    ['netₕ₁', 'w₅⁺', 'δₒ₁', '∂Eₒ₁/∂outₕ₁', 'E_Q', 'W[1,2]']
    """
    if derivative := _DERIVATIVE.fullmatch(symbol):
        return f"∂{unicode_symbol(derivative[1])}/∂{unicode_symbol(derivative[2])}"
    parts = _parts(symbol)
    if parts is None:
        return symbol
    base, index, power = parts
    lowered = index.translate(_SUBSCRIPTS)
    if any(character.isascii() for character in lowered):
        lowered = f"_{index}" if f"_{index}" in symbol else index
    return _GREEK.get(base, base) + lowered + power.translate(_SUPERSCRIPTS)


def latex_symbol(symbol: str) -> str:
    r"""A symbol in LaTeX.

    >>> [latex_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE/dw5")]
    ['\\mathrm{net}_{h1}', 'w_{5}^{+}', '\\delta_{o1}', '\\frac{\\partial E}{\\partial w_{5}}']
    """
    if derivative := _DERIVATIVE.fullmatch(symbol):
        above, below = latex_symbol(derivative[1]), latex_symbol(derivative[2])
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    parts = _parts(symbol)
    if parts is None:
        return rf"\text{{{latex_text(symbol)}}}"
    base, index, power = parts
    letter = rf"\{base}" if base in _GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    return letter + (f"_{{{index}}}" if index else "") + (f"^{{{power}}}" if power else "")


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
