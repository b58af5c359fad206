"""Gradients checked by differences, and how good differences are."""

from autograd.check.gradcheck import gradcheck, gradgradcheck
from autograd.check.report import GradcheckReport
from autograd.check.step_size import ErrorOverEps, StepError, error_over_eps

__all__ = [
    "ErrorOverEps",
    "GradcheckReport",
    "StepError",
    "error_over_eps",
    "gradcheck",
    "gradgradcheck",
]
