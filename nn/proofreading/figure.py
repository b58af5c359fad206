"""A printed figure, and the number that it should be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from nn.proofreading.printed import Printed

if TYPE_CHECKING:
    from nn.byhand.calculation import Sort
    from nn.worked import Figure

__all__ = ["Group", "PrintedFigure"]

#: What figures of one sort and one step have in common, as the entries of a matrix do.
Group: TypeAlias = "tuple[Sort | str, int]"


@dataclass(frozen=True, eq=False)
class PrintedFigure:
    """A printed figure, and what it is about.

    Attributes:
        listed: the figure as the worked example lists it.
        printed: its text.
        value: the number that it should be.
        symbols: what the number is called in the step's program: one symbol, or those of a matrix of
            equal numbers; none if no line computes it, or it is infinite.
        group: see `Group`.
    """

    listed: Figure
    printed: Printed
    value: float
    symbols: tuple[str, ...]
    group: Group

    @property
    def symbol(self) -> str:
        """What the document calls it."""
        return self.listed.symbol

    @property
    def agrees(self) -> bool:
        """Whether the text is the value rounded at its own last digit."""
        return self.printed.says(self.value)

    @property
    def after(self) -> int:
        """How many updates come before it."""
        return self.listed.after

    @cached_property
    def right(self) -> int:
        """The value rounded as the text is, in units of its last digit."""
        return self.printed.rounded(self.value)

    @cached_property
    def near(self) -> tuple[int, int]:
        """The first and the last text that is no farther from the value than the printed one."""
        return self.printed.near(self.value)
