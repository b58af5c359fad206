"""A network's forward pass on some examples, recorded up to the error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from autograd import Value
from nn.error_rules import ErrorRule, error_rule

if TYPE_CHECKING:
    from nn.names import Names, PassNames
    from nn.network import MLP

__all__ = ["Example", "Forward", "checked"]


class Example(NamedTuple):
    """What a network is to learn: some inputs, and the outputs that they should give."""

    inputs: Sequence[float]
    targets: Sequence[float]


def checked(examples: Sequence[Example]) -> list[Example]:
    """The examples, of which there must be one at least.

    Raises:
        ValueError: there is none.
    """
    if not examples:
        raise ValueError("a training step needs at least one example")
    return [Example._make(example) for example in examples]


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
        parts: list[Value] = []
        for number, example in enumerate(checked(examples)):
            parts += self._pass(network, example, rule, names.passes[number] if names else None)
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        self.error = total / len(examples) if rule.mean and len(examples) > 1 else total
        if names:
            self._record([names.notation.error], [self.error])

    def _pass(
        self, network: MLP, example: Example, rule: ErrorRule, names: PassNames | None
    ) -> list[Value]:
        """The parts of the error of one example."""
        inputs = [Value(number) for number in example.inputs]
        if names and len(inputs) == len(names.inputs):  # else the network refuses them
            self._record(names.inputs, inputs)
        outputs = network.outputs(inputs)
        if len(example.targets) != len(outputs):
            raise ValueError(f"{len(example.targets)} targets for {len(outputs)} outputs")
        targets = [Value(number) for number in example.targets]
        if names:
            self._record_neurons(names)
            self._record(names.targets, targets)
        if not rule.by_output:
            return [rule.part(outputs, targets)]
        parts = [rule.part([out], [target]) for out, target in zip(outputs, targets, strict=True)]
        if names and len(parts) > 1:
            self._record(names.errors, parts)
        return parts

    def _record(self, symbols: Iterable[str], nodes: Iterable[Value]) -> None:
        self.nodes |= {symbol: node.named(symbol) for symbol, node in zip(symbols, nodes, strict=True)}

    def _record_neurons(self, names: PassNames) -> None:
        for neuron, symbol in names.nets.items():
            assert neuron.net is not None
            assert neuron.out is not None
            self._record([symbol], [neuron.net])
            if neuron.out is neuron.net:  # a linear neuron: one node, which answers to both names
                self.nodes[names.outs[neuron]] = neuron.out
            else:
                self._record([names.outs[neuron]], [neuron.out])
