"""How the error of a network is made up: by name, or as a text of one output and its target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import add
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from autograd import Value
from autograd.errors import ArgumentTypeError, ArgumentValueError
from nn import losses

if TYPE_CHECKING:
    from autograd.expression import Expression

__all__ = ["ERRORS", "ErrorRule", "error_rule", "error_text"]


#: Why a network of one output has no cross-entropy of softmax.
ONE_OUTPUT = (
    "cross_entropy takes two outputs or more, one for each class; of a single output, the error is "
    "binary_cross_entropy"
)


class ErrorRule(NamedTuple):
    """How the error of a network is made up.

    Attributes:
        part: the error of some outputs against their targets.
        mean: whether the examples' errors are averaged, or added up.
        by_output: whether an example's error is the sum of one part per output.
        of_logits: whether it is the cross-entropy of softmax(outputs), so that a step has the
            probabilities too, and targets have to be probabilities.
        short: by activation, what ∂E/∂net of an output and its error is when both are multiplied out: a
            formula of ``out`` and ``target``.

    >>> from autograd import Value
    >>> from nn import MLP, SGD, Example, train
    >>> def worst(outputs, targets):
    ...     largest = abs(targets[0] - outputs[0])
    ...     for output, target in zip(outputs[1:], targets[1:], strict=True):
    ...         largest = largest.max(abs(target - output))
    ...     return largest
    >>> network = MLP(1, [2], activation="linear", init="zeros")
    >>> optimizer = SGD(network.parameters(), lr=0.25)
    >>> train(network, [Example([1.0], [0.5, 2.0])], optimizer, error=ErrorRule(worst, by_output=False))
    1.5
    """

    part: Callable[[Sequence[Value], Sequence[Value]], Value]
    mean: bool = False
    by_output: bool = True
    of_logits: bool = False
    short: Mapping[str, str] = MappingProxyType({})

    def check(self, what: str, targets: Sequence[float]) -> None:
        """Refuse the targets of an example that the error cannot take, whatever the outputs are.

        Args:
            what: what they are called.
            targets: the targets.

        Raises:
            ArgumentValueError: they must be probabilities of two classes or more, and are not.
            DomainError: one is negative.

        >>> ERRORS["cross_entropy"].check("target", [0.5, 1.0])
        Traceback (most recent call last):
        autograd.errors.ArgumentValueError: target: probabilities add up to 1, not to 1.5
        """
        if self.of_logits:
            if len(targets) < 2:
                raise ArgumentValueError(ONE_OUTPUT)
            losses.check_probabilities(what, targets)

    def parts(self, outputs: Sequence[Value], targets: Sequence[Value]) -> list[Value]:
        """What the error of one example is the sum of.

        >>> rule = ERRORS["squared_error"]
        >>> [each.data for each in rule.parts([Value(3.0), Value(1.0)], [Value(1.0), Value(2.0)])]
        [4.0, 1.0]
        """
        if not self.by_output:
            return [self.part(outputs, targets)]
        return [self.part([out], [target]) for out, target in zip(outputs, targets, strict=True)]


#: The errors that a training step may have, by name.
ERRORS: dict[str, ErrorRule] = {
    "half_squared_error": ErrorRule(losses.half_squared_error),
    "squared_error": ErrorRule(losses.squared_error),
    "mean_squared_error": ErrorRule(losses.squared_error, mean=True),
    "binary_cross_entropy": ErrorRule(
        losses.binary_cross_entropy, short=MappingProxyType({"sigmoid": "out - target"})
    ),
    "cross_entropy": ErrorRule(losses.categorical, by_output=False, of_logits=True),
}


def error_rule(error: str | ErrorRule) -> ErrorRule:
    """The error of that name, or that a text says: a formula of ``out`` and ``target``.

    What a text gives is added up over outputs and examples. It may use numbers, ``+ - * / **`` and the
    operations of the table.

    Raises:
        TypeError: it is neither text nor a rule.
        ValueError: there is none of that name, and as a formula it cannot be read.

    >>> rule = error_rule("(target - out) ** 4 / 4")
    >>> rule.part([Value(3.0)], [Value(1.0)]).data
    4.0
    >>> error_rule("huber")
    Traceback (most recent call last):
    ArgumentValueError: no error 'huber'; there are half_squared_error, squared_error, ...
    """
    if isinstance(error, ErrorRule):
        return error
    if not isinstance(error, str):
        raise ArgumentTypeError(f"error must be a name, a formula or an ErrorRule, got {error!r:.60}")
    if error in ERRORS:
        return ERRORS[error]
    try:
        return ErrorRule(partial(_of_each, _formula(error)))
    except ValueError as problem:
        raise ArgumentValueError(
            f"no error {error!r:.60}; there are {', '.join(ERRORS)}, "
            f"and formulas of out and target, but as such: {problem}"
        ) from None


def error_text(rule: ErrorRule) -> str:
    """The name of an error, or the formula that it was made of: what `error_rule` makes it of again.

    Raises:
        ValueError: it was made of a function, which no text says.

    >>> error_text(ERRORS["squared_error"]), error_text(error_rule("(target - out) ** 4"))
    ('squared_error', '(target - out) ** 4.0')
    """
    for name, known in ERRORS.items():
        if known is rule:
            return name
    if isinstance(rule.part, partial) and rule.part.func is _of_each:
        formula: Expression = rule.part.args[0]
        return formula.text
    raise ArgumentValueError("the error is a Python function, which no text says")


def _formula(text: str) -> Expression:
    from nn.formula_texts import names_in, read

    formula = read(text, ("out", "target"))
    if "out" not in names_in(formula):
        raise ArgumentValueError("it does not depend on out")
    return formula


def _of_each(formula: Expression, outputs: Sequence[Value], targets: Sequence[Value]) -> Value:
    from nn.formula_texts import computed

    pairs = zip(outputs, targets, strict=True)
    return reduce(add, (computed(formula, {"out": out, "target": target}) for out, target in pairs))
