"""What fit() makes small: the error of one example, in a form that decides nothing on numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import fsum, isclose
from operator import add
from typing import NamedTuple, TypeAlias

from autograd import Value
from autograd.arguments import wrong_kind
from autograd.errors import ArgumentValueError
from nn import losses
from nn.error_rules import ERRORS, ErrorRule, error_rule, error_text
from nn.losses import log_add_exp

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
        if not self.of_classes:
            return
        if min(targets) < 0.0 or not isclose(fsum(targets), 1.0, abs_tol=1e-6):
            raise ArgumentValueError(
                f"{what} must be the number of a class, or probabilities that add up to 1, got {targets}"
            )


def _smooth_cross_entropy(logits: Sequence[Value], probabilities: Sequence[Value]) -> Value:
    """Σ tₖ (−ln pₖ), with −ln pₖ = softplus(ln Σᵢ≠ₖ exp(zᵢ) − zₖ).

    `nn.cross_entropy` looks which logit is the largest, so that a recording of it holds only where that
    stays so. This form has the same accuracy and looks at none.
    """
    before = [logits[0]]  # the logarithm of the sum of exp(z) up to each logit
    for z in logits[1:-1]:
        before.append(log_add_exp(before[-1], z))
    after = [logits[-1]]  # and from each on
    for z in reversed(logits[1:-1]):
        after.append(log_add_exp(z, after[-1]))
    after.reverse()
    last = len(logits) - 1
    others = [
        after[0] if k == 0 else before[-1] if k == last else log_add_exp(before[k - 1], after[k])
        for k in range(len(logits))
    ]
    parts = zip(probabilities, logits, others, strict=True)
    return reduce(add, (t * (rest - z).softplus() for t, z, rest in parts))


def loss_of(given: LossLike) -> Loss:
    """The loss of that name, formula, rule or function.

    Raises:
        ArgumentTypeError: it is nothing of these.
        ArgumentValueError: there is none of that name.

    >>> loss_of("(target - out) ** 4").part([Value(3.0)], [Value(1.0)]).data
    16.0
    """
    if given is losses.cross_entropy or given is ERRORS["cross_entropy"]:
        given = "cross_entropy"
    if isinstance(given, str) and given == "cross_entropy":
        return Loss("cross_entropy", _smooth_cross_entropy, by_output=True, of_classes=True)
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

    return Loss(name, part, by_output=rule.by_output)
