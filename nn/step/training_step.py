"""TrainingStep: one step of training in which every number can be asked for by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

from autograd.arguments import number_of
from autograd.atomic import set_together
from autograd.expression import Expression
from autograd.symbolic import operand_tree, put
from autograd.symbols import unicode_symbol
from autograd.tables import Table, decimal
from nn.error_rules import ErrorRule, error_rule
from nn.forward import Example, Forward, checked
from nn.network import MLP
from nn.neuron import BIAS_CONVENTIONS, Neuron
from nn.notation import Names, Notation, notation_of
from nn.optimizers import Optimizer
from nn.step.named import NetworkNodes
from nn.step.recorded import Recorded
from nn.step.updates import UpdateRule
from nn.training import trained_parameters

if TYPE_CHECKING:
    import ast

    from autograd import Diagram, Value
    from nn.step.matrices import Matrix

__all__ = ["TrainingStep", "restated"]


class TrainingStep(NetworkNodes, Recorded):
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
        update_rule: how the optimizer updates parameters; gradient descent if it is none of those that
            are written line by line.
        learning_rate: η of the update.
        rule: how the error is made up.

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
        self.rule = error_rule(error)
        self.examples = checked(network, examples, self.rule)
        trained = trained_parameters(network, optimizer)
        self._before = network.copy()
        flipped = self._record(Notation() if notation is None else notation)
        # a copy was differentiated; what is trained gets its gradients
        originals = dict(network.named_parameters())
        gradients = {
            path: -number_of(recorded.grad) if recorded in flipped else number_of(recorded.grad)
            for path, recorded in self.network.named_parameters()
        }
        set_together((originals[path], "_grad", gradient) for path, gradient in gradients.items())
        rate = optimizer.lr(optimizer.steps) if callable(optimizer.lr) else optimizer.lr
        rule = UpdateRule.of(optimizer)
        self.descends = rule is not None and rule.descends
        self.update_rule, self.steps_before = rule or UpdateRule(), optimizer.steps
        self._remembered = self._remembered_by(optimizer, originals) if rule is not None else {}
        optimizer.step()
        self.learning_rate = float(rate)
        self._after = {path: each.data for path, each in originals.items() if each in trained}
        self.error_after = Forward(network, self.examples, self.rule).error.data
        self._name_updates(flipped)

    def _record(self, notation: Notation | str) -> set[Value]:
        """Record the step as it was before the update; the biases whose sign the notation turns."""
        notation = notation_of(notation)
        self.network, flipped = restated(self._before, notation.bias_convention)
        self.names = Names(notation, self.network, len(self.examples), self.rule)
        self.names.apply()
        forward = Forward(self.network, self.examples, self.rule, self.names)
        self.error, self.nodes = forward.error, forward.nodes
        self.network.zero_grad()
        self.error.backward()
        self._differentiate_by_probabilities()
        self.values = {symbol: node.data for symbol, node in self.nodes.items()}
        self.gradients = {
            self.names.gradient(symbol): number_of(node.grad) for symbol, node in self.nodes.items()
        }
        self.deltas = {
            each.deltas[neuron]: number_of(self.nodes[symbol].grad)
            for each in self.names.passes
            for neuron, symbol in each.nets.items()
        }
        return flipped

    def _differentiate_by_probabilities(self) -> None:
        """∂E/∂p and the like, of E = Σ t·(−ln p): the graph has a form of E that goes by the outputs."""
        for each in self.names.passes:
            for kinds in zip(each.probabilities, each.surprisals, each.targets, strict=False):
                p, surprisal, target = (self.nodes[symbol] for symbol in kinds)
                surprisal.grad = target.data
                p.grad = (-target.data / p.data if p.data else -inf) if target.data else 0.0

    def _name_updates(self, flipped: set[Value]) -> None:
        names = self.names
        self._matrices: list[Matrix] | None = None
        self.updated: dict[str, float] = {}
        self._updated_by_symbol: dict[str, float] = {}
        self.changes: dict[str, float] = {}
        recorded = {parameter: path for path, parameter in self.network.named_parameters()}
        for parameter in names.parameters:
            after = self._after.get(recorded[parameter])
            if after is not None:
                self.updated[names.updates[parameter]] = after = (
                    -after if parameter in flipped else after
                )
                self._updated_by_symbol[names.parameters[parameter]] = after
                self.changes[names.changes[parameter]] = after - parameter.data
        self.naming, self.tags = names.naming, names.tags
        self.updates = {
            symbol: (names.updates[parameter], names.changes[parameter])
            for parameter, symbol in names.parameters.items()
            if names.updates[parameter] in self.updated
        }
        self.buffers = {
            f"{letter}_{symbol}": self._remembered[letter][recorded[parameter]]
            for letter in self._remembered
            for parameter, symbol in names.parameters.items()
            if recorded[parameter] in self._remembered[letter]
        }
        # a bias of the other sign has gradients of the other sign, and averages of these
        squares = "v" if self.update_rule.optimizer == "adam" else ""
        for letter in self._remembered.keys() - {squares}:
            for parameter in flipped:
                symbol = f"{letter}_{names.parameters[parameter]}"
                if symbol in self.buffers:
                    self.buffers[symbol] = -self.buffers[symbol]
        self.numbers = {
            "values": self.values,
            "gradients": self.gradients,
            "deltas": self.deltas,
            "updated": self.updated,
            "changes": self.changes,
        }
        if self.buffers:
            self.numbers["buffers"] = {**self.buffers, **self._averaged()}

    def _remembered_by(
        self, optimizer: Optimizer, parameters: Mapping[str, Value]
    ) -> dict[str, dict[str, float]]:
        """What an optimizer remembers, by its letter, of each parameter, by its path."""
        paths = {parameter: path for path, parameter in parameters.items()}
        mine = [paths[parameter] for parameter in optimizer.parameters]
        buffers = optimizer.state_dict()["buffers"]
        return {
            letter: dict(zip(mine, buffers[name], strict=True))
            for name, letter in self.update_rule.buffers.items()
        }

    def _averaged(self) -> dict[str, float]:
        """What the optimizer makes of the gradients, and remembers."""
        from autograd.program import evaluated

        rule, found = self.update_rule, {}
        for symbol, (update, change) in self.updates.items():
            gradient = self.names.gradient(symbol)
            known = {**rule.given(self.steps_before), **self.buffers, gradient: self.gradients[gradient]}
            for line in rule.lines(symbol, update, change, gradient):
                if line.kind == "buffer":
                    found[line.symbol] = known[line.symbol] = evaluated(line, known)
        return found

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
            from nn.step.matrices import matrix_named

            if (matrix := matrix_named(self, symbol)) is not None:
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

        if self._matrices is None:
            self._matrices = matrices(self)
        return list(self._matrices)

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
        step._before, step.examples, step.rule = self._before, self.examples, self.rule
        step._after, step.error_after = self._after, self.error_after
        step.descends, step.learning_rate = self.descends, self.learning_rate
        step.update_rule, step.steps_before = self.update_rule, self.steps_before
        step._remembered = self._remembered
        step._name_updates(step._record(notation))
        return step

    @property
    def rewritten(self) -> Collection[str]:
        """The errors, the outputs and the targets, where the error is by probabilities.

        >>> from nn import worked
        >>> worked.load("urbain").step().rewritten
        ()
        """
        if not self.names.rule.of_logits:
            return ()
        roles = {"error", "part", "out", "target"}
        return {symbol for symbol, tag in self.tags.items() if tag.role in roles}

    @property
    def short(self) -> Mapping[str, ast.expr]:
        """By the symbol of a net input of the last layer, its δ multiplied out, where the rule has it.

        >>> from nn import MLP, SGD
        >>> network = MLP(1, [1], activation="sigmoid", init="zeros")
        >>> optimizer = SGD(network.parameters(), lr=0.5)
        >>> step = TrainingStep(
        ...     network, [Example([2.0], [1.0])], optimizer, error="binary_cross_entropy"
        ... )
        >>> step.explain("net_o1", form="delta").steps[0].sides()[2:]
        ['outₒ₁ − targetₒ₁', '0.5 − 1', '−0.5']
        """
        found = {}
        for each in self.names.passes:
            for neuron, target in zip(self.network.layers[-1].neurons, each.targets, strict=True):
                if text := self.rule.short.get(neuron.activation):
                    known = {"out": operand_tree(each.outs[neuron]), "target": operand_tree(target)}
                    found[each.nets[neuron]] = put(Expression(text, list(known)).tree, known)
        return found

    _network = True

    def _network_picture(self, frame: str, digits: int, example: int, *, magnitude: bool) -> Diagram:
        from nn.drawing import draw_network

        return draw_network(self, frame, digits=digits, example=example, magnitude=magnitude)

    @property
    def _beside(self) -> list[Value]:
        shown = [
            symbol for each in self.names.passes for symbol in (*each.probabilities, *each.surprisals)
        ]
        return [self.nodes[symbol] for symbol in shown]

    def _after_update(self, symbol: str) -> float | None:
        return self._updated_by_symbol.get(symbol)

    def tables(self) -> list[Table]:
        """The step as tables: its matrices if its notation has any, else neurons and parameters.

        >>> from nn import worked
        >>> step = worked.load("hoey").step()
        >>> [table.title for table in step.tables()]
        ['Matrices', 'Error']
        >>> [table.title for table in step.in_notation("urbain").tables()]
        ['Neurons', 'Parameters', 'Error']
        """
        if self.names.notation.vectors:
            probabilities = [self._probabilities()] if self.names.rule.of_logits else []
            return [_matrices(self.matrices), *probabilities, self._errors()]
        probabilities = [self._probabilities()] if self.names.rule.of_logits else []
        return [self._neurons(), *probabilities, self._parameters(), self._errors()]

    def _neurons(self) -> Table:
        names = self.names
        error = unicode_symbol(names.error)
        first = self.network.layers[0].neurons[0]
        net, out, delta = (
            unicode_symbol(_word(names.whole(kind, first))) for kind in ("net", "out", "delta")
        )
        neurons = Table(
            "Neurons",
            ["neuron", net, out, f"{delta} = ∂{error}/∂{net}", f"∂{error}/∂{out}"],
            "lrrrr",
        )
        several = len(names.passes) > 1
        for number, each in enumerate(names.passes, 1):
            for neuron, name in names.neurons.items():
                neurons.add(
                    f"{name}@{number}" if several else name,
                    decimal(self.values[each.nets[neuron]]),
                    decimal(self.values[each.outs[neuron]]),
                    decimal(self.deltas[each.deltas[neuron]]),
                    decimal(self.gradients[names.gradient(each.outs[neuron])]),
                )
        return neurons

    def _probabilities(self) -> Table:
        """The probabilities beside the targets; p − t is ∂E/∂out."""
        names = self.names
        out = unicode_symbol(_word(names.whole("out", self.network.layers[-1].neurons[0])))
        heads = [
            "",
            f"p = softmax({out})",
            "target t",
            "−ln p",
            f"p − t = ∂{unicode_symbol(names.error)}/∂{out}",
        ]
        table = Table("Probabilities", heads, "lrrrr")
        for each in names.passes:
            outs = [each.outs[neuron] for neuron in self.network.layers[-1].neurons]
            rows = zip(each.probabilities, each.targets, each.surprisals, outs, strict=True)
            for p, target, surprisal, out in rows:
                table.add(
                    p,
                    *(decimal(self.values[symbol]) for symbol in (p, target, surprisal)),
                    decimal(self.gradients[names.gradient(out)]),
                )
        return table

    def _parameters(self) -> Table:
        error = unicode_symbol(self.names.error)
        parameters = Table(
            "Parameters", ["parameter", "before", f"gradient ∂{error}/∂", "after"], "lrrr"
        )
        for name in self.names.parameters.values():
            gradient, after = self.gradients[self.names.gradient(name)], self._after_update(name)
            parameters.add(
                name,
                decimal(self.values[name]),
                decimal(gradient),
                "not updated" if after is None else decimal(after),
            )
        return parameters

    def _errors(self) -> Table:
        errors, error = Table("Error", ["", "value"], "lr"), self.names.error
        for each in self.names.passes:
            for name in (*each.errors, *each.total):
                if name in self.values:
                    errors.add(name, decimal(self.values[name]))
        errors.add(f"{error} before the update", decimal(self.error_before))
        errors.add(f"{error} after the update", decimal(self.error_after))
        return errors


def _word(name: str) -> str:
    """What a kind of number is called, of all layers: "net" for "net_h", "S" for "S^(1)"."""
    return name.partition("_")[0].partition("^")[0]


def _matrices(matrices: Sequence[Matrix]) -> Table:
    table = Table("Matrices", ["matrix", "shape", "computed as", "numbers"], "llll")
    for matrix in matrices:
        rows, columns = matrix.shape
        table.add(matrix.name, f"{rows}×{columns}", matrix.formula, _grid(matrix))
    return table


def _grid(matrix: Matrix) -> str:
    """The numbers in rows and columns."""
    digits = {1: 9, 2: 9, 3: 6}.get(matrix.shape[1], 4)  # so that it fits beside the rest
    texts = [[decimal(number, digits) for number in row] for row in matrix.numbers]
    width = max(len(text) for row in texts for text in row)
    return "\n".join("  ".join(text.rjust(width) for text in row) for row in texts)


def restated(network: MLP, bias_convention: str) -> tuple[MLP, set[Value]]:
    """A copy of a network with its biases in another convention, and those whose sign that turns."""
    network = network.copy()
    flipped: set[Value] = set()
    new = BIAS_CONVENTIONS.get(bias_convention)
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
