"""Networks as scikit-learn's estimators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from autograd import AutogradError
from autograd.errors import ArgumentValueError
from nn.interop.layer_arrays import LayerParameters, arrays, layer_parameters
from nn.network import MLP

try:
    import numpy
    from sklearn.neural_network import MLPClassifier, MLPRegressor
except ImportError:
    raise AutogradError("scikit-learn is not installed: pip install scikit-learn") from None

__all__ = ["to_sklearn"]

Estimator: TypeAlias = MLPClassifier | MLPRegressor

#: What scikit-learn calls the activations that it has.
_ACTIVATIONS = {"linear": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


def to_sklearn(network: MLP, classes: Sequence[object] | None = None) -> Estimator:
    """The network as a fitted estimator of scikit-learn, which predicts the same numbers.

    Args:
        network: hidden layers of one activation that scikit-learn has; a last layer that is linear, or
            sigmoid for two classes.
        classes: the classes, for a classifier: two for a sigmoid output, one for each linear output,
            whose probabilities are the outputs' softmax. None for a regressor.

    Raises:
        TypeError: it is no network.
        ValueError: scikit-learn has no such network, or the classes do not fit it.

    >>> network = MLP(2, [3, 1], activation=["tanh", "linear"], seed=1)
    >>> estimator = to_sklearn(network)
    >>> bool(abs(estimator.predict([[0.5, -1.0]])[0] - network([0.5, -1.0]).data) < 1e-15)
    True
    >>> to_sklearn(MLP(2, [3], activation="linear"), ["a", "b", "c"]).predict_proba([[0, 0]]).shape
    (1, 3)
    """
    layers = layer_parameters(network)
    *hidden, last = layers
    nout = len(last.weights)
    activations = {layer.activation for layer in hidden} or {"linear"}
    if len(activations) > 1 or not activations <= _ACTIVATIONS.keys():
        raise ArgumentValueError(
            f"scikit-learn has one activation for all hidden layers, one of {', '.join(_ACTIVATIONS)}; "
            f"got {', '.join(sorted(activations))}"
        )
    _check_classes(last, nout, classes)
    settings = {
        "hidden_layer_sizes": tuple(len(layer.weights) for layer in hidden),
        "activation": _ACTIVATIONS[activations.pop()],
    }
    estimator: Estimator = MLPRegressor(**settings) if classes is None else MLPClassifier(**settings)
    # one round on nothing makes everything that a fitted estimator has; then the numbers are ours
    nin = len(layers[0].weights[0])
    if classes is None:
        estimator.partial_fit(numpy.zeros((1, nin)), numpy.zeros((1, nout) if nout > 1 else 1))
    else:
        estimator.partial_fit(numpy.zeros((len(classes), nin)), [*classes], classes=[*classes])
    estimator.coefs_, estimator.intercepts_ = [], []
    for layer, parameters in zip(arrays(network), layers, strict=True):
        bias = numpy.zeros(()) if layer.bias is None else parameters.sign * layer.bias
        estimator.coefs_.append(layer.weights.T.copy())
        estimator.intercepts_.append(numpy.broadcast_to(bias, len(layer.weights)).copy())
    return estimator


def _check_classes(last: LayerParameters, nout: int, classes: Sequence[object] | None) -> None:
    if classes is None:
        if last.activation != "linear":
            raise ArgumentValueError(
                f"a regressor of scikit-learn has linear outputs, got {last.activation}; "
                "a classifier needs the classes"
            )
        return
    if last.activation == "sigmoid" and nout == 1:
        wanted = 2
    elif last.activation == "linear" and nout > 2:
        wanted = nout
    else:
        raise ArgumentValueError(
            "a classifier of scikit-learn has one sigmoid output for two classes, or a linear output "
            f"for each of three classes or more; got {nout} {last.activation}"
        )
    if len(set(classes)) != wanted or [*classes] != sorted(set(classes)):  # type: ignore[type-var]
        raise ArgumentValueError(f"classes must be {wanted} different ones in order, got {classes!r}")
