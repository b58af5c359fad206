"""Worked examples as data: those of the lecture notes, and your own.

>>> from nn import worked
>>> print(f"{worked.load('urbain').step().error_after:.12f}")
0.291027773694
"""

from autograd.lazy import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.worked.example import Figure, LayerData, WorkedExample
    from nn.worked.exercises import exercise
    from nn.worked.files import groups, load, names
    from nn.worked.formulas import FormulaExample, FormulaStep
    from nn.worked.section import WorkedExampleError
    from nn.worked.writer import dumps

__all__ = [
    "Figure",
    "FormulaExample",
    "FormulaStep",
    "LayerData",
    "WorkedExample",
    "WorkedExampleError",
    "dumps",
    "exercise",
    "groups",
    "load",
    "names",
]

#: What is imported when it is first asked for, and from where.
_LATER = {
    "Figure": "example",
    "FormulaExample": "formulas",
    "FormulaStep": "formulas",
    "LayerData": "example",
    "WorkedExample": "example",
    "WorkedExampleError": "section",
    "dumps": "writer",
    "exercise": "exercises",
    "groups": "files",
    "load": "files",
    "names": "files",
}

__getattr__, __dir__ = lazily(__name__, lambda: __all__, _LATER.get)
