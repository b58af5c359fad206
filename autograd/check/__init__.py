"""Gradients checked by differences."""

from autograd.check.derivatives import gradcheck, gradgradcheck
from autograd.check.report import GradcheckReport

__all__ = ["GradcheckReport", "gradcheck", "gradgradcheck"]
