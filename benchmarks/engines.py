"""The engines, behind one interface, so that each of them does the same work.

The inputs and constants of the workloads are plain floats, which every engine takes as operands;
micrograd makes nodes of them itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

__all__ = ["ENGINES", "OURS", "PURE", "Engine", "installed"]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What a workload asks of an engine; its nodes take ``+ - * **`` among themselves and with floats.

    Args:
        leaf: makes a node that is trained or differentiated by.
        exp: a function of a node, as are ``tanh`` and ``relu``.
        backward: differentiates a node by all leaves below it.
        data: the number of a node.
        grad: the derivative of what ``backward`` was called on by a leaf.
        updated: the leaves after one step of gradient descent, ``(leaves, rate)``, without gradients;
            they are the same where they can be changed.
        differentiates: False for plain floats, whose gradients are not to be checked.
    """

    leaf: Callable[[float], Any]
    exp: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    relu: Callable[[Any], Any]
    backward: Callable[[Any], object]
    data: Callable[[Any], float]
    grad: Callable[[Any], float]
    updated: Callable[[Sequence[Any], float], Sequence[Any]]
    differentiates: bool = True


def _descend(leaves: Sequence[Any], rate: float) -> Sequence[Any]:
    for leaf in leaves:
        leaf.data -= rate * leaf.grad
        leaf.grad = 0
    return leaves


def _autograd() -> Engine:
    from autograd import Value

    return Engine(
        leaf=Value,
        exp=Value.exp,
        tanh=Value.tanh,
        relu=Value.relu,
        backward=Value.backward,
        data=lambda node: node.data,
        grad=lambda node: node.grad,
        updated=_descend,
    )


def _micrograd() -> Engine:
    from micrograd.engine import Value

    # It has no exp and no tanh. These two are written as its own operations are.

    def exp(node: Value) -> Value:
        out = Value(math.exp(node.data), (node,), "exp")

        def _backward() -> None:
            node.grad += out.data * out.grad

        out._backward = _backward
        return out

    def tanh(node: Value) -> Value:
        out = Value(math.tanh(node.data), (node,), "tanh")

        def _backward() -> None:
            node.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    return Engine(
        leaf=Value,
        exp=exp,
        tanh=tanh,
        relu=Value.relu,
        backward=Value.backward,
        data=lambda node: node.data,
        grad=lambda node: node.grad,
        updated=_descend,
    )


def _torch() -> Engine:
    import torch

    def updated(leaves: Sequence[torch.Tensor], rate: float) -> Sequence[torch.Tensor]:
        with torch.no_grad():
            for leaf in leaves:
                leaf.sub_(leaf.grad, alpha=rate)
                leaf.grad = None
        return leaves

    return Engine(
        leaf=lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True),
        exp=torch.exp,
        tanh=torch.tanh,
        relu=torch.relu,
        backward=torch.Tensor.backward,
        data=torch.Tensor.item,
        grad=lambda node: node.grad.item(),
        updated=updated,
    )


def _xad() -> Engine:
    import xad.adj_1st as adjoint
    from xad import math as functions

    tape = adjoint.Tape()
    tape.activate()

    def inputs(numbers: Iterable[float]) -> list[Any]:
        nodes = [adjoint.Real(number) for number in numbers]
        tape.registerInputs(nodes)
        tape.newRecording()
        return nodes

    def backward(node: Any) -> None:
        tape.registerOutput(node)
        node.setDerivative(1.0)
        tape.computeAdjoints()

    def updated(leaves: Sequence[Any], rate: float) -> Sequence[Any]:
        numbers = [each.getValue() - rate * each.getDerivative() for each in leaves]
        return inputs(numbers)

    return Engine(
        leaf=lambda number: inputs([number])[0],
        exp=functions.exp,
        tanh=functions.tanh,
        relu=lambda node: functions.max(node, 0.0),
        backward=backward,
        data=adjoint.Real.getValue,
        grad=adjoint.Real.getDerivative,
        updated=updated,
    )


def _plain_floats() -> Engine:
    return Engine(
        leaf=float,
        exp=math.exp,
        tanh=math.tanh,
        relu=lambda number: max(number, 0.0),
        backward=lambda number: None,
        data=float,
        grad=lambda number: 0.0,
        updated=lambda numbers, rate: numbers,
        differentiates=False,
    )


#: The one that the others are compared with: in C, if that is there.
OURS = "autograd"
#: And in Python.
PURE = "autograd in Python"
_FLOATS = "plain floats"

#: What makes each engine, importing its package.
ENGINES: dict[str, Callable[[], Engine]] = {
    OURS: _autograd,
    PURE: _autograd,
    "xad": _xad,
    "micrograd": _micrograd,
    "torch": _torch,
    _FLOATS: _plain_floats,
}


def installed(name: str) -> bool:
    """Whether an engine can be had here: but for plain floats, it is named after its package.

    >>> installed("autograd"), installed("plain floats"), installed("autograd in Rust")
    (True, True, False)
    """
    if name == PURE:
        return find_spec("autograd._engine") is not None  # or else it is the first
    return name == _FLOATS or find_spec(name) is not None
