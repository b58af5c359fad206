"""A training step of a network taken down: the same trace, asked for by neuron."""

from __future__ import annotations

import ast

from autograd import Value
from autograd.symbolic import name
from nn.error_rules import ERRORS
from nn.neuron import Neuron
from nn.notation import PassNames
from nn.step import TrainingStep
from nn.worksheet.elements import one_line
from nn.worksheet.trace import EVERYTHING, AskAs, Asked, Trace, kind_of

__all__ = ["NetworkTrace"]


class NetworkTrace(Trace):
    """The numbers of a network's step, by neuron and by parameter.

    Args:
        step: the step.
        rate: the learning rate.
        error: how the error is made up.
        ask_as: how much is asked, and how much given away.

    Attributes:
        step: the step.
        names: what its numbers are called.
        error: how the error is made up, in words.
    """

    step: TrainingStep

    def __init__(self, step: TrainingStep, rate: float, error: str, ask_as: AskAs = EVERYTHING) -> None:
        super().__init__(step, rate, ask_as)
        self.names = step.names
        self.error = error.replace("_", " ") if error in ERRORS else error

    def through(self, each: PassNames, neuron: Neuron) -> list[Asked]:
        """∂E/∂out, f′ and δ of a neuron: of a linear one, whose f′ is 1, δ alone."""
        net, out = each.nets[neuron], each.outs[neuron]
        delta = self.slope(net)
        if neuron.activation == "linear":
            return [Asked(delta.symbol, self.slope(out).tree)]
        return [self.slope(out), self.between(each, neuron), delta]

    def between(self, each: PassNames, neuron: Neuron) -> Asked:
        """The derivative of a neuron's output with respect to its net input."""
        line = self._derivative(each.outs[neuron], each.nets[neuron])
        # the recorded slope keeps its digits where the textbook's form, which the line has, loses them
        self._numbers[line.symbol] = self.step.nodes[each.outs[neuron]].derivatives[0] or 0.0
        return self.line(line.symbol)

    def update(self, parameter: Value) -> Asked:
        """A parameter after the update."""
        return self.line(self.names.updates[parameter])

    def say_how(self) -> None:
        """Say how the error is made up, what the learning rate is, and what is not updated."""
        say_themselves = {symbol for each in self.names.passes for symbol in each.surprisals}
        kinds = {
            kind_of(part.tree): part
            for part in reversed(self.parts_of_the_error())
            if part.symbol not in say_themselves
        }
        formulas = filter(None, map(self.equation, reversed(kinds.values())))
        pieces = [piece for formula in formulas for piece in (", ", formula)]
        self.say_how_it_learns([one_line(self.error), *pieces], self.names.parameters.values())

    def parts_of_the_error(self) -> list[Asked]:
        """What the error is made of, and the error: with softmax the probabilities too."""
        nodes = self.step.nodes
        found: list[Asked] = []
        for each in self.names.passes:
            found += map(self.line, [*each.largest, *each.probabilities])
            for probability, surprisal in zip(each.probabilities, each.surprisals, strict=True):
                log = ast.Call(ast.Name("log"), [name(probability)], [])
                found.append(Asked(surprisal, ast.UnaryOp(ast.USub(), log)))
            found += [self.line(symbol) for symbol in (*each.errors, *each.total) if symbol in nodes]
        return [*found, self.line(self.names.error)]

    def say_what_to_find(self) -> None:
        """Say what the worksheet is after, and what δ is."""
        super().say_what_to_find()
        each, neuron = self.names.passes[0], next(iter(self.names.neurons))
        net, delta = self.symbol(each.nets[neuron]), self.symbol(each.deltas[neuron])
        self.say(
            "Its derivative with respect to a net input has a name of its own: for ",
            net,
            " it is ",
            delta,
            ".",
        )
