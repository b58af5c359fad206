"""Second derivatives explained: the steps of the first one differentiated again; Hessians as tables.

The derivative of E with respect to w is computed by steps, forward and back. Each of them differentiated
with respect to v, by the chain rule, gives ∂²E/∂w∂v in as many steps (Pearlmutter, Fast Exact
Multiplication by the Hessian, 1994; Bishop, Pattern Recognition and Machine Learning, section 5.4.6).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from autograd.arguments import each, instance, number_of, text, whole, wrong_kind
from autograd.backward import gradients, order_with
from autograd.errors import ArgumentValueError, UnknownNameError
from autograd.formula import LATEX, MOST_DIGITS, Style, scientific
from autograd.slopes import on_nodes
from autograd.steps import Section, ShownAsSteps, Step, names_in
from autograd.symbolic import DOTS, Condition, factored, label, name, number, plus, slopes, times
from autograd.symbols import unicode_symbol
from autograd.tables import ShownAsText, Table, decimal
from autograd.tables import html as html_of
from autograd.value import Value

__all__ = ["HessianTable", "SecondDerivation", "hessian_table", "second_derivation", "symbols_of"]

#: A computation of more operations, or of more named quantities, is refused: nobody reads that.
_MOST_OPERATIONS, _MOST_NAMED = 20_000, 500
#: A Hessian of more inputs is refused: each takes a backward pass over the graph of the gradient.
_MOST_INPUTS = 200
_DIGITS = 9
#: Of a text.
_WIDTH = 100

#: By the symbol of a step, its derivatives with respect to the symbols that it is computed by.
Taught: TypeAlias = "Mapping[str, Mapping[str, ast.expr]]"
#: Gives the steps forward, those of the first derivative in sections, and the symbol of that derivative.
First: TypeAlias = "Callable[[], tuple[Sequence[Step], Sequence[Section], str]]"


@dataclass(frozen=True)
class SecondDerivation(ShownAsSteps):
    """A second derivative and the steps that it is computed by; ``print`` it, or take it apart.

    A notebook shows it as formulas.

    Attributes:
        result: what is differentiated.
        by: with respect to what first.
        then: with respect to what then, a leaf.
        value: the second derivative.
        sections: the steps of the first derivative, and then these differentiated once more.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> error = ((w * x).named("net").tanh().named("out") ** 2).named("E")
    >>> from autograd import explain
    >>> derivation = explain(error, w, w)
    >>> derivation.symbol, round(derivation.value, 6)
    ('d2E/dw dw', -2.486507)
    >>> [step.symbol for step in derivation.steps][-3:]
    ['d2E/dout dw', 'd2E/dnet dw', 'd2E/dw dw']
    """

    result: Value
    by: Value
    then: Value
    value: float
    sections: tuple[Section, ...] = field(default=(), compare=False, repr=False)

    @property
    def symbol(self) -> str:
        """What the derivative is called: ``d2E/dw dv``.

        >>> from autograd import explain
        >>> x, y = Value(3.0, "x"), Value(2.0, "y")
        >>> explain((x * y).named("z"), x, y).symbol
        'd2z/dx dy'
        """
        result, by, then = symbols_of(self.result, self.by, self.then)
        return f"d2{result}/d{by} d{then}"

    def as_sections(self) -> tuple[Section, ...]:
        """The sections, as of an `autograd.Derivation`.

        >>> from autograd import explain
        >>> x, y = Value(3.0, "x"), Value(2.0, "y")
        >>> [section.title for section in explain((x * y).named("z"), x, y).as_sections()]
        ['The first derivative', 'With respect to y']
        """
        return self.sections

    def text(self, digits: int = _DIGITS) -> str:
        """The derivation as lines of text, numbers to some significant digits.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> from autograd import explain
        >>> x, y = Value(3.0, "x"), Value(2.0, "y")
        >>> print(explain((x * y).named("z"), x, y).text())
        ∂²z/∂x∂y = 1
        The first derivative
          ∂z/∂x = y = 2
        With respect to y
          ∂²z/∂x∂y = 1
        """
        digits = whole("digits", digits, 1, MOST_DIGITS)
        first = f"{unicode_symbol(self.symbol)} = {decimal(self.value, digits)}"
        return "\n".join([first, *self._text_of_sections(digits)])

    def _lines(self, style: Style) -> Iterator[tuple[int, str]]:
        equals = f" {style.comparisons[ast.Eq]} "
        yield 0, style.variable(self.symbol) + equals + scientific(self.value, style, _DIGITS).text
        yield from self._lines_of_sections(style)

    def to_dict(self) -> dict[str, Any]:
        """The derivation as plain data, JSON-able.

        >>> from autograd import explain
        >>> x, y = Value(3.0, "x"), Value(2.0, "y")
        >>> list(explain((x * y).named("z"), x, y).to_dict())
        ['result', 'by', 'then', 'symbol', 'value', 'sections']
        """
        result, by, then = symbols_of(self.result, self.by, self.then)
        return {
            "result": result,
            "by": by,
            "then": then,
            "symbol": self.symbol,
            "value": self.value,
            "sections": [section.to_dict() for section in self.sections],
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for each step, as ``pandas.DataFrame`` takes them.

        >>> from autograd import explain
        >>> x, y = Value(3.0, "x"), Value(2.0, "y")
        >>> explain((x * y).named("z"), x, y).records()[0]
        {'section': 'The first derivative', 'symbol': 'dz/dx', 'formula': 'y', 'value': 2.0}
        """
        return [
            {
                "section": section.title,
                "symbol": step.symbol,
                "formula": step.formula,
                "value": step.value,
            }
            for section in self.sections
            for step in section.steps
        ]


