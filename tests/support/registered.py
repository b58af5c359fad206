"""Operations to register, what that changes, and how it is undone after a test."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import autograd
from autograd import OPERATIONS, Operation, Value, functions, register, registry, unregister
from autograd.expression import PRIMITIVES
from autograd.methods import Methods
from autograd.registry import _REGISTERED
from nn.activations import activation_names

SOFTSIGN = {
    "parameters": "x",
    "value": "x / (1.0 + abs(x))",
    "partials": ["1.0 / square(1.0 + abs(x))"],
    "about": "softsign",
}
HUBER = {
    "parameters": "x, width=1.0",
    "value": "0.5 * x * x if abs(x) <= abs(width) else abs(width) * (abs(x) - 0.5 * abs(width))",
    "partials": [
        "max(min(x, abs(width)), -abs(width))",
        "(0.0 if abs(x) <= abs(width) else abs(x) - abs(width)) * (1.0 if width >= 0.0 else -1.0)",
    ],
    "about": "Huber's loss",
    "kink": "width == 0.0",
}


def log_gamma(x: float) -> float:
    if x <= 0.0:
        raise ValueError("log_gamma needs x > 0")
    return math.lgamma(x)


def digamma(x: Any, _: Any) -> Any:
    """Recurrence up to where the asymptotic series is exact; of floats and of nodes."""
    below: Any = 0.0
    while x < 12.0:
        below, x = below - 1.0 / x, x + 1.0
    y = 1.0 / (x * x)
    terms = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
    return below + autograd.log(x) - 0.5 / x - terms


LOG_GAMMA = {
    "parameters": "x",
    "value": log_gamma,
    "partials": [digamma],
    "about": "logarithm of the gamma function",
    "domain": "x > 0.0",
    "symbol": "ln Γ",
}


def state() -> dict[str, object]:
    """All that a registration changes."""
    return {
        "table": list(OPERATIONS),
        "texts": set(PRIMITIVES),
        "methods": set(vars(Methods)),
        "registered": list(_REGISTERED),
    }


def traces(name: str) -> list[str]:
    """Where an operation can be found."""
    places = {
        "method": hasattr(Value, name),
        "reflected": hasattr(Value, f"_r{name}"),
        "function": hasattr(functions, name),
        "package": hasattr(autograd, name),
        "directory": name in dir(autograd),
        "table": name in OPERATIONS,
        "text": any(key.startswith(name) for key in PRIMITIVES),
        "source": f"<autograd {name}>" in linecache.cache,
        "activation": name in activation_names(),
    }
    return [place for place, there in places.items() if there]


def registered(name: str, *texts: Any, **more: Any) -> Callable[..., Any]:
    """Register the row of these texts."""
    return register(Operation(name, *texts, **more))


def taken_as_right(name: str, *texts: Any, **more: Any) -> Callable[..., Any]:
    """Register a row without holding it to its value, which takes all of the time.

    For what is about something else, of rows that `registered` takes in other tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "check_row", lambda _: frozenset())
        return registered(name, *texts, **more)


@contextmanager
def as_it_was() -> Iterator[None]:
    """What a test registers is removed after it, and nothing is left."""
    before = state()
    yield
    for name in reversed(list(_REGISTERED)):
        unregister(name)
    assert state() == before
