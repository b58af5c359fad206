"""Which engine makes the nodes: that in C, where it has been built, or that in Python.

Python's is the reference, and always there. That in C (``engine/engine.c``) does what is ordinary in its
place, and the same to the last bit. ``AUTOGRAD_PURE=1`` in the environment chooses Python's.
"""

from __future__ import annotations

import os
import sys

from autograd.errors import ArgumentValueError
from autograd.operations import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from autograd.operations import Operation

__all__ = ["ADOPTED", "COMPILED", "ENGINE", "IN_PYTHON", "Leaf", "Node", "adopt", "texts"]


def _compiled() -> ModuleType | None:
    chosen = os.environ.get("AUTOGRAD_PURE", "")
    if chosen not in {"", "0", "1"}:
        raise ArgumentValueError(f"AUTOGRAD_PURE must be 0 or 1, got {chosen!r}")
    if chosen == "1":
        return None
    try:
        # no statement, since the module has no source, and would be taken for a name of the package
        __import__("autograd._engine")
    except ImportError:  # it was not built, or serves another interpreter of this process already
        return None
    return sys.modules["autograd._engine"]


#: The module of the engine in C, or None.
COMPILED: ModuleType | None = _compiled()
#: The name of the engine in use, ``"C"`` or ``"Python"``.
ENGINE = "Python" if COMPILED is None else "C"

#: The operations that the engine in C does, by name.
ADOPTED: dict[str, Operation] = {}
#: What `autograd.Value` has in Python in place of what the engine in C does, by name.
IN_PYTHON: dict[str, Any] = {}

if TYPE_CHECKING or COMPILED is None:

    class Node:
        """The parts of a node, see `autograd.Value`."""

        __slots__ = ("__weakref__", "_data", "_dx", "_dy", "_grad", "_name", "_x", "_y", "operation")

    #: The metaclass that Value's is built upon.
    Leaf = type
else:
    Node, Leaf = COMPILED.Value, COMPILED.Leaf


def texts(operation: Operation) -> list[str]:
    """What C is made from of a row: its operands and shortcuts, its value and its partials.

    >>> from autograd import OPERATIONS
    >>> texts(OPERATIONS["log"])
    ['x', 'log(x)', '1.0 / x']
    """
    parameters = ", ".join(operation.parameters)
    if operation.default is not None:
        parameters += f"={operation.default!r}"
    if operation.shortcuts:
        parameters += f"; {operation.shortcuts!r}"
    return [parameters, operation.given_texts["value"], *operation.given_texts["partials"]]


def adopt(value: Any, **parts: Any) -> None:
    """Let the engine in C, if there is one, do what it can of a class that is complete in Python.

    Args:
        value: the class.
        parts: what else it needs; see ``autograd._engine.adopt``.
    """
    if COMPILED is not None:
        known: dict[str, Any] = COMPILED.ROWS
        # a row that was changed since is left to Python
        rows = {name: row for name, row in OPERATIONS.items() if texts(row) == known.get(name)}
        IN_PYTHON.update(COMPILED.adopt(value, rows, *parts.values()))
        ADOPTED.update(rows)
