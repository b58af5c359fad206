"""Additions are those of backward, in its order; influences are slopes times inputs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.backward import topological_order
from autograd.contributions import additions, influences
from autograd.strategies import graphs
from nn import worked


@given(graphs(), st.data())
def test_the_additions_end_in_the_gradient_to_the_last_bit(graph, data) -> None:
    result = graph.result
    node = data.draw(st.sampled_from(topological_order(result)))
    for each in topological_order(result):
        each.grad = 0.0
    result.backward()
    found = additions(result, node)
    if node is result:
        assert found == []
        return
    assert repr(found[-1].total) == repr(node.grad)
    for each in found:
        assert repr(each.above) == repr(each.user.grad)
        assert repr(each.amount) == repr(each.above * each.slope)
        assert any(operand is node for operand in each.user.operands)


def test_the_order_is_that_of_backward_and_not_another() -> None:
    """In another order the sum would have another last digit."""
    x = Value(1.0, "x")
    parts = [x * 0.1, x * 0.2, x * 0.3]
    total = parts[0] + parts[1] + parts[2]
    total.backward()
    found = additions(total, x)
    assert found[-1].total == x.grad
    assert [each.amount for each in found] == [0.1, 0.2, 0.3]
    assert x.grad != (0.3 + 0.2) + 0.1


def test_the_shared_bias_of_urbain() -> None:
    step = worked.load("urbain").step()
    found = additions(step.error, step.node("b1"))
    deltas = [step["delta_h1"], step["delta_h2"]]
    assert math.isclose(found[-1].total, step["delta_h1"] + step["delta_h2"], rel_tol=1e-15)
    assert [each.above for each in found] in (deltas, deltas[::-1])


def test_influences_on_a_net_input_are_its_terms() -> None:
    step = worked.load("urbain").step()
    found = influences(step.node("net_o1"))
    terms = {each.input.name: each.product for each in found}
    assert math.isclose(terms["b2"], 0.6)
    assert terms["w5"] == terms["out_h1"] == 0.4 * step["out_h1"]
    sizes = [abs(each.product) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    along = {each.input.name: each.slope for each in influences(step.node("net_o1"), step.error)}
    assert along["w5"] == pytest.approx(step["dE/dw5"], rel=1e-15)


@pytest.mark.parametrize("function", [additions, lambda result, node: influences(node, result)])
def test_what_does_not_depend_is_refused(function) -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    with pytest.raises(ValueError, match="'y' does not depend on 'x'"):
        function(y, x)
    with pytest.raises(TypeError, match="must be a Value"):
        function(1.0, x)
