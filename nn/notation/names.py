"""A notation applied to a network: the name of each of its parts and of each number of a pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from autograd import Value
from autograd.arguments import instance, whole
from autograd.errors import ArgumentValueError
from nn.error_rules import ErrorRule, error_rule
from nn.network import MLP
from nn.neuron import Neuron
from nn.notation.templates import Notation

__all__ = ["Names", "PassNames", "Tag"]


class Tag(NamedTuple):
    """What a named quantity of a training step is, and where in the network.

    Attributes:
        role: "input", "target", "weight", "bias", "net", "out", "part" (of the error) or "error"; with
            softmax also "probability", "surprisal" (−ln p) and "largest" (of the outputs).
        layer: the layer, from 1; 0 of the inputs.
        neuron: the number of the neuron in its layer, or of the input, from 1; 0 of a bias that several
            neurons share, and of what belongs to no neuron.
        input: which input of the neuron a weight is for, from 1; 0 of a bias that is the weight of a
            constant input, None of anything else.
        example: the number of the example, from 1; 0 of what all have in common.
        name: what the neuron is called.

    >>> from nn import MLP, Notation
    >>> Names(Notation(), MLP(2, [1])).tags["w_o1_2"]
    Tag(role='weight', layer=1, neuron=1, input=2, example=0, name='o1')
    """

    role: str
    layer: int = 0
    neuron: int = 0
    input: int | None = None
    example: int = 0
    name: str = ""


class PassNames(NamedTuple):
    """The names of what is computed of one example.

    Attributes:
        inputs: those of the inputs.
        targets: those of the targets.
        nets: those of the net inputs, by neuron.
        outs: those of the outputs, by neuron.
        deltas: those of the δ, by neuron.
        errors: those of the parts of the error, by output neuron in order, or of the example's whole
            error if it has no such parts; none if the error has one part in all.
        total: that of the example's error, in a list, where there are several examples and outputs.
        probabilities: those of the probabilities, by output neuron in order; none unless the error is
            the cross-entropy of softmax(outputs).
        surprisals: those of −ln p, likewise.
        largest: that of the largest output, which softmax subtracts, in a list; likewise.
    """

    inputs: list[str]
    targets: list[str]
    nets: dict[Neuron, str]
    outs: dict[Neuron, str]
    deltas: dict[Neuron, str]
    errors: list[str]
    total: list[str]
    probabilities: list[str]
    surprisals: list[str]
    largest: list[str]


class Names:
    """What a notation calls the parts of a network, and what it computes of some examples.

    Args:
        notation: the templates.
        network: what they are applied to.
        examples: how many examples there are.
        error: how the error is made up; see `nn.error_rules.error_rule`.

    Attributes:
        notation: the notation.
        error: the name of the error.
        rule: how the error is made up.
        neurons: the neurons with their names, layer by layer.
        parameters: the weights and then the biases, with their names; a shared one has one name.
        updates: the names of the parameters after the update.
        changes: the names of the changes that the update makes.
        passes: what is computed of each example.

    Raises:
        ValueError: two different things would have the same name, or there is no example.
        TypeError: what should be a notation, a network or a count is none.

    >>> from nn import MLP, Notation
    >>> names = Names(Notation(), MLP(2, [1]), 2)
    >>> list(names.parameters.values()), names.passes[1].inputs
    (['w_o1_1', 'w_o1_2', 'b_o1'], ['x1@2', 'x2@2'])
    """

    def __init__(
        self,
        notation: Notation,
        network: MLP,
        examples: int = 1,
        error: str | ErrorRule = "half_squared_error",
    ) -> None:
        instance("notation", notation, Notation, "a Notation")
        instance("network", network, MLP, "an MLP")
        examples = whole("examples", examples, 1)
        self.notation, self.rule = notation, error_rule(error)
        self.error = notation.error.format()  # it has no fields, but may have doubled braces
        self._places = dict(_places(notation, network))
        self._several = examples > 1
        self._slopes: dict[str, str] = {}
        self.neurons = {neuron: str(place["neuron"]) for neuron, place in self._places.items()}
        self.parameters: dict[Value, str] = {}
        self.updates: dict[Value, str] = {}
        self.changes: dict[Value, str] = {}
        self._name_parameters()
        self.passes = [self._pass(network, number) for number in range(1, examples + 1)]
        self._check_distinct()

    def _name_parameters(self) -> None:
        n = 0
        for neuron, place in self._places.items():
            for i, weight in enumerate(neuron.weights, 1):
                n += 1
                self._name_parameter(
                    "weight", weight, place | {"i": i, "row": i + _weighs(neuron), "n": n}
                )
        n = 0
        for neuron, place in self._places.items():
            if neuron.bias is not None and neuron.bias not in self.parameters:
                n += 1
                self._name_parameter(
                    "bias", neuron.bias, place | {"i": 0, "row": _weighs(neuron), "n": n}
                )

    def _name_parameter(self, kind: str, parameter: Value, place: dict[str, Any]) -> None:
        if parameter in self.parameters:
            return
        i, j = place["i"], place["j"]
        place = place | {"ij": f"{i}{j}" if max(i, j) < 10 else f"{i},{j}"}
        symbol = getattr(self.notation, kind).format(**place)
        self.parameters[parameter] = symbol
        self.updates[parameter] = self.notation.updated.format(**place, symbol=symbol)
        self.changes[parameter] = self.notation.change.format(**place, symbol=symbol)

    def _pass(self, network: MLP, number: int) -> PassNames:
        last = network.layers[-1].neurons
        first = network.layers[0].neurons[0]
        places = {neuron: place | {"e": number} for neuron, place in self._places.items()}
        outs = {neuron: self._numbered("out", place) for neuron, place in places.items()}
        if self.notation.prediction:
            outs |= {neuron: self._numbered("prediction", places[neuron]) for neuron in last}
        logits = last if self.rule.of_logits else []
        probabilities = [self._numbered("probability", places[neuron]) for neuron in logits]
        if self.notation.slope:
            self._slopes |= {
                outs[neuron]: self._numbered("slope", places[neuron], outs[neuron]) for neuron in last
            }
        return PassNames(
            inputs=[
                self._numbered("input", {"i": i, "row": i + _weighs(first), "e": number})
                for i in range(1, len(first.weights) + 1)
            ],
            targets=[self._numbered("target", places[neuron]) for neuron in last],
            nets={neuron: self._numbered("net", place) for neuron, place in places.items()},
            outs=outs,
            deltas={neuron: self._numbered("delta", place) for neuron, place in places.items()},
            errors=self._errors([places[neuron] for neuron in last], number),
            total=self._total(len(last), number),
            probabilities=probabilities,
            surprisals=[f"-ln {symbol}" for symbol in probabilities],
            largest=[self._numbered("largest", {"e": number})] if self.rule.of_logits else [],
        )

    def _errors(self, places: list[dict[str, Any]], number: int) -> list[str]:
        if len(places if self.rule.by_output else [0]) == 1 and not self._several:
            return []
        if self.rule.by_output:
            return [self._numbered("error_of", place) for place in places]
        return [f"{self.error}@{number}"]

    def _total(self, outputs: int, number: int) -> list[str]:
        several = self._several and self.rule.by_output and outputs > 1
        return [f"{self.error}@{number}"] if several else []

    def _numbered(self, kind: str, place: dict[str, Any], symbol: str = "") -> str:
        template = getattr(self.notation, kind)
        name: str = template.format(**place, symbol=symbol)
        tells = "{e}" in template or "{symbol}" in template
        return f"{name}@{place['e']}" if self._several and not tells else name

    def _check_distinct(self) -> None:
        nodes: dict[str, list[str]] = {
            "inputs": [name for each in self.passes for name in each.inputs],
            "targets": [name for each in self.passes for name in each.targets],
            "parameters": list(self.parameters.values()),
            "net inputs": [name for each in self.passes for name in each.nets.values()],
            "outputs": [name for each in self.passes for name in each.outs.values()],
            "error": [self.error],
            "parts of the error": [name for each in self.passes for name in (*each.errors, *each.total)],
            "probabilities": [name for each in self.passes for name in each.probabilities],
            "logarithms": [name for each in self.passes for name in each.surprisals],
            "largest outputs": [name for each in self.passes for name in each.largest],
        }
        kinds = {
            **nodes,
            "δ": [name for each in self.passes for name in each.deltas.values()],
            "gradients": [self.gradient(name) for names in nodes.values() for name in names],
            "updates": list(self.updates.values()),
            "changes": list(self.changes.values()),
        }
        self._nodes = {name for names in nodes.values() for name in names}
        self._symbols = {name for names in kinds.values() for name in names}
        _refuse_twins(kinds)
        _refuse_twins({"neurons": list(self.neurons.values())})

    def apply(self) -> None:
        """Give the parameters their names, and the neurons the names to record with."""
        for parameter, name in self.parameters.items():
            parameter.name = name
        for neuron in self.neurons:
            neuron.names = (self.passes[0].nets[neuron], self.passes[0].outs[neuron])

    @cached_property
    def tags(self) -> dict[str, Tag]:
        """By the name of each quantity what it is, and where in the network.

        >>> from nn import MLP, Notation
        >>> tags = Names(Notation(), MLP(1, [1])).tags
        >>> tags["net_o1"], tags["E"].role
        (Tag(role='net', layer=1, neuron=1, input=None, example=1, name='o1'), 'error')
        """
        found = self._parameter_tags()
        for e, each in enumerate(self.passes, 1):
            for i, symbol in enumerate(each.inputs, 1):
                found[symbol] = Tag("input", 0, i, example=e)
            for role, symbols in (("net", each.nets), ("out", each.outs)):
                for neuron, symbol in symbols.items():
                    found[symbol] = self._tag(role, neuron, example=e)
            last = [neuron for neuron in each.nets if self._places[neuron]["layer"] == self._last_layer]
            for neuron, symbol in zip(last, each.targets, strict=True):
                found[symbol] = self._tag("target", neuron, example=e)
            for k, symbol in enumerate(each.errors):
                found[symbol] = (
                    self._tag("part", last[k], example=e)
                    if self.rule.by_output
                    else Tag("part", self._last_layer, example=e)
                )
            for symbol in each.total:
                found[symbol] = Tag("part", self._last_layer, example=e)
            for role, listed in (("probability", each.probabilities), ("surprisal", each.surprisals)):
                for neuron, symbol in zip(last, listed, strict=False):
                    found[symbol] = self._tag(role, neuron, example=e)
            for symbol in each.largest:
                found[symbol] = Tag("largest", self._last_layer, example=e)
        found[self.error] = Tag("error", self._last_layer)
        return found

    def _parameter_tags(self) -> dict[str, Tag]:
        found: dict[str, Tag] = {}
        for neuron in self._places:
            for i, weight in enumerate(neuron.weights, 1):
                found.setdefault(self.parameters[weight], self._tag("weight", neuron, input=i))
            if neuron.bias is not None:
                symbol = self.parameters[neuron.bias]
                own = self._tag("bias", neuron, input=0 if _weighs(neuron) else None)
                found[symbol] = own._replace(neuron=0, name="") if symbol in found else own
        return found

    def _tag(self, role: str, neuron: Neuron, input: int | None = None, example: int = 0) -> Tag:
        place = self._places[neuron]
        return Tag(role, place["layer"], place["j"], input, example, self.neurons[neuron])

    @cached_property
    def naming(self) -> StepNaming:
        """What the derivatives of the error are called, for `autograd.program`.

        >>> from nn import MLP, Notation
        >>> Names(Notation(), MLP(1, [1])).naming.gradient("E", "net_o1")
        'delta_o1'
        """
        return StepNaming(self)

    def gradient(self, symbol: str) -> str:
        """The name of the derivative of the error by something.

        >>> from nn import MLP, Notation
        >>> Names(Notation.named("hoey"), MLP(1, [1])).gradient("z1[1]")
        'derror[1]'
        """
        return self._slopes.get(symbol) or self.notation.gradient.format(symbol=symbol)

    def whole(self, kind: str, neuron: Neuron | None = None, symbol: str = "") -> str:
        """The name of a matrix or vector: that of its entries, without their indices.

        Args:
            kind: which template.
            neuron: a neuron of the layer; None for the inputs.
            symbol: the name of the matrix that a gradient, an update or a change is of.

        >>> from nn import MLP, Notation
        >>> network = MLP(2, [3, 1])
        >>> names = Names(Notation.named("guided"), network)
        >>> names.whole("net", network.layers[0].neurons[0]), names.whole("input")
        ('z2', 'X')
        """
        place: dict[str, Any] = {"layer": 0, "level": 1, **(self._places[neuron] if neuron else {})}
        indices = dict.fromkeys(("i", "j", "ij", "row", "h", "n", "e", "place"), "")
        notation = self.notation
        last = neuron is not None and place["layer"] == self._last_layer
        if kind == "out" and last and notation.prediction:
            kind = "prediction"
        own = (notation.output if last else notation.hidden).format(**place | indices | {"neuron": ""})
        template: str = getattr(notation, kind)
        return _without_indices(
            template.format(**place | indices | {"neuron": _without_indices(own), "symbol": symbol})
        )

    def knows(self, symbol: str) -> bool:
        """Whether a training step of the network has a number, or numbers, of that name.

        >>> from nn import MLP, Notation
        >>> names = Names(Notation.named("hoey"), MLP(2, [2], bias_convention="x0=1"))
        >>> [names.knows(symbol) for symbol in ("W1new[3,2]", "dErrorDW1", "dError/dX[2]", "W1[4,2]")]
        [True, True, True, False]
        >>> names.knows("E")  # the error, whatever the notation calls it
        True
        """
        if symbol in self._symbols or symbol in self._wholes or symbol == "E":
            return True
        derivative = re.fullmatch(r"d(.+)/d(.+)", symbol)
        nodes = self._nodes | {"E"}
        return derivative is not None and derivative[1] in nodes and derivative[2] in nodes

    def hint(self, symbol: str) -> str:
        """What may be meant by a symbol that no step has; "" if nothing is like it.

        >>> from nn import MLP, Notation
        >>> Names(Notation(), MLP(1, [1]), 2).hint("delta_o1")
        '; each example has its own: delta_o1@1, delta_o1@2'
        """
        from nn.spellings import of_symbol

        return of_symbol(symbol, sorted(self._symbols))

    @cached_property
    def _wholes(self) -> set[str]:
        if not self.notation.vectors:
            return set()
        found = {self.whole("input")}
        for neuron in self._places:
            for kind in ("net", "out", "delta", "target"):
                found.add(self.whole(kind, neuron))
            for kind in ("weight", "bias"):
                name = self.whole(kind, neuron)
                found |= {name, self.whole("gradient", symbol=name), self.whole("updated", neuron, name)}
            if self.notation.slope:
                found.add(self.whole("slope", neuron))
        return found

    @cached_property
    def _last_layer(self) -> int:
        return max(int(place["layer"]) for place in self._places.values())


class StepNaming:
    """What the lines of a training step's program are called; see `autograd.program.Naming`.

    Args:
        names: the names of the step.

    >>> from nn import MLP, Notation
    >>> naming = StepNaming(Names(Notation(), MLP(2, [1, 2])))
    >>> naming.gradient("E", "net_o1"), naming.gradient("E", "out_o1")
    ('delta_o1', 'dE/dout_o1')
    >>> naming.contribution("E", "net_o2", "out_h1"), naming.written_out("E", "E_o2")
    ('dE_o2/dout_h1', True)
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._deltas = {
            net: each.deltas[neuron] for each in names.passes for neuron, net in each.nets.items()
        }

    def gradient(self, of: str, below: str) -> str:
        """δ of a net input; of anything else, what the notation calls it.

        >>> from nn import MLP, Notation
        >>> Names(Notation.named("hoey"), MLP(1, [1])).naming.gradient("Error", "z1[1]")
        'derror[1]'
        """
        return self._deltas.get(below) or self._names.gradient(below)

    def partial(self, above: str, below: str) -> str:
        """``dout_o1/dnet_o1``.

        >>> from nn import MLP, Notation
        >>> Names(Notation(), MLP(1, [1])).naming.partial("out_o1", "net_o1")
        'dout_o1/dnet_o1'
        """
        return f"d{above}/d{below}"

    def contribution(self, of: str, above: str, below: str) -> str:
        """``dE_o1/dout_h1`` where it is the derivative of a part of the error, else ``… via o1``.

        >>> from nn import MLP, Notation
        >>> naming = Names(Notation(), MLP(2, [1, 2, 1])).naming
        >>> naming.contribution("E", "net_h2_1", "out_h1_1")
        'dE/dout_h1_1 via h2_1'
        """
        names = self._names
        tag = names.tags.get(above)
        gradient = names.gradient(below)
        if tag is None or tag.role != "net":
            return f"{gradient} directly" if above == of else f"{gradient} via {above}"
        each = names.passes[tag.example - 1]
        averaged = names.rule.mean and len(names.passes) > 1
        if tag.layer == names.tags[of].layer and names.rule.by_output and each.errors and not averaged:
            return f"d{each.errors[tag.neuron - 1]}/d{below}"
        below_tag = names.tags.get(below)
        several = len(names.passes) > 1 and (below_tag is None or not below_tag.example)
        return f"{gradient} via {tag.name}@{tag.example}" if several else f"{gradient} via {tag.name}"

    def written_out(self, of: str, below: str) -> bool:
        """Those of the error and of its parts are.

        >>> from nn import MLP, Notation
        >>> naming = Names(Notation(), MLP(1, [1])).naming
        >>> naming.written_out("E", "E"), naming.written_out("E", "out_o1")
        (True, False)
        """
        tag = self._names.tags.get(below)
        return tag is not None and tag.role in {"error", "part"}


