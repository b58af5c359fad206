"""The quantities of a worked example that answers may be of, by their names."""

from __future__ import annotations

import re

from autograd.errors import ArgumentValueError
from nn import spellings
from nn.step import Recorded
from nn.worked.example import WorkedExample
from nn.worked.formulas import FormulaExample

__all__ = ["Quantities"]

_AFTER = re.compile(r"(.+?) after (?:update )?(\d{1,6})(?: updates?)?")


class Quantities:
    """What can be asked for in a worked example, and the numbers that are right.

    Args:
        example: the worked example.
    """

    def __init__(self, example: WorkedExample | FormulaExample) -> None:
        self.example = example
        self._steps: dict[int, Recorded] = {}

    def value(self, symbol: str, after: int) -> float:
        """The right number."""
        return self._step(after)[symbol]

    def named(self, name: str, where: str) -> tuple[str, int]:
        """The symbol that a name is of, and after how many updates.

        Raises:
            ValueError: it names nothing; the message begins with `where`.
        """
        symbol, after = name.strip(), 0
        if later := _AFTER.fullmatch(symbol):
            symbol, after = later[1], int(later[2])
        step = self._step(after)
        known = [*step]
        if symbol not in known:
            read = spellings.symbol_as_read(symbol)
            alike = [each for each in known if spellings.symbol_as_read(each) == read]
            if len(alike) == 1:
                return alike[0], after
        try:
            _ = step[symbol]
        except KeyError:
            hint = spellings.of_symbol(symbol, known)
            raise ArgumentValueError(
                f"{where}: there is no {symbol!r} in {self.example.name}{hint}"
            ) from None
        return symbol, after

    def has(self, name: str) -> bool:
        """Whether a name is one of theirs."""
        try:
            self.named(name, "")
        except ArgumentValueError:
            return False
        return True

    def like(self, name: str) -> bool:
        """Whether a name that is none of theirs looks like one: a slip of the pen."""
        return bool(spellings.of_symbol(name, [*self._step(0)]))

    def _step(self, after: int) -> Recorded:
        if after not in self._steps:
            self._steps[after] = self.example.step(after + 1)
        return self._steps[after]
