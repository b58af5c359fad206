"""The reverse sweep as lines: the chain rule, from a result back to what it is computed from.

    ∂y/∂x, where y is directly computed from x        "partial"
    ∂E/∂y · ∂y/∂x, where several y use x              "contribution"
    ∂E/∂x, the sum of the contributions               "gradient"

With `autograd.backward`, this is the one place of the recursion of backpropagation. At the level of
operations the lines have exactly the arithmetic of `Value.backward`, in its order; at the named level
they are what a page of notes shows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from math import isnan
from typing import NamedTuple

from autograd.operations import Operation
from autograd.program.forward import applied, marked
from autograd.program.line import Line, Operand
from autograd.program.naming import Naming, Symbols
from autograd.program.order import post_order
from autograd.program.tape import Tape
from autograd.symbolic import constant, partials, plus, times
from autograd.value import Value

__all__ = ["Use", "along", "leading_to", "named_sweep", "operation_sweep", "sweep"]

_ABOVE, _PARTIAL = ast.Name("above"), ast.Name("partial")
_PRODUCT = ast.BinOp(_ABOVE, ast.Mult(), _PARTIAL)
_ONE, _ZERO = ast.Constant(1.0), ast.Constant(0.0)


@cache
def _names(count: int) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in range(1, count + 1))


# --- one operation per line -----------------------------------------------------------------------


def operation_sweep(
    lines: Mapping[str, Line], of: str, naming: Naming, taken: Symbols
) -> Iterator[Line]:
    """The reverse lines of a program with one operation per line.

    The sums begin with 0.0 and go by the order in which `Value.backward` reaches the uses, so that
    every number is the same to the last bit. A partial that is an operand or a number is written into
    the lines that use it, and has none of its own.

    Args:
        lines: the forward lines by their symbols.
        of: the symbol of what is differentiated.
        naming: what the lines are called.
        taken: the symbols that are taken.
    """

    def right_first(symbol: str) -> list[str]:
        line = lines.get(symbol)
        if line is None:
            return []
        return [each for each in reversed(line.operands) if isinstance(each, str)]

    uses: dict[str, list[tuple[Line, int]]] = {of: []}
    gradients: dict[str, str] = {}
    for symbol in reversed(post_order([of], right_first)):
        own = uses.pop(symbol)
        gradient = gradients[symbol] = taken.take(naming.gradient(of, symbol))
        if symbol == of:
            yield Line(gradient, "gradient", _ONE, (), (), of, of)
        else:
            factors = []
            for user, place in own:
                factor = _factor(user, place, symbol, of, naming, taken)
                if isinstance(factor, Line):
                    yield factor
                    factor = factor.symbol
                factors.append((user.symbol, factor))
            if len(factors) == 1:
                user_symbol, factor = factors[0]
                tree, variables, operands = _product(gradients[user_symbol], factor, from_zero=True)
                yield Line(gradient, "gradient", tree, variables, operands, of, symbol)
            else:
                terms = []
                for user_symbol, factor in factors:
                    tree, variables, operands = _product(gradients[user_symbol], factor)
                    if tree is _ABOVE:
                        terms.append(operands[0])
                        continue
                    name = taken.take(naming.contribution(of, user_symbol, symbol))
                    yield Line(name, "contribution", tree, variables, operands, user_symbol, symbol)
                    terms.append(name)
                count = len(terms)
                yield Line(
                    gradient, "gradient", _sum_from_zero(count), _names(count), tuple(terms), of, symbol
                )
        line = lines.get(symbol)
        if line is not None:
            for place, operand in enumerate(line.operands):
                if isinstance(operand, str):
                    uses.setdefault(operand, []).append((line, place))


def _factor(
    user: Line, place: int, below: str, of: str, naming: Naming, taken: Symbols
) -> Line | Operand:
    """The derivative of a row by one of its operands: a line, or the operand or number that it is."""
    operation = user.operation
    assert operation is not None
    variable = user.variables[place]
    tree, variables, places, number = _partial(operation, variable)
    if number is not None:
        return number
    operands = user.operands
    if len(operands) < operation.arity:  # those that the row's value does not use are as good as 0
        given = dict(zip(user.variables, operands, strict=True))
        operands = tuple(given.get(parameter, 0.0) for parameter in operation.parameters)
    known = (*operands, user.symbol)
    if isinstance(tree, ast.Name) and places:
        return known[places[0]]
    direct = user.symbol == of  # where the partial would be called as the gradient is
    name = taken.take(
        naming.contribution(of, of, below) if direct else naming.partial(user.symbol, below)
    )
    return Line(
        name,
        "partial",
        tree,
        variables,
        tuple([known[place] for place in places]),
        user.symbol,
        below,
        operation,
    )


@cache
def _partial(
    operation: Operation, variable: str
) -> tuple[ast.expr, tuple[str, ...], tuple[int, ...], float | None]:
    """A row's derivative by an operand: its tree, what that uses and where it stands; or its number."""
    index = operation.parameters.index(variable)
    tree = operation.partials[index].tree
    return tree, *applied(operation, index), constant(tree)


