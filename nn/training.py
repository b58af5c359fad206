"""TrainingStep: one step of training in which every number can be asked for by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any, NamedTuple

from autograd import Derivation, Diagram, Value, draw, explain
from autograd.backward import gradients
from nn import losses
from nn.network import MLP
from nn.neuron import Neuron
from nn.notation import Names, Notation
from nn.optimizers import Optimizer

__all__ = ["ERRORS", "ErrorRule", "Example", "TrainingStep", "train"]


class Example(NamedTuple):
    """What a network is to learn: some inputs, and the outputs that they should give."""

    inputs: Sequence[float]
    targets: Sequence[float]


class ErrorRule(NamedTuple):
    """How the error of a network is made up.

    Attributes:
        part: the error of some outputs against their targets.
        mean: whether the examples' errors are averaged, or added up.
        by_output: whether an example's error is the sum of one part per output.
    """

    part: Callable[[Sequence[Value], Sequence[Value]], Value]
    mean: bool = False
    by_output: bool = True


#: The errors that a training step may have, by name.
ERRORS: dict[str, ErrorRule] = {
    "half_squared_error": ErrorRule(losses.half_squared_error),
    "squared_error": ErrorRule(losses.squared_error),
    "mean_squared_error": ErrorRule(losses.squared_error, mean=True),
    "binary_cross_entropy": ErrorRule(losses.binary_cross_entropy),
    "cross_entropy": ErrorRule(losses.cross_entropy, by_output=False),
}


class _Forward:
    """A network's forward pass on some examples, up to the error; named, if there are names."""

    def __init__(
        self, network: MLP, examples: Sequence[Example], error: str, names: Names | None = None
    ) -> None:
        if error not in ERRORS:
            raise ValueError(f"no error {error!r}; there are {', '.join(ERRORS)}")
        if not examples:
            raise ValueError("a training step needs at least one example")
        rule = ERRORS[error]
        #: every named node, by its symbol
        self.nodes = {name: node for node, name in names.parameters.items()} if names else {}
        self.names = names
        parts = []
        for number, example in enumerate(map(Example._make, examples), 1):
            self.suffix = f"@{number}" if len(examples) > 1 else ""
            inputs = self._leaves(example.inputs, names.inputs if names else None)
            outputs = network.outputs(inputs)
            if len(example.targets) != len(outputs):
                raise ValueError(f"{len(example.targets)} targets for {len(outputs)} outputs")
            if names:
                self._record_neurons(names)
            targets = self._leaves(example.targets, names.targets if names else None)
            if rule.by_output:
                mine = [rule.part([o], [t]) for o, t in zip(outputs, targets, strict=True)]
            else:
                mine = [rule.part(outputs, targets)]
            if names and len(mine) > 1:
                for symbol, part in zip(names.errors, mine, strict=True):
                    self._record(symbol, part)
            parts += mine
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        self.error = total / len(examples) if rule.mean and len(examples) > 1 else total
        if names:
            self.suffix = ""
            self._record(names.notation.error, self.error)

    def _record(self, symbol: str, node: Value) -> None:
        symbol += self.suffix
        if symbol in self.nodes:
            raise ValueError(f"the notation gives the name {symbol!r} twice, with the examples' numbers")
        self.nodes[symbol] = node.named(symbol)

    def _leaves(self, numbers: Sequence[float], symbols: Sequence[str] | None) -> list[Value]:
        leaves = [Value(number) for number in numbers]
        if symbols is not None:
            if len(symbols) != len(leaves):
                raise ValueError(f"{len(leaves)} inputs or targets for {', '.join(symbols)}")
            for symbol, leaf in zip(symbols, leaves, strict=True):
                self._record(symbol, leaf)
        return leaves

    def _record_neurons(self, names: Names) -> None:
        for neuron in names.neurons:
            assert neuron.net is not None
            assert neuron.out is not None
            self._record(names.nets[neuron], neuron.net)
            if neuron.out is neuron.net:
                self.nodes[names.outs[neuron] + self.suffix] = neuron.out
            else:
                self._record(names.outs[neuron], neuron.out)


def train(
    network: MLP,
    examples: Sequence[Example],
    optimizer: Optimizer,
    *,
    error: str = "half_squared_error",
    steps: int = 1,
) -> float:
    """Train a network for some steps, all examples at each, and return the error after them.

    Args:
        network: what to train.
        examples: what it is to learn.
        optimizer: what updates which of its parameters, and how.
        error: the name of the error, one of `ERRORS`.
        steps: how many.

    Raises:
        ValueError: no examples, an unknown error, wrong numbers of inputs or targets, or no steps.
    """
    if steps < 0:
        raise ValueError(f"the number of steps is at least 0, not {steps}")
    for _ in range(steps):
        forward = _Forward(network, examples, error)
        network.zero_grad()
        forward.error.backward()
        optimizer.step()
    return _Forward(network, examples, error).error.data


