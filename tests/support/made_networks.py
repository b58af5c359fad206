"""Worked examples of any size, with weights that differ from one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from nn import Example
from nn.worked import LayerData, WorkedExample

__all__ = ["made"]

_NUMBERS = [0.5, -0.3, 0.2, 0.7, -0.6, 0.4, 0.1]


def made(
    sizes: Sequence[int],
    activations: Sequence[str],
    targets: Sequence[float] | None = None,
    *,
    examples: int = 1,
    **changes: Any,
) -> WorkedExample:
    """A worked example.

    Args:
        sizes: how many inputs there are, and how many neurons in each layer.
        activations: those of the layers.
        targets: of each example; 0.25 for each output if None.
        examples: how many there are.
        changes: what else `WorkedExample` takes.
    """
    layers = [
        LayerData(
            activation,
            [[_NUMBERS[(3 * j + i + k) % 7] for i in range(nin)] for j in range(nout)],
            [_NUMBERS[(j + k) % 7] for j in range(nout)],
        )
        for k, ((nin, nout), activation) in enumerate(zip(pairwise(sizes), activations, strict=True))
    ]
    pairs = [
        Example([_NUMBERS[(i + e) % 7] for i in range(sizes[0])], targets or [0.25] * sizes[-1])
        for e in range(examples)
    ]
    return WorkedExample(
        **{"name": "made", "layers": layers, "examples": pairs, "learning_rate": 0.5, **changes}
    )
