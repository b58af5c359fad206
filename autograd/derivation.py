"""explain(): one derivative as the chain rule gives it, along every path or in the δ form.

The stations of a path are the nodes that have names; what lies between two of them is one factor, as
notes write it: ∂E/∂w5 = ∂E/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5. In the δ form the derivative with
respect to each station stands once, as the sum over its uses, which stays short however many paths there
are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise
from math import isnan, prod
from typing import Any, TypeAlias, overload

from autograd.anomaly import Anomaly, find_anomaly
from autograd.arguments import choice, instance, number_of, whole
from autograd.backward import gradients, leading_to, order_with
from autograd.errors import ArgumentValueError, AutogradError
from autograd.formula import LATEX, MATHML, MOST_DIGITS, Style, scientific
from autograd.program import Program
from autograd.second import SecondDerivation, second_derivation, symbols_of
from autograd.steps import Section, ShownAsSteps, Step, StepWriter
from autograd.symbolic import (
    DOTS,
    Factor,
    Slope,
    derivative_symbol,
    factor_values,
    name,
    named_numbers,
    slope_text,
    slopes,
)
from autograd.symbols import latex_text
from autograd.tables import decimal
from autograd.value import Value

__all__ = ["FORMS", "Derivation", "derived", "explain"]

_WIDTH = 100
#: A formula has so much room at least.
_LEAST_ROOM = 40
#: As far as paths are counted: they double with every layer or so, and Python writes no number of
#: more than some thousands of digits.
_MOST_COUNTED = 10**100
#: A factor along more operations than that has no formula, which would take seconds and help nobody.
_MOST_OPERATIONS = 50_000
#: Up to so many paths are shown unless one asks otherwise.
_FEW = 4
#: In a notebook numbers have so many digits.
_DIGITS = 9


@dataclass(frozen=True)
class Derivation(ShownAsSteps):
    """A derivative and the paths that it is the sum over; ``print`` it, or take it apart.

    A notebook shows it as formulas.

    Attributes:
        result: what is differentiated.
        by: the node with respect to which.
        value: the derivative.
        paths: the factors along each path from the result down; their products add up to ``value``.
        path_count: how many paths there are; more than in ``paths`` where they are too many to list,
            and 10**100 where they are more than that.
        form: "paths" or "delta"; how it is shown.
        sections: in the δ form the steps from the result down, each derivative once.
        short: of factors that follow one another, what their product is when it is multiplied out.
        known: numbers by name that formulas use, besides those of the graph.

    >>> x = Value(3.0, "x")
    >>> derivation = explain(((x * x).named("u") + x).named("y"), x)
    >>> derivation.value, derivation.path_count
    (7.0, 2)
    >>> [step.symbol for step in explain(derivation.result, x, form="delta").steps]
    ['dy/du', 'dy/dx']
    >>> [[factor.symbol for factor in path] for path in derivation.paths]
    [['∂y/∂u', '∂u/∂x'], ['∂y/∂x']]
    """

    result: Value
    by: Value
    value: float
    paths: tuple[tuple[Factor, ...], ...]
    path_count: int
    form: str = "paths"
    sections: tuple[Section, ...] = field(default=(), compare=False, repr=False)
    short: Mapping[tuple[Value, Value], Step] = field(default_factory=dict, compare=False, repr=False)
    known: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def symbol(self) -> str:
        """What the derivative is called: ``dE/dw``.

        >>> x = Value(3.0, "x")
        >>> explain((x * x).named("y"), x).symbol
        'dy/dx'
        """
        return "d{}/d{}".format(*symbols_of(self.result, self.by))

    @property
    def whole(self) -> Step:
        """The derivative itself as a step, the sum of the products along its paths.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> explain((w * x).named("net").square().named("E"), w).whole.formula
        '∂E/∂net·∂net/∂w'
        """
        total: ast.expr | None = None
        for path in filter(None, self.paths):
            product: ast.expr | None = None
            for factor in path:
                each = name(_plain_symbol(factor))
                product = each if product is None else ast.BinOp(product, ast.Mult(), each)
            assert product is not None
            total = product if total is None else ast.BinOp(total, ast.Add(), product)
        if total is not None and self.path_count > len(self.paths):
            total = ast.BinOp(total, ast.Add(), ast.Name(DOTS))
        numbers = {_plain_symbol(factor): factor.value for factor in self.factors}
        return Step(self.symbol, self.value, total, numbers)

    def as_sections(self) -> tuple[Section, ...]:
        """The derivation as sections of steps, in either form.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> derivation = explain((w * x).named("net").square().named("E"), w)
        >>> [[step.symbol for step in section.steps] for section in derivation.as_sections()]
        [['dE/dw'], ['dE/dnet', 'dnet/dw']]
        """
        if self.form == "delta":
            return self.sections
        found = [Section(f"Along {_counted(self.path_count)}", (self.whole,))]
        if self.factors:
            found.append(
                Section("The factors", tuple(_step_of(factor, self.known) for factor in self.factors))
            )
        if self.short:
            found.append(Section("Multiplied out", tuple(self.short.values())))
        return tuple(found)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Every factor once, from the result down.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> derivation = explain((w * x).named("net").square().named("E"), w)
        >>> [(factor.symbol, factor.formula, factor.value) for factor in derivation.factors]
        [('∂E/∂net', '2·net', 2.0), ('∂net/∂w', 'x', 2.0)]
        """
        return tuple(dict.fromkeys(factor for path in self.paths for factor in path))

    @property
    def anomaly(self) -> Anomaly | None:
        """Where the derivative becomes NaN, and what to write instead; None where it is a number.

        >>> x = Value(0.0, "x")
        >>> explain((x.sqrt() ** 2).named("y"), x).anomaly.advice
        'write x for sqrt(x) ** 2'
        """
        return find_anomaly(self.result, self.by) if isnan(self.value) else None

    def to_dict(self) -> dict[str, Any]:
        """The derivation as plain data, JSON-able.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> explain((w * x).named("net"), w).to_dict()["paths"]
        [[{'above': 'net', 'below': 'w', 'value': 2.0, 'formula': 'x'}]]
        """
        return {
            "result": self.result.label,
            "by": self.by.label,
            "value": self.value,
            "path_count": self.path_count,
            "paths": [
                [
                    {
                        "above": factor.above.label,
                        "below": factor.below.label,
                        "value": factor.value,
                        "formula": factor.formula,
                    }
                    for factor in path
                ]
                for path in self.paths
            ],
            "form": self.form,
            "sections": [section.to_dict() for section in self.sections],
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for each factor of each path, as ``pandas.DataFrame`` takes them.

        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> for row in explain((w * x).named("net").relu().named("out"), w).records():
        ...     print(list(row.values()))
        [1, 1, 'out', 'net', '∂out/∂net', '1 (as net > 0)', 1.0]
        [1, 2, 'net', 'w', '∂net/∂w', 'x', 2.0]
        """
        return [
            {
                "path": number,
                "factor": place,
                "above": factor.above.label,
                "below": factor.below.label,
                "derivative": factor.symbol,
                "formula": factor.formula,
                "value": factor.value,
            }
            for number, path in enumerate(self.paths, 1)
            for place, factor in enumerate(path, 1)
        ]

    def text(self, digits: int = _DIGITS) -> str:
        """The derivation as lines of text, numbers to some significant digits.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> x = Value(0.5, "x")
        >>> print(explain(x.sin().named("y"), x).text(digits=3))
        ∂y/∂x = 0.878
          = ∂y/∂x
            = 0.878
        where
          ∂y/∂x = cos(x) = 0.878
        """
        digits = whole("digits", digits, 1, MOST_DIGITS)

        def number(value: float) -> str:
            return decimal(value, digits)

        symbol = derivative_symbol(self.result, self.by)
        anomaly = self.anomaly
        lines = anomaly.lines(symbol) if anomaly else [f"{symbol} = {number(self.value)}"]
        if self.form == "delta":
            return "\n".join([*lines, *self._told_by_steps(digits)])
        for path in filter(None, self.paths):  # the path from a node to itself has no factors
            share = f" = {number(_contribution(path))}" if len(self.paths) > 1 else ""
            sign = "+" if path is not self.paths[0] else "="
            lines += _product(f"  {sign} ", [factor.symbol for factor in path])
            numbers = [number(factor.value) for factor in path]
            lines += _product(f"  {' ' * len(sign)} = ", [*numbers[:-1], numbers[-1] + share])
        if self.path_count == _MOST_COUNTED:
            lines.append("  + … along more than 10^100 more paths")
        elif self.path_count > len(self.paths):
            lines.append(f"  + … along {self.path_count - len(self.paths)} more paths")
        width = max((len(factor.symbol) for factor in self.factors), default=0)
        lines += ["where"] if self.factors else []
        for factor in self.factors:
            lines += _where(f"  {factor.symbol:<{width}}", factor, number(factor.value))
        if self.short:
            lines.append("multiplied out")
        for step in self.short.values():
            lines += step.lines(digits, "  ")
        return "\n".join(lines)

    def _told_by_steps(self, digits: int) -> Iterator[str]:
        if self.path_count > 1:
            yield f"  {self._how_many}"
        yield from self._text_of_sections(digits)

    @property
    def _how_many(self) -> str:
        """How many paths there are, in words."""
        return f"the sum along {_counted(self.path_count)}, each derivative computed once"

    def _lines(self, style: Style) -> Iterator[tuple[int, str]]:
        """The lines of `text` in a style of formulas, and how far each is indented."""

        def number(value: float) -> str:
            return scientific(value, style, _DIGITS).text

        def symbol(factor: Factor) -> str:
            return derivative_symbol(factor.above, factor.below, style)

        def numbers(path: Sequence[Factor]) -> str:
            first, *others = (number(factor.value) for factor in path)
            signed = (style.brackets(each) if each.startswith(style.sign) else each for each in others)
            return style.times.join([first, *signed])

        equals = f" {style.comparisons[ast.Eq]} "
        yield 0, derivative_symbol(self.result, self.by, style) + equals + number(self.value)
        if self.anomaly:
            for line in self.anomaly.lines():
                words = latex_text(line.strip()) if style is LATEX else line.strip()
                yield 1, style.words(words)
        if self.form == "delta":
            yield from self._lines_of_steps(style)
            return
        for path in filter(None, self.paths):
            sign = equals if path is self.paths[0] else f"{style.plus} "
            share = equals + number(_contribution(path)) if len(self.paths) > 1 else ""
            yield 1, sign + style.times.join(map(symbol, path))
            yield 2, equals + numbers(path) + share
        if self.path_count > len(self.paths):
            yield 1, f"{style.plus} {style.dots}"
        if self.factors:
            yield 0, style.words("where")
        for factor in self.factors:
            value, why = number(factor.value), ""
            if factor.slope is not None:
                formula, why = slope_text(factor.slope, style, _WIDTH)
                value = formula if formula == value else formula + equals + value
            says = f"{style.words(' (')}{why}{style.words(')')}" if why else ""
            yield 1, symbol(factor) + equals + value + says
        if self.short:
            yield 0, style.words("multiplied out")
        for step in self.short.values():
            yield from step.written(style, _DIGITS)

    def _lines_of_steps(self, style: Style) -> Iterator[tuple[int, str]]:
        if self.path_count > 1:
            power = "10¹⁰⁰" if style is MATHML else "googol"
            yield 1, style.words(self._how_many.replace("10^100", power))
        yield from self._lines_of_sections(style)


def _plain_symbol(factor: Factor) -> str:
    return "d{}/d{}".format(*symbols_of(factor.above, factor.below))


def _counted(paths: int) -> str:
    if paths == _MOST_COUNTED:
        return "more than 10^100 paths"
    return f"{paths:,} path{'s' if paths > 1 else ''}"


def _step_of(factor: Factor, known: Mapping[str, float]) -> Step:
    """A factor as a step: its formula with the numbers of the named nodes in it."""
    if factor.slope is None:
        return Step(_plain_symbol(factor), factor.value)
    numbers = {**known, **named_numbers(factor.above)}
    return Step(
        _plain_symbol(factor), factor.value, factor.slope.tree, numbers, tuple(factor.slope.conditions)
    )


def _contribution(path: Sequence[Factor]) -> float:
    return prod(factor.value for factor in path)


def _where(head: str, factor: Factor, value: str) -> list[str]:
    """A factor's formula, its value and the reason for it: on two lines if one has no room for them."""
    if factor.slope is None:
        return [f"{head} = {value}"]
    formula, why = slope_text(factor.slope, width=max(_WIDTH - len(head) - 3, _LEAST_ROOM))
    reason = f" ({why})" if why else ""
    if formula.replace("−", "-") == value:
        return [f"{head} = {value}{reason}"]
    if isnan(factor.value) and _is_number(formula):
        return [f"{head} = {value}, though its formula is {formula}{reason}"]
    line = f"{head} = {formula} = {value}{reason}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{head} = {formula}", f"{' ' * len(head)} = {value}{reason}"]


