"""A network's forward pass on some examples, recorded up to the error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from math import isfinite
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value
from autograd.arguments import instance, items, real
from autograd.errors import ArgumentValueError
from nn.error_rules import ErrorRule, error_rule
from nn.losses import softmax_by_steps
from nn.network import MLP

if TYPE_CHECKING:
    from nn.notation import Names, PassNames

__all__ = ["Example", "Forward", "checked"]


class Example(NamedTuple):
    """What a network is to learn: some inputs, and the outputs that they should give.

    Attributes:
        inputs: a finite number for each input of the network.
        targets: likewise for each output.

    >>> exclusive_or = [Example([a, b], [float(a != b)]) for a in (0.0, 1.0) for b in (0.0, 1.0)]
    >>> exclusive_or[1]
    Example(inputs=[0.0, 1.0], targets=[1.0])
    """

    inputs: Sequence[float]
    targets: Sequence[float]


def checked(network: MLP, examples: Sequence[Example], rule: ErrorRule | None = None) -> list[Example]:
    """The examples as plain numbers, as many as the network has inputs and outputs.

    Args:
        network: the network.
        examples: the examples.
        rule: the error that is to take their targets.

    Raises:
        ValueError: there is no example, a number is infinite or NaN, there are too few or too many, or
            the error cannot take a target.
        TypeError: what should be a network, a list or a number is none.
    """
    layers = instance("network", network, MLP, "an MLP").layers
    nin, nout = len(layers[0].neurons[0].weights), len(layers[-1].neurons)
    found = [_example(f"examples[{n}]", each) for n, each in enumerate(items("examples", examples))]
    if not found:
        raise ArgumentValueError("a training step needs at least one example")
    for index, example in enumerate(found):
        if len(example.inputs) != nin:
            raise ArgumentValueError(f"the network takes {nin} inputs, got {len(example.inputs)}")
        if len(example.targets) != nout:
            raise ArgumentValueError(f"{len(example.targets)} targets for {nout} outputs")
        if rule:
            rule.check(f"examples[{index}].targets", example.targets)
    return found


def _example(what: str, given: Any) -> Example:
    parts = items(what, given)
    if len(parts) != 2:
        raise ArgumentValueError(f"{what} must be two lists, inputs and targets, got {len(parts)}")
    return Example(
        *(_numbers(f"{what}.{of}", part) for of, part in zip(Example._fields, parts, strict=True))
    )


def _numbers(what: str, given: Any) -> list[float]:
    numbers = [real(f"{what}[{index}]", number) for index, number in enumerate(items(what, given))]
    for index, number in enumerate(numbers):
        if not isfinite(number):
            raise ArgumentValueError(f"{what}[{index}] must be a finite number, got {number!r}")
    return numbers


class Forward:
    """A network's forward pass on some examples, up to the error.

    Args:
        network: the network.
        examples: what it is to learn, at least one example.
        error: how the error is made up; see `nn.error_rules.error_rule`.
        names: what to call everything; nothing is named if None.

    Attributes:
        error: the node of the error.
        nodes: every named node, by its symbol.

    Raises:
        ValueError: no examples, an unknown error, or wrong numbers of inputs or targets.
    """

    def __init__(
        self,
        network: MLP,
        examples: Sequence[Example],
        error: str | ErrorRule,
        names: Names | None = None,
    ) -> None:
        rule = error_rule(error)
        self.nodes = {name: node for node, name in names.parameters.items()} if names else {}
        errors = [
            self._pass(network, example, rule, names.passes[number] if names else None)
            for number, example in enumerate(checked(network, examples, rule))
        ]
        total = reduce(add, errors)
        self.error = total / len(examples) if rule.mean and len(examples) > 1 else total
        if names:
            (self.error,) = self._record([names.error], [self.error])

    def _pass(self, network: MLP, example: Example, rule: ErrorRule, names: PassNames | None) -> Value:
        """The error of one example."""
        inputs = [Value(number) for number in example.inputs]
        if names:
            self._record(names.inputs, inputs)
        outputs = network.outputs(inputs)
        targets = [Value(number) for number in example.targets]
        if names:
            self._record_neurons(names)
            if rule.of_logits:
                self._record_probabilities(names, outputs)
            self._record(names.targets, targets)
        parts = rule.parts(outputs, targets)
        if names and names.errors:
            parts = self._record(names.errors, parts)
        whole = reduce(add, parts)
        return self._record(names.total, [whole])[0] if names and names.total else whole

    def _record(self, symbols: Iterable[str], nodes: Iterable[Value]) -> list[Value]:
        """The nodes with their names; what has a name already becomes another node of its own."""
        named = {
            symbol: (+node if node.name else node).named(symbol)
            for symbol, node in zip(symbols, nodes, strict=True)
        }
        self.nodes |= named
        return [*named.values()]

    def _record_probabilities(self, names: PassNames, outputs: Sequence[Value]) -> None:
        """What a person computes between the outputs and the cross-entropy, which keeps more digits."""
        steps = softmax_by_steps(outputs)
        self._record(names.largest, [steps.largest])
        self._record(names.probabilities, steps.probabilities)
        self._record(names.surprisals, steps.surprisals)

    def _record_neurons(self, names: PassNames) -> None:
        for neuron, symbol in names.nets.items():
            assert neuron.net is not None
            assert neuron.out is not None
            self.nodes[symbol] = neuron.net.named(symbol)
            self.nodes[names.outs[neuron]] = neuron.out.named(names.outs[neuron])
