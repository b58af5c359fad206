"""Lines as Python: one function that computes some of them, and functions of single lines.

The source is registered with `linecache`, so that debuggers step through it and tracebacks show it.
"""

from __future__ import annotations

import ast
import keyword
import linecache
import re
import unicodedata
import weakref
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.expression import CONSTANTS, PRIMITIVES, evaluate
from autograd.ieee import ieee_value, strict
from autograd.operations import OPERATIONS
from autograd.program.line import Line, LineError, listed
from autograd.program.printing import PYTHON, bracketed, spelled, walk
from autograd.symbols import GREEK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

__all__ = [
    "ORDERING",
    "STEPPING",
    "Function",
    "Identifiers",
    "Rounds",
    "Sources",
    "evaluated",
    "scope",
    "stepping",
]

#: Reverse lines never raise: what Python cannot divide, IEEE 754 can.
_NEVER_RAISES = frozenset(("partial", "contribution", "gradient"))
_RESERVED = frozenset((
    "keep", "rounds", "done", "range", "program", "train",
    "forward", "backward", "batch", "rows", "scale", "outputs", "stop", "same",
))  # fmt: skip


# --- names ----------------------------------------------------------------------------------------


class Identifiers:
    """What the numbers of a program are called in a language: their symbols, as far as they are names.

    Args:
        reserved: further names that no number may have.
        ascii_only: whether names have ASCII's letters alone; those of Greek are written out.

    >>> names = Identifiers()
    >>> [names[symbol] for symbol in ("net_h1", "dE/dw5", "w5+", "dE_dw5", "lambda")]
    ['net_h1', 'dE_dw5', 'w5_new', 'dE_dw5_2', 'lambda_']
    >>> names = Identifiers(["double"], ascii_only=True)
    >>> names["double"], names["δ_o1"], names["ж"]
    ('double_', 'delta_o1', 'x436')
    """

    def __init__(self, reserved: Iterable[str] = (), *, ascii_only: bool = False) -> None:
        self._reserved = frozenset(reserved)
        self._ascii_only = ascii_only
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def __getitem__(self, symbol: str) -> str:
        name = self._names.get(symbol)
        if name is None:
            name = self._names[symbol] = self._new(symbol)
            self._taken.add(name)
        return name

    def _new(self, symbol: str) -> str:
        text = re.sub(r"\+$", "_new", symbol.replace("-ln ", "minus_ln_"))
        text = re.sub(r"\W+", "_", text).strip("_") or "x"
        # as Python itself reads names, so that two of them are two
        name = unicodedata.normalize("NFKC", text)
        if self._ascii_only and not name.isascii():
            name = "".join(map(_in_ascii, name))
        if name[0].isdigit():
            name = f"x{name}"
        reserved = _RESERVED | self._reserved | PRIMITIVES.keys() | CONSTANTS.keys()
        if keyword.iskeyword(name) or name in reserved:
            name += "_"
        if name in OPERATIONS or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else "x"
        plain, numbers = name, count(2)
        while name in self._taken:
            name = f"{plain}_{next(numbers)}"
        return name


_WORDS = {letter: word for word, letter in GREEK.items()}


def _in_ascii(character: str) -> str:
    return character if character.isascii() else _WORDS.get(character, f"x{ord(character):x}")


# --- source ---------------------------------------------------------------------------------------


def _power(base: str, exponent: str) -> str:
    """Of a negative base and a broken exponent Python makes a complex number; `strict` refuses."""
    try:
        whole = float(exponent.strip("()")).is_integer()
    except ValueError:
        whole = False
    return f"{base} ** {exponent}" if whole else f"pow({base}, {exponent})"


RUNS = PYTHON._replace(power=_power)


