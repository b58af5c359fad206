"""Scalar reverse-mode automatic differentiation in which every number can be inspected.

>>> from autograd import Value
>>> a, b = Value(2.0, "a"), Value(3.0, "b")
>>> c = (a * b + a**2).named("c")
>>> c.backward()
>>> c.data, a.grad, b.grad
(10.0, 7.0, 2.0)

Every operation of the table is a method and a function here: ``v.exp()`` and ``autograd.exp(v)``.
"""

import os

from autograd.backward import topological_order
from autograd.errors import (
    ArgumentError,
    ArgumentTypeError,
    ArgumentValueError,
    AutogradError,
    BranchError,
    DivisionByZeroError,
    DomainError,
    OperandError,
    RecordingError,
    RegistrationError,
    ResultOverflowError,
    StaleGraphError,
    UnknownNameError,
)
from autograd.lazy import lazily
from autograd.operations import OPERATIONS, Operation
from autograd.value import Value

# HIPS's distribution "autograd" owns the same import name. Installed side by side, the two overwrite
# one another's files, and which one is broken depends on the order. This file of theirs gives it away.
if os.path.exists(os.path.join(os.path.dirname(__file__), "tracer.py")):
    raise ImportError(
        "two distributions share the import name 'autograd' here: HIPS's 'autograd' and this one, "
        "'scalar-autograd', and they have overwritten each other's files. Keep one of them: "
        "pip uninstall autograd scalar-autograd, then pip install the one you want; "
        "or give each an environment of its own."
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from autograd.anomaly import Anomaly, AnomalyError, detect_anomaly, find_anomaly
    from autograd.check.gradcheck import gradcheck, gradgradcheck
    from autograd.check.report import GradcheckError, GradcheckReport
    from autograd.check.rule import RuleReport, check_rule
    from autograd.check.step_size import ErrorOverEps, StepError, error_over_eps
    from autograd.contributions import additions, influences
    from autograd.derivation import Derivation, explain
    from autograd.diagram import Diagram, draw
    from autograd.functional import grad, hessian, hvp, jacobian, value_and_grad
    from autograd.functions import *  # noqa: F403  # one name per row of the table
    from autograd.program import RecordedProgram, record
    from autograd.registry import register, unregister
    from autograd.second import HessianTable, SecondDerivation, hessian_table

__version__ = "0.1.0"

#: What is imported when it is first asked for, and from where.
_LATER = {
    "Anomaly": "anomaly",
    "AnomalyError": "anomaly",
    "Derivation": "derivation",
    "Diagram": "diagram",
    "ErrorOverEps": "check",
    "GradcheckError": "check",
    "GradcheckReport": "check",
    "HessianTable": "second",
    "RuleReport": "check",
    "SecondDerivation": "second",
    "StepError": "check",
    "additions": "contributions",
    "check_rule": "check",
    "detect_anomaly": "anomaly",
    "draw": "diagram",
    "RecordedProgram": "program",
    "error_over_eps": "check",
    "explain": "derivation",
    "find_anomaly": "anomaly",
    "grad": "functional",
    "gradcheck": "check",
    "gradgradcheck": "check",
    "hessian": "functional",
    "hessian_table": "second",
    "hvp": "functional",
    "influences": "contributions",
    "jacobian": "functional",
    "record": "program",
    "register": "registry",
    "unregister": "registry",
    "value_and_grad": "functional",
}

__all__ = [  # noqa: PLE0604  # each is a name, some from the table
    "OPERATIONS",
    "Anomaly",
    "AnomalyError",
    "ArgumentError",
    "ArgumentTypeError",
    "ArgumentValueError",
    "AutogradError",
    "BranchError",
    "Derivation",
    "Diagram",
    "DivisionByZeroError",
    "DomainError",
    "ErrorOverEps",
    "GradcheckError",
    "GradcheckReport",
    "HessianTable",
    "OperandError",
    "Operation",
    "RecordedProgram",
    "RecordingError",
    "RegistrationError",
    "ResultOverflowError",
    "RuleReport",
    "SecondDerivation",
    "StaleGraphError",
    "StepError",
    "UnknownNameError",
    "Value",
    "additions",
    "check_rule",
    "detect_anomaly",
    "draw",
    "error_over_eps",
    "explain",
    "find_anomaly",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "hessian",
    "hessian_table",
    "hvp",
    "influences",
    "jacobian",
    "record",
    "register",
    "topological_order",
    "unregister",
    "value_and_grad",
    *OPERATIONS,
]


# --- what a Value does by means of modules that are built upon it -------------------------------


def _written(node: Value) -> str:
    from autograd.symbolic import label

    return label(node, symbol=str)


def _repr_svg_(node: Value) -> str | None:
    from autograd.diagram import notebook_picture

    return notebook_picture(node)


Value._written, Value._repr_svg_ = _written, _repr_svg_


# --- what is imported when it is first asked for -------------------------------------------------

__getattr__, __dir__ = lazily(
    __name__,
    lambda: {*__all__, *OPERATIONS},
    lambda name: "functions" if name in OPERATIONS else _LATER.get(name),
)
