"""A computation as someone writes it down: line under line, each a number by its name and a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias

from autograd import OPERATIONS, AutogradError
from autograd.expression import CONSTANTS, PRIMITIVES
from autograd.ieee import strict

__all__ = ["Keep", "Line", "PencilError", "Sheet"]

#: What is asked of every named number before it is written down: what to write instead.
Keep: TypeAlias = Callable[[str, float], float]

_NAME = re.compile(r"\b[A-Za-z_]\w*")


class PencilError(AutogradError, ValueError):
    """A line has no real number as its result.

    >>> sheet = Sheet([Line("y", "out", "1.0 / x", {"x": "a"})], {"a": 0.0})
    >>> try:
    ...     sheet.run(["y"])
    ... except PencilError as error:
    ...     print(error)
    y = 1.0 / a has no result: float division by zero
    """


@dataclass(frozen=True)
class Line:
    """One line: a number's name, and how it comes from others.

    Attributes:
        symbol: what the number is called.
        kind: what it is: "net", "out", "slope", "delta", …; see `nn.byhand.writing`. What has no name of
            its own in the notes has the kind "".
        text: the formula, Python of the names that ``operands`` explains.
        operands: for each name in the formula the symbol of a number, or a number.
        layer: the number of the layer that it belongs to, from 1.
        place: which neuron, input and so on it belongs to, by kind.

    >>> line = Line("net_1", "net", "w * x + 1.0", {"w": "w_1", "x": "out_0"})
    >>> line.formula, line.needs
    ('w_1 * out_0 + 1.0', ['w_1', 'out_0'])
    >>> line.source({"w_1": "a", "out_0": "b"})
    'a * b + 1.0'
    """

    symbol: str
    kind: str
    text: str
    operands: Mapping[str, str | float] = field(default_factory=dict)
    layer: int = 0
    place: tuple[int, ...] = ()

    def source(self, names: Mapping[str, str]) -> str:
        """The formula with what each operand is called in a program."""

        def named(match: re.Match[str]) -> str:
            operand = self.operands.get(match[0], match[0])
            if isinstance(operand, float):
                return f"({operand!r})"
            return names[operand] if match[0] in self.operands else operand

        return _NAME.sub(named, self.text)

    @property
    def formula(self) -> str:
        """The formula with the operands' symbols."""
        return self.source({need: need for need in self.needs})

    @property
    def needs(self) -> list[str]:
        """The symbols of the numbers in the formula, from left to right."""
        names = dict.fromkeys(_NAME.findall(self.text))
        operands = [self.operands[name] for name in names if name in self.operands]
        return [operand for operand in operands if isinstance(operand, str)]