def _is_number(formula: str) -> bool:
    """Whether a formula is a number, which has lost what is NaN in the chain rule."""
    return bool(re.fullmatch(r"−?[\d./]+", formula))


def _product(head: str, factors: list[str]) -> list[str]:
    """A product as a line, or as several if it is long: these go on with the sign, below the first."""
    lines = [head + factors[0]]
    for factor in factors[1:]:
        if len(lines[-1]) + len(factor) + 3 <= _WIDTH:
            lines[-1] += f" · {factor}"
        else:
            lines.append(f"{' ' * len(head)}· {factor}")
    return lines


#: The forms that a derivative is explained in.
FORMS = ("paths", "delta")


@overload
def explain(
    result: Value, by: Value, then: None = None, *, form: str | None = None, max_paths: int = 16
) -> Derivation: ...
@overload
def explain(
    result: Value, by: Value, then: Value, *, form: str | None = None, max_paths: int = 16
) -> SecondDerivation: ...
def explain(
    result: Value,
    by: Value,
    then: Value | None = None,
    *,
    form: str | None = None,
    max_paths: int = 16,
) -> Derivation | SecondDerivation:
    """The derivative of one node with respect to another, along every path between them.

    With a third node, the second derivative with respect to both: each step of the first derivative, in
    the δ form, is differentiated once more.

    Args:
        result: what is differentiated.
        by: a node that it was computed from.
        then: of a second derivative, with respect to what the first one is differentiated: a leaf.
        form: "paths" for the factors along every path; "delta" for the derivative with respect to each
            named node between, each once; paths where there are at most four, if None.
        max_paths: list no more paths than that; their number doubles with every layer or so.

    Raises:
        ArgumentTypeError: one of them is no Value, or ``max_paths`` no whole number.
        ArgumentValueError: ``result`` does not depend on ``by``, ``max_paths`` is less than 1, or there
            is no such form; of a second derivative, ``form`` is "paths", ``then`` is no leaf, or there
            are more than 20,000 operations or 500 named nodes.
        AutogradError: in the δ form, a formula between two named nodes is too long to be written.
        StaleGraphError: of a second derivative, a leaf has changed since the graph was made.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> net = (w * x).named("net")
    >>> out = net.tanh().named("out")
    >>> print(explain(out, w))
    ∂out/∂w = 0.839948683
      = ∂out/∂net · ∂net/∂w
        = 0.419974342 · 2
    where
      ∂out/∂net = 1 − out² = 0.419974342
      ∂net/∂w   = x = 2

    Of a derivative that is NaN, it says where it becomes so:

    >>> x = Value(0.0, "x")
    >>> root = x.sqrt().named("root")
    >>> print(explain((root**2).named("y"), x))
    ∂y/∂x is NaN from root on: 0 · ∞
      0 is the derivative of root ** 2 with respect to root = 0.0
      ∞ is the derivative of sqrt(x) with respect to x = 0.0
      along y → root → x
      instead: write x for root ** 2
      = ∂y/∂root · ∂root/∂x
        = 0 · inf
    where
      ∂y/∂root = 2·root = 0
      ∂root/∂x = 1/(2·√x) = inf

    A second derivative:

    >>> print(explain(out, w, w))
    ∂²out/∂w² = -2.55880003
    The first derivative
      ∂out/∂net = 1 − out²
                = 1 − 0.761594156² = 0.419974342
      ∂out/∂w = ∂out/∂net·x
              = 0.419974342·2 = 0.839948683
    With respect to w
      ∂net/∂w = x = 2
      ∂out/∂w = (1 − out²)·∂net/∂w
              = (1 − 0.761594156²)·2 = 0.839948683
      ∂²out/∂net∂w = −2·out·∂out/∂w
                   = −2·0.761594156·0.839948683 = -1.27940002
      ∂²out/∂w² = ∂²out/∂net∂w·x
                = −1.27940002·2 = -2.55880003
    """
    if then is not None:
        if form not in {None, "delta"}:
            raise ArgumentValueError(f"a second derivative is explained in the δ form, not as {form!r}")
        return second_derivation(result, by, then, lambda: first_of(result, by, then))
    return derived(result, by, form, max_paths, slopes, lambda: by_program(result, by))


