"""What fit() makes small: the error of one example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import NamedTuple, TypeAlias

from autograd import Value
from autograd.arguments import wrong_kind
from autograd.errors import ArgumentValueError
from nn import losses
from nn.error_rules import ERRORS, ErrorRule, error_rule, error_text

__all__ = ["Loss", "LossLike", "loss_of"]

#: A name in `ERRORS`, a formula of ``out`` and ``target``, or a function of outputs and targets.
LossLike: TypeAlias = "str | ErrorRule | Callable[[Sequence[Value], Sequence[Value]], Value]"


class Loss(NamedTuple):
    """The error of one example.

    Attributes:
        name: what it is called.
        part: the error of an example's outputs against its targets.
        by_output: whether there is a target for each output.
        of_classes: whether outputs are logits of classes, and targets their probabilities.
        boundary: which output parts two classes, if the loss says; None for half-way between targets.
    """

    name: str
    part: Callable[[Sequence[Value], Sequence[Value]], Value]
    by_output: bool
    of_classes: bool = False
    boundary: float | None = None

    def check(self, what: str, targets: Sequence[float]) -> None:
        """Refuse targets that are no probabilities of classes, where they have to be."""
        if self.of_classes:
            losses.check_probabilities(what, targets)


def loss_of(given: LossLike) -> Loss:
    """The loss of that name, formula, rule or function.

    Raises:
        ArgumentTypeError: it is nothing of these.
        ArgumentValueError: there is none of that name.

    >>> loss_of("(target - out) ** 4").part([Value(3.0)], [Value(1.0)]).data
    16.0
    """
    if given is losses.cross_entropy:
        given = ERRORS["cross_entropy"]
    if isinstance(given, str | ErrorRule):
        return _of_rule(error_rule(given))
    if not callable(given):
        raise wrong_kind("loss", "a name, a formula, an ErrorRule or a function", given)
    name = getattr(given, "__qualname__", type(given).__qualname__)
    ours = getattr(losses, name, None) is given
    zero = given in (losses.binary_cross_entropy_with_logits, losses.hinge)
    return Loss(name, given, by_output=ours, boundary=0.0 if zero else None)


def _of_rule(rule: ErrorRule) -> Loss:
    try:
        name = error_text(rule)
    except ArgumentValueError:  # made of a function
        name = getattr(rule.part, "__qualname__", repr(type(rule.part)))

    def part(outputs: Sequence[Value], targets: Sequence[Value]) -> Value:
        return reduce(add, rule.parts(outputs, targets))

    return Loss(name, part, rule.by_output or rule.of_logits, rule.of_logits)
