"""Networks as estimators of scikit-learn."""

from collections.abc import Callable
from math import exp
from typing import Any

import pytest

from autograd import ArgumentError
from benchmarks import fitting
from nn import MLP, predict, predict_proba
from nn.interop import to_sklearn

INPUTS = [[0.5, -1.0], [0.0, 0.0], [-2.0, 3.0]]


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("convention", ["+b", "-b", "none"])
@pytest.mark.parametrize("nouts", [[1], [4, 3, 1], [4, 2]])
def test_a_regressor_predicts_the_outputs(activation: str, convention: str, nouts: list[int]) -> None:
    activations = [activation] * (len(nouts) - 1) + ["linear"]
    network = MLP(2, nouts, activation=activations, bias_convention=convention, seed=1)
    predicted = to_sklearn(network).predict(INPUTS)
    for inputs, row in zip(INPUTS, predicted.reshape(3, -1).tolist(), strict=True):
        assert row == pytest.approx([each.data for each in network.outputs(inputs)], rel=1e-14)


def test_a_classifier_of_two_classes_has_the_output_as_probability() -> None:
    network = MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=1)
    estimator = to_sklearn(network, ["cat", "dog"])
    probabilities = estimator.predict_proba(INPUTS)[:, 1].tolist()
    assert probabilities == pytest.approx([network(each).data for each in INPUTS], rel=1e-14)
    assert estimator.predict(INPUTS).tolist() == ["dog" if p > 0.5 else "cat" for p in probabilities]


def test_a_classifier_of_three_classes_has_their_softmax() -> None:
    network = MLP(2, [3, 3], activation=["tanh", "linear"], seed=1)
    outputs = [each.data for each in network.outputs(INPUTS[0])]
    total = sum(map(exp, outputs))
    probabilities = to_sklearn(network, [1, 2, 3]).predict_proba(INPUTS[:1])[0].tolist()
    assert probabilities == pytest.approx([exp(each) / total for each in outputs], rel=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_sklearn(MLP(2, [3, 3, 1], activation=["tanh", "relu", "linear"])), "got relu, tanh"),
        (lambda: to_sklearn(MLP(2, [3, 1], activation=["gelu", "linear"])), "got gelu"),
        (lambda: to_sklearn(MLP(2, [1], activation="tanh")), "linear outputs, got tanh"),
        (lambda: to_sklearn(MLP(2, [2], activation="linear"), [0, 1]), "got 2 linear"),
        (lambda: to_sklearn(MLP(2, [1], activation="sigmoid"), [0, 1, 2]), "2 different ones in order"),
        (lambda: to_sklearn(MLP(2, [1], activation="sigmoid"), [1, 0]), "2 different ones in order"),
    ],
)
def test_what_scikit_learn_has_not_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()


def test_iris_is_learnt_as_scikit_learn_learns_it() -> None:
    data = fitting.data_set("iris")
    model, _ = fitting.ours(data)
    estimator, _ = fitting.of_sklearn(data)
    right = fitting.accuracy(predict(model, data.test[0]), data.test[1])
    assert right > 0.9
    assert right == estimator.score(*data.test)
    # from the same start by the same batches, but for where ε is added
    for ours, theirs in zip(
        predict_proba(model, data.test[0]), estimator.predict_proba(data.test[0]).tolist(), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=1e-5)
