"""The data of a step: named nodes, and what is known of each by its name.

Modules above read programs, explanations and matrices from it; `Recorded` is made of these.
"""

from __future__ import annotations

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

__all__ = ["NamedNodes", "NetworkNodes"]


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
        from difflib import get_close_matches

        close = get_close_matches(symbol, self.nodes, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownNameError(f"no {symbol!r} in this step{hint}")

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
