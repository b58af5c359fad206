"""What a document prints of a worked example, beside the numbers that it should have printed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from autograd.program import Line, LineError, Program
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES, Variant
from nn.byhand.trees import walked
from nn.proofreading.figure import PrintedFigure
from nn.proofreading.printed import Printed
from nn.proofreading.stage import Stage, in_order
from nn.step import Recorded, TrainingStep
from nn.step.matrices import matrix_named
from nn.worked import FormulaExample, WorkedExample, WorkedExampleError

if TYPE_CHECKING:
    from nn.worked import Figure

__all__ = ["ROUNDS_BY_HAND", "Page"]

#: More rounds than this nobody calculates by hand, rounding on the way or with a wrong number.
ROUNDS_BY_HAND = 10

#: To find out why figures are off, so much work is done, which takes some ten seconds; see `Page.work`.
_MAX_WORK = 20_000_000
#: After so much, the best account that is known by then has to do.
_ENOUGH_WORK = 5_000_000


class Page:
    """The figures that a document prints of a worked example, and how they can be computed.

    Args:
        example: the worked example, of a network or of formulas.

    Attributes:
        example: as given.
        calculation: its first step, as a person calculates it.
        figures: the figures.
        off: those that do not agree.
        given: the given numbers after the updates that some figure comes after, by their count, and
            after one more and one less.

    Raises:
        WorkedExampleError: a figure is of a matrix of different numbers.
    """

    def __init__(self, example: WorkedExample | FormulaExample) -> None:
        self.example = example
        self.calculation = by_hand(example)
        stages = sorted({listed.after for listed in example.figures})
        self.given = dict(self._given(stages))
        steps = {
            after: example.with_numbers(
                {symbol: self.given[after][symbol] for symbol in example.numbers}
            ).step()
            if after
            else example.step()
            for after in stages
        }
        self.figures = [
            self._figure(number, listed, steps[listed.after])
            for number, listed in enumerate(example.figures, 1)
        ]
        self.off = [figure for figure in self.figures if not figure.agrees]
        self._made: list[Stage] = []
        self._trained: dict[tuple[Program, int, tuple[float, ...]], dict[str, float]] = {}
        self._rounds: dict[
            tuple[frozenset[int], tuple[float, ...]], tuple[Mapping[str, Line], list[dict[str, float]]]
        ] = {}
        self._sources: dict[PrintedFigure, list[PrintedFigure]] = {}

    @property
    def work(self) -> int:
        """How much has been computed to judge the figures, as `Program.work` counts it."""
        return self.program.work + sum(stage.work for stage in self._made)

    @property
    def is_enough(self) -> bool:
        """Whether so much has been computed that the search for causes should come to an end."""
        return self.work > _ENOUGH_WORK

    def check_work(self) -> None:
        """Stop where it is getting too much.

        Raises:
            WorkedExampleError: more has been done than may be to find out why figures are off.
        """
        if self.work > _MAX_WORK:
            raise WorkedExampleError(
                f"{self.example.file or self.example.name}: figures: to find out why {len(self.off):,} "
                f"are off takes more than running {_MAX_WORK:,} of the step's "
                f"{len(self.program.lines):,} lines; check fewer of them at a time"
            )

    def _given(self, stages: Sequence[int]) -> Iterator[tuple[int, dict[str, float]]]:
        """The given numbers after some numbers of updates, and after one more and one less."""
        given, done = dict(self.program.given), 0
        for after in sorted(
            {after + more for after in stages for more in (-1, 0, 1) if after + more >= 0}
        ):
            try:
                given, done = self.program.train(after - done, given), after
            except LineError:
                if after <= stages[-1]:
                    raise
                return
            yield after, given

    def _figure(self, number: int, listed: Figure, step: Recorded) -> PrintedFigure:
        try:
            value = step[listed.of]
        except KeyError as error:
            message = f"{self.example.name}.toml: figures[{number}].of: {error.args[0]}"
            raise WorkedExampleError(message) from None
        symbols = self._symbols(listed.of, step) if isfinite(value) else ()
        line = self.program.lines.get(symbols[0]) if symbols else None
        if listed.after and line is not None and line.kind in {"buffer", "change", "update"}:
            # it depends on what the optimizer remembers of the steps before
            value = self.program.run(symbols[:1], self.given[listed.after])[symbols[0]]
        group = (self.calculation.sort(line) if line else "given", listed.after)
        return PrintedFigure(
            listed, Printed(listed.printed, listed.decimal_comma), value, symbols, group
        )

    def _symbols(self, of: str, step: Recorded) -> tuple[str, ...]:
        """The symbols in the program of what a figure is of."""
        if (symbol := self.calculation.symbol(of)) is not None:
            return (symbol,)
        matrix = matrix_named(step, of) if isinstance(step, TrainingStep) else None
        if matrix is None:
            return ()
        return tuple(symbol for row in matrix.symbols for symbol in row if symbol)

    @property
    def program(self) -> Program:
        """The lines of the step."""
        return self.calculation.program

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the numbers come in the order of computation, the given ones first."""
        order = [*self.program.given, *(line.symbol for line in in_order(self.program.lines))]
        return {symbol: place for place, symbol in enumerate(order)}

    @cached_property
    def variants(self) -> list[Variant]:
        """The classic mistakes that can be made in the step."""
        return [v for mistake in MISTAKES.values() for v in mistake.variants(self.calculation)]

    def narrowest(self, sentences: Sequence[str]) -> list[str]:
        """Those that say what is done wrong without those that say it of more lines.

        Args:
            sentences: what is said of some mistakes, each of which explains the same.
        """
        known = {
            each.says: frozenset((symbol, line.formula) for symbol, line in each.lines.items())
            for each in self.variants
            if each.says in sentences
        }
        return [
            each
            for each in sentences
            if not any(other < known.get(each, frozenset()) for other in known.values())
        ]

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """The steps that figures belong to, by how many updates come before them."""
        return {
            after: self._stage(self.given[after], self._printed_before(after))
            for after in sorted({figure.after for figure in self.figures})
        }

    def _printed_before(self, after: int) -> dict[str, PrintedFigure]:
        """The figures of a step by their symbols, and of the step before the updated parameters."""
        known: dict[str, PrintedFigure] = {}
        old = {update: parameter for parameter, update in self.program.updates.items()}
        for figure in self.figures:
            for symbol in figure.symbols:
                if figure.after == after:
                    known[symbol] = figure
                elif figure.after + 1 == after and symbol in old:
                    known[old[symbol]] = figure
        return known

    def sources(self, figure: PrintedFigure, line: Line | None = None) -> dict[str, PrintedFigure]:
        """The printed figures that a figure follows from, the nearest on each way, by their symbols.

        They are of the same step; the updated parameters of the step before are parameters of it.

        Args:
            figure: the figure.
            line: the line that it is computed by, if not the right one.
        """
        return self.stages[figure.after].sources(figure.symbols, line or self.line(figure))

    def sources_of(self, figure: PrintedFigure) -> list[PrintedFigure]:
        """The same, each figure once."""
        if figure not in self._sources:
            self._sources[figure] = list(dict.fromkeys(self.sources(figure).values()))
        return self._sources[figure]

    def follows(self, figure: PrintedFigure) -> float | None:
        """The number that follows from the figures printed before a figure; None if it has none."""
        if not figure.symbols:
            return None
        number = self.stages[figure.after].follows.own.get(figure.symbols[0])
        return number if number is None or isfinite(number) else None

    @cached_property
    def half_to_even(self) -> bool:
        """Whether the page rounds halves to even: some figure says so, and none the contrary."""
        numbers = ((each.printed, (each.value, self.follows(each))) for each in self.figures)
        found = {text.half_to_even(x) for text, both in numbers for x in both if x is not None}
        return True in found and False not in found

    def wrong_side(self, figure: PrintedFigure) -> str:
        """What to say of a number that is printed on the wrong side of a kink; "" if it is not."""
        if figure.printed.number * figure.value >= 0.0:
            return ""
        for user in (user for symbol in figure.symbols for user in self.program.users.get(symbol, ())):
            line = self.program.lines[user]
            mine = {v for v, o in zip(line.variables, line.operands, strict=True) if o in figure.symbols}
            if any(_is_relu_of(part, mine) for part in walked(line.tree)):
                alive, dead = ("alive", "dead") if figure.printed.number > 0.0 else ("dead", "alive")
                return (
                    f"the sign is wrong, so its relu is {alive} where it should be {dead}, and figures "
                    f"that are computed from it say nothing"
                )
        return ""

    def line(self, figure: PrintedFigure) -> Line | None:
        """The line that a figure is computed by; None if it is none."""
        return self.program.lines.get(figure.symbols[0]) if figure.symbols else None

    def trained(
        self, lines: Mapping[str, Line], after: int, given: Mapping[str, float]
    ) -> dict[str, float]:
        """The given numbers after some updates, with some lines written otherwise.

        Args:
            lines: these lines, by symbol.
            after: how many updates.
            given: what training starts from.

        Raises:
            LineError: training goes where a line has no number.
        """
        own = {symbol: line for symbol, line in lines.items() if symbol in self._updating}
        if given is self.program.given and not own and after in self.given:
            return self.given[after]
        if after > ROUNDS_BY_HAND:
            return self._long_trained(own, after, given)
        key = (frozenset(map(id, own.values())), tuple(given.values()))
        # the lines are kept with what they lead to: their identity is the key
        _, rounds = self._rounds.setdefault(key, (own, [dict(given)]))
        while len(rounds) <= after:
            numbers = self._first_step.updates_of(own, rounds[-1])
            rounds.append({
                **rounds[-1], **{old: numbers[new] for old, new in self.program.updates.items()}
            })  # fmt: skip
        return rounds[after]

    def _long_trained(
        self, lines: Mapping[str, Line], after: int, given: Mapping[str, float]
    ) -> dict[str, float]:
        """The same of many updates, by the compiled program; what is trained alike is trained once."""
        program = self.program.rewritten(lines.values())
        for (other, *rest), trained in self._trained.items():
            if rest == [after, tuple(given.values())] and program.trains_as(other):
                return trained
        trained = self._trained[program, after, tuple(given.values())] = program.train(after, given)
        return trained

    @cached_property
    def _updating(self) -> set[str]:
        """The symbols of the lines that updates go by."""
        updates = self.program.updates.values()
        return {line.symbol for line in self.program.above(*updates)}

    @cached_property
    def _first_step(self) -> Stage:
        return self._stage(self.program.given, {})

    def _stage(self, given: Mapping[str, float], printed: Mapping[str, PrintedFigure]) -> Stage:
        self._made.append(Stage(self.program, given, printed))
        return self._made[-1]


def _is_relu_of(tree: ast.expr, names: Collection[str]) -> bool:
    match tree:
        case ast.Call(func=ast.Name(id="relu"), args=[ast.Name(id=name)]):
            return name in names
    return False
