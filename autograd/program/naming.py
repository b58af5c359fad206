"""How a program calls what has no name of its own: gradients, partials, contributions."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LEIBNIZ", "Leibniz", "Naming", "Symbols"]


class Naming(Protocol):
    """What the lines of a reverse sweep are called.

    A name that is taken already gets a number, so that two lines never share one.

    >>> from autograd import Value
    >>> from autograd.program import Program
    >>> class Bars:  # as papers on reverse mode write
    ...     def gradient(self, of, below):
    ...         return f"{below}_bar"
    ...     def partial(self, above, below):
    ...         return f"d{above}/d{below}"
    ...     def contribution(self, of, above, below):
    ...         return f"{below}_bar from {above}"
    ...     def written_out(self, of, below):
    ...         return of == below
    >>> x = Value(3.0, "x")
    >>> program = Program.from_graph(((x * x).named("y").exp() + x).named("E"))
    >>> print(program.differentiated(naming=Bars()))
    x = 3.0
    y = x * x
    E = exp(y) + x
    E_bar = 1.0
    y_bar = exp(y)
    dy/dx = 2.0 * x
    x_bar from y = y_bar * dy/dx
    x_bar from E = 1.0
    x_bar = x_bar from y + x_bar from E
    """

    def gradient(self, of: str, below: str) -> str:
        """The symbol of ∂of/∂below."""

    def partial(self, above: str, below: str) -> str:
        """The symbol of ∂above/∂below, where the one is directly computed from the other."""

    def contribution(self, of: str, above: str, below: str) -> str:
        """The symbol of what the use of ``below`` in ``above`` contributes to ∂of/∂below.

        ``above`` is ``of`` itself where that uses ``below`` directly.
        """

    def written_out(self, of: str, below: str) -> bool:
        """Whether ∂of/∂below, where it is a number, is written out in the lines that use it.

        So notes do with the parts of a sum: ∂E/∂E₁ = 1 goes without saying.
        """


class Leibniz:
    """Names after Leibniz: ``dE/dw``, ``dy/dw``, ``dE/dw via y``.

    >>> LEIBNIZ.gradient("E", "w"), LEIBNIZ.contribution("E", "y", "w")
    ('dE/dw', 'dE/dw via y')
    """

    def gradient(self, of: str, below: str) -> str:
        """``dE/dw``.

        >>> LEIBNIZ.gradient("E", "w")
        'dE/dw'
        """
        return f"d{of}/d{below}"

    def partial(self, above: str, below: str) -> str:
        """``dy/dw``.

        >>> LEIBNIZ.partial("y", "w")
        'dy/dw'
        """
        return f"d{above}/d{below}"

    def contribution(self, of: str, above: str, below: str) -> str:
        """``dE/dw via y``, or ``dE/dw directly``.

        >>> LEIBNIZ.contribution("E", "E", "w")
        'dE/dw directly'
        """
        return f"d{of}/d{below} directly" if above == of else f"d{of}/d{below} via {above}"

    def written_out(self, of: str, below: str) -> bool:
        """Only ∂E/∂E is.

        >>> LEIBNIZ.written_out("E", "E"), LEIBNIZ.written_out("E", "y")
        (True, False)
        """
        return of == below


#: The names of a program that has no notation of its own.
LEIBNIZ = Leibniz()


class Symbols:
    """Symbols that are taken, each once.

    Args:
        taken: those that are from the beginning.

    >>> symbols = Symbols(["x", "v1"])
    >>> symbols.take("x"), symbols.take("y"), symbols.take("x"), symbols.number()
    ('x (2)', 'y', 'x (3)', 'v2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*taken}
        self._numbers = count(1)

    def take(self, symbol: str) -> str:
        """The symbol, or where it is taken, the symbol with a number.

        >>> Symbols(["x"]).take("x")
        'x (2)'
        """
        found, numbers = symbol, count(2)
        while found in self._taken:
            found = f"{symbol} ({next(numbers)})"
        self._taken.add(found)
        return found

    def number(self) -> str:
        """The next of ``v1``, ``v2``, … that is not taken.

        >>> Symbols(["v1"]).number()
        'v2'
        """
        while (found := f"v{next(self._numbers)}") in self._taken:
            pass
        self._taken.add(found)
        return found
