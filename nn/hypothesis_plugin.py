"""What Hypothesis calls when it is imported, so that ``from_type(MLP)`` draws networks.

``pyproject.toml`` names `register` as an entry point. Strategies are imported when one is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.forward import Example
from nn.layer import Layer
from nn.network import MLP
from nn.neuron import Neuron
from nn.step import TrainingStep
from nn.worked import WorkedExample

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["register"]


def register() -> None:
    """Tell Hypothesis how to draw the types of this package.

    >>> register()
    >>> from hypothesis import find, strategies
    >>> len(find(strategies.from_type(MLP), lambda network: len(network.layers) > 2).layers)
    3
    """
    from hypothesis import strategies

    for kind in (MLP, Layer, Neuron, Example, TrainingStep, WorkedExample):
        strategies.register_type_strategy(kind, _drawn)


def _drawn(kind: type) -> SearchStrategy[Any]:
    from nn.strategies import examples, networks, worked_examples

    drawn: dict[type, SearchStrategy[Any]] = {
        MLP: networks(),
        Layer: networks().map(lambda network: network.layers[0]),
        Neuron: networks().map(lambda network: network.layers[0].neurons[0]),
        Example: networks().flatmap(examples),
        WorkedExample: worked_examples(),
        TrainingStep: worked_examples().map(lambda example: example.step()),
    }
    return drawn[kind]