def symbols_of(*nodes: Value) -> list[str]:
    """What some nodes are called: by their names, or by their formulas in brackets.

    >>> x = Value(3.0, "x")
    >>> symbols_of(x, x * 2)
    ['x', '(x·2)']
    """
    return [node.name or f"({label(node, symbol=str)})" for node in nodes]


def second_derivation(
    result: Value, by: Value, then: Value, first: First, taught: Taught = MappingProxyType({})
) -> SecondDerivation:
    """``explain(result, by, then)``, the steps of the first derivative given by others.

    Args:
        result: what is differentiated.
        by: with respect to what first.
        then: with respect to what then.
        first: gives the steps forward, those of the first derivative, and its symbol.
        taught: see `once_more`.

    Raises:
        ArgumentTypeError: one of them is no Value.
        ArgumentValueError: ``result`` does not depend on one of them, ``then`` is no leaf, the two have
            the same name, or the computation is too large.
        StaleGraphError: a leaf has changed since the graph was made.
    """
    order = _checked(result, {"result": result, "by": by, "then": then}, [then])
    named = sum(1 for node in order if node.name)
    if len(order) > _MOST_OPERATIONS or named > _MOST_NAMED:
        raise ArgumentValueError(
            f"{result.label!r} is computed by {len(order):,} operations and {named:,} named quantities; "
            f"second derivatives are explained up to {_MOST_OPERATIONS:,} and {_MOST_NAMED:,}"
        )
    top, below, after = symbols_of(result, by, then)
    if below == after and by is not then:
        raise ArgumentValueError(f"two nodes have the name {below!r}: nobody could tell them apart")
    again = gradients(gradients(result, create_graph=True)[by])
    value = number_of(again.get(then, 0.0))
    forward, sections, wanted = first()
    renamed = {wanted: f"d2{top}/d{below} d{after}"}
    backward = [step for section in sections for step in section.steps]
    more = once_more(
        [*forward, *backward],
        after,
        wanted,
        lambda symbol: renamed.get(symbol) or _once_more(symbol, after),
        {step.symbol for step in backward},
        taught,
    )
    *others, last = more
    last = replace(last, value=value)
    titled = [section._replace(title=section.title or "The first derivative") for section in sections]
    title = f"With respect to {unicode_symbol(after)}"
    if last.tree is None:
        title += ", on which none of these depends"
    told = Section(title, (*others, last))
    return SecondDerivation(result, by, then, value, (*titled, told))


def _checked(result: Value, nodes: Mapping[str, Value], leaves: Iterable[Value]) -> list[Value]:
    """The nodes below a result, once it is sure that some others are among them, and some are leaves."""
    for what, node in nodes.items():
        instance(what, node, Value, "a Value")
    order = order_with(result, *nodes.values())
    for node in leaves:
        if node.operation is not None:
            raise ArgumentValueError(
                f"second derivatives are with respect to leaves, and {node.label!r} was computed"
            )
    return order


