"""What a document prints of a worked example, beside the numbers that it should have printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import TYPE_CHECKING, TypeAlias

from autograd.program import Line, LineError, Program, evaluated
from nn.byhand import by_hand
from nn.byhand.mistakes import MISTAKES, Variant
from nn.proofreading.printed import Printed
from nn.step import Recorded, TrainingStep
from nn.worked import FormulaExample, WorkedExample, WorkedExampleError

if TYPE_CHECKING:
    from autograd.program import Keep
    from nn.byhand.calculation import Sort
    from nn.worked import Figure

__all__ = ["ROUNDS_BY_HAND", "Group", "Numbers", "Page", "PrintedFigure"]

#: More rounds than this nobody calculates by hand, rounding on the way or with a wrong number.
ROUNDS_BY_HAND = 10

#: To find out why figures are off, so much of `Program.work` is done, which takes some ten seconds; and
#: what a guess takes besides, and each figure that it says something of.
_MAX_WORK, _GUESSING, _COMPARING = 60_000_000, 150, 100

#: What figures of one sort and one step have in common, as the entries of a matrix do.
Group: TypeAlias = "tuple[Sort | str, int]"

#: What some figures would be: of each the least and the greatest number.
Numbers: TypeAlias = "dict[PrintedFigure, tuple[float, float]]"


@dataclass(frozen=True, eq=False)
class PrintedFigure:
    """A printed figure, and what it is about.

    Attributes:
        listed: the figure as the worked example lists it.
        printed: its text.
        value: the number that it should be.
        symbols: what the number is called in the step's program: one symbol, or those of a matrix of
            equal numbers; none if no line computes it, or it is infinite.
        group: see `Group`.
    """

    listed: Figure
    printed: Printed
    value: float
    symbols: tuple[str, ...]
    group: Group

    @property
    def agrees(self) -> bool:
        """Whether the text is the value rounded at its own last digit."""
        return self.printed.says(self.value)

    @property
    def after(self) -> int:
        """How many updates come before it."""
        return self.listed.after

    @cached_property
    def right(self) -> int:
        """The value rounded as the text is, in units of its last digit."""
        return self.printed.rounded(self.value)

    @cached_property
    def near(self) -> tuple[int, int]:
        """The first and the last text that is no farther from the value than the printed one."""
        return self.printed.near(self.value)


class Page:
    """The figures that a document prints of a worked example, and how they can be computed.

    Args:
        example: the worked example, of a network or of formulas.

    Attributes:
        example: as given.
        calculation: its first step, as a person calculates it.
        figures: the figures.
        off: those that do not agree.
        off_as_set: the same.
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
            for after in stages
        }
        self.figures = [
            self._figure(number, listed, steps[listed.after])
            for number, listed in enumerate(example.figures, 1)
        ]
        self.off = [figure for figure in self.figures if not figure.agrees]
        self.off_as_set = {*self.off}
        self._known: dict[int, dict[str, PrintedFigure]] = {}
        self._compared = 0

    def check_work(self, guessed: int = 0) -> None:
        """Count a guess, which says something of so many figures, and stop where it is getting too much.

        Raises:
            WorkedExampleError: more has been done than may be to find out why figures are off.
        """
        self._compared += guessed * _COMPARING + _GUESSING
        if self.program.work + self._compared > _MAX_WORK:
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

    def _stages(
        self,
        program: Program,
        stages: Iterable[int],
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
    ) -> Iterator[tuple[int, dict[str, float]]]:
        """The given numbers after some numbers of updates, the fewest first.

        Raises:
            LineError: a line has no real number as its result.
        """
        given, done = {**program.given, **(instead or {})}, 0
        known = not instead and keep is None and program.trains_as(self.program)
        for after in stages:
            if known and after in self.given:
                yield after, self.given[after]
                continue
            given = program.train(after - done, given, keep)
            done = after
            yield after, given

    def _figure(self, number: int, listed: Figure, step: Recorded) -> PrintedFigure:
        try:
            value = step[listed.of]
        except KeyError as error:
            message = f"{self.example.name}.toml: figures[{number}].of: {error.args[0]}"
            raise WorkedExampleError(message) from None
        symbols = self._symbols(listed.of, step) if isfinite(value) else ()
        line = self.program.lines.get(symbols[0]) if symbols else None
        group = (self.calculation.sort(line) if line else "given", listed.after)
        return PrintedFigure(listed, Printed(listed.printed), value, symbols, group)

    def _symbols(self, of: str, step: Recorded) -> tuple[str, ...]:
        """The symbols in the program of what a figure is of."""
        if (symbol := self.calculation.symbol(of)) is not None:
            return (symbol,)
        if isinstance(step, TrainingStep) and step.names.notation.vectors:
            for matrix in step.matrices:
                if matrix.name == of:
                    return tuple(symbol for row in matrix.symbols for symbol in row if symbol)
        return ()

    @property
    def program(self) -> Program:
        """The lines of the step."""
        return self.calculation.program

    @cached_property
    def variants(self) -> list[Variant]:
        """The classic mistakes that can be made in the step."""
        return [v for mistake in MISTAKES.values() for v in mistake.variants(self.calculation)]

    # --- what the figures would be --------------------------------------------------------------

    def numbers(
        self,
        program: Program,
        *,
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
        shift: int = 0,
        until: int | None = None,
    ) -> Numbers:
        """What the figures would be by another program, or with other numbers.

        Args:
            program: the program.
            instead: other given numbers.
            keep: see `Program.run`.
            shift: how many updates more.
            until: leave out the figures that come after more updates than that.
        """
        self.check_work()
        by_stage: dict[int, list[PrintedFigure]] = {}
        for figure in self.figures:
            after = figure.after
            if figure.symbols and after + shift >= 0 and (until is None or after <= until):
                by_stage.setdefault(after + shift, []).append(figure)
        found: Numbers = {}
        try:
            for after, given in self._stages(program, sorted(by_stage), instead, keep):
                wanted = dict.fromkeys(symbol for figure in by_stage[after] for symbol in figure.symbols)
                numbers = program.run(list(wanted), given, keep)
                for figure in by_stage[after]:
                    own = [numbers[symbol] for symbol in figure.symbols]
                    if all(map(isfinite, own)) and max(own) - min(own) <= abs(max(own)) * 1e-12:
                        found[figure] = (min(own), max(own))
        except LineError:
            pass  # training went where there is nothing to compute; later figures have no number
        return found

    def sources(self, figure: PrintedFigure, line: Line | None = None) -> dict[str, PrintedFigure]:
        """The printed figures that a figure follows from, the nearest on each way, by their symbols.

        They are of the same step; the updated parameters of the step before are parameters of it.

        Args:
            figure: the figure.
            line: the line that it is computed by, if not the right one.
        """
        if figure.after not in self._known:
            self._known[figure.after] = self._printed_before(figure.after)
        known = dict(self._known[figure.after])
        for symbol in figure.symbols:
            known.pop(symbol, None)
        line = line or self.line(figure)
        needs = list(line.needs) if line else []
        lines = self.program.above(*reversed(needs), until=known)
        needs = [*needs, *(need for above in lines for need in above.needs)]
        return {symbol: known[symbol] for symbol in dict.fromkeys(needs) if symbol in known}

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

    def line(self, figure: PrintedFigure) -> Line | None:
        """The line that a figure is computed by; None if it is none."""
        return self.program.lines.get(figure.symbols[0]) if figure.symbols else None

    def number(
        self,
        figure: PrintedFigure,
        instead: Mapping[str, float] | None = None,
        line: Line | None = None,
    ) -> float:
        """What a figure would be if some numbers were others; NaN if it had no number.

        Args:
            figure: the figure.
            instead: numbers of its step by their symbols, in the place of given or of computed ones.
            line: the line that it is computed by, if not the right one.
        """
        self.check_work()
        instead = {**self.given[figure.after], **(instead or {})}
        try:
            if line is None:
                return self.program.run(figure.symbols[:1], instead)[figure.symbols[0]]
            return evaluated(line, self.program.run(line.needs, instead))
        except LineError:
            return nan
