"""A node's formula and its derivatives, in terms of named nodes: the one writer of these.

As trees, to be computed with other numbers (`definition`, `partials`) or to be read beside those that
the graph has (`slopes`), with arithmetic that tidies as one does by hand (`times`, `plus`, …); as texts
that fit a line, in any style (`definition_text`, `label`, `fitted`); and as the factors of the chain
rule between named nodes (`Factor`).
"""

from autograd.symbolic.factors import Factor, derivative_symbol, factor_values
from autograd.symbolic.nodes import Condition, Slope, definition, named_numbers, partials, slopes
from autograd.symbolic.texts import (
    conditions_text,
    definition_text,
    fitted,
    label,
    slope_text,
    written,
)
from autograd.symbolic.trees import (
    DOTS,
    Product,
    constant,
    factored,
    minus,
    name,
    number,
    operand_tree,
    plus,
    put,
    summed,
    terms,
    tidied,
    times,
)

__all__ = [
    "DOTS",
    "Condition",
    "Factor",
    "Product",
    "Slope",
    "conditions_text",
    "constant",
    "definition",
    "definition_text",
    "derivative_symbol",
    "factor_values",
    "factored",
    "fitted",
    "label",
    "minus",
    "name",
    "named_numbers",
    "number",
    "operand_tree",
    "partials",
    "plus",
    "put",
    "slope_text",
    "slopes",
    "summed",
    "terms",
    "tidied",
    "times",
    "written",
]