def _once_more(symbol: str, after: str) -> str:
    derivative = re.fullmatch(r"d(\S+)/d(\S+)", symbol)
    if derivative is not None:
        return f"d2{derivative[1]}/d{derivative[2]} d{after}"
    return f"d{symbol}/d{after}"


def once_more(
    steps: Iterable[Step],
    by: str,
    wanted: str,
    called: Callable[[str], str],
    first: Collection[str] = (),
    taught: Taught = MappingProxyType({}),
) -> tuple[Step, ...]:
    """The steps differentiated with respect to a given number: those that one of them needs, it last.

    Args:
        steps: each after those that it needs.
        by: the symbol of the number.
        wanted: the symbol of the step whose derivative is wanted.
        called: the symbol of a step's derivative, by that of the step.
        first: the symbols of steps whose derivatives stand first in a product, as ∂E/∂net in ∂E/∂net·x.
        taught: the derivatives of some steps, where their formulas would give longer ones.

    Raises:
        ArgumentValueError: a step has no complete formula, or there is no such step.

    >>> from autograd.symbolic import name, times
    >>> x = {"x": 3.0}
    >>> square = Step("y", 9.0, times(name("x"), name("x")), x)
    >>> cube = Step("z", 27.0, times(name("y"), name("x")), {"y": 9.0, **x})
    >>> for step in once_more([square, cube], "x", "z", lambda symbol: f"d{symbol}/dx"):
    ...     print(step.lines()[0], step.value)
    ∂y/∂x = 2·x 6.0
    ∂z/∂x = x·∂y/∂x + y 27.0
    """
    known: dict[str, float] = {}
    for step in (steps := list(steps)):
        known |= {**(step.numbers or {}), step.symbol: step.value}
    found: dict[str, Step] = {}
    uses: dict[str, list[str]] = {}
    for step in steps:
        symbol = step.symbol
        moving = {by, *found}
        local = _taught(taught[symbol], known) if symbol in taught else _local(step, moving)
        terms = [each for each in local.slopes if each.below in moving]
        if terms or symbol == wanted:
            value = sum(
                each.value * (1.0 if each.below == by else found[each.below].value) for each in terms
            )
            uses[symbol] = [each.below for each in terms if each.below != by]
            tree = _summed(terms, by, found, first)
            found[symbol] = Step(called(symbol), value, tree, {}, local.conditions)
    if wanted not in found:
        raise ArgumentValueError(f"there is no step {wanted!r}")
    known |= {step.symbol: step.value for step in found.values()}
    needed = dict.fromkeys([wanted])
    waiting = [wanted]
    while waiting:
        below = [each for each in uses[waiting.pop()] if each not in needed]
        needed |= dict.fromkeys(below)
        waiting += below
    return tuple(
        replace(step, numbers={each: known[each] for each in names_in(step.tree)})
        for symbol, step in found.items()
        if symbol in needed and (symbol == wanted or not _is_zero(step) or _begins(symbol, uses, found))
    )


def _begins(symbol: str, uses: Mapping[str, Sequence[str]], found: Mapping[str, Step]) -> bool:
    """Whether it is here, for a reason that can be told, that a derivative becomes 0."""
    below = uses[symbol]
    return bool(found[symbol].conditions) and not (
        below and all(_is_zero(found[each]) for each in below)
    )


class _Slope(NamedTuple):
    below: str
    tree: ast.expr
    value: float


class _Local(NamedTuple):
    """The derivatives of a step by what it is computed by, and why they are these."""

    slopes: list[_Slope]
    conditions: tuple[Condition, ...] = ()


def _taught(trees: Mapping[str, ast.expr], known: Mapping[str, float]) -> _Local:
    numbers = {f"={symbol}": value for symbol, value in known.items()}
    return _Local(
        [_Slope(below, tree, number_of(on_nodes(tree, numbers))) for below, tree in trees.items()]
    )


