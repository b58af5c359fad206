"""A bound on work: what goes on for ever is ended, what does not is left alone."""

import doctest
import sys

import pytest
import work
from work import TooMuchWorkError, at_most


def counted(count: int) -> int:
    total = 0
    for number in range(count):
        total += number
    return total


def for_ever() -> None:
    while True:
        pass


def test_its_examples_run() -> None:
    result = doctest.testmod(work)
    assert result.attempted
    assert result.failed == 0


def test_lines_of_functions_that_are_called_count() -> None:
    assert at_most(1_000, lambda: counted(100)) == 4950
    with pytest.raises(TooMuchWorkError):
        at_most(1_000, lambda: counted(10_000))
    with pytest.raises(TooMuchWorkError):
        at_most(1_000, lambda: [counted(10) for _ in range(100)])
    with pytest.raises(TooMuchWorkError):
        at_most(1_000, for_ever)


def test_the_tracer_of_before_is_put_back() -> None:
    before = sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        at_most(1_000, lambda: 1 / 0)
    assert sys.gettrace() is before
