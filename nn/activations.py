"""Activations: any operation of one operand, by its name in the table, or "linear" for none."""

from __future__ import annotations

from collections.abc import Callable

from autograd import OPERATIONS, Operation, Value
from autograd.arguments import choice, wrong_value
from autograd.errors import ArgumentValueError

__all__ = ["NO_ACTIVATION", "activation_name", "activation_names", "resolve"]

#: What is called an activation elsewhere, and is none of one operand, and what to write instead.
NO_ACTIVATION = {"softmax": "'linear', with the error 'cross_entropy', which has the softmax in it"}


def activation_names() -> list[str]:
    """What an activation may be called: "linear", and operations that one operand is enough for.

    Those that `autograd.register` added are among them.

    >>> [name for name in activation_names() if name.endswith("relu")]
    ['relu', 'leaky_relu']
    """
    return ["linear", *(name for name, operation in OPERATIONS.items() if _takes_one(operation))]


def activation_name(what: str, given: object) -> str:
    """The name of an activation.

    Args:
        what: what it is given as, for errors.
        given: the name.

    Raises:
        TypeError: it is no text.
        ValueError: there is none of that name.

    >>> activation_name("activation", "tanh")
    'tanh'
    >>> activation_name("activation", "softmax")
    Traceback (most recent call last):
    ArgumentValueError: activation must be one of ... got 'softmax'; write 'linear', with the error ...
    """
    names = activation_names()
    if isinstance(given, str) and given not in names and given.lower() in NO_ACTIVATION:
        error = wrong_value(what, f"one of {', '.join(map(repr, names))}", given)
        raise ArgumentValueError(f"{error}; write {NO_ACTIVATION[given.lower()]}")
    return choice(what, given, names)


def resolve(name: str) -> Callable[[Value], Value]:
    """The activation of that name, to be applied to a net input.

    Raises:
        ValueError: there is none of that name.

    >>> resolve("sigmoid")(Value(0.0)).data
    0.5
    """
    if name == "linear":
        return _linear
    operation = OPERATIONS.get(name)
    if operation is None or not _takes_one(operation):
        activation_name("activation", name)
    activation: Callable[[Value], Value] = getattr(Value, name)
    return activation


def _takes_one(operation: Operation) -> bool:
    return len(operation.parameters) == 1 or operation.default is not None


def _linear(net: Value) -> Value:
    return net
