"""Recorded programs: the numbers of eager computation to the bit, or an error that says why not."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import finite_numbers, operands_of, operations

import autograd
from autograd import (
    AutogradError,
    Operation,
    RecordedProgram,
    Value,
    record,
)
from autograd.strategies import Graph, graphs

HERE = __file__.rpartition("/")[2]


def bits(number: float) -> bytes:
    return b"nan" if math.isnan(number) else struct.pack("<d", number)


def eager(f: Callable[..., Any], numbers: Sequence[float]) -> list[bytes]:
    nodes = [Value(number) for number in numbers]
    result = f(*nodes)
    result.backward()
    return [bits(result.data), *(bits(node.grad) for node in nodes)]


def replayed(program: RecordedProgram, numbers: Sequence[float]) -> list[bytes]:
    value, inputs, _ = program.gradients(*numbers)
    assert bits(program(*numbers)) == bits(value)
    return [bits(value), *map(bits, inputs)]


# --- the same numbers -----------------------------------------------------------------------------


@given(graphs(max_size=20), st.data())
def test_a_random_graph_at_other_points(graph: Graph, data: st.DataObject) -> None:
    numbers = [leaf.data for leaf in graph.leaves]
    program = record(graph.function, *numbers)
    assert replayed(program, numbers) == eager(graph.function, numbers)
    for _ in range(3):
        others = [data.draw(st.floats(-3.0, 3.0)) for _ in numbers]
        try:
            expected = eager(graph.function, others)
        except AutogradError as error:
            with pytest.raises(type(error)):
                program(*others)
            continue
        assert replayed(program, others) == expected


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, math.inf, -math.inf, math.nan, 5e-324, 1e308, 710.0, -745.0, 2.0]


@given(operations, st.data())
def test_every_row_at_ordinary_and_at_odd_points(operation: Operation, data: st.DataObject) -> None:
    """Infinite slopes, kinks, zeros of either sign; also with a number as one of the operands."""
    numbers = data.draw(operands_of(operation, finite_numbers))
    fixed = data.draw(st.none() | st.integers(0, operation.arity - 1)) if len(numbers) > 1 else None

    def f(*operands: Value) -> Any:
        mixed = [
            n if i == fixed else each for i, (n, each) in enumerate(zip(numbers, operands, strict=True))
        ]
        return getattr(autograd, operation.name)(*mixed)

    try:
        program = record(f, *numbers)
    except AutogradError:
        with pytest.raises(AutogradError):
            eager(f, numbers)
        return
    points = st.lists(
        st.sampled_from(SPECIAL) | finite_numbers, min_size=len(numbers), max_size=len(numbers)
    )
    for others in [numbers, *(data.draw(points) for _ in range(8))]:
        try:
            expected = eager(f, others)
        except AutogradError as error:
            with pytest.raises(type(error), match=re.escape(str(error))):
                program(*others)
            continue
        assert replayed(program, others) == expected
