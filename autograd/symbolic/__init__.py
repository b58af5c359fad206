"""A node's formula and its derivatives, in terms of named nodes: the one writer of these.

As trees, to be computed with other numbers (`definition`, `partials`) or to be read beside those that
the graph has (`slopes`), with arithmetic that tidies as one does by hand (`times`, `plus`, …); as texts
that fit a line, in any style (`definition_text`, `label`, `fitted`); and as the factors of the chain
rule between named nodes (`Factor`).
"""

from autograd.symbolic.factors import Factor, derivative_symbol, factor_values
from autograd.symbolic.nodes import Condition, Slope, definition, partials, slopes
from autograd.symbolic.texts import definition_text, fitted, label, slope_text, written
from autograd.symbolic.trees import DOTS, minus, name, number, plus, terms, times

__all__ = [
    "DOTS",
    "Condition",
    "Factor",
    "Slope",
    "definition",
    "definition_text",
    "derivative_symbol",
    "factor_values",
    "fitted",
    "label",
    "minus",
    "name",
    "number",
    "partials",
    "plus",
    "slope_text",
    "slopes",
    "terms",
    "times",
    "written",
]