class TrainingStep:
    """One step of training, recorded: forward, backward, update, and the error after it.

    The network is updated. The step keeps the network as it was, with the graph of its forward pass, so
    that every number can be looked at: ``step["net_h1"]``, ``step["dE/dw5"]``, ``step["w5+"]``, and the
    derivative of any node by any other, ``step["dE_o1/dout_h1"]``. Of several examples, each number is
    asked for by the example's number, as ``step["net_h1@2"]``.

    Args:
        network: what to train.
        examples: what it is to learn.
        optimizer: what updates which of the network's parameters, and how.
        error: the name of the error, one of `ERRORS`.
        notation: how to name everything.

    Attributes:
        network: the network as it was before the update.
        names: what its parts are called.
        nodes: every node that has a name, by its symbol.
        error: the node of the error.
        values: the number of every node.
        gradients: the derivative of the error by every node.
        deltas: δ = ∂E/∂net of every neuron.
        updated: every updated parameter after the update.
        suffixes: what a symbol ends in for each example: "" of a single one, else "@1", "@2", …
        error_before: the error.
        error_after: the error after the update.

    Raises:
        ValueError: see `train`; or the notation gives a name twice, or the optimizer is another
            network's.

    >>> from nn import MLP, SGD
    >>> network = MLP(1, [1], activation="sigmoid", init="zeros")
    >>> step = TrainingStep(network, [Example([2.0], [1.0])], SGD(network.parameters(), lr=0.5))
    >>> step["net_o1"], step["out_o1"], step["delta_o1"], step["dE/dw_o1_1"], step["w_o1_1+"]
    (0.0, 0.5, -0.125, -0.25, 0.125)
    """

    def __init__(
        self,
        network: MLP,
        examples: Sequence[Example],
        optimizer: Optimizer,
        *,
        error: str = "half_squared_error",
        notation: Notation | None = None,
    ) -> None:
        self.network = network.copy()
        self.names = (notation or Notation()).names(self.network)
        self.names.apply()
        forward = _Forward(self.network, examples, error, self.names)
        self.error = forward.error
        self.network.zero_grad()
        self.error.backward()
        self.nodes = forward.nodes
        self.values = {symbol: node.data for symbol, node in self.nodes.items()}
        self.gradients = {
            self.names.gradient(symbol): float(node.grad) for symbol, node in self.nodes.items()
        }
        self.suffixes = [""] if len(examples) == 1 else [f"@{k}" for k in range(1, len(examples) + 1)]
        self.deltas = {
            name + suffix: float(self.nodes[self.names.nets[neuron] + suffix].grad)
            for suffix in self.suffixes
            for neuron, name in self.names.deltas.items()
        }
        # the copy was differentiated; what is trained gets its gradients
        originals = dict(zip(self.network.parameters(), network.parameters(), strict=True))
        trained = set(optimizer.parameters)
        if trained.isdisjoint(originals.values()):
            raise ValueError("the optimizer updates none of the network's parameters")
        for recorded, original in originals.items():
            original.grad = float(recorded.grad)
        optimizer.step()
        self.updated = {
            self.names.updated(name): originals[recorded].data
            for recorded, name in self.names.parameters.items()
            if originals[recorded] in trained
        }
        self.error_before = self.error.data
        self.error_after = _Forward(network, examples, error).error.data

    @property
    def neurons(self) -> Mapping[str, Neuron]:
        """The neurons by name, each with net, out, δ, weights and their gradients."""
        return {name: neuron for neuron, name in self.names.neurons.items()}

    def node(self, symbol: str) -> Value:
        """The node of that name; "E" is the error, whatever the notation calls it.

        Raises:
            KeyError: there is none.
        """
        if symbol in self.nodes:
            return self.nodes[symbol]
        if symbol == "E":
            return self.error
        close = get_close_matches(symbol, self.nodes, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise KeyError(f"no {symbol!r} in this step{hint}")

    def __getitem__(self, symbol: str) -> float:
        """The number of that name: a value, a gradient, a δ, an updated parameter, any dA/dB.

        Raises:
            KeyError: there is none.
        """
        for numbers in (self.values, self.gradients, self.deltas, self.updated):
            if symbol in numbers:
                return numbers[symbol]
        if derivative := re.fullmatch(r"d(.+)/d(.+)", symbol):
            above, below = self.node(derivative[1]), self.node(derivative[2])
            return float(gradients(above).get(below, 0.0))
        return self.node(symbol).data

    def __iter__(self) -> Iterator[str]:
        """Every symbol that the step has a number for by itself."""
        for numbers in (self.values, self.gradients, self.deltas, self.updated):
            yield from numbers

    def explain(self, by: str, of: str | None = None) -> Derivation:
        """The derivative of the error, or of another node, along every path; see `autograd.explain`.

        Raises:
            KeyError: there is no such node.
        """
        return explain(self.error if of is None else self.node(of), self.node(by))

    def draw(self, digits: int = 6, fold: bool = False) -> Diagram:
        """The graph of the step, with its gradients; see `autograd.draw`."""
        return draw(self.error, digits=digits, fold=fold)

    def to_dict(self) -> dict[str, Any]:
        """All numbers by their symbols, as plain data."""
        return {
            "values": dict(self.values),
            "gradients": dict(self.gradients),
            "deltas": dict(self.deltas),
            "updated": dict(self.updated),
            "error_before": self.error_before,
            "error_after": self.error_after,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text; each number reads back as exactly the same.

        Raises:
            ValueError: a number is infinite or NaN, which JSON has no way to write.
        """
        errors = {"error_before": self.error_before, "error_after": self.error_after}
        for symbol, value in {**{symbol: self[symbol] for symbol in self}, **errors}.items():
            if not isfinite(value):
                raise ValueError(f"{symbol} is {value}, which JSON has no way to write")
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def __rich__(self) -> Any:
        from nn.tables import step_tables

        return step_tables(self)

    def __str__(self) -> str:
        from nn.tables import plain

        return plain(self)

    def _repr_svg_(self) -> str:
        return self.draw().svg()
