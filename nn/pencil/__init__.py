"""A step of training in plain floats, written line under line as a person does it by hand."""

from nn.pencil.formulas import written_formulas
from nn.pencil.lines import Line, PencilError, Sheet
from nn.pencil.rounded import Drift, RoundedStep
from nn.pencil.writing import RATE, WrittenStep, written

__all__ = [
    "RATE",
    "Drift",
    "Line",
    "PencilError",
    "RoundedStep",
    "Sheet",
    "WrittenStep",
    "written",
    "written_formulas",
]
