"""Registers of numbers, transposed: what stands in the lanes of each comes to stand one in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.program.native.code import Code

__all__ = ["transposed"]


def transposed(code: Code, registers: Sequence[str]) -> list[str]:
    """As many registers as they have lanes, transposed by exchanging halves, quarters, and so on.

    Args:
        code: where the instructions go.
        registers: as operands of instructions.
    """
    lanes = code.lanes
    found = list(registers)
    step = lanes // 2
    while step:
        for row in range(lanes):
            if row & step:
                continue
            upper, lower = found[row], found[row + step]
            one = [lane if not lane & step else lanes + lane - step for lane in range(lanes)]
            two = [lane + step if not lane & step else lanes + lane for lane in range(lanes)]
            for place, mask in ((row, one), (row + step, two)):
                indices = f"<{lanes} x i32> <{', '.join(f'i32 {each}' for each in mask)}>"
                found[place] = code.put(
                    f"shufflevector {code.kind} {upper}, {code.kind} {lower}, {indices}"
                )
        step //= 2
    return found
