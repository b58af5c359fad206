"""The text of a number as people write it: the number, and what a unit in its last digit is worth."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from autograd.errors import ArgumentValueError

__all__ = ["ACCEPTED", "NumberText", "decimal_mark", "read_number"]

#: How a number may be written, for messages.
ACCEPTED = "-0.1, −0,1, .5, 1.2e-3, 1.2·10^-3, 1.2 × 10⁻³, 12.5 %, 1/3, ≈ 0.1"

#: A fraction has no last digit: it is held to so many digits.
_DIGITS_OF_A_FRACTION = 15
_ABOUT = re.compile(r"^(≈|≃|≅|≐|∼|~|=)\s*")
_PLAIN = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d+\.?\d*|\.\d+)")
_POWER = re.compile(
    r"(?P<digits>[-+]?(?:\d+\.?\d*|\.\d+))?(?:e|(?P<times>[·×*x]?)10(?:\^|\*\*)?)\(?(?P<power>[-+]?\d{1,3})\)?"
)
_FRACTION = re.compile(r"(?P<sign>[-+]?)(?P<above>\d{1,15})/(?P<below>\d{1,15})")
_MINUS = str.maketrans(
    dict.fromkeys("−–‐‑﹣－", "-") | {"＋": "+", "⋅": "·", "∙": "·", "•": "·", "×": "×", "✕": "×"}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED_POWER = re.compile(r"10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f'’](?=\d{3}(?!\d))")


class NumberText(NamedTuple):
    """What the text of a number says.

    Attributes:
        exact: the number.
        unit: what one unit in its last digit is worth.
        percent: whether the text is in percent.
    """

    exact: Decimal
    unit: Decimal
    percent: bool = False


@lru_cache(maxsize=4096)
def read_number(text: str, decimal_comma: bool | None = None) -> NumberText:
    """What a text says, as a number and its last digit.

    Digits of any script count, as for Python's ``float``. A comma is the decimal comma where it can be
    nothing else: 0,5 and 1,25 are; 1,234 is so only where that is declared.

    Args:
        text: the text.
        decimal_comma: whether a comma separates the decimals; what is obvious if None.

    Raises:
        ValueError: it is not the text of a number, or may be meant in two ways.

    >>> read_number("−0,10").exact, read_number("1.2 × 10⁻³").unit, read_number("12.5 %").exact
    (Decimal('-0.10'), Decimal('0.0001'), Decimal('0.125'))
    >>> read_number("1,234")
    Traceback (most recent call last):
    ArgumentValueError: the text of a number is expected, not '1,234': say by decimal_comma = true ...
    """
    plain = _ABOUT.sub("", _plain(text))
    percent = plain.endswith("%")
    plain = _with_point(text, plain.removesuffix("%").strip(), decimal_comma)
    if fraction := _FRACTION.fullmatch(plain.replace(" ", "")):
        exact = _fraction(text, fraction)
    elif _PLAIN.fullmatch(plain):
        exact = Decimal(plain)
    elif (power := _POWER.fullmatch(plain.replace(" ", ""))) and _joined(power):
        exact = Decimal(f"{power['digits'] or '1'}e{power['power']}")
    else:
        raise ArgumentValueError(
            f"the text of a number is expected, not {text!r:.60}; it may be written as {ACCEPTED}"
        )
    exact = exact.scaleb(-2) if percent else exact
    return NumberText(exact, Decimal(1).scaleb(int(exact.as_tuple().exponent)), percent)


def decimal_mark(text: str) -> str:
    """The point or the comma that surely separates the decimals of a number; "" if none does.

    >>> decimal_mark("0,5"), decimal_mark("1.5"), decimal_mark("1,234"), decimal_mark("5")
    (',', '.', '', '')
    """
    read = {}
    for mark in ".,":
        with suppress(ArgumentValueError):
            read[mark] = read_number(text.strip(), mark == ",").exact
    if "," not in _plain(text):
        return "." if read and "." in _plain(text) else ""
    return next(iter(read)) if len(read) == 1 else ""


def _plain(text: str) -> str:
    """The text with plain signs and digits, and without spaces around it."""
    text = _RAISED_POWER.sub(lambda found: f"10^{found[1].translate(_RAISED)}", text.translate(_MINUS))
    text = _GROUPED.sub("", text.strip())
    return "".join(_character(each) for each in text).lower()


def _character(each: str) -> str:
    if each.isdecimal():
        return str(unicodedata.decimal(each))
    return {"٫": ",", "٬": "'", "，": ",", "．": ".", "％": "%", "٪": "%", "Ｅ": "e", "ｅ": "e"}.get(
        each, each
    )


def _with_point(text: str, plain: str, decimal_comma: bool | None) -> str:
    """The text with a decimal point, and without separators of thousands."""
    if "," not in plain:
        grouped = decimal_comma and re.fullmatch(r"[-+]?[1-9]\d{0,2}(\.\d{3})+", plain)
        return plain.replace(".", "") if grouped else plain
    comma_last = plain.rfind(",") > plain.rfind(".")
    if decimal_comma is None:
        thousands = re.match(r"[-+]?[1-9]\d{0,2}(,\d{3})+(?!\d)", plain)
        if thousands and "." not in plain and plain.count(",") == 1 and "٫" not in text:
            number = plain[: thousands.end()]
            raise ArgumentValueError(
                f"the text of a number is expected, not {text!r:.60}: say by decimal_comma = true or "
                f"false whether it is {number.replace(',', '.')} or {number.replace(',', '')}"
            )
        decimal_comma = not thousands if "." not in plain else comma_last
    separator, point = (".", ",") if decimal_comma else (",", ".")
    return re.sub(rf"(?<=\d){re.escape(separator)}(?=\d{{3}}(?!\d))", "", plain).replace(point, ".")


def _joined(power: re.Match[str]) -> bool:
    """Whether 1.2·10^-3 has its sign of multiplication: 1.210 is another number."""
    if power["times"] is None:
        return power["digits"] is not None
    return bool(power["times"]) == (power["digits"] is not None)


def _fraction(text: str, fraction: re.Match[str]) -> Decimal:
    if not int(fraction["below"]):
        raise ArgumentValueError(
            f"the text of a number is expected, not {text!r:.60}, which divides by 0"
        )
    number = Fraction(int(fraction["above"]), int(fraction["below"]))
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    digits = _DIGITS_OF_A_FRACTION - 1 - exact.adjusted() if exact else _DIGITS_OF_A_FRACTION
    exact = exact.quantize(Decimal(1).scaleb(-digits))
    return -exact if fraction["sign"] == "-" else exact
