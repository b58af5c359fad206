"""A page on which one steps through a training step: every number can be changed, asked for and explained.

>>> from nn import worked
>>> html = page(worked.load("urbain"))
>>> len(html.encode()) < 500_000
True
"""

from nn.stepper.html import frame, page, save_page

__all__ = ["frame", "page", "save_page"]
