"""Hypothesis strategies: numbers an operation is defined at, leaves, and random graphs.

>>> import autograd
>>> from hypothesis import given
>>> from autograd.strategies import graphs
>>> @given(graphs(["add", "mul"]))
... def test_gradients_of_sums_and_products_are_finite(graph):
...     graph.result.backward()
...     assert all(abs(leaf.grad) < float("inf") for leaf in graph.leaves)
>>> test_gradients_of_sums_and_products_are_finite()
"""

from autograd.strategies.everywhere import gradcheck_everywhere
from autograd.strategies.graph import Graph
from autograd.strategies.numbers import between, operands, values
from autograd.strategies.random_graphs import graphs

__all__ = ["Graph", "between", "gradcheck_everywhere", "graphs", "operands", "values"]
