"""The questions of a document that works neuron by neuron: every number for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nn.neuron import Neuron
from nn.notation import PassNames
from nn.worksheet.network_trace import NetworkTrace
from nn.worksheet.trace import SPELLED, Asked

__all__ = ["ask_by_entries", "ask_for_the_error", "show_entries"]


def show_entries(trace: NetworkTrace) -> None:
    """Say what is given, number by number."""
    trace.head("Given")
    passes = trace.names.passes
    for number, each in enumerate(passes, 1):
        which = f" of example {number}" if len(passes) > 1 else ""
        trace.say(f"Inputs{which}: ", *trace.listed(each.inputs))
        trace.say(f"Targets{which}: ", *trace.listed(each.targets))
    trace.say("Parameters: ", *trace.listed(trace.names.parameters.values()))
    trace.say_how()


def ask_by_entries(trace: NetworkTrace) -> None:
    """Ask for everything in a step, neuron by neuron and parameter by parameter."""
    layers = [layer.neurons for layer in trace.step.network.layers]
    trace.head("Forward pass")
    _ask_by_example(trace, layers, lambda each, neuron: _forward(trace, each, neuron))
    trace.head("Error")
    ask_for_the_error(trace)
    trace.head("Backward pass")
    _ask_by_example(trace, layers[::-1], trace.through)
    updated = [
        [
            parameter
            for neuron in neurons
            for _, parameter in neuron.named_parameters()
            if trace.names.updates[parameter] in trace.step.updated
        ]
        for neurons in layers
    ]
    trace.head("Gradients")
    for parameters in updated:
        symbols = dict.fromkeys(trace.names.parameters[parameter] for parameter in parameters)
        trace.ask(map(trace.slope, symbols))
    trace.head("Update")
    for parameters in updated:
        trace.ask(map(trace.update, dict.fromkeys(parameters)))


def ask_for_the_error(trace: NetworkTrace) -> None:
    """Ask for the parts of the error, and for the error."""
    trace.ask(trace.parts_of_the_error())


def _forward(trace: NetworkTrace, each: PassNames, neuron: Neuron) -> Iterable[Asked]:
    net, out = each.nets[neuron], each.outs[neuron]
    yield trace.line(net)
    yield trace.line(out)


def _ask_by_example(
    trace: NetworkTrace,
    layers: Sequence[Sequence[Neuron]],
    asked: Callable[[PassNames, Neuron], Iterable[Asked]],
) -> None:
    """Ask the same of every example: of the first with the formulas, of the others with blanks alone."""
    first, *others = trace.names.passes
    if others:
        trace.head("Example 1", 3)
    for neurons in layers:
        trace.ask((each for neuron in neurons for each in asked(first, neuron)), SPELLED)
    for number, names in enumerate(others, 2):
        trace.head(f"Example {number}", 3)
        trace.ask((each for layer in layers for neuron in layer for each in asked(names, neuron)), 0)
