"""Answers to a worked example: which are right, which follow from the student's own, where the slip is.

>>> from nn import worked
>>> answers = {"net": 0, "o": "0.5", "de/do": "1", "de/dw": "0.5"}
>>> checked = check_answers(worked.load("xing-single"), answers)
>>> for outcome in checked:
...     print(outcome.symbol, outcome.says)
net right
o right
de/do here is the first slip: the sign is the wrong one or the minus sign of ∂E/∂out is forgotten
de/dw right from your own numbers: de/do
"""

from nn.answers.check import OUTCOMES, CheckedAnswers, Outcome, check_answers
from nn.answers.group import CheckedGroup, check_group
from nn.answers.reading import AnswerFile, read_answers
from nn.answers.scheme import Points, Scheme, load_scheme
from nn.answers.tolerance import Tolerance

__all__ = [
    "OUTCOMES",
    "AnswerFile",
    "CheckedAnswers",
    "CheckedGroup",
    "Outcome",
    "Points",
    "Scheme",
    "Tolerance",
    "check_answers",
    "check_group",
    "load_scheme",
    "read_answers",
]
