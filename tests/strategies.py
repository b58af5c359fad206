"""What Hypothesis draws: operands of an operation, and whole graphs."""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, AutogradError, Operation, Value

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


class Program(NamedTuple):
    """A way to compute: leaves, and operations on what was computed before and on constants."""

    leaves: list[float]
    #: the operation's name, and for each operand the index of an earlier node, or a constant
    steps: list[tuple[str, list[int | float]]]

    def run(self) -> tuple[list[Value], list[Value]]:
        """The leaves, and all nodes. A step that has no value at its operands repeats the first."""
        leaves = [Value(data, f"x{index}") for index, data in enumerate(self.leaves)]
        nodes = list(leaves)
        for name, references in self.steps:
            operands = [nodes[each] if isinstance(each, int) else each for each in references]
            try:
                nodes.append(getattr(autograd, name)(*operands))
            except AutogradError:
                nodes.append(next(operand for operand in operands if isinstance(operand, Value)))
        return leaves, nodes


@st.composite
def programs(
    draw: st.DrawFn, constants: st.SearchStrategy[float] | None = None, most_steps: int = 25
) -> Program:
    """Programs whose steps share operands, and take constants on either side."""
    constants = st.floats(-3.0, 3.0) if constants is None else constants
    leaves = draw(st.lists(constants, min_size=1, max_size=4))
    steps: list[tuple[str, list[int | float]]] = []
    for known in range(len(leaves), len(leaves) + draw(st.integers(1, most_steps))):
        operation = draw(operations)
        node = st.integers(0, known - 1)
        operands: list[int | float] = [draw(node)]
        if operation.arity == 2:
            operands.insert(draw(st.integers(0, 1)), draw(node | constants))
        steps.append((operation.name, operands))
    return Program(leaves, steps)
