"""Line: one number of a program, and how it comes from others."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from autograd.errors import ArgumentValueError, AutogradError
from autograd.expression import PRIMITIVES, Expression
from autograd.formula import UNICODE, Style, Written, symbol_piece, write
from autograd.operations import OPERATIONS
from autograd.program.printing import PYTHON, spelled, walk
from autograd.symbolic import put
from autograd.symbols import unicode_symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from autograd.operations import Operation

__all__ = ["KINDS", "Line", "LineError", "Operand"]

#: What an operand of a line is: the symbol of another number, or a number.
Operand: TypeAlias = "str | float"

#: What sort of quantity a line computes. What a program starts from has no line: it is "given".
KINDS = {
    "value": "what is computed on the way to the result",
    "partial": "∂y/∂x, where y is directly computed from x",
    "contribution": "∂E/∂y · ∂y/∂x, what one use of x contributes to its gradient",
    "gradient": "∂E/∂x, the sum of the contributions of all uses",
    "buffer": "what an optimizer remembers of gradients, and makes of it",
    "change": "by how much an update changes a number",
    "update": "a number after the update",
}


class LineError(AutogradError, ValueError):
    """A line has no real number as its result.

    Attributes:
        line: which line.

    >>> from autograd.program import Program
    >>> program = Program([Line.of("y", "1.0 / x", {"x": "a"})], {"a": 0.0})
    >>> try:
    ...     program.run(["y"])
    ... except LineError as error:
    ...     print(error)
    y = 1.0 / a has no result where a = 0.0: float division by zero
    """

    line: Line


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a program: a symbol, and the formula of the number that it stands for.

    Attributes:
        symbol: what the number is called.
        kind: what sort of quantity it is, one of `KINDS`.
        tree: the formula, a tree in the language of the table's texts. At the level of operations it is
            that of the row itself, shared by all lines of the row.
        variables: the names in the tree that stand for numbers.
        operands: for each of them the symbol of another number, or a number.
        above: of a partial or a contribution, the y of ∂y/∂x; of a gradient, what is differentiated.
        below: the x of ∂y/∂x.
        operation: the row that a line of one operation applies, or whose partial it is; None of others.

    >>> line = Line.of("net_1", "w * x + 1.0", {"w": "w_1", "x": "out_0"})
    >>> line.formula, line.needs, line.kind
    ('w_1 * out_0 + 1.0', ('w_1', 'out_0'), 'value')
    >>> line
    Line('net_1 = w_1 * out_0 + 1.0', kind='value')
    >>> line == Line.of("net_1", "a * b + 1.0", {"a": "w_1", "b": "out_0"})
    True
    """

    symbol: str
    kind: str
    tree: ast.expr
    variables: tuple[str, ...] = ()
    operands: tuple[Operand, ...] = ()
    above: str = ""
    below: str = ""
    operation: Operation | None = None

    @staticmethod
    def of(
        symbol: str,
        formula: str | ast.expr,
        operands: Mapping[str, Operand] | None = None,
        kind: str = "value",
        *,
        above: str = "",
        below: str = "",
    ) -> Line:
        """A line with a formula as text, or as a tree.

        Args:
            symbol: what the number is called.
            formula: a formula in the language of the table's texts.
            operands: for each name in it the symbol of another number, or a number.
            kind: see `Line`.
            above: likewise.
            below: likewise.

        Raises:
            ValueError: the formula cannot be read or uses another name, or there is no such kind.

        >>> Line.of("w+", "w - rate * g", {"w": "w", "rate": 0.5, "g": "dE/dw"}, "update").formula
        'w - 0.5 * dE/dw'
        """
        if kind not in KINDS:
            raise ArgumentValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        known = operands or {}
        tree = _parsed(formula, tuple(known)) if isinstance(formula, str) else formula
        used = names_in(tree, known)
        return Line(symbol, kind, tree, used, tuple(known[name] for name in used), above, below)

    @property
    def needs(self) -> tuple[str, ...]:
        """The symbols of the numbers in the formula, each once, in the order of the operands."""
        found = [each for each in self.operands if isinstance(each, str)]
        if len(found) < 2 or (len(found) == 2 and found[0] != found[1]):
            return tuple(found)  # most lines are of this kind, and there may be millions
        return tuple(dict.fromkeys(found))

    @property
    def formula(self) -> str:
        """The formula with the operands' symbols, as plain text.

        >>> Line.of("y", "(x - 2.0) ** 2.0", {"x": "dE/dw"}).formula
        '(dE/dw - 2.0) ** 2.0'
        """
        texts = [each if isinstance(each, str) else PYTHON.number(each) for each in self.operands]
        signs = tuple([text[0] if text.startswith(("-", "+")) else "" for text in texts])
        template = _template(self.tree, self.variables, signs)
        return template.format(*[text[len(sign) :] for text, sign in zip(texts, signs, strict=True)])

    def written(self, style: Style = UNICODE, symbol: Callable[[str], str] = unicode_symbol) -> Written:
        r"""The formula in a style of `autograd.formula`.

        Args:
            style: Unicode, LaTeX or MathML.
            symbol: writes a symbol in that style.

        >>> from autograd.formula import LATEX
        >>> from autograd.symbols import latex_symbol
        >>> line = Line.of("y", "w * x ** 2.0", {"w": "w1", "x": "x"})
        >>> line.written().text, line.written(LATEX, latex_symbol).text
        ('w₁·x²', 'w_{1} \\cdot x^{2}')
        """
        names = {
            variable: symbol_piece(symbol(operand), style)
            if isinstance(operand, str)
            else write(ast.Constant(operand), style)
            for variable, operand in zip(self.variables, self.operands, strict=True)
        }
        return write(self.tree, style, names)

    def placed(self, place: Callable[[Operand], ast.expr]) -> ast.expr:
        """The formula as a tree, with a tree in the place of each operand.

        Args:
            place: gives the tree of an operand, a symbol or a number.

        >>> line = Line.of("y", "w * x", {"w": "w1", "x": 2.0})
        >>> ast.unparse(line.placed(lambda each: ast.Name("a") if each == "w1" else ast.Constant(each)))
        'a * 2.0'
        """
        known = dict(zip(self.variables, self.operands, strict=True))
        return put(self.tree, {name: place(each) for name, each in known.items()})

    def rewritten(self, text: str) -> Line:
        """The same line with another formula of its operands.

        Args:
            text: the formula, in the names of `variables`; ``{}`` in it is the formula as it is.

        Raises:
            ValueError: the formula cannot be read, or uses another name.

        >>> line = Line.of("w+", "w - rate * g", {"w": "w", "rate": 0.5, "g": "dE/dw"}, "update")
        >>> line.rewritten("w + rate * g").formula, line.rewritten("-{}").formula
        ('w + 0.5 * dE/dw', '-(w - 0.5 * dE/dw)')
        """
        template = _parsed(text.format(_RIGHT), (*self.variables, _RIGHT))
        return self.with_tree(put(template, {_RIGHT: self.tree}))

    def can_be(self, text: str) -> bool:
        """Whether `rewritten` takes a text: it uses no other names than the line has.

        >>> product = Line.of("dE/dnet", "above * partial", {"above": "dE/dout", "partial": "f"})
        >>> product.can_be("above"), Line.of("dE/dout", "-t", {"t": "t"}).can_be("above")
        (True, False)
        """
        try:
            _parsed(text.format(_RIGHT), (*self.variables, _RIGHT))
        except ValueError:
            return False
        return True

    def operand(self, variable: str) -> Operand | None:
        """What a variable of the formula stands for; None if there is no such variable.

        >>> Line.of("y", "w * x", {"w": "w5", "x": 2.0}).operand("w")
        'w5'
        """
        return dict(zip(self.variables, self.operands, strict=True)).get(variable)

    def with_tree(self, tree: ast.expr) -> Line:
        """The same line with another tree in the names of `variables`.

        >>> line = Line.of("y", "w * x", {"w": "w5", "x": "delta"})
        >>> line.with_tree(line.tree.left)
        Line('y = w5', kind='value')
        """
        known = dict(zip(self.variables, self.operands, strict=True))
        used = names_in(tree, known)
        return replace(
            self,
            tree=tree,
            variables=used,
            operands=tuple(known[name] for name in used),
            operation=None,
        )

    def with_operands(self, others: Mapping[str, Operand]) -> Line:
        """The same formula with other numbers in the place of some.

        Args:
            others: by symbol, what stands in its place.

        >>> line = Line.of("y", "w * x", {"w": "w5", "x": "delta"})
        >>> line.with_operands({"w5": "w5+"}).formula
        'w5+ * delta'
        """
        operands = tuple(
            others.get(each, each) if isinstance(each, str) else each for each in self.operands
        )
        return replace(self, operands=operands)

    @property
    def copies(self) -> str:
        """The symbol that the line does no more than repeat; "" if it computes something.

        >>> Line.of("dE/dnet", "x", {"x": "delta"}).copies, Line.of("y", "-x", {"x": "x"}).copies
        ('delta', '')
        """
        if isinstance(self.tree, ast.Name) and self.operands and isinstance(self.operands[0], str):
            return self.operands[0]
        return ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Line):
            return NotImplemented
        return self is other or self._told() == other._told()

    def __hash__(self) -> int:
        return hash((self.symbol, self.kind))

    def _told(self) -> tuple[str, ...]:
        return self.symbol, self.kind, self.above, self.below, self.formula

    def __repr__(self) -> str:
        return f"Line({f'{self.symbol} = {self.formula}'!r}, kind={self.kind!r})"


