"""Training by `nn.fit`, engine by engine, and beside other libraries: ``python -m benchmarks.fitting``.

It prints the tables of ``docs/training.md``, and with ``--write`` puts them there. Engines take turns,
each in a process of its own; ratios are taken within a round. The data sets are scikit-learn's, which
has to be installed, as PyTorch and llvmlite: ``pip install '.[interop,native]'``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from time import process_time
from typing import Any, NamedTuple

from autograd.engine import COMPILED
from benchmarks.__main__ import machine
from benchmarks.pages import put
from benchmarks.workloads import w2_moons
from nn import MLP, SGD, Adam, fit, predict

PAGE = Path(__file__).parents[1] / "docs" / "training.md"


class Case(NamedTuple):
    """Something to be trained.

    Attributes:
        title: what it is.
        make: the network.
        loss: its loss.
        rows: inputs and targets.
        epochs: how many epochs native training takes for long enough.
    """

    title: str
    make: Callable[[], MLP]
    loss: str
    rows: Callable[[], tuple[Any, Any]]
    epochs: int


def _moons(classes: Sequence[float]) -> tuple[Any, Any]:
    examples = w2_moons()
    return [point for point, _ in examples], [classes[side > 0] for _, side in examples]


CASES = {
    "2-2-2": Case(
        "2-2-2 sigmoid, one example",
        lambda: MLP(2, [2, 2], activation="sigmoid", seed=1),
        "half_squared_error",
        lambda: ([[0.05, 0.1]], [[0.01, 0.99]]),
        100_000,
    ),
    "xor": Case(
        "xor, 2-2-1 sigmoid",
        lambda: MLP(2, [2, 1], activation="sigmoid", seed=1),
        "half_squared_error",
        lambda: ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]),
        50_000,
    ),
    "moons": Case(
        "100 moons, 2-8-2 tanh, cross-entropy",
        lambda: MLP(2, [8, 2], activation=["tanh", "linear"], seed=1),
        "cross_entropy",
        lambda: _moons((0, 1)),
        10_000,
    ),
    "moons, larger": Case(
        "100 moons, 2-16-16-1 relu, squared error",
        lambda: MLP(2, [16, 16, 1], seed=1),
        "squared_error",
        lambda: _moons((-1.0, 1.0)),
        4_000,
    ),
}
#: The engines of fit: how they are called, the argument and the environment.
ENGINES = {
    "node by node, engine in Python": ("eager", {"AUTOGRAD_PURE": "1"}),
    "node by node, engine in C": ("eager", {}),
    "Python source": ("python", {}),
    "native": ("native", {}),
}


def timed(case: Case, engine: str) -> tuple[float, float]:
    """The seconds of the first epoch with all that comes before it, and those of each further one.

    They are seconds of the processor, since others may work on it.
    """

    def took(epochs: int) -> float:
        model, (X, Y) = case.make(), case.rows()  # noqa: N806
        optimizer = SGD(model.parameters(), lr=0.01)
        begin = process_time()
        fit(
            model, X, Y, loss=case.loss, optimizer=optimizer, batch_size=None, shuffle=False,
            epochs=epochs, engine=engine, progress=False,
        )  # fmt: skip
        return process_time() - begin

    epochs = case.epochs if engine == "native" else max(3, case.epochs // 200)
    epochs *= 5 if engine == "python" else 1
    first = took(1)
    return first, (took(1 + epochs) - took(1)) / epochs


# --- data sets ----------------------------------------------------------------------------------------


class DataSet(NamedTuple):
    """Examples to train on, and others."""

    title: str
    make: Callable[[], MLP]
    train: tuple[list[list[float]], list[int]]
    test: tuple[list[list[float]], list[int]]
    epochs: int
    lr: float


def data_set(name: str) -> DataSet:
    """A data set of scikit-learn, four fifths to train on; each column has mean 0 and variance 1."""
    from sklearn import datasets

    given = getattr(datasets, f"load_{name}")()
    deviation = given.data.std(axis=0)
    inputs = (given.data - given.data.mean(axis=0)) / (deviation + (deviation == 0.0))
    order = [*range(len(inputs))]
    Random(0).shuffle(order)
    rows, classes = inputs[order].tolist(), given.target[order].tolist()
    part, nin = len(rows) * 4 // 5, len(rows[0])
    hidden = {"iris": 8, "digits": 32}[name]
    sizes = [hidden, len(set(classes))]
    return DataSet(
        f"{name}, {nin}-{'-'.join(map(str, sizes))} tanh",
        lambda: MLP(nin, sizes, activation=["tanh", "linear"], seed=1),
        (rows[:part], classes[:part]),
        (rows[part:], classes[part:]),
        {"iris": 100, "digits": 30}[name],
        {"iris": 0.01, "digits": 0.003}[name],
    )


_BATCH = 32


def ours(data: DataSet) -> tuple[MLP, float]:
    """The network after training, and the seconds that took."""
    model = data.make()
    begin = process_time()
    fit(
        model, *data.train, loss="cross_entropy", optimizer=Adam(model.parameters(), lr=data.lr),
        epochs=data.epochs, batch_size=_BATCH, shuffle=False, engine="auto", progress=False,
    )  # fmt: skip
    return model, process_time() - begin


def of_torch(data: DataSet) -> tuple[MLP, float]:
    """The same by PyTorch, from the same start, with the same batches."""
    import torch

    from nn.interop import from_torch, to_torch

    torch.set_num_threads(1)
    network, begin = to_torch(data.make()), process_time()
    inputs, classes = torch.tensor(data.train[0], dtype=torch.float64), torch.tensor(data.train[1])
    optimizer = torch.optim.Adam(network.parameters(), lr=data.lr)
    for _ in range(data.epochs):
        for start in range(0, len(inputs), _BATCH):
            optimizer.zero_grad()
            found = network(inputs[start : start + _BATCH])
            torch.nn.functional.cross_entropy(found, classes[start : start + _BATCH]).backward()
            optimizer.step()
    return from_torch(network), process_time() - begin


def of_sklearn(data: DataSet) -> tuple[Any, float]:
    """The same by scikit-learn, whose Adam adds ε to another square root."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils._testing import ignore_warnings

    from nn.interop import to_sklearn

    estimator = to_sklearn(data.make(), sorted(set(data.train[1])))
    estimator.set_params(
        solver="adam", alpha=0.0, batch_size=_BATCH, learning_rate_init=data.lr, shuffle=False,
        max_iter=data.epochs, tol=0.0, n_iter_no_change=data.epochs + 1, warm_start=True,
    )  # fmt: skip
    begin = process_time()
    ignore_warnings(category=ConvergenceWarning)(estimator.fit)(*data.train)
    return estimator, process_time() - begin