def _local(step: Step, moving: Collection[str]) -> _Local:
    """The derivatives of a step's formula by those of its symbols that are among some others."""
    tree = step.tree if step.short is None else step.short
    symbols = names_in(tree)
    if tree is None or not any(symbol in moving for symbol in symbols):
        return _Local([])
    if any(isinstance(part, ast.Name) and part.id == DOTS for part in ast.walk(tree)):
        raise ArgumentValueError(f"the formula of {step.symbol!r} is too long to be differentiated")
    numbers = step.numbers or {}
    leaves = {symbol: Value(numbers[symbol], symbol) for symbol in symbols}
    node = on_nodes(tree, {f"={symbol}": leaf for symbol, leaf in leaves.items()})
    if not isinstance(node, Value):
        return _Local([])
    if node.operation is None:  # a copy
        return _Local([_Slope(node.name or "", number(1.0), 1.0)], step.conditions)
    node.name = step.symbol
    amounts = gradients(node)
    written = slopes(node)
    conditions = [*step.conditions]
    for leaf, slope in written.items():
        if leaf.name in moving:
            conditions += [each for each in slope.conditions if not _is_among(each, conditions)]
    found = [
        _Slope(symbol, factored(written[leaf].tree), number_of(amounts[leaf]))
        for symbol, leaf in leaves.items()
        if leaf in written
    ]
    return _Local(found, tuple(conditions))


def _is_among(condition: Condition, others: Iterable[Condition]) -> bool:
    return any(ast.dump(condition.tree) == ast.dump(each.tree) for each in others)


def _summed(
    terms: Iterable[_Slope], by: str, found: Mapping[str, Step], first: Collection[str]
) -> ast.expr | None:
    """The sum of the derivatives times those of what they are by, by the chain rule; None of none."""
    total: ast.expr | None = None
    for slope in terms:
        below = found.get(slope.below)
        if slope.below == by:
            term = slope.tree
        elif below is None or _is_zero(below):
            term = number(0.0)
        else:
            factors = slope.tree, name(below.symbol)
            term = times(*(reversed(factors) if slope.below in first else factors))
        total = term if total is None else plus(total, term)
    return total


def _is_zero(step: Step) -> bool:
    return step.tree is None or (isinstance(step.tree, ast.Constant) and step.tree.value == 0.0)