def _inlined(name: str, operands: Sequence[str]) -> str:
    """A call of an operation, or in its place what it computes, where every operand is a name."""
    operation = OPERATIONS.get(name)
    if operation is None or name in PRIMITIVES or not all(map(str.isidentifier, operands)):
        return PYTHON.call(name, operands)
    variables = dict(zip(operation.parameters, operands, strict=True))
    steps, text = spelled(operation.value.tree, RUNS, variables, "")
    return PYTHON.call(name, operands) if steps else f"({text})"


#: Where a loop runs ten thousand times, a call of a function is what takes longest.
_RUNS_OFTEN = RUNS._replace(call=_inlined)


class _Written(NamedTuple):
    line: Line
    steps: list[tuple[str, str]]
    text: str
    calls: frozenset[str]


#: What takes as long as running so many lines: to find what a line needs, to write it as Python and
#: compile it, to call a function, to replace a number by a callback, to compute a line by itself.
ORDERING, _WRITING, _CALLING, _KEEPING, STEPPING = 20, 150, 100, 10, 30


class Sources:
    """The lines of a program and of its variants as Python, each written once.

    Attributes:
        names: what each symbol is called in Python.
        work: how many lines have been run; see `Program.work`.
    """

    def __init__(self) -> None:
        self.names = Identifiers()
        self.work = 0
        self._written: dict[tuple[str, bool], _Written] = {}

    def of(self, line: Line, often: bool) -> _Written:
        """The line in Python."""
        known = self._written.get((line.symbol, often))
        if known is None or known.line is not line:
            names = {
                variable: self.names[operand]
                if isinstance(operand, str)
                else bracketed(PYTHON.number(operand))
                for variable, operand in zip(line.variables, line.operands, strict=True)
            }
            steps, text = spelled(
                line.tree, _RUNS_OFTEN if often else RUNS, names, f"{self.names[line.symbol]}_step"
            )
            known = _Written(line, steps, text, calls(line.tree))
            self._written.setdefault((line.symbol, often), known)
        return known


def calls(tree: ast.expr) -> frozenset[str]:
    """The functions that a tree calls.

    >>> sorted(calls(ast.parse("exp(x) + max(x, 0.0)", mode="eval").body))
    ['exp', 'max']
    """
    called = (each.func for each in walk(tree) if isinstance(each, ast.Call))
    return frozenset(each.id for each in called if isinstance(each, ast.Name))


def scope(called: set[str], named: bool = False) -> dict[str, Any]:
    """What the names in a source stand for: operations of the table, and what their texts may use.

    Args:
        called: the functions that it calls.
        named: whether ``max`` and ``min`` are the operations, which are NaN if an operand is, as in
            lines of named quantities. In the texts of rows they are Python's.

    >>> scope({"softplus"})["softplus"](0.0) == scope(set())["log"](2.0)
    True
    >>> nan = float("nan")
    >>> scope({"max"})["max"](1.0, nan), scope({"max"}, named=True)["max"](1.0, nan)
    (1.0, nan)
    """
    rows = [OPERATIONS[name] for name in {*called, "pow"} & OPERATIONS.keys()]
    rows += [OPERATIONS[name] for row in rows for name in row.value.calls.keys() & OPERATIONS.keys()]
    # what a row's text calls by its own name is a function of Python's in any case
    own = {
        row.name: strict(row)
        for row in rows
        if row.name not in PRIMITIVES or (named and row.name not in row.value.calls)
    }
    return PRIMITIVES | CONSTANTS | own


def _is_named(line: Line) -> bool:
    return line.kind == "value" and line.operation is None


def registered(source: str, name: str, known: dict[str, Any]) -> Callable[..., Any]:
    r"""A function of a source that `linecache` has as long as the function lives.

    Args:
        source: the source.
        name: the name of the function in it.
        known: what the names in it stand for.

    >>> registered("def twice(x):\n    return 2.0 * x\n", "twice", {})(3.0)
    6.0
    """
    filename = f"<program {next(_numbers)}>"
    exec(compile(source, filename, "exec"), known)
    function: Callable[..., Any] = known[name]
    while _gone:
        linecache.cache.pop(_gone.popleft(), None)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    weakref.finalize(function, _gone.append, filename)
    return function


