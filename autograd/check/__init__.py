"""Gradients checked by differences, and how good differences are."""

from autograd.check.gradcheck import gradcheck, gradgradcheck
from autograd.check.report import GradcheckError, GradcheckReport
from autograd.check.rule import RuleReport, check_rule
from autograd.check.step_size import ErrorOverEps, StepError, error_over_eps

__all__ = [
    "ErrorOverEps",
    "GradcheckError",
    "GradcheckReport",
    "RuleReport",
    "StepError",
    "check_rule",
    "error_over_eps",
    "gradcheck",
    "gradgradcheck",
]
