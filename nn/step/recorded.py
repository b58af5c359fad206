"""A recorded computation in which every number can be asked for by its name."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from autograd import Value
from autograd.arguments import each, number_of, text
from autograd.backward import gradients
from autograd.errors import UnknownNameError
from nn.json_text import json_text
from nn.step.updates import UpdateRule
from nn.terminal import Tabular

if TYPE_CHECKING:
    import ast
    from os import PathLike
    from pathlib import Path

    from autograd import Derivation, Diagram
    from autograd.program import Naming
    from nn.notation import Tag

__all__ = ["Page", "Recorded"]


class Page(Protocol):
    """A page in HTML; see `nn.stepper`.

    Attributes:
        html: its text.

    >>> from nn.stepper import StepPage
    >>> page: Page = StepPage("<p>a</p>")
    >>> page.html
    '<p>a</p>'
    """

    @property
    def html(self) -> str:
        """Its text."""

    def save(self, path: str | PathLike[str]) -> Path:
        """The path, once the page is written there.

        >>> from tempfile import TemporaryDirectory
        >>> from nn.stepper import StepPage
        >>> with TemporaryDirectory() as folder:
        ...     StepPage("<p>a</p>").save(f"{folder}/a.html").read_text(encoding="utf-8")
        '<p>a</p>'
        """

    def _repr_html_(self) -> str:
        """What a notebook shows."""


class Recorded(Tabular):
    """Named nodes with the derivatives of one of them, the error, by all others.

    Attributes:
        error: the node of the error.
        nodes: every node that has a name, by its symbol.
        numbers: what is known by a symbol, by kinds: ``values``, ``gradients`` and more.
        gradients: the derivative of the error by every node, in their order.
        error_after: the error after the update.
        naming: what the derivatives of the error are called.
        tags: by symbol what a quantity is, and where in a network; none of what no network has.
        updates: by the symbol of each updated parameter those of it after the update, and of the change.
        update_rule: how parameters are updated.
        buffers: what the optimizer remembers of each parameter before the update, by its symbol.
        steps_before: how many updates come before.
    """

    error: Value
    nodes: Mapping[str, Value]
    numbers: Mapping[str, Mapping[str, float]]
    gradients: Mapping[str, float]
    error_after: float
    naming: Naming
    tags: Mapping[str, Tag]
    updates: Mapping[str, tuple[str, str]]
    update_rule = UpdateRule()
    buffers: Mapping[str, float] = MappingProxyType({})
    steps_before = 0

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
        from difflib import get_close_matches

        close = get_close_matches(symbol, self.nodes, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownNameError(f"no {symbol!r} in this step{hint}")

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

    @property
    def rewritten(self) -> Collection[str]:
        """The symbols of quantities whose formulas the step's program has otherwise than the graph.

        >>> from nn import worked
        >>> worked.load("urbain").step().rewritten
        ()
        """
        return ()

    @property
    def short(self) -> Mapping[str, ast.expr]:
        """By the symbol of a net input, a shorter formula of the derivative with respect to it.

        >>> from nn import worked
        >>> worked.load("urbain").step().short  # nothing cancels there
        {}
        """
        return {}

    def explain(
        self, by: str, of: str | None = None, *, form: str | None = None, max_paths: int = 16
    ) -> Derivation:
        """The derivative of the error, or of another node, explained; see `autograd.explain`.

        Args:
            by: with respect to what.
            of: what is differentiated; the error, if None.
            form: "paths", "delta", or None for paths where there are at most four.
            max_paths: list no more paths than that.

        Raises:
            KeyError: there is no such node.
            ValueError: there is no such form.

        >>> from nn import worked
        >>> print(worked.load("urbain").step().explain("w5", of="out_o1"))
        ∂outₒ₁/∂w₅ = 0.110832091
          = ∂outₒ₁/∂netₒ₁ · ∂netₒ₁/∂w₅
            = 0.186815602 · 0.593269992
        where
          ∂outₒ₁/∂netₒ₁ = outₒ₁·(1 − outₒ₁) = 0.186815602
          ∂netₒ₁/∂w₅    = outₕ₁ = 0.593269992
        """
        from nn.step.explained import derivation

        result = self.error if of is None else self.node(of)
        return derivation(self, self.node(by), result, form, max_paths)

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
        from autograd.diagram import draw

        nodes = None if only is None else [self.node(symbol) for symbol in each("only", only)]
        beside = self._beside if nodes is None else [node for node in self._beside if node in nodes]
        results = [self.error, *beside]
        return draw(*results, digits=digits, fold=fold, only=nodes)

    def page(self) -> Page:
        """The page to step through it, with every number to be changed; a notebook shows it inline.

        Raises:
            ValueError: it is no step of gradient descent that a file can say, or an operation that was
                registered has no JavaScript.

        >>> from nn import worked
        >>> page = worked.load("xing-single").step().page()
        >>> page.html[:15], page._repr_html_()[:7]
        ('<!DOCTYPE html>', '<iframe')
        """
        # what makes pages knows steps, so a step asks for it by its name
        from importlib import import_module

        made: Page = import_module("nn.stepper").page(self)
        return made

    def save_html(self, path: str | PathLike[str]) -> Path:
        """The path, once `page` is written there: one file, which any browser opens from the disk.

        Args:
            path: the file.

        Raises:
            ValueError: see `page`.
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> from nn import worked
        >>> with TemporaryDirectory() as folder:
        ...     worked.load("xing-single").step().save_html(f"{folder}/step.html").name
        'step.html'
        """
        return self.page().save(path)

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
        """`to_dict` as JSON text: null for a number that is not finite, which ``not_finite`` then has.

        >>> import json
        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> json.loads(step.to_json())["updated"]["w5+"] == step["w5+"]
        True
        """
        return json_text(self.to_dict())

    def records(self) -> list[dict[str, Any]]:
        """A dict for every named node, as ``pandas.DataFrame`` takes them.

        ``after`` and ``change`` are those of an updated parameter, else None.

        >>> from nn import worked
        >>> step = worked.load("xing-single").step()
        >>> [row for row in step.records() if row["symbol"] == "w"]
        [{'symbol': 'w', 'value': 0.5, 'gradient': -0.5, 'after': 0.75, 'change': 0.25}]
        """
        return [
            {
                "symbol": symbol,
                "value": node.data,
                "gradient": number_of(node.grad),
                "after": (after := self._after_update(symbol)),
                "change": None if after is None else after - node.data,
            }
            for symbol, node in self.nodes.items()
        ]

    @property
    def _beside(self) -> list[Value]:
        """Nodes that the error is not computed by, and yet belong into a picture."""
        return []

    @abstractmethod
    def _after_update(self, symbol: str) -> float | None:
        """A parameter after the update; None of what is not updated."""
