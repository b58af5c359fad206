"""How a program with types looks: mypy --strict and pyright have nothing to say about it."""

from autograd import Value, grad, gradcheck, hessian, tanh, value_and_grad
from nn import MLP, SGD, Example, TrainingStep, train

slope: float = grad(tanh)(0.0)
number, by_it = value_and_grad(tanh)(0.5)
total: float = slope + number + by_it


def energy(position: list[Value]) -> Value:
    """What is differentiated here."""
    x, y = position
    return (x * y).exp() - 1 + x**2 / 2.0


table: list[list[float]] = hessian(energy)([1.0, 2.0])
assert gradcheck(energy, [1.0, 2.0])

leaf = Value(2.0, "x")
root = energy([leaf, Value(3.0)]).named("E")
root.backward()
gradient: float | Value = leaf.grad
label: str = root.label

model = MLP(2, [3, 1], activation="sigmoid", seed=1)
examples = [Example([0.5, -1.0], [1.0])]
optimizer = SGD(model.parameters(), lr=0.5)
error: float = train(model, examples, optimizer, steps=10)
step = TrainingStep(model, examples, optimizer)
after: float = step.error_after
