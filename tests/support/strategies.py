"""What Hypothesis draws for the tests alone: numbers in and out of domains, examples of few digits."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from autograd import OPERATIONS, Operation
from nn.error_rules import ERRORS
from nn.strategies import worked_examples

_TINY, _LEAST, _HUGE = sys.float_info.min, math.ulp(0.0), sys.float_info.max

#: Where operations change, end or have their edges; every sign of each.
FINITE = [
    sign * magnitude
    for magnitude in (0.0, _LEAST, _TINY, 1e-9, 0.5, 1.0 - 2**-53, 1.0, 1.0 + 2**-52, 2.0, 3.0, 7.5)
    for sign in (1.0, -1.0)
] + [sign * magnitude for magnitude in (40.0, 709.5, 711.0, 1e9, 1e155, _HUGE) for sign in (1.0, -1.0)]
SPECIAL = [*FINITE, math.inf, -math.inf, math.nan]

finite_numbers = st.sampled_from(FINITE) | st.floats(allow_nan=False, allow_infinity=False)
any_numbers = st.sampled_from(SPECIAL) | st.floats()
operations = st.sampled_from(list(OPERATIONS.values()))


def operands_of(
    operation: Operation, each: st.SearchStrategy[float]
) -> st.SearchStrategy[tuple[float, ...]]:
    """Operands of an operation, in or out of its domain."""
    return st.tuples(*[each] * operation.arity)


#: Worked examples with numbers of few digits, and errors that are formulas too.
plain_examples = partial(
    worked_examples,
    errors=[
        *ERRORS,
        "(target - out) ** 4 / 4",
        "abs(target - out)",
        "max(0, 1 - target * out)",
        "softplus(out) * target",
    ],
    numbers=st.integers(-200, 200).map(lambda n: n / 100.0),
    learning_rates=st.sampled_from([0.05, 0.1, 0.5]),
)


#: How a search is to go: the same each time, and for long enough.
generating = settings(
    max_examples=2000, derandomize=True, database=None, deadline=None, phases=[Phase.generate]
)
searching = settings(generating, phases=[Phase.generate, Phase.shrink])


def times(factor: float) -> settings:
    """Settings for a property that is tried on so many times as many examples as others are."""
    return settings(max_examples=max(1, round(factor * settings().max_examples)))


def occurs(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool]) -> bool:
    """Whether something is drawn that meets a condition; else `find` raises."""
    return condition(find(strategy, condition, settings=generating))


def simplest(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool]) -> Any:
    return find(strategy, condition, settings=searching)


def notes(error: BaseException) -> str:
    return "\n".join(error.__notes__)
