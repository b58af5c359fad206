"""Finding: what proofreading has found about one printed figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Finding"]


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
        because: why it does not agree, in a sentence; None if it does, or if nothing explains it.
        cause: the same in a word: "inherited", "rounded", the name of a mistake in
            `nn.byhand.mistakes.MISTAKES`, …
        chance: how likely a guess of that sort would have led to the printed text by chance.
        weak: whether that is too likely for the guess to be more than that.

    >>> from nn import worked
    >>> from nn.proofreading import proofread
    >>> finding = proofread(worked.load("urbain"))["E_total after update 1"]
    >>> finding.printed, round(finding.value, 9), round(finding.off)
    ('0.291027924', 0.291027774, 150)
    >>> finding.cause, finding.chance < 1e-6, finding.weak
    ('updated_weights', True, False)
    """

    symbol: str
    where: str
    printed: str
    value: float
    agrees: bool
    off: float
    because: str | None = None
    cause: str | None = None
    chance: float | None = None
    weak: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data.

        >>> from nn import worked
        >>> from nn.proofreading import proofread
        >>> proofread(worked.load("urbain"))["net_h1"].to_dict()["agrees"]
        True
        """
        keys = ("symbol", "printed", "value", "agrees", "because")
        return {key: getattr(self, key) for key in (*keys, "where", "off", "cause", "chance", "weak")}
