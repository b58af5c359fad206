"""Checkpoints: a run that was killed goes on to the same bits, and no other file is taken for one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd import AutogradError
from nn import MLP, SGD, Adam, EarlyStopping, History, fit

#: A run that kills itself, by a signal that cannot be caught, in the middle of an epoch or of a write.
RUN = """
import os, signal, sys
sys.path[:0] = {paths!r}
import test_checkpoint
from autograd import files
where, path = sys.argv[1:]
writes, calls = [], []
def kill(): os.kill(os.getpid(), signal.SIGKILL)
if where == "write":
    replace = files.Path.replace
    def instead(self, target):
        writes.append(1)
        if len(writes) == 4:
            kill()
        return replace(self, target)
    files.Path.replace = instead
step = test_checkpoint.Adam.step
def stepped(self):
    step(self)
    if where == "epoch" and self.steps == 10:
        kill()
test_checkpoint.Adam.step = stepped
test_checkpoint.run(path)
"""

BIAS = "layers.0.neurons.0.bias"
X = [[0.125 * index, 0.25 * (index % 5)] for index in range(16)]
Y = [index % 2 for index in range(16)]


def run(path: Any, epochs: int = 7, **options: Any) -> tuple[dict[str, Any], History]:
    model = MLP(2, [3, 2], activation=["tanh", "linear"], seed=1)
    optimizer = Adam(model.parameters(), lr=0.02)
    given: dict[str, Any] = {
        "loss": "cross_entropy",
        "batch_size": 6,
        "metrics": ["accuracy"],
        **options,
    }
    history = fit(
        model, X, Y, optimizer=optimizer, epochs=epochs, validation=0.25, checkpoint=path,
        early_stopping=EarlyStopping(patience=50), **{**given, **options},
    )  # fmt: skip
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict()}, history


@pytest.mark.parametrize("where", ["epoch", "write"])
def test_a_killed_run_goes_on_to_the_same_bits(where: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[3])]
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(paths=paths), where, str(path)], check=False, cwd=tmp_path
    )
    assert done.returncode == -9
    # two updates an epoch: the tenth is in the fifth; and three of the files were written whole
    assert len(json.loads(path.read_text())["history"]) == {"epoch": 4, "write": 3}[where]
    state, history = run(path)
    whole, expected = run(None)
    assert state == whole
    assert history.rows == expected.rows


def test_a_finished_run_is_only_read_and_may_be_made_longer(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    short, _ = run(path, epochs=3)
    written = path.read_bytes()
    assert run(path, epochs=3)[0] == short
    assert path.read_bytes() == written
    state, history = run(path, epochs=5)
    assert state == run(None, epochs=5)[0]
    assert len(history) == 5


@pytest.mark.native
def test_vector_functions_are_near_and_go_on_in_the_same_bits(tmp_path: Path) -> None:
    """On the same machine; and not with other functions."""
    from autograd.program.native import vectors

    try:
        vectors.require_vectors()
    except AutogradError as error:
        pytest.skip(str(error))
    path = tmp_path / "run.json"
    options: dict[str, Any] = {"engine": "native", "functions": "vector", "epochs": 30}
    whole, history = run(None, **options)
    assert "vector functions" in history.plan
    run(path, **options | {"epochs": 11})
    found, again = run(path, **options)
    assert (found, again.rows) == (whole, history.rows)
    with pytest.raises(AutogradError, match="functions is 'vector', here 'scalar'"):
        run(path, engine="native", epochs=31)
    exact = run(None, engine="native", epochs=30)[0]["model"]
    assert whole["model"] != exact
    assert whole["model"] == pytest.approx(exact, rel=1e-12, abs=1e-13)


def test_engines_go_on_from_one_another(tmp_path: Path) -> None:
    run(tmp_path / "run.json", epochs=2, engine="eager")
    assert run(tmp_path / "run.json", engine="python")[0] == run(None)[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 5}, "batch_size is 6, here 5"),
        ({"seed": 1}, "examples is '"),
        ({"shuffle": False}, "seed is 0, here None"),
        ({"loss": "squared_error"}, "must have 2 numbers|loss is"),
        ({"metrics": []}, "columns is"),
    ],
)
def test_the_file_of_another_run_is_refused(change: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    run(path, epochs=1)
    written = path.read_bytes()
    with pytest.raises(AutogradError, match=message):
        run(path, **change)
    assert path.read_bytes() == written


def _set(content: Any, *keys: Any, to: Any) -> str:
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    return json.dumps(content)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda c: "{", "it is no JSON"),
        (lambda c: "[" * 100_000, "it is no JSON"),
        (lambda c: "[]", "it is no checkpoint"),
        (lambda c: json.dumps(c)[:-40], "it is no JSON"),
        (lambda c: _set(c, "version", to=2), "it has version 2, not 1"),
        (lambda c: _set(c, "run", to=3), "its run has other settings"),
        (lambda c: _set(c, "run", "optimizer", "settings", "eps", to=1.0), "optimizer is "),
        (lambda c: _set(c, "parameters", to={}), "parameters must have a finite number for each"),
        (
            lambda c: _set(c, "parameters", "layers.0.neurons.0.bias", to="inf"),
            "must have a finite number",
        ),
        (
            lambda c: _set(c, "parameters", "layers.0.neurons.0.bias", to="x"),
            "must be a number, got 'x'",
        ),
        (
            lambda c: _set(c, "parameters", "layers.0.neurons.0.bias", to=None),
            "must be a number, got None",
        ),
        (lambda c: _set(c, "history", 0, "error", to=10**400), "must be a number, got int too large"),
        (lambda c: _set(c, "best", to=[]), "best must be an object of numbers"),
        (lambda c: _set(c, "history", to={}), "history must be a list"),
        (lambda c: _set(c, "history", 0, "epoch", to=2), r"history\[0\] must be epoch 1"),
        (lambda c: _set(c, "history", 0, "error", to=[]), r"history\[0\].error must be a number"),
        (lambda c: _set(c, "stopped", to=1), "stopped a text"),
        (lambda c: _set(c, "optimizer", to=None), "the state must be a dict"),
        (lambda c: _set(c, "optimizer", "steps", to=-1), "steps must be at least 0"),
        (lambda c: _set(c, "optimizer", "buffers", "exp_avg", 0, to="1"), "exp_avg"),
        (lambda c: _set(c, "optimizer", "buffers", "exp_avg", to=[]), "exp_avg"),
    ],
)
def test_a_broken_file_is_refused_and_nothing_changes(broken: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    run(path, epochs=1)
    path.write_text(broken(json.loads(path.read_text())))
    model = MLP(2, [3, 2], activation=["tanh", "linear"], seed=1)
    optimizer = Adam(model.parameters(), lr=0.02)
    before = model.state_dict(), optimizer.state_dict()
    with pytest.raises(AutogradError, match=message) as caught:
        fit(
            model, X, Y, optimizer=optimizer, epochs=3, validation=0.25, checkpoint=path, batch_size=6,
            early_stopping=EarlyStopping(patience=50), loss="cross_entropy", metrics=["accuracy"],
        )  # fmt: skip
    assert str(caught.value).startswith(f"checkpoint '{path}': ")
    assert (model.state_dict(), optimizer.state_dict()) == before


def test_what_is_infinite_is_kept(tmp_path: Path) -> None:
    def infinite(outputs: Any, targets: Any) -> float:
        return float("inf")

    def run(epochs: int) -> list[float]:
        model = MLP(1, [1], init="zeros")
        optimizer = SGD(model.parameters(), lr=0.0)
        return fit(
            model, [1.0], [0.0], optimizer=optimizer, epochs=epochs, checkpoint=tmp_path / "run.json",
            metrics=[infinite],
        )["infinite"]  # fmt: skip

    assert run(1) == [float("inf")]
    assert run(2) == [float("inf")] * 2
