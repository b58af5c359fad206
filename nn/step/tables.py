"""A training step as tables in a terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from autograd.symbolic import definition_text
from autograd.symbols import unicode_symbol

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nn.step.matrices import Matrix
    from nn.step.training_step import TrainingStep
    from nn.worked.formulas import FormulaStep

__all__ = ["Shown", "formula_tables", "plain", "step_tables", "table"]


class Shown:
    """Something of rich that shows as text wherever it is looked at: printed, at a prompt, in a cell."""

    def __init__(self, renderable: Any) -> None:
        self._renderable = renderable

    def __rich__(self) -> Any:
        return self._renderable

    def __str__(self) -> str:
        return plain(self._renderable)

    __repr__ = __str__


def table(title: str, *columns: str, numbers_from: int = 1) -> Table:
    """An empty table; columns from ``numbers_from`` on are flush right."""
    empty = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for index, column in enumerate(columns):
        empty.add_column(column, justify="right" if index >= numbers_from else "left", overflow="fold")
    return empty


def _number(value: float, digits: int = 9) -> str:
    return f"{value:z.{digits}g}"


def step_tables(step: TrainingStep) -> RenderableType:
    """The step as tables: its matrices if its notation has any, else neurons and parameters."""
    by_kind = _matrices(step) if step.names.notation.vectors else _neurons_and_parameters(step)
    return Group(*by_kind, _errors(step))


def _neurons_and_parameters(step: TrainingStep) -> list[Table]:
    names, notation = step.names, step.names.notation
    first = step.network.layers[0].neurons[0]
    error = unicode_symbol(notation.error)
    net, out, delta = (
        unicode_symbol(_word(names.whole(kind, first))) for kind in ("net", "out", "delta")
    )
    neurons = table("Neurons", "neuron", net, out, f"{delta} = ∂{error}/∂{net}", f"∂{error}/∂{out}")
    parameters = table("Parameters", "parameter", "before", f"gradient ∂{error}/∂", "after")
    several = len(names.passes) > 1
    for number, each in enumerate(names.passes, 1):
        for neuron, name in names.neurons.items():
            neurons.add_row(
                Text(f"{name}@{number}" if several else name),  # a Text: brackets are no markup
                _number(step.values[each.nets[neuron]]),
                _number(step.values[each.outs[neuron]]),
                _number(step.deltas[each.deltas[neuron]]),
                _number(step.gradients[names.gradient(each.outs[neuron])]),
            )
    for parameter, name in names.parameters.items():
        after = step.updated.get(names.updates[parameter])
        parameters.add_row(
            Text(name),
            _number(step.values[name]),
            _number(step.gradients[names.gradient(name)]),
            "not updated" if after is None else _number(after),
        )
    return [neurons, parameters]


def _word(name: str) -> str:
    """What a kind of number is called, of all layers: "net" for "net_h", "S" for "S^(1)"."""
    return name.partition("_")[0].partition("^")[0]


def _matrices(step: TrainingStep) -> list[Table]:
    shown = table("Matrices", "matrix", "shape", "computed as", "numbers", numbers_from=4)
    shown.columns[-1].no_wrap = True
    for matrix in step.matrices:
        rows, columns = matrix.shape
        shown.add_row(
            Text(matrix.name), f"{rows}×{columns}", Text(matrix.formula), Text(_aligned(matrix))
        )
    return [shown]


def _aligned(matrix: Matrix) -> str:
    digits = {1: 9, 2: 9, 3: 6}.get(matrix.shape[1], 4)  # so that it fits beside the rest
    texts = [[_number(number, digits) for number in row] for row in matrix.numbers]
    width = max(len(text) for row in texts for text in row)
    return "\n".join("  ".join(text.rjust(width) for text in row) for row in texts)


def _errors(step: TrainingStep) -> Table:
    names = step.names
    errors = table("Error", "", "value")
    for each in names.passes:
        for name in each.errors:
            if name in step.values:
                errors.add_row(Text(name), _number(step.values[name]))
    errors.add_row(Text(f"{names.notation.error} before the update"), _number(step.error_before))
    errors.add_row(Text(f"{names.notation.error} after the update"), _number(step.error_after))
    return errors


def formula_tables(step: FormulaStep) -> RenderableType:
    """The step with formulas as tables: the values, the formulas, the error."""
    example = step.example
    given = table("Values", "value", "number", f"∂{example.error}/∂", "after")
    computed = table("Formulas", "formula", "", "number", f"∂{example.error}/∂", numbers_from=2)
    for name in example.values:
        after = step.updated.get(f"{name}+")
        given.add_row(
            name,
            _number(step.values[name]),
            _number(step.gradients[f"d{example.error}/d{name}"]),
            "not updated" if after is None else _number(after),
        )
    for name in example.in_order:
        computed.add_row(
            name,
            Text(definition_text(step.nodes[name], symbol=str, width=60)),
            _number(step.values[name]),
            _number(step.gradients[f"d{example.error}/d{name}"]),
        )
    if not step.updated:
        return Group(given, computed)
    errors = table("Error", "", "value")
    errors.add_row(f"{example.error} before the update", _number(step.error_before))
    errors.add_row(f"{example.error} after the update", _number(step.error_after))
    return Group(given, computed, errors)


def plain(renderable: RenderableType) -> str:
    """Something of rich as plain text, 100 columns wide."""
    text = StringIO()
    Console(file=text, width=100, color_system=None).print(renderable)
    return text.getvalue().rstrip()