class Function:
    """Some lines as one Python function of the numbers that they need.

    Args:
        lines: the lines, each after those that it needs.
        wanted: the symbols of what it returns.
        sources: writes the lines.
        kept: whether a callback replaces each number.

    Attributes:
        lines: as given.
        inputs: the symbols of what the function takes.
        source: its source.
    """

    called = "program"
    indent = "    "
    often = False

    def __init__(
        self, lines: Sequence[Line], wanted: Sequence[str], sources: Sources, *, kept: bool
    ) -> None:
        self.lines, self.wanted, self.names, self.sources = lines, wanted, sources.names, sources
        sources.work += _WRITING * len(lines)
        computed = {line.symbol for line in lines}
        needed = dict.fromkeys([need for line in lines for need in line.needs])
        needed |= dict.fromkeys(wanted)
        self.inputs = [symbol for symbol in needed if symbol not in computed]
        names = sources.names
        #: which line each line of the body belongs to
        self._belongs: list[int] = []
        body: list[str] = []
        called: set[str] = set()
        for number, line in enumerate(lines):
            _, steps, text, calls = sources.of(line, self.often)
            called |= calls
            for name, step in steps:
                body.append(f"{name} = {step}")
            if kept:
                text = f"keep({line.symbol!r}, {text})"
            body.append(f"{names[line.symbol]} = {text}")
            self._belongs += [number] * (len(steps) + 1)
        arguments = ", ".join([*self._leading(kept), *(names[symbol] for symbol in self._parameters())])
        results = "".join(f"{names[symbol]}, " for symbol in wanted)
        opening = self._opening(arguments)
        self._before = len(opening)
        self.source = "\n".join([
            *opening, *(self.indent + each for each in body), *self._closing(results), "",
        ])  # fmt: skip
        self._function = registered(self.source, self.called, scope(called, any(map(_is_named, lines))))

    def _leading(self, kept: bool) -> list[str]:
        return ["keep"] if kept else []

    def _parameters(self) -> Sequence[str]:
        return self.inputs

    def _opening(self, arguments: str) -> list[str]:
        return [f"def {self.called}({arguments}):"]

    def _closing(self, results: str) -> list[str]:
        return [f"    return ({results})" if results else "    return ()"]

    def __call__(
        self, given: Mapping[str, float], keep: Callable[[str, float], float] | None
    ) -> Sequence[float]:
        """The wanted numbers.

        Raises:
            LineError: a line has no real number as its result.
        """
        leading = () if keep is None else (keep,)
        self._count(1, keep)
        try:
            results: Sequence[float] = self._function(*leading, *[given[each] for each in self.inputs])
        except (ArithmeticError, ValueError) as error:
            results = self._line_by_line(*self._where(error), dict(given), keep)
        return results

    def _line_by_line(
        self,
        number: int,
        known: dict[str, Any],
        found: dict[str, float],
        keep: Callable[[str, float], float] | None,
    ) -> list[float]:
        """The results, from the line that raised an error on by IEEE 754, if that helps."""
        for line in self.lines[:number]:
            found[line.symbol] = known[self.names[line.symbol]]
        del known
        for line in self.lines[number:]:
            value = evaluated(line, found)
            found[line.symbol] = value if keep is None else keep(line.symbol, value)
        return [found[symbol] for symbol in self.wanted]

    def _count(self, times: int, keep: object) -> None:
        self.sources.work += _CALLING + times * len(self.lines) * (1 if keep is None else _KEEPING)

    def _where(self, error: BaseException) -> tuple[int, dict[str, Any]]:
        """Which line raised an error, and the numbers that were known then; or the error itself."""
        traceback: TracebackType | None = error.__traceback__
        while traceback is not None and traceback.tb_frame.f_code is not self._function.__code__:
            traceback = traceback.tb_next
        assert traceback is not None
        place = traceback.tb_lineno - 1 - self._before
        if not 0 <= place < len(self._belongs) or _came_from_keep(traceback):
            raise error
        return self._belongs[place], traceback.tb_frame.f_locals


