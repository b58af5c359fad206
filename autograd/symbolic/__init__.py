"""A node's formula and its derivatives, in terms of named nodes: the one writer of these.

As trees (`definition`, `partials`), which run on other numbers; as text (`written`, `definition_text`);
and as the factors of the chain rule that lie between named nodes (`factors_below`).
"""

from autograd.symbolic.factors import Factor, derivative_symbol, factors_below
from autograd.symbolic.labels import definition_text, written
from autograd.symbolic.trees import definition, minus, name, number, partials, plus, terms, times

__all__ = [
    "Factor",
    "definition",
    "definition_text",
    "derivative_symbol",
    "factors_below",
    "minus",
    "name",
    "number",
    "partials",
    "plus",
    "terms",
    "times",
    "written",
]
