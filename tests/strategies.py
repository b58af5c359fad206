"""What Hypothesis draws for the tests alone: numbers in and out of domains, examples for a pencil."""

from __future__ import annotations

import math
import sys
from functools import partial

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
pencil_examples = partial(
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
