"""What type checkers see of this package: mypy --strict and pyright take this file without complaint.

Run it with ``python examples/typed.py``; what it computes, it also asserts.
"""

from __future__ import annotations

from random import Random
from typing import assert_type

from autograd import (
    GradcheckReport,
    Operation,
    Value,
    exp,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    tanh,
    value_and_grad,
)
from nn import MLP, SGD, Example, Layer, Neuron, TrainingStep, train


def nodes() -> None:
    """Operators, methods and functions of nodes give nodes; a number leaves by ``.data`` alone."""
    x = Value(2.0, "x")
    y = (x * 3 + 1.0) ** 2 / x - exp(x)
    assert_type(y, Value)
    assert_type(x.max(0.5).tanh(), Value)
    assert_type(exp(1.0), float)
    assert_type(tanh(x), Value)
    y.backward()
    assert_type(x.data, float)
    assert_type(x.item(), float)
    slope: float = x.grad
    assert slope == x.grad
    assert_type(x < 1.0, bool)


def derivatives() -> None:
    """A derivative is a number, a node, or nested, as the argument is that it is taken by."""
    d: float = grad(tanh)(0.0)
    second: float = grad(grad(tanh))(0.0)
    recorded: Value = grad(tanh)(Value(0.5))
    slopes: list[float] = grad(lambda v: v[0] * v[1])([2.0, 3.0])
    named: dict[str, float] = grad(lambda p: p["w"] * p["x"])({"w": 2.0, "x": 3.0})
    value, slope = value_and_grad(tanh)(0.0)
    assert_type(value, float)
    assert_type(slope, float)
    by_second: float = grad(lambda x, y: x * y, 1)(2.0, 3.0)
    rows: list[list[float]] = jacobian(lambda v: [v[0] * v[1], v[0]])([2.0, 3.0])
    curvature: float = hessian(lambda x: x**3)(2.0)
    curvatures: list[list[float]] = hessian(lambda v: v[0] * v[1])([2.0, 3.0])
    product: list[float] = hvp(lambda v: v[0] * v[1])([2.0, 3.0], [1.0, 0.0])
    assert (d, second, recorded.data < 1.0, slopes, named) == (
        1.0,
        0.0,
        True,
        [3.0, 2.0],
        {"w": 3.0, "x": 2.0},
    )
    assert (by_second, rows, curvature) == (2.0, [[3.0, 2.0], [1.0, 0.0]], 12.0)
    assert (curvatures, product) == ([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0])


def checks() -> None:
    """A check answers True or False; with ``report=True``, everything that it found."""
    passed = gradcheck(tanh, 0.5)
    assert_type(passed, bool)
    report = gradcheck(tanh, 0.5, report=True)
    assert_type(report, GradcheckReport)
    assert passed
    assert report
    row = Operation("cube", "x", "x * x * x", partials=["3.0 * x * x"], about="third power")
    assert row.arity == 1


def micrograds_demo(steps: int = 3) -> float:
    """The demo of micrograd: an MLP with a single output, a max-margin loss, L2, and plain updates."""
    random = Random(1337)
    xs = [[random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0)] for _ in range(20)]
    ys = [1 if x[0] * x[1] > 0.0 else -1 for x in xs]
    model = MLP(2, [16, 16, 1], seed=1337)

    def loss() -> tuple[Value, float]:
        scores = list(map(model, xs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(ys, scores, strict=True)]
        data_loss = sum(losses, Value(0.0)) * (1.0 / len(losses))  # else it might be the int 0
        alpha = 1e-4
        reg_loss = alpha * sum((p * p for p in model.parameters()), Value(0.0))
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(ys, scores, strict=True)]
        return data_loss + reg_loss, sum(accuracy) / len(accuracy)

    total_loss, _ = loss()
    for k in range(steps):
        total_loss, _ = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
    return total_loss.data


def networks() -> None:
    """A layer of a single neuron gives a Value; ``outputs`` is a list however many there are."""
    score: Value = Layer(2, 1)([0.5, -1.0])
    both: list[Value] = Layer(2, 2)([0.5, -1.0])
    outputs = MLP(2, [3, 1])
    assert_type(outputs.outputs([0.5, -1.0]), list[Value])
    assert_type(Neuron(2)([0.5, Value(-1.0)]), Value)
    optimizer = SGD(outputs.parameters(), lr=0.1)
    examples = [Example([0.5, -1.0], [1.0])]
    error: float = train(outputs, examples, optimizer, steps=10)
    after: float = TrainingStep(outputs, examples, optimizer).error_after
    assert after < error
    assert len(both) == 2
    assert score.data == score.item()


if __name__ == "__main__":
    nodes()
    derivatives()
    checks()
    networks()
    print(f"loss after three steps: {micrograds_demo():.4f}")
