"""Networks and programs as ONNX files, in float64, with their derivatives if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from autograd import RecordedProgram, Value, record
from autograd.arguments import flag, instance
from autograd.operations import OPERATIONS
from autograd.program import Program
from autograd.program.failures import refuse_decisions
from autograd.program.onnx import Graph, computed, onnx_model, tensor
from autograd.program.source import symbols_of
from nn.fitting.losses import LossLike, loss_of
from nn.interop.layer_arrays import LayerParameters, layer_parameters
from nn.losses import all_but, log_add_exp
from nn.network import MLP

if TYPE_CHECKING:
    import onnx

__all__ = ["to_onnx"]

#: Where a network is recorded: it decides nothing on numbers.
_ANYWHERE = 0.5


def to_onnx(
    program: RecordedProgram | Program | MLP,
    *,
    gradients: bool = False,
    loss: LossLike = "half_squared_error",
) -> onnx.ModelProto:
    """A recorded program or a network as a model of ONNX, in float64 and for any number of examples.

    ``onnx.save(model, path)`` writes it to a file. Parameters have their present numbers unless they are
    given; those of a network are ``layers.0.weights``, ``layers.0.bias`` and so on, as
    `nn.interop.layer_arrays` has them, and its bias conventions stay.

    Of a network, ``inputs`` of shape (examples, inputs) become ``outputs``, a matrix product for each
    layer. With ``gradients``, ``targets`` are inputs as well; then there is an ``error`` for each
    example, and ``NAME.grad``, of the shape of NAME, is the derivative of the sum of the errors by each
    parameter and input. It is computed line by line, as the program of one example is: such a file is
    for networks of some thousand parameters at most.

    Of a program, see `autograd.program.onnx.onnx_model`.

    Args:
        program: the network or program.
        gradients: whether derivatives are outputs.
        loss: of a network with ``gradients``, the error of an example; see `nn.fit`.

    Raises:
        TypeError: it is neither; or another argument is not of its kind.
        ValueError: something in it is a Python function, or Python decided on a number, which ONNX
            cannot; or a network's parameters are shared otherwise than as the bias of a layer.
        AutogradError: ONNX is not installed; the error has the command that installs it.

    >>> model = to_onnx(MLP(2, [3, 1], activation=["tanh", "linear"], seed=1))
    >>> [node.op_type for node in model.graph.node]
    ['Transpose', 'MatMul', 'Add', 'Tanh', 'Transpose', 'MatMul', 'Add', 'Identity']
    >>> model = to_onnx(MLP(1, [1], activation="sigmoid"), gradients=True)
    >>> [each.name for each in model.graph.output]
    ['outputs', 'error', 'inputs.grad', 'layers.0.weights.grad', 'layers.0.bias.grad']
    """
    flag("gradients", gradients)
    if isinstance(program, RecordedProgram | Program):
        return onnx_model(program, gradients=gradients)
    instance("program", program, MLP, "a RecordedProgram or an MLP")
    layers = layer_parameters(program)
    return _with_gradients(program, layers, loss) if gradients else _forward(layers)


def _tensors(layers: Sequence[LayerParameters]) -> dict[str, tuple[list[int], list[Value]]]:
    """The shape and the numbers of each array of a network, by its name."""
    found = {}
    for index, layer in enumerate(layers):
        for what, numbers, _ in layer.tensors():
            shape = [len(layer.weights), len(layer.weights[0])]
            if what == "bias":
                shape = [] if isinstance(layer.bias, Value) else [len(numbers)]
            found[f"layers.{index}.{what}"] = (shape, numbers)
    return found


def _forward(layers: Sequence[LayerParameters]) -> onnx.ModelProto:
    """A matrix product for each layer."""
    tensors = _tensors(layers)
    graph = Graph(["inputs", *tensors], ["inputs"])
    found = "inputs"
    for index, layer in enumerate(layers):
        weights = graph.node("Transpose", f"layers.{index}.weights")
        found = graph.node("MatMul", found, weights)
        if layer.bias is not None:
            operator = "Add" if layer.sign > 0.0 else "Sub"
            found = graph.node(operator, found, f"layers.{index}.bias")
        if layer.activation != "linear":
            default = OPERATIONS[layer.activation].default
            more = [] if default is None else [graph.number(default)]
            found = graph.call(layer.activation, [found, *more])
    found = graph.node("Identity", found, name=graph.take("outputs"))
    return graph.model(
        {"inputs": ["examples", len(layers[0].weights[0])], **_shapes(tensors)},
        {found: ["examples", len(layers[-1].weights)]},
        _numbers(tensors),
        "outputs of a network",
    )


def _shapes(tensors: dict[str, tuple[list[int], list[Value]]]) -> dict[str, list[int]]:
    return {name: shape for name, (shape, _) in tensors.items()}


def _numbers(tensors: dict[str, tuple[list[int], list[Value]]]) -> dict[str, onnx.TensorProto]:
    return {
        name: tensor(name, shape, [each.data for each in numbers])
        for name, (shape, numbers) in tensors.items()
    }


def _cross_entropy(logits: Sequence[Value], targets: Sequence[Value]) -> Value:
    """What `nn.losses.categorical` computes, without deciding anything.

    That one decides which logit is the largest, so that it has a way through it for each class, of
    which a file would have one. This keeps the digits of a small error too.
    """
    others = all_but(logits, range(len(logits)), log_add_exp)
    surprisals = [(others(k) - z).softplus() for k, z in enumerate(logits)]
    return reduce(add, (t * each for t, each in zip(targets, surprisals, strict=True)))


def _with_gradients(network: MLP, layers: Sequence[LayerParameters], loss: LossLike) -> onnx.ModelProto:
    """The error of one example line by line, and the reverse sweep."""
    rule = loss_of(loss)
    tensors = _tensors(layers)
    nin, nout = len(layers[0].weights[0]), len(layers[-1].weights)

    def error(*numbers: Value) -> list[Value]:
        outputs = network.outputs(numbers[:nin])
        part = _cross_entropy if rule.of_classes else rule.part
        return [part(outputs, numbers[nin:]), *outputs]

    parameters = [each for _, numbers in tensors.values() for each in numbers]
    recorded = record(error, *[_ANYWHERE] * (nin + nout), parameters=parameters)
    tape = recorded.tape
    refuse_decisions(tape, "a model of ONNX")
    symbols = symbols_of(tape)
    root, *outputs = [symbols[slot] for slot in tape.outputs]
    program = recorded.lines().differentiated(root)

    graph = Graph(["inputs", "targets", *tensors], ["inputs", "targets"])
    known: dict[str, str] = {}
    leaves = iter(symbols)
    own: dict[str, list[str]] = {}
    for name, width in (("inputs", nin), ("targets", nout)):
        own[name] = [next(leaves) for _ in range(width)]
        for place, symbol in enumerate(own[name]):
            # the column of that number
            known[symbol] = graph.node("Gather", name, graph.whole(place), axis=1)
    for name, (shape, numbers) in tensors.items():
        own[name] = [next(leaves) for _ in numbers]
        flat = graph.node("Reshape", name, graph.integers(-1)) if len(shape) > 1 else name
        for place, symbol in enumerate(own[name]):
            known[symbol] = graph.node("Gather", flat, graph.whole(place), axis=0) if shape else name
    gradients = {
        symbol: line.symbol
        for name in own
        for symbol in own[name]
        if name != "targets" and (line := program.derivative(root, symbol))
    }
    lines = program.above(root, *outputs, *gradients.values())[::-1]
    found = computed(graph, lines, known)
    first = known[own["inputs"][0]]

    def slope(symbol: str) -> str:
        name = found[gradients[symbol]] if symbol in gradients else graph.number(0.0)
        return graph.for_each_example(name, first)

    def columns(names: Sequence[str]) -> str:
        each = [graph.node("Unsqueeze", name, graph.integers(1)) for name in names]
        return graph.node("Concat", *each, axis=1)

    shapes: dict[str, list[int | str]] = {
        "outputs": ["examples", nout],
        "error": ["examples"],
        "inputs.grad": ["examples", nin],
    }
    graph.node(
        "Identity",
        columns([graph.for_each_example(found[each], first) for each in outputs]),
        name=graph.take("outputs"),
    )
    graph.node("Identity", graph.for_each_example(found[root], first), name=graph.take("error"))
    graph.node("Identity", columns([slope(each) for each in own["inputs"]]), name="inputs.grad")
    for name, (shape, _) in tensors.items():
        sums = graph.node(
            "ReduceSum", columns([slope(each) for each in own[name]]), graph.integers(0), keepdims=0
        )
        graph.node("Reshape", sums, graph.integers(*shape), name=graph.take(f"{name}.grad"))
        shapes[f"{name}.grad"] = [*shape]
    return graph.model(
        {"inputs": ["examples", nin], "targets": ["examples", nout], **_shapes(tensors)},
        shapes,
        _numbers(tensors),
        f"outputs of a network, the error {rule.name} of each example, and the derivatives of their sum",
    )
