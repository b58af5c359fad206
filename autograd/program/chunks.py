"""Examples in chunks of a fixed size, as they lie on a Dask cluster."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograd.arguments import shown, whole
from autograd.errors import ArgumentTypeError, ArgumentValueError, AutogradError

__all__ = [
    "CHUNK_SIZE",
    "Chunks",
    "Packed",
    "check_client",
    "chunk_size_of",
    "in_memory",
    "of_parquet",
    "parquet_files",
]

#: How many examples a chunk has, unless something else is asked for.
CHUNK_SIZE = 1000


def chunk_size_of(given: object) -> int:
    """How many examples a chunk has.

    >>> chunk_size_of(None), chunk_size_of(64)
    (1000, 64)
    """
    return CHUNK_SIZE if given is None else whole("chunk_size", given, 1)


def check_client(client: object) -> None:
    """Refuse what is no client of a Dask cluster.

    Raises:
        TypeError: it is none.

    >>> check_client("127.0.0.1:8786")
    Traceback (most recent call last):
    autograd.errors.ArgumentTypeError: client must be a dask.distributed.Client, got '127.0.0.1:8786'
    """
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(client).__mro__}
    if "distributed.client.Client" not in kinds:  # Dask need not be installed to tell
        raise ArgumentTypeError(f"client must be a dask.distributed.Client, got {shown(client)}")


class Packed:
    """Rows of numbers as they lie on a cluster and travel there: in eight bytes each.

    Args:
        rows: the rows, of one length.

    >>> Packed([(1.0, 2.0), (3.0, 4.0)]).rows()
    [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self._width = len(rows[0])
        self._numbers = array("d", [number for row in rows for number in row])

    def rows(self) -> list[list[float]]:
        """The rows.

        >>> Packed([(1.0,)]).rows()
        [[1.0]]
        """
        listed = self._numbers.tolist()
        return [listed[start : start + self._width] for start in range(0, len(listed), self._width)]


class Chunks:
    """Examples that lie on a cluster, in chunks of a fixed size.

    Args:
        client: the cluster's client.
        count: how many examples there are.
        size: how many a chunk has.
        load: makes the future of a chunk's rows: of those from one number to another.

    Attributes:
        count: how many examples there are.
    """

    def __init__(self, client: Any, count: int, size: int, load: Callable[[int, int], Any]) -> None:
        self.client, self.count, self.size, self._load = client, count, size, load
        self._known: dict[int, Any] = {}

    def __len__(self) -> int:
        return (self.count + self.size - 1) // self.size

    def future(self, chunk: int) -> Any:
        """The future of a chunk's rows; it stays on the cluster."""
        if chunk not in self._known:
            start = chunk * self.size
            self._known[chunk] = self._load(start, min(start + self.size, self.count))
        return self._known[chunk]

    def examples_in(self, chunk: int) -> int:
        """How many examples a chunk has: the last one may have fewer."""
        return min(self.size, self.count - chunk * self.size)

    def mapped(self, function: Callable[..., Any], other: Chunks | None = None) -> Chunks:
        """Chunks of what a function makes of the number of the first row, the rows, and others' rows."""

        def load(start: int, stop: int) -> Any:
            # what it is made of need not stay
            parts = [each._load(start, stop) for each in (self, other) if each is not None]
            return self.client.submit(function, start, *parts, pure=False)

        return Chunks(self.client, self.count, self.size, load)

    @staticmethod
    def of(client: Any, what: str, given: Any, size: int) -> Chunks | None:
        """The chunks of a Dask array or of Parquet files; None of anything else.

        Args:
            client: the cluster's client.
            what: what the data are called.
            given: a Dask array, or the path of a Parquet file or of a folder of them.
            size: how many examples a chunk has.

        Raises:
            ValueError: a Dask array's shape is not known, or there are no examples.
            OSError: a file cannot be read.
            AutogradError: what reads Parquet is not installed.
        """
        if isinstance(given, str | os.PathLike):
            return of_parquet(client, what, given, size, [])[0]
        if not hasattr(given, "rechunk") or not hasattr(given, "to_delayed"):
            return None
        if given.ndim not in {1, 2} or given.dtype.kind not in "fiub" or given.dtype.itemsize > 8:
            raise ArgumentValueError(
                f"{what} must be a Dask array of numbers with a row for each example, got one of "
                f"{given.dtype} with {given.ndim} dimensions"
            )
        if given.shape[0] != given.shape[0]:
            raise ArgumentValueError(
                f"how many rows {what} has is not known: call its compute_chunk_sizes() first"
            )
        if not given.shape[0]:
            raise ArgumentValueError(f"{what} is empty: there are no examples")
        blocks = given.rechunk((size, -1) if given.ndim == 2 else (size,)).to_delayed().ravel()
        futures = client.compute([*blocks])

        def load(start: int, _: int) -> Any:
            return client.submit(_block, futures[start // size], pure=False)

        return Chunks(client, given.shape[0], size, load)


def of_parquet(
    client: Any, what: str, given: str | os.PathLike[str], size: int, targets: Sequence[str]
) -> tuple[Chunks, Chunks]:
    """The chunks of Parquet files: of the columns that are no targets, and of those that are.

    Args:
        client: the cluster's client.
        what: what the data are called.
        given: the path of a file, or of a folder of them.
        size: how many examples a chunk has.
        targets: the names of the columns that are targets.

    Raises:
        ValueError: there is no such column, no other one, or there are no examples.
        OSError: a file cannot be read.
        AutogradError: what reads Parquet is not installed.
    """
    files, names = parquet_files(what, Path(given))
    for name in targets:
        if name not in names:
            raise ArgumentValueError(f"{what} has no column {name!r}; there are {', '.join(names)}")
    inputs = [name for name in names if name not in targets]
    if not inputs:
        raise ArgumentValueError(f"{what} has no column besides {', '.join(targets)}")
    count = sum(count for _, count in files)

    def chunks(columns: Sequence[str]) -> Chunks:
        def load(start: int, stop: int) -> Any:
            return client.submit(_read, files, start, stop, columns, pure=False)

        return Chunks(client, count, size, load)

    return chunks(inputs), chunks(targets)


def parquet_files(what: str, path: Path) -> tuple[list[tuple[str, int]], list[str]]:
    """The Parquet files of a path, each with how many rows it has, and the names of their columns.

    Raises:
        ValueError: there are no rows, or files have different columns.
        OSError: a file cannot be read.
        AutogradError: what reads Parquet is not installed.
    """
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError:
        raise AutogradError(
            f"{what} needs pyarrow, which is not installed: pip install 'scalar-autograd[dask]'"
        ) from None
    paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    files, names = [], None
    for each in paths:
        try:
            with parquet.ParquetFile(each) as file:
                own = file.schema_arrow.names
                files.append((str(each.resolve()), file.metadata.num_rows))
        except ArrowInvalid as error:
            raise ArgumentValueError(f"{what}: {each} is no Parquet file: {error}") from None
        if names is not None and own != names:
            raise ArgumentValueError(f"{what}: {each} has other columns than {paths[0]}")
        names = own
    if not sum(count for _, count in files) or names is None:
        raise ArgumentValueError(f"{what} is empty: there are no examples in {path}")
    return files, names


def in_memory(client: Any, rows: Sequence[Sequence[float]], size: int) -> Chunks:
    """Examples that are here, to be sent."""
    return Chunks(client, len(rows), size, lambda start, stop: Packed(rows[start:stop]))


# --- what a worker reads --------------------------------------------------------------------------


def _block(block: Any) -> Packed:
    """The rows of an array, of one dimension or of two."""
    found: list[Any] = block.tolist()
    return Packed([row if isinstance(row, list) else [row] for row in found])


def _read(files: Sequence[tuple[str, int]], start: int, stop: int, columns: Sequence[str]) -> Packed:
    """The rows of some Parquet files from one number to another, and no others are read.

    Raises:
        ValueError: one of the columns has no number in a row.
    """
    from pyarrow import parquet

    found: list[list[float]] = []
    first = 0  # the number of the first row of what comes next
    for path, count in files:
        if first < stop and first + count > start:
            with parquet.ParquetFile(path) as file:
                at = first
                for group in range(file.num_row_groups):
                    size = file.metadata.row_group(group).num_rows
                    if at < stop and at + size > start:
                        table = file.read_row_group(group, columns=list(columns))
                        low = max(start - at, 0)
                        table = table.slice(low, min(stop, at + size) - at - low)
                        lists = [table.column(name).to_pylist() for name in columns]
                        for name, numbers in zip(columns, lists, strict=True):
                            for row, number in enumerate(numbers, at - first + low):
                                if not isinstance(number, int | float):
                                    raise ArgumentValueError(
                                        f"{path}: column {name!r} must have a number in each row, and "
                                        f"has {number!r:.40} in row {row}"
                                    )
                        found += map(list, zip(*lists, strict=True))
                    at += size
        first += count
    return Packed(found)
