"""Names as notes write them: ``net_h1`` as netₕ₁ or net_{h1}, ``delta_o1`` as δₒ₁, ``w5+`` as w₅⁺."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "GREEK",
    "is_control",
    "latex_symbol",
    "latex_text",
    "mathml_symbol",
    "raised_and_lowered",
    "unicode_symbol",
    "visible",
    "xml_text",
]

#: The Greek letters, by the words that stand for them in names and, after a backslash, in LaTeX.
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω",
}  # fmt: skip
_HAT = "\u0302"  # combines with the letter before it
_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_SYMBOL = re.compile(r"(Δ?[A-Za-z]+)_?([A-Za-z0-9,]*(?:_[0-9]+)*)((?:\^\(\d+\))?\+?)", flags=re.ASCII)
_ENTRY = re.compile(r"([A-Za-z]+)(\d*)(\[[\d,]+\])", flags=re.ASCII)
_DERIVATIVE = re.compile(r"d((?:-ln )?\S+)/d((?:-ln )?\S+)")
#: ``d2E/dv dw``: E differentiated with respect to v and then to w
_SECOND = re.compile(r"d2(\S+)/d(\S+) d(\S+)")
_LOGARITHM = re.compile(r"-ln (\S+)")
_NUMBERED = re.compile(r"([^\s@]+)(@\d+)", flags=re.ASCII)
#: What XML has no place for, besides control characters: lone surrogates, two that are no characters. It
#: is long to compile, so `re` does it when it is first used.
_NOT_XML = "[\ud800-\udfff\ufffe\uffff]"

#: They join letters, of which some scripts are made, and control nothing else.
_JOINERS = "\u200c\u200d"


def is_control(character: str) -> bool:
    r"""Whether a character is not shown, but says how others are: escape, line ends, marks of direction.

    >>> [is_control(each) for each in ("\x1b", "\u202e", "\n", " ", "δ")]
    [True, True, True, False, False]
    """
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} and character not in _JOINERS


def visible(text: str) -> str:
    r"""A text in which nothing controls how it is shown, or is no character: what would is replaced.

    Line ends and tabs stay.

    >>> visible("a\u202eb\x1b[2J\nc")
    'a\ufffdb\ufffd[2J\nc'
    """
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if (is_control(each) and each not in "\n\t") or re.match(_NOT_XML, each) else each
        for each in text
    )


def _parts(symbol: str) -> tuple[str, str, str] | None:
    """Base, subscript and superscript: ``w5+`` is ("w", "5", "+"); None if it is no such symbol.

    ``w_h1_1_2``, of weight 2 of neuron h1_1, has the subscript "h1,1,2".
    """
    match = _SYMBOL.fullmatch(symbol)
    return (match[1], match[2].replace("_", ","), match[3].removeprefix("^")) if match else None


def _letter(base: str) -> str:
    """A Greek letter, or one with a hat, for the word that stands for it."""
    if base.endswith("hat") and len(base) == 4:
        return unicodedata.normalize("NFC", base[0] + _HAT)
    return GREEK.get(base, base)


def unicode_symbol(symbol: str) -> str:
    """A symbol with Unicode's subscripts and Greek letters; as it stands where Unicode has none.

    What would control a terminal is replaced: a symbol is looked at, and does nothing.

    >>> [unicode_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE_o1/dout_h1", "E_Q", "W1[1,2]")]
    ['netₕ₁', 'w₅⁺', 'δₒ₁', '∂Eₒ₁/∂outₕ₁', 'E_Q', 'W1[1,2]']
    >>> [unicode_symbol(s) for s in ("S_1^(2)", "w_2,1^(1)", "de/do^(2)", "yhat[1,1]", "net_h1@2")]
    ['S₁⁽²⁾', 'w₂,₁⁽¹⁾', '∂e/∂o⁽²⁾', 'ŷ[1,1]', 'netₕ₁@2']
    >>> [unicode_symbol(s) for s in ("w_h1_1_2", "b_Q1_1+", "a_b_c")]
    ['wₕ₁,₁,₂', 'b_Q1_1⁺', 'a_b_c']
    >>> unicode_symbol("d2E/dw5 dw6"), unicode_symbol("d2E/dw5 dw5")
    ('∂²E/∂w₅∂w₆', '∂²E/∂w₅²')
    >>> unicode_symbol("-ln p_o3"), unicode_symbol("dE/d-ln p_o3")
    ('−ln pₒ₃', '∂E/∂(−ln pₒ₃)')
    """
    if not symbol.isprintable():
        symbol = visible("".join("\ufffd" if is_control(each) else each for each in symbol))
    if second := _SECOND.fullmatch(symbol):
        above, below, then = map(unicode_symbol, second.groups())
        return f"∂²{above}/∂{below}²" if below == then else f"∂²{above}/∂{below}∂{then}"
    if derivative := _DERIVATIVE.fullmatch(symbol):
        above, below = (_bracketed(unicode_symbol(each), each) for each in derivative.groups())
        return f"∂{above}/∂{below}"
    if logarithm := _LOGARITHM.fullmatch(symbol):
        return f"−ln {unicode_symbol(logarithm[1])}"
    if numbered := _NUMBERED.fullmatch(symbol):
        return unicode_symbol(numbered[1]) + numbered[2]
    if entry := _ENTRY.fullmatch(symbol):
        return _letter(entry[1]) + entry[2] + entry[3]
    parts = _parts(symbol)
    if parts is None:
        return symbol
    base, index, power = parts
    lowered = index.translate(_SUBSCRIPTS)
    if any(character.isascii() and character != "," for character in lowered):
        lowered = symbol[len(base) :].partition("^")[0].removesuffix("+")
    return _letter(base) + lowered + power.translate(_SUPERSCRIPTS)


def _bracketed(written: str, symbol: str) -> str:
    return f"({written})" if symbol.startswith("-ln ") else written


class _Markup(NamedTuple):
    """A language that symbols are marked up in."""

    fraction: Callable[[str, str], str]
    partial: Callable[[str], str]
    second: Callable[[str, str, str], str]
    scripts: Callable[[str, str, str], str]
    letter: Callable[[str], str]
    hat: Callable[[str], str]
    greek: Callable[[str], str]
    signs: Callable[[str], str]
    text: Callable[[str], str]
    logarithm: Callable[[str], str]


@lru_cache(maxsize=5000)  # a page has the same few symbols everywhere
def _marked(symbol: str, markup: _Markup) -> str:
    if second := _SECOND.fullmatch(symbol):
        return markup.second(*(_marked(each, markup) for each in second.groups()))
    if derivative := _DERIVATIVE.fullmatch(symbol):
        above, below = (markup.partial(_marked(each, markup)) for each in derivative.groups())
        return markup.fraction(above, below)
    if logarithm := _LOGARITHM.fullmatch(symbol):
        return markup.logarithm(_marked(logarithm[1], markup))
    if numbered := _NUMBERED.fullmatch(symbol):
        return _marked(numbered[1], markup) + markup.signs(numbered[2])
    if entry := _ENTRY.fullmatch(symbol):
        return _marked(entry[1] + entry[2], markup) + markup.signs(entry[3])
    parts = _parts(symbol)
    if parts is None:
        return markup.text(symbol)
    base, index, power = parts
    change, base = (markup.greek("Delta"), base[1:]) if base[0] == "Δ" else ("", base)
    if base in GREEK:
        letter = markup.greek(base)
    elif base.endswith("hat") and len(base) == 4:
        letter = markup.hat(base[0])
    else:
        letter = markup.letter(base)
    return change + markup.scripts(letter, index, power)


_LATEX = _Markup(
    fraction=lambda above, below: rf"\frac{{{above}}}{{{below}}}",
    partial=lambda of: rf"\partial {of}",
    second=lambda above, below, then: (
        rf"\frac{{\partial^{{2}} {above}}}{{\partial {{{below}}}^{{2}}}}"
        if below == then
        else rf"\frac{{\partial^{{2}} {above}}}{{\partial {below} \, \partial {then}}}"
    ),
    scripts=lambda base, index, power: (
        base + (f"_{{{index}}}" if index else "") + (f"^{{{power}}}" if power else "")
    ),
    letter=lambda base: base if len(base) == 1 else rf"\mathrm{{{base}}}",
    hat=lambda letter: rf"\hat{{{letter}}}",
    greek=lambda name: rf"\{name}" if name != "Delta" else r"\Delta ",
    signs=str,
    text=lambda symbol: rf"\text{{{latex_text(symbol)}}}",
    logarithm=lambda of: rf"-\ln {of}",
)


def latex_symbol(symbol: str) -> str:
    r"""A symbol in LaTeX.

    >>> [latex_symbol(s) for s in ("net_h1", "w5+", "delta_o1", "dE/dw5")]
    ['\\mathrm{net}_{h1}', 'w_{5}^{+}', '\\delta_{o1}', '\\frac{\\partial E}{\\partial w_{5}}']
    >>> [latex_symbol(s) for s in ("S_1^(2)", "W1[1,2]", "yhat[1,1]", "net_h1@2")]
    ['S_{1}^{(2)}', 'W_{1}[1,2]', '\\hat{y}[1,1]', '\\mathrm{net}_{h1}@2']
    >>> latex_symbol("d2E/dv dw")
    '\\frac{\\partial^{2} E}{\\partial v \\, \\partial w}'
    """
    return _marked(symbol, _LATEX)


_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip


def latex_text(text: str) -> str:
    r"""Any text as LaTeX text: nothing in it is a command.

    >>> latex_text(r"50% of \input{x}")
    '50\\% of \\textbackslash{}input\\{x\\}'
    """
    return "".join(_LATEX_SPECIAL.get(character, character) for character in visible(text))


def _mathml_scripts(base: str, index: str, power: str) -> str:
    below, above = (f"<mtext>{xml_text(each)}</mtext>" for each in (index, power))
    if index and power:
        return f"<msubsup>{base}{below}{above}</msubsup>"
    if index:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}{above}</msup>" if power else base


_MATHML = _Markup(
    fraction=lambda above, below: f"<mfrac>{above}{below}</mfrac>",
    partial=lambda of: f"<mrow><mi>∂</mi>{of}</mrow>",
    second=lambda above, below, then: (
        f"<mfrac><mrow><msup><mi>∂</mi><mn>2</mn></msup>{above}</mrow><mrow><mi>∂</mi>"
        + (f"<msup>{below}<mn>2</mn></msup>" if below == then else f"{below}<mi>∂</mi>{then}")
        + "</mrow></mfrac>"
    ),
    scripts=_mathml_scripts,
    letter=lambda base: f"<mi>{base}</mi>",
    hat=lambda letter: f"<mover><mi>{letter}</mi><mo stretchy='false'>^</mo></mover>",
    greek=lambda name: f"<mi>{GREEK[name]}</mi>",
    # not mtext, which is taken for space between operators
    signs=lambda text: f"<mi>{text}</mi>",
    text=lambda symbol: f"<mi>{xml_text(symbol)}</mi>",
    logarithm=lambda of: f"<mrow><mo form='prefix'>−</mo><mi>ln</mi><mspace width='.2em'/>{of}</mrow>",
)


def mathml_symbol(symbol: str) -> str:
    """A symbol in MathML.

    >>> [mathml_symbol(s) for s in ("w5", "net", "<b>")]
    ['<msub><mi>w</mi><mtext>5</mtext></msub>', '<mi>net</mi>', '<mi>&lt;b&gt;</mi>']
    """
    return _marked(symbol, _MATHML)


#: Control characters, which no symbol has left: what follows is below, above, or on the line.
_BELOW, _ABOVE, _ON_THE_LINE = "\x0f", "\x0e", "\x10"
_LEVELS = {_BELOW: -1, _ABOVE: 1, _ON_THE_LINE: 0}

_LEVELLED = _Markup(
    fraction=lambda above, below: f"{above}/{below}",
    partial=lambda of: f"∂({of})" if of.startswith("−") else f"∂{of}",
    second=lambda above, below, then: (
        f"∂²{above}/∂{below}²" if below == then else f"∂²{above}/∂{below}∂{then}"
    ),
    scripts=lambda base, index, power: (
        base
        + (f"{_BELOW}{index}{_ON_THE_LINE}" if index else "")
        + (f"{_ABOVE}{power}{_ON_THE_LINE}" if power else "")
    ),
    letter=str,
    hat=lambda letter: unicodedata.normalize("NFC", letter + _HAT),
    greek=GREEK.__getitem__,
    signs=str,
    text=str,
    logarithm=lambda of: f"−ln {of}",
)


def raised_and_lowered(symbol: str) -> list[tuple[str, int]]:
    r"""A symbol in pieces, each with -1 if it is a subscript, 1 if it is a superscript, else 0.

    A superscript that follows a subscript stands above it.

    >>> raised_and_lowered("w5+"), raised_and_lowered("dE_o1/dnet_h1")
    ([('w', 0), ('5', -1), ('+', 1)], [('∂E', 0), ('o1', -1), ('/∂net', 0), ('h1', -1)])
    >>> raised_and_lowered("a\x1b_b")
    [('a\ufffd_b', 0)]
    """
    plain = visible("".join("\ufffd" if is_control(each) else each for each in symbol))
    pieces: list[tuple[str, int]] = []
    level = 0
    for text in re.split(f"([{_BELOW}{_ABOVE}{_ON_THE_LINE}])", _marked(plain, _LEVELLED)):
        if text in _LEVELS:
            level = _LEVELS[text]
        elif text and pieces and pieces[-1][1] == level:
            pieces[-1] = (pieces[-1][0] + text, level)
        elif text:
            pieces.append((text, level))
    return pieces


def xml_text(text: str) -> str:
    """Any text as text of XML or HTML: nothing in it is markup.

    >>> xml_text("a < b & c")
    'a &lt; b &amp; c'
    """
    text = visible(text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text
