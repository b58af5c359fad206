"""Programs in NumPy: batched over examples, in float64.

NumPy has no error function; Python's `math.erf` and `math.erfc` are called number by number.
"""

from __future__ import annotations

from autograd.program.languages.module import RESERVED, Module, module
from autograd.program.languages.target import Page, Target, templates
from autograd.program.printing import PYTHON, Language

__all__ = ["SAME_NAME", "TARGET", "of_arrays"]

_INVERSES = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
#: Functions that libraries of arrays call as the table does, or as NumPy does, by the table's names.
SAME_NAME = {
    **{
        name: name
        for name in (
            *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "abs"),
            *("sin", "cos", "tan", "sinh", "cosh", "tanh", "hypot", "copysign"),
        )
    },
    **{f"a{name}": f"arc{name}" for name in _INVERSES},
    "atan2": "arctan2",
    "max": "maximum",
    "min": "minimum",
}


def of_arrays(module: str, choice: str) -> Language:
    """Formulas in a library of arrays, with its module's name and that of its choice between two."""
    constants = {name: f"{module}.{name}" for name in ("pi", "inf", "nan")}
    return PYTHON._replace(
        both=" & ",
        either=" | ",
        brackets_compared=True,
        choice_is_call=True,
        choice=f"{choice}({{test}}, {{body}}, {{orelse}})",
        constants=constants,
    )


def _imports(page: Page) -> list[str]:
    return [*(["import math", ""] if "math" in page.words else []), "import numpy as np"]


def _page(page: Page) -> str:
    return module(page, _STYLE)


_STYLE = Module(
    about="""in NumPy.

program() takes numbers, or arrays with a number for each example; its results have one for each, too.
Where Python would raise an error, as at log(0), a number is infinite or NaN.""",
    imports=_imports,
    conversion="np.asarray({}, dtype=np.float64)",
    closing="np.broadcast_to(each, {value}.shape)",
    decorator='@np.errstate(all="ignore")',
    main=["number = float", "value, gradients = program(**GIVEN)"],
)

TARGET = Target(
    title="NumPy",
    ending=".py",
    language=of_arrays("np", "np.where"),
    functions={
        **templates("np.{}", SAME_NAME),
        "erf": "np.vectorize(math.erf, otypes=[float])({})",
        "erfc": "np.vectorize(math.erfc, otypes=[float])({})",
    },
    page=_page,
    reserved=RESERVED,
)
