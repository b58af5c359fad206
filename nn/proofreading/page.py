"""What a document prints of a worked example, beside the numbers that it should have printed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite, nan
from typing import TYPE_CHECKING, TypeAlias

from nn.byhand import PencilError, Sheet, WrittenStep, written, written_formulas
from nn.byhand.mistakes import MISTAKES, Variant
from nn.proofreading.printed import Printed
from nn.step import TrainingStep
from nn.worked.example import LayerData
from nn.worked.formulas import FormulaStep
from nn.worked.section import WorkedExampleError

if TYPE_CHECKING:
    from nn.byhand.lines import Keep, Line
    from nn.step.recorded import Recorded
    from nn.worked.example import Figure, WorkedExample
    from nn.worked.formulas import FormulaExample

__all__ = ["ROUNDS_BY_HAND", "Entry", "FormulaManuscript", "Manuscript", "NetworkManuscript", "Numbers"]

#: More rounds than this nobody computes with a pencil, rounding on the way or with a wrong number.
ROUNDS_BY_HAND = 10

#: What some figures would be, by the entry: the least and the greatest number.
Numbers: TypeAlias = "dict[Entry, tuple[float, float]]"


@dataclass(frozen=True, eq=False)
class Entry:
    """A printed figure, and what it is about.

    Attributes:
        figure: the figure.
        printed: its text.
        value: the number that it should be.
        symbols: what the number is called on the sheet: one symbol, or those of a matrix of equal
            numbers; none if it is not on the sheet, or infinite.
        group: those with the same are of one kind and layer of one step, as the entries of a matrix are.
    """

    figure: Figure
    printed: Printed
    value: float
    symbols: tuple[str, ...]
    group: tuple[str, int, int]

    @property
    def agrees(self) -> bool:
        """Whether the text is the value rounded at its own last digit."""
        return self.printed.says(self.value)

    @property
    def after(self) -> int:
        """How many updates come before it."""
        return self.figure.after

    @cached_property
    def right(self) -> int:
        """The value rounded as the text is, in units of its last digit."""
        return self.printed.rounded(self.value)

    @cached_property
    def near(self) -> tuple[int, int]:
        """The first and the last text that is no farther from the value than the printed one."""
        return self.printed.near(self.value)


class Manuscript(ABC):
    """The figures of a worked example, with the sheet that they can be computed on.

    Args:
        example: the worked example.

    Attributes:
        example: as given.
        step: its first step on a sheet of paper.
        entries: the figures.
        off: those that do not agree.
        off_as_set: the same.
        given: the given numbers after the updates that some figure comes after, by their count.

    Raises:
        WorkedExampleError: a figure is of a matrix of different numbers.
    """

    def __init__(self, example: WorkedExample | FormulaExample) -> None:
        self.example = example
        self.step = self._written()
        self.given: dict[int, dict[str, float]] = {}
        steps = dict(self._steps(sorted({figure.after for figure in example.figures})))
        self.entries = [
            self._entry(number, figure, steps[figure.after])
            for number, figure in enumerate(example.figures, 1)
        ]
        self.off = [entry for entry in self.entries if not entry.agrees]
        self.off_as_set = {*self.off}
        self._known: dict[int, dict[str, Entry]] = {}

    def _steps(self, stages: Sequence[int]) -> Iterator[tuple[int, Recorded]]:
        """The steps after some numbers of updates, recorded; those before them are written by hand."""
        for after, given in self.stages(self.sheet, stages):
            self.given[after] = given
            yield after, self._recorded(given)

    @abstractmethod
    def _written(self) -> WrittenStep:
        """The first step, on a sheet of paper."""

    @abstractmethod
    def _recorded(self, given: Mapping[str, float]) -> Recorded:
        """The step that begins with some numbers."""

    @abstractmethod
    def _symbols(self, of: str, step: Recorded) -> tuple[str, ...]:
        """The symbols on the sheet of what a figure is of."""

    @staticmethod
    def stages(
        sheet: Sheet,
        stages: Iterable[int],
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
    ) -> Iterator[tuple[int, dict[str, float]]]:
        """The given numbers after some numbers of updates, the fewest first.

        Raises:
            PencilError: a line has no real number as its result.
        """
        given, done = {**sheet.given, **(instead or {})}, 0
        for after in stages:
            given = sheet.train(after - done, given, keep)
            done = after
            yield after, given

    def _entry(self, number: int, figure: Figure, step: Recorded) -> Entry:
        try:
            value = step[figure.of]
        except KeyError as error:
            message = f"{self.example.name}.toml: figures[{number}].of: {error.args[0]}"
            raise WorkedExampleError(message) from None
        symbols = self._symbols(figure.of, step) if isfinite(value) else ()
        line = self.sheet.lines.get(symbols[0]) if symbols else None
        group = (line.kind, line.layer, figure.after) if line else ("given", 0, figure.after)
        return Entry(figure, Printed(figure.printed), value, symbols, group)

    @property
    def sheet(self) -> Sheet:
        """The lines of the step."""
        return self.step.sheet

    @cached_property
    def variants(self) -> list[Variant]:
        """The classic mistakes that can be made in the step."""
        return [v for mistake in MISTAKES.values() for v in mistake.variants(self.step)]

    # --- what the figures would be --------------------------------------------------------------

    def numbers(
        self,
        sheet: Sheet,
        *,
        instead: Mapping[str, float] | None = None,
        keep: Keep | None = None,
        shift: int = 0,
        until: int | None = None,
    ) -> Numbers:
        """What the figures would be on another sheet, or with other numbers.

        Args:
            sheet: the sheet.
            instead: other given numbers.
            keep: see `Sheet.run`.
            shift: how many updates more.
            until: leave out the figures that come after more updates than that.
        """
        by_stage: dict[int, list[Entry]] = {}
        for entry in self.entries:
            if entry.symbols and entry.after + shift >= 0 and (until is None or entry.after <= until):
                by_stage.setdefault(entry.after + shift, []).append(entry)
        found: Numbers = {}
        try:
            for after, given in self.stages(sheet, sorted(by_stage), instead, keep):
                wanted = dict.fromkeys(symbol for entry in by_stage[after] for symbol in entry.symbols)
                numbers = sheet.run(list(wanted), given, keep)
                for entry in by_stage[after]:
                    own = [numbers[symbol] for symbol in entry.symbols]
                    if all(map(isfinite, own)) and max(own) - min(own) <= abs(max(own)) * 1e-12:
                        found[entry] = (min(own), max(own))
        except PencilError:
            pass  # training went where there is nothing to compute; later figures have no number
        return found

    def sources(self, entry: Entry, line: Line | None = None) -> dict[str, Entry]:
        """The printed figures that a figure follows from, the nearest on each way, by their symbols.

        They are of the same step; the updated parameters of the step before are parameters of it.

        Args:
            entry: the figure.
            line: the line that it is computed by, if not the right one.
        """
        if entry.after not in self._known:
            self._known[entry.after] = self._printed_before(entry.after)
        known = dict(self._known[entry.after])
        for symbol in entry.symbols:
            known.pop(symbol, None)
        line = line or self.line(entry)
        needs = line.needs if line else []
        lines = [above for need in needs for above in self.sheet.above(need, known)]
        needs = [*needs, *(need for above in lines for need in above.needs)]
        return {symbol: known[symbol] for symbol in dict.fromkeys(needs) if symbol in known}

    def _printed_before(self, after: int) -> dict[str, Entry]:
        """The figures of a step by their symbols, and of the step before the updated parameters."""
        known: dict[str, Entry] = {}
        old = {update: parameter for parameter, update in self.sheet.updates.items()}
        for entry in self.entries:
            for symbol in entry.symbols:
                if entry.after == after:
                    known[symbol] = entry
                elif entry.after + 1 == after and symbol in old:
                    known[old[symbol]] = entry
        return known

    def line(self, entry: Entry) -> Line | None:
        """The line that a figure is computed by; None if it is none."""
        return self.sheet.lines.get(entry.symbols[0]) if entry.symbols else None

    def number(
        self, entry: Entry, instead: Mapping[str, float] | None = None, line: Line | None = None
    ) -> float:
        """What a figure would be if some numbers were others; NaN if it had no number.

        Args:
            entry: the figure.
            instead: numbers of its step by their symbols, in the place of given or of computed ones.
            line: the line that it is computed by, if not the right one.
        """
        instead = {**self.given[entry.after], **(instead or {})}
        try:
            if line is None:
                return self.sheet.run(entry.symbols[:1], instead)[entry.symbols[0]]
            return Sheet([line], self.sheet.run(line.needs, instead)).run([line.symbol])[line.symbol]
        except PencilError:
            return nan


class NetworkManuscript(Manuscript):
    """The figures of an example with a network."""

    example: WorkedExample

    def _written(self) -> WrittenStep:
        return written(self.example.step(), self.example.error, self.example.learning_rate)

    def _recorded(self, given: Mapping[str, float]) -> TrainingStep:
        layers = []
        for data, weights, biases in zip(
            self.example.layers, self.step.weights, self.step.biases, strict=True
        ):
            new = [given[bias] for bias in biases if bias]
            layers.append(
                LayerData(
                    data.activation,
                    [[given[weight] for weight in row] for row in weights],
                    new[0] if isinstance(data.biases, float) else new or None,
                )
            )
        return replace(self.example, layers=layers).step()

    def _symbols(self, of: str, step: Recorded) -> tuple[str, ...]:
        assert isinstance(step, TrainingStep)
        error = step.names.notation.error
        derivative = re.fullmatch(r"d(.+)/d(.+)", of)
        if derivative and derivative[1] in {"E", error} and of not in self.sheet.lines:
            of = step.names.gradient(derivative[2])
        if of == "E":
            of = error
        if of in self.sheet.lines or of in self.sheet.given:
            return (of,)
        for matrix in step.matrices if step.names.notation.vectors else ():
            if matrix.name == of:
                return tuple(symbol for row in matrix.symbols for symbol in row if symbol)
        return ()


class FormulaManuscript(Manuscript):
    """The figures of an example with formulas."""

    example: FormulaExample

    def _written(self) -> WrittenStep:
        return written_formulas(self.example)

    def _recorded(self, given: Mapping[str, float]) -> FormulaStep:
        return FormulaStep(self.example, {name: given[name] for name in self.example.values})

    @cached_property
    def variants(self) -> list[Variant]:
        """The classic mistakes, and each factor of the chain rule left out by itself."""
        alone = [
            Variant(
                "no_factor",
                f"the factor {line.operands['slope']} is left out",
                {line.symbol: replace(line, text="back")},
            )
            for line in self.sheet.lines.values()
            if "slope" in line.operands
        ]
        return [*alone, *super().variants]

    def _symbols(self, of: str, step: Recorded) -> tuple[str, ...]:
        of = re.sub(r"^(d?)E(?=/|$)", rf"\1{self.example.error}", of) if of not in step.nodes else of
        return (of,) if of in self.sheet.lines or of in self.sheet.given else ()
