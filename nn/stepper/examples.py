"""The worked example that a step of training is the first step of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.arguments import instance
from autograd.errors import ArgumentValueError
from nn.error_rules import error_text
from nn.neuron import BIAS_CONVENTIONS
from nn.step import TrainingStep
from nn.worked import FormulaExample, WorkedExample
from nn.worked.example import LayerData
from nn.worked.formulas import FormulaStep

if TYPE_CHECKING:
    from nn.layer import Layer
    from nn.step import Recorded

__all__ = ["example_of"]


def example_of(step: Recorded) -> WorkedExample | FormulaExample:
    """The worked example that begins with a step: its numbers are those before the step's update.

    Args:
        step: a step of a network or of formulas.

    Raises:
        ValueError: it is no step of gradient descent of all parameters, or of all weights; or its error
            is a Python function.
        TypeError: it is no step.

    >>> from nn import worked
    >>> again = example_of(worked.load("urbain").step(100))
    >>> again.step()["E_total"] == worked.load("urbain").step(100)["E_total"]
    True
    """
    if isinstance(step, FormulaStep):
        return step.example.with_numbers({name: step.values[name] for name in step.example.values})
    step = instance("step", step, TrainingStep, "a training step")
    if not step.descends:
        raise ArgumentValueError(
            "the page of a step shows gradient descent, and this step was made otherwise"
        )
    parameters = step.names.parameters
    biases = {neuron.bias for layer in step.network.layers for neuron in layer.neurons}
    updated = {each for each, symbol in parameters.items() if symbol in step.updates}
    if updated not in (set(parameters), set(parameters) - biases):
        raise ArgumentValueError(
            "the page of a step shows all weights updated, or all parameters; this step updated others"
        )
    conventions = {neuron.bias_convention for layer in step.network.layers for neuron in layer.neurons}
    names = [name for name, known in BIAS_CONVENTIONS.items() if known in conventions]
    if len(conventions) > 1:
        raise ArgumentValueError("the page of a step shows one convention for all biases")
    return WorkedExample(
        name="step",
        title="A training step",
        layers=[_layer(layer) for layer in step.network.layers],
        bias_convention=names[0] if names else "none",
        examples=[*step.examples],
        error=error_text(step.rule),
        learning_rate=step.learning_rate,
        update_biases=updated == set(parameters),
        notation=step.names.notation,
    )


def _layer(layer: Layer) -> LayerData:
    first = layer.neurons[0]
    shared = len(layer.neurons) > 1 and all(neuron.bias is first.bias for neuron in layer.neurons)
    biases = [neuron.bias.data for neuron in layer.neurons if neuron.bias is not None]
    return LayerData(
        first.activation,
        [[weight.data for weight in neuron.weights] for neuron in layer.neurons],
        (biases[0] if shared else biases) if biases else None,
    )
