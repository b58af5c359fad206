"""Metrics: what fit() reports besides the error, a number of all outputs and targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd.arguments import function, items, real, wrong_value
from autograd.errors import ArgumentValueError
from nn.fitting.data import Rows
from nn.fitting.losses import Loss

__all__ = ["Metric", "metrics_of"]

#: A function of the outputs and the targets of all examples, a row for each.
Metric: TypeAlias = Callable[[Rows, Rows], float]

#: The columns that a history has anyway.
_TAKEN = ("epoch", "error", "lr")


def metrics_of(given: Any, loss: Loss, targets: Rows) -> Mapping[str, Metric]:
    """The metrics, by name.

    Args:
        given: "accuracy", or functions, called by their names.
        loss: the loss, which may say where two classes part.
        targets: those of some examples.
    """
    found: dict[str, Metric] = {}
    for index, metric in enumerate(items("metrics", given)):
        what = f"metrics[{index}]"
        if isinstance(metric, str):
            if metric != "accuracy":
                raise wrong_value(what, "'accuracy' or a function", metric)
            name, metric = metric, accuracy(loss, targets)  # noqa: PLW2901
        else:
            name = getattr(function(what, metric), "__name__", type(metric).__name__)
        if name in found or name in _TAKEN or name.startswith("validation_"):
            raise ArgumentValueError(f"{what}: there is a column {name!r} already")
        found[name] = metric
    return found


def measured(name: str, metric: Metric, outputs: Rows, targets: Rows) -> float:
    """What a metric gives, which has to be a number."""
    return real(f"what the metric {name} returns", metric(outputs, targets))


def accuracy(loss: Loss, targets: Rows) -> Metric:
    """The share of examples that are put into the right class.

    With several outputs, that is the class of the largest; with one, the side of the boundary between
    the two targets that there are.

    Raises:
        ArgumentValueError: of one output, there are other than two targets.
    """
    boundary = 0.0
    if len(targets[0]) == 1:
        classes = sorted({target for (target,) in targets})
        if len(classes) != 2:
            raise ArgumentValueError(
                f"accuracy of a single output needs two different targets, got {len(classes)}: "
                f"{', '.join(map(repr, classes[:4]))}{', …' * (len(classes) > 4)}"
            )
        boundary = sum(classes) / 2 if loss.boundary is None else loss.boundary
        middle = sum(classes) / 2

        def right(out: Sequence[float], target: Sequence[float]) -> bool:
            return (out[0] > boundary) is (target[0] > middle)
    else:

        def right(out: Sequence[float], target: Sequence[float]) -> bool:
            return _largest(out) == _largest(target)

    def share(outputs: Rows, targets: Rows) -> float:
        return sum(map(right, outputs, targets)) / len(outputs)

    return share


def _largest(numbers: Sequence[float]) -> int:
    return max(range(len(numbers)), key=numbers.__getitem__)