def derived(
    result: Value,
    by: Value,
    form: str | None,
    max_paths: int,
    slopes_of: Callable[[Value, list[Value], int], Mapping[Value, Slope]],
    sections: Callable[[], tuple[Section, ...]],
    short: Mapping[tuple[Value, Value], Step] | None = None,
    known: Mapping[str, float] | None = None,
) -> Derivation:
    """`explain`, the formulas of the factors and the steps given by others.

    Args:
        result: see `explain`.
        by: see `explain`.
        form: see `explain`.
        max_paths: see `explain`.
        slopes_of: the formulas of the derivatives of a node, as `autograd.symbolic.slopes`.
        sections: the steps in the δ form.
        short: by the ends of two factors that follow one another, their product multiplied out.
        known: numbers by name that the formulas use, besides those of the graph.
    """
    instance("result", result, Value, "a Value")
    instance("by", by, Value, "a Value")
    if form is not None:
        choice("form", form, FORMS)
    max_paths = whole("max_paths", max_paths, 1)
    order = order_with(result, by)
    leading = leading_to(by, order)
    stations = {node for node in leading if node.name} | {result, by}
    places = {node: place for place, node in enumerate(order)}
    steps = {
        node: [
            (below, value)
            for below, value in factor_values(node, places, stations).items()
            if below in leading
        ]
        for node in order
        if node in stations and node is not by
    }
    counts: dict[Value, int] = {by: 1}
    for node in reversed(order):
        if node in steps:
            count = sum(counts[below] for below, _ in steps[node])
            counts[node] = min(count, _MOST_COUNTED)
    paths = list(islice(_paths(result, by, steps), max_paths))
    formulas = {
        above: slopes_of(above, [by], _MOST_OPERATIONS)
        for above in {step[0] for path in paths for step in path}
    }
    factors = {step: Factor(*step, formulas[step[0]].get(step[1])) for path in paths for step in path}
    listed = tuple(tuple(factors[step] for step in path) for path in paths)
    told: tuple[Section, ...] = ()
    if form == "delta":
        told = sections()
    elif form is None and counts[result] > _FEW:
        with suppress(AutogradError):  # a formula is too long to be written; the paths are not
            told = sections()
    along = {pair for path in listed for pair in pairs_of(path)}
    return Derivation(
        result,
        by,
        gradients(result)[by],
        listed,
        counts[result],
        "delta" if form == "delta" or told else "paths",
        told,
        {pair: step for pair, step in (short or {}).items() if pair in along},
        known or {},
    )


