"""Proofreading a worked example: each printed figure, whether it is right, and if not, why not.

>>> from nn import worked
>>> proof = proofread(worked.load("urbain"))
>>> proof.agree, proof.disagree
(26, 5)
>>> print(proof["E_total after update 1"].because)
the hidden δ are computed with weights that are updated already
"""

from nn.proofreading.finding import VERDICTS, Cause, Finding
from nn.proofreading.proof import Proof, proofread

__all__ = ["VERDICTS", "Cause", "Finding", "Proof", "proofread"]
