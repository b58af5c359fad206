# The engine in C, engine/engine.c, where it has been built.

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from autograd.operations import Operation

DIGEST: str
ROWS: dict[str, list[str]]

class Leaf(type): ...
class Value: ...

def adopt(
    value: type,
    rows: dict[str, Operation],
    call: Callable[..., Any],
    generated: Callable[[Operation, str], Callable[..., Any]],
    detector: ContextVar[Any],
    sweeping: dict[str, Any],
    /,
) -> dict[str, Any]: ...
def alive() -> int: ...
def spare() -> int: ...
def use(name: str, in_c: bool, /) -> None: ...
def sweep(root: Any, leaves: list[Any], /) -> None: ...
def visited(root: Any, /) -> list[Any]: ...