@cache
def _template(factor: float | None, from_zero: bool) -> ast.expr:
    """``above * partial`` with a number for the partial, as short as it has the same value."""
    if factor is None:
        product: ast.expr = _PRODUCT
    elif factor == 1.0:
        product = _ABOVE
    elif factor == -1.0:
        product = ast.UnaryOp(ast.USub(), _ABOVE)
    else:
        product = ast.BinOp(_ABOVE, ast.Mult(), ast.Constant(factor))
    return ast.BinOp(_ZERO, ast.Add(), product) if from_zero else product


def _product(
    above: str, factor: Operand, from_zero: bool = False
) -> tuple[ast.expr, tuple[str, ...], tuple[Operand, ...]]:
    if isinstance(factor, float) and not isnan(factor):
        return _template(factor, from_zero), ("above",), (above,)
    return _template(None, from_zero), ("above", "partial"), (above, factor)


@cache
def _sum_from_zero(count: int) -> ast.expr:
    return _sum(_ZERO, _names(count))


def _sum(first: ast.expr, names: Sequence[str]) -> ast.expr:
    return reduce(lambda total, name: ast.BinOp(total, ast.Add(), ast.Name(name)), names, first)


# --- over a tape ----------------------------------------------------------------------------------


class Use(NamedTuple):
    """One step of the reverse sweep over a tape: what one use of a number adds to its gradient.

    ``gradient[operand] = before + gradient[out] * partial``, where the partial is that of the row by
    its operand number ``place``, and what is before is 0.0 at the first use.

    Attributes:
        out: the slot of the line that uses the number.
        line: the number of that line.
        place: which of its operands it is, 0 or 1.
        operand: the operand's slot.
        first: whether it is the first use that the sweep meets.
    """

    out: int
    line: int
    place: int
    operand: int
    first: bool


def leading_to(tape: Tape, leaves: range) -> bytearray:
    """By slot, whether its number depends on one of some leaves.

    >>> from autograd.program.tape import Leaves
    >>> w, x = Value(0.5), Value(2.0)
    >>> list(leading_to(Tape.of([w + x * x], Leaves([x], [w])), range(1, 2)))
    [0, 1, 0, 1]
    """
    found = bytearray(tape.start)
    for leaf in leaves:
        found[leaf] = 1
    append = found.append
    for first, second in zip(tape.first, tape.second, strict=True):
        append(found[first] | (second >= 0 and found[second]))
    return found


def sweep(tape: Tape, needed: bytearray) -> Iterator[Use]:
    """The reverse sweep from the first output, in the order of `Value.backward`.

    Args:
        tape: the lines.
        needed: by slot, whether its gradient is needed; see `leading_to`.

    >>> from autograd.program.tape import Leaves
    >>> x = Value(2.0)
    >>> tape = Tape.of([x * x + 1.0], Leaves([x], []))
    >>> for use in sweep(tape, leading_to(tape, range(1))):
    ...     print(*use)
    3 1 0 2 True
    2 0 0 0 True
    2 0 1 0 False
    """
    start, root = tape.start, tape.outputs[0]
    if not needed[root]:
        return
    reached = bytearray(start + len(tape))
    reached[root] = 1
    for line in range(root - start, -1, -1):
        out = start + line
        if reached[out] and needed[out]:
            for place, operand in enumerate((tape.first[line], tape.second[line])):
                if operand >= 0 and needed[operand]:
                    yield Use(out, line, place, operand, not reached[operand])
                    reached[operand] = 1


# --- one named quantity per line ------------------------------------------------------------------


