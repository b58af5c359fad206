"""The data of a step: named nodes, and what is known of each by its name.

Modules above read programs, explanations and matrices from it; `Recorded` is made of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from autograd import Value
from autograd.arguments import text
from autograd.errors import UnknownNameError
from nn.step.updates import UpdateRule

if TYPE_CHECKING:
    import ast

    from autograd.program import Naming
    from nn.network import MLP
    from nn.notation import Names, Tag

__all__ = ["DERIVATIVE", "NamedNodes", "NetworkNodes", "unknown_symbol"]

#: A derivative, as it is asked for and as it is shown.
DERIVATIVE = re.compile("[d∂](.+)/[d∂](.+)")


class NamedNodes:
    """Named nodes with the derivatives of one of them, the error, by all others.

    Attributes:
        error: the node of the error.
        nodes: every node that has a name, by its symbol.
        numbers: what is known by a symbol, by kinds: ``values``, ``gradients`` and more.
        gradients: the derivative of the error by every node, in their order.
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
    naming: Naming
    tags: Mapping[str, Tag]
    updates: Mapping[str, tuple[str, str]]
    update_rule = UpdateRule()
    buffers: Mapping[str, float] = MappingProxyType({})
    steps_before = 0

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
        from nn.spellings import symbol_as_read

        read = symbol_as_read(symbol)
        alike = [node for each, node in self.nodes.items() if symbol_as_read(each) == read]
        if len(alike) == 1:
            return alike[0]
        raise unknown_symbol(symbol, self.nodes)

    def derivative(self, by: str, of: str | None = None) -> tuple[Value, Value]:
        """What a derivative is with respect to, and what is differentiated.

        Args:
            by: the one; or the derivative itself, as ``delta_h1``, ``dE/dw5`` or ``∂E/∂w₅``.
            of: the other; the error, if None.

        Raises:
            KeyError: there is no such node.
            TypeError: it is no text.

        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> [node.name for node in step.derivative("delta_h1")]
        ['net_h1', 'E_total']
        >>> step.derivative("dE_o1/dout_h1") == step.derivative("out_h1", "E_o1")
        True
        """
        if text("symbol", by) in self.nodes or of is not None:
            return self.node(by), self.error if of is None else self.node(of)
        from nn.spellings import symbol_as_read

        read = symbol_as_read(by)
        for symbol, gradient in zip(self.nodes, self.gradients, strict=True):
            if read in {symbol_as_read(each) for each in (gradient, self._called(symbol))}:
                return self.nodes[symbol], self.error
        if parts := DERIVATIVE.fullmatch(by):
            return self.node(parts[2]), self.node(parts[1])
        for symbol, after in self.updates.items():
            if by in after:
                raise UnknownNameError(
                    f"{by!r} belongs to the update of {symbol!r}; what is explained is a derivative, "
                    f"as that with respect to {symbol!r}"
                )
        try:
            return self.node(by), self.error
        except UnknownNameError:
            raise unknown_symbol(by, [*self.nodes, *map(self._called, self.nodes)]) from None

    def _called(self, symbol: str) -> str:
        """What the derivative of the error with respect to a node is called, as δ."""
        return self.naming.gradient(self.error.name or "E", symbol)

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


class NetworkNodes(NamedNodes):
    """Those of a network.

    Attributes:
        network: the network as it was before the update, its biases in the notation's convention.
        names: what its parts are called.
        updated: every updated parameter after the update.
        descends: whether the update was w − η ∂E/∂w, that of gradient descent without more.
        learning_rate: η of the update.
    """

    network: MLP
    names: Names
    updated: Mapping[str, float]
    descends: bool
    learning_rate: float


def unknown_symbol(symbol: str, known: Collection[str]) -> UnknownNameError:
    """The error that says what else may be meant.

    >>> unknown_symbol("net_h3", ["net_h1", "w"])
    UnknownNameError("no 'net_h3' in this step; did you mean net_h1?")
    """
    from nn.spellings import of_symbol

    return UnknownNameError(f"no {symbol!r} in this step{of_symbol(symbol, known)}")
