"""predict(): the same numbers whatever computes them, and a recording only where it pays."""

from typing import Any

import pytest

import nn
from autograd.engine import ENGINE
from nn import MLP
from nn.fitting import prediction
from nn.runs import EagerRun


@pytest.mark.parametrize("count", [1, 99, 100, 499, 500])
def test_many_examples_are_recorded_and_few_are_not(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made, runs = prediction.made_run, []

    def noted(*args: Any, **kwargs: Any) -> Any:
        runs.append(made(*args, **kwargs))
        return runs[-1]

    monkeypatch.setattr(prediction, "made_run", noted)
    model = MLP(2, [2, 2], activation="tanh", seed=5)
    rows = [[0.01 * index, -0.5] for index in range(count)]
    found = nn.predict(model, rows)
    assert found == [[out.data for out in model.outputs(row)] for row in rows]
    assert isinstance(runs[0], EagerRun) is (count < (100 if ENGINE == "Python" else 500))
