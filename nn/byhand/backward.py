"""A backward pass that somebody has written, held to the reverse sweep quantity by quantity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

from autograd import OperandError
from autograd.arguments import as_number, function, items, non_negative, shown, wrong_kind
from autograd.check.evaluation import as_lists
from autograd.check.rule import RuleReport, compared
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.pytree import leaves
from nn.byhand.calculation import HandCalculation, by_hand, of_step
from nn.byhand.mistakes import MISTAKES
from nn.forward import Example
from nn.network import MLP
from nn.optimizers import SGD
from nn.step import TrainingStep
from nn.worked import WorkedExample

if TYPE_CHECKING:
    from nn.error_rules import ErrorRule

__all__ = ["compare_backward"]


def compare_backward(
    network: MLP | WorkedExample,
    my_backward: Callable[[MLP, Sequence[Example]], Any],
    examples: Sequence[Example] | None = None,
    *,
    error: str | ErrorRule = "half_squared_error",
    rtol: float = 1e-6,
    atol: float = 1e-9,
) -> RuleReport:
    """What there is to say of a backward pass that is written by hand.

    Each number that it returns is compared in the order of the reverse sweep. The first that is wrong,
    given the others, is named, with the classic mistake that leads to it if there is one, and the factor
    that would mend it.

    Args:
        network: the network, or a worked example, which has its examples and its error.
        my_backward: called with the network, a copy, and the examples. It returns the derivative of the
            error by each parameter in the order of ``network.parameters()``; or a dict of numbers, for
            some or all of the quantities: by the symbols of a training step, as ``"delta_o1"`` and
            ``"dE/dw5"``, or by parameters, as ``"layers.0.neurons.1.weights.0"``, or a list under
            ``"layers.0"``, for those of the layer in their order.
        examples: what the network is to learn; those of the worked example if None.
        error: see `train`; that of the worked example if there is one.
        rtol: how far a number may be off relatively.
        atol: how far it may always be off.

    Raises:
        TypeError: an argument is not of its kind, or ``my_backward`` returns what is no number.
        ValueError: examples are missing, or those of a worked example are given twice; or as many
            numbers are returned as there are not.
        KeyError: it names something that there is not.
        Exception: what ``my_backward`` raises.

    >>> from nn import worked
    >>> def my_backward(network, examples):
    ...     (example,) = examples
    ...     hidden, output = network.layers
    ...     outs = [neuron(example.inputs).data for neuron in hidden.neurons]
    ...     results = [neuron(outs).data for neuron in output.neurons]
    ...     deltas = [out - target for out, target in zip(results, example.targets)]
    ...     return {
    ...         "delta_o1": deltas[0],
    ...         "delta_o2": deltas[1],
    ...         "dE/dw5": deltas[0] * outs[0],
    ...     }
    >>> report = compare_backward(worked.load("urbain"), my_backward)
    >>> print(report.summary())
    δₒ₂ is wrong: f′(net) of the outputs is left out
    times 0.175510053, it is right
    1 more follows from it correctly
    """
    non_negative("rtol", rtol)
    non_negative("atol", atol)
    function("my_backward", my_backward)
    if isinstance(network, WorkedExample):
        if examples is not None:
            raise ArgumentValueError(
                f"examples must be left out: {network.name} has its own", operands=(examples,)
            )
        calculation, given, learnt = by_hand(network), network.network(), network.examples
        paths = _paths(calculation, network.step())
    elif isinstance(network, MLP):
        if examples is None:
            raise ArgumentValueError("examples must be given: a network has none of its own")
        copy, given, learnt = network.copy(), network.copy(), [*items("examples", examples)]
        step = TrainingStep(copy, learnt, SGD(copy.parameters(), lr=1.0), error=error)
        calculation = of_step(step, 1.0, error if isinstance(error, str) else "")
        paths = _paths(calculation, step)
    else:
        raise OperandError(f"network must be an MLP or a worked example, got {shown(network)}")
    try:
        signature(my_backward).bind(given, learnt)
    except (TypeError, ValueError):
        wanted = "a function of a network and its examples"
        raise wrong_kind("my_backward", wanted, my_backward) from None
    claims = _claims(calculation, paths, my_backward(given, learnt))
    classic = [
        (variant.says, variant.lines)
        for mistake in MISTAKES.values()
        for variant in mistake.variants(calculation)
    ]
    return compared(calculation.program, claims, rtol=rtol, atol=atol, classic=classic)


def _paths(calculation: HandCalculation, step: TrainingStep) -> dict[str, str]:
    """By the path of each parameter, the symbol of the derivative of the error by it."""
    derivative = calculation.program.derivative
    found = {}
    for path, parameter in step.network.named_parameters():
        line = derivative(calculation.error, step.names.parameters[parameter])
        assert line is not None
        found[path] = line.symbol
    return found


def _claims(calculation: HandCalculation, paths: Mapping[str, str], returned: Any) -> dict[str, float]:
    """What was returned, by the symbols of the program's lines."""
    if not isinstance(returned, Mapping):
        return _together("my_backward(…)", returned, list(paths.values()))
    claims: dict[str, float] = {}
    for name, numbers in returned.items():
        what = f"my_backward(…)[{name!r}]"
        if not isinstance(name, str):
            raise OperandError(f"my_backward must return numbers by names, got {shown(name)}")
        within = [
            symbol for path, symbol in paths.items() if path == name or path.startswith(f"{name}.")
        ]
        symbol = calculation.symbol(name)
        if not within and symbol in calculation.program.lines:
            within = [symbol]
        if not within:
            raise UnknownNameError(f"{what}: there is no such quantity, and no such parameter")
        claims |= _together(what, numbers, within)
    return claims


def _together(what: str, given: Any, symbols: Sequence[str]) -> dict[str, float]:
    """The numbers of some quantities, in their order, however they are nested."""
    flat = leaves(as_lists(given))
    if len(flat) != len(symbols):
        raise ArgumentValueError(f"{what} must have {len(symbols)} numbers, got {len(flat)}")
    numbers = [as_number(each) for each in flat]
    if None in numbers:
        raise OperandError(f"{what} must be numbers, got {shown(flat[numbers.index(None)])}")
    return dict(zip(symbols, numbers, strict=True))  # type: ignore[arg-type]  # None was excluded
