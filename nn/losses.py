"""Errors of a network: one node, built out of its outputs and of what they ought to be.

The outputs are nodes. The targets are plain numbers, or nodes where they are to have a name or to
change later. Everything is checked before the first node is recorded; sums run from left to right.

Where PyTorch has a function of the same name, the two agree, except where it gives up exactness: see
`binary_cross_entropy`, and the count that `mean_squared_error` divides by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import accumulate
from math import inf
from numbers import Integral
from operator import add
from typing import Any, NamedTuple, TypeAlias

from autograd import DomainError, OperandError, Value
from autograd.arguments import as_number, each, number_of, shown
from autograd.errors import ArgumentValueError

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "half_squared_error",
    "hinge",
    "l2_penalty",
    "logsumexp",
    "mean_squared_error",
    "softmax",
    "squared_error",
]

Scalar: TypeAlias = Value | float
#: One node, the list of an example's nodes, or a list of examples.
Outputs: TypeAlias = "Value | Sequence[Outputs]"
#: Nested as the outputs are.
Targets: TypeAlias = "Scalar | Sequence[Targets]"


# --- what every error is built with -------------------------------------------------------------


def _items(tree: Any) -> Sequence[Any] | None:
    """The items of a list, a tuple or an array (NumPy's, or Python's own); None of a scalar."""
    if hasattr(tree, "tolist"):
        tree = tree.tolist()
    return tree if isinstance(tree, list | tuple) else None


def _node(output: object, name: str) -> Value:
    if not isinstance(output, Value):
        raise OperandError(f"{name} must be a Value, got {shown(output)}")
    return output


def _scalar(target: object, name: str) -> Scalar:
    scalar = target if isinstance(target, Value) else as_number(target)
    if scalar is None:
        raise OperandError(f"{name} must be a real number, got {shown(target)}")
    return scalar


def _paired(outputs: Any, targets: Any, names: tuple[str, str]) -> list[tuple[Any, Any]]:
    """The items of two lists, which must have the same length."""
    left, right = _items(outputs), _items(targets)
    if left is None or right is None or len(left) != len(right):
        sizes = ["one scalar" if items is None else f"length {len(items)}" for items in (left, right)]
        raise ArgumentValueError(f"{names[0]}: {sizes[0]}, but {names[1]}: {sizes[1]}")
    if not left:
        raise ArgumentValueError(f"{names[0]} and {names[1]} are empty: nothing has no error")
    return list(zip(left, right, strict=True))


def _pairs(
    outputs: Any, targets: Any, names: tuple[str, str] = ("outputs", "targets")
) -> list[tuple[Value, Scalar]]:
    """Every output with its target, from left to right."""
    try:
        return _pairs_within(outputs, targets, names)
    except RecursionError:
        raise ArgumentValueError(
            f"{names[0]} and {names[1]} are nested too deeply, or within themselves"
        ) from None


def _pairs_within(outputs: Any, targets: Any, names: tuple[str, str]) -> list[tuple[Value, Scalar]]:
    if _items(outputs) is None and _items(targets) is None:
        return [(_node(outputs, names[0]), _scalar(targets, names[1]))]
    paired = _paired(outputs, targets, names)
    if {type(o) for o, _ in paired} == {Value} and {type(t) for _, t in paired} <= {Value, float}:
        return paired
    return [
        pair
        for index, items in enumerate(paired)
        for pair in _pairs_within(*items, (f"{names[0]}[{index}]", f"{names[1]}[{index}]"))
    ]


def _sum(terms: Iterable[Value]) -> Value:
    return reduce(add, terms)  # the built-in sum would begin with 0 +


def _divided(total: Value, count: int) -> Value:
    return total if count == 1 else total / count


def _check_between(scalar: Scalar, low: float, high: float, what: str) -> None:
    if scalar < low or scalar > high:  # NaN passes, and shows in the result
        raise DomainError(
            f"{what} lies in [{low:g}, {high:g}], but is {number_of(scalar)!r}", operands=(scalar,)
        )


def _expected(weighted: Iterable[tuple[Scalar, Callable[[], Value]]]) -> Value:
    """Σ weight · term. A term that weighs nothing is never computed: it might be infinite.

    Only a plain number is known to be 0 or 1 for good.
    """
    return _sum(
        term() if _is(weight, 1.0) else weight * term()
        for weight, term in weighted
        if not _is(weight, 0.0)
    )


def _is(weight: Scalar, number: float) -> bool:
    return isinstance(weight, float) and weight == number


# --- squared errors -----------------------------------------------------------------------------


def half_squared_error(outputs: Outputs, targets: Targets) -> Value:
    """Half the squared error, E = Σ ½ (t − o)², so that ∂E/∂o = −(t − o).

    Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors",
    Nature 323 (1986), eq. (3), which sums over outputs and over examples.

    Args:
        outputs: one node, the nodes of an example, or a list of examples.
        targets: what they ought to be, nested likewise.

    Raises:
        ValueError: as many targets as outputs are needed, and one at least.
        OperandError: an output is no node, or a target no real number.

    >>> o1, o2 = Value(0.75, "o1"), Value(0.5, "o2")
    >>> error = half_squared_error([o1, o2], [0.25, 1.0])
    >>> error.backward()
    >>> error.data, o1.grad, o2.grad
    (0.25, 0.5, -0.5)
    """
    return _sum(0.5 * (t - o) ** 2 for o, t in _pairs(outputs, targets))


def squared_error(outputs: Outputs, targets: Targets) -> Value:
    """The squared error, E = Σ (t − o)², so that ∂E/∂o = −2 (t − o).

    ``torch.nn.functional.mse_loss`` with ``reduction="sum"``.

    Args:
        outputs: one node, the nodes of an example, or a list of examples.
        targets: what they ought to be, nested likewise.

    Raises:
        ValueError: as many targets as outputs are needed, and one at least.
        OperandError: an output is no node, or a target no real number.

    >>> o = Value(0.75, "o")
    >>> error = squared_error(o, 0.25)
    >>> error.backward()
    >>> error.data, o.grad
    (0.25, 1.0)
    """
    return _sum((t - o) ** 2 for o, t in _pairs(outputs, targets))


def mean_squared_error(outputs: Outputs, targets: Targets) -> Value:
    """The squared error per example, E = (1/n) Σ (t − o)² with n examples.

    A flat list has n examples of one output each, which is ``torch.nn.functional.mse_loss``. In a list
    of lists each list is an example, and the errors of its outputs add up: n counts examples, whereas
    PyTorch would count outputs.

    Args:
        outputs: one node, a list of nodes, or a list of lists of nodes.
        targets: what they ought to be, nested likewise.

    Raises:
        ValueError: as many targets as outputs are needed, and one at least.
        OperandError: an output is no node, or a target no real number.

    >>> a, b = Value(1.0), Value(2.0)
    >>> mean_squared_error([a, b], [0.0, 0.0]).data, mean_squared_error([[a, b]], [[0.0, 0.0]]).data
    (2.5, 5.0)
    """
    total = squared_error(outputs, targets)
    examples = _items(outputs)
    return _divided(total, 1 if examples is None else len(examples))


# --- cross-entropies ----------------------------------------------------------------------------


def cross_entropy(logits: Sequence[Outputs], target: Targets) -> Value:
    """The cross-entropy of softmax(z), E = −Σ tₖ ln pₖ with pₖ = exp(zₖ) / Σ exp(zᵢ).

    So ∂E/∂z = p − t. For one class c this is −ln p_c (Bridle, "Probabilistic interpretation of
    feedforward classification network outputs", Neurocomputing, NATO ASI F 68, 1990).
    ``torch.nn.functional.cross_entropy``: of a list of examples, the mean.

    −ln pₖ is computed as log1p(Σ exp(zᵢ) over i ≠ k / exp(zₖ)), which keeps the digits of a small error
    and of its gradient, where ln Σ exp(zᵢ) − zₖ would leave 0. Where a logit is beyond ±200, it is
    zₘ − zₖ + log1p(Σ exp(zᵢ − zₘ) over i ≠ m), with m the number of the largest, which cannot overflow.
    That holds for any m, so that nothing has a kink.

    Args:
        logits: the nodes z of an example, two or more, or a list of such lists.
        target: the number of the right class, counted from 0, or the probabilities t of all classes;
            or a list of such targets.

    Raises:
        ValueError: there are fewer than two classes, no such class, probabilities that are not as many
            as the logits or do not add up to 1 (within 1e-6), or not as many targets as examples.
        DomainError: a negative probability.
        OperandError: a logit is no node, or a target neither an int nor a list of real numbers.

    >>> z = [Value(1000.0), Value(0.0)]
    >>> error = cross_entropy(z, 1)
    >>> error.backward()
    >>> error.data, [each.grad for each in z], cross_entropy(z, [1.0, 0.0]).data
    (1000.0, [1.0, -1.0], 0.0)
    """
    examples = _items(logits)
    nested = {_items(example) is not None for example in examples or ()}
    if len(nested) > 1:
        raise ArgumentValueError("logits is a list of nodes or a list of such lists, not of both")
    if True not in nested:
        classified = [_classified(logits, target, ("logits", "target"))]
    else:
        classified = [
            _classified(*items, (f"logits[{index}]", f"target[{index}]"))
            for index, items in enumerate(_paired(logits, target, ("logits", "target")))
        ]
    errors = [categorical(nodes, probabilities) for nodes, probabilities in classified]
    return _divided(_sum(errors), len(errors))


def _classified(logits: Any, target: Any, names: tuple[str, str]) -> tuple[list[Value], list[Scalar]]:
    """The logits of one example and the probability that each class ought to have."""
    classes = range(len(_items(logits) or ()))
    if len(classes) < 2:
        raise ArgumentValueError(
            f"{names[0]}: a list of two logits or more, one for each class; "
            f"binary_cross_entropy_with_logits takes a single one"
        )
    if isinstance(target, Integral):
        if target not in classes:
            raise ArgumentValueError(
                f"{names[1]}: class {shown(target)}, but {names[0]}: classes 0 to {classes[-1]}"
            )
        target = [float(target == each) for each in classes]
    elif _items(target) is None:
        raise OperandError(
            f"{names[1]} must be the number of a class, an int, or a list of probabilities, "
            f"got {shown(target)}"
        )
    pairs = [
        (_node(z, f"{names[0]}[{index}]"), _scalar(t, f"{names[1]}[{index}]"))
        for index, (z, t) in enumerate(_paired(logits, target, names))
    ]
    probabilities = [t for _, t in pairs]
    check_probabilities(names[1], probabilities)
    return [z for z, _ in pairs], probabilities


def check_probabilities(what: str, given: Sequence[Scalar]) -> None:
    """Refuse what are no probabilities of classes.

    >>> check_probabilities("target", [0.5, 0.25])
    Traceback (most recent call last):
    autograd.errors.ArgumentValueError: target: probabilities add up to 1, not to 0.75
    """
    for index, t in enumerate(given):
        _check_between(t, 0.0, inf, f"{what}[{index}]")
    if not 1.0 - _ROOM <= reduce(add, given) <= 1.0 + _ROOM:
        total = sum(map(number_of, given))
        raise ArgumentValueError(f"{what}: probabilities add up to 1, not to {total!r}")


#: How far from 1 the sum of probabilities may be.
_ROOM = 1e-6


#: Beyond this, quotients of powers of two logits, and their derivatives, might overflow.
_FAR = 200.0


def categorical(logits: Sequence[Value], probabilities: Sequence[Scalar]) -> Value:
    """The cross-entropy of one example, whose targets are known to be probabilities.

    All that it decides on logits is whether one is far out, and then which is the largest.

    >>> categorical([Value(0.0), Value(0.0)], [0.0, 1.0]).data
    0.6931471805599453
    """
    wanted = [k for k, t in enumerate(probabilities) if not _is(t, 0.0)]
    # decided at once, so that a recording has one way through it and not two for each logit
    near = reduce(Value.max, map(abs, logits)) <= _FAR
    surprise = _surprise_near(logits, wanted) if near else _surprise_far(logits)
    return _expected((probabilities[k], partial(surprise, k)) for k in wanted)


def _surprise_near(logits: Sequence[Value], wanted: Sequence[int]) -> Callable[[int], Value]:
    powers = [z.exp() for z in logits]
    others = all_but(powers, wanted, add)
    return lambda k: (others(k) / powers[k]).log1p()


def all_but(
    terms: Sequence[Value], wanted: Sequence[int], join: Callable[[Value, Value], Value]
) -> Callable[[int], Value]:
    """A function of each wanted place that joins all terms but the one there.

    >>> all_but([Value(1.0), Value(2.0), Value(4.0)], [1, 2], add)(1).data
    5.0
    """
    first, last = wanted[0], wanted[-1]
    before = [*accumulate(terms[:last], join)]
    after = [*accumulate(terms[:first:-1], join)][::-1]
    return lambda k: reduce(join, before[k - 1 : k] + after[k - first : k - first + 1])


def _surprise_far(logits: Sequence[Value]) -> Callable[[int], Value]:
    classes = range(len(logits))
    largest = reduce(Value.max, logits)
    # which one it is must be decided, and recorded for each: what keeps the digits of a small error is
    # to leave out its own term, exp(0); with `largest` as an operation, 1 would be added to the others
    m = next((i for i in classes if logits[i] >= largest), 0)  # another one if there are NaNs
    rest = _sum((logits[i] - logits[m]).exp() for i in classes if i != m).log1p()

    def surprise(k: int) -> Value:
        return rest if k == m else logits[m] - logits[k] + rest

    return surprise


def softmax(logits: Sequence[Value]) -> list[Value]:
    """The probabilities pₖ = exp(zₖ − m) / Σ exp(zᵢ − m) with m the largest of the logits z.

    Any m gives the same; with the largest, nothing overflows. ``torch.nn.functional.softmax``. For the
    error, `cross_entropy` takes the logits themselves: it keeps digits that a p near 1 has lost.

    Args:
        logits: the nodes z, one or more.

    Raises:
        ValueError: there are none.
        OperandError: one is no node.

    >>> [p.data for p in softmax([Value(1000.0), Value(1000.0)])]
    [0.5, 0.5]
    """
    nodes = [_node(z, f"logits[{index}]") for index, z in enumerate(each("logits", logits))]
    if not nodes:
        raise ArgumentValueError("logits is empty: there are no classes")
    return _probabilities(nodes, max(nodes, key=number_of))


def logsumexp(logits: Sequence[Value]) -> Value:
    """The logarithm of the sum of exponentials, ln Σ exp(zᵢ), whose derivatives are `softmax`.

    It is computed two at a time, by `log_add_exp`, and overflows only where the result does.
    ``torch.logsumexp``.

    Args:
        logits: the nodes z, one or more.

    Raises:
        ValueError: there are none.
        OperandError: one is no node.

    >>> z = [Value(1000.0), Value(1000.0)]
    >>> result = logsumexp(z)
    >>> result.backward()
    >>> round(result.data, 6), [each.grad for each in z]
    (1000.693147, [0.5, 0.5])
    """
    nodes = [_node(z, f"logits[{index}]") for index, z in enumerate(each("logits", logits))]
    if not nodes:
        raise ArgumentValueError("logits is empty: the logarithm of no sum at all is -inf")
    # exp(-inf) adds nothing, and -inf - -inf would be NaN
    return reduce(log_add_exp, [z for z in nodes if z.data != -inf] or nodes[:1])


def log_add_exp(a: Value, b: Value) -> Value:
    """ln(exp(a) + exp(b)) = b + softplus(a − b): without a decision, so that it has no kink.

    >>> log_add_exp(Value(0.0), Value(0.0)).data
    0.6931471805599453
    """
    return b + (a - b).softplus()


def _probabilities(logits: Sequence[Value], largest: Value) -> list[Value]:
    powers = [(z - largest).exp() for z in logits]
    total = _sum(powers)
    return [power / total for power in powers]


class Softmax(NamedTuple):
    """What a person computes on the way to a cross-entropy.

    Attributes:
        largest: the largest logit m.
        probabilities: p, one for each class.
        surprisals: −ln p, one for each class, as m − z + ln Σ exp(zᵢ − m).
    """

    largest: Value
    probabilities: list[Value]
    surprisals: list[Value]


def softmax_by_steps(logits: Sequence[Value]) -> Softmax:
    """The quantities between the logits of one example and its cross-entropy.

    >>> steps = softmax_by_steps([Value(3.0), Value(3.0)])
    >>> steps.largest.data, steps.probabilities[0].data, round(steps.surprisals[0].data, 6)
    (3.0, 0.5, 0.693147)
    """
    largest = reduce(Value.max, logits)
    total = _sum((z - largest).exp() for z in logits)
    surprisals = [largest - z + total.log() for z in logits]
    return Softmax(largest, _probabilities(logits, largest), surprisals)


def binary_cross_entropy(probability: Outputs, target: Targets) -> Value:
    """The cross-entropy of a probability p, E = −t ln p − (1 − t) ln(1 − p); of many, the mean.

    ``torch.nn.functional.binary_cross_entropy``, but exact at p = 0 and 1: PyTorch cuts the logarithm
    off at −100 and its slope at 1e12. Where t is 0 or 1, only the one logarithm that counts is taken.

    Args:
        probability: nodes with data in [0, 1]: one, or nested lists.
        target: probabilities t, nested likewise; a plain 0 or 1 for an outcome.

    Raises:
        ValueError: as many targets as probabilities are needed, and one at least.
        DomainError: a probability or a target outside [0, 1]; or the error is infinite, since what has
            probability 0 happened.
        OperandError: a probability is no node, or a target no real number.

    >>> p = Value(0.25, "p")
    >>> error = binary_cross_entropy(p, 0)
    >>> error.backward()
    >>> error.data, p.grad
    (0.2876820724517809, 1.3333333333333333)
    """

    def surprise(p: Value, t: Scalar) -> Value:
        return _expected([(t, lambda: -p.log()), (1.0 - t, lambda: -(-p).log1p())])

    pairs = _pairs(probability, target, ("probability", "target"))
    for p, t in pairs:
        _check_between(p, 0.0, 1.0, "a probability")
        _check_between(t, 0.0, 1.0, "a target")
    return _divided(_sum(surprise(p, t) for p, t in pairs), len(pairs))


def binary_cross_entropy_with_logits(logit: Outputs, target: Targets) -> Value:
    """The cross-entropy of the probability σ(z), E = softplus(z) − t z; of many, the mean.

    So ∂E/∂z = σ(z) − t. ``torch.nn.functional.binary_cross_entropy_with_logits``.

    It is computed as t softplus(−z) + (1 − t) softplus(z), which is −t ln σ(z) − (1 − t) ln(1 − σ(z))
    to the letter, and subtracts nothing: a small error keeps its digits, and so does its gradient.

    Args:
        logit: nodes z: one, or nested lists.
        target: probabilities t, nested likewise; a plain 0 or 1 for an outcome.

    Raises:
        ValueError: as many targets as logits are needed, and one at least.
        DomainError: a target outside [0, 1].
        OperandError: a logit is no node, or a target no real number.

    >>> z = Value(1000.0, "z")
    >>> error = binary_cross_entropy_with_logits(z, 0)
    >>> error.backward()
    >>> error.data, z.grad, binary_cross_entropy_with_logits(z, 1).data
    (1000.0, 1.0, 0.0)
    """

    def surprise(z: Value, t: Scalar) -> Value:
        return _expected([(t, (-z).softplus), (1.0 - t, z.softplus)])

    pairs = _pairs(logit, target, ("logit", "target"))
    for _, t in pairs:
        _check_between(t, 0.0, 1.0, "a target")
    return _divided(_sum(surprise(z, t) for z, t in pairs), len(pairs))


# --- margins and weights ------------------------------------------------------------------------


def hinge(scores: Outputs, labels: Targets) -> Value:
    """The mean hinge loss, E = (1/n) Σ max(0, 1 − y s), for labels y of −1 and 1.

    Cortes & Vapnik, "Support-vector networks", Machine Learning 20 (1995). Where the
    margin is exactly 1 the derivative is 0. ``torch.nn.functional.margin_ranking_loss`` with margin 1
    and second input 0, which takes −y at such a point.

    Args:
        scores: nodes s: one, or nested lists.
        labels: −1 or 1, nested likewise.

    Raises:
        ValueError: as many labels as scores are needed, and one at least.
        DomainError: a label is neither −1 nor 1.
        OperandError: a score is no node, or a label no real number.

    >>> s = [Value(0.5), Value(2.0)]
    >>> error = hinge(s, [1, -1])
    >>> error.backward()
    >>> error.data, [each.grad for each in s]
    (1.75, [-0.5, 0.5])
    """
    pairs = _pairs(scores, labels, ("scores", "labels"))
    for _, y in pairs:
        size = y.abs() if isinstance(y, Value) else abs(y)
        if not 1.0 <= size <= 1.0:  # decided alike for both labels, so that a recording serves both
            raise DomainError(f"a label is -1 or 1, not {number_of(y)!r}", operands=(y,))
    return _divided(_sum((1.0 - y * s).relu() for s, y in pairs), len(pairs))


def l2_penalty(parameters: Iterable[Value], strength: float) -> Value:
    """The price of large weights, E = strength · Σ p², to be added to an error.

    Its gradient is 2 · strength · p, so by `nn.optimizers.SGD` it is a ``weight_decay`` of
    2 · strength.

    Args:
        parameters: the nodes p.
        strength: a number, not negative.

    Raises:
        ValueError: there are no parameters, or the strength is negative or not finite.
        OperandError: a parameter is no node, or the strength no real number.

    >>> w = [Value(1.0), Value(-3.0)]
    >>> penalty = l2_penalty(w, 0.25)
    >>> penalty.backward()
    >>> penalty.data, [each.grad for each in w]
    (2.5, [0.5, -1.5])
    """
    nodes = [_node(p, f"parameters[{index}]") for index, p in enumerate(each("parameters", parameters))]
    if not nodes:
        raise ArgumentValueError("parameters is empty: nothing has no penalty")
    factor = as_number(strength)
    if factor is None:
        raise OperandError(f"strength must be a real number, got {shown(strength)}")
    if not 0.0 <= factor < inf:
        raise ArgumentValueError(f"strength must be a number >= 0, got {factor!r}")
    return factor * _sum(p**2 for p in nodes)