def pairs_of(path: Sequence[Factor]) -> Iterator[tuple[Value, Value]]:
    """The ends of each two factors that follow one another."""
    return ((one.above, other.below) for one, other in pairwise(path))


def by_program(result: Value, by: Value) -> tuple[Section, ...]:
    """The steps of a derivative in the δ form: the lines of the reverse sweep that it needs.

    >>> x = Value(3.0, "x")
    >>> (section,) = by_program(((x * x).named("y").exp() + x).named("E"), x)
    >>> [step.formula for step in section.steps]
    ['e^y', '2·∂E/∂y·x + 1']
    """
    writer, wanted = _writer(result, by)
    return (Section("", tuple(writer.derivatives(wanted))),)


def first_of(result: Value, by: Value, then: Value) -> tuple[Sequence[Step], Sequence[Section], str]:
    """The steps forward and those of the first of two derivatives, with its symbol."""
    writer, wanted = _writer(result, by, then)
    forward = [
        writer.step(symbol) for symbol, line in writer.program.lines.items() if line.kind == "value"
    ]
    return forward, (Section("", tuple(writer.derivatives(wanted))),), wanted


def _writer(result: Value, *by: Value) -> tuple[StepWriter, str]:
    """What writes the steps of a reverse sweep; and the symbol of the derivative by the first node."""
    nodes = (*by, result)
    symbols = dict(zip(symbols_of(*nodes), nodes, strict=True))
    program = Program.from_graph(result, symbols=symbols).differentiated()
    wanted = program.derivative(program.root, symbols_of(by[0])[0])
    assert wanted is not None
    found = gradients(result)
    numbers = {symbol: node.data for symbol, node in program.nodes.items()}
    for line in program.lines.values():
        if line.kind == "gradient" and line.below in program.nodes:
            numbers[line.symbol] = number_of(found.get(program.nodes[line.below], 0.0))
    return StepWriter(program, program.nodes, numbers), wanted.symbol


#: A step of a path: a node, the next one below, the derivative.
_Step: TypeAlias = tuple[Value, Value, float]
#: The steps of the way so far, the last one first: (last, (the one before, (…, None))).
_Way: TypeAlias = "tuple[_Step, _Way] | None"


def _paths(
    node: Value, by: Value, steps: dict[Value, list[tuple[Value, float]]]
) -> Iterator[tuple[_Step, ...]]:
    """Every path from a station down to ``by``, without recursion, in the order of the operands."""
    waiting: list[tuple[Value, _Way]] = [(node, None)]
    while waiting:
        here, way = waiting.pop()
        if here is by:
            yield _unwound(way)
            continue
        waiting += [(below, ((here, below, value), way)) for below, value in reversed(steps[here])]


def _unwound(way: _Way) -> tuple[_Step, ...]:
    path = []
    while way:
        step, way = way
        path.append(step)
    return tuple(reversed(path))
