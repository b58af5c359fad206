"""A training step as a program: every number of it, line by line, from the inputs to the updates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograd.program import Line, Program

if TYPE_CHECKING:
    from nn.step.recorded import Recorded

__all__ = ["RATE", "step_program"]

#: The symbol of η, which no notation names.
RATE = "learning rate"


def step_program(step: Recorded, learning_rate: float) -> Program:
    """The program of a step of gradient descent: a line for each named quantity.

    Forward, in the order in which it was recorded; in reverse, from the error to every given number; and
    of each updated parameter its change −η ∂E/∂w and the parameter after it, w − η ∂E/∂w.

    Args:
        step: the step, of a network or of formulas.
        learning_rate: η.

    >>> from nn import worked
    >>> example = worked.load("urbain")
    >>> lines = step_program(example.step(), example.learning_rate).lines
    >>> for symbol in ("net_h1", "delta_o1", "dE_o1/dout_h1", "dE/dout_h1", "dE/dw1", "w1+"):
    ...     print(symbol, "=", lines[symbol].formula)
    net_h1 = w1 * i1 + w2 * i2 + b1
    delta_o1 = dE/dout_o1 * dout_o1/dnet_o1
    dE_o1/dout_h1 = delta_o1 * w5
    dE/dout_h1 = dE_o1/dout_h1 + dE_o2/dout_h1
    dE/dw1 = delta_h1 * i1
    w1+ = w1 - learning rate * dE/dw1
    """
    program = Program.from_graph(step.error, symbols=step.nodes).differentiated(naming=step.naming)
    updates = {parameter: update for parameter, (update, _) in step.updates.items()}
    return program.extended(_updates(step, program), {RATE: learning_rate}, updates)


def _updates(step: Recorded, program: Program) -> Iterator[Line]:
    for parameter, (update, change) in step.updates.items():
        gradient = program.derivative(program.root, parameter)
        assert gradient is not None
        operands: dict[str, str | float] = {"w": parameter, "rate": RATE, "gradient": gradient.symbol}
        yield Line.of(change, "-rate * gradient", operands, "change", below=parameter)
        yield Line.of(update, "w - rate * gradient", operands, "update", below=parameter)
