"""What the strategies are given, checked when a strategy is made rather than when it draws."""

from __future__ import annotations

from math import isfinite
from typing import Any

from hypothesis import strategies as st

from autograd.arguments import choice, instance, items, real

__all__ = ["chosen", "limit", "margin", "strategy"]


def strategy(
    what: str, given: object, default: st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[Any]:
    """A strategy; the default if None is given and there is one.

    >>> strategy("leaves", [1.0, 2.0])
    Traceback (most recent call last):
    autograd.errors.OperandError: leaves is a strategy, not list [1.0, 2.0]
    """
    if given is None and default is not None:
        return default
    return instance(what, given, st.SearchStrategy, "a strategy")


def limit(what: str, given: object) -> float | None:
    """What a magnitude is to be smaller than; None for no matter.

    >>> limit("limit", 0)
    Traceback (most recent call last):
    ValueError: limit is more than 0, not 0.0: every magnitude is smaller than it
    """
    number = None if given is None else real(what, given)
    if number is not None and not number > 0.0:  # NaN is not
        raise ValueError(f"{what} is more than 0, not {number}: every magnitude is smaller than it")
    return number


def margin(what: str, given: object) -> float | None:
    """A finite distance of at least 0; None for no matter.

    >>> margin("kink_margin", float("nan"))
    Traceback (most recent call last):
    ValueError: kink_margin is a finite number of at least 0, not nan
    """
    number = None if given is None else real(what, given)
    if number is not None and not (number >= 0.0 and isfinite(number)):
        raise ValueError(f"{what} is a finite number of at least 0, not {number}")
    return number


def chosen(what: str, given: Any, choices: list[str]) -> list[str]:
    """Names to choose from, one at least.

    >>> chosen("biases", ["+b", "b"], ["+b", "-b"])
    Traceback (most recent call last):
    ValueError: no biases[1] 'b'; there are +b, -b
    """
    names = [choice(f"{what}[{n}]", each, choices) for n, each in enumerate(items(what, given))]
    if not names:
        raise ValueError(f"{what} is empty: there is nothing to choose from")
    return names
