"""A training step as a program: every number of it, line by line, from the inputs to the updates."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from autograd.program import Line, Program
from nn.step.named import NamedNodes
from nn.step.updates import RATE

__all__ = ["RATE", "differentiated", "step_program"]


def step_program(step: NamedNodes, learning_rate: float) -> Program:
    """The program of a step of training: a line for each named quantity.

    Forward, in the order in which it was recorded; in reverse, from the error to every given number; and
    of each updated parameter its change −η ∂E/∂w and the parameter after it, w − η ∂E/∂w; with momentum
    and Adam, what these remember of the gradients stands before it.

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
    program = differentiated(step)
    updates = {parameter: update for parameter, (update, _) in step.updates.items()}
    counting = [*step.update_rule.counting()] if updates else []
    updates |= {symbol: f"{symbol}+" for symbol in step.buffers}
    updates |= {symbol: line.symbol for line, symbol in counting}
    lines = [*(line for line, _ in counting), *_updates(step, program)]
    given = {RATE: learning_rate, **step.buffers, **step.update_rule.given(step.steps_before)}
    return program.extended(lines, given, updates)


def differentiated(step: NamedNodes) -> Program:
    """The program of a step as far as its derivatives: `step_program` without the update.

    Args:
        step: the step, of a network or of formulas.

    >>> from nn import worked
    >>> differentiated(worked.load("xing-single").step()).lines["de/dw"].formula
    'delta * x'
    """
    program = Program.from_graph(step.error, symbols=step.nodes).differentiated(naming=step.naming)
    return program.rewritten(_by_probabilities(step, program))


def _by_probabilities(step: NamedNodes, program: Program) -> Iterator[Line]:
    """The lines around a cross-entropy of softmax(outputs), written by the probabilities.

    The graph has it by the outputs, in a form that loses no digit of a small error: ∂E/∂out is a long
    quotient there, and E no sum of t·(−ln p). The numbers are the same but for rounding.
    """
    by_example: dict[int, dict[str, list[str]]] = {}
    last = step.tags[program.root].layer if program.root in step.tags else 0
    for symbol, tag in step.tags.items():
        if tag.example and tag.layer == last:
            by_example.setdefault(tag.example, {}).setdefault(tag.role, []).append(symbol)
    for roles in by_example.values():
        if "probability" not in roles:
            return
        targets = [step.nodes[symbol].data for symbol in roles["target"]]
        all_targets = {f"t{k}": target for k, target in enumerate(roles["target"])}
        whole = "" if fsum(targets) == 1.0 else f" * ({' + '.join(all_targets)})"
        (error,) = roles.get("part", [program.root])
        classes = zip(
            *(roles[role] for role in ("probability", "surprisal", "out", "target")), strict=True
        )
        terms: list[str] = []
        operands: dict[str, str | float] = {}
        for k, (p, surprisal, out, target) in enumerate(classes):
            operands |= {f"t{k}": target, f"s{k}": surprisal}
            terms.append(f"t{k} * s{k}")
            known = {**all_targets, "p": p, "t": target, "s": surprisal}
            formulas = {out: f"p{whole} - t", target: "s", p: "-t / p", surprisal: "t"}
            for below, formula in formulas.items():
                for above in {error, program.root}:
                    if line := program.derivative(above, below):
                        yield Line.of(
                            line.symbol, formula, known, line.kind, above=line.above, below=line.below
                        )
        yield Line.of(error, " + ".join(terms), operands)


def _updates(step: NamedNodes, program: Program) -> Iterator[Line]:
    for parameter, (update, change) in step.updates.items():
        gradient = program.derivative(program.root, parameter)
        assert gradient is not None
        yield from step.update_rule.lines(parameter, update, change, gradient.symbol)
