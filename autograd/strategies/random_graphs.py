"""Random graphs: steps that are drawn first, and then taken as far as they can be.

What is drawn is leaves, constants, and steps: an operation and two places. A step that has no value
where it stands, or too large a one, is left out. So hardly anything is drawn in vain; and whatever is
taken away, a graph is left, which is how Hypothesis makes a counterexample small.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from math import inf, nan
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from autograd import arguments, functions
from autograd.arguments import number_of
from autograd.backward import gradients, topological_order, variable_operands
from autograd.errors import ArgumentValueError, AutogradError
from autograd.operations import OPERATIONS, Operation
from autograd.strategies.arguments import strategy
from autograd.strategies.graph import DEEPEST, Graph, depth, python
from autograd.strategies.numbers import Limits, row
from autograd.value import Value

__all__ = ["graphs"]


#: 1 is the simplest: nearly every operation has a value and a finite slope there, so that what leads up
#: to a faulty one can go.
_MODERATE = st.sampled_from([1.0, 2.0, 0.0, -1.0]) | st.floats(-3.0, 3.0)


class _Step(NamedTuple):
    """An operation on what stands at some places, counted around: nodes first, then constants."""

    # Hypothesis deletes up to five choices in a row; so many are a step, if it is to be deleted
    operation: Operation
    place: int
    other: int

    def on(self, nodes: Sequence[Value], constants: Sequence[float]) -> Value | None:
        """The node of the operation, or None if it has no value there."""
        everything: list[Value | float] = [*nodes, *constants]
        taken = [everything[self.place % len(everything)]]
        if self.operation.arity == 2:
            # the same one twice is the last resort
            rest = [each for each in everything if each is not taken[0]] + taken
            taken.append(rest[self.other % len(rest)])
        if not any(isinstance(each, Value) for each in taken):
            taken[0] = nodes[0]
        try:
            node: Value = getattr(functions, self.operation.name)(*taken)
        except AutogradError:
            return None
        return node


def graphs(
    operations: Iterable[Operation | str] | None = None,
    *,
    leaves: st.SearchStrategy[float] | None = None,
    constants: st.SearchStrategy[float] | None = None,
    max_leaves: int = 4,
    max_constants: int = 3,
    max_size: int = 10,
    max_depth: int = 10,
    limit: float | None = None,
    slope_limit: float | None = None,
    kink_margin: float | None = None,
) -> st.SearchStrategy[Graph]:
    """Random graphs of one operation at least, in which nodes are shared and constants occur.

    Args:
        operations: rows of the table, or their names, that may occur; all if None.
        leaves: what the data of the leaves is drawn from; numbers from -3 to 3 if None.
        constants: likewise the plain numbers among the operands.
        max_leaves: the largest number of leaves.
        max_constants: the largest number of different constants.
        max_size: the largest number of operations.
        max_depth: the largest number of them on a way down from the result.
        limit: every value is smaller than this in magnitude; ``inf`` is for finite ones, None for any.
        slope_limit: likewise the derivative of a node by each of its operands, and of the result by each
            other node.
        kink_margin: how far every operation is from its kinks, see `operands`; None for no matter.

    Raises:
        ValueError: there is no operation of that name, or none at all; no graph is so small, or so
            deep; or a limit or the margin is not what `operands` takes.
        TypeError: an argument is not of its kind.

    >>> from hypothesis import find
    >>> find(graphs(["tanh"]), lambda graph: len(graph.operations) > 1)
    Graph(lambda x0: autograd.tanh(autograd.tanh(x0)), [1.0])
    """
    names = OPERATIONS if operations is None else operations
    rows = [row(each) for each in arguments.each("operations", names)]
    if not rows:
        raise ArgumentValueError("a graph is of one operation at least")
    max_leaves, max_size, max_depth = (
        arguments.whole(what, most, -sys.maxsize)
        for what, most in (
            ("max_leaves", max_leaves),
            ("max_size", max_size),
            ("max_depth", max_depth),
        )
    )
    if not (max_leaves >= 1 and max_size >= 1 and 1 <= max_depth <= DEEPEST):
        raise ArgumentValueError(
            f"a graph has a leaf and an operation at least, and is at most {DEEPEST} deep: not "
            f"max_leaves={max_leaves}, max_size={max_size}, max_depth={max_depth}"
        )
    max_constants = arguments.whole("max_constants", max_constants, 0)
    place = st.sampled_from([0, 0, 0, 0, *range(max_leaves + max_size)])
    limits = Limits.checked(limit, slope_limit, kink_margin)
    return _graphs(
        st.lists(strategy("leaves", leaves, _MODERATE), min_size=1, max_size=max_leaves),
        st.lists(strategy("constants", constants, _MODERATE), max_size=max_constants),
        st.lists(
            st.builds(_Step, st.sampled_from(_balanced(rows)), place, place),
            min_size=1,
            max_size=max_size,
        ),
        limits,
        max_depth,
    )


def _balanced(rows: list[Operation]) -> list[Operation]:
    """Rows of two operands as often as those of one, which are many; else all graphs are chains."""
    binary = [each for each in rows if each.arity == 2]
    unary = [each for each in rows if each.arity == 1]
    return binary * max(1, len(unary) // max(1, len(binary))) + unary


@st.composite  # of which Hypothesis reports what comes out; of `builds`, what goes in
def _graphs(
    draw: st.DrawFn,
    numbers: st.SearchStrategy[list[float]],
    constants: st.SearchStrategy[list[float]],
    steps: st.SearchStrategy[list[_Step]],
    limits: Limits,
    max_depth: int,
) -> Graph:
    leaves = [Value(number) for number in draw(numbers) if limits.allow_value(number)]
    plain = [number for number in draw(constants) if limits.allow_value(number)]
    drawn = draw(steps)
    assume(leaves)
    made: list[Value] = []
    unused = list(leaves)
    used: list[Value] = []
    for step in drawn:
        node = step.on([*unused, *used], plain)
        if node is None or depth(node) > max_depth or not _allowed(node, limits):
            continue
        operands = variable_operands(node)
        made.append(node)
        used = [*dict.fromkeys([*operands, *used])]
        unused = [node, *(each for each in unused if each not in operands)]
    assume(made)
    result = max(made, key=lambda node: len(topological_order(node)))
    below = set(topological_order(result))
    used = [leaf for leaf in leaves if leaf in below]
    function = eval(python(result, used), {"autograd": functions, "inf": inf, "nan": nan})
    return Graph(function, [leaf.data for leaf in used])


def _allowed(node: Value, limits: Limits) -> bool:
    """Whether the node may be there, and be the result."""
    assert node.operation is not None
    numbers = [number_of(operand) for operand in node.operands]
    slopes = (slope for each, slope in gradients(node).items() if each is not node)
    return limits.allow_operands(node.operation, numbers) and limits.allow_slopes(slopes)
