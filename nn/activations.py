"""Activations: any operation of one operand, by its name in the table, or "linear" for none."""

from __future__ import annotations

from collections.abc import Callable

from autograd import OPERATIONS, Operation, Value
from autograd.arguments import wrong_value

__all__ = ["activation_names", "resolve"]


def activation_names() -> list[str]:
    """What an activation may be called: "linear", and operations that one operand is enough for.

    Those that `autograd.register` added are among them.

    >>> [name for name in activation_names() if name.endswith("relu")]
    ['relu', 'leaky_relu']
    """
    return ["linear", *(name for name, operation in OPERATIONS.items() if _takes_one(operation))]


def resolve(name: str) -> Callable[[Value], Value]:
    """The activation of that name, to be applied to a net input.

    Raises:
        ValueError: there is none of that name.

    >>> resolve("sigmoid")(Value(0.0)).data
    0.5
    """
    if name == "linear":
        return _linear
    if name not in OPERATIONS or not _takes_one(OPERATIONS[name]):
        raise wrong_value("activation", f"one of {', '.join(map(repr, activation_names()))}", name)
    activation: Callable[[Value], Value] = getattr(Value, name)
    return activation


def _takes_one(operation: Operation) -> bool:
    return operation.arity == 1 or operation.default is not None


def _linear(net: Value) -> Value:
    return net
