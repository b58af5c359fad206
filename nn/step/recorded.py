"""A recorded computation in which every number can be asked for by its name."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, overload

from autograd import Value
from autograd.arguments import choice, each, flag, number_of, text, whole
from autograd.backward import gradients
from autograd.errors import ArgumentValueError
from autograd.symbols import unicode_symbol
from nn.json_text import AsJson
from nn.step.named import NamedNodes
from nn.terminal import Tabular

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from autograd import Derivation, Diagram
    from autograd.second import HessianTable, SecondDerivation
    from nn.step.contributions import Contributions

__all__ = ["Recorded"]

#: What the quantities of a network are drawn as; see `autograd.draw`.
_DRAWN_AS = {
    "input": "given", "target": "target", "weight": "parameter", "bias": "parameter", "net": "neuron",
    "out": "neuron", "part": "error", "error": "error",
}  # fmt: skip

#: With more named quantities, the graph of a network is drawn without its weights and biases.
_MOST_NAMED = 60


class Recorded(NamedNodes, AsJson, Tabular):
    """A computation whose named numbers can be shown, explained, drawn and printed.

    Attributes:
        error_after: the error after the update.
    """

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

    @overload
    def explain(
        self,
        by: str,
        of: str | None = None,
        then: None = None,
        *,
        form: str | None = None,
        max_paths: int = 16,
    ) -> Derivation: ...
    @overload
    def explain(
        self,
        by: str,
        of: str | None = None,
        *,
        then: str,
        form: str | None = None,
        max_paths: int = 16,
    ) -> SecondDerivation: ...
    def explain(
        self,
        by: str,
        of: str | None = None,
        then: str | None = None,
        *,
        form: str | None = None,
        max_paths: int = 16,
    ) -> Derivation | SecondDerivation:
        """The derivative of the error, or of another node, explained; see `autograd.explain`.

        Args:
            by: with respect to what.
            of: what is differentiated; the error, if None.
            then: of a second derivative, with respect to what the first one is differentiated.
            form: "paths", "delta", or None for paths where there are at most four.
            max_paths: list no more paths than that.

        Raises:
            KeyError: there is no such node.
            ValueError: there is no such form, or what `autograd.explain` says of second derivatives.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> print(step.explain("w5", of="out_o1"))
        ∂outₒ₁/∂w₅ = 0.110832091
          = ∂outₒ₁/∂netₒ₁ · ∂netₒ₁/∂w₅
            = 0.186815602 · 0.593269992
        where
          ∂outₒ₁/∂netₒ₁ = outₒ₁·(1 − outₒ₁) = 0.186815602
          ∂netₒ₁/∂w₅    = outₕ₁ = 0.593269992
        >>> step.explain("w5", then="w6").steps[-1].formula
        '∂δₒ₁/∂w₆·outₕ₁'
        """
        from nn.step.explained import derivation, second

        result = self.error if of is None else self.node(of)
        if then is None:
            return derivation(self, self.node(by), result, form, max_paths)
        if form not in {None, "delta"}:
            raise ArgumentValueError(f"a second derivative is explained in the δ form, not as {form!r}")
        return second(self, self.node(by), self.node(then), result)

    def hessian(self, symbols: Iterable[str] | None = None, of: str | None = None) -> HessianTable:
        """The second derivatives of the error, or of another node, as a table.

        Args:
            symbols: those of its rows and columns; those of what is updated, if None.
            of: what is differentiated; the error, if None.

        Raises:
            KeyError: there is no such node.
            ValueError: see `autograd.hessian_table`.

        >>> from nn import worked
        >>> print(worked.load("urbain").step().hessian(["w5", "w6"]))
        Hessian of Eₜₒₜₐₗ
                    ∂/∂w₅       ∂/∂w₆
        ∂/∂w₅   -0.012223  -0.0122974
        ∂/∂w₆  -0.0122974  -0.0123723
        """
        from autograd.second import hessian_table

        wanted = (
            list(self.updates or self._leaves()) if symbols is None else list(each("symbols", symbols))
        )
        result = self.error if of is None else self.node(of)
        return hessian_table(result, [self.node(symbol) for symbol in wanted], wanted)

    def _leaves(self) -> Iterator[str]:
        return (symbol for symbol, node in self.nodes.items() if node.operation is None)

    def contributions(
        self, symbol: str, of: str | None = None, *, over_examples: bool = False
    ) -> Contributions:
        """What backward added to a gradient, in its order, and which inputs of a node matter most.

        An input matters as much as ∂E/∂x · x along it is large. Of a quantity that every example has, as
        ``net_h1`` where the step has ``net_h1@1`` and ``net_h1@2``, the sum over the examples tells.

        Args:
            symbol: the node.
            of: what is differentiated; the error, if None.
            over_examples: sum over the examples, also where the symbol is that of one of them.

        Raises:
            KeyError: there is no such node.
            ValueError: the one does not depend on the other, or is of no single example.

        >>> from nn import worked
        >>> found = worked.load("urbain").step().contributions("out_h1")
        >>> [round(each.total, 9) for each in found.added]
        [0.055399425, 0.036350306]
        """
        from nn.step.contributions import contributions

        return contributions(self, symbol, of, flag("over_examples", over_examples))

    def draw(
        self,
        digits: int | None = None,
        fold: bool | None = None,
        only: Iterable[str] | None = None,
        *,
        view: str | None = None,
        frame: str = "all",
        example: int = 1,
        magnitude: bool = False,
    ) -> Diagram:
        """The step as a picture: a network as lecture notes draw it, or the computational graph.

        Args:
            digits: how many significant digits to show; 4 if None.
            fold: of the graph, whether to show named nodes only; see `autograd.draw`.
            only: of the graph, show the nodes of these symbols only, and the error.
            view: "network" or "graph"; if None, the network if there is one, unless ``fold`` or ``only``
                ask for the graph.
            frame: of the network, "forward", "backward", "update" or "all", one under another; see
                `nn.drawing.draw_network`, as the rest.
            example: the number of the example whose numbers are shown, from 1.
            magnitude: whether the width of a line tells how large the number on it is.

        Raises:
            KeyError: there is no such node.
            ValueError: there is no such view, frame or example; there is no network; or what is for one
                view is asked of the other.
            AutogradError: the error does not depend on one of the nodes.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> step.draw(frame="backward").svg()[:4]
        '<svg'
        >>> diagram = step.draw(only=["out_o1", "w5"])
        >>> diagram.source.count("->")  # from w5 to out_o1, and from there to the error
        2
        """
        digits = 4 if digits is None else digits
        asked = fold is not None or only is not None
        if view is None:
            view = "graph" if asked or not self._network else "network"
        choice("frame", frame, ("forward", "backward", "update", "all"))
        example, magnitude = whole("example", example, 1), flag("magnitude", magnitude)
        if choice("view", view, ("network", "graph")) == "network":
            if not self._network:
                raise ArgumentValueError("there is no network to draw: view must be 'graph'")
            if asked:
                raise ArgumentValueError("fold and only are for view='graph'")
            return self._network_picture(frame, digits, example, magnitude=magnitude)
        if (frame, example, magnitude) != ("all", 1, False):
            raise ArgumentValueError("frame, example and magnitude are for view='network'")
        from autograd.diagram import draw

        nodes = None if only is None else [self.node(symbol) for symbol in each("only", only)]
        note = ""
        if nodes is None and fold is None and len(self.nodes) > _MOST_NAMED:
            nodes = [node for node, role in self._roles().items() if role != "parameter"]
            note = "Without weights and biases: a weight is the derivative of a net input by an output."
        beside = self._beside if nodes is None else [node for node in self._beside if node in nodes]
        return draw(
            self.error,
            *beside,
            digits=digits,
            fold=fold,
            only=nodes,
            groups=self._groups(),
            roles=self._roles(),
            note=note,
        )

    def _network_picture(self, frame: str, digits: int, example: int, *, magnitude: bool) -> Diagram:
        """The picture of the network, of a step that has one."""
        raise NotImplementedError

    def _groups(self) -> dict[str, Iterable[Value]]:
        """By the name of each neuron the nodes of it, without its weights."""
        found: dict[str, list[Value]] = {}
        for symbol, tag in self.tags.items():
            if tag.role in {"net", "out"}:
                name = f"{tag.name}@{tag.example}" if tag.example > 1 else tag.name
                found.setdefault(unicode_symbol(name), []).extend(_own(self.nodes[symbol]))
        return dict(found)

    def _roles(self) -> dict[Value, str]:
        roles = {self.nodes[symbol]: "parameter" for symbol in self.updates}
        for symbol, tag in self.tags.items():
            if tag.role in _DRAWN_AS and symbol in self.nodes:
                roles[self.nodes[symbol]] = _DRAWN_AS[tag.role]
        return roles

    def save_html(self, path: str | PathLike[str]) -> Path:
        """The path, once the page to step through it is written there: one file, opened from the disk.

        `nn.page` gives the page itself, which a notebook shows inline.

        Args:
            path: the file.

        Raises:
            ValueError: see `nn.page`.
            OSError: the file cannot be written.

        >>> from tempfile import TemporaryDirectory
        >>> from nn import worked
        >>> with TemporaryDirectory() as folder:
        ...     worked.load("xing-single").step().save_html(f"{folder}/step.html").name
        'step.html'
        """
        # what makes pages stands above steps and knows them: it is a plug-in here, looked up by its name
        from importlib import import_module

        saved: Path = import_module("nn.stepper").page(self).save(path)
        return saved

    def source(self, language: str, title: str = "") -> str:
        """The error and its derivatives as a program in another language, with the numbers of the step.

        It has a line for each named quantity, as the document writes it. Networks whose lines would be
        too many are handed over as arrays by `nn.interop`.

        Args:
            language: "numpy", "torch", "jax", "sympy", "c" or "javascript"; see
                `autograd.program.Program.source`.
            title: what the file is of, for its first line.

        Raises:
            ValueError: there is no such language, or it lacks a function.

        >>> from nn import worked
        >>> source = worked.load("urbain").step().source("torch")
        >>> "    delta_o1 = dE_dout_o1 * dout_o1_dnet_o1  # dE_total/dnet_o1" in source.splitlines()
        True
        """
        from autograd.program.languages import printed, target
        from nn.step.program import differentiated

        return printed(differentiated(self).printable(text("title", title)), target(language))

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

    #: Whether there is a network to draw.
    _network = False

    @property
    def _beside(self) -> list[Value]:
        """Nodes that the error is not computed by, and yet belong into a picture."""
        return []

    @abstractmethod
    def _after_update(self, symbol: str) -> float | None:
        """A parameter after the update; None of what is not updated."""


def _own(node: Value) -> list[Value]:
    """A node with those without a name that it is computed by."""
    found, open_nodes = [node], [node]
    while open_nodes:
        for operand in open_nodes.pop().operands:
            if isinstance(operand, Value) and operand.operands and not operand.name:
                found.append(operand)
                open_nodes.append(operand)
    return found
