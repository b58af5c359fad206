"""What proofreading finds: of each printed figure a verdict, of the page the causes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nn.number_text import read_number

__all__ = ["VERDICTS", "Cause", "Finding"]

#: What can be found about a figure. A step is wrong where it is wrong given what the page had before;
#: what follows correctly from a slip is not wrong again.
VERDICTS = {
    "right": "it is the exact number, rounded",
    "follows": "right from the page's own figures, one of which is wrong",
    "rounded": "right only because figures were rounded on the way",
    "wrong": "wrong here, given what the page had before",
    "unclear": "off, and it cannot be told why: too few digits, or nothing printed to judge it by",
}


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Something that was done wrong on a page, and the figures that it explains.

    Attributes:
        names: what it is, in a word: a mistake in `nn.byhand.mistakes.MISTAKES`, "misprint",
            "changed_input", …; several words where they cannot be told apart on this page.
        says: what it is, in a sentence.
        figures: the symbols of the figures that it explains, in the order of the page.
        chance: how likely a guess of that sort would have led to the printed texts by chance.
        weak: whether that is too likely for the guess to be more than that.

    >>> from nn import worked
    >>> from nn.proofreading import proofread
    >>> for cause in proofread(worked.load("urbain")).causes:
    ...     print(cause.names, len(cause.figures), cause.weak)
    ('updated_weights',) 3 False
    ('update_missing',) 1 False
    ('rounded',) 1 True
    """

    names: tuple[str, ...]
    says: str
    figures: tuple[str, ...]
    chance: float
    weak: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The cause as plain data.

        >>> cause = Cause(names=("sign",), says="the sign is lost", figures=("dE/dw5",), chance=0.01)
        >>> cause.to_dict()["names"], cause.to_dict()["figures"]
        (['sign'], ['dE/dw5'])
        """
        return {
            "names": [*self.names],
            "says": self.says,
            "figures": [*self.figures],
            "chance": self.chance,
            "weak": self.weak,
        }


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One printed figure.

    Attributes:
        symbol: what the document calls it.
        where: where it stands.
        printed: the text.
        value: the number that it should be.
        agrees: whether the text is that number, rounded at the text's own last digit.
        off: how far the text is above the number, in units of its last digit.
        verdict: one of `VERDICTS`.
        follows: the number that follows from the figures printed before it; None if there are none.
        sources: the symbols of those figures, the nearest on each way.
        because: why it does not agree, in a sentence; None if it does, or if nothing explains it.
        cause: the same in a word: "inherited", "rounded", the name of a mistake in
            `nn.byhand.mistakes.MISTAKES`, …
        causes: the same, and the words of what cannot be told from it on this page.
        chance: how likely a guess of that sort would have led to the printed text by chance.
        weak: whether that is too likely for the guess to be more than that.
        decimal_comma: whether a comma in the text separates the decimals; what is obvious if None.

    >>> from nn import worked
    >>> from nn.proofreading import proofread
    >>> finding = proofread(worked.load("urbain"))["E_total after update 1"]
    >>> finding.printed, round(finding.value, 9), round(finding.off)
    ('0.291027924', 0.291027774, 150)
    >>> finding.verdict, finding.cause, finding.chance < 1e-6, finding.weak
    ('wrong', 'updated_weights', True, False)
    """

    symbol: str
    where: str
    printed: str
    value: float
    agrees: bool
    off: float
    verdict: str = "right"
    follows: float | None = None
    sources: tuple[str, ...] = ()
    because: str | None = None
    cause: str | None = None
    causes: tuple[str, ...] = ()
    chance: float | None = None
    weak: bool = False
    decimal_comma: bool | None = None

    @property
    def exact(self) -> Decimal:
        """The number that is printed.

        >>> Finding(symbol="a", where="", printed="0,10", value=0.1, agrees=True, off=0.0).exact
        Decimal('0.10')
        """
        return read_number(self.printed, self.decimal_comma).exact

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data.

        >>> from nn import worked
        >>> from nn.proofreading import proofread
        >>> proofread(worked.load("urbain"))["net_h1"].to_dict()["agrees"]
        True
        """
        keys = ("symbol", "printed", "value", "agrees", "because", "where", "off", "cause", "chance")
        found = {key: getattr(self, key) for key in (*keys, "weak", "verdict", "follows")}
        return {**found, "sources": [*self.sources], "causes": [*self.causes]}
