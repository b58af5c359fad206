"""How a document names things: templates, and the names that they give to a network's parts."""

from nn.notation.names import Names, PassNames, StepNaming, Tag
from nn.notation.templates import Notation, notation_names, notation_of

__all__ = ["Names", "Notation", "PassNames", "StepNaming", "Tag", "notation_names", "notation_of"]
