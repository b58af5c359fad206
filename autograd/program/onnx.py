"""Programs as ONNX: the value and, since the lines of the reverse sweep are lines too, its derivatives.

Everything is float64, of operators that onnxruntime computes in float64 (see
`autograd.program.onnx_functions`), of opset 18. ONNX has no errors: where Python raises, there
is what IEEE 754 has, an infinity or NaN, and every branch of a choice is computed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.errors import ArgumentValueError, AutogradError
from autograd.expression import CONSTANTS
from autograd.program.failures import refuse_decisions
from autograd.program.folding import folded
from autograd.program.naming import Symbols
from autograd.program.onnx_functions import COMPOSED
from autograd.program.program import Program
from autograd.program.source import symbols_of
from autograd.program.texts import body_of

try:
    import onnx
    from onnx import TensorProto, helper
except ImportError:
    raise AutogradError("ONNX is not installed: pip install 'scalar-autograd[onnx]'") from None

if TYPE_CHECKING:
    from autograd.program.line import Line
    from autograd.program.recorded import RecordedProgram

__all__ = ["OPSET", "Graph", "computed", "onnx_model"]

#: The version of ONNX's operators; every runtime since 2023 has it.
OPSET = 18
_IR_VERSION = 8

#: Functions that ONNX has as operators, in float64 in onnxruntime too.
_FUNCTIONS = {
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "tanh": "Tanh",
    "onnx_sin": "Sin",
    "onnx_cos": "Cos",
}
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "Add",
    ast.Sub: "Sub",
    ast.Mult: "Mul",
    ast.Div: "Div",
    ast.Pow: "Pow",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "Less",
    ast.LtE: "LessOrEqual",
    ast.Gt: "Greater",
    ast.GtE: "GreaterOrEqual",
    ast.Eq: "Equal",
}

#: x + 0.0 of a text, which makes 0.0 of -0.0, and which onnxruntime would leave out.
_UNSIGNED = ast.parse("0.0 if x == 0.0 else x", mode="eval").body
_PYTHON_REMAINDER = ast.parse("r + y if r < 0.0 < y or r > 0.0 > y else r", mode="eval").body

#: What leaves the other operand as it is.
_NEUTRAL = {"Add": 0.0, "Sub": 0.0, "Mul": 1.0, "Div": 1.0}


class Graph:
    """A graph of ONNX as it is written, node by node. What is computed twice is one node.

    Attributes:
        nodes: the nodes so far.
        initializers: the numbers in it.
        batched: the names of what differs from example to example.

    >>> graph = Graph(["x"])
    >>> graph.formula(ast.parse("x * x + exp(x * x)", mode="eval").body, {"x": "x"})
    't3'
    >>> [node.op_type for node in graph.nodes]
    ['Mul', 'Exp', 'Add']
    """

    def __init__(self, names: Iterable[str] = (), batched: Iterable[str] = ()) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.batched = {*batched}
        self._taken = Symbols(names)
        self._known: dict[object, str] = {}
        self._numbers: dict[str, float] = {}
        self._count = 0

    def take(self, name: str) -> str:
        """The name, or where it is taken, the name with a number.

        >>> Graph(["x"]).take("x")
        'x (2)'
        """
        return self._taken.take(name)

    def _new(self, letter: str) -> str:
        self._count += 1
        return self.take(f"{letter}{self._count}")

    def node(self, operator: str, *operands: str, name: str = "", **attributes: Any) -> str:
        """The name of what an operator computes.

        Args:
            operator: ONNX's name of it.
            operands: the names of its inputs.
            name: what the result is to be called; a new name if "".
            attributes: those of the node.
        """
        if operator in _NEUTRAL:
            operands = self._seen(operator, operands)
        key = (operator, operands, repr(attributes))
        if not name and key in self._known:
            return self._known[key]
        found = name or self._new("t")
        self.nodes.append(helper.make_node(operator, operands, [found], **attributes))
        if not self.batched.isdisjoint(operands):
            self.batched.add(found)
        self._known.setdefault(key, found)
        return found

    def _seen(self, operator: str, operands: tuple[str, ...]) -> tuple[str, ...]:
        """The operands, so that onnxruntime does not leave out a number that is merely close to neutral.

        It does so from some 1e-5 on, where x * 1.000001 becomes x. A number that looks as if it
        depended on the other operand it leaves alone.
        """
        for place, other in ((0, 1), (1, 0)):
            number = self._numbers.get(operands[place])
            if number is not None and 0.0 < abs(number - _NEUTRAL[operator]) < 0.001:
                variable = operands[other]
                seen = self.node("Where", self.node("IsNaN", variable), variable, operands[place])
                return (seen, variable) if place == 0 else (variable, seen)
        return operands

    def number(self, number: float) -> str:
        """The name of a number."""
        name = self._constant(float(number).hex(), TensorProto.DOUBLE, (), [number])
        self._numbers[name] = number
        return name

    def integers(self, *numbers: int) -> str:
        """The name of a list of whole numbers, as operators on shapes take it."""
        return self._constant(numbers, TensorProto.INT64, (len(numbers),), numbers)

    def whole(self, number: int) -> str:
        """The name of a whole number, as an index."""
        return self._constant(("index", number), TensorProto.INT64, (), [number])

    def _constant(self, key: object, kind: int, shape: Sequence[int], numbers: Sequence[float]) -> str:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._new("c")
            self.initializers.append(helper.make_tensor(found, kind, shape, numbers))
        return found

    # --- formulas -----------------------------------------------------------------------------

    def formula(self, tree: ast.expr, names: Mapping[str, str]) -> str:
        """The name of what a text of the table computes. What numbers alone decide is decided now.

        Args:
            tree: the text's tree.
            names: what each of its variables is called in the graph.

        Raises:
            ValueError: it calls a Python function.
        """
        numbers = {name: self._numbers[each] for name, each in names.items() if each in self._numbers}
        return self._written(folded(tree, numbers), names)

    def _written(self, tree: ast.expr, names: Mapping[str, str]) -> str:
        match tree:
            case ast.Name(id=name):
                return names[name] if name in names else self.number(CONSTANTS[name])
            case ast.Constant(value=float(number)):
                return self.number(number)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._remainder(self._written(left, names), self._written(right, names))
            case ast.BinOp(left=ast.Constant(value=0.0), op=ast.Add(), right=right):
                return self._written(
                    right, names
                )  # runtimes leave it out too: a sum of -0.0 is -0.0 here
            case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=0.0)):
                return self.formula(_UNSIGNED, {"x": self._written(left, names)})
            case ast.BinOp(left=left, op=op, right=right):
                operands = (self._written(left, names), self._written(right, names))
                return self.node(_OPERATORS[type(op)], *operands)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.node("Neg", self._written(operand, names))
            case ast.UnaryOp(operand=operand):
                return self._written(operand, names)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, [self._written(each, names) for each in args])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = [self._written(each, names) for each in (test, body, orelse)]
                return parts[1] if parts[1] == parts[2] else self.node("Where", *parts)
            case ast.BoolOp(op=op, values=values):
                operator = "And" if isinstance(op, ast.And) else "Or"
                return self._joined(operator, [self._written(each, names) for each in values])
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self._written(each, names) for each in (left, *comparators)]
                found = [self._compared(*each) for each in zip(sides, ops, sides[1:], strict=False)]
                return self._joined("And", found)
        raise ArgumentValueError(f"{ast.unparse(tree)!r} has no place in a formula")

    def call(self, name: str, operands: Sequence[str]) -> str:
        """The name of what a function of the texts computes.

        Raises:
            ValueError: it is a Python function.

        >>> graph = Graph(["x"])
        >>> _ = graph.call("log1p", ["x"])
        >>> [node.op_type for node in graph.nodes]
        ['Add', 'Equal', 'Equal', 'Or', 'Log', 'Sub', 'Div', 'Mul', 'Where']
        """
        if name in _FUNCTIONS:
            return self.node(_FUNCTIONS[name], *operands)
        key = ("call", name, *operands)  # its formula need not be gone through again
        if key in self._known:
            return self._known[key]
        body = COMPOSED.get(name) or body_of(name)
        if body is None:
            raise ArgumentValueError(f"{name!r} is a Python function, which ONNX has not")
        known = dict(zip(body.parameters, operands, strict=True))
        for step, tree in body.steps:
            known[step] = self.formula(tree, known)
        found = self._known[key] = self.formula(body.tree, known)
        return found

    def _remainder(self, x: str, y: str) -> str:
        """With the sign of the divisor, as Python has it."""
        rest = self.node("Mod", x, y, fmod=1)
        return self.formula(_PYTHON_REMAINDER, {"r": rest, "y": y})

    def _compared(self, left: str, op: ast.cmpop, right: str) -> str:
        if isinstance(op, ast.NotEq):
            return self.node("Not", self.node("Equal", left, right))
        return self.node(_COMPARISONS[type(op)], left, right)

    def _joined(self, operator: str, conditions: Sequence[str]) -> str:
        first, *rest = conditions
        for each in rest:
            first = self.node(operator, first, each)
        return first

    # --- the whole ----------------------------------------------------------------------------

    def for_each_example(self, name: str, like: str) -> str:
        """A number for each example, also of what is the same for all.

        Args:
            name: what it is called.
            like: an input that has one for each.
        """
        return name if name in self.batched else self.node("Expand", name, self.node("Shape", like))

    def _needed(self, outputs: Iterable[str]) -> tuple[list[onnx.NodeProto], set[str]]:
        """The nodes that lead to some outputs, and the names that these use."""
        used = {*outputs}
        found = []
        for node in reversed(self.nodes):
            if node.output[0] in used:
                used.update(node.input)
                found.append(node)
        return found[::-1], used

    def model(
        self,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        values: Mapping[str, onnx.TensorProto],
        about: str,
    ) -> onnx.ModelProto:
        """The model, checked by ONNX, with all shapes inferred.

        Args:
            inputs: the shape of each.
            outputs: likewise.
            values: the numbers of those inputs that need not be given.
            about: what it is, in a sentence.
        """
        nodes, used = self._needed(outputs)
        graph = helper.make_graph(
            nodes,
            "program",
            _doubles(inputs),
            _doubles(outputs),
            [*values.values(), *(each for each in self.initializers if each.name in used)],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=_IR_VERSION,
            producer_name="scalar-autograd",
            doc_string=about,
        )
        model = onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True, data_prop=True
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def _doubles(shapes: Mapping[str, Sequence[int | str]]) -> list[onnx.ValueInfoProto]:
    return [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, [*shape])
        for name, shape in shapes.items()
    ]


def tensor(name: str, shape: Sequence[int], numbers: Sequence[float]) -> onnx.TensorProto:
    """Numbers as a float64 tensor of ONNX.

    >>> tensor("w", (2,), [0.5, 1.5]).data_type == TensorProto.DOUBLE
    True
    """
    return helper.make_tensor(name, TensorProto.DOUBLE, shape, numbers)


def computed(graph: Graph, lines: Iterable[Line], names: dict[str, str]) -> dict[str, str]:
    """What the numbers of some lines are called in a graph that computes them.

    Args:
        graph: the graph, which gets the nodes.
        lines: the lines, each after those that it needs.
        names: what the numbers are called that they start from.

    Raises:
        ValueError: a line calls a Python function; the error says which line.
    """
    found = dict(names)
    for line in lines:
        operands = {
            variable: found[each] if isinstance(each, str) else graph.number(each)
            for variable, each in zip(line.variables, line.operands, strict=True)
        }
        try:
            found[line.symbol] = graph.formula(line.tree, operands)
        except ArgumentValueError as error:
            raise ArgumentValueError(f"{line.symbol}: {error}") from None
    return found


def onnx_model(program: RecordedProgram | Program, *, gradients: bool = False) -> onnx.ModelProto:
    """A program as a model of ONNX, in float64; one that was recorded takes any number of examples.

    Each input is a vector with a number for each example, each parameter a number, which has its
    present value unless it is given. The outputs have a number for each example. With ``gradients``,
    there is a ``NAME.grad`` for each input and parameter, of its shape: the derivative of the sum of
    the first output over all examples, as `RecordedProgram.batch` has it.

    Args:
        program: the program. What a `Program` starts from are parameters, and its outputs what no
            other line of it needs.
        gradients: whether the derivatives are outputs.

    Raises:
        ValueError: Python decided something on a number while the function was recorded, which ONNX
            could not check; or an operation calls a Python function; or derivatives are asked for of a
            `Program` that was not made of a graph.

    >>> import autograd
    >>> w = autograd.Value(0.5, "w")
    >>> model = onnx_model(autograd.record(lambda x: (w * x).named("y"), 1.0), gradients=True)
    >>> [each.name for each in model.graph.input], [each.name for each in model.graph.output]
    (['x', 'w'], ['y', 'x.grad', 'w.grad'])
    """
    if isinstance(program, Program):
        needed = {need for line in program.lines.values() for need in line.needs}
        results = [symbol for symbol in program.lines if symbol not in needed]
        if gradients:
            results = [program.root]
        return _model(program, [], [*program.given], results, gradients)
    tape = program.tape
    refuse_decisions(tape, "a model of ONNX")
    symbols = symbols_of(tape)
    lines = program.lines()
    results = [symbols[slot] for slot in tape.outputs]
    for slot in tape.outputs:
        if tape.leaves <= slot < tape.start:  # a result that is a plain number
            lines.given.setdefault(symbols[slot], tape.constants[slot - tape.leaves])
    inputs = symbols[: tape.inputs]
    return _model(lines, inputs, symbols[tape.inputs : tape.leaves], results, gradients)


def _model(
    program: Program,
    inputs: Sequence[str],
    parameters: Sequence[str],
    results: Sequence[str],
    gradients: bool,
) -> onnx.ModelProto:
    """The model of a program whose leaves are these.

    Args:
        program: the program.
        inputs: those that have a number for each example.
        parameters: those that have one number.
        results: what is to be computed; derivatives are those of the first.
        gradients: whether derivatives are outputs.
    """
    leaves = [*inputs, *parameters]
    graph = Graph(leaves, inputs)
    slopes: dict[str, str] = {}
    if gradients:
        program = program.differentiated(results[0])
        found = {leaf: program.derivative(results[0], leaf) for leaf in leaves}
        slopes = {leaf: line.symbol for leaf, line in found.items() if line}
    own = {each: each for each in leaves}
    own |= {
        each: graph.number(program.given[each]) for each in {*results} & {*program.given} - {*leaves}
    }
    order = program.above(*results, *slopes.values())[::-1]
    names = computed(graph, order, own)
    batch: list[int | str] = ["examples"] if inputs else []
    outputs: dict[str, Sequence[int | str]] = {}
    for result in results:
        found_at = graph.for_each_example(names[result], inputs[0]) if inputs else names[result]
        outputs[graph.node("Identity", found_at, name=graph.take(result))] = batch
    for leaf in leaves if gradients else ():
        slope = names[slopes[leaf]] if leaf in slopes else graph.number(0.0)
        if inputs:
            slope = graph.for_each_example(slope, inputs[0])
        if inputs and leaf in parameters:
            slope = graph.node("ReduceSum", slope, graph.integers(0), keepdims=0)
        name = graph.node("Identity", slope, name=graph.take(f"{leaf}.grad"))
        outputs[name] = batch if leaf in inputs else []
    return graph.model(
        {leaf: batch if leaf in inputs else [] for leaf in leaves},
        outputs,
        {each: tensor(each, (), [program.given[each]]) for each in parameters},
        f"{', '.join(results)}"
        + (f", and the derivatives of the sum of {results[0]} over all examples" if gradients else ""),
    )
