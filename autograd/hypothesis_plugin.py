"""What Hypothesis calls when it is imported, so that ``from_type(Value)`` draws leaves.

``pyproject.toml`` names `register` as an entry point. Strategies are imported when one is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from autograd.value import Value

__all__ = ["register"]


def register() -> None:
    """Tell Hypothesis how to draw the types of this package.

    >>> register()
    >>> import autograd
    >>> from hypothesis import find, strategies
    >>> find(strategies.from_type(autograd.Value), lambda value: value > 1)
    Value(2.0)
    """
    from hypothesis import strategies

    from autograd.value import Value

    strategies.register_type_strategy(Value, _values)


def _values(_: type[Value]) -> SearchStrategy[Value]:
    from autograd.strategies import values

    return values()
