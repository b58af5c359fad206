"""Formulas as trees: how they read, what they give, and whether steps compute what they say."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import autograd
from autograd.expression import evaluate
from autograd.ieee import ieee_value
from autograd.steps import Step
from autograd.symbolic import written

__all__ = ["text", "value", "wrong_steps"]


def text(tree: ast.expr) -> str:
    """A tree with its symbols as they stand."""
    return written(tree, symbol=str).text


def value(tree: ast.expr, numbers: Mapping[str, float]) -> float:
    """What a tree gives where the symbols are some numbers."""

    def apply(operation: str, operands: Sequence[Any]) -> float:
        return float(getattr(autograd, operation)(*map(float, operands)))

    return float(evaluate(tree, {f"={symbol}": each for symbol, each in numbers.items()}, apply))


def wrong_steps(steps: Iterable[Step]) -> list[str]:
    """Steps whose formula, computed with the numbers that it has, gives another number."""
    complaints = []
    for step in steps:
        for tree in filter(None, (step.tree, step.short)):
            numbers = {f"={symbol}": number for symbol, number in (step.numbers or {}).items()}
            found = float(evaluate(tree, numbers, ieee_value))
            if not math.isclose(found, step.value, rel_tol=1e-7, abs_tol=1e-9):
                complaints.append(f"{step.symbol} = {step.formula} is {found!r}, not {step.value!r}")
    return complaints
