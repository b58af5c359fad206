"""A step of training as a person does it by hand, after the recursion that textbooks teach.

Forward, layer by layer, then the error; backward from the outputs (Rumelhart, Hinton & Williams,
"Learning representations by back-propagating errors", Nature 323, 1986, eqs. (4) to (9)):

    net = Σ w x + b                         kind "net"
    out = f(net)                            kind "out"
    E = Σ parts                             kinds "part" and "error"
    ∂E/∂out of an output                    kind "slope"
    ∂out/∂net = f′(net), as taught          kind "f′"
    δ = ∂E/∂out · f′(net)                   kind "delta"
    δ w, along each path to a hidden out    kind "path"
    ∂E/∂out of a hidden neuron, their sum   kind "back"
    ∂E/∂w = Σ δ x over the examples         kind "gradient"
    Δw = −η ∂E/∂w                           kind "change"
    w⁺ = w − η ∂E/∂w                        kind "update"

The factors of the chain rule that are no more than another number (∂net/∂w = x, ∂net/∂out = w,
∂E/∂net = δ) are lines of the kind "factor".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograd import OPERATIONS, Value
from autograd.backward import topological_order
from nn.byhand.lines import Line, Sheet
from nn.error_rules import error_rule

if TYPE_CHECKING:
    from nn.neuron import Neuron
    from nn.notation import PassNames
    from nn.step import TrainingStep

__all__ = ["RATE", "WrittenStep", "total", "written"]

#: The symbol of η, which no notation names.
RATE = "learning rate"


@dataclass(frozen=True)
class WrittenStep:
    """A step of training on a sheet of paper, and where on it everything stands.

    Attributes:
        sheet: the lines.
        weights: the symbols of the weights: of each layer, of each neuron, one per input.
        biases: of each layer, of each neuron the symbol of its bias; "" where it has none.
        weighs: whether the biases are the weights of a constant input.
        neurons: of each layer, what each neuron is called.
        rule: the name of the error, or its formula.
        examples: how many examples there are.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> step = written(example.step(), example.error, example.learning_rate)
    >>> step.neurons, step.weights[1][0], step.biases
    ([['h1', 'h2'], ['o1', 'o2']], ['w5', 'w6'], [['b1', 'b1'], ['b2', 'b2']])
    >>> round(step.sheet.train(10)["w5"], 9) == round(example.step(10)["w5+"], 9)
    True
    """

    sheet: Sheet
    weights: list[list[list[str]]]
    biases: list[list[str]]
    weighs: bool
    neurons: list[list[str]]
    rule: str
    examples: int


def written(step: TrainingStep, error: str, learning_rate: float) -> WrittenStep:
    """A step of training as someone with a pencil writes it down, in the step's own notation.

    Args:
        step: the step.
        error: how its error is made up; see `nn.error_rules.error_rule`.
        learning_rate: η of the update w − η ∂E/∂w.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> lines = written(example.step(), example.error, example.learning_rate).sheet.lines
    >>> for symbol in ("net_h1", "delta_o1", "dE_o1/dout_h1", "dE/dout_h1", "dE/dw1", "w1+"):
    ...     print(symbol, "=", lines[symbol].formula)
    net_h1 = w1 * i1 + w2 * i2 + b1
    delta_o1 = dE/dout_o1 * dout_o1/dnet_o1
    dE_o1/dout_h1 = delta_o1 * w5
    dE/dout_h1 = dE_o1/dout_h1 + dE_o2/dout_h1
    dE/dw1 = delta_h1 * i1
    w1+ = w1 - learning rate * dE/dw1
    """
    return _Writer(step, error, learning_rate).written()


def total(symbol: str, kind: str, operands: Sequence[str], layer: int, place: tuple[int, ...]) -> Line:
    """The line of a sum."""
    names = [f"t{number}" for number in range(1, len(operands) + 1)]
    return Line(symbol, kind, _sum(names), dict(zip(names, operands, strict=True)), layer, place)


def _sum(terms: Sequence[str]) -> str:
    """Terms added from left to right; so many that Python would not parse it, in groups."""
    if len(terms) > 100:
        groups = [terms[start : start + 100] for start in range(0, len(terms), 100)]
        return _sum([f"({_sum(group)})" for group in groups])
    return " + ".join(terms)


class _Writer:
    """Writes the lines of one step of training."""

    def __init__(self, step: TrainingStep, error: str, learning_rate: float) -> None:
        self.step, self.names = step, step.names
        self.error, self.rule, self.rate = error, error_rule(error), learning_rate
        self.layers = [layer.neurons for layer in step.network.layers]
        self.last = len(self.layers)
        count = len(step.examples)
        self.mean_of = float(count) if self.rule.mean and count > 1 else None
        self._has_named_parts = self.rule.by_output and len(self.layers[-1]) > 1

    def written(self) -> WrittenStep:
        """The step."""
        parameters = self.names.parameters
        given = {symbol: parameter.data for parameter, symbol in parameters.items()}
        for each, example in zip(self.names.passes, self.step.examples, strict=True):
            given |= zip(each.inputs, map(float, example.inputs), strict=True)
            given |= zip(each.targets, map(float, example.targets), strict=True)
        given[RATE] = self.rate
        updates = {
            symbol: self.names.updates[parameter]
            for parameter, symbol in parameters.items()
            if self.names.updates[parameter] in self.step.updated
        }
        conventions = [neuron.bias_convention for layer in self.layers for neuron in layer]
        return WrittenStep(
            Sheet(self._lines(), given, updates),
            weights=[[[parameters[w] for w in n.weights] for n in layer] for layer in self.layers],
            biases=[
                ["" if n.bias is None else parameters[n.bias] for n in layer] for layer in self.layers
            ],
            weighs=any(each is not None and each.weighs for each in conventions),
            neurons=[[self.names.neurons[n] for n in layer] for layer in self.layers],
            rule=self.error,
            examples=len(self.names.passes),
        )

    def _lines(self) -> Iterator[Line]:
        for each in self.names.passes:
            for layer in range(1, self.last + 1):
                yield from self._forward(each, layer)
        yield from self._errors()
        for each in self.names.passes:
            for layer in range(self.last, 0, -1):
                yield from self._backward(each, layer)
            for j in range(1, len(each.inputs) + 1):
                yield from self._back(each, 0, j)
        for layer in range(1, self.last + 1):
            yield from self._updates(layer)

    # --- forward -------------------------------------------------------------------------------

    def _signals(self, each: PassNames, layer: int) -> list[str]:
        """What comes out of a layer; the inputs come out of layer 0."""
        return [each.outs[neuron] for neuron in self.layers[layer - 1]] if layer else each.inputs

    def _forward(self, each: PassNames, layer: int) -> Iterator[Line]:
        signals = self._signals(each, layer - 1)
        for j, neuron in enumerate(self.layers[layer - 1], 1):
            net, out = each.nets[neuron], each.outs[neuron]
            yield self._net(net, neuron, signals, layer, j)
            operation, operands = self._activation(neuron, net)
            yield Line(out, "out", operation, operands, layer, (j,))
            yield self._slope_of_activation(neuron, net, out, layer, j)

    def _net(self, net: str, neuron: Neuron, signals: Sequence[str], layer: int, j: int) -> Line:
        terms: list[str] = []
        operands: dict[str, str | float] = {}
        for i, (weight, signal) in enumerate(zip(neuron.weights, signals, strict=True), 1):
            operands |= {f"w{i}": self.names.parameters[weight], f"x{i}": signal}
            terms.append(f"w{i} * x{i}")
        text = _sum(terms)
        if neuron.bias is not None and neuron.bias_convention is not None:
            operands["b"] = self.names.parameters[neuron.bias]
            text += " + b" if neuron.bias_convention.sign > 0.0 else " - b"
        return Line(net, "net", text, operands, layer, (j,))

    @staticmethod
    def _activation(neuron: Neuron, net: str) -> tuple[str, dict[str, str | float]]:
        """The formula of f(net), and its operands."""
        if neuron.activation == "linear":
            return "x", {"x": net}
        operation = OPERATIONS[neuron.activation]
        operands: dict[str, str | float] = {operation.parameters[0]: net}
        if operation.default is not None:
            operands[operation.parameters[1]] = operation.default
        return f"{operation.name}({', '.join(operands)})", operands

    def _slope_of_activation(self, neuron: Neuron, net: str, out: str, layer: int, j: int) -> Line:
        symbol = f"d{out}/d{net}"
        if neuron.activation == "linear":
            return Line(symbol, "f′", "1.0", {}, layer, (j,))
        text = OPERATIONS[neuron.activation].as_taught[0].text
        operands = {**self._activation(neuron, net)[1], "out": out}
        return Line(symbol, "f′", text, operands, layer, (j,))

    # --- the error, and its derivative by each output ------------------------------------------

    def _errors(self) -> Iterator[Line]:
        error = self.names.notation.error
        parts: list[str] = []
        for each in self.names.passes:
            pairs = list(zip(self._signals(each, self.last), each.targets, strict=True))
            for k, group in enumerate([[pair] for pair in pairs] if self.rule.by_output else [pairs]):
                named = self._has_named_parts
                symbol = each.errors[k] if named else f"part {len(parts) + 1} of {error}"
                yield from self._part(symbol, group)
                if named:
                    yield self._averaged(Line(self.names.gradient(symbol), "factor", "1.0"))
                parts.append(symbol)
        yield self._averaged(total(error, "error", parts, self.last, ()))
        yield Line(self.names.gradient(error), "factor", "1.0")

    def _averaged(self, line: Line) -> Line:
        """The line divided by the number of examples, if the error is the mean over them."""
        if self.mean_of is None:
            return line
        operands = {**line.operands, "n": self.mean_of}
        return replace(line, text=f"({line.text}) / n", operands=operands)

    def _part(self, symbol: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Line]:
        """A part of the error and its derivatives: the rule's own graph, line by line."""
        leaves: list[tuple[Value, ...]] = []
        nodes: dict[Value, str] = {}
        for pair in pairs:
            leaf = tuple(Value(self.step.values[name]) for name in pair)
            nodes |= zip(leaf, pair, strict=True)
            leaves.append(leaf)
        result = self.rule.part(*map(list, zip(*leaves, strict=True)))
        order = topological_order(result)
        for number, node in enumerate(reversed(order), 1):
            if node.operation is not None:
                nodes[node] = symbol if node is result else f"{symbol}, line {number}"
                text = f"{node.operation.name}({', '.join(node.operation.parameters)})"
                kind = "part" if node is result else ""
                yield Line(nodes[node], kind, text, self._operands(node, nodes), self.last)
        yield from self._slopes(symbol, order, nodes)

    def _slopes(self, part: str, order: Sequence[Value], nodes: Mapping[Value, str]) -> Iterator[Line]:
        """The chain rule back through the graph of one part, with the partials as they are taught."""
        terms: dict[Value, list[str]] = {node: [] for node in order if node in nodes}
        above: str | float = 1.0
        for node, own in terms.items():
            if own:
                above = f"slope by {nodes[node]} of {part}"
                slope = total(above, "", own, self.last, ())
                if node.operation is None:
                    symbol = self.names.gradient(nodes[node])
                    slope = self._averaged(replace(slope, symbol=symbol, kind="slope"))
                yield slope
            if node.operation is None:
                continue
            for index, operand in enumerate(node.operands):
                if isinstance(operand, Value) and operand in terms:
                    symbol = f"term {len(terms[operand]) + 1} of the slope by {nodes[operand]} of {part}"
                    operands = self._operands(node, nodes) | {"out": nodes[node], "above": above}
                    text = f"({node.operation.as_taught[index].text}) * above"
                    yield Line(symbol, "", text, operands, self.last)
                    terms[operand].append(symbol)

    @staticmethod
    def _operands(node: Value, nodes: Mapping[Value, str]) -> dict[str, str | float]:
        assert node.operation is not None
        return {
            parameter: operand if isinstance(operand, float) else nodes.get(operand, operand.data)
            for parameter, operand in zip(node.operation.parameters, node.operands, strict=True)
        }

    # --- backward ------------------------------------------------------------------------------

    def _backward(self, each: PassNames, layer: int) -> Iterator[Line]:
        for j, neuron in enumerate(self.layers[layer - 1], 1):
            net, out, delta = each.nets[neuron], each.outs[neuron], each.deltas[neuron]
            back = self.names.gradient(out)
            if layer < self.last:
                yield from self._back(each, layer, j)
            factors = {"back": back, "slope": f"d{out}/d{net}"}
            yield Line(delta, "delta", "back * slope", factors, layer, (j,))
            yield Line(self.names.gradient(net), "factor", "x", {"x": delta}, layer, (j,))
            yield from self._factors(each, neuron, layer, j)

    def _back(self, each: PassNames, layer: int, j: int) -> Iterator[Line]:
        """∂E/∂out of a hidden neuron, or of an input: what comes back along each path, and the sum."""
        out = self._signals(each, layer)[j - 1]
        back = self.names.gradient(out)
        above = self.layers[layer]
        # what one output contributes is then the derivative of a part of the error that has a name
        named = layer + 1 == self.last and self._has_named_parts and self.mean_of is None
        paths = []
        for k, neuron in enumerate(above, 1):
            path = (
                f"d{each.errors[k - 1]}/d{out}" if named else f"{back} via {self.names.neurons[neuron]}"
            )
            weight = self.names.parameters[neuron.weights[j - 1]]
            operands = {"delta": each.deltas[neuron], "w": weight}
            yield Line(path, "path", "delta * w", operands, layer, (j, k))
            paths.append(path)
        yield total(back, "back", paths, layer, (j,))

    def _factors(self, each: PassNames, neuron: Neuron, layer: int, j: int) -> Iterator[Line]:
        """The derivatives of a net input by what it is the weighted sum of."""
        net = each.nets[neuron]
        signals = self._signals(each, layer - 1)
        for i, (weight, signal) in enumerate(zip(neuron.weights, signals, strict=True), 1):
            symbol = self.names.parameters[weight]
            yield Line(f"d{net}/d{symbol}", "factor", "x", {"x": signal}, layer, (j, i))
            yield Line(f"d{net}/d{signal}", "factor", "w", {"w": symbol}, layer, (j, -i))
        if neuron.bias is not None and neuron.bias_convention is not None:
            symbol = f"d{net}/d{self.names.parameters[neuron.bias]}"
            yield Line(symbol, "factor", repr(neuron.bias_convention.sign), {}, layer, (j, 0))

    # --- the update ----------------------------------------------------------------------------

    def _updates(self, layer: int) -> Iterator[Line]:
        neurons = self.layers[layer - 1]
        for j, neuron in enumerate(neurons, 1):
            for i, weight in enumerate(neuron.weights, 1):
                terms: list[str] = []
                operands: dict[str, str | float] = {}
                for e, each in enumerate(self.names.passes, 1):
                    operands |= {
                        f"d{e}": each.deltas[neuron],
                        f"x{e}": self._signals(each, layer - 1)[i - 1],
                    }
                    terms.append(f"d{e} * x{e}")
                yield from self._update(weight, _sum(terms), operands, layer, (j, i))
            if neuron.bias is not None and all(n.bias is not neuron.bias for n in neurons[: j - 1]):
                sharing = [other for other in neurons if other.bias is neuron.bias]
                deltas = [each.deltas[other] for each in self.names.passes for other in sharing]
                line = total("", "", deltas, layer, ())
                assert neuron.bias_convention is not None
                text = line.text if neuron.bias_convention.sign > 0.0 else f"-({line.text})"
                yield from self._update(neuron.bias, text, line.operands, layer, (j, 0))

    def _update(
        self,
        parameter: Value,
        text: str,
        operands: Mapping[str, str | float],
        layer: int,
        place: tuple[int, ...],
    ) -> Iterator[Line]:
        symbol = self.names.parameters[parameter]
        gradient, update = self.names.gradient(symbol), self.names.updates[parameter]
        yield Line(gradient, "gradient", text, operands, layer, place)
        if update in self.step.updated:
            step = {"rate": RATE, "gradient": gradient}
            yield Line(self.names.changes[parameter], "change", "-rate * gradient", step, layer, place)
            yield Line(update, "update", "w - rate * gradient", {"w": symbol, **step}, layer, place)
