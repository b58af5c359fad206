"""Batches on a cluster: the same bits with any number of workers, also when one of them is killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from clusters import cluster, one_killed
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    ArgumentError,
    ArgumentTypeError,
    BranchError,
    DomainError,
    RecordedProgram,
    Value,
    record,
)
from autograd.errors import AutogradError
from autograd.program.chunks import parquet_files
from autograd.program.distributed import tree_sum

_random = Random(15)
#: Of several sizes, so that another order of addition is another sum.
ROWS = [
    (_random.gauss(0.0, 1.0) * 10.0 ** _random.uniform(-3.0, 1.0), _random.gauss(0.0, 1.0))
    for _ in range(3_000)
]
SIZE = 37


def program() -> RecordedProgram:
    w, b = Value(0.3, "w"), Value(-0.2, "b")
    return record(lambda x, t: ((w * x + b).tanh() - t).square(), 1.0, 0.5)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(2) as found:
        yield found


# --- the tree -------------------------------------------------------------------------------------


@given(st.integers(1, 200), st.sampled_from([2, 4, 16]))
def test_the_tree_is_the_same_in_tasks_of_several(count: int, fan_in: int) -> None:
    def text(left: str, right: str) -> str:
        return f"({left}{right})"

    parts = [str(number) for number in range(count)]
    whole = tree_sum(parts, text)
    while len(parts) > 1:
        parts = [tree_sum(parts[n : n + fan_in], text) for n in range(0, len(parts), fan_in)]
    assert parts == [whole]


def test_chunks_are_added_in_the_tree_and_no_other_order_has_these_bits() -> None:
    """So that what follows can fail."""
    own = program()
    found = own.batch(ROWS, chunk_size=SIZE)
    chunks = [own.batch(ROWS[n : n + SIZE]).gradients for n in range(0, len(ROWS), SIZE)]

    def both(left: list[float], right: list[float]) -> list[float]:
        return [a + b for a, b in zip(left, right, strict=True)]

    sums = tree_sum(chunks, both)
    assert found.gradients == sums
    assert found.values == own.batch(ROWS).values
    others = set()
    for _ in range(20):
        _random.shuffle(chunks)
        others.add(tuple(tree_sum(chunks, both)))
    assert len(others) > 3
    assert own.batch(ROWS, gradients=[1.0, 2.0], chunk_size=SIZE).gradients == [
        1.0 + sums[0], 2.0 + sums[1]
    ]  # fmt: skip
    assert own.batch([], chunk_size=SIZE) == own.batch([])


def test_the_size_of_chunks_is_a_count() -> None:
    with pytest.raises(ArgumentError, match="chunk_size must be"):
        program().batch(ROWS, chunk_size=0)


# --- a mean over uneven shards --------------------------------------------------------------------

#: y = w x at w = 0.5, and squared errors.
X, T = (1.0, 2.0, 3.0), (2.0, 3.0, 10.0)


def squared_error() -> RecordedProgram:
    w = Value(0.5, "w")
    return record(lambda x, t: (w * x - t).square(), 1.0, 1.0)


def test_the_gradient_of_a_mean_is_no_mean_of_the_shards_means() -> None:
    own = squared_error()
    rows = [*zip(X, T, strict=True)]
    each = [own.batch([row]).gradients[0] for row in rows]
    assert each == [-3.0, -8.0, -51.0]
    mean = sum(map(Fraction, each)) / 3
    assert round(float(mean), 4) == -20.6667
    of_means = (sum(map(Fraction, each[:2])) / 2 + Fraction(each[2])) / 2
    assert float(of_means) == -28.25
    [found] = own.batch(rows, scale=1.0 / 3.0, chunk_size=2).gradients
    assert found == pytest.approx(float(mean), rel=1e-15)


@pytest.mark.dask
def test_a_cluster_has_the_gradient_of_the_mean(client: Any) -> None:
    rows = [*zip(X, T, strict=True)]
    found = squared_error().batch(rows, scale=1.0 / 3.0, client=client, chunk_size=2)
    assert found == squared_error().batch(rows, scale=1.0 / 3.0, chunk_size=2)
    assert round(found.gradients[0], 4) == -20.6667


# --- clusters -------------------------------------------------------------------------------------


@pytest.mark.dask
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_bits_are_the_same_with_any_number_of_workers(workers: int) -> None:
    own = program()
    right = own.batch(ROWS, chunk_size=SIZE)
    with cluster(workers) as client:
        assert own.batch(ROWS, client=client, chunk_size=SIZE) == right
        own.parameters[0].data = 0.75  # the program there has the numbers of here
        assert own.batch(ROWS, client=client, chunk_size=SIZE) == own.batch(ROWS, chunk_size=SIZE)


@pytest.mark.dask
def test_a_worker_that_is_killed_changes_no_bit() -> None:
    own = program()
    right = own.batch(ROWS, chunk_size=SIZE)
    with cluster(2) as client, one_killed(client, after=10):
        assert own.batch(ROWS, client=client, chunk_size=SIZE) == right


@pytest.mark.dask
def test_arrays_of_dask_and_parquet_are_lists_of_examples(client: Any, tmp_path: Path) -> None:
    import numpy
    from dask import array
    from pyarrow import parquet, table

    right = program().batch(ROWS, chunk_size=SIZE)
    numbers = numpy.array(ROWS)
    for chunks in ((777, 1), (5, 2), (3_000, 2)):
        given = array.from_array(numbers, chunks=chunks)
        assert program().batch(given, client=client, chunk_size=SIZE) == right
    for index, (start, stop) in enumerate([(0, 1_200), (1_200, 1_203), (1_203, 3_000)]):
        part = table({"x": numbers[start:stop, 0], "t": numbers[start:stop, 1]})
        parquet.write_table(part, tmp_path / f"{index}.parquet", row_group_size=101)
    assert program().batch(tmp_path, client=client, chunk_size=SIZE) == right
    one = table({"x": numbers[:, 0], "t": numbers[:, 1]})
    parquet.write_table(one, tmp_path / "one.parquet", row_group_size=1_000)
    assert program().batch(str(tmp_path / "one.parquet"), client=client, chunk_size=SIZE) == right


@pytest.mark.dask
def test_an_error_is_that_of_the_example(client: Any) -> None:
    rows = [[1.0]] * 80 + [[-2.0]]
    logarithm = record(lambda x: x.log(), 1.0)
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0, but x = -2.0"):
        logarithm.batch(rows, client=client, chunk_size=SIZE)
    size = record(lambda x: x if x > 0.0 else -x, 1.0, on_branch="record")
    with pytest.raises(BranchError, match=r"x > 0.0 was True .* where x = -2.0"):
        size.batch(rows, client=client, chunk_size=SIZE)
    size(-1.0)  # from now on it has both ways
    assert size.batch(rows, client=client, chunk_size=SIZE).values == [1.0] * 80 + [2.0]


@pytest.mark.dask
def test_bad_data_are_refused(client: Any, tmp_path: Path) -> None:
    import numpy
    from dask import array
    from pyarrow import parquet, table

    def refused(given: Any, match: str) -> None:
        with pytest.raises(ArgumentError, match=match):
            program().batch(given, client=client)

    unknown = array.from_array(numpy.array(ROWS))
    refused(unknown[unknown[:, 0] > 0.0], r"call its compute_chunk_sizes\(\) first")
    refused(array.zeros((0, 2)), "there are no examples")
    refused(array.zeros((3, 2), dtype=complex), "Dask array of numbers")
    refused(array.zeros((3, 3)), r"takes 2 inputs \(x, t\), got 3")
    parquet.write_table(table({"x": [1.0, None], "t": [1.0, 2.0]}), tmp_path / "null.parquet")
    refused(
        tmp_path / "null.parquet", r"column 'x' must have a number in each row, and has None in row 1"
    )
    (tmp_path / "text.parquet").write_text("no")
    refused(tmp_path / "text.parquet", "is no Parquet file")
    (tmp_path / "none").mkdir()
    refused(tmp_path / "none", "there are no examples")
    with pytest.raises(FileNotFoundError):
        program().batch(tmp_path / "missing.parquet", client=client)
    folder = tmp_path / "different"
    folder.mkdir()
    parquet.write_table(table({"x": [1.0], "t": [1.0]}), folder / "1.parquet")
    parquet.write_table(table({"x": [1.0], "u": [1.0]}), folder / "2.parquet")
    refused(folder, "has other columns than")
    with pytest.raises(ArgumentError, match=r"client must be a dask\.distributed\.Client"):
        program().batch(ROWS, client="127.0.0.1")


def test_nested_inputs_are_computed_in_chunks() -> None:
    product = record(lambda v: v[0] * v[1], [1.0, 1.0])
    examples = [([1.0, 2.0],), ([3.0, 4.0],), ([5.0, 6.0],)]
    assert product.batch(examples, chunk_size=2) == product.batch(examples)


@pytest.mark.dask
def test_nested_inputs_are_computed_on_a_cluster(client: Any) -> None:
    product = record(lambda v: v[0] * v[1], [1.0, 1.0])
    examples = [([1.0, 2.0],), ([3.0, 4.0],), ([5.0, 6.0],)]
    assert product.batch(examples, client=client, chunk_size=2) == product.batch(examples)


def test_what_is_not_installed_is_said_with_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    command = r"X needs pyarrow, which is not installed: pip install 'scalar-autograd\[dask\]'"
    with pytest.raises(AutogradError, match=command):
        parquet_files("X", tmp_path)


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="got 'any'"):
        program().batch(ROWS, client="any")
