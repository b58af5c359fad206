"""How a document names things: data, applied to any network.

A name is a template, as ``"net_{neuron}"``. It may use

* ``{layer}``: the number of the layer, from 1; the inputs are layer 0.
* ``{j}``: the number of the neuron in its layer, from 1.
* ``{i}``: the number of the input that a weight belongs to, from 1.
* ``{neuron}``: the neuron's own name, from the templates ``hidden`` and ``output``.
* ``{n}``: the running number of the weight or the bias in the network, from 1.
* ``{symbol}``: the name of the thing that a gradient or an update is of.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from string import Formatter

from autograd import Value
from nn.network import MLP
from nn.neuron import Neuron

__all__ = ["Names", "Notation"]

_POSITION = {"layer", "j", "neuron"}
#: Which fields each template may use.
_FIELDS = {
    "input": {"i"},
    "target": _POSITION,
    "hidden": {"layer", "j"},
    "output": {"layer", "j"},
    "net": _POSITION,
    "out": _POSITION,
    "delta": _POSITION,
    "weight": _POSITION | {"i", "n"},
    "bias": _POSITION | {"n"},
    "error": set(),
    "error_of": _POSITION,
    "gradient": {"symbol"},
    "updated": {"symbol"},
}


@dataclass(frozen=True)
class Notation:
    """The names of everything in a training step, as templates.

    Attributes:
        input: an input of the network.
        target: the target of an output neuron.
        hidden: what a neuron of a hidden layer is called.
        output: what a neuron of the last layer is called.
        net: a net input.
        out: an output of a neuron.
        delta: a δ = ∂E/∂net.
        weight: a weight.
        bias: a bias.
        error: the error.
        error_of: the part of the error that one output neuron contributes.
        gradient: the derivative of the error by something.
        updated: a parameter after the update.

    Raises:
        ValueError: a template uses a field that it has not.

    >>> Notation(weight="w{n}").weight
    'w{n}'
    >>> Notation(net="s_{k}")
    Traceback (most recent call last):
    ValueError: notation net = 's_{k}': no field {k}; it may use {j}, {layer}, {neuron}
    """

    input: str = "x{i}"
    target: str = "target_{neuron}"
    hidden: str = "h{layer}_{j}"
    output: str = "o{j}"
    net: str = "net_{neuron}"
    out: str = "out_{neuron}"
    delta: str = "delta_{neuron}"
    weight: str = "w_{neuron}_{i}"
    bias: str = "b_{neuron}"
    error: str = "E"
    error_of: str = "E_{neuron}"
    gradient: str = "dE/d{symbol}"
    updated: str = "{symbol}+"

    def __post_init__(self) -> None:
        for field in fields(self):
            template, allowed = getattr(self, field.name), _FIELDS[field.name]
            if not isinstance(template, str):
                raise ValueError(f"notation {field.name}: a template is text, not {template!r:.60}")
            if not template:
                raise ValueError(f"notation {field.name} is empty: a name has a letter at least")
            try:
                used = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
            except ValueError as error:
                raise ValueError(f"notation {field.name} = {template!r}: {error}") from None
            for name, width, conversion in used:
                if width or conversion:
                    raise ValueError(f"notation {field.name} = {template!r}: a field is a name alone")
                if name not in allowed:
                    may = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "none"
                    raise ValueError(
                        f"notation {field.name} = {template!r}: no field {{{name}}}; it may use {may}"
                    )

    def names(self, network: MLP) -> Names:
        """What this notation calls the parts of a network."""
        return Names(self, network)


class Names:
    """A notation applied to a network: the name of each of its parts.

    Attributes:
        inputs: the names of the inputs.
        targets: the names of the targets.
        parameters: the weights and then the biases, with their names; a shared one has one name.
        neurons: the neurons with their names, layer by layer.
        nets: the names of the net inputs, by neuron.
        outs: the names of the outputs, by neuron.
        deltas: the names of the δ, by neuron.
        errors: the names of the parts of the error, by output neuron.

    Raises:
        ValueError: two different things would have the same name.
    """

    def __init__(self, notation: Notation, network: MLP) -> None:
        self.notation = notation
        nin = len(network.layers[0].neurons[0].weights)
        self.inputs = [notation.input.format(i=i) for i in range(1, nin + 1)]
        self.neurons: dict[Neuron, str] = {}
        self.nets: dict[Neuron, str] = {}
        self.outs: dict[Neuron, str] = {}
        self.deltas: dict[Neuron, str] = {}
        self.targets: list[str] = []
        self.errors: list[str] = []
        weights: dict[Value, str] = {}
        biases: dict[Value, str] = {}
        count = 0
        for layer, part in enumerate(network.layers, 1):
            last = layer == len(network.layers)
            for j, neuron in enumerate(part.neurons, 1):
                name = (notation.output if last else notation.hidden).format(layer=layer, j=j)
                where = {"layer": layer, "j": j, "neuron": name}
                self.neurons[neuron] = name
                self.nets[neuron] = notation.net.format(**where)
                self.outs[neuron] = notation.out.format(**where)
                self.deltas[neuron] = notation.delta.format(**where)
                if last:
                    self.targets.append(notation.target.format(**where))
                    self.errors.append(notation.error_of.format(**where))
                for i, weight in enumerate(neuron.weights, 1):
                    count += 1
                    weights.setdefault(weight, notation.weight.format(**where, i=i, n=count))
                if neuron.bias is not None and neuron.bias not in biases:
                    biases[neuron.bias] = notation.bias.format(**where, n=len(biases) + 1)
        self.parameters = weights | biases
        self._check_distinct()

    def _check_distinct(self) -> None:
        nodes = {
            "inputs": self.inputs,
            "targets": self.targets,
            "parameters": list(self.parameters.values()),
            "net inputs": list(self.nets.values()),
            "outputs": list(self.outs.values()),
            "error": [self.notation.error],
            "parts of the error": self.errors if len(self.errors) > 1 else [],
        }
        kinds = {
            **nodes,
            "δ": list(self.deltas.values()),
            "gradients": [self.gradient(name) for names in nodes.values() for name in names],
            "updates": [self.updated(name) for name in self.parameters.values()],
        }
        _refuse_twins(kinds)
        _refuse_twins({"neurons": list(self.neurons.values())})

    def apply(self) -> None:
        """Give the parameters their names, and the neurons the names to record with."""
        for parameter, name in self.parameters.items():
            parameter.name = name
        for neuron in self.neurons:
            neuron.names = (self.nets[neuron], self.outs[neuron])

    def gradient(self, symbol: str) -> str:
        """The name of the derivative of the error by something."""
        return self.notation.gradient.format(symbol=symbol)

    def updated(self, symbol: str) -> str:
        """The name of a parameter after the update."""
        return self.notation.updated.format(symbol=symbol)


def _refuse_twins(kinds: dict[str, list[str]]) -> None:
    seen: dict[str, str] = {}
    for kind, names in kinds.items():
        for name in names:
            if name in seen:
                both = kind if seen[name] == kind else f"{seen[name]} and {kind}"
                raise ValueError(f"the notation gives the name {name!r} twice, among the {both}")
            seen[name] = kind
