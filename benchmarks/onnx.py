"""By how much onnxruntime's numbers differ from Python's, row by row: ``python -m benchmarks.onnx``.

It writes the table into ``docs/handover.md``; a test holds onnxruntime to it at other points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy
import onnx
import onnxruntime

import autograd
from autograd import OPERATIONS, AutogradError, Operation, RecordedProgram, Value, record
from autograd.program.onnx import onnx_model
from benchmarks.pages import put
from benchmarks.points import operands, place

PAGE = Path(__file__).parents[1] / "docs" / "handover.md"


def run(model: onnx.ModelProto, inputs: dict[str, Sequence[object]]) -> dict[str, numpy.ndarray]:
    """What onnxruntime computes."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    given = {name: numpy.asarray(numbers, dtype=float) for name, numbers in inputs.items()}
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def ulps(one: float, other: float) -> float:
    """How many floats two numbers are apart; infinitely many where one alone is NaN or infinite."""
    if math.isnan(one) or math.isnan(other):
        return 0.0 if math.isnan(one) and math.isnan(other) else math.inf
    if one != other and (math.isinf(one) or math.isinf(other)):
        return math.inf
    return float(abs(place(one) - place(other)))


def recorded(operation: Operation) -> RecordedProgram:
    """The program of one operation on inputs."""
    name = operation.name
    method = getattr(Value, name)
    start = 1.5 if name == "acosh" else 0.5
    return record(method, *[start] * operation.arity)


def difference(operation: Operation, points: int, seed: int = 0) -> tuple[float, float]:
    """The largest difference of the value, and of a derivative, at some points; in ulp.

    A derivative's is in ulp of 1 where it is smaller than that: near its zeros terms cancel.
    """
    random = Random(f"{operation.name} {seed}")
    program = recorded(operation)
    rows, right = [], []
    while len(rows) < points:
        row = operands(operation, random)
        try:
            found = program.gradients(*row)
        except AutogradError:
            continue
        rows.append(row)
        right.append((found.value, *found.inputs))
    model = onnx_model(program, gradients=True)
    names = [each.name for each in model.graph.input]
    columns = zip(names, zip(*rows, strict=True), strict=True)
    value, *slopes = run(model, dict(columns)).values()
    largest = max(ulps(float(a), b[0]) for a, b in zip(value, right, strict=True))
    steepest = max(
        min(ulps(float(a), b[place]), _of_1(float(a), b[place]))
        for place, column in enumerate(slopes, 1)
        for a, b in zip(column, right, strict=True)
    )
    return largest, steepest


def _of_1(one: float, other: float) -> float:
    return abs(one - other) / math.ulp(1.0) if math.isfinite(one - other) else math.inf


def table(points: int = 20_000) -> str:
    """Which operations differ by how much."""
    found: dict[tuple[float, float], list[str]] = {}
    for operation in OPERATIONS.values():
        value, slope = difference(operation, points)
        found.setdefault((value, math.ceil(slope)), []).append(f"`{operation.name}`")
    rows = [
        f"| {value:.0f} | {slope:.0f} | {', '.join(names)} |"
        for (value, slope), names in sorted(found.items())
    ]
    return "\n".join(["| value, ulp | derivative, ulp | operations |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(f"onnxruntime {onnxruntime.__version__}, autograd {autograd.__version__}")
    put("ONNX", table(), PAGE)
