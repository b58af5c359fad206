"""Names of a package that are imported when they are first asked for, by PEP 562."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

__all__ = ["lazily"]


def lazily(
    package: str, names: Callable[[], Collection[str]], module_of: Callable[[str], str | None]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The functions ``__getattr__`` and ``__dir__`` of a package.

    A name is looked up once: then the package has it. Type checkers are told by imports under
    ``TYPE_CHECKING`` what the names are.

    Args:
        package: the package's ``__name__``.
        names: gives the names that it has.
        module_of: gives the module of the package that has a name: "" if the name is one of a module,
            None if there is no such name.

    >>> look_up, listed = lazily("autograd", lambda: ["hvp"], {"hvp": "functional"}.get)
    >>> look_up("hvp").__module__, "hvp" in listed()
    ('autograd.functional', True)
    >>> look_up("frobnicate")
    Traceback (most recent call last):
    AttributeError: module 'autograd' has no attribute 'frobnicate'
    """

    def look_up(name: str) -> Any:
        module = module_of(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        found: Any = import_module(f"{package}.{module or name}")
        if module:
            found = getattr(found, name)
        setattr(sys.modules[package], name, found)
        return found

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names()})

    return look_up, listed
