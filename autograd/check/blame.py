"""Which operation is to blame: the first one whose recorded derivative is not that of its own value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from autograd.arguments import number_of
from autograd.backward import topological_order
from autograd.check.differences import UNIT, Differences
from autograd.check.error_bounds import rounding_of_slope, rounding_of_value
from autograd.check.verdict import Judgement, Tolerance, judged
from autograd.formula import value_text
from autograd.ieee import ieee_partial, strict
from autograd.operations import Operation
from autograd.slopes import on_nodes
from autograd.value import Value

__all__ = ["Fault", "judged_slope", "localised"]

# an operation alone has few digits to lose, so its derivative has to be right to more of them
_LOCAL = Tolerance(eps=1e-6, atol=0.0, rtol=1e-7)
_NEIGHBOURS = 16  # pairs of them on each side: few of an oscillation may look even by chance
_ULPS = 8.0 * UNIT  # the table keeps its values and slopes within 4 units in the last place


@dataclass(frozen=True)
class Fault:
    """An operation whose recorded derivative is wrong.

    Attributes:
        node: the node that records it.
        operand: the index of the operand by which the derivative is wrong.
        judgement: the derivative recorded, and what the operation's own value says.
    """

    node: Value
    operand: int
    judgement: Judgement

    def to_dict(self) -> dict[str, Any]:
        """The fault as plain data."""
        operation = self.node.operation
        assert operation is not None
        return {
            "operation": operation.name,
            "node": self.node.label,
            "operands": dict(zip(operation.parameters, map(number_of, self.node.operands), strict=True)),
            "operand": operation.parameters[self.operand],
            **self.judgement._asdict(),
        }

    def __str__(self) -> str:
        operation = self.node.operation
        assert operation is not None
        given = ", ".join(
            f"{parameter} = {number_of(operand)!r}"
            for parameter, operand in zip(operation.parameters, self.node.operands, strict=True)
        )
        return (
            f"∂({value_text(operation)})/∂{operation.parameters[self.operand]} of {operation.name} "
            f"at node {self.node.label!r}, where {given}: recorded {self.judgement.analytic:z.9g}, "
            f"numeric {self.judgement.numeric:z.9g} ± {self.judgement.error:.0e}"
        )


def judged_slope(operation: Operation, index: int, numbers: Sequence[float], slope: float) -> Judgement:
    """The verdict on one local derivative of an operation at some operands.

    >>> from autograd import OPERATIONS
    >>> judged_slope(OPERATIONS["mul"], 1, [2.0, 3.0], 3.0).verdict
    'wrong'
    """
    function = strict(operation)

    def along(x: float) -> float | None:
        try:
            return function(*numbers[:index], x, *numbers[index + 1 :])
        except (ArithmeticError, ValueError):
            return None

    value = along(numbers[index])
    noise = _noise(operation, numbers, value) if value is not None else 0.0
    slack = _ULPS * abs(slope) + rounding_of_slope(operation, index, numbers, [0.0] * len(numbers))
    around = Differences(along, numbers[index], noise)
    found = judged(around, slope, slack, _LOCAL)
    if found.verdict in {"wrong", "inexact"} and around.best is not None:
        off = abs(found.analytic - found.numeric)
        if off <= _unevenness(operation, index, numbers, around.best.step):
            return found._replace(verdict="unclear")
    return found


def _unevenness(operation: Operation, index: int, numbers: Sequence[float], step: float) -> float:
    """How far apart several neighbours, about a step away, expect the row's own derivative to be.

    Where that is much, differences of such steps do not see what it does in between: of x + sin(x) at
    1e30 they are 1. Of a smooth derivative it goes with the fourth power of the step. The derivative at
    the point itself is not asked, since it alone may be wrong.
    """

    def slope(x: float) -> float:
        moved = [*numbers[:index], x, *numbers[index + 1 :]]
        try:
            return ieee_partial(operation, index, moved, strict(operation)(*moved))
        except (ArithmeticError, ValueError):
            return nan

    x = numbers[index]
    expected = []
    for number in range(_NEIGHBOURS):
        far = step * 0.25 ** (number / (_NEIGHBOURS - 1))
        outer, inner = ((slope(x - each) + slope(x + each)) / 2.0 for each in (far, far / 2.0))
        expected.append((4.0 * inner - outer) / 3.0)
    known = list(filter(isfinite, expected))
    return max(known) - min(known) if known else 0.0


def _noise(operation: Operation, numbers: Sequence[float], value: float) -> float:
    """What rounding may do to an operation's value: a few ulp, more if its text loses digits."""
    noise = _ULPS * abs(value)
    if operation.name not in operation.value.calls:  # else it is computed in one go
        variables = dict(zip(operation.parameters, map(Value, numbers), strict=True))
        root = on_nodes(operation.value.tree, variables)
        noise = max(noise, rounding_of_value(root) if isinstance(root, Value) else 0.0)
    return noise


def localised(roots: Iterable[Value], rtol: float) -> tuple[Fault | None, tuple[str, ...]]:
    """The first fault below some results, operands before results; and where else a slope is special.

    That is on a kink, and where it is infinite: there the chain rule may be wrong though no factor is.
    A derivative that was not recorded although the operand is a node counts as 0. A fault of less than
    ``rtol`` is only one if there is no greater.
    """
    special: list[str] = []
    slight: Fault | None = None
    nodes = dict.fromkeys(node for root in roots for node in reversed(topological_order(root)))
    for node in nodes:
        numbers = [number_of(operand) for operand in node.operands]
        if node.operation is None or not all(map(isfinite, numbers)):
            continue
        for index, (operand, slope) in enumerate(zip(node.operands, node.derivatives, strict=True)):
            if not isinstance(operand, Value):
                continue
            found = judged_slope(node.operation, index, numbers, slope or 0.0)
            if found.verdict in {"wrong", "inexact"}:
                fault = Fault(node, index, found)
                if not abs(found.analytic - found.numeric) <= rtol * abs(found.numeric):
                    return fault, tuple(special)
                slight = slight or fault
            if found.verdict in {"kink", "infinite"}:
                special.append(f"{node.operation.name} at node {node.label!r} ({found.verdict})")
    return slight, tuple(dict.fromkeys(special))
