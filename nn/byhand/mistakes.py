"""THE table of classic mistakes: each is one row, a line of the step written otherwise.

A row says what is written in the place of the lines of a kind (see `nn.byhand.writing`): a formula of
the right line's operands, in which ``{}`` is the right formula. Where another number is used than the
right one, or the mistake is one of several (which path was forgotten?), a function gives the lines. To
add a mistake, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from nn.byhand.lines import Line
from nn.byhand.writing import WrittenStep, total

__all__ = ["MISTAKES", "Mistake", "Variant"]


@dataclass(frozen=True)
class Variant:
    """A mistake, made in a certain step.

    Attributes:
        mistake: its name.
        says: what is wrong, in a sentence.
        lines: the lines that are written instead of the right ones.
    """

    mistake: str
    says: str
    lines: dict[str, Line]


#: Lines to write instead, and what else there is to say.
Rewritten: TypeAlias = Iterable[tuple[str, Iterable[Line]]]


@dataclass(frozen=True)
class Mistake:
    """One row of the table.

    Attributes:
        name: what it is called.
        says: what is wrong, in a sentence; ``{}`` is which of several it is.
        texts: what stands in the place of the lines of a kind, by the kind; ``{}`` is what is right.
        where: "output" or "hidden" if only lines of the last layer, or of those before it, are meant;
            "bias" or "weight" if only those of biases or of weights.
        lines: gives the lines instead, of a whole step.
        error: the names of the errors that it can be made with; any if empty.
        several: whether it takes several examples.
    """

    name: str
    says: str
    texts: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    lines: Callable[[WrittenStep], Rewritten] | None = None
    error: tuple[str, ...] = ()
    several: bool = False

    def variants(self, step: WrittenStep) -> Iterator[Variant]:
        """The ways to make the mistake in a step; none where it cannot be made.

        >>> from nn import worked
        >>> from nn.byhand import written
        >>> example = worked.load("urbain")
        >>> step = written(example.step(), example.error, example.learning_rate)
        >>> for variant in MISTAKES["path_forgotten"].variants(step):
        ...     print(variant.says, "|", variant.lines["dE/dout_h1"].formula)
        the path through o1 is left out of the hidden ∂E/∂out | dE_o2/dout_h1
        the path through o2 is left out of the hidden ∂E/∂out | dE_o1/dout_h1
        """
        if (self.error and step.rule not in self.error) or (self.several and step.examples == 1):
            return
        right = step.sheet.lines
        for which, lines in self.lines(step) if self.lines else [("", self._rewritten(step))]:
            changed = {line.symbol: line for line in lines if line.formula != right[line.symbol].formula}
            if changed:
                yield Variant(self.name, self.says.format(which), changed)

    def _rewritten(self, step: WrittenStep) -> Iterator[Line]:
        for kind, text in self.texts.items():
            for line in _lines(step, kind, self.where):
                yield replace(line, text=text.format(f"({line.text})"))


def _lines(step: WrittenStep, kind: str, where: str = "") -> list[Line]:
    """The lines of a kind that stand somewhere."""
    depth = len(step.weights)
    stands: dict[str, Callable[[Line], bool]] = {
        "": lambda line: True,
        "output": lambda line: line.layer == depth,
        "hidden": lambda line: 0 < line.layer < depth,
        "bias": lambda line: line.place[1] == 0,
        "weight": lambda line: line.place[1] > 0,
    }
    return [line for line in step.sheet.lines.values() if line.kind == kind and stands[where](line)]


# --- mistakes that a formula alone cannot say -----------------------------------------------------


def _back_through(weight: Callable[[WrittenStep, Line], str]) -> Callable[[WrittenStep], Rewritten]:
    """On the way back to the hidden neurons, other weights."""

    def lines(step: WrittenStep) -> Rewritten:
        paths = _lines(step, "path", "hidden")
        yield "", [replace(line, operands={**line.operands, "w": weight(step, line)}) for line in paths]

    return lines


def _updated(step: WrittenStep, line: Line) -> str:
    weight = str(line.operands["w"])
    return step.sheet.updates.get(weight, weight)


def _transposed(step: WrittenStep, line: Line) -> str:
    (j, k), above = line.place, step.weights[line.layer]
    square = len(above) == len(above[0])
    return above[j - 1][k - 1] if square else str(line.operands["w"])


def _of_row_before(step: WrittenStep, line: Line) -> str:
    (j, k), layer = line.place, line.layer
    if not step.weighs:
        return str(line.operands["w"])
    return step.weights[layer][k - 1][j - 2] if j > 1 else step.biases[layer][k - 1]


def _path_forgotten(step: WrittenStep) -> Rewritten:
    for layer, above in enumerate(step.neurons[1:], 1):
        sums = [line for line in _lines(step, "back") if line.layer == layer]
        for k, name in enumerate(above):
            if len(above) > 1:
                yield name, [_of_terms(line, line.needs[:k] + line.needs[k + 1 :]) for line in sums]


def _of_terms(line: Line, terms: Sequence[str]) -> Line:
    return total(line.symbol, line.kind, terms, line.layer, line.place)


def _one_example_alone(step: WrittenStep) -> Rewritten:
    for number in range(1, step.examples + 1):
        alone = f"d{number} * x{number}"
        yield str(number), [replace(line, text=alone) for line in _lines(step, "gradient", "weight")]


def _without_inputs(step: WrittenStep) -> Rewritten:
    yield "", [_of_terms(line, line.needs[::2]) for line in _lines(step, "gradient", "weight")]


def _bias_turned(step: WrittenStep) -> Rewritten:
    other = {"+": "-", "-": "+"}
    nets = [line for line in _lines(step, "net") if "b" in line.operands]
    yield "", [replace(line, text=f"{line.text[:-3]}{other[line.text[-3]]} b") for line in nets]


def _slope_of_net(step: WrittenStep) -> Rewritten:
    lines = step.sheet.lines
    yield (
        "",
        [
            replace(
                slope, operands={**slope.operands, "out": lines[str(slope.operands["out"])].needs[0]}
            )
            for slope in _lines(step, "f′")
            if "out" in slope.operands
        ],
    )


_HALF = ("half_squared_error",)
_MEAN = ("mean_squared_error",)

_TABLE = (
    # --- on the way back ------------------------------------------------------------------------
    Mistake(
        "updated_weights",
        "the hidden δ are computed with weights that are updated already",
        lines=_back_through(_updated),
    ),
    Mistake(
        "path_forgotten",
        "the path through {} is left out of the hidden ∂E/∂out",
        lines=_path_forgotten,
    ),
    Mistake(
        "transposed_weights",
        "the δ go back through the weights without transposing them",
        lines=_back_through(_transposed),
    ),
    Mistake(
        "bias_row",
        "the row of the bias weights is not left out when the δ go back",
        lines=_back_through(_of_row_before),
    ),
    # --- factors of the chain rule --------------------------------------------------------------
    Mistake("no_output_slope", "f′(net) of the outputs is left out", {"delta": "back"}, "output"),
    Mistake("no_hidden_slope", "f′(net) of the hidden neurons is left out", {"delta": "back"}, "hidden"),
    Mistake("no_slope", "f′(net) is left out", {"delta": "back"}),
    Mistake("slope_of_net", "f′ is computed of net where out belongs", lines=_slope_of_net),
    Mistake("no_input", "the factor ∂net/∂w is left out of the gradients", lines=_without_inputs),
    # --- the error and its derivative -----------------------------------------------------------
    Mistake("half_lost", "the ½ of the error is lost", {"part": "2.0 * {}"}, error=_HALF),
    Mistake("half_lost_in_slope", "∂E/∂out has a 2 too many", {"slope": "2.0 * {}"}, error=_HALF),
    Mistake(
        "two_lost", "the 2 of ∂E/∂out is lost", {"slope": "{} / 2.0"}, error=("squared_error", *_MEAN)
    ),
    Mistake("mean_lost", "the 1/n of the error is lost", {"error": "{} * n"}, error=_MEAN, several=True),
    Mistake(
        "mean_lost_in_slope",
        "the 1/n of ∂E/∂out is lost",
        {"slope": "{} * n"},
        error=_MEAN,
        several=True,
    ),
    Mistake("sign_forgotten", "the minus sign of ∂E/∂out is forgotten", {"slope": "-{}"}),
    # --- biases ---------------------------------------------------------------------------------
    Mistake("bias_sign", "the bias enters the net inputs with the other sign", lines=_bias_turned),
    Mistake("bias_gradient_sign", "∂E/∂b has the other sign", {"gradient": "-{}"}, "bias"),
    # --- the update -----------------------------------------------------------------------------
    Mistake(
        "one_example",
        "the gradients are those of example {} alone",
        lines=_one_example_alone,
        several=True,
    ),
    Mistake(
        "uphill",
        "the update is added, not subtracted",
        {"update": "w + rate * gradient", "change": "rate * gradient"},
    ),
    Mistake(
        "no_rate",
        "the learning rate is left out of the update",
        {"update": "w - gradient", "change": "-gradient"},
    ),
)

#: Every mistake by its name.
MISTAKES = {mistake.name: mistake for mistake in _TABLE}
