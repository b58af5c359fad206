"""Rows that may be wrong, and what gradcheck says of a derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oracles import attached

from autograd import Operation, Value, gradcheck


def planted(
    value: str, *partials: str, parameters: str = "x, y", **options: Any
) -> Callable[..., Value]:
    """A method made of a row that may be wrong."""
    return attached(Operation("planted", parameters, value, partials=partials, about="", **options))


def verdict(f: Callable[..., Any], inputs: Any) -> str:
    """The verdict on a function's only derivative."""
    (row,) = gradcheck(f, inputs, report=True).rows
    return row.judgement.verdict
