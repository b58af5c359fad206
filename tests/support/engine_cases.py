"""What an engine makes of a computation, told to the last bit, so that two engines can be compared.

A computation is a list of steps. ``["leaf", number, name]`` makes a leaf; ``["apply", way, operation, a,
b]`` applies an operation in one of the `WAYS`, to nodes (the number of the step that made each) or other
things (a text that is evaluated); ``["set", node, attribute, thing]`` sets an attribute. What goes wrong
is told, and a leaf takes the place of the node that was to be.

Run as a script it answers computations, one a line, by the engine of its process: `Peer` asks it.
"""

from __future__ import annotations

import copy
import fractions
import hashlib
import json
import math
import os
import pickle
import struct
import subprocess
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

import autograd
import autograd.functions
from autograd import OPERATIONS, Value, topological_order
from autograd.codegen import method_names
from autograd.engine import ENGINE

__all__ = ["WAYS", "Peer", "outcome"]

Steps = list[list[Any]]
_NAMES = {"math": math, "np": np, "fractions": fractions, "inf": math.inf, "nan": math.nan}


def _operator(name: str, reflected: bool) -> str | None:
    prefix = "__r" if reflected else "__"
    return next((each for each in method_names(OPERATIONS[name]) if each.startswith(prefix)), None)


def _by_function(name: str, a: Any, b: Any) -> Any:
    given = [a, b][: OPERATIONS[name].arity]
    return getattr(autograd, name)(*given)


def _by_method(name: str, a: Any, b: Any) -> Any:
    return getattr(a, name)(*[b][: OPERATIONS[name].arity - 1])


def _by_default(name: str, a: Any, b: Any) -> Any:
    return getattr(a, name)()


def _by_operator(name: str, a: Any, b: Any) -> Any:
    match OPERATIONS[name].operator:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
        case "truediv":
            return a / b
        case "pow":
            return a**b
        case "neg":
            return -a
        case "pos":
            return +a
        case "abs":
            return abs(a)
        case _:
            return _by_method(name, a, b)


def _by_reflected(name: str, a: Any, b: Any) -> Any:
    return getattr(b, f"_r{name}")(a)


#: How an operation can be asked for.
WAYS = {
    "operator": _by_operator,
    "method": _by_method,
    "function": _by_function,
    "default": _by_default,
    "reflected": _by_reflected,
    "too many": lambda name, a, b: getattr(a, name)(b, b, b),
    "keyword": lambda name, a, b: getattr(a, name)(**{OPERATIONS[name].parameters[-1]: b}),
    "<": lambda name, a, b: a < b,
    "<=": lambda name, a, b: a <= b,
    ">": lambda name, a, b: a > b,
    ">=": lambda name, a, b: a >= b,
    "==": lambda name, a, b: a == b,
    "!=": lambda name, a, b: a != b,
    "bool": lambda name, a, b: bool(a),
    "pow3": lambda name, a, b: pow(a, b, 5),
}


def bits(number: Any) -> str:
    """A number to the last bit; of other things what they are.

    Of a NaN, Python itself does not always give the same bits: an instruction that has run a few times
    takes a short cut, and may multiply the other way round.
    """
    if type(number) is not float:
        return f"{type(number).__name__} {number!r}"
    return "nan" if math.isnan(number) else struct.pack(">d", number).hex()


def _about(node: Value) -> list[str]:
    operands = [bits(each) if isinstance(each, float) else each.label for each in node.operands]
    slopes = [bits(slope) for slope in node.derivatives]
    return [repr(node), bits(node.data), *operands, *slopes, bits(node._grad)]


def _error(error: Exception) -> list[str]:
    operation, operands = getattr(error, "operation", None), getattr(error, "operands", ())
    # the frames of what is generated; those of this file are the same anyway
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith("<autograd")
    ]
    context = [type(each).__name__ for each in (error.__cause__, error.__context__)]
    return [type(error).__name__, str(error), repr(operation), repr(operands), *frames, *context]


def outcome(steps: Steps) -> list[list[str]]:
    """What comes of each step, and then of backward passes, copies and pickles of the last node."""
    nodes: list[Value] = []
    told: list[list[str]] = []

    def thing(given: Any) -> Any:
        return nodes[given] if isinstance(given, int) else eval(given, _NAMES)

    for kind, *rest in steps:
        made: Any = None
        try:
            match kind, rest:
                case "leaf", (number, name):
                    made = Value(thing(number), *([] if name is None else [name]))
                case "apply", (way, name, a, b):
                    made = WAYS[way](name, thing(a), thing(b))
                case "set", (node, attribute, given):
                    setattr(nodes[node], attribute, thing(given))
        except Exception as error:
            told.append(_error(error))
        else:
            told.append(_about(made) if isinstance(made, Value) else [repr(made)])
        nodes.append(made if isinstance(made, Value) else Value(1.0))
    told += _differentiated(nodes)
    return told


def _differentiated(nodes: list[Value]) -> list[list[str]]:
    told: list[list[str]] = []
    root = nodes[-1]
    order = topological_order(root)
    for create_graph in (False, False, True, False):
        try:
            root.backward(create_graph) if create_graph else root.backward()
            told.append([bits(getattr(node.grad, "data", node.grad)) for node in nodes])
        except Exception as error:
            told.append(_error(error))
    for node in nodes:
        node.grad = 0
    root.backward()
    told.append([nodes.index(node) if node in nodes else "?" for node in order])  # type: ignore[misc]
    numbers = [bits(each) for node in nodes for each in (node.data, node.grad, *node.derivatives)]
    if "nan" not in numbers:
        told.append([hashlib.sha256(pickle.dumps(nodes, 4)).hexdigest()])
    copied = copy.deepcopy(root)
    told.append([line for node in topological_order(copied) for line in _about(node)])
    told.append([root.label, f"{root:.3f}", bits(root.item()), str(bool(root))])
    return told


class Peer:
    """The other engine, in a process of its own.

    Args:
        environment: further variables of the process's environment, which choose the engine.
    """

    def __init__(self, **environment: str) -> None:
        root = Path(__file__).parents[2]
        path = os.pathsep.join([str(root), str(Path(__file__).parent)])
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env=os.environ | {"PYTHONPATH": path} | environment,
        )
        self.engine = self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def outcome(self, steps: Steps) -> list[list[str]]:
        """`outcome` there."""
        assert self._process.stdin is not None
        print(json.dumps(steps), file=self._process.stdin, flush=True)
        answer: list[list[str]] = self._answer()
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _serve() -> None:
    from oracles import replaced, spoilt

    mistake = spoilt("mul", 0, "({}) * (1.0 + 2.0 ** -52.0)")  # the last bit of a derivative is off
    with replaced(mistake) if "PLANTED" in os.environ else nullcontext():
        print(json.dumps(ENGINE), flush=True)
        for line in sys.stdin:
            print(json.dumps(outcome(json.loads(line))), flush=True)


if __name__ == "__main__":
    _serve()