def _weighs(neuron: Neuron) -> int:
    """1 if the bias is the weight of a constant input, and so has a row of the matrix; else 0."""
    return int(neuron.bias_convention is not None and neuron.bias_convention.weighs)


def _places(notation: Notation, network: MLP) -> Iterator[tuple[Neuron, dict[str, Any]]]:
    h = 0
    for layer, part in enumerate(network.layers, 1):
        last = layer == len(network.layers)
        for j, neuron in enumerate(part.neurons, 1):
            h += 1
            own = str(j) if len(network.layers) <= 2 else f"{layer}_{j}"
            place = {"layer": layer, "level": layer + 1, "j": j, "h": h, "place": own}
            name = (notation.output if last else notation.hidden).format(**place)
            yield neuron, {**place, "neuron": name}


def _without_indices(name: str) -> str:
    """What is left of a name whose indices were left out: no empty brackets, no commas.

    >>> [_without_indices(name) for name in ("W1[,]", "w_,^(2)", "net_o", "x_")]
    ['W1', 'w^(2)', 'net_o', 'x']
    """
    return re.sub(r"\[,*\]|_,*(?=\^|$)", "", name)


def _refuse_twins(kinds: dict[str, list[str]]) -> None:
    seen: dict[str, str] = {}
    for kind, names in kinds.items():
        for name in names:
            if name in seen:
                both = kind if seen[name] == kind else f"{seen[name]} and {kind}"
                raise ArgumentValueError(f"the notation gives the name {name!r} twice, among the {both}")
            seen[name] = kind
