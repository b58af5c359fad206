"""A step of training as a person calculates it: its program, and what each line is about."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from autograd import OperandError
from autograd.arguments import shown
from autograd.errors import ArgumentValueError
from autograd.program import Line, Program
from autograd.symbolic import summed, terms
from nn.notation import Tag
from nn.step import Recorded
from nn.step.program import step_program
from nn.worked import FormulaExample, WorkedExample
from nn.worked.limits import check_by_hand

if TYPE_CHECKING:
    from collections.abc import Collection

    from nn.notation import Notation

__all__ = ["HandCalculation", "by_hand", "of_step"]

#: What lines of one sort have in common: the kind, and role and layer of what it is about.
Sort: TypeAlias = "tuple[str, tuple[str, int], tuple[str, int]]"


@dataclass(frozen=True)
class HandCalculation:
    """A step of training, line by line, and what the lines are about.

    Attributes:
        program: the lines.
        tags: by symbol what a quantity is, and where in the network; of formulas, the error's alone.
        rule: how the error of a network is made up, a name or a formula; "" of formulas.
        gradients_of: by what the step calls a gradient, the symbol of what it is the gradient of.

    >>> from nn import worked
    >>> calculation = by_hand(worked.load("urbain"))
    >>> calculation.error, calculation.layers, calculation.examples
    ('E_total', 2, 1)
    """

    program: Program
    tags: dict[str, Tag]
    rule: str
    gradients_of: dict[str, str]

    @property
    def error(self) -> str:
        """The symbol of the error."""
        return self.program.root

    @cached_property
    def layers(self) -> int:
        """How many layers the network has; 0 of formulas."""
        return self.tags[self.error].layer

    @cached_property
    def examples(self) -> int:
        """How many examples the network is to learn; 0 of formulas."""
        return max(tag.example for tag in self.tags.values())

    @cached_property
    def _formulas(self) -> dict[str, str]:
        return {}

    def differs(self, line: Line) -> bool:
        """Whether a line is written otherwise than the program's own of its symbol.

        >>> from nn import worked
        >>> calculation = by_hand(worked.load("urbain"))
        >>> line = calculation.program.lines["delta_h1"]
        >>> calculation.differs(line), calculation.differs(line.rewritten("-{}"))
        (False, True)
        """
        right = self.program.lines[line.symbol]
        if line is right:
            return False
        if line.symbol not in self._formulas:  # asked for again and again, and to write one takes time
            self._formulas[line.symbol] = right.formula
        return line.formula != self._formulas[line.symbol]

    def role(self, symbol: str) -> str:
        """What a quantity is in the network; "" where it is in none.

        >>> from nn import worked
        >>> by_hand(worked.load("urbain")).role("net_h1")
        'net'
        """
        return self.tags[symbol].role if symbol in self.tags else ""

    def sort(self, line: Line) -> Sort:
        """What a line has in common with those of its layer that compute the same for another neuron.

        >>> from nn import worked
        >>> calculation = by_hand(worked.load("urbain"))
        >>> lines = calculation.program.lines
        >>> calculation.sort(lines["delta_h1"]) == calculation.sort(lines["delta_h2"])
        True
        >>> calculation.sort(lines["delta_h1"]) == calculation.sort(lines["delta_o1"])
        False
        """
        return line.kind, self._place(line.above), self._place(line.below or line.symbol)

    def _place(self, symbol: str) -> tuple[str, int]:
        tag = self.tags.get(symbol)
        if tag is None:
            return "", 0
        return "parameter" if tag.role in {"weight", "bias"} else tag.role, tag.layer

    def symbol(self, of: str) -> str | None:
        """The symbol of what a step calls by some name; None if no line computes it and it is not given.

        The program calls ∂E/∂net δ, and each number by one symbol; a step knows more: dE/dnet, E for the
        error whatever its name, and the derivative of any number by any other.

        >>> from nn import worked
        >>> step = by_hand(worked.load("urbain"))
        >>> step.symbol("dE/dnet_o1"), step.symbol("E"), step.symbol("dE_total/dw5"), step.symbol("w5")
        ('delta_o1', 'E_total', 'dE/dw5', 'w5')
        >>> step.symbol("dnet_o1/dnet_h1") is None
        True
        """
        lines = self.program.lines
        numbers = lines.keys() | self.program.given.keys()
        if of in numbers:
            return None if of in lines and self._is_one_of_several(lines[of]) else of
        if of == "E":
            return self.error
        above, below = self.error, self.gradients_of.get(of, "")
        if not below and (derivative := re.fullmatch(r"d(.+)/d(.+)", of)):
            above, below = derivative.groups()
            above = self.error if above == "E" and "E" not in numbers else above
        line = self.program.derivative(above, below)
        return None if line is None or self._is_one_of_several(line) else line.symbol

    def _is_one_of_several(self, line: Line) -> bool:
        """Whether a partial ∂y/∂x is not all of dy/dx, since y depends on x in other ways too."""
        if line.kind != "partial":
            return False
        others = set(self.program.lines[line.above].needs) - {line.below}
        below = [above for other in others for above in self.program.above(other)]
        return any(line.below in each.needs for each in below)

    # --- lines of a sort ------------------------------------------------------------------------

    def of_kind(self, *kinds: str) -> list[Line]:
        """The lines of some kinds, in order.

        >>> from nn import worked
        >>> [line.symbol for line in by_hand(worked.load("xing-single")).of_kind("update")]
        ['w+', 'b+']
        """
        return [line for line in self.program.lines.values() if line.kind in kinds]

    def gradients(self, role: str, layers: Collection[int] | None = None) -> list[Line]:
        """The lines of ∂E/∂x, for each x of a role in some layers.

        Args:
            role: see `Tag`.
            layers: which; all if None.

        >>> from nn import worked
        >>> calculation = by_hand(worked.load("urbain"))
        >>> [line.symbol for line in calculation.gradients("net", [2])]
        ['delta_o2', 'delta_o1']
        """
        return [
            line
            for line in self.of_kind("gradient")
            if self.role(line.below) == role
            and (layers is None or self.tags[line.below].layer in layers)
        ]

    @property
    def hidden(self) -> range:
        """The numbers of the hidden layers.

        >>> from nn import worked
        >>> list(by_hand(worked.load("urbain")).hidden)
        [1]
        """
        return range(1, self.layers)

    def uses(self, below: str) -> list[tuple[str, Line]]:
        """The uses of a quantity that lead to the error, each with the line of what it contributes.

        Args:
            below: its symbol.

        >>> from nn import worked
        >>> for user, line in by_hand(worked.load("urbain")).uses("out_h1"):
        ...     print(user, line.symbol)
        net_o1 dE_o1/dout_h1
        net_o2 dE_o2/dout_h1
        """
        if below == self.error:
            return []
        lines = self.program.contributions(below)
        if lines[0].kind == "contribution":
            return [(line.above, line) for line in lines]
        derivative = self.program.derivative
        users = self.program.users[below]
        return [(user, lines[0]) for user in users if derivative(user, below) is not None]

    def starts(self) -> list[Line]:
        """The lines of ∂E/∂x where the error, or its parts, alone use x: where it all begins.

        >>> from nn import worked
        >>> [line.symbol for line in by_hand(worked.load("xing-single")).starts()]
        ['de/do', 'de/dt']
        """
        ends = {"error", "part", "probability", "surprisal", "largest"}
        return [
            line
            for line in self.of_kind("gradient")
            if self.role(line.below) not in ends
            and (users := self.program.users.get(line.below))
            and all(self.role(user) in ends for user in users)
        ]

    def factors(self, line: Line) -> list[str]:
        """The factors of the chain rule that a line multiplies; none if it is no product of several.

        The gradient of a weight has three: ∂E/∂out, ∂out/∂net and ∂net/∂w.

        >>> from nn import worked
        >>> calculation = by_hand(worked.load("urbain"))
        >>> calculation.factors(calculation.program.lines["dE/dw5"])
        ['dE/dout_o1', 'dout_o1/dnet_o1', 'dnet_o1/dw5']
        """
        if line.kind != "gradient" or self.role(line.below) not in {"", "net", "weight"}:
            return []
        uses = self.uses(line.below)
        if len(uses) != 1 or uses[0][0] == self.error:
            return []
        (user, _), above = uses[0], self.program.derivative(self.error, uses[0][0])
        partial = self.program.derivative(user, line.below)
        assert above is not None
        assert partial is not None
        before = self.factors(above) if self.role(user) == "net" else []
        return [*(before or [above.symbol]), partial.symbol]

    @cached_property
    def parameters(self) -> dict[tuple[str, int, int, int | None], str]:
        """The weights and biases by role, layer, neuron and input; see `Tag`."""
        return {
            (tag.role, tag.layer, tag.neuron, tag.input): symbol
            for symbol, tag in self.tags.items()
            if tag.role in {"weight", "bias"}
        }


def by_hand(
    example: WorkedExample | FormulaExample,
    *,
    update_biases: bool | None = None,
    notation: Notation | str | None = None,
) -> HandCalculation:
    """The first step of a worked example as a person calculates it.

    Args:
        example: the worked example.
        update_biases: of a network, whether the biases are updated too; as the example says if None.
        notation: of a network, how to name everything, if not as the example does.

    Raises:
        ValueError: formulas have no biases and no notation.
        WorkedExampleError: the step has more than 10,000 numbers.
        TypeError: an argument is not of its kind.

    >>> from nn import worked
    >>> by_hand(worked.load("urbain")).program.run(["net_h1"])
    {'net_h1': 0.3775}
    """
    step: Recorded
    if not isinstance(example, WorkedExample | FormulaExample):
        raise OperandError(f"example must be a worked example, got {shown(example)}")
    check_by_hand(example)
    if isinstance(example, FormulaExample):
        if update_biases is not None or notation is not None:
            raise ArgumentValueError(
                f"{example.name} has formulas, which have no biases and no notation"
            )
        step, rule = example.step(), ""
    else:
        step, rule = example.step(update_biases=update_biases), example.error
        if notation is not None:
            step = step.in_notation(notation)
    return of_step(step, example.learning_rate, rule)


def of_step(step: Recorded, learning_rate: float, rule: str) -> HandCalculation:
    """A recorded step as a person calculates it.

    Args:
        step: the step.
        learning_rate: η.
        rule: see `HandCalculation`.
    """
    return HandCalculation(
        step_program(step, learning_rate),
        dict(step.tags),
        rule,
        dict(zip(step.gradients, step.nodes, strict=True)),
    )


def only_terms(line: Line, kept: Collection[int]) -> Line:
    """The line of a sum with some of its terms alone, by their numbers from 0.

    >>> only_terms(Line.of("s", "a - b + c", {"a": "x", "b": "y", "c": "z"}), [1, 2]).formula
    '-y + z'
    """
    return line.with_tree(summed(each for n, each in enumerate(terms(line.tree)) if n in kept))


def turned_terms(line: Line, turned: Collection[str]) -> Line:
    """The line of a sum in which the terms that use some numbers have the other sign.

    >>> turned_terms(Line.of("s", "a * b - c", {"a": "x", "b": "y", "c": "z"}), ["z"]).formula
    'x * y + z'
    """
    names = {
        variable
        for variable, operand in zip(line.variables, line.operands, strict=True)
        if operand in turned
    }
    return line.with_tree(summed(
        (less != any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(tree)), tree)
        for less, tree in terms(line.tree)
    ))  # fmt: skip
