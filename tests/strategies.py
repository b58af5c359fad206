"""What Hypothesis draws for the tests alone: numbers in and out of domains."""

from __future__ import annotations

import math
import sys

from hypothesis import strategies as st

from autograd import OPERATIONS, Operation

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