def _came_from_keep(traceback: TracebackType) -> bool:
    """Whether an error was raised by the callback and not by a line."""
    keep = traceback.tb_frame.f_locals.get("keep")
    below = traceback.tb_next
    return below is not None and below.tb_frame.f_code is getattr(keep, "__code__", None)


class Rounds(Function):
    """Lines of an update as a Python function that takes some rounds of them.

    Args:
        lines: the lines, each after those that it needs.
        updates: for each given number that changes, the symbol of the number that takes its place.
        sources: writes the lines.
        kept: whether a callback replaces each number.
    """

    called = "train"
    indent = "        "
    often = True

    def __init__(
        self, lines: Sequence[Line], updates: Mapping[str, str], sources: Sources, *, kept: bool
    ) -> None:
        self.updates = updates
        super().__init__(lines, list(updates.values()), sources, kept=kept)

    def _leading(self, kept: bool) -> list[str]:
        return ["rounds", *super()._leading(kept)]

    def _parameters(self) -> Sequence[str]:
        return list(dict.fromkeys([*self.updates, *self.inputs]))

    def _opening(self, arguments: str) -> list[str]:
        return [*super()._opening(arguments), "    for done in range(rounds):"]

    def _closing(self, results: str) -> list[str]:
        targets = "".join(f"{self.names[symbol]}, " for symbol in self.updates)
        if not targets:
            return ["        pass", "    return ()"]
        return [f"        {targets[:-1]} = {results[:-1]}", f"    return ({targets})"]

    def take(
        self,
        rounds: int,
        given: Mapping[str, float],
        keep: Callable[[str, float], float] | None,
    ) -> dict[str, float]:
        """The given numbers after some rounds.

        Raises:
            LineError: a line has no real number as its result.
        """
        numbers = dict(given)
        leading = () if keep is None else (keep,)
        parameters = self._parameters()
        while rounds:
            left = rounds
            try:
                results = self._function(rounds, *leading, *[numbers[each] for each in parameters])
                rounds = 0
            except (ArithmeticError, ValueError) as error:
                # this round line by line; those after it at full speed
                number, known = self._where(error)
                rounds -= known["done"] + 1
                for symbol in self.updates:
                    numbers[symbol] = known[self.names[symbol]]
                results = self._line_by_line(number, known, dict(numbers), keep)
                self.sources.work += STEPPING * len(self.lines)
                del known
            self._count(left - rounds, keep)
            numbers.update(zip(self.updates, results, strict=True))
        return numbers


_numbers = count(1)

#: Files whose functions are gone. They leave `linecache` when the next comes, and not at once: functions
#: go when the collector runs, at any moment, and that may be while `linecache` walks through its files.
_gone: deque[str] = deque()


# --- one line -------------------------------------------------------------------------------------

#: The functions of trees, by the trees' identity; an entry keeps its tree alive. Those of the rows
#: are few and stay; others are forgotten with the oldest.
_functions: dict[tuple[int, tuple[str, ...], bool], tuple[ast.expr, Callable[..., float]]] = {}
_MOST_FUNCTIONS = 5000


def evaluated(line: Line, numbers: Mapping[str, float], often: bool = False) -> float:
    """The number of a line.

    Args:
        line: the line.
        numbers: those that it needs, by their symbols.
        often: whether more lines of its formula are to come.

    Raises:
        LineError: it has no real number as its result.

    >>> evaluated(Line.of("y", "x / 4.0", {"x": "a"}), {"a": 2.0})
    0.5
    """
    operands = [numbers[each] if isinstance(each, str) else each for each in line.operands]
    # a tree that is hardly any other line's would not pay for compiling it
    compute = _called if often or line.operation is not None else _walked
    try:
        return compute(line, operands)
    except (ArithmeticError, ValueError) as error:
        if line.kind in _NEVER_RAISES:
            return compute(line, operands, by_ieee=True)
        raise failure(line, numbers, error) from None


