"""How wide a text is in Helvetica, so that a picture leaves room for it."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

__all__ = ["text_width"]

#: In thousandths of the font's size, from the blank to the tilde, as Adobe's font metrics have them.
_WIDTHS = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]  # fmt: skip
#: Of what else our symbols are made of, as Liberation Sans has it, which is as wide as Helvetica.
_LETTERS = {
    "·": 278, "ŷ": 500, "Δ": 668, "α": 578, "β": 575, "γ": 500, "δ": 557, "ε": 446, "η": 556, "θ": 556,
    "λ": 500, "π": 690, "σ": 617, "φ": 648, "…": 1000, "−": 584, "×": 584, "∂": 494,
}  # fmt: skip
_OTHER, _WIDE = 600, 1000


def text_width(text: str, size: float) -> float:
    """The width of a line of text; of letters that Helvetica does not have, about that.

    Args:
        text: the line.
        size: of the font.

    >>> text_width("net", 10.0)
    13.9
    """
    return sum(map(_width, text)) * size / 1000.0


def _width(character: str) -> int:
    place = ord(character) - 32
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    if combining(character):
        return 0
    if character in _LETTERS:
        return _LETTERS[character]
    return _WIDE if east_asian_width(character) in "WF" else _OTHER
