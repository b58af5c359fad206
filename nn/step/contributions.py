"""What a gradient was added up from, and which inputs of a node matter most, in a step's own symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import text
from autograd.contributions import additions, influences
from autograd.errors import ArgumentValueError
from autograd.symbolic import label
from autograd.symbols import unicode_symbol
from autograd.tables import Table, decimal
from nn.step.named import NamedNodes
from nn.terminal import Tabular

if TYPE_CHECKING:
    from autograd import Value

__all__ = ["Added", "Contributions", "Mattering", "contributions"]


class Added(NamedTuple):
    """One addition to a gradient.

    Attributes:
        user: what uses the node: the formula of one operation.
        within: the named quantity that this operation is part of; the operation itself has no name.
        above: the gradient of the user.
        slope: the derivative of the user with respect to the node.
        amount: their product, which is added.
        total: the gradient after it.
    """

    user: str
    within: str
    above: float
    slope: float
    amount: float
    total: float


class Mattering(NamedTuple):
    """How much an input matters.

    Attributes:
        input: its symbol.
        product: ∂E/∂x · x along it; of several examples, the sum.
        size: the absolute value; of several examples, the sum of the absolute values.
    """

    input: str
    product: float
    size: float


@dataclass(frozen=True)
class Contributions(Tabular):
    """What contributes to a gradient, and which inputs of a node matter most.

    Attributes:
        symbol: that of the node.
        of: that of what is differentiated.
        examples: how many examples it is about.
        added: what backward added to the gradient, in its order; none of several examples.
        inputs: the inputs of the node, those first that matter most; none of a leaf.

    >>> from nn import worked
    >>> found = worked.load("urbain").step().contributions("out_h1")
    >>> [(each.user, each.within) for each in found.added]
    [('w₅·outₕ₁', 'net_o1'), ('w₇·outₕ₁', 'net_o2')]
    """

    symbol: str
    of: str
    examples: int
    added: tuple[Added, ...]
    inputs: tuple[Mattering, ...]

    def tables(self) -> list[Table]:
        """A table of what backward added, and one of the inputs.

        >>> from nn import worked
        >>> [table.title for table in worked.load("urbain").step().contributions("net_o1").tables()]
        ['How ∂Eₜₒₜₐₗ/∂netₒ₁ was added up', 'Which inputs of netₒ₁ matter most']
        """
        node, error = unicode_symbol(self.symbol), unicode_symbol(self.of)
        found: list[Table] = []
        if self.added:
            table = Table(
                f"How ∂{error}/∂{node} was added up",
                ["used in", "of", f"∂{error}/∂used in", f"∂used in/∂{node}", "+=", "so far"],
                "llrrrr",
            )
            for each in self.added:
                numbers = (each.above, each.slope, each.amount, each.total)
                table.add(each.user, unicode_symbol(each.within), *map(decimal, numbers))
            found.append(table)
        if self.inputs:
            several = self.examples > 1
            over = f", over {self.examples} examples" if several else ""
            total = "Σ " if several else ""
            heads = [
                "input x",
                f"{total}∂{error}/∂x · x",
                *([f"Σ |∂{error}/∂x · x|"] if several else []),
            ]
            table = Table(
                f"Which inputs of {node} matter most{over}", heads, "l" + "r" * (len(heads) - 1)
            )
            for row in self.inputs:
                sizes = (row.product, row.size)[: len(heads) - 1]
                table.add(unicode_symbol(row.input), *map(decimal, sizes))
            found.append(table)
        return found

    def text(self) -> str:
        """The tables as text.

        >>> from nn import worked
        >>> "matter most" in worked.load("urbain").step().contributions("net_o1").text()
        True
        """
        return str(self)

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data, JSON-able.

        >>> from nn import worked
        >>> found = worked.load("urbain").step().contributions("net_o1").to_dict()
        >>> found["inputs"][0]["input"], len(found["added"])
        ('b2', 1)
        """
        return {
            "symbol": self.symbol,
            "of": self.of,
            "examples": self.examples,
            "added": [each._asdict() for each in self.added],
            "inputs": [each._asdict() for each in self.inputs],
        }

    def records(self) -> list[dict[str, Any]]:
        """A dict for each input, as ``pandas.DataFrame`` takes them.

        >>> from nn import worked
        >>> [row["input"] for row in worked.load("urbain").step().contributions("net_o1").records()][:2]
        ['b2', 'w6']
        """
        return [each._asdict() for each in self.inputs]


def contributions(
    step: NamedNodes, symbol: str, of: str | None = None, over_examples: bool = False
) -> Contributions:
    """See `nn.step.Recorded.contributions`.

    Args:
        step: the step.
        symbol: what is asked about.
        of: what is differentiated.
        over_examples: whether to sum over the examples.

    >>> from nn import worked
    >>> found = contributions(worked.load("batch-of-three").step(), "net_o1")
    >>> found.examples, found.inputs[0].input
    (3, 'w_o1_1')
    """
    result = step.error if of is None else step.node(of)
    called = {node: name for name, node in step.nodes.items()}
    if text("symbol", symbol) not in step.nodes and symbol != "E" and f"{symbol}@1" in step.nodes:
        symbol, over_examples = f"{symbol}@1", True
    node = step.node(symbol)
    own = called.get(node, symbol)
    if not over_examples:
        found = [
            Mattering(called.get(each.input, _label(each.input)), each.product, abs(each.product))
            for each in (influences(node, result) if node.operation else ())
        ]
        return Contributions(
            own, called.get(result, _label(result)), 1, _added(step, node, result), tuple(found)
        )
    tag = step.tags.get(own)
    if tag is None or not tag.example:
        raise ArgumentValueError(f"over_examples is for what every example has; {own!r} is of none")
    same = {
        each.example: name
        for name, each in step.tags.items()
        if each._replace(example=tag.example) == tag
    }
    sums: dict[tuple[object, ...], Mattering] = {}
    for name in same.values():
        for each in influences(step.node(name), result):
            key, shown = _over_examples(step, called[each.input])
            before = sums.get(key, Mattering(shown, 0.0, 0.0))
            sums[key] = Mattering(shown, before.product + each.product, before.size + abs(each.product))
    inputs = sorted(sums.values(), key=lambda each: -each.size)
    return Contributions(_plain(own), called[result], len(same), (), tuple(inputs))


def _added(step: NamedNodes, node: Value, result: Value) -> tuple[Added, ...]:
    if node is result:
        return ()
    within = _named_users(step)
    return tuple(
        Added(label(each.user), within.get(each.user, ""), *each[1:]) for each in additions(result, node)
    )


def _named_users(step: NamedNodes) -> dict[Value, str]:
    """By each node, the named quantity that it is part of."""
    found: dict[Value, str] = {}
    for symbol, top in step.nodes.items():
        waiting = [top]
        while waiting:
            node = waiting.pop()
            if node in found:
                continue
            found[node] = symbol
            waiting += [
                each
                for each in node.operands
                if not isinstance(each, float) and not each.name and each.operation is not None
            ]
    return found


def _over_examples(step: NamedNodes, symbol: str) -> tuple[tuple[object, ...], str]:
    """What is the same of a quantity in every example, and what to call it."""
    tag = step.tags.get(symbol)
    if tag is None or not tag.example:
        return (symbol,), symbol
    return tuple(tag._replace(example=0)), _plain(symbol)


def _plain(symbol: str) -> str:
    return symbol.partition("@")[0]


def _label(node: Value) -> str:
    return node.name or f"({label(node, symbol=str)})"
