"""THE table of classic mistakes: each is one row, some lines of a step written otherwise.

A row says what is written in the place of some lines (see `WHERE`): a formula of the right line's
operands, in which ``{}`` is the right formula. A product of the chain rule has the operands ``above``
and ``partial``, an update ``w``, ``rate`` and ``gradient``. Where another number is used than the right
one, or the mistake is one of several (which path was forgotten?), a function gives the lines. To add a
mistake, add its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log2

from autograd.program import Line
from nn.byhand import formula_mistakes, forward, products, rewriting, slopes
from nn.byhand.calculation import HandCalculation
from nn.byhand.rewriting import WHERE, Rewritten

__all__ = ["MISTAKES", "WHERE", "Mistake", "Variant"]


@dataclass(frozen=True)
class Variant:
    """A mistake, made in a certain step.

    Attributes:
        mistake: its name.
        says: what is wrong, in a sentence.
        lines: the lines that are written instead of the right ones.
        bits: how unlikely it is before anything is known, as the binary logarithm of one in how many.
        local: whether it is made in one line, by itself.
    """

    mistake: str
    says: str
    lines: dict[str, Line]
    bits: float = 6.0
    local: bool = False


@dataclass(frozen=True)
class Mistake:
    """One row of the table.

    Attributes:
        name: what it is called.
        says: what is wrong, in a sentence; ``{}`` is which of several it is.
        general: the same of all of these; "" if it is the sentence without the place.
        texts: what stands in the place of some lines, by their place in `WHERE`.
        lines: gives the lines instead, of a whole step.
        error: the names of the errors that it can be made with; any if empty.
        several: whether it takes several examples.
        bits: how unlikely the mistake is, see `Variant`; that it is one of several ways is added.
        local: whether each of its ways is one line, by itself.
    """

    name: str
    says: str
    texts: Mapping[str, str] = field(default_factory=dict)
    lines: Callable[[HandCalculation], Rewritten] | None = None
    error: tuple[str, ...] = ()
    several: bool = False
    bits: float = 6.0
    local: bool = False
    general: str = ""

    def of_all(self) -> str:
        """What is wrong, in a sentence, whichever of several it is.

        >>> MISTAKES["sum"].of_all(), MISTAKES["bias_left_out"].of_all()
        ('a sum is added up wrongly', 'the bias is left out of the net inputs')
        """
        return self.general or self.says.removesuffix("{}")

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
        found: dict[str, dict[str, Line]] = {}
        for which, lines in self.lines(step) if self.lines else [((), self._rewritten(step))]:
            changed = {line.symbol: line for line in lines if step.differs(line)}
            if changed:
                found[self.says.format(*which)] = changed
        if self.local:
            counts = Counter(symbol for changed in found.values() for symbol in changed)
        for says, changed in found.items():
            ways = counts[next(iter(changed))] if self.local else len(found)
            yield Variant(self.name, says, changed, self.bits + log2(ways), self.local)

    def _rewritten(self, step: HandCalculation) -> Iterator[Line]:
        for where, text in self.texts.items():
            for line in WHERE[where](step):
                if line.can_be(text):
                    yield line.rewritten(text)


_HALF = ("half_squared_error",)
_MEAN = ("mean_squared_error",)
_SQUARES = ("squared_error", *_MEAN)
_SUMS = (*_HALF, "squared_error", "binary_cross_entropy", "cross_entropy")

_TABLE = (
    # --- on the way back ------------------------------------------------------------------------
    Mistake(
        "updated_weights",
        "the hidden δ are computed with weights that are updated already",
        lines=rewriting.back_through(rewriting.updated),
        bits=4.0,
    ),
    Mistake(
        "path_forgotten",
        "the path through {} is left out of {}",
        lines=rewriting.path_forgotten,
        bits=4.0,
        general="a path is left out",
    ),
    Mistake(
        "transposed_weights",
        "the δ go back through the weights without transposing them",
        lines=rewriting.back_through(rewriting.transposed),
        bits=4.0,
    ),
    Mistake(
        "bias_row",
        "the row of the bias weights is not left out when the δ go back",
        lines=rewriting.back_through(rewriting.of_row_before),
    ),
    Mistake(
        "output_delta",
        "δ of {} is used for the hidden neurons",
        lines=products.deltas_of_outputs,
        general="δ of an output is used for the hidden neurons",
    ),
    # --- factors of the chain rule --------------------------------------------------------------
    Mistake(
        "no_output_slope", "f′(net) of the outputs is left out", {"δ of the outputs": "above"}, bits=4.0
    ),
    Mistake(
        "no_hidden_slope",
        "f′(net) of the hidden neurons is left out",
        {"δ of the hidden neurons": "above"},
        bits=4.0,
    ),
    Mistake(
        "no_slope",
        "f′(net) is left out",
        lines=rewriting.without(lambda step: step.gradients("net")),
        bits=4.0,
    ),
    Mistake("slope_of_net", "f′ is computed of net where out belongs{}", lines=slopes.of_net, bits=4.0),
    Mistake("slope_at_out", "f′ is taken at out, not at net{}", lines=slopes.at_out, bits=5.0),
    Mistake(
        "slope_of_another",
        "f′ is that of {}{}",
        lines=slopes.of_another,
        general="f′ is that of another activation",
    ),
    Mistake(
        "slope_in_part",
        "f′ is only {}{}",
        lines=slopes.in_part,
        general="f′ is only a part of it",
    ),
    Mistake(
        "no_input",
        "the factor ∂net/∂w is left out of the gradients",
        lines=rewriting.without(lambda step: step.gradients("weight")),
        bits=4.0,
    ),
    Mistake(
        "no_factor",
        "the factor {} is left out",
        lines=rewriting.each_factor,
        bits=4.0,
        general="a factor of the chain rule is left out",
    ),
    Mistake(
        "weights_left_out",
        "the weights are left out on the way back{}",
        lines=products.weights_left_out,
    ),
    Mistake(
        "factor_twice",
        "the factor {} is taken twice",
        lines=products.twice,
        general="a factor of the chain rule is taken twice",
    ),
    Mistake(
        "upstream_left_out",
        "what comes from above is left out: {} stands alone",
        lines=products.upstream_left_out,
        general="what comes from above is left out",
    ),
    Mistake("exchanged", "x and w are exchanged in ∂(w x)/∂w{}", lines=products.exchanged),
    Mistake(
        "constant",
        "the factor {} is {} {}",
        lines=formula_mistakes.constants,
        local=True,
        general="a constant factor is left out or taken twice",
    ),
    # --- the error and its derivative -----------------------------------------------------------
    Mistake(
        "half_lost", "the ½ of the error is lost", {"parts of E": "2.0 * {}"}, error=_HALF, bits=4.0
    ),
    Mistake(
        "half_lost_in_slope",
        "∂E/∂out has a 2 too many",
        {"first ∂E/∂x": "2.0 * {}"},
        error=_HALF,
        bits=4.0,
    ),
    Mistake(
        "two_lost", "the 2 of ∂E/∂out is lost", {"first ∂E/∂x": "{} / 2.0"}, error=_SQUARES, bits=4.0
    ),
    Mistake(
        "mean_lost",
        "the 1/n of the error is lost",
        lines=rewriting.examples_times("E"),
        error=_MEAN,
        several=True,
        bits=5.0,
    ),
    Mistake(
        "mean_lost_in_slope",
        "the 1/n of ∂E/∂out is lost",
        lines=rewriting.examples_times("first ∂E/∂x"),
        error=_MEAN,
        several=True,
        bits=5.0,
    ),
    Mistake(
        "two_over_n_lost",
        "the 2/n of ∂E/∂out is lost",
        lines=rewriting.examples_times("first ∂E/∂x", "/ 2.0"),
        error=_MEAN,
        several=True,
        bits=5.0,
    ),
    Mistake(
        "mean_taken",
        "the mean over the examples is taken, where they are added up: 1/n too many in {}",
        lines=rewriting.means(lambda step: step.examples),
        error=_SUMS,
        several=True,
        bits=5.0,
        general="the mean over the examples is taken, where they are added up",
    ),
    Mistake(
        "mean_over_outputs",
        "the mean over the outputs is taken, where they are added up: a 1/n too many in {}",
        lines=rewriting.means(lambda step: len(step.gradients("out", [step.layers])) // step.examples),
        bits=5.0,
        general="the mean over the outputs is taken, where they are added up",
    ),
    Mistake(
        "sign_forgotten", "the minus sign of ∂E/∂out is forgotten", {"first ∂E/∂x": "-{}"}, bits=4.5
    ),
    Mistake(
        "output_differenced",
        "out itself is differentiated, not the error: ∂E/∂out is taken for 1",
        {"first ∂E/∂x": "1.0"},
    ),
    Mistake("logarithm", "log₁₀ is taken for ln{}", lines=forward.logarithm_of_base_10, bits=5.0),
    Mistake(
        "softmax",
        "{}",
        lines=formula_mistakes.softmax,
        bits=4.0,
        general="the derivative of softmax is mistaken",
    ),
    Mistake(
        "target_left_out",
        "p stands where p − t belongs",
        lines=rewriting.targets_left_out,
        error=("cross_entropy",),
    ),
    # --- the forward pass -----------------------------------------------------------------------
    Mistake(
        "forward_transposed",
        "the weights are transposed in the forward pass{}",
        lines=forward.transposed,
        bits=5.0,
    ),
    Mistake(
        "transposed_throughout",
        "the weights are transposed throughout, forward and back",
        lines=forward.transposed_throughout,
        bits=7.0,
    ),
    Mistake(
        "bias_left_out",
        "the bias is left out of the net inputs{}",
        lines=forward.biases_left_out,
        bits=4.0,
    ),
    Mistake(
        "bias_sign", "the bias enters the net inputs with the other sign", lines=rewriting.bias_turned
    ),
    Mistake("bias_gradient_sign", "∂E/∂b has the other sign", {"∂E/∂b": "-{}"}),
    Mistake(
        "sum",
        "{} in the sum of {}",
        lines=forward.sums,
        bits=5.0,
        local=True,
        general="a sum is added up wrongly",
    ),
    # --- the update -----------------------------------------------------------------------------
    Mistake(
        "one_example",
        "the gradients are those of example {} alone",
        lines=rewriting.one_example_alone,
        several=True,
        general="the gradients are those of one example alone",
    ),
    Mistake(
        "uphill",
        "the update is added, not subtracted",
        {"w⁺": "w + rate * gradient", "Δw": "rate * gradient"},
        bits=4.0,
    ),
    Mistake(
        "no_rate",
        "the learning rate is left out of the update",
        {"w⁺": "w - gradient", "Δw": "-gradient"},
        bits=4.0,
    ),
    Mistake(
        "correction_left_out",
        "the bias correction, the division by 1 − βᵗ, is left out{}",
        lines=formula_mistakes.correction_left_out,
        bits=4.0,
    ),
    Mistake("epsilon_in_root", "ε is added inside the root", lines=formula_mistakes.epsilon_in_root),
    Mistake(
        "betas_exchanged",
        "{} and {} are exchanged",
        lines=formula_mistakes.betas_exchanged,
        general="β₁ and β₂ are exchanged",
    ),
    Mistake(
        "average",
        "the factor 1 − β of the gradient is {}{}",
        lines=formula_mistakes.average_mistaken,
        bits=5.0,
        general="a factor 1 − β of the gradient is left out or added",
    ),
    Mistake(
        "velocity_unused",
        "the update goes by the gradient alone, without what is remembered of those before",
        lines=formula_mistakes.velocity_unused,
    ),
)

#: Every mistake by its name.
MISTAKES = {mistake.name: mistake for mistake in _TABLE}
