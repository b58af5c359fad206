"""gradcheck: what it passes, what it finds, and that it leaves nothing behind."""

import pytest

import autograd
from autograd import GradcheckError, Value, gradcheck
from nn import MLP


def test_right_derivatives_pass() -> None:
    assert gradcheck(lambda x, y: autograd.sin(x) * y, (0.5, 2.0)) is True
    assert gradcheck(lambda v: [v["a"] * v["b"][0], v["b"][0]], {"a": 2.0, "b": [3.0]}) is True


def test_parameters_of_a_model_are_moved_in_place_and_put_back() -> None:
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    for parameter in model.parameters():
        parameter.grad = 7.0
    before = model.state_dict()
    assert gradcheck(lambda _: (model([0.5, -1.0]) - 1.0) ** 2, model.parameters())
    assert model.state_dict() == before
    assert {parameter.grad for parameter in model.parameters()} == {7.0}


def test_a_wrong_derivative_is_found() -> None:
    with pytest.raises(GradcheckError, match="1 of 1 derivatives failed"):
        gradcheck(lambda x: x * x.data, Value(3.0, "x"))
    assert gradcheck(lambda x: x * x.data, 3.0, raise_exception=False) is False
