"""How formulas and symbols are written elsewhere, and here: hints for errors."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from autograd import OPERATIONS
from autograd.symbols import GREEK

__all__ = ["of_function", "of_name", "of_power", "of_symbol", "of_text", "symbol_as_read"]

#: What a function is called elsewhere, and how that is written here; ``…`` is the operand.
FUNCTIONS = {
    **dict.fromkeys(("ln", "loge", "log_e"), "log(…)"),
    **dict.fromkeys(("lg", "log_10"), "log10(…)"),
    **dict.fromkeys(("ld", "lb", "log_2"), "log2(…)"),
    **dict.fromkeys(("sqr", "power", "quad"), "… ** 2"),
    **dict.fromkeys(("root", "sqroot", "rt"), "sqrt(…)"),
    **dict.fromkeys(("sen", "seno"), "sin(…)"),
    **dict.fromkeys(("tg", "tang"), "tan(…)"),
    **dict.fromkeys(("cot", "ctg", "cotg", "cotan"), "1 / tan(…)"),
    **dict.fromkeys(("sec",), "1 / cos(…)"),
    **dict.fromkeys(("csc", "cosec"), "1 / sin(…)"),
    **dict.fromkeys(("arcsin", "arcsen", "asen"), "asin(…)"),
    **dict.fromkeys(("arccos",), "acos(…)"),
    **dict.fromkeys(("arctan", "arctg", "atg", "atn"), "atan(…)"),
    **dict.fromkeys(("arctan2",), "atan2(…)"),
    **dict.fromkeys(("sh", "senh"), "sinh(…)"),
    **dict.fromkeys(("ch",), "cosh(…)"),
    **dict.fromkeys(("th", "tgh"), "tanh(…)"),
    **dict.fromkeys(("arcsinh", "arsinh", "arsh"), "asinh(…)"),
    **dict.fromkeys(("arccosh", "arcosh", "arch"), "acosh(…)"),
    **dict.fromkeys(("arctanh", "artanh", "arth"), "atanh(…)"),
    **dict.fromkeys(("logistic", "expit", "sig", "sigma", "σ", "logsig"), "sigmoid(…)"),
    **dict.fromkeys(("fabs", "absolute", "betrag"), "abs(…)"),
    **dict.fromkeys(("maximum", "fmax"), "max(…)"),
    **dict.fromkeys(("minimum", "fmin"), "min(…)"),
    **dict.fromkeys(("sgn", "signum"), "sign(…)"),
    **dict.fromkeys(("heaviside", "step", "theta"), "1 if … > 0 else 0"),
}
#: What a character means elsewhere.
CHARACTERS = {
    **{character: f"** {power}" for power, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **dict.fromkeys("·⋅×∙•", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("−–—", "-"),
    "√": "sqrt(…)",
    "∛": "cbrt(…)",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "∞": "a finite number",
}
#: Functions whose derivative is 0 wherever they have one.
JUMPING = {"floor", "ceil", "round", "trunc", "int", "fix"}
#: The names of Greek letters.
_LETTERS = {letter: name for name, letter in GREEK.items()}
_WORDS = {"if", "else", "and", "or", "not"}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PRODUCT = re.compile(rf"(?<![\w.])({_NUMBER})\s*([^\W\d]\w*|\()")
_NEIGHBOURS = re.compile(r"([^\W\d]\w*)\s+([^\W\d]\w*|\d[\d.]*)|\)\s*([^\W\d]\w*|\()")


def of_text(text: str) -> str:
    """A hint for a text that is no expression; "" if there is none.

    >>> of_text("2x"), of_text("x² + 1")
    ('; for a product write 2 * x', '; for ² write ** 2')
    """
    return next((f"; {hint}" for hint in _hints(text)), "")


def _hints(text: str) -> Iterator[str]:
    for character in text:
        if character in CHARACTERS:
            yield f"for {character} write {CHARACTERS[character]}"
    if "|" in text:
        yield "for |x| write abs(x)"
    for number, after in _PRODUCT.findall(text):
        if after not in _WORDS:
            yield f"for a product write {number} * {_factor(after)}"
    for left, right, bracketed in _NEIGHBOURS.findall(text):
        if bracketed:
            if bracketed not in _WORDS:
                yield f"for a product write (…) * {_factor(bracketed)}"
        elif left in OPERATIONS or left.lower() in FUNCTIONS:
            yield f"write {left}({right})"
        elif not {left, right} & _WORDS:
            yield f"for a product write {left} * {right}"
    if re.search(r"(?<![<>!=])=(?!=)", text):
        yield "a formula is only what stands on the right of ="


def _factor(beginning: str) -> str:
    """What begins with a bracket or a name."""
    if beginning == "(":
        return "(…)"
    return f"{beginning}(…)" if beginning in OPERATIONS else beginning


def of_power(left: ast.expr, right: ast.expr) -> str:
    """A hint for ``x ^ y``.

    >>> of_power(ast.Name("x"), ast.Constant(2.0)), of_power(ast.Name("e"), ast.Name("x"))
    ('; for a power write x ** 2.0', '; for a power of e write exp(x)')
    """
    if isinstance(left, ast.Name) and left.id == "e":
        return f"; for a power of e write exp({ast.unparse(right)})"
    return f"; for a power write {ast.unparse(ast.BinOp(left, ast.Pow(), right))}"


def of_function(name: str, operands: str) -> str:
    """A hint for a function that there is not; "" if there is none.

    >>> of_function("ln", "x"), of_function("Exp", "x"), of_function("sigmod", "x")
    ('; write log(x)', '; write exp(x)', '; write sigmoid(x)')
    """
    lower = name.lower()
    if lower in JUMPING:
        return "; its derivative is 0 wherever it has one"
    written = FUNCTIONS.get(name) or FUNCTIONS.get(lower)
    if written is not None:
        bare = written.endswith("(…)") or operands.isidentifier()
        return f"; write {written.replace('…', operands if bare else f'({operands})')}"
    close = [lower] if lower in OPERATIONS else get_close_matches(lower, OPERATIONS, n=1, cutoff=0.75)
    return f"; write {close[0]}({operands})" if close else ""


def of_name(name: str, known: Collection[str]) -> str:
    """A hint for a name that nothing has.

    >>> of_name("wx", ["w", "x"]), of_name("e", ["x"]), of_name("sin", [])
    ('; for a product write w * x', '; for a power of e write exp(…)', '; write sin(…)')
    """
    if name in OPERATIONS or name.lower() in FUNCTIONS:
        return of_function(name, "…") if name not in OPERATIONS else f"; write {name}(…)"
    if name in {"e", "euler"}:
        return "; for a power of e write exp(…)"
    if name.lower() in {"pi", "π"}:
        return "; write pi"
    if name.lower() in {"nan", "inf", "infinity"}:
        return "; a number is finite"
    for character in name:
        if character in CHARACTERS:
            return f"; for {character} write {CHARACTERS[character]}"
    for cut in range(1, len(name)):
        if name[:cut] in known and name[cut:] in known:
            return f"; for a product write {name[:cut]} * {name[cut:]}"
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def symbol_as_read(symbol: str) -> str:
    """A symbol without what it may be written with or without.

    >>> [symbol_as_read(each) for each in ("net_{h1}", "net_h1", "netₕ₁", "∂E/∂w₅", "δ_h1")]
    ['neth1', 'neth1', 'neth1', 'dE/dw5', 'deltah1']
    """
    plain = unicodedata.normalize("NFKC", symbol).replace("∂", "d").replace("−", "-")
    plain = "".join(_LETTERS.get(each, each) for each in plain)
    return re.sub(r"[\s_{}\\^]", "", plain)


def of_symbol(symbol: str, known: Collection[str]) -> str:
    """A hint for a symbol that a step does not have; "" if there is none.

    >>> of_symbol("net_h1", ["net_h1@1", "net_h2@1", "net_h1@2"])
    '; each example has its own: net_h1@1, net_h1@2'
    >>> of_symbol("W_5", ["w5", "b1"]), of_symbol("q", ["w5"])
    ('; did you mean w5?', '')
    """
    own = [each for each in known if each.partition("@")[0] == symbol]
    if own:
        return f"; each example has its own: {', '.join(own[:3])}{', …' if len(own) > 3 else ''}"
    lower = {each.lower(): each for each in reversed([*known])}
    close = [lower[each] for each in get_close_matches(symbol.lower(), lower, n=3)]
    return f"; did you mean {' or '.join(close)}?" if close else ""
