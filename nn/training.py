"""train(): full-batch training, a loop over some steps; recorded and replayed, where that pays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from autograd import Value
from autograd.arguments import instance, whole
from autograd.backward import DETECTOR
from autograd.errors import ArgumentValueError
from nn.error_rules import ErrorRule, error_rule
from nn.forward import Example, Forward, checked
from nn.network import MLP
from nn.optimizers import Optimizer

if TYPE_CHECKING:
    from nn.runs import Run

__all__ = ["errors_in_training", "train", "trained_parameters"]

#: Fewer examples in all are computed before what records them is imported.
_FEW = 500


def trained_parameters(network: MLP, optimizer: Optimizer) -> set[Value]:
    """The parameters of a network that an optimizer updates.

    Raises:
        ValueError: it updates none of them.
        TypeError: it is no optimizer.

    >>> from nn import MLP, SGD
    >>> network, other = MLP(1, [1]), MLP(1, [1])
    >>> len(trained_parameters(network, SGD(network.parameters(), lr=0.1)))
    2
    >>> trained_parameters(network, SGD(other.parameters(), lr=0.1))
    Traceback (most recent call last):
    ArgumentValueError: the optimizer updates none of the network's parameters
    """
    instance("optimizer", optimizer, Optimizer, "an Optimizer")
    trained = set(network.parameters()) & set(optimizer.parameters)
    if not trained:
        raise ArgumentValueError("the optimizer updates none of the network's parameters")
    return trained


def train(
    network: MLP,
    examples: Sequence[Example],
    optimizer: Optimizer,
    *,
    error: str | ErrorRule = "half_squared_error",
    steps: int = 1,
) -> float:
    """Train a network for some steps, all examples at each, and return the error after them.

    Where so many steps are to come that it pays, the error of an example is recorded and replayed, see
    `nn.fit`; every number is the same to the last bit. Parameters that the optimizer does not have get
    their derivatives at the last step.

    Args:
        network: what to train.
        examples: what it is to learn.
        optimizer: what updates which of its parameters, and how.
        error: how the error is made up: a name in `nn.error_rules.ERRORS`, a formula of ``out`` and
            ``target``, or a rule.
        steps: how many.

    Raises:
        ValueError: no examples, an unknown error, wrong numbers of inputs or targets, or one that is
            infinite or NaN; fewer than no steps; or the optimizer is another network's.
        TypeError: an argument is not of its kind.

    >>> from nn import MLP, SGD
    >>> network = MLP(1, [1], activation="linear", init="zeros")
    >>> line = [Example([x], [2.0 * x + 1.0]) for x in (-1.0, 0.0, 1.0)]
    >>> error = train(network, line, SGD(network.parameters(), lr=0.2), steps=100)
    >>> error < 1e-9, {path: round(number, 4) for path, number in network.state_dict().items()}
    (True, {'layers.0.neurons.0.weights.0': 2.0, 'layers.0.neurons.0.bias': 1.0})
    """
    steps, rule = whole("the number of steps", steps, 0), error_rule(error)
    examples = checked(network, examples, rule)
    run = _replayed(network, examples, optimizer, rule, steps)
    if run is None:
        errors = errors_in_training(network, examples, optimizer, error=rule, steps=steps)
        return deque(errors, 1).pop()
    from nn.runs import Order

    # the last step node by node, where it has derivatives that no other needs
    last = len(run.parameters) < len(network.parameters())
    count, rows = len(examples), [[*each.inputs, *each.targets] for each in examples]
    at_once = max(1, run.at_once // count)
    for done in range(0, steps - last, at_once):
        order = Order([*range(count)] * min(at_once, steps - last - done), count, count, mean=rule.mean)
        deque(run.train(optimizer, rows, order), 0)
    return deque(errors_in_training(network, examples, optimizer, error=rule, steps=int(last)), 1).pop()


def _replayed(
    network: MLP, examples: Sequence[Example], optimizer: Optimizer, rule: ErrorRule, steps: int
) -> Run | None:
    """The error of one example, recorded; None if that does not pay, or cannot be done."""
    trained = trained_parameters(network, optimizer)
    if steps * len(examples) < _FEW or DETECTOR.get() is not None:  # which looks at graphs
        return None
    from nn import runs

    parameters = [each for each in optimizer.parameters if each in trained]
    inputs, targets = map(len, examples[0])

    def f(*numbers: Value) -> list[Value]:
        outputs = network.outputs(numbers[:inputs])
        return [reduce(add, rule.parts(outputs, numbers[inputs:]))]

    names = [f"x{n}" for n in range(1, inputs + 1)] + [f"t{n}" for n in range(1, targets + 1)]
    row = [*examples[0].inputs, *examples[0].targets]
    run = runs.made_run(f, parameters, row, names, "auto", steps * len(examples))
    return None if isinstance(run, runs.EagerRun) else run


def errors_in_training(
    network: MLP,
    examples: Sequence[Example],
    optimizer: Optimizer,
    *,
    error: str | ErrorRule = "half_squared_error",
    steps: int = 1,
) -> Iterator[float]:
    """Train as `train` does, and give the error before each step, and after the last.

    Raises:
        ValueError: as `train`, when the first error is asked for.
        TypeError: likewise.

    >>> from nn import MLP, SGD
    >>> network = MLP(1, [1], activation="linear", init="zeros")
    >>> optimizer = SGD(network.parameters(), lr=0.25)
    >>> list(errors_in_training(network, [Example([1.0], [2.0])], optimizer, steps=2))
    [2.0, 0.5, 0.125]
    """
    steps, rule = whole("the number of steps", steps, 0), error_rule(error)
    examples = checked(network, examples, rule)
    trained_parameters(network, optimizer)
    for _ in range(steps):
        found = Forward(network, examples, rule).error
        network.zero_grad()
        found.backward()
        number = found.data
        del found  # or two graphs would be kept while the next step makes its own
        yield number
        optimizer.step()
    yield Forward(network, examples, rule).error.data
