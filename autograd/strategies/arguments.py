"""What the strategies are given, checked when a strategy is made rather than when it draws."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from autograd.arguments import choice, instance, items, non_negative, real, wrong_value
from autograd.errors import ArgumentValueError

__all__ = ["chosen", "limit", "margin", "strategy"]


def strategy(
    what: str, given: object, default: st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[Any]:
    """A strategy; the default if None is given and there is one.

    >>> strategy("leaves", [1.0, 2.0])
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: leaves must be a strategy, got [1.0, 2.0]
    """
    if given is None and default is not None:
        return default
    return instance(what, given, st.SearchStrategy, "a strategy")


def limit(what: str, given: object) -> float | None:
    """What a magnitude is to be smaller than; None for no matter.

    >>> limit("limit", 0)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: limit must be above 0, as every magnitude is below it, got 0.0
    """
    number = None if given is None else real(what, given)
    if number is not None and not number > 0.0:  # NaN is not
        raise wrong_value(what, "above 0, as every magnitude is below it", number)
    return number


def margin(what: str, given: object) -> float | None:
    """A finite distance of at least 0; None for no matter.

    >>> margin("kink_margin", float("nan"))
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: kink_margin must be a non-negative number, got nan
    """
    return None if given is None else non_negative(what, given)


def chosen(what: str, given: Any, choices: list[str]) -> list[str]:
    """Names to choose from, one at least.

    >>> chosen("biases", ["+b", "b"], ["+b", "-b"])
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: biases[1] must be one of '+b', '-b', got 'b'
    """
    names = [choice(f"{what}[{n}]", each, choices) for n, each in enumerate(items(what, given))]
    if not names:
        raise ArgumentValueError(f"{what} is empty: there is nothing to choose from")
    return names
