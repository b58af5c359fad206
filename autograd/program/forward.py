"""The forward lines of a graph: one for each operation, or one for each named quantity."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from autograd.errors import AutogradError
from autograd.operations import Operation
from autograd.program.line import Line, Operand, names_in
from autograd.program.naming import Symbols
from autograd.program.order import post_order
from autograd.program.printing import children
from autograd.symbolic import definition
from autograd.value import Value

__all__ = ["ForwardLines", "applied", "by_names", "by_operations", "marked"]

#: A named quantity whose formula has more operations than this, spelled out, is not for anybody to read.
MOST_OPERATIONS = 100_000


class ForwardLines(NamedTuple):
    """What a graph computes, line by line.

    Attributes:
        lines: the lines, each after those that it needs.
        given: the numbers that it starts from.
        symbols: what each of its nodes is called.
    """

    lines: list[Line]
    given: dict[str, float]
    symbols: dict[Value, str]


def _nodes(root: Value, names: Mapping[str, Value]) -> list[Value]:
    return post_order([*names.values(), root], _variable_operands)


def _variable_operands(node: Value) -> Iterable[Value]:
    return [each for each in node.operands if isinstance(each, Value)]


def _symbols(
    nodes: Sequence[Value], root: Value, names: Mapping[str, Value], *, unnamed: bool
) -> dict[Value, str]:
    """What each node is called; of two with the same name, the second gets a number."""
    found: dict[Value, str] = {node: symbol for symbol, node in names.items()}
    symbols = Symbols(names)
    for node in nodes:
        if node not in found and node.name:
            found[node] = symbols.take(node.name)
    for node in nodes if unnamed else [root]:
        if node not in found:
            found[node] = symbols.number()
    return found


# --- one operation per line -----------------------------------------------------------------------


def by_operations(root: Value, names: Mapping[str, Value]) -> ForwardLines:
    """A line for each operation that a node depends on, each the row applied to its operands.

    Args:
        root: the node.
        names: nodes that are to have a symbol of their own, and are recorded as well.
    """
    nodes = _nodes(root, names)
    symbols = _symbols(nodes, root, names, unnamed=True)
    given: dict[str, float] = {}
    lines: list[Line] = []
    for node in nodes:
        operation = node.operation
        if operation is None:
            given[symbols[node]] = node.data
            continue
        variables, places = applied(operation)
        all_operands = node.operands
        operands: tuple[Operand, ...] = tuple(
            [
                symbols[each] if isinstance(each, Value) else each
                for each in (all_operands[place] for place in places)
            ]
        )
        tree = operation.value.tree
        lines.append(Line(symbols[node], "value", tree, variables, operands, "", "", operation))
    return ForwardLines(lines, given, symbols)


@cache
def applied(operation: Operation, index: int | None = None) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Which operands a row's value uses, or one of its partials, which may use its ``out`` too.

    Their names, and where they stand; each tuple is there once for all lines of the row.
    """
    text = operation.value if index is None else operation.partials[index]
    names = (*operation.parameters, "out")
    found = names_in(text.tree, names)
    places = tuple(place for place, name in enumerate(names) if name in found)
    return tuple(names[place] for place in places), places


# --- one named quantity per line ------------------------------------------------------------------


def marked(tree: ast.expr) -> tuple[str, ...]:
    """The names of named nodes in a tree of `autograd.symbolic`, from left to right, each once.

    Raises:
        AutogradError: the tree has too many parts to be spelled out.
    """
    found: dict[str, None] = {}
    sizes: dict[int, int] = {}
    nodes = {id(tree): tree}

    def below(key: int) -> list[int]:
        parts = children(nodes[key])
        nodes.update((id(part), part) for part in parts)
        return [id(part) for part in parts]

    for key in post_order([id(tree)], below):
        each = nodes[key]
        sizes[key] = 1 + sum(sizes[id(part)] for part in children(each))
        if isinstance(each, ast.Name) and each.id.startswith("="):
            found[each.id] = None
    if sizes[id(tree)] > MOST_OPERATIONS:
        raise AutogradError(
            f"a formula of {sizes[id(tree)]:,} parts lies between named quantities, which is too long "
            f"to be written as one line; name nodes on the way, or use the level 'operations'"
        )
    return tuple(found)


def by_names(root: Value, names: Mapping[str, Value]) -> ForwardLines:
    """A line for each named quantity that a node depends on, its formula in terms of named ones.

    The node itself has a line too, whether it has a name or not. What is unnamed and given is a number
    in the formulas.

    Args:
        root: the node.
        names: nodes that are to have a symbol of their own, and are recorded as well, in this order.
    """
    symbols = _symbols(_nodes(root, names), root, names, unnamed=False)
    nodes = {symbol: node for node, symbol in symbols.items()}
    lines: dict[str, Line] = {}
    for symbol, node in nodes.items():
        if node.operation is not None:
            tree = definition(node, symbols.get)
            variables = marked(tree)
            operands = tuple(variable[1:] for variable in variables)
            lines[symbol] = Line(symbol, "value", tree, variables, operands)
    order = post_order(
        [*names, symbols[root]], lambda symbol: lines[symbol].needs if symbol in lines else ()
    )
    given = {symbol: nodes[symbol].data for symbol in order if symbol not in lines}
    return ForwardLines([lines[symbol] for symbol in order if symbol in lines], given, symbols)


#: The recordings by the level of detail.
LEVELS = {"operations": by_operations, "named": by_names}
