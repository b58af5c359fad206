"""TrainingStep: one step of training in which every number can be asked for by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import instance
from nn.error_rules import ErrorRule, error_rule
from nn.forward import Example, Forward, checked
from nn.network import MLP
from nn.neuron import BIASES, Neuron
from nn.notation import Names, Notation, notation_of
from nn.optimizers import SGD, Optimizer
from nn.step.recorded import Recorded

if TYPE_CHECKING:
    from autograd import Value
    from nn.step.matrices import Matrix
    from nn.step.tables import Shown

__all__ = ["TrainingStep"]


class TrainingStep(Recorded):
    """One step of training, recorded: forward, backward, update, and the error after it.

    The network is updated. The step keeps the network as it was, with the graph of its forward pass, so
    that every number can be looked at: ``step["net_h1"]``, ``step["dE/dw5"]``, ``step["w5+"]``, and the
    derivative of any node by any other, ``step["dE_o1/dout_h1"]``. Of several examples, each number is
    asked for by the example's number, as ``step["net_h1@2"]``.

    Args:
        network: what to train.
        examples: what it is to learn.
        optimizer: what updates which of the network's parameters, and how.
        error: see `train`.
        notation: how to name everything, and in which convention to show the bias: a `Notation`, or the
            name of one that comes along.

    Attributes:
        network: the network as it was before the update, its biases in the notation's convention.
        examples: what it was to learn.
        names: what its parts are called.
        nodes: every node that has a name, by its symbol.
        error: the node of the error.
        values: the number of every node.
        gradients: the derivative of the error by every node.
        deltas: δ = ∂E/∂net of every neuron.
        updated: every updated parameter after the update.
        changes: by how much the update changed each of them.
        error_after: the error after the update.
        descends: whether the update was w − η ∂E/∂w, that of gradient descent without more.

    Raises:
        ValueError: see `train`; or the notation gives a name twice, or the optimizer is another
            network's.
        TypeError: an argument is not of its kind.

    >>> from nn import MLP, SGD
    >>> network = MLP(1, [1], activation="sigmoid", init="zeros")
    >>> step = TrainingStep(network, [Example([2.0], [1.0])], SGD(network.parameters(), lr=0.5))
    >>> step["net_o1"], step["out_o1"], step["delta_o1"], step["dE/dw_o1_1"], step["w_o1_1+"]
    (0.0, 0.5, -0.125, -0.25, 0.125)
    >>> step.in_notation("signals")["dL/dw_11^(1)"]
    -0.25
    """

    def __init__(
        self,
        network: MLP,
        examples: Sequence[Example],
        optimizer: Optimizer,
        *,
        error: str | ErrorRule = "half_squared_error",
        notation: Notation | str | None = None,
    ) -> None:
        self.examples, self._rule = checked(network, examples), error_rule(error)
        instance("optimizer", optimizer, Optimizer, "an Optimizer")
        self._before = network.copy()
        flipped = self._record(Notation() if notation is None else notation)
        # a copy was differentiated; what is trained gets its gradients
        originals = dict(network.named_parameters())
        trained = set(optimizer.parameters)
        if trained.isdisjoint(originals.values()):
            raise ValueError("the optimizer updates none of the network's parameters")
        for path, recorded in self.network.named_parameters():
            gradient = float(recorded.grad)
            originals[path].grad = -gradient if recorded in flipped else gradient
        optimizer.step()
        self.descends = _descends(optimizer)
        self._after = {path: each.data for path, each in originals.items() if each in trained}
        self.error_after = Forward(network, self.examples, self._rule).error.data
        self._name_updates(flipped)

    def _record(self, notation: Notation | str) -> set[Value]:
        """Record the step as it was before the update; the biases whose sign the notation turns."""
        notation = notation_of(notation)
        self.network, flipped = _restated(self._before, notation.convention)
        self.names = Names(notation, self.network, len(self.examples), self._rule)
        self.names.apply()
        forward = Forward(self.network, self.examples, self._rule, self.names)
        self.error, self.nodes = forward.error, forward.nodes
        self.network.zero_grad()
        self.error.backward()
        self.values = {symbol: node.data for symbol, node in self.nodes.items()}
        self.gradients = {
            self.names.gradient(symbol): float(node.grad) for symbol, node in self.nodes.items()
        }
        self.deltas = {
            each.deltas[neuron]: float(self.nodes[symbol].grad)
            for each in self.names.passes
            for neuron, symbol in each.nets.items()
        }
        return flipped

    def _name_updates(self, flipped: set[Value]) -> None:
        names = self.names
        self.updated: dict[str, float] = {}
        self.changes: dict[str, float] = {}
        recorded = {parameter: path for path, parameter in self.network.named_parameters()}
        for parameter in names.parameters:
            after = self._after.get(recorded[parameter])
            if after is not None:
                self.updated[names.updates[parameter]] = after = (
                    -after if parameter in flipped else after
                )
                self.changes[names.changes[parameter]] = after - parameter.data
        self.naming, self.tags = names.naming, names.tags
        self.updates = {
            symbol: (names.updates[parameter], names.changes[parameter])
            for parameter, symbol in names.parameters.items()
            if names.updates[parameter] in self.updated
        }
        self.numbers = {
            "values": self.values,
            "gradients": self.gradients,
            "deltas": self.deltas,
            "updated": self.updated,
            "changes": self.changes,
        }

    @property
    def neurons(self) -> Mapping[str, Neuron]:
        """The neurons by name, each with net, out, δ, weights and their gradients.

        Of several examples, net, out and δ are those of the last.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> for name, neuron in step.neurons.items():
        ...     print(f"{name} {neuron.out.data:.9f} {neuron.delta:.9f}")
        h1 0.593269992 0.008771355
        h2 0.596884378 0.009954255
        o1 0.751365070 0.138498562
        o2 0.772928465 -0.038098237
        """
        return {name: neuron for neuron, name in self.names.neurons.items()}

    def __getitem__(self, symbol: str) -> float:
        """The number of that name: a value, a gradient, a δ, an updated parameter, any dA/dB.

        A matrix whose numbers are all the same has that number, as some documents print it.

        Raises:
            KeyError: there is none, or the matrix of that name has different numbers.
            TypeError: it is no text.
        """
        try:
            return super().__getitem__(symbol)
        except KeyError:
            for matrix in self.matrices if self.names.notation.vectors else ():
                if matrix.name == symbol:
                    return matrix.number()
            raise

    @property
    def matrices(self) -> list[Matrix]:
        """The step's matrices, in the order in which they are computed; see `nn.step.matrices.matrices`.

        Raises:
            ValueError: the notation has no matrices.

        >>> from nn import worked
        >>> for matrix in worked.load("hoey").step().matrices[-6:]:  # Hoey, eqs. (7) to (12)
        ...     print(matrix.name, matrix.shape, matrix.formula)
        del2 (1, 2) derror ⊙ σ′(a2)
        del1 (1, 2) (del2·W2[2:]ᵀ) ⊙ σ′(a1)
        dErrorDW1 (3, 2) Xᵀ·del1
        dErrorDW2 (3, 2) [1 z1]ᵀ·del2
        W1new (3, 2) W1 − η·dErrorDW1
        W2new (3, 2) W2 − η·dErrorDW2
        """
        from nn.step.matrices import matrices

        return matrices(self)

    def in_notation(self, notation: Notation | str) -> TrainingStep:
        """The same step with everything named as another document does, the bias treated its way.

        A bias that is subtracted is the negative of one that is added, and so are its derivative and its
        update.

        Args:
            notation: a `Notation`, or the name of one that comes along.

        Raises:
            ValueError: there is none of that name, or it gives a name twice in this network.
            TypeError: it is neither a notation nor a name.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> other = step.in_notation("signals")  # which subtracts the bias
        >>> step["b1"], other["b_1^(1)"], step["dE_total/dw5"] == other["dL/dw_11^(2)"]
        (0.35, -0.35, True)
        """
        step = object.__new__(TrainingStep)
        step._before, step.examples, step._rule = self._before, self.examples, self._rule
        step._after, step.error_after = self._after, self.error_after
        step.descends = self.descends
        step._name_updates(step._record(notation))
        return step

    def show(self, notation: Notation | str | None = None) -> Shown:
        """The step as text, in its own notation or in another: matrices where the notation has them.

        >>> from nn import worked
        >>> shown = worked.load("hoey").step().show("xing")
        >>> print(str(shown).splitlines()[10])
        │ net^(1)   │ 2×1   │ w^(1)·o^(0) − b^(1)              │ 0.6                            │
        """
        from nn.step.tables import Shown

        return Shown(self if notation is None else self.in_notation(notation))

    def __rich__(self) -> Any:
        from nn.step.tables import step_tables

        return step_tables(self)


def _descends(optimizer: Optimizer) -> bool:
    return type(optimizer) is SGD and not optimizer.momentum and not optimizer.weight_decay


def _restated(network: MLP, convention: str) -> tuple[MLP, set[Value]]:
    """A copy of a network with its biases in another convention, and those whose sign that turns."""
    network = network.copy()
    flipped: set[Value] = set()
    new = BIASES.get(convention)
    if new is not None:
        for layer in network.layers:
            for neuron in layer.neurons:
                old = neuron.bias_convention
                if old is not None and neuron.bias is not None:
                    neuron.bias_convention = new
                    if old.sign != new.sign:
                        flipped.add(neuron.bias)
    for bias in flipped:
        bias.data = -bias.data
    return network, flipped
