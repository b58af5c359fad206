"""Whole programs in other languages: what differs between the languages, and the one way to write them.

Numbers are computed by IEEE 754 throughout: where Python raises an error, at log(0) or 1/0, a number is
infinite or NaN.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import inf, nan
from typing import NamedTuple

from autograd.errors import ArgumentValueError
from autograd.expression import Expression
from autograd.operations import OPERATIONS, Operation
from autograd.program.folding import folded
from autograd.program.line import Line, names_in
from autograd.program.printable import Printable
from autograd.program.printing import Language, bracketed, spelled, walk
from autograd.program.python import Identifiers, calls
from autograd.program.texts import Body, body_of
from autograd.symbolic import put

__all__ = [
    "ANGLES",
    "LONG",
    "Function",
    "Page",
    "Statement",
    "Target",
    "adds_a_number",
    "printed",
    "refused",
    "templates",
]

#: Functions of angles and their inverses, which C and JavaScript call as the table does.
ANGLES = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)

#: From so many lines on, a file for PyTorch or JAX says that compiling takes long.
LONG = 300


class Statement(NamedTuple):
    """An assignment.

    Attributes:
        name: what gets the number.
        text: its formula.
        comment: what is to be said of it; "" if nothing.
    """

    name: str
    text: str
    comment: str = ""


class Function(NamedTuple):
    """A function that the program calls, in a language.

    Attributes:
        name: what it is called.
        parameters: the names of its operands.
        steps: the assignments before the result.
        text: the result.
        about: what it is, in a few words.
    """

    name: str
    parameters: Sequence[str]
    steps: Sequence[Statement]
    text: str
    about: str = ""


class Page(NamedTuple):
    """A program in a language, in pieces to be put together.

    Attributes:
        title: what the file is of.
        root: the symbol of the value.
        given: by what each given number is called in the language, its symbol and the number's text.
        blocks: sources of functions, written in the language itself.
        functions: functions written from the table's texts.
        forward: the lines up to the value.
        reverse: those of the derivatives.
        value: the text of the value.
        gradients: for each given number, as the language calls it, the text of its derivative.
    """

    title: str
    root: str
    given: Mapping[str, tuple[str, str]]
    blocks: Sequence[str]
    functions: Sequence[Function]
    forward: Sequence[Statement]
    reverse: Sequence[Statement]
    value: str
    gradients: Mapping[str, str]

    @property
    def heading(self) -> str:
        """What the file is of, on a line."""
        what = f"{self.root} and its derivatives"
        return f"{self.title}: {what}" if self.title else what

    @property
    def lines(self) -> int:
        """How many lines the program has."""
        return len(self.forward) + len(self.reverse)

    @property
    def words(self) -> set[str]:
        """The names in all texts."""
        statements = [*self.forward, *self.reverse]
        texts = [self.value, *self.gradients.values(), *self.blocks]
        texts += [number for _, number in self.given.values()]
        for function in self.functions:
            statements += function.steps
            texts.append(function.text)
        return {
            word
            for text in (*texts, *(each.text for each in statements))
            for word in _WORD.findall(text)
        }


_NUMBER = re.compile(r"-?\d[\d.]*(?:e[-+]?\d+)?")
_WORD = re.compile(r"[^\W\d]\w*")


def _as_it_is(tree: ast.expr) -> ast.expr:
    return tree


class Target(NamedTuple):
    """A language that programs are printed in.

    Attributes:
        title: what it is called in sentences.
        ending: of a file in it.
        language: how formulas are written; its ``call`` is made of the next three.
        functions: what the language has: by the table's names, templates of calls.
        texts: what else its functions are written by, in the table's language, than the table's rows.
        blocks: what is written in the language itself: sources of functions by their names.
        page: puts a file together.
        reserved: names that no number may have; a function of such a name gets another one.
        ascii_only: whether names have ASCII's letters alone.
        prepared: makes another tree of one before it is written.
        constant: writes a number as an operand, where functions take none of Python's; "" where they do.
        taught: whether lines of a single operation are written as textbooks do, numbers as they are.
        added: what a sum is written as whose result is added up with others once more; "" if as it is.
    """

    title: str
    ending: str
    language: Language
    functions: Mapping[str, str]
    page: Callable[[Page], str]
    texts: Mapping[str, str] = {}
    blocks: Mapping[str, str] = {}
    reserved: frozenset[str] = frozenset()
    ascii_only: bool = False
    prepared: Callable[[ast.expr], ast.expr] = _as_it_is
    constant: str = ""
    taught: bool = False
    added: str = ""


#: Rows whose texts are there to raise where Python does, as they are by IEEE 754.
_BY_IEEE = {"square": "x * x"}


def refused(target: Target) -> dict[str, str]:
    """The operations that a language cannot have, each with the reason.

    Args:
        target: the language.

    >>> from autograd.program.languages import target
    >>> refused(target("c"))
    {}
    """
    found: dict[str, str] = {}
    for row in OPERATIONS.values():
        try:
            writer = _Writer(target)
            writer.tree(ast.Call(ast.Name(row.name), [ast.Name(each) for each in row.parameters], []))
            for place in range(row.arity):
                writer.tree((row.as_taught if target.taught else row.partials)[place].tree)
            list(writer.functions())
        except ArgumentValueError as error:
            found[row.name] = str(error)
    return found


def printed(program: Printable, target: Target) -> str:
    """The source of a program in a language.

    Args:
        program: the lines.
        target: the language.

    Raises:
        ValueError: the program calls what the language has not.
    """
    return target.page(_Writer(target).page(program))


class _Writer:
    """Writes lines, and remembers what they call."""

    def __init__(self, target: Target) -> None:
        self.target = target
        #: the lines by their symbols, those that are not written too
        self._users: dict[str, Line] = {}
        #: functions still to be written, and those that are
        self._waiting: dict[str, Body] = {}
        self._about: dict[str, str] = {}
        self._not_finite = {target.language.number(each) for each in (inf, -inf, nan)}
        self._language = target.language._replace(call=self._call)
        reserved = {*target.reserved, *target.blocks, *target.texts, *self._names_of_slopes()}
        self.names = Identifiers(reserved, ascii_only=target.ascii_only)

    @staticmethod
    def _names_of_slopes() -> Iterator[str]:
        for row in OPERATIONS.values():
            for place in range(row.arity):
                yield _slope_name(row, place)

    # --- what is called ---------------------------------------------------------------------------

    def _call(self, name: str, operands: Sequence[str]) -> str:
        template = self.target.functions.get(name)
        if self.target.constant:
            operands = [self._as_operand(each) for each in operands]
        return template.format(*operands) if template else f"{self._own(name)}({', '.join(operands)})"

    def _own(self, name: str) -> str:
        """What a function that the file defines is called."""
        return f"{name}_of" if name in self.target.reserved else name

    def _as_operand(self, text: str) -> str:
        if not _NUMBER.fullmatch(text) and text not in self._not_finite:
            return text
        return self.target.constant.format(text)

    def _needs(self, names: Collection[str]) -> None:
        """Note that functions are called."""
        target = self.target
        for name in sorted(names):
            if not (name in self._waiting or name in target.blocks or name in target.functions):
                self._waiting[name] = self._body(name, OPERATIONS.get(name))

    def _body(self, name: str, row: Operation | None) -> Body:
        text = self.target.texts.get(name, "" if self.target.taught else _BY_IEEE.get(name, ""))
        if text:
            parameters = row.parameters if row else ("x",)
            return Body(parameters, (), Expression(text, parameters).tree)
        if row is not None and row.functions:
            raise ArgumentValueError(
                f"operation {name!r} calls a Python function, which {self.target.title} has not"
            )
        if row is not None and self.target.taught and row.formula is not row.value:
            return Body(row.parameters, (), row.formula.tree)
        body = body_of(name)
        if body is None:
            what = "operation" if row else "function"
            raise ArgumentValueError(f"{self.target.title} has no {what} {name!r}")
        return body

    def functions(self) -> Iterator[Function]:
        """The functions that have been called, and those that they call, which come first."""
        written: dict[str, Function] = {}
        while waiting := [name for name in self._waiting if name not in written]:
            for name in waiting:
                written[name] = self._function(name, self._waiting[name])
        done: set[str] = set()

        def in_order(name: str) -> Iterator[Function]:
            if name not in done and name in written:
                done.add(name)
                body = self._waiting[name]
                for tree in (*(tree for _, tree in body.steps), body.tree):
                    for each in sorted(calls(self._ready(tree))):
                        yield from in_order(each)
                yield written[name]

        for name in self._waiting:
            yield from in_order(name)

    def _function(self, name: str, body: Body) -> Function:
        names = {each: each for each in (*body.parameters, *(step for step, _ in body.steps))}
        steps: list[Statement] = []
        for step, tree in body.steps:
            before, text = self.tree(tree, names, step)
            steps += [*(Statement(*each) for each in before), Statement(step, text)]
        before, text = self.tree(body.tree, names, "step")
        steps += [Statement(*each) for each in before]
        about = self._about.get(name) or _about(name)
        return Function(self._own(name), body.parameters, steps, text, about)

    # --- formulas ---------------------------------------------------------------------------------

    def _ready(self, tree: ast.expr) -> ast.expr:
        return self.target.prepared(tree if self.target.taught else folded(tree, {}))

    def tree(
        self, tree: ast.expr, names: Mapping[str, str] | None = None, prefix: str = "step"
    ) -> tuple[list[tuple[str, str]], str]:
        """A tree as text, with the steps before it."""
        tree = self._ready(tree)
        self._needs(calls(tree))
        return spelled(tree, self._language, names or {}, prefix)

    def _line(self, line: Line) -> ast.expr:
        """The tree of a line in terms of its variables, by calls where that reads better."""
        row, target = line.operation, self.target
        if row is None:
            return line.tree
        if row.functions:
            raise ArgumentValueError(
                f"operation {row.name!r} calls a Python function, which {target.title} has not"
            )
        operands = dict(zip(line.variables, line.operands, strict=True))
        known = {name: each for name, each in operands.items() if isinstance(each, float)}
        if line.kind == "value":
            if row.operator:
                return line.tree
            if row.name not in target.functions and row.name not in target.blocks:
                tree = self._body(row.name, row).tree
                if not _is_long(folded(tree, known)):
                    return tree
            # an operand that the value does not use is a number all the same
            arguments: list[ast.expr] = [
                ast.Name(each) if each in operands else ast.Constant(0.0) for each in row.parameters
            ]
            return ast.Call(ast.Name(row.name), arguments, [])
        place = next(n for n, partial in enumerate(row.partials) if partial.tree is line.tree)
        if target.taught:
            return row.as_taught[place].tree
        tree = folded(line.tree, known)
        if not any(isinstance(each, ast.IfExp) for each in walk(tree)):
            return line.tree
        name = _slope_name(row, place)
        used = {*names_in(row.partials[place].tree, {*row.parameters, "out"})}
        parameters = tuple(each for each in (*row.parameters, "out") if each in used)
        self._waiting.setdefault(name, Body(parameters, (), row.partials[place].tree))
        by = f" with respect to {row.parameters[place]}" if row.arity > 1 else ""
        self._about[name] = f"the derivative of {row.name}{by}"
        return ast.Call(ast.Name(name), [ast.Name(each) for each in parameters], [])

    def _statements(self, line: Line, added: Collection[str]) -> Iterator[Statement]:
        names: dict[str, str] = {}
        known: dict[str, float] = {}
        tree = self._line(line)
        for variable, operand in zip(line.variables, line.operands, strict=True):
            if isinstance(operand, str):
                names[variable] = self.names[operand]
            else:
                known[variable] = operand
        if known:
            constants = {name: ast.Constant(number) for name, number in known.items()}
            tree = put(tree, constants) if self.target.taught else folded(tree, known)
        missing = names_in(tree, {*_row_names(line)} - names.keys())
        if missing:  # a derivative as taught needs more than the accurate one does
            names |= self._of_row(line, missing)
        tree = _without_zero(tree)
        name = self.names[line.symbol]
        if self.target.added and line.symbol in added and adds_a_number(tree):
            tree = ast.Call(ast.Name("kept"), [tree], [])
        steps, text = self.tree(tree, names, f"{name}_step")
        for each in steps:
            yield Statement(*each)
        if line.kind == "value" and self.target.constant:
            text = self._as_operand(text)
        comment = ""
        if line.kind == "gradient" and not line.symbol.endswith(f"/d{line.below}"):
            comment = f"d{line.above}/d{line.below}"
        yield Statement(name, text, comment)

    def _of_row(self, line: Line, missing: Sequence[str]) -> dict[str, str]:
        user = self._users[line.above]
        operands = dict(zip(user.variables, user.operands, strict=True))
        found: dict[str, str] = {}
        for each in missing:
            operand = user.symbol if each == "out" else operands.get(each, 0.0)
            found[each] = (
                self.names[operand]
                if isinstance(operand, str)
                else bracketed(self._language.number(operand))
            )
        return found

    # --- the whole --------------------------------------------------------------------------------

    def page(self, program: Printable) -> Page:
        """All pieces of a file."""
        given = {
            self.names[symbol]: (symbol, self._language.number(number))
            for symbol, number in program.given.items()
        }
        if not given:
            raise ArgumentValueError(f"{program.root!r} is computed from no given number")
        self._users = self._users or {line.symbol: line for line in program.lines}
        added = _added(program.lines) if self.target.added else set()
        written = [(line, list(self._statements(line, added))) for line in program.lines]
        gradients = {
            name: self.names[program.gradients[symbol]]
            if symbol in program.gradients
            else self._language.number(0.0)
            for name, (symbol, _) in given.items()
        }
        used = _used([*gradients.values(), self.names[program.root]], written)
        if len(used) < len(written):
            # a number that only the rule of a derivative would need, and its text does not
            shorter = _Writer(self.target)
            shorter._users = self._users
            return shorter.page(program._replace(lines=used))
        forward = [each for line, statements in written if line.kind == "value" for each in statements]
        reverse = [each for line, statements in written if line.kind != "value" for each in statements]
        functions = list(self.functions())
        page = Page(
            title=program.title,
            root=program.root,
            given=given,
            blocks=[],
            functions=functions,
            forward=forward,
            reverse=reverse,
            value=self.names[program.root],
            gradients=gradients,
        )
        return page._replace(blocks=self._blocks(page.words))

    def _blocks(self, words: set[str]) -> list[str]:
        """The sources of the functions among some names, and of those that they call."""
        found: dict[str, str] = {}
        while more := words & self.target.blocks.keys() - found.keys():
            found |= {name: self.target.blocks[name] for name in more}
            words = {word for name in more for word in _WORD.findall(found[name])}
        return [source for name, source in self.target.blocks.items() if name in found]


def _used(results: Sequence[str], written: Sequence[tuple[Line, list[Statement]]]) -> list[Line]:
    """The lines whose numbers are used by later ones, or are results."""
    words = {word for text in results for word in _WORD.findall(text)}
    found: list[Line] = []
    for line, statements in reversed(written):
        if statements[-1].name in words:
            found.append(line)
            words |= {word for each in statements for word in _WORD.findall(each.text)}
    return found[::-1]


def _about(name: str) -> str:
    return OPERATIONS[name].about if name in OPERATIONS else ""


# --- trees ----------------------------------------------------------------------------------------


def _slope_name(row: Operation, place: int) -> str:
    return f"{row.name}_slope" if row.arity == 1 else f"{row.name}_slope_{row.parameters[place]}"


def _row_names(line: Line) -> tuple[str, ...]:
    return (*line.operation.parameters, "out") if line.operation else ()


def _is_long(tree: ast.expr) -> bool:
    return any(isinstance(each, ast.IfExp | ast.Call) for each in walk(tree))


def _without_zero(tree: ast.expr) -> ast.expr:
    """A sum without the 0.0 that those of the reverse sweep begin with: the same but for -0.0."""
    match tree:
        case ast.BinOp(left=ast.Constant(value=0.0), op=ast.Add(), right=right):
            return right
        case ast.BinOp(left=ast.BinOp() as left, op=ast.Add(), right=right):
            shorter = _without_zero(left)
            return tree if shorter is left else ast.BinOp(shorter, ast.Add(), right)
        case _:
            return tree


def adds_a_number(tree: ast.expr) -> bool:
    """Whether a tree is a sum or difference of something and a number.

    >>> [adds_a_number(ast.parse(text, mode="eval").body) for text in ("x + 1.0", "1.0 - x", "x + y")]
    [True, True, False]
    """
    match tree:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return isinstance(left, ast.Constant) or isinstance(right, ast.Constant)
        case _:
            return False


def _added(lines: Sequence[Line]) -> set[str]:
    """The symbols of those numbers that are terms of a sum or a difference."""
    found: set[str] = set()
    for line in lines:
        operands = dict(zip(line.variables, line.operands, strict=True))
        for each in walk(line.tree):
            if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add | ast.Sub):
                for term in (each.left, each.right):
                    if isinstance(term, ast.Name) and isinstance(operand := operands.get(term.id), str):
                        found.add(operand)
        if line.copies in found:
            found.add(line.copies)
    return found


# --- templates ------------------------------------------------------------------------------------


def templates(name: str, functions: Mapping[str, str]) -> dict[str, str]:
    """Templates of calls of functions, by the table's names.

    Args:
        name: how a function is named in the language, a template of its own name.
        functions: by the table's names what each is called.

    >>> templates("np.{}", {"asin": "arcsin", "hypot": "hypot"})
    {'asin': 'np.arcsin({})', 'hypot': 'np.hypot({}, {})'}
    """
    found: dict[str, str] = {}
    for each, own in functions.items():
        arity = OPERATIONS[each].arity if each in OPERATIONS else 2  # copysign alone is no operation
        found[each] = f"{name.format(own)}({', '.join(['{}'] * arity)})"
    return found
