"""A recorded computation in which every number can be asked for by its name."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any

from autograd import Derivation, Diagram, Value, draw, explain
from autograd.arguments import each, text
from autograd.backward import gradients

__all__ = ["Recorded"]


class Recorded(ABC):
    """Named nodes with the derivatives of one of them, the error, by all others.

    Attributes:
        error: the node of the error.
        nodes: every node that has a name, by its symbol.
        numbers: what is known by a symbol, by kinds: ``values``, ``gradients`` and more.
        error_after: the error after the update.
    """

    error: Value
    nodes: Mapping[str, Value]
    numbers: Mapping[str, Mapping[str, float]]
    error_after: float

    @property
    def error_before(self) -> float:
        """The error before the update.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> round(step.error_before, 9), round(step.error_after, 9)
        (0.298371109, 0.291027774)
        """
        return self.error.data

    def node(self, symbol: str) -> Value:
        """The node of that name; "E" is the error, whatever the notation calls it.

        Raises:
            KeyError: there is none.
            TypeError: it is no text.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> step.node("out_o1").operation, step.node("E").name
        (Operation('sigmoid'), 'E_total')
        """
        if text("symbol", symbol) in self.nodes:
            return self.nodes[symbol]
        if symbol == "E":
            return self.error
        close = get_close_matches(symbol, self.nodes, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise KeyError(f"no {symbol!r} in this step{hint}")

    def __getitem__(self, symbol: str) -> float:
        """The number of that name: a value, a gradient, a δ, an updated parameter, any dA/dB.

        Raises:
            KeyError: there is none.
            TypeError: it is no text.
        """
        text("symbol", symbol)
        for numbers in self.numbers.values():
            if symbol in numbers:
                return numbers[symbol]
        if derivative := re.fullmatch(r"d(.+)/d(.+)", symbol):
            above, below = self.node(derivative[1]), self.node(derivative[2])
            return float(gradients(above).get(below, 0.0))
        return self.node(symbol).data

    def __iter__(self) -> Iterator[str]:
        """Every symbol that there is a number for by itself."""
        for numbers in self.numbers.values():
            yield from numbers

    def explain(self, by: str, of: str | None = None) -> Derivation:
        """The derivative of the error, or of another node, along every path; see `autograd.explain`.

        Raises:
            KeyError: there is no such node.

        >>> from nn import worked
        >>> print(worked.load("urbain").step().explain("w5", of="out_o1"))
        ∂outₒ₁/∂w₅ = 0.110832091
          = ∂outₒ₁/∂netₒ₁ · ∂netₒ₁/∂w₅
            = 0.186815602 · 0.593269992
        where
          ∂outₒ₁/∂netₒ₁ = outₒ₁·(1 − outₒ₁) = 0.186815602
          ∂netₒ₁/∂w₅    = outₕ₁ = 0.593269992
        """
        return explain(self.error if of is None else self.node(of), self.node(by))

    def draw(self, digits: int = 6, fold: bool = False, only: Iterable[str] | None = None) -> Diagram:
        """The graph with its gradients; see `autograd.draw`.

        Args:
            digits: how many significant digits to show.
            fold: show named nodes only.
            only: show the nodes of these symbols only, and the error.

        Raises:
            KeyError: there is no such node.
            AutogradError: the error does not depend on one of them.

        >>> from nn import worked
        >>> diagram = worked.load("urbain").step().draw(only=["out_o1", "w5"])
        >>> diagram.source.count("->")  # from w5 to out_o1, and from there to the error
        2
        """
        nodes = None if only is None else [self.node(symbol) for symbol in each("only", only)]
        return draw(self.error, digits=digits, fold=fold, only=nodes)

    def to_dict(self) -> dict[str, Any]:
        """All numbers by their symbols, as plain data.

        >>> from nn import worked
        >>> numbers = worked.load("xing-single").step().to_dict()
        >>> [kind for kind in numbers], numbers["values"]["w"]
        (['values', 'gradients', 'deltas', 'updated', 'changes', 'error_before', 'error_after'], 0.5)
        """
        return {
            **{kind: dict(numbers) for kind, numbers in self.numbers.items()},
            "error_before": self.error_before,
            "error_after": self.error_after,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text; each number reads back as exactly the same.

        Raises:
            ValueError: a number is infinite or NaN, which JSON has no way to write.

        >>> import json
        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> json.loads(step.to_json())["updated"]["w5+"] == step["w5+"]
        True
        """
        content = self.to_dict()
        for kind, numbers in content.items():
            for symbol, value in numbers.items() if isinstance(numbers, dict) else [(kind, numbers)]:
                if not isfinite(value):
                    raise ValueError(f"{symbol} is {value}, which JSON has no way to write")
        return json.dumps(content, indent=2, allow_nan=False)

    @abstractmethod
    def __rich__(self) -> Any:
        """The numbers as tables, as rich asks for them."""

    def __str__(self) -> str:
        from nn.step.tables import plain

        return plain(self)

    def _repr_svg_(self) -> str | None:
        return self.draw()._repr_svg_()
