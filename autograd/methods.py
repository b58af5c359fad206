"""The methods that the table gives a `Value`; ``methods.pyi`` spells them out for type checkers."""

from __future__ import annotations

__all__ = ["Methods"]


class Methods:
    """What every operation of the table is callable by: ``v.exp()``, ``v + w``, ``2 ** v``."""

    __slots__ = ()
