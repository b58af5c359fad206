"""THE table of classic mistakes: each is one row, some lines of a step written otherwise.

A row says what is written in the place of some lines (see `WHERE`): a formula of the right line's
operands, in which ``{}`` is the right formula. A product of the chain rule has the operands ``above``
and ``partial``, an update ``w``, ``rate`` and ``gradient``. Where another number is used than the right
one, or the mistake is one of several (which path was forgotten?), a function gives the lines. To add a
mistake, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from autograd.program import Line, Operand
from nn.byhand.calculation import HandCalculation, only_terms, turned_terms
from nn.notation import Tag

__all__ = ["MISTAKES", "WHERE", "Mistake", "Variant"]


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
Rewritten: TypeAlias = Iterable[tuple[tuple[str, ...], Iterable[Line]]]


def _parts(step: HandCalculation) -> list[Line]:
    """The parts of the error; the error itself if it has none."""
    lines = step.program.lines
    return [lines[symbol] for symbol, tag in step.tags.items() if tag.role == "part"] or [
        lines[step.error]
    ]


#: The lines that a text of a row stands in the place of.
WHERE: dict[str, Callable[[HandCalculation], list[Line]]] = {
    "parts of E": _parts,
    "E": lambda step: [step.program.lines[step.error]],
    "first ∂E/∂x": HandCalculation.starts,
    "δ of the outputs": lambda step: step.gradients("net", [step.layers]),
    "δ of the hidden neurons": lambda step: step.gradients("net", step.hidden),
    "∂E/∂b": lambda step: step.gradients("bias"),
    "w⁺": lambda step: step.of_kind("update"),
    "Δw": lambda step: step.of_kind("change"),
}


@dataclass(frozen=True)
class Mistake:
    """One row of the table.

    Attributes:
        name: what it is called.
        says: what is wrong, in a sentence; ``{}`` is which of several it is.
        texts: what stands in the place of some lines, by their place in `WHERE`.
        lines: gives the lines instead, of a whole step.
        error: the names of the errors that it can be made with; any if empty.
        several: whether it takes several examples.
    """

    name: str
    says: str
    texts: Mapping[str, str] = field(default_factory=dict)
    lines: Callable[[HandCalculation], Rewritten] | None = None
    error: tuple[str, ...] = ()
    several: bool = False

    def variants(self, step: HandCalculation) -> Iterator[Variant]:
        """The ways to make the mistake in a step; none where it cannot be made.

        >>> from nn import worked
        >>> from nn.byhand import by_hand
        >>> step = by_hand(worked.load("urbain"))
        >>> for variant in MISTAKES["path_forgotten"].variants(step):
        ...     print(variant.says, "|", variant.lines["dE/dout_h1"].formula)
        the path through o1 is left out of the hidden ∂E/∂out | dE_o2/dout_h1
        the path through o2 is left out of the hidden ∂E/∂out | dE_o1/dout_h1
        """
        if (self.error and step.rule not in self.error) or (self.several and step.examples < 2):
            return
        right = step.program.lines
        for which, lines in self.lines(step) if self.lines else [((), self._rewritten(step))]:
            changed = {line.symbol: line for line in lines if line.formula != right[line.symbol].formula}
            if changed:
                yield Variant(self.name, self.says.format(*which), changed)

    def _rewritten(self, step: HandCalculation) -> Iterator[Line]:
        for where, text in self.texts.items():
            for line in WHERE[where](step):
                if line.can_be(text):
                    yield line.rewritten(text)


# --- mistakes that a formula alone cannot say -----------------------------------------------------


#: The weight that stands in the place of the one between a hidden output and a neuron above it.
_Weight: TypeAlias = Callable[[HandCalculation, str, Tag, Tag], "str | None"]


def _back_through(weight: _Weight) -> Callable[..., Rewritten]:
    """On the way back to the hidden neurons, other weights."""

    def lines(step: HandCalculation) -> Rewritten:
        found = []
        for out in step.gradients("out", step.hidden):
            for user, line in step.uses(out.below):
                if isinstance(right := line.operand("partial"), str):
                    other = weight(step, right, step.tags[out.below], step.tags[user])
                    found.append(line.with_operands({right: other or right}))
        yield (), found

    return lines


def _updated(step: HandCalculation, right: str, _: Tag, __: Tag) -> str | None:
    return step.program.updates.get(right)


def _transposed(step: HandCalculation, _: str, out: Tag, above: Tag) -> str | None:
    tags = [tag for tag in step.tags.values() if (tag.role, tag.layer) == ("weight", above.layer)]
    square = max(tag.neuron for tag in tags) == max(tag.input or 0 for tag in tags)
    place = ("weight", above.layer, out.neuron, above.neuron)
    return step.parameters.get(place) if square else None


def _of_row_before(step: HandCalculation, _: str, out: Tag, above: Tag) -> str | None:
    shared = step.parameters.get(("bias", above.layer, 0, 0))
    bias = step.parameters.get(("bias", above.layer, above.neuron, 0), shared)
    before = step.parameters.get(("weight", above.layer, above.neuron, out.neuron - 1))
    return bias and (before or bias)


def _path_forgotten(step: HandCalculation) -> Rewritten:
    found: dict[tuple[str, ...], dict[str, Line]] = {}
    for line in reversed(step.of_kind("gradient")):
        role = step.role(line.below)
        uses = step.uses(line.below) if role in {"", "out"} else []
        for number, (user, _) in enumerate(uses if len(uses) > 1 else ()):
            which: tuple[str, ...] = user, line.symbol
            if role:
                which = step.tags[user].name, "the hidden ∂E/∂out"
            others = [each for each in range(len(uses)) if each != number]
            found.setdefault(which, {})[line.symbol] = only_terms(line, others)
    for which, lines in found.items():
        yield which, lines.values()


def _one_example_alone(step: HandCalculation) -> Rewritten:
    for example in range(1, step.examples + 1):
        found = []
        for line in step.gradients("weight"):
            uses = step.uses(line.below)
            own = [n for n, (user, _) in enumerate(uses) if step.tags[user].example == example]
            found.append(only_terms(line, own))
        yield (str(example),), found


def _without_factor(gradient: Line, uses: Iterable[Line]) -> Iterator[Line]:
    """The lines of some uses without the factor ∂y/∂x, and the sum of them if there is one."""
    above: dict[str, Operand] = {}
    for line in uses:
        if line.can_be("above"):
            yield line.rewritten("above")
            above[line.symbol] = line.operand("above") or 0.0
    if gradient.symbol not in above:
        yield gradient.with_operands(above)


def _without(below: Callable[[HandCalculation], Iterable[Line]]) -> Callable[..., Rewritten]:
    """The factor ∂y/∂x is left out wherever x is one of some quantities."""

    def lines(step: HandCalculation) -> Rewritten:
        found: list[Line] = []
        for gradient in below(step):
            found += _without_factor(gradient, [line for _, line in step.uses(gradient.below)])
        yield (), found

    return lines


def _each_factor(step: HandCalculation) -> Rewritten:
    """Each factor by itself, where there are no layers that have one in common."""
    for gradient in step.of_kind("gradient"):
        if not step.role(gradient.below):
            for user, line in step.uses(gradient.below):
                factor = step.program.derivative(user, gradient.below)
                if factor is not None and user != step.error:
                    yield (factor.symbol,), _without_factor(gradient, [line])


def _bias_turned(step: HandCalculation) -> Rewritten:
    biases = {symbol for symbol, tag in step.tags.items() if tag.role == "bias"}
    nets = [line for line in step.of_kind("value") if step.role(line.symbol) == "net"]
    yield (), [turned_terms(line, biases) for line in nets]


def _slope_of_net(step: HandCalculation) -> Rewritten:
    yield (
        (),
        [
            line.with_operands({line.above: line.below})
            for line in step.of_kind("partial")
            if step.role(line.above) in {"", "out"}
        ],
    )


def _examples_times(where: str) -> Callable[..., Rewritten]:
    def lines(step: HandCalculation) -> Rewritten:
        yield (), [line.rewritten(f"{{}} * {step.examples:.1f}") for line in WHERE[where](step)]

    return lines


_HALF = ("half_squared_error",)
_MEAN = ("mean_squared_error",)

_TABLE = (
    # --- on the way back ------------------------------------------------------------------------
    Mistake(
        "updated_weights",
        "the hidden δ are computed with weights that are updated already",
        lines=_back_through(_updated),
    ),
    Mistake("path_forgotten", "the path through {} is left out of {}", lines=_path_forgotten),
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
    Mistake("no_output_slope", "f′(net) of the outputs is left out", {"δ of the outputs": "above"}),
    Mistake(
        "no_hidden_slope",
        "f′(net) of the hidden neurons is left out",
        {"δ of the hidden neurons": "above"},
    ),
    Mistake("no_slope", "f′(net) is left out", lines=_without(lambda step: step.gradients("net"))),
    Mistake("slope_of_net", "f′ is computed of net where out belongs", lines=_slope_of_net),
    Mistake(
        "no_input",
        "the factor ∂net/∂w is left out of the gradients",
        lines=_without(lambda step: step.gradients("weight")),
    ),
    Mistake("no_factor", "the factor {} is left out", lines=_each_factor),
    # --- the error and its derivative -----------------------------------------------------------
    Mistake("half_lost", "the ½ of the error is lost", {"parts of E": "2.0 * {}"}, error=_HALF),
    Mistake("half_lost_in_slope", "∂E/∂out has a 2 too many", {"first ∂E/∂x": "2.0 * {}"}, error=_HALF),
    Mistake(
        "two_lost",
        "the 2 of ∂E/∂out is lost",
        {"first ∂E/∂x": "{} / 2.0"},
        error=("squared_error", *_MEAN),
    ),
    Mistake(
        "mean_lost",
        "the 1/n of the error is lost",
        lines=_examples_times("E"),
        error=_MEAN,
        several=True,
    ),
    Mistake(
        "mean_lost_in_slope",
        "the 1/n of ∂E/∂out is lost",
        lines=_examples_times("first ∂E/∂x"),
        error=_MEAN,
        several=True,
    ),
    Mistake("sign_forgotten", "the minus sign of ∂E/∂out is forgotten", {"first ∂E/∂x": "-{}"}),
    # --- biases ---------------------------------------------------------------------------------
    Mistake("bias_sign", "the bias enters the net inputs with the other sign", lines=_bias_turned),
    Mistake("bias_gradient_sign", "∂E/∂b has the other sign", {"∂E/∂b": "-{}"}),
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
        {"w⁺": "w + rate * gradient", "Δw": "rate * gradient"},
    ),
    Mistake(
        "no_rate",
        "the learning rate is left out of the update",
        {"w⁺": "w - gradient", "Δw": "-gradient"},
    ),
)

#: Every mistake by its name.
MISTAKES = {mistake.name: mistake for mistake in _TABLE}