# --- all of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HessianTable(ShownAsText):
    """The second derivatives of a number, rows and columns with the symbols of what it depends on.

    Attributes:
        result: the symbol of what is differentiated.
        symbols: those of the rows, and of the columns.
        numbers: the second derivatives, row by row.

    >>> table = HessianTable("E", ("v", "w"), ((2.0, 1.0), (1.0, 0.5)))
    >>> table["v", "w"]
    1.0
    """

    result: str
    symbols: tuple[str, ...]
    numbers: tuple[tuple[float, ...], ...]

    def __getitem__(self, pair: tuple[str, str]) -> float:
        """The second derivative with respect to two symbols.

        Raises:
            KeyError: the table has no such row or column.
            TypeError: they are not two texts.
        """
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise wrong_kind("what is looked up", "the symbols of a row and a column", pair)
        for symbol in pair:
            if text("a symbol", symbol) not in self.symbols:
                raise UnknownNameError(
                    f"the Hessian has no {symbol!r}; it has {', '.join(self.symbols)}"
                )
        row, column = map(self.symbols.index, pair)
        return self.numbers[row][column]

    def table(self, digits: int = 6) -> Table:
        """The table of texts, to be printed.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> HessianTable("E", ("v", "w"), ((2.0, 1.0), (1.0, 0.5))).table().rows[0].cells
        ('∂/∂v', '2', '1')
        """
        digits = whole("digits", digits, 1, MOST_DIGITS)
        heads = [f"∂/∂{unicode_symbol(symbol)}" for symbol in self.symbols]
        table = Table(f"Hessian of {unicode_symbol(self.result)}", ["", *heads], "l" + "r" * len(heads))
        for head, row in zip(heads, self.numbers, strict=True):
            table.add(head, *(decimal(each, digits) for each in row))
        return table

    def text(self, digits: int = 6) -> str:
        """The table as lines of text, numbers to some significant digits; a wide one in several parts.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> print(HessianTable("E", ("v", "w"), ((2.0, 1.0), (1.0, 0.5))).text())
        Hessian of E
              ∂/∂v  ∂/∂w
        ∂/∂v     2     1
        ∂/∂w     1   0.5
        """
        table = self.table(digits)
        rows = [table.heads, *(list(row.cells) for row in table.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines, first = [table.title], 1
        while first < len(widths):
            ends = accumulate(2 + width for width in widths[first:])
            last = first + max(1, sum(widths[0] + end <= _WIDTH for end in ends))
            for row in rows:
                cells = map(str.rjust, row[first:last], widths[first:last])
                lines.append("  ".join([row[0].ljust(widths[0]), *cells]))
            first = last
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return html_of([self.table()])

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def latex(self, digits: int = 6) -> str:
        r"""The table in LaTeX, for a formula: an ``array`` with a row and a column of symbols.

        Raises:
            ArgumentTypeError: ``digits`` is no whole number.
            ArgumentValueError: it is less than 1.

        >>> print(HessianTable("E", ("v",), ((2.0,),)).latex())
        \begin{array}{c|r}
        \frac{\partial^2 E}{\partial \cdot\,\partial \cdot} & v \\ \hline
        v & 2
        \end{array}
        """
        digits = whole("digits", digits, 1, MOST_DIGITS)
        symbols = list(map(LATEX.variable, self.symbols))
        corner = rf"\frac{{\partial^2 {LATEX.variable(self.result)}}}{{\partial \cdot\,\partial \cdot}}"
        rows = [
            " & ".join([symbol, *(scientific(each, LATEX, digits).text for each in row)])
            for symbol, row in zip(symbols, self.numbers, strict=True)
        ]
        body = " \\\\\n".join(rows)
        head = " & ".join([corner, *symbols])
        columns = "r" * len(symbols)
        return f"\\begin{{array}}{{c|{columns}}}\n{head} \\\\ \\hline\n{body}\n\\end{{array}}"

    def to_dict(self) -> dict[str, Any]:
        """The table as plain data, JSON-able.

        >>> HessianTable("E", ("v",), ((2.0,),)).to_dict()
        {'result': 'E', 'symbols': ['v'], 'hessian': [[2.0]]}
        """
        return {
            "result": self.result,
            "symbols": list(self.symbols),
            "hessian": [list(row) for row in self.numbers],
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for each row, as ``pandas.DataFrame`` takes them.

        >>> HessianTable("E", ("v",), ((2.0,),)).records()
        [{'with respect to': 'v', 'v': 2.0}]
        """
        return [
            {"with respect to": symbol, **dict(zip(self.symbols, row, strict=True))}
            for symbol, row in zip(self.symbols, self.numbers, strict=True)
        ]


def hessian_table(
    result: Value, inputs: Iterable[Value], symbols: Iterable[str] | None = None
) -> HessianTable:
    """The second derivatives of a node with respect to some leaves, as a table with their names.

    Args:
        result: what is differentiated.
        inputs: the leaves.
        symbols: what they are called; by their names, if None.

    Raises:
        ArgumentTypeError: one of them is no Value, or a symbol no text.
        ArgumentValueError: ``result`` does not depend on one, one is no leaf, two have the same symbol,
            there are other than as many symbols, or they are none or more than 200.
        StaleGraphError: a leaf has changed since the graph was made.

    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> print(hessian_table((x**2 * y).named("f"), [x, y]))
    Hessian of f
          ∂/∂x  ∂/∂y
    ∂/∂x     6     4
    ∂/∂y     4     0
    """
    leaves = list(each("inputs", inputs))
    if not 1 <= len(leaves) <= _MOST_INPUTS:
        raise ArgumentValueError(f"inputs must be from 1 to {_MOST_INPUTS} leaves, got {len(leaves)}")
    nodes = {"result": result, **{f"inputs[{place}]": leaf for place, leaf in enumerate(leaves)}}
    _checked(result, nodes, leaves)
    if symbols is None:
        called = tuple(symbols_of(*leaves))
    else:
        called = tuple(text("symbols", symbol) for symbol in each("symbols", symbols))
    if len(called) != len(leaves):
        raise ArgumentValueError(f"symbols must be {len(leaves)}, one for each input, got {len(called)}")
    if len(set(called)) < len(leaves):
        raise ArgumentValueError(f"two inputs have the same symbol: {', '.join(called)}")
    first = gradients(result, create_graph=True)
    rows = []
    for leaf in leaves:
        second = gradients(first[leaf])
        rows.append(tuple(number_of(second.get(other, 0.0)) for other in leaves))
    return HessianTable(symbols_of(result)[0], called, tuple(rows))
