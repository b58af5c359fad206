"""What the quantities of a page are called: as MathML, as text, and by their symbols.

Most names consist of others: ∂E/∂w of E and w, that of an operation of those of its operands. How they
do is the same in all notations, so it is said once, with places in it, and each notation names what
stands there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Mapping

from autograd.formula import MATHML, PRODUCT, UNICODE, Style, Written, write
from autograd.program import Line
from autograd.symbols import mathml_symbol, unicode_symbol

__all__ = ["Composed", "Name", "in_operation", "name_of"]

#: A quantity's name in MathML, as text, and its symbol.
Name = list[str]

#: What stands for another name: a range that no text uses, and no template.
_FIRST, _LAST = 0xE100, 0xF8FF
_PLACES = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")
_DERIVATIVE = re.compile(r"d(.+?)/d(.+)")


def name_of(symbol: str) -> Name:
    """How a symbol is written, also one that says by which use: ``dE/dw via h1``.

    >>> name_of("dE/dw via h1")[1:]
    ['∂E/∂w via h₁', 'dE/dw via h1']
    """
    head, word, use = _parted(symbol)
    in_mathml = mathml_symbol(head)
    if word:
        in_mathml += f"<mtext> {word} </mtext>{mathml_symbol(use) if use else ''}"
    text = " ".join(filter(None, [unicode_symbol(head), word, unicode_symbol(use) if use else ""]))
    return [in_mathml, text, symbol]


class Composed:
    """How names consist of other names.

    Attributes:
        names: by the symbol of a quantity, its name with places for others.
        symbols: those that stand there, in the order of the places.

    >>> composed = Composed()
    >>> composed.derivative("dE/dw"), composed.symbols
    (True, ['E', 'w'])
    >>> composed.shown("dE/dw", {"E": name_of("L"), "w": name_of("v_1")})[1]
    '∂L/∂v₁'
    """

    def __init__(self) -> None:
        self.names: dict[str, Name] = {}
        self.symbols: list[str] = []
        self._places: dict[str, str] = {}

    def _place(self, symbol: str) -> str:
        if symbol not in self._places:
            self._places[symbol] = chr(_FIRST + len(self.symbols))
            self.symbols.append(symbol)
        return self._places[symbol]

    def full(self, more: int) -> bool:
        """Whether there is no room for some more places."""
        return _FIRST + len(self.symbols) + more > _LAST

    def operation(self, symbol: str, label: Line) -> None:
        """Say how the name of an operation consists of those of its operands."""
        if symbol not in self.names:
            places = {each: self._place(each) for each in label.operands if isinstance(each, str)}
            self.names[symbol] = [
                in_operation(label, MATHML, places),
                in_operation(label, UNICODE, places),
                symbol,
            ]

    def derivative(self, symbol: str) -> bool:
        """Say how the name of a derivative does; False if it is none."""
        parts = _pieces(symbol)
        if parts is None or self.full(len(parts)):
            return False
        if symbol not in self.names:
            places = [self._place(each) for each in parts]
            word = _parted(symbol)[1]
            text = (
                f"d{places[0]}/d{places[1]}"
                + (f" {word}" if word else "")
                + "".join(f" {each}" for each in places[2:])
            )
            in_mathml, plain, _ = name_of(text)
            for each in places:
                in_mathml = in_mathml.replace(f"<mi>{each}</mi>", each)
            self.names[symbol] = [in_mathml, plain, text]
        return True

    def shortened(self, names: Mapping[str, Name]) -> dict[str, Name]:
        """The names of a notation without those that follow from the others."""
        found, following = dict(names), []
        for symbol in names:
            if self.derivative(symbol):
                own, theirs = _pieces(symbol) or (), _pieces(names[symbol][2]) or ()
                if len(own) == len(theirs):
                    following.append(symbol)
                    for each, piece in zip(own, theirs, strict=True):
                        found.setdefault(each, name_of(piece))
        for symbol in following:
            if self._made(symbol, found) == names[symbol]:
                del found[symbol]
        return found

    def shown(self, symbol: str, names: Mapping[str, Name]) -> Name:
        """What a quantity is called in a notation.

        Args:
            symbol: its symbol.
            names: what the notation calls those whose names do not follow from others.
        """
        return names[symbol] if symbol in names else self._made(symbol, names)

    def _made(self, symbol: str, names: Mapping[str, Name]) -> Name:
        def other(place: re.Match[str]) -> Name:
            return self.shown(self.symbols[ord(place[0]) - _FIRST], names)

        return [
            _PLACES.sub(lambda place, kind=kind: other(place)[kind], text)  # type: ignore[misc]
            for kind, text in enumerate(self.names[symbol])
        ]


def in_operation(
    label: Line, style: Style, names: Mapping[str, str], turned: Container[str] = ()
) -> str:
    """The formula that an unnamed quantity is known by.

    Args:
        label: the formula.
        style: how it is written.
        names: what its operands are called.
        turned: those that a notation has with the other sign, which stand with a minus sign.
    """
    pieces = {
        variable: write(ast.Constant(each), style)
        if not isinstance(each, str)
        else Written(style.sign + names[each], PRODUCT)
        if each in turned
        else Written(names[each])
        for variable, each in zip(label.variables, label.operands, strict=True)
    }
    return write(label.tree, style, pieces).text


def _pieces(symbol: str) -> tuple[str, ...] | None:
    """What the name of a derivative consists of; None if it is none."""
    head, _, use = _parted(symbol)
    parts = _DERIVATIVE.fullmatch(head)
    return None if parts is None else (*parts.groups(), *filter(None, [use]))


def _parted(symbol: str) -> tuple[str, str, str]:
    for word in ("via", "directly"):
        head, found, use = symbol.partition(f" {word}")
        if found and head and not head.count(" "):
            return head, word, use.strip()
    return symbol, "", ""
