"""A training step as tables in a terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nn.training import TrainingStep

__all__ = ["plain", "step_tables"]


def _table(title: str, *columns: str, numbers_from: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index >= numbers_from else "left", overflow="fold")
    return table


def _number(value: float, digits: int = 9) -> str:
    return f"{value:.{digits}g}"


def step_tables(step: TrainingStep) -> RenderableType:
    """The step as tables: the neurons, the parameters, the error."""
    names = step.names
    neurons = _table("Neurons", "neuron", "net", "out", "δ = ∂E/∂net", "∂E/∂out")
    parameters = _table("Parameters", "parameter", "before", "gradient ∂E/∂", "after")
    errors = _table("Error", "", "value")
    for suffix in step.suffixes:
        for neuron, name in names.neurons.items():
            net, out = names.nets[neuron] + suffix, names.outs[neuron] + suffix
            neurons.add_row(
                Text(name + suffix),  # a text of its own: brackets in a name are no markup
                _number(step.values[net]),
                _number(step.values[out]),
                _number(step.deltas[names.deltas[neuron] + suffix]),
                _number(step.gradients[names.gradient(out)]),
            )
    for name in names.parameters.values():
        updated = names.updated(name)
        parameters.add_row(
            Text(name),
            _number(step.values[name]),
            _number(step.gradients[names.gradient(name)]),
            _number(step.updated[updated]) if updated in step.updated else "not updated",
        )
    for suffix in step.suffixes:
        for name in names.errors:
            if name + suffix in step.values:
                errors.add_row(Text(name + suffix), _number(step.values[name + suffix]))
    errors.add_row(Text(f"{names.notation.error} before the update"), _number(step.error_before))
    errors.add_row(Text(f"{names.notation.error} after the update"), _number(step.error_after))
    return Group(neurons, parameters, errors)


def plain(renderable: RenderableType) -> str:
    """Something of rich as plain text, 100 columns wide."""
    text = StringIO()
    Console(file=text, width=100, color_system=None).print(renderable)
    return text.getvalue().rstrip()
