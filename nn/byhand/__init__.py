"""A step of training in plain floats, written line under line as a person does it by hand."""

from nn.byhand.formulas import written_formulas
from nn.byhand.lines import Line, PencilError, Sheet
from nn.byhand.rounded_step import Drift, RoundedStep
from nn.byhand.writing import RATE, WrittenStep, written

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
