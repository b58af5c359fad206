"""Training in chunks: the same parameters here and on a cluster, of arrays, Dask arrays and Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from clusters import cluster, one_killed

from autograd import ArgumentError, AutogradError
from nn import MLP, Adam, History, fit

_random = Random(5)
X = [[_random.gauss(0.0, 1.0), _random.gauss(0.0, 1.0)] for _ in range(410)]
Y = [a * b for a, b in X]
LABELS = [float(a > b) for a, b in X]
SIZE = 20


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(2) as found:
        yield found


def trained(X: Any, Y: Any, **more: Any) -> tuple[dict[str, float], History]:
    model = MLP(2, [4, more.pop("outputs", 1)], activation=["tanh", "linear"], seed=1)
    settings: dict[str, Any] = {
        "epochs": 2, "batch_size": 100, "shuffle": False, "chunk_size": SIZE
    }  # fmt: skip
    optimizer = Adam(model.parameters(), lr=0.01)
    history = fit(model, X, Y, optimizer=optimizer, **(settings | more))
    return model.state_dict(), history


def test_chunks_that_hold_a_batch_are_training_as_usual() -> None:
    usual, history = trained(X, Y, chunk_size=None)
    assert trained(X, Y, chunk_size=100)[0] == usual
    assert history["error"] == pytest.approx(trained(X, Y)[1]["error"], rel=1e-14)
    in_chunks, history = trained(X, Y)
    assert in_chunks != usual
    assert in_chunks == pytest.approx(usual, rel=1e-9)
    assert history.plan.endswith("; here, in chunks of 20 examples")


def test_the_last_chunk_weighs_as_much_as_it_has_examples() -> None:
    """A mean of the means of chunks would not."""
    all_at_once, _ = trained(X, Y, batch_size=None, chunk_size=1_000)
    uneven, _ = trained(X, Y, batch_size=None, chunk_size=400)
    assert uneven == pytest.approx(all_at_once, rel=1e-9)


@pytest.mark.dask
def test_a_cluster_trains_to_the_same_bits(client: Any, tmp_path: Path) -> None:
    import numpy
    from dask import array
    from pyarrow import parquet, table

    right, history = trained(X, Y)
    inputs, targets = numpy.array(X), numpy.array(Y)
    columns = {"a": inputs[:, 0], "y": targets, "b": inputs[:, 1]}
    parquet.write_table(table(columns), tmp_path / "examples.parquet", row_group_size=77)
    for given in (
        (X, Y),
        (array.from_array(inputs, chunks=(333, 1)), array.from_array(targets, chunks=50)),
        (tmp_path, "y"),
        (str(tmp_path / "examples.parquet"), ["y"]),
    ):
        found, its_history = trained(*given, client=client)
        assert found == right
        assert its_history["error"] == pytest.approx(history["error"], rel=1e-14)
        assert its_history.plan.endswith("; on a cluster, in chunks of 20 examples")


@pytest.mark.dask
def test_of_data_on_a_cluster_chunks_are_shuffled(client: Any) -> None:
    import numpy
    from dask import array

    given = array.from_array(numpy.array(X)), array.from_array(numpy.array(Y))
    found = [trained(*given, client=client, shuffle=True, seed=seed)[0] for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    order = [*range(21)]
    Random("1 epoch 1").shuffle(order)
    chunks = [[*range(SIZE * n, min(SIZE * n + SIZE, len(X)))] for n in order]
    batches = [[*chain.from_iterable(chunks[start : start + 5])] for start in range(0, 21, 5)]

    def epoch(_: int) -> list[Any]:
        return [([X[n] for n in batch], [Y[n] for n in batch]) for batch in batches]

    by_hand, _ = trained(epoch, None, epochs=1, chunk_size=None)
    by_chunks, _ = trained(*given, client=client, shuffle=True, seed=1, epochs=1)
    assert by_chunks == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.dask
def test_classes_and_validation(client: Any) -> None:
    import numpy
    from dask import array

    given = array.from_array(numpy.array(X)), array.from_array(numpy.array(LABELS))
    more: dict[str, Any] = {
        "loss": "cross_entropy", "outputs": 2, "validation": (X[:50], LABELS[:50]),
        "metrics": ["accuracy"], "epochs": 3,
    }  # fmt: skip
    found, history = trained(*given, client=client, **more)
    right, its_history = trained(X, LABELS, **more)
    assert found == right
    assert history["validation_accuracy"] == its_history["validation_accuracy"]


@pytest.mark.dask
def test_a_worker_that_is_killed_while_training_changes_no_bit(client: Any) -> None:
    import numpy
    from dask import array

    given = array.from_array(numpy.array(X)), array.from_array(numpy.array(Y))
    right, _ = trained(X, Y, epochs=3)
    with one_killed(client, after=30):  # in the second epoch, of 21 chunks each
        found, _ = trained(*given, client=client, epochs=3)
    assert found == right


@pytest.mark.dask
def test_a_run_goes_on_from_its_checkpoint_here_or_there(client: Any, tmp_path: Path) -> None:
    right, _ = trained(X, Y, epochs=4)
    trained(X, Y, epochs=2, client=client, checkpoint=tmp_path / "run.json")
    found, _ = trained(X, Y, epochs=4, checkpoint=tmp_path / "run.json")
    assert found == right
    with pytest.raises(ArgumentError, match="is of another run: examples is"):
        trained(X, Y, epochs=5, chunk_size=25, checkpoint=tmp_path / "run.json")


@pytest.mark.dask
def test_bad_data_are_refused(client: Any, tmp_path: Path) -> None:
    import numpy
    from dask import array
    from pyarrow import parquet, table

    inputs, targets = array.from_array(numpy.array(X)), array.from_array(numpy.array(Y))
    wrong = numpy.array(X)
    wrong[333, 1] = numpy.nan
    parquet.write_table(table({"a": wrong[:, 0], "y": Y}), tmp_path / "one.parquet")
    for given, more, match in (
        (
            (array.from_array(wrong), targets),
            {},
            r"X\[320:\]\[13\]\[1\] must be a finite number",
        ),
        ((inputs, targets[:-1]), {}, "X and Y must have as many examples, got 410 and 409"),
        ((inputs, Y), {}, "X and Y must both be Dask arrays"),
        ((inputs, targets), {"batch_size": 30}, "batch_size must be a multiple of chunk_size, 20"),
        (
            (inputs, targets),
            {"validation": 0.2},
            "Dask arrays and Parquet, validation must be a pair",
        ),
        (
            (inputs, targets),
            {"metrics": ["accuracy"]},
            "metrics of Dask arrays and Parquet are",
        ),
        ((inputs, targets), {"engine": "eager"}, "is a recorded program, and not eager"),
        ((tmp_path, "z"), {}, "X has no column 'z'; there are a, y"),
        ((tmp_path, ["a", "y"]), {}, "X has no column besides a, y"),
        ((tmp_path, "y"), {}, "2 numbers"),
        ((X, Y), {"client": "tcp://127.0.0.1"}, r"client must be a dask\.distributed\.Client"),
    ):
        with pytest.raises(AutogradError, match=match):
            trained(*given, **({"client": client} | more))
    with pytest.raises(ArgumentError, match="needs a client of a cluster"):
        trained(inputs, targets)
