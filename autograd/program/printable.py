"""Printable: what whole files in other languages are printed of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.program.line import Line

__all__ = ["Printable"]


class Printable(NamedTuple):
    """What is printed: the lines of a value, and of its derivatives with respect to what is given.

    Attributes:
        root: the symbol of the value.
        given: the given numbers by their symbols.
        lines: the lines, each after those that it needs.
        gradients: for each given number the symbol of its derivative; 0 if it has none.
        title: what the file is of, for its first line; "" if that is the value alone.
    """

    root: str
    given: Mapping[str, float]
    lines: Sequence[Line]
    gradients: Mapping[str, str]
    title: str = ""
