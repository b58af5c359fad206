"""A step of training as a person calculates it by hand: line by line, rounded, or with a mistake.

>>> from nn import worked
>>> step = rounded(worked.load("urbain"), 4)
>>> step["w5+"].rounded, f"{step['w5+'].exact:.6f}"
(0.3589, '0.358916')
"""

from nn.byhand.backward import compare_backward
from nn.byhand.calculation import HandCalculation, by_hand
from nn.byhand.rounded_step import Drift, RoundedStep, rounded

__all__ = ["Drift", "HandCalculation", "RoundedStep", "by_hand", "compare_backward", "rounded"]
