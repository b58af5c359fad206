"""Examples as rows of plain numbers: what arrays, lists, data frames and batches of them hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from hashlib import sha256
from itertools import chain
from math import isfinite
from struct import pack
from typing import Any, NamedTuple

from autograd.arguments import as_number, finite, items, shown, wrong_kind
from autograd.errors import ArgumentTypeError, ArgumentValueError
from nn.error_rules import ONE_OUTPUT
from nn.fitting.losses import Loss
from nn.module import Module
from nn.network import MLP

__all__ = ["Rows", "Shape", "inputs_of", "rows_of", "table"]

#: The inputs of an example, and its targets behind them.
Rows = list[list[float]]


class Shape(NamedTuple):
    """How many numbers an example has.

    Attributes:
        inputs: how many inputs.
        outputs: how many outputs the model makes of them.
        targets: how many targets; None if that is not known yet.
    """

    inputs: int
    outputs: int
    targets: int | None


def listed(what: str, given: Any) -> Sequence[Any]:
    """The items of a list or an array, or the rows of a data frame."""
    return items(what, given.to_numpy() if hasattr(given, "to_numpy") else given)


def table(what: str, given: Any, width: int | None = None) -> Rows:
    """Rows of finite numbers, all of one length; plain numbers are rows of one.

    Raises:
        ArgumentTypeError: something is no list or no number.
        ArgumentValueError: there are no rows, one is of another length, or a number is infinite or NaN.

    >>> table("X", [1, 2.5]), table("X", [[1, 2], (3, 4)])
    ([[1.0], [2.5]], [[1.0, 2.0], [3.0, 4.0]])
    >>> table("X", [[1.0, 2.0], [3.0]])
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: X[1] must have 2 numbers, as X[0] has, got 1
    """
    rows: Rows = []
    like = ""
    for index, row in enumerate(listed(what, given)):
        name = f"{what}[{index}]"
        if hasattr(row, "__len__") and not isinstance(row, str | bytes):
            numbers = [*items(name, row)]
            if {*map(type, numbers)} != {float} or not all(map(isfinite, numbers)):
                numbers = [finite(f"{name}[{place}]", each) for place, each in enumerate(numbers)]
        else:
            numbers = [finite(name, row)]
        if width is None:
            width, like = len(numbers), f", as {what}[0] has"
        if len(numbers) != width or not numbers:
            wanted = f"{width} number{'s' * (width != 1)}{like}" if numbers else "a number at least"
            raise ArgumentValueError(f"{name} must have {wanted}, got {len(numbers)}", operands=(row,))
        rows.append(numbers)
    if not rows:
        raise ArgumentValueError(f"{what} is empty: there are no examples")
    return rows


def inputs_of(model: Module, what: str, given: Any) -> Rows:
    """The inputs of some examples, as many of each as the model takes."""
    return table(
        what, given, len(model.layers[0].neurons[0].weights) if isinstance(model, MLP) else None
    )


def rows_of(inputs: Rows, given: Any, names: tuple[str, str], loss: Loss, shape: Shape) -> Rows:
    """Inputs with their targets behind them.

    Args:
        inputs: the inputs.
        given: the targets as they were given.
        names: what inputs and targets are called.
        loss: what says what a target may be.
        shape: how many there are.
    """
    what = names[1]
    if loss.of_classes and shape.outputs < 2:
        raise ArgumentValueError(ONE_OUTPUT)
    targets = listed(what, given)
    if len(targets) != len(inputs):
        raise ArgumentValueError(
            f"{names[0]} and {what} must have as many examples, got {len(inputs)} and {len(targets)}"
        )
    if loss.of_classes and (class_numbers := _class_numbers(targets)):
        found = [
            one_hot(f"{what}[{index}]", each, shape.outputs) for index, each in enumerate(class_numbers)
        ]
    else:
        found = table(what, targets, shape.outputs if loss.by_output else shape.targets)
    for index, each in enumerate(found):
        loss.check(f"{what}[{index}]", each)
    return [left + right for left, right in zip(inputs, found, strict=True)]


def _class_numbers(targets: Sequence[Any]) -> Sequence[Any]:
    """The numbers of classes, which may stand in a column; none if these are probabilities."""
    if isinstance(targets[0], str) or not hasattr(targets[0], "__len__"):
        return targets
    column = all(hasattr(row, "__len__") and len(row) == 1 for row in targets)
    return [row[0] for row in targets] if column else []


def one_hot(what: str, given: Any, count: int) -> list[float]:
    """The probabilities of classes, of which the one of that number is certain.

    >>> one_hot("Y[0]", 1, 3)
    [0.0, 1.0, 0.0]
    >>> one_hot("Y[0]", 3, 3)
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: Y[0] must be the number of a class, 0 to 2, got 3
    """
    if as_number(given) not in range(count):
        raise ArgumentValueError(
            f"{what} must be the number of a class, 0 to {count - 1}, got {shown(given)}",
            operands=(given,),
        )
    return [float(given == each) for each in range(count)]


def fingerprint(rows: Rows) -> str:
    """A digest of all numbers: two runs with the same one have the same examples.

    >>> fingerprint([[1.0]]) == fingerprint([[1.0]]), fingerprint([[1.0]]) == fingerprint([[-1.0]])
    (True, False)
    """
    numbers = [*chain.from_iterable(rows)]
    return sha256(pack(f"<qq{len(numbers)}d", len(rows), len(rows[0]), *numbers)).hexdigest()


def is_dask(given: Any) -> bool:
    """Whether it is a Dask array or the path of Parquet files.

    >>> is_dask("examples.parquet"), is_dask([[1.0]])
    (True, False)
    """
    return isinstance(given, str | os.PathLike) or hasattr(given, "to_delayed")


def is_batches(given: Any) -> bool:
    """Whether it is batches, and not examples, which come in a list, an array or a data frame.

    >>> is_batches(range(3)), is_batches(iter([])), is_batches(lambda epoch: [])
    (False, True, True)
    """
    if callable(given):
        return True
    return hasattr(given, "__iter__") and not (
        isinstance(given, Sequence | Mapping | Set)
        or hasattr(given, "tolist")
        or hasattr(given, "to_numpy")
    )


def batches_of(given: Any, epoch: int) -> Iterator[Any]:
    """The batches of an epoch, of a function of its number or of an iterable."""
    if callable(given):
        try:
            given = given(epoch)
        except TypeError as error:
            raise ArgumentTypeError(f"X, called with the number of an epoch: {error}") from error
    try:
        return iter(given)
    except TypeError:
        raise wrong_kind(f"the batches of epoch {epoch}", "an iterable of batches", given) from None
