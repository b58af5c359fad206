"""Answers to a worked example: which are right, which follow from the student's own, where the slip is.

>>> from nn import worked
>>> answers = {"net_h1": "0.3775", "out_h1": "0.59327", "net_o1": "1.506", "out_o1": "0.8185"}
>>> for outcome in check_answers(worked.load("urbain"), answers):
...     print(outcome.symbol, outcome.outcome, list(outcome.sources))
net_h1 right []
out_h1 right []
net_o1 slip []
out_o1 follows ['net_o1']
"""

from nn.answers.check import OUTCOMES, CheckedAnswers, Outcome, check_answers
from nn.answers.group import CheckedGroup, Submission, check_group
from nn.answers.reading import AnswerFile, read_answers, read_class
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
    "Submission",
    "Tolerance",
    "check_answers",
    "check_group",
    "load_scheme",
    "read_answers",
    "read_class",
]
