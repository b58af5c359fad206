"""How much a file may ask for: whatever command takes it ends in some ten seconds on an idle machine.

A bound counts work, which is the same on every machine: how many numbers a step has, times how often it
is taken. What is beyond one is refused with the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nn.worked.section import WorkedExampleError

if TYPE_CHECKING:
    from nn.worked.example import WorkedExample
    from nn.worked.formulas import FormulaExample

__all__ = [
    "MAX_BY_HAND",
    "MAX_DERIVED",
    "MAX_EXPLAINED",
    "MAX_JUDGED",
    "MAX_NUMBERS",
    "MAX_PAGE",
    "MAX_QUIZ",
    "MAX_TRAINED",
    "check_by_hand",
    "check_explained",
    "check_judged",
    "check_page",
    "check_quiz",
    "check_steps",
]

#: How many numbers a step has that is shown: its parameters, times the examples.
MAX_NUMBERS = 50_000
#: Likewise a step that is rounded: line by line, with every derivative.
MAX_BY_HAND = 10_000
#: One that is explained as a whole, and one of which a derivative is.
MAX_EXPLAINED, MAX_DERIVED = 2_000, 10_000
#: One that figures or answers are held to.
MAX_JUDGED = 350
#: One of which a quiz knows where every classic mistake leads.
MAX_QUIZ = 130
#: One that is written as a page, with what can be chosen there.
MAX_PAGE = 350
#: The numbers of a step, times all steps up to the one that is asked for.
MAX_TRAINED = 1_000_000


def check_steps(example: WorkedExample | FormulaExample, steps: int) -> None:
    """Refuse to take more steps than end in time.

    Raises:
        WorkedExampleError: there are more.

    >>> from nn import worked
    >>> check_steps(worked.load("urbain"), 1_000_000)
    Traceback (most recent call last):
    nn.worked.section.WorkedExampleError: urbain: 1,000,000 steps of 10 numbers; at most 100,000 ...
    """
    numbers = example.size
    if steps * numbers > MAX_TRAINED:
        raise WorkedExampleError(
            f"{example.file or example.name}: {steps:,} steps of {numbers:,} numbers; at most "
            f"{MAX_TRAINED // numbers:,} are taken"
        )


def check_by_hand(example: WorkedExample | FormulaExample) -> None:
    """Refuse a step of more numbers than can be computed line by line in time.

    Raises:
        WorkedExampleError: there are more.
    """
    _check(example, MAX_BY_HAND, "computed line by line, to be rounded")


def check_explained(example: WorkedExample | FormulaExample, everything: bool) -> None:
    """Refuse a step of more numbers than can be explained in time, or one derivative of it.

    Raises:
        WorkedExampleError: there are more.
    """
    if everything:
        what = "explained as a whole; ask for a SYMBOL"
        _check(example, MAX_EXPLAINED, what, deep=20)
    else:
        _check(example, MAX_DERIVED, "explained")


def check_judged(example: WorkedExample | FormulaExample) -> None:
    """Refuse a step of more numbers than figures or answers can be held to in time.

    Raises:
        WorkedExampleError: there are more.
    """
    _check(example, MAX_JUDGED, "proofread or checked", deep=100)


def check_quiz(example: WorkedExample | FormulaExample) -> None:
    """Refuse a step of more numbers than a quiz can know the mistakes of in time.

    Raises:
        WorkedExampleError: there are more.
    """
    _check(example, MAX_QUIZ, "asked for in a quiz")


def check_page(example: WorkedExample | FormulaExample) -> None:
    """Refuse a step of more numbers than a page of it can be written for in time.

    Raises:
        WorkedExampleError: there are more.
    """
    _check(example, MAX_PAGE, "written as a page", deep=2)


def _check(example: WorkedExample | FormulaExample, most: int, what: str, deep: int = 0) -> None:
    """Refuse what is too large; of more layers than some, each takes as long again."""
    numbers, layers = example.size, len(getattr(example, "layers", ()))
    where = ""
    if deep and layers > deep:
        most, where = most * deep // layers, f" in {layers:,} layers"
    if numbers > most:
        raise WorkedExampleError(
            f"{example.file or example.name}: a step of {numbers:,} numbers{where}; "
            f"at most {most:,} are {what}"
        )
