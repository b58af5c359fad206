"""What contributes to a gradient, in the symbols of a step: the numbers of backward, and sums."""

import json
import math

import pytest

from nn import worked


@pytest.mark.parametrize("example", ["urbain", "batch-of-three", "unrolled-rnn", "softmax"])
def test_what_was_added_ends_in_the_gradient(example: str) -> None:
    step = worked.load(example).step()
    for symbol in step.updates:
        found = step.contributions(symbol)
        assert found.added[-1].total == step.node(symbol).grad
        assert found.inputs == ()
        assert {each.within for each in found.added} <= step.nodes.keys()
        assert all(each.amount == each.above * each.slope for each in found.added)


def test_of_another_node_than_the_error() -> None:
    step = worked.load("urbain").step()
    found = step.contributions("out_h1", "E_o2")
    assert [each.within for each in found.added] == ["net_o2"]
    assert found.added[-1].total == pytest.approx(step["dE_o2/dout_h1"], rel=1e-15)
    assert step.contributions("E").added == ()


def test_over_examples_it_is_the_sum() -> None:
    step = worked.load("batch-of-three").step()
    found = step.contributions("net_o1")
    alone = [step.contributions(f"net_o1@{number}") for number in (1, 2, 3)]
    assert found.examples == 3
    assert found.added == ()
    for each in found.inputs:
        own = [row for one in alone for row in one.inputs if row.input.partition("@")[0] == each.input]
        assert math.isclose(each.product, math.fsum(row.product for row in own), rel_tol=1e-12)
        assert math.isclose(each.size, math.fsum(row.size for row in own), rel_tol=1e-12)
    sizes = [each.size for each in found.inputs]
    assert sizes == sorted(sizes, reverse=True)
    assert step.contributions("net_o1@2", over_examples=True).inputs == found.inputs


def test_a_notation_that_numbers_its_examples_itself() -> None:
    step = worked.load("guided-16").step()
    found = step.contributions("z3[1,1]", over_examples=True)
    assert found.examples == 3
    assert len(found.inputs) == 6  # three weights, three outputs of the layer before
    json.dumps(found.to_dict())


def test_what_is_refused() -> None:
    step = worked.load("batch-of-three").step()
    with pytest.raises(ValueError, match="over_examples is for what every example has"):
        step.contributions("w_o1_1", over_examples=True)
    with pytest.raises(KeyError, match="no 'net_o9' in this step"):
        step.contributions("net_o9")
    with pytest.raises(ValueError, match="does not depend on"):
        step.contributions("net_o1@1", "E_o1@2")
    with pytest.raises(TypeError):
        step.contributions("net_o1", over_examples="no")
