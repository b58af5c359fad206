"""A page to step through a training step: every number can be changed, asked for and explained.

>>> from nn import worked
>>> html = page(worked.load("urbain")).html
>>> len(html.encode()) < 500_000
True
"""

from nn.stepper.html import StepPage, page

__all__ = ["StepPage", "page"]