def accuracy(outputs: Sequence[Sequence[float]], classes: Sequence[int]) -> float:
    """The share of examples whose largest output is that of their class."""
    right = [max(range(len(row)), key=row.__getitem__) for row in outputs]
    return sum(map(int.__eq__, right, classes)) / len(classes)


def beside(name: str) -> list[list[str]]:
    """Rows of the table of a data set: who, accuracy, seconds."""
    data = data_set(name)
    model, seconds = ours(data)
    other, torch_seconds = of_torch(data)
    estimator, sklearn_seconds = of_sklearn(data)
    shares = [accuracy(predict(each, data.test[0]), data.test[1]) for each in (model, other)]
    shares.append(float(estimator.score(*data.test)))
    pairs = zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    distance = max(abs(a - b) for a, b in pairs)
    rows = zip(
        (f"{data.title}, {data.epochs} epochs", "", ""),
        ("nn.fit", f"PyTorch, parameters within {distance:.0e} of ours", "MLPClassifier"),
        (f"{share:.1%}" for share in shares),
        (f"{each:.2f}" for each in (seconds, torch_seconds, sklearn_seconds)),
        strict=True,
    )
    return [[*row] for row in rows]


# --- the page -----------------------------------------------------------------------------------------


def _measured(*arguments: str, **environment: str) -> Any:
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.fitting", "--measure", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(finished.stdout)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    lines = [head, ["---"] * left + ["---:"] * (len(head) - left), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(rounds: int) -> str:
    """The page's tables."""
    rows = []
    for name, case in CASES.items():
        found: dict[str, list[Sequence[float]]] = {each: [] for each in ENGINES}
        for _ in range(rounds):
            for each, (engine, environment) in ENGINES.items():
                found[each].append(_measured(name, engine, **environment))
        native = found["native"]
        for place, each in enumerate(ENGINES):
            first, further = (median(times) for times in zip(*found[each], strict=True))
            pairs = zip(found[each], native, strict=True)
            ratio = median(times[1] / own[1] for times, own in pairs)
            cells = [f"{further * 1e6:,.3g}" if further < 1e-3 else f"{further * 1e6:,.0f}"]
            cells += [f"{ratio:,.3g}" if ratio < 1000 else f"{ratio:,.0f}", f"{first * 1e3:,.0f}"]
            rows.append(["" if place else case.title, each, *cells])
    speed = _table(["full batch", "engine", "µs per epoch", "times native", "first epoch, ms"], rows, 2)
    rows = [row for name in ("iris", "digits") for row in _measured(name, "")]
    sets = _table(["data set", "", "right, of a fifth left out", "seconds"], rows, 2)
    return f"{speed}\n\n{sets}\n\nMedians of {rounds} rounds on {machine()}."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fitting", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each engine has its turn; 3")
    parser.add_argument("--measure", nargs=2, metavar=("CASE", "ENGINE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/training.md")
    options = parser.parse_args(arguments)
    if options.measure:
        case, engine = options.measure
        found = timed(CASES[case], engine) if case in CASES else beside(case)
        print(json.dumps(found))
        return
    if COMPILED is None:
        parser.error("there is no engine in C here; build it: python engine/build.py")
    text = tables(options.rounds)
    print(text)
    if options.write:
        put("measured", text, PAGE)


if __name__ == "__main__":
    main()