_RIGHT = "_right"


@lru_cache(maxsize=1000)
def _template(tree: ast.expr, variables: tuple[str, ...], signs: tuple[str, ...]) -> str:
    """A formula with a field for each operand, after the sign that its text begins with.

    Trees are told apart by identity: lines of one row, and those of its derivatives, share theirs.
    """
    fields = [f"{sign}{{{place}}}" for place, sign in enumerate(signs)]
    names = dict(zip(variables, fields, strict=True))
    steps, text = spelled(tree, PYTHON, names, "t", share=False)
    return text + "".join(f"; {name} = {step}" for name, step in steps)


@cache
def _parsed(text: str, names: tuple[str, ...]) -> ast.expr:
    expression = Expression(text, names)
    for name in expression.calls.keys() - OPERATIONS.keys() - PRIMITIVES.keys():
        raise ArgumentValueError(f"{text!r}: unknown function {name!r}")
    return expression.tree


def names_in(tree: ast.expr, among: Collection[str]) -> tuple[str, ...]:
    """Which of some names a tree uses, from left to right, each once.

    >>> names_in(ast.parse("exp(b) * a + b", mode="eval").body, {"a", "b", "c"})
    ('b', 'a')
    """
    names = (each.id for each in walk(tree) if isinstance(each, ast.Name))
    return tuple(dict.fromkeys(name for name in names if name in among))


def listed(numbers: Iterable[tuple[str, float]]) -> str:
    """Some numbers in an error: the first few.

    >>> listed([("a", 0.0), ("b", 1.5)])
    'a = 0.0 and b = 1.5'
    """
    texts = [f"{symbol} = {number!r}" for symbol, number in numbers]
    if len(texts) > 4:
        texts = [*texts[:4], "…"]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
