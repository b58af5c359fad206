"""Networks of neurons out of the nodes of `autograd`, in which every δ can be looked at.

>>> from nn import MLP
>>> model = MLP(2, [2, 1], activation="sigmoid", seed=1)
>>> error = (1.0 - model([0.5, -1.0])) ** 2
>>> error.backward()
>>> neuron = model.layers[0].neurons[0]
>>> round(neuron.delta, 6), [round(gradient, 6) for gradient in neuron.weight_gradients]
(0.000451, [0.000225, -0.000451])
"""

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        f"the package 'autograd' at {autograd.__file__} is HIPS's, not that of 'scalar-autograd', which "
        f"'nn' belongs to. The two share the import name: keep one of them (pip uninstall autograd "
        f"scalar-autograd, then pip install the one you want), or give each an environment of its own."
    )

from autograd.lazy import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn import losses, plots, schedules, worked
    from nn.answers import check_answers
    from nn.byhand import compare_backward
    from nn.fitting import EarlyStopping, History, fit, predict, predict_proba
    from nn.forward import Example
    from nn.layer import Layer
    from nn.losses import (
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        half_squared_error,
        hinge,
        l2_penalty,
        logsumexp,
        mean_squared_error,
        softmax,
        squared_error,
    )
    from nn.module import Module
    from nn.network import MLP
    from nn.neuron import BiasConvention, Neuron
    from nn.notation import Notation
    from nn.optimizers import SGD, Adam, AdamW, Optimizer
    from nn.step import TrainingStep
    from nn.stepper import page
    from nn.training import train

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "BiasConvention",
    "EarlyStopping",
    "Example",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Notation",
    "Optimizer",
    "TrainingStep",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "check_answers",
    "compare_backward",
    "cross_entropy",
    "fit",
    "half_squared_error",
    "hinge",
    "l2_penalty",
    "logsumexp",
    "losses",
    "mean_squared_error",
    "page",
    "plots",
    "predict",
    "predict_proba",
    "schedules",
    "softmax",
    "squared_error",
    "train",
    "worked",
]

#: What is imported when it is first asked for, and from where; "" is a module.
_LATER = {
    "MLP": "network",
    "SGD": "optimizers",
    "Adam": "optimizers",
    "AdamW": "optimizers",
    "BiasConvention": "neuron",
    "EarlyStopping": "fitting",
    "Example": "forward",
    "History": "fitting",
    "Layer": "layer",
    "Module": "module",
    "Neuron": "neuron",
    "Notation": "notation",
    "Optimizer": "optimizers",
    "TrainingStep": "step",
    "binary_cross_entropy": "losses",
    "binary_cross_entropy_with_logits": "losses",
    "check_answers": "answers",
    "compare_backward": "byhand",
    "cross_entropy": "losses",
    "fit": "fitting",
    "half_squared_error": "losses",
    "hinge": "losses",
    "l2_penalty": "losses",
    "logsumexp": "losses",
    "losses": "",
    "mean_squared_error": "losses",
    "page": "stepper",
    "plots": "",
    "predict": "fitting",
    "predict_proba": "fitting",
    "schedules": "",
    "softmax": "losses",
    "squared_error": "losses",
    "train": "training",
    "worked": "",
}

__getattr__, __dir__ = lazily(__name__, lambda: __all__, _LATER.get)
