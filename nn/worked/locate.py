"""Where in an example's file the number stands that an operation cannot take."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import AutogradError, Value
from nn.error_rules import error_rule
from nn.forward import Example
from nn.network import MLP

__all__ = ["located", "where_it_fails", "wrong_with_targets"]


def located(error: AutogradError, *places: str) -> AutogradError:
    """The same error, whose message begins with where it comes from."""
    message = ": ".join([*filter(None, places), str(error)])
    return type(error)(message, operation=error.operation, operands=error.operands)


def where_it_fails(network: MLP, examples: Sequence[Example], error: str) -> str:
    """The key of an example's file that a forward pass fails at; "" if it fails nowhere.

    Args:
        network: the network, with the parameters that training has led to.
        examples: what it is to learn.
        error: how the error is made up.
    """
    rule = error_rule(error)
    for number, example in enumerate(examples, 1):
        inputs: Sequence[Value | float] = example.inputs
        for layer, part in enumerate(network.layers, 1):
            try:
                inputs = outputs = part.outputs(inputs)
            except AutogradError:
                return f"layers[{layer}].activation, in example {number}"
        if wrong_with_targets(error, example.targets):
            return f"examples[{number}].targets"
        try:
            if rule.by_output:
                for output, target in zip(outputs, example.targets, strict=True):
                    rule.part([output], [Value(target)])
            else:
                rule.part(outputs, list(map(Value, example.targets)))
        except AutogradError:
            if error == "binary_cross_entropy":
                activation = network.layers[-1].neurons[0].activation
                return f"layers[{len(network.layers)}].activation, {activation!r}, in example {number}"
            return f"training.error, in example {number}"
    return ""


def wrong_with_targets(error: str, targets: Sequence[float]) -> str:
    """Why an error cannot take some targets, whatever the outputs are; "" if it can.

    >>> wrong_with_targets("binary_cross_entropy", [1.5])
    'a target lies in [0, 1], but is 1.5'
    >>> wrong_with_targets("cross_entropy", [0.5, 1.0])
    'target: probabilities add up to 1, not to 1.5'
    """
    rule = error_rule(error)
    try:
        rule.check("target", targets)
        if error == "binary_cross_entropy":
            rule.part([Value(0.5) for _ in targets], [Value(target) for target in targets])
    except ValueError as problem:
        return str(problem)
    return ""
