"""record(): the program that a function or a graph computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.arguments import choice, each, function, wrong_kind
from autograd.errors import ArgumentValueError
from autograd.program.inputs import Inputs, input_number, input_scalars
from autograd.program.recorded import RecordedProgram
from autograd.program.replay import Replay
from autograd.program.tape import constant_nodes
from autograd.program.traces import Trace, check_numbers
from autograd.value import Value

__all__ = ["record"]


def record(
    f: Callable[..., Any] | Value,
    *inputs: Any,
    parameters: Iterable[Value] | None = None,
    on_branch: str = "raise",
) -> RecordedProgram:
    """The program that a function computes, recorded at some inputs, to be replayed at others.

    The function is called twice, at the inputs and nearby, and has to do the same both times. What it
    decides on the numbers of nodes is guarded. Leaves that it uses besides its inputs are parameters: a
    replay uses the number that each of them has then.

    Args:
        f: a function of scalars and of nested lists, tuples and dicts of scalars, which returns a Value
            or several in such a nesting. Derivatives are those of the first. Or a Value: the program is
            that of its graph.
        inputs: its arguments, numbers or leaves; of a Value, the leaves that are inputs.
        parameters: the leaves whose derivatives are wanted besides those of the inputs; all that the
            function uses, if None.
        on_branch: what a replay does where the function would decide otherwise: "raise" a `BranchError`,
            or "record" the function there, too.

    Raises:
        RecordingError: the function does not do the same both times, or a number leaves the graph.
        ArgumentTypeError: it is no function, returns no Value or changes its inputs; an input is no
            number, a parameter no Value.
        ArgumentValueError: a parameter is no leaf, or there is no such ``on_branch``.

    >>> import autograd
    >>> w = Value(0.5, "w")
    >>> program = record(lambda x: (w * x - 1.0) ** 2, 3.0)
    >>> program(3.0), program(4.0)
    (0.25, 1.0)
    >>> program.gradients(4.0)
    Gradients(value=1.0, inputs=(1.0,), parameters=[8.0])
    >>> w.data = 0.25
    >>> program(4.0)
    0.0
    >>> print(program.source())
    def backward(x, w):
        v1 = w * x
        v2 = v1 - 1.0
        v3 = v2 * v2 if v2 * v2 < inf else v2 ** 2.0
        # in reverse
        dv3_dv3 = 1.0
        dv3_dv2 = 0.0 + dv3_dv3 * (2.0 * v2)
        dv3_dw = 0.0 + dv3_dv2 * x
        dv3_dx = 0.0 + dv3_dv2 * w
        return (v3,), (dv3_dx, dv3_dw)
    <BLANKLINE>
    """
    choice("on_branch", on_branch, ("raise", "record"))
    explicit = None if parameters is None else _parameters(parameters)
    if isinstance(f, Value):
        return _of_graph(f, inputs, explicit)
    function("f", f)
    scalars = [*input_scalars(f, inputs)]
    numbers = [input_number(leaf, path) for leaf, path in scalars]
    names = [leaf.name if isinstance(leaf, Value) and leaf.name else path for leaf, path in scalars]
    replay = Replay(f, Inputs(inputs, names), explicit, on_branch)
    replay.record(numbers)
    return RecordedProgram(replay)


def _parameters(parameters: Iterable[Value]) -> list[Value]:
    found: dict[Value, None] = {}
    for index, parameter in enumerate(each("parameters", parameters)):
        if not isinstance(parameter, Value):
            raise wrong_kind(f"parameter {index}", "a Value", parameter)
        if parameter.operation is not None:
            raise ArgumentValueError(
                f"parameter {index} must be a leaf, and is the result of {parameter.operation.name}",
                operands=(parameter,),
            )
        if parameter in found:
            raise ArgumentValueError(f"parameter {index} stands twice", operands=(parameter,))
        found[parameter] = None
    return list(found)


def _of_graph(root: Value, inputs: Sequence[Any], explicit: Sequence[Value] | None) -> RecordedProgram:
    for index, leaf in enumerate(inputs):
        if not isinstance(leaf, Value) or leaf.operation is not None:
            raise wrong_kind(f"input {index} of a graph", "one of its leaves", leaf)
        if leaf in inputs[:index]:
            raise ArgumentValueError(f"input {index} stands twice", operands=(leaf,))
        if leaf in (explicit or ()):
            raise ArgumentValueError(f"input {index} is a parameter, too", operands=(leaf,))
    trace = Trace(list(inputs), root, [root], [])
    names = [leaf.name or f"x{index}" for index, leaf in enumerate(inputs, 1)]
    replay = Replay(None, Inputs(tuple(inputs), names), explicit, "raise")
    replay.use([leaf for leaf in constant_nodes([root], inputs) if leaf not in (explicit or ())])
    tape, nodes = trace.tape(replay.leaves)
    check_numbers(tape, nodes, replay.with_leaves([leaf._data for leaf in trace.inputs]))
    replay.add(trace, tape, nodes)
    return RecordedProgram(replay)
