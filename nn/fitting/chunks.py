"""Examples of fit() that lie on a Dask cluster: Dask arrays, and Parquet files that its workers read."""

from __future__ import annotations

import os
from typing import Any

from autograd.arguments import items, text
from autograd.errors import ArgumentValueError
from autograd.program.chunks import Chunks, Packed, of_parquet
from nn.fitting.data import Shape, rows_of, table
from nn.fitting.losses import Loss

__all__ = ["data_on", "rows_of_chunk"]


def data_on(client: Any, X: Any, Y: Any, size: int) -> tuple[Chunks, Chunks]:  # noqa: N803
    """The inputs and the targets, in chunks of so many examples.

    Raises:
        ValueError: there are no targets, or not as many as inputs, or no column of some name.
        TypeError: the targets of a Dask array are none, or those of Parquet no names.
    """
    if isinstance(X, str | os.PathLike):
        names = [Y] if isinstance(Y, str) else [*items("Y, the names of the columns of targets,", Y)]
        targets = [text(f"Y[{index}]", name) for index, name in enumerate(names)]
        return of_parquet(client, "X", X, size, targets)
    inputs = Chunks.of(client, "X", X, size)
    outputs = Chunks.of(client, "Y", Y, size)
    if inputs is None or outputs is None:
        raise ArgumentValueError("X and Y must both be Dask arrays, or X the path of Parquet files")
    if inputs.count != outputs.count:
        raise ArgumentValueError(
            f"X and Y must have as many examples, got {inputs.count} and {outputs.count}"
        )
    return inputs, outputs


def rows_of_chunk(shape: Shape, loss: Loss, start: int, inputs: Packed, targets: Packed) -> Packed:
    """The examples of a chunk, checked as those of lists are; a worker does it.

    Args:
        shape: how many numbers an example has.
        loss: what says what a target may be.
        start: the number of the first example.
        inputs: the inputs of each.
        targets: likewise.

    Raises:
        ValueError: a number is infinite or NaN, or there are too many or too few.
    """
    names = f"X[{start}:]", f"Y[{start}:]"
    found = table(names[0], inputs.rows(), shape.inputs)
    return Packed(rows_of(found, targets.rows(), names, loss, shape))
