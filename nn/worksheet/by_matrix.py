"""The questions of a document that works with matrices: each as a whole, its shape first."""

from __future__ import annotations

from collections.abc import Container, Sequence

from nn.neuron import Neuron
from nn.notation import PassNames
from nn.step.matrices import Matrix
from nn.step.matrix_formulas import Function, Named
from nn.worksheet.by_number import ask_for_the_error
from nn.worksheet.elements import Blank, MatrixItem, Paragraph
from nn.worksheet.network_trace import NetworkTrace
from nn.worksheet.trace import Asked

__all__ = ["ask_by_matrices", "matrices_fit", "show_matrices"]

#: What fits a page.
_MOST_ROWS, _MOST_COLUMNS = 20, 10


def matrices_fit(trace: NetworkTrace) -> bool:
    """Whether every matrix of a step fits a page."""
    shapes = [matrix.shape for matrix in trace.step.matrices]
    return all(rows <= _MOST_ROWS and columns <= _MOST_COLUMNS for rows, columns in shapes)


def show_matrices(trace: NetworkTrace) -> None:
    """Show the matrices that are given."""
    trace.head("Given")
    for matrix in trace.step.matrices:
        if _has_only(matrix, trace.given):
            trace.items.append(MatrixItem(0, [[Named(matrix.name)]], matrix.numbers))
    trace.say_how()


def ask_by_matrices(trace: NetworkTrace) -> None:
    """Ask for every matrix of a step that is not given: its shape, then its numbers."""
    step, names = trace.step, trace.names
    computed = [each for each in step.matrices if not _has_only(each, trace.given)]
    forward = [each for each in computed if _has_only(each, step.values)]
    updates = [each for each in computed if _has_only(each, {**step.updated, **trace.given})]
    slopes = {names.gradient(symbol) for symbol in names.parameters.values()}
    gradients = [each for each in computed if _has_only(each, slopes)]
    backward = [each for each in computed if each not in [*forward, *updates, *gradients]]

    trace.head("Shapes")
    for matrix in [*forward, *backward, *gradients]:
        _ask_for_shape(trace, matrix)
    trace.head("Forward pass")
    _ask(trace, forward)
    trace.head("Error")
    ask_for_the_error(trace)
    trace.head("Backward pass")
    _ask_backward(trace, backward)
    trace.head("Gradients")
    _say_how(trace, trace.slope(next(iter(names.parameters.values()))))
    _ask(trace, gradients)
    trace.head("Update")
    _ask(trace, updates)


def _has_only(matrix: Matrix, symbols: Container[str]) -> bool:
    """Whether all that a matrix has is among some symbols; the constant input is no matter."""
    return all(symbol in symbols for row in matrix.symbols for symbol in row if symbol)


def _ask_for_shape(trace: NetworkTrace, matrix: Matrix) -> None:
    blank, name = Blank(matrix.shape, matrix.name), trace.symbol(matrix.name)
    trace.items.append(Paragraph(("The shape of ", name, " is ", blank), trace.next_question()))


def _ask(trace: NetworkTrace, matrices: Sequence[Matrix]) -> None:
    for matrix in matrices:
        sides = [[Named(matrix.name)], matrix.pieces]
        named_so = matrix.pieces[:1] == ["∂"] and not trace.names.notation.slope
        only_named = named_so or trace.ask_as.hints == "none"
        _ask_for_entries(trace, sides[:1] if only_named else list(filter(None, sides)), matrix.symbols)


def _ask_for_entries(
    trace: NetworkTrace, sides: Sequence[Sequence[str]], symbols: Sequence[Sequence[str]]
) -> None:
    rows = [
        [
            trace.given[symbol] if symbol in trace.given else trace.blank(symbol, bare=True)
            for symbol in row
        ]
        for row in symbols
    ]
    trace.asked.update(symbol for row in symbols for symbol in row)
    trace.items.append(MatrixItem(trace.next_question(), sides, rows))


def _say_how(trace: NetworkTrace, asked: Asked) -> None:
    """How one entry is computed, where a formula says it."""
    equation = None if trace.ask_as.hints == "none" else trace.equation(asked)
    if equation is not None:
        trace.say("Entry by entry, as ", equation)


def _ask_backward(trace: NetworkTrace, matrices: Sequence[Matrix]) -> None:
    """Ask for the derivatives by the outputs; and for each layer's f′ before its δ."""
    owners: dict[str, tuple[PassNames, Neuron]] = {
        delta: (each, neuron) for each in trace.names.passes for neuron, delta in each.deltas.items()
    }
    first, last = trace.names.passes[0], trace.step.network.layers[-1].neurons[0]
    _say_how(trace, trace.slope(first.outs[last]))
    for matrix in matrices:
        if all(delta in owners for row in matrix.symbols for delta in row):
            _ask_for_activation(trace, [[owners[delta] for delta in row] for row in matrix.symbols])
        _ask(trace, [matrix])


def _ask_for_activation(trace: NetworkTrace, rows: Sequence[Sequence[tuple[PassNames, Neuron]]]) -> None:
    each, neuron = rows[0][0]
    if neuron.activation == "linear":
        return
    _say_how(trace, trace.between(each, neuron))
    net = Named(trace.names.whole("net", neuron))
    side = [Function(neuron.activation), "′", "(", net, ")"]
    symbols = [[trace.between(*owner).symbol for owner in row] for row in rows]
    _ask_for_entries(trace, [side], symbols)
