"""What runners compute, to be compared to the bit."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

from autograd.program.engine import Plan, Stopped
from autograd.program.stepping import SteppingRunner

__all__ = ["batch", "bits"]


def bits(numbers: Sequence[float]) -> list[str]:
    return ["nan" if math.isnan(each) else struct.pack(">d", each).hex() for each in numbers]


def batch(runner: Any, *arguments: Any) -> tuple[list[str], list[str]]:
    """The outputs and sums of a batch, as the program has them: where the runner stops, by steps."""
    rows, parameters, sums, scale = arguments
    outputs: list[float] = []
    while len(outputs) < len(rows):
        try:
            more, sums = runner.batch(rows[len(outputs) :], parameters, sums, scale)
            outputs += more
        except Stopped as stopped:
            outputs += stopped.outputs
            stepping = SteppingRunner(runner.tape, Plan("stepping", "", ""))
            row = rows[len(outputs)]
            try:
                one, sums = stepping.batch([row], parameters, stopped.gradients, scale)
            except Stopped:
                return bits([*outputs, math.nan]), bits(stopped.gradients)
            outputs += one
    return bits(outputs), bits(sums)
