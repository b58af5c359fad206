"""What a model makes of many examples, as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.arguments import choice
from autograd.engine import ENGINE
from autograd.errors import ArgumentValueError
from nn.fitting.data import inputs_of
from nn.losses import softmax
from nn.module import Module
from nn.network import MLP
from nn.runs import ENGINES, PAYS_AFTER, check_module, made_run, outputs_of

__all__ = ["predict", "predict_proba"]

#: So many examples pay for a recording. Where Python makes the nodes fewer do than in training, since no
#: derivatives are compiled; C makes the nodes of hundreds of examples meanwhile.
_PAYS_AFTER = 100 if ENGINE == "Python" else PAYS_AFTER


def predict(model: Module, X: Any, *, engine: str = "auto") -> list[list[float]]:  # noqa: N803
    """The outputs of a model for each of some examples, as plain numbers.

    Where there are so many of them that it pays, they are recorded and replayed, as in `fit`.

    Args:
        model: a network, or another module.
        X: the inputs of each example: a list or an array of rows, or a data frame.
        engine: what computes them; see `fit`.

    Raises:
        ArgumentValueError: there are no examples, one has too many or too few numbers, or one that is
            infinite or NaN.
        ArgumentTypeError: an argument is not of its kind.

    >>> from nn import MLP
    >>> predict(MLP(2, [3, 2], activation="sigmoid", init="zeros"), [[0.0, 1.0], [2.0, 3.0]])
    [[0.5, 0.5], [0.5, 0.5]]
    """
    choice("engine", engine, ENGINES)
    rows = inputs_of(check_module(model), "X", X)
    names = [f"x{index}" for index in range(1, len(rows[0]) + 1)]

    def f(*numbers: Value) -> list[Value]:
        return outputs_of(model, numbers)

    parameters, count = model.parameters(), len(rows)
    run = made_run(f, parameters, rows[0], names, engine, count, pays_after=_PAYS_AFTER)
    return run.outputs(rows)


def predict_proba(model: Module, X: Any, *, engine: str = "auto") -> list[list[float]]:  # noqa: N803
    """The probability of each class, for each of some examples: softmax of the model's outputs.

    Of a network with a single output, those of the classes 0 and 1: the output itself, if it is a
    sigmoid's, or σ of it, if it is linear.

    Args:
        model: a network whose outputs are logits, or whose one output is a probability.
        X: the inputs of each example; see `predict`.
        engine: what computes them; see `fit`.

    Raises:
        ArgumentValueError: as `predict`; or a single output is neither linear nor a sigmoid's.
        ArgumentTypeError: an argument is not of its kind.

    >>> from nn import MLP
    >>> predict_proba(MLP(2, [2], init="zeros"), [[0.0, 1.0]])
    [[0.5, 0.5]]
    """
    check_module(model)
    last = model.layers[-1].neurons if isinstance(model, MLP) else []
    activation = last[0].activation if len(last) == 1 else "linear"
    if activation not in ("linear", "sigmoid"):
        raise ArgumentValueError(
            f"a single output is a probability after 'sigmoid', or a logit if it is 'linear'; "
            f"it is {activation!r}"
        )

    return [_probabilities(outputs, activation) for outputs in predict(model, X, engine=engine)]


def _probabilities(outputs: Sequence[float], activation: str) -> list[float]:
    if len(outputs) > 1:
        return [p.data for p in softmax([*map(Value, outputs)])]
    p = outputs[0] if activation == "sigmoid" else Value(outputs[0]).sigmoid().data
    return [1.0 - p, p]
