"""The questions of an example with formulas: its program, line by line."""

from __future__ import annotations

from nn.worksheet.trace import Trace

__all__ = ["ask_by_line", "show_values"]


def show_values(trace: Trace) -> None:
    """Say what is given, number by number."""
    trace.head("Given")
    trace.say("Values: ", *trace.listed(trace.given))
    error = trace.line(trace.program.root)
    trace.say_how_it_learns(trace.equation(error) or trace.symbol(error.symbol), trace.step.updates)


def ask_by_line(trace: Trace) -> None:
    """Ask for every number on the way to the error, back to the updated values, and for the updates."""
    lines = trace.program.lines
    trace.head("Forward pass")
    trace.ask(trace.line(line.symbol) for line in lines.values() if line.kind == "value")
    gradients = [trace.slope(parameter).symbol for parameter in trace.step.updates]
    needed = {line.symbol for line in trace.program.above(*gradients)}
    wanted = [line for line in lines.values() if line.symbol in needed and line.below != line.above]
    trace.head("Backward pass")
    trace.ask(
        trace.line(line.symbol)
        for line in wanted
        if line.kind in {"partial", "gradient"} and line.symbol not in gradients
    )
    trace.head("Gradients")
    trace.ask(map(trace.line, gradients))
    trace.head("Update")
    trace.ask(trace.line(update) for update, _ in trace.step.updates.values())