def stepping(lines: Iterable[Line], numbers: Mapping[str, float]) -> Iterator[tuple[Line, float]]:
    """Lines, one after the other, each with its number: as `evaluated`, for very many lines.

    Args:
        lines: the lines, each after those that it needs.
        numbers: those that are known; whoever takes a line's number adds it.
    """
    functions: dict[tuple[int, tuple[str, ...]], Callable[..., float]] = {}
    kept = []
    for line in lines:
        key = (id(line.tree), line.variables)
        function = functions.get(key)
        if function is None:
            function = functions[key] = _function(line)
            kept.append(line.tree)  # whose identity is in the key
        operands = [numbers[each] if each.__class__ is str else each for each in line.operands]
        try:
            number = function(*operands)
        except (ArithmeticError, ValueError):
            number = evaluated(line, numbers, often=True)
        yield line, number


def _called(line: Line, operands: Sequence[float], by_ieee: bool = False) -> float:
    return _function(line, by_ieee)(*operands)


def _walked(line: Line, operands: Sequence[float], by_ieee: bool = False) -> float:
    variables = dict(zip(line.variables, operands, strict=True))
    try:
        number: float = evaluate(line.tree, variables, ieee_value if by_ieee else _applied)
    except RecursionError:
        return _called(line, operands, by_ieee)
    return number


def _applied(name: str, operands: Sequence[float]) -> float:
    operation = OPERATIONS.get(name)
    return (PRIMITIVES[name] if operation is None else strict(operation))(*operands)


def failure(line: Line, numbers: Mapping[str, float], cause: Exception) -> LineError:
    """The error to raise where Python's own arithmetic raised ``cause``."""
    where = f" where {listed((need, numbers[need]) for need in line.needs)}" if line.needs else ""
    formula = line.formula
    shown = formula if len(formula) <= 200 else f"{formula[:200]}…"
    error = LineError(f"{line.symbol} = {shown} has no result{where}: {cause}")
    error.line = line
    return error


def _function(line: Line, by_ieee: bool = False) -> Callable[..., float]:
    key = (id(line.tree), line.variables, by_ieee)
    known = _functions.get(key)
    if known is None:
        if len(_functions) >= _MOST_FUNCTIONS:
            del _functions[next(iter(_functions))]
        known = _functions[key] = (line.tree, _compiled(line, by_ieee))
    return known[1]


def _compiled(line: Line, by_ieee: bool) -> Callable[..., float]:
    arguments = [f"x{number}" for number in range(len(line.variables))]
    language = _BY_IEEE if by_ieee else RUNS
    names = dict(zip(line.variables, arguments, strict=True))
    steps, text = spelled(line.tree, language, names, "step")
    called = set(calls(line.tree))
    known = {"ieee": ieee_value} | CONSTANTS if by_ieee else scope(called, _is_named(line))
    body = "".join(f"    {name} = {step}\n" for name, step in steps)
    source = f"def number({', '.join(arguments)}):\n{body}    return {text}\n"
    exec(compile(source, f"<line {line.symbol}>", "exec"), known)
    function: Any = known["number"]
    return function  # type: ignore[no-any-return]


#: Powers, quotients and calls by IEEE 754; the rest does not raise.
_BY_IEEE = PYTHON._replace(
    power="ieee('pow', ({}, {}))".format,
    power_is_call=True,
    quotient="ieee('div', ({}, {}))".format,
    call=lambda name, operands: f"ieee({name!r}, ({', '.join(operands)},))",
)
