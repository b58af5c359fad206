"""Worksheets: worked examples as guided notes with blanks, in Markdown, HTML and LaTeX;
and as questions for Moodle.

>>> from nn import worked
>>> print(Worksheet(worked.load("hoey")).text("md").splitlines()[0])
# 2-2-2 network of sigmoid neurons in matrices, one example, one update
"""

from nn.worksheet.elements import Blank, Item, blanks
from nn.worksheet.moodle import moodle_xml
from nn.worksheet.sheet import FORMATS, Worksheet

__all__ = ["FORMATS", "Blank", "Item", "Worksheet", "blanks", "moodle_xml"]