def named_sweep(
    lines: Mapping[str, Line],
    given: Sequence[str],
    nodes: Mapping[str, Value],
    of: str,
    naming: Naming,
    taken: Symbols,
) -> Iterator[Line]:
    """The reverse lines of a program with one named quantity per line.

    Products and partials are tidied as one does by hand. A partial that is a number or a single symbol
    is written into the lines that use it; it has a line of its own all the same, to be asked for.

    Args:
        lines: the forward lines by their symbols.
        given: the symbols of the numbers that they start from.
        nodes: the nodes of the graph, by symbol.
        of: the symbol of what is differentiated.
        naming: what the lines are called.
        taken: the symbols that are taken.
    """
    symbols = {node: symbol for symbol, node in nodes.items()}
    users: dict[str, list[str]] = {symbol: [] for symbol in (*lines, *given)}
    for line in lines.values():
        for need in line.needs:
            users[need].append(line.symbol)
    gradients: dict[str, str | float] = {}
    slopes: dict[tuple[str, str], ast.expr] = {}
    for symbol in (*reversed([*lines]), *given):
        gradient = taken.take(naming.gradient(of, symbol))
        terms: list[Line] = []
        above = [user for user in users[symbol] if user in gradients]
        if symbol == of:
            terms.append(Line(gradient, "gradient", _ONE, (), (), of, of))
        elif not above:  # it does not lead there
            yield Line(gradient, "gradient", _ZERO, (), (), of, symbol)
            continue
        for user in above:
            partial = Line("", "partial", *_slope(slopes[user, symbol]), user, symbol)
            if user != of:
                name = taken.take(naming.partial(user, symbol))
                partial = Line(name, "partial", *_slope(slopes[user, symbol]), user, symbol)
                yield partial
            tree, variables, operands = along(gradients[user], partial)
            name = gradient if len(above) == 1 else taken.take(naming.contribution(of, user, symbol))
            kind, top = ("gradient", of) if len(above) == 1 else ("contribution", user)
            terms.append(Line(name, kind, tree, variables, operands, top, symbol))
        yield from terms
        if len(terms) > 1:
            total, variables, operands = _total(terms)
            yield Line(gradient, "gradient", total, variables, operands, of, symbol)
        gradients[symbol] = gradient
        if naming.written_out(of, symbol) and len(terms) == 1:
            number = constant(terms[0].tree)
            gradients[symbol] = gradient if number is None else number
        if symbol in lines:
            found = partials(nodes[symbol], symbols.get)
            slopes.update(((symbol, symbols[node]), tree) for node, tree in found.items())


def _slope(tree: ast.expr) -> tuple[ast.expr, tuple[str, ...], tuple[Operand, ...]]:
    variables = marked(tree)
    return tree, variables, tuple(variable[1:] for variable in variables)


def along(above: str | float, partial: Line) -> tuple[ast.expr, tuple[str, ...], tuple[Operand, ...]]:
    """∂E/∂y · ∂y/∂x, tidied: a tree, the variables in it, and what they stand for.

    Args:
        above: the symbol of ∂E/∂y, or its number.
        partial: the line of ∂y/∂x.

    >>> tree, _, operands = along("dE/dy", Line.of("dy/dx", "-1.0", {}, "partial"))
    >>> ast.unparse(tree), operands
    ('-above', ('dE/dy',))
    """
    if isinstance(above, float):
        return times(ast.Constant(above), partial.tree), partial.variables, partial.operands
    if (number := constant(partial.tree)) is not None:
        tree = times(ast.Constant(number), _ABOVE)
        return (tree, ("above",), (above,)) if number else (tree, (), ())
    return _PRODUCT, ("above", "partial"), (above, partial.copies or partial.symbol)


def _total(terms: Sequence[Line]) -> tuple[ast.expr, tuple[str, ...], tuple[Operand, ...]]:
    """The sum of the contributions; those that are another number, or its negative, are written so."""
    total: ast.expr = _ZERO
    names = _names(len(terms))
    operands: list[Operand] = []
    for name, term in zip(names, terms, strict=True):
        tree: ast.expr = ast.Name(name)
        match term.tree:
            case ast.Name():
                operands.append(term.operands[0])
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name()):
                operands.append(term.operands[0])
                tree = ast.UnaryOp(ast.USub(), tree)
            case _:
                operands.append(term.symbol)
        total = plus(total, tree)
    return total, names, tuple(operands)