class Sheet:
    """Lines that lead from given numbers to others.

    The lines that are asked for become one generated Python function, so ten thousand rounds of training
    take a moment.

    Args:
        lines: the lines.
        given: the numbers that are given, by their symbols.
        updates: which number takes the place of a given one in the next round.

    Attributes:
        lines: the lines by their symbols.
        given: as above.
        updates: as above.

    >>> area = Line("area", "net", "width * height", {"width": "a", "height": "b"})
    >>> sheet = Sheet([area, Line("half", "out", "x / 2.0", {"x": "area"})], {"a": 3.0, "b": 5.0})
    >>> sheet.run(["half"])
    {'half': 7.5}
    >>> sheet.run(["half"], {"area": 10.0}), sheet.run(["half"], keep=lambda symbol, x: round(x))
    ({'half': 5.0}, {'half': 8})
    """

    def __init__(
        self,
        lines: Iterable[Line],
        given: Mapping[str, float],
        updates: Mapping[str, str] | None = None,
    ) -> None:
        self.lines = {line.symbol: line for line in lines}
        self.given = dict(given)
        self.updates = dict(updates or {})
        self._programs: dict[tuple[Any, ...], _Program] = {}

    def rewritten(self, lines: Iterable[Line]) -> Sheet:
        """The same sheet with other lines for some of its numbers.

        >>> sheet = Sheet([Line("y", "out", "x * x", {"x": "a"})], {"a": 3.0})
        >>> sheet.rewritten([Line("y", "out", "x + x", {"x": "a"})]).run(["y"])
        {'y': 6.0}
        """
        return Sheet([*self.lines.values(), *lines], self.given, self.updates)

    def run(
        self,
        wanted: Sequence[str],
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
    ) -> dict[str, float]:
        """The numbers of some symbols.

        Args:
            wanted: their symbols.
            instead: numbers to use in the place of given or of computed ones.
            keep: asked about every computed number that has a name: what to write down instead.

        Raises:
            PencilError: a line has no real number as its result.
            KeyError: there is no such symbol.
        """
        instead = instead or {}
        program = self._program(wanted, instead.keys() - self.given.keys(), kept=keep is not None)
        numbers = program({**self.given, **instead}, keep)
        return dict(zip(wanted, numbers, strict=True))

    def train(
        self, rounds: int, instead: Mapping[str, float] | None = None, keep: Keep | None = None
    ) -> dict[str, float]:
        """The given numbers after some rounds of updates.

        Args:
            rounds: how many.
            instead: other given numbers than the sheet's.
            keep: see `run`.

        Raises:
            PencilError: a line has no real number as its result.

        >>> halved = Line("w+", "update", "w / 2.0", {"w": "w"})
        >>> Sheet([halved], {"w": 8.0}, {"w": "w+"}).train(3)
        {'w': 1.0}
        """
        given = {**self.given, **(instead or {})}
        updated = list(self.updates)
        program = self._program(list(self.updates.values()), (), kept=keep is not None)
        for _ in range(rounds):
            given.update(zip(updated, program(given, keep), strict=True))
        return given

    def above(self, symbol: str, until: Collection[str] = ()) -> list[Line]:
        """The lines that a number is computed by, its own first, each before those that it needs.

        Args:
            symbol: which number.
            until: the symbols of those that are known, whose lines are not needed.

        Raises:
            KeyError: there is no such symbol.

        >>> lines = [Line("y", "net", "x + 1.0", {"x": "a"}), Line("z", "out", "y * y", {"y": "y"})]
        >>> sheet = Sheet(lines, {"a": 3.0})
        >>> [line.symbol for line in sheet.above("z")], [line.symbol for line in sheet.above("z", ["y"])]
        (['z', 'y'], ['z'])
        """
        return list(reversed(self._order([symbol], until)))

    def _order(self, wanted: Sequence[str], until: Collection[str] = ()) -> list[Line]:
        """The lines that lead to some numbers, each after those that it needs."""
        order: list[Line] = []
        done = {*self.given, *until}
        to_do = list(reversed(wanted))
        while to_do:
            symbol = to_do[-1]
            if symbol in done:
                to_do.pop()
                continue
            line = self.lines[symbol]
            missing = [need for need in line.needs if need not in done]
            if missing:
                to_do += reversed(missing)
            else:
                order.append(line)
                done.add(to_do.pop())
        return order

    def _program(self, wanted: Sequence[str], known: Collection[str], *, kept: bool) -> _Program:
        key = (tuple(wanted), frozenset(known), kept)
        if key not in self._programs:
            order = self._order(wanted, known)
            self._programs[key] = _Program(order, wanted, kept=kept)
        return self._programs[key]


class _Program:
    """Some lines as one Python function."""

    def __init__(self, lines: Sequence[Line], wanted: Sequence[str], *, kept: bool) -> None:
        self.lines = lines
        computed = {line.symbol: line for line in lines}
        needed = dict.fromkeys([need for line in lines for need in line.needs] + list(wanted))
        self.inputs = [symbol for symbol in needed if symbol not in computed]
        names = {symbol: f"x{index}" for index, symbol in enumerate([*self.inputs, *computed])}
        body = []
        for line in lines:
            formula = line.source(names)
            if kept and line.kind:
                formula = f"keep({line.symbol!r}, {formula})"
            body.append(f"{names[line.symbol]} = {formula}")
        arguments = "".join(f"{names[symbol]}, " for symbol in self.inputs)
        results = "".join(f"{names[symbol]}, " for symbol in wanted)
        text = "\n    ".join([f"def written({arguments}keep):", *body, f"return ({results})\n"])
        scope = _scope(lines)
        exec(compile(text, "<pencil>", "exec"), scope)
        self._function = scope["written"]

    def __call__(self, given: Mapping[str, float], keep: Keep | None) -> tuple[float, ...]:
        try:
            results: tuple[float, ...] = self._function(*[given[name] for name in self.inputs], keep)
        except (ArithmeticError, ValueError) as error:
            line = self._line_of(error.__traceback__)
            raise PencilError(f"{line.symbol} = {line.formula} has no result: {error}") from None
        return results

    def _line_of(self, traceback: TracebackType | None) -> Line:
        while traceback is not None and traceback.tb_frame.f_code is not self._function.__code__:
            traceback = traceback.tb_next
        assert traceback is not None
        return self.lines[traceback.tb_lineno - 2]  # the first line of the function is its def


def _scope(lines: Iterable[Line]) -> dict[str, Any]:
    """What the formulas call: operations of the table, and what their texts may use."""
    called = {name for line in lines for name in _NAME.findall(line.text)}
    operations = called & OPERATIONS.keys() - PRIMITIVES.keys()
    return PRIMITIVES | CONSTANTS | {name: strict(OPERATIONS[name]) for name in operations}
