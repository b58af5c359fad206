"""The expression that micrograd is known by, here and in micrograd."""

from typing import Any

import micrograd.engine as micrograd
import pytest

from autograd import Value


def known_expression(value: Any) -> tuple[Any, Any, Any]:
    """Sums, products, powers, quotients and ReLU, with nodes used again and rebound."""
    a, b = value(-4.0), value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return a, b, g


def test_its_published_numbers() -> None:
    a, b, g = known_expression(Value)
    g.backward()
    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_the_same_as_micrograd_itself() -> None:
    ours, theirs = known_expression(Value), known_expression(micrograd.Value)
    for expression in (ours, theirs):
        expression[2].backward()
    assert ours[2].data == pytest.approx(theirs[2].data, rel=1e-12)
    for our_leaf, their_leaf in zip(ours[:2], theirs[:2], strict=True):
        assert our_leaf.grad == pytest.approx(their_leaf.grad, rel=1e-12)
