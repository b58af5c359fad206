"""The languages into which programs are printed, besides the Python that runs here: a module for each.

`printed` writes a whole file: the functions that the program calls, the program itself as one function
that returns the value and all its derivatives, and the numbers that it starts from, so that the file
runs by itself. `Program.source` and the command ``backprop convert`` are the ways in.
"""

from __future__ import annotations

from importlib import import_module

from autograd.arguments import choice
from autograd.program.languages.target import LONG, Target, printed, refused

__all__ = ["LANGUAGES", "LONG", "Target", "printed", "refused", "target"]

#: The languages by the names that ask for them, which are those of their modules.
LANGUAGES = ("numpy", "torch", "jax", "sympy", "c", "javascript")


def target(name: str) -> Target:
    """The language of that name.

    Args:
        name: one of `LANGUAGES`.

    Raises:
        ValueError: there is no such language.

    >>> target("torch").title, target("c").ending
    ('PyTorch', '.c')
    """
    found: Target = import_module(f"{__name__}.{choice('language', name, LANGUAGES)}").TARGET
    return found
